"""Several forecasters of the same series, and what they say together."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from esnkit.core.exceptions import DivergenceWarning
from esnkit.core.seeding import RandomState
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.series import SeriesSet


class JointForecaster(BaseForecaster):
    """Forecasts by several forecasters; what is made of their forecasts, a subclass says."""

    members_: list[BaseForecaster]

    id_column: Any = None  # series come read

    @abstractmethod
    def _joined(self, runs: FloatArray) -> FloatArray:
        """Make one forecast of those of the members, (n_members, horizon, n_variables)."""

    @abstractmethod
    def _of(self, members: list[BaseForecaster]) -> JointForecaster:
        """Return an unfitted forecaster that joins other members in the same way."""

    def _fit_members(
        self,
        members: Sequence[BaseForecaster],
        data: SeriesSet,
        inputs: list[FloatArray] | None,
    ) -> Self:
        """Fit copies of the members."""
        self.series_, self._inputs = data, inputs
        with threadpool_limits(1, user_api="blas"):  # the same digits on any number of cores
            self.members_ = [clone(member)._fit(data, inputs) for member in members]
        return self

    def _extend(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        for member in self.members_:
            member._extend(data, inputs, learn)
        self._grow(data, inputs)

    def _futures(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        futures, complaints = [], []
        for member in self.members_:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", DivergenceWarning)
                futures.append(member._futures(horizon, inputs))
            complaints += caught[:1]
        if 2 * len(complaints) > len(self.members_):  # else the others outvote them
            warnings.warn(str(complaints[0].message), DivergenceWarning, stacklevel=3)
        return [self._joined(np.array(runs)) for runs in zip(*futures, strict=True)]

    def _bounded(self, values: FloatArray, i: int) -> FloatArray:
        """Keep a bound of an interval from going below zero where the series never did."""
        lowest = self.series_.members[i].values.min(axis=0)
        return np.where(lowest >= 0, np.maximum(values, 0), values)

    def _check_parameters(self) -> None:
        """Leave the check to the members."""

    def _check_learning(self, n_series: int) -> None:
        for member in self.members_:
            member._check_learning(n_series)

    def _settled(self) -> JointForecaster:
        settled = self._of([member._settled() for member in self.members_])
        return settled.set_params(random_state=self.random_state)

    def _reseeded(self, seed: int) -> JointForecaster:
        seeds = np.random.SeedSequence(seed).generate_state(len(self.members_))
        return self._of([m._reseeded(int(s)) for m, s in zip(self.members_, seeds, strict=True)])


class EnsembleForecaster(JointForecaster):
    """Forecasts by the median of forecasters; that of two is their mean.

    Parameters
    ----------
    members : list of forecasters
        Unfitted; copies are fitted.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the ensembles of `predict_interval`.

    Attributes
    ----------
    members_ : list of forecasters
        The fitted copies.
    """

    def __init__(
        self, members: Sequence[BaseForecaster], *, random_state: RandomState = None
    ) -> None:
        self.members = members
        self.random_state = random_state

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        return self._fit_members(self.members, data, inputs)

    def _joined(self, runs: FloatArray) -> FloatArray:
        return np.median(runs, axis=0)

    def _of(self, members: list[BaseForecaster]) -> EnsembleForecaster:
        return EnsembleForecaster(members)


class WeightedForecaster(JointForecaster):
    """Forecasts by a weighted mean of forecasters.

    Parameters
    ----------
    members : list of forecasters
        Unfitted; copies are fitted.
    weights : array of shape (n_members, n_steps)
        Weights at each step ahead, of sum 1; the last ones hold for all steps beyond.
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
        weights: FloatArray,
        *,
        random_state: RandomState = None,
    ) -> None:
        self.members = members
        self.weights = weights
        self.random_state = random_state

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        return self._fit_members(self.members, data, inputs)

    def _joined(self, runs: FloatArray) -> FloatArray:
        return weighted_median(runs, self.weights)

    def _of(self, members: list[BaseForecaster]) -> WeightedForecaster:
        return WeightedForecaster(members, self.weights)


def weighted_median(runs: FloatArray, weights: FloatArray) -> FloatArray:
    """Average forecasts (n_members, horizon, n_variables) by weights (n_members, n_steps)."""
    steps = np.minimum(np.arange(runs.shape[1]), weights.shape[1] - 1)
    return np.einsum("mh,mhv->hv", weights[:, steps], runs)
