"""Updates of weights against their naive twins."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels import optimizers
from tests import naive

SETTINGS = {
    "momentum": (1, (0.1, 0.9, 0.9, 0.95)),
    "rmsprop": (1, (0.1, 0.9, 1e-3)),
    "adam": (2, (0.1, 0.9, 0.99, 1e-3, 3)),
}
TOLERANCE = {np.float64: 1e-14, np.float32: 1e-5}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", SETTINGS)
def test_updates_equal_their_naive_twins(name, dtype):
    n_slots, settings = SETTINGS[name]
    vectors = np.abs(np.random.default_rng(0).normal(size=(2 + n_slots, 37))).astype(dtype)
    params, gradient, *slots = vectors.copy()
    getattr(optimizers, name)(params, gradient, *slots, *settings)
    expected = getattr(naive, name)(*vectors.astype(np.float64), *settings)
    for result, twin in zip((params, *slots), expected, strict=True):
        assert result.dtype == dtype
        np.testing.assert_allclose(result, twin, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    np.testing.assert_array_equal(gradient, vectors[1])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("max_norm", [0.5, 1e3, np.inf])
def test_clipping_equals_its_naive_twin(max_norm, dtype):
    gradient = np.random.default_rng(0).normal(size=37).astype(dtype)
    expected, norm = naive.clip(gradient.astype(np.float64), max_norm)
    assert optimizers.clip_norm(gradient, max_norm) == pytest.approx(norm, rel=TOLERANCE[dtype])
    np.testing.assert_allclose(gradient, expected, rtol=TOLERANCE[dtype])
    assert (norm > max_norm) == (max_norm == 0.5)


def test_a_gradient_beyond_all_bounds_is_not_hidden():
    gradient = np.array([1.0, np.nan])
    assert np.isnan(optimizers.clip_norm(gradient, 1.0))
    assert np.isinf(optimizers.clip_norm(np.array([1.0, np.inf]), 1.0))
