"""Closed loops and free runs for tests: a readout drawn at random, and a run fed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.closed_loop import Loop


def make_loop(n_readout_features: int, n_outputs: int = 2, **options: Any) -> Loop:
    """Close a loop through a readout drawn at random, within bounds that are wide."""
    rng = np.random.default_rng(7)
    return Loop(
        **{
            "coef": rng.normal(0, 0.1, (n_outputs, n_readout_features)),
            "intercept": rng.normal(0, 0.2, n_outputs),
            "with_input": False,
            "squared": False,
            "through_input": True,
            "through_feedback": False,
            "lower": np.full(n_outputs, -3.0),
            "upper": np.full(n_outputs, 3.0),
            **options,
        }
    )


def fed_by_hand(
    model: Any, y: NDArray[np.float64], known: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Step a model from its last state, each output put in front of the next known inputs."""
    state, outputs = model.state_, []
    for row in known:
        y, state = model.step(np.concatenate([y, row]), state)
        outputs.append(y)
    return np.array(outputs)
