"""A memory and a readout joined: what echo state networks and delay networks share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from esnkit.core.seeding import child_generator, root_seed
from esnkit.core.sequences import Sequences
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.memories.base import Memory
from esnkit.models.base import SequenceRegressor, TrainingData
from esnkit.models.runner import Runner


class MemoryRegressor(SequenceRegressor):
    """A memory whose states a readout turns into outputs: the base of such models.

    A model says what its memory and its readout are; they are run and fitted here.
    """

    include_input: bool = False  # whether the readout sees x(n) beside h(n)
    squared_states: bool = False  # whether it sees the squares of h(n) too
    _runner: Runner

    @property
    @abstractmethod
    def _memory(self) -> Memory:
        """The memory, as it is given."""

    @property
    def can_run_freely(self) -> bool:  # type: ignore[override]
        """Whether the model can run on its own outputs: if its memory can."""
        return self._memory.can_run_freely

    @property
    def can_continue(self) -> bool:  # type: ignore[override]
        """Whether the model can go on from a given state: if its memory can."""
        return self._memory.can_continue

    @property
    def limitation(self) -> str:  # type: ignore[override]
        """Why the model cannot, if it cannot."""
        return self._memory.limitation

    @property
    def compiled(self) -> bool:  # type: ignore[override]
        """Whether a step of the fitted model is one compiled call."""
        return self._runner.reservoir_weights is not None

    @abstractmethod
    def _fit_readout(self, data: TrainingData) -> None:
        """Fit the readout, by `_training_chunks` or `_fit_at_once`, and attach it."""

    def _fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Draw the memory, run it over the input and fit the readout."""
        self._check_parameters()
        data = self._read(X, y, sample_weight, reset=True)
        self._check_lengths(data.sequences)
        self._prepare(data)
        self._see_targets(data.targets)
        self._fit_readout(data)
        if len(data.sequences) > 1:
            self.state_ = None
        return self

    def _check_memory(self, memory: Any, name: str) -> None:
        """Refuse what is no memory, and one that would look for an id column itself."""
        if memory is not None and not hasattr(memory, "prepare"):
            raise TypeError(f"{name} must be a memory such as Reservoir, got {memory!r}.")
        column = getattr(memory, "id_column", None)
        if column is not None:
            raise ValueError(
                f"id_column belongs to the model: leave that of its {name} None, got {column!r}."
            )

    @abstractmethod
    def _make_parts(self, seed: np.random.SeedSequence | None) -> Memory:
        """Set the model's own memory and readout as attributes; return the memory."""

    def _prepare(self, data: TrainingData) -> None:
        """Copy the components, hand out seeds and draw the memory."""
        seed = None if self.random_state is None else root_seed(self.random_state)
        memory = self._make_parts(seed)
        self.n_outputs_ = data.targets.shape[1]
        memory.prepare(data.sequences.n_features, self.n_outputs_)
        self._runner = Runner(
            memory,
            data.sequences.n_features,
            self.n_outputs_,
            include_input=self.include_input,
            squared_states=self.squared_states,
        )
        self._carry: _Carry | None = None
        self.state_ = None
        self._n_sequences = 0

    def _see_targets(self, targets: FloatArray) -> None:
        """Widen the range in which outputs are clipped."""
        self._runner.see_targets(targets)
        self.output_range_ = self._runner.output_range

    def _fit_at_once(self, readout: Any, data: TrainingData, method: str = "fit") -> None:
        """Fit a readout that needs all features together."""
        blocks = [(Z.copy(), y, w) for Z, y, w in self._training_chunks(data)]
        if not blocks:  # a block of partial_fit that lies within the washout
            return
        features, targets = (np.concatenate([block[i] for block in blocks]) for i in (0, 1))
        options = {}
        if data.weights is not None:
            if not has_fit_parameter(readout, "sample_weight"):
                raise ValueError(f"readout={readout!r} does not take sample_weight.")
            options["sample_weight"] = np.concatenate([block[2] for block in blocks])
        getattr(readout, method)(features, self._shape_outputs(targets), **options)
        self._runner.attach(readout)

    def _carry_for(self, sequences: Sequences, name: Any) -> _Carry | None:
        """Return where training stands if that is in the sequence by this name."""
        carry = self._carry
        goes_on = carry is not None and carry.name == name and not sequences.listed
        return carry if goes_on else None

    def _n_rows_to_fit(self, data: TrainingData) -> int:
        """Count what `_training_chunks` is going to yield: the rows behind the washout."""
        lengths = np.diff(data.sequences.offsets)
        n_seen = np.zeros_like(lengths)
        carry = self._carry_for(data.sequences, data.sequences.ids[0])
        if carry is not None:
            n_seen[0] = carry.n_seen
        return int(np.maximum(lengths - np.maximum(self.washout - n_seen, 0), 0).sum())

    def _training_chunks(self, data: TrainingData) -> Iterator[tuple[Any, ...]]:
        """Run over the training data, yielding what the readout is to be fitted to.

        The arrays that are yielded are filled again for the next chunk.
        """
        for part, name in zip(data.sequences.parts(), data.sequences.ids, strict=True):
            carry = self._carry_for(data.sequences, name)
            if carry is None:
                noise = self._runner.memory.noise_generator(self._n_sequences)
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


@dataclass
class _Carry:
    """Where the training of a sequence stands, so that another block can go on."""

    name: Any
    state: State
    n_seen: int
    noise: np.random.Generator | None


def own_copy(
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
