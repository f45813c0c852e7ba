"""Intrinsic plasticity: what is asked for is reached, wherever a reservoir serves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import (
    Bidirectional,
    ESNClassifier,
    ESNRegressor,
    IntrinsicPlasticity,
    Parallel,
    Reservoir,
    RidgeReadout,
    Stacked,
)
from tests.memories.test_delays import EXPECTED_FAILURES

X = np.random.default_rng(0).normal(size=(4000, 2))
Y = np.roll(X[:, 0], 1)
QUICK = IntrinsicPlasticity(deviation=0.3, learning_rate=0.01, n_epochs=1)


def make(n_units=15, plasticity=QUICK, **options):
    return Reservoir(n_units, plasticity=plasticity, random_state=0, **options)


@parametrize_with_checks([make()], expected_failed_checks=lambda estimator: EXPECTED_FAILURES)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 0.2), (0.0, 0.4), (0.2, 0.3), (-0.3, 0.2)])
@pytest.mark.parametrize("input_scaling", [0.2, 2.0])
def test_mean_and_deviation_are_reached(mean, deviation, input_scaling):
    """Sums of independent numbers are Gaussian before the tanh, so both can be had."""
    plasticity = IntrinsicPlasticity(mean, deviation)
    memory = make(20, plasticity, input_scaling=input_scaling).fit(X)
    states = memory.transform(X)[100:]
    assert np.abs(states.mean(axis=0) - mean).max() < 0.03
    assert np.abs(states.std(axis=0) / deviation - 1).max() < 0.12


def test_the_gains_are_part_of_the_weights():
    memory, plain = make(dtype="float32").fit(X), make(plasticity=None).fit(X)
    np.testing.assert_allclose(
        memory.W_.toarray(), memory.gains_[:, None] * plain.W_.toarray(), rtol=1e-12
    )
    np.testing.assert_allclose(memory.W_in_, memory.gains_[:, None] * plain.W_in_, rtol=1e-12)
    np.testing.assert_allclose(memory.bias_, memory.gains_ * plain.bias_ + memory.shifts_)
    given = memory.W_.toarray(), memory.W_in_, memory.bias_
    h = np.zeros(15)
    for x, state in zip(X[:20], memory.transform(X[:20]), strict=True):
        h = np.tanh(given[0] @ h + given[1] @ x + given[2])
        np.testing.assert_allclose(state, h, atol=1e-5)


def test_models_adapt_before_they_fit_and_only_once():
    model = ESNRegressor(make(), RidgeReadout(1e-3)).fit(X, Y)
    np.testing.assert_array_equal(model.reservoir_.gains_, make().fit(X).gains_)
    blocks = clone(model).partial_fit(X[:500], Y[:500])
    first = blocks.reservoir_.gains_
    np.testing.assert_array_equal(first, make().fit(X[:500]).gains_)
    blocks.partial_fit(X[500:], Y[500:])
    assert blocks.reservoir_.gains_ is first


def test_the_teacher_drives_it_too():
    memory = make(feedback_scaling=0.5).fit(X, Y)
    model = ESNRegressor(make(feedback_scaling=0.5), RidgeReadout(1e-3)).fit(X, Y)
    np.testing.assert_array_equal(model.reservoir_.gains_, memory.gains_)
    assert not np.allclose(memory.gains_, make().fit(X).gains_)
    assert model.free_run(5, X[:5]).shape == (5,)


def test_members_adapt_to_what_they_see():
    lower = make().fit(X)
    deep = Stacked([make(), Reservoir(5), make(plasticity=QUICK)], random_state=0).fit(X)
    np.testing.assert_array_equal(deep.memories_[0].gains_, lower.gains_)
    middle = deep.memories_[1]
    above = make().fit(middle.transform(lower.transform(X)))
    np.testing.assert_allclose(deep.memories_[2].gains_, above.gains_, rtol=1e-9)
    wide = Parallel([make(), make(plasticity=None)]).fit(X)
    np.testing.assert_array_equal(wide.memories_[0].gains_, lower.gains_)
    both = Bidirectional(make()).fit(X)
    np.testing.assert_array_equal(both.memory_.gains_, lower.gains_)
    assert not Stacked().adapts
    assert both.adapts


def test_a_classifier_adapts_to_its_channels():
    sequences = [X[i : i + 40] * (1 + i % 2) for i in range(0, 2000, 40)]
    labels = [i % 2 for i in range(50)]
    classifier = ESNClassifier(make(), random_state=0).fit(sequences, labels)
    assert np.abs(classifier.reservoir_.gains_ - 1).max() > 0.01


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"plasticity": "gaussian"}, TypeError, "plasticity must be an IntrinsicPlasticity"),
        ({"activation": "relu"}, ValueError, "plasticity needs activation='tanh'"),
        ({"plasticity": IntrinsicPlasticity(mean=1.0)}, ValueError, "mean"),
        ({"plasticity": IntrinsicPlasticity(deviation=0.0)}, ValueError, "deviation"),
        ({"plasticity": IntrinsicPlasticity(learning_rate=0.2)}, ValueError, "learning_rate"),
        ({"plasticity": IntrinsicPlasticity(n_epochs=0)}, ValueError, "n_epochs"),
    ],
)
def test_bad_parameters_are_named(options, error, message):
    with pytest.raises(error, match=message):
        make().set_params(**options).fit(X)
