"""Records turned to a table: the header and the rows, without titles, units and notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from esnkit.cli.csv_series.cutting import Records
from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.header import TOTAL, check_widths, find_names
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.numbers import Undecided, is_number
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.stamps import is_regular, read_stamps
from esnkit.cli.csv_series.table import Table, TableError, how_to_cut, listing, quote
from esnkit.forecasting.dates import find_frequency

_FOOTER = re.compile(
    r"^\W*(total|sum|summe|mean|average|avg|source|quelle|note|footnote|\*|#|\(|©|copyright"
    r"|last updated|updated|data|legend|end|eof|http|min|max|count|prepared|released|median|std"
    r"|st\.? ?dev|standard dev|variance|mittelwert|durchschnitt|insgesamt|promedio|media|moyenne"
    r"|ensemble|summa|snitt|gemiddelde|totaal|středn|średnia|razem|итого|среднее|合計|平均|합계|합|평균)",
    re.IGNORECASE,
)


_PAGE = re.compile(r"\W*(page|seite|p[áa]gina|pagina|sida|side|strona)\W*\d+", re.IGNORECASE)
_YEAR = re.compile(r"(1[89]|20)\d\d")
_FEWEST = 3  # rows that show how dates are written
_TITLES = 50  # records among which a header may stand
_MORE = 5  # times as many rows below a header as lines of numbers above it


def make_table(
    path: str, records: Records, delimiter: str, header: bool | None, told: bool = False
) -> Table:
    """Find the header and the rows that belong to it among titles, units and notes."""
    filled = [(line, cells) for line, cells in records if any(cells)]
    if not filled:
        raise TableError(f"{path}: the file is empty.")
    width = Counter(len(cells) for _, cells in filled).most_common(1)[0][0]
    filled = [(line, _trim(cells, width)) for line, cells in filled]
    filled, width = _fill_up(filled, width)
    filled, n_remarks = _cut_remarks(filled, width, delimiter)
    numeric, dated = _kinds([cells for _, cells in filled if len(cells) == width], width)
    is_row = [_is_row(cells, width, numeric, dated) for _, cells in filled]
    start = _find_start(filled, is_row, width, header)
    if start >= len(filled):
        _refuse_no_rows(path, filled, width, delimiter)
    stop = len(filled) - is_row[::-1].index(True) if True in is_row else len(filled)
    above, body, below = filled[:start], filled[start:stop], filled[stop:]
    if above and len(above[-1][1]) == width + 1 > 2 and not any(map(is_number, above[-1][1])):
        width += 1  # the last column is empty
        body = [(line, [*cells, ""] if len(cells) == width - 1 else cells) for line, cells in body]
    if not _is_apart(body, below, width):
        _check_footer(path, below, width)
    if header is None and width == 1 and not above:
        _refuse_year_on_top(path, body)
    notes = [f"{len(below)} line(s) below the rows"] if below else []
    notes += [f"{n_remarks} remark(s) behind rows"] if n_remarks else []
    names, more = find_names(path, above, body, width, "told" if told else delimiter)
    body, dropped = _leave_out(body, names, dated)
    check_widths(path, body, names, delimiter)
    notes = [*more, *dropped, *notes]
    table = Table(path, delimiter, names, [c for _, c in body], [n for n, _ in body], notes)
    _drop_empty_columns(table)
    _check_blank_lines(table, records, bool(dated))
    return table


def _shape(record: tuple[int, list[str]]) -> str:
    """Say how the first cell of a row is written if it may be a date, as in 9-9 and a 9."""
    cell = record[1][0] if len(record[1]) > 1 else ""
    if not re.search(r"\d", cell) or re.search(r"\d[.,]", cell):
        return ""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell))


def take_one_kind(path: str, records: Records, options: ReadOptions) -> tuple[Records, ReadOptions]:
    """Keep the rows of dates that the user names where years stand above quarters and months."""
    if len({*map(_shape, records[:200]), *map(_shape, records[-200:])} - {""}) < 2:
        return records, options
    shapes = [*map(_shape, records)]
    kinds, steps = {}, set()
    for shape, run in groupby(range(len(records)), key=shapes.__getitem__):
        rows = [records[place] for place in run]
        if shape and len(rows) >= _FEWEST:
            try:
                reading = read_stamps([cells[0] for _, cells in rows])
            except Undecided:
                return records, options
            if reading is None or not is_regular(reading.dates):
                return records, options
            kinds[reading.form] = rows
            steps.add(find_frequency(reading.dates.sort_values()))
    if not 1 < len(kinds) == len(steps):
        return records, options
    if options.date_format not in kinds:
        firsts = [rows[0][1][0] for rows in kinds.values()]
        raise TableError(
            f"{path}: rows of several kinds stand below each other, beginning with "
            f"{listing(firsts)}; take those of one kind with --date-format "
            f"{listing(list(kinds), ' or ')}."
        )
    gone = {line for form, rows in kinds.items() if form != options.date_format for line, _ in rows}
    kept = [record for record in records if record[0] not in gone]
    return kept, replace(options, date_format=None)


def _find_start(filled: Records, is_row: list[bool], width: int, header: bool | None) -> int:
    """Find the first row: below the header, which may itself stand below lines of settings."""
    if header is True:
        return next(i for i, (_, cells) in enumerate(filled) if len(cells) >= width - 1) + 1
    if True not in is_row:
        return len(filled)
    start = is_row.index(True)
    stop = min(len(filled), _TITLES) if header is None else 0
    for place in reversed(range(start + 1, stop)):
        cells = filled[place][1]
        is_text = all(cells) and not any(map(_is_known, cells))
        few_above = sum(is_row[place:]) >= _MORE * sum(is_row[:place])
        repeated = any(cells == other for _, other in filled[:place])  # on the next page
        if width <= len(cells) <= width + 1 and is_text and few_above and not repeated:
            return place + 1
    return start


def _is_known(cell: str) -> bool:
    return is_number(cell) or is_datelike(cell) or is_gap(cell)


def _leave_out(body: Records, names: list[str], dated: list[int]) -> tuple[Records, list[str]]:
    """Take out comments, and, where rows have dates, repeated headers and totals in between."""
    header = [name.lower() for name in names]
    kept, counts = [], Counter[str]()
    for line, cells in body:
        first = next(filter(None, cells))
        if first.startswith(("#", "//")) and not any(map(is_number, cells)):
            counts["comment(s)"] += 1
        elif dated and [cell.lower() for cell in cells] == header:
            counts["repeated header(s)"] += 1
        elif dated and TOTAL.search(first) and not is_datelike(first):
            counts["line(s) of totals"] += 1
        elif dated and sum(map(bool, cells)) == 1 and _PAGE.match(first):
            counts["number(s) of pages"] += 1
        else:
            kept.append((line, cells))
    return kept, [f"{count} {what}" for what, count in counts.items()]


def _trim(cells: list[str], width: int) -> list[str]:
    """Cut off empty cells beyond the width that rows have."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells


