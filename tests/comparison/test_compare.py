"""The contest: fair, repeatable, and not to be stopped by whoever fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

from esnkit import ESNRegressor, Reservoir
from esnkit.comparison import (
    NRMSE,
    Comparison,
    Contestant,
    Dimension,
    DrivenSplit,
    Metric,
    Pairs,
    ResultsError,
    SeriesSplit,
    SeriesTask,
    Task,
    TaskError,
    compare,
)
from esnkit.comparison.contestants.registry import CONTESTANTS

ESN = Contestant(
    "small-esn",
    lambda settings, problem: ESNRegressor(Reservoir(20, **settings), washout=problem.washout),
    space=(
        Dimension("spectral_radius", "linear", 0.9, 0.3, 1.2),
        Dimension("leak_rate", "log", 0.5, 0.1, 1.0),
    ),
)


class Walk(Task):
    """A series of numbers that are all different, so that one tells where it was."""

    name, kind, metric, fresh_data = "walk", "forecast", NRMSE, True

    def load(self, seed: int) -> SeriesSplit:
        rng = np.random.default_rng(seed)
        values = np.sin(np.arange(160)[:, None] / [3.0, 7.0]) + 0.1 * rng.normal(size=(160, 2))
        return SeriesSplit(values, horizon=5, n_origins=10, variables=("a", "b"))


class Echo(Task):
    """Inputs to be repeated a step later."""

    name, kind, metric = "echo", "filter", NRMSE

    def load(self, seed: int) -> DrivenSplit:
        rng = np.random.default_rng(seed)
        return DrivenSplit(self.draw(rng, 120), [self.draw(rng, 60) for _ in range(10)])

    def draw(self, rng: np.random.Generator, n_steps: int) -> Pairs:
        x = rng.normal(size=(n_steps, 1))
        return Pairs([x], [3 * np.roll(x, 1, axis=0) + 7], [np.arange(n_steps) > 0])


class Recorder:
    """A forecaster that repeats the last value, and keeps what it was shown."""

    def __init__(self, seen: list[np.ndarray]) -> None:
        self.seen = seen

    def fit(self, y: np.ndarray) -> Recorder:
        self.seen.append(y.copy())
        self.last = y[-1]
        return self

    def update(self, y: np.ndarray) -> Recorder:
        return self.fit(y)

    def forecast(self, horizon: int) -> np.ndarray:
        self.seen.append(np.array([]))  # a forecast was asked for here
        return np.tile(self.last, (horizon, 1))


def raw(found: Comparison) -> dict[tuple[str, str, int], Any]:
    """All scores as bytes, so that not a bit may differ."""
    return {
        cell.key: {name: np.array(scores).tobytes() for name, scores in cell.scores.items()}
        for cell in found.cells
    }


def run(models: Any, tasks: Any = None, **options: Any) -> Comparison:
    options = {"seeds": 1, "budget": 3, "progress": False} | options
    return compare(models, [Walk()] if tasks is None else tasks, **options)


# ---------------------------------------------------------------------- fairness


def test_tunable_contestants_try_equally_many_candidates_in_the_same_preparations() -> None:
    found = run([ESN, "linear", "nvar", "mean"], budget=4)
    trials = {cell.contestant: cell.trials for cell in found.cells}
    ways = {
        name: [trial.settings["differences"] for trial in tried] for name, tried in trials.items()
    }
    assert ways.pop("mean") == []
    assert set(map(str, ways.values())) == {"[[], [1], [], [1]]"}


def test_search_begins_with_the_defaults_and_ends_with_the_best() -> None:
    (cell,) = run([ESN], budget=6).cells
    assert cell.trials[0].settings["spectral_radius"] == 0.9
    best = min(cell.trials, key=lambda trial: trial.score or np.inf)
    assert cell.settings == best.settings
    seconds = [trial.seconds for trial in cell.trials]
    assert seconds == sorted(seconds)
    assert cell.search_seconds == seconds[-1]


def test_search_never_sees_the_test_part() -> None:
    split, seen = Walk().load(0), []
    spy = Contestant(
        "spy",
        lambda settings, problem: Recorder(seen),
        (Dimension("nothing", "linear", 0.5, 0.0, 1.0),),
        makes="forecaster",
    )
    (cell,) = run([spy], budget=3).cells
    fits = [i for i, shown in enumerate(seen) if len(shown) == split.n_train]
    assert len(fits) == 1  # the last fit alone is to all training data
    warm_up = next(i for i, shown in enumerate(seen) if shown.shape[1:] == (2,))
    searched = np.concatenate([s for s in seen[warm_up : fits[0]] if len(s)])
    test_part = split.values[split.n_train :]
    assert len(cell.trials) == 3
    assert not np.isin(searched, test_part).any()


def test_forecasts_are_made_before_their_truth_is_shown() -> None:
    split, seen = Walk().load(0), []
    spy = Contestant("spy", lambda settings, problem: Recorder(seen), makes="forecaster")
    run([spy])
    start = next(i for i, shown in enumerate(seen) if len(shown) == split.n_train)
    shown = split.n_train
    for entry in seen[start + 1 :]:
        assert np.array_equal(entry, split.values[shown : shown + len(entry)].reshape(entry.shape))
        shown += len(entry)
    assert shown == len(split.values) - split.horizon  # the last truth is never shown


def test_budget_in_seconds_ends_the_search() -> None:
    def slow(settings: Any, problem: Any) -> Any:
        time.sleep(0.05)
        return ESNRegressor(Reservoir(5))

    (cell,) = run([Contestant("slow", slow, ESN.space)], budget=None, budget_seconds=0.4).cells
    assert 1 < len(cell.trials) <= 8
    assert all(trial.seconds < 0.4 for trial in cell.trials[:-1])
    assert cell.trials[-1].seconds > 0.39  # both are rounded


# ---------------------------------------------------------------------- what is measured


def test_scores_of_naive_forecasts_by_hand() -> None:
    found = run(["mean", "seasonal-naive"])
    split = Walk().load(0)
    train, tests = split.train, split.values[split.n_train :].reshape(10, 5, 2)
    before = split.values[split.n_train - 1 :: 5][:10]
    guess = train[1:].mean(axis=0)  # of the targets, the first value being an input alone
    mean = np.sqrt((((tests - guess) ** 2) / train.var(axis=0)).mean(axis=(1, 2)))
    last = np.sqrt((((tests - before[:, None]) ** 2) / train.var(axis=0)).mean(axis=(1, 2)))
    np.testing.assert_allclose(found.scores("walk", "mean")[0], mean)
    np.testing.assert_allclose(found.scores("walk", "seasonal-naive")[0], last)


def test_step_errors_by_hand() -> None:
    (cell,) = run(["mean"]).cells
    split = Walk().load(0)
    errors = (split.values[split.n_train :].reshape(10, 5, 2) - split.train[1:].mean(axis=0)) ** 2
    by_step = np.sqrt((errors / split.train.var(axis=0)).mean(axis=(0, 2)))
    assert cell.steps == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(cell.step_errors, by_step)


def test_driven_systems_are_standardised_and_taken_back() -> None:
    found = run(["linear", "mean"], [Echo()])
    split = Echo().load(0)
    scale = split.train.wanted().std()
    guess = ((split.train.targets[0] - split.train.wanted().mean()) / scale).mean()
    shift = split.train.wanted().mean() + guess * scale
    by_hand = [np.sqrt(((draw.wanted() - shift) ** 2).mean()) / scale for draw in split.draws]
    np.testing.assert_allclose(found.scores("echo", "mean")[0], by_hand, rtol=1e-3)
    assert found.scores("echo", "linear").max() < 1e-3


def test_delay_line_has_the_memory_capacity_that_it_has_taps() -> None:
    scores = run(["linear"], ["memory"], budget=1).scores("memory", "linear")  # ten by default
    np.testing.assert_allclose(scores, 10, atol=0.1)


def test_runs_are_kept_beside_their_truth_for_the_first_seed_only() -> None:
    found = run(["mean"], seeds=[5, 6])
    first, second = found.cells
    (record,) = found.tasks
    assert second.runs == []
    assert [run.replicate for run in first.runs] == [w.replicate for w in record.windows] == [0, 1]
    split = Walk().load(5)
    np.testing.assert_allclose(
        record.windows[1].truth, split.values[split.n_train + 5 : split.n_train + 10], rtol=1e-4
    )
    assert np.shape(first.runs[0].values) == np.shape(record.windows[0].truth)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of memory")
def test_peak_memory_is_that_of_the_cell() -> None:
    class Large(LinearRegression):
        def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
            np.ones(60_000_000 // 8)
            return super().fit(X, y)

    cells = {c.contestant: c for c in run({"large": Large(), "small": LinearRegression()}).cells}
    assert 55_000_000 < (cells["large"].peak_memory or 0) < 120_000_000
    assert (cells["small"].peak_memory or 0) < 30_000_000


def test_parameters_are_counted() -> None:
    found = run([ESN, "linear", "seasonal-naive", KNeighborsRegressor()], budget=1)
    counts = {cell.contestant: cell.n_parameters for cell in found.cells}
    # A row for each of two outputs: an intercept, states or taps, and for networks the input.
    assert counts["small-esn"] == 2 * (1 + 20 + 2)
    assert counts["linear"] == 2 * (1 + 2 * 10)
    assert counts["seasonal-naive"] == 0
    assert counts["KNeighborsRegressor"] is None


def test_forecasts_that_leave_the_range_are_counted() -> None:
    class Wild:
        def fit(self, y: Any) -> Wild:
            return self

        update = fit

        def forecast(self, horizon: int) -> Any:
            return np.full((horizon, 2), 1e6)

    (cell,) = run({"wild": Wild()}).cells
    assert (cell.status, cell.n_diverged) == ("done", 10)


# ---------------------------------------------------------------------- failures


def broken(settings: Any, problem: Any) -> Any:
    raise RuntimeError("out of ideas\nand of paper")


class Saying:
    """A forecaster with one thing to say."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def fit(self, y: Any) -> Saying:
        return self

    update = fit

    def forecast(self, horizon: int) -> Any:
        return self.value


