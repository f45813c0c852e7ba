"""Live use: what one new value costs, from Python, until its forecast is there.

Every row steps through the same series, one value at a time, and the forecasts of all ways are
compared before times mean anything. Nothing is tuned here.
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from common import machine, median_seconds, publish
from reservoirpy.nodes import Reservoir as TheirReservoir
from reservoirpy.nodes import Ridge as TheirRidge
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from esnkit import NVAR, ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.datasets import mackey_glass

N_FIT, N_STEPS = 2000, 5000
N_SLOW = 100  # values for the ways that take a millisecond each
SERIES = mackey_glass(N_FIT + N_STEPS, random_state=0)
TARGET = "a few"  # microseconds, at 200 units


def echo_state_network(n_units: int = 200, **options: object) -> ESNRegressor:
    """Make the network that all rows but the last share."""
    reservoir = Reservoir(n_units, leak_rate=0.5, random_state=0)
    return ESNRegressor(reservoir, RidgeReadout(1e-6), washout=100, **options)


def step_through(stepper: object, values: np.ndarray) -> np.ndarray:
    """Take in the values one by one; return the forecasts after each."""
    return np.array([stepper.step(y)[0] for y in values])


def measure(forecaster: Forecaster, horizon: int = 1, n_steps: int = N_STEPS) -> float:
    """Return microseconds for a value, the forecasts of updates being the same."""
    forecaster.fit(SERIES[:N_FIT])
    values = SERIES[N_FIT : N_FIT + n_steps]
    forecasts = step_through(forecaster.stepper(horizon), values[:20])
    for y, forecast in zip(values, forecasts, strict=False):
        np.testing.assert_allclose(forecaster.update([y]).forecast(1)[0], forecast, atol=1e-8)
    stepper = forecaster.stepper(horizon)
    # A copy for each run, as the series would jump if one stepper took it in again.
    (time,) = median_seconds(lambda: step_through(deepcopy(stepper), values), repeats=9)
    return 1e6 * time / n_steps


def measure_updates() -> float:
    """Return microseconds for a value by ``update`` and ``forecast``."""
    forecaster = Forecaster(echo_state_network()).fit(SERIES[:N_FIT])
    values = SERIES[N_FIT : N_FIT + N_SLOW]

    def run() -> None:
        for y in values:
            forecaster.update([y]).forecast(1)

    return 1e6 * median_seconds(run, repeats=3)[0] / N_SLOW


def measure_theirs() -> float:
    """Return microseconds for a step of ReservoirPy: the same weights, no scaling of the series."""
    z = (SERIES - SERIES[:N_FIT].mean())[:, None] / SERIES[:N_FIT].std()
    ours = echo_state_network(include_input=False).fit(z[: N_FIT - 1], z[1:N_FIT])
    memory = ours.reservoir_
    theirs = TheirReservoir(
        W=csr_matrix(memory.W_), Win=np.array(memory.W_in_), bias=np.array(memory.bias_), lr=0.5
    ) >> TheirRidge(ridge=1e-6)
    theirs.fit(z[: N_FIT - 1], z[1:N_FIT], warmup=100)

    def run() -> None:
        for row in z[N_FIT:]:
            theirs.step(row)

    return 1e6 * median_seconds(run, repeats=5)[0] / N_STEPS


def main() -> None:
    """Measure, print the table and write it down."""
    feedback = ESNRegressor(
        Reservoir(200, leak_rate=0.5, feedback_scaling=0.3, random_state=0),
        RidgeReadout(1e-6),
        washout=100,
    )
    ng_rc = ESNRegressor(NVAR(4), RidgeReadout(1e-3), include_input=False, washout=3)
    rows = []
    with threadpool_limits(1):
        for name, forecaster, horizon in [
            ("200 units", Forecaster(echo_state_network()), 1),
            ("200 units, 10 steps ahead", Forecaster(echo_state_network()), 10),
            (
                "200 units, differences (12, 1)",
                Forecaster(echo_state_network(), differences=(12, 1)),
                1,
            ),
            ("200 units, output feedback", Forecaster(feedback, loop="feedback"), 1),
            ("200 units, increments", Forecaster(echo_state_network(), increments=True), 1),
            ("50 units", Forecaster(echo_state_network(50)), 1),
            ("1000 units", Forecaster(echo_state_network(1000)), 1),
        ]:
            target = TARGET if name.startswith("200") and horizon == 1 else ""
            rows.append([name, f"{measure(forecaster, horizon):.1f}", target])
        slow = measure(Forecaster(ng_rc), n_steps=N_SLOW)
        rows.append(["NVAR, 4 taps, not compiled", f"{slow:.0f}", ""])
        rows.append(["200 units, `update` and `forecast`", f"{measure_updates():.0f}", ""])
        rows.append(["200 units, ReservoirPy 0.4.2, `step`", f"{measure_theirs():.1f}", ""])
        note = f"Medians over runs of {N_STEPS} values; the slow ones of {N_SLOW}. {machine()}"
    publish(__file__, ["a new value and its forecast", "µs", "to reach"], rows, note)


if __name__ == "__main__":
    main()
