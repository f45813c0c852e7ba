"""The sweeps against their naive twins: forward as such, back by complex differences of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit.kernels.activations import CODES
from esnkit.kernels.recurrent import (
    ELMAN,
    GRU,
    LSTM,
    multiply_by_slope,
    multiply_column,
    sweep,
    sweep_back,
)
from esnkit.kernels.recurrent_free import DELAYS, DENSE, Closing, Stage, free_run_network, state_of
from tests import naive

N_COLUMNS = {ELMAN: 1, LSTM: 4, GRU: 4}  # of each unit
CELLS = [(ELMAN, name) for name in CODES] + [(LSTM, "tanh"), (GRU, "tanh")]
TOLERANCE = {np.float64: 1e-13, np.float32: 1e-5}
TINY = 1e-30  # for a complex difference, which has no rounding error


class Layer:
    """A layer with random weights, inputs and states, and room for a sweep over them."""

    def __init__(self, cell, activation, *, sizes=(6, 3, 2, 5), dtype=np.float64, seed=0):
        n_steps, n_batch, self.n_inputs, self.n_units = sizes
        rng = np.random.default_rng(seed)
        self.cell, self.activation = cell, CODES[activation]
        n_columns, n_memory = N_COLUMNS[cell] * self.n_units, self.n_units * (cell == LSTM)
        n_rows = self.n_inputs + 1 + self.n_units
        self.M = rng.normal(0, 0.5, (n_rows, n_columns)).astype(dtype)
        self.S = np.ones((n_steps + 1, n_batch, n_rows), dtype)
        self.X = rng.normal(size=(n_steps, n_batch, self.n_inputs)).astype(dtype)
        self.S[:-1, :, : self.n_inputs] = self.X
        self.h0 = rng.uniform(-1, 1, (n_batch, self.n_units)).astype(dtype)
        self.S[0, :, self.n_inputs + 1 :] = self.h0
        self.gates = np.empty((n_steps, n_batch, n_columns), dtype)
        self.h = self.gates if cell == ELMAN else np.empty((n_steps, n_batch, self.n_units), dtype)
        self.c = np.empty((n_steps + 1, n_batch, n_memory), dtype)
        self.c0 = self.c[0] = rng.uniform(-1, 1, (n_batch, n_memory)).astype(dtype)
        self.squashed = np.empty((n_steps, n_batch, n_memory), dtype)

    def run(self):
        arrays = (self.M, self.S, self.gates, self.c, self.squashed, self.h)
        sweep(self.cell, self.activation, *arrays)
        return self

    def run_back(self, d_out, d_h, d_c):
        """Gradients by M, h(-1) and c(-1)."""
        errors = np.empty_like(self.gates)
        transposed = np.ascontiguousarray(self.M[self.n_inputs + 1 :].T)
        arrays = (transposed, self.S, self.gates, self.c, self.squashed, d_out, d_h, d_c, errors)
        sweep_back(self.cell, self.activation, *arrays)
        rows = self.S[:-1].reshape(-1, self.S.shape[2])
        return rows.T @ errors.reshape(len(rows), -1), d_h, d_c

    def twin(self, M, h0, c0):
        """States of all sequences, and c at the end."""
        runs = [
            naive.run_cell(self.cell, self.activation, M, self.X[:, b], h0[b], c0[b])
            for b in range(len(h0))
        ]
        return np.stack([h for h, _ in runs], axis=1), np.array([c for _, c in runs])


def complex_gradient(loss, values):
    """The derivative of a loss by each of some values, to the last digits."""
    gradient = np.empty(values.shape)
    for place in np.ndindex(*values.shape):
        moved = values.astype(complex)
        moved[place] += 1j * TINY
        gradient[place] = loss(moved).imag / TINY
    return gradient


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("cell", "activation"), CELLS)
def test_sweep_equals_the_naive_twin(cell, activation, dtype):
    layer = Layer(cell, activation, dtype=dtype).run()
    states, c = layer.twin(layer.M, layer.h0, layer.c0)
    np.testing.assert_allclose(layer.h, states, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])
    np.testing.assert_allclose(layer.c[-1], c, atol=TOLERANCE[dtype])
    np.testing.assert_array_equal(layer.S[1:, :, layer.n_inputs + 1 :], layer.h)


@given(
    cell=st.sampled_from([ELMAN, LSTM, GRU]),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(1, 40)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=30)
def test_sweep_at_any_size(cell, sizes, seed):
    layer = Layer(cell, "tanh", sizes=sizes, seed=seed).run()
    states, _ = layer.twin(layer.M, layer.h0, layer.c0)
    np.testing.assert_allclose(layer.h, states, atol=1e-12)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("cell", "activation"), CELLS)
def test_sweep_back_equals_complex_differences_of_the_twin(cell, activation, dtype):
    layer = Layer(cell, activation, sizes=(4, 2, 2, 3), dtype=dtype).run()
    rng = np.random.default_rng(1)
    d_out, d_last = rng.normal(size=layer.h.shape), rng.normal(size=layer.h0.shape)
    d_c = rng.normal(size=layer.c0.shape)

    def loss(M, h0, c0):
        states, c = layer.twin(M, h0, c0)
        return (d_out * states).sum() + (d_last * states[-1]).sum() + (d_c * c).sum()

    direct = np.zeros_like(layer.h0)  # which those without c use to work in
    direct[:, : d_c.shape[1]] = d_c
    found = layer.run_back(d_out.astype(dtype), d_last.astype(dtype), direct)
    start = (layer.M, layer.h0, layer.c0)
    expected = (
        complex_gradient(lambda M: loss(M, *start[1:]), start[0]),
        complex_gradient(lambda h0: loss(start[0], h0, start[2]), start[1]),
        complex_gradient(lambda c0: loss(*start[:2], c0), start[2]),
    )
    for found_part, expected_part in zip(found, expected, strict=True):
        part = found_part[:, : expected_part.shape[1]]
        tolerance = 10 * TOLERANCE[dtype]
        np.testing.assert_allclose(part, expected_part, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", CODES)
def test_slopes_are_those_of_the_activations(name, dtype):
    x = np.array([-30, -2, -0.3, 0.1, 1.5, 30]).astype(dtype)
    values = naive.ACTIVATIONS[CODES[name]](x).astype(dtype)
    errors = np.arange(1, 7).astype(dtype)
    slopes = [complex_gradient(naive.ACTIVATIONS[CODES[name]], np.array(v)) for v in x]
    expected = np.array(slopes) * errors
    multiply_by_slope(CODES[name], values, errors)
    np.testing.assert_allclose(errors, expected, atol=TOLERANCE[dtype])


def test_product_of_a_column_and_a_row():
    column, row, out = np.arange(4.0), np.array([1.0, -2.0, 0.5]), np.empty((4, 3))
    multiply_column(column, row, out)
    np.testing.assert_array_equal(out, np.outer(column, row))


def make_stage(cell, activation, n_inputs, n_units, rng, dtype):
    """A layer laid out for one step of one sequence, beside what the twin is given."""
    n_columns = N_COLUMNS.get(cell, 1) * n_units
    n_heard, n_memory = n_units * (cell != DENSE), n_units * (cell == LSTM)
    M = rng.normal(0, 0.5, (n_inputs + 1 + n_heard, n_columns)).astype(dtype)
    h0, c0 = (rng.uniform(-1, 1, n).astype(dtype) for n in (n_heard, n_memory))
    S = np.ones((2, 1, len(M)), dtype)
    S[0, 0, n_inputs + 1 :] = h0
    gates, c = np.empty((1, 1, n_columns), dtype), np.tile(c0, (2, 1, 1))
    h = gates if n_columns == n_units else np.empty((1, 1, n_units), dtype)
    stage = Stage(cell, CODES[activation], M, S, gates, c, np.empty((1, 1, n_memory), dtype), h)
    return stage, (cell, CODES[activation], M), (h0, c0)


def make_closing(n_fed, through_feedback, reach):
    """Outputs of which there are two, the first of which may grow beyond its bounds."""
    return Closing(
        n_fed=n_fed,
        gain=np.array([0.5, -2.0]),
        offset=np.array([0.1, 0.2]),
        through_feedback=through_feedback,
        lower=np.full(2, -reach),
        upper=np.full(2, reach),
    )


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("cell", N_COLUMNS)
@pytest.mark.parametrize(("n_fed", "through_feedback"), [(2, False), (0, True), (2, True)])
def test_free_run_equals_the_naive_twin(cell, n_fed, through_feedback, dtype):
    rng = np.random.default_rng(2)
    n_inputs = n_fed + 1 + 2 * through_feedback
    shapes = [(cell, "relu", n_inputs, 5), (cell, "tanh", 5, 4), (DENSE, "logistic", 4, 3)]
    made = [make_stage(*shape, rng, dtype) for shape in [*shapes, (DENSE, "identity", 3, 2)]]
    stages, layers, states = (tuple(parts) for parts in zip(*made, strict=True))
    closing = make_closing(n_fed, through_feedback, reach=100.0)
    X, y = rng.normal(size=(12, 1)), rng.normal(size=2)
    expected, ends = naive.run_network_free(layers, closing, X, states, y, 12)
    outputs = np.empty((12, 2))
    assert free_run_network(stages, closing, X, y, outputs) == -1
    np.testing.assert_allclose(outputs, expected, atol=10 * TOLERANCE[dtype])
    np.testing.assert_array_equal(y, outputs[-1])
    for stage, (h, c) in zip(stages[:2], ends[:2], strict=True):
        np.testing.assert_allclose(state_of(stage), [*h, *c], atol=10 * TOLERANCE[dtype])
    assert state_of(stages[-1]).size == 0


def make_delays(n_inputs, n_taps, rng):
    """A delay line laid out, beside what the twin is given; the oldest tap is no state."""
    taps, none = np.empty((1, 1, n_taps * n_inputs)), np.empty((2, 1, 0))
    taps[0, 0] = rng.normal(size=n_taps * n_inputs)
    x = np.empty((1, 1, n_inputs))
    stage = Stage(DELAYS, CODES["identity"], np.empty((0, 0)), x, taps, none, none, taps)
    return stage, (DELAYS, CODES["identity"], None), (taps[0, 0].copy(), np.empty(0))


def test_delay_lines_in_a_free_run():
    rng = np.random.default_rng(3)
    made = [
        make_delays(3, 4, rng),
        make_stage(DENSE, "tanh", 12, 5, rng, np.float64),
        make_delays(5, 2, rng),
        make_stage(DENSE, "identity", 10, 2, rng, np.float64),
    ]
    stages, layers, states = (tuple(parts) for parts in zip(*made, strict=True))
    closing = make_closing(2, False, reach=100.0)
    X, y = rng.normal(size=(9, 1)), rng.normal(size=2)
    expected, ends = naive.run_network_free(layers, closing, X, states, y, 9)
    outputs = np.empty((9, 2))
    assert free_run_network(stages, closing, X, y, outputs) == -1
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    for stage, (taps, _), n_inputs in zip(stages[::2], ends[::2], (3, 5), strict=True):
        np.testing.assert_allclose(state_of(stage), taps[:-n_inputs], atol=1e-12)


@pytest.mark.parametrize("gain", [3.0, np.nan])
def test_free_outputs_are_held_in_their_bounds(gain):
    """y(n) = 3 y(n-1) through two linear layers: 3, 9 and then no more than 20."""
    none, stages = np.empty((2, 1, 0)), ()
    for weight in (gain, 1.0):
        M, S, h = np.array([[weight], [0.0]]), np.ones((2, 1, 2)), np.empty((1, 1, 1))
        stages += (Stage(DENSE, CODES["identity"], M, S, h, none, none, h),)
    one = np.ones(1)
    closing = Closing(1, one, 0 * one, False, -20 * one, 20 * one)
    outputs = np.empty((4, 1))
    first_clipped = free_run_network(stages, closing, np.empty((4, 0)), np.ones(1), outputs)
    if np.isnan(gain):
        assert first_clipped == 0
        np.testing.assert_array_equal(outputs[:, 0], -20)
    else:
        assert first_clipped == 2
        np.testing.assert_array_equal(outputs[:, 0], [3, 9, 20, 20])
