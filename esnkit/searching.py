"""A search for settings: evenly at first, then around the best, side by side in threads."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from esnkit.candidates import Candidate, draw
from esnkit.exceptions import DivergenceWarning
from esnkit.validation import Trial, Validation

_ROUNDS = (0.5, 0.75, 1.0)  # the part of the budget that is spent at the end of each round
_PARENTS = 5  # of the variations that a round tries

Task = tuple[Candidate, float | None]


@dataclass(frozen=True)
class Search:
    """What a search found, the best first, and why it stopped."""

    trials: list[Trial]
    end: str
    seconds: float


def search(
    validation: Validation,
    period: int | None,
    rng: np.random.Generator,
    *,
    n_candidates: int,
    time_budget: float | None,
    n_jobs: int | None,
) -> Search:
    """Try candidates until a budget is spent, or Ctrl-C is pressed.

    Half of them lie evenly over all settings. The others, in two rounds, are variations of the
    best so far, whose penalties are tried in finer steps.
    """
    start = time.monotonic()
    found: dict[int, Trial] = {}
    end = f"{n_candidates} candidates were tried"

    def attempt(number: int, task: Task, deadline: float) -> None:
        if not found or time.monotonic() < deadline:
            found[number] = validation.measure(*task)

    try:
        n_drawn = 0
        for share in _ROUNDS:
            n_new = round(share * n_candidates) - n_drawn
            tasks = _next_tasks(found, n_new, min(validation.lengths), period, rng)
            deadline = start + share * (np.inf if time_budget is None else time_budget)
            _run_all(attempt, list(enumerate(tasks, n_drawn)), deadline, n_jobs)
            n_drawn += len(tasks)
    except KeyboardInterrupt:
        if not found:
            raise
        end = f"it was interrupted after {len(found)} of {n_candidates} candidates"
    else:
        if len(found) < n_candidates:
            end = f"time was up after {len(found)} of {n_candidates} candidates"
    return Search(_ranked(found), end, time.monotonic() - start)


def _next_tasks(
    found: dict[int, Trial],
    n_new: int,
    n_steps: int,
    period: int | None,
    rng: np.random.Generator,
) -> Sequence[Task]:
    """Return what to try next: anything at first, later what lies near the best."""
    if not found:
        return [(candidate, None) for candidate in draw(n_new, n_steps, period, rng)]
    parents = _ranked(found)[:_PARENTS]
    chosen = [parents[i % len(parents)] for i in range(n_new)]
    return [(parent.candidate.varied(rng), parent.strength) for parent in chosen]


def _ranked(found: dict[int, Trial]) -> list[Trial]:
    """Return trials, the best first; of equals that which was drawn first."""
    return [found[number] for number in sorted(found, key=lambda i: (found[i].score, i))]


def _run_all(
    attempt: Callable[[int, Task, float], None],
    tasks: Sequence[tuple[int, Task]],
    deadline: float,
    n_jobs: int | None,
) -> None:
    """Run attempts in threads: kernels and linear algebra release the interpreter lock."""
    # Filters of warnings belong to the process, so they are set before the threads start. One
    # thread of BLAS each gives the same digits for any n_jobs.
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        warnings.simplefilter("ignore", DivergenceWarning)  # a bad candidate has a bad score
        Parallel(n_jobs=n_jobs, require="sharedmem")(
            delayed(attempt)(number, task, deadline) for number, task in tasks
        )
