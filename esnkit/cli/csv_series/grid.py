"""Text cut into a header and rows of cells, without titles, notes and lines of delimiters."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from esnkit.cli.csv_series.files import TableError
from esnkit.cli.csv_series.numbers import is_gap, is_number
from esnkit.cli.csv_series.stamps import is_datelike

_DELIMITERS = {
    "\t": "tab",
    ";": "semicolon",
    "|": "pipe",
    ",": "comma",
    "  ": "blanks",
    " ": "blank",
}
_NAMED = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "blank": " ",
          "space": " ", "blanks": "  "}  # fmt: skip
_FOOTER = re.compile(
    r"^\W*(total|sum|summe|mean|average|avg|source|quelle|note|footnote|\*|#|\(|©|copyright"
    r"|last updated|updated|data|legend|end|eof|http|min|max|count|prepared|released)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"^([\[(].*[\])]|%|°\w?|-|[a-z]{0,3}/[a-z]\d?|k|kg|g|t|mm?|cm|km|m/s|mps|hpa|pa|kwh?|mwh?|gwh?|w|usd|eur"
    r"|gbp|\$|€|£|units?|index|number|count|percent|millions?|billions?|thousands?|1|yyyy\S*|dd\S*|date"
    r"|hh\S*|string|numeric|float|double|integer|int|datetime|text)?$",
    re.IGNORECASE,
)
_LONGEST_QUOTE = 40  # characters of a cell that a message repeats
_MOST_NAMES = 20  # columns that a message lists


@dataclass
class Table:
    """The cells of a file as text, each row as wide as the header."""

    path: str
    delimiter: str  # "typed" where the file knows numbers from text
    header: list[str]
    rows: list[list[str]]
    lines: list[int]  # where in the file each row begins, counted from 1
    notes: list[str]  # what was left out

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def error(self, row: int, name: str, message: str) -> TableError:
        """Make the error for one cell."""
        return TableError(f"{self.path}, line {self.lines[row]}, column {quote(name)}: {message}")

    def keep(self, places: Sequence[int]) -> None:
        """Keep some rows, in this order."""
        self.rows = [self.rows[place] for place in places]
        self.lines = [self.lines[place] for place in places]


def quote(text: str) -> str:
    """Quote text from the file: cut if it is long, and nothing in it reaches a terminal raw."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def listing(names: Sequence[str], separator: str = ", ") -> str:
    """List names, the first of them if there are many."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return separator.join(quote(name) for name in names[:_MOST_NAMES]) + more


def delimiter_name(delimiter: str) -> str:
    """Return what a delimiter is called in messages."""
    return _DELIMITERS.get(delimiter, delimiter)


# ---------------------------------------------------------------------- text to records

Records = list[tuple[int, list[str]]]


def cut_text(
    path: str, text: str, delimiter: str | None, in_numbers: str = ""
) -> tuple[Records, str]:
    """Cut text into records, each with its line, and return the delimiter too."""
    if delimiter is not None:
        delimiter = _NAMED.get(delimiter, delimiter)
        if len(delimiter) != 1 and delimiter != "  ":
            raise TableError(f"--delimiter must be one character or a name, got {delimiter!r}.")
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r'"?sep=(.)"?\s*[;,]*', first.strip(" "), re.IGNORECASE)
    offset = 0
    if declared:
        delimiter, text, offset = delimiter or declared[1], rest, 1
    found = delimiter or _find_delimiter(text, in_numbers)
    records = _cut(path, text, found, offset)
    if delimiter is None and not found and _all_hold(records, ",;\t"):
        inner = "\n".join("".join(cells) for _, cells in records)  # lines that are quoted whole
        found = _find_delimiter(inner, in_numbers)
        records = _cut(path, inner, found, offset)
    return records, found


def _all_hold(records: Records, delimiters: str) -> bool:
    texts = [cells[0] for _, cells in records if cells]
    return len(texts) > 1 and any(all(d in text for text in texts) for d in delimiters)


def _find_delimiter(text: str, in_numbers: str) -> str:
    """Choose what cuts the most lines into rows of one width; nothing if no character does."""
    lines = text.split("\n")
    sample = "\n".join(lines[:400] + lines[-50:] if len(lines) > 450 else lines)
    best, best_share, broken = "", 0.5, ""
    for delimiter in _DELIMITERS:
        if delimiter in in_numbers:
            continue
        try:
            widths = [len(cells) for _, cells in _cut("", sample, delimiter, 0) if any(cells)]
        except TableError:
            broken = broken or (delimiter if delimiter in lines[0] else "")
            continue
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        share = count / len(widths) if widths else 0
        if width > 1 and share > best_share + 0.01:
            best, best_share = delimiter, share
    return best or broken  # what is broken is refused where it is cut


def _cut(path: str, text: str, delimiter: str, offset: int) -> Records:
    if delimiter in (" ", "  "):
        text = "\n".join(line.strip() for line in text.split("\n"))
        text = re.sub(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)", r"\1T\2", text)
        if delimiter == "  ":
            text = re.sub(r" *\t *| {2,}", "\t", text)
    character = {"  ": "\t", "": "\x1f"}.get(delimiter, delimiter)
    reader = csv.reader(
        io.StringIO(text), delimiter=character, skipinitialspace=character != "\t", strict=True
    )
    records = []
    line = 1
    try:
        for cells in reader:
            records.append((line + offset, [cell.strip(" \u00a0\t") for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"{path}, line {line + offset}: this is not CSV ({error}); --delimiter names another "
            "delimiter."
        ) from None
    return records


# ---------------------------------------------------------------------- records to a table


def make_table(
    path: str, records: Records, delimiter: str, header: bool | None, told: bool = False
) -> Table:
    """Find the header and the rows that belong to it among titles, units and notes."""
    filled = [(line, cells) for line, cells in records if any(cells)]
    if not filled:
        raise TableError(f"{path}: the file is empty.")
    width = Counter(len(cells) for _, cells in filled).most_common(1)[0][0]
    filled = [(line, _trim(cells, width)) for line, cells in filled]
    numeric, dated = _kinds([cells for _, cells in filled if len(cells) == width], width)
    is_row = [_is_row(cells, width, numeric, dated) for _, cells in filled]
    if header is True:
        start = next(i for i, (_, cells) in enumerate(filled) if len(cells) >= width - 1) + 1
    else:
        start = is_row.index(True) if True in is_row else len(filled)
    if start >= len(filled):
        _refuse_no_rows(path, filled, width)
    stop = len(filled) - is_row[::-1].index(True) if True in is_row else len(filled)
    above, body, below = filled[:start], filled[start:stop], filled[stop:]
    notes = _check_footer(path, below, width)
    names, more = _find_names(path, above, body, width, "told" if told else delimiter)
    notes = more + notes
    _check_widths(path, body, names, delimiter)
    table = Table(path, delimiter, names, [c for _, c in body], [n for n, _ in body], notes)
    _drop_empty_columns(table)
    _check_blank_lines(table, records, bool(dated))
    return table


def _trim(cells: list[str], width: int) -> list[str]:
    """Cut off empty cells beyond the width that rows have."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells


