"""RNNRegressor: the contract, the three doors, explicit state, free runs and bad input."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, GroupKFold, TimeSeriesSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from esnkit import DivergenceWarning, Forecaster, RNNRegressor, State
from esnkit.datasets import load
from esnkit.networks import SGD, TBPTT, Adam, CosineDecay, EchoState, recurrent_network
from esnkit.networks.learners.bptt import BPTT
from tests.loops import fed_by_hand
from tests.models.test_esn import EXPECTED_FAILURES
from tests.networks.making import RATE, sort_options
from tests.networks.test_network import central_differences

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (120, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 0] * np.roll(X[:, 1], 1)])
y = Y[:, 0]
WAVE = np.sin(np.arange(401) / 5)
FAST = TBPTT(optimizer=Adam(0.01))
CELLS = ("elman", "jordan", "lstm", "gru")


@parametrize_with_checks(
    [
        RNNRegressor(random_state=0),
        RNNRegressor("jordan", (8,), learner=FAST, max_iter=100, random_state=0),
        RNNRegressor(
            "lstm", (8, 4), learner=FAST, max_iter=100, early_stopping=False, random_state=0
        ),
        RNNRegressor("gru", (8,), bidirectional=True, max_iter=50, random_state=0),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def make(cell="elman", hidden_layer_sizes=(8,), **options):
    options = {"max_iter": 5, "random_state": 0, "cell": cell} | options
    return RNNRegressor(hidden_layer_sizes=hidden_layer_sizes, **sort_options(options))


# ---------------------------------------------------------------------- fitting


@pytest.mark.parametrize("cell", CELLS)
def test_a_lag_is_learned(cell):
    """The target is the input before: no network without memory has it above 0."""
    options = {"feedback": "free"} if cell == "jordan" else {}
    model = make(cell, (16,), max_iter=150, learning_rate=0.01, **options).fit(X, y)
    if cell == "jordan":  # its output is all it remembers, and that has to be right as well
        assert model.loss_curve_[-1] < model.loss_curve_[0]
    else:
        assert model.score(X[20:], y[20:]) > 0.9


def test_an_unscaled_target_does_not_matter():
    """Units are no part of the model, unless it is told to take them as they are."""
    plain = make().fit(X, Y)
    other = make().fit(X * [1e4, 1e-3] + [1e5, 7], Y * [1e6, 1e-6] - [1e7, 1])
    expected = plain.predict(X) * [1e6, 1e-6] - [1e7, 1]
    actual = other.predict(X * [1e4, 1e-3] + [1e5, 7])
    np.testing.assert_allclose(actual, expected, rtol=1e-6)
    np.testing.assert_allclose(other.loss_curve_, plain.loss_curve_, rtol=1e-6)


def test_the_loss_is_what_predictions_cost():
    """Trained too slowly to change anything, the loss is that of the predictions."""
    model = make(learning_rate=1e-12, washout=7, batch_size=1).fit(X, Y)
    errors = (model.predict(X) - Y) / Y[7:].std(axis=0)
    assert model.loss_curve_[-1] == pytest.approx((errors[7:] ** 2).mean(), rel=1e-6)


def test_weights_reach_the_loss():
    weights = rng.uniform(0, 1, len(X))
    options = {"learning_rate": 1e-12, "standardize": False, "batch_size": 1}
    model = make(**options).fit(X, y, sample_weight=weights)
    expected = np.average((model.predict(X) - y) ** 2, weights=weights)
    assert model.loss_curve_[-1] == pytest.approx(expected, rel=1e-6)


def test_the_validation_loss_is_that_of_predicting_the_tail():
    model = make(early_stopping=True, max_iter=8, standardize=False).fit(X, y)
    errors = (model.predict(X) - y)[-12:]
    best = model.validation_loss_curve_[model.best_epoch_ - 1]
    assert best == min(model.validation_loss_curve_)
    assert best == pytest.approx((errors**2).mean(), rel=1e-9)


def test_the_last_of_many_sequences_are_held_out():
    parts, targets = np.split(X, 12), np.split(y, 12)
    model = make(early_stopping=True, max_iter=8, standardize=False).fit(parts, targets)
    errors = model.predict(parts[-1]) - targets[-1]
    assert min(model.validation_loss_curve_) == pytest.approx((errors**2).mean(), rel=1e-9)
    spoiled = [*targets[:-1], targets[-1] + 100]  # what is held out is not learned from
    again = make(early_stopping=True, max_iter=8, standardize=False).fit(parts, spoiled)
    assert again.loss_curve_[0] == model.loss_curve_[0]


def test_patience_ends_training():
    noise = rng.normal(size=(100, 1))
    model = make(early_stopping=True, patience=4, max_iter=500, learning_rate=0.05)
    model.fit(noise, rng.normal(size=100))
    assert len(model.loss_curve_) == model.best_epoch_ + 4 < 500


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_noise_is_not_learned_by_heart_unless_asked_for(seed):
    draw = np.random.default_rng(seed)
    noise, wanted, new = draw.normal(size=(400, 1)), draw.normal(size=400), draw.normal(size=400)
    default = RNNRegressor("lstm", random_state=seed).fit(noise, wanted)
    assert default.score(noise, wanted) < 0.5
    assert default.score(noise, new) > -0.5
    asked = clone(default).set_params(early_stopping=False).fit(noise, wanted)
    assert asked.score(noise, wanted) > 0.9
    assert not asked.validation_loss_curve_


def test_automatic_early_stopping_needs_rows_and_something_to_judge_by():
    def n_judged(model, *data, **fit):
        return len(model.set_params(early_stopping="auto").fit(*data, **fit).validation_loss_curve_)

    assert n_judged(make(), X, y) == 5
    assert n_judged(make(), X[:99], y[:99]) == 0
    assert n_judged(make(learner="ekf"), X, y) == 0
    assert n_judged(make(), X, y, sample_weight=np.arange(120) < 105) == 0
    assert n_judged(make(), X, y, sample_weight=np.arange(120) < 110) == 5


def test_small_losses_move_nothing():
    model = make(skip_below=1e3).fit(X, y)
    assert model.n_updates_ == 0
    assert len(set(model.loss_curve_)) == 1 or np.ptp(model.loss_curve_) < 0.1
    assert make(skip_below=1e-3).fit(X, y).n_updates_ > 0


def test_weights_decay_and_biases_do_not():
    still = {"learning_rate": 1e-9, "optimizer": "sgd", "max_gradient_norm": 1e-9}
    start = make("lstm", **still).fit(X, y)
    rate, decay = 1e-4, 1000.0
    still["learning_rate"] = rate
    model = make("lstm", alpha=decay, **still).fit(X, y)
    shrunk = (1 - rate * decay) ** (model.n_updates_ // 5 * model.best_epoch_)
    for name, view in model.network_.views(model.params_).items():
        before = start.network_.views(start.params_)[name]
        factor = 1 if name.endswith("bias") else shrunk
        np.testing.assert_allclose(view, factor * before, atol=1e-6)


def test_a_warm_start_goes_on_exactly():
    whole = make(max_iter=10).fit(X, y)
    parts = make(max_iter=4, warm_start=True).fit(X, y)
    parts.set_params(max_iter=6).fit(X, y)
    assert parts.loss_curve_ == whole.loss_curve_
    np.testing.assert_array_equal(parts.params_, whole.params_)
    assert make(max_iter=4).fit(X, y).fit(X, y).loss_curve_ == whole.loss_curve_[:4]


def test_single_precision_stays_single_and_near():
    models = [make("lstm", dtype=dtype).fit(X, y) for dtype in ("float32", "float64")]
    assert models[0].params_.dtype == np.float32
    np.testing.assert_allclose(models[0].loss_curve_, models[1].loss_curve_, rtol=1e-4)
    assert models[0].predict(X).dtype == np.float64


def test_settings_may_be_objects():
    """A name is an object with its default settings."""
    by_name = make(optimizer="adam", initialization="echo-state").fit(X, y)
    by_object = make(optimizer=Adam(), initialization=EchoState()).fit(X, y)
    np.testing.assert_array_equal(by_name.params_, by_object.params_)
    scheduled = make(optimizer=SGD(CosineDecay(0.1, 20))).fit(X, y)
    params = scheduled.params_
    given = make(initialization=lambda network, seed: params, learning_rate=1e-14).fit(X, y)
    np.testing.assert_allclose(given.params_, params, atol=1e-10)


def test_one_seed_gives_one_result():
    first, again, other = (make(random_state=seed).fit(X, y) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.params_, again.params_)
    assert (first.params_ != other.params_).any()


def test_fit_leaves_everything_as_it_was():
    model = make("lstm")
    copies = X.copy(), y.copy()
    model.fit(X, y)
    np.testing.assert_array_equal(copies[0], X)
    np.testing.assert_array_equal(copies[1], y)
    before = pickle.dumps(model)
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    model.free_run(3, X=X[:3])
    assert pickle.dumps(model) == before
    np.testing.assert_array_equal(pickle.loads(before).predict(X), model.predict(X))
    assert not hasattr(clone(model), "params_")


# ---------------------------------------------------------------------- explosions, interruptions


def test_an_explosion_is_told_and_the_best_weights_are_kept():
    options = {"optimizer": "sgd", "max_gradient_norm": None, "warm_start": True}
    model = make(learning_rate=0.01, max_iter=50, **options).fit(X, y)
    best, n_epochs = model.params_, len(model.loss_curve_)
    assert model.best_epoch_ == n_epochs  # so slow that every epoch is better
    model.set_params(**{RATE: 1e4})
    with pytest.warns(ConvergenceWarning, match=r"norm of its gradient .* in update \d+"):
        model.fit(X, y)
    assert len(model.loss_curve_) - n_epochs < 50
    np.testing.assert_array_equal(model.params_, best)


@pytest.mark.parametrize("cell", CELLS)
def test_a_rate_much_too_high_ends_in_a_warning(cell):
    model = make(cell, optimizer="sgd", learning_rate=1e9, max_gradient_norm=None, max_iter=50)
    with pytest.warns(ConvergenceWarning, match="Training exploded: the loss was"):
        model.fit(X, y)
    assert np.isfinite(model.predict(X)).all()


def test_an_interruption_keeps_the_best_weights():
    calls = []

    def rate(update):
        calls.append(update)
        if update == 33:
            raise KeyboardInterrupt
        return 1e-3

    model = make(learning_rate=rate, max_iter=50)
    with pytest.warns(UserWarning, match="interrupted after 33 updates"):
        model.fit(X, y)
    n_epochs = len(model.loss_curve_)
    assert 1 <= n_epochs < 50
    same = make(learning_rate=1e-3, max_iter=n_epochs).fit(X, y)
    np.testing.assert_array_equal(model.params_, same.params_)


def test_progress_is_shown_if_asked_for(capsys):
    make().fit(X, y)
    assert not capsys.readouterr().err
    make(progress=True).fit(X, y)
    assert "epochs: 100%" in capsys.readouterr().err


# ---------------------------------------------------------------------- doors


def test_the_doors_agree():
    parts, targets = [X[:50], X[50:90], X[90:]], [Y[:50], Y[50:90], Y[90:]]
    ids = np.repeat([5, 9, 2], [50, 40, 30])
    listed = make("gru").fit(parts, targets)
    flat = make("gru", id_column=0).fit(np.column_stack([ids, X]), Y)
    predictions = listed.predict(parts)
    rows = np.column_stack([ids, X])
    np.testing.assert_array_equal(flat.predict(rows), np.concatenate(predictions))
    assert listed.score(parts, targets) == flat.score(rows, Y)
    cut = make("gru").fit(np.reshape(X, (4, 30, 2)), np.reshape(Y, (4, 30, 2)))
    assert [p.shape for p in cut.predict(np.reshape(X, (4, 30, 2)))] == [(30, 2)] * 4


@pytest.mark.parametrize("bidirectional", [False, True])
def test_many_to_one(bidirectional):
    lengths = rng.integers(4, 9, 60)
    parts = [rng.uniform(-1, 1, (n, 1)) for n in lengths]
    sums = np.array([part.sum() for part in parts])
    options = {"output": "sequence", "max_iter": 150, "learning_rate": 0.01}
    model = make("lstm", (12,), bidirectional=bidirectional, **options).fit(parts, sums)
    predictions = model.predict(parts)
    assert predictions.shape == (60,)
    assert isinstance(model.learner_, BPTT)
    assert model.score(parts, sums) == pytest.approx(r2_score(sums, predictions))
    assert model.score(parts, sums) > 0.95
    assert model.predict(parts[0]).shape == (1,)
    rows = np.column_stack([np.repeat(np.arange(60), lengths), np.concatenate(parts)])
    flat = make("lstm", (12,), id_column=0, bidirectional=bidirectional, **options)
    by_row = flat.fit(rows, sums).predict(rows)
    np.testing.assert_array_equal(by_row, np.repeat(predictions, lengths))


def test_many_to_one_with_weights_and_held_out_sequences():
    parts, labels = list(X.reshape(20, 6, 2)), Y[::6]
    weights = np.repeat([1.0, 0.0], [10, 10])
    options = {"output": "sequence", "standardize": False, "batch_size": 20, "order": "given"}
    model = make(**options).fit(parts, labels, sample_weight=weights)
    half = make(**options).fit(parts[:10], labels[:10])
    np.testing.assert_allclose(model.params_, half.params_, atol=1e-9)
    stopped = make(early_stopping=True, validation_fraction=0.25, **options).fit(parts, labels)
    errors = stopped.predict(parts[-5:]) - labels[-5:]
    assert min(stopped.validation_loss_curve_) == pytest.approx((errors**2).mean(), rel=1e-9)


def test_cross_entropy_gives_probabilities():
    """Which of two inputs was the larger in the step before."""
    classes = np.roll((X[:, 0] > X[:, 1]).astype(int), 1)
    onehot = np.eye(2)[classes]
    model = make("gru", (16,), loss="cross_entropy", max_iter=150, learning_rate=0.01)
    probabilities = model.fit(X, onehot).predict(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert np.mean(probabilities.argmax(axis=1)[10:] == classes[10:]) > 0.95
    untrained = make("gru", loss="cross_entropy", learning_rate=1e-14, batch_size=1).fit(X, onehot)
    expected = -np.log(untrained.predict(X)[np.arange(120), classes]).mean()
    assert untrained.loss_curve_[-1] == pytest.approx(expected, rel=1e-9)


# ---------------------------------------------------------------------- state and free runs


@pytest.mark.parametrize("cell", CELLS)
def test_two_chunks_continued_equal_one_run(cell):
    model = make(cell, (6, 4), feedback=True).fit(X, Y)
    whole, end = model.predict(X, return_state=True)
    first, middle = model.predict(X[:50], return_state=True)
    second, last = model.predict(X[50:], state=middle, return_state=True)
    np.testing.assert_allclose(np.vstack([first, second]), whole, atol=1e-12)
    np.testing.assert_allclose(last.states, end.states, atol=1e-12)
    np.testing.assert_allclose(last.output, end.output, atol=1e-12)
    state, steps = None, []
    for x in X[:20]:
        output, state = model.step(x, state)
        steps.append(output)
    np.testing.assert_allclose(steps, whole[:20], atol=1e-12)


def test_long_runs_are_cut_without_a_trace():
    model = make("lstm").fit(X, y)
    rows = rng.uniform(-1, 1, (2500, 2))
    network = model.network_
    scaled = (rows - X.mean(axis=0)) / X.std(axis=0)
    outputs, *_ = network.forward(model.params_, scaled[:, None], [2500], network.initial_state(1))
    expected = outputs[:, 0, 0] * y.std() + y.mean()
    np.testing.assert_allclose(model.predict(rows), expected, atol=1e-12)


def wave_model(cell="gru", **options):
    options = {"max_iter": 60, "learning_rate": 0.01} | options
    return make(cell, (16,), **options).fit(WAVE[:-1, None], WAVE[1:])


def test_a_free_run_goes_on_from_the_last_target():
    model = wave_model()
    np.testing.assert_allclose(model.free_run(20), np.sin(np.arange(401, 421) / 5), atol=0.1)
    steps = fed_by_hand(model, WAVE[-1:], np.zeros((50, 0)))
    np.testing.assert_allclose(model.free_run(50), steps[:, 0], atol=1e-9)


def test_known_inputs_stand_behind_the_outputs():
    inputs, wanted = X[:, ::-1], y
    model = make("gru", (12,)).fit(inputs, wanted)
    known = rng.uniform(-1, 1, (30, 1))
    steps = fed_by_hand(model, model.state_.output, known)
    np.testing.assert_allclose(model.free_run(30, X=known), steps[:, 0], atol=1e-9)


@pytest.mark.parametrize("cell", ["jordan", "lstm"])
def test_output_feedback_is_teacher_forced_and_then_free(cell):
    model = make(cell, feedback=True).fit(X, Y)
    _, state = model.predict(X[:50], feedback=Y[:50], return_state=True)
    np.testing.assert_array_equal(state.output, Y[49])
    free = model.predict(X[50:], state=state)
    np.testing.assert_allclose(free, model.free_run(70, X=X[50:], state=state), atol=1e-12)
    np.testing.assert_array_equal(model.state_.output, Y[-1])
    np.testing.assert_array_equal(model.initial_state().output, Y.mean(axis=0))


def test_predict_goes_on_where_training_ended_if_told_to():
    model = make("lstm", start="last").fit(X, y)
    np.testing.assert_array_equal(
        model.predict(X[:9]), make("lstm").fit(X, y).predict(X[:9], state=model.state_)
    )


@pytest.mark.parametrize("cell", CELLS)
def test_training_on_own_outputs_descends_the_error_of_a_free_run(cell):
    """One step at rate 1, against central differences through the compiled run."""
    inputs, wanted = X[:12, :1], Y[:12]
    description = recurrent_network(1, 2, cell=cell, hidden_layer_sizes=(3,), feedback=True)
    before = np.random.default_rng(1).normal(size=description.n_parameters)
    model = make(
        cell,
        (3,),
        feedback="free",
        initialization=lambda network, seed: before,
        learner="bptt",
        optimizer=SGD(),
        learning_rate=1.0,
        max_gradient_norm=None,
        standardize=False,
        max_iter=1,
    ).fit(inputs, wanted)

    def error(params):
        zeros, bound = np.zeros(2), np.full(2, np.inf)
        state = description.initial_state(1)[0]
        outputs, *_ = description.free_run(params, 12, inputs, state, zeros, -bound, bound)
        return np.mean((outputs - wanted) ** 2)

    expected = central_differences(error, before)
    np.testing.assert_allclose(before - model.params_, expected, atol=1e-8)


def test_a_diverging_run_warns_and_stays_finite():
    growth = 1.5 ** np.arange(20.0)
    model = make(activation="identity", max_iter=300, learning_rate=0.01, standardize=False)
    model.fit(growth[:-1, None] / 1000, growth[1:] / 1000)
    with pytest.warns(DivergenceWarning, match="left the range"):
        run = model.free_run(200)
    assert np.isfinite(run).all()
    assert run.max() == pytest.approx(model.output_range_[1, 0], rel=1e-12)


@pytest.mark.parametrize("cell", ["elman", "lstm"])
@pytest.mark.parametrize("name", ["sunspots", "co2"])
def test_shipped_series_are_forecast(cell, name):
    """Better than the mean of the series, with Forecaster unchanged and nothing tuned."""
    series = load(name)[-400:]
    model = RNNRegressor(cell, (32,), random_state=0)
    forecaster = Forecaster(model, differences=52 if name == "co2" else ()).fit(series[:-10])
    forecast = forecaster.forecast(10)
    assert forecast.index.equals(series.index[-10:])
    errors, spread = forecast - series[-10:], series[-10:] - series[:-10].mean()
    assert (errors**2).mean() < (spread**2).mean()
    forecaster.update(series[-10:])
    assert forecaster.forecast(3).index[0] > series.index[-1]


def test_forecasts_of_many_series_and_through_feedback():
    waves = [np.sin(np.arange(200) / 5 + phase) for phase in (0, 1)]
    model = make("gru", (16,), max_iter=60, learning_rate=0.01)
    for loop, base in (("input", model), ("feedback", clone(model).set_params(feedback=True))):
        forecasts = Forecaster(base, loop=loop).fit(waves).forecast(5)
        for phase, forecast in enumerate(forecasts):
            truth = np.sin(np.arange(200, 205) / 5 + phase)
            np.testing.assert_allclose(forecast, truth, atol=0.3)


# ---------------------------------------------------------------------- scikit-learn's tools

IDS = np.repeat(np.arange(6) * 10.0, 20)
ROWS = np.column_stack([IDS, X])
WHOLE = list(GroupKFold(3).split(ROWS, y, groups=IDS))


def test_cross_val_predict_keeps_sequences_whole():
    predictions = cross_val_predict(make(id_column=0), ROWS, y, cv=WHOLE)
    for train, test in WHOLE:
        split = [np.split(values[train], len(train) // 20) for values in (X, y)]
        model = make().fit(*split)
        expected = np.concatenate(model.predict(np.split(X[test], len(test) // 20)))
        np.testing.assert_allclose(predictions[test], expected, atol=1e-12)


def test_grid_search_in_a_pipeline_over_time():
    pipeline = make_pipeline(StandardScaler(), make(start="last", max_iter=40, learning_rate=1.0))
    grid = {f"rnnregressor__{RATE}": [1e-9, 0.01], "rnnregressor__learner__window": [20]}
    search = GridSearchCV(pipeline, grid, cv=TimeSeriesSplit(2)).fit(X, y)
    assert search.best_params_[f"rnnregressor__{RATE}"] == 0.01


def test_transformed_targets():
    wrapped = TransformedTargetRegressor(
        make(), func=lambda t: (t - 3) / 2, inverse_func=lambda z: 2 * z + 3
    ).fit(X, y)
    expected = 2 * make().fit(X, (y - 3) / 2).predict(X) + 3
    np.testing.assert_allclose(wrapped.predict(X), expected, atol=1e-12)


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"cell": "rnn"}, ValueError, "cell must be one of .*'elman'.*'rnn'"),
        ({"learner": "rtl"}, ValueError, "learner must be one of 'auto', 'bptt', 'tbptt'.*'rtl'"),
        ({"optimizer": "adamw"}, ValueError, "optimizer must be one of 'sgd'.*, got 'adamw'"),
        ({"initialization": "zeros"}, ValueError, "initialization must be one of 'glorot'"),
        ({"loss": "mse"}, ValueError, "loss must be one of 'squared_error'"),
        ({"output": "first"}, ValueError, "output must be one of 'step', 'sequence', got 'first'"),
        ({"order": "random"}, ValueError, "order must be one of"),
        ({"activation": "sine"}, ValueError, "activation must be one of 'tanh'.*'sine'"),
        ({"window": 0}, ValueError, "window == 0, must be >= 1"),
        ({"window": 2.5}, TypeError, "window"),
        ({"learner": "bptt", "stride": 5}, ValueError, "stride=5 needs a window"),
        ({"window": 10, "stride": 20}, ValueError, "stride=20 leaves out rows.*10"),
        ({"window": 10, "stride": 4}, ValueError, "window=10 must be a multiple of stride=4"),
        ({"alpha": -1.0}, ValueError, "alpha == -1.0, must be >= 0"),
        ({"early_stopping": "maybe"}, ValueError, "early_stopping must be one of True, False"),
        ({"feedback": "own"}, ValueError, "feedback must be one of True, False, 'free'"),
        ({"learning_rate": 0.0}, ValueError, "learning_rate_init == 0.0, must be > 0"),
        ({"learning_rate": "fast"}, TypeError, "learning_rate_init"),
        ({"max_gradient_norm": -1}, ValueError, "max_gradient_norm == -1"),
        ({"max_iter": 0}, ValueError, "max_iter == 0, must be >= 1"),
        ({"batch_size": 0}, ValueError, "batch_size == 0, must be >= 1"),
        ({"validation_fraction": 1.0}, ValueError, "validation_fraction == 1.0, must be < 1"),
        ({"max_gradient_norm": np.nan}, ValueError, "max_gradient_norm must be finite, got nan"),
        ({"validation_fraction": np.nan}, ValueError, "validation_fraction must be finite"),
        ({"washout": 120}, ValueError, "washout=120 leaves nothing of sequence 0"),
        ({"washout": 115, "early_stopping": True}, ValueError, "leave nothing to fit"),
        ({"start": "here"}, ValueError, "start must be one of 'zero', 'last', got 'here'"),
        ({"bidirectional": True, "start": "last"}, ValueError, "needs whole sequences"),
        ({"bidirectional": True, "learner": "tbptt"}, ValueError, "Those that do: 'bptt'"),
        ({"bidirectional": True, "feedback": True}, ValueError, "feed back"),
        ({"cell": "jordan", "output": "sequence"}, ValueError, "needs feedback='free'"),
        ({"cell": "jordan", "loss": "cross_entropy"}, ValueError, "cannot be fed back"),
        ({"loss": "cross_entropy"}, ValueError, "at least 2 classes, got targets of shape"),
        ({"initialization": lambda n, s: np.zeros(3)}, ValueError, r"shape \(3,\), but"),
        ({"dtype": "float16"}, ValueError, "float16"),
    ],
)
def test_bad_parameters_are_named(options, error, message):
    with pytest.raises(error, match=message):
        make(**options).fit(X, y)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ((X, y[:50]), {}, r"inconsistent numbers of samples: \[120, 50\]"),
        ((X, np.full(120, np.nan)), {}, "Input y contains NaN"),
        ((X, None), {}, "requires y to be passed"),
        (([X, X], [y]), {}, "y must be a list of as many arrays; got 1"),
        (([X, X], [0.5]), {"output": "sequence"}, r"y has shape \(1,\), .* needs one value"),
        ((X, np.eye(2)[np.zeros(120, int)]), {"loss": "cross_entropy"}, "only class 0 of 2"),
        ((X, y, np.zeros(120)), {}, "all weights are zero"),
        ((X, y, np.arange(120) > 110), {"early_stopping": True}, "leave nothing to fit"),
    ],
)
def test_bad_data_is_named(data, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options).fit(*data)


def test_wrong_calls_are_named():
    with pytest.raises(NotFittedError):
        make().predict(X)
    model = make().fit(X, Y)
    with pytest.raises(ValueError, match="X has 1 features, but RNNRegressor is expecting 2"):
        model.predict(X[:, :1])
    with pytest.raises(ValueError, match=r"states of shape \(3,\), but the network has \(8,\)"):
        model.predict(X, state=State(np.zeros(3), np.zeros(2)))
    with pytest.raises(ValueError, match=r"y has 1 output\(s\), but the model has 2"):
        model.set_params(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"cell must stay 'elman', got 'gru'"):
        model.set_params(cell="gru").fit(X, Y)
    classes = make(loss="cross_entropy").fit(X, np.eye(2)[(y > 0).astype(int)])
    with pytest.raises(ValueError, match="probabilities of classes"):
        classes.free_run(3, X=X[:3])
    both_ways = make(bidirectional=True).fit(X, Y)
    for wrong in (
        lambda: both_ways.free_run(3, X=X[:3]),
        lambda: both_ways.predict(X, state=both_ways.state_),
    ):
        with pytest.raises(ValueError, match=r"cannot .* bidirectional=True needs whole sequences"):
            wrong()
    with pytest.raises(TypeError, match=r"runs freely.* needs whole sequences"):
        Forecaster(RNNRegressor(bidirectional=True)).fit(y)


def test_a_quiet_fit_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make().fit(X, y).predict(X)


def test_a_subclass_adds_parameters_of_its_own():
    class Named(RNNRegressor):
        def __init__(self, name="", *, alpha=0.5):
            super().__init__("gru", alpha=alpha)
            self.name = name

    named = Named("own")
    assert named.get_params() == {"alpha": 0.5, "name": "own"}
    assert (named.cell, named.max_iter) == ("gru", 200)
