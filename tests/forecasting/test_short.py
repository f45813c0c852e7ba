"""Series of fewer than 30 steps: what goes on goes on, and no worse than the drift on the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit import AutoESN, NaiveForecaster
from esnkit.forecasting.series import read_series
from esnkit.forecasting.short import short_ensemble

HORIZON = 4


def draw(kind, seed, n_steps):
    rng = np.random.default_rng(seed)
    steps, noise = np.arange(n_steps), rng.normal(size=n_steps)
    return {
        "walk": noise.cumsum(),
        "drift": (0.5 + noise).cumsum(),
        "trend": 0.5 * steps + noise,
        "noise": 10 + noise,
        "growth": 10 * np.exp(0.08 * steps + 0.05 * noise),
        "damped": 10 * (1 - 0.9**steps) + 0.3 * noise,
    }[kind]


@pytest.mark.parametrize("n_steps", [3, 4, 5, 6, 12, 29])
def test_a_line_goes_on(n_steps):
    line = 100 + 5.0 * np.arange(n_steps + 6)
    fitted = AutoESN().fit(line[:n_steps])
    np.testing.assert_allclose(fitted.forecast(6), line[n_steps:], rtol=0.01)
    assert "drift" in fitted.summary() or "Theta" in fitted.summary()


@pytest.mark.parametrize("seed", range(3))
def test_six_years_keep_their_quarters(seed):
    rng = np.random.default_rng(seed)
    y = 50 + np.resize([6.0, -2.0, -8.0, 4.0], 28) + 0.3 * np.arange(28) + rng.normal(size=28)
    series = pd.Series(y, index=pd.date_range("2018-01-01", periods=28, freq="QS"))
    fitted = AutoESN().fit(series[:24])
    assert np.abs(fitted.forecast(4).to_numpy() - y[24:]).mean() < 3
    assert fitted.seasons_ == (4,)


def test_short_series_are_no_worse_than_their_drift():
    own, drift = [], []
    for kind in ("walk", "drift", "trend", "noise", "growth", "damped"):
        for seed in range(100, 106):
            n_steps = 3 + (5 * seed + len(kind)) % 27
            y = draw(kind, seed, n_steps + HORIZON)
            past, future = y[:n_steps], y[n_steps:]
            data = read_series(past)
            forecast = short_ensemble(data, None, ())[0]._fit(data, None)._forecast(HORIZON, None)
            scale = np.abs(np.diff(past)).mean()
            own.append(np.abs(forecast[0][:, 0] - future).mean() / scale)
            straight = NaiveForecaster("drift").fit(past).forecast(HORIZON)
            drift.append(np.abs(straight - future).mean() / scale)
    assert np.mean(own) < np.mean(drift)


@pytest.mark.parametrize("n_steps", range(3, 30, 4))
def test_short_series_have_all_verbs(n_steps):
    y = draw("walk", n_steps, n_steps)
    fitted = AutoESN().fit(y)
    assert np.isfinite(fitted.forecast(8)).all()
    if n_steps < 18:
        with pytest.warns(UserWarning, match="changes from step to step"):
            lower, upper = fitted.predict_interval(8)
    else:
        lower, upper = fitted.predict_interval(8)
    assert (lower < upper).all()
    assert "forecast: " in fitted.summary()
    assert np.isfinite(fitted.update(y[-2:]).forecast(2)).all()


def test_one_or_two_steps_repeat_the_last():
    np.testing.assert_array_equal(AutoESN().fit([1.0, 4.0]).forecast(2), [4, 4])


def test_weights_are_equal_without_errors_and_follow_them_with_many():
    line = read_series(np.array([1.0, 2.0, 3.0]))
    ensemble, names = short_ensemble(line, None, ())
    assert names == ["the drift"]
    noise = read_series(np.random.default_rng(0).normal(size=29))
    ensemble, names = short_ensemble(noise, None, ())
    weights = dict(zip(names, ensemble.weights[:, 0], strict=True))
    assert weights["the return to the mean"] > 2 * weights["the last value"]
    assert sum(weights.values()) == pytest.approx(1)


def test_known_inputs_count_on_short_series_too():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(28, 1))
    y = 10 + 3 * x[:, 0] + 0.1 * rng.normal(size=28)
    fitted = AutoESN().fit(y[:24], x[:24])
    np.testing.assert_allclose(fitted.forecast(4, x[24:]), y[24:], atol=0.8)
