"""A task of a user's own: say what the logistic map will do, three steps from now."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.comparison import DrivenSplit, Metric, Pairs, Task, compare, render_markdown

WORST = Metric("worst error", lambda truth, guess, scale: float(np.abs(truth - guess).max()))


class Ahead(Task):
    """The input is the logistic map, the target the same three steps later; 50 steps to settle."""

    name, kind, metric = "ahead", "filter", WORST
    title = "Logistic map, three steps ahead"

    def load(self, seed):
        rng = np.random.default_rng(seed)
        return DrivenSplit(self._draw(300, rng), [self._draw(120, rng) for _ in range(10)])

    @staticmethod
    def _draw(n_steps, rng):
        path = [rng.uniform(0.2, 0.8)]
        for _ in range(n_steps + 2):
            path.append(3.7 * path[-1] * (1 - path[-1]))
        values = np.array(path)[:, None]
        return Pairs([values[:-3]], [values[3:]], [np.arange(n_steps) >= 50])


@pytest.fixture(scope="module")
def found():
    return compare(["esn", "nvar", "mean"], [Ahead()], seeds=2, budget=2, progress=False)


def test_a_task_is_scored_by_its_own_metric(found):
    assert [cell.status for cell in found.cells] == ["done"] * 6
    assert found.scores("ahead", "mean").shape == (2, 10)
    # The third iterate is a polynomial of degree eight: what a memory sees, it can learn.
    assert np.median(found.scores("ahead", "esn")) < np.median(found.scores("ahead", "mean"))


def test_a_task_is_in_the_report(found):
    said = render_markdown(found)
    assert "## Logistic map, three steps ahead" in said
    assert "worst error" in said
