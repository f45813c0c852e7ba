"""RNNClassifier: the contract, the doors, what is held out, and bad input."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import RNNClassifier, RNNRegressor
from esnkit.core.seeding import child_generator, root_seed
from esnkit.datasets import load_japanese_vowels
from esnkit.models.labelled import mix_classes
from esnkit.networks import BPTT, TBPTT, Adam, EarlyStopping
from tests.models.test_classifier import flat, waves
from tests.models.test_esn import EXPECTED_FAILURES

FAST = TBPTT(optimizer=Adam(0.01))


@parametrize_with_checks(
    [
        RNNClassifier("elman", (16,), output="step", learner=FAST, random_state=0),
        RNNClassifier("lstm", (8,), output="step", learner=FAST, max_iter=100, random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def small(cell="gru", **options):
    options = {"max_iter": 60, "learner": BPTT(optimizer=Adam(0.01)), "random_state": 0} | options
    return RNNClassifier(cell, (8,), **options)


@pytest.mark.parametrize(("cell", "n_starts"), [("elman", 4), ("lstm", 1), ("gru", 1)])
def test_frequencies_are_told_apart(cell, n_starts):
    """Without gates some starts learn too little, so that the best of a few is taken."""
    X, y = waves(90, 3)
    tried = [small(cell, max_iter=100, random_state=seed) for seed in range(n_starts)]
    classifier = max((c.fit(X[:60], y[:60]) for c in tried), key=lambda c: c.score(X[60:], y[60:]))
    assert classifier.score(X[60:], y[60:]) > 0.85
    probabilities = classifier.predict_proba(X[60:])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    best = classifier.classes_[probabilities.argmax(axis=1)]
    np.testing.assert_array_equal(best, classifier.predict(X[60:]))
    np.testing.assert_array_equal(classifier.classes_, ["high", "higher", "low"])


def test_speakers_are_told_apart():
    """The published split of the Japanese vowels, with nothing tuned."""
    classifier = RNNClassifier(dtype="float32", random_state=0).fit(*load_japanese_vowels())
    assert classifier.score(*load_japanese_vowels("test")) > 0.93
    assert len(classifier.validation_loss_curve_) == classifier.n_iter_ < 200


def test_it_is_a_regressor_of_probabilities():
    """Of one-hot rows, the sequences in an order that mixes the classes."""
    X, y = waves(40)
    classifier = small(max_iter=5).fit(X, y)
    order = mix_classes((y == "low").astype(int), child_generator(root_seed(0), "data"))
    onehot = np.column_stack([y != "low", y == "low"])[order].astype(float)
    twin = RNNRegressor("gru", (8,), output="sequence", loss="cross_entropy", max_iter=5)
    twin.set_params(learner=BPTT(optimizer=Adam(0.01)), random_state=0)
    twin.fit([X[i] for i in order], onehot)
    np.testing.assert_array_equal(twin.predict(X), classifier.predict_proba(X))


@pytest.mark.parametrize("counts", [(90, 10), (30, 40, 50)])
def test_what_is_held_out_holds_each_class_in_its_share(counts):
    codes = np.repeat(np.arange(len(counts)), counts)
    for seed in range(20):
        tail = codes[mix_classes(codes, np.random.default_rng(seed))][-len(codes) // 5 :]
        shares = np.bincount(tail, minlength=len(counts)) / len(tail)
        np.testing.assert_allclose(shares, np.array(counts) / sum(counts), atol=1.5 / len(tail))


def test_the_doors_lead_to_the_same_answer():
    X, y = waves()
    rows, row_labels, _ = flat(X, y)
    expected = small(max_iter=5).fit(X, y).predict_proba(X)
    for labels in (row_labels, y):
        found = small(max_iter=5, id_column=0).fit(rows, labels).predict_proba(rows)
        repeated = np.repeat(expected, [len(x) for x in X], axis=0)
        np.testing.assert_allclose(found, repeated, rtol=1e-12)
    assert small(max_iter=5).fit(X, y).predict(X[0]).shape == (1,)


def test_labels_of_steps():
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.integers(2, size=40), 50)
    X = np.sin(np.cumsum(0.3 + 0.5 * labels))[:, None]
    classifier = small(output="step", learner="auto").fit(X[:1500], labels[:1500])
    assert classifier.score(X[1500:], labels[1500:]) > 0.9
    listed = classifier.predict([X[:50], X[50:80]])
    assert [len(part) for part in listed] == [50, 30]
    assert classifier.predict_proba(X).shape == (2000, 2)


def test_weights_of_classes_and_sequences():
    X, y = waves(60)
    wrong = np.where(np.arange(60) < 30, y, y[::-1])  # y[::-1] is the other one of two
    weights = np.repeat([1.0, 0.0], [30, 30])
    assert small().fit(X, wrong, weights).score(X[30:], y[30:]) > 0.9
    rare = np.r_[np.flatnonzero(y == "low"), np.flatnonzero(y == "high")[:3]]
    X, y = [X[i] for i in rare], y[rare]
    plain, balanced = (small(max_iter=3, class_weight=w).fit(X, y) for w in (None, "balanced"))
    towards = balanced.predict_proba(X) - plain.predict_proba(X)
    assert towards[:, 0].mean() > 0  # "high", the rare one


def test_settings_are_searched_and_copies_agree():
    X, y = waves(30)
    rows, labels, ids = flat(X, y)
    folds = list(StratifiedGroupKFold(2).split(rows, labels, ids))
    grid = {"learner__optimizer__learning_rate_init": [1e-9, 0.01]}
    search = GridSearchCV(small(id_column=0), grid, cv=folds).fit(rows, labels)
    assert search.best_params_["learner__optimizer__learning_rate_init"] == 0.01
    classifier = small(early_stopping=EarlyStopping(0.2, 5)).fit(X, y)
    copies = pickle.loads(pickle.dumps(classifier)), clone(classifier).fit(X, y)
    for copy in copies:
        np.testing.assert_array_equal(copy.predict_proba(X), classifier.predict_proba(X))


X, Y = waves(6)


@pytest.mark.parametrize(
    ("options", "y", "message"),
    [
        ({}, ["a"] * 6, "one class only, 'a'"),
        ({}, Y[:5], r"y has shape \(5,\).*each sequence, \(6,\)"),
        ({"output": "all"}, Y, "output must be one of 'sequence', 'step'"),
        ({"cell": "jordan"}, Y, "cannot be fed back"),
        ({"learner": "ekf"}, Y, "needs loss='squared_error'"),
        ({"max_iter": 0}, Y, "max_iter == 0, must be >= 1"),
    ],
)
def test_bad_input_is_named(options, y, message):
    with pytest.raises(ValueError, match=message):
        small().set_params(**options).fit(X, y)
