"""ESNRegressor: fitting, predicting, continuing, running freely."""

from __future__ import annotations

import pickle
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso, LinearRegression, PoissonRegressor, Ridge, SGDRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import (
    NVAR,
    DivergenceWarning,
    ESNRegressor,
    GammaMemory,
    Reservoir,
    RidgeReadout,
    State,
    TappedDelayLine,
)
from tests.loops import fed_by_hand

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (120, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * np.roll(X[:, 1], 1)])
y = Y[:, 0]

EXPECTED_FAILURES = {
    "check_methods_sample_order_invariance": "a prediction depends on the rows before it",
    "check_methods_subset_invariance": "a prediction depends on the rows before it",
    "check_sample_weight_equivalence_on_dense_data": "rows that are left out or repeated are "
    "other time steps",
}


@parametrize_with_checks(
    [
        ESNRegressor(random_state=0),
        ESNRegressor(Reservoir(20), Ridge(), random_state=0),
        ESNRegressor(Reservoir(20, feedback_scaling=0.1), RidgeReadout(0.1), random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def make(n_units=20, alpha=1e-6, *, seed=0, readout=None, **options):
    names = set(Reservoir().get_params()) & set(options) - {"id_column"}
    reservoir = Reservoir(n_units, random_state=seed, **{n: options.pop(n) for n in names})
    readout = RidgeReadout(alpha) if readout is None else readout
    return ESNRegressor(reservoir, readout, **options)


def features_of(model, X, y=None, *, squares=False, include_input=True):
    """What the readout is fitted to, by the transformer alone."""
    feedback = y if model.reservoir_.n_feedback_ else None
    states = model.reservoir_.transform(X, feedback=feedback)
    return np.hstack([states, *[states**2] * squares, *[X] * include_input])


# ---------------------------------------------------------------------- fitting


@pytest.mark.parametrize("washout", [0, 30])
@pytest.mark.parametrize("feedback_scaling", [0.0, 0.4])
@pytest.mark.parametrize("squares", [False, True])
@pytest.mark.parametrize("include_input", [False, True])
@pytest.mark.parametrize("targets", [y, Y], ids=["1-D", "2-D"])
def test_the_fit_is_a_ridge_regression_on_states(
    targets, include_input, squares, feedback_scaling, washout
):
    model = make(
        alpha=0.01,
        feedback_scaling=feedback_scaling,
        squared_states=squares,
        include_input=include_input,
        washout=washout,
    ).fit(X, targets)
    Z = features_of(model, X, targets, squares=squares, include_input=include_input)
    ridge = Ridge(0.01).fit(Z[washout:], targets[washout:])
    teacher = targets if feedback_scaling else None
    np.testing.assert_allclose(model.predict(X, feedback=teacher), ridge.predict(Z), atol=1e-9)
    assert model.predict(X).shape == targets.shape


def test_weights_reach_the_readout():
    weights = rng.uniform(0, 2, len(X))
    model = make(alpha=0.01).fit(X, y, sample_weight=weights)
    Z = features_of(model, X)
    expected = Ridge(0.01).fit(Z, y, sample_weight=weights).predict(Z)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-9)


def test_the_washout_is_taken_from_every_sequence():
    parts, targets = [X[:50], X[50:]], [y[:50], y[50:]]
    model = make(alpha=0.01, washout=10).fit(parts, targets)
    Z = np.vstack([features_of(model, part)[10:] for part in parts])
    ridge = Ridge(0.01).fit(Z, np.concatenate([target[10:] for target in targets]))
    for part, prediction in zip(parts, model.predict(parts), strict=True):
        np.testing.assert_allclose(prediction, ridge.predict(features_of(model, part)), atol=1e-9)


@pytest.mark.parametrize("squares", [False, True])
def test_the_doors_agree(squares):
    parts, targets = [X[:50], X[50:90], X[90:]], [Y[:50], Y[50:90], Y[90:]]
    ids = np.repeat([5, 9, 2], [50, 40, 30])
    listed = make(squared_states=squares, noise=1e-3).fit(parts, targets)
    flat = make(squared_states=squares, noise=1e-3, id_column=0)
    flat.fit(np.column_stack([ids, X]), Y)
    predictions = listed.predict(parts)
    np.testing.assert_array_equal(
        flat.predict(np.column_stack([ids, X])), np.concatenate(predictions)
    )
    assert listed.score(parts, targets) == flat.score(np.column_stack([ids, X]), Y)


@pytest.mark.parametrize(
    ("readout", "linear"),
    [
        (LinearRegression(), True),
        (Lasso(1e-3), True),
        (MLPRegressor(hidden_layer_sizes=(5,), max_iter=20, random_state=0), False),
        (RandomForestRegressor(5, random_state=0), False),
    ],
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_any_regressor_reads_out(readout, linear):
    model = make(readout=readout).fit(X, y)
    Z = features_of(model, X)
    expected = clone(readout).fit(Z, y).predict(Z)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-10)
    assert (model._runner.linear is not None) == linear


def test_a_link_function_is_not_taken_for_linear():
    positive = np.abs(y) + 0.1
    model = make(readout=PoissonRegressor(), include_input=False).fit(X, positive)
    Z = features_of(model, X, include_input=False)
    np.testing.assert_allclose(model.predict(X), model.readout_.predict(Z), atol=1e-12)
    assert model._runner.linear is None


def test_fit_leaves_everything_as_it_was():
    reservoir, readout = Reservoir(10), RidgeReadout()
    model = ESNRegressor(reservoir, readout, random_state=1)
    copies = X.copy(), y.copy()
    model.fit(X, y)
    assert not hasattr(reservoir, "W_")
    assert not hasattr(readout, "coef_")
    assert reservoir.random_state is None
    np.testing.assert_array_equal(copies[0], X)
    np.testing.assert_array_equal(copies[1], y)
    before = pickle.dumps(model)
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    model.free_run(3, X=X[:3])
    assert pickle.dumps(model) == before


# ---------------------------------------------------------------------- randomness


def test_the_seed_fills_only_what_is_open():
    fixed = ESNRegressor(Reservoir(10, random_state=4), random_state=1).fit(X, y)
    assert fixed.reservoir_.random_state == 4
    np.testing.assert_array_equal(
        fixed.reservoir_.W_in_, Reservoir(10, random_state=4).fit(X).W_in_
    )
    first, second, other = (
        ESNRegressor(
            Reservoir(10), MLPRegressor(hidden_layer_sizes=(3,), max_iter=5000), random_state=s
        ).fit(X, y)
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
    assert np.abs(first.predict(X) - other.predict(X)).max() > 0


@settings(max_examples=100)
@given(
    seed=st.integers(0, 2**31),
    n_units=st.integers(1, 30),
    feedback=st.booleans(),
    noise=st.sampled_from([0.0, 0.01]),
    cut=st.integers(1, 119),
    squares=st.booleans(),
)
def test_one_seed_one_result_and_chunked_equals_whole(seed, n_units, feedback, noise, cut, squares):
    first, second = (
        make(
            n_units,
            1e-3,
            seed=seed,
            feedback_scaling=0.3 * feedback,
            noise=noise,
            squared_states=squares,
        ).fit(X, Y)
        for _ in range(2)
    )
    whole = first.predict(X)
    np.testing.assert_array_equal(whole, second.predict(X))
    np.testing.assert_array_equal(whole, first.predict(X))
    start, state = first.predict(X[:cut], return_state=True)
    end = first.predict(X[cut:], state=state)
    scale = np.abs(whole).max()
    np.testing.assert_allclose(np.vstack([start, end]), whole, rtol=0, atol=1e-10 * scale)


# ---------------------------------------------------------------------- continuing and running


def test_start_last_goes_on_where_training_ended():
    model = make(start="last").fit(X[:80], y[:80])
    zero = make().fit(X[:80], y[:80])
    _, state = zero.predict(X[:80], return_state=True)
    np.testing.assert_allclose(model.predict(X[80:]), zero.predict(X[80:], state=state))
    assert np.abs(model.predict(X[80:]) - zero.predict(X[80:])).max() > 1e-6


@pytest.mark.parametrize("feedback_scaling", [0.0, 0.3])
def test_steps_equal_a_run(feedback_scaling):
    model = make(feedback_scaling=feedback_scaling).fit(X, Y)
    state, steps = None, []
    for x in X[:20]:
        output, state = model.step(x, state)
        steps.append(output)
    np.testing.assert_allclose(steps, model.predict(X[:20]), atol=1e-12)


def sine_model(readout=None, **options):
    wave = np.sin(np.arange(401) / 5)
    return make(50, 1e-9, readout=readout, washout=50, **options).fit(wave[:-1, None], wave[1:])


def test_a_free_run_goes_on_from_the_last_target():
    model = sine_model()
    truth = np.sin(np.arange(401, 451) / 5)
    np.testing.assert_allclose(model.free_run(50), truth, atol=1e-3)
    steps = fed_by_hand(model, np.sin([400 / 5]), np.zeros((50, 0)))
    np.testing.assert_allclose(model.free_run(50), steps[:, 0], atol=1e-9)


def test_a_free_run_is_cut_and_continued_through_predict():
    """Feeding the outputs in by hand is the same as letting them be fed."""
    model = sine_model()
    run = model.free_run(30)
    fed = np.concatenate([[np.sin(400 / 5)], run[:-1]])[:, None]
    np.testing.assert_allclose(model.predict(fed, state=model.state_), run, atol=1e-9)


def test_known_inputs_stand_behind_the_outputs():
    """A driven decay: the first column is fed with the output, the second is given."""
    known = rng.uniform(-1, 1, 601)
    decay = np.zeros(601)
    for n in range(600):
        decay[n + 1] = 0.7 * decay[n] + known[n + 1]
    inputs = np.column_stack([decay[:-1], known[1:]])
    model = make(20, 1e-9).fit(inputs[:500], decay[1:501])
    forecast = model.free_run(100, X=known[501:, None])
    np.testing.assert_allclose(forecast, decay[501:], atol=1e-6)


def test_output_feedback_is_teacher_forced_and_then_free():
    """Step n sees y(n-1): the teacher's with feedback=, the model's own without."""
    model = make(feedback_scaling=0.3, bias_scaling=0.5).fit(X, Y)
    _, state = model.predict(X[:50], feedback=Y[:50], return_state=True)
    np.testing.assert_array_equal(state.output, Y[49])
    free = model.predict(X[50:], state=state)
    by_hand = []
    for x in X[50:]:
        output, state = model.step(x, state)
        by_hand.append(output)
    np.testing.assert_allclose(free, by_hand, atol=1e-12)
    np.testing.assert_allclose(
        free,
        model.free_run(
            70, X=X[50:], state=model.predict(X[:50], feedback=Y[:50], return_state=True)[1]
        ),
        atol=1e-12,
    )


@pytest.mark.parametrize("feedback_scaling", [0.0, 0.3])
@pytest.mark.parametrize("squares", [False, True])
def test_the_python_loop_equals_the_compiled_one(feedback_scaling, squares):
    """Degree-1 polynomial features in front hide from the model that the readout is linear."""
    from sklearn.pipeline import make_pipeline

    hidden = make_pipeline(PolynomialFeatures(1, include_bias=False), Ridge(1e-6))
    options = {"feedback_scaling": feedback_scaling, "squared_states": squares}
    compiled = sine_model(Ridge(1e-6), **options)
    python = sine_model(hidden, **options)
    assert compiled._runner.linear is not None
    assert python._runner.linear is None
    np.testing.assert_allclose(python.free_run(40), compiled.free_run(40), atol=1e-8)


@pytest.mark.parametrize(
    "readout", [Ridge(1e-8), MLPRegressor(hidden_layer_sizes=(3,), max_iter=1000, random_state=0)]
)
def test_a_diverging_run_warns_and_stays_finite(readout):
    """Trained on growth by half at every step, the model goes on growing."""
    growth = 1.5 ** np.arange(20.0)
    model = make(5, readout=readout, activation="identity", spectral_radius=0).set_params(
        readout=Ridge(1e-8) if isinstance(readout, Ridge) else _Doubling()
    )
    model.fit(growth[:-1, None], growth[1:])
    with pytest.warns(DivergenceWarning, match="left the range"):
        run = model.free_run(200)
    assert np.all(np.isfinite(run))
    assert run.max() == model.output_range_[1, 0]


class _Doubling(MLPRegressor):
    """Not linear to the eye, and growing without bound."""

    def predict(self, X):
        return 2 * np.abs(X[:, -1])


def test_a_run_in_range_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sine_model().free_run(1000)


# ---------------------------------------------------------------------- partial_fit


def test_blocks_equal_one_fit():
    whole = make(alpha=0.1, washout=15, noise=1e-3).fit(X, Y)
    blocks = make(alpha=0.1, washout=15, noise=1e-3)
    for part in (slice(0, 10), slice(10, 60), slice(60, 120)):
        blocks.partial_fit(X[part], Y[part])
    np.testing.assert_allclose(blocks.predict(X), whole.predict(X), atol=1e-9)
    np.testing.assert_array_equal(blocks.state_.states, whole.state_.states)
    np.testing.assert_array_equal(blocks.output_range_, whole.output_range_)


def test_a_block_that_lies_within_the_washout_moves_the_state_only():
    model = make(alpha=0.1, washout=15).partial_fit(X[:15], Y[:15])
    assert not hasattr(model.readout_, "coef_")
    assert np.any(model.state_.states)


def test_a_long_block_is_not_held_at_once():
    """Features of 20 000 rows and 100 units would be 16 MB."""
    long, wave = np.zeros((20_000, 1)), np.sin(np.arange(20_000.0))
    model = ESNRegressor(Reservoir(100, random_state=0), RidgeReadout(0.1))
    model.partial_fit(long[:100], wave[:100])
    tracemalloc.start()
    model.partial_fit(long, wave)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8e6


def test_a_new_id_starts_a_new_sequence():
    ids = np.repeat([1, 2], 60)
    rows = np.column_stack([ids, X])
    whole = make(alpha=0.1, washout=5, id_column=0).fit(rows, y)
    blocks = make(alpha=0.1, washout=5, id_column=0)
    for part in (slice(0, 30), slice(30, 90), slice(90, 120)):
        blocks.partial_fit(rows[part], y[part])
    np.testing.assert_allclose(blocks.predict(rows), whole.predict(rows), atol=1e-9)


def test_arrays_of_a_list_never_go_on():
    listed = make(alpha=0.1).partial_fit([X[:60]], [y[:60]]).partial_fit([X[60:]], [y[60:]])
    whole = make(alpha=0.1).fit([X[:60], X[60:]], [y[:60], y[60:]])
    np.testing.assert_allclose(listed.predict(X), whole.predict(X), atol=1e-9)


def test_partial_fit_asks_for_a_readout_that_can():
    make(readout=SGDRegressor(random_state=0)).partial_fit(X, y).predict(X)
    assert not hasattr(make(readout=Ridge()), "partial_fit")
    with pytest.raises(ValueError, match=r"y has 1 output\(s\), but the model has 2"):
        make().partial_fit(X, Y).partial_fit(X, y)


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"washout": -1}, ValueError, "washout == -1, must be >= 0"),
        ({"washout": 120}, ValueError, "washout=120 leaves nothing of sequence 0.*120 rows"),
        ({"washout": 1.5}, TypeError, "washout"),
        ({"start": "here"}, ValueError, "start must be one of 'zero', 'last', got 'here'"),
        ({"readout": 3}, TypeError, "readout must be an estimator or None, got 3"),
        ({"readout": PolynomialFeatures()}, TypeError, "readout must be a regressor"),
        ({"reservoir": Ridge()}, TypeError, r"reservoir must be a memory.*got Ridge\(\)"),
        (
            {"reservoir": Reservoir(id_column=0)},
            ValueError,
            "id_column belongs to the model",
        ),
        ({"id_column": "id"}, ValueError, "id_column='id' is not a column of X"),
    ],
)
def test_bad_parameters_are_named(options, error, message):
    with pytest.raises(error, match=message):
        ESNRegressor(**options).fit(X, y)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((X, y[:50]), r"inconsistent numbers of samples: \[120, 50\]"),
        ((X[:1], y[:1]), "1 sample"),
        ((X, np.full(120, np.nan)), "Input y contains NaN"),
        ((np.where(X[0, 0] == X, np.inf, X), y), "infinity"),
        ((X, None), "requires y to be passed"),
        (([X, X], y), "y must be a list"),
    ],
)
def test_bad_data_is_named(data, message):
    with pytest.raises(ValueError, match=message):
        make().fit(*data)


