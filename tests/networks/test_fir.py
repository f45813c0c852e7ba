"""FIR networks: PyTorch's convolutions and scikit-learn's perceptron compute the same."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import FIRRegressor, Forecaster, RNNRegressor, TappedDelayLine
from esnkit.datasets import load
from esnkit.networks import BPTT, Adam, fir_network, gradient_flow
from esnkit.networks.gradient_flow import state_jacobians
from esnkit.networks.learners.registry import name_of
from esnkit.networks.learners.temporal_backprop import DelayedDerivatives
from esnkit.networks.training.batches import Rows
from tests.loops import fed_by_hand
from tests.models.test_esn import EXPECTED_FAILURES
from tests.networks.making import RATE, sort_options

rng = np.random.default_rng(0)
LENGTHS = np.array([9, 4, 1])
N_STEPS, N_BATCH = 9, 3
PADDING = np.arange(N_STEPS)[:, None] >= LENGTHS
X = rng.uniform(-1, 1, (120, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * np.roll(X[:, 1], 1)])
y = Y[:, 0]
WAVE = np.sin(np.arange(401) / 5)
LEARNERS = ("bptt", "temporal")


@parametrize_with_checks(
    [
        FIRRegressor(learner=BPTT(optimizer=Adam(0.01)), max_iter=20, random_state=0),
        FIRRegressor((8,), learner="temporal", max_iter=5, random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def make(hidden_layer_sizes=(8,), **options):
    options = {"n_taps": (4, 3), "max_iter": 5, "random_state": 0} | options
    return FIRRegressor(hidden_layer_sizes, **sort_options(options, "bptt"))


def make_network(**options):
    options = {"hidden_layer_sizes": (5, 4), "n_taps": (3, 1, 4), "activation": "tanh"} | options
    return fir_network(2, 3, **options)


def draw(network):
    """Parameters, inputs, a state, and derivatives of some loss by the outputs."""
    return (
        rng.normal(0, 0.5, network.n_parameters),
        rng.normal(size=(N_STEPS, N_BATCH, network.n_inputs)),
        rng.normal(size=(N_BATCH, network.n_state)),
        rng.normal(size=(N_STEPS, N_BATCH, network.n_outputs)),
    )


# ---------------------------------------------------------------------- the network


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "identity"])
@pytest.mark.parametrize("hidden_layer_sizes", [(), (5, 3)])
def test_with_one_tap_it_is_a_perceptron(hidden_layer_sizes, activation):
    network = fir_network(
        2, 3, hidden_layer_sizes=hidden_layer_sizes, n_taps=1, activation=activation
    )
    params, X, state, _ = draw(network)
    outputs, _, _ = network.forward(params, X, [N_STEPS] * N_BATCH, state)
    perceptron = MLPRegressor(hidden_layer_sizes=hidden_layer_sizes, activation=activation)
    perceptron.partial_fit(X[0], outputs[0])
    views = network.views(params)
    names = [*(f"layer{i}" for i in range(len(hidden_layer_sizes))), "output"]
    perceptron.coefs_ = [views[f"{name}.weights"].T for name in names]
    perceptron.intercepts_ = [views[f"{name}.bias"] for name in names]
    expected = perceptron.predict(X.reshape(-1, 2))
    np.testing.assert_allclose(outputs.reshape(-1, 3), expected, atol=1e-13)
    assert network.n_state == network.n_delays == 0


def convolve(torch, taps_of_layers, activation, weights, X, state):
    """The same network out of PyTorch's convolutions, which see the past as inputs in front."""
    h = torch.tensor(X).permute(1, 2, 0)  # sequences, features, steps
    past = torch.tensor(state)
    layers = zip(weights[::2], weights[1::2], taps_of_layers, strict=True)
    for number, (kernel, bias, n_taps) in enumerate(layers):
        if number:
            h = getattr(torch, activation)(h)
        n_past = (n_taps - 1) * h.shape[1]
        own, past = past[:, :n_past], past[:, n_past:]
        newest_first = own.reshape(len(own), n_taps - 1, h.shape[1])
        h = torch.cat([newest_first.flip(1).transpose(1, 2), h], dim=2)
        # PyTorch's kernels begin with the oldest input.
        taps = kernel.reshape(len(kernel), n_taps, h.shape[1]).permute(0, 2, 1).flip(2)
        h = torch.nn.functional.conv1d(h, taps, bias)
    return h.permute(2, 0, 1)


