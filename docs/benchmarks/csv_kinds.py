"""How many files that people have are read rightly, asked about, refused, or misread."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from common import publish

sys.path.insert(0, str(Path(__file__).parents[2]))  # the tests lie beside the docs

from tests.fuzzing import csv_kinds, exports

OUTCOMES = {
    "read": "read rightly",
    "asked": "asked, naming the option that decides",
    "refused": "refused clearly, as it must be",
    "refused, wrongly": "refused, though it may be read",
    "wrong": "wrong in silence",
}


def count(kinds: Iterable[Any], judge: Callable[[Any, Path], tuple[str, str]]) -> Counter[str]:
    """Count the outcomes of a corpus, and print what went wrong."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            outcome, said = judge(kind, Path(folder))
            counts[outcome] += 1
            if outcome in ("wrong", "refused, wrongly"):
                print(f"{outcome}: {kind.name}: {said}")
    return counts


ours = count(csv_kinds.all_kinds(), csv_kinds.judge)
theirs = count(exports.all_exports(), exports.judge)
publish(
    __file__,
    ["outcome", "by the reader's author", "by one who had not seen it"],
    [[words, ours[outcome], theirs[outcome]] for outcome, words in OUTCOMES.items()]
    + [["all", ours.total(), theirs.total()]],
    "The first corpus (tests/fuzzing/csv_kinds.py) was written with the reader. The second "
    "(tests/fuzzing/exports) was written from what programs and offices export, before its author "
    "looked at the reader; its files stamps.py, makers.py, cells.py, downloads.py, portals.py and "
    "sources.py were added later in the same way. The reader was mended since, and the corpus "
    "where it was wrong, so that what stands here is no longer blind.",
)
