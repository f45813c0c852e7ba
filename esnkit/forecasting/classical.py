"""The classical forecasts: the last value, the last season, and exponential smoothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.seasonal_adjustment import seasonal_course
from esnkit.forecasting.series import LONGEST_TAIL, SeriesSet

_N_START = 10  # steps that the first level and trend are taken from
_LEVELS = (0.01, 0.05, 0.1, 0.2, 0.35, 0.6, 0.98)  # smoothing of the level, where a search begins
_SHARES = (0.02, 0.1, 0.3)  # that of trend and season
_DAMPINGS = (0.8, 0.9, 0.97)
_NEARBY = ((0.6, 1.0, 1.5), (0.8, 1.0, 1.2))  # factors by which the search goes on


class ClassicalForecaster(BaseForecaster):
    """Forecasts each variable of each series by itself; known inputs and seeds change nothing."""

    random_state = None
    states_: list[Any]

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        for i, member in enumerate(data.members):
            if len(member.values) < self._fewest:
                raise ValueError(
                    f"{data.label(i)} of y has {len(member.values)} step(s), but {self} needs at "
                    f"least {self._fewest}."
                )
        self.series_, self._inputs = data, inputs
        self.states_ = [self._start(i, member.values) for i, member in enumerate(data.members)]
        return self

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        pairs = zip(self.series_.members, data.members, strict=True)
        for i, (old, grown) in enumerate(pairs):
            self.states_[i] = self._move(self.states_[i], grown.values[len(old.values) :])
        self._grow(data, inputs)

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        pairs = zip(self.series_.members, self.states_, strict=True)
        return [self._go_on(member.values, state, horizon) for member, state in pairs]

    @property
    @abstractmethod
    def _fewest(self) -> int:
        """Steps that a series must have."""

    @abstractmethod
    def _go_on(self, values: FloatArray, state: Any, horizon: int) -> FloatArray:
        """Forecast what follows the values of a series."""

    def _start(self, i: int, values: FloatArray) -> Any:
        """Return the state at the end of series i; here the values are all there is."""
        return None

    def _move(self, state: Any, values: FloatArray) -> Any:
        """Take new values into a state."""
        return state

    def _check_learning(self, n_series: int) -> None:
        """There is nothing to learn that `update` does not take in anyway."""

    def _check_parameters(self) -> None:
        season = getattr(self, "season_length", None)
        if season is not None:
            check_scalar(season, "season_length", Integral, min_val=2)

    def _frozen_clone(self) -> ClassicalForecaster:
        return clone(self)

    def _reseeded(self, seed: int) -> ClassicalForecaster:
        return clone(self)


class NaiveForecaster(ClassicalForecaster):
    """Repeats the last value or the mean, or draws the line from the first value to the last.

    Parameters
    ----------
    strategy : {"last", "mean", "drift"}, default="last"
        What goes on.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    SeasonalNaive : Repeats the last season.

    References
    ----------
    .. [1] R. J. Hyndman and G. Athanasopoulos, "Forecasting: principles and practice", section
       5.2, OTexts, 2021.

    Examples
    --------
    >>> from esnkit.forecasting.classical import NaiveForecaster
    >>> NaiveForecaster("drift").fit([1.0, 2.0, 2.0, 7.0]).forecast(2)
    array([ 9., 11.])
    """

    def __init__(
        self,
        strategy: str = "last",
        *,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.strategy = strategy
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def _fewest(self) -> int:
        return 2 if self.strategy == "drift" else 1

    def _check_parameters(self) -> None:
        if self.strategy not in ("last", "mean", "drift"):
            raise ValueError(f"strategy must be 'last', 'mean' or 'drift', got {self.strategy!r}.")

    def _go_on(self, values: FloatArray, state: Any, horizon: int) -> FloatArray:
        if self.strategy == "mean":
            return np.tile(values.mean(axis=0), (horizon, 1))
        slope = np.zeros_like(values[0])
        if self.strategy == "drift":
            slope = (values[-1] - values[0]) / (len(values) - 1)
        return values[-1] + np.arange(1, horizon + 1)[:, np.newaxis] * slope


class SeasonalNaive(ClassicalForecaster):
    """Repeats the last season.

    Parameters
    ----------
    season_length : int
        Steps of a season, at least 2.
    drift : bool, default=False
        Whether each season differs from the one before by the mean of such differences.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    NaiveForecaster : Repeats the last value.

    References
    ----------
    .. [1] R. J. Hyndman and G. Athanasopoulos, "Forecasting: principles and practice", section
       5.2, OTexts, 2021.

    Examples
    --------
    >>> from esnkit.forecasting.classical import SeasonalNaive
    >>> SeasonalNaive(2).fit([1.0, 5.0, 2.0, 6.0]).forecast(3)
    array([2., 6., 2.])
    >>> SeasonalNaive(2, drift=True).fit([1.0, 5.0, 2.0, 6.0]).forecast(3)
    array([3., 7., 4.])
    """

    def __init__(
        self,
        season_length: int,
        *,
        drift: bool = False,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.season_length = season_length
        self.drift = drift
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def _fewest(self) -> int:
        return self.season_length + self.drift

    def _go_on(self, values: FloatArray, state: Any, horizon: int) -> FloatArray:
        season, steps = self.season_length, np.arange(horizon)
        repeated = values[len(values) - season + steps % season]
        if not self.drift:
            return repeated
        change = (values[season:] - values[:-season]).mean(axis=0)
        return repeated + (1 + steps // season)[:, np.newaxis] * change


@dataclass(frozen=True)
class _Components:
    """What smoothing knows at the end of a series: arrays of shape (..., n_variables)."""

    level: FloatArray
    trend: FloatArray
    season: FloatArray  # the season to come, from the next step on
    parameters: FloatArray  # (..., 4, n_variables)
    squares: FloatArray  # sum of squared one-step errors


class ExponentialSmoothing(ClassicalForecaster):
    """Smooths the level of a series, and its trend and season if it is to have any.

    In error form, with the one-step error e(n) = y(n) - l(n-1) - phi b(n-1) - s(n-m) [1]_::

        l(n) = l(n-1) + phi b(n-1) + alpha e(n)
        b(n) = phi b(n-1) + alpha beta e(n)
        s(n) = s(n-m) + gamma e(n)

    The smoothing is chosen on a grid, then nearby, by the sum of squared one-step errors. The first
    level and trend are those of a line through the first steps, the first season is the mean course
    of the season. Of a longer series only the last 20 000 steps are smoothed.

    Parameters
    ----------
    trend : {None, "additive", "damped"}, default=None
        Whether there is a trend, and whether it fades by the factor phi at each step.
    season_length : int, default=None
        Steps of a season; None for none. Two whole seasons are needed.
    smoothing : array-like of shape (4,) or (n_series, 4, n_variables), default=None
        alpha, beta, gamma and phi. None chooses them, for each variable by itself.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    smoothing_ : ndarray of shape (n_series, 4, n_variables)
        alpha, beta, gamma and phi of each series.
    series_ : SeriesSet
        The series so far, those of `update` included.

    References
    ----------
    .. [1] R. J. Hyndman, A. B. Koehler, J. K. Ord and R. D. Snyder, "Forecasting with exponential
       smoothing", Springer, 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.forecasting.classical import ExponentialSmoothing
    >>> ExponentialSmoothing("additive").fit(np.arange(20.0)).forecast(3).round(6)
    array([20., 21., 22.])
    """

    def __init__(
        self,
        trend: str | None = None,
        *,
        season_length: int | None = None,
        smoothing: ArrayLike | None = None,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.trend = trend
        self.season_length = season_length
        self.smoothing = smoothing
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def smoothing_(self) -> FloatArray:
        """alpha, beta, gamma and phi of each series."""
        return np.array([state.parameters for state in self.states_])

    @property
    def _fewest(self) -> int:
        return max(2, 2 * (self.season_length or 1))

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.trend not in (None, "additive", "damped"):
            raise ValueError(f"trend must be None, 'additive' or 'damped', got {self.trend!r}.")
        if self.smoothing is not None and np.ndim(self.smoothing) not in (1, 3):
            raise ValueError(
                "smoothing must have shape (4,) or (n_series, 4, n_variables), got shape "
                f"{np.shape(self.smoothing)}."
            )

    def _frozen_clone(self) -> ExponentialSmoothing:
        return clone(self).set_params(smoothing=self.smoothing_)

    # ------------------------------------------------------------------ states

    def _start(self, i: int, values: FloatArray) -> _Components:
        values = values[-max(LONGEST_TAIL, 3 * (self.season_length or 0)) :]
        if self.smoothing is not None:
            given = np.asarray(self.smoothing, dtype=np.float64)
            given = given[i] if given.ndim == 3 else given[:, np.newaxis]
            return self._smooth(values, np.broadcast_to(given, (4, values.shape[1])))
        damping = {None: (1.0,), "additive": (1.0,), "damped": _DAMPINGS}[self.trend]
        grids = (
            _LEVELS,
            (0.0,) if self.trend is None else _SHARES,
            (0.0,) if self.season_length is None else _SHARES,
            damping,
        )
        best = self._best_of(values, np.array(list(product(*grids)))[:, :, np.newaxis])
        for factors in _NEARBY:
            nearby = [factors if len(grid) > 1 else (1.0,) for grid in grids[:3]]
            steps = np.array(list(product(*nearby, (1.0,))))[:, :, np.newaxis]
            best = self._best_of(values, np.minimum(best.parameters * steps, 1.0))
        return best

    def _best_of(self, values: FloatArray, tried: FloatArray) -> _Components:
        """Return the states of the best of some parameters (n_tried, 4, 1 or n_variables)."""
        tried = np.broadcast_to(tried, (*tried.shape[:2], values.shape[1]))
        squares = self._smooth(values, tried).squares
        best = squares.argmin(axis=0)
        chosen = tried[best, :, np.arange(values.shape[1])].T
        return self._smooth(values, chosen)

    def _smooth(self, values: FloatArray, parameters: FloatArray) -> _Components:
        """Smooth a series from its start, with parameters of shape (..., 4, n_variables)."""
        shape = (*parameters.shape[:-2], values.shape[1])
        season = np.zeros((1, values.shape[1]))
        if self.season_length is not None:
            season = seasonal_course(values, self.season_length)
        first = values[: max(_N_START, self.season_length or 0)]
        first = first - season[np.arange(len(first)) % len(season)]
        level, slope = first.mean(axis=0), np.zeros(values.shape[1])
        if self.trend is not None:
            slope, level = np.polyfit(np.arange(1, len(first) + 1), first, 1)
        flat = season.reshape(len(season), *(1,) * (len(shape) - 1), shape[-1])
        start = _Components(
            np.broadcast_to(level, shape),
            np.broadcast_to(slope, shape),
            np.broadcast_to(flat, (len(season), *shape)),
            parameters,
            np.zeros(shape),
        )
        return self._move(start, values)

    def _move(self, state: _Components, values: FloatArray) -> _Components:
        alpha, beta, gamma, damping = np.moveaxis(state.parameters, -2, 0)
        level, trend, season = state.level, state.trend, state.season.copy()
        squares = state.squares.copy()
        for n, row in enumerate(values):
            phase = n % len(season)
            trend = damping * trend
            level = level + trend
            error = row - level - season[phase]
            level = level + alpha * error
            trend = trend + alpha * beta * error
            season[phase] += gamma * error
            squares += error * error
        season = np.roll(season, -(len(values) % len(season)), axis=0)
        return _Components(level, trend, season, state.parameters, squares)

    def _go_on(self, values: FloatArray, state: _Components, horizon: int) -> FloatArray:
        steps = np.arange(horizon)
        fading = np.cumsum(state.parameters[3] ** (steps[:, np.newaxis] + 1), axis=0)
        return state.level + fading * state.trend + state.season[steps % len(state.season)]
