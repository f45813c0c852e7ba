"""The tangent sweep against complex differences of the naive sweep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit.kernels.recurrent import ELMAN, GRU, LSTM
from esnkit.kernels.recurrent_tangent import sweep_tangent
from tests import naive
from tests.kernels.test_recurrent import CELLS, TOLERANCE, Layer


def move(layer, dM, dX):
    """Tangents of the states, after a run."""
    gates, c = np.empty((2, *layer.gates[0].shape), layer.M.dtype), np.empty_like(layer.c[0])
    tangents = np.empty_like(layer.h)
    ran = (layer.M, dM, layer.S, layer.gates, layer.c, layer.squashed)
    sweep_tangent(layer.cell, layer.activation, *ran, dX, *gates, c, tangents)
    return tangents


def move_naively(layer, dM, dX):
    """The same, by the twin."""
    return np.stack(
        [
            naive.move_cell(
                layer.cell,
                layer.activation,
                *(layer.M.astype(np.float64), dM, layer.X[:, b].astype(np.float64), dX[:, b]),
                *(layer.h0[b], layer.c0[b]),
            )
            for b in range(len(layer.h0))
        ],
        axis=1,
    )


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("cell", "activation"), CELLS)
def test_tangents_equal_complex_differences_of_the_twin(cell, activation, dtype):
    layer = Layer(cell, activation, dtype=dtype).run()
    rng = np.random.default_rng(1)
    dM, dX = (rng.normal(size=a.shape).astype(dtype) for a in (layer.M, layer.X))
    tolerance = 100 * TOLERANCE[dtype]
    for moved, given_to_kernel in [(dX, dX), (np.zeros_like(dX), dX[:0])]:
        found = move(layer, dM, given_to_kernel)
        np.testing.assert_allclose(
            found, move_naively(layer, dM, moved), rtol=tolerance, atol=tolerance
        )


@given(
    cell=st.sampled_from([ELMAN, LSTM, GRU]),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(1, 40)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=30, deadline=None)
def test_tangents_at_any_size(cell, sizes, seed):
    layer = Layer(cell, "tanh", sizes=sizes, seed=seed).run()
    rng = np.random.default_rng(seed)
    dM, dX = rng.normal(size=layer.M.shape), rng.normal(size=layer.X.shape)
    expected = move_naively(layer, dM, dX)
    np.testing.assert_allclose(move(layer, dM, dX), expected, rtol=1e-10, atol=1e-10)
