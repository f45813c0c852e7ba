"""Ranks and tests: held to hand-made cases, to scipy and to published critical values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from esnkit.comparison import Comparison
from esnkit.comparison.report.significance import (
    average_ranks,
    findings,
    holm,
    paired_tests,
    standings,
)
from tests.comparison.samples import LEVELS, sample_comparison


@pytest.fixture(scope="module")
def sample() -> Comparison:
    return sample_comparison()


def with_scores(sample: Comparison, task: str, scores: dict[str, np.ndarray]) -> Comparison:
    """Put given scores (n_seeds, n_replicates) in the place of those of a task."""
    metric = sample.task(task).metric
    cells = [
        replace(cell, status="done", scores={metric: scores[cell.contestant][cell.seed].tolist()})
        if cell.task == task and cell.contestant in scores
        else cell
        for cell in sample.cells
    ]
    return replace(sample, cells=cells)


def test_best_comes_first_in_either_direction(sample: Comparison) -> None:
    for task in ("sunspots", "lorenz63", "narma10"):
        levels = {n: v[task] for n, v in LEVELS.items() if v[task] is not None and v[task] > 0}
        assert {s.contestant for s in standings(sample, task)} == set(levels)
        medians = [s.median for s in standings(sample, task)]
        assert medians == sorted(medians, reverse=sample.task(task).greater_is_better)
    assert standings(sample, "narma10")[0].contestant == "esn"


def test_quartiles_are_over_seeds_of_medians_over_replicates(sample: Comparison) -> None:
    scores = np.arange(30.0).reshape(3, 10) ** 2
    own = with_scores(sample, "sunspots", {"esn": scores})
    (standing,) = [s for s in standings(own, "sunspots") if s.contestant == "esn"]
    low, middle, high = np.median(scores, axis=1)
    assert standing.median == middle
    assert (standing.lower, standing.upper) == ((low + middle) / 2, (middle + high) / 2)


def test_equals_share_a_rank(sample: Comparison) -> None:
    same = np.zeros((3, 10))
    tied = with_scores(sample, "sunspots", {"esn": same, "lstm": same})
    assert [s.rank for s in standings(tied, "sunspots")][:3] == [1.5, 1.5, 3.0]


def test_seeds_on_one_series_are_no_replicates(sample: Comparison) -> None:
    rng = np.random.default_rng(0)
    scores = {"esn": rng.normal(size=(3, 10)), "lstm": rng.normal(size=(3, 10))}
    test = paired_tests(with_scores(sample, "sunspots", scores), "sunspots")["lstm"]
    assert test.n_pairs == 10
    gains = np.median(scores["esn"], axis=0) - np.median(scores["lstm"], axis=0)
    assert (test.wins, test.losses) == ((gains > 0).sum(), (gains < 0).sum())


def test_draws_of_every_seed_are_replicates_and_agree_with_scipy(sample: Comparison) -> None:
    tests = paired_tests(sample, "narma10")
    assert set(tests) == {"lstm", "linear", "mean"}  # the others have no scores
    raw = {
        n: wilcoxon(sample.scores("narma10", n).ravel(), sample.scores("narma10", "esn").ravel())
        for n in tests
    }
    assert all(test.n_pairs == 30 for test in tests.values())
    expected = dict(zip(raw, holm([r.pvalue for r in raw.values()]), strict=True))
    assert {n: t.p for n, t in tests.items()} == pytest.approx(expected)


def test_verdict_goes_with_the_direction(sample: Comparison) -> None:
    assert paired_tests(sample, "lorenz63")["mean"].verdict == "worse"
    clearly = {"esn": np.full((3, 10), 1.0) + np.arange(10) / 100, "lstm": np.zeros((3, 10))}
    test = paired_tests(with_scores(sample, "sunspots", clearly), "sunspots")["lstm"]
    assert (test.verdict, test.effect, test.wins) == ("better", 1.0, 10)
    same = with_scores(sample, "sunspots", {"lstm": sample.scores("sunspots", "esn")})
    test = paired_tests(same, "sunspots")["lstm"]
    assert (test.verdict, test.effect, test.p) == ("even", 0.0, 1.0)


def test_no_test_with_few_pairs(sample: Comparison) -> None:
    few = np.full((3, 10), np.nan)
    few[:, :9] = 1.0
    cells = with_scores(sample, "sunspots", {"esn": few})
    assert paired_tests(cells, "sunspots") == {}


def test_average_ranks_of_hand_made_scores(sample: Comparison) -> None:
    names = ["esn", "lstm", "linear", "mean"]
    order = {"sunspots": [1, 2, 3, 4], "narma10": [1, 2, 3, 4], "lorenz63": [3, 4, 2, 1]}
    found = replace(
        sample,
        contestants=[c for c in sample.contestants if c.name in names],
        cells=[c for c in sample.cells if c.contestant in names],
    )
    for task, scores in order.items():
        table = {n: np.full((3, 10), float(s)) for n, s in zip(names, scores, strict=True)}
        found = with_scores(found, task, table)
    ranks = average_ranks(found, findings(found))
    assert ranks is not None
    # On lorenz63 more is better, so that the same order holds there but for the first two.
    assert ranks.ranks == pytest.approx({"esn": 4 / 3, "lstm": 5 / 3, "linear": 3.0, "mean": 4.0})
    # Demšar's table of critical values: 2.569 for four classifiers.
    assert ranks.critical_difference == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 3)), rel=1e-3)


def test_cliques_are_the_largest_groups(sample: Comparison) -> None:
    ranks = average_ranks(sample, findings(sample))
    assert ranks is not None
    spread = replace(ranks, ranks={"a": 1.0, "b": 1.5, "c": 2.4, "d": 4.0}, critical_difference=1.0)
    assert spread.cliques == [(1.0, 1.5), (1.5, 2.4)]


def test_too_few_for_average_ranks(sample: Comparison) -> None:
    single = replace(sample, tasks=sample.tasks[:1])
    assert average_ranks(single, findings(single)) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_none_and_bonferroni(p_values: list[float]) -> None:
    corrected = np.array(holm(p_values))
    raw = np.array(p_values)
    assert (corrected >= raw).all()
    assert (corrected <= np.minimum(raw * len(raw), 1.0) + 1e-15).all()
    assert (np.diff(corrected[np.argsort(raw, kind="stable")]) >= 0).all()
