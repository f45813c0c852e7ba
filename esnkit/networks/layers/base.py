"""The layers of a network: each forward over a window of steps, and back with the errors.

A layer describes; it holds no numbers. Its parameters are a slice of the network's flat vector, and
`Layer.trace` makes room for a `Trace`, which runs it over one batch. All layers meet through arrays
of shape (n_steps, n_batch, width), so a network need not know of what kind they are. A trace runs
over any part of the window at a time, for where outputs are fed back a layer sees one step only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from esnkit.core.typing import Array, Indices
from esnkit.kernels.activations import CODES, activate
from esnkit.kernels.recurrent import multiply_by_slope, multiply_column
from esnkit.kernels.recurrent_free import DENSE, Stage


class Trace(ABC):
    """One layer's run over a batch: what it saw, what came out, and what the way back needs.

    The memory may be used for any number of runs over batches of one shape, one after the other:
    fresh pages for each would cost more than many a run.
    """

    X: Array  # (n_steps, n_batch, n_inputs)
    outputs: Array  # (n_steps, n_batch, n_units)

    @abstractmethod
    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs.

        ``X`` (n_steps, n_batch, n_inputs) need not be filled before the trace is advanced over a
        step.
        """

    @abstractmethod
    def advance(self, start: int, stop: int) -> None:
        """Run over the steps from ``start`` to before ``stop``."""

    @abstractmethod
    def last_state(self, last: Indices) -> Array:
        """Return the state (n_batch, n_state) after step ``last`` (n_batch,) of each sequence."""

    @abstractmethod
    def clear(self, padding: Array) -> None:
        """Blot out what was written at steps (n_steps, n_batch) past the end of a sequence."""

    @abstractmethod
    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Return how the outputs of the run move, (n_steps, n_batch, n_units).

        The parameters move along ``direction`` (n_parameters,) and the inputs along ``d_X``
        (n_steps, n_batch, n_inputs), None if they stay; the first state stays. What is returned
        belongs to the trace, and may be overwritten until the next tangent is taken.
        """

    @abstractmethod
    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back; ``d_state`` is the error of the final state."""

    @abstractmethod
    def go_back(self, d_outputs: Array, start: int, stop: int) -> None:
        """Take errors of the outputs, (stop - start, n_batch, n_units), back over some steps."""

    @property
    @abstractmethod
    def d_state(self) -> Array:
        """The error of the state (n_batch, n_state) before the steps gone back over."""

    @abstractmethod
    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs of some steps that have been gone back over."""

    @abstractmethod
    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write the gradient over all steps from ``start`` on into ``gradient`` (n_parameters,)."""


class Layer(ABC):
    """What the network knows of a layer."""

    compiled: ClassVar[bool] = True  # whether kernels run it on its own outputs, and its tangents
    reads_backwards: ClassVar[bool] = False
    n_inputs: int
    n_units: int  # width of the output
    n_state: int
    n_parameters: int

    @property
    def n_kept(self) -> int:
        """About the numbers that a trace keeps for each step: what comes in and out, and errors."""
        return 2 * (self.n_inputs + self.n_units)

    @abstractmethod
    def views(self, params: Array) -> dict[str, Array]:
        """Name the parts of a vector (n_parameters,); what is written to them is written there."""

    @abstractmethod
    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> Trace:
        """Make room for runs over batches of one shape."""

    @abstractmethod
    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Lay out the layer for the compiled run on its own outputs, from a state (n_state,)."""


class Dense(Layer):
    """Units without memory: f(W x + b)."""

    n_state = 0

    def __init__(self, n_inputs: int, n_units: int, activation: str, weights: str) -> None:
        self.n_inputs = n_inputs
        self.n_units = n_units
        self.activation = CODES[activation]
        self.weights = weights  # what they are called
        self.n_parameters = (n_inputs + 1) * n_units

    def views(self, params: Array) -> dict[str, Array]:
        """Name weights (n_units, n_inputs) and bias (n_units,)."""
        matrix = self.matrix(params)
        return {self.weights: matrix[:-1].T, "bias": matrix[-1]}

    def matrix(self, params: Array) -> Array:
        """Return the weights, transposed, and the bias below them."""
        return params.reshape(self.n_inputs + 1, self.n_units)

    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> DenseTrace:
        """Make room for runs over batches of one shape."""
        return DenseTrace(self, n_steps, n_batch, dtype)

    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Lay out the layer for the compiled run on its own outputs."""
        none, h = np.empty((2, 1, 0), params.dtype), np.empty((1, 1, self.n_units), params.dtype)
        rows = np.ones((2, 1, self.n_inputs + 1), params.dtype)
        matrix = self.matrix(params).copy()
        return (Stage(DENSE, self.activation, matrix, rows, h, none, none, h),)


