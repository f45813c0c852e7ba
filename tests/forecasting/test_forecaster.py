"""Forecaster: past the end of every kind of series, and never from the future."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.preprocessing import FunctionTransformer

from esnkit import (
    ESNRegressor,
    Forecaster,
    Reservoir,
    RidgeReadout,
    RNNRegressor,
    SeasonalNaive,
    TDNNRegressor,
)
from esnkit.datasets import lorenz63, mackey_glass

rng = np.random.default_rng(0)
T = np.arange(300)
WAVE = np.sin(T / 5) + 0.5 * np.sin(T / 11)
SINE = np.sin(T / 5)
SEASON = 10 + 0.05 * T + 2 * np.sin(2 * np.pi * T / 12)
MONTHS = pd.date_range("2000-01-01", periods=300, freq="MS")


def esn(n_units=60, alpha=1e-8, **options):
    names = set(Reservoir().get_params()) & set(options)
    reservoir = Reservoir(n_units, random_state=0, **{n: options.pop(n) for n in names})
    return ESNRegressor(reservoir, RidgeReadout(alpha), washout=20, **options)


# ---------------------------------------------------------------------- forecasts


def test_a_forecast_is_a_free_run_of_the_scaled_series():
    model = esn(leak_rate=0.5)
    z = (WAVE - WAVE.mean()) / WAVE.std()
    by_hand = clone(model).fit(z[:-1, None], z[1:, None]).free_run(30)[:, 0]
    forecast = Forecaster(model).fit(WAVE).forecast(30)
    np.testing.assert_allclose(forecast, by_hand * WAVE.std() + WAVE.mean(), atol=1e-9)


def test_smooth_series_are_forecast_well():
    forecast = Forecaster(esn(leak_rate=0.5, alpha=1e-12)).fit(SINE[:250]).forecast(50)
    np.testing.assert_allclose(forecast, SINE[250:], atol=1e-4)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("signal", "period"),
    [
        (mackey_glass(560, random_state=5), 51),
        (lorenz63(560, dt=0.05, random_state=5)[:, 0], 15),
        (np.sin(np.arange(560) / 5) + 0.5 * np.sin(np.arange(560) / 11), 69),
    ],
    ids=["Mackey-Glass", "Lorenz-63", "two sines"],
)
def test_the_default_beats_the_last_season_on_signals_as_its_page_says(signal, period, seed):
    error, repeated = (
        np.abs(one.fit(signal[:500]).forecast(60) - signal[500:]).mean()
        for one in (Forecaster(random_state=seed), SeasonalNaive(period))
    )
    assert error < 0.7 * repeated
    assert "AutoESN" in Forecaster.__doc__  # where those are sent who have other series


@pytest.mark.parametrize("differences", [12, (12, 1)])
def test_seasonal_differences_carry_trend_and_season(differences):
    forecast = Forecaster(esn(), differences=differences).fit(SEASON[:200]).forecast(60)
    np.testing.assert_allclose(forecast, SEASON[200:260], atol=1e-6)


def test_a_transformer_is_undone():
    log = FunctionTransformer(np.log, np.exp)
    grown = np.exp(SEASON / 5)
    forecast = Forecaster(esn(), differences=12, transformer=log).fit(grown[:200]).forecast(40)
    np.testing.assert_allclose(forecast, grown[200:240], rtol=1e-6)


def test_known_inputs():
    """A series that is nothing but a response to inputs is forecast from them."""
    inputs = rng.uniform(-1, 1, (300, 2))
    response = np.zeros(300)
    for n in range(1, 300):
        response[n] = 0.6 * response[n - 1] + inputs[n] @ [1.0, -2.0]
    forecaster = Forecaster(esn(20)).fit(response[:250], inputs[:250])
    np.testing.assert_allclose(forecaster.forecast(50, inputs[250:]), response[250:], atol=1e-3)


def test_output_feedback_closes_the_loop():
    series = np.column_stack([np.sin(T / 5), np.cos(T / 5)])
    model = esn(100, feedback_scaling=0.5, leak_rate=0.5, include_input=False)
    forecast = Forecaster(model, loop="feedback").fit(series[:250]).forecast(50)
    np.testing.assert_allclose(forecast, series[250:], atol=0.05)


def test_direct_steps_are_regressions_on_the_same_states():
    forecaster = Forecaster(esn(), direct_horizon=5).fit(WAVE)
    z = ((WAVE - WAVE.mean()) / WAVE.std())[:, None]
    reservoir = forecaster.model_.reservoir_
    features = np.hstack([reservoir.transform(z), z])
    for k in range(1, 6):
        ridge = Ridge(1e-8).fit(features[20 : len(z) - 5], z[20 + k : len(z) - 5 + k])
        expected = ridge.predict(features[-1:]).item() * WAVE.std() + WAVE.mean()
        assert forecaster.forecast(5)[k - 1] == pytest.approx(expected, abs=1e-4)
    assert len(forecaster.forecast(3)) == 3


@pytest.mark.parametrize("readout", [LinearRegression(), RandomForestRegressor(10, random_state=0)])
def test_any_readout(readout):
    model = ESNRegressor(Reservoir(30, random_state=0), readout, washout=20)
    forecast = Forecaster(model).fit(WAVE[:290]).forecast(3)
    np.testing.assert_allclose(forecast, WAVE[290:293], atol=0.2)


def test_forms_come_back():
    series = pd.Series(SEASON, index=MONTHS, name="sales")
    forecast = Forecaster(esn()).fit(series).forecast(3)
    assert forecast.name == "sales"
    assert forecast.index[0] == pd.Timestamp("2025-01-01")
    table = pd.DataFrame(lorenz63(300, random_state=0), columns=list("xyz"), index=MONTHS)
    assert list(Forecaster(esn()).fit(table).forecast(2).columns) == list("xyz")


def test_many_series_are_learned_together():
    """Each forecast goes on from its own series' end."""
    parts = [SINE[:120], SINE[100:280]]
    listed = Forecaster(esn(leak_rate=0.5, alpha=1e-10)).fit(parts)
    first, second = listed.forecast(15)
    np.testing.assert_allclose(first, SINE[120:135], atol=1e-3)
    np.testing.assert_allclose(second, SINE[280:295], atol=1e-3)
    long = pd.DataFrame(
        {"id": ["a"] * 120 + ["b"] * 180, "value": np.concatenate(parts)}, index=range(300)
    )
    flat = Forecaster(esn(leak_rate=0.5, alpha=1e-10), id_column="id").fit(long).forecast(15)
    np.testing.assert_array_equal(flat["value"], np.concatenate([first, second]))
    assert list(flat["id"]) == ["a"] * 15 + ["b"] * 15


