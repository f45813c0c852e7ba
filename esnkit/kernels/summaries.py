"""Summaries of the states of one sequence, in two passes over it."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel


@kernel
def summarise(states, borders, levels, means, shares, deviation, largest, smallest):
    """Summarise ``states`` (n_steps, n_units), each unit by itself.

    ``means`` (n_slices, n_units) are those of the steps from ``borders[k]`` to ``borders[k + 1]``;
    ``shares`` (n_levels, n_units) are the parts of the steps above ``levels``; ``deviation``,
    ``largest`` and ``smallest`` (n_units,) are those of all steps.
    """
    n_steps, n_units = states.shape
    means[:] = 0
    shares[:] = 0
    deviation[:] = 0
    largest[:] = states[0]
    smallest[:] = states[0]
    for k in range(len(borders) - 1):
        for n in range(borders[k], borders[k + 1]):
            for i in range(n_units):
                h = states[n, i]
                means[k, i] += h
                largest[i] = h if h > largest[i] else largest[i]
                smallest[i] = h if h < smallest[i] else smallest[i]
            for j in range(len(levels)):
                for i in range(n_units):
                    shares[j, i] += 1.0 if states[n, i] > levels[j, i] else 0.0
    shares /= n_steps
    mean = means.sum(axis=0) / n_steps
    for k in range(len(means)):
        means[k] /= borders[k + 1] - borders[k]
    for n in range(n_steps):
        for i in range(n_units):
            deviation[i] += (states[n, i] - mean[i]) ** 2
    deviation[:] = np.sqrt(deviation / n_steps)
