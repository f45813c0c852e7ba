"""Files as statistical offices, banks, weather services and exchanges give them."""

# ruff: noqa: E501 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.fuzzing.exports.base import (
    COUNTS,
    DAYS,
    ENGLISH,
    HOURS,
    MONTHS,
    QUARTERS,
    SIGNED,
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


def statistics() -> Iterator[Export]:
    """Offices of statistics and central banks."""
    yield Export("FRED", table(MONTHS.date, VALUES, "observation_date,UNRATE"), VALUES, MONTHS)
    yield Export("FRED with a point for what is missing",
        table(MONTHS.date, marked(VALUES, "."), "DATE,UNRATE"), gap(VALUES), MONTHS,
        must_ask=MISSING, then={"missing": "interpolate"})
    yield Export("FRED quarterly", table(QUARTERS.date, THOUSANDS, "DATE,GDPC1"), THOUSANDS,
        QUARTERS)
    sdmx = [
        f"ESTAT:PRC_HICP_MIDX(1.0),11/01/24 23:00:00,M,I15,CP00,DE,{d:%Y-%m},{v},"
        for d, v in pairs(MONTHS, VALUES)
    ]
    top = "DATAFLOW,LAST UPDATE,freq,unit,coicop,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG"
    yield file("Eurostat SDMX-CSV", MONTHS, top, sdmx)
    flagged = [line + ("p" if i > 44 else "") for i, line in enumerate(sdmx)]
    yield file("Eurostat SDMX-CSV with flags", MONTHS, top, flagged)
    two = [line.replace(",DE,", f",{geo},") for geo in ("DE", "FR") for line in sdmx]
    yield file("Eurostat SDMX-CSV of two countries", MONTHS, top, two,
        must_ask=("--id-column", "--id"), then={"id_column": "geo", "series_id": "DE"})
    names = "\t".join(f"{d:%Y-%m} " for d in MONTHS)
    cells = "\t".join(f"{v} " for v in VALUES)
    other = "\t".join(f"{v + 1:.2f} p" for v in VALUES)
    yield Export("Eurostat TSV of two countries",
        lines(f"freq,unit,geo\\TIME_PERIOD\t{names}", f"M,I15,DE\t{cells}",
         f"M,I15,FR\t{other}").encode(), VALUES, MONTHS, must_ask=("--id", "--id-column"),
        then={"series_id": "M,I15,DE"}, ending="tsv")
    oecd = [f'"AUS","GDP","TOT","MLN_USD","A","{d:%Y}",{v},' for d, v in pairs(YEARS, THOUSANDS)]
    yield file("OECD yearly", YEARS,
        '"LOCATION","INDICATOR","SUBJECT","MEASURE","FREQUENCY","TIME","Value","Flag Codes"', oecd,
        values=THOUSANDS)
    oecd = [
        f'"AUS","UNR","TOT","PC","Q","{d.year}-Q{d.quarter}",{v},'
        for d, v in pairs(QUARTERS, VALUES)
    ]
    yield file("OECD quarterly", QUARTERS,
        '"LOCATION","INDICATOR","SUBJECT","MEASURE","FREQUENCY","TIME","Value","Flag Codes"', oecd)
    years = ",".join(f'"{d:%Y}"' for d in YEARS)
    row = ",".join(f'"{v}"' for v in VALUES)
    row2 = ",".join(f'"{v + 2:.2f}"' for v in VALUES)
    bank = [
        '"Data Source","World Development Indicators",',
        "",
        '"Last Updated Date","2024-03-28",',
        "",
        f'"Country Name","Country Code","Indicator Name","Indicator Code",{years},',
        f'"Aruba","ABW","Exports","NE.EXP",{row},',
    ]
    yield Export("World Bank wide, one country", lines(*bank).encode(), VALUES, YEARS)
    yield Export("World Bank wide, two countries",
        lines(*bank, f'"Austria","AUT","Exports","NE.EXP",{row2},').encode(), VALUES, YEARS,
        must_ask=("--id",), then={"series_id": "Aruba"})
    heads = ",".join(f"{d:%Y} [YR{d:%Y}]" for d in YEARS)
    yield Export("World Bank DataBank wide",
        lines(f"Series Name,Series Code,Country Name,Country Code,{heads}",
         f"GDP,NY.GDP,Chile,CHL,{','.join(map(str, VALUES))}", "", "", ",,,",
         "Data from database: World Development Indicators,,,",
         "Last Updated: 03/28/2024,,,").encode(), VALUES, YEARS,
        may_ask=("--id", "--header", "--target"))
    ecb = [
        f'"{d + pd.offsets.MonthEnd(0):%Y-%m-%d}","{d:%Y%b}","{v}"'
        for d, v in pairs(MONTHS, VALUES)
    ]
    yield file("ECB data portal", MONTHS + pd.offsets.MonthEnd(0),
        '"DATE","TIME PERIOD","HICP - Overall index (ICP.M.U2.N.000000.4.ANR)"', ecb)
    old = [f"{d:%Y%b},{v}" for d, v in pairs(MONTHS, VALUES)][::-1]
    yield file("ECB warehouse, newest first", MONTHS,
        ["Data Source in SDW: null,", ",ICP.M.U2.N.000000.4.ANR", ",HICP - Overall index",
         "Collection:,Average of observations through period (A)",
         "Period\\Unit:,[Percentage change ]"], old)
    rates = [f"{d:%Y-%m-%d},{v},N/A," for d, v in pairs(WORKDAYS, VALUES)][::-1]
    yield file("ECB reference rates", WORKDAYS, "Date,USD,CYP,", rates)
    ons = [f'"{d:%Y} {d:%b}"'.upper() + f',"{v}"' for d, v in pairs(MONTHS, VALUES)]
    head = [
        '"Title","CPI INDEX 00: ALL ITEMS"',
        '"CDID","D7BT"',
        '"PreUnit",""',
        '"Unit","Index, base year = 100"',
        '"Release date","17-01-2024"',
        '"Next release","14 February 2024"',
        '"Important notes",',
    ]
    yield file("ONS monthly", MONTHS, [*head], ons)
    mixed = [
        *(f'"{y}","{80 + y - 2016}"' for y in range(2016, 2020)),
        *(f'"{d.year} Q{d.quarter}","{v}"' for d, v in pairs(QUARTERS, VALUES)),
        *ons,
    ]
    yield file("ONS with years, quarters and months below each other", None, [*head], mixed,
        refused="")
    bbk = [f"{d:%Y-%m};{comma(v)};" for d, v in pairs(MONTHS, VALUES)]
    yield file("Bundesbank", MONTHS,
        ['"";BBK01.SU0506;BBK01.SU0506_FLAGS', '"";Effektivzinssätze Banken DE;', "Einheit;% p.a.;",
         "Dimension;Eins;", "Stand vom;05.01.2024 11:03:45 Uhr;"], bbk, mark=True)
    german = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ]
    genesis = [f"{d:%Y};{german[d.month - 1]};{comma(v)}" for d, v in pairs(MONTHS, VALUES)]
    foot = ["__________", "© Statistisches Bundesamt (Destatis), 2024", "Stand: 05.01.2024 / 11:00"]
    yield file("Destatis GENESIS", MONTHS,
        ["Tabelle: 61111-0002;;", "Verbraucherpreisindex: Deutschland, Monate;;",
         ";;Verbraucherpreisindex", ";;2020=100"], genesis, [*foot], encoding="cp1252",
        may_ask=("--date", "--date-format", "--header"))
    sparse = [
        f"{d:%Y}" * (d.month == 1) + f";{german[d.month - 1]};{comma(v)}"
        for d, v in pairs(MONTHS, VALUES)
    ]
    yield file("years only beside January", MONTHS, "Jahr;Monat;Index", sparse, encoding="cp1252",
        may_ask=("--date", "--date-format"))
    bls = [f"LNS14000000,{d:%Y},M{d:%m},{d:%Y} {d:%b},{v}" for d, v in pairs(MONTHS, VALUES)]
    yield file("BLS", MONTHS, "Series ID,Year,Period,Label,Value", bls)
    bls = [f"CUUR0000SA0,{d:%Y},M{d:%m},{v}" for d, v in pairs(MONTHS, VALUES)]
    yield file("BLS without labels", MONTHS, "Series Id,Year,Period,Value", bls)
    with_mean = [
        row
        for i, line in enumerate(bls)
        for row in ([line, f"CUUR0000SA0,{2016 + i // 12},M13,77.7"] if i % 12 == 11 else [line])
    ]
    yield file("BLS with yearly means as a 13th month", MONTHS, "Series Id,Year,Period,Value",
        with_mean)
    wide = [
        f"{y}," + ",".join(map(str, VALUES[12 * i : 12 * i + 12]))
        for i, y in enumerate(range(2016, 2020))
    ]
    yield file("a row for each year, a column for each month", MONTHS, "Year," + ",".join(ENGLISH),
        wide)
    yield file("months across with a yearly mean", MONTHS, "Year," + ",".join(ENGLISH) + ",Annual",
        [row + ",66.6" for row in wide], may_ask=TARGET)
    giss = [row.replace(str(VALUES[-1]), "***") + ",70.11,***" for row in wide]
    yield file("GISTEMP", MONTHS[:-1],
        ["Land-Ocean: Global Means", "Year," + ",".join(ENGLISH) + ",J-D,D-N"], giss,
        values=VALUES[:-1], may_ask=(*TARGET, *MISSING))
    eia = [f"{d:%b}-{d:%Y},{v}" for d, v in pairs(MONTHS, VALUES)]
    yield file("EIA workbook as CSV", MONTHS,
        ["Back to Contents,Data 1: Cushing OK WTI Spot Price FOB (Dollars per Barrel)",
         "Sourcekey,RWTC", "Date,Cushing OK WTI Spot Price FOB (Dollars per Barrel)"], eia)
    yield file("EIA browser, newest first", MONTHS,
        ["Cushing, OK WTI Spot Price FOB",
         "https://www.eia.gov/dnav/pet/hist/LeafHandler.ashx?n=PET&s=RWTC&f=M",
         "10:05:12 GMT+0100 (Central European Standard Time)",
         "Data source: U.S. Energy Information Administration", "Month,Price"], "{d:%b} {d:%Y},{v}",
        newest=True)
    stata = [f"{d.year}m{d.month},{v}" for d, v in pairs(MONTHS, VALUES)]
    yield file("IMF months", MONTHS, "Period,Index", stata)
    imf = "Country,Indicator," + ",".join(f"{d.year}Q{d.quarter}" for d in QUARTERS)
    yield Export("IMF wide quarters", lines(imf, "Peru,GDP," + ",".join(map(str, VALUES))).encode(),
        VALUES, QUARTERS)
    owid = [f"Kenya,KEN,{d:%Y},{v}" for d, v in pairs(YEARS, VALUES)]
    yield file("Our World in Data, one country", YEARS, "Entity,Code,Year,Life expectancy", owid)
    many = [
        f"{e},{c},{d:%Y},{v}"
        for e, c in (("Kenya", "KEN"), ("Mali", "MLI"))
        for d, v in pairs(YEARS, VALUES)
    ]
    yield file("Our World in Data, two countries", YEARS, "Entity,Code,Year,Life expectancy", many,
        must_ask=("--id-column", "--id"), then={"id_column": "Entity", "series_id": "Mali"})
    yield Export("Our World in Data, a country that follows another in time",
        lines("Entity,Year,Deaths", *(f"Kenya,{1900 + i},{VALUES[i]}" for i in range(24)),
         *(f"Mali,{1924 + i},{VALUES[24 + i]}" for i in range(24))).encode(), VALUES[:24],
        pd.date_range("1900", periods=24, freq="YS"), must_ask=("--id-column", "--id"),
        then={"id_column": "Entity", "series_id": "Kenya"})
    yield file("Statistics Canada", MONTHS,
        '"REF_DATE","GEO","DGUID","UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID",' '"VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"',
        '"{d:%Y-%m}","Canada","2016A000011124","Dollars","81","units","0",' '"v123","1.1","{v}","","","","2"',
        mark=True, may_ask=TARGET, then={"target": "VALUE"})
    yield Export("Office of statistics with fiscal years",
        table([f"{d:%Y}/{(d.year + 1) % 100:02d}" for d in YEARS]), VALUES, YEARS,
        may_ask=("--date-format", "--date"))
    yield Export("fiscal quarters", table([f"FY{d:%y} Q{d.quarter}" for d in QUARTERS]),
        must_ask=("--date", "--date-format"))
    yield Export("Japanese eras", table([f"平成{i + 1}年" for i in range(30)], VALUES[:30]),
        VALUES[:30], must_ask=("--date", "--date-format"), then={"date": "none"})


