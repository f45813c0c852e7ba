"""Tables of more offices, sensors, markets and editors, and layouts of theirs."""

# ruff: noqa: E501, B905 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tests.fuzzing.exports.base import (
    ASK_DATE,
    COUNTS,
    DAYS,
    ENGLISH,
    FRENCH,
    HOURS,
    MONTHS,
    QUARTERS,
    SIGNED,
    THOUSANDS,
    VALUES,
    WORKDAYS,
    YEARS,
    Export,
    comma,
    file,
    grouped,
    lines,
    pairs,
    table,
)


def all_makers() -> list[Export]:
    """Return the kinds of this file."""
    makers = (
        _statistics,
        _sensors,
        _markets,
        _editors,
        _offices,
        _layouts,
    )
    return [kind for maker in makers for kind in maker()]


def _statistics() -> Iterator[Export]:
    yield file("FAOSTAT", YEARS,
        '"Domain Code","Domain","Area Code (M49)","Area","Element Code","Element","Item Code","Item","Year Code","Year","Unit","Value","Flag","Flag Description"',
        '"QCL","Crops","076","Brazil","5510","Production","0656","Coffee","{d.year}","{d.year}","t","{v}","A","Official figure"',
        may_ask=("--date", "--target"), then={"date": "Year", "target": "Value"})
    yield file("UNdata with footnotes", YEARS, '"Country or Area","Year","Value","Value Footnotes"',
        '"Norway","{d.year}","{v}",""', ["", '"fnSeqID","Footnote"', '"1","Estimate"'], newest=True,
        may_ask=("--id-column", "--target", "--date"))
    yield file("ILOSTAT", YEARS,
        "ref_area.label,source.label,indicator.label,sex.label,classif1.label,time,obs_value,obs_status.label",
        "Chile,LFS,Unemployment rate,Total,Age: 15+,{d.year},{v},")
    yield file("ILOSTAT by sex", YEARS, "ref_area.label,sex.label,time,obs_value",
        [f"Chile,{s},{d.year},{v + k}" for d, v in pairs(YEARS, VALUES)
         for k, s in enumerate(("Total", "Male", "Female"))], must_ask=(), may_ask=("--id-column",),
        then={"id_column": "sex.label", "series_id": "Total"})
    yield file("two columns of ids", None, "country,sex,year,value",
        [f"{c},{s},{d.year},{v + k + 2 * j}" for d, v in pairs(YEARS, VALUES)
         for j, c in enumerate(("Chile", "Peru")) for k, s in enumerate(("M", "F"))],
        must_ask=("--id-column",))
    yield file("Bank of Canada", DAYS,
        ["TERMS AND CONDITIONS", "https://www.bankofcanada.ca/terms/", "", "NAME,DESCRIPTION",
         "rates,Exchange rates", "", "SERIES", "id,label,description",
         "FXUSDCAD,USD/CAD,US dollar to Canadian dollar", "", "OBSERVATIONS", "date,FXUSDCAD"],
        "{d:%Y-%m-%d},{v}")
    yield file("Swiss National Bank", MONTHS,
        ['"CubeId";"zimoma"', '"PublishingDate";"2022-01-14 09:00"', "", '"Date";"D0";"Value"'],
        '"{d:%Y-%m}";"SARON";"{v}"', mark=True)
    yield file("Reserve Bank of Australia", MONTHS + pd.offsets.MonthEnd(),
        ["F1.1  INTEREST RATES,,", "Title,Cash Rate Target",
         "Description,Cash Rate Target; monthly average", "Frequency,Monthly", "Type,Original",
         "Units,Per cent", "", "", "Source,RBA", "Publication date,14-Jan-2022",
         "Series ID,FIRMMCRT"], "{d:%d-%b-%Y},{v}", encoding="cp1252")
    yield file("INSEE down", MONTHS,
        ['"Libellé";"Indice des prix"', '"idBank";"001759970"',
         '"Dernière mise à jour";"14/01/2022 12:00"', '"Période";""'], '"{d:%Y-%m}";"{v}"',
        newest=True)
    yield file("INSEE down with flags", MONTHS,
        ['"Libellé";"Indice des prix";"Codes"', '"idBank";"001759970";""',
         '"Dernière mise à jour";"14/01/2022 12:00";""', '"Période";"";""'],
        '"{d:%Y-%m}";"{v}";"A"', newest=True)
    yield Export("INSEE across",
        lines("Libellé;idBank;Dernière mise à jour;Période;"
         + ";".join(f"{d:%Y-%m}" for d in MONTHS), "Indice;001759970;14/01/2022 12:00;;"
         + ";".join(map(str, VALUES)), "Codes;;;;" + ";".join("A" for d in MONTHS)).encode(),
        VALUES, MONTHS, may_ask=("--id", "--id-column", "--target"))
    yield file("ISTAT", MONTHS,
        '"ITTER107","Territorio","TIPO_DATO","Tipo dato","TIME","Seleziona periodo","Value","Flag Codes","Flags"',
        [f'"IT","Italia","9","indice","{d:%Y-%m}","{m}-{d.year}",{v},,'
         for (d, v), m in zip(pairs(MONTHS, VALUES), ["Gen", "Feb", "Mar", "Apr", "Mag", "Giu",
         "Lug", "Ago", "Set", "Ott", "Nov", "Dic"] * 4)], may_ask=("--date",),
        then={"date": "TIME"})
    yield file("INE of Spain", MONTHS, "Comunidades;Grupos;Periodo;Total",
        "Nacional;Índice general;{d.year}M{d.month:02};{comma}", newest=True, mark=True)
    yield file("CNB of the Czechs", DAYS, ["Měna: EUR|Množství: 1", "Datum|Hodnota|Počet měření"],
        "{d:%d.%m.%Y}|{comma}|1", may_ask=("--target",), then={"target": "Hodnota"})
    yield file("StatBank Denmark", MONTHS, ['"CPI by time"', '" "', '"","Total"'],
        '"{d.year}M{d.month:02}",{v}', encoding="cp1252")
    yield Export("PxWeb across",
        lines('"CPI"', '"",' + ",".join(f'"{d.year}M{d.month:02}"' for d in MONTHS), '"Total",'
         + ",".join(map(str, VALUES))).encode(), VALUES, MONTHS)
    yield file("ECA&D", DAYS,
        ["EUROPEAN CLIMATE ASSESSMENT & DATASET (ECA&D), file created on: 14-01-2022",
         "THESE DATA CAN BE USED FREELY FOR NON-COMMERCIAL RESEARCH AND EDUCATION", "",
         "FILE FORMAT (MISSING VALUE CODE IS -9999):", "", "01-06 SOUID: Source identifier",
         "08-15 DATE : Date YYYYMMDD", "17-21 TG   : mean temperature in 0.1 C",
         "23-27 Q_TG : Quality code (0='valid'; 1='suspect'; 9='missing')", "",
         "This is the blended series of station UCCLE (STAID: 17).", "",
         "SOUID,    DATE,   TG, Q_TG"], "100063,{d:%Y%m%d},{v:5},    0", values=COUNTS,
        may_ask=("--target",), then={"target": "TG"})
    yield file("GRDC", DAYS,
        ["# Title:                 GRDC STATION DATA FILE", "# River:                 RHINE RIVER",
         "# Unit of measure:                  m³/s", "#", "# DATA", "YYYY-MM-DD;hh:mm; Value"],
        "{d:%Y-%m-%d};--:--;{v:10.3f}", encoding="cp1252", may_ask=("--decimal",),
        then={"decimal": "."})
    yield file("PSL index, years and twelve months",
        pd.date_range("1971-01-01", periods=48, freq="MS"), "  1971 1974",
        [f" {1971 + k} " + " ".join(f"{v:8.2f}" for v in VALUES[12 * k : 12 * k + 12])
         for k in range(4)], ["  -99.99", " Nino 3.4 index", " from the CPC"],
        may_ask=("--header", "--no-header", "--date", "--target", "--date-format", "--delimiter"))
    yield file("NDBC buoy", HOURS, ["#YY  MM DD hh mm WTMP", "#yr  mo dy hr mn degC"],
        "{d:%Y %m %d %H %M} {v:5.2f}")
    yield file("NOAA, clock as HHMM", HOURS, "date,time,value",
        [f"{d:%Y%m%d},{d.hour * 100},{v}" for d, v in pairs(HOURS, VALUES)],
        may_ask=("--date", "--target", "--date-format"))
    yield file("year, day of the year and hour", HOURS, "year,doy,hour,value",
        "{d.year},{d.day_of_year},{d.hour},{v}")
    yield file("Y M D", DAYS, "Y,M,D,value", "{d.year},{d.month},{d.day},{v}",
        may_ask=("--date", "--target"))
    yield Export("WEO across",
        lines("WEO Country Code\tISO\tSubject Descriptor\tUnits\tScale\t"
         + "\t".join(map(str, YEARS.year)) + "\tEstimates Start After",
         "134\tDEU\tGDP\tNational currency\tBillions\t" + "\t".join(grouped(v) for v in THOUSANDS)
         + "\t2015").encode("utf-16"), THOUSANDS, YEARS)


