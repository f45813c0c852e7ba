"""What `esnkit compare` costs as a whole: time and memory of the default run, and the harness.

The default run starts in a process of its own with an empty cache of compiled code, on all cores.
Its memory is the largest sum of resident memory over that process and its workers, looked up ten
times a second. The harness's own share is the time of a run in one process that its cells do not
account for: wall time less compiling, searching, fitting and predicting, for three seeds of the
quicker default contestants on two tasks. Nothing is chosen here, so there is no development part.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from common import machine, publish

from esnkit.comparison import Comparison, compare
from esnkit.comparison.records import Cell

_QUICK = ("esn", "autoesn", "elman", "tdnn", "linear")


def default_run(folder: Path) -> tuple[float, int]:
    """Return wall seconds and the peak of memory in bytes of ``esnkit compare``, cold."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "esnkit", "compare", "--output", str(folder / "report")],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(resident(process.pid)))
        time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"esnkit compare failed with exit code {process.returncode}")
    return time.perf_counter() - start, peak


def resident(session: int) -> Iterator[int]:
    """Yield the resident memory in bytes of each process of a session."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[3]) == session:
            yield int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def overhead() -> float:
    """Return the harness's time in percent of the models'."""
    compare(_QUICK, ["sunspots", "narma10"], seeds=1, budget=1, progress=False)  # compiles
    start = time.perf_counter()
    found = compare(_QUICK, ["sunspots", "narma10"], seeds=3, progress=False)
    wall = time.perf_counter() - start
    own = sum(seconds(found, cell) for cell in found.cells)
    return 100 * (wall / own - 1)


def seconds(found: Comparison, cell: Cell) -> float:
    """Return what a cell's model took by itself."""
    one = cell.predict_seconds or 0.0
    predicting = one * found.task(cell.task).n_replicates
    return cell.compile_seconds + cell.search_seconds + (cell.fit_seconds or 0.0) + predicting


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        wall, memory = default_run(Path(folder))
        page = (Path(folder) / "report.html").stat().st_size
    rows = [
        ("default run, cold", f"{wall:.0f} s", "under 180 s"),
        ("default run, memory", f"{memory / 1e9:.2f} GB", "under 1.5 GB"),
        ("its page of HTML", f"{page / 1e6:.2f} MB", "under 3 MB"),
        ("harness, share of the models' time", f"{overhead():.1f} %", "under 5 %"),
    ]
    publish(__file__, ("what", "measured", "reach"), rows, f"{os.cpu_count()} cores. {machine()}")


if __name__ == "__main__":
    main()
