"""The state loops: a reservoir driven by given rows, and one that runs on its own outputs.

Both step the leaky update

    h~(n) = f( W_drive' u(n) + b + W h(n-1) + noise(n) ),    h(n) = (1 - a) h(n-1) + a h~(n)

where u(n) = [x(n); y(n-1)] holds everything that drives the units: the input and, where there is
output feedback, the last output.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.activations import activate
from esnkit.kernels.jit import kernel
from esnkit.kernels.layout import SLICE, Recurrence


class Network(NamedTuple):
    """Everything a step needs to know of a reservoir."""

    recurrence: Recurrence
    drive: NDArray[Any]  # (n_features + n_fed_back, n_units), the transpose of [W_in, W_fb]
    bias: NDArray[Any]  # (n_units,)
    leak: NDArray[Any]  # (n_units,)
    activation: int


class Loop(NamedTuple):
    """How a linear readout closes the loop.

    The readout sees z(n) = [h(n); h(n)^2 if squared; x(n) if with_input].
    """

    coef: NDArray[Any]  # (n_outputs, n_readout_features)
    intercept: NDArray[Any]  # (n_outputs,)
    with_input: bool
    squared: bool
    through_input: bool  # y(n-1) is the first part of x(n)
    through_feedback: bool  # y(n-1) drives the units through W_fb
    lower: NDArray[Any]  # (n_outputs,), outputs are kept within these bounds
    upper: NDArray[Any]  # (n_outputs,)


@kernel
def add_recurrence(recurrence, h, pre):
    """Add W h to the first n_units places of ``pre`` (n_padded,)."""
    starts = recurrence.starts
    for s in range(starts.size - 1):
        # Views that are indexed from 0: offsets of unknown sign would be tested at every access.
        c = recurrence.columns[starts[s] : starts[s + 1]]
        w = recurrence.weights[starts[s] : starts[s + 1]]
        p = pre[SLICE * s : SLICE * (s + 1)]
        a0, a1, a2, a3, a4, a5, a6, a7 = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
        for e in range(0, c.size, SLICE):
            a0 += w[e] * h[c[e]]
            a1 += w[e + 1] * h[c[e + 1]]
            a2 += w[e + 2] * h[c[e + 2]]
            a3 += w[e + 3] * h[c[e + 3]]
            a4 += w[e + 4] * h[c[e + 4]]
            a5 += w[e + 5] * h[c[e + 5]]
            a6 += w[e + 6] * h[c[e + 6]]
            a7 += w[e + 7] * h[c[e + 7]]
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7] = a0, a1, a2, a3, a4, a5, a6, a7


@kernel
def advance(network, u, noise, h, pre, product):
    """Move the state ``h`` (n_units,) one step; ``pre`` and ``product`` are working space."""
    n_units, one = h.size, h.dtype.type(1)
    drive, bias, leak = network.drive, network.bias, network.leak
    for i in range(n_units):
        pre[i] = bias[i]
    for k in range(noise.size):
        pre[k] += noise[k]
    for j in range(u.size):
        row = drive[j]
        for i in range(n_units):
            pre[i] += row[i] * u[j]
    if network.recurrence.dense.size:
        np.dot(network.recurrence.dense, h, product)
        for i in range(n_units):
            pre[i] += product[i]
    else:
        add_recurrence(network.recurrence, h, pre)
    activate(network.activation, pre)
    for i in range(n_units):
        h[i] = (one - leak[i]) * h[i] + leak[i] * pre[i]


@kernel
def working_space(h):
    """Make room for the sums of a step, padded to whole slices, and for a dense product."""
    return np.zeros(-(-h.size // SLICE) * SLICE, h.dtype), np.zeros(h.size, h.dtype)


@kernel
def run_driven(network, U, noise, h, states):
    """Run over the rows of ``U`` (n_steps, n_drive), writing ``states`` (n_steps, n_units).

    ``noise`` is (n_steps, n_units), or (n_steps, 0) for none. ``h`` holds the state before the
    first step and, at the end, the one after the last.
    """
    pre, product = working_space(h)
    for t in range(U.shape[0]):
        advance(network, U[t], noise[t], h, pre, product)
        states[t] = h


@kernel
def read_out(loop, h, x, z, y):
    """Write the output into ``y`` (n_outputs,); tell whether it had to be held in its bounds."""
    n_units = h.size
    z[:n_units] = h
    if loop.squared:
        z[n_units : 2 * n_units] = h * h
    if loop.with_input:
        z[z.size - x.size :] = x
    np.dot(loop.coef, z, y)
    held = False
    for k in range(y.size):
        value = y[k] + loop.intercept[k]
        if value > loop.upper[k]:
            value, held = loop.upper[k], True
        elif not value >= loop.lower[k]:  # so that a NaN is held too
            value, held = loop.lower[k], True
        y[k] = value
    return held


@kernel
def run_free(network, loop, X, h, y, outputs):
    """Run for n_steps on the network's own outputs, writing ``outputs`` (n_steps, n_outputs).

    ``X`` (n_steps, n_given) holds those features of the input that are given; the first ones are
    the last output where the loop is closed through the input. ``h`` and ``y`` hold state and
    output before the first step and, at the end, those of the last. Returns the first step at
    which an output was held in its bounds, or -1.
    """
    pre, product = working_space(h)
    no_noise = np.zeros(0, h.dtype)
    z = np.zeros(loop.coef.shape[1], y.dtype)
    u = np.zeros(network.drive.shape[0], h.dtype)
    n_fed = y.size if loop.through_input else 0
    n_features = n_fed + X.shape[1]
    first_held = -1
    for t in range(outputs.shape[0]):
        u[:n_fed] = y[:n_fed]
        u[n_fed:n_features] = X[t]
        if loop.through_feedback:
            u[n_features:] = y
        advance(network, u, no_noise, h, pre, product)
        held = read_out(loop, h, u[:n_features], z, y)
        if held and first_held < 0:
            first_held = t
        outputs[t] = y
    return first_held
