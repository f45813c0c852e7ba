"""A contestant of a user's own: the nearest moments of the past tell what comes next."""

from __future__ import annotations

import numpy as np

from esnkit.comparison import Contestant, Dimension, compare, render_html


class NearestPast:
    """Repeats what followed the past moments that were most like the last ones."""

    def __init__(self, n_last, n_neighbours=3):
        self.n_last = n_last
        self.n_neighbours = n_neighbours

    def fit(self, y):
        self._known = np.asarray(y, dtype=float)
        return self

    def update(self, y):
        return self.fit(np.concatenate([self._known, y]))

    def forecast(self, horizon):
        starts = np.arange(len(self._known) - self.n_last - horizon)
        now = self._known[-self.n_last :]
        windows = self._known[starts[:, None] + np.arange(self.n_last)]
        distances = np.square(windows - now).sum(axis=(1, 2))
        near = starts[np.argsort(distances)[: self.n_neighbours]] + self.n_last
        return self._known[near[:, None] + np.arange(horizon)].mean(axis=0)


NEAREST = Contestant(
    "nearest-past",
    lambda settings, problem: NearestPast(**settings),
    space=(Dimension("n_last", "log", 11, 2, 40, integer=True),),
    makes="forecaster",
    title="Nearest past",
)


def test_a_contestant_is_tuned_and_beats_the_mean():
    found = compare([NEAREST, "mean"], ["sunspots"], seeds=1, budget=3, progress=False)
    cell = found.cells_of("sunspots", "nearest-past")[0]
    assert cell.status == "done"
    assert len({trial.settings["n_last"] for trial in cell.trials}) == 3
    assert found.scores("sunspots", "nearest-past").mean() < found.scores("sunspots", "mean").mean()
    assert "Nearest past" in render_html(found)


def test_what_it_does_not_do_is_a_row_that_says_why():
    found = compare([NEAREST], ["narma10"], seeds=1, budget=1, progress=False)
    assert found.cells[0].status == "inapplicable"


def test_what_it_throws_is_a_row_that_says_why():
    broken = Contestant("broken", lambda settings, problem: NearestPast(10**6), makes="forecaster")
    found = compare([broken, "mean"], ["sunspots"], seeds=1, budget=1, progress=False)
    assert [cell.status for cell in found.cells] == ["failed", "done"]
    assert found.cells[0].reason
