"""What AutoESN once did to plain series, each folly with its whole kind."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from esnkit import AutoESN, Forecaster, SeasonalNaive
from esnkit.forecasting.auto.candidates import (
    NVARConfig,
    Preprocessing,
    SeriesTraits,
    draw,
    linear,
)
from esnkit.forecasting.auto.evaluation import plan_origins
from esnkit.readouts.ridge_statistics import RidgeStatistics


def quick(**options):
    return AutoESN(**{"n_candidates": 6, "random_state": 0} | options)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_sparse_demand_is_forecast_hardly_worse_than_by_its_mean(share):
    own, mean = [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        y = (rng.random(120) < share) * (1.0 + rng.poisson(3, size=120))
        forecast = quick().fit(y[:100]).forecast(20)
        own.append(np.square(forecast - y[100:]).mean())
        mean.append(np.square(y[:100].mean() - y[100:]).mean())
    assert np.sqrt(np.mean(own)) < 1.15 * np.sqrt(np.mean(mean))


def test_few_counts_are_forecast_hardly_worse_than_by_their_mean():
    own, mean = [], []
    for seed in range(6):
        y = np.random.default_rng(seed).poisson(0.7, size=57).astype(float)
        forecast = quick().fit(y[:45]).forecast(12)
        own.append(np.square(forecast - y[45:]).mean())
        mean.append(np.square(y[:45].mean() - y[45:]).mean())
    assert np.sqrt(np.mean(own)) < 1.15 * np.sqrt(np.mean(mean))


@pytest.mark.parametrize("seed", range(3))
def test_short_growing_series_do_not_blow_up(seed):
    """By logarithms and products, they once did; the worst over seeds counts."""
    rng = np.random.default_rng(seed)
    n_steps = 34 + 6 * seed
    season = np.resize(rng.normal(scale=0.2, size=4), n_steps + 8)
    y = 50 * np.exp(0.03 * np.arange(n_steps + 8) + season + 0.05 * rng.normal(size=n_steps + 8))
    past = pd.Series(y[:-8], index=pd.date_range("2010-01-01", periods=n_steps, freq="QS"))
    naive = np.abs(SeasonalNaive(4).fit(past).forecast(8) - y[-8:]).mean()
    errors = [
        np.abs(quick(random_state=k).fit(past).forecast(8).to_numpy() - y[-8:]).mean()
        for k in range(3)
    ]
    assert max(errors) < 2 * naive


@pytest.mark.parametrize("season", [1, 4, 12])
@pytest.mark.parametrize("n_steps", [40, 72, 150, 290])
def test_validation_looks_no_further_than_two_seasons_of_short_series(season, n_steps):
    seasons = (season,) if season > 1 else ()
    plan = plan_origins(n_steps, None, seasons)
    assert plan.horizon <= max(2 * season, n_steps // 10, 12)
    assert plan_origins(n_steps, 3, seasons).horizon == 3


def test_a_jump_of_late_widens_the_interval():
    y = np.repeat([5.0, 9.0], [95, 5])
    lower, upper = quick().fit(y).predict_interval(6)
    assert (upper - lower > 0.5).all()


@pytest.fixture(scope="module", params=[3, 14, 29, 31, 60])
def walk(request):
    """A number of steps, and what was fitted to a random walk of them."""
    y = np.random.default_rng(request.param).normal(size=request.param).cumsum()
    return request.param, quick(n_candidates=4).fit(y)


@pytest.mark.parametrize("horizon", [1, 6, 20])
def test_whatever_is_forecast_has_an_interval(walk, horizon):
    n_steps, one = walk
    if n_steps < 18:
        with pytest.warns(UserWarning, match="changes from step to step"):
            lower, upper = one.predict_interval(horizon)
    else:
        lower, upper = one.predict_interval(horizon)
    assert (lower < upper).all()
    assert lower.shape == (horizon,)


@pytest.mark.parametrize("n_inputs", [5, 200])
def test_many_known_inputs_take_little_memory(n_inputs):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(410, n_inputs))
    y = X[:, 0] + 0.1 * rng.normal(size=410)
    tracemalloc.start()
    try:
        forecast = quick(n_candidates=4).fit(y[:400], X[:400]).forecast(10, X[400:])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 500e6
    assert np.abs(forecast - y[400:]).mean() < 0.5  # of which the input makes 0.8


@pytest.mark.parametrize("n_inputs", [1, 5, 50, 200])
def test_any_number_of_known_inputs_costs_a_bounded_number_of_products(n_inputs, monkeypatch):
    """Products of variables and inputs were counted without the inputs, and took gigabytes."""
    sizes: list[tuple[int, int]] = []
    update = RidgeStatistics.update

    def counted(self, features, *others):
        sizes.append(features.shape)
        return update(self, features, *others)

    monkeypatch.setattr(RidgeStatistics, "update", counted)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, n_inputs)), rng.normal(size=150)
    quick(n_members=2).fit(y, X)
    assert max(width for _, width in sizes) <= 151 + n_inputs
    assert sum(rows * width**2 for rows, width in sizes) < 5e8


@pytest.mark.parametrize("n_inputs", [0, 1, 5, 50, 200])
@pytest.mark.parametrize(("n_variables", "n_steps"), [(1, 40), (2, 400), (1, 2950), (200, 20_000)])
def test_no_candidate_has_more_features_than_are_counted(n_variables, n_steps, n_inputs):
    traits = SeriesTraits(n_steps, n_variables, n_inputs, 20.0, (12,), True, False, False)
    rng = np.random.default_rng(0)
    tried = draw(30, traits, rng, [Preprocessing()]) + linear(traits)
    tried += [c.varied(rng, traits, set(tried)) for c in tried]
    for memory in (candidate.memory for candidate in tried):
        if isinstance(memory, NVARConfig):
            assert memory.n_features(n_variables + n_inputs) <= max(n_steps // 3, 1)
            assert memory.n_features(n_variables + n_inputs) <= 250
        else:
            assert memory.n_units <= 1.35 * max(20, min(300, n_steps / 2))


def test_the_naive_forecast_suits_the_series():
    """A mean leaves a random walk by a jump, and the last value of noise is as good as any."""
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(size=90)
        for y, said in ((noise, "the mean"), (noise.cumsum(), "the last")):
            assert f"times that of {said}" in quick(n_candidates=4).fit(y).summary()


def test_known_inputs_count_as_much_as_in_a_forecaster():
    """Members that do not see them once diluted them."""
    own, plain = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(300, 1))
        y = np.r_[0.0, x[1:, 0] + x[:-1, 0]] + 0.1 * rng.normal(size=300)
        for errors, one in ((own, quick()), (plain, Forecaster(random_state=0))):
            forecast = one.fit(y[:270], x[:270]).forecast(30, x[270:])
            errors.append(np.abs(forecast - y[270:]).mean())
    assert np.mean(own) < np.mean(plain)


@pytest.mark.parametrize("seed", range(2))
def test_a_day_and_a_week_are_forecast_better_than_by_either(seed):
    rng = np.random.default_rng(seed)
    t = np.arange(24 * 22)
    day, week = 5 * rng.normal(size=24).cumsum(), 8 * rng.normal(size=7).repeat(24)
    y = 100 + day[t % 24] + week[t % 168] + 3 * rng.normal(size=len(t))
    hours = pd.Series(y, index=pd.date_range("2024-01-01", periods=len(y), freq="h"))
    fitted = quick().fit(hours[:-48])
    error = np.abs(fitted.forecast(48) - hours[-48:]).mean()
    assert fitted.seasons_ == (24, 168)
    for season in fitted.seasons_:
        repeated = SeasonalNaive(season).fit(hours[:-48]).forecast(48)
        assert error < np.abs(repeated - hours[-48:]).mean()


@pytest.mark.parametrize("n_steps", [104, 108, 150])
def test_two_or_three_years_of_weeks_have_their_season(n_steps):
    """Of two years nothing can be validated behind two whole seasons."""
    own, naive = [], []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        t = np.arange(n_steps + 13)
        y = 100 + 10 * np.sin(2 * np.pi * t / 52 + seed) + 4 * rng.normal(size=len(t))
        weeks = pd.Series(y, index=pd.date_range("2020-01-05", periods=len(y), freq="W"))
        fitted = quick().fit(weeks[:n_steps])
        own.append(np.abs(fitted.forecast(13) - weeks[n_steps:]).mean())
        repeated = SeasonalNaive(52).fit(weeks[:n_steps]).forecast(13)
        naive.append(np.abs(repeated - weeks[n_steps:]).mean())
        assert fitted.seasons_ == (52,)
    assert np.mean(own) < 1.1 * np.mean(naive)
