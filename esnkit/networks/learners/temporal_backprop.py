"""Temporal backpropagation: FIR networks that learn step by step, a little behind."""

from __future__ import annotations

from typing import Any

import numpy as np

from esnkit.core.typing import Array
from esnkit.kernels import fir
from esnkit.networks.layers.base import Dense
from esnkit.networks.layers.delay import DelayLine
from esnkit.networks.learners.base import GradientLearner
from esnkit.networks.learners.derivatives import Derivatives
from esnkit.networks.learners.online import OnlineLearner, OnlineTrainer
from esnkit.networks.network import Network
from esnkit.networks.training.batches import Batch
from esnkit.networks.training.presenters import Presenter
from esnkit.networks.training.trainer import Trainer, UpdateRule


class TemporalBackprop(OnlineLearner, GradientLearner):
    """Train by temporal backpropagation [1]_: FIR networks whose weights move at every step.

    Each layer learns from errors of as many steps ago as the taps above it reach back.

    Parameters
    ----------
    optimizer : {"adam", "rmsprop", "nesterov", "momentum", "sgd"} or Optimizer, default="adam"
        What moves the weights: a name, or an `Adam`, `RMSprop`, `Nesterov`, `Momentum` or `SGD`
        with settings of its own. It moves them so often that it wants a small rate.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of sequences in an epoch.
    max_gradient_norm : float, default=1.0
        Longer gradients are scaled down to this; None leaves them.
    skip_below : float, default=0.0
        Steps with a loss below this do not move the weights.

    References
    ----------
    .. [1] E. A. Wan, "Temporal backpropagation for FIR neural networks", IJCNN 1990.

    Examples
    --------
    >>> from esnkit import FIRRegressor
    >>> from esnkit.networks import Adam, TemporalBackprop
    >>> model = FIRRegressor(learner=TemporalBackprop(optimizer=Adam(1e-3)))
    """

    def __init__(
        self,
        *,
        optimizer: Any = "adam",
        order: str = "shuffled",
        max_gradient_norm: float | None = 1.0,
        skip_below: float = 0.0,
    ) -> None:
        self.optimizer = optimizer
        self.order = order
        self.max_gradient_norm = max_gradient_norm
        self.skip_below = skip_below

    def refusal(self, network: Network) -> str | None:
        """Serve networks of FIR synapses."""
        if network.n_delays is not None:
            return None
        return "it takes errors back through the taps of FIR synapses, a known number of steps"

    def make_trainer(self, network: Network, params: Array, rule: UpdateRule) -> Trainer:
        """Return what moves the weights at every step."""
        return TemporalTrainer(network, params, self._complete(rule))


