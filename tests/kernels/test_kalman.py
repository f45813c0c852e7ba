"""The kernels of real-time recurrent learning and of the Kalman filter against naive twins."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from esnkit.kernels import kalman, rtrl
from esnkit.kernels.activations import CODES
from tests import naive


@pytest.mark.parametrize("activation", CODES.values(), ids=CODES)
def test_sensitivities_are_derivatives_of_the_state(activation):
    rng = np.random.default_rng(0)
    n, n_inputs = 4, 2
    M, X = rng.normal(0, 0.5, (n_inputs + 1 + n, n)), rng.normal(size=(5, n_inputs))
    h = np.zeros(n)
    now, following = np.zeros((2, n, M.size))
    work = np.empty((n, n))
    for x in X:
        rtrl.advance_rtrl(activation, M, np.concatenate([x, [1], h]), h, now, following, work)
        now, following = following, now
    state, sensitivities = naive.run_sensitive(activation, M, X, np.zeros(n))
    np.testing.assert_allclose(h, state, rtol=1e-13)
    np.testing.assert_allclose(now, sensitivities, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_gradient_joins_both_layers(dtype):
    rng = np.random.default_rng(0)
    error, M_out = rng.normal(size=3).astype(dtype), rng.normal(size=(5, 3)).astype(dtype)
    h, P = rng.normal(size=4).astype(dtype), rng.normal(size=(4, 12)).astype(dtype)
    out = np.empty(12 + 15, dtype)
    rtrl.gradient(error, M_out, h, P, out)
    expected = [M_out[:-1] @ error @ P, np.outer(np.append(h, 1), error).ravel()]
    np.testing.assert_allclose(
        out, np.concatenate(expected), rtol=1e-5 if dtype is np.float32 else 1e-13
    )


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("sizes", [(9,), (4, 2, 3)])
def test_a_step_of_the_filter_equals_the_textbooks(sizes, n_outputs):
    """Groups are blocks of one covariance, whatever the order of their members."""
    rng = np.random.default_rng(0)
    n = sum(sizes)
    members, offsets = rng.permutation(n), np.cumsum([0, *sizes])
    roots = [rng.normal(size=(size, size)) for size in sizes]
    parts = [root @ root.T for root in roots]
    blocks = np.concatenate([part.ravel() for part in parts])
    covariance = np.empty((n, n))
    covariance[np.ix_(members, members)] = scipy.linalg.block_diag(*parts)
    weights, H = rng.normal(size=n), rng.normal(size=(n_outputs, n))
    error = rng.normal(size=n_outputs)
    moved, left = naive.kalman(weights, covariance, H, error, 0.3, 0.01)

    G, L = np.empty((n_outputs, n)), np.empty((n_outputs, n_outputs))
    assert kalman.update(weights, blocks, members, offsets, H, error, 0.3, 0.01, G, L)
    np.testing.assert_allclose(weights, moved, rtol=1e-11)
    expected = left[np.ix_(members, members)]
    starts = np.cumsum([0, *np.square(sizes)])
    for i, size in enumerate(sizes):
        block = blocks[starts[i] : starts[i + 1]].reshape(size, size)
        own = slice(offsets[i], offsets[i + 1])
        np.testing.assert_allclose(block, expected[own, own], rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(block, block.T)


def test_factors_and_what_has_none():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(4, 4))
    S = root @ root.T + np.eye(4)
    factor = S.copy()
    assert kalman.factorise(factor, 0.5)
    np.testing.assert_allclose(np.tril(factor), np.linalg.cholesky(S), rtol=1e-12)
    assert not kalman.factorise(S - 3 * np.eye(4), 0.5)
    assert not kalman.factorise(np.full((2, 2), np.nan), 0.5)


def test_a_covariance_that_is_none_changes_nothing():
    state = np.zeros(2), np.array([-1.0, 0, 0, 1]), np.arange(2), np.array([0, 2])
    G, L = np.empty((1, 2)), np.empty((1, 1))
    assert not kalman.update(*state, np.array([[1.0, 0]]), np.ones(1), 0.3, 0.01, G, L)
    np.testing.assert_array_equal(state[0], 0)
    np.testing.assert_array_equal(state[1], [-1, 0, 0, 1])
