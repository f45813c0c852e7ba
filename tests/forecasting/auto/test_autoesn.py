"""AutoESN: the search, what it chooses, and the verbs of a forecaster on what was chosen."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from esnkit import NVAR, AutoESN, DivergenceWarning, Forecaster
from esnkit.datasets import load_el_nino, lorenz63
from esnkit.forecasting.auto.candidates import (
    Candidate,
    Naive,
    NVARConfig,
    Preprocessing,
    ReservoirConfig,
    SeriesTraits,
    Statistical,
    draw,
    familiar,
    linear,
    random_by_circular_law,
    simple,
)
from esnkit.forecasting.auto.evaluation import (
    Evaluation,
    Finalist,
    Validation,
    log_errors,
    smooth,
)
from esnkit.forecasting.auto.rollout import CandidateRollout
from esnkit.forecasting.auto.selection import Group, agreeing, choose, weigh
from esnkit.forecasting.seasonality import find_period
from esnkit.forecasting.series import read_series
from esnkit.metrics import mase, valid_prediction_time
from esnkit.search.rolling_origins import RollingOrigins

WAVE = np.sin(np.arange(160) / 4)
CHAOS = lorenz63(510, random_state=0)  # what no linear forecast gets right


def monthly(n_steps=112, noise=0.5, seed=0):
    rng = np.random.default_rng(seed)
    season = np.resize(rng.normal(size=12), n_steps)
    return 10 + 0.03 * np.arange(n_steps) + season + noise * rng.normal(size=n_steps)


def mean_log_error(squares):
    so_far = np.cumsum(squares, axis=1) / np.arange(1, squares.shape[1] + 1)
    return np.log10(np.sqrt(so_far)).mean()


def quick(**options):
    return AutoESN(**{"n_candidates": 12, "random_state": 0} | options)


# ------------------------------------------------------------------ what it is for


def test_a_sine_is_continued():
    forecast = AutoESN(random_state=0).fit(WAVE).forecast(100)
    np.testing.assert_allclose(forecast, np.sin(np.arange(160, 260) / 4), atol=1e-4)


def test_eight_candidates_forecast_all_of_lorenz_for_lyapunov_times():
    orbit = lorenz63(1400, dt=0.02, random_state=1)
    forecast = quick(n_candidates=8).fit(orbit[:1000]).forecast(400)
    assert valid_prediction_time(orbit[1000:], forecast, dt=0.02, lyapunov_time=1.104) > 5


def test_the_default_forecaster_comes_first():
    table = quick(n_candidates=1).fit(np.tile(WAVE, 4)).search_
    (first,) = table[table.memory == "reservoir"].to_dict("records")
    default = Forecaster().fit(np.tile(WAVE, 4)).model_.reservoir_.get_params()
    for name in ("n_units", "spectral_radius", "leak_rate", "input_scaling", "bias_scaling"):
        assert first[name] == default[name]
    assert (first["differences"], first["log"], first["squared_states"]) == ((), False, False)


@pytest.mark.slow
def test_one_variable_of_lorenz_is_forecast_for_lyapunov_times():
    x = lorenz63(1400, dt=0.06, random_state=1)[:, 0]
    forecast = AutoESN(random_state=0).fit(x[:1000]).forecast(200)
    assert valid_prediction_time(x[1000:1200], forecast, dt=0.06, lyapunov_time=1.104) > 1


def pooled_errors(noises, seeds):
    """Mean MASE of twelve months ahead, and that of the last year repeated."""
    own, seasonal = [], []
    for noise in noises:
        for seed in seeds:
            y = monthly(noise=noise, seed=seed)
            forecast = AutoESN(random_state=0).fit(y[:100]).forecast(12)
            own.append(mase(y[100:], forecast, y_train=y[:100], seasonality=12))
            seasonal.append(mase(y[100:], y[88:100], y_train=y[:100], seasonality=12))
    return np.mean(own), np.mean(seasonal)


def test_seasonal_naive_is_not_better_on_short_monthly_series():
    own, seasonal = pooled_errors((0.1, 0.5), range(2))
    assert own <= seasonal


@pytest.mark.slow
def test_seasonal_naive_is_not_better_whatever_the_noise():
    own, seasonal = pooled_errors((0.1, 0.5, 1.5), range(10, 20))
    assert own <= seasonal


@pytest.mark.slow
@pytest.mark.parametrize(("drift", "most"), [(0.0, 1.05), (0.3, 1.0)])
def test_the_last_value_is_hardly_better_on_random_walks(drift, most):
    own, last = [], []
    for seed in range(6000, 6010):
        y = (drift + np.random.default_rng(seed).normal(size=110)).cumsum()
        own.append(np.abs(AutoESN(random_state=0).fit(y[:100]).forecast(10) - y[100:]).mean())
        last.append(np.abs(y[99] - y[100:]).mean())
    assert np.mean(own) <= most * np.mean(last)


def test_what_forecasts_well_counts_most_at_each_step():
    clean, noisy = quick().fit(CHAOS), quick().fit(monthly(noise=1.5))
    assert len(clean.best_forecaster_.members_) == 1
    assert len(noisy.best_forecaster_.members_) > 2
    own = noisy.best_forecaster_.weights
    np.testing.assert_allclose(own.sum(axis=0), 1)
    runs = np.array(
        [member._forecast(15, None)[0][:, 0] for member in noisy.best_forecaster_.members_]
    )
    weights = np.hstack([own, np.repeat(own[:, [-1]], 15, axis=1)])[:, :15]
    np.testing.assert_allclose(noisy.forecast(15), (weights * runs).sum(axis=0))


# ------------------------------------------------------------------ one seed, one result


@pytest.fixture(scope="module")
def of_wave():
    """What nothing may change, as tests share it."""
    return quick().fit(WAVE)


@pytest.fixture(scope="module")
def of_months():
    """What nothing may change, as tests share it."""
    return quick().fit(monthly())


def test_one_seed_one_result_whatever_n_jobs(of_wave):
    np.testing.assert_array_equal(quick(n_jobs=2).fit(WAVE).forecast(10), of_wave.forecast(10))


def test_a_fresh_process_gives_the_same_forecast(of_wave):
    code = """if True:
        import numpy as np
        from esnkit import AutoESN, DivergenceWarning
        wave = np.sin(np.arange(160) / 4)
        forecaster = AutoESN(n_candidates=12, random_state=0, n_jobs=2).fit(wave)
        print(forecaster.forecast(10).tobytes().hex())
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == of_wave.forecast(10).tobytes().hex()


