from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from esnkit.readouts.block_validation import (
    average_targets,
    best_penalties,
    cut_at,
    default_penalties,
    join_smallest,
    leave_one_out_errors,
)
from esnkit.readouts.ridge_statistics import RidgeStatistics

ALPHAS = np.array([0.1, 1.0, 10.0])


def make_blocks(sizes, n_targets=1, solver="qr", units=1.0):
    rng = np.random.default_rng(0)
    blocks = []
    for size in sizes:
        X = rng.standard_normal((size, 2))
        Y = X.sum(axis=1, keepdims=True) + rng.standard_normal((size, n_targets))
        blocks.append(RidgeStatistics(2, n_targets, solver=solver).update(X, Y * units))
    return blocks


def choose(scores, weights=None):
    """The penalty chosen for scores (n_alphas, n_blocks) of one target."""
    scores = np.asarray(scores, dtype=float)[..., np.newaxis]
    (alpha,) = best_penalties(ALPHAS, scores, weights)
    return alpha


@given(st.integers(1, 60), st.integers(1, 8), st.data())
def test_chunks_are_cut_where_blocks_begin(n_rows, n_blocks, data):
    n_blocks = min(n_blocks, n_rows)
    borders = np.arange(1, n_blocks) * n_rows // n_blocks
    seen = []
    while len(seen) < n_rows:
        size = data.draw(st.integers(1, n_rows - len(seen)))
        rows = np.arange(len(seen), len(seen) + size)
        for block, part in cut_at(borders, rows[0], size):
            assert len(rows[part]) > 0
            seen += [(row, block) for row in rows[part]]
    assert [row for row, _ in seen] == list(range(n_rows))
    assert [block for _, block in seen] == [sum(row >= borders) for row in range(n_rows)]


def test_the_smallest_neighbours_are_joined():
    blocks = make_blocks([50, 4, 6, 30, 8, 9])
    assert [block.n_samples for block in join_smallest(blocks, 4)] == [50, 10, 30, 17]
    assert [block.n_samples for block in join_smallest(blocks, 1)] == [107]
    assert join_smallest(blocks, 6) == blocks


@pytest.mark.parametrize("solver", ["qr", "gram"])
@pytest.mark.parametrize("n_blocks", [2, 3, 6])
def test_every_block_is_predicted_from_all_others(solver, n_blocks):
    blocks = make_blocks(range(10, 10 + n_blocks), 2, solver)
    heads = [sum(blocks[1 : i + 1], blocks[0]) for i in range(n_blocks)]
    errors = leave_one_out_errors(blocks, heads, ALPHAS)
    for i, block in enumerate(blocks):
        first, *others = blocks[:i] + blocks[i + 1 :]
        rest = sum(others, first)
        expected = block.squared_error(*rest.solve_path(ALPHAS)) / block.n_samples
        assert_allclose(errors[:, i], expected, rtol=1e-12)


@pytest.mark.parametrize(("solver", "decades"), [("qr", 30), ("gram", 16)])
def test_default_penalties_are_the_decades_that_matter(solver, decades):
    (block,) = make_blocks([30], solver=solver)
    alphas = default_penalties(block)
    assert_allclose(alphas[1:] / alphas[:-1], 10.0)
    assert_allclose(alphas[-1], 100 * block.sums_of_squares[:2].sum())
    assert abs(len(alphas) - 1 - decades) <= 1
    assert block.alpha_range[0] <= alphas[0] < 10.01 * block.alpha_range[0]


def test_the_least_error_wins_if_it_is_clear():
    assert choose([[3.0, 3.1, 2.9], [1.0, 1.1, 0.9], [2.0, 2.1, 2.2]]) == 1.0


def test_of_equal_penalties_the_largest_wins():
    assert choose(np.ones((3, 5))) == 10.0
    assert choose(np.zeros((3, 5))) == 10.0


def test_a_difference_within_its_standard_error_is_none():
    # Logarithms of the ratios -0.1, 0.2 and 0.1: mean 0.067, standard error 0.088.
    scores = np.exp([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-0.1, 0.2, 0.1]])
    assert choose(scores) == 10.0
    scores[2] *= np.exp(0.03)  # mean 0.097
    assert choose(scores) == 1.0


def test_a_hard_block_does_not_hide_that_the_others_suffer():
    easy = np.array([[1.0] * 4, [1.2] * 4, [1.4] * 4])
    hard = np.array([[1000.0], [1010.0], [990.0]])
    # On average the last is best, by the hard block; on most blocks it is worse.
    assert choose(np.hstack([easy, hard])) == 10.0
    hard[2] = 1020.0
    assert choose(np.hstack([easy, hard])) == 0.1


def test_no_tie_costs_half_as_much_again():
    quiet, eventful = [1.0, 1.0, 1.0, 1.0], 100.0
    # The last is better on four blocks and a disaster on the one that matters.
    scores = [[*quiet, 2 * eventful], [*quiet, eventful], [0.9, 0.9, 0.9, 0.9, 10 * eventful]]
    assert choose(scores) == 1.0


def test_large_blocks_weigh_more():
    scores = [[1.0, 3.0], [3.0, 1.0], [9.0, 9.0]]
    assert choose(scores, [90, 10]) == 0.1
    assert choose(scores, [10, 90]) == 1.0


def test_targets_choose_for_themselves():
    one = np.array([[1.0, 1.1], [2.0, 2.1], [4.0, 4.1]])
    scores = np.stack([one, one[::-1]], axis=2)
    assert_array_equal(best_penalties(ALPHAS, scores, [1, 1]), [0.1, 10.0])


def test_units_do_not_matter_when_targets_are_averaged():
    units = np.array([1e-3, 1.0, 1e6])
    plain, scaled = make_blocks([50], 3)[0], make_blocks([50], 3, units=units)[0]
    scores = np.random.default_rng(0).uniform(1, 2, (3, 5, 3))
    averaged = average_targets(scores, plain)
    assert averaged.shape == (3, 5, 1)
    assert_allclose(averaged[..., 0], (scores / plain.sums_of_squares[2:]).mean(axis=2))
    assert_allclose(average_targets(scores * units**2, scaled), averaged)


def test_a_single_block_leaves_the_largest():
    blocks = make_blocks([10], 2)
    scores = leave_one_out_errors(blocks, blocks, ALPHAS)
    assert np.isnan(scores).all()
    assert_array_equal(best_penalties(ALPHAS, scores, [10]), [10.0, 10.0])
