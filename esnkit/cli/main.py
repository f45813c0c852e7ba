"""The command line: forecast a series from a file, and list what is shipped to try it on."""

from __future__ import annotations

import argparse
import io
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from threadpoolctl import threadpool_info

import esnkit
from esnkit.cli.compare import add_compare
from esnkit.cli.csv_series import TableError
from esnkit.cli.forecast import ForecastError, add_forecast
from esnkit.comparison import ResultsError, TaskError
from esnkit.datasets import list_datasets

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
        self.exit(_USER_ERROR, f"esnkit: error: {message}\n")


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
    except (ForecastError, TableError, TaskError, ResultsError) as error:
        print(f"esnkit: error: {error}", file=sys.stderr)
        return _USER_ERROR
    except KeyboardInterrupt:
        print("esnkit: interrupted", file=sys.stderr)
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
    datasets = commands.add_parser("datasets", help="list the shipped series")
    datasets.set_defaults(run=_print_datasets)
    info = commands.add_parser("info", help="show versions, processor and threads")
    info.set_defaults(run=_print_info)
    return parser


# ---------------------------------------------------------------------- the other commands


def _print_datasets(options: argparse.Namespace) -> None:
    table = list_datasets().query("kind == 'real'").drop(columns="kind")
    print(table.reset_index().to_string(index=False))


def _print_info(options: argparse.Namespace) -> None:
    packages = ("numpy", "scipy", "scikit-learn", "numba", "pandas", "matplotlib")
    rows = {"esnkit": esnkit.__version__, "python": platform.python_version()}
    rows |= {name: version(name) for name in packages}
    rows["platform"] = platform.platform()
    rows["processors"] = str(os.cpu_count())
    for library in threadpool_info():
        rows[f"{library['internal_api']} threads"] = str(library["num_threads"])
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")
