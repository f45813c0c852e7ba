"""Many runs of one network at once, each in a lane of its own, driven or on their own outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.closed_loop import bounded
from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import (
    ReservoirWeights,
    advance,
    aligned,
    point_at,
    run_driven,
    working_space,
)
from esnkit.kernels.simd import SLICE, at, double, load, multiply_add, pointer, store


def fewest_lanes(network: ReservoirWeights) -> int:
    """Return from how many runs on lanes pay, though some stay empty.

    Lanes need `SLICE` times the states at hand. Where those of many units leave the nearest cache
    and there are few weights to be shared, more lanes have to be full.
    """
    n_units, n_weights = network.n_units, network.recurrence.weights.size
    is_sparse = network.recurrence.dense.size == 0
    return 12 if n_units > 400 and is_sparse and n_weights < 20 * n_units else 8


def lanes_for(network: ReservoirWeights, n_runs: int) -> int:
    """Return how many lanes make runs quickest: 1 or `SLICE`."""
    return SLICE if n_runs >= fewest_lanes(network) * -(-n_runs // SLICE) else 1


def group(offsets: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Put the numbers of sequences in groups for `SLICE` lanes, the longest first.

    Sequences of a group end nearly together, and fall out of its lanes from the last one on.
    """
    order = np.argsort(offsets[:-1] - offsets[1:], kind="stable")
    return [order[first : first + SLICE] for first in range(0, len(order), SLICE)]


@kernel
def run_group_driven(network, fewest, U, noise, offsets, runs, H, states):
    """Run over the sequences ``runs``, in lanes if there are at least ``fewest``.

    Sequence r lies in the rows ``offsets[r]`` to ``offsets[r + 1]`` of ``U`` (n_rows, n_drive),
    ``noise`` (n_rows, n_units or 0) and ``states`` (n_rows, n_units), which are written. ``H``
    (n_sequences, n_units) holds the state before the first step of each and, at the end, the one
    after the last. ``runs`` is a `group`.
    """
    if runs.size >= fewest:
        run_lanes_driven(network, U, noise, offsets, runs, H, states)
        return
    for r in runs:
        rows = slice(offsets[r], offsets[r + 1])
        run_driven(network, U[rows], noise[rows], H[r], states[rows])


@kernel
def run_lanes_driven(network, U, noise, offsets, runs, H, states):
    """Run over sequences as `run_group_driven` does, a lane for each."""
    n_units, n_busy = H.shape[1], runs.size
    w, room = point_at(network, noise.shape[1], SLICE), working_space(network, SLICE)
    u, shocks = aligned(1, U.shape[1] * SLICE, H)[0], aligned(1, noise.shape[1] * SLICE, H)[0]
    now = 2
    for lane in range(n_busy):
        for i in range(n_units):
            room[now, i * SLICE + lane] = H[runs[lane], i]
    for t in range(offsets[runs[0] + 1] - offsets[runs[0]] + 1):
        while n_busy and offsets[runs[n_busy - 1]] + t == offsets[runs[n_busy - 1] + 1]:
            n_busy -= 1
            for i in range(n_units):
                H[runs[n_busy], i] = room[now, i * SLICE + n_busy]
        if n_busy == 0:
            break
        for lane in range(n_busy):
            row = offsets[runs[lane]] + t
            for j in range(U.shape[1]):
                u[j * SLICE + lane] = U[row, j]
            for i in range(noise.shape[1]):
                shocks[i * SLICE + lane] = noise[row, i]
        before, now = pointer(room[now]), 5 - now
        after = pointer(room[now])
        advance(w, pointer(u), pointer(shocks), before, before, after, pointer(room))
        for block in range(0, n_units, 16):  # a block stays in the nearest cache for all lanes
            end = min(block + 16, n_units)
            for lane in range(n_busy):
                row = offsets[runs[lane]] + t
                for i in range(block, end):
                    states[row, i] = after[i * SLICE + lane]


