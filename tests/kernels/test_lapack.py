"""Rows absorbed into a triangle or a Gram matrix, in any layout and beside other threads."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esnkit.kernels.lapack import add_gram, stack_triangle


@pytest.mark.parametrize("absorb", [stack_triangle, add_gram])
def test_other_threads_run_while_rows_are_absorbed(absorb):
    size = 600
    matrix, rows = np.zeros((size, size), order="F"), np.ones((4000, size))
    rows = np.asfortranarray(rows) if absorb is stack_triangle else rows
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(1e-4)

    other = threading.Thread(target=tick)
    other.start()
    begin = time.perf_counter()
    absorb(matrix, rows)
    end = time.perf_counter()
    done.set()
    other.join()
    inside = [t for t in ticks if begin + 0.1 * (end - begin) < t < end - 0.1 * (end - begin)]
    assert inside


@given(n_rows=st.integers(1, 9), size=st.integers(1, 7), kept=st.booleans())
def test_rows_are_absorbed_in_any_layout(n_rows, size, kept):
    """Both give what the products of all rows give, also where the matrix may not be written."""
    rng = np.random.default_rng(n_rows)
    rows = rng.normal(size=(n_rows, size))
    before = np.triu(rng.normal(size=(size, size)))
    gram = before.T @ before
    for array in (before, gram):
        array.setflags(write=kept)
    expected = gram + rows.T @ rows
    triangle = np.triu(stack_triangle(before, rows.copy()))
    np.testing.assert_allclose(triangle.T @ triangle, expected, atol=1e-12)
    np.testing.assert_allclose(np.tril(add_gram(gram, rows)), np.tril(expected), atol=1e-12)