def test_known_inputs_come_in_long_format_too():
    table = pd.DataFrame({"id": ["a"] * 150 + ["b"] * 150, "value": WAVE})
    known = table.rename(columns={"value": "x"})
    forecaster = Forecaster(esn(), id_column="id").fit(table, known)
    listed = Forecaster(esn(), id_column="id").fit(table, [WAVE[:150], WAVE[150:]])
    coming = known.iloc[[0, 1, 150, 151]]
    pd.testing.assert_frame_equal(
        forecaster.forecast(2, coming), listed.forecast(2, [WAVE[:2], WAVE[150:152]])
    )
    with pytest.raises(
        ValueError, match=r"must be those of the series: 1 \('a'\) missing, 1 \('c'\) unknown"
    ):
        forecaster.forecast(2, coming.replace({"id": {"a": "c"}}))


# ---------------------------------------------------------------------- updates


@pytest.mark.parametrize(
    "options",
    [{}, {"differences": (3, 1)}, {"loop": "feedback"}, {"direct_horizon": 4}],
    ids=["plain", "differences", "feedback", "direct"],
)
def test_update_moves_the_state_as_a_refit_does(options):
    """With what is learned held fixed, an update equals having seen everything at once."""
    model = esn(30, feedback_scaling=0.3 if "loop" in options else 0.0)
    forecaster = Forecaster(model, scale=False, **options).fit(WAVE[:200])
    updated = pickle.loads(pickle.dumps(forecaster)).update(WAVE[200:230]).update(WAVE[230:231])
    refitted = Forecaster(model, scale=False, **options).fit(WAVE[:231])
    np.testing.assert_allclose(
        updated.states_[0].states, refitted.states_[0].states, rtol=0, atol=1e-12
    )
    refitted.model_.readout_.coef_[:] = forecaster.model_.readout_.coef_
    refitted.model_.readout_.intercept_ = forecaster.model_.readout_.intercept_
    refitted.model_._runner.attach(refitted.model_.readout_)
    np.testing.assert_allclose(updated.forecast(4), refitted.forecast(4), atol=1e-9)


