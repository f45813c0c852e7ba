"""The names of the columns, found among titles and units above the rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from esnkit.cli.csv_series.cutting import Records, delimiter_name
from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.numbers import is_number
from esnkit.cli.csv_series.table import TableError, listing, quote

_UNIT = re.compile(
    r"^([\[(].*[\])]|%|°\w?|-|[a-z]{0,3}/[a-z]\d?|k|kg|g|t|mm?|cm|km|m/s|mps|hpa|pa|kwh?|mwh?|gwh?|w|usd|eur"
    r"|gbp|\$|€|£|units?|index|number|count|percent|millions?|billions?|thousands?|1|yyyy\S*|dd\S*|date"
    r"|hh\S*|yr|mo|dy|hr|mn|deg\w?|string|numeric|float|double|integer|int|datetime|text)?$",
    re.IGNORECASE,
)

TOTAL = re.compile(
    r"\b(sub)?(total|totals|sum|summe|summary|gesamt|mean|average|mittel)\b", re.IGNORECASE
)
_DATES = re.compile(r"<?(time_?stamp|date_?time|date|time|datum|fecha|data)>?", re.IGNORECASE)


def find_names(
    path: str, above: Records, body: Records, width: int, delimiter: str
) -> tuple[list[str], list[str]]:
    """Return the names of the columns and what else stood above the rows."""
    filled = [place for place in range(width) if any(cells[place:] for _, cells in body)]
    filled = [p for p in filled if any(len(cells) > p and cells[p] for _, cells in body)]
    full = _full_lines(above, width, len(filled))
    if full:
        unique = [
            p for p in full if len({c for c in above[p][1] if c}) == sum(map(bool, above[p][1]))
        ]
        n_names = [sum(map(bool, above[p][1])) for p in unique]
        dated = [
            p
            for p, n in zip(unique, n_names, strict=True)
            if n == max(n_names) and any(map(_DATES.fullmatch, above[p][1]))
            and not any(map(is_datelike, above[p][1]))
        ]  # fmt: skip
        chosen = (dated[:1] or unique or full)[-1]
        line, names = above[chosen]
        if len(unique) == 0 and len(full) > 1:
            names = [" ".join(dict.fromkeys(filter(None, parts))) for parts in
                     zip(*(above[p][1] for p in full), strict=True)]  # fmt: skip
        _refuse_lost_rows(path, above[chosen + 1 :], body, line, names[0])
        n_left = len(above) - 1
    else:
        short = [cells for _, cells in above if len(cells) == width - 1 and all(cells)]
        names = [""] * width
        n_left = len(above)
        if short and width > 1:
            names = ["", *short[-1]]
            _check_row_names(path, names, body, delimiter)
            n_left -= 1
        elif not above and width == 2:
            _refuse_two_readings(path, body, delimiter)
    names = [name.lstrip("#").strip() if place == 0 else name for place, name in enumerate(names)]
    names = [_plain(name) or f"column {number}" for number, name in enumerate(names, 1)]
    return _number_names(names), [f"{n_left} line(s) above the rows"] if n_left else []


def _full_lines(above: Records, width: int, n_filled: int) -> list[int]:
    """Return the lines above the rows that may be headers: as wide as rows, and no units."""
    full = [
        place
        for place, (_, cells) in enumerate(above)
        if len(cells) == width and sum(map(bool, cells)) >= max(1, n_filled - 1)
    ]
    full = [p for p in full if not any(map(is_number, above[p][1]))] or full[-1:]
    return [p for p in full if p == full[0] or not _looks_like_units(above[p][1])]


def _number_names(names: list[str]) -> list[str]:
    """Tell columns of one name apart as pandas does: x, x.1, x.2."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        numbered.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return numbered


def _plain(name: str) -> str:
    """Take off the apostrophe that keeps a name from being a formula."""
    return name[1:] if re.match(r"'[=+\-@\t\r]", name) else name


def _looks_like_units(cells: Sequence[str]) -> bool:
    return all(_UNIT.match(cell) for cell in cells)


def _refuse_lost_rows(
    path: str, records: Records, body: Records, header_line: int, first_name: str
) -> None:
    """Refuse to take for units a line below the header with numbers where other rows have them.

    A number of the line in front, and a total under the name of the dates, are none.
    """
    starts = [cells[0] for _, cells in body[:5]]
    numbered = all(map(str.isdecimal, starts)) and all(
        int(second) == int(first) + 1 for first, second in pairwise(starts)
    )
    for line, cells in records:
        places = [
            p for p, cell in enumerate(cells) if is_number(cell) and not (numbered and p == 0)
        ]
        rows = any(len(r) > p and is_number(r[p]) for _, r in body[:100] for p in places)
        total = any(map(TOTAL.search, cells)) or cells[0] == first_name
        if len(cells) > 1 and rows and not total:
            raise TableError(
                f"{path}, line {line}: {quote(cells[0])} is not a date as in the rows below; the "
                f"line under the header (line {header_line}) holds {listing(cells)}; remove it if "
                "it is no row of the series."
            )


def _check_row_names(path: str, names: list[str], body: Records, delimiter: str) -> None:
    """Refuse a header that is short by one where rows may hold decimal commas."""
    rows = [cells for _, cells in body if len(cells) == len(names)]
    digits = [all(re.fullmatch(r"[-+]?\d+", row[p]) for row in rows) for p in range(len(names))]
    counts = all(re.fullmatch(r"\d+", row[0]) for row in rows) and (
        [int(row[0]) for row in rows] == list(range(int(rows[0][0]), int(rows[0][0]) + len(rows)))
    )
    shifted = is_datelike(rows[0][0]) and _DATES.fullmatch(names[1]) and not is_datelike(rows[0][1])
    pairs = any(map(all, pairwise(digits[1:])))
    split = (digits[-1] and (digits[-2] or shifted) and not (counts and len(names) > 2)) or (
        shifted and pairs
    )
    if delimiter in (",", " ") and split:
        sign = "," if delimiter == "," else " "
        what = "decimal" if delimiter == "," else "thousands"
        option = (
            "--delimiter ';' --decimal ," if delimiter == "," else "--delimiter ';' --thousands ' '"
        )
        raise TableError(
            f"{path}, line {body[0][0]}: {delimiter_name(delimiter)}s may separate columns, or be "
            f"{what} signs, as in {quote(sign.join(body[0][1][-2:]))}; decide with {option}, or "
            f"name the columns in the header, which has one name less than rows have cells."
        )


def _refuse_two_readings(path: str, body: Records, delimiter: str) -> None:
    """Refuse two columns of digits without a header, which may be one of decimal commas."""
    rows = [cells for _, cells in body]
    if delimiter in (",", " ") and all(re.fullmatch(r"[-+]?\d+", c) for row in rows for c in row):
        joined = delimiter.join(rows[0])
        raise TableError(
            f"{path}, line {body[0][0]}: {quote(joined)} may be two cells, or one number; decide "
            f"with --delimiter {delimiter!r} (two cells), or --delimiter ';' --decimal , (one)."
        )


def check_widths(path: str, body: Records, names: list[str], delimiter: str) -> None:
    """Refuse rows that are longer or shorter than the header."""
    for line, cells in body:
        if len(cells) != len(names):
            hint = ""
            if delimiter == "," and len(cells) > len(names):
                hint = " A number with a comma must be quoted, or the --delimiter be another one."
            elif len(cells) < len(names):
                hint = f" The line holds {listing(cells)}; remove it if it is no row of the series."
            raise TableError(
                f"{path}, line {line}: {len(cells)} cell(s), but other rows have {len(names)}: "
                f"{listing(names)}.{hint}"
            )
