"""One series from a CSV file, strictly: what is wrong is named with its line and column."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from esnkit.forecasting.dates import most_common_step, parse_dates

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TableError", "read_csv_series"]

_DELIMITERS = (",", ";", "\t")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_QUOTED = re.compile(r'"[^"]*"')
_GAPS = frozenset({"", "-", ".", "na", "n/a", "nan", "nat", "none", "null"})

# Columns that hold dates even where these look like numbers, as years do.
_DATE_NAMES = frozenset({"date", "datetime", "day", "ds", "month", "time", "timestamp", "year"})

_SAMPLE = 100  # rows that decide what a column holds
_LONGEST_QUOTE = 40  # characters of a cell that a message repeats
_MOST_NAMES = 20  # columns that a message lists


class TableError(ValueError):
    """A file that does not hold one regular series of numbers.

    The message names the file and, where they apply, the line and the column.

    Examples
    --------
    >>> from esnkit.cli.csv_series import TableError, read_series
    >>> try:
    ...     read_series("no_such_file.csv")
    ... except TableError as error:
    ...     print(error)
    no_such_file.csv: there is no such file.
    """


def read_csv_series(
    path: str | os.PathLike[str], *, target: str | None = None, date: str | None = None
) -> pd.Series:
    r"""Read one series of numbers, with its dates if there are any, from a CSV file.

    The first line names the columns. The delimiter is a comma, a semicolon or a tab; where it is
    not the comma, numbers may have a decimal comma. The text is UTF-8.

    Nothing is repaired: a series with gaps, or with dates that are not regular, is refused. To
    count rows instead of dates, remove the column that holds the dates.

    Parameters
    ----------
    path : str or path-like
        The file.
    target : str, default=None
        The column that holds the series. None takes the only column of numbers.
    date : str, default=None
        The column that holds the dates. None takes the first one that looks like it, if any.
        Dates are written year first (2020-12-31, 2020/12/31, 20201231, 2020-12, 2020), with dots
        (31.12.2020) or with slashes (31/12/2020 or 12/31/2020, if only one of them is possible).
        A time may follow; one with an offset is turned to UTC.

    Returns
    -------
    pandas.Series of shape (n_rows,)
        The numbers as float64, under the name of their column. The index holds dates of a known
        frequency, or counts the rows from zero.

    Raises
    ------
    TableError
        If the file cannot be read, a column is missing or there are several to choose from, a cell
        is empty or no number, or dates are repeated, missing, or do not increase.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from esnkit.cli.csv_series import read_series
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sales.csv"
    ...     _ = path.write_text("month;sales\n2024-01;1,5\n2024-02;2,5\n2024-03;2,0\n")
    ...     read_series(path)
    month
    2024-01-01    1.5
    2024-02-01    2.5
    2024-03-01    2.0
    Freq: MS, Name: sales, dtype: float64
    """
    import pandas as pd

    table = _read_table(os.fspath(path))
    date = _find_date(table, target) if date is None else _check_column(table, date)
    if target is None:
        target = _find_target(table, date)
    elif _check_column(table, target) == date:
        raise TableError(f"{table.path}: column {_quote(target)} cannot be both target and date.")
    values = _read_numbers(table, target)
    index = pd.RangeIndex(len(values), name="row") if date is None else _read_dates(table, date)
    return pd.Series(values, index=index, name=target, dtype="float64")


# ---------------------------------------------------------------------- cells


@dataclass(frozen=True)
class _Table:
    """The cells of a file as text, each row as wide as the header."""

    path: str
    delimiter: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]  # where in the file each row begins, counted from 1

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def error(self, row: int, name: str, message: str) -> TableError:
        """Make the error for one cell."""
        return TableError(f"{self.path}, line {self.lines[row]}, column {_quote(name)}: {message}")


def _read_table(path: str) -> _Table:
    text = _read_text(path)
    delimiter = _find_delimiter(text)
    (header_line, header), *records = _read_records(path, text, delimiter)
    header = [name or f"column {number}" for number, name in enumerate(header, 1)]
    _check_header(path, header_line, header)
    if not records:
        raise TableError(f"{path}: there are no rows below the header (line {header_line}).")
    for line, row in records:
        if len(row) != len(header):
            raise TableError(
                f"{path}, line {line}: {len(row)} cell(s), but the header (line {header_line}) has "
                f"{len(header)}: {_listing(header)}."
            )
    return _Table(
        path, delimiter, header, [row for _, row in records], [line for line, _ in records]
    )


def _read_text(path: str) -> str:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise TableError(f"{path}: this is a folder, not a CSV file.") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or error
        raise TableError(f"{path}: the file cannot be read ({reason}).") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"{path}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8 text; "
            "save the file with the encoding UTF-8."
        ) from None
    if not text.strip():
        raise TableError(f"{path}: the file is empty.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _find_delimiter(text: str) -> str:
    """Choose what cuts the first lines into rows of equal width, and then into the most cells."""
    head = [_QUOTED.sub("", line) for line in text.split("\n", 10)[:10] if line.strip()]

    def evenness(delimiter: str) -> tuple[bool, int]:
        counts = [line.count(delimiter) for line in head]
        return counts[0] > 0 and len(set(counts)) == 1, counts[0]

    return max(_DELIMITERS, key=evenness)  # the first of equals


def _read_records(path: str, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Cut the text into rows of cells, each with the line it begins in."""
    reader = csv.reader(io.StringIO(text.rstrip("\n ")), delimiter=delimiter, strict=True)
    records = []
    line = 1
    try:
        for cells in reader:
            if cells:
                records.append((line, [cell.strip() for cell in cells]))
            elif records:
                raise TableError(f"{path}, line {line}: the line is empty.")
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"{path}, line {line}: this is not CSV ({error}).") from None
    return records


