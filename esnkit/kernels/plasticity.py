"""Intrinsic plasticity: units that adapt gain and bias while they run."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.activations import activate
from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import add_up, point_at, working_space
from esnkit.kernels.simd import at, pointer


@kernel
def adapt_gains(network, rate, mean, deviation, U, gains, shifts, totals, h):
    """Run over the rows of ``U`` (n_steps, n_drive) with tanh(gain z + shift) for activation.

    After each step ``gains`` and ``shifts`` (n_units,) move down the divergence of the units'
    distribution from a Gaussian; what they are then is added to ``totals`` (2, n_units). ``h``
    holds the state before the first step and, at the end, the one after the last.
    """
    room, leak = working_space(network, 1), network.per_unit[-1]
    pre, y = room[0], np.zeros_like(room[0])
    w = point_at(network, 0, 1)
    variance = deviation * deviation
    for t in range(U.shape[0]):
        u, heard = at(pointer(U), t * w.n_drive), pointer(h)
        add_up(w, u, u, heard, 0, w.n_padded, pointer(pre), pointer(room[1]))
        for i in range(h.size):
            y[i] = gains[i] * pre[i] + shifts[i]
        activate(network.activation, y)
        for i in range(h.size):
            pull = y[i] * (2 * variance + 1 - y[i] * y[i] + mean * y[i]) - mean
            change = -rate * pull / variance
            gains[i] += rate / gains[i] + change * pre[i]
            shifts[i] += change
            totals[0, i] += gains[i]
            totals[1, i] += shifts[i]
            h[i] = (1 - leak[i]) * h[i] + leak[i] * y[i]
