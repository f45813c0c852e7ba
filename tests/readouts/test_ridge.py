from __future__ import annotations

import pickle
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit.readouts.ridge import RidgeReadout

both_solvers = pytest.mark.parametrize("solver", ["qr", "gram"])


def make_series(n_rows=103, n_features=4, n_targets=2, noise=0.3, seed=0):
    """Smooth features, as states are, and noisy targets of unlike units."""
    rng = np.random.default_rng(seed)
    X = np.tanh(rng.standard_normal((n_rows, n_features)).cumsum(axis=0) / 5) + 2
    Y = X @ rng.standard_normal((n_features, n_targets)) * np.arange(1, n_targets + 1)
    return X, Y + noise * rng.standard_normal(Y.shape), rng.uniform(0.1, 2, n_rows)


def in_chunks(X, Y, weights, cuts):
    """Rows as a producer hands them over who fills the same buffers again and again."""
    buffers = [np.empty_like(array) for array in (X, Y, weights)]
    for rows in np.split(np.arange(len(X)), cuts):
        views = [buffer[: len(rows)] for buffer in buffers]
        for view, array in zip(views, (X, Y, weights), strict=True):
            view[:] = array[rows]
        yield tuple(views)
        for view in views:
            view[:] = np.nan


def assert_same_fit(one, other, rtol=1e-9):
    for name in ("coef_", "intercept_", "alpha_", "alphas_", "validation_scores_"):
        ours, theirs = getattr(one, name), getattr(other, name)
        if theirs is None:
            assert ours is None
        else:
            assert_allclose(ours, theirs, rtol=rtol, atol=rtol * np.abs(theirs).max())


@parametrize_with_checks(
    [
        RidgeReadout(),
        RidgeReadout(solver="gram"),
        RidgeReadout(alpha=1e-3),
        RidgeReadout(alpha=1e-3, solver="gram"),
        RidgeReadout(alpha_per_target=True, fit_intercept=False, n_blocks=3),
    ]
)
def test_estimator_keeps_the_conventions(estimator, check):
    check(estimator)


# ---------------------------------------------------------------------- one penalty


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", ["one-dimensional", "column", "several"])
def test_given_penalty_is_that_of_sklearn(solver, fit_intercept, shape):
    X, Y, weights = make_series()
    y = {"one-dimensional": Y[:, 0], "column": Y[:, :1], "several": Y}[shape]
    ours = RidgeReadout(0.5, solver=solver, fit_intercept=fit_intercept).fit(X, y, weights)
    peer = Ridge(0.5, fit_intercept=fit_intercept, solver="svd").fit(X, y, weights)
    assert_allclose(ours.coef_, peer.coef_.reshape(ours.coef_.shape), rtol=1e-8)
    assert_allclose(ours.intercept_, peer.intercept_, rtol=1e-8)
    assert ours.coef_.shape == (*y.shape[1:], 4)
    assert np.shape(ours.intercept_) == y.shape[1:]
    assert ours.predict(X).shape == y.shape
    assert_allclose(ours.predict(X), peer.predict(X).reshape(y.shape), rtol=1e-8)
    assert ours.alpha_ == 0.5
    assert ours.alphas_ is None
    assert ours.validation_scores_ is None
    assert len(ours.statistics_) == 1


def test_one_penalty_for_each_target():
    X, Y, _ = make_series()
    ours = RidgeReadout([0.1, 5.0]).fit(X, Y)
    peer = Ridge(np.array([0.1, 5.0]), solver="svd").fit(X, Y)
    assert_allclose(ours.coef_, peer.coef_, rtol=1e-8)
    assert_array_equal(ours.alpha_, [0.1, 5.0])


@pytest.mark.parametrize(
    ("solver", "n_features", "chosen"),
    [("auto", 3, "qr"), ("auto", 2001, "gram"), ("gram", 3, "gram"), ("qr", 2001, "qr")],
)
def test_solver_is_chosen_by_the_number_of_features(solver, n_features, chosen):
    X, Y, _ = make_series(3, n_features, 1)
    assert RidgeReadout(1.0, solver=solver).fit(X, Y).solver_ == chosen


