"""Analogues against a naive twin, on series that repeat themselves, and beside other verbs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from esnkit import AnalogueForecaster, NaiveForecaster
from esnkit.datasets import lorenz63

RNG = np.random.default_rng(3)


def twin(y, window, n_analogues, shifted, horizon, x=None):
    """The method as it is written down: compare each stretch, average what followed."""
    n, unit = len(y), y.std(axis=0)
    scale = None if x is None else x.std(axis=0)
    now = y[n - window :]
    stretches = []
    for end in range(window, n - horizon + 1):
        past = y[end - window : end]
        level = (now - past).mean(axis=0) if shifted else 0.0
        off = (((now - past - level) / unit) ** 2).sum() / window
        if x is not None:
            coming = (x[n : n + horizon] - x[end : end + horizon]) / scale
            off += (coming**2).mean(axis=1).mean()
        stretches.append((np.sqrt(off), y[end : end + horizon] + level))
    nearest = sorted(stretches, key=lambda stretch: stretch[0])[:n_analogues]
    weights = np.exp([-off / nearest[0][0] for off, _ in nearest])
    return sum(w * run for w, (_, run) in zip(weights / weights.sum(), nearest, strict=True))


@pytest.mark.parametrize(
    ("window", "n_analogues", "shifted"), [(1, 1, False), (3, 4, False), (3, 4, True), (8, 2, True)]
)
@pytest.mark.parametrize("n_variables", [1, 2])
def test_forecasts_are_those_of_the_twin(window, n_analogues, shifted, n_variables):
    y = RNG.normal(size=(90, n_variables)).cumsum(axis=0) + RNG.normal(size=(90, n_variables))
    one = AnalogueForecaster(window, n_analogues, shifted=shifted).fit(y)
    assert_allclose(one.forecast(5), twin(y, window, n_analogues, shifted, 5))


def test_known_inputs_of_the_coming_steps_must_be_alike_too():
    x = (RNG.random((150, 1)) < 0.2) * 1.0
    y = 0.1 * RNG.normal(size=(150, 1)) + 4 * x
    one = AnalogueForecaster(2, 3, shifted=False).fit(y[:140], x[:140])
    assert_allclose(one.forecast(4, x[140:144]), twin(y[:140], 2, 3, False, 4, x[:144]))
    free = AnalogueForecaster().fit(y[:140], x[:140])
    step_by_step = []
    for n in range(140, 150):
        step_by_step.append(free.forecast(1, x[n : n + 1])[0])
        free.update(y[n : n + 1], x[n : n + 1])
    assert np.abs(np.array(step_by_step) - y[140:]).mean() < 0.5


@pytest.mark.parametrize("period", [3, 7, 20])
@pytest.mark.parametrize("slope", [0.0, 0.3])
@pytest.mark.parametrize("horizon", [5, 80])
def test_what_repeats_itself_goes_on(period, slope, horizon):
    n = np.arange(120 + horizon)
    y = np.random.default_rng(period).normal(size=period)[n % period] + slope * n
    one = AnalogueForecaster().fit(y[:120])
    assert one.shifted_ == (slope > 0)
    assert_allclose(one.forecast(horizon), y[120:], atol=1e-6)


def test_chaos_is_followed_for_a_while():
    errors = []
    for seed in range(6):
        y = lorenz63(1100, dt=0.03, random_state=seed)[:, 0]
        run = AnalogueForecaster().fit(y[:1000]).forecast(25)
        still = NaiveForecaster().fit(y[:1000]).forecast(25)
        errors.append([np.abs(f - y[1000:1025]).mean() for f in (run, still)])
    own, naive = np.median(errors, axis=0)
    assert own < 0.3 * naive


def test_settings_that_were_chosen_stay_with_updates_and_in_intervals():
    y = np.sin(np.arange(200) / 4) + 0.2 * RNG.normal(size=200)
    one = AnalogueForecaster().fit(y[:150])
    frozen = one._frozen_clone()
    assert frozen.get_params()["window"] == one.window_
    assert_allclose(one.update(y[150:]).forecast(8), frozen.fit(y).forecast(8))
    lower, upper = one.predict_interval(8)
    assert (lower < one.forecast(8)).all()
    assert (one.forecast(8) < upper).all()


def test_many_series_and_tables_keep_their_form():
    dates = pd.date_range("2020-01-01", periods=60, freq="D")
    waves = [np.sin(np.arange(60) / k) for k in (2, 3)]
    table = pd.DataFrame(np.column_stack(waves), index=dates, columns=["a", "b"])
    assert AnalogueForecaster().fit(table).forecast(3).columns.tolist() == ["a", "b"]
    both = AnalogueForecaster(4, 1, shifted=False).fit([waves[0], waves[1][:50]])
    alone = AnalogueForecaster(4, 1, shifted=False).fit(waves[1][:50])
    assert_allclose(both.forecast(7)[1], alone.forecast(7))


@pytest.mark.parametrize("n_steps", range(3, 12))
def test_a_few_steps_are_enough(n_steps):
    y = RNG.normal(size=n_steps)
    forecast = AnalogueForecaster().fit(y).forecast(2 * n_steps)
    assert forecast.shape == (2 * n_steps,)
    assert np.isfinite(forecast).all()


def test_what_never_changes_does_not():
    with pytest.warns(UserWarning, match="constant"):
        one = AnalogueForecaster().fit(np.full(40, 3.0))
    assert_allclose(one.forecast(5), 3.0)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"window": 0}, ValueError, "window == 0, must be >= 1"),
        ({"n_analogues": 0}, ValueError, "n_analogues == 0, must be >= 1"),
        ({"window": 2.5}, TypeError, "window must be an instance of int"),
        ({"shifted": "yes"}, TypeError, "shifted"),
        ({"window": 40}, ValueError, "needs at least 81"),
    ],
)
def test_what_cannot_be_is_refused(params, error, message):
    with pytest.raises(error, match=message):
        AnalogueForecaster(**params).fit(np.arange(60.0))
