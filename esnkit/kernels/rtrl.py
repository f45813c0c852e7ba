"""Real-time recurrent learning: how an Elman layer's state depends on all its weights, carried on.

The sensitivities P(t) hold dh(t)/dM, one row for each unit and one column for each entry of M, the
matrix of all weights of the layer in the form of `esnkit.kernels.recurrent`. With s(t) = [x(t), 1,
h(t-1)], D the slopes of the activations and W the weights that belong to h,

    P(t) = D (W P(t-1) + ds(t)'M/dM)

where unit i depends directly on column i of M only, by s(t).
"""

from __future__ import annotations

import numpy as np

from esnkit.kernels.activations import activate
from esnkit.kernels.jit import kernel
from esnkit.kernels.recurrent import multiply_by_slope


@kernel
def advance_rtrl(activation, M, s, h, before, after, work):
    """Write h(t), and the sensitivities after the step from those before.

    Parameters
    ----------
    activation : int
        Its code.
    M : (n_rows, n_units)
        All weights, n_rows = n_inputs + 1 + n_units.
    s : (n_rows,)
        Input, one, and the state before the step.
    h : (n_units,)
        The state, written.
    before, after : (n_units, n_rows * n_units)
        Sensitivities; those after the step are written.
    work : (n_units, n_units)
        Working space.
    """
    n = h.size
    first = s.size - n
    np.dot(s, M, h)
    activate(activation, h)
    slopes = np.ones_like(h)
    multiply_by_slope(activation, h, slopes)
    for i in range(n):
        for j in range(n):
            work[i, j] = slopes[i] * M[first + j, i]
    np.dot(work, before, after)
    for i in range(n):
        row, slope = after[i], slopes[i]
        for r in range(s.size):
            row[r * n + i] += slope * s[r]


@kernel
def gradient(error, M_out, h, sensitivities, out):
    """Write the derivative of ``error`` times the outputs by all weights.

    Parameters
    ----------
    error : (n_outputs,)
        Derivatives of anything by the outputs h'V + c.
    M_out : (n_units + 1, n_outputs)
        V, and c below it.
    h : (n_units,)
        The state.
    sensitivities : (n_units, n_recurrent)
        Its derivatives by the weights of the layer.
    out : (n_recurrent + (n_units + 1) * n_outputs,)
        Derivatives by the weights of the layer, then by those of the output; written.
    """
    n, n_outputs = h.size, error.size
    n_recurrent = sensitivities.shape[1]
    np.dot(np.dot(M_out[:n], error), sensitivities, out[:n_recurrent])
    outer = out[n_recurrent:]
    for j in range(n):
        for k in range(n_outputs):
            outer[j * n_outputs + k] = h[j] * error[k]
    outer[n * n_outputs :] = error
