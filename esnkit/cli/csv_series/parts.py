"""Dates whose parts stand in columns of their own: year and month, or day and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.months import month_of
from esnkit.cli.csv_series.table import Table

_PARTS = {
    "year": re.compile(
        r"^((fiscal )?year_?|yr|yyyy|jahr|año|ano|anno|ann[ée]e|jaar|år|rok|vuosi|yıl)$",
        re.IGNORECASE,
    ),
    "month": re.compile(
        r"^(month_?|mon|mm|mo|monat|mes|mês|mese|mois|maand|m[åa]ned|m[åa]nad|miesiąc|period|periodo)$",
        re.IGNORECASE,
    ),
    "quarter": re.compile(
        r"^(quarter_?|qtr|q|quartal|trimestre|trimester|kvartal|kwartaal|kwartał|period|periodo)$",
        re.IGNORECASE,
    ),
    "week": re.compile(r"^(week|wk|iso_?week|kw)$", re.IGNORECASE),
    "day": re.compile(r"^(day_?|dd|dy|dom|tag|day_of_month)$", re.IGNORECASE),
    "doy": re.compile(r"^(doy|yday|day_?of_?year|jday|julian_?day)$", re.IGNORECASE),
    "hour": re.compile(r"^(hour|hr|hh|stunde|heure|he|hour[ _]?ending)$", re.IGNORECASE),
    "time": re.compile(
        r"^(time|start[ _]?time|zeit|uhrzeit|hora|time of day|clock)$", re.IGNORECASE
    ),
}
_CELLS = {  # how the parts are written
    "year": re.compile(r"\d{4}(\.0)?"),
    "month": re.compile(r"M?\d{1,2}(\.0)?|[^\W\d]+\.?", re.IGNORECASE),
    "quarter": re.compile(r"[QTK]?0?[1-4](\.0)?", re.IGNORECASE),
    "week": re.compile(r"W?\d{1,2}(\.0)?", re.IGNORECASE),
    "doy": re.compile(r"\d{1,3}(\.0)?"),
}
_CLOCK = re.compile(r"([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?( Uhr)?", re.IGNORECASE)
_SAMPLE = 200  # rows that decide what a column holds


def join_parts(table: Table, names: Sequence[str]) -> tuple[tuple[str, ...], list[str]] | None:
    """Put year and month, or date and time, from several columns together."""
    found = {part: [n for n in names if form.match(n.strip("<>"))] for part, form in _PARTS.items()}
    one = {part: columns[0] for part, columns in found.items() if len(columns) == 1}
    time = one.get("time") or one.get("hour") or _find_clock(table, names)
    time = time if time and _holds_times(table, time) else None
    if "year" in one:
        years = _fill_years(table.column(one["year"]))
        for parts in (("month", "day"), ("doy",), ("month",), ("quarter",), ("week",)):
            if all(part in one for part in parts) and _fit(table, years, one, parts):
                columns = [one["year"], *(one[part] for part in parts)]
                if time and parts[-1] in ("day", "doy"):
                    columns.append(time)
                rows = zip(years, *map(table.column, columns[1:]), strict=True)
                return tuple(columns), [_join(row, parts) for row in rows]
    return (_join_time(table, names, time) if time else None) or _join_names(table, names)


def _fill_years(cells: list[str]) -> list[str]:
    """Repeat a year down to the next, where it only stands beside the first month."""
    year, filled = "", []
    for cell in cells:
        year = cell or year
        filled.append(year)
    return filled


def _fit(table: Table, years: list[str], one: dict[str, str], parts: Sequence[str]) -> bool:
    """Tell whether all cells are written as these parts are."""
    columns = {"year": years, **{part: table.column(one[part]) for part in parts}}
    return all(
        form.fullmatch(cell) for part, form in _CELLS.items() for cell in columns.get(part, ())
    )


def _join(row: Sequence[str], parts: Sequence[str]) -> str:
    year, first, *rest = (re.sub(r"(?<=\d)\.0$", "", cell.strip()) for cell in row)
    if parts[0] == "doy":
        return f"{year}-{first.zfill(3)}" + (f" {_as_time(rest[0])}" if rest else "")
    letter = {"quarter": "Q", "week": "-W"}.get(parts[0], "-")
    month = month_of(first)
    first = re.sub("^[QqWwMmTtKk](?=\\d)", "", first) if month is None else str(month + 1)
    joined = f"{year}{letter}{first.zfill(2) if letter == '-W' else first.lstrip('0')}"
    if len(parts) > 1:
        joined += f"-{rest[0]}"
    return joined + (f" {_as_time(rest[1])}" if len(rest) > 1 else "")


def _join_time(
    table: Table, names: Sequence[str], time: str
) -> tuple[tuple[str, ...], list[str]] | None:
    """Put a column of days before one of times."""
    for name in names:
        cells = [re.sub(r"[ T]00:00(:00)?$", "", cell) for cell in table.column(name)]
        dates = sum(is_datelike(c) and ":" not in c for c in cells[:_SAMPLE])
        if name != time and 2 * dates > len(cells[:_SAMPLE]):
            times = table.column(time)
            if all(re.fullmatch(r"\d{6}", cell) for cell in times):  # 163000
                times = [f"{cell[:2]}:{cell[2:4]}:{cell[4:]}" for cell in times]
            elif any(re.fullmatch(r"\d{3,4}", cell) for cell in times):  # 0, 100, ... 2300
                times = [f"{cell.zfill(4)[:2]}:{cell.zfill(4)[2:]}" for cell in times]
            pairs = zip(cells, map(_as_time, times), strict=True)
            return (name, time), [f"{day} {hour}" for day, hour in pairs]
    return None


def _join_names(table: Table, names: Sequence[str]) -> tuple[tuple[str, ...], list[str]] | None:
    """Put a column of years before one of names of months, whatever the two are called."""
    columns = {name: table.column(name) for name in names}
    months = [n for n, cells in columns.items() if all(month_of(c) is not None for c in cells)]
    form = _CELLS["year"]
    years = [
        n
        for n, cells in columns.items()
        if form.fullmatch(cells[0]) and all(form.fullmatch(c) or not c for c in cells)
    ]
    if len(months) != 1 or len(years) != 1:
        return None
    rows = zip(_fill_years(columns[years[0]]), columns[months[0]], strict=True)
    return (years[0], months[0]), [_join(row, ("month",)) for row in rows]


def _find_clock(table: Table, names: Sequence[str]) -> str | None:
    """Return a column of times that tell apart rows of one day, whatever it is called."""
    for day, name in pairwise(names):
        days, times = table.column(day), table.column(name)
        told_apart = len(set(days)) < len({*zip(days, times, strict=True)}) == len(days)
        if told_apart and all(map(_CLOCK.fullmatch, times)):
            return name
    return None


def _as_time(cell: str) -> str:
    cell = re.sub(r"^(\d{1,2})( ?- ?\d{1,2}| ?h| Uhr)$", r"\1", cell)
    return f"{int(cell):02}:00" if re.fullmatch(r"\d{1,2}", cell) else cell


def _holds_times(table: Table, name: str) -> bool:
    form = re.compile(
        r"\d{1,2}(:\d\d(:\d\d([.,]\d+)?)?( ?[ap]\.?m?\.?)?| ?- ?\d{1,2}| ?h| Uhr)?"
        r"|([01]?\d|2[0-3])[0-5]\d|([01]\d|2[0-4])[0-5]\d[0-5]\d",
        re.IGNORECASE,
    )
    cells = [cell.strip() for cell in table.column(name)]
    return all(form.fullmatch(cell) or _CLOCK.fullmatch(cell) for cell in cells)