@pytest.mark.parametrize(
    ("contestant", "reason"),
    [
        (Contestant("x", broken), "RuntimeError: out of ideas"),
        (Contestant("x", broken, ESN.space), "all 3 candidates failed, the first by RuntimeError"),
        (
            Contestant("x", lambda s, p: Saying(np.full((5, 2), np.nan)), makes="forecaster"),
            "not finite",
        ),
        (
            Contestant("x", lambda s, p: Saying(np.zeros((4, 2))), makes="forecaster"),
            r"shape \(4, 2\), but \(5, 2\)",
        ),
    ],
)
def test_who_fails_is_a_row_that_says_why(contestant: Contestant, reason: str) -> None:
    found = run([contestant, "mean"])
    failed, fine = found.cells
    assert (failed.status, fine.status) == ("failed", "done")
    with pytest.raises(ValueError, match=reason):
        raise ValueError(failed.reason)
    assert "\n" not in failed.reason
    assert np.isnan(found.scores("walk", "x")).all()


def test_candidates_that_fail_are_passed_over() -> None:
    def picky(settings: Any, problem: Any) -> Any:
        if settings["spectral_radius"] == 0.9:
            raise ValueError("not with 0.9")
        return ESNRegressor(Reservoir(10, **settings))

    (cell,) = run([Contestant("picky", picky, ESN.space)]).cells
    assert cell.status == "done"
    assert cell.trials[0].failure == "ValueError: not with 0.9"
    assert [trial.score is None for trial in cell.trials] == [True, False, False]


