"""One search for settings: rounds of candidates within a budget, the best of which is taken."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed

from esnkit.core.process import divergences_collected, one_thread_each
from esnkit.search.space import Settings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Budget:
    """What a search may spend: candidates, seconds, or whichever runs out first."""

    n_candidates: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Trial:
    """A candidate of a search, and how it did.

    ``seconds`` have passed since the search began when its ``score`` was known. The score is None
    if the candidate failed; ``failure`` says by what.
    """

    settings: Settings
    seconds: float
    score: float | None
    failure: str = ""
    seed: int | None = None


@dataclass(frozen=True)
class Search:
    """The trials of a search in the order of their tasks, and why it stopped."""

    trials: list[Any] = field(default_factory=list)
    end: str = "nothing to choose settings on"
    seconds: float = 0.0
    greater_is_better: bool = False

    @property
    def ranked(self) -> list[Any]:
        """The trials that did not fail, the best first; of equals that which was drawn first."""
        sign = -1.0 if self.greater_is_better else 1.0
        scored = [trial for trial in self.trials if trial.score is not None]
        return sorted(scored, key=lambda trial: sign * trial.score)

    def table(self) -> pd.DataFrame:
        """Return a row for each trial that did not fail, the best first.

        Returns
        -------
        pandas.DataFrame
            A column for each setting, then ``seed``, ``score`` and ``seconds``.
        """
        import pandas as pd

        return pd.DataFrame(
            [
                trial.settings
                | {"seed": trial.seed, "score": trial.score, "seconds": trial.seconds}
                for trial in self.ranked
            ]
        )


def search(
    measure: Callable[[Any], Trial],
    propose: Callable[[int, Search, int | None], Iterable[Any]],
    budget: Budget,
    *,
    rounds: Sequence[float] = (1.0,),
    fewest: int = 1,
    unbudgeted: Sequence[Any] = (),
    greater_is_better: bool = False,
    journal: Callable[[Trial], None] | None = None,
    n_jobs: int | None = None,
    progress: bool = False,
    keep_on_interrupt: bool = False,
) -> Search:
    """Try candidates in rounds until a budget is spent.

    The trials depend on the seeds alone, whatever `n_jobs`, unless time runs out.

    Parameters
    ----------
    measure : callable
        Turns a task into a `Trial`, whose seconds are filled in here.
    propose : callable
        Given the number of the round, the search so far, and how many tasks are wanted (None for as
        many as there is time for), returns the tasks of a round.
    budget : Budget
        Candidates and seconds.
    rounds : sequence of float, default=(1.0,)
        The part of the budget that is spent at the end of each round.
    fewest : int, default=1
        Candidates that the first round tries at least, if there are so many.
    unbudgeted : sequence, default=()
        Tasks that come before the first round, and are not counted.
    greater_is_better : bool, default=False
        The direction of scores.
    journal : callable, default=None
        Told of each trial when it is done, in whatever thread it was.
    n_jobs : int, default=None
        Tasks at a time, in threads; None means one, -1 one for each core.
    progress : bool, default=False
        Whether a progress bar is shown.
    keep_on_interrupt : bool, default=False
        Whether Ctrl-C ends the search with what was found, and a warning.

    Returns
    -------
    Search

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, if it is not to be kept on, or nothing was found.
    """
    start = time.monotonic()
    found: dict[int, Trial] = {}
    cause, n_drawn = "time was up", 0
    bar = _bar(budget.n_candidates, progress)

    def attempt(number: int, task: Any) -> None:
        with divergences_collected():  # a bad candidate has a bad score
            trial = measure(task)
        found[number] = trial = replace(trial, seconds=time.monotonic() - start)
        if journal is not None:
            journal(trial)
        if bar is not None and number >= 0:
            bar.update()

    def so_far() -> Search:
        n_tried = sum(number >= 0 for number in found)
        trials = [found[number] for number in sorted(found)]
        end = _end(n_tried, budget.n_candidates, cause)
        return Search(trials, end, time.monotonic() - start, greater_is_better)

    try:
        _run_all(attempt, enumerate(unbudgeted, -len(unbudgeted)), np.inf, n_jobs)
        for i, share in enumerate(rounds):
            n_new = None
            if budget.n_candidates is not None:
                wanted = max(round(share * budget.n_candidates), min(fewest, budget.n_candidates))
                n_new = wanted - n_drawn
            deadline = np.inf if budget.seconds is None else start + share * budget.seconds
            tasks = islice(propose(i, so_far(), n_new), n_new)
            _run_all(attempt, enumerate(tasks, n_drawn), deadline, n_jobs)
            n_drawn += n_new or 0
    except KeyboardInterrupt:
        if not (found and keep_on_interrupt):
            raise
        cause = "it was interrupted"
        warnings.warn(f"The search goes on with what it found: {so_far().end}.", stacklevel=5)
    finally:
        if bar is not None:
            bar.close()
    return so_far()


def _run_all(
    attempt: Callable[[int, Any], None],
    tasks: Iterable[tuple[int, Any]],
    deadline: float,
    n_jobs: int | None,
) -> None:
    """Run attempts as long as there is time."""

    def in_time() -> Iterator[Any]:
        for number, task in tasks:
            if number > 0 and time.monotonic() >= deadline:
                return
            yield number, task

    run_side_by_side(attempt, in_time(), n_jobs)


def run_side_by_side(
    function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]], n_jobs: int | None
) -> list[Any]:
    """Call a function for each task, in threads, which read the tasks as they get to them.

    Parameters
    ----------
    function : callable
        Mostly compiled code and linear algebra, which release the interpreter lock.
    tasks : iterable of tuple
        The arguments of each call.
    n_jobs : int or None
        Calls at a time; None means one, -1 one for each core.

    Returns
    -------
    list
        The results, in the order of the tasks.
    """
    with one_thread_each():  # the same digits for any n_jobs
        jobs = Parallel(n_jobs=n_jobs, require="sharedmem", pre_dispatch="n_jobs")
        return list(jobs(delayed(function)(*task) for task in tasks))


def _bar(n_candidates: int | None, progress: bool) -> Any:
    """Make a progress bar of `tqdm`, or None if there is to be none."""
    if not progress:
        return None
    from tqdm.auto import tqdm

    return tqdm(total=n_candidates, desc="search", unit="candidate", leave=False)


def _end(n_tried: int, n_candidates: int | None, cause: str) -> str:
    """Say how many candidates were tried, and why no more."""
    if n_candidates is not None and n_tried < n_candidates:
        return f"{cause} after {n_tried} of {n_candidates} candidates"
    return "1 candidate was tried" if n_tried == 1 else f"{n_tried} candidates were tried"
