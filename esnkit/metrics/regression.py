"""Errors of numbers: over a series, relative to what is easy, and until a forecast fails."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Literal

import numpy as np
import numpy.typing as npt

from esnkit.core.checks import (
    check_array,
    check_numbers,
    check_scalar,
    check_scale,
    refuse_masked,
)
from esnkit.core.typing import FloatArray

__all__ = ["mase", "nmse", "nrmse", "smape", "valid_prediction_time"]

MultiOutput = Literal["uniform_average", "raw_values"] | npt.ArrayLike


def nmse(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    variance: npt.ArrayLike | None = None,
    multioutput: MultiOutput = "uniform_average",
) -> float | FloatArray:
    r"""Mean squared error divided by the variance of the target, without unit.

    .. math:: \mathrm{NMSE} = \frac{\frac1T \sum_t (y_t - \hat y_t)^2}{\mathrm{Var}(y)}

    0 is perfect; 1 is what predicting the mean of ``y_true`` earns. Unless ``variance`` is given,
    it is one minus the coefficient of determination.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The target.
    y_pred : array-like of the shape of ``y_true``
        The prediction.
    variance : float or array-like of shape (n_outputs,), default=None
        Variance to divide by, in squared units of the target: that of the whole series where
        ``y_true`` is a part of it, or a single step. By default the variance of ``y_true``, with
        the divisor T.
    multioutput : {"uniform_average", "raw_values"} or array-like, default="uniform_average"
        Several outputs give the mean of their errors, or one error each, or the mean with these
        weights, one for each output.

    Returns
    -------
    float or numpy.ndarray of shape (n_outputs,)
        The error; an array for ``"raw_values"``.

    Raises
    ------
    ValueError
        If the shapes differ, an array is empty or holds NaN or infinity, or ``y_true`` is constant
        and ``variance`` is not given.

    See Also
    --------
    nrmse : Its square root.

    Examples
    --------
    >>> from esnkit.metrics import nmse
    >>> nmse([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 3.0, 3.5])
    0.1
    """
    true, predicted = check_pair(y_true, y_pred)
    errors = np.mean((true - predicted) ** 2, axis=0) / _check_variance(variance, true)
    return _combine(errors, multioutput)


def nrmse(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    variance: npt.ArrayLike | None = None,
    multioutput: MultiOutput = "uniform_average",
) -> float | FloatArray:
    r"""Root mean squared error divided by the standard deviation of the target, without unit.

    .. math:: \mathrm{NRMSE} = \sqrt{\frac{\frac1T \sum_t (y_t - \hat y_t)^2}{\mathrm{Var}(y)}}

    0 is perfect; 1 is what predicting the mean of ``y_true`` earns. Others divide by the range or
    the mean of the target: their figures are not comparable. Several outputs are averaged before
    the root is taken.

    The NRMSE84 of [1]_ collects, from several free runs, the 84th step of the target and of the
    prediction, and passes the variance of the whole series as ``variance``.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The target.
    y_pred : array-like of the shape of ``y_true``
        The prediction.
    variance : float or array-like of shape (n_outputs,), default=None
        Variance to divide by, see `nmse`.
    multioutput : {"uniform_average", "raw_values"} or array-like, default="uniform_average"
        Several outputs give the root of the mean of their NMSE, or one error each, or the root of
        the mean with these weights, one for each output.

    Returns
    -------
    float or numpy.ndarray of shape (n_outputs,)
        The error; an array for ``"raw_values"``.

    See Also
    --------
    nmse : Its square, which lists what is refused.

    References
    ----------
    .. [1] H. Jaeger and H. Haas, "Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication", Science 304, 78-80, 2004.

    Examples
    --------
    >>> from esnkit.metrics import nrmse
    >>> nrmse([1.0, 2.0, 3.0, 4.0], [2.5, 2.5, 2.5, 2.5])
    1.0
    """
    squared = nmse(y_true, y_pred, variance=variance, multioutput=multioutput)
    return math.sqrt(squared) if isinstance(squared, float) else np.sqrt(squared)


def smape(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    multioutput: MultiOutput = "uniform_average",
) -> float | FloatArray:
    r"""Symmetric mean absolute percentage error, in percent from 0 to 200.

    .. math:: \mathrm{sMAPE} = \frac{200}{T} \sum_t \frac{|y_t - \hat y_t|}{|y_t| + |\hat y_t|}

    The definition of NeuroBench [1]_, with one difference: a step where target and prediction
    are both zero counts as exact here. Others leave out the factor 2 or the percent. It depends
    on where zero is, so it suits quantities that are positive.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The target.
    y_pred : array-like of the shape of ``y_true``
        The prediction.
    multioutput : {"uniform_average", "raw_values"} or array-like, default="uniform_average"
        Several outputs give the mean of their errors, or one error each, or the mean with these
        weights, one for each output.

    Returns
    -------
    float or numpy.ndarray of shape (n_outputs,)
        The error in percent; an array for ``"raw_values"``.

    References
    ----------
    .. [1] J. Yik et al., "The NeuroBench framework for benchmarking neuromorphic computing
       algorithms and systems", Nature Communications 16, 1545, 2025.

    Examples
    --------
    >>> from esnkit.metrics import smape
    >>> smape([1.0, 2.0], [3.0, 2.0])
    50.0
    """
    true, predicted = check_pair(y_true, y_pred)
    size = np.abs(true) + np.abs(predicted)
    ratios = np.divide(np.abs(true - predicted), size, out=np.zeros_like(size), where=size > 0)
    return _combine(200 * ratios.mean(axis=0), multioutput)


def mase(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    y_train: npt.ArrayLike,
    seasonality: int = 1,
    multioutput: MultiOutput = "uniform_average",
) -> float | FloatArray:
    r"""Mean absolute error divided by that of the naive forecast on the training data, no unit.

    .. math::

        \mathrm{MASE} = \frac{\frac1T \sum_t |y_t - \hat y_t|}
        {\frac{1}{N - m} \sum_{n=m+1}^{N} |y^{\mathrm{train}}_n - y^{\mathrm{train}}_{n-m}|}

    Below 1 the forecast errs less than repeating the value of one season before (``m``,
    ``seasonality``) did, one season ahead, on the training data [1]_.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The target.
    y_pred : array-like of the shape of ``y_true``
        The prediction.
    y_train : array-like of shape (n_train,) or (n_train, n_outputs)
        What the model was trained on, in the order of time.
    seasonality : int, default=1
        Steps in a season, e.g. 12 for months and a yearly cycle; less than ``n_train``. With 1
        the naive forecast is the last value.
    multioutput : {"uniform_average", "raw_values"} or array-like, default="uniform_average"
        Several outputs give the mean of their errors, or one error each, or the mean with these
        weights, one for each output.

    Returns
    -------
    float or numpy.ndarray of shape (n_outputs,)
        The error; an array for ``"raw_values"``.

    Raises
    ------
    ValueError
        If ``y_train`` is no longer than a season, has another number of outputs, or repeats itself
        exactly, so that the naive forecast makes no error to divide by.

    References
    ----------
    .. [1] R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy",
       International Journal of Forecasting 22, 679-688, 2006.

    Examples
    --------
    >>> from esnkit.metrics import mase
    >>> mase([5.0, 6.0], [5.0, 5.0], y_train=[1.0, 2.0, 3.0, 4.0])
    0.5
    """
    true, predicted = check_pair(y_true, y_pred)
    train = _as_columns(y_train, "y_train")
    if train.shape[1] != true.shape[1]:
        raise ValueError(
            "y_train and y_true must have the same number of outputs, "
            f"got shapes {np.shape(y_train)} and {np.shape(y_true)}."
        )
    seasonality = check_scalar(
        seasonality, "seasonality", Integral, min_val=1, max_val=len(train) - 1
    )
    naive = np.abs(train[seasonality:] - train[:-seasonality]).mean(axis=0)
    if not naive.all():
        raise ValueError(
            f"y_train repeats itself exactly after seasonality={seasonality} steps, so the naive "
            "forecast makes no error to divide by."
        )
    return _combine(np.abs(true - predicted).mean(axis=0) / naive, multioutput)


def valid_prediction_time(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    threshold: float = 0.4,
    dt: float = 1.0,
    lyapunov_time: float = 1.0,
    variance: npt.ArrayLike | None = None,
) -> float:
    r"""Time until a forecast of a chaotic system leaves the truth, in Lyapunov times.

    The first step at which the normalised error [1]_

    .. math:: e_t = \sqrt{\frac1D \sum_{d=1}^{D} \frac{(y_{t,d} - \hat y_{t,d})^2}
        {\mathrm{Var}(y_d)}}

    exceeds ``threshold`` ends the forecast: the result is the number of steps before it times
    ``dt / lyapunov_time``. A forecast that never fails gets its whole length. A figure says
    something only along with its threshold, ``dt`` and the number of starts it was averaged over.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The true continuation; its first row is the first step that was forecast.
    y_pred : array-like of the shape of ``y_true``
        The forecast.
    threshold : float, default=0.4
        Largest normalised error, in standard deviations, of a valid forecast.
    dt : float, default=1.0
        Time between two steps.
    lyapunov_time : float, default=1.0
        Time in which small errors grow e-fold, in the unit of ``dt``: 1.104 for Lorenz-63. With
        1 the result is in the unit of ``dt``, and with both 1 it counts steps.
    variance : float or array-like of shape (n_outputs,), default=None
        Variance of each output, better from the long training series than from a short
        continuation. By default the variance of ``y_true``.

    Returns
    -------
    float
        The valid prediction time.

    See Also
    --------
    nmse : Lists what is refused.

    References
    ----------
    .. [1] P. R. Vlachas, J. Pathak, B. R. Hunt, T. P. Sapsis, M. Girvan, E. Ott and
       P. Koumoutsakos, "Backpropagation algorithms and reservoir computing in recurrent neural
       networks for the forecasting of complex spatiotemporal dynamics", Neural Networks 126,
       191-217, 2020.

    Examples
    --------
    >>> from esnkit.metrics import valid_prediction_time
    >>> valid_prediction_time([0.0, 1.0, 0.0, 1.0], [0.0, 1.1, 0.5, 1.0], variance=1.0, dt=0.02)
    0.04
    """
    true, predicted = check_pair(y_true, y_pred)
    threshold = check_scale(threshold, "threshold")
    step = check_scale(dt, "dt") / check_scale(lyapunov_time, "lyapunov_time")
    with np.errstate(over="ignore"):  # a forecast that ran away is wrong, however far it got
        squared = (true - predicted) ** 2 / _check_variance(variance, true)
    failed = np.flatnonzero(np.sqrt(squared.mean(axis=1)) > threshold)
    n_valid = failed[0] if failed.size else len(true)
    return float(n_valid * step)


def check_pair(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as columns of one shape; a column vector and a flat array are the same."""
    true, predicted = _as_columns(y_true, "y_true"), _as_columns(y_pred, "y_pred")
    if true.shape != predicted.shape:
        raise ValueError(
            "y_true and y_pred must have the same shape, "
            f"got {np.shape(y_true)} and {np.shape(y_pred)}."
        )
    return true, predicted


