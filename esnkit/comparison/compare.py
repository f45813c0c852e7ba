"""Run a comparison: every contestant on every task with every seed, by the same rules."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs, wrap_non_picklable_objects

from esnkit.comparison.cell import Job, make_job, run_cell
from esnkit.comparison.contestants.base import Contestant
from esnkit.comparison.contestants.registry import read_contestants
from esnkit.comparison.journal import Journal
from esnkit.comparison.json_records import to_plain
from esnkit.comparison.metadata import describe_environment, describe_task, version_of
from esnkit.comparison.records import Cell, Comparison, Protocol, TaskRecord
from esnkit.comparison.tasks.base import Task, TaskError
from esnkit.comparison.tasks.registry import read_tasks
from esnkit.comparison.tasks.splits import (
    FEWEST_ROWS,
    N_FOLDS,
    SeriesSplit,
    Split,
)
from esnkit.core.checks import check_scalar
from esnkit.search.engine import Budget

__all__ = ["compare"]

_VALIDATION = (
    f"Series: {N_FOLDS} forecasts of the task's horizon at the end of the training part, by a "
    "model fitted to what lies before; they overlap where they would take up more than a third. "
    "Driven systems: predictions of the last third of the training part by a model fitted to the "
    "first two. Labelled sequences: answers for the last third, in an order that mixes classes, "
    "by a model fitted to the others. The score is the task's own, averaged; the best candidate is "
    "fitted to the whole training part. The test part is never looked at."
)
_PREPROCESSING = (
    "Mean 0 and standard deviation 1 on the training data. Series may be differenced; candidate k "
    "of every contestant takes the k-th of the task's ways to do so, in turn."
)


def compare(
    models: Sequence[Any] | Mapping[str, Any] | None = None,
    tasks: Sequence[Any] | None = None,
    *,
    seeds: int | Sequence[int] = 3,
    budget: int | None = 8,
    budget_seconds: float | None = None,
    reference: str | None = None,
    n_jobs: int | None = None,
    journal: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: bool = True,
) -> Comparison:
    """Compare models on tasks, all under the same rules.

    Every contestant with something to tune has the same budget, the same data, the same rule of
    validation and the same preprocessing. One that fails is a row that says why.

    Parameters
    ----------
    models : sequence or mapping, default=None
        Who takes part: names of shipped contestants or of scikit-learn's regressors, models and
        forecasters of this package, regressors, or `Contestant` objects; a mapping names them.
        None means a default set of nine. Where labels are to be told, classifiers take their
        place, and the default is a set of five.
    tasks : sequence, default=None
        At what: names of shipped tasks, arrays or pandas objects, `Task` objects. None means a
        default set of five. Tasks that ask for labels and others have no report in common.
    seeds : int or sequence of int, default=3
        How many seeds, or which.
    budget : int or None, default=8
        Candidates that each contestant may try in each cell. Results repeat exactly.
    budget_seconds : float, default=None
        Seconds that each contestant may search in each cell, in place of `budget`; the last
        candidate is finished. Results depend on the machine.
    reference : str, default=None
        The contestant that the others are tested against. None means ``"esn"`` if it takes part,
        else the first.
    n_jobs : int, default=None
        Cells that run at a time; None means one unless a `joblib.parallel_config` is active. The
        scores are the same for any number and backend.
    journal : str or path-like, default=None
        A file in which every cell is kept as soon as it has finished.
    resume : bool, default=False
        Whether to go on with the journal that is there.
    progress : bool, default=True
        Whether to show a progress bar.

    Returns
    -------
    Comparison
        All scores and costs.

    Raises
    ------
    TaskError
        If a task or contestant is unknown, a series is too short, or some tasks ask for labels and
        others for numbers.
    ResultsError
        If `resume` is asked for and the journal is damaged or of another comparison.
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> from esnkit.comparison import compare
    >>> found = compare(["linear", "mean"], ["sunspots"], seeds=1, budget=2, progress=False)
    >>> found.scores("sunspots", "linear").shape
    (1, 10)
    """
    entered = read_tasks(tasks)
    contestants = read_contestants(models, labelled=_ask_for_labels(entered))
    budget = None if budget_seconds is not None else budget
    protocol = _protocol(contestants, seeds, budget, budget_seconds, reference, n_jobs)
    splits = _load(entered, protocol.seeds)
    first = protocol.seeds[0]
    records = [describe_task(task, splits[task.name, first], first) for task in entered]
    jobs = list(_jobs(entered, contestants, protocol, splits))
    plan = _plan(protocol, records, contestants, splits)
    book = None if journal is None else Journal(Path(journal), plan, records, resume)
    begun = _Clock(0.0 if book is None else book.seconds)
    cells = [] if book is None else list(book.cells)
    done = {cell.key for cell in cells}
    missing = [job for job in jobs if (job.task, job.contestant.name, job.seed) not in done]
    for cell in _run(missing, len(done), n_jobs, progress):
        cells.append(cell)
        if book is not None:
            book.add(cell, begun.seconds())
    return Comparison(
        environment=describe_environment(begun.started, begun.seconds()),
        protocol=protocol,
        tasks=records,
        contestants=[contestant.record() for contestant in contestants],
        cells=sorted(cells, key=_place(records, contestants, protocol)),
    )


class _Clock:
    """Wall time of this run, and of those that it continues."""

    def __init__(self, before: float) -> None:
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self._start = time.monotonic() - before

    def seconds(self) -> float:
        return time.monotonic() - self._start


def _protocol(
    contestants: Sequence[Contestant],
    seeds: int | Sequence[int],
    budget: int | None,
    budget_seconds: float | None,
    reference: str | None,
    n_jobs: int | None,
) -> Protocol:
    """Check the rules, and write them down."""
    names = [contestant.name for contestant in contestants]
    if reference is None:
        reference = "esn" if "esn" in names else names[0]
    if reference not in names:
        raise TaskError(f"reference must be one of {', '.join(names)}, got {reference!r}")
    if budget_seconds is None:
        check_scalar(budget, "budget", Integral, min_val=1)
    else:
        check_scalar(
            budget_seconds, "budget_seconds", Real, min_val=0, include_boundaries="neither"
        )
    chosen = list(range(seeds) if isinstance(seeds, int | np.integer) else seeds)
    for seed in chosen:
        check_scalar(seed, "each of seeds", Integral, min_val=0)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"seeds must be at least one, all different, got {seeds!r}.")
    return Protocol(
        seeds=[int(seed) for seed in chosen],
        budget=None if budget is None else int(budget),
        budget_seconds=None if budget_seconds is None else float(budget_seconds),
        n_jobs=effective_n_jobs(n_jobs),
        validation=_VALIDATION,
        preprocessing=_PREPROCESSING,
        reference=reference,
    )


# ---------------------------------------------------------------------- data

Splits = dict[tuple[str, int], Split]


def _ask_for_labels(tasks: Sequence[Task]) -> bool:
    """Tell whether the tasks ask for labels of sequences, all of them or none."""
    asking = {task.labelled: task.name for task in tasks}
    if len(asking) > 1:
        raise TaskError(
            f"task {asking[True]!r} asks for labels and {asking[False]!r} for numbers: other "
            "contestants take part, so compare them one after the other"
        )
    return True in asking


def _load(tasks: Sequence[Task], seeds: Sequence[int]) -> Splits:
    """Load all data before anything is computed, so that all that is wrong with them shows."""
    splits: Splits = {}
    for task in tasks:
        for seed in seeds:
            known = not task.fresh_data and seed != seeds[0]
            split = splits[task.name, seeds[0]] if known else task.load(seed)
            splits[task.name, seed] = split
            if isinstance(split, SeriesSplit) and split.fold().n_train < FEWEST_ROWS:
                raise TaskError(
                    f"task {task.name!r}: {split.n_train} steps to learn from are too few for "
                    f"{N_FOLDS} forecasts of {split.horizon} to validate and {FEWEST_ROWS} before"
                )
    return splits


# ---------------------------------------------------------------------- cells


def _jobs(
    tasks: Sequence[Task],
    contestants: Sequence[Contestant],
    protocol: Protocol,
    splits: Splits,
) -> Iterator[Job]:
    """Yield the cells seed by seed, so that the time left is known after the first seed."""
    budget = Budget(protocol.budget, protocol.budget_seconds)
    for seed in protocol.seeds:
        for task in tasks:
            for contestant in contestants:
                split = splits[task.name, seed]
                yield make_job(
                    task, split, contestant, seed, budget, draw_runs=seed == protocol.seeds[0]
                )


def _place(
    records: Sequence[TaskRecord], contestants: Sequence[Contestant], protocol: Protocol
) -> Callable[[Cell], tuple[int, int, int]]:
    """Make the key that sorts cells by task, contestant and seed, as they were given."""
    tasks = [record.name for record in records]
    names = [contestant.name for contestant in contestants]
    return lambda cell: (
        tasks.index(cell.task),
        names.index(cell.contestant),
        protocol.seeds.index(cell.seed),
    )


def _run(jobs: Sequence[Job], n_done: int, n_jobs: int | None, progress: bool) -> Iterator[Cell]:
    """Yield cells as they finish."""
    from tqdm.auto import tqdm

    bar = tqdm(
        total=n_done + len(jobs), initial=n_done, unit="cell", disable=not progress, leave=False
    )
    with bar:
        for cell in _run_parallel(jobs, n_jobs):
            bar.set_postfix_str(f"{cell.task}, {cell.contestant}", refresh=False)
            bar.update()
            yield cell


def _run_parallel(jobs: Sequence[Job], n_jobs: int | None) -> Iterator[Cell]:
    """Yield results as they come, or by the handful where a backend gives all at once."""
    # Not every backend can send a function without a name to another process by itself.
    calls = [delayed(run_cell)(wrap_non_picklable_objects(job)) for job in jobs]
    try:
        running = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1)
    except ValueError:
        n_workers = effective_n_jobs(n_jobs)
        for first in range(0, len(calls), n_workers):
            yield from Parallel(n_jobs=n_jobs)(calls[first : first + n_workers])
    else:
        yield from running(calls)


def _plan(
    protocol: Protocol,
    records: Sequence[TaskRecord],
    contestants: Sequence[Contestant],
    splits: Splits,
) -> dict[str, Any]:
    """Say what is to be done, so that a journal is continued only by the same comparison."""
    digest = hashlib.sha256()
    for split in splits.values():
        digest.update(split.content())
    return {
        "rules": to_plain(replace(protocol, n_jobs=1)),
        "tasks": [to_plain(replace(record, windows=[])) for record in records],
        "contestants": [to_plain(contestant.record()) for contestant in contestants],
        "data": digest.hexdigest(),
        "version of esnkit": version_of("esnkit"),
    }
