"""What each part of a forecast says, and how much it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.plotting.base import PanelsDisplay
from esnkit.plotting.checks import check_columns, check_method, floats
from esnkit.plotting.style import CYCLE, GREY, label, legend_above, tidy, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

_COLUMNS = ("series", "variable", "part", "step", "weight", "forecast")


class ContributionsDisplay(PanelsDisplay):
    """The parts of a forecast by several: what each says, and its weight at each step ahead.

    Above, a line for each part and a bold one for what they say together; below, their weights on
    top of each other. Make one with `from_estimator` or `from_predictions`; `plot` draws it again
    elsewhere.

    Parameters
    ----------
    table : pandas.DataFrame
        What `AutoESN.contributions` returns, of one series and variable.

    Attributes
    ----------
    axes_ : list of matplotlib.axes.Axes
        Where it was drawn: the forecasts, the weights.
    figure_ : matplotlib.figure.Figure
        The figure around them.
    lines_ : list of matplotlib.lines.Line2D
        The forecast of each part.
    joint_line_ : matplotlib.lines.Line2D
        The forecast.
    areas_ : list of matplotlib.collections.PolyCollection
        The weight of each part.

    See Also
    --------
    ForecastDisplay : Draws a forecast behind its series.

    Examples
    --------
    >>> from esnkit import AutoESN
    >>> from esnkit.plotting import ContributionsDisplay
    >>> auto = AutoESN().fit([105.0, 110.0, 117.0, 120.0, 126.0])
    >>> display = ContributionsDisplay.from_estimator(auto, 4)
    >>> display.axes_[1].get_ylabel()
    'weight'
    """

    _n_panels = 2

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        horizon: int,
        *,
        X: Any = None,
        axes: Sequence[Axes] | None = None,
    ) -> Self:
        """Draw the parts of the forecast of a fitted `AutoESN`.

        Parameters
        ----------
        estimator : AutoESN
            Fitted to one series of one variable.
        horizon : int
            Number of steps.
        X : array-like of shape (horizon, n_inputs), default=None
            The known inputs of those steps, if it was fitted with any.
        axes : sequence of matplotlib.axes.Axes, default=None
            Two of them; None makes a figure.

        Returns
        -------
        ContributionsDisplay
            Drawn.

        Raises
        ------
        TypeError
            If the estimator has no contributions.
        ValueError
            If it was fitted to several series or variables.
        """
        check_method(estimator, "contributions")
        return cls.from_predictions(estimator.contributions(horizon, X), axes=axes)

    @classmethod
    def from_predictions(cls, table: pd.DataFrame, *, axes: Sequence[Axes] | None = None) -> Self:
        """Draw contributions that have been told.

        Parameters
        ----------
        table : pandas.DataFrame
            What `AutoESN.contributions` returns, of one series and variable.
        axes : sequence of matplotlib.axes.Axes, default=None
            Two of them; None makes a figure.

        Returns
        -------
        ContributionsDisplay
            Drawn.

        Raises
        ------
        TypeError
            If it is no table.
        ValueError
            If a column is missing, or there are several series or variables.
        """
        check_columns(table, "table", _COLUMNS)
        n_lines = len(table[["series", "variable"]].drop_duplicates())
        if n_lines != 1:
            raise ValueError(
                f"table must hold one series of one variable, got {n_lines}: take the rows of one."
            )
        return cls(table).plot(axes)

    def _new_panels(self) -> list[Axes]:
        from matplotlib import pyplot as plt

        _, axes = plt.subplots(
            2, 1, figsize=(7, 4.4), sharex=True, height_ratios=(2, 1), layout="constrained"
        )
        return list(axes)

    def _draw(self, axes: list[Axes]) -> None:
        above, below = axes
        names = list(dict.fromkeys(self.table["part"]))
        weights, said = (self._by_part(column, names) for column in ("weight", "forecast"))
        steps = np.unique(floats(self.table["step"], "step"))
        colors = [CYCLE[i % len(CYCLE)] for i in range(len(names))]
        self.lines_ = []
        for name, run, color in zip(names, said, colors, strict=True):
            self.lines_ += above.plot(steps, run, color=color, linewidth=1.2, label=str(name))
        (self.joint_line_,) = above.plot(
            steps, (weights * said).sum(axis=0), color=GREY, linewidth=2.5, label="together"
        )
        self.areas_ = below.stackplot(steps, weights, colors=colors)
        for ax in axes:
            tidy(ax)
            whole_numbers(ax)
        below.set_ylim(0, 1)
        label(above, None, "forecast")
        label(below, "steps ahead", "weight")
        legend_above(above, n_columns=2)

    def _by_part(self, column: str, names: list[Any]) -> FloatArray:
        """Return a column as an array of shape (n_parts, n_steps)."""
        values = self.table.assign(**{column: floats(self.table[column], column)})
        wide = values.pivot_table(column, index="part", columns="step", dropna=False)
        return wide.loc[names].to_numpy(dtype=np.float64)
