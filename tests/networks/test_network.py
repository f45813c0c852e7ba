"""Networks: gradients as PyTorch finds them, or central differences where it has no twin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit.networks import Elman, recurrent_network
from esnkit.networks.gradient_flow import state_jacobians
from esnkit.networks.layers.cells import CELLS as CELLS_BY_NAME
from tests.networks.making import with_activation

LENGTHS = np.array([7, 3, 5, 1])
N_STEPS, N_BATCH, N_INPUTS, N_OUTPUTS = 7, 4, 2, 3
PADDING = np.arange(N_STEPS)[:, None] >= LENGTHS
CELLS = ["elman", "lstm", "gru"]
SHAPES = {
    "one layer": {"hidden_layer_sizes": (5,)},
    "stacked": {"hidden_layer_sizes": (4, 4, 4)},
    "bidirectional": {"hidden_layer_sizes": (5,), "bidirectional": True},
    "stacked, bidirectional": {"hidden_layer_sizes": (4, 4), "bidirectional": True},
    "with a head": {"hidden_layer_sizes": (5,), "head_layer_sizes": (6, 4)},
}


@pytest.fixture
def torch():
    module = pytest.importorskip("torch")
    module.manual_seed(0)
    return module


def draw(network, seed=0):
    """Parameters, inputs, a state, and derivatives of some loss by the outputs."""
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0, 0.5, network.n_parameters),
        rng.normal(size=(N_STEPS, N_BATCH, network.n_inputs)),
        rng.normal(size=(N_BATCH, network.n_state)),
        rng.normal(size=(N_STEPS, N_BATCH, network.n_outputs)),
    )


GATE_ORDER = {"elman": [0], "lstm": [1, 0, 2, 3], "gru": [0, 1, 2]}  # PyTorch's


class Twin:
    """PyTorch's own layers with the weights of a network. Its second biases stay zero."""

    def __init__(self, torch, network, params, cell, shape, activation):
        self.torch, self.cell, self.views = torch, cell, network.views(params)
        sizes, self.bidirectional = shape["hidden_layer_sizes"], shape.get("bidirectional", False)
        n_inputs = network.n_inputs + network.n_outputs * network.feedback
        kind = {"elman": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
        options = {"nonlinearity": activation} if cell == "elman" else {}
        options |= {"bidirectional": self.bidirectional, "dtype": torch.float64}
        self.rnn = kind(n_inputs, sizes[0], len(sizes), **options)
        self.function = getattr(torch, activation)
        widths = [
            sizes[-1] * (1 + self.bidirectional),
            *shape.get("head_layer_sizes", ()),
            N_OUTPUTS,
        ]
        self.dense = [torch.nn.Linear(*pair, dtype=torch.float64) for pair in pairwise(widths)]
        with torch.no_grad():
            for name, parameter in self.rnn.named_parameters():
                if name.startswith("bias_hh"):
                    parameter.zero_()
            for theirs, rows, ours in self.parts(self.views):
                theirs[rows] = torch.tensor(ours)

    def parts(self, views):
        """Their parameters, which rows of them, and ours in their order."""
        for i in range(self.rnn.num_layers):
            for way in ["", "reverse."][: 1 + self.bidirectional]:
                yield from self.recurrent_parts(views, f"layer{i}.", way)
        *head, output = self.dense
        for name, dense in [*((f"head{i}", d) for i, d in enumerate(head)), ("output", output)]:
            yield dense.weight, slice(None), views[f"{name}.weights"]
            yield dense.bias, slice(None), views[f"{name}.bias"]

    def recurrent_parts(self, views, layer, way):
        name, suffix = layer + way, f"l{layer[5:-1]}" + ("_reverse" if way else "")
        inputs = views[name + "input_weights"]
        if name + "feedback_weights" in views:
            inputs = np.hstack([inputs, views[name + "feedback_weights"]])
        ours = {"weight_ih": inputs, "weight_hh": views[name + "recurrent_weights"]}
        ours["bias_ih"] = views[name + "bias"]
        for what, view in ours.items():
            gates = np.split(view, len(GATE_ORDER[self.cell]))
            reordered = np.concatenate([gates[k] for k in GATE_ORDER[self.cell]])
            yield getattr(self.rnn, f"{what}_{suffix}"), slice(None), reordered
        if self.cell == "gru":
            candidate = slice(2 * self.rnn.hidden_size, None)
            second = getattr(self.rnn, f"bias_hh_{suffix}")
            yield second, candidate, views[name + "recurrent_bias"]

    def read_out(self, h):
        *head, output = self.dense
        for dense in head:
            h = self.function(dense(h))
        return output(h)

    def states(self, state):
        """Our states, (n_batch, n_state), as theirs."""
        carried = self.torch.tensor(state).reshape(N_BATCH, -1, self.rnn.hidden_size)
        if self.cell != "lstm":
            return carried.transpose(0, 1).contiguous()
        pairs = carried.reshape(N_BATCH, -1, 2, self.rnn.hidden_size).permute(2, 1, 0, 3)
        return tuple(part.contiguous() for part in pairs)

    def run(self, X, state):
        pack = self.torch.nn.utils.rnn
        packed = pack.pack_padded_sequence(self.torch.tensor(X), LENGTHS, enforce_sorted=False)
        h, final = self.rnn(packed, self.states(state))
        h, _ = pack.pad_packed_sequence(h, total_length=N_STEPS)
        return self.read_out(h), final

    def run_fed_back(self, X, state, teacher, y):
        """Step by step, each seeing the teacher's or the own output of the step before."""
        carried, outputs, y = self.states(state), [], self.torch.tensor(y)
        for t, x in enumerate(self.torch.tensor(X)):
            h, carried = self.rnn(self.torch.hstack([x, y])[None], carried)
            outputs.append(self.read_out(h[0]))
            y = outputs[-1] if teacher is None else self.torch.tensor(teacher[t])
        return self.torch.stack(outputs)

    def check(self, outputs, gradient_views, theirs, d_outputs):
        """Compare outputs, and the gradients of the loss whose derivatives are d_outputs."""
        kept = np.where(PADDING[:, :, None], 0, 1)
        np.testing.assert_allclose(outputs, theirs.detach().numpy() * kept, atol=1e-13)
        (theirs * self.torch.tensor(d_outputs * kept)).sum().backward()
        n_compared = 0
        for parameter, rows, ours in self.parts(gradient_views):
            found = parameter.grad[rows]
            np.testing.assert_allclose(ours, found.numpy(), atol=1e-10, rtol=1e-10)
            n_compared += ours.size
        assert n_compared == sum(view.size for view in gradient_views.values())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("cell", "activation"),
    [("elman", "tanh"), ("elman", "relu"), ("lstm", "tanh"), ("gru", "tanh")],
)
def test_ragged_batches_equal_torch(torch, cell, activation, shape):
    chosen = with_activation(
        {"cell": cell, "activation": activation} if cell == "elman" else {"cell": cell}
    )
    network = recurrent_network(N_INPUTS, N_OUTPUTS, **chosen, **SHAPES[shape])
    params, X, state, d_outputs = draw(network)
    twin = Twin(torch, network, params, cell, SHAPES[shape], activation)
    outputs, final_state, tape = network.forward(params, X, LENGTHS, state)
    gradient = network.backward(params, tape, d_outputs)
    theirs, their_final = twin.run(X, state)
    twin.check(outputs, network.views(gradient), theirs, d_outputs)
    ours = twin.states(final_state)
    for mine, other in zip(ours, their_final, strict=True):
        np.testing.assert_allclose(mine, other.detach(), atol=1e-13)


