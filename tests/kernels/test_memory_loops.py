"""The loops of delayed, rotating, spiking and tree-shaped reservoirs, beside plain twins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit import (
    ES2N,
    DelayedReservoir,
    IntrinsicPlasticity,
    Reservoir,
    SpikingReservoir,
    Tree,
    TreeESNRegressor,
    TreeReservoir,
)
from esnkit.kernels.summaries import lagged_products, summarise
from tests import naive

X = np.random.default_rng(0).uniform(-1, 1, (40, 2))


@given(
    max_delay=st.integers(1, 5),
    max_input_delay=st.integers(0, 3),
    fraction=st.floats(0, 1),
    leak=st.floats(0.1, 1.0),
)
@settings(max_examples=15)
def test_connections_that_take_their_time(max_delay, max_input_delay, fraction, leak):
    memory = DelayedReservoir(
        17,
        max_delay=max_delay,
        max_input_delay=max_input_delay,
        delayed_fraction=fraction,
        leak_rate=leak,
        random_state=1,
    )
    states = memory.fit_transform(X)
    twin = naive.delayed_states(
        memory.W_.toarray(),
        memory.delays_.toarray(),
        memory.W_in_,
        memory.input_delays_,
        memory.bias_,
        leak,
        X,
    )
    np.testing.assert_allclose(states, twin, rtol=1e-11, atol=1e-12)
    noisy = DelayedReservoir(17, noise=0.1, random_state=1)
    assert np.abs(noisy.fit_transform(X) - noisy.transform(X)).max() > 0.01


@given(proximity=st.floats(0.01, 1.0), n_units=st.integers(2, 30))
@settings(max_examples=15)
def test_a_step_of_a_reservoir_and_a_rotation(proximity, n_units):
    memory = ES2N(n_units, proximity=proximity, bias_scaling=0.3, random_state=1)
    states = memory.fit_transform(X)
    W = memory.W_ if isinstance(memory.W_, np.ndarray) else memory.W_.toarray()
    twin = naive.es2n_states(W, memory.W_in_, memory.bias_, memory.O_, proximity, X)
    np.testing.assert_allclose(states, twin, rtol=1e-12, atol=1e-13)


@given(
    mean=st.floats(-0.4, 0.4),
    deviation=st.floats(0.1, 0.6),
    leak=st.floats(0.1, 1.0),
    connectivity=st.sampled_from([3, 1.0]),
)
@settings(max_examples=10)
def test_units_that_adapt(mean, deviation, leak, connectivity):
    options = {"leak_rate": leak, "connectivity": connectivity, "random_state": 1}
    plain = Reservoir(13, **options).fit(X)
    # At higher rates some gains run away, and rounding with them.
    plasticity = IntrinsicPlasticity(mean, deviation, learning_rate=0.001, n_epochs=2)
    memory = Reservoir(13, plasticity=plasticity, **options).fit([X[:25], X[25:]])
    W = plain.W_ if isinstance(plain.W_, np.ndarray) else plain.W_.toarray()
    gains, shifts = naive.adapted_gains(
        W, plain.W_in_, plain.bias_, leak, mean, deviation, 0.001, 2, [X[:25], X[25:]]
    )
    np.testing.assert_allclose(memory.gains_, gains, rtol=1e-10)
    np.testing.assert_allclose(memory.shifts_, shifts, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("refractory", [0, 2])
def test_units_that_fire(refractory):
    spikes = np.random.default_rng(0).poisson(0.3, (60, 3)).astype(float)
    memory = SpikingReservoir(
        25,
        trace_constants=[5.0, 30.0],
        bias_scaling=0.1,
        input_scaling=0.6,
        refractory=refractory,
        random_state=1,
    )
    traces = memory.fit_transform(spikes)
    decay = np.exp(-1 / np.array([[5.0], [30.0]]))
    twin = naive.spiking_traces(
        memory.W_.toarray(),
        memory.W_in_,
        memory.bias_,
        np.exp(-1 / 20),
        1.0,
        refractory,
        decay,
        spikes,
    )
    np.testing.assert_allclose(traces, twin, rtol=1e-9, atol=1e-12)
    assert traces[-1].any()


def random_tree(n_nodes, seed):
    """Nodes that hang below any of those before; node 0 is the root."""
    rng = np.random.default_rng(seed)
    children = [[] for _ in range(n_nodes)]
    for node in range(1, n_nodes):
        children[rng.integers(node)].append(node)
    return Tree(rng.normal(size=(n_nodes, 2)), children)


@given(n_nodes=st.integers(1, 20), seed=st.integers(0, 99), ordered=st.booleans())
@settings(max_examples=15)
def test_nodes_of_trees(n_nodes, seed, ordered):
    tree = random_tree(n_nodes, seed)
    outputs = np.random.default_rng(seed).normal(size=(n_nodes, 2))
    memory = TreeReservoir(
        9, ordered=ordered, leak_rate=0.7, feedback_scaling=0.5, random_state=1
    ).fit([tree], [outputs])
    states = memory.transform([tree], feedback=[outputs])[0]
    twin = [naive.tree_state(memory, tree, outputs, node) for node in range(n_nodes)]
    np.testing.assert_allclose(states, twin, rtol=1e-11, atol=1e-12)


def test_outputs_that_are_fed_to_the_parents():
    """In the loop each node is read where its state is known, and its parent sees that."""
    trees = [random_tree(12, seed) for seed in range(8)]
    targets = [np.tanh(tree.labels @ [1.0, -0.5]) for tree in trees]
    model = TreeESNRegressor(
        TreeReservoir(20, feedback_scaling=0.5), output="node", random_state=0
    ).fit(trees, targets)
    predicted = model.predict(trees[:1])[0][:, None]
    states = model.reservoir_.transform(trees[:1], feedback=[predicted])[0]
    read = model.readout_.predict(np.hstack([states, trees[0].labels]))
    np.testing.assert_allclose(predicted.ravel(), read.ravel(), atol=1e-9)


@given(
    lengths=st.lists(st.integers(4, 30), min_size=1, max_size=4),
    n_units=st.integers(1, 12),
    dtype=st.sampled_from(["float64", "float32"]),
    seed=st.integers(0, 99),
)
@settings(max_examples=20)
def test_summaries(lengths, n_units, dtype, seed):
    rng = np.random.default_rng(seed)
    offsets = np.cumsum([0, *lengths])
    states = rng.normal(size=(offsets[-1], n_units)).astype(dtype)
    levels = rng.normal(size=(3, n_units)).astype(dtype)
    out = np.empty((len(lengths), 11, n_units))
    summarise(states, offsets, 4, levels, out)
    for (a, b), found in zip(pairwise(offsets), out, strict=True):
        rows = states[a:b].astype(float)
        borders = np.arange(5) * len(rows) // 4
        expected = [rows[i:j].mean(axis=0) for i, j in pairwise(borders)]
        expected += [rows[-1], rows.std(axis=0), rows.max(axis=0), rows.min(axis=0)]
        expected += [(rows > level).mean(axis=0) for level in levels]
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    width=st.integers(1, 5),
    seed=st.integers(0, 99),
)
@settings(max_examples=20)
def test_lagged_products(lengths, width, seed):
    """Also of sequences of one step, which lead nowhere."""
    offsets = np.cumsum([0, *lengths])
    path = np.random.default_rng(seed).normal(size=(offsets[-1], width))
    squares, products = (np.full((len(lengths), width, width), np.nan) for _ in range(2))
    lagged_products(path, offsets, squares, products)
    for s, (a, b) in enumerate(pairwise(offsets)):
        zero = np.zeros((width, width))
        outer = [[np.outer(path[t], path[t + k]) for t in range(a, b - 1)] for k in range(2)]
        np.testing.assert_allclose(squares[s], sum(outer[0], zero), atol=1e-12)
        np.testing.assert_allclose(products[s], sum(outer[1], zero), atol=1e-12)
