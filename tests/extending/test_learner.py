"""A learner written by a user: resilient backpropagation, its settings and its work.

M. Riedmiller and H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP
algorithm", ICNN 1993: each weight has a step of its own, which grows while its derivative keeps its
sign, and shrinks where that changes.
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from esnkit import FIRRegressor, Forecaster, RNNRegressor
from esnkit.networks import Learner, Trainer

WAVE = np.sin(np.arange(400) / 5)
X, y = WAVE[:-1, None], WAVE[1:]


class ResilientTrainer(Trainer):
    """Moves weights by the signs of their derivatives."""

    def __init__(self, network, params, rule, first_step, growth):
        super().__init__(network, params, rule)
        self.steps = np.full(params.size, first_step)
        self.before = np.zeros(params.size)
        self.growth = growth

    def descend(self, value, gradient):
        agree = np.sign(gradient * self.before)
        self.steps *= np.select([agree > 0, agree < 0], [self.growth, 0.5], 1.0)
        self.params -= np.sign(gradient) * self.steps
        self.before[:] = gradient
        self.n_updates += 1


class Resilient(Learner):
    """Resilient backpropagation over whole sequences."""

    through_feedback = True

    def __init__(self, first_step=0.01, growth=1.2):
        self.first_step = first_step
        self.growth = growth

    def check(self):
        if not self.growth > 1:
            raise ValueError(f"growth must be above 1, got {self.growth}.")

    def make_trainer(self, network, params, rule):
        return ResilientTrainer(network, params, rule, self.first_step, self.growth)


@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
def test_it_trains_every_cell(cell):
    model = RNNRegressor(cell, (8,), learner=Resilient(), feedback="free", random_state=0).fit(X, y)
    assert model.loss_curve_[-1] < 0.1 * model.loss_curve_[0]
    assert isinstance(model.learner_, Resilient)
    assert model.n_updates_ == 200


def test_it_trains_a_network_of_filters_and_goes_on():
    whole = FIRRegressor((8,), learner=Resilient(), max_iter=60, random_state=0).fit(X, y)
    assert whole.score(X, y) > 0.9
    parts = FIRRegressor((8,), learner=Resilient(), max_iter=20, warm_start=True, random_state=0)
    parts = pickle.loads(pickle.dumps(parts.fit(X, y))).set_params(max_iter=40).fit(X, y)
    np.testing.assert_array_equal(parts.params_, whole.params_)


def test_it_forecasts():
    model = RNNRegressor("gru", (8,), learner=Resilient(), random_state=0)
    forecast = Forecaster(model).fit(WAVE).forecast(10)
    np.testing.assert_allclose(forecast, np.sin(np.arange(400, 410) / 5), atol=0.2)


def test_its_settings_are_searched_and_checked():
    model = RNNRegressor(hidden_layer_sizes=(4,), learner=Resilient(), max_iter=30, random_state=0)
    grid = {"learner__first_step": [1e-9, 0.01]}
    search = GridSearchCV(model, grid, cv=TimeSeriesSplit(2)).fit(X, y)
    assert search.best_params_ == {"learner__first_step": 0.01}
    assert clone(model).learner.growth == 1.2
    with pytest.raises(ValueError, match=r"growth must be above 1, got 0\.5"):
        model.set_params(learner__growth=0.5).fit(X, y)


def test_what_it_cannot_do_is_said():
    assert not hasattr(RNNRegressor(learner=Resilient()), "partial_fit")
