"""Runs in lanes against their naive twins and against the same runs alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit.kernels.activations import CODES
from esnkit.kernels.closed_loop import Loop, loop_of, stack
from esnkit.kernels.lanes import (
    fewest_lanes,
    group,
    lanes_for,
    run_group_driven,
    run_many_free,
)
from esnkit.kernels.simd import SLICE
from tests import naive
from tests.kernels.test_reservoir import TOLERANCE, make_network

N_UNITS = 21
FEWEST = 8  # of a small network
WIDTHS = [1, FEWEST - 1, FEWEST, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE + FEWEST]
APART = {np.float64: 1e-12, np.float32: 1e-5}  # of a lane from its run alone


def drive(network, U, noise, offsets, H):
    """States of all sequences, and those at their ends."""
    H, states = H.copy(), np.full((len(U), N_UNITS), np.nan, H.dtype)
    for runs in group(offsets):
        run_group_driven(network, fewest_lanes(network), U, noise, offsets, runs, H, states)
    return states, H


def make_panel(lengths, *, dtype=np.float64, noisy=False, seed=0):
    """Inputs, noise, offsets and starts of sequences of given lengths."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    U = rng.uniform(-1, 1, (offsets[-1], 2)).astype(dtype)
    noise = rng.normal(0, 0.1, (offsets[-1], N_UNITS if noisy else 0)).astype(dtype)
    return U, noise, offsets, rng.uniform(-1, 1, (len(lengths), N_UNITS)).astype(dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("density", [0.2, 1.0])
@pytest.mark.parametrize("activation", CODES)
def test_driven_lanes_equal_the_naive_twin(activation, density, noisy, dtype):
    network, W = make_network(N_UNITS, 2, density=density, activation=activation, dtype=dtype)
    lengths = np.random.default_rng(1).integers(0, 12, 2 * SLICE + 3)
    U, noise, offsets, H = make_panel(lengths, dtype=dtype, noisy=noisy)
    states, ends = drive(network, U, noise, offsets, H)
    for r, (start, stop) in enumerate(itertools.pairwise(offsets)):
        rows = slice(start, stop)
        expected = naive.run_driven(W, network, U[rows], noise[rows], H[r])
        if len(expected):
            np.testing.assert_allclose(states[rows], expected, atol=TOLERANCE[dtype])
        np.testing.assert_array_equal(ends[r], states[stop - 1] if start < stop else H[r])


@given(lengths=st.lists(st.integers(0, 9), min_size=1, max_size=2 * SLICE + 1))
@settings(max_examples=30, deadline=None)
def test_a_driven_lane_is_its_run_alone(lengths):
    network, _ = make_network(N_UNITS, 2)
    U, noise, offsets, H = make_panel(lengths)
    states, ends = drive(network, U, noise, offsets, H)
    for r in range(len(lengths)):
        rows = slice(offsets[r], offsets[r + 1])
        alone = drive(network, U[rows], noise[rows], np.array([0, lengths[r]]), H[r : r + 1])
        np.testing.assert_allclose(states[rows], alone[0], rtol=0, atol=APART[np.float64])
        np.testing.assert_allclose(ends[r], alone[1][0], rtol=0, atol=APART[np.float64])


@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize("width", range(1, SLICE + 1))
def test_any_number_of_lanes_may_be_busy(width, leaky):
    network, W = make_network(N_UNITS, 2, leaky=leaky)
    lengths = np.arange(width) % 5 + 3
    U, noise, offsets, H = make_panel(lengths)
    states, ends = np.full((len(U), N_UNITS), np.nan), H.copy()
    runs = group(offsets)[0]
    run_group_driven(network, 1, U, noise, offsets, runs, ends, states)
    for r, (start, stop) in enumerate(itertools.pairwise(offsets)):
        rows = slice(start, stop)
        expected = naive.run_driven(W, network, U[rows], noise[rows], H[r])
        np.testing.assert_allclose(states[rows], expected, atol=1e-13)
        np.testing.assert_array_equal(ends[r], states[stop - 1])


def make_loops(n_loops, n_features, n_outputs=2, *, bound=100.0, seed=0, **options):
    rng = np.random.default_rng(seed)
    flags = {"with_input": True, "squared": False, "through_input": True, "through_feedback": False}
    flags |= options
    width = N_UNITS * (2 if flags["squared"] else 1) + n_features * flags["with_input"]
    return Loop(
        coef=rng.normal(0, 0.2, (n_loops, n_outputs, width)),
        intercept=rng.normal(0, 0.2, (n_loops, n_outputs)),
        lower=np.full((n_loops, n_outputs), -bound),
        upper=np.full((n_loops, n_outputs), bound),
        **flags,
    )


def run_free(network, loops, seen, X, n_lanes, H, y):
    """Outputs, first steps clipped, and states at the ends."""
    H, y, outputs = H.copy(), y.copy(), np.empty((len(X), y.size))
    first_clipped = np.empty(len(H), np.int64)
    run_many_free(network, loops, seen, X, n_lanes, H, y, outputs, first_clipped)
    np.testing.assert_array_equal(y, outputs[-1])
    return outputs, first_clipped, H


def make_runs(n_runs, n_outputs=2, *, n_given=1, n_steps=12, dtype=np.float64, shared=False):
    """What each run sees (its own outputs), inputs, and starts."""
    rng = np.random.default_rng(1)
    seen = np.arange(n_runs * n_outputs).reshape(n_runs, n_outputs)
    X = rng.uniform(-1, 1, (n_steps, 1 if shared else n_runs, n_given)).astype(dtype)
    H = rng.uniform(-1, 1, (n_runs, N_UNITS)).astype(dtype)
    return seen, X, H, rng.uniform(-1, 1, n_runs * n_outputs)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("n_runs", WIDTHS)
@pytest.mark.parametrize("through", ["input", "feedback", "both"])
@pytest.mark.parametrize(("squared", "with_input"), [(False, True), (True, False)])
def test_free_lanes_equal_the_naive_twin(through, squared, with_input, n_runs, dtype):
    through_input, through_feedback = through != "feedback", through != "input"
    seen, X, H, y = make_runs(n_runs, dtype=dtype)
    seen = seen if through_input else seen[:, :0]
    n_features = seen.shape[1] + 1
    loops = make_loops(
        n_runs,
        n_features,
        with_input=with_input,
        squared=squared,
        through_input=through_input,
        through_feedback=through_feedback,
    )
    network, W = make_network(N_UNITS, n_features + 2 * through_feedback, dtype=dtype)
    expected = naive.run_many_free(W, network, loops, seen, X, H, y)
    for n_lanes in (1, SLICE):
        outputs, first_clipped, _ = run_free(network, loops, seen, X, n_lanes, H, y)
        np.testing.assert_allclose(outputs, expected, atol=10 * TOLERANCE[dtype])
        np.testing.assert_array_equal(first_clipped, -1)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("n_runs", range(1, SLICE + 2))
def test_a_free_lane_is_its_run_alone(n_runs, dtype):
    network, _ = make_network(N_UNITS, 3, dtype=dtype)
    loops = make_loops(n_runs, 3)
    seen, X, H, y = make_runs(n_runs, dtype=dtype)
    outputs, _, ends = run_free(network, loops, seen, X, SLICE, H, y)
    for r in range(n_runs):
        own = slice(2 * r, 2 * r + 2)
        one = stack([loop_of(loops, r)])
        given = X[:, r : r + 1].copy()  # as models give it; other strides are compiled anew
        alone = run_free(network, one, seen[:1], given, 1, H[r : r + 1], y[own])
        np.testing.assert_allclose(outputs[:, own], alone[0], rtol=0, atol=APART[dtype])
        np.testing.assert_allclose(ends[r], alone[2][0], rtol=0, atol=APART[dtype])


@pytest.mark.parametrize("n_lanes", [1, SLICE])
@pytest.mark.parametrize("n_loops", [1, 3])
@pytest.mark.parametrize("bound", [100.0, 0.5])
def test_runs_that_see_their_neighbours(bound, n_loops, n_lanes):
    """Place 6 lies beyond the edge; the inputs are the same for all."""
    seen = np.array([[6, 0, 1, 2], [1, 2, 3, 4], [3, 4, 5, 0]])
    network, W = make_network(N_UNITS, 5)
    loops = make_loops(n_loops, 5, bound=bound)
    _, X, H, y = make_runs(3, shared=True)
    expected = naive.run_many_free(W, network, loops, seen, X, H, y)
    outputs, first_clipped, _ = run_free(network, loops, seen, X, n_lanes, H, y)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    clipped = np.abs(expected).reshape(len(X), 3, 2).max(axis=2) == bound
    first = np.where(clipped.any(axis=0), clipped.argmax(axis=0), -1)
    np.testing.assert_array_equal(first_clipped, first)


@pytest.mark.parametrize("n_lanes", [1, SLICE])
@pytest.mark.parametrize("leaky", [False, True])
def test_a_free_run_in_two_parts_is_one_run(n_lanes, leaky):
    """States and values at the end are those from which the next step goes on."""
    network, W = make_network(N_UNITS, 3, leaky=leaky)
    loops = make_loops(3, 3)
    seen, X, H, y = make_runs(3)
    whole, _, _ = run_free(network, loops, seen, X, n_lanes, H, y)
    first, _, middle = run_free(network, loops, seen, X[:5], n_lanes, H, y)
    second, _, _ = run_free(network, loops, seen, X[5:], n_lanes, middle, first[-1])
    np.testing.assert_array_equal(np.vstack([first, second]), whole)
    twin = naive.run_many_free(W, network, loops, seen, X, H, y)
    np.testing.assert_allclose(whole, twin, atol=1e-12)


@pytest.mark.parametrize("n_lanes", [1, SLICE])
@pytest.mark.parametrize("gain", [3.0, np.nan])
def test_outputs_are_held_in_their_bounds(gain, n_lanes):
    """y doubles and more at each step: 1, 3, 9 ... until clipped; a NaN is clipped at once."""
    network, _ = make_network(N_UNITS, 1)
    loops = Loop(
        coef=np.append(np.zeros(N_UNITS), gain).reshape(1, 1, -1),
        intercept=np.zeros((1, 1)),
        with_input=True,
        squared=False,
        through_input=True,
        through_feedback=False,
        lower=np.array([[-5.0]]),
        upper=np.array([[20.0]]),
    )
    start, X = np.zeros((2, N_UNITS)), np.zeros((5, 1, 0))
    seen, y = np.array([[0], [1]]), np.array([1.0, 0.0])  # the second run stays at zero
    outputs, first, _ = run_free(network, loops, seen, X, n_lanes, start, y)
    if np.isnan(gain):
        np.testing.assert_array_equal(first, 0)
        np.testing.assert_array_equal(outputs, -5.0)
    else:
        np.testing.assert_array_equal(first, [2, -1])
        np.testing.assert_array_equal(outputs.T, [[3.0, 9.0, 20.0, 20.0, 20.0], [0.0] * 5])


@pytest.mark.parametrize(
    ("n_units", "density", "fewest"), [(21, 0.2, 8), (21, 1.0, 8), (600, 0.01, 12), (600, 0.1, 8)]
)
def test_lanes_are_used_where_enough_of_them_are_full(n_units, density, fewest):
    network, _ = make_network(n_units, 1, density=density)
    assert fewest_lanes(network) == fewest
    used = {n: lanes_for(network, n) == SLICE for n in (1, fewest - 1, fewest, 16, 17, 31, 32)}
    full = {
        1: False,
        fewest - 1: False,
        fewest: True,
        16: True,
        17: fewest == 8,
        31: True,
        32: True,
    }
    assert used == full
