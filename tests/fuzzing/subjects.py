"""Everything public that takes arguments, each with a small case, and a use that gives numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import esnkit
from esnkit import datasets, metrics, networks, topology
from esnkit.analysis.memory_capacity import memory_capacity


@dataclass(frozen=True)
class Subject:
    """Something public, the arguments of a small case, and a use of it that gives numbers."""

    make: Callable[..., Any]
    given: dict[str, Any] | Callable[[], dict[str, Any]] = field(default_factory=dict)
    use: Callable[[Any], Any] = lambda result: result
    skipped: tuple[str, ...] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments; what takes long to make is made when it is needed first."""
        return self.given() if callable(self.given) else self.given

    def parameters(self) -> list[str]:
        kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        signature = inspect.signature(self.make).parameters.values()
        return [p.name for p in signature if p.kind not in kinds and p.name not in self.skipped]


RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (40, 2))
Y = np.sin(np.arange(40) / 3) + X[:, 0]
SERIES = np.sin(np.arange(60) / 3) + RNG.uniform(-0.1, 0.1, 60)
LABELS = np.where(Y > 0, 1, 0)


def fit_transform(memory: Any) -> Any:
    return memory.fit(X).transform(X)


def fit_predict(model: Any) -> Any:
    return model.fit(X, Y).predict(X)


def classify(model: Any) -> Any:
    rows, labels = [X[:20], X[20:], X[10:30]], [0, 1, 0]
    return model.fit(rows, labels).predict_proba(rows)


def forecast(forecaster: Any) -> Any:
    return forecaster.fit(SERIES).forecast(3)


def forecast_demand(model: Any) -> Any:
    return model.fit(np.abs(np.round(SERIES))).forecast(3)


def forecast_many(forecaster: Any) -> Any:
    return forecaster.fit(np.stack([SERIES] * 4, axis=1)).forecast(3)


def train(learner: Any) -> Any:
    model = esnkit.FIRRegressor if "Temporal" in type(learner).__name__ else esnkit.RNNRegressor
    network = model(hidden_layer_sizes=(2,), learner=learner, max_iter=1, random_state=0)
    return fit_predict(network)


def optimize(optimizer: Any) -> Any:
    return train(networks.TBPTT(10, optimizer=optimizer))


def schedule(rate: Any) -> Any:
    return optimize(networks.SGD(rate))


def initialize(initialization: Any) -> Any:
    model = esnkit.RNNRegressor("lstm", (3,), initialization=initialization, max_iter=1)
    return fit_predict(model.set_params(random_state=0))


def stop(early: Any) -> Any:
    model = esnkit.RNNRegressor(hidden_layer_sizes=(2,), max_iter=1, early_stopping=early)
    return fit_predict(model.set_params(random_state=0))


