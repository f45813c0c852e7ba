"""The state loop of reservoirs whose connections take their time."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import add_recurrence, advance, working_space


@kernel
def run_delayed(network, delayed, U, noise, past, states):
    """Run over the rows of ``U`` (n_steps, n_drive), writing ``states`` (n_steps, n_units).

    ``delayed`` is a recurrence from the flat ``past`` (max_delay, n_units), the newest state
    first, which is left as it is after the last step. ``noise`` is (n_steps, n_units), or
    (n_steps, 0) for none.
    """
    pre, product = working_space(past[0])
    late = np.zeros_like(pre)
    n_units = past.shape[1]
    for t in range(U.shape[0]):
        late[:] = 0
        add_recurrence(delayed, past.ravel(), late)
        for k in range(noise.shape[1]):
            late[k] += noise[t, k]
        advance(network, U[t], late[:n_units], past[0], states[t], pre, product)
        for d in range(past.shape[0] - 1, 0, -1):
            past[d] = past[d - 1]
        past[0] = states[t]
