"""The report: what it says is what the results hold, and names stay data."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from esnkit.comparison import Comparison
from esnkit.comparison.records import Cell
from esnkit.comparison.report.render import render_html, render_markdown
from esnkit.comparison.report.significance import findings, standings
from esnkit.comparison.report.summary import Judgement, answer, judge, number
from tests.comparison.samples import LEVELS, sample_comparison

ATTACK = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Collects what a test asks about: tags, ids, addresses, and the text of tables."""

    VOID = frozenset({"meta", "br", "link", "input"})

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.text: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.addresses.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text.append(data)


@pytest.fixture(scope="module")
def sample() -> Comparison:
    return sample_comparison()


@pytest.fixture(scope="module")
def html(sample: Comparison) -> str:
    return render_html(sample)


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    reader = Reader(html)
    assert reader.open == []  # every element was closed, in its order
    return reader


def one_task(sample: Comparison) -> Comparison:
    """Leave one task, with one seed."""
    cells = [c for c in sample.cells if c.task == "sunspots" and c.seed == 0]
    protocol = replace(sample.protocol, seeds=[0])
    return replace(sample, tasks=sample.tasks[:1], cells=cells, protocol=protocol)


def attacked(sample: Comparison) -> Comparison:
    """Call everything that users name by what a browser would run."""
    tasks = [
        replace(task, title=ATTACK, description=ATTACK, variables=[ATTACK, *task.variables[1:]])
        for task in sample.tasks
    ]
    contestants = [replace(c, title=ATTACK + c.name) for c in sample.contestants]
    cells = [replace(c, reason=ATTACK if c.reason else "") for c in sample.cells]
    return replace(sample, tasks=tasks, contestants=contestants, cells=cells)


def test_page_needs_nothing_from_elsewhere(page: Reader) -> None:
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert all(address.startswith("#") for address in page.addresses)


def test_names_inside_are_unique_and_all_links_lead_somewhere(page: Reader) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses} <= set(page.ids)


def test_page_opens_with_the_answer(sample: Comparison, page: Reader) -> None:
    text = "".join(page.text)
    first, second = answer(sample, findings(sample))
    assert text.index(first) < text.index(second) < text.index("Overview")


def test_every_median_is_in_both_forms(sample: Comparison, page: Reader) -> None:
    html, markdown = "".join(page.text), render_markdown(sample)
    for task in sample.tasks:
        for standing in standings(sample, task.name):
            assert number(standing.median) in html
            assert number(standing.median) in markdown


def test_failures_are_rows_that_say_why(sample: Comparison, page: Reader) -> None:
    for text in (" ".join("".join(page.text).split()), render_markdown(sample)):
        assert "NVAR failed: ValueError: the matrix is singular." in text
        assert "Autoesn does not apply: there is no past of the target" in text


def test_each_task_has_its_figures(sample: Comparison, html: str) -> None:
    n_done = sum(len(standings(sample, task.name)) for task in sample.tasks)
    assert html.count('aria-label="Forecast of') == n_done
    assert html.count('aria-label="Portrait of the truth') == 1  # one task is chaotic
    assert html.count('role="img" aria-label="Scores of') == 3
    assert html.count('aria-label="Average ranks') == 1


def test_figures_take_all_their_colours_from_the_page(html: str) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL))
    assert set(re.findall(r"#[0-9a-fA-F]{6}\b", drawn)) == set()


def test_names_are_data(sample: Comparison) -> None:
    page = Reader(render_html(attacked(one_task(sample))))
    assert page.open == []
    assert "script" not in page.tags
    assert ATTACK in "".join(page.text)
    assert "<script" not in render_markdown(attacked(sample))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("[a](b)", r"\[a\](b)"),
        ("1. first", r"1\. first"),
        ("- item", r"\- item"),
        ("a\x1b[31mb", "a\ufffd\\[31mb"),
        ("a\n# b", r"a \# b"),
        ("<b>&", "&lt;b&gt;&amp;"),
    ],
)
def test_names_are_no_markdown(sample: Comparison, name: str, written: str) -> None:
    machine = replace(sample.environment, python=name, packages={name: "1"}, started=name)
    tasks = [replace(task, description=name) for task in sample.tasks]
    said = render_markdown(replace(sample, environment=machine, tasks=tasks))
    assert f"Python {written}; {written} 1. Started {written}," in said
    assert f"\n{written}\n" in said


