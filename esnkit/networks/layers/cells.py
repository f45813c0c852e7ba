"""Cells: the recurrent units of one kind, compiled ones and those written in numpy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from esnkit.core.checks import check_name
from esnkit.core.typing import Array, Indices
from esnkit.kernels.activations import CODES
from esnkit.kernels.recurrent_free import Stage
from esnkit.networks.layers.base import Dense, Layer, Trace, multiply, rows_of
from esnkit.networks.layers.recurrent import GatedRecurrent, Recurrent


class RecurrentCell(BaseEstimator, ABC):
    """A kind of recurrent units, which makes a layer of them. To write one, see `NumpyCell`."""

    feeds_back_outputs: ClassVar[bool] = False  # whether what recurs is the network's output

    @abstractmethod
    def layer(self, n_inputs: int, n_units: int) -> Layer:
        """Make a layer of such units.

        Parameters
        ----------
        n_inputs : int
            Features that the units read.
        n_units : int
            Number of units.

        Returns
        -------
        Layer
        """


class Elman(RecurrentCell):
    """Elman's units: h(n) = f(U x(n) + W h(n-1) + b).

    Parameters
    ----------
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        The function f, also that of hidden layers above the recurrent ones.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import Elman
    >>> model = RNNRegressor(Elman(activation="relu"))
    """

    def __init__(self, activation: str = "tanh") -> None:
        self.activation = activation

    def layer(self, n_inputs: int, n_units: int) -> Layer:
        """Make a layer of ``n_units`` units that read ``n_inputs`` features."""
        check_name("activation", self.activation, CODES)
        return Recurrent("elman", n_inputs, n_units, self.activation)


class Jordan(RecurrentCell):
    """Jordan's units, which see the network's last output: h(n) = f(U x(n) + W y(n-1) + b).

    Parameters
    ----------
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        The function f, also that of hidden layers above.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import Jordan
    >>> model = RNNRegressor(Jordan(activation="logistic"))
    """

    feeds_back_outputs = True

    def __init__(self, activation: str = "tanh") -> None:
        self.activation = activation

    def layer(self, n_inputs: int, n_units: int) -> Layer:
        """Make a layer of ``n_units`` units that read ``n_inputs`` features."""
        check_name("activation", self.activation, CODES)
        return Dense(n_inputs, n_units, self.activation, "input_weights")


class LSTM(RecurrentCell):
    """Long short-term memory, with forget gates.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import LSTM
    >>> model = RNNRegressor(LSTM())
    """

    def layer(self, n_inputs: int, n_units: int) -> Layer:
        """Make a layer of ``n_units`` units that read ``n_inputs`` features."""
        return Recurrent("lstm", n_inputs, n_units, "tanh")


class GRU(RecurrentCell):
    """Gated recurrent units, whose reset gate is applied after the recurrent product.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import GRU
    >>> model = RNNRegressor(GRU())
    """

    def layer(self, n_inputs: int, n_units: int) -> Layer:
        """Make a layer of ``n_units`` units that read ``n_inputs`` features."""
        return GatedRecurrent("gru", n_inputs, n_units, "tanh")


class NumpyCell(RecurrentCell):
    """A cell written in numpy: one step forward, and one step back with the errors.

    The layer multiplies inputs and states by the weights, adds the biases, and sums gradients up.
    Such a cell serves every learner but Hessian-free training, and runs freely step by step.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import NumpyCell
    >>> class Sine(NumpyCell):
    ...     def forward(self, pre, h, c):
    ...         return np.sin(pre[:, 0]), c, pre
    ...
    ...     def backward(self, d_h, d_c, saved):
    ...         return np.cos(saved) * d_h[:, None], np.zeros_like(d_h), d_c
    >>> wave = np.sin(np.arange(200) / 5)
    >>> model = RNNRegressor(Sine(), (8,), max_iter=3, random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).free_run(2).shape
    (2,)
    """

    n_gates: ClassVar[int] = 1  # pre-activations of each unit
    n_memories: ClassVar[int] = 0  # numbers of each unit, beside h, that go from step to step

    def layer(self, n_inputs: int, n_units: int) -> Layer:
        """Make a layer of ``n_units`` units that read ``n_inputs`` features."""
        return NumpyLayer(self, n_inputs, n_units)

    @abstractmethod
    def forward(self, pre: Array, h: Array, c: Array) -> tuple[Array, Array, Any]:
        """Go on by one step.

        Parameters
        ----------
        pre : ndarray of shape (n_batch, n_gates, n_units)
            U x(n) + W h(n-1) + b of each gate.
        h : ndarray of shape (n_batch, n_units)
            The output h(n-1).
        c : ndarray of shape (n_batch, n_memories, n_units)
            The other memories.

        Returns
        -------
        h : ndarray of shape (n_batch, n_units)
            The output h(n).
        c : ndarray of shape (n_batch, n_memories, n_units)
            The memories after the step.
        saved : object
            What `backward` needs of this step.
        """

    @abstractmethod
    def backward(self, d_h: Array, d_c: Array, saved: Any) -> tuple[Array, Array, Array]:
        """Take errors back by one step.

        Parameters
        ----------
        d_h : ndarray of shape (n_batch, n_units)
            Derivatives of the loss by h(n).
        d_c : ndarray of shape (n_batch, n_memories, n_units)
            Derivatives by the memories after the step.
        saved : object
            What `forward` saved.

        Returns
        -------
        d_pre : ndarray of shape (n_batch, n_gates, n_units)
            Derivatives by the pre-activations.
        d_h : ndarray of shape (n_batch, n_units)
            Derivatives by h(n-1), without those that go through the pre-activations.
        d_c : ndarray of shape (n_batch, n_memories, n_units)
            Derivatives by the memories before the step.
        """


class NumpyLayer(Recurrent):
    """A layer of units that are written in numpy; weights lie as in `Recurrent`."""

    compiled = False

    def __init__(self, cell: NumpyCell, n_inputs: int, n_units: int) -> None:
        self.units = cell
        self.n_inputs, self.n_units = n_inputs, n_units
        self.n_state = (1 + cell.n_memories) * n_units
        self.n_rows = n_inputs + 1 + n_units
        self.n_columns = cell.n_gates * n_units
        self.n_parameters = self.n_rows * self.n_columns

    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> NumpyTrace:
        """Make room for runs over batches of one shape."""
        return NumpyTrace(self, n_steps, n_batch, dtype)

    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Refuse: there is no compiled run."""
        raise ValueError("a cell written in numpy has no compiled run on its own outputs")


