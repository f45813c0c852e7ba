"""A linear autoregression with known inputs, shrunk as far as is good for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from esnkit.core.checks import Range
from esnkit.core.exceptions import TooFewStepsError
from esnkit.core.typing import FloatArray
from esnkit.forecasting.classical import ClassicalForecaster
from esnkit.forecasting.series import LONGEST_TAIL, SeriesSet

_ORDERS = (1, 2, 3, 4, 6, 9, 12, 18, 24)  # numbers of last values, that are tried
_PENALTIES = np.logspace(-10, 1, 23)  # in units of the variance of a column
_STEPS_PER_LAG = 6
_STEPS_PER_COLUMN = 4  # of known inputs, for which their last values are taken in too
_DEGREE_COST = 1.4  # what a degree of freedom counts in cross-validation, against overfitting


@dataclass(frozen=True)
class _Line:
    """What one variable depends on, and how."""

    lags: tuple[int, ...]
    alpha: float
    coef: FloatArray  # of the lags, of the known inputs, and maybe of those a step before
    intercept: float
    lingers: bool  # whether the inputs of the step before count


class AutoregressiveForecaster(ClassicalForecaster):
    r"""Regresses the next value on the last ones and on known inputs, with a ridge penalty.

    For each variable by itself, with the known inputs x of the same step and, if there are steps
    enough, of the one before, so that an effect may pass at once or linger::

        y(n) = c + a(1) y(n-1) + ... + a(p) y(n-p) + a(m) y(n-m) + b x(n) + d x(n-1)

    The number p of last values, whether the last season counts, and the penalty are chosen by
    generalised cross-validation [1]_, in which each degree of freedom counts 1.4 times [2]_. Of a
    longer series only the last 20 000 steps are learned from.

    Parameters
    ----------
    lags : int, default=None
        The number p of last values. None chooses it.
    season_length : int, default=None
        Steps m of a season, whose last value may count; None for none.
    alpha : float, default=None
        The penalty, in units of the variance of each column. None chooses it.
    id_column : str, default=None
        The column of a table in long format that names the series of each row.
    time_column : str, default=None
        The column of a table that holds the dates or numbers of the steps. None takes the index.
    target_column : str, default=None
        The column of a table that is forecast; further columns are known inputs. None forecasts
        all columns.

    Attributes
    ----------
    lags_ : list of list of tuple
        Lags that each variable of each series depends on.
    series_ : SeriesSet
        The series so far, those of `update` included.

    See Also
    --------
    Forecaster : Nonlinear, by a reservoir.

    References
    ----------
    .. [1] G. H. Golub, M. Heath and G. Wahba, "Generalized cross-validation as a method for
       choosing a good ridge parameter", Technometrics 21, 1979.
    .. [2] C. Gu, "Smoothing spline ANOVA models", Springer, 2013, section 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import AutoregressiveForecaster
    >>> x = np.random.default_rng(0).normal(size=(60, 1))
    >>> y = 5 + 2 * x[:, 0]
    >>> forecast = AutoregressiveForecaster().fit(y[:58], x[:58]).forecast(2, x[58:])
    >>> np.abs(forecast - y[58:]).max().round(3)
    np.float64(0.0)
    """

    ranges: ClassVar[dict[str, Range]] = {
        "lags": Range(Integral, 1, none=True),
        "season_length": Range(Integral, 2, none=True),
        "alpha": Range(Real, 0, ends="neither", none=True),
    }

    def __init__(
        self,
        lags: int | None = None,
        *,
        season_length: int | None = None,
        alpha: float | None = None,
        id_column: Any = None,
        time_column: Any = None,
        target_column: Any = None,
    ) -> None:
        self.lags = lags
        self.season_length = season_length
        self.alpha = alpha
        self.id_column = id_column
        self.time_column = time_column
        self.target_column = target_column

    @property
    def lags_(self) -> list[list[tuple[int, ...]]]:
        """Lags that each variable of each series depends on."""
        return [[line.lags for line in lines] for lines in self.states_]

    @property
    def _fewest(self) -> int:
        numbers = self._numbers
        return max(8, 2 * (numbers["lags"] or 1) + 2, 2 * (numbers["season_length"] or 1) + 2)

    def _start(self, i: int, values: FloatArray) -> list[_Line]:
        furthest = max(self._numbers["season_length"] or 1, self._numbers["lags"] or 1)
        longest = max(LONGEST_TAIL, 3 * furthest)
        values = values[-longest:]
        x = np.zeros((len(values), 0)) if self._inputs is None else self._inputs[i][-longest:]
        return [self._chosen(column, x) for column in values.T]

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]:
        futures = []
        for i, member in enumerate(self.series_.members):
            x = np.zeros((len(member.values) + horizon, 0))
            if inputs is not None and self._inputs is not None:
                x = np.vstack([self._inputs[i], inputs[i]])
            columns = zip(member.values.T, self.states_[i], strict=True)
            futures.append(
                np.column_stack([_continued(column, x, line) for column, line in columns])
            )
        return futures

    def _apply(self, data: SeriesSet, inputs: list[FloatArray] | None) -> None:
        longest = max(max(line.lags) for lines in self.states_ for line in lines)
        if data.n_shortest < longest + 1:
            raise TooFewStepsError(
                f"y has {data.n_shortest} steps, but the regression looks back for {longest}."
            )
        self.series_, self._inputs = data, inputs

    def _go_on(self, values: FloatArray, state: list[_Line], horizon: int) -> FloatArray:
        x = np.zeros((len(values) + horizon, 0))
        columns = zip(values.T, state, strict=True)
        return np.column_stack([_continued(column, x, line) for column, line in columns])

    def _one_step(self, i: int, values: FloatArray) -> FloatArray:
        """Forecast each of the values of series i from those before, by what was fitted."""
        fitted = np.full_like(values, np.nan)
        x = np.zeros((len(values), 0)) if self._inputs is None else self._inputs[i]
        for v, line in enumerate(self.states_[i]):
            first = max(line.lags)
            columns = _columns(values[:, v], x, line.lags, first, line.lingers)
            fitted[first:, v] = line.intercept + columns @ line.coef
        return fitted

    def _chosen(self, values: FloatArray, x: FloatArray) -> _Line:
        """Choose lags and penalty for values (n_steps,) with inputs (n_steps, n_inputs)."""
        most = max(1, len(values) // _STEPS_PER_LAG)
        orders = [p for p in _ORDERS if p <= most] if self.lags is None else [self._numbers["lags"]]
        candidates = [tuple(range(1, p + 1)) for p in orders]
        season = self._numbers["season_length"]
        if season is not None:
            candidates += [(*lags, season) for lags in candidates if season not in lags]
        furthest = max(max(lags) for lags in candidates)
        alpha = self._numbers["alpha"]
        fits = [_regressed(values, x, lags, furthest, alpha) for lags in candidates]
        return min(fits, key=lambda fit: fit[0])[1]


def _columns(
    values: FloatArray, x: FloatArray, lags: Sequence[int], first: int, lingers: bool
) -> FloatArray:
    """Lay out what the values from some step on depend on, (n_steps - first, n_columns)."""
    columns = [values[first - lag : len(values) - lag] for lag in lags]
    columns += [*x[first:].T]
    if lingers:
        columns += [*x[first - 1 : -1].T]
    return np.column_stack(columns)


def _regressed(
    values: FloatArray, x: FloatArray, lags: tuple[int, ...], first: int, alpha: float | None
) -> tuple[float, _Line]:
    """Regress the values from some step on by ridge; return the score, the lower the better."""
    lingers = len(values) >= 2 * _STEPS_PER_COLUMN * x.shape[1]
    columns, wanted = _columns(values, x, lags, first, lingers), values[first:]
    means, level = columns.mean(axis=0), wanted.mean()
    spread = columns.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    Z, z = (columns - means) / spread, wanted - level
    n_rows = len(z)
    eigenvalues, V = np.linalg.eigh(Z.T @ Z / n_rows)
    eigenvalues = np.maximum(eigenvalues, 0.0)
    along = V.T @ (Z.T @ z) / n_rows
    alphas = _PENALTIES if alpha is None else np.array([alpha])
    shrunk = 1 / (eigenvalues + alphas[:, np.newaxis])  # (n_alphas, n_columns)
    variance = float(z @ z) / n_rows
    errors = variance - (along**2 * shrunk * (2 - eigenvalues * shrunk)).sum(axis=1)
    errors = np.maximum(errors, 1e-16 * variance)
    freedom = 1 + (eigenvalues * shrunk).sum(axis=1)
    left = np.maximum(1 - _DEGREE_COST * freedom / n_rows, 1e-3)
    best = int((errors / left**2).argmin())
    coef = V @ (along * shrunk[best]) / spread
    line = _Line(lags, float(alphas[best]), coef, float(level - means @ coef), lingers)
    return float(errors[best] / left[best] ** 2), line


def _continued(values: FloatArray, x: FloatArray, line: _Line) -> FloatArray:
    """Go on from values (n_steps,) to the end of the known inputs, of the same first step."""
    n_lags, n_inputs = len(line.lags), x.shape[1]
    horizon = len(x) - len(values)
    values = values[-max(line.lags) :]  # nothing earlier counts
    n_steps = len(values)
    x = x[-(n_steps + horizon) :]
    given = np.full(len(x), line.intercept) + x @ line.coef[n_lags : n_lags + n_inputs]
    if line.lingers:
        given[1:] += x[:-1] @ line.coef[n_lags + n_inputs :]
    run = np.concatenate([values, np.zeros(len(x) - n_steps)])
    lags, weights = np.array(line.lags), line.coef[:n_lags]
    for n in range(n_steps, len(run)):
        run[n] = given[n] + weights @ run[n - lags]
    return run[n_steps:]