class DenseTrace(Trace):
    """A dense layer over all steps, which it sees as so many more rows of the batch."""

    def __init__(self, layer: Dense, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> None:
        self.layer = layer
        self.outputs = np.empty((n_steps, n_batch, layer.n_units), dtype)

    @cached_property
    def _errors(self) -> Array:
        return np.empty_like(self.outputs)

    @cached_property
    def _input_errors(self) -> Array:
        return np.empty(self.X.shape, self.X.dtype)

    @cached_property
    def _tangents(self) -> Array:
        return np.empty_like(self.outputs)

    @cached_property
    def _work(self) -> Array:
        return np.empty_like(self.outputs)

    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs."""
        self.matrix, self.X = self.layer.matrix(params), X

    def advance(self, start: int, stop: int) -> None:
        """Run over some steps."""
        outputs = multiply(self.X[start:stop], self.matrix[:-1], self.outputs[start:stop])
        outputs += self.matrix[-1]
        activate(self.layer.activation, outputs.reshape(-1))

    def last_state(self, last: Indices) -> Array:
        """Return no state."""
        return np.empty((len(last), 0), self.outputs.dtype)

    def clear(self, padding: Array) -> None:
        """Blot out the padding."""
        self.outputs[padding] = 0

    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Return how the outputs of the run move."""
        matrix = self.layer.matrix(direction)
        tangents = multiply(self.X, matrix[:-1], self._tangents)
        tangents += matrix[-1]
        if d_X is not None:
            tangents += multiply(d_X, self.matrix[:-1], self._work)
        multiply_by_slope(self.layer.activation, self.outputs.reshape(-1), tangents.reshape(-1))
        return tangents

    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back."""
        self.matrix = self.layer.matrix(params)
        self._d_state = d_state

    def go_back(self, d_outputs: Array, start: int, stop: int) -> None:
        """Take errors back through the activation."""
        errors, outputs = self._errors[start:stop], self.outputs[start:stop]
        errors[...] = d_outputs
        code = self.layer.activation
        multiply_by_slope(code, outputs.reshape(-1), errors.reshape(-1))

    @property
    def d_state(self) -> Array:
        """The error of no state."""
        return self._d_state

    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs of some steps."""
        return multiply(
            self._errors[start:stop], self.matrix[:-1].T, self._input_errors[start:stop]
        )

    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write the gradient."""
        rows, errors = rows_of(self.X[start:]), rows_of(self._errors[start:])
        into = self.layer.matrix(gradient)
        np.matmul(rows.T, errors, out=into[:-1])
        errors.sum(axis=0, out=into[-1])


def multiply(values: Array, weights: Array, out: Array) -> Array:
    """Multiply each row of (n_steps, n_batch, width) by (width, n_columns) into ``out``."""
    if len(weights) == 1:
        multiply_column(values.reshape(-1), weights[0], rows_of(out))
    else:
        np.matmul(rows_of(values), weights, out=rows_of(out))
    return out


def rows_of(values: Array) -> Array:
    """Put the steps of all sequences one below the other."""
    return values.reshape(-1, values.shape[2])
