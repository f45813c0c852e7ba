"""What a search tries next, which of its finds forecast, and by what weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import (
    Candidate,
    NVARConfig,
    Preprocessing,
    ReservoirConfig,
    SeriesTraits,
    draw,
    familiar,
)
from esnkit.forecasting.auto.evaluation import Evaluation, Finalist, Validation

ROUNDS = (1 / 3, 2 / 3, 1.0)  # the part of the budget that is spent at the end of each round
FIRST = 4  # candidates at least, that the first round tries
_PARENTS = 6  # the best so far, that a round learns from

_NEARLY, _MOST_VIEWS = 0.05, 4  # decades by which a view may be worse than the best, and views
N_FINALISTS = 24  # candidates that are fitted once more
_PER_CANDIDATE, _MOST_PAIRS = 3, 60  # of its penalties, and of all, that may agree
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

    The first candidates are what most would try first, and what lies evenly over all settings, by
    the views that autoregressions recommend. The others, in two rounds, are variations of the best
    so far, whose penalties are tried in finer steps.
    """
    models = [trial for trial in ranked if not trial.candidate.simple]
    if number == 0:
        views = _promising(models)
        start = familiar(views, problem, rng)
        tasks = (start + draw(max(0, n_new - len(start)), problem, rng, views))[:n_new]
        return [(candidate, None) for candidate in tasks]
    return _variations(_parents(models), n_new, problem, rng, {t.candidate for t in ranked})


def _parents(models: Sequence[Evaluation]) -> list[Evaluation]:
    """Return the best models, reservoirs and delays among them as far as there are both."""
    delays = [t for t in models if isinstance(t.candidate.memory, NVARConfig)]
    reservoirs = [t for t in models if isinstance(t.candidate.memory, ReservoirConfig)]
    n_delays = min(len(delays), max(_PARENTS // 2, _PARENTS - len(reservoirs)))
    chosen = delays[:n_delays] + reservoirs[: _PARENTS - n_delays]
    return sorted(chosen, key=lambda trial: trial.score)


def _promising(models: Sequence[Evaluation]) -> list[Preprocessing]:
    """Return the views by which autoregressions do best, each behind the plain one.

    What is no sum of the past, such as chaos, an autoregression judges wrongly. So half of the
    candidates look at the series as it is.
    """
    plain = Preprocessing()
    near = [t.candidate.view for t in models if t.score < models[0].score + _NEARLY][:_MOST_VIEWS]
    return [view for near_by in near or [plain] for view in (plain, near_by)]


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


@dataclass(frozen=True)
class Group:
    """What forecasts together, by its median, and the errors that it made in the validation."""

    members: Sequence[Evaluation | Finalist]
    runs: FloatArray  # (n_runs, horizon), see `log_errors`


def best_pairs(finalists: Sequence[Finalist]) -> list[Finalist]:
    """Return the best of a candidate's penalties."""
    return sorted(finalists, key=lambda finalist: finalist.score)[:_PER_CANDIDATE]


def agreeing(
    finalists: Sequence[Finalist], validation: Validation, n_members: int
) -> list[Finalist]:
    """Choose the forecasts that the others bear out, the more the better those are.

    What runs away at once agrees with all that is kept within the same bounds: it has no say.
    """
    sound = [finalist for finalist in finalists if not finalist.clipped] or finalists
    pairs = sorted(sound, key=lambda finalist: finalist.score)[:_MOST_PAIRS]
    distances = validation.disagreement(pairs)
    weights = 10.0 ** -np.array([pair.score - pairs[0].score for pair in pairs])
    other = np.array([[a.candidate != b.candidate for b in pairs] for a in pairs])
    shares = other * weights
    consensus = (shares * distances).sum(axis=1) / np.maximum(shares.sum(axis=1), 1e-300)
    return [pairs[i] for i in np.argsort(consensus, kind="stable")[:n_members]]


def choose(
    trials: list[Evaluation],
    members: Sequence[Evaluation | Finalist],
    validation: Validation,
) -> list[Group]:
    """Put together what is to forecast: the models, the best smoothing and a naive forecast.

    A kind of which none was tried is left out. Analogues of noise look alike by chance: they take
    part only where nothing else was better.
    """
    groups = [_together(trials, members, validation)] if members else []
    families: dict[str, list[Evaluation]] = {}
    for trial in trials:
        if trial.candidate.simple:
            families.setdefault(trial.candidate.settings["memory"], []).append(trial)
    naive = families.pop("naive")
    analogues = families.pop("analogues", [])
    kinds = [*families.values(), naive]
    groups += [Group([t], t.runs) for kind in kinds for t in _plainest(kind)]
    best = min(float(np.nanmean(group.runs)) for group in groups)
    alike = [Group([t], t.runs) for t in analogues[:1] if np.nanmean(t.runs) <= best]
    return [*groups[:-1], *alike, groups[-1]]


def _together(
    trials: list[Evaluation],
    members: Sequence[Evaluation | Finalist],
    validation: Validation,
) -> Group:
    """Say how the median of the members did where each was validated."""
    found = {trial.candidate: trial.forecasts for trial in trials}
    forecasts = zip(*(found[member.candidate] for member in members), strict=True)
    return Group(members, validation.errors_of([np.median(runs, axis=0) for runs in forecasts]))


def _plainest(trials: list[Evaluation]) -> list[Evaluation]:
    """Choose the best classical forecast without a drift, unless one with a drift is better."""
    still = [trial for trial in trials if not trial.candidate.drifts]
    if not still:
        return trials[:1]

    def loss(trial: Evaluation) -> float:
        return float(_beyond_doubt(np.nanmean(trial.runs - still[0].runs, axis=1)))

    return [min([still[0], *(t for t in trials if t.candidate.drifts)], key=loss)]


def weigh(groups: list[Group]) -> FloatArray:
    """Weigh groups by how much worse they are than the last, (n_groups, horizon)."""
    errors = np.array([_beyond_doubt(group.runs - groups[-1].runs) for group in groups])
    weights = 10.0 ** (-_POWER * (errors - errors.min(axis=0)))
    return weights / weights.sum(axis=0)


def _beyond_doubt(differences: FloatArray) -> FloatArray:
    """Return the mean over runs (n_runs, ...) and a standard error, so that luck counts little."""
    counts = np.isfinite(differences).sum(axis=0)
    return np.nanmean(differences, axis=0) + np.nanstd(differences, axis=0) / np.sqrt(counts)
