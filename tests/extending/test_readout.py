"""A readout of a user's own: recursive least squares in plain numpy."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge

from esnkit import ESNRegressor, Forecaster, Reservoir
from esnkit.comparison import compare


class RecursiveLeastSquares(RegressorMixin, BaseEstimator):
    """Least squares with a small penalty, one row after the other."""

    def __init__(self, alpha=1e-4):
        self.alpha = alpha

    def fit(self, X, y):
        self.coef_ = np.zeros((np.reshape(y, (len(y), -1)).shape[1], X.shape[1]))
        self.intercept_ = 0.0
        self._P = np.eye(X.shape[1]) / self.alpha
        return self.partial_fit(X, y)

    def partial_fit(self, X, y):
        if not hasattr(self, "_P"):
            return self.fit(X, y)
        for x, target in zip(X, np.reshape(y, (len(y), -1)), strict=True):
            Px = self._P @ x
            gain = Px / (1 + x @ Px)
            self.coef_ += np.outer(target - self.coef_ @ x, gain)
            self._P -= np.outer(gain, Px)
        return self

    def predict(self, X):
        outputs = X @ self.coef_.T
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs


WAVE = np.sin(np.arange(401) / 5)
X, y = WAVE[:-1, None], WAVE[1:]


def model():
    return ESNRegressor(Reservoir(20, random_state=0), RecursiveLeastSquares(), washout=50)


def test_it_learns_what_ridge_regression_does():
    ridge = model().set_params(readout=Ridge(1e-4, fit_intercept=False)).fit(X, y)
    np.testing.assert_allclose(model().fit(X, y).predict(X), ridge.predict(X), atol=1e-6)


def test_it_goes_on_with_every_block():
    whole, blocks = model().fit(X, y), model()
    for part in (slice(0, 30), slice(30, 200), slice(200, 400)):
        blocks.partial_fit(X[part], y[part])
    np.testing.assert_allclose(blocks.predict(X), whole.predict(X), atol=1e-8)


def test_it_runs_in_the_compiled_loop_and_forecasts():
    fitted = model().fit(X, y)
    assert fitted.compiled  # as it has coef_ and intercept_ and predicts by them
    truth = np.sin(np.arange(401, 421) / 5)
    np.testing.assert_allclose(fitted.free_run(20), truth, atol=1e-2)
    np.testing.assert_allclose(Forecaster(model()).fit(WAVE).forecast(20), truth, atol=0.02)


def test_it_takes_part_in_a_comparison():
    result = compare({"rls": model(), "mean": "mean"}, [WAVE], seeds=1, progress=False)
    cells = result.cells_of(result.tasks[0].name, "rls")
    assert [cell.status for cell in cells] == ["done"]
