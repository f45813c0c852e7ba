"""The delay loops: past inputs and their products, over given rows and on a readout's outputs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.closed_loop import read_out
from esnkit.kernels.jit import kernel


class DelayLayout(NamedTuple):
    """Which past inputs a step gives, and which of their products.

    The taps are [x(n), x(n - stride), ..., x(n - (n_taps - 1) stride)], all features of each.
    A monomial of degree d+1 is one of degree d, its parent, times a tap that does not come before
    the parent's last factor. So every monomial comes about once, and the children of a parent are
    its products with a run of neighbouring taps.
    """

    n_taps: int
    stride: int
    last_factors: NDArray[Any]  # (n_parents,), for taps and monomials in their order


@kernel
def write_features(delays, inputs, n, features):
    """Write taps and monomials of the step whose input is row ``n`` of ``inputs``."""
    n_inputs = inputs.shape[1]
    n_linear = delays.n_taps * n_inputs
    for k in range(delays.n_taps):
        row = inputs[n - k * delays.stride]
        for i in range(n_inputs):
            features[k * n_inputs + i] = row[i]
    end = n_linear
    for parent in range(delays.last_factors.size):
        for factor in range(delays.last_factors[parent], n_linear):
            features[end] = features[parent] * features[factor]
            end += 1


@kernel
def run_delays(delays, inputs, features):
    """Write ``features`` (n_steps, n_features) of the last n_steps rows of ``inputs``.

    ``inputs`` (n_past + n_steps, n_inputs) begins with the inputs before the first step, as many
    as the delays reach back.
    """
    n_past = inputs.shape[0] - features.shape[0]
    for t in range(features.shape[0]):
        write_features(delays, inputs, n_past + t, features[t])


@kernel
def free_run_delays(delays, loop, inputs, y, outputs):
    """Run for n_steps on a readout's outputs, writing ``outputs`` (n_steps, n_outputs).

    ``inputs`` is as in `run_delays`; where the loop is closed through the input, the last outputs
    are written into the first columns as the run goes on. ``y`` holds the output before the first
    step and, at the end, that of the last. Returns the first step at which an output was clipped in
    its bounds, or -1.
    """
    n_steps, n_past = outputs.shape[0], inputs.shape[0] - outputs.shape[0]
    n_linear = delays.n_taps * inputs.shape[1]
    n_monomials = (n_linear - delays.last_factors).sum()
    features = np.zeros(n_linear + n_monomials)
    z = np.zeros(loop.coef.shape[1])
    n_fed = y.size if loop.through_input else 0
    first_clipped = -1
    for t in range(n_steps):
        x = inputs[n_past + t]
        x[:n_fed] = y[:n_fed]
        write_features(delays, inputs, n_past + t, features)
        clipped = read_out(loop, features, x, z, y)
        if clipped and first_clipped < 0:
            first_clipped = t
        outputs[t] = y
    return first_clipped
