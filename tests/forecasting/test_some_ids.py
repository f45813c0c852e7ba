"""Panels of which only some series go on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit import (
    AutoESN,
    AutoregressiveForecaster,
    ESNRegressor,
    ExponentialSmoothing,
    Forecaster,
    Reservoir,
    ThetaForecaster,
)

LONG = {"id_column": "shop", "time_column": "date", "target_column": "sold"}
FORECASTERS = [
    Forecaster(ESNRegressor(Reservoir(30)), random_state=0, **LONG),
    ExponentialSmoothing("damped", **LONG),
    ThetaForecaster(**LONG),
    AutoregressiveForecaster(**LONG),
    AutoESN(n_candidates=2, panel="pooled", random_state=0, **LONG),
    AutoESN(n_candidates=2, panel="each", random_state=0, **LONG),
]


def shops(names="ab", n_steps=60, with_inputs=False):
    rng = np.random.default_rng(0)
    dates = pd.date_range("2024-01-01", periods=n_steps, freq="D")
    parts = []
    for name in names:
        warm = rng.normal(size=n_steps)
        sold = 5 + warm + np.sin(np.arange(n_steps)) + 0.1 * rng.normal(size=n_steps)
        part = pd.DataFrame({"shop": name, "date": dates, "sold": sold})
        parts.append(part.assign(warm=warm) if with_inputs else part)
    return parts


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=str)
def test_one_id_goes_on_and_the_others_stay(forecaster):
    a, b = shops()
    both = forecaster.fit(pd.concat([a[:50], b[:50]]))
    before = both.forecast(3)
    both.update(b[50:55])
    after = both.forecast(3)
    pd.testing.assert_frame_equal(after[after["shop"] == "a"], before[before["shop"] == "a"])
    assert after[after["shop"] == "b"]["date"].tolist() == b["date"][55:58].tolist()
    at_once = forecaster.fit(pd.concat([a[:50], b[:50]])).update(pd.concat([a[50:55], b[50:55]]))
    expected = at_once.forecast(3)
    pd.testing.assert_frame_equal(after[after["shop"] == "b"], expected[expected["shop"] == "b"])


def test_known_inputs_of_one_id_and_of_ids_in_another_order():
    a, b = shops(with_inputs=True)
    forecaster = AutoregressiveForecaster(**LONG)
    known = ["shop", "date", "warm"]
    coming = pd.concat([a[55:58], b[55:58]])[known]
    in_turn = forecaster.fit(pd.concat([a[:50], b[:50]])).update(b[50:55]).update(a[50:55])
    runs = [in_turn.forecast(3, coming)]
    for parts in ([a[50:55], b[50:55]], [b[50:55], a[50:55]]):
        at_once = forecaster.fit(pd.concat([a[:50], b[:50]])).update(pd.concat(parts))
        runs.append(at_once.forecast(3, coming))
        np.testing.assert_array_equal(at_once._inputs[0], in_turn._inputs[0])
    for run in runs[1:]:
        pd.testing.assert_frame_equal(run, runs[0])


def test_strange_ids_and_wrong_dates_are_refused():
    a, b = shops()
    forecaster = ExponentialSmoothing(**LONG).fit(pd.concat([a[:50], b[:50]]))
    with pytest.raises(ValueError, match="y holds 1 series of 1"):
        forecaster.update(b[50:55].assign(shop="c"))
    with pytest.raises(ValueError, match="must continue the series"):
        forecaster.update(b[51:55])
    with pytest.raises(ValueError, match="y holds 1 series of 1"):
        forecaster.score(b[50:55])
