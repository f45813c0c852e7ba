"""The step of a reservoir, and the loop over given rows.

All loops step the leaky update

    h~(n) = f( W_drive' u(n) + b + W h(n-1) + noise(n) ),    h(n) = (1 - a) h(n-1) + a h~(n)

where u(n) = [x(n); y(n-1)] holds everything that drives the units: the input and, where there is
output feedback, the last output.

States are padded to whole slices while they run. There may be `SLICE` runs at once, each in a lane
of its own: their states lie side by side, (n_padded, n_lanes) laid flat, so that a weight is read
once for all of them and multiplies a whole vector.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.activations import activate
from esnkit.kernels.jit import kernel
from esnkit.kernels.simd import (
    SLICE,
    as_array,
    at,
    gather,
    load,
    mix,
    multiply_add,
    pointer,
    spread,
    store,
)
from esnkit.kernels.sparse_layout import Recurrence

BLOCK = 1024  # sums that are taken through the activation while they are near


class ReservoirWeights(NamedTuple):
    """Everything a step needs to know of a reservoir, see `weigh`."""

    recurrence: Recurrence
    per_unit: NDArray[Any]  # (n_drive + 2, n_padded): [W_in, W_fb] transposed, bias, leak
    n_units: int
    leaky: bool  # False if all leak rates are 1
    activation: int

    @property
    def drive(self) -> NDArray[Any]:
        """The transpose of [W_in, W_fb], of shape (n_drive, n_units)."""
        return self.per_unit[:-2, : self.n_units]

    @property
    def bias(self) -> NDArray[Any]:
        """The bias of each unit."""
        return self.per_unit[-2, : self.n_units]

    @property
    def leak(self) -> NDArray[Any]:
        """The leak rate of each unit."""
        return self.per_unit[-1, : self.n_units]


def weigh(
    recurrence: Recurrence, drive: Any, bias: Any, leak: Any, activation: int
) -> ReservoirWeights:
    """Lay out weights: ``drive`` (n_drive, n_units), ``bias`` and ``leak`` (n_units,)."""
    n_units = np.shape(bias)[0]
    rows = np.vstack([drive, bias, leak])
    per_unit = np.zeros((len(rows), -(-n_units // SLICE) * SLICE), recurrence.weights.dtype)
    per_unit[:, :n_units] = rows
    leaky = bool(np.any(np.asarray(leak) != 1))
    return ReservoirWeights(recurrence, per_unit, n_units, leaky, activation)


class Pointers(NamedTuple):
    """The same where a step finds it, see `point_at`."""

    starts: Any
    columns: Any
    weights: Any
    dense: Any
    is_dense: bool
    per_unit: Any
    n_drive: int
    n_noise: int  # 0 without noise, else n_units
    n_units: int
    n_padded: int
    n_lanes: int
    leaky: bool
    activation: int


@kernel
def point_at(network, n_noise, n_lanes):
    """Point at the weights, for runs with or without noise in one lane or in `SLICE`."""
    recurrence = network.recurrence
    return Pointers(
        pointer(recurrence.starts),
        pointer(recurrence.columns),
        pointer(recurrence.weights),
        pointer(recurrence.dense),
        recurrence.dense.size > 0,
        pointer(network.per_unit),
        network.per_unit.shape[0] - 2,
        n_noise,
        network.n_units,
        network.per_unit.shape[1],
        n_lanes,
        network.leaky,
        network.activation,
    )


@kernel
def aligned(n_rows, size, like):
    """Make zeros (n_rows, size) that begin where a cache line does."""
    room = np.zeros(n_rows * size + 64 // like.itemsize, like.dtype)
    first = -room.ctypes.data % 64 // like.itemsize
    return room[first : first + n_rows * size].reshape(n_rows, size)


@kernel
def working_space(network, n_lanes, n_states=2):
    """Make two rows of room for `advance` to work in, and some for states, all of them zero."""
    per_unit = network.per_unit
    return aligned(2 + n_states, per_unit.shape[1] * n_lanes, per_unit)


@kernel
def advance(at_weights, u, noise, heard, previous, current, room):
    """Step from the state ``previous`` to ``current``, of units that listen to ``heard``.

    What they listen to is their own previous state, as a rule. All but the weights are pointers,
    ``room`` to the `working_space`.
    """
    w, lanes = at_weights, at_weights.n_lanes
    leak = at(w.per_unit, (w.n_drive + 1) * w.n_padded)
    n_block = w.n_padded if w.is_dense else max(BLOCK // lanes, SLICE)
    for first in range(0, w.n_padded, n_block):
        end = min(first + n_block, w.n_padded)
        sums = room if w.leaky else at(current, first * lanes)
        add_up(w, u, noise, heard, first, end, sums, at(room, w.n_padded * lanes))
        activate(w.activation, as_array(sums, (end - first) * lanes))
        if not w.leaky:
            continue
        if lanes == 1:
            for i in range(first, end, SLICE):
                fresh = load(room, i - first)
                store(current, i, mix(load(leak, i), load(previous, i), fresh))
        else:
            for i in range(first, end):
                fresh = load(room, (i - first) * SLICE)
                store(current, i * SLICE, mix(spread(leak, i), load(previous, i * SLICE), fresh))


@kernel
def add_up(w, u, noise, heard, first, end, sums, room):
    """Write W_drive' u + b + W h + noise of the units from ``first`` to ``end`` into ``sums``."""
    if w.n_lanes == 1:
        add_up_rows(w, u, heard, first, end, sums)
    else:
        add_up_lanes(w, u, heard, first, end, sums)
    n_sums = (min(end, w.n_units) - first) * w.n_lanes
    if w.is_dense:
        product = as_array(room, n_sums)
        if w.n_lanes == 1:
            np.dot(as_array(w.dense, (w.n_units, w.n_units)), as_array(heard, w.n_units), product)
        else:
            shape = (w.n_units, SLICE)
            dense = as_array(w.dense, (w.n_units, w.n_units))
            np.dot(dense, as_array(heard, shape), product.reshape(shape))
        for i in range(n_sums):
            sums[i] += product[i]
    if w.n_noise:
        shocks = at(noise, first * w.n_lanes)
        for i in range(n_sums):
            sums[i] += shocks[i]


