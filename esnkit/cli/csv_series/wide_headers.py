"""Headers whose cells are dates, or parts of dates, beside each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.months import ENGLISH, month_of
from esnkit.cli.csv_series.numbers import Undecided, is_number
from esnkit.cli.csv_series.stamps import is_regular, read_stamps

YEAR = re.compile(r"(1[5-9]|20|21)\d\d")
_FEWEST = 4  # dates that make a header
_FEWEST_STEPS = 50  # numbered columns that are the steps of series
_HOURS = 24
_DOTTED = re.compile(r"(19|20)\d\d\.(0[1-9]|1[0-2])")  # months of Korea
_TIME = re.compile(r"([01]?\d|2[0-4])[:.h][0-5]\d")
_QUARTER = re.compile(r"(q|qtr|quarter|k|kv|t|trim)\.? ?[1-4]", re.IGNORECASE)
_ROMAN = ["i", "ii", "iii", "iv"]
_HOUR = re.compile(r"(he|h|hr|hour|std\.?|stunde)[ _]?\d{1,2}|\d\d( ?- ?\d\d)?", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<word>[^\W\d]*[ _.]?)(?P<number>\d{1,4})(?: ?- ?\d{2})?")


@dataclass(frozen=True)
class Header:
    """A header, the columns of dates in it, and what the dates are: whole, or parts of one."""

    cells: list[str]
    places: range
    stamps: list[str]
    part: str  # "", "month", "quarter", "time" or "step"

    def labels(self, row: Sequence[str]) -> list[str]:
        """Return the cells of a row beside those of dates."""
        return [cell for place, cell in enumerate(row) if place not in self.places]

    def values(self, row: Sequence[str]) -> list[str]:
        """Return the cells of a row below the dates."""
        return [row[place] if place < len(row) else "" for place in self.places]


def read_header(cells: Sequence[str], below: Sequence[Sequence[str]]) -> Header | None:
    """Find the longest run of cells that are dates of one kind and follow each other."""
    plain = [re.sub(r"\s*\[YR\d{4}\]$", "", cell) for cell in cells]
    kinds = [_kind(cell) for cell in plain]
    best = range(0)
    start = 0
    for stop in range(1, len(kinds) + 1):
        if stop == len(kinds) or kinds[stop] != kinds[start]:
            if kinds[start] and stop - start > len(best):
                best = range(start, stop)
            start = stop
    fewest = 2 if parts_below(below) else _FEWEST
    if len(best) >= fewest:
        stamps = [plain[place] for place in best]
        part = _follow(stamps, kinds[best.start])
        if part is not None:
            return Header(list(cells), best, stamps, part)
    return _read_numbered(cells, below)


def year_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """Return the header that rows of a year and twelve numbers do without."""
    years = [int(row[0]) for row in rows if YEAR.fullmatch(row[0])]
    whole = all(len(row) == 13 and all(map(is_number, row)) for row in rows)
    if not whole or len(years) < max(3, len(rows)) or set(np.diff(years)) != {1}:
        return None
    return Header(["year", *ENGLISH], range(1, 13), list(ENGLISH), "month")


def parts_below(rows: Sequence[Sequence[str]]) -> str:
    """Tell whether the first cells of rows are the months or the quarters of a year."""
    labels = [row[0] for row in rows]
    if [month_of(label) for label in labels[:12]] == list(range(12)):
        return "month"
    quarters = all(map(_QUARTER.fullmatch, labels[:4]))
    return "quarter" if quarters and [c[-1] for c in labels[:4]] == [*"1234"] else ""


def _kind(cell: str) -> str:
    if YEAR.fullmatch(cell):
        return "year"
    if month_of(cell) is not None:
        return "month"
    if _QUARTER.fullmatch(cell) or cell.lower() in _ROMAN:
        return "quarter"
    if _TIME.fullmatch(cell):
        return "time"
    return "date" if is_datelike(cell) or _DOTTED.fullmatch(cell) else ""


def _follow(stamps: list[str], kind: str) -> str | None:
    """Say what part of a date regular stamps are; None if they are not regular."""
    if kind == "month":
        months = [month_of(stamp) or 0 for stamp in stamps]
        return kind if months == [(months[0] + i) % 12 for i in range(12)] else None
    if kind == "quarter":
        ends = [stamp[-1] for stamp in stamps]
        return kind if ends == [*"1234"] or [s.lower() for s in stamps] == _ROMAN else None
    if kind == "time":
        minutes = [60 * int(h) + int(m) for h, m in (re.split("[:.h]", s) for s in stamps)]
        steps = set(np.diff(minutes))
        whole = len(steps) == 1 and next(iter(steps)) * len(stamps) == 24 * 60
        return kind if whole else None
    if kind == "year":
        steps = set(np.diff([int(stamp) for stamp in stamps]))
        return "" if len(steps) == 1 and next(iter(steps)) > 0 else None
    try:
        reading = read_stamps(stamps)
    except Undecided:
        return None
    return "" if reading is not None and is_regular(reading.dates) else None


def _read_numbered(cells: Sequence[str], below: Sequence[Sequence[str]]) -> Header | None:
    """Find columns with numbers for names: the hours of a day, or the steps of few series."""
    found = [_NUMBERED.fullmatch(cell) for cell in cells]
    named = [(match["word"], int(match["number"])) if match else None for match in found]
    first = below[0] if below else []
    start = stop = max((place + 1 for place, name in enumerate(named) if name), default=0)
    while start and named[start - 1] and start <= len(first):
        word, number = named[start - 1] or ("", 0)
        joined = start == stop or named[start] == (word, number + 1)
        if not joined or not (is_number(first[start - 1]) or is_gap(first[start - 1])):
            break
        start -= 1
    header = Header(list(cells), range(start, stop), [], "step")
    n_columns = stop - start
    hours = n_columns == _HOURS and all(map(_HOUR.fullmatch, cells[start:stop]))
    if hours and int(re.findall(r"\d+", cells[start])[0]) <= 1:
        return replace(header, stamps=[f"{hour:02}:00" for hour in range(_HOURS)], part="time")
    if n_columns < _FEWEST_STEPS or start == 0 or n_columns <= len(below):
        return None
    return replace(header, stamps=[str(step) for step in range(1, n_columns + 1)])
