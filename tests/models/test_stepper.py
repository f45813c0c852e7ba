"""Steppers do what update and forecast do, one value at a time."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import FunctionTransformer

from esnkit import (
    NVAR,
    DivergenceWarning,
    ESNRegressor,
    Forecaster,
    Reservoir,
    RidgeReadout,
    RNNRegressor,
    TappedDelayLine,
    TDNNRegressor,
)
from esnkit.datasets import lorenz63
from tests.loops import fed_by_hand

T = np.arange(400)
WAVE = 5 + np.sin(T / 5) + 0.3 * np.sin(T / 7)
INPUTS = np.column_stack([np.cos(T / 9), T % 7])
LORENZ = lorenz63(400, random_state=0)


def esn(readout=None, **options):
    names = set(Reservoir().get_params()) & set(options)
    reservoir = Reservoir(40, random_state=0, **{n: options.pop(n) for n in names})
    readout = RidgeReadout(1e-6) if readout is None else readout
    return ESNRegressor(reservoir, readout, washout=20, **options)


LOG = FunctionTransformer(np.log, np.exp)
FOREST = RandomForestRegressor(3, max_depth=3, random_state=0)
NG_RC = ESNRegressor(NVAR(3), RidgeReadout(1e-4), include_input=False, washout=5)
RNN = RNNRegressor(hidden_layer_sizes=(5,), max_iter=2, random_state=0)
TDNN = TDNNRegressor(TappedDelayLine(4), hidden_layer_sizes=(4,), random_state=0)
FORECASTERS = {
    "plain": (Forecaster(esn()), WAVE, None),
    "many variables": (Forecaster(esn()), LORENZ, None),
    "differences": (Forecaster(esn(), differences=(12, 1)), LORENZ, None),
    "transformer": (Forecaster(esn(), transformer=LOG, differences=2), WAVE, None),
    "no scale": (Forecaster(esn(), scale=False), WAVE, None),
    "inputs": (Forecaster(esn(), differences=1), WAVE, INPUTS),
    "feedback": (Forecaster(esn(feedback_scaling=0.3), loop="feedback"), WAVE, None),
    "feedback, inputs": (Forecaster(esn(feedback_scaling=0.3), loop="feedback"), WAVE, INPUTS),
    "direct": (Forecaster(esn(), direct_horizon=5), LORENZ, None),
    "direct, inputs": (Forecaster(esn(), direct_horizon=4), WAVE, INPUTS),
    "increments": (Forecaster(esn(), increments=True), LORENZ, None),
    "squares": (Forecaster(esn(squared_states=True, include_input=False)), WAVE, None),
    "dense, float32": (Forecaster(esn(dtype="float32", connectivity=40)), WAVE, None),
    "nvar": (Forecaster(NG_RC, differences=2), WAVE, None),
    "forest": (Forecaster(esn(FOREST), differences=3), WAVE, INPUTS),
    "recurrent network": (Forecaster(RNN, differences=1), LORENZ, None),
    "delay network": (Forecaster(TDNN), WAVE, INPUTS),
    "forest, direct": (Forecaster(esn(FOREST), direct_horizon=4), LORENZ, None),
}


def ahead(inputs, n, horizon=4):
    return None if inputs is None else inputs[n : n + horizon]


@pytest.mark.parametrize("name", FORECASTERS)
def test_stepping_equals_updates_and_forecasts(name):
    forecaster, series, inputs = FORECASTERS[name]
    forecaster.fit(series[:300], ahead(inputs, 0, 300))
    stepper = forecaster.stepper(4, ahead(inputs, 300))
    np.testing.assert_allclose(
        stepper.forecast, forecaster.forecast(4, ahead(inputs, 300)), rtol=0, atol=1e-9
    )
    for n in range(300, 315):
        forecast = stepper.step(series[n], ahead(inputs, n + 1))
        forecaster.update(series[n : n + 1], ahead(inputs, n, 1))
        expected = forecaster.forecast(4, ahead(inputs, n + 1))
        tolerance = 1e-4 if "float32" in name else 1e-9
        np.testing.assert_allclose(forecast, expected, rtol=0, atol=tolerance)
        assert forecast.shape == expected.shape
        assert forecast is stepper.forecast


def test_a_stepper_foresees_a_smooth_series():
    stepper = Forecaster(esn(leak_rate=0.5)).fit(WAVE[:300]).stepper()
    for n in range(300, 400):
        assert stepper.forecast[0] == pytest.approx(WAVE[n], abs=1e-2)
        stepper.step(WAVE[n])


def test_the_forecaster_stays_where_it_is():
    forecaster = Forecaster(esn(), differences=1).fit(WAVE[:300])
    before = pickle.dumps(forecaster)
    stepper, other = forecaster.stepper(3), forecaster.stepper(3)
    for y in WAVE[300:310]:
        stepper.step(y)
    assert pickle.dumps(forecaster) == before
    np.testing.assert_array_equal(other.forecast, forecaster.forecast(3))


@pytest.mark.parametrize("name", ["differences", "transformer", "feedback", "nvar", "forest"])
def test_a_pickle_goes_on_bit_by_bit(name):
    forecaster, series, inputs = FORECASTERS[name]
    stepper = forecaster.fit(series[:300], ahead(inputs, 0, 300)).stepper(4, ahead(inputs, 300))
    for n in range(300, 310):
        stepper.step(series[n], ahead(inputs, n + 1))
    resumed = pickle.loads(pickle.dumps(stepper))
    np.testing.assert_array_equal(resumed.forecast, stepper.forecast)
    for n in range(310, 320):
        x_next = ahead(inputs, n + 1)
        np.testing.assert_array_equal(
            resumed.step(series[n], x_next), stepper.step(series[n], x_next)
        )


@pytest.mark.parametrize("name", ["differences", "nvar"])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([1.0, np.nan, 2.0], "y_new or x_next has a missing or infinite value"),
        ([1.0, np.inf, 2.0], "stepper stays where it was"),
        ([1.0, 2.0], r"y_new has shape \(2,\), but shape \(3,\) is needed"),
        ([[1.0, 2.0, 3.0]], r"y_new has shape \(1, 3\)"),
        (1.0, r"y_new has shape \(\)"),
        (["a", "b", "c"], "could not convert"),
    ],
)
def test_nothing_is_lost_by_bad_input(name, bad, message):
    model = esn() if name == "differences" else NG_RC
    stepper = Forecaster(model, differences=2).fit(LORENZ[:300]).stepper(3)
    stepper.step(LORENZ[300])
    before = pickle.dumps(stepper)
    with pytest.raises(ValueError, match=message):
        stepper.step(bad)
    assert pickle.dumps(stepper) == before


def test_a_value_outside_a_transformers_domain_is_refused():
    stepper = Forecaster(esn(), transformer=LOG).fit(WAVE[:300]).stepper()
    before = pickle.dumps(stepper)
    with (
        pytest.raises(ValueError, match=r"missing or infinite value, got 0\.0"),
        np.errstate(all="ignore"),
    ):
        stepper.step(0.0)
    assert pickle.dumps(stepper) == before


@pytest.mark.parametrize(
    ("x_next", "message"),
    [
        (None, r"fitted with 2 known input\(s\): x_next must give them for the 3 coming"),
        (INPUTS[:2], r"x_next has shape \(2, 2\), but \(3, 2\) is needed"),
        (np.full((3, 2), np.nan), "y_new or x_next has a missing"),
    ],
)
def test_known_inputs_are_checked(x_next, message):
    stepper = Forecaster(esn()).fit(WAVE[:300], INPUTS[:300]).stepper(3, INPUTS[300:303])
    before = pickle.dumps(stepper)
    with pytest.raises(ValueError, match=message):
        stepper.step(WAVE[300], x_next)
    assert pickle.dumps(stepper) == before


def test_one_dimension_is_enough_where_the_other_is_one():
    both = Forecaster(esn()).fit(WAVE[:300], INPUTS[:300])
    plain, short = both.stepper(1, INPUTS[300:301]), both.stepper(1, INPUTS[300:301])
    assert plain.step(WAVE[300], INPUTS[301:302]) == short.step(WAVE[300], INPUTS[301])
    single = Forecaster(esn()).fit(WAVE[:300], INPUTS[:300, 0])
    plain, short = single.stepper(3, INPUTS[300:303, :1]), single.stepper(3, INPUTS[300:303, 0])
    np.testing.assert_array_equal(
        plain.step(WAVE[300], INPUTS[301:304, :1]), short.step(WAVE[300], INPUTS[301:304, 0])
    )


def test_what_cannot_be_stepped_is_named():
    fitted = Forecaster(esn(), direct_horizon=3).fit(WAVE)
    with pytest.raises(ValueError, match="horizon=4 is beyond direct_horizon=3"):
        fitted.stepper(4)
    with pytest.raises(ValueError, match="horizon == 0"):
        fitted.stepper(0)
    with pytest.raises(ValueError, match="x_next was given, but the forecaster was fitted without"):
        fitted.stepper().step(1.0, [1.0])
    with pytest.raises(ValueError, match="one series, but the forecaster has 2"):
        Forecaster(esn()).fit([WAVE, WAVE]).stepper()
    with pytest.raises(NotFittedError):
        Forecaster(esn()).stepper()


def test_runaway_forecasts_are_held_and_told():
    model = esn(RidgeReadout(0.0), activation="identity", spectral_radius=1.2)
    series = 1.02 ** np.arange(200)
    with pytest.warns(UserWarning, match="grows without bounds"):
        forecaster = Forecaster(model, scale=False).fit(series)
    stepper = forecaster.stepper()
    with pytest.warns(DivergenceWarning, match="clipped"):
        forecaster.stepper(3000)
    assert np.isfinite(stepper.step(series[-1] * 1.02)).all()


def test_series_with_dates_are_stepped_by_their_values():
    dates = pd.date_range("2020", periods=300, freq="D")
    table = pd.DataFrame(LORENZ[:300], index=dates, columns=list("xyz"))
    stepper = Forecaster(esn()).fit(table).stepper(2)
    as_array = Forecaster(esn()).fit(LORENZ[:300]).stepper(2)
    new = pd.Series(LORENZ[300], index=list("xyz"))
    np.testing.assert_allclose(stepper.step(new), as_array.step(LORENZ[300]), rtol=1e-12)


# ---------------------------------------------------------------------- models


@pytest.mark.parametrize(
    "model",
    [
        esn(),
        esn(feedback_scaling=0.2, include_input=False),
        esn(FOREST),
        ESNRegressor(TappedDelayLine(4), washout=3),
    ],
    ids=["esn", "feedback", "forest", "delays"],
)
def test_stepping_a_model_equals_predicting(model):
    X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    y = np.column_stack([np.roll(X[:, 0], 1), X[:, 1] ** 2])
    model.fit(X[:150], y[:150])
    head, state = model.predict(X[:160], return_state=True)
    stepper = model.stepper(state)
    outputs = [stepper.step(x) for x in X[160:180]]
    stepper = pickle.loads(pickle.dumps(stepper))
    outputs += [stepper.step(x) for x in X[180:]]
    np.testing.assert_allclose(outputs, model.predict(X[160:], state=state), rtol=0, atol=1e-9)
    first = model.stepper()
    np.testing.assert_allclose([first.step(x) for x in X[:5]], head[:5], rtol=0, atol=1e-9)


def test_bad_input_of_a_model_is_refused():
    X = np.random.default_rng(0).uniform(-1, 1, (200, 1))
    stepper = esn().fit(X, np.roll(X[:, 0], 1)).stepper()
    assert stepper.step(0.5).shape == (1,)
    before = pickle.dumps(stepper)
    for bad, message in [
        (np.nan, "x has a missing or infinite value"),
        ("much", "x must hold real numbers"),
        ([1.0, 2.0], r"x has shape \(2,\), but a number or shape \(1,\) is needed"),
    ]:
        with pytest.raises(ValueError, match=message):
            stepper.step(bad)
    assert pickle.dumps(stepper) == before


# ---------------------------------------------------------------------- declared capabilities


class Shifted(Reservoir):
    """A user's reservoir whose features are not its states."""

    def _run(self, rows, state, teacher, noise, out):
        states = super()._run(rows, state, teacher, noise, out)
        out += 3.0
        return states


