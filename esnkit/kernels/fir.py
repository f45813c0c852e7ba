"""Temporal backpropagation: a step of a layer of FIR synapses, and errors that come in delayed.

A row holds what a layer sees at a step, the inputs of all its taps, the newest first, and a one, so
that its product with M gives the pre-activations with their biases.
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.activations import activate
from esnkit.kernels.jit import kernel
from esnkit.kernels.recurrent import multiply_by_slope


@kernel
def advance_fir(activation, M, x, before, row, slopes, h):
    """Run a layer over a step.

    Parameters
    ----------
    activation : int
        Its code.
    M : (n_taps * n_inputs + 1, n_units)
        Weights, those of the newest input first, and biases.
    x : (n_inputs,)
        The input.
    before, row : (n_taps * n_inputs + 1,)
        The row of the step before and that of this one, written; they may be the same.
    slopes, h : (n_units,)
        Derivatives of the activations, and outputs, written.
    """
    n = x.size
    for i in range(row.size - 2, n - 1, -1):
        row[i] = before[i - n]
    row[:n] = x
    row[-1] = 1
    np.dot(row, M, h)
    activate(activation, h)
    slopes[:] = 1
    multiply_by_slope(activation, h, slopes)


@kernel
def go_back(M, row, slopes, d_h, errors, gradient, d_x):
    """Take in the errors of a layer's outputs at one step more.

    Parameters
    ----------
    M : (n_taps * n_inputs + 1, n_units)
        As in `advance_fir`.
    row, slopes : (n_taps * n_inputs + 1,), (n_units,)
        What `advance_fir` wrote at the step.
    d_h : (n_units,)
        Errors of the outputs at the step.
    errors : (n_taps, n_units)
        Errors of the pre-activations at the last steps, the oldest first; moved on by one.
    gradient : (n_taps * n_inputs + 1, n_units)
        What the step adds to the gradient, written.
    d_x : (n_inputs,)
        Errors of the inputs that were the newest when the oldest of the errors arose, written.
        Empty where nothing needs them.
    """
    n_taps, n = errors.shape[0], d_x.size
    for k in range(n_taps - 1):
        errors[k] = errors[k + 1]
    latest = errors[n_taps - 1]
    for j in range(latest.size):
        latest[j] = d_h[j] * slopes[j]
    for i in range(row.size):
        for j in range(latest.size):
            gradient[i, j] = row[i] * latest[j]
    d_x[:] = 0
    for k in range(n_taps):
        for i in range(n):
            weights, total = M[k * n + i], d_x[i]
            for j in range(latest.size):
                total += weights[j] * errors[k, j]
            d_x[i] = total
