"""How often 90 % intervals of forecasts hold what comes, by kind and third of the horizon.

What follows a series is compared with the interval that was made from it. How errors are scaled and
how Student's quantile is tempered was chosen on seeds below 100, on classical forecasts of the
synthetic kinds with 60, 120 and 200 values; the table is from seeds from 300 on. A first seed given
as the argument prints other series, and writes nothing if it is below 100.
"""

from __future__ import annotations

import os
import sys
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable

import numpy as np
from common import machine, publish

from esnkit import (
    AutoESN,
    AutoregressiveForecaster,
    ExponentialSmoothing,
    Forecaster,
    NaiveForecaster,
    SeasonalNaive,
    ThetaForecaster,
)
from esnkit.datasets import load_co2, load_el_nino, load_sunspots, lorenz63
from esnkit.forecasting.base import BaseForecaster

N_STEPS, HORIZON, N_SEEDS = 200, 12, 10
Row = list[object]
Draw = Callable[[np.random.Generator], np.ndarray]
# Cheap forecasters, by all series of a kind; costly ones, by the first of them.
CLASSICAL: dict[str, BaseForecaster] = {
    "smoothing": ExponentialSmoothing("damped"),
    "Theta": ThetaForecaster(),
    "autoregression": AutoregressiveForecaster(season_length=12),
    "return to the mean": NaiveForecaster("reversion"),
    "last season": SeasonalNaive(12),
}
COSTLY: dict[str, BaseForecaster] = {
    "AutoESN": AutoESN(random_state=0),
    "Forecaster": Forecaster(random_state=0),
}
N_USED = {"AutoESN": 5, "Forecaster": 1}
FEWEST = 5  # series of a kind that tell anything of it


def autoregression(rng: np.random.Generator, *weights: float) -> np.ndarray:
    """Draw a stationary autoregressive series."""
    y = rng.normal(size=N_STEPS + 200)
    for n in range(len(weights), len(y)):
        y[n] += sum(weight * y[n - 1 - k] for k, weight in enumerate(weights))
    return y[200:]


def seasonal(rng: np.random.Generator, noise: float) -> np.ndarray:
    """Draw a season of 12 steps on a trend, with noise."""
    season = np.resize(rng.normal(size=12), N_STEPS)
    return 10 + 0.02 * np.arange(N_STEPS) + season + noise * rng.normal(size=N_STEPS)


SYNTHETIC: dict[str, Draw] = {
    "white noise": lambda rng: rng.normal(size=N_STEPS),
    "random walk": lambda rng: rng.normal(size=N_STEPS).cumsum(),
    "autoregression of order 1": lambda rng: autoregression(rng, 0.8),
    "noisy cycle": lambda rng: autoregression(rng, 1.6, -0.9),
    "season, little noise": lambda rng: seasonal(rng, 0.3),
    "season, much noise": lambda rng: seasonal(rng, 1.0),
    "growing season": lambda rng: np.exp(seasonal(rng, 0.3) / 5),
    "Lorenz-63, noisy": lambda rng: (
        lorenz63(N_STEPS, dt=0.06, random_state=rng)[:, 0] + rng.normal(size=N_STEPS)
    ),
}


def shipped() -> dict[str, list[np.ndarray]]:
    """Return stretches of the series that come with the package, cut further back each time."""
    series = {
        "sunspots": load_sunspots(),
        "El Niño": load_el_nino(),
        "CO₂ by month": load_co2().resample("MS").mean(),
    }
    found = {}
    for name, y in series.items():
        ends = [len(y) - HORIZON * k for k in range(8)]
        found[name] = [y.to_numpy()[end - N_STEPS : end] for end in ends]
    return found


def inside(forecaster: BaseForecaster, y: np.ndarray) -> np.ndarray:
    """Tell for each third of the horizon which share of the coming values the interval held."""
    lower, upper = forecaster.fit(y[:-HORIZON]).predict_interval(HORIZON)
    future = y[-HORIZON:]
    held = (lower <= future) & (future <= upper)
    return np.asarray(held.reshape(3, -1).mean(axis=1))


def written(shares: list[np.ndarray]) -> str:
    """Write down the shares of the thirds."""
    return " / ".join(f"{100 * share:.0f}" for share in np.mean(shares, axis=0))


def uncertainty(n_values: int) -> float:
    """Return the standard deviation, in per cent, of a share of 90 % of independent values."""
    return 100 * float(np.sqrt(0.9 * 0.1 / n_values))


def main(first_seed: int = 300) -> None:
    """Measure, print the table and write it down."""
    warnings.simplefilter("ignore")
    seeds = range(first_seed, first_seed + N_SEEDS)
    kinds = shipped() | {
        name: [draw(np.random.default_rng([seed, i])) for seed in seeds]
        for i, (name, draw) in enumerate(SYNTHETIC.items())
    }
    rows: list[Row] = []
    pooled: dict[str, list[np.ndarray]] = {name: [] for name in CLASSICAL | COSTLY}
    for kind, many in kinds.items():
        row: Row = [kind, len(many)]
        for name, forecaster in (CLASSICAL | COSTLY).items():
            shares = [inside(forecaster, y) for y in many[: N_USED.get(name)]]
            pooled[name] += shares
            row.append("" if len(shares) < FEWEST else written(shares))
        rows.append(row)
        print(*row, flush=True)
    rows.append(["all", sum(map(len, kinds.values())), *map(written, pooled.values())])
    note = (
        f"Per cent of the coming values inside intervals of 90 %, in the first, middle and last "
        f"third of {HORIZON} steps, from {N_STEPS - HORIZON} values. AutoESN was fitted to the "
        f"first {N_USED['AutoESN']} series of each kind, so that a share by kind is of "
        f"{N_USED['AutoESN'] * HORIZON // 3} values and uncertain by some "
        f"{uncertainty(N_USED['AutoESN'] * HORIZON // 3):.0f} at least, Forecaster to "
        f"{N_USED['Forecaster']}, too few to tell kinds apart, the others to all. {machine()}"
    )
    if first_seed < 100:
        print(*rows, sep="\n")
    else:
        publish(__file__, ["kind", "series", *CLASSICAL, *COSTLY], rows, note)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
