"""Render a comparison as one self-contained HTML page, or as Markdown."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from esnkit.comparison.records import Cell, Comparison, ContestantRecord, TaskRecord
from esnkit.comparison.report import summary
from esnkit.comparison.report.charts import N_COLORS, Charts, Line, ranks_chart, task_charts
from esnkit.comparison.report.significance import (
    FEWEST_PAIRS,
    Findings,
    PairedTest,
    Standing,
    average_ranks,
    findings,
)
from esnkit.search.space import Dimension

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class Row:
    """A contestant's line in the table of a task."""

    line: Line
    standing: Standing
    test: PairedTest | None
    is_reference: bool
    n_failed: int
    search_seconds: float | None
    fit_seconds: float | None
    predict_seconds: float | None
    n_parameters: int | None
    peak_memory: int | None
    n_diverged: int


@dataclass(frozen=True)
class Section:
    """What the report says of one task."""

    task: TaskRecord
    rows: list[Row]
    tested: bool
    missing: list[tuple[str, str, str]]  # contestant, status, reason
    chosen: list[tuple[str, str]]  # contestant, settings of the first seed
    pictures: Charts | None


def render_html(comparison: Comparison) -> str:
    """Render a report: one file with everything inside, and no scripts.

    Parameters
    ----------
    comparison : Comparison
        The results.

    Returns
    -------
    str
        An HTML document.

    Examples
    --------
    >>> from esnkit.comparison import compare, render_html
    >>> found = compare(["linear", "mean"], ["sunspots"], seeds=1, budget=2, progress=False)
    >>> render_html(found)[:15]
    '<!doctype html>'
    """
    from markupsafe import Markup

    environment = _environment(autoescape=True)
    style = environment.loader.get_source(environment, "report.css")[0]  # type: ignore[union-attr]
    content = _content(comparison, pictures=True)
    ranks, lines = content["ranks"], content["lines"]
    return environment.get_template("report.html.j2").render(
        content,
        style=Markup(style),
        ranks_figure=None
        if ranks is None
        else ranks_chart({lines[n]: rank for n, rank in ranks.ranks.items()}, ranks.cliques),
    )


def render_markdown(comparison: Comparison) -> str:
    """Render the report's words and tables as Markdown; the figures are in the HTML alone.

    Parameters
    ----------
    comparison : Comparison
        The results.

    Returns
    -------
    str
        A Markdown document.

    Examples
    --------
    >>> from esnkit.comparison import compare, render_markdown
    >>> found = compare(["linear", "mean"], ["sunspots"], seeds=1, budget=2, progress=False)
    >>> render_markdown(found).splitlines()[0]
    '# Is an echo state network good enough?'
    """
    environment = _environment(autoescape=False)
    environment.filters["plain"] = _plain
    return environment.get_template("report.md.j2").render(_content(comparison, pictures=False))


