"""Strange values for every parameter of everything public, and what became of each."""

from __future__ import annotations

import decimal
import fractions
import inspect
import re
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import esnkit
from esnkit import datasets, metrics, networks, topology
from esnkit.analysis.memory_capacity import memory_capacity

STRANGE: dict[str, Any] = {
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": float("-inf"),
    "None": None,
    "text": "text",
    "empty text": "",
    "bytes": b"x",
    "True": True,
    "False": False,
    "0": 0,
    "-1": -1,
    "-0.5": -0.5,
    "2.5": 2.5,
    "1e308": 1e308,
    "-1e308": -1e308,
    "1e-320": 1e-320,
    "10**12": 10**12,
    "10**30": 10**30,
    "-10**30": -(10**30),
    "10**400": 10**400,
    "int8": np.int8(2),
    "int64": np.int64(2),
    "uint8": np.uint8(2),
    "uint64": np.uint64(2),
    "float16": np.float16(0.5),
    "float32": np.float32(0.5),
    "float64": np.float64(0.5),
    "numpy nan": np.float64("nan"),
    "numpy bool": np.True_,
    "numpy text": np.str_("text"),
    "complex": 1j,
    "numpy complex": np.complex128(1 + 1j),
    "date": np.datetime64("2020-01-01"),
    "decimal": decimal.Decimal("0.5"),
    "fraction": fractions.Fraction(1, 2),
    "object": object(),
    "class": dict,
    "function": lambda *arguments: "text",
    "empty list": [],
    "list of NaN": [float("nan")],
    "list of None": [None],
    "list of text": ["text"],
    "dict": {},
    "empty array": np.array([]),
    "array": np.array([1.0, -2.0]),
    "3-D array": np.full((2, 2, 2), np.nan),
}

# Work without end is what these ask for.
ENDLESS = {"max_iter", "n_candidates", "max_iterations", "time_budget", "n_members"}
SECONDS = 10

# An item of a list is called by its own name.
NAMED = {"memories": "memor(y|ies)"}


@dataclass(frozen=True)
class Subject:
    """Something public, the arguments of a small case, and a use of it that gives numbers."""

    make: Callable[..., Any]
    arguments: dict[str, Any] = field(default_factory=dict)
    use: Callable[[Any], Any] = lambda result: result
    skipped: tuple[str, ...] = ()

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


# Parameters whose values at the ends of double precision give infinities, or work without end.
EXTREME = {
    ("CosineDecay", "initial"),
    ("CosineDecay", "final"),
    ("GeometricDecay", "initial"),
    ("GeometricDecay", "final"),
    ("nrmse", "variance"),
    ("nmse", "variance"),
    ("valid_prediction_time", "dt"),
    ("valid_prediction_time", "lyapunov_time"),
    ("LegendreMemory", "window"),
    ("RLSReadout", "forgetting"),
    ("RLSReadout", "alpha"),
    ("RLSReadout", "guard"),
    ("LocalForecaster", "noise"),
    ("EchoState", "output_scale"),
    ("Forecaster", "direct_horizon"),
    ("FIRRegressor", "n_taps"),
    ("memory_capacity", "amplitude"),
    ("topology.random_matrix", "n_columns"),
    ("datasets.damped_oscillator", "damping"),
    ("datasets.damped_oscillator", "dt"),
    ("datasets.damped_oscillator", "amplitude"),
    ("datasets.kuramoto_sivashinsky", "length"),
    ("datasets.kuramoto_sivashinsky", "dt"),
    ("datasets.kuramoto_sivashinsky", "substeps"),
    ("datasets.kuramoto_sivashinsky", "discard"),
    ("datasets.lorenz96", "forcing"),
    ("datasets.lorenz96", "dt"),
    ("datasets.lorenz96", "substeps"),
    ("datasets.lorenz96", "discard"),
    ("datasets.lorenz63", "dt"),
    ("datasets.lorenz63", "discard"),
    ("datasets.mackey_glass", "tau"),
    ("datasets.mackey_glass", "dt"),
    ("datasets.mackey_glass", "substeps"),
    ("datasets.mackey_glass", "discard"),
    ("datasets.noisy_sine", "frequency"),
    ("datasets.sine", "frequency"),
    ("datasets.delayed_inputs", "amplitude"),
}


# Why some cases are neither accepted nor refused by name. Physics at the ends of double precision,
# and work that takes as long as it is asked to.
_ENDS = {"1e308", "-1e308", "1e-320", "10**12", "10**30", "-10**30"}
_RESULTS_OF_FUNCTIONS = {"initialization", "pooling"}  # what they return is the user's


def explained(name: str, parameter: str, strange: str) -> bool:
    """Tell whether a case is known to end otherwise, for one of the reasons above."""
    if parameter in _RESULTS_OF_FUNCTIONS and strange == "function":
        return True
    return strange in _ENDS and (name, parameter) in EXTREME


@dataclass(frozen=True)
class Outcome:
    """What became of one value: accepted, refused, or a fault with what was seen."""

    verdict: str
    seen: str = ""


def cases() -> Iterator[tuple[str, str, str]]:
    """Every subject, parameter and strange value."""
    for name, subject in SUBJECTS.items():
        for parameter in subject.parameters():
            for strange in STRANGE:
                if strange == "10**12" and parameter in ENDLESS:
                    continue
                yield name, parameter, strange


CASES = tuple(cases())


def judge(name: str, parameter: str, strange: str) -> Outcome:
    """Give a parameter a strange value and say what became of it."""
    subject = SUBJECTS[name]
    given = subject.arguments | {parameter: STRANGE[strange]}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), time_limit(SECONDS):
            warnings.simplefilter("ignore")
            result = subject.use(subject.make(**given))
    except (ValueError, TypeError) as error:
        named = re.search(rf"\b{NAMED.get(parameter, parameter)}(\b|\d)", str(error)) is not None
        return Outcome("refused" if named else "unnamed", f"{type(error).__name__}: {error}")
    except TimeoutError:
        return Outcome("endless")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Outcome("foreign", f"{type(error).__name__}: {error}")
    return Outcome("accepted") if is_finite(result) else Outcome("not finite")


def is_finite(result: Any) -> bool:
    """Tell whether all numbers in a result are finite."""
    if result is None or isinstance(result, str):
        return True
    if isinstance(result, list | tuple):
        return all(is_finite(part) for part in result)
    if hasattr(result, "toarray"):
        result = result.toarray()
    return bool(np.isfinite(np.asarray(result, dtype=np.float64)).all())


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in what takes longer, as soon as compiled code gives control back."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
