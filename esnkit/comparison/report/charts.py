"""The figures of a report: Displays of `esnkit.plotting`, as SVG in the colours of the page."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from esnkit.comparison.records import Cell, Comparison, TaskRecord, Window
from esnkit.core.process import ignored
from esnkit.core.typing import FloatArray
from esnkit.plotting import BacktestDisplay, ForecastDisplay, RanksDisplay, ScoresDisplay
from esnkit.plotting.attractor import draw_portrait, embedded, embedding_delay
from esnkit.plotting.base import Display
from esnkit.plotting.style import GREY, GRID, label, logarithmic, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

N_COLORS = 8  # after these, lines are dashed

# What matplotlib draws in these colours is given those of the style sheet, by name.
_INK, _MUTED, _TRUTH = "#010101", "#020202", "#040404"
_CONTESTANTS = [f"#0505{k:02x}" for k in range(N_COLORS)]
_VARIABLES = {
    _INK: "--ink",
    _MUTED: "--muted",
    GREY.lower(): "--muted",
    GRID: "--rule",
    _TRUTH: "--truth",
} | {color: f"--c{k}" for k, color in enumerate(_CONTESTANTS)}
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
_SIZE = (5.6, 3.2)  # inches
_SHORT = 20  # letters of a unit that fit beside an axis; the table names it in any case
_WIDE = 20.0  # times from the least to the greatest, from which on an axis is logarithmic
_SHORTEST_PATH = 10  # steps


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
class Panel:
    """A small figure of one contestant; ``line`` is None for the truth."""

    title: str
    line: Line | None
    svg: str


@dataclass(frozen=True)
class Charts:
    """The figures of a task, as SVG; what a task cannot have is empty."""

    scores: str
    valid_times: str
    steps: str
    compute: str
    forecasts: list[Panel]
    forecast_label: str
    portraits: list[Panel]
    portrait_label: str


Placed = Sequence[tuple[Line, list[Cell]]]  # contestants and their finished cells, the best first


def task_charts(
    comparison: Comparison, task: TaskRecord, placed: Sequence[tuple[str, Line]]
) -> Charts:
    """Draw the figures of a task.

    Parameters
    ----------
    comparison : Comparison
        The results.
    task : TaskRecord
        The task.
    placed : sequence of (str, Line)
        Contestants with scores, the best first.

    Returns
    -------
    Charts
    """
    key = f"t{comparison.tasks.index(task)}"
    cells = [
        (line, [c for c in comparison.cells_of(task.name, name) if c.status == "done"])
        for name, line in placed
    ]
    window = task.windows[0] if task.windows else None
    times = task.chaotic and task.metric != "valid time"
    path = window is not None and task.chaotic and len(window.truth) >= _SHORTEST_PATH
    return Charts(
        scores=_scores(f"{key}-scores", task, cells, task.metric, task.metric_unit),
        valid_times=_scores(f"{key}-times", task, cells, "valid time", "Lyapunov times")
        if times
        else "",
        steps=_errors_by_step(f"{key}-steps", task, cells),
        compute=_score_by_seconds(f"{key}-compute", task, cells),
        forecasts=[] if window is None else _forecasts(key, task, window, cells),
        forecast_label="" if window is None else _forecast_label(task, window),
        portraits=_portraits(key, window, cells) if window and path else [],
        portrait_label=_portrait_label(task),
    )


def ranks_chart(ranks: Mapping[Line, float], cliques: Sequence[tuple[float, float]]) -> str:
    """Draw average ranks on a line.

    Parameters
    ----------
    ranks : mapping of Line to float
        Average ranks.
    cliques : sequence of (float, float)
        First and last rank of each group that cannot be told apart.

    Returns
    -------
    str
        An ``svg`` element.
    """
    colors = [line.color for line in ranks]
    named = {line.title: rank for line, rank in ranks.items()}
    n_rows = 0.5 + 0.28 * len(cliques) + 0.5 * ((len(ranks) + 1) // 2)
    spoken = ", ".join(f"{name} {rank:.1f}" for name, rank in sorted(named.items(), key=_second))
    display = RanksDisplay(named, cliques, colors=colors)
    return _chart(
        "ranks", f"Average ranks: {spoken}.", display.plot, (_SIZE[0], 0.6 + 0.42 * n_rows)
    )


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _scores(key: str, task: TaskRecord, placed: Placed, metric: str, unit: str) -> str:
    """Draw all scores of one metric."""
    scores = {
        line: np.concatenate([cell.scores[metric] for cell in cells])
        for line, cells in placed
        if all(metric in cell.scores for cell in cells)
    }
    if not scores:
        return ""
    name = f"{metric} ({unit})" if 0 < len(unit) <= _SHORT else metric
    direction = "more" if task.greater_is_better or metric == "valid time" else "less"
    display = ScoresDisplay(
        {line.title: values for line, values in scores.items()},
        score_label=f"{name}: {direction} is better",
        log=_is_wide(np.concatenate([*scores.values()])),
        colors=[line.color for line in scores],
    )
    size = (_SIZE[0], 0.7 + 0.3 * len(scores))
    return _chart(key, f"Scores of {_listed(scores)}.", display.plot, size)


def _errors_by_step(key: str, task: TaskRecord, placed: Placed) -> str:
    """Draw errors against steps ahead: the median and the quartiles over seeds."""
    errors = {
        line: np.quantile([cell.step_errors for cell in cells], [0.25, 0.5, 0.75], axis=0)
        for line, cells in placed
        if cells and cells[0].steps
    }
    if not errors or len(placed[0][1][0].steps) < 2:
        return ""
    display = BacktestDisplay(
        {line.title: quartiles for line, quartiles in errors.items()},
        steps=task.step * np.array(placed[0][1][0].steps),
        step_label=f"{task.step_unit} ahead",
        error_label="error (standard deviations)",
        log=_is_wide(np.concatenate([q[1] for q in errors.values()])),
    )

    def draw(ax: Axes) -> None:
        _plain(display, ax)
        for line, curve, band in zip(errors, display.lines_, display.bands_, strict=True):
            curve.set(color=line.color, linestyle=line.dashes, linewidth=1.6, marker="")
            band.set_facecolor(line.color)

    return _chart(key, f"Error against {task.step_unit} ahead for {_listed(errors)}.", draw)


def _score_by_seconds(key: str, task: TaskRecord, placed: Placed) -> str:
    """Draw the best validation score so far against seconds, a line for each seed."""
    traces = {
        line: own
        for line, cells in placed
        if (own := [trace for cell in cells if (trace := _trace(cell, task))])
    }
    if not traces:
        return ""

    def draw(ax: Axes) -> None:
        for line, seeds in traces.items():
            look = {"color": line.color, "linestyle": line.dashes, "linewidth": 1.1}
            for seconds, best in seeds:
                ax.step(seconds, best, where="post", **look)
                ax.plot(seconds[-1], best[-1], "o", color=line.color, markersize=4)
        label(ax, "seconds of searching", f"best {task.metric} in validation")
        tidy(ax, grid="both")
        ax.margins(x=0.03)
        logarithmic(ax, "x")
        if _is_wide(np.concatenate([best for own in traces.values() for _, best in own])):
            logarithmic(ax, "y")

    return _chart(key, f"Best {task.metric} against seconds for {_listed(traces)}.", draw)


def _trace(cell: Cell, task: TaskRecord) -> tuple[FloatArray, FloatArray] | None:
    """Return when the search of a cell had reached what."""
    known = [(t.seconds, t.score) for t in cell.trials if t.score is not None]
    if not known:
        return None
    seconds, scores = np.array(known).T
    best = np.maximum if task.greater_is_better else np.minimum
    return np.maximum(seconds, 1e-6), best.accumulate(scores)


def _is_wide(values: FloatArray) -> bool:
    low, high = float(np.min(values)), float(np.max(values))
    return low > 0 and high > _WIDE * low


def _forecasts(key: str, task: TaskRecord, window: Window, placed: Placed) -> list[Panel]:
    """Draw every contestant's first run over the first window, one variable of it."""
    truth = np.array(window.truth)[:, 0]
    history = np.array(window.history)[-len(truth) :, 0] if window.history else truth[:0]
    x = task.step * np.arange(1.0 - len(history), len(truth) + 1.0)
    known = np.concatenate([history, truth])
    low, high = float(known.min()), float(known.max())
    pad = 0.25 * (high - low) or 1.0  # what runs away is cut off: the panels share an axis

    def drawing(line: Line, run: FloatArray) -> Callable[[Axes], None]:
        def draw(ax: Axes) -> None:
            display = ForecastDisplay(
                history,
                run,
                history_index=x[: len(history)],
                forecast_index=x[len(history) :],
                truth=truth,
            )
            _plain(display, ax)
            for known in ax.lines:
                known.set(color=_TRUTH, linestyle="-", linewidth=1.2)
            display.forecast_line_.set(color=line.color, linewidth=1.6)
            if len(history):
                ax.axvline(x[len(history) - 1], color=_MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
            ax.set_ylim(low - pad, high + pad)
            ax.locator_params(nbins=5)

        return draw

    return [
        Panel(
            line.title,
            line,
            _chart(
                f"{key}-run{i}",
                f"Forecast of {line.title} over the truth.",
                drawing(line, run[:, 0]),
                (3.3, 1.5),
            ),
        )
        for i, (line, cells) in enumerate(placed)
        if (run := _run_over(window, cells)) is not None
    ]


def _portraits(key: str, window: Window, placed: Placed) -> list[Panel]:
    """Draw the truth's path and that of every contestant's first run."""
    truth = np.array(window.truth)
    delay = embedding_delay(truth[:, 0])
    true_path = _path(truth, delay)
    runs: list[tuple[Line | None, FloatArray]] = [(None, true_path)]
    runs += [
        (line, _path(run, delay))
        for line, cells in placed
        if (run := _run_over(window, cells)) is not None
    ]

    def drawing(line: Line | None, path: FloatArray) -> Callable[[Axes], None]:
        def draw(ax: Axes) -> None:
            draw_portrait(ax, path, true_path, _TRUTH if line is None else line.color)
            ax.set_xticks([])
            ax.set_yticks([])
            ax.spines[:].set_visible(True)

        return draw

    return [
        Panel(
            "Truth" if line is None else line.title,
            line,
            _chart(
                f"{key}-path{i}",
                f"Portrait of {'the truth' if line is None else line.title}.",
                drawing(line, path),
                (2.2, 2.0),
            ),
        )
        for i, (line, path) in enumerate(runs)
    ]


def _run_over(window: Window, cells: list[Cell]) -> FloatArray | None:
    """Return the run that was made over a window."""
    for cell in cells:
        for run in cell.runs:
            if cell.seed == window.seed and run.replicate == window.replicate:
                return np.array(run.values)
    return None


def _path(values: FloatArray, delay: int) -> FloatArray:
    """Return two coordinates: the first and last variable, or one now and a while ago."""
    return values[:, [0, -1]] if values.shape[1] > 1 else embedded(values, delay)


def _forecast_label(task: TaskRecord, window: Window) -> str:
    """Say what the panels of forecasts show."""
    variable = f"{task.variables[0]} over {task.step_unit}"
    if not window.labels:
        return variable
    return f"{variable} from {window.labels[len(window.history)]}"


def _portrait_label(task: TaskRecord) -> str:
    if len(task.variables) > 1:
        return f"{task.variables[:3][-1]} against {task.variables[0]}"
    return f"{task.variables[0]} a while ago against now"


def _listed(lines: Mapping[Line, Any]) -> str:
    return ", ".join(line.title for line in lines)


def _plain(display: Display, ax: Axes) -> None:
    """Draw a Display without its legend: on the page, names stand beside the figure."""
    display.plot(ax)
    legend = ax.get_legend()
    if legend is not None:
        legend.remove()


def _chart(
    key: str,
    description: str,
    draw: Callable[[Axes], object],
    size: tuple[float, float] = _SIZE,
) -> str:
    """Draw into a figure in the style of the page, which keeps out of pyplot's list of figures."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(), ignored(UserWarning, "Glyph"):  # the browser has it
        mpl.rcdefaults()  # a user's own style is not for this
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        return _svg(figure, key, description)


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
    spoken = html.escape(description)
    head = (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{spoken}"'
        f' style="--width: {width:g}px">'
    )
    return re.sub(r"^<svg[^>]*>", lambda _: head, body, count=1)


def _themed(match: re.Match[str]) -> str:
    color = match.group()
    return f"var({_VARIABLES[color]})" if color in _VARIABLES else color
