"""Files as programs for statistics, measurement, databases and logs write them."""

# ruff: noqa: E501 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.fuzzing.exports.base import (
    COUNTS,
    DAYS,
    HOURS,
    MONTHS,
    QUARTERS,
    SIGNED,
    TARGET,
    VALUES,
    WEEKS,
    YEARS,
    Export,
    N,
    comma,
    file,
    gap,
    marked,
    pairs,
    table,
)


def pandas_files() -> Iterator[Export]:
    """What `DataFrame.to_csv` and friends give."""
    frame = pd.DataFrame({"load": VALUES}, index=HOURS)
    yield Export("pandas, index without a name", frame.to_csv().encode(), VALUES, HOURS)
    yield Export("pandas, an index in a time zone",
        frame.tz_localize("Asia/Kolkata").to_csv().encode(), VALUES, HOURS, may_ask=("--timezone",),
        then={"timezone": "Asia/Kolkata"})
    yield Export("pandas, time deltas as index",
        pd.DataFrame({"x": VALUES}, index=pd.timedelta_range(0, periods=N, freq="s")).to_csv().encode(),
        VALUES, None, may_ask=("--date",), then={"date": "none"})
    frame = pd.DataFrame({"ds": DAYS, "y": VALUES})
    yield Export("pandas, counted rows beside dates", frame.to_csv().encode(), VALUES, DAYS)
    yield Export("pandas, counted twice", frame.reset_index().to_csv().encode(), VALUES, DAYS,
        may_ask=TARGET, then={"target": "y"})
    yield Export("pandas to_string", frame.to_string(index=False).encode(), VALUES, DAYS,
        ending="txt")
    yield Export("pandas to_string with an index", frame.to_string().encode(), VALUES, DAYS,
        ending="txt")
    yield file("pandas to_markdown", DAYS,
        ["|    | ds                  |     y |", "|---:|:--------------------|------:|"],
        "| {i:2d} | {d} | {v} |", ending="md")
    weekly = pd.Series(VALUES, WEEKS.to_period("W"), name="y")
    yield Export("pandas, weeks as periods", weekly.to_csv().encode(), VALUES, WEEKS,
        may_ask=("--date",))
    yield Export("pandas, quarters as periods",
        pd.Series(VALUES, QUARTERS.to_period("Q"), name="y").to_csv().encode(), VALUES, QUARTERS)
    yield Export("pandas, two levels of columns",
        pd.DataFrame(np.c_[VALUES, SIGNED], DAYS, pd.MultiIndex.from_tuples([("a", "x"), ("b", "y")])).to_csv().encode(),
        VALUES, DAYS, must_ask=TARGET)
    yield Export("pandas, years as floats", table([f"{d.year}.0" for d in YEARS], VALUES, "Year,y"),
        VALUES, YEARS)
    yield file("pandas, a pivot with names of columns", DAYS, ["region,north", "day,"],
        "{d:%Y-%m-%d},{v}")
    long = pd.DataFrame({"unique_id": "H1", "ds": DAYS, "y": VALUES})
    yield Export("nixtla, one series", long.to_csv(index=False).encode(), VALUES, DAYS)
    both = pd.concat([long, long.assign(unique_id="H2", y=long.y + 1)])
    yield Export("nixtla, two series", both.to_csv(index=False).encode(), VALUES, DAYS,
        must_ask=("--id-column", "--id"), then={"id_column": "unique_id", "series_id": "H1"})
    yield Export("nixtla, two series in turn",
        both.sort_values(["ds", "unique_id"]).to_csv(index=False).encode(), VALUES, DAYS,
        must_ask=("--id-column", "--id"), then={"id_column": "unique_id", "series_id": "H1"})
    yield Export("two series of numbers as ids",
        both.assign(unique_id=both.unique_id.map({"H1": 17, "H2": 23})).to_csv(index=False).encode(),
        VALUES, DAYS, must_ask=("--target", "--id-column", "--id"),
        then={"id_column": "unique_id", "series_id": "17", "target": "y"})
    yield file("variables below each other", DAYS, "date,variable,value",
        [f"{d:%Y-%m-%d},{name},{v}" for name in ("rain", "sun") for d, v in pairs(DAYS, VALUES)],
        must_ask=("--id-column", "--id"), then={"id_column": "variable", "series_id": "rain"})
    yield Export("a flag for holidays and the name of the day",
        pd.DataFrame({"date": DAYS, "weekday": DAYS.strftime("%a"), "sales": VALUES, "holiday": [str(i % 9 == 0) for i in range(N)]}).to_csv(index=False).encode(),
        VALUES, DAYS, may_ask=TARGET, then={"target": "sales"})
    buffer = io.BytesIO()
    frame.set_index("ds").to_parquet(buffer)
    yield Export("parquet with an index", buffer.getvalue(), VALUES, DAYS, ending="parquet")
    buffer = io.BytesIO()
    frame.assign(ds=frame.ds.dt.tz_localize("Europe/Rome")).to_parquet(buffer)
    yield Export("parquet in a zone", buffer.getvalue(), VALUES, DAYS, ending="parquet",
        may_ask=("--timezone",), then={"timezone": "Europe/Rome"})
    buffer = io.BytesIO()
    frame.assign(ds=frame.ds.dt.to_period("D"), y=frame.y.astype("float32")).to_parquet(buffer)
    yield Export("parquet with periods and single precision", buffer.getvalue(),
        [float(np.float32(v)) for v in VALUES], DAYS, ending="parquet")
    buffer = io.BytesIO()
    pd.DataFrame(
        {"y": pd.array([*COUNTS[:20], None, *COUNTS[21:]], "Int64")}, index=DAYS
    ).to_parquet(buffer)
    yield Export("parquet with a null", buffer.getvalue(), gap(COUNTS), DAYS, ending="parquet",
        must_ask=("--missing",), then={"missing": "interpolate"})
    yield Export("feather", b"ARROW1" + b"\0" * 90, refused="", ending="feather")
    yield Export("pickle", b"\x80\x04\x95" + b"\0" * 90, refused="", ending="pkl")
    yield file("JSON lines", DAYS, [], '{{"t": "{d}", "y": {v}}}', refused="JSON", ending="jsonl")


