"""Readouts that learn row by row: recursive least squares and normalised least mean squares.

Recursive least squares keeps P, the inverse of the forgetting sum of z z', as P = U D U' with unit
upper triangular U and diagonal D (Bierman, Automatica 12, 1976). D stays positive by construction,
where the textbook's P loses its symmetry and then its sign. Column j of U is row j of ``factor``:
one pass over rows in their order in memory does the whole update.

Rows are padded with zeros to whole slices, for the vector code of the dot product.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import step_once, working_space
from esnkit.kernels.simd import SLICE, load, multiply_add, store

# The rules, by which `AdaptiveFilter.rule` tells them apart.
RLS = 0
LMS = 1


class AdaptiveFilter(NamedTuple):
    """A linear readout that learns, with everything its rule remembers; arrays are changed."""

    rule: int
    weights: NDArray[Any]  # (n_outputs, n_padded): of the features, then of the constant if any
    factor: NDArray[Any]  # (n_weights, n_padded), row j is column j of U without its 1; RLS only
    spread: NDArray[Any]  # (n_weights,), the diagonal of D; RLS only
    z: NDArray[Any]  # (n_padded,), the row at hand, zero behind n_weights
    gain: NDArray[Any]  # (n_padded,), working space
    lanes: NDArray[Any]  # (SLICE,), working space
    n_learned: NDArray[Any]  # (1,), int64: rows that were learned
    forgetting: float
    excitation: float  # length of the virtual row that keeps D bounded, 0 for none
    step_size: float  # LMS only


def n_padded(n: int) -> int:
    """Round up to whole slices."""
    return -(-n // SLICE) * SLICE


def new_learner(
    rule: int,
    n_weights: int,
    n_outputs: int,
    *,
    spread: NDArray[Any],
    forgetting: float = 1.0,
    excitation: float = 0.0,
    step_size: float = 0.0,
) -> AdaptiveFilter:
    """Return a learner of zero weights; ``spread`` is the diagonal of the first P."""
    width = n_padded(n_weights)
    return AdaptiveFilter(
        rule=rule,
        weights=np.zeros((n_outputs, width)),
        factor=np.zeros((n_weights if rule == RLS else 0, width)),
        spread=spread,
        z=np.zeros(width),
        gain=np.zeros(width),
        lanes=np.zeros(SLICE),
        n_learned=np.zeros(1, np.int64),
        forgetting=float(forgetting),
        excitation=float(excitation),
        step_size=float(step_size),
    )


@kernel
def dot(a, b, n, lanes):
    """Sum the products of the first ``n`` numbers, a multiple of `SLICE`."""
    for k in range(SLICE):
        lanes[k] = 0.0
    total = load(lanes, 0)
    for i in range(0, n, SLICE):
        total = multiply_add(load(a, i), load(b, i), total)
    store(lanes, 0, total)
    summed = 0.0
    for k in range(SLICE):
        summed += lanes[k]
    return summed


@kernel
def _turn(row, j, seen, variance, spread, gain):
    """Update column j of U and place j of D; return the variance that columns up to j explain.

    ``seen`` is the row at hand as column j sees it. ``gain`` holds P z as far as earlier columns
    give it.
    """
    share = spread[j] * seen
    grown = variance + seen * share
    spread[j] *= variance / grown
    factor = -seen / variance
    for i in range(-(-j // SLICE) * SLICE):
        old = row[i]
        row[i] = old + factor * gain[i]
        gain[i] += old * share
    gain[j] = share
    return grown


@kernel
def absorb(learner, variance):
    """Take the row ``learner.z`` into P, and leave P z / (variance + z' P z) in ``learner.gain``.

    ``variance`` is that of the noise on the row's target.
    """
    factor, spread, z, gain = learner.factor, learner.spread, learner.z, learner.gain
    gain[:] = 0.0
    for j in range(spread.size):
        width = -(-j // SLICE) * SLICE
        seen = z[j] + dot(factor[j], z, width, learner.lanes)
        variance = _turn(factor[j], j, seen, variance, spread, gain)
    for i in range(gain.size):
        gain[i] /= variance


@kernel
def excite(learner, m):
    """Take a virtual row into P that is zero but for place ``m``."""
    factor, spread, gain = learner.factor, learner.spread, learner.gain
    gain[:] = 0.0
    variance = _turn(factor[m], m, learner.excitation, 1.0, spread, gain)
    for j in range(m + 1, spread.size):
        variance = _turn(factor[j], j, learner.excitation * factor[j, m], variance, spread, gain)


@kernel
def learn(learner, target, weight, output):
    """Write what the weights give for ``learner.z`` into ``output``, then move them to ``target``.

    With RLS a weight divides the variance of the target; with LMS it multiplies the step. A weight
    of zero leaves the learning out.
    """
    weights, z, gain = learner.weights, learner.z, learner.gain
    for k in range(target.size):
        output[k] = dot(weights[k], z, z.size, learner.lanes)
    if weight <= 0.0:
        return
    if learner.rule == RLS:
        absorb(learner, learner.forgetting / weight)
    else:
        size = dot(z, z, z.size, learner.lanes)
        # A row of zeros teaches nothing; the least normal number keeps it from dividing by zero.
        factor = weight * learner.step_size / max(size, 1e-300)
        for i in range(z.size):
            gain[i] = factor * z[i]
    for k in range(target.size):
        error = target[k] - output[k]
        for i in range(z.size):
            weights[k, i] += error * gain[i]
    if learner.rule == RLS:
        for j in range(learner.spread.size):
            learner.spread[j] /= learner.forgetting
        if learner.excitation > 0.0:
            excite(learner, learner.n_learned[0] % learner.spread.size)
    learner.n_learned[0] += 1


@kernel
def learn_rows(learner, features, targets, sample_weight, outputs):
    """Learn rows one after the other, writing what was predicted before each into ``outputs``.

    ``features`` (n_rows, n_features) may lack the constant, which stands in ``learner.z`` already.
    ``sample_weight`` is (n_rows,), or (0,) for ones; rows of weight zero are left out.
    """
    n_features = features.shape[1]
    for n in range(len(features)):
        learner.z[:n_features] = features[n]
        learn(learner, targets[n], sample_weight[n] if sample_weight.size else 1.0, outputs[n])


@kernel
def learn_in_loop(
    network, learner, with_input, squared, own, X, noise, targets, sample_weight, h, y, outputs
):
    """Run a reservoir over the rows of ``X`` (n_steps, n_features), learning at each step.

    Step n is predicted into ``outputs`` (n_steps, n_outputs) before it is learned. What drives the
    units in step n + 1 is that prediction if ``own``, else the target. A weight of zero leaves the
    learning out. ``noise`` is (n_steps, n_units), or (n_steps, 0) for none. ``h`` and ``y`` hold
    state and last output before the first step and, at the end, those after the last.
    """
    room = working_space(network, 1)
    n_units, n_features = h.size, X.shape[1]
    n_states = 2 * n_units if squared else n_units
    u = np.zeros(network.per_unit.shape[0] - 2, h.dtype)
    for t in range(len(X)):
        u[:n_features] = X[t]
        if u.size > n_features:
            u[n_features:] = y
        step_once(network, u, noise[t], h, h, h, room)
        learner.z[:n_units] = h
        if squared:
            learner.z[n_units:n_states] = h * h
        if with_input:
            learner.z[n_states : n_states + n_features] = X[t]
        learn(learner, targets[t], sample_weight[t], outputs[t])
        y[:] = outputs[t] if own else targets[t]