@pytest.mark.parametrize("shape", ["one layer", "stacked", "with a head"])
@pytest.mark.parametrize("teacher_forced", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_output_feedback_equals_torch(torch, cell, teacher_forced, shape):
    network = recurrent_network(N_INPUTS, N_OUTPUTS, cell=cell, feedback=True, **SHAPES[shape])
    params, X, state, d_outputs = draw(network)
    rng = np.random.default_rng(1)
    teacher = rng.normal(size=(N_STEPS, N_BATCH, N_OUTPUTS)) if teacher_forced else None
    before = rng.normal(size=(N_BATCH, N_OUTPUTS))
    twin = Twin(torch, network, params, cell, SHAPES[shape], "tanh")
    outputs, _, tape = network.forward(params, X, LENGTHS, state, teacher, before)
    gradient = network.backward(params, tape, d_outputs)
    theirs = twin.run_fed_back(X, state, teacher, before)
    twin.check(outputs, network.views(gradient), theirs, d_outputs)


def central_differences(function, values, step=1e-6):
    moves = step * np.eye(values.size)
    return np.array([(function(values + m) - function(values - m)) / (2 * step) for m in moves])


NO_TWIN = [
    {"cell": "elman", "activation": "logistic"},
    {"cell": "elman", "activation": "identity", "bidirectional": True},
    {"cell": "lstm", "hidden_layer_sizes": (4, 3), "bidirectional": True, "head_layer_sizes": (3,)},
    {"cell": "jordan"},
    {
        "cell": "jordan",
        "activation": "relu",
        "hidden_layer_sizes": (4, 3),
        "head_layer_sizes": (3,),
    },
]


@pytest.mark.parametrize("options", NO_TWIN)
def test_gradient_equals_central_differences(options):
    options = with_activation({"hidden_layer_sizes": (4,), **options})
    network = recurrent_network(N_INPUTS, N_OUTPUTS, **options)
    params, X, state, d_outputs = draw(network)

    def loss(values):
        outputs, _, _ = network.forward(values, X, LENGTHS, state)
        return (outputs * d_outputs).sum()

    tape = network.forward(params, X, LENGTHS, state)[2]
    found = network.backward(params, tape, d_outputs)
    np.testing.assert_allclose(found, central_differences(loss, params), atol=1e-7)


def test_a_jordan_network_is_an_elman_network():
    """Its output is V h + c, so W y(n-1) + b = (W V) h(n-1) + (b + W c)."""
    jordan = recurrent_network(N_INPUTS, N_OUTPUTS, cell="jordan", hidden_layer_sizes=(6,))
    elman = recurrent_network(N_INPUTS, N_OUTPUTS, cell="elman", hidden_layer_sizes=(6,))
    assert jordan.n_state == 0
    params, X, _, d_outputs = draw(jordan)
    y = np.random.default_rng(1).normal(size=(N_BATCH, N_OUTPUTS))
    theirs = np.empty(elman.n_parameters)
    a, b = jordan.views(params), elman.views(theirs)
    W, V, c = a["layer0.feedback_weights"], a["output.weights"], a["output.bias"]
    b["layer0.input_weights"][:] = a["layer0.input_weights"]
    b["layer0.recurrent_weights"][:] = W @ V
    b["layer0.bias"][:] = a["layer0.bias"] + W @ c
    b["output.weights"][:], b["output.bias"][:] = V, c
    h = (y - c) @ np.linalg.pinv(V).T  # a state with this output
    first = jordan.forward(params, X, LENGTHS, jordan.initial_state(N_BATCH), None, y)
    second = elman.forward(theirs, X, LENGTHS, h)
    np.testing.assert_allclose(first[0], second[0], atol=1e-12)
    mine = jordan.views(jordan.backward(params, first[2], d_outputs))
    other = elman.views(elman.backward(theirs, second[2], d_outputs))
    for name in ("layer0.input_weights", "layer0.bias"):
        np.testing.assert_allclose(mine[name], other[name], atol=1e-11)
    along = other["layer0.recurrent_weights"] @ V.T + np.outer(other["layer0.bias"], c)
    np.testing.assert_allclose(mine["layer0.feedback_weights"], along, atol=1e-11)


def test_a_linear_network_is_a_sum_of_matrix_powers():
    """y(n) = V sum_k W^k U x(n-k)."""
    network = recurrent_network(1, 1, hidden_layer_sizes=(5,), cell=Elman("identity"))
    params = 0.5 * np.random.default_rng(0).normal(size=network.n_parameters)
    views = network.views(params)
    views["layer0.bias"][:] = views["output.bias"][:] = 0
    impulse = np.zeros((9, 1, 1))
    impulse[0] = 1
    outputs, _, _ = network.forward(params, impulse, [9], network.initial_state(1))
    U, W, V = (
        views[name]
        for name in ("layer0.input_weights", "layer0.recurrent_weights", "output.weights")
    )
    expected = [V @ np.linalg.matrix_power(W, k) @ U for k in range(9)]
    np.testing.assert_allclose(outputs, expected, atol=1e-12)


OPTIONS = st.fixed_dictionaries(
    {
        "cell": st.sampled_from([*CELLS, "jordan"]),
        "hidden_layer_sizes": st.lists(st.integers(1, 4), min_size=1, max_size=3),
        "head_layer_sizes": st.lists(st.integers(1, 3), max_size=2),
        "feedback": st.booleans(),
    }
)


@given(options=OPTIONS, bidirectional=st.booleans(), seed=st.integers(0, 1000))
@settings(max_examples=40)
def test_a_sequence_is_the_same_alone_as_in_a_batch(options, bidirectional, seed):
    fed_back = options["feedback"] or options["cell"] == "jordan"
    network = recurrent_network(2, 1, **options, bidirectional=bidirectional and not fed_back)
    params, X, state, d_outputs = draw(network, seed)
    outputs, final_state, tape = network.forward(params, X, LENGTHS, state)
    assert not outputs[PADDING].any()
    gradient = network.backward(params, tape, np.where(PADDING[:, :, None], np.nan, d_outputs))
    alone = np.zeros(network.n_parameters)
    for b, length in enumerate(LENGTHS):
        part = (slice(0, length), slice(b, b + 1))
        y, final, own = network.forward(params, X[part], [length], state[b : b + 1])
        np.testing.assert_allclose(outputs[part], y, atol=1e-12)
        np.testing.assert_allclose(final_state[b], final[0], atol=1e-12)
        alone += network.backward(params, own, d_outputs[part])
    np.testing.assert_allclose(gradient, alone, atol=1e-10)


@given(options=OPTIONS, cut=st.integers(1, N_STEPS - 1), seed=st.integers(0, 1000))
@settings(max_examples=40)
def test_a_window_cut_in_two_is_one_window(options, cut, seed):
    """Outputs in any case; the gradient too, if errors do not go back beyond the cut."""
    network = recurrent_network(2, 1, **options)
    params, X, state, d_outputs = draw(network, seed)
    full = np.full(N_BATCH, N_STEPS)
    outputs, final_state, tape = network.forward(params, X, full, state)
    first, between, _ = network.forward(params, X[:cut], np.full(N_BATCH, cut), state)
    second, end, own = network.forward(
        params, X[cut:], full - cut, between, None, outputs[cut - 1] if network.feedback else None
    )
    np.testing.assert_allclose(outputs, np.concatenate([first, second]), atol=1e-12)
    np.testing.assert_allclose(final_state, end, atol=1e-12)
    late = network.backward(params, tape, d_outputs, from_step=cut)
    np.testing.assert_allclose(late, network.backward(params, own, d_outputs[cut:]), atol=1e-11)


@pytest.mark.parametrize("options", [{"cell": "lstm", "bidirectional": True}, {"feedback": True}])
def test_memory_used_again_changes_nothing(options):
    network = recurrent_network(N_INPUTS, N_OUTPUTS, hidden_layer_sizes=(4, 3), **options)
    params, X, state, d_outputs = draw(network)
    *_, tape = network.forward(params, X[::-1], LENGTHS, state)  # leaves other numbers behind
    network.backward(params, tape, d_outputs)
    outputs, final_state, new = network.forward(params, X, LENGTHS, state, reuse=tape)
    gradient = network.backward(params, new, d_outputs)
    expected, expected_state, fresh = network.forward(params, X, LENGTHS, state)
    assert np.shares_memory(outputs, tape.trace.outputs)
    np.testing.assert_array_equal(outputs, expected)
    np.testing.assert_array_equal(final_state, expected_state)
    np.testing.assert_array_equal(gradient, network.backward(params, fresh, d_outputs))
    shorter, *_ = network.forward(params, X[:2], np.full(N_BATCH, 2), state, reuse=new)
    assert not np.shares_memory(shorter, outputs)


@pytest.mark.parametrize("cell", [*CELLS, "jordan"])
def test_single_precision_is_close_to_double(cell):
    networks = [
        recurrent_network(N_INPUTS, N_OUTPUTS, cell=cell, hidden_layer_sizes=(6, 5), dtype=dtype)
        for dtype in ("float32", "float64")
    ]
    params, X, state, d_outputs = draw(networks[1])
    results = []
    for network in networks:
        outputs, _, tape = network.forward(params, X, LENGTHS, state)
        results.append((outputs, network.backward(params, tape, d_outputs)))
        assert outputs.dtype == results[-1][1].dtype == network.dtype
    for single, double in zip(*results, strict=True):
        np.testing.assert_allclose(single, double, atol=1e-4)


@pytest.mark.parametrize(("cell", "heard"), [("elman", "recurrent"), ("jordan", "feedback")])
def test_growth_past_the_end_of_a_sequence_does_no_harm(cell, heard):
    """A linear unit that doubles its state overflows in the padding, and nobody hears of it."""
    network = recurrent_network(1, 1, cell=CELLS_BY_NAME[cell]("identity"), hidden_layer_sizes=(1,))
    params = np.ones(network.n_parameters)
    views = network.views(params)
    views[f"layer0.{heard}_weights"][:] = 2
    views["layer0.bias"][:] = views["output.bias"][:] = 0
    X = np.zeros((2000, 2, 1))  # a long sequence of zeros, a short one of ones
    X[:, 1] = 1
    outputs, _, tape = network.forward(params, X, [2000, 3], network.initial_state(2))
    np.testing.assert_array_equal(outputs[:3, 1, 0], [1, 3, 7])
    d_outputs = np.zeros_like(outputs)
    d_outputs[:3] = 1
    assert np.all(np.isfinite(network.backward(params, tape, d_outputs)))


@pytest.mark.parametrize("feedback", [False, True])
@pytest.mark.parametrize("cell", [*CELLS, "jordan"])
def test_free_run_equals_single_steps(cell, feedback):
    network = recurrent_network(
        3, 2, cell=cell, hidden_layer_sizes=(5, 4), head_layer_sizes=(3,), feedback=feedback
    )
    rng = np.random.default_rng(0)
    params, state = rng.normal(0, 0.5, network.n_parameters), rng.normal(size=network.n_state)
    rows, y, gain, offset = (rng.normal(size=size) for size in [(9, 1), 2, 2, 2])
    bounds = (np.full(2, -99.0), np.full(2, 99.0))
    found = network.free_run(params, 9, rows, state, y, *bounds, gain, offset)
    expected, state = [], state[None]
    for row in rows:
        x = np.concatenate([gain * y + offset, row])[None, None]
        outputs, state, _ = network.forward(params, x, [1], state, None, y[None])
        y = outputs[0, 0].copy()
        expected.append(y)
    np.testing.assert_allclose(found[0], expected, atol=1e-12)
    np.testing.assert_allclose(found[1], state[0], atol=1e-12)
    assert found[2] == -1


def test_free_run_through_feedback_alone_and_without_input():
    network = recurrent_network(0, 1, cell="elman", hidden_layer_sizes=(4,), feedback=True)
    rng = np.random.default_rng(0)
    params, state = rng.normal(size=network.n_parameters), rng.normal(size=network.n_state)
    bounds = (np.full(1, -99.0), np.full(1, 99.0))
    outputs, _, _ = network.free_run(params, 5, None, state, np.ones(1), *bounds)
    expected, _, _ = network.forward(
        params, np.empty((5, 1, 0)), [5], state[None], None, np.ones((1, 1))
    )
    np.testing.assert_allclose(outputs, expected[:, 0], atol=1e-13)


@pytest.mark.parametrize("feedback", [False, True])
@pytest.mark.parametrize("cell", [*CELLS, "jordan"])
def test_product_of_jacobians_equals_central_differences(cell, feedback):
    network = recurrent_network(
        N_INPUTS, N_OUTPUTS, cell=cell, hidden_layer_sizes=(4, 3), feedback=feedback
    )
    params, X, state, _ = draw(network)
    y = np.random.default_rng(1).normal(size=(N_BATCH, N_OUTPUTS))
    fed_back = y if network.feedback else None
    tape = network.forward(
        params, X[:4], np.minimum(LENGTHS, 4)[[1, 0, 2, 3]], state, None, fed_back
    )[2]
    jacobians = state_jacobians(network, params, tape)

    def run(carried):
        before, after = carried[None, : network.n_state], carried[None, network.n_state :]
        outputs, final, _ = network.forward(
            params, X[:3, :1], [3], before, None, after if network.feedback else None
        )
        return np.concatenate([final[0], outputs[-1, 0] if network.feedback else []])

    carried = np.concatenate([state[0], y[0] if network.feedback else []])
    assert jacobians.shape == (3, carried.size, carried.size)
    product = np.linalg.multi_dot(jacobians[::-1])
    np.testing.assert_allclose(product, central_differences(run, carried).T, atol=1e-8)


def test_views_are_written_through_and_cover_all_parameters():
    network = recurrent_network(
        2, 3, cell="gru", hidden_layer_sizes=(4, 3), head_layer_sizes=(2,), feedback=True
    )
    params = np.zeros(network.n_parameters)
    views = network.views(params)
    shapes = {name: view.shape for name, view in views.items()}
    assert shapes == {
        "layer0.input_weights": (12, 2),
        "layer0.feedback_weights": (12, 3),
        "layer0.bias": (12,),
        "layer0.recurrent_weights": (12, 4),
        "layer0.recurrent_bias": (4,),
        "layer1.input_weights": (9, 4),
        "layer1.bias": (9,),
        "layer1.recurrent_weights": (9, 3),
        "layer1.recurrent_bias": (3,),
        "head0.weights": (2, 3),
        "head0.bias": (2,),
        "output.weights": (3, 2),
        "output.bias": (3,),
    }
    for view in views.values():
        view += 1
    np.testing.assert_array_equal(params, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "lstn"}, r"cell must be one of 'elman', 'jordan', 'lstm', 'gru', got 'lstn'"),
        ({"activation": "sin"}, r"activation must be one of 'tanh', .*, got 'sin'"),
        ({"dtype": "float16"}, "dtype must be one of 'float64', 'float32', got 'float16'"),
        ({"dtype": "double32"}, "dtype must be one of 'float64', 'float32', got 'double32'"),
        ({"hidden_layer_sizes": ()}, r"hidden_layer_sizes must list .* got \(\)"),
        ({"hidden_layer_sizes": 8}, r"hidden_layer_sizes must list .* got 8"),
        ({"hidden_layer_sizes": (3, 0)}, r"hidden_layer_sizes\[1\] == 0, must be >= 1"),
        ({"feedback": True, "bidirectional": True}, "cannot feed back its outputs"),
        ({"n_inputs": -1}, "n_inputs == -1, must be >= 0"),
        ({"n_outputs": 0}, "n_outputs == 0, must be >= 1"),
        ({"cell": "jordan", "bidirectional": True}, "cell=Jordan.*cannot feed back"),
    ],
)
def test_bad_descriptions_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        recurrent_network(**{"n_inputs": 1, "n_outputs": 1, **with_activation(options)})


