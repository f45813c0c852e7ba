"""Files as one downloads them from offices, loggers, meters, exchanges and programs of today."""

# ruff: noqa: E501 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
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
    WEEKS,
    WORKDAYS,
    YEARS,
    Export,
    N,
    comma,
    file,
    grouped,
    lines,
    pairs,
)

_SEASONS = ["DJF", "JFM", "FMA", "MAM", "AMJ", "MJJ", "JJA", "JAS", "ASO", "SON", "OND", "NDJ"]
_HALF_HOURS = pd.date_range("2022-01-14 00:30", periods=N, freq="30min")
_MILLISECONDS = [int(d.timestamp() * 1000) for d in HOURS]
_SPANISH_DAYS = ["lun.", "mar.", "mié.", "jue.", "vie.", "sáb.", "dom."]
_SPANISH_SHORT = ["ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic."]
_SPANISH_MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
_SPANISH_LONG_DAYS = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]


def all_downloads() -> list[Export]:
    """Return the kinds of this file."""
    makers = (_offices, _loggers, _exchanges, _spreadsheets, _forms, _machines, _workbooks)
    return [kind for maker in makers for kind in maker()]


_WIDE = lines(
    "      " + " ".join(f"{m:>6}" for m in ENGLISH),
    *(
        f"{y} " + " ".join(f"{VALUES[(y - 2016) * 12 + m]:6.2f}" for m in range(12))
        for y in range(2016, 2020)
    ),
)


