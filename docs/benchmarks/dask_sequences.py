"""A fit to many sequences on two Dask workers against one process: time, and the same readout."""

from __future__ import annotations

import sys

import dask
import distributed
import joblib
import numpy as np
from common import machine, publish, seconds, verdict

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.dask import fit_sequences

N_SEQUENCES, N_STEPS, N_UNITS = map(int, sys.argv[1:] or (200, 5000, 500))


def sequence(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an input and its products with its own past."""
    X = np.random.default_rng(seed).uniform(-1, 1, (N_STEPS, 1))
    return X, X[:, 0] * np.roll(X[:, 0], 2)


def main() -> None:
    """Measure, print the table and write it down."""
    model = ESNRegressor(Reservoir(N_UNITS, random_state=0), RidgeReadout(1e-3), washout=50)
    made = [sequence(seed) for seed in range(N_SEQUENCES)]
    xs, ys = [X for X, _ in made], [y for _, y in made]
    model.fit(xs[:2], ys[:2])  # compiled code is read from its cache
    alone = seconds(lambda: model.fit(xs, ys))
    with joblib.parallel_config("threading", n_jobs=2):
        threads = seconds(lambda: model.fit(xs, ys))
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        parts = client.persist([dask.delayed(sequence)(seed) for seed in range(N_SEQUENCES)])
        distributed.wait(parts)
        fit_sequences(model, parts[:8])
        fitted = []
        together = seconds(lambda: fitted.append(fit_sequences(model, parts)))
    coef = model.readout_.coef_
    off = float(np.abs(fitted[0].readout_.coef_ - coef).max() / np.abs(coef).max())
    rows = [
        [f"one process: {alone:.1f} s; two workers: {together:.1f} s", f"{alone / together:.2f} x",
         verdict(alone / together, above=1.6)],
        [f"one process, `n_jobs=2`: {threads:.1f} s", f"{alone / threads:.2f} x", "to compare"],
        ["largest difference of a weight, by the largest weight", f"{off:.1e}",
         verdict(off, below=1e-9)],
    ]  # fmt: skip
    note = (
        f"{N_SEQUENCES} sequences of {N_STEPS} steps, {N_UNITS} units, solver "
        f"`{model.readout_.solver_}`; each process has one thread, the scheduler runs, and the "
        f"data are on the workers. {machine()}"
    )
    publish(__file__, ["what", "measured", "aim"], rows, note)


if __name__ == "__main__":
    main()
