"""What is done to a series is undone to its forecast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import FunctionTransformer, PowerTransformer

from esnkit.forecasting.preprocessing import Preprocessor

rng = np.random.default_rng(0)
VALUES = np.exp(rng.normal(size=(60, 2)).cumsum(axis=0) / 10) + 1


@given(st.lists(st.integers(1, 12), max_size=3), st.booleans(), st.integers(1, 20))
def test_back_undoes_forward(lags, scale, horizon):
    known, coming = VALUES[:-horizon], VALUES[-horizon:]
    preparation = Preprocessor(FunctionTransformer(np.log, np.exp), lags, scale).fit([known])
    prepared = preparation.forward(VALUES)[-horizon:]
    np.testing.assert_allclose(preparation.back(prepared, known), coming, rtol=1e-10)


def test_differences_are_what_they_say():
    seasonal = Preprocessor(None, (12, 1), scale=False).fit([VALUES])
    by_hand = VALUES[12:] - VALUES[:-12]
    np.testing.assert_array_equal(seasonal.forward(VALUES), by_hand[1:] - by_hand[:-1])
    assert seasonal.n_lost == 13


def test_scale_pools_all_series():
    preparation = Preprocessor(None, (), scale=True).fit([VALUES[:20], VALUES[20:]])
    z = preparation.forward(VALUES)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e6])
def test_a_constant_is_not_blown_up(level):
    constant = np.full((50, 1), level)
    preparation = Preprocessor(None, (), scale=True).fit([constant])
    np.testing.assert_allclose(preparation.forward(constant), 0, atol=1e-8 * max(1, level))


def test_the_users_transformer_is_copied():
    transformer = PowerTransformer()
    preparation = Preprocessor(transformer, (), scale=True).fit([VALUES])
    assert not hasattr(transformer, "lambdas_")
    np.testing.assert_allclose(
        preparation.back(preparation.forward(VALUES), VALUES), VALUES, rtol=1e-8
    )
