"""Tampered result files and journals: how many are read, refused in one line, or worse.

Each is made from a good one by a seed: bytes are cut or changed, values removed, doubled, exchanged
or replaced, lines of a journal moved, or forged with the right checksums. See tests/fuzzing.

    python docs/benchmarks/tampered_results.py --files 500
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from common import publish

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.fuzzing.tampered import try_journal, try_results

HEADER = ("file", "tried", "read", "refused in one line", "anything else", "longest (s)")


def main() -> None:
    """Tamper, try, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    n_each = parser.parse_args().files // 2
    warnings.simplefilter("error")  # as in the tests
    rows = []
    for name, attempt in (("results", try_results), ("journal", try_journal)):
        with tempfile.TemporaryDirectory() as folder:
            outcomes = [attempt(seed, Path(folder)) for seed in range(n_each)]
        counts = Counter(outcome.result for outcome in outcomes)
        others = n_each - counts["read"] - counts["refused"]
        slowest = max(outcome.seconds for outcome in outcomes)
        rows.append((name, n_each, counts["read"], counts["refused"], others, f"{slowest:.1f}"))
    publish(__file__, HEADER, rows)


if __name__ == "__main__":
    main()
