"""Error rates: fractions of wrong answers, where an output stands for a decision."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from esnkit.core.checks import check_numbers, check_scale
from esnkit.metrics.regression import check_pair

__all__ = ["symbol_error_rate", "tolerance_error_rate"]


def symbol_error_rate(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, symbols: npt.ArrayLike | None = None
) -> float:
    r"""Return the fraction of outputs that lie next to another symbol than the true one.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The true symbols, as numbers.
    y_pred : array-like of the same shape
        The outputs, each of which is taken for the symbol next to it.
    symbols : array-like of shape (n_symbols,), default=None
        All symbols. None means those that occur in `y_true`.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the shapes differ, an array is empty or holds NaN or infinity, or a true symbol is none
        of the `symbols`.

    See Also
    --------
    esnkit.datasets.channel_equalization : The task it is usual for.

    Examples
    --------
    >>> from esnkit.metrics import symbol_error_rate
    >>> symbol_error_rate([-3, -1, 1, 3], [-2.8, 0.3, 1.4, 7.0])
    0.25
    """
    true, predicted = check_pair(y_true, y_pred)
    alphabet = np.unique(
        true if symbols is None else np.atleast_1d(check_numbers(symbols, "symbols"))
    )
    unknown = true[~np.isin(true, alphabet)]
    if unknown.size:
        raise ValueError(f"y_true holds {unknown[0]:g}, which is none of symbols={symbols!r}.")
    borders = (alphabet[:-1] + alphabet[1:]) / 2
    return float(np.mean(alphabet[np.searchsorted(borders, predicted)] != true))


def tolerance_error_rate(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, tolerance: float = 0.04
) -> float:
    r"""Return the fraction of outputs that are off by more than a tolerance.

    The zero-one error by which the adding and multiplying problems are judged.

    Parameters
    ----------
    y_true : array-like of shape (n_steps,) or (n_steps, n_outputs)
        The true values.
    y_pred : array-like of the same shape
        The outputs.
    tolerance : float, default=0.04
        Largest error that is forgiven, in units of the values, above zero.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the shapes differ, an array is empty or holds NaN or infinity, or `tolerance` is not
        positive and finite.

    See Also
    --------
    esnkit.datasets.adding : The task it is usual for.

    Examples
    --------
    >>> from esnkit.metrics import tolerance_error_rate
    >>> tolerance_error_rate([0.5, 0.5, 0.5, 0.5], [0.5, 0.53, 0.45, 1.5])
    0.5
    """
    true, predicted = check_pair(y_true, y_pred)
    return float(np.mean(np.abs(true - predicted) > check_scale(tolerance, "tolerance")))
