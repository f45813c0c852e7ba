"""Leaving out each row: held to as many refits by scikit-learn, and to its own RidgeCV."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeCV

from esnkit import RidgeReadout


def problem(n_rows, n_features, n_targets=2, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_features)) + 3
    y = X[:, :1] * np.arange(1, n_targets + 1) + rng.normal(size=(n_rows, n_targets)) + 5
    return X, y, rng.uniform(0.5, 2, n_rows)


def refits(X, y, weights, alpha, fit_intercept):
    """Predict each row by a model fitted to all others."""
    predictions = np.empty_like(y)
    for i in range(len(X)):
        rest = np.arange(len(X)) != i
        ridge = Ridge(alpha, fit_intercept=fit_intercept)
        ridge.fit(X[rest], y[rest], None if weights is None else weights[rest])
        predictions[i] = ridge.predict(X[i : i + 1])
    return predictions


@pytest.mark.parametrize("solver", ["qr", "gram"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@given(
    n_rows=st.integers(3, 12),
    n_features=st.integers(1, 20),
    power=st.integers(-3, 2),
    seed=st.integers(0, 2**16),
)
def test_leaving_out_each_row_equals_as_many_refits(
    solver, fit_intercept, weighted, n_rows, n_features, power, seed
):
    X, y, weights = problem(n_rows, n_features, seed=seed)
    weights = weights if weighted else None
    alpha = 10.0**power
    readout = RidgeReadout(
        alphas=[alpha], validation="leave-one-out", solver=solver, fit_intercept=fit_intercept
    ).fit(X, y, weights)
    expected = refits(X, y, weights, alpha, fit_intercept)
    np.testing.assert_allclose(readout.left_out_predictions_, expected, rtol=1e-6, atol=1e-6)
    errors = np.average((y - expected) ** 2, axis=0, weights=weights)
    np.testing.assert_allclose(readout.validation_scores_[0, 0], errors, rtol=1e-5)
    peer = Ridge(alpha, fit_intercept=fit_intercept).fit(X, y, weights)
    np.testing.assert_allclose(readout.predict(X), peer.predict(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(60, 5), (20, 90)])
@pytest.mark.parametrize("per_target", [True, False])
def test_the_penalty_is_that_of_scikit_learn(shape, per_target):
    X, y, _ = problem(*shape, n_targets=1 if not per_target else 3)
    alphas = np.logspace(-3, 4, 15)
    peer = RidgeCV(alphas, alpha_per_target=per_target).fit(X, y)
    readout = RidgeReadout(
        alphas=alphas, validation="leave-one-out", alpha_per_target=per_target
    ).fit(X, y)
    np.testing.assert_allclose(readout.alpha_, peer.alpha_)
    np.testing.assert_allclose(np.squeeze(readout.coef_), peer.coef_, rtol=1e-6, atol=1e-9)


def test_chunks_equal_rows_and_a_flat_target_stays_flat():
    X, y, weights = problem(40, 6, n_targets=1)
    readout = RidgeReadout(validation="leave-one-out")
    whole = clone(readout).fit(X, y[:, 0], weights)
    parts = [slice(0, 15), slice(15, 40)]
    chunks = ((X[p], y[p], weights[p]) for p in parts)
    pieces = clone(readout).fit_chunks(chunks, 40, target_ndim=1)
    assert whole.coef_.shape == (6,)
    assert whole.alpha_ == pieces.alpha_
    np.testing.assert_array_equal(whole.coef_, pieces.coef_)
    np.testing.assert_array_equal(whole.left_out_predictions_, pieces.left_out_predictions_)


def test_what_needs_statistics_says_so():
    X, y, _ = problem(10, 3)
    readout = RidgeReadout(validation="leave-one-out").fit(X, y)
    with pytest.raises(ValueError, match="path needs statistics"):
        readout.path([1.0])
    with pytest.raises(ValueError, match="partial_fit needs statistics"):
        readout.partial_fit(X, y)
    with pytest.raises(ValueError, match="validation must be one of"):
        RidgeReadout(validation="rows").fit(X, y)
    with pytest.raises(ValueError, match="n_samples is 9, but the chunks hold 10"):
        readout.fit_chunks([(X, y, None)], 9)