def test_wrong_calls_are_named():
    with pytest.raises(NotFittedError):
        make().predict(X)
    model = make().fit(X, Y)
    with pytest.raises(ValueError, match="X has 1 features, but ESNRegressor is expecting 2"):
        model.predict(X[:, :1])
    with pytest.raises(ValueError, match=r"X has shape \(3, 2\), but n_steps=4 rows are needed"):
        model.free_run(4, X=X[:3])
    with pytest.raises(ValueError, match="X has 1 of the 2 features, which leaves 1 to be fed"):
        model.free_run(4, X=X[:4, :1])
    with pytest.raises(ValueError, match="n_steps == 0, must be >= 1"):
        model.free_run(0)
    with pytest.raises(ValueError, match=r"output of shape \(0,\), but the model has \(2,\)"):
        model.predict(X, state=State(np.zeros(20)))
    with pytest.raises(ValueError, match=r"states of shape \(3,\)"):
        model.predict(X, state=State(np.zeros(3), np.zeros(2)))
    with pytest.raises(TypeError, match="state must be a State"):
        model.predict(X, state=1)
    with pytest.raises(ValueError, match=r"x has shape \(3,\), but \(2,\) is needed"):
        model.step([1, 2, 3])
    many = make().fit([X, X], [Y, Y])
    with pytest.raises(ValueError, match="many sequences: pass a state"):
        many.free_run(3)
    with pytest.raises(ValueError, match="start='last' goes on with one sequence"):
        make(start="last").fit([X, X], [Y, Y])


