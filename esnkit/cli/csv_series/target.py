"""Which column holds the numbers that are to be forecast."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from esnkit.cli.csv_series.columns import EPOCH, is_counter, mostly_numbers
from esnkit.cli.csv_series.date_columns import Stamps
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.numbers import split_unit
from esnkit.cli.csv_series.table import Table, TableError, how_to_cut, listing, quote

_SHORTEST = 10  # rows after which a column that did not move is no series
_SAMPLE = 200  # rows that decide what a column holds


def find_target(table: Table, stamps: Stamps | None, notes: list[str]) -> str:
    """Return the only column that holds numbers, perhaps beside gaps and slips of the pen."""
    used = () if stamps is None else stamps.columns
    names = [name for name in table.header if name not in used]
    found = [n for n in names if mostly_numbers(table.column(n))]
    with_units = [n for n in names if n not in found and _mostly_units(table.column(n))]
    if all(is_counter(table, name) for name in found):
        found += with_units
    if stamps is not None:
        found = _leave_out(table, found, _repeats_dates(table, stamps), "repeats the dates")
    if len(table.rows) >= _SHORTEST:
        still = [name for name in found if len(set(table.column(name))) == 1]
        found = _leave_out(table, found, still.__contains__, "never moves")
    counters = [name for name in found if is_counter(table, name)]
    if len(found) > 1 and counters:
        found.remove(counters[0])
        if stamps is not None:
            table.notes.append(f"column {quote(counters[0])}, which counts")
        else:
            notes.append(f"{quote(counters[0])} counts rows")
    if len(found) == 1:
        return found[0]
    if found:
        raise TableError(
            f"{table.path}: several columns hold numbers, name one as the target (--target): "
            f"{listing(found)}."
        )
    raise TableError(
        f"{table.path}: no column holds numbers; the columns are {listing(table.header)}, and the "
        f"first row (line {table.lines[0]}) holds {listing(table.rows[0])}; durations, ranges and "
        f"words must be written as numbers{how_to_cut(table.delimiter)}."
    )


def _mostly_units(cells: list[str]) -> bool:
    cells = [cell for cell in cells if not is_gap(cell)][:_SAMPLE]
    return bool(cells) and 2 * sum(bool(split_unit(cell)[1]) for cell in cells) > len(cells)


def _leave_out(table: Table, names: list[str], test: Callable[[str], bool], why: str) -> list[str]:
    """Leave out columns of numbers that are no series, but never all of them."""
    kept = [name for name in names if not test(name)]
    if not kept or len(kept) == len(names):
        return names
    gone = [name for name in names if name not in kept]
    table.notes.append(f"column {listing(gone)}, which {why}")
    return kept


def _repeats_dates(table: Table, stamps: Stamps) -> Callable[[str], bool]:
    """Make a test whether a column holds the year, the month or another part of the dates."""
    dates = stamps.reading.dates
    parts = [dates.year, dates.month, dates.day, dates.hour, dates.quarter, dates.day_of_year]
    week = dates.isocalendar().week

    def test(name: str) -> bool:
        cells = table.column(name)
        if not all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in cells):
            return False
        values = np.array([float(cell) for cell in cells])
        if len(set(cells)) == 1 and not 1000 < values[0] < 2500:
            return False
        if any(np.array_equal(values, np.asarray(part)) for part in (*parts, week)):
            return True
        if len(cells) >= _SHORTEST and values[0] > EPOCH and dates.is_unique:
            rises = np.diff(values) / np.diff(dates.asi8)
            if rises[0] and np.allclose(rises, rises[0]):
                return True  # seconds since 1970
        years = np.asarray(dates.year + (dates.day_of_year - 1) / 365.25)
        return bool(np.abs(values - years).max() < 0.1) and not (values == values.round()).all()

    return test