class NumpyTrace(Trace):
    """A layer of units that are written in numpy, over a window."""

    def __init__(self, layer: NumpyLayer, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> None:
        self.layer = layer
        n_memories = layer.units.n_memories
        self.S = np.ones((n_steps + 1, n_batch, layer.n_rows), dtype)  # [x(n), 1, h(n-1)]
        self.c = np.empty((n_steps + 1, n_batch, n_memories, layer.n_units), dtype)
        self.outputs = np.empty((n_steps, n_batch, layer.n_units), dtype)
        self.saved: list[Any] = [None] * n_steps

    @cached_property
    def _errors(self) -> Array:
        return np.empty((*self.outputs.shape[:2], self.layer.n_columns), self.outputs.dtype)

    @cached_property
    def _input_errors(self) -> Array:
        return np.empty(self.X.shape, self.X.dtype)

    def _split(self, state: Array) -> tuple[Array, Array]:
        """Return h and c of a state (n_batch, n_state)."""
        n_units = self.layer.n_units
        return state[:, :n_units], state[:, n_units:].reshape(len(state), -1, n_units)

    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs."""
        self.matrix, self.X = self.layer.matrix(params), X
        self.S[0, :, self.layer.n_inputs + 1 :], self.c[0] = self._split(state)

    def advance(self, start: int, stop: int) -> None:
        """Run over some steps."""
        layer, n_inputs = self.layer, self.layer.n_inputs
        self.S[start:stop, :, :n_inputs] = self.X[start:stop]
        shape = (self.S.shape[1], layer.units.n_gates, layer.n_units)
        for t in range(start, stop):
            pre = (self.S[t] @ self.matrix).reshape(shape)
            h, self.c[t + 1], self.saved[t] = layer.units.forward(
                pre, self.S[t, :, n_inputs + 1 :], self.c[t]
            )
            self.outputs[t] = self.S[t + 1, :, n_inputs + 1 :] = h

    def last_state(self, last: Indices) -> Array:
        """Return h and c."""
        batch = np.arange(len(last))
        memories = self.c[last + 1, batch].reshape(len(last), -1)
        return np.concatenate([self.outputs[last, batch], memories], axis=1)

    def clear(self, padding: Array) -> None:
        """Blot out the padding."""
        self.outputs[padding] = 0
        self.S[:-1][padding] = 0

    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Refuse: such a cell tells its errors only."""
        raise ValueError("a cell written in numpy has no tangents")

    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back."""
        self.matrix = self.layer.matrix(params)
        self.d_h, self.d_c = (part.copy() for part in self._split(d_state))

    def go_back(self, d_outputs: Array, start: int, stop: int) -> None:
        """Take errors back through some steps."""
        recurrent = self.matrix[self.layer.n_inputs + 1 :].T
        for t in range(stop - 1, start - 1, -1):
            d_pre, d_h, self.d_c = self.layer.units.backward(
                self.d_h + d_outputs[t - start], self.d_c, self.saved[t]
            )
            self._errors[t] = d_pre.reshape(len(d_pre), -1)
            self.d_h = d_h + self._errors[t] @ recurrent

    @property
    def d_state(self) -> Array:
        """The error of the state before the steps gone back over."""
        return np.concatenate([self.d_h, self.d_c.reshape(len(self.d_h), -1)], axis=1)

    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs of some steps."""
        weights = self.matrix[: self.layer.n_inputs].T
        return multiply(self._errors[start:stop], weights, self._input_errors[start:stop])

    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write the gradient."""
        rows, errors = rows_of(self.S[start:-1]), rows_of(self._errors[start:])
        self.layer.write_gradient(rows, errors, gradient)


CELLS: dict[str, type[RecurrentCell]] = {"elman": Elman, "jordan": Jordan, "lstm": LSTM, "gru": GRU}


def find_cell(given: Any) -> RecurrentCell:
    """Return a cell, given itself or by the name that stands for its defaults."""
    if isinstance(given, RecurrentCell):
        return given
    check_name("cell", given, CELLS)
    return CELLS[given]()
