"""A cell written by a user: the minimal gated unit, its step forward and its step back.

G.-B. Zhou et al., "Minimal gated unit for recurrent neural networks", International Journal of
Automation and Computing 13, 2016; with the gate applied to the candidate's memory of the last step
as in the simplified form: h(n) = (1 - f) h(n-1) + f g, where f and g see x(n) and h(n-1).
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from esnkit import Forecaster, RNNRegressor
from esnkit.networks import NumpyCell, gradient_flow, recurrent_network
from tests.loops import fed_by_hand

rng = np.random.default_rng(0)
WAVE = np.sin(np.arange(400) / 5)
X = rng.uniform(-1, 1, (120, 2))
y = np.roll(X[:, 0], 1)


class MinimalGatedUnit(NumpyCell):
    """One gate and one candidate."""

    n_gates = 2

    def forward(self, pre, h, c):
        f = 1 / (1 + np.exp(-pre[:, 0]))
        g = np.tanh(pre[:, 1])
        return (1 - f) * h + f * g, c, (f, g, h.copy())

    def backward(self, d_h, d_c, saved):
        f, g, h = saved
        d_pre = np.stack([d_h * (g - h) * f * (1 - f), d_h * f * (1 - g**2)], axis=1)
        return d_pre, d_h * (1 - f), d_c


class LeakyPair(NumpyCell):
    """Two integrators, one of them slow, under a squashed sum: a cell with memories beside h."""

    n_memories = 2

    def __init__(self, slow=0.1):
        self.slow = slow

    def forward(self, pre, h, c):
        rates = np.array([1.0, self.slow])[:, None]
        c = (1 - rates) * c + rates * pre
        out = np.tanh(c.sum(axis=1))
        return out, c, out

    def backward(self, d_h, d_c, saved):
        rates = np.array([1.0, self.slow])[:, None]
        d_c = d_c + (d_h * (1 - saved**2))[:, None]
        return (rates * d_c).sum(axis=1, keepdims=True), np.zeros_like(d_h), (1 - rates) * d_c


CELLS = [MinimalGatedUnit(), LeakyPair(0.2)]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "options",
    [{}, {"hidden_layer_sizes": (3, 2), "feedback": True}, {"bidirectional": True}],
)
def test_the_gradient_is_that_of_differences(cell, options):
    network = recurrent_network(2, 1, cell=cell, **{"hidden_layer_sizes": (3,)} | options)
    draw = np.random.default_rng(1)
    params = draw.normal(0, 0.5, network.n_parameters)
    inputs, errors = draw.normal(size=(6, 2, 2)), draw.normal(size=(6, 2, 1))
    state, lengths = draw.normal(size=(2, network.n_state)), [6, 4]

    def loss(values):
        return (network.forward(values, inputs, lengths, state)[0] * errors).sum()

    found = network.backward(params, network.forward(params, inputs, lengths, state)[2], errors)
    steps = 1e-6 * np.eye(len(params))
    expected = [(loss(params + e) - loss(params - e)) / 2e-6 for e in steps]
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("learner", ["tbptt", "bptt", "ekf"])
def test_it_learns_a_lag(cell, learner):
    n_epochs = 3 if learner == "ekf" else 200
    model = RNNRegressor(cell, (12,), learner=learner, max_iter=n_epochs, random_state=0)
    assert model.set_params(early_stopping=False).fit(X, y).score(X[20:], y[20:]) > 0.8


def test_it_runs_freely_continues_and_survives_pickling():
    model = RNNRegressor(MinimalGatedUnit(), (8,), max_iter=60, random_state=0)
    model.fit(WAVE[:-1, None], WAVE[1:])
    np.testing.assert_allclose(model.free_run(10), np.sin(np.arange(400, 410) / 5), atol=0.3)
    steps = fed_by_hand(model, WAVE[-1:], np.zeros((20, 0)))
    np.testing.assert_allclose(model.free_run(20), steps[:, 0], atol=1e-12)
    whole = model.predict(WAVE[:, None])
    first, middle = model.predict(WAVE[:150, None], return_state=True)
    second = model.predict(WAVE[150:, None], state=middle)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-12)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(WAVE[:, None]), whole)
    assert gradient_flow(model, WAVE[:, None], max_lag=10).largest.shape == (11,)


def test_it_forecasts():
    model = RNNRegressor(LeakyPair(), (12,), random_state=0)
    forecast = Forecaster(model).fit(WAVE).forecast(10)
    np.testing.assert_allclose(forecast, np.sin(np.arange(400, 410) / 5), atol=0.3)


def test_its_settings_are_the_models():
    model = RNNRegressor(LeakyPair()).set_params(cell__slow=0.5)
    assert clone(model).cell.slow == 0.5
    with pytest.raises(ValueError, match=r"needs tangents.*Those that do: 'bptt', 'tbptt'"):
        model.set_params(learner="hessian-free", random_state=0).fit(X, y)