def test_forecasters_do_not_take_part_where_nothing_is_forecast() -> None:
    found = run(["seasonal-naive", "mean"], [Echo()])
    assert [cell.status for cell in found.cells] == ["inapplicable", "done"]


# ---------------------------------------------------------------------- who may take part


@pytest.mark.slow  # scikit-learn looks for names in all its modules
def test_regressors_of_scikit_learn_take_part_by_name() -> None:
    found = run(["Ridge", "GradientBoostingRegressor"], budget=1)
    assert [cell.status for cell in found.cells] == ["done", "done"]
    with pytest.raises(TaskError, match="did you mean"):
        run(["RidgeRegressor"])
    with pytest.raises(TaskError, match="needs arguments"):
        run(["StackingRegressor"])


def test_regressors_take_part_as_objects() -> None:
    assert [cell.status for cell in run({"mine": KNeighborsRegressor()}).cells] == ["done"]


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (["esn2"], "did you mean esn"),
        (["mean", "mean"], "comes more than once"),
        ([], "at least one contestant"),
        ([3], "is no contestant"),
    ],
)
def test_others_are_refused(models: Any, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        run(models)


@pytest.mark.parametrize(
    "options",
    [
        {"budget": 0},
        {"budget_seconds": 0},
        {"seeds": 0},
        {"seeds": [1, 1]},
        {"seeds": [-1]},
        {"reference": "nobody"},
    ],
)
def test_parameters_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options)).split("_")[0]):
        run(["mean"], **options)


