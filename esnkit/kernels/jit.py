"""The one decorator through which every kernel is compiled."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numba

# Contracting products and sums into fused multiply-adds and ignoring the sign of zero are safe.
# The rest of "fast math" is not: reassociation breaks the range reduction of tanh, and assuming
# that no NaN occurs turns NaN into numbers.
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz"},
}


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays on its first call, and cache the result on disk.

    The machine code is kept beside the source (or where ``NUMBA_CACHE_DIR`` says), so that only
    the first process pays for compilation. Where no such place is writable, or where the
    environment variable ``ESNKIT_CACHE`` is ``0``, every process compiles for itself.

    Parameters
    ----------
    function : callable
        Takes arrays and fills the arrays it is given; no classes, no randomness.

    Returns
    -------
    callable
        The compiled function; with ``NUMBA_DISABLE_JIT=1`` the Python function itself.
    """
    if os.environ.get("ESNKIT_CACHE", "1") != "0":
        try:
            return numba.njit(cache=True, **_OPTIONS)(function)
        except RuntimeError:  # numba found no writable directory
            pass
    return numba.njit(**_OPTIONS)(function)
