"""Training by the extended Kalman filter: where all is linear it is least squares."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import RNNRegressor
from esnkit.networks import TBPTT, Adam, ExtendedKalman, recurrent_network
from esnkit.networks.learners.kalman import MEASUREMENT_NOISE, KalmanFilter, groups
from tests.models.test_esn import EXPECTED_FAILURES
from tests.networks.making import sort_options

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (120, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * np.roll(X[:, 1], 1)])
y = Y[:, 0]


@parametrize_with_checks(
    [
        RNNRegressor("elman", (6,), learner="ekf", max_iter=2, random_state=0),
        RNNRegressor(
            "lstm",
            (3,),
            learner=ExtendedKalman(coupling="decoupled", window=4),
            max_iter=1,
            random_state=0,
        ),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def make(cell="elman", hidden_layer_sizes=(8,), **options):
    options = {"learner": "ekf", "max_iter": 2, "random_state": 0} | options
    return RNNRegressor(cell, hidden_layer_sizes, **sort_options(options))


def one_group(n, initial_variance):
    return KalmanFilter(np.arange(n), np.array([0, n]), initial_variance)


# ---------------------------------------------------------------------- the filter


def test_on_a_linear_model_it_is_recursive_least_squares_and_ridge():
    """With no process noise, noise 1 and variance 1 / alpha, after every row."""
    alpha, n = 0.3, 5
    rows, targets = rng.normal(size=(40, n)), rng.normal(size=40)
    state, weights = one_group(n, 1 / alpha), np.zeros(n)
    P, least_squares = np.eye(n) / alpha, np.zeros(n)
    for t, (row, target) in enumerate(zip(rows, targets, strict=True)):
        assert state.update(weights, row[None], np.array([target - row @ weights]), 1.0, 0.0)
        gain = P @ row / (1 + row @ P @ row)  # recursive least squares, Haykin's table 13.1
        least_squares = least_squares + gain * (target - row @ least_squares)
        P = P - np.outer(gain, row @ P)
        np.testing.assert_allclose(weights, least_squares, rtol=1e-9)
        ridge = Ridge(alpha, fit_intercept=False).fit(rows[: t + 1], targets[: t + 1])
        np.testing.assert_allclose(weights, ridge.coef_, rtol=1e-8)
    (covariance,) = state.covariances
    np.testing.assert_allclose(
        covariance, np.linalg.inv(rows.T @ rows + alpha * np.eye(n)), rtol=1e-9, atol=1e-12
    )


def test_many_outputs_at_once_are_as_good_as_one_after_the_other():
    H, targets = rng.normal(size=(3, 6)), rng.normal(size=3)
    together, separate = np.zeros(6), np.zeros(6)
    state, other = one_group(6, 2.0), one_group(6, 2.0)
    assert state.update(together, H, targets.copy(), 0.1, 0.0)
    for row, target in zip(H, targets, strict=True):
        assert other.update(separate, row[None], np.array([target - row @ separate]), 0.1, 0.0)
    np.testing.assert_allclose(together, separate, rtol=1e-10)
    np.testing.assert_allclose(state.covariances[0], other.covariances[0], rtol=1e-9, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(5,), (2, 3)]),
    st.floats(1e-6, 1e3),
    st.floats(1e-6, 1e2),
)
def test_the_covariance_stays_symmetric_and_positive(seed, sizes, variance, noise):
    draw = np.random.default_rng(seed)
    n = sum(sizes)
    state = KalmanFilter(draw.permutation(n), np.cumsum([0, *sizes]), variance)
    weights = np.zeros(n)
    for _ in range(50):
        assert state.update(weights, draw.normal(size=(2, n)), draw.normal(size=2), noise, 1e-9)
    for covariance in state.covariances:
        np.testing.assert_array_equal(covariance, covariance.T)
        assert np.linalg.eigvalsh(covariance).min() > -1e-12 * variance
        assert np.linalg.eigvalsh(covariance).max() <= variance + 51e-9


def test_a_covariance_gone_bad_is_noticed_and_repaired():
    state, weights = one_group(3, 1.0), np.zeros(3)
    state.covariances[0][0, 0] = -2
    measured = (weights, np.array([[1.0, 0, 0]]), np.ones(1), 0.1, 0.0)
    assert not state.update(*measured)
    np.testing.assert_array_equal(weights, 0)
    assert state.repair()
    assert np.linalg.eigvalsh(state.covariances[0]).min() > 0
    assert state.update(*measured)
    state.covariances[0][0, 0] = np.nan
    assert not state.update(*measured)
    assert not state.repair()


@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
def test_groups_lead_to_one_unit_each(cell):
    network = recurrent_network(
        2, 3, cell=cell, hidden_layer_sizes=(4, 2), head_layer_sizes=(3,), feedback=True
    )
    members, offsets = groups(network, "decoupled")
    assert sorted(members) == list(range(network.n_parameters))
    n_rows = {"elman": 1, "jordan": 1, "lstm": 4, "gru": 3}[cell]
    assert len(offsets) - 1 == n_rows * (4 + 2) + 3 + 3
    marked = np.zeros(network.n_parameters)
    marked[members[: offsets[1]]] = 1
    for name, view in network.views(marked).items():
        expected = np.zeros_like(view)
        if name.startswith("layer0") and not name.endswith("recurrent_bias"):
            expected[0] = 1
        np.testing.assert_array_equal(view, expected)


# ---------------------------------------------------------------------- learning


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"learner": ExtendedKalman(coupling="decoupled")},
        {"window": 3},
        {"cell": "lstm", "hidden_layer_sizes": (6,), "window": 3},
        {"cell": "gru", "hidden_layer_sizes": (6,), "window": 3, "dtype": "float32"},
        {"feedback": True},
    ],
)
def test_few_passes_do_what_takes_gradient_descent_many(options):
    model = make(**{"max_iter": 8} | options).fit(X, Y)
    rival = RNNRegressor(
        model.cell,
        model.hidden_layer_sizes,
        feedback=model.feedback,
        learner=TBPTT(3, optimizer=Adam(0.03)),
        max_iter=8,
        early_stopping=False,
        random_state=0,
    ).fit(X, Y)
    feedback = {"feedback": Y} if model.feedback else {}
    errors = [((m.predict(X, **feedback) - Y)[20:] ** 2).mean() for m in (model, rival)]
    assert errors[0] < errors[1]
    assert isinstance(model.learner_, ExtendedKalman)
    assert model.n_updates_ == 8 * len(X)


def test_exact_derivatives_and_a_window_over_everything_agree():
    """As long as weights move so little that it does not matter when they did."""
    still = ExtendedKalman(measurement_noise=1e9)
    exact = make(learner=still, max_iter=1).fit(X[:30], Y[:30])
    start = make(learner=ExtendedKalman(measurement_noise=1e18), max_iter=1).fit(X[:30], Y[:30])
    windowed = make(learner=still, max_iter=1, window=30).fit(X[:30], Y[:30])
    steps = [model.params_ - start.params_ for model in (exact, windowed)]
    np.testing.assert_allclose(*steps, atol=1e-4 * abs(steps[0]).max())


def test_weights_of_rows_are_the_exactness_of_their_targets():
    """A row of weight 1/4 is one whose noise has twice the deviation; one of weight 0 is none."""
    quarter = make(max_iter=1).fit(X, y, sample_weight=np.full(len(X), 0.25))
    noisier = make(
        learner=ExtendedKalman(measurement_noise=lambda n: 4 * MEASUREMENT_NOISE(n)),
        max_iter=1,
    ).fit(X, y)
    np.testing.assert_array_equal(quarter.params_, noisier.params_)
    weights = np.ones(len(X))
    weights[60:] = 0
    assert make(max_iter=1).fit(X, y, sample_weight=weights).n_updates_ == 60


def test_an_interruption_keeps_the_best_weights():
    def noise(update):
        if update == 5 * len(X) + 30:
            raise KeyboardInterrupt
        return MEASUREMENT_NOISE(update)

    model = make(learner=ExtendedKalman(measurement_noise=noise), max_iter=9)
    with pytest.warns(UserWarning, match=f"interrupted after {5 * len(X) + 30} updates"):
        model.fit(X, y)
    assert len(model.loss_curve_) == 5
    same = make(max_iter=5).fit(X, y)
    np.testing.assert_array_equal(model.params_, same.params_)


def test_a_covariance_beyond_repair_stops_with_the_step_named():
    model = make(learner=ExtendedKalman(process_noise=lambda n: np.inf if n == 40 else 0.0))
    with pytest.warns(ConvergenceWarning, match=r"no longer positive definite in update 42\b"):
        model.fit(X, y)
    assert np.isfinite(model.predict(X)).all()


def test_a_covariance_is_repaired_on_the_way():
    model = make().partial_fit(X, y)
    model._trainer.filter.covariances[0][...] -= 10 * np.eye(model.network_.n_parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.partial_fit(X, y)
    assert np.linalg.eigvalsh(model._trainer.filter.covariances[0]).min() > 0
    assert model.n_updates_ == 2 * len(X)


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bidirectional": True}, "'ekf' does not serve this network: .*'bptt'"),
        (
            {"hidden_layer_sizes": (60,)},
            r"for 3841 parameters 1.5e\+07, too many above 3000",
        ),
        ({"loss": "cross_entropy"}, "needs loss='squared_error', got 'cross_entropy'"),
        ({"feedback": "free"}, "feedback='free' needs another"),
        (
            {"learner": ExtendedKalman(coupling="none")},
            "coupling must be one of 'global', 'decoupled'",
        ),
        ({"learner": ExtendedKalman(initial_variance=0)}, "initial_variance == 0, must be > 0"),
        ({"learner": ExtendedKalman(process_noise=np.nan)}, "process_noise must be finite"),
        ({"learner": ExtendedKalman(measurement_noise=-1.0)}, "measurement_noise == -1.0"),
        ({"learner": ExtendedKalman(process_noise=-1.0)}, "process_noise == -1.0"),
        ({"learner": "kalman"}, "learner must be one of 'auto', 'bptt', .*'ekf'.*, got 'kalman'"),
        ({"learner": ExtendedKalman(window=0)}, "window == 0, must be >= 1"),
    ],
)
def test_what_is_not_served_is_refused_with_the_reason(options, message):
    with pytest.raises(ValueError, match=message):
        make().set_params(**options).fit(X, y)


def test_the_decoupled_filter_serves_larger_networks_up_to_its_own_limit():
    assert (
        ExtendedKalman(coupling="decoupled").refusal(
            recurrent_network(1, 1, hidden_layer_sizes=(100,))
        )
        is None
    )
    assert "even of the decoupled" in ExtendedKalman(coupling="decoupled").refusal(
        recurrent_network(1, 1, hidden_layer_sizes=(250,))
    )
