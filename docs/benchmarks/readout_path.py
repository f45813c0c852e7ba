"""What choosing the penalty costs: 20 penalties on 5 blocks against one given penalty.

Readout only: the states of 1000 units are made beforehand, correlated as a reservoir's are, and
handed over in chunks of 256 steps. `RidgeReadout` passes over them once in either case.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from common import machine, median_seconds, publish
from threadpoolctl import threadpool_limits

from esnkit import RidgeReadout

N_UNITS = 1000
N_STATES = 20_000
CHUNK = 256


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


def measure(solver: str, n_rows: int, states: np.ndarray, targets: np.ndarray) -> tuple:
    """Return a row of the table."""
    grid = N_STATES * states.var(axis=0).sum() * np.logspace(-14, 2, 20)
    given, chosen = RidgeReadout(grid[5], solver=solver), RidgeReadout(alphas=grid, solver=solver)
    one, path = median_seconds(
        lambda: given.fit_chunks(chunks(states, targets, n_rows), n_rows),
        lambda: chosen.fit_chunks(chunks(states, targets, n_rows), n_rows),
        repeats=3,
    )
    return f"`{solver}`", n_rows, f"{one:.2f}", f"{path:.2f}", f"{path / one:.2f}"


def main() -> None:
    """Measure both solvers on a short and a long series."""
    rng = np.random.default_rng(0)
    states = make_states(rng)
    targets = np.roll(states[:, :1], -1, axis=0) + 1e-4 * rng.standard_normal((N_STATES, 1))
    with threadpool_limits(1):
        rows = [
            measure(solver, n_rows, states, targets)
            for solver in ("gram", "qr")
            for n_rows in (20_000, 100_000)
        ]
        note = f"{N_UNITS} units, medians of 3 fits. {machine()}"
    header = ("solver", "steps", "one penalty (s)", "20 penalties, 5 blocks (s)", "ratio")
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
