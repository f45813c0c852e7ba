"""Rolling origins, and the width of intervals from what was off."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.forecasting.backtesting import origins_of_backtest


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


def test_a_share_of_coming_values_lies_inside_as_promised():
    """White noise: at least nine tenths of 600 values, and not nearly all.

    Of 20 forecasts of 60 steps in 100 hardly any stand alone, so that the interval is wider by
    Student's quantile: 95 of 100 values of 120 series were inside, 94 to 96 in any ten of them.
    """
    rng = np.random.default_rng(0)
    model = ESNRegressor(Reservoir(10), RidgeReadout(10.0))
    inside = []
    for seed in range(10):
        y = rng.normal(size=260)
        lower, upper = Forecaster(model, random_state=seed).fit(y[:200]).predict_interval(60)
        inside.append(np.mean((lower <= y[200:]) & (y[200:] <= upper)))
    assert 0.9 < np.mean(inside) < 0.985