def _sensors() -> Iterator[Export]:
    yield file("Campbell TOA5", HOURS,
        ['"TOA5","CR1000","CR1000","12345","CR1000.Std.32","CPU:prog.CR1","1234","Table1"',
         '"TIMESTAMP","RECORD","AirT_Avg"', '"TS","RN","Deg C"', '"","","Avg"'],
        '"{d:%Y-%m-%d %H:%M:%S}",{i},{v}')
    yield file("HOBO", HOURS,
        ['"Plot Title: cellar"',
         '"#","Date Time, GMT+01:00","Temp, °C (LGR S/N: 9876, SEN S/N: 9876)","Coupler Attached (LGR S/N: 9876)"'],
        [f"{i},{d:%m/%d/%y %I:%M:%S %p},{v},{'Logged' if i == 1 else ''}"
         for i, (d, v) in enumerate(pairs(HOURS, VALUES), 1)], mark=True, may_ask=("--timezone",))
    yield file("iButton", HOURS,
        ["1-Wire/iButton Part Number: DS1921G-F5", "Mission in Progress?  Yes", "SUTA Mission?  No",
         "Sample Rate:   Every 60 minute(s)", "", "Date/Time,Unit,Value"],
        "{d:%d/%m/%y %I:%M:%S %p},C,{v}")
    yield file("Tinytag with units in cells", HOURS, "Record\tTime\tTemperature",
        "{n}\t{d:%d/%m/%Y %H:%M:%S}\t{v} °C", encoding="cp1252")
    yield file("ThingSpeak", HOURS.tz_localize("UTC"),
        "created_at,entry_id,field1,latitude,longitude,elevation,status",
        "{d:%Y-%m-%d %H:%M:%S} UTC,{n},{v},,,,", stamps=HOURS)
    yield file("a date only on the first hour of a day", None, "date,hour,value",
        [f"{d:%Y-%m-%d}" * (d.hour == 0) + f",{d.hour},{v}" for d, v in pairs(HOURS, VALUES)],
        refused="neither a date")
    yield file("hours as 00h, 01h", HOURS, "date;heure;valeur", "{d:%d/%m/%Y};{d.hour:02}h;{comma}",
        may_ask=("--date", "--date-format"))
    yield file("seconds since the start in the header", None,
        "Time since 2022-01-14 00:00:00 [s],value",
        [f"{3600 * i},{v}" for i, v in enumerate(VALUES)],
        may_ask=("--date", "--date-format", "--target"))
    yield file("netCDF dump, hours since", HOURS, "hours since 2022-01-14 00:00:00,value",
        "{i},{v}")
    yield file("PLC, sample numbers and a date that stays", None, "Date;Sample;Value",
        "14.01.2022;{n};{comma}", may_ask=("--date", "--target"))


