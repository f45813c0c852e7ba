"""Figures of the scores of several models, and of their average ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from esnkit.core.checks import check_flag
from esnkit.core.typing import FloatArray
from esnkit.plotting.base import Display
from esnkit.plotting.checks import check_colors, check_mapping, floats
from esnkit.plotting.style import CYCLE, GREY, label, logarithmic, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SPREAD = 0.22  # of the distance between two rows


class ScoresDisplay(Display):
    """Every score of every model as a dot, and their medians as bars.

    Parameters
    ----------
    scores : mapping of str to array-like of shape (n_scores,)
        The scores of each model, from the first row down.
    score_label : str, default="score"
        Label of the x axis.
    log : bool, default=False
        Whether that axis is logarithmic.
    colors : sequence of str, default=None
        A colour for each model. None takes those that all figures share.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    points_ : list of matplotlib.collections.PathCollection
        The scores of each model.

    Examples
    --------
    >>> from esnkit.plotting import ScoresDisplay
    >>> display = ScoresDisplay({"ESN": [0.2, 0.3, 0.1], "mean": [1.0, 0.9, 1.1]}).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['ESN', 'mean']
    """

    def __init__(
        self,
        scores: Mapping[str, ArrayLike],
        *,
        score_label: str = "score",
        log: bool = False,
        colors: Sequence[str] | None = None,
    ) -> None:
        self.scores = scores
        self.score_label = score_label
        self.log = log
        self.colors = colors

    def _draw(self, ax: Axes) -> None:
        check_mapping(self.scores, "scores")
        check_colors(self.colors)
        self.points_ = []
        rows = [_scores(values, f"scores[{name!r}]") for name, values in self.scores.items()]
        for row, values in enumerate(rows):
            # Apart from each other by a fixed pattern, so that one figure is always the same.
            y = row + _SPREAD * np.sin(2.4 * np.arange(len(values)))
            color = _color(self.colors, row)
            self.points_.append(ax.scatter(values, y, s=10, color=color, alpha=0.55, linewidths=0))
            ax.plot([np.median(values)] * 2, [row - 0.36, row + 0.36], color=GREY, linewidth=2)
        ax.set_yticks(range(len(self.scores)), list(self.scores), parse_math=False)
        ax.set_ylim(len(self.scores) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        label(ax, self.score_label, "")
        tidy(ax, grid="x")
        ax.margins(x=0.05)
        if check_flag(self.log, "log"):
            logarithmic(ax, "x")


class RanksDisplay(Display):
    """Average ranks on a line, bars joining those that cannot be told apart [1]_.

    Parameters
    ----------
    ranks : mapping of str to float
        The average rank of each model.
    cliques : sequence of (float, float), default=()
        First and last rank of each group that cannot be told apart.
    colors : sequence of str, default=None
        A colour for each model. None takes those that all figures share.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.

    References
    ----------
    .. [1] J. Demšar, "Statistical comparisons of classifiers over multiple data sets", Journal of
       Machine Learning Research 7, 2006.

    Examples
    --------
    >>> from esnkit.plotting import RanksDisplay
    >>> display = RanksDisplay({"ESN": 1.2, "LSTM": 1.8, "mean": 3.0}, [(1.2, 1.8)]).plot()
    >>> bool(display.ax_.get_xlim()[0] < 1.2)
    True
    """

    def __init__(
        self,
        ranks: Mapping[str, float],
        cliques: Sequence[tuple[float, float]] = (),
        *,
        colors: Sequence[str] | None = None,
    ) -> None:
        self.ranks = ranks
        self.cliques = cliques
        self.colors = colors

    def _draw(self, ax: Axes) -> None:
        check_mapping(self.ranks, "ranks")
        check_colors(self.colors)
        cliques = _cliques(self.cliques)
        order = sorted(enumerate(self.ranks.items()), key=lambda entry: entry[1][1])
        low, high = 1.0, float(len(order))
        margin, first_row = 0.55 * (high - low), 0.5 + 0.28 * len(cliques)
        ax.plot([low, high], [0, 0], color=GREY, linewidth=1)
        for tick in range(1, len(order) + 1):
            ax.plot([tick] * 2, [0, -0.12], color=GREY, linewidth=1)
            ax.text(tick, -0.22, str(tick), ha="center", va="bottom", fontsize=9)
        n_left = (len(order) + 1) // 2
        for i, (number, (name, rank)) in enumerate(order):
            left = i < n_left
            y = first_row + 0.5 * (i if left else len(order) - 1 - i)
            end, side = (low, -1) if left else (high, 1)
            end += side * 0.06 * margin
            color = _color(self.colors, number)
            ax.plot([rank, rank, end], [0, y, y], color=color, linewidth=1.4)
            text = f"{name}  {rank:.1f}" if left else f"{rank:.1f}  {name}"
            ha = "right" if left else "left"
            ax.text(end + side * 0.03, y, text, va="center", ha=ha, parse_math=False)
        for k, (start, stop) in enumerate(cliques):
            y = 0.3 + 0.28 * k
            ax.plot([start - 0.05, stop + 0.05], [y, y], color=GREY, linewidth=3.5)
        ax.set_xlim(low - margin, high + margin)
        ax.set_ylim(first_row + 0.5 * n_left, -0.6)
        ax.set_axis_off()


def _scores(values: ArrayLike, name: str) -> FloatArray:
    """Return scores of one model as an array, of which there must be one."""
    scores = floats(values, name)
    if scores.ndim != 1 or not scores.size:
        raise ValueError(f"{name} must have shape (n_scores,), not empty; got {scores.shape}.")
    return scores


def _cliques(pairs: Any) -> FloatArray:
    """Return first and last ranks (n_cliques, 2)."""
    ends = floats(pairs, "cliques")
    if ends.size and (ends.ndim != 2 or ends.shape[1] != 2):
        raise ValueError(f"cliques must be pairs of ranks, got shape {ends.shape}.")
    return ends.reshape(-1, 2)


def _color(colors: Sequence[str] | None, number: int) -> str:
    chosen = CYCLE if colors is None else colors
    return chosen[number % len(chosen)]
