"""RidgeStatistics: everything ridge regression needs to know of the rows, in constant memory."""

from __future__ import annotations

import copy
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import assert_all_finite

from esnkit.core.checks import check_scalar
from esnkit.core.sequences import check_weights, chunks
from esnkit.core.typing import FloatArray
from esnkit.readouts.ridge_solvers import GramSolver, QRSolver, RidgeSolver

__all__ = ["RidgeStatistics"]

Solver = Literal["qr", "gram"]

_SCATTERS: dict[str, type[RidgeSolver]] = {"qr": QRSolver, "gram": GramSolver}

# Rows absorbed at one time: enough for matrix products to run at speed, few enough for the cache.
_CHUNK = 512


class Workspace:
    """Memory for one matrix after another.

    Asking for it anew each time costs page after page where the system takes freed memory back at
    once, as it does in the workers of Dask.
    """

    def __init__(self) -> None:
        self._numbers = np.empty(0)

    def matrix(self, n_rows: int, n_columns: int, order: Literal["C", "F"]) -> FloatArray:
        """Return a matrix of any contents, which overwrites the one before."""
        if n_rows * n_columns > len(self._numbers):
            self._numbers = np.empty(n_rows * n_columns)
        return self._numbers[: n_rows * n_columns].reshape(n_rows, n_columns, order=order)


