"""Memories made of memories: one behind the other, side by side, and in both directions."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from esnkit.core.checks import check_name
from esnkit.core.seeding import RandomState, own_copy, root_seed
from esnkit.core.sequences import Sequences
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.memories.base import Memory
from esnkit.memories.reservoir import Reservoir

__all__ = ["Bidirectional", "Parallel", "Stacked"]


class MemoryComposition(Memory):
    """Several memories as one: the base of `Stacked` and `Parallel`.

    The array of a `State` holds those of the members, one after the other, flat.
    """

    memories: Any
    random_state: RandomState
    memories_: list[Memory]
    _chained: ClassVar[bool]  # whether each member sees the features of the one before

    @abstractmethod
    def _default(self) -> list[Memory]:
        """Return the members that ``memories=None`` stands for."""

    def _given(self, parts: list[Any]) -> list[Any]:
        """Return those of the members' features, or of what belongs to them, that are given."""
        return parts

    # ------------------------------------------------------------------ parameters

    def _named(self) -> list[tuple[str, Any]]:
        """Return name and memory of each member; unnamed ones are memory0, memory1, ..."""
        given = self._default() if self.memories is None else self.memories
        if not isinstance(given, list | tuple):
            return []
        return [
            (item[0], item[1]) if isinstance(item, list | tuple) else (f"memory{i}", item)
            for i, item in enumerate(given)
        ]

    def _members(self) -> list[Memory]:
        """Return the members, as they are given; refuse what is no list of memories."""
        members = self._named()
        if not members:
            raise ValueError(
                "memories must be a list of memories, or of pairs of a name and a memory, got "
                f"{self.memories!r}."
            )
        for name, memory in members:
            check_member(name, memory)
        names = [name for name, _ in members]
        if len(set(names)) < len(names):
            raise ValueError(f"memories must have different names, got {names}.")
        return [memory for _, memory in members]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, with those of the members as ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Whether those of the members are wanted too.

        Returns
        -------
        dict
        """
        params = super().get_params(deep=False)
        if deep and self.memories is not None:
            for name, memory in self._named():
                if isinstance(memory, Memory):
                    params[name] = memory
                    params |= {f"{name}__{key}": v for key, v in memory.get_params().items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, members by their name and parameters of theirs by ``name__parameter``.

        Parameters
        ----------
        **params : dict
            The parameters.

        Returns
        -------
        self
        """
        if "memories" in params:
            self.memories = params.pop("memories")
        if self.memories is not None:
            new = {name: params.pop(name) for name, _ in self._named() if name in params}
            if new:
                self.memories = [(name, new.get(name, old)) for name, old in self._named()]
        return super().set_params(**params)

    # ------------------------------------------------------------------ what it can do

    def _all(self, what: str) -> bool:
        """Tell whether all members declare something."""
        return all(getattr(memory, what) for memory in self._members())

    @property
    def can_continue(self) -> bool:  # type: ignore[override]
        """Whether a run may start from a given state: if all members can."""
        return self._all("can_continue")

    @property
    def can_run_freely(self) -> bool:  # type: ignore[override]
        """Whether a model may run on its own outputs: if all members can."""
        return self._all("can_run_freely")

    @property
    def limitation(self) -> str:  # type: ignore[override]
        """Why it cannot, in the words of the first member that cannot."""
        return next((m.limitation for m in self._members() if m.limitation), "")

    @property
    def feedback_scaling(self) -> float:  # type: ignore[override]
        """Above zero if a member sees the output."""
        return max(memory.feedback_scaling for memory in self._members())

    @property
    def n_feedback_(self) -> int:
        """Number of outputs that are fed back."""
        return max(memory.n_feedback_ for memory in self.memories_)

    # ------------------------------------------------------------------ what a memory says

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        members = self._members()
        seed = None if self.random_state is None else root_seed(self.random_state)
        # All are copied as one, so that each of the seeds that are open becomes another.
        whole = copy.copy(self)
        whole.memories = members
        own = own_copy(whole, seed, "reservoir")
        self.memories_ = own._members()
        for memory in self.memories_:
            memory.prepare(n_features, n_outputs)
            n_features = memory.n_features_out_ if self._chained else n_features
        starts = [memory._initial_states() for memory in self.memories_]
        self._forms = [(states.shape, states.dtype) for states in starts]
        self._borders = np.cumsum([states.size for states in starts])[:-1]

    @property
    def adapts(self) -> bool:  # type: ignore[override]
        """Whether `adapt` changes anything: if a member adapts."""
        return any(memory.adapts for memory in self._members())

    def adapt(self, sequences: Sequences, teacher: FloatArray | None = None) -> Self:
        """Let the members learn from what they see, one after the other."""
        last = max((i for i, memory in enumerate(self.memories_) if memory.adapts), default=-1)
        for i, memory in enumerate(self.memories_[: last + 1]):
            memory.adapt(sequences, teacher)
            if self._chained and i < last:
                seen = [
                    memory.run(
                        sequences.rows[part], teacher=None if teacher is None else teacher[part]
                    )[0]
                    for part in sequences.parts()
                ]
                sequences = replace(sequences, rows=np.concatenate(seen).astype(np.float64))
        return self

    def _initial_states(self) -> NDArray[Any]:
        return self._join([memory._initial_states() for memory in self.memories_])

    def noise_generator(self, index: int) -> list[Any]:
        """Return what the members draw their noise from, for sequence number `index`.

        Parameters
        ----------
        index : int
            Each sequence has a child seed of its own.

        Returns
        -------
        list
            A generator or None for each member.
        """
        return [memory.noise_generator(index) for memory in self.memories_]

    @property
    def begins_with_input(self) -> bool:  # type: ignore[override]
        """Whether the features of a step begin with x(n) itself."""
        return self._members()[0].begins_with_input

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives."""
        return sum(self._given([memory.n_features_out_ for memory in self.memories_]))

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: Any,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        features, ends = [], []
        noises = [None] * len(self.memories_) if noise is None else noise
        for memory, start, draws in zip(self.memories_, self._split(state), noises, strict=True):
            given, end = memory.run(rows, start, teacher, noise=draws)
            features.append(given)
            ends.append(end.states)
            rows = np.asarray(given, dtype=np.float64) if self._chained else rows
        np.concatenate(self._given(features), axis=1, out=out)
        return self._join(ends)

    # ------------------------------------------------------------------ inside

    def _join(self, states: list[NDArray[Any]]) -> NDArray[Any]:
        """Put the states of the members into one flat array."""
        return np.concatenate([np.ravel(part) for part in states])

    def _split(self, state: State) -> list[State]:
        """Return the state of each member."""
        parts = np.split(state.states, self._borders)
        return [
            State(
                part.reshape(shape).astype(dtype),
                state.output if memory.n_feedback_ else np.zeros(0),
            )
            for part, (shape, dtype), memory in zip(parts, self._forms, self.memories_, strict=True)
        ]


class Stacked(MemoryComposition):
    """Memories one behind the other: each sees, at the same step, what the one before gives.

    Deep echo state networks [1]_ are stacks of reservoirs, often with a smaller leak rate in every
    further layer.

    Parameters
    ----------
    memories : list of memory, or of (str, memory), default=None
        The layers, the one that sees the input first. Unnamed ones are called memory0, memory1,
        ..., for ``set_params``. None means two default reservoirs.
    layers : {"all", "last"}, default="all"
        Whose features are given: those of all layers, in their order, or of the last.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence. The layers have none of their own.
    random_state : int, Generator, RandomState or None, default=None
        Seed for those layers whose own is None; each of them gets another.

    Attributes
    ----------
    memories_ : list of memory
        The fitted copies of the layers.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Parallel : Memories side by side.

    References
    ----------
    .. [1] C. Gallicchio, A. Micheli and L. Pedrelli, "Deep reservoir computing: a critical
       experimental analysis", Neurocomputing 268, 87-99, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import Reservoir, Stacked
    >>> X = np.sin(np.arange(100) / 5).reshape(-1, 1)
    >>> deep = Stacked([Reservoir(50), Reservoir(30, leak_rate=0.3)], random_state=0)
    >>> deep.fit_transform(X).shape
    (100, 80)
    """

    _chained = True

    def __init__(
        self,
        memories: Sequence[Any] | None = None,
        *,
        layers: str = "all",
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.memories = memories
        self.layers = layers
        self.id_column = id_column
        self.random_state = random_state

    def _default(self) -> list[Memory]:
        return [Reservoir(), Reservoir()]

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        check_name("layers", self.layers, ("all", "last"))
        super()._prepare(n_features, n_outputs)

    def _given(self, parts: list[Any]) -> list[Any]:
        return parts if self.layers == "all" else parts[-1:]

    @property
    def begins_with_input(self) -> bool:  # type: ignore[override]
        """Whether the features of a step begin with x(n) itself."""
        return super().begins_with_input if self.layers == "all" else self._all("begins_with_input")


class Parallel(MemoryComposition):
    """Memories side by side: all see the input, and their features are put next to each other.

    For several time scales at once, for instance, or for a reservoir beside a delay line.

    Parameters
    ----------
    memories : list of memory, or of (str, memory), default=None
        The members. Unnamed ones are called memory0, memory1, ..., for ``set_params``. None means
        two reservoirs, one with a leak rate of 1 and one of 0.1.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence. The members have none of their own.
    random_state : int, Generator, RandomState or None, default=None
        Seed for those members whose own is None; each of them gets another.

    Attributes
    ----------
    memories_ : list of memory
        The fitted copies of the members.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Stacked : Memories one behind the other.
    sklearn.pipeline.FeatureUnion : The same for transformers that know nothing of time.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import Parallel, Reservoir, TappedDelayLine
    >>> X = np.sin(np.arange(100) / 5).reshape(-1, 1)
    >>> memory = Parallel([("line", TappedDelayLine(5)), ("pool", Reservoir(20))], random_state=0)
    >>> memory.fit_transform(X).shape
    (100, 25)
    >>> memory.set_params(line__n_taps=8).fit_transform(X).shape
    (100, 28)
    """

    _chained = False

    def __init__(
        self,
        memories: Sequence[Any] | None = None,
        *,
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.memories = memories
        self.id_column = id_column
        self.random_state = random_state

    def _default(self) -> list[Memory]:
        return [Reservoir(), Reservoir(leak_rate=0.1)]


class Bidirectional(Memory):
    """A memory that reads each sequence forwards and, with the same weights, backwards.

    Row n of the output is [forwards, backwards], of which the second has seen x(n) and what comes
    after it [1]_. It needs whole sequences, so nothing can be continued, stepped or left to run.

    Parameters
    ----------
    memory : memory, default=None
        What reads; None means ``Reservoir()``. It may have no output feedback.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the memory, if its own is None.

    Attributes
    ----------
    memory_ : memory
        The fitted copy of `memory`.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    Parallel : Several memories, all forwards.

    References
    ----------
    .. [1] M. Schuster and K. K. Paliwal, "Bidirectional recurrent neural networks", IEEE
       Transactions on Signal Processing 45, 2673-2681, 1997.

    Examples
    --------
    >>> from esnkit import Bidirectional, TappedDelayLine
    >>> Bidirectional(TappedDelayLine(2)).fit_transform([[1.0], [2.0], [3.0]])
    array([[1., 0., 1., 2.],
           [2., 1., 2., 3.],
           [3., 2., 3., 0.]])
    """

    can_continue = False
    can_run_freely = False
    limitation = "Bidirectional reads sequences backwards too, so it needs whole ones."

    def __init__(
        self,
        memory: Any = None,
        *,
        id_column: str | int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.memory = memory
        self.id_column = id_column
        self.random_state = random_state

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        memory = Reservoir() if self.memory is None else self.memory
        check_member("memory", memory)
        if memory.feedback_scaling:
            raise ValueError(
                "memory must have no output feedback, which would tell the backward run of targets "
                f"to come, got feedback_scaling={memory.feedback_scaling}."
            )
        seed = None if self.random_state is None else root_seed(self.random_state)
        self.memory_ = own_copy(memory, seed, "reservoir").prepare(n_features)

    @property
    def adapts(self) -> bool:  # type: ignore[override]
        """Whether `adapt` changes anything: if the memory adapts."""
        return self.memory is not None and self.memory.adapts

    def adapt(self, sequences: Sequences, teacher: FloatArray | None = None) -> Self:
        """Let the memory learn from the input, read forwards."""
        self.memory_.adapt(sequences)
        return self

    @property
    def begins_with_input(self) -> bool:  # type: ignore[override]
        """Whether the features of a step begin with x(n) itself."""
        return self.memory is not None and self.memory.begins_with_input

    @property
    def n_features_out_(self) -> int:
        """Number of features that a step gives: twice those of the memory."""
        return 2 * self.memory_.n_features_out_

    def noise_generator(self, index: int) -> Any:
        """Return the generator of the memory's noise for sequence number `index`.

        Parameters
        ----------
        index : int
            Each sequence has a child seed of its own.

        Returns
        -------
        numpy.random.Generator or None
            Both directions draw from it, one after the other.
        """
        return self.memory_.noise_generator(index)

    def _initial_states(self) -> NDArray[Any]:
        return np.zeros(0)

    def _run(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: Any,
        out: NDArray[Any],
    ) -> NDArray[Any]:
        width = self.memory_.n_features_out_
        out[:, :width], _ = self.memory_.run(rows, noise=noise)
        backwards, _ = self.memory_.run(np.ascontiguousarray(rows[::-1]), noise=noise)
        out[:, width:] = backwards[::-1]
        return state.states


def check_member(name: str, memory: Any) -> None:
    """Refuse what is no memory, and one that would look for an id column itself."""
    if not isinstance(memory, Memory):
        raise TypeError(f"{name} must be a memory such as Reservoir, got {memory!r}.")
    if memory.id_column is not None:
        raise ValueError(
            f"id_column belongs to the whole: leave that of {name} None, got {memory.id_column!r}."
        )
