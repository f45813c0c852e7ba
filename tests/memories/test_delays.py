"""Delay lines, polynomials of them and gamma memories, as transformers and in models."""

from __future__ import annotations

import pickle
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, PoissonRegressor, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import NVAR, ESNRegressor, GammaMemory, RidgeReadout, State, TappedDelayLine
from esnkit.datasets import lorenz63
from esnkit.metrics import valid_prediction_time
from tests.loops import fed_by_hand

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (60, 2))
Y = rng.uniform(-1, 1, (60, 2))

DELAYS = [TappedDelayLine(4), TappedDelayLine(3, stride=2), NVAR(), NVAR(2, stride=3, order=3)]
MEMORIES = [*DELAYS, GammaMemory(1), GammaMemory(4, mu=0.7), GammaMemory(2, mu=1.4)]

EXPECTED_FAILURES = {
    "check_methods_sample_order_invariance": "features hold the rows before",
    "check_methods_subset_invariance": "features hold the rows before",
}


@parametrize_with_checks(
    [TappedDelayLine(), NVAR(), GammaMemory()],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def lag_matrix(rows, n_taps, stride):
    """Column blocks x(n), x(n - stride), ..., by shifting the whole series."""
    table = pd.DataFrame(rows)
    shifted = [table.shift(k * stride, fill_value=0.0) for k in range(n_taps)]
    return np.hstack(shifted)


# ---------------------------------------------------------------------- features


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("n_taps", [1, 2, 5, 40])
def test_a_delay_line_is_the_lag_matrix(n_taps, stride):
    features = TappedDelayLine(n_taps, stride=stride).fit_transform(X)
    np.testing.assert_array_equal(features, lag_matrix(X, n_taps, stride))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("n_taps", [1, 3])
def test_nvar_is_the_polynomial_of_the_lag_matrix(n_taps, order, stride):
    memory = NVAR(n_taps, stride=stride, order=order).fit(X)
    expected = PolynomialFeatures(order, include_bias=False).fit_transform(
        lag_matrix(X, n_taps, stride)
    )
    np.testing.assert_allclose(memory.transform(X), expected, rtol=1e-14)
    assert memory.n_features_out_ == expected.shape[1] == comb(2 * n_taps + order, order) - 1


@pytest.mark.parametrize("memory", MEMORIES, ids=repr)
def test_the_given_arrays_stay_as_they_are(memory):
    given_rows, start = X.copy(), clone(memory).fit(X).initial_state()
    memory = clone(memory).fit(given_rows)
    first = memory.transform(given_rows, state=start)
    np.testing.assert_array_equal(memory.transform(given_rows, state=start), first)
    np.testing.assert_array_equal(given_rows, X)
    assert not start.states.any()


# ---------------------------------------------------------------------- state and sequences


@given(
    cuts=st.lists(st.integers(1, 59), max_size=4, unique=True),
    n_taps=st.integers(1, 6),
    stride=st.integers(1, 4),
    order=st.integers(1, 3),
)
@settings(max_examples=100)
def test_chunked_equals_whole(cuts, n_taps, stride, order):
    memory = NVAR(n_taps, stride=stride, order=order).fit(X)
    whole, end = memory.transform(X, return_state=True)
    state, parts = None, []
    for rows in np.split(X, sorted(cuts)):
        features, state = memory.transform(rows, state=state, return_state=True)
        parts.append(features)
    np.testing.assert_array_equal(np.vstack(parts), whole)
    np.testing.assert_array_equal(state.states, end.states)


@pytest.mark.parametrize("memory", MEMORIES, ids=repr)
def test_steps_equal_a_run(memory):
    memory = clone(memory).fit(X)
    state, steps = None, []
    for x in X:
        features, state = memory.step(x, state)
        steps.append(features)
    np.testing.assert_array_equal(steps, memory.transform(X))


@pytest.mark.parametrize("memory", DELAYS, ids=repr)
def test_a_state_holds_the_inputs_that_are_still_needed(memory):
    _, state = clone(memory).fit(X).transform(X, return_state=True)
    n_past = (memory.n_taps - 1) * memory.stride
    np.testing.assert_array_equal(state.states, X[len(X) - n_past :].ravel())


def test_a_state_made_by_hand_warms_up():
    memory = NVAR(3, stride=2).fit(X)
    np.testing.assert_array_equal(
        memory.transform(X[10:], state=State(X[6:10].ravel())), memory.transform(X)[10:]
    )


@pytest.mark.parametrize("memory", MEMORIES, ids=repr)
def test_every_sequence_starts_from_zeros_at_each_door(memory):
    parts = [X[:20], X[20:50], X[50:]]
    listed, states = clone(memory).fit(parts).transform(parts, return_state=True)
    for part, result, state in zip(parts, listed, states, strict=True):
        alone, end = clone(memory).fit(part).transform(part, return_state=True)
        np.testing.assert_array_equal(result, alone)
        np.testing.assert_array_equal(state.states, end.states)
    rows = np.column_stack([np.repeat([1, 2, 3], [20, 30, 10]), X])
    with_ids = clone(memory).set_params(id_column=0)
    np.testing.assert_array_equal(with_ids.fit_transform(rows), np.concatenate(listed))


# ---------------------------------------------------------------------- names


def test_names_of_arrays():
    assert list(TappedDelayLine(2, stride=3).fit(X).get_feature_names_out()) == [
        *("x0(n)", "x1(n)", "x0(n-3)", "x1(n-3)")
    ]
    assert list(NVAR(2, order=3).fit(X[:, :1]).get_feature_names_out()) == [
        *("x0(n)", "x0(n-1)"),
        *("x0(n)^2", "x0(n)*x0(n-1)", "x0(n-1)^2"),
        *("x0(n)^3", "x0(n)^2*x0(n-1)", "x0(n)*x0(n-1)^2", "x0(n-1)^3"),
    ]


def test_names_are_those_of_the_values():
    """Each name, read as a formula of the lagged inputs, gives its column."""
    table = pd.DataFrame(X, columns=["u", "v"])
    features = NVAR(2, order=3).set_output(transform="pandas").fit_transform(table)
    assert features.index.equals(table.index)
    lagged = {
        f"{name}{lag}": table[name].shift(k, fill_value=0.0)
        for k, lag in enumerate(["(n)", "(n-1)"])
        for name in table
    }
    for name, column in features.items():
        expected = 1.0
        for factor in name.split("*"):
            base, _, power = factor.partition("^")
            expected = expected * lagged[base] ** int(power or 1)
        np.testing.assert_allclose(column, expected, rtol=1e-13)


@pytest.mark.parametrize("id_column", ["id", 1, -2])
def test_the_id_column_has_no_part_in_names(id_column):
    table = pd.DataFrame({"u": X[:, 0], "id": 1, "v": X[:, 1]})
    memory = TappedDelayLine(1, id_column=id_column).fit(table)
    assert list(memory.get_feature_names_out()) == ["u(n)", "v(n)"]


def test_names_are_handed_through_a_pipeline():
    table = pd.DataFrame(X, columns=["u", "v"])
    pipeline = make_pipeline(StandardScaler(), TappedDelayLine(2)).fit(table)
    assert list(pipeline.get_feature_names_out()) == ["u(n)", "v(n)", "u(n-1)", "v(n-1)"]
    with pytest.raises(ValueError, match="input_features should have length equal"):
        pipeline[-1].get_feature_names_out(["u"])
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        TappedDelayLine(2).fit(table).get_feature_names_out(["a", "b"])


def test_names_inside_a_model():
    model = ESNRegressor(TappedDelayLine(1), RidgeReadout(1.0)).fit(X, Y)
    assert list(model.reservoir_.get_feature_names_out()) == ["x0(n)", "x1(n)"]


# ---------------------------------------------------------------------- in a model


def test_a_delay_line_with_ridge_is_a_regression_on_lags():
    model = ESNRegressor(TappedDelayLine(4), Ridge(1e-2), washout=3, include_input=False)
    peer = Ridge(1e-2).fit(lag_matrix(X, 4, 1)[3:], Y[3:])
    np.testing.assert_allclose(
        model.fit(X, Y).predict(X), peer.predict(lag_matrix(X, 4, 1)), atol=1e-12
    )


def test_nvar_with_the_ridge_readout_is_a_polynomial_regression_on_lags():
    """More rows than are held at one time, so that states cross from chunk to chunk."""
    series = lorenz63(701, dt=0.1, random_state=0) / 20
    inputs, targets = series[:-1], series[1:]
    model = ESNRegressor(NVAR(2), RidgeReadout(1e-3), washout=1, include_input=False)
    lags = PolynomialFeatures(2, include_bias=False).fit_transform(lag_matrix(inputs, 2, 1))
    peer = Ridge(1e-3, solver="svd").fit(lags[1:], targets[1:])
    np.testing.assert_allclose(
        model.fit(inputs, targets).predict(inputs), peer.predict(lags), rtol=1e-8
    )


def test_an_autoregressive_process_is_recovered():
    """x(n) = 1.5 x(n-1) - 0.9 x(n-2) without noise: two taps say it all, and forecast it."""
    series = np.zeros(230)
    series[:2] = 1.0, 0.5
    for n in range(2, 230):
        series[n] = 1.5 * series[n - 1] - 0.9 * series[n - 2]
    inputs, targets = series[:199, None], series[1:200]
    model = ESNRegressor(TappedDelayLine(2), LinearRegression(), washout=1, include_input=False)
    model.fit(inputs, targets)
    np.testing.assert_allclose(model.readout_.coef_, [1.5, -0.9], rtol=1e-10)
    np.testing.assert_allclose(model.free_run(30), series[200:], rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("n_known", [0, 1])
@pytest.mark.parametrize("squared_states", [False, True])
@pytest.mark.parametrize("include_input", [False, True])
@pytest.mark.parametrize("memory", MEMORIES, ids=repr)
def test_the_compiled_free_run_equals_steps_in_python(
    memory, include_input, squared_states, n_known
):
    """The outputs are fed back by hand, in front of what is known."""
    inputs = np.hstack([X, rng.uniform(-1, 1, (60, n_known))])
    model = ESNRegressor(
        memory, RidgeReadout(1.0), include_input=include_input, squared_states=squared_states
    ).fit(inputs, 0.5 * Y)
    known = rng.uniform(-1, 1, (20, n_known))
    expected = fed_by_hand(model, 0.5 * Y[-1], known)
    outputs = model.free_run(20, X=known if n_known else None)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)


def test_all_inputs_given_is_no_loop():
    model = ESNRegressor(NVAR(2), RidgeReadout(1.0)).fit(X, Y)
    expected = model.predict(X[:10], state=model.state_)
    np.testing.assert_allclose(model.free_run(10, X=X[:10]), expected, atol=1e-13)


def test_a_time_delay_network_runs_freely():
    """A perceptron over taps, stepped in Python, against windows slid by hand; ten epochs."""
    readout = MLPRegressor(hidden_layer_sizes=8, tol=1.0, random_state=0)
    series = np.sin(np.arange(120) / 4)
    model = ESNRegressor(TappedDelayLine(5), readout, washout=4, include_input=False)
    model.fit(series[:-1, None], series[1:])
    windows = lag_matrix(series[:-1, None], 5, 1)[4:]
    peer = clone(readout).fit(windows, series[5:])
    window, expected = series[-2:-7:-1], []
    last = series[-1]
    for _ in range(15):
        window = np.append(last, window[:-1])
        last = peer.predict(window[None])[0]
        expected.append(last)
    np.testing.assert_allclose(model.free_run(15), expected, atol=1e-10)


def test_a_readout_with_a_link_function_is_stepped_in_python():
    counts = np.round(np.exp(1 + np.sin(np.arange(80) / 5)))
    model = ESNRegressor(TappedDelayLine(3), PoissonRegressor(), include_input=False)
    model.fit(counts[:-1, None], counts[1:])
    assert np.all(model.free_run(10) > 0)


def test_clone_and_pickle_keep_everything():
    model = ESNRegressor(NVAR(2, stride=2), RidgeReadout(1e-3), include_input=False).fit(X, Y)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict(X), model.predict(X))
    np.testing.assert_array_equal(copy.free_run(5), model.free_run(5))
    fresh = clone(model)
    assert not hasattr(fresh, "reservoir_")
    assert fresh.get_params()["reservoir__stride"] == 2
    np.testing.assert_array_equal(fresh.fit(X, Y).predict(X), model.predict(X))


