"""Models over panels of sequences: each as if alone, fitted, predicted and running freely."""

from __future__ import annotations

import re

import numpy as np
import pytest

from esnkit import DivergenceWarning, ESNRegressor, Reservoir, RidgeReadout, RNNRegressor


def make_waves(lengths, n_features=1):
    rng = np.random.default_rng(0)
    starts = rng.uniform(0, 6, (len(lengths), n_features))
    steps = [np.arange(n + 1)[:, None] / 4 for n in lengths]
    return [np.sin(t + start) for t, start in zip(steps, starts, strict=True)]


LENGTHS = [20 + (7 * i) % 23 for i in range(30)]
WAVES = make_waves(LENGTHS)
X, Y = [w[:-1] for w in WAVES], [w[1:] for w in WAVES]

MODELS = {
    "plain": ESNRegressor(Reservoir(30, random_state=0), RidgeReadout(1e-4), washout=3),
    "squares": ESNRegressor(Reservoir(30, random_state=0), RidgeReadout(1e-4), squared_states=True),
    "feedback": ESNRegressor(
        Reservoir(30, feedback_scaling=0.5, random_state=0), RidgeReadout(1e-4), washout=3
    ),
    "no input": ESNRegressor(
        Reservoir(30, random_state=0), RidgeReadout(1e-4), include_input=False
    ),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("batch", [1, 5000, 2**23])  # numbers held at one time
def test_a_panel_is_fitted_as_its_sequences_are(name, batch, monkeypatch):
    """One by one, a few together, all together: the readout is the same to rounding."""
    expected = MODELS[name].fit(X, Y)
    coef, outputs = expected.readout_.coef_, expected.predict(X, feedback=Y)
    monkeypatch.setattr("esnkit.models.runner.BATCH", batch)
    model = MODELS[name].fit(X, Y)
    np.testing.assert_allclose(model.readout_.coef_, coef, rtol=0, atol=1e-9)
    for x, y, out in zip(X, Y, outputs, strict=True):
        np.testing.assert_allclose(model.predict(x, feedback=y), out, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("n_runs", [1, 8, 16, 21])
def test_runs_from_many_states_are_those_from_each(name, n_runs):
    model = MODELS[name].fit(X, Y)
    _, states = model.predict(X[:n_runs], feedback=Y[:n_runs], return_state=True)
    runs = model.free_run(15, state=states)
    assert len(runs) == n_runs
    for run, state in zip(runs, states, strict=True):
        np.testing.assert_allclose(run, model.free_run(15, state=state), rtol=0, atol=1e-9)


@pytest.mark.parametrize("shared", [True, False])
def test_runs_are_given_inputs_of_their_own_or_the_same(shared):
    given = make_waves([20] * 12, 2)
    model = ESNRegressor(Reservoir(30, random_state=0), RidgeReadout(1e-3)).fit(
        [np.hstack([w[:20], x[:20]]) for w, x in zip(WAVES[:12], given, strict=True)],
        [w[1:21] for w in WAVES[:12]],
    )
    start = model.initial_state()
    known = given[0][:9] if shared else [x[:9] for x in given]
    runs = model.free_run(9, X=known, state=[start] * 12)
    for i, run in enumerate(runs):
        alone = model.free_run(9, X=known if shared else known[i], state=start)
        np.testing.assert_allclose(run, alone, rtol=0, atol=1e-9)


def test_a_trained_network_runs_from_many_states_too():
    model = RNNRegressor("elman", (8,), max_iter=2, random_state=0).fit(X[0], Y[0])
    _, states = model.predict(X[:3], return_state=True)
    for run, state in zip(model.free_run(5, state=states), states, strict=True):
        np.testing.assert_array_equal(run, model.free_run(5, state=state))


def test_lists_that_do_not_fit_are_refused():
    model = MODELS["plain"].fit(X, Y)
    start = model.initial_state()
    with pytest.raises(ValueError, match=r"state is a list of 2, so X must be .* got 3"):
        model.free_run(4, X=[np.zeros((4, 1))] * 3, state=[start] * 2)
    with pytest.raises(ValueError, match="and not empty"):
        model.free_run(4, state=[])
    with pytest.raises(ValueError, match="as many columns for each state"):
        model.free_run(4, X=[np.zeros((4, 1)), None], state=[start] * 2)


def first_step_clipped(call):
    with pytest.warns(DivergenceWarning) as record:
        call()
    (warning,) = record
    return int(re.search(r"in step (\d+) of 40", str(warning.message)).group(1))


def test_outputs_that_are_clipped_warn_once_with_the_first_step():
    model = ESNRegressor(Reservoir(30, random_state=0), RidgeReadout(1.0), clip_margin=0.0)
    model.fit(X, [1.1 * y for y in Y])  # a wave that grows
    _, states = model.predict(X[:9], return_state=True)
    first = [first_step_clipped(lambda s=s: model.free_run(40, state=s)) for s in states]
    assert first_step_clipped(lambda: model.free_run(40, state=states)) == min(first)
    assert min(first) < max(first)
