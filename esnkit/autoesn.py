"""AutoESN: a forecaster that chooses its own settings."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from esnkit.candidates import common_period, naive
from esnkit.exceptions import DivergenceWarning
from esnkit.forecaster import Forecaster
from esnkit.forecasting import BaseForecaster
from esnkit.searching import Search, search
from esnkit.seeding import RandomState, child_generator, root_seed
from esnkit.series import SeriesSet
from esnkit.validation import Trial, Validation

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

_FEWEST_STEPS = 30  # with fewer there is nothing to validate on
_N_ORIGINS = 5
_LARGEST_HORIZON = 200  # for validation, if none is given
_MARGIN = 0.3  # decades of error by which a member may be worse than the best
# Decades of error, times the root of the number of steps, that the best must be ahead of a naive
# forecast: the best of many is lucky too, and most so on few steps.
_TIE = 1.2
_PROHIBITIVE = 1e6  # penalty for each row, in squared units of the features, that leaves nothing


class MedianForecaster(BaseForecaster):
    """Forecasts by the median of forecasters.

    Parameters
    ----------
    members : list of Forecaster
        Unfitted; copies are fitted.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the ensembles of `predict_interval`.

    Attributes
    ----------
    members_ : list of Forecaster
        The fitted copies.
    """

    members_: list[Forecaster]

    id_column = None  # series come read

    def __init__(self, members: list[Forecaster], *, random_state: RandomState = None) -> None:
        self.members = members
        self.random_state = random_state

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        return self._fit_members(self.members, data, inputs)

    def _fit_members(
        self, members: list[Forecaster], data: SeriesSet, inputs: list[FloatArray] | None
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DivergenceWarning)  # the others may outvote it
            futures = [member._futures(horizon, inputs) for member in self.members_]
        medians = [np.median(np.array(runs), axis=0) for runs in zip(*futures, strict=True)]
        return [_hold(m, s.values) for m, s in zip(medians, self.series_.members, strict=True)]

    def _check_parameters(self) -> None:
        """Leave the check to the members."""

    def _check_learning(self, n_series: int) -> None:
        for member in self.members_:
            member._check_learning(n_series)

    def _settled(self) -> MedianForecaster:
        return MedianForecaster(list(self.members_), random_state=self.random_state)

    def _reseeded(self, seed: int) -> MedianForecaster:
        seeds = np.random.SeedSequence(seed).generate_state(len(self.members_))
        return MedianForecaster(
            [m._reseeded(int(s)) for m, s in zip(self.members_, seeds, strict=True)]
        )


class AutoESN(MedianForecaster):
    """Forecasts time series by echo state networks whose settings it chooses by itself.

    Settings are judged by free runs from several origins into the end of the series. Those that
    forecast it best are refitted to everything, and the forecast is the median of theirs.

    Parameters
    ----------
    n_candidates : int, default=60
        How many combinations of settings are tried. The same number and seed give the same
        forecast, whatever `n_jobs`.
    time_budget : float, default=None
        Seconds after which no further candidate is tried. None means no limit.
    horizon : int, default=None
        Steps ahead that matter, at most a third of the series. None means a tenth of the series,
        at least a season and at most 200 steps.
    n_members : int, default=5
        Most forecasters that the median is taken of.
    n_jobs : int, default=None
        Candidates that are tried at a time, in threads; None means one, -1 one for each core.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the search and the reservoirs.

    Attributes
    ----------
    members_ : list of Forecaster
        The fitted forecasters, the best first.
    best_params_ : dict
        The settings of the best.
    search_ : pandas.DataFrame
        A row for each candidate, the best first: settings, the best ``penalty`` (the readout's
        alpha for each row it was fitted to), ``score`` (mean decimal logarithm of the error in
        standard deviations), ``seconds``. Empty if there was nothing to search on.
    period_ : int or None
        The season that was found, in steps.

    See Also
    --------
    Forecaster : A forecaster with settings of your own.

    Notes
    -----
    A search varies the reservoir's size, spectral radius, leak rate and scalings, whether its
    states are squared [1]_, the penalty, and whether the series is differenced, also at a season
    if it has one. Among the candidates are always the mean, the last value and the last season.
    The first half of the candidates fills the space evenly, by a Sobol sequence [2]_; the rest
    are variations of the best so far. The error of a closed loop is sharp in the penalty, so
    scores are averaged over neighbouring penalties before the best is taken. If the best is not
    clearly ahead of a naive forecast, the naive one is taken: the best of many is lucky too.

    Forecasts are held within the range of the series, widened by its width on both sides.

    References
    ----------
    .. [1] J. Pathak et al., "Model-free prediction of large spatiotemporally chaotic systems from
       data: a reservoir computing approach", Physical Review Letters 120, 2018.
    .. [2] J. Bergstra and Y. Bengio, "Random search for hyper-parameter optimization", Journal of
       Machine Learning Research 13, 2012.

    Examples
    --------
    >>> from esnkit import AutoESN
    >>> from esnkit.datasets import load_sunspots
    >>> forecaster = AutoESN(n_candidates=10, random_state=0).fit(load_sunspots())
    >>> forecaster.forecast(3).index.year.tolist()
    [2009, 2010, 2011]
    """

    def __init__(
        self,
        *,
        n_candidates: int = 60,
        time_budget: float | None = None,
        horizon: int | None = None,
        n_members: int = 5,
        n_jobs: int | None = None,
        id_column: Any = None,
        random_state: RandomState = None,
    ) -> None:
        self.n_candidates = n_candidates
        self.time_budget = time_budget
        self.horizon = horizon
        self.n_members = n_members
        self.n_jobs = n_jobs
        self.id_column = id_column
        self.random_state = random_state

    @property
    def search_(self) -> pd.DataFrame:
        """The candidates as a table, the best first."""
        import pandas as pd

        rows = [_settings(trial) | {"seconds": trial.seconds} for trial in self._search.trials]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Say what was tried, what was chosen and what it is worth.

        Returns
        -------
        str
            Several lines.
        """
        check_is_fitted(self)
        lines = [f"Median of {len(self.members_)} echo state network(s)"]
        found = self._search
        season = "none" if self.period_ is None else f"{self.period_} steps"
        lines.append(f"search: {found.end}, {found.seconds:.1f} s; season: {season}")
        chosen = ", ".join(f"{name}={_brief(value)}" for name, value in self.best_params_.items())
        lines.append(f"best: {chosen}")
        lines += [
            f"validation error: {10 ** (self.best_params_['score'] - trial.score):.2g} times that "
            f"of {_naive_forecast(trial)}"
            for trial in found.trials
            if trial.candidate.naive
        ]
        return "\n".join(lines)

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        rng = child_generator(root_seed(self.random_state), "reservoir")
        lengths = [len(member.values) for member in data.members]
        self.period_ = common_period(data)
        constant = all(np.ptp(member.values) == 0 for member in data.members)
        if constant or min(lengths) < _FEWEST_STEPS:
            return self._fit_naive(data, inputs, constant, rng)
        horizon, back = _plan(min(lengths), self.horizon, self.period_)
        validation = Validation(data, inputs, horizon, back)
        long_enough = self.period_ is not None and self.period_ <= min(validation.lengths) // 3
        self._search = search(
            validation,
            self.period_ if long_enough else None,
            rng,
            n_candidates=self.n_candidates,
            time_budget=self.time_budget,
            n_jobs=self.n_jobs,
        )
        chosen = self._chosen(min(lengths))
        self.best_params_ = _settings(chosen[0])
        members = [trial.candidate.forecaster(trial.penalty, lengths) for trial in chosen]
        return self._fit_members(members, data, inputs)

    def _fit_naive(
        self,
        data: SeriesSet,
        inputs: list[FloatArray] | None,
        constant: bool,
        rng: np.random.Generator,
    ) -> Self:
        """Go on with the last value, where there is nothing to search on."""
        lengths = [len(member.values) for member in data.members]
        if not constant:
            warnings.warn(
                f"y has {min(lengths)} steps, and with fewer than {_FEWEST_STEPS} there is "
                "nothing to choose settings on: the forecast repeats the last value.",
                stacklevel=4,
            )
        candidate = naive((1,), int(rng.integers(2**31)))
        largest = max(float(np.abs(member.values).max()) for member in data.members)
        trial = Trial(candidate, _PROHIBITIVE * (1 + largest**2), np.inf, np.nan, 0.0)
        self._search = Search([], "nothing to choose settings on", 0.0)
        self.best_params_ = _settings(trial)
        return self._fit_members([candidate.forecaster(trial.penalty, lengths)], data, inputs)

    def _chosen(self, n_steps: int) -> list[Trial]:
        """Return a naive trial if it ties with the best, else the best and those near it.

        Three at least, so that one can be outvoted.
        """
        best, *others = self._search.trials
        tie = best.score + _TIE / np.sqrt(n_steps)
        naives = [t for t in self._search.trials if t.candidate.naive and t.score <= tie]
        if naives:
            return naives[:1]
        near = [trial for trial in others if trial.score <= best.score + _MARGIN]
        return [best, *(near if len(near) > 1 else others[:2])][: self.n_members]

    def _check_parameters(self) -> None:
        for name in ("n_candidates", "n_members"):
            check_scalar(getattr(self, name), name, Integral, min_val=1)
        if self.horizon is not None:
            check_scalar(self.horizon, "horizon", Integral, min_val=1)
        if self.time_budget is not None:
            check_scalar(
                self.time_budget, "time_budget", Real, min_val=0, include_boundaries="neither"
            )


