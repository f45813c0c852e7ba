"""Files as spreadsheets write them in the languages of the world, with their names of months."""

# ruff: noqa: E501 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook

from tests.fuzzing.exports.base import (
    COUNTS,
    DAYS,
    HOURS,
    MONTHS,
    QUARTERS,
    SIGNED,
    THOUSANDS,
    VALUES,
    WEEKS,
    Export,
    N,
    comma,
    gap,
    grouped,
    marked,
    pairs,
    table,
)

NAMES = {
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november "
    "december",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "Polish": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik "
    "listopad grudzień",
    "Swedish": "januari februari mars april maj juni juli augusti september oktober november "
    "december",
    "Danish": "januar februar marts april maj juni juli august september oktober november december",
    "Russian": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "Turkish": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "Czech": "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    "Finnish": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu "
    "lokakuu marraskuu joulukuu",
}
SHORT = {
    "German": "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "German with points": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "French": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "Spanish": "ene feb mar abr may jun jul ago sep oct nov dic",
    "Italian": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Dutch": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "Portuguese": "jan fev mar abr mai jun jul ago set out nov dez",
    "Polish": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
}
FORM = ("--date-format",)


def month_names() -> Iterator[Export]:
    """Months by name."""
    for language, words in NAMES.items():
        names = words.split()
        yield Export(f"months in {language}",
            table([f"{names[d.month - 1]} {d.year}" for d in MONTHS], header="x;y", sign=";"),
            VALUES, MONTHS, may_ask=FORM)
    for language, words in SHORT.items():
        names = words.split()
        yield Export(f"days with short months in {language}",
            table([f"{d.day:02d}-{names[d.month - 1]}-{d:%y}" for d in DAYS],
             [comma(v) for v in VALUES], "x;y", ";"), VALUES, DAYS, may_ask=FORM)
    french = NAMES["French"].split()
    days = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    yield Export("French, the whole date",
        table([f"{days[d.weekday()]} {d.day} {french[d.month - 1]} {d.year}" for d in DAYS],
         [comma(v) for v in VALUES], "jour;mesure", ";"), VALUES, DAYS, may_ask=FORM)
    spanish = NAMES["Spanish"].split()
    yield Export("Spanish, the whole date",
        table([f"{d.day} de {spanish[d.month - 1]} de {d.year}" for d in DAYS],
         [comma(v) for v in VALUES], "fecha;dato", ";"), VALUES, DAYS, may_ask=FORM)
    german = NAMES["German"].split()
    yield Export("German, the whole date",
        table([f"{d.day}. {german[d.month - 1]} {d.year}" for d in DAYS],
         [comma(v) for v in VALUES], "Tag;Wert", ";"), VALUES, DAYS, may_ask=FORM)
    yield Export("German, names of days before dates",
        table([f"{['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'][d.weekday()]}, {d:%d.%m.%Y}"
         for d in DAYS], [comma(v) for v in VALUES], "Tag;Wert", ";"), VALUES, DAYS, may_ask=FORM)
    yield Export("English, the whole date",
        table([f'"{d:%A, %B} {d.day}, {d.year}"' for d in DAYS]), VALUES, DAYS, may_ask=FORM)
    endings = {1: "st", 2: "nd", 3: "rd"}
    yield Export("English ordinals",
        table([f"{d.day}{'th' if 10 < d.day < 14 else endings.get(d.day % 10, 'th')} {d:%B %Y}"
         for d in DAYS]), VALUES, DAYS, may_ask=FORM)
    roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
    yield Export("Roman months", table([f"{d.day}.{roman[d.month - 1]}.{d.year}" for d in DAYS]),
        VALUES, DAYS, may_ask=(*FORM, "--date"))
    yield Export("months with an apostrophe", table([f"{d:%b}'{d:%y}" for d in MONTHS]), VALUES,
        MONTHS, may_ask=FORM)
    yield Export("month and year glued", table([f"{d:%b%y}" for d in MONTHS]), VALUES, MONTHS)
    yield Export("months without years", table([f"{d:%b}" for d in MONTHS]), VALUES, None,
        must_ask=("--date", *FORM), then={"date": "none"})
    yield Export("days and months without years", table([f"{d:%d-%b}" for d in DAYS]), VALUES, None,
        must_ask=("--date", *FORM), then={"date": "none"})


