"""Numbers, calendars, layouts and bytes as they come, whoever wrote them."""


# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.fuzzing.exports.base import (
    COUNTS,
    DAYS,
    HOURS,
    MONTHS,
    SIGNED,
    SIGNS,
    TARGET,
    THOUSANDS,
    VALUES,
    WEEKS,
    WORKDAYS,
    YEARS,
    Export,
    N,
    comma,
    file,
    gap,
    grouped,
    lines,
    marked,
    pairs,
    table,
)

MISSING = ("--missing",)
FORM = ("--date-format",)


def numbers() -> Iterator[Export]:
    """Numbers."""
    forms = {
        "plus signs": [f"{v:+}" for v in SIGNED],
        "the Unicode minus": [str(v).replace("-", "\u2212") for v in SIGNED],
        "an en dash for the minus": [str(v).replace("-", "\u2013") for v in SIGNED],
        "the minus behind": [f"{-v}-" if v < 0 else str(v) for v in SIGNED],
        "a blank behind the minus": [str(v).replace("-", "- ") for v in SIGNED],
        "brackets": [f"({-v})" if v < 0 else str(v) for v in SIGNED],
        "brackets and dollars": [f"$({-v})" if v < 0 else f"${v}" for v in SIGNED],
        "minus before dollars": [f"${v}".replace("$-", "-$") for v in SIGNED],
        "minus behind dollars": [f"${v}" for v in SIGNED],
        "no zero before the point": [f"{v / 1000:.5f}".replace("0.", ".") for v in SIGNED],
        "blanks around": [f"   {v} " for v in SIGNED],
        "quotes and blanks": [f'" {v} "' for v in SIGNED],
        "a currency's code": [f"CHF {v}" for v in SIGNED],
        "a currency's code behind": [f"{v} USD" for v in SIGNED],
        "one unit everywhere": [f"{v} kWh" for v in SIGNED],
        "one unit everywhere, glued": [f"{v}°C" for v in SIGNED],
        "percent": [f"{v} %" for v in SIGNED],
        "exponents": [f"{v:.6E}" for v in SIGNED],
        "a formula that holds a text": [f'="{v}"' for v in SIGNED],
        "an apostrophe before": [f"'{v}" for v in SIGNED],
        "leading zeros": [f"{v:08.2f}" for v in VALUES],
    }
    for name, cells in forms.items():
        truth: list[float] = {
            "no zero before the point": [float(f"{v / 1000:.5f}") for v in SIGNED],
            "leading zeros": VALUES,
        }.get(name, SIGNED)
        yield Export(name, table(DAYS.date, cells), truth, DAYS,
            may_ask=("--missing", "--thousands", "--decimal"))
    yield Export("commas in exponents",
        table(DAYS.date, [comma(f"{v:.6E}") for v in SIGNED], "x;y", ";"), SIGNED, DAYS)
    yield Export("no-break blank and euro",
        table(DAYS.date, [grouped(v, ".", ",") + "\u00a0€" for v in THOUSANDS], "x;y", ";"),
        THOUSANDS, DAYS)
    yield Export("underscores", table(DAYS.date, [f"{n:_}" for n in COUNTS]), COUNTS, DAYS,
        may_ask=("--thousands",))
    yield Export("thin blanks", table(DAYS.date, [grouped(v, "\u2009", ".") for v in THOUSANDS]),
        THOUSANDS, DAYS)
    yield Export("millions in points",
        table(DAYS.date, [grouped(1000 * v, ".", ",", 0) for v in THOUSANDS], "x;y", ";"),
        [round(1000 * v) for v in THOUSANDS], DAYS)
    yield Export("three decimals or thousands, point",
        table(DAYS.date, [f"{n / 1000:.3f}" for n in COUNTS], "x;y", ";"), COUNTS, DAYS,
        must_ask=SIGNS, then={"thousands": "."})
    yield Export("three decimals or thousands, comma",
        table(DAYS.date, [f'"{n:,}"' for n in COUNTS]), COUNTS, DAYS, must_ask=SIGNS,
        then={"thousands": ","})
    yield Export("three decimals next to a zero in front",
        table(DAYS.date, [f"{v / 1000:.3f}" for v in range(3, 3 + N)], "x;y", ";"),
        [float(f"{v / 1000:.3f}") for v in range(3, 3 + N)], DAYS)
    yield file("decimal commas in a file of commas", DAYS, "date,value", "{d:%Y-%m-%d},{comma}",
        may_ask=("--decimal", "--delimiter", "--header"))
    yield Export("decimal signs of two kinds",
        table(DAYS.date, [comma(v) if i % 2 else v for i, v in enumerate(VALUES)], "x;y", ";"),
        refused="")
    yield Export("two units in one column",
        table(DAYS.date, [f"{v} kW" if i % 2 else f"{v} W" for i, v in enumerate(VALUES)]),
        refused="W")
    yield Export("two currencies in one column",
        table(DAYS.date, [f"€{v}" if i % 2 else f"${v}" for i, v in enumerate(VALUES)]),
        refused="€")
    yield Export("percent in some cells",
        table(DAYS.date, [f"{v}%" if i % 2 else f"{v}" for i, v in enumerate(VALUES)]),
        refused="percent sign")
    yield Export("a unit in some cells",
        table(DAYS.date, [f"{v} k" if i % 5 == 0 else f"{v}" for i, v in enumerate(VALUES)]),
        refused="k")
    yield Export("footnote marks",
        table(DAYS.date, [f"{v}*" if i > 44 else f"{v}" for i, v in enumerate(VALUES)]), VALUES,
        DAYS, may_ask=MISSING)
    yield Export("provisional values",
        table(DAYS.date, [f"{v} p" if i > 44 else f"{v}" for i, v in enumerate(VALUES)]), VALUES,
        DAYS, may_ask=MISSING)
    yield Export("numbered footnotes", table(DAYS.date, marked(VALUES, f"{VALUES[20]}[1]")), VALUES,
        DAYS, may_ask=MISSING)
    yield Export("approximations", table(DAYS.date, marked(VALUES, "~50")), refused="~50")
    yield Export("a fraction", table(DAYS.date, marked(VALUES, "1/2")), refused="1/2")
    yield Export("a range", table(DAYS.date, marked(VALUES, "50-60")), refused="50-60")
    yield Export("a typing error", table(DAYS.date, marked(VALUES, "5O.07")), refused="5O.07")
    yield Export("two points", table(DAYS.date, marked(VALUES, "50.0.7")), refused="50.0.7")
    yield Export("durations", table(DAYS.date, [f"{n % 60}:{n % 47:02d}" for n in COUNTS]),
        refused="")
    yield Export("yes and no", table(DAYS.date, ["yes" if i % 3 else "no" for i in range(N)]),
        refused="")
    yield Export("hexadecimal", table(DAYS.date, [hex(n) for n in COUNTS]), refused="0x")
    yield Export("digits beyond a double's",
        table(DAYS.date, [f"{v}00000000000000001" for v in VALUES]), VALUES, DAYS)
    small = [v * 1e-12 for v in VALUES]
    yield Export("tiny numbers", table(DAYS.date, small), small, DAYS)
    big = [2**60 + n for n in COUNTS]
    yield Export("integers beyond 2^53", table(DAYS.date, big), [float(b) for b in big], DAYS)


