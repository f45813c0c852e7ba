"""Panels: whether one model serves all series, or each needs its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from esnkit.core.process import divergences_collected
from esnkit.core.seeding import child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import SeriesTraits, linear
from esnkit.forecasting.auto.evaluation import Evaluation, Validation
from esnkit.forecasting.auto.selection import Group, propose
from esnkit.forecasting.series import SeriesSet, inputs_at

_MOST_SERIES = 6  # that are tried; more would cost more than they tell
_N_MODELS = 4  # that are tried beside autoregressions

Prepare = Callable[[SeriesSet, list[FloatArray] | None], tuple[Validation, SeriesTraits]]


def pooled_ratio(
    data: SeriesSet, inputs: list[FloatArray] | None, prepare: Prepare
) -> tuple[float, int]:
    """Tell how well one model for all series does, against one for each, by a small trial.

    Autoregressions and a few other models are fitted to the first part of some series, to all of
    them together and to each alone. The best from half of the origins are judged from the others,
    so that those who had more to choose from have no advantage.

    Parameters
    ----------
    data : SeriesSet
        The series, at least two.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps.
    prepare : callable
        Lays out the validation of series, and says what candidates have to know of them.

    Returns
    -------
    ratio : float
        The error of the pooled model relative to that of the separate ones: the geometric mean
        over series.
    n_tried : int
        The number of series that it was tried on.
    """
    places = np.linspace(0, len(data) - 1, min(len(data), _MOST_SERIES)).round().astype(int)
    tried = data.only(*places)
    known = inputs_at(inputs, *places)
    pooled = _errors_unseen(_first_trials(*prepare(tried, known)), len(tried))
    alone = [
        _errors_unseen(_first_trials(*prepare(tried.only(i), inputs_at(known, i))), 1)
        for i in range(len(tried))
    ]
    return float(10 ** np.mean(pooled - np.concatenate(alone))), len(tried)


def errors_to_naive(group: Group | None, trials: Sequence[Evaluation], n_series: int) -> FloatArray:
    """Return the validation error of a forecast relative to the best naive one, for each series.

    Parameters
    ----------
    group : Group or None
        What forecasts; None where nothing was validated.
    trials : sequence of Evaluation
        The trials of a search, the best first.
    n_series : int
        Number of series that they forecast.

    Returns
    -------
    ndarray of shape (n_series,)
        NaN where nothing was validated.
    """
    naive = next((trial for trial in trials if trial.candidate.naive), None)
    if group is None or naive is None:
        return np.full(n_series, np.nan)
    own, simplest = (_losses([found], n_series)[0] for found in (group, naive))
    return np.asarray(10 ** (own - simplest).mean(axis=-1))


def _first_trials(validation: Validation, problem: SeriesTraits) -> list[Evaluation]:
    """Try autoregressions, and the models that a search would begin with."""
    rng = child_generator(root_seed(0), "reservoir")
    with divergences_collected():
        trials = [validation.measure(candidate) for candidate in linear(problem)]
        trials.sort(key=lambda trial: trial.score)
        models = propose(0, trials, _N_MODELS, problem, rng)
        return trials + [validation.measure(*task) for task in models]


def _errors_unseen(trials: Sequence[Evaluation], n_series: int) -> FloatArray:
    """Choose a trial by every other origin, and return its errors from those between."""
    losses = _losses(trials, n_series)
    halves = [losses[:, :, ::2], losses[:, :, 1::2]]
    judged = []
    for seen, unseen in pairwise([*halves, halves[0]]):
        best = int(seen.mean(axis=(1, 2)).argmin())
        judged.append(unseen[best].mean(axis=-1))
    return np.asarray(np.mean(judged, axis=0))


def _losses(trials: Sequence[Evaluation | Group], n_series: int) -> FloatArray:
    """Return the mean logarithmic error of each run, (n_trials, n_series, n_origins)."""
    runs = np.array([trial.runs for trial in trials])
    return np.asarray(np.nanmean(runs, axis=-1).reshape(len(trials), n_series, -1))
