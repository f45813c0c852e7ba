"""Files of offices, instruments, shops and apps, and files that lie near two readings."""

# ruff: noqa: E501 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tests.fuzzing.exports.base import (
    COUNTS,
    DAYS,
    HOURS,
    MONTHS,
    QUARTERS,
    SIGNS,
    TARGET,
    VALUES,
    WEEKS,
    YEARS,
    Export,
    comma,
    file,
    gap,
    marked,
    pairs,
)

DATE = ("--date", "--date-format")
IDS = ("--id", "--id-column")
MISSING = ("--missing", "--missing-mark")
MONTH_ENDS = pd.date_range("2016-01-31", periods=48, freq="ME")
DEKADS = pd.DatetimeIndex([d + pd.Timedelta(days=k) for d in MONTHS[:16] for k in (0, 10, 20)])
WEEKDAYS = "月火水木金土日"


def all_sources() -> Iterator[Export]:
    """Go through all kinds."""
    for maker in (_offices, _instruments, _stamps, _prices, _ends, _blocks, _columns, _told):
        yield from maker()


def _offices() -> Iterator[Export]:
    stacked = [f'"{y}","{y - 1950}.1"' for y in range(2016, 2020)]
    stacked += [f'"{y} Q{k}","{y - 1950}.{k}"' for y in range(2016, 2020) for k in range(1, 5)]
    stacked += [f'"{d:%Y %b}","{v}"'.upper() for d, v in pairs(MONTHS, VALUES)]
    ons = ['"Title","CPI INDEX"', '"CDID","D7BT"', '"Unit","Index"', '"Release date","14-02-2024"']
    yield file("ONS, years above quarters above months", MONTHS, ons, stacked,
        must_ask=("--date-format",), then={"date_format": "%Y %b"})
    yield file("years above quarters, the years", YEARS, "period,x", [f"{d:%Y},{v}" for d, v in
        pairs(YEARS, VALUES)] + [f"{d.year} Q{d.quarter},9.5" for d in QUARTERS],
        must_ask=("--date-format",), then={"date_format": "%Y"})
    yield file("months above the sums of years", MONTHS, "period,x", [f"{d:%Y-%m},{v}" for d, v in
        pairs(MONTHS, VALUES)] + [f"{y},{y - 1200}" for y in range(2016, 2020)],
        must_ask=("--date-format",), then={"date_format": "%Y-%m"})
    short = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.",
             "Nov.", "Dec."]  # fmt: skip
    yield file("months in the style of newspapers", MONTHS, "month,x",
        [f"{short[d.month - 1]} {d.year},{v}" for d, v in pairs(MONTHS, VALUES)])
    yield file("KOSIS across", MONTHS, [], ['"region",' + ",".join(f'"{d:%Y.%m}"' for d in MONTHS),
        "all," + ",".join(map(str, VALUES))])
    yield file("NRFA", DAYS, ["file,timestamp,2024-02-23T12:00:00", "station,id,39001",
        "station,name,Thames at Kingston", "dataType,id,gdf", "dataType,units,m3/s",
        "data,first,2022-03-18", "data,last,2022-05-04"], "{d:%Y-%m-%d},{v},")
    yield file("Mauna Loa, without a header", MONTHS, ["# USE OF NOAA GML DATA", "#   decimal"],
        [f"{d.year}  {d.month:2d}  {d.year + (d.month - 0.5) / 12:.4f}   {v}" for d, v in
        pairs(MONTHS, VALUES)], may_ask=TARGET, then={"target": "column 4"})
    yield file("ISO year and week", WEEKS, "ISO_YEAR,ISO_WEEK,SPEC",
        [f"{d.year},{d.isocalendar()[1]},{c}" for d, c in pairs(WEEKS, COUNTS)], values=COUNTS)
    yield file("MMWR weeks", None, "MMWRYEAR,MMWRWEEK,deaths", "2022,{n},{count}", values=COUNTS,
        must_ask=TARGET, then={"target": "deaths", "date": "none"})
    dekads = [f"{d.year},{d.month},{d.day // 10 + 1},{v}" for d, v in pairs(DEKADS, VALUES)]
    yield file("dekads in columns", DEKADS, "year,month,dekad,ndvi", dekads)
    yield file("dekads in words", DEKADS, "dekad,ndvi", [f"{d:%Y-%m}-D{d.day // 10 + 1},{v}" for d,
        v in pairs(DEKADS, VALUES)])
    yield file("hours of the year", None, "HOY,load", "{i},{v}")


