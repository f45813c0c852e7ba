"""Checks of arguments: each refuses what is not allowed, and names the argument."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from sklearn.utils import check_scalar


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


def check_count(value: int, name: str, *, minimum: int = 1) -> int:
    """Return an integer, at least the minimum."""
    return int(check_scalar(value, name, Integral, min_val=minimum))


def check_real(value: float, name: str, **bounds: Any) -> float:
    """Return a finite number within the bounds that `check_scalar` takes."""
    check_scalar(value, name, Real, **bounds)
    # NaN compares false with every bound, so it passes check_scalar.
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}.")
    return float(value)


def check_positive(value: float, name: str) -> float:
    """Return a finite number above zero."""
    return check_real(value, name, min_val=0, include_boundaries="neither")


def check_non_negative(value: float, name: str) -> float:
    """Return a finite number, zero or above."""
    return check_real(value, name, min_val=0)
