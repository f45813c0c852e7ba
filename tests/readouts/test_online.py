"""Readouts that learn row by row: ridge, the Wiener solution, and a million rows."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import LMSReadout, RLSReadout

WEIGHTED = {
    "check_sample_weight_equivalence_on_dense_data": "rows that come twice are also forgotten twice"
}


@parametrize_with_checks(
    [RLSReadout(), LMSReadout()], expected_failed_checks=lambda estimator: WEIGHTED
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def plant(n_rows=400, n_features=6, n_targets=2, noise=0.1, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_features)) @ rng.normal(size=(n_features, n_features))
    coef = rng.normal(size=(n_targets, n_features))
    return X, X @ coef.T + 3 + noise * rng.normal(size=(n_rows, n_targets)), coef


@pytest.mark.parametrize("alpha", [1e-4, 1.0, 100.0])
def test_without_forgetting_it_is_ridge(alpha):
    X, y, _ = plant()
    ours = RLSReadout(1, alpha=alpha, fit_intercept=False).fit(X, y)
    peer = Ridge(alpha, fit_intercept=False, solver="svd").fit(X, y)
    np.testing.assert_allclose(ours.coef_, peer.coef_, rtol=1e-8, atol=1e-10)
    ours, peer = RLSReadout(1, alpha=alpha).fit(X, y), Ridge(alpha, solver="svd").fit(X, y)
    np.testing.assert_allclose(ours.coef_, peer.coef_, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(ours.intercept_, peer.intercept_, rtol=1e-6, atol=1e-7)


def test_forgetting_is_ridge_with_weights_that_fall():
    X, y, _ = plant(150)
    ages = np.arange(len(X))[::-1]
    ours = RLSReadout(0.97, alpha=2.0, guard=0, fit_intercept=False).fit(X, y)
    peer = Ridge(2.0 * 0.97 ** len(X), fit_intercept=False).fit(X, y, sample_weight=0.97**ages)
    np.testing.assert_allclose(ours.coef_, peer.coef_, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("readout", [RLSReadout(0.99), LMSReadout()])
def test_rows_may_come_in_any_pieces(readout):
    X, y, _ = plant()
    whole = copy.deepcopy(readout).fit(X, y)
    pieces = copy.deepcopy(readout)
    for part in np.split(np.arange(len(X)), [1, 7, 200]):
        pieces.partial_fit(X[part], y[part])
    chunks = ((X[i : i + 50], y[i : i + 50], None) for i in range(0, len(X), 50))
    streamed = copy.deepcopy(readout).fit_chunks(chunks, len(X))
    for other in (pieces, streamed, pickle.loads(pickle.dumps(whole))):
        assert np.array_equal(other.coef_, whole.coef_)
        assert np.array_equal(other.predict(X), whole.predict(X))
        assert other.n_samples_seen_ == len(X)


@pytest.mark.parametrize("readout", [RLSReadout(0.99), LMSReadout()])
def test_targets_learn_as_if_they_were_alone(readout):
    X, y, _ = plant()
    both = copy.deepcopy(readout).fit(X, y)
    for k in range(2):
        alone = copy.deepcopy(readout).fit(X, y[:, k])
        assert alone.coef_.shape == (6,)
        np.testing.assert_allclose(both.coef_[k], alone.coef_, rtol=1e-10)


@pytest.mark.parametrize("readout", [RLSReadout(0.99), LMSReadout()])
def test_a_copy_learns_without_its_original(readout):
    X, y, _ = plant()
    original = copy.deepcopy(readout).fit(X, y)
    before = original.coef_.copy()
    copy.deepcopy(original).partial_fit(X, -y)
    again = copy.deepcopy(original).partial_fit(X, y)
    assert np.array_equal(original.coef_, before)
    assert np.array_equal(again.coef_, original.partial_fit(X, y).coef_)


def test_lms_comes_to_the_wiener_solution():
    """For Gaussian features of equal variance, with noise: close on average, exact without."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=30_015)
    X = np.lib.stride_tricks.sliding_window_view(x, 16)[:, ::-1]
    taps = rng.normal(size=16)
    y = X @ taps + 0.1 * rng.normal(size=len(X))
    wiener = np.linalg.solve(X.T @ X, X.T @ y)
    readout = LMSReadout(fit_intercept=False).fit(X[:5000], y[:5000])
    path = [readout.partial_fit(X[i : i + 50], y[i : i + 50]).coef_ for i in range(5000, 30000, 50)]
    # Weights wander with variance step / (2 - step) noise / power; the mean of 500 of them less.
    np.testing.assert_allclose(np.mean(path, axis=0), wiener, atol=0.01)
    exact = LMSReadout(fit_intercept=False).fit(X, X @ taps)
    np.testing.assert_allclose(exact.coef_, taps, atol=1e-9)


