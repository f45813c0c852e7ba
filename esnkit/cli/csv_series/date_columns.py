"""Which columns hold the dates, and what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from esnkit.cli.csv_series.columns import check_column, counts, mostly_numbers
from esnkit.cli.csv_series.date_numbers import (
    Reading,
    decimal_years,
    is_sheet_day,
    named_count,
)
from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.months import month_of
from esnkit.cli.csv_series.numbers import Undecided, take_apart
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.parts import join_parts, loose_parts
from esnkit.cli.csv_series.stamps import is_regular, read_stamps
from esnkit.cli.csv_series.table import Table, TableError, listing, quote

# What columns of dates, and of parts of dates, are called.
_DATE_NAME = re.compile(
    r"^(.*[ _])?(date|datetime|day|ds|month|time|timestamp|year|period|quarter|week|epoch|unix|ts"
    r"|when|_time|t|date_|b?m?jd|datenum|datum|jahr|tag|zeit|zeitstempel|fecha|año|ano|mes|anno"
    r"|data|ann[ée]e|mois|jour|år|rok|jaar|yr|period[eo]|\w*monat|stamp|observation_date|ref_date"
    r"|time_period)(\(s\)|s)?([ _(].*)?$",
    re.IGNORECASE,
)
_NAMED_DATE = re.compile(r"(date|datum|fecha|month|\w*monat|year|jahr|period[eo]?)$", re.IGNORECASE)
_START_NAME = re.compile(r"^(start|begin|from\b|von\b)|[ _](start|begin|from|von)$", re.IGNORECASE)
_WRITTEN_NAME = re.compile(
    r"(^|[ _])(creat|updat|modif|insert|load|ingest|export|retriev|publish|releas)\w*([ _]|$)"
    r"|^creation",
    re.IGNORECASE,
)
_YEAR_NAME = re.compile(r"^(year|jahr|año|ano|anno|ann[ée]e|yyyy)$", re.IGNORECASE)
_SAMPLE = 200  # rows that decide what a column holds


@dataclass(frozen=True, eq=False)
class Stamps:
    """The columns of dates and what they say."""

    columns: tuple[str, ...]
    reading: Reading


def find_dates(table: Table, options: ReadOptions) -> Stamps | None:
    """Return the column of dates, or several that make them, if there are any."""
    if options.date is not None:
        if options.date.lower() == "none" and options.date not in table.header:
            return None
        name = check_column(table, options.date, "--date")
        return _read_dates(table, (name,), table.column(name), options)
    names = [n for n in table.header if n not in (options.target, options.id_column)]
    _leave_out_means(table, names)
    parts = join_parts(table, names)
    if parts is not None:
        return _read_dates(table, *parts, options)
    # An interval is named by its start, and no row by the time at which it was written.
    names.sort(key=lambda n: (bool(_WRITTEN_NAME.search(n)), not _START_NAME.search(n)))
    for name in names:
        cells = table.column(name)
        if len(cells) > 1 and len(set(cells)) == 1:
            continue
        if options.date_format is not None and _DATE_NAME.match(name.strip("<>")):
            return _read_dates(table, (name,), cells, options)
        if _mostly_dates(cells):
            stamps = _read_dates(table, (name,), cells, options)
            _refuse_other_dates(table, names, stamps, options)
            return stamps
    for name in names:
        if named_count(name) and mostly_numbers(table.column(name)):
            return _read_dates(table, (name,), table.column(name), options)
    numeric = {name for name in names if mostly_numbers(table.column(name))}
    for name in names:
        alone = numeric <= {name} and table.delimiter != ""
        if numbers_are_dates(name, table.column(name), name == names[0], alone):
            return _read_dates(table, (name,), table.column(name), options)
    _refuse_unknown_dates(table, names)
    return None


def _leave_out_means(table: Table, names: Sequence[str]) -> None:
    """Leave out the means of years, which an office of statistics writes as month 13."""
    for name in names:
        cells = table.column(name)
        kept = [row for row, cell in enumerate(cells) if cell != "M13"]
        if len(kept) < len(cells) and all(re.fullmatch(r"M(0[1-9]|1[0-3])", c) for c in cells):
            table.keep(kept)
            table.notes.append(f"{len(cells) - len(kept)} mean(s) of years (M13)")


def numbers_are_dates(name: str, cells: Sequence[str], first: bool, alone: bool) -> bool:
    """Tell whether a column of numbers holds dates: years, 202401, seconds, days of a sheet.

    Such a column stands first or has the name of a date; numbers that are alone are no years.
    """
    cells = [re.sub(r"\.0+$", "", cell) for cell in map(plain_year, cells)]
    odd = [cell for cell in cells if not re.fullmatch(r"\d+(\.\d+)?", cell)]
    if len(odd) <= len(cells) // 20:  # they are refused as dates, and are no reason to count rows
        cells = [cell for cell in cells if cell not in odd]
    if len(cells) < 2 or not all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in cells):
        return False
    values = np.array([float(cell) for cell in cells])
    named = bool(_DATE_NAME.match(name.strip("<>")))
    if not (first or named) or (counts(values) and values.min() < 1000):
        return False
    if _are_years(name, cells, values, named, alone) or _all(cells, _MONTH_FIRST, _WHOLE_DAY):
        return True
    steps = np.diff(values)
    if named and _all(cells, r"\d{6}", r"\d{8}") and not counts(values) and _regular(cells):
        return True
    if not ((steps > 0).all() or (steps < 0).all()):
        return False
    weeks = re.search("week|woche|kw", name, re.IGNORECASE)
    if _all(cells, _ORDINAL) or (_all(cells, _MONTH) and not weeks):
        return True
    astronomic = re.search("m?jd$", name, re.IGNORECASE)
    if named and (_all(cells, _QUARTER) or is_sheet_day(values) or astronomic):
        return True
    if not alone and not _all(cells, r"\d+") and decimal_years(cells, values) is not None:
        return True
    lengths = {len(cell.partition(".")[0]) for cell in cells}
    long = min(lengths) >= 9 and lengths <= {9, 10, 12, 13, 15, 16, 18, 19}
    return long and (named or len(set(steps)) == 1)


_MONTH_FIRST = r"(0?[1-9]|1[0-2])\.(19|20)\d\d"
_WHOLE_DAY = r"(1[5-9]|20|21)\d\d[01]\d[0-3]\d([0-2]\d){0,3}"
_ORDINAL = r"(1[5-9]|20|21)\d\d[0-3]\d\d"
_MONTH = r"(1[5-9]|20|21)\d\d(0[1-9]|1[0-2])"
_QUARTER = r"(19|20)\d\d[1-4]"


def _all(cells: Sequence[str], *forms: str) -> bool:
    return any(all(re.fullmatch(form, cell) for cell in cells) for form in forms)


def _are_years(
    name: str, cells: Sequence[str], values: np.ndarray, named: bool, alone: bool
) -> bool:
    """Tell whether numbers are years: under that name, even if they begin again."""
    if _YEAR_NAME.match(name) and _all(cells, r"(1\d|20|21)\d\d"):
        return True
    steps = np.diff(values)
    one_way = bool((steps > 0).all() or (steps < 0).all())
    if named and values.min() >= 1000 and values.max() < 2500 and one_way:
        return True
    if named and _all(cells, r"(1[5-9]|20)\d\d") and _repeats(values):
        return True
    near = bool(counts(values) and values.min() >= 1500 and values.max() < 2200)
    return near and len(cells) >= 5 and not alone


def _repeats(values: np.ndarray) -> bool:
    """Tell whether years of one step come as often each, as where several series have them."""
    years, counts = np.unique(values, return_counts=True)
    return len(years) > 2 and counts[0] > 1 and len({*np.diff(years)}) == len({*counts}) == 1


def _regular(cells: Sequence[str]) -> bool:
    """Tell whether digits are dates of one step, or may be in two ways."""
    try:
        reading = read_stamps(cells)
    except Undecided:
        return True
    return reading is not None and is_regular(reading.dates)


def plain_year(cell: str) -> str:
    """Return a year without signs of thousands and notes, and a number by a decimal point."""
    found = re.fullmatch(
        r"(?P<y>[12]\d{3}) ?([*†‡]{1,3}|[epr]|\((est|prov|prel|p|e|r|f)\w*\.?\)| \d\))"
        r"|(?P<t>[12]),(?P<h>\d{3})",
        cell,
    )
    if found:
        return found["y"] or found["t"] + found["h"]
    # Four digits and a comma are no thousands: days and years with decimals.
    return re.sub(r"^(\d{4,}),(\d+)$", r"\1.\2", cell)


def _mostly_dates(cells: Sequence[str]) -> bool:
    cells = [cell for cell in cells[:_SAMPLE] if not is_gap(cell)]
    return bool(cells) and 2 * sum(map(is_datelike, cells)) > len(cells)


def _refuse_other_dates(
    table: Table, names: Sequence[str], stamps: Stamps, options: ReadOptions
) -> None:
    """Refuse to choose between columns of dates that do not tell of the same steps.

    Behind regular dates others that are not, such as when a row was changed, are no choice.
    """
    dates = stamps.reading.dates.tz_localize(None)
    if len(dates) < 3:
        return
    regular = is_regular(dates)
    step = np.median(np.abs(np.diff(dates)))
    for name in names[names.index(stamps.columns[0]) + 1 :]:
        cells = table.column(name)
        if len(set(cells)) <= 0.9 * len(cells) or not _mostly_dates(cells):
            continue
        try:
            other = read_stamps(cells, None, options.timezone)
        except Undecided:
            continue
        if other is None or other.dates.hasnans or (regular and not is_regular(other.dates)):
            continue
        later = np.asarray(other.dates.tz_localize(None) - dates)
        zones = {bool(re.search("utc|gmt", n, re.IGNORECASE)) for n in (stamps.columns[0], name)}
        if np.abs(later).max() > step or (len(zones) > 1 and later.any()):
            raise TableError(
                f"{table.path}: columns {quote(stamps.columns[0])} and {quote(name)} hold dates, "
                "name one with --date."
            )


def _refuse_unknown_dates(table: Table, names: Sequence[str]) -> None:
    """Refuse to pass over a column that looks like dates in a form that is not known."""
    loose = loose_parts(table, names)
    if loose:
        raise TableError(
            f"{table.path}: columns {listing(loose)} look like parts of dates, which are not known "
            "in this form; write dates in one column, or count rows with --date none."
        )
    for name in names:
        cells = table.column(name)
        _refuse_pivot(table, name, cells)
        if len(cells) < 2 or mostly_numbers(cells):
            if _DATE_NAME.match(name.strip("<>")) and mostly_numbers(cells) and len(cells) > 2:
                _check_date_numbers(table, name, cells)
            continue
        digits = sum(bool(re.search(r"\d", cell)) for cell in cells)
        distinct = len(set(cells)) > 0.9 * len(cells)
        if (distinct and 2 * digits > len(cells)) or (
            _DATE_NAME.match(name.strip("<>")) and len(set(cells)) > 1
        ):
            raise table.error(
                0,
                name,
                f"{quote(cells[0])} looks like a date in a form that is not known; say how with "
                "--date-format (e.g. %d.%m.%Y), or count rows with --date none.",
            )


def _refuse_pivot(table: Table, name: str, cells: Sequence[str]) -> None:
    """Refuse rows of months below rows of their years, which hold sums."""
    months = sum(month_of(cell) is not None for cell in cells)
    years = [row for row, cell in enumerate(cells) if re.fullmatch(r"[12]\d{3}", cell)]
    if years and 2 * months > len(cells):
        raise table.error(
            years[0],
            name,
            f"{quote(cells[years[0]])} stands above its months, as in a pivot table; remove the "
            "rows of years, and write each month with its year.",
        )


def _check_date_numbers(table: Table, name: str, cells: Sequence[str]) -> None:
    """Refuse numbers under the name of a date that neither are dates nor count."""
    numbers = [take_apart(cell) for cell in cells]
    bodies = [n.body + n.exponent.lower() if n else "" for n in numbers]
    values = [float(body) if re.fullmatch(r"\d+\.?\d*(e\+?\d+)?", body) else 0.0 for body in bodies]
    steps = np.diff(values)
    counts = len(set(np.round(steps, 9))) == 1 and min(values) < 1000
    counts = counts and not any(re.match(r"0\d{1,2}$", cell) for cell in cells)
    others = [n for n in table.header if n != name and mostly_numbers(table.column(n))]
    one_way = bool((steps > 0).all() or (steps < 0).all())
    digits = _all([cell.strip() for cell in cells], r"\d{4}", r"\d{6}", r"\d{8}", r"'\d\d",
                  r"0?\d\d\.(\d\d|\d{4})")  # fmt: skip
    if others and not counts and (one_way or (digits and _NAMED_DATE.match(name))):
        raise table.error(
            0,
            name,
            f"{quote(cells[0])} may be a date in a form that is not known; say how with "
            "--date-format, or count rows with --date none.",
        )


def _read_dates(
    table: Table, names: tuple[str, ...], cells: Sequence[str], options: ReadOptions
) -> Stamps:
    name = names[0]
    form = options.date_format
    if form is None and re.fullmatch("b?mjd", name, re.IGNORECASE):
        form = "days since 1858-11-17"
    form = form or named_count(name)
    try:
        reading = read_stamps([plain_year(cell) for cell in cells], form, options.timezone)
    except Undecided as error:
        raise table.error(0, name, f"{error}.") from None
    weeks = re.search("week|woche|kw", name, re.IGNORECASE) and options.date_format is None
    if reading is None or (weeks and re.fullmatch(r"%Y\W?%m|%m\W?%Y", reading.form)):
        raise table.error(
            0,
            name,
            f"{quote(cells[0])} is not a date in a form that is known; say how with --date-format "
            "(e.g. %d.%m.%Y), or count rows with --date none.",
        )
    if reading.dates.hasnans:
        row = int(reading.dates.isna().argmax())
        found = f"{quote(cells[row])} is not a date" if cells[row].strip() else "the cell is empty"
        raise table.error(
            row,
            name,
            f"{found} such as those of other rows ({reading.form}); --date-format says how dates "
            "are written.",
        )
    return Stamps(names, reading)