def test_other_seeds_try_other_candidates():
    found = [quick(n_candidates=24, random_state=seed).fit(WAVE) for seed in (0, 1)]
    tables = [forecaster.search_ for forecaster in found]
    first, second = (set(table[table.memory == "reservoir"].seed) for table in tables)
    assert len(first) > 2
    assert first.isdisjoint(second)


def test_parameters_are_kept_and_a_fitted_one_is_pickled():
    forecaster = quick(n_members=3, horizon=8)
    params = forecaster.get_params()
    forecaster.fit(WAVE)
    assert forecaster.get_params() == params == clone(forecaster).get_params()
    again = pickle.loads(pickle.dumps(forecaster))
    np.testing.assert_array_equal(again.forecast(5), forecaster.forecast(5))


# ------------------------------------------------------------------ a forecaster like others


def test_forecasts_come_in_the_form_of_the_series():
    nino = load_el_nino()[-120:]
    forecast = quick(n_candidates=2).fit(nino).forecast(3)
    assert isinstance(forecast, pd.Series)
    assert forecast.index.equals(pd.date_range(nino.index[-1], periods=4, freq=nino.index.freq)[1:])
    several = quick(n_candidates=2).fit([WAVE, WAVE[:100]]).forecast(3)
    assert [f.shape for f in several] == [(3,), (3,)]


def test_long_tables_are_told_apart_by_their_id():
    parts = [pd.DataFrame({"id": name, "y": WAVE + i}) for i, name in enumerate("ab")]
    forecast = quick(n_candidates=2, id_column="id").fit(pd.concat(parts)).forecast(4)
    assert forecast.groupby("id").size().to_dict() == {"a": 4, "b": 4}


