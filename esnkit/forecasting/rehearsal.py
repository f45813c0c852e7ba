"""Free runs inside the series that a model was fitted to, and penalties that keep them near it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from sklearn.base import clone

from esnkit.core.process import divergences_collected
from esnkit.core.typing import FloatArray
from esnkit.models.esn import ESNRegressor

_PENALTIES = (1e-6, 1e-4, 1e-2, 1e-1, 1.0, 10.0, 100.0)  # for a thousand rows
_SHARES = (0.3, 0.4, 0.5, 0.6, 1.0)  # of the rows, where runs begin; the last is a forecast
_LONGEST, _MOST_ROWS, _MOST_SERIES = 200, 2000, 3
_BEYOND = 0.5  # of the range of the series, that a run may leave it by

Pairs = Sequence[tuple[FloatArray, FloatArray]]  # the rows and targets of each series


def hold(model: ESNRegressor, refit: Callable[[], None], pairs: Pairs, feeds_back: bool) -> None:
    """Raise a penalty that was left to the readout until free runs stay near the series.

    A readout chooses its penalty one step ahead, where a series that repeats itself exactly asks
    for none; the free run then follows errors that the penalty would have damped. If no run
    leaves the range of the series, nothing is changed.

    Parameters
    ----------
    model : ESNRegressor
        Fitted, with a `RidgeReadout` that chose its penalty.
    refit : callable
        Fits the model to the pairs again, by its settings of then.
    pairs : sequence of (rows, targets)
        What the model was fitted to.
    feeds_back : bool
        Whether it sees its outputs by its output feedback.
    """
    readout = model.readout_
    if _rehearse(model, pairs, feeds_back)[0]:
        return
    n_rows = sum(len(rows) for rows, _ in pairs)
    tried: list[tuple[bool, float, float]] = []  # whether it leaves the range, error, penalty
    for alpha in (penalty * n_rows / 1000 for penalty in _PENALTIES):
        model.set_params(readout=clone(readout).set_params(alpha=alpha))
        refit()
        stays, error = _rehearse(model, pairs, feeds_back)
        tried.append((not stays, error, alpha))
        if tried[-1] > min(tried) and not min(tried)[0]:
            break  # beyond the best
    model.set_params(readout=clone(readout).set_params(alpha=min(tried)[2]))
    refit()


def _rehearse(model: ESNRegressor, pairs: Pairs, feeds_back: bool) -> tuple[bool, float]:
    """Tell whether runs from inside the series stay near them, and their mean absolute error."""
    stays, errors = True, []
    with divergences_collected():
        for rows, targets in pairs[:_MOST_SERIES]:
            low, high = targets.min(axis=0), targets.max(axis=0)
            leeway = _BEYOND * (high - low)
            for run, truth in _runs(model, rows[-_MOST_ROWS:], targets[-_MOST_ROWS:], feeds_back):
                stays &= bool(((low - leeway <= run) & (run <= high + leeway)).all())
                errors += [np.abs(run - truth).mean()] if len(truth) else []
    return stays, float(np.mean(errors))


def _runs(
    model: ESNRegressor, rows: FloatArray, targets: FloatArray, feeds_back: bool
) -> list[tuple[FloatArray, FloatArray]]:
    """Run freely from some places of a series; return each run with what came, if it is known."""
    n_steps = min(_LONGEST, max(1, 2 * len(rows) // 5))
    n_own = 0 if feeds_back else targets.shape[1]
    found, state, start = [], None, 0
    for cut in (round(share * len(rows)) for share in _SHARES):
        feedback = {"feedback": targets[start:cut]} if feeds_back else {}
        _, state = model.predict(rows[start:cut], state=state, return_state=True, **feedback)
        known = rows[cut : cut + n_steps, n_own:]
        if known.shape[1] and not len(known):
            break  # known inputs that are to come
        truth = targets[cut : cut + n_steps]
        run = model.free_run(
            len(truth) or n_steps,
            X=known if known.shape[1] else None,
            state=replace(state, output=targets[cut - 1]),
        )
        found.append((run.reshape(-1, targets.shape[1]), truth))
        start = cut
    return found
