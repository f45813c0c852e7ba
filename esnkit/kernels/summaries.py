"""Summaries of the states of sequences, each unit by itself, in two passes over them."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel


@kernel
def summarise(states, offsets, n_slices, levels, out):
    """Summarise rows ``offsets[s]`` to ``offsets[s + 1]`` of ``states`` (n_rows, n_units).

    ``out[s]`` (n_slices + 4 + n_levels, n_units) gets the means of slices of equal length; the last
    state, deviation, largest and smallest; and the parts of the steps above each of the ``levels``
    (n_levels, n_units).
    """
    for s in range(offsets.size - 1):
        rows, found = states[offsets[s] : offsets[s + 1]], out[s]
        n_steps = rows.shape[0]
        found[:] = 0
        found[n_slices], found[n_slices + 2], found[n_slices + 3] = rows[-1], rows[0], rows[0]
        add_up(rows, n_slices, levels, found)
        found[n_slices + 4 :] /= n_steps
        mean = found[:n_slices].sum(axis=0) / n_steps
        for k in range(n_slices):
            found[k] /= (k + 1) * n_steps // n_slices - k * n_steps // n_slices
        deviation = found[n_slices + 1]
        for n in range(n_steps):
            for i in range(mean.size):
                deviation[i] += (rows[n, i] - mean[i]) ** 2
        deviation[:] = np.sqrt(deviation / n_steps)


@kernel
def add_up(rows, n_slices, levels, found):
    """Add to sums over slices and counts above levels, and move the extremes, step by step."""
    n_steps, n_units = rows.shape
    largest, smallest, counts = found[n_slices + 2], found[n_slices + 3], found[n_slices + 4 :]
    for k in range(n_slices):
        total = found[k]
        for n in range(k * n_steps // n_slices, (k + 1) * n_steps // n_slices):
            for i in range(n_units):
                h = rows[n, i]
                total[i] += h
                largest[i] = h if h > largest[i] else largest[i]
                smallest[i] = h if h < smallest[i] else smallest[i]
            for j in range(levels.shape[0]):
                for i in range(n_units):
                    counts[j, i] += 1.0 if rows[n, i] > levels[j, i] else 0.0


@kernel
def lagged_products(path, offsets, squares, products):
    """Sum over steps of each sequence what leads from a row of ``path`` (n_rows, n) to the next.

    ``squares[s]`` (n, n) gets the sum of x(t) x(t)', ``products[s]`` that of x(t) x(t+1)'.
    """
    for s in range(offsets.size - 1):
        past, next_ = path[offsets[s] : offsets[s + 1] - 1], path[offsets[s] + 1 : offsets[s + 1]]
        np.dot(past.T, past, squares[s])
        np.dot(past.T, next_, products[s])
