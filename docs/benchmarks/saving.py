"""Models in files: how long saving and loading take, how large a file is, and what Dask sends."""

from __future__ import annotations

import pickle
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from common import machine, median_seconds, publish, verdict

import esnkit
from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.dask import _draw, _gather

N_UNITS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
N_FEATURES, N_TARGETS = 2, 2


def fitted() -> tuple[ESNRegressor, np.ndarray, np.ndarray]:
    """Return a model of so many units, and what it was fitted to."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (4 * N_UNITS, N_FEATURES))
    y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * X[:, 1]])
    model = ESNRegressor(Reservoir(N_UNITS, random_state=0), RidgeReadout(1e-3), washout=10)
    return model.fit(X, y), X, y


def measure_file(model: ESNRegressor, path: Path) -> list[list[str]]:
    """Time a way to a file and back, and compare the file with the arrays in it."""
    saving, loading = median_seconds(
        lambda: esnkit.save(model, path), lambda: esnkit.load(path), repeats=15
    )
    with zipfile.ZipFile(path) as archive:
        arrays = sum(m.file_size for m in archive.infolist() if not m.filename.endswith("json"))
    size = path.stat().st_size
    return [
        [
            f"save and load, {N_UNITS} units: {saving:.3f} s and {loading:.3f} s",
            f"{saving + loading:.3f} s",
            verdict(saving + loading, below=0.2),
        ],
        [
            f"file of {size / 1e6:.1f} MB, by the arrays in it",
            f"{size / arrays:.3f} x",
            verdict(size / arrays, at_most=1.2),
        ],
    ]


def measure_payload(model: ESNRegressor, X: np.ndarray, y: np.ndarray) -> list[str]:
    """Count the bytes of what a worker sends for a sequence."""
    sent = _gather(_draw(model, N_FEATURES, N_TARGETS, False), (X, y), False, 0)
    n_bytes = len(pickle.dumps(sent, protocol=5))
    n, k = N_UNITS + N_FEATURES, N_TARGETS
    return [
        f"what a worker sends for a partition, {N_UNITS} units: {n_bytes / 1e6:.1f} MB",
        f"{n_bytes / (n * n + n * k):.2f} (n² + n k) bytes",
        verdict(n_bytes / (n * n + n * k), below=16),
    ]


def main() -> None:
    """Measure, print the table and write it down."""
    model, X, y = fitted()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure_file(model, Path(folder, "model.esnkit"))
    rows.append(measure_payload(model, X, y))
    publish(__file__, ["what", "measured", "aim"], rows, f"Median of 15 for times. {machine()}")


if __name__ == "__main__":
    main()