def test_another_readout_on_the_same_states():
    wave = np.sin(np.arange(300) / 5)
    model = ESNRegressor(Reservoir(30, random_state=0), RidgeReadout(1e-3))
    model.fit(wave[:-1, None], wave[1:])
    before = model.free_run(20)
    (readout,) = model.readout_.path([1e-8])
    fitted = clone(model).set_params(readout__alpha=1e-8).fit(wave[:-1, None], wave[1:])
    np.testing.assert_allclose(
        model.with_readout(readout).free_run(20), fitted.free_run(20), atol=1e-8
    )
    np.testing.assert_array_equal(model.free_run(20), before)


# ---------------------------------------------------------------------- the path of the data


def test_rows_are_looked_at_once(monkeypatch):
    """One check of X and one of y; what the readout gathered is checked by its means."""
    from sklearn.utils import validation

    check, seen = validation._assert_all_finite, []

    def count(values, *args, **kwargs):
        seen.append(np.shape(values))
        return check(values, *args, **kwargs)

    monkeypatch.setattr(validation, "_assert_all_finite", count)
    make().fit(X, y)
    assert [shape for shape in seen if shape[:1] == (len(X),)] == [X.shape, y.shape]


@pytest.mark.parametrize("solver", ["qr", "gram"])
def test_states_that_overflow_are_refused(solver):
    model = make(activation="identity", spectral_radius=5.0, readout=RidgeReadout(solver=solver))
    with pytest.raises(ValueError, match="has the state of a memory exploded"):
        model.fit(np.ones((3000, 1)), np.ones(3000))


