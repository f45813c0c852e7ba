"""Settings that a search tries: what they are, where they come from, and season detection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from esnkit.forecaster import Forecaster
from esnkit.readout import RidgeReadout
from esnkit.regressor import ESNRegressor
from esnkit.reservoir import Reservoir
from esnkit.series import SeriesSet

FloatArray = NDArray[np.float64]

_LONGEST_WASHOUT = 100
_SMALLEST, _LARGEST = 20, 300  # units
_VARIATION = 0.3  # of the logarithm of a setting
_FEWEST_FOR_SEASON = 12  # steps
_LEAST_CORRELATION = 0.2  # at the lag of a season
_MOST_MULTIPLES = 4  # of a season, at which the series should look alike
_NEARLY = 0.8  # as high as the highest peak
# How often a series is taken as it is and with its differences, the rest being shared evenly.
_UNDIFFERENCED = 0.4


@dataclass(frozen=True)
class Candidate:
    """Everything about a forecaster but its penalty."""

    n_units: int
    spectral_radius: float
    leak_rate: float
    input_scaling: float
    bias_scaling: float
    squared_states: bool
    differences: tuple[int, ...]
    naive: bool  # whether the penalty leaves nothing but the mean, or the last value or season
    seed: int

    def forecaster(self, penalty: float, lengths: Sequence[int]) -> Forecaster:
        """Make the forecaster, unfitted, for series of these lengths.

        The penalty is for each row that the readout is fitted to, so it serves any length.
        """
        lost = sum(self.differences) + 1
        washout = min(_LONGEST_WASHOUT, (min(lengths) - lost) // 10)
        n_rows = sum(lengths) - len(lengths) * (lost + washout)
        reservoir = Reservoir(
            self.n_units,
            spectral_radius=self.spectral_radius,
            leak_rate=self.leak_rate,
            input_scaling=self.input_scaling,
            bias_scaling=self.bias_scaling,
        )
        drift = not (self.naive and self.differences)
        model = ESNRegressor(
            reservoir,
            RidgeReadout(penalty * max(n_rows, 1), fit_intercept=drift, solver="qr"),
            washout=max(washout, 0),
            squared_states=self.squared_states,
        )
        return Forecaster(model, differences=self.differences, scale=drift, random_state=self.seed)

    def varied(self, rng: np.random.Generator) -> Candidate:
        """Return a candidate nearby, with another seed."""
        factors = np.exp(_VARIATION * rng.normal(size=4))
        return replace(
            self,
            n_units=max(_SMALLEST, round(self.n_units * np.exp(_VARIATION * rng.uniform(-1, 1)))),
            spectral_radius=min(1.4, float(self.spectral_radius * factors[0])),
            leak_rate=min(1.0, float(self.leak_rate * factors[1])),
            input_scaling=float(self.input_scaling * factors[2]),
            bias_scaling=float(self.bias_scaling * factors[3]),
            seed=_seed(rng),
        )


def naive(differences: tuple[int, ...], seed: int) -> Candidate:
    """Make a candidate for the mean of the series, or the last value or season if differenced."""
    return Candidate(_SMALLEST, 0.5, 1.0, 0.1, 0.1, False, differences, True, seed)


def draw(
    n_candidates: int, n_steps: int, period: int | None, rng: np.random.Generator
) -> list[Candidate]:
    """Draw candidates evenly from all settings, after the naive ones, which are always tried."""
    from scipy.stats import qmc

    choices = _differences(period)
    safe = [naive(lags, _seed(rng)) for lags in choices[:3]]
    grid = qmc.Sobol(7, scramble=False).random_base2((n_candidates - 1).bit_length())
    points = (grid + rng.random(7)) % 1.0
    rest = [_at(point, n_steps, choices, _seed(rng)) for point in points]
    return (safe + rest)[:n_candidates]


def _differences(period: int | None) -> list[tuple[int, ...]]:
    """Return the ways to difference a series, the simplest first."""
    return [(), (1,)] if period is None else [(), (1,), (period,), (period, 1)]


def _at(
    point: FloatArray, n_steps: int, choices: Sequence[tuple[int, ...]], seed: int
) -> Candidate:
    """Turn a point of the unit cube into settings."""
    smallest = float(np.clip(n_steps / 10, _SMALLEST, _LARGEST / 5))
    largest = float(np.clip(n_steps / 3, _SMALLEST, _LARGEST))
    share = (point[6] - _UNDIFFERENCED) / (1 - _UNDIFFERENCED)
    choice = 0 if share < 0 else 1 + int(share * (len(choices) - 1))
    return Candidate(
        n_units=round(_between(point[0], smallest, largest)),
        spectral_radius=float(0.1 + 1.2 * point[1]),
        leak_rate=_between(point[2], 0.1, 1.0),
        input_scaling=_between(point[3], 0.02, 2.0),
        bias_scaling=_between(point[4], 0.05, 1.0),
        squared_states=bool(point[5] < 0.5),
        differences=choices[choice],
        naive=False,
        seed=seed,
    )


def _between(share: float, low: float, high: float) -> float:
    """Return the value at a share of the way from low to high, in logarithms."""
    return float(low * (high / low) ** share)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


def common_period(data: SeriesSet) -> int | None:
    """Find the season that most variables of a set of series agree on, or None."""
    found = [find_period(column) for member in data.members for column in member.values.T]
    seasonal = sorted(period for period in found if period is not None)
    return seasonal[len(seasonal) // 2] if len(seasonal) > len(found) // 2 else None


def find_period(values: FloatArray) -> int | None:
    """Find the season of a series of shape (n_steps,), or None if there is none.

    That is the first peak of the autocorrelation, after a linear trend was taken away, that is
    nearly as high as any, each being averaged with the correlations at its multiples. Three
    seasons must be there.
    """
    n_steps = len(values)
    if n_steps < _FEWEST_FOR_SEASON or np.ptp(values) == 0:
        return None
    steps = np.arange(n_steps)
    x = values - np.polyval(np.polyfit(steps, values, 1), steps)
    if np.square(x).mean() <= 1e-20 * np.square(values).max():
        return None  # a straight line
    products = np.fft.irfft(np.abs(np.fft.rfft(x, 2 * n_steps)) ** 2)[: n_steps // 2 + 1]
    # Fewer products are summed at longer lags.
    correlation = products / products[0] * n_steps / (n_steps - np.arange(len(products)))
    lags = _peaks(correlation)
    lags = lags[lags <= n_steps // 3]
    heights = np.array([correlation[lag::lag][:_MOST_MULTIPLES].mean() for lag in lags])
    high = heights > max(_LEAST_CORRELATION, _NEARLY * heights.max(initial=0.0))
    return int(lags[high][0]) if high.any() else None


def _peaks(correlation: FloatArray) -> NDArray[np.intp]:
    """Return the lags of peaks behind a valley: a wiggle on the way down is no season."""
    inner = correlation[1:-1]
    peaks = (inner > correlation[:-2]) & (inner >= correlation[2:])
    peaks &= inner - np.minimum.accumulate(inner) > _LEAST_CORRELATION
    return np.flatnonzero(peaks) + 1
