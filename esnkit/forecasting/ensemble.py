"""Several forecasters of the same series, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import clone

from esnkit.core.checks import check_numbers
from esnkit.core.process import divergences_collected, one_thread_each, warn_of_divergence
from esnkit.core.seeding import RandomState
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.series import SeriesSet


class EnsembleForecaster(BaseForecaster):
    """Forecasts by the median of forecasters, or by their weighted mean.

    Parameters
    ----------
    members : list of forecasters
        Unfitted; copies are fitted.
    weights : array of shape (n_members, n_steps), default=None
        Weights at each step ahead, of sum 1; the last ones hold for all steps beyond. None takes
        the median, which for two members is their mean.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the ensembles of `predict_interval`.

    Attributes
    ----------
    members_ : list of forecasters
        The fitted copies.
    """

    def __init__(
        self,
        members: Sequence[BaseForecaster],
        weights: FloatArray | None = None,
        *,
        random_state: RandomState = None,
    ) -> None:
        self.members = members
        self.weights = weights
        self.random_state = random_state

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        self.series_, self._inputs = data, inputs
        with one_thread_each():
            self.members_ = [clone(member)._fit(data, inputs) for member in self.members]
        return self

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        for member in self.members_:
            member._update(data, inputs, learn)
        self._grow(data, inputs)

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        futures, complaints = [], []
        for member in self.members_:
            with divergences_collected() as collected:
                futures.append(member._forecast(horizon, inputs))
            complaints += collected[:1]
        if 2 * len(complaints) > len(self.members_):  # else the others outvote them
            warn_of_divergence(complaints[0], stacklevel=3)
        return [self._joined(np.array(runs)) for runs in zip(*futures, strict=True)]

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        for member in self.members_:
            member._apply(data, inputs)
        self.series_, self._inputs = data, inputs

    def _fitted(self) -> list[FloatArray]:
        runs = zip(*(member._fitted() for member in self.members_), strict=True)
        # Each step is the first ahead of the one before, and weighed as such.
        return [self._joined(np.array(r).reshape(len(r), 1, -1)).reshape(r[0].shape) for r in runs]

    def _joined(self, runs: FloatArray) -> FloatArray:
        """Make one forecast of those of the members, (n_members, horizon, n_variables)."""
        if self.weights is None:
            return np.median(runs, axis=0)
        weights = np.asarray(self.weights, dtype=np.float64)
        steps = np.minimum(np.arange(runs.shape[1]), weights.shape[1] - 1)
        return np.einsum("mh,mhv->hv", weights[:, steps], runs)

    def _bounded(self, values: FloatArray, i: int) -> FloatArray:
        """Keep a bound of an interval from going below zero where the series never did."""
        lowest = self.series_.members[i].values.min(axis=0)
        return np.where(lowest >= 0, np.maximum(values, 0), values)

    def _check_parameters(self) -> None:
        """Check members and weights; what members are made of they check themselves."""
        members = self.members
        if not isinstance(members, list | tuple) or not members:
            raise TypeError(f"members must be a list of forecasters, got {members!r}.")
        strange = [m for m in members if not isinstance(m, BaseForecaster)]
        if strange:
            raise TypeError(f"members must be forecasters, got {strange[0]!r}.")
        if self.weights is not None:
            weights = check_numbers(self.weights, "weights")
            if weights.ndim != 2 or len(weights) != len(members) or not weights.size:
                raise ValueError(
                    f"weights must have shape ({len(members)}, n_steps), got {weights.shape}."
                )

    def _check_learning(self, n_series: int) -> None:
        for member in self.members_:
            member._check_learning(n_series)

    def _with_members(self, members: list[BaseForecaster]) -> EnsembleForecaster:
        """Return an unfitted forecaster that joins other members in the same way."""
        return EnsembleForecaster(members, self.weights, random_state=self.random_state)

    def _frozen_clone(self) -> EnsembleForecaster:
        return self._with_members([member._frozen_clone() for member in self.members_])

    def _reseeded(self, seed: int) -> EnsembleForecaster:
        seeds = np.random.SeedSequence(seed).generate_state(len(self.members))
        pairs = zip(self.members, seeds, strict=True)
        return self._with_members([member._reseeded(int(s)) for member, s in pairs])
