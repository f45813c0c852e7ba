"""Models side by side, each on its patch of a field, that run on one another's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from esnkit.core.state import State
from esnkit.core.typing import FloatArray, Indices
from esnkit.kernels.closed_loop import Loop
from esnkit.models.runner import clip_outputs, linear_weights


def neighbourhoods(n_variables: int, patch_size: int, overlap: int, periodic: bool) -> Indices:
    """Return the variables that each patch sees: its own, and `overlap` more on either side.

    They are numbers, of shape (n_patches, patch_size + 2 overlap). Beyond the edge of a field that
    is not periodic lies the place number `n_variables`, where all is zero.
    """
    first = np.arange(0, n_variables, patch_size)
    seen = first[:, np.newaxis] + np.arange(-overlap, patch_size + overlap)
    if periodic:
        return seen % n_variables
    return np.where((seen < 0) | (seen >= n_variables), n_variables, seen)


def run_together(
    models: Sequence[Any], seen: Indices, rows: FloatArray, states: Sequence[State]
) -> tuple[FloatArray, int]:
    """Run a field on the outputs of its patches, compiled if all models are linear in reservoirs.

    Parameters
    ----------
    models : sequence of ESNRegressor
        One for each patch, or a single one for all. Their reservoirs have the same weights.
    seen : ndarray of shape (n_patches, n_seen)
        From `neighbourhoods`.
    rows : ndarray of shape (n_steps, n_given)
        Inputs that every patch is given behind what it sees.
    states : sequence of State
        Where each patch starts; their outputs together are the field y(-1).

    Returns
    -------
    outputs : ndarray of shape (n_steps, n_variables)
        The field y(n).
    first_clipped : int
        The first step at which an output was clipped in its bounds, or -1.
    """
    loops = _stack_loops(models)
    if loops is None:
        return _step_together(models, seen, rows, states)
    return models[0].reservoir_.run_patches(loops, seen, rows, states)


def _stack_loops(models: Sequence[Any]) -> Loop | None:
    """Describe the readouts to the kernel; None if it does not know their like."""
    if not all(model.compiled for model in models):
        return None
    weights = [linear_weights(model.readout_, model.n_outputs_) for model in models]
    known = [pair for pair in weights if pair is not None]
    coef, intercept = (np.stack([pair[i] for pair in known]) for i in (0, 1))
    lower, upper = (np.stack([model.output_range_[i] for model in models]) for i in (0, 1))
    return Loop(
        coef=coef,
        intercept=intercept,
        with_input=models[0].readout_sees_input,
        squared=models[0].squared_states,
        through_input=True,
        through_feedback=False,
        lower=lower,
        upper=upper,
    )


def _step_together(
    models: Sequence[Any], seen: Indices, rows: FloatArray, states: Sequence[State]
) -> tuple[FloatArray, int]:
    """Run as `run_together` does, step by step in Python."""
    states = list(states)
    known = np.concatenate([*(state.output for state in states), [0.0]])
    outputs = np.empty((len(rows), len(known) - 1))
    first_clipped = -1
    for n, row in enumerate(rows):
        for p, state in enumerate(states):
            model = models[p % len(models)]
            output, end = model.step(np.concatenate([known[seen[p]], row]), state)
            output, clipped = clip_outputs(output, *model.output_range_)
            states[p] = replace(end, output=output)
            if clipped and first_clipped < 0:
                first_clipped = n
        outputs[n] = known[:-1] = np.concatenate([state.output for state in states])
    return outputs, first_clipped