_SMALL = {"hidden_layer_sizes": (2,), "max_iter": 1, "random_state": 0}
SUBJECTS: dict[str, Subject] = {
    name: Subject(getattr(esnkit, name), arguments, use)
    for name, arguments, use in [
        ("Reservoir", {"n_units": 5, "random_state": 0}, fit_transform),
        ("DelayedReservoir", {"n_units": 5, "random_state": 0}, fit_transform),
        ("ES2N", {"n_units": 5, "random_state": 0}, fit_transform),
        ("TappedDelayLine", {"n_taps": 3}, fit_transform),
        ("GammaMemory", {"n_taps": 3}, fit_transform),
        ("LegendreMemory", {"order": 3}, fit_transform),
        ("NVAR", {}, fit_transform),
        ("Stacked", {"random_state": 0}, fit_transform),
        ("Parallel", {"random_state": 0}, fit_transform),
        ("Bidirectional", {"random_state": 0}, fit_transform),
        ("RidgeReadout", {}, fit_predict),
        ("RLSReadout", {}, fit_predict),
        ("LMSReadout", {}, fit_predict),
        ("MLPReadout", _SMALL | {"max_iter": 200}, fit_predict),
        ("ESNRegressor", {"random_state": 0}, fit_predict),
        ("ESNClassifier", {"reservoir": esnkit.Reservoir(5), "random_state": 0}, classify),
        ("TDNNRegressor", _SMALL | {"max_iter": 200}, fit_predict),
        ("RNNRegressor", _SMALL, fit_predict),
        ("RNNClassifier", _SMALL, classify),
        ("FIRRegressor", _SMALL, fit_predict),
        ("Forecaster", {"random_state": 0}, forecast),
        (
            "LocalForecaster",
            {"patch_size": 2, "overlap": 1, "random_state": 0},
            forecast_many,
        ),
        ("NaiveForecaster", {}, forecast),
        ("SeasonalNaive", {"season_length": 3}, forecast),
        ("ExponentialSmoothing", {}, forecast),
        ("ThetaForecaster", {}, forecast),
        ("IntermittentForecaster", {}, forecast_demand),
        ("AutoregressiveForecaster", {}, forecast),
        ("AnalogueForecaster", {}, forecast),
        ("AutoESN", {"n_candidates": 2, "n_members": 1, "random_state": 0}, forecast),
    ]
}
SUBJECTS |= {
    name: Subject(getattr(networks, name), arguments, use)
    for name, arguments, use in [
        ("SGD", {}, optimize),
        ("Momentum", {}, optimize),
        ("Nesterov", {}, optimize),
        ("RMSprop", {}, optimize),
        ("Adam", {}, optimize),
        ("CosineDecay", {"initial": 0.01, "n_updates": 10}, schedule),
        ("ExponentialDecay", {"initial": 0.01, "factor": 0.9}, schedule),
        ("GeometricDecay", {"initial": 0.01, "final": 0.001, "n_updates": 10}, schedule),
        ("StepDecay", {"initial": 0.01, "every": 10}, schedule),
        ("Stages", {"values": (0.01, 0.001), "boundaries": (5,)}, schedule),
        ("MomentumSchedule", {}, lambda s: optimize(networks.Momentum(0.01, s))),
        ("BPTT", {}, train),
        ("TBPTT", {"window": 10}, train),
        ("RTRL", {}, train),
        ("ExtendedKalman", {}, train),
        ("HessianFree", {}, train),
        ("TemporalBackprop", {}, train),
        ("EarlyStopping", {}, stop),
        ("Glorot", {}, initialize),
        ("Orthogonal", {}, initialize),
        ("EchoState", {}, initialize),
    ]
}
for _name in ("nrmse", "nmse", "smape", "mase", "valid_prediction_time", "tolerance_error_rate"):
    _given = {"y_true": Y, "y_pred": Y + 0.1} | ({"y_train": Y} if _name == "mase" else {})
    SUBJECTS[_name] = Subject(getattr(metrics, _name), _given)
SUBJECTS["symbol_error_rate"] = Subject(
    metrics.symbol_error_rate, {"y_true": LABELS, "y_pred": LABELS}
)
for _name in topology.__all__:
    _takes = inspect.signature(getattr(topology, _name)).parameters
    _given = {
        "n_units": 6,
        "n_rows": 6,
        "n_columns": 6,
        "n_sources": 6,
        "topology": "random",
        "connectivity": 2,
        "rng": np.random.default_rng(0),
    }
    SUBJECTS[f"topology.{_name}"] = Subject(
        getattr(topology, _name),
        {key: value for key, value in _given.items() if key in _takes},
        skipped=("name",),
    )
for _name in datasets.__all__:
    _takes = inspect.signature(getattr(datasets, _name)).parameters
    if "n_steps" in _takes or "n_sequences" in _takes:
        _given = {"n_steps": 20, "n_sequences": 3, "random_state": 0, "discard": 5, "length": 30}
        if _name == "kuramoto_sivashinsky":
            _given |= {"length": 22.0, "n_points": 16}
        if _name == "memorization":
            _given |= {"delay": 5}
        SUBJECTS[f"datasets.{_name}"] = Subject(
            getattr(datasets, _name), {k: v for k, v in _given.items() if k in _takes}
        )
SUBJECTS["memory_capacity"] = Subject(
    memory_capacity,
    {
        "model": esnkit.ESNRegressor(esnkit.Reservoir(5)),
        "n_train": 60,
        "n_test": 30,
        "max_delay": 5,
        "random_state": 0,
    },
    lambda result: result.capacities,
)
