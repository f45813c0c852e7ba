"""A fitted forecaster at the end of other series: what it learned stays, its states are theirs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from esnkit import (
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

RNG = np.random.default_rng(2)
STEPS = np.arange(90)
FIRST = 5 + np.sin(STEPS / 3) + 0.2 * RNG.normal(size=90)
SECOND = 5 + np.sin(STEPS[:70] / 3 + 1) + 0.2 * RNG.normal(size=70)
INPUT = np.cos(STEPS / 5)[:, np.newaxis]
MODEL = ESNRegressor(Reservoir(20), RidgeReadout(0.1), washout=10)
FEEDING = ESNRegressor(Reservoir(20, feedback_scaling=0.3), RidgeReadout(0.1), washout=10)
KINDS = [
    Forecaster(MODEL, random_state=0),
    Forecaster(MODEL, differences=(6, 1), random_state=0),
    Forecaster(MODEL, direct_horizon=4, random_state=0),
    Forecaster(FEEDING, loop="feedback", random_state=0),
    AutoESN(n_candidates=3, random_state=0),
    AutoESN(n_candidates=3, season_length=6, random_state=0),
    NaiveForecaster("reversion"),
    SeasonalNaive(6),
    ExponentialSmoothing("damped", season_length=6),
    ThetaForecaster(),
    IntermittentForecaster(),
    AutoregressiveForecaster(2),
    AnalogueForecaster(),
]


@pytest.mark.parametrize("known", [False, True], ids=["alone", "with inputs"])
@pytest.mark.parametrize("forecaster", KINDS, ids=lambda one: str(one)[:60])
def test_the_same_series_gives_the_same_forecast(forecaster, known):
    x, coming = (INPUT, INPUT[:4]) if known else (None, None)
    fitted = clone(forecaster).fit(FIRST, x)
    expected, params = fitted.forecast(4, coming), fitted.get_params()
    other = fitted.with_series(SECOND, None if x is None else x[:70])
    assert np.isfinite(other.forecast(4, coming)).all()
    assert not np.allclose(other.forecast(4, coming), expected, rtol=1e-9)
    back = other.with_series(FIRST, x)
    assert_allclose(back.forecast(4, coming), expected, rtol=1e-6)
    assert_allclose(fitted.forecast(4, coming), expected)  # which was left as it was
    assert str(back.get_params()) == str(params)


def test_what_was_learned_stays():
    fitted = AutoregressiveForecaster(2).fit(FIRST)
    line = fitted.states_[0][0]
    by_hand = line.intercept + line.coef @ SECOND[[-1, -2]]
    assert_allclose(fitted.with_series(SECOND).forecast(1), [by_hand])
    fitted = Forecaster(MODEL, random_state=0).fit(FIRST)
    other = fitted.with_series(SECOND)
    assert_allclose(other.model_.readout_.coef_, fitted.model_.readout_.coef_)
    shares = ExponentialSmoothing("damped").fit(FIRST)
    assert_allclose(shares.with_series(SECOND).smoothing_, shares.smoothing_)


def test_an_update_is_where_the_longer_series_ends():
    fitted = Forecaster(MODEL, random_state=0).fit(FIRST)
    grown = fitted.with_series(SECOND[:60]).update(SECOND[60:])
    assert_allclose(grown.forecast(5), fitted.with_series(SECOND).forecast(5))


def test_fields_and_panels_go_along():
    field = np.sin(STEPS[:, np.newaxis] / 4 + np.arange(6))
    local = LocalForecaster(MODEL, patch_size=2, overlap=1, random_state=0).fit(field)
    expected = local.forecast(5)
    assert_allclose(local.with_series(field[:60]).with_series(field).forecast(5), expected)
    for panel in ("pooled", "each"):
        auto = AutoESN(n_candidates=3, panel=panel, random_state=0).fit([FIRST, SECOND])
        turned = auto.with_series([SECOND, FIRST]).with_series([FIRST, SECOND])
        for one, other in zip(turned.forecast(3), auto.forecast(3), strict=True):
            assert_allclose(one, other, rtol=1e-6)


def test_dates_are_those_of_the_new_series():
    dates = pd.date_range("2020-01-01", periods=70, freq="D")
    other = Forecaster(MODEL, random_state=0).fit(FIRST).with_series(pd.Series(SECOND, dates))
    assert other.forecast(2).index.equals(pd.date_range(dates[-1], periods=3, freq="D")[1:])


def test_what_does_not_fit_is_refused():
    fitted = Forecaster(MODEL, random_state=0).fit(FIRST)
    with pytest.raises(ValueError, match=r"2 series of 1 variable.*fitted to 1 of 1"):
        fitted.with_series([FIRST, SECOND])
    with pytest.raises(ValueError, match="1 series of 2 variable"):
        fitted.with_series(np.column_stack([FIRST, FIRST]))
    with pytest.raises(ValueError, match="at least"):
        fitted.with_series(SECOND[:5])
    with pytest.raises(ValueError, match="looks back for 2"):
        AutoregressiveForecaster(2).fit(FIRST).with_series(SECOND[:2])
    with pytest.raises(ValueError, match="X must give"):
        Forecaster(MODEL, random_state=0).fit(FIRST, INPUT).with_series(SECOND)
    with pytest.raises(NotFittedError):
        NaiveForecaster().with_series(SECOND)
