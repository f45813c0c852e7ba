"""Pattern generation by output feedback: how far from the orbit after ten thousand free steps."""

from __future__ import annotations

import numpy as np
from common import machine, publish

from esnkit import ESNRegressor, Reservoir, RidgeReadout

N_SEEDS = 10
N_TRAIN, N_FREE = 3000, 10_000


def orbit(name: str, phase: np.ndarray) -> np.ndarray:
    """Points of the closed curve, of shape (n_points, n_outputs)."""
    if name == "sine":
        return np.sin(phase)[:, None]
    return np.column_stack([np.sin(phase), np.sin(2 * phase) / 2])


def largest_distance(points: np.ndarray, name: str) -> float:
    """How far the worst point is from the nearest point of the curve.

    A sine is looked at in the plane of neighbouring values, where its orbit is an ellipse.
    """
    phase = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    curve = orbit(name, phase)
    if name == "sine":
        points = np.hstack([points[:-1], points[1:]])
        curve = np.hstack([curve, orbit(name, phase + STEP)])
    distances = [np.linalg.norm(curve - point, axis=1).min() for point in points[-2000:]]
    return max(distances)


STEP = 0.1


def generate(name: str, seed: int) -> float:
    """Train with a teacher and a little noise, run freely, and measure the last 2000 steps."""
    y = orbit(name, STEP * np.arange(N_TRAIN))
    reservoir = Reservoir(200, feedback_scaling=1.0, noise=1e-3, leak_rate=0.5, random_state=seed)
    model = ESNRegressor(reservoir, RidgeReadout(1e-6), washout=200, include_input=False)
    still = np.zeros((N_FREE, 1))  # there is no input to speak of
    model.fit(still[:N_TRAIN], y)
    return largest_distance(model.free_run(N_FREE, X=still), name)


def main() -> None:
    """Measure, print the table and write it down."""
    rows = []
    for name in ("sine", "figure-eight"):
        distances = [generate(name, seed) for seed in range(N_SEEDS)]
        rows.append([name, f"{np.median(distances):.1e}", f"{max(distances):.1e}"])
    header = ["pattern of amplitude 1", "distance from the orbit, median", "worst seed"]
    note = f"{N_SEEDS} seeds, last 2000 of {N_FREE} free steps. {machine()}"
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
