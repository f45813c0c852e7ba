"""Memory capacity: linear memories have as much as they have units."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from esnkit import (
    NVAR,
    ESNRegressor,
    GammaMemory,
    Reservoir,
    RidgeReadout,
    TappedDelayLine,
    TDNNRegressor,
)
from esnkit.analysis.memory_capacity import memory_capacity


def cycle(n_units, **options):
    """A linear cycle of weight 0.9."""
    return Reservoir(
        n_units,
        topology="cycle",
        activation="identity",
        bias_scaling=0.0,
        input_scaling=0.1,
        random_state=0,
        **options,
    )


# ---------------------------------------------------------------------- what is known


def test_a_delay_line_recalls_its_taps_and_nothing_else():
    found = memory_capacity(TappedDelayLine(30), random_state=0)
    np.testing.assert_array_equal(found.delays, np.arange(61))
    np.testing.assert_allclose(found.capacities[:30], 1, atol=1e-12)
    assert np.all(np.abs(found.capacities[30:]) < 0.01)
    assert abs(found.total - 30) < 0.05


@pytest.mark.parametrize("n_units", [20, 100])
def test_a_linear_cycle_has_the_capacity_of_its_units(n_units):
    assert abs(memory_capacity(cycle(n_units), random_state=0).total / n_units - 1) < 0.01


def test_a_linear_cycle_has_the_published_capacity():
    """99.09 by the literature's protocol: delays from 1 on, and chance not taken away."""
    found = memory_capacity(cycle(100), protocol="literature", random_state=0)
    np.testing.assert_array_equal(found.delays, np.arange(1, 201))
    assert abs(found.total - 99.09) < 0.1


def test_a_gamma_memory_spreads_its_taps_over_many_delays():
    """Linear and of full rank, so it has one step of capacity for each tap, none of them whole."""
    memory = GammaMemory(5, mu=0.4)
    found = memory_capacity(memory, max_delay=60, n_train=100_000, n_test=20_000, random_state=0)
    assert abs(found.total - 5) < 0.05
    assert found.capacities[10] > 0.05
    assert memory_capacity(GammaMemory(5, mu=1.0), random_state=0).capacities[10] < 0.01


def test_products_of_taps_recall_no_more_than_the_taps():
    """The input is symmetric, so its squares and products say nothing of it."""
    assert abs(memory_capacity(NVAR(4), max_delay=10, random_state=0).total - 4) < 0.02


def test_no_reservoir_has_more_than_its_units():
    for scaling in (0.05, 1.0):
        reservoir = Reservoir(40, input_scaling=scaling, random_state=0)
        assert 3 < memory_capacity(reservoir, random_state=0).total < 40


def test_chance_is_taken_away_on_average():
    """A memory of the present alone: for the other delays the mean capacity is zero."""
    found = memory_capacity(TappedDelayLine(1), max_delay=400, n_test=500, random_state=0)
    plain = memory_capacity(
        TappedDelayLine(1), max_delay=400, n_test=500, protocol="literature", random_state=0
    )
    # A squared correlation of n rows has mean 1 / (n - 1) and a deviation of sqrt(2) / n.
    noise = np.sqrt(2) / 500 / np.sqrt(400)
    assert abs(found.capacities[1:].mean()) < 4 * noise
    assert abs(plain.capacities.mean() - 1 / 499) < 4 * noise


# ---------------------------------------------------------------------- models, seeds, errors


def test_a_model_is_measured_as_it_is():
    """A heavy penalty scales the outputs, which their correlation does not feel; forgetting is."""
    line = ESNRegressor(TappedDelayLine(5), Ridge(1e3), include_input=False)
    assert abs(memory_capacity(line, max_delay=10, random_state=0).total - 5) < 0.05
    network = TDNNRegressor(TappedDelayLine(3), hidden_layer_sizes=(8,), random_state=0)
    found = memory_capacity(network, max_delay=5, n_train=500, n_test=500, random_state=0)
    assert np.all(found.capacities[:3] > 0.9)
    assert np.all(found.capacities[3:] < 0.05)


def test_an_output_that_never_changes_recalls_nothing():
    mute = ESNRegressor(Reservoir(5, input_scaling=0.0), RidgeReadout(1.0), include_input=False)
    found = memory_capacity(mute, max_delay=3, protocol="literature", random_state=0)
    np.testing.assert_allclose(found.capacities, 0, atol=1e-12)


def test_a_seed_makes_the_result_and_the_model_stays_as_it_was():
    reservoir = Reservoir(10)
    first, again, other = (
        memory_capacity(reservoir, n_test=500, random_state=seed).capacities for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    assert not hasattr(reservoir, "W_")


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (TappedDelayLine(3), {"protocol": "mine"}, "protocol must be one of 'corrected', 'lit"),
        (TappedDelayLine(3), {"max_delay": 0}, "max_delay == 0, must be >= 1"),
        (TappedDelayLine(3), {"n_train": 0}, "n_train == 0, must be >= 1"),
        (TappedDelayLine(3), {"n_test": 1}, "n_test == 1, must be >= 3"),
        (TappedDelayLine(3), {"amplitude": 0.0}, "amplitude == 0.0, must be >= 1e-40"),
        (ESNRegressor(), {}, "max_delay must be given for a model"),
    ],
)
def test_bad_arguments_are_named(model, options, message):
    with pytest.raises(ValueError, match=message):
        memory_capacity(model, **options)
