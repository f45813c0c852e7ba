"""RidgeReadout: ridge regression that streams, merges and chooses its own penalty."""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterable
from functools import reduce
from itertools import accumulate
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_name, check_scalar
from esnkit.core.typing import FloatArray
from esnkit.readouts.base import Chunk, LinearReadout, check_all_came
from esnkit.readouts.block_validation import (
    average_targets,
    best_penalties,
    cut_at,
    default_penalties,
    join_smallest,
    leave_one_out_errors,
)
from esnkit.readouts.leave_one_out import RowFactors
from esnkit.readouts.ridge_statistics import RidgeStatistics, Solver, Workspace, check_penalties

__all__ = ["RidgeReadout"]

# solver="auto" factorises up to this many features; beyond, a block takes more than 32 MB, and
# validating penalties by factors much longer than by the Gram matrix.
_LARGEST_QR = 2000


class RidgeReadout(LinearReadout):
    r"""Linear readout with a ridge penalty, by default chosen by validation on blocks of time.

    Minimises :math:`\sum_i w_i \|y_i - C x_i - b\|^2 + \alpha \|C\|^2` as scikit-learn's `Ridge`
    does. The rows are taken in a few hundred at a time and not kept: what is kept is one
    `RidgeStatistics` for each of `n_blocks` contiguous blocks. Every block is left out once and
    predicted from the others, by all penalties at the price of one factorisation [1]_, so the
    data are passed over only once.

    Parameters
    ----------
    alpha : "auto", float or array-like of shape (n_targets,), default="auto"
        The penalty, not negative, for all targets or one for each. ``"auto"`` chooses it among
        `alphas`. Zero is least squares, of minimum norm if the features are collinear.
    alphas : array-like of shape (n_alphas,), default=None
        Penalties that ``alpha="auto"`` chooses from. None means powers of ten times the sum of
        squares of the features about their mean, from 100 down to where the solver's double
        precision ends: about 1e-28 with ``"qr"``, 1e-14 with ``"gram"``. A penalty as small makes
        good forecasts of noiseless series.
    n_blocks : int, default=5
        Number of blocks, at least 2; fewer if there are fewer rows.
    alpha_per_target : bool, default=False
        Whether ``alpha="auto"`` chooses for each target by itself.
    fit_intercept : bool, default=True
        Whether an intercept is fitted. It is not penalised.
    solver : {"auto", "qr", "gram"}, default="auto"
        How `RidgeStatistics` holds the rows. ``"qr"`` does not square their condition number;
        ``"gram"`` is faster. ``"auto"`` is ``"qr"`` up to 2000 features.
    validation : {"blocks", "leave-one-out"}, default="blocks"
        How ``alpha="auto"`` judges a penalty: on blocks of time left out, or on each row left out,
        exactly, which is for rows that are no steps of time, such as one for each sequence. Then
        the rows are kept while fitting, the penalty of least error is taken, and `alphas` runs by
        default over twelve decades below the sum of squares, two to each.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients; the first shape if `y` has one dimension.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercepts.
    alpha_ : float or ndarray of shape (n_targets,)
        The penalty that was used; an array if it may differ between targets.
    solver_ : {"qr", "gram"}
        The solver that was used.
    alphas_ : ndarray of shape (n_alphas,) or None
        The penalties that were compared, rising. None if `alpha` was given.
    validation_scores_ : ndarray of shape (n_alphas, n_blocks, n_targets) or None
        Mean squared error on each block, in squared units of the target, of the model fitted to
        the other blocks. NaN if there is one block only, None if `alpha` was given. With
        ``validation="leave-one-out"`` all rows are one block.
    statistics_ : list of RidgeStatistics
        One for each block, in the order of time; a single one if `alpha` was given, none if it was
        chosen by leaving rows out.
    left_out_predictions_ : ndarray of shape (n_samples, n_targets) or None
        Each row predicted from all others, with ``validation="leave-one-out"``.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if `X` has them.

    See Also
    --------
    esnkit.readouts.ridge_statistics.RidgeStatistics : What is kept of the rows.
    sklearn.linear_model.RidgeCV : Chooses the penalty by leaving out one row at a time.

    Notes
    -----
    The penalty is chosen by the mean squared error over all rows, each predicted from the other
    blocks. Several targets that share a penalty are averaged after division by their variance, so
    that units do not matter. Towards small penalties the error often hardly changes, while a
    model that runs on its own outputs loses its footing: so the largest penalty is taken that is
    not clearly worse than the best. Clearly means that the logarithm of the ratio of their errors
    is, averaged over the blocks, more than its standard error above zero, a paired form of the
    one-standard-error rule [2]_, or that the error is half as large again. One row leaves nothing
    to validate on; it gets the largest penalty.

    `partial_fit` splits its rows into `n_blocks` blocks behind those that are there, and joins
    neighbours with the fewest rows until `n_blocks` remain. So memory does not grow.

    References
    ----------
    .. [1] M. Lukoševičius, A. Uselis, "Efficient implementations of echo state network
       cross-validation", Cognitive Computation 15, 1470-1484, 2023.
    .. [2] L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone, "Classification and regression
       trees", chapter 3, Wadsworth, 1984.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import RidgeReadout
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 3))
    >>> y = X @ [1.0, 2.0, 0.0] + 0.1 * rng.normal(size=200)
    >>> readout = RidgeReadout().fit(X, y)
    >>> readout.coef_.round(1)
    array([1., 2., 0.])
    >>> readout.validation_scores_.shape[1:]
    (5, 1)
    """

    def __init__(
        self,
        alpha: Literal["auto"] | float | ArrayLike = "auto",
        *,
        alphas: ArrayLike | None = None,
        n_blocks: int = 5,
        alpha_per_target: bool = False,
        fit_intercept: bool = True,
        solver: Literal["auto", "qr", "gram"] = "auto",
        validation: Literal["blocks", "leave-one-out"] = "blocks",
    ) -> None:
        self.alpha = alpha
        self.alphas = alphas
        self.n_blocks = n_blocks
        self.alpha_per_target = alpha_per_target
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.validation = validation

    statistics_: list[RidgeStatistics]
    alphas_: FloatArray | None
    validation_scores_: FloatArray | None
    left_out_predictions_: FloatArray | None

    def path(self, alphas: ArrayLike) -> list[Self]:
        """Return copies of this fitted readout with other penalties, from one factorisation.

        Parameters
        ----------
        alphas : array-like of shape (n_alphas,)
            The penalties, not negative.

        Returns
        -------
        list of RidgeReadout
            One for each penalty, fitted to the same rows.
        """
        check_is_fitted(self)
        self._check_statistics("path")
        total = reduce(operator.add, self.statistics_)
        penalties = np.atleast_1d(check_penalties(alphas))
        coefs, intercepts = total.solve_path(penalties)
        readouts = []
        for alpha, coef, intercept in zip(penalties, coefs, intercepts, strict=True):
            readout = copy.copy(self)
            readout.alpha = readout.alpha_ = float(alpha)
            readout.alphas_ = readout.validation_scores_ = None
            readout._set_solution(coef, intercept, flat=np.ndim(self.intercept_) == 0)
            readouts.append(readout)
        return readouts

    # ------------------------------------------------------------------ inside

    def _fit_chunks(
        self, chunks: Iterable[Chunk], n_samples: int, target_ndim: int, forget: bool
    ) -> Self:
        self._check_parameters()
        if isinstance(self.alpha, str) and self.validation == "leave-one-out":
            if not forget:
                self._check_statistics("partial_fit")
            self._fit_left_out(_join_chunks(chunks, n_samples), target_ndim)
            return self
        known = [] if forget else self.statistics_
        statistics = join_smallest(known + self._gather(chunks, n_samples), self._blocks_kept())
        self._solve(statistics, target_ndim)
        return self

    def _check_parameters(self) -> None:
        if isinstance(self.alpha, str):
            if self.alpha != "auto":
                raise ValueError(f"alpha must be 'auto', a number or an array, got {self.alpha!r}.")
            if self.alphas is not None and check_penalties(self.alphas, "alphas").ndim != 1:
                raise ValueError(f"alphas must be one-dimensional, got {self.alphas!r}.")
        else:
            check_penalties(self.alpha)
        check_scalar(self.n_blocks, "n_blocks", Integral, min_val=2)
        check_name("solver", self.solver, ("auto", "qr", "gram"))
        check_name("validation", self.validation, ("blocks", "leave-one-out"))

    def _check_statistics(self, verb: str) -> None:
        if not self.statistics_:
            raise ValueError(f"{verb} needs statistics, which validation='leave-one-out' has not.")

    def _blocks_kept(self) -> int:
        return int(self.n_blocks) if isinstance(self.alpha, str) else 1

    def _gather(self, chunks: Iterable[Chunk], n_samples: int) -> list[RidgeStatistics]:
        """Take the rows into one statistic per block."""
        n_blocks = min(self._blocks_kept(), n_samples)
        borders = np.arange(1, n_blocks) * n_samples // n_blocks
        blocks: list[RidgeStatistics] = []
        n_seen, workspace = 0, Workspace()
        for features, targets, weights in chunks:
            if not blocks:
                blocks = [self._new_statistics(features, targets) for _ in range(n_blocks)]
            with np.errstate(over="ignore", invalid="ignore"):  # told in words below
                for block, rows in cut_at(borders, n_seen, len(features)):
                    weights_here = None if weights is None else weights[rows]
                    blocks[block]._take_in(features[rows], targets[rows], weights_here, workspace)
            n_seen += len(features)
        check_all_came(n_samples, n_seen)
        present = [block for block in blocks if block.n_samples]
        if not present:
            raise ValueError("sample_weight is zero for every row.")
        # One look at the means, which no row that is not finite leaves as they are.
        if not all(np.isfinite(block._mean).all() for block in present):
            raise ValueError(
                "features or targets hold values that are missing or infinite, or overflow when "
                "they are added up: has the state of a memory exploded?"
            )
        return present

    def _new_statistics(self, features: NDArray[Any], targets: NDArray[Any]) -> RidgeStatistics:
        n_features, n_targets = features.shape[1], targets.shape[1]
        solver = self._solver_for(n_features)
        return RidgeStatistics(
            n_features, n_targets, solver=solver, fit_intercept=self.fit_intercept
        )

    def _solver_for(self, n_features: int) -> Solver:
        if self.solver == "auto":
            return "qr" if n_features <= _LARGEST_QR else "gram"
        return self.solver

    def _fit_left_out(self, rows: Chunk, target_ndim: int) -> None:
        """Choose the penalty by leaving out each row, and solve from the same factorisation."""
        features, targets, weights = rows
        self.solver_ = self._solver_for(features.shape[1])
        factors = RowFactors(
            features, targets, weights, self.fit_intercept, squared=self.solver_ == "gram"
        )
        if self.alphas is None:
            alphas = factors.default_penalties()
        else:
            alphas = np.unique(check_penalties(self.alphas))
        errors = factors.errors(alphas)
        spread = targets.var(axis=0)
        shared = (errors / np.where(spread > 0, spread, 1)).mean(axis=1, keepdims=True)
        best = alphas[(errors if self.alpha_per_target else shared).argmin(axis=0)]
        coef, intercept = factors.solve(best)
        flat = target_ndim == 1
        self._set_solution(coef, intercept, flat)
        self.alpha_ = best if self.alpha_per_target and not flat else float(best[0])
        self.alphas_, self.validation_scores_ = alphas, errors[:, np.newaxis]
        self.left_out_predictions_ = np.column_stack(
            [
                factors.predictions(alpha)[:, k]
                for k, alpha in enumerate(np.broadcast_to(best, targets.shape[1]))
            ]
        )
        self.statistics_, self.n_features_in_ = [], features.shape[1]

    def _solve(self, blocks: list[RidgeStatistics], target_ndim: int) -> None:
        """Choose the penalty, solve, and set everything that is fitted."""
        heads = list(accumulate(blocks, operator.add))
        total = heads[-1]
        if target_ndim == 1 and total.n_targets > 1:
            raise ValueError(f"target_ndim=1 is for one target, but there are {total.n_targets}.")
        if isinstance(self.alpha, str):
            alpha, alphas, scores = self._choose(blocks, heads)
        else:
            alpha, alphas, scores = check_penalties(self.alpha), None, None
        coef, intercept = total.solve(alpha)
        flat = target_ndim == 1
        self._set_solution(coef, intercept, flat)
        self.alpha_ = alpha.item() if flat or not alpha.ndim else alpha.copy()
        self.alphas_, self.validation_scores_ = alphas, scores
        self.solver_, self.statistics_ = total.solver, blocks
        self.left_out_predictions_ = None
        self.n_features_in_ = total.n_features

    def _choose(
        self, blocks: list[RidgeStatistics], heads: list[RidgeStatistics]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the best penalty or penalties, all that were compared, and their scores."""
        total = heads[-1]
        if self.alphas is None:
            alphas = default_penalties(total)
        else:
            alphas = np.unique(check_penalties(self.alphas))
        scores = leave_one_out_errors(blocks, heads, alphas)
        weights = np.array([block.total_weight for block in blocks])
        if self.alpha_per_target:
            return best_penalties(alphas, scores, weights), alphas, scores
        return best_penalties(alphas, average_targets(scores, total), weights)[0], alphas, scores


def _join_chunks(chunks: Iterable[Chunk], n_samples: int) -> Chunk:
    """Return a copy of all rows, for what cannot be told from sums over them."""
    # A producer may fill its arrays again, so each is copied before the next is asked for.
    parts = [tuple(None if a is None else np.array(a, np.float64) for a in c) for c in chunks]
    features, targets, weights = zip(*parts, strict=True)
    check_all_came(n_samples, sum(map(len, features)))
    joined = None if weights[0] is None else np.concatenate(weights)
    return np.concatenate(features), np.concatenate(targets), joined
