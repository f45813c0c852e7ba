"""What all memories share: running over sequences as scikit-learn transformers do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import FunctionType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_array, check_shared_parameters
from esnkit.core.sequences import Sequences, read_sequences, read_targets
from esnkit.core.state import State
from esnkit.core.typing import FloatArray, Indices
from esnkit.kernels.closed_loop import Loop, loop_of
from esnkit.kernels.jit import one_layout


class Memory(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, ABC):
    """Turns sequences into features: the base of reservoirs and of a memory of your own.

    A memory of your own stores its parameters in ``__init__``, ``id_column`` among them, and
    writes four things: `_prepare` (check the parameters and set up for given widths),
    `_initial_states` (the array that stands for an empty past), `_run` (run over the rows of one
    sequence from a given state) and `n_features_out_`. Reading sequences, states and teachers,
    scikit-learn's methods, continuing and free runs come from here. See "Extending esnkit" in the
    documentation for a whole one.

    Whatever has to be remembered between two steps belongs into `State.states`, one array of any
    shape: a ring of past states, the states of several parts one after the other.

    What a memory can do is declared, and models ask for nothing else:

    Attributes
    ----------
    can_continue : bool
        Whether a run may start from a given state, so that two parts equal one run.
    can_run_freely : bool
        Whether a model may run on its own outputs. Any memory that continues does, step by step.
    limitation : str
        A sentence that says why the memory cannot, if it cannot.
    compiled : bool
        Whether `_free_run` runs the closed loop of a linear readout in one compiled call. A class
        that overrides any method but ``__init__`` has to declare this again: what was true of
        its parent's steps need not be true of its own.
    is_reservoir : bool
        Whether each step is that of a `Reservoir` with the weights ``_network``, so that its
        compiled steppers serve. Not inherited past an override either.
    begins_with_input : bool
        Whether the features of a step begin with x(n) itself.
    adapts : bool
        Whether `adapt` changes the memory.
    """

    id_column: str | int | None
    can_continue: bool = True
    can_run_freely: bool = True
    limitation: str = ""
    compiled: bool = False
    is_reservoir: bool = False
    begins_with_input: bool = False
    adapts: bool = False
    feedback_scaling: float = 0.0  # above zero only in memories that see the output

    def __init_subclass__(cls, **options: Any) -> None:
        """Withdraw what a parent declared of steps that this class may have changed."""
        for name in ("compiled", "is_reservoir"):
            declared_by = next(c for c in cls.__mro__ if name in vars(c))
            nearer = cls.__mro__[: cls.__mro__.index(declared_by)]
            if any(_overrides_methods(c) for c in nearer):
                setattr(cls, name, False)
        super().__init_subclass__(**options)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up what was saved, by an earlier version too."""
        super().__setstate__(state)
        # Weights that were laid out otherwise, with vectors where a number stands now.
        if np.ndim(getattr(vars(self).get("_network"), "n_units", 0)):
            self._lay_out()

    def _lay_out(self) -> None:
        """Lay out the fitted weights for the kernels as ``_network``, where there is one."""

    # ------------------------------------------------------------------ what a memory says

    @abstractmethod
    def _prepare(self, n_features: int, n_outputs: int) -> None:
        """Check the parameters and set up for given widths."""

    @abstractmethod
    def _initial_states(self) -> NDArray[Any]:
        """Return what `State.states` is before the first step."""

    @abstractmethod
    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: Any,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        """Fill ``out`` with the features of each row; return `State.states` after the last.

        The rows (n_steps, n_features) are checked, and so is the state, which may not be written
        to. ``teacher`` (n_steps, n_outputs) holds y(n) where a model has one, else it is None;
        only memories with output feedback look at it. ``noise`` is what noise is drawn from while
        fitting, else None.
        """

    @property
    @abstractmethod
    def n_features_out_(self) -> int:
        """Number of features that a step gives, known once the memory is prepared."""

    def _free_run(
        self, loop: Loop, rows: FloatArray, state: State, outputs: FloatArray
    ) -> tuple[NDArray[Any], int]:
        """Fill ``outputs``; return `State.states` at the end, and which step was first clipped.

        Only of a memory that is `compiled`. ``rows`` (n_steps, n_given) are the last features of
        the input; the outputs take the place of the first ones that are missing.
        """
        raise TypeError(f"{type(self).__name__} is not compiled: its free runs are stepped.")

    def _free_run_many(
        self, loops: Loop, rows: FloatArray, states: Sequence[State]
    ) -> tuple[FloatArray, NDArray[Any], NDArray[np.int64]]:
        """Return what `free_run_many` does, and `State.states` at the ends between."""
        outputs = np.empty((len(states), len(rows), loops.coef.shape[1]))
        ends, first_clipped = [], np.empty(len(states), np.int64)
        for r, state in enumerate(states):
            loop = loop_of(loops, r % len(loops.coef))
            given = rows[:, r % rows.shape[1]]
            end, first_clipped[r] = self._free_run(loop, given, state, outputs[r])
            ends.append(end)
        return outputs.transpose(1, 0, 2), np.array(ends), first_clipped

    @property
    def n_feedback_(self) -> int:
        """Number of outputs that are fed back."""
        return 0

    @property
    def _feature_type(self) -> Any:
        return np.float64

    def _empty_features(self, n_steps: int) -> NDArray[Any]:
        """Return an array for the features of some steps, which `run` fills."""
        return np.empty((n_steps, self.n_features_out_), self._feature_type)

    def noise_generator(self, index: int) -> Any:
        """Return what `_run` draws the noise of sequence number `index` from.

        Parameters
        ----------
        index : int
            Each sequence has a child seed of its own.

        Returns
        -------
        numpy.random.Generator or None
            None in a memory without noise; a list of such in one that is made of others.
        """
        return None

    # ------------------------------------------------------------------ what users call

    def fit(self, X: Any, y: Any = None) -> Self:
        """Prepare for input of this width.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            Only its width is used.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such, default=None
            The teacher. Only its width is used, and only where there is output feedback.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described.
        """
        self._fit(X, y)
        return self

    def transform(
        self,
        X: Any,
        *,
        feedback: Any = None,
        state: State | list[State] | None = None,
        return_state: bool = False,
    ) -> Any:
        """Run over one sequence or many.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        feedback : array-like of shape (n_steps,) or (n_steps, n_outputs), or list, default=None
            The teacher y(n). Step n sees y(n-1). Needed where there is output feedback.
        state : State or list of State, default=None
            Where to start, one for each sequence. None is the initial state.
        return_state : bool, default=False
            Whether to return the final state too.

        Returns
        -------
        features : ndarray of shape (n_steps, n_features_out), or a list of such
            What is remembered at each row.
        state : State or list of State
            After the last row, if `return_state`; a list for many sequences.

        Raises
        ------
        ValueError
            If X has another width than in `fit`, or the feedback or the state do not fit.
        """
        check_is_fitted(self)
        sequences = read_sequences(self, X, id_column=self.id_column, reset=False)
        teacher = self._read_teacher(sequences, feedback, "feedback")
        if state is not None:
            self._check_can_continue()
        starts = sequences.per_sequence(state, "state")
        features, ends = self._run_all(sequences, teacher, starts, noisy=False)
        return (features, ends) if return_state else features

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Prepare and run, with noise and with y as the teacher.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The input; rows are time steps.
        y : array-like of shape (n_steps,) or (n_steps, n_outputs), or a list of such, default=None
            The teacher, for output feedback.
        **fit_params : dict
            None are known: anything here is an error.

        Returns
        -------
        ndarray of shape (n_steps, n_features_out), or a list of such
            What is remembered at each row.

        Raises
        ------
        TypeError
            If there are `fit_params`.
        """
        if fit_params:
            name = type(self).__name__
            raise TypeError(f"{name}.fit_transform does not know {sorted(fit_params)}.")
        sequences = self._fit(X, y)
        teacher = self._read_teacher(sequences, y, "y")
        return self._run_all(sequences, teacher, [None] * len(sequences), noisy=True)[0]

    def prepare(self, n_features: int, n_outputs: int = 0) -> Self:
        """Set up for given widths; what `fit` does once it has read the data.

        Parameters
        ----------
        n_features : int
            Width of the input.
        n_outputs : int, default=0
            Width of the output, for feedback.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter is out of its range, or feedback is asked for and there is no output.
        """
        check_shared_parameters(self)
        self._prepare(n_features, n_outputs)
        self.n_inputs_ = n_features
        return self

    def adapt(self, sequences: Sequences, teacher: FloatArray | None = None) -> Self:
        """Learn from the input alone, if this memory does; what comes between `prepare` and a run.

        Parameters
        ----------
        sequences : Sequences
            The input, checked.
        teacher : ndarray of shape (n_rows, n_outputs), default=None
            y(n) of all rows, for a memory with output feedback.

        Returns
        -------
        self
        """
        return self

    def initial_state(self) -> State:
        """Return the state before the first step.

        Returns
        -------
        State
            All zero; with an output where there is feedback.
        """
        check_is_fitted(self)
        return State(self._initial_states(), np.zeros(self.n_feedback_))

    def run(
        self,
        rows: FloatArray,
        state: State | None = None,
        teacher: FloatArray | None = None,
        *,
        noise: Any = None,
        out: NDArray[Any] | None = None,
    ) -> tuple[NDArray[Any], State]:
        """Run over the rows of one sequence, already checked: what models build on.

        Parameters
        ----------
        rows : ndarray of shape (n_steps, n_features)
            The input.
        state : State, default=None
            Where to start; None is the initial state.
        teacher : ndarray of shape (n_steps, n_outputs), default=None
            y(n), for output feedback; not needed for a single step, which sees only the state's.
        noise : numpy.random.Generator, default=None
            Where noise comes from, see `noise_generator`; None for none.
        out : ndarray of shape (n_steps, n_features_out), default=None
            Filled with the features if given.

        Returns
        -------
        features : ndarray of shape (n_steps, n_features_out)
            What is remembered at each row.
        state : State
            After the last row.
        """
        if out is None:
            out = self._empty_features(len(rows))
        [start] = self._check_states([state])
        states = self._run(one_layout(rows), start, teacher, noise, out)
        return out, State(states, start.output if teacher is None else teacher[-1])

    def run_many(
        self,
        rows: FloatArray,
        offsets: Indices,
        states: Sequence[State | None] | None = None,
        teacher: FloatArray | None = None,
        *,
        noises: Sequence[Any] | None = None,
    ) -> tuple[NDArray[Any], list[State]]:
        """Run over many sequences, already checked: what models build on.

        Sequences of a reservoir advance together, in as many threads as `joblib.parallel_config`
        allows with its backend ``"threading"``. Each is what `run` gives, to rounding.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            The input, one sequence after the other.
        offsets : ndarray of shape (n_sequences + 1,)
            Sequence i is ``rows[offsets[i]:offsets[i + 1]]``.
        states : sequence of State or None, default=None
            Where each starts; None is the initial state.
        teacher : ndarray of shape (n_rows, n_outputs), default=None
            y(n), for output feedback.
        noises : sequence of numpy.random.Generator, default=None
            Where the noise of each comes from, see `noise_generator`; None for none.

        Returns
        -------
        features : ndarray of shape (n_rows, n_features_out)
            What is remembered at each row.
        states : list of State
            After the last row of each sequence.
        """
        n_sequences = len(offsets) - 1
        starts = self._check_states(states or [None] * n_sequences)
        out = self._empty_features(len(rows))
        rows, noises = one_layout(rows), noises or [None] * n_sequences
        ends = self._run_many(rows, offsets, starts, teacher, noises, out)
        return out, [
            State(end, start.output if teacher is None else teacher[last])
            for end, start, last in zip(ends, starts, offsets[1:] - 1, strict=True)
        ]

    def _run_many(
        self,
        rows: FloatArray,
        offsets: Indices,
        states: Sequence[State],
        teacher: FloatArray | None,
        noises: Sequence[Any],
        out: NDArray[Any],
    ) -> Sequence[NDArray[Any]]:
        """Fill ``out`` as `run_many` says; return `State.states` at the ends."""
        ends = []
        for i, (state, noise) in enumerate(zip(states, noises, strict=True)):
            part = slice(offsets[i], offsets[i + 1])
            own = None if teacher is None else teacher[part]
            ends.append(self._run(rows[part], state, own, noise, out[part]))
        return ends

    def free_run(
        self, loop: Loop, rows: FloatArray, n_steps: int, state: State
    ) -> tuple[FloatArray, State, int]:
        """Run on the outputs of a linear readout, if `compiled`: what models build on.

        Parameters
        ----------
        loop : Loop
            The readout, and what its outputs feed.
        rows : ndarray of shape (n_steps, n_given)
            The features of the input that are given, with outputs in front of them if
            ``loop.through_input``.
        n_steps : int
            Number of steps.
        state : State
            Where to start; its output is y(-1).

        Returns
        -------
        outputs : ndarray of shape (n_steps, n_outputs)
            y(n).
        state : State
            After the last step.
        first_clipped : int
            The first step at which an output was clipped in its bounds, or -1.
        """
        outputs = np.empty((n_steps, len(state.output)))
        [start] = self._check_states([state])
        states, first_clipped = self._free_run(loop, one_layout(rows), start, outputs)
        return outputs, State(states, outputs[-1]), first_clipped

    def free_run_many(
        self, loops: Loop, rows: FloatArray, states: Sequence[State]
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        """Run on the outputs of many linear readouts, if `compiled`, each from a start of its own.

        Parameters
        ----------
        loops : Loop
            The readouts: its arrays have a first axis, of length n_runs or, if all runs have the
            same readout, 1.
        rows : ndarray of shape (n_steps, n_runs or 1, n_given)
            The features of the input that each run, or all of them, are given; see `free_run`.
        states : sequence of State
            Where each run starts; its output is y(-1).

        Returns
        -------
        outputs : ndarray of shape (n_steps, n_runs, n_outputs)
            y(n).
        first_clipped : ndarray of shape (n_runs,)
            The first step at which an output was clipped in its bounds, or -1.
        """
        starts = self._check_states(states)
        outputs, _, first_clipped = self._free_run_many(loops, one_layout(rows), starts)
        return outputs.reshape(len(rows), len(states), -1), first_clipped

    def step(
        self, x: ArrayLike, state: State | None = None, feedback: ArrayLike | None = None
    ) -> tuple[NDArray[Any], State]:
        """Run one time step.

        Parameters
        ----------
        x : array-like of shape (n_features,)
            The input x(n).
        state : State, default=None
            The state after step n-1; None is the initial state.
        feedback : array-like of shape (n_outputs,), default=None
            The teacher y(n), remembered in the new state for the step after.

        Returns
        -------
        features : ndarray of shape (n_features_out,)
            What is remembered.
        state : State
            The state after this step.

        Raises
        ------
        ValueError
            If x, the state or the feedback have the wrong width.
        """
        check_is_fitted(self)
        self._check_can_continue()
        row = check_array(np.atleast_2d(x), dtype=np.float64, input_name="x")
        if row.shape != (1, self.n_inputs_):
            raise ValueError(f"x has shape {np.shape(x)}, but ({self.n_inputs_},) is needed.")
        teacher = None if feedback is None else np.reshape(feedback, (1, -1)).astype(np.float64)
        if self.n_feedback_:
            teacher = self._check_teacher(teacher, "feedback")
        features, state = self.run(row, state, teacher)
        return features[0], state

    # ------------------------------------------------------------------ inside

    def _fit(self, X: Any, y: Any) -> Sequences:
        """Read the data and prepare for it."""
        sequences = read_sequences(self, X, id_column=self.id_column, reset=True)
        teacher = None
        if self.feedback_scaling and y is not None:
            teacher = read_targets(self, sequences, y)[0]
        self.prepare(sequences.n_features, 0 if teacher is None else teacher.shape[1])
        self.adapt(sequences, teacher)
        return sequences

    def _run_all(
        self,
        sequences: Sequences,
        teacher: FloatArray | None,
        starts: list[Any],
        noisy: bool,
    ) -> tuple[Any, Any]:
        """Run over every sequence; return features and final states as the sequences came."""
        self._refuse_tables_for_lists(sequences)
        noises = [self.noise_generator(i) for i in range(len(sequences))] if noisy else None
        features, ends = self.run_many(
            sequences.rows, sequences.offsets, starts, teacher, noises=noises
        )
        return sequences.give_back(features), sequences.one_or_many(ends)

    def _refuse_tables_for_lists(self, sequences: Sequences) -> None:
        """Refuse what scikit-learn would stumble over: it wraps one array, not a list of them."""
        own = getattr(self, "_sklearn_output_config", {}).get("transform")
        form = own or get_config()["transform_output"]
        if sequences.listed and form != "default":
            raise ValueError(
                f"X is a list of sequences, which comes back as a list of arrays, but set_output "
                f"asks for {form!r}: use one table with id_column instead."
            )

    def _read_teacher(self, sequences: Sequences, feedback: Any, name: str) -> FloatArray | None:
        """Check the teacher, which is ignored where nothing is fed back."""
        if not self.n_feedback_:
            return None
        teacher = None if feedback is None else read_targets(self, sequences, feedback, name)[0]
        return self._check_teacher(teacher, name)

    def _check_teacher(self, teacher: FloatArray | None, name: str) -> FloatArray:
        """Refuse a teacher that is missing or of another width."""
        if teacher is None:
            raise ValueError(
                f"There is output feedback (feedback_scaling={self.feedback_scaling}), "
                f"so {name} must give the teacher: y(n), with {self.n_feedback_} output(s)."
            )
        if teacher.shape[1] != self.n_feedback_:
            raise ValueError(
                f"{name} has {teacher.shape[1]} output(s), but {self.n_feedback_} are fed back."
            )
        return teacher

    def _check_can_continue(self) -> None:
        """Refuse a state, or a step from one, where whole sequences are needed."""
        if not self.can_continue:
            raise ValueError(
                f"{type(self).__name__} cannot continue from a state. {self.limitation}".rstrip()
            )

    def _check_states(self, states: Sequence[State | None]) -> list[State]:
        """Refuse what are not states of this memory; None is the initial state."""
        initial = self.initial_state()
        return [initial if state is None else self._check_state(state, initial) for state in states]

    def _check_state(self, state: State, initial: State) -> State:
        if not isinstance(state, State):
            raise TypeError(f"state must be a State, got {type(state).__name__}.")
        if state.states.shape != initial.states.shape:
            raise ValueError(
                f"state holds states of shape {state.states.shape}, but this memory has "
                f"{initial.states.shape}."
            )
        if self.n_feedback_ and state.output.shape != initial.output.shape:
            raise ValueError(
                f"state holds an output of shape {state.output.shape}, but {initial.output.shape} "
                "is fed back."
            )
        return state

    @property
    def _n_features_out(self) -> int:  # the name under which scikit-learn asks for it
        return self.n_features_out_

    def _one_step_later(
        self, teacher: FloatArray | None, first: FloatArray, n_steps: int
    ) -> FloatArray | None:
        """Shift y(n) to y(n-1), the last output of the state in front."""
        if not self.n_feedback_:
            return None
        if n_steps == 1:
            return first.reshape(1, -1)
        return np.vstack([first, self._check_teacher(teacher, "teacher")[:-1]])


def _overrides_methods(cls: type) -> bool:
    """Tell whether a class has methods or properties of its own, its constructor aside."""
    kinds = (FunctionType, property, staticmethod, classmethod)
    own = {name for name, value in vars(cls).items() if isinstance(value, kinds)}
    return bool(own - {"__init__", "__repr__", "__init_subclass__"})
