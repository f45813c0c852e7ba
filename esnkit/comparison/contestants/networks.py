"""Shipped contestants: networks trained by gradient, Kalman filter or Hessian-free steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from esnkit.comparison.contestants.base import Contestant, Problem
from esnkit.memories.delays import TappedDelayLine
from esnkit.memories.gamma import GammaMemory
from esnkit.models.tdnn import TDNNRegressor
from esnkit.networks.fir import FIRRegressor
from esnkit.networks.initialization import EchoState
from esnkit.networks.learners.bptt import BPTT, TBPTT
from esnkit.networks.learners.hessian_free import HessianFree
from esnkit.networks.learners.kalman import ExtendedKalman
from esnkit.networks.rnn import RNNRegressor
from esnkit.networks.training.optimizers import Adam, Nesterov, Optimizer
from esnkit.networks.training.schedules import GeometricDecay, Stages
from esnkit.search.space import Dimension, Settings

_EPOCHS = 100
_ITERATIONS = 200
_PASSES = 10  # of a Kalman filter, which takes a step at every row
_STEPS = 20  # Hessian-free ones, which cost tens to hundreds of gradients
_FIRST_UPDATES = 200  # with a momentum of 0.9, before a stronger one

TAPS = Dimension("n_taps", "choice", 10, choices=(10, 2, 5, 20, 40))


def _recurrent(cell: str) -> Callable[[Settings, Problem], RNNRegressor]:
    """Make the builder of a network with one recurrent layer, trained by Adam."""
    return lambda settings, problem: _network(
        settings,
        problem,
        Adam(settings["learning_rate_init"]),
        cell=cell,
    )


def _with_momentum(settings: Settings, problem: Problem) -> RNNRegressor:
    momentum = settings["momentum"]
    schedule = Stages((0.9, momentum), boundaries=(_FIRST_UPDATES,))
    return _network(
        settings,
        problem,
        Nesterov(settings["step_length"] * (1 - momentum), schedule),
        initialization=EchoState(spectral_radius=settings["spectral_radius"]),
    )


def _hessian_free(settings: Settings, problem: Problem) -> RNNRegressor:
    learner = HessianFree(
        damping=settings["damping"],
        structural_damping=settings["structural_damping"],
        window=_window(settings, problem),
    )
    return RNNRegressor(
        "elman",
        (settings["n_hidden"],),
        learner=learner,
        washout=_window(settings, problem),  # windows start at zero, forecasts do not
        initialization=EchoState(),
        max_iter=_STEPS,
        dtype="float32",
    )


def _kalman(settings: Settings, problem: Problem) -> RNNRegressor:
    n_updates = _PASSES * problem.n_steps
    learner = ExtendedKalman(
        measurement_noise=GeometricDecay(
            settings["first_noise"], settings["last_noise"], n_updates
        ),
        process_noise=GeometricDecay(1e-3, 1e-6, n_updates),
    )
    return RNNRegressor("elman", (settings["n_hidden"],), learner=learner, max_iter=_PASSES)


def _network(
    settings: Settings, problem: Problem, optimizer: Optimizer, **options: Any
) -> RNNRegressor:
    """Make a network with one recurrent layer, trained through truncated windows."""
    return RNNRegressor(
        hidden_layer_sizes=(settings["n_hidden"],),
        learner=TBPTT(_window(settings, problem), optimizer=optimizer),
        max_iter=_EPOCHS,
        early_stopping=False,
        dtype="float32",
        **options,
    )


def _window(settings: Settings, problem: Problem) -> int:
    return min(settings["window"], problem.n_steps // 4)


def _fir(settings: Settings, problem: Problem) -> FIRRegressor:
    n_taps = min(settings["n_taps"], problem.n_steps // 8)
    return FIRRegressor(
        (settings["n_hidden"],),
        n_taps=n_taps,
        learner=BPTT(optimizer=Adam(settings["learning_rate_init"])),
        max_iter=_EPOCHS,
        early_stopping=False,
        washout=2 * (n_taps - 1),
        dtype="float32",
    )


def _tdnn(settings: Settings, problem: Problem) -> TDNNRegressor:
    line = TappedDelayLine(min(settings["n_taps"], problem.n_steps // 4))
    return _perceptron(line, settings, line.n_taps - 1)


def _gamma(settings: Settings, problem: Problem) -> TDNNRegressor:
    memory = GammaMemory(settings["n_taps"], mu=settings["mu"])
    return _perceptron(memory, settings, problem.washout)


def _perceptron(memory: Any, settings: Settings, washout: int) -> TDNNRegressor:
    return TDNNRegressor(
        memory,
        hidden_layer_sizes=(settings["n_hidden"],),
        alpha=settings["alpha"],
        max_iter=_ITERATIONS,
        washout=washout,
    )


_PERCEPTRON_SPACE = (
    Dimension("n_hidden", "log", 32, 8, 64, integer=True),
    Dimension("alpha", "log", 1e-2, 1e-5, 1e1),
)
_UNITS = Dimension("n_hidden", "log", 32, 16, 64, integer=True)
_RATE = Dimension("learning_rate_init", "log", 1e-2, 2e-3, 3e-2)
_WINDOW = Dimension("window", "choice", 50, choices=(50, 20))
_RECURRENT = {
    "elman": ("Elman", "Elman's recurrent network"),
    "lstm": ("LSTM", "Long short-term memory"),
    "gru": ("GRU", "Gated recurrent units"),
}
NETWORKS = (
    *(
        Contestant(
            cell,
            _recurrent(cell),
            (_UNITS, _RATE, _WINDOW),
            title=title,
            description=f"{name}: one layer, {_EPOCHS} epochs of Adam through truncated windows.",
            family="trained network",
        )
        for cell, (title, name) in _RECURRENT.items()
    ),
    Contestant(
        "tdnn",
        _tdnn,
        (TAPS, *_PERCEPTRON_SPACE),
        title="TDNN",
        description="Time-delay network: a multi-layer perceptron on the last inputs, "
        f"at most {_ITERATIONS} iterations of L-BFGS.",
        family="trained network",
    ),
    Contestant(
        "gamma",
        _gamma,
        (
            Dimension("n_taps", "choice", 6, choices=(6, 3, 10)),
            Dimension("mu", "linear", 0.5, 0.1, 0.9),
            *_PERCEPTRON_SPACE,
        ),
        title="Gamma network",
        description="A multi-layer perceptron on a cascade of leaky integrators, "
        f"at most {_ITERATIONS} iterations of L-BFGS.",
        family="trained network",
    ),
    Contestant(
        "elman-nesterov",
        _with_momentum,
        (
            _UNITS,
            Dimension("step_length", "log", 0.2, 0.02, 1.0),
            Dimension("momentum", "choice", 0.98, choices=(0.98, 0.9, 0.995)),
            Dimension("spectral_radius", "linear", 1.1, 0.8, 1.3),
            _WINDOW,
        ),
        title="Elman, momentum",
        description="Elman's recurrent network that starts as an echo state network: one layer, "
        f"{_EPOCHS} epochs of Nesterov's momentum through truncated windows; its rate is the step "
        "length times what the momentum lacks to 1.",
        family="trained network",
    ),
    Contestant(
        "elman-hf",
        _hessian_free,
        (
            _UNITS,
            Dimension("damping", "log", 1.0, 0.01, 10.0),
            Dimension("structural_damping", "choice", 0.03, choices=(0.03, 0.0, 0.3)),
            _WINDOW,
        ),
        title="Elman, Hessian-free",
        description="Elman's recurrent network that starts as an echo state network: one layer, "
        f"{_STEPS} epochs of Hessian-free steps, which cost tens to hundreds of gradients.",
        family="trained network",
    ),
    Contestant(
        "elman-ekf",
        _kalman,
        (
            Dimension("n_hidden", "log", 12, 6, 24, integer=True),
            Dimension("first_noise", "log", 10.0, 1.0, 30.0),
            Dimension("last_noise", "log", 0.03, 1e-4, 1.0),
        ),
        title="Elman, Kalman filter",
        description="Elman's recurrent network, a small one: one layer, "
        f"{_PASSES} passes of an extended Kalman filter.",
        family="trained network",
    ),
    Contestant(
        "fir",
        _fir,
        (
            Dimension("n_taps", "choice", 5, choices=(5, 2, 10, 20)),
            Dimension("n_hidden", "log", 16, 8, 32, integer=True),
            _RATE,
        ),
        title="FIR network",
        description=f"A multi-layer perceptron with taps in both layers, {_EPOCHS} epochs of Adam.",
        family="trained network",
    ),
)
