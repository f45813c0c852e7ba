"""Estimators of networks from flat options, which go to the objects that own them."""

from __future__ import annotations

from typing import Any

from esnkit.networks import EarlyStopping
from esnkit.networks.layers.cells import CELLS
from esnkit.networks.learners.registry import find_learner
from esnkit.networks.training.optimizers import find_optimizer

OF_LEARNERS = (
    *("window", "stride", "batch_size", "order", "continuous"),
    *("max_gradient_norm", "skip_below", "optimizer"),
)
RATE = "learner__optimizer__learning_rate_init"


def sort_options(options: dict[str, Any], automatic: str = "tbptt") -> dict[str, Any]:
    """Put options of learner, cell and early stopping into objects of their kinds."""
    options = {"early_stopping": False} | options
    own = {name: options.pop(name) for name in OF_LEARNERS if name in options}
    if "learning_rate" in options:
        optimizer = find_optimizer(own.get("optimizer", "adam"))
        own["optimizer"] = optimizer.set_params(learning_rate_init=options.pop("learning_rate"))
    if own:
        if options.get("output") == "sequence" or options.get("bidirectional"):
            automatic = "bptt"
        given = options.get("learner", "auto")
        learner = find_learner(automatic if given == "auto" else given)
        options["learner"] = learner.set_params(**own)
    stopping = {k: options.pop(k) for k in ("validation_fraction", "patience") if k in options}
    if stopping:
        names = {"patience": "n_iter_no_change"}
        options["early_stopping"] = EarlyStopping(
            **{names.get(name, name): value for name, value in stopping.items()}
        )
    return options if "n_taps" in options else with_activation(options)


def with_activation(options: dict[str, Any]) -> dict[str, Any]:
    """Put an activation into the cell."""
    options = dict(options)
    if "activation" in options:
        cell = CELLS[options.pop("cell", "elman")]
        options["cell"] = cell(activation=options.pop("activation"))
    return options
