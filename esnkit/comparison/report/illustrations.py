"""Which figures a task gets, and the numbers that go into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from esnkit.comparison.records import Cell, Comparison, TaskRecord, Window
from esnkit.comparison.report.figures import (
    Axis,
    Line,
    compute_figure,
    curves_figure,
    forecast_figure,
    portrait_figure,
    scores_figure,
)
from esnkit.core.typing import FloatArray

Placed = Sequence[tuple[str, Line]]  # contestants by name, the best first

_SHORT = 20  # letters of a unit that fit beside an axis; the table names it in any case
_WIDE = 20.0  # times from the least to the greatest, from which on an axis is logarithmic


@dataclass(frozen=True)
class Panel:
    """A small figure of one contestant; ``line`` is None for the truth."""

    title: str
    line: Line | None
    svg: str


@dataclass(frozen=True)
class Illustrations:
    """The figures of a task, as SVG; what a task cannot have is empty."""

    scores: str
    valid_times: str
    steps: str
    compute: str
    forecasts: list[Panel]
    forecast_label: str
    portraits: list[Panel]
    portrait_label: str


def illustrate(comparison: Comparison, task: TaskRecord, placed: Placed) -> Illustrations:
    """Draw the figures of a task.

    Parameters
    ----------
    comparison : Comparison
        The results.
    task : TaskRecord
        The task.
    placed : sequence of (str, Line)
        Contestants with scores, the best first.

    Returns
    -------
    Illustrations
    """
    key = f"t{comparison.tasks.index(task)}"
    cells = {name: _finished(comparison, task, name) for name, _ in placed}
    other_times = task.chaotic and task.metric != "valid time"
    window = task.windows[0] if task.windows else None
    return Illustrations(
        scores=_scores(f"{key}-scores", task, placed, cells, task.metric, task.metric_unit),
        valid_times=_scores(f"{key}-times", task, placed, cells, "valid time", "Lyapunov times")
        if other_times
        else "",
        steps=_errors_by_step(f"{key}-steps", task, placed, cells),
        compute=_score_by_seconds(f"{key}-compute", task, placed, cells),
        forecasts=[] if window is None else _forecasts(key, task, window, placed, cells),
        forecast_label="" if window is None else _forecast_label(task, window),
        portraits=_portraits(key, window, placed, cells) if window and task.chaotic else [],
        portrait_label=_portrait_label(task),
    )


def _finished(comparison: Comparison, task: TaskRecord, name: str) -> list[Cell]:
    return [c for c in comparison.cells_of(task.name, name) if c.status == "done"]


def _scores(
    key: str, task: TaskRecord, placed: Placed, cells: dict[str, list[Cell]], metric: str, unit: str
) -> str:
    """Draw all scores of one metric."""
    scores = {
        line: np.concatenate([cell.scores[metric] for cell in cells[name]])
        for name, line in placed
        if all(metric in cell.scores for cell in cells[name])
    }
    if not scores:
        return ""
    label = f"{metric} ({unit})" if 0 < len(unit) <= _SHORT else metric
    direction = "more" if task.greater_is_better or metric == "valid time" else "less"
    axis = Axis(f"{label}: {direction} is better", log=_is_wide(np.concatenate([*scores.values()])))
    return scores_figure(key, scores, axis)


def _errors_by_step(
    key: str, task: TaskRecord, placed: Placed, cells: dict[str, list[Cell]]
) -> str:
    """Draw errors against steps ahead, the median over seeds."""
    curves = {
        line: [
            (
                np.array(own[0].steps) * task.step,
                np.median([cell.step_errors for cell in own], axis=0),
            )
        ]
        for name, line in placed
        if (own := cells[name]) and own[0].steps
    }
    if not curves or max(len(xs) for ((xs, _),) in curves.values()) < 2:
        return ""
    wide = _is_wide(np.concatenate([errors for ((_, errors),) in curves.values()]))
    return curves_figure(
        key, curves, Axis(f"{task.step_unit} ahead"), Axis("error (standard deviations)", log=wide)
    )


def _score_by_seconds(
    key: str, task: TaskRecord, placed: Placed, cells: dict[str, list[Cell]]
) -> str:
    """Draw the best validation score so far against seconds, for those that search."""
    traces = {
        line: own
        for name, line in placed
        if (own := [trace for cell in cells[name] if (trace := _trace(cell, task))])
    }
    if not traces:
        return ""
    levels = np.concatenate([best for own in traces.values() for _, best in own])
    return compute_figure(
        key, traces, Axis(f"best {task.metric} in validation", log=_is_wide(levels))
    )


def _trace(cell: Cell, task: TaskRecord) -> tuple[FloatArray, FloatArray] | None:
    """Return when the search of a cell had reached what."""
    known = [(t.seconds, t.score) for t in cell.trials if t.score is not None]
    if not known:
        return None
    seconds, scores = np.array(known).T
    best = np.maximum if task.greater_is_better else np.minimum
    return seconds, best.accumulate(scores)


def _is_wide(values: FloatArray) -> bool:
    low, high = float(np.min(values)), float(np.max(values))
    return low > 0 and high > _WIDE * low


def _forecasts(
    key: str, task: TaskRecord, window: Window, placed: Placed, cells: dict[str, list[Cell]]
) -> list[Panel]:
    """Draw every contestant's first run over the first window, one variable of it."""
    truth = np.array(window.truth)[:, 0]
    history = np.array(window.history)[-len(truth) :, 0] if window.history else truth[:0]
    x = task.step * np.arange(1.0 - len(history), len(truth) + 1.0)
    return [
        Panel(
            line.title, line, forecast_figure(f"{key}-run{i}", line, x, history, truth, run[:, 0])
        )
        for i, (name, line) in enumerate(placed)
        if (run := _run_over(window, cells[name])) is not None
    ]


