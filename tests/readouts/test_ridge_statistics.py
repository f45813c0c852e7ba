from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge

from esnkit.readouts.ridge_statistics import RidgeStatistics

SOLVERS = ("qr", "gram")
EPSILON = np.finfo(float).eps

both_solvers = pytest.mark.parametrize("solver", SOLVERS)


def make_rows(n_rows=60, n_features=5, n_targets=3, seed=0, offset=1.0, condition=10.0):
    """Features with known singular values about zero, then an offset; targets with noise."""
    rng = np.random.default_rng(seed)
    left, _ = np.linalg.qr(rng.standard_normal((n_rows, n_features)))
    right, _ = np.linalg.qr(rng.standard_normal((n_features, n_features)))
    values = np.sqrt(n_rows) * np.geomspace(1, 1 / condition, n_features)
    X = left * values @ right + offset * rng.standard_normal(n_features)
    Y = X @ rng.standard_normal((n_features, n_targets)) + rng.standard_normal((n_rows, n_targets))
    return X, Y, rng.uniform(0.1, 2, n_rows)


def gather(X, Y, weights=None, **options):
    return RidgeStatistics(X.shape[1], Y.shape[1], **options).update(X, Y, weights)


def exact_ridge(X, Y, alpha):
    """Solve the normal equations without intercept in rational arithmetic, free of rounding."""
    rows = [[Fraction(x) for x in row] for row in np.hstack([X, Y])]
    size = X.shape[1]
    system = [[sum(r[i] * r[j] for r in rows) for j in range(len(rows[0]))] for i in range(size)]
    for i in range(size):
        system[i][i] += Fraction(alpha)
    for i in range(size):  # Gauss-Jordan; the matrix is positive definite
        system[i] = [entry / system[i][i] for entry in system[i]]
        for k in set(range(size)) - {i}:
            system[k] = [a - system[k][i] * b for a, b in zip(system[k], system[i], strict=True)]
    return np.array([[float(entry) for entry in row[size:]] for row in system]).T


def assert_same_solution(one, other, rtol=1e-10):
    for ours, theirs in zip(one, other, strict=True):
        assert_allclose(ours, theirs, rtol=rtol, atol=rtol * np.abs(theirs).max())


# ---------------------------------------------------------------------- truth from outside


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("alpha", [0.0, 1e-3, 10.0, [1e-3, 10.0, 0.5], [2.0, 2.0, 2.0]])
def test_solution_is_that_of_sklearn(solver, fit_intercept, weighted, alpha):
    X, Y, weights = make_rows()
    weights = weights if weighted else None
    peer = Ridge(np.array(alpha), fit_intercept=fit_intercept, solver="svd").fit(X, Y, weights)
    ours = gather(X, Y, weights, solver=solver, fit_intercept=fit_intercept).solve(alpha)
    assert_same_solution(ours, (peer.coef_, np.broadcast_to(peer.intercept_, 3)))


@pytest.mark.parametrize("alpha", [0.0, 1e-16, 1e-12])
def test_triangle_does_not_square_the_condition_number(alpha):
    X, Y, _ = make_rows(12, 4, 2, offset=0.0, condition=1e10)
    Y = X @ np.ones((4, 2)) + 1e-10 * Y
    exact = exact_ridge(X, Y, alpha)
    coef, _ = gather(X, Y, solver="qr", fit_intercept=False).solve(alpha)
    path, _ = gather(X, Y, solver="qr", fit_intercept=False).solve_path([alpha])
    bound = 10 * 1e10 * EPSILON * np.abs(exact).max()  # that of a backward stable method
    assert np.abs(coef - exact).max() < bound
    assert np.abs(path[0] - exact).max() < bound


def test_gram_matrix_keeps_half_the_digits():
    X, Y, _ = make_rows(12, 4, 2, offset=0.0, condition=1e4)
    exact = exact_ridge(X, Y, 1e-10)
    coef, _ = gather(X, Y, solver="gram", fit_intercept=False).solve(1e-10)
    assert np.abs(coef - exact).max() < 10 * 1e8 * EPSILON * np.abs(exact).max()


@both_solvers
def test_digits_are_not_lost_far_from_zero(solver):
    X, Y, weights = make_rows(2000)
    X = np.round(X, 6)  # so that adding the offset rounds nothing
    near = gather(X, Y, weights, solver=solver)
    far = gather(X + 2.0**20, Y, weights, solver=solver)
    assert_allclose(far.solve(1e-3)[0], near.solve(1e-3)[0], rtol=1e-8)
    assert_allclose(far.sums_of_squares, near.sums_of_squares, rtol=1e-8)


