"""What a report has to know beside the scores: tasks, versions, machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from esnkit.comparison.cell import MOST_RUNS, drawable
from esnkit.comparison.records import MOST_STEPS, Environment, TaskRecord, Window
from esnkit.comparison.tasks.base import Task
from esnkit.comparison.tasks.splits import LabelledSplit, SeriesSplit, Split

_PACKAGES = ("esnkit", "numpy", "scipy", "scikit-learn", "numba", "joblib")
_HISTORY = 100  # steps before a window


def describe_task(task: Task, split: Split, seed: int) -> TaskRecord:
    """Write down what a report needs to know of a task.

    Parameters
    ----------
    task : Task
        The task.
    split : SeriesSplit or DrivenSplit
        Its data for the first seed.
    seed : int
        That seed.

    Returns
    -------
    TaskRecord
    """
    series = split if isinstance(split, SeriesSplit) else None
    unit = task.metric.unit or (task.step_unit if task.metric.name == "valid time" else "")
    return TaskRecord(
        name=task.name,
        title=task.title or task.name,
        description=task.description,
        kind=task.kind,
        source=task.source,
        metric=task.metric.name,
        metric_unit=unit,
        greater_is_better=task.metric.greater_is_better,
        chaotic=task.chaotic,
        fresh_data=task.fresh_data,
        replicate=_replicate(split),
        n_replicates=_n_replicates(split),
        n_train=split.n_train,
        n_test=_n_test(split),
        horizon=series.horizon if series else None,
        period=series.period if series else None,
        differences=task.lags(split) if series else [],
        step=task.step,
        step_unit=task.step_unit,
        variables=list(split.variables),
        windows=list(_windows(split, seed)),
    )


def _replicate(split: Split) -> Literal["forecast origin", "independent draw", "test part"]:
    """Say what gives one score."""
    if isinstance(split, SeriesSplit):
        return "forecast origin"
    return "test part" if isinstance(split, LabelledSplit) else "independent draw"


def _n_replicates(split: Split) -> int:
    """Count the forecast origins or the draws."""
    return split.n_origins if isinstance(split, SeriesSplit) else len(split.draws)


def _n_test(split: Split) -> int:
    """Count the steps or rows that are scored."""
    if isinstance(split, SeriesSplit):
        return split.n_origins * split.horizon
    return sum(len(draw.wanted()) for draw in split.draws)


def _windows(split: Split, seed: int) -> Iterator[Window]:
    """Yield the stretches of truth that are drawn."""
    if isinstance(split, SeriesSplit):
        for i, origin in enumerate(split.origins[:MOST_RUNS]):
            first = max(0, origin - _HISTORY)
            last = origin + min(split.horizon, MOST_STEPS)
            history, truth = split.values[first:origin], split.values[origin:last]
            labels = list(split.labels[first:last])
            yield Window(seed, i, drawable(history), drawable(truth), labels)
    elif not isinstance(split, LabelledSplit):
        for i, draw in enumerate(split.draws[:MOST_RUNS]):
            yield Window(seed, i, [], drawable(draw.wanted()), [])


def describe_environment(started: str, seconds: float) -> Environment:
    """Write down versions and machine.

    Parameters
    ----------
    started : str
        When the comparison began, by ISO 8601.
    seconds : float
        How long it took.

    Returns
    -------
    Environment
    """
    return Environment(
        packages={name: version_of(name) for name in _PACKAGES},
        python=platform.python_version(),
        platform=platform.platform(),
        processor=_processor(),
        n_cores=os.cpu_count() or 1,
        blas_threads=1,
        started=started,
        seconds=seconds,
    )


def version_of(package: str) -> str:
    """Return the version that is installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _processor() -> str:
    """Name the processor, as Linux does where it does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
