"""The classical forecasts: the last value, the last season, and exponential smoothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from esnkit.core.checks import Range, check_flag, check_name, check_numbers, check_ranges
from esnkit.core.exceptions import TooFewStepsError
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.seasonal_adjustment import seasonal_course
from esnkit.forecasting.series import LONGEST_TAIL, SeriesSet

_N_START = 10  # steps that the first level and trend are taken from
_LEVELS = (0.01, 0.05, 0.1, 0.2, 0.35, 0.6, 0.98)  # smoothing of the level, where a search begins
_SHARES = (0.02, 0.1, 0.3)  # that of trend and season
_DAMPINGS = (0.8, 0.9, 0.97)
_SWEEPS = 2  # over the parameters, on the grid
_NEARBY: tuple[tuple[float, ...], ...] = (
    (0.6, 1.0, 1.5),
    (0.8, 1.0, 1.2),
)  # factors by which the search goes on


@dataclass(frozen=True)
class SmoothingForm:
    """What a parameter `smoothing` may look like: rows of numbers, the first of them shares."""

    n_rows: int
    n_shares: int
    words: str = "have shape"
    short: tuple[int, ...] | None = None  # of numbers that hold for all series and variables


class ClassicalForecaster(BaseForecaster):
    """Forecasts each variable of each series by itself; known inputs and seeds change nothing."""

    random_state = None
    smoothing: Any
    states_: list[Any]
    ranges: ClassVar[dict[str, Range]] = {}
    smoothing_form: ClassVar[SmoothingForm]

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        for i, member in enumerate(data.members):
            if len(member.values) < self._fewest:
                raise TooFewStepsError(
                    f"{data.label(i)} of y has {len(member.values)} step(s), but {self} needs at "
                    f"least {self._fewest}."
                )
        self.series_, self._inputs = data, inputs
        self._n_learned = [len(member.values) for member in data.members]
        self._smoothing = self._read_smoothing()
        self.states_ = [self._start(i, member.values) for i, member in enumerate(data.members)]
        return self

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        pairs = zip(self.series_.members, data.members, strict=True)
        for i, (old, grown) in enumerate(pairs):
            if len(grown.values) > len(old.values):
                self.states_[i] = self._move(self.states_[i], grown.values[len(old.values) :])
        self._grow(data, inputs)

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        pairs = zip(self.series_.members, self.states_, strict=True)
        return [self._go_on(member.values, state, horizon) for member, state in pairs]

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        frozen = self._frozen_clone()._fit(data, inputs)
        for name in ("series_", "_inputs", "_n_learned", "states_"):
            setattr(self, name, getattr(frozen, name))

    def _fitted(self) -> list[FloatArray]:
        return [self._one_step(i, m.values) for i, m in enumerate(self.series_.members)]

    def _one_step(self, i: int, values: FloatArray) -> FloatArray:
        """Forecast each of the values of series i from those before, by what was fitted."""
        fitted = np.full_like(values, np.nan)
        for n in range(self._fewest, len(values)):
            fitted[n] = self._go_on(values[:n], self.states_[i], 1)[0]
        return fitted

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

    @property
    def _numbers(self) -> dict[str, Any]:
        """The parameters that are numbers, as Python's own, which no arithmetic overflows."""
        return check_ranges(self)

    def _check_parameters(self) -> None:
        check_ranges(self)

    def _read_smoothing(self) -> FloatArray | None:
        """Read `smoothing`, if the class has any, as (n_series, n_rows, n_variables)."""
        if getattr(self, "smoothing", None) is None:
            return None
        given = check_numbers(self.smoothing, "smoothing")
        form = self.smoothing_form
        full = (len(self.series_), form.n_rows, self.series_.n_variables)
        if given.shape not in (full, form.short):
            raise ValueError(
                f"smoothing must {form.words} (n_series, {form.n_rows}, n_variables), here {full}, "
                f"got shape {given.shape}."
            )
        if given.shape == form.short:
            given = np.broadcast_to(given[..., np.newaxis], full)
        shares = given[:, : form.n_shares]
        if shares.min() < 0 or shares.max() > 1:
            raise ValueError(
                f"smoothing must hold shares in [0, 1], got {shares.min():g} to {shares.max():g}."
            )
        return given

    def _frozen_clone(self) -> ClassicalForecaster:
        return clone(self)

    def _reseeded(self, seed: int) -> ClassicalForecaster:
        return clone(self)


