"""One series from a file: which columns it lies in, and one line that says how it was read."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from esnkit.cli.csv_series.files import (
    TableError,
    decode,
    read_content,
    read_parquet,
    read_workbook,
)
from esnkit.cli.csv_series.grid import (
    Table,
    cut_text,
    delimiter_name,
    listing,
    make_table,
    quote,
)
from esnkit.cli.csv_series.numbers import (
    Number,
    Signs,
    Undecided,
    find_signs,
    is_gap,
    is_mark,
    is_number,
    take_apart,
)
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.stamps import Reading, is_datelike, is_sheet_day, read_stamps
from esnkit.forecasting.dates import find_frequency, most_common_step, working_days

if TYPE_CHECKING:
    import pandas as pd

# What columns of dates, and of parts of dates, are called.
_DATE_NAME = re.compile(
    r"^(.*[ _])?(date|datetime|day|ds|month|time|timestamp|year|period|quarter|week|epoch|unix|ts"
    r"|when|datum|jahr|monat|tag|zeit|zeitstempel|fecha|año|ano|mes|anno|data|ann[ée]e|mois|jour|år|rok"
    r"|jaar|yr|stamp|observation_date|ref_date|time_period)(\(s\)|s)?([ _(].*)?$",
    re.IGNORECASE,
)
_PARTS = {
    "year": re.compile(r"^(year|yr|yyyy|jahr|año|ano|anno|ann[ée]e)$", re.IGNORECASE),
    "month": re.compile(r"^(month|mon|mm|mo|monat|mes|mois)$", re.IGNORECASE),
    "quarter": re.compile(r"^(quarter|qtr|q|quartal)$", re.IGNORECASE),
    "week": re.compile(r"^(week|wk|iso_?week|kw)$", re.IGNORECASE),
    "day": re.compile(r"^(day|dd|dy|dom|tag|day_of_month)$", re.IGNORECASE),
    "hour": re.compile(r"^(hour|hr|hh|stunde)$", re.IGNORECASE),
    "time": re.compile(r"^(time|zeit|uhrzeit|hora|time of day|clock)$", re.IGNORECASE),
}
_COUNTERS = re.compile(
    r"^(column 1|unnamed: 0|index|rownames|row|row[ _.]?names?|id|no\.?|nr\.?|#|x|x1|n|obs"
    r"|observation|t|time|step|steps|period|day|month|week|hour|year|i|k|seq|sequence|rank|count|number|line|s\.?no\.?|_id)$",
    re.IGNORECASE,
)
_NAMES = re.compile(  # columns that say whose values they are
    r"^(.*[ _])?(entity|country|region|state|province|county|city|town|geo|location|area|site"
    r"|station|sensor|device|meter|name|series|product|item|sku|store|shop|customer|id|code|ticker"
    r"|symbol|variable|metric|indicator|measure|key|group|category|land|ort|pays|país|ciudad)$",
    re.IGNORECASE,
)
_SHORTEST = 5  # rows of one series above those of the next
_SAMPLE = 200  # rows that decide what a column holds
_JITTER = 0.2  # of a step by which stamps may be off on both sides
_LATE = 0.5  # of a step by which they may be late
_TICKS = (1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600,
          43200, 86400)  # fmt: skip


def read_csv_series(
    path: str | os.PathLike[str], options: ReadOptions | None = None
) -> tuple[pd.Series, str]:
    r"""Read one series of numbers, with its dates if there are any, from a file.

    CSV in any usual form is read, also packed (.gz, .bz2, .xz, .zip), from standard input (``-``),
    and .xlsx and .parquet. What is unambiguous is read; rows that only run backwards are turned
    round; where two readings are possible the error names both, and the option that decides.

    Parameters
    ----------
    path : str or path-like
        The file.
    options : ReadOptions, default=None
        What is known about it.

    Returns
    -------
    series : pandas.Series of shape (n_rows,)
        The numbers as float64, under the name of their column. The index holds dates of a known
        frequency, or counts the rows from zero.
    reading : str
        One line that says how the file was read.

    Raises
    ------
    TableError
        If the file cannot be read, there are several columns to choose from, a cell is empty or no
        number, dates are repeated or missing, or two readings are possible.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from esnkit.cli.csv_series import read_csv_series
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "sales.csv"
    ...     _ = path.write_text("month;sales\n2024-01;1,5\n2024-02;2,5\n2024-03;2,0\n")
    ...     series, reading = read_csv_series(path)
    >>> series
    month
    2024-01-01    1.5
    2024-02-01    2.5
    2024-03-01    2.0
    Freq: MS, Name: sales, dtype: float64
    >>> print(reading)
    'sales' by 'month' (%Y-%m, monthly); semicolons, decimal comma
    """
    import pandas as pd

    options = options or ReadOptions()
    table, how = _load(os.fspath(path), options)
    for given in (options.target, options.id_column):
        if given is not None and not (given == options.id_column == "none"):
            _check_column(table, given)
    notes = _pick_series(table, options)
    _refuse_mixed_series(table, options)
    stamps = _find_dates(table, options)
    target = options.target or _find_target(table, stamps, notes)
    if stamps is not None and target in stamps.columns:
        raise TableError(f"{table.path}: column {quote(target)} cannot be both target and date.")
    values, spoken = _read_numbers(table, target, options)
    if stamps is None:
        values = _count_rows(table, target, values, options, notes)
        series = pd.Series(values, pd.RangeIndex(len(values), name="row"), name=target)
        when = "rows counted"
    else:
        series = _on_dates(table, target, values, stamps, options, notes)
        series.index.name = " ".join(stamps.columns)
        when = f"by {listing(stamps.columns)} ({stamps.reading.form}, {_frequency(series.index)})"
        notes += stamps.reading.notes
    left = [note for note in table.notes if note]
    parts = [f"{quote(target)} {when}", ", ".join([*how, *spoken]), "; ".join(notes)]
    if left:
        parts.append("left out " + ", ".join(left))
    return series.astype("float64"), "; ".join(filter(None, parts))


def _load(path: str, options: ReadOptions) -> tuple[Table, list[str]]:
    """Read a file as a table, and say what it was like."""
    content = read_content(path)
    if content.startswith((b"PK\x03\x04", b"PAR1")):
        if content.startswith(b"PAR1"):
            rows, how = read_parquet(path, content), ["Parquet"]
        else:
            rows, sheet = read_workbook(path, content, options.sheet)
            how = [f"sheet {quote(sheet)}"]
        return make_table(path, list(enumerate(rows, 1)), "typed", options.header), how
    if options.sheet is not None:
        raise TableError(f"{path}: this is text without sheets; leave out --sheet.")
    text, encoding = decode(path, content, options.encoding)
    if re.match(r"\s*(<(!doctype|html|\?xml|table)|[\[{]\s*[\"{\[])", text, re.IGNORECASE):
        raise TableError(f"{path}: this is HTML, XML or JSON, not CSV; export the table as CSV.")
    in_numbers = "".join(filter(None, (options.decimal, options.thousands)))
    if '"' in text:
        in_numbers = ""
    records, delimiter = cut_text(path, text, options.delimiter, in_numbers)
    how = [] if encoding in ("utf-8", "utf-8-sig") else [encoding]
    if delimiter not in ("", ","):
        how.append(delimiter_name(delimiter).rstrip("s") + "s")
    table = make_table(path, records, delimiter, options.header, options.delimiter is not None)
    return table, how


# ---------------------------------------------------------------------- columns


@dataclass(frozen=True, eq=False)
class _Stamps:
    """The columns of dates and what they say."""

    columns: tuple[str, ...]
    reading: Reading


def _check_column(table: Table, name: str) -> str:
    if name in table.header:
        return name
    lower = {column.lower(): column for column in table.header}
    near = [lower[match] for match in get_close_matches(name.lower(), lower)]
    hint = f" Did you mean {listing(near, ' or ')}?" if near else ""
    raise TableError(
        f"{table.path}: there is no column {quote(name)}, only {listing(table.header)}.{hint}"
    )


def _pick_series(table: Table, options: ReadOptions) -> list[str]:
    """Keep the rows of one series where a column names several."""
    if options.id_column is None or options.id_column == "none":
        if options.series_id is not None:
            raise TableError("--id needs --id-column, which says what column names the series.")
        return []
    cells = table.column(options.id_column)
    ids = list(dict.fromkeys(cells))
    if options.series_id is None and len(ids) > 1:
        raise TableError(
            f"{table.path}: column {quote(options.id_column)} names {len(ids)} series, choose one "
            f"with --id: {listing(ids)}."
        )
    wanted = ids[0] if options.series_id is None else options.series_id
    if wanted not in ids:
        raise TableError(f"{table.path}: --id {quote(wanted)} is none of {listing(ids)}.")
    table.keep([row for row, cell in enumerate(cells) if cell == wanted])
    return [f"rows where {quote(options.id_column)} is {quote(wanted)}"]


def _find_dates(table: Table, options: ReadOptions) -> _Stamps | None:
    """Return the column of dates, or several that make them, if there are any."""
    if options.date is not None:
        if options.date.lower() == "none" and options.date not in table.header:
            return None
        name = _check_column(table, options.date)
        return _read_dates(table, (name,), table.column(name), options)
    names = [n for n in table.header if n not in (options.target, options.id_column)]
    parts = _join_parts(table, names)
    if parts is not None:
        return _read_dates(table, *parts, options)
    for name in names:
        cells = table.column(name)
        if len(cells) > 1 and len(set(cells)) == 1:
            continue
        if options.date_format is not None and _DATE_NAME.match(name):
            return _read_dates(table, (name,), cells, options)
        if _mostly_dates(cells):
            stamps = _read_dates(table, (name,), cells, options)
            _refuse_other_dates(table, names, stamps, options)
            return stamps
    for name in names:
        if _numbers_are_dates(table, name, names):
            return _read_dates(table, (name,), table.column(name), options)
    _refuse_unknown_dates(table, names)
    return None


def _mostly_dates(cells: Sequence[str]) -> bool:
    cells = [cell for cell in cells[:_SAMPLE] if not is_gap(cell)]
    return bool(cells) and 2 * sum(map(is_datelike, cells)) > len(cells)


def _refuse_other_dates(
    table: Table, names: Sequence[str], stamps: _Stamps, options: ReadOptions
) -> None:
    """Refuse to choose between columns of dates that do not tell of the same steps."""
    dates = stamps.reading.dates.tz_localize(None)
    if len(dates) < 3:
        return
    step = np.median(np.abs(np.diff(dates)))
    for name in names[names.index(stamps.columns[0]) + 1 :]:
        cells = table.column(name)
        if len(set(cells)) <= 0.9 * len(cells) or not _mostly_dates(cells):
            continue
        try:
            other = read_stamps(cells, None, options.timezone)
        except Undecided:
            continue
        if other is None or other.dates.hasnans:
            continue
        later = np.asarray(other.dates.tz_localize(None) - dates)
        if later.min() < np.timedelta64(0) or later.max() > step:
            raise TableError(
                f"{table.path}: columns {quote(stamps.columns[0])} and {quote(name)} hold dates, "
                "name one with --date."
            )


def _refuse_mixed_series(table: Table, options: ReadOptions) -> None:
    """Refuse rows that a column of names parts into several series, one below the other."""
    for name in table.header if options.id_column is None else ():
        cells = table.column(name)
        starts = [row for row in range(1, len(cells)) if cells[row] != cells[row - 1]]
        if not starts or not _NAMES.match(name) or _mostly_numbers(cells):
            continue
        lengths = np.diff([0, *starts, len(cells)])
        if "" not in cells and len(set(cells)) == len(lengths) and lengths.min() >= _SHORTEST:
            raise TableError(
                f"{table.path}: rows belong to {listing(sorted(set(cells)))} by column "
                f"{quote(name)}; choose with --id-column and --id, or --id-column none takes all."
            )


def _join_parts(table: Table, names: Sequence[str]) -> tuple[tuple[str, ...], list[str]] | None:
    """Put year and month, or date and time, from several columns together."""
    found = {part: [n for n in names if form.match(n)] for part, form in _PARTS.items()}
    one = {part: columns[0] for part, columns in found.items() if len(columns) == 1}
    time = one.get("time") or one.get("hour")
    if "year" in one and all(re.fullmatch(r"\d{4}(\.0)?", c) for c in table.column(one["year"])):
        for parts in (("month", "day"), ("month",), ("quarter",), ("week",)):
            if all(part in one for part in parts):
                columns = [one["year"], *(one[part] for part in parts)]
                if time and "day" in parts and _holds_times(table, time):
                    columns.append(time)
                cells = [_join(row, parts) for row in zip(*map(table.column, columns), strict=True)]
                return tuple(columns), cells
    if time and _holds_times(table, time):
        for name in names:
            cells = table.column(name)
            dates = sum(is_datelike(c) and ":" not in c for c in cells[:_SAMPLE])
            if name != time and 2 * dates > len(cells[:_SAMPLE]):
                pairs = zip(cells, map(_as_time, table.column(time)), strict=True)
                return (name, time), [f"{day} {hour}" for day, hour in pairs]
    return None


def _join(row: Sequence[str], parts: Sequence[str]) -> str:
    year, first, *rest = (re.sub(r"(?<=\d)\.0$", "", cell.strip()) for cell in row)
    letter = {"quarter": "Q", "week": "-W"}.get(parts[0], "-")
    first = first.lstrip("QqWw").strip()
    joined = f"{year}{letter}{first.zfill(2) if letter == '-W' else first}"
    if rest:
        joined += f"-{rest[0]}"
    return joined + (f" {_as_time(rest[1])}" if len(rest) > 1 else "")


def _as_time(cell: str) -> str:
    return f"{int(cell):02}:00" if re.fullmatch(r"\d{1,2}", cell) else cell


def _holds_times(table: Table, name: str) -> bool:
    form = re.compile(r"\d{1,2}(:\d\d(:\d\d([.,]\d+)?)?( ?[ap]\.?m\.?)?)?", re.IGNORECASE)
    return all(form.fullmatch(cell.strip()) for cell in table.column(name))


def _numbers_are_dates(table: Table, name: str, names: Sequence[str]) -> bool:
    """Tell whether a column of numbers holds dates: years, 202401, seconds, days of a sheet."""
    cells = table.column(name)
    if len(cells) < 2 or not all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in cells):
        return False
    values = np.array([float(cell) for cell in cells])
    steps = np.diff(values)
    one_way = bool((steps > 0).all() or (steps < 0).all())
    named = bool(_DATE_NAME.match(name))
    first = name == names[0] or named
    if _counts(values) and values.min() < 1000:
        return False
    lengths = {len(cell) for cell in cells}
    if first and all(re.fullmatch(r"(0?[1-9]|1[0-2])\.(19|20)\d\d", cell) for cell in cells):
        return True
    if named and values.min() >= 1000 and values.max() < 2500 and one_way:
        return True
    if first and _counts(values) and values.min() >= 1500 and values.max() < 2200:
        others = [n for n in names if n != name and _mostly_numbers(table.column(n))]
        return len(cells) >= 5 and (len(others) > 0 or table.delimiter == "")
    dense = one_way and first
    if lengths == {6} and dense and not re.search("week|woche|kw", name, re.IGNORECASE):
        return all(re.fullmatch(r"(1[5-9]|20|21)\d\d(0[1-9]|1[0-2])", cell) for cell in cells)
    if lengths == {7} and dense:
        return all(re.fullmatch(r"(1[5-9]|20|21)\d\d[0-3]\d\d", cell) for cell in cells)
    if lengths == {8} and first:
        return all(re.fullmatch(r"(1[5-9]|20|21)\d\d[01]\d[0-3]\d", cell) for cell in cells)
    if named and one_way and all(re.fullmatch(r"(19|20)\d\d[1-4]", cell) for cell in cells):
        return True
    if named and one_way and is_sheet_day(values):
        return True
    long = min(lengths) >= 9 and max(lengths) <= 19 and lengths <= {9, 10, 12, 13, 15, 16, 18, 19}
    return long and dense and (named or len(set(steps)) == 1)


def _mostly_numbers(cells: Sequence[str]) -> bool:
    cells = [cell for cell in cells if not is_gap(cell)][:_SAMPLE]
    return bool(cells) and 2 * sum(map(is_number, cells)) > len(cells)


def _refuse_unknown_dates(table: Table, names: Sequence[str]) -> None:
    """Refuse to pass over a column that looks like dates in a form that is not known."""
    for name in names:
        cells = table.column(name)
        if len(cells) < 2 or _mostly_numbers(cells):
            if _DATE_NAME.match(name) and _mostly_numbers(cells) and len(cells) > 2:
                _check_date_numbers(table, name, cells)
            continue
        digits = sum(bool(re.search(r"\d", cell)) for cell in cells)
        distinct = len(set(cells)) > 0.9 * len(cells)
        if (distinct and 2 * digits > len(cells)) or (
            _DATE_NAME.match(name) and len(set(cells)) > 1
        ):
            raise table.error(
                0,
                name,
                f"{quote(cells[0])} looks like a date in a form that is not known; say how with "
                "--date-format (e.g. %d.%m.%Y), or count rows with --date none.",
            )


def _check_date_numbers(table: Table, name: str, cells: Sequence[str]) -> None:
    """Refuse numbers under the name of a date that neither are dates nor count."""
    numbers = [take_apart(cell) for cell in cells]
    values = [float(n.body) if n and re.fullmatch(r"\d+\.?\d*", n.body) else 0.0 for n in numbers]
    steps = np.diff(values)
    counts = len(set(np.round(steps, 9))) == 1 and min(values) < 1000
    counts = counts and not any(re.match("0[0-9]", cell) for cell in cells)
    others = [n for n in table.header if n != name and _mostly_numbers(table.column(n))]
    if others and not counts and bool((steps > 0).all() or (steps < 0).all()):
        raise table.error(
            0,
            name,
            f"{quote(cells[0])} may be a date in a form that is not known; say how with "
            "--date-format, or count rows with --date none.",
        )


def _find_target(table: Table, stamps: _Stamps | None, notes: list[str]) -> str:
    """Return the only column that holds numbers, perhaps beside gaps and slips of the pen."""
    used = () if stamps is None else stamps.columns
    found = [n for n in table.header if n not in used and _mostly_numbers(table.column(n))]
    counters = [name for name in found if _is_counter(table, name)]
    if len(found) > 1 and len(found) - len(counters[:1]) >= 1 and counters:
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
        f"first row (line {table.lines[0]}) holds {listing(table.rows[0])}."
    )


def _counts(values: np.ndarray) -> bool:
    """Tell whether numbers rise or fall by one from row to row."""
    return (
        len(values) > 1
        and bool((np.abs(np.diff(values) - values[1] + values[0]) == 0).all())
        and (abs(values[1] - values[0]) == 1)
    )


def _is_counter(table: Table, name: str) -> bool:
    cells = table.column(name)
    if not all(re.fullmatch(r"\d+", cell) for cell in cells):
        return False
    if any(re.match("0[0-9]", cell) for cell in cells):  # years of two digits, perhaps
        return False
    values = np.array([float(cell) for cell in cells])
    return bool(_COUNTERS.match(name)) and _counts(values) and values.min() < 1000


# ---------------------------------------------------------------------- numbers


def _read_numbers(table: Table, name: str, options: ReadOptions) -> tuple[np.ndarray, list[str]]:
    """Return the numbers, NaN where they are missing, and say how they were written."""
    cells = table.column(name)
    numbers = [None if is_gap(cell) else take_apart(cell) for cell in cells]
    for row, cell in enumerate(cells):
        if numbers[row] is None and not is_gap(cell):
            raise table.error(row, name, f"{quote(cell)} is not a number.")
        if is_gap(cell) and options.missing == "refuse":
            found = f"{quote(cell)} is no number" if cell else "the cell is empty"
            n_gaps = sum(map(is_gap, cells))
            raise table.error(
                row,
                name,
                f"{found}; a series must not have gaps ({n_gaps} here); --missing interpolate or "
                "--missing carry fills them.",
            )
    present = [number for number in numbers if number is not None]
    if not present:
        raise TableError(f"{table.path}: column {quote(name)} holds no numbers.")
    signs = _decide_signs(table, name, present, options)
    values = np.full(len(cells), np.nan)
    for row, number in enumerate(numbers):
        if number is not None:
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
            values[row] = value
    if options.missing_mark is None:
        _refuse_marks(table, name, values)
    elif options.missing_mark != "none":
        try:
            values[values == float(options.missing_mark)] = np.nan
        except ValueError:
            raise TableError(
                f"--missing-mark must be a number or 'none', got {quote(options.missing_mark)}."
            ) from None
        if options.missing == "refuse" and np.isnan(values).any():
            row = int(np.flatnonzero(np.isnan(values))[0])
            raise table.error(row, name, "the value is missing; --missing says how to fill it.")
    return values, _describe_numbers(table, name, present, signs)


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


def _refuse_marks(table: Table, name: str, values: np.ndarray) -> None:
    """Refuse numbers such as -9999 that stand far from all others, for values that are missing."""
    present = values[~np.isnan(values)]
    for mark in np.unique(present):
        others = present[present != mark]
        if len(others) < 5 or not is_mark(mark):
            continue
        alone = mark < 0 <= others.min() and -mark > np.median(others) / 10
        if alone or abs(others).max() < abs(mark) / 3:
            row = int(np.flatnonzero(values == mark)[0])
            raise table.error(
                row,
                name,
                f"{mark:.10g} stands far from all other numbers, and may be a value or mark a "
                f"missing one; decide with --missing-mark none, or --missing-mark {mark:.10g} and "
                "--missing.",
            )


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


# ---------------------------------------------------------------------- dates


def _read_dates(
    table: Table, names: tuple[str, ...], cells: Sequence[str], options: ReadOptions
) -> _Stamps:
    name = names[0]
    try:
        reading = read_stamps(cells, options.date_format, options.timezone)
    except Undecided as error:
        raise table.error(0, name, f"{error}.") from None
    weeks = re.search("week|woche|kw", name, re.IGNORECASE) and options.date_format is None
    if reading is None or (weeks and re.fullmatch(r"%Y\W?%m", reading.form)):
        raise table.error(
            0,
            name,
            f"{quote(cells[0])} is not a date in a form that is known; say how with --date-format "
            "(e.g. %d.%m.%Y), or count rows with --date none.",
        )
    if reading.dates.hasnans:
        row = int(reading.dates.isna().argmax())
        found = f"{quote(cells[row])} is not a date" if cells[row].strip() else "the cell is empty"
        raise table.error(
            row,
            name,
            f"{found} such as those of other rows ({reading.form}); --date-format says how dates "
            "are written.",
        )
    return _Stamps(names, reading)


def _on_dates(
    table: Table,
    target: str,
    values: np.ndarray,
    stamps: _Stamps,
    options: ReadOptions,
    notes: list[str],
) -> pd.Series:
    """Put values on increasing dates of a known frequency."""
    import pandas as pd

    dates = stamps.reading.dates
    if len(dates) < 3:
        raise TableError(f"{table.path}: {len(dates)} row(s) do not tell how far apart dates are.")
    if dates.is_monotonic_decreasing and dates.is_unique:
        dates, values = dates[::-1], values[::-1]
        table.keep(range(len(table.rows) - 1, -1, -1))
        notes.append("newest first: turned round")
    _check_order(table, stamps, dates)
    series = pd.Series(values, dates, name=target)
    index = _with_frequency(table, stamps, dates, options, notes)
    return _fill(
        table,
        target,
        series.set_axis(index) if len(index) == len(series) else series.reindex(index),
        options,
        notes,
    )


def _check_order(table: Table, stamps: _Stamps, dates: pd.DatetimeIndex) -> None:
    name = stamps.columns[0]
    if dates.has_duplicates:
        row = int(dates.duplicated().argmax())
        first = table.lines[int((dates == dates[row]).argmax())]
        clocks = dates.tz is None and dates[row] != dates[row].normalize()
        hint = ""
        if clocks and dates.duplicated().sum() <= 2 + len(dates) / 1000:
            hint = "; if the clocks were put back, name the zone with --timezone"
        elif any(_is_text(table.column(n)) for n in table.header if n not in stamps.columns):
            hint = "; if rows belong to several series, name their column with --id-column"
        raise table.error(row, name, f"{_day(dates[row])} already stands in line {first}{hint}.")
    if not dates.is_monotonic_increasing:
        row = int((dates[1:] < dates[:-1]).argmax()) + 1
        raise table.error(
            row,
            name,
            f"{_day(dates[row])} stands below {_day(dates[row - 1])}; dates must increase.",
        )


def _is_text(cells: Sequence[str]) -> bool:
    return not _mostly_numbers(cells) and 1 < len(set(cells)) <= max(2, len(cells) // 2)


def _with_frequency(
    table: Table,
    stamps: _Stamps,
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
        notes.append(f"times rounded to a step of {_frequency(rounded)}")
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
    stamps: _Stamps,
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


def _fill(
    table: Table, target: str, series: pd.Series, options: ReadOptions, notes: list[str]
) -> pd.Series:
    """Fill in values that are missing, as the user says."""
    n_missing = int(series.isna().sum())
    if not n_missing:
        return series
    if series.isna().iloc[-1] or series.isna().iloc[0]:
        end = "last" if series.isna().iloc[-1] else "first"
        raise TableError(
            f"{table.path}, column {quote(target)}: the {end} value is missing, which --missing "
            "cannot fill; remove the row."
        )
    notes.append(f"{n_missing} missing value(s) filled ({options.missing})")
    return series.interpolate() if options.missing == "interpolate" else series.ffill()


def _count_rows(
    table: Table, target: str, values: np.ndarray, options: ReadOptions, notes: list[str]
) -> np.ndarray:
    """Return values of undated rows, oldest first, without gaps."""
    import pandas as pd

    for name in table.header:
        if name != target and _is_counter(table, name):
            numbers = [int(cell) for cell in table.column(name)]
            if len(numbers) > 2 and numbers[0] > numbers[-1]:
                values = values[::-1]
                notes.append(f"{quote(name)} falls: rows turned round")
            break
    return _fill(table, target, pd.Series(values), options, notes).to_numpy()


# ---------------------------------------------------------------------- messages


def _day(date: pd.Timestamp) -> str:
    """Write a date, with the time of day where there is one."""
    return str(date) if date != date.normalize() else f"{date:%Y-%m-%d}"


def _frequency(index: pd.Index) -> str:
    """Say how far apart dates are."""
    freq = getattr(index, "freq", None)
    if freq is None:
        return "step unknown"
    name = freq.freqstr
    words = {"MS": "monthly", "ME": "month ends", "D": "daily", "B": "working days",
             "C": "working days",
             "h": "hourly", "min": "every minute", "s": "every second"}  # fmt: skip
    months = getattr(freq, "months", 0)
    if months and name.startswith("<"):
        return "monthly" if months == 1 else f"every {months} months"
    for start, word in (("W-", "weekly"), ("QS", "quarterly"), ("QE", "quarter ends"),
                        ("YS", "yearly"), ("YE", "year ends")):  # fmt: skip
        if name.startswith(start):
            return word
    return words.get(name, f"every {name}")
