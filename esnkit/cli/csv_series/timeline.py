"""Values put on increasing dates of one step, or counted."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from esnkit.cli.csv_series.columns import is_counter
from esnkit.cli.csv_series.date_columns import Stamps
from esnkit.cli.csv_series.missing import fill_gaps
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.stamps import is_regular
from esnkit.cli.csv_series.table import Table, TableError, quote
from esnkit.forecasting.dates import find_frequency, most_common_step, working_days

if TYPE_CHECKING:
    import pandas as pd

_JITTER = 0.2  # of a step by which stamps may be off on both sides
_LATE = 0.5  # of a step by which they may be late
_TICKS = (1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600,
          43200, 86400)  # fmt: skip


def put_on_dates(
    table: Table,
    target: str,
    values: np.ndarray,
    stamps: Stamps,
    options: ReadOptions,
    notes: list[str],
) -> pd.Series:
    """Put values on increasing dates of a known frequency."""
    import pandas as pd

    dates = stamps.reading.dates
    if len(dates) < 3:
        raise TableError(f"{table.path}: {len(dates)} row(s) do not tell how far apart dates are.")
    dates, values = _without_copies(table, dates, values)
    if dates.is_monotonic_decreasing and dates.is_unique:
        dates, values = dates[::-1], values[::-1]
        table.keep(range(len(table.rows) - 1, -1, -1))
        notes.append("newest first: turned round")
    elif dates.is_unique and is_regular(dates.sort_values()) and not dates.is_monotonic_increasing:
        order = np.argsort(dates)
        dates, values = dates[order], values[order]
        table.keep(order.tolist())
        notes.append("rows sorted by date")
    _check_order(table, stamps, dates)
    series = pd.Series(values, dates, name=target)
    index = _with_frequency(table, stamps, dates, options, notes)
    series = series.set_axis(index) if len(index) == len(series) else series.reindex(index)
    return fill_gaps(table, target, series, options, notes)


def _without_copies(
    table: Table, dates: pd.DatetimeIndex, values: np.ndarray
) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Leave out rows that repeat the row above cell by cell."""
    kept = [row for row, cells in enumerate(table.rows) if not row or cells != table.rows[row - 1]]
    n_copies = len(table.rows) - len(kept)
    if not n_copies:
        return dates, values
    table.keep(kept)
    table.notes.append(f"{n_copies} row(s) that repeat the one above")
    return dates[kept], values[kept]


def _check_order(table: Table, stamps: Stamps, dates: pd.DatetimeIndex) -> None:
    name = stamps.columns[0]
    if dates.has_duplicates:
        row = int(dates.duplicated().argmax())
        first = table.lines[int((dates == dates[row]).argmax())]
        clocks = dates.tz is None and dates[row] != dates[row].normalize()
        hint = "if rows belong to several series, name their column with --id-column"
        if clocks and dates.duplicated().sum() <= 2 + len(dates) / 1000:
            hint = "if the clocks were put back, name the zone with --timezone"
        raise table.error(
            row,
            name,
            f"{_day(dates[row])} already stands in line {first}; {hint}; --date none counts rows.",
        )
    if not dates.is_monotonic_increasing:
        row = int((dates[1:] < dates[:-1]).argmax()) + 1
        raise table.error(
            row,
            name,
            f"{_day(dates[row])} stands below {_day(dates[row - 1])}; dates must increase; --date "
            "none counts rows.",
        )


def _with_frequency(
    table: Table,
    stamps: Stamps,
    dates: pd.DatetimeIndex,
    options: ReadOptions,
    notes: list[str],
) -> pd.DatetimeIndex:
    """Attach the step between the dates, or say where it is broken."""
    import pandas as pd

    freq = find_frequency(dates)
    if freq is not None:
        return pd.DatetimeIndex(dates, freq=freq)
    found = working_days(dates)
    if found is not None:
        freq, holidays = found
        notes.append(
            f"{len(holidays)} holiday(s) are steps left out, the first {_day(holidays[0])}"
        )
        return pd.DatetimeIndex(dates, freq=freq)
    rounded = _without_jitter(dates)
    if rounded is not None:
        notes.append(f"times rounded to a step of {frequency_name(rounded)}")
        return rounded
    return _fill_dates(table, stamps, dates, options, notes)