@pytest.mark.parametrize("season", range(48, 56))
def test_a_season_that_fills_half_of_what_is_fitted_asks_for_no_step_more(season):
    rng = np.random.default_rng(0)
    y, X = np.sin(np.arange(120) / 4) + 0.1 * rng.normal(size=120), rng.normal(size=(123, 1))
    forecaster = AutoESN(n_candidates=2, n_members=1, season_length=season, random_state=0)
    assert np.isfinite(forecaster.fit(y, X[:120]).forecast(3, X[120:])).all()


def test_known_inputs_are_used():
    rng = np.random.default_rng(0)
    x = rng.normal(size=240)
    y = 2 * x + 0.01 * rng.normal(size=240)
    forecaster = quick().fit(y[:220], X=x[:220])
    assert np.abs(forecaster.forecast(20, X=x[220:]) - y[220:]).max() < 0.3
    with pytest.raises(ValueError, match="X must give them"):
        forecaster.forecast(3)


def test_update_moves_all_members_on():
    forecaster = quick().fit(WAVE[:150]).update(WAVE[150:])
    np.testing.assert_allclose(forecaster.forecast(5), np.sin(np.arange(160, 165) / 4), atol=1e-2)
    learned = quick().fit(WAVE[:150]).update(WAVE[150:], learn=True)
    assert not np.array_equal(learned.forecast(5), forecaster.forecast(5))


def test_a_stepper_goes_on_with_a_single_model():
    clean = lorenz63(1010, random_state=0)  # long enough that nothing else has any weight
    forecaster = quick(n_members=1).fit(clean[:-10])
    stepper = forecaster.stepper(horizon=5)
    np.testing.assert_allclose(stepper.forecast, forecaster.forecast(5), atol=1e-6)
    for value in clean[-10:]:
        ahead = stepper.step(value)
    np.testing.assert_allclose(ahead, forecaster.update(clean[-10:]).forecast(5), atol=1e-6)


def test_a_stepper_is_refused_where_several_forecast(of_wave):
    with pytest.raises(TypeError, match=r"made of \d+, .* use update and forecast"):
        of_wave.stepper()


def test_a_backtest_never_sees_the_future():
    changed = WAVE.copy()
    changed[150:] += 5
    first, second = (quick().backtest(y, 10, n_origins=2) for y in (WAVE, changed))
    known = first.origin + first.step <= 150
    assert known.sum() == 10
    np.testing.assert_array_equal(first.forecast[:10], second.forecast[:10])


def test_a_backtest_searches_before_its_first_origin():
    table = quick().backtest(WAVE, 10, n_origins=1)
    np.testing.assert_array_equal(table.forecast, quick().fit(WAVE[:150]).forecast(10))


@pytest.mark.parametrize("method", ["conformal", "ensemble"])
def test_intervals_keep_the_settings_that_were_chosen(method, of_months, monkeypatch):
    monkeypatch.setattr("esnkit.forecasting.auto.autoesn.search", None)  # another search would fail
    lower, upper = of_months.predict_interval(12, method=method, n_origins=4)
    assert (lower <= upper).all()
    assert (lower < of_months.forecast(12)).any() or method == "ensemble"


# ------------------------------------------------------------------ what it tells


def test_the_search_is_told(of_months):
    forecaster = of_months
    table = forecaster.search_
    autoregressions = (table.memory == "delays") & (table.order == 1) & (table.seed == 0)
    assert (table.memory.isin(["reservoir", "delays"]) & ~autoregressions).sum() <= 12
    assert table.score.is_monotonic_increasing
    assert {"n_units", "leak_rate", "differences", "penalty", "seconds"} <= set(table.columns)
    assert forecaster.period_ == 12
    text = forecaster.summary()
    for part in (
        "12 candidates were tried",
        "season: 12 steps",
        "times that of the ",
    ):
        assert part in text


def test_naive_forecasts_are_among_the_candidates():
    table = quick(n_candidates=1).fit(monthly()).search_.query("naive")
    seasons = [None if np.isnan(season) else season for season in table.season]
    tried = set(zip(table.differences, seasons, table.drift, strict=True))
    still = {((1,), None, False), ((12,), None, False), ((1,), 12, False)}
    drifting = {(lags, season, True) for lags, season, _ in still}
    assert tried == still | drifting | {((), None, False), ((), 12, False)}


