"""Rolling origins, and the width of intervals from what was off."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.forecasting.backtesting import conformal_quantiles, origins_of_backtest

ERRORS = np.abs(np.random.default_rng(0).normal(size=(19, 3, 2)))


@given(
    n_steps=st.integers(10, 400),
    horizon=st.integers(1, 50),
    n_origins=st.integers(1, 30),
    stride=st.none() | st.integers(1, 9),
)
def test_origins_lie_in_the_second_half_and_the_last_reaches_the_end(
    n_steps, horizon, n_origins, stride
):
    try:
        back = origins_of_backtest(n_steps, horizon, n_origins, stride).steps_back
    except ValueError as error:
        assert str(n_steps) in str(error)  # noqa: PT017
        return
    assert len(back) == n_origins
    assert back[-1] == horizon
    assert back[0] <= n_steps // 2
    assert len(set(np.diff(back))) <= 1


def test_the_quantile_is_that_of_the_conformal_rank():
    """Of 19 residuals at a level of 90 %, the rank is (19 + 1) 0.9 = 18."""
    expected = [[sorted(ERRORS[:, i, j])[17] for j in range(2)] for i in range(3)]
    np.testing.assert_array_equal(conformal_quantiles(ERRORS, 0.9, stride=3), expected)


def test_errors_that_share_shocks_count_as_fewer():
    """Of 19 origins a step apart, ten are two steps from each other and seven three."""
    ranks = [np.ceil(19 * 0.5 * (n + 1) / n) for n in (19, 10, 7)]
    expected = [
        [sorted(ERRORS[:, i, j])[int(r) - 1] for j in range(2)] for i, r in enumerate(ranks)
    ]
    np.testing.assert_array_equal(conformal_quantiles(ERRORS, 0.5, stride=1), expected)
    largest = conformal_quantiles(ERRORS, 0.9, stride=1)[2]
    np.testing.assert_array_equal(largest, ERRORS[:, 2].max(axis=0))


def test_few_origins_pool_the_steps():
    few = ERRORS[:8]
    rank = int(np.ceil((24 + 1) * 0.9))
    expected = [sorted(few[:, :, j].ravel())[rank - 1] for j in range(2)]
    np.testing.assert_array_equal(conformal_quantiles(few, 0.9, stride=3), [expected] * 3)


def test_a_series_that_leaves_room_for_few_origins_is_told():
    y = np.random.default_rng(0).normal(size=60)
    model = ESNRegressor(Reservoir(10), RidgeReadout(10.0))
    forecaster = Forecaster(model, random_state=0).fit(y)
    with pytest.warns(UserWarning, match="Only 6 origin.* 25 steps .* of 60 steps"):
        lower, upper = forecaster.predict_interval(25)
    np.testing.assert_allclose(upper - lower, (upper - lower)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecaster.predict_interval(25, n_origins=6)  # as asked for


def test_a_share_of_coming_values_lies_inside_as_promised():
    """White noise: nine tenths of 600 values at least, at most what the largest residual covers.

    Give or take four standard deviations; of 20 residuals the largest covers 20/21.
    """
    rng = np.random.default_rng(0)
    model = ESNRegressor(Reservoir(10), RidgeReadout(10.0))
    inside = []
    for seed in range(10):
        y = rng.normal(size=260)
        lower, upper = Forecaster(model, random_state=seed).fit(y[:200]).predict_interval(60)
        inside.append(np.mean((lower <= y[200:]) & (y[200:] <= upper)))
    deviation = np.sqrt(0.09 / 600)
    assert 0.9 - 4 * deviation < np.mean(inside) < 20 / 21 + 4 * deviation
