"""A memory and a readout at work: over given rows, or in a loop on their own outputs."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from esnkit.core.process import warn_of_divergence
from esnkit.core.sequences import CHUNK, TrainingData, batches, chunks
from esnkit.core.state import State
from esnkit.core.typing import FloatArray, Indices
from esnkit.kernels.closed_loop import Loop, stack
from esnkit.kernels.online import AdaptiveFilter, learn_in_loop, learn_rows
from esnkit.kernels.reservoir import ReservoirWeights
from esnkit.memories.base import Memory
from esnkit.memories.reservoir import Reservoir
from esnkit.readouts.online import LMSReadout, RLSReadout
from esnkit.readouts.ridge import RidgeReadout

BATCH = 2**23  # features of short sequences that are held at one time, in numbers


class FittedRunner(ABC):
    """What computes the outputs of a fitted model, over rows that are checked."""

    n_features: int

    @abstractmethod
    def initial_states(self) -> NDArray[Any]:
        """Return what `State.states` is before the first step."""

    @abstractmethod
    def run(
        self, rows: FloatArray, state: State, teacher: FloatArray | None
    ) -> tuple[FloatArray, State]:
        """Run over given rows: outputs of shape (n_steps, n_outputs), and the state at the end.

        With output feedback and no teacher the outputs are fed back.
        """

    @abstractmethod
    def free_run(self, rows: FloatArray, n_steps: int, state: State) -> tuple[FloatArray, State]:
        """Run on the outputs: their values, and the state at the end; warn if they diverge.

        Where ``rows`` (n_steps, n_given) lacks features, the outputs take the first places.
        """

    def run_many(
        self,
        rows: FloatArray,
        offsets: Indices,
        states: Sequence[State],
        teacher: FloatArray | None,
    ) -> tuple[FloatArray, list[State]]:
        """Run as `run` does over many sequences: outputs (n_rows, n_outputs), states at the ends.

        Sequence i is ``rows[offsets[i]:offsets[i + 1]]``.
        """
        outputs, ends = [], []
        for (start, stop), state in zip(pairwise(offsets), states, strict=True):
            given = None if teacher is None else teacher[start:stop]
            own, end = self.run(rows[start:stop], state, given)
            outputs.append(own)
            ends.append(end)
        return np.concatenate(outputs), ends

    def free_run_many(self, rows: FloatArray, n_steps: int, states: Sequence[State]) -> FloatArray:
        """Run on the outputs from many states: outputs of shape (n_runs, n_steps, n_outputs).

        ``rows`` (n_steps, n_runs or 1, n_given) are the inputs of each run, or of all.
        """
        return np.stack(
            [
                self.free_run(rows[:, i % rows.shape[1]], n_steps, state)[0]
                for i, state in enumerate(states)
            ]
        )


class Runner(FittedRunner):
    """Runs a memory with a readout, holding a chunk of features at a time.

    Parameters
    ----------
    memory : memory
        Prepared for the widths below.
    n_features, n_outputs : int
        Widths of input and output.
    include_input : bool
        Whether the readout sees x(n) beside h(n).
    squared_states : bool
        Whether the readout sees the squares of h(n) too.
    clip_margin : float
        By how many widths of their range outputs that are fed back may leave that of the targets.
    """

    def __init__(
        self,
        memory: Memory,
        n_features: int,
        n_outputs: int,
        *,
        include_input: bool,
        squared_states: bool,
        clip_margin: float,
    ) -> None:
        self.memory = memory
        self.n_features = n_features
        self.n_outputs = n_outputs
        self.include_input = include_input
        self.squared_states = squared_states
        self.clip_margin = clip_margin
        self.linear: tuple[FloatArray, FloatArray] | None = None
        self.low = np.full(n_outputs, np.inf)
        self.high = np.full(n_outputs, -np.inf)

    def initial_states(self) -> NDArray[Any]:
        """Return what the memory holds before the first step."""
        return self.memory.initial_state().states

    def initial_state(self) -> State:
        """Return the state before the first step: zero states and a zero output."""
        return State(self.initial_states(), np.zeros(self.n_outputs))

    def attach(self, readout: Any) -> None:
        """Take a fitted readout, and note its weights if it is linear."""
        self.readout = readout
        self.linear = linear_weights(readout, self.n_outputs)

    def see_targets(self, targets: FloatArray) -> None:
        """Widen the known range of the targets."""
        self.low = np.minimum(self.low, targets.min(axis=0))
        self.high = np.maximum(self.high, targets.max(axis=0))

    @property
    def output_range(self) -> FloatArray:
        """Bounds in which outputs that are fed back are clipped, of shape (2, n_outputs)."""
        return output_range(self.low, self.high, self.clip_margin)

    @property
    def n_readout_features(self) -> int:
        """How many features the readout sees."""
        n_states = self.memory.n_features_out_ * (2 if self.squared_states else 1)
        return n_states + (self.n_features if self.include_input else 0)

    def features(
        self,
        rows: FloatArray,
        state: State,
        teacher: FloatArray | None,
        noise: Any = None,
    ) -> Iterator[tuple[slice, FloatArray, State]]:
        """Run over a sequence, yielding [h(n); h(n)²; x(n)] in a buffer that is used again."""
        length = CHUNK if self.memory.can_continue else len(rows)
        buffer = np.empty((min(length, len(rows)), self.n_readout_features))
        remembered = self.memory._empty_features(len(buffer))
        for chunk in chunks(len(rows), length):
            given = None if teacher is None else teacher[chunk]
            out = remembered[: chunk.stop - chunk.start]
            states, state = self.memory.run(rows[chunk], state, given, noise=noise, out=out)
            features = buffer[: len(states)]
            self._complete(features, states, rows[chunk])
            yield chunk, features, state

    def features_of_many(
        self,
        rows: FloatArray,
        offsets: Indices,
        states: Sequence[State],
        teacher: FloatArray | None,
        noises: Sequence[Any],
    ) -> Iterator[tuple[int, slice, FloatArray, State]]:
        """Yield what `features` does of many sequences, each with its number in front.

        Short sequences advance together; of a long one there is a chunk at a time.
        """
        for batch in batches(np.diff(offsets), BATCH // self.n_readout_features):
            part = slice(offsets[batch.start], offsets[batch.stop])
            given = None if teacher is None else teacher[part]
            if batch.stop - batch.start == 1:
                i = batch.start
                for chunk, features, end in self.features(rows[part], states[i], given, noises[i]):
                    yield i, chunk, features, end
                continue
            cuts = offsets[batch.start : batch.stop + 1] - part.start
            memory_states, ends = self.memory.run_many(
                rows[part], cuts, states[batch], given, noises=noises[batch]
            )
            features = np.empty((len(memory_states), self.n_readout_features))
            self._complete(features, memory_states, rows[part])
            for i, end in enumerate(ends):
                own = features[cuts[i] : cuts[i + 1]]
                yield batch.start + i, slice(0, len(own)), own, end

    def _complete(self, features: FloatArray, states: NDArray[Any], rows: FloatArray) -> None:
        """Fill features with [h(n); h(n)²; x(n)], as far as the readout sees them."""
        n_units = states.shape[1]
        features[:, :n_units] = states
        if self.squared_states:
            np.square(features[:, :n_units], out=features[:, n_units : 2 * n_units])
        if self.include_input:
            features[:, -rows.shape[1] :] = rows

    def run(
        self, rows: FloatArray, state: State, teacher: FloatArray | None
    ) -> tuple[FloatArray, State]:
        """Run over given rows."""
        if self.memory.n_feedback_ and teacher is None:
            return self.free_run(rows, len(rows), state)
        outputs, ends = self.run_many(rows, np.array([0, len(rows)]), [state], teacher)
        return outputs, ends[0]

    def run_many(
        self,
        rows: FloatArray,
        offsets: Indices,
        states: Sequence[State],
        teacher: FloatArray | None,
    ) -> tuple[FloatArray, list[State]]:
        """Run over many sequences, short ones together."""
        if self.memory.n_feedback_ and teacher is None:
            return super().run_many(rows, offsets, states, teacher)
        outputs = np.empty((len(rows), self.n_outputs))
        ends = list(states)
        no_noises = [None] * len(ends)
        for i, chunk, features, end in self.features_of_many(
            rows, offsets, states, teacher, no_noises
        ):
            outputs[offsets[i] + chunk.start : offsets[i] + chunk.stop] = self.read_out(features)
            ends[i] = end
        seen = outputs if teacher is None else teacher
        return outputs, [
            State(end.states, seen[last]) for end, last in zip(ends, offsets[1:] - 1, strict=True)
        ]

    def free_run(self, rows: FloatArray, n_steps: int, state: State) -> tuple[FloatArray, State]:
        """Run on the outputs, compiled if memory and readout are."""
        through_input = rows.shape[1] < self.n_features
        if self.linear is None or not self.memory.compiled:
            outputs, end, first_clipped = self._step_freely(rows, n_steps, state, through_input)
        else:
            loop = self.loop(through_input)
            outputs, end, first_clipped = self.memory.free_run(loop, rows, n_steps, state)
        warn_if_clipped(first_clipped, n_steps, self.output_range)
        return outputs, end

    def free_run_many(self, rows: FloatArray, n_steps: int, states: Sequence[State]) -> FloatArray:
        """Run on the outputs from many states, together if memory and readout are compiled."""
        if self.linear is None or not self.memory.compiled:
            return super().free_run_many(rows, n_steps, states)
        loops = stack([self.loop(rows.shape[2] < self.n_features)])
        outputs, first_clipped = self.memory.free_run_many(loops, rows, states)
        clipped = first_clipped[first_clipped >= 0]
        warn_if_clipped(int(clipped.min()) if len(clipped) else -1, n_steps, self.output_range)
        return outputs.transpose(1, 0, 2)

    def read_out(self, features: FloatArray) -> FloatArray:
        """Turn features into outputs of shape (n_steps, n_outputs)."""
        if self.linear is None:
            return np.asarray(self.readout.predict(features)).reshape(len(features), -1)
        coef, intercept = self.linear
        return features @ coef.T + intercept

    @property
    def _reservoir(self) -> Reservoir | None:
        """The memory, if it declares that its steps are those of a reservoir, else None."""
        return cast(Reservoir, self.memory) if self.memory.is_reservoir else None

    @property
    def reservoir_weights(self) -> ReservoirWeights | None:
        """The weights, if the steppers for reservoirs that are read linearly serve, else None."""
        reservoir = self._reservoir
        return None if reservoir is None or self.linear is None else reservoir._network

    def loop(self, through_input: bool) -> Loop:
        """Describe the closed loop to the kernel."""
        assert self.linear is not None
        coef, intercept = self.linear
        lower, upper = self.output_range
        return Loop(
            coef=coef,
            intercept=intercept,
            with_input=self.include_input,
            squared=self.squared_states,
            through_input=through_input,
            through_feedback=self.memory.n_feedback_ > 0,
            lower=lower,
            upper=upper,
        )

    def learn(
        self,
        learner: AdaptiveFilter,
        rows: FloatArray,
        targets: FloatArray,
        weights: FloatArray,
        state: State,
        *,
        own: bool,
        noise: np.random.Generator | None = None,
    ) -> tuple[FloatArray, State]:
        """Run over rows and learn at each step what a weight above zero says is to be learned.

        Where outputs are fed back, the next step sees the prediction of this one if ``own``, else
        its target. Returns what was predicted before each step was learned, and the state at the
        end. Only the learner changes.
        """
        outputs = np.empty(targets.shape)
        reservoir = self._reservoir
        if reservoir is not None:
            h, y = state.states.copy(), np.array(state.output)
            learn_in_loop(
                reservoir._network,
                learner,
                self.include_input,
                self.squared_states,
                own,
                rows.astype(h.dtype),
                reservoir.draw_noise(len(rows), noise if reservoir.noise else None),
                targets,
                weights,
                h,
                y,
                outputs,
            )
            return outputs, State(h, y)
        for n in range(len(rows)):
            step = slice(n, n + 1)
            _, features, state = next(self.features(rows[step], state, None, noise))
            learn_rows(learner, features, targets[step], weights[step], outputs[step])
            state = State(state.states, outputs[n] if own else targets[n])
        return outputs, state

    def _step_freely(
        self, rows: FloatArray, n_steps: int, state: State, through_input: bool
    ) -> tuple[FloatArray, State, int]:
        """Run on the outputs step by step in Python, with any memory and any readout."""
        outputs = np.empty((n_steps, self.n_outputs))
        lower, upper = self.output_range
        first_clipped = -1
        for n, row in enumerate(rows):
            x = np.concatenate([state.output, row]) if through_input else row
            _, features, state = next(self.features(x[None], state, None))
            outputs[n], clipped = clip_outputs(self.read_out(features)[0], lower, upper)
            if clipped and first_clipped < 0:
                first_clipped = n
            state = State(state.states, outputs[n])
        return outputs, state, first_clipped


@dataclass(frozen=True)
class TrainingPosition:
    """Where the training of a sequence stands, so that another block can go on."""

    name: Any  # of the sequence
    state: State
    n_seen: int  # rows
    noise: Any  # what the memory draws from


class TrainingRun:
    """One pass over training data: the chunks that a readout is fitted to.

    Iterating runs the memory and yields features, targets and weights of the rows behind the
    washout, in arrays that are filled again for the next chunk. Nothing but this object changes;
    where the pass ended is told when it has.

    Parameters
    ----------
    runner : Runner
        Memory and features.
    data : TrainingData
        What is fitted to.
    washout : int
        First steps of each sequence that are not fitted.
    position : TrainingPosition or None
        Where the data before ended.
    n_sequences : int
        How many sequences have begun before, which numbers the seeds of their noise.
    """

    def __init__(
        self,
        runner: Runner,
        data: TrainingData,
        washout: int,
        position: TrainingPosition | None,
        n_sequences: int,
    ) -> None:
        self._runner = runner
        self._data = data
        self._washout = washout
        names, listed = data.sequences.ids, data.sequences.listed
        goes_on = position is not None and position.name == names[0] and not listed
        goes_on = goes_on and runner.memory.can_continue
        # A copy, so that a fit that fails leaves the position, its noise included, where it was.
        self._start = copy.deepcopy(position) if goes_on else None
        self._n_before = n_sequences
        self.n_sequences = n_sequences + len(names) - goes_on
        self.end: TrainingPosition | None = None  # until the pass is over

    @property
    def n_rows(self) -> int:
        """Number of rows that are going to be yielded."""
        lengths = np.diff(self._data.sequences.offsets)
        skipped = np.full_like(lengths, self._washout)
        if self._start is not None:
            skipped[0] = max(self._washout - self._start.n_seen, 0)
        return int(np.maximum(lengths - skipped, 0).sum())

    def __iter__(self) -> Iterator[tuple[FloatArray, FloatArray, FloatArray | None]]:
        data, offsets = self._data, self._data.sequences.offsets
        before = [self._position_before(i) for i in range(len(data.sequences))]
        state = before[-1].state
        for i, chunk, features, end in self._runner.features_of_many(
            data.sequences.rows,
            offsets,
            [position.state for position in before],
            data.targets,
            [position.noise for position in before],
        ):
            state = end
            first = max(self._washout - before[i].n_seen, chunk.start)
            if first < chunk.stop:
                fitted = slice(offsets[i] + first, offsets[i] + chunk.stop)
                yield (
                    features[first - chunk.start :],
                    data.targets[fitted],
                    None if data.weights is None else data.weights[fitted],
                )
        n_seen = before[-1].n_seen + int(offsets[-1] - offsets[-2])
        self.end = replace(before[-1], state=state, n_seen=n_seen)

    def learn_in_loop(self, learner: AdaptiveFilter) -> None:
        """Let a learner learn while its own outputs are fed back, a chunk of steps at a time."""
        data = self._data
        for i, part in enumerate(data.sequences.parts()):
            position = self._position_before(i)
            n_rows, state = part.stop - part.start, position.state
            weights = np.ones(n_rows) if data.weights is None else data.weights[part].copy()
            weights[: max(self._washout - position.n_seen, 0)] = 0.0
            for chunk in chunks(n_rows):
                steps = slice(part.start + chunk.start, part.start + chunk.stop)
                _, state = self._runner.learn(
                    learner,
                    data.sequences.rows[steps],
                    data.targets[steps],
                    weights[chunk],
                    state,
                    own=True,
                    noise=position.noise,
                )
            self.end = replace(position, state=state, n_seen=position.n_seen + n_rows)

    def _position_before(self, i: int) -> TrainingPosition:
        """Return where training stands before sequence number ``i`` of the data."""
        if self._start is not None and not i:
            return self._start
        noise = self._runner.memory.noise_generator(self._n_before + i - (self._start is not None))
        name = self._data.sequences.ids[i]
        return TrainingPosition(name, self._runner.initial_state(), 0, noise)

    def skip(self) -> None:
        """Run to the end for the sake of the state alone."""
        for _ in self:
            pass


def output_range(low: FloatArray, high: FloatArray, margin: float = 10.0) -> FloatArray:
    """Widen the range of targets by so many widths to the bounds of clipping, (2, n_outputs)."""
    constant = high == low
    width = np.where(constant, np.maximum(np.abs(high), 1.0), high - low)
    return np.array([low - margin * width, high + margin * width])


def warn_if_clipped(first_clipped: int, n_steps: int, bounds: FloatArray) -> None:
    """Warn of outputs that had to be clipped to their bounds, from some step on if not negative."""
    if first_clipped >= 0:
        low, high = bounds
        warn_of_divergence(
            f"The outputs that are fed back left the range from {low} to {high} in step "
            f"{first_clipped} of {n_steps} and were clipped at its bounds.",
            stacklevel=4,
        )


def clip_outputs(
    output: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, bool]:
    """Hold an output within its bounds, NaN at the lower one; tell whether it had to be."""
    inside = (output >= lower) & (output <= upper)  # False for NaN
    clipped = np.where(inside, output, np.where(output > upper, upper, lower))
    return clipped, not inside.all()


def linear_weights(readout: Any, n_outputs: int) -> tuple[FloatArray, FloatArray] | None:
    """Return coefficients and intercepts of a readout that predicts by them, else None.

    Having them is not enough, as a generalised linear model puts a link function behind; so a few
    rows are predicted in both ways. Our own are known, and searches attach them very often.
    """
    if not (hasattr(readout, "coef_") and hasattr(readout, "intercept_")):
        return None
    coef = np.array(readout.coef_, dtype=np.float64).reshape(n_outputs, -1)
    intercept = np.zeros(n_outputs) + np.ravel(readout.intercept_)
    if type(readout) in (RidgeReadout, RLSReadout, LMSReadout):
        return coef, intercept
    features = np.random.default_rng(0).uniform(-1, 1, (4, coef.shape[1]))
    expected = np.asarray(readout.predict(features)).reshape(len(features), -1)
    tolerance = 1e-6 * np.abs(expected).max()
    if not np.allclose(features @ coef.T + intercept, expected, rtol=0, atol=tolerance):
        return None
    return coef, intercept
