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

from esnkit.cli.csv_series.date_numbers import (
    Reading,
    count_days,
    read_counted,
    read_split_years,
)
from esnkit.cli.csv_series.date_text import (
    READINGS,
    TOKEN,
    ZONE,
    ZONE_NAME,
    clean,
    signature,
    split_time,
)
from esnkit.cli.csv_series.months import ENGLISH
from esnkit.cli.csv_series.numbers import Undecided
from esnkit.forecasting.dates import find_frequency, working_days

if TYPE_CHECKING:
    import pandas as pd

_FIXED: dict[str, dict[str, tuple[int, ...]]] = {
          "8": {"Ymd": (4, 2, 2), "dmY": (2, 2, 4), "mdY": (2, 2, 4)},
          "6": {"Ym": (4, 2), "ymd": (2, 2, 2), "dmy": (2, 2, 2), "mdy": (2, 2, 2),
                "mY": (2, 4)},
          "7": {"Yj": (4, 3)}, "3": {"V": (2, 1)}}  # fmt: skip


@dataclass(frozen=True)
class _Cells:
    """The text of dates without times, and seconds and offsets that go with it."""

    days: list[str]
    seconds: list[float]
    zones: list[str]
    notes: tuple[str, ...]


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

    counted = read_counted(cells, form)
    if counted is not None:
        return Reading(form, _localize(counted.dates, timezone))
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


def _split(cells: Sequence[str], timezone: str | None) -> _Cells:
    days, seconds, zones = [], [], []
    ranges = False
    for cell in cells:
        text, is_range = clean(cell)
        ranges |= is_range
        name = ZONE_NAME.search(text)
        if name and not ZONE.search(text):
            if timezone is None:
                raise Undecided(
                    f"{cell.strip()[:40]!r} names a time zone in short; --timezone names it in "
                    "full, e.g. Europe/Berlin"
                )
            text = text[: name.start()]
        day, second, zone = split_time(text)
        days.append(day)
        seconds.append(second or 0.0)
        zones.append(zone)
    return _Cells(days, seconds, zones, ("the start of each interval",) if ranges else ())


def _candidates(days: Sequence[str]) -> list[Reading]:
    """Return every reading under which all cells, or else most, are dates."""
    if all(re.fullmatch(r"\d+\.0+|", day) for day in days):
        days = [day.partition(".")[0] for day in days]
    filled = [day for day in days if day]
    if not filled:  # times of day without a date
        return []
    if all(re.fullmatch(r"-?\d+(\.\d+)?", day) for day in filled):
        counted = count_days(days)
        if counted is not None:
            return [counted]
    signatures = [signature(day) for day in days]
    usual = max(set(signatures), key=signatures.count)
    tokens = [
        TOKEN.findall(day) if found == usual else None
        for day, found in zip(days, signatures, strict=True)
    ]
    sample = next((day for day, found in zip(days, signatures, strict=True) if found == usual), "")
    split_years = read_split_years(days) if usual in ("4 2", "4 4") else None
    if split_years is not None:
        return [split_years]
    readings = []
    padded = any(token[-1].startswith("0") for token in tokens if token)
    for codes in READINGS.get(usual, ()):
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
    dates = pd.DatetimeIndex(pd.to_datetime(texts, format=form, errors="coerce"))
    # Years outside what nanoseconds can count are those of another calendar, or a mistake; from
    # version 3 on pandas takes them.
    known = (dates.year > pd.Timestamp.min.year) & (dates.year < pd.Timestamp.max.year)
    return pd.DatetimeIndex(dates.where(known))


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
        month = str(ENGLISH.index(part["b"]) + 1)
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

    return TOKEN.sub(replace, sample)


def _choose(readings: Sequence[Reading], days: Sequence[str]) -> Reading:
    """Return the only reading that makes a series, or name two."""
    different: list[Reading] = []
    for reading in readings:
        if not any(reading.dates.equals(other.dates) for other in different):
            different.append(reading)
    for test in (_runs_one_way, is_regular):
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
    place = int((first.dates != second.dates).argmax())  # 01/01 is one day in both readings
    raise Undecided(
        f"{days[place]!r} may be {_say_date(first.dates[place])} or "
        f"{_say_date(second.dates[place])}; decide with --date-format {first.form!r} or "
        f"{second.form!r}"
    )


def _say_date(date: Any) -> str:
    """Spell a date of any year, those that Python's own dates do not know included."""
    import pandas as pd

    return "no date" if pd.isna(date) else f"{date.day:02d} {month_name[date.month]} {date.year}"


def _check_short_months(reading: Reading, days: Sequence[str]) -> Reading:
    """Refuse Jan-01, Jan-02, ... for which years are not the only reading."""
    if not re.fullmatch(r"%[bym]\W?%[bym]", reading.form) or "y" not in reading.form:
        return reading
    if not is_regular(reading.dates) or len(set(reading.dates.month)) < 2:
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


def is_regular(dates: pd.DatetimeIndex) -> bool:
    """Tell whether dates run one way by one step, in some order."""
    if dates.hasnans or len(dates) < 3 or not _runs_one_way(dates):
        return False
    dates = dates.sort_values()
    return find_frequency(dates) is not None or working_days(dates) is not None


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
    if is_regular(dates) and not is_regular(in_utc):
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
