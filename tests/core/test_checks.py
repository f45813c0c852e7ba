"""What is no number of its kind, or hides values, is refused by name."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
import pytest

from esnkit import NVAR, ESNRegressor, Forecaster, MLPReadout, Reservoir, RidgeReadout, RLSReadout
from esnkit.core.checks import check_array, check_scalar
from esnkit.metrics import mase, nrmse

INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, int]


@pytest.mark.parametrize("kind", INTEGERS)
def test_any_integer_becomes_one_that_does_not_overflow(kind):
    value = check_scalar(kind(120), "n", Integral, min_val=1, max_val=200)
    assert type(value) is int
    assert value * value == 14400


@pytest.mark.parametrize("kind", [*INTEGERS, np.float16, np.float32, np.float64, float])
def test_any_number_becomes_a_real_one(kind):
    assert check_scalar(kind(2), "x", Real, min_val=0) == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 10**400, np.float32(np.nan)])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match=r"^x must be "):
        check_scalar(value, "x", Real)


@pytest.mark.parametrize("value", [True, np.False_, "1", None, b"x", [1], 1j, np.ones(2)])
@pytest.mark.parametrize("kind", [Integral, Real])
def test_what_is_no_number_is_refused(value, kind):
    with pytest.raises(TypeError, match=r"^x must be "):
        check_scalar(value, "x", kind)


def test_a_count_beyond_memory_is_refused():
    with pytest.raises(ValueError, match="n must be at most"):
        check_scalar(10**30, "n", Integral)


Y = np.sin(np.arange(60.0))
X = Y[:, np.newaxis]
MASKED = np.ma.masked_where(np.arange(60) == 7, Y)
MASKED_X = MASKED[:, np.newaxis]
READERS = {
    "check_array": lambda: check_array(MASKED_X),
    "nrmse of the truth": lambda: nrmse(MASKED, Y),
    "nrmse of predictions": lambda: nrmse(Y, MASKED),
    "mase's training part": lambda: mase(Y, Y, y_train=MASKED),
    "ESNRegressor's X": lambda: ESNRegressor(Reservoir(5)).fit(MASKED_X, Y),
    "ESNRegressor's y": lambda: ESNRegressor(Reservoir(5)).fit(X, MASKED),
    "a list": lambda: ESNRegressor(Reservoir(5)).fit([X, MASKED_X], [Y, Y]),
    "a list of targets": lambda: ESNRegressor(Reservoir(5)).fit([X, X], [Y, MASKED]),
    "weights": lambda: ESNRegressor(Reservoir(5)).fit(X, Y, sample_weight=MASKED + 2),
    "transform": lambda: NVAR(1).fit(X).transform(MASKED_X),
    "RidgeReadout": lambda: RidgeReadout().fit(MASKED_X, Y),
    "RidgeReadout's y": lambda: RidgeReadout().fit(X, MASKED),
    "RLSReadout": lambda: RLSReadout().fit(MASKED_X, Y),
    "MLPReadout": lambda: MLPReadout(2).fit(MASKED_X, Y),
    "Forecaster": lambda: Forecaster().fit(MASKED),
    "Forecaster's X": lambda: Forecaster().fit(Y, MASKED_X),
    "many series": lambda: Forecaster().fit([Y, MASKED]),
}


@pytest.mark.parametrize("reader", READERS)
def test_masked_values_are_refused(reader):
    with pytest.raises(ValueError, match="is a masked array with 1 masked value:"):
        READERS[reader]()


def test_a_mask_that_hides_nothing_is_accepted():
    plain = np.ma.masked_invalid(Y)
    assert nrmse(plain, Y) == 0
    assert np.isfinite(Forecaster().fit(plain).forecast(3)).all()
