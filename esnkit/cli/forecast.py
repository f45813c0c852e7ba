"""``esnkit forecast``: a series in; a forecast, what it is worth and a figure out."""

from __future__ import annotations

import argparse
import math
import os
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from esnkit.cli.csv_series import ReadOptions, add_read_options, read_csv_series
from esnkit.cli.terminal import UserError, one_line, say
from esnkit.core.exceptions import DivergenceWarning
from esnkit.core.files import Content, fault, write_files
from esnkit.core.typing import FloatArray
from esnkit.datasets import list_datasets, load
from esnkit.forecasting.auto.autoesn import AutoESN
from esnkit.forecasting.dates import future_index
from esnkit.metrics import mase
from esnkit.persistence import load as load_model
from esnkit.persistence import save
from esnkit.plotting import ForecastDisplay
from esnkit.plotting.style import GREY, legend_above
from esnkit.search.rolling_origins import RollingOrigins

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_DEFAULT = 100  # steps
_LONGEST_TABLE = 12  # rows that are printed whole
_HEAD, _TAIL = 6, 4
_FINEST = 1e-9  # uncertainty, as part of the largest value, below which digits are not shown
_MOST_DIGITS = 9  # after the point; smaller numbers are written with an exponent
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for the start of one
_SHORTEST_HISTORY = 50  # steps that a figure shows
_LONGEST_TITLE = 30  # characters of a name
_SHORTEST, _LONGEST = 50, 5000  # values that are needed, and the last ones that are looked at
_LARGEST = 1e100  # squares must not overflow, nor those of its inverse vanish
_ASIAN_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei", "Hiragino Sans",
                "Yu Gothic", "Microsoft YaHei", "Malgun Gothic")  # fmt: skip
_LEVEL = 0.9  # of the interval
_N_ORIGINS = 10  # of the backtest

_EXAMPLES = """\
examples:
  esnkit forecast sunspots --horizon 22
  esnkit forecast sales.csv --target revenue --date month --horizon 12
  esnkit forecast sales.csv --output results/sales --force
  esnkit forecast sales.csv --save sales.esnkit
  esnkit forecast new.csv --model sales.esnkit --save sales.esnkit
"""

_FORECAST_HELP = """\
Fit echo state networks to a series and forecast what follows it. Their settings are found by
a search, which Ctrl-C ends early.

SERIES is a shipped series (see 'esnkit datasets') or a CSV file with a header: one column of
numbers, and a column of dates if there is one. Gaps and irregular dates are refused. What was
never negative is not forecast below zero. What is written: PREFIX.csv with the forecast and a
90 % interval from the errors of past forecasts, and PREFIX.png with the figure. What is printed
tells how good such forecasts have been, beside those that repeat the last season or value.
"""


class ForecastError(UserError):
    """A series that cannot be forecast, or files that cannot be written."""


def add_forecast(commands: Any) -> None:
    """Add the subcommand to a parser.

    Parameters
    ----------
    commands : object
        What `argparse.ArgumentParser.add_subparsers` returns.
    """
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
    parser.add_argument(
        "--output",
        metavar="PREFIX",
        help="what the names of the files begin with (default: esnkit-forecast-NAME)",
    )
    parser.add_argument(
        "--seed", type=_whole_number(0), default=0, help="seed of the random networks (default: 0)"
    )
    parser.add_argument(
        "--save", metavar="MODEL", help="save the fitted forecaster to this file (needs skops)"
    )
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="go on with a forecaster of --save, without a search; SERIES holds the rows that "
        "follow those it has seen",
    )
    parser.add_argument("--no-plot", action="store_true", help="write no figure")
    parser.add_argument("--force", action="store_true", help="overwrite files")
    add_read_options(parser)
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


@dataclass(frozen=True, eq=False)
class _Source:
    """A series, and what to call it in a figure."""

    name: str
    series: pd.Series
    label: str
    reading: str = ""  # how the file was read