def _fill_up(filled: Records, width: int) -> tuple[Records, int]:
    """Give rows the cells at their ends that programs leave out where these are empty.

    That is so where a header is as long as the longest row, and some row is.
    """
    longest = max(len(cells) for _, cells in filled)
    full = [place for place, (_, cells) in enumerate(filled) if len(cells) == longest]
    if longest == width or len(full) < 2 or full[0] > _TITLES:
        return filled, width
    header, rows = filled[full[0]][1], [filled[place][1] for place in full[1:]]
    below = {len(cells) for _, cells in filled[full[0] + 1 :]}
    if any(map(_is_known, header)) or not below <= {1, width, longest} or width == 1:
        return filled, width
    short = next(cells for _, cells in reversed(filled) if len(cells) == width)
    pairs = [pair for cells in rows for pair in zip(cells, short, strict=False)]
    if any(map(is_gap, short)) or any(_kind(one) != _kind(other) for one, other in pairs):
        return filled, width  # lines of settings, which are longer than rows
    padded = [
        (line, cells + [""] * (longest - width) if len(cells) == width else cells)
        for line, cells in filled
    ]
    return padded, longest


def _cut_remarks(filled: Records, width: int, delimiter: str) -> tuple[Records, int]:
    """Cut off words behind rows that blanks part into cells, such as Provisional."""
    if delimiter.strip(" ") or not delimiter:
        return filled, 0
    remarked = {
        line
        for line, cells in filled
        if len(cells) == width + 1 and cells[-1].isalpha() and _is_known(cells[0])
    }
    cut = [(line, cells[:-1] if line in remarked else cells) for line, cells in filled]
    return cut, len(remarked)