@kernel
def add_up_rows(w, u, h, first, end, sums):
    """Write W_drive' u + b + W h, W being sparse, for one run."""
    bias = at(w.per_unit, w.n_drive * w.n_padded)
    for s in range(first // SLICE, end // SLICE):
        i = s * SLICE
        total = load(bias, i)
        for j in range(w.n_drive):
            total = multiply_add(load(w.per_unit, j * w.n_padded + i), spread(u, j), total)
        if not w.is_dense:
            for e in range(w.starts[s], w.starts[s + 1], SLICE):
                total = multiply_add(load(w.weights, e), gather(h, w.columns, e), total)
        store(sums, i - first, total)


@kernel
def add_up_lanes(w, u, H, first, end, sums):
    """Write W_drive' U + b + W H, W being sparse, for a run in each lane."""
    bias = at(w.per_unit, w.n_drive * w.n_padded)
    for i in range(first, end):
        total = spread(bias, i)
        for j in range(w.n_drive):
            total = multiply_add(spread(w.per_unit, j * w.n_padded + i), load(u, j * SLICE), total)
        if not w.is_dense:
            for e in range(w.starts[i // SLICE] + i % SLICE, w.starts[i // SLICE + 1], SLICE):
                total = multiply_add(spread(w.weights, e), load(H, SLICE * w.columns[e]), total)
        store(sums, (i - first) * SLICE, total)


@kernel
def step_once(network, u, noise, heard, previous, current, room):
    """Step as `advance` does, all being arrays: for loops that do more than to step."""
    n_units = network.n_units
    room[2, :n_units] = previous
    own = room[2]
    w = point_at(network, noise.size, 1)
    advance(
        w, pointer(u), pointer(noise), pointer(heard), pointer(own), pointer(room[3]), pointer(room)
    )
    current[:] = room[3, :n_units]


@kernel
def run_driven(network, U, noise, h, states):
    """Run over the rows of ``U`` (n_steps, n_drive), writing ``states`` (n_steps, n_units).

    ``noise`` is (n_steps, n_units), or (n_steps, 0) for none. ``h`` holds the state before the
    first step and, at the end, the one after the last.
    """
    n_steps, n_units, n_noise = U.shape[0], h.size, noise.shape[1]
    w = point_at(network, n_noise, 1)
    room, row = working_space(network, 1), 2
    room[row, :n_units] = h
    previous = pointer(room[row])
    for t in range(n_steps):
        # A state is padded: it runs over into the rows that follow, which are not yet there.
        fits = (n_steps - t) * n_units >= w.n_padded
        if fits:
            current = at(pointer(states), t * n_units)
        else:
            row = 5 - row
            current = pointer(room[row])
        u, shocks = at(pointer(U), t * w.n_drive), at(pointer(noise), t * n_noise)
        advance(w, u, shocks, previous, previous, current, pointer(room))
        if not fits:
            states[t] = room[row, :n_units]
        previous = current
    if n_steps:
        h[:] = states[n_steps - 1]