def test_horizon_that_leaves_nothing_to_learn_from_is_refused() -> None:
    class Short(Walk):
        def load(self, seed: int) -> SeriesSplit:
            return SeriesSplit(np.arange(60.0)[:, None], horizon=20, n_origins=1)

    with pytest.raises(TaskError, match="'walk': 40 steps to learn from are too few"):
        run(["mean"], [Short()])


# ---------------------------------------------------------------------- who is shipped


@pytest.mark.parametrize("name", ["elman-nesterov", "elman-hf", "elman-ekf", "fir"])
def test_networks_trained_in_other_ways_take_part(name: str) -> None:
    (cell,) = run([name], [Echo()], budget=1).cells
    assert cell.status == "done"
    assert np.median(cell.scores["NRMSE"]) < 0.5  # 1 for the mean
    assert cell.n_parameters


def test_classical_forecasts_take_part_and_know_a_line() -> None:
    line = 0.5 * np.arange(200.0) + np.random.default_rng(0).normal(scale=0.1, size=200)
    found = run(["ets", "drift", "mean"], [SeriesTask(line, 10)], budget=2)
    assert [cell.status for cell in found.cells] == ["done"] * 3
    errors = {name: np.median(found.scores("series", name)) for name in ("ets", "drift", "mean")}
    assert max(errors["ets"], errors["drift"]) < 0.1 * errors["mean"]


def test_a_score_that_is_not_finite_is_a_failure_that_can_be_kept(tmp_path: Path) -> None:
    class Endless(Walk):
        metric = Metric("endless", lambda truth, guess, scale: float("inf"))

    found = run(["mean", ESN], [Endless()], journal=tmp_path / "journal")
    assert [cell.status for cell in found.cells] == ["failed", "failed"]
    assert "inf" in found.cells[0].reason
    assert "not finite" in found.cells[1].reason
    found.to_json(tmp_path / "results.json")
    assert Comparison.from_json(tmp_path / "results.json") == found


@pytest.mark.parametrize("contestant", CONTESTANTS.values(), ids=CONTESTANTS)
def test_searches_begin_within_the_space(contestant: Contestant) -> None:
    for dimension in contestant.space:
        if dimension.scale == "choice":
            assert dimension.choices[0] == dimension.default
        else:
            assert dimension.low <= dimension.default <= dimension.high


# ---------------------------------------------------------------------- the same, however it runs


def test_scores_do_not_depend_on_the_number_of_jobs() -> None:
    models = [ESN, "linear", "mean"]
    alone = run(models, [Walk(), Echo()], seeds=2)
    for backend in ("threading", "multiprocessing"):  # the latter gives all results at once
        with joblib.parallel_config(backend=backend):
            beside = run(models, [Walk(), Echo()], seeds=2, n_jobs=2)
        assert raw(alone) == raw(beside)
        assert [cell.key for cell in alone.cells] == [cell.key for cell in beside.cells]


@pytest.mark.slow  # processes start slowly
def test_scores_do_not_depend_on_processes() -> None:
    models = ["esn", "lstm", "tdnn", "nvar"]
    options: dict[str, Any] = {"tasks": ["sunspots"], "seeds": 1, "budget": 2}
    assert raw(run(models, **options)) == raw(run(models, n_jobs=2, **options))


