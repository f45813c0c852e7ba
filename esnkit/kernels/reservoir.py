"""The step of a reservoir, and the loop over given rows.

All loops step the leaky update

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
from esnkit.kernels.simd import SLICE, gather, load, multiply_add, spread, store
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
def add_recurrence_in_lanes(recurrence, H, pre):
    """Add W H to ``pre``, both of them (n_units, SLICE) laid flat."""
    starts, columns, weights = recurrence.starts, recurrence.columns, recurrence.weights
    for i in range(H.size // SLICE):
        total = load(pre, SLICE * i)
        for e in range(starts[i // SLICE] + i % SLICE, starts[i // SLICE + 1], SLICE):
            total = multiply_add(spread(weights, e), load(H, SLICE * columns[e]), total)
        store(pre, SLICE * i, total)


@kernel
def advance(network, u, noise, previous, current, pre, product):
    """Step from the state ``previous`` to ``current`` (n_units,), which may be the same array.

    ``pre`` and ``product`` are working space. All arrays may have a second axis of `SLICE` lanes,
    laid flat, those of the network by `widen`: each lane is a run of its own.
    """
    n_units, one = network.drive.shape[1], previous.dtype.type(1)
    bias, leak = network.bias, network.leak
    for i in range(bias.size):
        pre[i] = bias[i]
    for k in range(noise.size):
        pre[k] += noise[k]
    if bias.size == n_units:
        add_products(network, u, previous, pre, product)
    else:
        add_products_in_lanes(network, u, previous, pre, product)
    activate(network.activation, pre)
    for i in range(bias.size):
        current[i] = (one - leak[i]) * previous[i] + leak[i] * pre[i]


@kernel
def add_products(network, u, h, pre, product):
    """Add W_drive' u + W h to ``pre``."""
    drive = network.drive
    for j in range(u.size):
        row = drive[j]
        for i in range(h.size):
            pre[i] += row[i] * u[j]
    if network.recurrence.dense.size:
        np.dot(network.recurrence.dense, h, product)
        for i in range(h.size):
            pre[i] += product[i]
    else:
        add_recurrence(network.recurrence, h, pre)


@kernel
def add_products_in_lanes(network, u, H, pre, product):
    """Add W_drive' U + W H to ``pre``, all of them with lanes laid flat."""
    n_drive, n_units = network.drive.shape
    for j in range(n_drive):
        row = network.drive[j]
        for i in range(n_units):
            driven = multiply_add(spread(row, i), load(u, SLICE * j), load(pre, SLICE * i))
            store(pre, SLICE * i, driven)
    if network.recurrence.dense.size:
        shape = (n_units, SLICE)
        np.dot(network.recurrence.dense, H.reshape(shape), product.reshape(shape))
        for i in range(H.size):
            pre[i] += product[i]
    else:
        add_recurrence_in_lanes(network.recurrence, H, pre)


@kernel
def aligned(n_rows, size, like):
    """Make zeros (n_rows, size) that begin where a cache line does."""
    room = np.zeros(n_rows * size + 64 // like.itemsize, like.dtype)
    first = -room.ctypes.data % 64 // like.itemsize
    return room[first : first + n_rows * size].reshape(n_rows, size)


@kernel
def working_space(h):
    """Make room for the sums of a step, padded to whole slices, and for a dense product."""
    return aligned(1, -(-h.size // SLICE) * SLICE, h)[0], aligned(1, h.size, h)[0]


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
