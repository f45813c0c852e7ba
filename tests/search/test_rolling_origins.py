"""Rolling origins: at equal distances, the last a horizon before the end."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from esnkit.search.rolling_origins import RollingOrigins


@given(
    n_last=st.integers(1, 400),
    horizon=st.integers(1, 60),
    n_origins=st.integers(1, 30),
    widest=st.none() | st.integers(1, 80),
)
def test_origins_lie_within_the_last_steps_as_far_apart_as_there_is_room(
    n_last, horizon, n_origins, widest
):
    rolling = RollingOrigins.within(n_last, horizon, n_origins, widest=widest)
    back = rolling.steps_back
    assert back[-1] == horizon
    assert 1 <= len(back) <= n_origins
    assert set(np.diff(back)) <= {-rolling.stride}
    assert rolling.stride <= (widest or horizon)
    assert back[0] <= max(n_last, horizon)
    if len(back) < n_origins:  # one more would not fit
        assert back[0] + 1 > n_last


def test_cuts_count_the_known_steps():
    assert RollingOrigins(horizon=3, n_origins=3, stride=2).cuts(20) == [13, 15, 17]


@given(n_last=st.integers(0, 400), horizon=st.integers(1, 60), n_origins=st.integers(1, 30))
def test_forecasts_apart_share_no_step_and_are_as_many_as_fit(n_last, horizon, n_origins):
    rolling = RollingOrigins.apart(n_last, horizon, n_origins)
    forecast = [step for cut in rolling.cuts(1000) for step in range(cut, cut + horizon)]
    assert forecast == list(range(1000 - len(forecast), 1000))
    assert len(forecast) <= n_last
    assert rolling.n_origins == n_origins or len(forecast) + horizon > n_last
