"""What all estimators of trained networks share: how they are fitted, at once or row by row."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import (
    check_count,
    check_name,
    check_non_negative,
    check_numbers,
    check_shared_parameters,
    plain_copy,
)
from esnkit.core.seeding import child_generator, root_seed
from esnkit.core.sequences import Sequences, read_washout
from esnkit.core.state import State
from esnkit.forecasting.preprocessing import Preprocessor
from esnkit.models.base import SequenceRegressor, TrainingData
from esnkit.models.runner import output_range
from esnkit.networks.holdout import (
    EarlyStopping,
    plan_validation,
    present_tails,
    take_heads,
)
from esnkit.networks.initialization import INITIALIZATIONS
from esnkit.networks.learners.base import Learner, same_settings
from esnkit.networks.learners.online import OnlineTrainer
from esnkit.networks.learners.registry import LEARNERS, check_serves, find_learner, name_of
from esnkit.networks.network import Network
from esnkit.networks.runner import FloatArray, NetworkRunner
from esnkit.networks.training.batches import Batch, Rows
from esnkit.networks.training.losses import LOSSES, check_probabilities
from esnkit.networks.training.trainer import ExplosionError, Trainer, UpdateRule, train


@dataclass
class StreamPosition:
    """Where training stands in a sequence."""

    name: Any  # of the sequence
    n_seen: int  # rows
    reached: bool  # whether the trainer stands there, or has to be taken there


def _learns_online(model: Any) -> bool:
    """Tell whether the learner moves the weights at every step."""
    given = model.learner
    kind = LEARNERS.get(given) if isinstance(given, str) else type(given)
    if given == "auto" or (kind is not None and not getattr(kind, "online", True)):
        online = ", ".join(repr(name) for name, kind in LEARNERS.items() if kind.online)
        raise AttributeError(f"partial_fit needs a learner out of {online}, got {given!r}.")
    return True


class NetworkRegressor(SequenceRegressor):
    """A network that is trained: the base of such models, which describe the network."""

    hidden_layer_sizes: Sequence[int]
    learner: str | Learner
    loss: str
    initialization: Any
    alpha: float
    max_iter: int
    early_stopping: bool | str | EarlyStopping
    standardize: bool
    warm_start: bool
    progress: bool
    dtype: str
    network_: Network
    params_: Any
    _runner: NetworkRunner
    _trainer: Trainer
    _place: StreamPosition | None
    # Parameters that make the network another one, or other units of its inputs and outputs.
    _shape_names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def _describe(self, n_features: int) -> Network:
        """Describe the network, for inputs of this width and as many outputs as the targets."""

    @property
    def can_run_freely(self) -> bool:  # type: ignore[override]
        """Whether the model can run on its own outputs."""
        return self.can_continue and self.loss == "squared_error"

    @property
    def limitation(self) -> str:  # type: ignore[override]
        """Why the model cannot, if it cannot."""
        if self.loss == "squared_error":
            return ""
        return "Its outputs are probabilities of classes, which are not meant to be fed back."

    def _automatic_learner(self) -> str:
        """Name the learner that "auto" stands for."""
        return "bptt"

    @property
    def _teacher_forcing(self) -> bool:
        """Whether targets are fed back while fitting, if outputs are fed back at all."""
        return True

    @property
    def _one_target_per_sequence(self) -> bool:
        """Whether a sequence as a whole has a target, and not each of its rows."""
        return False

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The targets; row n belongs to row n of X. With ``output="sequence"`` an array of shape
            (n_sequences,) or (n_sequences, n_outputs), or with `id_column` one row for each of X,
            alike in a sequence.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows, or of the sequences if these have the targets, in the loss.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, or the learner does not serve the
            network.

        Warns
        -----
        ConvergenceWarning
            If the loss or its gradient exploded. The best weights until then are kept.
        UserWarning
            If training was interrupted from the keyboard, likewise.
        """
        self._check_parameters()
        learner = self._find_learner()
        goes_on = self.warm_start and hasattr(self, "_trainer")
        data = self._read(X, y, sample_weight, reset=not goes_on)
        self._check_lengths(data.sequences)
        if self.loss == "cross_entropy":
            check_probabilities(data.targets[self._labelled(data.sequences)])
        weights = self._weights(data)
        stopping, heads = plan_validation(
            self.early_stopping,
            learner,
            data.sequences.offsets,
            weights,
            washout=read_washout(self),
            whole=self._one_target_per_sequence,
        )
        if goes_on:
            self._continue_training(learner)
        else:
            self._prepare(learner, data, weights, heads)
        self._check_width(data.targets, "y")
        rows = self._scaled(data, weights)
        presenter = learner.present(self.network_, take_heads(rows, heads), read_washout(self))
        judged: dict[str, Any] = {}
        if stopping is not None:
            judged["validation"] = present_tails(self.network_, rows, heads)
            judged["patience"] = stopping.n_iter_no_change
        train(self._trainer, presenter, self._epochs(), **judged)
        self._finish(data)
        return self

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
        learner = self._find_learner()
        if self._one_target_per_sequence:
            raise ValueError("partial_fit needs a target for each row, output='step'.")
        first = not hasattr(self, "_trainer")
        data = self._read(X, y, sample_weight, reset=first)
        weights = np.ones(len(data.targets)) if data.weights is None else data.weights
        if first:
            self._prepare(learner, data, np.ones_like(weights), np.diff(data.sequences.offsets))
        else:
            self._check_width(data.targets, "y")
            self._continue_training(learner)
        self._see_targets(data.targets)
        self._train_on(data, self._scaled(data, weights))
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
        check_shared_parameters(self)
        super()._check_parameters()
        check_name("loss", self.loss, LOSSES)
        check_count(self.max_iter, "max_iter")
        check_non_negative(self.alpha, "alpha")
        if not callable(self.initialization) or isinstance(self.initialization, type):
            check_name("initialization", self.initialization, INITIALIZATIONS)

    def _find_learner(self) -> Learner:
        """Return the learner, which belongs to the user, and refuse what it does not serve."""
        given = self.learner
        if isinstance(given, str) and given == "auto":
            given = self._automatic_learner()
        learner = find_learner(given)
        learner.check()
        learner = plain_copy(learner)
        name = name_of(learner)
        if learner.squared_error_only and self.loss != "squared_error":
            raise ValueError(
                f"learner={name!r} takes targets for outputs plus Gaussian noise: it needs "
                f"loss='squared_error', got {self.loss!r}."
            )
        if not self._teacher_forcing and not learner.through_feedback:
            raise ValueError(
                f"learner={name!r} takes the outputs that are fed back as they are given, not as "
                "they follow from the weights: feedback='free' needs another."
            )
        return learner

    def _rule(self) -> UpdateRule:
        """Say what is minimised."""
        return UpdateRule(
            LOSSES[self.loss], alpha=self.alpha, teacher_forcing=self._teacher_forcing
        )

    def _labelled(self, sequences: Sequences) -> Any:
        """Return an index of the rows that have targets, and predictions."""
        return slice(None)

    def _weights(self, data: TrainingData) -> FloatArray:
        """Return what each row counts: nothing in the washout."""
        weights = np.ones(len(data.targets)) if data.weights is None else data.weights.copy()
        washout = read_washout(self)
        for part in data.sequences.parts():
            weights[part][:washout] = 0
        return weights

    def _prepare(
        self, learner: Learner, data: TrainingData, weights: FloatArray, heads: Any
    ) -> None:
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
        self._make_trainer(learner, self._draw_weights())
        self._seen: FloatArray | None = None
        self._place = None
        self._shape = {name: getattr(self, name) for name in self._shape_names}

    def _check_same_network(self) -> None:
        """Refuse to go on with parameters that would make another network."""
        for name, value in self._shape.items():
            if not same_settings(getattr(self, name), value):
                raise ValueError(
                    f"warm_start=True goes on with the network as it is, so {name} must stay "
                    f"{value!r}, got {getattr(self, name)!r}."
                )

    def _draw_weights(self) -> Any:
        """Draw the weights before training, (n_parameters,)."""
        given, network = self.initialization, self.network_
        draw = given if callable(given) else INITIALIZATIONS[given]
        drawn = check_numbers(draw(network, self._seed), "the result of initialization")
        params = np.array(drawn, dtype=network.dtype)  # training moves a copy
        if params.shape != (network.n_parameters,):
            raise ValueError(
                f"initialization returned an array of shape {params.shape}, but the network has "
                f"({network.n_parameters},)."
            )
        return params

    def _make_trainer(self, learner: Learner, params: Any) -> None:
        """Make what moves the weights."""
        check_serves(learner, self.network_)
        self.learner_ = clone(learner)
        self._trainer = self.learner_.make_trainer(self.network_, params, self._rule())

    def _continue_training(self, learner: Learner) -> None:
        """Follow the rule that is asked for now, by another learner if need be."""
        self._check_same_network()
        check_serves(learner, self.network_)
        own = clone(learner)
        if own.continue_trainer(self._trainer, self.learner_, self._rule()):
            self.learner_ = own
            return
        before = self._trainer
        self._make_trainer(own, before.params)
        self._trainer.curves, self._trainer.n_updates = before.curves, before.n_updates
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
        numbers: Iterable[int] = range(first, first + self.max_iter)
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
            is_fed = self.network_.feedback and not self._one_target_per_sequence
            teacher = data.targets if is_fed else None
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
        self.n_iter_ = len(curves.training)
        self.best_epoch_, self.n_updates_ = curves.best_epoch, self._trainer.n_updates
        self._runner = NetworkRunner(
            self.network_,
            self.params_,
            self._inputs,
            self._targets,
            LOSSES[self.loss],
            self.output_range_,
        )

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
            weights[: max(read_washout(self) - place.n_seen, 0)] = 0
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
