"""Figures of a search: the scores of candidates against their settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from esnkit.plotting.base import PanelsDisplay
from esnkit.plotting.checks import check_columns, floats, read_names
from esnkit.plotting.style import BLUE, GREY, ORANGE, label, tidy, whole_numbers

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.lines import Line2D

_NO_SETTINGS = {"score", "seconds", "naive", "seed"}  # columns that tell something else
_WIDE = 30.0  # a range of which the largest is so many times the smallest needs decades
_PANELS_IN_A_ROW = 4
_JITTER = 0.18  # of the distance between two categories


class SearchDisplay(PanelsDisplay):
    """The score of every candidate against each of its settings, in small panels side by side.

    A setting that matters shows a valley; one that does not, a cloud. The best candidate is marked
    in every panel. Make one with `from_predictions` or `from_estimator`; `plot` draws it again.

    Parameters
    ----------
    table : DataFrame
        A row for each candidate: settings, and a column ``score``, the lower the better.
    settings : list of str
        The columns that get a panel.
    score_label : str, default="score"
        Label of the y axes.

    Attributes
    ----------
    axes_ : list of matplotlib.axes.Axes
        The panels, in the order of `settings`.
    figure_ : matplotlib.figure.Figure
        The figure around them.
    points_ : list of matplotlib.collections.PathCollection
        The candidates in each panel.
    best_ : list of matplotlib.collections.PathCollection
        The best of them.
    naive_lines_ : list of matplotlib.lines.Line2D
        The best score of a naive forecast in each panel, if there were any.

    See Also
    --------
    esnkit.AutoESN : Whose ``search_`` this shows.

    Examples
    --------
    >>> from esnkit import AutoESN
    >>> from esnkit.datasets import load_sunspots
    >>> from esnkit.plotting import SearchDisplay
    >>> forecaster = AutoESN(n_candidates=30, random_state=0).fit(load_sunspots())
    >>> display = SearchDisplay.from_estimator(forecaster, settings=["leak_rate", "n_units"])
    >>> [ax.get_xlabel() for ax in display.axes_]
    ['leak rate', 'n units']
    """

    def __init__(
        self, table: pd.DataFrame, *, settings: Sequence[str], score_label: str = "score"
    ) -> None:
        self.table = table
        self.settings = list(settings)
        self.score_label = score_label

    @classmethod
    def from_predictions(
        cls,
        table: pd.DataFrame,
        *,
        settings: Sequence[str] | None = None,
        score_label: str = "score",
        axes: Sequence[Axes] | None = None,
    ) -> Self:
        """Draw a table of candidates.

        Parameters
        ----------
        table : DataFrame
            A row for each candidate: settings, and a column ``score``, the lower the better. Rows
            whose column ``naive`` is true, if there is one, become a line.
        settings : sequence of str, default=None
            Columns to show. None takes all that differ between candidates, but for scores, times
            and seeds.
        score_label : str, default="score"
            Label of the y axes.
        axes : sequence of matplotlib.axes.Axes, default=None
            Where to draw, one for each setting; None makes a figure.

        Returns
        -------
        SearchDisplay
            Drawn.

        Raises
        ------
        ValueError
            If there is no candidate with a finite score, no such column, one that no
            candidate has, or no setting that differs between candidates.
        """
        check_columns(table, "table", ["score"])
        if not np.isfinite(floats(table["score"], "table['score']")).any():
            raise ValueError(
                f"table must have a column 'score' with finite values, got {len(table)} row(s) "
                f"and the columns {list(table.columns)}."
            )
        if settings is None:
            settings = [str(name) for name in table.columns if _varies(table, str(name))]
            if not settings:
                raise ValueError(
                    f"No setting differs between the {len(_split(table)[0])} candidate(s) of the "
                    "table: name the settings to show."
                )
        settings = read_names(settings, "settings")
        filled = [str(name) for name in table.columns if _split(table)[0][name].notna().any()]
        if not settings or not set(settings) <= set(filled):
            raise ValueError(
                f"settings must name columns of the table that are not empty, got "
                f"{settings}: allowed are {filled}."
            )
        return cls(table, settings=settings, score_label=score_label).plot(axes)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        settings: Sequence[str] | None = None,
        axes: Sequence[Axes] | None = None,
    ) -> Self:
        """Draw what a fitted forecaster has searched.

        Parameters
        ----------
        estimator : AutoESN
            Fitted.
        settings : sequence of str, default=None
            Columns of its ``search_`` to show; None takes all settings that were varied.
        axes : sequence of matplotlib.axes.Axes, default=None
            Where to draw, one for each setting; None makes a figure.

        Returns
        -------
        SearchDisplay
            Drawn.
        """
        check_is_fitted(estimator, "search_")
        return cls.from_predictions(
            estimator.search_, settings=settings, score_label="log10 of error", axes=axes
        )

    @property
    def _n_panels(self) -> int:
        return len(self.settings)

    def _new_panels(self) -> list[Axes]:
        return _panels(len(self.settings))

    def _draw(self, axes: list[Axes]) -> None:
        self.points_: list[PathCollection] = []
        self.best_: list[PathCollection] = []
        self.naive_lines_: list[Line2D] = []
        tried, naive = _split(self.table)
        for i, (ax, name) in enumerate(zip(axes, self.settings, strict=True)):
            self._draw_candidates(ax, tried, name, tried["score"].min())
            if len(naive):
                line = ax.axhline(naive["score"].min(), color=GREY, linestyle="--", linewidth=1)
                line.set_label("naive forecast")
                self.naive_lines_.append(line)
            label(ax, name.replace("_", " "), self.score_label if _is_leftmost(ax, i) else "")
            tidy(ax)
            ax.margins(x=0.06, y=0.08)
        handles, labels = axes[0].get_legend_handles_labels()
        self.figure_.legend(handles, labels, loc="outside upper right", ncols=3, frameon=False)

    def _draw_candidates(self, ax: Axes, tried: pd.DataFrame, name: str, best: float) -> None:
        """Draw the candidates over one setting, the best one last."""
        tried = tried[tried[name].notna()]  # not every kind of candidate has every setting
        score = tried["score"].to_numpy()
        is_best = score == best
        x = _positions(ax, tried[name])
        self.points_.append(
            ax.scatter(
                x[~is_best],
                score[~is_best],
                s=16,
                color=BLUE,
                alpha=0.55,
                linewidths=0,
                label="candidate",
            )
        )
        self.best_.append(
            ax.scatter(
                x[is_best], score[is_best], s=90, marker="*", color=ORANGE, zorder=3, label="best"
            )
        )


def _split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part candidates from naive forecasts, and leave out what failed."""
    finite = table[np.isfinite(table["score"])]
    is_naive = (
        finite["naive"].astype(bool) if "naive" in finite else finite["score"] != finite["score"]
    )
    tried = finite[~is_naive]
    return (tried, finite[is_naive]) if len(tried) else (finite, finite[:0])


