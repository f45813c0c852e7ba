"""One cell of a comparison: one contestant on one task with one seed."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from esnkit.comparison.contestants.base import Contestant, Problem, count_parameters
from esnkit.comparison.json_records import to_plain
from esnkit.comparison.records import MOST_STEPS, MOST_VARIABLES, Cell, Run
from esnkit.comparison.tasks.base import Task
from esnkit.comparison.tasks.scores import Metric, Scale
from esnkit.comparison.tasks.splits import DrivenSplit, LabelledSplit, Pairs, SeriesSplit, Split
from esnkit.comparison.trials import Choice, Outcome, choose_settings, describe, play
from esnkit.core.process import ignored, one_thread_each
from esnkit.core.seeding import child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.search.engine import Budget

MOST_RUNS = 2  # replicates that are kept to be drawn
_DIGITS = 5  # of what is drawn
_WARM_UP_STEPS = 150


@dataclass(frozen=True, eq=False)
class Job:
    """All that a cell needs, so that it may run in another process."""

    task: str
    metrics: tuple[Metric, ...]
    period: int | None
    step: float
    lags: list[list[int]]
    split: Split
    contestant: Contestant
    seed: int
    budget: Budget
    draw_runs: bool

    def scale(self, split: Split) -> Scale:
        """Return what scores on a split are relative to."""
        if isinstance(split, SeriesSplit):
            return Scale(split.train, self.period, self.step)
        return Scale(split.train.wanted(), None, self.step)


def run_cell(job: Job) -> Cell:
    """Search, fit and test; whatever goes wrong becomes the cell's reason."""
    blank = Cell(job.task, job.contestant.name, job.seed, "done")
    objection = job.contestant.objection(job.split)
    if objection:
        return replace(blank, status="inapplicable", reason=objection)
    with one_thread_each(), ignored(Warning):  # what is bad has a bad score
        compile_seconds = _warm_up(job.contestant, job.split)
        try:
            with _measured_memory() as memory:
                cell = _run(job, blank)
            to_plain(cell)  # what cannot be kept, such as an infinite score, is a failure
        except Exception as error:
            return replace(
                blank, status="failed", reason=describe(error), compile_seconds=compile_seconds
            )
    return replace(cell, compile_seconds=compile_seconds, peak_memory=memory.peak)


def _run(job: Job, blank: Cell) -> Cell:
    choice = _choose(job)
    problem = Problem.of(job.split, job.budget.n_candidates, job.budget.seconds)
    outcome = play(job.contestant, choice.settings, job.split, problem, choice.seed)
    scale = job.scale(job.split)
    steps, step_errors = _step_errors(outcome, job.split, scale)
    return replace(
        blank,
        scores={metric.name: outcome.scores(metric, scale) for metric in job.metrics},
        steps=steps,
        step_errors=step_errors,
        runs=_runs(outcome) if job.draw_runs else [],
        settings=choice.settings,
        trials=choice.trials,
        search_seconds=choice.trials[-1].seconds if choice.trials else 0.0,
        fit_seconds=outcome.fit_seconds,
        predict_seconds=float(np.median(outcome.predict_seconds)),
        n_steps=_steps_of_a_prediction(job.split),
        n_parameters=count_parameters(outcome.fitted),
        n_diverged=_count_diverged(outcome, scale.train),
    )


def _choose(job: Job) -> Choice:
    """Search, if there is anything to be tuned."""
    # From the data and the seed alone: names change nothing, nor who else takes part.
    rng = child_generator(root_seed(job.seed), "search", zlib.crc32(job.split.content()))
    if not job.contestant.space:
        return Choice({}, int(rng.integers(2**31)), [])
    return choose_settings(
        job.contestant, job.split, job.lags, job.metrics[0], job.scale, job.budget, rng
    )


def _steps_of_a_prediction(split: Split) -> int:
    """Return how many steps one timed prediction has."""
    if isinstance(split, SeriesSplit):
        return split.horizon
    return sum(len(x) for x in split.draws[0].inputs)