def languages() -> Iterator[Export]:
    """One spreadsheet, saved in many countries."""

    def one(
        name: str,
        form: str,
        group: str,
        decimal: str,
        sign: str,
        encoding: str = "utf-8",
        header: str = "Datum;Wert",
    ) -> Export:
        stamps = [d.strftime(form) for d in DAYS]
        values = [grouped(v, group, decimal) for v in THOUSANDS]
        content = table(stamps, values, header.replace(";", sign), sign, encoding)
        return Export(
            f"spreadsheet, {name}",
            content,
            THOUSANDS,
            DAYS,
            may_ask=("--encoding",) if encoding not in ("utf-8", "cp1252") else (),
            then={"encoding": encoding},
        )

    yield one("United Kingdom", "%d/%m/%Y", "", ".", ",")
    yield one("Germany", "%d.%m.%Y", ".", ",", ";", "cp1252", "Tag;Größe")
    yield one("Switzerland", "%d.%m.%Y", "’", ".", ";")
    yield one("Switzerland, typewriter apostrophe", "%d.%m.%y", "'", ".", ";")
    yield one("France", "%d/%m/%Y", "\u202f", ",", ";", header="Date;Mesuré")
    yield one("France, Latin", "%d/%m/%Y", "\u00a0", ",", ";", "cp1252", "Date;Mesuré")
    yield one("Spain", "%d/%m/%Y", ".", ",", ";", "cp1252", "Día;Año")
    yield one("Italy", "%d/%m/%Y", ".", ",", ";")
    yield one("Netherlands", "%-d-%-m-%Y", ".", ",", ";")
    yield one("Brazil", "%d/%m/%Y", ".", ",", ";", "cp1252", "Mês;Preço")
    yield one("Poland", "%d.%m.%Y", " ", ",", ";", "cp1250", "Dzień;Wartość")
    yield one("Sweden", "%Y-%m-%d", "\u00a0", ",", ";", "cp1252", "Dag;Värde")
    yield one("Czechia", "%-d. %-m. %Y", "\u00a0", ",", ";", "utf-8", "Den;Hodnota")
    yield one("Hungary", "%Y. %m. %d.", "\u00a0", ",", ";", "utf-8", "Nap;Érték")
    yield one("Russia", "%d.%m.%Y", "\u00a0", ",", ";", "cp1251", "Дата;Значение")
    yield one("Turkey", "%d.%m.%Y", ".", ",", ";", "cp1254", "Gün;Değer")
    yield one("Korea", "%Y. %-m. %-d.", "", ".", ",", "cp949", "날짜;값")
    yield one("China", "%Y/%-m/%-d", "", ".", ",", "gb18030", "日期;数值")
    yield one("Japan", "%Y年%-m月%-d日", "", ".", ",", "cp932", "日付;売上")
    yield one("Finland", "%-d.%-m.%Y", "\u00a0", ",", ";")
    yield one("Denmark", "%d-%m-%Y", ".", ",", ";")
    yield one("Estonia", "%d.%m.%Y", " ", ",", "\t")
    yield Export("spreadsheet, United States",
        table([f"{d.month}/{d.day}/{d.year}" for d in DAYS], [f'"{v:,.2f}"' for v in THOUSANDS]),
        THOUSANDS, DAYS)
    yield Export("spreadsheet, United States, money",
        table([f"{d.month}/{d.day}/{d.year}" for d in DAYS],
         [f'"$ {v:,.2f} "' if v > 0 else f'"$ ({-v:,.2f})"' for v in SIGNED]), SIGNED, DAYS)
    lakh = [
        f'"{int(v) // 100000},{int(v) // 1000 % 100:02d},{int(v) % 1000:03d}.25"'
        for v in (100 * t for t in THOUSANDS)
    ]
    yield Export("spreadsheet, India", table([f"{d:%d-%m-%Y}" for d in DAYS], lakh),
        [float(x.replace(",", "").strip('"')) for x in lakh], DAYS)
    yield Export("spreadsheet, Unicode text",
        table([f"{d:%d.%m.%Y}" for d in DAYS], [comma(v) for v in VALUES], "Tag\tGröße", "\t",
         "utf-16"), VALUES, DAYS, ending="txt")
    yield Export("right-to-left marks around dates",
        table([f"\u200e{d.day}\u200e/\u200e{d.month}\u200e/\u200e{d.year}" for d in DAYS]), VALUES,
        DAYS)
    full = str.maketrans("0123456789.", "０１２３４５６７８９．")
    yield Export("full-width digits", table(DAYS.date, [str(v).translate(full) for v in VALUES]),
        VALUES, DAYS, may_ask=("--missing",))
    arabic = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
    yield Export("Arabic digits", table(DAYS.date, [str(v).translate(arabic) for v in VALUES]),
        VALUES, DAYS, may_ask=("--decimal", "--missing"))
    yield Export("quarters in German", table([f"{d.quarter}. Quartal {d.year}" for d in QUARTERS]),
        VALUES, QUARTERS, may_ask=FORM)
    yield Export("quarters in French", table([f"T{d.quarter} {d.year}" for d in QUARTERS]), VALUES,
        QUARTERS, may_ask=FORM)
    yield Export("quarters in Spanish", table([f"{d.quarter}T{d:%y}" for d in QUARTERS]), VALUES,
        QUARTERS, may_ask=FORM)
    yield Export("weeks in German", table([f"KW {d:%V/%G}" for d in WEEKS]), VALUES, WEEKS,
        may_ask=FORM)
    yield Export("months in Chinese", table([f"{d.year}年{d.month}月" for d in MONTHS]), VALUES,
        MONTHS, may_ask=FORM)
    yield Export("clock in German", table([f"{d:%d.%m.%Y %H:%M} Uhr" for d in HOURS]), VALUES,
        HOURS, may_ask=FORM)
    yield Export("clock in French", table([f"{d:%d/%m/%Y %Hh%M}" for d in HOURS]), VALUES, HOURS,
        may_ask=FORM)
    yield Export("clock with points", table([f"{d:%d.%m.%Y %H.%M}" for d in HOURS]), VALUES, HOURS,
        may_ask=FORM)
    yield Export("half of the day with points",
        table([f"{d:%d/%m/%Y %I:%M} {'ap'[d.hour // 12]}.m." for d in HOURS]), VALUES, HOURS,
        may_ask=FORM)
    yield Export("half of the day in Greek letters is not guessed",
        table([f"{d:%d/%m/%Y %I:%M} {'πμ' if d.hour < 12 else 'μμ'}" for d in HOURS]), VALUES, None,
        must_ask=("--date", *FORM), then={"date": "none"})


