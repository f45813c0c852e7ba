"""Dates as people and programs write them, read only where one reading is possible."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from datetime import timezone as fixed_zone
from typing import TYPE_CHECKING, Any

import numpy as np

from esnkit.cli.csv_series.numbers import Undecided, is_number
from esnkit.forecasting.dates import find_frequency, working_days

if TYPE_CHECKING:
    import pandas as pd

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = re.compile(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = re.compile(
    r"\(?\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(day)?\b\)?[.,]?"
)
_TIME = re.compile(
    r"(?:^|[ t,_]+|(?<=\d{4}):)(?P<h>\d{1,2})(?:[:h](?P<m>\d{2})(?:[:](?P<s>\d{2})"
    r"(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<ap>[ap]\.?m\.?)?|\s*(?P<ap2>[ap]\.?m\.?)|h)$"
)
_COMPACT_TIME = re.compile(r"^((?:19|20)\d{6})[t ]?(\d{2})(\d{2})(\d{2})?$")
_HOUR = re.compile(r"^(\d{4}[-/.]\d\d?[-/.]\d\d?)[ t](\d\d)$")
_ZONE = re.compile(r"(?<=[\d )m])\s*(?P<z>z|utc|gmt|[+-]\d{2}:?\d{2}|(?<=:\d\d)[+-]\d{2})$")
_ZONE_NAME = re.compile(r"(?<=:\d\d)\s*(?!am|pm)[a-z]{2,5}$|(?<=\d [ap]m)\s+[a-z]{2,5}$")
_RANGE = re.compile(r"^(.*\d[-/.:]\d.*?[-/.:]\d+.*?)\s*(?:\s-\s|\sto\s|--|\s/\s)\s*\d.*$")
_ISO_RANGE = re.compile(r"^(\d{4}-\d\d-\d\d[^/]*)/\d[\d:t -]*$")
_TOKEN = re.compile(r"\d+|[a-z]+")
_WORDS = (
    dict.fromkeys(_MONTHS, "M")
    | dict.fromkeys(("q", "qtr", "quarter", "quartal"), "Q")
    | dict.fromkeys(("w", "wk", "week", "cw", "kw"), "W")
    | dict.fromkeys(("h", "hy", "half", "s", "sem"), "H")
    | {"m": "m"}
)

# What the tokens of a date may be, in the order in which they stand: digits (their number), names
# of months (M), and letters of quarters (Q), weeks (W), halves (H) and months (m). The first
# reading of several is the usual one. Y is a year, y one of two digits, b a month by its name.
_READINGS = {
    "4 2 2": ("Ymd",),
    "2 2 4": ("dmY", "mdY"),
    "2 2 2": ("dmy", "mdy", "ymd"),
    "4 2": ("Ym", "YQ"),
    "2 4": ("mY",),
    "2 2": ("my", "ym"),
    "4": ("Y",),
    "8": ("Ymd", "dmY", "mdY"),
    "6": ("Ym", "ymd", "dmy"),
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
    "4 m 2": ("Yxm",),
    "m 2 4": ("xmY",),
}
_FIXED: dict[str, dict[str, tuple[int, ...]]] = {
          "8": {"Ymd": (4, 2, 2), "dmY": (2, 2, 4), "mdY": (2, 2, 4)},
          "6": {"Ym": (4, 2), "ymd": (2, 2, 2), "dmy": (2, 2, 2)},
          "7": {"Yj": (4, 3)}, "3": {"V": (2, 1)}}  # fmt: skip


_LAST = 2**31  # seconds since 1970


@dataclass(frozen=True)
class Reading:
    """Dates that text may stand for, and how: a form such as %d/%m/%Y."""

    form: str
    dates: pd.DatetimeIndex  # NaT where a cell is none
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cells:
    """The text of dates without times, and seconds and offsets that go with it."""

    days: list[str]
    seconds: list[float]
    zones: list[str]
    notes: tuple[str, ...]


def is_datelike(cell: str) -> bool:
    """Tell whether a cell may be a date in some form; numbers alone are none."""
    text = _clean(cell)[0]
    day, seconds, _ = _split_time(text if _ZONE.search(text) else _ZONE_NAME.sub("", text))
    if not day:
        return seconds is not None
    words = [token for token in _TOKEN.findall(day) if token.isalpha()]
    digits = [token for token in _TOKEN.findall(day) if token.isdigit()]
    if not digits or any(word not in _WORDS for word in words):
        return False
    if len(digits) == 1 and not words:
        return seconds is not None or (len(digits[0]) == 8 and digits[0][:2] in ("19", "20"))
    return _signature(day) in _READINGS and (seconds is not None or not is_number(day))


def read_stamps(
    cells: Sequence[str], date_format: str | None = None, timezone: str | None = None
) -> Reading | None:
    """Read dates that are all in one form.

    Cells that hold no date are NaT; None stands for no form at all. An `Undecided` names two
    readings that are both possible.
    """
    if date_format is not None:
        return _read_by_format(cells, date_format, timezone)
    parts = _split(cells, timezone)
    if all(not day for day in parts.days):
        raise Undecided(
            "the cells hold times without dates; --date names a column of dates, and --date none "
            "counts rows"
        )
    candidates = _candidates(parts.days)
    made = [_with_times(candidate, parts, timezone) for candidate in candidates]
    if not made:
        return None
    chosen = _choose([reading for reading in made if reading is not None], parts.days)
    return Reading(chosen.form, chosen.dates, parts.notes + chosen.notes)


def _read_by_format(cells: Sequence[str], form: str, timezone: str | None) -> Reading:
    import pandas as pd

    try:
        with_zone = "%z" in form
        dates = pd.to_datetime(
            [" ".join(cell.split()) for cell in cells], format=form, errors="coerce", utc=with_zone
        )
    except ValueError as error:
        raise Undecided(f"--date-format {form!r} is not a form of dates ({error})") from None
    if not with_zone:
        dates = _localize(dates, timezone)
    return Reading(form, dates)


# ---------------------------------------------------------------------- text


def _clean(cell: str) -> tuple[str, bool]:
    """Return a cell in plain small letters, and whether it named an interval."""
    text = re.sub(r"[\s\u00a0\u202f]+", " ", cell).strip().lower()
    text = re.sub("[‐‑–—−]", "-", text).strip("'\"")
    text = _WEEKDAY.sub("", text).strip()
    text = re.sub(r"\b(\d{1,2})(st|nd|rd|th)\b", r"\1", text)
    text = re.sub(r"(?<=\d)(?=[a-z]{3})|(?<=[a-z]{3})(?=\d)", " ", text)
    text = _MONTH.sub(lambda found: found[0][:3], text)
    found = _RANGE.match(text) or _ISO_RANGE.match(text)
    return (found[1].strip(), True) if found else (text, False)


def _split_time(text: str) -> tuple[str, float | None, str]:
    """Cut off the time of the day, in seconds, and the offset from UTC."""
    zone = ""
    found = _ZONE.search(text)
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


def _split(cells: Sequence[str], timezone: str | None) -> _Cells:
    days, seconds, zones = [], [], []
    ranges = False
    for cell in cells:
        text, is_range = _clean(cell)
        ranges |= is_range
        name = _ZONE_NAME.search(text)
        if name and not _ZONE.search(text):
            if timezone is None:
                raise Undecided(
                    f"{cell.strip()[:40]!r} names a time zone in short; --timezone names it in "
                    "full, e.g. Europe/Berlin"
                )
            text = text[: name.start()]
        day, second, zone = _split_time(text)
        days.append(day)
        seconds.append(second or 0.0)
        zones.append(zone)
    return _Cells(days, seconds, zones, ("the start of each interval",) if ranges else ())


# ---------------------------------------------------------------------- days


def _signature(day: str) -> str:
    """Say what a date consists of."""
    kinds = []
    for token in _TOKEN.findall(day):
        length = len(token)
        kinds.append(_WORDS.get(token, "?") if token.isalpha() else str(max(2, length)))
    return " ".join(kinds)


def _candidates(days: Sequence[str]) -> list[Reading]:
    """Return every reading under which all cells, or else most, are dates."""
    if all(re.fullmatch(r"\d+\.0+|", day) for day in days):
        days = [day.partition(".")[0] for day in days]
    filled = [day for day in days if day]
    if not filled:  # times of day without a date
        return []
    if all(re.fullmatch(r"-?\d+(\.\d+)?", day) for day in filled):
        counted = _count_days(days)
        if counted is not None:
            return [counted]
    signatures = [_signature(day) for day in days]
    usual = max(set(signatures), key=signatures.count)
    tokens = [
        _TOKEN.findall(day) if found == usual else None
        for day, found in zip(days, signatures, strict=True)
    ]
    sample = next((day for day, found in zip(days, signatures, strict=True) if found == usual), "")
    split_years = _read_split_years(days) if usual == "4 2" else None
    if split_years is not None:
        return [split_years]
    readings = []
    padded = any(token[-1].startswith("0") for token in tokens if token)
    for codes in _READINGS.get(usual, ()):
        if codes == "YQ" and padded:  # quarters are single digits
            continue
        for century in (1930, 1969) if "y" in codes else (0,):
            dates = _assemble(tokens, codes, usual, century)
            form = _spell(sample, codes, usual)
            readings.append(Reading(form, dates))
    most = max((_n_dates(reading) for reading in readings), default=0)
    if most == 0 or 2 * most < len(days):
        return []
    return [reading for reading in readings if _n_dates(reading) == most]


def _n_dates(reading: Reading) -> int:
    return int(np.sum(reading.dates.notna()))


def _assemble(
    tokens: Sequence[list[str] | None], codes: str, signature: str, century: int
) -> pd.DatetimeIndex:
    import pandas as pd

    widths = _FIXED.get(signature, {}).get(codes)
    texts = []
    for token in tokens:
        if token is not None and widths is not None:
            ends = np.cumsum(widths)
            token = [token[0][end - width : end] for end, width in zip(ends, widths, strict=True)]
        texts.append("" if token is None else _iso(dict(zip(codes, token, strict=True)), century))
    form = "%Y-%j" if "j" in codes else "%G-W%V-%u" if set(codes) & {"W", "V"} else "%Y-%m-%d"
    return pd.DatetimeIndex(pd.to_datetime(texts, format=form, errors="coerce"))


def _iso(part: dict[str, str], century: int) -> str:
    """Write one date year first from its parts."""
    year = part.get("Y", "")
    if "y" in part:
        short = int(part["y"])
        year = str(century - century % 100 + short + (100 if short < century % 100 else 0))
    if "j" in part:
        return f"{year}-{part['j'].zfill(3)}"
    if "W" in part:
        return f"{year}-W{part['W'].zfill(2)}-{part.get('u', '1')}"
    if "V" in part:
        return f"{year}-W{part['V'][:2]}-{part['V'][2]}"
    month = part.get("m", "1")
    if "b" in part:
        month = str(_MONTHS.index(part["b"]) + 1)
    for code, length, most in (("Q", 3, 4), ("H", 6, 2)):
        if code in part:
            number = int(part[code])
            month = str(length * (number - 1) + 1) if 1 <= number <= most else "99"
    return f"{year}-{month.zfill(2)}-{part.get('d', '1').zfill(2)}"


def _spell(sample: str, codes: str, signature: str) -> str:
    """Write the form of a date as strptime and the option know it."""
    if signature in _FIXED:
        return "".join(f"%{code}" for code in codes)
    names = {"Q": "%q", "W": "%V", "V": "%V", "H": "%h"}
    spelled = iter(codes)

    def replace(found: re.Match[str]) -> str:
        code = next(spelled)
        return found[0].upper() if code == "x" else names.get(code, f"%{code}")

    return _TOKEN.sub(replace, sample)


def _read_split_years(days: Sequence[str]) -> Reading | None:
    """Read years such as 2019/20, which are named by the first."""
    import pandas as pd

    pairs = [_TOKEN.findall(day) for day in days]
    if any(len(pair) != 2 or (int(pair[0]) + 1) % 100 != int(pair[1]) for pair in pairs):
        return None
    years = pd.to_datetime([pair[0] for pair in pairs], format="%Y", errors="coerce")
    return Reading("%Y/%y", pd.DatetimeIndex(years), ("years by the first of two",))


def _count_days(days: Sequence[str]) -> Reading | None:
    """Read numbers that count seconds or days, or years with decimals."""
    import pandas as pd

    if not all(days):
        return None
    values = np.array([float(day) for day in days])
    whole = bool((values == values.round()).all())
    # From 1976 to 2038: seconds since 1904, as some programs count them, lie above.
    units = {"s": (2e8, _LAST), "ms": (2e11, 1e3 * _LAST), "us": (2e14, 1e6 * _LAST),
             "ns": (2e17, 1e9 * _LAST)}  # fmt: skip
    for unit, (low, high) in units.items():
        if whole and low < values.min() and values.max() < high:
            counts = np.array([int(day.partition(".")[0]) for day in days])
            stamps = pd.to_datetime(counts, unit=unit)  # type: ignore[call-overload]
            return Reading(f"seconds since 1970 ({unit})", pd.DatetimeIndex(stamps))
    if all(re.fullmatch(r"(19|20)\d\d[1-4]", day) for day in days):
        texts = [f"{day[:4]}-{3 * int(day[4]) - 2:02}-01" for day in days]
        return Reading("%Y%q", pd.DatetimeIndex(pd.to_datetime(texts, format="%Y-%m-%d")))
    if is_sheet_day(values):
        seconds = np.round(values * 86400).astype("int64")
        stamps = pd.Timestamp("1899-12-30") + pd.to_timedelta(seconds, unit="s")
        return Reading("days of a spreadsheet since 1900", pd.DatetimeIndex(stamps))
    if values.min() > 1000 and values.max() < 2500 and not whole:
        return _read_decimal_years(days, values)
    return None


def is_sheet_day(values: np.ndarray) -> bool:
    """Tell whether numbers can only be days of a spreadsheet, between 1982 and 2079.

    Other programs count days since 1960 or 1970, and are still below.
    """
    return bool(values.min() > 30000 and values.max() < 65500)


def _read_decimal_years(days: Sequence[str], values: np.ndarray) -> Reading | None:
    """Read 2015.25 or 2015.01: parts of a year, or months by their number."""
    import pandas as pd

    found = []
    for months in (_months_by_number(days, pad=True), _months_by_number(days, pad=False)):
        if months is not None and (steps := set(np.diff(months))) and len(steps) == 1:
            found.append(("%Y.%m", months))
            break
    step = float(np.median(np.diff(values)))
    for per_year in (12, 4, 2):
        if abs(abs(step) * per_year - 1) < 0.15:
            first = np.floor((values[0] % 1) * per_year + 0.13) + per_year * np.floor(values[0])
            count = np.round((values - values[0]) * per_year).astype(int) + int(first)
            if len(set(np.diff(count))) == 1 and np.abs(values - count / per_year).max() < 0.1:
                found.append(("years with decimals", count * (12 // per_year)))
    if len({tuple(months) for _, months in found}) > 1:
        raise Undecided(
            f"{days[0]!r} may be year.month or a year with decimals; --date-format %Y.%m takes "
            "months, and --date none counts rows"
        )
    if not found:
        return None
    form, months = found[0]
    texts = [f"{month // 12:04}-{month % 12 + 1:02}-01" for month in months]
    return Reading(form, pd.DatetimeIndex(pd.to_datetime(texts, format="%Y-%m-%d")))


def _months_by_number(days: Sequence[str], pad: bool) -> np.ndarray | None:
    """Read 2015.1 as a month counted from year zero: January, or October whose zero was lost."""
    parts = [day.partition(".") for day in days]
    numbers = [rest.ljust(2, "0") if pad else rest for _, _, rest in parts]
    if not all(re.fullmatch(r"0?[1-9]|1[0-2]", number) for number in numbers):
        return None
    pairs = zip(parts, numbers, strict=True)
    return np.array([12 * int(year) + int(number) - 1 for (year, _, _), number in pairs])


# ---------------------------------------------------------------------- choice


def _choose(readings: Sequence[Reading], days: Sequence[str]) -> Reading:
    """Return the only reading that makes a series, or name two."""
    different: list[Reading] = []
    for reading in readings:
        if not any(reading.dates.equals(other.dates) for other in different):
            different.append(reading)
    for test in (_runs_one_way, _is_regular):
        passed = [reading for reading in different if test(reading.dates)]
        different = passed or different
    first = different[0]
    if len(different) == 1:
        if "%" in first.form and not re.search("%[Yy]", first.form):
            raise Undecided(f"{days[0]!r} has no year; --date none counts rows")
        return _check_short_months(first, days)
    dotted = [reading for reading in different if re.match(r"%d\. ?%m\.", reading.form)]
    if len({reading.form for reading in different}) > 1 and len(dotted) == 1:
        return dotted[0]
    second = different[1]
    if first.form == second.form and first.dates[0].year == second.dates[0].year:
        raise Undecided(
            f"{days[0]!r} and the cells below make no regular dates as {first.form}; say how dates "
            "are written with --date-format, or count rows with --date none"
        )
    if first.form == second.form:
        raise Undecided(
            f"{days[0]!r} may be {first.dates[0].year} or {second.dates[0].year}; write years with "
            "four digits, or use --date none to count rows"
        )
    raise Undecided(
        f"{days[0]!r} may be {_say_date(first.dates[0])} or {_say_date(second.dates[0])}; decide "
        f"with --date-format {first.form!r} or {second.form!r}"
    )


def _say_date(date: Any) -> str:
    """Spell a date of any year, those that Python's own dates do not know included."""
    import pandas as pd

    return "no date" if pd.isna(date) else f"{date.day:02d} {month_name[date.month]} {date.year}"


