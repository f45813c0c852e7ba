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
from esnkit.forecasting.analogues import AnalogueForecaster
from esnkit.forecasting.autoregression import AutoregressiveForecaster
from esnkit.forecasting.base import BaseForecaster
from esnkit.forecasting.classical import (
    ClassicalForecaster,
    ExponentialSmoothing,
    NaiveForecaster,
    SeasonalNaive,
)
from esnkit.forecasting.forecaster import Forecaster
from esnkit.forecasting.intermittent import IntermittentForecaster
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.forecasting.seasonality import lagged_products, without_line
from esnkit.forecasting.series import SeriesSet
from esnkit.forecasting.theta import ThetaForecaster
from esnkit.memories.nvar import NVAR
from esnkit.memories.reservoir import Reservoir
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout
from esnkit.search.space import even_points
from esnkit.topology import random

_SMALLEST, _LARGEST = 20, 300  # units
_CONNECTIVITY = 10
_VARIATION = 0.3  # of the logarithm of a setting
_DELAYS = 0.3  # how often a memory is made of delays and their products
_N_DIMENSIONS = 7  # of the cube that settings are drawn from
_MOST_TAPS, _HIGHEST_ORDER = 12, 9
_STRIDES = (1, 2, 4, 8)
_MOST_MONOMIALS = 250
_MOST_REGRESSED = 8  # variables, each of which is regressed by itself
_LONGEST_SEASON = 30  # steps, that an autoregression looks back for
_LONG = 10_000  # steps at the end of a series that tell its pace
_GREAT_RATIO = 2.0  # of a positive series' extremes, beyond which logarithms are worth a try
_OFTEN = 0.3  # share of zeros in a series of sparse demand
_USUAL_PACE, _QUICKEST = 25.0, 4.0  # pace for which leak rates are drawn, and most they rise


@dataclass(frozen=True)
class SeriesTraits:
    """What a search has to know of the series."""

    n_steps: int  # that a candidate is fitted to
    n_variables: int
    n_inputs: int  # that are known
    pace: float  # steps until the series forgets where it was
    seasons: tuple[int, ...]  # in steps, the shortest first; () for none
    positive: bool
    growing: bool  # positive, and logarithms make a difference
    sparse: bool  # never negative, and often zero

    @classmethod
    def of(
        cls,
        seen: SeriesSet,
        whole: SeriesSet,
        inputs: list[FloatArray] | None,
        n_steps: int,
        seasons: tuple[int, ...],
    ) -> SeriesTraits:
        """Look at what a search sees of series, of which so many steps are fitted.

        Of what it does not see it only has to know whether logarithms can be taken of everything.
        """
        values = [member.values for member in seen.members]
        lowest = min(float(member.values.min()) for member in whole.members)
        return cls(
            n_steps,
            seen.n_variables,
            0 if inputs is None else inputs[0].shape[1],
            float(np.median([_pace(column) for v in values for column in v.T])),
            tuple(season for season in seasons if 2 * season <= n_steps),
            positive=lowest > 0,
            growing=lowest > 0
            and all((v.min(axis=0) * _GREAT_RATIO < v.max(axis=0)).all() for v in values),
            sparse=lowest == 0 and all(v.min() == 0 and (v == 0).mean() > _OFTEN for v in values),
        )

    def bears(self, view: Preprocessing) -> bool:
        """Tell whether differences leave a model enough to learn from."""
        return 3 * max(view.differences, default=1) <= self.n_steps


