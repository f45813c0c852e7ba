"""Figures of a series and its forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from esnkit.core.typing import FloatArray
from esnkit.forecasting.dates import future_index
from esnkit.plotting.base import Display
from esnkit.plotting.checks import check_method, floats
from esnkit.plotting.style import BLUE, GREY, ORANGE, label, legend_above, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class ForecastDisplay(Display):
    """A series and its forecast, with a band and with what came true if these are known.

    Make one with `from_predictions` or `from_estimator`; `plot` draws it again elsewhere.

    Parameters
    ----------
    history : ndarray of shape (n_steps,)
        The series up to the forecast.
    forecast : ndarray of shape (horizon,)
        What follows it.
    history_index : ndarray of shape (n_steps,)
        Where on the x axis the history stands: dates or numbers.
    forecast_index : ndarray of shape (horizon,)
        Where on the x axis the forecast stands.
    truth : ndarray of shape (horizon,), default=None
        What came true.
    lower : ndarray of shape (horizon,), default=None
        Lower end of the band.
    upper : ndarray of shape (horizon,), default=None
        Upper end of the band.
    series_label : str, default=None
        Label of the y axis: what the values are, with their unit.
    index_label : str, default=None
        Label of the x axis.
    band_label : str, default="band"
        What the legend calls the band.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    history_line_ : matplotlib.lines.Line2D
        The line of the history.
    forecast_line_ : matplotlib.lines.Line2D
        The line of the forecast, which sets out from the last point of the history.
    truth_line_ : matplotlib.lines.Line2D or None
        The line of the truth, if it is known; it sets out from the same point.
    band_ : matplotlib.collections.PolyCollection or None
        The band, if there is one.

    See Also
    --------
    esnkit.Forecaster.forecast : Makes forecasts.

    Examples
    --------
    The weeks of the year before as a forecast:

    >>> from esnkit.datasets import load
    >>> from esnkit.plotting import ForecastDisplay
    >>> co2 = load("co2")
    >>> history, truth = co2[-260:-52], co2[-52:]
    >>> display = ForecastDisplay.from_predictions(
    ...     history, history[-52:].to_numpy(), truth=truth, series_label="CO2 (ppmv)"
    ... )
    >>> display.ax_.get_ylabel()
    'CO2 (ppmv)'
    """

    _size = (8.0, 4.0)

    def __init__(
        self,
        history: FloatArray,
        forecast: FloatArray,
        *,
        history_index: NDArray[Any],
        forecast_index: NDArray[Any],
        truth: FloatArray | None = None,
        lower: FloatArray | None = None,
        upper: FloatArray | None = None,
        series_label: str | None = None,
        index_label: str | None = None,
        band_label: str = "band",
    ) -> None:
        self.history = history
        self.forecast = forecast
        self.history_index = history_index
        self.forecast_index = forecast_index
        self.truth = truth
        self.lower = lower
        self.upper = upper
        self.series_label = series_label
        self.index_label = index_label
        self.band_label = band_label

    @classmethod
    def from_predictions(
        cls,
        history: ArrayLike,
        forecast: ArrayLike,
        *,
        truth: ArrayLike | None = None,
        lower: ArrayLike | None = None,
        upper: ArrayLike | None = None,
        series_label: str | None = None,
        index_label: str | None = None,
        band_label: str = "band",
        ax: Axes | None = None,
    ) -> Self:
        """Draw a forecast that has been made.

        The index of a pandas Series goes on the x axis, while rows of an array are counted from
        zero. A table of one column is as good as a Series. A forecast without an index continues
        that of the history, which needs a frequency if it holds dates.

        Parameters
        ----------
        history : Series or array-like of shape (n_steps,)
            The series up to the forecast.
        forecast : Series or array-like of shape (horizon,)
            What follows it.
        truth : array-like of shape (horizon,), default=None
            What came true, at the times of the forecast.
        lower : array-like of shape (horizon,), default=None
            Lower end of a band around the forecast; goes with `upper`.
        upper : array-like of shape (horizon,), default=None
            Upper end of the band.
        series_label : str, default=None
            Label of the y axis; None takes the name of the history, if it has one.
        index_label : str, default=None
            Label of the x axis; None takes the name of the history's index, if it has one.
        band_label : str, default="band"
            What the legend calls the band.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        ForecastDisplay
            Drawn.

        Raises
        ------
        ValueError
            If a shape is wrong, only one end of the band is given, or the index of the history
            cannot be continued.
        """
        if (lower is None) != (upper is None):
            raise ValueError("lower and upper are the two ends of one band: give both or neither.")
        for name, values in (("history", history), ("forecast", forecast)):
            if values is None:
                raise TypeError(f"{name} must be a series, got None.")
        past = _as_series(history, "history")
        future = _as_series(forecast, "forecast", after=past.index)
        rows = {"truth": truth, "lower": lower, "upper": upper}
        display = cls(
            past.to_numpy(),
            future.to_numpy(),
            history_index=past.index.to_numpy(),
            forecast_index=future.index.to_numpy(),
            series_label=_label(series_label, past.name),
            index_label=_label(index_label, past.index.name),
            band_label=band_label,
            **{name: _as_row(values, name, len(future)) for name, values in rows.items()},
        )
        return display.plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        history: ArrayLike | None,
        horizon: int,
        *,
        X: ArrayLike | None = None,
        level: float | None = None,
        truth: ArrayLike | None = None,
        series_label: str | None = None,
        index_label: str | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Let a fitted model run on from its training data, and draw what it forecasts.

        Parameters
        ----------
        estimator : Forecaster, AutoESN or ESNRegressor
            Fitted to one series of one variable.
        history : Series or array-like of shape (n_steps,)
            The series up to the final training row, or a last part of it. None takes the whole
            series that a forecaster has seen.
        horizon : int
            How many steps to forecast.
        X : array-like of shape (horizon, n_given), default=None
            The known inputs of those steps, or for an ESNRegressor the input that is known.
        level : float, default=None
            The probability with which a value is to lie in the interval that is drawn, by
            `esnkit.Forecaster.predict_interval`. None draws no interval.
        truth : array-like of shape (horizon,), default=None
            What came true, at the times of the forecast.
        series_label : str, default=None
            Label of the y axis; None takes the name of the history, if it has one.
        index_label : str, default=None
            Label of the x axis; None takes the name of the history's index, if it has one.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        ForecastDisplay
            Drawn.

        Raises
        ------
        ValueError
            If `history` or the interval are asked of a model that has none, or it forecasts more
            than one variable.
        """
        needed = [
            ("history=None", history is None, "series_"),
            ("level", level is not None, "predict_interval"),
        ]
        for name, asked, attribute in needed:
            if asked and not hasattr(estimator, attribute):
                raise ValueError(
                    f"{name} needs a fitted forecaster, got {type(estimator).__name__}."
                )
        lower = upper = None
        if level is not None:
            lower, upper = estimator.predict_interval(horizon, X, level)
        return cls.from_predictions(
            _seen(estimator) if history is None else history,
            forecast_after(estimator, horizon, X),
            truth=truth,
            lower=lower,
            upper=upper,
            series_label=series_label,
            index_label=index_label,
            band_label="interval" if level is None else f"{100 * float(level):g} % interval",
            ax=ax,
        )

    def _draw(self, ax: Axes) -> None:
        x, y = self.history_index, self.history
        (self.history_line_,) = ax.plot(x, y, color=GREY, linewidth=1.2, label="history")
        x = np.concatenate([x[-1:], self.forecast_index])
        self.band_ = self.truth_line_ = None
        if self.lower is not None and self.upper is not None:
            lower, upper = self._joined(self.lower), self._joined(self.upper)
            self.band_ = ax.fill_between(
                x, lower, upper, color=BLUE, alpha=0.2, linewidth=0, label=self.band_label
            )
        if self.truth is not None:
            (self.truth_line_,) = ax.plot(
                x, self._joined(self.truth), color=ORANGE, linestyle="--", label="truth"
            )
        (self.forecast_line_,) = ax.plot(
            x, self._joined(self.forecast), color=BLUE, linewidth=1.8, label="forecast"
        )
        label(ax, self.index_label, self.series_label)
        tidy(ax)
        legend_above(ax)

    def _joined(self, values: FloatArray) -> FloatArray:
        """Put the last point of the history in front, so that no gap is drawn."""
        return np.concatenate([self.history[-1:], values])