def _check_short_months(reading: Reading, days: Sequence[str]) -> Reading:
    """Refuse Jan-01, Jan-02, ... for which years are not the only reading."""
    if not re.fullmatch(r"%[bym]\W?%[bym]", reading.form) or "y" not in reading.form:
        return reading
    if not _is_regular(reading.dates) or len(set(reading.dates.month)) < 2:
        raise Undecided(
            f"{days[0]!r} may be a month of a year ({reading.form}) or a day without a year "
            f"({reading.form.replace('y', 'd')}); decide with --date-format {reading.form!r}, or "
            "count rows with --date none"
        )
    return reading


def _runs_one_way(dates: pd.DatetimeIndex) -> bool:
    valid = dates[dates.notna()]
    return bool(
        valid.is_unique and (valid.is_monotonic_increasing or valid.is_monotonic_decreasing)
    )


def _is_regular(dates: pd.DatetimeIndex) -> bool:
    if dates.hasnans or len(dates) < 3 or not _runs_one_way(dates):
        return False
    dates = dates.sort_values()
    return find_frequency(dates) is not None or working_days(dates) is not None


# ---------------------------------------------------------------------- times


def _with_times(reading: Reading, parts: _Cells, timezone: str | None) -> Reading | None:
    """Add times of the day, and the zone that they are in."""
    import pandas as pd

    dates = reading.dates + pd.to_timedelta(np.array(parts.seconds), unit="s")
    if not any(parts.zones):
        return Reading(reading.form, _localize(dates, timezone), reading.notes)
    offsets = np.array([_offset(zone) for zone in parts.zones])
    in_utc = (dates - pd.to_timedelta(offsets, unit="min")).tz_localize("UTC")
    if timezone is not None:
        return Reading(reading.form, in_utc.tz_convert(timezone), reading.notes)
    names = sorted(set(parts.zones))
    if len(set(offsets)) == 1:
        zone = fixed_zone(timedelta(minutes=int(offsets[0]))) if offsets[0] else "UTC"
        return Reading(reading.form, in_utc.tz_convert(zone), reading.notes)
    if _is_regular(dates) and not _is_regular(in_utc):
        note = f"local dates; their offsets {', '.join(names)} left aside"
        return Reading(reading.form, dates, (*reading.notes, note))
    note = "offsets differ: turned to UTC; --timezone gives local times"
    return Reading(reading.form, in_utc, (*reading.notes, note))


def _offset(zone: str) -> int:
    """Return minutes from UTC."""
    if not zone or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (-1 if zone[0] == "-" else 1) * (60 * int(digits[:2]) + int(digits[2:]))


def _localize(dates: pd.DatetimeIndex, timezone: str | None) -> pd.DatetimeIndex:
    """Put local times into the zone that the user names."""
    if timezone is None:
        return dates
    try:
        return dates.tz_localize(timezone, ambiguous="infer", nonexistent="shift_forward")
    except (KeyError, TypeError, LookupError):
        raise Undecided(f"--timezone {timezone!r} is not a time zone, e.g. Europe/Berlin") from None
    except ValueError as error:
        if "epeated" not in str(error) and "mbiguous" not in str(error):
            raise Undecided(f"--timezone {timezone!r}: {error}") from None
        first = np.ones(len(dates), dtype=bool)
        return dates.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")