def weather() -> Iterator[Export]:
    """Weather, climate and rivers."""
    co2 = [
        f"{d.year},{d.month},{d.year + (d.month - 0.5) / 12:.4f},{v},{v - 1:.2f},26,0.30,0.13"
        for d, v in pairs(MONTHS, VALUES)
    ]
    top = [
        "# --------------------------------------------------------",
        "# USE OF NOAA GML DATA",
        "#",
        "# These data are made freely available.",
        "#",
    ]
    names = "year,month,decimal date,average,deseasonalized,ndays,sdev,unc"
    yield file("Mauna Loa monthly", MONTHS, [*top, names], co2, must_ask=TARGET,
        then={"target": "average"})
    yield file("NOAA at a glance", MONTHS,
        ["#Title: Contiguous U.S. Average Temperature", "#Units: Degrees Fahrenheit",
         "#Base Period: 1901-2000", "#Missing: -99", "Date,Value"], "{d:%Y%m},{v}")
    yield file("NOAA with a mark for what is missing", MONTHS,
        ["#Title: Contiguous U.S. Average Temperature", "#Missing: -99", "Date,Value"],
        "{d:%Y%m},{v}", values=gap(VALUES), cells=marked(VALUES, "-99.0"),
        must_ask=("--missing", "--missing-mark"),
        then={"missing": "interpolate", "missing_mark": "-99"})
    silso = [
        f"{d:%Y;%m};{d.year + (d.month - 0.5) / 12:.3f};{v:6.2f};{3.1:5.1f};{480 + i:5d};1"
        for i, (d, v) in enumerate(pairs(MONTHS, VALUES))
    ]
    yield file("SILSO sunspots, no header", MONTHS, [], silso,
        may_ask=("--target", "--header", "--no-header", "--date"))
    dwd = [f"        433;{d:%Y%m%d};   10;{v:7.2f};-999;eor" for d, v in pairs(DAYS, VALUES)]
    yield file("DWD", DAYS, "STATIONS_ID;MESS_DATUM;QN_3;  FX;  FM;eor", dwd, may_ask=TARGET,
        then={"target": "FX"})
    hourly = [f"        433;{d:%Y%m%d%H};    3;  {v:5.2f};eor" for d, v in pairs(HOURS, VALUES)]
    yield file("DWD hourly", HOURS, "STATIONS_ID;MESS_DATUM;QN_9;TT_TU;eor", hourly, may_ask=TARGET,
        then={"target": "TT_TU"})
    knmi = [f"  260,{d:%Y%m%d},{round(10 * v):5d}" for d, v in pairs(DAYS, VALUES)]
    yield file("KNMI", DAYS,
        ["# BRON: KONINKLIJK NEDERLANDS METEOROLOGISCH INSTITUUT (KNMI)",
         "# YYYYMMDD = Datum (YYYY=jaar MM=maand DD=dag)", "# ", "# STN,YYYYMMDD,   TG"], knmi,
        values=[round(10 * v) for v in VALUES], may_ask=("--header", "--no-header", *TARGET))
    rdb = [f"USGS\t01646500\t{d:%Y-%m-%d}\t{v}\tA" for d, v in pairs(DAYS, VALUES)]
    yield file("USGS river gauge", DAYS,
        ["# U.S. Geological Survey", "# retrieved: 2024-01-05 04:11:12 EST", "#",
         "agency_cd\tsite_no\tdatetime\t68478_00060_00003\t68478_00060_00003_cd",
         "5s\t15s\t20d\t14n\t10s"], rdb, ending="txt")
    yield file("Open-Meteo", HOURS,
        ["latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation",
         "52.52,13.419998,38.0,3600,Europe/Berlin,CET", "", "time,temperature_2m (°C)"],
        "{d:%Y-%m-%dT%H:%M},{v}", values=SIGNED, may_ask=("--header",))
    canada = [
        f'"-73.75","45.47","MONTREAL","7025251","{d:%Y-%m-%d}","{d:%Y}","{d:%m}","{d:%d}",'
        f'"","{v}",""'
        for d, v in pairs(DAYS, SIGNED)
    ]
    yield file("Environment Canada", DAYS,
        '"Longitude (x)","Latitude (y)","Station Name","Climate ID","Date/Time",' '"Year","Month","Day","Data Quality","Mean Temp (°C)",' '"Mean Temp Flag"',
        canada, values=SIGNED, mark=True, may_ask=(*TARGET, "--date"),
        then={"target": "Mean Temp (°C)"})
    yield file("Netatmo", HOURS,
        ["Name;Long;Lat", '"Indoor";2.35;48.85', 'Timestamp;"Timezone : Europe/Paris";Temperature'],
        [f'{int(d.timestamp())};"{d:%Y/%m/%d %H:%M:%S}";{v}' for d, v in pairs(HOURS, VALUES)],
        may_ask=("--date", "--header", *TARGET),
        then={"target": "Temperature", "date": "Timezone : Europe/Paris"})
    yield file("Davis station with a and p for the half of the day", HOURS, "Date\tTime\tOut Temp",
        [f"{d:%d/%m/%y}\t{d:%I:%M}{'ap'[d.hour // 12]}\t{v}" for d, v in pairs(HOURS, VALUES)],
        may_ask=("--date-format",), ending="txt")
    yield Export("HadCRUT", table(YEARS.year, VALUES, "Time,Anomaly (deg C)"), VALUES, YEARS)
    yield file("river gauge in fixed width", DAYS, "DATE        LEVEL   FLAG",
        "{d:%Y-%m-%d}  {v:6.2f}   A", ending="txt")
    yield file("year and day of the year", DAYS, "YEAR,DOY,T2M", "{d.year},{d.day_of_year},{v}",
        values=SIGNED)
    nasa = [
        "-BEGIN HEADER-",
        "NASA/POWER CERES/MERRA2 Native Resolution Daily Data",
        "Dates (month/day/year): 03/18/2022 through 05/04/2022",
        "Location: Latitude  48.1   Longitude 11.5 ",
        "Value for missing model data: -999 ",
        "-END HEADER-",
    ]
    yield file("NASA POWER", DAYS, [*nasa, "YEAR,MO,DY,T2M"], "{d.year},{d.month},{d.day},{v}",
        values=SIGNED)
    yield Export("modified Julian days", table([59656 + i for i in range(N)], VALUES, "MJD,flux"),
        VALUES, DAYS, may_ask=("--date", "--date-format"))
    yield Export("Julian dates",
        table([f"{2459656.5 + i:.1f}" for i in range(N)], VALUES, "JD,mag"), VALUES, DAYS,
        may_ask=("--date", "--date-format"))
    yield Export("years before Christ", table([-24 + i for i in range(N)], VALUES, "year,ring"),
        VALUES, None, may_ask=("--date",), then={"date": "none"})
    yield Export("tree rings from 1500", table(range(1500, 1500 + N), VALUES, "year,ring"), VALUES,
        [pd.Timestamp(f"{y}-01-01").as_unit("s") for y in range(1500, 1500 + N)],
        may_ask=("--date",))


