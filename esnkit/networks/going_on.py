"""Fitting that goes on with every row that comes in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.metaestimators import available_if

from esnkit.core.state import State
from esnkit.models.base import SequenceRegressor, TrainingData
from esnkit.networks.learners.online import OnlineTrainer
from esnkit.networks.learners.registry import LEARNERS
from esnkit.networks.network import Network
from esnkit.networks.settings import learner_name
from esnkit.networks.training.batches import Batch, Rows
from esnkit.networks.training.trainer import ExplosionError, Trainer


@dataclass
class StreamPosition:
    """Where training stands in a sequence."""

    name: Any  # of the sequence
    n_seen: int  # rows
    reached: bool  # whether the trainer stands there, or has to be taken there


def _learns_online(model: Any) -> bool:
    """Tell whether the learner moves the weights at every step."""
    name = learner_name(model)
    if name in LEARNERS and not LEARNERS[name].online:
        online = ", ".join(repr(name) for name, method in LEARNERS.items() if method.online)
        raise AttributeError(f"partial_fit needs a learner out of {online}, got {name!r}.")
    return True


class OnlineRegressor(SequenceRegressor):
    """A network whose training can go on row by row, if its learner can."""

    network_: Network
    params_: Any
    output: str
    _trainer: Trainer
    _place: StreamPosition | None

    @available_if(_learns_online)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on training with the next rows, one or many, the weights moving at each of them.

        The first call draws the weights and sets the scales of inputs and targets for good, so it
        should see rows that are typical, at least two; or set `standardize` to False. State and
        derivatives carry over from call to call while the sequence goes on; after `fit` only the
        state does. A plain array goes on with the one before, rows whose id column names another
        sequence start a new one, and so does every array of a list. The washout is taken where a
        sequence starts.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The next rows of input.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            Their targets.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            How much each row counts.

        Returns
        -------
        self
            `loss_curve_` has one value more, the mean loss of these rows before each was learned.

        Raises
        ------
        AttributeError
            If the learner needs whole sequences, or windows.
        ValueError
            If the data or a parameter are not as described, or their widths change.

        Warns
        -----
        ConvergenceWarning
            If the loss exploded. The weights are then those before the call.
        """
        self._check_parameters()
        if self.output != "all":
            raise ValueError(
                f"partial_fit needs a target for each row, output='all', got {self.output!r}."
            )
        first = not hasattr(self, "_trainer")
        data = self._read(X, y, sample_weight, reset=first)
        weights = np.ones(len(data.targets)) if data.weights is None else data.weights
        if first:
            self._prepare(data, np.ones_like(weights), np.diff(data.sequences.offsets))
        else:
            self._check_width(data.targets, "y")
            self._continue_training()
        self._see_targets(data.targets)
        self._train_on(data, self._scaled(data, weights))
        return self

    def _train_on(self, data: TrainingData, rows: Rows) -> None:
        """Move the weights at every row; go back if they explode."""
        trainer = self._trainer
        assert isinstance(trainer, OnlineTrainer)
        trainer.begin(rows)
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # an explosion is told in words
                loss = trainer.train_block(self._parts(data, rows))
        except ExplosionError as explosion:
            trainer.restore()
            self._place, self.state_ = None, None
            warnings.warn(
                f"Training exploded: {explosion}. The weights are those before these rows, and the "
                "sequence starts anew.",
                ConvergenceWarning,
                stacklevel=3,
            )
        else:
            trainer.curves.add(loss, None, trainer.params)
            self.state_ = State(trainer.derivatives.state, data.targets[-1])
        self._publish(trainer.params.copy())

    def _parts(self, data: TrainingData, rows: Rows) -> Iterator[tuple[Batch, bool]]:
        """Yield the sequences of a block, and whether they go on with the one before."""
        trainer, sequences = self._trainer, data.sequences
        for part, name in zip(sequences.parts(), sequences.ids, strict=True):
            place = self._place
            goes_on = place is not None and place.name == name and not sequences.listed
            if place is None or not goes_on:
                place = StreamPosition(name, 0, reached=True)
            elif not place.reached:
                self._take_there()
            weights = rows.weights[part].copy()
            weights[: max(self.washout - place.n_seen, 0)] = 0
            n_rows = len(weights)
            yield (
                Batch(
                    rows.inputs[part][:, None],
                    rows.targets[part][:, None],
                    weights[:, None],
                    np.array([n_rows]),
                    trainer.network.initial_state(1),
                    None if rows.before is None else rows.before[None],
                ),
                goes_on,
            )
            self._place = StreamPosition(name, place.n_seen + n_rows, reached=True)

    def _take_there(self) -> None:
        """Take the trainer to the weights and the state that `fit` left."""
        assert isinstance(self._trainer, OnlineTrainer)
        assert self.state_ is not None
        output = self._targets.forward(self.state_.output[None])[0]
        self._trainer.resume(self.params_, self.state_.states, output)