def _markets() -> Iterator[Export]:
    yield file("Stooq", WORKDAYS, "<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>",
        "AAPL.US,D,{d:%Y%m%d},000000,{v}")
    yield file("MetaTrader", HOURS, "<DATE>\t<TIME>\t<CLOSE>", "{d:%Y.%m.%d}\t{d:%H:%M:%S}\t{v}")
    yield file("NinjaTrader", HOURS, [], "{d:%Y%m%d %H%M%S};{v}", may_ask=ASK_DATE)
    yield file("Alpha Vantage, newest first", WORKDAYS, "timestamp,close", "{d:%Y-%m-%d},{v}",
        newest=True)
    yield file("Boursorama", WORKDAYS, "date\tclot\tdevise\t", "{d:%d/%m/%Y}\t{v}\tEUR\t")
    yield file("ariva", WORKDAYS, "Datum;Schlusskurs;Volumen;", "{d:%Y-%m-%d};{comma};;",
        newest=True)
    yield file("PayPal", HOURS,
        '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross"',
        '"{d:%d/%m/%Y}","{d:%H:%M:%S}","UTC","J","Sale","Completed","EUR","{v:,.2f}"',
        values=THOUSANDS, mark=True, may_ask=("--timezone",))
    yield file("Stripe cents", HOURS, "Created (UTC),Amount", '{d:%Y-%m-%d %H:%M},"{comma}"')


