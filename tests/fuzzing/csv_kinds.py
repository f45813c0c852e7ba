"""Kinds of files that people have, each with the only right reading, or the option to ask for."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from esnkit.cli.csv_series import ReadOptions, TableError, read_csv_series

N = 48
VALUES = [round(112 + 20 * np.sin(i * np.pi / 6) + 1.7 * i, 2) + 0.01 for i in range(N)]
VALUES = [
    round(value, 2) if round(value * 100) % 10 else round(value + 0.01, 2) for value in VALUES
]
LARGE = [round(1000 * value + 0.25, 2) for value in VALUES]  # beyond a thousand
WHOLE = [int(1000 + 37 * i + 211 * (i % 5)) for i in range(N)]  # whole, beyond a thousand

MONTHS = pd.date_range("2015-01-01", periods=N, freq="MS")
DAYS = pd.date_range("2023-01-20", periods=N, freq="D")
HOURS = pd.date_range("2023-01-01", periods=N, freq="h")


@dataclass(frozen=True, eq=False)
class Kind:
    """A file, and what a reader must make of it.

    `asks` is the option that must be named where two readings are possible, or words of the
    refusal where there is nothing to read.
    """

    name: str
    content: bytes
    values: Sequence[float] = ()
    dates: Sequence[pd.Timestamp] | pd.DatetimeIndex | None = None
    asks: str | None = None
    refused: str | None = None
    ending: str = "csv"
    options: dict[str, object] = field(default_factory=dict)


def judge(kind: Kind, folder: Path) -> tuple[str, str]:
    """Read a file and return the outcome: read, asked, refused, or wrong; and what was said."""
    path = folder / f"data.{kind.ending}"
    path.write_bytes(kind.content)
    try:
        series, said = read_csv_series(path, ReadOptions(**kind.options))
    except TableError as error:
        message = str(error)
        if kind.asks is not None:
            return ("asked" if kind.asks in message else "refused, wrongly"), message
        if kind.refused is not None and kind.refused in message:
            return "refused", message
        return "refused, wrongly", message
    if kind.asks is not None or kind.refused is not None:
        return "wrong", f"read as {series.head(3).to_dict()}: {said}"
    if len(series) != len(kind.values) or not np.allclose(series, kind.values, rtol=1e-12):
        return "wrong", f"values {series.head(3).tolist()}, not {list(kind.values[:3])}: {said}"
    if kind.dates is None:
        right = isinstance(series.index, pd.RangeIndex)
    else:
        right = (
            list(series.index) == list(pd.DatetimeIndex(kind.dates))
            and series.index.freq is not None
        )
    return ("read" if right else "wrong"), f"dates {series.index[:3].tolist()}: {said}"


def text(rows: Sequence[Sequence[object]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(map(str, row)) + end for row in rows)


def table(
    stamps: Sequence[object],
    values: Sequence[object] = VALUES,
    header: Sequence[str] | None = ("date", "value"),
    delimiter: str = ",",
    end: str = "\n",
) -> bytes:
    rows = [] if header is None else [header]
    return text([*rows, *zip(stamps, values, strict=False)], delimiter, end).encode()


def all_kinds() -> list[Kind]:
    """Return all kinds; no two have one name."""
    makers: tuple[Callable[[], Iterator[Kind]], ...] = (
        _date_forms, _ambiguous_dates, _other_dates, _calendars, _delimiters, _numbers,
        _ambiguous_numbers, _encodings, _headers, _columns, _formats, _missing, _clocks, _refused,
    )  # fmt: skip
    kinds = [kind for maker in makers for kind in maker()]
    assert len({kind.name for kind in kinds}) == len(kinds)
    return kinds


# ---------------------------------------------------------------------- dates


def _date_forms() -> Iterator[Kind]:
    forms = {
        "%Y-%m-%d": DAYS, "%Y/%m/%d": DAYS, "%Y.%m.%d": DAYS, "%Y%m%d": DAYS, "%d.%m.%Y": DAYS,
        "%d/%m/%Y": DAYS, "%m/%d/%Y": DAYS, "%d-%m-%Y": DAYS, "%m-%d-%Y": DAYS, "%d %b %Y": DAYS,
        "%d-%b-%Y": DAYS, "%d-%b-%y": DAYS, "%d/%m/%y": DAYS, "%m/%d/%y": DAYS, "%d.%m.%y": DAYS,
        "%d%b%Y": DAYS, "%b %d %Y": DAYS, "%d. %m. %Y": DAYS, "%d %B %Y": DAYS, "%Y-%b-%d": DAYS,
        "%a %d %b %Y": DAYS, "%A %d.%m.%Y": DAYS, "%Y-%j": DAYS, "%Y%j": DAYS, "%d/%b/%Y": DAYS,
        "%Y-%m": MONTHS, "%Y/%m": MONTHS, "%m/%Y": MONTHS, "%m-%Y": MONTHS, "%m.%Y": MONTHS,
        "%Y%m": MONTHS, "%b-%Y": MONTHS, "%b %Y": MONTHS, "%B %Y": MONTHS, "%Y %b": MONTHS,
        "%Y-%b": MONTHS, "%b-%y": MONTHS, "%b %y": MONTHS, "%b/%Y": MONTHS, "%YM%m": MONTHS,
        "%Y-M%m": MONTHS, "%Y.%m": MONTHS, "%b%y": MONTHS, "%Y:%m": MONTHS, "%y-%b": MONTHS,
        "%Y-%m-%d %H:%M": HOURS, "%Y-%m-%dT%H:%M:%S": HOURS, "%d.%m.%Y %H:%M": HOURS,
        "%Y-%m-%d %H:%M:%S.000": HOURS, "%Y-%m-%d %I:%M %p": HOURS, "%Y-%m-%d %I:%M:%S %p": HOURS,
        "%Y%m%dT%H%M%S": HOURS, "%Y%m%d %H:%M": HOURS, "%d-%b-%Y %H:%M:%S": HOURS,
        "%Y-%m-%d %H": HOURS, "%d%b%Y:%H:%M:%S": HOURS, "%Y/%m/%d %I %p": HOURS,
    }  # fmt: skip
    for form, dates in forms.items():
        stamps = dates.strftime(form)
        yield Kind(f"date {form}", table(stamps), VALUES, dates)
    for form in ("%b-%y", "%d-%b-%Y"):
        yield Kind(f"date {form} in capitals",
                   table(MONTHS.strftime(form).str.upper()), VALUES, MONTHS)  # fmt: skip
    yield Kind(
        "date US without zeros", table([f"{d.month}/{d.day}/{d.year}" for d in DAYS]), VALUES, DAYS
    )
    yield Kind(
        "date European without zeros",
        table([f"{d.day}.{d.month}.{d.year}" for d in DAYS]),
        VALUES,
        DAYS,
    )
    yield Kind("date quoted with a comma", table(DAYS.strftime('"%B %d, %Y"')), VALUES, DAYS)
    ends = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
    ordinals = [f"{d.day}{ends.get(d.day, 'th')} {d:%B %Y}" for d in DAYS]
    yield Kind("date ordinal", table(ordinals), VALUES, DAYS)
    yield Kind(
        "date Sept with a point",
        table([f"{d:%b}. {d:%Y}".replace("Sep.", "Sept.") for d in MONTHS]),
        VALUES,
        MONTHS,
    )
    turn = pd.date_range("1998-03-01", periods=N, freq="MS")
    yield Kind("date two-digit years over the turn", table(turn.strftime("%b-%y")), VALUES, turn)
    yield Kind(
        "date two-digit years, 1960s to 1990s",
        table(pd.date_range("1960", periods=N, freq="YS").strftime("01-Jan-%y")),
        VALUES,
        pd.date_range("1960", periods=N, freq="YS"),
    )


def _ambiguous_dates() -> Iterator[Kind]:
    short = pd.date_range("2024-02-01", periods=12, freq="D")
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y"):
        yield Kind(f"twelve days {form}", table(short.strftime(form)), asks="--date-format")
        yield Kind(f"twelve days {form}, told", table(short.strftime(form)), VALUES[:12], short,
                   options={"date_format": form})  # fmt: skip
    monthly = pd.date_range("2024-01-01", periods=12, freq="MS") + pd.Timedelta(days=4)
    yield Kind(
        "the fifth of twelve months", table(monthly.strftime("%d/%m/%Y")), asks="--date-format"
    )
    yield Kind("days without a year", table(DAYS.strftime("%d-%b")), asks="--date")
    yield Kind("months without a year", table(MONTHS.strftime("%b")), asks="--date")
    yield Kind(
        "years 40 to 60",
        table([f"01-Jan-{y}" for y in range(40, 61)]),
        asks="years with four digits",
    )
    yield Kind(
        "fiscal quarters",
        table([f"FY{y} Q{q}" for y in range(2010, 2022) for q in range(1, 5)]),
        asks="--date",
    )
    yield Kind(
        "weeks in words", table([f"Week no {i} of 2020" for i in range(1, N + 1)]), asks="--date"
    )
    yield Kind(
        "dates in German words",
        table([f"{i}. Mai 2020" for i in range(1, 31)], VALUES[:30]),
        VALUES[:30],
        pd.date_range("2020-05-01", periods=30),
    )
    yield Kind("times without dates", table(HOURS[:24].strftime("%H:%M")), asks="--date")
    yield Kind(
        "times without dates, rows counted",
        table(HOURS[:24].strftime("%H:%M")),
        VALUES[:24],
        options={"date": "none"},
    )
    yield Kind("MMDD", table(DAYS.strftime("%m%d"), header=("date", "value")), asks="--date")
    yield Kind(
        "zone by its short name", table(HOURS.strftime("%Y-%m-%d %H:%M CET")), asks="--timezone"
    )


def _other_dates() -> Iterator[Kind]:
    quarters = pd.date_range("2012-01-01", periods=N, freq="QS")
    halves = pd.date_range("2000-01-01", periods=N, freq="6MS")
    for sign in ("", ".", "-", ":"):
        stamps = [f"{d.year}{sign}{d.quarter}" for d in quarters]
        yield Kind(f"quarters 2020{sign}1", table(stamps), VALUES, quarters)
    weeks_of_year = [f"2022{i + 1:02}" for i in range(N)]
    yield Kind("weeks 202201", table(weeks_of_year, header=("week", "value")), asks="--date-format")
    yield Kind(
        "twelve weeks 202201",
        table(weeks_of_year[:12], header=("week", "value")),
        asks="--date-format",
    )
    dashed = [f"2022-{i + 1:02}" for i in range(12)]
    yield Kind("weeks 2022-01", table(dashed, header=("week", "value")), asks="--date-format")
    short = [f"{year:02}" for year in range(40)]
    yield Kind("years of two digits alone", table(short, header=("year", "value")), asks="--date")
    days_of_matlab = table([738521 + i for i in range(N)])
    yield Kind("days since year zero", days_of_matlab, asks="--date-format")
    yield Kind("a zone after PM", table(HOURS.strftime("%Y-%m-%d %I:%M %p EST")), asks="--timezone")
    years = pd.date_range("1960-01-01", periods=N, freq="YS")
    weeks = pd.date_range("2022-01-03", periods=N, freq="W-MON")
    q = [(d.year, d.quarter) for d in quarters]
    for name, form in {
        "2020Q1": "{0}Q{1}", "2020-Q1": "{0}-Q{1}", "2020 Q1": "{0} Q{1}", "Q1 2020": "Q{1} {0}",
        "Q1-2020": "Q{1}-{0}", "1Q2020": "{1}Q{0}", "2020q1": "{0}q{1}", "Q1/2020": "Q{1}/{0}",
        "2020:Q1": "{0}:Q{1}", "1. Quartal 2020": "{1}. Quartal {0}",
    }.items():  # fmt: skip
        yield Kind(f"quarters {name}", table([form.format(*p) for p in q]), VALUES, quarters)
    yield Kind("quarters 1Q20", table([f"{d.quarter}Q{d:%y}" for d in quarters]), VALUES, quarters)
    yield Kind(
        "half years",
        table([f"{d.year}-H{1 if d.month == 1 else 2}" for d in halves]),
        VALUES,
        halves,
    )
    iso = [d.isocalendar() for d in weeks]
    for name, form in {"2023-W01": "{0}-W{1:02}", "2023W01": "{0}W{1:02}", "2023-W1": "{0}-W{1}",
                       "2023-W01-1": "{0}-W{1:02}-1", "W01 2023": "W{1:02} {0}",
                       "CW1 2023": "CW{1} {0}"}.items():  # fmt: skip
        yield Kind(
            f"weeks {name}", table([form.format(w.year, w.week) for w in iso]), VALUES, weeks
        )
    for name in ("year", "Year", "jahr", "season", "date", "period", "Anno", "TIME_PERIOD"):
        yield Kind(
            f"years under {name!r}", table(years.year, header=(name, "value")), VALUES, years
        )
    yield Kind("years without a header", table(years.year, header=None), VALUES, years)
    yield Kind(
        "years as decimals",
        table([f"{y}.0" for y in years.year], header=("year", "value")),
        VALUES,
        years,
    )
    yield Kind(
        "years 2019/20", table([f"{y}/{(y + 1) % 100:02}" for y in years.year]), VALUES, years
    )
    yield Kind(
        "years 2000/01 to 2011/12",
        table([f"{y}/{(y + 1) % 100:02}" for y in range(2000, 2012)]),
        VALUES[:12],
        pd.date_range("2000", periods=12, freq="YS"),
    )
    for unit, factor in (("s", 1), ("ms", 1000), ("us", 10**6), ("ns", 10**9)):
        stamps = (HOURS - pd.Timestamp(0)) // pd.Timedelta(seconds=1) * factor
        for name in ("timestamp", "time", "x0"):
            yield Kind(
                f"Unix {unit} under {name!r}", table(stamps, header=(name, "value")), VALUES, HOURS
            )
    serial = (DAYS - pd.Timestamp("1899-12-30")).days
    yield Kind("spreadsheet days", table(serial), VALUES, DAYS)
    yield Kind(
        "spreadsheet days with hours",
        table((HOURS - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)),
        VALUES,
        HOURS,
    )
    for digits in (2, 3, 4):
        stamps = [f"{d.year + (d.month - 1) / 12:.{digits}f}" for d in MONTHS]
        yield Kind(
            f"decimal years, {digits} digits",
            table(stamps, header=("time", "value")),
            VALUES,
            MONTHS,
        )
    stamps = [f"{d.year + (d.month - 0.5) / 12:.3f}" for d in MONTHS]
    yield Kind(
        "decimal years at the middle of months",
        table(stamps, header=("decimal date", "value")),
        VALUES,
        MONTHS,
    )
    yield Kind(
        "decimal years of quarters",
        table([d.year + (d.quarter - 1) / 4 for d in quarters], header=("year", "value")),
        VALUES,
        quarters,
    )
    yield Kind(
        "months 2015.1 that lost a zero",
        table([f"{d.year}.{d.month:02}".rstrip("0") for d in MONTHS], header=("month", "value")),
        VALUES,
        MONTHS,
    )
    yield Kind(
        "months 201501 under another name",
        table(MONTHS.strftime("%Y%m"), header=("periodo", "value")),
        VALUES,
        MONTHS,
    )
    yield Kind(
        "intervals",
        table([f"{d:%Y-%m-%d %H:%M} - {d + pd.Timedelta(hours=1):%H:%M}" for d in HOURS]),
        VALUES,
        HOURS,
    )
    yield Kind(
        "intervals of two dates",
        table([f"{d:%d.%m.%Y %H:%M} - {d + pd.Timedelta(hours=1):%d.%m.%Y %H:%M}" for d in HOURS]),
        VALUES,
        HOURS,
    )
    yield Kind(
        "ISO intervals",
        table([f"{d:%Y-%m-%d}/{d + pd.Timedelta(days=1):%Y-%m-%d}" for d in DAYS]),
        VALUES,
        DAYS,
    )
    yield Kind(
        "UTC suffix", table(HOURS.strftime("%Y-%m-%d %H:%M UTC")), VALUES, HOURS.tz_localize("UTC")
    )
    yield Kind(
        "Z suffix", table(HOURS.strftime("%Y-%m-%dT%H:%M:%SZ")), VALUES, HOURS.tz_localize("UTC")
    )
    yield Kind(
        "one offset",
        table(HOURS.strftime("%Y-%m-%d %H:%M+05:30")),
        VALUES,
        HOURS.tz_localize("+05:30"),
    )
    yield Kind(
        "24:00 closes the day",
        table(
            [
                f"{d - pd.Timedelta(hours=1):%Y-%m-%d} 24:00"
                if d.hour == 0
                else f"{d:%Y-%m-%d %H:%M}"
                for d in HOURS
            ]
        ),
        VALUES,
        HOURS,
    )


def _calendars() -> Iterator[Kind]:
    business = pd.bdate_range("2023-03-01", periods=N + 3)
    gaps = business.delete([12, 30, 31])
    yield Kind("working days", table(business[:N].strftime("%Y-%m-%d")), VALUES, business[:N])
    yield Kind("trading days with holidays", table(gaps.strftime("%Y-%m-%d")), VALUES, gaps)
    yield Kind("trading days, US form", table(gaps.strftime("%m/%d/%Y")), VALUES, gaps)
    yield Kind(
        "trading days, newest first",
        table(gaps[::-1].strftime("%Y-%m-%d"), VALUES[::-1]),
        VALUES,
        gaps,
    )
    friday = pd.date_range("2023-01-01", periods=200, freq="D")
    some = friday[friday.day_of_week.isin([0, 2, 4])][:N]
    yield Kind("Monday, Wednesday, Friday", table(some.strftime("%Y-%m-%d")), VALUES, some)
    gulf = friday[friday.day_of_week.isin([6, 0, 1, 2, 3])][:N]
    yield Kind("Sunday to Thursday", table(gulf.strftime("%Y-%m-%d")), VALUES, gulf)
    for name, freq in {"month ends": "ME", "quarter ends": "QE", "year ends": "YE",
                       "weeks": "W-SUN",
                       "fortnights": "14D", "15 minutes": "15min", "minutes": "min", "seconds": "s",
                       "four hours": "4h", "last working days": "BME", "semi-monthly": "SMS",
                       "semi-monthly ends": "SME"}.items():  # fmt: skip
        dates = pd.date_range("2021-01-01", periods=N, freq=freq)
        yield Kind(f"calendar of {name}", table(dates.astype(str)), VALUES, dates)
    fifteenth = MONTHS + pd.Timedelta(days=14)
    yield Kind("the 15th of each month", table(fifteenth.astype(str)), VALUES, fifteenth)
    thirtieth = pd.DatetimeIndex([d.replace(day=min(30, d.days_in_month)) for d in MONTHS])
    yield Kind("the 30th of each month", table(thirtieth.astype(str)), VALUES, thirtieth)
    tens = pd.DatetimeIndex([d.replace(day=k) for d in MONTHS[:16] for k in (1, 11, 21)])
    yield Kind("ten days", table(tens.astype(str)), VALUES, tens)
    tens = pd.DatetimeIndex(
        [d.replace(day=k or d.days_in_month) for d in MONTHS[:16] for k in (10, 20, 0)]
    )
    yield Kind("ten days at their ends", table(tens.astype(str)), VALUES, tens)
    for freq, dates in (("min", HOURS), ("s", pd.date_range("2023-01-01", periods=N, freq="min"))):
        jitter = dates + pd.to_timedelta([(7 * i) % 5 for i in range(N)], unit="s")
        yield Kind(f"seconds that jitter, {freq}", table(jitter.astype(str)), VALUES, dates)
    rows = [*range(20), *range(21, N)]
    yield Kind("a day is missing", table(DAYS[rows].astype(str)), asks="--missing")
    filled = [VALUES[i] if i != 20 else (VALUES[19] + VALUES[21]) / 2 for i in range(N)]
    yield Kind(
        "a day is missing, interpolated",
        table(DAYS[rows].astype(str), [VALUES[i] for i in rows]),
        filled,
        DAYS,
        options={"missing": "interpolate"},
    )
    yield Kind(
        "a day is missing, rows counted",
        table(DAYS[rows].astype(str), [VALUES[i] for i in rows]),
        [VALUES[i] for i in rows],
        options={"date": "none"},
    )
    long = business.delete(range(15, 32))
    yield Kind("three weeks are missing", table(long.astype(str)), asks="--missing")
    yield Kind(
        "shuffled",
        table([*DAYS[10:].astype(str), *DAYS[:10].astype(str)]),
        [*VALUES[38:], *VALUES[:38]],
        DAYS,
    )
    yield Kind(
        "a date twice",
        table([*DAYS[:20].astype(str), *DAYS[19:].astype(str)], [*VALUES, 1.5]),
        refused="already stands in line 21",
    )
    yield Kind("newest first", table(DAYS[::-1].strftime("%d.%m.%Y"), VALUES[::-1]), VALUES, DAYS)
    yield Kind(
        "newest first, months", table(MONTHS[::-1].strftime("%b-%y"), VALUES[::-1]), VALUES, MONTHS
    )


# ---------------------------------------------------------------------- delimiters and numbers


def _delimiters() -> Iterator[Kind]:
    for name, delimiter in {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "blank": " ",
                            "comma and blank": ", ", "blanks": "    "}.items():  # fmt: skip
        for end_name, end in {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}.items():
            content = table(DAYS.astype(str), delimiter=delimiter, end=end)
            yield Kind(f"{name}, {end_name}", content, VALUES, DAYS)
    rows = [f"{d},{v}" for d, v in zip(DAYS.astype(str), VALUES, strict=True)]
    mixed = "date,value\r\n" + "".join(r + ("\n" if i % 3 else "\r\n") for i, r in enumerate(rows))
    yield Kind("mixed line ends", mixed.encode(), VALUES, DAYS)
    yield Kind("CR CR LF", ("date,value\r\r\n" + "\r\r\n".join(rows)).encode(), VALUES, DAYS)
    yield Kind("sep=;", b"sep=;\n" + table(DAYS.astype(str), delimiter=";"), VALUES, DAYS)
    yield Kind("sep=,", b"sep=,\r\n" + table(DAYS.astype(str), end="\r\n"), VALUES, DAYS)
    quoted = "\n".join('"' + r.replace('"', '""') + '"' for r in ["date,value", *rows])
    yield Kind("lines quoted whole", quoted.encode(), VALUES, DAYS)
    every = "\n".join('"' + r.replace(",", '","') + '"' for r in ["date,value", *rows])
    yield Kind("every cell quoted", every.encode(), VALUES, DAYS)
    yield Kind(
        "trailing blanks", table(DAYS.astype(str), [f" {v}  " for v in VALUES]), VALUES, DAYS
    )
    yield Kind(
        "trailing delimiters",
        "\n".join(r + "," for r in ["date,value", *rows]).encode(),
        VALUES,
        DAYS,
    )
    yield Kind(
        "trailing delimiters below the header only",
        "\n".join(["date,value", *[r + "," for r in rows]]).encode(),
        VALUES,
        DAYS,
    )
    yield Kind(
        "a delimiter of the user's",
        table(DAYS.astype(str), delimiter="~"),
        VALUES,
        DAYS,
        options={"delimiter": "~"},
    )
    aligned = [f"{d}  {v:10.2f}" for d, v in zip(DAYS.astype(str), VALUES, strict=True)]
    yield Kind(
        "aligned columns", "\n".join(["date             value", *aligned]).encode(), VALUES, DAYS
    )
    words = [f"{d:%b %Y}   {v:10.2f}" for d, v in zip(MONTHS, VALUES, strict=True)]
    yield Kind(
        "aligned columns with blanks in dates",
        "\n".join(["month         value", *words]).encode(),
        VALUES,
        MONTHS,
    )


def _grouped(value: float, thousands: str, decimal: str, digits: int = 2) -> str:
    return f"{value:,.{digits}f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def _numbers() -> Iterator[Kind]:
    stamps = DAYS.astype(str)
    for delimiter in (";", "\t", "|"):
        comma = [str(v).replace(".", ",") for v in VALUES]
        yield Kind(
            f"decimal comma after {delimiter!r}",
            table(stamps, comma, delimiter=delimiter),
            VALUES,
            DAYS,
        )
    yield Kind(
        "quoted decimal comma",
        table(stamps, ['"' + str(v).replace(".", ",") + '"' for v in VALUES]),
        VALUES,
        DAYS,
    )
    for name, sign in {"comma": ",", "point": ".", "blank": " ", "no-break blank": "\xa0",
                       "narrow no-break blank": "\u202f",
                       "apostrophe": "'", "typographic apostrophe": "’"}.items():  # fmt: skip
        for decimal in ".,":
            if decimal == sign:
                continue
            cells = [_grouped(v, sign, decimal) for v in LARGE]
            yield Kind(
                f"thousands by {name}, decimal {decimal}",
                table(stamps, cells, delimiter=";"),
                LARGE,
                DAYS,
            )
    yield Kind("quoted thousands", table(stamps, [f'"{v:,.2f}"' for v in LARGE]), LARGE, DAYS)
    millions = [v * 1000 for v in WHOLE]
    for sign in (",", ".", " "):
        cells = [_grouped(v, sign, "", 0) for v in millions]
        yield Kind(
            f"whole millions by {sign!r}", table(stamps, cells, delimiter=";"), millions, DAYS
        )
    for name, form in {
        "dollar": "${:.2f}", "euro": "{:.2f} €", "pound": "£{:.2f}", "USD": "USD {:.2f}",
        "EUR": "{:.2f} EUR",
        "percent": "{:.2f}%", "percent apart": "{:.2f} %", "plus": "+{:.2f}",
        "scientific": "{:.6E}",
        "francs": "CHF {:.2f}", "zloty": "{:.2f} zł",
        "quoted": '"{:.2f}"',
        "single quotes": "'{:.2f}'",
        "leading apostrophe": "'{:.2f}",
    }.items():  # fmt: skip
        cells = [form.format(v) for v in VALUES]
        expected = [float(f"{v:.6E}") for v in VALUES] if name == "scientific" else VALUES
        yield Kind(f"numbers with {name}", table(stamps, cells), expected, DAYS)
    signed = [round(v - 140, 2) for v in VALUES]
    for name, form in {"parentheses": "({:.2f})", "Unicode minus": "−{:.2f}",
                       "trailing minus": "{:.2f}-",
                       "dollar in parentheses": "(${:.2f})", "minus before dollar": "-${:.2f}",
                       "dollar before minus": "$-{:.2f}",
                       "minus apart": "- {:.2f}"}.items():  # fmt: skip
        cells = [f"{v:.2f}" if v >= 0 else form.format(-v) for v in signed]
        yield Kind(f"negative by {name}", table(stamps, cells), signed, DAYS)
    yield Kind(
        "comma for decimals and E",
        table(stamps, [f"{v:.4E}".replace(".", ",") for v in VALUES], delimiter=";"),
        [float(f"{v:.4E}") for v in VALUES],
        DAYS,
    )
    three = [round(v / 100, 3) for v in VALUES]
    yield Kind(
        "three decimals after commas", table(stamps, [f"{v:.3f}" for v in three]), three, DAYS
    )
    below = [round(v / 1000, 3) for v in VALUES]
    yield Kind(
        "three decimals below one",
        table(stamps, [f"{v:.3f}" for v in below], delimiter=";"),
        below,
        DAYS,
    )
    mixed = [900 + 7 * i for i in range(N)]
    for sign in ",.":
        cells = [_grouped(v, sign, "", 0) for v in mixed]
        yield Kind(
            f"whole thousands by {sign} beside hundreds",
            table(stamps, cells, delimiter=";"),
            mixed,
            DAYS,
        )
    indian = [f"{v // 100000},{v // 1000 % 100:02},{v % 1000:03}.5" for v in millions]
    yield Kind(
        "Indian lakhs", table(stamps, indian, delimiter=";"), [v + 0.5 for v in millions], DAYS
    )
    yield Kind(
        "another column shows the decimal comma",
        text(
            [
                ["date", "a", "b"],
                *(
                    [d, f"{v:.3f}".replace(".", ","), f"x{i},5"]
                    for i, (d, v) in enumerate(zip(stamps, three, strict=True))
                ),
            ],
            ";",
        ).encode(),
        three,
        DAYS,
        options={"target": "a", "decimal": ","},
    )


def _ambiguous_numbers() -> Iterator[Kind]:
    stamps = DAYS.astype(str)
    three = [round(1 + v / 100, 3) for v in VALUES]
    point = table(stamps, [f"{v:.3f}" for v in three], delimiter=";")
    comma = table(stamps, [f"{v:.3f}".replace(".", ",") for v in three], delimiter=";")
    yield Kind("1.002 after a semicolon", point, asks="--decimal")
    yield Kind("1,002 after a semicolon", comma, asks="--decimal")
    yield Kind(
        "1.002 after a tab",
        table(stamps, [f"{v:.3f}" for v in three], delimiter="\t"),
        asks="--decimal",
    )
    yield Kind("quoted 1,002", table(stamps, [f'"{v:,}"' for v in WHOLE]), asks="--thousands")
    yield Kind(
        "quoted 1,002, told",
        table(stamps, [f'"{v:,}"' for v in WHOLE]),
        WHOLE,
        DAYS,
        options={"thousands": ","},
    )
    yield Kind("1.002, told a decimal point", point, three, DAYS, options={"decimal": "."})
    yield Kind(
        "1.002, told a decimal comma",
        point,
        [round(1000 * v) for v in three],
        DAYS,
        options={"decimal": ","},
    )
    yield Kind("1,002, told a decimal comma", comma, three, DAYS, options={"decimal": ","})
    bare = "value\n" + "".join(f"{i % 7},{5 + i % 4}\n" for i in range(N))
    yield Kind("decimal commas alone", bare.encode(), asks="--decimal")
    yield Kind(
        "decimal commas alone, told",
        bare.encode(),
        [i % 7 + (5 + i % 4) / 10 for i in range(N)],
        options={"decimal": ","},
    )
    yield Kind(
        "decimal commas alone, no header", bare.encode().partition(b"\n")[2], asks="--decimal"
    )
    yield Kind(
        "decimal commas after a comma",
        table(stamps, [f"{i},{5 + i % 4}" for i in range(N)]),
        asks="--decimal",
    )
    yield Kind(
        "thousands by a blank alone",
        ("value\n" + "".join(f"{1 + i // 9} {100 + i}\n" for i in range(N))).encode(),
        asks="--thousands",
    )
    yield Kind(
        "two columns of numbers, no header",
        text([[i, 3 * i % 11] for i in range(N)]).encode(),
        asks="--delimiter",
    )
    yield Kind(
        "a point here, a comma there",
        table(
            stamps,
            [f"{v:.2f}".replace(".", ",."[i % 2]) for i, v in enumerate(VALUES)],
            delimiter=";",
        ),
        asks="--decimal",
    )
    yield Kind(
        "several columns of numbers",
        text(
            [["date", "a", "b"], *([d, v, -v] for d, v in zip(stamps, VALUES, strict=True))]
        ).encode(),
        asks="--target",
    )
    yield Kind(
        "some cells in percent",
        table(stamps, [f"{v}%" if i % 2 else v for i, v in enumerate(VALUES)]),
        refused="percent sign",
    )


# ---------------------------------------------------------------------- encodings, headers, columns


def _encodings() -> Iterator[Kind]:
    plain = table(DAYS.astype(str), header=("Straße", "Größe in €"), delimiter=";").decode()
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"):
        yield Kind(f"encoding {encoding}", plain.encode(encoding), VALUES, DAYS)
    latin = plain.replace("€", "é")
    yield Kind("encoding latin-1", latin.encode("latin-1"), VALUES, DAYS)
    yield Kind(
        "cp1252 with no-break thousands",
        table(DAYS.astype(str), [_grouped(v, "\xa0", ",") for v in LARGE], delimiter=";")
        .decode()
        .encode("cp1252"),
        LARGE,
        DAYS,
    )
    for encoding, name in {
        "cp1251": "Продажи",
        "gbk": "销售额",
        "shift_jis": "売上高",
        "cp850": "Größe",
        "mac_roman": "Größe",
    }.items():
        content = table(DAYS.astype(str), header=("date", name)).decode().encode(encoding)
        yield Kind(f"encoding {encoding}", content, asks="--encoding")
        yield Kind(
            f"encoding {encoding}, told", content, VALUES, DAYS, options={"encoding": encoding}
        )
    content = table(DAYS.astype(str))
    yield Kind("null bytes at the end", content + b"\0" * 200, VALUES, DAYS)
    yield Kind("null bytes inside", content[:100] + b"\0\0" + content[100:], asks="--encoding")
    yield Kind("end of file by Ctrl-Z", content + b"\x1a", VALUES, DAYS)


def _headers() -> Iterator[Kind]:
    stamps = DAYS.astype(str)
    content = table(stamps)
    rows = table(stamps, header=None)
    yield Kind("no header", rows, VALUES, DAYS)
    yield Kind("no header, told", rows, VALUES, DAYS, options={"header": False})
    yield Kind("one column, no header", "\n".join(map(str, VALUES)).encode(), VALUES)
    yield Kind("one column", ("value\n" + "\n".join(map(str, VALUES))).encode(), VALUES)
    yield Kind(
        "one column under a number",
        ("2020\n" + "\n".join(map(str, VALUES))).encode(),
        VALUES,
        options={"header": True},
    )
    yield Kind("comments on top", b"# made by a program\n# unit: kW\n" + content, VALUES, DAYS)
    yield Kind("header as a comment", b"# " + content, VALUES, DAYS)
    yield Kind("titles on top", b"Sales of all shops\nNorth and south\n\n" + content, VALUES, DAYS)
    yield Kind(
        "titles with delimiters",
        b"Sales of all shops,\nNorth and south,\n,\n" + content,
        VALUES,
        DAYS,
    )
    yield Kind(
        "titles in two cells",
        b"Title,Gross domestic product\nUnits,billions\n" + content,
        VALUES,
        DAYS,
    )
    yield Kind(
        "notes below",
        content + b"\nSource: the office of statistics\n* preliminary\n",
        VALUES,
        DAYS,
    )
    yield Kind(
        "notes on top and below",
        b"Table 3\n\n" + content + b"\nNote: seasonally adjusted; prices of 2015\n",
        VALUES,
        DAYS,
    )
    yield Kind("a total below", content + b"Total,7312.5\n", VALUES, DAYS)
    yield Kind("bare delimiters below", content + b",\n,\n,\n", VALUES, DAYS)
    yield Kind("blank lines below", content + b"\n\n   \n", VALUES, DAYS)
    yield Kind("units under the header", b"date,power\n(yyyy-mm-dd),(kW)\n" + rows, VALUES, DAYS)
    yield Kind("units in brackets", b"date,power\n,[kW]\n" + rows, VALUES, DAYS)
    yield Kind("blank lines between all rows", content.replace(b"\n", b"\n\n"), VALUES, DAYS)
    yield Kind(
        "pandas with two rows of names",
        b",price,price\n,open,close\ndate,,\n"
        + text([[d, v, v + 1] for d, v in zip(stamps, VALUES, strict=True)]).encode(),
        VALUES,
        DAYS,
        options={"target": "open"},
    )
    yield Kind(
        "yfinance",
        b"Price,Close,Volume\nTicker,AAPL,AAPL\nDate,,\n"
        + text([[d, v, 7] for d, v in zip(stamps, VALUES, strict=True)]).encode(),
        VALUES,
        DAYS,
        options={"target": "Close"},
    )
    yield Kind(
        "a header that is a formula", table(stamps, header=("date", "'=cmd|x")), VALUES, DAYS
    )
    yield Kind(
        "a broken row", content.replace(b"\n2023-02-01", b"\nbroken;2023-02-01"), refused="broken"
    )
    yield Kind(
        "a row too long", content.replace(b"\n2023-02-01,", b"\n2023-02-01,7,"), refused="line 14"
    )
    yield Kind("a date that is none", content.replace(b"2023-02-01", b"soon"), refused="'soon'")
    yield Kind(
        "a number that is none",
        table(stamps, [*VALUES[:5], "five", *VALUES[6:]]),
        refused="'five' is not a number",
    )


def _columns() -> Iterator[Kind]:
    stamps = DAYS.astype(str)
    for name in ("", "Unnamed: 0", "index", "id", "row", "No."):
        for start in (0, 1):
            rows = [
                [name, "date", "value"],
                *([i + start, d, v] for i, (d, v) in enumerate(zip(stamps, VALUES, strict=True))),
            ]
            yield Kind(f"index {name!r} from {start}", text(rows).encode(), VALUES, DAYS)
    rows = [["", "value"], *([i, v] for i, v in enumerate(VALUES))]
    yield Kind("pandas index alone", text(rows).encode(), VALUES)
    r = ['"","date","value"'] + [
        f'"{i}",{d},{v}' for i, (d, v) in enumerate(zip(stamps, VALUES, strict=True), 1)
    ]
    yield Kind("write.csv of R", "\n".join(r).encode(), VALUES, DAYS)
    r = ['"date" "value"'] + [
        f'"{i}" {d} {v}' for i, (d, v) in enumerate(zip(stamps, VALUES, strict=True), 1)
    ]
    yield Kind("write.table of R", "\n".join(r).encode(), VALUES, DAYS)
    r = ['"x"'] + [f'"{i}",{v}' for i, v in enumerate(VALUES, 1)]
    yield Kind("row names with a short header", "\n".join(r).encode(), VALUES)
    r = [
        "date;value",
        *(
            f"{i};{d};{str(v).replace('.', ',')}"
            for i, (d, v) in enumerate(zip(stamps, VALUES, strict=True), 1)
        ),
    ]
    yield Kind("write.csv2 of R, short header", "\n".join(r).encode(), VALUES, DAYS)
    months = [
        ["year", "month", "value"],
        *([d.year, d.month, v] for d, v in zip(MONTHS, VALUES, strict=True)),
    ]
    yield Kind("year and month", text(months).encode(), VALUES, MONTHS)
    months = [
        ["Year", "Month", "value"],
        *([d.year, f"{d:%b}", v] for d, v in zip(MONTHS, VALUES, strict=True)),
    ]
    yield Kind("year and month by name", text(months).encode(), VALUES, MONTHS)
    days = [
        ["year", "month", "day", "value"],
        *([d.year, d.month, d.day, v] for d, v in zip(DAYS, VALUES, strict=True)),
    ]
    yield Kind("year, month and day", text(days).encode(), VALUES, DAYS)
    hours = [
        ["year", "month", "day", "hour", "value"],
        *([d.year, d.month, d.day, d.hour, v] for d, v in zip(HOURS, VALUES, strict=True)),
    ]
    yield Kind("year, month, day and hour", text(hours).encode(), VALUES, HOURS)
    hours = [
        ["date", "time", "value"],
        *([f"{d:%d.%m.%Y}", f"{d:%H:%M}", v] for d, v in zip(HOURS, VALUES, strict=True)),
    ]
    yield Kind("date and time", text(hours, ";").encode(), VALUES, HOURS)
    hours = [
        ["date", "hour", "value"],
        *([f"{d:%Y-%m-%d}", d.hour, v] for d, v in zip(HOURS, VALUES, strict=True)),
    ]
    yield Kind("date and hour", text(hours).encode(), VALUES, HOURS)
    quarters = pd.date_range("2012-01-01", periods=N, freq="QS")
    rows = [
        ["year", "quarter", "value"],
        *([d.year, f"Q{d.quarter}", v] for d, v in zip(quarters, VALUES, strict=True)),
    ]
    yield Kind("year and quarter", text(rows).encode(), VALUES, quarters)
    long = [
        ["date", "shop", "value"],
        *(
            [d, shop, v + 5 * (shop == "b")]
            for d, v in zip(stamps, VALUES, strict=True)
            for shop in "ab"
        ),
    ]
    yield Kind("long format", text(long).encode(), asks="--id-column")
    yield Kind(
        "long format, column named", text(long).encode(), asks="--id", options={"id_column": "shop"}
    )
    yield Kind(
        "long format, told",
        text(long).encode(),
        VALUES,
        DAYS,
        options={"id_column": "shop", "series_id": "a"},
    )
    rows = [
        ["date", "value", "note"],
        *(
            [d, v, "" if i else "first"]
            for i, (d, v) in enumerate(zip(stamps, VALUES, strict=True))
        ),
    ]
    yield Kind("a column of notes", text(rows).encode(), VALUES, DAYS)
    yield Kind(
        "value before date",
        text([["value", "date"], *zip(VALUES, stamps, strict=True)]).encode(),
        VALUES,
        DAYS,
    )
    yield Kind(
        "counted downwards",
        text([["no", "value"], *([N - i, v] for i, v in enumerate(VALUES[::-1]))]).encode(),
        VALUES,
    )
    rows = [
        ["date", "updated", "value"],
        *([d, "2024-01-01", v] for d, v in zip(stamps, VALUES, strict=True)),
    ]
    yield Kind("a second date that stays", text(rows).encode(), VALUES, DAYS)


def _formats() -> Iterator[Kind]:
    content = table(DAYS.astype(str))
    yield Kind("gzip", gzip.compress(content), VALUES, DAYS, ending="csv.gz")
    yield Kind("bzip2", bz2.compress(content), VALUES, DAYS, ending="csv.bz2")
    yield Kind("xz", lzma.compress(content), VALUES, DAYS, ending="csv.xz")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.csv", content)
    yield Kind("zip", packed.getvalue(), VALUES, DAYS, ending="zip")
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("more.csv", content)
    yield Kind("zip of two files", packed.getvalue(), asks="--sheet", ending="zip")
    yield Kind("gzip that is cut", gzip.compress(content)[:-20], refused="damaged", ending="gz")
    frame = pd.DataFrame({"value": VALUES}, index=DAYS.rename("date"))
    for name, made in {
        "index": frame,
        "column": frame.reset_index(),
        "text": frame.set_axis(DAYS.strftime("%d.%m.%Y")),
    }.items():
        out = io.BytesIO()
        made.to_excel(out, index=name != "column")
        yield Kind(f"workbook, dates as {name}", out.getvalue(), VALUES, DAYS, ending="xlsx")
        out = io.BytesIO()
        made.to_parquet(out)
        yield Kind(f"Parquet, dates as {name}", out.getvalue(), VALUES, DAYS, ending="parquet")
    out = io.BytesIO()
    with pd.ExcelWriter(out) as writer:
        frame.to_excel(writer, sheet_name="one")
        (-frame).to_excel(writer, sheet_name="two")
    yield Kind("workbook of two sheets", out.getvalue(), asks="--sheet", ending="xlsx")
    yield Kind(
        "workbook of two sheets, told",
        out.getvalue(),
        VALUES,
        DAYS,
        ending="xlsx",
        options={"sheet": "one"},
    )
    out = io.BytesIO()
    frame.to_excel(out, startrow=3)
    yield Kind("workbook with rows on top", out.getvalue(), VALUES, DAYS, ending="xlsx")


def _missing() -> Iterator[Kind]:
    stamps = DAYS.astype(str)
    for mark in ("", "NA", "NaN", "n/a", "-", ".", "..", "#N/A", "null", "None", "…"):
        cells = [mark if i == 7 else v for i, v in enumerate(VALUES)]
        yield Kind(f"missing by {mark!r}", table(stamps, cells), asks="--missing")
        filled = [(VALUES[6] + VALUES[8]) / 2 if i == 7 else v for i, v in enumerate(VALUES)]
        yield Kind(
            f"missing by {mark!r}, filled",
            table(stamps, cells),
            filled,
            DAYS,
            options={"missing": "interpolate"},
        )
    cells = ["" if i == 7 else v for i, v in enumerate(VALUES)]
    marked = table(stamps, [-999 if i == 7 else v for i, v in enumerate(VALUES)])
    kept = [-999 if i == 7 else v for i, v in enumerate(VALUES)]
    told = {"missing_mark": "-999", "missing": "carry"}
    carried = [VALUES[6] if i == 7 else v for i, v in enumerate(VALUES)]
    yield Kind("-999 marks", marked, carried, DAYS, options=told)
    yield Kind("-999 is a value", marked, kept, DAYS, options={"missing_mark": "none"})
    yield Kind(
        "missing, carried",
        table(stamps, cells),
        [VALUES[6] if i == 7 else v for i, v in enumerate(VALUES)],
        DAYS,
        options={"missing": "carry"},
    )
    for mark in (-9999, -999):
        yield Kind(
            f"missing by {mark}",
            table(stamps, [mark if i == 7 else v for i, v in enumerate(VALUES)]),
            asks="--missing",
        )
    yield Kind(
        "an empty line between undated rows",
        (
            "value\n" + "\n".join(map(str, VALUES[:9])) + "\n\n" + "\n".join(map(str, VALUES[9:]))
        ).encode(),
        refused="line is empty",
    )


def _clocks() -> Iterator[Kind]:
    zone = "Europe/Berlin"
    for name, start in (("spring", "2023-03-25"), ("autumn", "2023-10-28")):
        hours = pd.date_range(start, periods=N, freq="h", tz=zone)
        local = table(hours.strftime("%Y-%m-%d %H:%M"))
        yield Kind(f"local hours in {name}", local, asks="--timezone")
        yield Kind(f"local hours in {name}, told", local, VALUES, hours, options={"timezone": zone})
        with_offset = table([d.isoformat() for d in hours])
        yield Kind(f"hours with offsets in {name}", with_offset, VALUES, hours.tz_convert("UTC"))
        yield Kind(
            f"hours with offsets in {name}, told",
            with_offset,
            VALUES,
            hours,
            options={"timezone": zone},
        )
        days = pd.date_range(start, periods=N, freq="D", tz=zone) - pd.Timedelta(days=0)
        yield Kind(
            f"days with offsets in {name}",
            table([d.isoformat() for d in days]),
            VALUES,
            days.tz_localize(None),
        )


def _refused() -> Iterator[Kind]:
    yield Kind("empty", b"", refused="the file is empty")
    yield Kind("blank", b"\n \n", refused="the file is empty")
    yield Kind("header only", b"date,value\n", refused="no rows below the header")
    yield Kind(
        "old workbook", b"\xd0\xcf\x11\xe0" + b"\0" * 500, refused="save it as .xlsx", ending="xls"
    )
    yield Kind("PDF", b"%PDF-1.4 " + b"x" * 100, refused="PDF", ending="pdf")
    yield Kind("HTML", b"<!DOCTYPE html><html><body><table></table></body></html>", refused="HTML")
    yield Kind("JSON", b'[{"date": "2020-01-01", "value": 1}]', refused="JSON", ending="json")
    yield Kind("text only", b"name,town\nann,rome\nbob,oslo\n", refused="no column holds numbers")
    yield Kind(
        "infinity", table(DAYS.astype(str), ["inf", *VALUES[1:]]), refused="'inf' is not a number"
    )
    yield Kind("too large", table(DAYS.astype(str), ["1e999", *VALUES[1:]]), refused="too large")
    yield Kind("two dates", table(DAYS[:2].astype(str)), refused="how far apart")
    yield Kind("open quote", b'date,value\n2020-01-01,"5\n2020-01-02,6\n', refused="not CSV")