@pytest.mark.parametrize(
    "options",
    [
        {"n_taps": 4},
        {"n_taps": (3, 1, 4)},
        {"n_taps": (1, 12, 2), "activation": "relu"},  # a tap that reaches past the beginning
        {"hidden_layer_sizes": (), "n_taps": 6},
    ],
)
def test_outputs_and_gradient_are_those_of_convolutions(options):
    torch = pytest.importorskip("torch")
    network = make_network(**options)
    params, X, state, d_outputs = draw(network)
    outputs, _, tape = network.forward(params, X, LENGTHS, state)
    gradient = network.backward(params, tape, d_outputs)

    weights = [
        torch.tensor(view.copy(), requires_grad=True) for view in network.views(params).values()
    ]
    n_layers = len(weights) // 2
    taps = np.broadcast_to(options["n_taps"], n_layers)
    activation = options.get("activation", "tanh")
    expected = convolve(torch, taps, activation, weights, X, state)
    counts = torch.tensor(~PADDING[:, :, None])
    (expected * counts * torch.tensor(d_outputs)).sum().backward()
    np.testing.assert_allclose(outputs, (expected * counts).detach(), atol=1e-13)
    for found, weight in zip(network.views(gradient).values(), weights, strict=True):
        np.testing.assert_allclose(found, weight.grad, atol=1e-12)


def unfold(network, taps, params, X):
    """One output as a static network: every layer once for each delay at which it is needed."""
    views = network.views(params)
    names = [*(f"layer{i}" for i in range(len(taps) - 1)), "output"]

    def output_of(layer, n):
        if layer < 0:
            return X[n] if n >= 0 else np.zeros(X.shape[1])
        if n < 0:
            return np.zeros(len(views[f"{names[layer]}.bias"]))
        seen = np.concatenate([output_of(layer - 1, n - k) for k in range(taps[layer])])
        pre = views[f"{names[layer]}.weights"] @ seen + views[f"{names[layer]}.bias"]
        return pre if names[layer] == "output" else np.tanh(pre)

    return output_of(len(names) - 1, len(X) - 1)


def test_it_is_the_unfolded_static_network_and_so_is_its_gradient():
    taps = (2, 3, 2)
    network = make_network(hidden_layer_sizes=(3, 2), n_taps=taps)
    params, X, _, _ = draw(network)
    X, error = X[:, 0], rng.normal(size=3)
    outputs, _, tape = network.forward(params, X[:, None], [9], network.initial_state(1))
    np.testing.assert_allclose(outputs[-1, 0], unfold(network, taps, params, X), atol=1e-14)

    d_outputs = np.zeros((9, 1, 3))
    d_outputs[-1, 0] = error
    gradient = network.backward(params, tape, d_outputs)
    steps = 1e-6 * np.eye(network.n_parameters)
    differences = [
        error @ (unfold(network, taps, params + e, X) - unfold(network, taps, params - e, X)) / 2e-6
        for e in steps
    ]
    np.testing.assert_allclose(gradient, differences, atol=1e-8)


def test_a_network_in_single_precision():
    network, single = make_network(), make_network(dtype="float32")
    params, X, state, d_outputs = draw(network)
    gradients = []
    for each in (network, single):
        outputs, final, tape = each.forward(params, X, LENGTHS, state)
        assert {outputs.dtype, final.dtype} == {each.dtype}
        gradients.append(each.backward(params, tape, d_outputs))
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-4, atol=1e-4)


