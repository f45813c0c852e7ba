"""Names of months are those of the Unicode consortium's tables, as Babel ships them."""

from __future__ import annotations

import pytest

from esnkit.cli.csv_series.months import LANGUAGES, month_of

babel = pytest.importorskip("babel")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", ["format", "stand-alone"])
@pytest.mark.parametrize("width", ["wide", "abbreviated"])
def test_names_of_months(language: str, context: str, width: str) -> None:
    names = babel.Locale.parse(language).months[context][width]
    words = {name.removeprefix("de ").removeprefix("d’"): place for place, name in names.items()}
    assert {word: month_of(word) for word in words} == {
        word: place - 1 for word, place in words.items()
    }
