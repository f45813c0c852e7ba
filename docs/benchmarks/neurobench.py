"""NeuroBench's Mackey-Glass task, with the series generated anew: symmetric mean absolute error.

NeuroBench samples the equation itself, not Euler's recursion, 75 times per Lyapunov time; a model
is trained on 750 values and then forecasts the next 750, ten Lyapunov times, on its own. That is
repeated from beginnings that lie half a Lyapunov time after each other, and sMAPE (0 to 200 per
cent, over all 750 steps) is averaged. The delays and Lyapunov times are those of NeuroBench's
``mackey_glass_parameters.csv``. Its own series are not used: ours solve the same equation from
another initial value, so figures compare, but not to the last digit.

A network has 600 units, and its readout sees states and squares. The median of five is the median,
step by step, of the forecasts of five networks. Settings were chosen on delay 17 by this score, on
a series of seed 0, with six to ten of its beginnings (28 networks and seven polynomials, each with
seven or eleven penalties); the table is from a series of seed 600 and other networks. Nothing was
chosen on other delays, and on most of the longer ones so small a penalty lets runs go astray.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from common import machine, publish, verdict
from numpy.typing import NDArray

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import mackey_glass
from esnkit.metrics import smape

SEED = 600
LYAPUNOV_TIMES = {
    17: 197,
    18: 138,
    19: 315,
    20: 131,
    21: 191,
    22: 119,
    23: 106,
    24: 97,
    25: 98,
    26: 104,
    27: 112,
    28: 119,
    29: 131,
    30: 139,
}
POINTS_PER_TIME, N_TRAIN, N_TEST = 75, 750, 750
WASHOUT = 50

FloatArray = NDArray[np.float64]


def network(seed: int) -> ESNRegressor:
    """Draw a network of 600 units."""
    reservoir = Reservoir(
        600,
        spectral_radius=0.8,
        leak_rate=0.95,
        input_scaling=0.36,
        bias_scaling=0.36,
        connectivity=3,
        random_state=seed,
    )
    return ESNRegressor(reservoir, RidgeReadout(1e-14), washout=WASHOUT, squared_states=True)


def forecast(train: FloatArray, seed: int) -> FloatArray:
    """Fit a network and let it run."""
    mean, spread = train.mean(), train.std()
    scaled = (train - mean) / spread
    model = network(seed).fit(scaled[:-1, None], scaled[1:])
    return mean + spread * model.free_run(N_TEST)


def errors(tau: int, n_repeats: int, n_members: int) -> tuple[FloatArray, FloatArray]:
    """Return sMAPE of each network, (n_repeats, n_members), and of their medians."""
    dt = LYAPUNOV_TIMES[tau] / POINTS_PER_TIME
    shifts = (0.5 * POINTS_PER_TIME * np.arange(n_repeats)).astype(int)
    series = mackey_glass(
        shifts[-1] + N_TRAIN + N_TEST, tau=tau, method="dde", dt=dt, random_state=SEED
    )
    alone = np.empty((n_repeats, n_members))
    together = np.empty(n_repeats)
    for i, shift in enumerate(shifts):
        train, test = np.split(series[shift : shift + N_TRAIN + N_TEST], [N_TRAIN])
        runs = [forecast(train, 10_000 * SEED + 100 * i + j) for j in range(n_members)]
        alone[i] = [smape(test, run) for run in runs]
        together[i] = smape(test, np.median(runs, axis=0))
    return alone, together


def row(tau: int, n_repeats: int, n_members: int, published: str = "") -> list[Any]:
    """Measure one delay."""
    alone, together = errors(tau, n_repeats, n_members)
    median_of_members = f"{together.mean():.2f}" if n_members > 1 else ""
    aim = verdict(float(together.mean()), below=4) if tau == 17 else ""
    return [tau, n_repeats, f"{alone.mean():.2f}", median_of_members, aim, published]


def main() -> None:
    """Measure, print the table and write it down."""
    rows = [row(17, 30, 5, "LSTM 13.37, ESN 14.7")]
    rows += [row(tau, 5, 1) for tau in LYAPUNOV_TIMES if tau != 17]
    header = ["delay", "repeats", "one network", "median of five", "its aim", "published"]
    publish(__file__, header, rows, f"Mean sMAPE in per cent. {machine()}")


if __name__ == "__main__":
    main()
