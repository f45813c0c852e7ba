"""The kernels of temporal backpropagation, held to their plain twins."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.activations import CODES
from esnkit.kernels.fir import advance_fir, go_back
from tests import naive

TOLERANCE = {np.float64: 1e-13, np.float32: 1e-5}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize(("n_inputs", "n_taps"), [(2, 4), (3, 1)])
def test_a_step(n_inputs, n_taps, name, dtype):
    rng = np.random.default_rng(0)
    n_rows, n_units = n_taps * n_inputs + 1, 5
    M, x, before = (
        rng.normal(size=shape).astype(dtype) for shape in ((n_rows, n_units), n_inputs, n_rows)
    )
    expected = naive.advance_filters(CODES[name], M, x, before)
    row, slopes, h = (np.full(n, np.nan, dtype) for n in (n_rows, n_units, n_units))
    advance_fir(CODES[name], M, x, before, row, slopes, h)
    for found, wanted in zip((row, slopes, h), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=TOLERANCE[dtype])
    advance_fir(CODES[name], M, x, before, before, slopes, h)  # in place
    np.testing.assert_array_equal(before, row)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("is_lowest", [True, False])
@pytest.mark.parametrize(("n_inputs", "n_taps"), [(2, 4), (3, 1)])
def test_errors_that_come_in(n_inputs, n_taps, is_lowest, dtype):
    rng = np.random.default_rng(1)
    n_rows, n_units = n_taps * n_inputs + 1, 5
    shapes = ((n_rows, n_units), n_rows, n_units, n_units, (n_taps, n_units))
    M, row, slopes, d_h, errors = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    expected = naive.take_errors_back(M, row, slopes, d_h, errors)
    gradient = np.full_like(M, np.nan)
    d_x = np.full(0 if is_lowest else n_inputs, np.nan, dtype)
    go_back(M, row, slopes, d_h, errors, gradient, d_x)
    for found, wanted in zip((errors, gradient), expected[:2], strict=True):
        np.testing.assert_allclose(found, wanted, atol=TOLERANCE[dtype])
    np.testing.assert_allclose(d_x, expected[2][: d_x.size], atol=10 * TOLERANCE[dtype])
