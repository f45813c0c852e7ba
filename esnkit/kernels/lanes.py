"""Many runs of one network at once, each in a lane of its own, driven or on their own outputs.

The states of `SLICE` runs lie side by side, (n_units, SLICE) laid flat, so that a weight is read
once for all of them and multiplies a whole vector.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.closed_loop import clip, show
from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import ReservoirWeights, advance, aligned, run_driven, working_space
from esnkit.kernels.simd import SLICE, load, multiply_add, store


def fewest_lanes(network: ReservoirWeights) -> int:
    """Return from how many runs on lanes pay, though some stay empty.

    Lanes need `SLICE` times the states at hand. Where those of many units leave the nearest cache
    and there are few weights to be shared, more lanes have to be full.
    """
    n_units, n_weights = network.bias.size, network.recurrence.weights.size
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
def widen(network, n_lanes):
    """Repeat in each lane what a network has for each unit."""
    return ReservoirWeights(
        network.recurrence,
        network.drive,
        np.repeat(network.bias, n_lanes),
        np.repeat(network.leak, n_lanes),
        network.activation,
    )


@kernel
def run_group_driven(network, fewest, U, noise, offsets, runs, H, states):
    """Run over the sequences ``runs``, in lanes if there are at least ``fewest``.

    Sequence r lies in the rows ``offsets[r]`` to ``offsets[r + 1]`` of ``U`` (n_rows, n_drive),
    ``noise`` (n_rows, n_units or 0) and ``states`` (n_rows, n_units), which are written. ``H``
    (n_sequences, n_units) holds the state before the first step of each and, at the end, the one
    after the last. ``runs`` is a `group`.
    """
    if runs.size >= fewest:
        run_lanes_driven(widen(network, SLICE), U, noise, offsets, runs, H, states)
        return
    for r in runs:
        rows = slice(offsets[r], offsets[r + 1])
        run_driven(network, U[rows], noise[rows], H[r], states[rows])


@kernel
def run_lanes_driven(network, U, noise, offsets, runs, H, states):
    """Run over sequences as `run_group_driven` does, a lane for each."""
    n_units = H.shape[1]
    h = aligned(1, n_units * SLICE, H)[0]
    pre, product = working_space(h)
    u = aligned(1, U.shape[1] * SLICE, H)[0]
    shocks = aligned(1, noise.shape[1] * SLICE, H)[0]
    n_busy = runs.size
    for lane in range(n_busy):
        for i in range(n_units):
            h[i * SLICE + lane] = H[runs[lane], i]
    for t in range(offsets[runs[0] + 1] - offsets[runs[0]] + 1):
        while n_busy and offsets[runs[n_busy - 1]] + t == offsets[runs[n_busy - 1] + 1]:
            n_busy -= 1
            for i in range(n_units):
                H[runs[n_busy], i] = h[i * SLICE + n_busy]
        if n_busy == 0:
            break
        for lane in range(n_busy):
            row = offsets[runs[lane]] + t
            for j in range(U.shape[1]):
                u[j * SLICE + lane] = U[row, j]
            for i in range(noise.shape[1]):
                shocks[i * SLICE + lane] = noise[row, i]
        advance(network, u, shocks, h, h, pre, product)
        for block in range(0, n_units, 16):  # a block stays in the nearest cache for all lanes
            end = min(block + 16, n_units)
            for lane in range(n_busy):
                row = states[offsets[runs[lane]] + t]
                for i in range(block, end):
                    row[i] = h[i * SLICE + lane]


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
    n_runs, n_units = H.shape
    n_seen, n_outputs = seen.shape[1], y.size // n_runs
    n_features = n_seen + X.shape[2]
    n_groups = -(-n_runs // n_lanes)
    coef = pack_coef(loops.coef, n_groups, n_lanes)
    network = widen(network, n_lanes)
    h = aligned(n_groups, n_units * n_lanes, H)
    for r in range(n_runs):
        for i in range(n_units):
            h[r // n_lanes, i * n_lanes + r % n_lanes] = H[r, i]
    pre, product = working_space(h[0])
    no_noise = np.zeros(0, H.dtype)
    u = aligned(1, network.drive.shape[0] * n_lanes, H)[0]
    z = aligned(1, coef.shape[2], y)[0]
    said = aligned(1, n_outputs * n_lanes, y)[0]
    known = np.zeros(y.size + 1, H.dtype)  # the last place stays zero
    first_clipped[:] = -1
    for t in range(outputs.shape[0]):
        known[: y.size] = y
        for g in range(n_groups):
            runs = range(g * n_lanes, min((g + 1) * n_lanes, n_runs))
            for r in runs:
                lane = r - g * n_lanes
                given = X[t, r if X.shape[1] > 1 else 0]
                for j in range(n_seen):
                    u[j * n_lanes + lane] = known[seen[r, j]]
                for j in range(given.size):
                    u[(n_seen + j) * n_lanes + lane] = given[j]
                if loops.through_feedback:
                    for k in range(n_outputs):
                        u[(n_features + k) * n_lanes + lane] = known[r * n_outputs + k]
            advance(network, u, no_noise, h[g], h[g], pre, product)
            show(loops, h[g], u[: n_features * n_lanes], z)
            read_lanes(coef[g], z, n_lanes, said)
            for r in runs:
                part, i = y[r * n_outputs : (r + 1) * n_outputs], r % loops.coef.shape[0]
                for k in range(n_outputs):
                    part[k] = said[k * n_lanes + r - g * n_lanes] + loops.intercept[i, k]
                if clip(part, loops.lower[i], loops.upper[i]) and first_clipped[r] < 0:
                    first_clipped[r] = t
        outputs[t] = y
    for r in range(n_runs):
        for i in range(n_units):
            H[r, i] = h[r // n_lanes, i * n_lanes + r % n_lanes]


@kernel
def pack_coef(coef, n_groups, n_lanes):
    """Lay out coefficients as (n_groups, n_outputs, n_readout_features, n_lanes), the last flat."""
    n_loops, n_outputs, n_features = coef.shape
    packed = np.zeros((n_groups, n_outputs, n_features * n_lanes), coef.dtype)
    for r in range(n_groups * n_lanes):
        for k in range(n_outputs):
            for i in range(n_features):
                packed[r // n_lanes, k, i * n_lanes + r % n_lanes] = coef[r % n_loops, k, i]
    return packed


@kernel
def read_lanes(coef, z, n_lanes, outputs):
    """Write the ``outputs`` (n_outputs, n_lanes) laid flat, without the intercepts."""
    if n_lanes == 1:
        np.dot(coef, z, outputs)
    else:
        for k in range(coef.shape[0]):
            row = coef[k]
            outputs[k * SLICE : (k + 1) * SLICE] = 0
            total = load(outputs, k * SLICE)
            for i in range(0, z.size, SLICE):
                total = multiply_add(load(row, i), load(z, i), total)
            store(outputs, k * SLICE, total)