@both_solvers
def test_path_equals_single_solutions(solver):
    X, Y, weights = make_rows()
    alphas = [3.0, 0.0, 1e-25, 1e-16, 1e-6, 3.0]
    statistics = gather(X, Y, weights, solver=solver)
    coefs, intercepts = statistics.solve_path(alphas)
    for alpha, coef, intercept in zip(alphas, coefs, intercepts, strict=True):
        assert_same_solution((coef, intercept), statistics.solve(alpha))


@both_solvers
@pytest.mark.parametrize("relative", [0.0, 1e-28, 1e-25, 1e-20, 1e-15, 1e-13, 1e-6])
def test_tiny_penalties_do_not_blow_up_what_is_collinear(solver, relative):
    X, Y, _ = make_rows()
    X = np.hstack([X, X[:, :2], X[:, :1] - X[:, 2:3]])
    statistics = gather(X, Y, solver=solver)
    alpha = relative * statistics.sums_of_squares[:8].sum()
    coef, intercept = statistics.solve(alpha)
    assert_allclose(coef[:, 5:7], coef[:, :2], rtol=1e-2)
    assert_same_solution((coef[None], intercept[None]), statistics.solve_path([alpha]), rtol=1e-2)


@both_solvers
@pytest.mark.parametrize("n_rows", [1, 2, 7])
def test_least_squares_of_collinear_or_few_rows_has_minimum_norm(solver, n_rows):
    X, Y, _ = make_rows(20, 3)
    X = np.hstack([X, X[:, :1] - X[:, 1:2], X[:, :1]])[:n_rows]
    Y = Y[:n_rows]
    coef, intercept = gather(X, Y, solver=solver).solve(0.0)
    expected = np.linalg.pinv(X - X.mean(axis=0), rcond=1e-10) @ (Y - Y.mean(axis=0))
    assert_allclose(coef, expected.T, atol=1e-7)
    assert_allclose(intercept, Y.mean(axis=0) - X.mean(axis=0) @ expected, atol=1e-7)


@both_solvers
@pytest.mark.parametrize("n_features", [1, 2, 33])
@pytest.mark.parametrize("n_targets", [1, 5])
def test_every_width(solver, n_features, n_targets):
    X, Y, _ = make_rows(40, n_features, n_targets)
    peer = Ridge(0.1, solver="cholesky").fit(X, Y)
    statistics = gather(X, Y, solver=solver)
    coef = peer.coef_.reshape(n_targets, n_features)
    assert_allclose(statistics.solve(0.1)[0], coef, rtol=1e-9)
    assert_allclose(statistics.solve_path([0.1])[0][0], coef, rtol=1e-9)


# ---------------------------------------------------------------------- errors from the statistic


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_squared_error_is_that_of_the_rows(solver, fit_intercept):
    X, Y, weights = make_rows()
    rng = np.random.default_rng(1)
    coef, intercept = rng.standard_normal((4, 3, 5)), rng.standard_normal((4, 3))
    errors = gather(X, Y, weights, solver=solver, fit_intercept=fit_intercept).squared_error(
        coef, intercept
    )
    residuals = Y - np.einsum("np,atp->ant", X, coef) - intercept[:, np.newaxis]
    assert_allclose(errors, np.einsum("n,ant->at", weights, residuals**2), rtol=1e-11)


def test_squared_error_of_a_triangle_reaches_far_below_rounding_of_the_squares():
    X, _, _ = make_rows()
    rng = np.random.default_rng(1)
    Y = X @ np.ones((5, 1)) + 1e-11 * rng.standard_normal((60, 1))
    coef = np.ones((1, 5))
    error = gather(X, Y).squared_error(coef, np.zeros(1))
    assert_allclose(error, ((Y - X @ coef.T) ** 2).sum(axis=0), rtol=1e-3)


def test_squared_error_of_a_gram_matrix_does_not_claim_to_be_below_its_rounding():
    X, _, _ = make_rows(500)
    coef = np.ones((1, 5))
    statistics = gather(X, X @ coef.T, solver="gram")
    error = statistics.squared_error(coef, np.zeros(1))[0]
    assert EPSILON < error / statistics.sums_of_squares[-1] < 100 * EPSILON


@both_solvers
def test_sums_of_squares_are_about_the_mean_if_there_is_an_intercept(solver):
    X, Y, weights = make_rows()
    Z = np.hstack([X, Y])
    about_zero = weights @ Z**2
    about_mean = weights @ (Z - np.average(Z, axis=0, weights=weights)) ** 2
    with_intercept = gather(X, Y, weights, solver=solver)
    without = gather(X, Y, weights, solver=solver, fit_intercept=False)
    assert_allclose(with_intercept.sums_of_squares, about_mean)
    assert_allclose(without.sums_of_squares, about_zero)


