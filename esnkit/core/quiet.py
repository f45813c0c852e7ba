"""Warnings of some piece of code, kept from the user without a hand on those of other threads.

`warnings.catch_warnings` swaps the filters of the whole process: fits in several threads would
swallow what other threads warn of, and leave behind the filters of one another. Here what is kept
hangs on the context of the code that runs, which each thread has for itself.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from esnkit.core.exceptions import DivergenceWarning

_divergences: ContextVar[list[str] | None] = ContextVar("divergences", default=None)


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
    >>> from esnkit.core.quiet import divergences_collected, warn_of_divergence
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


_lock = threading.Lock()
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
    >>> from esnkit.core.quiet import ignored
    >>> with ignored(UserWarning, "too"):
    ...     warnings.warn("too loud")
    """
    with _lock:
        own = _filters.setdefault(category, _Filter(category))
        own.put_in()
    token = own.patterns.set((*own.patterns.get(), pattern))
    try:
        yield
    finally:
        own.patterns.reset(token)
        with _lock:
            own.take_out()