def _instruments() -> Iterator[Export]:
    yield file("Dexcom", HOURS, ["Index,Timestamp,Event Type,Patient Info,Glucose Value (mg/dL)",
        "1,,FirstName,Jane,", "2,,LastName,Doe,", "3,,Device,,"],
        "{i},{d:%Y-%m-%dT%H:%M:%S},EGV,,{count}", values=COUNTS)
    end = "***End_of_Header***\t"
    yield file("LabVIEW, two headers", None, ["LabVIEW Measurement\t", "Separator\tTab", "Date\t2022/01/14",
        "Time\t12:00:00.123", end, "\t", "Channels\t1\t", "Samples\t48\t", "Date\t2022/01/14\t",
        "X_Dimension\tTime\t", "X0\t0.0000000000000000E+0\t", "Delta_X\t0.100000\t", end,
        "X_Value\tVoltage\tComment"], [f"{i / 10:.6f}\t{v}\t" for i, v in enumerate(VALUES)])
    yield file("Rigol", None, ["X,CH1,Start,Increment,", "Sequence,Volt,-6.0e-03,1.0e-05,"],
        "{i},{v},,")
    yield file("testo, its mean below", HOURS, "Datum/Uhrzeit;[°C] Temperatur",
        "{d:%d.%m.%Y %H:%M:%S};{comma}", ["Min;61,07", "Max;99,9", "Mittelwert;70,1"])
    yield file("deviation below", MONTHS, "month,x", "{d:%b %Y},{v}", ["Total,3000.5", "Mean,62.5",
        "Std. Dev.,3.2"])
    yield file("Adobe Analytics, total on top", DAYS, ["# Report suite: x", "Day,Visits",
        "Day,999"], [f'"{d:%b} {d.day}, {d.year}",{c}' for d, c in pairs(DAYS, COUNTS)],
        values=COUNTS)
    yield file("Apple Health", DAYS.tz_localize("Etc/GMT-1"),
        "type,creationDate,startDate,endDate,value",
        [f"Steps,{d:%Y-%m-%d} 23:59:59 +0100,{d:%Y-%m-%d} 00:00:00 +0100,"
        f"{d:%Y-%m-%d} 23:59:00 +0100,{c}" for d, c in pairs(DAYS, COUNTS)], values=COUNTS)
    yield file("seconds of Apple", None, "time,x", [f"{663811200 + 3600 * i},{v}" for i, v in
        enumerate(VALUES)], values=[0.0], must_ask=("--date-format",))


def _stamps() -> Iterator[Export]:
    yield file("weekdays of Japan", DAYS, "日付,値",
        [f"{d.year}年{d.month}月{d.day}日({WEEKDAYS[d.weekday()]}),{v}" for d, v in pairs(DAYS,
        VALUES)])
    yield file("weekdays of China", DAYS, "日期,值", [f"{d:%Y/%m/%d} 星期{'一二三四五六日'[d.weekday()]},{v}"
        for d, v in pairs(DAYS, VALUES)])
    yield file("hours of China", HOURS, "时间,值", [f"{d.year}年{d.month}月{d.day}日{d.hour}时,{v}" for d,
        v in pairs(HOURS, VALUES)])
    yield file("hours and minutes of Japan", HOURS, "日時,値",
        [f"{d.year}年{d.month}月{d.day}日 {d.hour}時00分,{v}" for d, v in pairs(HOURS, VALUES)])
    yield file("halves of days in Spain", HOURS, "Fecha;x",
        [f"{d:%d/%m/%Y} {d.hour % 12 or 12}:00 {'ap'[d.hour > 11]}. m.;{comma(v)}" for d, v in
        pairs(HOURS, VALUES)])
    yield file("hours with points behind slashes", HOURS, "Data;x", "{d:%d/%m/%Y %H.%M};{comma}")
    yield file("hours of a spreadsheet by commas", HOURS, "Datum;x",
        [f"{44575 + i / 24:.9f};{v}".replace(".", ",") for i, v in enumerate(VALUES)])
    yield file("a sum under a span of years", YEARS, "year;x", "{d:%Y};{comma}",
        "1971-2018;3456,7", refused="'1971-2018' is not a date")
    yield file("years with notes", YEARS, "Year,x",
        [f"{d:%Y}{' 1)' if i == 45 else '*' if i == 47 else ''},{v}" for i, (d, v) in
        enumerate(pairs(YEARS, VALUES))])
    for head in ("Periode", "Buchungsmonat"):
        form = "{d.month:03d}.{d:%Y};{comma}" if head == "Periode" else "{d:%m.%y};{comma}"
        yield file(f"months as numbers, {head}", None, f"{head};Wert", form, stamps=MONTHS,
            must_ask=DATE, then={"date": "none"}, options={"target": "Wert"})
    yield file("months or weeks of a KW", None, "KW;Fälle", [f"{i:02d}/2022;{c}" for i, c in
        enumerate(COUNTS[:12], 1)], values=[0.0], must_ask=DATE)
    yield file("a year and its halves, no header", None, [], [f"{1996 + i // 2} {i % 2 + 1} {v}"
        for i, v in enumerate(VALUES)], must_ask=TARGET, then={"target": "column 3"})
    fiscal = [f"{2016 + i // 12},{i % 12 + 1},{v}" for i, v in enumerate(VALUES)]
    yield file("fiscal years and periods", None, "Fiscal Year,Period,Sales", fiscal,
        must_ask=(*TARGET, *DATE), then={"target": "Sales", "date": "none"})
    yield file("thirteen periods of a year", None, "year,period,x",
        [f"{2016 + i // 13},{i % 13 + 1},{v}" for i, v in enumerate(VALUES)], must_ask=(*TARGET,
        *DATE), then={"target": "x", "date": "none"})
    yield file("twelve hours without halves", None, "t,x",
        [f"{d:%Y-%m-%d} {d.hour % 12 or 12}:00,{v}" for d, v in pairs(HOURS, VALUES)],
        values=[0.0], must_ask=("--date", "--id-column"))
    for first, calendar in ((2518, "Buddhist"), (1396, "Hijri"), (1500, "medieval")):
        yield file(f"{calendar} years", None, "year,x", [f"{first + i},{v}" for i, v in
            enumerate(VALUES)], must_ask=(*TARGET, *DATE), then={"target": "x", "date": "none"})


