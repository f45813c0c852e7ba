"""The numbers of a column, by one decimal sign and in one unit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from esnkit.cli.csv_series.missing import is_gap, is_named_mark, is_word, take_marks
from esnkit.cli.csv_series.numbers import (
    Number,
    Signs,
    Undecided,
    factor_of,
    find_signs,
    split_note,
    split_unit,
    take_apart,
)
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.table import Table, TableError, listing, quote

_LONGEST_MARK = 20  # characters of a mark of missing values


def read_numbers(table: Table, name: str, options: ReadOptions) -> tuple[np.ndarray, list[str]]:
    """Return the numbers, NaN where they are missing, and say how they were written."""
    marked = [is_named_mark(cell, options) for cell in table.column(name)]
    if not any(marked) and is_word(options.missing_mark):
        raise TableError(
            f"{table.path}: --missing-mark {quote(str(options.missing_mark))} stands in no cell of "
            f"column {quote(name)}."
        )
    texts = ["" if gap else cell for cell, gap in zip(table.column(name), marked, strict=True)]
    cells, factors, words = _without_units(table, name, texts)
    numbers = [None if is_gap(cell) else take_apart(cell) for cell in cells]
    _check_cells(table, name, cells, numbers)
    present = [number for number in numbers if number is not None]
    if not present:
        raise TableError(f"{table.path}: column {quote(name)} holds no numbers.")
    signs = _decide_signs(table, name, present, options)
    values = np.full(len(cells), np.nan)
    for row, number in enumerate(numbers):
        if number is None:
            continue
        value = signs.read(number)
        if value is None:
            raise table.error(
                row,
                name,
                f"{quote(cells[row])} is not a number where {signs.decimal!r} is the decimal "
                "sign; --decimal and --thousands name the signs.",
            )
        if not math.isfinite(value):
            raise table.error(row, name, f"{quote(cells[row])} is too large for a number.")
        values[row] = value * factors[row]
    values = take_marks(table, name, values, options)
    return values, words + _describe_numbers(table, name, present, signs)


def _check_cells(
    table: Table,
    name: str,
    cells: Sequence[str],
    numbers: Sequence[Number | None],
) -> None:
    """Refuse the first cell that is neither a number nor a gap."""
    n_odd = sum(n is None and not is_gap(c) for c, n in zip(cells, numbers, strict=True))
    if 2 * n_odd > len(cells):
        raise TableError(
            f"{table.path}: column {quote(name)} holds text such as {quote(cells[0])}; --target "
            "names a column of numbers."
        )
    for row, (cell, number) in enumerate(zip(cells, numbers, strict=True)):
        if number is None and not is_gap(cell):
            hint = f"; if it marks a missing value, say --missing-mark {quote(cell)} and --missing"
            short = hint if len(cell) <= _LONGEST_MARK else ""
            raise table.error(row, name, f"{quote(cell)} is not a number{short}.")


def _without_units(
    table: Table, name: str, cells: list[str]
) -> tuple[list[str], list[float], list[str]]:
    """Take off the unit that all numbers have, or K and M as factors, and notes behind some."""
    plain = [1.0] * len(cells)
    odd = [row for row, cell in enumerate(cells) if not is_gap(cell) and not take_apart(cell)]
    if not odd:
        return cells, plain, []
    noted = {row: split_note(cells[row]) for row in odd}
    if 2 * len(odd) < len(cells) and all(note for _, note in noted.values()):
        notes = sorted({note for _, note in noted.values()})
        cells = [noted[row][0] if row in noted else cell for row, cell in enumerate(cells)]
        return cells, plain, [f"{listing(notes)} behind {len(noted)} number(s) taken off"]
    parted = [("", "") if is_gap(cell) else split_unit(cell) for cell in cells]
    units = {unit for number, unit in parted if number}
    if not all(is_gap(number) or take_apart(number) for number, _ in parted):
        return cells, plain, []
    if len(units) == 1:
        return [number for number, _ in parted], plain, [f"unit {listing(list(units))} taken off"]
    factors = [factor_of(unit) for _, unit in parted]
    if None in factors or len(units - {""}) < 2:
        raise TableError(
            f"{table.path}, column {quote(name)}: numbers are in {listing(sorted(units))}; write "
            "all in one unit."
        )
    words = f"{listing(sorted(units - {''}))} taken for thousands, millions and so on"
    return [number for number, _ in parted], [f or 1.0 for f in factors], [words]


def _decide_signs(
    table: Table, name: str, numbers: Sequence[Number], options: ReadOptions
) -> Signs:
    """Find the signs of a column, with the help of other columns where it does not tell."""
    try:
        signs = find_signs(numbers, options.decimal, options.thousands, table.delimiter)
        others = (
            c for n in table.header if n != name for c in map(take_apart, table.column(n)) if c
        )
        for number in others if signs is None else ():
            found = find_signs([number], None, None, "")
            if found is not None and found.decimal:
                return found
    except Undecided as error:
        raise TableError(
            f"{table.path}, column {quote(name)}: {error}; decide with --decimal or --thousands."
        ) from None
    if signs is None:
        number = next(n for n in numbers if re.search("[.,]", n.body))
        sign = "." if "." in number.body else ","
        raise TableError(
            f"{table.path}, column {quote(name)}: {quote(number.body)} may be "
            f"{float(number.body.replace(sign, '.')):g} or {number.body.replace(sign, '')}; decide "
            f"with --decimal {sign} or --thousands {sign}."
        )
    return signs


def _describe_numbers(
    table: Table, name: str, numbers: Sequence[Number], signs: Signs
) -> list[str]:
    words = []
    texts = "".join(number.body for number in numbers)
    if signs.decimal == "," and "," in texts:
        words.append("decimal comma")
    if signs.thousands and signs.thousands in texts:
        words.append(f"thousands by {'points' if signs.thousands == '.' else 'commas'}")
    if any(number.spaced for number in numbers):
        words.append("thousands apart")
    if any(number.percent for number in numbers):
        words.append("in percent")
        if not all(number.percent for number in numbers):
            raise TableError(
                f"{table.path}, column {quote(name)}: some cells have a percent sign and some not."
            )
    currencies = sorted({number.currency for number in numbers} - {""})
    if len(currencies) > 1:
        raise TableError(
            f"{table.path}, column {quote(name)}: the cells are in {listing(currencies, ' and ')}; "
            "convert them to one currency."
        )
    if currencies:
        words.append("currency signs taken off")
    return words
