"""Tables of more offices, sensors, markets and editors, and layouts of theirs."""

# ruff: noqa: E501, B905 (a line of a file is one line here)

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
    yield Export(
        "FAOSTAT",
        lines(
            '"Domain Code","Domain","Area Code (M49)","Area","Element Code","Element","Item Code","Item","Year Code","Year","Unit","Value","Flag","Flag Description"',
            *(
                f'"QCL","Crops","076","Brazil","5510","Production","0656","Coffee","{d.year}","{d.year}","t","{v}","A","Official figure"'
                for d, v in pairs(YEARS, VALUES)
            ),
        ).encode(),
        VALUES,
        YEARS,
        may_ask=("--date", "--target"),
        then={"date": "Year", "target": "Value"},
    )
    yield Export(
        "UNdata with footnotes",
        lines(
            '"Country or Area","Year","Value","Value Footnotes"',
            *(f'"Norway","{d.year}","{v}",""' for d, v in pairs(YEARS[::-1], VALUES[::-1])),
            "",
            '"fnSeqID","Footnote"',
            '"1","Estimate"',
        ).encode(),
        VALUES,
        YEARS,
        may_ask=("--id-column", "--target", "--date"),
    )
    yield Export(
        "ILOSTAT",
        lines(
            "ref_area.label,source.label,indicator.label,sex.label,classif1.label,time,obs_value,obs_status.label",
            *(
                f"Chile,LFS,Unemployment rate,Total,Age: 15+,{d.year},{v},"
                for d, v in pairs(YEARS, VALUES)
            ),
        ).encode(),
        VALUES,
        YEARS,
    )
    yield Export(
        "ILOSTAT by sex",
        lines(
            "ref_area.label,sex.label,time,obs_value",
            *(
                f"Chile,{s},{d.year},{v + k}"
                for d, v in pairs(YEARS, VALUES)
                for k, s in enumerate(("Total", "Male", "Female"))
            ),
        ).encode(),
        VALUES,
        YEARS,
        must_ask=(),
        may_ask=("--id-column",),
        then={"id_column": "sex.label", "series_id": "Total"},
    )
    yield Export(
        "two columns of ids",
        lines(
            "country,sex,year,value",
            *(
                f"{c},{s},{d.year},{v + k + 2 * j}"
                for d, v in pairs(YEARS, VALUES)
                for j, c in enumerate(("Chile", "Peru"))
                for k, s in enumerate(("M", "F"))
            ),
        ).encode(),
        must_ask=("--id-column",),
    )
    yield Export(
        "Bank of Canada",
        lines(
            "TERMS AND CONDITIONS",
            "https://www.bankofcanada.ca/terms/",
            "",
            "NAME,DESCRIPTION",
            "rates,Exchange rates",
            "",
            "SERIES",
            "id,label,description",
            "FXUSDCAD,USD/CAD,US dollar to Canadian dollar",
            "",
            "OBSERVATIONS",
            "date,FXUSDCAD",
            *(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "Swiss National Bank",
        (
            "\ufeff"
            + lines(
                '"CubeId";"zimoma"',
                '"PublishingDate";"2022-01-14 09:00"',
                "",
                '"Date";"D0";"Value"',
                *(f'"{d:%Y-%m}";"SARON";"{v}"' for d, v in pairs(MONTHS, VALUES)),
            )
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "Reserve Bank of Australia",
        lines(
            "F1.1  INTEREST RATES,,",
            "Title,Cash Rate Target",
            "Description,Cash Rate Target; monthly average",
            "Frequency,Monthly",
            "Type,Original",
            "Units,Per cent",
            "",
            "",
            "Source,RBA",
            "Publication date,14-Jan-2022",
            "Series ID,FIRMMCRT",
            *(f"{d:%d-%b-%Y},{v}" for d, v in pairs(MONTHS + pd.offsets.MonthEnd(), VALUES)),
        ).encode("cp1252"),
        VALUES,
        MONTHS + pd.offsets.MonthEnd(),
    )
    yield Export(
        "INSEE down",
        lines(
            '"Libellé";"Indice des prix"',
            '"idBank";"001759970"',
            '"Dernière mise à jour";"14/01/2022 12:00"',
            '"Période";""',
            *(f'"{d:%Y-%m}";"{v}"' for d, v in pairs(MONTHS[::-1], VALUES[::-1])),
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "INSEE down with flags",
        lines(
            '"Libellé";"Indice des prix";"Codes"',
            '"idBank";"001759970";""',
            '"Dernière mise à jour";"14/01/2022 12:00";""',
            '"Période";"";""',
            *(f'"{d:%Y-%m}";"{v}";"A"' for d, v in pairs(MONTHS[::-1], VALUES[::-1])),
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "INSEE across",
        lines(
            "Libellé;idBank;Dernière mise à jour;Période;" + ";".join(f"{d:%Y-%m}" for d in MONTHS),
            "Indice;001759970;14/01/2022 12:00;;" + ";".join(map(str, VALUES)),
            "Codes;;;;" + ";".join("A" for d in MONTHS),
        ).encode(),
        VALUES,
        MONTHS,
        may_ask=("--id", "--id-column", "--target"),
    )
    yield Export(
        "ISTAT",
        lines(
            '"ITTER107","Territorio","TIPO_DATO","Tipo dato","TIME","Seleziona periodo","Value","Flag Codes","Flags"',
            *(
                f'"IT","Italia","9","indice","{d:%Y-%m}","{m}-{d.year}",{v},,'
                for (d, v), m in zip(
                    pairs(MONTHS, VALUES),
                    [
                        "Gen",
                        "Feb",
                        "Mar",
                        "Apr",
                        "Mag",
                        "Giu",
                        "Lug",
                        "Ago",
                        "Set",
                        "Ott",
                        "Nov",
                        "Dic",
                    ]
                    * 4,
                )
            ),
        ).encode(),
        VALUES,
        MONTHS,
        may_ask=("--date",),
        then={"date": "TIME"},
    )
    yield Export(
        "INE of Spain",
        (
            "\ufeff"
            + lines(
                "Comunidades;Grupos;Periodo;Total",
                *(
                    f"Nacional;Índice general;{d.year}M{d.month:02};{comma(v)}"
                    for d, v in pairs(MONTHS[::-1], VALUES[::-1])
                ),
            )
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "CNB of the Czechs",
        lines(
            "Měna: EUR|Množství: 1",
            "Datum|Hodnota|Počet měření",
            *(f"{d:%d.%m.%Y}|{comma(v)}|1" for d, v in pairs(DAYS, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--target",),
        then={"target": "Hodnota"},
    )
    yield Export(
        "StatBank Denmark",
        lines(
            '"CPI by time"',
            '" "',
            '"","Total"',
            *(f'"{d.year}M{d.month:02}",{v}' for d, v in pairs(MONTHS, VALUES)),
        ).encode("cp1252"),
        VALUES,
        MONTHS,
    )
    yield Export(
        "PxWeb across",
        lines(
            '"CPI"',
            '"",' + ",".join(f'"{d.year}M{d.month:02}"' for d in MONTHS),
            '"Total",' + ",".join(map(str, VALUES)),
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "ECA&D",
        lines(
            "EUROPEAN CLIMATE ASSESSMENT & DATASET (ECA&D), file created on: 14-01-2022",
            "THESE DATA CAN BE USED FREELY FOR NON-COMMERCIAL RESEARCH AND EDUCATION",
            "",
            "FILE FORMAT (MISSING VALUE CODE IS -9999):",
            "",
            "01-06 SOUID: Source identifier",
            "08-15 DATE : Date YYYYMMDD",
            "17-21 TG   : mean temperature in 0.1 C",
            "23-27 Q_TG : Quality code (0='valid'; 1='suspect'; 9='missing')",
            "",
            "This is the blended series of station UCCLE (STAID: 17).",
            "",
            "SOUID,    DATE,   TG, Q_TG",
            *(f"100063,{d:%Y%m%d},{v:5},    0" for d, v in pairs(DAYS, COUNTS)),
        ).encode(),
        COUNTS,
        DAYS,
        may_ask=("--target",),
        then={"target": "TG"},
    )
    yield Export(
        "GRDC",
        lines(
            "# Title:                 GRDC STATION DATA FILE",
            "# River:                 RHINE RIVER",
            "# Unit of measure:                  m³/s",
            "#",
            "# DATA",
            "YYYY-MM-DD;hh:mm; Value",
            *(f"{d:%Y-%m-%d};--:--;{v:10.3f}" for d, v in pairs(DAYS, VALUES)),
        ).encode("cp1252"),
        VALUES,
        DAYS,
        may_ask=("--decimal",),
        then={"decimal": "."},
    )
    yield Export(
        "PSL index, years and twelve months",
        lines(
            "  1971 1974",
            *(
                f" {1971 + k} " + " ".join(f"{v:8.2f}" for v in VALUES[12 * k : 12 * k + 12])
                for k in range(4)
            ),
            "  -99.99",
            " Nino 3.4 index",
            " from the CPC",
        ).encode(),
        VALUES,
        pd.date_range("1971-01-01", periods=48, freq="MS"),
        may_ask=("--header", "--no-header", "--date", "--target", "--date-format", "--delimiter"),
    )
    yield Export(
        "NDBC buoy",
        lines(
            "#YY  MM DD hh mm WTMP",
            "#yr  mo dy hr mn degC",
            *(f"{d:%Y %m %d %H %M} {v:5.2f}" for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        VALUES,
        HOURS,
    )
    yield Export(
        "NOAA, clock as HHMM",
        lines(
            "date,time,value", *(f"{d:%Y%m%d},{d.hour * 100},{v}" for d, v in pairs(HOURS, VALUES))
        ).encode(),
        VALUES,
        HOURS,
        may_ask=("--date", "--target", "--date-format"),
    )
    yield Export(
        "year, day of the year and hour",
        lines(
            "year,doy,hour,value",
            *(f"{d.year},{d.day_of_year},{d.hour},{v}" for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        VALUES,
        HOURS,
    )
    yield Export(
        "Y M D",
        lines(
            "Y,M,D,value", *(f"{d.year},{d.month},{d.day},{v}" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--date", "--target"),
    )
    yield Export(
        "WEO across",
        lines(
            "WEO Country Code\tISO\tSubject Descriptor\tUnits\tScale\t"
            + "\t".join(map(str, YEARS.year))
            + "\tEstimates Start After",
            "134\tDEU\tGDP\tNational currency\tBillions\t"
            + "\t".join(grouped(v) for v in THOUSANDS)
            + "\t2015",
        ).encode("utf-16"),
        THOUSANDS,
        YEARS,
    )


def _sensors() -> Iterator[Export]:
    yield Export(
        "Campbell TOA5",
        lines(
            '"TOA5","CR1000","CR1000","12345","CR1000.Std.32","CPU:prog.CR1","1234","Table1"',
            '"TIMESTAMP","RECORD","AirT_Avg"',
            '"TS","RN","Deg C"',
            '"","","Avg"',
            *(f'"{d:%Y-%m-%d %H:%M:%S}",{i},{v}' for i, (d, v) in enumerate(pairs(HOURS, VALUES))),
        ).encode(),
        VALUES,
        HOURS,
    )
    yield Export(
        "HOBO",
        (
            "\ufeff"
            + lines(
                '"Plot Title: cellar"',
                '"#","Date Time, GMT+01:00","Temp, °C (LGR S/N: 9876, SEN S/N: 9876)","Coupler Attached (LGR S/N: 9876)"',
                *(
                    f"{i},{d:%m/%d/%y %I:%M:%S %p},{v},{'Logged' if i == 1 else ''}"
                    for i, (d, v) in enumerate(pairs(HOURS, VALUES), 1)
                ),
            )
        ).encode(),
        VALUES,
        HOURS,
        may_ask=("--timezone",),
    )
    yield Export(
        "iButton",
        lines(
            "1-Wire/iButton Part Number: DS1921G-F5",
            "Mission in Progress?  Yes",
            "SUTA Mission?  No",
            "Sample Rate:   Every 60 minute(s)",
            "",
            "Date/Time,Unit,Value",
            *(f"{d:%d/%m/%y %I:%M:%S %p},C,{v}" for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        VALUES,
        HOURS,
    )
    yield Export(
        "Tinytag with units in cells",
        lines(
            "Record\tTime\tTemperature",
            *(
                f"{i}\t{d:%d/%m/%Y %H:%M:%S}\t{v} °C"
                for i, (d, v) in enumerate(pairs(HOURS, VALUES), 1)
            ),
        ).encode("cp1252"),
        VALUES,
        HOURS,
    )
    yield Export(
        "ThingSpeak",
        lines(
            "created_at,entry_id,field1,latitude,longitude,elevation,status",
            *(
                f"{d:%Y-%m-%d %H:%M:%S} UTC,{i},{v},,,,"
                for i, (d, v) in enumerate(pairs(HOURS, VALUES), 1)
            ),
        ).encode(),
        VALUES,
        HOURS.tz_localize("UTC"),
    )
    yield Export(
        "a date only on the first hour of a day",
        lines(
            "date,hour,value",
            *(f"{d:%Y-%m-%d}" * (d.hour == 0) + f",{d.hour},{v}" for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        refused="neither a date",
    )
    yield Export(
        "hours as 00h, 01h",
        lines(
            "date;heure;valeur",
            *(f"{d:%d/%m/%Y};{d.hour:02}h;{comma(v)}" for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        VALUES,
        HOURS,
        may_ask=("--date", "--date-format"),
    )
    yield Export(
        "seconds since the start in the header",
        lines(
            "Time since 2022-01-14 00:00:00 [s],value",
            *(f"{3600 * i},{v}" for i, v in enumerate(VALUES)),
        ).encode(),
        VALUES,
        None,
        may_ask=("--date", "--date-format", "--target"),
    )
    yield Export(
        "netCDF dump, hours since",
        lines(
            "hours since 2022-01-14 00:00:00,value", *(f"{i},{v}" for i, v in enumerate(VALUES))
        ).encode(),
        VALUES,
        HOURS,
    )
    yield Export(
        "PLC, sample numbers and a date that stays",
        lines(
            "Date;Sample;Value", *(f"14.01.2022;{i};{comma(v)}" for i, v in enumerate(VALUES, 1))
        ).encode(),
        VALUES,
        None,
        may_ask=("--date", "--target"),
    )


def _markets() -> Iterator[Export]:
    yield Export(
        "Stooq",
        lines(
            "<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>",
            *(f"AAPL.US,D,{d:%Y%m%d},000000,{v}" for d, v in pairs(WORKDAYS, VALUES)),
        ).encode(),
        VALUES,
        WORKDAYS,
    )
    yield Export(
        "MetaTrader",
        lines(
            "<DATE>\t<TIME>\t<CLOSE>",
            *(f"{d:%Y.%m.%d}\t{d:%H:%M:%S}\t{v}" for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        VALUES,
        HOURS,
    )
    yield Export(
        "NinjaTrader",
        lines(*(f"{d:%Y%m%d %H%M%S};{v}" for d, v in pairs(HOURS, VALUES))).encode(),
        VALUES,
        HOURS,
        may_ask=ASK_DATE,
    )
    yield Export(
        "Alpha Vantage, newest first",
        lines(
            "timestamp,close",
            *(f"{d:%Y-%m-%d},{v}" for d, v in pairs(WORKDAYS[::-1], VALUES[::-1])),
        ).encode(),
        VALUES,
        WORKDAYS,
    )
    yield Export(
        "Boursorama",
        lines(
            "date\tclot\tdevise\t",
            *(f"{d:%d/%m/%Y}\t{v}\tEUR\t" for d, v in pairs(WORKDAYS, VALUES)),
        ).encode(),
        VALUES,
        WORKDAYS,
    )
    yield Export(
        "ariva",
        lines(
            "Datum;Schlusskurs;Volumen;",
            *(f"{d:%Y-%m-%d};{comma(v)};;" for d, v in pairs(WORKDAYS[::-1], VALUES[::-1])),
        ).encode(),
        VALUES,
        WORKDAYS,
    )
    yield Export(
        "PayPal",
        (
            "\ufeff"
            + lines(
                '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross"',
                *(
                    f'"{d:%d/%m/%Y}","{d:%H:%M:%S}","UTC","J","Sale","Completed","EUR","{grouped(v)}"'
                    for d, v in pairs(HOURS, THOUSANDS)
                ),
            )
        ).encode(),
        THOUSANDS,
        HOURS,
        may_ask=("--timezone",),
    )
    yield Export(
        "Stripe cents",
        lines(
            "Created (UTC),Amount",
            *(f'{d:%Y-%m-%d %H:%M},"{comma(v)}"' for d, v in pairs(HOURS, VALUES)),
        ).encode(),
        VALUES,
        HOURS,
    )


def _editors() -> Iterator[Export]:
    day = [f"{d:%Y-%m-%d}" for d in DAYS]
    yield Export(
        "Org mode",
        lines(
            "| date       | value |",
            "|------------+-------|",
            *(f"| {d} | {v:5} |" for d, v in pairs(day, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "reStructuredText",
        lines(
            "==========  =====",
            "date        value",
            "==========  =====",
            *(f"{d}  {v:5}" for d, v in pairs(day, VALUES)),
            "==========  =====",
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--header"),
    )
    yield Export(
        "reStructuredText, grid",
        lines(
            "+------------+-------+",
            "| date       | value |",
            "+============+=======+",
            *(f"| {d} | {v:5} |\n+------------+-------+" for d, v in pairs(day, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "Jira",
        lines("||date||value||", *(f"|{d}|{v}|" for d, v in pairs(day, VALUES))).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--header", "--target"),
    )
    yield Export(
        "LaTeX",
        lines(
            r"\begin{tabular}{lr}",
            r"date & value \\",
            r"\hline",
            *(rf"{d} & {v} \\" for d, v in pairs(day, VALUES)),
            r"\end{tabular}",
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter",),
    )
    yield Export(
        "SAP list",
        lines(
            "-" * 30,
            "|Datum     |      Wert|",
            "-" * 30,
            *(
                f"|{d:%d.%m.%Y}|{grouped(abs(v), '.', ',') + ('-' if v < 0 else ' '):>10}|"
                for d, v in pairs(DAYS, [round(100 * v, 2) for v in SIGNED])
            ),
            "-" * 30,
        ).encode(),
        [round(100 * v, 2) for v in SIGNED],
        DAYS,
    )
    yield Export(
        "R prints a data frame",
        lines(
            "         date value",
            *(f"{i:<4} {d} {v:5}" for i, (d, v) in enumerate(pairs(day, VALUES), 1)),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "R prints a tibble",
        lines(
            "# A tibble: 48 × 2",
            "   date       value",
            "   <date>     <dbl>",
            *(f"{i:>2} {d}  {v:5}" for i, (d, v) in enumerate(pairs(day, VALUES), 1)),
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--header", "--delimiter", "--target"),
    )
    yield Export(
        "R prints a series of quarters",
        lines(
            "     Qtr1  Qtr2  Qtr3  Qtr4",
            *(
                f"{2008 + k} " + " ".join(f"{v:5}" for v in VALUES[4 * k : 4 * k + 4])
                for k in range(12)
            ),
        ).encode(),
        VALUES,
        QUARTERS,
    )
    yield Export(
        "write.zoo",
        lines('"Index" "x"', *(f"{d} {v}" for d, v in pairs(day, VALUES))).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "polars prints",
        lines(
            "shape: (48, 2)",
            "┌────────────┬───────┐",
            "│ date       ┆ value │",
            "│ ---        ┆ ---   │",
            "│ date       ┆ f64   │",
            "╞════════════╪═══════╡",
            *(f"│ {d} ┆ {v:5} │" for d, v in pairs(day, VALUES)),
            "└────────────┴───────┘",
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter",),
    )
    yield Export(
        "duckdb prints",
        lines(
            "┌────────────┬────────┐",
            "│    date    │ value  │",
            "│    date    │ double │",
            "├────────────┼────────┤",
            *(f"│ {d} │ {v:6} │" for d, v in pairs(day, VALUES)),
            "└────────────┴────────┘",
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter",),
    )
    yield Export(
        "sqlite3, pipes without a header",
        lines(*(f"{d}|{v}" for d, v in pairs(day, VALUES))).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "sqlcmd",
        lines(
            "date             value",
            "---------------- ------",
            *(f"{d}       {v}" for d, v in pairs(day, VALUES)),
            "",
            "(48 rows affected)",
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "Oracle spool",
        lines(
            "",
            "DAY            VALUE",
            "--------- ----------",
            *(f"{d:%d-%b-%y} {v:10}".upper() for d, v in pairs(DAYS, VALUES)),
            "",
            "48 rows selected.",
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "YAML-like pairs",
        lines(*(f"{d}: {v}" for d, v in pairs(day, VALUES))).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--header"),
    )
    yield Export(
        "equals signs",
        lines(*(f"{d} = {v}" for d, v in pairs(day, VALUES))).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--header", "--date", "--date-format"),
    )
    yield Export(
        "a list of Python",
        lines("[", *(f"('{d}', {v})," for d, v in pairs(day, VALUES)), "]").encode(),
        refused="not CSV",
    )
    yield Export(
        "a dictionary of Python",
        ("{" + ", ".join(f"'{d}': {v}" for d, v in pairs(day, VALUES)) + "}").encode(),
        refused="not CSV",
    )


def _offices() -> Iterator[Export]:
    yield Export(
        "Salesforce footer",
        lines(
            '"Close Date","Amount"',
            *(f'"{d.month}/{d.day}/{d.year}","{v}"' for d, v in pairs(DAYS, VALUES)),
            "",
            '""',
            '"Sales by day"',
            '"Copyright (c) 2000-2022 salesforce.com, inc. All rights reserved."',
            '"Confidential Information - Do Not Distribute"',
            '"Generated By:  Jo  1/14/2022 9:00 AM"',
            '"Acme"',
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "Power BI filters",
        lines(
            "Date,Sales",
            *(f"{d:%Y-%m-%d} 00:00:00,{v}" for d, v in pairs(DAYS, VALUES)),
            "",
            '"Applied filters:',
            "Year is 2022",
            'Country is DE"',
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "QuickBooks across",
        lines(
            "Acme Inc.,,",
            "Profit and Loss,,",
            "January 2016 - December 2019,,",
            "",
            "," + ",".join(f"{d:%b %Y}" for d in MONTHS) + ",TOTAL",
            "Income," + ",".join(f'"{v:,.2f}"' for v in THOUSANDS) + f',"{sum(THOUSANDS):,.2f}"',
        ).encode(),
        THOUSANDS,
        MONTHS,
        may_ask=("--target", "--id", "--date"),
    )
    yield Export(
        "Tableau, years above months",
        (
            "\t".join(["", *(str(d.year) for d in MONTHS)])
            + "\n"
            + "\t".join(["", *(f"{d:%B}" for d in MONTHS)])
            + "\n"
            + "\t".join(["Sales", *(f"{v:,.2f}" for v in THOUSANDS)])
            + "\n"
        ).encode("utf-16"),
        THOUSANDS,
        MONTHS,
        may_ask=("--target", "--id", "--date", "--header"),
    )
    yield Export(
        "Shopify, total first",
        lines(
            "Day,Total sales",
            f"Summary,{sum(VALUES):.2f}",
            *(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "a grand total with a date's width",
        lines(
            "Day,Orders",
            *(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES)),
            f"Grand Total,{sum(VALUES):.2f}",
            "Average,88.1",
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "subtotals of months",
        lines(
            "Day;Umsatz",
            *(
                f"{d:%d.%m.%Y};{comma(v)}"
                + (f"\nSumme {d:%m/%Y};1000,00" if (d + pd.Timedelta(days=1)).day == 1 else "")
                for d, v in pairs(DAYS, VALUES)
            ),
            "Gesamt;5000,00",
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "mixed line ends and a mark",
        (
            "\ufeffdate,value\r\n"
            + "".join(
                f"{d:%Y-%m-%d},{v}" + ("\r\n", "\n", "\r")[i % 2]
                for i, (d, v) in enumerate(pairs(DAYS, VALUES))
            )
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "line separators of Unicode",
        (
            "date,value\u2028" + "\u2028".join(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--encoding"),
    )
    yield Export(
        "vertical tabs for lines",
        (
            "date,value\x0b" + "\x0b".join(f"{d:%Y-%m-%d},{v}" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--encoding"),
    )
    yield Export(
        "record separators",
        (
            "date\x1fvalue\x1e"
            + "\x1e".join(f"{d:%Y-%m-%d}\x1f{v}" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--delimiter", "--encoding"),
    )
    yield Export(
        "blanks around quotes",
        lines(
            '"date" , "value"', *(f'"{d:%Y-%m-%d}" , "{v}"' for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "smart quotes",
        lines(
            "“date”,“value”", *(f"“{d:%Y-%m-%d}”,“{v}”" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--target", "--date", "--date-format"),
    )
    yield Export(
        "guillemets",
        lines(
            "«date»;«value»", *(f"«{d:%Y-%m-%d}»;«{v}»" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--target", "--date", "--date-format"),
    )
    yield Export(
        "backslash commas",
        lines(
            "date,value",
            *(f"{d:%Y-%m-%d},{str(v).replace('.', chr(92) + ',')}" for d, v in pairs(DAYS, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--decimal", "--target", "--delimiter"),
    )
    yield Export(
        "a mark of UTF-8 read as Latin",
        b"\xc3\xaf\xc2\xbb\xc2\xbf" + table(DAYS.strftime("%Y-%m-%d")),
        VALUES,
        DAYS,
    )
    yield Export(
        "a name in twice encoded UTF-8",
        table(DAYS.strftime("%Y-%m-%d"), header="date,QualitÃ¤t"),
        VALUES,
        DAYS,
    )
    yield Export(
        "HTML entities",
        table(DAYS.strftime("%Y-%m-%d"), [f"{v:,}&nbsp;&euro;" for v in VALUES]),
        VALUES,
        DAYS,
        may_ask=("--target", "--delimiter"),
    )
    yield Export(
        "an HTML table in .xls",
        (
            "<html><body><table><tr><th>date</th><th>value</th></tr>"
            + "".join(f"<tr><td>{d:%Y-%m-%d}</td><td>{v}</td></tr>" for d, v in pairs(DAYS, VALUES))
            + "</table></body></html>"
        ).encode(),
        refused="HTML",
        ending="xls",
    )
    yield Export(
        "XML of Excel 2003",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook></Workbook>',
        refused="XML",
        ending="xls",
    )
    yield Export(
        "OpenDocument",
        b"PK\x03\x04"
        + b"\0" * 26
        + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
        + b"\0" * 200,
        refused="",
        ending="ods",
    )
    yield Export(
        "DBF",
        b"\x03\x7a\x01\x0e\x30\x00\x00\x00\x61\x00\x20\x00" + b"\0" * 300,
        refused="",
        ending="dbf",
    )
    yield Export("SPSS sav", b"$FL2@(#) SPSS DATA FILE" + b"\0" * 300, refused="", ending="sav")
    yield Export("Stata dta", b"<stata_dta><header>" + b"\0" * 300, refused="", ending="dta")
    yield Export("SQLite", b"SQLite format 3\0" + b"\0" * 300, refused="", ending="sqlite")
    yield Export("HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 300, refused="", ending="h5")
    yield Export(
        "npy",
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"
        + b" " * 50
        + b"\n"
        + b"\0" * 24,
        refused="",
        ending="npy",
    )
    yield Export(
        "a mail",
        b"From: a@b.c\nTo: d@e.f\nSubject: data\nDate: Fri, 14 Jan 2022 00:00:00 +0000\n\nHello\n",
        refused="",
        ending="txt",
    )


def _layouts() -> Iterator[Export]:
    day = DAYS.strftime("%Y-%m-%d")
    yield Export(
        "two values a row, date twice",
        lines(
            "date,value,date,value",
            *(
                f"{a},{v},{b},{w}"
                for a, v, b, w in zip(day[:24], VALUES[:24], day[24:], VALUES[24:])
            ),
        ).encode(),
        must_ask=("--date", "--target"),
    )
    yield Export(
        "repeated header each page",
        lines(
            "date,value",
            *(
                f"{d},{v}" + ("\n\nPage 2\ndate,value" if i % 16 == 15 else "")
                for i, (d, v) in enumerate(pairs(day, VALUES))
            ),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "duplicate rows",
        lines("date,value", *(f"{d},{v}\n{d},{v}" for d, v in pairs(day, VALUES))).encode(),
        VALUES,
        DAYS,
        may_ask=("--id-column", "--missing"),
    )
    yield Export(
        "duplicate dates, other values",
        lines("date,value", *(f"{d},{v}\n{d},{v + 1}" for d, v in pairs(day, VALUES))).encode(),
        must_ask=("--id-column", "--id", "--date"),
    )
    yield Export(
        "an id that changes in the middle",
        lines(
            "meter,date,value",
            *(f"{'A' if i < 24 else 'B'},{d},{v}" for i, (d, v) in enumerate(pairs(day, VALUES))),
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--id-column", "--id"),
        then={},
    )
    yield Export(
        "ids that are numbers, blocks",
        lines(
            "store,day,sales", *(f"{s},{d},{v + s}" for s in (1, 2) for d, v in pairs(day, VALUES))
        ).encode(),
        [v + 2 for v in VALUES],
        DAYS,
        may_ask=("--id-column", "--target"),
        then={"id_column": "store", "series_id": "2", "target": "sales"},
    )
    yield Export(
        "forecast and actual in two columns",
        lines(
            "date,actual,forecast",
            *(
                f"{d},{v if i < 40 else ''},{'' if i < 40 else v}"
                for i, (d, v) in enumerate(pairs(day, VALUES))
            ),
        ).encode(),
        VALUES[:40],
        DAYS[:40],
        may_ask=("--target", "--missing"),
        then={"target": "actual", "missing": "carry"},
    )
    yield Export(
        "min, mean and max",
        lines(
            "date,min,mean,max", *(f"{d},{v - 1},{v},{v + 1}" for d, v in pairs(day, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--target",),
        must_ask=("--target",),
    )
    yield Export(
        "value and change",
        lines(
            "date,value,change %",
            *(f"{d},{v},{i % 3}%" for i, (d, v) in enumerate(pairs(day, VALUES))),
        ).encode(),
        must_ask=("--target",),
    )
    yield Export(
        "year across in two rows",
        lines(
            "Year,2016,,,,,,,,,,,,2017,,,,,,,,,,,",
            "Month," + ",".join(ENGLISH * 2),
            "x," + ",".join(map(str, VALUES[:24])),
        ).encode(),
        VALUES[:24],
        MONTHS[:24],
        may_ask=("--target", "--date", "--header", "--id"),
    )
    yield Export(
        "quarters across, years down",
        lines(
            "year,Q1,Q2,Q3,Q4",
            *(f"{2008 + k}," + ",".join(map(str, VALUES[4 * k : 4 * k + 4])) for k in range(12)),
        ).encode(),
        VALUES,
        QUARTERS,
    )
    yield Export(
        "days across, months down",
        lines(
            "month," + ",".join(map(str, range(1, 32))),
            *(
                f"2022-{m:02},"
                + ",".join(str(VALUES[(3 * m + i) % 48]) if i <= n else "" for i in range(1, 32))
                for m, n in ((1, 31), (2, 28), (3, 31), (4, 30))
            ),
        ).encode(),
        [
            VALUES[(3 * m + i) % 48]
            for m, n in ((1, 31), (2, 28), (3, 31), (4, 30))
            for i in range(1, n + 1)
        ],
        pd.date_range("2022-01-01", "2022-04-30"),
        may_ask=("--target", "--date"),
    )
    yield Export(
        "hours across, HH:MM",
        lines(
            "date," + ",".join(f"{h:02}:00" for h in range(24)),
            *(
                f"2022-01-{14 + k}," + ",".join(map(str, VALUES[24 * k : 24 * k + 24]))
                for k in range(2)
            ),
        ).encode(),
        VALUES,
        HOURS,
        may_ask=("--target", "--date"),
    )
    yield Export(
        "weekdays across",
        lines(
            "week,Mon,Tue,Wed,Thu,Fri,Sat,Sun",
            *(
                f"2022-W{k + 1:02}," + ",".join(map(str, VALUES[7 * k : 7 * k + 7]))
                for k in range(6)
            ),
        ).encode(),
        VALUES[:42],
        pd.date_range("2022-01-03", periods=42),
        may_ask=("--target", "--date"),
    )
    yield Export(
        "newest year first, months across",
        lines(
            "year," + ",".join(f"{d:%b}" for d in MONTHS[:12]),
            *(
                f"{2019 - k}," + ",".join(map(str, VALUES[12 * (3 - k) : 12 * (3 - k) + 12]))
                for k in range(4)
            ),
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "months across, German",
        lines(
            "Jahr;Jan;Feb;Mär;Apr;Mai;Jun;Jul;Aug;Sep;Okt;Nov;Dez",
            *(
                f"{2016 + k};" + ";".join(comma(v) for v in VALUES[12 * k : 12 * k + 12])
                for k in range(4)
            ),
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "months across, the last year cut",
        lines(
            "year," + ",".join(f"{d:%b}" for d in MONTHS[:12]),
            *(
                f"{2016 + k},"
                + ",".join(
                    str(v) if 12 * k + j < 43 else ""
                    for j, v in enumerate(VALUES[12 * k : 12 * k + 12])
                )
                for k in range(4)
            ),
        ).encode(),
        VALUES[:43],
        MONTHS[:43],
    )
    yield Export(
        "a header below two lines of groups",
        lines(
            ",Shop A,Shop A",
            ",net,gross",
            "date,EUR,EUR",
            *(f"{d},{v},{v + 1}" for d, v in pairs(day, VALUES)),
        ).encode(),
        must_ask=("--target",),
    )
    yield Export(
        "a column of the day's number beside dates",
        lines(
            "date,day,value", *(f"{d},{i % 7},{v}" for i, (d, v) in enumerate(pairs(day, VALUES)))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--target",),
        then={"target": "value"},
    )
    yield Export(
        "year, week and day",
        lines(
            "year,week,day,value",
            *(
                f"{d.isocalendar().year},{d.isocalendar().week},{d.isocalendar().weekday},{v}"
                for d, v in pairs(DAYS, VALUES)
            ),
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--date", "--target", "--date-format"),
    )
    yield Export(
        "year and month-day",
        lines(
            "year,date,value", *(f"{d.year},{d:%m-%d},{v}" for d, v in pairs(DAYS, VALUES))
        ).encode(),
        VALUES,
        DAYS,
        may_ask=("--date", "--target", "--date-format"),
    )
    yield Export(
        "fiscal year and period",
        lines(
            "Fiscal Year,Period,Amount",
            *(f"{d.year},P{d.month:02},{v}" for d, v in pairs(MONTHS, VALUES)),
        ).encode(),
        VALUES,
        MONTHS,
        may_ask=("--date", "--date-format", "--id-column"),
    )
    yield Export(
        "month before year",
        lines(
            "month,year,value", *(f"{d.month},{d.year},{v}" for d, v in pairs(MONTHS, VALUES))
        ).encode(),
        VALUES,
        MONTHS,
    )
    yield Export(
        "day before month before year in German",
        lines(
            "Tag;Monat;Jahr;Wert",
            *(f"{d.day};{d.month};{d.year};{comma(v)}" for d, v in pairs(DAYS, VALUES)),
        ).encode(),
        VALUES,
        DAYS,
    )
    yield Export(
        "year and month in French",
        lines(
            "Année;Mois;Valeur",
            *(f"{d.year};{FRENCH[d.month - 1]};{comma(v)}" for d, v in pairs(MONTHS, VALUES)),
        ).encode("cp1252"),
        VALUES,
        MONTHS,
    )
    yield Export(
        "year and quarter in Spanish",
        lines(
            "Año;Trimestre;Valor",
            *(f"{d.year};{d.quarter};{comma(v)}" for d, v in pairs(QUARTERS, VALUES)),
        ).encode("cp1252"),
        VALUES,
        QUARTERS,
        may_ask=("--date", "--target"),
    )
    yield Export(
        "year and quarter by T",
        lines(
            "Año;Periodo;Valor",
            *(f"{d.year};T{d.quarter};{comma(v)}" for d, v in pairs(QUARTERS, VALUES)),
        ).encode("cp1252"),
        VALUES,
        QUARTERS,
        may_ask=("--date", "--target", "--id-column"),
    )
