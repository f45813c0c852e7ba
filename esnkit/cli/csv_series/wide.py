"""Tables whose dates lie across, turned so that each date has a row of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from esnkit.cli.csv_series.cutting import Records
from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.months import month_of
from esnkit.cli.csv_series.numbers import Undecided, is_number, split_note
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.stamps import is_regular, read_stamps
from esnkit.cli.csv_series.table import Table, TableError, listing, quote

_TITLES = 30  # records among which the header may stand
_FEWEST = 4  # dates that make a header
_YEAR = re.compile(r"(1[5-9]|20|21)\d\d")
_TIME = re.compile(r"([01]?\d|2[0-4])[:.h][0-5]\d")


@dataclass(frozen=True)
class _Header:
    """A header, the columns of dates in it, and what the dates are: whole, or parts of one."""

    cells: list[str]
    places: range
    stamps: list[str]
    part: str  # "", "month", "quarter" or "time"

    def labels(self, row: Sequence[str]) -> list[str]:
        """Return the cells of a row beside those of dates."""
        return [cell for place, cell in enumerate(row) if place not in self.places]

    def values(self, row: Sequence[str]) -> list[str]:
        """Return the cells of a row below the dates."""
        return [row[place] if place < len(row) else "" for place in self.places]


def turn(path: str, records: Records, delimiter: str, options: ReadOptions) -> Table | None:
    """Turn a table whose dates lie across; None if it is none, or the user speaks of columns."""
    filled = [(line, cells) for line, cells in records if any(cells)]
    if options.date is not None or options.date_format is not None or options.header is not None:
        return None
    if len(filled) == 1:
        return _turn_row(path, *filled[0], delimiter)
    for place, (_, cells) in enumerate(filled[:_TITLES]):
        rows = filled[place + 1 :]
        if rows and len(rows[0][1]) == len(cells) + 1:  # no name above the labels
            cells = ["", *cells]
        header = _read_header(cells)
        if header is None:
            continue
        rows = [(line, row) for line, row in rows if _is_row(row, header)]
        if not rows or options.target in cells:
            return None
        if header.part:
            return _stack(path, header, rows, delimiter)
        return _pick(path, header, rows, delimiter, options)
    return None


def _turn_row(path: str, line: int, cells: list[str], delimiter: str) -> Table | None:
    """Turn a single row of numbers, perhaps with a name in front."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    name = "" if is_number(cells[0]) else cells[0]
    values = cells[1:] if name else cells
    if len(values) <= _FEWEST or not all(is_number(c) or is_gap(c) for c in values):
        return None
    rows = [[value] for value in values]
    return Table(path, delimiter, [name or "column 1"], rows, [line] * len(rows), [])


def _read_header(cells: Sequence[str]) -> _Header | None:
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
    if len(best) < _FEWEST:
        return None
    stamps = [plain[place] for place in best]
    part = _follow(stamps, kinds[best.start])
    return None if part is None else _Header(list(cells), best, stamps, part)


def _kind(cell: str) -> str:
    if _YEAR.fullmatch(cell):
        return "year"
    if month_of(cell) is not None:
        return "month"
    if re.fullmatch(r"(q|qtr|quarter|k|kv|t|trim)\.? ?[1-4]", cell, re.IGNORECASE):
        return "quarter"
    if _TIME.fullmatch(cell):
        return "time"
    return "date" if is_datelike(cell) else ""


def _follow(stamps: list[str], kind: str) -> str | None:
    """Say what part of a date regular stamps are; None if they are not regular."""
    if kind == "month":
        return kind if [month_of(stamp) for stamp in stamps] == list(range(12)) else None
    if kind == "quarter":
        return kind if [stamp[-1] for stamp in stamps] == ["1", "2", "3", "4"] else None
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


def _is_row(row: Sequence[str], header: _Header) -> bool:
    """Tell whether a record holds a name and numbers below the dates."""
    if not header.places.start < len(row) <= len(header.cells) + 1:
        return False
    cells = [cell for cell in header.values(row) if not is_gap(cell)]
    return bool(cells) and all(is_number(split_note(cell)[0]) for cell in cells)


def _stack(path: str, header: _Header, rows: Records, delimiter: str) -> Table | None:
    """Put rows of one year, or of one day, below each other."""
    place = next((p for p in range(len(header.cells)) if p not in header.places), None)
    if place is None or place > header.places.start:
        return None
    keys = [row[place] for _, row in rows]
    dated = all(_YEAR.fullmatch(k) if header.part != "time" else is_datelike(k) for k in keys)
    if not dated or len(set(keys)) < len(keys):
        return None
    if header.part != "time":
        rows = sorted(rows, key=lambda row: row[1][place])
    cells, lines = [], []
    for line, row in rows:
        for step, (stamp, value) in enumerate(zip(header.stamps, header.values(row), strict=True)):
            form = {"month": f"-{step + 1:02}", "quarter": f"Q{step + 1}", "time": f" {stamp}"}
            cells.append([row[place] + form[header.part], value])
            lines.append(line)
    return _trim(path, delimiter, "value", cells, lines)


def _pick(
    path: str, header: _Header, rows: Records, delimiter: str, options: ReadOptions
) -> Table | None:
    """Take the row of one series."""
    labels = [header.labels(row) for _, row in rows]
    if any(map(is_datelike, labels[0][:1])) or any(month_of(c) is not None for c in labels[0][:1]):
        return None
    names = _name_rows(path, header, labels, options)
    if options.series_id is not None or options.target is not None:
        wanted = options.series_id if options.series_id is not None else options.target
        chosen = [place for place, name in enumerate(names) if name == wanted]
        if len(chosen) != 1:
            raise TableError(f"{path}: --id {quote(str(wanted))} is none of {listing(names)}.")
    elif len(rows) > 1:
        raise TableError(
            f"{path}: dates lie across, and there are {len(rows)} series below each other; choose "
            f"one with --id: {listing(names)}."
        )
    else:
        chosen = [0]
    line, row = rows[chosen[0]]
    cells = [list(pair) for pair in zip(header.stamps, header.values(row), strict=True)]
    return _trim(path, delimiter, names[chosen[0]] or "value", cells, [line] * len(cells))


def _name_rows(
    path: str, header: _Header, labels: list[list[str]], options: ReadOptions
) -> list[str]:
    """Return what each row is called: by the first column that tells all rows apart."""
    heads = header.labels(header.cells)
    if options.id_column is not None:
        if options.id_column not in heads:
            raise TableError(
                f"{path}: --id-column {quote(options.id_column)} is none of {listing(heads)}."
            )
        return [row[heads.index(options.id_column)] for row in labels]
    for column in zip(*labels, strict=False):
        if len(set(column)) == len(column) and all(column):
            return list(column)
    return [", ".join(filter(None, row)) for row in labels]


def _trim(path: str, delimiter: str, name: str, cells: list[list[str]], lines: list[int]) -> Table:
    """Make a table of dates and values without the gaps at either end, as all rows share dates."""
    filled = [place for place, (_, value) in enumerate(cells) if not is_gap(value)]
    kept = slice(filled[0], filled[-1] + 1)
    n_left = len(cells) - len(cells[kept])
    notes = [f"{n_left} empty cell(s) at the ends"] if n_left else []
    return Table(path, delimiter, ["date", name], cells[kept], lines[kept], notes)
