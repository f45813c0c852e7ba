"""Statistics of scores: medians, ranks, and significance tests where there are enough pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from esnkit.comparison.records import Comparison
from esnkit.core.typing import FloatArray

FEWEST_PAIRS = 10  # with fewer, no test is made
LEVEL = 0.05  # of significance, after correction


@dataclass(frozen=True)
class Standing:
    """How a contestant did on a task.

    ``median``, ``lower`` and ``upper`` are the median and the quartiles over seeds, see
    `seed_scores`. ``rank`` is 1 for the best; equals share.
    """

    contestant: str
    median: float
    lower: float
    upper: float
    rank: float


@dataclass(frozen=True)
class PairedTest:
    """A contestant against the reference on the same data: wins are the contestant's.

    ``p`` is of Wilcoxon's signed-rank test, corrected by Holm's method for all contestants of the
    task. ``effect`` is the matched-pairs rank-biserial correlation, from -1 (the reference is
    better in every pair) to 1.
    """

    wins: int
    losses: int
    n_pairs: int
    p: float
    effect: float

    @property
    def verdict(self) -> str:
        """``"better"`` or ``"worse"`` than the reference, or ``"even"`` if that is open."""
        if self.p >= LEVEL:
            return "even"
        return "better" if self.effect > 0 else "worse"


@dataclass(frozen=True)
class Findings:
    """Standings on a task, and the tests against the reference."""

    standings: list[Standing]
    tests: dict[str, PairedTest]


@dataclass(frozen=True)
class AverageRanks:
    """Ranks over tasks, of those contestants that every task applies to.

    ``p`` is of Friedman's test that all are equal; ``critical_difference`` that of Nemenyi's test
    at 5 %: average ranks that are nearer to each other cannot be told apart.
    """

    ranks: dict[str, float]
    n_tasks: int
    p: float
    critical_difference: float

    @property
    def cliques(self) -> list[tuple[float, float]]:
        """First and last rank of each largest group that cannot be told apart."""
        ordered = sorted(self.ranks.values())
        spans = [
            (start, max(r for r in ordered[i:] if r - start <= self.critical_difference))
            for i, start in enumerate(ordered)
        ]
        return [
            (start, stop)
            for i, (start, stop) in enumerate(spans)
            if stop > start and (i == 0 or stop > spans[i - 1][1])
        ]


def findings(comparison: Comparison) -> dict[str, Findings]:
    """Compute standings and tests of a task, once for all that show them.

    Parameters
    ----------
    comparison : Comparison
        The results.

    Returns
    -------
    dict of str to Findings
        Those on each task, by its name.
    """
    return {
        task.name: Findings(standings(comparison, task.name), paired_tests(comparison, task.name))
        for task in comparison.tasks
    }


def standings(comparison: Comparison, task: str) -> list[Standing]:
    """Rank the contestants on a task.

    Parameters
    ----------
    comparison : Comparison
        The results.
    task : str
        The task's name.

    Returns
    -------
    list of Standing
        The best first; contestants without any score are left out.
    """
    per_seed = {}
    for contestant in comparison.contestants:
        scores = seed_scores(comparison, task, contestant.name)
        if len(scores):
            per_seed[contestant.name] = scores
    medians = np.array([np.median(seeds) for seeds in per_seed.values()])
    ranks = _ranks(medians, comparison.task(task).greater_is_better)
    found = []
    for (name, seeds), rank in zip(per_seed.items(), ranks, strict=True):
        lower, median, upper = np.quantile(seeds, [0.25, 0.5, 0.75]).tolist()
        found.append(Standing(name, median, lower, upper, float(rank)))
    return sorted(found, key=lambda standing: standing.rank)


def seed_scores(comparison: Comparison, task: str, contestant: str) -> FloatArray:
    """Return the score of each seed that has any: the median over its replicates.

    Parts of one test set are alike, so theirs is the mean: the score of the whole.

    Parameters
    ----------
    comparison : Comparison
        The results.
    task, contestant : str
        Their names.

    Returns
    -------
    ndarray of shape (n_seeds,)
    """
    scores = comparison.scores(task, contestant)
    seeds = scores[~np.isnan(scores).all(axis=1)]
    whole = comparison.task(task).replicate == "test part"
    averaged: FloatArray = (np.nanmean if whole else np.nanmedian)(seeds, axis=1)
    return averaged


def paired_tests(comparison: Comparison, task: str) -> dict[str, PairedTest]:
    """Test every contestant against the reference.

    A pair is two scores on the same data: the same forecast origin or the same draw. Seeds on one
    series are not replicates; where they vary only the models, a pair compares medians over seeds.

    Parameters
    ----------
    comparison : Comparison
        The results.
    task : str
        The task's name.

    Returns
    -------
    dict of str to PairedTest
        Empty if there are fewer than ten pairs; without the reference itself and without those
        that have no scores.

    References
    ----------
    .. [1] F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945.
    .. [2] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
       of Statistics 6, 1979.
    .. [3] D. S. Kerby, "The simple difference formula: an approach to teaching nonparametric
       correlation", Comprehensive Psychology 3, 2014.
    """
    reference = comparison.protocol.reference
    if reference not in {contestant.name for contestant in comparison.contestants}:
        return {}
    own = _replicates(comparison, task, reference)
    sign = 1 if comparison.task(task).greater_is_better else -1
    raw = {}
    for contestant in comparison.contestants:
        gains = sign * (_replicates(comparison, task, contestant.name) - own)
        gains = gains[~np.isnan(gains)]
        if contestant.name != reference and len(gains) >= FEWEST_PAIRS:
            raw[contestant.name] = gains
    corrected = holm([_wilcoxon(gains) for gains in raw.values()])
    return {
        name: PairedTest(
            int((gains > 0).sum()), int((gains < 0).sum()), len(gains), p, _rank_biserial(gains)
        )
        for (name, gains), p in zip(raw.items(), corrected, strict=True)
    }


def average_ranks(comparison: Comparison, found: dict[str, Findings]) -> AverageRanks | None:
    """Average the ranks over tasks; a failure ranks last.

    Parameters
    ----------
    comparison : Comparison
        The results.
    found : dict of str to Findings
        What they say on each task, see `findings`.

    Returns
    -------
    AverageRanks or None
        None with fewer than two tasks or three contestants that apply to all of them.

    References
    ----------
    .. [1] J. Demšar, "Statistical comparisons of classifiers over multiple data sets", Journal of
       Machine Learning Research 7, 2006.
    """
    from scipy.stats import friedmanchisquare, studentized_range

    names = [c.name for c in comparison.contestants if _applies_everywhere(comparison, c.name)]
    n_tasks, n_names = len(comparison.tasks), len(names)
    if n_tasks < 2 or n_names < 3:
        return None
    table = np.array(
        [
            _ranks_of(names, found[task.name].standings, task.greater_is_better)
            for task in comparison.tasks
        ]
    )
    same = (table == table[0, 0]).all()
    p = 1.0 if same else float(friedmanchisquare(*table.T).pvalue)
    quantile = studentized_range.ppf(1 - LEVEL, n_names, np.inf) / np.sqrt(2)
    difference = float(quantile * np.sqrt(n_names * (n_names + 1) / (6 * n_tasks)))
    ranks = dict(zip(names, table.mean(axis=0).tolist(), strict=True))
    return AverageRanks(ranks, n_tasks, p, difference)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number.

    Parameters
    ----------
    p_values : sequence of float
        As the tests gave them.

    Returns
    -------
    list of float
        In the same order; all may be compared with one level.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    factors = len(order) - np.arange(len(order))
    stepped = np.maximum.accumulate(np.asarray(p_values, dtype=float)[order] * factors)
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected.tolist()


def _replicates(comparison: Comparison, task: str, contestant: str) -> FloatArray:
    """Return a score for each piece of test data, NaN where there is none."""
    scores = comparison.scores(task, contestant)
    if comparison.task(task).fresh_data:
        return scores.ravel()
    known = ~np.isnan(scores).all(axis=0)
    medians = np.full(scores.shape[1], np.nan)
    medians[known] = np.nanmedian(scores[:, known], axis=0)
    return medians


def _wilcoxon(gains: FloatArray) -> float:
    from scipy.stats import wilcoxon

    return float(wilcoxon(gains).pvalue) if gains.any() else 1.0


def _rank_biserial(gains: FloatArray) -> float:
    """Return the share of the ranks of wins, less that of losses."""
    from scipy.stats import rankdata

    moved = gains[gains != 0]
    if not len(moved):
        return 0.0
    ranks = rankdata(np.abs(moved))
    return float((ranks * np.sign(moved)).sum() / ranks.sum())


def _ranks(scores: FloatArray, greater_is_better: bool) -> FloatArray:
    """Rank from the best, equals sharing; NaN ranks last."""
    from scipy.stats import rankdata

    worth = -scores if greater_is_better else scores
    return rankdata(np.where(np.isnan(worth), np.inf, worth))


def _ranks_of(names: Sequence[str], found: list[Standing], greater_is_better: bool) -> FloatArray:
    medians = {standing.contestant: standing.median for standing in found}
    return _ranks(np.array([medians.get(name, np.nan) for name in names]), greater_is_better)


def _applies_everywhere(comparison: Comparison, contestant: str) -> bool:
    return all(c.status != "inapplicable" for c in comparison.cells if c.contestant == contestant)
