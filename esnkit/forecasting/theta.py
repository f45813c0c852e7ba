"""The Theta method: half of a line through the series, half of its smoothed level."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from esnkit.core.checks import Range
from esnkit.core.typing import FloatArray, Indices
from esnkit.forecasting.classical import ClassicalForecaster, SmoothingForm
from esnkit.forecasting.series import LONGEST_TAIL

_LEVELS = np.linspace(0.05, 0.99, 24)  # smoothing of the level, that are tried


@dataclass(frozen=True)
class _Lines:
    """What Theta chose for a series; arrays of shape (n_variables,)."""

    alpha: FloatArray
    share: FloatArray  # of the line, 1 - 1 / theta
    level: FloatArray  # before the first step


class ThetaForecaster(ClassicalForecaster):
    """Adds a share of the line through a series to its exponentially smoothed level.

    With the line A + B n through y(1), ..., y(N) by least squares, and the level
    l(n) = l(n-1) + alpha (y(n) - l(n-1)), the forecast is [1]_ [2]_::

        y(N+h) = l(N) + (1 - 1/theta) ((1-alpha)^N A + (h - 1 + (1 - (1-alpha)^(N+1)) / alpha) B)

    With theta = 1 that is exponential smoothing; theta = 2 is the method that won the M3
    competition, whose forecasts climb half as fast as the line. The smoothing, the first level and,
    if it is not given, theta are those of the smallest one-step errors. Of a longer series only the
    last 20 000 steps are used.

    Parameters
    ----------
    theta : float or None, default=2.0
        At least 1. None chooses it, for each variable by itself.
    smoothing : array-like of shape (n_series, 3, n_variables), default=None
        alpha, 1 - 1/theta and the first level. None chooses them.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    smoothing_ : ndarray of shape (n_series, 3, n_variables)
        alpha, 1 - 1/theta and the first level of each series.
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    ExponentialSmoothing : Its trend is that of the last steps.

    References
    ----------
    .. [1] V. Assimakopoulos and K. Nikolopoulos, "The theta model: a decomposition approach to
       forecasting", International Journal of Forecasting 16, 2000.
    .. [2] J. A. Fiorucci, T. R. Pellegrini, F. Louzada, F. Petropoulos and A. B. Koehler, "Models
       for optimising the theta method and their relationship to state space models",
       International Journal of Forecasting 32, 2016, equation 7.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import ThetaForecaster
    >>> ThetaForecaster(None).fit(np.arange(20.0)).forecast(3).round(6)
    array([20., 21., 22.])
    """

    ranges: ClassVar[dict[str, Range]] = {"theta": Range(Real, 1, none=True)}
    smoothing_form: ClassVar[SmoothingForm] = SmoothingForm(n_rows=3, n_shares=2)

    def __init__(
        self,
        theta: float | None = 2.0,
        *,
        smoothing: ArrayLike | None = None,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.theta = theta
        self.smoothing = smoothing
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def smoothing_(self) -> FloatArray:
        """The parameters alpha, 1 - 1/theta and the first level of each series."""
        return np.array([[s.alpha, s.share, s.level] for s in self.states_])

    @property
    def _fewest(self) -> int:
        return 3

    def _frozen_clone(self) -> ThetaForecaster:
        return clone(self).set_params(smoothing=self.smoothing_)

    def _start(self, i: int, values: FloatArray) -> _Lines:
        if self._smoothing is not None:
            return _Lines(*self._smoothing[i])
        theta = self._numbers["theta"]
        share = None if theta is None else 1 - 1 / theta
        columns = values[-LONGEST_TAIL:].T
        return _Lines(*np.array([_best(column, share) for column in columns]).T)

    def _go_on(self, values: FloatArray, state: _Lines, horizon: int) -> FloatArray:
        values = values[-LONGEST_TAIL:]
        steps = np.arange(len(values), len(values) + horizon)
        columns = zip(values.T, state.alpha, state.share, state.level, strict=True)
        return np.column_stack(
            [
                _level(column, alpha, level)
                + share * _line(_straight(column), len(values), alpha, steps)
                for column, alpha, share, level in columns
            ]
        )


def _best(values: FloatArray, share: float | None) -> tuple[float, float, float]:
    """Choose alpha, the share of the line and the first level of values (n_steps,)."""
    line = _straight(values)
    tried = [_fitted(values, line, alpha, share) for alpha in _LEVELS]
    return min(tried, key=lambda fit: fit[0])[1:]


def _fitted(
    values: FloatArray, straight: FloatArray, alpha: float, share: float | None
) -> tuple[float, float, float, float]:
    """Fit the share and the first level, in which one-step errors are linear.

    Returns the sum of squared errors, alpha, the share and the level.
    """
    from scipy.signal import lfilter

    n_steps = len(values)
    before = lfilter([0, alpha], [1, alpha - 1], values)  # levels before each step, from zero on
    fading = (1 - alpha) ** np.arange(n_steps)  # of the first level
    line = _line(straight, n_steps, alpha, np.arange(n_steps))
    errors = values - before
    if share is None:
        columns = np.column_stack([line, fading])
        share = float(np.clip(np.linalg.lstsq(columns, errors, rcond=None)[0][0], 0, 1))
    errors = errors - share * line
    level = float(fading @ errors / (fading @ fading))
    errors = errors - level * fading
    return float(errors @ errors), alpha, share, level


def _straight(values: FloatArray) -> FloatArray:
    """Return slope and start of the line through values (n_steps,), whose first step is 1."""
    return np.polyfit(np.arange(1, len(values) + 1), values, 1)


def _line(straight: FloatArray, n_steps: int, alpha: float, steps: Indices) -> FloatArray:
    """Return what a line through n_steps adds to the level, after so many steps are known.

    Within the series that is the forecast of the next step, beyond it that of all later ones.
    """
    slope, start = straight
    known = np.minimum(steps, n_steps)
    left = (1 - alpha) ** known
    return np.asarray(left * start + (steps - known + (1 - left * (1 - alpha)) / alpha) * slope)


def _level(values: FloatArray, alpha: float, first: float) -> float:
    """Return the smoothed level at the end of values (n_steps,)."""
    from scipy.signal import lfilter

    smoothed = lfilter([alpha], [1, alpha - 1], values, zi=[(1 - alpha) * first])[0]
    return float(smoothed[-1])
