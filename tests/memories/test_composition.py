"""Stacked, Parallel and Bidirectional: held to what the same memories give by hand."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import (
    NVAR,
    Bidirectional,
    ESNRegressor,
    Forecaster,
    GammaMemory,
    Parallel,
    Reservoir,
    RidgeReadout,
    Stacked,
    State,
    TappedDelayLine,
)
from tests.loops import fed_by_hand

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (90, 2))
y = np.roll(X[:, 0], 1)
POOL = Reservoir(12, random_state=3)
SLOW = Reservoir(8, leak_rate=0.2, random_state=4)
WAVE = np.sin(np.arange(401) / 5)

EXPECTED_FAILURES = {
    "check_methods_sample_order_invariance": "a state depends on the rows before it",
    "check_methods_subset_invariance": "a state depends on the rows before it",
}


@parametrize_with_checks(
    [
        Stacked(random_state=0),
        Stacked([Reservoir(9), TappedDelayLine(2)], layers="last", random_state=0),
        Parallel(random_state=0),
        Parallel([("line", NVAR()), ("pool", Reservoir(9))], random_state=0),
        Bidirectional(random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "memory",
    [
        POOL,
        GammaMemory(3),
        Reservoir(9, noise=0.1, random_state=1),
        Reservoir(9, feedback_scaling=0.5, random_state=1),
        Reservoir(9, dtype="float32", random_state=1),
    ],
    ids=["reservoir", "gamma", "noise", "feedback", "float32"],
)
@pytest.mark.parametrize("kind", [Stacked, Parallel])
def test_one_member_is_the_memory_itself(kind, memory):
    alone, one = clone(memory), kind([memory])
    np.testing.assert_array_equal(one.fit_transform(X, y), alone.fit_transform(X, y))
    model, other = (ESNRegressor(m, RidgeReadout(1e-3)).fit(X, y) for m in (memory, one))
    np.testing.assert_allclose(other.predict(X), model.predict(X), atol=1e-9)
    assert not hasattr(memory, "n_features_in_")


def test_parallel_is_a_concatenation_by_hand():
    features = Parallel([POOL, TappedDelayLine(3), SLOW]).fit_transform(X)
    parts = [clone(m).fit_transform(X) for m in (POOL, TappedDelayLine(3), SLOW)]
    np.testing.assert_array_equal(features, np.hstack(parts))


@pytest.mark.parametrize("layers", ["all", "last"])
def test_a_layer_sees_what_the_one_before_gives(layers):
    first = clone(POOL).fit_transform(X)
    second = clone(SLOW).fit_transform(first)
    expected = np.hstack([first, second]) if layers == "all" else second
    np.testing.assert_array_equal(Stacked([POOL, SLOW], layers=layers).fit_transform(X), expected)


def test_backwards_over_a_reversed_sequence_is_forwards():
    both = Bidirectional(POOL).fit(X)
    features, turned = both.transform(X), both.transform(X[::-1])
    np.testing.assert_array_equal(features[:, :12], clone(POOL).fit_transform(X))
    np.testing.assert_array_equal(features[:, :12], turned[::-1, 12:])
    np.testing.assert_array_equal(features[:, 12:], turned[::-1, :12])


MIXED = Parallel([Stacked([POOL, TappedDelayLine(2)]), Reservoir(5, dtype="float32"), NVAR(2)])


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(1, 89))
def test_two_parts_equal_one_run(cut):
    memory = clone(MIXED).set_params(random_state=0).fit(X)
    first, state = memory.transform(X[:cut], return_state=True)
    second, end = memory.transform(X[cut:], state=state, return_state=True)
    whole, expected = memory.transform(X, return_state=True)
    np.testing.assert_array_equal(np.vstack([first, second]), whole)
    np.testing.assert_array_equal(end.states, expected.states)


@pytest.mark.parametrize("memory", [Stacked([POOL, SLOW]), MIXED], ids=["stacked", "nested"])
def test_a_free_run_feeds_its_outputs(memory):
    model = ESNRegressor(memory, RidgeReadout(1e-6), washout=50, random_state=0)
    model.fit(WAVE[:-1, None], WAVE[1:])
    expected = fed_by_hand(model, WAVE[-1:], np.zeros((20, 0)))[:, 0]
    np.testing.assert_allclose(model.free_run(20), expected, atol=1e-10)
    np.testing.assert_allclose(model.free_run(20), np.sin(np.arange(401, 421) / 5), atol=1e-2)
    forecast = Forecaster(clone(model)).fit(WAVE).forecast(20)
    np.testing.assert_allclose(forecast, np.sin(np.arange(401, 421) / 5), atol=1e-2)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.free_run(5), model.free_run(5))


def test_output_feedback_reaches_the_member_that_has_it():
    fed = Reservoir(9, feedback_scaling=0.4, random_state=1)
    features = Parallel([POOL, fed]).fit_transform(X, y)
    np.testing.assert_array_equal(features[:, 12:], clone(fed).fit_transform(X, y))
    model = ESNRegressor(Parallel([POOL, fed]), RidgeReadout(1e-3)).fit(X, y)
    steps, state = [], None
    for x in X[:10]:
        output, state = model.step(x, state)
        steps.append(output[0])
    np.testing.assert_allclose(model.predict(X[:10]), steps, atol=1e-12)


def test_open_seeds_are_filled_each_by_another():
    memory = Stacked([Reservoir(5), Reservoir(5)], random_state=1).fit(X)
    other = Stacked([Reservoir(5), Reservoir(5)], random_state=1).fit(X)
    seeds = [m.random_state for m in memory.memories_]
    assert len(set(seeds)) == 2
    assert seeds == [m.random_state for m in other.memories_]
    assert Parallel([POOL], random_state=1).fit(X).memories_[0].random_state == 3
    models = [ESNRegressor(Parallel(), random_state=0).fit(X, y).predict(X) for _ in range(2)]
    np.testing.assert_array_equal(*models)


def test_parameters_of_members_are_searched():
    u = rng.uniform(-1, 1, 200)
    memory = Parallel([("line", TappedDelayLine(2)), ("pool", Reservoir(5, random_state=0))])
    search = GridSearchCV(
        ESNRegressor(memory, Ridge(1e-6), start="last"),
        {"reservoir__line__n_taps": [2, 4]},
        cv=TimeSeriesSplit(3),
    ).fit(u[:, None], np.pad(u, (3, 0))[:200])
    assert search.best_params_ == {"reservoir__line__n_taps": 4}
    assert memory.get_params()["line__n_taps"] == 2
    changed = clone(memory).set_params(line=NVAR(3), pool__n_units=7)
    assert changed.fit_transform(X).shape == (90, 6 + 21 + 7)
    assert Stacked([POOL, SLOW]).set_params(memory1__leak_rate=0.7).memories[1].leak_rate == 0.7
    assert SLOW.leak_rate == 0.7
    SLOW.set_params(leak_rate=0.2)


def test_the_input_stands_first_where_the_first_member_gives_it():
    assert Parallel([NVAR(), POOL]).begins_with_input
    assert not Parallel([POOL, NVAR()]).begins_with_input
    assert Stacked([NVAR(), POOL]).begins_with_input
    assert not Stacked([NVAR(), POOL], layers="last").begins_with_input
    assert Bidirectional(NVAR()).begins_with_input


def test_what_reads_backwards_refuses_to_go_on_and_says_why():
    memory = Bidirectional(POOL).fit(X)
    model = ESNRegressor(Bidirectional(POOL), RidgeReadout(1e-3), washout=5)
    pairs = ([X[:40], X[40:]], [y[:40], y[40:]])
    model.fit(*pairs)
    whole = np.vstack([np.hstack([memory.transform(x), x])[5:] for x in pairs[0]])
    peer = Ridge(1e-3).fit(whole, np.concatenate([t[5:] for t in pairs[1]]))
    np.testing.assert_allclose(
        model.predict(X), peer.predict(np.hstack([memory.transform(X), X])), atol=1e-9
    )
    state = State(np.zeros(0), np.zeros(1))
    for call in (
        lambda: memory.step(X[0]),
        lambda: memory.transform(X, state=State(np.zeros(0))),
        lambda: model.free_run(3, state=state),
        lambda: model.step(X[0]),
        lambda: model.stepper(),
        lambda: model.predict(X, state=state),
        lambda: clone(model).set_params(start="last").fit(X, y).predict(X),
        lambda: ESNRegressor(Stacked([POOL, Bidirectional(POOL)])).fit(X, y).step(X[0]),
    ):
        with pytest.raises(ValueError, match=r"cannot .* reads sequences backwards too"):
            call()
    with pytest.raises(TypeError, match=r"(?s)runs freely.* reads sequences backwards too"):
        Forecaster(model).fit(WAVE)


def test_long_sequences_are_read_backwards_whole():
    """Longer than what is held at one time."""
    long = rng.uniform(-1, 1, (700, 1))
    ahead = np.append(long[3:, 0], np.zeros(3))
    model = ESNRegressor(Bidirectional(TappedDelayLine(4)), RidgeReadout(1e-8)).fit(long, ahead)
    np.testing.assert_allclose(model.predict(long), ahead, atol=1e-6)
    blocks = ESNRegressor(Bidirectional(TappedDelayLine(4)), RidgeReadout(1e-8), washout=2)
    blocks.partial_fit(long[:300], ahead[:300]).partial_fit(long[300:], ahead[300:])
    assert blocks.readout_.statistics_[0].n_samples == 700 - 2 * 2


@pytest.mark.parametrize(
    ("memory", "error", "message"),
    [
        (Stacked([]), ValueError, r"memories must be a list of memories.* got \[\]"),
        (Parallel(3), ValueError, "memories must be a list of memories.* got 3"),
        (Parallel([Ridge()]), TypeError, r"memory0 must be a memory such as Reservoir, got Ridge"),
        (Stacked([Reservoir(3, id_column=0)]), ValueError, "leave that of memory0 None, got 0"),
        (Parallel([("a", NVAR()), ("a", NVAR())]), ValueError, r"different names.*\['a', 'a'\]"),
        (Stacked([POOL], layers="first"), ValueError, "layers must be one of 'all', 'last'"),
        (Bidirectional(Ridge()), TypeError, "memory must be a memory"),
        (Bidirectional(Reservoir(3, feedback_scaling=1.0)), ValueError, "no output feedback"),
    ],
)
def test_what_is_wrong_is_named(memory, error, message):
    with pytest.raises(error, match=message):
        memory.fit(X, y)
