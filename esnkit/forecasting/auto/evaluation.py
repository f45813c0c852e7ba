"""How good a candidate is: free runs from several origins into the end of the training data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import Candidate
from esnkit.forecasting.backtesting import cut_out
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.forecasting.series import SeriesSet

# Penalties in units of the features' sum of squares.
_COARSE = np.logspace(-26, 2, 15)
_FINE = np.logspace(-3, 3, 13)  # about one that was good for a similar candidate
# Origins from which all penalties are tried, and how many neighbours of the best go on.
_N_FIRST, _REACH = 2, 2
_LEAST_ERROR, _LARGEST_ERROR = 1e-8, 10.0  # in standard deviations


@dataclass(frozen=True)
class Evaluation:
    """A candidate with one penalty, and how it did."""

    candidate: Candidate
    penalty: float  # for each row that the readout is fitted to
    strength: float  # the penalty in units of the features' sum of squares
    runs: FloatArray  # (n_runs, horizon), see `log_errors`
    seconds: float

    @property
    def score(self) -> float:
        """The mean of its errors, the lower the better."""
        return float(self.runs.mean())


@dataclass(frozen=True)
class Origin:
    """An origin: the inputs of the steps behind it, and what the series turn out to be."""

    heads: SeriesSet
    passed: list[FloatArray] | None  # inputs since the origin before
    coming: list[FloatArray] | None
    truth: list[FloatArray]  # (horizon, n_variables) for each series


class Validation:
    """Forecasts of parts of the training data that candidates have to make.

    Parameters
    ----------
    data : SeriesSet
        The series.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps.
    horizon : int
        Steps to forecast from each origin.
    back : sequence of int
        How far before the end of the series the origins lie, the earliest first.
    """

    def __init__(
        self, data: SeriesSet, inputs: list[FloatArray] | None, horizon: int, back: list[int]
    ) -> None:
        self.horizon = horizon
        self._places = list(_places(data, inputs, horizon, back))
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
        Trial
            The candidate with the best penalty.
        """
        start = time.perf_counter()
        stops = self._go_along(candidate.forecaster(1.0, self.lengths))
        model = stops[0].forecaster_.model_
        statistics = model.readout_.statistics_[0]
        squares = statistics.sums_of_squares[: statistics.n_features].sum() or 1.0
        strengths = _COARSE if strength is None else strength * _FINE
        strengths = np.ones(1) if candidate.naive else strengths  # there is nothing to shrink
        models = [model.with_readout(r) for r in model.readout_.path(strengths * squares)]
        best, runs = self._best(stops, models)
        return Evaluation(
            candidate,
            penalty=float(strengths[best] * squares / statistics.n_samples),
            strength=float(strengths[best]),
            runs=runs,
            seconds=time.perf_counter() - start,
        )

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
            stop._extend(place.heads, place.passed, learn=False)
            stops.append(stop)
        return stops

    def _errors(
        self, model: Any, stops: list[SeasonallyAdjustedForecaster], places: list[Origin]
    ) -> FloatArray:
        """Return `log_errors` of the runs from some origins, (n_origins * n_series, horizon)."""
        rows = []
        for stop, place in zip(stops, places, strict=True):
            stop.forecaster_.model_ = model
            futures = stop._futures(self.horizon, place.coming)
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


def _places(
    data: SeriesSet, inputs: list[FloatArray] | None, horizon: int, back: list[int]
) -> Iterator[Origin]:
    """Cut the series at each origin."""
    known = [0] * len(data)
    for n_left in back:
        heads = replace(data, members=tuple(m.head(-n_left) for m in data.members))
        cuts = [len(member.values) for member in heads.members]
        ends = [cut + horizon for cut in cuts]
        values = [member.values for member in data.members]
        truth = cut_out(values, cuts, ends)
        assert truth is not None
        yield Origin(heads, cut_out(inputs, known, cuts), cut_out(inputs, cuts, ends), truth)
        known = cuts


def _deviation(values: FloatArray) -> FloatArray:
    """Return the standard deviation of each variable, or 1 where there is none."""
    deviation = values.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)
