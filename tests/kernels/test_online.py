"""The kernels of online readouts against naive twins."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

from esnkit.kernels.activations import CODES
from esnkit.kernels.online import LMS, RLS, SLICE, learn_in_loop, learn_rows, new_learner
from esnkit.kernels.reservoir import weigh
from esnkit.kernels.sparse_layout import arrange
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


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(("with_input", "squared"), [(False, True), (True, False)])
@pytest.mark.parametrize("noisy", [False, True])
def test_learning_inside_the_loop_equals_the_naive_twin(own, with_input, squared, noisy):
    rng = np.random.default_rng(0)
    n_units, n_steps, skip = 11, 30, 4
    W = scipy.sparse.random_array((n_units, n_units), density=0.3, rng=rng, format="csr")
    network = weigh(
        recurrence=arrange(W, np.dtype(float)),
        drive=rng.uniform(-1, 1, (4, n_units)),
        bias=rng.uniform(-0.2, 0.2, n_units),
        leak=rng.uniform(0.1, 1, n_units),
        activation=CODES["tanh"],
    )
    X, targets = rng.normal(size=(n_steps, 2)), rng.normal(size=(n_steps, 2))
    noise = rng.normal(0, 0.1, (n_steps, n_units if noisy else 0))
    n_weights = n_units * (1 + squared) + 2 * with_input
    learner = new_learner(RLS, n_weights, 2, spread=np.full(n_weights, 10.0))
    h, y, outputs = np.zeros(n_units), np.zeros(2), np.empty((n_steps, 2))
    weights = (np.arange(n_steps) >= skip).astype(float)
    learn_in_loop(
        network, learner, with_input, squared, own, X, noise, targets, weights, h, y, outputs
    )
    loop = SimpleNamespace(squared=squared, with_input=with_input)
    expected = naive.learn_in_loop(
        W.toarray(), network, 10 * np.eye(n_weights), loop, X, noise, targets, np.zeros(2),
        own=own, skip=skip,
    )  # fmt: skip
    np.testing.assert_allclose(outputs, expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(y, outputs[-1] if own else targets[-1])