def _pace(values: FloatArray) -> float:
    """Return the steps after which the autocorrelation of a series first falls to zero."""
    return max(1.0, float(np.argmax(lagged_products(without_line(values[-_LONG:])) <= 0)))


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

    def n_features(self, width: int) -> int:
        """Count the monomials of so many variables and known inputs."""
        return comb(self.n_taps * width + self.order, self.order) - 1

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
        width = problem.n_variables + problem.n_inputs
        return self.n_features(width) <= most and self.reach <= problem.n_steps // 8

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
class Statistical:
    """A classical forecast that is fitted: of the level, the trend and perhaps the season."""

    method: str  # "smoothing", "theta", "demand", "regression" or "analogues"
    drift: bool = False  # whether there is a trend, which fades
    season_length: int | None = None  # of what the method itself holds for a season
    seasonal: str | None = None  # "additive" or "multiplicative"

    def forecaster(self, view: Preprocessing) -> ClassicalForecaster:
        """Make the forecaster, unfitted."""
        if self.method == "theta":
            return ThetaForecaster()
        if self.method == "demand":
            return IntermittentForecaster()
        if self.method == "analogues":
            return AnalogueForecaster()
        if self.method == "regression":
            return AutoregressiveForecaster(season_length=self.season_length)
        return ExponentialSmoothing(
            "damped" if self.drift else None,
            season_length=self.season_length,
            seasonal=self.seasonal or "additive",
        )

    @property
    def fewest(self) -> int:
        """The fewest steps that it can be fitted to."""
        return self.forecaster(Preprocessing())._fewest


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

    memory: ReservoirConfig | NVARConfig | Statistical | Naive
    view: Preprocessing
    seed: int = 0

    @property
    def naive(self) -> bool:
        """Whether it is a mean, or the last value or season, maybe with a drift."""
        return isinstance(self.memory, Naive)

    @property
    def drifts(self) -> bool:
        """Whether it is classical, and has the mean change of the past go on."""
        return isinstance(self.memory, Statistical | Naive) and self.memory.drift

    @property
    def simple(self) -> bool:
        """Whether it is a classical forecast, which is always tried and never varied."""
        return isinstance(self.memory, Statistical | Naive)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name, those of the memory among the others."""
        memory = asdict(self.memory)
        kind = {"memory": memory.pop("method", None) or _KINDS[type(self.memory)]}
        return kind | memory | asdict(self.view) | {"naive": self.naive}

    def forecaster(self, penalty: float, lengths: Sequence[int]) -> SeasonallyAdjustedForecaster:
        """Make the forecaster, unfitted, for series of these lengths.

        The penalty is for each row that the readout is fitted to, so it serves any length.
        """
        view = self.view
        inner: BaseForecaster
        if isinstance(self.memory, Statistical | Naive):
            inner = self.memory.forecaster(view)
        else:
            model = self.model(min(lengths))
            n_lost = sum(view.differences) + 1 + model.washout
            n_rows = sum(lengths) - len(lengths) * n_lost
            model.readout = RidgeReadout(penalty * max(n_rows, 1), solver="qr")
            inner = Forecaster(model, differences=view.differences, random_state=self.seed)
        return SeasonallyAdjustedForecaster(inner, log=view.log, season=view.season)

    def model(self, n_steps: int) -> ESNRegressor:
        """Make the model of a candidate that has one, for series of so many steps at least."""
        assert isinstance(self.memory, ReservoirConfig | NVARConfig)
        return self.memory.model(default_washout(n_steps - sum(self.view.differences) - 1))

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
    return naive + [Candidate(memory, view) for memory, view in _statistical(problem)]


def _statistical(problem: SeriesTraits) -> list[tuple[Statistical, Preprocessing]]:
    """Return the classical forecasts that are fitted, and how they see the series."""
    adjusted = Preprocessing((1,), _joint(problem.seasons))
    logs = [False, True] if problem.growing else [False]
    found = [(Statistical("smoothing", drift), adjusted) for drift in (False, True)]
    found += [(Statistical("theta"), replace(adjusted, log=log)) for log in logs]
    seasonal = ["additive", "multiplicative"] if problem.positive else ["additive"]
    found += [
        (Statistical("smoothing", drift, season, kind), Preprocessing())
        for season in problem.seasons[:1]
        for kind in seasonal
        for drift in (False, True)
    ]
    around = [(), *([problem.seasons] if problem.seasons else [])]
    found += [(Statistical("analogues"), Preprocessing((), _joint(s))) for s in around]
    if problem.sparse:
        found.append((Statistical("demand"), Preprocessing()))
    return found + [
        (regression, view)
        for regression, view in _regressions(problem)
        if regression.fewest <= problem.n_steps
    ]


def _regressions(problem: SeriesTraits) -> list[tuple[Statistical, Preprocessing]]:
    """Return autoregressions: with the last season's value, about its course, and without both."""
    if problem.n_variables > _MOST_REGRESSED and not problem.n_inputs:
        return []
    with_season = [Statistical("regression", season_length=s) for s in problem.seasons[:1]]
    views = dict.fromkeys([Preprocessing(), Preprocessing((), _joint(problem.seasons))])
    return [
        *((regression, Preprocessing()) for regression in with_season),
        *((Statistical("regression"), view) for view in views),
    ]


