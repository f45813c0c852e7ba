"""The forecast behind the command line: exact where it can be, and honest about its errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esnkit._search import UnsuitableSeriesError, find_cycle, make_forecast
from esnkit.datasets import load

STEPS = np.arange(100.0)


def walk(n_steps: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=n_steps).cumsum()


def noisy_cycle(n_steps: int = 100) -> np.ndarray:
    rng = np.random.default_rng(0)
    steps = np.arange(n_steps)
    return np.sin(2 * np.pi * steps / 12) + 0.1 * steps + 0.3 * rng.normal(size=n_steps)


@given(period=st.integers(4, 30), slope=st.floats(-0.1, 0.1), phase=st.floats(0, 6))
def test_cycle_of_a_wave_on_a_slope(period, slope, phase):
    steps = np.arange(10 * period)
    wave = np.sin(2 * np.pi * steps / period + phase)
    assert find_cycle(wave + slope * steps) == (period, True)


@pytest.mark.parametrize(
    ("name", "lengths", "steady"),
    [("co2", {52}, True), ("el_nino", {12}, True), ("sunspots", {10, 11}, False)],
)
def test_the_year_is_a_season_and_the_sun_keeps_no_calendar(name, lengths, steady):
    y = load(name).to_numpy()
    for share in (0.5, 0.75, 1.0):
        length, is_steady = find_cycle(y[: int(share * len(y))])
        assert length in lengths
        assert is_steady == steady


@pytest.mark.parametrize("y", [STEPS, STEPS**2, np.exp(-STEPS / 50), np.repeat([0.0, 1.0], 50)])
def test_what_does_not_repeat_has_no_cycle(y):
    assert find_cycle(y) == (1, False)


@pytest.mark.parametrize(
    "law",
    [lambda n: 2.0 * n, lambda n: 1.0 + n % 5, lambda n: n % 5 + 1.0 * n],
    ids=["line", "cycle", "cycle on a line"],
)
def test_lines_and_cycles_go_on(law):
    forecast = make_forecast(law(np.arange(100)), 12, 0)
    np.testing.assert_allclose(forecast.values, law(np.arange(100, 112)), atol=1e-3)
    assert forecast.errors["echo state network"] < 1e-3


def test_the_part_that_tests_has_no_say():
    y = noisy_cycle()
    forecast = make_forecast(y, 5, 0)
    changed = y.copy()
    changed[-forecast.n_tested :] = np.random.default_rng(1).normal(size=forecast.n_tested)
    again = make_forecast(changed, 5, 0)
    assert (again.settings, again.period) == (forecast.settings, forecast.period)
    assert again.errors != forecast.errors


def test_errors_of_the_rivals_are_those_of_their_definitions():
    y, horizon = noisy_cycle(), 5
    forecast = make_forecast(y, horizon, 0)
    first, period = len(y) - forecast.n_tested, forecast.period
    gap = (forecast.n_tested - horizon) // (forecast.n_tests - 1)
    naive, seasonal = [], []
    for origin in range(first, len(y) - horizon + 1, gap):
        for step in range(horizon):
            naive.append(abs(y[origin + step] - y[origin - 1]))
            seasonal.append(abs(y[origin + step] - y[origin + step - period]))
    scale = np.mean([abs(y[i] - y[i - period]) for i in range(period, first)])
    assert period == 12
    assert len(naive) == horizon * forecast.n_tests
    assert forecast.errors["naive"] == pytest.approx(np.mean(naive) / scale)
    assert forecast.errors["seasonal naive"] == pytest.approx(np.mean(seasonal) / scale)


def test_a_seed_is_a_forecast_and_the_series_is_left_alone():
    y = walk(60)
    first, again, other = (make_forecast(y, 3, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.values, again.values)
    assert (first.values != other.values).all()
    np.testing.assert_array_equal(y, walk(60))


def test_the_band_holds_the_forecast_and_widens():
    forecast = make_forecast(walk(80), 8, 0)
    half_width = forecast.upper - forecast.values
    assert (half_width > 0).all()
    assert (np.diff(half_width) > -1e-12).all()
    np.testing.assert_allclose(forecast.values - forecast.lower, half_width)


def test_what_was_never_negative_stays_so():
    counts = np.random.default_rng(0).poisson(0.5, size=80).astype(float)
    forecast = make_forecast(counts, 4, 0)
    assert forecast.lower.min() == 0
    assert forecast.values.min() >= 0
    assert make_forecast(counts - 1, 4, 0).lower.min() < -1


def test_only_the_end_of_a_long_series_is_looked_at(monkeypatch):
    monkeypatch.setattr("esnkit._search._LONGEST", 60)
    y = walk(100)
    forecast = make_forecast(y, 2, 0)
    assert forecast.n_fitted == 60
    np.testing.assert_array_equal(forecast.values, make_forecast(y[-60:], 2, 0).values)


@pytest.mark.parametrize(
    ("y", "horizon", "message"),
    [
        (STEPS[:49], 1, "49 values are too few: at least 50"),
        (STEPS, 26, "26 steps is too far: a quarter of 100 values, 25 steps, is the most"),
        (np.full(60, 0.1), 1, "the first half does not vary"),
        (np.repeat([1.0, 2.0], [55, 5]), 1, "the first half does not vary"),
        (STEPS * 1e99, 1, r"values beyond 1e\+100 are too large"),
    ],
)
def test_unsuitable_series_are_refused(y, horizon, message):
    with pytest.raises(UnsuitableSeriesError, match=message):
        make_forecast(y, horizon, 0)


@pytest.mark.parametrize(("n_steps", "horizon"), [(50, 1), (50, 12), (61, 15), (100, 25)])
def test_the_shortest_series_are_forecast(n_steps, horizon):
    forecast = make_forecast(walk(n_steps), horizon, 0)
    assert np.isfinite([forecast.values, forecast.lower, forecast.upper]).all()
    assert forecast.n_tested <= n_steps // 4


@pytest.mark.slow
@pytest.mark.parametrize(("name", "horizon"), [("co2", 104), ("el_nino", 24)])
def test_years_held_back_are_forecast_better_than_by_the_year_before(name, horizon):
    y = load(name).to_numpy()
    errors, rival_errors = [], []
    for end in range(len(y) - 4 * horizon, len(y), horizon):
        known, future = y[:end], y[end : end + horizon]
        forecast = make_forecast(known, horizon, 0)
        errors.append(np.abs(forecast.values - future))
        rival_errors.append(np.abs(np.resize(known[-forecast.period :], horizon) - future))
    assert np.mean(errors) < np.mean(rival_errors)
