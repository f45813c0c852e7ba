"""What a file of the second corpus is, and how a reading of it is judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from esnkit.cli.csv_series import ReadOptions, TableError, read_csv_series

N = 48
_STEPS = np.arange(N)
ASK_DATE = ("--date-format", "--date")
TARGET = ("--target",)
SIGNS = ("--decimal", "--thousands")
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]

VALUES = [
    round(float(v), 1) + 0.07 for v in 61 + 17 * np.sin(2 * np.pi * _STEPS / 12) + 0.6 * _STEPS
]
VALUES = [round(v, 2) for v in VALUES]  # two decimals, the last one a seven
THOUSANDS = [round(1000 * v + 4.25, 2) for v in VALUES]  # beyond a thousand, cents
COUNTS = [int(2100 + 41 * i + 300 * (i % 7)) for i in range(N)]  # whole, beyond a thousand
SIGNED = [round(v - 75, 2) for v in VALUES]  # on both sides of zero

MONTHS = pd.date_range("2016-01-01", periods=N, freq="MS")
QUARTERS = pd.date_range("2008-01-01", periods=N, freq="QS")
YEARS = pd.date_range("1971-01-01", periods=N, freq="YS")
WEEKS = pd.date_range("2022-01-03", periods=N, freq="W-MON")
DAYS = pd.date_range("2022-03-18", periods=N, freq="D")
HOURS = pd.date_range("2022-01-14 00:00", periods=N, freq="h")
WORKDAYS = pd.bdate_range("2022-03-21", periods=N)


@dataclass(frozen=True, eq=False)
class Export:
    """A file as some program or office writes it, and the truth about it.

    Parameters
    ----------
    name : str
        Who writes such files, or what is peculiar.
    content : bytes
        The file.
    values, dates : sequences, or None
        The truth; dates None: rows are counted.
    must_ask : tuple of str
        Options one of which must be asked for, for there are two readings.
    may_ask : tuple of str
        Options that may be asked for instead of reading.
    then : dict
        What a user answers who is asked; the reading must be the truth then.
    refused : str or None
        Words of the refusal, where nothing can be read.
    ending : str
        How the file's name ends.
    options : dict
        What the user says from the start.
    """

    name: str
    content: bytes
    values: Sequence[float] | None = None
    dates: Any = None
    must_ask: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    then: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None
    ending: str = "csv"
    options: dict[str, Any] = field(default_factory=dict)


def judge(kind: Export, folder: Path) -> tuple[str, str]:
    """Read a file and return the outcome: read, asked, refused, or wrong; and what was said."""
    path = folder / f"data.{kind.ending}"
    path.write_bytes(kind.content)
    try:
        series, said = read_csv_series(path, ReadOptions(**kind.options))
    except TableError as error:
        return _judge_error(kind, path, str(error))
    if kind.values is None or kind.must_ask or kind.refused is not None:
        return "wrong", f"read as {series.head(3).to_dict()}: {said}"
    wrong = _difference(kind, series)
    return ("wrong", f"{wrong}: {said}") if wrong else ("read", said)


def _judge_error(kind: Export, path: Path, message: str) -> tuple[str, str]:
    if "\n" in message:
        return "refused, wrongly", f"several lines: {message}"
    if kind.refused is not None:
        return ("refused" if kind.refused in message else "refused, wrongly"), message
    named = set(re.findall(r"--[a-z-]+", message))
    if not named & {*kind.must_ask, *kind.may_ask}:
        return "refused, wrongly", message
    if kind.then and kind.values is not None:
        try:
            series, said = read_csv_series(path, ReadOptions(**{**kind.options, **kind.then}))
        except TableError as error:
            return "refused, wrongly", f"asked {message}; and then: {error}"
        wrong = _difference(kind, series)
        if wrong:
            return "wrong", f"asked {message}; and then {wrong}: {said}"
    return "asked", message


def _difference(kind: Export, series: pd.Series) -> str:
    """What of a reading is not the truth; nothing if all is."""
    truth = list(kind.values or ())
    if len(series) != len(truth):
        return f"{len(series)} values, not {len(truth)}"
    if not np.allclose(series, truth, rtol=1e-12, atol=0):
        return f"values {series.head(3).tolist()}, not {truth[:3]}"
    if kind.dates is None:
        return "" if isinstance(series.index, pd.RangeIndex) else f"dates {series.index[:3]}"
    dates = pd.DatetimeIndex(kind.dates)
    if not isinstance(series.index, pd.DatetimeIndex):
        return f"index {series.index[:3].tolist()}, not {dates[:3].tolist()}"
    # An instant is one in any zone, but where the truth has no zone the clock on the wall counts.
    found = series.index if dates.tz is not None else series.index.tz_localize(None)
    if (found.tz is None) != (dates.tz is None) or list(found) != list(dates):
        return f"dates {series.index[:3].tolist()}, not {dates[:3].tolist()}"
    return "" if series.index.freq is not None else "dates without a frequency"


def lines(*rows: str, end: str = "\n") -> str:
    """Join lines, the last one ended as well."""
    return "".join(row + end for row in rows)


def table(
    stamps: Any,
    values: Sequence[object] = VALUES,
    header: str | None = "date,value",
    sign: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    """Write two columns."""
    rows = [f"{stamp}{sign}{value}" for stamp, value in zip(stamps, values, strict=True)]
    return lines(*([] if header is None else [header]), *rows).encode(encoding)


def file(
    name: str,
    dates: Any,
    head: str | Sequence[str],
    row: str | Iterable[str],
    foot: str | Sequence[str] = (),
    *,
    values: Any = VALUES,
    stamps: Any = None,
    cells: Any = None,
    newest: bool = False,
    encoding: str = "utf-8",
    mark: bool = False,
    end: str = "\n",
    **known: Any,
) -> Export:
    """Describe a file by its head, the form of its rows, and its foot.

    Parameters
    ----------
    name : str
        Who writes such files, or what is peculiar.
    dates, values : sequences, or None
        The truth, which a file that is refused has not. The rows are made of them.
    head, foot : str or sequence of str
        The lines above and below.
    row : str or iterable of str
        The rows; or the form of one, in which stand `{d}` for the date, `{v}` for the value,
        `{comma}` and `{european}` for the value as 61,07 and 1.061,07, `{count}` for a whole number
        beside it, and `{i}` and `{n}` for the number of the row from 0 and from 1.
    stamps, cells : sequences, optional
        What is written instead of the dates and the values.
    newest : bool, optional
        Whether the newest row comes first.
    encoding, mark, end : str, bool, str, optional
        How characters become bytes, whether a byte order mark stands in front, and what ends lines.
    **known : tuples, dictionaries or str
        What else is known of an `Export`.
    """
    first = dates if stamps is None else stamps
    rows = _rows(row, first, values if cells is None else cells) if isinstance(row, str) else row
    body = reversed(list(rows)) if newest else rows
    above, below = ([part] if isinstance(part, str) else part for part in (head, foot))
    content = "\ufeff" * mark + lines(*above, *body, *below, end=end)
    truth = (None, None) if "refused" in known else (values, dates)
    return Export(name, content.encode(encoding), *truth, **known)


def _rows(form: str, stamps: Any, cells: Sequence[Any]) -> Iterator[str]:
    dates = [None] * len(cells) if stamps is None else stamps
    for i, (d, v, count) in enumerate(zip(dates, cells, COUNTS, strict=False)):
        comma_ = comma(v)
        european = comma_ if isinstance(v, str) else grouped(v, ".", ",")
        yield form.format(d=d, v=v, i=i, n=i + 1, comma=comma_, european=european, count=count)


def grouped(value: float, group: str = ",", decimal: str = ".", decimals: int = 2) -> str:
    """Write a number with signs between thousands."""
    return f"{value:,.{decimals}f}".translate({ord(","): group, ord("."): decimal})


def comma(value: float) -> str:
    """Write a number with a comma as the decimal sign."""
    return str(value).replace(".", ",")


def gap(values: Sequence[float], place: int = 20) -> list[float]:
    """Return values of which one is filled on the straight line between its neighbours."""
    filled = list(values)
    filled[place] = (values[place - 1] + values[place + 1]) / 2
    return filled


def marked(values: Sequence[object], mark: object, place: int = 20) -> list[object]:
    """Return values of which one is replaced by a mark."""
    return [mark if i == place else value for i, value in enumerate(values)]


def pairs(*columns: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Go through columns of one length side by side."""
    return zip(*columns, strict=True)
