"""Metrics against closed forms, scikit-learn and worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import make_scorer, mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import cross_val_score

from esnkit.metrics import mase, nmse, nrmse, smape, valid_prediction_time

rng = np.random.default_rng(0)
TRUE, PREDICTED = rng.normal(size=(2, 50, 3)) * [1.0, 10.0, 0.1]

# Integers divided by 8 are exact doubles of a sane range: no overflow, no denormal variance.
numbers = st.integers(-8000, 8000).map(lambda i: i / 8)
series = arrays(np.float64, st.integers(2, 40), elements=numbers)
pairs = st.integers(2, 40).flatmap(
    lambda n: st.tuples(*[arrays(np.float64, n, elements=numbers)] * 2)
)


def mase_here(y_true, y_pred, **options):
    """MASE with a training series as wide as the target."""
    width = np.shape(y_true)[1] if np.ndim(y_true) == 2 else 1
    return mase(y_true, y_pred, y_train=TRUE[:, :width], **options)


AVERAGED = [nmse, nrmse, smape, mase_here]
ALL = [*AVERAGED, valid_prediction_time]


# Definitions


def test_nmse_is_one_minus_r2():
    raw = nmse(TRUE, PREDICTED, multioutput="raw_values")
    np.testing.assert_allclose(raw, 1 - r2_score(TRUE, PREDICTED, multioutput="raw_values"))
    assert nmse(TRUE, PREDICTED) == pytest.approx(1 - r2_score(TRUE, PREDICTED))
    weights = [0.2, 0.3, 0.5]
    weighted = 1 - r2_score(TRUE, PREDICTED, multioutput=weights)
    assert nmse(TRUE, PREDICTED, multioutput=weights) == pytest.approx(weighted)


def test_nrmse_is_the_root_of_the_pooled_nmse():
    raw = nrmse(TRUE, PREDICTED, multioutput="raw_values")
    np.testing.assert_allclose(raw**2, nmse(TRUE, PREDICTED, multioutput="raw_values"))
    assert nrmse(TRUE, PREDICTED) == pytest.approx(np.sqrt(np.mean(raw**2)))


def test_a_given_variance_replaces_that_of_the_target():
    squared = mean_squared_error(TRUE, PREDICTED, multioutput="raw_values")
    raw = nmse(TRUE, PREDICTED, variance=[1.0, 2.0, 4.0], multioutput="raw_values")
    np.testing.assert_allclose(raw, squared / [1, 2, 4])
    assert nrmse([3.0], [1.0], variance=16.0) == 0.5  # one step, as in NRMSE84


def test_smape_worked_example():
    assert smape([100.0, 100.0], [110.0, 90.0]) == pytest.approx(100 * (10 / 105 + 10 / 95) / 2)
    assert smape([1.0, 2.0], [-1.0, -5.0]) == 200
    assert smape([0.25], [0.125]) == pytest.approx(200 / 3)
    assert smape([0.0, 1.0], [0.0, 1.0]) == 0  # both zero is exact
    np.testing.assert_allclose(
        smape([[1.0, 2.0]], [[3.0, 2.0]], multioutput="raw_values"), [100.0, 0.0]
    )


@pytest.mark.parametrize("seasonality", [1, 4, 12])
def test_mase_divides_by_the_seasonal_naive_error(seasonality):
    train = rng.normal(size=(60, 3))
    scale = mean_absolute_error(train[seasonality:], train[:-seasonality], multioutput="raw_values")
    expected = mean_absolute_error(TRUE, PREDICTED, multioutput="raw_values") / scale
    options = {"y_train": train, "seasonality": seasonality}
    raw = mase(TRUE, PREDICTED, multioutput="raw_values", **options)
    np.testing.assert_allclose(raw, expected)
    assert mase(TRUE, PREDICTED, **options) == pytest.approx(expected.mean())


def test_mase_of_the_naive_forecast_on_its_own_training_data_is_one():
    y = rng.normal(size=40)
    assert mase(y[7:], y[:-7], y_train=y, seasonality=7) == 1.0


@pytest.mark.parametrize("n_valid", [0, 1, 37, 99])
def test_valid_prediction_time_of_a_forecast_that_fails_at_a_known_step(n_valid):
    y = rng.normal(size=(100, 2))
    forecast = y.copy()
    forecast[n_valid] += 0.5  # a later return does not count
    options = {"variance": [1.0, 1.0], "dt": 0.02, "lyapunov_time": 1.104}
    assert valid_prediction_time(y, forecast, **options) == pytest.approx(n_valid * 0.02 / 1.104)
    assert valid_prediction_time(y, forecast, threshold=0.51, **options) == pytest.approx(
        100 * 0.02 / 1.104
    )


def test_valid_prediction_time_of_an_error_that_grows_exponentially():
    # A unit-variance truth and an error of 1e-6 exp(0.906 t) pass 0.4 at t = ln(4e5) / 0.906.
    dt = 0.01
    times = dt * np.arange(3000)
    forecast = 1e-6 * np.exp(0.906 * times)
    reached = valid_prediction_time(np.zeros(3000), forecast, dt=dt, variance=1.0)
    assert reached == pytest.approx(np.log(4e5) / 0.906, abs=dt)


def test_valid_prediction_time_normalises_each_output_by_its_variance():
    y = np.column_stack([np.tile([1.0, -1.0], 10), np.tile([10.0, -10.0], 10)])  # variances 1, 100
    forecast = y + np.array([0.0, 5.0])  # e = sqrt((0 + 25 / 100) / 2) = 0.354
    assert valid_prediction_time(y, forecast, threshold=0.35) == 0
    assert valid_prediction_time(y, forecast, threshold=0.36) == 20


def test_valid_prediction_time_bears_a_forecast_that_ran_away():
    assert valid_prediction_time([0.0, 1.0, 0.0], [0.0, 1e200, -1e300]) == 1


# Invariants


@given(pairs, st.sampled_from([0.5, 2.0, -4.0]), st.integers(-100, 100))
def test_nrmse_ignores_scale_and_shift(pair, scale, shift):
    y, p = pair
    assume(np.ptp(y) > 0)
    assert nrmse(scale * y + shift, scale * p + shift) == pytest.approx(nrmse(y, p), rel=1e-9)


@given(series)
def test_nrmse_of_the_mean_is_one_and_of_the_truth_zero(y):
    assume(np.ptp(y) > 0)
    assert nrmse(y, np.full_like(y, y.mean())) == pytest.approx(1)
    assert nrmse(y, y) == 0


@given(pairs)
def test_smape_is_symmetric_and_bounded(pair):
    y, p = pair
    assert smape(y, p) == smape(p, y)
    assert 0 <= smape(y, p) <= 200 * (1 + 1e-12)
    assert smape(y, y) == 0


@given(pairs, st.sampled_from([0.5, 2.0, -4.0]))
def test_mase_ignores_scale(pair, scale):
    y, p = pair
    train = np.array([1.0, 4.0, 2.0])
    scaled = mase(scale * y, scale * p, y_train=scale * train)
    assert scaled == pytest.approx(mase(y, p, y_train=train), rel=1e-9)


@given(pairs, st.floats(0.01, 2), st.floats(0.01, 2))
def test_a_stricter_threshold_never_lengthens_the_valid_time(pair, first, second):
    y, p = pair
    strict, loose = (
        valid_prediction_time(y, p, threshold=t, variance=1.0) for t in sorted((first, second))
    )
    assert 0 <= strict <= loose <= len(y)


# Shapes and kinds


@pytest.mark.parametrize("metric", ALL)
def test_a_column_and_a_flat_array_are_the_same(metric):
    y, p = TRUE[:, 0], PREDICTED[:, 0]
    value = metric(y, p)
    assert type(value) is float
    assert metric(y[:, np.newaxis], p) == value
    assert metric(y.tolist(), p.tolist()) == value


@pytest.mark.parametrize("metric", AVERAGED)
def test_raw_values_are_the_errors_of_the_outputs(metric):
    raw = metric(TRUE, PREDICTED, multioutput="raw_values")
    assert raw.shape == (3,)
    one = metric(TRUE[:, :1], PREDICTED[:, :1])
    assert raw[0] == pytest.approx(one)
    assert metric(TRUE, PREDICTED, multioutput=[1, 0, 0]) == pytest.approx(one)


def test_a_scorer_makes_a_worse_model_score_lower():
    X = np.arange(60.0)[:, np.newaxis]
    y = 3 * X[:, 0] + rng.normal(size=60)
    for scorer in (
        make_scorer(nrmse, greater_is_better=False),
        make_scorer(mase, greater_is_better=False, y_train=y, seasonality=2),
        make_scorer(valid_prediction_time, variance=y.var()),
    ):
        good = cross_val_score(LinearRegression(), X, y, scoring=scorer, cv=3)
        bad = cross_val_score(DummyRegressor(), X, y, scoring=scorer, cv=3)
        assert good.mean() > bad.mean()


# Bad input


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0], r"\(3,\) and \(2,\)"),
        (np.ones((4, 2)), np.ones(4), r"\(4, 2\) and \(4,\)"),
        (np.ones((2, 3)), np.ones((3, 2)), r"\(2, 3\) and \(3, 2\)"),
        ([], [], r"y_true .* got shape \(0,\)"),
        ([1.0, 2.0], np.empty((2, 0)), r"y_pred .* got shape \(2, 0\)"),
        (np.ones((2, 2, 2)), np.ones((2, 2, 2)), r"y_true .* got shape \(2, 2, 2\)"),
        (3.0, 4.0, r"y_true .* got shape \(\)"),
        ([1.0, np.nan], [1.0, 2.0], "y_true contains NaN"),
        ([1.0, 2.0], [1.0, np.inf], "y_pred contains infinity"),
        ([1.0, 2.0], [1.0, 2j], "y_pred must hold real numbers, got an array of complex128"),
        (["a", "b"], [1.0, 2.0], "y_true must hold real numbers"),
    ],
)
def test_pairs_that_do_not_match_are_refused(metric, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        metric(y_true, y_pred)


@pytest.mark.parametrize("metric", [nmse, nrmse, valid_prediction_time])
def test_a_constant_target_needs_a_variance(metric):
    constant = np.full((6, 2), 0.1)
    assert constant.var(axis=0).all()  # 0.1 is no exact double: rounding leaves a variance
    constant[:, 0] = np.arange(6)
    with pytest.raises(ValueError, match=r"constant in output 1 of 2 .*variance must be given"):
        metric(constant, constant)
    assert metric(constant, constant, variance=1.0) in (0, 6)


@pytest.mark.parametrize("metric", [nmse, nrmse, valid_prediction_time])
@pytest.mark.parametrize(
    ("variance", "message"),
    [
        (0.0, "must be >= 1e-40"),
        (-1.0, "must be >= 1e-40"),
        (np.nan, "must be finite"),
        ([1.0, np.inf, 1.0], "must be finite"),
        ([1.0, 2.0], r"\(3,\), one for each output, got shape \(2,\)"),
    ],
)
def test_a_variance_must_be_positive_and_fit(metric, variance, message):
    with pytest.raises(ValueError, match=f"variance .*{message}"):
        metric(TRUE, PREDICTED, variance=variance)


@pytest.mark.parametrize("metric", AVERAGED)
@pytest.mark.parametrize(
    ("multioutput", "message"),
    [("median", "got 'median'"), ([1.0, 2.0], r"shape \(3,\), got shape \(2,\)")],
)
def test_multioutput_must_be_known(metric, multioutput, message):
    with pytest.raises(ValueError, match=f"multioutput .*{message}"):
        metric(TRUE, PREDICTED, multioutput=multioutput)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"y_train": [1.0, 1.0, 1.0]}, "y_train repeats itself .*seasonality=1"),
        ({"y_train": [1.0, 2.0, 1.0, 2.0], "seasonality": 2}, "y_train repeats .*seasonality=2"),
        ({"y_train": [1.0, 2.0], "seasonality": 2}, "seasonality == 2, must be <= 1"),
        ({"y_train": [1.0, 2.0], "seasonality": 0}, "seasonality == 0, must be >= 1"),
        ({"y_train": [1.0, np.nan]}, "y_train contains NaN"),
        ({"y_train": []}, "y_train .*shape"),
        ({"y_train": np.ones((4, 2))}, r"y_train .* \(4, 2\) and \(2,\)"),
    ],
)
def test_mase_needs_a_training_series_with_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        mase([1.0, 2.0], [1.0, 2.0], **options)


@pytest.mark.parametrize("argument", ["threshold", "dt", "lyapunov_time"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_valid_prediction_time_needs_positive_units(argument, value):
    with pytest.raises(ValueError, match=argument):
        valid_prediction_time([1.0, 2.0], [1.0, 2.0], **{argument: value})