def signal(name, n_rows, rng):
    """Inputs that do not excite all directions, or not always."""
    n = np.arange(n_rows)
    if name == "sine":
        return np.sin(0.3 * n)
    if name == "two sines":
        return np.sin(0.3 * n) + np.sin(0.311 * n)
    return np.where(n // 500 % 4 == 0, rng.normal(size=n_rows), 0.0)  # bursts with silences


def error_over_time(name, forgetting, n_rows):
    """Errors of a tapped filter near row 10 000 and at the end, and the learner then."""
    rng = np.random.default_rng(0)
    x = signal(name, n_rows + 15, rng)
    X = np.lib.stride_tricks.sliding_window_view(x, 16)
    y = X @ rng.normal(size=16) + 0.01 * rng.normal(size=n_rows)
    readout = RLSReadout(forgetting)
    errors = []
    for i in range(0, n_rows, 1000):
        block = slice(i, i + 1000)
        if i:
            errors.append(np.mean((y[block] - readout.predict(X[block])) ** 2))
        readout.partial_fit(X[block], y[block])
    return np.array(errors), readout.learner


def check_stable(name, forgetting, n_rows):
    errors, learner = error_over_time(name, forgetting, n_rows)
    assert learner.spread.min() > 0
    assert np.isfinite(learner.factor).all()
    assert np.isfinite(learner.weights).all()
    # Four blocks are a period of bursts; what is left is noise of variance 1e-4. Bursts differ by
    # more than errors that grow slowly would, but those that run away soon have no bound.
    assert errors[-20:].mean() < (4 if name == "bursts" else 1.3) * max(errors[8:28].mean(), 1e-4)


@pytest.mark.parametrize("forgetting", [0.99, 0.999])
@pytest.mark.parametrize("name", ["sine", "two sines", "bursts"])
def test_it_stays_stable_without_excitation(name, forgetting):
    check_stable(name, forgetting, 60_000)


@pytest.mark.slow
@pytest.mark.parametrize("forgetting", [0.99, 0.999])
@pytest.mark.parametrize("name", ["sine", "two sines", "bursts"])
def test_it_stays_stable_for_a_million_rows(name, forgetting):
    check_stable(name, forgetting, 1_000_000)


@pytest.mark.parametrize(
    ("readout", "message"),
    [
        (RLSReadout(0), "forgetting"),
        (RLSReadout(1.1), "forgetting"),
        (RLSReadout(alpha=0), "alpha"),
        (RLSReadout(guard=-1), "guard"),
        (LMSReadout(2), "step_size"),
        (LMSReadout(0), "step_size"),
    ],
)
def test_parameters_out_of_range_are_refused(readout, message):
    with pytest.raises(ValueError, match=message):
        readout.fit([[1.0], [2.0]], [1.0, 2.0])


def test_chunks_of_another_length_or_width_are_refused():
    X, y, _ = plant()
    with pytest.raises(ValueError, match=r"n_samples is 3.*400"):
        RLSReadout().fit_chunks([(X, y, None)], 3)
    with pytest.raises(ValueError, match=r"\(400, 6\) and \(400, 2\).*\(400, 6\) and \(400, 1\)"):
        RLSReadout().fit(X, y).partial_fit(X, y[:, 0])
