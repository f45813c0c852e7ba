"""One number for each sequence: ESNRegressor and RNNRegressor with output="sequence"."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from esnkit import (
    Bidirectional,
    ESNRegressor,
    Reservoir,
    RidgeReadout,
    RNNRegressor,
    State,
    TappedDelayLine,
)
from esnkit.datasets import adding

rng = np.random.default_rng(0)
X = [rng.uniform(-1, 1, (length, 2)) for length in (9, 4, 12, 7, 5, 8, 11, 6, 10, 5)]
Y = np.array([[x[-1, 0], x[:, 1].mean()] for x in X])
IDS = np.repeat(np.arange(len(X)), [len(x) for x in X])
ROWS = np.column_stack([IDS, np.concatenate(X)])


def make(readout=None, **options):
    readout = RidgeReadout(0.1) if readout is None else readout
    return ESNRegressor(Reservoir(8, random_state=0), readout, output="sequence", **options)


def by_hand(memory, summary, x):
    """Summaries of what the readout would see at each step."""
    states = memory.run(x)[0]
    return summary(np.hstack([states, x]))


@pytest.mark.parametrize(
    ("pooling", "summary"),
    [
        ("last", lambda z: z[-1]),
        ("mean", lambda z: z.mean(axis=0)),
        (
            ["largest", "deviation"],
            lambda z: np.concatenate([z.max(axis=0), z.std(axis=0)]),
        ),
        (lambda z: z[0], lambda z: z[0]),
    ],
)
@pytest.mark.parametrize("washout", [0, 3])
def test_the_fit_is_a_ridge_regression_on_summaries(pooling, summary, washout):
    weights = rng.uniform(0.5, 1.5, len(X))
    model = make(pooling=pooling, washout=washout).fit(X, Y, weights)
    memory = Reservoir(8, random_state=0).prepare(2)
    features = np.stack([by_hand(memory, lambda z: summary(z[washout:]), x) for x in X])
    twin = Ridge(0.1, solver="svd").fit(features, Y, weights)
    np.testing.assert_allclose(model.predict(X), twin.predict(features), atol=1e-9)


def test_the_default_readout_leaves_each_sequence_out():
    model = ESNRegressor(TappedDelayLine(2), output="sequence").fit(X, Y[:, 0])
    last = np.stack([x[[-1, -2]].ravel() for x in X])
    alphas = model.readout_.alphas_
    twin = RidgeCV(alphas, scoring="neg_mean_squared_error").fit(last, Y[:, 0])
    assert model.readout_.alpha_ == twin.alpha_
    assert model.predict(X).shape == (len(X),)


@pytest.mark.parametrize("pooling", ["last", "default"])
def test_the_doors_agree(pooling):
    long = [np.vstack([x, x]) for x in X]
    listed = make(pooling=pooling).fit(long, Y).predict(long)
    flat = np.column_stack([np.repeat(IDS, 2), np.concatenate(long)])
    lengths = [len(x) for x in long]
    flat[:, 0] = np.repeat(np.arange(len(long)), lengths)
    by_row = make(pooling=pooling, id_column=0).fit(flat, np.repeat(Y, lengths, axis=0))
    expected = np.repeat(listed, lengths, axis=0)
    np.testing.assert_allclose(by_row.predict(flat), expected, atol=1e-12)
    by_id = make(pooling=pooling, id_column=0).fit(flat, Y)
    np.testing.assert_allclose(by_id.predict(flat), expected, atol=1e-12)
    equal = np.stack([x[:8] for x in long])
    stacked, listed = (make(pooling=pooling).fit(x, Y).predict(x) for x in (equal, list(equal)))
    np.testing.assert_allclose(stacked, listed, atol=1e-12)


def test_one_array_is_one_sequence():
    model = make().fit(X, Y)
    np.testing.assert_allclose(model.predict(X[2]), model.predict(X)[2:3], atol=1e-12)


def test_blocks_equal_one_fit():
    whole = make().fit(X, Y)
    blocks = make().partial_fit(X[:4], Y[:4]).partial_fit(X[4:], Y[4:])
    np.testing.assert_allclose(blocks.predict(X), whole.predict(X), atol=1e-10)


def test_noise_is_drawn_while_fitting_only_and_by_seed():
    noisy = ESNRegressor(
        Reservoir(8, noise=0.1), RidgeReadout(0.1), output="sequence", random_state=0
    )
    first, again = clone(noisy).fit(X, Y), clone(noisy).fit(X, Y)
    np.testing.assert_array_equal(first.predict(X), again.predict(X))
    quiet = clone(noisy).set_params(reservoir__noise=0.0).fit(X, Y)
    assert not np.allclose(first.readout_.coef_, quiet.readout_.coef_)


def test_scikit_learns_tools_score_whole_sequences():
    model = make_pipeline(StandardScaler(), make(id_column=0))
    targets = np.repeat(Y[:, 0], np.diff(np.append(np.unique(IDS, return_index=True)[1], len(IDS))))
    folds = list(GroupKFold(5).split(ROWS, targets, IDS))
    assert cross_val_score(model, ROWS, targets, cv=folds, scoring="r2").shape == (5,)


def test_a_memory_that_reads_both_ways_serves():
    model = ESNRegressor(Bidirectional(Reservoir(8)), output="sequence", random_state=0)
    assert model.fit(X, Y).predict(X).shape == Y.shape


def test_the_marked_numbers_are_averaged():
    """The adding problem, short: a summary of products does what the last state does not reach."""
    sequences, means = adding(400, length=20, random_state=0)
    model = ESNRegressor(
        Reservoir(200, input_scaling=0.3, random_state=0),
        output="sequence",
        pooling=["mean", "deviation", "last"],
    )
    assert model.fit(sequences[:300], means[:300]).score(sequences[300:], means[300:]) > 0.9


@pytest.mark.parametrize("make_model", [make, lambda **o: RNNRegressor(output="sequence", **o)])
@pytest.mark.parametrize(
    ("options", "x", "targets", "message"),
    [
        ({}, X, Y[:5], r"y has shape \(5, 2\), .* one value for each sequence, \(10,\)"),
        ({}, X[0], Y[:, 0], r"y has shape \(10,\), .* two-dimensional X is one sequence"),
        ({}, X, None, "requires y"),
        ({}, X, np.full(10, np.nan), "y contains NaN"),
        ({"id_column": 0}, ROWS, np.arange(len(ROWS)), "y differs within the sequence of id 0.0"),
        ({"id_column": 0}, np.vstack([ROWS, ROWS[:5]]), np.arange(11), "id 0.0 .* comes back"),
        ({"washout": 4}, X, Y, "washout=4"),
        ({"output": "all"}, X, Y, "output must be one of 'step', 'sequence'"),
    ],
)
def test_bad_input_is_named(make_model, options, x, targets, message):
    model = make_model(**{k: v for k, v in options.items() if k != "output"})
    model.set_params(**options)
    with pytest.raises(ValueError, match=message):
        model.fit(x, targets)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "slices"}, r"pooling='slices' .* needs at least 2"),
        ({"pooling": "median"}, "pooling must be one of"),
        ({"start": "last"}, "start be 'zero'"),
        ({"reservoir": Reservoir(feedback_scaling=1.0)}, "must have no feedback"),
    ],
)
def test_what_does_not_go_with_whole_sequences_is_named(options, message):
    model = make().set_params(**options)
    with pytest.raises(ValueError, match=message):
        model.fit([x[:1] for x in X], Y)


def test_whole_sequences_neither_continue_nor_run_freely():
    model = make().fit(X, Y)
    assert not model.can_continue
    assert not model.can_run_freely
    for call in (
        lambda: model.free_run(3, X[0][:3]),
        lambda: model.step(X[0][0]),
        model.stepper,
        lambda: model.predict(X[0], return_state=True),
        lambda: model.predict(X[0], state=State(np.zeros(8), np.zeros(2))),
    ):
        with pytest.raises(ValueError, match="output='sequence' gives one output for each"):
            call()
    with pytest.raises(ValueError, match="feedback has no place"):
        model.predict(X[0], feedback=Y[0])


def test_networks_take_ids_by_row_too():
    options = {"hidden_layer_sizes": (3,), "max_iter": 2, "random_state": 0, "output": "sequence"}
    listed = RNNRegressor(**options).fit(X, Y)
    rowwise = RNNRegressor(**options, id_column=0).fit(ROWS, Y[IDS])
    np.testing.assert_allclose(rowwise.predict(ROWS), listed.predict(X)[IDS], atol=1e-12)
