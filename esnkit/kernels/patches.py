"""The closed loop of patches: copies of one reservoir side by side, each on its part of a field.

At every step each patch sees the last values around it, moves its own state on and reads out the
next values of its part; together these are the next values of the field.
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.closed_loop import Loop, read_out
from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import advance, working_space


@kernel
def loop_of(loops, i):
    """Take one loop out of a stack, whose arrays have a first axis of length n_loops."""
    return Loop(
        loops.coef[i],
        loops.intercept[i],
        loops.with_input,
        loops.squared,
        loops.through_input,
        loops.through_feedback,
        loops.lower[i],
        loops.upper[i],
    )


@kernel
def run_patches(network, loops, seen, X, H, y, outputs):
    """Run for n_steps on the outputs of all patches, writing ``outputs`` (n_steps, n_variables).

    ``seen`` (n_patches, n_seen) numbers the variables that each patch sees; n_variables stands for
    a place beyond the edge, where all is zero. ``X`` (n_steps, n_given) holds the inputs that every
    patch is given behind them. ``H`` (n_patches, n_units) and ``y`` (n_variables,) hold states and
    values before the first step and, at the end, those of the last. ``loops`` is a stack of one
    loop for each patch, or of a single one for all. Returns the first step at which an output was
    held in its bounds, or -1.
    """
    n_patches, n_seen = seen.shape
    patch_size = y.size // n_patches
    pre, product = working_space(H[0])
    no_noise = np.zeros(0, H.dtype)
    z = np.zeros(loops.coef.shape[2], y.dtype)
    u = np.zeros(network.drive.shape[0], H.dtype)
    known = np.zeros(y.size + 1, H.dtype)  # the last place stays zero
    first_clipped = -1
    for t in range(outputs.shape[0]):
        known[: y.size] = y
        u[n_seen:] = X[t]
        for p in range(n_patches):
            for i in range(n_seen):
                u[i] = known[seen[p, i]]
            advance(network, u, no_noise, H[p], H[p], pre, product)
            loop = loop_of(loops, p if loops.coef.shape[0] > 1 else 0)
            clipped = read_out(loop, H[p], u, z, y[p * patch_size : (p + 1) * patch_size])
            if clipped and first_clipped < 0:
                first_clipped = t
        outputs[t] = y
    return first_clipped
