"""The figures of a report, as SVG that takes its colours from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from esnkit.core.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


N_COLORS = 8  # after these, lines are dashed

# What matplotlib draws in these colours is given those of the style sheet, by name.
_INK, _MUTED, _GRID, _TRUTH = "#010101", "#020202", "#030303", "#040404"
_CONTESTANTS = [f"#0505{k:02x}" for k in range(N_COLORS)]
_VARIABLES = {_INK: "--ink", _MUTED: "--muted", _GRID: "--rule", _TRUTH: "--truth"} | {
    color: f"--c{k}" for k, color in enumerate(_CONTESTANTS)
}
_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)))
_STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and restyled
    "svg.hashsalt": "esnkit",  # the same names inside for the same figure
    "text.parse_math": False,  # names may come from a file: a dollar sign is none of ours
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "lines.linewidth": 1.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "path.simplify_threshold": 0.3,
}
_MOST_POINTS = 400  # of a line; more cannot be seen


@dataclass(frozen=True)
class Line:
    """How a contestant is drawn: a colour and, when colours run out, dashes."""

    title: str
    number: int

    @property
    def color(self) -> str:
        """The stand-in for the contestant's colour."""
        return _CONTESTANTS[self.number % N_COLORS]

    @property
    def dashes(self) -> Any:
        """The line style."""
        return _DASHES[self.number // N_COLORS % len(_DASHES)]


@dataclass(frozen=True)
class Axis:
    """What an axis shows."""

    label: str
    log: bool = False


def scores_figure(key: str, scores: Mapping[Line, FloatArray], axis: Axis) -> str:
    """Draw every score of every contestant, with medians.

    Parameters
    ----------
    key : str
        Put before the names inside the SVG, which must differ from figure to figure of a page.
    scores : mapping of Line to ndarray
        Contestants from the best down, with their scores.
    axis : Axis
        What the scores are.

    Returns
    -------
    str
        An ``svg`` element.
    """
    with _drawing(5.6, 0.7 + 0.3 * len(scores)) as (figure, ax):
        for row, (line, values) in enumerate(scores.items()):
            # Points spread a little, always in the same way, lest they hide each other.
            spread = 0.22 * np.sin(2.4 * np.arange(len(values)))
            ax.scatter(values, row + spread, s=10, color=line.color, alpha=0.55, linewidths=0)
            ax.plot([np.median(values)] * 2, [row - 0.36, row + 0.36], color=_INK, linewidth=2)
        ax.set_yticks(range(len(scores)), [line.title for line in scores])
        ax.set_ylim(len(scores) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(axis.label)
        if axis.log:
            _make_logarithmic(ax, "x")
        return _svg(figure, key, f"Scores of {_listed(scores)}.")


def curves_figure(
    key: str, curves: Mapping[Line, Sequence[tuple[FloatArray, FloatArray]]], x: Axis, y: Axis
) -> str:
    """Draw one curve or several for each contestant, such as errors by step ahead.

    Parameters
    ----------
    key : str
        Put before the names inside the SVG.
    curves : mapping of Line to sequence of (x, y)
        Contestants and their curves.
    x, y : Axis
        What the axes show.

    Returns
    -------
    str
        An ``svg`` element.
    """
    with _drawing(5.6, 3.2) as (figure, ax):
        for line, own in curves.items():
            thin = 1.6 if len(own) == 1 else 1.1
            for xs, ys in own:
                _draw_line(ax, line, xs, ys, thin)
        _scale(ax, x, y)
        return _svg(figure, key, f"{y.label} against {x.label} for {_listed(curves)}.")


def compute_figure(
    key: str, traces: Mapping[Line, Sequence[tuple[FloatArray, FloatArray]]], score: Axis
) -> str:
    """Draw the best validation score so far against the seconds spent, for each seed a line.

    Parameters
    ----------
    key : str
        Put before the names inside the SVG.
    traces : mapping of Line to sequence of (seconds, score)
        Contestants and, for each seed, what was the best score when.
    score : Axis
        What the scores are.

    Returns
    -------
    str
        An ``svg`` element.
    """
    with _drawing(5.6, 3.2) as (figure, ax):
        for line, seeds in traces.items():
            for seconds, best in seeds:
                look = {"color": line.color, "linestyle": line.dashes, "linewidth": 1.1}
                ax.step(seconds, best, where="post", **look)
                ax.plot(seconds[-1], best[-1], "o", color=line.color, markersize=4)
        seconds_axis = Axis("seconds of searching", log=True)
        _scale(ax, seconds_axis, score)
        return _svg(figure, key, f"{score.label} against seconds for {_listed(traces)}.")


def forecast_figure(
    key: str, line: Line, x: FloatArray, history: FloatArray, truth: FloatArray, run: FloatArray
) -> str:
    """Draw one forecast over what came true, a panel of many.

    Parameters
    ----------
    key : str
        Put before the names inside the SVG.
    line : Line
        The contestant.
    x : ndarray of shape (n_before + n_steps,)
        Where history and truth stand.
    history : ndarray of shape (n_before,)
        What was known.
    truth : ndarray of shape (n_steps,)
        What followed.
    run : ndarray of shape (n_steps,)
        What was forecast.

    Returns
    -------
    str
        An ``svg`` element.
    """
    with _drawing(3.3, 1.5) as (figure, ax):
        known = np.concatenate([history, truth])
        ax.plot(*_thinned(x, known), color=_TRUTH, linewidth=1.2)
        if len(history):
            ax.axvline(x[len(history) - 1], color=_MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
        ax.plot(*_thinned(x[len(history) :], run), color=line.color, linewidth=1.6)
        low, high = known.min(), known.max()
        pad = 0.25 * (high - low) or 1.0  # what runs away is cut off: the panels share an axis
        ax.set_ylim(low - pad, high + pad)
        ax.margins(x=0.01)
        ax.locator_params(nbins=5)
        return _svg(figure, key, f"Forecast of {line.title} over the truth.")


def portrait_figure(key: str, line: Line | None, truth: FloatArray, run: FloatArray) -> str:
    """Draw the path of two coordinates, of the truth if there is no contestant.

    Parameters
    ----------
    key : str
        Put before the names inside the SVG.
    line : Line or None
        The contestant; None for the truth.
    truth : ndarray of shape (n_steps, 2)
        The true path, which sets the frame.
    run : ndarray of shape (n_steps, 2)
        The path to draw.

    Returns
    -------
    str
        An ``svg`` element.
    """
    with _drawing(2.2, 2.0) as (figure, ax):
        color, title = (_TRUTH, "the truth") if line is None else (line.color, line.title)
        ax.plot(run[:, 0], run[:, 1], color=color, linewidth=0.9)
        low, high = truth.min(axis=0), truth.max(axis=0)
        pad = 0.15 * (high - low)
        ax.set_xlim(low[0] - pad[0], high[0] + pad[0])
        ax.set_ylim(low[1] - pad[1], high[1] + pad[1])
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(True)
        return _svg(figure, key, f"Portrait of {title}.")


def ranks_figure(
    key: str, ranks: Mapping[Line, float], cliques: Sequence[tuple[float, float]]
) -> str:
    """Draw average ranks on a line, bars joining those that cannot be told apart [1]_.

    Parameters
    ----------
    key : str
        Put before the names inside the SVG.
    ranks : mapping of Line to float
        Average ranks.
    cliques : sequence of (float, float)
        First and last rank of each group that cannot be told apart.

    Returns
    -------
    str
        An ``svg`` element.

    References
    ----------
    .. [1] J. Demšar, "Statistical comparisons of classifiers over multiple data sets", Journal of
       Machine Learning Research 7, 2006.
    """
    ordered = sorted(ranks.items(), key=lambda pair: pair[1])
    n_left = (len(ordered) + 1) // 2
    first_row = 0.5 + 0.28 * len(cliques)
    depth = first_row + 0.5 * n_left
    with _drawing(5.6, 0.6 + 0.42 * depth) as (figure, ax):
        low, high = 1.0, float(len(ordered))
        margin = 0.55 * (high - low)
        ax.plot([low, high], [0, 0], color=_MUTED, linewidth=1)
        for tick in range(1, len(ordered) + 1):
            ax.plot([tick] * 2, [0, -0.12], color=_MUTED, linewidth=1)
            ax.text(tick, -0.22, str(tick), ha="center", va="bottom", fontsize=9)
        for i, (line, rank) in enumerate(ordered):
            left = i < n_left
            y = first_row + 0.5 * (i if left else len(ordered) - 1 - i)
            end = low - 0.06 * margin if left else high + 0.06 * margin
            ax.plot([rank, rank, end], [0, y, y], color=line.color, linewidth=1.4)
            label = f"{line.title}  {rank:.1f}" if left else f"{rank:.1f}  {line.title}"
            ax.text(
                end - 0.03 if left else end + 0.03,
                y,
                label,
                va="center",
                ha="right" if left else "left",
            )
        for k, (start, stop) in enumerate(cliques):
            y = 0.3 + 0.28 * k
            ax.plot([start - 0.05, stop + 0.05], [y, y], color=_INK, linewidth=3.5)
        ax.set_xlim(low - margin, high + margin)
        ax.set_ylim(depth, -0.6)
        ax.set_axis_off()
        spoken = ", ".join(f"{line.title} {rank:.1f}" for line, rank in ordered)
        return _svg(figure, key, f"Average ranks: {spoken}.")


@contextmanager
def _drawing(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Provide a figure in the style of the report; it keeps out of pyplot's list of figures."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()  # a user's own style is not for this
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def _draw_line(ax: Axes, line: Line, x: FloatArray, y: FloatArray, width: float) -> None:
    xs, ys = _thinned(x, y)
    ax.plot(xs, ys, color=line.color, linestyle=line.dashes, linewidth=width)


def _thinned(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Take fewer points where more cannot be seen."""
    stride = -(-len(y) // _MOST_POINTS)
    return x[::stride], y[::stride]


def _scale(ax: Axes, x: Axis, y: Axis) -> None:
    ax.set_xlabel(x.label)
    ax.set_ylabel(y.label)
    ax.margins(x=0.02)
    for name, axis in (("x", x), ("y", y)):
        if axis.log:
            _make_logarithmic(ax, name)


def _make_logarithmic(ax: Axes, name: str) -> None:
    """Scale an axis by the logarithm, with plain numbers on it: formulas are turned off."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    ax.set(**{f"{name}scale": "log"})
    axis = ax.xaxis if name == "x" else ax.yaxis
    low, high = sorted(axis.get_view_interval())
    decades = np.log10(high / low)
    axis.set_major_locator(LogLocator(subs=(1,) if decades > 2 else (1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _listed(lines: Mapping[Line, Any]) -> str:
    return ", ".join(line.title for line in lines)


def _svg(figure: Figure, key: str, description: str) -> str:
    """Return a figure as an element for a page: themed, named apart, described."""
    buffer = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    body = text[text.index("<svg") :]
    # What the page has no use for; a style element would reach beyond its figure.
    body = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL
    )
    body = re.sub(r"#[0-9a-f]{6}\b", _themed, body)
    body = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", body)
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r"url\(#", f"url(#{key}-", body)
    body = re.sub(r'xlink:href="#', f'href="#{key}-', body)
    width, height = figure.get_size_inches() * 72
    head = (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{_attribute(description)}"'
        f' style="--width: {width:g}px">'
    )
    return re.sub(r"^<svg[^>]*>", lambda _: head, body, count=1)


def _themed(match: re.Match[str]) -> str:
    color = match.group()
    return f"var({_VARIABLES[color]})" if color in _VARIABLES else color


def _attribute(text: str) -> str:
    """Escape what goes between quotation marks."""
    from html import escape

    return escape(text, quote=True)
