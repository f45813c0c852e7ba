"""What is taken off series before a forecaster sees them: growth, by logarithms, and seasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import lcm
from typing import Any, Self
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from esnkit.core.process import warn_of_divergence
from esnkit.core.seeding import RandomState
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.series import LONGEST_TAIL, SeriesSet

_ROUNDS = 3  # in which courses of several seasons are estimated in turns

# What is left of a long series is as long, so the members of an ensemble share it. Here it lives no
# longer than the series, and than the last forecaster that holds it.
_ADJUSTED: WeakKeyDictionary[SeriesSet, WeakValueDictionary[Any, SeriesSet]] = WeakKeyDictionary()


class SeasonallyAdjustedForecaster(BaseForecaster):
    """Forecasts what is left of series without their seasons, and puts the seasons back.

    The mean course of a season is estimated as in the classical decomposition [1]_: what deviates
    from a moving average over one season, averaged over the seasons. It is shrunk as far as it may
    be noise. Taken from logarithms, it is a season that grows with the series. Of several seasons,
    such as a day and a week, each is estimated from what the others leave, in turns [2]_.

    Forecasts are clipped to the range of the series, of logarithms if these are taken, widened
    by its width on both sides; and what was never negative is not forecast below zero.

    Parameters
    ----------
    forecaster : forecaster
        Forecasts the rest; unfitted, a copy is fitted.
    log : bool, default=False
        Whether logarithms are taken; the series must be positive.
    season : int or sequence of int, default=None
        Length of the season in steps, or of several; None for none. What does not fit twice into a
        series is left out.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the ensembles of `predict_interval`.

    Attributes
    ----------
    forecaster_ : forecaster
        The fitted copy.
    courses_ : list of ndarray of shape (n_course, n_variables)
        The course of the season of each series, from its first step on. With several seasons their
        sum, over the least number of steps that holds each of them whole times.

    References
    ----------
    .. [1] R. J. Hyndman and G. Athanasopoulos, "Forecasting: principles and practice", section
       3.4, OTexts, 2021.
    .. [2] K. Bandara, R. J. Hyndman and C. Bergmeir, "MSTL: a seasonal-trend decomposition
       algorithm for time series with multiple seasonal patterns", International Journal of
       Operational Research 52, 2025.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import Forecaster
    >>> from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
    >>> y = 100 + np.tile([0.0, 5.0, -5.0, 0.0], 15)
    >>> forecaster = SeasonallyAdjustedForecaster(Forecaster(random_state=0), season=4).fit(y)
    >>> forecaster.courses_[0].ravel().round(3)
    array([ 0.,  5., -5.,  0.])
    """

    forecaster_: Any  # each kind keeps its states and models in its own way

    def __init__(
        self,
        forecaster: BaseForecaster,
        *,
        log: bool = False,
        season: int | Sequence[int] | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.forecaster = forecaster
        self.log = log
        self.season = season
        self.random_state = random_state

    @property
    def courses_(self) -> list[FloatArray]:
        """The course of the season of each series, from its first step on."""
        return self._adjustment.courses

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self.series_, self._inputs = data, inputs
        self._adjustment = SeasonalAdjustment(self.log, self.season)
        self._adjustment.fit([member.values for member in data.members])
        self.forecaster_ = clone(self.forecaster)._fit(self._adjusted(data), inputs)
        return self

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        self.forecaster_._update(self._adjusted(data), inputs, learn)
        self._grow(data, inputs)

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        futures = self.forecaster_._forecast(horizon, inputs)
        return [
            self._restored(i, future, member.values)
            for i, (future, member) in enumerate(zip(futures, self.series_.members, strict=True))
        ]

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        values = [member.values for member in data.members]
        if self.log and min(v.min() for v in values) <= 0:
            raise ValueError(
                "y holds values that are not positive, of which no logarithm is taken."
            )
        self._adjustment = SeasonalAdjustment(self.log, self.season).fit(values)
        self.forecaster_._apply(self._adjusted(data), inputs)
        self.series_, self._inputs = data, inputs

    def _fitted(self) -> list[FloatArray]:
        return [
            self._adjustment.back(i, rest, self.series_.members[i].values, start=0)[0]
            for i, rest in enumerate(self.forecaster_._fitted())
        ]

    def _check_parameters(self) -> None:
        self.forecaster._check_parameters()

    def _check_learning(self, n_series: int) -> None:
        self.forecaster_._check_learning(n_series)

    def _frozen_clone(self) -> SeasonallyAdjustedForecaster:
        return clone(self).set_params(forecaster=self.forecaster_._frozen_clone())

    def _reseeded(self, seed: int) -> SeasonallyAdjustedForecaster:
        return clone(self).set_params(forecaster=self.forecaster._reseeded(seed))

    def _adjusted(self, data: SeriesSet) -> SeriesSet:
        """Return the series that the forecaster sees."""
        if self.season is None and not self.log:
            return data  # not copied, as it may be long
        shared = _ADJUSTED.setdefault(data, WeakValueDictionary())
        key = (self.log, *(course.tobytes() for course in self.courses_))
        adjusted = shared.get(key)
        if adjusted is None:
            members = [
                replace(m, values=self._adjustment.forward(i, m.values))
                for i, m in enumerate(data.members)
            ]
            shared[key] = adjusted = replace(data, members=tuple(members))
        return adjusted

    def _restored(self, i: int, future: FloatArray, past: FloatArray) -> FloatArray:
        """Put the season back on a forecast, and warn if it had to be kept within its bounds."""
        restored, clipped = self._adjustment.back(i, future, past)
        if clipped.any():
            warn_of_divergence(
                f"The forecast left the range of the series by more than its width in step "
                f"{np.flatnonzero(clipped)[0]} of {len(future)} and was clipped there.",
                stacklevel=5,
            )
        return restored


class SeasonalAdjustment:
    """Logarithms and the courses of seasons: taken off series, and put back on forecasts of them.

    Parameters
    ----------
    log : bool
        Whether logarithms are taken; the series must be positive.
    season : int, sequence of int or None
        Steps of the season, or of several, whose courses are taken away.
    """

    courses: list[FloatArray]

    def __init__(self, log: bool, season: int | Sequence[int] | None) -> None:
        self.log = log
        self.periods = [] if season is None else np.atleast_1d(season).tolist()

    def fit(self, series: Sequence[FloatArray]) -> SeasonalAdjustment:
        """Learn the course of each series from its values (n_steps, n_variables)."""
        self.courses = [self._course(values) for values in series]
        return self

    def _course(self, values: FloatArray) -> FloatArray:
        periods = [period for period in self.periods if 2 * period <= len(values)]
        if not periods:
            return np.zeros((1, values.shape[1]))
        start = max(0, len(values) - max(LONGEST_TAIL, 3 * max(periods)))
        start -= start % lcm(*periods)  # where seasons begin
        return joint_course(self._curved(values[start:]), periods)

    def forward(self, i: int, values: FloatArray) -> FloatArray:
        """Adjust series i, from its first step on."""
        rest, course = self._curved(values), self.courses[i]
        if len(rest) <= LONGEST_TAIL:
            return np.asarray(rest - _repeated(course, 0, len(rest)))
        rest = rest if self.log else rest.copy()
        for phase, level in enumerate(course):  # so that nothing else is as long
            rest[phase :: len(course)] -= level
        return rest

    def back(
        self, i: int, futures: FloatArray, past: FloatArray, *, start: int | None = None
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Put everything back on forecasts of series i, and keep them within their bounds.

        Parameters
        ----------
        i : int
            Number of the series.
        futures : ndarray of shape (..., horizon, n_variables)
            Forecasts of the adjusted series, all of them from the end of ``past``.
        past : ndarray of shape (n_steps, n_variables)
            The series so far, in its own units.
        start : int, default=None
            The step of the series that is forecast first. None means the one after ``past``.

        Returns
        -------
        futures : ndarray of shape (..., horizon, n_variables)
            The forecasts, in units of the series.
        clipped : ndarray of bool of shape (..., horizon)
            Which steps left the range of the series by more than its width.
        """
        start = len(past) if start is None else start
        futures = futures + _repeated(self.courses[i], start, futures.shape[-2])
        curved = self._curved(past)
        low, high = curved.min(axis=0), curved.max(axis=0)
        kept = np.clip(futures, 2 * low - high, 2 * high - low)
        clipped = ((kept != futures) & (low != high)).any(axis=-1)
        if self.log:
            return np.exp(kept), clipped
        return np.where(past.min(axis=0) >= 0, np.maximum(kept, 0), kept), clipped

    def _curved(self, values: FloatArray) -> FloatArray:
        return np.log(values) if self.log else values


