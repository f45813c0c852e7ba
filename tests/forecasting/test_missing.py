"""Missing values and left out rows, and the verbs that people ask for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit import AutoESN, Forecaster, NaiveForecaster, SeasonalNaive
from esnkit.forecasting.missing import fill_missing

WAVE = np.sin(np.arange(120) / 4)
HOLES = (7, 8, 9, 40)


def with_holes(y):
    y = np.array(y, dtype=float)
    y[list(HOLES)] = np.nan
    return y


def dated(y, freq="MS"):
    return pd.Series(y, index=pd.date_range("2010-01-01", periods=len(y), freq=freq), name="sales")


@pytest.mark.parametrize("form", [list, np.asarray, dated])
def test_lines_are_drawn_through_holes_in_every_form(form):
    line = 3 + 0.5 * np.arange(50)
    with pytest.warns(UserWarning, match=r"4 missing value\(s\) of y were interpolated, the first"):
        filled = fill_missing(form(with_holes(line)), "interpolate", "y")
    np.testing.assert_allclose(filled, line)


def test_values_are_carried_on():
    y = np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, np.nan], [5.0, 6.0]])
    with pytest.warns(UserWarning, match=r"4 missing value\(s\) of y were carried on"):
        filled = fill_missing(y, "carry", "y")
    np.testing.assert_array_equal(filled, [[2, 1], [2, 1], [2, 1], [5, 6]])


@pytest.mark.parametrize("freq", ["MS", "D", "h", "W", "QS", "ME"])
def test_left_out_dates_are_missing(freq):
    full = dated(2.0 + np.arange(40), freq)
    with pytest.warns(UserWarning, match="interpolated, the first at"):
        filled = fill_missing(full.drop(full.index[[5, 6, 20]]), "interpolate", "y")
    pd.testing.assert_series_equal(filled, full, check_freq=False)


def test_left_out_periods_and_numbers_are_missing():
    periods = dated(np.arange(30.0)).set_axis(pd.period_range("2010-01", periods=30, freq="M"))
    numbers = pd.Series(np.arange(30.0), index=range(0, 60, 2))
    for full in (periods, numbers):
        with pytest.warns(UserWarning, match="1 missing"):
            filled = fill_missing(full.drop(full.index[11]), "interpolate", "y")
        np.testing.assert_array_equal(filled, full)


@pytest.mark.parametrize("forecaster", [Forecaster(random_state=0), AutoESN(n_candidates=2)])
def test_forecasters_fill_on_request_only(forecaster):
    y = dated(with_holes(WAVE))
    with pytest.raises(ValueError, match=r"4 missing.*missing='interpolate'"):
        forecaster.fit(y)
    with pytest.warns(UserWarning, match="4 missing"):
        fitted = forecaster.set_params(missing="interpolate").fit(y)
    assert fitted.forecast(3).index[0] == pd.Timestamp("2020-01-01")
    forecaster.set_params(missing="guess")
    with pytest.raises(ValueError, match="missing must be one of 'refuse', 'interpolate', 'carry'"):
        forecaster.fit(y)


def test_a_variable_without_values_is_refused():
    with pytest.raises(ValueError, match="no value at all"):
        fill_missing(np.full(5, np.nan), "carry", "y")


# ------------------------------------------------------------------ what people type


def test_dates_may_be_text():
    texts = [f"20{year}-0{month}-01" for year in range(10, 20) for month in (1, 4, 7)]
    texts += [f"20{year}-10-01" for year in range(10, 20)]
    y = pd.Series(np.arange(40.0), index=sorted(texts))
    forecast = NaiveForecaster("drift").fit(y).forecast(2)
    assert forecast.index.strftime("%Y-%m").tolist() == ["2020-01", "2020-04"]


def test_some_steps_ahead_may_be_named():
    for y in (WAVE, dated(WAVE), pd.DataFrame({"a": WAVE, "b": -WAVE})):
        fitted = SeasonalNaive(25).fit(y)
        whole, some = fitted.forecast(12), fitted.forecast([1, 3, 12])
        np.testing.assert_array_equal(some, np.asarray(whole)[[0, 2, 11]])
        np.testing.assert_array_equal(fitted.predict(12), whole)
        np.testing.assert_array_equal(fitted.predict([12]), np.asarray(whole)[[11]])
    listed = SeasonalNaive(25).fit([WAVE, WAVE[:60]]).forecast([2, 4])
    assert [part.shape for part in listed] == [(2,), (2,)]
    with pytest.raises(ValueError, match="at least one step"):
        fitted.forecast([])
    with pytest.raises(ValueError, match="horizon == 0"):
        fitted.forecast([0, 3])


def test_a_backtest_without_series_takes_those_of_the_fit():
    x = np.cos(np.arange(120) / 4)
    fitted = Forecaster(random_state=0).fit(WAVE, x)
    given = Forecaster(random_state=0).backtest(WAVE, 5, X=x, n_origins=2)
    pd.testing.assert_frame_equal(fitted.backtest(horizon=5, n_origins=2), given)


def test_a_score_is_minus_the_scaled_error():
    fitted = NaiveForecaster().fit([1.0, 2.0, 4.0, 3.0])  # steps of 1, 2, 1
    assert fitted.score([3.0, 7.0]) == pytest.approx(-2 / (4 / 3))
    assert fitted.score([3.0, 3.0]) == 0
