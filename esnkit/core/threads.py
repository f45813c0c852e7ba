"""What belongs to the whole process, and is set for a time: safely from many threads at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_holders = 0
_limit: Any = None  # in force while there are holders


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep linear algebra to one thread within: the same digits on any number of cores.

    The number belongs to the process. Were it set and set back by each fit, fits in several
    threads would set it back to one another's values. So the first to come sets it, and the last
    to leave sets it back.

    Examples
    --------
    >>> from esnkit.core.threads import one_thread_each
    >>> with one_thread_each():
    ...     pass
    """
    global _holders, _limit
    with _lock:
        if not _holders:
            _limit = threadpool_limits(1)
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if not _holders:
                _limit.restore_original_limits()


def _unlock() -> None:
    """Take another lock in a forked child: who held this one is not there to open it."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)
