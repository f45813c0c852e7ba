"""One series from a file, and one line that says how it was read."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from esnkit.cli.csv_series.columns import check_column, pick_series, refuse_mixed_series
from esnkit.cli.csv_series.cutting import Records, cut_text, delimiter_name
from esnkit.cli.csv_series.date_columns import find_dates
from esnkit.cli.csv_series.encodings import decode
from esnkit.cli.csv_series.files import read_content, read_parquet, read_workbook
from esnkit.cli.csv_series.layout import make_table, take_one_kind
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.table import Table, TableError, listing, quote
from esnkit.cli.csv_series.target import find_target
from esnkit.cli.csv_series.timeline import count_rows, frequency_name, put_on_dates
from esnkit.cli.csv_series.values import read_numbers
from esnkit.cli.csv_series.wide import turn

if TYPE_CHECKING:
    import pandas as pd


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
        frequency, or counts the rows from zero; ``attrs["filled"]`` lists the entries of it at
        which values were filled in.
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
    options = options or ReadOptions()
    table, how, options = _load(os.fspath(path), options)
    if options.target is not None:
        options = replace(options, target=check_column(table, options.target, "--target"))
    notes = pick_series(table, options)
    refuse_mixed_series(table, options)
    stamps = find_dates(table, options)
    target = options.target or find_target(table, stamps, notes)
    if stamps is not None and target in stamps.columns:
        raise TableError(
            f"{table.path}: column {quote(target)} cannot be both --target and --date."
        )
    values, spoken = read_numbers(table, target, options)
    if stamps is None:
        series = count_rows(table, target, values, options, notes)
        when = "rows counted"
    else:
        series = put_on_dates(table, target, values, stamps, options, notes)
        series.index.name = " ".join(stamps.columns)
        when = (
            f"by {listing(stamps.columns)} ({stamps.reading.form}, {frequency_name(series.index)})"
        )
        notes += stamps.reading.notes
    left = [note for note in table.notes if note]
    parts = [f"{quote(target)} {when}", ", ".join([*how, *spoken]), "; ".join(notes)]
    if left:
        parts.append("left out " + ", ".join(left))
    return series.astype("float64"), "; ".join(filter(None, parts))


def _load(path: str, options: ReadOptions) -> tuple[Table, list[str], ReadOptions]:
    """Read a file as a table, say what it was like, and return what is still to be decided."""
    content = read_content(path, options.sheet)
    if content.startswith(b"PAR1"):
        records, delimiter, how = (
            list(enumerate(read_parquet(path, content), 1)),
            "typed",
            ["Parquet"],
        )
    elif content.startswith(b"PK\x03\x04"):
        rows, sheet = read_workbook(path, content, options.sheet)
        records, delimiter, how = list(enumerate(rows, 1)), "typed", [f"sheet {quote(sheet)}"]
    else:
        records, delimiter, how = _read_text(path, content, options)
        records, options = take_one_kind(path, records, options)
    table = turn(path, records, delimiter, options)
    if table is None:
        told = options.delimiter is not None
        return make_table(path, records, delimiter, options.header, told), how, options
    rest = replace(options, target=None, id_column=None, series_id=None)
    return table, [*how, "dates or values across: turned"], rest


def _read_text(path: str, content: bytes, options: ReadOptions) -> tuple[Records, str, list[str]]:
    """Read text as records of cells, and say by what delimiter and encoding."""
    if options.sheet is not None and not path.lower().endswith(".zip"):
        raise TableError(f"{path}: this is text without sheets; leave out --sheet.")
    text, encoding = decode(path, content, options.encoding)
    if re.match(r"\s*(<(!doctype|html|\?xml|table)|[\[{]\s*[\"'({\[])", text, re.IGNORECASE):
        raise TableError(f"{path}: this is HTML, XML or JSON, not CSV; export the table as CSV.")
    if re.match("100,NEM1[23],", text):
        raise TableError(
            f"{path}: this is a file of meters (NEM12 or NEM13), with a day in each row: export it "
            "as a table of times and values."
        )
    in_numbers = "".join(filter(None, (options.decimal, options.thousands)))
    if options.decimal is not None and options.decimal == options.thousands:
        raise TableError(f"--decimal and --thousands are both {options.decimal!r}.")
    records, delimiter = cut_text(path, text, options.delimiter, "" if '"' in text else in_numbers)
    how = [] if encoding in ("utf-8", "utf-8-sig") else [encoding]
    if delimiter not in ("", ","):
        how.append(delimiter_name(delimiter).rstrip("s") + "s")
    return records, delimiter, how
