"""Increments as targets: what a readout says is added to the value it saw."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neural_network import MLPRegressor

from esnkit import NVAR, ESNRegressor, Forecaster, Reservoir, RidgeReadout, TappedDelayLine
from esnkit.datasets import lorenz63, mackey_glass

LORENZ = lorenz63(500, dt=0.025, random_state=0)
WAVE = mackey_glass(400, random_state=0)


def esn(readout=None, **options):
    reservoir = Reservoir(40, leak_rate=0.5, random_state=0)
    return ESNRegressor(reservoir, readout or RidgeReadout(1e-6), washout=20, **options)


def next_generation_reservoir_computing(series, horizon, alpha):
    """The algorithm of Gauthier et al. (2021) in plain numpy, on standardised values."""
    mean, std = series.mean(axis=0), series.std(axis=0)
    z = (series - mean) / std
    upper = np.triu_indices(2 * z.shape[1])

    def features(now, before):
        linear = np.concatenate([now, before])
        return np.concatenate([linear, np.outer(linear, linear)[upper]])

    rows = np.array([features(z[n], z[n - 1]) for n in range(1, len(z) - 1)])
    ridge = Ridge(alpha, solver="svd").fit(rows, z[2:] - z[1:-1])
    before, now, run = z[-2], z[-1], []
    for _ in range(horizon):
        before, now = now, now + ridge.predict([features(now, before)])[0]
        run.append(now)
    return np.array(run) * std + mean


def test_nvar_with_increments_is_next_generation_reservoir_computing():
    model = ESNRegressor(NVAR(2), RidgeReadout(1e-4), include_input=False, washout=1)
    forecast = Forecaster(model, increments=True).fit(LORENZ[:400]).forecast(80)
    by_hand = next_generation_reservoir_computing(LORENZ[:400], 80, 1e-4)
    np.testing.assert_allclose(forecast, by_hand, rtol=0, atol=1e-5)
    np.testing.assert_allclose(forecast[:20], LORENZ[400:420], rtol=0, atol=1.0)


def test_the_closed_loop_adds_what_a_regression_on_increments_says():
    """One step and two, from the states of the reservoir and scikit-learn's ridge."""
    forecaster = Forecaster(esn(RidgeReadout(1e-3)), increments=True).fit(WAVE)
    z = ((WAVE - WAVE.mean()) / WAVE.std())[:, None]
    change = z[1:] - z[:-1]
    spread = change.std()
    reservoir = forecaster.model_.reservoir_
    states, state = reservoir.transform(z, return_state=True)
    rows = np.hstack([states, z])
    ridge = Ridge(1e-3, solver="svd").fit(rows[20:-1], change[20:] / spread)
    value = z[-1]
    for expected in forecaster.forecast(3):
        value = value + spread * ridge.predict(rows[-1:]).ravel()
        assert expected == pytest.approx((value * WAVE.std() + WAVE.mean()).item(), abs=1e-8)
        states, state = reservoir.transform(value[None], state=state, return_state=True)
        rows = np.hstack([states, value[None]])


def test_a_heavy_penalty_keeps_the_last_value_and_not_the_mean():
    drift = np.linspace(0, 1, 300) ** 2
    kept = Forecaster(esn(RidgeReadout(1e12)), increments=True).fit(drift)
    step = (drift[-1] - drift[20]) / (len(drift) - 21)  # the intercept: the mean increment
    np.testing.assert_allclose(kept.forecast(3), drift[-1] + step * np.arange(1, 4), rtol=1e-6)
    lost = Forecaster(esn(RidgeReadout(1e12))).fit(drift)
    np.testing.assert_allclose(lost.forecast(3), drift[21:].mean(), rtol=1e-6)


def test_the_scale_of_increments_leaves_a_ridge_as_it_is():
    for alpha in (1e-6, 1.0, "auto"):
        plain = Forecaster(esn(RidgeReadout(alpha)), increments=True, scale=False)
        scaled = Forecaster(esn(RidgeReadout(alpha)), increments=True, scale=True)
        z = (WAVE - WAVE.mean()) / WAVE.std()
        np.testing.assert_allclose(
            plain.fit(z).forecast(20), scaled.fit(z).forecast(20), rtol=0, atol=1e-7
        )


