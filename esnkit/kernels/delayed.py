"""The state loop of reservoirs whose connections take their time."""

from __future__ import annotations

from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import step_once, working_space


@kernel
def run_delayed(network, U, noise, past, states):
    """Run over the rows of ``U`` (n_steps, n_drive), writing ``states`` (n_steps, n_units).

    The units listen to the flat ``past`` (max_delay, n_units), the newest state first, which is
    left as it is after the last step. ``noise`` is (n_steps, n_units), or (n_steps, 0) for none.
    """
    room = working_space(network, 1)
    for t in range(U.shape[0]):
        step_once(network, U[t], noise[t], past.reshape(-1), past[0], states[t], room)
        for d in range(past.shape[0] - 1, 0, -1):
            past[d] = past[d - 1]
        past[0] = states[t]