def test_scores_do_not_depend_on_who_else_takes_part() -> None:
    assert raw(run([ESN, "mean"])).items() >= raw(run([ESN])).items()


def test_scores_follow_from_the_data_and_the_seed_whatever_the_names() -> None:
    series = np.sin(np.arange(200.0)) + np.random.default_rng(0).normal(size=200)
    found = [
        run({name: ESNRegressor(Reservoir(10))}, [SeriesTask(series, 5, name=name)]).cells[0].scores
        for name in ("a", "sales")
    ]
    assert found[0] == found[1]


# ---------------------------------------------------------------------- the journal


def counting(calls: list[int]) -> Contestant:
    def build(settings: Any, problem: Any) -> Any:
        calls.append(problem.n_steps)
        return ESNRegressor(Reservoir(10, **settings), washout=problem.washout)

    return Contestant("counting", build, ESN.space)


@pytest.mark.parametrize("n_bytes_lost", [1, 40, 2000])
def test_resume_ends_with_the_same_scores_and_repeats_nothing(
    tmp_path: Path, n_bytes_lost: int
) -> None:
    path, calls = tmp_path / "journal", []
    whole = run([counting(calls), "mean"], seeds=3, journal=path)
    content = path.read_bytes()
    path.write_bytes(content[:-n_bytes_lost])  # as if killed while writing
    kept = path.read_bytes().count(b"\n") - 1
    calls.clear()
    resumed = run([counting(calls), "mean"], seeds=3, journal=path, resume=True)
    assert kept < 6
    assert raw(resumed) == raw(whole)
    assert path.read_bytes().count(b"\n") == 7
    n_missing = sum(c.contestant == "counting" for c in whole.cells) - sum(
        json.loads(line.partition(b" ")[2])["cell"]["contestant"] == "counting"
        for line in content[:-n_bytes_lost].splitlines()[1 : kept + 1]
    )
    assert len(calls) == n_missing * (3 + 1)  # three candidates and the last fit


def test_journal_of_another_comparison_is_refused(tmp_path: Path) -> None:
    run(["mean"], journal=tmp_path / "journal")
    with pytest.raises(ResultsError, match="was begun with other rules"):
        run(["mean"], seeds=2, journal=tmp_path / "journal", resume=True)
    with pytest.raises(ResultsError, match="was begun with other contestants"):
        run(["mean", "seasonal-naive"], journal=tmp_path / "journal", resume=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [b"{}", *lines[1:]], "no results"),
        (lambda lines: [lines[0], b"nonsense", *lines[1:]], "damaged"),
        (lambda lines: [lines[0], b'{"seconds": 1, "cell": {"task": 3}}'], "line 2 is not as"),
        (lambda lines: [lines[0], lines[2], lines[1]], "line 2 is not as"),
    ],
)
def test_damaged_journal_is_refused(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], message: str
) -> None:
    path = tmp_path / "journal"
    run(["mean"], seeds=2, journal=path)
    path.write_bytes(b"\n".join(change(path.read_bytes().splitlines())) + b"\n")
    with pytest.raises(ResultsError, match=message):
        run(["mean"], seeds=2, journal=path, resume=True)


def test_journal_is_begun_anew_unless_asked_to_resume(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("something else")
    run(["mean"], journal=path)
    assert path.read_bytes().count(b"\n") == 2


KILLED = """
import sys
from esnkit.comparison import compare
compare(["linear", "nvar", "mean"], ["sunspots"], seeds=4, budget=4, progress=False,
        journal=sys.argv[1])
"""


@pytest.mark.slow  # another interpreter starts
def test_killed_process_is_resumed_to_the_same_scores(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)])
    while process.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= 4:
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.002)
    assert process.wait() == -signal.SIGKILL
    before = path.read_bytes()
    options: dict[str, Any] = {"seeds": 4, "budget": 4, "progress": False}
    models, tasks = ["linear", "nvar", "mean"], ["sunspots"]
    resumed = compare(models, tasks, journal=path, resume=True, **options)
    assert path.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    assert raw(resumed) == raw(compare(models, tasks, **options))
