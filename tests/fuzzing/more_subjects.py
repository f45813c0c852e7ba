"""Parts, methods of fitted models, and files: more subjects for strange arguments."""

from __future__ import annotations

import copy
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import esnkit
from esnkit import networks
from esnkit.forecasting.classical import NaiveForecaster
from esnkit.forecasting.ensemble import EnsembleForecaster
from esnkit.networks.training.losses import SquaredError
from esnkit.networks.training.trainer import UpdateRule
from tests.fuzzing.subjects import SERIES, Subject, X, Y, fit_predict, fit_transform, forecast

TREES = [esnkit.Tree([[0.0], [1.0], [2.0]], [[1, 2], [], []]), esnkit.Tree([[1.0]], [[]])]


def over_trees(memory: Any) -> Any:
    return memory.fit(TREES).transform(TREES)


def predict_trees(model: Any) -> Any:
    return model.fit(TREES, [0.0, 1.0]).predict(TREES)


def recur(cell: Any) -> Any:
    return fit_predict(esnkit.RNNRegressor(cell, (2,), max_iter=1, random_state=0))


def run_network(network: networks.Network) -> Any:
    params = np.full(network.n_parameters, 0.1)
    inputs = np.ones((3, 1, network.n_inputs))
    return network.forward(params, inputs, [3], network.initial_state(1))[0]


@cache
def fitted() -> dict[str, Any]:
    """Fit once what methods are tried on; they change nothing."""
    readout = esnkit.RidgeReadout(0.01)
    regressor = esnkit.ESNRegressor(esnkit.Reservoir(5), readout, start="last", random_state=0)
    network = esnkit.RNNRegressor(hidden_layer_sizes=(2,), max_iter=1, random_state=0)
    forecaster = esnkit.Forecaster(esnkit.ESNRegressor(esnkit.Reservoir(5)), random_state=0)
    return {
        "regressor": regressor.fit(SERIES[:-1, None], SERIES[1:]),
        "unfitted": esnkit.ESNRegressor(esnkit.Reservoir(5), readout, random_state=0),
        "driven": esnkit.ESNRegressor(esnkit.Reservoir(5), readout, random_state=0).fit(X, Y),
        "legendre": esnkit.LegendreMemory(3).fit(X),
        "network": network.fit(X, Y),
        "naive": esnkit.SeasonalNaive(3).fit(SERIES),
        "forecaster": forecaster.fit(SERIES),
    }


def method(
    model: str, function: Any, use: Any = lambda result: result, **arguments: Any
) -> Subject:
    """Try a method of something fitted."""
    return Subject(function, lambda: {"self": fitted()[model]} | arguments, use, ("self",))


def _forecasters() -> dict[str, Subject]:
    part = NaiveForecaster()
    return {"EnsembleForecaster": Subject(EnsembleForecaster, {"members": [part, part]}, forecast)}


def _memories() -> dict[str, Subject]:
    small = {"n_units": 5, "random_state": 0}
    return {
        "SpikingReservoir": Subject(esnkit.SpikingReservoir, small, fit_transform),
        "TreeReservoir": Subject(esnkit.TreeReservoir, small, over_trees),
        "TreeESNRegressor": Subject(esnkit.TreeESNRegressor, {"random_state": 0}, predict_trees),
        "Tree": Subject(
            esnkit.Tree,
            {"labels": [[0.0], [1.0]], "children": [[1], []]},
            lambda tree: esnkit.TreeReservoir(5, random_state=0).fit([tree]).transform([tree]),
        ),
        "State": Subject(
            esnkit.State,
            {"states": np.zeros(5), "output": [0.0]},
            lambda state: fitted()["driven"].predict(X, state=state),
        ),
    }


def _networks() -> dict[str, Subject]:
    sizes = {"n_inputs": 2, "n_outputs": 1, "hidden_layer_sizes": (3,)}
    network = networks.recurrent_network(**sizes)
    rule = UpdateRule(SquaredError())
    return {
        "Elman": Subject(networks.Elman, {}, recur),
        "Jordan": Subject(networks.Jordan, {}, recur),
        "recurrent_network": Subject(networks.recurrent_network, sizes, run_network),
        "fir_network": Subject(networks.fir_network, sizes, run_network),
        "Network": Subject(
            networks.Network, {"stack": network.stack}, run_network, skipped=("stack",)
        ),
        "Network.forward": Subject(
            network.forward,
            {
                "params": np.full(network.n_parameters, 0.1),
                "inputs": np.ones((3, 1, 2)),
                "lengths": [3],
                "state": network.initial_state(1),
            },
            lambda result: result[0],
            skipped=("reuse",),
        ),
        "Trainer": Subject(
            networks.Trainer,
            {"network": network, "params": np.zeros(network.n_parameters), "rule": rule},
            lambda trainer: trainer.descend(1.0, np.ones(network.n_parameters)),
        ),
        "gradient_flow": Subject(
            networks.gradient_flow,
            lambda: {"model": fitted()["network"], "X": X, "max_lag": 5},
            lambda flow: flow.largest,
        ),
    }


def _methods() -> dict[str, Subject]:
    return {
        "ESNRegressor.free_run": method("regressor", esnkit.ESNRegressor.free_run, n_steps=3),
        "ESNRegressor.predict": method("driven", esnkit.ESNRegressor.predict, X=X),
        "ESNRegressor.step": method("driven", esnkit.ESNRegressor.step, x=X[0]),
        "ESNRegressor.fit": method(
            "unfitted", esnkit.ESNRegressor.fit, lambda model: model.predict(X), X=X, y=Y
        ),
        "LegendreMemory.delay_weights": method(
            "legendre", esnkit.LegendreMemory.delay_weights, delay=2.0
        ),
    }


def update(self: Any, y: Any, X: Any = None, *, learn: Any = False) -> Any:
    return copy.deepcopy(self).update(y, X, learn=learn).forecast(2)


def _methods_of_forecasters() -> dict[str, Subject]:
    found = {}
    for model, kind in (("naive", esnkit.SeasonalNaive), ("forecaster", esnkit.Forecaster)):
        found |= {
            f"{model}.forecast": method(model, kind.forecast, horizon=3),
            f"{model}.predict_interval": method(
                model, kind.predict_interval, horizon=2, n_origins=2
            ),
            f"{model}.backtest": method(model, kind.backtest, n_origins=2),
            f"{model}.score": method(model, kind.score, y=SERIES[:3]),
            f"{model}.update": method(model, update, y=SERIES[:3]),
        }
    stepper = method("forecaster", esnkit.Forecaster.stepper, lambda made: made.forecast)
    return found | {"forecaster.stepper": stepper}


@cache
def saved() -> Path:
    """Save a memory in a folder of its own."""
    path = Path(tempfile.mkdtemp()) / "model.esn"
    esnkit.save(fitted()["legendre"], path)
    return path


def _files() -> dict[str, Subject]:
    return {
        "save": Subject(
            esnkit.save,
            lambda: {"model": fitted()["legendre"], "path": saved().with_name("other.esn")},
        ),
        "load": Subject(esnkit.load, lambda: {"path": saved()}, lambda memory: memory.transform(X)),
    }


GROUPS = [_memories, _forecasters, _networks, _methods, _methods_of_forecasters]
GROUPS += [_files] if find_spec("skops") else []
MORE: dict[str, Subject] = {}
for _group in GROUPS:
    MORE |= _group()