class _Refusing(Ridge):
    def fit(self, X, y, sample_weight=None):
        raise ValueError("no")


def test_a_fit_that_fails_leaves_where_training_stood():
    """Features are computed for the readout; the model moves on only when it has taken them."""
    model = make(readout=SGDRegressor(random_state=0), noise=0.1).partial_fit(X[:40], y[:40])
    twin = pickle.loads(pickle.dumps(model))
    working = model.readout_
    model.readout_ = _Refusing()
    with pytest.raises(AttributeError):
        model.partial_fit(X[40:], y[40:])
    model.readout_ = working
    for each in (model, twin):
        each.partial_fit(X[40:], y[40:])
    np.testing.assert_array_equal(model.predict(X), twin.predict(X))


@pytest.mark.parametrize("memory", [TappedDelayLine(3), GammaMemory(3), NVAR(2)], ids=repr)
def test_the_input_is_not_given_twice(memory):
    automatic, given = ESNRegressor(memory), ESNRegressor(memory, include_input=False)
    np.testing.assert_array_equal(
        automatic.fit(X, y).readout_.coef_, given.fit(X, y).readout_.coef_
    )
    assert ESNRegressor(Reservoir(5)).readout_sees_input
    with pytest.raises(ValueError, match="include_input must be one of 'auto', True, False"):
        ESNRegressor(memory, include_input="yes").fit(X, y)


def test_the_margin_of_clipping():
    model = make(clip_margin=0.5).fit(X, y)
    width = y.max() - y.min()
    np.testing.assert_allclose(
        model.output_range_[:, 0], [y.min() - 0.5 * width, y.max() + 0.5 * width]
    )
    with pytest.raises(ValueError, match="clip_margin"):
        make(clip_margin=-1.0).fit(X, y)