def test_same_results_same_page(sample: Comparison) -> None:
    assert render_html(one_task(sample)) == render_html(one_task(sample))


def test_one_task_and_one_seed_without_tests(sample: Comparison) -> None:
    single = one_task(sample)
    few = replace(
        single,
        tasks=[replace(single.tasks[0], n_replicates=2)],
        cells=[
            replace(c, scores={name: values[:2] for name, values in c.scores.items()})
            for c in single.cells
        ],
    )
    text = "".join(Reader(render_html(few)).text)
    assert "No test is shown" in text
    assert "Average rank" not in text
    assert "No test is shown" in render_markdown(few)


def test_a_comparison_in_which_all_failed_still_renders(sample: Comparison) -> None:
    cells = [
        replace(c, status="failed", reason="MemoryError: too large", scores={}, trials=[], runs=[])
        for c in sample.cells
    ]
    broken = replace(sample, cells=cells)
    assert "gave no result" in answer(broken, findings(broken))[0]
    assert "MemoryError: too large" in "".join(Reader(render_html(broken)).text)
    assert "MemoryError: too large" in render_markdown(broken)


def shifted(sample: Comparison, task: str, contestant: str, factor: float) -> Comparison:
    """Multiply a contestant's scores on a task."""
    cells = [
        replace(c, scores={k: (factor * np.array(v)).tolist() for k, v in c.scores.items()})
        if (c.task, c.contestant) == (task, contestant)
        else c
        for c in sample.cells
    ]
    return replace(sample, cells=cells)


def judged(comparison: Comparison, task: str) -> Judgement:
    return judge(comparison, comparison.task(task), findings(comparison)[task])


def test_good_enough_is_better_than_naive_and_not_clearly_beaten(sample: Comparison) -> None:
    assert judged(sample, "sunspots").good_enough
    beaten = shifted(sample, "sunspots", "lstm", 0.1)
    assert judged(beaten, "sunspots").rivals == ["lstm"]
    assert not judged(beaten, "sunspots").good_enough
    assert "LSTM was clearly better" in answer(beaten, findings(beaten))[0]
    naive = shifted(sample, "sunspots", "esn", 10.0)
    assert not judged(naive, "sunspots").beats_naive
    assert "no better than Seasonal-naive" in answer(naive, findings(naive))[0]


def test_seeds_that_disagree_leave_the_verdict_open(sample: Comparison) -> None:
    def of_seed_0(cell: Cell, factor: float) -> Cell:
        is_worse = (cell.task, cell.contestant, cell.seed) == ("sunspots", "esn", 0)
        scores = {k: (factor * np.array(v)).tolist() for k, v in cell.scores.items()}
        return replace(cell, scores=scores) if is_worse else cell

    best = shifted(sample, "sunspots", "esn", 0.1)
    assert judged(best, "sunspots").dissent == 0
    mixed = replace(best, cells=[of_seed_0(c, 100.0) for c in best.cells])
    assert judged(mixed, "sunspots").open
    assert (
        "it cannot be told on Sunspots (2 of 3 seeds say yes" in answer(mixed, findings(mixed))[0]
    )
    single = replace(mixed, tasks=mixed.tasks[:1], cells=mixed.cells[: 3 * len(LEVELS)])
    said = answer(single, findings(single))[0]
    assert said.startswith("On Sunspots, it cannot be told whether an echo state network is good")
    assert said.endswith("more seeds are needed.")


def test_kin_of_the_reference_is_no_rival(sample: Comparison) -> None:
    better = shifted(shifted(sample, "sunspots", "autoesn", 0.1), "sunspots", "lstm", 0.1)
    assert judged(better, "sunspots").rivals == ["lstm"]