def forecast_after(estimator: Any, horizon: int, X: Any) -> Any:
    """Return what a forecaster, or a model that runs freely, says comes next."""
    check_method(estimator, "forecast", "free_run")
    method = estimator.forecast if hasattr(estimator, "forecast") else estimator.free_run
    return method(horizon, X)


def _seen(estimator: Any) -> Any:
    """Return the series that a forecaster was fitted to and told since."""
    import pandas as pd

    data = estimator.series_
    if len(data) > 1 or data.n_variables > 1:
        raise ValueError(
            f"One series of one variable can be drawn, but {type(estimator).__name__} was fitted "
            f"to {len(data)} of {data.n_variables}."
        )
    series = data.members[0]
    values = series.values[:, 0]
    return values if series.index is None else pd.Series(values, series.index, name=series.names[0])


def _as_series(values: Any, name: str, after: pd.Index | None = None) -> pd.Series:
    """Return floats with an index for the axis: their own, or one that continues another."""
    import pandas as pd

    if isinstance(values, pd.DataFrame) and values.shape[1] == 1:
        values = values.iloc[:, 0]
    row = _as_row(values, name, None)
    if not isinstance(values, pd.Series):
        return pd.Series(row, None if after is None else future_index(after, len(row)))
    index = values.index
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if after is not None and after.dtype.kind != index.dtype.kind:
        raise ValueError(
            f"{name} is indexed by {index.dtype}, but history by {after.dtype}: one axis cannot "
            "show both."
        )
    return pd.Series(row, index, name=values.name)


def _label(given: str | None, name: object) -> str | None:
    return str(name) if given is None and name is not None else given


def _as_row(values: Any, name: str, length: int | None) -> Any:
    """Return a float array of one dimension, a column's too; None stays None."""
    if values is None:
        return None
    row = floats(values, name)
    if row.ndim == 2 and row.shape[1] == 1:
        row = row[:, 0]
    if row.ndim != 1 or row.size == 0 or length not in (None, row.size):
        expected = "(n_steps,), not empty" if length is None else f"({length},), as forecast has"
        raise ValueError(f"{name} must have shape {expected}, got shape {row.shape}.")
    return row
