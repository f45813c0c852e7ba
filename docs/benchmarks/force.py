"""FORCE learning: a chaotic reservoir learns, while it drives itself, to go on by itself."""

from __future__ import annotations

import numpy as np
from common import machine, publish, verdict

from esnkit import ESNRegressor, Reservoir, RLSReadout
from esnkit.datasets import lorenz63

PERIOD = 120
N_PERIODS = 100  # that are learned
N_FOLLOWED = 20


def model(seed: int) -> ESNRegressor:
    """Return the network of Sussillo and Abbott in our form."""
    reservoir = Reservoir(
        500, spectral_radius=1.5, connectivity=0.1, leak_rate=0.1, feedback_scaling=1.0
    )
    readout = RLSReadout(1, alpha=1e-4, fit_intercept=False)
    return ESNRegressor(
        reservoir, readout, include_input=False, training_feedback="output", random_state=seed
    )


def four_sines(n: np.ndarray) -> np.ndarray:
    """The sum of four harmonics of their figure 2, with a period of 120 steps."""
    sizes = np.array([1.3, 1.3 / 2, 1.3 / 6, 1.3 / 3]) / 1.5
    return np.sin(2 * np.pi * np.outer(n, [1, 2, 3, 4]) / PERIOD) @ sizes


def follow_sines(seed: int) -> float:
    """Return the NRMSE over 20 periods after learning stops."""
    n_learned, n_followed = PERIOD * N_PERIODS, PERIOD * N_FOLLOWED
    target = four_sines(np.arange(n_learned + n_followed))
    fitted = model(seed).fit(np.zeros((n_learned, 1)), target[:n_learned])
    outputs = fitted.predict(np.zeros((n_followed, 1)), state=fitted.state_)
    return float(np.sqrt(np.mean((outputs - target[n_learned:]) ** 2)) / target.std())


def follow_lorenz(seed: int, n_learned: int = 12_000) -> int:
    """Return how many steps of 0.02 the first coordinate is followed within 0.4 of its spread."""
    series = lorenz63(n_learned + 1000, dt=0.02, random_state=seed)[:, 0]
    target = series / series.std()
    fitted = model(seed).fit(np.zeros((n_learned, 1)), target[:n_learned])
    outputs = fitted.predict(np.zeros((1000, 1)), state=fitted.state_)
    missed = np.flatnonzero(np.abs(outputs - target[n_learned:]) > 0.4)
    return int(missed[0]) if len(missed) else 1000


def main() -> None:
    """Measure, print the table and write it down."""
    errors = np.array([follow_sines(seed) for seed in range(10)])
    held = int((errors < 0.1).sum())
    steps = [follow_lorenz(seed) for seed in range(5)]
    rows = [
        [
            f"four sines, NRMSE below 0.1 over {N_FOLLOWED} periods after learning stops",
            f"{held} of 10 seeds (median {np.median(errors):.4f}, worst {errors.max():.4f})",
            verdict(held, above=8),
        ],
        [
            "Lorenz's first coordinate, steps of 0.02 that are followed",
            f"median {np.median(steps):.0f} of 5 seeds ({min(steps)} to {max(steps)})",
            "tried",
        ],
    ]
    note = f"500 units, spectral radius 1.5, leak rate 0.1, learning at each step. {machine()}"
    publish(__file__, ["what", "measured", "aim"], rows, note)


if __name__ == "__main__":
    main()
