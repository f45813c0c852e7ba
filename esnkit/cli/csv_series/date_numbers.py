"""Numbers that are dates: seconds and days that are counted, and years with decimals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from esnkit.cli.csv_series.date_text import TOKEN
from esnkit.cli.csv_series.numbers import Undecided

if TYPE_CHECKING:
    import pandas as pd

_LAST = 2**31  # seconds since 1970
_APPLE = 8.2e8  # seconds since 2001 of today, which were those since 1970 before 1996
_TICKS = (6.2e17, 6.5e17)  # of 100 ns since the year 1: from 1965 to 2060
_JULIAN = ((2415020.5, 2500000.0, "1900-01-01"),)  # days of astronomers, from noon to noon
_SINCE = re.compile(
    r"(?P<unit>(milli|micro|nano)?seconds?|ticks?|minutes?|hours?|days?) since (?P<origin>\S.*)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\w+ since \d{4}-\d\d?-\d\d?([ T]\d\d?:\d\d(:\d\d(\.\d+)?)?)?", re.IGNORECASE)
_SECONDS = {"nanosecond": 1e-9, "tick": 1e-7, "microsecond": 1e-6, "millisecond": 1e-3,
            "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """Dates that text may stand for, and how: a form such as %d/%m/%Y."""

    form: str
    dates: pd.DatetimeIndex  # NaT where a cell is none
    notes: tuple[str, ...] = ()


def count_days(days: Sequence[str]) -> Reading | None:
    """Read numbers that count seconds or days, or years with decimals."""
    import pandas as pd

    if not all(days) or any(re.match(r"0\d", day) for day in days):
        return None
    values = np.array([float(day) for day in days])
    whole = bool((values == values.round()).all())
    # From 1976 to 2038: seconds since 1904, as some programs count them, lie above.
    units = {"s": (2e8, _LAST), "ms": (2e11, 1e3 * _LAST), "us": (2e14, 1e6 * _LAST),
             "ns": (2e17, 1e9 * _LAST)}  # fmt: skip
    for unit, (low, high) in units.items():
        if whole and low < values.min() and values.max() < high:
            counts = np.array([int(day.partition(".")[0]) for day in days])
            stamps = pd.to_datetime(counts, unit=unit)  # type: ignore[call-overload]
            _refuse_other_origins(unit, days, counts, stamps)
            return Reading(f"seconds since 1970 ({unit})", pd.DatetimeIndex(stamps))
    if all(re.fullmatch(r"(19|20)\d\d[1-4]", day) for day in days):
        texts = [f"{day[:4]}-{3 * int(day[4]) - 2:02}-01" for day in days]
        return Reading("%Y%q", pd.DatetimeIndex(pd.to_datetime(texts, format="%Y-%m-%d")))
    if is_sheet_day(values):
        seconds = np.round(values * 86400).astype("int64")
        stamps = pd.Timestamp("1899-12-30") + pd.to_timedelta(seconds, unit="s")
        return Reading("days of a spreadsheet since 1900", pd.DatetimeIndex(stamps))
    for low, high, origin in _JULIAN:
        if low < values.min() and values.max() < high:
            seconds = np.round((values - low) * 86400)
            stamps = pd.Timestamp(origin) + pd.to_timedelta(seconds, unit="s")
            return Reading("Julian days", pd.DatetimeIndex(stamps))
    return None if whole else decimal_reading(days, values)


def _refuse_other_origins(
    unit: str, days: Sequence[str], counts: np.ndarray, stamps: pd.DatetimeIndex
) -> None:
    """Refuse numbers that would be dates to come, or that .NET counts in this range."""
    import pandas as pd

    place = int(stamps.argmax())
    if stamps[place] > pd.Timestamp.now() + pd.Timedelta(days=366):
        raise Undecided(
            f"{days[place]!r} would be {stamps[place]:%Y-%m-%d}, which is to come, if it counted "
            "from 1970; say since when with --date-format 'seconds since 1960-01-01', as SAS has "
            "it, or the like, with milliseconds as Stata, or since 1970-01-01"
        )
    if unit == "s" and counts.max() < _APPLE:
        raise Undecided(
            f"{days[0]!r} may count seconds since 1970 or, as Apple has it, since 2001; decide "
            "with --date-format 'seconds since 1970-01-01' or 'seconds since 2001-01-01'"
        )
    low, high = _TICKS
    if unit == "ns" and low < counts.min() and counts.max() < high:
        raise Undecided(
            f"{days[0]!r} may count nanoseconds since 1970 or ticks of .NET; decide with "
            "--date-format 'nanoseconds since 1970-01-01' or 'ticks since 0001-01-01'"
        )


def is_sheet_day(values: np.ndarray) -> bool:
    """Tell whether numbers can only be days of a spreadsheet, between 1982 and 2079.

    Other programs count days since 1960 or 1970, and are still below.
    """
    return bool(values.min() > 30000 and values.max() < 65500)


def read_counted(cells: Sequence[str], form: str) -> Reading | None:
    """Read numbers by a form such as 'days since 1970-01-01', as climate files have it."""
    import pandas as pd

    found = _SINCE.fullmatch(form.strip())
    if found is None:
        return None
    try:
        start = pd.Timestamp(found["origin"]).to_pydatetime()
    except ValueError:
        raise Undecided(f"--date-format {form!r} names no date after 'since'") from None
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    offset = (start - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    values = pd.to_numeric(pd.Series(list(cells)), errors="coerce").to_numpy(dtype=float)
    seconds = np.round(values * _SECONDS[found["unit"].lower().rstrip("s")] + offset, 6)
    return Reading(form, pd.DatetimeIndex(pd.to_datetime(seconds, unit="s", errors="coerce")))


def named_count(name: str) -> str | None:
    """Return 'hours since 2022-01-14' where the name of a column says what its numbers count."""
    found = _NAMED.search(name)
    return found[0] if found and _SINCE.fullmatch(found[0]) else None


def decimal_reading(days: Sequence[str], values: np.ndarray) -> Reading | None:
    """Read 2015.25 or 2015.01: parts of a year, or months by their number."""
    import pandas as pd

    found = decimal_years(days, values)
    if found is None:
        return None
    form, dates = found
    if isinstance(dates, pd.DatetimeIndex):
        return Reading(form, dates)
    texts = [f"{month // 12:04}-{month % 12 + 1:02}-01" for month in dates]
    return Reading(form, pd.DatetimeIndex(pd.to_datetime(texts, format="%Y-%m-%d")))


def decimal_years(days: Sequence[str], values: np.ndarray) -> tuple[str, Any] | None:
    """Return the form and the months, or days, that years with decimals stand for."""
    if not (values.min() > 1000 and values.max() < 2500):
        return None
    found = []
    for months in (_months_by_number(days, pad=True), _months_by_number(days, pad=False)):
        if months is not None and (steps := set(np.diff(months))) and len(steps) == 1:
            found.append(("%Y.%m", months))
            break
    step = float(np.median(np.diff(values)))
    for per_year in (12, 4, 2):
        if abs(abs(step) * per_year - 1) < 0.15:
            first = np.floor((values[0] % 1) * per_year + 0.13) + per_year * np.floor(values[0])
            count = np.round((values - values[0]) * per_year).astype(int) + int(first)
            if len(set(np.diff(count))) == 1 and np.abs(values - count / per_year).max() < 0.1:
                found.append(("years with decimals", count * (12 // per_year)))
    if len({tuple(months) for _, months in found}) > 1:
        raise Undecided(
            f"{days[0]!r} may be year.month or a year with decimals; --date-format %Y.%m takes "
            "months, and --date none counts rows"
        )
    return found[0] if found else None


def _months_by_number(days: Sequence[str], pad: bool) -> np.ndarray | None:
    """Read 2015.1 as a month counted from year zero: January, or October whose zero was lost."""
    parts = [day.partition(".") for day in days]
    numbers = [rest.ljust(2, "0") if pad else rest for _, _, rest in parts]
    if not all(re.fullmatch(r"0?[1-9]|1[0-2]", number) for number in numbers):
        return None
    pairs = zip(parts, numbers, strict=True)
    return np.array([12 * int(year) + int(number) - 1 for (year, _, _), number in pairs])


def read_split_years(days: Sequence[str]) -> Reading | None:
    """Read years such as 2019/20, which are named by the first."""
    import pandas as pd

    pairs = [TOKEN.findall(day) for day in days]
    if any(len(pair) != 2 or not _follows(*pair) for pair in pairs):
        return None
    years = pd.to_datetime([pair[0] for pair in pairs], format="%Y", errors="coerce")
    return Reading("%Y/%y", pd.DatetimeIndex(years), ("years by the first of two",))


def _follows(year: str, other: str) -> bool:
    """Tell whether a year is the next one, in four digits or two."""
    return (int(year) + 1) % 10 ** len(other) == int(other) and len(other) in (2, 4)