def _step_errors(outcome: Outcome, split: Split, scale: Scale) -> tuple[list[int], list[float]]:
    """Return steps ahead, and the root mean squared error at each in standard deviations."""
    if isinstance(split, DrivenSplit):
        return [], []
    errors = (np.array(outcome.guesses) - np.array(outcome.truths)) / scale.train.std(axis=0)
    by_step = np.sqrt((errors**2).mean(axis=(0, 2)))
    kept = np.unique(np.linspace(0, split.horizon - 1, MOST_STEPS).round().astype(int))
    return (kept + 1).tolist(), by_step[kept].tolist()


def _runs(outcome: Outcome) -> list[Run]:
    return [Run(i, drawable(guess)) for i, guess in enumerate(outcome.guesses[:MOST_RUNS])]


def drawable(values: FloatArray) -> list[list[float]]:
    """Cut values of shape (n_steps, n_variables) to what is drawn, with the digits that show."""
    cut = values[:MOST_STEPS, :MOST_VARIABLES]
    return [[float(f"{value:.{_DIGITS}g}") for value in row] for row in cut.tolist()]


def _count_diverged(outcome: Outcome, train: FloatArray) -> int:
    """Count predictions that left the range of the training data by more than its width."""
    low, high = train.min(axis=0), train.max(axis=0)
    width = high - low
    beyond = [((g < low - width) | (g > high + width)).any() for g in outcome.guesses]
    return int(np.sum(beyond))


# ---------------------------------------------------------------------- what is not measured

_warmed: set[tuple[str, type[Split]]] = set()


def _warm_up(contestant: Contestant, split: Split) -> float:
    """Compile what a contestant needs, once in each process; return the seconds it took."""
    if (contestant.name, type(split)) in _warmed:
        return 0.0
    _warmed.add((contestant.name, type(split)))
    start = time.perf_counter()
    small = _small(type(split))
    settings = {d.name: d.default for d in contestant.space}
    try:
        play(contestant, settings, small, Problem.of(small, n_candidates=4), seed=0)
    except Exception:  # the cell itself will say why
        return time.perf_counter() - start
    return time.perf_counter() - start


def _small(kind: type[Split]) -> Split:
    """Return a split of the same kind that takes little time."""
    wave = np.sin(np.arange(_WARM_UP_STEPS) ** 1.1)[:, None]
    if kind is LabelledSplit:
        halves = np.split(wave, 2) * 10
        classes = [np.full((1, 1), float(i % 2)) for i in range(len(halves))]
        labelled = Pairs(halves, classes, [np.ones(1, dtype=bool)] * len(halves))
        return LabelledSplit(labelled, [labelled], classes=("a", "b"))
    if kind is DrivenSplit:
        rows = Pairs([wave], [wave], [np.ones(len(wave), dtype=bool)])
        return DrivenSplit(rows, [rows])
    return SeriesSplit(wave, horizon=10, n_origins=2)


class _Memory:
    """What a measurement found; None where it could not be taken."""

    peak: int | None = None


@contextmanager
def _measured_memory() -> Iterator[_Memory]:
    """Measure by how much resident memory grows at most, where Linux tells.

    It is the whole process's, and so means nothing where cells run in threads beside each other.
    """
    memory = _Memory()
    alone = threading.current_thread() is threading.main_thread()
    before = _reset_peak() if alone else None
    yield memory
    if before is not None:
        memory.peak = max(0, _resident("VmHWM") - before)


def _reset_peak() -> int | None:
    """Forget the process's highest resident memory so far; return the present one in bytes."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _resident("VmRSS")
    except OSError:
        return None


def _resident(entry: str) -> int:
    """Read a line of the process's status, given in kB, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(entry):
            return 1024 * int(line.split()[1])
    return 0


def make_job(
    task: Task, split: Split, contestant: Contestant, seed: int, budget: Budget, draw_runs: bool
) -> Job:
    """Put together what a cell needs, without the task itself, which may not travel."""
    return Job(
        task=task.name,
        metrics=task.metrics,
        period=split.period if isinstance(split, SeriesSplit) else None,
        step=task.step,
        lags=task.lags(split),
        split=split,
        contestant=contestant,
        seed=seed,
        budget=budget,
        draw_runs=draw_runs and not isinstance(split, LabelledSplit),
    )
