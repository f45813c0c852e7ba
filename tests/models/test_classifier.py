"""ESNClassifier: labels of sequences and of steps, by all doors and by scikit-learn's tools."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import ESNClassifier, Reservoir, RidgeReadout
from esnkit.datasets import load_japanese_vowels
from esnkit.models.pooling import LEVELS, NAMES, SequencePooling
from tests.models.test_esn import EXPECTED_FAILURES


@parametrize_with_checks(
    [
        ESNClassifier(output="step", random_state=0),
        ESNClassifier(Reservoir(20), Ridge(), output="step", random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def waves(n_sequences=40, n_classes=2, seed=0):
    """Noisy sines of a few frequencies, of unequal length, and which frequency it was."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n_sequences) % n_classes
    X = []
    for label in labels:
        steps = np.arange(rng.integers(20, 50)) + rng.uniform(0, 100)
        clean = np.sin(steps * (0.3 + 0.4 * label))
        X.append((clean + 0.1 * rng.normal(size=len(steps)))[:, None])
    return X, np.array(["low", "high", "higher"])[labels]


def flat(X, y):
    """The same as rows with an id column, and a label for each row."""
    ids = np.repeat(np.arange(len(X)), [len(x) for x in X])
    return np.column_stack([ids, np.concatenate(X)]), np.repeat(y, [len(x) for x in X]), ids


def small(**options):
    return ESNClassifier(Reservoir(20, leak_rate=0.5), random_state=0, **options)


def test_japanese_vowels_are_told_apart():
    """The published split; the settings are those of every other set of sequences."""
    X, y = load_japanese_vowels()
    wrong = []
    for seed in range(3):
        classifier = ESNClassifier(random_state=seed).fit(X, y)
        wrong.append((classifier.predict(load_japanese_vowels("test")[0]) != TEST_SPEAKERS).sum())
    assert max(wrong) <= 7, wrong  # of 370; an echo state network without pooling gets some 5 %


TEST_SPEAKERS = load_japanese_vowels("test")[1]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_decisions_and_labels_agree(n_classes):
    X, y = waves(60, n_classes)
    classifier = small().fit(X, y)
    probabilities = classifier.predict_proba(X)
    decisions = classifier.decision_function(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert decisions.shape == ((60,) if n_classes == 2 else (60, 3))
    best = classifier.classes_[probabilities.argmax(axis=1)]
    np.testing.assert_array_equal(best, classifier.predict(X))
    np.testing.assert_array_equal(classifier.classes_, np.unique(y))


def test_probabilities_mean_what_they_say():
    """On noise, where nothing can be told, they must not be sure of anything."""
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(20, 1)) for _ in range(200)]
    y = np.arange(200) % 2
    classifier = small().fit(X[:100], y[:100])
    # 0.69 is the loss of one half for each; overconfident guesses lose far more.
    assert log_loss(y[100:], classifier.predict_proba(X[100:])) < 1.0


def test_the_three_doors_lead_to_the_same_answer():
    X, y = waves()
    rows, row_labels, _ = flat(X, y)
    listed = small().fit(X, y)
    expected = listed.decision_function(X)
    by_rows = small(id_column=0).fit(rows, row_labels)
    by_ids = small(id_column=0).fit(rows, y)  # one label for each id is as clear
    lengths = [len(x) for x in X]
    for classifier in (by_rows, by_ids):
        given = classifier.decision_function(rows)
        np.testing.assert_allclose(given, np.repeat(expected, lengths), rtol=1e-12)
    equal = np.stack([x[:20] for x in X])
    cube = small().fit(equal, y)
    np.testing.assert_array_equal(cube.predict(equal), small().fit(list(equal), y).predict(equal))
    assert listed.predict(X[0]).shape == (1,)  # a single array is one sequence


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_sequences_are_told_alone_as_together(seed, n_jobs):
    """Of 8 n + 1 states some are the very quantiles, on whose side the last bits would decide."""
    rng = np.random.default_rng(seed)
    X = [rng.normal(size=(n, 2)).cumsum(axis=0) for n in [*rng.integers(2, 5, 30) * 8, 33]]
    y = np.array([x[-1, 0] > 0 for x in X])
    classifier = small(readout=RidgeReadout(1.0), n_jobs=n_jobs).fit(X, y)
    alone = [classifier.decision_function([x])[0] for x in X]
    np.testing.assert_allclose(alone, classifier.decision_function(X), atol=1e-9)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_threads_chunks_and_pickles_change_nothing(n_jobs, monkeypatch):
    X, y = waves()
    held = RidgeReadout(1.0)  # a readout without a penalty would magnify the last bits
    expected = small(readout=held).fit(X, y).decision_function(X)
    classifier = small(readout=held, n_jobs=n_jobs).fit(X, y)
    copy = pickle.loads(pickle.dumps(classifier))
    for same in (classifier, copy):
        np.testing.assert_array_equal(same.decision_function(X), expected)
    monkeypatch.setattr("esnkit.models.classifier._BATCH", 2000)  # a few sequences at a time
    np.testing.assert_allclose(classifier.decision_function(X), expected, rtol=1e-6, atol=1e-6)
    monkeypatch.setattr("esnkit.models.classifier._SAMPLE", 10**6)  # all are seen at once
    seen = small(n_jobs=n_jobs, pooling="slices").fit(X, y).decision_function(X)
    monkeypatch.setattr("esnkit.models.classifier._SAMPLE", 100)  # most come later
    later = small(n_jobs=n_jobs, pooling="slices").fit(X, y).decision_function(X)
    np.testing.assert_allclose(later, seen, rtol=1e-6, atol=1e-6)


