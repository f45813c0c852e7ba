"""Checks of arguments: each refuses what is not allowed, and names the argument."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np
import sklearn.utils
import sklearn.utils.validation

# Where an integer stands for a number, or counts things that take room.
_LARGEST = float(np.finfo(np.float64).max)
_LARGEST_COUNT = int(np.iinfo(np.intp).max)


def check_name(what: str, name: Any, known: Iterable[Any]) -> None:
    """Refuse a name that stands for nothing.

    Parameters
    ----------
    what : str
        What the name is called where it was given.
    name : object
        The name.
    known : iterable
        Those that stand for something.

    Raises
    ------
    ValueError
        If the name is not among them.

    Examples
    --------
    >>> from esnkit.core.checks import check_name
    >>> check_name("cell", "lstm", ("elman", "lstm"))
    >>> check_name("cell", "lstn", ("elman", "lstm"))
    Traceback (most recent call last):
        ...
    ValueError: cell must be one of 'elman', 'lstm', got 'lstn'.
    """
    known = list(known)
    if name not in known:
        raise ValueError(f"{what} must be one of {', '.join(map(repr, known))}, got {name!r}.")


def check_scalar(value: Any, name: str, kind: type, **bounds: Any) -> Any:
    """Check a number as scikit-learn's function of this name does, and leave no door open.

    Parameters
    ----------
    value : object
        The number: Python's or numpy's of any width.
    name : str
        What it is called where it was given.
    kind : type
        `numbers.Integral` or `numbers.Real`.
    **bounds
        ``min_val``, ``max_val`` and ``include_boundaries``.

    Returns
    -------
    int or float
        The number as Python's own, which no arithmetic makes overflow.

    Raises
    ------
    TypeError
        If it is no number of this kind. True and False are none.
    ValueError
        If it lies outside of the bounds, or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from numbers import Integral
    >>> from esnkit.core.checks import check_scalar
    >>> check_scalar(np.int8(100), "n_units", Integral, min_val=1) * 2
    200
    >>> check_scalar(True, "n_units", Integral, min_val=1)
    Traceback (most recent call last):
        ...
    TypeError: n_units must be a number, not True.
    """
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be a number, not {value}.")
    if isinstance(value, Real) and not isinstance(value, Integral):
        if kind is Real and not math.isfinite(value):  # NaN compares false with every bound
            raise ValueError(f"{name} must be finite, got {value}.")
    elif kind is Real and isinstance(value, Integral) and abs(int(value)) > _LARGEST:
        raise ValueError(f"{name} must be at most {_LARGEST:g}, got an integer beyond.")
    sklearn.utils.check_scalar(value, name, kind, **bounds)
    if isinstance(value, Integral):
        if kind is Integral and abs(int(value)) > _LARGEST_COUNT:
            raise ValueError(f"{name} must be at most {_LARGEST_COUNT}, got {value}.")
        return int(value)
    return float(value)


def check_count(value: int, name: str, *, minimum: int = 1) -> int:
    """Return an integer, at least the minimum."""
    return int(check_scalar(value, name, Integral, min_val=minimum))


def check_real(value: float, name: str, **bounds: Any) -> float:
    """Return a finite number within the bounds that `check_scalar` takes."""
    return float(check_scalar(value, name, Real, **bounds))


def check_positive(value: float, name: str) -> float:
    """Return a finite number above zero."""
    return check_real(value, name, min_val=0, include_boundaries="neither")


def check_non_negative(value: float, name: str) -> float:
    """Return a finite number, zero or above."""
    return check_real(value, name, min_val=0)


def refuse_masked(values: Any, name: str) -> None:
    """Refuse an array, or a list of arrays, of which a value is masked.

    `numpy.asarray` drops the mask without a word, and what lies under it is garbage.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.core.checks import refuse_masked
    >>> refuse_masked(np.ma.masked_equal([1.0, 2.0, 1.0], 1.0), "y")
    Traceback (most recent call last):
        ...
    ValueError: y is a masked array with 2 masked values: fill or leave them out first.
    """
    parts = values if isinstance(values, list | tuple) else (values,)
    for part in parts:
        if isinstance(part, np.ma.MaskedArray) and np.ma.is_masked(part):
            count = int(np.ma.count_masked(part))
            raise ValueError(
                f"{name} is a masked array with {count} masked value{'s' if count > 1 else ''}: "
                "fill or leave them out first."
            )


def check_array(array: Any, **options: Any) -> Any:
    """Check an array as scikit-learn does, and refuse masked values."""
    refuse_masked(array, options.get("input_name") or "X")
    return sklearn.utils.check_array(array, **options)


def validate_data(estimator: Any, X: Any, y: Any = "no_validation", **options: Any) -> Any:
    """Check the data of an estimator as scikit-learn does, and refuse masked values."""
    refuse_masked(X, "X")
    refuse_masked(y, "y")
    return sklearn.utils.validation.validate_data(estimator, X, y, **options)