@settings(max_examples=30)
@given(
    n_taps=st.tuples(*[st.integers(1, 6)] * 3),
    cut=st.integers(1, N_STEPS - 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_two_chunks_are_one_run(n_taps, cut, seed):
    """Wherever the cut is, the state at it is all that the future needs to know."""
    network, rng = make_network(n_taps=n_taps), np.random.default_rng(seed)
    params = rng.normal(0, 0.5, network.n_parameters)
    inputs = rng.normal(size=(N_STEPS, N_BATCH, 2))
    lengths = rng.integers(cut + 1, N_STEPS + 1, N_BATCH)
    start = rng.normal(size=(N_BATCH, network.n_state))
    whole, end, _ = network.forward(params, inputs, lengths, start)
    first, middle, _ = network.forward(params, inputs[:cut], [cut] * N_BATCH, start)
    second, last, _ = network.forward(params, inputs[cut:], lengths - cut, middle)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-13)
    np.testing.assert_allclose(last, end, atol=1e-13)


@pytest.mark.parametrize("n_given", [0, 1, 3])
def test_a_free_run_feeds_back_what_it_puts_out(n_given):
    network = fir_network(3, 3 - n_given % 3, hidden_layer_sizes=(4,), n_taps=(4, 3))
    n_outputs = network.n_outputs
    params, state = rng.normal(0, 0.5, network.n_parameters), rng.normal(size=network.n_state)
    rows, y = rng.normal(size=(8, n_given)), rng.normal(size=n_outputs)
    gain, offset = rng.normal(size=(2, n_outputs))
    bounds = np.full(n_outputs, -9.0), np.full(n_outputs, 9.0)
    found = network.free_run(params, 8, rows, state, y, *bounds, gain, offset)
    expected, carried = [], state[None]
    for row in rows:
        fed = gain * y + offset if n_given < 3 else []
        x = np.concatenate([fed, row])[None, None]
        step, carried, _ = network.forward(params, x, [1], carried)
        y = step[0, 0]
        expected.append(y)
    np.testing.assert_allclose(found[0], expected, atol=1e-13)
    np.testing.assert_allclose(found[1], carried[0], atol=1e-13)
    assert found[2] == -1


def test_jacobians_of_the_state():
    """Delay lines hand on what they hold, and the units above see it: by central differences."""
    network = make_network(hidden_layer_sizes=(3,), n_taps=(3, 2))
    params, X, state, _ = draw(network)
    _, _, tape = network.forward(params, X[:1, :1], [1], state[:1])
    (jacobian,) = state_jacobians(network, params, tape)

    def after(moved):
        return network.forward(params, X[:1, :1], [1], moved[None])[1][0]

    steps = 1e-6 * np.eye(network.n_state)
    columns = [(after(state[0] + e) - after(state[0] - e)) / 2e-6 for e in steps]
    np.testing.assert_allclose(jacobian, np.transpose(columns), atol=1e-8)


def test_tangents_are_those_of_a_small_step():
    network = make_network()
    params, X, state, _ = draw(network)
    direction = rng.normal(size=network.n_parameters)
    lengths = [N_STEPS] * N_BATCH
    around = [
        network.forward(params + sign * 1e-6 * direction, X, lengths, state)[0].copy()
        for sign in (1, -1)
    ]
    _, _, tape = network.forward(params, X, lengths, state)
    found = tape.trace.tangent(direction, None)
    np.testing.assert_allclose(found, (around[0] - around[1]) / 2e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_taps": 0}, "n_taps == 0, must be >= 1"),
        ({"n_taps": (2, 2)}, r"each of the 3 layers, the output included, got \(2, 2\)"),
        ({"n_taps": (2, 0, 2)}, r"n_taps\[1\] == 0"),
        ({"hidden_layer_sizes": (4, 0)}, r"hidden_layer_sizes\[1\] == 0"),
        ({"activation": "sine"}, "activation must be one of 'tanh', .*, got 'sine'"),
    ],
)
def test_bad_descriptions_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        make_network(**options)


def test_taps_that_are_no_numbers():
    with pytest.raises(TypeError, match=r"n_taps\[0\] must be an instance of int"):
        make_network(n_taps=(2.5, 1, 1))
    with pytest.raises(ValueError, match="n_taps must be one number, or one for each"):
        make_network(n_taps="5")


# ---------------------------------------------------------------------- temporal backpropagation


@pytest.mark.parametrize(
    "options",
    [
        {"hidden_layer_sizes": (4,), "n_taps": (3, 4)},
        {"hidden_layer_sizes": (4, 3), "n_taps": (5, 1, 2), "activation": "logistic"},
        {"hidden_layer_sizes": (), "n_taps": 6},
        {"hidden_layer_sizes": (3, 3, 2), "n_taps": 30},  # longer than the sequence
    ],
)
def test_delayed_derivatives_add_up_to_the_exact_gradient(options):
    """Weights that do not move meanwhile learn the same, if what is on its way may arrive."""
    network = make_network(**options)
    params, state = rng.normal(0, 0.5, network.n_parameters), rng.normal(size=(1, network.n_state))
    inputs, errors = rng.normal(size=(25, 2)), rng.normal(size=(25, 3))
    expected_outputs, end, tape = network.forward(params, inputs[:, None], [25], state)
    expected = network.backward(params, tape, errors[:, None])
    derivatives = DelayedDerivatives(network)
    derivatives.begin(state)
    outputs, total = [], np.zeros_like(params)
    for x, error in zip(inputs, errors, strict=True):
        outputs.append(derivatives.advance(params, x))
        total += derivatives.gradient(params, error)
    np.testing.assert_allclose(outputs, expected_outputs[:, 0], atol=1e-13)
    np.testing.assert_allclose(derivatives.state, end[0], atol=1e-13)
    for _ in range(network.n_delays):
        derivatives.end()
        total += derivatives.gradient(params, np.zeros(3))
    np.testing.assert_allclose(total, expected, rtol=1e-11, atol=1e-11)


