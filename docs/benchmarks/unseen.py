"""AutoESN on generated series of many kinds, beside classical forecasts and AutoETS.

Each series is drawn by its kind and a seed alone, and what follows its training part is forecast
once. Where most values are zero, absolute errors favour a forecast of zero; AutoESN forecasts the
mean, which squared errors favour. Constants of AutoESN were looked at on seeds below 100; the table
is from seeds from 200 on. Errors are absolute ones in units of the mean change over a season in the
training part.
"""

from __future__ import annotations

import os
import sys
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd
from common import machine, publish

from esnkit import AutoESN, DivergenceWarning, SeasonalNaive, ThetaForecaster
from esnkit.forecasting.classical import NaiveForecaster
from esnkit.metrics import mase

FIRST_SEED, N_SEEDS = 200, 4
SEARCHES = 3  # seeds of AutoESN on each series, for the spread
Rng = np.random.Generator
Draw = tuple[np.ndarray, int, int, str | None]  # series, horizon, season, frequency of its dates


def smoothed(
    rng: Rng, n_steps: int, season: int, *, trend: bool, seasonal: bool, grows: bool
) -> np.ndarray:
    """Draw from the model behind exponential smoothing, of random parameters."""
    alpha = rng.uniform(0.05, 0.8)
    beta, gamma = alpha * rng.uniform(0.01, 0.3), rng.uniform(0.01, 0.3)
    level = first = rng.uniform(50, 500)
    noise, slope = first * rng.uniform(0.01, 0.06), first * rng.normal(scale=0.004) * trend
    course = rng.normal(size=season) - 0.0
    course = (course - course.mean()) * first * rng.uniform(0.03, 0.2) * seasonal
    y = np.empty(n_steps)
    for n in range(n_steps):
        size = level / first if grows else 1.0
        error = rng.normal() * noise * size
        y[n] = level + slope + course[n % season] * size + error
        level += slope + alpha * error
        slope = (0.98 * slope + beta * error) * trend
        course[n % season] += gamma * error / size * seasonal
    return y


def remembering(rng: Rng, n_steps: int, *weights: float) -> np.ndarray:
    """Draw a stationary autoregression."""
    y = rng.normal(size=n_steps + 200)
    for n in range(len(weights), len(y)):
        y[n] += sum(w * y[n - 1 - k] for k, w in enumerate(weights))
    return y[200:]


def by_hours(rng: Rng) -> np.ndarray:
    """Draw hours with a day and a week."""
    t = np.arange(rng.integers(550, 850))
    day = rng.normal(size=24).cumsum()
    day -= np.linspace(day[0], day[-1], 24)
    week = np.repeat(1 + 0.3 * rng.normal(size=7), 24)
    return 100 + 10 * day[t % 24] * week[t % 168] + 6 * remembering(rng, len(t), 0.7)


def shifted(rng: Rng) -> np.ndarray:
    """Draw noise about a level that changes once."""
    level = np.where(np.arange(162) < rng.integers(60, 125), 100, 100 + 40 * rng.normal())
    return level + 3 * rng.normal(size=162)


def demand(rng: Rng) -> np.ndarray:
    """Draw counts that are mostly zero."""
    return (rng.random(132) < rng.choice([0.1, 0.25, 0.5])) * (1.0 + rng.poisson(3, size=132))


def growing(rng: Rng) -> np.ndarray:
    """Draw a few years of growth with noise that stays."""
    n_steps = rng.integers(38, 68)
    steady = rng.uniform(0.01, 0.05) * np.arange(n_steps)
    return 50 * np.exp(steady + 0.05 * rng.normal(size=n_steps).cumsum())


def monthly(rng: Rng, grows: bool, trend: bool) -> np.ndarray:
    """Draw months of a season."""
    n_steps = int(rng.integers(78, 158))
    return smoothed(rng, n_steps, 12, trend=trend, seasonal=True, grows=grows)


