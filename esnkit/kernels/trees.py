"""The state loop over the nodes of trees, children first."""

from __future__ import annotations

import numpy as np

from esnkit.kernels.closed_loop import read_out
from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import step_once, working_space


@kernel
def run_trees(network, n_slots, children, U, loop, closed, outputs, states):
    """Fill ``states`` (n_nodes, n_units), and ``outputs`` (n_nodes, n_outputs) if ``closed``.

    The units listen to the states of ``n_slots`` children, one after the other; with one slot the
    children's states are added up. The drive comes from the labels ``U`` and then from the outputs
    of the children, by slot.
    """
    n_units, n_features, n_outputs = states.shape[1], U.shape[1], outputs.shape[1]
    room, no_noise = working_space(network, 1), np.zeros(0)
    below, mean = np.zeros(n_slots * n_units), np.zeros(n_units)
    u = np.zeros(network.per_unit.shape[0] - 2)
    z = np.zeros(loop.coef.shape[1])
    for v in range(states.shape[0]):
        below[:], mean[:], u[n_features:] = 0, 0, 0
        u[:n_features] = U[v]
        count = 0
        for k in range(children.shape[1]):
            c = children[v, k]
            if c >= 0:
                slot = min(k, n_slots - 1)
                below[slot * n_units : (slot + 1) * n_units] += states[c]
                mean += states[c]
                if u.size > n_features:
                    fed = n_features + slot * n_outputs
                    u[fed : fed + n_outputs] += outputs[c]
                count += 1
        if count:
            mean /= count
        step_once(network, u, no_noise, below, mean, states[v], room)
        if closed:
            read_out(loop, states[v], U[v], z, outputs[v])
