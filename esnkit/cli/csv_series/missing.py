"""What stands for a value that is missing, and what takes its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.table import Table, TableError, quote

if TYPE_CHECKING:
    import pandas as pd

_WORDS = """
- -- --- ---- . .. ... : * ** *** – — … ? / // /// na n/a n.a. #n/a #na nan nat none null nil
missing \\n <na> #value! #div/0! #ref! #num! #null! #name? #nv #n/d #nd #calc! -nan (na) n/d nd
n.d. s/d s.d. k.a. o.a. b.d. n.v. (blank) (null) (none) (empty) empty 1.#qnan -1.#ind 1.#ind
unavailable undefined #¡div/0! #¡valor! #wert! #bezug! #ref #value *** ***** ___ bad fehlt
"""
_GAPS = {"", "no data", "not available", "not reported", "k. a.", *_WORDS.split()}

# What programs write for a missing value: nines, and the ends of what a number may hold.
_MARK = re.compile(r"-?9{2,7}(\.0+|\.9+)?|-(9\.9{1,4}|8888|7777|999\.25|9999\.25)", re.ASCII)
_LARGE_MARKS = (32767.0, -32768.0, 2147483647.0, -2147483648.0)
_HUGE = 1e20


def is_gap(cell: str) -> bool:
    """Tell whether a cell says that there is no value."""
    return cell.strip().lower() in _GAPS


def is_mark(value: float) -> bool:
    """Tell whether a number is one that programs write where a value is missing."""
    return bool(_MARK.fullmatch(f"{value:.10g}")) or value in _LARGE_MARKS or abs(value) >= _HUGE


def take_marks(table: Table, name: str, values: np.ndarray, options: ReadOptions) -> np.ndarray:
    """Return numbers, NaN where one is the mark that the user names; refuse those that look so."""
    mark = options.missing_mark
    if mark is None:
        _refuse_marks(table, name, values)
    elif mark != "none" and _as_number(mark) is not None:
        values = np.where(values == _as_number(mark), np.nan, values)
    return values


def is_named_mark(cell: str, options: ReadOptions) -> bool:
    """Tell whether a cell is the text that the user names as the mark of missing values."""
    mark = options.missing_mark
    return mark not in (None, "none") and cell.strip().lower() == str(mark).strip().lower()


def is_word(mark: str | None) -> bool:
    """Tell whether the mark that the user names is text, and neither a number nor 'none'."""
    return mark not in (None, "none") and _as_number(str(mark)) is None


def _as_number(mark: str) -> float | None:
    try:
        return float(mark)
    except ValueError:
        return None


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


def fill_gaps(
    table: Table, target: str, series: pd.Series, options: ReadOptions, notes: list[str]
) -> pd.Series:
    """Leave out rows without a value at either end, and fill in the others as the user says.

    Where the user says nothing, they are refused; the rows of the table are those of the series.
    """
    gaps = series.isna()
    if not gaps.any():
        return series
    first, last = series.first_valid_index(), series.last_valid_index()
    if first is None:
        raise TableError(f"{table.path}: column {quote(target)} holds no numbers.")
    kept = series.loc[first:last]
    if len(kept) < len(series):
        notes.append(f"{len(series) - len(kept)} row(s) without a value at the ends left out")
    n_inside = int(kept.isna().sum())
    if n_inside and options.missing == "refuse":
        row = int((gaps & gaps.index.isin(kept.index)).argmax())
        cell = table.column(target)[row]
        found = f"{quote(cell)} is no number" if is_gap(cell) else f"{quote(cell)} is a mark"
        raise table.error(
            row,
            target,
            f"{found if cell else 'the cell is empty'}; a series must not have gaps ({n_inside} "
            "here); --missing interpolate or --missing carry fills them.",
        )
    if n_inside:
        notes.append(f"{n_inside} missing value(s) filled ({options.missing})")
    filled = kept.interpolate() if options.missing == "interpolate" else kept.ffill()
    filled.attrs["filled"] = list(kept.index[kept.isna()])  # for whoever draws the series
    return filled
