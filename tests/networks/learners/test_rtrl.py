"""Real-time recurrent learning: its gradient is that of backpropagation through time."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import RNNRegressor
from esnkit.networks import RTRL, SGD, Elman, ExtendedKalman, recurrent_network
from esnkit.networks.learners.derivatives import ForwardDerivatives, WindowDerivatives
from tests.models.test_esn import EXPECTED_FAILURES
from tests.networks.making import RATE, sort_options

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (120, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * np.roll(X[:, 1], 1)])
y = Y[:, 0]


@parametrize_with_checks(
    [RNNRegressor("elman", (8,), learner="rtrl", max_iter=5, random_state=0)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def make(**options):
    options = {"learner": "rtrl", "max_iter": 3, "random_state": 0} | options
    return RNNRegressor("elman", (8,), **sort_options(options))


# ---------------------------------------------------------------------- derivatives


def total_gradient(derivatives, params, inputs, teacher, errors):
    """The gradient of a whole sequence, step by step, and the outputs."""
    before = np.vstack([np.zeros(teacher.shape[1]), teacher[:-1]])
    outputs, total = [], np.zeros_like(params)
    for x, fed, error in zip(inputs, before, errors, strict=True):
        outputs.append(
            derivatives.advance(params, x, fed if derivatives.network.feedback else None)
        )
        total += derivatives.gradient(params, error)
    return np.array(outputs), total


def by_backpropagation(network, params, inputs, teacher, errors):
    """The same, going back through the sequence at once."""
    outputs, state, tape = network.forward(
        params, inputs[:, None], [len(inputs)], network.initial_state(1), teacher[:, None]
    )
    return outputs[:, 0], network.backward(params, tape, errors[:, None]), state[0]


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "identity"])
@pytest.mark.parametrize("feedback", [False, True])
def test_rtrl_is_backpropagation_through_the_whole_sequence(activation, feedback):
    network = recurrent_network(
        2, 3, hidden_layer_sizes=(7,), cell=Elman(activation), feedback=feedback
    )
    params = rng.normal(0, 0.3, network.n_parameters)
    data = (rng.normal(size=(40, width)) for width in (2, 3, 3))
    case = (params, *data)
    derivatives = ForwardDerivatives(network)
    outputs, gradient = total_gradient(derivatives, *case)
    expected_outputs, expected, state = by_backpropagation(network, *case)
    np.testing.assert_allclose(outputs, expected_outputs, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(derivatives.state, state, rtol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"cell": "lstm", "hidden_layer_sizes": (4,)},
        {"cell": "gru", "hidden_layer_sizes": (3, 2), "head_layer_sizes": (3,)},
        {"cell": "elman", "hidden_layer_sizes": (4,), "feedback": True},
        {"cell": "jordan", "hidden_layer_sizes": (4,)},
    ],
)
def test_a_window_over_everything_is_exact_for_all_cells(options):
    network = recurrent_network(2, 2, **options)
    params = rng.normal(0, 0.4, network.n_parameters)
    case = (params, *(rng.normal(size=(12, 2)) for _ in range(3)))
    outputs, gradient = total_gradient(WindowDerivatives(network, 12), *case)
    expected_outputs, expected, _ = by_backpropagation(network, *case)
    np.testing.assert_allclose(outputs, expected_outputs, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-11)


def test_a_window_goes_on_from_the_state_before_it():
    """Outputs are those of the whole run; gradients those of the last steps alone."""
    network = recurrent_network(1, 1, cell="lstm", hidden_layer_sizes=(3,))
    params, inputs = rng.normal(0, 0.5, network.n_parameters), rng.normal(size=(9, 1))
    derivatives = WindowDerivatives(network, 4)
    for x in inputs:
        output = derivatives.advance(params, x, None)
    start = network.initial_state(1)
    _, middle, _ = network.forward(params, inputs[:5, None], [5], start)
    outputs, end, tape = network.forward(params, inputs[5:, None], [4], middle)
    errors = np.zeros((4, 1, 1))
    errors[-1] = 1
    np.testing.assert_allclose(output, outputs[-1, 0], rtol=1e-12)
    np.testing.assert_allclose(derivatives.state, end[0], rtol=1e-12)
    gradient = derivatives.gradient(params, np.ones(1))
    np.testing.assert_allclose(gradient, network.backward(params, tape, errors), rtol=1e-12)


# ---------------------------------------------------------------------- learning


def test_an_epoch_at_a_tiny_rate_is_a_step_along_the_whole_gradient():
    """Updates that change next to nothing add up to the gradient of the sum of losses."""
    options = {
        "learning_rate": 1e-9,
        "optimizer": "sgd",
        "max_gradient_norm": None,
        "max_iter": 1,
    }
    start = make(**options | {"learning_rate": 1e-30}, standardize=False).fit(X, Y)
    model = make(**options, standardize=False).fit(X, Y)
    network = start.network_
    outputs, _, tape = network.forward(
        start.params_, X[:, None], [len(X)], network.initial_state(1)
    )
    errors = outputs - Y[:, None]  # the mean over two outputs of squares, derived
    gradient = network.backward(start.params_, tape, errors)
    moved = (start.params_ - model.params_) / 1e-9
    np.testing.assert_allclose(moved, gradient, atol=1e-4 * abs(gradient).max())


def test_a_lag_is_learned_online():
    model = make(max_iter=30, learning_rate=0.01).fit(X, y)
    assert model.score(X[20:], y[20:]) > 0.9
    assert isinstance(model.learner_, RTRL)
    assert model.n_updates_ == 30 * len(X)


def test_classes_and_weights_of_rows():
    """Rows that do not count are seen, and move nothing."""
    labels = np.eye(2)[(X[:, 0] > 0).astype(int)]
    model = make(loss="cross_entropy", max_iter=20, learning_rate=0.01).fit(X, labels)
    assert (model.predict(X).argmax(axis=1) == labels.argmax(axis=1)).mean() > 0.9
    weights = np.ones(len(X))
    weights[60:] = 0
    half = make().fit(X, y, sample_weight=weights)
    assert half.n_updates_ == 3 * 60


def test_single_precision_stays_single():
    models = [make(dtype=dtype).fit(X, y) for dtype in ("float32", "float64")]
    assert models[0].params_.dtype == np.float32
    np.testing.assert_allclose(models[0].loss_curve_, models[1].loss_curve_, rtol=1e-3)


# ---------------------------------------------------------------------- one row at a time


@pytest.mark.parametrize("options", [{}, {"feedback": True}, {"learner": "ekf"}])
def test_blocks_of_any_size_are_one_sequence(options):
    whole = make(**options).partial_fit(X[:40], Y[:40]).partial_fit(X[40:], Y[40:])
    steps = make(**options).partial_fit(X[:40], Y[:40])
    for n in range(40, len(X)):
        steps.partial_fit(X[n : n + 1], Y[n : n + 1])
    np.testing.assert_array_equal(steps.params_, whole.params_)
    np.testing.assert_array_equal(steps.state_.states, whole.state_.states)
    assert steps.n_updates_ == len(X)
    assert len(steps.loss_curve_) == 1 + len(X) - 40
    again = pickle.loads(pickle.dumps(steps))
    more = (X[:5], Y[:5])
    np.testing.assert_array_equal(
        again.partial_fit(*more).params_, steps.partial_fit(*more).params_
    )


def test_other_sequences_start_anew_and_wash_out():
    """What a sequence starts with does not depend on what was before, but for the weights."""
    ids = np.repeat([1, 2], 60)
    rows = np.column_stack([ids, X])
    by_id = make(id_column=0, washout=5, standardize=False)
    by_id.partial_fit(rows[:30], y[:30]).partial_fit(rows[30:70], y[30:70])
    by_id.partial_fit(rows[70:], y[70:])
    listed = make(washout=5, standardize=False).partial_fit([X[:60], X[60:]], [y[:60], y[60:]])
    np.testing.assert_array_equal(by_id.params_, listed.params_)
    assert by_id.n_updates_ == len(X) - 2 * 5


def test_going_on_after_fit_starts_where_it_ended():
    model = make().fit(X[:80], y[:80])
    params, state = model.params_.copy(), model.state_
    predicted, _ = model.step(X[80], state)
    model.partial_fit(X[80:81], y[80:81])
    assert model.loss_curve_[-1] == pytest.approx(
        ((predicted[0] - y[80]) / y[:80].std()) ** 2, rel=1e-9
    )
    assert (model.params_ != params).any()


def test_another_learner_can_go_on():
    """Pretrained through windows, then refined as the data come."""
    model = RNNRegressor("elman", (8,), max_iter=20, random_state=0).fit(X[:80], y[:80])
    before, params = len(model.loss_curve_), model.params_
    assert not hasattr(model, "partial_fit")
    model.set_params(learner="ekf").partial_fit(X[80:], y[80:])
    assert len(model.loss_curve_) == before + 1
    assert isinstance(model.learner_, ExtendedKalman)
    assert abs(model.params_ - params).max() > 0


def test_an_explosion_leaves_the_weights_before_the_block():
    options = {"optimizer": SGD(), "max_gradient_norm": None, "learning_rate": 0.01}
    model = make(**options).partial_fit(X, y)
    params = model.params_.copy()
    model.set_params(**{RATE: 1e9})
    with pytest.warns(ConvergenceWarning, match=r"exploded: the loss was .* in update \d+"):
        model.partial_fit(X, y)
    np.testing.assert_array_equal(model.params_, params)
    assert np.isfinite(model.predict(X)).all()
    model.set_params(**{RATE: 0.01}).partial_fit(X, y)


@pytest.mark.parametrize("learner", ["rtrl", "ekf"])
def test_a_step_of_the_wrong_width(learner):
    model = make(learner=learner).partial_fit(X, Y)
    with pytest.raises(ValueError, match="X has 3 features, but RNNRegressor is expecting 2"):
        model.partial_fit(np.zeros((1, 3)), Y[:1])
    with pytest.raises(ValueError, match=r"y has 1 output\(s\), but the model has 2"):
        model.partial_fit(X[:1], y[:1])


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "lstm"}, "'rtrl' does not serve this network: .*Elman units.*'tbptt'"),
        ({"hidden_layer_sizes": (4, 4)}, "derivatives of one layer"),
        ({"head_layer_sizes": (4,)}, "derivatives of one layer"),
        ({"bidirectional": True}, "in one direction"),
        (
            {"hidden_layer_sizes": (65,)},
            r"n_units\^4 multiplications, for 65 units 1.8e\+07, .*above 64",
        ),
        ({"feedback": "free"}, "feedback='free' needs another"),
    ],
)
def test_what_is_not_served_is_refused_with_the_reason(options, message):
    with pytest.raises(ValueError, match=message):
        RNNRegressor(learner="rtrl", random_state=0).set_params(**options).fit(X, y)


def test_partial_fit_asks_for_a_learner_that_can():
    assert not hasattr(RNNRegressor(), "partial_fit")
    with pytest.raises(AttributeError):
        RNNRegressor(learner="bptt").partial_fit(X, y)
    with pytest.raises(ValueError, match="partial_fit needs a target for each row"):
        make(output="sequence").partial_fit([X], [1.0])