def missing() -> Iterator[Export]:
    """Marks of what is missing."""
    marks = [
        "",
        "NA",
        "N/A",
        "#N/A",
        "n/a",
        "n.a.",
        "NaN",
        "nan",
        "NULL",
        "null",
        "None",
        "-",
        "--",
        "---",
        ".",
        "..",
        "...",
        ":",
        "?",
        "*",
        "***",
        "x",
        "#VALUE!",
        "#DIV/0!",
        "#REF!",
        "#NV",
        "k.A.",
        "s/d",
        "n/d",
        "\u2013",
        "\u2014",
        "…",
        "missing",
        "(blank)",
        "-nan",
        "1.#QNAN",
        "<NA>",
        "NaT",
        "no data",
        "No Data",
        "nd",
        "c",
        "M",
        "T",
        "///",
    ]
    for mark in marks:
        yield Export(f"missing as {mark!r}", table(DAYS.date, marked(VALUES, mark)), gap(VALUES),
            DAYS, must_ask=MISSING,
            then={"missing": "interpolate"} | ({"missing_mark": mark} if mark in "xcMT" else {}))
    for mark in ("-999", "-9999", "-99.9", "-999.25", "9999", "99999.9", "1e+20", "-1e34"):
        yield Export(f"missing as {mark}", table(DAYS.date, marked(VALUES, mark)), gap(VALUES),
            DAYS, must_ask=("--missing-mark", "--missing"),
            then={"missing": "interpolate", "missing_mark": mark})
    carried = list(VALUES)
    carried[20] = VALUES[19]
    yield Export("missing, the last value stays", table(DAYS.date, marked(VALUES, "")), carried,
        DAYS, options={"missing": "carry"})
    rows = [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)]
    yield Export("a day left out", lines("d,v", *rows[:20], *rows[21:]).encode(), gap(VALUES), DAYS,
        must_ask=MISSING, then={"missing": "interpolate"})
    months = [f"{d:%Y-%m},{v}" for d, v in pairs(MONTHS, VALUES)]
    yield Export("a month left out", lines("d,v", *months[:20], *months[21:]).encode(), gap(VALUES),
        MONTHS, must_ask=MISSING, then={"missing": "interpolate"})
    yield Export("values that begin late", table(DAYS.date, ["", "", *VALUES[2:]]), VALUES[2:],
        DAYS[2:], may_ask=MISSING)
    yield Export("values that end early", table(DAYS.date, [*VALUES[:-3], "", "", ""]), VALUES[:-3],
        DAYS[:-3], may_ask=MISSING)
    yield Export("nothing but gaps", table(DAYS.date, [""] * N), refused="")