def statistics_programs() -> Iterator[Export]:
    """R, SAS, Stata, SPSS, EViews, gretl, Matlab."""
    rows = [f'"{i}",{d:%Y-%m-%d},{v}' for i, (d, v) in enumerate(pairs(DAYS, VALUES), 1)]
    yield file("R write.csv", DAYS, '"","date","x"', rows)
    yield file("R write.csv2", DAYS, '"";"date";"x"', '"{n}";{d:%Y-%m-%d};{comma}')
    yield file("R write.table", DAYS, '"date" "x"', '"{n}" "{d:%Y-%m-%d}" {v}', ending="txt")
    times = [repr(round(1949 + i / 12, 10)) for i in range(N)]
    yield file("Rdatasets", pd.date_range("1949-01-01", periods=N, freq="MS"),
        '"rownames","time","value"',
        [f"{i},{t},{n}" for i, (t, n) in enumerate(pairs(times, COUNTS), 1)], values=COUNTS)
    yield Export("Rdatasets, quarters",
        table([1956 + i / 4 for i in range(N)], COUNTS, '"time","value"'), COUNTS,
        pd.date_range("1956-01-01", periods=N, freq="QS"))
    head = "     " + " ".join(
        f"{m:>5}"
        for m in [
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "May",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
            "Nov",
            "Dec",
        ]
    )
    yield file("R prints a series of months", MONTHS, head,
        [f"{2016 + y} " + " ".join(f"{n:5d}" for n in COUNTS[12 * y : 12 * y + 12])
         for y in range(4)], values=COUNTS, ending="txt")
    yield Export("R zoo months", table([f'"{d:%b %Y}"' for d in MONTHS], VALUES, '"Index","x"'),
        VALUES, MONTHS)
    yield Export("R, days since 1970", table(range(19069, 19069 + N), VALUES, "date,x"), VALUES,
        None, must_ask=("--date", "--date-format"), then={"date": "none", "target": "x"})
    yield Export("R with NA", table(DAYS.date, marked(VALUES, "NA"), '"date","x"'), gap(VALUES),
        DAYS, must_ask=("--missing",), then={"missing": "interpolate"})
    yield Export("SAS dates", table([f"{d:%d%b%Y}".upper() for d in DAYS], VALUES, "DATE,SALES"),
        VALUES, DAYS)
    yield Export("SAS times", table([f"{d:%d%b%Y:%H:%M:%S}".upper() for d in HOURS]), VALUES, HOURS)
    yield Export("SAS months", table([f"{d:%b%Y}".upper() for d in MONTHS]), VALUES, MONTHS)
    yield Export("SAS with a point for what is missing",
        table([f"{d:%d%b%y}".upper() for d in DAYS], marked(VALUES, ".")), gap(VALUES), DAYS,
        must_ask=("--missing",), then={"missing": "interpolate"})
    yield Export("Stata quarters", table([f"{d.year}q{d.quarter}" for d in QUARTERS]), VALUES,
        QUARTERS)
    yield Export("Stata days", table([f"{d:%d%b%Y}".lower() for d in DAYS]), VALUES, DAYS)
    yield Export("Stata weeks", table([f"{2022}w{i + 1}" for i in range(N)]), VALUES, WEEKS,
        may_ask=("--date", "--date-format"))
    yield Export("Stata half years", table([f"{1990 + i // 2}h{i % 2 + 1}" for i in range(N)]),
        VALUES, pd.date_range("1990-01-01", periods=N, freq="6MS"))
    yield Export("SPSS months",
        table([f"{d:%b %Y}".upper() for d in MONTHS], [comma(v) for v in VALUES], "DATE_;x", ";"),
        VALUES, MONTHS)
    yield file("SPSS, year and month beside a text of both", MONTHS, "x,YEAR_,MONTH_,DATE_",
        [f"{v},{d.year},{d.month},{d:%b %Y}".upper() for d, v in pairs(MONTHS, VALUES)],
        may_ask=(*TARGET, "--date"), then={"date": "DATE_", "target": "x"})
    yield Export("EViews months", table([f"{d:%YM%m}" for d in MONTHS]), VALUES, MONTHS)
    yield Export("EViews colons", table([f"{d:%Y:%m}" for d in MONTHS]), VALUES, MONTHS)
    yield Export("gretl quarters",
        table([f"{d.year}:{d.quarter}" for d in QUARTERS], VALUES, "obs,y"), VALUES, QUARTERS)
    yield Export("gretl months",
        table([f"{d.year}:{d.month:02d}" for d in MONTHS], VALUES, "obs,y"), VALUES, MONTHS)
    yield Export("Matlab day numbers", table([738598 + i for i in range(N)], VALUES, "datenum,x"),
        VALUES, None, must_ask=("--target", "--date", "--date-format"),
        then={"date": "none", "target": "x"})
    yield Export("Matlab timetable",
        table([f"{d:%d-%b-%Y %H:%M:%S}" for d in HOURS], VALUES, "Time,x"), VALUES, HOURS)
    yield file("Matlab save -ascii", None, [], "   {v:.7e}", ending="txt",
        may_ask=("--header", "--no-header"), then={"header": False})
    yield file("numpy savetxt", None, [], "{v:.18e}", ending="txt",
        may_ask=("--header", "--no-header"), then={"header": False})
    yield file("numpy savetxt with a header", None, "# t x", "{i:.18e} {v:.18e}", ending="txt",
        may_ask=TARGET, then={"target": "x"})
    yield Export("Fortran, exponents with a D",
        table(DAYS.date, [f"{v / 100:.4f}D+02" for v in VALUES]), VALUES, DAYS)
    yield file("gnuplot", YEARS, ["# Year Value", ""], "{d.year} {v}", ending="dat")
    yield Export("Julia", table([f"{d:%Y-%m-%dT%H:%M:%S}" for d in HOURS], VALUES, "t,x"), VALUES,
        HOURS)
    yield file("ARFF", DAYS, ["@relation x", "@attribute d date", "@attribute y numeric", "@data"],
        "{d:%Y-%m-%d},{v}", ending="arff")


