"""Losses: what outputs cost, and the gradient of that cost.

Arrays are time-major: outputs and targets (n_steps, n_batch, n_outputs), weights (n_steps,
n_batch), which are zero where a step does not count.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from esnkit.core.typing import Array


class Loss(Protocol):
    """What the training asks of a loss."""

    def value_and_gradient(
        self, outputs: Array, targets: Array, weights: Array
    ) -> tuple[float, Array]:
        """Return the weighted mean loss and its gradient with respect to the outputs."""

    def multiply_by_curvature(self, outputs: Array, weights: Array, tangents: Array) -> Array:
        """Multiply tangents of the outputs by the second derivatives of the loss by the outputs."""

    def predict(self, outputs: Array) -> Array:
        """Turn the network's outputs into what is predicted."""


class SquaredError:
    """Squared error, averaged over steps and outputs."""

    def value_and_gradient(
        self, outputs: Array, targets: Array, weights: Array
    ) -> tuple[float, Array]:
        """Return the weighted mean loss and its gradient with respect to the outputs."""
        errors = outputs - targets
        gradient = errors * _shares(weights, outputs.shape[2])
        value = float(np.vdot(gradient, errors))
        gradient *= 2
        return value, gradient

    def multiply_by_curvature(self, outputs: Array, weights: Array, tangents: Array) -> Array:
        """Multiply tangents of the outputs by the second derivatives of the loss by the outputs."""
        return tangents * (2 * _shares(weights, outputs.shape[2]))

    def predict(self, outputs: Array) -> Array:
        """Return the outputs as they are."""
        return outputs


class CrossEntropy:
    """Cross-entropy between targets and the softmax of the outputs, averaged over steps.

    Targets are probabilities of the classes, of which the outputs are the logits.
    """

    def value_and_gradient(
        self, outputs: Array, targets: Array, weights: Array
    ) -> tuple[float, Array]:
        """Return the weighted mean loss and its gradient with respect to the outputs."""
        shares = _shares(weights, 1)
        logs = _log_softmax(outputs)
        value = -float(np.vdot(targets * shares, logs))
        # Where targets sum to 1 the gradient of -sum(y log p) is p - y.
        return value, (np.exp(logs) - targets) * shares

    def multiply_by_curvature(self, outputs: Array, weights: Array, tangents: Array) -> Array:
        """Multiply tangents of the outputs by the second derivatives of the loss by the outputs.

        Where targets sum to 1 these are diag(p) - p p', the covariance of a draw from p.
        """
        p = np.exp(_log_softmax(outputs))
        spread = tangents - (p * tangents).sum(axis=-1, keepdims=True)
        return p * spread * _shares(weights, 1)

    def predict(self, outputs: Array) -> Array:
        """Return the probabilities of the classes, along the last axis."""
        return np.exp(_log_softmax(outputs))


def check_probabilities(targets: Array) -> None:
    """Refuse targets (n_rows, n_classes) that cross-entropy has no meaning for."""
    if targets.shape[1] < 2:
        raise ValueError(
            "loss='cross_entropy' needs targets with one column for each of at least 2 classes, "
            f"got targets of shape {targets.shape}."
        )
    if (targets < 0).any() or not np.allclose(targets.sum(axis=1), 1):
        raise ValueError(
            "loss='cross_entropy' needs targets whose rows are probabilities of the classes, not "
            f"negative and with sum 1; the smallest is {targets.min():.3g} and sums go from "
            f"{targets.sum(axis=1).min():.3g} to {targets.sum(axis=1).max():.3g}."
        )
    present = np.flatnonzero(targets.any(axis=0))
    if len(present) < 2:
        raise ValueError(
            f"loss='cross_entropy' needs targets of at least 2 classes, but only class "
            f"{present[0]} of {targets.shape[1]} occurs."
        )


LOSSES: dict[str, Loss] = {"squared_error": SquaredError(), "cross_entropy": CrossEntropy()}


def _shares(weights: Array, n_outputs: int) -> Array:
    """Return what each step counts in the mean, (n_steps, n_batch, 1); zeros if none does."""
    total = float(weights.sum()) * n_outputs
    return weights[:, :, None] * (1 / total if total else 0.0)


def _log_softmax(outputs: Array) -> Array:
    """Return the logarithms of the probabilities, without overflow."""
    shifted = outputs - outputs.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted
