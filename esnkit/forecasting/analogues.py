"""Forecasts by analogues: what followed when the series last looked as it does now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np

from esnkit.core.checks import Range, check_flag
from esnkit.core.typing import FloatArray, Indices
from esnkit.forecasting.classical import ClassicalForecaster
from esnkit.forecasting.series import LONGEST_TAIL, SeriesSet

_WINDOWS = (1, 2, 4, 8, 16, 32, 64)  # steps that have to look alike, that are tried
_NUMBERS = (1, 4, 16)  # of analogues, likewise
_SHARE = 4  # a window, and what follows it, are at most a quarter of a series
_N_REHEARSALS, _REHEARSED = 12, 10  # forecasts that settings are chosen by, of a tenth each
_LONGEST_REHEARSAL = 50
_LEAST = 1e-12  # of errors and distances, in standard deviations


@dataclass(frozen=True)
class _Settings:
    """What is taken for alike."""

    window: int
    n_analogues: int
    shifted: bool


class AnalogueForecaster(ClassicalForecaster):
    """Goes on with what followed those stretches of the past that look most like the present.

    The last steps of all variables are compared with every stretch of as many steps. What followed
    the nearest is the forecast, averaged with weights exp(-d / d_min) if there are several at
    distances d [1]_ [2]_. Nothing is assumed of the series but that it does again what it did
    before, which for long memories of chaos is a yardstick hard to beat [3]_. A stretch counts only
    if it is followed by as many steps as are forecast, at most a quarter of the series; beyond
    those, analogues of the forecast's own end are looked for.

    Settings that are not given are those by which parts of the second half of the series are
    forecast best from what came before. With known inputs the stretches must look alike in the
    inputs of the steps that follow, too. Of a longer series only the last 20 000 steps are used.

    Parameters
    ----------
    window : int, default=None
        Steps that have to look alike. None chooses 1 to 64.
    n_analogues : int, default=None
        How many stretches are averaged. None chooses 1, 4 or 16.
    shifted : bool, default=None
        Whether stretches may lie at another level, from which the forecast is shifted to that of
        the last steps. None chooses it.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    window_ : int
        Steps that have to look alike, in all series.
    n_analogues_ : int
        How many stretches are averaged, fewer if there are fewer.
    shifted_ : bool
        Whether stretches may lie at another level.
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    SeasonalNaive : Repeats the last season, alike or not.

    References
    ----------
    .. [1] E. N. Lorenz, "Atmospheric predictability as revealed by naturally occurring analogues",
       Journal of the Atmospheric Sciences 26, 1969.
    .. [2] G. Sugihara and R. M. May, "Nonlinear forecasting as a way of distinguishing chaos from
       measurement error in time series", Nature 344, 1990.
    .. [3] Y. Zhang and W. Gilpin, "Context parroting: a simple but tough-to-beat baseline for
       foundation models in scientific machine learning", arXiv 2505.11349, 2025.

    Examples
    --------
    >>> from esnkit import AnalogueForecaster
    >>> y = [0.0, 1.0, 5.0, 2.0, 0.0, 3.0, 1.0, 5.0, 2.0, 4.0, 1.0, 5.0]
    >>> AnalogueForecaster(window=2, n_analogues=1, shifted=False).fit(y).forecast(2)
    array([2., 0.])
    """

    ranges: ClassVar[dict[str, Range]] = {
        "window": Range(Integral, 1, none=True),
        "n_analogues": Range(Integral, 1, none=True),
    }

    def __init__(
        self,
        window: int | None = None,
        n_analogues: int | None = None,
        *,
        shifted: bool | None = None,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.window = window
        self.n_analogues = n_analogues
        self.shifted = shifted
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    _settings: _Settings

    @property
    def window_(self) -> int:
        """Steps that have to look alike."""
        return self._settings.window

    @property
    def n_analogues_(self) -> int:
        """How many stretches are averaged."""
        return self._settings.n_analogues

    @property
    def shifted_(self) -> bool:
        """Whether stretches may lie at another level."""
        return self._settings.shifted

    @property
    def _fewest(self) -> int:
        return 2 * int(self._numbers["window"] or 1) + 1

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.shifted is not None:
            check_flag(self.shifted, "shifted")

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        super()._fit(data, inputs)
        self._settings = self._chosen()
        return self

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        futures = []
        for i, member in enumerate(self.series_.members):
            known = self._known(i)
            if inputs is not None and known is not None:
                known = np.vstack([known, inputs[i]])
            futures.append(_continued(member.values, known, horizon, self._settings))
        return futures

    def _go_on(self, values: FloatArray, state: Any, horizon: int) -> FloatArray:
        return _continued(values, None, horizon, self._settings)

    def _one_step(self, i: int, values: FloatArray) -> FloatArray:
        """Forecast each of the values of series i from those before."""
        fitted, known = np.full_like(values, np.nan), self._known(i)
        for n in range(max(2, 2 * self.window_ + 1), len(values)):
            seen = None if known is None else known[: n + 1]
            fitted[n] = _continued(values[:n], seen, 1, self._settings)[0]
        return fitted

    def _frozen_clone(self) -> AnalogueForecaster:
        frozen: AnalogueForecaster = super()._frozen_clone()  # type: ignore[assignment]
        return frozen.set_params(
            window=self.window_, n_analogues=self.n_analogues_, shifted=self.shifted_
        )

    def _known(self, i: int) -> FloatArray | None:
        return None if self._inputs is None else self._inputs[i]

    def _chosen(self) -> _Settings:
        """Choose what was not given by forecasts of parts of all series."""
        n_steps = min(self.series_.n_shortest, LONGEST_TAIL)
        numbers = self._numbers
        longest = max(1, n_steps // _SHARE)
        tried = [window for window in _WINDOWS if window <= longest]
        windows = [numbers["window"]] if numbers["window"] else tried
        numbers_of = [numbers["n_analogues"]] if numbers["n_analogues"] else list(_NUMBERS)
        shifts = [False, True] if self.shifted is None else [bool(self.shifted)]
        possible = [_Settings(*each) for each in product(windows, numbers_of, shifts)]
        if len(possible) == 1:
            return possible[0]
        losses = [
            _rehearse(member.values, self._known(i), possible)
            for i, member in enumerate(self.series_.members)
        ]
        return possible[int(np.mean(losses, axis=0).argmin())]


def _rehearse(
    values: FloatArray, known: FloatArray | None, possible: Sequence[_Settings]
) -> FloatArray:
    """Return the mean logarithmic error of forecasts of parts of a series, for each setting."""
    values = values[-LONGEST_TAIL:]
    n_ahead = max(1, min(len(values) // _REHEARSED, _LONGEST_REHEARSAL))
    known = None if known is None else known[-len(values) :]
    longest = max(one.window for one in possible)
    first = max(len(values) // 2, 2 * longest, longest + n_ahead)
    if first > len(values) - n_ahead:
        return np.zeros(len(possible))
    ends = np.unique(np.linspace(first, len(values) - n_ahead, _N_REHEARSALS).astype(int))
    unit = np.maximum(values.std(axis=0), _LEAST)
    truth = values[ends[:, np.newaxis] + np.arange(n_ahead)]
    distances = _distances(values, known, ends, n_ahead, {one.window for one in possible})
    losses = []
    for one in possible:
        near = distances[one.window, one.shifted]
        runs = np.array(
            [
                _following(values, end, row, n_ahead, one)
                for end, row in zip(ends, near, strict=True)
            ]
        )
        squares = np.square((runs - truth) / unit).mean(axis=(1, 2))
        losses.append(np.log(np.sqrt(squares) + _LEAST).mean())
    return np.array(losses)


def _continued(
    values: FloatArray, known: FloatArray | None, horizon: int, settings: _Settings
) -> FloatArray:
    """Forecast what follows values (n_steps, n_variables), with the inputs up to the end."""
    values = values[-LONGEST_TAIL:]
    known = None if known is None else known[-(len(values) + horizon) :]
    n_past = len(values)
    longest = max(1, min(n_past // _SHARE, n_past - settings.window - 1))
    run = values
    while len(run) < n_past + horizon:
        n_ahead = min(longest, n_past + horizon - len(run))
        end = np.array([len(run)])
        distances = _distances(run, known, end, n_ahead, {settings.window})
        row = distances[settings.window, settings.shifted][0]
        row[n_past - n_ahead :] = np.inf  # what the forecast itself said is no past
        run = np.vstack([run, _following(run, len(run), row, n_ahead, settings)])
    return run[n_past:]


def _distances(
    values: FloatArray,
    known: FloatArray | None,
    ends: Indices,
    n_ahead: int,
    windows: set[int],
) -> dict[tuple[int, bool], FloatArray]:
    """Compare what lies before each of the ends with all stretches that lie before it.

    Returns
    -------
    dict
        For each window, and whether levels may differ, the distances of the stretches whose last
        step is the column, (n_ends, n_steps); infinite where one is not followed by `n_ahead` steps
        before the end.
    """
    n_steps, unit = len(values), np.maximum(values.std(axis=0), _LEAST)
    z = values / unit
    last = np.arange(n_steps)
    squares = np.zeros((len(ends), n_steps))
    sums = np.zeros((len(ends), n_steps, values.shape[1]))
    given = _input_distances(known, ends, n_steps, n_ahead)
    found = {}
    for lag in range(max(windows)):
        off = z[ends - 1 - lag][:, np.newaxis] - z[np.maximum(last - lag, 0)]
        squares += np.square(off).sum(axis=-1)
        sums += off
        window = lag + 1
        if window in windows:
            beyond = (last < lag) | (last + n_ahead >= ends[:, np.newaxis])
            for shifted in (False, True):
                level = np.square(sums).sum(axis=-1) / window if shifted else 0.0
                total = np.maximum(squares - level, 0.0) / window + given
                found[window, shifted] = np.where(beyond, np.inf, np.sqrt(total))
    return found


def _input_distances(
    known: FloatArray | None, ends: Indices, n_steps: int, n_ahead: int
) -> FloatArray:
    """Compare the known inputs of the steps that follow, (n_ends, n_steps)."""
    found = np.zeros((len(ends), n_steps))
    if known is None or not known.shape[1]:
        return found
    x = known / np.maximum(known.std(axis=0), _LEAST)
    last = np.arange(n_steps)
    for ahead in range(1, n_ahead + 1):
        coming = x[np.minimum(ends - 1 + ahead, len(x) - 1)]
        off = coming[:, np.newaxis] - x[np.minimum(last + ahead, len(x) - 1)]
        found += np.square(off).mean(axis=-1) / n_ahead
    return found


def _following(
    values: FloatArray, end: int, distances: FloatArray, n_ahead: int, settings: _Settings
) -> FloatArray:
    """Average what followed the nearest stretches, (n_ahead, n_variables)."""
    count = min(settings.n_analogues, int(np.isfinite(distances).sum()))
    if not count:  # nothing lies so far back
        return np.repeat(values[end - 1 : end], n_ahead, axis=0)
    nearest = np.argpartition(distances, count - 1)[:count]
    far = distances[nearest]
    weights = np.exp(-far / max(float(far.min()), _LEAST))
    weights /= weights.sum()
    steps = nearest[:, np.newaxis] + 1 + np.arange(n_ahead)
    mean: FloatArray = np.einsum("k,khv->hv", weights, values[steps])
    if settings.shifted:
        back = np.arange(settings.window)
        there = np.einsum("k,kwv->v", weights, values[nearest[:, np.newaxis] - back])
        mean = mean + (values[end - 1 - back].sum(axis=0) - there) / settings.window
    return mean