@pytest.mark.parametrize("include_input", [True, False], ids=["input-last", "taps-first"])
def test_the_value_is_found_among_the_features(include_input):
    """Known inputs stand behind the values; the present value is a feature, or even two."""
    inputs = np.sin(np.arange(400) / 3)
    model = ESNRegressor(
        TappedDelayLine(5), LinearRegression(), include_input=include_input, washout=4
    )
    options = {"X": inputs[:300]}
    with_increments = Forecaster(model, increments=True).fit(WAVE[:300], **options)
    without = Forecaster(model).fit(WAVE[:300], **options)
    # Least squares without a penalty is the same either way.
    np.testing.assert_allclose(
        with_increments.forecast(20, inputs[300:320]),
        without.forecast(20, inputs[300:320]),
        rtol=0,
        atol=1e-7,
    )


def test_direct_steps_start_from_the_last_value():
    model = ESNRegressor(TappedDelayLine(3), LinearRegression(), include_input=False, washout=2)
    with_increments = Forecaster(model, increments=True, direct_horizon=4).fit(LORENZ)
    without = Forecaster(model, direct_horizon=4).fit(LORENZ)
    np.testing.assert_allclose(with_increments.forecast(4), without.forecast(4), atol=1e-7)


@pytest.mark.parametrize("differences", [1, (12, 1)])
def test_differences_and_increments_go_together(differences):
    season = 10 + 0.05 * np.arange(300) + 2 * np.sin(2 * np.pi * np.arange(300) / 12)
    forecaster = Forecaster(esn(), increments=True, differences=differences)
    forecast = forecaster.fit(season[:260]).forecast(24)
    np.testing.assert_allclose(forecast, season[260:284], atol=0.1)


def test_a_readout_that_is_not_linear_learns_increments():
    network = MLPRegressor(hidden_layer_sizes=20, solver="lbfgs", max_iter=2000, random_state=0)
    wave = np.sin(np.arange(300) / 10)
    model = ESNRegressor(TappedDelayLine(4), network, include_input=False, washout=3)
    forecaster = Forecaster(model, increments=True)
    forecast = forecaster.fit(wave[:250]).forecast(20)
    np.testing.assert_allclose(forecast, wave[250:270], atol=0.1)


def test_many_series_and_updates():
    parts = [WAVE[:150], WAVE[120:300]]
    forecaster = Forecaster(esn(), increments=True).fit(parts)
    first, _ = forecaster.forecast(5)
    np.testing.assert_allclose(first, WAVE[150:155], atol=0.05)
    forecaster.update([WAVE[150:160], WAVE[300:305]])
    np.testing.assert_allclose(forecaster.forecast(5)[1], WAVE[305:310], atol=0.05)


def test_update_may_learn_increments():
    model = esn(RidgeReadout(1e-2))
    learned = Forecaster(model, increments=True, scale=False).fit(WAVE[:200])
    learned.update(WAVE[200:300], learn=True)
    refitted = Forecaster(model, increments=True, scale=False).fit(WAVE[:300])
    np.testing.assert_allclose(learned.forecast(5), refitted.forecast(5), atol=1e-8)


def test_the_users_model_stays_as_it_is():
    model = esn()
    forecaster = clone(Forecaster(model, increments=True)).fit(WAVE)
    assert isinstance(forecaster.model.readout, RidgeReadout)
    assert not hasattr(model, "readout_")


def test_a_constant_has_no_increments():
    with pytest.warns(UserWarning, match="constant"):
        forecaster = Forecaster(esn(), increments=True).fit(np.full(100, 7.5))
    np.testing.assert_allclose(forecaster.forecast(5), 7.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loop": "feedback"}, "increments start from the input: they need loop='input'"),
        ({"model": esn(include_input=False)}, "increments=True needs a readout that sees"),
        ({"model": MLPRegressor()}, r"increments=True needs a readout.*MLPRegressor"),
    ],
)
def test_increments_of_what_is_not_seen_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Forecaster(**options, increments=True).fit(WAVE)
