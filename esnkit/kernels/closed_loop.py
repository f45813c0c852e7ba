"""The closed loop: a linear readout inside the compiled runs of all memories."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.jit import kernel


class Loop(NamedTuple):
    """How a linear readout closes the loop.

    The readout sees z(n) = [h(n); h(n)^2 if squared; x(n) if with_input], where h(n) holds the
    features of any memory.
    """

    coef: NDArray[Any]  # (n_outputs, n_readout_features)
    intercept: NDArray[Any]  # (n_outputs,)
    with_input: bool
    squared: bool
    through_input: bool  # y(n-1) is the first part of x(n)
    through_feedback: bool  # y(n-1) drives the memory beside x(n)
    lower: NDArray[Any]  # (n_outputs,), outputs are kept within these bounds
    upper: NDArray[Any]  # (n_outputs,)


@kernel
def clip(y, lower, upper):
    """Keep ``y`` within its bounds; tell whether it had to be clipped."""
    clipped = False
    for k in range(y.size):
        if y[k] > upper[k]:
            y[k], clipped = upper[k], True
        elif not y[k] >= lower[k]:  # so that a NaN is clipped too
            y[k], clipped = lower[k], True
    return clipped


@kernel
def read_out(loop, h, x, z, y):
    """Write the output into ``y`` (n_outputs,); tell whether it had to be clipped in its bounds."""
    n_features = h.size
    z[:n_features] = h
    if loop.squared:
        z[n_features : 2 * n_features] = h * h
    if loop.with_input:
        z[z.size - x.size :] = x
    np.dot(loop.coef, z, y)
    for k in range(y.size):
        y[k] += loop.intercept[k]
    return clip(y, loop.lower, loop.upper)
