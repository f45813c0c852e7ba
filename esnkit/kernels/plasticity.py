"""Intrinsic plasticity: units that adapt gain and bias while they run."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.activations import activate
from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import add_products, working_space


@kernel
def adapt_gains(network, rate, mean, deviation, U, gains, shifts, totals, h):
    """Run over the rows of ``U`` (n_steps, n_drive) with tanh(gain z + shift) for activation.

    After each step ``gains`` and ``shifts`` (n_units,) move down the divergence of the units'
    distribution from a Gaussian; what they are then is added to ``totals`` (2, n_units). ``h``
    holds the state before the first step and, at the end, the one after the last.
    """
    pre, product = working_space(h)
    y = np.zeros_like(pre)
    variance = deviation * deviation
    for t in range(U.shape[0]):
        pre[: h.size] = network.bias
        add_products(network, U[t], h, pre, product)
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
            h[i] = (1 - network.leak[i]) * h[i] + network.leak[i] * y[i]