def workbook(
    rows: list[list[Any]],
    title: str = "Sheet",
    more: dict[str, list[list[Any]]] | None = None,
    formats: dict[str, str] | None = None,
) -> bytes:
    """Write a workbook."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for column, form in (formats or {}).items():
        for cell in sheet[column]:
            cell.number_format = form
    for name, other in (more or {}).items():
        added = book.create_sheet(name)
        for row in other:
            added.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbooks() -> Iterator[Export]:
    """Workbooks."""
    days = [d.to_pydatetime() for d in DAYS]
    body: list[list[Any]] = [list(pair) for pair in pairs(days, VALUES)]

    def sheet(
        name: str, rows: list[list[Any]], values: Any = VALUES, dates: Any = DAYS, **more: Any
    ) -> Export:
        kept = {k: more.pop(k) for k in ("title", "more", "formats") if k in more}
        return Export(
            f"workbook, {name}", workbook(rows, **kept), values, dates, ending="xlsx", **more
        )

    yield sheet("plain", [["Day", "Sales"], *body])
    yield sheet("titles on top",
        [["Sales of ACME"], ["all branches", None], [], ["Day", "Sales"], *body])
    yield sheet("an empty column on the left",
        [[None, "Day", "Sales"], *([None, *r] for r in body)])
    yield sheet("a total below", [["Day", "Sales"], *body, ["Total", sum(VALUES)]])
    yield sheet("serial numbers for dates",
        [["Day", "Sales"],
         *([(d - datetime(1899, 12, 30)).days, v] for d, v in pairs(days, VALUES))])
    yield sheet("dates as text",
        [["Day", "Sales"], *([f"{d:%d.%m.%Y}", v] for d, v in pairs(days, VALUES))])
    yield sheet("numbers as text",
        [["Day", "Sales"], *([d, f"{v}"] for d, v in pairs(days, VALUES))])
    yield sheet("numbers as German text",
        [["Tag", "Wert"], *([d, grouped(v, ".", ",")] for d, v in pairs(days, THOUSANDS))],
        THOUSANDS)
    yield sheet("an empty cell", [["Day", "Sales"], *zip_rows(days, marked(VALUES, None))],
        gap(VALUES), must_ask=("--missing",), then={"missing": "interpolate"})
    yield sheet("an error in a cell", [["Day", "Sales"], *zip_rows(days, marked(VALUES, "#N/A"))],
        gap(VALUES), must_ask=("--missing",), then={"missing": "interpolate"})
    yield sheet("two sheets with tables", [["Day", "Sales"], *body], title="Costs",
        more={"Sales": [["Day", "Sales"], *body]}, must_ask=("--sheet",), then={"sheet": "Sales"})
    yield sheet("a sheet of notes first", [["Sales of ACME"], ["made by Jo"]], title="Notes",
        more={"Data": [["Day", "Sales"], *body]}, may_ask=("--sheet",), then={"sheet": "Data"})
    yield sheet("months as first days",
        [["Month", "Sales"], *zip_rows([d.to_pydatetime() for d in MONTHS], VALUES)], dates=MONTHS,
        formats={"A": "mmm-yy"})
    yield sheet("percent", [["Day", "Share"], *([d, v / 1000] for d, v in pairs(days, VALUES))],
        [v / 1000 for v in VALUES], formats={"B": "0.0%"})
    yield sheet("years as numbers", [["Year", "Sales"], *zip_rows(range(1971, 1971 + N), VALUES)],
        dates=pd.date_range("1971", periods=N, freq="YS"))
    yield sheet("dates across", [["Branch", *days], ["Oslo", *VALUES]])
    yield sheet("times", [["Time", "Load"], *zip_rows([d.to_pydatetime() for d in HOURS], VALUES)],
        dates=HOURS)
    yield sheet("empty rows below", [["Day", "Sales"], *body, [None, None], ["", None]])
    yield sheet("a row without values in the future",
        [["Day", "Sales"], *body, [datetime(2022, 5, 5), None], [datetime(2022, 5, 6), None]],
        may_ask=("--missing",))
    yield Export("workbook, two headers", workbook([["", "North"], ["Day", "Sales"], *body]),
        VALUES, DAYS, ending="xlsx")
    yield Export("workbook, days and times in two columns",
        workbook([["Day", "Time", "Load"], *([d.to_pydatetime().replace(hour=0), d.time(), v] for d, v in pairs(HOURS, VALUES))]),
        VALUES, HOURS, ending="xlsx")
    yield Export("workbook, whole numbers", workbook([["Day", "n"], *zip_rows(days, COUNTS)]),
        COUNTS, DAYS, ending="xlsx")
    yield Export("workbook, macros", workbook([["Day", "Sales"], *body]), VALUES, DAYS,
        ending="xlsm")


def zip_rows(first: Any, second: Any) -> list[list[Any]]:
    """Return rows of two cells."""
    return [[a, b] for a, b in pairs(first, second)]


def all_locales() -> Iterator[Export]:
    """Return the kinds of this file."""
    yield from month_names()
    yield from languages()
    yield from workbooks()
