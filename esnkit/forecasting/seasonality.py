"""Seasons: whether a series has one, and how long it is."""

from __future__ import annotations

import numpy as np

from esnkit.core.typing import FloatArray, Indices
from esnkit.forecasting.series import SeriesSet

_FEWEST_FOR_SEASON = 12  # steps
_LEAST_CORRELATION = 0.2  # at the lag of a season
_MOST_MULTIPLES = 4  # of a season, at which the series should look alike
_NEARLY = 0.8  # as high as the highest peak


def common_period(data: SeriesSet) -> int | None:
    """Find the season that most variables of a set of series agree on, or None."""
    found = [find_period(column) for member in data.members for column in member.values.T]
    seasonal = sorted(period for period in found if period is not None)
    return seasonal[len(seasonal) // 2] if len(seasonal) > len(found) // 2 else None


def find_period(values: FloatArray) -> int | None:
    """Find the season of a series of shape (n_steps,), or None if there is none.

    That is the first peak of the autocorrelation, after a linear trend was taken away, that is
    nearly as high as any, each being averaged with the correlations at its multiples. Three
    seasons must be there.
    """
    n_steps = len(values)
    if n_steps < _FEWEST_FOR_SEASON or np.ptp(values) == 0:
        return None
    steps = np.arange(n_steps)
    x = values - np.polyval(np.polyfit(steps, values, 1), steps)
    if np.square(x).mean() <= 1e-20 * np.square(values).max():
        return None  # a straight line
    products = np.fft.irfft(np.abs(np.fft.rfft(x, 2 * n_steps)) ** 2)[: n_steps // 2 + 1]
    # Fewer products are summed at longer lags.
    correlation = products / products[0] * n_steps / (n_steps - np.arange(len(products)))
    lags = _peaks(correlation)
    lags = lags[lags <= n_steps // 3]
    heights = np.array([correlation[lag::lag][:_MOST_MULTIPLES].mean() for lag in lags])
    high = heights > max(_LEAST_CORRELATION, _NEARLY * heights.max(initial=0.0))
    return int(lags[high][0]) if high.any() else None


def _peaks(correlation: FloatArray) -> Indices:
    """Return the lags of peaks behind a valley: a wiggle on the way down is no season."""
    inner = correlation[1:-1]
    peaks = (inner > correlation[:-2]) & (inner >= correlation[2:])
    peaks &= inner - np.minimum.accumulate(inner) > _LEAST_CORRELATION
    return np.flatnonzero(peaks) + 1
