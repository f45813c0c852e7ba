"""Ridge problems of a bidiagonal matrix, all penalties from one reduction of a triangle to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.kernels.jit import kernel
from esnkit.kernels.lapack import call_lapack

_WORK_PER_ROW = 64  # numbers, more than the blocks of any LAPACK ask for


class Bidiagonal:
    """A square matrix Q B P' with B upper bidiagonal, Q and P products of reflectors.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        Stays as it is.
    """

    def __init__(self, matrix: NDArray[Any]) -> None:
        size = len(matrix)
        self._reflectors = np.array(matrix, order="F")
        self.diagonal, self.upper, self._left, self._right = np.zeros((4, size))
        self._work = np.empty(_WORK_PER_ROW * size)
        call_lapack(
            "dgebrd",
            *(size, size, self._reflectors, size),
            *(self.diagonal, self.upper, self._left, self._right),
            *(self._work, self._work.size),
        )

    def singular_values(self) -> NDArray[Any]:
        """Return the singular values, falling."""
        size = len(self.diagonal)
        values, nothing = self.diagonal.copy(), np.zeros((1, 1))
        call_lapack(
            "dbdsqr",
            *(b"U", size, 0, 0, 0, values, self.upper.copy()),
            *(nothing, 1, nothing, 1, nothing, 1, self._work),
        )
        return values

    def singular_vectors(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return U, s and V' of B = U diag(s) V', the singular values falling."""
        size = len(self.diagonal)
        values, upper, nothing = self.diagonal.copy(), self.upper.copy(), np.zeros(1)
        left, right = np.empty((size, size), order="F"), np.empty((size, size), order="F")
        work, numbers = np.empty((3 * size + 4) * size), np.empty(8 * size, np.intc)
        call_lapack(
            "dbdsdc",
            *(b"U", b"I", size, values, upper, left, size, right, size),
            *(nothing, nothing, work, numbers),
        )
        return left, values, right

    def truncated_path(
        self, targets: NDArray[Any], alphas: NDArray[Any], resolution: float
    ) -> NDArray[Any]:
        """Solve as `ridge_path` does, leaving out singular values that are noise.

        Parameters
        ----------
        targets : ndarray of shape (n, n_targets)
            T.
        alphas : ndarray of shape (n_alphas,)
            Penalties, zero or above.
        resolution : float
            What is below it, relative to the Frobenius norm, is noise.

        Returns
        -------
        ndarray of shape (n_alphas, n_targets, n)
            W'.
        """
        left, values, right = self.singular_vectors()
        rank = np.count_nonzero(values > resolution * np.linalg.norm(values))
        values = values[:rank]
        filters = values / (values**2 + alphas[:, np.newaxis])
        projected = self._rotated(targets).T @ left[:, :rank]
        filtered = filters[:, np.newaxis, :] * projected  # (n_alphas, n_targets, rank)
        # One product of matrices; a stack of them would read `right` once for each alpha.
        solutions = np.concatenate(filtered) @ right[:rank]
        return self._rotated_back(solutions.reshape(*filtered.shape[:2], len(right)))

    def ridge_path(self, targets: NDArray[Any], alphas: NDArray[Any]) -> NDArray[Any]:
        """Minimise ||T - A W||^2 + alpha ||W||^2 for each of some penalties.

        Parameters
        ----------
        targets : ndarray of shape (n, n_targets)
            T.
        alphas : ndarray of shape (n_alphas,)
            Penalties, above zero.

        Returns
        -------
        ndarray of shape (n_alphas, n_targets, n)
            W'.
        """
        size, n_targets = targets.shape
        solutions = np.empty((len(alphas), n_targets, size))
        rotated = self._rotated(targets).T
        solve_bidiagonal(self.diagonal, self.upper, rotated, np.sqrt(alphas), solutions)
        return self._rotated_back(solutions)

    def _rotated(self, targets: NDArray[Any]) -> NDArray[Any]:
        """Return Q'T."""
        rotated = np.array(targets, order="F")
        self._multiply(b"Q", b"T", self._left, rotated)
        return rotated

    def _rotated_back(self, solutions: NDArray[Any]) -> NDArray[Any]:
        """Overwrite solutions (..., n) of problems in B by those in the matrix, and return them."""
        columns = solutions.reshape(-1, solutions.shape[-1]).T  # Fortran's order, the same memory
        self._multiply(b"P", b"N", self._right, columns)
        return solutions

    def _multiply(self, factor: bytes, transposed: bytes, scales: Any, columns: Any) -> None:
        """Multiply columns in place by Q' or P."""
        size = len(columns)
        work = np.empty(_WORK_PER_ROW * max(columns.shape))
        call_lapack(
            "dormbr",
            *(factor, b"L", transposed, size, columns.shape[1], size),
            *(self._reflectors, size, scales, columns, size, work, work.size),
        )


@kernel
def solve_bidiagonal(diagonal, upper, targets, roots, solutions):
    """Solve [B; root I] w = [c; 0] by least squares for each root, writing ``solutions``.

    ``diagonal`` and ``upper`` (n, the last place unused) hold B, ``targets`` (n_targets, n) each c,
    ``solutions`` is (n_roots, n_targets, n). Rows of the penalty are rotated into those of B one
    after the other; what is left of each reaches the next column alone (Elden, BIT 17, 1977).
    """
    n = diagonal.size
    pivots, beside = np.empty(n), np.empty(n)
    left = np.empty(targets.shape[0])
    for r in range(roots.size):
        root = roots[r]
        solution = solutions[r]
        below = root
        left[:] = 0
        for i in range(n):
            pivot = np.hypot(diagonal[i], below)
            pivots[i] = pivot
            cosine, sine = diagonal[i] / pivot, below / pivot
            beside[i] = cosine * upper[i] if i < n - 1 else 0.0
            rest = -sine * upper[i] if i < n - 1 else 0.0
            below = np.hypot(rest, root)
            share = rest / below
            for k in range(left.size):
                solution[k, i] = cosine * targets[k, i] + sine * left[k]
                left[k] = share * (cosine * left[k] - sine * targets[k, i])
        for k in range(left.size):
            solution[k, n - 1] /= pivots[n - 1]
            for i in range(n - 2, -1, -1):
                solution[k, i] = (solution[k, i] - beside[i] * solution[k, i + 1]) / pivots[i]
