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

from esnkit.core.checks import check_name, check_numbers
from esnkit.core.typing import FloatArray, Indices
from esnkit.kernels.summaries import lagged_products, summarise

N_SLICES = 2  # of equal length, one after the other
LEVELS = (0.125, 0.375, 0.625, 0.875)  # quantiles of the states, whose excess is counted
DEFAULT = ("slices", "deviation", "largest", "smallest", "shares", "model-space")
NAMES = ("mean", "last", *DEFAULT)
N_COMPONENTS = 20  # of the states, in the model space
MODEL_PENALTY = 10.0  # of the ridge regression from state to next state
_SINGLE = ("last", "deviation", "largest", "smallest")  # one number for each unit
_ROWS_FOR_LEVELS = 2500  # of states, at most
_ABOVE, _LEAST_ABOVE = 1e-4, 1e-6  # of a unit's range, or of the level: how far above it is put

Pooling = str | Sequence[str] | Callable[[FloatArray], Any]


class SequencePooling:
    """Summaries of states over each sequence, by name.

    Parameters
    ----------
    pooling : str, sequence of str, or callable
        ``"mean"``, ``"last"``, ``"deviation"``, ``"largest"``, ``"smallest"``; ``"slices"``, the
        means of two equal halves; ``"shares"``, the parts of the steps in which a unit lies above
        each of four quantiles of its states in training; ``"model-space"``, the coefficients of
        a ridge regression from state to next state on the 20 main components of the states in
        training; ``"default"``, all but mean and last. Or a function of the states of one sequence,
        (n_steps, n_units), that returns numbers.
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
        self._levels = np.empty((0, states.shape[1]), states.dtype)
        if "shares" in self.names:
            some = states[:: -(-len(states) // _ROWS_FOR_LEVELS)]
            levels = np.quantile(some, LEVELS, axis=0)
            # States that recur must not change sides by their last bits.
            levels += _ABOVE * np.ptp(some, axis=0) + _LEAST_ABOVE * np.abs(levels)
            self._levels = levels.astype(states.dtype)
        if "model-space" in self.names:
            self._centre = states.mean(axis=0)
            _, components = np.linalg.eigh(np.cov(states.T).reshape(2 * (states.shape[1],)))
            self._components = components[:, -N_COMPONENTS:].astype(states.dtype)
        return self

    def transform(self, states: FloatArray, offsets: Indices) -> FloatArray:
        """Return features (n_sequences, n_features) of states that follow one another."""
        if self.function is not None:
            made = [self.function(states[a:b]) for a, b in pairwise(offsets)]
            return np.stack([np.ravel(check_numbers(m, "the result of pooling")) for m in made])
        found = {}
        if set(self.names) != {"model-space"}:
            found = self._summaries(states, offsets)
        if "model-space" in self.names:
            path = states @ self._components - self._centre @ self._components
            found["model-space"] = next_state_maps(path, offsets)
        return np.hstack([found[name].reshape(len(offsets) - 1, -1) for name in self.names])

    def _summaries(self, states: FloatArray, offsets: Indices) -> dict[str, FloatArray]:
        """Return what each unit did by itself, (n_sequences, n_rows, n_units) by name."""
        n, n_levels = self.least_steps, len(self._levels)
        out = np.empty((len(offsets) - 1, n + 4 + n_levels, states.shape[1]))
        summarise(states, offsets, n, self._levels, out)
        found = {name: out[:, n + k] for k, name in enumerate(_SINGLE)}
        lengths = np.diff(offsets)
        borders = np.arange(n + 1)[:, None] * lengths // n
        shares = np.diff(borders, axis=0) / lengths  # of each slice in the sequence
        found["mean"] = np.einsum("ks,ski->si", shares, out[:, :n])
        return found | {"slices": out[:, :n], "shares": out[:, n + 4 :]}


def next_state_maps(path: FloatArray, offsets: Indices) -> FloatArray:
    """Return the coefficients that best predict each row of a path from the one before.

    For each sequence they are (n_components + 1, n_components), those of the intercept last.
    """
    rows = np.column_stack([path, np.ones(len(path))]).astype(np.float64)
    shape = (len(offsets) - 1, rows.shape[1], rows.shape[1])
    squares, products = np.empty(shape), np.empty(shape)
    lagged_products(rows, offsets, squares, products)
    penalty = MODEL_PENALTY * np.eye(rows.shape[1])
    return np.asarray(np.linalg.solve(squares + penalty, products[:, :, :-1]), dtype=np.float64)
