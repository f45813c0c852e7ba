"""Weights before training: how they are distributed, and that seeds govern them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from esnkit.core.seeding import root_seed
from esnkit.networks import EchoState, Glorot, Orthogonal, recurrent_network

CELLS = ("elman", "jordan", "lstm", "gru")


def draw(scheme, seed=0, **options):
    network = recurrent_network(3, 2, **options)
    return network.views(scheme(network, root_seed(seed)))


@pytest.mark.parametrize("cell", CELLS)
def test_glorot_keeps_its_bounds_in_each_gate(cell):
    views = draw(Glorot(), cell=cell, hidden_layer_sizes=(60,))
    weights = views["layer0.input_weights"]
    bound = np.sqrt(6 / (3 + 60))
    assert scipy.stats.kstest(weights.ravel() / bound, "uniform", (-1, 2)).pvalue > 0.01
    assert views["output.weights"].std() == pytest.approx(np.sqrt(2 / 62), rel=0.1)


@pytest.mark.parametrize("scheme", [Glorot, Orthogonal, EchoState])
def test_only_forget_gates_have_a_bias(scheme):
    for cell in ("elman", "gru"):
        views = draw(scheme(), cell=cell, hidden_layer_sizes=(5, 4), bidirectional=True)
        assert not any(view.any() for name, view in views.items() if name.endswith("bias"))
    views = draw(scheme(forget_bias=2.5), cell="lstm", hidden_layer_sizes=(5, 4))
    np.testing.assert_array_equal(views["layer0.bias"], np.repeat([2.5, 0], [5, 15]))
    np.testing.assert_array_equal(views["layer1.bias"], np.repeat([2.5, 0], [4, 12]))
    assert not views["output.bias"].any()


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_orthogonal_recurrence_keeps_lengths(cell):
    weights = draw(Orthogonal(), cell=cell, hidden_layer_sizes=(20,))["layer0.recurrent_weights"]
    gates = np.split(weights, len(weights) // 20)
    for gate in gates:
        np.testing.assert_allclose(gate @ gate.T, np.eye(20), atol=1e-13)
    assert len({gate[0, 0] for gate in gates}) == len(gates)  # each is drawn by itself


def test_echo_state_recurrence_is_sparse_and_of_one_radius():
    """Sutskever et al. (2013): 100 units, fan-in 15, spectral radius 1.1."""
    scheme = EchoState(input_scale=0.001, output_scale=0.2)
    views = draw(scheme, cell="elman", hidden_layer_sizes=(100,))
    recurrent = views["layer0.recurrent_weights"]
    np.testing.assert_array_equal((recurrent != 0).sum(axis=1), 15)
    assert np.abs(np.linalg.eigvals(recurrent)).max() == pytest.approx(1.1, rel=1e-10)
    assert views["layer0.input_weights"].std() == pytest.approx(0.001, rel=0.2)
    assert views["output.weights"].std() == pytest.approx(0.2, rel=0.2)


@pytest.mark.parametrize("scheme", [Glorot(), Orthogonal(), EchoState()])
def test_seeds_govern_all(scheme):
    network = recurrent_network(
        3, 2, cell="gru", hidden_layer_sizes=(6, 5), head_layer_sizes=(4,), dtype="float32"
    )
    first, again, other = (scheme(network, root_seed(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float32
    drawn = first != 0
    assert (first[drawn] != other[drawn]).all()


def test_one_scale_redraws_nothing_else():
    narrow, wide = (draw(EchoState(input_scale=s), cell="elman") for s in (0.1, 0.5))
    np.testing.assert_allclose(5 * narrow["layer0.input_weights"], wide["layer0.input_weights"])
    np.testing.assert_array_equal(
        narrow["layer0.recurrent_weights"], wide["layer0.recurrent_weights"]
    )