def calendars() -> Iterator[Export]:
    """Dates that are regular in their own way, or not at all."""
    regular = {
        "ends of months": pd.date_range("2016-01-31", periods=N, freq="ME"),
        "last working days of months": pd.date_range("2016-01-29", periods=N, freq="BME"),
        "first working days of months": pd.date_range("2016-01-01", periods=N, freq="BMS"),
        "ends of quarters": pd.date_range("2008-03-31", periods=N, freq="QE"),
        "ends of years": pd.date_range("1971-12-31", periods=N, freq="YE"),
        "fiscal years from July": pd.date_range("1971-07-01", periods=N, freq="YS-JUL"),
        "quarters from February": pd.date_range("2008-02-01", periods=N, freq="QS-FEB"),
        "the 15th": MONTHS + pd.Timedelta(days=14),
        "every second month": pd.date_range("2010-01-01", periods=N, freq="2MS"),
        "every fourth year": pd.date_range("1824-01-01", periods=N, freq="4YS"),
        "every second week": pd.date_range("2020-01-06", periods=N, freq="14D"),
        "Sundays": pd.date_range("2022-01-02", periods=N, freq="W-SUN"),
        "every sixth hour": pd.date_range("2022-01-01", periods=N, freq="6h"),
        "seven minutes past": pd.date_range("2022-01-01 00:07", periods=N, freq="15min"),
        "tenths of seconds": pd.date_range("2022-01-01", periods=N, freq="100ms"),
        "third Wednesdays": pd.date_range("2016-01-20", periods=N, freq="WOM-3WED"),
        "half months": pd.date_range("2022-01-01", periods=N, freq="SMS-15"),
    }
    for name, dates in regular.items():
        yield Export(name, table([d.isoformat(" ") for d in dates]), VALUES, dates,
            may_ask=("--date",))
    rows = [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)]
    holidays = [
        f"{d:%Y-%m-%d},{v}"
        for i, (d, v) in enumerate(pairs(WORKDAYS, VALUES))
        if i not in (10, 11, 30)
    ]
    yield file("trading days", [d for i, d in enumerate(WORKDAYS) if i not in (10, 11, 30)], "d,v",
        holidays, values=[v for i, v in enumerate(VALUES) if i not in (10, 11, 30)])
    order = [(17 * i) % N for i in range(N)]
    order = list(np.random.default_rng(3).permutation(N))
    yield file("shuffled rows", DAYS, "d,v", [rows[i] for i in order], may_ask=("--date",))
    yield Export("newest first", lines("d,v", *rows[::-1]).encode(), VALUES, DAYS)
    yield Export("a row twice", lines("d,v", *rows[:20], rows[19], *rows[20:]).encode(), VALUES,
        DAYS, may_ask=("--date", "--id-column"))
    yield Export("a date twice with two values",
        lines("d,v", *rows[:20], rows[19] + "1", *rows[20:]).encode(), refused="2022-04-06")
    sessions = [
        d
        for day in pd.bdate_range("2022-03-21", periods=6)
        for d in pd.date_range(day + pd.Timedelta(hours=9), periods=8, freq="h")
    ]
    yield Export("hours of trading", table(sessions), VALUES, sessions,
        may_ask=("--date", *MISSING))
    cuts = pd.DatetimeIndex(
        np.cumsum([1 + (i * i) % 5 for i in range(N)]) * pd.Timedelta(days=1)
        + pd.Timestamp("2022-01-01")
    )
    yield Export("days at random", table(cuts.date), VALUES, None, must_ask=("--date", *MISSING),
        then={"date": "none"})
    yield Export("a year that is wrong",
        lines("d,v", *rows[:20], f"1922-04-07,{VALUES[20]}", *rows[21:]).encode(), refused="1922")
    yield Export("a day that does not exist",
        lines("d,v", *rows[:20], f"2022-04-31,{VALUES[20]}", *rows[21:]).encode(),
        refused="2022-04-31")
    both = pd.date_range("2022-01-01", periods=12, freq="D")
    yield Export("days and months that may be swapped",
        table([f"{d:%d/%m/%Y}" for d in both], VALUES[:12]), VALUES[:12], both, may_ask=FORM)
    weeks = pd.date_range("2022-01-03", periods=10, freq="35D")
    yield Export("swapped readings that both end in disorder",
        table([f"{d.day % 12 + 1}/{d.month}/{d:%Y}" for d in weeks], VALUES[:10]), None,
        must_ask=("--date", *FORM))
    first = pd.date_range("2011-01-01", periods=12, freq="MS")
    yield Export("first days of months or days of January",
        table([f"01/{d:%m}/2011" for d in first], VALUES[:12]), VALUES[:12], first, must_ask=FORM,
        then={"date_format": "%d/%m/%Y"})
    yield Export("two-digit years that may be days",
        table([f"{d:%y-%m-%d}" for d in pd.date_range("2010-01-01", periods=12)], VALUES[:12]),
        VALUES[:12], pd.date_range("2010-01-01", periods=12), may_ask=FORM,
        then={"date_format": "%y-%m-%d"})
    local = pd.date_range("2022-03-26 12:00", periods=N, freq="h", tz="Europe/Berlin")
    yield Export("spring forward", table([f"{d:%Y-%m-%d %H:%M}" for d in local]), VALUES,
        local.tz_convert("UTC").tz_localize(None), must_ask=("--timezone",))
    local = pd.date_range("2022-10-29 12:00", periods=N, freq="h", tz="Europe/Berlin")
    yield Export("autumn back", table([f"{d:%Y-%m-%d %H:%M}" for d in local]), VALUES, None,
        must_ask=("--timezone",))
    yield Export("autumn back with offsets", table([d.isoformat() for d in local]), VALUES, local,
        may_ask=("--timezone",), then={"timezone": "Europe/Berlin"})
    yield Export("autumn back with names of zones",
        table([f"{d:%Y-%m-%d %H:%M %Z}" for d in local]), VALUES, local, may_ask=("--timezone",),
        then={"timezone": "Europe/Berlin"})
    yield Export("another offset", table([d.isoformat() + "+05:45" for d in HOURS]), VALUES, HOURS)
    yield Export("days in UTC that are local midnights",
        table([d.tz_localize("Europe/Oslo").tz_convert("UTC").isoformat() for d in DAYS]), VALUES,
        DAYS, must_ask=("--timezone",), then={"timezone": "Europe/Oslo"})
    forms = {
        "ordinal days": [f"{d:%Y-%j}" for d in DAYS],
        "ordinal days, glued": [f"{d:%Y%j}" for d in DAYS],
        "years last, blanks": [f"{d:%d %m %Y}" for d in DAYS],
        "stamps, glued": [f"{d:%Y%m%d%H%M%S}" for d in DAYS],
        "stamps with a T, glued": [f"{d:%Y%m%dT%H%M%SZ}" for d in DAYS],
        "short days": [f"{d.day}/{d.month}/{d:%y}" for d in DAYS],
        "names of days behind": [f"{d:%d/%m/%Y (%a)}" for d in DAYS],
        "names of days before": [f"{d:%a %Y-%m-%d}" for d in DAYS],
        "microseconds": [f"{d:%Y-%m-%dT%H:%M:%S}.000000Z" for d in DAYS],
        "spreadsheet days with a fraction": [f"{44638 + i}.0" for i in range(N)],
        "milliseconds in exponents": [f"{d.timestamp() * 1000:.5E}" for d in DAYS],
    }
    for name, stamps in forms.items():
        yield Export(name, table(stamps), VALUES, DAYS, may_ask=(*FORM, "--date"))
    iso = [f"{d:%G-W%V}" for d in WEEKS]
    for name, stamps in {
        "ISO weeks": iso,
        "ISO weeks and days": [w + "-1" for w in iso],
        "weeks, glued": [w.replace("-", "") for w in iso],
        "W before the week": [f"W{d:%V %G}" for d in WEEKS],
        "the word week": [f"Week {d:%V, %G}".replace(",", "") for d in WEEKS],
        "weeks as spans": [f"{d:%Y-%m-%d}/{d + pd.Timedelta(days=6):%Y-%m-%d}" for d in WEEKS],
        "weeks as spans in words": [
            f"{d:%d %b %Y} - {d + pd.Timedelta(days=6):%d %b %Y}" for d in WEEKS
        ],
    }.items():
        yield Export(name, table(stamps, header="week,n"), VALUES, WEEKS, may_ask=(*FORM, "--date"))
    yield Export("six digits that are weeks", table([f"{d:%G%V}" for d in WEEKS], header="week,n"),
        VALUES, WEEKS, may_ask=(*FORM, "--date"))
    yield file("year and week in two columns", WEEKS, "year,week,n",
        [f"{d:%G},{int(f'{d:%V}')},{v}" for d, v in pairs(WEEKS, VALUES)], may_ask=("--date",))
    yield file("year and quarter in two columns", pd.date_range("2008", periods=N, freq="QS"),
        "year,quarter,n", [f"{2008 + i // 4},{i % 4 + 1},{v}" for i, v in enumerate(VALUES)])
    yield file("day, month and year in three columns", DAYS, "day,month,year,n",
        "{d.day},{d.month},{d.year},{v}")
    yield Export("decades", table([f"{1500 + 10 * i}s" for i in range(30)], VALUES[:30]),
        VALUES[:30], None, may_ask=("--date", *FORM), then={"date": "none"})
    far = DAYS.as_unit("s") + np.timedelta64(98000, "D").astype("m8[s]")
    yield Export("from the future", table(far.date), VALUES, far, may_ask=("--date",))
    yield Export("twelve rows a day by number", table([i % 12 for i in range(N)], VALUES, "slot,x"),
        VALUES, None, must_ask=TARGET, then={"target": "x"})


