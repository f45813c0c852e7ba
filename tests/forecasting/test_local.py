"""LocalForecaster: patches against one model for all, against linear laws, and against chaos."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

from esnkit import (
    DivergenceWarning,
    ESNRegressor,
    Forecaster,
    LocalForecaster,
    Reservoir,
    RidgeReadout,
    TappedDelayLine,
)
from esnkit.datasets import kuramoto_sivashinsky, lorenz96
from esnkit.metrics import valid_prediction_time
from esnkit.models.coupled import neighbourhoods

WEATHER = lorenz96(1400, n_variables=12, random_state=0)


def esn(n_units=40, readout=None, washout=20, squared_states=False, **options):
    options = {"spectral_radius": 0.1, "input_scaling": 0.1, "random_state": 0} | options
    readout = RidgeReadout(1e-6) if readout is None else readout
    reservoir = Reservoir(n_units, **options)
    return ESNRegressor(reservoir, readout, washout=washout, squared_states=squared_states)


def local(model=None, **options):
    options = {"patch_size": 2, "overlap": 3, "noise": 0.0} | options
    return LocalForecaster(esn() if model is None else model, **options)


# ---------------------------------------------------------------------- who sees whom


def test_neighbours_on_a_ring():
    seen = neighbourhoods(6, 2, 1, periodic=True)
    np.testing.assert_array_equal(seen, [[5, 0, 1, 2], [1, 2, 3, 4], [3, 4, 5, 0]])


def test_neighbours_on_a_line():
    """Place number 6 is no place: it lies beyond the edge."""
    seen = neighbourhoods(6, 3, 2, periodic=False)
    np.testing.assert_array_equal(seen, [[6, 6, 0, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 6]])


# ---------------------------------------------------------------------- against one model for all


@pytest.mark.parametrize("shared", [False, True])
def test_one_patch_of_everything_is_a_forecaster(shared):
    model = esn(60, RidgeReadout(1.0), squared_states=True)
    whole = local(model, patch_size=12, overlap=0, shared=shared, scale=False)
    expected = Forecaster(model, scale=False).fit(WEATHER[:1000]).forecast(30)
    np.testing.assert_allclose(whole.fit(WEATHER[:1000]).forecast(30), expected, atol=1e-8)


def test_patches_that_see_only_themselves_are_forecasters_of_their_own():
    parts = [Forecaster(esn()).fit(WEATHER[:600, i : i + 3]).forecast(20) for i in (0, 3, 6, 9)]
    alone = local(patch_size=3, overlap=0).fit(WEATHER[:600])
    np.testing.assert_allclose(alone.forecast(20), np.hstack(parts), atol=1e-6)


@pytest.mark.parametrize("readout", [LinearRegression(), RandomForestRegressor(5, random_state=0)])
@pytest.mark.parametrize("shared", [False, True])
def test_steps_in_python_equal_those_of_one_model(shared, readout):
    """A single patch again, for readouts of any kind."""
    model = esn(10, readout)
    whole = local(model, patch_size=12, overlap=0, shared=shared, scale=False)
    expected = Forecaster(model, scale=False).fit(WEATHER[:100]).forecast(4)
    np.testing.assert_allclose(whole.fit(WEATHER[:100]).forecast(4), expected, atol=1e-8)


def test_compiled_and_python_steps_agree():
    """A class derived from Reservoir is stepped in Python, since it may step in another way."""

    class Derived(Reservoir):
        pass

    model, derived = esn(), esn()
    derived.set_params(reservoir=Derived(**model.reservoir.get_params()))
    for options in ({}, {"shared": True}, {"periodic": False}):
        runs = [local(m, **options).fit(WEATHER[:400]).forecast(10) for m in (model, derived)]
        np.testing.assert_allclose(*runs, rtol=1e-10)


# ---------------------------------------------------------------------- laws that are known


def diffuse(n_steps, n_variables=8, periodic=True, seed=0):
    """Sample heat that spreads on a ring, or on a rod whose ends are held at zero."""
    field = np.random.default_rng(seed).normal(size=n_variables)
    fields = [field]
    for _ in range(n_steps - 1):
        edged = np.pad(field, 1, mode="wrap" if periodic else "constant")
        field = field + 0.1 * (edged[2:] - 2 * field + edged[:-2])
        fields.append(field)
    return np.array(fields)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("shared", [False, True])
def test_a_local_law_is_found_from_the_nearest_neighbours(shared, periodic):
    """Each place learns 0.1, 0.8, 0.1 from its neighbours and itself, and holds in new fields."""
    series = [diffuse(60, periodic=periodic, seed=seed) for seed in range(3)]
    model = ESNRegressor(TappedDelayLine(1), RidgeReadout(0.0, fit_intercept=False))
    model.set_params(include_input=False)
    options = {"patch_size": 1, "overlap": 1, "periodic": periodic, "scale": False, "noise": 0.0}
    forecaster = LocalForecaster(model, shared=shared, **options).fit([s[:30] for s in series])
    for run, truth in zip(forecaster.forecast(30), series, strict=True):
        np.testing.assert_allclose(run, truth[30:], atol=1e-8)
    forecaster.update([s[30:40] for s in series])
    for run, truth in zip(forecaster.forecast(20), series, strict=True):
        np.testing.assert_allclose(run, truth[40:], atol=1e-8)
    for fitted in forecaster.models_[1:-1] or forecaster.models_:  # away from edges
        np.testing.assert_allclose(fitted.readout_.coef_, [[0.1, 0.8, 0.1]], atol=1e-8)


def test_known_inputs_reach_every_patch():
    """The field is nothing but a response to inputs, each place to a degree of its own."""
    rng = np.random.default_rng(0)
    inputs, gains = rng.uniform(-1, 1, (300, 2)), rng.normal(size=(2, 6))
    field = inputs @ gains
    forecaster = local(esn(20), overlap=2).fit(field[:250], inputs[:250])
    np.testing.assert_allclose(forecaster.forecast(50, inputs[250:]), field[250:], atol=1e-3)
    updated = forecaster.update(field[250:280], inputs[250:280])
    np.testing.assert_allclose(updated.forecast(20, inputs[280:]), field[280:], atol=1e-3)


@given(shift=st.integers(1, 5), seed=st.integers(0, 2**16))
@settings(max_examples=8)
def test_a_shared_model_does_not_mind_where_the_ring_begins(shift, seed):
    """Turning the ring by whole patches turns the forecast."""
    model = esn(20).set_params(reservoir__random_state=seed)
    forecaster = local(model, shared=True)
    run = forecaster.fit(WEATHER[:200]).forecast(5)
    turned = clone(forecaster).fit(np.roll(WEATHER[:200], 2 * shift, axis=1)).forecast(5)
    np.testing.assert_allclose(turned, np.roll(run, 2 * shift, axis=1), atol=1e-5)


def test_weather_is_forecast_beyond_a_lyapunov_time():
    """From 1000 samples of 40 variables; repeating the last sample is good for a fifth of one."""
    weather = lorenz96(1300, random_state=1)
    model = esn(200, input_scaling=0.05, bias_scaling=1.0, squared_states=True)
    run = local(model, shared=True).fit(weather[:1000]).forecast(300)
    valid = valid_prediction_time(
        weather[1000:], run, threshold=0.5, dt=0.01, lyapunov_time=1 / 1.68
    )
    assert valid > 1.5


# ---------------------------------------------------------------------- noise


def test_noise_attenuates_as_errors_in_variables_do():
    """Autocorrelations are 0.9, 0.81; noise as strong as the values doubles their variance."""
    shocks = np.random.default_rng(0).normal(size=(20_000, 2))
    field = lfilter([1.0], [1.0, -0.9], shocks, axis=0)
    model = ESNRegressor(TappedDelayLine(2), RidgeReadout(0.0), include_input=False)
    forecaster = LocalForecaster(model, patch_size=1, overlap=0, noise=1.0, random_state=0)
    expected = np.linalg.solve([[2.0, 0.9], [0.9, 2.0]], [0.9, 0.81])
    for fitted in forecaster.fit(field).models_:
        np.testing.assert_allclose(fitted.readout_.coef_, [expected], atol=0.03)
    # The state in which a forecast starts is free of it.
    scaled = (field - field.mean(axis=0)) / field.std(axis=0)
    ends = [state.states[-1] for state in forecaster.states_[0]]
    np.testing.assert_allclose(ends, scaled[-2], rtol=1e-12)


def test_noise_steadies_a_field_that_is_smooth():
    front = kuramoto_sivashinsky(1400, random_state=0)
    model = esn(150, RidgeReadout(1e-8), input_scaling=0.05, squared_states=True)
    options = {"patch_size": 8, "overlap": 8, "shared": True, "random_state": 0}
    noisy = local(model, **options, noise=1e-4).fit(front[:1000])
    valid = valid_prediction_time(front[1000:], noisy.forecast(400), threshold=0.5)
    assert valid > 80  # steps, a Lyapunov time
    noiseless = local(model, **options).fit(front[:1000])
    with pytest.warns(DivergenceWarning, match="in step [1-4]?[0-9] of 400"):
        noiseless.forecast(400)


# ---------------------------------------------------------------------- the verbs


@pytest.mark.parametrize("shared", [False, True])
def test_update_moves_the_state_as_a_refit_does(shared):
    forecaster = local(scale=False, shared=shared).fit(WEATHER[:300])
    updated = pickle.loads(pickle.dumps(forecaster)).update(WEATHER[300:330])
    updated.update(WEATHER[330:331])
    refitted = local(scale=False, shared=shared).fit(WEATHER[:331])
    assert len(updated.states_[0]) == 6
    for mine, theirs in zip(updated.states_[0], refitted.states_[0], strict=True):
        np.testing.assert_allclose(mine.states, theirs.states, atol=1e-12)
        np.testing.assert_array_equal(mine.output, theirs.output)


def test_update_may_learn():
    model = esn(readout=RidgeReadout(1e-2))
    learned = local(model, scale=False).fit(WEATHER[:200]).update(WEATHER[200:400], learn=True)
    refitted = local(model, scale=False).fit(WEATHER[:400])
    np.testing.assert_allclose(learned.forecast(5), refitted.forecast(5), atol=1e-6)
    with pytest.raises(TypeError, match="shared=True"):
        local(shared=True).fit(WEATHER[:200]).update(WEATHER[200:], learn=True)
    forecaster = local(esn(readout=LinearRegression())).fit(WEATHER[:200])
    with pytest.raises(TypeError, match="partial_fit"):
        forecaster.update(WEATHER[200:], learn=True)


def test_a_backtest_never_sees_the_future():
    spoiled = WEATHER[:400].copy()
    spoiled[340:] += 3.0
    forecaster = local(esn(readout=RidgeReadout(10.0)))
    fields = (WEATHER[:400], spoiled)
    tables = [forecaster.backtest(field, 10, n_origins=3, stride=30) for field in fields]
    early = [table[table.origin + table.step <= 340] for table in tables]
    assert len(early[0]) == 120
    np.testing.assert_array_equal(early[0].forecast, early[1].forecast)


def test_intervals_hold_most_of_what_comes():
    lower, upper = local().fit(WEATHER[:600]).predict_interval(5, level=0.9)
    inside = (lower <= WEATHER[600:605]) & (WEATHER[600:605] <= upper)
    assert inside.mean() > 0.7
    spread = local(esn(random_state=None), random_state=0).fit(WEATHER[:600])
    lower, upper = spread.predict_interval(5, method="ensemble", n_origins=4)
    assert (lower < upper).all()


def test_tables_come_back():
    index = pd.date_range("2000-01-01", periods=200, freq="D")
    table = pd.DataFrame(WEATHER[:200], index=index, columns=list("abcdefghijkl"))
    forecast = local().fit(table).forecast(3)
    assert list(forecast.columns) == list("abcdefghijkl")
    assert forecast.index[0] == index[-1] + pd.Timedelta(days=1)


# ---------------------------------------------------------------------- seeds


@pytest.mark.filterwarnings("ignore::esnkit.DivergenceWarning")
@pytest.mark.parametrize("shared", [False, True])
def test_one_seed_one_forecast_for_any_number_of_threads(shared):
    runs = []
    for n_jobs in (1, 2):
        model = esn(readout=RidgeReadout(), random_state=None, noise=1e-3)
        forecaster = local(model, shared=shared, n_jobs=n_jobs, noise=1e-3, random_state=5)
        runs.append(forecaster.fit(WEATHER[:200]).update(WEATHER[200:220]).forecast(20))
    np.testing.assert_array_equal(*runs)


def test_seeds_matter_and_patches_share_a_reservoir():
    model = esn(random_state=None)
    runs = [local(model, random_state=s).fit(WEATHER[:200]).forecast(3) for s in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.allclose(runs[0], runs[2])
    fitted = local(model).fit(WEATHER[:200])  # without any seed
    first = fitted.models_[0].reservoir_
    drawn_again = clone(model.reservoir).set_params(random_state=first.random_state).prepare(8)
    for other in [*fitted.models_, drawn_again]:
        reservoir = getattr(other, "reservoir_", other)
        np.testing.assert_array_equal(reservoir.W_.toarray(), first.W_.toarray())
        np.testing.assert_array_equal(reservoir.W_in_, first.W_in_)


def test_the_model_is_left_as_it_was():
    model = esn(random_state=None)
    before = str(model.get_params())
    forecaster = local(model).fit(WEATHER[:200])
    assert str(model.get_params()) == before
    assert clone(forecaster).get_params()["overlap"] == 3


# ---------------------------------------------------------------------- bad input


def grow(n_steps):
    """Sample places that double at each step: any range is left sooner or later."""
    return np.outer(2.0 ** np.arange(n_steps), [1.0, 1.1, 1.2, 1.3])


@pytest.mark.parametrize("memory", [Reservoir(5, random_state=0), TappedDelayLine(1)])
@pytest.mark.parametrize("shared", [False, True])
def test_divergence_warns_and_stays_finite(shared, memory):
    """Compiled or stepped in Python: held where ten times the range of the data is left."""
    field = grow(20)
    forecaster = local(
        ESNRegressor(memory, RidgeReadout(0.0), washout=1),
        patch_size=2,
        overlap=1,
        shared=shared,
        scale=False,
    )
    forecaster.fit(field)
    with pytest.warns(DivergenceWarning, match="of 30 and was clipped"):
        run = forecaster.forecast(30)
    assert np.isfinite(run).all()
    targets = field[1:, 2:] if not shared else field[1:]
    assert run.max() == pytest.approx(targets.max() + 10 * np.ptp(targets, axis=0).max())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patch_size": 5}, "patch_size=5 must divide the number of variables of y, which is 12"),
        ({"overlap": 6}, "see 14 variables, but y has only 12"),
        ({"patch_size": 0}, "patch_size == 0"),
        ({"overlap": -1}, "overlap == -1"),
        ({"noise": -0.1}, r"noise == -0\.1"),
    ],
)
def test_patches_must_fit_the_ring(options, message):
    with pytest.raises(ValueError, match=message):
        local(**options).fit(WEATHER[:200])


def test_series_must_fit_the_patches():
    with pytest.raises(ValueError, match="1 variable, which has no neighbours"):
        local(patch_size=1, overlap=0).fit(WEATHER[:200, 0])
    with pytest.raises(ValueError, match="Series 0 of y has 30 steps, but at least 31"):
        local().fit(WEATHER[:30])
    with pytest.raises(ValueError, match=r"feedback_scaling=0\.5"):
        local(esn(feedback_scaling=0.5)).fit(WEATHER[:200])
    with pytest.raises(TypeError, match="must be an ESNRegressor, got LinearRegression"):
        local(LinearRegression()).fit(WEATHER[:200])
    with pytest.raises(ValueError, match="X was given"):
        local().fit(WEATHER[:200]).forecast(2, WEATHER[:2])
