"""Seasons are found by kind: generated series of each calendar, over many seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit import AutoESN
from esnkit.datasets import load_sunspots
from esnkit.forecasting.classical import NaiveForecaster
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster, joint_course
from esnkit.forecasting.seasonality import calendar_seasons, find_seasons
from esnkit.forecasting.series import read_series

SEEDS = range(100, 120)
# Frequency of the dates, seasons, steps.
KINDS = [
    ("MS", (12,), 48),
    ("MS", (12,), 112),
    ("QS", (4,), 32),
    ("W", (52,), 104),
    ("W", (52,), 150),
    ("h", (24,), 100),
    ("h", (24, 168), 400),
    ("30min", (48, 336), 1000),
    ("D", (7,), 60),
    ("D", (7, 365), 1000),
    ("min", (60, 1440), 4000),
]


def seasonal(seasons, n_steps, rng, noise=0.5):
    """The sum of courses drawn at random, a trend and noise."""
    courses = sum(np.resize(rng.normal(size=season), n_steps) for season in seasons)
    return 20 + 0.01 * np.arange(n_steps) + courses + noise * rng.normal(size=n_steps)


def dated(y, freq):
    return pd.Series(y, index=pd.date_range("2015-01-01", periods=len(y), freq=freq))


@pytest.mark.parametrize(("freq", "seasons", "n_steps"), KINDS)
def test_the_seasons_of_each_calendar_are_found(freq, seasons, n_steps):
    drawn = (seasonal(seasons, n_steps, np.random.default_rng(seed)) for seed in SEEDS)
    found = [find_seasons(read_series(dated(y, freq))) for y in drawn]
    assert found.count(seasons) >= 0.85 * len(found)


@pytest.mark.parametrize("season", [4, 7, 12, 24, 30, 52])
def test_seasons_are_found_without_dates(season):
    drawn = (seasonal((season,), 6 * season + 20, np.random.default_rng(seed)) for seed in SEEDS)
    found = [find_seasons(read_series(y)) for y in drawn]
    assert found.count((season,)) >= 0.8 * len(found)


@pytest.mark.parametrize("freq", ["MS", "QS", "D", "W", "h", None])
@pytest.mark.parametrize("remembers", [0.0, 1.0])
def test_noise_and_random_walks_seldom_have_seasons(freq, remembers):
    found = []
    for seed in SEEDS:
        y = np.random.default_rng(seed).normal(size=150)
        y = y.cumsum() if remembers else y
        found.append(find_seasons(read_series(dated(y, freq) if freq else y)))
    assert found.count(()) >= 0.7 * len(found)


def test_a_day_is_never_taken_for_two():
    for seed in SEEDS:
        y = seasonal((24, 168), 500, np.random.default_rng(seed), noise=1.0)
        assert not {23, 25, 48} & set(find_seasons(read_series(dated(y, "h"))))


@pytest.mark.parametrize(
    ("freq", "expected"),
    [("YS", ()), ("QS", (4,)), ("MS", (12,)), ("W", (52,)), ("B", (5, 261)), ("D", (7, 365))],
)
def test_a_calendar_suggests_its_seasons(freq, expected):
    index = pd.date_range("2010-01-01", periods=600 if freq in "BD" else 60, freq=freq)
    assert calendar_seasons(index) == expected
    assert calendar_seasons(pd.RangeIndex(10)) == calendar_seasons(None) == ()


def test_centuries_suggest_seasons():
    months = pd.date_range("1600-01-01", periods=5000, freq="MS", unit="s")
    assert calendar_seasons(months) == (12,)
    assert find_seasons(read_series(load_sunspots())) in ((10,), (11,))


def test_periods_suggest_seasons_as_dates_do():
    assert calendar_seasons(pd.period_range("2010-01", periods=40, freq="M")) == (12,)


def test_the_seasons_given_are_taken():
    data = read_series(np.random.default_rng(0).normal(size=40))
    assert find_seasons(data, 7) == (7,)
    assert find_seasons(data, [20, 5]) == (5, 20)


@pytest.mark.parametrize(
    ("given", "message"),
    [(21, "at most 20 is possible"), (1, "season_length == 1, must be >= 2"), ((), "must hold")],
)
def test_seasons_that_cannot_be_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        find_seasons(read_series(np.arange(40.0)), given)
    with pytest.raises(ValueError, match=message):
        AutoESN(season_length=given).fit(np.sin(np.arange(40.0)))


def test_two_seasons_are_told_apart():
    rng = np.random.default_rng(0)
    day, week = rng.normal(size=24), np.repeat(rng.normal(size=7), 24)
    y = np.resize(day, 840) + np.resize(week, 840)
    course = joint_course(y[:, np.newaxis], (24, 168))
    expected = np.resize(day, 168) + week
    np.testing.assert_allclose(course[:, 0], expected - expected.mean(), atol=1e-6)


@pytest.mark.parametrize("seasons", [(24, 168), (5, 7)])
def test_two_seasons_go_on(seasons):
    y = seasonal(seasons, 1000, np.random.default_rng(1), noise=0.0) - 0.01 * np.arange(1000)
    inner = NaiveForecaster("mean")
    forecast = SeasonallyAdjustedForecaster(inner, season=seasons).fit(y[:800]).forecast(200)
    np.testing.assert_allclose(forecast, y[800:], atol=0.05)


@pytest.mark.parametrize(("freq", "season", "n_steps"), [("MS", 12, 48), ("QS", 4, 32)])
def test_few_seasons_are_used(freq, season, n_steps):
    """Two cycles before the first origin suffice, and what is printed is what was used."""
    own, naive = [], []
    for seed in range(100, 103):
        rng = np.random.default_rng(seed)
        y = 100 + np.resize(10 * rng.normal(size=season), n_steps + season)
        y += rng.normal(size=len(y))
        fitted = AutoESN(n_candidates=4, random_state=0).fit(dated(y[:n_steps], freq))
        own.append(fitted.forecast(season).to_numpy() - y[n_steps:])
        naive.append(y[n_steps - season : n_steps] - y[n_steps:])
        assert fitted.seasons_ == (season,)
        assert f"season: {season} steps" in fitted.summary()
        assert (fitted.search_.season == season).any()
    assert np.std(own) < 1.2 * np.std(naive)
