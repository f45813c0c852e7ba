"""Text of dates in one spelling: names of months in English, the time of the day cut off."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from esnkit.cli.csv_series.months import ENGLISH, in_english
from esnkit.cli.csv_series.numbers import is_number

_WEEKDAY = re.compile(
    r"\(?\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(day)?\b\)?[.,]*"
    r"|^(mo|di|mi|do|fr|sa|so|lun|mer|jeu|ven|sam|dim|mi[ée]|jue|vie|s[áa]b|dom|gio|seg|ter|qua|qui"
    r"|sex|pn|pon|wt|śr|czw|pt|sob|niedz|пн|вт|ср|чт|пт|сб|вс)\b[.,]* (?=\d)"
    r"|^mar\b[.,]* (?=\d{1,2}\W+[^\W\d_])"  # a Tuesday, as the month stands behind
    r"|\b(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado"
    r"|domingo)\b,?"
)
# 3 de mayo de 2022, 12:00 Uhr, June 1 at 12:00, week 1 of 2022
# Behind a year: 18 marca 2022 r., 18 марта 2022 г.
_FILLERS = re.compile(
    r"\b(de|del|den|at|of)\b|(?<=\d) uhr$|\bkl\.?(?= ?\d)"
    r"|(?<=\d{4}) ?(r\.|roku|[гр]\.?|года?|року)(?=$|,? \d)"
)
_WHAT = re.compile(  # which day of a week is meant
    r"^(w/?[ec]|from|as (of|at)|(week|wk) (ending|ended|commencing|beginning|starting|of))\.? "
)
# What stands behind a date or a year: preliminary, estimated, revised.
_MARKED = re.compile(r"(?<=\d)( ?[*†‡]{1,3}| [epr])$|(?<=^\d{4})[epr]$")
_TIME = re.compile(
    r"(?:^|[ t,_]+|(?<=\d{4}):)(?P<h>\d{1,2})(?:[:h](?P<m>\d{2})(?:[:](?P<s>\d{2})"
    r"(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<ap>[ap]\.?m\.?|(?<=\d)[ap])?|\s*(?P<ap2>[ap]\.?m\.?)|h)$"
)
_COMPACT_TIME = re.compile(
    r"^((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"[t ]?([01]\d|2[0-4])([0-5]\d)?([0-5]\d)?$"
)
_YEAR_LAST = re.compile(
    r"^([a-z]{3} \d{1,2}) (\d\d:\d\d:\d\d)( [a-z]{3,4}| [+-]\d{4})? (\d{4})( [+-]\d{4})?$"
)
_EUROPEAN_TIME = re.compile(  # 14.01.2022 16.30, of Finland, Denmark and Italy
    r"^(\d{1,2}([-./])\d{1,2}\2\d{4}|\d{4}-\d\d-\d\d),? +([01]?\d|2[0-4])\.([0-5]\d)"
    r"(?:\.([0-5]\d))?$"
)
_EAST_ASIAN_DAY = re.compile(
    r"\s*(\([月火水木金土日월화수목금토一二三四五六]\)|(星期|周|週)[一二三四五六日天])"
)
_EAST_ASIAN_HOUR = re.compile(r"(?<=\D)\s*(\d{1,2})\s*[时時点點시](?:\s*(\d{1,2})\s*[分분])?")
_HALVES = re.compile(r"\s*(?:(午前|上午|오전)|午後|下午|오후)\s*(\d{1,2}:[\d:]+)")
_DEKAD = re.compile(r"(?<=^\d{4}-\d\d)-?d0?([1-3])$")  # ten days of a month: 2016-01-D1
_HALF_OF_DAY = re.compile(r"\b([ap])\. ?m\.?")  # a. m., of Spain
_TIME_FIRST = re.compile(r"^(\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?),? ([^:]*\d)$")
_DOTTED_TIME = re.compile(  # of Oracle: 12.00.00.000000 AM
    r"(?<= )(\d{1,2})\.(\d\d)\.(\d\d)(?=\.\d{6,9}$|(?:\.\d{1,9})? ?[ap]m$)"
)
_ONE_SIGN = re.compile(  # 2022-01-14-00-00-00
    r"^(\d{4}([-_./ ])\d\d\2\d\d)[-_ :](\d\d)[-_ :](\d\d)(?:[-_ :](\d\d))?$"
)
_GLUED_TIME = re.compile(  # of PVGIS, 20230101:0010, and of DB2, 2023-01-01-00.10.00.000000
    r"^(\d{8}):(\d\d)(\d\d)$|^(\d{4}-\d\d-\d\d)-(\d\d)\.(\d\d)\.(\d\d)(?:\.\d+)?$"
)
_ZONE_TWICE = re.compile(r"(?<=[+-]\d{4}) [a-z]{3,4}$|(?<=[+-]\d\d:\d\d)\[[\w/+-]+$")
_REMARK = re.compile(r"(?<=\d) ?\([^()]*\)$|\bgmt(?=[+-]\d)")  # GMT+0100 (Central European Time)
_HOUR = re.compile(r"^(\d{4}[-/.]\d\d?[-/.]\d\d?)[ t](\d\d)$")
ZONE = re.compile(r"(?<=[\d )m])\s*(?P<z>z|utc|gmt|[+-]\d{2}:?\d{2}|(?<=:\d\d)[+-]\d{2})$")
ZONE_NAME = re.compile(r"(?<=:\d\d)\s*(?!am|pm)[a-z]{2,5}$|(?<=\d [ap]m)\s+[a-z]{2,5}$")
_EAST_ASIAN = str.maketrans("年月日년월일", "-- -- ")
_RANGE = re.compile(r"^(.*\d[-/.:]\d.*?[-/.:]\d+.*?)\s*(?:\s-\s|\sto\s|--|\s/\s)\s*\d.*$")
_ISO_RANGE = re.compile(
    r"^(\d{4}-\d\d-\d\d[^/]*)/\d[\d:t -]*$"
    r"|^\(?(?P<left>\d{4}-\d\d-\d\d[\d: ]*), \d{4}-[\d: -]*[)\]]?$"
)
# Spans whose year stands at their end alone: 27.12.-02.01.2022, Dec 27 - Jan 2 2022.
_SPAN = re.compile(
    r"^(?P<start>\d{1,2}\.(?P<m>\d{1,2})\.|(?P<b>[a-z]{3}) \d{1,2}|\d{1,2} (?P<b2>[a-z]{3})) ?- ?"
    r"(?:\d{1,2}\.(?P<m_end>\d{1,2})\.|(?P<b_end>[a-z]{3}) \d{1,2} |\d{1,2} (?P<b2_end>[a-z]{3}) )"
    r"(?P<y>\d{4})$"
)
_QUARTERS = ("jan-mar", "apr-jun", "jul-sep", "oct-dec")
_ROMAN = ("i", "ii", "iii", "iv")
_ORDINALS = ("first", "second", "third", "fourth")
_QUARTER_WORDS = re.compile(
    rf"(?P<before>\d{{4}})[ /-]?(?P<part>{'|'.join(_QUARTERS)}|i{{1,3}}|iv)"
    rf"|(?P<part2>{'|'.join(_QUARTERS)}|i{{1,3}}|iv|{'|'.join(_ORDINALS)})"
    r"(?: ?[/-] ?| (?:(?:kw|kwartal|trim|trimestre|quarter|q)\.? )?)(?P<after>\d{4})"
    r"|q(?P<glued>[1-4])(?P<glued_year>\d{4})"
)
_PLAIN_NUMBER = re.compile(r"[-+]?(\d{0,7}|\d+[.,]\d*)", re.ASCII)
# What most files hold, and no rule below changes.
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d)?)?", re.ASCII)
TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_WORDS = (
    dict.fromkeys(ENGLISH, "M")
    | dict.fromkeys(
        (
            "q",
            "qtr",
            "quarter",
            "quartal",
            "t",
            "trim",
            "trimestre",
            "trimester",
            "kv",
            "k",
            "kvartal",
            "kwartaal",
            "кв",
            "квартал",
        ),
        "Q",
    )
    | dict.fromkeys(("w", "wk", "week", "cw", "kw", "ww", "u", "uge", "uke", "v", "vecka"), "W")
    | dict.fromkeys(("h", "hy", "half", "halbjahr"), "H")
    | dict.fromkeys(("s", "sem", "semestre"), "S")
    | dict.fromkeys(("m", "mm", "month", "monat"), "m")
)

# What the tokens of a date may be, in the order in which they stand: digits (their number), names
# of months (M), and letters of quarters (Q), weeks (W), halves (H), halves or weeks (S, as in
# semestre and semaine) and months (m). The first reading of several is the usual one. Y is a year,
# y one of two digits, b a month by its name.
READINGS = {
    "4 2 2": ("Ymd",),
    "2 2 4": ("dmY", "mdY"),
    "2 2 2": ("dmy", "mdy", "ymd"),
    "4 2": ("Ym", "YQ"),
    "4 4": (),
    "2 4": ("mY",),
    "2 2": ("my", "ym"),
    "4": ("Y",),
    "8": ("Ymd", "dmY", "mdY"),
    "6": ("Ym", "ymd", "dmy", "mdy", "mY"),
    "7": ("Yj",),
    "4 3": ("Yj",),
    "4 M": ("Yb",),
    "M 4": ("bY",),
    "2 M": ("yb",),
    "M 2": ("by",),
    "2 M 4": ("dbY",),
    "M 2 4": ("bdY",),
    "4 M 2": ("Ybd",),
    "4 2 M": ("Ydb",),
    "2 M 2": ("dby",),
    "M 2 2": ("bdy",),
    "4 Q 2": ("YxQ",),
    "Q 2 4": ("xQY",),
    "2 Q 4": ("QxY",),
    "4 2 Q": ("YQx",),
    "Q 2 2": ("xQy",),
    "2 Q 2": ("Qxy", "yxQ"),
    "4 W 2": ("YxW",),
    "W 2 4": ("xWY",),
    "2 W 4": ("WxY",),
    "4 W 2 2": ("YxWu",),
    "4 W 3": ("YxV",),
    "4 H 2": ("YxH",),
    "H 2 4": ("xHY",),
    "2 H 4": ("HxY",),
    "2 H 2": ("Hxy", "yxH"),
    "4 S 2": ("YxH", "YxW"),
    "S 2 4": ("xHY", "xWY"),
    "2 S 4": ("HxY", "WxY"),
    "2 S 2": ("Hxy", "yxH", "Wxy", "yxW"),
    "2 W 2": ("yxW", "Wxy"),
    "W 2 2": ("xWy",),
    "4 m 2": ("Yxm",),
    "m 2 4": ("xmY",),
}


def is_datelike(cell: str) -> bool:
    """Tell whether a cell may be a date in some form; numbers alone are none."""
    if _PLAIN_NUMBER.fullmatch(cell):
        return False
    return _ISO.fullmatch(cell) is not None or _looks_dated(cell)


@lru_cache(maxsize=8192)  # whoever looks for a header or for dates asks of the same cells
def _looks_dated(cell: str) -> bool:
    """Tell whether words and digits of a cell may be those of a date."""
    text = clean(cell)[0]
    day, seconds, _ = split_time(text if ZONE.search(text) else ZONE_NAME.sub("", text))
    if not day:
        return seconds is not None
    words = [token for token in TOKEN.findall(day) if token.isalpha()]
    digits = [token for token in TOKEN.findall(day) if token.isdigit()]
    if not digits or any(word not in _WORDS for word in words):
        return False
    if len(digits) == 1 and not words:
        return seconds is not None or (len(digits[0]) == 8 and digits[0][:2] in ("19", "20"))
    return signature(day) in READINGS and (seconds is not None or not is_number(day))


def clean(cell: str) -> tuple[str, bool]:
    """Return a cell in plain small letters, and whether it named an interval."""
    if _ISO.fullmatch(cell):
        return cell.lower(), False
    text = re.sub(r"[\s\u00a0\u202f]+", " ", cell).strip("[]# ").lower()
    text = re.sub("[‐‑–—−]", "-", text).strip("'\"")
    text = _MARKED.sub("", _WHAT.sub("", _ZONE_TWICE.sub("", _REMARK.sub("", text))))
    text = _FILLERS.sub("", _WEEKDAY.sub("", text))
    text = _DEKAD.sub(lambda dekad: f"-{10 * int(dekad[1]) - 9:02}", _HALF_OF_DAY.sub(r"\1m", text))
    if not text.isascii():
        text = _in_letters(text)
    text = re.sub(r"\b(\d{1,2})(st|nd|rd|th|er|º|ª)\b", r"\1", text.strip(" -"))
    text = re.sub(r"(?<=\d)(?=[^\W\d_]{3})|(?<=[^\W\d_]{3})(?=\d)", " ", text)
    if not text.isascii() or re.search("[a-z]{3}", text):
        text = in_english(text)
    text = _reorder(" ".join(text.split()))
    found = _RANGE.match(text) or _ISO_RANGE.match(text)
    if found:
        return next(filter(None, found.groups())).strip(), True
    span = _SPAN.match(text.replace(",", ""))
    return (_start_of(span), True) if span else (_as_quarter(text), False)


def _in_letters(text: str) -> str:
    """Write the signs of East Asia for years, quarters and weeks as letters and dashes."""
    text = re.sub(r"[제第]?\s*(\d+)\s*(?:季度|四半期|분기)", r" q\1", text)
    text = _EAST_ASIAN_DAY.sub("", text)
    text = _EAST_ASIAN_HOUR.sub(lambda hour: f" {hour[1]}:{(hour[2] or '').zfill(2)}", text)
    text = _HALVES.sub(lambda found: f" {found[2]} {'am' if found[1] else 'pm'}", text)
    return re.sub(r"第\s*(\d+)\s*[周週]", r" w\1", text).translate(_EAST_ASIAN)


def _reorder(text: str) -> str:
    """Put the time of the day behind the date, with colons between its parts."""
    text = _YEAR_LAST.sub(r"\1 \4 \2\3\5", text)
    text = _TIME_FIRST.sub(r"\2 \1", text)
    text = _DOTTED_TIME.sub(r"\1:\2:\3", text)
    text = _EUROPEAN_TIME.sub(lambda t: f"{t[1]} {':'.join(filter(None, t.groups()[2:]))}", text)
    found = _GLUED_TIME.match(text)
    if found:
        day, *clock = filter(None, found.groups())
        return f"{day} {':'.join(clock)}"
    found = _ONE_SIGN.match(text)
    return f"{found[1]} {':'.join(filter(None, found.groups()[2:]))}" if found else text


def _start_of(span: re.Match[str]) -> str:
    """Return the day on which a span begins, in the year before if it runs over the new year."""
    months = [
        int(number) if number else ENGLISH.index(name) if name in ENGLISH else 0
        for number, name in (
            (span["m"], span["b"] or span["b2"]),
            (span["m_end"], span["b_end"] or span["b2_end"]),
        )
    ]
    year = int(span["y"]) - (months[0] > months[1])
    return f"{span['start']}{'' if span['m'] else ' '}{year}"


def _as_quarter(text: str) -> str:
    """Write a quarter told by months, Roman numbers or words with its digit."""
    found = _QUARTER_WORDS.fullmatch(text)
    if not found:
        return text
    part = found["part"] or found["part2"] or _ROMAN[int(found["glued"]) - 1]
    quarter = next(k.index(part) for k in (_QUARTERS, _ROMAN, _ORDINALS) if part in k) + 1
    return f"q{quarter} {found['before'] or found['after'] or found['glued_year']}"


def split_time(text: str) -> tuple[str, float | None, str]:
    """Cut off the time of the day, in seconds, and the offset from UTC."""
    zone = ""
    found = ZONE.search(text)
    if found and (":" in text[: found.start()] or re.match("z|utc|gmt", found["z"])):
        zone, text = found["z"], text[: found.start()].strip()
    found = _HOUR.match(text)
    if found:
        return found[1], 3600.0 * int(found[2]), zone
    found = _COMPACT_TIME.search(text)
    if found:
        clock = [int(part or 0) for part in found.groups()[1:]]
        return found[1], float(np.dot(clock, (3600, 60, 1))), zone
    found = _TIME.search(text)
    if not found:
        return text, None, zone
    hours = int(found["h"])
    half = found["ap"] or found["ap2"]
    if half:
        hours = hours % 12 + (12 if half[0] == "p" else 0)
    seconds = 3600.0 * hours + 60 * int(found["m"] or 0) + int(found["s"] or 0)
    return text[: found.start()].rstrip(" ,"), seconds + float(f"0.{found['f'] or 0}"), zone


def signature(day: str) -> str:
    """Say what a date consists of."""
    kinds = []
    for token in TOKEN.findall(day):
        length = len(token)
        kinds.append(_WORDS.get(token, "?") if token.isalpha() else str(max(2, length)))
    return " ".join(kinds)
