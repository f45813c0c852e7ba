"""A network of recurrent and dense layers that runs on its own outputs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.activations import activate
from esnkit.kernels.closed_loop import clip
from esnkit.kernels.jit import kernel
from esnkit.kernels.recurrent import sweep

DENSE, DELAYS = -1, -2  # a layer without memory and a delay line, beside the codes of the cells


class Stage(NamedTuple):
    """One layer, its weights, and room for one step of one sequence.

    The arrays are those of `esnkit.kernels.recurrent.sweep`, with one step and one sequence. The
    state before the step is the first row of ``S`` and ``c``, that after it the second. A dense
    layer has h = f([x, 1] M) and no state. A delay line has no weights: h holds the last inputs,
    the newest first, of which all but the oldest are the state, and ``S`` nothing but x.
    """

    cell: int
    activation: int
    M: NDArray[Any]
    S: NDArray[Any]
    gates: NDArray[Any]
    c: NDArray[Any]
    squashed: NDArray[Any]
    h: NDArray[Any]


class Closing(NamedTuple):
    """How the loop is closed."""

    n_fed: int  # the first inputs are gain y(n-1) + offset
    gain: NDArray[Any]  # (n_outputs,)
    offset: NDArray[Any]  # (n_outputs,)
    through_feedback: bool  # y(n-1) enters after the inputs, too
    lower: NDArray[Any]  # (n_outputs,), outputs are clipped within these bounds
    upper: NDArray[Any]  # (n_outputs,)


def state_of(stage: Stage) -> NDArray[Any]:
    """Return the state (n_state,) in which a stage was left."""
    if stage.cell == DELAYS:
        return stage.h[0, 0, : stage.h.shape[2] - stage.S.shape[2]].copy()
    n_units = 0 if stage.cell == DENSE else stage.h.shape[2]
    first = stage.S.shape[2] - n_units
    return np.concatenate([stage.S[0, 0, first:], stage.c[0, 0]])


@kernel
def step(stage):
    """Advance a layer, whose input stands in ``S``, by one step."""
    if stage.cell == DENSE:
        np.dot(stage.S[0], stage.M, stage.h[0])
        activate(stage.activation, stage.h[0, 0])
        return
    if stage.cell == DELAYS:
        taps, x = stage.h[0, 0], stage.S[0, 0]
        for i in range(taps.size - 1, x.size - 1, -1):
            taps[i] = taps[i - x.size]
        taps[: x.size] = x
        return
    sweep(
        stage.cell,
        stage.activation,
        stage.M,
        stage.S,
        stage.gates,
        stage.c,
        stage.squashed,
        stage.h,
    )
    n = stage.h.shape[2]
    stage.S[0, 0, stage.S.shape[2] - n :] = stage.h[0, 0]
    stage.c[0] = stage.c[1]


@kernel
def free_run_network(stages, closing, rows, y, outputs):
    """Run over known inputs, writing ``outputs`` (n_steps, n_outputs).

    ``stages`` are all layers, the lowest first, and are left in their last state. ``rows``
    (n_steps, n_given) are the inputs after those that are fed; ``y`` holds the output before the
    first step and, at the end, that of the last. Returns the first step at which an output was
    clipped to its bounds, or -1.
    """
    x, top = stages[0].S[0, 0], stages[len(stages) - 1].h[0, 0]
    n_features = closing.n_fed + rows.shape[1]
    first_clipped = -1
    for t in range(outputs.shape[0]):
        for k in range(closing.n_fed):
            x[k] = closing.gain[k] * y[k] + closing.offset[k]
        for k in range(rows.shape[1]):
            x[closing.n_fed + k] = rows[t, k]
        if closing.through_feedback:
            for k in range(y.size):
                x[n_features + k] = y[k]
        step(stages[0])
        for i in range(1, len(stages)):
            below = stages[i - 1].h[0, 0]
            stages[i].S[0, 0, : below.size] = below
            step(stages[i])
        y[:] = top
        if clip(y, closing.lower, closing.upper) and first_clipped < 0:
            first_clipped = t
        outputs[t] = y
    return first_clipped
