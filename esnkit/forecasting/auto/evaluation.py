"""How good a candidate is: free runs from several origins, behind its training data and inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import Candidate, NVARConfig
from esnkit.forecasting.auto.resolution import resolution
from esnkit.forecasting.auto.rollout import CandidateRollout
from esnkit.forecasting.backtesting import cut_back
from esnkit.forecasting.series import SeriesSet
from esnkit.models.rollout import Readouts
from esnkit.search.engine import Trial
from esnkit.search.rolling_origins import RollingOrigins

_SHORT = 300  # steps; with more, five origins tell enough, and each costs time
_LARGEST_HORIZON = 200  # if none is given
_LEAST_BEHIND = 0.5  # of a horizon, that must lie behind two seasons
YEAR_OF_WEEKS = 53  # steps; a season that is no longer is worth a shorter horizon,
FEWEST_BEHIND = 4  # if so many steps lie behind two of it
# Penalties in units of the features' sum of squares.
_COARSE = np.logspace(-21, 1, 12)
_COARSE_OF_DELAYS = np.logspace(-27, 1, 15)  # products may be the very law of the series
_FINE = np.logspace(-3, 3, 7)  # about one that was good for a similar candidate
# Origins from which all penalties are tried, and how many neighbours of the best go on.
_N_FIRST, _REACH = 2, 2
_INSIDE = (0.2, 0.35, 0.5)  # where runs inside the fitted part begin
_INSIDE_AGAIN = (0.2, 0.4, 0.6, 0.8)  # likewise, of a model that is fitted to everything
_WEIGHT_INSIDE = 0.3  # of what a run repeats that the model was fitted to
_ABOUT = np.logspace(-2, 2, 5)  # about the best penalty of the first look
# Parts of a horizon before the end, where shorter runs begin: what changed last is seen there.
_LATE_PARTS = (2, 6)
# Horizons that forecasts of longer series are compared over: those that go astray part late. On
# short ones, which are mostly noise, it made choices hang on the seed.
_FURTHER = 2
_LATE = 0.8  # share of the series that the best are fitted to once more
_LEAST_ERROR, _LARGEST_ERROR = 1e-8, 10.0  # in standard deviations


@dataclass(frozen=True, kw_only=True)
class Evaluation(Trial):
    """A candidate with its best penalty, and how it did."""

    score: float
    candidate: Candidate
    penalty: float  # for each row that the readout is fitted to
    strength: float  # the penalty in units of the features' sum of squares
    runs: FloatArray  # (n_runs, horizon), see `log_errors`
    forecasts: list[FloatArray]  # of each series, (n_origins, horizon, n_variables)


@dataclass(frozen=True)
class Finalist:
    """A candidate with a penalty, fitted to everything, and what it forecasts."""

    candidate: Candidate
    penalty: float
    score: float
    future: list[FloatArray]  # of each series, (n_steps, n_variables)
    clipped: bool  # whether most steps of a future had to be kept within its bounds


def plan_origins(n_steps: int, horizon: int | None, seasons: tuple[int, ...]) -> RollingOrigins:
    """Choose the horizon of the validation and its origins, within the last third or so.

    Two whole seasons are left before the first origin where there is room for some forecasts.
    """
    longest = max(seasons, default=1)
    if horizon is None:
        season = min(longest, n_steps // 6)
        horizon = max(min(n_steps // 10, _LARGEST_HORIZON), season, min(12, n_steps // 6))
    horizon = min(horizon, n_steps // 3)
    n_origins, n_last = (10, n_steps // 2) if n_steps <= _SHORT else (5, n_steps // 3)
    behind = n_steps - 2 * longest
    enough = FEWEST_BEHIND if longest <= YEAR_OF_WEEKS else _LEAST_BEHIND * horizon
    if behind >= enough:
        n_last = min(n_last, behind)
        horizon = min(horizon, max((behind + 1) // 2, behind - FEWEST_BEHIND))
    return RollingOrigins.within(n_last, horizon, n_origins, widest=horizon // 2)


class Validation:
    """Forecasts of parts of the training data that candidates have to make.

    Parameters
    ----------
    data : SeriesSet
        The series.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps.
    rolling : RollingOrigins
        Where the forecasts begin.
    """

    def __init__(
        self, data: SeriesSet, inputs: list[FloatArray] | None, rolling: RollingOrigins
    ) -> None:
        self.horizon = rolling.horizon
        self._data = data
        self._values = [member.values for member in data.members]
        self._compared = self.horizon * (_FURTHER if data.n_shortest > _SHORT else 1)
        # Inputs to come are not known: the last ones go on once more.
        self._inputs = None
        if inputs is not None:
            self._inputs = [np.vstack([x, *[x[-self.horizon :]] * _FURTHER]) for x in inputs]
        late = sorted({max(1, self.horizon // part) for part in _LATE_PARTS} - {self.horizon})
        self._backs = [*rolling.steps_back, *reversed(late)]
        self._behind = [[len(values) - back for back in self._backs] for values in self._values]
        self.lengths = [cuts[0] for cuts in self._behind]
        heads = [values[:n] for values, n in zip(self._values, self.lengths, strict=True)]
        self._deviations = [_deviation(values) for values in heads]
        pairs = zip(self._values, self._deviations, strict=True)
        self._least = [_least_error(values, unit) for values, unit in pairs]

    @property
    def steps_back(self) -> list[int]:
        """How many steps before the end each forecast begins, the earliest first."""
        return list(self._backs)

    def deviations_of(self, forecasts: list[FloatArray]) -> list[FloatArray]:
        """Return what forecasts (n_origins, horizon, n_variables) of each series are off.

        In standard deviations; NaN at steps beyond the end of the series.
        """
        pairs = zip(self._behind, forecasts, strict=True)
        return [self._off(i, cuts, runs) for i, (cuts, runs) in enumerate(pairs)]

    def _off(self, i: int, cuts: Sequence[int], runs: FloatArray) -> FloatArray:
        """Return what runs (n_cuts, ..., horizon, n_variables) of series i are off."""
        values = self._values[i]
        truth = np.full((len(cuts), *runs.shape[-2:]), np.nan)
        for row, cut in zip(truth, cuts, strict=True):
            row[: len(values) - cut] = values[cut : cut + self.horizon]
        shape = (len(cuts), *(1,) * (runs.ndim - 3), *truth.shape[1:])
        return np.asarray((runs - truth.reshape(shape)) / self._deviations[i])

    # ------------------------------------------------------------------ the first look

    def measure(self, candidate: Candidate, strength: float | None = None) -> Evaluation:
        """Try a candidate with many penalties, at the price of one run over the series.

        Parameters
        ----------
        candidate : Candidate
            The settings.
        strength : float, default=None
            About how strong the penalty ought to be; None tries all that matter.

        Returns
        -------
        Evaluation
            The candidate with the best penalty.
        """
        if candidate.simple:
            return self._evaluation(candidate, self._classical_forecasts(candidate))
        inside = self._origins_inside(candidate, _INSIDE, self.lengths)
        model = CandidateRollout(
            candidate, self._data, self._inputs, self.lengths, self._behind, inside
        )
        strengths = _coarse(candidate) if strength is None else strength * _FINE
        readouts = model.fit(strengths)
        rehearsed = self._rehearsed(model, readouts, inside)
        near, forecasts = self._forecasts_near_best(model, readouts, rehearsed)
        errors = smooth(self._errors(forecasts, self._behind))
        scores = _mean(errors) + smooth(rehearsed)[near]
        best = int(scores.argmin())
        return self._evaluation(
            candidate,
            [runs[:, best] for runs in forecasts],
            score=float(scores[best]),
            penalty=float(readouts[near].penalties[best]),
            strength=float(strengths[near][best]),
            runs=errors[best],
        )

    def errors_of(self, forecasts: list[FloatArray]) -> FloatArray:
        """Return `log_errors` of forecasts (n_origins, horizon, n_variables) of each series."""
        return self._errors([runs[:, np.newaxis] for runs in forecasts], self._behind)[0]

    def _evaluation(
        self, candidate: Candidate, forecasts: list[FloatArray], **found: Any
    ) -> Evaluation:
        """Write down how a candidate did."""
        runs = found.pop("runs", None)
        runs = self.errors_of(forecasts) if runs is None else runs
        found = {"penalty": 1.0, "strength": 1.0, "score": float(_mean(runs))} | found
        return Evaluation(
            settings=candidate.settings | {"penalty": found["penalty"]},
            seconds=0.0,
            seed=candidate.seed,
            candidate=candidate,
            runs=runs,
            forecasts=forecasts,
            **found,
        )

    def _classical_forecasts(self, candidate: Candidate) -> list[FloatArray]:
        """Forecast by a classical forecaster, which takes in what comes between the origins."""
        forecaster = candidate.forecaster(1.0, self.lengths)
        futures: list[list[FloatArray]] = []
        for origin in cut_back(self._data, self._inputs, self._backs, self.horizon):
            if futures:
                forecaster._update(origin.heads, origin.passed, learn=False)
            else:
                forecaster._fit(origin.heads, origin.known)
            futures.append(forecaster._forecast(self.horizon, origin.coming))
        return [np.array(runs) for runs in zip(*futures, strict=True)]

    def _forecasts_near_best(
        self, model: CandidateRollout, readouts: Readouts, rehearsed: FloatArray
    ) -> tuple[slice, list[FloatArray]]:
        """Run from all origins by the penalties that are near the best from the first ones."""
        n_origins = len(self._behind[0])
        n_first = min(_N_FIRST, n_origins)
        first = model.forecasts(readouts, self.horizon, range(n_first))
        errors = _mean(self._errors(first, [cuts[:n_first] for cuts in self._behind]))
        middle = int(smooth(errors + rehearsed).argmin())
        near = slice(max(0, middle - _REACH), middle + _REACH + 1)
        parts = [[runs[:, near] for runs in first]]
        if n_first < n_origins:
            rest = range(n_first, n_origins)
            parts.append(model.forecasts(readouts[near], self.horizon, rest))
        return near, [np.concatenate(runs) for runs in zip(*parts, strict=True)]

    # ------------------------------------------------------------------ the second look

    def finalists(self, trial: Evaluation) -> list[Finalist]:
        """Fit a candidate once more, to most of the series and to all, by some penalties.

        Parameters
        ----------
        trial : Evaluation
            The candidate, and about how strong the penalty ought to be.

        Returns
        -------
        list of Finalist
            One for each penalty.
        """
        candidate, strengths = trial.candidate, trial.strength * _ABOUT
        lengths = [len(values) for values in self._values]
        late = [max(round(_LATE * n), cut) for n, cut in zip(lengths, self.lengths, strict=True)]
        late = [min(cut, n - self.horizon) for n, cut in zip(lengths, late, strict=True)]
        cuts = [[cut] for cut in late]
        model = CandidateRollout(candidate, self._data, self._inputs, late, cuts)
        readouts = model.fit(strengths)
        runs = model.forecasts(readouts, self.horizon, [0])
        score = trial.score + _mean(self._errors(runs, cuts))

        inside = self._origins_inside(candidate, _INSIDE_AGAIN, lengths)
        ends = [[n] for n in lengths]
        model = CandidateRollout(candidate, self._data, self._inputs, lengths, ends, inside)
        readouts = model.fit(strengths)
        score = smooth(score + self._rehearsed(model, readouts, inside))
        futures = model.forecasts_and_clipped(readouts, self._compared, [0])
        return [
            Finalist(
                candidate,
                penalty=float(readouts.penalties[k]),
                score=float(score[k]),
                future=[future[0][k] for future, _ in futures],
                clipped=any(clipped[0][k].mean() > 0.5 for _, clipped in futures),
            )
            for k in range(len(strengths))
        ]

    def disagreement(self, finalists: Sequence[Finalist]) -> FloatArray:
        """Return how far forecasts lie from each other, in decades, (n_finalists, n_finalists)."""
        n = len(finalists)
        squares = np.zeros((n, n, len(finalists[0].future[0])))
        for i, unit in enumerate(self._deviations):
            futures = np.array([finalist.future[i] for finalist in finalists]) / unit
            squares += np.square(futures[:, np.newaxis] - futures).mean(axis=-1)
        return log_errors(squares / len(self._deviations)).mean(axis=-1)

    # ------------------------------------------------------------------ inside

    def _rehearsed(
        self, model: CandidateRollout, readouts: Readouts, inside: list[list[int]]
    ) -> FloatArray:
        """Return the weighted errors of runs over what the model was fitted to, (n_penalties,)."""
        n_inside = len(inside[0])
        if not n_inside:
            return np.zeros(len(readouts))
        n_before = model.n_origins - n_inside
        runs = model.forecasts(readouts, self.horizon, range(n_before, model.n_origins))
        return _WEIGHT_INSIDE * _mean(self._errors(runs, inside))

    def _origins_inside(
        self, candidate: Candidate, shares: Sequence[float], lengths: Sequence[int]
    ) -> list[list[int]]:
        """Return origins at shares of the lengths that are fitted, as far as runs lie within."""
        first = candidate.model(min(lengths)).washout + sum(candidate.view.differences) + 1
        possible = [
            share
            for share in shares
            if all(first <= share * n <= n - self.horizon for n in lengths)
        ]
        return [[round(share * n) for share in possible] for n in lengths]

    def _errors(self, forecasts: list[FloatArray], cuts: list[list[int]]) -> FloatArray:
        """Return `log_errors` of runs from cuts, (n_penalties, n_series * n_cuts, horizon)."""
        off = [self._off(i, cuts[i], np.asarray(runs)) for i, runs in enumerate(forecasts)]
        squares = np.concatenate([np.square(one).mean(axis=-1) for one in off])
        least = np.repeat(self._least, [len(one) for one in off])[:, np.newaxis]
        return log_errors(squares.transpose(1, 0, 2), least)


def _mean(errors: FloatArray) -> FloatArray:
    """Average runs (..., n_runs, horizon), each over the steps whose truth is known."""
    mean: FloatArray = np.nanmean(errors, axis=-1).mean(axis=-1)
    return mean


def _coarse(candidate: Candidate) -> FloatArray:
    """Return the penalties that are tried where nothing is known."""
    return _COARSE_OF_DELAYS if isinstance(candidate.memory, NVARConfig) else _COARSE


def _least_error(values: FloatArray, unit: FloatArray) -> float:
    """Return the least error of a series (n_steps, n_variables), in standard deviations."""
    undetermined = np.array([resolution(column) for column in values.T]) / unit
    return max(_LEAST_ERROR, float(np.sqrt(np.square(undetermined).mean())))


def log_errors(squares: FloatArray, least: float | FloatArray = _LEAST_ERROR) -> FloatArray:
    """Return the logarithm of the error of each run up to each step ahead.

    Parameters
    ----------
    squares : ndarray of shape (..., horizon)
        Squared errors, in units of the variance; NaN from where there is no truth.
    least : float or ndarray, default=1e-8
        Errors below count as this, in standard deviations: exact hits of rounded values are luck.

    Returns
    -------
    ndarray of shape (..., horizon)
        The decimal logarithm of the root mean squared error so far in the run. In a mean over runs
        one that goes astray does not decide alone, and the mean over steps rewards long valid times
        on chaos as well as small errors in noise.
    """
    so_far = np.cumsum(np.minimum(squares, _LARGEST_ERROR**2), axis=-1)
    errors = np.sqrt(so_far / np.arange(1, squares.shape[-1] + 1))
    return np.log10(np.maximum(errors, least))


def smooth(errors: FloatArray) -> FloatArray:
    """Average each with its neighbours, for a good one between bad ones is luck."""
    padded = np.concatenate([errors[:1], errors, errors[-1:]])
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4


def _deviation(values: FloatArray) -> FloatArray:
    """Return the standard deviation of each variable, or 1 where there is none."""
    deviation = values.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)
