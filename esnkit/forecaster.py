"""Forecaster: a model of this package, made to go on past the end of a series."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from esnkit.backtesting import compare, conformal_quantiles, steps_back
from esnkit.preparation import Preparation
from esnkit.readout import RidgeReadout
from esnkit.regressor import ESNRegressor
from esnkit.reservoir import Reservoir
from esnkit.seeding import RandomState, child_generator, root_seed
from esnkit.series import SeriesSet, read_series
from esnkit.state import State

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

_FEWEST_ROWS = 10  # fewer pairs of a row and the next one are nothing to learn from


class Forecaster(BaseEstimator):
    r"""Forecasts time series by a model that is trained one step ahead and runs on its outputs.

    The series is transformed, differenced and standardised; the model learns z(n+1) from z(n) and
    all it remembers; a forecast is a free run of the model, taken back to the series' own units.

    Parameters
    ----------
    model : estimator, default=None
        What predicts: `ESNRegressor` or any estimator of this package with its ``fit``,
        ``predict``, ``free_run`` and explicit state. None means an `ESNRegressor` with 200 units
        of leak rate 0.5, whose washout is a tenth of the series, at most 100 steps.
    differences : int or sequence of int, default=()
        Lags at which the series is differenced, one after the other: 1 takes first differences,
        ``(12, 1)`` takes seasonal ones of monthly data and then first ones.
    transformer : transformer, default=None
        Any scikit-learn transformer with ``inverse_transform``, applied to the values first, e.g.
        ``FunctionTransformer(np.log, np.exp)`` or `PowerTransformer`.
    scale : bool, default=True
        Whether the model sees values of mean 0 and standard deviation 1.
    loop : {"input", "feedback"}, default="input"
        How the model sees its own outputs: as the input of the next step, or by the output
        feedback of its reservoir, which must have a `feedback_scaling` above zero.
    direct_horizon : int, default=None
        With a number, the model has an output for each of so many steps ahead, all read from the
        same state, and no output is fed back. None means the recursive forecast above.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    random_state : int, Generator, RandomState or None, default=None
        Seed for the model, if its own `random_state` is None.

    Attributes
    ----------
    model_ : estimator
        The fitted copy of `model`.
    states_ : list of State
        The model's state at the end of each series.
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    ESNRegressor : The default model.

    References
    ----------
    .. [1] H. Jaeger and H. Haas, "Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication", Science 304, 2004.

    Examples
    --------
    >>> from esnkit import Forecaster
    >>> from esnkit.datasets import load_sunspots
    >>> forecaster = Forecaster(random_state=0).fit(load_sunspots())
    >>> forecaster.forecast(3).index.year.tolist()
    [2009, 2010, 2011]
    """

    def __init__(
        self,
        model: Any = None,
        *,
        differences: int | Sequence[int] = (),
        transformer: Any = None,
        scale: bool = True,
        loop: str = "input",
        direct_horizon: int | None = None,
        id_column: Any = None,
        random_state: RandomState = None,
    ) -> None:
        self.model = model
        self.differences = differences
        self.transformer = transformer
        self.scale = scale
        self.loop = loop
        self.direct_horizon = direct_horizon
        self.id_column = id_column
        self.random_state = random_state

    # ------------------------------------------------------------------ fitting and forecasting

    def fit(self, y: Any, X: Any = None) -> Self:
        """Fit the model to one series or many.

        Parameters
        ----------
        y : array-like of shape (n_steps,) or (n_steps, n_variables), pandas object, or list
            The series; a list holds many, and so does a table in long format with `id_column`.
            Dates, periods and numbers of an index are continued by forecasts.
        X : array-like of shape (n_steps, n_inputs), pandas object, or list, default=None
            Inputs that are known beforehand, such as the calendar: row n belongs to row n of y.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a value is missing, an index is irregular, X and y differ in length, or a series is
            too short.

        Warns
        -----
        UserWarning
            If a variable is constant, so that its forecast is that constant.
        """
        data = read_series(y, id_column=self.id_column)
        self._warn_of_constants(data)
        return self._fit(data, self._read_inputs(X, data, fitting=True))

    def forecast(self, horizon: int, X: Any = None) -> Any:
        """Forecast the steps that follow the series.

        Parameters
        ----------
        horizon : int
            Number of steps, at least 1.
        X : array-like of shape (horizon, n_inputs), pandas object, or list, default=None
            The known inputs of those steps, if the forecaster was fitted with any.

        Returns
        -------
        array, Series, DataFrame or list of such
            The forecast, in the form of the series and in its units.

        Raises
        ------
        ValueError
            If the horizon is not positive, or X is missing or has another shape.

        Warns
        -----
        DivergenceWarning
            If the forecast left the range of the training data and was held at its bounds.
        """
        check_is_fitted(self)
        return self.series_.give_back(self._futures(horizon, self._read_future(horizon, X)))

    def update(self, y: Any, X: Any = None, *, learn: bool = False) -> Self:
        """Take in new observations: the state moves on, without a refit.

        Parameters
        ----------
        y : array-like, pandas object or list
            What follows the series so far, in the same form.
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
            If y does not continue the series, or has other variables.
        TypeError
            If `learn` is asked for and the model has no ``partial_fit``.
        """
        check_is_fitted(self)
        new = read_series(y, id_column=self.id_column)
        if len(new) != len(self.series_) or new.n_variables != self.series_.n_variables:
            raise ValueError(
                f"y holds {len(new)} series of {new.n_variables} variables, but the forecaster "
                f"was fitted to {len(self.series_)} of {self.series_.n_variables}."
            )
        if learn and (not hasattr(self.model_, "partial_fit") or len(new) > 1):
            raise TypeError(
                "learn=True needs a single series and a model with partial_fit, got "
                f"{len(new)} series and {type(self.model_).__name__}."
            )
        inputs = self._read_inputs(X, new, fitting=False)
        members = [
            old.followed_by(more)
            for old, more in zip(self.series_.members, new.members, strict=True)
        ]
        self._extend(replace(self.series_, members=tuple(members)), inputs, learn)
        return self

    # ------------------------------------------------------------------ what a forecast is worth

    def backtest(
        self,
        y: Any,
        horizon: int,
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
        y : array-like, pandas object or list
            One series or many.
        horizon : int
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
            were known), ``step`` (ahead, from 1), ``variable``, ``forecast``, ``truth``,
            ``error`` (forecast - truth).

        Raises
        ------
        ValueError
            If the series is too short for the origins.
        """
        import pandas as pd

        check_scalar(horizon, "horizon", Integral, min_val=1)
        check_scalar(n_origins, "n_origins", Integral, min_val=1)
        self._check_parameters()
        data = read_series(y, id_column=self.id_column)
        inputs = None if X is None else self._read_inputs(X, data, fitting=True)
        shortest = min(len(member.values) for member in data.members)
        back = steps_back(shortest, horizon, n_origins, stride)
        frames = []
        for cuts, futures in self._roll(data, inputs, horizon, back, refit):
            for i, (cut, future) in enumerate(zip(cuts, futures, strict=True)):
                member = data.members[i]
                name = i if data.ids is None else data.ids[i]
                frames.append(compare(member, name, cut, future))
        return pd.concat(frames, ignore_index=True)

    def predict_interval(
        self,
        horizon: int,
        level: float = 0.9,
        X: Any = None,
        *,
        method: str = "conformal",
        n_origins: int = 20,
    ) -> tuple[Any, Any]:
        """Forecast an interval in which each coming value lies with a given probability.

        Parameters
        ----------
        horizon : int
            Number of steps, at least 1.
        level : float, default=0.9
            The probability, in (0, 1).
        X : array-like, pandas object or list, default=None
            The known inputs of the coming steps, if the forecaster was fitted with any.
        method : {"conformal", "ensemble"}, default="conformal"
            ``"conformal"``: the forecast, give or take the quantile of the absolute residuals of
            a backtest at the same step ahead [1]_. With fewer than nine origins the residuals of
            all steps are taken together. ``"ensemble"``: quantiles of the forecasts of
            `n_origins` models with other seeds, which tells what the choice of the reservoir
            leaves open, not the noise of the series.
        n_origins : int, default=20
            Origins of the backtest, fewer if the series is short; or members of the ensemble.

        Returns
        -------
        lower, upper : array, Series, DataFrame or list of such
            The bounds, in the form and units of the series.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1, or the series is too short for a backtest.

        References
        ----------
        .. [1] K. Stankeviciute, A. Alaa and M. van der Schaar, "Conformal time-series
           forecasting", NeurIPS 34, 2021.
        """
        check_is_fitted(self)
        check_scalar(level, "level", Real, min_val=0, max_val=1, include_boundaries="neither")
        if method == "conformal":
            widths = self._residual_quantiles(horizon, level, n_origins)
            centres = self._futures(horizon, self._read_future(horizon, X))
            pairs = [(c - w, c + w) for c, w in zip(centres, widths, strict=True)]
        elif method == "ensemble":
            pairs = self._spread(horizon, level, self._read_future(horizon, X), n_origins)
        else:
            raise ValueError(f"method must be 'conformal' or 'ensemble', got {method!r}.")
        lower, upper = ([pair[side] for pair in pairs] for side in (0, 1))
        return self.series_.give_back(lower), self.series_.give_back(upper)

    # ------------------------------------------------------------------ reading

    def _check_parameters(self) -> tuple[int, ...]:
        """Check what does not depend on the data; return the lags."""
        given: Any = self.differences
        lags = (int(given),) if isinstance(given, Integral) else tuple(given)
        for lag in lags:
            check_scalar(lag, "each lag of differences", Integral, min_val=1)
        if self.loop not in ("input", "feedback"):
            raise ValueError(f"loop must be 'input' or 'feedback', got {self.loop!r}.")
        if self.direct_horizon is not None:
            check_scalar(self.direct_horizon, "direct_horizon", Integral, min_val=1)
            if self.loop == "feedback":
                raise ValueError("direct_horizon feeds nothing back: it needs loop='input'.")
        return lags

    def _read_inputs(self, X: Any, data: SeriesSet, fitting: bool) -> list[FloatArray] | None:
        """Check known inputs against the series that they belong to."""
        if fitting:
            self._n_inputs = None
        if X is None:
            if self._n_inputs is not None:
                raise ValueError(
                    f"The forecaster was fitted with {self._n_inputs} known input(s): X must give "
                    "them for the new steps too."
                )
            return None
        read = read_series(X, name="X")
        if not fitting and self._n_inputs is None:
            raise ValueError("X was given, but the forecaster was fitted without known inputs.")
        if self._n_inputs is not None and read.n_variables != self._n_inputs:
            raise ValueError(
                f"X has {read.n_variables} input(s), but the forecaster was fitted with "
                f"{self._n_inputs}."
            )
        inputs = [member.values for member in read.members]
        lengths = [len(member.values) for member in data.members]
        if [len(x) for x in inputs] != lengths:
            raise ValueError(
                f"X has {[len(x) for x in inputs]} row(s), but {lengths} are needed: one for each "
                "step of each series."
            )
        self._n_inputs = read.n_variables
        return inputs

    def _warn_of_constants(self, data: SeriesSet) -> None:
        for member in data.members:
            constant = np.flatnonzero(np.ptp(member.values, axis=0) == 0)
            if len(constant):
                names = [member.names[i] for i in constant]
                warnings.warn(
                    f"Variable(s) {names} of y are constant; their forecast is that constant.",
                    stacklevel=3,
                )

    def _check_lengths(self, data: SeriesSet) -> None:
        """Refuse series that leave nothing to learn from."""
        washout = getattr(self.model, "washout", 0)
        needed = self._preparation.n_lost + washout + (self.direct_horizon or 1) + _FEWEST_ROWS
        for i, member in enumerate(data.members):
            if len(member.values) < needed:
                raise ValueError(
                    f"Series {i} of y has {len(member.values)} steps, but at least {needed} are "
                    f"needed: {self._preparation.n_lost} for differences, {washout} for the "
                    f"washout and {_FEWEST_ROWS + (self.direct_horizon or 1)} to learn from."
                )

    # ------------------------------------------------------------------ the model

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        """Fit to data that are read."""
        self._preparation = Preparation(self.transformer, self._check_parameters(), self.scale)
        self._check_lengths(data)
        values = [member.values for member in data.members]
        self._preparation.fit(values)
        if inputs is not None:
            self._input_scale = Preparation(None, (), self.scale).fit(inputs)
        self.series_, self._inputs = data, inputs
        self.model_ = self._own_model(min(len(v) for v in values))
        pairs = [self._pairs(v, x) for v, x in zip(values, self._scaled(inputs), strict=True)]
        self._fit_model(pairs)
        return self

    def _extend(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        """Move on to the end of series that have grown; the inputs are those of the new steps."""
        for i, x in enumerate(self._scaled(inputs)):
            self.states_[i] = self._move(i, data.members[i].values, x, learn)
        self.series_ = data
        if inputs is not None and self._inputs is not None:
            self._inputs = [np.vstack(pair) for pair in zip(self._inputs, inputs, strict=True)]

    def _scaled(self, inputs: list[FloatArray] | None) -> Sequence[FloatArray | None]:
        """Bring known inputs to scale."""
        if inputs is None:
            return [None] * len(self.series_)
        return [self._input_scale.forward(x) for x in inputs]

    def _own_model(self, n_steps: int) -> Any:
        """Copy the model and give it a seed."""
        model = _default_model(n_steps) if self.model is None else clone(self.model)
        if self.random_state is not None and model.get_params().get("random_state", 0) is None:
            rng = child_generator(root_seed(self.random_state), "reservoir")
            model.set_params(random_state=int(rng.integers(2**31)))
        return model

    def _pairs(self, values: FloatArray, x: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Make the rows that the model is fitted to: its inputs and targets."""
        z = self._preparation.forward(values)
        x = np.zeros((len(values), 0)) if x is None else x
        x = x[len(values) - len(z) :]
        if self.loop == "feedback":
            return (x if x.shape[1] else np.zeros((len(z), 1))), z
        return np.hstack([z[:-1], x[1:]]), z[1:]

    def _fit_model(self, pairs: list[tuple[FloatArray, FloatArray]]) -> None:
        """Fit the model and take it to the end of each series."""
        rows, targets = ([pair[i] for pair in pairs] for i in (0, 1))
        ahead = self.direct_horizon or 1
        fitted = [x[: len(x) - ahead + 1] for x in rows]
        wanted = [_windows(z, ahead) for z in targets]
        if len(pairs) == 1:
            self.model_.fit(fitted[0], wanted[0])
            starts = [self.model_.state_]
        else:
            self.model_.fit(fitted, wanted)
            feedback = {"feedback": wanted} if self.loop == "feedback" else {}
            _, starts = self.model_.predict(fitted, return_state=True, **feedback)
        self.states_ = [
            self._advance(x[len(f) :], z[len(f) :], state) if ahead > 1 else _ending(state, z)
            for x, z, f, state in zip(rows, targets, fitted, starts, strict=True)
        ]

    def _advance(self, rows: FloatArray, targets: FloatArray, state: State) -> State:
        """Move a state over rows whose targets are known."""
        if len(rows):
            feedback = {"feedback": targets} if self.loop == "feedback" else {}
            _, state = self.model_.predict(rows, state=state, return_state=True, **feedback)
        return state if self.direct_horizon else _ending(state, targets)

    def _move(self, i: int, values: FloatArray, x: FloatArray | None, learn: bool) -> State:
        """Take a series' new values into its state, and into the readout if it learns."""
        n_old = len(self.series_.members[i].values)
        n_before = self._preparation.n_lost + (self.loop == "input")
        if x is not None:
            x = np.vstack([np.zeros((n_before, x.shape[1])), x])
        rows, targets = self._pairs(values[n_old - n_before :], x)
        end = self._advance(rows, targets, self.states_[i])
        if learn:
            self.model_.partial_fit(rows, targets)
        return end

    # ------------------------------------------------------------------ forecasts

    def _futures(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        """Forecast every series, in its own units; the inputs are those of the coming steps."""
        scaled = self._scaled(None if inputs is None else list(inputs))
        return [
            self._preparation.back(self._run(i, horizon, x), member.values)
            for i, (member, x) in enumerate(zip(self.series_.members, scaled, strict=True))
        ]

    def _read_future(self, horizon: int, X: Any) -> list[FloatArray] | None:
        """Check the horizon, and the known inputs of the steps to come."""
        check_scalar(horizon, "horizon", Integral, min_val=1)
        if self.direct_horizon is not None and horizon > self.direct_horizon:
            raise ValueError(
                f"horizon={horizon} is beyond direct_horizon={self.direct_horizon}, for which the "
                "model was fitted."
            )
        empty = np.zeros((horizon, 1))
        coming = SeriesSet(tuple(replace(m, values=empty) for m in self.series_.members))
        return self._read_inputs(X, coming, fitting=False)

    def _run(self, i: int, horizon: int, x: FloatArray | None) -> FloatArray:
        """Run the model freely, or read all steps from one state, for prepared values."""
        n_variables = self.series_.n_variables
        state = self.states_[i]
        if self.direct_horizon is not None:
            newest = self._newest(i)
            row = newest if x is None else np.concatenate([newest, x[0]])
            outputs = self.model_.predict(row[None], state=state)
            return outputs.reshape(-1, n_variables)[:horizon]
        if self.loop == "feedback" and x is None:
            x = np.zeros((horizon, 1))
        return self.model_.free_run(horizon, X=x, state=state).reshape(horizon, n_variables)

    def _newest(self, i: int) -> FloatArray:
        """Return the last prepared value of a series."""
        values = self.series_.members[i].values
        return self._preparation.forward(values[len(values) - self._preparation.n_lost - 1 :])[0]

    # ------------------------------------------------------------------ backtests and intervals

    def _roll(
        self,
        data: SeriesSet,
        inputs: list[FloatArray] | None,
        horizon: int,
        back: Sequence[int],
        refit: bool,
    ) -> Iterator[tuple[list[int], list[FloatArray]]]:
        """Yield, origin by origin, how much of each series was known and what was forecast."""
        runner = clone(self)
        runner._n_inputs = None if inputs is None else inputs[0].shape[1]
        known = None
        for n_left in back:
            heads = replace(data, members=tuple(m.head(-n_left) for m in data.members))
            cuts = [len(member.values) for member in heads.members]
            if known is None or refit:
                runner._fit(heads, _cut_out(inputs, [0] * len(cuts), cuts))
            else:
                runner._extend(heads, _cut_out(inputs, known, cuts), learn=False)
            known = cuts
            coming = _cut_out(inputs, cuts, [cut + horizon for cut in cuts])
            yield cuts, runner._futures(horizon, coming)

    def _residual_quantiles(self, horizon: int, level: float, n_origins: int) -> list[FloatArray]:
        """Return how far off a backtest was: (horizon, n_variables) for each series."""
        shortest = min(len(member.values) for member in self.series_.members)
        n_origins = min(n_origins, shortest // 2 - horizon + 1)
        back = steps_back(shortest, horizon, n_origins, None)
        residuals: list[list[FloatArray]] = [[] for _ in self.series_.members]
        for cuts, futures in self._roll(self.series_, self._inputs, horizon, back, refit=False):
            for i, (cut, future) in enumerate(zip(cuts, futures, strict=True)):
                truth = self.series_.members[i].values[cut : cut + horizon]
                residuals[i].append(np.abs(future - truth))
        return [conformal_quantiles(np.array(errors), level) for errors in residuals]

    def _spread(
        self, horizon: int, level: float, inputs: list[FloatArray] | None, n_members: int
    ) -> list[tuple[FloatArray, FloatArray]]:
        """Return quantiles of the forecasts of models with other seeds, for each series."""
        seeds = child_generator(root_seed(self.random_state), "reservoir", 1).integers(
            2**31, size=n_members
        )
        runs = []
        for seed in seeds:
            member = clone(self).set_params(random_state=int(seed))
            member._n_inputs = self._n_inputs
            runs.append(member._fit(self.series_, self._inputs)._futures(horizon, inputs))
        levels = [(1 - level) / 2, (1 + level) / 2]
        return [
            tuple(np.quantile(np.array(series_runs), levels, axis=0))
            for series_runs in zip(*runs, strict=True)
        ]


def _default_model(n_steps: int) -> ESNRegressor:
    """Make a model that is fair on smooth and on noisy series: slow, its penalty validated."""
    reservoir = Reservoir(200, leak_rate=0.5)
    return ESNRegressor(reservoir, RidgeReadout(), washout=min(100, n_steps // 10))


def _ending(state: State, targets: FloatArray) -> State:
    """Let a state end with the last true value, from which a free run goes on."""
    return replace(state, output=targets[-1])


def _windows(targets: FloatArray, ahead: int) -> FloatArray:
    """Put the targets of several steps ahead side by side, nearest first."""
    n_rows = len(targets) - ahead + 1
    windows = np.hstack([targets[k : k + n_rows] for k in range(ahead)])
    return windows[:, 0] if windows.shape[1] == 1 else windows  # as regressors want a single one


def _cut_out(
    inputs: list[FloatArray] | None, starts: Sequence[int], stops: Sequence[int]
) -> list[FloatArray] | None:
    """Take a stretch out of the known inputs of each series."""
    if inputs is None:
        return None
    return [x[i:j] for x, i, j in zip(inputs, starts, stops, strict=True)]
