"""What a fit to a series on disk needs: resident memory, its file's pages left out, at the peak.

A model takes chunks of states and copies nothing. Forecasters keep a copy of the series and bring
it to scale; `AutoESN` chooses its settings on the last 20 000 steps. The whole takes half an hour
or more; with a number of steps as argument it takes less.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import machine, publish, verdict

from esnkit.forecasting.auto.autoesn import LONGEST_TAIL

N_STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
N_PARTS = 100
SIZE = 8 * N_STEPS / 2**20  # of the file, in the megabytes of the table

# In a process of its own, watched from a thread; kernels are warm before the count begins.
PROGRAM = """
import sys, threading, time
from pathlib import Path
import numpy as np
from esnkit import AutoESN, ESNRegressor, Forecaster, Reservoir, RidgeReadout

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024

def watch():
    while True:
        peak[0] = max(peak[0], resident())
        time.sleep(0.01)

def model(solver):
    return ESNRegressor(Reservoir(300, random_state=0), RidgeReadout(1e-6, solver=solver))

series = np.memmap(sys.argv[1], dtype=np.float64, mode="r")
fits = {
    "gram": lambda: model("gram").fit(series[:-1, None], series[1:]),
    "qr": lambda: model("qr").fit(series[:-1, None], series[1:]),
    "forecaster": lambda: Forecaster(model("auto")).fit(series).forecast(24),
    "autoesn": lambda: AutoESN(random_state=0).fit(series).forecast(24),
}
before = resident()
peak = [0.0]
threading.Thread(target=watch, daemon=True).start()
start = time.perf_counter()
fits[sys.argv[2]]()
print(peak[0] - before, time.perf_counter() - start)
"""

KINDS = [
    ("gram", '`ESNRegressor`, solver `"gram"`', 200),
    ("qr", '`ESNRegressor`, solver `"qr"`', 200),
    ("forecaster", "`Forecaster`, and 24 steps ahead", 3 * SIZE + 200),
    (
        "autoesn",
        f"`AutoESN()`, choosing on the last {LONGEST_TAIL:,} steps, and 24 steps ahead",
        3 * SIZE + 200,
    ),
]


def write_series(path: Path) -> None:
    """Write a wave of 24 steps under noise, part by part."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for steps in np.array_split(np.arange(N_STEPS), N_PARTS):
            (np.sin(2 * np.pi * steps / 24) + rng.normal(0, 0.3, len(steps))).tofile(file)


def main() -> None:
    """Measure, print the table and write it down."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "series.dat")
        write_series(path)
        for kind, name, limit in KINDS:
            command = [sys.executable, "-c", PROGRAM, str(path), kind]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            megabytes, seconds = map(float, run.stdout.split())
            aim = verdict(round(megabytes), below=round(limit))
            rows.append([name, f"{megabytes:.0f} MB", aim, f"{seconds:.0f}"])
    header = ["fit", "above the imported package", "aim", "seconds"]
    note = (
        f"{N_STEPS:,} steps of float64, {SIZE:.0f} MB; 300 units where a reservoir is given; "
        f"compilation included. {machine()}"
    )
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