@both_solvers
def test_alpha_range_goes_from_no_effect_to_no_coefficients(solver):
    X, Y, _ = make_rows(condition=1e3)
    statistics = gather(X, Y, solver=solver)
    least, largest = statistics.alpha_range
    free, _ = statistics.solve(0.0)
    assert_allclose(statistics.solve(least)[0], free, rtol=1e-6)
    assert np.abs(statistics.solve(largest)[0]).max() < 0.01 * np.abs(free).max()


# ---------------------------------------------------------------------- weights and odd columns


@both_solvers
def test_weights_count_rows(solver):
    X, Y, _ = make_rows()
    counts = np.random.default_rng(0).integers(0, 4, len(X))
    weighted = gather(X, Y, counts, solver=solver)
    repeated = gather(X.repeat(counts, axis=0), Y.repeat(counts, axis=0), solver=solver)
    assert_same_solution(weighted.solve(0.1), repeated.solve(0.1))
    assert weighted.total_weight == repeated.total_weight
    assert weighted.n_samples == np.count_nonzero(counts)


@both_solvers
def test_weight_zero_equals_no_row_to_the_last_bit(solver):
    X, Y, weights = make_rows()
    weights[[0, 7, 59]] = 0
    X[[0, 7, 59]] = 1e6
    present = weights > 0
    ours = gather(X, Y, weights, solver=solver).solve(0.1)
    assert_array_equal(
        ours[0], gather(X[present], Y[present], weights[present], solver=solver).solve(0.1)[0]
    )


@both_solvers
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_constant_columns_have_no_coefficient_however_many_rows(solver, alpha):
    X, Y, weights = make_rows(1500)
    X[:, 2] = 0.1
    first = gather(X[:700], Y[:700], weights[:700], solver=solver)
    second = gather(X[700:], Y[700:], weights[700:], solver=solver)
    total = first + second
    assert total.sums_of_squares[2] == 0.0
    coef, intercept = total.solve(alpha)
    assert_allclose(coef[:, 2], 0.0, atol=1e-13)
    kept = [0, 1, 3, 4]
    peer = Ridge(alpha, solver="svd").fit(X[:, kept], Y, weights)
    assert_same_solution((coef[:, kept], intercept), (peer.coef_, peer.intercept_))


@both_solvers
def test_nothing_varies(solver):
    statistics = gather(np.full((4, 2), 3.0), np.full((4, 1), 5.0), solver=solver)
    for alpha in (0.0, 1.0):
        coef, intercept = statistics.solve(alpha)
        assert_array_equal(coef, np.zeros((1, 2)))
        assert_array_equal(intercept, [5.0])
    least, largest = statistics.alpha_range
    assert 0 < least < largest


def test_single_precision_is_computed_with_in_double():
    X, Y, _ = make_rows()
    X = X.astype(np.float32)
    ours = gather(X, Y).solve(0.1)
    assert_array_equal(ours[0], gather(X.astype(np.float64), Y).solve(0.1)[0])


# ---------------------------------------------------------------------- merging


@st.composite
def cut_rows(draw):
    """Rows with weights, and where to cut them."""
    n_rows = draw(st.integers(2, 40))
    X, Y, weights = make_rows(
        50, draw(st.integers(1, 6)), draw(st.integers(1, 3)), draw(st.integers(0, 1000))
    )
    trend = draw(st.sampled_from([0.0, 1.0, 100.0]))
    X = X + trend * np.linspace(0, 1, 50)[:, np.newaxis]
    cuts = draw(st.lists(st.integers(0, n_rows), max_size=5).map(sorted))
    edges = [0, *cuts, n_rows]
    parts = [slice(a, b) for a, b in pairwise(edges)]
    return X[:n_rows], Y[:n_rows], weights[:n_rows] * draw(st.sampled_from([1e-3, 1.0])), parts


