"""AutoESN with its defaults: seconds, errors beside naive forecasts, and valid times on chaos.

The constants of the search were tuned on these series and seeds, so the errors are optimistic.
"""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from common import machine, median_seconds, publish

from esnkit import AutoESN, DivergenceWarning
from esnkit.datasets import load_co2, load_el_nino, load_sunspots, lorenz63
from esnkit.metrics import mase, valid_prediction_time

LYAPUNOV_TIME = 1.104
N_ORIGINS, N_SEEDS, N_STARTS = 4, 8, 6
Row = list[object]


def speed() -> list[Row]:
    """Time a search on 1000 values."""
    x = lorenz63(1000, dt=0.06, random_state=0)[:, 0]
    jobs = (1, 2)
    times = median_seconds(
        *(lambda n=n: AutoESN(n_jobs=n, random_state=0).fit(x) for n in jobs), repeats=3
    )
    return [
        [f"1000 values, n_jobs={n}", "seconds to fit", f"{t:.2f}", "", ""]
        for n, t in zip(jobs, times, strict=True)
    ]


def errors(y: np.ndarray, horizon: int, season: int) -> list[float]:
    """Return MASE on what follows: AutoESN, the last value, the last season."""
    past, future = y[:-horizon], y[-horizon:]
    rivals = [
        AutoESN(n_jobs=2, random_state=0).fit(past).forecast(horizon),
        np.resize(past[-1:], horizon),
        np.resize(past[-season:], horizon),
    ]
    return [float(mase(future, f, y_train=past, seasonality=season)) for f in rivals]


def row(name: str, measured: list[list[float]]) -> Row:
    """Average errors over series or origins."""
    return [name, f"mean MASE of {len(measured)}", *(f"{m:.2f}" for m in np.mean(measured, axis=0))]


def monthly(noise: float, seed: int) -> np.ndarray:
    """Make 112 months of a trend, a season and noise."""
    rng = np.random.default_rng(seed)
    season = np.resize(rng.normal(size=12), 112)
    return 0.03 * np.arange(112) + season + noise * rng.normal(size=112)


def noisy_series() -> list[Row]:
    """Measure errors on the shipped series and on synthetic months, each search from nothing."""
    co2 = load_co2().resample("MS").mean()
    shipped = {
        "sunspots, 11 years ahead": (load_sunspots(), 11, 11),
        "El Niño, 12 months ahead": (load_el_nino(), 12, 12),
        "CO₂ by month, 24 months ahead": (co2, 24, 12),
    }
    rows = []
    for name, (series, horizon, season) in shipped.items():
        y = series.to_numpy()
        ends = [len(y) - k * 2 * horizon for k in range(N_ORIGINS)]
        rows.append(row(name, [errors(y[:end], horizon, season) for end in ends]))
    for noise in (0.1, 0.5, 1.5):
        measured = [errors(monthly(noise, seed), 12, 12) for seed in range(N_SEEDS)]
        rows.append(row(f"100 synthetic months, noise {noise}, 12 ahead", measured))
    return rows


def chaos() -> list[Row]:
    """Measure valid prediction times on Lorenz-63, in Lyapunov times."""
    rows: list[Row] = []
    for dt, variables in ((0.02, 1), (0.02, 3), (0.06, 1), (0.06, 3)):
        times = []
        for seed in range(N_STARTS):
            orbit = lorenz63(1600, dt=dt, random_state=seed)[:, :variables]
            forecast = AutoESN(n_jobs=2, random_state=0).fit(orbit[:1000]).forecast(600)
            times.append(
                valid_prediction_time(
                    orbit[1000:],
                    forecast,
                    dt=dt,
                    lyapunov_time=LYAPUNOV_TIME,
                    variance=orbit.var(axis=0),
                )
            )
        name = f"Lorenz-63, dt {dt}, 1000 points, {variables} of 3 variables"
        rows.append([name, f"median valid time of {N_STARTS}", f"{np.median(times):.1f}", "", ""])
    return rows


def main() -> None:
    """Measure, print the table and write it down."""
    warnings.simplefilter("ignore", DivergenceWarning)
    header = ["series", "measure", "AutoESN", "last value", "last season"]
    note = (
        "MASE divides by the mean absolute seasonal step of the past. Valid times are Lyapunov "
        f"times of 1.104, threshold 0.4. {machine()}"
    )
    publish(__file__, header, speed() + noisy_series() + chaos(), note)


if __name__ == "__main__":
    main()