def test_directions_and_poolings_change_the_features_and_clones_do_not():
    X, y = waves()
    both, forward = small().fit(X, y), small(directions="forward").fit(X, y)
    assert both.readout_.n_features_in_ == 2 * forward.readout_.n_features_in_
    assert small(pooling="last", directions="forward").fit(X, y).readout_.n_features_in_ == 20
    peak = small(pooling=lambda states: np.abs(states).max(axis=0)).fit(X, y)
    assert peak.readout_.n_features_in_ == 40
    np.testing.assert_array_equal(clone(both).fit(X, y).predict(X), both.predict(X))


@pytest.mark.parametrize("sign", [1, -1])
def test_states_are_those_of_each_sequence_by_itself(sign):
    """Naive twin: the channels of one sequence, read forwards or backwards."""
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 2)) for n in (7, 1, 2, 12)]
    classifier = small(pooling="mean").fit(X, [0, 1, 0, 1])
    offsets = np.cumsum([0, *map(len, X)])
    rows = np.concatenate(X)
    found = classifier._states(classifier._channels(rows, offsets), offsets, sign)
    steps = np.concatenate([np.diff(x, axis=0, prepend=x[:1]) for x in X])
    for (a, b), x in zip(pairwise(offsets), X, strict=True):
        changes = np.diff(x, axis=0, prepend=x[:1]) / steps.std(axis=0)
        channels = np.hstack([(x - rows.mean(axis=0)) / rows.std(axis=0), changes])
        expected = classifier.reservoir_.run(channels[::sign])[0]
        np.testing.assert_allclose(found[a:b], expected, atol=1e-12)


def test_features_are_what_the_readout_sees():
    X, y = waves()
    classifier = small().fit(X, y)
    features = classifier.features(X)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-9)
    read = classifier.readout_.predict(features)
    np.testing.assert_allclose(np.ravel(read), classifier.decision_function(X), atol=1e-12)
    steps = small(output="step").fit(X, [np.arange(len(x)) % 2 for x in X])
    with pytest.raises(ValueError, match="whole sequences, but output='step'"):
        steps.features(X)


@pytest.mark.parametrize("readout", [LogisticRegression(), RidgeClassifier(), Ridge()])
def test_any_readout_of_scikit_learn_serves(readout):
    X, y = waves(60, 3)
    classifier = small(readout=readout).fit(X[:45], y[:45])
    assert classifier.score(X[45:], y[45:]) > 0.9
    np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)


def test_class_weights_and_weights_of_sequences():
    X, y = waves(30)
    rare = np.r_[np.flatnonzero(y == "low"), np.flatnonzero(y == "high")[:3]]
    X, y = [X[i] for i in rare], y[rare]
    plain, balanced = (small(pooling="last", class_weight=w).fit(X, y) for w in (None, "balanced"))
    towards_low = balanced.decision_function(X) - plain.decision_function(X)  # "low" is the second
    assert towards_low.mean() < 0  # as it should be: the rare class, the first, counts more
    weights = np.r_[np.ones(len(y) - 1), 0.0]
    weighted = small(pooling="last").fit(X, y, weights)
    assert weighted.readout_.left_out_predictions_.shape[0] == len(y) - 1


def test_the_tools_of_scikit_learn_keep_sequences_whole():
    X, y = waves(30)
    rows, labels, ids = flat(X, y)
    folds = list(StratifiedGroupKFold(3).split(rows, labels, ids))
    classifier = small(id_column=0, pooling=["mean", "deviation"])
    assert cross_val_score(classifier, rows, labels, cv=folds, scoring="accuracy").mean() > 0.8
    assert cross_val_score(classifier, rows, labels, cv=folds, scoring="roc_auc").mean() > 0.8
    search = GridSearchCV(
        classifier,
        {"pooling": ["mean", "deviation"], "reservoir__spectral_radius": [0.5, 0.9]},
        cv=folds,
    ).fit(rows, labels)
    assert search.best_score_ > 0.7
    calibrated = CalibratedClassifierCV(classifier, cv=folds).fit(rows, labels)
    assert calibrated.score(rows, labels) > 0.8
    stacked = StackingClassifier([("esn", classifier)], cv=folds).fit(rows, labels)
    assert stacked.score(rows, labels) > 0.8

    class ScaleAll(StandardScaler):
        """Leaves the ids, which it must not mix, alone."""

        def transform(self, X, copy=None):
            return np.column_stack([X[:, 0], super().transform(X)[:, 1:]])

    scaled = make_pipeline(ScaleAll(), classifier).fit(rows, labels)
    assert scaled.score(rows, labels) > 0.8