@given(cut_rows(), st.sampled_from(SOLVERS), st.booleans())
def test_sum_of_parts_equals_one_pass(rows, solver, fit_intercept):
    X, Y, weights, parts = rows
    options = {"solver": solver, "fit_intercept": fit_intercept}
    whole = gather(X, Y, weights, **options)
    pieces = RidgeStatistics(X.shape[1], Y.shape[1], **options)
    total = RidgeStatistics(X.shape[1], Y.shape[1], **options)
    for part in parts:
        pieces.update(X[part], Y[part], weights[part])
        total = gather(X[part], Y[part], weights[part], **options) + total
    alpha = 1e-3 * whole.sums_of_squares.sum()
    for statistics in (pieces, total):
        assert statistics.n_samples == whole.n_samples
        assert_allclose(statistics.total_weight, whole.total_weight)
        assert_allclose(
            statistics.sums_of_squares, whole.sums_of_squares, rtol=1e-10, atol=1e-10 * alpha
        )
        assert_same_solution(statistics.solve(alpha), whole.solve(alpha), rtol=1e-9)


@both_solvers
def test_addition_changes_neither_side(solver):
    X, Y, _ = make_rows()
    one, two = gather(X[:30], Y[:30], solver=solver), gather(X[30:], Y[30:], solver=solver)
    before = [pickle.dumps(statistics) for statistics in (one, two)]
    total = one + two
    total.update(X, Y)
    assert [pickle.dumps(statistics) for statistics in (one, two)] == before
    assert total.n_samples == 2 * len(X)


@both_solvers
def test_same_rows_give_the_same_bits(solver):
    X, Y, weights = make_rows(1500)
    first, second = (gather(X, Y, weights, solver=solver).solve_path([0.1, 1.0]) for _ in range(2))
    assert_array_equal(first[0], second[0])


@both_solvers
def test_arrays_handed_in_are_neither_kept_nor_changed(solver):
    X, Y, weights = make_rows()
    given_arrays = [X, Y, weights]
    copies = copy.deepcopy(given_arrays)
    statistics = gather(X, Y, weights, solver=solver)
    for array, twin in zip(given_arrays, copies, strict=True):
        assert_array_equal(array, twin)
        array[:] = 0
    assert_array_equal(statistics.solve(0.1)[0], gather(*copies, solver=solver).solve(0.1)[0])


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((3, 4)), np.ones((3, 1))), r"\(3, 2\) and \(3, 1\), got \(3, 4\) and \(3, 1\)"),
        ((np.ones((3, 2)), np.ones((2, 1))), r"got \(3, 2\) and \(2, 1\)"),
        ((np.ones(2), np.ones(2)), r"got \(2,\) and \(2, 1\)"),
        (([[np.nan, 1]], [1]), "features contains NaN"),
        (([[0, 1]], [np.inf]), "targets contains infinity"),
        (([[0, 1]], [1], [-1]), "sample_weight must not be negative, got -1"),
        (([[0, 1]], [1], [1, 1]), r"sample_weight must have shape \(1,\).*got \(2,\)"),
    ],
)
def test_bad_rows_are_refused_and_leave_no_trace(arguments, message):
    statistics = RidgeStatistics(2, 1)
    with pytest.raises(ValueError, match=message):
        statistics.update(*arguments)
    assert statistics.n_samples == 0


def test_numbers_must_be_real():
    with pytest.raises(TypeError, match="features must hold real numbers, got dtype complex128"):
        RidgeStatistics(2, 1).update([[1j, 0]], [1])


@pytest.mark.parametrize(
    ("alpha", "message"),
    [
        (-1.0, "alpha must not be empty or negative, got -1.0"),
        (np.nan, "alpha contains NaN"),
        ([1.0, 2.0], r"alpha must be a number or of shape \(3,\).*got shape \(2,\)"),
    ],
)
def test_bad_penalties_are_refused(alpha, message):
    X, Y, _ = make_rows()
    with pytest.raises(ValueError, match=message):
        gather(X, Y).solve(alpha)


def test_nothing_can_be_solved_without_rows():
    with pytest.raises(ValueError, match="holds no rows"):
        RidgeStatistics(2, 1).update(np.ones((3, 2)), np.ones(3), np.zeros(3)).solve(1.0)


def test_statistics_of_different_kinds_do_not_add_up():
    with pytest.raises(ValueError, match=r"solver='qr'.*solver='gram'"):
        RidgeStatistics(2, 1) + RidgeStatistics(2, 1, solver="gram")
    with pytest.raises(TypeError):
        RidgeStatistics(2, 1) + 1


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0, 1), {}, "n_features == 0"),
        ((1, 0), {}, "n_targets == 0"),
        ((1, 1), {"solver": "svd"}, "solver must be 'qr' or 'gram', got 'svd'"),
    ],
)
def test_bad_construction(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        RidgeStatistics(*arguments, **options)


def test_representation_tells_what_is_inside():
    X, Y, _ = make_rows()
    assert repr(gather(X, Y)) == "RidgeStatistics(5, 3, solver='qr', fit_intercept=True): 60 rows"
