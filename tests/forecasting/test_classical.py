"""The classical forecasts against closed forms, a naive twin, and statsmodels where it is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from esnkit.forecasting.classical import ExponentialSmoothing, NaiveForecaster, SeasonalNaive

NOISE = np.random.default_rng(0).normal(size=60)
KINDS = [
    NaiveForecaster(),
    NaiveForecaster("mean"),
    NaiveForecaster("drift"),
    SeasonalNaive(7),
    SeasonalNaive(7, drift=True),
    ExponentialSmoothing(),
    ExponentialSmoothing("damped"),
    ExponentialSmoothing("additive", season_length=7),
]


def test_naive_forecasts_are_closed_forms():
    np.testing.assert_array_equal(NaiveForecaster().fit(NOISE).forecast(3), NOISE[[-1, -1, -1]])
    np.testing.assert_allclose(NaiveForecaster("mean").fit(NOISE).forecast(2), NOISE.mean())
    line = NOISE[-1] + np.arange(1, 6) * (NOISE[-1] - NOISE[0]) / 59
    np.testing.assert_allclose(NaiveForecaster("drift").fit(NOISE).forecast(5), line)
    np.testing.assert_array_equal(
        SeasonalNaive(12).fit(NOISE).forecast(24), np.tile(NOISE[-12:], 2)
    )


def test_a_growing_season_goes_on_growing():
    y = np.arange(24) // 4 + np.tile([0.0, 5.0, 1.0, 3.0], 6)
    expected = np.arange(24, 34) // 4 + np.resize([0.0, 5.0, 1.0, 3.0], 10)
    np.testing.assert_allclose(SeasonalNaive(4, drift=True).fit(y).forecast(10), expected)


@pytest.mark.parametrize("alpha", [0.2, 0.7])
def test_smoothing_is_optimal_where_it_should_be(alpha):
    shocks = np.random.default_rng(0).normal(size=4000)
    y = alpha * np.concatenate([[0], shocks[:-1].cumsum()]) + shocks
    level = y[0]
    for value in y:
        level += alpha * (value - level)
    fitted = ExponentialSmoothing().fit(y)
    assert fitted.smoothing_[0, 0, 0] == pytest.approx(alpha, rel=0.25)
    np.testing.assert_allclose(fitted.forecast(5), level, atol=0.15)


def test_a_line_and_a_season_are_continued_exactly():
    season = np.array([0.0, 3.0, -3.0, 0.0])
    y = 5 + 0.5 * np.arange(40) + np.tile(season, 10)
    coming = 5 + 0.5 * np.arange(40, 50) + np.resize(season, 10)
    fitted = ExponentialSmoothing("additive", season_length=4).fit(y)
    np.testing.assert_allclose(fitted.forecast(10), coming, atol=1e-6)


def test_a_damped_trend_fades():
    forecast = ExponentialSmoothing("damped").fit(np.arange(40.0)).forecast(200)
    assert (np.diff(forecast) >= 0).all()
    assert forecast[-1] - forecast[-2] < 0.1 < forecast[1] - forecast[0]


def test_the_smoothing_given_is_that_of_the_naive_twin():
    alpha, beta, gamma, phi = 0.3, 0.2, 0.1, 0.9
    y = 10 + NOISE + np.tile([0.0, 4.0, -4.0], 20)
    smoothing = (alpha, beta, gamma, phi)
    fitted = ExponentialSmoothing("damped", season_length=3, smoothing=smoothing).fit(y[:40])
    at = fitted.states_[0]
    level, trend, season = at.level[0], at.trend[0], list(at.season[:, 0])
    for value in y[40:]:
        error = value - level - phi * trend - season[0]
        level, trend = level + phi * trend + alpha * error, phi * trend + alpha * beta * error
        season = [*season[1:], season[0] + gamma * error]
    expected = [level + sum(phi**k for k in range(1, h + 1)) * trend for h in range(1, 8)]
    expected += np.resize(season, 7)
    np.testing.assert_allclose(fitted.update(y[40:]).forecast(7), expected)


def test_one_step_errors_are_those_of_statsmodels():
    api = pytest.importorskip("statsmodels.tsa.api")
    y = 10 + NOISE + 0.2 * np.arange(60)
    fitted = ExponentialSmoothing("damped").fit(y)
    alpha, beta, _, phi = fitted.smoothing_[0, :, 0]
    slope, level = np.polyfit(np.arange(1, 11), y[:10], 1)
    peer = api.ExponentialSmoothing(
        y,
        trend="add",
        damped_trend=True,
        initialization_method="known",
        initial_level=level,
        initial_trend=slope,
    ).fit(smoothing_level=alpha, smoothing_trend=beta, damping_trend=phi, optimized=False)
    np.testing.assert_allclose(fitted.states_[0].squares[0], peer.sse)
    np.testing.assert_allclose(fitted.forecast(6), peer.forecast(6))


@pytest.mark.parametrize("forecaster", KINDS, ids=str)
def test_they_are_forecasters_of_the_house(forecaster):
    dates = pd.date_range("2020-01-01", periods=60, freq="D")
    table = pd.DataFrame({"a": 5 + NOISE, "b": NOISE.cumsum()}, index=dates)
    params = forecaster.get_params()
    fitted = clone(forecaster).fit(table[:50])
    forecast = fitted.forecast(3)
    assert list(forecast.columns) == ["a", "b"]
    assert forecast.index.equals(dates[50:53])
    alone = clone(forecaster).fit(table["b"][:50]).forecast(3)
    np.testing.assert_allclose(forecast["b"], alone)
    lower, upper = fitted.predict_interval(4, level=0.8)
    assert (lower <= upper).all(axis=None)
    several = clone(forecaster).fit([NOISE, NOISE[:40]]).forecast(2)
    np.testing.assert_allclose(several[1], clone(forecaster).fit(NOISE[:40]).forecast(2))
    assert forecaster.get_params() == params
    assert clone(forecaster).backtest(table, 3, n_origins=4).error.notna().all()


@pytest.mark.parametrize("forecaster", KINDS, ids=str)
def test_new_observations_move_the_forecast_as_a_frozen_fit_does(forecaster):
    fitted = clone(forecaster).fit(NOISE[:40])
    frozen = fitted._frozen_clone().fit(NOISE)
    moved = fitted.update(NOISE[40:]).forecast(3)
    if getattr(forecaster, "season_length", None) and hasattr(forecaster, "trend"):
        return  # the first season is estimated from all that is there
    np.testing.assert_allclose(moved, frozen.forecast(3))


@pytest.mark.parametrize(
    ("forecaster", "message"),
    [
        (NaiveForecaster("first"), "strategy must be 'last', 'mean' or 'drift', got 'first'"),
        (SeasonalNaive(1), "season_length == 1, must be >= 2"),
        (SeasonalNaive(90), r"60 step\(s\), but SeasonalNaive.* needs at least 90"),
        (ExponentialSmoothing("linear"), "trend must be None, 'additive' or 'damped'"),
        (ExponentialSmoothing(season_length=31), "needs at least 62"),
        (ExponentialSmoothing(smoothing=0.3), r"shape \(4,\)"),
    ],
)
def test_what_cannot_be_is_refused(forecaster, message):
    with pytest.raises(ValueError, match=message):
        forecaster.fit(NOISE)
