"""The state loop of edge-of-stability networks: a reservoir's step beside a rotation."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import step_once, working_space


@kernel
def run_es2n(network, rotation, proximity, U, noise, h, states):
    """Run over the rows of ``U`` (n_steps, n_features), writing ``states`` (n_steps, n_units).

    ``network`` has no leak; ``h`` holds the state before the first step and, at the end, the one
    after the last. ``noise`` is (n_steps, n_units), or (n_steps, 0) for none.
    """
    room = working_space(network, 1)
    turned = np.zeros_like(h)
    for t in range(U.shape[0]):
        step_once(network, U[t], noise[t], h, h, states[t], room)
        np.dot(rotation, h, turned)
        for i in range(h.size):
            states[t, i] = proximity * states[t, i] + (1 - proximity) * turned[i]
        h[:] = states[t]