# ---------------------------------------------------------------------- the penalty chosen


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_validation_scores_are_those_of_leaving_out_each_block(solver, fit_intercept, weighted):
    X, Y, weights = make_series()
    weights = weights if weighted else np.ones(len(X))
    alphas = [10.0, 0.01, 1.0]
    ours = RidgeReadout(alphas=alphas, n_blocks=4, solver=solver, fit_intercept=fit_intercept).fit(
        X, Y, weights if weighted else None
    )
    assert_array_equal(ours.alphas_, np.sort(alphas))
    assert ours.validation_scores_.shape == (3, 4, 2)
    edges = np.arange(5) * len(X) // 4
    for i, alpha in enumerate(ours.alphas_):
        for k in range(4):
            block = np.arange(edges[k], edges[k + 1])
            rest = np.setdiff1d(np.arange(len(X)), block)
            peer = Ridge(alpha, fit_intercept=fit_intercept, solver="svd")
            peer.fit(X[rest], Y[rest], weights[rest])
            squares = (Y[block] - peer.predict(X[block])) ** 2
            expected = np.average(squares, axis=0, weights=weights[block])
            assert_allclose(ours.validation_scores_[i, k], expected, rtol=1e-8)


@both_solvers
def test_the_final_fit_is_to_all_rows(solver):
    X, Y, _ = make_series()
    ours = RidgeReadout(solver=solver).fit(X, Y)
    assert ours.alpha_ in ours.alphas_
    peer = Ridge(ours.alpha_, solver="svd").fit(X, Y)
    assert_allclose(ours.coef_, peer.coef_, rtol=1e-7)


def test_noise_asks_for_a_large_penalty_and_exactness_for_a_tiny_one():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 20))
    noise = RidgeReadout().fit(X, rng.standard_normal(200))
    assert noise.alpha_ > X.size
    exact = RidgeReadout().fit(X, X.sum(axis=1))
    assert exact.alpha_ < 1e-10 * X.size
    assert_allclose(exact.coef_, 1.0, rtol=1e-12)


def test_targets_can_choose_for_themselves():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 20))
    noise = rng.standard_normal((200, 2))
    Y = np.column_stack([X.sum(axis=1) + 0.01 * noise[:, 0], noise[:, 1]])
    ours = RidgeReadout(alpha_per_target=True).fit(X, Y)
    assert ours.alpha_.shape == (2,)
    assert ours.alpha_[0] < 1 < 1e3 < ours.alpha_[1]
    alone = [RidgeReadout(alphas=ours.alphas_).fit(X, y) for y in Y.T]
    assert ours.alpha_[1] == alone[1].alpha_  # the other's error is as flat as its last bits
    assert_allclose(ours.coef_, [readout.coef_ for readout in alone], rtol=1e-9, atol=1e-12)


@both_solvers
@pytest.mark.parametrize("n_rows", [1, 2, 3, 6])
def test_few_rows(solver, n_rows):
    X, Y, _ = make_series(n_rows)
    ours = RidgeReadout(solver=solver).fit(X, Y)
    assert len(ours.statistics_) == min(n_rows, 5)
    assert ours.validation_scores_.shape[1] == min(n_rows, 5)
    assert np.isfinite(ours.predict(X)).all()
    if n_rows == 1:
        assert_allclose(ours.predict(X), Y)
        assert np.isnan(ours.validation_scores_).all()
        assert ours.alpha_ == ours.alphas_[-1]


@both_solvers
def test_degenerate_features_and_targets(solver):
    X, Y, _ = make_series()
    X = np.column_stack([X, X[:, 0], np.zeros(len(X)), np.full(len(X), 0.1)])
    Y = np.column_stack([Y, np.zeros(len(Y)), np.full(len(Y), 7.0)])
    ours = RidgeReadout(solver=solver).fit(X, Y)
    assert_allclose(ours.coef_[:, 0], ours.coef_[:, 4], rtol=1e-6, atol=1e-9)
    assert_allclose(ours.coef_[:, 5:], 0.0, atol=1e-9)
    assert_allclose(ours.predict(X)[:, 2:], [[0.0, 7.0]] * len(X), atol=1e-12)


def test_more_features_than_rows():
    X, Y, _ = make_series(30, 50)
    ours = RidgeReadout(1e-3).fit(X, Y)
    peer = Ridge(1e-3, solver="svd").fit(X, Y)
    assert_allclose(ours.predict(X + 0.1), peer.predict(X + 0.1), rtol=1e-8)


def test_single_row_of_weight_equals_itself_alone():
    X, Y, _ = make_series()
    weights = np.zeros(len(X))
    weights[5] = 2.0
    ours = RidgeReadout().fit(X, Y, weights)
    assert_allclose(ours.predict(X[:1]), Y[5:6])


