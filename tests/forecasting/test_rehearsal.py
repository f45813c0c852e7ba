"""Forecasts that would run away are held by a larger penalty."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.datasets import mackey_glass

STEPS = np.arange(700)
SIGNALS = {
    "sawtooth": (STEPS % 25) / 25,
    "square wave": (STEPS % 40 < 20) * 1.0,
    "triangles": np.abs((STEPS % 30) - 15) / 15,
    "spikes": np.sin(STEPS / 7) / 2 + np.where(STEPS % 97 == 0, 10.0, 0.0),
    "Mackey-Glass": np.asarray(mackey_glass(700, random_state=3)).ravel(),
}
MODELS = {
    "default": None,
    "leak 1": ESNRegressor(Reservoir(100), RidgeReadout(), washout=50),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("seed", [11, 12])
def test_forecasts_stay_near_the_series(signal, model, seed):
    y = SIGNALS[signal]
    run = Forecaster(MODELS[model], random_state=seed).fit(y[:500]).forecast(200)
    assert np.abs(run - y.mean()).max() < 1.5 * np.ptp(y)
    assert np.abs(run - y[500:]).mean() < 2 * y.std()


def test_a_run_that_stays_keeps_the_penalty_of_the_readout():
    y = np.sin(np.arange(300) / 5)
    forecaster = Forecaster(random_state=0).fit(y)
    assert forecaster.model_.readout.alpha == "auto"


def test_a_penalty_that_was_given_is_kept():
    model = ESNRegressor(Reservoir(50), RidgeReadout(1e-10), washout=50)
    held = Forecaster(model, random_state=0).fit(SIGNALS["sawtooth"])
    assert held.model_.readout.alpha == 1e-10
    free = Forecaster(clone_with_auto(model), random_state=0).fit(SIGNALS["sawtooth"])
    assert free.model_.readout.alpha > 1e-10


def clone_with_auto(model):
    return ESNRegressor(model.reservoir, RidgeReadout(), washout=model.washout)
