"""Forecasts of intermittent demand: values that are mostly zero."""

from __future__ import annotations

from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from esnkit.core.checks import check_name
from esnkit.core.typing import FloatArray
from esnkit.forecasting.classical import ClassicalForecaster, SmoothingForm

_SMOOTHING = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)  # that are tried


class IntermittentForecaster(ClassicalForecaster):
    """Forecasts counts with many zeros: the size of a demand times how often there is one.

    Both are smoothed by themselves, from their means over the whole series on. Croston's method
    [1]_ takes in the steps between two demands, whenever there is one; ``"sba"`` takes its bias
    off, a factor of 1 - alpha/2 [2]_; ``"tsb"`` takes in at each step whether there was one, so
    that its forecast fades where demand ends [3]_. Without smoothing all three are the mean, which
    is hard to beat as long as nothing changes.

    Parameters
    ----------
    method : {"tsb", "croston", "sba"}, default="tsb"
        What is smoothed, see above.
    smoothing : float or array-like of shape (n_series, 2, n_variables), default=None
        The shares of what is new in size and rate, in [0, 1]; a number is both. None chooses them
        by the sum of squared one-step errors, for each variable by itself.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    smoothing_ : ndarray of shape (n_series, 2, n_variables)
        The shares for size and rate of each series.
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    NaiveForecaster : Its mean is the forecast without smoothing.

    References
    ----------
    .. [1] J. D. Croston, "Forecasting and stock control for intermittent demands", Operational
       Research Quarterly 23, 1972.
    .. [2] A. A. Syntetos and J. E. Boylan, "The accuracy of intermittent demand estimates",
       International Journal of Forecasting 21, 2005.
    .. [3] R. H. Teunter, A. A. Syntetos and M. Z. Babai, "Intermittent demand: linking forecasting
       to inventory obsolescence", European Journal of Operational Research 214, 2011.

    Examples
    --------
    >>> from esnkit import IntermittentForecaster
    >>> IntermittentForecaster(smoothing=0.0).fit([0.0, 3.0, 0.0, 0.0, 1.0, 0.0]).forecast(2)
    array([0.66666667, 0.66666667])
    """

    smoothing_form: ClassVar[SmoothingForm] = SmoothingForm(2, 2, "be a number or have shape", ())

    def __init__(
        self,
        method: str = "tsb",
        *,
        smoothing: float | ArrayLike | None = None,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.method = method
        self.smoothing = smoothing
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def smoothing_(self) -> FloatArray:
        """The shares of what is new in size and rate."""
        return np.array(self.states_)

    @property
    def _fewest(self) -> int:
        return 2

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_name("method", self.method, ("tsb", "croston", "sba"))

    def _frozen_clone(self) -> IntermittentForecaster:
        return clone(self).set_params(smoothing=self.smoothing_)

    def _start(self, i: int, values: FloatArray) -> FloatArray:
        """Return the shares for size and rate, of shape (2, n_variables)."""
        if values.min() < 0:
            raise ValueError(
                f"{self.series_.label(i)} of y holds {values.min()}: demand is never negative."
            )
        if self._smoothing is None:
            return np.column_stack([_best_shares(column, self.method) for column in values.T])
        return self._smoothing[i]

    def _go_on(self, values: FloatArray, state: FloatArray, horizon: int) -> FloatArray:
        columns = zip(values.T, state.T, strict=True)
        expected = [_expected(column, self.method, *shares)[-1] for column, shares in columns]
        return np.tile(expected, (horizon, 1))


def _best_shares(values: FloatArray, method: str) -> FloatArray:
    """Choose the shares of what is new by the squared one-step errors."""

    def loss(shares: tuple[float, float]) -> float:
        return float(np.square(_expected(values, method, *shares)[:-1] - values).sum())

    return np.array(min(product(_SMOOTHING, _SMOOTHING), key=loss))


def _expected(values: FloatArray, method: str, new_size: float, new_rate: float) -> FloatArray:
    """Return the demand that is expected before each step and after the last, (n_steps + 1,)."""
    demanded = values > 0
    if not demanded.any():
        return np.zeros(len(values) + 1)
    seen = np.concatenate([[0], np.cumsum(demanded)])  # demands before each step
    sizes = _smoothed(values[demanded], new_size, values[demanded].mean())[seen]
    rate = float(demanded.mean())
    if method == "tsb":
        return sizes * _smoothed(demanded.astype(np.float64), new_rate, rate)
    waited = np.diff(np.flatnonzero(demanded), prepend=-1).astype(np.float64)
    bias = 1 - new_rate / 2 if method == "sba" else 1.0
    return bias * sizes / _smoothed(waited, new_rate, 1 / rate)[seen]


def _smoothed(values: FloatArray, share: float, first: float) -> FloatArray:
    """Smooth values (n,) exponentially, the first level in front: (n + 1,)."""
    from scipy.signal import lfilter

    smoothed = lfilter([share], [1, share - 1], values, zi=[(1 - share) * first])[0]
    return np.concatenate([[first], smoothed])
