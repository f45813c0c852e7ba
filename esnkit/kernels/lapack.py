"""LAPACK and BLAS by address: so they release the lock of Python, which scipy's wrappers hold."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np
from numba.extending import get_cython_function_address
from numpy.typing import NDArray

# Columns per block reflector; 24 to 48 are equally fast from 100 to 2000 columns.
_REFLECTOR_BLOCK = 32


@cache
def _routine(library: str, name: str, n_arguments: int) -> Any:
    """Find a routine."""
    address = get_cython_function_address(f"scipy.linalg.cython_{library}", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * n_arguments)(address)


def call_lapack(name: str, *arguments: Any) -> None:
    """Call a routine; what it says of bad arguments, its last one, cannot come up here."""
    _call("lapack", name, *arguments, 0)


def _call(library: str, name: str, *arguments: Any) -> None:
    """Call a routine by the addresses of numbers, letters and arrays."""
    kinds = {int: np.intc, float: np.float64}
    held = [np.array(a, kinds[type(a)]) if type(a) in kinds else a for a in arguments]
    call = _routine(library, name, len(held))
    call(*(a if isinstance(a, bytes) else a.ctypes.data for a in held))


def stack_triangle(
    upper: NDArray[np.float64], below: NDArray[np.float64], trapezoid: int = 0
) -> NDArray[np.float64]:
    """Return the triangular factor of [upper; below], overwriting both where their layout allows.

    The last `trapezoid` rows of `below` are upper trapezoidal, which saves work.
    """
    upper, below = (np.require(a, np.float64, ["F", "W"]) for a in (upper, below))
    (n_rows, size), block = below.shape, min(_REFLECTOR_BLOCK, len(upper))
    factors, work = np.empty((2, block * size))
    call_lapack(
        "dtpqrt",
        *(n_rows, size, trapezoid, block, upper, size, below, max(n_rows, 1), factors, block, work),
    )
    return upper


def add_gram(lower: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add the products of the columns of ``rows`` to a lower triangle, in place where it can be."""
    lower = np.require(lower, np.float64, ["F", "W"])
    rows = np.require(rows, np.float64, ["C"])
    n_rows, size = rows.shape
    _call("blas", "dsyrk", b"L", b"N", size, n_rows, 1.0, rows, size, 1.0, lower, size)
    return lower