def _prices() -> Iterator[Export]:
    for sign in ("$", "US$ ", "£", "¥", "₹", "₩"):
        yield file(f"thousands in {sign}", MONTHS, "month,revenue", [f'{d:%Y-%m},"{sign}{c:,}"' for
            d, c in pairs(MONTHS, COUNTS)], values=COUNTS)
    for sign, form in (("$", "{}{}"), ("€", "{}{}"), ("kr", "{1} {0}")):
        yield file(f"thousands or decimals in {sign} among semicolons", MONTHS, "month;revenue",
            [f"{d:%Y-%m};{form.format(sign, f'{c:,}')}" for d, c in pairs(MONTHS, COUNTS)],
            values=COUNTS, must_ask=SIGNS, then={"thousands": ","})
    yield file("dollars with points", MONTHS, "month;revenue", [f"{d:%Y-%m};$ {c:,}".replace(",",
        ".") for d, c in pairs(MONTHS, COUNTS)], values=COUNTS, must_ask=SIGNS, then={"thousands":
        "."})
    small = [i % 2 + (100 + i) / 1000 for i in range(48)]
    yield file("dollars below one", MONTHS, "month,x", [f'{d:%Y-%m},"${v:.3f}"'.replace(".", ",")
        for d, v in pairs(MONTHS, small)], values=small)


def _ends() -> Iterator[Export]:
    rows = [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)]
    for mark in ("", "NA", "-", ".."):
        ends = [f"2022-03-{day},{mark}" for day in (16, 17)], [f"2022-05-05,{mark}"]
        yield file(f"ends without values: {mark!r}", DAYS, "date,x", [*ends[0], *rows, *ends[1]])
    ahead = ["2022-05-05,", "2022-05-06,"]
    yield file("newest without a value", DAYS, "date,x", [*rows, *ahead], newest=True)
    mixed = [*rows, *ahead]
    yield file("shuffled, ends without values", DAYS, "date,x", mixed[::2] + mixed[1::2])
    holed = [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, marked(VALUES, ""))]
    told = {"missing": "interpolate"}
    yield file("shuffled, a gap that is at no end", DAYS, "date,x", holed[20:] + holed[:20],
        values=gap(VALUES), must_ask=MISSING, then=told)
    yield file("gaps at an end and inside", DAYS, "date,x", ["2022-03-17,", *holed],
        values=gap(VALUES), must_ask=MISSING, then=told)
    yield file("a mark at the end", DAYS, "date,x", [*rows, "2022-05-05,-999"], must_ask=MISSING,
        then={"missing_mark": "-999"})
    yield file("no dates, ends without values", None, "x,y", ["a,", *(f"r{i},{v}" for i, v in
        enumerate(VALUES)), "c,"], may_ask=DATE)
    yield file("blank weekends", None, "date,x", [f"{d:%Y-%m-%d},{v if d.weekday() < 5 else ''}"
        for d, v in pairs(DAYS, VALUES)], values=[0.0], must_ask=MISSING)
    both = [f"{d:%Y-%m-%d},{v},{'' if i < 30 else v}" if i < 30 else f"{d:%Y-%m-%d},,{v}"
            for i, (d, v) in enumerate(pairs(DAYS, VALUES))]  # fmt: skip
    yield file("what was, and what was forecast", DAYS[:30], "date,actual,forecast", both,
        values=VALUES[:30], must_ask=TARGET, then={"target": "actual"})


