"""Dates whose parts stand in columns of their own: year and month, or day and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.months import month_of
from esnkit.cli.csv_series.numbers import Undecided
from esnkit.cli.csv_series.stamps import is_regular, read_stamps
from esnkit.cli.csv_series.table import Table

_PARTS = {
    "year": re.compile(
        r"^((iso[ _]?)?year_?|yr|y{2,4}|jahr|año|ano|anno|ann[ée]e|jaar|år|rok|vuosi|yıl)$",
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
    "half": re.compile(r"^(half|half[ _]?year|halbjahr|semest(er|re|ral)|sem)$", re.IGNORECASE),
    "dekad": re.compile(r"^(dekad|dekade|decade?|décade|ten[ _-]?days?)$", re.IGNORECASE),
    "minute": re.compile(r"^(minute|min|mn|mi)$", re.IGNORECASE),
    "time": re.compile(
        r"^(time|start[ _]?time|zeit|uhrzeit|hora|time of day|clock)$", re.IGNORECASE
    ),
}
_CELLS = {  # how the parts are written
    "year": re.compile(r"\d{4}(\.0)?"),
    "month": re.compile(r"M?\d{1,2}(\.0)?|[^\W\d]+\.?", re.IGNORECASE),
    "quarter": re.compile(r"[QTK]?0?[1-4](\.0)?", re.IGNORECASE),
    "week": re.compile(r"W?\d{1,2}(\.0)?", re.IGNORECASE),
    "half": re.compile(r"[HS]?[12](\.0)?", re.IGNORECASE),
    "doy": re.compile(r"\d{1,3}(\.0)?"),
    "dekad": re.compile(r"D?[1-3](\.0)?", re.IGNORECASE),
}
_SLOT = re.compile(r"^(.*[ _])?(\w*period|interval|slot|mtu)$", re.IGNORECASE)
_SLOTS = (24, 48, 96, 144, 288)  # of a day
_CLOCK = re.compile(r"([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?( Uhr)?", re.IGNORECASE)
_SAMPLE = 200  # rows that decide what a column holds


def join_parts(table: Table, names: Sequence[str]) -> tuple[tuple[str, ...], list[str]] | None:
    """Put year and month, or date and time, from several columns together."""
    found = {part: [n for n in names if form.match(n.strip("<>"))] for part, form in _PARTS.items()}
    if {"MM", "mm"} <= {*found["month"]}:  # what months and minutes are called side by side
        found |= {"month": ["MM"], "minute": ["mm"]}
    one = {part: columns[0] for part, columns in found.items() if len(columns) == 1}
    time = _find_times(table, names, one)
    if "year" in one:
        years = _fill_years(table.column(one["year"]))
        for parts in (
            ("month", "day"),
            ("month", "dekad"),
            ("doy",),
            ("month",),
            ("quarter",),
            ("week",),
            ("half",),
        ):
            if all(part in one for part in parts) and _fit(table, years, one, parts):
                columns = [one["year"], *(one[part] for part in parts)]
                cells = [years, *map(table.column, columns[1:])]
                if time and parts[-1] in ("day", "doy"):
                    columns, cells = [*columns, *time[0]], [*cells, time[1]]
                return tuple(columns), [_join(row, parts) for row in zip(*cells, strict=True)]
    joined = (_join_time(table, names, *time) if time else None) or _join_names(table, names)
    return joined or _join_neighbours(table, names)


def loose_parts(table: Table, names: Sequence[str]) -> list[str]:
    """Return columns that have the names of a year and its parts, and that move."""
    moving = [name for name in names if len(set(table.column(name))) > 1]
    found = {part: [n for n in moving if form.match(n)] for part, form in _PARTS.items()}
    parts = [n for part in ("month", "quarter", "half", "week", "doy") for n in found[part]]
    return [*found["year"], *dict.fromkeys(parts)] if found["year"] and parts else []


def _find_times(
    table: Table, names: Sequence[str], one: dict[str, str]
) -> tuple[list[str], list[str]] | None:
    """Return the columns that tell the time of day, and the times."""
    if "hour" in one and "minute" in one:
        columns = [one["hour"], one["minute"]]
        pairs = [*zip(*map(table.column, columns), strict=True)]
        if all(hour.isdigit() and minute.isdigit() for hour, minute in pairs):
            return columns, [f"{hour.zfill(2)}:{minute.zfill(2)}" for hour, minute in pairs]
    name = one.get("time") or one.get("hour") or _find_clock(table, names)
    if name and _holds_times(table, name):
        return [name], table.column(name)
    for name in filter(_SLOT.match, names):
        times = _slot_times(table.column(name))
        if times:
            return [name], times
    return None


def _slot_times(cells: Sequence[str]) -> list[str] | None:
    """Return when numbered parts of a day begin, if each day has all of them."""
    if not all(cell.isdigit() for cell in cells):
        return None
    slots = [int(cell) for cell in cells]
    last = max(slots)
    if last not in _SLOTS or any(later != slot % last + 1 for slot, later in pairwise(slots)):
        return None
    minutes = [(slot - 1) * 24 * 60 // last for slot in slots]
    return [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes]


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
    letter = {"quarter": "Q", "week": "-W", "half": "H"}.get(parts[0], "-")
    month = month_of(first)
    first = re.sub("^[QqWwMmTtKkHhSs](?=\\d)", "", first) if month is None else str(month + 1)
    joined = f"{year}{letter}{first.zfill(2) if letter == '-W' else first.lstrip('0')}"
    if len(parts) > 1:
        day = {"1": "1", "2": "11", "3": "21"}[rest[0][-1]] if parts[1] == "dekad" else rest[0]
        joined += f"-{day}"
    return joined + (f" {_as_time(rest[1])}" if len(rest) > 1 else "")


def _join_time(
    table: Table, names: Sequence[str], columns: list[str], times: list[str]
) -> tuple[tuple[str, ...], list[str]] | None:
    """Put a column of days before times."""
    for name in names:
        cells = [re.sub(r"[ T]00:00(:00)?$", "", cell) for cell in table.column(name)]
        dates = sum(is_datelike(c) and ":" not in c for c in cells[:_SAMPLE])
        once = len(set(cells)) == len(cells) and _SLOT.match(columns[0])  # a day has one row
        if name not in columns and 2 * dates > len(cells[:_SAMPLE]) and not once:
            if all(re.fullmatch(r"\d{6}", cell) for cell in times):  # 163000
                times = [f"{cell[:2]}:{cell[2:4]}:{cell[4:]}" for cell in times]
            elif any(re.fullmatch(r"\d{3,4}", cell) for cell in times):  # 0, 100, ... 2300
                times = [f"{cell.zfill(4)[:2]}:{cell.zfill(4)[2:]}" for cell in times]
            pairs = zip(cells, map(_as_time, times), strict=True)
            return (name, *columns), [f"{day} {hour}" for day, hour in pairs]
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


def _join_neighbours(
    table: Table, names: Sequence[str]
) -> tuple[tuple[str, ...], list[str]] | None:
    """Join years and the columns behind them, all without names, that count on as a calendar."""
    unnamed = [bool(re.fullmatch(r"column \d+|[ymdh]", n, re.IGNORECASE)) for n in names]
    for place, name in enumerate(names):
        years = table.column(name)
        if not unnamed[place] or not all(map(_CELLS["year"].fullmatch, years)):
            continue
        for width in (4, 3, 2):
            columns = names[place : place + width]
            cells = [*zip(*map(table.column, columns), strict=True)]
            short = all(re.fullmatch(r"\d{1,2}", part) for row in cells for part in row[1:])
            weeks = width == 2 and len(set(years)) == 1  # perhaps
            if len(columns) < width or weeks or not short or not all(unnamed[place:][:width]):
                continue
            joined = [f"{'-'.join(row[:3])}{f' {row[3]}:00' if width > 3 else ''}" for row in cells]
            with suppress(Undecided):
                reading = read_stamps(joined)
                if reading is not None and is_regular(reading.dates):
                    return tuple(columns), joined
    return None


def _find_clock(table: Table, names: Sequence[str]) -> str | None:
    """Return a column of times that tell apart rows of one day, whatever it is called."""
    for day, name in pairwise(names):
        days, times = table.column(day), table.column(name)
        told_apart = len(set(days)) < len({*zip(days, times, strict=True)}) == len(days)
        if told_apart and all(map(_CLOCK.fullmatch, times)):
            return name
    return None


def _as_time(cell: str) -> str:
    cell = re.sub(r"^(\d\d)\.(\d\d)\.(\d\d)$", r"\1:\2:\3", cell)
    cell = re.sub(r"^(\d{1,2})( ?- ?\d{1,2}| ?h| Uhr)$|^HE?(\d{1,2})$", r"\1\3", cell)
    cell = re.sub(r"^(\d{1,2}) ?([ap]m)$", r"\1:00 \2", cell, flags=re.IGNORECASE)
    return f"{int(cell):02}:00" if re.fullmatch(r"\d{1,2}", cell) else cell


def _holds_times(table: Table, name: str) -> bool:
    form = re.compile(
        r"\d{1,2}(:\d\d(:\d\d([.,]\d+)?)?( ?[ap]\.?m?\.?)?| ?- ?\d{1,2}| ?h| Uhr| ?[ap]m)?"
        r"|HE?\d{1,2}|\d\d\.\d\d\.\d\d|([01]?\d|2[0-3])[0-5]\d|2400|([01]\d|2[0-4])[0-5]\d[0-5]\d",
        re.IGNORECASE,
    )
    cells = [cell.strip() for cell in table.column(name)]
    return all(form.fullmatch(cell) or _CLOCK.fullmatch(cell) for cell in cells)
