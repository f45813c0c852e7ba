"""AutoESN: a forecaster that chooses its own settings."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_count, check_name, check_positive
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import SeriesTraits, linear, simple
from esnkit.forecasting.auto.contributions import contributions_of
from esnkit.forecasting.auto.evaluation import (
    FEWEST_BEHIND,
    YEAR_OF_WEEKS,
    Evaluation,
    Finalist,
    Validation,
    plan_origins,
)
from esnkit.forecasting.auto.hindsight import Hindsight, hindsight
from esnkit.forecasting.auto.panels import errors_to_naive, pooled_ratio
from esnkit.forecasting.auto.selection import (
    FIRST,
    N_FINALISTS,
    ROUNDS,
    Group,
    agreeing,
    best_pairs,
    choose,
    propose,
    weigh,
)
from esnkit.forecasting.auto.wording import (
    aligned_rows,
    combination_line,
    group_name,
    search_lines,
    season_line,
    told_apart,
)
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.classical import NaiveForecaster
from esnkit.forecasting.ensemble import EnsembleForecaster
from esnkit.forecasting.seasonality import calendar_seasons, check_seasons, find_seasons
from esnkit.forecasting.separate import SeparateForecaster
from esnkit.forecasting.series import LONGEST_TAIL, SeriesSet, inputs_at
from esnkit.forecasting.short import short_ensemble
from esnkit.models.stepper import ForecastStepper
from esnkit.search.engine import Budget, Search, run_side_by_side, search

if TYPE_CHECKING:
    import pandas as pd


_FEWEST_STEPS = 30  # with fewer there is nothing to validate models on
_FEWEST_FOR_WEIGHTS = 3  # or to weigh classical forecasts by
_LAST = "the last value"
_LEAST_WEIGHT = 0.01  # at some step, of what is worth refitting


class AutoESN(BaseForecaster):
    """Forecasts time series by echo state networks whose settings it chooses by itself.

    Settings are judged by free runs, from several origins behind what is fitted and from some
    inside. The best are fitted once more, to everything, and those whose forecasts the others bear
    out forecast by their median. That is averaged with classical forecasts (exponential smoothing,
    theta, analogues, naive and others), weighted by what errors each made so far ahead.

    Parameters
    ----------
    n_candidates : int, default=60
        How many combinations of settings are tried, classical forecasts and autoregressions not
        counted. The same number and seed give the same forecast, whatever `n_jobs`.
    time_budget : float, default=None
        Seconds after which no further candidate is tried. None means no limit.
    horizon : int, default=None
        Steps ahead that matter, at most a third of the series. None means a tenth of the series,
        at least a season and at most 200 steps.
    season_length : int or sequence of int, default=None
        Steps of a season, or of several, such as ``(24, 168)`` for hours; each must fit twice into
        the series. None looks for seasons: those that the dates suggest and others.
    n_members : int, default=9
        Models that the median is taken of.
    panel : {"auto", "pooled", "each"}, default="auto"
        Whether one forecaster is fitted to all of many series, or one to each by itself.
        ``"auto"`` decides by a trial on up to six of the series.
    n_jobs : int, default=None
        Candidates that are tried at a time, or series where each is fitted by itself, in threads;
        None means one, -1 one for each core.
    progress : bool, default=False
        Whether the search shows a progress bar.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.
    missing : {"refuse", "interpolate", "carry"}, default="refuse"
        What becomes of missing values of y, and of rows that regular dates leave out: refused,
        interpolated between those before and after, or carried on from those before, with a
        warning.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the search and the reservoirs.

    Attributes
    ----------
    panel_ : {"pooled", "each"}
        Whether one forecaster was fitted to all series, or one to each.
    best_forecaster_ : EnsembleForecaster or SeparateForecaster
        The fitted forecaster that was found: a weighted mean of the median of the best models
        and of classical forecasts, as far as they have any weight, the naive one last. Its
        ``members_`` are in this order; its ``weights``, of shape (n_members, n_steps), say how much
        each counts at each step ahead, and in the last column beyond. Where each series is fitted
        by itself, the ``members_`` are fitted `AutoESN`, one for each.
    best_params_ : dict
        The settings of the candidate with the best score; a dict of such where each series is
        fitted by itself.
    search_ : pandas.DataFrame
        A row for each candidate, the best first. ``memory`` is ``"reservoir"``, ``"delays"``,
        ``"smoothing"``, ``"theta"``, ``"analogues"``, ``"demand"`` (intermittent),
        ``"regression"`` (linear) or ``"naive"``, followed by the settings of an
        `esnkit.Reservoir` (and ``squared_states``), of an `esnkit.NVAR`, or of a classical forecast
        (whether there is a ``drift``), the others NaN. Then ``differences``, ``season`` (steps of
        the season whose course is taken away, a tuple of several, or None), ``log`` (whether
        logarithms are taken),
        ``naive``, the best ``penalty`` (the readout's alpha for each row it was fitted to),
        ``seed``, ``score`` (mean decimal logarithm of the error in standard deviations) and
        ``seconds`` since the search began, and first ``series`` where each is fitted by itself.
        Empty if there was nothing to search on.
    seasons_ : tuple of int
        The seasons that candidates were given, in steps, the shortest first.
    period_ : int or None
        The shortest of them.

    See Also
    --------
    Forecaster : A forecaster with settings of your own.

    Notes
    -----
    A search varies the memory, the penalty, and how the series is looked at: as it is or by
    differences, at its seasons too if it has any; with the mean courses of the seasons taken away;
    by logarithms, if it is positive and its extremes differ by more than a factor of two. A memory
    is a reservoir of some size, spectral radius, leak rate and scalings, whose states may be
    squared [1]_, or the last few values with their products [2]_. The spectral radius is that of
    the circular law [3]_, some per cent off. Leak rates are drawn about the pace of the series,
    the steps after which its autocorrelation falls to zero.

    First come classical forecasts, and an autoregression for each way to look at the series. Those
    that autoregressions forecast best are the ways that a third of the candidates look at it: the
    default reservoir, products of two values, and others that fill the space evenly, by a Sobol
    sequence [4]_. The other thirds are variations of the best so far. A score is the mean
    logarithm of the error of free runs behind what was fitted, and 0.3 of that of runs inside.
    Where values are counted or rounded, errors below their last digit count as nothing less. The
    error of a closed loop is sharp in the penalty, so scores are averaged over neighbouring
    penalties before the best is taken.

    The best 24 models are fitted to four fifths of the series and to all of it, by five penalties
    each. Of the best 60 pairs of a model and a penalty, those forecast whose forecasts lie nearest
    to those of the other models, in a mean that weighs these by their scores: where many agree, few
    are astray. Series of more than 300 steps are compared over twice the horizon.

    On a hundred noisy values little can be learned. So the median of these forecasts is averaged
    with the best of each kind of classical forecasts, by weights that are inverse to a power of the
    validation error up to the step ahead [5]_. All have to be better than the naive forecast by a
    standard error over the origins, and a drift than none. Where the models are good, nothing is
    left of the others.

    Settings are chosen on the last 20 000 steps of a longer series; what was chosen is fitted to
    everything.

    Forecasts are clipped to the range of the series, widened by its width on both sides, in
    logarithms where these are taken. A series that was never negative is not forecast below zero.

    Ctrl-C during a search ends it with a warning, and what was found is used.

    Conformal intervals are made with the settings that were chosen on the whole series, so past
    errors are a little smaller than new ones will be. By how much is told by the validation, when
    settings and weights are chosen from all origins but those that a forecast shares steps with
    [6]_; intervals are widened by this factor. `backtest` searches anew before its first origin and
    has no such bias.

    References
    ----------
    .. [1] J. Pathak et al., "Model-free prediction of large spatiotemporally chaotic systems from
       data: a reservoir computing approach", Physical Review Letters 120, 2018.
    .. [2] D. J. Gauthier, E. Bollt, A. Griffith and W. A. S. Barbosa, "Next generation reservoir
       computing", Nature Communications 12, 5564, 2021.
    .. [3] T. Tao and V. Vu, "Random matrices: universality of ESDs and the circular law", Annals
       of Probability 38, 2010.
    .. [4] J. Bergstra and Y. Bengio, "Random search for hyper-parameter optimization", Journal of
       Machine Learning Research 13, 2012.
    .. [5] J. M. Bates and C. W. J. Granger, "The combination of forecasts", Operational Research
       Quarterly 20, 1969.
    .. [6] G. C. Cawley and N. L. C. Talbot, "On over-fitting in model selection and subsequent
       selection bias in performance evaluation", Journal of Machine Learning Research 11, 2010.

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
        season_length: int | Sequence[int] | None = None,
        n_members: int = 9,
        panel: str = "auto",
        n_jobs: int | None = None,
        progress: bool = False,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
        missing: str = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.n_candidates = n_candidates
        self.time_budget = time_budget
        self.horizon = horizon
        self.season_length = season_length
        self.n_members = n_members
        self.panel = panel
        self.n_jobs = n_jobs
        self.progress = progress
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column
        self.missing = missing
        self.random_state = random_state

    best_forecaster_: Any
    _groups: list[Group]
    _hindsight: Hindsight = Hindsight()

    @property
    def period_(self) -> int | None:
        """The shortest season, or None."""
        return self.seasons_[0] if self.seasons_ else None

    @property
    def search_(self) -> pd.DataFrame:
        """The candidates as a table, the best first."""
        return self._search.table()

    def summary(self) -> str:
        """Say what was tried, what was chosen and what it is worth.

        Returns
        -------
        str
            Several lines.
        """
        check_is_fitted(self)
        if self.panel_ == "each":
            return "\n".join([self._panel_line, *self._panel_rows()])
        lines = [f"forecast: {self._combination()}"]
        lines += search_lines(self._search, self.best_params_, self.seasons_, self._hindsight.ratio)
        if len(self.series_) > 1:
            lines += [self._panel_line, *self._panel_rows()]
        return "\n".join(lines)

    def contributions(self, horizon: int, X: Any = None) -> pd.DataFrame:
        """Tell what each part of the forecast says, and how much it counts at each step ahead.

        Parameters
        ----------
        horizon : int
            Number of steps, at least 1.
        X : array-like of shape (horizon, n_inputs), pandas object, or list, default=None
            The known inputs of those steps, if the forecaster was fitted with any.

        Returns
        -------
        pandas.DataFrame
            A row for each value: ``series`` (its number or id), ``variable``, ``part`` (such as the
            median of models, or exponential smoothing), ``step`` (ahead, from 1), ``weight`` and
            ``forecast``. The forecasts of all parts at a step, times their weights, add up to what
            `forecast` gives.

        See Also
        --------
        esnkit.plotting.ContributionsDisplay : Draws them.

        Examples
        --------
        >>> from esnkit import AutoESN
        >>> parts = AutoESN().fit([105.0, 110.0, 115.0, 120.0]).contributions(2)
        >>> (parts["weight"] * parts["forecast"]).groupby(parts["step"]).sum().round(6).tolist()
        [125.0, 130.0]
        """
        import pandas as pd

        check_is_fitted(self)
        horizon = self._read_horizon(horizon)
        inputs = self._read_future(horizon, X)
        labels = range(len(self.series_)) if self.series_.ids is None else self.series_.ids
        frames = []
        for one, own, known in self._fitted_parts(list(labels), inputs):
            frames += contributions_of(one.best_forecaster_, one._names, own, horizon, known)
        return self.series_.layout.in_library(pd.concat(frames, ignore_index=True))

    def _fitted_parts(
        self, labels: list[Any], inputs: list[FloatArray] | None
    ) -> list[tuple[Any, list[Any], list[FloatArray] | None]]:
        """Return what forecasts series together, with their labels and inputs."""
        if self.panel_ != "each":
            return [(self, labels, inputs)]
        fitted = enumerate(self.best_forecaster_.members_)
        return [(one, [labels[i]], inputs_at(inputs, i)) for i, one in fitted]

    def _panel_rows(self) -> list[str]:
        """Say of each series what forecasts it, and how well that did against the naive one."""
        n_series = len(self.series_)
        rows = [["series", "steps", "season", "error to naive", "forecast"]]
        if self.panel_ == "each":
            fitted: list[Any] = list(self.best_forecaster_.members_)
            errors = [one._errors_to_naive()[0] for one in fitted]
            said = [one._combination() for one in fitted]
        else:
            fitted, said = [self] * n_series, ["pooled"] * n_series
            errors = self._errors_to_naive().tolist()
        for i, (one, error) in enumerate(zip(fitted, errors, strict=True)):
            length = str(len(self.series_.members[i].values))
            naive = "" if np.isnan(error) else f"{error:.2g}"
            season = season_line(one.seasons_)
            rows.append([self.series_.label(i), length, season, naive, said[i]])
        return aligned_rows(rows)

    def _errors_to_naive(self) -> FloatArray:
        """Compare what has most weight with the naive forecast, for each series."""
        weights: Any = self.best_forecaster_.weights
        most = self._groups[int(weights.mean(axis=1).argmax())] if self._groups else None
        return errors_to_naive(most, self._search.ranked, len(self.series_))

    def stepper(self, horizon: int = 1, X: Any = None) -> ForecastStepper:
        """Return a copy of what changes, for live use, if a single model is all there is.

        So it can be with ``n_members=1``, on a clean series. What a stepper forecasts is not
        clipped to the range of the series, nor above zero.

        Parameters
        ----------
        horizon : int, default=1
            Number of steps that are forecast at each step.
        X : array-like of shape (horizon, n_inputs), default=None
            The known inputs of the steps to come, if the forecaster was fitted with any.

        Returns
        -------
        ForecastStepper
            That of the model, see `Forecaster.stepper`.

        Raises
        ------
        TypeError
            If the forecast is made of several, of logarithms, or with the course of a season.
        ValueError
            If the forecaster was fitted to many series, or the horizon or X are not as described.
        """
        check_is_fitted(self)
        if len(self.series_) > 1:
            raise ValueError(
                f"A stepper goes on with one series, but the forecaster has {len(self.series_)}."
            )
        trials = [trial for group in self._groups for trial in group.members]
        if not trials:
            raise TypeError(f"A stepper goes on with a model, but this forecast is {self._short}.")
        view = trials[0].candidate.view
        if len(trials) > 1 or view.log or view.season is not None:
            raise TypeError(
                "A stepper goes on with a single model that sees the series itself or its "
                f"differences, but this forecast is made of {len(trials)}, the first with "
                f"log={view.log} and season={view.season}: use update and forecast instead."
            )
        joined: Any = self.best_forecaster_.members_[0]
        model = copy.copy(joined.members_[0].forecaster_)
        model._n_inputs = self._n_inputs
        model._input_names = self._input_names if self._n_inputs else None
        return model.stepper(horizon, X)

    def _combination(self) -> str:
        """Say what the forecast is made of."""
        if not self._groups:
            return self._short
        return combination_line(self._groups, self.best_forecaster_.weights)

    # ------------------------------------------------------------------ the verbs of a forecaster

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        self._check_parameters()
        self.series_, self._inputs = data, inputs
        self.panel_ = self._choose_panel(data, inputs)
        if self.panel_ == "each":
            return self._fit_each(data, inputs)
        if data.n_shortest < _FEWEST_STEPS or _is_constant(data) or self._is_two_seasons(data):
            self.seasons_ = find_seasons(data.tail(LONGEST_TAIL), self.season_length)
            return self._fit_short(data, inputs)
        validation, problem = self._lay_out(data, inputs)
        self.seasons_ = problem.seasons
        rng = child_generator(root_seed(self.random_state), "reservoir")
        self._search = search(
            lambda task: validation.measure(*task),
            lambda i, found, n_new: propose(i, found.ranked, n_new or 0, problem, rng),
            Budget(int(self.n_candidates), self.time_budget),
            rounds=ROUNDS,
            fewest=FIRST,
            unbudgeted=[(candidate, None) for candidate in simple(problem) + linear(problem)],
            n_jobs=self.n_jobs,
            progress=self.progress,
            keep_on_interrupt=True,
        )
        ranked = self._search.ranked
        self.best_params_ = _settings(ranked[0])
        members = self._agree(validation, ranked)
        self._hindsight = hindsight(ranked, validation, self.n_members)
        return self._fit_groups(choose(ranked, members, validation), data, inputs)

    def _lay_out(
        self, data: SeriesSet, inputs: list[FloatArray] | None
    ) -> tuple[Validation, SeriesTraits]:
        """Lay out the validation, and say what candidates have to know of the series."""
        seen = data.tail(LONGEST_TAIL)
        known = None if inputs is None else [x[-LONGEST_TAIL:] for x in inputs]
        seasons = find_seasons(seen, self.season_length)
        horizon = None if self.horizon is None else int(self.horizon)
        validation = Validation(seen, known, plan_origins(seen.n_shortest, horizon, seasons))
        return validation, SeriesTraits.of(seen, data, inputs, min(validation.lengths), seasons)

    def _is_two_seasons(self, data: SeriesSet) -> bool:
        """Tell whether there are two seasons, by dates or as given, and nothing to judge them by.

        Of longer seasons than a year of weeks the steps between are worth more than the season.
        """
        expected = calendar_seasons(data.members[0].index)[:1]
        if self.season_length is not None:
            expected = check_seasons(self.season_length)
        return any(
            0 <= data.n_shortest - 2 * season < FEWEST_BEHIND
            and season <= YEAR_OF_WEEKS
            and find_seasons(data, self.season_length) == (season,)
            for season in expected
        )

    def _choose_panel(self, data: SeriesSet, inputs: list[FloatArray] | None) -> str:
        """Choose whether series are pooled, and note why."""
        n_series = len(data)
        said = {
            "pooled": f"panel: {n_series} series pooled",
            "each": f"panel: {n_series} series, each by itself",
        }
        chosen, why = self.panel, ""
        if n_series == 1:
            chosen = "pooled"
        elif chosen == "auto" and (data.n_shortest < _FEWEST_STEPS or _has_constant(data)):
            chosen, why = "each", "; too little to try pooling on"
        elif chosen == "auto":
            ratio, n_tried = pooled_ratio(data, inputs, self._lay_out)
            chosen = "pooled" if ratio < 1 else "each"
            why = f"; in a trial on {n_tried}, pooling made the error {ratio:.2g} times as large"
        self._panel_line = said[chosen] + why
        return chosen

    def _fit_each(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        """Fit a forecaster to each series by itself."""
        n_series = len(data)
        seed = int(root_seed(self.random_state).generate_state(1)[0])
        if isinstance(self.random_state, int | np.integer):
            seed = int(self.random_state)  # as if one had fitted them one by one
        budget = None if self.time_budget is None else self.time_budget / n_series
        own = clone(self).set_params(
            panel="pooled", n_jobs=None, time_budget=budget, random_state=seed
        )
        together = SeparateForecaster([own] * n_series, n_jobs=self.n_jobs)
        self.best_forecaster_ = together._fit(data, inputs)
        fitted: Any = together.members_
        labels = [data.label(i) for i in range(n_series)]
        self.seasons_ = tuple(sorted({season for one in fitted for season in one.seasons_}))
        self.best_params_ = {n: one.best_params_ for n, one in zip(labels, fitted, strict=True)}
        trials = [
            replace(trial, settings={"series": label} | trial.settings)
            for label, one in zip(labels, fitted, strict=True)
            for trial in one._search.trials
        ]
        seconds = sum(one._search.seconds for one in fitted)
        self._search = Search(trials, "each by itself", seconds)
        self._groups = []
        return self

    def _agree(self, validation: Validation, ranked: list[Evaluation]) -> list[Finalist]:
        """Fit the best models once more, and take those whose forecasts the others bear out."""
        best = [trial for trial in ranked if not trial.candidate.simple][:N_FINALISTS]
        found = run_side_by_side(validation.finalists, ((trial,) for trial in best), self.n_jobs)
        finalists = [finalist for pairs in found for finalist in best_pairs(pairs)]
        return agreeing(finalists, validation, self.n_members) if finalists else []

    def _fit_groups(
        self, groups: list[Group], data: SeriesSet, inputs: list[FloatArray] | None
    ) -> Self:
        """Refit the members of groups to everything, if the group has any weight."""
        weights = weigh(groups)
        kept = np.flatnonzero(weights.max(axis=1) >= _LEAST_WEIGHT)
        self._groups = [groups[i] for i in kept]
        self._names = [group_name(group) for group in self._groups]
        lengths = [len(member.values) for member in data.members]
        members = [
            EnsembleForecaster([t.candidate.forecaster(t.penalty, lengths) for t in group.members])
            for group in self._groups
        ]
        weights = weights[kept] / weights[kept].sum(axis=0)
        self.best_forecaster_ = EnsembleForecaster(members, weights)._fit(data, inputs)
        return self

    def _fit_short(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        """Go on by classical forecasts, where there is nothing to search on."""
        self._search, self._groups, self._hindsight = Search(), [], Hindsight()
        if _is_constant(data) or data.n_shortest < _FEWEST_FOR_WEIGHTS:
            ensemble, names = EnsembleForecaster([NaiveForecaster()], np.ones((1, 1))), [_LAST]
        else:
            ensemble, names = short_ensemble(data, inputs, self.seasons_)
        assert ensemble.weights is not None
        self._names = told_apart(names)
        pairs = sorted(zip(-ensemble.weights[:, 0], names, strict=True))
        self._short = ", ".join(f"{-weight:.0%} {name}" for weight, name in pairs)
        self.best_params_ = {"memory": "classical", "seed": 0, "score": np.nan}
        self.best_forecaster_ = ensemble._fit(data, inputs)
        return self

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        self.best_forecaster_._update(data, inputs, learn)
        self._grow(data, inputs)

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        return self.best_forecaster_._forecast(horizon, inputs)

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        self.best_forecaster_._apply(data, inputs)
        self.series_, self._inputs = data, inputs

    def _fitted(self) -> list[FloatArray]:
        return self.best_forecaster_._fitted()

    def _bounded(self, values: FloatArray, i: int) -> FloatArray:
        return self.best_forecaster_._bounded(values, i)

    def _widened(self, i: int) -> float:
        if self.panel_ == "each":
            return float(self.best_forecaster_.members_[i]._widened(0))
        return self._hindsight.widening

    def _check_learning(self, n_series: int) -> None:
        self.best_forecaster_._check_learning(n_series)

    def _frozen_clone(self) -> BaseForecaster:
        return self.best_forecaster_._frozen_clone()

    def _reseeded(self, seed: int) -> BaseForecaster:
        return self.best_forecaster_._reseeded(seed)

    def _check_parameters(self) -> None:
        for name in ("n_candidates", "n_members"):
            check_count(getattr(self, name), name)
        check_name("panel", self.panel, ("auto", "pooled", "each"))
        if self.horizon is not None:
            check_count(self.horizon, "horizon")
        if self.season_length is not None:
            check_seasons(self.season_length)
        if self.time_budget is not None:
            check_positive(self.time_budget, "time_budget")


def _is_constant(data: SeriesSet) -> bool:
    return all(np.ptp(member.values) == 0 for member in data.members)


def _has_constant(data: SeriesSet) -> bool:
    return any(np.ptp(member.values) == 0 for member in data.members)


def _settings(trial: Evaluation) -> dict[str, Any]:
    """Return what a trial tried, and its score."""
    return trial.settings | {"seed": trial.seed, "score": trial.score}
