"""The command line in process: what it prints and writes, and how it says no."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

import esnkit
from esnkit import AutoESN
from esnkit.cli import forecast as forecast_command
from esnkit.cli.csv_series import ReadOptions, read_csv_series
from esnkit.cli.main import main
from esnkit.datasets import list_datasets, load_sunspots
from esnkit.forecasting.auto.evaluation import Validation

SHIPPED = ["sunspots", "co2", "el_nino"]


class Run(NamedTuple):
    code: int
    out: str
    err: str


def run(*arguments: object) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # how argparse ends
            code = stop.code
    return Run(code, out.getvalue(), err.getvalue())


def assert_refused(result: Run, message: str) -> None:
    """One line on standard error, nothing else, and the exit code of a user error."""
    assert result.code == 2
    assert result.out == ""
    assert re.fullmatch(r"esnkit: error: .*\n", result.err), result.err
    assert message in result.err


def write_sales(path: Path, n_rows: int = 60) -> Path:
    months = pd.date_range("2019-01-01", periods=n_rows, freq="MS", name="month")
    values = 25 + 8 * np.sin(np.arange(n_rows) * np.pi / 6) + np.arange(n_rows) % 7 / 2
    pd.Series(values.round(2), months, name="sales").to_csv(path)
    return path


@pytest.fixture(autouse=True, scope="module")
def short_search():
    """What the command does with a forecaster does not depend on how long it was searched for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forecast_command, "AutoESN", partial(AutoESN, n_candidates=6, n_members=2))
        yield


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def forecast(tmp_path_factory):
    """A forecast of six months: the run, and the folder that it wrote to."""
    folder = tmp_path_factory.mktemp("forecast")
    sales = write_sales(folder / "sales.csv")
    return run("forecast", sales, "--horizon", 6, "--output", folder / "next"), folder


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


# ---------------------------------------------------------------------- what it does


def test_forecast_says_what_was_fitted_and_how_well(forecast):
    result, folder = forecast
    assert (result.code, result.err) == (0, "")
    assert "series: sales.csv, 60 values, 2019-01-01 to 2023-12-01" in result.out
    assert "season: 12 steps\n" in result.out
    assert "backtest: 10 forecast(s) of 6 steps within the last 15 values, unseen" in result.out
    error = r"[\d.e-]+"
    mean = rf"{error} ± {error}"  # and its standard error
    assert re.search(rf"MASE: AutoESN {mean}, last season {mean}\n", result.out)
    assert "members at step 1 and 6, and their weights there:\n" in result.out
    assert f"wrote {folder / 'next.csv'} and {folder / 'next.png'}" in result.out


def test_csv_is_the_table_that_is_printed(forecast):
    result, folder = forecast
    rows = read_csv(folder / "next.csv")
    assert rows[0] == ["month", "forecast", "lower", "upper"]
    printed = [line.split() for line in result.out.splitlines()]
    start = printed.index(rows[0])
    assert printed[start : start + 7] == rows


def test_dates_and_band_go_on_from_the_series(forecast):
    frame = pd.read_csv(forecast[1] / "next.csv", index_col="month", parse_dates=True)
    assert frame.index.equals(pd.date_range("2024-01-01", periods=6, freq="MS", name="month"))
    assert (frame["lower"] <= frame["forecast"]).all()
    assert (frame["forecast"] <= frame["upper"]).all()
    assert frame["forecast"].between(10, 40).all()


def test_figure_shows_something(forecast):
    image = imread(forecast[1] / "next.png")
    assert image.shape[:2] == (600, 1200)
    colours = np.unique(image.reshape(-1, image.shape[2]), axis=0)
    assert len(colours) > 50
    blue = np.array([0x00, 0x72, 0xB2]) / 255  # of the forecast
    assert (np.abs(image[..., :3] - blue).max(axis=2) < 0.01).any()


