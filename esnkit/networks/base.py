"""What all estimators of trained networks share: how they are fitted, and what is known then."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from esnkit.core.seeding import child_generator, root_seed
from esnkit.core.sequences import Sequences
from esnkit.core.state import State
from esnkit.forecasting.preprocessing import Preprocessor
from esnkit.models.base import TrainingData
from esnkit.models.runner import output_range
from esnkit.networks.going_on import OnlineRegressor, StreamPosition
from esnkit.networks.holdout import present_tails, rows_to_train_on, take_heads
from esnkit.networks.network import Network
from esnkit.networks.runner import FloatArray, NetworkRunner
from esnkit.networks.settings import (
    check_settings,
    draw_weights,
    learner_name,
    make_learner,
    make_rule,
    make_trainer,
)
from esnkit.networks.training.batches import Rows
from esnkit.networks.training.losses import LOSSES, check_probabilities
from esnkit.networks.training.trainer import train


class NetworkRegressor(OnlineRegressor):
    """A network that is trained: the base of such models, which describe the network."""

    learner: Any
    loss: str
    early_stopping: bool
    patience: int
    max_epochs: int
    standardize: bool
    warm_start: bool
    progress: bool
    _runner: NetworkRunner
    # Parameters that make the network another one, or other units of its inputs and outputs.
    _shape_names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def _describe(self, n_features: int) -> Network:
        """Describe the network, for inputs of this width and as many outputs as the targets."""

    @abstractmethod
    def _automatic_learner(self) -> str:
        """Name the learner that "auto" stands for."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The targets; row n belongs to row n of X. With ``output="last"`` an array of shape
            (n_sequences,) or (n_sequences, n_outputs).
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows, or of the sequences if these have the targets, in the loss.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, a window is longer than all
            sequences, or the learner does not serve the network.

        Warns
        -----
        ConvergenceWarning
            If the loss or its gradient exploded. The best weights until then are kept.
        UserWarning
            If training was interrupted from the keyboard, likewise.
        """
        self._check_parameters()
        goes_on = self.warm_start and hasattr(self, "_trainer")
        data = self._read(X, y, sample_weight, reset=not goes_on)
        self._check_lengths(data.sequences)
        if self.loss == "cross_entropy":
            check_probabilities(data.targets[self._labelled(data.sequences)])
        weights = self._weights(data)
        heads = rows_to_train_on(self, data.sequences.offsets)
        if goes_on:
            self._continue_training()
        else:
            self._prepare(data, weights, heads)
        self._check_width(data.targets, "y")
        rows = self._scaled(data, weights)
        learner = make_learner(self, self.network_, take_heads(rows, heads))
        stopping: dict[str, Any] = {}
        if self.early_stopping:
            stopping["validation"] = present_tails(self.network_, rows, heads)
            stopping["patience"] = self.patience
        train(self._trainer, learner, self._epochs(), **stopping)
        self._finish(data)
        return self

    def initial_state(self) -> State:
        """Return the state before the first step: zero states, and the mean of the targets.

        With `standardize` that is zero for the network. It matters only if outputs are fed back.

        Returns
        -------
        State
        """
        check_is_fitted(self)
        return State(self._runner.initial_states(), self._targets.mean)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_settings(self)

    def _labelled(self, sequences: Sequences) -> Any:
        """Return an index of the rows that have targets, and predictions."""
        return slice(None)

    def _weights(self, data: TrainingData) -> FloatArray:
        """Return what each row counts: nothing in the washout."""
        weights = np.ones(len(data.targets)) if data.weights is None else data.weights.copy()
        for part in data.sequences.parts():
            weights[part][: self.washout] = 0
        return weights

    def _prepare(self, data: TrainingData, weights: FloatArray, heads: Any) -> None:
        """Learn the scales, describe the network and draw its weights."""
        self.n_outputs_ = data.targets.shape[1]
        # Scales are those of what is trained on; what is held out must not be known.
        raw = Rows(data.sequences.rows, data.targets, weights, data.sequences.offsets, None)
        seen = take_heads(raw, heads)
        self._inputs = Preprocessor(None, (), self.standardize).fit([seen.inputs])
        scale_targets = self.standardize and self.loss == "squared_error"
        self._targets = Preprocessor(None, (), scale_targets).fit([seen.targets[seen.weights > 0]])
        self.network_ = self._describe(data.sequences.n_features)
        self._seed = root_seed(self.random_state)
        params = draw_weights(self, self.network_, self._seed)
        self._trainer = make_trainer(self, self.network_, params)
        self._seen: FloatArray | None = None
        self._place = None
        self._trained_by = self.learner
        self._shape = {name: getattr(self, name) for name in self._shape_names}

    def _check_same_network(self) -> None:
        """Refuse to go on with parameters that would make another network."""
        for name, value in self._shape.items():
            if not np.array_equal(getattr(self, name), value):  # sizes may come as an array
                raise ValueError(
                    f"warm_start=True goes on with the network as it is, so {name} must stay "
                    f"{value!r}, got {getattr(self, name)!r}."
                )

    def _continue_training(self) -> None:
        """Follow the rule that is asked for now, by another learner if need be."""
        self._check_same_network()
        if self.learner == self._trained_by:
            self._trainer.follow(make_rule(self))
            return
        before = self._trainer
        self._trainer = make_trainer(self, self.network_, before.params)
        self._trainer.curves, self._trainer.n_updates = before.curves, before.n_updates
        self._trained_by = self.learner
        if self._place is not None:
            self._place.reached = False

    def _scaled(self, data: TrainingData, weights: FloatArray) -> Rows:
        """Return the training data in the network's units and precision."""
        dtype = self.network_.dtype
        return Rows(
            self._inputs.forward(data.sequences.rows).astype(dtype),
            self._targets.forward(data.targets).astype(dtype),
            weights.astype(dtype),
            data.sequences.offsets,
            np.zeros(self.n_outputs_, dtype) if self.network_.feedback else None,
        )

    def _epochs(self) -> Iterable[np.random.Generator]:
        """Return a generator for each epoch, which goes on counting with `warm_start`."""
        first = len(self._trainer.curves.training)
        numbers: Iterable[int] = range(first, first + self.max_epochs)
        if self.progress:
            from tqdm.auto import tqdm

            numbers = tqdm(numbers, desc="epochs")
        return (child_generator(self._seed, "data", number) for number in numbers)

    def _finish(self, data: TrainingData) -> None:
        """Take the best weights, and run over the data to where they end."""
        assert self._trainer.curves.best_params is not None
        self._seen = None
        self._see_targets(data.targets[self._labelled(data.sequences)])
        self._publish(self._trainer.curves.best_params)
        self.state_ = self._place = None
        if len(data.sequences) == 1:
            teacher = data.targets if self.network_.feedback and self.output == "all" else None
            start = self.initial_state()
            _, end = self._runner.run(data.sequences.rows, start, teacher)
            self.state_ = State(end.states, data.targets[-1])
            self._place = StreamPosition(data.sequences.ids[0], len(data.targets), reached=False)

    def _see_targets(self, targets: FloatArray) -> None:
        """Widen the range in which outputs are clipped."""
        if self._seen is not None:
            targets = np.concatenate([self._seen, targets])
        smallest, largest = targets.min(axis=0), targets.max(axis=0)
        self._seen = np.array([smallest, largest])
        self.output_range_ = output_range(smallest, largest)

    def _publish(self, params: Any) -> None:
        """Let all know the weights and how they came about."""
        curves = self._trainer.curves
        self.params_ = params
        self.loss_curve_, self.validation_loss_curve_ = curves.training, curves.validation
        self.best_epoch_, self.n_updates_ = curves.best_epoch, self._trainer.n_updates
        self.learner_ = learner_name(self)
        self._runner = NetworkRunner(
            self.network_,
            self.params_,
            self._inputs,
            self._targets,
            LOSSES[self.loss],
            self.output_range_,
        )