KINDS: dict[str, Callable[[Rng], Draw]] = {
    "years": lambda r: (
        smoothed(r, int(r.integers(26, 52)), 1, trend=True, seasonal=False, grows=False),
        *(6, 1, "YS"),
    ),
    "quarters": lambda r: (
        smoothed(r, int(r.integers(32, 78)), 4, trend=True, seasonal=True, grows=False),
        *(8, 4, "QS"),
    ),
    "months": lambda r: (monthly(r, grows=False, trend=True), 18, 12, "MS"),
    "months that grow": lambda r: (monthly(r, grows=True, trend=True), 18, 12, "MS"),
    "months without a trend": lambda r: (monthly(r, grows=False, trend=False), 18, 12, "MS"),
    "weeks": lambda r: (
        smoothed(r, int(r.integers(133, 273)), 52, trend=False, seasonal=True, grows=False),
        *(13, 52, "W"),
    ),
    "days": lambda r: (
        smoothed(r, int(r.integers(114, 414)), 7, trend=False, seasonal=True, grows=False),
        *(14, 7, "D"),
    ),
    "hours": lambda r: (by_hours(r), 48, 24, "h"),
    "random walk": lambda r: (r.normal(size=r.integers(72, 212)).cumsum(), 12, 1, None),
    "autoregression": lambda r: (remembering(r, 160, r.uniform(0, 0.9)), 12, 1, None),
    "noisy cycle": lambda r: (remembering(r, 212, 1.7, -0.9), 12, 1, None),
    "counts": lambda r: (
        r.poisson(r.uniform(0.3, 4), size=r.integers(72, 162)).astype(float),
        *(12, 1, None),
    ),
    "demand, mostly none": lambda r: (demand(r), 12, 1, None),
    "a level that changes": lambda r: (shifted(r), 12, 1, None),
    "growth, few steps": lambda r: (growing(r), 8, 1, "YS"),
}


def autoets(past: pd.Series, horizon: int, season: int) -> np.ndarray:
    """Forecast by AutoETS of statsforecast, NaN where it is not installed."""
    if find_spec("statsforecast") is None:
        return np.full(horizon, np.nan)
    from statsforecast.models import AutoETS

    seasonal = 1 < season <= 24
    kind = ("ZZZ" if past.min() > 0 else "AZA") if seasonal else "ZZN"
    model = AutoETS(season_length=season if seasonal else 1, model=kind)
    return np.asarray(model.forecast(past.to_numpy(), horizon)["mean"])


def errors(kind: str, seed: int) -> list[float]:
    """Return MASE of AutoESN for some seeds of its own, then of its rivals."""
    rng = np.random.default_rng([seed, *kind.encode()])
    y, horizon, season, frequency = KINDS[kind](rng)
    index = None if frequency is None else pd.date_range("2000", periods=len(y), freq=frequency)
    series = pd.Series(y, index=index)
    past, future = series.iloc[:-horizon], y[-horizon:]
    own = [AutoESN(random_state=k).fit(past).forecast(horizon) for k in range(SEARCHES)]
    naive = SeasonalNaive(season) if season > 1 else NaiveForecaster()
    rivals = [
        naive.fit(past).forecast(horizon),
        ThetaForecaster().fit(past).forecast(horizon),
        autoets(past, horizon, season),
    ]
    scored = [np.asarray(forecast) for forecast in own + rivals]
    known = past.to_numpy()
    unit = mase(future, future + 1, y_train=known, seasonality=season)
    return [float(np.abs(forecast - future).mean() * unit) for forecast in scored]


def main() -> None:
    """Print the table, of series from a given seed on if there is one."""
    warnings.simplefilter("ignore", DivergenceWarning)
    warnings.simplefilter("ignore", UserWarning)
    first = int(sys.argv[1]) if len(sys.argv) > 1 else FIRST_SEED
    rows, every = [], []
    for kind in KINDS:
        found = np.array([errors(kind, first + k) for k in range(N_SEEDS)])
        every.append(found)
        rows.append(row(kind, found))
        print(rows[-1], flush=True)
    rows.append(row("all", np.concatenate(every)))
    header = ["kind", "AutoESN", "naive", "Theta", "AutoETS", "to AutoETS", "worst", "spread"]
    note = (
        f"{N_SEEDS} series of each kind, {SEARCHES} seeds of AutoESN on each. First the mean MASE; "
        "*naive* repeats the last value or season, *Theta* is ours, without a season. "
        "*To AutoETS*: the geometric mean of the ratio of errors. *Worst*: the 95th percentile "
        "over series of the largest error over seeds, divided by the naive one. *Spread*: the "
        "90th percentile of the largest less the smallest over seeds, divided by the median. "
        f"{machine()}"
    )
    if first >= FIRST_SEED:
        publish(__file__, header, rows, note)


def row(kind: str, found: np.ndarray) -> list[object]:
    """Sum up the errors of series (n_series, seeds and rivals)."""
    own, (naive, theta, ets) = found[:, :SEARCHES], found[:, SEARCHES:].T
    least = 1e-3  # of the unit: errors below are none
    ratio = np.exp(np.mean(np.log((own + least) / (ets[:, np.newaxis] + least))))
    worst = np.quantile((own.max(axis=1) + least) / (naive + least), 0.95)
    spread = np.quantile(np.ptp(own, axis=1) / (np.median(own, axis=1) + least), 0.9)
    means = [own.mean(), naive.mean(), theta.mean(), ets.mean()]
    return [kind, *(f"{m:.2f}" for m in means), f"{ratio:.2f}", f"{worst:.2f}", f"{spread:.2f}"]


if __name__ == "__main__":
    main()