def test_an_epoch_at_a_tiny_rate_is_a_step_along_the_whole_gradient():
    """Sequence by sequence, the errors that are still on their way at its end included."""
    options = {
        "learner": "temporal",
        "optimizer": "sgd",
        "max_gradient_norm": None,
        "max_iter": 1,
        "standardize": False,
        "washout": 2,
    }
    parts, targets = np.split(X, [70]), np.split(Y, [70])
    still = make(learning_rate=1e-30, **options).fit(parts, targets)
    model = make(learning_rate=1e-9, **options).fit(parts, targets)
    network, gradient = still.network_, 0
    for part, target in zip(parts, targets, strict=True):
        outputs, _, tape = network.forward(
            still.params_, part[:, None], [len(part)], network.initial_state(1)
        )
        errors = outputs - target[:, None]  # the mean over two outputs of squares, derived
        errors[:2] = 0
        gradient = gradient + network.backward(still.params_, tape, errors)
    moved = (still.params_ - model.params_) / 1e-9
    np.testing.assert_allclose(moved, gradient, atol=1e-4 * abs(gradient).max())


# ---------------------------------------------------------------------- windows


@pytest.mark.parametrize("window", [None, 7, 30])
def test_gradients_of_windows_add_up_to_that_of_whole_sequences(window):
    network = make_network(n_taps=(3, 5, 2))
    params = rng.normal(0, 0.5, network.n_parameters)
    offsets, targets = np.array([0, 60, 63, 120]), rng.normal(size=(120, 3))
    weights = rng.uniform(0, 1, 120)

    def gradient_over(inputs, target, weight, lengths, state):
        outputs, _, tape = network.forward(params, inputs, lengths, state)
        return network.backward(params, tape, (outputs - target) * weight[:, :, None])

    found, n_batches = 0, 0

    def step(batch):
        nonlocal found, n_batches
        n_batches += 1
        found = found + gradient_over(
            batch.inputs, batch.targets, batch.weights, batch.lengths, batch.state
        )
        return batch.state

    rows = Rows(X, targets, weights, offsets, None)
    presenter = BPTT(window, batch_size=4).present(network, rows, 0)
    presenter.run_epoch(step, np.random.default_rng(0))
    expected = sum(
        gradient_over(
            *(values[first:last, None] for values in (X, targets, weights)),
            [last - first],
            network.initial_state(1),
        )
        for first, last in pairwise(offsets)
    )
    np.testing.assert_allclose(found, expected, atol=1e-11)
    assert n_batches == {None: 2, 7: 5, 30: 2}[window]


def test_one_linear_layer_is_least_squares_on_a_delay_line():
    options = {"optimizer": "sgd", "learning_rate": 0.3, "max_gradient_norm": None}
    model = make((), n_taps=5, washout=4, window=120, max_iter=150, **options).fit(X, Y)
    taps = TappedDelayLine(5).fit_transform(X)
    expected = LinearRegression().fit(taps[4:], Y[4:]).predict(taps)
    np.testing.assert_allclose(model.predict(X)[4:], expected[4:], atol=1e-9)


# ---------------------------------------------------------------------- the estimator


