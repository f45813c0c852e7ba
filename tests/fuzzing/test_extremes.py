"""Huge and tiny data are computed with, or refused by name: nothing turns into NaN in silence."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit import (
    NVAR,
    ESNRegressor,
    Forecaster,
    MLPReadout,
    Reservoir,
    RidgeReadout,
    RLSReadout,
    RNNRegressor,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((80, 2))
Y = np.sin(np.arange(80) / 5) + 0.1 * RNG.standard_normal(80)
SPIKE = np.where(np.arange(80) == 50, 1.0, 0.0)
ESTIMATORS = {
    "ridge": lambda: RidgeReadout(),
    "rls": lambda: RLSReadout(),
    "mlp": lambda: MLPReadout((2,), solver="adam", max_iter=1),
    "esn": lambda: ESNRegressor(Reservoir(5), random_state=0),
    "nvar": lambda: ESNRegressor(NVAR(2), RidgeReadout()),
    "rnn": lambda: RNNRegressor(hidden_layer_sizes=(2,), max_iter=1, random_state=0),
}
SCALES = [1e-300, 1e-200, 1e-150, 1e-60, 1e-20, 1e20, 1e60, 1e155, 1e200, 1e300]


def finite_or_named(compute, name: str, scale: float) -> None:
    refusal = ""
    result = 0.0
    try:
        result = compute()
    except ValueError as error:
        refusal = str(error)
    assert np.isfinite(result).all()
    assert not refusal or not 1e-50 < scale < 1e50
    assert not refusal or refusal.startswith(f"{name} holds values")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_any_scale_of_inputs_and_targets(kind, scale):
    model = ESTIMATORS[kind]
    finite_or_named(lambda: model().fit(X * scale, Y).predict(X * scale), "X", scale)
    finite_or_named(lambda: model().fit(X, Y * scale).predict(X), "y", scale)


@pytest.mark.parametrize("scale", SCALES)
def test_any_scale_of_a_series(scale):
    model = Forecaster(ESNRegressor(Reservoir(5), RidgeReadout()), random_state=0)
    finite_or_named(lambda: model.fit(Y * scale).forecast(3), "y", scale)
    finite_or_named(lambda: model.fit(Y + SPIKE * scale).forecast(3), "y", scale)


@pytest.mark.parametrize("model", [ESNRegressor(), Forecaster()])
def test_a_default_has_no_parameters_to_set(model):
    name = "reservoir" if isinstance(model, ESNRegressor) else "model"
    with pytest.raises(ValueError, match=f"{name}=None stands for a default"):
        model.set_params(**{f"{name}__n_units": 10})
