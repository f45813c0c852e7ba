"""Seasons: whether series have any, and how long they are.

The calendar says where to look: dates by month suggest 12 steps, dates by hour 24 and 168. Whether
such a season is there, a regression tells: its phase must say more about the next value than a
trend and the last two values do. A season that no calendar suggests is looked for among the peaks
of the autocorrelation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import fdtrc

from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray, Indices
from esnkit.forecasting.series import SeriesSet

if TYPE_CHECKING:
    import pandas as pd

_CYCLES = (60.0, 3600.0, 86400.0, 604800.0, 365.25 * 86400)  # seconds: minute to year
_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}  # seconds
_ROUND = 0.02  # share by which a cycle may miss a whole number of steps
# Steps of a season where there are no dates, and which of them come in pairs.
_USUAL = (4, 7, 12, 24, 48, 52, 60, 96, 144, 168, 336, 365, 672, 1008, 1440)
_PAIRS = {(24, 168), (48, 336), (96, 672), (144, 1008), (60, 1440), (7, 365)}
_MOST_SERIES = 40  # of a set, that are looked at
_MOST_STEPS = 20_000  # of a series, the last ones

_LARGEST_CHANCE = 0.1  # that a season suggested by dates is none
_LARGEST_CHANCE_UNASKED = 0.003  # that another one is none
_LARGEST_CHANCE_MULTIPLE = 1e-4  # that one is no more than a shorter one, some times over
_LEAST_GAIN = 0.03  # share of the variance that a season must explain
_LEAST_SHARE = 0.2  # of what a season explains, that a shorter one must explain to go beside it
_NEAR = 0.1  # share by which a peak of the autocorrelation may miss the season that it stands for
_CLEAN = 1e-4  # share of the variance, below which the last two values leave nothing to explain
_HARMONICS = 3  # of a smooth season
_GREAT_RATIO = 2.0  # of a positive series' extremes, beyond which logarithms are taken

_FEWEST_FOR_SEASON = 8  # steps
_LEAST_CORRELATION = 0.2  # at the lag of a season
_MOST_MULTIPLES = 4  # of a season, at which the series should look alike
_NEARLY = 0.8  # as high as the highest peak


def find_seasons(data: SeriesSet, season_length: Any = None) -> tuple[int, ...]:
    """Find the seasons that most variables of a set of series have, the shortest first.

    Parameters
    ----------
    data : SeriesSet
        The series.
    season_length : int or sequence of int, default=None
        Seasons that are known, in steps. None looks for them.

    Returns
    -------
    tuple of int
        At most two seasons if they were found; those given, if they were given. Each fits twice
        into the shortest series.

    Raises
    ------
    ValueError
        If a season that is given is shorter than two steps, or longer than half of the shortest
        series.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.forecasting.seasonality import find_seasons
    >>> from esnkit.forecasting.series import read_series
    >>> season = np.tile([3.0, 0.0, 1.0, 7.0, 2.0], 12)
    >>> find_seasons(read_series(season + np.random.default_rng(0).normal(size=60)))
    (5,)
    """
    if season_length is not None:
        seasons = check_seasons(season_length)
        if 2 * seasons[-1] > data.n_shortest:
            raise ValueError(
                f"season_length={season_length} needs two whole seasons, {2 * seasons[-1]} steps, "
                f"but a series of y has {data.n_shortest}: at most {data.n_shortest // 2} is "
                "possible."
            )
        return seasons
    members = data.members[:: -(-len(data) // _MOST_SERIES)]
    found = []
    for member in members:
        expected = calendar_seasons(member.index)
        found += [_seasons_of(column, expected) for column in member.values.T]
    return tuple(season for season in _agreed(found) if 2 * season <= data.n_shortest)


def common_period(data: SeriesSet) -> int | None:
    """Find the shortest season that most variables of a set of series agree on, or None."""
    seasons = find_seasons(data)
    return seasons[0] if seasons else None


def check_seasons(season_length: Any) -> tuple[int, ...]:
    """Check one season or several, and return them, the shortest first."""
    given = season_length if isinstance(season_length, Iterable) else (season_length,)
    seasons = {check_scalar(s, "season_length", Integral, min_val=2) for s in given}
    if not seasons:
        raise ValueError("season_length must hold a number of steps, at least 2, or be None.")
    return tuple(sorted(seasons))


def calendar_seasons(index: pd.Index | None) -> tuple[int, ...]:
    """Return the seasons that the steps of dates suggest, the shortest first; () without dates.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.seasonality import calendar_seasons
    >>> calendar_seasons(pd.date_range("2024-01-01", periods=200, freq="h"))
    (24, 168, 8766)
    """
    import pandas as pd

    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 2:
        return ()
    # In integers, for spans of centuries are beyond what pandas calls a difference of times.
    step = (int(index.asi8[-1]) - int(index.asi8[0])) * _UNITS[index.unit] / (len(index) - 1)
    ratios = [cycle / step for cycle in _CYCLES]
    return tuple(
        round(ratio) for ratio in ratios if ratio > 2 and abs(ratio / round(ratio) - 1) < _ROUND
    )


def _agreed(found: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the seasons that more than half have, or the middle one if more than half have any."""
    counts = Counter(season for seasons in found for season in seasons)
    agreed = sorted(season for season, count in counts.items() if 2 * count > len(found))
    first = sorted(seasons[0] for seasons in found if seasons)
    if agreed or 2 * len(first) <= len(found):
        return agreed
    return [first[len(first) // 2]]


def _seasons_of(values: FloatArray, expected: tuple[int, ...]) -> tuple[int, ...]:
    """Find the seasons of a series of shape (n_steps,), given those that its dates suggest."""
    values = values[-_MOST_STEPS:]
    n_steps = len(values)
    if n_steps < _FEWEST_FOR_SEASON or np.ptp(values) == 0:
        return ()
    if values.min() > 0 and values.max() > _GREAT_RATIO * values.min():
        values = np.log(values)
    regression, peak = _PhaseRegression.of(values), find_period(values)
    usual = [season for season in expected or _USUAL if 2 * season <= n_steps]
    chance = _LARGEST_CHANCE if expected else _LARGEST_CHANCE_UNASKED
    gains = {season: regression.gain(season, (), chance) for season in usual}
    gains = {season: gain for season, gain in gains.items() if gain > _LEAST_GAIN}
    if not gains:
        confirmed = None if peak is None else regression.near(peak)
        return () if confirmed is None else (confirmed,)
    part = bool(expected) and any(season % (peak or 1) == 0 for season in gains)
    if peak is not None and not part and all(abs(peak - s) > _NEAR * s for s in gains):
        gains[peak] = regression.gain(peak, (), _LARGEST_CHANCE_UNASKED)
    first = best = max(gains, key=lambda season: gains[season])
    for season in sorted(gains, reverse=True):
        if season < first and first % season == 0:
            more = regression.gain(first, (season,), _LARGEST_CHANCE_MULTIPLE)
            first = season if more <= _LEAST_GAIN else first
    for season in usual if first in usual else ():
        if not expected and (min(first, season), max(first, season)) not in _PAIRS:
            continue
        if season < first and gains.get(season, 0.0) > _LEAST_SHARE * gains[best]:
            return season, first
        if season > first and regression.gain(season, (first,), chance) > _LEAST_GAIN:
            return first, season
    return (first,)


@dataclass(frozen=True)
class _PhaseRegression:
    """The regression of a series on a trend, its last two values, and the phase of seasons."""

    target: FloatArray  # (n_steps,)
    others: FloatArray  # (n_steps, n_columns): a constant, the time, the last two values

    @classmethod
    def of(cls, values: FloatArray) -> _PhaseRegression:
        """Lay out the regression of a series of shape (n_steps,)."""
        scaled = (values - values.mean()) / values.std()
        time = np.linspace(-1, 1, len(values) - 2)
        columns = [np.ones_like(time), time, scaled[1:-1], scaled[:-2]]
        return cls(scaled[2:], np.column_stack(columns))

    def near(self, peak: int) -> int | None:
        """Return the season at a peak of the autocorrelation, or beside it, that says most.

        It is None if none says anything, and the peak where nothing is left to be said.
        """
        if self._unexplained((), None)[0] <= _CLEAN * len(self.target):
            return peak
        around = [season for season in (peak, peak - 1, peak + 1) if season > 1]
        gains = [self.gain(season, (), _LARGEST_CHANCE_UNASKED) for season in around]
        best = int(np.argmax(gains))
        return around[best] if gains[best] > _LEAST_GAIN else None

    def gain(self, season: int, known: tuple[int, ...], chance: float) -> float:
        """Return the share of the unexplained variance that a season explains beside others.

        It is 0 if a season without meaning would explain as much with more than this chance. A
        season of any course is tried, and a smooth one, which has fewer parameters.
        """
        plain = self._unexplained(known, None)
        if season > 2 * _HARMONICS:
            chance /= 2  # for each of two tests
        gain = _share_explained(plain, self._unexplained((*known, season), None), chance)
        if season > 2 * _HARMONICS:
            smooth = self._unexplained(known, season)
            gain = max(gain, _share_explained(plain, smooth, chance))
        return gain

    def _unexplained(self, seasons: tuple[int, ...], smooth: int | None) -> tuple[float, int]:
        """Return the sum of squares that is left, and its degrees of freedom."""
        columns, n_free = np.column_stack([self.target, self.others]), len(self.target)
        if smooth is not None:
            columns = np.column_stack([columns, _harmonics(smooth, n_free)])
        n_free -= columns.shape[1] - 1
        nested = [a for a in seasons if not any(b > a and b % a == 0 for b in seasons)]
        for _ in range(1 if len(nested) < 2 else 3):  # phases of unlike seasons take turns
            for season in nested:
                columns = _without_phases(columns, season)
        n_free -= sum(season - 1 for season in nested)
        solution = np.linalg.lstsq(columns[:, 1:], columns[:, 0], rcond=None)[0]
        rest = columns[:, 0] - columns[:, 1:] @ solution
        return float(rest @ rest), n_free


def _share_explained(plain: tuple[float, int], fuller: tuple[float, int], chance: float) -> float:
    """Compare two regressions, the second of which explains more, by the F test."""
    (rest, n_free), (less, n_left) = plain, fuller
    if n_left < 1 or n_free <= n_left or rest <= 1e-12 * n_free:
        return 0.0
    ratio = (rest - less) / (n_free - n_left) / max(less / n_left, 1e-300)
    if fdtrc(n_free - n_left, n_left, max(ratio, 0.0)) > chance:
        return 0.0
    return 1 - less / n_left / (rest / n_free)


def _without_phases(columns: FloatArray, season: int) -> FloatArray:
    """Take the mean of each phase of a season off columns of shape (n_steps, n_columns)."""
    phases = np.arange(len(columns)) % season
    counts = np.bincount(phases, minlength=season)
    sums = np.array([np.bincount(phases, column, season) for column in columns.T]).T
    result: FloatArray = columns - (sums / np.maximum(counts, 1)[:, np.newaxis])[phases]
    return result


def _harmonics(season: int, n_steps: int) -> FloatArray:
    """Return sines and cosines of the first harmonics of a season."""
    angles = 2 * np.pi / season * np.outer(np.arange(n_steps), np.arange(1, _HARMONICS + 1))
    return np.hstack([np.sin(angles), np.cos(angles)])


def find_period(values: FloatArray) -> int | None:
    """Find the season of a series of shape (n_steps,), or None if there is none.

    That is the first peak of the autocorrelation, after a linear trend was taken away, that is
    nearly as high as any, each being averaged with the correlations at its multiples. Three
    seasons must be there.
    """
    n_steps = len(values)
    if n_steps < _FEWEST_FOR_SEASON or np.ptp(values) == 0:
        return None
    x = without_line(values)
    if np.square(x).mean() <= 1e-20 * np.square(values).max():
        return None  # a straight line
    products = lagged_products(x)[: n_steps // 2 + 1]
    # Fewer products are summed at longer lags.
    correlation = products / products[0] * n_steps / (n_steps - np.arange(len(products)))
    lags = _peaks(correlation)
    lags = lags[lags <= n_steps // 3]
    heights = np.array([correlation[lag::lag][:_MOST_MULTIPLES].mean() for lag in lags])
    high = heights > max(_LEAST_CORRELATION, _NEARLY * heights.max(initial=0.0))
    return int(lags[high][0]) if high.any() else None


def without_line(values: FloatArray) -> FloatArray:
    """Return what a line through values (n_steps,) leaves of them."""
    steps = np.arange(len(values))
    return np.asarray(values - np.polyval(np.polyfit(steps, values, 1), steps))


def lagged_products(values: FloatArray) -> FloatArray:
    """Return the sums of products of values (n_steps,) with those each lag before, from 0 on."""
    return np.fft.irfft(np.abs(np.fft.rfft(values, 2 * len(values))) ** 2)[: len(values)]


def _peaks(correlation: FloatArray) -> Indices:
    """Return the lags of peaks behind a valley: a wiggle on the way down is no season."""
    inner = correlation[1:-1]
    peaks = (inner > correlation[:-2]) & (inner >= correlation[2:])
    peaks &= inner - np.minimum.accumulate(inner) > _LEAST_CORRELATION
    return np.flatnonzero(peaks) + 1
