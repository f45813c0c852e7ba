"""Tables whose dates lie across, turned so that each date has a row of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from esnkit.cli.csv_series.cutting import Records
from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.months import month_of
from esnkit.cli.csv_series.numbers import is_number, split_note
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.table import Table, TableError, listing, quote
from esnkit.cli.csv_series.wide_headers import YEAR, Header, parts_below, read_header, year_header

_TITLES = 30  # records among which the header may stand
_SAMPLE = 5000  # records that tell what a header is
_FEWEST = 4  # values that make a row of them
_TWO_YEARS = re.compile(r"((?:1[5-9]|20|21)\d\d) ?[-/] ?(?:\d\d)?\d\d")


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
        header = read_header(cells, [row for _, row in rows[:_SAMPLE]])
        if header is None:
            continue
        rows = [(line, row) for line, row in rows if _is_row(row, header)]
        if not rows or options.target in cells:
            return None
        part = parts_below([row for _, row in rows])
        if header.part == "" and part:
            return _stack_years(path, header, rows, delimiter, part)
        if header.part not in ("", "step"):
            return _stack(path, header, rows, delimiter, options)
        return _pick(path, header, rows, delimiter, options)
    return _turn_years(path, filled, delimiter, options)


def _turn_years(path: str, filled: Records, delimiter: str, options: ReadOptions) -> Table | None:
    """Turn rows of a year and twelve months without a header, which climate offices write.

    A number that stands alone below them marks missing values.
    """
    rows = [(line, row) for line, row in filled if len(row) == 13 and YEAR.fullmatch(row[0])]
    header = year_header([row for _, row in rows])
    of_years = {line for line, _ in rows}
    widest = max((len(row) for line, row in filled if line not in of_years), default=0)
    if header is None or widest > 12:  # there are names
        return None
    alone = [row[0] for line, row in filled if line > rows[-1][0] and len(row) == 1]
    marks = {float(cell) for cell in alone[:1] if re.fullmatch(r"-?\d+(\.\d+)?", cell)}
    rows = [
        (line, [row[0], *("" if _value(c) in marks else c for c in row[1:])]) for line, row in rows
    ]
    return _stack(path, header, rows, delimiter, options)


def _value(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
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


def _is_row(row: Sequence[str], header: Header) -> bool:
    """Tell whether a record holds a name and numbers below the dates."""
    if not header.places.start < len(row) <= len(header.cells) + 1:
        return False
    cells = [cell for cell in header.values(row) if not is_gap(cell)]
    return bool(cells) and all(is_number(split_note(cell)[0]) for cell in cells)


def _stack(
    path: str, header: Header, rows: Records, delimiter: str, options: ReadOptions
) -> Table | None:
    """Put rows of one year, or of one day, below each other."""
    left = range(header.places.start)
    is_key = is_datelike if header.part == "time" else _first_year
    places = [p for p in left if all(is_key(row[p]) for _, row in rows)]
    if not places:
        return None
    place = places[-1]
    others = [", ".join(row[p] for p in left if p != place and row[p]) for _, row in rows]
    if len(set(others)) > 1:
        wanted = _choose(path, list(dict.fromkeys(others)), options)
        rows = [row for row, name in zip(rows, others, strict=True) if name == wanted]
    keys = [row[place] for _, row in rows]
    if len(set(keys)) < len(keys):
        return None
    if header.part != "time":
        rows = sorted(rows, key=lambda row: row[1][place])
    offset = _first_month(path, header, keys)
    cells, lines = [], []
    for line, row in rows:
        for step, (stamp, value) in enumerate(zip(header.stamps, header.values(row), strict=True)):
            if header.part == "time":
                cells.append([f"{row[place]} {stamp}", value])
            else:
                cells.append([_part_of(row[place], header.part, step + offset), value])
            lines.append(line)
    return _trim(path, delimiter, "value", cells, lines)


def _first_year(key: str) -> str | None:
    """Return the year, or the first of the two over which a row goes."""
    found = _TWO_YEARS.fullmatch(key)
    return found[1] if found else (key if YEAR.fullmatch(key) else None)


def _first_month(path: str, header: Header, keys: Sequence[str]) -> int:
    """Return the month, from zero, with which rows begin; refuse years that leave it open."""
    first = (month_of(header.stamps[0]) or 0) if header.part == "month" else 0
    if first and any(YEAR.fullmatch(key) for key in keys):
        raise TableError(
            f"{path}: rows go from {quote(header.stamps[0])} to {quote(header.stamps[-1])}, and "
            f"{quote(keys[0])} may be the year of the first or of the last month; write both years "
            "(2014/15), or a date in each row."
        )
    return first


def _part_of(key: str, part: str, step: int) -> str:
    """Write a month or a quarter of a year, counted from zero, also beyond its end."""
    n_parts = 12 if part == "month" else 4
    year = int(_first_year(key) or 0) + step // n_parts
    number = step % n_parts + 1
    return f"{year}-{number:02}" if part == "month" else f"{year}Q{number}"


def _stack_years(path: str, header: Header, rows: Records, delimiter: str, part: str) -> Table:
    """Put the columns of years, which hold months or quarters, below each other."""
    rows = rows[: 12 if part == "month" else 4]
    cells, lines = [], []
    for year, place in zip(header.stamps, header.places, strict=True):
        for step, (line, row) in enumerate(rows):
            cells.append([_part_of(year, part, step), row[place] if place < len(row) else ""])
            lines.append(line)
    return _trim(path, delimiter, "value", cells, lines)


def _pick(
    path: str, header: Header, rows: Records, delimiter: str, options: ReadOptions
) -> Table | None:
    """Take the row of one series."""
    labels = [header.labels(row) for _, row in rows]
    if any(map(is_datelike, labels[0][:1])) or any(month_of(c) is not None for c in labels[0][:1]):
        return None
    names = _name_rows(path, header, labels, options)
    name = _choose(path, names, options)
    line, row = rows[names.index(name)]
    cells = [list(pair) for pair in zip(header.stamps, header.values(row), strict=True)]
    first = "step" if header.part == "step" else "date"
    return _trim(path, delimiter, name or "value", cells, [line] * len(cells), first)


def _choose(path: str, names: list[str], options: ReadOptions) -> str:
    """Return the name of the series that the user wants, or of the only one."""
    wanted = options.series_id if options.series_id is not None else options.target
    if wanted is not None:
        if names.count(wanted) != 1:
            raise TableError(f"{path}: --id {quote(wanted)} is none of {listing(names)}.")
        return wanted
    if len(names) > 1:
        raise TableError(
            f"{path}: dates or steps lie across, and there are {len(names)} series below each "
            f"other; choose one with --id: {listing(names)}."
        )
    return names[0]


def _name_rows(
    path: str, header: Header, labels: list[list[str]], options: ReadOptions
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


def _trim(
    path: str,
    delimiter: str,
    name: str,
    cells: list[list[str]],
    lines: list[int],
    first: str = "date",
) -> Table:
    """Make a table of dates and values without the gaps at either end, as all rows share dates."""
    filled = [place for place, (_, value) in enumerate(cells) if not is_gap(value)]
    kept = slice(filled[0], filled[-1] + 1)
    n_left = len(cells) - len(cells[kept])
    notes = [f"{n_left} empty cell(s) at the ends"] if n_left else []
    return Table(path, delimiter, [first, name], cells[kept], lines[kept], notes)