def tables() -> Iterator[Export]:
    """How rows and columns lie."""
    rows = [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)]

    def plain(name: str, *content: str, end: str = "\n", **more: object) -> Export:
        return Export(
            name, lines(*content, end=end).encode(), **{"values": VALUES, "dates": DAYS, **more}
        )  # type: ignore[arg-type]

    yield file("a title", DAYS, ["Sales of ACME", "", "date,value"], rows)
    yield file("a title with commas", DAYS, ["Sales, all branches, in euros", "date,value"], rows)
    yield file("units below the header", DAYS, ["date,value", ",kWh"], rows)
    yield file("units below the header, both", DAYS, ["date,value", "[-],[kWh]"], rows)
    yield file("types below the header", DAYS, ["date,value", "datetime,float"], rows)
    yield file("a total below", DAYS, "date,value", rows, f"Total,{sum(VALUES):.2f}")
    yield file("a total with blanks above", DAYS, "date,value", rows,
        ["", f"Sum,{sum(VALUES):.2f}"])
    yield file("a mean below without a name", DAYS, "date,value", rows, ",70.5")
    yield file("a source below", DAYS, "date,value", rows, ["", "Source: ministry of silly walks,"])
    yield file("notes below", DAYS, "date,value", rows,
        ["* provisional", "** estimated, see notes"])
    yield file("the end is told", DAYS, "date,value", rows, "END OF FILE")
    yield plain("the header again in the middle", "date,value", *rows[:24], "date,value",
        *rows[24:], may_ask=("--header",))
    years = [
        row
        for i, d in enumerate(MONTHS)
        for row in (
            [f"{d:%Y-%m},{VALUES[i]}"] + ([f"{d:%Y} total,99999.5"] if d.month == 12 else [])
        )
    ]
    yield file("totals in between", MONTHS, "month,n", years, may_ask=("--date",))
    yield plain("two tables below each other", "date,value", *rows[:24], "", "date,other",
        *rows[24:], refused="")
    yield file("two tables side by side", DAYS, "date,a,,date,b", [f"{r},,{r}" for r in rows],
        must_ask=TARGET)
    yield file("delimiters at the ends of rows", DAYS, "date,value,", [f"{r}," for r in rows])
    yield file("delimiters at the ends of rows, not of the header", DAYS, "date,value",
        [f"{r}," for r in rows])
    yield file("delimiters before rows", DAYS, ",date,value", [f",{r}" for r in rows])
    yield file("many empty columns", DAYS, "date,value,,,,,", [f"{r},,,,," for r in rows])
    yield file("empty rows between", DAYS, "date,value", [x for r in rows for x in (r, "")])
    yield file("no header", DAYS, [], rows)
    yield file("names twice", DAYS, "date,value,value",
        [f"{r},{i % 7}" for i, r in enumerate(rows)], must_ask=TARGET)
    yield file("a name over two lines", DAYS, '"date","value\n(kWh)"', rows)
    yield file("a name with a comma", DAYS, 'date,"value, net"', rows)
    yield file("all cells quoted", DAYS, '"date","value"', '"{d:%Y-%m-%d}","{v}"')
    yield file("single quotes", DAYS, "'date','value'", "'{d:%Y-%m-%d}','{v}'")
    yield file("whole rows quoted", DAYS, '"date,value"', [f'"{r}"' for r in rows],
        may_ask=("--delimiter",))
    yield file("whole rows quoted, quotes doubled", DAYS, '"date,""value"""',
        '"{d:%Y-%m-%d},""{v}"""', may_ask=("--delimiter",))
    yield file("blanks behind commas", DAYS, "date, value", [r.replace(",", ", ") for r in rows])
    yield file("quotes behind blanks", DAYS, '"date", "value"', '"{d:%Y-%m-%d}", "{v}"')
    yield file("tabs and blanks", DAYS, "date\t value", [r.replace(",", "\t ") for r in rows])
    yield file("several tabs", DAYS, "date\t\tvalue", [r.replace(",", "\t\t") for r in rows],
        ending="txt")
    yield file("pipes", DAYS, "date|value", [r.replace(",", "|") for r in rows], ending="txt")
    yield file("carets", DAYS, "date^value", [r.replace(",", "^") for r in rows], ending="txt",
        may_ask=("--delimiter",))
    yield file("colons", DAYS, "date:value", [r.replace(",", ":") for r in rows], ending="txt",
        may_ask=("--delimiter",))
    yield file("control sign between cells", DAYS, "date\x01value",
        [r.replace(",", "\x01") for r in rows], may_ask=("--delimiter",))
    yield file("fixed width without gaps", DAYS, "date      value", "{d:%Y-%m-%d}{v:7.2f}",
        ending="txt", may_ask=("--delimiter",))
    yield file("stamps with a blank in a file of blanks", HOURS, "time value",
        "{d:%Y-%m-%d %H:%M} {v}", ending="txt")
    yield file("blanks between, date and time", HOURS, "date time value", "{d:%Y-%m-%d %H:%M} {v}",
        ending="txt")
    yield plain("one column", "value", *map(str, VALUES), dates=None)
    yield plain("one column without a header", *map(str, VALUES), dates=None,
        may_ask=("--header", "--no-header"), then={"header": False})
    yield plain("one row", ",".join(map(str, VALUES)), dates=None)
    yield plain("one row with a name", "value," + ",".join(map(str, VALUES)), dates=None)
    yield plain("rows and columns swapped", ",".join(["date", *(f"{d:%Y-%m-%d}" for d in DAYS)]),
        ",".join(["value", *map(str, VALUES)]))
    yield file("a name and a value on each row", DAYS, [],
        [f"{d:%Y-%m-%d}=" + str(v) for d, v in pairs(DAYS, VALUES)],
        may_ask=("--delimiter", "--header"))
    yield plain("comments between rows", "# made by hand", "date,value", *rows[:9], "# a new meter",
        *rows[9:], may_ask=("--header",))
    yield file("semicolon comments", DAYS, ["; made by hand", "date,value"], rows)
    yield file("percent comments", DAYS, ["% made by hand", "date,value"], rows)
    yield file("slash comments", DAYS, ["// made by hand", "date,value"], rows)
    yield file("a remark in some rows", DAYS, "date,value,remark",
        [r + (",meter replaced" if i == 9 else ",") for i, r in enumerate(rows)])
    yield file("a remark with commas, unquoted", DAYS, "date,value,remark",
        [r + (",meter replaced, see log" if i == 9 else ",") for i, r in enumerate(rows)],
        may_ask=("--delimiter", "--header"))
    yield plain("a comma too much in one row", "date,value", *rows[:9], rows[9] + ",7", *rows[10:],
        refused="line 11")
    yield plain("a comma too few in one row", "date,value,m",
        *(f"{r},{i % 5}" for i, r in enumerate(rows[:9])), rows[9],
        *(f"{r},{i % 5}" for i, r in enumerate(rows[10:])), refused="line 11")
    yield plain("a row cut off", "date,value", *rows[:47], "2022-05-", refused="")
    yield file("many numbered columns", DAYS, "date," + ",".join(f"s{k}" for k in range(300)),
        [r.split(",")[0] + "," + ",".join(f"{VALUES[i] + k:.2f}" for k in range(300))
         for i, r in enumerate(rows)], must_ask=TARGET, then={"target": "s0"})
    yield file("constant columns beside", DAYS, "station,lat,lon,date,value",
        [f"Oslo,59.9,10.7,{r}" for r in rows], may_ask=TARGET, then={"target": "value"})
    yield file("numbers of rows beside", DAYS, "No.,date,value",
        [f"{i},{r}" for i, r in enumerate(rows, 1)])
    yield file("header with units and blanks", DAYS, "  Date (UTC) , Value [kWh] ", rows)
    yield file("header in capitals of another language", DAYS, "ДАТА,ЗНАЧЕНИЕ", rows)
    yield file("header of numbers", DAYS, "0,1", rows)
    yield file("empty header", DAYS, ",", rows)
    yield file("a decimal year beside year and month", MONTHS, "year,month,decimal,x",
        [f"{d.year},{d.month},{d.year + (d.month - 0.5) / 12:.3f},{v}"
         for d, v in pairs(MONTHS, VALUES)], may_ask=(*TARGET, "--date"), then={"target": "x"})
    yield file("decimal years, middles of months", MONTHS, "t,x",
        [f"{d.year + (d.month - 0.5) / 12:.4f},{v}" for d, v in pairs(MONTHS, VALUES)])
    yield file("decimal years, days", pd.date_range("2021-01-01", periods=N), "t,x",
        [f"{2021 + (i + 0.5) / 365:.4f},{v}" for i, v in enumerate(VALUES)],
        may_ask=("--date", *FORM))
    yield file("an idle column of numbers that never moves", DAYS, "date,value,version",
        [f"{r},2" for r in rows], may_ask=TARGET, then={"target": "value"})
    yield file("years in the values", YEARS, "year,books",
        [f"{d.year},{1900 + i % 50}" for i, d in enumerate(YEARS)],
        values=[1900 + i % 50 for i in range(N)])
    yield file("values that look like dates", DAYS, "date,yyyymm",
        [f"{d:%Y-%m-%d},{201601 + i % 12}" for i, d in enumerate(DAYS)],
        values=[201601 + i % 12 for i in range(N)], may_ask=("--date", *TARGET),
        then={"date": "date", "target": "yyyymm"})


