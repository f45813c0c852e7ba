"""Targets of weight zero may be NaN: they are left out of the fit."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge

from esnkit import ESNRegressor, LMSReadout, Reservoir, RidgeReadout, RLSReadout

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (90, 2))
Y = np.column_stack([np.roll(X[:, 0], 1), X[:, 1]])
WEIGHTS = np.where(np.arange(90) % 7 == 3, 0.0, rng.uniform(0.5, 1, 90))
GAPS = Y.copy()
GAPS[3::14, 0] = np.nan
GAPS[10::14] = np.nan
MODEL = ESNRegressor(Reservoir(20), RidgeReadout(0.1), washout=5, random_state=0)
READOUTS = [RidgeReadout(), RidgeReadout(0.1, solver="gram"), RLSReadout(), LMSReadout()]


@pytest.mark.parametrize("readout", READOUTS, ids=str)
def test_a_readout_leaves_them_out(readout):
    present = WEIGHTS > 0
    with_gaps = clone(readout).fit(X, GAPS, WEIGHTS)
    without = clone(readout).fit(X[present], Y[present], WEIGHTS[present])
    np.testing.assert_array_equal(with_gaps.coef_, without.coef_)
    np.testing.assert_array_equal(
        clone(readout).partial_fit(X, GAPS[:, 0], WEIGHTS).coef_,
        clone(readout).partial_fit(X[present], Y[present, 0], WEIGHTS[present]).coef_,
    )


@pytest.mark.parametrize("readout", [RidgeReadout(0.1), RidgeReadout(), Ridge()], ids=str)
def test_a_model_hears_their_inputs_and_learns_nothing_from_them(readout):
    model = clone(MODEL).set_params(readout=readout)
    with_gaps = clone(model).fit(X, GAPS, WEIGHTS)
    told = clone(model).fit(X, Y, WEIGHTS)
    np.testing.assert_allclose(with_gaps.predict(X), told.predict(X), rtol=1e-9)
    assert np.isfinite(with_gaps.output_range_).all()


def test_in_lists_blocks_and_one_dimension_too():
    listed = clone(MODEL).fit([X, X[:40]], [GAPS, GAPS[:40]], [WEIGHTS, WEIGHTS[:40]])
    told = clone(MODEL).fit([X, X[:40]], [Y, Y[:40]], [WEIGHTS, WEIGHTS[:40]])
    np.testing.assert_allclose(listed.predict(X), told.predict(X), rtol=1e-9)
    halves = [(X[i], GAPS[i, 0], WEIGHTS[i]) for i in (slice(45), slice(45, 90))]
    blocks = clone(MODEL).fit_chunks(halves)
    flat = clone(MODEL).fit(X, Y[:, 0], WEIGHTS)
    np.testing.assert_allclose(blocks.predict(X), flat.predict(X), rtol=1e-6)


@pytest.mark.parametrize("estimator", [MODEL, RidgeReadout(0.1)], ids=["model", "readout"])
def test_targets_that_weigh_must_be_there(estimator):
    with pytest.raises(ValueError, match="NaN"):
        clone(estimator).fit(X, GAPS)
    with pytest.raises(ValueError, match="NaN"):
        clone(estimator).fit(X, GAPS, np.where(np.arange(90) < 50, 1.0, WEIGHTS))


def test_targets_that_are_fed_back_must_be_there():
    model = clone(MODEL).set_params(reservoir=Reservoir(20, feedback_scaling=0.3))
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X, GAPS, WEIGHTS)