@cache
def _environment(*, autoescape: bool) -> Environment:
    """Make the environment of the templates: what they name must exist."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("esnkit.comparison.report"),
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "number": summary.number,
        "seconds": summary.seconds,
        "megabytes": summary.megabytes,
        "listed": summary.listed,
        "against": summary.against_reference,
        "settings": _settings_text,
        "dimension": _dimension_text,
    }
    environment.globals |= {"n_colors": N_COLORS}
    return environment


def _content(comparison: Comparison, *, pictures: bool) -> dict[str, Any]:
    """Gather what both templates show."""
    lines, found = _lines(comparison), findings(comparison)
    return {
        "comparison": comparison,
        "answer": summary.answer(comparison, found),
        "reference": summary.title_of(comparison, comparison.protocol.reference),
        "lines": lines,
        "sections": [
            _section(comparison, task, found[task.name], lines, pictures)
            for task in comparison.tasks
        ],
        "overview": _overview(comparison, found),
        "ranks": average_ranks(comparison, found),
        "fewest_pairs": FEWEST_PAIRS,
        "test_rule": summary.TEST_RULE,
    }


def _lines(comparison: Comparison) -> dict[str, Line]:
    """Give every contestant its colour, the same throughout the report."""
    titles = [c.title for c in comparison.contestants]
    # Who is called like another has a number behind.
    before = [titles[:i].count(title) for i, title in enumerate(titles)]
    called = [f"{t} ({n + 1})" if n else t for t, n in zip(titles, before, strict=True)]
    return {c.name: Line(called[i], i) for i, c in enumerate(comparison.contestants)}


def _overview(
    comparison: Comparison, found: dict[str, Findings]
) -> list[tuple[ContestantRecord, list[Standing | str]]]:
    """Return for each contestant its standing on each task, or why there is none."""
    table: dict[str, list[Standing | str]] = {c.name: [] for c in comparison.contestants}
    for task in comparison.tasks:
        standings = {s.contestant: s for s in found[task.name].standings}
        for name, entries in table.items():
            cells = comparison.cells_of(task.name, name)
            failed = any(cell.status == "failed" for cell in cells)
            entries.append(standings.get(name, "failed" if failed else "–"))
    return [(c, table[c.name]) for c in comparison.contestants]


def _section(
    comparison: Comparison,
    task: TaskRecord,
    found: Findings,
    lines: dict[str, Line],
    pictures: bool,
) -> Section:
    """Gather what is said of a task."""
    order = [s.contestant for s in found.standings]
    cells = [cell for cell in comparison.cells if cell.task == task.name]
    return Section(
        task=task,
        rows=[
            _row(comparison, task, s, lines[s.contestant], found.tests.get(s.contestant))
            for s in found.standings
        ],
        tested=bool(found.tests),
        missing=_missing(comparison, cells),
        chosen=_chosen(comparison, cells, order),
        pictures=task_charts(comparison, task, [(n, lines[n]) for n in order])
        if pictures
        else None,
    )


def _row(
    comparison: Comparison,
    task: TaskRecord,
    standing: Standing,
    line: Line,
    test: PairedTest | None,
) -> Row:
    """Put together a contestant's results and costs: medians over the seeds that were finished."""
    cells = comparison.cells_of(task.name, standing.contestant)
    done = [cell for cell in cells if cell.status == "done"]
    memory = _median([cell.peak_memory for cell in done])
    parameters = _median([cell.n_parameters for cell in done])
    return Row(
        line=line,
        standing=standing,
        test=test,
        is_reference=standing.contestant == comparison.protocol.reference,
        n_failed=sum(cell.status == "failed" for cell in cells),
        search_seconds=_median([cell.search_seconds for cell in done if cell.trials]),
        fit_seconds=_median([cell.fit_seconds for cell in done]),
        predict_seconds=_median([_for_a_step(cell) for cell in done]),
        n_parameters=None if parameters is None else round(parameters),
        peak_memory=None if memory is None else round(memory),
        n_diverged=sum(cell.n_diverged for cell in done),
    )


def _for_a_step(cell: Cell) -> float | None:
    """Return the seconds that predicting one step takes."""
    if cell.predict_seconds is None or not cell.n_steps:
        return None
    return cell.predict_seconds / cell.n_steps


def _median(values: list[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def _missing(comparison: Comparison, cells: list[Cell]) -> list[tuple[str, str, str]]:
    """List who has no result or not all, and why, each reason once."""
    entries = [
        (summary.title_of(comparison, cell.contestant), cell.status, cell.reason)
        for cell in cells
        if cell.status != "done"
    ]
    return list(dict.fromkeys(entries))


def _chosen(comparison: Comparison, cells: list[Cell], order: list[str]) -> list[tuple[str, str]]:
    """List the settings that won the search with the first seed."""
    first = comparison.protocol.seeds[0]
    settings = {cell.contestant: cell.settings for cell in cells if cell.seed == first}
    return [
        (summary.title_of(comparison, name), _settings_text(settings[name]))
        for name in order
        if settings.get(name)
    ]


def _settings_text(settings: dict[str, Any]) -> str:
    """Write settings in a line."""
    return ", ".join(f"{name} = {_value_text(value)}" for name, value in settings.items())


def _value_text(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _dimension_text(dimension: Dimension) -> str:
    """Say what a setting is taken from."""
    if dimension.scale == "choice":
        return f"{dimension.name}: one of {', '.join(map(_value_text, dimension.choices))}"
    spread = " (even in the logarithm)" if dimension.scale == "log" else ""
    low, high = _value_text(dimension.low), _value_text(dimension.high)
    return f"{dimension.name}: {low} to {high}{spread}"


def _plain(text: str) -> str:
    """Take from a name what Markdown, a terminal, or HTML in it would read as more than text."""
    flat = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(str(text).split()))
    flat = re.sub(r"([\\`*_\[\]|#~!$])", r"\\\1", html.escape(flat, quote=False))
    # What begins a line may make it a list, a rule or a heading.
    return re.sub(r"^(?:(?=[-+=])|(\d+)(?=[.)]))", r"\1\\", flat)
