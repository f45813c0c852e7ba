"""Values that are missing in series: refused, or filled in and told."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from esnkit.core.checks import check_name
from esnkit.core.typing import FloatArray
from esnkit.forecasting.dates import find_frequency, most_common_step

MISSING = ("refuse", "interpolate", "carry")


def fill_missing(y: Any, how: str, name: str) -> Any:
    """Fill in what is missing in one series.

    Rows that regular dates or numbers of an index leave out are missing too. What is missing before
    the first value that is there takes that value.

    Parameters
    ----------
    y : array-like of shape (n_steps,) or (n_steps, n_variables), or pandas object
        The series, with NaN where a value is missing.
    how : {"refuse", "interpolate", "carry"}
        ``"refuse"`` leaves y as it is; ``"interpolate"`` draws a line between the values before and
        after, in steps; ``"carry"`` repeats the value before.
    name : str
        What the series is called in messages.

    Returns
    -------
    array or pandas object
        The series, complete.

    Raises
    ------
    ValueError
        If `how` is unknown, or a variable has no value at all.

    Warns
    -----
    UserWarning
        If anything was filled in, with the number of values and the place of the first.

    Examples
    --------
    >>> import warnings
    >>> from esnkit.forecasting.missing import fill_missing
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     fill_missing([1.0, float("nan"), 3.0], "interpolate", "y")
    array([1., 2., 3.])
    """
    check_name("missing", how, MISSING)
    if how == "refuse":
        return y
    indexed = hasattr(y, "reindex")  # by pandas
    y = _with_all_rows(y) if indexed else y
    values = np.array(y, dtype=np.float64)
    columns = values.reshape(len(values), -1)
    gaps = np.isnan(columns)
    if not gaps.any():
        return y
    if gaps.all(axis=0).any():
        raise ValueError(
            f"A variable of {name} has no value at all, from which others could follow."
        )
    for column, missing in zip(columns.T, gaps.T, strict=True):
        column[missing] = _filled(column, missing, how)
    first = int(np.flatnonzero(gaps.any(axis=1))[0])
    place = y.index[first] if indexed else first
    done = "interpolated" if how == "interpolate" else "carried on from those before"
    warnings.warn(
        f"{int(gaps.sum())} missing value(s) of {name} were {done}, the first at {place}.",
        stacklevel=5,
    )
    if not indexed:
        return values
    return type(y)(values, index=y.index, **_names(y))


def _names(y: Any) -> dict[str, Any]:
    return {"name": y.name} if y.ndim == 1 else {"columns": y.columns}


def _filled(column: FloatArray, missing: Any, how: str) -> FloatArray:
    """Return what the missing values of a variable (n_steps,) become."""
    there = np.flatnonzero(~missing)
    wanted = np.flatnonzero(missing)
    if how == "interpolate":
        return np.interp(wanted, there, column[there])
    return column[there[np.maximum(np.searchsorted(there, wanted) - 1, 0)]]


def _with_all_rows(y: Any) -> Any:
    """Return a pandas object with the rows that its regular index leaves out."""
    import pandas as pd

    index = y.index
    if len(index) < 3 or not index.is_monotonic_increasing or not index.is_unique:
        return y
    if isinstance(index, pd.PeriodIndex):
        return y.reindex(pd.period_range(index[0], index[-1], freq=index.freq, name=index.name))
    if isinstance(index, pd.DatetimeIndex):
        if index.freq is not None or find_frequency(index) is not None:
            return y
        step = most_common_step(index)
        full: pd.Index = pd.date_range(index[0], index[-1], freq=step, name=index.name)
    elif pd.api.types.is_integer_dtype(index):
        steps = np.diff(index.to_numpy())
        full = pd.RangeIndex(index[0], index[-1] + 1, int(np.gcd.reduce(steps)), name=index.name)
    else:
        return y
    return y.reindex(full) if index.isin(full).all() else y
