"""How many kinds of files that people have are read rightly, asked about, refused, or misread."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import publish

sys.path.insert(0, str(Path(__file__).parents[2]))  # the tests lie beside the docs

from tests.fuzzing.csv_kinds import all_kinds, judge

OUTCOMES = {
    "read": "read rightly",
    "asked": "asked, naming the option that decides",
    "refused": "refused clearly, as it must be",
    "refused, wrongly": "refused, though it may be read",
    "wrong": "wrong in silence",
}

kinds = all_kinds()
with tempfile.TemporaryDirectory() as folder:
    outcomes = {kind.name: judge(kind, Path(folder)) for kind in kinds}
counts = Counter(outcome for outcome, _ in outcomes.values())
for name, (outcome, said) in outcomes.items():
    if outcome in ("wrong", "refused, wrongly"):
        print(f"{outcome}: {name}: {said}")
publish(
    __file__,
    ["outcome", "kinds"],
    [[words, counts[outcome]] for outcome, words in OUTCOMES.items()] + [["all", len(kinds)]],
    "Each kind and its only right reading stand in tests/fuzzing/csv_kinds.py.",
)