def _editors() -> Iterator[Export]:
    day = [f"{d:%Y-%m-%d}" for d in DAYS]
    yield file("Org mode", DAYS, ["| date       | value |", "|------------+-------|"],
        "| {d:%Y-%m-%d} | {v:5} |")
    yield file("reStructuredText", DAYS,
        ["==========  =====", "date        value", "==========  ====="], "{d:%Y-%m-%d}  {v:5}",
        "==========  =====", may_ask=("--delimiter", "--header"))
    yield file("reStructuredText, grid", DAYS,
        ["+------------+-------+", "| date       | value |", "+============+=======+"],
        [f"| {d} | {v:5} |\n+------------+-------+" for d, v in pairs(day, VALUES)])
    yield file("Jira", DAYS, "||date||value||", "|{d:%Y-%m-%d}|{v}|",
        may_ask=("--delimiter", "--header", "--target"))
    yield file("LaTeX", DAYS, [r"\begin{tabular}{lr}", r"date & value \\", r"\hline"],
        r"{d:%Y-%m-%d} & {v} \\", r"\end{tabular}", may_ask=("--delimiter",))
    yield file("SAP list", DAYS, ["-" * 30, "|Datum     |      Wert|", "-" * 30],
        [f"|{d:%d.%m.%Y}|{grouped(abs(v), '.', ',') + ('-' if v < 0 else ' '):>10}|"
         for d, v in pairs(DAYS, [round(100 * v, 2) for v in SIGNED])], "-" * 30,
        values=[round(100 * v, 2) for v in SIGNED])
    yield file("R prints a data frame", DAYS, "         date value", "{n:<4} {d:%Y-%m-%d} {v:5}")
    yield file("R prints a tibble", DAYS,
        ["# A tibble: 48 × 2", "   date       value", "   <date>     <dbl>"],
        "{n:>2} {d:%Y-%m-%d}  {v:5}", may_ask=("--header", "--delimiter", "--target"))
    yield file("R prints a series of quarters", QUARTERS, "     Qtr1  Qtr2  Qtr3  Qtr4",
        [f"{2008 + k} " + " ".join(f"{v:5}" for v in VALUES[4 * k : 4 * k + 4]) for k in range(12)])
    yield file("write.zoo", DAYS, '"Index" "x"', "{d:%Y-%m-%d} {v}")
    yield file("polars prints", DAYS,
        ["shape: (48, 2)", "┌────────────┬───────┐", "│ date       ┆ value │",
         "│ ---        ┆ ---   │", "│ date       ┆ f64   │", "╞════════════╪═══════╡"],
        "│ {d:%Y-%m-%d} ┆ {v:5} │", "└────────────┴───────┘", may_ask=("--delimiter",))
    yield file("duckdb prints", DAYS,
        ["┌────────────┬────────┐", "│    date    │ value  │", "│    date    │ double │",
         "├────────────┼────────┤"], "│ {d:%Y-%m-%d} │ {v:6} │", "└────────────┴────────┘",
        may_ask=("--delimiter",))
    yield file("sqlite3, pipes without a header", DAYS, [], "{d:%Y-%m-%d}|{v}")
    yield file("sqlcmd", DAYS, ["date             value", "---------------- ------"],
        "{d:%Y-%m-%d}       {v}", ["", "(48 rows affected)"])
    yield file("Oracle spool", DAYS, ["", "DAY            VALUE", "--------- ----------"],
        [f"{d:%d-%b-%y} {v:10}".upper() for d, v in pairs(DAYS, VALUES)], ["", "48 rows selected."])
    yield file("YAML-like pairs", DAYS, [], "{d:%Y-%m-%d}: {v}",
        may_ask=("--delimiter", "--header"))
    yield file("equals signs", DAYS, [], "{d:%Y-%m-%d} = {v}",
        may_ask=("--delimiter", "--header", "--date", "--date-format"))
    yield file("a list of Python", DAYS, "[", "('{d:%Y-%m-%d}', {v}),", "]", refused="not CSV")
    yield Export("a dictionary of Python",
        ("{" + ", ".join(f"'{d}': {v}" for d, v in pairs(day, VALUES)) + "}").encode(),
        refused="not CSV")


