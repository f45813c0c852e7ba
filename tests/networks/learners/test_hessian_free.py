"""Hessian-free training: products equal the matrix written out, and steps are least squares."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.sparse.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import FIRRegressor, RNNRegressor
from esnkit.datasets import adding
from esnkit.networks import HessianFree, fir_network, recurrent_network
from esnkit.networks.learners import gauss_newton
from esnkit.networks.learners.conjugate_gradient import conjugate_gradient
from esnkit.networks.learners.gauss_newton import Curvature, curvature_product, loss_of
from esnkit.networks.learners.hessian_free import HessianFreeTrainer
from esnkit.networks.training.batches import Batch, Rows
from esnkit.networks.training.losses import LOSSES
from esnkit.networks.training.optimizers import SGD
from esnkit.networks.training.trainer import UpdateRule
from tests.models.test_esn import EXPECTED_FAILURES
from tests.networks.making import sort_options

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (60, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * np.roll(X[:, 1], 1)])
y = Y[:, 0]

N_STEPS, N_BATCH = 6, 3
SHAPES = {
    "one layer": {"hidden_layer_sizes": (3,)},
    "stacked, with a head": {"hidden_layer_sizes": (3, 2), "head_layer_sizes": (3,)},
    "bidirectional, stacked": {"hidden_layer_sizes": (2, 2), "bidirectional": True},
    "fed back": {"hidden_layer_sizes": (3,), "feedback": True},
}
NETWORKS = {
    f"{cell}, {shape}": recurrent_network(2, 2, cell=cell, **SHAPES[shape])
    for cell in ("elman", "jordan", "lstm", "gru")
    for shape in SHAPES
    if cell != "jordan" or shape != "bidirectional, stacked"
} | {"fir": fir_network(2, 2, hidden_layer_sizes=(3,), n_taps=3)}


@parametrize_with_checks(
    [RNNRegressor("elman", (4,), learner="hessian-free", max_iter=8, random_state=0)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def draw_batch(network, lengths=(6, 2, 4), seed=0):
    """Ragged sequences, some steps of which do not count, and targets that are probabilities."""
    draw = np.random.default_rng(seed)
    lengths = np.array(lengths)
    shape = (lengths.max(), len(lengths))
    weights = draw.integers(0, 3, shape).astype(network.dtype)
    weights[-1] += 1
    weights[np.arange(shape[0])[:, None] >= lengths] = 0
    return Batch(
        draw.normal(size=(*shape, network.n_inputs)).astype(network.dtype),
        draw.dirichlet(np.ones(network.n_outputs), shape).astype(network.dtype),
        weights,
        lengths,
        draw.normal(size=(len(lengths), network.n_state)).astype(network.dtype),
        draw.normal(size=(len(lengths), network.n_outputs)) if network.feedback else None,
    )


def draw_params(network, seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(0, 0.5, network.n_parameters).astype(network.dtype)


def run(network, params, batch):
    return network.forward(
        params, batch.inputs, batch.lengths, batch.state, batch.targets, batch.previous_output
    )


def make(cell="elman", hidden_layer_sizes=(6,), **options):
    options = {"learner": "hessian-free", "max_iter": 6, "random_state": 0} | options
    return RNNRegressor(cell, hidden_layer_sizes, **sort_options(options))


# ---------------------------------------------------------------------- products


def derivatives(network, params, batch):
    """Of the outputs, and of those of all recurrent layers, by each parameter, differenced."""

    def observe(moved):
        outputs, _, tape = run(network, moved, batch)
        stack = tape.trace
        hidden = [stack.traces[i].outputs for i in stack.stack.recurrent]
        return [values.copy() for values in (outputs, *hidden)]

    step = 1e-5
    inside = (np.arange(len(batch.inputs))[:, None] < batch.lengths)[:, :, None]
    pairs = (
        (observe(params + move), observe(params - move)) for move in step * np.eye(len(params))
    )
    columns = [
        [(a - b) / (2 * step) * inside for a, b in zip(*pair, strict=True)] for pair in pairs
    ]
    return [np.array(parts) for parts in zip(*columns, strict=True)]


def second_derivatives(loss, outputs, batch):
    """Of the loss by the outputs of each step, (n_steps, n_batch, n_outputs, n_outputs)."""
    n_outputs = outputs.shape[-1]
    if loss == "squared_error":
        matrices = np.tile(2 * np.eye(n_outputs) / n_outputs, (*batch.weights.shape, 1, 1))
    else:
        p = np.exp(outputs) / np.exp(outputs).sum(axis=-1, keepdims=True)
        matrices = p[..., None] * np.eye(n_outputs) - p[..., None] * p[..., None, :]
    return matrices * (batch.weights / batch.weights.sum())[:, :, None, None]


@pytest.mark.parametrize("name", NETWORKS)
def test_products_equal_the_matrix_written_out(name):
    """On ragged batches, for both losses, with and without structural damping."""
    network, structural = NETWORKS[name], 0.7
    params, batch = draw_params(network), draw_batch(network)
    jacobian, *hidden = derivatives(network, params, batch)
    outputs, _, tape = run(network, params, batch)
    damping = sum(np.einsum("ptbk,qtbk->pq", D, D) for D in hidden)
    for loss in LOSSES:
        H = second_derivatives(loss, outputs, batch)
        matrix = np.einsum("ptbi,tbij,qtbj->pq", jacobian, H, jacobian)
        both = matrix + structural / batch.weights.sum() * damping
        for strength, expected in [(0.0, matrix), (structural, both)]:
            found = [
                curvature_product(
                    network, params, tape, LOSSES[loss], batch.weights, unit, strength
                )
                for unit in np.eye(len(params))
            ]
            np.testing.assert_allclose(found, expected, atol=1e-7)


@given(
    name=st.sampled_from(sorted(NETWORKS)),
    loss=st.sampled_from(sorted(LOSSES)),
    structural=st.sampled_from([0.0, 0.3]),
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_products_are_symmetric_and_never_negative(name, loss, structural, lengths, seed):
    network = NETWORKS[name]
    params, batch = draw_params(network, seed), draw_batch(network, lengths, seed)
    model = Curvature(network, params, LOSSES[loss], [batch])
    u, v = np.random.default_rng(seed + 1).normal(size=(2, len(params)))
    Gu, Gv = model.product(u, structural), model.product(v, structural)
    size = np.linalg.norm(Gu) * np.linalg.norm(v) + 1e-300
    assert abs(u @ Gv - v @ Gu) < 1e-10 * size
    assert u @ Gu > -1e-12 * np.linalg.norm(Gu) * np.linalg.norm(u)


@pytest.mark.parametrize("name", ["elman, stacked, with a head", "lstm, one layer"])
def test_it_does_not_matter_how_sequences_are_put_together(name):
    network, loss = NETWORKS[name], LOSSES["squared_error"]
    params, batch = draw_params(network), draw_batch(network, (6, 2, 4, 5))
    v = draw_params(network, 1)
    whole = Curvature(network, params, loss, [batch])
    parts = [batch.take(slice(0, 1)), batch.take(slice(1, 4))]
    cut = Curvature(network, params, loss, parts)
    assert cut.value == pytest.approx(whole.value, rel=1e-13)
    assert loss_of(network, params, loss, parts) == pytest.approx(whole.value, rel=1e-13)
    np.testing.assert_allclose(cut.gradient, whole.gradient, atol=1e-13)
    np.testing.assert_allclose(cut.product(v, 0.3), whole.product(v, 0.3), atol=1e-13)
    # The first part alone may tell the curvature, but the gradient is that of all.
    some = Curvature(network, params, loss, parts, n_curved=1)
    first = Curvature(network, params, loss, parts[:1])
    np.testing.assert_allclose(some.gradient, whole.gradient, atol=1e-13)
    np.testing.assert_allclose(some.product(v, 0.3), first.product(v, 0.3), atol=1e-13)


# ---------------------------------------------------------------------- conjugate gradient


def draw_system(n, seed, condition=1e3):
    """A positive definite matrix of known condition, and a right-hand side."""
    draw = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(draw.normal(size=(n, n)))
    return (Q * np.geomspace(1, condition, n)) @ Q.T, draw.normal(size=n)


def test_conjugate_gradient_agrees_with_scipy():
    """Iterate by iterate, from the same start."""
    A, b = draw_system(30, seed=0)
    start = np.random.default_rng(1).normal(size=30)
    theirs = []
    scipy.sparse.linalg.cg(
        A, b, start, rtol=0, maxiter=25, callback=lambda x: theirs.append(x.copy())
    )
    ours = conjugate_gradient(A.__matmul__, b, start, 25)
    assert ours[-1].number == 25
    for iterate in ours:
        np.testing.assert_allclose(iterate.x, theirs[iterate.number - 1], rtol=1e-6, atol=1e-8)


@given(n=st.integers(1, 40), seed=st.integers(0, 2**32 - 1), start=st.floats(0, 10))
@settings(max_examples=40, deadline=None)
def test_conjugate_gradient_falls_monotonically(n, seed, start):
    A, b = draw_system(n, seed)
    path = conjugate_gradient(A.__matmul__, b, np.full(n, start), 250)
    values = [0.5 * it.x @ A @ it.x - b @ it.x for it in path]
    assert (np.diff(values) <= 1e-9 * abs(values[-1])).all()
    np.testing.assert_allclose([it.value for it in path], values, rtol=1e-6, atol=1e-9)
    numbers = [it.number for it in path]
    assert numbers == sorted(set(numbers))


def test_conjugate_gradient_stops_where_it_no_longer_pays():
    """A few directions matter and are found; many more are left alone."""
    diagonal = np.r_[np.geomspace(1, 10, 5), np.full(495, 1e4)]
    b = np.r_[np.full(5, 1.0), np.full(495, 1e-3)]
    b[100:] *= np.linspace(0, 1, 400)
    path = conjugate_gradient(lambda v: diagonal * v, b, np.zeros(500), 250)
    assert 10 < path[-1].number < 40
    lowest = -0.5 * (b**2 / diagonal).sum()
    assert path[-1].value == pytest.approx(lowest, rel=5e-3)


def test_conjugate_gradient_ends_where_there_is_nothing_to_do():
    assert (conjugate_gradient(lambda v: v, np.zeros(3), np.zeros(3), 10)[-1].x == 0).all()
    bad = conjugate_gradient(lambda v: v * np.nan, np.ones(3), np.zeros(3), 10)
    assert [it.number for it in bad] == [0]
    np.testing.assert_array_equal(bad[0].x, 0)


# ---------------------------------------------------------------------- steps


def make_trainer(network, **options):
    params = np.zeros(network.n_parameters)
    rule = UpdateRule(LOSSES["squared_error"], SGD())
    return HessianFreeTrainer(network, params, rule, HessianFree(**options))


def regression(n=40, n_inputs=3, seed=0):
    """Rows of a linear regression as one batch of a network without memory or hidden units."""
    draw = np.random.default_rng(seed)
    rows, targets = draw.normal(size=(n, 1, n_inputs)), draw.normal(size=(n, 1, 1))
    network = fir_network(n_inputs, 1, hidden_layer_sizes=(), n_taps=1)
    state = network.initial_state(1)
    return network, Batch(rows, targets, np.ones((n, 1)), np.array([n]), state, None)


@pytest.mark.parametrize("damping", [1e-6, 0.5])
def test_a_step_of_a_linear_network_is_ridge_regression(damping):
    """From zero: the loss plus half the damping times the squared weights, biases included."""
    network, batch = regression()
    trainer = make_trainer(network, damping=damping, structural_damping=0.0)
    trainer.step(batch)
    rows = np.column_stack([batch.inputs[:, 0], np.ones(40)])
    ridge = Ridge(alpha=40 * damping / 2, fit_intercept=False).fit(rows, batch.targets[:, 0, 0])
    np.testing.assert_allclose(trainer.params, ridge.coef_, atol=1e-8)
    # The model was right, so it may be bolder.
    assert trainer.damping == pytest.approx(damping * 2 / 3)


def test_an_estimator_without_memory_is_least_squares_in_few_steps():
    model = FIRRegressor((), n_taps=1, learner="hessian-free", max_iter=30, random_state=0)
    expected = LinearRegression().fit(X, Y).predict(X)
    np.testing.assert_allclose(model.fit(X, Y).predict(X), expected, atol=1e-6)


@given(
    name=st.sampled_from(sorted(NETWORKS)),
    damping=st.floats(1e-9, 1e4),
    size=st.floats(0.1, 10),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None)
def test_no_step_makes_its_own_batch_worse(name, damping, size, seed):
    network = NETWORKS[name]
    batch = draw_batch(network, (5, 3), seed)
    trainer = make_trainer(network, damping=damping)
    trainer.params[:] = size * draw_params(network, seed)
    losses = []
    for _ in range(3):
        losses.append(loss_of(network, trainer.params, trainer.rule.loss, [batch]))
        trainer.step(batch)
        assert np.isfinite(trainer.params).all()
    losses.append(loss_of(network, trainer.params, trainer.rule.loss, [batch]))
    assert (np.diff(losses) <= 1e-12).all()


def test_damping_is_raised_where_the_model_promises_too_much():
    trainer = make_trainer(NETWORKS["elman, one layer"], damping=0.9)
    for ratio, expected in [(0.2, 1.35), (0.5, 1.35), (0.8, 0.9), (-1.0, 1.35), (np.nan, 2.025)]:
        trainer._adapt(ratio)
        assert trainer.damping == pytest.approx(expected)


def test_structural_damping_keeps_the_states_where_they_were():
    """The more of it, the less the states of a network change in a step."""
    network = NETWORKS["elman, one layer"]
    batch, changes = draw_batch(network, (20, 20, 20)), []
    for structural in (0.0, 1.0, 100.0):
        trainer = make_trainer(network, damping=0.1, structural_damping=structural)
        trainer.params[:] = draw_params(network)
        before = run(network, trainer.params, batch)[2].trace.traces[0].outputs.copy()
        trainer.step(batch)
        after = run(network, trainer.params, batch)[2].trace.traces[0].outputs
        changes.append(((after - before) ** 2).mean())
    assert changes[0] > changes[1] > changes[2] > 0


# ---------------------------------------------------------------------- learning


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cell": "lstm", "hidden_layer_sizes": (5,), "window": 20, "dtype": "float32"},
        {"cell": "gru", "hidden_layer_sizes": (3, 3)},
        {"cell": "jordan", "head_layer_sizes": (4,)},
        {"feedback": True},
        {"bidirectional": True, "hidden_layer_sizes": (3,)},
        {"loss": "cross_entropy"},
    ],
)
def test_few_steps_do_what_takes_gradient_descent_many(options):
    """Twelve steps against fifty, by the loss that is minimised."""
    targets = np.eye(2)[(y > 0).astype(int)] if "loss" in options else Y
    model = make(max_iter=12, **options).fit(X, targets)
    rival = make(learner="bptt", learning_rate=0.01, batch_size=60, max_iter=50, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rival.fit(X, targets)
    assert model.loss_curve_[-1] < rival.loss_curve_[-1]
    assert isinstance(model.learner_, HessianFree)
    assert model.n_updates_ == 12


def test_lags_that_gradient_descent_does_not_get_to_see():
    """The adding problem with fresh sequences for every step, by one training that goes on."""
    model = make(
        hidden_layer_sizes=(10,), output="sequence", warm_start=True, max_iter=1, dtype="float32"
    )
    for seed in range(20):
        model.fit(*adding(200, length=20, random_state=seed))
    assert model.score(*adding(500, length=20, random_state=100)) > 0.9
    assert len(model.loss_curve_) == model.n_updates_ == 20


def test_steps_of_one_fit_and_of_many_are_the_same():
    together = make(max_iter=3).fit(X, y)
    one_by_one = make(max_iter=1, warm_start=True)
    for _ in range(3):
        one_by_one.fit(X, y)
    np.testing.assert_array_equal(one_by_one.params_, together.params_)
    assert one_by_one.loss_curve_ == together.loss_curve_


@pytest.mark.parametrize("limit", ["_MOST_PIECES", "_MOST_STEPS"])
@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(None, [53, 53, 53]), (60, [53, 53, 53]), (80, [80, 79])]
)
def test_pieces_are_dealt_out_evenly(batch_size, sizes, limit, monkeypatch):
    """A last batch of few pieces would be a step in their favour."""
    monkeypatch.setattr(f"esnkit.networks.learners.hessian_free.{limit}", 70)
    network, n = recurrent_network(1, 1, hidden_layer_sizes=(2,)), 159
    rows = Rows(np.zeros((n, 1)), np.zeros((n, 1)), np.ones(n), np.arange(n + 1), None)
    met = []
    presenter = HessianFree(batch_size=batch_size).present(network, rows, 0)
    presenter.run_epoch(lambda batch: met.append(len(batch.lengths)), np.random.default_rng(0))
    assert met == sizes


def test_sequences_that_do_not_count_change_nothing():
    parts = [X[:20], X[20:40], X[40:]]
    weights = [np.ones(20), np.ones(20), np.zeros(20)]
    targets = [y[:20], y[20:40], np.full(20, 1e3)]
    options = {"order": "given", "standardize": False, "max_iter": 2}
    some = make(**options).fit(parts, targets, sample_weight=weights)
    few = make(**options).fit(parts[:2], targets[:2])
    np.testing.assert_allclose(some.params_, few.params_, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("fraction", "expected"), [(1.0, 120), (0.7, 80), (0.01, 40)])
def test_a_part_of_the_sequences_tells_the_curvature(fraction, expected, monkeypatch):
    """In whole batches of up to 50."""
    met, product = {}, gauss_newton.curvature_product

    def spy(network, params, tape, loss, weights, *others):
        met[id(weights)] = weights.shape[1]
        return product(network, params, tape, loss, weights, *others)

    monkeypatch.setattr(gauss_newton, "curvature_product", spy)
    parts = list(np.random.default_rng(0).normal(size=(120, 5, 2)))
    make(learner=HessianFree(curvature_fraction=fraction), max_iter=1).fit(parts, parts)
    assert sum(met.values()) == expected


def test_an_interruption_keeps_the_best_weights(monkeypatch):
    product, calls = Curvature.product, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 60:
            raise KeyboardInterrupt
        return product(*arguments)

    monkeypatch.setattr(Curvature, "product", interrupted)
    model = make(max_iter=50)
    with pytest.warns(UserWarning, match=r"interrupted after \d+ updates"):
        model.fit(X, y)
    monkeypatch.undo()
    n_steps = len(model.loss_curve_)
    assert 1 <= n_steps < 50
    np.testing.assert_array_equal(model.params_, make(max_iter=n_steps).fit(X, y).params_)


def test_an_explosion_stops_training_with_the_step_named():
    model = make(initialization=lambda network, seed: np.full(network.n_parameters, 1e200))
    with pytest.warns(ConvergenceWarning, match="in update 1"):
        model.fit(X, y)


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"feedback": "free"}, "'hessian-free' takes the outputs that are"),
        ({"cell": "jordan", "feedback": "free"}, "feedback='free' needs another"),
        ({"learner": HessianFree(damping=0)}, "damping == 0, must be > 0"),
        ({"learner": HessianFree(structural_damping=-1)}, "structural_damping == -1, must be >= 0"),
        ({"learner": HessianFree(max_iterations=0)}, "max_iterations == 0, must be >= 1"),
        ({"learner": HessianFree(curvature_fraction=1.5)}, "curvature_fraction == 1.5"),
        ({"learner": HessianFree(damping=np.nan)}, "damping must be finite, got nan"),
        ({"learner": HessianFree(structural_damping=np.inf)}, "damping must be finite, got inf"),
        ({"stride": 5}, "stride=5 needs a window"),
    ],
)
def test_what_is_not_served_is_refused_with_the_reason(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options).fit(X, y)


def test_it_cannot_go_on_row_by_row():
    assert not hasattr(make(), "partial_fit")