def _kinds(rows: Sequence[list[str]], width: int) -> tuple[list[int], list[int]]:
    """Return the columns that hold numbers, and those that hold dates, for the most part."""
    sample = rows if len(rows) <= 300 else [*rows[:100], *rows[-200:]]
    numeric, dated = [], []
    for place in range(width):
        cells = [row[place] for row in sample if not is_gap(row[place])]
        if cells and 2 * sum(map(is_number, cells)) >= len(cells):
            numeric.append(place)
        elif cells and 2 * sum(map(is_datelike, cells)) >= len(cells):
            dated.append(place)
    return numeric, dated


def _is_row(cells: list[str], width: int, numeric: list[int], dated: list[int]) -> bool:
    """Tell whether a record is one of numbers and dates, not a title, header, unit or note."""
    if len(cells) != width:
        return False
    if dated:
        return any(is_datelike(cells[place]) for place in dated)
    return any(is_number(cells[place]) for place in numeric)


def _refuse_no_rows(path: str, filled: Records, width: int) -> None:
    line, cells = next(((n, c) for n, c in filled if len(c) == width), filled[0])
    if len(filled) == 1:
        raise TableError(f"{path}: there are no rows below the header (line {line}).")
    line2, row = filled[1]
    raise TableError(
        f"{path}: no column holds numbers; the columns are {listing(cells)}, and the first row "
        f"(line {line2}) holds {listing(row)}."
    )


