"""FIR networks: PyTorch's convolutions and scikit-learn's perceptron compute the same."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neural_network import MLPRegressor

from esnkit.baselines import FIRNetwork
from esnkit.baselines.jacobians import state_jacobians
from esnkit.baselines.temporal import DelayedDerivatives

rng = np.random.default_rng(0)
LENGTHS = np.array([9, 4, 1])
N_STEPS, N_BATCH = 9, 3
PADDING = np.arange(N_STEPS)[:, None] >= LENGTHS


def make_network(**options):
    options = {"hidden_sizes": (5, 4), "n_taps": (3, 1, 4), "activation": "tanh"} | options
    return FIRNetwork(2, 3, **options)


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
@pytest.mark.parametrize("hidden_sizes", [(), (5, 3)])
def test_with_one_tap_it_is_a_perceptron(hidden_sizes, activation):
    network = FIRNetwork(2, 3, hidden_sizes=hidden_sizes, n_taps=1, activation=activation)
    params, X, state, _ = draw(network)
    outputs, _, _ = network.forward(params, X, [N_STEPS] * N_BATCH, state)
    perceptron = MLPRegressor(hidden_layer_sizes=hidden_sizes, activation=activation)
    perceptron.partial_fit(X[0], outputs[0])
    views = network.views(params)
    names = [*(f"layer{i}" for i in range(len(hidden_sizes))), "output"]
    perceptron.coefs_ = [views[f"{name}.weights"].T for name in names]
    perceptron.intercepts_ = [views[f"{name}.bias"] for name in names]
    expected = perceptron.predict(X.reshape(-1, 2))
    np.testing.assert_allclose(outputs.reshape(-1, 3), expected, atol=1e-13)
    assert network.n_state == network.n_delays == 0


def convolve(torch, network, weights, X, state):
    """The same network out of PyTorch's convolutions, which see the past as inputs in front."""
    h = torch.tensor(X).permute(1, 2, 0)  # sequences, features, steps
    past = torch.tensor(state)
    layers = zip(weights[::2], weights[1::2], network.n_taps, strict=True)
    for number, (kernel, bias, n_taps) in enumerate(layers):
        if number:
            h = getattr(torch, network.activation)(h)
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
        {"hidden_sizes": (), "n_taps": 6},
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
    expected = convolve(torch, network, weights, X, state)
    counts = torch.tensor(~PADDING[:, :, None])
    (expected * counts * torch.tensor(d_outputs)).sum().backward()
    np.testing.assert_allclose(outputs, (expected * counts).detach(), atol=1e-13)
    for found, weight in zip(network.views(gradient).values(), weights, strict=True):
        np.testing.assert_allclose(found, weight.grad, atol=1e-12)


def unfold(network, params, X):
    """One output as a static network: every layer once for each delay at which it is needed."""
    views = network.views(params)
    names = [*(f"layer{i}" for i in range(len(network.hidden_sizes))), "output"]

    def output_of(layer, n):
        if layer < 0:
            return X[n] if n >= 0 else np.zeros(X.shape[1])
        if n < 0:
            return np.zeros(len(views[f"{names[layer]}.bias"]))
        n_taps = network.n_taps[layer]
        seen = np.concatenate([output_of(layer - 1, n - k) for k in range(n_taps)])
        pre = views[f"{names[layer]}.weights"] @ seen + views[f"{names[layer]}.bias"]
        return pre if names[layer] == "output" else np.tanh(pre)

    return output_of(len(names) - 1, len(X) - 1)


def test_it_is_the_unfolded_static_network_and_so_is_its_gradient():
    network = make_network(hidden_sizes=(3, 2), n_taps=(2, 3, 2))
    params, X, _, _ = draw(network)
    X, error = X[:, 0], rng.normal(size=3)
    outputs, _, tape = network.forward(params, X[:, None], [9], network.initial_state(1))
    np.testing.assert_allclose(outputs[-1, 0], unfold(network, params, X), atol=1e-14)

    d_outputs = np.zeros((9, 1, 3))
    d_outputs[-1, 0] = error
    gradient = network.backward(params, tape, d_outputs)
    steps = 1e-6 * np.eye(network.n_parameters)
    differences = [
        error @ (unfold(network, params + e, X) - unfold(network, params - e, X)) / 2e-6
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


def test_chunks_continue_exactly():
    network = make_network(n_taps=(3, 5, 2))
    params, X, state, _ = draw(network)
    whole, end, _ = network.forward(params, X, LENGTHS, state)
    outputs = []
    for start in range(N_STEPS):
        running = start < LENGTHS
        part, after, _ = network.forward(params, X[start : start + 1], np.ones(N_BATCH, int), state)
        outputs.append(part[0] * running[:, None])
        state = np.where(running[:, None], after, state)
    np.testing.assert_allclose(outputs, whole, atol=1e-14)
    np.testing.assert_allclose(state, end, atol=1e-14)


@pytest.mark.parametrize("n_given", [0, 1, 3])
def test_a_free_run_feeds_back_what_it_puts_out(n_given):
    network = FIRNetwork(3, 3 - n_given % 3, hidden_sizes=(4,), n_taps=(4, 3))
    n_outputs = network.n_outputs
    params, state = rng.normal(0, 0.5, network.n_parameters), rng.normal(size=network.n_state)
    rows, y = rng.normal(size=(8, n_given)), rng.normal(size=n_outputs)
    gain, offset = rng.normal(size=(2, n_outputs))
    bounds = np.full(n_outputs, -9.0), np.full(n_outputs, 9.0)
    found = network.run_free(params, 8, rows, state, y, *bounds, gain, offset)
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
    network = make_network(hidden_sizes=(3,), n_taps=(3, 2))
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
        ({"hidden_sizes": (4, 0)}, r"hidden_sizes\[1\] == 0"),
        ({"activation": "sine"}, "'sine'.*|.*'sine'"),
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
        {"hidden_sizes": (4,), "n_taps": (3, 4)},
        {"hidden_sizes": (4, 3), "n_taps": (5, 1, 2), "activation": "logistic"},
        {"hidden_sizes": (), "n_taps": 6},
        {"hidden_sizes": (3, 3, 2), "n_taps": 30},  # longer than the sequence
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