def _offices() -> Iterator[Export]:
    yield file("downloads: genesis flat", MONTHS,
        "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Auspraegung_Label;BV4TB__Bruttostromerzeugung__MWh",
        "43311;Monatsbericht;MONAT;Monat;{d:%Y-%m};DINSG;Deutschland;{comma}")
    yield file("downloads: genesis long months", MONTHS,
        ["Tabelle: 61111-0002", "Verbraucherpreisindex: Deutschland, Monate;;",
         "Jahr;Monat;Verbraucherpreisindex", "2020=100;;"],
        [f"{d.year};{['Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'][d.month - 1]};{comma(v)}"
         for d, v in pairs(MONTHS, VALUES)],
        ["__________", "(C)opyright Statistisches Bundesamt (Destatis), 2023",
         "Stand: 12.12.2023 / 10:15:21"])
    yield file("downloads: INE bdsc", MONTHS,
        "Comunidades y Ciudades Autónomas;Tipo de dato;Periodo;Total",
        "Nacional;Índice;{d.year}M{d.month:02};{european}", values=THOUSANDS, newest=True,
        mark=True)
    yield file("downloads: SSB", MONTHS, '"statistikkvariabel";"måned";"12345: Konsumprisindeks"',
        '"Konsumprisindeks (2015=100)";"{d.year}M{d.month:02}";{v}', encoding="latin-1")
    yield file("downloads: StatCan", MONTHS,
        '"REF_DATE","GEO","DGUID","Products","UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID","VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"',
        '"{d:%Y-%m}","Canada","2016A000011124","All-items","2002=100","17","units","0","v41690973","2.2","{v}","","","","1"',
        mark=True, may_ask=("--target",), then={"target": "VALUE"})
    yield file("downloads: ABS", pd.date_range("2008-03-01", periods=N, freq="QS-MAR"),
        [",Index Numbers ;  All groups CPI ;", "Unit,Index Numbers", "Series Type,Original",
         "Data Type,INDEX", "Frequency,Quarter", "Collection Month,3", "Series Start,Mar-2008",
         "Series End,Dec-2019", "No. Obs,48", "Series ID,A2325846C"],
        [f"{d + pd.offsets.QuarterEnd(startingMonth=3):%b-%Y},{v}"
         for d, v in pairs(QUARTERS, VALUES)])
    yield file("downloads: RBA", pd.date_range("2016-01-31", periods=N, freq="ME"),
        ["F1.1 INTEREST RATES,", "Title,Cash Rate Target",
         "Description,Cash Rate Target; monthly average", "Frequency,Monthly", "Type,Original",
         "Units,Per cent", "", ",", "Source,RBA", "Publication date,02-May-2023",
         "Series ID,FIRMMCRT"],
        [f"{d + pd.offsets.MonthEnd():%d/%m/%Y},{v}" for d, v in pairs(MONTHS, VALUES)])
    yield file("downloads: Bank of England", pd.date_range("2016-01-31", periods=N, freq="ME"),
        "DATE,IUMABEDR",
        [f"{d + pd.offsets.MonthEnd():%d %b %y},{v}" for d, v in pairs(MONTHS, VALUES)])
    yield file("downloads: Bundesbank", MONTHS,
        ['"",BBDP1.M.DE.N.VPI.C.A00000.I20.A,BBDP1.M.DE.N.VPI.C.A00000.I20.A_FLAGS',
         '"",Verbraucherpreisindex / Ursprungswerte,', "Einheit,2020=100,", "Dimension,Eins,",
         "Stand vom,10.01.2024 14:27:00 Uhr,"],
        [f"{d:%Y-%m},{v},{('Vorläufiger Wert' if i > 45 else '')}"
         for i, (d, v) in enumerate(pairs(MONTHS, VALUES))])
    yield file("downloads: SNB cube", MONTHS,
        ['"CubeId";"zimoma"', '"PublishingDate";"2023-05-01 14:30"', "", '"Date";"D0";"Value"'],
        '"{d:%Y-%m}";"SARON";"{v}"')
    yield file("downloads: Banxico", DAYS,
        ["Banco de México", "", "Tipo de cambio pesos por dólar",
         "Periodo: 01/01/2016 - 01/12/2019", "Fecha de consulta: 12/05/2023 10:11:12",
         '"Fuente: Banco de México, varias"', "", "Título,Tipo de cambio", "Fecha,SF43718"],
        "{d:%d/%m/%Y},{v}", encoding="latin-1")
    yield file("downloads: BCB SGS months", MONTHS, '"data";"valor"', '"{d:%d/%m/%Y}";"{comma}"',
        may_ask=("--date-format",), then={"date_format": "%d/%m/%Y"})
    yield file("downloads: OECD legacy", QUARTERS,
        '"LOCATION","INDICATOR","SUBJECT","MEASURE","FREQUENCY","TIME","Value","Flag Codes"',
        '"DEU","CPI","TOT","IDX2015","Q","{d.year}-Q{d.quarter}",{v},', mark=True)
    yield file("downloads: BIS colon headers", MONTHS,
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ:Frequency,REF_AREA:Reference area,TIME_PERIOD:Time period or range,OBS_VALUE:Observation Value,OBS_STATUS:Observation Status",
        "dataflow,BIS:WS_CBPOL(1.0),I,M: Monthly,CH: Switzerland,{d:%Y-%m},{v},A: Normal value")
    yield file("downloads: UN data", YEARS, '"Country or Area","Year","Value","Value Footnotes"',
        '"Chile","{d.year}","{v}","1"', ["", '"footnoteSeqID","Footnote"', '"1","Estimate."'],
        newest=True)
    yield file("downloads: FRED-MD", MONTHS, ["sasdate,RPI", "Transform:,5"],
        "{d.month}/{d.day}/{d.year},{v}", refused="remove it")
    yield file("downloads: Kenneth French", MONTHS,
        ["This file was created by CMPT_ME_BEME_RETS using the 202304 CRSP database.",
         "The 1-month TBill return is from Ibbotson and Associates, Inc.", "", ",Mkt-RF"],
        "{d:%Y%m},  {v:6.2f}",
        ["", " Annual Factors: January-December ", ",Mkt-RF", "2016,   10.12", "2017,   11.12",
         "2018,   12.12", "", "Copyright 2023 Kenneth R. French"],
        must_ask=("--date-format",), then={"date_format": "%Y%m"})
    yield file("downloads: Shiller months", MONTHS, "Date,P",
        [f"{float(f'{d.year}.{d.month:02}')},{v}" for d, v in pairs(MONTHS, VALUES)],
        may_ask=("--date-format", "--date"))
    yield file("downloads: Shiller months, two digits", MONTHS, "Date,P",
        "{d.year}.{d.month:02},{v}", may_ask=("--date-format", "--date"))
    yield file("downloads: NOAA ONI", MONTHS, " SEAS  YR   ANOM",
        [f"  {_SEASONS[d.month - 1]} {d.year}  {v:6.2f}" for d, v in pairs(MONTHS, VALUES)],
        may_ask=("--date", "--date-format"))
    yield file("downloads: NOAA CO2", MONTHS,
        ["# --------------------------------------------------------------------",
         "# USE OF NOAA GML DATA", "#",
         "# These data are made freely available, to the public: CO2, 2023.",
         "#            decimal       monthly    de-season",
         "#             date         average     alized"],
        [f"  {d.year}   {d.month:2}    {d.year + (d.month - 0.5) / 12:9.4f}      {v:6.2f}"
         for d, v in pairs(MONTHS, VALUES)], may_ask=("--target", "--header", "--date"))
    yield file("downloads: Met Office station", MONTHS,
        ["Oxford", "Location: 450900E 207200N, Lat 51.761 Lon -1.262, 63 metres amsl",
         "Estimated data is marked with a * after the value.",
         "Missing data (more than 2 days missing in month) is marked by  ---.",
         "   yyyy  mm   tmax", "              degC"],
        [f"   {d.year}  {d.month:2}   {v:5.2f}{('*' if i % 9 == 4 else '')}"
         for i, (d, v) in enumerate(pairs(MONTHS, VALUES))])
    yield file("downloads: BOM rainfall", DAYS,
        "Product code,Bureau of Meteorology station number,Year,Month,Day,Rainfall amount (millimetres),Period over which rainfall was measured (days),Quality",
        "IDCJAC0009,066062,{d.year},{d.month:02},{d.day:02},{v},1,Y", may_ask=("--target",),
        then={"target": "Rainfall amount (millimetres)"})
    yield file("downloads: NASA POWER doy", DAYS,
        ["-BEGIN HEADER-", "NASA/POWER CERES/MERRA2 Native Resolution Daily Data ",
         "Dates (month/day/year): 03/18/2022 through 05/04/2022 ",
         "Location: Latitude  52.5   Longitude 13.4 ",
         "The value for missing source data that cannot be computed or is outside of the sources availability range: -999 ",
         "Parameter(s): ", "T2M     MERRA-2 Temperature at 2 Meters (C) ", "-END HEADER-",
         "YEAR,DOY,T2M"], "{d.year},{d.day_of_year},{v}")
    yield file("downloads: NASA POWER hours", HOURS,
        ["-BEGIN HEADER-", "Dates (month/day/year): 01/14/2022 through 01/15/2022 in LST",
         "-END HEADER-", "YEAR,MO,DY,HR,T2M"], "{d.year},{d.month},{d.day},{d.hour},{v}")
    yield file("downloads: Open-Meteo", HOURS,
        ["latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation",
         "52.52,13.419998,38.0,0,GMT,GMT", "", "time,temperature_2m (°C)"],
        "{d:%Y-%m-%dT%H:%M},{v}")
    yield file("downloads: KNMI hours to 24", HOURS + pd.Timedelta("1h"),
        ["# DEZE GEGEVENS MOGEN VRIJ WORDEN GEBRUIKT", "# STN      LON(east)   LAT(north)",
         "# 260         5.180       52.100", "# T    : Temperatuur", "",
         "# STN,YYYYMMDD,   HH,    T", ""],
        [f"  260,{d - pd.Timedelta('1h'):%Y%m%d},{(d - pd.Timedelta('1h')).hour + 1:5},{v:8}"
         for d, v in pairs(HOURS + pd.Timedelta("1h"), VALUES)], may_ask=("--target", "--date"))
    yield file("downloads: MeteoSwiss", HOURS, ["MeteoSchweiz", "", "stn;time;tre200h0"],
        "BER;{d:%Y%m%d%H};{v}")
    yield file("downloads: SMHI", HOURS,
        ["Stationsnamn;Stationsnummer;Stationsnät;Mäthöjd (meter över marken)",
         "Lund;53430;SMHIs stationsnät;2.0", "", "Parameternamn;Beskrivning;Enhet",
         "Lufttemperatur;momentanvärde, 1 gång/tim;celsius", "",
         "Datum;Tid (UTC);Lufttemperatur;Kvalitet;;Tidsutsnitt:"],
        [f"{d:%Y-%m-%d};{d:%H:%M:%S};{v};G;;{(['Kvalitetskontrollerade historiska data', 'Tidsperiod (fr.o.m.) = 2022'][i] if i < 2 else '')}"
         for i, (d, v) in enumerate(pairs(HOURS, VALUES))])
    yield file("downloads: EA hydrology", DAYS,
        "measure,dateTime,date,value,completeness,quality,qcode",
        "http://environment.data.gov.uk/hydrology/id/measures/052d0819,{d:%Y-%m-%dT%H:%M:%S},{d:%Y-%m-%d},{v},,Good,",
        may_ask=("--date",), then={"date": "dateTime"})
    yield file("downloads: USGS RDB", DAYS,
        ["# ---------------------------------- WARNING ----------------------------------------",
         "# Some of the data may not have received Director's approval.", "#",
         "agency_cd\tsite_no\tdatetime\t70328_00060_00003\t70328_00060_00003_cd",
         "5s\t15s\t20d\t14n\t10s"], "USGS\t09380000\t{d:%Y-%m-%d}\t{v}\tA", may_ask=("--target",),
        then={"target": "70328_00060_00003"})


