"""Many series, each forecast by a forecaster of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from sklearn.base import clone

from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.series import SeriesSet, inputs_at
from esnkit.search.engine import run_side_by_side


class SeparateForecaster(BaseForecaster):
    """Forecasts each of many series by a forecaster of its own.

    Parameters
    ----------
    members : list of forecasters
        Unfitted, one for each series; copies are fitted.
    n_jobs : int, default=None
        Series that are fitted at a time, in threads; None means one, -1 one for each core.
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
        *,
        n_jobs: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.members = members
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        if len(data) != len(self.members):
            raise ValueError(f"{len(self.members)} members cannot forecast {len(data)} series.")
        self.series_, self._inputs = data, inputs
        tasks = (
            (clone(member), data.only(i), inputs_at(inputs, i))
            for i, member in enumerate(self.members)
        )
        self.members_ = run_side_by_side(
            lambda member, one, known: member._fit(one, known), tasks, self.n_jobs
        )
        return self

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        for i, member in enumerate(self.members_):
            member._update(data.only(i), inputs_at(inputs, i), learn)
        self._grow(data, inputs)

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        return [
            member._forecast(horizon, inputs_at(inputs, i))[0]
            for i, member in enumerate(self.members_)
        ]

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        for i, member in enumerate(self.members_):
            member._apply(data.only(i), inputs_at(inputs, i))
        self.series_, self._inputs = data, inputs

    def _fitted(self) -> list[FloatArray]:
        return [member._fitted()[0] for member in self.members_]

    def _bounded(self, values: FloatArray, i: int) -> FloatArray:
        return self.members_[i]._bounded(values, 0)

    def _check_parameters(self) -> None:
        strange = [m for m in self.members if not isinstance(m, BaseForecaster)]
        if strange or not self.members:
            raise TypeError(f"members must be a list of forecasters, got {self.members!r}.")

    def _check_learning(self, n_series: int) -> None:
        for member in self.members_:
            member._check_learning(1)

    def _frozen_clone(self) -> SeparateForecaster:
        members = [member._frozen_clone() for member in self.members_]
        return SeparateForecaster(members, n_jobs=self.n_jobs, random_state=self.random_state)

    def _reseeded(self, seed: int) -> SeparateForecaster:
        rng = child_generator(root_seed(seed), "reservoir")
        seeds = rng.integers(2**31, size=len(self.members))
        fitted = getattr(self, "members_", self.members)
        members = [member._reseeded(int(s)) for member, s in zip(fitted, seeds, strict=True)]
        return SeparateForecaster(members, n_jobs=self.n_jobs, random_state=self.random_state)
