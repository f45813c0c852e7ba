"""Leaky integrate-and-fire units: closed-form rates, silence, and the equation step by step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import SpikingReservoir
from tests.memories.test_delays import EXPECTED_FAILURES

X = np.random.default_rng(0).poisson(0.3, (80, 3)).astype(float)


@parametrize_with_checks(
    [SpikingReservoir(20, random_state=0)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_without_input_it_is_silent():
    rates = SpikingReservoir(30, random_state=0).fit_transform(np.zeros((200, 2)))
    np.testing.assert_array_equal(rates, 0)


@given(current=st.floats(0.06, 2.0), constant=st.floats(2.0, 50.0), refractory=st.integers(0, 6))
def test_constant_input_fires_at_the_closed_form_rate(current, constant, refractory):
    """From zero, k steps bring the membrane to I (1 - q^k) / (1 - q); then it rests."""
    q = math.exp(-1 / constant)
    highest = current / (1 - q)
    memory = SpikingReservoir(
        1,
        membrane_constant=constant,
        refractory=refractory,
        recurrent_scaling=0.0,
        input_connectivity=1.0,
        trace_constants=1e-9,  # no memory: the trace is the spike itself
        random_state=0,
    ).fit(np.ones((5, 1)))
    scale = current / memory.W_in_[0, 0]
    spikes = memory.transform(np.full((2000, 1), scale))[:, 0]
    if highest < 1 - 1e-9:
        assert not spikes.any()
    elif highest > 1 + 1e-9:
        exact = math.log(1 - 1 / highest) / math.log(q)
        if abs(exact - round(exact)) > 1e-6:  # else rounding decides by a step
            period = max(1, math.ceil(exact)) + refractory
            assert set(np.diff(np.flatnonzero(spikes))) <= {period}


def test_signs_belong_to_units_and_parts_equal_the_whole():
    memory = SpikingReservoir(40, inhibitory=0.25, random_state=0).fit(X)
    W = memory.W_.toarray()
    negative = (W < 0).any(axis=0)
    assert negative.sum() == 10
    assert not (W[:, negative] > 0).any()
    first, state = memory.transform(X[:33], return_state=True)
    whole = np.vstack([first, memory.transform(X[33:], state=state)])
    np.testing.assert_array_equal(whole, memory.transform(X))


@pytest.mark.parametrize(
    "options",
    [
        {"membrane_constant": 0},
        {"membrane_constant": np.inf},
        {"threshold": -1.0},
        {"refractory": -1},
        {"inhibitory": 1.5},
        {"trace_constants": []},
        {"trace_constants": [5.0, 0.0]},
        {"recurrent_scaling": -0.1},
    ],
)
def test_bad_parameters_are_named(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        SpikingReservoir(**options).fit(X)