def _loggers() -> Iterator[Export]:
    yield file("downloads: HOBO", HOURS,
        ['"Plot Title: greenhouse"',
         '"#","Date Time, GMT+01:00","Temp, °C (LGR S/N: 10371234, SEN S/N: 10371234)","Coupler Detached (LGR S/N: 10371234)","Stopped (LGR S/N: 10371234)","End Of File (LGR S/N: 10371234)"'],
        [f"{i + 1},{d:%m/%d/%y %I:%M:%S %p},{v},{('Logged' if i == 0 else '')},{('Logged' if i == 47 else '')},{('Logged' if i == 47 else '')}"
         for i, (d, v) in enumerate(pairs(HOURS, VALUES))], mark=True)
    yield file("downloads: TOA5", HOURS,
        ['"TOA5","CR1000X","CR1000X","1234","CR1000X.Std.03.02","CPU:prog.CR1X","12345","Table1"',
         '"TIMESTAMP","RECORD","AirTC_Avg"', '"TS","RN","Deg C"', '"","","Avg"'],
        '"{d:%Y-%m-%d %H:%M:%S}",{i},{v}')
    yield file("downloads: EasyLog", HOURS,
        "EasyLog USB,Time,Celsius(°C),High Alarm,Low Alarm,Serial Number",
        [f"{i + 1},{d:%d/%m/%Y %H:%M:%S},{v},30.0,10.0{(',010001234' if i == 0 else '')}"
         for i, (d, v) in enumerate(pairs(HOURS, VALUES))], encoding="latin-1",
        may_ask=("--target",), then={"target": "Celsius(°C)"})
    yield file("downloads: Shelly", HOURS,
        "Date/time UTC,Active energy Wh (A),Returned energy Wh (A)", "{d:%d/%m/%Y %H:%M},{v},0",
        may_ask=("--target",), then={"target": "Active energy Wh (A)"})
    yield file("downloads: Solarweb", HOURS,
        ["Datum und Uhrzeit;PV Produktion", "[dd.MM.yyyy HH:mm];[Wh]"],
        "{d:%d.%m.%Y %H:%M};{comma}")
    yield file("downloads: Sunny Explorer", DAYS,
        ["sep=;",
         "Version CSV1|Tool Sunny Explorer|Linebreaks CR/LF|Delimiter semicolon|Decimalpoint comma|Precision 3",
         "", ";SN: 2130012345;SN: 2130012345", ";SB 5000TL-21;SB 5000TL-21",
         ";2130012345;2130012345", ";Counter;Analog", "dd.MM.yyyy;kWh;kW"],
        "{d:%d.%m.%Y};{comma};0,000", end="\r\n", may_ask=("--target",), then={"target": "kWh"})
    yield file("downloads: Enphase", DAYS, "Date/Time,Energy Produced (Wh)", '{d:%m/%d/%Y},"{v:,}"',
        f'Total,"{sum(COUNTS):,}"', values=COUNTS, may_ask=("--thousands",),
        then={"thousands": ","})
    yield file("downloads: PG&E", HOURS,
        ["Name,ANN SMITH", 'Address,"1 MAIN ST, OAKLAND CA 94601"', "Account Number,1234567890",
         "Service,Service 1", "", "TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST,NOTES"],
        [f"Electric usage,{d:%Y-%m-%d},{d:%H:%M},{d + pd.Timedelta('59min'):%H:%M},{v},$0.{i % 90 + 10},".rstrip()
         for i, (d, v) in enumerate(pairs(HOURS, VALUES))], may_ask=("--target",),
        then={"target": "USAGE (kWh)"})
    yield file("downloads: Linky", HOURS.tz_localize("Etc/GMT-1"),
        ["Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite",
         "12345678901234;Courbe de charge;14/01/2022;16/01/2022;Energie active;Consommation;Comptage Brut;W",
         "Horodate;Valeur"], "{d:%Y-%m-%dT%H:%M:%S}+01:00;{v}", values=COUNTS, stamps=HOURS,
        may_ask=("--timezone",))
    yield file("downloads: n3rgy", HOURS, "timestamp (UTC),energyConsumption (kWh)",
        "{d:%Y-%m-%d %H:%M},{v}")
    yield file("downloads: ENTSO-E prices", HOURS,
        '"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"',
        [f'''"{d:%d.%m.%Y %H:%M} - {d + pd.Timedelta("1h"):%d.%m.%Y %H:%M}","{v}","EUR",""'''
         for d, v in pairs(HOURS, VALUES)])
    yield file("downloads: OMIE", HOURS, "MARGINALPDBC;",
        [f"{d.year};{d.month:02};{d.day:02};{d.hour + 1};{v};{v};"
         for d, v in pairs(HOURS, VALUES)], "*",
        may_ask=("--target", "--date", "--header", "--no-header"))
    yield file("downloads: ERCOT", HOURS + pd.Timedelta("1h"),
        "DeliveryDate,HourEnding,BusName,LMP,DSTFlag",
        [f"{d:%m/%d/%Y},{d.hour + 1:02}:00,HB_NORTH,{v},N" for d, v in pairs(HOURS, VALUES)])
    yield file("downloads: CAISO", HOURS.tz_localize("UTC"),
        "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,NODE_ID,MARKET_RUN_ID,LMP_TYPE,MW,GROUP",
        [f"{d:%Y-%m-%dT%H:%M:%S}-00:00,{d + pd.Timedelta('1h'):%Y-%m-%dT%H:%M:%S}-00:00,{d:%Y-%m-%d},{d.hour + 1},TH_NP15,DAM,LMP,{v},1"
         for d, v in pairs(HOURS, VALUES)], may_ask=("--target", "--date"),
        then={"target": "MW", "date": "INTERVALSTARTTIME_GMT"})
    yield file("downloads: NYISO", HOURS, '"Time Stamp","Name","PTID","LBMP ($/MWHr)"',
        '"{d:%m/%d/%Y %H:%M}","CAPITL",61757,{v}', may_ask=("--target",),
        then={"target": "LBMP ($/MWHr)"})
    yield file("downloads: AEMO", _HALF_HOURS, "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE",
        'NSW1,"{d:%Y/%m/%d %H:%M:%S}",{v},85.5,TRADE', may_ask=("--target",),
        then={"target": "TOTALDEMAND"})


