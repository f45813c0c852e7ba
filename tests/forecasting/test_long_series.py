"""Long series are copied twice at most, and settings are chosen on their ends."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from esnkit import AutoESN, ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.forecasting import classical, seasonal_adjustment
from esnkit.forecasting.auto import autoesn
from esnkit.forecasting.classical import ExponentialSmoothing
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.forecasting.series import read_series

RNG = np.random.default_rng(0)
NOISY = np.sin(np.arange(900) * 2 * np.pi / 12) + 0.3 * RNG.normal(size=900) + 5


@pytest.fixture
def short_tails(monkeypatch):
    """Let tails be 300 steps long."""
    for module in (autoesn, classical, seasonal_adjustment):
        monkeypatch.setattr(module, "LONGEST_TAIL", 300)


def test_settings_are_chosen_on_the_tail_and_fitted_to_everything(short_tails):
    whole = AutoESN(n_candidates=6, n_members=1, random_state=0).fit(NOISY)
    tail = AutoESN(n_candidates=6, n_members=1, random_state=0).fit(NOISY[-300:])
    columns = ["memory", "score", "penalty", "seed"]
    np.testing.assert_array_equal(whole.search_[columns], tail.search_[columns])
    assert whole.best_params_ == tail.best_params_
    members = whole.best_forecaster_.members_
    assert {len(m.series_.members[0].values) for m in members} == {900}


@pytest.mark.parametrize("before", [1.0, 3.0, 500.0])
def test_what_lies_before_the_tail_changes_no_candidate(short_tails, before):
    # Levels before the tail that make the whole series look as if it grew.
    y = np.concatenate([NOISY[:600] * before, NOISY[600:]])
    whole, tail = (
        AutoESN(n_candidates=1, n_members=1)._lay_out(read_series(s), None)[1]
        for s in (y, y[-300:])
    )
    assert whole == tail


@pytest.mark.parametrize("lowest", [0.0, -1.0])
def test_no_logarithms_are_tried_of_what_is_not_positive_before_the_tail(short_tails, lowest):
    y = np.exp(np.arange(900) / 100)
    y[5] = lowest
    traits = AutoESN()._lay_out(read_series(y), None)[1]
    assert not traits.positive
    assert not traits.growing
    assert AutoESN()._lay_out(read_series(y[-300:]), None)[1].growing


def test_known_inputs_of_the_tail_are_those_of_its_steps(short_tails):
    X = RNG.normal(size=(900, 1))
    y = NOISY + np.concatenate([[0], X[:-1, 0]])
    search = {"n_candidates": 6, "n_members": 1, "random_state": 0}
    whole, tail = AutoESN(**search).fit(y, X), AutoESN(**search).fit(y[-300:], X[-300:])
    np.testing.assert_array_equal(whole.search_["score"], tail.search_["score"])


def test_smoothing_forgets_what_is_older_than_the_tail(short_tails, monkeypatch):
    smoothing = [0.2, 0.1, 0.1, 1.0]
    short = ExponentialSmoothing("additive", season_length=12, smoothing=smoothing).fit(NOISY)
    whole = ExponentialSmoothing("additive", season_length=12, smoothing=smoothing)
    monkeypatch.undo()  # nothing is old
    expected = whole.fit(NOISY).forecast(24)
    np.testing.assert_allclose(short.forecast(24), expected, atol=0.1)


def test_the_course_of_a_season_keeps_its_phase(short_tails):
    y = np.sin(np.arange(907) * 2 * np.pi / 12) + 5
    data = read_series(y)
    adjusted = SeasonallyAdjustedForecaster(Forecaster(random_state=0), season=12)._fit(data, None)
    np.testing.assert_allclose(adjusted.courses_[0][:, 0], y[:12] - 5, atol=1e-3)


def test_a_season_longer_than_the_tail_is_seen_three_times(short_tails):
    y = np.tile(RNG.normal(size=280), 4)
    data = read_series(y)
    adjusted = SeasonallyAdjustedForecaster(Forecaster(random_state=0), season=280)._fit(data, None)
    np.testing.assert_allclose(adjusted.courses_[0][:, 0], y[:280] - y[:280].mean(), atol=1e-9)


@pytest.mark.parametrize("loop", ["input", "feedback"])
def test_a_long_series_is_copied_twice_at_most(loop):
    model = ESNRegressor(
        Reservoir(5, feedback_scaling=float(loop == "feedback")), RidgeReadout(1.0)
    )
    forecaster = Forecaster(model, loop=loop, random_state=0)
    series = np.sin(np.arange(400_000.0))
    forecaster.fit(series[:500])
    tracemalloc.start()
    try:
        forecaster.fit(series)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    copies = 3 if loop == "feedback" else 2  # a model without input is given zeros
    assert peak < copies * series.nbytes + 5e6