def test_time_runs_out_and_is_told():
    forecaster = quick(n_candidates=1000, time_budget=0.1).fit(WAVE)
    assert len(forecaster.search_) < 1000
    assert "time was up after" in forecaster.summary()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_interrupted_search_keeps_what_it_found(n_jobs, monkeypatch):
    measure, tried = Validation.measure, []

    def interrupted(self, candidate, strength=None):
        if len(tried) == 5:
            raise KeyboardInterrupt
        tried.append(candidate)
        return measure(self, candidate, strength)

    monkeypatch.setattr(Validation, "measure", interrupted)
    with pytest.warns(UserWarning, match="goes on with what it found: it was interrupted"):
        forecaster = quick(n_jobs=n_jobs).fit(WAVE)
    assert 1 <= len(forecaster.search_) <= 5
    assert "after 0 of 12 candidates" in forecaster.summary() or n_jobs == 2
    assert "interrupted" in forecaster.summary()
    assert np.isfinite(forecaster.forecast(5)).all()


def test_an_interrupt_before_anything_was_found_goes_on(monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(Validation, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        quick().fit(WAVE)


# ------------------------------------------------------------------ odd series


@pytest.mark.parametrize("scale", [1e-6, 1e9])
def test_a_series_too_short_to_search_on_is_forecast_classically(scale):
    y = np.random.default_rng(0).normal(size=20)
    forecaster, scaled = quick().fit(y), quick().fit(scale * y)
    np.testing.assert_allclose(scaled.forecast(4), scale * forecaster.forecast(4), rtol=1e-6)
    assert "nothing to choose" in forecaster.summary()


def test_a_constant_is_forecast_by_itself():
    with pytest.warns(UserWarning, match="constant"):
        forecaster = quick().fit(np.full(80, 3.0))
    np.testing.assert_allclose(forecaster.forecast(4), 3.0)


def test_a_constant_variable_beside_another():
    with pytest.warns(UserWarning, match="constant"):
        forecaster = quick().fit(np.column_stack([WAVE, np.full(160, 3.0)]))
    np.testing.assert_allclose(forecaster.forecast(4)[:, 1], 3.0, atol=1e-6)


def test_strong_growth_goes_on():
    y = np.exp(np.arange(90) / 10)
    forecast = quick(n_candidates=24).fit(y[:60]).forecast(30)
    np.testing.assert_allclose(np.log(forecast), np.log(y[60:]), atol=0.2)


def test_a_forecast_that_runs_away_is_held():
    y = np.arange(60.0) - 30
    with pytest.warns(DivergenceWarning, match="by more than its width"):
        forecast = quick(n_candidates=24).fit(y).forecast(120)
    assert forecast.max() == 2 * y.max() - y.min()


def test_what_was_never_negative_stays_so():
    counts = np.random.default_rng(0).poisson(0.5, size=80).astype(float)
    forecaster = quick().fit(counts)
    lower, upper = forecaster.predict_interval(4)
    assert lower.min() == 0
    assert forecaster.forecast(4).min() >= 0
    assert (quick().fit(counts - 1).predict_interval(4)[0] < -1).any()
    assert (upper > 1).all()


@pytest.mark.parametrize("n_steps", [30, 31, 40, 55])
def test_few_steps_are_enough(n_steps):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecast = quick(n_candidates=8).fit(monthly(n_steps)).forecast(6)
    assert np.isfinite(forecast).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_candidates": 0}, "n_candidates"),
        ({"n_members": 0}, "n_members"),
        ({"horizon": 0}, "horizon"),
        ({"time_budget": 0}, "time_budget"),
        ({"time_budget": float("nan")}, "time_budget must be finite"),
    ],
)
def test_wrong_parameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        quick(**options).fit(WAVE)


