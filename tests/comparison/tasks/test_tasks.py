"""Tasks: where the data are cut, what scores mean, and what makes no task."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit.comparison import SeriesSplit, SeriesTask, TaskError
from esnkit.comparison.tasks.registry import DEFAULT_TASKS, TASKS, read_tasks
from esnkit.comparison.tasks.scores import (
    ABSOLUTE_ERROR,
    MASE,
    MEMORY_CAPACITY,
    NRMSE,
    SYMBOL_ERROR_RATE,
    UNSOLVED,
    VALID_TIME,
    Scale,
)
from esnkit.comparison.tasks.splits import DrivenSplit, Pairs
from esnkit.datasets import load_sunspots

QUICK = [name for name in TASKS if not name.startswith("lorenz")]  # whose data take seconds


def examples(lengths: list[int]) -> Pairs:
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=(n, 2)) for n in lengths]
    return Pairs(rows, [x[:, :1] for x in rows], [np.ones(n, dtype=bool) for n in lengths])


# ---------------------------------------------------------------------- cuts


def test_series_is_cut_so_that_forecasts_share_no_step() -> None:
    split = SeriesTask(np.sin(np.arange(309.0) ** 1.3), horizon=11).load(0)
    assert (split.n_train, split.n_origins) == (309 - 110, 10)
    fold = split.fold()
    assert fold.n_train == 199 - 55
    assert len(fold.values) == split.n_train


def test_long_validation_forecasts_overlap_within_the_last_third() -> None:
    split = SeriesSplit(np.arange(700.0)[:, None], horizon=100, n_origins=1)
    fold = split.fold()
    assert split.origins == [600]
    assert fold.origins == [400, 425, 450, 475, 500]
    assert len(fold.values) == 600


@pytest.mark.parametrize("horizon", [1, 5, 20])
def test_shortest_series_that_are_taken_leave_thirty_steps_to_learn_from(horizon: int) -> None:
    shortest = 30 + 2 * horizon + 4
    fold = SeriesTask(np.arange(float(shortest)) ** 2, horizon).load(0).fold()
    assert fold.n_train >= 30
    with pytest.raises(TaskError, match=f"at least {shortest} are needed"):
        SeriesTask(np.arange(float(shortest - 1)) ** 2, horizon)


def test_validation_never_holds_a_test_value() -> None:
    values = np.arange(200.0)[:, None]
    split = SeriesSplit(values, horizon=10, n_origins=5)
    assert split.fold().values.max() < values[split.n_train].item()


def test_short_series_have_fewer_origins() -> None:
    assert SeriesTask(np.random.default_rng(0).normal(size=100), horizon=10).load(0).n_origins == 5


def test_single_sequence_is_validated_on_its_last_third_after_running_over_all() -> None:
    split = DrivenSplit(examples([90]), [examples([30])])
    fold = split.fold()
    assert len(fold.train.inputs[0]) == 60
    (tail,) = fold.draws
    assert len(tail.inputs[0]) == 90
    assert tail.counted[0].sum() == 30
    assert tail.counted[0][60:].all()


def test_of_many_sequences_the_last_third_validates() -> None:
    split = DrivenSplit(examples([10] * 9), [examples([10])])
    fold = split.fold()
    assert (len(fold.train.inputs), len(fold.draws[0].inputs)) == (6, 3)
    assert fold.draws[0].inputs[0] is split.train.inputs[6]


def test_series_keeps_names_dates_and_unit() -> None:
    task = SeriesTask(load_sunspots(), horizon=11)
    split = task.load(0)
    assert split.variables == ("sunspots",)
    assert split.labels[0] == "1700-01-01"
    assert task.step_unit == "years"


def test_ways_to_difference_follow_the_season() -> None:
    months = np.sin(2 * np.pi * np.arange(480) / 12)
    noise = 0.1 * np.random.default_rng(0).normal(size=480)
    seasonal, plain = SeriesTask(months + noise, 12), SeriesTask(noise, 12)
    assert seasonal.lags(seasonal.load(0)) == [[], [1], [12]]
    assert plain.lags(plain.load(0)) == [[], [1]]


def test_default_horizon_is_a_season_if_there_are_twenty() -> None:
    rng = np.random.default_rng(0)
    months = np.sin(2 * np.pi * np.arange(480) / 12) + 0.1 * rng.normal(size=480)
    assert SeriesTask(months).load(0).horizon == 12
    assert SeriesTask(rng.normal(size=400)).load(0).horizon == 20


def test_exactly_periodic_series_is_not_measured_in_errors_that_are_zero() -> None:
    assert SeriesTask(np.tile([1.0, 2.0, 4.0, 3.0], 50), 4).metric is NRMSE
    assert SeriesTask(load_sunspots(), 11).metric is MASE


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("series", "horizon", "message"),
    [
        (np.arange(50.0), 24, "50 steps, but at least 82"),
        (np.arange(50.0), 30, "50 steps, but at least 94"),
        (np.ones(300), 5, "constant"),
        (np.array([1.0, np.nan] * 100), 5, "missing"),
        ([np.arange(200.0), np.arange(200.0)], 5, "list of 2"),
        (np.array(["a"] * 200), 5, "real numbers"),
    ],
)
def test_series_that_make_no_task_are_refused(series: object, horizon: int, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        SeriesTask(series, horizon)


def test_irregular_dates_are_refused() -> None:
    dates = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-04"] + ["2020-02-01"] * 0)
    with pytest.raises(TaskError, match="dates"):
        SeriesTask(pd.Series([1.0, 2.0, 3.0], index=dates), 1)


def test_unknown_names_bring_near_ones() -> None:
    with pytest.raises(TaskError, match="did you mean sunspots"):
        read_tasks(["sunspot"])


def test_a_task_comes_once() -> None:
    with pytest.raises(TaskError, match="'sunspots' comes more than once"):
        read_tasks(["sunspots", "sunspots"])
    with pytest.raises(TaskError, match="at least one task"):
        read_tasks([])


# ---------------------------------------------------------------------- the catalogue


@pytest.mark.parametrize("name", QUICK)
def test_shipped_task_repeats_and_has_ten_replicates(name: str) -> None:
    task = TASKS[name]()
    first, again, other = task.load(1), task.load(1), task.load(2)
    assert task.name == name
    for split in (first, again, other):
        assert (split.n_origins if isinstance(split, SeriesSplit) else len(split.draws)) >= 10
    assert first.content() == again.content()
    assert (first.content() == other.content()) != task.fresh_data


def test_default_tasks_are_five_and_one_is_real() -> None:
    tasks = read_tasks(None)
    assert [task.name for task in tasks] == list(DEFAULT_TASKS)
    assert len(tasks) == 5
    assert any(not task.fresh_data for task in tasks)


# ---------------------------------------------------------------------- scores, by hand


COLUMN = np.array([[0.0], [1.0], [0.0], [1.0]])
SCALE = Scale(train=np.array([[0.0], [2.0], [0.0], [2.0]]), period=None, step=0.5)


@pytest.mark.parametrize(
    ("metric", "guess", "score"),
    [
        (NRMSE, COLUMN + 0.5, 0.5),  # the training data have variance 1
        (MASE, COLUMN + 0.5, 0.25),  # from step to step they change by 2
        (VALID_TIME, COLUMN + np.array([[0.1], [0.3], [0.5], [0.0]]), 1.0),  # two steps of 0.5
        (ABSOLUTE_ERROR, COLUMN - 0.25, 0.25),
        (UNSOLVED, COLUMN + 0.03, 0.0),
        (UNSOLVED, COLUMN + np.array([[0.0], [0.0], [0.05], [0.0]]), 0.25),
        (MEMORY_CAPACITY, 3 * COLUMN + 2, 1.0),
        (MEMORY_CAPACITY, np.ones((4, 1)), 0.0),
    ],
)
def test_scores_agree_with_their_definitions(
    metric: object, guess: np.ndarray, score: float
) -> None:
    assert metric.function(COLUMN, guess, SCALE) == pytest.approx(score)  # type: ignore[attr-defined]


def test_symbols_are_the_nearest() -> None:
    scale = Scale(train=np.array([[-3.0], [-1.0], [1.0], [3.0]]))
    guess = np.array([[-2.1], [-0.9], [0.1], [9.0]])
    wanted = np.array([[-3.0], [-1.0], [-1.0], [3.0]])
    assert SYMBOL_ERROR_RATE.function(wanted, guess, scale) == 0.25


def test_what_is_held_out_is_the_test_and_nothing_else():
    dates = pd.date_range("2010-01-01", periods=134, freq="MS")
    series = pd.Series(np.random.default_rng(0).normal(size=134), index=dates, name="sales")
    split = SeriesTask(series[:120], 6, held_out=series[120:]).load(0)
    assert (split.origins, split.horizon) == ([120, 126], 6)
    np.testing.assert_array_equal(split.train[:, 0], series[:120])
    np.testing.assert_array_equal(split.values[:, 0], series[:132])
    assert split.labels[120] == "2020-01-01"
    alone = SeriesTask(series[:120], 6).load(0).fold()
    assert split.fold().n_train > alone.n_train
    assert SeriesTask(series[:120], held_out=series[120:123]).load(0).horizon == 3


@pytest.mark.parametrize(
    ("held_out", "horizon", "message"),
    [
        (slice(100, 105), 6, "5 step.s. are held out, but one forecast of the horizon 6"),
        (slice(90, 110), 6, "y must continue the series"),
    ],
)
def test_what_is_held_out_must_continue_the_series(held_out, horizon, message):
    dates = pd.date_range("2010-01-01", periods=120, freq="MS")
    series = pd.Series(np.random.default_rng(0).normal(size=120), index=dates)
    with pytest.raises(TaskError, match=message):
        SeriesTask(series[:100], horizon, held_out=series[held_out])


def test_too_little_before_what_is_held_out_is_refused():
    y = np.random.default_rng(0).normal(size=60)
    with pytest.raises(TaskError, match="the series has 39 steps, but at least 40 are needed"):
        SeriesTask(y[:39], 6, held_out=y[39:])
