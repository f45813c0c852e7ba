"""Strange values on every parameter of everything public: how many are taken, refused, or worse.

Each value (NaN, text, numpy scalars, arrays, huge and tiny numbers, ...) is given to each parameter
of a small case. Right is a finite result, or a ValueError or TypeError that names the parameter.
The last two columns count what ends otherwise: cases that tests/fuzzing/arguments.py lists by name,
each with its reason, and any others.

    python docs/benchmarks/strange_arguments.py
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from common import publish

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.fuzzing.arguments import CASES, EXPLAINED, STRANGE, SUBJECTS, judge

HEADER = (
    *("subjects", "values", "cases", "finite result", "refused by name"),
    *("otherwise, listed", "otherwise, others"),
)


def main() -> None:
    """Try all cases and print the counts."""
    counts: Counter[str] = Counter()
    for case in CASES:
        verdict = judge(*case).verdict
        if verdict not in ("accepted", "refused"):
            verdict = "listed" if case in EXPLAINED else "others"
        counts[verdict] += 1
    shown = [counts[verdict] for verdict in ("accepted", "refused", "listed", "others")]
    publish(__file__, HEADER, [(len(SUBJECTS), len(STRANGE), len(CASES), *shown)])


if __name__ == "__main__":
    main()
