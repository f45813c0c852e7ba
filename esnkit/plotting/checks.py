"""Checks of what figures are made of: each refuses what cannot be drawn, and names the argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from esnkit.core.checks import refuse_masked
from esnkit.core.typing import FloatArray


def floats(values: Any, name: str) -> FloatArray:
    """Return an array of floats, NaN where a value is missing."""
    refuse_masked(values, name)
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name} must be an array of numbers, got {values!r}.") from None


def check_axes(ax: Any, name: str) -> None:
    """Refuse what nothing can be drawn on."""
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise TypeError(f"{name} must be matplotlib axes or None, got {ax!r}.")


def check_columns(table: Any, name: str, columns: Sequence[str]) -> None:
    """Refuse what is no table with rows and these columns."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{name} must be a DataFrame, got {table!r}.")
    if table.empty or not set(columns) <= set(table.columns):
        raise ValueError(
            f"{name} must be a table with rows, and with columns {' and '.join(columns)}, got "
            f"{len(table)} row(s) and the columns {list(table.columns)}."
        )


def check_mapping(values: Any, name: str) -> None:
    """Refuse what is no mapping from names, or an empty one."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{name} must be a mapping from names, got {values!r}.")
    if not values:
        raise ValueError(f"{name} must hold at least one entry, got none.")


def read_names(names: Any, argument: str) -> list[str]:
    """Return names as a list of text."""
    if not isinstance(names, Iterable) or isinstance(names, str | bytes | type):
        raise TypeError(f"{argument} must be a sequence of names, got {names!r}.")
    return [str(name) for name in names]


def check_colors(colors: Any) -> None:
    """Refuse what is no sequence of colours."""
    from matplotlib.colors import is_color_like

    if colors is None:
        return
    is_sequence = isinstance(colors, Sequence) and not isinstance(colors, str | bytes)
    if not is_sequence or not colors or not all(map(is_color_like, colors)):
        raise ValueError(f"colors must be a sequence of matplotlib colours, got {colors!r}.")


def check_method(estimator: Any, *methods: str, name: str = "estimator") -> None:
    """Refuse what has none of these methods, or is a class in place of an estimator."""
    if isinstance(estimator, type) or not any(hasattr(estimator, method) for method in methods):
        raise TypeError(
            f"{name} must be one with the method {' or '.join(methods)}, got {estimator!r}."
        )