def _exchanges() -> Iterator[Export]:
    yield file("downloads: Binance klines", HOURS, [],
        [f"{m},{v},{v + 1},{v - 1},{v},12.5,{m + 3599999},99.1,50,4.4,3.3,0"
         for m, v in pairs(_MILLISECONDS, VALUES)], may_ask=("--target", "--date", "--header"))
    yield file("downloads: Binance klines, told", HOURS, [],
        [f"{m},{v + 1},{v + 2},{v - 1},{v},12.5,{m + 3599999},99.1,50,4.4,3.3,0"
         for m, v in pairs(_MILLISECONDS, VALUES)], may_ask=("--date",), then={"date": "1"},
        options={"target": "column 5"})
    yield file("downloads: CryptoDataDownload", HOURS,
        ["https://www.CryptoDataDownload.com", "unix,date,symbol,close"],
        [f"{m},{d:%Y-%m-%d %H:%M:%S},BTC/USD,{v}"
         for m, d, v in reversed(list(pairs(_MILLISECONDS, HOURS, VALUES)))], may_ask=("--target",),
        then={"target": "close"})
    yield file("downloads: Yahoo page", WORKDAYS, "Date\tOpen\tClose*\tVolume",
        [f"{d:%b} {d.day}, {d.year}\t{v + 1}\t{v}\t{c:,}"
         for d, v, c in reversed(list(pairs(WORKDAYS, VALUES, COUNTS)))],
        options={"target": "Close*"})
    yield file("downloads: Yahoo page with a dividend", WORKDAYS, "Date\tOpen\tClose*\tVolume",
        [f"{d:%b} {d.day}, {d.year}\t{v + 1}\t{v}\t{c:,}"
         + (f"\n{d:%b} {d.day}, {d.year}\t0.23 Dividend" if i == 20 else "")
         for i, (d, v, c) in reversed(list(enumerate(pairs(WORKDAYS, VALUES, COUNTS))))],
        options={"target": "Close*"}, refused="remove it")
    yield file("downloads: Investing.com", WORKDAYS,
        '"Date","Price","Open","High","Low","Vol.","Change %"',
        [f'"{d:%m/%d/%Y}","{v:,.2f}","{v:,.2f}","{v:,.2f}","{v:,.2f}","2.{i % 9}M","-0.08%"'
         for i, (d, v) in reversed(list(enumerate(pairs(WORKDAYS, THOUSANDS))))], values=THOUSANDS,
        mark=True, options={"target": "Price"})
    yield file("downloads: Investing.com Vol.", WORKDAYS, '"Date","Price","Vol.","Change %"',
        [f'"{d:%m/%d/%Y}","{v:,.2f}","{1 + i / 100:.2f}M","-0.08%"'
         for i, (d, v) in reversed(list(enumerate(pairs(WORKDAYS, THOUSANDS))))],
        values=[round(1 + i / 100, 2) for i in range(N)], mark=True, options={"target": "Vol."})
    yield file("downloads: Stooq", WORKDAYS,
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
        "KGH,D,{d:%Y%m%d},000000,{v},{v},{v},{v},{count},0", options={"target": "<CLOSE>"})
    yield file("downloads: Stooq hours", HOURS, "<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>",
        "KGH,60,{d:%Y%m%d},{d:%H%M%S},{v}", options={"target": "<CLOSE>"})
    yield file("downloads: MetaTrader 4", HOURS, [], "{d:%Y.%m.%d},{d:%H:%M},{v}")
    yield file("downloads: MetaTrader 5", HOURS,
        "<DATE>\t<TIME>\t<OPEN>\t<CLOSE>\t<TICKVOL>\t<SPREAD>",
        [f"{d:%Y.%m.%d}\t{d:%H:%M:%S}\t{v + 1}\t{v}\t{c}\t2"
         for d, v, c in pairs(HOURS, VALUES, COUNTS)], options={"target": "<CLOSE>"})
    yield file("downloads: Euronext", WORKDAYS,
        ['"Historical Data"', '"From 2022-03-21 to 2022-05-25"', "FR0000120271",
         'Date;Open;Close;"Number of Shares"'],
        [f"{d:%d/%m/%Y};{v + 1};{v};{c}" for d, v, c in pairs(WORKDAYS, VALUES, COUNTS)],
        options={"target": "Close"})
    yield file("downloads: MOEX", WORKDAYS, ["history", "", "TRADEDATE;CLOSE;VOLUME"],
        "{d:%Y-%m-%d};{comma};{count}",
        ["", "history.cursor", "", "INDEX;TOTAL;PAGESIZE", "0;48;100"], options={"target": "CLOSE"},
        refused="remove it")


