"""A memory of a user's own: two reservoirs side by side, one quick and one slow."""

from __future__ import annotations

import numpy as np
from sklearn.utils.estimator_checks import check_estimator

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.comparison import compare
from esnkit.core.state import State
from esnkit.memories.base import Memory


class SideBySide(Memory):
    """A quick reservoir and a slow one that see the same input."""

    def __init__(self, n_units=20, *, slow=0.1, id_column=None, random_state=None):
        self.n_units = n_units
        self.slow = slow
        self.id_column = id_column
        self.random_state = random_state

    def _prepare(self, n_features, n_outputs):
        self.quick_ = Reservoir(self.n_units, random_state=self.random_state)
        self.slow_ = Reservoir(self.n_units, leak_rate=self.slow, random_state=self.random_state)
        self.quick_.prepare(n_features)
        self.slow_.prepare(n_features)

    @property
    def n_features_out_(self):
        return 2 * self.n_units

    def _initial_states(self):
        return np.zeros(2 * self.n_units)

    def _run(self, rows, state, teacher, noise, out):
        quick, slow = np.split(state.states, 2)
        out[:, : self.n_units], quick_end = self.quick_.run(rows, State(quick))
        out[:, self.n_units :], slow_end = self.slow_.run(rows, State(slow))
        return np.concatenate([quick_end.states, slow_end.states])


WAVE = np.sin(np.arange(401) / 5)
X, y = WAVE[:-1, None], WAVE[1:]


def model():
    return ESNRegressor(SideBySide(random_state=0), RidgeReadout(1e-8), washout=50)


def test_it_is_a_transformer():
    check_estimator(
        SideBySide(random_state=0),
        expected_failed_checks={
            "check_methods_sample_order_invariance": "a state depends on the rows before it",
            "check_methods_subset_invariance": "a state depends on the rows before it",
        },
    )
    features = SideBySide(random_state=0).fit_transform(X)
    slow = Reservoir(20, leak_rate=0.1, random_state=0).fit_transform(X)
    np.testing.assert_array_equal(features[:, 20:], slow)


def test_a_model_fits_continues_steps_and_runs_freely():
    fitted = model().fit(X, y)
    whole = fitted.predict(X)
    first, state = fitted.predict(X[:150], return_state=True)
    np.testing.assert_allclose(
        np.concatenate([first, fitted.predict(X[150:], state=state)]), whole, atol=1e-9
    )
    stepper = fitted.stepper()
    np.testing.assert_allclose([stepper.step(x)[0] for x in X[:50]], whole[:50], atol=1e-9)
    truth = np.sin(np.arange(401, 431) / 5)
    np.testing.assert_allclose(fitted.free_run(30), truth, atol=1e-3)


def test_it_forecasts_and_takes_part():
    forecast = Forecaster(model()).fit(WAVE).forecast(30)
    np.testing.assert_allclose(forecast, np.sin(np.arange(401, 431) / 5), atol=1e-2)
    result = compare({"side by side": model(), "mean": "mean"}, [WAVE], seeds=1, progress=False)
    cells = result.cells_of(result.tasks[0].name, "side by side")
    assert [cell.status for cell in cells] == ["done"]
