"""Settings for one series found by backtest, and the error of the result on values not seen.

The series is cut in three. Free runs into the second part choose between settings, and free runs
into the third tell what error to expect, both by models fitted only to what comes before the part.
The final forecast is fitted to the whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression
from threadpoolctl import threadpool_limits

from esnkit.exceptions import DivergenceWarning
from esnkit.metrics import mase
from esnkit.readout import RidgeReadout
from esnkit.regressor import ESNRegressor
from esnkit.reservoir import Reservoir
from esnkit.seeding import RandomState, child_generator, root_seed
from esnkit.state import State

FloatArray = NDArray[np.float64]

N_UNITS = 100
N_RESERVOIRS = 5  # whose median is the forecast; to choose settings fewer are enough
_N_ORIGINS = 10
_N_CHOOSING = 3
_SHORTEST = 50
_LONGEST = 5000  # values, the last ones, that are looked at; more would take minutes
_LARGEST = 1e100  # squares must not overflow, nor those of its inverse vanish
_EIGHTY_PERCENT = 1.28  # of a normal distribution lies within so many standard deviations


class UnsuitableSeriesError(ValueError):
    """A series of which no forecast as long as this can be made."""


@dataclass(frozen=True)
class Settings:
    """What differs between models."""

    lag: int  # of the differences that are modelled; 0 for the series itself
    season: int  # period whose phase is an input; 0 for none
    leak_rate: float
    input_scaling: float
    alpha: float | Literal["auto"]


@dataclass(frozen=True, eq=False)
class Forecast:
    """A forecast with a band that shall hold 80 % of what comes, and how it was made."""

    values: FloatArray  # (horizon,)
    lower: FloatArray
    upper: FloatArray
    settings: Settings
    period: int  # of the cycle in the series; 1 if there is none
    steady: bool  # whether the cycle is a season
    n_fitted: int
    n_tests: int  # forecasts whose errors were measured
    n_tested: int  # values, the last ones, on which they were
    errors: dict[str, float]  # MASE of the network and of its naive rivals


def make_forecast(y: FloatArray, horizon: int, random_state: RandomState) -> Forecast:
    """Choose settings for a series of shape (n_steps,), measure them and forecast."""
    y = _check_series(y, horizon)
    seeds = child_generator(root_seed(random_state), "reservoir").integers(2**31, size=N_RESERVOIRS)
    testing = _origins(len(y), horizon, len(y))
    choosing = _origins(testing[0], horizon, len(y))
    period, steady = find_cycle(y[: testing[0]])

    def error(settings: Settings) -> float:
        runs = _free_runs(y, settings, choosing, horizon, seeds[:_N_CHOOSING])
        return float(np.abs(_futures(y, choosing, horizon) - runs).mean())

    with threadpool_limits(1, user_api="blas"):  # the matrices are small, threads would only wait
        settings = min(_candidates(period if steady else 1), key=error)
        runs = [_free_runs(y, settings, [origin], horizon, seeds)[0] for origin in testing]
        values = _free_runs(y, settings, [len(y)], horizon, seeds)[0]
    squares = (_futures(y, testing, horizon) - runs) ** 2
    # The error grows with the distance, whatever a small sample of it says.
    width = _EIGHTY_PERCENT * np.sqrt(isotonic_regression(squares.mean(axis=0)))
    return Forecast(
        values=values,
        lower=np.maximum(values - width, _floor(y)),
        upper=values + width,
        settings=settings,
        period=period,
        steady=steady,
        n_fitted=len(y),
        n_tests=len(testing),
        n_tested=len(y) - testing[0],
        errors=_compare(y, np.stack(runs), testing, period),
    )


def find_cycle(y: FloatArray) -> tuple[int, bool]:
    """Return the length of the cycle in a series, and whether it is steady enough for a season.

    The length is the lag of the first high peak of the autocorrelation, a third of the series at
    most, or 1 if there is none. A cycle is steady if two lengths on it is still as good a guess as
    one: the year's is, that of the sunspots, which comes sooner or later, is not.
    """
    n = len(y)
    steps = np.arange(n)
    x = y - np.polyval(np.polyfit(steps, y, 1), steps)
    products = np.correlate(x, x, "full")[n - 1 :]
    r = products / (products[0] or 1.0)
    lags = np.arange(2, n // 3 + 1)
    depth = r - np.minimum.accumulate(r)
    peaks = lags[(r[lags] > r[lags - 1]) & (r[lags] >= r[lags + 1]) & (depth[lags] > 0.3)]
    high = peaks[r[peaks] > max(0.3, 0.8 * r[peaks].max(initial=0.0))]
    if not len(high):
        return 1, False
    length = int(high[0])
    once, twice = (r[lag] / (n - lag) for lag in (length, 2 * length))  # each a mean of products
    return length, bool(twice > 0.8 * once)


def _check_series(y: FloatArray, horizon: int) -> FloatArray:
    """Return the part that is looked at, or say why there is no forecast."""
    y = y[-_LONGEST:]
    if len(y) < _SHORTEST:
        raise UnsuitableSeriesError(f"{len(y)} values are too few: at least {_SHORTEST} are needed")
    if horizon > len(y) // 4:
        raise UnsuitableSeriesError(
            f"a horizon of {horizon} steps is too far: a quarter of {len(y)} values, "
            f"{len(y) // 4} steps, is the most"
        )
    if np.abs(y).max() > _LARGEST:
        raise UnsuitableSeriesError(f"values beyond {_LARGEST:g} are too large")
    if np.ptp(y[: len(y) // 2]) < 1 / _LARGEST:
        raise UnsuitableSeriesError("the first half does not vary, so there is nothing to learn")
    return y


def _origins(end: int, horizon: int, n_steps: int) -> list[int]:
    """Spread the starts of free runs over a part that ends at `end`, a quarter of all at most."""
    room = n_steps // 4 - horizon
    gap = max(1, min(horizon // 2, room // (_N_ORIGINS - 1)))
    n_origins = min(_N_ORIGINS, room // gap + 1)
    return [end - horizon - gap * i for i in reversed(range(n_origins))]


def _candidates(season: int) -> list[Settings]:
    seasonal = [(season, 0), (0, season), (1, season)] if season > 1 else []
    alphas: tuple[float | Literal["auto"], ...] = ("auto", 1.0)
    return [
        Settings(lag, phase_of, leak_rate, input_scaling, alpha)
        for lag, phase_of in [(0, 0), (1, 0), *seasonal]
        for leak_rate, input_scaling, alpha in product((0.3, 1.0), (0.1, 0.5), alphas)
    ]


def _futures(y: FloatArray, origins: Sequence[int], horizon: int) -> FloatArray:
    return np.stack([y[origin : origin + horizon] for origin in origins])


def _free_runs(
    y: FloatArray, settings: Settings, origins: Sequence[int], horizon: int, seeds: NDArray[np.int_]
) -> FloatArray:
    """Forecast from each origin by the median of reservoirs, (n_origins, horizon)."""
    runs = [_free_runs_of_one(y, settings, origins, horizon, int(seed)) for seed in seeds]
    return np.maximum(np.median(runs, axis=0), _floor(y[: origins[0]]))


def _floor(y: FloatArray) -> float:
    """Return the value below which nothing is forecast: what was never negative stays so."""
    return 0.0 if y.min() >= 0 else -np.inf


def _free_runs_of_one(
    y: FloatArray, settings: Settings, origins: Sequence[int], horizon: int, seed: int
) -> FloatArray:
    """Fit one reservoir to what comes before the first origin, and run it from each."""
    lag = settings.lag
    differences = y[lag:] - y[:-lag] if lag else y
    n_known = origins[0] - lag
    center, scale = differences[:n_known].mean(), differences[:n_known].std() or 1.0
    z = (differences - center) / scale
    phase = _phase(len(z) + horizon, settings.season)
    rows = np.column_stack([z, phase[: len(z)]])
    model = _make_model(settings, washout=n_known // 10, seed=seed)
    model.fit(rows[: n_known - 1], z[1:n_known])
    states = model.reservoir_.transform(rows[:-1])  # row n has seen z[n]
    runs = []
    for origin in origins:
        last = origin - lag - 1
        known = phase[last : last + horizon] if settings.season else None
        start = State(states[last - 1], z[last : last + 1])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DivergenceWarning)  # it loses against the others
            run = model.free_run(horizon, known, state=start)
        runs.append(_integrate(run * scale + center, y[:origin], lag))
    return np.stack(runs)


def _make_model(settings: Settings, washout: int, seed: int) -> ESNRegressor:
    reservoir = Reservoir(
        N_UNITS,
        spectral_radius=0.8,
        leak_rate=settings.leak_rate,
        input_scaling=settings.input_scaling,
    )
    return ESNRegressor(reservoir, RidgeReadout(settings.alpha), washout=washout, random_state=seed)


def _phase(n_steps: int, season: int) -> FloatArray:
    """Return where in the season each step is, as two harmonics, (n_steps, 4); (n_steps, 0)."""
    if not season:
        return np.empty((n_steps, 0))
    angles = np.outer(np.arange(n_steps), [2 * np.pi / season, 4 * np.pi / season])
    return np.hstack([np.sin(angles), np.cos(angles)])


def _integrate(differences: FloatArray, past: FloatArray, lag: int) -> FloatArray:
    """Undo the differencing, from the values before."""
    if not lag:
        return differences
    values = np.concatenate([past[-lag:], differences])
    for n in range(lag, len(values)):
        values[n] += values[n - lag]
    return values[lag:]


def _compare(
    y: FloatArray, runs: FloatArray, origins: Sequence[int], period: int
) -> dict[str, float]:
    """Return the MASE of free runs, and of repeating the last value or the last season."""
    horizon = runs.shape[1]
    train = y[: origins[0]]
    exact = np.allclose(train[period:], train[:-period], rtol=0, atol=1e-9 * np.ptp(train))
    rivals = {"echo state network": runs}
    for name, length in {"seasonal naive": period, "naive": 1}.items():
        pasts = (y[origin - length : origin] for origin in origins)
        rivals[name] = np.stack([np.resize(past, horizon) for past in pasts])
    truth = _futures(y, origins, horizon).ravel()
    return {
        name: float(mase(truth, run.ravel(), y_train=train, seasonality=1 if exact else period))
        for name, run in rivals.items()
    }
