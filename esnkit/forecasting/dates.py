"""Dates as they stand in files, the step between them, and those that follow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pandas.tseries.offsets import BaseOffset

__all__ = ["future_index", "most_common_step", "parse_dates"]

# How dates may be written: pandas' name of the format, and what a cell has to look like first,
# because pandas takes "now" for a date as well, and "1234.5" for the May of 1234.
_YEAR_FIRST = ("ISO8601", re.compile(r"\d{4}(\d{4}$|[-/]|$)", re.ASCII))
_YEAR_LAST = tuple(
    (day + time, re.compile(r"\d{1,2}[./]", re.ASCII))
    for day in ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
    for time in ("", " %H:%M", " %H:%M:%S")
)


def parse_dates(cells: Sequence[str]) -> pd.DatetimeIndex | None:
    """Read dates that are all written in one form, without guessing.

    The forms are year first (2020-12-31, 2020/12/31, 20201231, 2020-12, 2020), with dots
    (31.12.2020), and with slashes (31/12/2020 or 12/31/2020). A time may follow; one with an
    offset is turned to UTC.

    Parameters
    ----------
    cells : sequence of str
        What stands in a column.

    Returns
    -------
    pandas.DatetimeIndex of shape (n_cells,) or None
        The dates in the form that suits most cells, NaT where it does not. None if all cells may
        be read both day first and month first.

    Examples
    --------
    >>> from esnkit.forecasting.dates import parse_dates
    >>> parse_dates(["31/01/2020", "01/02/2020"]).strftime("%d %b").tolist()
    ['31 Jan', '01 Feb']
    >>> parse_dates(["01/02/2020"]) is None
    True
    """
    best = _parse_as(cells, *_YEAR_FIRST)
    if not best.hasnans:
        return best
    for form in _YEAR_LAST:
        dates = _parse_as(cells, *form)
        if not (dates.hasnans or best.hasnans or dates.equals(best)):
            return None
        if sum(dates.isna()) < sum(best.isna()):
            best = dates
    return best


def _parse_as(cells: Sequence[str], form: str, pattern: re.Pattern[str]) -> pd.DatetimeIndex:
    import pandas as pd

    texts = [cell if pattern.match(cell) else "" for cell in cells]
    return pd.to_datetime(texts, format=form, errors="coerce", utc=True).tz_localize(None)


def most_common_step(dates: pd.DatetimeIndex) -> BaseOffset:
    """Find the step that most dates keep, where not all keep one.

    Parameters
    ----------
    dates : pandas.DatetimeIndex of shape (n_dates,)
        Increasing dates, at least two.

    Returns
    -------
    pandas offset
        The step.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import most_common_step
    >>> months = pd.DatetimeIndex(["2020-01-15", "2020-02-15", "2020-03-15", "2020-05-15"])
    >>> most_common_step(months)
    <DateOffset: months=1>
    """
    import pandas as pd
    from pandas.tseries.frequencies import to_offset

    months = 12 * dates.year + dates.month
    n_months = _most_common(months[1:] - months[:-1])
    if n_months and (dates.day == dates[0].day).all():  # the 15th of each has no name in pandas
        return pd.DateOffset(months=n_months)
    for length in (10, 5, 3):
        starts = range(0, len(dates) - length + 1, max(1, len(dates) // 100))
        steps = (pd.DatetimeIndex(dates[i : i + length], freq="infer").freq for i in starts)
        found = [step for step in steps if step is not None]
        if found:
            return _most_common(found)
    return to_offset(_most_common(dates[1:] - dates[:-1]))


def _most_common(values: Iterable[Any]) -> Any:
    return Counter(values).most_common(1)[0][0]


def future_index(index: pd.Index, n_steps: int) -> pd.Index:
    """Continue an index of dates or of numbers.

    Parameters
    ----------
    index : pandas.Index of shape (n_rows,)
        Dates or periods with a frequency, or numbers that rise by a fixed step. A single number
        is continued in steps of one.
    n_steps : int
        How many entries follow.

    Returns
    -------
    pandas.Index of shape (n_steps,)
        The entries after the last one, of the same kind and name.

    Raises
    ------
    ValueError
        If dates have no frequency, or the index is of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import future_index
    >>> index = pd.date_range("2023-11-01", periods=2, freq="MS")
    >>> future_index(index, 2).strftime("%Y-%m").tolist()
    ['2024-01', '2024-02']
    """
    import pandas as pd

    freq = getattr(index, "freq", None)
    if freq is not None:
        span = pd.period_range if isinstance(index, pd.PeriodIndex) else pd.date_range
        return span(index[-1], periods=n_steps + 1, freq=freq, name=index.name)[1:]
    if not pd.api.types.is_numeric_dtype(index):
        raise ValueError(f"An index of dtype {index.dtype} without a frequency has no next entry.")
    step = index[-1] - index[-2] if len(index) > 1 else 1
    return pd.Index([index[-1] + step * (i + 1) for i in range(n_steps)], name=index.name)
