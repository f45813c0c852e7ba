"""Phase portraits: a true trajectory beside a predicted one."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray
from esnkit.plotting.base import PanelsDisplay
from esnkit.plotting.checks import floats, read_names
from esnkit.plotting.forecast import forecast_after
from esnkit.plotting.style import BLUE, GRID, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


class AttractorDisplay(PanelsDisplay):
    """The portrait of a true trajectory beside that of a predicted one, in the same frame.

    One variable is drawn against itself some steps before [1]_, two against each other, and of
    more the first three in space. A model may have lost the true trajectory long ago and still
    draw the same portrait: then it has learned the system. Make one with `from_predictions` or
    `from_estimator`; `plot` draws it again elsewhere.

    Parameters
    ----------
    truth : ndarray of shape (n_steps, 2) or (n_steps, 3)
        The points of the true trajectory.
    prediction : ndarray of shape (n_predicted, 2) or (n_predicted, 3)
        Those of the predicted one.
    names : sequence of str
        Labels of the axes.

    Attributes
    ----------
    axes_ : list of matplotlib.axes.Axes
        The two frames.
    figure_ : matplotlib.figure.Figure
        The figure around them.
    truth_line_ : matplotlib.lines.Line2D
        The true trajectory.
    prediction_line_ : matplotlib.lines.Line2D
        The predicted one.

    References
    ----------
    .. [1] N. H. Packard, J. P. Crutchfield, J. D. Farmer and R. S. Shaw, "Geometry from a time
       series", Physical Review Letters 45, 712-716, 1980.

    Examples
    --------
    >>> from esnkit import Forecaster
    >>> from esnkit.datasets import lorenz63
    >>> from esnkit.plotting import AttractorDisplay
    >>> series = lorenz63(2000, random_state=0)
    >>> forecaster = Forecaster(random_state=0).fit(series[:1500])
    >>> display = AttractorDisplay.from_estimator(forecaster, series[1500:], names=list("xyz"))
    >>> display.axes_[0].get_zlabel()
    'z'
    """

    def __init__(self, truth: FloatArray, prediction: FloatArray, *, names: Sequence[str]) -> None:
        self.truth = truth
        self.prediction = prediction
        self.names = names

    @classmethod
    def from_predictions(
        cls,
        truth: ArrayLike,
        prediction: ArrayLike,
        *,
        delay: int | None = None,
        names: Sequence[str] | None = None,
        axes: Sequence[Axes] | None = None,
    ) -> Self:
        """Draw two trajectories.

        Parameters
        ----------
        truth : array-like of shape (n_steps,) or (n_steps, n_variables)
            The true one; of more than three variables the first three are shown.
        prediction : array-like of shape (n_predicted,) or (n_predicted, n_variables)
            The predicted one.
        delay : int, default=None
            Steps between a single variable and itself. None takes the first lag at which the
            truth's autocorrelation is below 1/e.
        names : sequence of str, default=None
            Names of the variables. None takes the columns of the truth, if it has any.
        axes : sequence of two matplotlib.axes.Axes, default=None
            Where to draw; they must be three-dimensional for three variables. None makes a figure.

        Returns
        -------
        AttractorDisplay
            Drawn.

        Raises
        ------
        ValueError
            If the two differ in their variables, hold missing values, or are shorter than the
            delay.
        """
        pair = [_trajectory(truth, "truth"), _trajectory(prediction, "prediction")]
        widths = [points.shape[1] for points in pair]
        if widths[0] != widths[1]:
            raise ValueError(f"truth has {widths[0]} variable(s), but prediction has {widths[1]}.")
        names = _names(truth, widths[0]) if names is None else read_names(names, "names")
        if len(names) < min(widths[0], 3):
            raise ValueError(
                f"names has {len(names)} name(s), but there are {widths[0]} variables."
            )
        if widths[0] == 1:
            delay = embedding_delay(pair[0][:, 0]) if delay is None else delay
            shortest = min(len(points) for points in pair)
            delay = check_scalar(delay, "delay", Integral, min_val=1, max_val=shortest - 2)
            pair = [embedded(points, delay) for points in pair]
            names = [f"{names[0]}(n)", f"{names[0]}(n - {delay})"]
        return cls(pair[0][:, :3], pair[1][:, :3], names=names[:3]).plot(axes)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        truth: ArrayLike,
        *,
        X: ArrayLike | None = None,
        delay: int | None = None,
        names: Sequence[str] | None = None,
        axes: Sequence[Axes] | None = None,
    ) -> Self:
        """Let a fitted model run on from its training data, and draw where it goes.

        Parameters
        ----------
        estimator : Forecaster, AutoESN or ESNRegressor
            Fitted to what comes before the truth.
        truth : array-like of shape (n_steps,) or (n_steps, n_variables)
            The true trajectory; the model runs for as many steps.
        X : array-like of shape (n_steps, n_inputs), default=None
            Known inputs of these steps.
        delay : int, default=None
            Steps between a single variable and itself, as in `from_predictions`.
        names : sequence of str, default=None
            Names of the variables. None takes the columns of the truth, if it has any.
        axes : sequence of two matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        AttractorDisplay
            Drawn.
        """
        prediction = forecast_after(estimator, len(_trajectory(truth, "truth")), X)
        return cls.from_predictions(truth, prediction, delay=delay, names=names, axes=axes)

    @property
    def _n_panels(self) -> int:
        return 2

    def _new_panels(self) -> list[Axes]:
        return _two_panels(in_space=self.truth.shape[1] == 3)

    def _draw(self, axes: list[Axes]) -> None:
        parts = [("truth", self.truth, ORANGE), ("prediction", self.prediction, BLUE)]
        lines = []
        for ax, (title, points, color) in zip(axes, parts, strict=True):
            lines.append(draw_portrait(ax, points, self.truth, color))
            ax.set_title(title, fontsize="medium")
            for name, text in zip("xyz", self.names, strict=False):
                getattr(ax, f"set_{name}label")(text, parse_math=False)
        self.truth_line_, self.prediction_line_ = lines


def draw_portrait(ax: Any, points: FloatArray, truth: FloatArray, color: str) -> Line2D:
    """Draw a path (n_steps, 2 or 3) in a frame that fits the true one, on quiet walls."""
    from matplotlib.ticker import MaxNLocator

    line: Line2D
    (line,) = ax.plot(*points.T, color=color, linewidth=0.7, alpha=0.9)
    low, high = truth.min(axis=0), truth.max(axis=0)
    margin = np.where(high > low, 0.06 * (high - low), 1.0)
    in_space = truth.shape[1] == 3
    for name, start, stop in zip("xyz", low - margin, high + margin, strict=False):
        getattr(ax, f"set_{name}lim")(start, stop)
        if in_space:
            axis = getattr(ax, f"{name}axis")
            axis.pane.set_visible(False)
            axis._axinfo["grid"].update(color=GRID, linewidth=0.6)
            axis.set_major_locator(MaxNLocator(4))
    if in_space:
        ax.set_box_aspect(None, zoom=0.85)  # or the last label is cut off
    else:
        ax.spines[["top", "right"]].set_visible(False)
    return line


def embedded(series: FloatArray, delay: int) -> FloatArray:
    """Return the delay embedding of a series (n_steps, 1)."""
    return np.hstack([series[delay:], series[:-delay]])


def _two_panels(in_space: bool) -> list[Axes]:
    """Make a figure of two frames."""
    from matplotlib import pyplot as plt

    options = {"projection": "3d"} if in_space else {}
    _, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained", subplot_kw=options)
    return list(axes)


def _trajectory(values: ArrayLike, name: str) -> FloatArray:
    """Return points (n_steps, n_variables), of which there must be a few."""
    points = floats(values, name)
    points = points[:, None] if points.ndim == 1 else points
    if points.ndim != 2 or len(points) < 3 or not points.size or not np.isfinite(points).all():
        raise ValueError(
            f"{name} must have shape (n_steps,) or (n_steps, n_variables) with at least 3 steps "
            f"and no missing values, got shape {points.shape}."
        )
    return points


def _names(values: Any, n_variables: int) -> list[str]:
    """Return the names of columns, or x, y, z."""
    if getattr(values, "columns", None) is not None:
        return [str(name) for name in values.columns]
    if n_variables == 1:
        return [str(getattr(values, "name", None) or "x")]
    return list("xyz")[:n_variables]


def embedding_delay(series: FloatArray) -> int:
    """Return the first lag at which the autocorrelation is below 1/e."""
    centred = series - series.mean()
    n_lags = max(2, len(series) // 4)
    products = np.array([centred[lag:] @ centred[: len(series) - lag] for lag in range(n_lags)])
    below = np.flatnonzero(products < products[0] / np.e)
    return int(below[0]) if len(below) else 1
