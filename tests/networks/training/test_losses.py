"""Losses against those of torch, gradients included."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.networks.training.losses import CrossEntropy, SquaredError, check_probabilities

torch = pytest.importorskip("torch")

rng = np.random.default_rng(0)
OUTPUTS = 3 * rng.normal(size=(6, 4, 3))
TARGETS = rng.normal(size=(6, 4, 3))
CLASSES = rng.dirichlet(np.ones(3), (6, 4))
MASK = (rng.uniform(size=(6, 4)) < 0.7).astype(float)


def by_torch(loss, outputs, targets):
    outputs = torch.tensor(outputs, requires_grad=True)
    value = loss(outputs, torch.tensor(targets))
    value.backward()
    return value.item(), outputs.grad.numpy()


@pytest.mark.parametrize("weights", [np.ones((6, 4)), MASK], ids=["all", "some"])
def test_squared_error_equals_that_of_torch(weights):
    def loss(outputs, targets):
        return torch.nn.functional.mse_loss(outputs[weights > 0], targets[weights > 0])

    value, gradient = SquaredError().value_and_gradient(OUTPUTS, TARGETS, weights)
    expected, expected_gradient = by_torch(loss, OUTPUTS, TARGETS)
    assert value == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-15)


@pytest.mark.parametrize("weights", [np.ones((6, 4)), MASK], ids=["all", "some"])
def test_cross_entropy_equals_that_of_torch(weights):
    def loss(outputs, targets):
        return torch.nn.functional.cross_entropy(outputs[weights > 0], targets[weights > 0])

    value, gradient = CrossEntropy().value_and_gradient(OUTPUTS, CLASSES, weights)
    expected, expected_gradient = by_torch(loss, OUTPUTS, CLASSES)
    assert value == pytest.approx(expected, rel=1e-13)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-15)


@pytest.mark.parametrize(
    ("loss", "targets"), [(SquaredError(), TARGETS), (CrossEntropy(), CLASSES)]
)
def test_weights_are_repetitions(loss, targets):
    """A step with weight 2 counts as if it were there twice."""
    twice = np.ones((6, 4))
    twice[2] = 2
    rows = [0, 1, 2, 2, 3, 4, 5]
    value, gradient = loss.value_and_gradient(OUTPUTS, targets, twice)
    again, of_each = loss.value_and_gradient(OUTPUTS[rows], targets[rows], np.ones((7, 4)))
    assert value == pytest.approx(again, rel=1e-13)
    np.testing.assert_allclose(gradient[2], of_each[2] + of_each[3], atol=1e-15)


@pytest.mark.parametrize(
    ("loss", "targets"), [(SquaredError(), TARGETS), (CrossEntropy(), CLASSES)]
)
def test_where_nothing_counts_there_is_no_loss(loss, targets):
    value, gradient = loss.value_and_gradient(OUTPUTS, targets, np.zeros((6, 4)))
    assert value == 0
    assert not gradient.any()


def test_probabilities_do_not_overflow():
    logits = np.array([[[1000.0, 0, -1000]]])
    np.testing.assert_array_equal(CrossEntropy().predict(logits), [[[1, 0, 0]]])
    value, gradient = CrossEntropy().value_and_gradient(
        logits, np.eye(3)[:1, None], np.ones((1, 1))
    )
    assert value == 0
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (np.ones((5, 1)), r"at least 2 classes, got targets of shape \(5, 1\)"),
        (np.eye(2)[[0, 0, 0]], "only class 0 of 2 occurs"),
        (np.array([[0.5, 0.6], [0.4, 0.6]]), "sums go from 1 to 1.1"),
        (np.array([[1.5, -0.5], [0.4, 0.6]]), "the smallest is -0.5"),
    ],
)
def test_targets_that_are_no_probabilities_are_refused(targets, message):
    with pytest.raises(ValueError, match=message):
        check_probabilities(targets)
