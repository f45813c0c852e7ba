"""One observation in, forecasts out: the state loop cut open for live use.

A call from Python takes longer for each array that is handed over, and longer still for arrays in
named tuples, so what belongs together comes stacked and is taken apart in here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.closed_loop import Loop
from esnkit.kernels.jit import kernel
from esnkit.kernels.lanes import run_packed
from esnkit.kernels.reservoir import ReservoirWeights
from esnkit.kernels.sparse_layout import Recurrence

N_FLAGS = 8  # in front of what `stack_constants` makes
NOT_FINITE = -2  # returned instead of the first step clipped, with nothing changed


def stack_constants(network: ReservoirWeights, loop: Loop, lags: NDArray[np.int64]) -> Any:
    """Put what a `stream` has of whole numbers into one array, and all weights into another."""
    recurrence = network.recurrence
    counts = [recurrence.starts.size, len(recurrence.dense)]
    counts += [network.leaky, network.activation]
    flags = [loop.with_input, loop.squared, loop.through_input, loop.through_feedback]
    numbers = np.concatenate([counts, flags, recurrence.starts, lags]).astype(np.int64)
    weights = recurrence.dense.ravel() if recurrence.dense.size else recurrence.weights
    return numbers, recurrence.columns, weights


@kernel
def stream(
    numbers, columns, weights, per_unit, coef, bounds, scale,
    state, past, value, given, outputs,
):  # fmt: skip
    """Take in a value, step once, and run on for as many rows as ``outputs`` has.

    What stays as it is: ``numbers``, ``columns`` and ``weights`` of `stack_constants`; ``per_unit``
    of the `ReservoirWeights`; ``coef`` of `pack_coef`; ``bounds`` (2, n_outputs) of the `Loop`; and
    ``scale`` (2, n_values + n_given), means and spreads.

    What moves on: ``state`` (1, n_units), and ``past``, see `observe`. Where ``value`` (n_values,)
    is empty, nothing has been observed, and the first output takes its place.

    ``given`` (n_steps, n_given) holds known inputs. ``outputs`` (n_steps, n_values) is filled, in
    the units of the values. Where the readout has more outputs than there are values, they are
    those of all steps, read from one state. Returns the first step at which an output was clipped
    to its bounds, or -1, or `NOT_FINITE`.
    """
    if not (all_finite(value) and all_finite(given.reshape(-1))):
        return NOT_FINITE
    n_starts, n_dense = numbers[0], numbers[1]
    starts, lags = numbers[N_FLAGS : N_FLAGS + n_starts], numbers[N_FLAGS + n_starts :]
    dense = weights[: n_dense * n_dense].reshape(n_dense, n_dense)
    network = ReservoirWeights(
        Recurrence(starts, columns, weights, dense),
        per_unit, state.shape[1], numbers[2] != 0, numbers[3],
    )  # fmt: skip
    loop = Loop(
        coef, bounds[:1], numbers[4] != 0, numbers[5] != 0, numbers[6] != 0, numbers[7] != 0,
        bounds[:1], bounds[1:],
    )  # fmt: skip
    n_steps, n_values = outputs.shape
    rows = np.empty((n_steps, 1, given.shape[1]), state.dtype)
    for t in range(n_steps):
        for i in range(given.shape[1]):
            rows[t, 0, i] = (given[t, i] - scale[0, n_values + i]) / scale[1, n_values + i]
    if value.size:
        observe(value, lags, scale[:, :n_values], past)
    first_clipped = run_on(network, loop, coef, rows, state, past[:n_values], outputs)
    if not value.size:
        past[:n_values] = outputs[0]
    restore(outputs, lags, scale[:, :n_values], past[n_values:])
    return first_clipped


@kernel
def all_finite(values):
    """Tell whether no value is missing or infinite."""
    for x in values:  # noqa: SIM110 - a generator does not compile
        if not np.isfinite(x):
            return False
    return True


@kernel
def run_on(network, loop, coef, rows, state, latest, outputs):
    """Step the state once, and a copy of it on the outputs, writing prepared ``outputs``."""
    n_values = latest.size
    seen = np.arange(n_values if loop.through_input else 0).reshape(1, -1)
    y, said = np.zeros(coef.shape[1]), np.empty((1, coef.shape[1]))
    y[:n_values] = latest
    clipped = np.empty(1, np.int64)
    run_packed(network, loop, coef, seen, rows[:1], 1, state, y, said, clipped)
    first_clipped = clipped[0]
    if y.size > n_values:  # all steps at once
        outputs.reshape(-1)[:] = y[: outputs.size]
        return first_clipped
    outputs[0] = y
    if outputs.shape[0] > 1:
        ahead = state.copy()
        run_packed(network, loop, coef, seen, rows[1:], 1, ahead, y, outputs[1:], clipped)
        if first_clipped < 0 <= clipped[0]:
            first_clipped = clipped[0] + 1
    return first_clipped


@kernel
def observe(value, lags, scale, past):
    """Prepare a new value: differences at the lags, then standardisation.

    ``past`` holds the last prepared value and then, for each lag, as many of the last values of
    which that difference is taken, the oldest first.
    """
    n_values = value.size
    latest = past[:n_values]
    latest[:] = value
    start = n_values
    for lag in lags:
        kept = past[start : start + lag * n_values]
        for i in range(n_values):
            newest = latest[i]
            latest[i] = newest - kept[i]
            for k in range(i, kept.size - n_values, n_values):
                kept[k] = kept[k + n_values]
            kept[kept.size - n_values + i] = newest
        start += kept.size
    for i in range(n_values):
        latest[i] = (latest[i] - scale[0, i]) / scale[1, i]


@kernel
def restore(outputs, lags, scale, kept):
    """Undo `observe` for the steps that follow: scale, then the differences, the last first."""
    n_steps, n_values = outputs.shape
    for t in range(n_steps):
        for i in range(n_values):
            outputs[t, i] = outputs[t, i] * scale[1, i] + scale[0, i]
    end = kept.size
    for level in range(lags.size - 1, -1, -1):
        lag = lags[level]
        end -= lag * n_values
        for t in range(n_steps):
            for i in range(n_values):
                before = outputs[t - lag, i] if t >= lag else kept[end + t * n_values + i]
                outputs[t, i] += before
