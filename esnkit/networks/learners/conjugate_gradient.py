"""Conjugate gradient, stopped where it no longer pays, which keeps points on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from esnkit.core.typing import FloatArray

_TOLERANCE = 5e-4  # relative progress of an iteration
_FEWEST, _SHARE = 10, 0.1  # iterations that progress is measured over: at least, and of all
_SPACING = 1.3  # from the number of an iterate that is kept to that of the next


@dataclass(frozen=True, eq=False)
class Iterate:
    """A point on the way to the minimum."""

    number: int  # of iterations before
    x: FloatArray
    value: float  # of the quadratic x' A x / 2 - b' x


def conjugate_gradient(
    product: Callable[[FloatArray], Any],
    b: FloatArray,
    start: FloatArray,
    max_iterations: int,
) -> list[Iterate]:
    """Minimise x' A x / 2 - b' x approximately [1]_.

    Iteration i is the last when the last max(10, i / 10) iterations have lowered a value below 0
    by a share of less than 0.0005 each.

    Parameters
    ----------
    product : callable
        Multiplies A, symmetric and positive definite, by a vector.
    b : ndarray of shape (n,)
        The right-hand side of A x = b.
    start : ndarray of shape (n,)
        Where to start.
    max_iterations : int
        The most iterations.

    Returns
    -------
    list of Iterate
        Some on the way, ever further apart, and the last one.

    References
    ----------
    .. [1] J. Martens, "Deep learning via Hessian-free optimization", ICML 2010, section 4.4.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks.learners.conjugate_gradient import conjugate_gradient
    >>> A, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([5.0, 5.0])
    >>> conjugate_gradient(A.__matmul__, b, np.zeros(2), 10)[-1].x.round(12)
    array([1., 2.])
    """
    x = start.copy()
    residual = b - product(x)
    direction, size = residual, residual @ residual
    values = [_value(x, residual, b)]
    kept, next_kept = [], 1.0
    for i in range(1, max_iterations + 1):
        image = product(direction)
        curvature = direction @ image
        if not curvature > 0:  # there is nothing left to do, or the product is no number
            break
        x = x + (size / curvature) * direction
        residual = residual - (size / curvature) * image
        values.append(_value(x, residual, b))
        if i >= next_kept:
            kept.append(Iterate(i, x, values[-1]))
            next_kept *= _SPACING
        if _stands_still(values):
            break
        size, before = residual @ residual, size
        direction = residual + (size / before) * direction
    if not kept or kept[-1].number < len(values) - 1:
        kept.append(Iterate(len(values) - 1, x, values[-1]))
    return kept


def _value(x: FloatArray, residual: FloatArray, b: FloatArray) -> float:
    """Return x' A x / 2 - b' x, where A x is b - residual."""
    return -0.5 * float(x @ (residual + b))


def _stands_still(values: list[float]) -> bool:
    """Tell whether iterations no longer pay."""
    i = len(values) - 1
    n_back = max(_FEWEST, int(_SHARE * i))
    if i <= n_back or values[-1] >= 0:
        return False
    return (values[-1] - values[-1 - n_back]) / values[-1] < n_back * _TOLERANCE
