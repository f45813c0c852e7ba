"""The report in a browser: read at the width of a desk and of a phone, in light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esnkit.comparison.report.render import render_html
from esnkit.comparison.report.significance import findings, standings
from esnkit.comparison.report.summary import answer, number
from tests.comparison.report.test_render import ATTACK, attacked
from tests.comparison.samples import sample_comparison

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium"),
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desk": 1280, "phone": 390}
SAMPLE = sample_comparison()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(SAMPLE), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(params=["desk-light", "desk-dark", "phone-light", "phone-dark"])
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    width, scheme = request.param.split("-")
    opened = browser.new_page(viewport={"width": WIDTHS[width], "height": 900}, color_scheme=scheme)
    opened.heard = []
    opened.on("console", lambda message: opened.heard.append(message.text))
    opened.on("pageerror", lambda error: opened.heard.append(str(error)))
    opened.on("request", lambda asked: opened.heard.append(asked.url))
    opened.goto(address)
    yield opened
    opened.close()


def test_answer_tables_and_figures_are_read(page: Any, address: str) -> None:
    assert page.locator("#answer").inner_text().split("\n\n") == list(
        answer(SAMPLE, findings(SAMPLE))
    )
    assert page.locator("#summary tbody tr").count() == len(SAMPLE.contestants)
    for i, task in enumerate(SAMPLE.tasks):
        medians = page.locator("table.results").nth(i).locator("tbody td:nth-child(3)")
        assert medians.all_inner_texts() == [number(s.median) for s in standings(SAMPLE, task.name)]
    for figure in page.get_by_role("img").all():
        box = figure.bounding_box()
        assert box["width"] > 100
        assert box["height"] > 40
    assert page.heard == [address]  # no message, and no request to anywhere else


def test_nothing_sticks_out(page: Any) -> None:
    inner, outer = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert inner <= outer


def test_dark_is_dark_and_light_is_light(page: Any) -> None:
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    ink, paper = page.evaluate(
        "[getComputedStyle(document.querySelector('svg text')).fill,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    brightness = [sum(map(int, c[4:-1].split(","))) / 765 for c in (ink, paper)]
    assert (brightness[0] > brightness[1]) == dark
    assert abs(brightness[0] - brightness[1]) > 0.6


def test_accessible(page: Any) -> None:
    found = axe.Axe().run(page).response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert not grave, [(v["id"], v["help"]) for v in grave]


def test_what_is_named_like_a_script_is_shown_and_not_run(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(attacked(SAMPLE)), encoding="utf-8")
    page = browser.new_page()
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    assert page.locator("h2").nth(1).inner_text() == ATTACK
    assert ran == []
    page.close()