def _without_jitter(dates: pd.DatetimeIndex) -> pd.DatetimeIndex | None:
    """Put stamps that are a little early or late on regular times."""
    import pandas as pd

    seconds = (dates - dates[0]) / pd.Timedelta(seconds=1)
    median = float(np.median(np.diff(seconds)))
    # Days between 22:00 and 23:00 in UTC are midnights of a zone, and not late by an hour.
    longest = _TICKS[-1] if dates.tz is None else _TICKS[-3]
    ticks = [tick for tick in _TICKS if abs(tick - median) < 0.1 * tick and tick <= longest]
    if not ticks:
        return None
    tick = min(ticks, key=lambda t: abs(t - median))
    origin = dates[0].normalize()
    offsets = np.asarray((dates - origin) / pd.Timedelta(seconds=1))
    for shift in (0.0, float(np.median(offsets % tick))):
        steps = np.round((offsets - shift) / tick)
        off = np.abs(offsets - shift - steps * tick).max()
        if (np.diff(steps) == 1).all() and off < _JITTER * tick:
            start = origin + pd.Timedelta(seconds=float(steps[0] * tick + round(shift)))
            return pd.date_range(start, periods=len(dates), freq=pd.Timedelta(seconds=tick))
    floors = np.floor(offsets / tick)
    if (np.diff(floors) == 1).all() and np.ptp(offsets - floors * tick) < _LATE * tick:
        start = origin + pd.Timedelta(seconds=float(floors[0] * tick))
        return pd.date_range(start, periods=len(dates), freq=pd.Timedelta(seconds=tick))
    return None


def _fill_dates(
    table: Table,
    stamps: Stamps,
    dates: pd.DatetimeIndex,
    options: ReadOptions,
    notes: list[str],
) -> pd.DatetimeIndex:
    """Put in dates that are missing, if the user says so, or name the first."""
    import pandas as pd

    step = most_common_step(dates)
    name = stamps.columns[0]
    full = pd.date_range(dates[0], dates[-1], freq=step)
    if options.missing != "refuse" and dates.isin(full).all() and len(full) < 2 * len(dates):
        notes.append(f"{len(full) - len(dates)} missing date(s) put in")
        return full
    for row, (before, date) in enumerate(pairwise(dates), 1):
        if date != before + step:
            clocks = dates.tz is None and (dates[1] - dates[0]).total_seconds() < 7200
            hint = (
                "; if the clocks were put forward, name the zone with --timezone"
                if clocks and before.month in (3, 4, 9, 10, 11)
                else ""
            )
            if dates.tz is not None and date.normalize() != date:
                hint = "; if these are days of another zone, name it with --timezone"
            raise table.error(
                row,
                name,
                f"{_day(date)} follows {_day(before)}, where {_day(before + step)} is expected; no "
                f"date may be missing (--missing interpolate or carry fills gaps, --date none "
                f"counts rows){hint}.",
            )
    return pd.DatetimeIndex(dates, freq=step)


def count_rows(
    table: Table, target: str, values: np.ndarray, options: ReadOptions, notes: list[str]
) -> pd.Series:
    """Return values of undated rows, oldest first, without gaps, and counted from zero."""
    import pandas as pd

    for name in table.header:
        if name != target and is_counter(table, name):
            cells = table.column(name)
            falls = all(re.fullmatch(r"-?\d+", cell) for cell in cells) and (
                int(cells[0]) > int(cells[-1])
            )
            if len(cells) > 2 and falls:
                values = values[::-1]
                notes.append(f"{quote(name)} falls: rows turned round")
            break
    filled = fill_gaps(table, target, pd.Series(values, name=target), options, notes)
    counted = filled.set_axis(pd.RangeIndex(len(filled), name="row"))
    counted.attrs["filled"] = [row - filled.index[0] for row in filled.attrs.get("filled", ())]
    return counted


def _day(date: pd.Timestamp) -> str:
    """Write a date, with the time of day where there is one."""
    return str(date) if date != date.normalize() else f"{date:%Y-%m-%d}"


def frequency_name(index: pd.Index) -> str:
    """Say how far apart dates are."""
    freq = getattr(index, "freq", None)
    if freq is None:
        return "step unknown"
    name = freq.freqstr
    if getattr(freq, "weekmask", "") == "1111111":  # the 1st, 11th and 21st, or the like
        return "on certain days of each month"
    words = {"MS": "monthly", "ME": "month ends", "D": "daily", "B": "working days",
             "C": "working days",
             "h": "hourly", "bh": "business hours", "min": "every minute",
             "s": "every second"}  # fmt: skip
    months = getattr(freq, "months", 0)
    if months and name.startswith("<"):
        return "monthly" if months == 1 else f"every {months} months"
    for start, word in (("W-", "weekly"), ("QS", "quarterly"), ("QE", "quarter ends"),
                        ("YS", "yearly"), ("YE", "year ends")):  # fmt: skip
        if name.startswith(start):
            return word
    return words.get(name, f"every {name}")
