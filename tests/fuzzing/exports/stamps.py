"""Dates as programs print and count them, and as people of many languages write them."""

# ruff: noqa: E501, B905 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tests.fuzzing.exports.base import (
    ASK_DATE,
    DAYS,
    HOURS,
    MONTHS,
    QUARTERS,
    VALUES,
    WEEKS,
    WORKDAYS,
    YEARS,
    Export,
    N,
    comma,
    file,
    pairs,
    table,
)


def all_stamps() -> list[Export]:
    """Return the kinds of this file."""
    makers = (
        _printed,
        _numbers_for_dates,
        _quarters,
        _months,
        _weeks,
        _spans,
    )
    return [kind for maker in makers for kind in maker()]


def _printed() -> Iterator[Export]:
    """Stamps as programs print them."""
    utc = HOURS.tz_localize("UTC")
    for name, form in {
        "Ruby": "%Y-%m-%d %H:%M:%S +0000",
        "Go": "%Y-%m-%d %H:%M:%S +0000 UTC",
        "Java, UTC": "%a %b %d %H:%M:%S UTC %Y",
        "Java without a colon": "%Y-%m-%dT%H:%M:%S.000+0000",
        "Twitter": "%a %b %d %H:%M:%S +0000 %Y",
        "git log": "%a %b %d %H:%M:%S %Y +0000",
        "ISO, basic, Z": "%Y%m%dT%H%M%SZ",
        "ISO, hours and Z": "%Y-%m-%dT%HZ",
        "GMT behind": "%d %b %Y %H:%M:%S GMT",
    }.items():
        yield Export(f"stamps of {name}", table(HOURS.strftime(form)), VALUES, utc)
    for name, form in {
        "Oracle": "%d-%b-%y %I.%M.%S.000000 %p",
        "SQL Server, seven digits": "%Y-%m-%d %H:%M:%S.0000000",
        "SQL Server, in words": "%b %d %Y %I:%M%p",
        "C#": "%m/%d/%Y %I:%M:%S %p",
        "ISO, comma before the fraction": "%Y-%m-%d %H:%M:%S;000",
        "Strava": '"%b %d, %Y, %I:%M:%S %p"',
        "time first": "%H:%M %d.%m.%Y",
        "time first, US": "%I:%M %p %m/%d/%Y",
        "hours and h": "%d/%m/%Y %Hh%M",
        "Slack": '"%A, %B %d, %Y %I:%M %p"',
        "a dash between": "%Y-%m-%d-%H:%M",
        "an underscore between": "%Y-%m-%d_%H:%M:%S",
        "all dashes": "%Y-%m-%d-%H-%M-%S",
        "all blanks": "%Y %m %d %H %M",
        "fourteen digits": "%Y%m%d%H%M%S",
        "twelve digits": "%Y%m%d%H%M",
        "ten digits": "%Y%m%d%H",
        "at": '"%B %d, %Y at %I:%M %p"',
        "Uhr": "%d.%m.%Y %H:%M Uhr",
        "quotes of VBA": "#%Y-%m-%d %H:%M:%S#",
    }.items():
        stamps = [s.replace(";", ",") for s in HOURS.strftime(form)]
        if form.endswith(";000"):
            stamps = [f'"{s}"' for s in stamps]
        yield Export(f"stamps: {name}", table(stamps), VALUES, HOURS, may_ask=ASK_DATE)
    yield Export("stamps: VBA dates", table(DAYS.strftime("#%Y-%m-%d#")), VALUES, DAYS,
        may_ask=ASK_DATE)
    yield Export("stamps of Java in a zone", table(HOURS.strftime("%a %b %d %H:%M:%S CET %Y")),
        must_ask=("--timezone",))
    berlin = HOURS.tz_localize("Europe/Berlin")
    yield Export("stamps of Java, zoned",
        table([f"{d:%Y-%m-%dT%H:%M}+01:00[Europe/Berlin]" for d in berlin]), VALUES, berlin,
        may_ask=(*ASK_DATE, "--timezone"))
    yield Export("dates of XML schema", table(DAYS.strftime("%Y-%m-%dZ")), VALUES, DAYS,
        may_ask=(*ASK_DATE, "--timezone"))
    yield Export("stamps of .NET in JSON", table([f"/Date({d.value // 10**6})/" for d in HOURS]),
        VALUES, HOURS, may_ask=ASK_DATE)
    yield Export("dates, year day month", table(DAYS.strftime("%Y-%d-%m")), VALUES, DAYS,
        may_ask=ASK_DATE)
    yield Export("dates, year first and month by name", table(DAYS.strftime("%Y %B %d")), VALUES,
        DAYS)
    yield Export("dates without zeros, year first",
        table([f"{d.year}/{d.month}/{d.day}" for d in DAYS]), VALUES, DAYS)
    yield Export("dates of Numbers", b"Table 1,\n" + table(DAYS.strftime('"%A, %B %d, %Y"')),
        VALUES, DAYS)
    yield Export("dates of SAS, DATE7", table(DAYS.strftime("%d%b%y").str.upper()), VALUES, DAYS)
    yield Export("dates of SAS, YYMMDD6", table(DAYS.strftime("%y%m%d")), VALUES, DAYS,
        may_ask=ASK_DATE)
    yield Export("dates of SAS, DDMMYY6", table(DAYS.strftime("%d%m%y")), VALUES, DAYS,
        may_ask=ASK_DATE)
    yield Export("dates of SAS, MMDDYY6", table(DAYS.strftime("%m%d%y")), VALUES, DAYS,
        may_ask=ASK_DATE)
    yield Export("dates, DDMMYYYY", table(DAYS.strftime("%d%m%Y")), VALUES, DAYS, may_ask=ASK_DATE)
    yield Export("dates, MMDDYYYY", table(DAYS.strftime("%m%d%Y")), VALUES, DAYS, may_ask=ASK_DATE)
    dozen = pd.date_range("2022-01-01", periods=12)
    yield Export("twelve days with their names", table(dozen.strftime("%a %d/%m/%Y"), VALUES[:12]),
        VALUES[:12], dozen, may_ask=ASK_DATE, then={"date_format": "%a %d/%m/%Y"})
    yield Export("twelve days with their names, US",
        table(dozen.strftime("%a %m/%d/%Y"), VALUES[:12]), VALUES[:12], dozen, may_ask=ASK_DATE,
        then={"date_format": "%a %m/%d/%Y"})
    yield Export("a zone in the header",
        table(HOURS.strftime("%Y-%m-%d %H:%M"), header="Created (UTC),value"), VALUES, HOURS)
    closes = WORKDAYS + pd.Timedelta(hours=16)
    yield Export("GOOGLEFINANCE",
        table([f"{d.month}/{d.day}/{d.year} 16:00:00" for d in closes], header="Date,Close"),
        VALUES, closes)


