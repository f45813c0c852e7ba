"""The kernel of patches against its naive twin."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.closed_loop import Loop
from esnkit.kernels.patches import run_patches
from tests import naive
from tests.kernels.test_reservoir import TOLERANCE, make_network

N_PATCHES, PATCH_SIZE, N_GIVEN, N_UNITS = 3, 2, 1, 21
SEEN = np.array([[6, 0, 1, 2], [1, 2, 3, 4], [3, 4, 5, 0]])  # place 6 lies beyond the edge


def make_loops(n_loops, *, squared=False, with_input=True, bound=100.0, seed=0):
    rng = np.random.default_rng(seed)
    width = N_UNITS * (2 if squared else 1) + (SEEN.shape[1] + N_GIVEN) * with_input
    return Loop(
        coef=rng.normal(0, 0.2, (n_loops, PATCH_SIZE, width)),
        intercept=rng.normal(0, 0.2, (n_loops, PATCH_SIZE)),
        with_input=with_input,
        squared=squared,
        through_input=True,
        through_feedback=False,
        lower=np.full((n_loops, PATCH_SIZE), -bound),
        upper=np.full((n_loops, PATCH_SIZE), bound),
    )


def run_both(loops, dtype=np.float64, n_steps=12):
    """Outputs by kernel and twin, the step at which one was clipped, and the final states."""
    network, W = make_network(N_UNITS, SEEN.shape[1] + N_GIVEN, dtype=dtype)
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, (n_steps, N_GIVEN)).astype(dtype)
    H = rng.uniform(-1, 1, (N_PATCHES, N_UNITS)).astype(dtype)
    y = rng.uniform(-1, 1, N_PATCHES * PATCH_SIZE)
    expected = naive.run_patches(W, network, loops, SEEN, X, H, y)
    outputs = np.empty((n_steps, y.size))
    first_clipped = run_patches(network, loops, SEEN, X, H, y, outputs)
    np.testing.assert_array_equal(y, outputs[-1])
    return outputs, expected, first_clipped


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("with_input", [False, True])
@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("n_loops", [1, N_PATCHES])
def test_patches_equal_the_naive_twin(n_loops, squared, with_input, dtype):
    loops = make_loops(n_loops, squared=squared, with_input=with_input)
    outputs, expected, first_clipped = run_both(loops, dtype)
    assert first_clipped == -1
    np.testing.assert_allclose(outputs, expected, atol=10 * TOLERANCE[dtype])


def test_outputs_are_held_in_their_bounds():
    free, _, _ = run_both(make_loops(N_PATCHES))
    bound = np.abs(free).max()
    outputs, expected, first_clipped = run_both(make_loops(N_PATCHES, bound=0.9 * bound))
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    assert first_clipped == np.argmax(np.abs(free).max(axis=1) > 0.9 * bound)
    assert np.abs(outputs).max() == pytest.approx(0.9 * bound, rel=1e-15)


def test_a_run_in_two_parts_is_one_run():
    """States and values at the end are those from which the next step goes on."""
    network, _ = make_network(N_UNITS, SEEN.shape[1])
    loops = make_loops(1, with_input=False)
    X, start = np.zeros((10, 0)), np.random.default_rng(2).uniform(-1, 1, 6)
    whole, parts = np.empty((10, 6)), np.empty((10, 6))
    run_patches(network, loops, SEEN, X, np.zeros((3, N_UNITS)), start.copy(), whole)
    H, y = np.zeros((3, N_UNITS)), start.copy()
    for rows in (slice(0, 4), slice(4, 10)):
        run_patches(network, loops, SEEN, X[rows], H, y, parts[rows])
    np.testing.assert_array_equal(parts, whole)
