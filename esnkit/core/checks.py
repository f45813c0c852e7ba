"""Checks of arguments: each refuses what is not allowed, and names the argument."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
import sklearn.utils
import sklearn.utils.validation
from numpy.typing import NDArray

# Where an integer stands for a number, or counts things that take room.
_LARGEST = float(np.finfo(np.float64).max)
# Squares of products of a few such numbers are still finite, and so are their inverses.
_LARGEST_VALUE = 1e50
# What data are multiplied by leaves room for the data.
LARGEST_SCALE = 1e40
_LARGEST_COUNT = int(np.iinfo(np.intp).max)


def check_name(what: str, name: Any, known: Iterable[Any]) -> None:
    """Refuse a name that is not one of those allowed.

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
    try:
        found = name in known
    except (TypeError, ValueError):  # such as an array, which equals in many places
        found = False
    if not found:
        raise ValueError(f"{what} must be one of {', '.join(map(repr, known))}, got {name!r}.")


def check_scalar(value: Any, name: str, kind: type, **bounds: Any) -> Any:
    """Check a number as scikit-learn's function of this name does; refuse booleans and NaN too.

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
    if kind is not Integral:
        return float(value)
    if abs(int(value)) > _LARGEST_COUNT:
        raise ValueError(f"{name} must be at most {_LARGEST_COUNT}, got {value}.")
    return int(value)


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


def check_scale(value: float, name: str, *, zero: bool = False) -> float:
    """Return a number above zero, or zero if that is allowed, that data may be multiplied by.

    Examples
    --------
    >>> from esnkit.core.checks import check_scale
    >>> check_scale(1e-320, "amplitude")
    Traceback (most recent call last):
        ...
    ValueError: amplitude == 1e-320, must be >= 1e-40.
    """
    if zero and check_real(value, name) == 0:
        return 0.0
    return check_real(value, name, min_val=1 / LARGEST_SCALE, max_val=LARGEST_SCALE)


@dataclass(frozen=True)
class Range:
    """The numbers that a parameter may be: one line of a class's table ``ranges``.

    Parameters
    ----------
    kind : type
        `numbers.Integral` or `numbers.Real`.
    low, high : float or None
        The ends; None for no end.
    ends : {"both", "left", "right", "neither"}, default="both"
        Which of them belong to it.
    none : bool, default=False
        Whether None is allowed too.
    """

    kind: type
    low: float | None = None
    high: float | None = None
    ends: str = "both"
    none: bool = False

    def check(self, value: Any, name: str) -> Any:
        """Return a number in the range as Python's own, or None where that is allowed."""
        if value is None and self.none:
            return None
        ends = self.ends
        if self.high is None and ends in ("neither", "right"):
            ends = "neither" if self.low is not None else "both"
        return check_scalar(
            value, name, self.kind, min_val=self.low, max_val=self.high, include_boundaries=ends
        )


def check_ranges(owner: Any) -> dict[str, Any]:
    """Check all parameters of an object for which its class declares ranges.

    Returns
    -------
    dict
        The numbers by name, as Python's own.

    Examples
    --------
    >>> from numbers import Real
    >>> from esnkit.core.checks import Range, check_ranges
    >>> class Decay:
    ...     ranges = {"factor": Range(Real, 0, 1, "neither")}
    ...     factor = 1.5
    >>> check_ranges(Decay())
    Traceback (most recent call last):
        ...
    ValueError: factor == 1.5, must be < 1.
    """
    return {
        name: allowed.check(getattr(owner, name), name) for name, allowed in owner.ranges.items()
    }


def check_numbers(values: Any, name: str) -> NDArray[np.float64]:
    """Return a number or an array-like of finite numbers as an array.

    Examples
    --------
    >>> from esnkit.core.checks import check_numbers
    >>> check_numbers([1, 2], "variance")
    array([1., 2.])
    """
    refuse_masked(values, name)
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iufO":
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"{name} must be a number or an array of numbers, got {values!r}."
        ) from None
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite, got {values!r}.")
    return array


def check_flag(value: Any, name: str) -> bool:
    """Return a boolean, for which 0 and 1 may stand."""
    if isinstance(value, bool | np.bool_) or (isinstance(value, Integral) and value in (0, 1)):
        return bool(value)
    raise TypeError(f"{name} must be True or False, got {value!r}.")


def _check_component(value: Any, name: str) -> None:
    """Refuse what is no estimator, or is a class in place of one."""
    if value is not None and (isinstance(value, type) or not hasattr(value, "get_params")):
        raise TypeError(f"{name} must be an estimator or None, got {value!r}.")


def _check_column(value: Any, name: str) -> None:
    """Refuse what can name no column."""
    if isinstance(value, bool | np.bool_ | float | complex | bytes | type) or callable(value):
        raise TypeError(f"{name} must be the name or the number of a column, got {value!r}.")
    try:
        hash(value)
    except TypeError:
        message = f"{name} must be the name or the number of a column, got {value!r}."
        raise TypeError(message) from None


