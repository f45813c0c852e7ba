"""Files of climate offices, grids, buoys and competitions: parts of dates across and in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from tests.fuzzing.exports.base import (
    ASK_DATE,
    DAYS,
    ENGLISH,
    HOURS,
    MONTHS,
    QUARTERS,
    VALUES,
    Export,
    N,
    comma,
    lines,
    pairs,
)

_HALF_HOURS = pd.date_range("2022-01-14", periods=N, freq="30min")
_STEPS = [round(20 + (i * i) % 37 / 10, 1) for i in range(60)]
_SEASONS = pd.date_range("2015-07-01", periods=N, freq="MS")


def all_portals() -> list[Export]:
    """Return the kinds of this file."""
    return [kind for maker in (_across, _columns, _words, _counters, _mixed) for kind in maker()]


def _file(
    name: str, rows: Iterable[str], values: Any = VALUES, dates: Any = None, **known: Any
) -> Export:
    return Export(f"portals: {name}", lines(*rows).encode(), values, dates, **known)


def _in_rows(width: int, values: Sequence[object] = VALUES) -> list[list[str]]:
    """Cut values into rows of so many cells."""
    return [[*map(str, values[i : i + width])] for i in range(0, len(values), width)]


def _across() -> Iterator[Export]:
    years = [[str(2016 + i), *row] for i, row in enumerate(_in_rows(12))]
    climate = [" ".join(f"{cell:>9}" for cell in row) for row in years]
    notes = ["  -99.99", "  NINO3.4 from CPC", "  https://psl.noaa.gov/data/"]
    yield _file("climate indices", ["  2016  2019", *climate, *notes], VALUES, MONTHS)
    short = climate[-1].replace(f"{VALUES[-1]:>9}", "   -99.99")
    cut = ["  2016  2019", *climate[:-1], short, *notes]
    yield _file("climate indices of a year that is not over", cut, VALUES[:-1], MONTHS[:-1])
    down = [",".join([m, *cells]) for m, *cells in pairs(ENGLISH, *_in_rows(12))]
    totals = "Total," + ",".join(["700.5"] * 4)
    yield _file("months down", ["Month,2016,2017,2018,2019", *down, totals], VALUES, MONTHS)
    down = [",".join([f"Q{i + 1}", *cells]) for i, cells in enumerate(pairs(*_in_rows(4)))]
    head = ",".join(["Quarter", *(str(2008 + i) for i in range(12))])
    yield _file("quarters down", [head, *down], VALUES, QUARTERS)
    roman = [";".join([str(2008 + i), *map(comma, row)]) for i, row in enumerate(_in_rows(4))]
    yield _file("quarters by Roman numbers", ["Rok;I;II;III;IV", *roman], VALUES, QUARTERS)
    head = ",".join(["PARAMETER,YEAR", *ENGLISH, "ANN"])
    one, other = ([",".join([p, *row, "61.1"]) for row in years] for p in ("T2M", "RH2M"))
    yield _file("a parameter before the year", [head, *one], VALUES, MONTHS)
    then = {"series_id": "RH2M"}
    yield _file(
        "two parameters", [head, *one, *other], VALUES, MONTHS, must_ask=("--id",), then=then
    )
    fiscal = [*ENGLISH[6:], *ENGLISH[:6]]
    rows = [",".join([f"{2015 + i}/{16 + i}", *row]) for i, row in enumerate(_in_rows(12))]
    yield _file("fiscal years", [",".join(["Year", *fiscal]), *rows], VALUES, _SEASONS)
    rows = [",".join(row) for row in years]
    head, why = ",".join(["FY", *fiscal]), "may be the year of the first or of the last month"
    yield _file("fiscal years by one of two", [head, *rows], None, refused=why)
    head = ",".join(["Year", *(f"index {letter}" for letter in "abcdefghijkl")])
    yield _file("twelve indices by year", [head, *rows], None, must_ask=("--target",))
    rows = [",".join([f"{d:%Y-%m-%d}", *row]) for d, row in zip(DAYS, _in_rows(24), strict=False)]
    hours = pd.date_range(DAYS[0], periods=N, freq="h")
    for name, form in (("hours ending", "HE{1:02}"), ("hours from and to", "{0:02}-{1:02}")):
        head = ",".join(["Date", *(form.format(h, h + 1) for h in range(24))])
        yield _file(name, [head, *rows], VALUES, hours)
    head = ",".join(["Date", *(f"sensor {i + 1}" for i in range(24))])
    yield _file("24 sensors", [head, *rows], None, must_ask=("--target",))
    head = ",".join(f'"V{i + 1}"' for i in range(61))
    rows = [",".join([name, *map(str, _STEPS)]) for name in ("M1", "M2")]
    yield _file("competition of one series", [head, rows[0]], _STEPS)
    then = {"series_id": "M2"}
    yield _file("competition of two", [head, *rows], _STEPS, must_ask=("--id",), then=then)


def _columns() -> Iterator[Export]:
    buoy = [f"{d:%Y %m %d %H %M} 120 {v:5.2f}" for d, v in pairs(HOURS, VALUES)][::-1]
    heads = ["#YY  MM DD hh mm WDIR WSPD", "#yr  mo dy hr mn degT m/s"]
    yield _file("buoy", [*heads, *buoy], VALUES, HOURS, options={"target": "WSPD"}, ending="txt")
    rows = [f"{d:%Y,%m,%d,%H,%M},{v}" for d, v in pairs(_HALF_HOURS, VALUES)]
    yield _file("minutes", ["year,month,day,hour,minute,y", *rows], VALUES, _HALF_HOURS)
    rows = [f"{d:%y,%m},{v}" for d, v in pairs(MONTHS, VALUES)]
    target = {"target": "y"}
    head = "YY,MM,y"
    yield _file("short years", [head, *rows], None, options=target, must_ask=ASK_DATE)
    slots = [f"{d:%Y-%m-%d},{2 * d.hour + d.minute // 30 + 1}" for d in _HALF_HOURS]
    rows = [f"{slot},{v}" for slot, v in pairs(slots, VALUES)]
    head = "SettlementDate,SettlementPeriod,y"
    yield _file("settlement periods", [head, *rows], VALUES, _HALF_HOURS, options=target)
    ends = HOURS + pd.Timedelta(hours=1)
    for form in ("{:02}00", "HE{:02}", "H{}"):
        rows = [f"{d:%Y-%m-%d},{form.format(d.hour + 1)},{v}" for d, v in pairs(HOURS, VALUES)]
        yield _file(f"hours as {form}", ["date,hour,y", *rows], VALUES, ends, options=target)
    rows = [f"{d:%Y-%m-%d,%I %p},{v}" for d, v in pairs(HOURS, VALUES)]
    yield _file("hours with AM", ["date,hour,y", *rows], VALUES, HOURS, options=target)
    rows = [f"{d:%d/%m/%Y;%H.%M.%S};{comma(v)};;" for d, v in pairs(HOURS, VALUES)]
    yield _file("empty columns", ["Date;Time;CO(GT);;", *rows, ";;;;"], VALUES, HOURS)
    halves = pd.date_range("2000-01-01", periods=N, freq="6MS")
    rows = [f"{d.year},{1 + d.month // 7},{v}" for d, v in pairs(halves, VALUES)]
    yield _file("semesters", ["year,semester,y", *rows], VALUES, halves, options=target)
    weeks = [(2014 + i // 52, i % 52 + 1) for i in range(80, 80 + N)]  # 2015 has 53
    rows = [f"{year},{week},{v}" for (year, week), v in pairs(weeks, VALUES)]
    ask = ("--missing",)
    yield _file("no 53rd week", ["year,week,y", *rows], None, must_ask=ask, options=target)


def _words() -> Iterator[Export]:
    stamps = [f"{d:%Y%m%d:%H}10" for d in HOURS]
    late = HOURS + pd.Timedelta(minutes=10)
    rows = [f"{stamp},{v}" for stamp, v in pairs(stamps, VALUES)]
    yield _file("solar radiation", ["time,G(i)", *rows], VALUES, late)
    rows = [f'"{d:%Y-%m-%d-%H.%M.%S}.000000",{v}' for d, v in pairs(HOURS, VALUES)]
    yield _file("stamps of DB2", ["TS,SALES", *rows], VALUES, HOURS)
    rows = [f"   {d:%Y  %m}  {v:6.2f}*   3.3   ---" for d, v in pairs(MONTHS, VALUES)]
    rows[-5:] = [f"{row}  Provisional" for row in rows[-5:]]
    rows[:30] = [row.replace("*", " ") for row in rows[:30]]
    head = ["Heathrow", "   yyyy  mm   tmax    tmin    af", "              degC    degC    days"]
    target = {"target": "tmax"}
    yield _file("station with remarks", [*head, *rows], VALUES, MONTHS, options=target)
    meter = ["100,NEM12,202301010000,A,B", "200,NEM1,E1,1,E1,N1,1,kWh,30,", "900"]
    yield _file("meter", meter, None, refused="NEM12")
    rows = [f"{d:%Y-%m-%d},{i}h {i}m" for i, d in enumerate(DAYS)]
    yield _file("durations", ["date,time spent", *rows], None, refused="durations")


def _counters() -> Iterator[Export]:
    rows = [f"{int(d.timestamp())};{d:%Y/%m/%d %H:%M:%S};{v}" for d, v in pairs(HOURS, VALUES)]
    yield _file("seconds beside dates", ["Timestamp;Local;Temperature", *rows], VALUES, HOURS)
    rows = [f"{i * 0.01:.9E},{v:.9E}" for i, v in enumerate(VALUES)]
    yield _file("seconds of an experiment", ['"Time (s)","Acceleration"', *rows])
    rows = [f"{comma(round(i * 0.02, 2))};{comma(v)}" for i, v in enumerate(VALUES)]
    yield _file("seconds with commas", ["X_Value;Voltage", *rows])
    rows = [f"H1,{i + 1},{v}" for i, v in enumerate(VALUES)]
    yield _file("steps under ds", ["unique_id,ds,y", *rows])
    rows = [f"{d:%Y.%m.%d,%H:%M},1.5,{v}" for d, v in pairs(HOURS, VALUES)]
    yield _file("a target by its number", rows, VALUES, HOURS, options={"target": "4"})
    rows = [f"{d:%Y-%m-%d},{v},7.5" for d, v in pairs(DAYS, VALUES)]
    head = "Date,Sales,Costs"
    yield _file(
        "a target in small letters", [head, *rows], VALUES, DAYS, options={"target": "sales"}
    )
    yield _file("a year above values", ["2015", *map(str, VALUES)], None, must_ask=("--header",))


def _mixed() -> Iterator[Export]:
    rows = [f"{d:%Y-%m},{v}" for d, v in pairs(MONTHS, VALUES)]
    pages = [line for i in range(0, N, 12) for line in ["Month,Sales", *rows[i : i + 12]]]
    yield _file("a header on each page", pages, VALUES, MONTHS)
    rows = [f"{d:%m/%d/%Y},{v},{d:%m/%d/%Y},7.5{d:%d}" for d, v in pairs(DAYS, VALUES)]
    head, target = "Date,PX_LAST,Date,PX_LAST", {"target": "PX_LAST"}
    then, ask = {"target": "PX_LAST.0"}, ("--target",)
    named: dict[str, Any] = {"options": target, "must_ask": ask, "then": then}
    yield _file("two columns of one name", [head, *rows], VALUES, DAYS, **named)
    turns = [f"{d},{'AB'[i % 2]},{v}" for i, (d, v) in enumerate(pairs(HOURS, VALUES))]
    then, ask = {"id_column": "sensor", "series_id": "B"}, ("--id-column",)
    named = {"must_ask": ask, "then": then}
    head = "time,sensor,value"
    yield _file("sensors in turn", [head, *turns], VALUES[1::2], HOURS[1::2], **named)
    rows = [f"Temp;{d:%d.%m.%Y %H:%M:%S};{comma(v)}" for d, v in pairs(HOURS, VALUES)]
    rows.append("$RT_OFF$;16.01.2022 00:00:00;0")
    named["then"] = {"id_column": "VarName", "series_id": "Temp"}
    yield _file("a row of another tag", ["VarName;TimeString;Value", *rows], VALUES, HOURS, **named)
    rows = [f'{d},"+{round(10 * v):04},1"' for d, v in pairs(HOURS, VALUES)]
    rows[0] = rows[0][:-7] + '0007,1"'
    yield _file("a value and its quality", ["DATE,TMP", *rows], None, must_ask=("--decimal",))
