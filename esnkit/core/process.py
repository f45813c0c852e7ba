"""What belongs to the whole process: threads of linear algebra, warnings, and free memory.

Each is set for a time by one piece of code while others run, in threads of their own.
`warnings.catch_warnings` swaps the filters of the whole process: fits in several threads would
swallow what other threads warn of, and leave behind the filters of one another. Here what is kept
hangs on the context of the code that runs, which each thread has for itself.
"""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from esnkit.core.checks import check_count
from esnkit.core.exceptions import DivergenceWarning

_MEMINFO = Path("/proc/meminfo")
# Limits of the container, and what it uses: control groups of version 2, then of version 1.
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
_ALWAYS_FREE = 2**20  # less is not worth a look into the files of the system
_UNKNOWN = 16 * 2**30  # taken for free where the system does not tell
_threads_lock = threading.Lock()
_filters_lock = threading.Lock()
_holders = 0
_limit: Any = None  # of threads, in force while there are holders
_divergences: ContextVar[list[str] | None] = ContextVar("divergences", default=None)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep linear algebra to one thread within: the same digits on any number of cores.

    The number belongs to the process. Were it set and set back by each fit, fits in several
    threads would set it back to one another's values. So the first to come sets it, and the last
    to leave sets it back.

    Examples
    --------
    >>> from esnkit.core.process import one_thread_each
    >>> with one_thread_each():
    ...     pass
    """
    global _holders, _limit
    with _threads_lock:
        if not _holders:
            _limit = threadpool_limits(1)
        _holders += 1
    try:
        yield
    finally:
        with _threads_lock:
            _holders -= 1
            if not _holders:
                _limit.restore_original_limits()


def _unlock() -> None:
    """Take other locks in a forked child: who held these is not there to open them."""
    global _threads_lock, _filters_lock
    _threads_lock, _filters_lock = threading.Lock(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


def warn_of_divergence(message: str, stacklevel: int) -> None:
    """Warn that a free run left its range, unless whoever asked for it collects such warnings.

    Parameters
    ----------
    message : str
        What happened.
    stacklevel : int
        As in `warnings.warn`: 1 is the caller.
    """
    collected = _divergences.get()
    if collected is None:
        warnings.warn(message, DivergenceWarning, stacklevel=stacklevel + 1)
    else:
        collected.append(message)


@contextmanager
def divergences_collected() -> Iterator[list[str]]:
    """Collect the divergence warnings of this thread within, in place of showing them.

    Examples
    --------
    >>> from esnkit.core.process import divergences_collected, warn_of_divergence
    >>> with divergences_collected() as collected:
    ...     warn_of_divergence("It ran away.", stacklevel=1)
    >>> collected
    ['It ran away.']
    """
    collected: list[str] = []
    token = _divergences.set(collected)
    try:
        yield collected
    finally:
        _divergences.reset(token)


class _Filter:
    """A filter of warnings that is in force in some contexts only.

    It stands in the filters of the process while there are any. There it takes the place of the
    pattern of messages, which is asked whether it matches.
    """

    # scikit-learn sends the filters to its workers as text. Those run outside of our context.
    pattern = "(?!)"

    def __reduce__(self) -> tuple[Any, ...]:
        return re.compile, (self.pattern,)

    def __init__(self, category: type[Warning]) -> None:
        self.entry: Any = ("ignore", self, category, None, 0)
        self.patterns: ContextVar[tuple[str, ...]] = ContextVar("patterns", default=())
        self.n_holders = 0
        self.homes: list[Any] = []  # all lists of filters that it was put into

    def match(self, text: str) -> bool:
        """Tell whether the code that warns is to be kept quiet about this."""
        return any(re.match(pattern, text) for pattern in self.patterns.get())

    def put_in(self) -> None:
        """Stand in the filters, whichever list of them is in force now."""
        self.n_holders += 1
        filters: Any = warnings.filters
        if self.entry not in filters:
            filters.insert(0, self.entry)
            self.homes.append(filters)

    def take_out(self) -> None:
        """Leave all lists of filters when nobody needs it any more, copies made since included."""
        self.n_holders -= 1
        if not self.n_holders:
            for filters in (*self.homes, warnings.filters):
                if self.entry in filters:
                    filters.remove(self.entry)
            self.homes = []


_filters: dict[type[Warning], _Filter] = {}


@contextmanager
def ignored(category: type[Warning], pattern: str = "") -> Iterator[None]:
    """Ignore warnings, such as those of other libraries, that this thread runs into within.

    Parameters
    ----------
    category : type
        Which.
    pattern : str, default=""
        Regular expression that the message begins with.

    Examples
    --------
    >>> import warnings
    >>> from esnkit.core.process import ignored
    >>> with ignored(UserWarning, "too"):
    ...     warnings.warn("too loud")
    """
    with _filters_lock:
        own = _filters.setdefault(category, _Filter(category))
        own.put_in()
    token = own.patterns.set((*own.patterns.get(), pattern))
    try:
        yield
    finally:
        own.patterns.reset(token)
        with _filters_lock:
            own.take_out()


def free_memory() -> int:
    """Return the bytes that the machine, and the container around this process, leave free."""
    known = []
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        known += [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")]
    except (OSError, ValueError):
        pass
    for limit, used in _GROUPS:
        try:
            known.append(int(Path(limit).read_text()) - int(Path(used).read_text()))
        except (OSError, ValueError):  # no such group, or no limit ("max")
            continue
    return max(0, min(known, default=_UNKNOWN))


def refuse_too_large(n_bytes: int, what: str) -> None:
    """Refuse, before the work, what would take more than half of the free memory.

    Parameters
    ----------
    n_bytes : int
        What would be needed.
    what : str
        What for; it names the arguments that made it so large, with their values.

    Raises
    ------
    ValueError
        If that is more than half of what is free.

    Examples
    --------
    >>> from esnkit.core.process import refuse_too_large
    >>> refuse_too_large(1000, "n_units=5")
    """
    if n_bytes < _ALWAYS_FREE:
        return
    free = free_memory()
    if n_bytes > free // 2:
        raise ValueError(
            f"{what} needs about {_readable(n_bytes)} of memory, which is more than half of the "
            f"{_readable(free)} that are free."
        )


def check_length(value: int, name: str, *, minimum: int = 1, bytes_each: int = 64) -> int:
    """Return a number of things that are held in memory, if there is room for as many."""
    length = check_count(value, name, minimum=minimum)
    refuse_too_large(bytes_each * length, f"{name}={length}")
    return length


def _readable(n_bytes: int) -> str:
    """Write bytes with a fitting unit."""
    value, units = float(n_bytes), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:,.3g} {units[0]}"
