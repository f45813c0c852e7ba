"""A search for settings: evenly at first, then around the best, and what is made of its finds."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from esnkit.core.exceptions import DivergenceWarning
from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import (
    Candidate,
    Preprocessing,
    SeriesTraits,
    draw,
    familiar,
    simple,
)
from esnkit.forecasting.auto.evaluation import Evaluation, Validation

_ROUNDS = (0.3, 0.5, 0.75, 1.0)  # the part of the budget that is spent at the end of each round
_FIRST = 4  # candidates at least, that the first round tries
_PARENTS = 5  # the best so far, that a round learns from

_MARGIN = 0.15  # decades of error by which a member of a group may be worse than the best
# Weights are inverse to this power of the validation error. The square is best for independent
# errors; those of rivals are alike, so that the better ones deserve more.
_POWER = 4

Task = tuple[Candidate, float | None]


@dataclass(frozen=True)
class Search:
    """What a search found, the best first, and why it stopped."""

    trials: list[Evaluation]
    end: str
    seconds: float


def search_rounds(
    validation: Validation,
    problem: SeriesTraits,
    rng: np.random.Generator,
    *,
    n_candidates: int,
    time_budget: float | None,
    n_jobs: int | None,
    progress: bool,
) -> Search:
    """Try candidates until a budget is spent, or Ctrl-C is pressed.

    Classical forecasts come before all, and are not counted. The first candidates are what most
    would try first, and what lies evenly over all settings. The next look at the series as the
    best do, by other memories. The others, in two rounds, are variations of the best so far, whose
    penalties are tried in finer steps.
    """
    start = time.monotonic()
    found: dict[int, Evaluation] = {}
    cause = "time was up"
    bar = _bar(n_candidates, progress)

    def attempt(number: int, task: Task, deadline: float) -> None:
        if time.monotonic() < deadline:
            found[number] = validation.measure(*task)
            if bar is not None and number >= 0:
                bar.update()

    try:
        classical = [(candidate, None) for candidate in simple(problem)]
        _run_all(attempt, list(enumerate(classical, -len(classical))), np.inf, n_jobs)
        n_drawn = 0
        for i, share in enumerate(_ROUNDS):
            n_wanted = max(round(share * n_candidates), min(_FIRST, n_candidates))
            tasks = _next_tasks(i, found, n_wanted - n_drawn, problem, rng)
            deadline = start + share * (np.inf if time_budget is None else time_budget)
            _run_all(attempt, list(enumerate(tasks, n_drawn)), deadline, n_jobs)
            n_drawn += len(tasks)
    except KeyboardInterrupt:
        if not found:
            raise
        cause = "it was interrupted"
        end = _end(found, n_candidates, cause)
        warnings.warn(f"The search goes on with what it found: {end}.", stacklevel=5)
    finally:
        if bar is not None:
            bar.close()
    return Search(_ranked(found), _end(found, n_candidates, cause), time.monotonic() - start)


def _end(found: dict[int, Evaluation], n_candidates: int, cause: str) -> str:
    """Say how many candidates were tried, without the classical ones, and why no more."""
    n_tried = sum(number >= 0 for number in found)
    if n_tried < n_candidates:
        return f"{cause} after {n_tried} of {n_candidates} candidates"
    return "1 candidate was tried" if n_tried == 1 else f"{n_tried} candidates were tried"


def _bar(n_candidates: int, progress: bool) -> Any:
    """Make a progress bar of `tqdm`, or None if there is to be none."""
    if not progress:
        return None
    from tqdm.auto import tqdm

    return tqdm(total=n_candidates, desc="search", unit="candidate", leave=False)


def _next_tasks(
    number: int,
    found: dict[int, Evaluation],
    n_new: int,
    problem: SeriesTraits,
    rng: np.random.Generator,
) -> Sequence[Task]:
    """Return what a round is to try: anything at first, later what lies near the best."""
    ranked = _ranked(found)
    best = [trial for trial in ranked if not trial.candidate.simple][:_PARENTS]
    if not best:
        views = list(dict.fromkeys([Preprocessing(), ranked[0].candidate.view]))
        start = familiar(views, problem, rng)
        tasks = (start + draw(max(0, n_new - len(start)), problem, rng))[:n_new]
    elif number == 1:
        tasks = draw(n_new, problem, rng, [trial.candidate.view for trial in best])
    else:
        return _variations(best, n_new, problem, rng, {trial.candidate for trial in ranked})
    return [(candidate, None) for candidate in tasks]


def _variations(
    best: Sequence[Evaluation],
    n_new: int,
    problem: SeriesTraits,
    rng: np.random.Generator,
    tried: set[Candidate],
) -> list[Task]:
    """Vary the best in turn; the penalty of a parent tells about that of a child."""
    tasks: list[Task] = []
    for i in range(n_new):
        parent = best[i % len(best)]
        candidate = parent.candidate.varied(rng, problem, tried)
        tried.add(candidate)
        alike = type(candidate.memory) is type(parent.candidate.memory)
        tasks.append((candidate, parent.strength if alike else None))
    return tasks


def _ranked(found: dict[int, Evaluation]) -> list[Evaluation]:
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


def choose(trials: list[Evaluation], n_members: int) -> list[list[Evaluation]]:
    """Choose what is to forecast: the best models, the best smoothing and a naive forecast.

    They come in groups, the best of each first; a kind of which none was tried is left out.
    """
    models = [trial for trial in trials if not trial.candidate.simple]
    near = [trial for trial in models if trial.score <= models[0].score + _MARGIN]
    smoothers = [t for t in trials if t.candidate.simple and not t.candidate.naive]
    naives = [trial for trial in trials if trial.candidate.naive]
    groups = near[:n_members], _plainest(smoothers), _plainest(naives)
    return [group for group in groups if group]


def _plainest(trials: list[Evaluation]) -> list[Evaluation]:
    """Choose the best classical forecast without a drift, unless one with a drift is better."""
    still = [trial for trial in trials if not trial.candidate.drifts]
    if not still:
        return trials[:1]

    def loss(trial: Evaluation) -> float:
        return float(_beyond_doubt((trial.runs - still[0].runs).mean(axis=1)))

    return [min([still[0], *(t for t in trials if t.candidate.drifts)], key=loss)]


def weigh(groups: list[list[Evaluation]]) -> FloatArray:
    """Weigh groups by how much worse their best is than that of the last, (n_groups, horizon)."""
    errors = np.array([_beyond_doubt(group[0].runs - groups[-1][0].runs) for group in groups])
    weights = 10.0 ** (-_POWER * (errors - errors.min(axis=0)))
    return weights / weights.sum(axis=0)


def _beyond_doubt(differences: FloatArray) -> FloatArray:
    """Return the mean over runs (n_runs, ...) and a standard error, so that luck counts little."""
    return differences.mean(axis=0) + differences.std(axis=0) / np.sqrt(len(differences))