def energy() -> Iterator[Export]:
    """Smart meters and power exchanges."""
    green = [
        f"Electric usage,{d:%Y-%m-%d},{d:%H}:00,{d:%H}:59,{v},$0.10,"
        for d, v in pairs(HOURS, VALUES)
    ]
    yield file("Green Button", HOURS,
        ["Name,JOHN DOE", 'Address,"1 MAIN ST, OAKLAND CA 94601"', "Account Number,1234567890",
         "Service,Service 1", "", "TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST,NOTES"], green,
        may_ask=(*TARGET, "--date"), then={"target": "USAGE (kWh)"})
    half = pd.date_range("2022-01-14", periods=N, freq="30min", tz="UTC")
    octopus = [
        f"{v}, , {d.isoformat()}, {(d + half.freq).isoformat()}" for d, v in pairs(half, VALUES)
    ]
    yield file("British smart meter", half.tz_localize(None),
        "Consumption (kwh), Estimated Cost Inc. Tax (p), Start, End", octopus,
        may_ask=("--date", "--timezone"), then={"date": "Start"})
    quarter = pd.date_range("2022-01-14", periods=N, freq="15min")
    yield file("German meter, spans of time", quarter, "Zeitraum;Wirkarbeit (kWh)",
        [f"{d:%d.%m.%Y %H:%M} - {d + quarter.freq:%H:%M};{comma(v)}"
         for d, v in pairs(quarter, VALUES)])
    yield file("ENTSO-E", HOURS,
        '"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"',
        [f'"{d:%d.%m.%Y %H:%M} - {d + HOURS.freq:%d.%m.%Y %H:%M}","{v}","EUR",""'
         for d, v in pairs(HOURS, SIGNED)], values=SIGNED)
    smard = [
        f"{d:%d.%m.%Y %H:%M};{d + HOURS.freq:%d.%m.%Y %H:%M};{grouped(v, '.', ',')}"
        for d, v in pairs(HOURS, THOUSANDS)
    ]
    yield file("SMARD", HOURS, "Datum von;Datum bis;Braunkohle [MWh]", smard, values=THOUSANDS,
        mark=True, may_ask=("--date",), then={"date": "Datum von"})
    ending = [f"{d:%m/%d/%Y},{d.hour + 1},{v}" for d, v in pairs(HOURS, VALUES)]
    yield file("hours ending 1 to 24", HOURS + HOURS.freq, "Date,Hour Ending,LMP", ending,
        may_ask=("--date", "--date-format"))
    yield Export("midnight as 24:00 of the day before",
        table([f"{d - pd.Timedelta(days=1):%Y-%m-%d} 24:00" if d.hour == 0
         else f"{d:%Y-%m-%d %H:%M}" for d in HOURS]), VALUES, HOURS)
    yield Export("midnight without a time",
        table([f"{d:%d.%m.%Y}" if d.hour == 0 else f"{d:%d.%m.%Y %H:%M:%S}" for d in HOURS],
         [comma(v) for v in VALUES], "Zeit;Wert", ";"), VALUES, HOURS)
    pjm = [
        f"{d + pd.Timedelta(hours=5):%-m/%-d/%Y %-I:%M:%S %p},{d:%-m/%-d/%Y %-I:%M:%S %p},RTO,{v}"
        for d, v in pairs(HOURS, COUNTS)
    ]
    yield file("PJM, two columns of times", HOURS,
        "datetime_beginning_utc,datetime_beginning_ept,area,mw", pjm, values=COUNTS,
        must_ask=("--date",), then={"date": "datetime_beginning_ept"})
    days = pd.date_range("2022-03-01", periods=4, freq="D")
    wide = [
        f"{d:%Y-%m-%d}," + ",".join(map(str, VALUES[12 * i : 12 * i + 12]))
        for i, d in enumerate(days)
    ]
    yield file("a row for each day, a column for each second hour",
        pd.date_range("2022-03-01", periods=N, freq="2h"),
        "Date," + ",".join(f"{2 * h:02d}:00" for h in range(12)), wide, may_ask=TARGET)


