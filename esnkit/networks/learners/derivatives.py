"""How outputs depend on all weights at once, step by step: for learners that move them every step.

Backpropagation through time goes back over what has been. Real-time recurrent learning carries the
derivatives of the state along instead, so that they are there when the next target comes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

import numpy as np

from esnkit.core.process import refuse_too_large
from esnkit.core.typing import Array
from esnkit.kernels import rtrl
from esnkit.networks.layers.recurrent import Recurrent
from esnkit.networks.network import Network, Tape

LARGEST_RTRL = 64  # units


class Derivatives(ABC):
    """A network that runs over one sequence, one step at a time, its weights changing on the way.

    Parameters
    ----------
    network : Network
        What runs.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.begin(network.initial_state(1))

    @abstractmethod
    def begin(self, state: Array) -> None:
        """Begin at a state (1, n_state), which is taken to depend on no weight."""

    @property
    @abstractmethod
    def state(self) -> Array:
        """The state (n_state,) after the last step."""

    @abstractmethod
    def advance(self, params: Array, x: Array, fed_back: Array | None) -> Array:
        """Run over a step and return its outputs (n_outputs,).

        ``x`` is its input (n_inputs,), and ``fed_back`` the output (n_outputs,) before, for
        networks with output feedback.
        """

    @abstractmethod
    def gradient(self, params: Array, error: Array) -> Array:
        """Return the derivatives (n_parameters,) of ``error`` times the last outputs.

        The memory is used again by the next call.
        """


