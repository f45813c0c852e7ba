"""The gamma loops: a cascade of leaky taps, over given rows and on a readout's outputs."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.closed_loop import read_out
from esnkit.kernels.jit import kernel


@kernel
def advance_gamma(mu, x, taps):
    """Move the ``taps`` (n_taps, n_inputs) on by a step whose input is ``x``."""
    for k in range(taps.shape[0] - 1, 0, -1):  # the last first, as each needs the old one before
        for i in range(taps.shape[1]):
            taps[k, i] = (1 - mu) * taps[k, i] + mu * taps[k - 1, i]
    taps[0] = x


@kernel
def run_gamma(mu, inputs, taps, features):
    """Write ``features`` (n_steps, n_taps * n_inputs) of ``inputs`` (n_steps, n_inputs).

    ``taps`` (n_taps, n_inputs) holds those before the first step and, at the end, of the last.
    """
    for t in range(inputs.shape[0]):
        advance_gamma(mu, inputs[t], taps)
        features[t] = taps.ravel()


@kernel
def free_run_gamma(mu, loop, inputs, taps, y, outputs):
    """Run for n_steps on a readout's outputs, writing ``outputs`` (n_steps, n_outputs).

    Where the loop is closed through the input, the last outputs are written into the first columns
    of ``inputs`` (n_steps, n_inputs) as the run goes on. ``taps`` is as in `run_gamma`; ``y`` holds
    the output before the first step and, at the end, that of the last. Returns the first step at
    which an output was clipped in its bounds, or -1.
    """
    z = np.zeros(loop.coef.shape[1])
    n_fed = y.size if loop.through_input else 0
    first_clipped = -1
    for t in range(outputs.shape[0]):
        x = inputs[t]
        x[:n_fed] = y[:n_fed]
        advance_gamma(mu, x, taps)
        clipped = read_out(loop, taps.ravel(), x, z, y)
        if clipped and first_clipped < 0:
            first_clipped = t
        outputs[t] = y
    return first_clipped
