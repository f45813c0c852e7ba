"""What the benchmark scripts share: timing, and the table that the docs page shows."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from threadpoolctl import threadpool_info

RESULTS = Path(__file__).parent / "results"


def seconds(call: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def median_seconds(*calls: Callable[[], object], repeats: int = 7) -> list[float]:
    """Time calls in turn, so that all see the same machine; the first round is not counted."""
    rounds = [[seconds(call) for call in calls] for _ in range(repeats + 1)]
    return [median(times) for times in zip(*rounds[1:], strict=True)]


def publish(
    script: str, header: Sequence[str], rows: Iterable[Sequence[object]], note: str = ""
) -> None:
    """Print a Markdown table and write it where the docs page finds it."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    if note:
        lines += ["", note]
    table = "\n".join(lines) + "\n"
    print(table)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{Path(script).stem}.md").write_text(table, encoding="utf-8")


def verdict(
    value: float,
    *,
    below: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
) -> str:
    """Say what was aimed at, in one direction, and whether the value got there."""
    if at_most is not None:
        return f"at most {at_most:g}: {'reached' if value <= at_most else 'missed'}"
    if below is not None:
        return f"below {below:g}: {'reached' if value < below else 'missed'}"
    return f"above {above:g}: {'reached' if value > above else 'missed'}"


def machine() -> str:
    """Say where the numbers come from."""
    threads = max(p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas")
    return (
        f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, "
        f"BLAS threads: {threads}."
    )
