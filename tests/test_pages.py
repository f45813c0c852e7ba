"""Code in the text of pages, which no doctest runs, names what there is."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import esnkit
import esnkit.comparison
import esnkit.networks
from esnkit import datasets, metrics, plotting

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "esnkit"
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])
NAMESPACES = (esnkit, esnkit.networks, esnkit.comparison, datasets, metrics, plotting)
PUBLIC = {name: getattr(module, name) for module in NAMESPACES for name in module.__all__}


def snippets(page: Path) -> Iterator[str]:
    """The code in the text of a page, blocks left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
    yield from re.findall(r"(?<![}`])`([^`\n]+)`", text)


# Of adapters, whose packages need not be installed.
OPTIONAL = {"esnkit.sktime.ESNForecaster", "esnkit.sktime.ESNPanelClassifier"}


def unknown_keywords(code: str) -> list[str]:
    """The keywords of calls of public names that these do not take."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a command, a file, a formula
        return []
    unknown = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            parameters = inspect.signature(PUBLIC.get(call.func.id, lambda **_: _)).parameters
            if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
                unknown += [
                    f"{call.func.id}({keyword.arg}=...)"
                    for keyword in call.keywords
                    if keyword.arg not in parameters
                ]
    return unknown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_calls_in_the_text_of_pages_have_parameters_that_exist(page: Path) -> None:
    assert not [wrong for code in snippets(page) for wrong in unknown_keywords(code)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_and_files_in_the_text_of_pages_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    dotted = set(re.findall(r"`(esnkit(?:\.\w+)+)[`(]", text)) - OPTIONAL
    files = set(re.findall(r"`([\w/]+/[\w/]+\.(?:py|md))`", text))
    missing = [name for name in dotted if not is_public(name)]
    missing += [file for file in files if not ((ROOT / file).exists() or (PACKAGE / file).exists())]
    assert not missing


def is_public(name: str) -> bool:
    """Whether a dotted name leads from the package to something."""
    found = esnkit
    for part in name.split(".")[1:]:
        try:  # a module before what it shares its name with
            found = importlib.import_module(f"{getattr(found, '__name__', '')}.{part}")
        except ModuleNotFoundError:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
    return True


def test_unknown_keywords_are_found_wherever_they_stand() -> None:
    assert unknown_keywords("RNNRegressor(learner=TBPTT(windw=1))") == ["TBPTT(windw=...)"]
    assert unknown_keywords("Stacked([Reservoir(n_unit=5)])") == ["Reservoir(n_unit=...)"]
    assert unknown_keywords("Reservoir(n_units=...)") == unknown_keywords("y(n-1) = 5") == []


def test_no_row_of_the_glossary_is_empty() -> None:
    """Every notion of the lectures is said in a line, and there is something that runs it."""
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in lines if line.startswith("|")]
    notions = [row for row in rows if set(row[0].strip()) - set("-: ")]
    assert len(notions) > 70
    assert {len(row) for row in notions} == {3}
    assert not [row for row in notions if not all(cell.strip(" .-?") for cell in row)]
    assert not [row for row in notions if row[2].strip().lower().startswith(("not here", "todo"))]