def test_update_may_learn():
    forecaster = Forecaster(esn(30, alpha=1e-2), scale=False).fit(WAVE[:100])
    learned = pickle.loads(pickle.dumps(forecaster)).update(WAVE[100:200], learn=True)
    refitted = Forecaster(esn(30, alpha=1e-2), scale=False).fit(WAVE[:200])
    np.testing.assert_allclose(learned.forecast(5), refitted.forecast(5), atol=1e-8)
    assert np.abs(forecaster.update(WAVE[100:200]).forecast(5) - learned.forecast(5)).max() > 1e-6


def test_update_takes_known_inputs_and_dates():
    series = pd.Series(SEASON, index=MONTHS)
    inputs = np.sin(2 * np.pi * T / 12)
    forecaster = Forecaster(esn(), differences=1).fit(series[:200], inputs[:200])
    forecaster.update(series[200:210], inputs[200:210])
    forecast = forecaster.forecast(12, inputs[210:222])
    assert forecast.index.equals(MONTHS[210:222])
    np.testing.assert_allclose(forecast, SEASON[210:222], atol=0.05)


# ---------------------------------------------------------------------- backtests and intervals


@pytest.mark.filterwarnings("ignore::esnkit.DivergenceWarning")
@pytest.mark.parametrize("refit", [False, True])
def test_a_backtest_never_sees_the_future(refit):
    """Whatever is changed after an origin leaves the forecasts from there as they were."""
    forecaster = Forecaster(esn(20), differences=1)
    plain = forecaster.backtest(WAVE, 10, n_origins=4, refit=refit)
    for origin in plain["origin"].unique():
        changed = WAVE.copy()
        changed[origin:] += rng.normal(size=len(WAVE) - origin)
        again = forecaster.backtest(changed, 10, n_origins=4, refit=refit)
        for known in plain["origin"].unique():
            if known <= origin:
                np.testing.assert_array_equal(
                    plain.loc[plain["origin"] == known, "forecast"],
                    again.loc[again["origin"] == known, "forecast"],
                )


def test_a_backtest_is_what_fit_update_and_forecast_give():
    table = Forecaster(esn(20)).backtest(WAVE, 6, n_origins=3, stride=8)
    assert list(table["origin"].unique()) == [278, 286, 294]
    forecaster = Forecaster(esn(20)).fit(WAVE[:278])
    for origin in (278, 286, 294):
        part = table[table["origin"] == origin]
        np.testing.assert_allclose(part["forecast"], forecaster.forecast(6), atol=1e-9)
        np.testing.assert_array_equal(part["truth"], WAVE[origin : origin + 6])
        np.testing.assert_allclose(part["error"], part["forecast"] - part["truth"])
        np.testing.assert_array_equal(part["step"], np.arange(1, 7))
        forecaster.update(WAVE[origin : origin + 8])


def test_a_backtest_of_many_series_with_inputs():
    inputs = np.sin(2 * np.pi * T / 12)[:, None]
    table = Forecaster(esn(), differences=1).backtest(
        [SEASON, SEASON[:250]], 5, X=[inputs, inputs[:250]], n_origins=2
    )
    assert len(table) == 2 * 2 * 5
    assert table.groupby("series")["origin"].max().tolist() == [295, 245]
    assert table["error"].abs().max() < 0.1


def test_a_grid_search_takes_the_series_first_and_known_inputs_second():
    inputs = np.cos(T / 3)[:, None]
    forecaster = Forecaster(ESNRegressor(Reservoir(10, random_state=0), RidgeReadout(1e-3)))
    grid, folds = {"model__reservoir__leak_rate": [0.3, 1.0]}, TimeSeriesSplit(2, test_size=10)

    def score(fitted, series, known):
        return -np.abs(fitted.forecast(len(series), known) - series).mean()

    search = GridSearchCV(forecaster, grid, cv=folds, scoring=score).fit(WAVE, inputs)
    for i, leak_rate in enumerate(grid["model__reservoir__leak_rate"]):
        single = clone(forecaster).set_params(model__reservoir__leak_rate=leak_rate)
        for k, (past, coming) in enumerate(folds.split(WAVE)):
            found = single.fit(WAVE[past], inputs[past]).forecast(10, inputs[coming])
            expected = -np.abs(found - WAVE[coming]).mean()
            assert search.cv_results_[f"split{k}_test_score"][i] == expected


def test_intervals_cover_a_noisy_series():
    """Nine tenths of the new values of an autoregression lie inside; it is too long to refit."""
    covered = []
    for seed in range(30):
        noise = np.random.default_rng(seed).normal(size=540)
        series = lfilter([1.0], [1.0, -0.7], noise)
        forecaster = Forecaster(esn(20, alpha=10.0)).fit(series[:520])
        lower, upper = forecaster.predict_interval(20, n_origins=40)
        assert np.all(lower < upper)
        covered.append((series[520:] >= lower) & (series[520:] <= upper))
    assert 0.85 <= np.mean(covered) <= 0.95