def _check_footer(path: str, below: Records, width: int) -> list[str]:
    """Let notes go that stand below the rows, but nothing that may be a row."""
    for line, cells in below:
        filled = [cell for cell in cells if cell]
        if len(filled) > 1 and any(map(is_number, filled)) and not _FOOTER.match(filled[0]):
            raise TableError(
                f"{path}, line {line}: {quote(filled[0])} is neither a date as in the rows above "
                f"nor a note; the line holds {listing(cells)}."
            )
        if re.fullmatch(r"\d{2,}[-/.\d]*", filled[0]):
            raise TableError(
                f"{path}, line {line}: the row is cut off after {quote(filled[0])}; remove it, or "
                "get the whole file."
            )
        if len(filled) == 1 and width == 1 and len(filled[0]) < 20 and not _FOOTER.match(filled[0]):
            raise TableError(f"{path}, line {line}: {quote(filled[0])} is not a number.")
    return [f"{len(below)} line(s) below the rows"] if below else []


def _find_names(
    path: str, above: Records, body: Records, width: int, delimiter: str
) -> tuple[list[str], list[str]]:
    """Return the names of the columns and what else stood above the rows."""
    full = [
        place
        for place, (_, cells) in enumerate(above)
        if len(cells) == width and sum(map(bool, cells)) >= max(1, width - 1)
    ]
    full = [p for p in full if not any(map(is_number, above[p][1]))] or full[-1:]
    full = [p for p in full if p == full[0] or not _looks_like_units(above[p][1])]
    if full:
        unique = [
            p for p in full if len({c for c in above[p][1] if c}) == sum(map(bool, above[p][1]))
        ]
        chosen = (unique or full)[-1]
        line, names = above[chosen]
        if len(unique) == 0 and len(full) > 1:
            names = [" ".join(dict.fromkeys(filter(None, parts))) for parts in
                     zip(*(above[p][1] for p in full), strict=True)]  # fmt: skip
        _refuse_lost_rows(path, above[chosen + 1 :], line)
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
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise TableError(f"{path}, line {line}: several columns have the name {quote(twice[0])}.")
    return names, [f"{n_left} line(s) above the rows"] if n_left else []


def _plain(name: str) -> str:
    """Take off the apostrophe that keeps a name from being a formula."""
    return name[1:] if re.match(r"'[=+\-@\t\r]", name) else name


def _looks_like_units(cells: Sequence[str]) -> bool:
    return all(_UNIT.match(cell) for cell in cells)


def _refuse_lost_rows(path: str, records: Records, header_line: int) -> None:
    """Refuse to take for units a line below the header that holds numbers."""
    for line, cells in records:
        if len(cells) > 1 and any(is_number(cell) for cell in cells):
            raise TableError(
                f"{path}, line {line}: {quote(cells[0])} is not a date as in the rows below; the "
                f"line under the header (line {header_line}) holds {listing(cells)}."
            )


def _check_row_names(path: str, names: list[str], body: Records, delimiter: str) -> None:
    """Refuse a header that is short by one where rows may hold decimal commas."""
    rows = [cells for _, cells in body if len(cells) == len(names)]
    digits = [all(re.fullmatch(r"[-+]?\d+", row[p]) for row in rows) for p in range(len(names))]
    counts = all(re.fullmatch(r"\d+", row[0]) for row in rows) and (
        [int(row[0]) for row in rows] == list(range(int(rows[0][0]), int(rows[0][0]) + len(rows)))
    )
    if delimiter in (",", " ") and digits[-1] and digits[-2] and not (counts and len(names) > 2):
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


def _check_widths(path: str, body: Records, names: list[str], delimiter: str) -> None:
    for line, cells in body:
        if len(cells) != len(names):
            hint = ""
            if delimiter == "," and len(cells) > len(names):
                hint = " A number with a comma must be quoted, or the --delimiter be another one."
            raise TableError(
                f"{path}, line {line}: {len(cells)} cell(s), but other rows have {len(names)}: "
                f"{listing(names)}.{hint}"
            )


def _drop_empty_columns(table: Table) -> None:
    """Drop columns without a name and without a cell, which delimiters at line ends make."""
    kept = [
        place
        for place, name in enumerate(table.header)
        if not re.fullmatch(r"column \d+", name) or any(row[place] for row in table.rows)
    ]
    table.header = [table.header[place] for place in kept]
    table.rows = [[row[place] for place in kept] for row in table.rows]


def _check_blank_lines(table: Table, records: Records, dated: bool) -> None:
    """Refuse empty lines between undated rows, which may stand for values that are missing."""
    first, last = table.lines[0], table.lines[-1]
    empty = [line for line, cells in records if not any(cells) and first < line < last]
    if empty and not dated and len(empty) != len(table.rows) - 1:
        raise TableError(
            f"{table.path}, line {empty[0]}: the line is empty; remove it, or put a mark such as "
            "NA there if a value is missing."
        )
