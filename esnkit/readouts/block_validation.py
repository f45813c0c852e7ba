"""Contiguous blocks of time: cutting rows into them, joining them, and validating by them.

A block is a `RidgeStatistics`; the penalty of a readout is chosen by leaving one out at a time.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from functools import reduce
from itertools import accumulate, pairwise

import numpy as np

from esnkit.core.typing import FloatArray, Indices
from esnkit.readouts.ridge_statistics import RidgeStatistics

# No penalty ties with the best if its mean squared error is larger by more than this factor, for
# one block alone can carry all of the error and then tells nothing of its own uncertainty.
_LARGEST_EXCESS = 1.5


def cut_at(borders: Indices, start: int, n_rows: int) -> Iterator[tuple[int, slice]]:
    """Yield block numbers and slices of ``n_rows`` rows, the first of which is row `start`."""
    stop = start + n_rows
    inner = borders[(borders > start) & (borders < stop)]
    block = int(np.searchsorted(borders, start, side="right"))
    for number, (begin, end) in enumerate(pairwise([start, *inner, stop]), block):
        yield number, slice(begin - start, end - start)


def join_smallest(blocks: list[RidgeStatistics], n_blocks: int) -> list[RidgeStatistics]:
    """Join neighbours with the fewest rows until there are at most `n_blocks`."""
    blocks = list(blocks)
    while len(blocks) > n_blocks:
        sizes = [left.n_samples + right.n_samples for left, right in pairwise(blocks)]
        first = int(np.argmin(sizes))
        blocks[first : first + 2] = [blocks[first] + blocks[first + 1]]
    return blocks


def default_penalties(total: RidgeStatistics) -> FloatArray:
    """Return a penalty for each decade of those that matter."""
    low, high = total.alpha_range
    decades = int(np.log10(high / low))
    return high * np.logspace(-decades, 0, decades + 1)


def leave_one_out_errors(
    blocks: list[RidgeStatistics], heads: list[RidgeStatistics], alphas: FloatArray
) -> FloatArray:
    """Return mean squared errors (n_alphas, n_blocks, n_targets) on blocks left out."""
    scores = np.full((len(alphas), len(blocks), blocks[0].n_targets), np.nan)
    for number, (block, rest) in enumerate(_leave_one_out(blocks, heads)):
        errors = block.squared_error(*rest.solve_path(alphas))
        scores[:, number] = errors / block.total_weight
    return scores


def _leave_one_out(
    blocks: list[RidgeStatistics], heads: list[RidgeStatistics]
) -> Iterator[tuple[RidgeStatistics, RidgeStatistics]]:
    """Yield each block with the sum of all others; ``heads[i]`` is the sum up to block i.

    Sums from both ends need three additions per block; subtracting the block from the total would
    need one and lose digits. A single block has no others.
    """
    tails = list(accumulate(reversed(blocks[1:]), operator.add))[::-1]
    for number, block in enumerate(blocks):
        sides = heads[:number][-1:] + tails[number : number + 1]
        if sides:
            yield block, reduce(operator.add, sides)


def average_targets(scores: FloatArray, total: RidgeStatistics) -> FloatArray:
    """Return scores (n_alphas, n_blocks, 1), the mean over targets in units of their variance."""
    squares = total.sums_of_squares[total.n_features :]
    return (scores / np.where(squares > 0, squares, 1)).mean(axis=2, keepdims=True)


def best_penalties(alphas: FloatArray, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the penalty for each target, (n_targets,), given `alphas` that rise.

    That is the largest of those that tie with the one of least error. Errors are compared block by
    block, as logarithms, so that a block that is hard for every penalty does not decide alone.
    """
    n_blocks = scores.shape[1]
    if n_blocks == 1:
        return np.full(scores.shape[2], alphas[-1])
    error = np.average(scores, axis=1, weights=weights)
    least = error.argmin(axis=0)[np.newaxis]
    logs = np.log(np.maximum(scores, np.finfo(np.float64).tiny))
    excess = logs - np.take_along_axis(logs, least[np.newaxis], axis=0)
    ties = excess.mean(axis=1) <= excess.std(axis=1, ddof=1) / np.sqrt(n_blocks)
    ties &= error <= _LARGEST_EXCESS * np.take_along_axis(error, least, axis=0)
    return alphas[len(alphas) - 1 - np.argmax(ties[::-1], axis=0)]
