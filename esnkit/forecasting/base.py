"""The verbs of forecasting, whatever it is that forecasts."""

from __future__ import annotations

import copy
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import (
    check_count,
    check_flag,
    check_name,
    check_shared_parameters,
    refuse_nested_default,
)
from esnkit.core.process import check_length
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray
from esnkit.forecasting.backtesting import forecast_table, origins_of_backtest, roll
from esnkit.forecasting.intervals import (
    bounds_about,
    past_errors,
    quantiles_of,
    read_level,
    read_quantiles,
    warn_of_naive_widths,
)
from esnkit.forecasting.reading import SeriesReader
from esnkit.forecasting.series import SeriesSet

if TYPE_CHECKING:
    import pandas as pd


_SHORT = 500  # steps of a series, up to which residuals come from a fit at each origin


class BaseForecaster(SeriesReader, ABC, BaseEstimator):
    """Reads series, gives forecasts back in their form, and tells what a forecast is worth.

    What forecasts says how it is fitted to series that are read, how it moves on, and what it
    forecasts: the abstract methods. Inside, series are arrays of shape (n_steps, n_variables) and
    known inputs arrays of shape (n_steps, n_inputs).
    """

    random_state: RandomState
    _inputs: list[FloatArray] | None

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, those of components as ``component__parameter``.

        Parameters
        ----------
        **params
            Names and values.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a name is unknown, or belongs to a component that is None.
        """
        refuse_nested_default(self, params)
        super().set_params(**params)
        return self

    @abstractmethod
    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        """Fit to data that are read."""

    @abstractmethod
    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        """Move on to the end of series that have grown; the inputs are those of the new steps."""

    @abstractmethod
    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        """Forecast every series, in its own units; the inputs are those of the coming steps."""

    @abstractmethod
    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        """Go to the end of as many other series, with all that was learned."""

    @abstractmethod
    def _fitted(self) -> list[FloatArray]:
        """Forecast each step of every series from the one before, (n_steps, n_variables).

        By what was fitted to the whole series; NaN at first steps that cannot be forecast.
        """

    @abstractmethod
    def _check_parameters(self) -> Any:
        """Check what does not depend on the data."""

    @abstractmethod
    def _check_learning(self, n_series: int) -> None:
        """Refuse to learn from new observations where that is not possible."""

    @abstractmethod
    def _frozen_clone(self) -> BaseForecaster:
        """Return an unfitted forecaster with everything that was chosen in `fit` laid down."""

    @abstractmethod
    def _reseeded(self, seed: int) -> BaseForecaster:
        """Return an unfitted forecaster with the same settings and another seed."""

    # ------------------------------------------------------------------ fitting and forecasting

    def fit(self, y: Any, X: Any = None) -> Self:
        """Fit the model to one series or many.

        Parameters
        ----------
        y : array-like of shape (n_steps,) or (n_steps, n_variables), table, or list
            The series; a list holds many, and so does a table in long format with `id_column`.
            Dates, periods and numbers of an index are continued by forecasts. A table is of pandas
            or, through narwhals, of polars or pyarrow.
        X : array-like of shape (n_steps, n_inputs), pandas object, or list, default=None
            Inputs that are known beforehand, such as the calendar: row n belongs to row n of y.
            Dates, if both have them, must be the same. Those of many series come in a list, or in
            long format with the same ids. With `target_column` further columns of y are known
            inputs too.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a value is missing, an index is irregular, X and y differ in length or in dates, or
            a series is too short.

        Warns
        -----
        UserWarning
            If a variable is constant, so that its forecast is that constant.
        """
        check_shared_parameters(self)
        data, X = self._read(y, X)
        data.check_no_row_vector()
        _warn_of_constants(data)
        return self._fit(data, self._read_inputs(X, data, fitting=True))

    def forecast(self, horizon: int | Sequence[int], X: Any = None) -> Any:
        """Forecast the steps that follow the series.

        Parameters
        ----------
        horizon : int or sequence of int
            Number of steps, at least 1; or the steps ahead that are wanted, counted from 1.
        X : array-like of shape (horizon, n_inputs), pandas object, or list, default=None
            The known inputs of those steps, if the forecaster was fitted with any.

        Returns
        -------
        array, Series, DataFrame or list of such
            The forecast, in the form of the series and in its units. With `target_column` it stands
            in the column ``forecast``.

        Raises
        ------
        ValueError
            If the horizon is not positive, or X is missing, or has another shape, other columns
            or other dates.

        Warns
        -----
        DivergenceWarning
            If the forecast left the range of the training data and was clipped at its bounds.
        """
        check_is_fitted(self)
        if not isinstance(horizon, Iterable) or isinstance(horizon, str):
            horizon = self._read_horizon(horizon)
            return self.series_.give_back(self._forecast(horizon, self._read_future(horizon, X)))
        steps = [self._read_horizon(step) for step in horizon]
        if not steps:
            raise ValueError("horizon must name at least one step ahead, got none.")
        futures = self._forecast(max(steps), self._read_future(max(steps), X))
        return self.series_.give_back(futures, steps=steps)

    def predict(self, fh: int | Sequence[int], X: Any = None) -> Any:
        """Forecast the steps that follow the series: `forecast` by the name that others use.

        Parameters
        ----------
        fh : int or sequence of int
            The forecasting horizon: the number of steps, or the steps ahead that are wanted.
        X : array-like, pandas object or list, default=None
            The known inputs of the steps up to the last, if the forecaster was fitted with any.

        Returns
        -------
        array, Series, DataFrame or list of such
            The forecast, see `forecast`.
        """
        return self.forecast(fh, X)

    def score(self, y: Any, X: Any = None) -> float:
        """Compare the forecast of what follows the series with what came.

        Parameters
        ----------
        y : array-like, pandas object or list
            What follows the series. Its length is the horizon.
        X : array-like, pandas object or list, default=None
            The known inputs of the same steps, if the forecaster was fitted with any.

        Returns
        -------
        float
            The negative mean absolute error in units of the mean absolute step of each variable of
            the series; the higher the better, 0 at best.
        """
        check_is_fitted(self)
        new, X = self._read(y, X)
        self.series_.followed_by(new)
        horizon = new.n_shortest
        futures = self._forecast(horizon, self._read_future(horizon, X))
        errors = []
        for past, member, future in zip(self.series_.members, new.members, futures, strict=True):
            steps = np.abs(np.diff(past.values, axis=0)).mean(axis=0)
            off = np.abs(future - member.values[:horizon]).mean(axis=0)
            errors.append(off / np.where(steps > 0, steps, 1.0))
        return -float(np.mean(errors))

    def update(self, y: Any, X: Any = None, *, learn: bool = False) -> Self:
        """Take in new observations: the state moves on, without a refit.

        Parameters
        ----------
        y : array-like, pandas object or list
            What follows the series so far. An array may follow a pandas object, whose dates then
            go on. In long format it may follow some of the ids alone; the others stay as they are.
        X : array-like, pandas object or list, default=None
            The known inputs of the same steps, if the forecaster was fitted with any.
        learn : bool, default=False
            Whether the readout learns from them as well, by the model's ``partial_fit``. Only for
            a single series.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If y does not continue the series, has other variables or ids, or X does not fit it.
        TypeError
            If `learn` is asked for and the model has no ``partial_fit``.
        """
        check_is_fitted(self)
        learn = check_flag(learn, "learn")
        new, X = self._read(y, X)
        new = self.series_.completed(new, self.series_.ids or ())
        grown = self.series_.followed_by(new)
        if learn:
            self._check_learning(len(new))
        inputs = self._read_inputs(X, self.series_.matched(new, "y"), fitting=False)
        self._update(grown, inputs, learn)
        return self

    def with_series(self, y: Any, X: Any = None) -> Self:
        """Return a copy that has learned what this one has, at the end of other series.

        Nothing is learned again: weights, penalties, scales and the shares of smoothing stay. What
        belongs to a series rather than to a law is taken from the new ones: states, levels, the
        past that is repeated, and the course of a season that is taken away.

        Parameters
        ----------
        y : array-like, pandas object or list
            As many series as in the fit, of the same variables.
        X : array-like, pandas object or list, default=None
            Their known inputs, if the forecaster was fitted with any.

        Returns
        -------
        forecaster
            Of the same kind; this one is left as it is.

        Raises
        ------
        ValueError
            If there are more or fewer series or variables, or a series is too short.

        Examples
        --------
        >>> from esnkit import NaiveForecaster
        >>> NaiveForecaster("drift").fit([1.0, 2.0, 3.0]).with_series([5.0, 7.0]).forecast(2)
        array([ 9., 11.])
        """
        check_is_fitted(self)
        data, X = self._read(y, X)
        found, wanted = ((len(d), d.n_variables) for d in (data, self.series_))
        if found != wanted:
            raise ValueError(
                f"y holds {found[0]} series of {found[1]} variable(s), but the forecaster was "
                f"fitted to {wanted[0]} of {wanted[1]}."
            )
        other = copy.deepcopy(self)
        other._apply(data, other._read_inputs(X, data, fitting=False))
        return other

    # ------------------------------------------------------------------ what a forecast is worth

    def fitted_values(self) -> Any:
        """Return the forecast of each step of the series from the one before.

        The model is the one that was fitted: it has learned from all of the series, the courses of
        seasons too, but sees of it only what comes before the step. So fitted values are nearer to
        the series than forecasts are to what comes; `backtest` tells how near those are.

        Returns
        -------
        array, Series, DataFrame or list of such
            The fitted values, in the form, units and index of the series, those of `update`
            included; NaN at the first steps, from which no forecast is made: those of the washout
            and of differences, lags and seasons. With `target_column` they stand in the column
            ``fitted``.

        Examples
        --------
        >>> from esnkit import NaiveForecaster
        >>> NaiveForecaster().fit([1.0, 2.0, 4.0]).fitted_values()
        array([nan,  1.,  2.])
        """
        check_is_fitted(self)
        return self.series_.give_back(self._fitted(), "fitted", within=True)

    def residuals(self) -> Any:
        """Return what the fitted values leave of the series: the series less `fitted_values`.

        Returns
        -------
        array, Series, DataFrame or list of such
            The residuals, in the form of the series; NaN where there is no fitted value. With
            `target_column` they stand in the column ``residual``.

        Examples
        --------
        >>> from esnkit import NaiveForecaster
        >>> NaiveForecaster().fit([1.0, 2.0, 4.0]).residuals()
        array([nan,  1.,  2.])
        """
        check_is_fitted(self)
        pairs = zip(self.series_.members, self._fitted(), strict=True)
        left = [member.values - fitted for member, fitted in pairs]
        return self.series_.give_back(left, "residual", within=True)

    def backtest(
        self,
        y: Any = None,
        horizon: int = 1,
        *,
        X: Any = None,
        n_origins: int = 10,
        stride: int | None = None,
        refit: bool = False,
    ) -> pd.DataFrame:
        """Forecast parts of a series from what came before each, and compare.

        The last origin lies `horizon` steps before the end, the others `stride` steps before each
        other. A copy of this forecaster is fitted to what lies before the first origin; from one
        origin to the next it is updated, or fitted anew.

        Parameters
        ----------
        y : array-like, pandas object or list, default=None
            One series or many. None takes those of the fit, with their known inputs.
        horizon : int, default=1
            Steps that are forecast from each origin.
        X : array-like, pandas object or list, default=None
            Known inputs of all steps of y.
        n_origins : int, default=10
            Number of origins.
        stride : int, default=None
            Steps between origins. None means the horizon, or less if the origins would reach into
            the first half of the series.
        refit : bool, default=False
            Whether to fit anew at each origin.

        Returns
        -------
        pandas.DataFrame
            A row for each forecast value: ``series`` (its number or id), ``origin`` (steps that
            were known), ``step`` (ahead, from 1), ``time`` (only with `time_column`),
            ``variable``, ``forecast``, ``truth``, ``error`` (forecast - truth).

        Raises
        ------
        ValueError
            If the series is too short for the origins.
        """
        import pandas as pd

        horizon, n_origins = check_count(horizon, "horizon"), check_count(n_origins, "n_origins")
        refit = check_flag(refit, "refit")
        check_shared_parameters(self)
        self._check_parameters()
        runner = clone(self)
        if y is None:
            check_is_fitted(self)
            data, inputs = self.series_, self._inputs
        else:
            data, X = self._read(y, X)
            inputs = runner._read_inputs(X, data, fitting=True)
        rolling = origins_of_backtest(data.n_shortest, horizon, n_origins, stride)
        names = range(len(data)) if data.ids is None else data.ids
        frames = []
        for origin, futures in roll(runner, data, inputs, rolling, refit):
            parts = zip(origin.heads.members, names, futures, origin.truth, strict=True)
            frames += [forecast_table(*part, self.time_column is not None) for part in parts]
        return data.layout.in_library(pd.concat(frames, ignore_index=True))

    def predict_interval(
        self,
        horizon: int,
        X: Any = None,
        level: float | Sequence[float] = 0.9,
        *,
        method: str = "conformal",
        n_origins: int = 20,
        quantiles: Sequence[float] | None = None,
    ) -> Any:
        """Forecast an interval in which each coming value lies with a given probability.

        Parameters
        ----------
        horizon : int
            Number of steps, at least 1.
        X : array-like, pandas object or list, default=None
            The known inputs of the coming steps, if the forecaster was fitted with any.
        level : float or sequence of float, default=0.9
            The probability, in (0, 1) or in percents between 1 and 100; several give an interval
            each.
        method : {"conformal", "ensemble"}, default="conformal"
            ``"conformal"``: the forecast, give or take a quantile of what forecasts from earlier
            origins were off at the same step ahead [1]_, relative to its scale. Up to 500 steps the
            model is fitted anew at each origin, beyond it is updated. Steps ahead that cannot be
            tested follow the growth of the errors before. Where a series is too short for nine
            origins, the changes from step to step say how wide the interval is. ``"ensemble"``:
            quantiles of the forecasts of `n_origins` models with other seeds, which tells what the
            choice of the reservoir leaves open, not the noise of the series.
        n_origins : int, default=20
            Origins of the backtest, fewer if the series is short; or members of the ensemble.
        quantiles : sequence of float, default=None
            Probabilities in (0, 1), each of a bound below which a coming value lies; `level` then
            means nothing. 0.5 is the forecast itself.

        Returns
        -------
        lower, upper : array, Series, DataFrame or list of such
            The bounds, in the form and units of the series; for several levels a list of such
            pairs, for quantiles a list of bounds. With `target_column` they stand in the columns
            ``lower`` and ``upper``, or ``quantile``.

        Raises
        ------
        ValueError
            If a level or quantile is not between 0 and 1, or an argument is not as described.

        Warns
        -----
        UserWarning
            If the interval is made of the changes from step to step.

        References
        ----------
        .. [1] K. Stankeviciute, A. Alaa and M. van der Schaar, "Conformal time-series
           forecasting", NeurIPS 34, 2021.
        """
        check_is_fitted(self)
        horizon = self._read_horizon(horizon)
        n_origins = check_length(n_origins, "n_origins")
        check_name("method", method, ("conformal", "ensemble"))
        levels = [read_level(one) for one in (level if isinstance(level, Iterable) else [level])]
        if not levels:
            raise ValueError(f"level must hold at least one probability, got {level!r}.")
        inputs = self._read_future(horizon, X)
        spread = self._errors_spread if method == "conformal" else self._seeds_spread
        if quantiles is not None:
            shares = read_quantiles(quantiles)
            bounds = spread(horizon, shares, inputs, n_origins)
            return [self._give_bound(bound, "quantile") for bound in bounds]
        shares = [(1 + side * one) / 2 for one in levels for side in (-1, 1)]
        bounds = spread(horizon, shares, inputs, n_origins)
        given = [self._give_bound(b, ("lower", "upper")[k % 2]) for k, b in enumerate(bounds)]
        pairs = list(zip(given[::2], given[1::2], strict=True))
        return pairs if isinstance(level, Iterable) else pairs[0]

    def _give_bound(self, values: list[FloatArray], column: str) -> Any:
        """Give a bound of each series back in the series' form."""
        bounded = [self._bounded(bound, i) for i, bound in enumerate(values)]
        return self.series_.give_back(bounded, column)

    # ------------------------------------------------------------------ what may be overridden

    def _bounded(self, values: FloatArray, i: int) -> FloatArray:
        """Keep a bound of an interval for series i within what is possible; here all is."""
        return values

    def _widened(self, i: int) -> float:
        """Return the factor by which errors of series i are wider than past ones; here none is."""
        return 1.0

    # ------------------------------------------------------------------ backtests and intervals

    def _grow(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        """Keep series that have grown, and the inputs of the new steps."""
        self.series_ = data
        if inputs is not None and self._inputs is not None:
            self._inputs = [np.vstack(pair) for pair in zip(self._inputs, inputs, strict=True)]

    def _errors_spread(
        self,
        horizon: int,
        shares: list[float],
        inputs: list[FloatArray] | None,
        n_origins: int,
    ) -> list[list[FloatArray]]:
        """Return the forecasts, give or take what was off: for each share, for each series."""
        # Half of a short series is little to learn from, and its residuals would be too wide.
        refit = self.series_.n_shortest <= _SHORT
        found = past_errors(
            self._frozen_clone(), self.series_, self._inputs, horizon, n_origins, refit
        )
        if found is None:
            warn_of_naive_widths(self.series_.n_shortest)
        else:
            found = [errors.times(self._widened(i)) for i, errors in enumerate(found)]
        centres = self._forecast(horizon, inputs)
        return bounds_about(centres, found, self.series_, shares)

    def _seeds_spread(
        self,
        horizon: int,
        shares: list[float],
        inputs: list[FloatArray] | None,
        n_members: int,
    ) -> list[list[FloatArray]]:
        """Return quantiles of the forecasts of models with other seeds, for each share."""
        seeds = child_generator(root_seed(self.random_state), "reservoir", 1).integers(
            2**31, size=n_members
        )
        runs = []
        for seed in seeds:
            member = self._reseeded(int(seed))
            runs.append(member._fit(self.series_, self._inputs)._forecast(horizon, inputs))
        return quantiles_of(runs, shares)


def _warn_of_constants(data: SeriesSet) -> None:
    """Warn of variables whose forecast is no art."""
    for member in data.members:
        constant = np.flatnonzero(np.ptp(member.values, axis=0) == 0)
        if len(constant):
            names = [member.names[i] for i in constant]
            warnings.warn(
                f"Variable(s) {names} of y are constant; their forecast is that constant.",
                stacklevel=3,
            )
