"""ES2N: its equation, its limits, and the memory it was made for."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import ES2N, ESNRegressor, Reservoir, RidgeReadout
from esnkit.analysis import memory_capacity
from tests.memories.test_delays import EXPECTED_FAILURES

X = np.random.default_rng(0).uniform(-1, 1, (60, 2))


@parametrize_with_checks(
    [ES2N(20, random_state=0)], expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_with_proximity_one_it_is_a_reservoir():
    options = {"bias_scaling": 0.2, "random_state": 3}
    plain, memory = Reservoir(30, **options), ES2N(30, proximity=1.0, **options)
    np.testing.assert_allclose(memory.fit_transform(X), plain.fit_transform(X), atol=1e-14)


def test_the_rotation_is_orthogonal_and_draws_of_its_own():
    memory = ES2N(25, random_state=0).fit(X)
    np.testing.assert_allclose(memory.O_ @ memory.O_.T, np.eye(25), atol=1e-12)
    other = ES2N(25, input_scaling=0.5, random_state=0).fit(X)
    np.testing.assert_array_equal(memory.O_, other.O_)


def test_parts_equal_the_whole_and_noise_is_for_fitting_only():
    memory = ES2N(20, noise=0.1, random_state=0).fit(X)
    first, state = memory.transform(X[:25], return_state=True)
    whole = np.vstack([first, memory.transform(X[25:], state=state)])
    np.testing.assert_array_equal(whole, memory.transform(X))
    assert np.abs(memory.fit_transform(X) - memory.transform(X)).max() > 0.01


def test_it_remembers_far_more_than_a_reservoir():
    """The paper's figure for 100 units is 98.4, for leaky ones 30.4; short runs tell them apart."""
    capacity = memory_capacity(ES2N(50, input_scaling=0.1, random_state=0), random_state=0)
    plain = memory_capacity(Reservoir(50, input_scaling=0.1, random_state=0), random_state=0)
    assert 40 < capacity.total <= 51
    assert capacity.total > 1.4 * plain.total


def test_a_model_runs_freely_on_it():
    wave = np.sin(np.arange(401) / 5)
    model = ESNRegressor(ES2N(40, random_state=0), RidgeReadout(1e-10), washout=100)
    forecast = model.fit(wave[:-1, None], wave[1:]).free_run(30)
    np.testing.assert_allclose(forecast, np.sin(np.arange(401, 431) / 5), atol=0.05)


@pytest.mark.parametrize("proximity", [0, -0.1, 1.5, np.nan, "much"])
def test_bad_proximities_are_named(proximity):
    with pytest.raises((TypeError, ValueError), match="proximity"):
        ES2N(proximity=proximity).fit(X)
