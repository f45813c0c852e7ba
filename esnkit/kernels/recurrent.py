"""The sweeps of recurrent layers: forward through time over a batch, and back with the errors.

With S(t) = [x(t), 1, h(t-1)], one row for each sequence of the batch, the product S(t) M gives the
pre-activations of all gates at once, biases included, and after the sweep back one product gives
the gradient of everything in M. Arrays are time-major: (n_steps, n_batch, ...).

A cell's equations stand in two places, its step forward and its step back. The columns of M, and
so of ``gates``, are in the order given with each cell.
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.activations import LOGISTIC, RELU, TANH, activate, tanh
from esnkit.kernels.jit import kernel

ELMAN, LSTM, GRU = range(3)


@kernel
def multiply_by_slope(code, values, errors):
    """Multiply ``errors`` by an activation's derivative, told from its ``values``; both are flat.

    At its kink the derivative of the rectifier is 0.
    """
    one, zero = values.dtype.type(1), values.dtype.type(0)
    if code == TANH:
        for i in range(values.size):
            errors[i] *= one - values[i] * values[i]
    elif code == LOGISTIC:
        for i in range(values.size):
            errors[i] *= values[i] * (one - values[i])
    elif code == RELU:
        for i in range(values.size):
            errors[i] = errors[i] if values[i] > zero else zero


@kernel
def multiply_column(column, row, out):
    """Write the product of a column and a row, for which BLAS is not made."""
    for i in range(column.size):
        value, line = column[i], out[i]
        for j in range(row.size):
            line[j] = value * row[j]


@kernel
def step_lstm(gates, previous, current, squashed, h):
    """Write c(t) to ``current``, its tanh and h(t) from [forget, input, candidate, output].

    ::

        c(t) = f c(t-1) + i g,    h(t) = o tanh c(t)

    ``gates`` (n_batch, 4 n_units) holds pre-activations before and activations after.
    """
    n, half = h.shape[1], h.dtype.type(0.5)
    # logistic(x) = (1 + tanh(x / 2)) / 2, so one pass over all gates serves both functions.
    for b in range(h.shape[0]):
        forget_input, o = gates[b, : 2 * n], gates[b, 3 * n :]
        for j in range(2 * n):
            forget_input[j] *= half
        for j in range(n):
            o[j] *= half
    tanh(gates.reshape(-1))
    for b in range(h.shape[0]):
        forget_input, o = gates[b, : 2 * n], gates[b, 3 * n :]
        f, i, g = gates[b, :n], gates[b, n : 2 * n], gates[b, 2 * n : 3 * n]
        before, c = previous[b], current[b]
        for j in range(2 * n):
            forget_input[j] = half + half * forget_input[j]
        for j in range(n):
            o[j] = half + half * o[j]
        for j in range(n):
            c[j] = f[j] * before[j] + i[j] * g[j]
    squashed[:] = current
    tanh(squashed.reshape(-1))
    for b in range(h.shape[0]):
        o, tanh_c, out = gates[b, 3 * n :], squashed[b], h[b]
        for j in range(n):
            out[j] = o[j] * tanh_c[j]


@kernel
def step_lstm_back(gates, previous, squashed, d_h, d_c, errors):
    """Write the errors of all pre-activations, and turn ``d_c`` from that of c(t) to c(t-1)."""
    n, one = d_h.shape[1], d_h.dtype.type(1)
    for b in range(d_h.shape[0]):
        f, i = gates[b, :n], gates[b, n : 2 * n]
        g, o = gates[b, 2 * n : 3 * n], gates[b, 3 * n :]
        d_f, d_i = errors[b, :n], errors[b, n : 2 * n]
        d_g, d_o = errors[b, 2 * n : 3 * n], errors[b, 3 * n :]
        before, tanh_c, dh, dc = previous[b], squashed[b], d_h[b], d_c[b]
        for j in range(n):
            d_o[j] = dh[j] * tanh_c[j] * o[j] * (one - o[j])
        for j in range(n):
            dc[j] += dh[j] * o[j] * (one - tanh_c[j] * tanh_c[j])
        for j in range(n):
            d_f[j] = dc[j] * before[j] * f[j] * (one - f[j])
        for j in range(n):
            d_i[j] = dc[j] * g[j] * i[j] * (one - i[j])
        for j in range(n):
            d_g[j] = dc[j] * i[j] * (one - g[j] * g[j])
        for j in range(n):
            dc[j] *= f[j]


@kernel
def step_gru(gates, S, h):
    """Write h(t) from [reset, update, candidate of x, candidate of h(t-1)].

    ::

        n = tanh(n_x + r n_h),    h(t) = (1 - z) n + z h(t-1)

    ``gates`` holds pre-activations before; after, r, z and n have taken the first three places.
    """
    n, one = h.shape[1], h.dtype.type(1)
    for b in range(h.shape[0]):
        activate(LOGISTIC, gates[b, : 2 * n])
        r, z = gates[b, :n], gates[b, n : 2 * n]
        candidate, recurrent = gates[b, 2 * n : 3 * n], gates[b, 3 * n :]
        before, out = S[b, S.shape[1] - n :], h[b]
        for j in range(n):
            candidate[j] += r[j] * recurrent[j]
        tanh(candidate)
        for j in range(n):
            out[j] = (one - z[j]) * candidate[j] + z[j] * before[j]


@kernel
def step_gru_back(gates, S, d_h, direct, errors):
    """Write the errors of all pre-activations, and what reaches h(t-1) past them to ``direct``."""
    n, one = d_h.shape[1], d_h.dtype.type(1)
    for b in range(d_h.shape[0]):
        r, z = gates[b, :n], gates[b, n : 2 * n]
        candidate, recurrent = gates[b, 2 * n : 3 * n], gates[b, 3 * n :]
        d_r, d_z = errors[b, :n], errors[b, n : 2 * n]
        d_x, d_recurrent = errors[b, 2 * n : 3 * n], errors[b, 3 * n :]
        before, dh, past = S[b, S.shape[1] - n :], d_h[b], direct[b]
        for j in range(n):
            d_x[j] = dh[j] * (one - z[j]) * (one - candidate[j] * candidate[j])
        for j in range(n):
            d_z[j] = dh[j] * (before[j] - candidate[j]) * z[j] * (one - z[j])
        for j in range(n):
            d_r[j] = d_x[j] * recurrent[j] * r[j] * (one - r[j])
        for j in range(n):
            d_recurrent[j] = d_x[j] * r[j]
        for j in range(n):
            past[j] = dh[j] * z[j]


@kernel
def sweep(cell, activation, M, S, gates, c, squashed, h):
    """Run over all steps, each h(t) going into S(t+1) too.

    Parameters
    ----------
    cell, activation : int
        Codes; the activation is that of an Elman cell.
    M : (n_inputs + 1 + n_units, n_columns)
        All weights.
    S : (n_steps + 1, n_batch, n_inputs + 1 + n_units)
        Inputs and ones, and h before the first step.
    gates : (n_steps, n_batch, n_columns)
        Activations, written. An Elman cell has none but h itself: pass the same array.
    c, squashed : (n_steps + 1, n_batch, n_units), (n_steps, n_batch, n_units)
        The memory of an LSTM, c(t-1) standing at t, and its tanh, written. Empty for others.
    h : (n_steps, n_batch, n_units)
        States, written.
    """
    first = S.shape[2] - h.shape[2]
    for t in range(h.shape[0]):
        np.dot(S[t], M, gates[t])
        if cell == ELMAN:
            activate(activation, gates[t].reshape(-1))
        elif cell == LSTM:
            step_lstm(gates[t], c[t], c[t + 1], squashed[t], h[t])
        else:
            step_gru(gates[t], S[t], h[t])
        S[t + 1, :, first:] = h[t]


@kernel
def sweep_back(cell, activation, transposed, S, gates, c, squashed, d_out, d_h, direct, errors):
    """Run back over all steps, writing the errors of all pre-activations.

    Parameters
    ----------
    cell, activation, S, gates, c, squashed
        As `sweep` left them.
    transposed : (n_columns, n_units)
        The rows of M that belong to h, transposed.
    d_out : (n_steps, n_batch, n_units)
        Errors that come from outside: of the layer above.
    d_h, direct : (n_batch, n_units)
        Errors of h and c after the last step; those before the first step when all is done. Where
        there is no c, ``direct`` is working space.
    errors : (n_steps, n_batch, n_columns)
        Errors of the pre-activations, written.
    """
    flat = d_h.reshape(-1)
    past = direct.reshape(-1)
    for t in range(d_out.shape[0] - 1, -1, -1):
        outer = d_out[t].reshape(-1)
        for i in range(flat.size):
            flat[i] += outer[i]
        if cell == ELMAN:
            errors[t] = d_h
            multiply_by_slope(activation, gates[t].reshape(-1), errors[t].reshape(-1))
        elif cell == LSTM:
            step_lstm_back(gates[t], c[t], squashed[t], d_h, direct, errors[t])
        else:
            step_gru_back(gates[t], S[t], d_h, direct, errors[t])
        np.dot(errors[t], transposed, d_h)
        if cell == GRU:
            for i in range(flat.size):
                flat[i] += past[i]