class RidgeStatistics:
    r"""Mergeable sufficient statistic of a ridge regression with weighted rows.

    Rows come in with `update`, in pieces of any size, and are not kept. Statistics of disjoint
    rows add up with ``+``, in any order. At any time `solve` gives the coefficients that minimise

    .. math:: \sum_i w_i \|y_i - C x_i - b\|^2 + \alpha \|C\|^2

    with x_i the features, y_i the targets and w_i the weight of row i; the intercept b is not
    penalised.

    Parameters
    ----------
    n_features : int
        Number of features, at least 1.
    n_targets : int
        Number of targets, at least 1.
    solver : {"qr", "gram"}, default="qr"
        What is kept of the rows about their mean. ``"qr"``: their triangular factor [2]_; it
        costs 2 k\ :sup:`2` operations per row of k columns and does not square the condition
        number. ``"gram"``: their Gram matrix, at half the operations; directions weaker than
        about 1e-7 of the strongest drown in rounding.
    fit_intercept : bool, default=True
        Whether an intercept is fitted. Without one it is zero.

    Attributes
    ----------
    n_samples : int
        Number of rows with positive weight seen so far.
    total_weight : float
        Sum of their weights.

    See Also
    --------
    esnkit.RidgeReadout : The regressor built on it, which chooses alpha.

    Notes
    -----
    The mean and the scatter about it are updated and merged as by Chan et al. [1]_: the scatter
    of two sets of rows is the sum of their scatters and of that of one row, the scaled difference
    of their means. So data far from zero lose no digits, and the intercept costs nothing.

    References
    ----------
    .. [1] T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance:
       analysis and recommendations", The American Statistician 37(3), 242-247, 1983.
    .. [2] J. Demmel, L. Grigori, M. Hoemmen, J. Langou, "Communication-optimal parallel and
       sequential QR and LU factorizations", SIAM J. Sci. Comput. 34(1), A206-A239, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.readouts.ridge_statistics import RidgeStatistics
    >>> x = np.arange(10.0)[:, np.newaxis]
    >>> first = RidgeStatistics(1, 1).update(x[:4], 3 * x[:4] + 1)
    >>> second = RidgeStatistics(1, 1).update(x[4:], 3 * x[4:] + 1)
    >>> coef, intercept = (first + second).solve(alpha=0)
    >>> coef.round(6), intercept.round(6)
    (array([[3.]]), array([1.]))
    """

    def __init__(
        self,
        n_features: int,
        n_targets: int,
        *,
        solver: Solver = "qr",
        fit_intercept: bool = True,
    ) -> None:
        if solver not in _SCATTERS:
            raise ValueError(f"solver must be 'qr' or 'gram', got {solver!r}.")
        self.n_features = check_scalar(n_features, "n_features", Integral, min_val=1)
        self.n_targets = check_scalar(n_targets, "n_targets", Integral, min_val=1)
        self.solver = solver
        self.fit_intercept = fit_intercept
        self.n_samples = 0
        self.total_weight = 0.0
        self._mean: FloatArray = np.zeros(n_features + n_targets)
        self._scatter = _SCATTERS[solver](n_features, n_targets)

    def __repr__(self) -> str:
        return (
            f"RidgeStatistics({self.n_features}, {self.n_targets}, solver={self.solver!r}, "
            f"fit_intercept={self.fit_intercept}): {self.n_samples} rows"
        )

    # ------------------------------------------------------------------ gathering

    def update(
        self, features: ArrayLike, targets: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Take in rows.

        Parameters
        ----------
        features : array-like of shape (n_rows, n_features)
            Features; float32 is computed with as float64.
        targets : array-like of shape (n_rows, n_targets) or, for one target, (n_rows,)
            Targets.
        sample_weight : array-like of shape (n_rows,), default=None
            Weights, not negative; a row of weight zero is as good as absent. None means ones.

        Returns
        -------
        RidgeStatistics
            This statistic, which now holds the rows too.

        Raises
        ------
        ValueError
            If shapes do not fit, a weight is negative or anything is not finite.

        Examples
        --------
        >>> RidgeStatistics(2, 1).update([[1, 2], [3, 4]], [1, 0], sample_weight=[1, 0]).n_samples
        1
        """
        return self._take_in(
            _finite(features, "features"),
            _finite(targets, "targets"),
            check_weights(sample_weight, len(np.asarray(features))),
        )

    def _take_in(
        self,
        features: NDArray[Any],
        targets: NDArray[Any],
        weights: FloatArray | None,
        workspace: Workspace | None = None,
    ) -> Self:
        """Take in rows of numbers; if any is not finite, so is the mean."""
        features, targets, weights = self._present_rows(features, targets, weights)
        workspace = workspace or Workspace()
        for rows in chunks(len(features), _CHUNK):
            weights_here = None if weights is None else weights[rows]
            self._absorb(features[rows], targets[rows], weights_here, workspace)
        return self

    def __add__(self, other: RidgeStatistics) -> RidgeStatistics:
        """Return the statistic of the rows of both; neither is changed."""
        if not isinstance(other, RidgeStatistics):
            return NotImplemented
        if self._kind() != other._kind():
            raise ValueError(f"Statistics of different kinds cannot be added: {self}, {other}.")
        total = copy.copy(self)
        if not total.n_samples:
            total._mean = other._mean
        row = total._move_mean(other._mean - total._mean, other.total_weight)
        total._scatter = self._scatter.merged(other._scatter, row)
        total.n_samples += other.n_samples
        return total

    # ------------------------------------------------------------------ solving

    def solve(self, alpha: float | ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Solve for one penalty, or for one penalty per target.

        Parameters
        ----------
        alpha : float or array-like of shape (n_targets,)
            The penalty, not negative; scikit-learn's `Ridge` means the same. Directions in which
            the features vary by no more than rounding are left out, so zero is allowed.

        Returns
        -------
        coef : ndarray of shape (n_targets, n_features)
            Coefficients.
        intercept : ndarray of shape (n_targets,)
            Intercepts; zeros without `fit_intercept`.

        Raises
        ------
        ValueError
            If `alpha` is negative, not finite or of another shape, or there are no rows.

        Examples
        --------
        >>> statistics = RidgeStatistics(1, 2).update([[-1], [1]], [[-1, -2], [1, 2]])
        >>> statistics.solve([0, 2])[0].round(6)
        array([[1.],
               [1.]])
        """
        alphas = check_penalties(alpha)
        if alphas.shape not in ((), (self.n_targets,)):
            raise ValueError(
                f"alpha must be a number or of shape ({self.n_targets},), one per target, "
                f"got shape {alphas.shape}."
            )
        levels, level = np.unique(alphas, return_inverse=True)
        if len(levels) == 1:
            coef = self._system().ridge(float(levels[0]))
        else:
            coef = self._system().ridge_path(levels)[level, np.arange(self.n_targets)]
        return coef, self._intercept(coef)

    def solve_path(self, alphas: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Solve for many penalties from one factorisation.

        Parameters
        ----------
        alphas : array-like of shape (n_alphas,)
            Penalties, not negative, in any order.

        Returns
        -------
        coefs : ndarray of shape (n_alphas, n_targets, n_features)
            Coefficients.
        intercepts : ndarray of shape (n_alphas, n_targets)
            Intercepts.

        Raises
        ------
        ValueError
            If a penalty is negative or not finite, or there are no rows.

        Examples
        --------
        >>> statistics = RidgeStatistics(1, 1).update([[-1], [1]], [-1, 1])
        >>> statistics.solve_path([0, 2, 6])[0].ravel().round(6)
        array([1.  , 0.5 , 0.25])
        """
        coefs = self._system().ridge_path(np.atleast_1d(check_penalties(alphas)))
        return coefs, self._intercept(coefs)

    def squared_error(self, coef: FloatArray, intercept: FloatArray) -> FloatArray:
        """Sum the weighted squared errors that given coefficients make on the rows.

        Parameters
        ----------
        coef : ndarray of shape (..., n_targets, n_features)
            Coefficients, wherever they were fitted.
        intercept : ndarray of shape (..., n_targets)
            Intercepts.

        Returns
        -------
        ndarray of shape (..., n_targets)
            The sums, in squared units of the targets. With ``solver="gram"`` a sum is no smaller
            than the rounding error it may hold, about 1e-16 of the squares that cancel in it.

        Examples
        --------
        >>> statistics = RidgeStatistics(1, 1).update([[0], [1], [2]], [0, 1, 5])
        >>> statistics.squared_error(np.array([[1.0]]), np.array([0.0])).round(6)
        array([9.])
        """
        offset = self._target_mean - coef @ self._feature_mean - intercept
        return self._scatter.squared_error(coef) + self.total_weight * offset**2

    @property
    def sums_of_squares(self) -> FloatArray:
        """Weighted sum of squares of every column, features first, shape (n_features + n_targets,).

        About the mean if an intercept is fitted, about zero if not.
        """
        return self._system().sums_of_squares()

    @property
    def alpha_range(self) -> tuple[float, float]:
        """The penalties between which solutions change.

        From the least that rounding does not hide to a hundred times the features' sum of
        squares, which leaves less than one per cent of any coefficient.
        """
        scale = self.sums_of_squares[: self.n_features].sum() or 1.0
        return self._scatter.smallest_penalty * scale, 100.0 * scale

    # ------------------------------------------------------------------ inside

    @property
    def _feature_mean(self) -> FloatArray:
        return self._mean[: self.n_features]

    @property
    def _target_mean(self) -> FloatArray:
        return self._mean[self.n_features :]

    def _kind(self) -> tuple[object, ...]:
        return self.n_features, self.n_targets, self.solver, self.fit_intercept

    def _absorb(
        self,
        features: NDArray[Any],
        targets: NDArray[Any],
        weights: FloatArray | None,
        workspace: Workspace,
    ) -> None:
        """Take in a piece of checked rows by centring them in a buffer with one spare row."""
        size = len(features)
        buffer = workspace.matrix(size + 1, self._mean.size, self._scatter.order)
        rows = buffer[:size]
        if not self.n_samples:  # Then a constant column becomes exactly zero.
            self._mean = np.concatenate([features[0], targets[0]], dtype=np.float64)
        np.subtract(features, self._feature_mean, out=rows[:, : self.n_features])
        np.subtract(targets, self._target_mean, out=rows[:, self.n_features :])
        if weights is None:
            weight, shift = float(size), rows.mean(axis=0)
            rows -= shift
        else:
            weight = float(weights.sum())
            shift = weights @ rows / weight
            rows -= shift
            rows *= np.sqrt(weights)[:, np.newaxis]
        buffer[size] = self._move_mean(shift, weight)
        self._scatter.absorb(buffer)
        self.n_samples += size

    def _move_mean(self, shift: FloatArray, weight: float) -> FloatArray:
        """Account for rows whose mean lies off ours by `shift`; return what they add as a row."""
        share = weight / (self.total_weight + weight) if weight else 0.0
        row = np.sqrt(self.total_weight * share) * shift
        self._mean = self._mean + share * shift
        self.total_weight += weight
        return row

    def _system(self) -> RidgeSolver:
        """Return the scatter about the mean, or about zero if no intercept is to be fitted."""
        if not self.n_samples:
            raise ValueError("The statistic holds no rows of positive weight yet.")
        if self.fit_intercept:
            return self._scatter
        scatter = self._scatter.copy()
        scatter.absorb(np.sqrt(self.total_weight) * self._mean[np.newaxis])
        return scatter

    def _intercept(self, coef: FloatArray) -> FloatArray:
        if not self.fit_intercept:
            return np.zeros(coef.shape[:-1])
        return self._target_mean - coef @ self._feature_mean

    def _present_rows(
        self, X: NDArray[Any], Y: NDArray[Any], weights: FloatArray | None
    ) -> tuple[NDArray[Any], NDArray[Any], FloatArray | None]:
        """Check shapes, and leave out rows of weight zero."""
        Y = Y[:, np.newaxis] if Y.ndim == 1 else Y
        expected = ((*X.shape[:1], self.n_features), (*X.shape[:1], self.n_targets))
        if (X.shape, Y.shape) != expected:
            raise ValueError(
                f"features and targets must have the shapes {expected[0]} and {expected[1]}, "
                f"got {X.shape} and {Y.shape}."
            )
        if weights is None or weights.all():
            return X, Y, weights
        present = weights > 0
        return X[present], Y[present], weights[present]


def check_penalties(alpha: ArrayLike, name: str = "alpha") -> FloatArray:
    """Return penalties as an array, refusing none at all and what is not finite or negative."""
    alphas = _finite(alpha, name).astype(np.float64, copy=False)
    if not alphas.size or alphas.min() < 0:
        raise ValueError(f"{name} must not be empty or negative, got {alpha!r}.")
    return alphas


def _finite(values: ArrayLike, name: str) -> NDArray[np.floating[Any]]:
    """Return an array of finite numbers, float32 as it is and anything else as float64.

    A chunk of few features is absorbed faster than `sklearn.utils.check_array` takes to look at it.
    """
    array = values if isinstance(values, np.ndarray) else np.asarray(values)
    if array.dtype != np.float32:
        if not np.can_cast(array.dtype, np.float64):
            raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}.")
        array = array.astype(np.float64, copy=False)
    assert_all_finite(array, input_name=name)
    return array
