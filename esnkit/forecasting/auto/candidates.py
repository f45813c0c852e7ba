"""Settings that a search tries: what they are and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from math import comb
from typing import Any

import numpy as np

from esnkit.core.sequences import default_washout
from esnkit.core.typing import FloatArray
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.classical import (
    ClassicalForecaster,
    ExponentialSmoothing,
    NaiveForecaster,
    SeasonalNaive,
)
from esnkit.forecasting.forecaster import Forecaster
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.memories.nvar import NVAR
from esnkit.memories.reservoir import Reservoir
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout
from esnkit.search.space import even_points
from esnkit.topology import random

_SMALLEST, _LARGEST = 20, 300  # units
_CONNECTIVITY = 10
_VARIATION = 0.3  # of the logarithm of a setting
# How often a series is taken as it is and with its differences, the rest being shared evenly.
_UNDIFFERENCED = 0.4
_DELAYS = 0.3  # how often a memory is made of delays and their products
_LOGS = 0.5  # how often logarithms are taken of a series that has any
_N_DIMENSIONS = 9  # of the cube that settings are drawn from
_MOST_TAPS, _HIGHEST_ORDER = 12, 9
_STRIDES = (1, 2, 4, 8)
_MOST_MONOMIALS = 250


@dataclass(frozen=True)
class SeriesTraits:
    """What a search has to know of the series."""

    n_steps: int  # that a candidate is fitted to
    n_variables: int
    seasons: tuple[int, ...]  # in steps, the shortest first; () for none
    growing: bool  # positive, and logarithms make a difference

    def bears(self, view: Preprocessing) -> bool:
        """Tell whether differences leave a model enough to learn from."""
        return 3 * max(view.differences, default=1) <= self.n_steps


@dataclass(frozen=True)
class Preprocessing:
    """How a series is looked at."""

    differences: tuple[int, ...] = ()
    season: int | tuple[int, ...] | None = None  # whose course is taken away, or several seasons
    log: bool = False


@dataclass(frozen=True)
class ReservoirConfig:
    """A reservoir."""

    n_units: int
    spectral_radius: float
    leak_rate: float
    input_scaling: float
    bias_scaling: float
    squared_states: bool

    def model(self, washout: int) -> ESNRegressor:
        """Make the model, unfitted, without a readout."""
        reservoir = Reservoir(
            self.n_units,
            spectral_radius=self.spectral_radius,
            leak_rate=self.leak_rate,
            input_scaling=self.input_scaling,
            bias_scaling=self.bias_scaling,
            topology=random_by_circular_law,
        )
        return ESNRegressor(reservoir, washout=washout, squared_states=self.squared_states)

    def varied(self, rng: np.random.Generator) -> ReservoirConfig:
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
class NVARConfig:
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

    def fits(self, problem: SeriesTraits) -> bool:
        """Tell whether there are enough steps for so many monomials."""
        most = min(_MOST_MONOMIALS, problem.n_steps // 3)
        return self.n_features(problem.n_variables) <= most and self.reach <= problem.n_steps // 8

    def model(self, washout: int) -> ESNRegressor:
        """Make the model, unfitted, without a readout."""
        memory = NVAR(self.n_taps, stride=self.stride, order=self.order)
        return ESNRegressor(memory, washout=max(washout, self.reach), include_input=False)

    def neighbours(self, problem: SeriesTraits) -> list[NVARConfig]:
        """Return what differs by a step in one setting, or in two."""
        near = [
            NVARConfig(self.n_taps + taps, self.stride + stride, self.order + order)
            for taps in (-1, 0, 1, 2)
            for stride in (-1, 0, 1)
            for order in (-1, 0, 1)
        ]
        return [d for d in near if d != self and d.is_sound and d.fits(problem)]


@dataclass(frozen=True)
class Smoothing:
    """Exponential smoothing, with a trend that fades or none."""

    drift: bool

    def forecaster(self, view: Preprocessing) -> ClassicalForecaster:
        """Make the forecaster, unfitted."""
        return ExponentialSmoothing("damped" if self.drift else None)


@dataclass(frozen=True)
class Naive:
    """The mean of the series, or the last value or season of which it takes differences."""

    drift: bool

    def forecaster(self, view: Preprocessing) -> ClassicalForecaster:
        """Make the forecaster, unfitted."""
        if not view.differences:
            return NaiveForecaster("mean")
        (lag,) = view.differences
        if lag > 1:
            return SeasonalNaive(lag, drift=self.drift)
        return NaiveForecaster("drift" if self.drift else "last")


@dataclass(frozen=True)
class Candidate:
    """Everything about a forecaster but its penalty."""

    memory: ReservoirConfig | NVARConfig | Smoothing | Naive
    view: Preprocessing
    seed: int = 0

    @property
    def naive(self) -> bool:
        """Whether it is a mean, or the last value or season, maybe with a drift."""
        return isinstance(self.memory, Naive)

    @property
    def drifts(self) -> bool:
        """Whether it is classical, and has the mean change of the past go on."""
        return isinstance(self.memory, Smoothing | Naive) and self.memory.drift

    @property
    def simple(self) -> bool:
        """Whether it is a classical forecast, which is always tried and never varied."""
        return isinstance(self.memory, Smoothing | Naive)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name, those of the memory among the others."""
        kind = {"memory": _KINDS[type(self.memory)]}
        return kind | asdict(self.memory) | asdict(self.view) | {"naive": self.naive}

    def forecaster(self, penalty: float, lengths: Sequence[int]) -> SeasonallyAdjustedForecaster:
        """Make the forecaster, unfitted, for series of these lengths.

        The penalty is for each row that the readout is fitted to, so it serves any length.
        """
        view = self.view
        inner: BaseForecaster
        if isinstance(self.memory, Smoothing | Naive):
            inner = self.memory.forecaster(view)
        else:
            lost = sum(view.differences) + 1
            model = self.memory.model(default_washout(min(lengths) - lost))
            n_rows = sum(lengths) - len(lengths) * (lost + model.washout)
            model.readout = RidgeReadout(penalty * max(n_rows, 1), solver="qr")
            inner = Forecaster(model, differences=view.differences, random_state=self.seed)
        return SeasonallyAdjustedForecaster(inner, log=view.log, season=view.season)

    def varied(self, rng: np.random.Generator, problem: SeriesTraits, tried: set[Any]) -> Candidate:
        """Return a candidate nearby, with another seed, that was not tried yet."""
        seed = _seed(rng)
        if isinstance(self.memory, ReservoirConfig):
            return replace(self, memory=self.memory.varied(rng), seed=seed)
        assert isinstance(self.memory, NVARConfig)
        near = [replace(self, memory=d, seed=0) for d in self.memory.neighbours(problem)]
        new = [candidate for candidate in near if candidate not in tried]
        if not new:
            return replace(self, memory=_units(rng.random(_N_DIMENSIONS), problem), seed=seed)
        return new[int(rng.integers(len(new)))]