def test_a_seed_gives_one_forecast(forecast, monkeypatch):
    search, seeds = forecast_command.AutoESN, []

    def spied(**options):
        seeds.append(options["random_state"])
        return search(**options)

    monkeypatch.setattr(forecast_command, "AutoESN", spied)
    folder = forecast[1]
    for name, seed in (("again", 0), ("other", 1)):
        options = ("--horizon", 6, "--output", name, "--seed", seed, "--no-plot")
        assert run("forecast", folder / "sales.csv", *options).code == 0
    assert seeds == [0, 1]
    assert Path("again.csv").read_bytes() == (folder / "next.csv").read_bytes()


def test_a_long_table_is_printed_by_its_ends():
    result = run("forecast", write_sales(Path("sales.csv")), "--horizon", 15, "--no-plot")
    printed = [line.split() for line in result.out.splitlines()]
    rows = read_csv(Path("esnkit-forecast-sales.csv"))
    start = printed.index(rows[0])
    assert printed[start : start + 12] == [*rows[:7], ["..."] * 4, *rows[-4:]]


def test_rows_without_dates_are_counted_and_no_plot_draws_none():
    values = np.random.default_rng(0).normal(size=50).cumsum()
    Path("walk.csv").write_text("\n".join(["height", *map(str, values)]))
    result = run("forecast", "walk.csv", "--no-plot")
    assert result.code == 0
    rows = read_csv(Path("esnkit-forecast-walk.csv"))
    assert [row[0] for row in rows] == ["row", "50", "51", "52", "53", "54"]
    assert sorted(os.listdir()) == ["esnkit-forecast-walk.csv", "walk.csv"]


def test_columns_are_named_and_a_folder_takes_the_default_name():
    lines = [f"{i % 5},{2000 + i},{i * i % 13}" for i in range(50)]
    Path("wide.csv").write_text("\n".join(["a,when,b", *lines]))
    Path("results").mkdir()
    options = ("--target", "b", "--date", "when", "--horizon", 2, "--output", "results")
    assert run("forecast", "wide.csv", *options, "--no-plot").code == 0
    rows = read_csv(Path("results/esnkit-forecast-wide.csv"))
    assert [row[0] for row in rows] == ["when", "2050-01-01", "2051-01-01"]


def test_sunspots_by_name_with_the_default_horizon(monkeypatch):
    monkeypatch.setattr(forecast_command, "AutoESN", AutoESN)  # which searches for as long as ever
    result = run("forecast", "sunspots")
    assert result.code == 0
    assert re.search(r"season: 1[01] steps", result.out)
    frame = pd.read_csv("esnkit-forecast-sunspots.csv", index_col="date", parse_dates=True)
    assert frame.index.year.tolist() == list(range(2009, 2009 + 30))
    assert frame["forecast"].between(0, load_sunspots().max()).all()
    assert frame["forecast"].std() > 10  # the cycle goes on
    assert Path("esnkit-forecast-sunspots.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "horizon", "low", "high"), [("co2", 104, 365, 380), ("el_nino", 24, 18, 28)]
)
def test_the_other_shipped_series(name, horizon, low, high, monkeypatch):
    monkeypatch.setattr(forecast_command, "AutoESN", AutoESN)
    assert run("forecast", name, "--horizon", horizon).code == 0
    frame = pd.read_csv(f"esnkit-forecast-{name}.csv")
    assert len(frame) == horizon
    assert frame["forecast"].between(low, high).all()


def test_nothing_is_overwritten_unless_forced(forecast):
    source = forecast[1] / "sales.csv"
    for suffix in ("csv", "png"):
        Path(f"mine.{suffix}").write_text("precious")
        result = run("forecast", source, "--horizon", 6, "--output", "mine")
        assert_refused(result, f"'mine.{suffix}' exists already; --force overwrites it")
        assert Path(f"mine.{suffix}").read_text() == "precious"
        Path(f"mine.{suffix}").unlink()
    Path("mine.csv").write_text("precious")
    assert run("forecast", source, "--horizon", 6, "--output", "mine", "--force").code == 0
    assert Path("mine.csv").read_bytes() == (forecast[1] / "next.csv").read_bytes()