def bytes_of_files() -> Iterator[Export]:
    """Encodings, ends of lines, and packing."""
    rows = [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)]
    text = lines("date,value", *rows)
    german = lines("Tag;Größe", *(f"{d:%d.%m.%Y};{comma(v)}" for d, v in pairs(DAYS, VALUES)))

    def plain(name: str, content: bytes, ending: str = "csv", **more: object) -> Export:
        return Export(name, content, **{"values": VALUES, "dates": DAYS, "ending": ending, **more})  # type: ignore[arg-type]

    for code in ("utf-16-le", "utf-16-be", "utf-16", "utf-32", "cp1252", "cp850", "mac-roman"):
        yield plain(f"encoding {code}", german.encode(code), may_ask=("--encoding",))
    yield plain("UTF-16, big end first, with a mark", b"\xfe\xff" + german.encode("utf-16-be"))
    yield plain("a mark twice", b"\xef\xbb\xbf" * 2 + text.encode())
    yield plain("a mark amid",
        (lines("date,value", *rows[:9]) + "\ufeff" + lines(*rows[9:])).encode(),
        may_ask=("--encoding", "--date"))
    yield plain("a mark before quotes", b"\xef\xbb\xbf" + text.replace("date", '"date"').encode())
    yield plain("zero-width blanks",
        text.replace("date", "\u200bdate").replace(",", ",\u200b").encode())
    yield plain("NUL bytes behind cells", text.replace(",", "\0\0,").encode(),
        may_ask=("--encoding",))
    yield plain("NUL bytes at the end", text.encode() + b"\0" * 200, may_ask=("--encoding",))
    yield plain("the end of DOS", text.encode() + b"\x1a")
    yield plain("form feeds", (lines("date,value", *rows[:24]) + "\f" + lines(*rows[24:])).encode())
    yield plain("CR only", text.replace("\n", "\r").encode())
    yield plain("CR CR LF", text.replace("\n", "\r\r\n").encode())
    yield plain("mixed ends", text.replace("\n", "\r\n", 20).encode())
    yield plain("no last end", text.rstrip("\n").encode())
    yield plain("a bad byte", text.replace("value", "caf\udce9").encode("utf-8", "surrogateescape"),
        may_ask=("--encoding",))
    yield plain("a bad byte among UTF-8",
        text.replace("value", "Größe\udce9").encode("utf-8", "surrogateescape"),
        may_ask=("--encoding",))
    yield plain("gzip without its ending", gzip.compress(text.encode()))
    yield plain("gzip", gzip.compress(text.encode()), "csv.gz")
    yield plain("bzip2", bz2.compress(text.encode()), "csv.bz2")
    for name, members in {
        "zip": {"a.csv": text},
        "zip from a Mac": {"a.csv": text, "__MACOSX/._a.csv": "\0\5\26\7"},
        "zip with a folder": {"out/": "", "out/a.csv": text},
        "zip with a read-me": {"README.txt": "Made by the ministry.\n", "a.csv": text},
    }.items():
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as packed:
            for member, content in members.items():
                packed.writestr(member, content)
        yield plain(name, buffer.getvalue(), "zip")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("a.csv", text)
        packed.writestr("b.csv", text)
    yield plain("zip of two tables", buffer.getvalue(), "zip", refused="b.csv")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("a.csv")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))
    yield plain("tar", buffer.getvalue(), "tar.gz", refused="")
    yield plain("gzip cut off", gzip.compress(text.encode())[:-30], "csv.gz", refused="")
    yield plain("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "csv", refused="")
    yield plain("a workbook named csv", _workbook(), "csv", may_ask=("--sheet",))
    yield plain("text named xlsx", text.encode(), "xlsx")
    yield plain("a page of the web", b"<html><body>404 not found</body></html>", refused="HTML")
    yield plain("rich text", rb"{\rtf1\ansi date,value\par}", "rtf", refused="")


def _workbook() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"date": DAYS, "value": VALUES}).to_excel(buffer, index=False)
    return buffer.getvalue()


