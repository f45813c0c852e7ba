"""What a fit needs beside its input: peak memory against the length of the series."""

from __future__ import annotations

import subprocess
import sys

from common import machine, publish

# Run in a process of its own, since a peak never falls. A tiny model warms the kernels up first, so
# that the compiler's memory is in the baseline.
PROGRAM = """
import resource, sys, time
import numpy as np
from esnkit import ESNRegressor, Reservoir, RidgeReadout

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

n_steps, solver = int(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(0)
X, y = rng.uniform(-1, 1, (n_steps, 1)), rng.uniform(-1, 1, n_steps)
readout = RidgeReadout(1e-6, solver=solver)
ESNRegressor(Reservoir(5), readout).fit(X[:2000], y[:2000])
model = ESNRegressor(Reservoir(500, random_state=0), readout)
before, start = peak(), time.perf_counter()
model.fit(X, y)
print(peak() - before, time.perf_counter() - start)
"""


def measure(n_steps: int, solver: str) -> tuple[float, float]:
    """Return the growth of the peak in MB, and seconds."""
    command = [sys.executable, "-c", PROGRAM, str(n_steps), solver]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    megabytes, seconds = map(float, run.stdout.split())
    return megabytes, seconds


def main() -> None:
    """Measure, print the table and write it down."""
    rows = []
    for solver in ("qr", "gram"):
        for n_steps in (10_000, 100_000, 1_000_000):
            megabytes, seconds = measure(n_steps, solver)
            rows.append([f"`{solver}`", f"{n_steps:,}", f"{megabytes:.0f}", f"{seconds:.1f}"])
    header = ["solver", "steps", "MB above the input, at the peak", "seconds"]
    publish(__file__, header, rows, f"500 units, one penalty, kernels warm. {machine()}")


if __name__ == "__main__":
    main()
