"""The command line: forecast a series from a file, and list what is shipped to try it on."""

from __future__ import annotations

import argparse
import io
import math
import os
import platform
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from threadpoolctl import threadpool_info

import esnkit
from esnkit._search import (
    N_RESERVOIRS,
    N_UNITS,
    Forecast,
    Settings,
    UnsuitableSeriesError,
    make_forecast,
)
from esnkit.datasets import list_datasets, load
from esnkit.dates import future_index
from esnkit.plotting import ForecastDisplay
from esnkit.tables import TableError, read_series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["main"]

_USER_ERROR = 2
_INTERRUPTED = 130
_LONGEST_DEFAULT = 100  # steps
_LONGEST_TABLE = 12  # rows that are printed whole
_HEAD, _TAIL = 6, 4
_FINEST = 1e-9  # uncertainty below which digits are not shown
_SHORTEST_HISTORY = 50  # steps that a figure shows
_LONGEST_TITLE = 30  # characters of a name

_EXAMPLES = """\
examples:
  esnkit forecast sunspots --horizon 22
  esnkit forecast sales.csv --target revenue --date month --horizon 12
  esnkit forecast sales.csv --output results/sales --force
"""

_FORECAST_HELP = """\
Fit echo state networks to a series and forecast what follows it.

SERIES is a shipped series (see 'esnkit datasets') or a CSV file with a header: one column of
numbers, and a column of dates if there is one. Gaps and irregular dates are refused. What was
never negative is not forecast below zero. What is written: PREFIX.csv with the forecast and an
80 % band from the errors of past forecasts, and PREFIX.png with the figure.
"""


class _UserError(Exception):
    """Something the user can put right; the message is all there is to say."""


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
    >>> from esnkit.cli import main
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
    except (_UserError, TableError) as error:
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
    _add_forecast(commands)
    datasets = commands.add_parser("datasets", help="list the shipped series")
    datasets.set_defaults(run=_print_datasets)
    info = commands.add_parser("info", help="show versions, processor and threads")
    info.set_defaults(run=_print_info)
    return parser


