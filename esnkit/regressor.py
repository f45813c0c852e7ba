"""ESNRegressor: a memory and a readout, fitted, predicted, continued and left to run."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin, clone
from sklearn.metrics import r2_score
from sklearn.utils import check_array, check_scalar
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from esnkit.readout import RidgeReadout
from esnkit.reservoir import Reservoir
from esnkit.running import Runner
from esnkit.seeding import RandomState, child_generator, root_seed
from esnkit.sequences import (
    Sequences,
    check_weights,
    is_list_of_sequences,
    read_sequences,
    read_targets,
)
from esnkit.state import State


def _readout_can_go_on(model: ESNRegressor) -> bool:
    """Tell whether the readout has ``partial_fit``, and so the model has it."""
    return model.readout is None or hasattr(model.readout, "partial_fit")


class ESNRegressor(MultiOutputMixin, RegressorMixin, BaseEstimator):
    r"""Echo state network: a random memory with a readout fitted by regression.

    .. math:: y(n) = W_{out} [1; h(n); x(n)]

    Only the readout is learned [1]_. With output feedback the memory sees the teacher's y(n-1)
    while fitting and the model's own while predicting.

    Parameters
    ----------
    reservoir : memory, default=None
        What turns the input into states; None means ``Reservoir()``.
    readout : regressor, default=None
        What turns states into outputs; None means ``RidgeReadout()``. Any scikit-learn regressor
        serves. `RidgeReadout` is fitted chunk by chunk; others need all states at once. Linear
        ones run inside the compiled loop, others are stepped in Python.
    washout : int, default=0
        First steps of each sequence that the readout is not fitted to.
    start : {"zero", "last"}, default="zero"
        Where `predict` starts if no state is given: ``"zero"`` at the zero state, so that scores
        include the transient; ``"last"`` at the final training row, for input that continues the
        training sequence, as in `sklearn.model_selection.TimeSeriesSplit`.
    include_input : bool, default=True
        Whether the readout sees x(n) beside h(n).
    squared_states : bool, default=False
        Whether the readout sees the squares of h(n) too: [h(n); h(n)²; x(n)].
    sequence_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence, and each starts from the zero state.
    random_state : int, Generator, RandomState or None, default=None
        Seed for those components whose own `random_state` is None.

    Attributes
    ----------
    reservoir_ : memory
        The fitted copy of `reservoir`.
    readout_ : regressor
        The fitted copy of `readout`.
    state_ : State or None
        The state after the final training row; None after fitting many sequences.
    output_range_ : ndarray of shape (2, n_outputs)
        Bounds in which outputs that are fed back are held: the range of the training targets,
        wider by ten times its width on both sides.
    n_outputs_ : int
        Number of targets.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Reservoir : The memory alone, as a transformer.
    RidgeReadout : The default readout, which chooses its penalty.

    References
    ----------
    .. [1] H. Jaeger and H. Haas, "Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication", Science 304, 2004.

    Examples
    --------
    Learn to predict a series one step ahead, then let it run on its own predictions:

    >>> import numpy as np
    >>> from esnkit import ESNRegressor, Reservoir, RidgeReadout
    >>> series = np.sin(np.arange(501) / 5)
    >>> X, y = series[:-1, None], series[1:]
    >>> reservoir = Reservoir(50, leak_rate=0.5, random_state=0)
    >>> model = ESNRegressor(reservoir, RidgeReadout(), washout=100).fit(X, y)
    >>> forecast = model.free_run(100)
    >>> bool(np.abs(forecast - np.sin(np.arange(501, 601) / 5)).max() < 1e-6)
    True
    """

    state_: State | None

    def __init__(
        self,
        reservoir: Any = None,
        readout: Any = None,
        *,
        washout: int = 0,
        start: str = "zero",
        include_input: bool = True,
        squared_states: bool = False,
        sequence_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.reservoir = reservoir
        self.readout = readout
        self.washout = washout
        self.start = start
        self.include_input = include_input
        self.squared_states = squared_states
        self.sequence_column = sequence_column
        self.random_state = random_state

    # ------------------------------------------------------------------ fitting

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Draw the memory, run it over the input and fit the readout.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The targets; row n belongs to row n of X.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows in the fit of the readout.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, or `washout` leaves a sequence
            nothing to fit.
        """
        self._check_parameters()
        data = self._read(X, y, sample_weight, reset=True)
        self._check_lengths(data.sequences)
        self._prepare(data)
        self._see_targets(data.targets)
        if hasattr(self.readout_, "fit_chunks"):
            self._fit_in_chunks(data)
        else:
            self._fit_at_once(self.readout_.fit, data)
        if len(data.sequences) > 1:
            self.state_ = None
        return self

    @available_if(_readout_can_go_on)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on fitting with one more block of data, if the readout can.

        The first call draws the memory. The state carries over from call to call while the
        sequence goes on: a plain array goes on with the one before, rows whose id column names
        another sequence start a new one, and so does every array of a list. The washout is taken
        where a sequence starts.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The block's input.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The block's targets.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows in the fit of the readout.

        Returns
        -------
        self

        Raises
        ------
        AttributeError
            If the readout has no ``partial_fit``.
        ValueError
            If the data or a parameter are not as described, or their widths change.
        """
        self._check_parameters()
        first = not hasattr(self, "readout_")
        data = self._read(X, y, sample_weight, reset=first)
        if first:
            self._prepare(data)
        self._check_width(data.targets, "y")
        self._see_targets(data.targets)
        self._fit_at_once(self.readout_.partial_fit, data)
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
            The outputs.
        state : State or list of State
            After the last row, if `return_state`; a list for many sequences.

        Raises
        ------
        ValueError
            If X has another width than in `fit`, or the feedback or the state do not fit.

        Warns
        -----
        DivergenceWarning
            If outputs that are fed back leave `output_range_`.
        """
        check_is_fitted(self)
        sequences = read_sequences(self, X, sequence_column=self.sequence_column, reset=False)
        teacher = None
        if feedback is not None:
            teacher, _ = read_targets(self, sequences, feedback, "feedback")
            self._check_width(teacher, "feedback")
        outputs = np.empty((len(sequences.rows), self.n_outputs_))
        ends = []
        starts = sequences.per_sequence(state, "state")
        for part, start in zip(sequences.parts(), starts, strict=True):
            outputs[part], end = self._runner.run(
                sequences.rows[part],
                self._start_state(start),
                None if teacher is None else teacher[part],
            )
            ends.append(end)
        y = sequences.give_back(self._shape_outputs(outputs))
        return (y, sequences.one_or_many(ends)) if return_state else y

    def free_run(
        self, n_steps: int, X: ArrayLike | None = None, state: State | None = None
    ) -> NDArray[np.float64]:
        """Let the model run on its own outputs.

        What is fed back depends on X. Without X, and with features missing from it, the outputs
        take the place of the (first) features of the input. Output feedback, if the model has it,
        is closed in any case.

        Parameters
        ----------
        n_steps : int
            Number of steps, at least 1.
        X : array-like of shape (n_steps, n_given), default=None
            The input that is known. Either all features are given, or all but the first
            ``n_outputs``, into which the outputs y(n-1) are fed. None stands for no column.
        state : State, default=None
            Where to start; its output is the first to be fed back. None continues from the final
            training row, whose output is the last target.

        Returns
        -------
        ndarray of shape (n_steps,) or (n_steps, n_outputs)
            The outputs of the steps that follow the state.

        Raises
        ------
        ValueError
            If the number of outputs does not fit the features that are missing, X has another
            number of rows than `n_steps`, or `state` is None after fitting many sequences.

        Warns
        -----
        DivergenceWarning
            If the outputs leave `output_range_`. They are held at its bounds.

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
        check_scalar(n_steps, "n_steps", Integral, min_val=1)
        rows = self._read_known_input(X, n_steps)
        start = self._last_state() if state is None else self._start_state(state)
        outputs, _ = self._runner.run_free(rows, n_steps, start)
        return self._shape_outputs(outputs)

    def initial_state(self) -> State:
        """Return the state before the first step: zero states and a zero output.

        Returns
        -------
        State
        """
        check_is_fitted(self)
        return State(self.reservoir_.initial_state().states, np.zeros(self.n_outputs_))

    def step(self, x: ArrayLike, state: State | None = None) -> tuple[NDArray[np.float64], State]:
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
        outputs, end = self._runner.run(rows, self._start_state(state), None)
        return outputs[0], end

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
        if is_list_of_sequences(X):
            y, predictions = np.concatenate(y), np.concatenate(predictions)
            sample_weight = None if sample_weight is None else np.concatenate(sample_weight)
        return float(r2_score(y, predictions, sample_weight=sample_weight))

    def with_readout(self, readout: Any) -> Self:
        """Return a copy of this fitted model that reads the same states by another readout.

        Parameters
        ----------
        readout : regressor
            Fitted to the features of this model, e.g. by `RidgeReadout.path`.

        Returns
        -------
        ESNRegressor
        """
        check_is_fitted(self)
        model = copy.copy(self)
        model.readout = model.readout_ = readout
        model._runner = copy.copy(self._runner)
        model._runner.attach(readout)
        return model

    # ------------------------------------------------------------------ fitting, step by step

    def _check_parameters(self) -> None:
        """Refuse parameters of the model itself; the components check their own."""
        check_scalar(self.washout, "washout", Integral, min_val=0)
        if self.start not in ("zero", "last"):
            raise ValueError(f"start must be 'zero' or 'last', got {self.start!r}.")
        if self.reservoir is not None and not hasattr(self.reservoir, "prepare"):
            raise TypeError(
                f"reservoir must be a memory such as Reservoir, got {self.reservoir!r}."
            )
        if getattr(self.reservoir, "sequence_column", None) is not None:
            raise ValueError(
                "sequence_column belongs to the model: leave that of its reservoir None, got "
                f"{self.reservoir.sequence_column!r}."
            )
        if self.readout is not None and not (
            hasattr(self.readout, "fit") and hasattr(self.readout, "predict")
        ):
            raise TypeError(
                f"readout must be a regressor with fit and predict, got {self.readout!r}."
            )

    def _read(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> _TrainingData:
        """Check everything that a fit is given."""
        sequences = read_sequences(
            self, X, sequence_column=self.sequence_column, reset=reset, min_rows=2 if reset else 1
        )
        targets, flat = read_targets(self, sequences, y)
        if reset:
            self._flat = flat
        if sample_weight is not None:
            sample_weight = sequences.flatten(sample_weight, "sample_weight")
        return _TrainingData(sequences, targets, check_weights(sample_weight, len(targets)))

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

    def _prepare(self, data: _TrainingData) -> None:
        """Copy the components, hand out seeds and draw the memory."""
        seed = None if self.random_state is None else root_seed(self.random_state)
        self.reservoir_ = _own_copy(self.reservoir, Reservoir, seed, "reservoir")
        self.readout_ = _own_copy(self.readout, RidgeReadout, seed, "readout")
        self.n_outputs_ = data.targets.shape[1]
        self.reservoir_.prepare(data.sequences.n_features, self.n_outputs_)
        self._runner = Runner(
            self.reservoir_,
            data.sequences.n_features,
            self.n_outputs_,
            include_input=self.include_input,
            squared_states=self.squared_states,
        )
        self._carry: _Carry | None = None
        self.state_ = None
        self._n_sequences = 0

    def _see_targets(self, targets: NDArray[np.float64]) -> None:
        """Widen the range in which outputs are held."""
        self._runner.see_targets(targets)
        self.output_range_ = self._runner.output_range

    def _fit_in_chunks(self, data: _TrainingData) -> None:
        """Fit a readout that takes a stream, so that memory does not grow with the series."""
        n_rows = len(data.targets) - self.washout * len(data.sequences)
        target_ndim = 1 if self._flat else 2
        self.readout_.fit_chunks(self._training_chunks(data), n_rows, target_ndim=target_ndim)
        self._runner.attach(self.readout_)

    def _fit_at_once(self, fit: Any, data: _TrainingData) -> None:
        """Fit a readout that needs all features together."""
        blocks = [(Z.copy(), y, w) for Z, y, w in self._training_chunks(data)]
        if not blocks:  # a block of partial_fit that lies within the washout
            return
        features, targets = (np.concatenate([block[i] for block in blocks]) for i in (0, 1))
        options = {}
        if data.weights is not None:
            if not has_fit_parameter(self.readout_, "sample_weight"):
                raise ValueError(f"readout={self.readout_!r} does not take sample_weight.")
            options["sample_weight"] = np.concatenate([block[2] for block in blocks])
        fit(features, self._shape_outputs(targets), **options)
        self._runner.attach(self.readout_)

    def _training_chunks(self, data: _TrainingData) -> Iterator[tuple[Any, ...]]:
        """Run over the training data, yielding what the readout is to be fitted to.

        The arrays that are yielded are filled again for the next chunk.
        """
        for part, name in zip(data.sequences.parts(), data.sequences.ids, strict=True):
            carry = self._carry
            if carry is None or carry.name != name or data.sequences.listed:
                noise = self.reservoir_.noise_generator(self._n_sequences)
                carry = _Carry(name, self.initial_state(), 0, noise)
                self._n_sequences += 1
            rows, targets = data.sequences.rows[part], data.targets[part]
            weights = None if data.weights is None else data.weights[part]
            for chunk, features, state in self._runner.features(
                rows, carry.state, targets, carry.noise
            ):
                skipped = min(max(self.washout - carry.n_seen, 0), len(features))
                fitted = slice(chunk.start + skipped, chunk.stop)
                carry.state, carry.n_seen = state, carry.n_seen + len(features)
                if skipped < len(features):
                    yield (
                        features[skipped:],
                        targets[fitted],
                        None if weights is None else weights[fitted],
                    )
            self._carry, self.state_ = carry, carry.state

    # ------------------------------------------------------------------ small things

    def _check_width(self, targets: NDArray[np.float64], name: str) -> None:
        """Refuse targets or a teacher of another width than in `fit`."""
        if targets.shape[1] != self.n_outputs_:
            raise ValueError(
                f"{name} has {targets.shape[1]} output(s), but the model has {self.n_outputs_}."
            )

    def _shape_outputs(self, outputs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give outputs one dimension if the targets had one."""
        return outputs[:, 0] if self._flat else outputs

    def _start_state(self, state: State | None) -> State:
        """Return the state to start from, by default where `start` says."""
        if state is None:
            return self._last_state() if self.start == "last" else self.initial_state()
        if not isinstance(state, State):
            raise TypeError(f"state must be a State, got {type(state).__name__}.")
        if state.output.shape != (self.n_outputs_,):
            raise ValueError(
                f"state holds an output of shape {state.output.shape}, but the model has "
                f"({self.n_outputs_},)."
            )
        return state

    def _last_state(self) -> State:
        """Return the state after training, if there is one."""
        if self.state_ is None:
            raise ValueError(
                "There is no final training row to continue from, because the training data held "
                "many sequences: pass a state."
            )
        return self.state_

    def _read_known_input(self, X: Any, n_steps: int) -> NDArray[np.float64]:
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


@dataclass(frozen=True)
class _TrainingData:
    """What a fit is given, checked."""

    sequences: Sequences
    targets: NDArray[np.float64]  # (n_rows, n_outputs)
    weights: NDArray[np.float64] | None  # (n_rows,)


@dataclass
class _Carry:
    """Where the training of a sequence stands, so that another block can go on."""

    name: Any
    state: State
    n_seen: int
    noise: np.random.Generator


def _own_copy(
    component: Any, default: Any, seed: np.random.SeedSequence | None, purpose: Any
) -> Any:
    """Copy a component and fill the seeds that it leaves open."""
    own = default() if component is None else clone(component)
    if seed is not None:
        rng = child_generator(seed, purpose)
        for name, value in sorted(own.get_params(deep=True).items()):
            if value is None and name.split("__")[-1] == "random_state":
                own.set_params(**{name: int(rng.integers(2**31))})
    return own
