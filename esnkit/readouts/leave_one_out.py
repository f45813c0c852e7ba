"""Leave-one-out errors of ridge regression, exact and for every penalty, from one factorisation.

With the singular value decomposition Z = U S V' of the centred rows, the fitted values of a penalty
a are U diag(s² / (s² + a)) U'T, and row i, had it been left out, would have been missed by
(t_i - fitted_i) / (1 - h_i), where h_i is its own weight in its fitted value [1]_.

.. [1] D. M. Allen, "The relationship between variable selection and data augmentation and a method
   for prediction", Technometrics 16, 125-127, 1974.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg

from esnkit.core.typing import FloatArray

_DECADES = 12  # of penalties below the sum of squares, two to each


class RowFactors:
    """Rows [features, targets] factorised once, to be solved and validated for any penalty.

    Parameters
    ----------
    features : ndarray of shape (n_rows, n_features)
        Features.
    targets : ndarray of shape (n_rows, n_targets)
        Targets.
    weights : ndarray of shape (n_rows,) or None
        Weights above zero; None stands for ones.
    fit_intercept : bool
        Whether an intercept is fitted.
    squared : bool
        Whether the smaller matrix of products is decomposed, which is quicker and loses half of
        the digits, and not the rows themselves.
    """

    def __init__(
        self,
        features: FloatArray,
        targets: FloatArray,
        weights: FloatArray | None,
        fit_intercept: bool,
        squared: bool,
    ) -> None:
        n_rows = len(features)
        weights = np.ones(n_rows) if weights is None else weights
        centre = weights @ np.hstack([features, targets]) / weights.sum()
        self._means = np.split(centre * fit_intercept, [features.shape[1]])
        self._roots = np.sqrt(weights)[:, None]
        self._rows = self._roots * (features - self._means[0])
        scaled = self._roots * (targets - self._means[1])
        self._targets = scaled
        self._left, self._squares = _decompose(self._rows, squared)
        self._projected = self._left.T @ scaled
        # The intercept alone lets each row pull its own fitted value by its share of the weight.
        self._own = weights / weights.sum() if fit_intercept else np.zeros(n_rows)

    def default_penalties(self) -> FloatArray:
        """Return two penalties for each decade, up to the sum of squares of the features."""
        total = max(float(np.square(self._rows).sum()), np.finfo(np.float64).tiny)
        return total * np.logspace(-_DECADES, 0, 2 * _DECADES + 1)

    def predictions(self, alpha: float) -> FloatArray:
        """Predict each row from all others, (n_rows, n_targets)."""
        return self._means[1] + self._targets / self._roots - self._residuals(alpha)

    def errors(self, alphas: FloatArray) -> FloatArray:
        """Return mean squared errors of rows left out, weighted, (n_alphas, n_targets)."""
        weights = self._roots[:, 0] ** 2
        squares = (np.square(self._residuals(alpha)) for alpha in alphas)
        return np.array([np.average(square, axis=0, weights=weights) for square in squares])

    def solve(self, alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return coefficients (n_targets, n_features) and intercepts for penalties (n_targets,)."""
        inverse = 1 / (self._squares[:, None] + alpha)
        coef = (self._rows.T @ (self._left @ (inverse * self._projected))).T
        return coef, self._means[1] - coef @ self._means[0]

    def _residuals(self, alpha: float) -> FloatArray:
        """Return by how much each row would be missed, had it been left out."""
        shrunk = self._squares / (self._squares + alpha)
        fitted = self._left @ (shrunk[:, None] * self._projected)
        own = np.square(self._left) @ shrunk + self._own
        # A row that no other resembles has a fitted value of its own; nothing tells its error.
        rest = np.maximum(1 - own, np.finfo(np.float64).eps)
        return (self._targets - fitted) / (self._roots * rest[:, None])


def _decompose(rows: FloatArray, squared: bool) -> tuple[FloatArray, FloatArray]:
    """Return the left singular vectors and the squares of the singular values above rounding."""
    n_rows, n_features = rows.shape
    floor = np.finfo(np.float64).eps * max(rows.shape)
    if not squared:
        left, singular, _ = scipy.linalg.svd(rows, full_matrices=False, check_finite=False)
        kept = singular > floor * singular[0]
        return left[:, kept], singular[kept] ** 2
    dual = n_rows <= n_features
    squares, vectors = scipy.linalg.eigh(
        rows @ rows.T if dual else rows.T @ rows, check_finite=False
    )
    kept = squares > floor * squares[-1]
    squares, vectors = squares[kept], vectors[:, kept]
    return (vectors if dual else rows @ vectors / np.sqrt(squares)), squares
