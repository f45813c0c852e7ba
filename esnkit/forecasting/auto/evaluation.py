"""How good a candidate is: free runs from several origins into the end of the training data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import Candidate
from esnkit.forecasting.backtesting import Origin, cut_at_origins
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.forecasting.series import SeriesSet
from esnkit.search.engine import Trial
from esnkit.search.rolling_origins import RollingOrigins

# Penalties in units of the features' sum of squares.
_COARSE = np.logspace(-26, 2, 15)
_FINE = np.logspace(-3, 3, 13)  # about one that was good for a similar candidate
# Origins from which all penalties are tried, and how many neighbours of the best go on.
_N_FIRST, _REACH = 2, 2
_LEAST_ERROR, _LARGEST_ERROR = 1e-8, 10.0  # in standard deviations


@dataclass(frozen=True, kw_only=True)
class Evaluation(Trial):
    """A candidate with its best penalty, and how it did."""

    score: float
    candidate: Candidate
    penalty: float  # for each row that the readout is fitted to
    strength: float  # the penalty in units of the features' sum of squares
    runs: FloatArray  # (n_runs, horizon), see `log_errors`

    @classmethod
    def of(
        cls, candidate: Candidate, runs: FloatArray, penalty: float = 1.0, strength: float = 1.0
    ) -> Evaluation:
        """Score a candidate by the mean of its errors, the lower the better."""
        return cls(
            settings=candidate.settings | {"penalty": penalty},
            seconds=0.0,
            score=float(runs.mean()),
            seed=candidate.seed,
            candidate=candidate,
            penalty=penalty,
            strength=strength,
            runs=runs,
        )


class Validation:
    """Forecasts of parts of the training data that candidates have to make.

    Parameters
    ----------
    data : SeriesSet
        The series.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps.
    rolling : RollingOrigins
        Where the forecasts begin.
    """

    def __init__(
        self, data: SeriesSet, inputs: list[FloatArray] | None, rolling: RollingOrigins
    ) -> None:
        self.horizon = rolling.horizon
        self._places = list(cut_at_origins(data, inputs, rolling))
        heads = [member.values for member in self._places[0].heads.members]
        self.lengths = [len(values) for values in heads]
        self._deviations = [_deviation(values) for values in heads]

    def measure(self, candidate: Candidate, strength: float | None = None) -> Evaluation:
        """Try a candidate with many penalties, at the price of one run over the series.

        Parameters
        ----------
        candidate : Candidate
            The settings.
        strength : float, default=None
            About how strong the penalty ought to be; None tries all that matter.

        Returns
        -------
        Evaluation
            The candidate with the best penalty.
        """
        stops = self._go_along(candidate.forecaster(1.0, self.lengths))
        if candidate.simple:
            return Evaluation.of(candidate, self._errors(None, stops, self._places))
        model = stops[0].forecaster_.model_
        statistics = model.readout_.statistics_[0]
        squares = statistics.sums_of_squares[: statistics.n_features].sum() or 1.0
        strengths = _COARSE if strength is None else strength * _FINE
        models = [model.with_readout(r) for r in model.readout_.path(strengths * squares)]
        best, runs = self._best(stops, models)
        penalty = float(strengths[best] * squares / statistics.n_samples)
        return Evaluation.of(candidate, runs, penalty, float(strengths[best]))

    def _best(
        self, stops: list[SeasonallyAdjustedForecaster], models: list[Any]
    ) -> tuple[int, FloatArray]:
        """Return which of the models is best, and its errors.

        All run from the first origins; from the others only those near the best so far.
        """
        first = [self._errors(m, stops[:_N_FIRST], self._places[:_N_FIRST]) for m in models]
        middle = int(smooth(np.array(first)).mean(axis=(1, 2)).argmin())
        near = range(max(0, middle - _REACH), min(len(models), middle + _REACH + 1))
        rest = stops[_N_FIRST:], self._places[_N_FIRST:]
        runs = [np.vstack([first[i], self._errors(models[i], *rest)]) for i in near]
        smoothed = smooth(np.array(runs))
        best = int(smoothed.mean(axis=(1, 2)).argmin())
        return near[best], smoothed[best]

    def _go_along(
        self, forecaster: SeasonallyAdjustedForecaster
    ) -> list[SeasonallyAdjustedForecaster]:
        """Fit to what is known at the first origin, and stop at each."""
        first, *others = self._places
        stops = [forecaster._fit(first.heads, first.passed)]
        for place in others:
            stop = stops[-1].fork()
            stop._update(place.heads, place.passed, learn=False)
            stops.append(stop)
        return stops

    def _errors(
        self, model: Any, stops: list[SeasonallyAdjustedForecaster], places: list[Origin]
    ) -> FloatArray:
        """Return `log_errors` of runs from some origins, (n_origins * n_series, horizon)."""
        rows = []
        for stop, place in zip(stops, places, strict=True):
            if model is not None:
                stop.forecaster_.model_ = model
            futures = stop._forecast(self.horizon, place.coming)
            for future, truth, unit in zip(futures, place.truth, self._deviations, strict=True):
                rows.append((((future - truth) / unit) ** 2).mean(axis=1))
        return log_errors(np.array(rows).reshape(-1, self.horizon))


def log_errors(squares: FloatArray) -> FloatArray:
    """Return the logarithm of the error of each run up to each step ahead.

    Parameters
    ----------
    squares : ndarray of shape (n_runs, horizon)
        Squared errors, in units of the variance.

    Returns
    -------
    ndarray of shape (n_runs, horizon)
        The decimal logarithm of the root mean squared error so far in the run. In a mean over runs
        one that goes astray does not decide alone, and the mean over steps rewards long valid times
        on chaos as well as small errors in noise.
    """
    so_far = np.cumsum(np.minimum(squares, _LARGEST_ERROR**2), axis=1)
    errors = np.sqrt(so_far / np.arange(1, squares.shape[1] + 1))
    return np.log10(np.maximum(errors, _LEAST_ERROR))


def smooth(errors: FloatArray) -> FloatArray:
    """Average each with its neighbours, for a good one between bad ones is luck."""
    padded = np.concatenate([errors[:1], errors, errors[-1:]])
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4


def _deviation(values: FloatArray) -> FloatArray:
    """Return the standard deviation of each variable, or 1 where there is none."""
    deviation = values.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)