class NaiveForecaster(ClassicalForecaster):
    """Repeats the last value or the mean, returns to it, or goes on from the first to the last.

    Parameters
    ----------
    strategy : {"last", "mean", "drift", "reversion"}, default="last"
        ``"last"`` and ``"mean"`` repeat the last value and the mean; ``"drift"`` draws the line
        from the first value to the last; ``"reversion"`` starts from the last value and returns to
        the mean by the factor rho at each step, ``mean + rho**h * (last - mean)``, where rho is the
        autocorrelation of neighbours, at least 0.
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
    >>> from esnkit import NaiveForecaster
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
        super()._check_parameters()
        check_name("strategy", self.strategy, ("last", "mean", "drift", "reversion"))

    def _go_on(self, values: FloatArray, state: Any, horizon: int) -> FloatArray:
        steps, mean = np.arange(1, horizon + 1)[:, np.newaxis], values.mean(axis=0)
        if self.strategy == "mean":
            return np.tile(mean, (horizon, 1))
        if self.strategy == "reversion":
            return mean + _persistence(values) ** steps * (values[-1] - mean)
        slope = np.zeros_like(values[0])
        if self.strategy == "drift":
            slope = (values[-1] - values[0]) / (len(values) - 1)
        return values[-1] + steps * slope


def _persistence(values: FloatArray) -> FloatArray:
    """Return the autocorrelation of neighbours, of each variable, between 0 and 1."""
    rest = values - values.mean(axis=0)
    squares = np.square(rest).sum(axis=0)
    products = (rest[1:] * rest[:-1]).sum(axis=0)
    shares = np.divide(products, squares, out=np.zeros_like(squares), where=squares > 0)
    return np.clip(shares, 0.0, 1.0)


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
    >>> from esnkit import SeasonalNaive
    >>> SeasonalNaive(2).fit([1.0, 5.0, 2.0, 6.0]).forecast(3)
    array([2., 6., 2.])
    >>> SeasonalNaive(2, drift=True).fit([1.0, 5.0, 2.0, 6.0]).forecast(3)
    array([3., 7., 4.])
    """

    ranges: ClassVar[dict[str, Range]] = {"season_length": Range(Integral, 2)}

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

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_flag(self.drift, "drift")

    @property
    def _fewest(self) -> int:
        return int(self._numbers["season_length"] + bool(self.drift))

    def _go_on(self, values: FloatArray, state: Any, horizon: int) -> FloatArray:
        season, steps = self._numbers["season_length"], np.arange(horizon)
        repeated = values[len(values) - season + steps % season]
        if not self.drift:
            return repeated
        change = (values[season:] - values[:-season]).mean(axis=0)
        return repeated + (1 + steps // season)[:, np.newaxis] * change


@dataclass(frozen=True)
class _Course:
    """What smoothing knows of a variable at the end of a series."""

    level: float
    trend: float
    season: FloatArray  # the season to come, from the next step on
    parameters: FloatArray  # (4,)
    squares: float  # sum of squared one-step errors


class ExponentialSmoothing(ClassicalForecaster):
    """Smooths the level of a series, and its trend and season if it is to have any.

    In error form, with the one-step error e(n) = y(n) - l(n-1) - phi b(n-1) - s(n-m) [1]_::

        l(n) = l(n-1) + phi b(n-1) + alpha e(n)
        b(n) = phi b(n-1) + alpha beta e(n)
        s(n) = s(n-m) + gamma e(n)

    A multiplicative season multiplies: e(n) = y(n) - (l(n-1) + phi b(n-1)) s(n-m), of which level
    and trend take in their share of e(n) / s(n-m), and the season of e(n) / (l(n-1) + phi b(n-1)).

    The smoothing is chosen on a grid, then nearby, by the sum of squared one-step errors. The first
    level and trend are those of a line through the first steps, the first season is the mean course
    of the season. Of a longer series only the last 20 000 steps are smoothed.

    Parameters
    ----------
    trend : {None, "additive", "damped"}, default=None
        Whether there is a trend, and whether it fades by the factor phi at each step.
    season_length : int, default=None
        Steps of a season; None for none. Two whole seasons are needed.
    seasonal : {"additive", "multiplicative"}, default="additive"
        Whether the season is added to the level or multiplies it, for which all values must be
        positive.
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
    >>> from esnkit import ExponentialSmoothing
    >>> ExponentialSmoothing("additive").fit(np.arange(20.0)).forecast(3).round(6)
    array([20., 21., 22.])
    """

    ranges: ClassVar[dict[str, Range]] = {"season_length": Range(Integral, 2, none=True)}
    smoothing_form: ClassVar[SmoothingForm] = SmoothingForm(4, 4, "have shape (4,) or", (4,))

    def __init__(
        self,
        trend: str | None = None,
        *,
        season_length: int | None = None,
        seasonal: str = "additive",
        smoothing: ArrayLike | None = None,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.trend = trend
        self.season_length = season_length
        self.seasonal = seasonal
        self.smoothing = smoothing
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def smoothing_(self) -> FloatArray:
        """The parameters alpha, beta, gamma and phi of each series."""
        return np.array([np.column_stack([c.parameters for c in state]) for state in self.states_])

    @property
    def _fewest(self) -> int:
        return max(2, 2 * self._period)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_name("trend", self.trend, (None, "additive", "damped"))
        check_name("seasonal", self.seasonal, ("additive", "multiplicative"))

    def _frozen_clone(self) -> ExponentialSmoothing:
        return clone(self).set_params(smoothing=self.smoothing_)

    # ------------------------------------------------------------------ states

    @property
    def _period(self) -> int:
        """Steps of a season, 1 without one."""
        return int(self._numbers["season_length"] or 1)

    @property
    def _longest(self) -> int:
        """Steps at the end of a series, more of which are not smoothed."""
        return max(LONGEST_TAIL, 3 * self._period)

    @property
    def _multiplies(self) -> bool:
        return self.season_length is not None and self.seasonal == "multiplicative"

    def _start(self, i: int, values: FloatArray) -> list[_Course]:
        values = values[-self._longest :]
        if self._multiplies and values.min() <= 0:
            raise ValueError(
                f"{self.series_.label(i)} of y holds {values.min()}: a multiplicative season needs "
                "positive values."
            )
        if self._smoothing is None:
            return [self._best(column) for column in values.T]
        pairs = zip(values.T, self._smoothing[i].T, strict=True)
        return [self._smooth(column, self._first(column), of) for column, of in pairs]

    def _move(self, state: list[_Course], values: FloatArray) -> list[_Course]:
        pairs = zip(values.T, state, strict=True)
        return [self._smooth(column, course, course.parameters) for column, course in pairs]

    def _one_step(self, i: int, values: FloatArray) -> FloatArray:
        """Forecast values one by one, from the start that was taken in the fit."""
        fitted = np.full_like(values, np.nan)
        n_learned = self._n_learned[i]
        skipped = max(0, n_learned - self._longest)
        for v, course in enumerate(self.states_[i]):
            column = values[skipped:, v]
            start = self._first(values[skipped:n_learned, v])
            going = replace(start, parameters=course.parameters)
            for n in range(len(column)):
                fitted[skipped + n, v] = self._go_on(values, [going], 1)[0, 0]
                going = self._smooth(column[n : n + 1], going, course.parameters)
        return fitted

    def _smooth(self, values: FloatArray, start: _Course, parameters: FloatArray) -> _Course:
        """Take values (n_steps,) in from a course on."""
        if self._multiplies:
            return _multiplied(values, start, parameters)
        return _advanced(start, parameters, _errors(values, start, parameters))

    def _first(self, values: FloatArray) -> _Course:
        """Return the course before the first of values (n_steps,)."""
        season = np.full(1, float(self._multiplies))
        if self.season_length is not None:
            shape = np.log(values) if self._multiplies else values
            season = seasonal_course(shape[:, np.newaxis], self._period)[:, 0]
            season = np.exp(season) if self._multiplies else season
        first = values[: max(_N_START, self._period)]
        phases = season[np.arange(len(first)) % len(season)]
        first = first / phases if self._multiplies else first - phases
        level, slope = float(first.mean()), 0.0
        if self.trend is not None:
            slope, level = np.polyfit(np.arange(1, len(first) + 1), first, 1)
        return _Course(level, slope, season, np.zeros(4), 0.0)

    def _best(self, values: FloatArray) -> _Course:
        """Choose the smoothing of values (n_steps,), on a grid and then nearby."""
        start, rounds = self._first(values), _NEARBY
        loss = coarse = _additive_loss(values, start)
        if self._multiplies:  # chosen on what the season leaves, then once more with the season
            phases = start.season[np.arange(len(values)) % len(start.season)]
            flat = replace(start, season=np.zeros_like(start.season))
            coarse, rounds = _additive_loss(values / phases, flat), _NEARBY[1:]

            def loss(parameters: FloatArray) -> float:
                return _multiplied(values, start, parameters).squares

        grids = [np.array(grid) for grid in self._grids]
        best = np.array([grid[len(grid) // 2] for grid in grids])
        for _ in range(_SWEEPS):
            best = _descend(coarse, best, grids)
        for factors in rounds:
            near = [np.minimum(value * np.array(factors), 1.0) for value in best[:3]]
            best = _descend(loss, best, [*near, best[3:]])
        return self._smooth(values, start, best)

    @property
    def _grids(self) -> tuple[tuple[float, ...], ...]:
        """What is tried of alpha, beta, gamma and phi."""
        return (
            _LEVELS,
            (0.0,) if self.trend is None else _SHARES,
            (0.0,) if self.season_length is None else _SHARES,
            _DAMPINGS if self.trend == "damped" else (1.0,),
        )

    def _go_on(self, values: FloatArray, state: list[_Course], horizon: int) -> FloatArray:
        steps = np.arange(horizon)
        futures = []
        for course in state:
            fading = np.cumsum(course.parameters[3] ** (steps + 1))
            season = course.season[steps % len(course.season)]
            level = course.level + fading * course.trend
            futures.append(level * season if self._multiplies else level + season)
        return np.column_stack(futures)


def _descend(
    loss: Callable[[FloatArray], float], best: FloatArray, grids: Sequence[FloatArray]
) -> FloatArray:
    """Choose one parameter after the other, each from its grid, with the others as they are."""
    for i, grid in enumerate(grids):
        if len(set(grid)) > 1:
            tried = [np.concatenate([best[:i], [value], best[i + 1 :]]) for value in grid]
            best = min(tried, key=loss)
    return best


def _additive_loss(values: FloatArray, start: _Course) -> Callable[[FloatArray], float]:
    """Return the sum of squared one-step errors as a function of the parameters."""

    def loss(parameters: FloatArray) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            errors = _errors(values, start, parameters)
            return float(np.nan_to_num(errors @ errors, nan=np.inf))

    return loss


def _errors(values: FloatArray, start: _Course, parameters: FloatArray) -> FloatArray:
    """Return the one-step errors of additive smoothing, (n_steps,).

    They are a linear filter of what the values deviate from the course that would have gone on.
    With the lag B, S = 1 + B + ... + B^(m-1) and D = (1 - phi B)(1 - B^m) it is
    D / (D + alpha B (1 + beta phi - phi B) S + gamma B^m (1 - phi B)).
    """
    from scipy.signal import lfilter

    alpha, beta, gamma, phi = parameters
    if start.trend == beta == 0:
        phi = 0.0  # which says the same, with fewer poles
    steps, m = np.arange(len(values)), len(start.season)
    fading = np.cumsum(phi ** (steps + 1)) if start.trend else 0.0
    going_on = start.level + start.trend * fading + start.season[steps % m]
    kept = np.zeros(m + 2)
    kept[0], kept[1] = 1.0, -phi
    kept[m] -= 1.0
    kept[m + 1] += phi
    felt = kept.copy()
    felt[1 : m + 1] += alpha * (1 + beta * phi)
    felt[2 : m + 2] -= alpha * phi
    felt[m] += gamma
    felt[m + 1] -= gamma * phi
    return np.asarray(lfilter(kept, felt, values - going_on), dtype=np.float64)


def _advanced(start: _Course, parameters: FloatArray, errors: FloatArray) -> _Course:
    """Take one-step errors (n_steps,) into a course with an additive season."""
    from scipy.signal import lfilter

    alpha, beta, gamma, phi = parameters
    n_steps, m = len(errors), len(start.season)
    change = [phi * start.trend]
    trends = lfilter([alpha * beta], [1, -phi], errors, zi=change)[0]
    before = np.concatenate([[start.trend], trends])
    level = start.level + phi * before[:-1].sum() + alpha * errors.sum()
    season = start.season + gamma * np.bincount(np.arange(n_steps) % m, errors, m)
    squares = start.squares + float(errors @ errors)
    season = np.roll(season, -(n_steps % m))
    return _Course(float(level), float(before[-1]), season, parameters, squares)


def _multiplied(values: FloatArray, start: _Course, parameters: FloatArray) -> _Course:
    """Take values (n_steps,) into a course with a multiplicative season."""
    alpha, beta, gamma, phi = parameters.tolist()
    level, trend, squares = start.level, start.trend, start.squares
    season = start.season.tolist()
    least = 1e-6 * float(np.abs(values).mean())  # below which a level is no level to divide by
    for n, value in enumerate(values.tolist()):
        phase = n % len(season)
        base, course = max(level + phi * trend, least), season[phase]
        error = value - base * course
        level = base + alpha * error / course
        trend = phi * trend + alpha * beta * error / course
        season[phase] = max(course + gamma * error / base, 1e-6)
        squares += error * error
    season = np.roll(season, -(len(values) % len(season)))
    return _Course(level, trend, season, parameters, squares)
