"""Forecaster: a model of this package, made to go on past the end of a series."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_count, check_name, check_scalar
from esnkit.core.exceptions import TooFewStepsError
from esnkit.core.seeding import RandomState, own_copy, root_seed
from esnkit.core.sequences import default_washout, read_washout
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.preprocessing import Preprocessor
from esnkit.forecasting.rehearsal import hold
from esnkit.forecasting.series import SeriesSet
from esnkit.memories.reservoir import Reservoir
from esnkit.models.base import SequenceModel
from esnkit.models.esn import ESNRegressor
from esnkit.models.stepper import ForecastStepper, LoopWiring, Scaling, open_stream
from esnkit.readouts.increments import IncrementReadout
from esnkit.readouts.ridge import RidgeReadout

_FEWEST_ROWS = 10  # fewer pairs of a row and the next one are nothing to learn from


class Forecaster(BaseForecaster):
    r"""Forecasts time series by a model that is trained one step ahead and runs on its outputs.

    The series is transformed, differenced and standardised; the model learns z(n+1) from z(n) and
    all it remembers; a forecast is a free run of the model, taken back to the series' own units.
    A penalty that the readout of an `ESNRegressor` chooses by itself is raised where runs inside
    the series would leave its range. The defaults suit smooth signals; `AutoESN` chooses
    differences, seasons and settings by itself.

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
        How the model sees its own outputs: as the input of the next step, or by its output
        feedback, which it must have: a reservoir's `feedback_scaling` above zero, or a network's
        `feedback` or ``cell="jordan"``.
    direct_horizon : int, default=None
        With a number, the model has an output for each of so many steps ahead, all read from the
        same state, and no output is fed back. None means the recursive forecast above.
    increments : bool, default=False
        Whether the readout learns by how much the values are going to change, from the values
        themselves, rather than what they become [2]_. For series that are sampled densely, as a
        penalty then pulls towards no change. Unlike with `differences`, the level is not lost.
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
    AutoESN : For series of which nothing is known: it chooses, and is seldom worse than repeating
        the last season.
    ESNRegressor : The default model.

    References
    ----------
    .. [1] H. Jaeger and H. Haas, "Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication", Science 304, 2004.
    .. [2] D. J. Gauthier, E. Bollt, A. Griffith and W. A. S. Barbosa, "Next generation reservoir
       computing", Nature Communications 12, 5564, 2021.

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
        increments: bool = False,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
        missing: str = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.model = model
        self.differences = differences
        self.transformer = transformer
        self.scale = scale
        self.loop = loop
        self.direct_horizon = direct_horizon
        self.increments = increments
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column
        self.missing = missing
        self.random_state = random_state

    def stepper(self, horizon: int = 1, X: Any = None) -> ForecastStepper:
        """Return a copy of what changes, for live use: told a value, it forecasts the next ones.

        A model that is a `Reservoir` with a linear readout takes some microseconds for each step,
        any other some hundred.

        Parameters
        ----------
        horizon : int, default=1
            Number of steps that are forecast at each step.
        X : array-like of shape (horizon, n_inputs), default=None
            The known inputs of the steps to come, if the forecaster was fitted with any.

        Returns
        -------
        ForecastStepper
            Its ``step`` takes the next value; its ``forecast`` is what is expected now.

        Raises
        ------
        ValueError
            If the forecaster was fitted to many series, or the horizon or X are not as described.
        """
        check_is_fitted(self)
        if len(self.series_) > 1:
            raise ValueError(
                f"A stepper goes on with one series, but the forecaster has {len(self.series_)}."
            )
        horizon = self._read_horizon(horizon)
        inputs = self._read_future(horizon, X)
        # A model that has neither the values nor known inputs for its input sees a zero.
        known = np.zeros((horizon, int(self.loop == "feedback"))) if inputs is None else inputs[0]
        stream = open_stream(
            self.model_,
            self.states_[0],
            LoopWiring(through_input=self.loop == "input", closed=self.direct_horizon is None),
            self._units(known.shape[1]),
        )
        flat, n_variables = self.series_.members[0].flat, self.series_.n_variables
        return ForecastStepper(
            stream,
            self._preparation.transformer,
            (horizon,) if flat else (horizon, n_variables),
            self._n_inputs or 0,
            known,
        )

    # ------------------------------------------------------------------ what is asked of it

    def _check_learning(self, n_series: int) -> None:
        if not hasattr(self.model_, "partial_fit") or n_series > 1:
            raise TypeError(
                "learn=True needs a single series and a model with partial_fit, got "
                f"{n_series} series and {type(self.model_).__name__}."
            )

    def _check_horizon(self, horizon: int) -> None:
        if self.direct_horizon is not None and horizon > self.direct_horizon:
            raise ValueError(
                f"horizon={horizon} is beyond direct_horizon={self.direct_horizon}, for which the "
                "model was fitted."
            )

    def _frozen_clone(self) -> Forecaster:
        return clone(self)

    def _reseeded(self, seed: int) -> Forecaster:
        return clone(self).set_params(random_state=seed)

    def _check_parameters(self) -> tuple[int, ...]:
        """Check what does not depend on the data; return the lags."""
        given: Any = self.differences
        lags = tuple(given) if isinstance(given, Iterable) else (given,)
        lags = tuple(check_count(lag, "each lag of differences") for lag in lags)
        check_name("loop", self.loop, ("input", "feedback"))
        if self.direct_horizon is not None:
            check_scalar(self.direct_horizon, "direct_horizon", Integral, min_val=1)
            if self.loop == "feedback":
                raise ValueError("direct_horizon feeds nothing back: it needs loop='input'.")
        if self.increments:
            self._check_increments()
        self._check_model()
        return lags

    def _check_model(self) -> None:
        """Refuse a model that cannot run freely, or sees nothing of outputs that are fed back."""
        model = ESNRegressor() if self.model is None else self.model
        if not (isinstance(model, SequenceModel) and model.can_run_freely):
            raise TypeError(
                "model must be an estimator of this package that runs freely, such as "
                f"ESNRegressor(), got {model!r}. {getattr(model, 'limitation', '')}".rstrip()
            )
        _warn_of_growth(getattr(model, "reservoir", None))
        if self.loop == "feedback" and not _feeds_back(model):
            raise ValueError(
                "loop='feedback' needs a model with output feedback: an ESNRegressor whose "
                "reservoir has a feedback_scaling above zero, or an RNNRegressor with "
                f"feedback=True or cell='jordan', got model={self.model!r}."
            )

    def _check_increments(self) -> None:
        """Refuse increments of values that the readout does not see."""
        if self.loop == "feedback":
            raise ValueError("increments start from the input: they need loop='input'.")
        model = _default_model(0) if self.model is None else self.model
        if not (hasattr(model, "readout") and _values_in_features(model)):
            raise ValueError(
                "increments=True needs a readout that sees the values: an ESNRegressor with "
                "include_input=True, or with a memory such as NVAR that gives them first; got "
                f"model={model!r}."
            )

    def _check_lengths(self, data: SeriesSet) -> None:
        """Refuse series that leave nothing to learn from."""
        washout = read_washout(self.model)
        ahead = self.direct_horizon or 1
        needed = self._preparation.n_lost + washout + ahead + _FEWEST_ROWS
        reason = f"direct_horizon={ahead}" if self.direct_horizon else "the next step"
        for i, member in enumerate(data.members):
            if len(member.values) < needed:
                raise TooFewStepsError(
                    f"{data.label(i)} of y has {len(member.values)} steps, but at least {needed} "
                    f"are needed: {self._preparation.n_lost} for differences, {washout} for the "
                    f"washout, {_FEWEST_ROWS} to learn from and {ahead} for {reason}."
                )

    # ------------------------------------------------------------------ the model

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Self:
        """Fit to data that are read."""
        self._preparation = Preprocessor(self.transformer, self._check_parameters(), self.scale)
        self._check_lengths(data)
        values = [member.values for member in data.members]
        self._preparation.fit(values)
        if inputs is not None:
            self._input_scale = Preprocessor(None, (), self.scale).fit(inputs)
        self.series_, self._inputs = data, inputs
        self.model_ = self._own_model(min(len(v) for v in values))
        pairs = [self._pairs(v, x) for v, x in zip(values, self._scaled(inputs), strict=True)]
        self._fit_model(pairs)
        if self._penalty_is_open:
            hold(self.model_, lambda: self._fit_model(pairs), pairs, self.loop == "feedback")
        return self

    @property
    def _penalty_is_open(self) -> bool:
        """Tell whether the model runs freely by a penalty that its readout chose."""
        free = self.direct_horizon is None and not self.increments
        readout = getattr(self.model_, "readout_", None)
        return (
            free
            and isinstance(self.model_, ESNRegressor)
            and isinstance(readout, RidgeReadout)
            and isinstance(readout.alpha, str)
        )

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None:
        """Move on to the end of series that have grown; the inputs are those of the new steps."""
        for i, x in enumerate(self._scaled(inputs)):
            if len(data.members[i].values) > len(self.series_.members[i].values):
                self.states_[i] = self._move(i, data.members[i].values, x, learn)
        self._grow(data, inputs)

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        self._check_lengths(data)
        self.series_, self._inputs = data, inputs
        known = self._scaled(inputs)
        pairs = [self._pairs(m.values, x) for m, x in zip(data.members, known, strict=True)]
        self.states_ = [self._advance(rows, targets, None) for rows, targets in pairs]

    def _scaled(self, inputs: list[FloatArray] | None) -> Sequence[FloatArray | None]:
        """Bring known inputs to scale."""
        if inputs is None:
            return [None] * len(self.series_)
        return [self._input_scale.forward(x) for x in inputs]

    def _own_model(self, n_steps: int) -> Any:
        """Copy the model and give it a seed."""
        model = _default_model(n_steps) if self.model is None else self.model
        return own_copy(model, root_seed(self.random_state), "reservoir")

    def _pairs(self, values: FloatArray, x: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Make the rows that the model is fitted to: its inputs and targets."""
        z = self._preparation.forward(values)
        x = np.zeros((len(values), 0)) if x is None else x
        x = x[len(values) - len(z) :]
        if self.loop == "feedback":
            return (x if x.shape[1] else np.zeros((len(z), 1))), z
        return (np.hstack([z[:-1], x[1:]]) if x.shape[1] else z[:-1]), z[1:]

    def _fit_model(self, pairs: list[tuple[FloatArray, FloatArray]]) -> None:
        """Fit the model and take it to the end of each series."""
        rows, targets = ([pair[i] for pair in pairs] for i in (0, 1))
        ahead = self.direct_horizon or 1
        fitted = [x[: len(x) - ahead + 1] for x in rows]
        wanted = [_windows(z, ahead) for z in targets]
        if self.increments:
            self._learn_increments(fitted, wanted)
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

    def _learn_increments(self, rows: list[FloatArray], targets: list[FloatArray]) -> None:
        """Wrap the model's readout in one that adds what it predicts to the values it sees."""
        n_variables = self.series_.n_variables
        ahead = self.direct_horizon or 1
        first = -rows[0].shape[1] if self.model_.readout_sees_input else 0
        columns = np.tile(first + np.arange(n_variables), ahead)
        changes = np.concatenate(
            [
                z.reshape(len(z), -1) - np.tile(x[:, :n_variables], ahead)
                for x, z in zip(rows, targets, strict=True)
            ]
        )
        scale = changes.std(axis=0) if self.scale else np.ones(len(columns))
        readout = RidgeReadout() if self.model_.readout is None else self.model_.readout
        self.model_.set_params(
            readout=IncrementReadout(readout, columns.tolist(), np.where(scale > 0, scale, 1.0))
        )

    def _advance(self, rows: FloatArray, targets: FloatArray, state: State | None) -> State:
        """Move a state, or that of rest, over rows whose targets are known."""
        if len(rows):
            feedback = {"feedback": targets} if self.loop == "feedback" else {}
            _, state = self.model_.predict(rows, state=state, return_state=True, **feedback)
        assert state is not None  # there are rows, or a state from which none lead on
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

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        """Forecast every series, in its own units; the inputs are those of the coming steps."""
        given = list(self._scaled(None if inputs is None else list(inputs)))
        run = self._read_at_once if self.direct_horizon is not None else self._run
        return [
            self._preparation.back(
                outputs.reshape(-1, self.series_.n_variables)[:horizon], m.values
            )
            for outputs, m in zip(run(horizon, given), self.series_.members, strict=True)
        ]

    def _fitted(self) -> list[FloatArray]:
        known = [None] * len(self.series_) if self._inputs is None else self._scaled(self._inputs)
        values = [member.values for member in self.series_.members]
        pairs = [self._pairs(v, x) for v, x in zip(values, known, strict=True)]
        rows, targets = ([pair[i] for pair in pairs] for i in (0, 1))
        feedback = {"feedback": targets} if self.loop == "feedback" else {}
        washout = read_washout(self.model_)
        fitted = [np.full_like(v, np.nan) for v in values]
        for one, v, outputs in zip(
            fitted, values, self.model_.predict(rows, **feedback), strict=True
        ):
            next_ones = outputs.reshape(len(outputs), -1)[washout:, : v.shape[1]]
            one[len(v) - len(next_ones) :] = self._preparation.one_step_back(next_ones, v)
        return fitted

    def _run(self, horizon: int, given: list[FloatArray | None]) -> list[FloatArray]:
        """Run the model freely from the end of each series."""
        if self.loop == "feedback":
            given = [np.zeros((horizon, 1)) if x is None else x for x in given]
        if len(given) == 1:
            return [self.model_.free_run(horizon, X=given[0], state=self.states_[0])]
        X = None if given[0] is None else given
        return self.model_.free_run(horizon, X=X, state=self.states_)

    def _read_at_once(self, horizon: int, given: list[FloatArray | None]) -> list[FloatArray]:
        """Read all steps from one state of each series."""
        newest = [self._newest(i)[None] for i in range(len(given))]
        rows = [
            z if x is None else np.hstack([z, x[:1]]) for z, x in zip(newest, given, strict=True)
        ]
        return self.model_.predict(rows, state=self.states_)

    def _units(self, n_given: int) -> Scaling:
        """Say how the model sees the series and what it is given, from the series' end on."""
        prepared = self._preparation
        scale = np.array([np.zeros(n_given), np.ones(n_given)])
        if self._n_inputs:
            scale = np.array([self._input_scale.mean, self._input_scale.spread])
        values = self.series_.members[0].values
        past = [self._newest(0), prepared.kept(values[len(values) - prepared.n_lost :])]
        return Scaling(
            np.array(prepared.lags, dtype=np.int64),
            np.hstack([[prepared.mean, prepared.spread], scale]),
            np.concatenate(past),
        )

    def _newest(self, i: int) -> FloatArray:
        """Return the last prepared value of a series."""
        values = self.series_.members[i].values
        return self._preparation.forward(values[len(values) - self._preparation.n_lost - 1 :])[0]


def _default_model(n_steps: int) -> ESNRegressor:
    """Make a model that is fair on smooth and on noisy series: slow, its penalty validated."""
    reservoir = Reservoir(200, leak_rate=0.5)
    return ESNRegressor(reservoir, RidgeReadout(), washout=default_washout(n_steps))


def _warn_of_growth(reservoir: Any) -> None:
    """Warn of a linear network whose states grow from step to step."""
    radius = getattr(reservoir, "spectral_radius", None)
    if getattr(reservoir, "activation", None) == "identity" and radius and radius > 1:
        warnings.warn(
            f"A reservoir with activation='identity' and spectral_radius={radius} above 1 grows "
            "without bounds when it runs: take 1 at most, or activation='tanh'.",
            stacklevel=5,
        )


def _values_in_features(model: Any) -> bool:
    """Tell whether the readout of a model sees its input."""
    return model.readout_sees_input or getattr(model.reservoir, "begins_with_input", False)


def _feeds_back(model: Any) -> bool:
    """Tell whether a model sees its own outputs beside its input."""
    if getattr(model, "feedback", False) or getattr(model, "cell", None) == "jordan":
        return True
    return bool(getattr(getattr(model, "reservoir", None), "feedback_scaling", 0))


def _ending(state: State, targets: FloatArray) -> State:
    """Let a state end with the last true value, from which a free run goes on."""
    return replace(state, output=targets[-1])


def _windows(targets: FloatArray, ahead: int) -> FloatArray:
    """Put the targets of several steps ahead side by side, nearest first."""
    n_rows = len(targets) - ahead + 1
    parts = [targets[k : k + n_rows] for k in range(ahead)]
    windows = parts[0] if ahead == 1 else np.hstack(parts)
    return windows[:, 0] if windows.shape[1] == 1 else windows  # as regressors want a single one
