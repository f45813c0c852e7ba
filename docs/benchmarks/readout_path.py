"""What choosing the penalty costs: 20 penalties on 5 blocks against one given penalty.

Readout only: the states of 1000 units are made beforehand, correlated as a reservoir's are, and
handed over in chunks of 256 steps. `RidgeReadout` passes over them once in either case.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
from threadpoolctl import threadpool_info

from esnkit import RidgeReadout

N_UNITS = 1000
N_STATES = 20_000
CHUNK = 256
REPEATS = 5


def make_states(rng: np.random.Generator) -> np.ndarray:
    """Draw states of slow common signals with a little that is each unit's own."""
    signals = rng.standard_normal((N_STATES, 50)).cumsum(axis=0) / 100
    mixing = rng.standard_normal((50, N_UNITS))
    return np.tanh(signals @ mixing + 0.01 * rng.standard_normal((N_STATES, N_UNITS)))


def chunks(states: np.ndarray, targets: np.ndarray, n_rows: int) -> Iterator[tuple]:
    """Yield rows in chunks, going round the states until there are enough."""
    for start in range(0, n_rows, CHUNK):
        rows = np.arange(start, min(start + CHUNK, n_rows)) % N_STATES
        first, last = rows[0], rows[-1] + 1
        part = slice(first, last) if first < last else rows
        yield states[part], targets[part], None


def seconds(readout: RidgeReadout, states: np.ndarray, targets: np.ndarray, n_rows: int) -> float:
    """Time one fit."""
    start = time.perf_counter()
    readout.fit_chunks(chunks(states, targets, n_rows), n_rows)
    return time.perf_counter() - start


def main() -> None:
    """Measure, print the table and write it down."""
    rng = np.random.default_rng(0)
    states = make_states(rng)
    targets = np.roll(states[:, :1], -1, axis=0) + 1e-4 * rng.standard_normal((N_STATES, 1))
    scale = N_STATES * states.var(axis=0).sum()
    grid = scale * np.logspace(-14, 2, 20)
    lines = [
        "| solver | steps | one penalty (s) | 20 penalties, 5 blocks (s) | ratio |",
        "|---|---|---|---|---|",
    ]
    for solver in ("gram", "qr"):
        given = RidgeReadout(grid[5], solver=solver)
        chosen = RidgeReadout(alphas=grid, solver=solver)
        for n_rows in (20_000, 100_000):
            pairs = [
                [seconds(readout, states, targets, n_rows) for readout in (given, chosen)]
                for _ in range(REPEATS)
            ]
            one, path = (median(times) for times in zip(*pairs, strict=True))
            lines.append(f"| `{solver}` | {n_rows} | {one:.2f} | {path:.2f} | {path / one:.2f} |")
    threads = max(lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas")
    lines += ["", f"{N_UNITS} units, medians of {REPEATS} fits, BLAS threads: {threads}."]
    table = "\n".join(lines) + "\n"
    print(table)
    result = Path(__file__).parent / "results" / f"{Path(__file__).stem}.md"
    result.parent.mkdir(exist_ok=True)
    result.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
