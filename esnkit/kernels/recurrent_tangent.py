"""The tangents of recurrent layers: how states move when the weights move along a direction.

A sweep goes over what `esnkit.kernels.recurrent.sweep` left behind, and carries derivatives along
the direction beside each number. Those of the pre-activations are products of matrices,

    d(S M)(t) = S(t) dM + dh(t-1) W + dx(t) U,    M = [U; b; W]

and each cell's tangent takes them on. Arrays are time-major: (n_steps, n_batch, ...).
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.jit import kernel
from esnkit.kernels.recurrent import ELMAN, LSTM, multiply_by_slope


@kernel
def tangent_lstm(gates, previous, squashed, d_gates, d_c, d_h):
    """Write the tangent of h(t), and turn ``d_c`` from that of c(t-1) to c(t).

    ``d_gates`` (n_batch, 4 n_units) holds the tangents of the pre-activations.
    """
    n, one = d_h.shape[1], d_h.dtype.type(1)
    for b in range(d_h.shape[0]):
        f, i = gates[b, :n], gates[b, n : 2 * n]
        g, o = gates[b, 2 * n : 3 * n], gates[b, 3 * n :]
        d_f, d_i = d_gates[b, :n], d_gates[b, n : 2 * n]
        d_g, d_o = d_gates[b, 2 * n : 3 * n], d_gates[b, 3 * n :]
        before, tanh_c, dc, dh = previous[b], squashed[b], d_c[b], d_h[b]
        for j in range(n):
            dc[j] = f[j] * (dc[j] + before[j] * (one - f[j]) * d_f[j])
        for j in range(n):
            dc[j] += i[j] * (g[j] * (one - i[j]) * d_i[j] + (one - g[j] * g[j]) * d_g[j])
        for j in range(n):
            dh[j] = o[j] * (
                tanh_c[j] * (one - o[j]) * d_o[j] + (one - tanh_c[j] * tanh_c[j]) * dc[j]
            )


@kernel
def tangent_gru(gates, h_before, d_gates, d_before, d_h):
    """Write the tangent of h(t) from those of the pre-activations and of h(t-1)."""
    n, one = d_h.shape[1], d_h.dtype.type(1)
    for b in range(d_h.shape[0]):
        r, z = gates[b, :n], gates[b, n : 2 * n]
        candidate, recurrent = gates[b, 2 * n : 3 * n], gates[b, 3 * n :]
        d_r, d_z = d_gates[b, :n], d_gates[b, n : 2 * n]
        d_x, d_recurrent = d_gates[b, 2 * n : 3 * n], d_gates[b, 3 * n :]
        before, db, dh = h_before[b, h_before.shape[1] - n :], d_before[b], d_h[b]
        for j in range(n):
            d_x[j] += r[j] * (d_recurrent[j] + recurrent[j] * (one - r[j]) * d_r[j])
        for j in range(n):
            dh[j] = (one - z[j]) * (one - candidate[j] * candidate[j]) * d_x[j]
        for j in range(n):
            dh[j] += z[j] * (db[j] + (before[j] - candidate[j]) * (one - z[j]) * d_z[j])


@kernel
def add_product(A, B, product, out):
    """Add A B to ``out``; ``product`` is working space of its shape."""
    np.dot(A, B, product)
    flat, more = out.reshape(-1), product.reshape(-1)
    for i in range(flat.size):
        flat[i] += more[i]


@kernel
def sweep_tangent(cell, activation, M, dM, S, gates, c, squashed, d_X, d_gates, work, d_c, d_h):
    """Carry tangents over all steps of a run that started from a state which does not move.

    Parameters
    ----------
    cell, activation, M, S, gates, c, squashed
        As `esnkit.kernels.recurrent.sweep` took and left them.
    dM : (n_inputs + 1 + n_units, n_columns)
        The direction of the weights.
    d_X : (n_steps, n_batch, n_inputs)
        Tangents of the inputs; of no steps if they do not move.
    d_gates, work : (n_batch, n_columns)
        Working space.
    d_c : (n_batch, n_units)
        Working space: the tangent of an LSTM's c. Empty for others.
    d_h : (n_steps, n_batch, n_units)
        Tangents of the states, written.
    """
    n_inputs = S.shape[2] - 1 - d_h.shape[2]
    U, W = M[:n_inputs], M[n_inputs + 1 :]
    still = np.zeros_like(d_h[0])
    d_c[:] = 0
    for t in range(d_h.shape[0]):
        np.dot(S[t], dM, d_gates)
        if t > 0:
            add_product(d_h[t - 1], W, work, d_gates)
        if len(d_X) > 0:
            add_product(d_X[t], U, work, d_gates)
        if cell == ELMAN:
            multiply_by_slope(activation, gates[t].reshape(-1), d_gates.reshape(-1))
            d_h[t] = d_gates
        elif cell == LSTM:
            tangent_lstm(gates[t], c[t], squashed[t], d_gates, d_c, d_h[t])
        else:
            tangent_gru(gates[t], S[t], d_gates, d_h[t - 1] if t > 0 else still, d_h[t])