def _add_forecast(commands: Any) -> None:
    parser = commands.add_parser(
        "forecast",
        help="forecast a series",
        description=_FORECAST_HELP,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("series", metavar="SERIES", help="a CSV file, or the name of a series")
    parser.add_argument(
        "--horizon",
        type=_whole_number(1),
        metavar="H",
        help="steps to forecast (default: a tenth of the series, at most 100)",
    )
    parser.add_argument("--target", metavar="COLUMN", help="the column of numbers to forecast")
    parser.add_argument("--date", metavar="COLUMN", help="the column of dates")
    parser.add_argument(
        "--output",
        metavar="PREFIX",
        help="what the names of the files begin with (default: esnkit-forecast-NAME)",
    )
    parser.add_argument(
        "--seed", type=_whole_number(0), default=0, help="seed of the random networks (default: 0)"
    )
    parser.add_argument("--no-plot", action="store_true", help="write no figure")
    parser.add_argument("--force", action="store_true", help="overwrite files")
    parser.set_defaults(run=_run_forecast)


def _whole_number(lowest: int) -> Callable[[str], int]:
    """Make a reader of whole numbers that are not below the lowest."""

    def read(text: str) -> int:
        if not (text.isdecimal() and int(text) >= lowest):
            raise argparse.ArgumentTypeError(
                f"must be a whole number, {lowest} or above, got {text!r}"
            )
        return int(text)

    return read


# ---------------------------------------------------------------------- esnkit forecast


@dataclass(frozen=True, eq=False)
class _Source:
    """A series, and what to call it in a figure."""

    name: str
    series: pd.Series
    label: str


def _run_forecast(options: argparse.Namespace) -> None:
    csv_path, png_path = _check_outputs(options)
    source = _read_source(options)
    n_values = len(source.series)
    horizon = options.horizon or max(1, min(n_values // 10, _LONGEST_DEFAULT))
    try:
        forecast = make_forecast(source.series.to_numpy(), horizon, options.seed)
    except UnsuitableSeriesError as error:
        raise _UserError(f"{_printable(source.name)}: {error}") from None
    table = _tabulate(future_index(source.series.index, horizon), forecast)
    _print_summary(source, forecast)
    print(_shorten(table).to_string(index=False), end="\n\n")
    try:
        table.to_csv(csv_path, index=False, mode="w" if options.force else "x", encoding="utf-8")
        if not options.no_plot:
            _save_figure(png_path, source, forecast, options.force)
    except OSError as error:
        raise _UserError(f"{error.filename}: cannot be written ({error.strerror})") from None
    print("wrote", csv_path if options.no_plot else f"{csv_path} and {png_path}")


def _check_outputs(options: argparse.Namespace) -> tuple[Path, Path]:
    """Choose the files to write, and refuse before any work if they cannot be written."""
    name = f"esnkit-forecast-{Path(options.series).stem}"
    prefix = Path(options.output or name)
    if prefix.is_dir():
        prefix /= name
    paths = prefix.with_name(f"{prefix.name}.csv"), prefix.with_name(f"{prefix.name}.png")
    folder = prefix.parent
    if not folder.is_dir():
        raise _UserError(f"there is no folder {str(folder)!r} to write {paths[0].name!r} to")
    if not os.access(folder, os.W_OK):
        raise _UserError(f"the folder {str(folder)!r} is not writable")
    for path in paths[:1] if options.no_plot else paths:
        if path.is_dir():
            raise _UserError(f"{str(path)!r} is a folder, choose another --output")
        if os.path.exists(options.series) and path.exists() and path.samefile(options.series):
            raise _UserError(f"{str(path)!r} is the series itself, choose another --output")
        if path.exists() and not options.force:
            raise _UserError(f"{str(path)!r} exists already; --force overwrites it")
    return paths


def _read_source(options: argparse.Namespace) -> _Source:
    shipped = list_datasets().query("kind == 'real'")
    name = options.series
    if name in shipped.index:
        if options.target or options.date:
            raise _UserError(f"--target and --date are for files, and {name} is shipped")
        entry = shipped.loc[name]
        unit = "" if entry["unit"] == "1" else f" ({entry['unit']})"
        return _Source(name, load(name), f"{entry['description'].split(',')[0]}{unit}")
    if not os.path.exists(name):
        near = get_close_matches(name, shipped.index)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise _UserError(
            f"{name!r} is no file and no shipped series ({', '.join(shipped.index)}){hint}"
        )
    series = read_series(name, target=options.target, date=options.date)
    return _Source(Path(name).name, series, str(series.name))


def _tabulate(index: pd.Index, forecast: Forecast) -> pd.DataFrame:
    """Return the forecast as text, with the digits that its uncertainty leaves meaningful."""
    import pandas as pd

    smallest = max((forecast.upper - forecast.values).min(), _FINEST)
    n_digits = max(0, 1 - math.floor(math.log10(smallest)))
    columns = {"forecast": forecast.values, "lower": forecast.lower, "upper": forecast.upper}
    # Adding zero turns the negative zero that rounding may leave into zero.
    rounded = {name: np.round(values, n_digits) + 0.0 for name, values in columns.items()}
    table = pd.DataFrame(rounded).map(lambda value: f"{value:.{n_digits}f}")
    table.insert(0, _printable(index.name), index.astype(str))
    return table


def _shorten(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the middle of a long table."""
    import pandas as pd

    if len(table) <= _LONGEST_TABLE:
        return table
    gap = pd.DataFrame([["..."] * table.shape[1]], columns=table.columns)
    return pd.concat([table.head(_HEAD), gap, table.tail(_TAIL)])


def _print_summary(source: _Source, forecast: Forecast) -> None:
    series = source.series
    first, *_, last = series.index.astype(str)
    used = "" if forecast.n_fitted == len(series) else f", the last {forecast.n_fitted} used"
    drift = "" if forecast.steady else ", but it drifts"
    cycle = f"{forecast.period} steps{drift}" if forecast.period > 1 else "none found"
    errors = ", ".join(f"{name} {error:.3g}" for name, error in forecast.errors.items())
    print(
        f"series    {_printable(source.name)}: {len(series)} values, {first} to {last}{used}\n"
        f"cycle     {cycle}\n"
        f"model     median of {N_RESERVOIRS} echo state networks of {N_UNITS} units; "
        f"{_describe(forecast.settings)}\n"
        f"backtest  {forecast.n_tests} forecast(s) of {len(forecast.values)} steps within the last "
        f"{forecast.n_tested} values, unseen by their models\n"
        f"MASE      {errors}\n"
    )


def _describe(settings: Settings) -> str:
    parts = [
        f"leak rate {settings.leak_rate:g}",
        f"input scaling {settings.input_scaling:g}",
        f"ridge penalty {settings.alpha}",
    ]
    if settings.season:
        parts.insert(0, "phase of the season as input")
    if settings.lag:
        parts.insert(0, f"differences at lag {settings.lag}")
    return ", ".join(parts)


def _printable(text: object) -> str:
    """Replace what would move the cursor, or has no glyph: names come from a file."""
    return "".join(char if char.isprintable() else "?" for char in str(text))


def _save_figure(path: Path, source: _Source, forecast: Forecast, force: bool) -> None:
    from matplotlib.figure import Figure

    horizon = len(forecast.values)
    n_shown = max(5 * horizon, 4 * forecast.period, _SHORTEST_HISTORY)
    figure = Figure(figsize=(8, 4), layout="constrained")  # no window system, unlike pyplot
    display = ForecastDisplay.from_predictions(
        source.series.iloc[-n_shown:],
        forecast.values,
        lower=forecast.lower,
        upper=forecast.upper,
        band_label="80 % band",
        series_label=_printable(source.label),
        index_label=_printable(source.series.index.name),
        ax=figure.subplots(),
    )
    name = textwrap.shorten(_printable(source.name), _LONGEST_TITLE, placeholder="...")
    display.ax_.set_title(f"{name}, {horizon} steps ahead", loc="left", parse_math=False)
    with path.open("wb" if force else "xb") as file:
        figure.savefig(file, format="png", dpi=150)


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