_KINDS = {
    ReservoirConfig: "reservoir",
    NVARConfig: "delays",
    Smoothing: "smoothing",
    Naive: "naive",
}


def random_by_circular_law(n_units: int, rng: np.random.Generator) -> tuple[Any, float]:
    """Draw a random matrix, and take its spectral radius from the circular law.

    That is right within some per cent, which is enough for a search, and spares the eigenvalues.
    """
    W, _ = random(n_units, rng, connectivity=_CONNECTIVITY)
    return W, float(np.sqrt(np.square(W.data).sum() / n_units))


def simple(problem: SeriesTraits) -> list[Candidate]:
    """Return the classical forecasts: naive ones, the simplest first, and exponential smoothing."""
    naive = [
        Candidate(Naive(drift), view)
        for view in _views(problem.seasons)
        for drift in ((False, True) if view.differences else (False,))
    ]
    view = Preprocessing((1,), _joint(problem.seasons))
    return naive + [Candidate(Smoothing(drift), view) for drift in (False, True)]


def familiar(
    views: Sequence[Preprocessing], problem: SeriesTraits, rng: np.random.Generator
) -> list[Candidate]:
    """Return what most would try first: the default reservoir, and a few values' products."""
    reservoir = ReservoirConfig(min(200, _most_units(problem)), 0.9, 0.5, 1.0, 0.2, False)
    products = NVARConfig(2, 1, 2)
    views = [view for view in views if problem.bears(view)]
    found = [Candidate(reservoir, view, _seed(rng)) for view in views]
    return found + [Candidate(products, view) for view in views if products.fits(problem)]