class ForwardDerivatives(Derivatives):
    """Exact derivatives, carried forward with the state: real-time recurrent learning [1]_.

    A step costs n_units^4 multiplications, whatever the length of the sequence.

    References
    ----------
    .. [1] R. J. Williams and D. Zipser, "A learning algorithm for continually running fully
       recurrent neural networks", Neural Computation 1, 270-280, 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import recurrent_network
    >>> from esnkit.networks.learners.derivatives import ForwardDerivatives
    >>> network = recurrent_network(1, 1, hidden_layer_sizes=(4,))
    >>> params = 0.1 * np.random.default_rng(0).normal(size=network.n_parameters)
    >>> derivatives = ForwardDerivatives(network)
    >>> derivatives.advance(params, np.array([0.5]), None).shape
    (1,)
    >>> derivatives.gradient(params, np.array([1.0])).shape == params.shape
    True
    """

    def __init__(self, network: Network) -> None:
        layer = next(iter(network.stack.layers.values()))
        assert isinstance(layer, Recurrent)
        n_units, dtype, n_outputs = layer.n_units, network.dtype, network.n_outputs
        self._code = layer.activation
        # The layer's matrix M, then that of the output, see `Recurrent` and `Dense`.
        n_out = (n_units + 1) * n_outputs
        self._shapes = (-1, n_units), (n_units + 1, n_outputs)
        self._n_recurrent = network.n_parameters - n_out
        self._h = np.zeros(n_units, dtype)
        self._s = np.zeros(self._n_recurrent // n_units, dtype)
        refuse_too_large(
            4 * dtype.itemsize * n_units * self._n_recurrent,
            f"the derivatives of hidden_layer_sizes=({n_units},) by {self._n_recurrent:,} weights",
        )
        self._now, self._next = np.zeros((2, n_units, self._n_recurrent), dtype)
        self._work = np.empty((n_units, n_units), dtype)
        self._gradient = np.empty(network.n_parameters, dtype)
        super().__init__(network)

    @staticmethod
    def refusal(network: Network) -> str | None:
        """Say why the derivatives of a network cannot be carried forward; None if they can."""
        layer, *others = network.stack.layers.values()
        if not (isinstance(layer, Recurrent) and layer.is_elman):
            return "it carries forward the derivatives of Elman units, in one direction"
        if len(others) > 1:
            return "it carries forward the derivatives of one layer, with a linear output above it"
        n_units = layer.n_units
        if n_units > LARGEST_RTRL:
            return (
                f"each step costs n_units^4 multiplications, for {n_units} units {n_units**4:.1e}, "
                f"too many above {LARGEST_RTRL} units"
            )
        return None

    def begin(self, state: Array) -> None:
        """Begin at a state (1, n_state), which is taken to depend on no weight."""
        self._h[:] = state[0]
        self._now[:] = 0

    @property
    def state(self) -> Array:
        """The state (n_state,) after the last step."""
        return self._h.copy()

    def advance(self, params: Array, x: Array, fed_back: Array | None) -> Array:
        """Run over a step and return its outputs (n_outputs,)."""
        s, n_inputs = self._s, x.size
        s[:n_inputs] = x
        if fed_back is not None:
            n_inputs += fed_back.size
            s[x.size : n_inputs] = fed_back
        s[n_inputs] = 1
        s[n_inputs + 1 :] = self._h
        M, M_out = self._matrices(params)
        rtrl.advance_rtrl(self._code, M, s, self._h, self._now, self._next, self._work)
        self._now, self._next = self._next, self._now
        outputs: Array = np.dot(self._h, M_out[:-1])
        outputs += M_out[-1]
        return outputs

    def gradient(self, params: Array, error: Array) -> Array:
        """Return the derivatives (n_parameters,) of ``error`` times the last outputs."""
        rtrl.gradient(error, self._matrices(params)[1], self._h, self._now, self._gradient)
        return self._gradient

    def _matrices(self, params: Array) -> tuple[Array, Array]:
        """Return the weights of the layer and those of the output, each with its biases."""
        n, (layer, output) = self._n_recurrent, self._shapes
        return params[:n].reshape(layer), params[n:].reshape(output)


class WindowDerivatives(Derivatives):
    """Derivatives by backpropagation through the last steps: of any cell, truncated.

    The state before the window is the one that was met there, taken as given.

    Parameters
    ----------
    network : Network
        What runs.
    window : int
        Steps that errors are taken back, the last one included.
    """

    def __init__(self, network: Network, window: int) -> None:
        self.window = window
        self._tape: Tape | None = None
        super().__init__(network)

    @staticmethod
    def refusal(network: Network) -> str | None:
        """Say why a network cannot be run step by step; None if it can."""
        if network.bidirectional:
            return "it goes step by step, and reading backwards needs the end first"
        return None

    def begin(self, state: Array) -> None:
        """Begin at a state (1, n_state), which is taken to depend on no weight."""
        self._inputs: deque[Array] = deque(maxlen=self.window)
        self._fed_back: deque[Array] = deque(maxlen=self.window)
        self._states = deque([state], maxlen=self.window)
        self._end = self._states[0]

    @property
    def state(self) -> Array:
        """The state (n_state,) after the last step."""
        return self._end[0].copy()

    def advance(self, params: Array, x: Array, fed_back: Array | None) -> Array:
        """Run over a step and return its outputs (n_outputs,)."""
        self._inputs.append(x)
        teacher = before = None
        if fed_back is not None:
            self._fed_back.append(fed_back)
            # Step n sees row n - 1 of the teacher; nothing sees the last, whatever it is.
            teacher = np.roll(np.array(self._fed_back), -1, axis=0)[:, None]
            before = self._fed_back[0][None]
        outputs, self._end, self._tape = self.network.forward(
            params,
            np.array(self._inputs)[:, None],
            [len(self._inputs)],
            self._states[0],
            teacher,
            before,
            self._tape,
        )
        self._states.append(self._end)
        return outputs[-1, 0].copy()

    def gradient(self, params: Array, error: Array) -> Array:
        """Return the derivatives (n_parameters,) of ``error`` times the last outputs."""
        assert self._tape is not None, "advance comes first"
        errors = np.zeros((len(self._inputs), 1, self.network.n_outputs), self.network.dtype)
        errors[-1, 0] = error
        return self.network.backward(params, self._tape, errors)
