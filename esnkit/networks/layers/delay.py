"""The delay line: with a dense layer above it, a layer whose connections are FIR filters."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from esnkit.core.typing import Indices
from esnkit.kernels.activations import IDENTITY
from esnkit.kernels.recurrent_free import DELAYS, Stage
from esnkit.networks.layers.base import Array, Layer, Trace


class DelayLine(Layer):
    """The last inputs side by side, the newest first. There is nothing to be trained.

    The state is the inputs that will still be seen at the next step, all but the oldest.
    """

    n_parameters = 0

    def __init__(self, n_inputs: int, n_taps: int) -> None:
        self.n_inputs = n_inputs
        self.n_taps = n_taps
        self.n_units = n_taps * n_inputs
        self.n_state = self.n_units - n_inputs

    def views(self, params: Array) -> dict[str, Array]:
        """Name nothing."""
        return {}

    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> DelayTrace:
        """Make room for runs over batches of one shape."""
        return DelayTrace(self, n_steps, n_batch, dtype)

    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Lay out the layer for the compiled run on its own outputs."""
        taps, x = (np.zeros((1, 1, n), params.dtype) for n in (self.n_units, self.n_inputs))
        taps[0, 0, : self.n_state] = state
        nothing, none = np.empty((0, 0), params.dtype), np.empty((2, 1, 0), params.dtype)
        return (Stage(DELAYS, IDENTITY, nothing, x, taps, none, none, taps),)


class DelayTrace(Trace):
    """A delay line over a window."""

    def __init__(self, layer: DelayLine, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> None:
        self.layer = layer
        self.n_past = layer.n_taps - 1  # inputs before the first step stand before the others
        self.line = np.empty((self.n_past + n_steps, n_batch, layer.n_inputs), dtype)
        self.outputs = np.empty((n_steps, n_batch, layer.n_units), dtype)

    @cached_property
    def _line_errors(self) -> Array:
        return np.empty_like(self.line)

    @cached_property
    def _line_tangents(self) -> Array:
        return np.zeros_like(self.line)

    @cached_property
    def _tangents(self) -> Array:
        return np.empty_like(self.outputs)

    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs."""
        self.X = X
        past = state.reshape(len(state), self.n_past, self.layer.n_inputs)
        self.line[: self.n_past] = past[:, ::-1].swapaxes(0, 1)

    def advance(self, start: int, stop: int) -> None:
        """Run over some steps."""
        self.line[self.n_past + start : self.n_past + stop] = self.X[start:stop]
        for tap, inputs in self._pairs(self.outputs[start:stop], self.line, start):
            tap[...] = inputs

    def _pairs(self, taps: Array, line: Array, start: int) -> list[tuple[Array, Array]]:
        """Pair each tap, at steps from ``start`` on, with the part of the line that it shows."""
        n, first = self.layer.n_inputs, self.n_past + start
        return [
            (taps[:, :, k * n : (k + 1) * n], line[first - k : first - k + len(taps)])
            for k in range(self.layer.n_taps)
        ]

    def last_state(self, last: Indices) -> Array:
        """Return the last inputs, the newest first."""
        rows = last[:, None] + self.n_past - np.arange(self.n_past)
        return self.line[rows, np.arange(len(last))[:, None]].reshape(len(last), -1)

    def clear(self, padding: Array) -> None:
        """Blot out the padding."""
        self.outputs[padding] = 0

    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Return how the outputs of the run move: as the inputs do."""
        if d_X is None:
            self._tangents[...] = 0
            return self._tangents
        self._line_tangents[self.n_past :] = d_X
        for tap, inputs in self._pairs(self._tangents, self._line_tangents, 0):
            tap[...] = inputs
        return self._tangents

    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back."""
        self._line_errors[...] = 0
        self._first = len(self.X)  # of the steps that have been gone back over
        errors = d_state.reshape(len(d_state), self.n_past, self.layer.n_inputs)
        self._state_errors[...] = errors.swapaxes(0, 1)

    @property
    def _state_errors(self) -> Array:
        """The errors of the state before the step gone back to, of the newest input first."""
        return self._line_errors[self._first : self._first + self.n_past][::-1]

    def go_back(self, d_outputs: Array, start: int, stop: int) -> None:
        """Take errors back through some steps: each input has been seen by several of them."""
        for of_tap, of_input in self._pairs(d_outputs, self._line_errors, start):
            of_input += of_tap
        self._first = start

    @property
    def d_state(self) -> Array:
        """The error of the state before the steps gone back over."""
        errors = self._state_errors.swapaxes(0, 1)
        return errors.reshape(len(errors), self.layer.n_state)

    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs of some steps, which all later ones have gone into."""
        return self._line_errors[self.n_past + start : self.n_past + stop]

    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write nothing, since there is nothing to be trained."""
