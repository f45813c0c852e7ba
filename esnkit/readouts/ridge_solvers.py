"""Two ways to hold the scatter matrix of rows [features, targets] and solve ridge problems from it.

`QRSolver` keeps a triangle R with R'R = Z'Z, where Z are the rows absorbed so far; the
condition number of Z is never squared. `GramSolver` keeps Z'Z itself: less than half the work per
row, and half the digits. Both offer the same methods, which is all that
`esnkit.readouts.ridge_statistics` knows of them. With X and Y the feature and target columns of
Z, a ridge problem is

    minimise ||Y - X W||^2 + alpha ||W||^2 ,   coef = W' of shape (n_targets, n_features).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, eigh_tridiagonal, solve_triangular
from scipy.linalg.blas import dsymm
from scipy.linalg.lapack import dormqr, dptsv, dsytrd, dsytrd_lwork

from esnkit.core.typing import FloatArray
from esnkit.kernels.bidiagonal import Bidiagonal
from esnkit.kernels.lapack import add_gram, stack_triangle

EPSILON = float(np.finfo(np.float64).eps)

# Exactly collinear columns should leave zeros on the spectrum and leave rounding instead: at most
# 11 eps of the Frobenius norm (triangle, two million rows) or 3 eps of the trace (Gram matrix).
# What lies below this multiple is noise, for both.
RESOLUTION = 32 * EPSILON

_VISIBLE = 1e-3  # of the largest part of a solution, from which noise is left out


class RidgeSolver(ABC):
    """The scatter of rows: features first, then targets.

    Parameters
    ----------
    n_features, n_targets : int
        Numbers of columns.
    """

    order: ClassVar[Literal["C", "F"]]
    """Memory order in which `absorb` wants its rows."""
    smallest_penalty: ClassVar[float]
    """The least alpha, relative to the sum of squares of the features, that changes a solution."""

    def __init__(self, n_features: int, n_targets: int) -> None:
        self.n_features = n_features
        self._matrix = np.zeros((n_features + n_targets,) * 2, order="F")

    def copy(self) -> Self:
        """Return an independent copy."""
        return self._with_matrix(self._matrix.copy(order="F"))

    @abstractmethod
    def absorb(self, rows: FloatArray) -> None:
        """Add rows, shape (n_rows, n_features + n_targets), perhaps overwriting them."""

    @abstractmethod
    def merged(self, other: Self, row: FloatArray) -> Self:
        """Return the scatter of the rows of both and of one more row."""

    @abstractmethod
    def sums_of_squares(self) -> FloatArray:
        """Return the sum of squares of every column."""

    @abstractmethod
    def ridge(self, alpha: float) -> FloatArray:
        """Return coefficients (n_targets, n_features) for one penalty."""

    @abstractmethod
    def ridge_path(self, alphas: FloatArray) -> FloatArray:
        """Return coefficients (n_alphas, n_targets, n_features) for many penalties at once."""

    @abstractmethod
    def squared_error(self, coef: FloatArray) -> FloatArray:
        """Return the squared norms of Y - X W, one per target, for any number of W."""

    def _with_matrix(self, matrix: FloatArray) -> Self:
        twin = copy(self)
        twin._matrix = matrix
        return twin


class QRSolver(RidgeSolver):
    """The triangular factor R of the rows, kept by orthogonal transformations only."""

    order = "F"
    smallest_penalty = RESOLUTION**2

    def absorb(self, rows: FloatArray) -> None:
        """Rotate rows into the triangle, overwriting them."""
        self._matrix = stack_triangle(self._matrix, rows)

    def merged(self, other: Self, row: FloatArray) -> Self:
        """Rotate another triangle and one more row into a copy of this one."""
        below = np.vstack([row, other._matrix])
        size = len(other._matrix)
        factor = stack_triangle(self._matrix.copy(order="F"), np.asfortranarray(below), size)
        return self._with_matrix(factor)

    def sums_of_squares(self) -> FloatArray:
        """Return the squared norm of every column."""
        return np.einsum("ij,ij->j", self._matrix, self._matrix)

    def ridge(self, alpha: float) -> FloatArray:
        """Solve for one penalty by stacking sqrt(alpha) I under the triangle.

        That keeps directions that are noise, with coefficients of up to noise / alpha. So a penalty
        not far above noise takes the way of `ridge_path`, which leaves them out.
        """
        size = self.n_features
        if alpha <= RESOLUTION * self.sums_of_squares()[:size].sum():
            return self.ridge_path(np.array([alpha]))[0]
        penalty = np.zeros((size, len(self._matrix)), order="F")
        np.fill_diagonal(penalty, np.sqrt(alpha))
        factor = stack_triangle(self._matrix.copy(order="F"), penalty, size)
        return solve_triangular(factor[:size, :size], factor[:size, size:], check_finite=False).T

    def ridge_path(self, alphas: FloatArray) -> FloatArray:
        """Solve for all penalties from one reduction to bidiagonal form.

        Singular values that are rounding noise are left out, as in a minimum-norm solution, where
        they would matter: that takes their vectors too. Beside true directions that are as weak,
        as a reservoir has them, noise hardly matters above the penalties at its own level.
        """
        features, targets, _ = self._blocks()
        reduced = Bidiagonal(features)
        noisy = self._blurs(reduced.singular_values(), alphas)
        coef = np.empty((len(alphas), targets.shape[1], self.n_features))
        if noisy.any():
            coef[noisy] = reduced.truncated_path(targets, alphas[noisy], RESOLUTION)
        if not noisy.all():
            coef[~noisy] = reduced.ridge_path(targets, alphas[~noisy])
        return coef

    def _blurs(self, values: FloatArray, alphas: FloatArray) -> NDArray[np.bool_]:
        """Tell for which penalties singular values that are noise would show in a solution."""
        squares = np.square(values).sum()
        true = values[values > RESOLUTION * np.sqrt(squares)]
        filters = true / (true**2 + alphas[:, np.newaxis])
        noise = values[len(true) :].max(initial=0.0)
        shows = noise > _VISIBLE * alphas * filters.max(axis=1, initial=0.0)
        return shows | (alphas <= self.smallest_penalty * squares)

    def squared_error(self, coef: FloatArray) -> FloatArray:
        """Sum the squared residuals, which are formed before they are squared."""
        features, targets, rest = self._blocks()
        fitted = features @ coef.reshape(-1, self.n_features).T
        residual = targets[:, np.newaxis, :] - fitted.reshape(len(targets), -1, targets.shape[1])
        error = np.einsum("iat,iat->at", residual, residual).reshape(coef.shape[:-1])
        return error + np.einsum("it,it->t", rest, rest)

    def _blocks(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        size = self.n_features
        return self._matrix[:size, :size], self._matrix[:size, size:], self._matrix[size:, size:]


class GramSolver(RidgeSolver):
    """The Gram matrix Z'Z of the rows; only its lower triangle is kept."""

    order = "C"
    smallest_penalty = RESOLUTION

    def absorb(self, rows: FloatArray) -> None:
        """Add the rows' own Gram matrix in place."""
        self._matrix = add_gram(self._matrix, rows)

    def merged(self, other: Self, row: FloatArray) -> Self:
        """Add another Gram matrix and that of one more row."""
        merged = self._with_matrix(self._matrix + other._matrix)
        merged.absorb(row[np.newaxis])
        return merged

    def sums_of_squares(self) -> FloatArray:
        """Return the diagonal."""
        return self._matrix.diagonal().copy()

    def ridge(self, alpha: float) -> FloatArray:
        """Solve for one penalty by a Cholesky factorisation."""
        features, targets, _ = self._blocks()
        if alpha <= self._noise():
            return self.ridge_path(np.array([alpha]))[0]
        penalised = features.copy(order="F")
        np.einsum("ii->i", penalised)[:] += alpha
        factor = cho_factor(penalised, lower=True, overwrite_a=True, check_finite=False)
        return cho_solve(factor, targets, check_finite=False).T

    def ridge_path(self, alphas: FloatArray) -> FloatArray:
        """Solve for all penalties from one reduction to tridiagonal form.

        Penalties at the level of the matrix's rounding errors are solved from its eigenvalues
        instead, leaving out those that are noise.
        """
        features, targets, _ = self._blocks()
        tridiagonal = _Tridiagonal(features, self._noise())
        rotated = tridiagonal.rotate(targets, transpose=True)
        solutions = [tridiagonal.solve(alpha, rotated) for alpha in alphas]
        coef = tridiagonal.rotate(np.hstack(solutions), transpose=False).T
        return coef.reshape(len(alphas), targets.shape[1], self.n_features)

    def squared_error(self, coef: FloatArray) -> FloatArray:
        """Sum the squared residuals, never less than the sum's own rounding error.

        The entries of the Gram matrix carry errors of about eps times the norms of their two
        columns, of either sign; they reach the sum as eps times the sum of squares of what each
        feature contributes. A sum below that cannot be told from it.
        """
        features, targets, rest = self._blocks()
        weights = coef.reshape(-1, self.n_features)
        moments = np.tile(targets.T, (len(weights) // targets.shape[1], 1))
        gradient = dsymm(1.0, features, weights.T, lower=True).T - moments
        explained = np.einsum("ki,ki->k", weights, gradient - moments)
        squares = rest.diagonal()
        error = squares + explained.reshape(coef.shape[:-1])
        rounding = EPSILON * (squares + (weights**2 @ features.diagonal()).reshape(error.shape))
        return np.maximum(error, rounding)

    def _noise(self) -> float:
        return RESOLUTION * self._matrix.diagonal()[: self.n_features].sum()

    def _blocks(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        size = self.n_features
        return self._matrix[:size, :size], self._matrix[size:, :size].T, self._matrix[size:, size:]


class _Tridiagonal:
    """A symmetric matrix Q T Q' with T tridiagonal and Q a product of reflectors."""

    def __init__(self, matrix: FloatArray, noise: float) -> None:
        workspace, _ = dsytrd_lwork(len(matrix), lower=1)
        reflectors, self._diagonal, self._subdiagonal, self._scales, _ = dsytrd(
            matrix, lower=1, lwork=int(workspace)
        )
        self._reflectors = np.asfortranarray(reflectors[1:, :-1])
        self._noise = noise

    def rotate(self, columns: FloatArray, transpose: bool) -> FloatArray:
        """Multiply columns by Q, or by Q' if `transpose`."""
        rotated = np.array(columns, order="F")
        if self._scales.size:  # The first row is not touched: Q is [[1, 0], [0, reflectors]].
            workspace = 64 * columns.shape[1]
            side: Any = "T" if transpose else "N"
            rotated[1:], _, _ = dormqr(
                "L", side, self._reflectors, self._scales, rotated[1:], workspace
            )
        return rotated

    def solve(self, alpha: float, columns: FloatArray) -> FloatArray:
        """Solve (T + alpha I) S = columns."""
        if alpha > self._noise:
            # For a 1 x 1 matrix too the wrapper wants one entry beside the diagonal.
            beside = self._subdiagonal if self._subdiagonal.size else np.zeros(1)
            _, _, solution, _ = dptsv(self._diagonal + alpha, beside, columns)
            return solution
        values, vectors = self._spectrum
        return vectors @ (vectors.T @ columns / (values + alpha)[:, np.newaxis])

    @cached_property
    def _spectrum(self) -> tuple[Any, Any]:
        """Eigenvalues and eigenvectors of T that are not noise."""
        values, vectors = eigh_tridiagonal(self._diagonal, self._subdiagonal)
        kept = values > self._noise
        return values[kept], vectors[:, kept]
