"""Kernels against their naive twins, and the activations against the C library."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit.kernels.activations import CODES, activate
from esnkit.kernels.reservoir import BLOCK, run_driven, weigh
from esnkit.kernels.simd import SLICE
from esnkit.kernels.sparse_layout import arrange
from tests import naive

DTYPES = [np.float64, np.float32]
TOLERANCE = {np.float64: 1e-13, np.float32: 1e-5}


def make_network(
    n_units, n_drive, *, density=0.2, activation="tanh", dtype=np.float64, leaky=True, seed=0
):
    rng = np.random.default_rng(seed)
    W = scipy.sparse.random_array((n_units, n_units), density=density, rng=rng, format="csr")
    W.data[:] = rng.uniform(-1, 1, W.nnz) / np.sqrt(1 + density * n_units)
    network = weigh(
        recurrence=arrange(W, np.dtype(dtype)),
        drive=rng.uniform(-1, 1, (n_drive, n_units)),
        bias=rng.uniform(-0.2, 0.2, n_units),
        leak=rng.uniform(0.1, 1, n_units) if leaky else np.ones(n_units),
        activation=CODES[activation],
    )
    return network, W.toarray().astype(dtype)


def drive_both(network, W, U, noise, dtype):
    """States by kernel and twin from one random start."""
    n_units = len(W)
    start = np.random.default_rng(1).uniform(-1, 1, n_units).astype(dtype)
    h, states = start.copy(), np.empty((len(U), n_units), dtype)
    run_driven(network, U, noise, h, states)
    expected = naive.run_driven(W, network, U, noise, start)
    np.testing.assert_array_equal(h, states[-1])
    return states, expected


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", CODES)
@pytest.mark.parametrize("density", [0.0, 0.2, 1.0])
def test_driven_states_equal_the_naive_twin(activation, density, dtype):
    network, W = make_network(37, 3, density=density, activation=activation, dtype=dtype)
    assert bool(network.recurrence.dense.size) == (density == 1.0)
    rng = np.random.default_rng(2)
    U = rng.uniform(-1, 1, (15, 3)).astype(dtype)
    noise = rng.normal(0, 0.1, (15, 37)).astype(dtype)
    for given_noise in (noise, noise[:, :0]):
        states, expected = drive_both(network, W, U, given_noise, dtype)
        np.testing.assert_allclose(states, expected, atol=TOLERANCE[dtype])


@given(
    n_units=st.integers(1, 40),
    n_drive=st.integers(0, 4),
    n_steps=st.integers(0, 20),
    leaky=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_driven_states_at_any_size(n_units, n_drive, n_steps, leaky, seed):
    """Whatever the size, nothing beside the states is written."""
    network, W = make_network(n_units, n_drive, seed=seed, density=0.3, leaky=leaky)
    U = np.random.default_rng(seed).uniform(-1, 1, (n_steps, n_drive))
    around = np.full((n_steps + 40, n_units), 7.0)
    states, h = around[20 : 20 + n_steps], np.full(n_units, 0.3)
    run_driven(network, U, np.zeros((n_steps, 0)), h, states)
    expected = naive.run_driven(W, network, U, np.zeros((n_steps, 0)), np.full(n_units, 0.3))
    np.testing.assert_allclose(states, expected.reshape(states.shape), atol=1e-13)
    np.testing.assert_array_equal(h, states[-1] if n_steps else 0.3)
    assert np.all(around[:20] == 7)
    assert np.all(around[20 + n_steps :] == 7)


def test_reservoirs_of_several_blocks():
    network, W = make_network(2 * BLOCK + 5, 1, density=0.005)
    U = np.random.default_rng(0).uniform(-1, 1, (4, 1))
    states, expected = drive_both(network, W, U, np.zeros((4, 0)), np.float64)
    np.testing.assert_allclose(states, expected, atol=1e-13)


@pytest.mark.parametrize("n_units", [2**16, 2**16 + 1])
def test_places_of_sixteen_and_of_thirty_two_bits(n_units):
    """The last place is read as a positive number: a ring, turned by one at each step."""
    ring = scipy.sparse.eye_array(n_units, format="csr")[np.arange(-1, n_units - 1)]
    ones = np.ones(n_units)
    network = weigh(arrange(ring, np.dtype(float)), np.zeros((0, n_units)), 0 * ones, ones, 1)
    h, states = np.arange(n_units, dtype=float), np.empty((2, n_units))
    expected = [np.roll(h, 1), np.roll(h, 2)]
    run_driven(network, np.zeros((2, 0)), np.zeros((2, 0)), h, states)
    np.testing.assert_array_equal(states, expected)


@pytest.mark.parametrize("density", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("n_units", [1, SLICE - 1, SLICE, SLICE + 1, 50])
def test_slices_hold_the_matrix(n_units, density):
    rng = np.random.default_rng(4)
    W = scipy.sparse.random_array((n_units, n_units), density=density, rng=rng).toarray()
    layout = arrange(W, np.dtype(np.float64))
    if layout.dense.size:
        np.testing.assert_array_equal(layout.dense, W)
        return
    found = np.zeros((-(-n_units // SLICE) * SLICE, n_units))
    for s, (start, stop) in enumerate(zip(layout.starts[:-1], layout.starts[1:], strict=True)):
        for e in range(start, stop):
            found[SLICE * s + (e - start) % SLICE, layout.columns[e]] += layout.weights[e]
    np.testing.assert_array_equal(found[:n_units], W)
    assert layout.columns.dtype.kind == "u"


def test_columns_widen_where_sixteen_bits_are_too_few():
    W = scipy.sparse.eye_array(2**16 + 1, format="csr")
    layout = arrange(W, np.dtype(np.float64))
    assert layout.columns.dtype == np.uint32
    assert layout.columns.max() == 2**16


@pytest.mark.parametrize(("dtype", "smallest"), [(np.float64, -320), (np.float32, -44)])
def test_tanh_is_within_three_units_in_the_last_place(dtype, smallest):
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.normal(0, 1, 20000), 10 ** rng.uniform(smallest, 2, 20000)])
    x = np.concatenate([x, -x]).astype(dtype)
    exact = np.tanh(x.astype(np.longdouble))
    values = x.copy()
    activate(CODES["tanh"], values)
    unit = np.spacing(np.abs(exact).astype(dtype)).astype(np.longdouble)
    assert np.max(np.abs(values - exact) / unit) <= 2.6


@pytest.mark.parametrize("dtype", DTYPES)
def test_tanh_at_its_edges(dtype):
    values = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 50.0, -1e30], dtype)
    activate(CODES["tanh"], values)
    np.testing.assert_array_equal(values, np.array([0, -0.0, 1, -1, np.nan, 1, -1], dtype))
    assert np.signbit(values[1])


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=50))
@settings(max_examples=50)
def test_tanh_is_odd_and_bounded(x):
    x = np.array(x)
    plus, minus = x.copy(), -x
    activate(CODES["tanh"], plus)
    activate(CODES["tanh"], minus)
    np.testing.assert_array_equal(plus, -minus)
    assert np.all(np.abs(plus) <= 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_other_activations(dtype):
    x = np.linspace(-20, 20, 101).astype(dtype)
    for name, expected in {
        "identity": x,
        "relu": np.maximum(x, 0),
        "logistic": 1 / (1 + np.exp(-x.astype(float))),
    }.items():
        values = x.copy()
        activate(CODES[name], values)
        np.testing.assert_allclose(values, expected, atol=2 * np.finfo(dtype).eps)