def test_taps_are_found_by_a_grid_search():
    """y(n) = x(n) x(n-3): only a line of four taps with products can say it."""
    u = rng.uniform(-1, 1, 300)
    y = u * np.pad(u, (3, 0))[:300]
    search = GridSearchCV(
        ESNRegressor(NVAR(), RidgeReadout(1e-6), start="last", include_input=False),
        {"reservoir__n_taps": [2, 3, 4], "reservoir__order": [1, 2]},
        cv=TimeSeriesSplit(3),
    ).fit(u[:, None], y)
    assert search.best_params_ == {"reservoir__n_taps": 4, "reservoir__order": 2}
    assert search.best_score_ > 0.999999


def test_lorenz_is_forecast_from_four_hundred_points():
    """Next-generation reservoir computing reaches about five Lyapunov times there."""
    times = []
    for seed in range(7):
        series = lorenz63(800, dt=0.025, discard=20.0, random_state=seed)
        series = StandardScaler().fit(series[:400]).transform(series)
        model = ESNRegressor(NVAR(2), RidgeReadout(1e-4), washout=1, include_input=False)
        forecast = model.fit(series[:399], series[1:400]).free_run(400)
        lasted = valid_prediction_time(series[400:], forecast, dt=0.025, lyapunov_time=1.104)
        times.append(lasted)
    assert np.median(times) > 3


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("memory", "message"),
    [
        (TappedDelayLine(0), "n_taps == 0, must be >= 1"),
        (TappedDelayLine(stride=0), "stride == 0, must be >= 1"),
        (NVAR(0), "n_taps == 0, must be >= 1"),
        (NVAR(stride=-1), "stride == -1, must be >= 1"),
        (NVAR(order=0), "order == 0, must be >= 1"),
        (NVAR(50, order=3), "order=3 over 100 taps .* 176850 features, but at most 100000 are"),
        (NVAR(10**6, order=10**6), "makes inf features"),
    ],
)
def test_parameters_out_of_range_are_named(memory, message):
    with pytest.raises(ValueError, match=message):
        memory.fit(X)


@pytest.mark.parametrize("name", ["n_taps", "stride", "order"])
def test_parameters_of_a_wrong_type_are_named(name):
    with pytest.raises(TypeError, match=f"{name} must be an instance of int"):
        NVAR(**{name: 1.5}).fit(X)


def test_a_long_delay_line_is_no_polynomial():
    line = TappedDelayLine(60_000).fit(X)
    assert line.n_features_out_ == NVAR(60_000, order=1).fit(X).n_features_out_ == 120_000


def test_other_mistakes_are_named():
    memory = NVAR(3)
    with pytest.raises(NotFittedError):
        memory.transform(X)
    with pytest.raises(NotFittedError):
        memory.get_feature_names_out()
    memory.fit(X)
    with pytest.raises(ValueError, match="X has 1 features, but NVAR is expecting 2"):
        memory.transform(X[:, :1])
    with pytest.raises(ValueError, match=r"states of shape \(2,\), but this memory has \(4,\)"):
        memory.transform(X, state=State(np.zeros(2)))
    with pytest.raises(ValueError, match="NaN"):
        memory.transform(np.full((3, 2), np.nan))
