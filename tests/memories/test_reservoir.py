"""The reservoir as a transformer and as a memory."""

from __future__ import annotations

import functools
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import Reservoir, State, topology

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (60, 2))
Y = rng.uniform(-1, 1, (60, 3))

EXPECTED_FAILURES = {
    "check_methods_sample_order_invariance": "a state depends on the rows before it",
    "check_methods_subset_invariance": "a state depends on the rows before it",
}


@parametrize_with_checks(
    [Reservoir(20, random_state=0)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def equation(reservoir, X, teacher=None):
    """The states by the equation of the class docstring, from public attributes alone."""
    W = reservoir.W_ if isinstance(reservoir.W_, np.ndarray) else reservoir.W_.toarray()
    activation = {
        "tanh": np.tanh,
        "identity": lambda v: v,
        "relu": lambda v: np.maximum(v, 0),
        "logistic": lambda v: 1 / (1 + np.exp(-v)),
    }[reservoir.activation]
    h, y = np.zeros(reservoir.n_units), np.zeros(reservoir.W_fb_.shape[1])
    states = []
    for n, x in enumerate(X):
        pre = reservoir.W_in_ @ x + reservoir.bias_ + W @ h + reservoir.W_fb_ @ y
        h = (1 - reservoir.leak_rate) * h + reservoir.leak_rate * activation(pre)
        y = y if teacher is None else teacher[n]
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("activation", ["tanh", "identity", "relu", "logistic"])
@pytest.mark.parametrize("leak_rate", [1.0, 0.3, np.linspace(0.1, 1, 30)])
@pytest.mark.parametrize("feedback_scaling", [0.0, 0.5])
def test_states_follow_the_equation(feedback_scaling, leak_rate, activation):
    reservoir = Reservoir(
        30,
        leak_rate=leak_rate,
        activation=activation,
        feedback_scaling=feedback_scaling,
        input_scaling=[0.5, 2.0],
        random_state=1,
    ).fit(X, Y)
    teacher = Y if feedback_scaling else None
    states = reservoir.transform(X, feedback=teacher)
    np.testing.assert_allclose(states, equation(reservoir, X, teacher), atol=1e-12)


def test_the_first_state_has_seen_the_first_input():
    reservoir = Reservoir(10, bias_scaling=0, random_state=0).fit(X)
    expected = np.tanh(reservoir.W_in_ @ X[0])
    np.testing.assert_allclose(reservoir.transform(X)[0], expected, atol=1e-15)


def test_a_linear_delay_line_remembers_exactly():
    """Unit k of a delay line that only unit 0 feeds holds the input k steps ago."""
    line = Reservoir(5, topology="delay-line", spectral_radius=None, activation="identity")
    line = line.set_params(bias_scaling=0, input_connectivity=1.0, random_state=0).fit(X[:, :1])
    states = line.transform(X[:, :1])
    expected = sum(
        np.pad(X[:, 0], (k, 0))[: len(X), None] * np.roll(np.pad(line.W_in_[:, 0], (0, 5)), k)[:5]
        for k in range(5)
    )
    np.testing.assert_allclose(states, expected, atol=1e-14)


def test_float32_runs_close_to_float64():
    double = Reservoir(40, random_state=0).fit_transform(X)
    single = Reservoir(40, dtype="float32", random_state=0).fit_transform(X)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=1e-5)


# ---------------------------------------------------------------------- state and sequences


@settings(max_examples=150)
@given(
    cut=st.integers(1, 59),
    seed=st.integers(0, 2**31),
    n_units=st.integers(1, 20),
    feedback=st.booleans(),
    leak_rate=st.floats(0.05, 1),
)
def test_chunked_equals_whole(cut, seed, n_units, feedback, leak_rate):
    reservoir = Reservoir(
        n_units, leak_rate=leak_rate, feedback_scaling=0.5 * feedback, random_state=seed
    ).fit(X, Y)
    teacher = Y if feedback else None
    whole, end = reservoir.transform(X, feedback=teacher, return_state=True)
    halves = []
    state = None
    for part in (slice(0, cut), slice(cut, 60)):
        states, state = reservoir.transform(
            X[part], feedback=teacher[part] if feedback else None, state=state, return_state=True
        )
        halves.append(states)
    np.testing.assert_array_equal(np.vstack(halves), whole)
    np.testing.assert_array_equal(state.states, end.states)
    np.testing.assert_array_equal(state.output, end.output)


def test_steps_equal_a_run():
    reservoir = Reservoir(10, feedback_scaling=0.5, random_state=0).fit(X, Y)
    state, steps = None, []
    for x, y in zip(X, Y, strict=True):
        states, state = reservoir.step(x, state, feedback=y)
        steps.append(states)
    np.testing.assert_array_equal(steps, reservoir.transform(X, feedback=Y))


def test_transform_changes_nothing():
    reservoir = Reservoir(10, noise=0.1, random_state=0).fit(X)
    before = pickle.dumps(reservoir)
    first = reservoir.transform(X)
    np.testing.assert_array_equal(first, reservoir.transform(X))
    assert pickle.dumps(reservoir) == before


def test_every_sequence_starts_from_zero():
    parts = [X[:20], X[20:50], X[50:]]
    reservoir = Reservoir(10, random_state=0).fit(parts)
    listed, states = reservoir.transform(parts, return_state=True)
    for part, result, state in zip(parts, listed, states, strict=True):
        np.testing.assert_array_equal(result, reservoir.transform(part))
        np.testing.assert_array_equal(state.states, result[-1])
    ids = np.repeat([1, 2, 3], [20, 30, 10])
    flat = clone(reservoir).set_params(id_column=0).fit(np.column_stack([ids, X]))
    np.testing.assert_array_equal(flat.transform(np.column_stack([ids, X])), np.concatenate(listed))


def test_a_state_is_a_value():
    values = np.zeros(3)
    state = State(values, np.zeros(1))
    values[:] = 1
    assert state.states.sum() == 0
    with pytest.raises(ValueError, match="read-only"):
        state.states[0] = 1
    with pytest.raises(AttributeError):
        state.states = values


# ---------------------------------------------------------------------- randomness


@given(seed=st.integers(0, 2**31))
@settings(max_examples=20)
def test_one_seed_one_result(seed):
    make = functools.partial(Reservoir, 10, noise=0.1, random_state=seed)
    np.testing.assert_array_equal(make().fit_transform(X), make().fit_transform(X))


def test_scalings_redraw_nothing_else():
    base = Reservoir(20, feedback_scaling=0.5, noise=0.1, random_state=3).fit(X, Y)
    changed = clone(base).set_params(
        input_scaling=2.0, bias_scaling=0.1, feedback_scaling=0.25, spectral_radius=0.45
    )
    changed.fit(X, Y)
    np.testing.assert_allclose(changed.W_in_, 2 * base.W_in_, rtol=1e-15)
    np.testing.assert_allclose(2 * changed.bias_, base.bias_, rtol=1e-15)
    np.testing.assert_allclose(2 * changed.W_fb_, base.W_fb_, rtol=1e-15)
    np.testing.assert_allclose(2 * changed.W_.toarray(), base.W_.toarray(), rtol=1e-12)


def test_noise_is_drawn_only_while_fitting_and_anew_for_each_sequence():
    quiet, noisy = (Reservoir(10, noise=noise, random_state=0) for noise in (0.0, 0.1))
    fitted = noisy.fit_transform(X)
    assert np.abs(fitted - quiet.fit_transform(X)).max() > 0.01
    np.testing.assert_array_equal(noisy.transform(X), quiet.transform(X))
    twice = noisy.fit_transform([X, X])
    np.testing.assert_array_equal(twice[0], fitted)
    assert np.abs(twice[1] - fitted).max() > 0.01


def test_noise_has_the_standard_deviation_that_is_asked_for():
    silent = np.zeros((4000, 1))
    states = Reservoir(
        20, noise=0.3, spectral_radius=0, bias_scaling=0, activation="identity", random_state=0
    ).fit_transform(silent)
    assert abs(states.std() / 0.3 - 1) < 0.01
    assert abs(states.mean()) < 0.01


@pytest.mark.parametrize("make", [lambda: 5, lambda: np.random.default_rng(5)])
def test_seeds_of_every_kind(make):
    first, second = (Reservoir(10, random_state=make()).fit_transform(X) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_no_seed_is_fresh_and_leaves_the_global_generator_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (Reservoir(10).fit_transform(X) for _ in range(2))
    assert np.abs(first - second).max() > 0
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


# ---------------------------------------------------------------------- weights


def test_weights_are_what_was_asked_for():
    reservoir = Reservoir(
        200, spectral_radius=0.7, input_scaling=0.3, input_connectivity=0.5, bias_scaling=0.1
    )
    reservoir.set_params(connectivity=5, random_state=0).fit(np.zeros((2, 8)))
    assert np.max(np.abs(np.linalg.eigvals(reservoir.W_.toarray()))) == pytest.approx(0.7)
    assert np.all(np.diff(reservoir.W_.indptr) == 5)
    assert np.all((reservoir.W_in_ != 0).sum(axis=1) == 4)
    assert 0.28 < np.abs(reservoir.W_in_).max() <= 0.3
    assert 0.09 < np.abs(reservoir.bias_).max() <= 0.1
    assert reservoir.W_fb_.shape == (200, 0)


def test_weights_are_read_only():
    reservoir = Reservoir(10, random_state=0).fit(X)
    for array in (reservoir.W_.data, reservoir.W_in_, reservoir.bias_):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize("as_type", [np.asarray, scipy.sparse.csc_array, scipy.sparse.coo_matrix])
def test_a_matrix_of_ones_own(as_type):
    W = rng.uniform(-0.3, 0.3, (10, 10)) * (rng.random((10, 10)) < 0.3)
    given_matrix = as_type(W)
    reservoir = Reservoir(10, topology=given_matrix, spectral_radius=None, random_state=0).fit(X)
    np.testing.assert_allclose(reservoir.transform(X), equation(reservoir, X), atol=1e-13)
    inside = reservoir.W_ if isinstance(reservoir.W_, np.ndarray) else reservoir.W_.toarray()
    np.testing.assert_array_equal(inside, W)
    np.testing.assert_array_equal(
        given_matrix if isinstance(given_matrix, np.ndarray) else given_matrix.toarray(), W
    )


def test_a_builder_with_parameters():
    builder = functools.partial(topology.small_world, connectivity=4, rewiring=0.5)
    reservoir = Reservoir(30, topology=builder, random_state=0)
    first = clone(reservoir).fit_transform(X)
    np.testing.assert_array_equal(first, pickle.loads(pickle.dumps(reservoir)).fit_transform(X))


def test_no_recurrence():
    reservoir = Reservoir(10, spectral_radius=0, bias_scaling=0, random_state=0).fit(X)
    np.testing.assert_allclose(reservoir.transform(X), np.tanh(X @ reservoir.W_in_.T), atol=1e-15)


# ---------------------------------------------------------------------- pandas


def test_tables_in_and_out():
    table = pd.DataFrame(X, columns=["a", "b"], index=pd.date_range("2000", periods=60))
    reservoir = Reservoir(3, random_state=0).set_output(transform="pandas").fit(table)
    states = reservoir.transform(table)
    assert list(states.columns) == ["reservoir0", "reservoir1", "reservoir2"]
    assert states.index.equals(table.index)
    assert list(reservoir.get_feature_names_out()) == list(states.columns)


def test_a_list_is_no_table():
    reservoir = Reservoir(3, random_state=0).set_output(transform="pandas")
    with pytest.raises(ValueError, match="use one table with id_column"):
        reservoir.fit_transform([X, X])


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_units": 0}, "n_units == 0, must be >= 1"),
        ({"spectral_radius": -0.1}, "spectral_radius"),
        ({"spectral_radius": np.nan}, "spectral_radius"),
        ({"leak_rate": 0.0}, r"leak_rate must lie in \(0, 1\], got 0.0"),
        ({"leak_rate": 1.5}, r"leak_rate must lie in \(0, 1\], got 1.5"),
        ({"leak_rate": [0.5, 0.5]}, r"leak_rate has shape \(2,\).*\(10,\).*n_units"),
        ({"leak_rate": np.nan}, "leak_rate must be finite"),
        ({"input_scaling": [1.0, 1.0, 1.0]}, r"input_scaling has shape \(3,\).*\(2,\)"),
        ({"input_scaling": -1.0}, "input_scaling must not be negative, got -1.0"),
        ({"bias_scaling": -1.0}, "bias_scaling == -1.0, must be >= 0"),
        ({"noise": -1.0}, "noise == -1.0, must be >= 0"),
        ({"activation": "sine"}, "activation must be one of 'tanh'.*got 'sine'"),
        ({"dtype": "int"}, "dtype must be one of 'float64', 'float32', got 'int'"),
        ({"connectivity": 0}, "connectivity"),
        ({"connectivity": 1.5}, "connectivity"),
        ({"input_connectivity": 0}, "input_connectivity"),
        ({"topology": "rondom"}, "random"),
        ({"topology": np.zeros((3, 3))}, r"\(3, 3\).*\(10, 10\)"),
        ({"topology": np.full((10, 10), np.nan)}, "topology"),
        ({"topology": "delay-line"}, "spectral_radius=None"),
        ({"topology": np.zeros((10, 10))}, "spectral_radius"),
        ({"feedback_scaling": 0.5}, "feedback_scaling=0.5 asks for output feedback"),
        ({"random_state": -1}, "random_state"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        Reservoir(**{"n_units": 10, "random_state": 0, **parameters}).fit(X)


@pytest.mark.parametrize("parameters", [{"n_units": 2.5}, {"noise": "much"}, {"random_state": "x"}])
def test_parameters_of_a_wrong_type_are_named(parameters):
    with pytest.raises(TypeError, match=next(iter(parameters))):
        Reservoir(**parameters).fit(X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "feedback must give the teacher"),
        ({"feedback": Y[:, :2]}, r"feedback has 2 output\(s\), but 3 are fed back"),
        ({"feedback": Y, "state": State(np.zeros(9), np.zeros(3))}, r"\(9,\).*\(10,\)"),
        ({"feedback": Y, "state": State(np.zeros(10), np.zeros(1))}, r"\(1,\).*\(3,\)"),
        ({"feedback": Y, "state": [None, None]}, "one value for each of the 1 sequences, got 2"),
    ],
)
def test_bad_arguments_of_transform_are_named(options, message):
    reservoir = Reservoir(10, feedback_scaling=0.5, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match=message):
        reservoir.transform(X, **options)


def test_other_mistakes_are_named():
    reservoir = Reservoir(10, random_state=0)
    with pytest.raises(NotFittedError):
        reservoir.transform(X)
    reservoir.fit(X)
    with pytest.raises(ValueError, match="X has 1 features, but Reservoir is expecting 2"):
        reservoir.transform(X[:, :1])
    with pytest.raises(ValueError, match=r"x has shape \(3,\), but \(2,\) is needed"):
        reservoir.step([1, 2, 3])
    with pytest.raises(TypeError, match="state must be a State, got int"):
        reservoir.transform(X, state=3)
    with pytest.raises(TypeError, match="does not know"):
        reservoir.fit_transform(X, weight=1)


def test_leak_rates_spread_over_a_range_and_draw_of_their_own():
    spread = Reservoir(40, leak_range=(0.1, 0.8), random_state=0).fit(X)
    np.testing.assert_allclose(np.sort(spread.leak_rates_), np.geomspace(0.1, 0.8, 40))
    assert np.any(np.diff(spread.leak_rates_) < 0)  # in no order
    plain = Reservoir(40, random_state=0).fit(X)
    np.testing.assert_array_equal(spread.W_.toarray(), plain.W_.toarray())
    by_hand = Reservoir(40, leak_rate=spread.leak_rates_, random_state=0)
    np.testing.assert_array_equal(by_hand.fit_transform(X), spread.transform(X))


@pytest.mark.parametrize("leak_range", [(0, 1), (0.5, 0.2), (0.1, 1.1), (0.1,), 0.5, (0.1, np.nan)])
def test_bad_leak_ranges_are_named(leak_range):
    with pytest.raises(ValueError, match="leak_range"):
        Reservoir(leak_range=leak_range).fit(X)


def test_a_leak_rate_beside_a_range_is_refused():
    with pytest.raises(ValueError, match="both given"):
        Reservoir(leak_rate=0.5, leak_range=(0.1, 1.0)).fit(X)
