"""Errors that settings were chosen by look small: by how much is told without some of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from esnkit import AutoESN
from esnkit.forecasting.auto.candidates import (
    Candidate,
    Naive,
    NVARConfig,
    Preprocessing,
)
from esnkit.forecasting.auto.evaluation import Validation
from esnkit.forecasting.auto.hindsight import Hindsight, errors_by, hindsight
from esnkit.forecasting.series import read_series
from esnkit.search.rolling_origins import RollingOrigins

PLAIN = Preprocessing()
RNG = np.random.default_rng(5)


def validation_of(series, n_origins=6, horizon=10):
    rolling = RollingOrigins(horizon=horizon, n_origins=n_origins, stride=horizon)
    return Validation(read_series(series), None, rolling)


def tried(validation, n_models, noise, n_series=1):
    """Models whose forecasts are noise of its own each, and the mean."""
    shape = (len(validation.steps_back), validation.horizon, 1)
    kinds = [NVARConfig(1 + k, 1, 2) for k in range(n_models)]
    trials = [
        validation._evaluation(
            Candidate(kind, PLAIN), [noise * RNG.normal(size=shape) for _ in range(n_series)]
        )
        for kind in kinds
    ]
    mean = [np.zeros(shape) for _ in range(n_series)]
    trials.append(validation._evaluation(Candidate(Naive(False), PLAIN), mean))
    return sorted(trials, key=lambda trial: trial.score)


@pytest.mark.parametrize("n_series", [1, 2])
def test_luck_among_many_is_found_out(n_series):
    factors = []
    for _ in range(5):
        validation = validation_of([RNG.normal(size=200) for _ in range(n_series)])
        both = [tried(validation, n_models, 0.7, n_series) for n_models in (1, 40)]
        factors.append([hindsight(trials, validation, 1).widening for trials in both])
    alone, many = np.mean(factors, axis=0)
    assert alone < 1.03 < many


def test_what_is_alike_is_no_luck():
    validation = validation_of(RNG.normal(size=200))
    found = hindsight(tried(validation, 20, 0.0), validation, 3)
    assert (found.widening, found.ratio) == (pytest.approx(1.0), pytest.approx(1.0))


def test_what_has_no_error_is_not_widened():
    validation = validation_of(np.zeros(200))
    assert hindsight(tried(validation, 3, 0.0), validation, 3).widening == 1.0


def test_errors_are_those_of_what_the_origins_choose():
    y = RNG.normal(size=200)
    validation = validation_of(y)
    trials = tried(validation, 30, 30.0)  # so bad that the mean has nearly all weight
    errors = errors_by(trials, validation, 1, np.arange(4))
    back = validation.steps_back[0]
    truth = y[200 - back : 200 - back + 10] / y[: 200 - back].std()
    assert_allclose(errors[0, 0, :, 0], np.abs(truth), atol=0.2)
    # The last forecasts reach beyond the end, where nothing is known.
    assert np.isnan(errors[0, -1, :, 0]).sum() == 10 - validation.steps_back[-1]


def test_intervals_are_widened_by_hindsight():
    y = np.sin(np.arange(60) / 4) + RNG.normal(size=60)
    auto = AutoESN(n_candidates=2, random_state=0).fit(y)
    auto._hindsight = Hindsight(1.3)
    bare = auto.best_forecaster_.predict_interval(6)
    wide = auto.predict_interval(6)
    assert_allclose(wide[1] - wide[0], 1.3 * (bare[1] - bare[0]))
    each = AutoESN(n_candidates=2, panel="each", random_state=0).fit([y, y[::-1]])
    lower, upper = each.predict_interval(6)
    alone = AutoESN(n_candidates=2, random_state=0).fit(y).predict_interval(6)
    assert_allclose(upper[0] - lower[0], alone[1] - alone[0])


def test_no_summary_boasts_of_errors_that_chose():
    ratios = []
    for _ in range(3):
        walk = 100 + RNG.normal(size=41).cumsum()  # few steps, on which many a model is perfect
        auto = AutoESN(n_candidates=12, random_state=0).fit(walk)
        ratios.append(auto._hindsight.ratio)
        assert f"not chosen: {ratios[-1]:.2g} times" in auto.summary()
    assert np.mean(ratios) > 0.7
    wave = AutoESN(n_candidates=12, random_state=0).fit(np.sin(np.arange(200) / 5))
    assert wave._hindsight.ratio < 0.01
