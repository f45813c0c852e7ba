"""ESNRegressor: a memory and a readout, fitted, predicted, continued and left to run."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from esnkit.core.checks import check_name, check_scalar
from esnkit.core.seeding import RandomState, own_copy, root_seed
from esnkit.core.sequences import Sequences, TrainingData, read_sequences, read_washout
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.memories.base import Memory
from esnkit.memories.reservoir import Reservoir
from esnkit.models.base import SequenceRegressor
from esnkit.models.pooling import Pooling, SequencePooling
from esnkit.models.runner import Runner, TrainingPosition, TrainingRun
from esnkit.models.whole_sequences import (
    SequenceSummaries,
    SummaryRun,
    answers_for_rows,
    read_whole,
    refuse_short,
)
from esnkit.readouts.online import OnlineReadout
from esnkit.readouts.ridge import RidgeReadout


def _readout_can_go_on(model: ESNRegressor) -> bool:
    """Tell whether the readout has ``partial_fit``, and so the model has it."""
    return hasattr(model._readout, "partial_fit")


class ESNRegressor(SequenceRegressor):
    r"""Echo state network: a random memory with a readout fitted by regression.

    .. math:: y(n) = W_{out} [1; h(n); x(n)]

    Only the readout is learned [1]_. With output feedback the memory sees the teacher's y(n-1)
    while fitting and the model's own while predicting.

    Parameters
    ----------
    reservoir : memory, default=None
        What turns the input into states; None means ``Reservoir()``.
    readout : regressor, default=None
        What turns states into outputs; None means ``RidgeReadout()``, with
        ``validation="leave-one-out"`` where a row stands for a sequence. Any scikit-learn regressor
        serves. `RidgeReadout` is fitted chunk by chunk; others need all states at once. Linear
        ones run inside the compiled loop, others are stepped in Python.
    washout : int, default=0
        First steps of each sequence that the readout is not fitted to. With 0 the transient from
        the zero state is fitted too, and weighs on the penalty that ``alpha="auto"`` chooses; so
        for a series that began long before, leave out a tenth of it, at most 100 steps. That is
        what the forecasters and comparisons of this package do.
    start : {"zero", "last"}, default="zero"
        Where `predict` starts if no state is given: ``"zero"`` at the zero state, so that scores
        include the transient; ``"last"`` at the final training row, for input that continues the
        training sequence, as in `sklearn.model_selection.TimeSeriesSplit`.
    output : {"step", "sequence"}, default="step"
        Whether there is a target at each row, or one, a number or a row of numbers, for each
        sequence. A model of whole sequences neither continues nor runs freely.
    pooling : str, sequence of str, or callable, default="last"
        What the readout sees of a sequence with ``output="sequence"``: summaries of [h(n); x(n)]
        over its steps behind the washout. ``"last"`` is that of the last row; the others are
        those of `ESNClassifier`, such as ``["mean", "deviation"]``, and ``"default"``.
    include_input : "auto" or bool, default="auto"
        Whether the readout sees x(n) beside h(n). ``"auto"``: unless the memory itself gives x(n),
        as `TappedDelayLine`, `GammaMemory` and `NVAR` do.
    squared_states : bool, default=False
        Whether the readout sees the squares of h(n) too: [h(n); h(n)²; x(n)].
    clip_margin : float, default=10.0
        How far outputs that are fed back may leave the range of the training targets, in widths
        of that range. They are clipped there, with a warning.
    training_feedback : {"teacher", "output"}, default="teacher"
        What a memory with output feedback sees while the readout is fitted: the true y(n-1), or
        what the model itself predicted, as the readout stood then. The second is FORCE learning
        [2]_, and needs a readout that learns at each step, such as `RLSReadout`.
    id_column : str or int, default=None
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
        Bounds in which outputs that are fed back are clipped: the range of the training targets,
        wider by `clip_margin` times its width on both sides.
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
    .. [2] D. Sussillo and L. F. Abbott, "Generating coherent patterns of activity from chaotic
       neural networks", Neuron 63, 544-557, 2009.

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

    Or learn one number for each of many sequences, here how fast each swings:

    >>> rates = np.linspace(0.1, 0.5, 60)
    >>> waves = [np.sin(rate * np.arange(50 + i))[:, None] for i, rate in enumerate(rates)]
    >>> model = ESNRegressor(reservoir, output="sequence", pooling=["deviation", "last"])
    >>> model.fit(waves[::2], rates[::2]).predict(waves[1::2]).shape
    (30,)
    """

    def __init__(
        self,
        reservoir: Any = None,
        readout: Any = None,
        *,
        washout: int = 0,
        start: str = "zero",
        output: str = "step",
        pooling: Pooling = "last",
        include_input: str | bool = "auto",
        squared_states: bool = False,
        clip_margin: float = 10.0,
        training_feedback: str = "teacher",
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.reservoir = reservoir
        self.readout = readout
        self.washout = washout
        self.start = start
        self.output = output
        self.pooling = pooling
        self.include_input = include_input
        self.squared_states = squared_states
        self.clip_margin = clip_margin
        self.training_feedback = training_feedback
        self.id_column = id_column
        self.random_state = random_state

    _memory_name = "reservoir"  # the parameter that holds the memory
    _runner: Runner
    _position: TrainingPosition | None  # where training stands in the last sequence
    _n_sequences: int  # that have begun so far

    # ------------------------------------------------------------------ what it can do

    @property
    def _memory(self) -> Memory:
        """The memory, as it is given or as it is by default."""
        return Reservoir() if self.reservoir is None else self.reservoir

    @property
    def _readout(self) -> Any:
        """The readout, likewise."""
        if self.readout is None:
            return RidgeReadout(validation="leave-one-out" if self._whole else "blocks")
        return self.readout

    @property
    def _whole(self) -> bool:
        """Whether a sequence as a whole has a target, and not each of its rows."""
        return self.output == "sequence"

    @property
    def can_run_freely(self) -> bool:  # type: ignore[override]
        """Whether the model can run on its own outputs: if its memory can."""
        return self._memory.can_run_freely and not self._whole

    @property
    def can_continue(self) -> bool:  # type: ignore[override]
        """Whether the model can go on from a given state: if its memory can."""
        return self._memory.can_continue and not self._whole

    @property
    def limitation(self) -> str:  # type: ignore[override]
        """Why the model cannot, if it cannot."""
        if self._whole:
            return "output='sequence' gives one output for each sequence, which must be whole."
        return self._memory.limitation

    @property
    def compiled(self) -> bool:  # type: ignore[override]
        """Whether a step of the fitted model is one compiled call."""
        return self._runner.reservoir_weights is not None

    @property
    def _targets_may_lack(self) -> bool:
        return not self._memory.feedback_scaling

    @property
    def readout_sees_input(self) -> bool:
        """Whether the readout sees x(n) behind what the memory gives, by `include_input`."""
        if self.include_input == "auto":
            return not self._memory.begins_with_input
        return bool(self.include_input)

    # ------------------------------------------------------------------ fitting

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Draw the memory, run it over the input and fit the readout.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The targets; row n belongs to row n of X. With ``output="sequence"`` an array of shape
            (n_sequences,) or (n_sequences, n_outputs), or with `id_column` one row for each of X,
            alike in a sequence.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows, or of the sequences, in the fit of the readout. Rows of weight zero
            are left out, and their targets may be NaN unless outputs are fed back; the memory sees
            their inputs all the same.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, `washout` leaves a sequence nothing
            to fit, or it is shorter than `pooling` needs.
        """
        self._check_parameters()
        data = self._read(X, y, sample_weight, reset=True)
        self._check_lengths(data.sequences)
        self._prepare(data)
        self._learn(data, "fit")
        if len(data.sequences) > 1:
            self.state_ = None
        return self

    @available_if(_readout_can_go_on)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on fitting with one more block of data, if the readout can.

        The first call draws the memory, and a memory that learns from the input, as one with
        `plasticity` does, learns from this block alone. The state carries over from call to call
        while the sequence goes on: a plain array goes on with the one before, rows whose id column
        names another sequence start a new one, and so does every array of a list, and every block
        if the memory cannot continue. The washout is taken where a sequence starts. With
        ``output="sequence"`` a block holds whole sequences, and what `pooling` learns of the
        states, it learns from the first.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The block's input.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such
            The block's targets.
        sample_weight : array-like of shape (n_steps,), or a list of such, default=None
            Weights of the rows in the fit of the readout, as in `fit`.

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
        if self._whole:
            self._check_lengths(data.sequences)
        if first:
            self._prepare(data)
        self._check_width(data.targets, "y")
        self._learn(data, "partial_fit")
        return self

    @available_if(_readout_can_go_on)
    def fit_chunks(self, blocks: Iterable[tuple[Any, ...]]) -> Self:
        """Fit to a sequence that comes in blocks, of which one at a time is in memory.

        Arrays that are mapped from a file need no blocks: `fit` does not copy them.

        Parameters
        ----------
        blocks : iterable of (X, y) or (X, y, sample_weight)
            As `partial_fit` takes them, in the order of time, e.g. from a generator. Some thousand
            rows at a time are best, for the readout is solved after each.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If there is no block, or one is not as described.
        """
        fitted = clone(self)
        for block in blocks:
            fitted.partial_fit(*block)
        if not hasattr(fitted, "readout_"):
            raise ValueError("blocks must hold at least one block (X, y), got none.")
        self.__dict__.update(vars(fitted) | self.get_params(deep=False))
        return self

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
        super()._check_parameters()
        check_name("output", self.output, ("step", "sequence"))
        memory, readout = self._memory, self._readout
        if not isinstance(memory, Memory):
            raise TypeError(
                f"{self._memory_name} must be a memory such as Reservoir, got {memory!r}."
            )
        if memory.id_column is not None:
            raise ValueError(
                f"id_column belongs to the model: leave that of its {self._memory_name} None, got "
                f"{memory.id_column!r}."
            )
        if not (hasattr(readout, "fit") and hasattr(readout, "predict")):
            raise TypeError(f"readout must be a regressor with fit and predict, got {readout!r}.")
        check_name("include_input", self.include_input, ("auto", True, False))
        check_scalar(self.clip_margin, "clip_margin", Real, min_val=0)
        check_name("training_feedback", self.training_feedback, ("teacher", "output"))
        SequencePooling(self.pooling)
        if self._whole and (memory.feedback_scaling or self.start == "last"):
            raise ValueError(
                "output='sequence' knows no output before the end of a sequence: the memory must "
                f"have no feedback, and start be 'zero', got {memory!r} and start={self.start!r}."
            )
        if self.training_feedback == "output" and not (
            isinstance(readout, OnlineReadout) and memory.feedback_scaling
        ):
            raise ValueError(
                "training_feedback='output' needs a memory with feedback_scaling above zero and a "
                f"readout that learns at each step, such as RLSReadout, got {memory!r} and "
                f"{readout!r}."
            )

    def _prepare(self, data: TrainingData) -> None:
        """Copy the components, hand out seeds and draw the memory."""
        seed = None if self.random_state is None else root_seed(self.random_state)
        memory, readout = self._memory, self._readout
        self.reservoir_ = own_copy(memory, seed, "reservoir")
        self.readout_ = own_copy(readout, seed, "readout")
        self.n_outputs_ = data.targets.shape[1]
        self._runner = Runner(
            self.reservoir_.prepare(data.sequences.n_features, self.n_outputs_),
            data.sequences.n_features,
            self.n_outputs_,
            include_input=self.readout_sees_input,
            squared_states=self.squared_states,
            clip_margin=self.clip_margin,
        )
        self.reservoir_.adapt(data.sequences, None if self._whole else data.targets)
        if self._whole:
            self._summaries = SequenceSummaries(self._runner, self.pooling, read_washout(self))
        self.state_ = self._position = None
        self._n_sequences = 0

    def _read(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> TrainingData:
        """Check the training data; whole sequences have a row of targets each."""
        if not self._whole:
            return super()._read(X, y, sample_weight, reset)
        data, flat = read_whole(self, X, y, sample_weight, reset)
        if reset:
            self._flat = flat
        return data

    def _check_lengths(self, sequences: Sequences) -> None:
        if not self._whole:
            super()._check_lengths(sequences)
            return
        least = read_washout(self) + SequencePooling(self.pooling).least_steps
        why = f"pooling={self.pooling!r} with washout={self.washout}"
        refuse_short(sequences, least, why, self.id_column)

    def _training_run(self, data: TrainingData) -> TrainingRun:
        """Return what yields the rows that the readout is fitted to."""
        if self._whole:
            return SummaryRun(self._runner, self._summaries, data, self._n_sequences)
        return TrainingRun(
            self._runner, data, read_washout(self), self._position, self._n_sequences
        )

    def _learn(self, data: TrainingData, method: str) -> None:
        """Run the memory over the data, and fit the readout by "fit" or "partial_fit"."""
        run = self._training_run(data)
        in_chunks = getattr(self.readout_, f"{method}_chunks", None)
        if self.training_feedback == "output":
            self._learn_in_loop(run, method)
        elif not run.n_rows:  # a block of partial_fit that lies within the washout
            run.skip()
        elif in_chunks is None:
            self._fit_at_once(run, method)
        else:
            in_chunks(run, run.n_rows, target_ndim=1 if self._flat else 2)
        if run.n_rows:
            self._runner.attach(self.readout_)
        self._n_sequences = run.n_sequences
        if run.end is not None:  # there is no going on with whole sequences
            self._position, self.state_ = run.end, run.end.state
        self._runner.see_targets(data.targets)
        self.output_range_ = self._runner.output_range

    def _fit_at_once(self, run: TrainingRun, method: str) -> None:
        """Fit a readout that needs all features together."""
        features, targets, weights = zip(*((Z.copy(), y, w) for Z, y, w in run), strict=True)
        options = {}
        if weights[0] is not None:
            if not has_fit_parameter(self.readout_, "sample_weight"):
                raise ValueError(f"readout={self.readout_!r} does not take sample_weight.")
            options["sample_weight"] = np.concatenate(weights)
        y = self._shape_outputs(np.concatenate(targets))
        getattr(self.readout_, method)(np.concatenate(features), y, **options)

    def _learn_in_loop(self, run: TrainingRun, method: str) -> None:
        """Let the readout learn at each step what it is going to be fed back."""
        readout = self.readout_
        if method == "fit" or not hasattr(readout, "coef_"):
            width = self._runner.n_readout_features
            readout.start_learning(width, self.n_outputs_, 1 if self._flat else 2)
        run.learn_in_loop(readout.learner)
        readout.take_weights()

    # ------------------------------------------------------------------ one output for a sequence

    def _predict_outputs(
        self, X: Any, state: State | list[State] | None = None, feedback: Any = None
    ) -> tuple[Sequences, FloatArray, list[State]]:
        if not self._whole:
            return super()._predict_outputs(X, state, feedback)
        check_is_fitted(self)
        if state is not None:
            self._check_can_continue()
        if feedback is not None:
            raise ValueError("feedback has no place with output='sequence', where nothing is fed.")
        sequences = read_sequences(self, X, id_column=self.id_column, reset=False)
        self._check_lengths(sequences)
        rows = [self._summaries.summarise(sequences.rows[part]) for part in sequences.parts()]
        return sequences, self._runner.read_out(np.concatenate(rows)), []

    def _give_back(self, sequences: Sequences, outputs: FloatArray) -> Any:
        if not self._whole:
            return super()._give_back(sequences, outputs)
        return answers_for_rows(sequences, outputs, self.id_column)
