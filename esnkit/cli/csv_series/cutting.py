"""Text cut into records of cells, by the delimiter that it shows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from esnkit.cli.csv_series.date_text import is_datelike
from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.numbers import is_number
from esnkit.cli.csv_series.table import TableError

_DELIMITERS = {
    "\t": "tab",
    ";": "semicolon",
    "|": "pipe",
    ",": "comma",
    "^": "caret",
    "~": "tilde",
    "\x01": "control sign",
    "\x1f": "control sign",
    "  ": "blanks",
    " ": "blank",
}
_NAMED = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "blank": " ",
          "space": " ", "blanks": "  "}  # fmt: skip
_SAMPLE = 60  # records whose cells tell whether a delimiter makes sense
_HEADER = 0.25  # what a line of names of the same width adds to a score
_CLEAR = 1.0  # score beyond which blanks are not looked at

# Lines of tables drawn with signs; as long as to be no mark of what is missing.
_BORDER = re.compile(
    r"^[ \t]*[|+┌└├╞╔╚╠]?[-=─═┬┴┼╪╦╩╬+|: ]*[-=─═]{5}[-=─═┬┴┼╪╦╩╬+|:┐┘┤╡╗╝╣ \t]*$", re.M
)
_QUOTES = {"“": "”", "„": "“", "«": "»", "»": "«"}

Records = list[tuple[int, list[str]]]


def delimiter_name(delimiter: str) -> str:
    """Return what a delimiter is called in messages."""
    return _DELIMITERS.get(delimiter, delimiter)


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
    """Choose what cuts the most cells into rows of one width; nothing if no character does."""
    lines = text.split("\n")
    sample = "\n".join(lines[:400] + lines[-50:] if len(lines) > 450 else lines)
    best, best_score, broken = "", 0.0, ""
    for delimiter in _DELIMITERS:
        if delimiter in in_numbers or delimiter not in sample:
            continue
        if not delimiter.strip(" ") and best.strip(" ") and best_score > _CLEAR:
            break  # blanks stand within dates and names too
        try:
            records = [cells for _, cells in _cut("", sample, delimiter, 0) if any(cells)]
        except TableError:
            if delimiter != " " and delimiter in lines[0]:
                broken = broken or delimiter
            continue
        score = _score(records)
        if score > best_score + 0.01:
            best, best_score = delimiter, score
    return best or broken  # what is broken is refused where it is cut


def _score(records: list[list[str]]) -> float:
    """Say how much of a text lies in rows of one width, and how much of that makes sense."""
    if not records:
        return 0.0
    n_cells: Counter[int] = Counter()
    for cells in records:
        n_cells[len(cells)] += len(cells)
    width, count = n_cells.most_common(1)[0]
    share = count / n_cells.total()
    if width < 2 or share <= 0.5:
        return 0.0
    sample = [cells for cells in records if len(cells) == width][-_SAMPLE:]
    names = any(len(cells) == width and not any(map(is_number, cells)) for cells in records[:30])
    known = [_makes_sense(cell) for cells in sample for cell in cells[:20]]
    return share * (0.5 + sum(known) / len(known)) + (_HEADER if names else 0.0)


def _makes_sense(cell: str) -> bool:
    """Tell whether a cell is a number, a date or a gap, and not several cells in one."""
    return not re.search("[;|\t]", cell) and (is_gap(cell) or is_number(cell) or is_datelike(cell))


def _cut(path: str, text: str, delimiter: str, offset: int) -> Records:
    if delimiter in (" ", "  "):
        text = "\n".join(line.strip().lstrip("# ") for line in text.split("\n"))
        text = re.sub(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)", r"\1T\2", text)
        if delimiter == "  ":
            text = re.sub(r" *\t *| {2,}", "\t", text)
    character = {"  ": "\t", "": "\x1f"}.get(delimiter, delimiter)
    reader = csv.reader(
        io.StringIO(_BORDER.sub("", text)),
        delimiter=character,
        skipinitialspace=character != "\t",
        escapechar="\\" if f"\\{character}" in text else None,
        strict=True,
    )
    records = []
    line = 1
    try:
        for cells in reader:
            records.append((line + offset, [_strip(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"{path}, line {line + offset}: this is not CSV ({error}); --delimiter names another "
            "delimiter."
        ) from None
    return records


def _strip(cell: str) -> str:
    """Take off blanks, and the formula by which programs keep text from a spreadsheet."""
    cell = cell.strip(" \u00a0\u2007\t")
    if cell and cell[-1] == _QUOTES.get(cell[0]):
        return cell[1:-1]
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell
