"""The spectral radius of random matrices with 10 connections per unit, against two other ways.

The dense QR algorithm, which computes all eigenvalues, is the truth where it can be waited for.
SciPy's `eigs` for the largest eigenvalue is the obvious shortcut; with its default settings it
converges, without a warning, to one that is not the largest. Errors are the largest over the draws,
seconds the median. Beyond 3000 units errors are not measured.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
import scipy.sparse
from common import machine, publish
from scipy.sparse.linalg import ArpackNoConvergence, eigs
from threadpoolctl import threadpool_limits

from esnkit.topology import random
from esnkit.topology.spectral_radius import spectral_radius

Method = Callable[[scipy.sparse.csr_array], float]
DRAWS = {1000: 20, 2000: 10, 3000: 5, 10_000: 10, 20_000: 5}
LARGEST_DENSE = 3000


def dense(W: scipy.sparse.csr_array) -> float:
    """Compute all eigenvalues."""
    return np.abs(np.linalg.eigvals(W.toarray())).max()


def plain_arpack(W: scipy.sparse.csr_array) -> float:
    """Ask for the largest eigenvalue and nothing else; NaN if that fails."""
    start = np.random.default_rng(0).standard_normal(W.shape[0])
    try:
        return np.abs(eigs(W, k=1, v0=start, return_eigenvectors=False)).max()
    except ArpackNoConvergence:
        return np.nan


def run(method: Method, matrices: list[scipy.sparse.csr_array]) -> tuple[float, np.ndarray]:
    """Return median seconds, and the radii."""
    times, radii = [], []
    for W in matrices:
        start = perf_counter()
        radii.append(method(W))
        times.append(perf_counter() - start)
    return median(times), np.array(radii)


def measure(n_units: int, n_draws: int) -> tuple[str, ...]:
    """Return a row of the table."""
    matrices = [random(n_units, np.random.default_rng(seed))[0] for seed in range(n_draws)]
    seconds, radii = run(spectral_radius, matrices)
    if n_units > LARGEST_DENSE:
        return f"{n_units}", f"{n_draws}", f"{seconds:.2f}", "", "", "", ""
    dense_seconds, truth = run(dense, matrices)
    plain_seconds, plain = run(plain_arpack, matrices)
    error, plain_error = (np.max(np.abs(r / truth - 1)) for r in (radii, plain))
    return (
        f"{n_units}",
        f"{n_draws}",
        f"{seconds:.3f}",
        f"{error:.0e}",
        f"{dense_seconds:.2f}",
        f"{plain_seconds:.3f}",
        f"{plain_error:.0e}",
    )


def main() -> None:
    """Measure every size."""
    with threadpool_limits(1):
        spectral_radius(random(400, np.random.default_rng(0))[0])  # imports what it needs
        rows = [measure(n_units, n_draws) for n_units, n_draws in DRAWS.items()]
        note = machine()
    header = ("units", "draws", "esnkit (s)", "error", "dense (s)", "`eigs(k=1)` (s)", "error")
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
