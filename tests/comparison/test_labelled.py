"""Contests whose answers are labels: cuts, scores, contestants, and what makes no task."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.naive_bayes import GaussianNB

from esnkit import ESNClassifier, Reservoir
from esnkit.comparison import (
    ACCURACY,
    BALANCED_ACCURACY,
    Contestant,
    LabelledTask,
    TaskError,
    compare,
    render_html,
    render_markdown,
)
from esnkit.comparison.contestants.classifiers import CLASSIFIERS, MiniRocket, ResampledClassifier
from esnkit.comparison.tasks.scores import Scale

SCALE = Scale(np.zeros((1, 1)))


def waves(n_sequences: int = 60, seed: int = 0) -> tuple[list[NDArray[Any]], NDArray[Any]]:
    """Waves of three frequencies, in the order of their classes, as files often are."""
    rng = np.random.default_rng(seed)
    labels = np.sort(np.arange(n_sequences) % 3)
    X = []
    for label in labels:
        steps = np.arange(rng.integers(20, 40)) + rng.uniform(0, 100)
        X.append(np.sin(steps * (0.3 + 0.4 * label))[:, None] + 0.1 * rng.normal())
    return X, np.array(["a", "b", "c"])[labels]


def small() -> Contestant:
    return Contestant(
        "small", lambda settings, problem: ESNClassifier(Reservoir(20)), makes="classifier"
    )


def test_every_part_has_its_share_of_each_class() -> None:
    split = LabelledTask(*waves(90)).load(0)
    fold = split.fold()
    assert len(fold.train.inputs) == 40
    assert split.classes == fold.classes == ("a", "b", "c")
    for part in (split.train, *split.draws, fold.train, *fold.draws):
        shares = np.bincount(part.wanted()[:, 0].astype(int), minlength=3) / len(part.inputs)
        np.testing.assert_allclose(shares, 1 / 3, atol=1.5 / len(part.inputs))
    n_test = sum(len(draw.inputs) for draw in split.draws)
    assert (len(split.train.inputs), n_test, len(split.draws)) == (60, 30, 10)


def test_a_test_set_is_kept_whole_and_apart() -> None:
    X, y = waves(30)
    X_test, y_test = waves(45, seed=1)
    split = LabelledTask(X, y, X_test, y_test).load(0)
    given = sorted(x[0, 0] for x in X_test)
    assert sorted(x[0, 0] for draw in split.draws for x in draw.inputs) == given
    assert sorted(x[0, 0] for x in split.train.inputs) == sorted(x[0, 0] for x in X)


def test_scores_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, guess = (rng.integers(0, 4, size=(30, 1)).astype(float) for _ in range(2))
    found = [metric.function(truth, guess, SCALE) for metric in (ACCURACY, BALANCED_ACCURACY)]
    assert found[0] == pytest.approx(accuracy_score(truth, guess))
    assert found[1] == pytest.approx(balanced_accuracy_score(truth, guess))
    assert BALANCED_ACCURACY.function(np.ones((3, 1)), np.ones((3, 1)) * 2, SCALE) == 0


def test_contest_of_labels_has_a_report() -> None:
    models = {"mine": ESNClassifier(Reservoir(20)), "bayes": GaussianNB()}
    others = ["majority", "nearest-neighbour", "DecisionTreeClassifier"]
    contestants = [*others, *(_named(name, model) for name, model in models.items())]
    found = compare(
        contestants, [LabelledTask(*waves())], seeds=1, budget=1, reference="mine", progress=False
    )
    assert {cell.status for cell in found.cells} == {"done"}
    medians = {name: found.scores("sequences", name).mean() for name in ("mine", "majority")}
    assert medians["mine"] > 0.9
    assert medians["majority"] == pytest.approx(1 / 3, abs=0.1)
    (task,) = found.tasks
    assert (task.kind, task.metric, task.replicate, task.n_replicates) == (
        "classify",
        "accuracy",
        "test part",
        10,
    )
    assert set(found.cells[0].scores) == {"accuracy", "balanced accuracy"}
    markdown = render_markdown(found)
    assert "10 test parts" in markdown
    assert "naive answer" in markdown
    assert "<svg" in render_html(found)


def _named(name: str, model: Any) -> Any:
    from esnkit.comparison.contestants.registry import read_contestants

    return read_contestants({name: model}, labelled=True)[0]


# aeon compiles for most of a minute, where it is installed at all.
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n == "minirocket")) for n in CLASSIFIERS],
)
def test_shipped_classifiers_take_part_where_what_they_need_is_there(name: str) -> None:
    contestant = CLASSIFIERS[name]
    if name == "lstm":  # its settings are real ones, and take minutes
        assert contestant.objection(LabelledTask(*waves()).load(0)) == ""
        return
    found = compare([contestant], [LabelledTask(*waves())], seeds=1, budget=1, progress=False)
    there = not contestant.any_of or any(find_spec(package) for package in contestant.any_of)
    assert found.cells[0].status == ("done" if there else "inapplicable"), found.cells[0].reason


def test_what_is_not_installed_does_not_apply() -> None:
    needy = Contestant("needy", lambda s, p: None, makes="classifier", any_of=("no_such_package",))
    found = compare([needy], [LabelledTask(*waves())], seeds=1, progress=False)
    assert found.cells[0].status == "inapplicable"
    assert found.cells[0].reason == "no_such_package is not installed"


def test_rocket_pads_and_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever package is there, it is handed one array in which nothing but zeros is new."""
    seen: list[NDArray[Any]] = []

    class Means:
        def fit_transform(self, X: NDArray[Any]) -> NDArray[Any]:
            return self.transform(X)

        def transform(self, X: NDArray[Any]) -> NDArray[Any]:
            seen.append(X)
            return X.mean(axis=2)

    monkeypatch.setattr(
        "esnkit.comparison.contestants.classifiers._rocket", lambda random_state: Means()
    )
    X = [np.full((n, 2), float(n)) for n in (3, 5, 4, 6)]
    model = MiniRocket().fit(X, np.array([0, 1, 0, 1]))
    model.predict([np.ones((12, 2))])
    assert [x.shape for x in seen] == [(4, 2, 9), (1, 2, 9)]
    np.testing.assert_array_equal(seen[0].sum(axis=2), [[n * n] * 2 for n in (3, 5, 4, 6)])