def _spreadsheets() -> Iterator[Export]:
    yield file("downloads: Excel Italian months", MONTHS, "mese;vendite",
        [f"{['gen', 'feb', 'mar', 'apr', 'mag', 'giu', 'lug', 'ago', 'set', 'ott', 'nov', 'dic'][d.month - 1]}-{d:%y};{comma(v)}"
         for d, v in pairs(MONTHS, VALUES)])
    yield file("downloads: hashes for dates", None, "date;value", "########;{v}",
        may_ask=("--date", "--date-format"))
    yield file("downloads: Google sheets", DAYS + pd.Timedelta("16h"), "Date,Close",
        "{d.month}/{d.day}/{d.year} 16:00:00,{v}", stamps=DAYS)
    yield file("downloads: Spanish days", DAYS, "fecha;valor",
        [f"{_SPANISH_DAYS[d.day_of_week]}, {d.day} {_SPANISH_SHORT[d.month - 1]} {d.year};{comma(v)}"
         for d, v in pairs(DAYS, VALUES)])
    yield file("downloads: Spanish long days", DAYS, "fecha;valor",
        [f"{_SPANISH_LONG_DAYS[d.day_of_week]}, {d.day} de {_SPANISH_MONTHS[d.month - 1]} de {d.year};{comma(v)}"
         for d, v in pairs(DAYS, VALUES)])
    yield file("downloads: German short days", DAYS, "Datum;Wert",
        [f"{['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'][d.day_of_week]}, {d:%d.%m.%y};{comma(v)}"
         for d, v in pairs(DAYS, VALUES)])
    yield file("downloads: French first days", MONTHS, "date;valeur",
        [f"1er {FRENCH[d.month - 1]} {d.year};{comma(v)}" for d, v in pairs(MONTHS, VALUES)])
    yield file("downloads: Polish genitive", DAYS, "data;wartość",
        [f"{d.day} {['stycznia', 'lutego', 'marca', 'kwietnia', 'maja', 'czerwca', 'lipca', 'sierpnia', 'września', 'października', 'listopada', 'grudnia'][d.month - 1]} {d.year} r.;{comma(v)}"
         for d, v in pairs(DAYS, VALUES)])
    yield file("downloads: Russian genitive", DAYS, "дата;значение",
        [f"{d.day} {['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'][d.month - 1]} {d.year} г.;{comma(v)}"
         for d, v in pairs(DAYS, VALUES)])
    yield file("downloads: Japanese eras", MONTHS, "年月,値",
        [f"{('平成' if d < pd.Timestamp('2019-05-01') else '令和')}{(d.year - 1988 if d < pd.Timestamp('2019-05-01') else '元' if d.year == 2019 else d.year - 2018)}年{d.month}月,{v}"
         for d, v in pairs(MONTHS, VALUES)], may_ask=("--date-format", "--date"))
    yield file("downloads: Chinese dates", DAYS, "日期,值", "{d.year}年{d.month}月{d.day}日,{v}")
    yield file("downloads: Thai years", DAYS, "date,value",
        [f"{d.day:02}/{d.month:02}/{d.year + 543},{v}" for d, v in pairs(DAYS, VALUES)],
        may_ask=("--date-format", "--date"))
    yield file("downloads: year only in the first row", MONTHS, "year,month,value",
        [f"{(d.year if d.month == 1 else '')},{d:%b},{v}" for d, v in pairs(MONTHS, VALUES)],
        may_ask=("--date",))
    yield file("downloads: Excel pivot", MONTHS, "Row Labels,Sum of value",
        [(f"{d.year},{sum(VALUES[(d.year - 2016) * 12 : (d.year - 2016) * 12 + 12]):.2f}\n"
         if d.month == 1 else "") + f"{d:%b},{v}" for d, v in pairs(MONTHS, VALUES)],
        f"Grand Total,{sum(VALUES):.2f}", refused="pivot")
    yield Export("downloads: R print of ts", _WIDE.encode(), VALUES, MONTHS)


