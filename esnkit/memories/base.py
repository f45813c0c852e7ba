"""What all memories share: running over sequences as scikit-learn transformers do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from esnkit.core.sequences import Sequences, read_sequences, read_targets
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop


class Memory(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, ABC):
    """Turns sequences into features: the base of reservoirs and other memories.

    A memory says how it is prepared for an input of some width, how it runs over the rows of one
    sequence from a given state, and how it runs in a loop with a linear readout. Reading
    sequences, states and teachers, and scikit-learn's methods, are here.
    """

    id_column: str | int | None
    feedback_scaling: float = 0.0  # above zero only in memories that see the output
    begins_with_input: bool = False  # whether x(n) itself comes first among the features

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
        noise: np.random.Generator | None,
        out: NDArray[Any],
    ) -> State:
        """Fill ``out`` with the features of each row; return the state after the last."""

    @abstractmethod
    def _free_run(
        self, loop: Loop, rows: FloatArray, state: State, outputs: FloatArray
    ) -> tuple[State, int]:
        """Fill ``outputs``; return the state after the last, and which was first clipped."""

    @property
    @abstractmethod
    def n_features_out_(self) -> int:
        """Number of features that a step gives."""

    @property
    def n_feedback_(self) -> int:
        """Number of outputs that are fed back."""
        return 0

    @property
    def _feature_type(self) -> Any:
        return np.float64

    def noise_generator(self, index: int) -> np.random.Generator | None:
        """Return the generator of the noise for sequence number `index`.

        Parameters
        ----------
        index : int
            Each sequence has a child seed of its own.

        Returns
        -------
        numpy.random.Generator or None
            None in a memory without noise.
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
        self._prepare(n_features, n_outputs)
        self.n_inputs_ = n_features
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
        noise: np.random.Generator | None = None,
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
            Where noise comes from; None for none.
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
            out = np.empty((len(rows), self.n_features_out_), self._feature_type)
        return out, self._run(rows, self._check_state(state), teacher, noise, out)

    def free_run(
        self, loop: Loop, rows: FloatArray, n_steps: int, state: State
    ) -> tuple[FloatArray, State, int]:
        """Run on the outputs of a linear readout: what models build on.

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
        end, first_clipped = self._free_run(loop, rows, self._check_state(state), outputs)
        return outputs, end, first_clipped

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
        n_outputs = 0
        if self.feedback_scaling and y is not None:
            n_outputs = read_targets(self, sequences, y)[0].shape[1]
        self.prepare(sequences.n_features, n_outputs)
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
        features = np.empty((len(sequences.rows), self.n_features_out_), self._feature_type)
        ends = []
        for i, (part, start) in enumerate(zip(sequences.parts(), starts, strict=True)):
            _, end = self.run(
                sequences.rows[part],
                start,
                None if teacher is None else teacher[part],
                noise=self.noise_generator(i) if noisy else None,
                out=features[part],
            )
            ends.append(end)
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

    def _check_state(self, state: State | None) -> State:
        """Refuse what is not a state of this memory; None is the initial state."""
        initial = self.initial_state()
        if state is None:
            return initial
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
