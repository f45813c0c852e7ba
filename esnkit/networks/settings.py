"""What the parameters of a trained network's estimator may be, and what they come to."""

from __future__ import annotations

from typing import Any

import numpy as np

from esnkit.core.checks import (
    check_count,
    check_name,
    check_non_negative,
    check_positive,
    check_real,
)
from esnkit.networks.initialization import INITIALIZATIONS
from esnkit.networks.learners.bptt import ORDERS, Learner, Presentation
from esnkit.networks.learners.registry import LEARNERS, check_serves, check_unused, name_of
from esnkit.networks.network import Network
from esnkit.networks.training.batches import Rows
from esnkit.networks.training.losses import LOSSES
from esnkit.networks.training.optimizers import OPTIMIZERS, Optimizer
from esnkit.networks.training.trainer import Trainer, UpdateRule

_NAMES = {
    "order": ORDERS,
    "loss": tuple(LOSSES),
    "output": ("all", "last"),
}
_COUNTS = ("max_epochs", "patience")
_COUNTS_OR_NONE = ("window", "stride", "batch_size")


def check_settings(model: Any) -> None:
    """Refuse values that can be told to be wrong without the data."""
    for name, known in _NAMES.items():
        check_name(name, getattr(model, name), known)
    for name in _COUNTS:
        check_count(getattr(model, name), name)
    for name in _COUNTS_OR_NONE:
        if getattr(model, name) is not None:
            check_count(getattr(model, name), name)
    _check_reals(model)
    if not callable(model.initialization):
        check_name("initialization", model.initialization, INITIALIZATIONS)
    if not isinstance(model.optimizer, Optimizer):
        check_name("optimizer", model.optimizer, OPTIMIZERS)
    check_name("learner", name_of(model.learner), ("auto", *LEARNERS))
    check_unused(learner_name(model), model)
    _check_together(model)


def _check_reals(model: Any) -> None:
    """Refuse what is no number, or out of range."""
    for name in ("weight_decay", "skip_below"):
        check_non_negative(getattr(model, name), name)
    within = {"min_val": 0, "max_val": 1, "include_boundaries": "neither"}
    check_real(model.validation_fraction, "validation_fraction", **within)
    if model.max_gradient_norm is not None and model.max_gradient_norm != np.inf:
        check_positive(model.max_gradient_norm, "max_gradient_norm")
    if not callable(model.learning_rate):
        check_positive(model.learning_rate, "learning_rate")


def _check_together(model: Any) -> None:
    """Refuse what excludes each other."""
    feedback = model.feedback or model.cell == "jordan"
    if feedback and model.loss == "cross_entropy":
        raise ValueError(
            "loss='cross_entropy' has probabilities for targets, which cannot be fed back: "
            f"got cell={model.cell!r} with feedback={model.feedback!r}."
        )
    if feedback and model.teacher_forcing and model.output == "last":
        raise ValueError(
            "output='last' knows no target to feed back before the last: it needs "
            f"teacher_forcing=False, got cell={model.cell!r} with feedback={model.feedback!r}."
        )
    name = learner_name(model)
    if feedback and not model.teacher_forcing and not LEARNERS[name].through_feedback:
        raise ValueError(
            f"learner={name!r} takes the outputs that are fed back as they are given, not as they "
            "follow from the weights: it needs teacher_forcing=True."
        )
    if name == "ekf" and model.loss != "squared_error":
        raise ValueError(
            "learner='ekf' takes targets for outputs plus Gaussian noise: it needs "
            f"loss='squared_error', got {model.loss!r}."
        )
    if model.bidirectional and model.start == "last":
        raise ValueError(
            "bidirectional=True needs whole sequences, so there is no going on with start='last'."
        )


def learner_name(model: Any) -> str:
    """Return the learner that ``"auto"`` stands for, or the one that is named."""
    return str(model._automatic_learner() if model.learner == "auto" else name_of(model.learner))


def make_rule(model: Any) -> UpdateRule:
    """Say how the gradient of a batch moves the weights."""
    optimizer, norm = model.optimizer, model.max_gradient_norm
    return UpdateRule(
        loss=LOSSES[model.loss],
        optimizer=optimizer if isinstance(optimizer, Optimizer) else OPTIMIZERS[optimizer],
        learning_rate=model.learning_rate,
        max_gradient_norm=np.inf if norm is None else norm,
        weight_decay=model.weight_decay,
        skip_below=model.skip_below,
        teacher_forcing=model.teacher_forcing,
    )


def make_trainer(model: Any, network: Network, params: Any) -> Trainer:
    """Make what moves the weights ``params`` (n_parameters,), which are moved in place."""
    name = learner_name(model)
    check_serves(name, network)
    return LEARNERS[name].make_trainer(model, network, params, make_rule(model))


def draw_weights(model: Any, network: Network, seed: np.random.SeedSequence) -> Any:
    """Draw the weights before training, an array of shape (n_parameters,)."""
    given = model.initialization
    draw = given if callable(given) else INITIALIZATIONS[given]
    params = np.array(draw(network, seed), dtype=network.dtype)  # a copy: training moves them
    if params.shape != (network.n_parameters,):
        raise ValueError(
            f"initialization returned an array of shape {params.shape}, but the network has "
            f"({network.n_parameters},)."
        )
    return params


def make_learner(model: Any, network: Network, rows: Rows) -> Learner:
    """Make what presents the training data."""
    name = learner_name(model)
    check_serves(name, network)
    longest = int(np.diff(rows.offsets).max())
    if model.window is not None and model.window > longest:
        raise ValueError(
            f"window={model.window} is longer than the data: the longest sequence to train on has "
            f"{longest} rows."
        )
    if model.stride is not None:
        _check_stride(name, model.stride, model.window)
    if model.continuous and name != "tbptt":
        raise ValueError(
            f"continuous=True carries the state on, which learner={name!r} does not: only 'tbptt'."
        )
    presentation = Presentation(
        window=model.window,
        stride=model.stride,
        n_warm=model.washout,
        batch_size=model.batch_size,
        order=model.order,
        continuous=model.continuous,
    )
    return LEARNERS[name].presenter(network, rows, presentation)


def _check_stride(learner: str, stride: int, window: int | None) -> None:
    """Refuse a stride that does not go with the window."""
    if window is None:
        raise ValueError(f"stride={stride} needs a window, got window=None.")
    if stride > window:
        raise ValueError(f"stride={stride} leaves out rows between windows of {window}.")
    if learner == "tbptt" and window % stride:
        raise ValueError(
            f"window={window} must be a multiple of stride={stride} for learner='tbptt', which "
            "starts windows from states that it has met."
        )
