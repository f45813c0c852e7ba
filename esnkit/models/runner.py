"""A memory and a readout at work: over given rows, or in a loop on their own outputs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from esnkit.core.quiet import warn_of_divergence
from esnkit.core.sequences import CHUNK, TrainingData, chunks
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop
from esnkit.kernels.online import AdaptiveFilter, learn_in_loop, learn_rows
from esnkit.kernels.reservoir import ReservoirWeights
from esnkit.memories.base import Memory
from esnkit.memories.reservoir import Reservoir
from esnkit.readouts.online import LMSReadout, RLSReadout
from esnkit.readouts.ridge import RidgeReadout


class Runner:
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
        n_units = self.memory.n_features_out_
        n_states = n_units * (2 if self.squared_states else 1)
        length = CHUNK if self.memory.can_continue else len(rows)
        buffer = np.empty((min(length, len(rows)), self.n_readout_features))
        for chunk in chunks(len(rows), length):
            states, state = self.memory.run(
                rows[chunk], state, None if teacher is None else teacher[chunk], noise=noise
            )
            features = buffer[: len(states)]
            features[:, :n_units] = states
            if self.squared_states:
                np.square(features[:, :n_units], out=features[:, n_units:n_states])
            if self.include_input:
                features[:, n_states:] = rows[chunk]
            yield chunk, features, state

    def run(
        self, rows: FloatArray, state: State, teacher: FloatArray | None
    ) -> tuple[FloatArray, State]:
        """Run over given rows: outputs of shape (n_steps, n_outputs), and the state at the end.

        With output feedback and no teacher the outputs are fed back.
        """
        if self.memory.n_feedback_ and teacher is None:
            return self.free_run(rows, len(rows), state)
        outputs = np.empty((len(rows), self.n_outputs))
        for chunk, features, end in self.features(rows, state, teacher):
            outputs[chunk] = self.read_out(features)
            state = end
        return outputs, State(state.states, (outputs if teacher is None else teacher)[-1])

    def free_run(self, rows: FloatArray, n_steps: int, state: State) -> tuple[FloatArray, State]:
        """Run on the outputs, compiled if memory and readout are; warn if they diverge.

        Where ``rows`` (n_steps, n_given) lacks features, the outputs take the first places.
        """
        through_input = rows.shape[1] < self.n_features
        if self.linear is None or not self.memory.compiled:
            outputs, end, first_clipped = self._step_freely(rows, n_steps, state, through_input)
        else:
            loop = self.loop(through_input)
            outputs, end, first_clipped = self.memory.free_run(loop, rows, n_steps, state)
        warn_if_clipped(first_clipped, n_steps, self.output_range)
        return outputs, end

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
        data = self._data
        for i, part in enumerate(data.sequences.parts()):
            position = self._position_before(i)
            rows, targets = data.sequences.rows[part], data.targets[part]
            weights = None if data.weights is None else data.weights[part]
            n_skipped, state = max(self._washout - position.n_seen, 0), position.state
            for chunk, features, end in self._runner.features(rows, state, targets, position.noise):
                first = max(n_skipped, chunk.start)
                if first < chunk.stop:
                    fitted = slice(first, chunk.stop)
                    yield (
                        features[first - chunk.start :],
                        targets[fitted],
                        None if weights is None else weights[fitted],
                    )
                state = end
            self.end = replace(position, state=state, n_seen=position.n_seen + len(rows))

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