def joint_course(values: FloatArray, periods: Sequence[int]) -> FloatArray:
    """Return the sum of the mean courses of several seasons, from the start of series on.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_variables)
        The series, of at least two of the longest season.
    periods : sequence of int
        Steps of the seasons.

    Returns
    -------
    ndarray of shape (n_course, n_variables)
        The course; ``n_course`` is the least common multiple of the periods.
    """
    if len(periods) == 1:
        return seasonal_course(values, periods[0])
    n_steps = len(values)
    courses = {period: np.zeros((period, values.shape[1])) for period in sorted(periods)}
    for _ in range(_ROUNDS):
        for period in courses:
            others = sum(_repeated(c, 0, n_steps) for p, c in courses.items() if p != period)
            courses[period] = seasonal_course(values - others, period)
    n_course = lcm(*courses)
    return np.sum([_repeated(course, 0, n_course) for course in courses.values()], axis=0)


def seasonal_course(values: FloatArray, period: int) -> FloatArray:
    """Return the mean course of a season over series (n_steps, n_variables), from their start on.

    At least two whole seasons are needed.
    """
    weights = np.ones(period) / period
    if period % 2 == 0:  # centred on a step by half weights at the ends
        weights = np.convolve(weights, [0.5, 0.5])
    trend = np.array([np.convolve(column, weights, "valid") for column in values.T]).T
    first = len(weights) // 2
    rest = values[first : first + len(trend)] - trend
    phases = (first + np.arange(len(rest))) % period
    counts = np.bincount(phases, minlength=period)[:, np.newaxis]
    course = np.array([np.bincount(phases, column, period) for column in rest.T]).T / counts
    course -= course.mean(axis=0)
    noise = np.square(rest - course[phases]).sum(axis=0) / max(1, len(rest) - period)
    signal = np.square(course).mean(axis=0)
    share = np.divide(
        noise * np.mean(1 / counts), signal, out=np.ones_like(signal), where=signal > 0
    )
    return course * np.maximum(0.0, 1 - share)


def _repeated(course: FloatArray, start: int, n_steps: int) -> FloatArray:
    return course[(start + np.arange(n_steps)) % len(course)]
