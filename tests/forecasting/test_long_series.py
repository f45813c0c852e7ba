"""Long series are copied twice at most, and settings are chosen on their ends."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

from esnkit import (
    AnalogueForecaster,
    AutoESN,
    AutoregressiveForecaster,
    ESNRegressor,
    Forecaster,
    NaiveForecaster,
    Reservoir,
    RidgeReadout,
    SeasonalNaive,
    ThetaForecaster,
)
from esnkit.forecasting import analogues, autoregression, classical, seasonal_adjustment, theta
from esnkit.forecasting.auto import autoesn
from esnkit.forecasting.classical import ExponentialSmoothing
from esnkit.forecasting.ensemble import EnsembleForecaster
from esnkit.forecasting.seasonal_adjustment import SeasonallyAdjustedForecaster
from esnkit.forecasting.series import read_series

RNG = np.random.default_rng(0)
NOISY = np.sin(np.arange(900) * 2 * np.pi / 12) + 0.3 * RNG.normal(size=900) + 5


@pytest.fixture
def short_tails(monkeypatch):
    """Let tails be 300 steps long."""
    for module in (autoesn, analogues, autoregression, classical, seasonal_adjustment, theta):
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


CLASSICAL = [
    NaiveForecaster(),
    NaiveForecaster("reversion"),
    SeasonalNaive(12),
    ThetaForecaster(None),
    AutoregressiveForecaster(season_length=12),
    AnalogueForecaster(),
    ExponentialSmoothing("damped", season_length=12, smoothing=[0.2, 0.1, 0.1, 0.9]),
]


@pytest.mark.parametrize("forecaster", CLASSICAL[3:-1], ids=lambda f: type(f).__name__)
def test_what_learns_from_the_tail_forecasts_as_if_there_were_no_more(short_tails, forecaster):
    whole, tail = (forecaster.fit(y).forecast(24) for y in (NOISY, NOISY[-300:]))
    np.testing.assert_allclose(whole, tail, rtol=1e-12)


def test_a_regression_on_known_inputs_goes_on_from_a_long_series(short_tails):
    X = RNG.normal(size=(910, 1))
    y = 5 + 2 * X[:, 0] - np.concatenate([[0], X[:-1, 0]])
    forecaster = AutoregressiveForecaster().fit(y[:900], X[:900])
    np.testing.assert_allclose(forecaster.forecast(10, X[900:]), y[900:], atol=1e-6)


def peak_and_rest(call):
    """What a call needs at most, and what is left of it as long as its result is kept, in bytes."""
    tracemalloc.start()
    try:
        kept = call()
        rest, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept is not None
    return peak, rest


@pytest.mark.parametrize("forecaster", CLASSICAL, ids=repr)
def test_classical_forecasters_copy_a_long_series_thrice_at_most(short_tails, forecaster):
    series = 5 + np.sin(np.arange(400_000.0))
    forecaster.fit(series[:500])
    peak, rest = peak_and_rest(lambda: (forecaster.fit(series), forecaster.forecast(5)))
    assert peak < 3 * series.nbytes + 5e6
    assert rest < 1.1 * series.nbytes


def test_members_share_what_is_left_of_a_long_series(short_tails):
    series = np.exp(np.sin(np.arange(400_000) * np.pi / 6))
    naive = NaiveForecaster()
    members = [SeasonallyAdjustedForecaster(naive, season=12) for _ in range(4)]
    members += [EnsembleForecaster([SeasonallyAdjustedForecaster(naive, log=True)] * 3)]
    ensemble = EnsembleForecaster(members)
    peak, rest = peak_and_rest(lambda: ensemble.fit(series))
    assert rest < 3.1 * series.nbytes  # as it is, without seasons, and of logarithms
    assert peak < 5 * series.nbytes
    assert not np.shares_memory(series, ensemble.members_[0].forecaster_.series_.members[0].values)
    alone = members[0].fit(series).forecast(12)
    np.testing.assert_array_equal(ensemble.members_[3].forecast(12), alone)


def test_what_is_left_is_not_kept_for_longer_than_the_forecaster(short_tails):
    data = read_series(NOISY)
    forecaster = SeasonallyAdjustedForecaster(NaiveForecaster(), season=12)._fit(data, None)
    assert len(seasonal_adjustment._ADJUSTED[data]) == 1
    del forecaster
    gc.collect()
    assert not seasonal_adjustment._ADJUSTED[data]


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