def _machines() -> Iterator[Export]:
    yield file("downloads: Influx annotated", HOURS.tz_localize("UTC"),
        ["#group,false,false,true,true,false,false,true,true",
         "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string",
         "#default,mean,,,,,,,", ",result,table,_start,_stop,_time,_value,_field,_measurement"],
        ",,0,2022-01-14T00:00:00Z,2022-01-16T00:00:00Z,{d:%Y-%m-%dT%H:%M:%SZ},{v},temp,air", "",
        stamps=HOURS, end="\r\n", may_ask=("--target", "--date"),
        then={"target": "_value", "date": "_time"})
    yield file("downloads: Grafana", HOURS,
        '"Time","node_load1{instance=""a:9100"", job=""node""}"', "{d:%Y-%m-%d %H:%M:%S},{v}")
    yield file("downloads: Grafana semicolon series", HOURS.tz_localize("UTC"),
        '"Series";"Time";"Value"', '"load";"{d:%Y-%m-%dT%H:%M:%S}+00:00";{v}', stamps=HOURS)
    yield file("downloads: Grafana unit", HOURS, '"Time","temp"', "{d:%Y-%m-%d %H:%M:%S},{v} °C")
    yield file("downloads: Google Analytics", DAYS,
        ["# ----------------------------------------", "# All Web Site Data", "# Audience Overview",
         "# 20220318-20220504", "# ----------------------------------------", "",
         "Day Index,Sessions"], '{d.month}/{d.day}/{d:%y},"{v:,}"', f',"{sum(COUNTS):,}"',
        values=COUNTS, may_ask=("--thousands",), then={"thousands": ","})
    yield file("downloads: GA4 nth day", None,
        ["# ----------------------------------------", "# Start date: 20220318",
         "# End date: 20220504", "Nth day,Active users"], "{i:04},{v}", values=COUNTS,
        may_ask=("--date",))
    yield file("downloads: Kibana", DAYS, '"order_date per day","Count of records"',
        '"{d:%Y-%m-%d}","{v:,}"', values=COUNTS, may_ask=("--thousands",), then={"thousands": ","})
    yield file("downloads: CloudWatch", HOURS, ["Id,e1", "Label,CPUUtilization", "Period,3600"],
        "{d:%Y/%m/%d %H:%M:%S},{v}", refused="remove it")
    yield file("downloads: Fitbit", DAYS, ["Activities", "Date,Calories Burned"],
        '"{d:%d-%m-%Y}","{v:,}"', values=COUNTS, may_ask=("--thousands",), then={"thousands": ","})
    yield file("downloads: Power BI", MONTHS, "Month,Revenue", "{d:%B %Y},{v}",
        ["", "Applied filters:", "Country is Chile"])
    yield file("downloads: SAP list", DAYS,
        ["----------------------------", "|Buch.dat. |        Betrag|",
         "----------------------------"], "|{d:%d.%m.%Y}|{european:>13} |",
        "----------------------------", values=THOUSANDS)
    yield file("downloads: SAP minus behind", DAYS,
        ["----------------------------", "|Buch.dat. |        Betrag|",
         "----------------------------"],
        [f"|{d:%d.%m.%Y}|{comma(abs(v)) + ('-' if v < 0 else ' '):>14}|"
         for d, v in pairs(DAYS, SIGNED)], "----------------------------", values=SIGNED)
    yield file("downloads: Markdown", DAYS, ["| date | value |", "|------|------:|"],
        "| {d:%Y-%m-%d} | {v} |")
    yield file("downloads: psql", DAYS, ["    day     | value ", "------------+-------"],
        " {d:%Y-%m-%d} | {v}", ["(48 rows)", ""])
    yield file("downloads: mysql box", DAYS,
        ["+------------+-------+", "| day        | value |", "+------------+-------+"],
        "| {d:%Y-%m-%d} | {v} |", ["+------------+-------+", "48 rows in set (0.00 sec)"])
    yield file("downloads: sqlcmd", DAYS, ["day        value   ", "---------- --------"],
        "{d:%Y-%m-%d} {v:8}", ["", "(48 rows affected)"])
    yield file("downloads: print of pandas", DAYS, "        date  value",
        "{i:<3} {d:%Y-%m-%d}  {v}")
    yield file("downloads: print of a Series", DAYS, [], "{d:%Y-%m-%d}    {v}",
        "Freq: D, Name: value, dtype: float64")
    yield file("downloads: print of R", DAYS, "         date value",
        [f"{i + 1:<3} {d:%Y-%m-%d} {v}" for i, (d, v) in enumerate(pairs(DAYS, VALUES))])
    yield file("downloads: LaTeX table", DAYS, "date & value \\\\", "{d:%Y-%m-%d} & {v} \\\\",
        may_ask=("--delimiter", "--target", "--date"))
    yield file("downloads: ARFF", DAYS,
        ["@RELATION x", '@ATTRIBUTE date DATE "yyyy-MM-dd"', "@ATTRIBUTE value NUMERIC", "@DATA"],
        '"{d:%Y-%m-%d}",{v}', may_ask=("--header", "--target"))
    yield file("downloads: semicolon, decimal comma, comma thousands quoted", DAYS, "date;value",
        '{d:%Y-%m-%d};"{v:,.2f}"', values=THOUSANDS)
    yield file("downloads: CR only", DAYS, "date,value", "{d:%Y-%m-%d},{v}", end="\r")
    yield file("downloads: duplicates at the seam of two downloads", DAYS, "date,value",
        [f"{d:%Y-%m-%d},{v}" + (f"\n{d:%Y-%m-%d},{v}" if i == 20 else "")
         for i, (d, v) in enumerate(pairs(DAYS, VALUES))],
        may_ask=("--id-column", "--missing", "--date"))
    yield file("downloads: shuffled", DAYS, "date,value",
        [f"{d:%Y-%m-%d},{v}"
         for d, v in sorted(pairs(DAYS, VALUES), key=lambda p: int(p[1] * 7919) % 1000)])
    yield file("downloads: sorted as text", DAYS, "date,value",
        sorted((f"{d.month}/{d.day}/{d.year},{v}" for d, v in pairs(DAYS, VALUES))),
        may_ask=("--date-format", "--date"))