def markets() -> Iterator[Export]:
    """Exchanges, banks and advertisers."""
    prices = [
        f"{d:%Y-%m-%d},{v},{v + 1:.2f},{v - 1:.2f},{v},{v},{n}"
        for d, v, n in pairs(WORKDAYS, VALUES, COUNTS)
    ]
    top = "Date,Open,High,Low,Close,Adj Close,Volume"
    yield file("Yahoo", WORKDAYS, top, prices, must_ask=TARGET, then={"target": "Close"})
    nulls = [
        line if i != 20 else f"{WORKDAYS[20]:%Y-%m-%d}" + ",null" * 6
        for i, line in enumerate(prices)
    ]
    yield file("Yahoo with a row of null", WORKDAYS, top, nulls, values=gap(VALUES),
        must_ask=TARGET, then={"target": "Close", "missing": "interpolate"})
    yield file("yfinance with three lines of header", WORKDAYS,
        ["Price,Close", "Ticker,AAPL", "Date,"], "{d:%Y-%m-%d},{v}")
    yield file("yfinance with five columns", WORKDAYS,
        ["Price,Close,High", "Ticker,AAPL,AAPL", "Date,,"],
        [f"{d:%Y-%m-%d},{v},{v + 1:.2f}" for d, v in pairs(WORKDAYS, VALUES)], must_ask=TARGET)
    nasdaq = [f"{d:%m/%d/%Y},${v},{n}" for d, v, n in pairs(WORKDAYS, VALUES, COUNTS)][::-1]
    yield file("Nasdaq", WORKDAYS, "Date,Close/Last,Volume", nasdaq, must_ask=TARGET,
        then={"target": "Close/Last"})
    investing = [
        f'"{d:%b %d, %Y}","{grouped(v)}","1.23M","-0.51%"' for d, v in pairs(WORKDAYS, THOUSANDS)
    ][::-1]
    yield file("Investing.com", WORKDAYS, '"Date","Price","Vol.","Change %"', investing,
        values=THOUSANDS, mark=True, may_ask=TARGET, then={"target": "Price"})
    yield Export("volumes in thousands and millions",
        table(WORKDAYS.date, [f"{v}K" if i % 2 else f"{v}M" for i, v in enumerate(VALUES)]),
        [v * (1e3 if i % 2 else 1e6) for i, v in enumerate(VALUES)], WORKDAYS,
        may_ask=("--target", "--missing"), then={"target": "nothing"})
    yield file("CoinGecko", DAYS, "snapped_at,price,market_cap,total_volume",
        "{d:%Y-%m-%d} 00:00:00 UTC,{v},0.0,{count}", must_ask=TARGET, then={"target": "price"})
    yield file("CoinMarketCap", DAYS, "timeOpen;timeClose;name;close",
        '"{d:%Y-%m-%d}T00:00:00.000Z";"{d:%Y-%m-%d}T23:59:59.999Z";"2781";{v}', newest=True,
        may_ask=("--date", "--timezone", *TARGET), then={"date": "timeOpen", "target": "close"})
    yield file("Binance, milliseconds and no header", HOURS, [],
        [f"{int(d.timestamp() * 1000)},{v},{int(d.timestamp() * 1000) + 3599999}"
         for d, v in pairs(HOURS, VALUES)],
        may_ask=("--header", "--no-header", "--date", "--target"))
    statement = pd.DatetimeIndex(np.sort(np.repeat(DAYS[::2], 2)))
    yield file("bank statement with two bookings on a day", None,
        '"Buchungstag";"Betrag";"Währung"', '"{d:%d.%m.%y}";"{comma}";"EUR"', values=SIGNED,
        stamps=statement, encoding="cp1252", must_ask=("--date", "--id-column"),
        then={"date": "none"})
    trends = [f"{d:%Y-%m-%d},{i % 90}" for i, d in enumerate(WEEKS)]
    yield file("Google Trends", WEEKS,
        ["Category: All categories", "", "Week,bitcoin: (Worldwide)"], trends,
        values=[i % 90 for i in range(N)])
    yield Export("Google Trends with less than one",
        lines("Category: All categories", "", "Week,bitcoin: (Worldwide)", *trends) .replace(",0\n",
         ",<1\n").encode(), refused="<1")
    ga = [
        "# ----------------------------------------",
        "# Acquisition Overview",
        "# 20220318-20220504",
        "# ----------------------------------------",
        "",
    ]
    yield file("Google Analytics with a total", DAYS, [*ga, "Day Index,Users"],
        '{d:%-m/%-d/%y},"{v:,}"', f',"{sum(COUNTS):,}"', values=COUNTS,
        may_ask=("--thousands", "--decimal"), then={"thousands": ","})
    yield file("Google Analytics 4, numbered days", None, [*ga, "Nth day,Active users"],
        "{i:04d},{v}", values=COUNTS, may_ask=(*TARGET, "--date"), then={"date": "none"})
    yield file("Search Console, newest first", DAYS, "Date,Clicks,CTR",
        [f"{d:%Y-%m-%d},{n},{v}%" for d, n, v in pairs(DAYS[::-1], COUNTS[::-1], VALUES[::-1])],
        must_ask=TARGET, then={"target": "CTR"})
    yield Export("Kibana",
        table([f'"{d:%b} {d.day}, {d:%Y} @ {d:%H:%M:%S}.000"' for d in HOURS], VALUES,
         '"@timestamp per hour",Count'), VALUES, HOURS, may_ask=("--date-format",))
    yield Export("Splunk",
        table([f'"{d:%Y-%m-%dT%H:%M:%S}.000+0000"' for d in HOURS], VALUES, "_time,count"), VALUES,
        HOURS)


def all_offices() -> Iterator[Export]:
    """Return the kinds of this file."""
    yield from statistics()
    yield from weather()
    yield from energy()
    yield from markets()
