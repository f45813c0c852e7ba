"""From the states of a sequence to one row of features, whatever its length.

The model space of a sequence [1]_ is the linear map that best predicts its next state from its
present one, on the main components of the states: how a sequence moves, whatever its length.

.. [1] F. M. Bianchi, S. Scardapane, S. Løkse and R. Jenssen, "Reservoir computing approaches for
   representation and classification of multivariate time series", IEEE Transactions on Neural
   Networks and Learning Systems 32, 2169-2179, 2021.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from esnkit.core.checks import check_name
from esnkit.core.typing import FloatArray, Indices
from esnkit.kernels.summaries import summarise

N_SLICES = 4  # of equal length, one after the other
LEVELS = (0.125, 0.375, 0.625, 0.875)  # quantiles of the states, whose excess is counted
DEFAULT = ("slices", "last", "deviation", "largest", "smallest", "shares", "model-space")
NAMES = ("mean", *DEFAULT)
N_COMPONENTS = 20  # of the states, in the model space
MODEL_PENALTY = 10.0  # of the ridge regression from state to next state

Pooling = str | Sequence[str] | Callable[[FloatArray], Any]


class SequencePooling:
    """Summaries of states over each sequence, by name.

    Parameters
    ----------
    pooling : str, sequence of str, or callable
        ``"mean"``, ``"last"``, ``"deviation"``, ``"largest"``, ``"smallest"``; ``"slices"``, the
        means of four equal slices; ``"shares"``, the parts of the steps in which a unit lies above
        each of four quantiles of its states in training; ``"model-space"``, the coefficients of
        a ridge regression from state to next state on the 20 main components of the states in
        training; ``"default"``, all but the mean. Or a function of the states (n_steps, n_units)
        of one sequence that returns numbers.
    """

    def __init__(self, pooling: Pooling) -> None:
        self.function = pooling if callable(pooling) else None
        names = DEFAULT if isinstance(pooling, str) and pooling == "default" else pooling
        names = [names] if isinstance(names, str) else names
        if isinstance(pooling, type) or not (callable(pooling) or isinstance(names, list | tuple)):
            raise TypeError(
                f"pooling must be a name, a list of names or a function, got {pooling!r}."
            )
        self.names = [] if self.function else list(names)  # type: ignore[arg-type]
        if not callable(pooling) and not self.names:
            raise ValueError("pooling must name at least one summary, got none.")
        for name in self.names:
            check_name("pooling", name, NAMES)

    @property
    def least_steps(self) -> int:
        """Steps that the shortest sequence must have."""
        return N_SLICES if "slices" in self.names else 1

    def fit(self, states: FloatArray) -> SequencePooling:
        """Learn levels and main components from states (n_rows, n_units)."""
        levels = LEVELS if "shares" in self.names else ()
        self._levels = np.quantile(states, levels, axis=0).reshape(len(levels), states.shape[1])
        if "model-space" in self.names:
            self._centre = states.mean(axis=0)
            _, components = np.linalg.eigh(np.cov(states.T).reshape(2 * (states.shape[1],)))
            self._components = components[:, -N_COMPONENTS:]
        return self

    def transform(self, states: FloatArray, offsets: Indices) -> FloatArray:
        """Return features (n_sequences, n_features) of states that follow one another."""
        return np.stack([self._summarise(states[a:b]) for a, b in pairwise(offsets)])

    def _summarise(self, states: FloatArray) -> FloatArray:
        """Return the features of one sequence."""
        if self.function is not None:
            return np.ravel(self.function(states)).astype(np.float64)
        n_steps, n_units = states.shape
        n_slices = min(N_SLICES, n_steps)
        borders = np.arange(n_slices + 1) * n_steps // n_slices
        found = {
            "slices": np.empty((n_slices, n_units)),
            "shares": np.empty((len(self._levels), n_units)),
            **{name: np.empty(n_units) for name in ("deviation", "largest", "smallest")},
        }
        summarise(states, borders, self._levels, *found.values())
        found["last"] = states[-1]
        found["mean"] = np.diff(borders) @ found["slices"] / n_steps
        if "model-space" in self.names:
            found["model-space"] = self._next_state_map((states - self._centre) @ self._components)
        return np.concatenate([found[name].ravel() for name in self.names])

    def _next_state_map(self, path: FloatArray) -> FloatArray:
        """Return the coefficients that best predict each row of a path from the one before."""
        inputs = np.column_stack([path[:-1], np.ones(len(path) - 1)])
        gram = inputs.T @ inputs + MODEL_PENALTY * np.eye(inputs.shape[1])
        return np.asarray(np.linalg.solve(gram, inputs.T @ path[1:]), dtype=np.float64)