def _workbooks() -> Iterator[Export]:
    yield Export("downloads: xlsx 1904", _book(_fill_1904), VALUES, DAYS, ending="xlsx")
    yield Export("downloads: xlsx with empty sheets", _book(_fill_sheets), VALUES, MONTHS,
        ending="xlsx")
    yield Export("downloads: xlsx from C5", _book(_fill_from_c5), VALUES, DAYS, ending="xlsx")
    yield Export("downloads: xlsx date and time", _book(_fill_times), VALUES, HOURS, ending="xlsx")
    yield Export("downloads: xlsx text numbers", _book(_fill_texts), THOUSANDS, YEARS,
        ending="xlsx")
    yield Export("downloads: xlsx formulas never computed", _book(_fill_formulas), None, None,
        ending="xlsx", refused="never computed")
    yield Export("downloads: xlsx dates across", _book(_fill_across), VALUES, MONTHS, ending="xlsx")
    yield Export("downloads: xlsx, one date as text", _book(_fill_one_text), VALUES, DAYS,
        ending="xlsx", may_ask=("--date-format", "--date"))
    yield Export("downloads: xlsx hours rounded by floats", _book(_fill_rounded), VALUES, HOURS,
        ending="xlsx")
    yield Export("downloads: xlsx, units row", _book(_fill_units), VALUES, DAYS, ending="xlsx",
        options={"target": "north"})


def _forms() -> Iterator[Export]:
    forms: list[tuple[str, Callable[[Any], str], Any]] = [
        ("1Q16", lambda d: f"{d.quarter}Q{d:%y}", QUARTERS),
        ("T1 2016", lambda d: f"T{d.quarter} {d.year}", QUARTERS),
        ("1. Quartal 2016", lambda d: f"{d.quarter}. Quartal {d.year}", QUARTERS),
        (
            "I kv. 2016",
            lambda d: f"{['I', 'II', 'III', 'IV'][d.quarter - 1]} кв. {d.year}",
            QUARTERS,
        ),
        ("FY2016", lambda d: f"FY{d.year}", YEARS),
        ("1971-72", lambda d: f"{d.year}-{(d.year + 1) % 100:02}", YEARS),
        ("1971/72", lambda d: f"{d.year}/{(d.year + 1) % 100:02}", YEARS),
        ("KW 01/2022", lambda d: f"KW {d.isocalendar().week:02}/{d.isocalendar().year}", WEEKS),
        ("Week 1, 2022", lambda d: f'"Week {d.isocalendar().week}, {d.isocalendar().year}"', WEEKS),
        ("2022-S01", lambda d: f"{d.isocalendar().year}-S{d.isocalendar().week:02}", WEEKS),
        ("Semana 1 2022", lambda d: f"Semana {d.isocalendar().week} {d.isocalendar().year}", WEEKS),
        ("pandas weeks", lambda d: f"{d:%Y-%m-%d}/{d + pd.Timedelta('6D'):%Y-%m-%d}", WEEKS),
        ("tsibble months", lambda d: f"{d:%Y %b}", MONTHS),
        ("tsibble weeks", lambda d: f"{d.isocalendar().year} W{d.isocalendar().week:02}", WEEKS),
        ("Stata weeks", lambda d: f"{d.isocalendar().year}w{d.isocalendar().week}", WEEKS),
        ("gretl months", lambda d: f"{d.year}:{d.month:02}", MONTHS),
        ("gretl quarters", lambda d: f"{d.year}:{d.quarter}", QUARTERS),
        ("SQL Server", lambda d: f"{d:%Y-%m-%d} 00:00:00.0000000", DAYS),
        ("Oracle", lambda d: f"{d:%d-%b-%y}".upper(), DAYS),
        ("Oracle times", lambda d: f"{d:%d-%b-%y %I.%M.%S}.000000000 {d:%p}".upper(), HOURS),
        ("Postgres", lambda d: f"{d:%Y-%m-%d %H:%M:%S}+00", HOURS),
        ("MATLAB datestr", lambda d: f"{d:%d-%b-%Y %H:%M:%S}", HOURS),
        ("MATLAB datenum", lambda d: str(d.toordinal() + 366), DAYS),
        ("polars", lambda d: f"{d:%Y-%m-%dT%H:%M:%S}.000000", HOURS),
        ("Influx ns", lambda d: str(int(d.timestamp() * 10**9)), HOURS),
        ("RFC 2822", lambda d: f'"{d:%a, %d %b %Y %H:%M:%S} +0000"', HOURS),
        ("ctime", lambda d: f"{d:%a %b} {d.day:2} {d:%H:%M:%S %Y}", HOURS),
        (
            "JavaScript",
            lambda d: f"{d:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)",
            HOURS,
        ),
        ("nginx", lambda d: f"{d:%d/%b/%Y:%H:%M:%S} +0000", HOURS),
        ("times with h", lambda d: f"{d:%d/%m/%Y %Hh%M}", HOURS),
        ("times with dots", lambda d: f"{d:%d.%m.%Y %H.%M}", HOURS),
        ("hours alone", lambda d: f"{d:%Y-%m-%d} {d.hour}h", HOURS),
        ("ISO basic", lambda d: f"{d:%Y%m%dT%H%M%SZ}", HOURS),
        ("Uhr", lambda d: f"{d:%d.%m.%Y, %H:%M} Uhr", HOURS),
        ("o'clock noon", lambda d: f"{d.month}/{d.day}/{d.year} {d.hour % 12 or 12} {d:%p}", HOURS),
        (
            "a.m.",
            lambda d: f"{d:%d/%m/%Y} {d.hour % 12 or 12}:00 {('a.m.' if d.hour < 12 else 'p.m.')}",
            HOURS,
        ),
        (
            "午後",
            lambda d: f"{d:%Y/%m/%d} {('午前' if d.hour < 12 else '午後')}{d.hour % 12}:00:00",
            HOURS,
        ),
        (
            "half years",
            lambda d: f"{d.year} H{(1 if d.month < 7 else 2)}",
            pd.date_range("1996-01-01", periods=N, freq="6MS"),
        ),
        ("pandas timedeltas", lambda d: str(d - HOURS[0]), HOURS),
        ("backslash dates", lambda d: f"{d:%d\\%m\\%Y}", DAYS),
        (
            "Roman months",
            lambda d: (
                f"{d.day} {['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'][d.month - 1]} {d.year}"
            ),
            DAYS,
        ),
        (
            "days, ordinals",
            lambda d: (
                f"{d.day}{('th' if 10 < d.day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(d.day % 10, 'th'))} {d:%B} {d.year}"
            ),
            DAYS,
        ),
        (
            "US ordinals",
            lambda d: (
                f'''"{d:%B} {d.day}{("th" if 10 < d.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(d.day % 10, "th"))}, {d.year}"'''
            ),
            DAYS,
        ),
    ]
    utc = ("RFC 2822", "JavaScript", "nginx", "ISO basic", "Postgres")
    for name, form, dates in forms:
        stamps = [f"{form(d)},{v}" for d, v in pairs(dates, VALUES)]
        truth = dates.tz_localize("UTC") if name in utc else dates
        yield file(f"downloads: form {name}", truth, "when,value", stamps, may_ask=ASK_DATE)