@kernel
def run_many_free(network, loops, seen, X, n_lanes, H, y, outputs, first_clipped):
    """Run for n_steps on the outputs of all runs, writing ``outputs`` (n_steps, n_variables).

    The variables are the outputs of all runs, one run after the other. ``seen`` (n_runs, n_seen)
    numbers those that drive each run: its own, or also those of its neighbours; n_variables stands
    for a place that is always zero. ``X`` (n_steps, n_runs or 1, n_given) holds the inputs that
    each run, or all of them, are given behind. ``loops`` is a stack of loops, one for each run or
    one for all. ``H`` (n_runs, n_units) and ``y`` (n_variables,) hold states and variables before
    the first step and, at the end, those of the last. ``first_clipped`` (n_runs,) gets the first
    step at which an output was clipped in its bounds, or -1. ``n_lanes`` is 1 or `SLICE`.
    """
    coef = pack_coef(network, loops, -(-H.shape[0] // n_lanes), n_lanes)
    run_packed(network, loops, coef, seen, X, n_lanes, H, y, outputs, first_clipped)


@kernel
def run_packed(network, loops, coef, seen, X, n_lanes, H, y, outputs, first_clipped):
    """Run as `run_many_free` does, with coefficients from `pack_coef`."""
    n_runs, n_units = H.shape
    w, room = point_at(network, 0, n_lanes), working_space(network, n_lanes, 2 * coef.shape[0])
    states = room[2:]
    u = aligned(1, -(-w.n_drive * n_lanes // SLICE) * SLICE, H)[0]
    said = aligned(1, coef.shape[1] * SLICE, y)[0]
    known = np.zeros(y.size + 1, H.dtype)  # the last place stays zero
    for r in range(n_runs):
        first_clipped[r] = -1
        for i in range(n_units):
            states[2 * (r // n_lanes), i * n_lanes + r % n_lanes] = H[r, i]
    for t in range(outputs.shape[0]):
        for i in range(y.size):
            known[i] = y[i]
        for g in range(coef.shape[0]):
            hear(loops, seen, X, t, g, n_lanes, known, u)
            before, after = pointer(states[2 * g + t % 2]), pointer(states[2 * g + (t + 1) % 2])
            advance(w, pointer(u), pointer(u), before, before, after, pointer(room))
            read_lanes(w, loops.squared, coef[g], after, u, said)
            speak(loops, t, g, n_lanes, said, y, first_clipped)
        for i in range(y.size):
            outputs[t, i] = y[i]
    for r in range(n_runs):
        for i in range(n_units):
            last = states[2 * (r // n_lanes) + outputs.shape[0] % 2]
            H[r, i] = last[i * n_lanes + r % n_lanes]


@kernel
def hear(loops, seen, X, t, g, n_lanes, known, u):
    """Fill ``u`` with what drives the runs of group ``g`` in step ``t``."""
    n_runs, n_seen = seen.shape
    n_outputs, n_features = loops.intercept.shape[1], n_seen + X.shape[2]
    for lane in range(min(n_lanes, n_runs - g * n_lanes)):
        r = g * n_lanes + lane
        own = r if X.shape[1] > 1 else 0
        for j in range(n_seen):
            u[j * n_lanes + lane] = known[seen[r, j]]
        for j in range(X.shape[2]):
            u[(n_seen + j) * n_lanes + lane] = X[t, own, j]
        if loops.through_feedback:
            for k in range(n_outputs):
                u[(n_features + k) * n_lanes + lane] = known[r * n_outputs + k]


@kernel
def speak(loops, t, g, n_lanes, said, y, first_clipped):
    """Take the outputs of group ``g`` from its lanes into ``y``, within their bounds."""
    n_loops, n_outputs = loops.intercept.shape
    for lane in range(min(n_lanes, first_clipped.size - g * n_lanes)):
        r = g * n_lanes + lane
        i = r % n_loops
        for k in range(n_outputs):
            value = said[k * SLICE + lane]
            if n_lanes == 1:
                for part in range(1, SLICE):
                    value += said[k * SLICE + part]
            held = bounded(value, loops.lower[i, k], loops.upper[i, k])
            if held != value and first_clipped[r] < 0:
                first_clipped[r] = t
            y[r * n_outputs + k] = held


@kernel
def pack_coef(network, loops, n_groups, n_lanes):
    """Lay out readouts as `read_lanes` wants them, (n_groups, n_outputs, width).

    A row begins with the intercepts, and goes on with what multiplies h, the squares of h and the
    input, each padded to whole slices.
    """
    n_units, n_padded = network.n_units, network.per_unit.shape[1]
    n_loops, n_outputs, n_features = loops.coef.shape
    n_states = 2 * n_units if loops.squared else n_units
    first_input = n_padded * n_lanes * (2 if loops.squared else 1)
    width = first_input + -(-(n_features - n_states) * n_lanes // SLICE) * SLICE
    packed = aligned(n_groups * n_outputs, SLICE + width, loops.coef)
    for r in range(n_groups * n_lanes):
        lane, loop = r % n_lanes, r % n_loops
        for k in range(n_outputs):
            row = packed[r // n_lanes * n_outputs + k]
            row[lane] = loops.intercept[loop, k]
            for i in range(n_features):
                place = i if i < n_units else i - n_units + n_padded
                if i >= n_states:
                    place = i - n_states + first_input // n_lanes
                row[SLICE + place * n_lanes + lane] = loops.coef[loop, k, i]
    return packed.reshape(n_groups, n_outputs, SLICE + width)


@kernel
def read_lanes(w, squared, coef, h, u, said):
    """Write the outputs to ``said`` (n_outputs, SLICE): of a run in each lane, or parts of one."""
    n_states = w.n_padded * w.n_lanes
    for k in range(coef.shape[0]):
        row = pointer(coef[k])
        total = load(row, 0)
        row = at(row, SLICE)
        for i in range(0, n_states, SLICE):
            state, factor = double(load(h, i)), load(row, i)
            if squared:
                factor = multiply_add(load(row, n_states + i), state, factor)
            total = multiply_add(factor, state, total)
        first = 2 * n_states if squared else n_states
        for i in range(first, coef.shape[1] - SLICE, SLICE):
            total = multiply_add(load(row, i), double(load(u, i - first)), total)
        store(said, k * SLICE, total)