def test_weight_zero_equals_no_row_when_the_penalty_is_chosen():
    X, Y, weights = make_series()
    weights[[0, 30, 31, 32, 33]] = 0
    present = weights > 0
    with_zeros = RidgeReadout().fit(X, Y, weights)
    without = RidgeReadout().fit(X[present], Y[present], weights[present])
    assert_array_equal(with_zeros.validation_scores_, without.validation_scores_)
    assert_array_equal(with_zeros.coef_, without.coef_)


# ---------------------------------------------------------------------- streams


@given(st.lists(st.integers(1, 102), max_size=8, unique=True).map(sorted), st.booleans())
def test_chunks_equal_the_whole(cuts, chosen):
    X, Y, weights = make_series()
    readout = RidgeReadout("auto" if chosen else 0.1, alphas=[1e-3, 0.1, 10.0])
    whole = clone(readout).fit(X, Y, weights)
    streamed = clone(readout).fit_chunks(in_chunks(X, Y, weights, cuts), len(X))
    assert_same_fit(streamed, whole)
    assert streamed.n_features_in_ == 4


def test_dimension_of_a_streamed_target():
    X, Y, _ = make_series(n_targets=1)
    chunks = [(X[:50], Y[:50], None), (X[50:], Y[50:], None)]
    flat = RidgeReadout().fit_chunks(chunks, len(X), target_ndim=1)
    assert_same_fit(flat, RidgeReadout().fit(X, Y[:, 0]))
    assert flat.coef_.shape == (4,)
    assert isinstance(flat.intercept_, float)
    assert isinstance(flat.alpha_, float)
    assert RidgeReadout().fit_chunks(chunks, len(X)).coef_.shape == (1, 4)


@both_solvers
def test_partial_fits_add_up(solver):
    X, Y, weights = make_series()
    whole = RidgeReadout(0.1, solver=solver).fit(X, Y, weights)
    parts = RidgeReadout(0.1, solver=solver)
    for rows in np.split(np.arange(len(X)), [1, 20, 77]):
        parts.partial_fit(X[rows], Y[rows], weights[rows])
        seen = slice(0, rows[-1] + 1)
        so_far = RidgeReadout(0.1, solver=solver).fit(X[seen], Y[seen], weights[seen])
        assert_same_fit(parts, so_far)
    assert_same_fit(parts, whole)


def test_partial_fits_keep_blocks_of_time():
    X, Y, _ = make_series()
    readout = RidgeReadout(n_blocks=3)
    for start in range(0, 100, 10):
        rows = slice(start, start + 10)
        readout.partial_fit(X[rows], Y[rows])
        assert len(readout.statistics_) == 3
        assert sum(block.n_samples for block in readout.statistics_) == start + 10
    sizes = [block.n_samples for block in readout.statistics_]
    assert min(sizes) >= 10
    edges = np.cumsum([0, *sizes])
    for block, (begin, end) in zip(readout.statistics_, pairwise(edges), strict=True):
        mean = block.squared_error(np.zeros((2, 4)), np.zeros(2)) / block.total_weight
        assert_allclose(mean, (Y[begin:end] ** 2).mean(axis=0))


def test_partial_fit_goes_on_after_fit_and_fit_forgets():
    X, Y, _ = make_series()
    readout = RidgeReadout(0.1).fit(X[:40], Y[:40]).partial_fit(X[40:], Y[40:])
    assert_same_fit(readout, RidgeReadout(0.1).fit(X, Y))
    readout.fit(X[:10], Y[:10, 0])
    assert_same_fit(readout, RidgeReadout(0.1).fit(X[:10], Y[:10, 0]))


def test_partial_fit_chunks_equals_partial_fit():
    X, Y, weights = make_series()
    ones, chunks = RidgeReadout(), RidgeReadout()
    for rows in (slice(0, 60), slice(60, 103)):
        part = X[rows], Y[rows], weights[rows]
        ones.partial_fit(*part)
        chunks.partial_fit_chunks(in_chunks(*part, [7, 20]), len(part[0]))
    assert_same_fit(chunks, ones)


def test_memory_does_not_grow_with_the_series():
    X, Y, _ = make_series(100, 30)

    def peak(n_chunks):
        tracemalloc.start()
        RidgeReadout(alphas=[0.1, 1.0]).fit_chunks(
            ((X, Y, None) for _ in range(n_chunks)), n_chunks * len(X)
        )
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(5)  # what is imported and cached on first use
    assert peak(200) < 1.2 * peak(5)


