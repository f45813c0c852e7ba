"""The classical forecasts against closed forms, a naive twin, and statsmodels where it is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from esnkit import (
    AutoregressiveForecaster,
    ExponentialSmoothing,
    IntermittentForecaster,
    NaiveForecaster,
    SeasonalNaive,
    ThetaForecaster,
)

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
    NaiveForecaster("reversion"),
    ThetaForecaster(),
    ThetaForecaster(None),
    AutoregressiveForecaster(2),
    AutoregressiveForecaster(season_length=7),
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
    level, trend, season = at[0].level, at[0].trend, list(at[0].season)
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
    np.testing.assert_allclose(fitted.states_[0][0].squares, peer.sse)
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
    if isinstance(forecaster, AutoregressiveForecaster) or (
        getattr(forecaster, "season_length", None) and hasattr(forecaster, "trend")
    ):
        return  # the first season, and a regression, are estimated from all that is there
    np.testing.assert_allclose(moved, frozen.forecast(3))


@pytest.mark.parametrize(
    ("forecaster", "message"),
    [
        (
            NaiveForecaster("first"),
            "strategy must be one of 'last', 'mean', 'drift', 'reversion', got 'first'",
        ),
        (SeasonalNaive(1), "season_length == 1, must be >= 2"),
        (SeasonalNaive(90), r"60 step\(s\), but SeasonalNaive.* needs at least 90"),
        (ExponentialSmoothing("linear"), "trend must be one of None, 'additive', 'damped'"),
        (ExponentialSmoothing(season_length=31), "needs at least 62"),
        (ExponentialSmoothing(smoothing=0.3), r"shape \(4,\)"),
        (ExponentialSmoothing(season_length=4, seasonal="both"), "'additive', 'multiplicative'"),
        (ExponentialSmoothing(season_length=4, seasonal="multiplicative"), "positive values"),
        (ThetaForecaster(0.5), "theta == 0.5, must be >= 1"),
        (ThetaForecaster(smoothing=[0.5]), r"shape \(n_series, 3, n_variables\)"),
        (IntermittentForecaster(), "demand is never negative"),
        (IntermittentForecaster("poisson"), "method must be one of 'tsb', 'croston', 'sba'"),
        (IntermittentForecaster(smoothing=2.0), r"shares in \[0, 1\], got 2"),
        (IntermittentForecaster(smoothing=[0.1]), r"shape \(n_series, 2, n_variables\)"),
        (AutoregressiveForecaster(0), "lags"),
        (AutoregressiveForecaster(alpha=-1.0), "alpha"),
        (AutoregressiveForecaster(season_length=1), "season_length == 1"),
    ],
)
def test_what_cannot_be_is_refused(forecaster, message):
    with pytest.raises(ValueError, match=message):
        forecaster.fit(NOISE)


# ------------------------------------------------------------------ back to the mean


def test_a_return_to_the_mean_starts_at_the_last_value():
    mean = NOISE.mean()
    rest = NOISE - mean
    rho = max(0.0, (rest[1:] @ rest[:-1]) / (rest @ rest))
    expected = [mean + rho**h * (NOISE[-1] - mean) for h in (1, 2, 3)]
    np.testing.assert_allclose(NaiveForecaster("reversion").fit(NOISE).forecast(3), expected)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_a_return_to_the_mean_is_right_for_autoregressions(rho):
    reverting, others = [], []
    for seed in range(20):
        y = np.random.default_rng(seed).normal(size=320)
        for n in range(1, len(y)):
            y[n] += rho * y[n - 1]
        for strategy, errors in (("reversion", reverting), ("last", others), ("mean", others)):
            forecast = NaiveForecaster(strategy).fit(y[:300]).forecast(20)
            errors.append(np.abs(forecast - y[300:]).mean())
    assert np.mean(reverting) < 1.02 * min(np.mean(others[::2]), np.mean(others[1::2]))


# ------------------------------------------------------------------ multiplicative seasons


def test_a_multiplicative_season_goes_on_growing():
    season = np.array([0.5, 1.5, 1.2, 0.8])
    y = (10 + 0.5 * np.arange(50)) * np.resize(season, 50)
    fitted = ExponentialSmoothing("additive", season_length=4, seasonal="multiplicative")
    np.testing.assert_allclose(fitted.fit(y[:40]).forecast(10), y[40:], rtol=0.02)


def test_a_multiplicative_season_is_that_of_statsmodels():
    api = pytest.importorskip("statsmodels.tsa.api")
    y = (20 + NOISE + 0.2 * np.arange(60)) * np.tile([0.8, 1.0, 1.3, 0.9], 15)
    forecaster = ExponentialSmoothing("damped", season_length=4, seasonal="multiplicative")
    fitted = forecaster.fit(y)
    start = fitted._first(y)
    alpha, beta, gamma, phi = fitted.smoothing_[0, :, 0]
    peer = api.ExponentialSmoothing(
        y,
        trend="add",
        damped_trend=True,
        seasonal="mul",
        seasonal_periods=4,
        initialization_method="known",
        initial_level=start.level,
        initial_trend=start.trend,
        initial_seasonal=start.season,
    ).fit(
        smoothing_level=alpha,
        smoothing_trend=beta,
        smoothing_seasonal=gamma,
        damping_trend=phi,
        optimized=False,
    )
    # statsmodels divides by the new level where we, as the books do now, by the one before.
    np.testing.assert_allclose(fitted.states_[0][0].squares, peer.sse, rtol=0.02)
    np.testing.assert_allclose(fitted.forecast(6), peer.forecast(6), rtol=0.01)


# ------------------------------------------------------------------ Theta


def theta_twin(y, alpha, share, level, horizon):
    """The method as it is written down, step by step."""
    n = len(y)
    slope, start = np.polyfit(np.arange(1, n + 1), y, 1)
    errors = []
    for t, value in enumerate(y):
        left = (1 - alpha) ** t
        line = left * start + (1 - (1 - alpha) ** (t + 1)) / alpha * slope
        errors.append(value - level - share * line)
        level = alpha * value + (1 - alpha) * level
    left = (1 - alpha) ** n
    rise = (1 - (1 - alpha) ** (n + 1)) / alpha
    future = [
        level + share * (left * start + (h - 1 + rise) * slope) for h in range(1, horizon + 1)
    ]
    return np.array(errors), future


@pytest.mark.parametrize("theta", [1.0, 2.0, None])
def test_theta_is_that_of_the_naive_twin(theta):
    y = 5 + 0.3 * np.arange(60) + NOISE.cumsum()
    fitted = ThetaForecaster(theta).fit(y)
    alpha, share, level = fitted.smoothing_[0, :, 0]
    errors, future = theta_twin(y, alpha, share, level, 8)
    np.testing.assert_allclose(fitted.forecast(8), future)
    for other in (0.9 * level, 1.1 * level):
        assert errors @ errors <= np.square(theta_twin(y, alpha, share, other, 1)[0]).sum()


def test_theta_climbs_half_as_fast_as_the_line():
    y = 3.0 * np.arange(80) + NOISE[:80].mean()
    assert np.diff(ThetaForecaster().fit(y).forecast(9)) == pytest.approx(1.5)
    assert np.diff(ThetaForecaster(1).fit(y).forecast(9)) == pytest.approx(0.0, abs=1e-9)


def test_theta_is_nearly_that_of_statsforecast():
    models = pytest.importorskip("statsforecast.models")
    for seed in range(4):
        rng = np.random.default_rng(seed)
        y = 50 + 0.3 * np.arange(80) + rng.normal(size=80).cumsum()
        peer = models.Theta(season_length=1).forecast(y, h=8)["mean"]
        np.testing.assert_allclose(ThetaForecaster().fit(y).forecast(8), peer, rtol=0.02)


# ------------------------------------------------------------------ intermittent demand


def demand(seed, n_steps=600, share=0.3):
    rng = np.random.default_rng(seed)
    return rng.binomial(1, share, n_steps) * rng.integers(1, 6, n_steps).astype(float)


@pytest.mark.parametrize("method", ["croston", "sba", "tsb"])
def test_intermittent_forecasts_are_those_of_statsforecast(method):
    models = pytest.importorskip("statsforecast.models")
    peers = {
        "croston": models.CrostonClassic(),
        "sba": models.CrostonSBA(),
        "tsb": models.TSB(alpha_d=0.1, alpha_p=0.1),
    }
    for seed in range(3):
        y = demand(seed)  # so long that where they start is forgotten
        own = IntermittentForecaster(method, smoothing=0.1).fit(y).forecast(2)
        np.testing.assert_allclose(own, peers[method].forecast(y, h=2)["mean"], rtol=1e-3)


def test_demand_without_change_is_forecast_by_its_mean():
    for method in ("croston", "tsb"):
        for share in (0.1, 0.25, 0.5):
            errors = []
            for seed in range(20):
                y = demand(seed, 120, share)
                forecast = IntermittentForecaster(method).fit(y[:100]).forecast(20)
                errors.append([np.square(forecast - y[100:]).mean()])
                errors[-1].append(np.square(y[:100].mean() - y[100:]).mean())
            own, mean = np.sqrt(np.mean(errors, axis=0))
            assert own < 1.05 * mean


def test_demand_that_ends_fades_only_step_by_step():
    y = np.concatenate([demand(0, 100), np.zeros(60)])
    assert IntermittentForecaster("tsb", smoothing=0.2).fit(y).forecast(1) < 1e-4
    assert IntermittentForecaster("croston", smoothing=0.2).fit(y).forecast(1) > 0.2
    with pytest.warns(UserWarning, match="constant"):
        never = IntermittentForecaster().fit(np.zeros(9))
    assert never.forecast(2).tolist() == [0, 0]


# ------------------------------------------------------------------ autoregression


def test_an_autoregression_is_found():
    rng = np.random.default_rng(0)
    y = rng.normal(size=3000)
    for n in range(2, len(y)):
        y[n] += 1.2 * y[n - 1] - 0.6 * y[n - 2]
    (line,) = AutoregressiveForecaster(2).fit(y).states_[0]
    np.testing.assert_allclose(line.coef, [1.2, -0.6], atol=0.05)


def test_known_inputs_act_at_once_and_linger():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2))
    y = np.zeros(400)
    for n in range(1, 400):
        y[n] = 3 + 0.7 * y[n - 1] + 2 * x[n, 0] - x[n - 1, 1]
    fitted = AutoregressiveForecaster().fit(y[50:380], x[50:380])
    np.testing.assert_allclose(fitted.forecast(20, x[380:]), y[380:], atol=1e-3)
    later = fitted.update(y[380:390], x[380:390]).forecast(10, x[390:])
    np.testing.assert_allclose(later, y[390:], atol=1e-3)


@pytest.mark.parametrize("n_inputs", [1, 10, 60, 200])
def test_inputs_without_meaning_do_little_harm(n_inputs):
    with_x, without = [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(420, n_inputs)), rng.normal(size=420)
        y[1:] += 0.5 * y[:-1]
        forecast = AutoregressiveForecaster().fit(y[:400], x[:400]).forecast(20, x[400:])
        with_x.append(np.square(forecast - y[400:]).mean())
        without.append(
            np.square(AutoregressiveForecaster().fit(y[:400]).forecast(20) - y[400:]).mean()
        )
    assert np.mean(with_x) < 1.25 * np.mean(without)


def test_the_penalty_is_that_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(100, 3)), rng.normal(size=100)
    (line,) = AutoregressiveForecaster(1, alpha=0.3).fit(y, x).states_[0]
    columns = np.column_stack([y[:-1], x[1:], x[:-1]])
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    peer = linear_model.Ridge(0.3 * len(scaled)).fit(scaled, y[1:])
    np.testing.assert_allclose(line.coef * columns.std(axis=0), peer.coef_)
