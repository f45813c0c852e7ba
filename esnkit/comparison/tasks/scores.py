"""The scores of a comparison: how a prediction is measured, and in what unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import recall_score

from esnkit.core.typing import FloatArray
from esnkit.metrics import (
    mase,
    nrmse,
    symbol_error_rate,
    tolerance_error_rate,
    valid_prediction_time,
)

_VALID = 0.4  # standard deviations that a forecast may be off


@dataclass(frozen=True, eq=False)
class Scale:
    """What scores are taken relative to: the training targets, their season, and one step.

    Parameters
    ----------
    train : ndarray of shape (n_steps, n_variables)
        The targets to learn from.
    period : int, default=None
        Their season, in steps.
    step : float, default=1.0
        One step, in the task's unit of time.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import NRMSE, Scale
    >>> scale = Scale(np.array([[0.0], [2.0]]))  # of standard deviation 1
    >>> NRMSE.function(np.array([[0.0], [1.0]]), np.array([[0.5], [0.5]]), scale)
    0.5
    """

    train: FloatArray
    period: int | None = None
    step: float = 1.0


@dataclass(frozen=True)
class Metric:
    """A score.

    Parameters
    ----------
    name : str
        What tables call it.
    function : callable
        Takes the truth and the prediction, of shape (n_steps, n_variables), and a `Scale`;
        returns a number.
    greater_is_better : bool, default=False
        The direction.
    unit : str, default=""
        Of the number.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import Metric
    >>> worst = Metric("worst error", lambda truth, guess, scale: float(abs(truth - guess).max()))
    >>> worst.function(np.zeros((2, 1)), np.array([[1.0], [-3.0]]), None)
    3.0
    """

    name: str
    function: Callable[[FloatArray, FloatArray, Scale], float]
    greater_is_better: bool = False
    unit: str = ""


def _nrmse(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    return float(nrmse(truth, guess, variance=scale.train.var(axis=0)))


def _mase(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    return float(mase(truth, guess, y_train=scale.train, seasonality=scale.period or 1))


def _valid_time(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    variance = scale.train.var(axis=0)
    return float(
        valid_prediction_time(truth, guess, threshold=_VALID, dt=scale.step, variance=variance)
    )


def _symbol_error_rate(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    return symbol_error_rate(truth, guess, symbols=np.unique(scale.train))


def _absolute_error(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    return float(np.abs(truth - guess).mean())


def _unsolved(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    return tolerance_error_rate(truth, guess)


def _memory_capacity(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    """Sum the squared correlations of all lags; an output that never changes has none."""
    t, g = truth - truth.mean(axis=0), guess - guess.mean(axis=0)
    power = (t**2).sum(axis=0) * (g**2).sum(axis=0)
    squares = (t * g).sum(axis=0) ** 2
    return float(np.divide(squares, power, out=np.zeros_like(power), where=power > 0).sum())


def _accuracy(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    return float((truth == guess).mean())


def _balanced_accuracy(truth: FloatArray, guess: FloatArray, scale: Scale) -> float:
    """Average over the classes that occur the share that is found of each."""
    present = np.unique(truth)
    found = recall_score(
        truth.ravel(), guess.ravel(), labels=present, average="macro", zero_division=0
    )
    return float(found)


NRMSE = Metric("NRMSE", _nrmse, unit="standard deviations of the training data")
MASE = Metric("MASE", _mase, unit="errors of the seasonal-naive forecast in training")
VALID_TIME = Metric("valid time", _valid_time, greater_is_better=True)
SYMBOL_ERROR_RATE = Metric("symbol error rate", _symbol_error_rate)
ABSOLUTE_ERROR = Metric("absolute error", _absolute_error)
UNSOLVED = Metric("unsolved", _unsolved)
ACCURACY = Metric("accuracy", _accuracy, greater_is_better=True)
BALANCED_ACCURACY = Metric("balanced accuracy", _balanced_accuracy, greater_is_better=True)
MEMORY_CAPACITY = Metric("memory capacity", _memory_capacity, greater_is_better=True, unit="steps")
