"""Reservoirs with delays: the equation, and what the limits must give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import DelayedReservoir, ESNRegressor, Reservoir, RidgeReadout, State
from esnkit.analysis import memory_capacity
from tests.memories.test_delays import EXPECTED_FAILURES

X = np.random.default_rng(0).uniform(-1, 1, (50, 2))


@parametrize_with_checks(
    [DelayedReservoir(20, random_state=0), DelayedReservoir(5, max_input_delay=3, random_state=0)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("options", [{"max_delay": 1}, {"delayed_fraction": 0.0}])
def test_delays_of_one_step_make_an_ordinary_reservoir(options):
    plain = Reservoir(30, leak_rate=0.4, random_state=2).fit_transform(X)
    memory = DelayedReservoir(30, leak_rate=0.4, random_state=2, **options)
    np.testing.assert_allclose(memory.fit_transform(X), plain, atol=1e-13)


@given(cut=st.integers(1, 49))
def test_parts_equal_the_whole(cut):
    memory = DelayedReservoir(12, max_input_delay=3, random_state=0).fit(X)
    first, state = memory.transform(X[:cut], return_state=True)
    assert isinstance(state, State)
    whole = np.vstack([first, memory.transform(X[cut:], state=state)])
    np.testing.assert_array_equal(whole, memory.transform(X))


def test_delays_draw_of_their_own_and_are_where_connections_are():
    memory = DelayedReservoir(30, max_delay=7, random_state=0).fit(X)
    plain = Reservoir(30, random_state=0).fit(X)
    np.testing.assert_array_equal(memory.W_.toarray(), plain.W_.toarray())
    np.testing.assert_array_equal(memory.delays_.indices, memory.W_.indices)
    assert set(memory.delays_.data) == set(range(1, 8))


def test_delays_lengthen_the_memory():
    options = {"spectral_radius": 0.9, "input_scaling": 0.1, "random_state": 0}
    delayed = memory_capacity(DelayedReservoir(50, **options), random_state=0)
    plain = memory_capacity(Reservoir(50, **options), random_state=0)
    assert delayed.total > 1.3 * plain.total


def test_noise_is_for_fitting_only_and_a_model_runs_freely():
    memory = DelayedReservoir(20, noise=0.1, random_state=0).fit(X)
    assert np.abs(memory.fit_transform(X) - memory.transform(X)).max() > 0.01
    wave = np.sin(np.arange(401) / 5)
    model = ESNRegressor(
        DelayedReservoir(40, leak_rate=0.5, random_state=0), RidgeReadout(1e-8), washout=100
    )
    forecast = model.fit(wave[:-1, None], wave[1:]).free_run(30)
    np.testing.assert_allclose(forecast, np.sin(np.arange(401, 431) / 5), atol=0.05)


@pytest.mark.parametrize(
    "options", [{"max_delay": 0}, {"max_input_delay": -1}, {"delayed_fraction": 1.2}]
)
def test_bad_parameters_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        DelayedReservoir(**options).fit(X)