def test_sequences_are_stretched_to_one_length() -> None:
    class Keep(GaussianNB):
        def fit(self, X: NDArray[Any], y: NDArray[Any]) -> Any:
            self.rows_ = X
            return super().fit(X, y)

    X = [np.arange(5.0)[:, None], np.arange(3.0)[:, None], np.arange(9.0)[:, None]]
    rows = ResampledClassifier(Keep()).fit(X, np.array([0, 1, 0])).model_.rows_
    np.testing.assert_allclose(rows, np.outer([4.0, 2.0, 8.0], np.linspace(0, 1, 9)))


X, Y = waves(18)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, Y[:5]), r"y has shape \(5,\), but X has 18 sequences"),
        (([], []), "X has 0 sequences"),
        ((X, ["a"] * 18), "all sequences have the label 'a'"),
        ((X, ["a"] * 17 + ["b"]), "the label 'b' has"),
        (([*X[:17], np.hstack([X[0]] * 2)], Y), "2 channels, the first one has 1"),
        (([*X[:17], X[0] * np.nan], Y), "NaN"),
        (([*X[:17], X[0][:0]], Y), r"X\[17\]|0 sample"),
        ((X, Y, X[:1], ["d"]), "the label 'd' of the test is not among"),
        ((X, Y, X[:2]), r"y_test has shape \(0,\)"),
    ],
)
def test_what_makes_no_task_is_named(arguments: Sequence[Any], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        LabelledTask(*arguments)


def test_labels_and_numbers_have_no_report_in_common() -> None:
    with pytest.raises(TaskError, match="'sequences' asks for labels and 'sunspots' for numbers"):
        compare(None, ["sunspots", LabelledTask(X, Y)], progress=False)
    number = compare(["mean"], ["sunspots"], seeds=1, progress=False, reference=None)
    assert number.cells[0].status == "done"
    teller = compare([small()], ["sunspots"], seeds=1, progress=False)
    assert "tells labels" in teller.cells[0].reason
    with pytest.raises(TaskError, match="no contestant 'ridge'"):
        compare(["ridge"], [LabelledTask(X, Y)], progress=False)
