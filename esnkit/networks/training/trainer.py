"""Training: the weights moved batch by batch, epoch after epoch, and the best of them kept."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from esnkit.core.process import one_thread_each
from esnkit.core.typing import Array
from esnkit.kernels.optimizers import clip_norm
from esnkit.networks.network import Network, Tape
from esnkit.networks.training.batches import Batch, Rows
from esnkit.networks.training.losses import Loss
from esnkit.networks.training.optimizers import SGD, Optimizer
from esnkit.networks.training.presenters import Presenter

_EXPLODED = 1e4  # times the loss of an output that is always zero


@dataclass(frozen=True)
class UpdateRule:
    """What is minimised, and how the gradient of a batch moves the weights."""

    loss: Loss
    optimizer: Optimizer = field(default_factory=SGD)
    max_gradient_norm: float = np.inf
    alpha: float = 0.0  # penalty of half of it times the squared weights; biases are left alone
    skip_below: float = 0.0  # batches with a smaller loss move nothing
    teacher_forcing: bool = True


class ExplosionError(ArithmeticError):
    """The loss or its gradient have grown beyond bounds."""


@dataclass
class Curves:
    """What the epochs came to, and the best weights so far."""

    training: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    best_epoch: int = 0  # counted from 1; 0 is before the first
    best_loss: float = np.inf
    best_params: Array | None = None

    def begin(self, params: Array) -> None:
        """Begin another training, which need not be on the same data."""
        self.best_epoch, self.best_loss = len(self.training), np.inf
        self.best_params = params.copy()

    def add(self, training: float, validation: float | None, params: Array) -> None:
        """Note the losses of an epoch and keep its weights if they are the best."""
        self.training.append(training)
        if validation is not None:
            self.validation.append(validation)
        judged = training if validation is None else validation
        if judged < self.best_loss:
            self.best_loss, self.best_epoch = judged, len(self.training)
            self.best_params = params.copy()


class Trainer:
    """The weights in training, and all that must be kept to go on.

    To move them in another way, override `descend`, which is given gradients, or `step`, which is
    given batches; see `Learner` for an example.

    Parameters
    ----------
    network : Network
        What is trained.
    params : ndarray of shape (n_parameters,)
        The weights; moved in place.
    rule : UpdateRule
        How they are moved.

    Attributes
    ----------
    n_updates : int
        How often they have been moved.
    curves : Curves
        What the epochs came to.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import Trainer, recurrent_network
    >>> from esnkit.networks.training.losses import SquaredError
    >>> from esnkit.networks.training.trainer import UpdateRule
    >>> network = recurrent_network(1, 1, hidden_layer_sizes=(2,))
    >>> trainer = Trainer(network, np.zeros(network.n_parameters), UpdateRule(SquaredError()))
    >>> trainer.descend(1.0, np.ones(network.n_parameters))
    >>> trainer.n_updates
    1
    """

    def __init__(self, network: Network, params: Array, rule: UpdateRule) -> None:
        if not isinstance(network, Network):
            raise TypeError(f"network must be a Network, got {network!r}.")
        if not isinstance(rule, UpdateRule):
            raise TypeError(f"rule must be an UpdateRule, got {rule!r}.")
        if np.shape(params) != (network.n_parameters,):
            raise ValueError(
                f"params must have shape ({network.n_parameters},), got {np.shape(params)}."
            )
        self.network = network
        self.params = params
        self.slots = np.zeros((0, params.size), params.dtype)
        self.n_updates = 0
        self.curves = Curves()
        self._limit = np.inf
        self.follow(rule)
        self._tape: Tape | None = None  # of the last batch, whose memory serves the next
        self._losses: list[tuple[float, float]] = []  # of an epoch's batches, and their weights

    def follow(self, rule: UpdateRule) -> None:
        """Go on by another rule; what the optimizer remembers is kept if it has the same form.

        Parameters
        ----------
        rule : UpdateRule
            What is minimised now, and how.
        """
        self.rule = rule
        if len(self.slots) != rule.optimizer.n_slots:
            self.slots = np.zeros((rule.optimizer.n_slots, self.params.size), self.params.dtype)
        self._decay = _decay(self.network, rule.alpha) if rule.alpha else None

    def begin(self, rows: Rows) -> None:
        """Begin to train on some data.

        Parameters
        ----------
        rows : Rows
            All of them.
        """
        self.curves.begin(self.params)
        targets, weights = rows.targets[:, None], rows.weights[:, None]
        idle, _ = self.rule.loss.value_and_gradient(np.zeros_like(targets), targets, weights)
        self._limit = _EXPLODED * idle if idle else np.inf

    def step(self, batch: Batch) -> Array:
        """Run over a batch and move the weights.

        Parameters
        ----------
        batch : Batch
            Sequences, or pieces of them, side by side.

        Returns
        -------
        ndarray of shape (n_batch, n_state)
            The states at its end.
        """
        network, rule = self.network, self.rule
        value, d_outputs, final, tape = self.run(batch, reuse=self._tape)
        self._tape = tape
        if value < rule.skip_below or not self._losses[-1][1]:
            return final
        self.descend(value, network.backward(self.params, tape, d_outputs))
        return final

    def descend(self, value: float, gradient: Array) -> None:
        """Move the weights by the gradient of a loss.

        Parameters
        ----------
        value : float
            The loss.
        gradient : ndarray of shape (n_parameters,)
            Its derivatives by the weights; overwritten.

        Raises
        ------
        ExplosionError
            If the loss or its gradient have grown beyond bounds.
        """
        rule = self.rule
        norm = clip_norm(gradient, rule.max_gradient_norm)
        self._check(value, norm)
        if self._decay is not None:
            gradient += self._decay * self.params
        rule.optimizer.update(self.params, gradient, self.slots, self.n_updates)
        self.n_updates += 1

    def evaluate(self, presenter: Presenter) -> float:
        """Return the loss over all that is presented; the weights stay as they are.

        Parameters
        ----------
        presenter : Presenter
            Presents the data.

        Returns
        -------
        float
            The mean loss.
        """
        return self._epoch(presenter, lambda batch: self.run(batch)[2], np.random.default_rng(0))

    def train_epoch(self, presenter: Presenter, rng: np.random.Generator) -> float:
        """Present all data once.

        Parameters
        ----------
        presenter : Presenter
            Presents the training data.
        rng : numpy.random.Generator
            Decides on their order.

        Returns
        -------
        float
            The mean loss of the batches as they were met.
        """
        try:
            return self._epoch(presenter, self.step, rng)
        finally:
            self._tape = None  # it is large, and must not be kept or pickled with the model

    def _epoch(
        self, presenter: Presenter, step: Callable[[Batch], Array], rng: np.random.Generator
    ) -> float:
        self._losses = []
        presenter.run_epoch(step, rng)
        return self._mean_loss()

    def _mean_loss(self) -> float:
        """Return the mean over the batches since the losses were last cleared."""
        values, weights = np.array(self._losses).T
        return float(np.dot(values, weights) / max(weights.sum(), np.finfo(float).tiny))

    def run(self, batch: Batch, reuse: Tape | None = None) -> tuple[float, Array, Array, Tape]:
        """Run over a batch; the weights stay as they are.

        Parameters
        ----------
        batch : Batch
            Sequences, or pieces of them, side by side.
        reuse : Tape, default=None
            A tape that is no longer needed, whose memory may be used again.

        Returns
        -------
        value : float
            The loss.
        d_outputs : ndarray of shape (n_steps, n_batch, n_outputs)
            Its derivatives by the outputs.
        final_state : ndarray of shape (n_batch, n_state)
            The states at the end.
        tape : Tape
            What `Network.backward` needs.
        """
        teacher = batch.targets if self.rule.teacher_forcing else None
        outputs, final, tape = self.network.forward(
            self.params,
            batch.inputs,
            batch.lengths,
            batch.state,
            teacher,
            batch.previous_output,
            reuse,
        )
        value, d_outputs = self.rule.loss.value_and_gradient(outputs, batch.targets, batch.weights)
        self._losses.append((value, float(batch.weights.sum())))
        return value, d_outputs, final, tape

    def restore(self) -> None:
        """Go back to the best weights, and forget how they were left."""
        assert self.curves.best_params is not None
        self.params[...] = self.curves.best_params
        self.slots[...] = 0

    def _check(self, value: float, norm: float) -> None:
        """Stop where the loss or its gradient have exploded."""
        if not (np.isfinite(norm) and np.isfinite(value) and value <= self._limit):
            raise ExplosionError(
                f"the loss was {value:.3g} and the norm of its gradient {norm:.3g} in update "
                f"{self.n_updates + 1}"
            )


def _decay(network: Network, rate: float) -> Array:
    """Return the rate for each weight: biases do not decay."""
    decay = np.full(network.n_parameters, rate, network.dtype)
    for name, view in network.views(decay).items():
        if name.endswith("bias"):
            view[...] = 0
    return decay


def train(
    trainer: Trainer,
    presenter: Presenter,
    epochs: Iterable[np.random.Generator],
    *,
    validation: Presenter | None = None,
    patience: int | None = None,
) -> None:
    """Train epoch by epoch, each with a generator of its own; the trainer's curves tell the rest.

    Parameters
    ----------
    trainer : Trainer
        Holds the weights.
    presenter : Presenter
        Presents the training data.
    epochs : iterable of Generator
        One for each epoch.
    validation : Presenter, optional
        Presents the data by which the weights are judged; None judges by the training loss.
    patience : int, optional
        Epochs without a better loss after which training stops; None never stops early.

    Warns
    -----
    ConvergenceWarning
        If the loss exploded.
    UserWarning
        If training was interrupted from the keyboard.
    """
    curves = trainer.curves
    trainer.begin(presenter.rows)
    try:
        with (
            np.errstate(over="ignore", invalid="ignore"),  # an explosion is told in words
            one_thread_each(),  # on matrices so small threads only wait
        ):
            for rng in epochs:
                loss = trainer.train_epoch(presenter, rng)
                held_out = None if validation is None else trainer.evaluate(validation)
                curves.add(loss, held_out, trainer.params)
                if patience is not None and len(curves.training) - curves.best_epoch >= patience:
                    return
    except ExplosionError as explosion:
        trainer.restore()
        warnings.warn(
            f"Training exploded: {explosion}. The weights are those of epoch {curves.best_epoch}, "
            "the best before; a smaller learning_rate or max_gradient_norm may help.",
            ConvergenceWarning,
            stacklevel=3,
        )
    except KeyboardInterrupt:
        warnings.warn(
            f"Training was interrupted after {trainer.n_updates} updates. The weights are those "
            f"of epoch {curves.best_epoch}, the best so far.",
            stacklevel=3,
        )
