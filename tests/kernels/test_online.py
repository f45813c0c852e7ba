"""The kernels of online readouts against naive twins."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.online import LMS, RLS, SLICE, learn_rows, new_learner
from tests import naive


def some_rows(n_features, n_rows=60):
    rng = np.random.default_rng(n_features)
    weights = rng.uniform(0.2, 2, n_rows)
    return rng.normal(size=(n_rows, n_features)), rng.normal(size=(n_rows, 2)), weights


@pytest.mark.parametrize("n_features", [1, 5, SLICE, SLICE + 1, 2 * SLICE + 3])
@pytest.mark.parametrize("excitation", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
def test_rls_equals_the_textbook(n_features, excitation, weighted):
    Z, Y, weights = some_rows(n_features)
    weights = weights if weighted else None
    spread = np.linspace(1, 5, n_features)
    learner = new_learner(
        RLS, n_features, 2, spread=spread.copy(), forgetting=0.95, excitation=excitation
    )
    outputs = np.empty(Y.shape)
    learn_rows(learner, Z, Y, np.zeros(0) if weights is None else weights, outputs)
    W, P, predicted = naive.rls(Z, Y, np.diag(spread), 0.95, excitation, weights)
    np.testing.assert_allclose(outputs, predicted, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(learner.weights[:, :n_features], W, rtol=1e-8, atol=1e-9)
    U = (learner.factor[:, :n_features] + np.eye(n_features)).T
    np.testing.assert_allclose(U @ np.diag(learner.spread) @ U.T, P, rtol=1e-8, atol=1e-9)
    assert not learner.factor[:, n_features:].any()  # the padding stays zero
    assert learner.n_learned[0] == len(Z)


@pytest.mark.parametrize("n_features", [1, 5, SLICE + 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_lms_equals_the_textbook(n_features, weighted):
    Z, Y, weights = some_rows(n_features)
    weights = weights if weighted else None
    learner = new_learner(LMS, n_features, 2, spread=np.zeros(0), step_size=0.4)
    outputs = np.empty(Y.shape)
    learn_rows(learner, Z, Y, np.zeros(0) if weights is None else weights, outputs)
    W, predicted = naive.lms(Z, Y, 0.4, weights)
    np.testing.assert_allclose(outputs, predicted, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(learner.weights[:, :n_features], W, rtol=1e-10, atol=1e-12)


def test_rows_of_weight_zero_are_left_out():
    Z, Y, _ = some_rows(3)
    present = np.arange(len(Z)) % 3 > 0
    learners = [new_learner(RLS, 3, 2, spread=np.ones(3), forgetting=0.9) for _ in range(2)]
    learn_rows(learners[0], Z, Y, present.astype(float), np.empty(Y.shape))
    learn_rows(learners[1], Z[present], Y[present], np.zeros(0), np.empty(Y[present].shape))
    assert np.array_equal(learners[0].weights, learners[1].weights)
