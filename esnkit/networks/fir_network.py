"""Networks whose connections are filters: every layer sees the last outputs of the one below it.

A layer of FIR synapses is a delay line with a dense layer above it, so the delay line is the only
thing that is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from sklearn.utils import check_scalar

from esnkit.core.checks import check_name
from esnkit.core.typing import Indices
from esnkit.kernels.activations import CODES, IDENTITY
from esnkit.kernels.recurrent_free import DELAYS, Stage
from esnkit.networks.layers.base import Array, Dense, Layer, Trace
from esnkit.networks.layers.stack import Stack, check_sizes
from esnkit.networks.network import Network


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


class FIRNetwork(Network):
    r"""Distributed time-lagged network: each connection of each layer is an FIR filter [1]_.

    .. math:: h_j(n) = f\Bigl(b_j + \sum_i \sum_{k=0}^{K-1} w_{jik}\, x_i(n-k)\Bigr)

    for the K taps of a layer, whose input x is the output of the layer below; the highest layer is
    linear. It has finite memory: an output depends on its own input and on ``n_delays`` before.
    Before a sequence begins, the inputs of all layers are taken for zero.

    Parameters
    ----------
    n_inputs : int
        Features of x(n).
    n_outputs : int
        Width of y(n).
    hidden_sizes : tuple of int, default=(16,)
        Units of each hidden layer, the lowest first; none makes a linear filter.
    n_taps : int or tuple of int, default=5
        Inputs that a layer sees, the present one included: one number for all, or one for each
        hidden layer and for the output. With 1 everywhere this is a multilayer perceptron.
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        f of the hidden units.
    dtype : dtype, default="float64"
        Precision, ``"float64"`` or ``"float32"``.

    Attributes
    ----------
    n_taps : tuple of int
        Taps of each layer, the output's last.
    n_delays : int
        Inputs before the present one that an output depends on: each layer adds its taps but one.
    n_parameters : int
        Length of the vector of parameters.
    n_state : int
        Numbers that each sequence carries from step to step: the last inputs of all layers.

    Raises
    ------
    ValueError
        If a name is unknown, a number is too small, or `n_taps` does not fit the layers.
    TypeError
        If a number is no integer.

    See Also
    --------
    Network : What recurs; its methods are the same.
    esnkit.FIRRegressor : The estimator.

    Notes
    -----
    `views` names ``"layer0.weights"``, ``"layer0.bias"``, ... ``"output.weights"``,
    ``"output.bias"``. Weights have the shape (n_units, n_taps * n_inputs), those of the newest
    input first, so ``weights.reshape(n_units, n_taps, n_inputs)`` tells the filters apart.

    References
    ----------
    .. [1] E. A. Wan, "Temporal backpropagation for FIR neural networks", IJCNN 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import FIRNetwork
    >>> network = FIRNetwork(1, 1, hidden_sizes=(4,), n_taps=(8, 3))
    >>> network.n_delays, network.n_state
    (9, 15)
    >>> params = 0.1 * np.random.default_rng(0).normal(size=network.n_parameters)
    >>> network.views(params)["layer0.weights"].shape
    (4, 8)
    >>> X = np.sin(np.arange(20) / 3).reshape(20, 1, 1)  # 20 steps of one sequence
    >>> outputs, state, tape = network.forward(params, X, [20], network.initial_state(1))
    >>> network.backward(params, tape, outputs - X).shape == params.shape
    True
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        hidden_sizes: Sequence[int] = (16,),
        n_taps: int | Sequence[int] = 5,
        activation: str = "tanh",
        dtype: DTypeLike = "float64",
    ) -> None:
        check_name("activation", activation, CODES)
        check_sizes("hidden_sizes", hidden_sizes, at_least=0)
        self.n_taps = _taps(n_taps, len(hidden_sizes) + 1)
        self.n_delays = sum(self.n_taps) - len(self.n_taps)
        super().__init__(
            n_inputs,
            n_outputs,
            cell="fir",
            hidden_sizes=hidden_sizes,
            activation=activation,
            dtype=dtype,
        )

    def _build(self, hidden_sizes: Sequence[int], head_sizes: Sequence[int]) -> Stack:
        layers: dict[str, Layer] = {}
        width, names = self.n_inputs, [f"layer{i}" for i in range(len(hidden_sizes))]
        for name, n_units, n_taps in zip(
            [*names, "output"], [*hidden_sizes, self.n_outputs], self.n_taps, strict=True
        ):
            if n_taps > 1:
                layers[f"{name}.delays"] = DelayLine(width, n_taps)
            activation = "identity" if name == "output" else self.activation
            layers[name] = Dense(n_taps * width, n_units, activation, "weights")
            width = n_units
        return Stack(layers)


def _taps(given: int | Sequence[int], n_layers: int) -> tuple[int, ...]:
    """Return the taps of each layer."""
    taps = [given] * n_layers if isinstance(given, Integral) else given
    if not isinstance(taps, Sequence | np.ndarray) or len(taps) != n_layers:
        raise ValueError(
            f"n_taps must be one number, or one for each of the {n_layers} layers, the output "
            f"included, got {given!r}."
        )
    for i, n in enumerate(taps):
        check_scalar(n, f"n_taps[{i}]" if taps is given else "n_taps", Integral, min_val=1)
    return tuple(map(int, taps))
