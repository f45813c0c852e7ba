"""What the benchmark scripts share: timing, and the table that the docs page shows."""

from __future__ import annotations

import os
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


class OtherWork:
    """What other processes have computed since the start, by the system's own count.

    The count is that of Linux, in `/proc/stat`; times of this process and of children that have
    ended are taken off.
    """

    def __init__(self, counters: Path = Path("/proc/stat")) -> None:
        self._counters = counters
        self.restart()

    def restart(self) -> None:
        """Count from here."""
        self._start = time.perf_counter(), self._seconds()

    def _seconds(self) -> float | None:
        """Return the time that all processors have worked for others."""
        if not self._counters.exists():
            return None
        first = self._counters.read_text(encoding="utf-8").split(maxsplit=9)
        user, nice, system, _, _, irq, softirq, steal = map(int, first[1:9])
        busy = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
        return busy - sum(os.times()[:4])

    def said(self) -> str:
        """Say how much it was."""
        start, before = self._start
        now = self._seconds()
        if before is None or now is None:
            return "what else ran on the machine was not measured"
        cores = max(0.0, now - before) / (time.perf_counter() - start)
        return f"other processes kept {cores:.2f} of {os.cpu_count()} processors busy meanwhile"


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
