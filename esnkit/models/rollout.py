"""A model that is fitted by many penalties at once and run freely from many states at once.

This predicts what an `ESNRegressor` does, to rounding, but the memory runs over the rows once, one
factorisation serves all penalties, and all free runs of a memory are lanes of one compiled loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from esnkit.core.seeding import own_copy, root_seed
from esnkit.core.sequences import read_washout
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop, loop_of
from esnkit.memories.base import Memory
from esnkit.models.esn import ESNRegressor
from esnkit.models.runner import output_range
from esnkit.readouts.ridge_statistics import RidgeStatistics


@dataclass(frozen=True)
class Readouts:
    """Linear readouts of one model, fitted by different penalties."""

    loops: Loop  # a stack
    penalties: FloatArray  # for each row that they were fitted to

    def __len__(self) -> int:
        """Count the penalties."""
        return len(self.penalties)

    def __getitem__(self, places: slice) -> Readouts:
        """Take some of them."""
        return Readouts(loop_of(self.loops, places), self.penalties[places])


class Rollout:
    """The memory of a model, run over rows whose targets it learns.

    Parameters
    ----------
    model : ESNRegressor
        Its settings; it stays as it is. The readout is a ridge regression by ``"qr"``, and outputs
        take the first places of the input when it runs freely.
    seed : int
        As of `esnkit.Forecaster`, whose model the seed would fill.
    n_features, n_outputs : int
        Widths of input and output.
    """

    def __init__(self, model: ESNRegressor, seed: int, n_features: int, n_outputs: int) -> None:
        self._memory = _drawn(model, seed).prepare(n_features, n_outputs)
        self._sees_input, self._squared = model.readout_sees_input, bool(model.squared_states)
        self._washout, self._clip_margin = read_washout(model), model.clip_margin
        n_states = self._memory.n_features_out_ * (1 + self._squared)
        width = n_states + n_features * self._sees_input
        self._statistics = RidgeStatistics(width, n_outputs, solver="qr")
        self._low, self._high = np.full(n_outputs, np.inf), np.full(n_outputs, -np.inf)

    def learn(
        self, rows: FloatArray, targets: FloatArray, n_fitted: int, stops: Sequence[int]
    ) -> list[State]:
        """Run over a sequence, and take its first rows into the statistics.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            The input.
        targets : ndarray of shape (n_rows, n_outputs)
            What follows each row.
        n_fitted : int
            How many of the first rows are learned, the washout among them.
        stops : sequence of int
            Numbers of rows, from 1 to n_rows, in any order.

        Returns
        -------
        list of State
            That after so many rows, for each of the stops.
        """
        h = np.empty((len(rows), self._memory.n_features_out_))
        state, kept = self._memory.initial_state(), {}
        for start, stop in pairwise(sorted({0, n_fitted, *stops})):
            _, state = self._memory.run(rows[start:stop], state, out=h[start:stop])
            kept[stop] = State(state.states, targets[stop - 1])
        fitted = slice(self._washout, n_fitted)
        parts = [h[fitted]]
        parts += [np.square(h[fitted])] * self._squared + [rows[fitted]] * self._sees_input
        features = np.hstack(parts) if len(parts) > 1 else parts[0]
        self._statistics.update(features, targets[fitted])
        self._low = np.minimum(self._low, targets[:n_fitted].min(axis=0))
        self._high = np.maximum(self._high, targets[:n_fitted].max(axis=0))
        return [kept[stop] for stop in stops]

    def fit(self, strengths: FloatArray) -> Readouts:
        """Solve for penalties, all from one factorisation.

        Parameters
        ----------
        strengths : ndarray of shape (n_penalties,)
            Penalties in units of the features' sum of squares.

        Returns
        -------
        Readouts
        """
        statistics = self._statistics
        squares = statistics.sums_of_squares[: statistics.n_features].sum() or 1.0
        coef, intercept = statistics.solve_path(strengths * squares)
        lower, upper = output_range(self._low, self._high, self._clip_margin)
        loops = Loop(
            coef=coef,
            intercept=intercept,
            with_input=self._sees_input,
            squared=self._squared,
            through_input=True,
            through_feedback=False,
            lower=np.tile(lower, (len(strengths), 1)),
            upper=np.tile(upper, (len(strengths), 1)),
        )
        return Readouts(loops, strengths * squares / statistics.n_samples)

    def run(self, readouts: Readouts, starts: Sequence[State], given: FloatArray) -> FloatArray:
        """Run freely from each of some states, by each readout.

        Parameters
        ----------
        readouts : Readouts
            From `fit`.
        starts : sequence of State
            Where to start.
        given : ndarray of shape (n_steps, n_starts, n_given)
            The input behind the outputs, at each step of the runs.

        Returns
        -------
        ndarray of shape (n_starts, n_penalties, n_steps, n_outputs)
        """
        n_penalties = len(readouts)
        states = [start for start in starts for _ in range(n_penalties)]
        outputs, _ = self._memory.free_run_many(
            readouts.loops, np.repeat(given, n_penalties, axis=1), states
        )
        runs = outputs.reshape(len(given), len(starts), n_penalties, -1)
        return runs.transpose(1, 2, 0, 3)


def _drawn(model: ESNRegressor, seed: int) -> Memory:
    """Copy and seed the memory as a `Forecaster` with this seed does."""
    inner = own_copy(model, root_seed(seed), "reservoir")
    memory: Memory = own_copy(inner.reservoir, root_seed(inner.random_state), "reservoir")
    return memory
