"""Fitted values are the forecasts of each step from the one before; residuals are the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import FunctionTransformer

from esnkit import (
    NVAR,
    AnalogueForecaster,
    AutoESN,
    AutoregressiveForecaster,
    ESNRegressor,
    ExponentialSmoothing,
    Forecaster,
    IntermittentForecaster,
    LocalForecaster,
    NaiveForecaster,
    Reservoir,
    RidgeReadout,
    SeasonalNaive,
    ThetaForecaster,
)

STEPS = np.arange(90)
SERIES = np.exp(
    1 + np.sin(STEPS / 3) + 0.01 * STEPS + 0.1 * np.random.default_rng(1).normal(size=90)
)
INPUT = np.cos(STEPS / 5)[:, np.newaxis]
N_FIRST = 80

LOGARITHM = FunctionTransformer(np.log, np.exp)
MODEL = ESNRegressor(Reservoir(20), RidgeReadout(0.1), washout=10)
FEEDING = ESNRegressor(Reservoir(20, feedback_scaling=0.3), RidgeReadout(0.1), washout=10)
KINDS = [
    Forecaster(MODEL, random_state=0),
    Forecaster(MODEL, differences=(12, 1), transformer=LOGARITHM, random_state=0),
    Forecaster(FEEDING, loop="feedback", random_state=0),
    Forecaster(MODEL, direct_horizon=3, random_state=0),
    Forecaster(ESNRegressor(NVAR(2), RidgeReadout(0.1)), increments=True, random_state=0),
    AutoESN(n_candidates=3, random_state=0),
    ExponentialSmoothing("damped"),
    ThetaForecaster(),
    AutoregressiveForecaster(2),
    IntermittentForecaster(),
    AnalogueForecaster(),
    NaiveForecaster("drift"),
    SeasonalNaive(6, drift=True),
]


@pytest.mark.parametrize("forecaster", KINDS, ids=lambda one: str(one)[:60])
@pytest.mark.parametrize("known", [False, True], ids=["alone", "with inputs"])
def test_a_fitted_value_is_the_forecast_of_the_next_step(forecaster, known):
    def given(*steps):
        return INPUT[slice(*steps)] if known else None

    one = clone(forecaster).fit(SERIES[:N_FIRST], given(N_FIRST))
    expected = []
    for n in range(N_FIRST, len(SERIES)):
        expected.append(one.forecast(1, given(n, n + 1))[0])
        one.update(SERIES[n : n + 1], given(n, n + 1))
    fitted = one.fitted_values()
    assert fitted.shape == SERIES.shape
    np.testing.assert_allclose(fitted[N_FIRST:], expected, rtol=1e-6)
    np.testing.assert_array_equal(one.residuals(), SERIES - fitted)


def test_patches_of_a_field_are_fitted_together():
    field = np.sin(STEPS[:, np.newaxis] / 4 + np.arange(6))
    model = ESNRegressor(Reservoir(20), RidgeReadout(0.1), washout=10)
    one = LocalForecaster(model, patch_size=2, overlap=1, random_state=0).fit(field[:N_FIRST])
    expected = one.forecast(1)
    fitted = one.update(field[N_FIRST:]).fitted_values()
    np.testing.assert_allclose(fitted[N_FIRST : N_FIRST + 1], expected, rtol=1e-6)
    assert np.isnan(fitted[:11]).all()
    assert np.isfinite(fitted[11:]).all()


@pytest.mark.parametrize("seasonal", ["additive", "multiplicative"])
def test_smoothing_leaves_the_errors_that_it_was_chosen_by(seasonal):
    one = ExponentialSmoothing("additive", season_length=6, seasonal=seasonal).fit(SERIES)
    np.testing.assert_allclose(np.square(one.residuals()).sum(), one.states_[0][0].squares)


@pytest.mark.parametrize(
    ("forecaster", "n_missing"),
    [
        (NaiveForecaster(), 1),
        (SeasonalNaive(6), 6),
        (AutoregressiveForecaster(2), 2),
        (Forecaster(MODEL, differences=(6, 1), random_state=0), 6 + 1 + 10 + 1),
        (Forecaster(FEEDING, loop="feedback", random_state=0), 10),
    ],
    ids=lambda one: str(one)[:40],
)
def test_the_first_steps_are_nan(forecaster, n_missing):
    fitted = clone(forecaster).fit(SERIES).fitted_values()
    assert np.isnan(fitted[:n_missing]).all()
    assert np.isfinite(fitted[n_missing:]).all()


def test_a_season_stands_in_its_place():
    season = np.array([0.0, 3.0, -1.0, -2.0, 0.0, 0.0])
    y = 10 + np.tile(season, 15) + 0.1 * np.random.default_rng(0).normal(size=90)
    left = AutoESN(n_candidates=3, season_length=6, random_state=0).fit(y).residuals()
    assert np.nanstd(left) < 0.3


@pytest.mark.parametrize("panel", ["pooled", "each"])
def test_a_panel_is_fitted_series_by_series(panel):
    one = AutoESN(n_candidates=3, panel=panel, random_state=0).fit([SERIES, SERIES[:70]])
    assert [len(part) for part in one.fitted_values()] == [90, 70]
    assert all(np.isfinite(part[40:]).all() for part in one.residuals())


def test_they_come_in_the_form_of_the_series():
    dates = pd.date_range("2020-01-31", periods=90, freq="ME")
    series = pd.Series(SERIES, index=dates, name="sales")
    fitted = NaiveForecaster().fit(series).fitted_values()
    pd.testing.assert_series_equal(fitted, series.shift(1))

    table = pd.DataFrame({"a": SERIES, "b": SERIES[::-1]}, index=dates)
    left = NaiveForecaster().fit(table).residuals()
    pd.testing.assert_frame_equal(left, table.diff())

    long = pd.DataFrame({"id": ["x"] * 3 + ["y"] * 2, "n": [0, 1, 2, 5, 6], "v": [1.0, 2, 4, 3, 7]})
    layout = {"id_column": "id", "time_column": "n", "target_column": "v"}
    left = NaiveForecaster(**layout).fit(long).residuals()
    pd.testing.assert_frame_equal(left[["id", "n"]], long[["id", "n"]])
    np.testing.assert_array_equal(left["residual"], [np.nan, 1, 2, np.nan, 4])


def test_an_unfitted_forecaster_has_none():
    with pytest.raises(NotFittedError):
        NaiveForecaster().fitted_values()
