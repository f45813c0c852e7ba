"""How each state of a network depends on that before."""

from __future__ import annotations

import numpy as np

from esnkit.networks.layers.base import Array
from esnkit.networks.network import Network, Tape


def state_jacobians(network: Network, params: Array, tape: Tape) -> Array:
    """Return how each step's state depends on that before, for the first sequence of a run.

    Parameters
    ----------
    network : Network
        What ran.
    params : ndarray of shape (n_parameters,)
        The parameters that it ran with.
    tape : Tape
        What `Network.forward` left.

    Returns
    -------
    ndarray of shape (n_steps, n_carried, n_carried)
        ``[t, i, j]`` is the derivative of entry i of the state after step t by entry j of the
        state before it. Where the network's own outputs were fed back, the output is carried
        too, and stands after the state.

    Raises
    ------
    ValueError
        If the network reads backwards.
    """
    if network.bidirectional:
        raise ValueError(
            "The state of a network that also reads backwards does not follow from that before, so "
            "there are no Jacobians."
        )
    params = np.asarray(params, network.dtype)
    X, state = tape.trace.X[:, :1], tape.state[:1]
    n_steps = len(X) if tape.padding is None else int((~tape.padding[:, 0]).sum())
    n_carried = network.n_state + network.n_outputs * tape.free
    # Every row of the Jacobian is a sequence of its own: the same step, another error.
    d_state, d_fed = np.split(np.eye(n_carried, dtype=network.dtype), [network.n_state], axis=1)
    d_output = d_fed[None] if tape.free else np.zeros((1, n_carried, network.n_outputs))
    first = np.zeros(n_carried, np.intp)
    trace = network.stack.trace(1, n_carried, network.dtype)
    jacobians = np.empty((n_steps, n_carried, n_carried), network.dtype)
    for t in range(n_steps):
        inputs = np.repeat(X[t : t + 1], n_carried, axis=1)
        trace.begin(params, inputs, np.repeat(state, n_carried, axis=0), first + 1)
        trace.advance(0, 1)
        trace.begin_back(params, d_state)
        trace.go_back(d_output.astype(network.dtype), 0, 1)
        d_inputs = trace.input_errors(0, 1)[0, :, network.n_inputs :] if tape.free else d_fed
        jacobians[t] = np.concatenate([trace.d_state, d_inputs], axis=1)
        state = trace.last_state(first)[:1]
    return jacobians
