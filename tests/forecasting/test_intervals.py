"""How wide intervals are: a plain twin, laws of scale, and what they hold of generated series."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from esnkit import (
    ExponentialSmoothing,
    Forecaster,
    NaiveForecaster,
    SeasonalNaive,
    ThetaForecaster,
)
from esnkit.forecasting.intervals import PastErrors, naive_widths

ERRORS = np.abs(np.random.default_rng(0).normal(size=(40, 3, 2)))


def draw(kind, seed, n_steps):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n_steps)
    if kind == "walk":
        return y.cumsum()
    if kind == "season":
        return 0.5 * y + np.resize(rng.normal(size=12), n_steps)
    if kind == "counts":
        return rng.poisson(3, n_steps).astype(float)
    if kind == "autoregression":
        for n in range(1, n_steps):
            y[n] += 0.8 * y[n - 1]
    return y


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_a_width_is_that_of_a_plain_twin(level):
    """Three steps are too few for neighbours: each has its own scale."""
    widths = PastErrors(ERRORS, stride=3).widths(3, level)
    for j in range(2):
        scales = ERRORS[:, :, j].mean(axis=0)
        relative = np.sort((ERRORS[:, :, j] / scales).ravel())
        quantile = np.quantile(relative, level * (1 + 1 / 120))
        student = stats.t(1 + 1.5 * 40).ppf((1 + level) / 2) / stats.norm.ppf((1 + level) / 2)
        np.testing.assert_allclose(widths[:, j], scales * quantile * student)


def test_errors_that_share_shocks_count_as_fewer():
    apart = PastErrors(ERRORS, stride=3).widths(3, 0.9)
    near = PastErrors(ERRORS, stride=1).widths(3, 0.9)
    np.testing.assert_allclose(near[0], apart[0])
    assert (near[1:] > apart[1:]).all()


def test_beyond_what_was_tested_the_errors_grow_on():
    root = ERRORS.mean(axis=(1, 2))[:, None, None] * np.sqrt(np.arange(1, 9))[None, :, None]
    widths = PastErrors(root, stride=8).widths(32, 0.9)
    assert widths[31, 0] / widths[7, 0] == pytest.approx(2, rel=0.1)
    flat = PastErrors(np.broadcast_to(root[:, :1], (40, 8, 1)), stride=8).widths(32, 0.9)
    assert flat[31, 0] == pytest.approx(flat[7, 0])


def test_steps_seen_from_too_few_origins_are_not_believed():
    errors = ERRORS.copy()
    errors[:35, 2] = np.nan
    errors[35:, 2] = 1e6
    assert (PastErrors(errors, stride=3).widths(3, 0.9) < 100).all()


def test_naive_widths_are_students():
    y = np.array([[1.0], [2.0], [0.0], [3.0]])
    deviation = np.sqrt((1 + 4 + 9) / 3)
    expected = stats.t(3).ppf(0.95) * deviation * np.sqrt([1, 2])
    np.testing.assert_allclose(naive_widths(y, 2, 0.9)[:, 0], expected)
    np.testing.assert_array_equal(naive_widths(y[:1], 2, 0.9), 0)


@pytest.mark.parametrize("n_steps", [3, 7, 17, 18, 30])
@pytest.mark.parametrize("horizon", [1, 40])
def test_whatever_can_be_forecast_has_an_interval(n_steps, horizon):
    y = np.random.default_rng(n_steps).normal(size=n_steps).cumsum()
    for forecaster in (NaiveForecaster("drift"), ExponentialSmoothing()):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            lower, upper = forecaster.fit(y).predict_interval(horizon)
        assert (lower < upper).all()
        assert lower.shape == (horizon,)
        told = [w for w in caught if "changes from step to step" in str(w.message)]
        assert len(told) == (n_steps < 18)


def test_origins_that_are_too_early_for_a_fit_are_left_out():
    y = np.random.default_rng(0).normal(size=40)
    lower, upper = SeasonalNaive(24).fit(y).predict_interval(6)  # half of the series is 20
    assert (lower < upper).all()
    default = Forecaster(random_state=0).fit(y)
    lower, upper = default.predict_interval(25)
    assert (lower < upper).all()


def test_a_change_of_late_is_felt():
    y = np.repeat([5.0, 9.0], [95, 5])
    for forecaster in (ExponentialSmoothing(), NaiveForecaster("reversion"), ThetaForecaster()):
        lower, upper = forecaster.fit(y).predict_interval(12)
        assert (upper - lower > 0.5).all()


# What suits each kind, and is quick.
KINDS = {
    "noise": NaiveForecaster("reversion"),
    "walk": NaiveForecaster(),
    "autoregression": NaiveForecaster("reversion"),
    "season": SeasonalNaive(12),
    "counts": NaiveForecaster("mean"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_steps", [60, 200])
def test_nine_tenths_lie_inside(kind, n_steps):
    """In each third of the horizon, give or take what chance does to values that overlap."""
    inside = []
    for seed in range(1000, 1100):
        y = draw(kind, seed, n_steps + 12)
        lower, upper = KINDS[kind].fit(y[:n_steps]).predict_interval(12)
        inside.append((lower <= y[n_steps:]) & (y[n_steps:] <= upper))
    thirds = np.reshape(inside, (100, 3, 4)).mean(axis=(0, 2))
    assert np.all((thirds > 0.83) & (thirds < 0.97))


def test_levels_percents_and_quantiles_agree():
    fitted = ExponentialSmoothing().fit(draw("walk", 0, 80))
    lower, upper = fitted.predict_interval(5, level=0.8)
    pairs = fitted.predict_interval(5, level=[80, 95])
    np.testing.assert_array_equal(pairs[0], (lower, upper))
    assert (pairs[1][0] < lower).all()
    low, middle, high = fitted.predict_interval(5, quantiles=[0.1, 0.5, 0.9])
    np.testing.assert_allclose([low, high], [lower, upper])
    np.testing.assert_array_equal(middle, fitted.forecast(5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": 0}, "level == 0"),
        ({"level": 1}, "level == 1"),
        ({"level": 100}, "level == 100"),
        ({"level": [80, 120]}, "level == 120"),
        ({"level": []}, "level must hold at least one"),
        ({"quantiles": [0.5, 1.0]}, "quantiles == 1.0"),
        ({"method": "guess"}, "method must be one of 'conformal', 'ensemble', got 'guess'"),
    ],
)
def test_wrong_levels_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        NaiveForecaster().fit(np.arange(30.0)).predict_interval(3, **options)