def _varies(table: pd.DataFrame, name: str) -> bool:
    """Tell whether a column is a setting that differs between candidates."""
    return name not in _NO_SETTINGS and _split(table)[0][name].dropna().astype(str).nunique() > 1


def _positions(ax: Axes, values: pd.Series) -> Any:
    """Return where values stand on the x axis: numbers by size, anything else by category."""
    if values.dtype.kind in "if":
        numbers = values.to_numpy(dtype=np.float64)
        if numbers.min() > 0 and numbers.max() > _WIDE * numbers.min():
            ax.set_xscale("log")
        elif (numbers == numbers.round()).all():
            whole_numbers(ax)
        return numbers
    names = values.map(_category)
    categories = sorted(names.unique(), key=lambda name: (name != "none", len(name), name))
    ax.set_xticks(range(len(categories)), categories)
    # Apart from each other by a fixed pattern, so that one figure is always the same.
    shifts = _JITTER * (2 * np.modf(np.arange(len(names)) * 0.618)[0] - 1)
    return names.map(categories.index).to_numpy() + shifts


def _category(value: Any) -> str:
    """Write a value that is no number."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) if len(value) else "none"
    return str(value)


def _panels(n_panels: int) -> list[Axes]:
    """Make a figure of small panels that share their y axis."""
    from matplotlib import pyplot as plt

    n_columns = min(n_panels, _PANELS_IN_A_ROW)
    n_rows = -(-n_panels // n_columns)
    figure, grid = plt.subplots(
        n_rows,
        n_columns,
        figsize=(2.5 * n_columns + 0.5, 2.4 * n_rows + 0.4),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    panels = list(grid.ravel())
    for spare in panels[n_panels:]:
        spare.set_visible(False)
    figure.align_labels()
    return panels[:n_panels]


def _is_leftmost(ax: Axes, index: int) -> bool:
    """Tell whether a panel begins a row, and so is the one to have the label."""
    place = ax.get_subplotspec()
    return index == 0 or (place is not None and place.is_first_col())
