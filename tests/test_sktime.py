"""The adapter passes sktime's own checks, and forecasts what esnkit forecasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sktime")

pytestmark = pytest.mark.filterwarnings("ignore")  # sktime announces its own changes

SERIES = pd.Series(
    np.sin(np.arange(120) / 5) + 3, index=pd.period_range("2010-01", periods=120, freq="M")
)


PLAN = pd.DataFrame({"plan": np.cos(np.arange(120) / 7)}, index=SERIES.index)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ESNForecaster", "ESNPanelClassifier"])
def test_all_of_sktimes_checks(name):
    from sktime.utils.estimator_checks import check_estimator

    import esnkit.sktime

    adapter = getattr(esnkit.sktime, name)
    results = check_estimator(adapter, raise_exceptions=False, verbose=False)
    assert {name: result for name, result in results.items() if result != "PASSED"} == {}


@pytest.mark.parametrize("automatic", [False, True])
def test_forecasts_and_intervals_are_those_of_esnkit(automatic):
    from esnkit import AutoESN, ESNRegressor, Forecaster, Reservoir
    from esnkit.sktime import ESNForecaster

    inner = AutoESN(n_candidates=4) if automatic else Forecaster(ESNRegressor(Reservoir(20)))
    adapter = ESNForecaster(inner, random_state=0).fit(SERIES[:110], fh=[1, 3, 6])
    own = inner.set_params(random_state=0).fit(SERIES[:110].to_numpy()[:, None])
    forecast = adapter.predict()
    np.testing.assert_allclose(forecast, own.forecast(6)[[0, 2, 5], 0])
    assert forecast.index.equals(SERIES.index[[110, 112, 115]])
    interval = adapter.predict_interval(coverage=[0.9])
    lower, upper = own.predict_interval(6, level=0.9)
    np.testing.assert_allclose(interval, np.hstack([lower, upper])[[0, 2, 5]])
    adapter.update(SERIES[110:115])
    assert adapter.predict().index[0] == SERIES.index[115]


def small():
    from esnkit import ESNRegressor, Forecaster, Reservoir

    return Forecaster(ESNRegressor(Reservoir(20)), random_state=0)


def test_known_inputs_are_those_of_esnkit():
    from esnkit.sktime import ESNForecaster

    y, n = SERIES + PLAN["plan"].shift(fill_value=0.0), 110
    adapter = ESNForecaster(small()).fit(y[:n], X=PLAN[:n], fh=[1, 3])
    own = small().fit(y[:n].to_numpy()[:, None], PLAN[:n].to_numpy())
    forecast = adapter.predict(X=PLAN[n:])  # more rows than are needed
    np.testing.assert_array_equal(forecast, own.forecast(3, PLAN[n : n + 3].to_numpy())[[0, 2], 0])
    lower, upper = own.predict_interval(3, PLAN[n : n + 3].to_numpy())
    interval = adapter.predict_interval(X=PLAN[n:], coverage=0.9)
    np.testing.assert_array_equal(interval, np.hstack([lower, upper])[[0, 2]])
    adapter.update(y[n - 5 : n + 4], X=PLAN[n - 5 : n + 4])  # some steps come again
    own.update(y[n : n + 4].to_numpy()[:, None], PLAN[n : n + 4].to_numpy())
    np.testing.assert_array_equal(
        adapter.predict(X=PLAN[n + 4 :]), own.forecast(3, PLAN[n + 4 : n + 7].to_numpy())[[0, 2], 0]
    )
    filled = PLAN.iloc[[n + 4, n + 4, n + 6]].to_numpy()
    with pytest.warns(UserWarning, match=r"no row for 1 step\(s\) up to 2019-09, .* at 2019-08"):
        forecast = adapter.predict(X=PLAN.iloc[[n + 4, n + 6]])
    np.testing.assert_array_equal(forecast, own.forecast(3, filled)[[0, 2], 0])


def test_pipelines_evaluation_and_searches_of_sktime():
    from sktime.forecasting.compose import TransformedTargetForecaster
    from sktime.forecasting.model_evaluation import evaluate
    from sktime.split import ExpandingWindowSplitter
    from sktime.transformations.series.detrend import Detrender

    from esnkit.sktime import ESNForecaster

    pipeline = TransformedTargetForecaster([Detrender(), ("esn", ESNForecaster(small()))])
    folds = ExpandingWindowSplitter(fh=[1, 2, 3], initial_window=90, step_length=10)
    for strategy in ("refit", "update"):
        table = evaluate(pipeline, folds, SERIES, strategy=strategy, error_score="raise")
        errors = table.filter(like="test_").to_numpy(dtype=float)
        assert np.isfinite(errors).all()
        assert errors.max() < 0.1  # in percent of a sine without noise


def test_labels_and_probabilities_are_those_of_esnkit():
    from esnkit import ESNClassifier, Reservoir
    from esnkit.sktime import ESNPanelClassifier

    rng = np.random.default_rng(0)
    walks = [rng.normal(size=(n, 2)).cumsum(axis=0) for n in (30, 40, 50, 35)]
    noise = [rng.normal(size=(n, 2)) for n in (30, 40, 50, 35)]
    rows, labels = walks + noise, np.repeat(["walk", "noise"], 4)
    own = ESNClassifier(Reservoir(20), random_state=0).fit(rows, labels)
    panel = [pd.DataFrame(x, columns=["a", "b"]) for x in rows]  # of unequal lengths
    adapter = ESNPanelClassifier(ESNClassifier(Reservoir(20)), random_state=0).fit(panel, labels)
    np.testing.assert_array_equal(adapter.predict(panel), own.predict(rows))
    np.testing.assert_array_equal(adapter.predict_proba(panel), own.predict_proba(rows))
