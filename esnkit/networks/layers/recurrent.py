"""The recurrent layers: Elman's units, LSTM and GRU, in one direction or in both."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from esnkit.core.typing import Indices
from esnkit.kernels import recurrent, recurrent_tangent
from esnkit.kernels.activations import CODES
from esnkit.kernels.recurrent_free import Stage
from esnkit.networks.layers.base import Array, Layer, Trace, multiply, rows_of


class CellSpec(NamedTuple):
    """What distinguishes the cells, apart from their equations in the kernels."""

    code: int
    n_columns: int  # pre-activations of each unit
    n_carried: int  # numbers of each unit that go from step to step: h, and c


_SPECS = {
    "elman": CellSpec(recurrent.ELMAN, 1, 1),
    "lstm": CellSpec(recurrent.LSTM, 4, 2),
    "gru": CellSpec(recurrent.GRU, 4, 1),
}


class Recurrent(Layer):
    """Units that remember: Elman's, or an LSTM's.

    The parameters are the matrix M of `esnkit.kernels.recurrent`, of shape
    (n_inputs + 1 + n_units, n_columns), row after row.
    """

    def __init__(self, cell: str, n_inputs: int, n_units: int, activation: str) -> None:
        self.cell = _SPECS[cell]
        self.n_inputs = n_inputs
        self.n_units = n_units
        self.activation = CODES[activation]
        self.n_state = self.cell.n_carried * n_units
        self.n_rows = n_inputs + 1 + n_units
        self.n_columns = self.cell.n_columns * n_units
        self.n_parameters = self.n_rows * self.n_columns

    @property
    def n_kept(self) -> int:
        """About the numbers that a trace keeps for each step, those of the gates included."""
        return 2 * (self.n_rows + self.n_columns)

    @property
    def is_elman(self) -> bool:
        """Whether the units are Elman's, h = f(pre-activation)."""
        return self.compiled and self.cell.code == recurrent.ELMAN

    def views(self, params: Array) -> dict[str, Array]:
        """Name weights (n_columns, n_inputs) and (n_columns, n_units), and bias (n_columns,)."""
        return self._split(params.reshape(self.n_rows, -1))

    def _split(self, matrix: Array) -> dict[str, Array]:
        n = self.n_inputs
        return {
            "input_weights": matrix[:n].T,
            "bias": matrix[n],
            "recurrent_weights": matrix[n + 1 :].T,
        }

    def matrix(self, params: Array) -> Array:
        """Return M."""
        return params.reshape(self.n_rows, self.n_columns)

    def write_gradient(self, rows: Array, errors: Array, gradient: Array) -> None:
        """Write the gradient, S' times the errors of the pre-activations."""
        np.matmul(rows.T, errors, out=self.matrix(gradient))

    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> Trace:
        """Make room for runs over batches of one shape."""
        return RecurrentTrace(self, n_steps, n_batch, dtype)

    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Lay out the layer for the compiled run on its own outputs."""
        one = RecurrentTrace(self, 1, 1, params.dtype)
        one.begin(params, np.empty((1, 1, self.n_inputs)), state[None], np.ones(1, np.intp))
        arrays = (one.matrix.copy(), one.S, one.gates, one.c, one.squashed, one.outputs)
        return (Stage(self.cell.code, self.activation, *arrays),)


class GatedRecurrent(Recurrent):
    """A GRU, whose reset gate is applied after the recurrent product, as torch does it.

    The candidate's two products are kept apart, so M has a column for each: of the candidate's
    columns one set has no recurrent rows, the other nothing but these and a bias. The parameters
    are M without these zeros: a matrix (n_inputs + 1 + n_units, 3 n_units), then that bias.
    """

    def __init__(self, cell: str, n_inputs: int, n_units: int, activation: str) -> None:
        super().__init__(cell, n_inputs, n_units, activation)
        self.n_parameters = self.n_rows * 3 * n_units + n_units

    def views(self, params: Array) -> dict[str, Array]:
        """Name what every cell has, and the bias (n_units,) inside the reset gate's product."""
        split = self._split(params[: -self.n_units].reshape(self.n_rows, -1))
        return split | {"recurrent_bias": params[-self.n_units :]}

    def _parts(self, params: Array, matrix: Array) -> list[tuple[Array, Array]]:
        """Pair the parts of the parameters with those of M."""
        n, one = self.n_units, self.n_inputs
        packed = params[:-n].reshape(self.n_rows, 3 * n)
        return [
            (packed[: one + 1], matrix[: one + 1, : 3 * n]),
            (packed[one + 1 :, : 2 * n], matrix[one + 1 :, : 2 * n]),
            (packed[one + 1 :, 2 * n :], matrix[one + 1 :, 3 * n :]),
            (params[-n:], matrix[one, 3 * n :]),
        ]

    def matrix(self, params: Array) -> Array:
        """Return M, written out."""
        matrix = np.zeros((self.n_rows, self.n_columns), params.dtype)
        for part, place in self._parts(params, matrix):
            place[...] = part
        return matrix

    def write_gradient(self, rows: Array, errors: Array, gradient: Array) -> None:
        """Write the gradient, leaving out that of the zeros."""
        for part, place in self._parts(gradient, rows.T @ errors):
            part[...] = place


