"""Networks with taps in every layer, beside taps at the input and beside recurrence.

Two tasks, 2000 steps to learn from and the 1000 that follow to be judged by. *Filter, bend,
filter*: white noise goes through 10 random taps, tanh, and 10 random taps more, which an FIR
network with one hidden unit could do exactly. *Mackey-Glass 17*: the next value.

Networks have about as many weights, 155 to 170: 8 hidden units with 10 and 10 taps, 8 hidden units
over the same 19 inputs, 11 Elman units. Learners that go by batches have 100 epochs, those that
move the weights at every step 10, and the Hessian-free learner 30 steps, for each of which it looks
at all rows many times. Rates fall to zero along a cosine. Where they begin, and the penalty of the
network with its taps at the input, is the best of those listed by the median over seeds 0 to 2; the
table is from seeds 300 to 304, each of which draws the data and the weights. The error is the
NRMSE.

The last row times an update of an FIR network beside PyTorch's convolutions: the same weights, the
same windows, Adam, one thread; the least of many in turn. Both must arrive at the same loss first.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from common import machine, publish, seconds
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from esnkit import FIRRegressor, RNNRegressor, TappedDelayLine, TDNNRegressor
from esnkit.datasets import mackey_glass
from esnkit.metrics import nrmse
from esnkit.networks import (
    BPTT,
    TBPTT,
    Adam,
    CosineDecay,
    Learner,
    Network,
    TemporalBackprop,
    fir_network,
)
from esnkit.networks.training.losses import SquaredError

Array = NDArray[Any]
Series = tuple[Array, Array]

DEVELOPMENT_SEEDS, SEEDS = range(3), range(300, 305)
N_TRAIN, N_TEST, N_TAPS = 2000, 1000, 10
WASHOUT = 2 * (N_TAPS - 1)
N_EPOCHS, N_PASSES, N_STEPS = 100, 10, 30
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
PENALTIES = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)


def filter_bend_filter(seed: int) -> Series:
    """Draw a system and its input, (n_steps, 1), and return this and the output."""
    rng = np.random.default_rng(seed)
    n_steps = N_TRAIN + N_TEST
    first, second = rng.normal(size=(2, N_TAPS))
    x = rng.normal(size=n_steps)
    filtered = np.convolve(x, first / np.linalg.norm(first))[:n_steps]
    return x[:, None], np.convolve(np.tanh(2 * filtered), second)[:n_steps]


def next_value(seed: int) -> Series:
    """Return Mackey-Glass 17 and what comes next."""
    series = mackey_glass(N_TRAIN + N_TEST + 1, random_state=seed)
    return series[:-1, None], series[1:]


def schedule(learner: Learner, rate: float, n_epochs: int, n_updates: int) -> dict[str, Any]:
    """Let the rate fall to zero while the epochs last."""
    learner.set_params(optimizer=Adam(CosineDecay(rate, n_epochs * n_updates)))
    return {"learner": learner, "max_iter": n_epochs, "early_stopping": False}


def distributed(seed: int, **options: Any) -> FIRRegressor:
    """Put taps in every layer."""
    return FIRRegressor((8,), n_taps=N_TAPS, washout=WASHOUT, random_state=seed, **options)


def by_windows(seed: int, rate: float) -> FIRRegressor:
    """Learn from windows, ten updates an epoch."""
    return distributed(seed, **schedule(BPTT(), rate, N_EPOCHS, 10))


def by_temporal_backpropagation(seed: int, rate: float) -> FIRRegressor:
    """Learn at every step."""
    return distributed(seed, **schedule(TemporalBackprop(), rate, N_PASSES, N_TRAIN))


def by_hessian_free_steps(seed: int, _: None) -> FIRRegressor:
    """Learn from all rows at once, with the learner's own settings."""
    return distributed(seed, learner="hessian-free", max_iter=N_STEPS)


def by_kalman_filter(seed: int, _: None) -> FIRRegressor:
    """Learn at every step, by the filter with its own settings."""
    return distributed(seed, learner="ekf", max_iter=N_PASSES)


def focused(seed: int, penalty: float) -> TDNNRegressor:
    """Put all taps at the input."""
    memory = TappedDelayLine(WASHOUT + 1)
    options = {"hidden_layer_sizes": (8,), "max_iter": 2000, "washout": WASHOUT}
    return TDNNRegressor(memory, alpha=penalty, random_state=seed, **options)


def recurrent(seed: int, rate: float) -> RNNRegressor:
    """Let the hidden units recur."""
    options = schedule(TBPTT(), rate, N_EPOCHS, 10)
    return RNNRegressor("elman", (11,), washout=WASHOUT, random_state=seed, **options)