def _as_columns(y: npt.ArrayLike, name: str) -> FloatArray:
    refuse_masked(y, name)
    given = np.asarray(y)
    if given.ndim not in (1, 2) or given.size == 0:
        raise ValueError(
            f"{name} must have shape (n_steps,) or (n_steps, n_outputs) and not be empty, "
            f"got shape {given.shape}."
        )
    if given.dtype.kind not in "biufO":
        raise ValueError(f"{name} must hold real numbers, got an array of {given.dtype}.")
    array = check_array(given, ensure_2d=False, dtype=np.float64, input_name=name)
    return array.reshape(len(array), -1)


def _check_variance(variance: npt.ArrayLike | None, true: FloatArray) -> FloatArray:
    """Return the variance of each output, shape (n_outputs,): the given one or that of the data."""
    n_outputs = true.shape[1]
    if variance is None:
        # The computed variance of equal numbers may come out a little above zero.
        own = np.where(np.ptp(true, axis=0) > 0, true.var(axis=0), 0.0)
        if not own.all():
            raise ValueError(
                f"y_true is constant in output {np.argmin(own)} of {n_outputs} (shape "
                f"{true.shape}): its variance is 0, so variance must be given."
            )
        return own
    given = check_numbers(variance, "variance")
    if given.shape not in ((), (n_outputs,)):
        raise ValueError(
            f"variance must be a number or have shape ({n_outputs},), one for each output, "
            f"got shape {given.shape}."
        )
    for value in given.flat:
        check_scale(value, "variance")
    return np.broadcast_to(given, (n_outputs,))


def _combine(errors: FloatArray, multioutput: MultiOutput) -> float | FloatArray:
    """Average the errors of the outputs as asked, or return them one by one."""
    if isinstance(multioutput, str):
        if multioutput == "raw_values":
            return errors
        if multioutput == "uniform_average":
            return float(errors.mean())
        raise ValueError(
            "multioutput must be 'uniform_average', 'raw_values' or an array of weights, "
            f"got {multioutput!r}."
        )
    weights = check_numbers(multioutput, "multioutput")
    if weights.shape != errors.shape:
        raise ValueError(
            f"multioutput must hold one weight for each output, shape {errors.shape}, "
            f"got shape {weights.shape}."
        )
    if weights.min() < 0 or not weights.any():
        raise ValueError(
            "multioutput must hold weights that are not negative, and not all zero, "
            f"got {multioutput!r}."
        )
    return float(np.average(errors, weights=weights))
