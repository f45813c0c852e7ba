"""The Legendre memory: its closed form, and a delayed sine to the error that the window allows."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from scipy.special import eval_legendre
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import ESNRegressor, LegendreMemory, RidgeReadout
from tests.memories.test_delays import EXPECTED_FAILURES

X = np.random.default_rng(0).uniform(-1, 1, (60, 2))


@parametrize_with_checks(
    [LegendreMemory()], expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("order", "window"), [(1, 5.0), (6, 12.5), (12, 40.0)])
def test_the_step_is_that_of_scipy(order, window):
    """By the matrices of the paper and scipy's zero-order hold."""
    A = np.empty((order, order))
    for i in range(order):
        for j in range(order):
            A[i, j] = (2 * i + 1) / window * (-1 if i < j else (-1) ** (i - j + 1))
    B = np.array([[(2 * i + 1) / window * (-1) ** i] for i in range(order)])
    step, drive, *_ = scipy.signal.cont2discrete((A, B, np.eye(order), np.zeros((order, 1))), 1.0)
    memory = LegendreMemory(order, window=window).fit(X)
    np.testing.assert_allclose(memory.A_, step, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(memory.B_, drive[:, 0], rtol=1e-9, atol=1e-12)
    states = np.zeros((order, 2))
    for n, features in enumerate(memory.transform(X)):
        states = step @ states + drive @ X[n : n + 1]
        np.testing.assert_allclose(features, states.T.ravel(), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("delay", [0, 10, 25, 40])
def test_a_delayed_sine_comes_back(delay):
    """Half a step early, as inputs are held in between; their jumps show at the window's end."""
    t = np.arange(600)
    wave = np.sin(t / 20)[:, None]
    memory = LegendreMemory(10, window=40).fit(wave)
    past = memory.transform(wave) @ memory.delay_weights(delay)
    held = np.sin((t - delay - 0.5 + 1) / 20)
    np.testing.assert_allclose(past[100:], held[100:], atol=2e-3 if delay else 0.015)


def test_the_weights_are_legendre_polynomials():
    memory = LegendreMemory(5, window=10).fit(X)
    expected = [eval_legendre(i, -0.4) for i in range(5)]
    np.testing.assert_allclose(memory.delay_weights(3), expected)
    with pytest.raises(ValueError, match="delay == 11, must be <= 10"):
        memory.delay_weights(11)


def test_a_constant_fills_the_first_polynomial_alone():
    features = LegendreMemory(6, window=8).fit_transform(np.ones((200, 1)))
    np.testing.assert_allclose(features[-1], [1, 0, 0, 0, 0, 0], atol=1e-9)


def test_parts_equal_the_whole_and_a_model_runs_freely():
    memory = LegendreMemory(6).fit(X)
    first, state = memory.transform(X[:25], return_state=True)
    whole = np.vstack([first, memory.transform(X[25:], state=state)])
    np.testing.assert_array_equal(whole, memory.transform(X))
    wave = np.sin(np.arange(401) / 5)
    model = ESNRegressor(LegendreMemory(6), RidgeReadout(1e-10), washout=100)
    forecast = model.fit(wave[:-1, None], wave[1:]).free_run(50)
    np.testing.assert_allclose(forecast, np.sin(np.arange(401, 451) / 5), atol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"order": 0}, "order"), ({"window": 0}, "window"), ({"window": np.inf}, "window")],
)
def test_bad_parameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        LegendreMemory(**options).fit(X)
