"""The closed loop: a linear readout inside the compiled runs of all memories."""

from __future__ import annotations

from collections.abc import Sequence
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


_ARRAYS = ("coef", "intercept", "lower", "upper")


def stack(loops: Sequence[Loop]) -> Loop:
    """Put loops that differ in their arrays alone into one, whose arrays have a first axis."""
    arrays: dict[str, Any] = {
        name: np.stack([getattr(loop, name) for loop in loops]) for name in _ARRAYS
    }
    return loops[0]._replace(**arrays)


def loop_of(loops: Loop, i: int | slice) -> Loop:
    """Take a loop out of a stack, or some as a stack."""
    return loops._replace(**{name: getattr(loops, name)[i] for name in _ARRAYS})


@kernel
def clip(y, lower, upper):
    """Keep ``y`` within its bounds; tell whether it had to be clipped."""
    clipped = False
    for k in range(y.size):
        held = bounded(y[k], lower[k], upper[k])
        if held != y[k]:
            y[k], clipped = held, True
    return clipped


@kernel
def bounded(value, lower, upper):
    """Return what is nearest to ``value`` within its bounds, and for a NaN the lower one."""
    if value > upper:
        return upper
    return value if value >= lower else lower


@kernel
def show(loop, h, x, z):
    """Write into ``z`` what the readout sees, in one lane or in several."""
    z[: h.size] = h
    if loop.squared:
        z[h.size : 2 * h.size] = h * h
    if loop.with_input:
        z[z.size - x.size :] = x


@kernel
def read_out(loop, h, x, z, y):
    """Write the output into ``y`` (n_outputs,); tell whether it had to be clipped in its bounds."""
    show(loop, h, x, z)
    np.dot(loop.coef, z, y)
    for k in range(y.size):
        y[k] += loop.intercept[k]
    return clip(y, loop.lower, loop.upper)