class RecurrentTrace(Trace):
    """A recurrent layer over a window."""

    def __init__(self, layer: Recurrent, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> None:
        self.layer = layer
        self.n_memory = layer.n_state - layer.n_units
        self.S = np.empty((n_steps + 1, n_batch, layer.n_rows), dtype)
        self.gates = np.empty((n_steps, n_batch, layer.n_columns), dtype)
        is_gated = layer.n_columns > layer.n_units
        self.outputs = self.gates
        if is_gated:
            self.outputs = np.empty((n_steps, n_batch, layer.n_units), dtype)
        self.c = np.empty((n_steps + 1, n_batch, self.n_memory), dtype)
        self.squashed = np.empty((n_steps, n_batch, self.n_memory), dtype)

    @cached_property
    def _errors(self) -> Array:
        return np.empty_like(self.gates)

    @cached_property
    def _input_errors(self) -> Array:
        return np.empty(self.X.shape, self.X.dtype)

    @cached_property
    def _tangents(self) -> tuple[Array, ...]:
        """Those of the gates, room for another product, those of c, all of one step, and of h."""
        gates, c, h = self.gates[0], self.squashed[0], self.outputs
        return np.empty_like(gates), np.empty_like(gates), np.empty_like(c), np.empty_like(h)

    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs."""
        n_inputs, n_units = self.layer.n_inputs, self.layer.n_units
        self.matrix, self.X = self.layer.matrix(params), X
        self.S[:, :, n_inputs] = 1
        self.S[0, :, n_inputs + 1 :] = state[:, :n_units]
        self.c[0] = state[:, n_units:]

    def advance(self, start: int, stop: int) -> None:
        """Run over some steps."""
        layer = self.layer
        self.S[start:stop, :, : layer.n_inputs] = self.X[start:stop]
        recurrent.sweep(
            layer.cell.code,
            layer.activation,
            self.matrix,
            self.S[start : stop + 1],
            self.gates[start:stop],
            self.c[start : stop + 1],
            self.squashed[start:stop],
            self.outputs[start:stop],
        )

    def last_state(self, last: Indices) -> Array:
        """Return h, and c if there is one."""
        batch = np.arange(len(last))
        return np.concatenate([self.outputs[last, batch], self.c[last + 1, batch]], axis=1)

    def clear(self, padding: Array) -> None:
        """Blot out the padding."""
        self.outputs[padding] = 0
        self.S[:-1][padding] = 0

    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Return how the outputs of the run move."""
        layer = self.layer
        recurrent_tangent.sweep_tangent(
            layer.cell.code,
            layer.activation,
            self.matrix,
            layer.matrix(direction),
            self.S,
            self.gates,
            self.c,
            self.squashed,
            self.X[:0] if d_X is None else d_X,
            *self._tangents,
        )
        return self._tangents[-1]

    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back."""
        n_units, n_inputs = self.layer.n_units, self.layer.n_inputs
        self.matrix = self.layer.matrix(params)
        self.transposed = np.ascontiguousarray(self.matrix[n_inputs + 1 :].T)
        self.d_h = d_state[:, :n_units].copy()
        self.direct = np.zeros_like(self.d_h)
        self.direct[:, : self.n_memory] = d_state[:, n_units:]

    def go_back(self, d_outputs: Array, start: int, stop: int) -> None:
        """Take errors back through some steps."""
        layer = self.layer
        recurrent.sweep_back(
            layer.cell.code,
            layer.activation,
            self.transposed,
            self.S[start : stop + 1],
            self.gates[start:stop],
            self.c[start : stop + 1],
            self.squashed[start:stop],
            d_outputs,
            self.d_h,
            self.direct,
            self._errors[start:stop],
        )

    @property
    def d_state(self) -> Array:
        """The error of the state before the steps gone back over."""
        return np.concatenate([self.d_h, self.direct[:, : self.n_memory]], axis=1)

    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs of some steps."""
        weights = self.matrix[: self.layer.n_inputs].T
        return multiply(self._errors[start:stop], weights, self._input_errors[start:stop])

    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write the gradient."""
        rows, errors = rows_of(self.S[start:-1]), rows_of(self._errors[start:])
        self.layer.write_gradient(rows, errors, gradient)


class BidirectionalLayer(Layer):
    """Two recurrent layers side by side, the second of which reads each sequence backwards."""

    reads_backwards = True

    def __init__(self, layer: Layer) -> None:
        self.layer = layer  # the same description serves both
        self.n_inputs = layer.n_inputs
        self.n_units = 2 * layer.n_units
        self.n_state = 2 * layer.n_state
        self.n_parameters = 2 * layer.n_parameters

    @property
    def n_kept(self) -> int:
        """About the numbers that both traces keep for each step."""
        return 2 * self.layer.n_kept

    def views(self, params: Array) -> dict[str, Array]:
        """Name the parameters of both, those of the second with "reverse." before."""
        onward, reverse = (self.layer.views(own) for own in np.split(params, 2))
        return onward | {f"reverse.{name}": view for name, view in reverse.items()}

    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> BidirectionalTrace:
        """Make room for runs over batches of one shape."""
        return BidirectionalTrace(self, n_steps, n_batch, dtype)

    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Refuse: there is no reading backwards what is not there yet."""
        raise ValueError("a network that also reads backwards cannot run on its own outputs")


class BidirectionalTrace(Trace):
    """Both directions over a window, which must be run over in one go."""

    def __init__(
        self, layer: BidirectionalLayer, n_steps: int, n_batch: int, dtype: np.dtype[Any]
    ) -> None:
        self.traces = [layer.layer.trace(n_steps, n_batch, dtype) for _ in range(2)]
        self.outputs = np.empty((n_steps, n_batch, layer.n_units), dtype)

    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs."""
        step = np.arange(len(X))[:, None]
        # Turning round a sequence within its own length is its own inverse; padding stays behind.
        self._order = np.where(step < lengths, lengths - 1 - step, step)
        self._batch = np.arange(X.shape[1])
        self.X, self._turned_X = X, np.empty(X.shape, X.dtype)
        inputs, states = (X, self._turned_X), np.split(state, 2, axis=1)
        for trace, own, rows, start in zip(
            self.traces, np.split(params, 2), inputs, states, strict=True
        ):
            trace.begin(own, rows, start, lengths)

    def _turn(self, values: Array) -> Array:
        return np.ascontiguousarray(values[self._order, self._batch])

    def advance(self, start: int, stop: int) -> None:
        """Run over all steps, in both directions."""
        self._turned_X[...] = self._turn(self.X)
        for trace in self.traces:
            trace.advance(start, stop)
        n_units = self.outputs.shape[2] // 2
        self.outputs[:, :, :n_units] = self.traces[0].outputs
        self.outputs[:, :, n_units:] = self._turn(self.traces[1].outputs)

    def last_state(self, last: Indices) -> Array:
        """Return the states of both, each after the last step it takes."""
        return np.concatenate([trace.last_state(last) for trace in self.traces], axis=1)

    def clear(self, padding: Array) -> None:
        """Blot out the padding."""
        self.outputs[padding] = 0
        for trace in self.traces:
            trace.clear(padding)

    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Return how the outputs of the run move."""
        turned = None if d_X is None else self._turn(d_X)
        onward, reverse = (
            trace.tangent(own, moved)
            for trace, own, moved in zip(
                self.traces, np.split(direction, 2), (d_X, turned), strict=True
            )
        )
        return np.concatenate([onward, self._turn(reverse)], axis=2)

    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back."""
        parts = zip(self.traces, np.split(params, 2), np.split(d_state, 2, axis=1), strict=True)
        for trace, own, d_own in parts:
            trace.begin_back(own, d_own)

    def go_back(self, d_outputs: Array, start: int, stop: int) -> None:
        """Take errors back through all steps, in both directions."""
        onward, reverse = np.split(d_outputs, 2, axis=2)
        self.traces[0].go_back(np.ascontiguousarray(onward), start, stop)
        self.traces[1].go_back(self._turn(reverse), start, stop)

    @property
    def d_state(self) -> Array:
        """The error of the state before the steps gone back over."""
        return np.concatenate([trace.d_state for trace in self.traces], axis=1)

    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs."""
        onward, reverse = (trace.input_errors(start, stop) for trace in self.traces)
        return onward + self._turn(reverse)

    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write the gradient of both."""
        for trace, own in zip(self.traces, np.split(gradient, 2), strict=True):
            trace.write_gradient(start, own)