def _check_n_jobs(value: Any, name: str) -> None:
    """Refuse what is no number of jobs."""
    if value is not None and check_scalar(value, name, Integral, max_val=10**6) == 0:
        raise ValueError(f"{name} must not be 0, got {value!r}.")


# Parameters that mean the same wherever they occur are declared here, once.
_SHARED: dict[str, Any] = {
    "feedback_scaling": check_non_negative,
    **dict.fromkeys(("id_column", "target_column", "time_column"), _check_column),
    "n_jobs": _check_n_jobs,
    **dict.fromkeys(("memory", "model", "readout", "reservoir", "transformer"), _check_component),
    **dict.fromkeys(
        (
            "alpha_per_target",
            "bidirectional",
            "continuous",
            "drift",
            "fit_intercept",
            "increments",
            "log",
            "ordered",
            "periodic",
            "progress",
            "scale",
            "shared",
            "squared_states",
            "standardize",
            "warm_start",
        ),
        check_flag,
    ),
}


def check_shared_parameters(estimator: Any) -> None:
    """Check those parameters of an estimator that mean the same in all classes, such as `n_jobs`.

    Whatever reads the data of a fit calls it, so that no class has to.
    """
    for name, value in vars(estimator).items():
        check = _SHARED.get(name)
        if check is not None:
            check(value, name)


def plain_copy(settings: Any) -> Any:
    """Return a copy of settings whose numbers are Python's own, which no arithmetic overflows.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.core.checks import plain_copy
    >>> from esnkit.networks import SGD
    >>> plain_copy(SGD(np.float32(0.5)))
    SGD(learning_rate_init=0.5)
    """
    own = copy.copy(settings)
    for name, value in vars(settings).items():
        if isinstance(value, np.bool_):
            setattr(own, name, bool(value))
        elif isinstance(value, Integral) and not isinstance(value, bool):
            setattr(own, name, int(value))
        elif isinstance(value, Real) and not isinstance(value, bool):
            setattr(own, name, float(value))
    return own


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


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Put the name of an argument before errors within that do not tell it.

    Examples
    --------
    >>> from esnkit.core.checks import naming
    >>> with naming("labels"):
    ...     float("three")
    Traceback (most recent call last):
        ...
    ValueError: labels: could not convert string to float: 'three'
    """
    try:
        yield
    except (TypeError, ValueError, OverflowError) as error:
        if re.search(rf"\b{name}\b", str(error)):
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{name}: {error}") from error


def check_array(array: Any, **options: Any) -> Any:
    """Check an array as scikit-learn does, refuse masked values, and name it in errors."""
    name = options.get("input_name") or "X"
    refuse_masked(array, name)
    with naming(name):
        return sklearn.utils.check_array(array, **options)


def validate_data(estimator: Any, X: Any, y: Any = "no_validation", **options: Any) -> Any:
    """Check the data of an estimator as scikit-learn does, and refuse masked values."""
    if options.get("reset", True):
        check_shared_parameters(estimator)
    refuse_masked(X, "X")
    refuse_masked(y, "y")
    with naming("X"):
        checked = sklearn.utils.validation.validate_data(estimator, X, y, **options)
    for array, name in zip(
        checked if isinstance(checked, tuple) else (checked,), "Xy", strict=False
    ):
        refuse_extremes(array, name, fitting=options.get("reset", True))
    return checked


def refuse_extremes(array: Any, name: str, *, fitting: bool) -> None:
    """Refuse numbers whose products overflow, or vanish, in double precision.

    Parameters
    ----------
    array : object
        Checked data; what is no array of floats passes.
    name : str
        What it is called.
    fitting : bool
        Whether a scale is learned from it. Then it may not be tiny as a whole either.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.core.checks import refuse_extremes
    >>> refuse_extremes(np.array([1.0, 1e155]), "y", fitting=True)
    Traceback (most recent call last):
        ...
    ValueError: y holds values up to 1e+155, but at most 1e+50 can be computed with: scale y first.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or not array.size:
        return
    largest = max(float(array.max()), -float(array.min()))
    if largest > _LARGEST_VALUE:
        raise ValueError(
            f"{name} holds values up to {largest:g}, but at most {_LARGEST_VALUE:g} can be "
            f"computed with: scale {name} first."
        )
    if fitting and 0 < largest < 1 / _LARGEST_VALUE:
        raise ValueError(
            f"{name} holds values no larger than {largest:g}, but {1 / _LARGEST_VALUE:g} is the "
            f"least that can be computed with: scale {name} first."
        )


def refuse_nested_default(estimator: Any, parameters: Any) -> None:
    """Refuse to set a parameter of a component that is None, which stands for a default."""
    for key in parameters:
        name, nested, rest = key.partition("__")
        if nested and getattr(estimator, name, 0) is None:
            raise ValueError(
                f"{key} cannot be set: {name}=None stands for a default, which has no parameters "
                f"to set. Pass an object as {name} first, then {rest} can be set."
            )
