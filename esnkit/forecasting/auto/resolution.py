"""How finely the values of a series are told: errors below that are luck, not skill."""

from __future__ import annotations

import numpy as np

from esnkit.core.typing import FloatArray, Indices

_TIED = 0.1  # share of values that occurred before, from which they are rounded or counted
_SAME = 1e-9  # of the range, by which equal values may differ
_ROUNDED = 12**-0.5  # standard deviation of a rounding error, in units of the last digit
_ALIKE = (3, 10, 30, 60)  # values in a row that have to be the same
_FEWEST = 10  # repetitions that tell anything
_DETERMINED = 0.15  # of the smallest difference, below which the same past has the same future


def resolution(values: FloatArray) -> float:
    """Return what a rounded or counted variable leaves undetermined, in its own units.

    A forecast of counts that is right to the last digit is not better by eight decades than one
    that is off by a half: it says whole numbers. What repeats itself exactly, such as a square
    wave, is known exactly; whether it does is told by what followed the same few values.

    Parameters
    ----------
    values : ndarray of shape (n_steps,)
        A variable.

    Returns
    -------
    float
        The standard deviation of an error of rounding to the smallest difference between values; 0
        where values hardly ever occur twice, or repeat themselves by a rule.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.forecasting.auto.resolution import resolution
    >>> counts = np.random.default_rng(0).poisson(1.0, size=60).astype(float)
    >>> round(resolution(counts), 3)
    0.289
    >>> resolution(np.tile([0.0, 0.0, 1.0, 2.0], 15)), resolution(np.sqrt(np.arange(60.0)))
    (0.0, 0.0)
    """
    least = _SAME * float(np.ptp(values))
    levels, numbers = _levels(values, least)
    if least == 0 or len(levels) > (1 - _TIED) * len(values):
        return 0.0
    unit = float(np.diff(levels).min())
    if any(_left_open(numbers, values, n) < _DETERMINED * unit for n in _ALIKE):
        return 0.0
    return _ROUNDED * unit


def _levels(values: FloatArray, least: float) -> tuple[FloatArray, Indices]:
    """Return the values that occur, and the number of that of each step."""
    ordered = np.sort(values)
    starts = np.concatenate([[True], np.diff(ordered) > least])
    levels = ordered[starts]
    return levels, np.searchsorted(levels, values + least, side="right")


def _left_open(numbers: Indices, values: FloatArray, n_alike: int) -> float:
    """Return the deviation of what followed the same few values; infinite if they seldom recur."""
    if len(values) <= n_alike:
        return np.inf
    windows = np.lib.stride_tricks.sliding_window_view(numbers[:-1], n_alike)
    _, kinds = np.unique(windows, axis=0, return_inverse=True)
    kinds, following = kinds.ravel(), values[n_alike:]
    counts = np.bincount(kinds)
    often = counts[kinds] > 1
    if often.sum() < _FEWEST:
        return np.inf
    means = np.bincount(kinds, following) / counts
    # Means of the few values themselves are nearer to them than the truth is.
    unbiased = (counts / np.maximum(counts - 1, 1))[kinds]
    return float(np.sqrt((unbiased * np.square(following - means[kinds]))[often].mean()))