class Preset(Reservoir):
    """Another default, and nothing else."""

    def __init__(self, n_units=30, *, random_state=None):
        super().__init__(n_units, random_state=random_state)


def test_a_changed_step_is_never_run_by_the_compiled_loops_of_its_parent():
    wave = np.sin(np.arange(300) / 5)
    for reservoir in (Shifted(30, random_state=0), Preset(random_state=0)):
        model = ESNRegressor(reservoir, RidgeReadout(1e-6)).fit(wave[:-1, None], wave[1:])
        assert model.compiled == (type(reservoir) is Preset) == model.reservoir_.compiled
        stepper = model.stepper()
        steps = [stepper.step(x)[0] for x in wave[:50]]
        np.testing.assert_allclose(steps, model.predict(wave[:50, None]), atol=1e-10)
        by_hand = fed_by_hand(model, model.state_.output, np.zeros((30, 0)))[:, 0]
        np.testing.assert_allclose(model.free_run(30), by_hand, atol=1e-9)


def test_who_changes_the_steps_and_their_loop_may_declare_it():
    class Declared(Shifted):
        compiled = True

        def _free_run(self, loop, rows, state, outputs):
            return super()._free_run(loop, rows, state, outputs)

    class Mixin:
        def _run(self, *args):
            return super()._run(*args)

    class Mixed(Mixin, Reservoir):
        pass

    assert (Declared.compiled, Declared.is_reservoir) == (True, False)
    assert not any((Shifted.compiled, Mixed.compiled, Mixed.is_reservoir))
