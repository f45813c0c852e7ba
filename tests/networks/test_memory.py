"""Networks that would not fit into memory are refused, by name, before anything is allocated."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit import FIRRegressor, RNNClassifier, RNNRegressor
from esnkit.core import process
from esnkit.networks import ExtendedKalman, fir_network, recurrent_network

X = np.zeros((40, 2))
Y = np.sin(np.arange(40))
FREE = 2**20
HUGE = {
    "hidden_layer_sizes": [
        lambda: RNNRegressor(hidden_layer_sizes=(10**6,)).fit(X, Y),
        lambda: RNNRegressor("lstm", (10**9,)).fit(X, Y),
        lambda: FIRRegressor((10**9,)).fit(X, Y),
        lambda: RNNRegressor("gru", (4, 10**5), bidirectional=True).fit(X, Y),
        lambda: RNNClassifier(hidden_layer_sizes=(10**6,)).fit([X, X], [0, 1]),
        lambda: recurrent_network(1, 1, hidden_layer_sizes=(10**6,)),
        lambda: RNNRegressor(hidden_layer_sizes=(50,), learner="rtrl").fit(X, Y),
        lambda: RNNRegressor(hidden_layer_sizes=(30,), learner="ekf").fit(X, Y),
        lambda: RNNRegressor("lstm", (14,), learner=ExtendedKalman(coupling="global")).fit(X, Y),
    ],
    "head_layer_sizes": [lambda: recurrent_network(1, 1, head_layer_sizes=(10**12,))],
    "n_taps": [
        lambda: FIRRegressor(n_taps=10**12).fit(X, Y),
        lambda: FIRRegressor((4,), n_taps=(10**9, 2)).fit(X, Y),
        lambda: fir_network(1, 1, n_taps=10**12),
    ],
    "n_steps": [lambda: RNNRegressor().fit(np.zeros((9000, 2)), np.zeros(9000)).predict(X)],
}


@pytest.mark.parametrize(
    ("name", "build"), [(name, build) for name, builds in HUGE.items() for build in builds]
)
def test_what_does_not_fit_is_refused_before_it_is_allocated(name, build, monkeypatch):
    monkeypatch.setattr(process, "free_memory", lambda: FREE)
    with pytest.raises(ValueError, match=rf"(?s){name}.* needs about .* more than half"):
        build()


def test_the_estimate_is_no_more_than_a_few_times_what_a_run_takes(monkeypatch):
    estimates = []
    network = recurrent_network(3, 2, cell="lstm", hidden_layer_sizes=(20, 10))
    monkeypatch.setattr(
        "esnkit.networks.layers.stack.refuse_too_large", lambda n, _: estimates.append(n)
    )
    params = np.full(network.n_parameters, 0.01)
    outputs, _, tape = network.forward(
        params, np.ones((50, 4, 3)), [50] * 4, network.initial_state(4)
    )
    network.backward(params, tape, np.ones_like(outputs))
    kept = [v for t in tape.trace.traces for v in vars(t).values() if isinstance(v, np.ndarray)]
    taken = sum({id(array): array.nbytes for array in kept}.values())
    assert taken / 2 < estimates[0] < 2 * taken
