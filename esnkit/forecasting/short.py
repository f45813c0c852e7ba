"""Series of a few steps: classical forecasts, weighted by what they were off so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from esnkit.core.process import divergences_collected
from esnkit.core.typing import FloatArray
from esnkit.forecasting.autoregression import AutoregressiveForecaster
from esnkit.forecasting.backtesting import cut_back
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.classical import ExponentialSmoothing, NaiveForecaster, SeasonalNaive
from esnkit.forecasting.ensemble import EnsembleForecaster
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.forecasting.seasonality import calendar_seasons
from esnkit.forecasting.series import SeriesSet
from esnkit.forecasting.theta import ThetaForecaster

_FIRST = 2  # steps that are known at the first origin
_AHEAD, _SHARE_AHEAD = 3, 8  # steps that are forecast from each, or a part of the series
_PRIOR = 4.0  # errors that the prior is worth, by which all members are as good as the last value
_POWER = 4.0  # weights are inverse to this power of the mean squared error, for many errors
_LEAST_WEIGHT = 0.02  # relative to the largest, that is worth a fit
_LEAST_RATIO = 1e-12  # of squared errors


@dataclass(frozen=True)
class _Member:
    """A forecaster, unfitted, and what it is called."""

    name: str
    forecaster: BaseForecaster
    fewest: int  # steps


def short_ensemble(
    data: SeriesSet, inputs: list[FloatArray] | None, seasons: Sequence[int]
) -> tuple[EnsembleForecaster, list[str]]:
    """Choose and weigh classical forecasts for series of a few steps.

    These are the last value, the drift, the return to the mean, exponential smoothing, its damped
    trend and Theta; with known inputs an autoregression; and if there is a season, the last season,
    and the others about its course. Each forecasts up to three steps from every step on, or an
    eighth of the series, which tells a season of many steps from what is smooth. Weights
    are inverse to a power of the mean squared error relative to that of the last value [1]_, and
    the fewer errors there are, the more equal.

    Parameters
    ----------
    data : SeriesSet
        The series, of at least three steps.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps.
    seasons : sequence of int
        Seasons of the series, in steps, beside those that its dates suggest.

    Returns
    -------
    ensemble : EnsembleForecaster
        Unfitted; its members are those that have any weight.
    names : list of str
        What they are called.

    References
    ----------
    .. [1] J. M. Bates and C. W. J. Granger, "The combination of forecasts", Operational Research
       Quarterly 20, 1969.

    Examples
    --------
    >>> from esnkit.forecasting.series import read_series
    >>> from esnkit.forecasting.short import short_ensemble
    >>> line = read_series([105.0, 110.0, 115.0, 120.0])
    >>> ensemble, names = short_ensemble(line, None, ())
    >>> ensemble._fit(line, None).forecast(2).round(6)
    array([125., 130.])
    """
    possible = _members(data, seasons, inputs is not None)
    reference = _squares(data, inputs, possible[0])
    losses = [1.0, *(_loss(reference, _squares(data, inputs, m)) for m in possible[1:])]
    weights = np.array(losses) ** -_POWER
    kept = np.flatnonzero(weights >= _LEAST_WEIGHT * weights.max())
    weights = (weights[kept] / weights[kept].sum())[:, np.newaxis]
    ensemble = EnsembleForecaster([possible[i].forecaster for i in kept], weights)
    return ensemble, [possible[i].name for i in kept]


def _members(data: SeriesSet, seasons: Sequence[int], with_inputs: bool) -> list[_Member]:
    """Return the forecasts that a series of so many steps can have, the simplest first."""
    n_steps = data.n_shortest
    plain = [
        _Member("the last value", NaiveForecaster(), 1),
        _Member("the drift", NaiveForecaster("drift"), 2),
        _Member("the return to the mean", NaiveForecaster("reversion"), 4),
        _Member("smoothing", ExponentialSmoothing(), 4),
        _Member("a damped trend", ExponentialSmoothing("damped"), 5),
        _Member("Theta", ThetaForecaster(None), 4),
    ]
    if with_inputs:
        plain.append(_Member("known inputs", AutoregressiveForecaster(1), 8))
    found = list(plain)
    for season in sorted({*seasons, *calendar_seasons(data.members[0].index)}):
        found.append(_Member("the last season", SeasonalNaive(season), season))
        drifting = SeasonalNaive(season, drift=True)
        found.append(_Member("the last season with its drift", drifting, season + 1))
        for member in plain:
            about = SeasonallyAdjustedForecaster(member.forecaster, season=season)
            name = f"{member.name} about the season"
            found.append(_Member(name, about, max(2 * season, member.fewest)))
    wanted = [1 if m.fewest == 1 else m.fewest + 1 for m in found]
    return [m for m, least in zip(found, wanted, strict=True) if least <= n_steps]


def _loss(reference: FloatArray, squares: FloatArray) -> float:
    """Compare errors with those of the last value from the same origins, shrunk towards 1."""
    both = np.isfinite(squares) & np.isfinite(reference)
    n_errors = int(both.sum())
    if not n_errors:
        return 1.0
    spread = float(np.mean(reference[both]))
    ratio = float(np.mean(squares[both])) / spread if spread > 0 else 1.0
    return float(max(ratio, _LEAST_RATIO) ** (n_errors / (n_errors + _PRIOR)))


def _squares(data: SeriesSet, inputs: list[FloatArray] | None, member: _Member) -> FloatArray:
    """Return mean squared errors from each origin and step ahead, NaN where there is none."""
    n_steps = data.n_shortest
    farthest = max(_AHEAD, n_steps // _SHARE_AHEAD)
    found = np.full((n_steps, farthest), np.nan)
    units = [member.values.std(axis=0) for member in data.members]
    units = [np.where(unit > 0, unit, 1.0) for unit in units]
    backs = range(n_steps - max(_FIRST, member.fewest), 0, -1)
    for back, origin in zip(backs, cut_back(data, inputs, backs, farthest), strict=True):
        n_ahead = min(farthest, back)
        with divergences_collected():  # a bad forecast has a bad error
            fitted: Any = clone(member.forecaster)._fit(origin.heads, origin.known)
            futures = fitted._forecast(n_ahead, origin.coming)
        parts = zip(futures, origin.truth, units, strict=True)
        errors = [np.square((f - t) / unit).mean(axis=1) for f, t, unit in parts]
        found[n_steps - back, :n_ahead] = np.mean(errors, axis=0)
    return found
