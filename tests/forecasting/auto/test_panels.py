"""Panels: pooled where series are alike, each by itself otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit import AutoESN
from esnkit.datasets import lorenz63

UNLIKE_SEEDS, ALIKE_SEEDS = (20, 21, 22), (30, 31)


def unlike(seed, n_series=4, n_steps=96):
    """Months that have nothing in common but their number: trends, walks, growth, memories."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(n_series):
        season = np.resize(rng.normal(size=12), n_steps)
        noise = rng.normal(size=n_steps)
        kinds = [
            20 + 2 * season + 0.1 * np.arange(n_steps) + 0.3 * noise,
            20 + (0.1 + noise).cumsum(),
            np.exp(3 + 0.2 * season - 0.01 * np.arange(n_steps) + 0.05 * noise),
            20 - 2 * season + 0.2 * noise,
        ]
        found.append(10.0**i * kinds[i % 4])
    return found


def alike(seed, n_series=4, n_steps=300):
    """Stretches of one attractor."""
    return [
        lorenz63(n_steps, dt=0.06, random_state=np.random.default_rng([seed, i]))[:, 0]
        for i in range(n_series)
    ]


def quick(**options):
    return AutoESN(**{"n_candidates": 4, "random_state": 0} | options)


@pytest.mark.parametrize("seed", UNLIKE_SEEDS)
def test_unlike_series_are_forecast_each_by_itself(seed):
    series = unlike(seed)
    together = quick().fit(series)
    assert together.panel_ == "each"
    forecasts = together.forecast(6)
    assert len(forecasts) == len(series)
    for i in range(seed % 3, len(series), 3):  # another one for each seed
        np.testing.assert_array_equal(forecasts[i], quick().fit(series[i]).forecast(6))


@pytest.mark.parametrize("seed", ALIKE_SEEDS)
def test_alike_series_are_pooled(seed):
    series = alike(seed)
    together = quick().fit(series)
    assert together.panel_ == "pooled"
    pooled = quick(panel="pooled").fit(series)
    np.testing.assert_array_equal(together.forecast(6), pooled.forecast(6))


@pytest.mark.slow
def test_pooled_chaos_is_forecast_better_than_one_by_one():
    ratios = []
    for seed in range(40, 43):
        series = alike(seed, n_steps=320)
        heads = [y[:-20] for y in series]
        pooled = AutoESN(random_state=0).fit(heads)
        assert pooled.panel_ == "pooled"
        alone = [AutoESN(random_state=0).fit(y).forecast(20) for y in heads]
        errors = [
            np.mean([np.abs(f - y[-20:]).mean() for f, y in zip(runs, series, strict=True)])
            for runs in (pooled.forecast(20), alone)
        ]
        ratios.append(errors[0] / errors[1])
    assert np.median(ratios) < 0.8


def test_the_summary_has_a_row_for_each_series():
    for panel in ("pooled", "each"):
        fitted = quick(panel=panel).fit(unlike(0, 3))
        text = fitted.summary()
        assert [f"Series {i} " in text for i in range(4)] == [True, True, True, False]
        assert ("each by itself" in text) == (panel == "each")
    table = fitted.search_
    assert set(table["series"]) == {"Series 0", "Series 1", "Series 2"}
    assert set(fitted.best_params_) == set(table["series"])


def test_one_result_whatever_n_jobs():
    forecasts = [quick(n_jobs=n, panel="each").fit(unlike(1, 2)).forecast(4) for n in (1, 2)]
    np.testing.assert_array_equal(*forecasts)


def test_series_by_themselves_go_on_and_have_intervals():
    series = unlike(2, 2)
    fitted = quick(panel="each").fit([y[:-4] for y in series])
    lower, upper = fitted.predict_interval(4)
    forecast = fitted.forecast(4)
    assert all((low <= f).all() for low, f in zip(lower, forecast, strict=True))
    assert all((f <= up).all() for up, f in zip(upper, forecast, strict=True))
    moved = fitted.update([y[-4:] for y in series])
    for i, forecast in enumerate(moved.forecast(3)):
        alone = quick().fit(series[i][:-4]).update(series[i][-4:])
        np.testing.assert_array_equal(forecast, alone.forecast(3))


def test_ensembles_of_other_seeds_make_intervals():
    fitted = quick(panel="each").fit(unlike(3, 2))
    lower, upper = fitted.predict_interval(3, method="ensemble", n_origins=3)
    assert all((low <= up).all() for low, up in zip(lower, upper, strict=True))


def test_known_inputs_stay_with_their_series():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(70, 2)) for _ in range(2)]
    series = [3 * x[:, 0] + 0.1 * rng.normal(size=70) for x in X]
    fitted = quick(panel="each").fit([y[:64] for y in series], [x[:64] for x in X])
    runs = fitted.forecast(6, [x[64:] for x in X])
    for y, x, run in zip(series, X, runs, strict=True):
        alone = quick().fit(y[:64], x[:64]).forecast(6, x[64:])
        np.testing.assert_array_equal(run, alone)
        assert np.abs(run - y[64:]).mean() < np.abs(y[64:]).mean() / 4


def test_short_and_constant_series_are_no_obstacle():
    rng = np.random.default_rng(0)
    fitted = quick().fit([rng.normal(size=12).cumsum(), rng.normal(size=80)])
    assert fitted.panel_ == "each"
    with pytest.warns(UserWarning, match="constant"):
        fitted = quick().fit([np.full(60, 5.0), rng.normal(size=60)])
    np.testing.assert_allclose(fitted.forecast(3)[0], 5.0)


def test_long_tables_keep_their_ids():
    index = pd.date_range("2020-01-01", periods=60, freq="MS")
    parts = [
        pd.DataFrame({"shop": name, "date": index, "sold": y[:60]})
        for name, y in zip("ab", unlike(4, 2), strict=True)
    ]
    fitted = quick(id_column="shop", time_column="date", panel="each").fit(pd.concat(parts))
    assert fitted.forecast(2)["shop"].tolist() == ["a", "a", "b", "b"]
    assert "Series 'a'" in fitted.summary()


def test_unknown_ways_and_steppers_are_refused():
    with pytest.raises(ValueError, match="panel must be one of"):
        quick(panel="both").fit(unlike(0, 2))
    with pytest.raises(ValueError, match="one series"):
        quick(panel="each").fit(unlike(0, 2)).stepper()
