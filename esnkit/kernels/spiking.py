"""The state loop of leaky integrate-and-fire units."""

from __future__ import annotations

from esnkit.kernels.jit import kernel
from esnkit.kernels.reservoir import add_up, point_at, working_space
from esnkit.kernels.simd import at, pointer


@kernel
def run_spiking(network, keep, threshold, refractory, decay, U, state, traces):
    """Run over the rows of ``U`` (n_steps, n_features), writing ``traces`` (n_steps, n_out).

    ``state`` (3 + n_traces, n_units) holds membranes, steps that a unit still rests, last spikes
    and, one row for each of ``decay``, traces; it is left as it is after the last step.
    """
    n_units, w = network.n_units, point_at(network, 0, 1)
    membrane, resting, spikes = state[0], state[1], state[2]
    room = working_space(network, 1)
    pre = room[0]
    for t in range(U.shape[0]):
        u = at(pointer(U), t * w.n_drive)
        add_up(w, u, u, pointer(spikes), 0, w.n_padded, pointer(pre), pointer(room[1]))
        for i in range(n_units):
            spikes[i] = 0.0
            if resting[i] > 0:
                resting[i] -= 1
                continue
            membrane[i] = keep * membrane[i] + pre[i]
            if membrane[i] >= threshold:
                membrane[i], resting[i], spikes[i] = 0.0, refractory, 1.0
        for k in range(decay.size):
            for i in range(n_units):
                state[3 + k, i] = decay[k] * state[3 + k, i] + (1 - decay[k]) * spikes[i]
                traces[t, k * n_units + i] = state[3 + k, i]