def linear(problem: SeriesTraits) -> list[Candidate]:
    """Return autoregressions, one for each way to look at the series."""
    views = _views(problem.seasons)
    views += [Preprocessing((season, 1)) for season in problem.seasons]
    if problem.growing:
        views += [replace(view, log=True) for view in views]
    found = []
    for view in views:
        if not problem.bears(view):
            continue
        n_taps = _most_taps(replace(problem, n_steps=problem.n_steps - sum(view.differences)))
        if n_taps:
            found.append(Candidate(NVARConfig(n_taps, 1, 1), view))
    return found


def familiar(
    views: Sequence[Preprocessing], problem: SeriesTraits, rng: np.random.Generator
) -> list[Candidate]:
    """Return what most would try first: the default reservoir, and a few values' products."""
    reservoir = ReservoirConfig(min(200, _most_units(problem)), 0.9, 0.5, 1.0, 0.2, False)
    products = NVARConfig(2, 1, 2)
    found = [Candidate(reservoir, views[0], _seed(rng))]
    return found + [Candidate(products, view) for view in views[:1] if products.fits(problem)]


def draw(
    n_candidates: int,
    problem: SeriesTraits,
    rng: np.random.Generator,
    views: Sequence[Preprocessing],
) -> list[Candidate]:
    """Draw candidates evenly from all settings, by a Sobol sequence that is shifted at random.

    They look at the series by given views in turn.
    """
    points = islice(even_points(_N_DIMENSIONS, rng), n_candidates)
    return [_at(point, views[i % len(views)], problem, rng) for i, point in enumerate(points)]


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


def _at(
    point: FloatArray, view: Preprocessing, problem: SeriesTraits, rng: np.random.Generator
) -> Candidate:
    """Turn a point of the unit cube into settings."""
    memory = _delays(problem, rng) if point[6] < _DELAYS else None
    if memory is not None:
        return Candidate(memory, view)
    return Candidate(_units(point, problem), view, _seed(rng))


def _units(point: FloatArray, problem: SeriesTraits) -> ReservoirConfig:
    """Place a reservoir."""
    most = _most_units(problem)
    smallest = min(most, float(np.clip(problem.n_steps / 7, _SMALLEST, _LARGEST / 3)))
    slowness = min(_USUAL_PACE / problem.pace, _QUICKEST)
    return ReservoirConfig(
        n_units=round(_between(point[0], smallest, most)),
        spectral_radius=float(0.05 + 0.95 * point[1]),
        leak_rate=min(1.0, slowness * _between(point[2], 0.06, 0.7)),
        input_scaling=_between(point[3], 0.04, 1.5),
        bias_scaling=_between(point[4], 0.06, 1.5),
        squared_states=bool(point[5] < 0.5),
    )


def _most_units(problem: SeriesTraits) -> int:
    """Return how large a reservoir the series can bear, and known inputs leave time for."""
    return int(np.clip(problem.n_steps // 2, _SMALLEST, _LARGEST / (1 + problem.n_inputs / 50)))


def _most_taps(problem: SeriesTraits) -> int:
    """Return how many past values an autoregression looks at, 0 if there is no room for any."""
    wanted = max([_MOST_TAPS, *(s + 1 for s in problem.seasons if s <= _LONGEST_SEASON)])
    width = problem.n_variables + problem.n_inputs
    return min(wanted, problem.n_steps // 8, min(_MOST_MONOMIALS, problem.n_steps // 3) // width)


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