def _offices() -> Iterator[Export]:
    yield file("Salesforce footer", DAYS, '"Close Date","Amount"',
        '"{d.month}/{d.day}/{d.year}","{v}"',
        ["", '""', '"Sales by day"',
         '"Copyright (c) 2000-2022 salesforce.com, inc. All rights reserved."',
         '"Confidential Information - Do Not Distribute"', '"Generated By:  Jo  1/14/2022 9:00 AM"',
         '"Acme"'])
    yield file("Power BI filters", DAYS, "Date,Sales", "{d:%Y-%m-%d} 00:00:00,{v}",
        ["", '"Applied filters:', "Year is 2022", 'Country is DE"'])
    yield Export("QuickBooks across",
        lines("Acme Inc.,,", "Profit and Loss,,", "January 2016 - December 2019,,", "", ","
         + ",".join(f"{d:%b %Y}" for d in MONTHS) + ",TOTAL", "Income,"
         + ",".join(f'"{v:,.2f}"' for v in THOUSANDS) + f',"{sum(THOUSANDS):,.2f}"').encode(),
        THOUSANDS, MONTHS, may_ask=("--target", "--id", "--date"))
    yield Export("Tableau, years above months",
        ("\t".join(["", *(str(d.year) for d in MONTHS)]) + "\n" + "\t".join(["", *(f"{d:%B}" for d in MONTHS)]) + "\n" + "\t".join(["Sales", *(f"{v:,.2f}" for v in THOUSANDS)]) + "\n").encode("utf-16"),
        THOUSANDS, MONTHS, may_ask=("--target", "--id", "--date", "--header"))
    yield file("Shopify, total first", DAYS, ["Day,Total sales", f"Summary,{sum(VALUES):.2f}"],
        "{d:%Y-%m-%d},{v}")
    yield file("a grand total with a date's width", DAYS, "Day,Orders", "{d:%Y-%m-%d},{v}",
        [f"Grand Total,{sum(VALUES):.2f}", "Average,88.1"])
    yield file("subtotals of months", DAYS, "Day;Umsatz",
        [f"{d:%d.%m.%Y};{comma(v)}"
         + (f"\nSumme {d:%m/%Y};1000,00" if (d + pd.Timedelta(days=1)).day == 1 else "")
         for d, v in pairs(DAYS, VALUES)], "Gesamt;5000,00")
    yield Export("mixed line ends and a mark",
        ("\ufeffdate,value\r\n" + "".join(f"{d:%Y-%m-%d},{v}" + ("\r\n", "\n", "\r")[i % 2] for i, (d, v) in enumerate(pairs(DAYS, VALUES)))).encode(),
        VALUES, DAYS)
    yield Export("line separators of Unicode",
        ("date,value\u2028" + "\u2028".join(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES))).encode(),
        VALUES, DAYS, may_ask=("--delimiter", "--encoding"))
    yield Export("vertical tabs for lines",
        ("date,value\x0b" + "\x0b".join(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES))).encode(),
        VALUES, DAYS, may_ask=("--delimiter", "--encoding"))
    yield Export("record separators",
        ("date\x1fvalue\x1e" + "\x1e".join(f"{d:%Y-%m-%d}\x1f{v}" for d, v in pairs(DAYS, VALUES))).encode(),
        VALUES, DAYS, may_ask=("--delimiter", "--encoding"))
    yield file("blanks around quotes", DAYS, '"date" , "value"', '"{d:%Y-%m-%d}" , "{v}"')
    yield file("smart quotes", DAYS, "“date”,“value”", "“{d:%Y-%m-%d}”,“{v}”",
        may_ask=("--target", "--date", "--date-format"))
    yield file("guillemets", DAYS, "«date»;«value»", "«{d:%Y-%m-%d}»;«{v}»",
        may_ask=("--target", "--date", "--date-format"))
    yield file("backslash commas", DAYS, "date,value",
        [f"{d:%Y-%m-%d},{str(v).replace('.', chr(92) + ',')}" for d, v in pairs(DAYS, VALUES)],
        may_ask=("--decimal", "--target", "--delimiter"))
    yield Export("a mark of UTF-8 read as Latin",
        b"\xc3\xaf\xc2\xbb\xc2\xbf" + table(DAYS.strftime("%Y-%m-%d")), VALUES, DAYS)
    yield Export("a name in twice encoded UTF-8",
        table(DAYS.strftime("%Y-%m-%d"), header="date,QualitÃ¤t"), VALUES, DAYS)
    yield Export("HTML entities",
        table(DAYS.strftime("%Y-%m-%d"), [f"{v:,}&nbsp;&euro;" for v in VALUES]), VALUES, DAYS,
        may_ask=("--target", "--delimiter"))
    yield Export("an HTML table in .xls",
        ("<html><body><table><tr><th>date</th><th>value</th></tr>" + "".join(f"<tr><td>{d:%Y-%m-%d}</td><td>{v}</td></tr>" for d, v in pairs(DAYS, VALUES)) + "</table></body></html>").encode(),
        refused="HTML", ending="xls")
    yield Export("XML of Excel 2003",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook></Workbook>',
        refused="XML", ending="xls")
    yield Export("OpenDocument",
        b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" + b"\0" * 200,
        refused="", ending="ods")
    yield Export("DBF", b"\x03\x7a\x01\x0e\x30\x00\x00\x00\x61\x00\x20\x00" + b"\0" * 300,
        refused="", ending="dbf")
    yield Export("SPSS sav", b"$FL2@(#) SPSS DATA FILE" + b"\0" * 300, refused="", ending="sav")
    yield Export("Stata dta", b"<stata_dta><header>" + b"\0" * 300, refused="", ending="dta")
    yield Export("SQLite", b"SQLite format 3\0" + b"\0" * 300, refused="", ending="sqlite")
    yield Export("HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 300, refused="", ending="h5")
    yield Export("npy",
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }" + b" " * 50 + b"\n" + b"\0" * 24,
        refused="", ending="npy")
    yield Export("a mail",
        b"From: a@b.c\nTo: d@e.f\nSubject: data\nDate: Fri, 14 Jan 2022 00:00:00 +0000\n\nHello\n",
        refused="", ending="txt")