def _book(fill: Callable[[Any], None]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    fill(book)
    book.save(out)
    return out.getvalue()


def _fill_1904(b: Any) -> None:
    s = b.active
    b.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    s.append(["date", "value"])
    for d, v in pairs(DAYS, VALUES):
        s.append([d.to_pydatetime(), v])


def _fill_sheets(b: Any) -> None:
    s = b.active
    s.append(["date", "value"])
    for d, v in pairs(MONTHS, VALUES):
        s.append([d.to_pydatetime(), v])
        s.cell(s.max_row, 1).number_format = "mmm-yy"
    b.create_sheet("Sheet2")
    b.create_sheet("Sheet3")


def _fill_from_c5(b: Any) -> None:
    s = b.active
    s["C3"] = "Sales of all shops"
    s.merge_cells("C3:E3")
    s["C5"] = "date"
    s["D5"] = "value"
    s["E5"] = "note"
    for i, (d, v) in enumerate(pairs(DAYS, VALUES)):
        s.cell(6 + i, 3, d.to_pydatetime())
        s.cell(6 + i, 4, v)
    s.cell(8, 5, "holiday")
    s.cell(60, 3, "Source: us")


def _fill_times(b: Any) -> None:
    s = b.active
    s.append(["Date", "Time", "kW"])
    for d, v in pairs(HOURS, VALUES):
        s.append([d.to_pydatetime().replace(hour=0), d.time(), v])


def _fill_texts(b: Any) -> None:
    s = b.active
    s.append(["Jahr", "Wert"])
    for d, v in pairs(YEARS, THOUSANDS):
        s.append([d.year, grouped(v, " ", ",")])


def _fill_formulas(b: Any) -> None:
    s = b.active
    s.append(["date", "value"])
    for i, (d, v) in enumerate(pairs(DAYS, VALUES)):
        s.append([d.to_pydatetime(), f"=A{i + 2}*0+{v}"])


def _fill_across(b: Any) -> None:
    s = b.active
    s.append(["", *[d.to_pydatetime() for d in MONTHS]])
    s.append(["value", *VALUES])


def _fill_one_text(b: Any) -> None:
    s = b.active
    s.append(["date", "value"])
    for d, v in pairs(DAYS, VALUES):
        s.append([d.to_pydatetime() if d.day != 5 else f"{d:%d.%m.%Y}", v])


def _fill_rounded(b: Any) -> None:
    s = b.active
    s.append(["date", "value"])
    for d, v in pairs(HOURS, VALUES):
        s.append(
            [(d + pd.Timedelta(microseconds=(7 if d.hour % 2 else -7) * 1000)).to_pydatetime(), v]
        )


def _fill_units(b: Any) -> None:
    s = b.active
    s.append(["Prices"])
    s.append(["date", "north", "south"])
    s.append([None, "EUR", "EUR"])
    for d, v in pairs(DAYS, VALUES):
        s.append([d.to_pydatetime(), v, v + 1])
