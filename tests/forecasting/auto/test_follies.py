"""What AutoESN once did to plain series, each folly with its whole kind."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from esnkit import AutoESN, SeasonalNaive
from esnkit.forecasting.auto.evaluation import plan_origins


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


@pytest.mark.parametrize("horizon", [1, 6, 20])
@pytest.mark.parametrize("n_steps", [3, 14, 29, 31, 60])
def test_whatever_is_forecast_has_an_interval(n_steps, horizon):
    y = np.random.default_rng(n_steps).normal(size=n_steps).cumsum()
    one = quick(n_candidates=4).fit(y)
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
