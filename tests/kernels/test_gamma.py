"""The gamma loops against their naive twins."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.gamma import free_run_gamma, run_gamma
from tests import naive
from tests.loops import make_loop


@pytest.mark.parametrize("mu", [0.1, 1.0, 1.7])
@pytest.mark.parametrize(("n_taps", "n_inputs"), [(1, 1), (2, 1), (5, 3)])
def test_features_equal_the_naive_twin(n_taps, n_inputs, mu):
    rng = np.random.default_rng(0)
    inputs, taps = rng.uniform(-1, 1, (20, n_inputs)), rng.uniform(-1, 1, (n_taps, n_inputs))
    features = np.full((20, n_taps * n_inputs), np.nan)
    expected = naive.run_gamma(mu, inputs, taps.copy())
    run_gamma(mu, inputs, taps, features)
    np.testing.assert_allclose(features, expected, atol=1e-14)
    np.testing.assert_array_equal(taps.ravel(), features[-1])


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("with_input", [False, True])
@pytest.mark.parametrize("through_input", [False, True])
def test_free_run_equals_the_naive_twin(through_input, with_input, squared):
    n_taps, n_inputs, n_outputs, n_steps, mu = 4, 3, 2, 15, 0.6
    width = n_taps * n_inputs * (2 if squared else 1) + n_inputs * with_input
    loop = make_loop(
        width, n_outputs, through_input=through_input, with_input=with_input, squared=squared
    )
    rng = np.random.default_rng(1)
    taps, y = rng.uniform(-1, 1, (n_taps, n_inputs)), rng.uniform(-1, 1, n_outputs)
    X = rng.uniform(-1, 1, (n_steps, n_inputs - n_outputs * through_input))
    expected = naive.free_run_gamma(mu, loop, X, taps.copy(), y.copy())

    fed = np.full((n_steps, n_inputs - X.shape[1]), np.nan)  # to be written before it is read
    inputs, outputs = np.hstack([fed, X]), np.empty((n_steps, n_outputs))
    assert free_run_gamma(mu, loop, inputs, taps, y, outputs) == -1
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    np.testing.assert_array_equal(y, outputs[-1])
    np.testing.assert_array_equal(taps[0], inputs[-1])


@pytest.mark.parametrize(("gain", "first_clipped"), [(0.5, -1), (3.0, 2), (np.nan, 0)])
def test_outputs_are_held_in_their_bounds(gain, first_clipped):
    loop = make_loop(
        *(1, 1),
        coef=np.array([[gain]]),
        intercept=np.zeros(1),
        lower=np.array([-5.0]),
        upper=np.array([20.0]),
    )
    outputs = np.empty((4, 1))
    found = free_run_gamma(0.5, loop, np.zeros((4, 1)), np.zeros((1, 1)), np.ones(1), outputs)
    assert found == first_clipped
    assert np.all((outputs >= -5) & (outputs <= 20))
