"""What a search tries next, which of its finds forecast, and by what weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import (
    Candidate,
    Preprocessing,
    SeriesTraits,
    draw,
    familiar,
)
from esnkit.forecasting.auto.evaluation import Evaluation

ROUNDS = (0.3, 0.5, 0.75, 1.0)  # the part of the budget that is spent at the end of each round
FIRST = 4  # candidates at least, that the first round tries
_PARENTS = 5  # the best so far, that a round learns from

_MARGIN = 0.15  # decades of error by which a member of a group may be worse than the best
# Weights are inverse to this power of the validation error. The square is best for independent
# errors; those of rivals are alike, so that the better ones deserve more.
_POWER = 4

Task = tuple[Candidate, float | None]


def propose(
    number: int,
    ranked: Sequence[Evaluation],
    n_new: int,
    problem: SeriesTraits,
    rng: np.random.Generator,
) -> Sequence[Task]:
    """Return what a round is to try: anything at first, later what lies near the best.

    The first candidates are what most would try first, and what lies evenly over all settings. The
    next look at the series as the best do, by other memories. The others, in two rounds, are
    variations of the best so far, whose penalties are tried in finer steps.
    """
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