@dataclass(frozen=True, eq=False)
class _Forecast:
    """What is forecast, and how far it is to be trusted."""

    forecaster: AutoESN
    values: pd.Series
    lower: pd.Series
    upper: pd.Series
    n_tests: int  # forecasts whose errors were measured
    n_tested: int  # values, the last ones, on which they were
    errors: dict[str, FloatArray]  # MASE of the networks and of their naive rival, by origin


def _run_forecast(options: argparse.Namespace) -> None:
    try:
        csv_path, png_path = _check_outputs(options)
    except OSError as error:  # such as a name that is too long
        raise ForecastError(fault(error)) from None
    source = _read_source(options)
    with _warnings_in_one_line():
        try:
            if options.model:
                source, forecast = _go_on(options, source)
            else:
                horizon = options.horizon
                horizon = horizon or max(1, min(len(source.series) // 10, _LONGEST_DEFAULT))
                forecast = _make_forecast(_check_series(source, horizon), horizon, options.seed)
            if options.save:
                save(forecast.forecaster, options.save)
        except ImportError as error:  # skops is not there
            raise ForecastError(str(error)) from error
        except OSError as error:
            raise ForecastError(fault(error)) from error
        except (ValueError, OverflowError) as error:  # dates end, or the series is too short
            raise ForecastError(f"{source.name}: {error}") from error
        table = _tabulate(forecast)
        contents: dict[Path, Content] = {csv_path: _to_csv(table)}
        if not options.no_plot:
            contents[png_path] = partial(_save_figure, source=source, forecast=forecast)
        try:
            write_files(contents, overwrite=options.force)
        except OSError as error:
            why = f"{error.filename}: cannot be written ({error.strerror})"
            raise ForecastError(why) from None
        except (ValueError, OverflowError) as error:  # dates that no figure can show
            raise ForecastError(f"{source.name}: {error}; --no-plot draws no figure") from error
    say(_summarize(source, forecast))
    say(_shorten(table).to_string(index=False) + "\n")
    written = [*map(str, contents), *([options.save] if options.save else [])]
    say(f"wrote {' and '.join(written)}")


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Show each warning as a line that says no more than its message."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        say(f"esnkit: warning: {one_line(message)}", error=True)

    with warnings.catch_warnings():
        for category in (UserWarning, DivergenceWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = show
        yield


def _check_series(source: _Source, horizon: int) -> pd.Series:
    """Return the part that is looked at, or say why there is no forecast, or a poor one."""
    series = source.series.iloc[-_LONGEST:]
    y, n_steps = series.to_numpy(), len(series)
    problem = None
    if n_steps < _SHORTEST:
        problem = f"{n_steps} values are too few: at least {_SHORTEST} are needed"
    elif np.abs(y).max() > _LARGEST:
        problem = f"values beyond {_LARGEST:g} are too large"
    if problem:
        raise ForecastError(f"{one_line(source.name)}: {problem}")
    if horizon > n_steps // 4:
        _warn(
            f"a horizon of {horizon} steps is beyond a quarter of {n_steps} values: nothing can "
            "tell what such a forecast is worth"
        )
    if y[0] == y[: n_steps // 2].max() == y[: n_steps // 2].min() and np.ptp(y) > 0:
        _warn("the first half does not vary, so that there is little to learn from")
    return series


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=3)


def _make_forecast(series: pd.Series, horizon: int, seed: int) -> _Forecast:
    """Search settings on the whole series and forecast; search on less of it and test."""
    search = AutoESN(horizon=horizon, progress=sys.stderr.isatty(), random_state=seed)
    tests = None
    n_tests = 0
    if horizon <= len(series) // 4 and np.ptp(series.to_numpy()) > 0:
        rolling = RollingOrigins.within(
            len(series) // 4, horizon, _N_ORIGINS, widest=max(1, horizon // 2)
        )
        n_tests = rolling.n_origins
        tests = search.backtest(series, horizon, n_origins=n_tests, stride=rolling.stride)
    forecaster = search.fit(series)
    values = forecaster.forecast(horizon)
    lower = upper = values * np.nan
    if horizon <= len(series) // 2:
        lower, upper = forecaster.predict_interval(horizon, level=_LEVEL)
    return _Forecast(
        forecaster=forecaster,
        values=values,
        lower=lower,
        upper=upper,
        n_tests=n_tests,
        n_tested=0 if tests is None else len(series) - int(tests["origin"].min()),
        errors={} if tests is None else _compare(series.to_numpy(), tests, forecaster.period_ or 1),
    )


def _go_on(options: argparse.Namespace, source: _Source) -> tuple[_Source, _Forecast]:
    """Take new rows into a saved forecaster, and forecast what follows them."""
    import pandas as pd

    forecaster = load_model(options.model)
    if not hasattr(forecaster, "summary") or len(forecaster.series_) > 1:
        raise ForecastError(
            f"{options.model} holds a {type(forecaster).__name__}: --model takes what --save wrote"
        )
    known, new = forecaster.series_.members[0], source.series
    if known.index is None:
        raise ForecastError(f"{options.model} was fitted to an array, without dates")
    expected = future_index(known.index, len(new))
    dated = hasattr(known.index, "freq") or hasattr(new.index, "freq")  # else rows are counted
    if dated and list(expected.astype(str)) != list(new.index.astype(str)):
        raise ForecastError(
            f"{source.name} runs from {new.index[0]} to {new.index[-1]}, but the rows that "
            f"{options.model} has seen end with {known.index[-1]}, after which {expected[0]} comes"
        )
    forecaster.update(new.set_axis(expected))
    horizon = int(options.horizon or forecaster.horizon or 1)
    lower, upper = forecaster.predict_interval(horizon, level=_LEVEL)
    values = forecaster.forecast(horizon)
    grown = forecaster.series_.members[0]
    series = pd.Series(grown.values[:, 0], index=grown.index, name=new.name)
    return replace(source, series=series), _Forecast(forecaster, values, lower, upper, 0, 0, {})


def _compare(y: FloatArray, tests: pd.DataFrame, period: int) -> dict[str, FloatArray]:
    """Return the MASE of forecasts, and of repeating the last season, or value if there is none.

    An array of those from each origin, (n_origins,).
    """
    places = (tests["origin"] + (tests["step"] - 1) % period - period).to_numpy()
    train = y[: tests["origin"].min()]
    if np.ptp(train) == 0:
        return {}
    exact = np.allclose(train[period:], train[:-period], rtol=0, atol=1e-9 * np.ptp(train))
    rivals = {
        "AutoESN": tests["forecast"].to_numpy(),
        "last season" if period > 1 else "last value": y[places],
    }
    truth, shape = tests["truth"].to_numpy(), (tests["origin"].nunique(), -1)
    unit = mase(truth, truth + 1, y_train=train, seasonality=1 if exact else period)
    return {
        name: unit * np.abs(run - truth).reshape(shape).mean(axis=1) for name, run in rivals.items()
    }


def _check_outputs(options: argparse.Namespace) -> tuple[Path, Path]:
    """Choose the files to write, and refuse before any work if they cannot be written."""
    stem = "stdin" if options.series == "-" else Path(options.series).name.partition(".")[0]
    name = f"esnkit-forecast-{stem}"
    if options.output == "" or "\0" in (options.output or ""):
        raise ForecastError(f"--output must be what file names begin with, got {options.output!r}")
    prefix = Path(options.output or name)
    if prefix.is_dir():
        prefix /= name
    paths = prefix.with_name(f"{prefix.name}.csv"), prefix.with_name(f"{prefix.name}.png")
    _check_folder(paths[0])
    for path in paths[:1] if options.no_plot else paths:
        if path.is_dir():
            raise ForecastError(f"{str(path)!r} is a folder, choose another --output")
        if os.path.exists(options.series) and path.exists() and path.samefile(options.series):
            raise ForecastError(f"{str(path)!r} is the series itself, choose another --output")
        if path.exists() and not options.force:
            raise ForecastError(f"{str(path)!r} exists already; --force overwrites it")
    if options.model == "":
        raise ForecastError("--model must name a file, got ''")
    if options.save is not None:
        model = Path(options.save)
        if options.save == "" or "\0" in options.save or (model.exists() and not model.is_file()):
            raise ForecastError(f"--save must name a file, got {options.save!r}")
        _check_folder(model)
    return paths


def _check_folder(path: Path) -> None:
    """Refuse a file in a folder that is none, or cannot be written to."""
    folder = path.parent
    if not folder.is_dir():
        raise ForecastError(f"there is no folder {str(folder)!r} to write {path.name!r} to")
    if not os.access(folder, os.W_OK):
        raise ForecastError(f"the folder {str(folder)!r} is not writable")


def _read_source(options: argparse.Namespace) -> _Source:
    shipped = list_datasets().query("kind == 'real'")
    name = options.series
    reading = ReadOptions.from_arguments(options)
    if name in shipped.index:
        if reading.given():
            raise ForecastError(f"{reading.given()[0]} is for files, and {name} is shipped")
        entry = shipped.loc[name]
        unit = "" if entry["unit"] == "1" else f" ({entry['unit']})"
        return _Source(name, load(name), f"{entry['description'].split(',')[0]}{unit}")
    if name != "-" and not os.path.exists(name):
        near = get_close_matches(name, shipped.index)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ForecastError(
            f"{name!r} is no file and no shipped series ({', '.join(shipped.index)}){hint}"
        )
    series, how = read_csv_series(name, reading)
    name = "standard input" if name == "-" else Path(name).name
    return _Source(name, series, str(series.name), how)


def _tabulate(forecast: _Forecast) -> pd.DataFrame:
    """Return the forecast as text, with the digits that its uncertainty leaves meaningful."""
    import pandas as pd

    largest = float(np.abs(forecast.values).max()) or 1.0
    smallest = max(float((forecast.upper - forecast.values).min()), _FINEST * largest)
    if not smallest > 0:  # no interval
        smallest = _FINEST * largest
    n_digits = max(0, 1 - math.floor(math.log10(smallest)))
    n_significant = max(1, n_digits + 1 + math.floor(math.log10(largest)))
    form = f".{n_digits}f" if n_digits <= _MOST_DIGITS else f".{n_significant}g"
    columns = {"forecast": forecast.values, "lower": forecast.lower, "upper": forecast.upper}
    # Adding zero turns the negative zero that rounding may leave into zero.
    rounded = {name: column.to_numpy().round(n_digits) + 0.0 for name, column in columns.items()}
    table = pd.DataFrame(rounded).map(lambda v: "" if math.isnan(v) else f"{v:{form}}")
    index = forecast.values.index
    table.insert(0, one_line(index.name), index.astype(str))
    return table


def _to_csv(table: pd.DataFrame) -> str:
    """Write a table; a text that a spreadsheet would take for a formula gets an apostrophe."""
    names = [f"'{name}" if name[:1] in _FORMULA else name for name in table.columns]
    return table.set_axis(names, axis="columns").to_csv(index=False)


def _shorten(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the middle of a long table."""
    import pandas as pd

    if len(table) <= _LONGEST_TABLE:
        return table
    gap = pd.DataFrame([["..."] * table.shape[1]], columns=table.columns)
    return pd.concat([table.head(_HEAD), gap, table.tail(_TAIL)])


def _doubted(name: str, errors: FloatArray) -> str:
    """Write down the mean of errors, give or take a standard error if there are several."""
    mean = f"{name} {errors.mean():.3g}"
    if len(errors) < 2:
        return mean
    return f"{mean} ± {errors.std(ddof=1) / math.sqrt(len(errors)):.1g}"


def _members(forecast: _Forecast) -> list[str]:
    """Say what each part of the forecast says at its first and last step, and how much it counts.

    Nothing where a single one makes it.
    """
    n_steps = len(forecast.values)
    table = forecast.forecaster.contributions(n_steps)
    if table["part"].nunique() < 2:
        return []
    ends = table[table["step"].isin({1, n_steps})]
    steps = f"step 1 and {n_steps}" if n_steps > 1 else "step 1"
    lines = [f"members at {steps}, and their weights there:"]
    for part, rows in ends.groupby("part", sort=False):
        pairs = zip(rows["forecast"], rows["weight"], strict=True)
        lines.append(f"  {part}: {', '.join(f'{one:.5g} ({w:.0%})' for one, w in pairs)}")
    return lines


def _summarize(source: _Source, forecast: _Forecast) -> str:
    """Say what was read and fitted, and how good such forecasts have been."""
    series = source.series
    first, *_, last = series.index.astype(str)
    used = "" if len(series) <= _LONGEST else f", the last {_LONGEST} used"
    lines = [f"read: {one_line(source.reading)}"] if source.reading else []
    lines += [
        f"series: {one_line(source.name)}, {len(series)} values, {first} to {last}{used}",
        forecast.forecaster.summary(),
    ]
    if forecast.n_tests:
        lines.append(
            f"backtest: {forecast.n_tests} forecast(s) of {len(forecast.values)} steps within the "
            f"last {forecast.n_tested} values, unseen by their search"
        )
    if forecast.errors:
        lines.append(f"MASE: {', '.join(_doubted(*pair) for pair in forecast.errors.items())}")
    else:
        lines.append("MASE: cannot be told")
    lines += _members(forecast)
    return "\n".join(lines) + "\n"


def _save_figure(file: BinaryIO, source: _Source, forecast: _Forecast) -> None:
    """Draw the end of the series and the forecast, in fonts that have its letters."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    horizon = len(forecast.values)
    n_shown = max(5 * horizon, 4 * (forecast.forecaster.period_ or 1), _SHORTEST_HISTORY)
    banded = not np.isnan(forecast.lower).any()
    families, drawable = _fonts()
    with mpl.rc_context({"font.family": families}):
        figure = Figure(figsize=(8, 4), layout="constrained")  # no window system, unlike pyplot
        display = ForecastDisplay.from_predictions(
            source.series.iloc[-n_shown:],
            forecast.values,
            lower=forecast.lower if banded else None,
            upper=forecast.upper if banded else None,
            band_label=f"{100 * _LEVEL:g} % interval",
            series_label=drawable(source.label),
            index_label=drawable(source.series.index.name),
            ax=figure.subplots(),
        )
        filled = source.series[-n_shown:]
        filled = filled[filled.index.isin(source.series.attrs.get("filled", []))]
        if len(filled):
            display.ax_.plot(
                filled.index.to_numpy(), filled, "o", mfc="white", mec=GREY, label="filled in"
            )
            legend_above(display.ax_)
        name = textwrap.shorten(drawable(source.name), _LONGEST_TITLE, placeholder="...")
        display.ax_.set_title(f"{name}, {horizon} steps ahead", loc="left", parse_math=False)
        figure.savefig(file, format="png", dpi=150)


def _fonts() -> tuple[list[str], Callable[[object], str]]:
    """Return fonts that are installed, and what replaces characters that none of them has."""
    from matplotlib import font_manager, rcParams

    installed = set(font_manager.get_font_names())
    families = [*rcParams["font.family"], *(name for name in _ASIAN_FONTS if name in installed)]
    known: set[int] = set()
    for name in families:
        path = font_manager.findfont(font_manager.FontProperties(family=[name]))
        known |= set(font_manager.get_font(path).get_charmap())

    def drawable(text: object) -> str:
        return "".join(char if ord(char) in known else "?" for char in one_line(text))

    return families, drawable
