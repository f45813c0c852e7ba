"""Training that moves the weights at every step, while a sequence goes on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np

from esnkit.core.typing import Array
from esnkit.networks.learners.base import GradientLearner, Learner
from esnkit.networks.learners.derivatives import Derivatives, ForwardDerivatives
from esnkit.networks.network import Network
from esnkit.networks.training.batches import Batch, Rows
from esnkit.networks.training.presenters import Presenter, WindowPresenter
from esnkit.networks.training.trainer import Trainer, UpdateRule

_FEW = 100  # rows that tell nothing about how large targets are


class OnlineLearner(Learner):
    """A learner that moves the weights at every step, and can go on with `partial_fit`."""

    online = True

    def present(self, network: Network, rows: Rows, n_warm: int) -> Presenter:
        """Return what presents whole sequences, one at a time."""
        return WindowPresenter(network, rows, batch_size=1, order=self.order)


class RTRL(OnlineLearner, GradientLearner):
    """Train by real-time recurrent learning [1]_: the exact gradient of each step, at that step.

    It carries the derivatives of the state forward instead of going back through time, for one
    layer of up to 64 Elman units.

    Parameters
    ----------
    optimizer : {"adam", "rmsprop", "nesterov", "momentum", "sgd"} or Optimizer, default="adam"
        What moves the weights: a name, or an `Adam`, `RMSprop`, `Nesterov`, `Momentum` or `SGD`
        with settings of its own.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of sequences in an epoch.
    max_gradient_norm : float, default=1.0
        Longer gradients are scaled down to this; None leaves them.
    skip_below : float, default=0.0
        Steps with a loss below this do not move the weights.

    References
    ----------
    .. [1] R. J. Williams and D. Zipser, "A learning algorithm for continually running fully
       recurrent neural networks", Neural Computation 1, 270-280, 1989.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import RTRL, SGD
    >>> model = RNNRegressor("elman", (8,), learner=RTRL(optimizer=SGD(0.01)))
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
        """Serve networks whose derivatives can be carried forward."""
        return ForwardDerivatives.refusal(network)

    def make_trainer(self, network: Network, params: Array, rule: UpdateRule) -> Trainer:
        """Return what moves the weights at every step."""
        return RTRLTrainer(network, params, self._complete(rule))


class OnlineTrainer(Trainer):
    """The weights in training, moved after every step.

    A batch is one sequence. The weights change while it goes on, and what was carried forward stays
    as it was computed with those before: the usual approximation of a small rate.

    Parameters
    ----------
    network, params, rule
        See `Trainer`.
    derivatives : Derivatives
        Runs the network.
    """

    def __init__(
        self, network: Network, params: Array, rule: UpdateRule, derivatives: Derivatives
    ) -> None:
        super().__init__(network, params, rule)
        self.derivatives = derivatives
        self._fed_back: Array | None = None  # the target of the step before

    def begin(self, rows: Rows) -> None:
        """Begin to train on some data."""
        super().begin(rows)
        if len(rows.weights) < _FEW:
            self._limit = np.inf

    def step(self, batch: Batch) -> Array:
        """Run over a sequence from its beginning, the weights moving at each step."""
        self.derivatives.begin(batch.state)
        if batch.previous_output is not None:
            self._fed_back = batch.previous_output[0]
        return self.go_on(batch)

    def resume(self, params: Array, state: Array, output: Array) -> None:
        """Go to given weights, a state (n_state,) and the target (n_outputs,) met there."""
        self.params[...] = params
        self.derivatives.begin(state[None].astype(self.params.dtype))
        self._fed_back = output.astype(self.params.dtype) if self.network.feedback else None

    def train_block(self, parts: Iterable[tuple[Batch, bool]]) -> float:
        """Run over sequences that go on with the one before, or do not; return the mean loss."""
        self._losses = []
        for batch, goes_on in parts:
            if goes_on:
                self.go_on(batch)
            else:
                self.step(batch)
        return self._mean_loss()

    def go_on(self, batch: Batch) -> Array:
        """Run over the next rows of the same sequence; return the state (1, n_state) after them."""
        for x, target, weight in zip(
            batch.inputs[:, 0], batch.targets[:, 0], batch.weights[:, 0], strict=True
        ):
            outputs = self.derivatives.advance(self.params, x, self._fed_back)
            self._learn(outputs, target, float(weight))
            if self._fed_back is not None:
                self._fed_back = target
        return self.derivatives.state[None]

    @abstractmethod
    def _learn(self, outputs: Array, target: Array, weight: float) -> None:
        """Note the loss of a step that counts ``weight``, and move the weights."""

    def _judge(self, outputs: Array, target: Array, weight: float) -> tuple[float, Array]:
        """Note the loss of a step; return it, and its derivatives by the outputs (n_outputs,)."""
        one = np.ones((1, 1), self.params.dtype)
        value, error = self.rule.loss.value_and_gradient(
            outputs[None, None], target[None, None], one
        )
        self._losses.append((value, weight))
        return value, error[0, 0]


class RTRLTrainer(OnlineTrainer):
    """The weights in training by real-time recurrent learning, moved by any optimizer."""

    def __init__(self, network: Network, params: Array, rule: UpdateRule) -> None:
        super().__init__(network, params, rule, ForwardDerivatives(network))

    def _learn(self, outputs: Array, target: Array, weight: float) -> None:
        value, error = self._judge(outputs, target, weight)
        if weight and value >= self.rule.skip_below:
            self.descend(value, self.derivatives.gradient(self.params, weight * error))
