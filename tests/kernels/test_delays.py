"""The delay loops against their naive twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit import NVAR
from esnkit.kernels.delays import free_run_delays, run_delays
from tests import naive
from tests.loops import make_loop

SHAPES = [(1, 1, 1), (3, 1, 1), (4, 3, 1), (1, 2, 2), (2, 1, 2), (3, 2, 3), (2, 3, 4)]


def make_delays(n_taps, stride, order, n_inputs):
    """The plan of a loop, and the number of its features."""
    memory = NVAR(n_taps, stride=stride, order=order).prepare(n_inputs)
    return memory._delays, memory.n_features_out_


def run_both(n_taps, stride, order, inputs):
    """Features by kernel, after a past of zeros, and by twin."""
    delays, width = make_delays(n_taps, stride, order, inputs.shape[1])
    past = np.zeros(((n_taps - 1) * stride, inputs.shape[1]))
    features = np.full((len(inputs), width), np.nan)
    run_delays(delays, np.vstack([past, inputs]), features)
    return features, naive.run_delays(n_taps, stride, order, inputs)


@pytest.mark.parametrize(("n_taps", "stride", "order"), SHAPES)
def test_features_equal_the_naive_twin(n_taps, stride, order):
    inputs = np.random.default_rng(0).uniform(-2, 2, (12, 2))
    features, expected = run_both(n_taps, stride, order, inputs)
    np.testing.assert_allclose(features, expected, rtol=1e-14)


@given(
    n_taps=st.integers(1, 4),
    stride=st.integers(1, 4),
    order=st.integers(1, 4),
    n_inputs=st.integers(1, 3),
    n_steps=st.integers(1, 8),
)
@settings(max_examples=30)
def test_features_of_any_size(n_taps, stride, order, n_inputs, n_steps):
    inputs = np.random.default_rng(n_steps).uniform(-2, 2, (n_steps, n_inputs))
    features, expected = run_both(n_taps, stride, order, inputs)
    np.testing.assert_allclose(features, expected, rtol=1e-14)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("with_input", [False, True])
@pytest.mark.parametrize("through_input", [False, True])
@pytest.mark.parametrize(("n_taps", "stride", "order"), [(3, 2, 1), (1, 1, 2), (2, 2, 3)])
def test_free_run_equals_the_naive_twin(n_taps, stride, order, through_input, with_input, squared):
    n_steps, n_inputs, n_outputs = 15, 3, 2
    delays, width = make_delays(n_taps, stride, order, n_inputs)
    n_readout_features = width * (2 if squared else 1) + n_inputs * with_input
    loop = make_loop(
        n_readout_features, through_input=through_input, with_input=with_input, squared=squared
    )
    rng = np.random.default_rng(1)
    past = rng.uniform(-1, 1, ((n_taps - 1) * stride, n_inputs))
    X = rng.uniform(-1, 1, (n_steps, n_inputs - n_outputs * through_input))
    y = rng.uniform(-1, 1, n_outputs)
    expected = naive.free_run_delays(n_taps, stride, order, loop, past, X, y.copy())

    fed = np.full((n_steps, n_inputs - X.shape[1]), np.nan)  # to be written before it is read
    inputs = np.vstack([past, np.hstack([fed, X])])
    outputs = np.empty((n_steps, n_outputs))
    free_run_delays(delays, loop, inputs, y, outputs)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    np.testing.assert_array_equal(y, outputs[-1])
    if through_input:
        np.testing.assert_array_equal(inputs[len(past) + 1 :, :n_outputs], outputs[:-1])


@pytest.mark.parametrize(
    ("gain", "first_clipped", "expected"),
    [
        (0.5, -1, [0.5, 0.25, 0.125, 0.0625]),
        (3.0, 2, [3.0, 9.0, 20.0, 20.0]),
        (-3.0, 2, [-3.0, 9.0, -5.0, 15.0]),
        (np.nan, 0, [-5.0] * 4),
    ],
)
def test_outputs_are_held_in_their_bounds(gain, first_clipped, expected):
    delays, _ = make_delays(1, 1, 1, 1)
    loop = make_loop(
        1,
        1,
        coef=np.array([[gain]]),
        intercept=np.zeros(1),
        lower=np.array([-5.0]),
        upper=np.array([20.0]),
    )
    outputs = np.empty((4, 1))
    found = free_run_delays(delays, loop, np.zeros((4, 1)), np.ones(1), outputs)
    assert found == first_clipped
    np.testing.assert_array_equal(outputs[:, 0], expected)
