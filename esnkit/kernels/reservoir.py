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
from esnkit.kernels.closed_loop import read_out
from esnkit.kernels.jit import kernel
from esnkit.kernels.simd import SLICE, gather, load, multiply_add, store
from esnkit.kernels.sparse_layout import Recurrence


class ReservoirWeights(NamedTuple):
    """Everything a step needs to know of a reservoir."""

    recurrence: Recurrence
    drive: NDArray[Any]  # (n_features + n_fed_back, n_units), the transpose of [W_in, W_fb]
    bias: NDArray[Any]  # (n_units,)
    leak: NDArray[Any]  # (n_units,)
    activation: int


@kernel
def add_recurrence(recurrence, h, pre):
    """Add W h to the first n_units places of ``pre`` (n_padded,)."""
    starts, columns, weights = recurrence.starts, recurrence.columns, recurrence.weights
    for s in range(starts.size - 1):
        total = load(pre, SLICE * s)
        for e in range(starts[s], starts[s + 1], SLICE):
            total = multiply_add(load(weights, e), gather(h, columns, e), total)
        store(pre, SLICE * s, total)


@kernel
def advance(network, u, noise, previous, current, pre, product):
    """Step from the state ``previous`` to ``current`` (n_units,), which may be the same array.

    ``pre`` and ``product`` are working space.
    """
    n_units, one = previous.size, previous.dtype.type(1)
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
        np.dot(network.recurrence.dense, previous, product)
        for i in range(n_units):
            pre[i] += product[i]
    else:
        add_recurrence(network.recurrence, previous, pre)
    activate(network.activation, pre)
    for i in range(n_units):
        current[i] = (one - leak[i]) * previous[i] + leak[i] * pre[i]


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
    previous = h
    for t in range(U.shape[0]):
        advance(network, U[t], noise[t], previous, states[t], pre, product)
        previous = states[t]
    h[:] = previous


@kernel
def free_run_reservoir(network, loop, X, h, y, outputs):
    """Run for n_steps on the network's own outputs, writing ``outputs`` (n_steps, n_outputs).

    ``X`` (n_steps, n_given) holds those features of the input that are given; the first ones are
    the last output where the loop is closed through the input. ``h`` and ``y`` hold state and
    output before the first step and, at the end, those of the last. Returns the first step at
    which an output was clipped in its bounds, or -1.
    """
    pre, product = working_space(h)
    no_noise = np.zeros(0, h.dtype)
    z = np.zeros(loop.coef.shape[1], y.dtype)
    u = np.zeros(network.drive.shape[0], h.dtype)
    n_fed = y.size if loop.through_input else 0
    n_features = n_fed + X.shape[1]
    first_clipped = -1
    for t in range(outputs.shape[0]):
        u[:n_fed] = y[:n_fed]
        u[n_fed:n_features] = X[t]
        if loop.through_feedback:
            u[n_features:] = y
        advance(network, u, no_noise, h, h, pre, product)
        clipped = read_out(loop, h, u[:n_features], z, y)
        if clipped and first_clipped < 0:
            first_clipped = t
        outputs[t] = y
    return first_clipped