class _Filters:
    """A layer, and what is kept of its last steps until the errors of its outputs are known.

    Rows and slopes, see `esnkit.kernels.fir`, stand in rings of as many steps as the taps above
    reach back, and one more.
    """

    def __init__(self, layer: Dense, n_taps: int, own: slice, delay: int, dtype: Any) -> None:
        self.activation, self.own = layer.activation, own
        self.n_units, self.n_rows = layer.n_units, layer.n_inputs + 1
        self.n_past = layer.n_inputs - layer.n_inputs // n_taps
        self.rows = np.zeros((delay + 1, self.n_rows), dtype)
        self.slopes = np.zeros((delay + 1, layer.n_units), dtype)
        self.errors = np.zeros((n_taps, layer.n_units), dtype)
        self.outputs = np.zeros(layer.n_units, dtype)
        # Nobody asks for the errors of what the lowest layer sees.
        self.d_inputs = np.zeros(0 if own.start == 0 else layer.n_inputs // n_taps, dtype)
        self.now = 0  # the place in the rings of the last step

    def begin(self, past: Array) -> None:
        """Begin with inputs, the newest first, that no weight has made."""
        self.rows[:] = self.slopes[:] = self.errors[:] = 0
        self.rows[self.now, : self.n_past] = past

    @property
    def past(self) -> Array:
        """The inputs, the newest first, that will be seen at the next step."""
        return self.rows[self.now, : self.n_past]

    def _matrix(self, params: Array) -> Array:
        return params[self.own].reshape(self.n_rows, self.n_units)

    def _next(self) -> int:
        """Return the place after the last, where the step stands of which errors are known now."""
        return (self.now + 1) % len(self.rows)

    def advance(self, params: Array, x: Array) -> Array:
        """Run over a step, and return its outputs."""
        before, self.now = self.rows[self.now], self._next()
        row, slopes = self.rows[self.now], self.slopes[self.now]
        M = self._matrix(params)
        fir.advance_fir(self.activation, M, x, before, row, slopes, self.outputs)
        return self.outputs

    def rest(self) -> None:
        """Go on by a step at which nothing happens."""
        self.now = self._next()
        self.rows[self.now] = self.slopes[self.now] = 0

    def go_back(self, params: Array, d_outputs: Array, gradient: Array) -> Array:
        """Take in errors of outputs, write the gradient, and return errors of inputs.

        The outputs are of as many steps ago as the rings hold, and the inputs of those that the
        layer's own taps reach back from there.
        """
        first = self._next()
        fir.go_back(
            self._matrix(params),
            self.rows[first],
            self.slopes[first],
            d_outputs,
            self.errors,
            self._matrix(gradient),
            self.d_inputs,
        )
        return self.d_inputs


class DelayedDerivatives(Derivatives):
    r"""Derivatives of an FIR network in the causal form: temporal backpropagation [1]_.

    The error of a hidden unit depends on errors of the layer above at the same step and at those
    that follow, as far as its taps reach,

    .. math:: \delta_i(n) = f'_i(n) \sum_{k=0}^{K-1} \sum_j w_{jik}\, \delta_j(n+k)

    so it is known after a delay only. Each layer learns from inputs and errors of as many steps
    ago as all taps above it reach back. What is done at a step does not grow with the time that
    taps span, other than by the weights that they have.

    Parameters
    ----------
    network : Network
        What runs, a network of FIR synapses.

    References
    ----------
    .. [1] E. A. Wan, "Temporal backpropagation for FIR neural networks", IJCNN 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import fir_network
    >>> from esnkit.networks.learners.temporal_backprop import DelayedDerivatives
    >>> network = fir_network(1, 1, hidden_layer_sizes=(4,), n_taps=(8, 3))
    >>> params = 0.1 * np.random.default_rng(0).normal(size=network.n_parameters)
    >>> derivatives = DelayedDerivatives(network)
    >>> derivatives.advance(params, np.array([0.5])).shape
    (1,)
    >>> now = derivatives.gradient(params, np.array([1.0]))
    >>> bool(now[:4].any())  # what leads to hidden units learns two steps later
    False
    """

    def __init__(self, network: Network) -> None:
        stack, n_taps = network.stack, 1
        assert network.n_delays is not None
        delay = network.n_delays
        self._layers = []
        for layer, own in zip(stack.layers.values(), stack.own_params, strict=True):
            if isinstance(layer, DelayLine):
                n_taps = layer.n_taps
                delay -= n_taps - 1
            elif isinstance(layer, Dense):
                self._layers.append(_Filters(layer, n_taps, own, delay, network.dtype))
                n_taps = 1
        self._gradient = np.empty(network.n_parameters, network.dtype)
        super().__init__(network)

    def begin(self, state: Array) -> None:
        """Begin at a state (1, n_state), which is taken to depend on no weight."""
        ends = np.cumsum([layer.past.size for layer in self._layers])
        for layer, past in zip(self._layers, np.split(state[0], ends[:-1]), strict=True):
            layer.begin(past)

    @property
    def state(self) -> Array:
        """The state (n_state,) after the last step."""
        return np.concatenate([layer.past for layer in self._layers])

    def advance(self, params: Array, x: Array, fed_back: Array | None = None) -> Array:
        """Run over a step and return its outputs (n_outputs,). Nothing is fed back."""
        for layer in self._layers:
            x = layer.advance(params, x)
        return x.copy()

    def end(self) -> None:
        """Move on by a step after the last, for errors that are still on their way."""
        for layer in self._layers:
            layer.rest()

    def gradient(self, params: Array, error: Array) -> Array:
        """Return what has become known of the derivatives (n_parameters,) of all errors so far.

        ``error`` (n_outputs,) is that of the last outputs. The memory is used again by the next
        call.
        """
        for layer in reversed(self._layers):
            error = layer.go_back(params, error, self._gradient)
        return self._gradient


class TemporalTrainer(OnlineTrainer):
    """The weights in training by temporal backpropagation, moved by any optimizer."""

    derivatives: DelayedDerivatives

    def __init__(self, network: Network, params: Array, rule: UpdateRule) -> None:
        super().__init__(network, params, rule, DelayedDerivatives(network))
        assert network.n_delays is not None
        self._n_delays = network.n_delays

    def step(self, batch: Batch) -> Array:
        """Run over a sequence from its beginning, the weights moving at each step."""
        self._finish_sequence()
        return super().step(batch)

    def train_epoch(self, presenter: Presenter, rng: np.random.Generator) -> float:
        """Present all data once; return the mean loss of the steps as they were met."""
        loss = super().train_epoch(presenter, rng)
        self._finish_sequence()
        return loss

    def restore(self) -> None:
        """Go back to the best weights, and forget the errors that the others have made."""
        super().restore()
        self.derivatives.begin(self.network.initial_state(1))

    def _finish_sequence(self) -> None:
        """Learn from errors that are still on their way."""
        for _ in range(self._n_delays):
            self.derivatives.end()
            self._move(0.0, np.zeros(self.network.n_outputs, self.params.dtype))
        self.derivatives.begin(self.network.initial_state(1))

    def _learn(self, outputs: Array, target: Array, weight: float) -> None:
        value, error = self._judge(outputs, target, weight)
        counts = weight if value >= self.rule.skip_below else 0.0
        self._move(value, counts * error)

    def _move(self, value: float, error: Array) -> None:
        """Move the weights, unless no error has come so far."""
        gradient = self.derivatives.gradient(self.params, error)
        if gradient.any():
            self.descend(value, gradient)