def _portraits(
    key: str, window: Window, placed: Placed, cells: dict[str, list[Cell]]
) -> list[Panel]:
    """Draw the truth's path and that of every contestant's first run."""
    truth = np.array(window.truth)
    lag = _quarter_turn(truth[:, 0])
    true_path = _path(truth, lag)
    panels = [Panel("Truth", None, portrait_figure(f"{key}-path", None, true_path, true_path))]
    for i, (name, line) in enumerate(placed):
        run = _run_over(window, cells[name])
        if run is not None:
            svg = portrait_figure(f"{key}-path{i}", line, true_path, _path(run, lag))
            panels.append(Panel(line.title, line, svg))
    return panels


def _run_over(window: Window, cells: list[Cell]) -> FloatArray | None:
    """Return the run that was made over a window."""
    for cell in cells:
        for run in cell.runs:
            if cell.seed == window.seed and run.replicate == window.replicate:
                return np.array(run.values)
    return None


def _path(values: FloatArray, lag: int) -> FloatArray:
    """Return two coordinates: the first and last variable, or one now and a while ago."""
    if values.shape[1] > 1:
        return values[:, [0, -1]]
    return np.column_stack([values[lag:, 0], values[:-lag, 0]])


def _quarter_turn(values: FloatArray) -> int:
    """Return the lag at which a series first looks unlike itself."""
    centred = values - values.mean()
    size = float(centred @ centred)
    for lag in range(1, len(values) // 2):
        if float(centred[lag:] @ centred[:-lag]) < 0.3 * size:
            return lag
    return 1


def _forecast_label(task: TaskRecord, window: Window) -> str:
    """Say what the panels of forecasts show."""
    variable = f"{task.variables[0]} over {task.step_unit}"
    if not window.labels:
        return variable
    return f"{variable} from {window.labels[len(window.history)]}"


def _portrait_label(task: TaskRecord) -> str:
    if len(task.variables) > 1:
        shown = task.variables[: min(len(task.variables), 3)]
        return f"{shown[-1]} against {shown[0]}"
    return f"{task.variables[0]} a while ago against now"
