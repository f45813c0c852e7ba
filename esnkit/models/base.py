"""What all models share: sequences in, outputs out, an explicit state, and a free run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import (
    check_array,
    check_flag,
    check_name,
    check_shared_parameters,
    refuse_nested_default,
)
from esnkit.core.process import check_length
from esnkit.core.seeding import RandomState
from esnkit.core.sequences import (
    Sequences,
    TrainingData,
    check_weights,
    read_sequences,
    read_targets,
    read_washout,
)
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.models.runner import FittedRunner
from esnkit.models.stepper import OutputStepper


class SequenceModel(BaseEstimator, ABC):
    """Sequences in, outputs out: the base of all models, regressors and classifiers.

    A model reads its training data with `_read`, fits whatever it is made of, and leaves a
    `FittedRunner` in ``_runner``. What users do with a fitted model is here: predict, continue,
    step, run freely. A model says how targets become numbers (`_read_targets`) and how numbers
    become outputs again (`_shape_outputs`).

    Attributes
    ----------
    can_run_freely : bool
        Whether the model can run on its own outputs. Declared before and after `fit`.
    can_continue : bool
        Whether the model can go on from a given state, and so step.
    limitation : str
        A sentence that says why the model cannot, if it cannot.
    compiled : bool
        Whether a step of the fitted model is one compiled call: that of a `Reservoir` that is
        read linearly.
    """

    can_run_freely: bool = True
    can_continue: bool = True
    limitation: str = ""
    compiled: bool = False

    washout: int
    start: str
    id_column: str | int | None
    random_state: RandomState
    n_outputs_: int
    state_: State | None
    _runner: FittedRunner

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, those of components as ``component__parameter``.

        Parameters
        ----------
        **params
            Names and values.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a name is unknown, or belongs to a component that is None.
        """
        refuse_nested_default(self, params)
        super().set_params(**params)
        return self

    # ------------------------------------------------------------------ predicting

    def predict(
        self,
        X: Any,
        *,
        state: State | list[State] | None = None,
        feedback: Any = None,
        return_state: bool = False,
    ) -> Any:
        """Predict the output for each row of input.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        state : State or list of State, default=None
            Where to start, one for each sequence. None starts where `start` says.
        feedback : array-like of shape (n_steps,) or (n_steps, n_outputs), or list, default=None
            A teacher y(n) to be fed back instead of the model's own outputs, e.g. to warm up
            before a free run. Only for models with output feedback.
        return_state : bool, default=False
            Whether to return the final state too.

        Returns
        -------
        y : ndarray of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The outputs. With ``output="sequence"`` an array of shape (n_sequences,) or
            (n_sequences, n_outputs), or with `id_column` a row for each of X.
        state : State or list of State
            After the last row, if `return_state`; a list for many sequences.

        Raises
        ------
        ValueError
            If X has another width than in `fit`, the feedback or the state do not fit, or a state
            is asked for of a model that cannot continue.

        Warns
        -----
        DivergenceWarning
            If outputs that are fed back leave `output_range_`.
        """
        return_state = check_flag(return_state, "return_state")
        if return_state:
            self._check_can_continue()
        sequences, outputs, ends = self._predict_outputs(X, state, feedback)
        y = self._give_back(sequences, self._shape_outputs(outputs))
        return (y, sequences.one_or_many(ends)) if return_state else y

    def _predict_outputs(
        self, X: Any, state: State | list[State] | None = None, feedback: Any = None
    ) -> tuple[Sequences, FloatArray, list[State]]:
        """Return the sequences, a row of outputs for each of theirs, and the states at the ends."""
        check_is_fitted(self)
        sequences = read_sequences(self, X, id_column=self.id_column, reset=False)
        teacher = None
        if feedback is not None:
            teacher, _ = read_targets(self, sequences, feedback, "feedback")
            self._check_width(teacher, "feedback")
        starts = [self._start_state(s) for s in sequences.per_sequence(state, "state")]
        outputs, ends = self._runner.run_many(sequences.rows, sequences.offsets, starts, teacher)
        return sequences, outputs, ends

    def free_run(
        self, n_steps: int, X: Any = None, state: State | list[State] | None = None
    ) -> Any:
        """Let the model run on its own outputs.

        What is fed back depends on X. Without X, and with features missing from it, the outputs
        take the place of the (first) features of the input. Output feedback, if the model has it,
        is closed in any case. Runs from a list of states advance together.

        Parameters
        ----------
        n_steps : int
            Number of steps, at least 1.
        X : array-like of shape (n_steps, n_given), or a list of such, default=None
            The input that is known. Either all features are given, or all but the first
            ``n_outputs``, into which the outputs y(n-1) are fed. None stands for no column. A list
            holds one for each state.
        state : State or list of State, default=None
            Where to start; its output is the first to be fed back. None continues from the final
            training row, whose output is the last target.

        Returns
        -------
        ndarray of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The outputs of the steps that follow the state; a list if `state` is one.

        Raises
        ------
        ValueError
            If the number of outputs does not fit the features that are missing, X has another
            number of rows than `n_steps`, `state` is None after fitting many sequences, or the
            model cannot run freely.

        Warns
        -----
        DivergenceWarning
            If the outputs leave `output_range_`. They are clipped at its bounds.

        Examples
        --------
        >>> import numpy as np
        >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
        >>> wave = np.sin(np.arange(300) / 5)
        >>> model = ESNRegressor(Reservoir(30, random_state=0), RidgeReadout(1e-8))
        >>> model.fit(wave[:-1, None], wave[1:]).free_run(3).shape
        (3,)
        """
        check_is_fitted(self)
        if not self.can_run_freely:
            raise ValueError(f"{type(self).__name__} cannot run freely. {self.limitation}".rstrip())
        n_steps = check_length(n_steps, "n_steps")
        if isinstance(state, list | tuple):
            return self._free_run_many(n_steps, X, list(state))
        rows = self._read_known_input(X, n_steps)
        start = self._last_state() if state is None else self._start_state(state)
        outputs, _ = self._runner.free_run(rows, n_steps, start)
        return self._shape_outputs(outputs)

    def _free_run_many(self, n_steps: int, X: Any, states: list[State]) -> list[FloatArray]:
        """Run from each state, with inputs of its own or the same for all."""
        given = X if isinstance(X, list | tuple) else [X]
        if len(given) not in (1, len(states)) or not states:
            raise ValueError(
                f"state is a list of {len(states)}, so X must be one array or a list of as many, "
                f"and not empty; got {len(given)}."
            )
        rows = [self._read_known_input(x, n_steps) for x in given]
        widths = [x.shape[1] for x in rows]
        if len(set(widths)) > 1:
            raise ValueError(f"X must have as many columns for each state, got {widths}.")
        starts = [self._start_state(state) for state in states]
        outputs = self._runner.free_run_many(np.stack(rows, axis=1), n_steps, starts)
        return [self._shape_outputs(run) for run in outputs]

    def initial_state(self) -> State:
        """Return the state before the first step: zero states and a zero output.

        Returns
        -------
        State
        """
        check_is_fitted(self)
        return State(self._runner.initial_states(), np.zeros(self.n_outputs_))

    def step(self, x: ArrayLike, state: State | None = None) -> tuple[FloatArray, State]:
        """Predict one time step.

        Parameters
        ----------
        x : array-like of shape (n_features,)
            The input x(n), without an id.
        state : State, default=None
            The state after step n-1; None starts where `start` says.

        Returns
        -------
        y : ndarray of shape (n_outputs,)
            The output y(n).
        state : State
            The state after this step.

        Raises
        ------
        ValueError
            If x or the state have the wrong width.
        """
        check_is_fitted(self)
        rows = check_array(np.atleast_2d(x), dtype=np.float64, input_name="x")
        n_features = self._runner.n_features
        if rows.shape != (1, n_features):
            raise ValueError(f"x has shape {np.shape(x)}, but ({n_features},) is needed.")
        self._check_can_continue()
        outputs, end = self._runner.run(rows, self._start_state(state), None)
        return outputs[0], end

    def stepper(self, state: State | None = None) -> OutputStepper:
        """Return a stepper, which takes the input step by step and keeps the state, for live use.

        Parameters
        ----------
        state : State, default=None
            Where to start; None starts where `start` says.

        Returns
        -------
        OutputStepper
            Its ``step`` takes x(n) and returns y(n), in microseconds if the memory is a
            `Reservoir` and the readout linear.
        """
        check_is_fitted(self)
        self._check_can_continue()
        return OutputStepper(self, self._start_state(state))

    # ------------------------------------------------------------------ reading training data

    def _check_parameters(self) -> None:
        """Refuse parameters of the model itself; the components check their own."""
        check_shared_parameters(self)
        read_washout(self)
        check_name("start", self.start, ("zero", "last"))

    def _read(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> TrainingData:
        """Check everything that a fit is given."""
        sequences = read_sequences(
            self, X, id_column=self.id_column, reset=reset, min_rows=2 if reset else 1
        )
        if sample_weight is not None:
            sample_weight = sequences.flatten(sample_weight, "sample_weight")
        targets = self._read_targets(sequences, y, sample_weight, reset)
        return TrainingData(sequences, targets, check_weights(sample_weight, len(targets)))

    @abstractmethod
    def _read_targets(
        self, sequences: Sequences, y: Any, sample_weight: Any, reset: bool
    ) -> FloatArray:
        """Check targets and return them as numbers, (n_rows, n_outputs)."""

    @abstractmethod
    def _shape_outputs(self, outputs: FloatArray) -> Any:
        """Turn outputs (n_rows, n_outputs) into what the targets were."""

    @property
    def _targets_may_lack(self) -> bool:
        """Whether targets of weight zero may be NaN, as nothing but the readout sees them."""
        return False

    def _check_lengths(self, sequences: Sequences) -> None:
        """Refuse sequences of which the washout leaves nothing, or too many to go on from."""
        if self.start == "last" and len(sequences) > 1:
            raise ValueError(f"start='last' goes on with one sequence, but X has {len(sequences)}.")
        for number, length in enumerate(np.diff(sequences.offsets)):
            if length <= self.washout:
                raise ValueError(
                    f"washout={self.washout} leaves nothing of sequence {number} of X, which has "
                    f"{length} rows."
                )

    # ------------------------------------------------------------------ small things

    def _check_width(self, targets: FloatArray, name: str) -> None:
        """Refuse targets or a teacher of another width than in `fit`."""
        if targets.shape[1] != self.n_outputs_:
            raise ValueError(
                f"{name} has {targets.shape[1]} output(s), but the model has {self.n_outputs_}."
            )

    def _give_back(self, sequences: Sequences, outputs: FloatArray) -> Any:
        """Return outputs, one for each row, in the form in which the sequences came."""
        return sequences.give_back(outputs)

    def _check_can_continue(self) -> None:
        """Refuse a state, or a step from one, where whole sequences are needed."""
        if not self.can_continue:
            raise ValueError(
                f"{type(self).__name__} cannot continue from a state. {self.limitation}".rstrip()
            )

    def _start_state(self, state: State | None) -> State:
        """Return the state to start from, by default where `start` says."""
        if state is None:
            return self._last_state() if self.start == "last" else self.initial_state()
        if not isinstance(state, State):
            raise TypeError(f"state must be a State, got {type(state).__name__}.")
        self._check_can_continue()
        if state.output.shape != (self.n_outputs_,):
            raise ValueError(
                f"state holds an output of shape {state.output.shape}, but the model has "
                f"({self.n_outputs_},)."
            )
        return state

    def _last_state(self) -> State:
        """Return the state after training, if there is one."""
        self._check_can_continue()
        if self.state_ is None:
            raise ValueError(
                "There is no final training row to continue from, because the training data held "
                "many sequences: pass a state."
            )
        return self.state_

    def _read_known_input(self, X: Any, n_steps: int) -> FloatArray:
        """Check the input of a free run: all features, or all but the first n_outputs."""
        n_features, n_outputs = self._runner.n_features, self.n_outputs_
        if X is None:
            rows = np.zeros((n_steps, 0))
        else:
            rows = check_array(X, dtype=np.float64, input_name="X", estimator=self)
        if len(rows) != n_steps:
            raise ValueError(f"X has shape {rows.shape}, but n_steps={n_steps} rows are needed.")
        missing = n_features - rows.shape[1]
        if missing not in (0, n_outputs):
            raise ValueError(
                f"X has {rows.shape[1]} of the {n_features} features, which leaves {missing} to be "
                f"fed with the {n_outputs} output(s): give {n_features} columns, or "
                f"{n_features - n_outputs}."
            )
        return rows


class SequenceRegressor(MultiOutputMixin, RegressorMixin, SequenceModel):
    """Regression from sequences to sequences."""

    _flat: bool  # whether targets have one dimension

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the coefficient of determination R², over all sequences together.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The true outputs.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows.

        Returns
        -------
        float
            1 is perfect; 0 is what predicting the mean reaches.
        """
        predictions = self.predict(X)
        if isinstance(predictions, list):
            y, predictions = np.concatenate(y), np.concatenate(predictions)
            sample_weight = None if sample_weight is None else np.concatenate(sample_weight)
        return float(r2_score(y, predictions, sample_weight=sample_weight))

    def _read_targets(
        self, sequences: Sequences, y: Any, sample_weight: Any, reset: bool
    ) -> FloatArray:
        weights = sample_weight if self._targets_may_lack else None
        targets, flat = read_targets(self, sequences, y, sample_weight=weights)
        if reset:
            self._flat = flat
        return targets

    def _shape_outputs(self, outputs: FloatArray) -> FloatArray:
        return outputs[:, 0] if self._flat else outputs
