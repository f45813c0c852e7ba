"""What a user may say about a file, as arguments of the command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from typing import Any, Literal

Missing = Literal["refuse", "interpolate", "carry"]


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about a file; None leaves it to be found out.

    Parameters
    ----------
    target, date : str or None
        Columns of the numbers and of the dates; ``date="none"`` counts rows.
    id_column, series_id : str or None
        A column that names the series of each row, and the one that is taken.
    decimal, thousands : str or None
        The signs within numbers.
    date_format : str or None
        How dates are written, in the codes of strptime.
    delimiter, encoding, timezone, sheet : str or None
        As their names say.
    header : bool or None
        Whether the first line names the columns.
    missing : {"refuse", "interpolate", "carry"}
        What is done where values or dates are missing.
    missing_mark : str or None
        A number that marks missing values, such as -999; ``"none"`` if none does.

    Examples
    --------
    >>> from esnkit.cli.csv_series import ReadOptions
    >>> ReadOptions(decimal=",", date_format="%d/%m/%Y").given()
    ['--decimal', '--date-format']
    """

    target: str | None = None
    date: str | None = None
    id_column: str | None = None
    series_id: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    timezone: str | None = None
    sheet: str | None = None
    header: bool | None = None
    missing: Missing = "refuse"
    missing_mark: str | None = None

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> ReadOptions:
        """Take what belongs here from all arguments.

        Parameters
        ----------
        arguments : argparse.Namespace
            What a parser with these options gives.

        Returns
        -------
        ReadOptions
        """
        return cls(**{field.name: getattr(arguments, field.name) for field in fields(cls)})

    def given(self) -> list[str]:
        """Return the options that were given, as the command line spells them.

        Returns
        -------
        list of str
        """
        names = {"date_format": "date-format", "id_column": "id-column", "series_id": "id",
                 "missing_mark": "missing-mark"}  # fmt: skip
        found = [field.name for field in fields(self) if getattr(self, field.name) != field.default]
        return [f"--{names.get(name, name)}" for name in found]


def add_read_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file is read.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser of a command.

    Examples
    --------
    >>> import argparse
    >>> from esnkit.cli.csv_series import ReadOptions, add_read_options
    >>> parser = argparse.ArgumentParser()
    >>> add_read_options(parser)
    >>> ReadOptions.from_arguments(parser.parse_args(["--no-header"])).header
    False
    """
    group: Any = parser.add_argument_group("how a file is read (found out unless given)")
    add = group.add_argument
    add("--target", metavar="COLUMN", help="the column of numbers to forecast")
    add("--date", metavar="COLUMN", help="the column of dates, or 'none' to count rows")
    add("--id-column", metavar="COLUMN", help="the column that names the series of each row")
    add("--id", dest="series_id", metavar="NAME", help="the series to take, of those it names")
    add("--decimal", choices=(".", ","), help="the decimal sign")
    add("--thousands", metavar="SIGN", choices=(".", ",", " ", "'"), help="the thousands sign")
    add("--date-format", metavar="FORM", help="how dates are written, e.g. %%d/%%m/%%Y")
    add("--delimiter", metavar="SIGN", help="what separates cells: a character, tab or blank")
    add("--encoding", metavar="NAME", help="the encoding of the text, e.g. cp1252")
    add("--header", action=argparse.BooleanOptionalAction, help="whether line 1 names columns")
    add("--timezone", metavar="ZONE", help="the zone of local times, e.g. Europe/Berlin")
    add("--sheet", metavar="NAME", help="the sheet of a workbook")
    add(
        "--missing",
        choices=("refuse", "interpolate", "carry"),
        default="refuse",
        help="what is done where values or dates are missing (refuse)",
    )
    add("--missing-mark", metavar="X", help="a number that marks missing values, or 'none'")