def draw(
    n_candidates: int,
    problem: SeriesTraits,
    rng: np.random.Generator,
    views: Sequence[Preprocessing] = (),
) -> list[Candidate]:
    """Draw candidates evenly from all settings, by a Sobol sequence that is shifted at random.

    They look at the series by given views in turn, if there are any.
    """
    points = islice(even_points(_N_DIMENSIONS, rng), n_candidates)
    drawn = [_at(point, problem, rng) for point in points]
    if not views:
        return drawn
    return [replace(c, view=views[i % len(views)]) for i, c in enumerate(drawn)]


def _views(seasons: tuple[int, ...]) -> list[Preprocessing]:
    """Return the ways to look at a series, the simplest first."""
    plain = [Preprocessing(), Preprocessing((1,))]
    if not seasons:
        return plain
    joint = _joint(seasons)
    return [
        *plain,
        *(Preprocessing((season,)) for season in seasons),
        Preprocessing((), joint),
        Preprocessing((1,), joint),
    ]


def _joint(seasons: tuple[int, ...]) -> int | tuple[int, ...] | None:
    """Return the seasons whose courses are taken away together."""
    return seasons if len(seasons) > 1 else next(iter(seasons), None)


def _at(point: FloatArray, problem: SeriesTraits, rng: np.random.Generator) -> Candidate:
    """Turn a point of the unit cube into settings."""
    views = _views(problem.seasons)
    views += [Preprocessing((season, 1)) for season in problem.seasons]
    views = [view for view in views if problem.bears(view)]
    share = (point[6] - _UNDIFFERENCED) / (1 - _UNDIFFERENCED)
    view = views[0 if share < 0 else 1 + int(share * (len(views) - 1))]
    view = replace(view, log=bool(problem.growing and point[8] < _LOGS))
    memory = _delays(problem, rng) if point[7] < _DELAYS else None
    if memory is not None:
        return Candidate(memory, view)
    return Candidate(_units(point, problem), view, _seed(rng))


def _units(point: FloatArray, problem: SeriesTraits) -> ReservoirConfig:
    """Place a reservoir."""
    smallest = float(np.clip(problem.n_steps / 10, _SMALLEST, _LARGEST / 5))
    return ReservoirConfig(
        n_units=round(_between(point[0], smallest, _most_units(problem))),
        spectral_radius=float(0.1 + 1.2 * point[1]),
        leak_rate=_between(point[2], 0.1, 1.0),
        input_scaling=_between(point[3], 0.02, 2.0),
        bias_scaling=_between(point[4], 0.05, 1.0),
        squared_states=bool(point[5] < 0.5),
    )


def _most_units(problem: SeriesTraits) -> int:
    """Return how large a reservoir the series can bear."""
    return int(np.clip(problem.n_steps // 2, _SMALLEST, _LARGEST))


def _delays(problem: SeriesTraits, rng: np.random.Generator) -> NVARConfig | None:
    """Draw delays with as many products as the series can bear, or None."""
    possible = [
        delays
        for taps in range(1, _MOST_TAPS + 1)
        for stride in _STRIDES
        for order in range(1, _HIGHEST_ORDER + 1)
        if (delays := NVARConfig(taps, stride, order)).is_sound and delays.fits(problem)
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
