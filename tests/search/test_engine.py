"""One search: rounds, budgets, failures, and the same trials whatever the number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.search.engine import Budget, Search, Trial, search
from esnkit.search.space import Dimension, candidates, even_points

SPACE = (Dimension("x", "linear", 0.5, -1.0, 1.0), Dimension("y", "linear", 0.5, -1.0, 1.0))


def bowl(settings):
    return Trial(settings, 0.0, settings["x"] ** 2 + settings["y"] ** 2)


def evenly(seed=0):
    drawn = candidates(SPACE, np.random.default_rng(seed))
    return lambda *_: drawn


def test_the_best_of_many_points_lies_near_the_least():
    found = search(bowl, evenly(), Budget(200))
    assert len(found.trials) == 200
    assert found.trials[0].settings == {"x": 0.5, "y": 0.5}
    assert found.ranked[0].score < 0.02
    assert search(bowl, evenly(), Budget(200), greater_is_better=True).ranked[0].score > 1.5


@pytest.mark.parametrize("n_jobs", [2, None])
def test_trials_are_the_same_whatever_n_jobs(n_jobs):
    scores = [
        [trial.score for trial in search(bowl, evenly(), Budget(40), n_jobs=jobs).trials]
        for jobs in (1, n_jobs)
    ]
    assert scores[0] == scores[1]


def test_rounds_share_the_budget_and_learn_from_what_was_found():
    asked = []

    def propose(number, found, n_new):
        asked.append((number, len(found.trials), n_new))
        return [{"x": 0.1 * number, "y": 0.0}] * n_new

    found = search(bowl, propose, Budget(20), rounds=(0.1, 0.5, 1.0), fewest=4)
    assert asked == [(0, 0, 4), (1, 4, 6), (2, 10, 10)]
    assert found.end == "20 candidates were tried"


def test_seconds_end_a_search_and_one_candidate_is_always_tried():
    found = search(bowl, evenly(), Budget(seconds=0.0))
    assert len(found.trials) == 1
    found = search(bowl, evenly(), Budget(10**6, seconds=0.05))
    assert 1 <= len(found.trials) < 10**6
    assert "time was up after" in found.end


def test_failures_are_kept_but_never_the_best():
    def measure(settings):
        if settings["x"] == 0.5:
            return Trial(settings, 0.0, None, "ValueError: no")
        return bowl(settings)

    found = search(measure, evenly(), Budget(5))
    assert found.trials[0].failure == "ValueError: no"
    assert len(found.ranked) == 4
    assert found.table().score.is_monotonic_increasing


def test_a_journal_is_told_of_each_trial_and_classical_ones_do_not_count():
    told = []
    first = [{"x": 0.0, "y": 0.0}]
    found = search(bowl, evenly(), Budget(3), unbudgeted=first, journal=told.append)
    assert len(told) == len(found.trials) == 4
    assert found.end == "3 candidates were tried"
    assert found.trials[0].settings == first[0]
    assert sorted(trial.seconds for trial in told) == [trial.seconds for trial in told]


@pytest.mark.parametrize("keep", [False, True])
def test_an_interrupt_keeps_what_was_found_if_it_is_to(keep):
    seen = []

    def measure(settings):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(settings)
        return bowl(settings)

    if not keep:
        with pytest.raises(KeyboardInterrupt):
            search(measure, evenly(), Budget(9))
        return
    with pytest.warns(UserWarning, match="it was interrupted after 3 of 9"):
        found = search(measure, evenly(), Budget(9), keep_on_interrupt=True)
    assert len(found.trials) == 3


def test_an_empty_search_has_an_empty_table():
    assert Search().table().empty


def test_points_fill_the_cube_evenly():
    points = even_points(2, np.random.default_rng(0))
    quarters = [tuple((2 * next(points)).astype(int)) for _ in range(64)]
    assert all(14 <= quarters.count((i, j)) <= 18 for i in (0, 1) for j in (0, 1))
