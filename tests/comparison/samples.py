"""Invented results in the form of true ones, for tests that must not compute for minutes."""

from __future__ import annotations

import numpy as np

from esnkit.comparison.records import (
    Cell,
    Comparison,
    ContestantRecord,
    Environment,
    Family,
    Protocol,
    Run,
    TaskRecord,
    TrialRecord,
    Window,
)
from esnkit.search.space import Dimension

UNITS = Dimension("n_units", "log", 100, 50, 400, integer=True)
LEAK = Dimension("leak_rate", "log", 0.5, 0.1, 1.0)
TAPS = Dimension("n_taps", "choice", 2, choices=(2, 5, 10))

# How far each one's errors are from the best; None fails, -1 does not apply.
LEVELS: dict[str, dict[str, float | None]] = {
    "esn": {"sunspots": 1.2, "lorenz63": 1.3, "narma10": 1.0},
    "autoesn": {"sunspots": 1.1, "lorenz63": 1.2, "narma10": -1},
    "lstm": {"sunspots": 1.3, "lorenz63": 2.0, "narma10": 1.5},
    "nvar": {"sunspots": 1.4, "lorenz63": 1.0, "narma10": None},
    "linear": {"sunspots": 1.0, "lorenz63": 4.0, "narma10": 3.0},
    "seasonal-naive": {"sunspots": 1.8, "lorenz63": 5.0, "narma10": -1},
    "mean": {"sunspots": 2.0, "lorenz63": 6.0, "narma10": 5.0},
}
FAMILIES: dict[str, Family] = {
    "esn": "reservoir",
    "autoesn": "reservoir",
    "lstm": "trained network",
    "nvar": "delay line",
    "linear": "delay line",
    "seasonal-naive": "naive",
    "mean": "naive",
}
SPACES = {"esn": [UNITS, LEAK], "lstm": [UNITS], "linear": [TAPS], "nvar": [TAPS]}
HORIZON = {"sunspots": 11, "lorenz63": 300, "narma10": None}
VARIABLES = {"sunspots": ["sunspots"], "lorenz63": ["x", "y", "z"], "narma10": ["y"]}
N_REPLICATES = 10


def task_record(name: str) -> TaskRecord:
    """Make a task whose truth is a wave."""
    chaotic, horizon = name == "lorenz63", HORIZON[name]
    wave = np.sin(np.arange(500)[:, None] / 5 + np.arange(len(VARIABLES[name])))
    length = horizon or 100
    windows = [
        Window(
            seed=0,
            replicate=i,
            history=wave[:60].tolist(),
            truth=wave[60 : 60 + length].tolist(),
            labels=[str(1900 + k) for k in range(60 + length)] if name == "sunspots" else [],
        )
        for i in range(2)
    ]
    return TaskRecord(
        name=name,
        title={"sunspots": "Sunspots", "lorenz63": "Lorenz-63", "narma10": "NARMA-10"}[name],
        description="An invented task.",
        kind={"sunspots": "forecast", "lorenz63": "generate", "narma10": "filter"}[name],
        source="shipped",
        metric={"sunspots": "MASE", "lorenz63": "valid time", "narma10": "NRMSE"}[name],
        metric_unit="Lyapunov times" if chaotic else "",
        greater_is_better=chaotic,
        chaotic=chaotic,
        fresh_data=name != "sunspots",
        replicate="forecast origin" if horizon else "independent draw",
        n_replicates=N_REPLICATES,
        n_train=199,
        n_test=N_REPLICATES * (horizon or 500),
        horizon=horizon,
        period=11 if name == "sunspots" else None,
        differences=[[], [1], [11]] if name == "sunspots" else [[]],
        step=0.0226 if chaotic else 1.0,
        step_unit="Lyapunov times" if chaotic else ("years" if horizon else "steps"),
        variables=VARIABLES[name],
        windows=windows,
    )


def done_cell(task: TaskRecord, contestant: str, seed: int, level: float) -> Cell:
    """Make a cell whose errors are about a level."""
    rng = np.random.default_rng([seed, len(contestant), len(task.name)])
    noise = np.exp(0.2 * rng.normal(size=task.n_replicates))
    score = 8 / level * noise if task.greater_is_better else 0.5 * level * noise
    scores = {task.metric: score.tolist()}
    steps = [] if task.horizon is None else list(range(1, task.horizon + 1))
    runs = [
        Run(w.replicate, (np.array(w.truth) + 0.1 * level * rng.normal(size=(1, 1))).tolist())
        for w in task.windows
        if w.seed == seed
    ]
    trials = [
        TrialRecord({"n_units": 100 + k}, 0.2 * (k + 1), float(score.mean() * (1 + 1 / (k + 1))))
        for k in range(7 if contestant in SPACES else 0)
    ]
    if trials:
        trials.append(TrialRecord({"n_units": 400}, 1.7, None, "ValueError: too many units"))
    return Cell(
        task.name,
        contestant,
        seed,
        "done",
        scores=scores,
        steps=steps,
        step_errors=[min(1.5, 0.02 * level * k) for k in steps],
        runs=runs,
        settings={"n_units": 100, "differences": [1]} if trials else {},
        trials=trials,
        compile_seconds=0.4,
        search_seconds=1.7 if trials else 0.0,
        fit_seconds=0.02 * level,
        predict_seconds=0.001 * level,
        n_steps=task.horizon or 500,
        n_parameters=None if contestant == "autoesn" else 101,
        peak_memory=None if contestant == "mean" else 12_000_000,
        n_diverged=int(level > 3),
    )


def sample_cell(task: TaskRecord, contestant: str, seed: int) -> Cell:
    """Make a cell of any status."""
    level = LEVELS[contestant][task.name]
    if level is None:
        return Cell(task.name, contestant, seed, "failed", "ValueError: the matrix is singular")
    if level < 0:
        reason = "there is no past of the target to go on from"
        return Cell(task.name, contestant, seed, "inapplicable", reason)
    return done_cell(task, contestant, seed, level)


def sample_comparison(n_seeds: int = 3) -> Comparison:
    """Make results of three tasks and seven contestants, all parts present."""
    tasks = [task_record(name) for name in HORIZON]
    contestants = [
        ContestantRecord(
            name,
            name.upper() if len(name) == 4 else name.capitalize(),
            "An invented contestant.",
            FAMILIES[name],
            SPACES.get(name, []),
        )
        for name in LEVELS
    ]
    cells = [
        sample_cell(task, name, seed)
        for task in tasks
        for name in LEVELS
        for seed in range(n_seeds)
    ]
    environment = Environment(
        packages={"esnkit": "0.1.0", "numpy": "2.0.0"},
        python="3.11.2",
        platform="Linux",
        processor="x86_64",
        n_cores=2,
        blas_threads=1,
        started="2026-01-02T03:04:05+00:00",
        seconds=123.4,
    )
    protocol = Protocol(
        seeds=list(range(n_seeds)),
        budget=8,
        budget_seconds=None,
        n_jobs=1,
        validation="Three forecasts of the last part of the training data.",
        preprocessing="Mean 0 and standard deviation 1 on the training data.",
        reference="esn",
    )
    return Comparison(environment, protocol, tasks, contestants, cells)
