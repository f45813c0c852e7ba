"""The one decorator through which every kernel is compiled."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
import numpy as np
from numba.core.caching import FunctionCache, NullCache

try:
    import fcntl
except ImportError:  # pragma: no cover - on Windows processes compile without waiting
    fcntl = None  # type: ignore[assignment]

_PATIENCE = 60.0  # seconds that a process waits for another that compiles the same kernel

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
    the first process pays for compilation. Where no such place is writable, what lies there is
    damaged, or the environment variable ``ESNKIT_CACHE`` is ``0``, a process compiles for itself.

    Parameters
    ----------
    function : callable
        Takes arrays and fills the arrays it is given; no classes, no randomness.

    Returns
    -------
    callable
        The compiled function; with ``NUMBA_DISABLE_JIT=1`` the Python function itself.
    """
    compiled = numba.njit(**_OPTIONS)(function)
    if compiled is not function and os.environ.get("ESNKIT_CACHE", "1") != "0":
        try:
            compiled._cache = _GuardedCache(function)
        except (RuntimeError, OSError) as error:  # numba found no writable directory
            compiled._cache = _NoCache(error)
    return compiled


def one_layout(values: Any, dtype: Any = None) -> Any:
    """Return an array as kernels are compiled for it, itself if it is so already.

    For arrays of other strides, or that are read-only, numba would compile all over again.
    """
    return np.require(values, dtype, ["C_CONTIGUOUS", "WRITEABLE"])


def count_usable(compiled: Any) -> int:
    """Count what the cache holds of a kernel that this source, numba and processor can use.

    Parameters
    ----------
    compiled : object
        What `kernel` returned; anything else has nothing.

    Returns
    -------
    int
    """
    cache = getattr(compiled, "_cache", None)
    if not isinstance(cache, FunctionCache):
        return 0
    try:
        index = cache._cache_file._load_index()  # empty if the source or numba is another
    except Exception:  # unpickling what is damaged or old may raise anything
        return 0
    processor = compiled.targetctx.codegen().magic_tuple()
    return sum(processor in key for key in index)


class _GuardedCache(FunctionCache):
    """A cache without which work goes on: a full disk or a damaged file costs time alone."""

    _turn: Any = None  # a locked file while this process compiles

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load machine code, or None where there is none that can be read.

        Where there is none, other processes wait until this one has compiled and saved it.
        """
        try:
            found = super().load_overload(sig, target_context)
            if found is None:
                self._take_turn()  # another process may have saved it meanwhile
                found = super().load_overload(sig, target_context)
                if found is not None:
                    self._end_turn()
            return found
        except Exception as error:  # unpickling what is damaged or old may raise anything
            _warn_of_cache(error)
        try:
            self.flush()  # the next process finds what this one compiles
        except Exception:
            self.disable()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save machine code where that is possible."""
        try:
            super().save_overload(sig, data)
        except Exception as error:  # as above: the index is read before it is written
            _warn_of_cache(error)
            self.disable()
        self._end_turn()

    def _take_turn(self) -> None:
        """Lock the kernel's place in the cache, once no other process has it."""
        self._end_turn()  # of a compilation that failed
        if fcntl is None or not os.path.isdir(self.cache_path):
            return
        self._turn = open(f"{self._cache_file._index_path}.lock", "w")  # noqa: SIM115
        begin = time.monotonic()
        while time.monotonic() - begin < _PATIENCE:
            with suppress(BlockingIOError):
                fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(0.01)

    def _end_turn(self) -> None:
        """Let the other processes go on."""
        if self._turn is not None:
            self._turn.close()
            self._turn = None


class _NoCache(NullCache):
    """What stands for a cache where no directory is writable; says so when a kernel is needed."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def load_overload(self, sig: Any, target_context: Any) -> None:
        """Load nothing."""
        _warn_of_cache(self._error)


_told: list[str] = []  # a process hears of its cache once


def _warn_of_cache(error: Exception) -> None:
    """Say once that kernels are compiled anew, why, and what can be done."""
    if _told:
        return
    reason = str(error).splitlines()[0] if str(error) else ""
    _told.append(reason)
    warnings.warn(
        f"The cache of compiled code cannot be used ({type(error).__name__}: {reason}), so that "
        "kernels are compiled anew. Set NUMBA_CACHE_DIR to a folder that is writable and has "
        "room, or ESNKIT_CACHE=0 to do without a cache.",
        RuntimeWarning,
        stacklevel=2,
    )