# ---------------------------------------------------------------------- as an estimator


@both_solvers
def test_two_fits_are_the_same_to_the_last_bit(solver):
    X, Y, weights = make_series()
    one, two = (RidgeReadout(solver=solver).fit(X, Y, weights) for _ in range(2))
    assert_array_equal(one.coef_, two.coef_)
    assert_array_equal(one.validation_scores_, two.validation_scores_)


def test_a_pickled_readout_goes_on():
    X, Y, _ = make_series()
    readout = RidgeReadout().fit(X[:50], Y[:50])
    copy = pickle.loads(pickle.dumps(readout))
    assert_same_fit(copy.partial_fit(X[50:], Y[50:]), readout.partial_fit(X[50:], Y[50:]), rtol=0)


def test_grid_search_over_penalties():
    X, Y, _ = make_series()
    search = GridSearchCV(RidgeReadout(), {"alpha": [1e-3, "auto", 1e9]}, cv=TimeSeriesSplit(3))
    search.fit(X, Y)
    assert search.best_params_["alpha"] != 1e9


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": "best"}, "alpha must be 'auto', a number or an array, got 'best'"),
        ({"alpha": -1.0}, "alpha must not be empty or negative, got -1.0"),
        ({"alpha": [1.0, 2.0, 3.0]}, r"of shape \(2,\), one per target, got shape \(3,\)"),
        ({"alphas": []}, r"alphas must not be empty or negative, got \[\]"),
        ({"alphas": [1.0, -1.0]}, "alphas must not be empty or negative"),
        ({"alphas": [[1.0]]}, "alphas must be one-dimensional"),
        ({"n_blocks": 1}, "n_blocks == 1, must be >= 2"),
        ({"solver": "svd"}, "solver must be one of 'auto', 'qr', 'gram', got 'svd'"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    X, Y, _ = make_series()
    with pytest.raises(ValueError, match=message):
        RidgeReadout(**parameters).fit(X, Y)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((3,), {}, "n_samples is 3, but the chunks hold 103 rows"),
        ((104,), {}, "n_samples is 104, but the chunks hold 103 rows"),
        ((0,), {}, "n_samples == 0, must be >= 1"),
        ((103,), {"target_ndim": 1}, "target_ndim=1 is for one target, but there are 2"),
        ((103,), {"target_ndim": 3}, "target_ndim must be 1 or 2, got 3"),
    ],
)
def test_bad_streams_are_refused(arguments, options, message):
    X, Y, _ = make_series()
    with pytest.raises(ValueError, match=message):
        RidgeReadout().fit_chunks([(X, Y, None)], *arguments, **options)


def test_weights_must_not_all_be_zero():
    X, Y, _ = make_series()
    with pytest.raises(ValueError, match="sample_weight is zero for every row"):
        RidgeReadout().fit(X, Y, np.zeros(len(X)))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"solver": "gram"}, "solver='gram'"), ({"fit_intercept": False}, "fit_intercept=False")],
)
def test_a_change_between_partial_fits_is_refused_and_does_no_harm(change, message):
    X, Y, _ = make_series()
    readout = RidgeReadout(0.1).fit(X, Y)
    before = readout.coef_.copy()
    with pytest.raises(ValueError, match=message):
        readout.set_params(**change).partial_fit(X, Y)
    assert_array_equal(readout.coef_, before)


def test_another_width_of_targets_is_refused():
    X, Y, _ = make_series()
    with pytest.raises(ValueError, match=r"cannot be added.*4, 2.*4, 1"):
        RidgeReadout().fit(X, Y).partial_fit(X, Y[:, 0])


@pytest.mark.parametrize("alpha", ["auto", 1.0])
@pytest.mark.parametrize("n_targets", [0, 2])
def test_a_path_holds_readouts_fitted_with_each_penalty(alpha, n_targets):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    y = rng.normal(size=(60, n_targets) if n_targets else 60)
    readout = RidgeReadout(alpha).fit(X, y)
    before = readout.predict(X)
    for penalty, other in zip([0.1, 10.0], readout.path([0.1, 10.0]), strict=True):
        np.testing.assert_allclose(other.predict(X), Ridge(penalty).fit(X, y).predict(X))
        assert other.alpha == other.alpha_ == penalty
    np.testing.assert_array_equal(readout.predict(X), before)
