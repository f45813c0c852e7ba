"""The cells of a file as text, and how messages speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_QUOTE = 40  # characters of a cell that a message repeats
_MOST_NAMES = 20  # columns that a message lists


class TableError(ValueError):
    """A file that does not hold one regular series of numbers.

    The message names the file and, where they apply, the line, the column and the option that
    decides.

    Examples
    --------
    >>> from esnkit.cli.csv_series import TableError, read_csv_series
    >>> try:
    ...     read_csv_series("no_such_file.csv")
    ... except TableError as error:
    ...     print(error)
    no_such_file.csv: there is no such file.
    """


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


def how_to_cut(delimiter: str) -> str:
    """Return what a message adds where cells may have been separated wrongly."""
    return "" if delimiter == "typed" else "; --delimiter names what separates cells"


def listing(names: Sequence[str], separator: str = ", ") -> str:
    """List names, the first of them if there are many."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return separator.join(quote(name) for name in names[:_MOST_NAMES]) + more
