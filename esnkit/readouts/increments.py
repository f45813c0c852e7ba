"""A readout that learns by how much its input is going to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.metaestimators import available_if

from esnkit.core.typing import FloatArray


def _inner_has(method: str) -> Any:
    """Let a method exist where the inner readout has it."""
    return available_if(lambda self: hasattr(self.readout, method))


class IncrementReadout(RegressorMixin, BaseEstimator):
    """Fits a readout to differences from features, and adds these to what it predicts.

    Of a linear readout the features in question get one more each in their coefficients, so it
    remains linear and runs in the compiled loop. A ridge penalty then pulls the prediction to the
    present value, rather than to the mean.

    Parameters
    ----------
    readout : regressor
        What is fitted to the increments.
    columns : sequence of int of length n_outputs
        For each output, the feature from which it differs by the increment.
    scale : float or ndarray of shape (n_outputs,), default=1.0
        What increments are divided by before the readout sees them, which matters to readouts that
        are not linear.

    Attributes
    ----------
    readout_ : regressor
        The fitted copy of `readout`.
    """

    def __init__(
        self, readout: Any, columns: Sequence[int], scale: FloatArray | float = 1.0
    ) -> None:
        self.readout = readout
        self.columns = columns
        self.scale = scale

    def fit(self, X: FloatArray, y: FloatArray) -> Self:
        """Fit to features (n_samples, n_features) and the values that the outputs are to take."""
        self.readout_ = clone(self.readout).fit(X, self._increments(X, y))
        return self

    @_inner_has("partial_fit")
    def partial_fit(self, X: FloatArray, y: FloatArray) -> Self:
        """Fit to more rows."""
        if not hasattr(self, "readout_"):
            self.readout_ = clone(self.readout)
        self.readout_.partial_fit(X, self._increments(X, y))
        return self

    @_inner_has("fit_chunks")
    def fit_chunks(self, chunks: Iterable[Any], n_samples: int, *, target_ndim: int = 2) -> Self:
        """Fit to rows that come in chunks, see `RidgeReadout.fit_chunks`."""
        changed = ((X, self._increments(X, y), weight) for X, y, weight in chunks)
        self.readout_ = clone(self.readout).fit_chunks(changed, n_samples, target_ndim=target_ndim)
        return self

    def predict(self, X: FloatArray) -> FloatArray:
        """Predict the values of the outputs."""
        increments = np.asarray(self.readout_.predict(X))
        return self._base(X, increments) + increments * self.scale

    @property
    def coef_(self) -> FloatArray:
        """Coefficients of the values (n_outputs, n_features), if the readout is linear."""
        coef = np.atleast_2d(self.readout_.coef_) * np.reshape(self.scale, (-1, 1))
        coef[np.arange(len(coef)), self.columns] += 1
        return coef

    @property
    def intercept_(self) -> FloatArray:
        """Intercepts of the values, if the readout is linear."""
        return np.ravel(self.readout_.intercept_) * self.scale

    def _base(self, X: FloatArray, outputs: FloatArray) -> FloatArray:
        """Return the features from which the outputs differ, in the outputs' shape."""
        return np.asarray(X)[:, self.columns].reshape(outputs.shape)

    def _increments(self, X: FloatArray, y: FloatArray) -> FloatArray:
        """Return by how much values differ from their features."""
        return (y - self._base(X, y)) / self.scale
