"""Settings that a search tries: what they are and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.adjusted import AdjustedForecaster
from esnkit.forecaster import Forecaster
from esnkit.memories import NVAR
from esnkit.readout import RidgeReadout
from esnkit.regressor import ESNRegressor
from esnkit.reservoir import Reservoir

FloatArray = NDArray[np.float64]
View = tuple[tuple[int, ...], int | None]  # differences, and the season that is taken away

_LONGEST_WASHOUT = 100
_SMALLEST, _LARGEST = 20, 300  # units
_VARIATION = 0.3  # of the logarithm of a setting
# How often a series is taken as it is and with its differences, the rest being shared evenly.
_UNDIFFERENCED = 0.4
_DELAYS = 0.3  # how often a memory is made of delays and their products
_LOGS = 0.5  # how often logarithms are taken of a series that has any
_N_DIMENSIONS = 9  # of the cube that settings are drawn from
_MOST_TAPS, _HIGHEST_ORDER = 12, 9
_STRIDES = (1, 2, 4, 8)
_MOST_MONOMIALS = 250
_LEAKS = (0.1, 0.2, 0.4, 0.7)  # of exponential smoothing


@dataclass(frozen=True)
class Problem:
    """What a search has to know of the series."""

    n_steps: int  # that a candidate is fitted to
    n_variables: int
    period: int | None
    growing: bool  # positive, and logarithms make a difference


@dataclass(frozen=True)
class Units:
    """A reservoir."""

    n_units: int
    spectral_radius: float
    leak_rate: float
    input_scaling: float
    bias_scaling: float
    squared_states: bool

    @property
    def reach(self) -> int:
        """Steps that an initial state is felt, apart from those that fade."""
        return 0

    def model(self, readout: RidgeReadout, washout: int) -> ESNRegressor:
        """Make the model, unfitted."""
        reservoir = Reservoir(
            self.n_units,
            spectral_radius=self.spectral_radius,
            leak_rate=self.leak_rate,
            input_scaling=self.input_scaling,
            bias_scaling=self.bias_scaling,
        )
        return ESNRegressor(reservoir, readout, washout=washout, squared_states=self.squared_states)

    def varied(self, rng: np.random.Generator) -> Units:
        """Return settings nearby."""
        factors = np.exp(_VARIATION * rng.normal(size=4))
        return replace(
            self,
            n_units=max(_SMALLEST, round(self.n_units * np.exp(_VARIATION * rng.uniform(-1, 1)))),
            spectral_radius=min(1.4, float(self.spectral_radius * factors[0])),
            leak_rate=min(1.0, float(self.leak_rate * factors[1])),
            input_scaling=float(self.input_scaling * factors[2]),
            bias_scaling=float(self.bias_scaling * factors[3]),
        )


@dataclass(frozen=True)
class Delays:
    """Delayed values and their products."""

    n_taps: int
    stride: int
    order: int

    @property
    def reach(self) -> int:
        """Steps that an initial state is felt."""
        return (self.n_taps - 1) * self.stride

    def n_features(self, n_variables: int) -> int:
        """Count the monomials."""
        return comb(self.n_taps * n_variables + self.order, self.order) - 1

    @property
    def is_sound(self) -> bool:
        """Tell whether there is anything to delay or to multiply, and no setting is idle."""
        return (
            min(self.n_taps, self.stride, self.order) >= 1
            and self.n_taps + self.order > 2
            and (self.n_taps > 1 or self.stride == 1)
        )

    def fits(self, problem: Problem) -> bool:
        """Tell whether there are enough steps for so many monomials."""
        most = min(_MOST_MONOMIALS, problem.n_steps // 3)
        return self.n_features(problem.n_variables) <= most and self.reach <= problem.n_steps // 8

    def model(self, readout: RidgeReadout, washout: int) -> ESNRegressor:
        """Make the model, unfitted."""
        memory = NVAR(self.n_taps, stride=self.stride, order=self.order)
        return ESNRegressor(memory, readout, washout=max(washout, self.reach), include_input=False)

    def neighbours(self, problem: Problem) -> list[Delays]:
        """Return what differs by a step in one setting, or in two."""
        near = [
            Delays(self.n_taps + taps, self.stride + stride, self.order + order)
            for taps in (-1, 0, 1, 2)
            for stride in (-1, 0, 1)
            for order in (-1, 0, 1)
        ]
        return [d for d in near if d != self and d.is_sound and d.fits(problem)]


@dataclass(frozen=True)
class Smoothing:
    """A single linear unit that leaks, read to foretell how a series goes back to its level.

    A leaky mean of past steps is, times a number, how far the last value lies off the level that
    exponential smoothing finds. The readout learns that number, and the drift.
    """

    leak_rate: float

    @property
    def reach(self) -> int:
        """Steps that an initial state is felt, apart from those that fade."""
        return 0

    def model(self, readout: RidgeReadout, washout: int) -> ESNRegressor:
        """Make the model, unfitted."""
        unit = Reservoir(
            1,
            spectral_radius=0,
            leak_rate=self.leak_rate,
            bias_scaling=0.0,
            activation="identity",
        )
        return ESNRegressor(unit, readout, washout=washout, include_input=False)


@dataclass(frozen=True)
class Candidate:
    """Everything about a forecaster but its penalty."""

    memory: Units | Delays | Smoothing
    log: bool
    season: int | None  # whose course is taken away
    differences: tuple[int, ...]
    naive: bool  # whether the penalty leaves nothing but the mean, or the last value or season
    seed: int

    @property
    def simple(self) -> bool:
        """Whether it is a classical forecast, which is always tried and never varied."""
        return self.naive or isinstance(self.memory, Smoothing)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name, those of the memory among the others."""
        kind = {"memory": _KINDS[type(self.memory)]}
        rest = {k: v for k, v in asdict(self).items() if k != "memory"}
        return kind | asdict(self.memory) | rest

    def forecaster(self, penalty: float, lengths: Sequence[int]) -> AdjustedForecaster:
        """Make the forecaster, unfitted, for series of these lengths.

        The penalty is for each row that the readout is fitted to, so it serves any length.
        """
        lost = sum(self.differences) + 1
        washout = max(0, min(_LONGEST_WASHOUT, (min(lengths) - lost) // 10))
        n_rows = sum(lengths) - len(lengths) * (lost + max(washout, self.memory.reach))
        drift = not (self.naive and self.differences)
        readout = RidgeReadout(penalty * max(n_rows, 1), fit_intercept=drift, solver="qr")
        model = self.memory.model(readout, washout)
        forecaster = Forecaster(
            model, differences=self.differences, scale=drift, random_state=self.seed
        )
        return AdjustedForecaster(forecaster, log=self.log, season=self.season)

    def varied(self, rng: np.random.Generator, problem: Problem, tried: set[Any]) -> Candidate:
        """Return a candidate nearby, with another seed, that was not tried yet."""
        seed = _seed(rng)
        if isinstance(self.memory, Units):
            return replace(self, memory=self.memory.varied(rng), seed=seed)
        assert isinstance(self.memory, Delays)
        near = [replace(self, memory=d, seed=0) for d in self.memory.neighbours(problem)]
        new = [candidate for candidate in near if candidate not in tried]
        if not new:
            return replace(self, memory=_units(rng.random(_N_DIMENSIONS), problem), seed=seed)
        return new[int(rng.integers(len(new)))]


_KINDS = {Units: "reservoir", Delays: "delays", Smoothing: "smoothing"}


def naive(differences: tuple[int, ...], season: int | None, seed: int) -> Candidate:
    """Make a candidate for the mean of the series, or the last value or season if differenced."""
    memory = Units(_SMALLEST, 0.5, 1.0, 0.1, 0.1, False)
    return Candidate(memory, False, season, differences, True, seed)


def draw(n_candidates: int, problem: Problem, rng: np.random.Generator) -> list[Candidate]:
    """Draw candidates evenly from all settings, after the simple ones, which are always tried."""
    simple = [naive(*choice, _seed(rng)) for choice in _naive_choices(problem.period)]
    simple += [
        Candidate(Smoothing(leak), False, problem.period, (1,), False, _seed(rng))
        for leak in _LEAKS
    ]
    n_others = max(0, n_candidates - len(simple))
    return (simple + _drawn(n_others, problem, rng))[:n_candidates]


def draw_like(
    models: Sequence[Candidate], n_candidates: int, problem: Problem, rng: np.random.Generator
) -> list[Candidate]:
    """Draw candidates that see the series as the models in turn do, by other memories."""
    return [
        replace(
            drawn,
            log=models[i % len(models)].log,
            season=models[i % len(models)].season,
            differences=models[i % len(models)].differences,
        )
        for i, drawn in enumerate(_drawn(n_candidates, problem, rng))
    ]


def _drawn(n_candidates: int, problem: Problem, rng: np.random.Generator) -> list[Candidate]:
    """Take points of a Sobol sequence, shifted at random, as settings."""
    from scipy.stats import qmc

    grid = qmc.Sobol(_N_DIMENSIONS, scramble=False).random_base2(n_candidates.bit_length())
    points = (grid + rng.random(_N_DIMENSIONS)) % 1.0
    return [_at(point, problem, rng) for point in points[:n_candidates]]


def _naive_choices(period: int | None) -> list[View]:
    """Return differences and season of the naive forecasts, the simplest first."""
    plain: list[View] = [((), None), ((1,), None)]
    return plain if period is None else [*plain, ((period,), None), ((), period), ((1,), period)]


def _choices(period: int | None) -> list[View]:
    """Return differences and season of the other candidates, the simplest first."""
    return _naive_choices(period) + ([] if period is None else [((period, 1), None)])


def _at(point: FloatArray, problem: Problem, rng: np.random.Generator) -> Candidate:
    """Turn a point of the unit cube into settings."""
    choices = _choices(problem.period)
    share = (point[6] - _UNDIFFERENCED) / (1 - _UNDIFFERENCED)
    choice = 0 if share < 0 else 1 + int(share * (len(choices) - 1))
    differences, season = choices[choice]
    memory = _delays(problem, rng) if point[7] < _DELAYS else None
    return Candidate(
        memory=memory or _units(point, problem),
        log=bool(problem.growing and point[8] < _LOGS),
        season=season,
        differences=differences,
        naive=False,
        seed=0 if memory else _seed(rng),
    )


def _units(point: FloatArray, problem: Problem) -> Units:
    """Place a reservoir."""
    smallest = float(np.clip(problem.n_steps / 10, _SMALLEST, _LARGEST / 5))
    largest = float(np.clip(problem.n_steps / 2, _SMALLEST, _LARGEST))
    return Units(
        n_units=round(_between(point[0], smallest, largest)),
        spectral_radius=float(0.1 + 1.2 * point[1]),
        leak_rate=_between(point[2], 0.1, 1.0),
        input_scaling=_between(point[3], 0.02, 2.0),
        bias_scaling=_between(point[4], 0.05, 1.0),
        squared_states=bool(point[5] < 0.5),
    )


def _delays(problem: Problem, rng: np.random.Generator) -> Delays | None:
    """Draw delays with as many products as the series can bear, or None."""
    possible = [
        delays
        for taps in range(1, _MOST_TAPS + 1)
        for stride in _STRIDES
        for order in range(1, _HIGHEST_ORDER + 1)
        if (delays := Delays(taps, stride, order)).is_sound and delays.fits(problem)
    ]
    if not possible:
        return None
    # The more variables there are, the less has to be seen in their past.
    taps = np.array([delays.n_taps for delays in possible])
    weights = taps ** (1 / problem.n_variables - 1) / np.bincount(taps)[taps]
    return possible[int(rng.choice(len(possible), p=weights / weights.sum()))]


def _between(share: float, low: float, high: float) -> float:
    """Return the value at a share of the way from low to high, in logarithms."""
    return float(low * (high / low) ** share)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