def _check_header(path: str, line: int, header: Sequence[str]) -> None:
    if all(_is_number(name) or _mostly(_are_dates([name])) for name in header):
        raise TableError(
            f"{path}, line {line}: the first line must name the columns, got {_listing(header)}."
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise TableError(f"{path}, line {line}: several columns have the name {_quote(twice[0])}.")


# ---------------------------------------------------------------------- columns


def _check_column(table: _Table, name: str) -> str:
    if name in table.header:
        return name
    lower = {column.lower(): column for column in table.header}
    near = [lower[match] for match in get_close_matches(name.lower(), lower)]
    hint = f" Did you mean {_listing(near, ' or ')}?" if near else ""
    raise TableError(
        f"{table.path}: there is no column {_quote(name)}, only {_listing(table.header)}.{hint}"
    )


def _find_date(table: _Table, target: str | None) -> str | None:
    """Return the first column that holds dates, if there is one."""
    for name in table.header:
        cells = table.column(name)[:_SAMPLE]
        allowed = name.lower() in _DATE_NAMES or not _mostly(map(_is_number, cells))
        if name != target and allowed and _mostly(_are_dates(cells)):
            return name
    return None


def _find_target(table: _Table, date: str | None) -> str:
    """Return the only column that holds numbers, perhaps beside gaps and slips of the pen."""
    found = []
    for name in table.header:
        cells = [cell for cell in table.column(name) if cell.lower() not in _GAPS][:_SAMPLE]
        decimal_comma = _has_decimal_comma(cells, table.delimiter)
        if name != date and _mostly(_is_number(cell, decimal_comma) for cell in cells):
            found.append(name)
    if len(found) == 1:
        return found[0]
    if found:
        raise TableError(
            f"{table.path}: several columns hold numbers, name one as the target: "
            f"{_listing(found)}."
        )
    raise TableError(
        f"{table.path}: no column holds numbers; the columns are {_listing(table.header)}, and the "
        f"first row (line {table.lines[0]}) holds {_listing(table.rows[0])}."
    )


def _mostly(answers: Iterable[bool]) -> bool:
    answers = list(answers)
    return 2 * sum(answers) > len(answers)


# ---------------------------------------------------------------------- numbers


def _read_numbers(table: _Table, name: str) -> list[float]:
    cells = table.column(name)
    decimal_comma = _has_decimal_comma(cells, table.delimiter)
    for row, cell in enumerate(cells):
        if cell.lower() in _GAPS:
            found = f"{_quote(cell)} is no number" if cell else "the cell is empty"
            n_gaps = sum(other.lower() in _GAPS for other in cells)
            raise table.error(row, name, f"{found}; a series must not have gaps ({n_gaps} here).")
        if not _is_number(cell, decimal_comma):
            raise table.error(row, name, f"{_quote(cell)} is not a number.")
        if not math.isfinite(_to_float(cell)):
            raise table.error(row, name, f"{_quote(cell)} is too large for a number.")
    return [_to_float(cell) for cell in cells]


def _has_decimal_comma(cells: Sequence[str], delimiter: str) -> bool:
    """Tell whether a comma is the decimal sign, which beside a point it is not."""
    texts = "".join(cells)
    return delimiter != "," and "," in texts and "." not in texts


def _is_number(cell: str, decimal_comma: bool = False) -> bool:
    return bool(_NUMBER.fullmatch(cell.replace(",", ".", 1) if decimal_comma else cell))


def _to_float(number: str) -> float:
    return float(number.replace(",", "."))


# ---------------------------------------------------------------------- dates


def _read_dates(table: _Table, name: str) -> pd.DatetimeIndex:
    cells = table.column(name)
    dates = parse_dates(cells)
    if dates is None:
        raise table.error(
            0,
            name,
            f"{_quote(cells[0])} may be day/month or month/day, and no other row tells which; "
            "write the year first (2020-12-31).",
        )
    if dates.hasnans:
        row = int(dates.isna().argmax())
        raise table.error(row, name, f"{_quote(cells[row])} is not a date such as 2020-12-31.")
    _check_order(table, name, dates)
    return _with_frequency(table, name, dates)


def _are_dates(cells: Sequence[str]) -> list[bool]:
    dates = parse_dates(cells)
    return [True] * len(cells) if dates is None else dates.notna().tolist()


def _check_order(table: _Table, name: str, dates: pd.DatetimeIndex) -> None:
    if dates.has_duplicates:
        row = int(dates.duplicated().argmax())
        first = table.lines[int((dates == dates[row]).argmax())]
        raise table.error(row, name, f"{_day(dates[row])} already stands in line {first}.")
    if not dates.is_monotonic_increasing:
        row = int((dates[1:] < dates[:-1]).argmax()) + 1
        raise table.error(
            row,
            name,
            f"{_day(dates[row])} stands below {_day(dates[row - 1])}; dates must increase.",
        )


def _with_frequency(table: _Table, name: str, dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Attach the step between the dates, or say where it is broken."""
    import pandas as pd

    if len(dates) < 3:
        raise TableError(f"{table.path}: {len(dates)} row(s) do not tell how far apart dates are.")
    index = pd.DatetimeIndex(dates, freq="infer", name=name)
    if index.freq is not None:
        return index
    step = most_common_step(dates)
    for row, (before, date) in enumerate(pairwise(dates), 1):
        if date != before + step:
            raise table.error(
                row,
                name,
                f"{_day(date)} follows {_day(before)}, where {_day(before + step)} is expected; "
                "no date may be missing.",
            )
    return pd.DatetimeIndex(dates, freq=step, name=name)


# ---------------------------------------------------------------------- messages


def _day(date: pd.Timestamp) -> str:
    """Write a date, with the time of day where there is one."""
    return str(date) if date != date.normalize() else f"{date:%Y-%m-%d}"


def _quote(text: str) -> str:
    """Quote text from the file: cut if it is long, and nothing in it reaches a terminal raw."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def _listing(names: Sequence[str], separator: str = ", ") -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return separator.join(_quote(name) for name in names[:_MOST_NAMES]) + more
