"""Models that learn at each step: by partial_fit, in a stepper, and while they drive themselves."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from esnkit import NVAR, ESNRegressor, Forecaster, LMSReadout, Reservoir, RidgeReadout, RLSReadout

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (300, 1))
Y = np.column_stack([np.roll(X[:, 0], 2), X[:, 0] ** 2])
DTYPES = ["float64", "float32"]


def esn(readout=None, reservoir=None, **options):
    reservoir = Reservoir(40, noise=1e-3) if reservoir is None else reservoir
    readout = RLSReadout(0.99) if readout is None else readout
    return ESNRegressor(reservoir, readout, random_state=0, **options)


def test_without_forgetting_a_model_is_that_with_a_ridge_readout():
    reservoir = Reservoir(40, random_state=0)
    online = esn(RLSReadout(1, alpha=1e-3), reservoir, washout=20).fit(X, Y)
    ridge = esn(RidgeReadout(1e-3), reservoir, washout=20).fit(X, Y)
    np.testing.assert_allclose(online.predict(X), ridge.predict(X), atol=1e-6)
    np.testing.assert_allclose(online.with_readout(ridge.readout_).predict(X), ridge.predict(X))


@pytest.mark.parametrize("feedback", ["teacher", "output"])
def test_pieces_of_a_sequence_are_learned_as_the_whole(feedback):
    reservoir = Reservoir(40, feedback_scaling=0.5, noise=1e-3)
    whole = esn(None, reservoir, washout=15, training_feedback=feedback).partial_fit(X, Y)
    pieces = esn(None, reservoir, washout=15, training_feedback=feedback)
    for part in np.split(np.arange(300), [2, 10, 200]):
        pieces.partial_fit(X[part], Y[part])
    np.testing.assert_allclose(pieces.readout_.coef_, whole.readout_.coef_, rtol=1e-6, atol=1e-9)
    assert whole.readout_.n_samples_seen_ == 285
    fitted = esn(None, reservoir, washout=15, training_feedback=feedback).fit(X, Y)
    np.testing.assert_array_equal(fitted.readout_.coef_, whole.readout_.coef_)
    assert fitted.fit(X, Y).readout_.n_samples_seen_ == 285  # a fit forgets


@pytest.mark.parametrize("readout", [RLSReadout(0.99), LMSReadout()])
@pytest.mark.parametrize(
    "memory",
    [Reservoir(40), Reservoir(40, feedback_scaling=0.5), Reservoir(40, dtype="float32"), NVAR(3)],
)
def test_a_stepper_learns_as_partial_fit_does(memory, readout):
    model = esn(readout, memory).fit(X[:200], Y[:200])
    stepper = model.stepper(model.state_)
    outputs = [stepper.step(x, y) for x, y in zip(X[200:], Y[200:], strict=True)]
    first = model.predict(X[200:201], state=model.state_)[0]
    before = model.readout_.coef_.copy()
    learned = copy.deepcopy(model).partial_fit(X[200:], Y[200:])
    np.testing.assert_allclose(outputs[0], first, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(stepper.readout.coef_, learned.readout_.coef_, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(model.readout_.coef_, before)  # the model stays as it was
    wiser = model.with_readout(stepper.readout)
    np.testing.assert_allclose(wiser.predict(X), learned.predict(X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("feedback", [0.0, 0.5])
def test_without_a_target_such_a_stepper_only_predicts(feedback):
    memory = Reservoir(40, feedback_scaling=feedback)
    model = esn(None, memory).fit(X[:200], Y[:200])
    stepper = model.stepper(model.state_)
    outputs = [stepper.step(x) for x in X[200:]]
    np.testing.assert_allclose(outputs, model.predict(X[200:], state=model.state_), atol=1e-8)


def test_a_stepper_that_learns_is_pickled_and_goes_on():
    model = esn().fit(X[:200], Y[:200])
    stepper = model.stepper(model.state_)
    stepper.step(X[200], Y[200])
    twin = pickle.loads(pickle.dumps(stepper))
    for x, y in zip(X[201:220], Y[201:220], strict=True):
        np.testing.assert_array_equal(twin.step(x, y), stepper.step(x, y))


def test_a_stepper_refuses_what_it_cannot_learn():
    plain = esn(RidgeReadout(1e-3)).fit(X, Y).stepper()
    with pytest.raises(TypeError, match="RLSReadout"):
        plain.step(X[0], Y[0])
    with pytest.raises(TypeError, match="RLSReadout"):
        _ = plain.readout
    stepper = esn().fit(X, Y).stepper()
    before = pickle.dumps(stepper)
    with pytest.raises(ValueError, match=r"y has shape \(1,\), but shape \(2,\)"):
        stepper.step(X[0], Y[0, :1])
    with pytest.raises(ValueError, match="y has a missing or infinite value"):
        stepper.step(X[0], [np.nan, 0])
    with pytest.raises(ValueError, match="x has a missing or infinite value"):
        stepper.step([np.inf], Y[0])
    assert pickle.dumps(stepper) == before


def four_sines(n):
    """The sum of sines of Sussillo and Abbott, with a period of 120 steps."""
    harmonics = np.array([1, 2, 3, 4]), np.array([1.3, 0.65, 0.2167, 0.433]) / 1.5
    return sum(size * np.sin(2 * np.pi * k * n / 120) for k, size in zip(*harmonics, strict=True))


def test_force_teaches_a_chaotic_reservoir_to_oscillate():
    """After learning stops it follows for five periods, from most seeds; half will do here."""
    n = np.arange(6000 + 600)
    target, nothing = four_sines(n), np.zeros((len(n), 1))
    memory = Reservoir(
        300, spectral_radius=1.5, connectivity=0.1, leak_rate=0.1, feedback_scaling=1.0
    )
    readout = RLSReadout(1, fit_intercept=False)
    held = 0
    for seed in range(4):
        model = ESNRegressor(
            memory, readout, include_input=False, training_feedback="output", random_state=seed
        ).fit(nothing[:6000], target[:6000])
        outputs = model.predict(nothing[6000:], state=model.state_)
        held += np.abs(outputs - target[6000:]).max() < 0.3
    assert held >= 2


def test_training_feedback_needs_feedback_and_a_readout_that_learns():
    fed_back = Reservoir(20, feedback_scaling=0.5)
    for memory, readout in [(fed_back, RidgeReadout()), (Reservoir(20), RLSReadout())]:
        with pytest.raises(ValueError, match=r"training_feedback='output' needs"):
            esn(readout, memory, training_feedback="output").fit(X, Y)
    with pytest.raises(ValueError, match="training_feedback must be one of 'teacher', 'output'"):
        esn(training_feedback="none").fit(X, Y)


def test_a_forecaster_learns_on():
    """After a plant has changed, a forecaster that learns errs far less than one that does not."""
    rng = np.random.default_rng(0)
    e, y = rng.normal(size=1600), np.zeros(1600)
    for n in range(2, 1600):
        pole = 0.9 if n < 600 else -0.9
        y[n] = pole * y[n - 1] + 0.3 * e[n]
    forecaster = Forecaster(esn(RLSReadout(0.98), washout=20), random_state=0).fit(y[:600])
    errors = {}
    for learn in (False, True):
        follower = copy.deepcopy(forecaster)
        squares = []
        for n in range(600, 1600, 4):
            squares.append((follower.forecast(1)[0] - y[n]) ** 2)
            follower.update(y[n : n + 4], learn=learn)
        errors[learn] = np.mean(squares[100:])
    assert errors[True] < 0.3 * errors[False]


def test_blocks_from_a_generator_are_fitted_as_the_whole():
    memory = Reservoir(40, random_state=0)
    blocks = ((X[i : i + 50], Y[i : i + 50]) for i in range(0, 300, 50))
    streamed = esn(RidgeReadout(1e-3), memory, washout=20).fit(X, -Y).fit_chunks(blocks)
    whole = esn(RidgeReadout(1e-3), memory, washout=20).fit(X, Y)
    np.testing.assert_allclose(streamed.predict(X), whole.predict(X), atol=1e-8)
    with pytest.raises(ValueError, match="at least one block"):
        streamed.fit_chunks([])
    np.testing.assert_allclose(streamed.predict(X), whole.predict(X), atol=1e-8)


def test_a_mapped_array_is_not_copied(tmp_path, monkeypatch):
    mapped = np.memmap(tmp_path / "series.dat", dtype=float, mode="w+", shape=(300, 1))
    mapped[:] = X
    seen = []
    run = Reservoir._run
    monkeypatch.setattr(
        Reservoir, "_run", lambda self, rows, *rest: seen.append(rows) or run(self, rows, *rest)
    )
    model = esn(RidgeReadout(1e-3)).fit(mapped, Y)
    assert seen
    assert all(np.shares_memory(rows, mapped) for rows in seen)
    np.testing.assert_array_equal(
        model.predict(mapped), esn(RidgeReadout(1e-3)).fit(X, Y).predict(X)
    )


def test_a_washout_of_any_width_of_numpy_does_not_wrap_around():
    X = np.sin(np.arange(60.0) / 3)[:, np.newaxis]
    blocks = [slice(0, 20), slice(20, 40), slice(40, 60)]

    def learned(washout):
        model = ESNRegressor(Reservoir(5), RidgeReadout(0.01), washout=washout, random_state=0)
        for block in blocks:
            model.partial_fit(X[block], X[block, 0])
        return model.predict(X)

    assert np.array_equal(learned(np.uint64(25)), learned(25))
    assert np.array_equal(learned(np.uint8(25)), learned(25))