def databases() -> Iterator[Export]:
    """Databases, dashboards and logs."""
    influx = [
        "#group,false,false,false,false",
        "#datatype,string,long,dateTime:RFC3339,double",
        "#default,mean,,,",
        ",result,table,_time,_value",
    ]
    yield file("InfluxDB annotated", HOURS, [*influx], ",,0,{d:%Y-%m-%dT%H:%M:%SZ},{v}")
    yield file("InfluxDB, nanoseconds", HOURS, "name,time,mean", "cpu,{d.value},{v}")
    two = [f",,{k},{d:%Y-%m-%dT%H:%M:%SZ},{v}" for k in range(2) for d, v in pairs(HOURS, VALUES)]
    yield file("InfluxDB, two tables", HOURS, [*influx], two,
        must_ask=("--target", "--id-column", "--id"),
        then={"id_column": "table", "series_id": "0", "target": "_value"})
    yield file("Grafana", HOURS, '"Time","CPU"', "{d:%Y-%m-%d %H:%M:%S},{v}%")
    yield file("Grafana of old", HOURS, "Series;Time;Value", "cpu;{d:%Y-%m-%dT%H:%M:%S+00:00};{v}")
    yield file("Grafana, sep= on top", HOURS, ["sep=,", '"Time","kW"'],
        '"{d:%Y-%m-%d %H:%M:%S}","{v} kW"')
    yield Export("Prometheus, seconds with a fraction",
        table([f"{d.timestamp():.3f}" for d in HOURS], VALUES, "timestamp,value"), VALUES, HOURS)
    yield file("psql", HOURS, ["        time         | value ", "---------------------+-------"],
        " {d:%Y-%m-%d %H:%M:%S} | {v}", ["(48 rows)", ""], ending="txt")
    bar = "+------------+-------+"
    yield file("mysql", DAYS, [bar, "| day        | value |", bar], "| {d:%Y-%m-%d} | {v} |", bar,
        ending="txt")
    yield Export("PostgreSQL COPY", table(DAYS.date, marked(VALUES, r"\N"), None, "\t"),
        gap(VALUES), DAYS, must_ask=("--missing", "--no-header", "--header"), ending="tsv",
        then={"missing": "interpolate", "header": False})
    yield file("SQL", DAYS, "CREATE TABLE x (d date, y real);",
        "INSERT INTO x VALUES ('{d:%Y-%m-%d}', {v});", refused="", ending="sql")
    yield Export("PostgreSQL stamps with short offsets",
        table([f"{d:%Y-%m-%d %H:%M:%S+00}" for d in HOURS]), VALUES, HOURS)
    yield Export("BigQuery", table([f"{d:%Y-%m-%d %H:%M:%S.000000 UTC}" for d in HOURS]), VALUES,
        HOURS)
    yield file("a web server's log", HOURS, [],
        '1.2.3.4 - - [{d:%d/%b/%Y:%H:%M:%S +0000}] "GET / HTTP/1.1" 200 {v}', values=COUNTS,
        ending="log", may_ask=("--header", "--no-header", "--delimiter", *TARGET))
    yield file("a Python log", HOURS, [], "{d:%Y-%m-%d %H:%M:%S},123 INFO load={v}", ending="log",
        may_ask=("--header", "--no-header", "--delimiter", *TARGET))
    yield Export("log stamps as the columns of a table",
        table([f"[{d:%d/%b/%Y:%H:%M:%S +0000}]" for d in HOURS]), VALUES, HOURS,
        may_ask=("--date-format",))
    yield Export("ctime", table([f"{d:%a %b %e %H:%M:%S %Y}" for d in HOURS]), VALUES, HOURS,
        may_ask=("--date-format",))
    yield Export("JavaScript dates",
        table([f"{d:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)" for d in HOURS]),
        VALUES, HOURS, may_ask=("--date-format",))
    yield Export("RFC 2822", table([f'"{d:%a, %d %b %Y %H:%M:%S +0000}"' for d in HOURS]), VALUES,
        HOURS, may_ask=("--date-format",))
    lvm = [
        "LabVIEW Measurement",
        "Writer_Version\t2",
        "Reader_Version\t2",
        "Separator\tTab",
        "Decimal_Separator\t.",
        "X_Columns\tOne",
        "***End_of_Header***",
        "",
        "Channels\t1",
        "Samples\t48",
        "Date\t2022/01/14",
        "Time\t09:30:00.1",
        "Delta_X\t0.001000",
        "***End_of_Header***",
        "X_Value\tVoltage\tComment",
    ]
    yield file("LabVIEW", None, [*lvm], [f"{i / 1000:.6f}\t{v:.6f}" for i, v in enumerate(VALUES)],
        ending="lvm", may_ask=(*TARGET, "--date"), then={"target": "Voltage", "date": "none"})
    yield Export("LabVIEW seconds since 1904",
        table([f"{3724963200 + i * 3600}" for i in range(N)], VALUES, "Time,V"), VALUES, None,
        must_ask=("--date", "--date-format"), then={"date": "none", "target": "V"})
    scope = ["Model,DS1104Z", "Sample Interval,1e-06", "", "Second,Volt"]
    yield file("oscilloscope", None, [*scope],
        [f"{i * 1e-6 - 2e-5:.6e},{v / 1000:.5e}" for i, v in enumerate(VALUES)],
        values=[float(f"{v / 1000:.5e}") for v in VALUES], may_ask=(*TARGET, "--date"),
        then={"target": "Volt"})
    yield Export("seconds elapsed", table([f"{i / 10:.1f}" for i in range(N)], VALUES, "time,x"),
        VALUES, None, may_ask=("--date", *TARGET), then={"date": "none", "target": "x"})
    yield Export("clock beyond 24 hours",
        table([f"{20 + i}:00:00" for i in range(N)], VALUES, "elapsed,x"), VALUES, None,
        may_ask=("--date",), then={"date": "none"})
    yield Export("clock times without a day that pass midnight",
        table([f"{(20 + i) % 24:02d}:00" for i in range(N)], VALUES, "time,x"), VALUES, None,
        may_ask=("--date",), then={"date": "none"})
    yield Export("Home Assistant, irregular",
        table([(d + pd.Timedelta(seconds=int(997 * i**1.5) % 2700)).isoformat() + "Z"
         for i, d in enumerate(HOURS)], VALUES, "last_changed,state"), VALUES, None,
        must_ask=("--date",), then={"date": "none"})
    yield Export("a sensor that wakes a second late or early",
        table([d + pd.Timedelta(seconds=int((i * 7) % 3) - 1) for i, d in enumerate(HOURS)]),
        VALUES, HOURS)


def all_programs() -> Iterator[Export]:
    """Return the kinds of this file."""
    yield from pandas_files()
    yield from statistics_programs()
    yield from databases()