def _layouts() -> Iterator[Export]:
    day = DAYS.strftime("%Y-%m-%d")
    yield file("two values a row, date twice", None, "date,value,date,value",
        [f"{a},{v},{b},{w}" for a, v, b, w in zip(day[:24], VALUES[:24], day[24:], VALUES[24:])],
        must_ask=("--date", "--target"))
    yield file("repeated header each page", DAYS, "date,value",
        [f"{d},{v}" + ("\n\nPage 2\ndate,value" if i % 16 == 15 else "")
         for i, (d, v) in enumerate(pairs(day, VALUES))])
    yield file("duplicate rows", DAYS, "date,value",
        [f"{d},{v}\n{d},{v}" for d, v in pairs(day, VALUES)], may_ask=("--id-column", "--missing"))
    yield file("duplicate dates, other values", None, "date,value",
        [f"{d},{v}\n{d},{v + 1}" for d, v in pairs(day, VALUES)],
        must_ask=("--id-column", "--id", "--date"))
    yield file("an id that changes in the middle", DAYS, "meter,date,value",
        [f"{'A' if i < 24 else 'B'},{d},{v}" for i, (d, v) in enumerate(pairs(day, VALUES))],
        may_ask=("--id-column", "--id"), then={})
    yield file("ids that are numbers, blocks", DAYS, "store,day,sales",
        [f"{s},{d},{v + s}" for s in (1, 2) for d, v in pairs(day, VALUES)],
        values=[v + 2 for v in VALUES], may_ask=("--id-column", "--target"),
        then={"id_column": "store", "series_id": "2", "target": "sales"})
    yield file("forecast and actual in two columns", DAYS[:40], "date,actual,forecast",
        [f"{d},{v if i < 40 else ''},{'' if i < 40 else v}"
         for i, (d, v) in enumerate(pairs(day, VALUES))], values=VALUES[:40],
        may_ask=("--target", "--missing"), then={"target": "actual", "missing": "carry"})
    yield file("min, mean and max", DAYS, "date,min,mean,max",
        [f"{d},{v - 1},{v},{v + 1}" for d, v in pairs(day, VALUES)], may_ask=("--target",),
        must_ask=("--target",))
    yield file("value and change", None, "date,value,change %",
        [f"{d},{v},{i % 3}%" for i, (d, v) in enumerate(pairs(day, VALUES))],
        must_ask=("--target",))
    yield Export("year across in two rows",
        lines("Year,2016,,,,,,,,,,,,2017,,,,,,,,,,,", "Month," + ",".join(ENGLISH * 2), "x,"
         + ",".join(map(str, VALUES[:24]))).encode(), VALUES[:24], MONTHS[:24],
        may_ask=("--target", "--date", "--header", "--id"))
    yield file("quarters across, years down", QUARTERS, "year,Q1,Q2,Q3,Q4",
        [f"{2008 + k}," + ",".join(map(str, VALUES[4 * k : 4 * k + 4])) for k in range(12)])
    yield file("days across, months down", pd.date_range("2022-01-01", "2022-04-30"),
        "month," + ",".join(map(str, range(1, 32))),
        [f"2022-{m:02},"
         + ",".join(str(VALUES[(3 * m + i) % 48]) if i <= n else "" for i in range(1, 32))
         for m, n in ((1, 31), (2, 28), (3, 31), (4, 30))],
        values=[VALUES[(3 * m + i) % 48] for m, n in ((1, 31), (2, 28), (3, 31), (4, 30)) for i in range(1, n + 1)],
        may_ask=("--target", "--date"))
    yield file("hours across, HH:MM", HOURS, "date," + ",".join(f"{h:02}:00" for h in range(24)),
        [f"2022-01-{14 + k}," + ",".join(map(str, VALUES[24 * k : 24 * k + 24])) for k in range(2)],
        may_ask=("--target", "--date"))
    yield file("weekdays across", pd.date_range("2022-01-03", periods=42),
        "week,Mon,Tue,Wed,Thu,Fri,Sat,Sun",
        [f"2022-W{k + 1:02}," + ",".join(map(str, VALUES[7 * k : 7 * k + 7])) for k in range(6)],
        values=VALUES[:42], may_ask=("--target", "--date"))
    yield file("newest year first, months across", MONTHS,
        "year," + ",".join(f"{d:%b}" for d in MONTHS[:12]),
        [f"{2019 - k}," + ",".join(map(str, VALUES[12 * (3 - k) : 12 * (3 - k) + 12]))
         for k in range(4)])
    yield file("months across, German", MONTHS,
        "Jahr;Jan;Feb;Mär;Apr;Mai;Jun;Jul;Aug;Sep;Okt;Nov;Dez",
        [f"{2016 + k};" + ";".join(comma(v) for v in VALUES[12 * k : 12 * k + 12])
         for k in range(4)])
    yield file("months across, the last year cut", MONTHS[:43],
        "year," + ",".join(f"{d:%b}" for d in MONTHS[:12]),
        [f"{2016 + k}," + ",".join(str(v) if 12 * k + j < 43 else ""
         for j, v in enumerate(VALUES[12 * k : 12 * k + 12])) for k in range(4)],
        values=VALUES[:43])
    yield file("a header below two lines of groups", None,
        [",Shop A,Shop A", ",net,gross", "date,EUR,EUR"],
        [f"{d},{v},{v + 1}" for d, v in pairs(day, VALUES)], must_ask=("--target",))
    yield file("a column of the day's number beside dates", DAYS, "date,day,value",
        [f"{d},{i % 7},{v}" for i, (d, v) in enumerate(pairs(day, VALUES))], may_ask=("--target",),
        then={"target": "value"})
    yield file("year, week and day", DAYS, "year,week,day,value",
        [f"{d.isocalendar().year},{d.isocalendar().week},{d.isocalendar().weekday},{v}"
         for d, v in pairs(DAYS, VALUES)], may_ask=("--date", "--target", "--date-format"))
    yield file("year and month-day", DAYS, "year,date,value", "{d.year},{d:%m-%d},{v}",
        may_ask=("--date", "--target", "--date-format"))
    yield file("fiscal year and period", MONTHS, "Fiscal Year,Period,Amount",
        "{d.year},P{d.month:02},{v}", may_ask=("--date", "--date-format", "--id-column"))
    yield file("month before year", MONTHS, "month,year,value", "{d.month},{d.year},{v}")
    yield file("day before month before year in German", DAYS, "Tag;Monat;Jahr;Wert",
        "{d.day};{d.month};{d.year};{comma}")
    yield file("year and month in French", MONTHS, "Année;Mois;Valeur",
        [f"{d.year};{FRENCH[d.month - 1]};{comma(v)}" for d, v in pairs(MONTHS, VALUES)],
        encoding="cp1252")
    yield file("year and quarter in Spanish", QUARTERS, "Año;Trimestre;Valor",
        "{d.year};{d.quarter};{comma}", encoding="cp1252", may_ask=("--date", "--target"))
    yield file("year and quarter by T", QUARTERS, "Año;Periodo;Valor",
        "{d.year};T{d.quarter};{comma}", encoding="cp1252",
        may_ask=("--date", "--target", "--id-column"))