TASKS: dict[str, Callable[[int], Series]] = {
    "filter, bend, filter": filter_bend_filter,
    "Mackey-Glass 17": next_value,
}
MODELS: dict[str, tuple[Callable[[int, Any], Any], tuple[float | None, ...]]] = {
    "FIR network, windows": (by_windows, RATES),
    "FIR network, temporal backpropagation": (by_temporal_backpropagation, RATES),
    "FIR network, extended Kalman filter": (by_kalman_filter, (None,)),
    "FIR network, Hessian-free": (by_hessian_free_steps, (None,)),
    "taps at the input": (focused, PENALTIES),
    "Elman network": (recurrent, RATES),
}


def error(model: Any, data: Series) -> float:
    """Train a model on the first steps, and return its error on those that follow."""
    X, y = data
    model.fit(X[:N_TRAIN], y[:N_TRAIN])
    predicted = model.predict(X[N_TRAIN:], state=model.state_)
    return float(nrmse(y[N_TRAIN:], predicted))


def compare(make: Callable[[int, Any], Any], settings: tuple[Any, ...], task: Any) -> str:
    """Choose the setting of a model, and say how large its errors are then."""

    def errors(setting: Any, seeds: range) -> list[float]:
        return [error(make(seed, setting), task(seed)) for seed in seeds]

    def judged(setting: Any) -> float:
        return float(np.median(errors(setting, DEVELOPMENT_SEEDS)))

    best = min(settings, key=judged) if len(settings) > 1 else settings[0]
    found = errors(best, SEEDS)
    return f"{np.median(found):.2g} ({min(found):.2g} to {max(found):.2g})"


def our_update(network: Network, params: Array, X: Array, y: Array) -> Callable[[], float]:
    """Return what moves the weights once and gives the loss."""
    optimizer, loss, counts = Adam(1e-3), SquaredError(), itertools.count()
    slots = np.zeros((optimizer.n_slots, params.size), params.dtype)
    n_steps, n_batch = X.shape[:2]
    weights = np.ones((n_steps, n_batch), params.dtype)
    lengths, start = np.full(n_batch, n_steps), network.initial_state(n_batch)
    tape = None

    def update() -> float:
        nonlocal tape
        outputs, _, tape = network.forward(params, X, lengths, start, reuse=tape)
        value, d_outputs = loss.value_and_gradient(outputs, y, weights)
        gradient = network.backward(params, tape, d_outputs)
        optimizer.update(params, gradient, slots, next(counts))
        return value

    return update


def their_update(network: Network, params: Array, X: Array, y: Array) -> Callable[[], float]:
    """Return the same out of PyTorch's convolutions, which begin with the oldest input."""
    views, width = network.views(params), network.n_inputs
    layers: list[torch.nn.Module] = []
    for name, n_taps in (("layer0", N_TAPS), ("output", N_TAPS)):
        weights = views[f"{name}.weights"]
        filters = torch.nn.Conv1d(width, len(weights), n_taps)
        taps = weights.reshape(len(weights), n_taps, width)[:, ::-1].swapaxes(1, 2)
        with torch.no_grad():
            filters.weight.copy_(torch.tensor(taps.copy()))
            filters.bias.copy_(torch.tensor(views[f"{name}.bias"]))
        width = len(weights)
        layers += [torch.nn.ZeroPad1d((n_taps - 1, 0)), filters, torch.nn.Tanh()]
    model, loss = torch.nn.Sequential(*layers[:-1]), torch.nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    inputs, targets = (torch.tensor(values).permute(1, 2, 0).contiguous() for values in (X, y))

    def update() -> float:
        optimizer.zero_grad()
        value = loss(model(inputs), targets)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return update


def compare_updates() -> str:
    """Time an update of both."""
    rng = np.random.default_rng(0)
    network = fir_network(1, 1, hidden_layer_sizes=(16,), n_taps=N_TAPS, dtype="float32")
    params = rng.uniform(-0.3, 0.3, network.n_parameters).astype(np.float32)
    X, y = rng.normal(size=(2, 50 + network.n_delays, 32, 1)).astype(np.float32)
    theirs, ours = (make(network, params, X, y) for make in (their_update, our_update))
    np.testing.assert_allclose([ours() for _ in range(9)], [theirs() for _ in range(9)], rtol=1e-3)
    rounds = [(seconds(ours), seconds(theirs)) for _ in range(300)]
    mine, other = (1e3 * min(times) for times in zip(*rounds, strict=True))
    return f"{mine:.2f} ms, PyTorch {other:.2f} ms: {other / mine:.2f} x"


def main() -> None:
    """Measure, print the table and write it down."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)  # of a rate that is too high, or too low
    with threadpool_limits(1):
        rows = [
            [name, *(compare(make, settings, task) for task in TASKS.values())]
            for name, (make, settings) in MODELS.items()
        ]
        rows.append(["an update: 16 units, 32 windows of 68 steps", compare_updates(), ""])
    note = (
        f"NRMSE, median of {len(SEEDS)} seeds, smallest and largest in brackets. PyTorch "
        f"{torch.__version__}. {machine()}"
    )
    publish(__file__, ["", *TASKS], rows, note)


if __name__ == "__main__":
    main()
