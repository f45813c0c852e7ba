"""Learners: what is presented, how far errors go back, and loss curves against torch's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esnkit.core.seeding import root_seed
from esnkit.networks import BPTT, SGD, TBPTT, Adam, Glorot, Nesterov, recurrent_network
from esnkit.networks.holdout import hold_out
from esnkit.networks.learners.registry import check_serves
from esnkit.networks.training.batches import Rows, cut_streams, cut_windows
from esnkit.networks.training.losses import SquaredError
from esnkit.networks.training.presenters import StreamPresenter, WindowPresenter
from esnkit.networks.training.trainer import Trainer, UpdateRule

torch = pytest.importorskip("torch")


def make_rows(lengths, feedback=False):
    """Two random inputs, of which the product of the first with the last one before is wanted."""
    inputs = np.random.default_rng(0).normal(size=(sum(lengths), 2))
    return Rows(
        inputs,
        inputs[:, :1] * np.roll(inputs[:, :1], 1, axis=0) + inputs[:, 1:],
        np.ones(sum(lengths)),
        np.append(0, np.cumsum(lengths)),
        np.zeros(1) if feedback else None,
    )


def presented(learner, n_epochs=1, seed=0):
    """The batches of some epochs; states count the steps that were run through."""
    batches = []

    def step(batch):
        batches.append(batch)
        return batch.state + batch.lengths[:, None]

    for epoch in range(n_epochs):
        learner.run_epoch(step, np.random.default_rng([seed, epoch]))
    return batches


def network(**options):
    return recurrent_network(2, 1, hidden_layer_sizes=(5,), **options)


def counted(rows, batches):
    """How often each row counted, found again by its first input, which is unlike all others."""
    places = {value: i for i, value in enumerate(rows.inputs[:, 0])}
    times = np.zeros(len(rows.inputs))
    for batch in batches:
        for t, b in zip(*np.nonzero(batch.weights), strict=True):
            times[places[batch.inputs[t, b, 0]]] += batch.weights[t, b]
    return times


# ---------------------------------------------------------------------- cutting and presenting

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@given(LENGTHS, st.integers(1, 50), st.integers(0, 10))
def test_windows_hold_every_row_once(lengths, window, n_warm):
    offsets = np.append(0, np.cumsum(lengths))
    pieces = cut_windows(offsets, window, window, n_warm)
    times = np.zeros(offsets[-1])
    for start, length, skip, first in zip(
        pieces.starts, pieces.lengths, pieces.skips, pieces.first, strict=True
    ):
        times[start + skip : start + length] += 1
        sequence = np.searchsorted(offsets, start, side="right") - 1
        assert start + length <= offsets[sequence + 1]
        assert first == (start == offsets[sequence])
        assert skip == n_warm or start == offsets[sequence]
        assert 0 < length - skip <= window
    assert (times == 1).all()


@given(LENGTHS, st.integers(1, 10), st.integers(1, 20))
def test_streams_follow_one_another(lengths, n_streams, shortest):
    offsets = np.append(0, np.cumsum(lengths))
    streams = cut_streams(offsets, n_streams, shortest)
    np.testing.assert_array_equal(streams.starts[1:], (streams.starts + streams.lengths)[:-1])
    np.testing.assert_array_equal(streams.starts[streams.first], offsets[:-1])
    assert streams.lengths.sum() == offsets[-1]
    assert len(streams) <= n_streams + len(lengths)
    assert not streams.skips.any()
    last = np.append(streams.first[1:], True)  # of its sequence, and so perhaps shorter
    assert (streams.lengths[~last] >= shortest).all()


@pytest.mark.parametrize("order", ["shuffled", "given", "shortest-first"])
@pytest.mark.parametrize("kind", [WindowPresenter, StreamPresenter])
def test_an_epoch_presents_every_row_once(kind, order):
    rows = make_rows([30, 7, 50, 1])
    learner = kind(network(), rows, window=8, batch_size=3, order=order)
    np.testing.assert_array_equal(counted(rows, presented(learner)), 1)


def test_order():
    rows = make_rows([30, 7, 50, 20])

    def lengths(order, seed=0):
        learner = WindowPresenter(network(), rows, batch_size=1, order=order)
        return [int(batch.lengths[0]) for batch in presented(learner, seed=seed)]

    assert lengths("given") == [30, 7, 50, 20]
    assert lengths("shortest-first") == [7, 20, 30, 50]
    assert len({tuple(lengths("shuffled", seed)) for seed in range(20)}) > 5


def test_the_state_is_carried_through_windows_and_parts_of_sequences():
    """With states that count steps, each part starts where the one before it stood an epoch ago."""
    rows = make_rows([100])
    presenter = StreamPresenter(network(), rows, window=10, batch_size=2, order="given")
    batches = presented(presenter, n_epochs=2)
    starts = np.array([batch.state[:, 0] for batch in batches])
    assert starts.shape == (10, 2)
    np.testing.assert_array_equal(starts[:5], np.repeat(np.arange(5)[:, None] * 10, 2, axis=1))
    np.testing.assert_array_equal(starts[5:] - starts[:5], [[0, 50]] * 5)


@pytest.mark.parametrize(("continuous", "second"), [(False, 0), (True, 10)])
def test_continuous_training_never_starts_again(continuous, second):
    rows = make_rows([10, 20])
    learner = TBPTT(10, batch_size=1, order="given", continuous=continuous)
    batches = presented(learner.present(network(), rows, 0), n_epochs=2)
    starts = [batch.state[0, 0] for batch in batches]
    assert starts == [0, second, second + 10, 3 * second, 4 * second, 4 * second + 10]


def test_windows_reach_back_beyond_the_errors():
    """k1 = 5, k2 = 15: each window has the errors of five steps and begins ten steps earlier."""
    rows = make_rows([33, 12])
    learner = TBPTT(15, stride=5, batch_size=2, order="given")
    batches = presented(learner.present(network(), rows, 0))
    np.testing.assert_array_equal(counted(rows, batches), 1)
    assert [len(batch.inputs) for batch in batches] == [5, 10, 15, 15, 15, 15, 13]
    assert [batch.weights.sum(axis=0).tolist() for batch in batches] == [
        *([5, 5], [5, 5], [5, 2], [5], [5], [5], [3])
    ]
    np.testing.assert_array_equal([batch.state[0, 0] for batch in batches[:4]], [0, 0, 0, 5])


def test_feedback_sees_the_target_before_a_window():
    rows = make_rows([20, 15], feedback=True)
    learner = BPTT(10, order="given", batch_size=9)
    (batch,) = presented(learner.present(network(), rows, 3))
    previous = [0, rows.targets[6, 0], 0, rows.targets[26, 0]]
    np.testing.assert_array_equal(batch.previous_output[:, 0], previous)


@given(LENGTHS, st.floats(0.05, 0.95), st.booleans())
def test_something_is_held_out(lengths, fraction, whole):
    offsets = np.append(0, np.cumsum(lengths))
    heads = hold_out(offsets, fraction, whole)
    n_held_out = np.array(lengths) - heads
    assert (heads >= 0).all()
    assert n_held_out.sum() > 0
    if whole or fraction * len(lengths) >= 1:
        assert set(np.flatnonzero(n_held_out)) == set(range(np.argmin(heads), len(lengths)))
        assert not heads[n_held_out > 0].any()


def test_what_a_learner_does_not_serve_is_refused():
    both_ways = network(bidirectional=True)
    check_serves(BPTT(), both_ways)
    with pytest.raises(ValueError, match=r"'tbptt' does not serve.*backwards.*do: 'bptt'"):
        check_serves(TBPTT(), both_ways)


# ---------------------------------------------------------------------- against other learners


def trainer_of(net, params, optimizer=None, rate=0.01, norm=np.inf, decay=0.0):
    optimizer = (optimizer or Adam()).set_params(learning_rate_init=rate)
    rule = UpdateRule(SquaredError(), optimizer, norm, decay)
    return Trainer(net, params.copy(), rule)


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru", "jordan"])
def test_truncation_past_the_sequence_is_no_truncation(cell):
    net = network(cell=cell)
    params = Glorot()(net, root_seed(1))
    rows = make_rows([20, 13, 20], feedback=net.feedback)
    paths = []
    for learner in (BPTT, TBPTT, TBPTT):
        trainer = trainer_of(net, params)
        window = {0: None, 1: 20, 2: 25}[len(paths)]
        presenter = learner(window, batch_size=3, order="given").present(net, rows, 0)
        for _ in range(5):
            trainer.train_epoch(presenter, np.random.default_rng(0))
        # The longest is presented first when truncated, so sums are taken in another order.
        paths.append(trainer.params)
    np.testing.assert_allclose(paths[1], paths[0], atol=1e-12)
    np.testing.assert_allclose(paths[2], paths[0], atol=1e-12)


def test_truncation_loses_gradient_and_a_longer_window_less():
    net = network()
    params = Glorot()(net, root_seed(1))
    rows = make_rows([40])

    def gradient(window):
        """By one small step per window of gradient descent, added up."""
        trainer = trainer_of(net, params, SGD(), 1e-8)
        stride = 2 if window < 40 else 40
        presenter = StreamPresenter(
            net, rows, window=window, stride=stride, batch_size=1, cut=False
        )
        presenter.run_epoch(trainer.step, np.random.default_rng(0))
        n_updates = trainer.n_updates
        return (params - trainer.params) / 1e-8 / n_updates

    exact = gradient(40)
    errors = [np.abs(gradient(window) - exact).max() for window in (2, 6, 20, 38)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 1e-3
    assert errors[-1] < 1e-6


GATES = {"lstm": [1, 0, 2, 3], "gru": [0, 1, 2], "elman": [0]}  # torch's i, f, g, o are f, i, g, o


def torch_twin(net, params, cell):
    """The same network, with the same weights, by torch."""
    views = net.views(params)
    n = views["layer0.recurrent_weights"].shape[1]
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "elman": torch.nn.RNN}[cell]
    core, head = kind(2, n).double(), torch.nn.Linear(n, 1).double()

    def ordered(name):
        gates = np.split(views[name], len(GATES[cell]))
        return torch.tensor(np.concatenate([gates[i] for i in GATES[cell]]))

    with torch.no_grad():
        core.weight_ih_l0.copy_(ordered("layer0.input_weights"))
        core.weight_hh_l0.copy_(ordered("layer0.recurrent_weights"))
        core.bias_ih_l0.copy_(ordered("layer0.bias"))
        core.bias_hh_l0.zero_()
        head.weight.copy_(torch.tensor(views["output.weights"]))
        head.bias.copy_(torch.tensor(views["output.bias"]))
    # Where it would only be a second bias, it stays zero: all but the candidate's of a GRU.
    free = torch.zeros_like(core.bias_hh_l0)
    if cell == "gru":
        free[2 * n :] = 1
    core.bias_hh_l0.register_hook(lambda gradient: gradient * free)
    return core, head


def curve_of_torch(core, head, batches, optimizer, norm):
    """Loss of each mini-batch as it is met."""
    losses = []
    for inputs, targets in batches:
        outputs = head(core(torch.tensor(inputs))[0])
        loss = torch.nn.functional.mse_loss(outputs, torch.tensor(targets))
        optimizer.zero_grad()
        loss.backward()
        gradients = [p.grad for p in optimizer.param_groups[0]["params"]]
        length = torch.cat([g.flatten() for g in gradients]).norm().item()
        for gradient in gradients:  # torch's own clipping adds 1e-6 to the length
            gradient *= min(1.0, norm / length)
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
@pytest.mark.parametrize("name", ["adam", "nesterov"])
def test_loss_curves_are_those_of_torch(cell, name):
    """50 updates from the same weights with the same batches: five windows in two batches."""
    net = recurrent_network(2, 1, cell=cell, hidden_layer_sizes=(16,))
    params = Glorot()(net, root_seed(2))
    rows = make_rows([20] * 5)
    core, head = torch_twin(net, params, cell)
    weights = [*core.parameters(), *head.parameters()]
    if name == "nesterov":
        theirs = torch.optim.SGD(weights, 0.02, momentum=0.9, nesterov=True)
        optimizer, rate, norm = Nesterov(), 0.02, 1.0
    else:
        theirs = torch.optim.Adam(weights, 0.01)
        optimizer, rate, norm = Adam(), 0.01, np.inf
    trainer = trainer_of(net, params, optimizer, rate, norm)
    batches, losses = [], []

    def step(batch):
        batches.append((batch.inputs, batch.targets))
        final = trainer.step(batch)
        losses.append(trainer._losses[-1][0])
        return final

    learner = BPTT(batch_size=3).present(net, rows, 0)
    for epoch in range(25):
        learner.run_epoch(step, np.random.default_rng(epoch))
    expected = curve_of_torch(core, head, batches, theirs, norm)
    assert len(expected) == 50
    np.testing.assert_allclose(losses, expected, rtol=1e-6)
    assert sum(losses[-2:]) < 0.7 * sum(losses[:2])  # it did learn
