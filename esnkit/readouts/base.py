"""What linear readouts share: fitting to rows or to chunks of rows, anew or on top."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_scalar, validate_data
from esnkit.core.sequences import check_weights, fill_unweighted
from esnkit.core.typing import FloatArray

# Features, targets and weights of some rows; None in the third place means ones.
Chunk = tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]


class LinearReadout(MultiOutputMixin, RegressorMixin, BaseEstimator, ABC):
    """The base of `RidgeReadout`, `RLSReadout` and `LMSReadout`."""

    coef_: FloatArray
    intercept_: FloatArray | float
    n_features_in_: int

    @abstractmethod
    def _fit_chunks(
        self, chunks: Iterable[Chunk], n_samples: int, target_ndim: int, forget: bool
    ) -> Self:
        """Check the parameters and fit; what was learned before counts unless ``forget``."""

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to rows in the order of time; what was fitted before is forgotten.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative. Rows of weight zero are left out; their targets may be NaN.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter or the data are not as described.
        """
        return self._fit_rows(X, y, sample_weight, forget=True)

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Fit to more rows, which follow those seen so far.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative. Rows of weight zero are left out.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter or the data are not as described, or a parameter that shapes what is
            kept of the rows has changed since the last call.
        """
        return self._fit_rows(X, y, sample_weight, forget=not self.__sklearn_is_fitted__())

    def fit_chunks(
        self, chunks: Iterable[Chunk], n_samples: int, *, target_ndim: Literal[1, 2] = 2
    ) -> Self:
        """Fit to rows that come in chunks, in the order of time; `fit` does the same with its own.

        Parameters
        ----------
        chunks : iterable of (features, targets, sample_weight)
            Arrays of shapes (n_rows, n_features), (n_rows, n_targets) and (n_rows,); None in the
            third place means ones. The arrays are read before the next are asked for, so a
            producer may fill them again. Some hundred rows at a time are best.
        n_samples : int
            Number of rows to come, in all chunks together.
        target_ndim : {1, 2}, default=2
            Dimension of the `y` that is meant: 1, for a single target, gives `coef_`,
            `intercept_` and predictions without the dimension of targets.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter or a chunk is not as described, or the chunks have another number of
            rows.
        """
        return self._check_and_fit(chunks, n_samples, target_ndim, forget=True)

    def partial_fit_chunks(
        self, chunks: Iterable[Chunk], n_samples: int, *, target_ndim: Literal[1, 2] = 2
    ) -> Self:
        """Fit to more rows that come in chunks; `partial_fit` does the same with its own.

        Parameters
        ----------
        chunks : iterable of (features, targets, sample_weight)
            As in `fit_chunks`.
        n_samples : int
            Number of rows to come, in all chunks of this call together.
        target_ndim : {1, 2}, default=2
            As in `fit_chunks`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As in `fit_chunks` and `partial_fit`.
        """
        forget = not self.__sklearn_is_fitted__()
        return self._check_and_fit(chunks, n_samples, target_ndim, forget)

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predict the targets of rows by the weights as they stand.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predictions, in units of the targets.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return rows @ self.coef_.T + self.intercept_

    def __sklearn_is_fitted__(self) -> bool:
        """Tell whether rows have been fitted to."""
        return hasattr(self, "coef_")

    def _fit_rows(self, X: Any, y: Any, sample_weight: Any, forget: bool) -> Self:
        X, y, weights = read_rows(self, X, y, sample_weight, reset=forget)
        return self._fit_chunks([(X, y.reshape(len(y), -1), weights)], len(X), y.ndim, forget)

    def _check_and_fit(
        self, chunks: Iterable[Chunk], n_samples: int, target_ndim: int, forget: bool
    ) -> Self:
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        if target_ndim not in (1, 2):
            raise ValueError(f"target_ndim must be 1 or 2, got {target_ndim!r}.")
        return self._fit_chunks(chunks, n_samples, target_ndim, forget)

    def _set_solution(self, coef: FloatArray, intercept: FloatArray, flat: bool) -> None:
        """Keep what was fitted, without the dimension of targets if ``flat``."""
        self.coef_ = coef[0] if flat else coef
        self.intercept_ = float(intercept[0]) if flat else intercept


def read_rows(readout: Any, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Chunk:
    """Check rows and leave out those of weight zero, as if they had never been.

    Parameters
    ----------
    readout : estimator
        Whom the number and names of the features belong to.
    X : array-like of shape (n_samples, n_features)
        Features.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    sample_weight : array-like of shape (n_samples,) or None
        Weights.
    reset : bool
        Whether these are the first rows, which say what the features are.

    Returns
    -------
    X, y, weights
        Arrays; the weights are None if there are none.

    Raises
    ------
    ValueError
        If the data are not as described, or all weights are zero.
    """
    X, y = validate_data(
        readout,
        X,
        fill_unweighted(y, sample_weight),
        dtype=[np.float64, np.float32],
        multi_output=True,
        y_numeric=True,
        reset=reset,
    )
    weights = check_weights(sample_weight, len(X))
    if weights is None or weights.all():
        return X, y, weights
    present = weights > 0
    if not present.any():
        raise ValueError("sample_weight is zero for every row.")
    return X[present], y[present], weights[present]


def check_all_came(n_samples: int, n_seen: int) -> None:
    """Refuse chunks that held another number of rows than was announced."""
    if n_seen != n_samples:
        raise ValueError(f"n_samples is {n_samples}, but the chunks hold {n_seen} rows.")
