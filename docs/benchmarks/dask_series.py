"""Many monthly series forecast on two Dask workers and in one process: time, and same forecasts."""

from __future__ import annotations

import sys

import distributed
import numpy as np
from common import machine, publish, seconds, verdict

from esnkit import AutoESN
from esnkit.dask import forecast_series

N_SERIES, N_STEPS, HORIZON = *map(int, sys.argv[1:] or (1000,)), 120, 12
N_WARM = 4


def monthly(seed: int) -> np.ndarray:
    """Return ten years of months: a trend, a season and noise, each of a size of its own."""
    rng = np.random.default_rng(seed)
    months = np.arange(N_STEPS)
    season = rng.normal(0, 10, 12)[months % 12]
    return 100 + rng.normal(0, 0.3) * months + season + rng.normal(0, rng.uniform(1, 5), N_STEPS)


def main() -> None:
    """Measure, print the table and write it down."""
    forecaster = AutoESN(n_candidates=4, random_state=0)
    series = {f"{i:04}": monthly(i) for i in range(N_SERIES)}
    warm = {name: series[name] for name in list(series)[:N_WARM]}
    kept = []
    for _ in range(2):  # compiled code is read from its cache
        forecaster.fit(series["0000"]).forecast(HORIZON)
    alone = seconds(
        lambda: kept.append({i: forecaster.fit(y).forecast(HORIZON) for i, y in series.items()})
    )
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster):
        for _ in range(2):
            forecast_series(forecaster, warm, HORIZON)
        together = seconds(lambda: kept.append(forecast_series(forecaster, series, HORIZON)))
    one_by_one, table = kept
    steps = list(range(1, HORIZON + 1))
    off = max(
        float(np.abs(table.loc[i, steps].to_numpy(float) - values).max() / np.abs(values).max())
        for i, values in one_by_one.items()
    )
    failed = int((table["failure"] != "").sum())
    rows = [
        [f"one process: {alone:.0f} s; two workers: {together:.0f} s", f"{alone / together:.2f} x",
         verdict(alone / together, above=1.7)],
        ["largest difference of a forecast, by its largest value", f"{off:.1e}",
         verdict(off, below=1e-9)],
        ["series that failed", failed, verdict(failed, at_most=0)],
    ]  # fmt: skip
    note = (
        f"{N_SERIES} series of {N_STEPS} values, {HORIZON} months ahead, "
        f"`AutoESN(n_candidates=4)`; each process has one thread. {machine()}"
    )
    publish(__file__, ["what", "measured", "aim"], rows, note)


if __name__ == "__main__":
    main()