@pytest.mark.parametrize(
    ("learner", "options"),
    [
        ("auto", {"max_iter": 150, "learning_rate": 0.01}),
        ("temporal", {"max_iter": 60, "learning_rate": 0.003}),
        ("ekf", {"max_iter": 5}),
        ("hessian-free", {"max_iter": 10}),
        ("tbptt", {"max_iter": 150, "learning_rate": 0.01}),
    ],
)
def test_products_of_the_past_are_learned(learner, options):
    model = make((16,), n_taps=2, learner=learner, **options).fit(X, Y)
    assert model.score(X[20:], Y[20:]) > 0.95
    assert name_of(model.learner_) == ("bptt" if learner == "auto" else learner)


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_doors_agree(learner):
    parts, targets = [X[:50], X[50:90], X[90:]], [Y[:50], Y[50:90], Y[90:]]
    rows = np.column_stack([np.repeat([5, 9, 2], [50, 40, 30]), X])
    listed = make(learner=learner).fit(parts, targets)
    flat = make(learner=learner, id_column=0).fit(rows, Y)
    predictions = listed.predict(parts)
    np.testing.assert_array_equal(flat.predict(rows), np.concatenate(predictions))
    assert listed.score(parts, targets) == flat.score(rows, Y)
    np.testing.assert_allclose(predictions[1], listed.predict(parts[1]), atol=1e-14)


@pytest.mark.parametrize("learner", LEARNERS)
def test_washout_and_weights_decide_what_counts(learner):
    """Rows that do not count may have any target, and are seen all the same."""
    weights = np.ones(120)
    weights[80:] = 0
    wrong = y.copy()
    wrong[:10] = wrong[80:] = 7
    options = {"learner": learner, "washout": 10, "standardize": False}
    params = [make(**options).fit(X, t, sample_weight=weights).params_ for t in (y, wrong)]
    np.testing.assert_array_equal(*params)
    other = X.copy()
    other[:5] = 0  # the network reaches back 5 steps, from row 10 to row 5
    unseen = make(**options).fit(other, y, sample_weight=weights)
    np.testing.assert_array_equal(unseen.params_, params[0])
    other[5] = 0
    assert (make(**options).fit(other, y, sample_weight=weights).params_ != params[0]).any()


def test_small_errors_move_nothing():
    assert make(learner="temporal", skip_below=1e3).fit(X, y).n_updates_ == 0
    assert 0 < make(learner="temporal", skip_below=0.5).fit(X, y).n_updates_ < 5 * 120


def test_classes():
    """Which of two inputs was the larger in the step before."""
    classes = np.roll((X[:, 0] > X[:, 1]).astype(int), 1)
    options = {"max_iter": 100, "learning_rate": 0.01, "loss": "cross_entropy"}
    probabilities = make((), n_taps=2, **options).fit(X, np.eye(2)[classes]).predict(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert np.mean(probabilities.argmax(axis=1)[1:] == classes[1:]) > 0.95


def test_two_chunks_continued_equal_one_run():
    model = make().fit(X, Y)
    whole, end = model.predict(X, return_state=True)
    first, middle = model.predict(X[:50], return_state=True)
    second, last = model.predict(X[50:], state=middle, return_state=True)
    np.testing.assert_allclose(np.vstack([first, second]), whole, atol=1e-12)
    np.testing.assert_allclose(last.states, end.states, atol=1e-12)
    state, steps = None, []
    for x in X[:20]:
        output, state = model.step(x, state)
        steps.append(output)
    np.testing.assert_allclose(steps, whole[:20], atol=1e-12)
    from_the_end = make(start="last").fit(X, Y).predict(X[:9])
    np.testing.assert_array_equal(from_the_end, model.predict(X[:9], state=model.state_))


def test_memory_ends_where_the_taps_do():
    """Outputs do not know what was longer ago than the taps reach; one step less, and they do."""
    model = make(n_taps=(4, 3)).fit(X, y)
    assert model.network_.n_delays == 5
    other = X.copy()
    other[20] += 1
    differs = model.predict(other) != model.predict(X)
    np.testing.assert_array_equal(np.flatnonzero(differs), np.arange(20, 26))
    flow = gradient_flow(model, X, max_lag=8)
    assert (flow.largest[:3] > 0).all()
    assert (flow.largest[6:] < 1e-12).all()


def test_a_free_run_goes_on_from_the_last_target():
    model = make((16,), max_iter=60, learning_rate=0.01).fit(WAVE[:-1, None], WAVE[1:])
    np.testing.assert_allclose(model.free_run(20), np.sin(np.arange(401, 421) / 5), atol=0.1)
    steps = fed_by_hand(model, WAVE[-1:], np.zeros((50, 0)))
    np.testing.assert_allclose(model.free_run(50), steps[:, 0], atol=1e-9)


def test_a_shipped_series_is_forecast():
    """Better than the mean of the series, with Forecaster unchanged and nothing tuned."""
    series = load("sunspots")[-400:]
    forecaster = Forecaster(FIRRegressor(n_taps=(12, 4), random_state=0)).fit(series[:-10])
    forecast = forecaster.forecast(10)
    assert forecast.index.equals(series.index[-10:])
    errors, spread = forecast - series[-10:], series[-10:] - series[:-10].mean()
    assert (errors**2).mean() < (spread**2).mean()
    forecaster.update(series[-10:])
    assert forecaster.forecast(3).index[0] > series.index[-1]


def test_a_model_survives_pickling_and_a_warm_start():
    whole = make(max_iter=10).fit(X, y)
    parts = make(max_iter=4, warm_start=True).fit(X, y)
    parts = pickle.loads(pickle.dumps(parts)).set_params(max_iter=6).fit(X, y)
    np.testing.assert_array_equal(parts.params_, whole.params_)
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))
    assert not hasattr(clone(whole), "params_")
    with pytest.raises(ValueError, match=r"so n_taps must stay \(4, 3\), got 4"):
        parts.set_params(n_taps=4).fit(X, y)


