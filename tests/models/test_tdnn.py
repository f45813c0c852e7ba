"""TDNNRegressor: scikit-learn's perceptron over taps, with the contract of all models."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import (
    Forecaster,
    GammaMemory,
    Reservoir,
    State,
    TappedDelayLine,
    TDNNRegressor,
    datasets,
)
from esnkit.metrics import nrmse
from esnkit.readouts import mlp
from tests.loops import fed_by_hand

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (120, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), 5 + 3 * X[:, 0] * np.roll(X[:, 1], 1)])

EXPECTED_FAILURES = {
    "check_methods_sample_order_invariance": "a prediction depends on the rows before it",
    "check_methods_subset_invariance": "a prediction depends on the rows before it",
    "check_sample_weight_equivalence_on_dense_data": "rows that are left out or repeated are "
    "missing from, or twice in, the time series",
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [
        TDNNRegressor(random_state=0),
        TDNNRegressor(GammaMemory(3), hidden_layer_sizes=(4,), random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def small(memory=None, **options):
    options = {"hidden_layer_sizes": (5,), "random_state": 0, **options}
    return TDNNRegressor(TappedDelayLine(3) if memory is None else memory, **options)


# ---------------------------------------------------------------------- what it computes


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")  # of the peer
@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "identity"])
@pytest.mark.parametrize("hidden_layer_sizes", [(), (5, 3)])
@pytest.mark.parametrize(
    ("memory", "targets"),
    [(TappedDelayLine(3), Y[:, 1]), (GammaMemory(4, mu=0.3), Y)],
    ids=["delay line, 1-D", "gamma, 2-D"],
)
def test_it_is_a_perceptron_between_scalers(memory, targets, hidden_layer_sizes, activation):
    """Against scikit-learn's own composition of the same parts, with the same seed."""
    model = small(
        memory, hidden_layer_sizes=hidden_layer_sizes, activation=activation, washout=7, alpha=0.1
    ).fit(X, targets)
    network = MLPRegressor(
        hidden_layer_sizes=hidden_layer_sizes,
        activation=activation,
        solver="lbfgs",
        alpha=0.1,
        max_iter=1000,
        random_state=model.readout_.network_.random_state,
    )
    peer = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), network), transformer=StandardScaler()
    )
    taps = clone(memory).fit_transform(X)
    expected = peer.fit(taps[7:], targets[7:]).predict(taps)
    # Scaling in another order rounds otherwise, and training carries that on.
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-6)


def peer_of(model):
    """Return scikit-learn's own composition of the same parts, with the same seed."""
    network = clone(model.readout_.network_)
    return TransformedTargetRegressor(
        make_pipeline(StandardScaler(), network), transformer=StandardScaler()
    )


def test_weights_are_repetitions_and_zero_leaves_out():
    counts = np.resize([0, 1, 3, 0, 2], len(X))
    model = small(washout=2).fit(X, Y[:, 1], sample_weight=counts)
    counts[:2] = 0
    taps = TappedDelayLine(3).fit_transform(X)
    peer = peer_of(model).fit(np.repeat(taps, counts, axis=0), np.repeat(Y[:, 1], counts))
    np.testing.assert_allclose(model.predict(X), peer.predict(taps), atol=1e-3)


def test_zeros_and_ones_need_no_weights(monkeypatch):
    """As many rows as are present, whatever scikit-learn's perceptron takes."""
    monkeypatch.setattr(mlp, "has_fit_parameter", lambda *_: False)
    present = np.resize([0.0, 1.0, 1.0], len(X))
    model = small().fit(X, Y[:, 1], sample_weight=present)
    taps = TappedDelayLine(3).fit_transform(X)
    peer = peer_of(model).fit(taps[present > 0], Y[present > 0, 1])
    np.testing.assert_allclose(model.predict(X), peer.predict(taps), atol=1e-6)
    with pytest.raises(ValueError, match=r"other weights than 0 and 1, such as 2\.0.* 1\.7 on"):
        small().fit(X, Y, sample_weight=2 * present)
    with pytest.raises(ValueError, match="sample_weight is zero for every row"):
        small().fit(X, Y, sample_weight=0 * present)


def test_the_doors_agree():
    parts, targets = [X[:50], X[50:90], X[90:]], [Y[:50], Y[50:90], Y[90:]]
    listed = small(washout=2).fit(parts, targets)
    rows = np.column_stack([np.repeat([5, 9, 2], [50, 40, 30]), X])
    flat = small(washout=2, id_column=0).fit(rows, Y)
    predictions = listed.predict(parts)
    np.testing.assert_array_equal(flat.predict(rows), np.concatenate(predictions))
    assert listed.score(parts, targets) == flat.score(rows, Y)


def test_scales_do_not_matter():
    """Units of input and target change neither the fit nor, in its own units, the forecast."""
    model, other = small().fit(X, Y), small().fit(1e3 * X + 7, 1e-6 * Y - 2)
    np.testing.assert_allclose(
        other.predict(1e3 * X + 7, state=_in_other_units(model.initial_state())),
        1e-6 * model.predict(X) - 2,
        rtol=1e-6,
    )


def _in_other_units(state):
    return State(1e3 * state.states + 7, state.output)


# ---------------------------------------------------------------------- state and free runs


def test_continued_equals_whole_and_steps_equal_a_run():
    model = small(GammaMemory(4)).fit(X, Y)
    whole = model.predict(X)
    _, state = model.predict(X[:33], return_state=True)
    np.testing.assert_allclose(model.predict(X[33:], state=state), whole[33:], atol=1e-12)
    outputs, state = [], None
    for x in X[:20]:
        output, state = model.step(x, state)
        outputs.append(output)
    np.testing.assert_allclose(outputs, whole[:20], atol=1e-12)


