"""Figures of a backtest: the error of forecasts against the step ahead."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray
from esnkit.plotting.base import Display
from esnkit.plotting.checks import check_columns, check_mapping, check_method
from esnkit.plotting.style import (
    CYCLE,
    GREY,
    from_zero,
    label,
    legend_above,
    logarithmic,
    tidy,
    whole_numbers,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


_QUARTILES = (0.25, 0.5, 0.75)
_MOST_MARKERS = 60  # more would hide the line


class BacktestDisplay(Display):
    """The absolute error at each step ahead, over the origins of a backtest.

    A line is the median over origins, and the band around it holds the middle half of the errors.
    Make one with `from_predictions` or `from_estimator`; `plot` draws it again elsewhere.

    Parameters
    ----------
    errors : dict of str to ndarray of shape (3, n_steps)
        For each model, the quartiles of its absolute errors at each step ahead.
    naive : ndarray of shape (n_steps,), default=None
        Median absolute error of a naive forecast.
    naive_label : str, default="naive"
        What the legend calls it.
    error_label : str, default="absolute error"
        Label of the y axis.
    steps : ndarray of shape (n_steps,), default=None
        How far ahead the steps are. None counts them from 1.
    step_label : str, default="steps ahead"
        Label of the x axis.
    log : bool, default=False
        Whether the y axis is logarithmic.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    lines_ : list of matplotlib.lines.Line2D
        The medians, in the order of `errors`.
    bands_ : list of matplotlib.collections.PolyCollection
        The quartiles around them.
    naive_line_ : matplotlib.lines.Line2D or None
        The line of the naive forecast, if there is one.

    See Also
    --------
    esnkit.Forecaster.backtest : Makes the tables.

    Examples
    --------
    >>> from esnkit import Forecaster
    >>> from esnkit.datasets import load_sunspots
    >>> from esnkit.plotting import BacktestDisplay
    >>> forecaster = Forecaster(random_state=0)
    >>> display = BacktestDisplay.from_estimator(forecaster, load_sunspots(), 11, period=11)
    >>> display.ax_.get_xlabel()
    'steps ahead'
    """

    _size = (7.0, 4.0)

    def __init__(
        self,
        errors: dict[str, FloatArray],
        *,
        naive: FloatArray | None = None,
        naive_label: str = "naive",
        error_label: str = "absolute error",
        steps: FloatArray | None = None,
        step_label: str = "steps ahead",
        log: bool = False,
    ) -> None:
        self.errors = errors
        self.naive = naive
        self.naive_label = naive_label
        self.error_label = error_label
        self.steps = steps
        self.step_label = step_label
        self.log = log

    @classmethod
    def from_predictions(
        cls,
        tables: pd.DataFrame | Mapping[str, pd.DataFrame],
        *,
        naive: pd.DataFrame | None = None,
        naive_label: str = "naive",
        error_label: str = "absolute error",
        ax: Axes | None = None,
    ) -> Self:
        """Draw the errors of backtests that have been made.

        Parameters
        ----------
        tables : DataFrame, or mapping of str to DataFrame
            What `esnkit.Forecaster.backtest` returned, of several models under their names.
            Errors of all series and variables in a table are taken together.
        naive : DataFrame, default=None
            The same of a naive forecast, of which only the median is drawn.
        naive_label : str, default="naive"
            What the legend calls it.
        error_label : str, default="absolute error"
            Label of the y axis: give the unit of the series.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        BacktestDisplay
            Drawn.

        Raises
        ------
        ValueError
            If a table lacks a column, is empty, or the tables differ in their steps.
        """
        if isinstance(tables, Mapping):
            check_mapping(tables, "tables")
            errors = {str(k): _quartiles(table, f"tables[{k!r}]") for k, table in tables.items()}
        else:
            errors = {"forecast": _quartiles(tables, "tables")}
        baseline = None if naive is None else _quartiles(naive, "naive")[1]
        lengths = {name: q.shape[1] for name, q in errors.items()}
        if baseline is not None:
            lengths["naive"] = len(baseline)
        if len(set(lengths.values())) != 1:
            raise ValueError(f"The tables reach different numbers of steps ahead: {lengths}.")
        display = cls(errors, naive=baseline, naive_label=naive_label, error_label=error_label)
        return display.plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        y: ArrayLike,
        horizon: int,
        *,
        X: ArrayLike | None = None,
        n_origins: int = 10,
        stride: int | None = None,
        refit: bool = False,
        period: int | None = 1,
        error_label: str = "absolute error",
        ax: Axes | None = None,
    ) -> Self:
        """Backtest a forecaster, and draw its errors beside those of a naive forecast.

        Parameters
        ----------
        estimator : Forecaster or AutoESN
            Need not be fitted; copies are.
        y : Series, DataFrame or array-like of shape (n_steps,) or (n_steps, n_variables)
            One series.
        horizon : int
            Steps that are forecast from each origin.
        X : array-like of shape (n_steps, n_inputs), default=None
            Known inputs of all steps of y.
        n_origins : int, default=10
            Number of origins.
        stride : int, default=None
            Steps between origins, see `esnkit.Forecaster.backtest`.
        refit : bool, default=False
            Whether to fit anew at each origin.
        period : int, default=1
            The naive forecast repeats so many last values: 1 the last one, 12 the last year of
            monthly ones. None draws no naive forecast.
        error_label : str, default="absolute error"
            Label of the y axis: give the unit of the series.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        BacktestDisplay
            Drawn.

        Raises
        ------
        ValueError
            If the series is too short for the origins, or a naive forecast is asked for of many
            series.
        """
        check_method(estimator, "backtest")
        if y is None:
            raise TypeError("y must be a series, got None.")
        table = estimator.backtest(y, horizon, X=X, n_origins=n_origins, stride=stride, refit=refit)
        naive, naive_label = None, "naive"
        if period is not None:
            if table["series"].nunique() > 1:
                raise ValueError(
                    f"period={period} asks for a naive forecast, which is drawn of one series "
                    f"only, but y holds {table['series'].nunique()}: give period=None."
                )
            naive = _naive_table(table, np.asarray(y, dtype=np.float64), period)
            naive_label = "last value" if period == 1 else f"last {period} values"
        return cls.from_predictions(
            {type(estimator).__name__: table},
            naive=naive,
            naive_label=naive_label,
            error_label=error_label,
            ax=ax,
        )

    def _draw(self, ax: Axes) -> None:
        x = np.arange(1, self._n_steps + 1) if self.steps is None else self.steps
        marker = "o" if len(x) <= _MOST_MARKERS else ""
        self.lines_, self.bands_, self.naive_line_ = [], [], None
        if self.naive is not None:
            (self.naive_line_,) = ax.plot(
                x, self.naive, color=GREY, linestyle="--", label=str(self.naive_label)
            )
        for i, (name, (low, median, high)) in enumerate(self.errors.items()):
            color = CYCLE[i % len(CYCLE)]
            band = ax.fill_between(x, low, high, color=color, alpha=0.15, linewidth=0)
            (line,) = ax.plot(
                x, median, color=color, linewidth=1.8, marker=marker, markersize=3.5, label=name
            )
            self.lines_.append(line)
            self.bands_.append(band)
        label(ax, self.step_label, self.error_label)
        tidy(ax)
        if self.log:
            logarithmic(ax, "y")
        else:
            from_zero(ax)
        if self.steps is None:
            whole_numbers(ax)
        legend_above(ax)

    @property
    def _n_steps(self) -> int:
        return next(iter(self.errors.values())).shape[1]


def _quartiles(table: pd.DataFrame, name: str) -> FloatArray:
    """Return the quartiles of the absolute errors (3, n_steps) at each step ahead."""
    check_columns(table, name, ["step", "error"])
    by_step = table["error"].abs().groupby(table["step"])
    return np.array([by_step.quantile(q).to_numpy() for q in _QUARTILES])


def _naive_table(table: pd.DataFrame, series: FloatArray, period: int) -> pd.DataFrame:
    """Make the table that repeating the last values would have had, for the same origins."""
    first = int(table["origin"].min())
    period = check_scalar(period, "period", Integral, min_val=1, max_val=first)
    values = series.reshape(len(series), -1)
    steps = table["step"].to_numpy() - 1
    rows = table["origin"].to_numpy() - period + steps % period
    n_variables = values.shape[1]
    columns = np.arange(len(table)) % n_variables
    return table.assign(error=values[rows, columns] - table["truth"].to_numpy())