def test_an_interval_is_about_the_forecast():
    forecaster = Forecaster(esn(20)).fit(WAVE)
    lower, upper = forecaster.predict_interval(5, level=0.8, n_origins=15)
    np.testing.assert_allclose((upper + lower) / 2, forecaster.forecast(5), atol=1e-9)


def test_an_ensemble_tells_how_much_the_reservoir_matters():
    model = ESNRegressor(Reservoir(20), RidgeReadout(1e-6), washout=20)
    forecaster = Forecaster(model, random_state=0).fit(WAVE)
    lower, upper = forecaster.predict_interval(30, method="ensemble", n_origins=10)
    assert np.all(lower <= upper)
    assert np.ptp(upper - lower) > 0


# ---------------------------------------------------------------------- reproducible and pure


def test_one_seed_one_forecast():
    series = mackey_glass(400, random_state=0)
    make = lambda: Forecaster(random_state=3).fit(series).forecast(50)  # noqa: E731
    np.testing.assert_array_equal(make(), make())


def test_a_backtest_changes_nothing():
    forecaster = Forecaster(esn()).fit(WAVE)
    before = pickle.dumps(forecaster)
    forecaster.backtest(WAVE, 3, X=WAVE, n_origins=2)
    assert pickle.dumps(forecaster) == before


def test_forecasting_changes_nothing():
    forecaster = Forecaster(esn()).fit(WAVE)
    before = pickle.dumps(forecaster)
    forecaster.forecast(10)
    forecaster.predict_interval(5, n_origins=10)
    assert pickle.dumps(forecaster) == before


def test_parameters_are_kept():
    forecaster = Forecaster(esn(), differences=[12, 1], random_state=1)
    fresh = clone(forecaster)
    assert fresh.differences == [12, 1]
    assert fresh.get_params()["model__washout"] == 20


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f.forecast(0), ValueError, "horizon == 0, must be >= 1"),
        (lambda f: f.forecast(2.5), TypeError, "horizon"),
        (lambda f: f.forecast(3), ValueError, r"fitted with 1 known input\(s\): X must give"),
        (lambda f: f.forecast(3, WAVE[:2]), ValueError, r"X has \[2\] row\(s\), but \[3\]"),
        (lambda f: f.forecast(3, np.zeros((3, 2))), ValueError, r"X has 2 input\(s\).*with 1"),
        (lambda f: f.update(np.zeros((3, 2)), WAVE[:3]), ValueError, "2 variables"),
        (lambda f: f.predict_interval(3, WAVE[:3], 1.0), ValueError, "level == 1.0"),
        (lambda f: f.predict_interval(0, X=WAVE[:3]), ValueError, "horizon == 0, must be >= 1"),
        (lambda f: f.predict_interval(3, X=WAVE[:3], n_origins=0), ValueError, "n_origins == 0"),
        (
            lambda f: f.predict_interval(3, X=WAVE[:3], method="guess"),
            ValueError,
            "method must be one of 'conformal', 'ensemble', got 'guess'",
        ),
        (lambda f: f.backtest(WAVE, 10, n_origins=5, stride=100), ValueError, "first half"),
    ],
)
def test_wrong_calls_are_named(call, error, message):
    forecaster = Forecaster(esn()).fit(WAVE, WAVE)
    with pytest.raises(error, match=message):
        call(forecaster)


@pytest.mark.parametrize(
    ("options", "y", "X", "message"),
    [
        ({"loop": "round"}, WAVE, None, "loop must be one of 'input', 'feedback', got 'round'"),
        ({"loop": "feedback"}, WAVE, None, "whose reservoir has a feedback_scaling above zero"),
        ({"differences": 0}, WAVE, None, "lag of differences == 0, must be >= 1"),
        (
            {"transformer": FunctionTransformer(lambda values: np.where(values > 1, np.inf, 0))},
            WAVE,
            None,
            "makes missing or infinite values of y, which runs from",
        ),
        ({"direct_horizon": 0}, WAVE, None, "direct_horizon == 0"),
        ({"direct_horizon": 2, "loop": "feedback"}, WAVE, None, "feeds nothing back"),
        ({}, WAVE[:25], None, r"25 steps, but at least 31 are needed.*20 for the washout"),
        ({"differences": 290}, WAVE, None, "at least 321 are needed: 290 for differences"),
        ({}, WAVE, WAVE[:20], r"X has \[20\] row\(s\), but \[300\]"),
        ({}, np.where(T == 7, np.nan, WAVE), None, "the first at 7"),
    ],
)
def test_what_is_wrong_at_fit_is_named(options, y, X, message):
    with pytest.raises(ValueError, match=message):
        Forecaster(esn(), **options).fit(y, X)


