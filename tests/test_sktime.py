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


@pytest.mark.slow
def test_all_of_sktimes_checks():
    from sktime.utils.estimator_checks import check_estimator

    from esnkit.sktime import ESNForecaster

    results = check_estimator(ESNForecaster, raise_exceptions=False, verbose=False)
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
