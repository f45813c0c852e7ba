"""The numbers of an array count, not how it lies in memory."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import is_classifier

from esnkit import (
    ES2N,
    NVAR,
    AutoESN,
    DelayedReservoir,
    ESNClassifier,
    ESNRegressor,
    FIRRegressor,
    Forecaster,
    GammaMemory,
    LegendreMemory,
    LMSReadout,
    Reservoir,
    RidgeReadout,
    RLSReadout,
    RNNClassifier,
    RNNRegressor,
    SpikingReservoir,
    TappedDelayLine,
    TDNNRegressor,
)

RNG = np.random.default_rng(0)
# Whole numbers, so that arrays of integers hold the same.
ROWS = RNG.integers(-9, 10, (120, 3))
TARGETS = ROWS[:, :2].cumsum(axis=0) % 7
SMALL = {"max_iter": 2, "random_state": 0}

MODELS = {
    "ESNRegressor": ESNRegressor(Reservoir(15), random_state=0),
    "a sequence's number": ESNRegressor(Reservoir(15), output="sequence", random_state=0),
    "ESNClassifier": ESNClassifier(Reservoir(15), random_state=0),
    "a label for each step": ESNClassifier(Reservoir(15), output="step", random_state=0),
    "RNNRegressor": RNNRegressor(hidden_layer_sizes=(5,), **SMALL),
    "RNNClassifier": RNNClassifier(hidden_layer_sizes=(5,), **SMALL),
    "FIRRegressor": FIRRegressor(hidden_layer_sizes=(5,), **SMALL),
    "TDNNRegressor": TDNNRegressor(hidden_layer_sizes=(5,), **SMALL),
    "RidgeReadout": RidgeReadout(),
    "RLSReadout": RLSReadout(),
    "LMSReadout": LMSReadout(),
}
MEMORIES = {
    "Reservoir": Reservoir(15, random_state=0),
    "single precision": Reservoir(15, dtype="float32", random_state=0),
    "ES2N": ES2N(15, random_state=0),
    "DelayedReservoir": DelayedReservoir(15, random_state=0),
    "SpikingReservoir": SpikingReservoir(15, random_state=0),
    "GammaMemory": GammaMemory(),
    "LegendreMemory": LegendreMemory(),
    "NVAR": NVAR(2),
    "TappedDelayLine": TappedDelayLine(3),
}
FORECASTERS = {
    "AutoESN": AutoESN(n_candidates=3, random_state=0),
    "Forecaster": Forecaster(random_state=0),
}


def mapped(rows: np.ndarray, folder) -> np.ndarray:
    path = folder / f"{len(list(folder.iterdir()))}.npy"
    np.save(path, rows)
    return np.load(path, mmap_mode="r")


def strided(rows: np.ndarray, folder) -> np.ndarray:
    wide = np.full([2 * n for n in rows.shape], 99.0)
    wide[tuple(slice(None, None, 2) for _ in rows.shape)] = rows
    return wide[tuple(slice(None, None, 2) for _ in rows.shape)]


def read_only(rows: np.ndarray, folder) -> np.ndarray:
    kept = rows.copy()
    kept.flags.writeable = False
    return kept


LAYOUTS = {
    "big-endian": lambda rows, folder: rows.astype(">f8"),
    "Fortran": lambda rows, folder: np.asfortranarray(rows),
    "backwards": lambda rows, folder: rows[::-1].copy()[::-1],
    "integers": lambda rows, folder: rows.astype(np.int32),
    "mapped": mapped,
    "read-only": read_only,
    "strided": strided,
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_models_take_any_layout_for_its_numbers(name, layout, tmp_path):
    model, change = MODELS[name], LAYOUTS[layout]
    X, y = ROWS.astype(np.float64), TARGETS.astype(np.float64)
    changed = change(X, tmp_path)
    if getattr(model, "output", "step") == "sequence":
        X = [X[i : i + 20] for i in range(0, 120, 20)]
        changed = [change(rows, tmp_path) for rows in X]
        y = np.arange(6.0) % 2
    elif is_classifier(model):
        y = y[:, 0]
    expected = model.fit(X, y).predict(X)
    np.testing.assert_array_equal(
        model.fit(changed, change(y, tmp_path)).predict(changed), expected
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", MEMORIES)
def test_memories_take_any_layout_for_its_numbers(name, layout, tmp_path):
    X = ROWS.astype(np.float64)
    given, memory = LAYOUTS[layout](X, tmp_path), MEMORIES[name]
    expected = memory.fit(X).transform(X)
    np.testing.assert_array_equal(memory.fit(given).transform(given), expected)
    np.testing.assert_array_equal(given, X)  # and leave it as it was


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", FORECASTERS)
@pytest.mark.filterwarnings("ignore::esnkit.DivergenceWarning")
def test_forecasters_take_any_layout_for_its_numbers(name, layout, tmp_path):
    y = TARGETS.astype(np.float64)
    forecaster = FORECASTERS[name]
    expected = forecaster.fit(y).forecast(5)
    given = LAYOUTS[layout](y, tmp_path)
    np.testing.assert_array_equal(forecaster.fit(given).forecast(5), expected)