def _hold(future: FloatArray, past: FloatArray) -> FloatArray:
    """Hold a forecast within the range of the series, widened by its width on both sides."""
    low, high = past.min(axis=0), past.max(axis=0)
    held = np.clip(future, 2 * low - high, 2 * high - low)
    wrong = np.flatnonzero((held != future).any(axis=1))
    constant = (low == high).all()
    if len(wrong) and not constant:
        warnings.warn(
            f"The forecast left the range of the series, from {low} to {high}, by more than its "
            f"width in step {wrong[0]} of {len(future)} and was held there.",
            DivergenceWarning,
            stacklevel=4,
        )
    return held


def _plan(n_steps: int, horizon: int | None, period: int | None) -> tuple[int, list[int]]:
    """Choose the horizon of the validation and its origins, within the last third or so."""
    if horizon is None:
        season = min(period or 1, n_steps // 6)
        horizon = max(min(n_steps // 10, _LARGEST_HORIZON), season, min(12, n_steps // 6))
    horizon = min(horizon, n_steps // 3)
    gap = max(1, min(horizon // 2, (n_steps // 3 - horizon) // (_N_ORIGINS - 1)))
    return horizon, [horizon + gap * i for i in reversed(range(_N_ORIGINS))]


def _settings(trial: Trial) -> dict[str, Any]:
    """Return what a trial tried, and its score."""
    return asdict(trial.candidate) | {"penalty": trial.penalty, "score": trial.score}


def _brief(value: Any) -> str:
    """Write a number with few digits."""
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _naive_forecast(trial: Trial) -> str:
    """Say what a naive candidate forecasts."""
    if not trial.candidate.differences:
        return "the mean"
    (lag,) = trial.candidate.differences
    return "the last value" if lag == 1 else f"the last season of {lag} steps"