def test_sizes_may_be_arrays_and_a_warm_start_knows_them_again():
    model = make(n_taps=np.array([4, 3]), warm_start=True).fit(X, y)
    assert len(model.fit(X, y).loss_curve_) == 10
    with pytest.raises(ValueError, match=r"n_taps must stay array\(\[4, 3\]\), got array"):
        model.set_params(n_taps=np.array([4, 2])).fit(X, y)


def test_single_precision_stays_single_and_near():
    for learner in LEARNERS:
        models = [make(learner=learner, dtype=d).fit(X, y) for d in ("float32", "float64")]
        assert models[0].params_.dtype == np.float32
        np.testing.assert_allclose(models[0].loss_curve_, models[1].loss_curve_, rtol=1e-3)


# ---------------------------------------------------------------------- one row at a time


def test_blocks_of_any_size_are_one_sequence():
    """Errors that are on their way when a block ends arrive with the next."""
    whole = make(learner="temporal").partial_fit(X[:40], Y[:40]).partial_fit(X[40:], Y[40:])
    steps = make(learner="temporal").partial_fit(X[:40], Y[:40])
    for n in range(40, len(X)):
        steps.partial_fit(X[n : n + 1], Y[n : n + 1])
    np.testing.assert_array_equal(steps.params_, whole.params_)
    np.testing.assert_array_equal(steps.state_.states, whole.state_.states)
    assert whole.n_updates_ == len(X)


def test_going_on_after_fit_starts_where_it_ended():
    model = make(learner="temporal").fit(X[:80], y[:80])
    predicted, _ = model.step(X[80], model.state_)
    model.partial_fit(X[80:81], y[80:81])
    expected = ((predicted[0] - y[80]) / y[:80].std()) ** 2
    assert model.loss_curve_[-1] == pytest.approx(expected, rel=1e-9)


def test_an_explosion_leaves_the_weights_before_the_block():
    options = {"optimizer": "sgd", "max_gradient_norm": None, "learning_rate": 0.01}
    model = make(learner="temporal", **options).partial_fit(X, y)
    params = model.params_.copy()
    with pytest.warns(ConvergenceWarning, match=r"exploded: the loss was .* in update \d+"):
        model.set_params(**{RATE: 1e9}).partial_fit(X, y)
    np.testing.assert_array_equal(model.params_, params)
    model.set_params(**{RATE: 0.01}).partial_fit(X, y)
    assert np.isfinite(model.params_).all()


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_taps": (4,)}, "each of the 2 layers"),
        ({"n_taps": 0}, "n_taps == 0, must be >= 1"),
        ({"hidden_layer_sizes": 8}, "hidden_layer_sizes must list the units of each layer"),
        ({"hidden_layer_sizes": b"x"}, "hidden_layer_sizes must list the units of each layer"),
        ({"learner": "rtrl"}, "Elman units.*Those that do:.*'bptt', .*'temporal'"),
    ],
)
def test_bad_parameters_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        make().set_params(**options).fit(X, y)


def test_networks_without_taps_are_refused():
    with pytest.raises(ValueError, match=r"'temporal' does not serve.*taps of FIR synapses"):
        RNNRegressor("lstm", learner="temporal").fit(X, y)
