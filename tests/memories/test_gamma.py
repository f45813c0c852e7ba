"""The gamma memory: its closed form, its limits, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from esnkit import ESNRegressor, GammaMemory, RidgeReadout, State, TappedDelayLine

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (60, 2))


def impulse_response(n_taps, mu, n_steps):
    impulse = np.zeros((n_steps, 1))
    impulse[0] = 1.0
    return GammaMemory(n_taps, mu=mu).fit_transform(impulse)


@pytest.mark.parametrize("mu", [0.05, 0.5, 1.0])
def test_the_impulse_response_is_a_negative_binomial_distribution(mu):
    """Tap k is the law of the number of trials until the k-th success of probability mu."""
    response = impulse_response(8, mu, 200)
    n = np.arange(200)
    np.testing.assert_array_equal(response[:, 0], n == 0)
    for k in range(1, 8):
        law = scipy.stats.nbinom(k, mu)  # counts the failures, so the trials are k more
        np.testing.assert_allclose(response[:, k], law.pmf(n - k), rtol=1e-9, atol=1e-300)


@given(mu=st.floats(0.01, 1.99), n_taps=st.integers(1, 6))
@settings(max_examples=50)
def test_each_tap_is_a_filter_of_the_one_before(mu, n_taps):
    """By scipy's filters, for every mu of the range, the alternating ones included."""
    features = GammaMemory(n_taps, mu=mu).fit_transform(X)
    expected = X
    for k in range(n_taps):
        np.testing.assert_allclose(features[:, 2 * k : 2 * k + 2], expected, atol=1e-10)
        expected = lfilter([0, mu], [1, mu - 1], expected, axis=0)


def test_depth_is_order_over_mu():
    response = impulse_response(6, 0.25, 500)
    np.testing.assert_allclose(response.sum(axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose(np.arange(500) @ response, np.arange(6) / 0.25, rtol=1e-10)


@pytest.mark.parametrize("n_taps", [1, 2, 7])
def test_with_mu_one_it_is_the_delay_line_exactly(n_taps):
    gamma, line = GammaMemory(n_taps, mu=1.0), TappedDelayLine(n_taps)
    np.testing.assert_array_equal(gamma.fit_transform(X), line.fit_transform(X))


def test_with_mu_one_it_runs_freely_as_the_delay_line_does():
    def run(memory):
        model = ESNRegressor(memory, RidgeReadout(1e-3), include_input=False)
        return model.fit(X[:-1], X[1:]).free_run(30)

    np.testing.assert_array_equal(run(GammaMemory(4, mu=1)), run(TappedDelayLine(4)))


def test_names():
    table = pd.DataFrame({"u": X[:, 0], "id": 1, "v": X[:, 1]})
    memory = GammaMemory(2, id_column="id").fit(table)
    assert list(memory.get_feature_names_out()) == ["g0(u)", "g0(v)", "g1(u)", "g1(v)"]
    assert list(GammaMemory(2).fit(X[:, :1]).get_feature_names_out()) == ["g0(x0)", "g1(x0)"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_taps": 0}, ValueError, "n_taps == 0, must be >= 1"),
        ({"n_taps": 2.5}, TypeError, "n_taps must be an instance of int"),
        ({"mu": 0.0}, ValueError, "mu == 0.0, must be > 0"),
        ({"mu": 2}, ValueError, "mu == 2, must be < 2"),
        ({"mu": float("nan")}, ValueError, "mu must be finite, got nan"),
        ({"mu": "half"}, TypeError, "mu must be an instance of"),
    ],
)
def test_bad_parameters_are_named(options, error, message):
    with pytest.raises(error, match=message):
        GammaMemory(**options).fit(X)


def test_a_state_of_another_memory_is_refused():
    memory = GammaMemory(3).fit(X)
    with pytest.raises(ValueError, match=r"states of shape \(2,\), but this memory has \(6,\)"):
        memory.transform(X, state=State(np.zeros(2)))