def _numbers_for_dates() -> Iterator[Export]:
    """Numbers that count from somewhere."""
    d1904 = [(d - pd.Timestamp("1904-01-01")).days for d in DAYS]
    yield Export("days of 1904, told", table(d1904), VALUES, DAYS,
        options={"date_format": "days since 1904-01-01"})
    yield Export("SAS days without a format",
        table([(d - pd.Timestamp("1960-01-01")).days for d in DAYS]), VALUES, DAYS,
        may_ask=ASK_DATE, then={"date_format": "days since 1960-01-01"})
    yield Export("SAS seconds without a format",
        table([int((d - pd.Timestamp("1960-01-01")).total_seconds()) for d in HOURS],
         header="datetime,value"), VALUES, HOURS, may_ask=ASK_DATE,
        then={"date_format": "seconds since 1960-01-01"})
    yield Export("Stata milliseconds without a format",
        table([int((d - pd.Timestamp("1960-01-01")).total_seconds() * 1000) for d in HOURS],
         header="t,value"), VALUES, HOURS, may_ask=ASK_DATE,
        then={"date_format": "milliseconds since 1960-01-01"})
    yield Export("Stata months without a format",
        table([(d.year - 1960) * 12 + d.month - 1 for d in MONTHS], header="month,value"), VALUES)
    yield Export("Unix seconds with thousands",
        table([f'"{d.value // 10**9:,}"' for d in HOURS], header="timestamp,value"), VALUES, HOURS,
        may_ask=(*ASK_DATE, "--target"))
    yield Export("Unix seconds as floats",
        table([f"{d.value / 10**9}" for d in HOURS], header="timestamp,value"), VALUES, HOURS)
    yield Export("Unix seconds that a spreadsheet rounded",
        table([f"{d.value / 10**9:.2E}" for d in HOURS], header="timestamp,value"), VALUES)
    yield Export("Windows file times",
        table([d.value // 100 + 116444736000000000 for d in HOURS], header="time,value"), VALUES,
        HOURS, may_ask=ASK_DATE)
    yield Export(".NET ticks",
        table([d.value // 100 + 621355968000000000 for d in HOURS], header="time,value"), VALUES,
        HOURS, may_ask=ASK_DATE)
    yield Export("WebKit microseconds",
        table([d.value // 1000 + 11644473600000000 for d in HOURS], header="time,value"), VALUES,
        HOURS, may_ask=ASK_DATE)
    yield Export("years with thousands",
        table([f'"{y:,}"' for y in YEARS.year], header="Year,value"), VALUES, YEARS,
        may_ask=ASK_DATE)
    yield Export("days of the year, two-digit years", table(DAYS.strftime("%y%j")), VALUES, DAYS,
        may_ask=ASK_DATE, then={"date_format": "%y%j"})
    yield Export("AS/400 dates", table(DAYS.strftime("1%y%m%d")), VALUES, DAYS, may_ask=ASK_DATE)
    yield Export("JD Edwards dates", table(DAYS.strftime("1%y%j")), VALUES, DAYS, may_ask=ASK_DATE)
    yield file("months 2015.01 of quarters", [d + pd.DateOffset(months=2) for d in QUARTERS],
        "Series_reference,Period,Data_value,STATUS,UNITS,Magnitude",
        [f"SNEQ.SG01,{d.year}.{d.month + 2:02},{v},FINAL,Dollars,6"
         for d, v in pairs(QUARTERS, VALUES)], may_ask=ASK_DATE)
    yield file("months 2015.1 that lost a zero, of Stats NZ", MONTHS,
        "Series_reference,Period,Data_value,STATUS",
        [f"S.1,{d.year}.{f'{d.month:02}'.rstrip('0')},{v},FINAL" for d, v in pairs(MONTHS, VALUES)],
        may_ask=ASK_DATE)


def _quarters() -> Iterator[Export]:
    roman = ("I", "II", "III", "IV")
    ordinal = ("1st", "2nd", "3rd", "4th")
    word = ("First", "Second", "Third", "Fourth")
    for name, form in {
        "15Q1": "{y:02}Q{q}", "Q1'15": "Q{q}'{y:02}", "1Q15": "{q}Q{y:02}", "1Q'15": "{q}Q'{y:02}",
        "4Q 2015": "{q}Q {Y}", "2015/Q1": "{Y}/Q{q}", "2015 Qtr 1": "{Y} Qtr 1".replace("1", "{q}"),
        "Qtr 1 2015": "Qtr {q} {Y}", "Quarter 1 2015": "Quarter {q} {Y}", "I/2015": "{r}/{Y}",
        "2015 I": "{Y} {r}", "I 2015": "{r} {Y}", "2015-I": "{Y}-{r}", "I kw. 2015": "{r} kw. {Y}",
        "1st Quarter 2015": "{o} Quarter {Y}", "First quarter 2015": "{w} quarter {Y}",
        "1T15": "{q}T{y:02}", "1T 2015": "{q}T {Y}", "2015T1": "{Y}T{q}", "T1-2015": "T{q}-{Y}",
        "1er trimestre 2015": "{q}e trimestre {Y}", "1º trim. 2015": "{q}º trim. {Y}",
        "2015K1": "{Y}K{q}", "K1 2015": "K{q} {Y}", "2015KV1": "{Y}KV{q}", "Kv1 2015": "Kv{q} {Y}",
        "1. Q 2015": "{q}. Q {Y}", "1. čtvrtletí 2015": "{q}. čtvrtletí {Y}",
        "2015 1e kwartaal": "{Y} {q}e kwartaal", "2015KW01 of the CBS": "{Y}KW{q:02}",
        "2015 Q1 p": "{Y} Q{q} p", "2015年第1四半期": "{Y}年第{q}四半期", "2015年第1季度": "{Y}年第{q}季度",
        "2015 1/4": "{Y} {q}/4", "2015.1/4": "{Y}.{q}/4", "1кв2015": "{q}кв{Y}", "1 кв. 2015": "{q} кв. {Y}",
        "Jan-Mar 2015": "{s}-{e} {Y}", "2015 JAN-MAR": "{Y} {s}-{e}", "Q12015": "Q{q}{Y}",
    }.items():  # fmt: skip
        stamps = [
            form.format(y=d.year % 100, Y=d.year, q=d.quarter, r=roman[d.quarter - 1],
                        o=ordinal[d.quarter - 1], w=word[d.quarter - 1],
                        s=f"{d:%b}", e=f"{d + pd.DateOffset(months=2):%b}")
            for d in QUARTERS
        ]  # fmt: skip
        yield Export(f"quarters: {name}", table(stamps), VALUES, QUARTERS, may_ask=ASK_DATE)
    halves = pd.date_range("2000-01-01", periods=N, freq="6MS")
    for name, form in {
        "2015S1": "{Y}S{h}",
        "S1 2015": "S{h} {Y}",
        "1S15": "{h}S{y:02}",
        "1H15": "{h}H{y:02}",
        "H1 2015": "H{h} {Y}",
        "1. Halbjahr 2015": "{h}. Halbjahr {Y}",
        "2015B1": "{Y}B{h}",
        "1HY2015": "{h}HY{Y}",
        "2015-S1": "{Y}-S{h}",
    }.items():
        stamps = [form.format(Y=d.year, y=d.year % 100, h=1 if d.month == 1 else 2) for d in halves]
        yield Export(f"half years: {name}", table(stamps), VALUES, halves, may_ask=ASK_DATE)


def _months() -> Iterator[Export]:
    names = {
        "Greek": "Ιαν Φεβ Μαρ Απρ Μαΐ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ",
        "Ukrainian": "січень лютий березень квітень травень червень липень серпень вересень "
        "жовтень листопад грудень",
        "Romanian": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie "
        "noiembrie decembrie",
        "Romanian, short": "ian. feb. mar. apr. mai iun. iul. aug. sept. oct. nov. dec.",
        "Indonesian": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober "
        "November Desember",
        "Vietnamese": " ".join(f"Thg{i}" for i in range(1, 13)),
        "Croatian": "siječanj veljača ožujak travanj svibanj lipanj srpanj kolovoz rujan listopad "
        "studeni prosinac",
        "Hungarian": "január február március április május június július augusztus szeptember "
        "október november december",
        "Austrian": "Jänner Februar März April Mai Juni Juli August September Oktober November "
        "Dezember",
        "Austrian, short": "Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Catalan": "gen. febr. març abr. maig juny jul. ag. set. oct. nov. des.",
        "Czech, short": "led úno bře dub kvě čvn čvc srp zář říj lis pro",
        "Spanish, sept": "ene feb mar abr may jun jul ago sept oct nov dic",
        "French, short": "janv févr mars avr mai juin juil août sept oct nov déc",
        "French without accents": "janvier fevrier mars avril mai juin juillet aout septembre "
        "octobre novembre decembre",
        "German without umlauts": "Januar Februar Maerz April Mai Juni Juli August September "
        "Oktober November Dezember",
        "Turkish, short": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        "Finnish, parts": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta "
        "heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
        "Russian, of dates": "января февраля марта апреля мая июня июля августа сентября октября "
        "ноября декабря",
        "Polish, of dates": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września "
        "października listopada grudnia",
        "Estonian": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober "
        "november detsember",
        "Lithuanian": "sausis vasaris kovas balandis gegužė birželis liepa rugpjūtis rugsėjis "
        "spalis lapkritis gruodis",
        "Icelandic": "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember "
        "desember",
        "Hindi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
        "Arabic": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    }
    for language, text in names.items():
        month = text.split()
        for form in ("{m} {y}", "{m}-{s}", "{y} {m}"):
            stamps = [form.format(m=month[d.month - 1], y=d.year, s=f"{d:%y}") for d in MONTHS]
            yield Export(f"months in {language}: {form}", table(stamps), VALUES, MONTHS,
                may_ask=ASK_DATE)
    spanish = names["Spanish, sept"].split()
    german = ["Januar", "Februar", "März", "April", "Mai"]
    yield Export("days in Spanish with de",
        table([f"{d.day} de {m} de {d.year}"
         for d, m in ((d, ["marzo", "abril", "mayo"][d.month - 3]) for d in DAYS)]), VALUES, DAYS)
    yield Export("days in Spanish, slashes",
        table([f"{d.day:02}/{spanish[d.month - 1]}/{d.year}" for d in DAYS]), VALUES, DAYS)
    yield Export("days in German, weekday first",
        table([f'"{["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"][d.weekday()]}, {d.day}. {german[d.month - 1]} {d.year}"'
         for d in DAYS]), VALUES, DAYS)
    yield Export("days in French, 1er",
        table([f"{'1er' if d.day == 1 else d.day} {['mars', 'avril', 'mai'][d.month - 3]} {d.year}"
         for d in DAYS]), VALUES, DAYS)
    yield Export("days in Hungarian",
        table([f"{d.year}. {['márc', 'ápr', 'máj'][d.month - 3]}. {d.day}." for d in DAYS]), VALUES,
        DAYS, may_ask=ASK_DATE)
    for name, form in {
        "2015M1": "{Y}M{m}", "2015m1": "{Y}m{m}", "M01 2015": "M{m:02} {Y}", "2015MM01 of the CBS": "{Y}MM{m:02}",
        "M1-2015": "M{m}-{Y}", "01.2015": "{m:02}.{Y}", "1.2015": "{m}.{Y}", "2015, 1": '"{Y}, {m}"',
        "2015 01": "{Y} {m:02}", "2015_01": "{Y}_{m:02}", "2015년 1월": "{Y}년 {m}월", "2015.01월": "{Y}.{m:02}월",
        "2015年01月": "{Y}年{m:02}月", "15年1月": "{y:02}年{m}月", "January, 2015": '"{B}, {Y}"', "Jan'15": "{b}'{y:02}",
        "Jan.15": "{b}.{y:02}", "JAN 2015.": "{b}. {Y}", "2015January": "{Y}{B}", "2015JAN": "{Y}{b}",
        "Month 1 2015": "Month {m} {Y}", "Tháng 1/2015": "Tháng {m}/{Y}", "01/2015 r": "{m:02}/{Y} r",
        "01-15": "{m:02}-{y:02}", "15-01": "{y:02}-{m:02}", "0115": "{m:02}{y:02}", "1501": "{y:02}{m:02}",
        "012015": "{m:02}{Y}", "Mo. 01/15": "{m:02}/{y:02}", "2015-01-00": "{Y}-{m:02}-00",
        "01/01/2015 00:00:00": "{m:02}/01/{Y} 00:00:00",
    }.items():  # fmt: skip
        stamps = [
            form.format(Y=d.year, y=d.year % 100, m=d.month, B=f"{d:%B}", b=f"{d:%b}")
            for d in MONTHS
        ]
        yield Export(f"months: {name}", table(stamps), VALUES, MONTHS, may_ask=ASK_DATE)


def _weeks() -> Iterator[Export]:
    ends = WEEKS + pd.Timedelta(days=6)
    iso = [d.isocalendar() for d in WEEKS]
    for name, form in {
        "2022U01": "{Y}U{w:02}",
        "2022 week 1": "{Y} week {w}",
        "wk 01 2022": "wk {w:02} {Y}",
        "2022-w1": "{Y}-w{w}",
        "2022 W 01": "{Y} W {w:02}",
        "Wk1-22": "Wk{w}-{y}",
        "S01 2022": "S{w:02} {Y}",
        "2022-S01": "{Y}-S{w:02}",
        "KW 01/2022": "KW {w:02}/{Y}",
        "01. KW 2022": "{w:02}. KW {Y}",
        "2022/W01": "{Y}/W{w:02}",
        "Week 1 of 2022": "Week {w} of {Y}",
        "v1 2022": "v{w} {Y}",
        "vecka 1 2022": "vecka {w} {Y}",
        "sem. 1 2022": "sem. {w} {Y}",
        "2022年第1周": "{Y}年第{w}周",
        "2022ww01": "{Y}ww{w:02}",
        "22W01": "{y}W{w:02}",
    }.items():
        stamps = [form.format(Y=w.year, y=w.year % 100, w=w.week) for w in iso]
        yield Export(f"weeks: {name}", table(stamps), VALUES, WEEKS, may_ask=ASK_DATE)
    for name, form in {
        "w/e": "w/e %d %b %Y",
        "Week ending": "Week ending %d/%m/%Y",
        "W/E dots": "W/E %d.%m.%Y",
        "Week ended": "Week ended %B %d %Y",
    }.items():
        yield Export(f"weeks: {name}", table(ends.strftime(form)), VALUES, ends, may_ask=ASK_DATE)
    for name, form in {
        "Week of": '"Week of %b %d, %Y"',
        "week commencing": "w/c %d %b %Y",
        "from": "from %d.%m.%Y",
    }.items():
        yield Export(f"weeks: {name}", table(WEEKS.strftime(form)), VALUES, WEEKS, may_ask=ASK_DATE)


def _spans() -> Iterator[Export]:
    ends = WEEKS + pd.Timedelta(days=6)
    yield Export("spans: Jan 3 - Jan 9, 2022",
        table([f'"{a:%b} {a.day} - {b:%b} {b.day}, {b.year}"' for a, b in zip(WEEKS, ends)][:40],
         VALUES[:40]), VALUES[:40], WEEKS[:40], may_ask=ASK_DATE)
    yield Export("spans: 03.01.-09.01.2022",
        table([f"{a:%d.%m.}-{b:%d.%m.%Y}" for a, b in zip(WEEKS, ends)]), VALUES, WEEKS,
        may_ask=ASK_DATE)
    yield Export("spans: 3-9 Jan 2022",
        table([f"{a.day} {a:%b} - {b.day} {b:%b} {b.year}" for a, b in zip(WEEKS, ends)]), VALUES,
        WEEKS, may_ask=ASK_DATE)
    yield Export("spans: 2022-01-03 to 2022-01-09",
        table([f"{a:%Y-%m-%d} to {b:%Y-%m-%d}" for a, b in zip(WEEKS, ends)]), VALUES, WEEKS,
        may_ask=ASK_DATE)
    yield Export("spans: (2022-01-03, 2022-01-09] of pandas",
        table([f'"({a:%Y-%m-%d}, {b:%Y-%m-%d}]"'
         for a, b in zip(WEEKS, WEEKS + pd.Timedelta(days=7))]), VALUES, WEEKS, may_ask=ASK_DATE)
    yield file("spans: 00-01 beside a date", HOURS, "date;hour;value",
        [f"{d:%d.%m.%Y};{d.hour:02}-{d.hour + 1:02};{comma(v)}" for d, v in pairs(HOURS, VALUES)],
        may_ask=ASK_DATE)
    yield Export("spans: fiscal 2014-2015", table([f"{y}-{y + 1}" for y in YEARS.year]), VALUES,
        YEARS, may_ask=ASK_DATE)
    yield Export("spans: FY15", table([f"FY{y % 100:02}" for y in YEARS.year]), VALUES, YEARS,
        may_ask=ASK_DATE)
    yield Export("spans: FY2015", table([f"FY{y}" for y in YEARS.year]), VALUES, YEARS,
        may_ask=ASK_DATE)
    yield Export("spans: FY2015/16", table([f"FY{y}/{(y + 1) % 100:02}" for y in YEARS.year]),
        VALUES, YEARS, may_ask=ASK_DATE)
    yield Export("spans: 2015 (est.)",
        table([f"{y} (est.)" if y > 2010 else y for y in YEARS.year]), VALUES, YEARS,
        may_ask=ASK_DATE)
    yield Export("spans: 2015p", table([f"{y}p" if y > 2010 else y for y in YEARS.year]), VALUES,
        YEARS, may_ask=ASK_DATE)
    yield Export("spans: 2015*", table([f"{y}*" if y > 2010 else y for y in YEARS.year]), VALUES,
        YEARS, may_ask=ASK_DATE)
    yield Export("spans: '15", table([f"'{y % 100:02}" for y in YEARS.year]), VALUES, YEARS,
        may_ask=ASK_DATE)
    yield Export("spans: 2015JJ00 of the CBS", table([f"{y}JJ00" for y in YEARS.year]), VALUES,
        YEARS, may_ask=ASK_DATE)
    yield Export("spans: year ended 30 June", table([f"30 June {y}" for y in YEARS.year]), VALUES,
        [pd.Timestamp(y, 6, 30) for y in YEARS.year])