def with_a_gap():
    y = load_el_nino()[:60].copy()
    y.iloc[17] = np.nan
    return y


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (with_a_gap(), r"first at 1951-06-01.*pandas.Series.interpolate"),
        (load_el_nino()[:60].iloc[::-1], "must rise"),
        (pd.Series(WAVE, index=np.r_[0:159, 170]), "equal steps: the one after 158"),
        (np.zeros((0,)), r"shape \(0,\)"),
    ],
)
def test_bad_series_are_refused_with_the_place(y, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(y)


@pytest.mark.parametrize(
    ("horizon", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("3", TypeError)]
)
def test_bad_horizons_are_refused(naive_forecaster, horizon, error):
    with pytest.raises(error, match="horizon"):
        naive_forecaster.forecast(horizon)


@pytest.fixture(scope="module")
def naive_forecaster():
    return quick(n_candidates=1).fit(WAVE)


def test_a_progress_bar_is_shown_on_request_only(capsys):
    quick(n_candidates=2).fit(WAVE)
    assert capsys.readouterr() == ("", "")
    quick(n_candidates=2, progress=True).fit(WAVE)
    out, err = capsys.readouterr()
    assert out == ""
    assert "search:" in err
    assert "/2" in err


# ------------------------------------------------------------------ the parts


@pytest.mark.parametrize("period", [7, 12, 52])
def test_seasons_are_found(period):
    rng = np.random.default_rng(0)
    y = np.resize(rng.normal(size=period), 6 * period) + 0.3 * rng.normal(size=6 * period)
    assert find_period(y + np.linspace(0, 5, len(y))) == period


@pytest.mark.parametrize("y", [np.ones(50), np.arange(50.0), np.arange(5.0), np.exp(np.arange(50))])
def test_no_season_is_found_where_there_is_none(y):
    assert find_period(y) is None


def test_a_naive_candidate_repeats_the_season():
    y = np.random.default_rng(0).normal(size=60)
    forecaster = Candidate(Naive(drift=False), Preprocessing((12,))).forecaster(1.0, [60]).fit(y)
    np.testing.assert_allclose(forecaster.forecast(24), np.tile(y[-12:], 2), atol=1e-12)


def test_a_naive_candidate_with_a_drift_goes_on_from_the_first_to_the_last_value():
    y = np.random.default_rng(0).normal(size=60).cumsum()
    forecaster = Candidate(Naive(drift=True), Preprocessing((1,))).forecaster(1.0, [60]).fit(y)
    line = y[-1] + np.arange(1, 6) * (y[-1] - y[0]) / 59
    np.testing.assert_allclose(forecaster.forecast(5), line, atol=1e-9)


def traits(n_steps, **others):
    known = {
        "n_variables": 1,
        "n_inputs": 0,
        "pace": 20.0,
        "seasons": (),
        "positive": True,
        "growing": False,
        "sparse": False,
    }
    return SeriesTraits(n_steps, **known | others)


PLAIN = Preprocessing()


@pytest.mark.parametrize("n_inputs", [0, 1, 5, 40, 200])
@pytest.mark.parametrize("n_variables", [1, 3])
def test_candidates_lie_within_their_bounds(n_variables, n_inputs):
    problem = traits(400, n_variables=n_variables, n_inputs=n_inputs, seasons=(12,))
    drawn = draw(200, problem, np.random.default_rng(0), [PLAIN]) + linear(problem)
    units = [c.memory for c in drawn if isinstance(c.memory, ReservoirConfig)]
    delays = [c.memory for c in drawn if isinstance(c.memory, NVARConfig)]
    assert len(delays) < len(units)
    assert all(20 <= u.n_units <= 200 and 0 < u.leak_rate <= 1 for u in units)
    assert all(d.n_features(n_variables + n_inputs) <= 400 // 3 for d in delays)


def test_slow_series_get_slow_units():
    quick, slow = (
        np.mean(
            [
                c.memory.leak_rate
                for c in draw(50, traits(400, pace=pace), np.random.default_rng(0), [PLAIN])
                if isinstance(c.memory, ReservoirConfig)
            ]
        )
        for pace in (3.0, 50.0)
    )
    assert slow < quick / 3


def test_autoregressions_see_the_series_in_every_way_that_it_bears():
    views = [c.view for c in linear(traits(120, seasons=(12, 60), growing=True))]
    assert len(set(views)) == len(views)
    assert {v.differences for v in views} == {(), (1,), (12,), (12, 1)}
    assert {v.season for v in views} == {None, (12, 60)}
    assert {v.log for v in views} == {False, True}


def test_classical_forecasts_suit_the_series():
    def methods(**others):
        candidates = simple(traits(120, **others))
        return {c.memory.method for c in candidates if isinstance(c.memory, Statistical)}

    always = {"smoothing", "theta", "analogues"}
    assert methods() == always | {"regression"}
    assert methods(sparse=True) == always | {"regression", "demand"}
    assert methods(n_variables=40) == always  # each variable would be regressed by itself
    assert methods(n_variables=40, n_inputs=2) == always | {"regression"}
    seasonal = simple(traits(120, seasons=(12,), positive=False))
    kinds = {c.memory.seasonal for c in seasonal if isinstance(c.memory, Statistical)}
    assert kinds == {None, "additive"}


def test_monomials_are_counted():
    delays = NVARConfig(n_taps=2, stride=3, order=3)
    features = NVAR(2, stride=3, order=3).fit_transform(np.ones((10, 2)))
    assert features.shape[1] == delays.n_features(2)


def test_what_lies_near_is_new():
    problem = traits(400)
    rng = np.random.default_rng(0)
    drawn = draw(40, problem, rng, [PLAIN])
    tried = set(drawn)
    for parent in drawn:
        child = parent.varied(rng, problem, tried)
        assert child not in tried
        assert child.view == parent.view


def test_given_views_are_taken_in_turn():
    views = [Preprocessing(log=True), Preprocessing((1,))]
    drawn = draw(5, traits(400), np.random.default_rng(0), views)
    assert [c.view for c in drawn] == [views[i] for i in (0, 1, 0, 1, 0)]


def test_what_most_would_try_is_no_larger_than_the_series_can_bear():
    short = traits(40, n_variables=3)
    (candidate,) = familiar([PLAIN], short, np.random.default_rng(0))
    assert candidate.memory.n_units == 20
    long = replace(short, n_steps=1000)
    reservoir, products = familiar([PLAIN], long, np.random.default_rng(0))
    assert reservoir.memory.n_units == 200
    assert products.memory == NVARConfig(2, 1, 2)


def test_the_circular_law_tells_the_spectral_radius_nearly():
    for seed in range(3):
        W, radius = random_by_circular_law(200, np.random.default_rng(seed))
        exact = np.abs(np.linalg.eigvals(W.toarray())).max()
        assert radius == pytest.approx(exact, rel=0.12)


def test_errors_are_logarithms_of_what_was_off_so_far():
    np.testing.assert_allclose(log_errors(np.full((3, 10), 0.01)), -1)
    np.testing.assert_array_equal(log_errors(np.zeros((1, 4))), -8)
    np.testing.assert_array_equal(log_errors(np.full((1, 4), np.inf)), 1)
    np.testing.assert_allclose(log_errors(np.array([[1.0, 0.0]])), [[0, -np.log10(2) / 2]])


def test_scores_are_averaged_with_their_neighbours():
    errors = np.array([[0.0, 4.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]).T
    np.testing.assert_allclose(smooth(errors), np.array([[1, 2, 1, 0], [1, 1, 1, 1]]).T)


def trial(memory, runs, differences=(1,), score=0.0):
    runs = np.broadcast_to(np.reshape(runs, (-1, 1)), (len(runs), 5))
    candidate = Candidate(memory, Preprocessing(differences))
    forecasts = [np.zeros((len(runs), 5, 1))]
    return Evaluation(
        settings={},
        seconds=0.0,
        score=score,
        candidate=candidate,
        penalty=1.0,
        strength=1.0,
        runs=runs,
        forecasts=forecasts,
    )


STILL = trial(Naive(drift=False), np.zeros(4))
GAINS = np.array([-0.3, 0.1, -0.3, 0.1])  # of mean -0.1 and standard error 0.1


@pytest.mark.parametrize(("gains", "drifts"), [(GAINS + 0.01, False), (GAINS - 0.01, True)])
@pytest.mark.parametrize("kind", [Naive, partial(Statistical, "smoothing")])
def test_a_drift_has_to_be_better_by_a_standard_error(kind, gains, drifts):
    still, drifting = trial(kind(drift=False), np.zeros(4)), trial(kind(drift=True), gains)
    *_, group = choose([drifting, still, STILL], [], None)
    if kind is not Naive:
        group = choose([drifting, still, STILL], [], None)[0]
    assert group.members[0].candidate.drifts is drifts


@pytest.mark.parametrize(("error", "takes_part"), [(-0.2, True), (-0.05, False)])
def test_analogues_take_part_only_where_nothing_is_better(error, takes_part):
    smoothing = trial(Statistical("smoothing"), np.full(4, -0.1))
    alike = trial(Statistical("analogues"), np.full(4, error))
    groups = choose(sorted([alike, smoothing, STILL], key=lambda t: t.score), [], None)
    kinds = [group.members[0].candidate.settings["memory"] for group in groups]
    assert kinds == ["smoothing", *["analogues"] * takes_part, "naive"]


def test_a_model_weighs_as_much_as_a_naive_forecast_if_better_by_a_standard_error():
    still = Group([STILL], STILL.runs)
    model = Group([], trial(NVARConfig(2, 1, 2), GAINS).runs)
    np.testing.assert_allclose(weigh([model, still]), 0.5)
    surely = Group([], trial(NVARConfig(2, 1, 2), np.full(4, -0.5)).runs)
    np.testing.assert_allclose(weigh([surely, still])[0], 100 / 101)


def finalist(n_taps, future, score, *, clipped=False):
    candidate = Candidate(NVARConfig(n_taps, 1, 2), PLAIN)
    return Finalist(candidate, 1.0, score, [future], clipped)


def test_forecasts_are_taken_that_others_bear_out():
    validation = Validation(
        read_series(WAVE), None, RollingOrigins(horizon=20, n_origins=1, stride=20)
    )
    rng = np.random.default_rng(0)
    truth = np.sin(np.arange(20) / 4)[:, np.newaxis]
    near = [finalist(n, truth + 0.01 * rng.normal(size=(20, 1)), 0.1) for n in range(1, 6)]
    astray = finalist(9, truth + 3.0, 0.0)  # by the validation the best of all
    chosen = agreeing([astray, *near], validation, 3)
    assert len(chosen) == 3
    assert astray not in chosen
    # Another penalty of the same candidate is no witness.
    alone = [replace(astray, penalty=p) for p in (1.0, 2.0, 3.0)]
    assert not any(pair in alone for pair in agreeing([*alone, *near], validation, 5))
    # Nor are those that all ran away to the same bound.
    away = [finalist(n, np.full((20, 1), 3.0), 0.0, clipped=True) for n in range(6, 12)]
    assert not any(pair in away for pair in agreeing([*away, *near], validation, 9))
    assert len(agreeing(away, validation, 3)) == 3


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("n_before", "n_after"), [(270, 30), (95, 5), (200, 12)])
def test_a_level_without_noise_goes_on(n_before, n_after, seed):
    level, other = np.random.default_rng(seed).uniform(10, 1000, 2)
    y = np.repeat([level, other], [n_before, n_after])
    forecast = AutoESN(random_state=seed).fit(y).forecast(12)
    np.testing.assert_allclose(forecast, other, atol=0.1 * abs(other - level))


@pytest.mark.filterwarnings("ignore::esnkit.DivergenceWarning")  # as forecasts those are clipped
@pytest.mark.parametrize("with_inputs", [False, True])
@pytest.mark.parametrize("n_variables", [1, 2])
@pytest.mark.parametrize(
    "view",
    [PLAIN, Preprocessing((1,)), Preprocessing((12, 1)), Preprocessing((1,), 12, True)],
    ids=str,
)
@pytest.mark.parametrize(
    "memory",
    [
        ReservoirConfig(20, 0.9, 0.5, 1.0, 0.2, False),
        ReservoirConfig(20, 0.5, 0.9, 0.3, 0.5, True),
        NVARConfig(2, 1, 2),
        NVARConfig(5, 2, 1),
    ],
    ids=["units", "squares", "products", "linear"],
)
def test_rollouts_are_forecasts(memory, view, n_variables, with_inputs):
    y = np.column_stack([monthly(200, seed=k) for k in range(n_variables)])
    inputs = np.random.default_rng(0).normal(size=(200, 2)) if with_inputs else None
    cuts, strengths, candidate = [120, 125, 160], np.array([1e-6, 1e-2]), Candidate(memory, view, 7)
    model = CandidateRollout(
        candidate, read_series(y), None if inputs is None else [inputs], [120], [cuts]
    )
    readouts = model.fit(strengths)
    runs = model.forecasts(readouts, 10, range(3))[0]
    for k, penalty in enumerate(readouts.penalties):
        forecaster = candidate.forecaster(penalty, [120])
        forecaster.fit(y[:120], None if inputs is None else inputs[:120])
        for i, cut in enumerate(cuts):
            if i:
                new = slice(cuts[i - 1], cut)
                forecaster.update(y[new], None if inputs is None else inputs[new])
            coming = None if inputs is None else inputs[cut : cut + 10]
            expected = forecaster.forecast(10, coming)
            np.testing.assert_allclose(runs[i, k], expected, rtol=1e-7, atol=1e-7)


def test_rollouts_of_many_series_are_forecasts_of_each():
    series = [monthly(n, seed=n) for n in (100, 130)]
    candidate = Candidate(ReservoirConfig(20, 0.9, 0.5, 1.0, 0.2, False), Preprocessing((1,)), 7)
    model = CandidateRollout(
        candidate, read_series(series), None, [80, 110], [[80, 90], [110, 120]]
    )
    readouts = model.fit(np.array([1e-4]))
    runs = model.forecasts(readouts, 10, [1])
    forecaster = candidate.forecaster(readouts.penalties[0], [80, 110])
    forecaster.fit([series[0][:80], series[1][:110]])
    forecaster.update([series[0][80:90], series[1][110:120]])
    for found, expected in zip(runs, forecaster.forecast(10), strict=True):
        np.testing.assert_allclose(found[0, 0, :, 0], expected, rtol=1e-7)


def test_the_last_season_is_scored_by_its_own_errors():
    y = monthly()
    rolling = RollingOrigins(horizon=12, n_origins=2, stride=6)
    measured = Validation(read_series(y), None, rolling).measure(
        Candidate(Naive(drift=False), Preprocessing((12,)))
    )
    scores = []
    for cut in (94, 100, 106, 110):
        errors = y[cut : cut + 12] - y[cut - 12 : cut][: 112 - cut]
        scores.append(mean_log_error((errors / y[:94].std())[np.newaxis] ** 2))
    assert measured.score == pytest.approx(np.mean(scores), abs=1e-9)


@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_level_that_changed_within_the_last_horizon_is_seen(noise, seed):
    rng = np.random.default_rng(seed)
    y = np.r_[np.full(270, 100.0), np.full(30, 200.0)] + noise * rng.normal(size=300)
    assert AutoESN(random_state=seed).fit(y).forecast(1)[0] == pytest.approx(200, abs=15)


def test_a_model_is_scored_by_what_the_verbs_give(monkeypatch):
    module = "esnkit.forecasting.auto.evaluation"
    monkeypatch.setattr(f"{module}._COARSE", np.array([1e-6]))  # nothing to average with
    monkeypatch.setattr(f"{module}._INSIDE", (0.5,))
    candidate = Candidate(ReservoirConfig(30, 0.5, 0.5, 1.0, 0.2, False), PLAIN, 3)
    rolling = RollingOrigins(horizon=20, n_origins=2, stride=10)
    trial = Validation(read_series(WAVE), None, rolling).measure(candidate)
    assert trial.forecasts[0].shape == (4, 20, 1)
    unit, forecaster = WAVE[:130].std(), candidate.forecaster(trial.penalty, [130])
    forecaster.fit(WAVE[:130])
    scores = []
    for before, cut in pairwise([130, 130, 140, 150, 157]):  # the last two see only the end
        if cut > before:
            forecaster.update(WAVE[before:cut])
        truth = WAVE[cut : cut + 20]
        errors = forecaster.forecast(20)[: len(truth)] - truth
        scores.append(mean_log_error((errors / unit)[np.newaxis] ** 2))
    outside = np.mean(scores)
    inside = CandidateRollout(candidate, read_series(WAVE), None, [130], [[65]])
    run = inside.forecasts(inside.fit(np.array([1e-6])), 20, [0])[0][0, 0, :, 0]
    rehearsed = mean_log_error(((run - WAVE[65:85]) / unit)[np.newaxis] ** 2)
    assert trial.score == pytest.approx(outside + 0.3 * rehearsed, rel=1e-6)


def test_white_noise_is_forecast_by_its_mean():
    y = np.random.default_rng(1).normal(5, 1, size=200)
    error = AutoESN(random_state=0).fit(y).forecast(5) - y.mean()
    assert np.sqrt(np.square(error).mean()) < 0.3  # of which a standard deviation is 1
