"""The bidiagonal form: against numpy's singular values, and ridge problems solved by stacking."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.bidiagonal import Bidiagonal


def ridge_by_stacking(A, T, alpha):
    below = np.sqrt(alpha) * np.eye(len(A))
    stacked = np.vstack([A, below])
    return np.linalg.lstsq(stacked, np.vstack([T, np.zeros((len(A), T.shape[1]))]), rcond=None)[0].T


def matrix(size, decades, seed=0):
    rng = np.random.default_rng(seed)
    left, right = (np.linalg.qr(rng.normal(size=(size, size)))[0] for _ in range(2))
    return left @ np.diag(np.logspace(0, -decades, size)) @ right, rng.normal(size=(size, 3))


@pytest.mark.parametrize("size", [1, 2, 3, 17, 60])
def test_singular_values_are_those_of_numpy(size):
    A, _ = matrix(size, 6)
    expected = np.linalg.svd(A, compute_uv=False)
    np.testing.assert_allclose(Bidiagonal(A).singular_values(), expected, rtol=1e-9)


@pytest.mark.parametrize("n_targets", [1, 3])
@pytest.mark.parametrize("decades", [1, 4, 8])
@pytest.mark.parametrize("size", [1, 2, 3, 17, 60])
def test_a_path_equals_stacked_problems(size, decades, n_targets):
    A, T = matrix(size, decades)
    before = A.copy()
    alphas = np.array([1e-12, 1e-6, 1e-2, 10.0])
    path = Bidiagonal(A).ridge_path(T[:, :n_targets], alphas)
    assert path.shape == (4, n_targets, size)
    for coef, alpha in zip(path, alphas, strict=True):
        expected = ridge_by_stacking(A, T[:, :n_targets], alpha)
        np.testing.assert_allclose(coef, expected, rtol=1e-6, atol=1e-8 * np.abs(expected).max())
    np.testing.assert_array_equal(A, before)


def test_a_singular_matrix_is_solved_too():
    A, T = matrix(6, 2)
    A[:, 3] = A[:, 1]
    coef = Bidiagonal(A).ridge_path(T, np.array([1e-3]))[0]
    np.testing.assert_allclose(coef, ridge_by_stacking(A, T, 1e-3), rtol=1e-8)
    np.testing.assert_allclose(coef[:, 3], coef[:, 1], rtol=1e-8)


@pytest.mark.parametrize("n_targets", [1, 3])
@pytest.mark.parametrize("size", [1, 2, 17, 60])
def test_a_truncated_path_leaves_out_what_is_noise(size, n_targets):
    A, T = matrix(size, 20)  # the last singular values are far below what is told from rounding
    T = T[:, :n_targets]
    left, values, right = np.linalg.svd(A)
    kept = values > 1e-8 * np.linalg.norm(values)
    alphas = np.array([0.0, 1e-18, 1e-3])
    path = Bidiagonal(A).truncated_path(T, alphas, 1e-8)
    assert path.shape == (3, n_targets, size)
    for coef, alpha in zip(path, alphas, strict=True):
        filters = np.where(kept, values / (values**2 + alpha), 0.0)
        expected = (right.T * filters @ left.T @ T).T
        np.testing.assert_allclose(coef, expected, rtol=1e-5, atol=1e-7 * np.abs(expected).max())
