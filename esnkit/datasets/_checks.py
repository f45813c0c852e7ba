"""Checks of the arguments that generators share: each message names the argument."""

from __future__ import annotations

import math
from numbers import Integral, Real

from sklearn.utils import check_scalar


def check_count(value: int, name: str, *, minimum: int = 1) -> int:
    """Return an integer, at least the minimum."""
    return int(check_scalar(value, name, Integral, min_val=minimum))


def check_positive(value: float, name: str) -> float:
    """Return a finite number above zero."""
    return _check_finite(
        check_scalar(value, name, Real, min_val=0, include_boundaries="neither"), name
    )


def check_non_negative(value: float, name: str) -> float:
    """Return a finite number, zero or above."""
    return _check_finite(check_scalar(value, name, Real, min_val=0), name)


def check_finite(value: float, name: str) -> float:
    """Return a finite number of any sign."""
    return _check_finite(check_scalar(value, name, Real), name)


def _check_finite(value: float, name: str) -> float:
    # NaN compares false with every bound, so it passes check_scalar.
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}.")
    return float(value)