def test_what_a_network_cannot_do_is_refused():
    both_ways = recurrent_network(2, 1, hidden_layer_sizes=(3,), bidirectional=True)
    params, state = np.zeros(both_ways.n_parameters), both_ways.initial_state(1)
    bounds = (-np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="reads backwards cannot run on its own outputs"):
        both_ways.free_run(params, 2, np.zeros((2, 1)), state[0], np.zeros(1), *bounds)
    *_, tape = both_ways.forward(params, np.zeros((2, 1, 2)), [2], state)
    with pytest.raises(ValueError, match=r"reads backwards.*no Jacobians"):
        state_jacobians(both_ways, params, tape)
    onward = recurrent_network(3, 1, hidden_layer_sizes=(3,))
    params = np.zeros(onward.n_parameters)
    with pytest.raises(ValueError, match=r"\(2, 1\); needed are 2 rows of all 3 inputs, or of all"):
        onward.free_run(params, 2, np.zeros((2, 1)), np.zeros(3), np.zeros(1), *bounds)


@pytest.mark.parametrize(
    ("place", "shape", "message"),
    [
        (0, (5,), r"params has shape \(5,\); the network needs \(22,\)"),
        (1, (4, 2, 3), r"inputs has shape \(4, 2, 3\); the network needs \(4, 2, 2\)"),
        (2, (3,), r"inputs has shape \(4, 2, 2\); the network needs \(4, 3, 2\)"),
        (3, (2, 4), r"state has shape \(2, 4\); the network needs \(2, 3\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(place, shape, message):
    network = recurrent_network(2, 1, hidden_layer_sizes=(3,))
    arrays = [np.zeros(22), np.zeros((4, 2, 2)), np.full(2, 4), np.zeros((2, 3))]
    arrays[place] = np.ones(shape)
    with pytest.raises(ValueError, match=message):
        network.forward(*arrays)


def test_the_layout_of_arrays_does_not_matter():
    """Batches cut out of other arrays are neither copied by the caller nor misread."""
    network = recurrent_network(2, 3, hidden_layer_sizes=(4, 3), bidirectional=True)
    params, X, state, d_outputs = draw(network)
    results = []
    for order in "CF":
        arrays = [np.asarray(a, order=order) for a in (X, state, d_outputs)]
        outputs, _, tape = network.forward(params, arrays[0], LENGTHS, arrays[1])
        results.append((outputs, network.backward(params, tape, arrays[2])))
    for first, second in zip(*results, strict=True):
        np.testing.assert_allclose(first, second, atol=1e-12)
