"""Mackey-Glass 30 with four hundred units, NRMSE84: single networks, and medians of ten.

Series, training (3000 steps, the first 1000 not fitted) and error are those of `mackey_glass.py`
with a delay of 30; 50 trials begin 100 steps after each other. A median of ten is the median of
the free runs of ten reservoirs at step 84, all trained on the same series: it needs ten times
the units, and a run that went astray does not count.

Settings were chosen by this score on seeds 0 to 2 with 25 trials (60 settings drawn at random and
seventeen about the best of them, each with four to nine penalties, medians of eight networks); the
table is from seeds 310 to 319. A choice of less penalty for squared states, 1e-9, was best on the
first three seeds, but let many runs go astray on seeds 300 to 309, where the median of ten scored
0.66, and [h; x] 0.081; after that the most stable of the good settings was taken instead.
"""

from __future__ import annotations

import numpy as np
from common import machine, publish, verdict
from mackey_glass import Trials, train

from esnkit import ESNRegressor, Reservoir, RidgeReadout

SEEDS = range(310, 320)
N_MEMBERS = 10


def network(seed: int, squared_states: bool) -> ESNRegressor:
    """Draw a network of 400 units."""
    reservoir = Reservoir(
        400,
        spectral_radius=0.95,
        leak_rate=0.6,
        input_scaling=0.75 if squared_states else 0.55,
        bias_scaling=0.2,
        random_state=seed,
    )
    readout = RidgeReadout(1e-8 if squared_states else 1e-7)
    return ESNRegressor(reservoir, readout, squared_states=squared_states)


def errors(seed: int, squared_states: bool) -> tuple[float, float]:
    """Return the median error of the members alone, and the error of their median."""
    trials = Trials(30, seed, n_trials=50, stride=100)
    members = [network(1000 * seed + j, squared_states) for j in range(N_MEMBERS)]
    forecasts = np.array([trials.forecasts(train(m, 30, seed)) for m in members])
    alone = np.median([trials.error(f) for f in forecasts])
    return float(alone), trials.error(np.median(forecasts, axis=0))


def main() -> None:
    """Measure, print the table and write it down."""
    rows = []
    for squared_states, published in (
        (False, "0.11 (GMD 148); 0.032 from 21000 steps"),
        (True, ""),
    ):
        scores = np.array([errors(seed, squared_states) for seed in SEEDS])
        alone, together = np.median(scores, axis=0)
        low, high = scores[:, 1].min(), scores[:, 1].max()
        rows.append(
            [
                "[h; h²; x]" if squared_states else "[h; x]",
                f"{alone:.3f}",
                f"{together:.3f}",
                f"{low:.3f} to {high:.3f}",
                verdict(together, below=0.045),
                published,
            ]
        )
    measured = ["one network", "median of ten", "its range over seeds", "its aim"]
    header = ["readout sees", *measured, "published"]
    note = f"Medians over {len(SEEDS)} seeds, 400 units, 3000 steps. {machine()}"
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
