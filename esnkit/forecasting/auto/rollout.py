"""A candidate at work on series: fitted by many penalties, and forecasting from many origins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import Candidate
from esnkit.forecasting.preprocessing import Preprocessor
from esnkit.forecasting.seasonal_adjustment import SeasonalAdjustment
from esnkit.forecasting.series import SeriesSet
from esnkit.models.rollout import Readouts, Rollout


class CandidateRollout:
    """A candidate's model on series: fitted to the first steps of each, run over all of them.

    Its forecasts are those of a `Forecaster` with the same settings, to rounding.

    Parameters
    ----------
    candidate : Candidate
        The settings; not those of a classical forecast.
    data : SeriesSet
        The series, as far as the model is to see them.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps, and of those to come as far as runs go on beyond the end.
    n_fitted : list of int
        How many of the first steps of each series are fitted.
    *origins : list of list of int
        For each series, how many of its steps are known where runs begin; as many for each.
    """

    def __init__(
        self,
        candidate: Candidate,
        data: SeriesSet,
        inputs: list[FloatArray] | None,
        n_fitted: Sequence[int],
        *origins: Sequence[Sequence[int]],
    ) -> None:
        self._origins = [list(chain(*cuts)) for cuts in zip(*origins, strict=True)]
        self._values = [member.values for member in data.members]
        self._adjustment = SeasonalAdjustment(candidate.view.log, candidate.view.season)
        self._adjustment.fit(_heads(self._values, n_fitted))
        self._adjusted = [self._adjustment.forward(i, v) for i, v in enumerate(self._values)]
        self._scaling = Preprocessor(None, candidate.view.differences, True)
        self._scaling.fit(_heads(self._adjusted, n_fitted))
        self._inputs = [np.zeros((len(v), 0)) for v in self._values]
        if inputs is not None:
            scale = Preprocessor(None, (), True).fit(_heads(inputs, n_fitted))
            self._inputs = [scale.forward(x) for x in inputs]
        n_variables, n_inputs = data.n_variables, self._inputs[0].shape[1]
        model = candidate.model(min(n_fitted))
        self._rollout = Rollout(model, candidate.seed, n_variables + n_inputs, n_variables)
        self._starts = [self._learn(i, n) for i, n in enumerate(n_fitted)]

    @property
    def n_origins(self) -> int:
        """How many origins there are."""
        return len(self._origins[0])

    def _learn(self, i: int, n_fitted: int) -> list[State]:
        """Run over a series, and return the states at its origins."""
        values = self._adjusted[i]
        z = self._scaling.forward(values)
        n_lost = len(values) - len(z) + 1  # steps before the first target
        rows = np.hstack([z[:-1], self._inputs[i][n_lost : len(values)]])
        stops = [origin - n_lost for origin in self._origins[i]]
        return self._rollout.learn(rows, z[1:], n_fitted - n_lost, stops)

    def fit(self, strengths: FloatArray) -> Readouts:
        """Solve for penalties that are given in units of the features' sum of squares."""
        return self._rollout.fit(strengths)

    def forecasts(
        self, readouts: Readouts, horizon: int, origins: Sequence[int]
    ) -> list[FloatArray]:
        """Run freely from some of the origins, by each readout.

        Parameters
        ----------
        readouts : Readouts
            From `fit`.
        horizon : int
            Number of steps.
        origins : sequence of int
            Which of the origins.

        Returns
        -------
        list of ndarray of shape (n_origins, n_penalties, horizon, n_variables)
            The forecasts of each series, in its own units.
        """
        return [runs for runs, _ in self.forecasts_and_clipped(readouts, horizon, origins)]

    def forecasts_and_clipped(
        self, readouts: Readouts, horizon: int, origins: Sequence[int]
    ) -> list[tuple[FloatArray, NDArray[np.bool_]]]:
        """Do what `forecasts` does, and tell where they had to be kept within their bounds.

        Returns
        -------
        list of tuple
            For each series its forecasts, and bool (n_origins, n_penalties, horizon).
        """
        places = [(i, k) for i in range(len(self._values)) for k in origins]
        cuts = [(self._inputs[i], self._origins[i][k]) for i, k in places]
        n_inputs = self._inputs[0].shape[1]
        given = np.zeros((horizon, len(places), n_inputs))
        if n_inputs:
            given = np.stack([x[cut : cut + horizon] for x, cut in cuts], axis=1)
        starts = [self._starts[i][k] for i, k in places]
        runs = self._rollout.run(readouts, starts, given)
        back = [self._restored(i, k, part) for (i, k), part in zip(places, runs, strict=True)]
        n = len(origins)
        parts = [back[i * n : (i + 1) * n] for i in range(len(self._values))]
        return [(np.stack([f for f, _ in p]), np.stack([c for _, c in p])) for p in parts]

    def _restored(self, i: int, k: int, runs: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Bring runs (n_penalties, horizon, n_variables) from an origin to the series' units."""
        origin = self._origins[i][k]
        tail = self._adjusted[i][origin - self._scaling.n_lost : origin]
        back = self._scaling.back(runs, tail)
        return self._adjustment.back(i, back, self._values[i][:origin])


def _heads(series: Sequence[FloatArray], lengths: Sequence[int]) -> list[FloatArray]:
    return [values[:n] for values, n in zip(series, lengths, strict=True)]