def arguments() -> Iterator[Export]:
    """What users say, rightly and wrongly."""
    days = table([f"{d:%d/%m/%Y}" for d in DAYS])
    plain = table(DAYS.date)
    two = lines(
        "date,a,b", *(f"{d:%Y-%m-%d},{v},{n}" for d, v, n in pairs(DAYS, VALUES, COUNTS))
    ).encode()
    yield Export("a column by name", two, COUNTS, DAYS, options={"target": "b"})
    yield Export("a column with other capitals", two, COUNTS, DAYS, options={"target": "B"},
        may_ask=TARGET)
    yield Export("a column by number", two, options={"target": "2"}, must_ask=TARGET)
    yield Export("no such column", two, options={"target": "c"}, must_ask=TARGET)
    yield Export("the dates as numbers", plain, options={"target": "date"}, must_ask=TARGET)
    yield Export("no dates", plain, VALUES, None, options={"date": "none"})
    yield Export("no such dates", plain, options={"date": "when"}, must_ask=("--date",))
    yield Export("numbers as dates", plain, options={"date": "value"}, must_ask=("--date",))
    yield Export("a form", days, VALUES, DAYS, options={"date_format": "%d/%m/%Y"})
    yield Export("a form that does not fit", days, options={"date_format": "%m/%d/%Y"},
        must_ask=FORM)
    yield Export("a form that is none", days, options={"date_format": "dd/mm/yyyy"}, must_ask=FORM)
    yield Export("a form without years", days, options={"date_format": "%d/%m"}, must_ask=FORM)
    yield Export("one sign for both", plain, options={"decimal": ",", "thousands": ","},
        must_ask=SIGNS)
    yield Export("a decimal comma where there is none", plain, options={"decimal": ","},
        must_ask=("--decimal", "--delimiter"))
    yield Export("thousands that are none", plain, options={"thousands": "."},
        must_ask=("--thousands",))
    yield Export("a delimiter that is none", plain, options={"delimiter": ";"},
        must_ask=("--delimiter",))
    yield Export("a delimiter of two signs", plain, options={"delimiter": ";;"},
        must_ask=("--delimiter",))
    yield Export("a delimiter by name", plain.replace(b",", b"\t"), VALUES, DAYS,
        options={"delimiter": "tab"})
    yield Export("an encoding that is none", plain, options={"encoding": "utf-9"},
        must_ask=("--encoding",))
    yield Export("an encoding that does not fit", "Größe;x\n1;2\n".encode("cp1252"),
        options={"encoding": "utf-8"}, must_ask=("--encoding",))
    yield Export("a zone that is none", plain, options={"timezone": "Berlin"},
        must_ask=("--timezone",))
    yield Export("a sheet of no workbook", plain, options={"sheet": "1"}, must_ask=("--sheet",))
    yield Export("a header that is none", table(DAYS.date, header=None), VALUES[1:], DAYS[1:],
        options={"header": True})
    yield Export("no header where there is one", plain, VALUES, DAYS, options={"header": False},
        may_ask=("--header", "--no-header"), then={"header": None})
    yield Export("a mark that is no number", plain, options={"missing_mark": "gone"},
        must_ask=("--missing-mark",))
    yield Export("no mark", table(DAYS.date, marked(VALUES, "-999")), marked(VALUES, -999.0), DAYS,
        options={"missing_mark": "none"})
    yield Export("a series of no id", two, options={"series_id": "x"},
        must_ask=("--id-column", "--id"))
    yield Export("no such series",
        lines("id,d,v", "a,2022-01-01,1", "a,2022-01-02,2", "a,2022-01-03,3").encode(),
        options={"id_column": "id", "series_id": "b"}, must_ask=("--id",))
    yield Export("target and dates the same", plain, options={"target": "value", "date": "value"},
        must_ask=("--date", "--target"))


def all_layouts() -> Iterator[Export]:
    """Return the kinds of this file."""
    yield from numbers()
    yield from missing()
    yield from calendars()
    yield from tables()
    yield from bytes_of_files()
    yield from arguments()
