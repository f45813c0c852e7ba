"""What a fit to a series on disk needs: resident memory, its file's pages left out, at the peak."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import machine, publish, verdict

N_STEPS = 10_000_000

# In a process of its own, watched from a thread; kernels are warm before the count begins.
PROGRAM = """
import sys, threading, time
from pathlib import Path
import numpy as np
from esnkit import ESNRegressor, Reservoir, RidgeReadout

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024

def watch():
    while True:
        peak[0] = max(peak[0], resident())
        time.sleep(0.01)

before = resident()
series = np.memmap(sys.argv[1], dtype=np.float64, mode="r")
readout = RidgeReadout(1e-6, solver=sys.argv[2])
peak = [0.0]
threading.Thread(target=watch, daemon=True).start()
start = time.perf_counter()
ESNRegressor(Reservoir(300, random_state=0), readout).fit(series[:-1, None], series[1:])
print(peak[0] - before, time.perf_counter() - start)
"""


def main() -> None:
    """Measure, print the table and write it down."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "series.dat")
        rng = np.random.default_rng(0)
        with path.open("wb") as file:
            for _ in range(100):
                rng.uniform(-1, 1, N_STEPS // 100).tofile(file)
        for solver in ("gram", "qr"):
            command = [sys.executable, "-c", PROGRAM, str(path), solver]
            run = subprocess.run(command, capture_output=True, text=True, check=True)
            megabytes, seconds = map(float, run.stdout.split())
            aim = verdict(megabytes, below=200)
            rows.append([f"`{solver}`", f"{megabytes:.0f} MB", aim, f"{seconds:.0f}"])
    header = ["solver", "above the imported package", "aim", "seconds"]
    note = f"{N_STEPS:,} steps of float64, 300 units, compilation included. {machine()}"
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