def _blocks() -> Iterator[Export]:
    turns = [f"{d:%Y-%m-%d},{('North', 'South')[i % 2]},{c}"
             for i, (d, c) in enumerate(pairs(DAYS, COUNTS))]  # fmt: skip
    yield file("stores in turns", None, "date,store,sales", turns, values=[0.0], must_ask=IDS)
    yield file("what is promoted", DAYS, "date,promo_item,sales", turns, values=COUNTS)
    shops = [f"{d:%Y-%m},{s},{v if s == 'S1' else 1}" for s in ("S1", "S2")
             for d, v in pairs(MONTHS, VALUES)]  # fmt: skip
    yield file("an id without its column", MONTHS, "month,shop,x", shops, options={"series_id":
        "S1"})
    yield file("an id that is a value", None, "month,shop,x", shops, stamps=MONTHS,
        options={"series_id": "61.07"}, refused="--id")
    yield file("an id in two columns", None, "month,shop,region,x", [row.replace(",S", ",S2,S", 1)
        for row in shops], values=[0.0], options={"series_id": "S2"}, must_ask=IDS)
    yield file("decimal commas before a unit", None, "date,x,unit", [f"{d:%Y-%m-%d},{comma(v)},kg"
        for d, v in pairs(DAYS, VALUES)], values=[0.0], must_ask=("--delimiter", "--decimal"))


def _columns() -> Iterator[Export]:
    odd = [d + pd.Timedelta(days=40 + i * i % 7) for i, d in enumerate(MONTHS)]
    yield file("months and their release", MONTHS, "month,available,x",
        [f"{d:%Y-%m},{e:%Y-%m-%d},{v}" for d, e, v in pairs(MONTHS, odd, VALUES)])
    yield file("irregular before regular", None, "seen,month,x", [f"{e:%Y-%m-%d},{d:%Y-%m},{v}" for
        d, e, v in pairs(MONTHS, odd, VALUES)], values=[0.0], must_ask=("--date",))
    yield file("written late at night", DAYS, "created_at,date,x",
        "{d:%Y-%m-%d} 23:50:00,{d:%Y-%m-%d},{v}")
    day = pd.Timedelta(days=6)
    yield file("the end before the start", WEEKS, "period_end,period_start,x",
        [f"{d + day:%Y-%m-%d},{d:%Y-%m-%d},{v}" for d, v in pairs(WEEKS, VALUES)])
    hour = pd.Timedelta(hours=1)
    yield file("local time and UTC", HOURS, "local,utc,x",
        [f"{d + hour:%Y-%m-%d %H:%M},{d:%Y-%m-%d %H:%M},{v}" for d, v in pairs(HOURS, VALUES)],
        must_ask=("--date",), then={"date": "utc"})
    yield file("hours from start to end", HOURS, "date,start,end,x",
        [f"{d:%Y-%m-%d},{d:%H:%M},{d + hour:%H:%M},{v}" for d, v in pairs(HOURS, VALUES)])
    yield file("a first row without a date, the value in front", None, ["x,date", "2059,unknown"],
        [f"{c},{d:%Y-%m-%d}" for d, c in pairs(DAYS, COUNTS)], refused="remove it")
    yield file("seasons and rounds", None, "Season,Round,x",
        [f"{2016 + i // 12},{i % 12 + 1},{v}" for i, v in enumerate(VALUES)], must_ask=TARGET,
        then={"target": "x", "date": "none"})
    yield file("year, month, day and hour, no header", HOURS, [],
        [f"{d.year} {d.month} {d.day} {d.hour} {v}" for d, v in pairs(HOURS, VALUES)])
    yield file("ECB, ends of months", MONTH_ENDS, '"DATE","TIME PERIOD","HICP"',
        [f'"{d:%Y-%m-%d}","{d:%Y%b}","{v}"' for d, v in pairs(MONTH_ENDS, VALUES)])


def _told() -> Iterator[Export]:
    yield file("a mark at the end, told", DAYS, "date,x", [f"{d:%Y-%m-%d},{v}" for d, v in
        pairs(DAYS, VALUES)] + ["2022-05-05,-1"], options={"missing_mark": "-1"})
    yield file("a form that fits some", None, "date,x", "{d:%m/%d/%Y},{v}", stamps=DAYS,
        options={"date_format": "%d/%m/%Y"}, refused="--date-format")
    yield file("UTC in a zone", HOURS.tz_localize("UTC").tz_convert("Asia/Tokyo"), "t,x",
        "{d:%Y-%m-%dT%H:%M:%SZ},{v}", stamps=HOURS, options={"timezone": "Asia/Tokyo"})
    yield file("carried on", DAYS, "date,x", [f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS,
        marked(VALUES, ""))], values=[VALUES[19] if i == 20 else v for i, v in enumerate(VALUES)],
        options={"missing": "carry"})