def test_a_file_that_appears_meanwhile_is_kept(monkeypatch):
    make_forecast = forecast_command._make_forecast

    def slow_forecast(*arguments):
        Path("mine.csv").write_text("precious")
        return make_forecast(*arguments)

    monkeypatch.setattr(forecast_command, "_make_forecast", slow_forecast)
    result = run("forecast", write_sales(Path("sales.csv")), "--output", "mine")
    assert result.code == 2
    assert result.err == "esnkit: error: mine.csv: cannot be written (File exists)\n"
    assert Path("mine.csv").read_text() == "precious"


def test_names_from_a_file_reach_neither_the_terminal_nor_the_formula_parser():
    lines = [f"{2000 + i},{i * i % 13}" for i in range(50)]
    Path("names.csv").write_text("\n".join(["\x1b[31myear,$\\frac{$\x1b[31m", *lines]))
    options = ("--date", "\x1b[31myear", "--target", "$\\frac{$\x1b[31m", "--horizon", 1)
    result = run("forecast", "names.csv", *options)
    assert result.code == 0
    assert "\x1b" not in result.out
    assert Path("esnkit-forecast-names.png").exists()


# ---------------------------------------------------------------------- how it says no

BAD_ARGUMENTS = {
    "no command": ([], "arguments are required: COMMAND"),
    "unknown command": (["prophesy"], "invalid choice: 'prophesy'"),
    "no series": (["forecast"], "arguments are required: SERIES"),
    "unknown option": (["forecast", "sunspots", "--wrong"], "unrecognized arguments: --wrong"),
    "misspelt name": (["forecast", "sunspot"], "(sunspots, co2, el_nino); did you mean sunspots?"),
    "no such file": (["forecast", "none.csv"], "'none.csv' is no file and no shipped series"),
    "a folder": (["forecast", "."], "this is a folder"),
    "horizon zero": (["forecast", "co2", "--horizon", "0"], "--horizon: must be a whole number, 1"),
    "horizon in words": (["forecast", "co2", "--horizon", "ten"], "above, got 'ten'"),
    "negative seed": (["forecast", "co2", "--seed", "-1"], "--seed: must be a whole number, 0 or"),
    "column of a shipped series": (["forecast", "co2", "--target", "co2"], "--target is for files"),
    "no such folder": (["forecast", "co2", "--output", "none/x"], "there is no folder 'none'"),
    "name too long": (["forecast", "co2", "--output", 300 * "a"], "the name is too long"),
    "no folder for the model": (["forecast", "co2", "--save", "none/x"], "no folder 'none'"),
    "no name of a model": (["forecast", "co2", "--save", ""], "--save must name a file, got ''"),
    "a folder for a model": (["forecast", "co2", "--save", "."], "--save must name a file"),
    "a device for a model": (["forecast", "co2", "--save", os.devnull], "--save must name a file"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_ARGUMENTS)
def test_bad_arguments(kind):
    arguments, message = BAD_ARGUMENTS[kind]
    assert_refused(run(*arguments), message)
    assert os.listdir() == []


BAD_FILES = {
    "gap": ("day,v\n2024-01-01,1\n2024-01-02,\n2024-01-03,3\n",
            "line 3, column 'v': the cell is empty"),
    "duplicate date": ("day,v\n2024-01-01,1\n2024-01-01,2\n2024-01-02,2\n",
                       "line 3, column 'day': 2024-01-01 already stands in line 2"),
    "text": ("v\n1\n2\nx\n", "line 4: 'x' is not a number"),
    "no rows": ("day,v\n", "there are no rows below the header"),
    "short": ("v\n1\n2\n", "bad.csv: 2 values are too few: at least 50 are needed"),
    "huge": ("v\n" + "1e120\n2e120\n" * 30, "bad.csv: values beyond 1e+100 are too large"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_files(kind):
    text, message = BAD_FILES[kind]
    Path("bad.csv").write_text(text)
    assert_refused(run("forecast", "bad.csv"), message)
    assert os.listdir() == ["bad.csv"]


def test_missing_column():
    write_sales(Path("sales.csv"))
    result = run("forecast", "sales.csv", "--target", "sale")
    assert_refused(run("forecast", "sales.csv", "--id-column", "x"), "no column 'x' for --id-col")
    assert_refused(
        result, "no column 'sale' for --target, only 'month', 'sales'. Did you mean 'sales'?"
    )


def test_the_series_itself_is_never_overwritten():
    before = write_sales(Path("sales.csv")).read_bytes()
    result = run("forecast", "sales.csv", "--output", "sales", "--force")
    assert_refused(result, "'sales.csv' is the series itself")
    assert Path("sales.csv").read_bytes() == before


def test_output_that_cannot_be_written(monkeypatch):
    Path("taken.png").mkdir()
    assert_refused(
        run("forecast", "co2", "--output", "taken", "--force"), "'taken.png' is a folder"
    )
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert_refused(run("forecast", "co2"), "the folder '.' is not writable")


def test_interrupt_is_no_traceback(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(forecast_command, "_make_forecast", interrupt)
    assert run("forecast", "sunspots") == Run(130, "", "esnkit: interrupted\n")


def test_an_interrupted_search_is_made_use_of(monkeypatch):
    measure, calls = Validation.measure, []

    def interrupted(self, *arguments):
        calls.append(1)
        if len(calls) == 4:  # in the backtest's search, and never again
            raise KeyboardInterrupt
        return measure(self, *arguments)

    monkeypatch.setattr(Validation, "measure", interrupted)
    source = write_sales(Path("sales.csv"))
    result = run("forecast", source, "--horizon", 6, "--no-plot")
    assert result.code == 0
    assert result.err.startswith("esnkit: warning: The search goes on with what it found: ")
    assert result.err.count("\n") == 1


# ---------------------------------------------------------------------- its parts


def noisy_cycle() -> pd.Series:
    steps = np.arange(100)
    noise = 0.3 * np.random.default_rng(0).normal(size=100)
    index = pd.RangeIndex(100, name="row")
    return pd.Series(np.sin(2 * np.pi * steps / 12) + 0.1 * steps + noise, index=index)


def test_the_part_that_tests_has_no_say(monkeypatch):
    """What is forecast from the first origin of the backtest was found without what follows."""
    seen = []
    search = AutoESN.backtest

    def spied(self, *arguments, **options):
        seen.append(search(self, *arguments, **options))
        return seen[-1]

    monkeypatch.setattr(AutoESN, "backtest", spied)
    series = noisy_cycle()
    made = forecast_command._make_forecast(series, 5, 0)
    changed = series.copy()
    changed.iloc[-made.n_tested :] = np.random.default_rng(1).normal(size=made.n_tested)
    again = forecast_command._make_forecast(changed, 5, 0)
    first, second = (table.query("origin == origin.min()").forecast for table in seen)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(again.errors["AutoESN"], made.errors["AutoESN"])


def test_errors_of_the_rivals_are_those_of_their_definitions():
    series, horizon = noisy_cycle(), 5
    forecast = forecast_command._make_forecast(series, horizon, 0)
    y = series.to_numpy()
    first = len(y) - forecast.n_tested
    gap = (forecast.n_tested - horizon) // (forecast.n_tests - 1)
    errors = [
        abs(y[origin + step] - y[origin + step - 12])
        for origin in range(first, len(y) - horizon + 1, gap)
        for step in range(horizon)
    ]
    assert forecast.forecaster.period_ == 12
    assert len(errors) == horizon * forecast.n_tests
    scale = np.mean([abs(y[i] - y[i - 12]) for i in range(12, first)])
    by_origin = np.mean(np.reshape(errors, (-1, horizon)), axis=1) / scale
    np.testing.assert_allclose(forecast.errors["last season"], by_origin)


def test_only_the_end_of_a_long_series_is_looked_at(monkeypatch):
    monkeypatch.setattr(forecast_command, "_LONGEST", 60)
    options = ("--horizon", 2, "--no-plot")
    values = np.random.default_rng(0).normal(size=80).cumsum().round(6)
    for name, part in (("long", values), ("short", values[-60:])):
        Path(f"{name}.csv").write_text("\n".join(["height", *map(str, part)]))
    result = run("forecast", "long.csv", *options)
    assert "80 values, 0 to 79, the last 60 used" in result.out
    run("forecast", "short.csv", *options)
    first, second = (read_csv(Path(f"esnkit-forecast-{n}.csv")) for n in ("long", "short"))
    assert [row[1:] for row in first] == [row[1:] for row in second]


# ---------------------------------------------------------------------- the other commands


def test_datasets_are_listed():
    result = run("datasets")
    assert (result.code, result.err) == (0, "")
    for name in SHIPPED:
        entry = list_datasets().loc[name]
        (line,) = (line for line in result.out.splitlines() if line.split()[0] == name)
        assert line.split()[1:3] == [str(entry["length"]), entry["frequency"]]
        assert entry["description"] in line


def test_info_and_version():
    result = run("info")
    assert result.code == 0
    assert re.search(rf"^numpy +{re.escape(np.__version__)}$", result.out, re.MULTILINE)
    assert run("--version") == Run(0, f"esnkit {esnkit.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["forecast", "--help"]])
def test_help_has_examples(arguments):
    result = run(*arguments)
    assert result.code == 0
    assert "esnkit forecast sunspots --horizon 22" in result.out


def test_module_runs_where_the_terminal_knows_ascii_only():
    command = [sys.executable, "-m", "esnkit", "datasets"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "?C" in result.stdout


# ---------------------------------------------------------------------- files that people have


def write_column(values, name: str = "v") -> None:
    Path("data.csv").write_text("\n".join([name, *map(str, values)]))


def test_a_constant_series_is_forecast_with_a_warning():
    write_column([5] * 60)
    result = run("forecast", "data.csv", "--horizon", 3)
    assert result.code == 0
    assert "constant" in result.err
    assert "MASE: cannot be told" in result.out
    assert [row[1] for row in read_csv(Path("esnkit-forecast-data.csv"))[1:]] == ["5"] * 3


def test_zeros_at_the_start_are_forecast_with_a_warning():
    write_column(np.r_[np.zeros(40), 5 + np.sin(np.arange(20))])
    result = run("forecast", "data.csv", "--horizon", 3, "--no-plot")
    assert result.code == 0
    assert "esnkit: warning: the first half does not vary" in result.err


def test_a_horizon_beyond_a_quarter_is_forecast_with_a_warning():
    write_column(np.sin(np.arange(80) / 3).round(3))
    for horizon in (30, 60):
        result = run("forecast", "data.csv", "--horizon", horizon, "--force")
        assert result.code == 0
        assert f"a horizon of {horizon} steps is beyond a quarter of 80 values" in result.err
        rows = read_csv(Path("esnkit-forecast-data.csv"))
        assert len(rows) == horizon + 1
        assert (rows[1][2] == "") == (horizon == 60)  # no interval beyond a half


def test_tiny_values_keep_significant_digits():
    write_column((1e-10 * (2 + np.sin(np.arange(80) / 3))).tolist())
    assert run("forecast", "data.csv", "--horizon", 3, "--no-plot").code == 0
    values = [float(row[1]) for row in read_csv(Path("esnkit-forecast-data.csv"))[1:]]
    assert all(0.9e-10 < value < 3.1e-10 for value in values)
    assert len(set(values)) == 3


def test_a_name_that_spreadsheets_would_run_is_quoted_and_read_again():
    dates = pd.date_range("2015-01-01", periods=60, freq="MS").strftime("%Y-%m")
    rows = [f"{date},{i % 12}" for i, date in enumerate(dates)]
    Path("data.csv").write_text("\n".join(["=cmd|x,v", *rows]))
    assert run("forecast", "data.csv", "--date", "=cmd|x", "--horizon", 3, "--no-plot").code == 0
    assert read_csv(Path("esnkit-forecast-data.csv"))[0][0] == "'=cmd|x"
    series, _ = read_csv_series("esnkit-forecast-data.csv", ReadOptions(target="forecast"))
    assert series.index.name == "=cmd|x"


def test_names_without_glyphs_are_drawn_without_a_warning():
    write_column(range(60), name="売上")
    result = run("forecast", "data.csv", "--horizon", 3)
    assert (result.code, result.err) == (0, "")


def test_offsets_and_working_days_are_continued():
    days = pd.bdate_range("2024-01-01", periods=70).delete([20, 41])
    rows = [f"{d:%Y-%m-%d}T00:00+02:00,{i % 5}" for i, d in enumerate(days)]
    Path("data.csv").write_text("\n".join(["day,v", *rows]))
    result = run("forecast", "data.csv", "--horizon", 2, "--no-plot")
    assert result.code == 0
    assert "2 holiday(s) are steps left out" in result.out
    following = pd.bdate_range(days[-1], periods=3)[1:]
    found = [row[0] for row in read_csv(Path("esnkit-forecast-data.csv"))[1:]]
    assert found == [f"{d:%Y-%m-%d} 00:00:00+02:00" for d in following]


def test_dates_that_end_are_one_line():
    rows = [f"{year},{year % 7}" for year in range(9900, 10000)]
    Path("data.csv").write_text("\n".join(["year,v", *rows]))
    result = run("forecast", "data.csv", "--date", "year", "--horizon", 3)
    assert result.code == 2
    assert result.err.count("\n") == 1


def test_standard_input_is_read():
    command = [sys.executable, "-m", "esnkit", "forecast", "-", "--horizon", "2", "--no-plot"]
    rows = "v\n" + "".join(f"{i % 6}\n" for i in range(60))
    result = subprocess.run(command, input=rows, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "series: standard input, 60 values" in result.stdout
    assert Path("esnkit-forecast-stdin.csv").exists()


def test_standard_input_that_is_closed_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert_refused(run("forecast", "-"), "standard input is closed")


def test_a_reader_that_stops_ends_nothing():
    write_column([i % 6 for i in range(60)])
    command = f"{sys.executable} -m esnkit forecast data.csv --horizon 2 --no-plot | head -c 1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert Path("esnkit-forecast-data.csv").exists()


def test_only_one_module_prints():
    for path in Path(main.__globals__["__file__"]).parent.rglob("*.py"):
        code = [line for line in path.read_text().splitlines() if "..." not in line]
        assert not any("print(" in line and ">>>" not in line for line in code), path


def test_escapes_in_arguments_do_not_reach_the_terminal():
    for arguments in (["\x1b[31m"], ["forecast", "\x1b[31m"], ["compare", "\x1b[31m"]):
        result = run(*arguments)
        assert result.code == 2
        assert "\x1b" not in result.err


def test_a_saved_forecaster_goes_on_with_new_rows(tmp_path, capsys):
    pytest.importorskip("skops")
    months = pd.date_range("2010-01-01", periods=128, freq="MS", name="month")
    wave = 10 + np.sin(np.arange(128) * np.pi / 6) + 0.1 * np.cos(np.arange(128) * 1.3)
    table = pd.Series(wave, months, name="sales")
    files = {"old": table[:120], "new": table[120:125], "late": table[123:]}
    for name, part in files.items():
        part.to_csv(tmp_path / f"{name}.csv")
    model, out = str(tmp_path / "m.esnkit"), str(tmp_path / "out")

    def run(name, *options):
        return main(["forecast", str(tmp_path / f"{name}.csv"), "--no-plot", "--force",
                     "--output", out, *options])  # fmt: skip

    assert not run("old", "--horizon", "6", "--save", model)
    assert not run("new", "--model", model)
    forecast = pd.read_csv(f"{out}.csv")
    assert forecast["month"].tolist()[0] == "2020-06-01"
    assert len(forecast) == 6
    assert np.abs(forecast["forecast"][:3] - wave[125:]).max() < 0.5
    capsys.readouterr()
    assert run("late", "--model", model) == 2
    error = capsys.readouterr().err
    assert "2020-04-01" in error  # where the file begins
    assert "2020-01-01" in error  # where it should
    assert run("new", "--model", str(tmp_path / "old.csv")) == 2
    assert "no zip archive" in capsys.readouterr().err
    assert run("new", "--model", "nowhere.esnkit") == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_standard_output_without_space_ends_in_one_line() -> None:
    command = [sys.executable, "-m", "esnkit", "datasets"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "standard output cannot be written" in result.stderr
