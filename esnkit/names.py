"""Names that stand for something, and the refusal of those that do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


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
    >>> from esnkit.names import check_name
    >>> check_name("cell", "lstm", ("elman", "lstm"))
    >>> check_name("cell", "lstn", ("elman", "lstm"))
    Traceback (most recent call last):
        ...
    ValueError: cell must be one of 'elman', 'lstm', got 'lstn'.
    """
    known = list(known)
    if name not in known:
        raise ValueError(f"{what} must be one of {', '.join(map(repr, known))}, got {name!r}.")