def test_labels_of_steps():
    """Which of two frequencies it is, told at each step of one long series that switches."""
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.integers(2, size=40), 50)
    X = np.sin(np.cumsum(0.3 + 0.5 * labels))[:, None]
    classifier = ESNClassifier(output="step", random_state=0).fit(X[:1500], labels[:1500])
    assert classifier.score(X[1500:], labels[1500:]) > 0.9
    listed = classifier.predict([X[:50], X[50:80]])
    assert [len(part) for part in listed] == [50, 30]
    assert classifier.predict_proba(X).shape == (2000, 2)


@given(
    n_steps=st.integers(4, 40),
    n_units=st.integers(1, 25),
    name=st.sampled_from(NAMES),
    seed=st.integers(0, 99),
)
def test_summaries_equal_their_plain_twins(n_steps, n_units, name, seed):
    rng = np.random.default_rng(seed)
    seen, states = rng.normal(size=(50, n_units)), rng.normal(size=(n_steps, n_units))
    pooling = SequencePooling(name).fit(seen)
    offsets = np.array([0, n_steps, 2 * n_steps])
    found = pooling.transform(np.vstack([states, states[::-1]]), offsets)
    levels = np.quantile(seen, LEVELS, axis=0)
    borders = [k * n_steps // 2 for k in range(3)]
    components = np.linalg.eigh(np.atleast_2d(np.cov(seen.T)))[1][:, -20:]
    path = (states - seen.mean(axis=0)) @ components
    ridge = Ridge(10.0, fit_intercept=False)
    ridge.fit(np.column_stack([path[:-1], np.ones(n_steps - 1)]), path[1:])
    expected = {
        "mean": states.mean(axis=0),
        "last": states[-1],
        "deviation": states.std(axis=0),
        "largest": states.max(axis=0),
        "smallest": states.min(axis=0),
        "slices": [states[a:b].mean(axis=0) for a, b in pairwise(borders)],
        "shares": [(states > level).mean(axis=0) for level in levels],
        "model-space": np.atleast_2d(ridge.coef_).T,
    }
    np.testing.assert_allclose(found[0], np.ravel(expected[name]), rtol=1e-9, atol=1e-12)


X, Y = waves(6)
ROWS, ROW_LABELS, IDS = flat(X, Y)
PADDED = np.stack([np.append(x[:20], np.full((3, 1), np.nan), axis=0) for x in X])
STEPS = [np.arange(len(x)) for x in X]


@pytest.mark.parametrize(
    ("options", "X", "y", "message"),
    [
        ({}, X, ["a"] * 6, "one class only, 'a'"),
        ({}, X, Y[:5], r"y has shape \(5,\).*each sequence, \(6,\)"),
        ({}, X[0], [0] * len(X[0]), "Without id_column, a two-dimensional X is one sequence"),
        ({}, [*X[:5], X[5][:1]], Y, r"X\[5\] has 1 step\(s\), but pooling='default' needs"),
        ({}, [*X[:5], np.hstack([X[5]] * 2)], Y, r"X\[5\].*2 features"),
        ({}, [*X[:5], X[5][:0]], Y, r"X\[5\].*0 sample"),
        (
            {},
            PADDED,
            Y,
            "padded, pass a list",
        ),
        ({"id_column": 0}, np.vstack([ROWS, ROWS[:5]]), Y, "The id 0.0 in column 0 comes back"),
        ({"id_column": 0}, ROWS, np.roll(ROW_LABELS, 1), "y differs within the sequence of id"),
        ({"pooling": "median"}, X, Y, "pooling must be one of 'mean'"),
        ({"pooling": []}, X, Y, "at least one summary"),
        ({"output": "all"}, X, Y, "output must be one of 'sequence', 'step'"),
        ({"directions": "back"}, X, Y, "directions must be one of"),
        (
            {"readout": RidgeClassifier(), "output": "step"},
            X,
            [np.arange(len(x)) for x in X],
            "reg",
        ),
    ],
)
def test_bad_input_is_named(options, X, y, message):
    with pytest.raises(ValueError, match=message):
        small(**options).fit(X, y)


def test_new_sequences_are_checked_too():
    classifier = small().fit(X, Y)
    with pytest.raises(ValueError, match="2 features"):
        classifier.predict([np.ones((9, 2))])
    with pytest.raises(ValueError, match="needs at least 2"):
        classifier.predict([np.ones((1, 1))])
    assert isinstance(classifier.readout_, RidgeReadout)
