"""MLPReadout: scikit-learn's perceptron between scalers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import ESNRegressor, MLPReadout, Reservoir, TappedDelayLine, TDNNRegressor

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (150, 2))
Y = np.column_stack([X[:, 0] * X[:, 1], 5 + 3 * X[:, 0]])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [MLPReadout(random_state=0)],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": "two fits that stop within a tolerance"
    },
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("targets", [Y[:, 0], Y], ids=["1-D", "2-D"])
def test_one_row_is_predicted_as_many_are(targets):
    readout = MLPReadout((5,), random_state=0).fit(X, targets)
    rows = np.concatenate([readout.predict(row[None]) for row in X])
    np.testing.assert_allclose(rows, readout.predict(X), atol=1e-12)
    assert rows.shape == targets.shape
    with pytest.raises(ValueError, match="NaN"):
        readout.predict([[np.nan, 0.0]])
    with pytest.raises(ValueError, match="expecting 2 features"):
        readout.predict(X[:1, :1])


def test_a_delay_network_is_a_delay_line_with_this_readout():
    line, options = TappedDelayLine(3), {"hidden_layer_sizes": (4,), "alpha": 0.1}
    network = TDNNRegressor(line, random_state=1, washout=2, **options).fit(X, Y)
    model = ESNRegressor(line, MLPReadout(**options), random_state=1, washout=2).fit(X, Y)
    np.testing.assert_array_equal(network.predict(X), model.predict(X))
    np.testing.assert_array_equal(network.free_run(5), model.free_run(5))


def test_it_reads_a_reservoir_and_runs_freely():
    wave = np.sin(np.arange(301) / 5)
    model = ESNRegressor(Reservoir(20), MLPReadout((8,), alpha=1e-3), washout=20, random_state=0)
    run = model.fit(wave[:-1, None], wave[1:]).free_run(20)
    assert np.abs(run - np.sin(np.arange(301, 321) / 5)).max() < 0.3
    assert not hasattr(model, "partial_fit")