@pytest.mark.parametrize("model", ["lstm", Ridge(), Reservoir()])
def test_a_model_that_cannot_run_freely_is_refused(model):
    with pytest.raises(
        TypeError, match=r"model must be an estimator (of this package that runs|or None)"
    ):
        Forecaster(model).fit(WAVE)


@pytest.mark.parametrize("model", [RNNRegressor(), TDNNRegressor(), None])
def test_a_loop_through_feedback_needs_a_model_that_has_it(model):
    with pytest.raises(ValueError, match=r"loop='feedback' needs .* got model="):
        Forecaster(model, loop="feedback").fit(WAVE)


@pytest.mark.parametrize("options", [{"feedback": True}, {"cell": "jordan"}])
def test_a_trained_network_closes_the_loop_by_its_feedback(options):
    model = RNNRegressor(hidden_layer_sizes=(4,), max_iter=1, random_state=0, **options)
    assert Forecaster(model, loop="feedback").fit(WAVE).forecast(3).shape == (3,)


def test_differences_that_are_no_numbers_are_refused():
    with pytest.raises(TypeError, match="each lag of differences must be an instance of int"):
        Forecaster(esn(), differences=1.5).fit(WAVE)


def test_known_inputs_must_have_the_columns_and_dates_of_the_fit():
    series = pd.Series(SEASON, index=MONTHS)
    inputs = pd.DataFrame({"a": SEASON, "b": -SEASON}, index=MONTHS)
    with pytest.raises(ValueError, match=r"X runs from 2000-02-01.* to 2025-01-01"):
        Forecaster(esn()).fit(series, inputs.set_axis(MONTHS.shift(1)))
    forecaster = Forecaster(esn()).fit(series[:-2], inputs[:-2])
    with pytest.raises(ValueError, match=r"columns \['b', 'a'\].*fitted with \['a', 'b'\]"):
        forecaster.forecast(2, inputs[["b", "a"]][-2:])
    with pytest.raises(ValueError, match="X runs from"):
        forecaster.forecast(2, inputs[:2])
    bare = forecaster.forecast(2, inputs[-2:].to_numpy())
    pd.testing.assert_series_equal(forecaster.forecast(2, inputs[-2:]), bare)
    months = MONTHS.to_period()
    with pytest.raises(ValueError, match="X runs from 2000-02 to"):
        Forecaster(esn()).fit(series.set_axis(months), inputs.set_axis(months + 1))


def test_unfitted_and_unexpected():
    with pytest.raises(NotFittedError):
        Forecaster().forecast(3)
    forecaster = Forecaster(esn()).fit(WAVE)
    with pytest.raises(ValueError, match="X was given, but the forecaster was fitted without"):
        forecaster.forecast(3, WAVE[:3])
    with pytest.raises(TypeError, match="learn=True needs"):
        Forecaster(ESNRegressor(Reservoir(5), Ridge())).fit(WAVE).update(WAVE[:3], learn=True)
    with pytest.raises(ValueError, match="horizon=3 is beyond direct_horizon=2"):
        Forecaster(esn(), direct_horizon=2).fit(WAVE).forecast(3)


def test_a_constant_series_is_forecast_by_its_constant():
    with pytest.warns(UserWarning, match=r"Variable\(s\) \[0\] of y are constant"):
        forecaster = Forecaster(esn()).fit(np.full(100, 7.5))
    np.testing.assert_allclose(forecaster.forecast(5), 7.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Forecaster(esn()).fit(WAVE)


@pytest.mark.parametrize(("activation", "radius"), [("identity", 1.0), ("tanh", 1.3)])
def test_a_linear_network_that_grows_is_told(activation, radius):
    with pytest.warns(UserWarning, match=r"spectral_radius=1\.3 above 1 grows without bounds"):
        Forecaster(
            ESNRegressor(Reservoir(20, activation="identity", spectral_radius=1.3), RidgeReadout())
        ).fit(WAVE[:60])
    reservoir = Reservoir(20, activation=activation, spectral_radius=radius, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        Forecaster(ESNRegressor(reservoir, RidgeReadout())).fit(WAVE[:60])