@pytest.mark.parametrize("memory", [TappedDelayLine(4), GammaMemory(4)], ids=repr)
@pytest.mark.parametrize("n_known", [0, 1])
def test_a_free_run_feeds_its_outputs(memory, n_known):
    inputs = np.hstack([X, rng.uniform(-1, 1, (120, n_known))])
    model = small(memory).fit(inputs, X)
    known = rng.uniform(-1, 1, (20, n_known))
    expected = fed_by_hand(model, X[-1], known)
    outputs = model.free_run(20, X=known if n_known else None)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)


def test_start_last_goes_on_where_training_ended():
    model = small(start="last").fit(X[:80], Y[:80])
    zero = small().fit(X[:80], Y[:80])
    state = zero.predict(X[:80], return_state=True)[1]
    np.testing.assert_array_equal(model.predict(X[80:]), zero.predict(X[80:], state=state))


def test_mackey_glass_runs_freely():
    """A gamma network of ten taps sees as far back as the delay, and follows for a while."""
    series = datasets.mackey_glass(1600, random_state=0)
    model = TDNNRegressor(GammaMemory(12, mu=0.6), alpha=1e-3, washout=40, random_state=0)
    model.fit(series[:1499, None], series[1:1500])
    assert nrmse(series[1500:], model.free_run(100)) < 0.3


@pytest.mark.parametrize("load", [datasets.load_sunspots, datasets.load_el_nino, datasets.load_co2])
def test_shipped_series_are_forecast(load):
    """In reasonable bounds, continuing the index; all defaults."""
    series = load()
    forecast = Forecaster(TDNNRegressor(random_state=0)).fit(series).forecast(24)
    assert forecast.index[0] == series.index[-1] + series.index.freq
    assert forecast.notna().all()
    assert forecast.between(series.min() - series.std(), series.max() + series.std()).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_season_of_carbon_dioxide_is_forecast():
    """A year of the weekly series, better than last year's values: most of its growth is told."""
    series = datasets.load_co2()
    model = TDNNRegressor(GammaMemory(12, mu=0.3), washout=60, max_iter=200, tol=1e-3)
    forecaster = Forecaster(model, differences=52, random_state=0).fit(series.iloc[:-52])
    errors = (forecaster.forecast(52) - series.iloc[-52:]).abs()
    last_year = series.shift(52).iloc[-52:]
    assert errors.mean() < 0.5 * (last_year - series.iloc[-52:]).abs().mean()


def test_live_data_move_it_as_an_update_does():
    series = datasets.mackey_glass(420, random_state=0)
    forecaster = Forecaster(small(GammaMemory(5))).fit(series[:400])
    stepper = forecaster.stepper()
    for value in series[400:]:
        forecast = stepper.step(value)
    np.testing.assert_allclose(forecast, forecaster.update(series[400:]).forecast(1), rtol=1e-12)


# ---------------------------------------------------------------------- seeds and parameters


def test_one_seed_one_result():
    first, second, other = (small(random_state=seed).fit(X, Y).predict(X) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).max() > 1e-6


def test_the_seed_draws_a_memory_that_is_random():
    model = small(Reservoir(10), random_state=1).fit(X, Y)
    assert model.reservoir_.random_state is not None
    np.testing.assert_array_equal(model.predict(X), clone(model).fit(X, Y).predict(X))


def test_pickle_and_grid_search():
    model = small().fit(X, Y)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.free_run(5), model.free_run(5))
    u = rng.uniform(-1, 1, 300)
    search = GridSearchCV(
        small(start="last", activation="identity", alpha=1e-3),
        {"memory__n_taps": [2, 4], "alpha": [1e-3, 1e3]},
        cv=TimeSeriesSplit(3),
    ).fit(u[:, None], np.pad(u, (3, 0))[:300])
    assert search.best_params_ == {"memory__n_taps": 4, "alpha": 1e-3}


def test_what_ends_training_early_is_said():
    with pytest.warns(ConvergenceWarning):
        small(max_iter=1, alpha=1e-8).fit(X, Y)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"memory": MLPRegressor()}, TypeError, "memory must be a memory"),
        ({"memory": TappedDelayLine(id_column=0)}, ValueError, "leave that of its memory"),
        ({"washout": 120}, ValueError, "washout=120 leaves nothing of sequence 0"),
        ({"start": "here"}, ValueError, "start must be one of 'zero', 'last', got 'here'"),
        ({"activation": "sine"}, ValueError, "'activation' parameter .* Got 'sine'"),
        ({"solver": "newton"}, ValueError, "'solver' parameter .* Got 'newton'"),
        ({"hidden_layer_sizes": (0,)}, ValueError, r"hidden_layer_sizes\[0\] == 0, must be >= 1"),
        ({"alpha": -1.0}, ValueError, "alpha == -1.0, must be >= 0"),
    ],
)
def test_bad_parameters_are_named(options, error, message):
    with pytest.raises(error, match=message):
        small(**options).fit(X, Y)


def test_wrong_calls_are_named():
    with pytest.raises(NotFittedError):
        small().predict(X)
    model = small().fit(X, Y)
    with pytest.raises(ValueError, match="X has 1 features, but TDNNRegressor is expecting 2"):
        model.predict(X[:, :1])
    with pytest.raises(ValueError, match=r"states of shape \(3,\), but this memory has \(4,\)"):
        model.predict(X, state=State(np.zeros(3), np.zeros(2)))
    with pytest.raises(ValueError, match="many sequences: pass a state"):
        small().fit([X, X], [Y, Y]).free_run(3)
