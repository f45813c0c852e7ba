"""What past errors are without the settings that were chosen by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from esnkit.core.typing import FloatArray, Indices
from esnkit.forecasting.auto.candidates import Candidate
from esnkit.forecasting.auto.evaluation import Evaluation, Validation
from esnkit.forecasting.auto.selection import Group, choose, weigh

_FEWEST = 3  # origins that settings are chosen by
_LARGEST = 2.0


@dataclass(frozen=True)
class Hindsight:
    """Errors at origins that had no say in the settings.

    Attributes
    ----------
    widening : float
        Their ratio to the errors of the settings in use, from 1 to 2: the factor by which an
        interval made of past errors has to be wider. 1 where origins are too few to leave any out.
    ratio : float
        Their ratio to the errors of the best naive forecast at the same origins, NaN where there
        is none or origins are too few.
    """

    widening: float = 1.0
    ratio: float = np.nan


def hindsight(trials: Sequence[Evaluation], validation: Validation, n_members: int) -> Hindsight:
    """Compare errors by settings that were chosen without them with errors by those that are used.

    At each origin of the validation the forecast is made twice: by what is best from all origins,
    and by what is best from those alone whose forecasts share no step with it, models and weights
    included [1]_.

    Parameters
    ----------
    trials : sequence of Evaluation
        All that was tried, the best first.
    validation : Validation
        Where it was tried.
    n_members : int
        Models that the median is taken of.

    Returns
    -------
    Hindsight
        By ratios of mean absolute errors.

    References
    ----------
    .. [1] G. C. Cawley and N. L. C. Talbot, "On over-fitting in model selection and subsequent
       selection bias in performance evaluation", Journal of Machine Learning Research 11, 2010.
    """
    n_origins = len(validation.steps_back)
    everywhere = np.arange(n_origins)
    alike = errors_by(trials, validation, n_members, everywhere)
    naive = [trial.forecasts for trial in trials if trial.candidate.naive][:1]
    naively = [np.abs(validation.deviations_of(forecasts)) for forecasts in naive]
    known, fresh, plain = [], [], []
    for k in everywhere:
        apart = _apart(validation, int(k))
        if len(apart) >= _FEWEST:
            known.append(alike[:, k])
            fresh.append(errors_by(trials, validation, n_members, apart)[:, k])
            plain += [errors[:, k] for errors in naively]
    return Hindsight(
        float(np.clip(_mean_ratio(fresh, known, 1.0), 1.0, _LARGEST)),
        _mean_ratio(fresh, plain, np.nan),
    )


def _mean_ratio(errors: list[FloatArray], others: list[FloatArray], otherwise: float) -> float:
    """Divide the mean of errors by that of others, where they have one above 0."""
    known = bool(others) and np.nanmean(others) > 0
    return float(np.nanmean(errors) / np.nanmean(others)) if known else otherwise


def _apart(validation: Validation, k: int) -> Indices:
    """Return the origins whose forecasts share no step with that of origin k, or all others."""
    backs = np.array(validation.steps_back)
    apart = np.flatnonzero(np.abs(backs - backs[k]) >= validation.horizon)
    return apart if len(apart) >= _FEWEST else np.flatnonzero(np.arange(len(backs)) != k)


def errors_by(
    trials: Sequence[Evaluation], validation: Validation, n_members: int, origins: Indices
) -> FloatArray:
    """Return absolute errors from all origins by what is best from some of them.

    Parameters
    ----------
    trials : sequence of Evaluation
        All that was tried.
    validation : Validation
        Where it was tried.
    n_members : int
        Models that the median is taken of.
    origins : ndarray of int
        The origins that choose.

    Returns
    -------
    ndarray of shape (n_series, n_origins, horizon, n_variables)
        In standard deviations, NaN beyond the end of the series.
    """
    n_origins = len(validation.steps_back)
    n_series = len(trials[0].runs) // n_origins
    rows = (np.arange(n_series)[:, np.newaxis] * n_origins + origins).ravel()
    seen = [
        replace(trial, runs=trial.runs[rows], score=float(np.nanmean(trial.runs[rows])))
        for trial in trials
    ]
    seen.sort(key=lambda trial: trial.score)
    models = [trial for trial in seen if not trial.candidate.simple][:n_members]
    groups = choose(seen, models, validation)
    if models:  # their median was judged from all origins
        groups[0] = Group(groups[0].members, groups[0].runs[rows])
    weights = weigh(groups)
    found = {trial.candidate: trial.forecasts for trial in trials}
    runs = [
        np.einsum("gh,grhv->rhv", weights, [_median(group, found, i) for group in groups])
        for i in range(n_series)
    ]
    return np.abs(validation.deviations_of(runs))


def _median(group: Group, found: dict[Candidate, list[FloatArray]], i: int) -> FloatArray:
    """Return what a group forecast for series i, (n_origins, horizon, n_variables)."""
    return np.asarray(np.median([found[one.candidate][i] for one in group.members], axis=0))
