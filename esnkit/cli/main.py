"""The command line: one parser for all commands, and one line for every error."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import esnkit
from esnkit.cli.compare import add_compare
from esnkit.cli.csv_series import TableError
from esnkit.cli.datasets import add_datasets
from esnkit.cli.forecast import add_forecast
from esnkit.cli.info import add_info
from esnkit.cli.terminal import UserError, one_line, say, write
from esnkit.comparison import ResultsError, TaskError

__all__ = ["main"]

_USER_ERROR = 2
_INTERRUPTED = 130

_EXAMPLES = """\
examples:
  esnkit forecast sunspots --horizon 22
  esnkit forecast sales.csv --target revenue --date month --horizon 12
  esnkit forecast sales.csv --output results/sales --force
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        self.exit(_USER_ERROR, f"esnkit: error: {one_line(message)}\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        write(message, file or sys.stderr)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, default=None
        The arguments; None takes those of the process.

    Returns
    -------
    int
        Exit code: 0 if all went well, 2 if the user must change something, 130 if interrupted.

    Examples
    --------
    >>> from esnkit.cli.main import main
    >>> main(["datasets"])
    name      length frequency unit description
    sunspots     309    yearly    1 Sunspot number, 1700 to 2008
    ...
    0
    >>> main(["forecast", "no_such_file.csv"])
    2
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names may hold what the terminal cannot show
    options = _build_parser().parse_args(argv)
    try:
        options.run(options)
    except (UserError, TableError, TaskError, ResultsError) as error:
        say(f"esnkit: error: {one_line(error)}", error=True)
        return _USER_ERROR
    except KeyboardInterrupt:
        say("esnkit: interrupted", error=True)
        return _INTERRUPTED
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="esnkit",
        description="Echo state networks on the command line.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"esnkit {esnkit.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_compare(commands)
    add_forecast(commands)
    add_datasets(commands)
    add_info(commands)
    return parser