def _kind(cell: str) -> str:
    return "date" if is_datelike(cell) else "number" if is_number(cell) else "text"


def _kinds(rows: Sequence[list[str]], width: int) -> tuple[list[int], list[int]]:
    """Return the columns that hold numbers, and those that hold dates, for the most part."""
    sample = rows if len(rows) <= 300 else [*rows[:100], *rows[-200:]]
    numeric, dated = [], []
    for place in range(width):
        cells = [row[place] for row in sample if not is_gap(row[place])]
        if 20 * len(cells) < len(sample):  # settings beside the first row
            continue
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


def _refuse_no_rows(path: str, filled: Records, width: int, delimiter: str) -> None:
    line, cells = next(((n, c) for n, c in filled if len(c) == width), filled[0])
    if len(filled) == 1:
        raise TableError(f"{path}: there are no rows below the header (line {line}).")
    line2, row = filled[1]
    raise TableError(
        f"{path}: no column holds numbers; the columns are {listing(cells)}, and the first row "
        f"(line {line2}) holds {listing(row)}{how_to_cut(delimiter)}."
    )


def _refuse_year_on_top(path: str, body: Records) -> None:
    """Refuse a year above values that are no years, which may be the name of the column."""
    (line, (first,)), rest = body[0], [cells[0] for _, cells in body[1:]]
    if _YEAR.fullmatch(first) and not any(len(c) == 4 and c.isdigit() for c in rest):
        raise TableError(
            f"{path}, line {line}: {quote(first)} may be the name of the column, or a value; "
            "decide with --header or --no-header."
        )


def _is_apart(body: Records, below: Records, width: int) -> bool:
    """Tell whether a table of notes stands below an empty line: of another width, without dates."""
    if not (body and below) or below[0][0] <= body[-1][0] + 1:
        return False
    cells = [cell for _, row in below for cell in row]
    header = below[0][1]
    other = all(len(row) != width for _, row in below) and len(header) > 1
    return other and not any(map(is_number, header)) and not any(map(is_datelike, cells))


def _check_footer(path: str, below: Records, width: int) -> None:
    """Let notes go that stand below the rows, but nothing that may be a row."""
    for line, cells in below:
        filled = [cell for cell in cells if cell]
        if TOTAL.search(filled[0]):
            continue
        if len(filled) > 1 and any(map(is_number, filled)) and not _FOOTER.match(filled[0]):
            raise TableError(
                f"{path}, line {line}: {quote(filled[0])} is neither a date as in the rows above "
                f"nor a note; the line holds {listing(cells)}; remove it if it is no row of the "
                "series."
            )
        if re.fullmatch(r"\d{2,}[-/.\d]*", cells[0]):
            raise TableError(
                f"{path}, line {line}: the row is cut off after {quote(cells[0])}; remove it, or "
                "get the whole file."
            )
        if len(filled) == 1 and width == 1 and len(filled[0]) < 20 and not _FOOTER.match(filled[0]):
            raise TableError(f"{path}, line {line}: {quote(filled[0])} is not a number.")


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
