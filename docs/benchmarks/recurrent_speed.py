"""Training recurrent networks: esnkit against PyTorch, same weights, same batches, same Adam.

An epoch is a number of updates on mini-batches of windows: forward, squared error at every step,
backward, Adam, in single precision and on one thread. Both start from the same weights and must
arrive at the same loss before their times mean anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import torch
from common import machine, median_seconds, publish, verdict
from threadpoolctl import threadpool_limits

from esnkit.networks import Network, recurrent_network
from esnkit.networks.training.losses import SquaredError
from esnkit.networks.training.optimizers import Adam

CASES = [  # cell, units, sequences in a batch, steps of a window, updates of an epoch, aim
    ("elman", 64, 32, 20, 50, 5.0),
    ("lstm", 64, 32, 20, 50, 1.7),
    ("lstm", 32, 32, 20, 50, 3.0),
    ("lstm", 128, 64, 50, 10, 1.0),
    ("lstm", 256, 64, 50, 4, 1.0),
    ("gru", 64, 32, 20, 50, None),
    ("elman", 32, 16, 200, 20, None),
]
THEIRS = {"elman": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
THEIR_ORDER = {"elman": [0], "lstm": [1, 0, 2, 3], "gru": [0, 1, 2]}  # of the gates
RATE = 1e-3


def make_batches(n_batch: int, n_steps: int, n_updates: int) -> np.ndarray:
    """Cut windows out of a noisy sine, (n_updates, n_steps + 1, n_batch, 1)."""
    rng = np.random.default_rng(0)
    starts = rng.uniform(0, 2 * np.pi, (n_updates, 1, n_batch, 1))
    waves = np.sin(starts + 0.3 * np.arange(n_steps + 1)[:, None, None])
    return (waves + rng.normal(0, 0.1, waves.shape)).astype(np.float32)


def their_model(cell: str, network: Network, params: np.ndarray) -> torch.nn.ModuleList:
    """Give PyTorch the weights of a network."""
    views = network.views(params)
    n_units = views["output.weights"].shape[1]
    layer, output = THEIRS[cell](1, n_units), torch.nn.Linear(n_units, 1)

    def reordered(name: str) -> torch.Tensor:
        blocks = np.split(views[f"layer0.{name}"], len(THEIR_ORDER[cell]))
        return torch.tensor(np.concatenate([blocks[k] for k in THEIR_ORDER[cell]]))

    with torch.no_grad():
        layer.weight_ih_l0.copy_(reordered("input_weights"))
        layer.weight_hh_l0.copy_(reordered("recurrent_weights"))
        layer.bias_ih_l0.copy_(reordered("bias"))
        layer.bias_hh_l0.zero_()
        if cell == "gru":
            layer.bias_hh_l0[-n_units:] = torch.tensor(views["layer0.recurrent_bias"])
        output.weight.copy_(torch.tensor(views["output.weights"]))
        output.bias.copy_(torch.tensor(views["output.bias"]))
    if cell == "gru":  # a second bias of the gates would move like the first: twice as fast
        once = torch.arange(3 * n_units) >= 2 * n_units
        layer.bias_hh_l0.register_hook(lambda gradient: gradient * once)
    else:
        layer.bias_hh_l0.requires_grad_(False)
    return torch.nn.ModuleList([layer, output])


def our_epochs(network: Network, params: np.ndarray, batches: np.ndarray) -> Callable[[], float]:
    """Return what trains for one epoch and gives the last loss."""
    n_batch, n_steps = batches.shape[2], batches.shape[1] - 1
    optimizer, loss = Adam(RATE), SquaredError()
    slots, n_updates = np.zeros((optimizer.n_slots, params.size), params.dtype), itertools.count()
    lengths, weights = np.full(n_batch, n_steps), np.ones((n_steps, n_batch), params.dtype)
    start, tape = network.initial_state(n_batch), None

    def epoch() -> float:
        nonlocal tape
        value = 0.0
        for batch in batches:
            outputs, _, tape = network.forward(params, batch[:-1], lengths, start, reuse=tape)
            value, d_outputs = loss.value_and_gradient(outputs, batch[1:], weights)
            gradient = network.backward(params, tape, d_outputs)
            optimizer.update(params, gradient, slots, next(n_updates))
        return value

    return epoch


def their_epochs(model: torch.nn.ModuleList, batches: np.ndarray) -> Callable[[], float]:
    """Return what trains for one epoch and gives the last loss."""
    layer, output = model
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer, loss = torch.optim.Adam(trained, lr=RATE), torch.nn.MSELoss()
    pairs = [(torch.tensor(batch[:-1]), torch.tensor(batch[1:])) for batch in batches]

    def epoch() -> float:
        value = torch.zeros(())
        for X, y in pairs:
            optimizer.zero_grad()
            value = loss(output(layer(X)[0]), y)
            value.backward()
            optimizer.step()
        return float(value.detach())

    return epoch


def compare(
    cell: str, n_units: int, n_batch: int, n_steps: int, n_updates: int, aim: float | None
) -> list[object]:
    """Time one size."""
    batches = make_batches(n_batch, n_steps, n_updates)
    network = recurrent_network(1, 1, cell=cell, hidden_layer_sizes=(n_units,), dtype="float32")
    reach = n_units**-0.5
    params = np.random.default_rng(1).uniform(-reach, reach, network.n_parameters)
    params = params.astype(np.float32)
    theirs = their_epochs(their_model(cell, network, params), batches)
    ours = our_epochs(network, params, batches)
    np.testing.assert_allclose(ours(), theirs(), rtol=1e-3)
    mine, other = (1e3 * t / n_updates for t in median_seconds(ours, theirs, repeats=9))
    name = f"{cell}, {n_units} units, batch {n_batch}, window {n_steps}"
    ratio = other / mine
    reached = "" if aim is None else verdict(ratio, above=aim)
    return [name, f"{mine:.3f}", f"{other:.3f}", f"{ratio:.2f} x", reached]


def main() -> None:
    """Measure, print the table and write it down."""
    torch.set_num_threads(1)
    with threadpool_limits(1):
        rows = [compare(*case) for case in CASES]
        note = f"float32; median of 9 epochs in turn. PyTorch {torch.__version__}. {machine()}"
    header = ["ms per update", "esnkit", "PyTorch", "esnkit is faster", "aim"]
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
