"""The stream kernel against its naive twin, which differences the whole series anew."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.closed_loop import Loop, stack
from esnkit.kernels.lanes import pack_coef
from esnkit.kernels.stepper import NOT_FINITE, all_finite, stack_constants, stream
from tests import naive
from tests.kernels.test_reservoir import TOLERANCE, make_network

N_UNITS, N_VALUES, N_GIVEN = 21, 2, 1


def make_stream(lags, *, dtype=np.float64, density=0.2, n_at_once=1, **flags):
    """Arguments of the kernel that stay, and the twin's."""
    rng = np.random.default_rng(3)
    options = {"with_input": True, "squared": False, "through_input": True}
    options |= {"through_feedback": False} | flags
    n_features = N_GIVEN + (N_VALUES if options["through_input"] else 0)
    n_drive = n_features + (N_VALUES if options["through_feedback"] else 0)
    network, W = make_network(N_UNITS, n_drive, density=density, dtype=dtype)
    width = N_UNITS * (2 if options["squared"] else 1)
    width += n_features if options["with_input"] else 0
    n_outputs = N_VALUES * n_at_once
    loop = Loop(
        coef=rng.uniform(-1, 1, (n_outputs, width)) / N_UNITS,
        intercept=rng.uniform(-0.1, 0.1, n_outputs),
        lower=np.full(n_outputs, -5.0),
        upper=np.full(n_outputs, 5.0),
        **options,
    )
    scale = rng.uniform(0.5, 2, (2, N_VALUES + N_GIVEN))
    fixed = (
        *stack_constants(network, loop, np.array(lags, dtype=np.int64)),
        network.per_unit,
        pack_coef(network, stack([loop]), 1, 1),
        np.vstack([loop.lower, loop.upper]),
        scale,
    )
    return fixed, (W, network, loop, scale, list(lags))


def start_of(series, lags, dtype):
    """Working space with a random state, and what `observe` keeps of a series."""
    units = np.random.default_rng(4).uniform(-1, 1, (1, N_UNITS)).astype(dtype)
    past = [np.zeros(N_VALUES)]
    for i, lag in enumerate(lags):
        past.append(naive.difference(series, lags[:i])[-lag:].ravel())
    return units, np.concatenate(past)


def assert_equals_twin(lags, n_steps, dtype=np.float64, **options):
    fixed, twin = make_stream(lags, dtype=dtype, **options)
    rng = np.random.default_rng(5)
    series = rng.uniform(-1, 1, (30, N_VALUES))
    units, past = start_of(series[:20], lags, dtype)
    h = units[0, :N_UNITS].copy()
    for n in range(20, 30):
        given = rng.uniform(-1, 1, (n_steps, N_GIVEN))
        outputs = np.empty((n_steps, N_VALUES))
        assert stream(*fixed, units, past, series[n], given, outputs) == -1
        expected, h = naive.stream(*twin, series[: n + 1], h, given, n_steps)
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=10 * TOLERANCE[dtype])
        np.testing.assert_allclose(units[0, :N_UNITS], h, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("lags", [(), (1,), (3, 1), (4, 2, 1)])
def test_a_stream_equals_its_naive_twin(lags, dtype):
    for n_steps in (1, 6):
        assert_equals_twin(lags, n_steps, dtype)


@pytest.mark.parametrize(
    "options",
    [
        {"through_input": False, "through_feedback": True},
        {"squared": True, "with_input": False},
        {"through_feedback": True},
        {"density": 1.0},
    ],
)
def test_all_loops_equal_the_naive_twin(options):
    assert_equals_twin((2,), 4, **options)


def test_all_steps_at_once_are_read_from_one_state():
    """Two steps of two values: the readout's four outputs, of which a forecast takes the first."""
    fixed, (W, network, loop, scale, _) = make_stream((), n_at_once=3)
    value, given = np.array([0.3, -0.2]), np.ones((2, 1))
    units, past = start_of(value[None], (), np.float64)
    latest = (value - scale[0, :2]) / scale[1, :2]
    x = np.concatenate([latest, (given[0] - scale[0, 2:]) / scale[1, 2:]])
    h = naive.advance(W, network, x, np.zeros(0), units[0, :N_UNITS])
    expected = (loop.coef @ np.concatenate([h, x]) + loop.intercept).reshape(3, 2)
    outputs = np.empty((2, 2))
    assert stream(*fixed, units, past, value, given, outputs) == -1
    np.testing.assert_allclose(outputs, expected[:2] * scale[1, :2] + scale[0, :2], atol=1e-13)


def test_without_a_value_the_first_output_takes_its_place():
    fixed, (W, network, loop, scale, _) = make_stream(())
    units, past = start_of(np.zeros((1, 2)), (), np.float64)
    past[:] = latest = np.array([0.4, 0.1])
    h = units[0, :N_UNITS].copy()
    given, outputs = np.zeros((1, 1)), np.empty((1, 2))
    expected = naive.free_run(
        W, network, loop, np.tile((given - scale[0, 2:]) / scale[1, 2:], (5, 1)), h, latest, 5
    )
    for row in expected:
        stream(*fixed, units, past, np.zeros(0), given, outputs)
        np.testing.assert_allclose(outputs[0], row * scale[1, :2] + scale[0, :2], atol=1e-13)


def test_the_first_step_held_is_told():
    fixed, _ = make_stream(())
    fixed[5][1] = -4.0  # an upper bound that every output is above
    units, past = start_of(np.zeros((1, 2)), (), np.float64)
    assert stream(*fixed, units, past, np.ones(2), np.ones((3, 1)), np.empty((3, 2))) == 0
    fixed[5][1] = 5.0
    assert stream(*fixed, units, past, np.ones(2), np.ones((3, 1)), np.empty((3, 2))) == -1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_changes_nothing(bad):
    fixed, _ = make_stream((2,))
    series = np.random.default_rng(0).normal(size=(5, 2))
    units, past = start_of(series, (2,), np.float64)
    outputs = np.full((1, 2), 7.0)
    before = units.copy(), past.copy(), outputs.copy()
    for value, given in [([bad, 0.0], [[0.0]]), ([0.0, 0.0], [[bad]])]:
        arrays = np.array(value), np.array(given)
        assert stream(*fixed, units, past, *arrays, outputs) == NOT_FINITE
    for array, kept in zip((units, past, outputs), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    assert all_finite(np.zeros(0))
