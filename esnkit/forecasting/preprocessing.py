"""What is done to a series before a model sees it, and undone to its forecast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone

from esnkit.core.typing import FloatArray


class Preprocessor:
    """A transformer, differences and standardisation, in this order, there and back.

    Parameters
    ----------
    transformer : transformer or None
        Applied to the values; must have ``inverse_transform``.
    lags : sequence of int
        The values are differenced at each of these lags, one after the other.
    scale : bool
        Whether the result is brought to mean 0 and standard deviation 1.
    """

    def __init__(self, transformer: Any, lags: Sequence[int], scale: bool) -> None:
        self.transformer = None if transformer is None else clone(transformer)
        self.lags = tuple(lags)
        self.scale = scale

    @property
    def n_lost(self) -> int:
        """Rows at the start of which no difference can be taken."""
        return sum(self.lags)

    def fit(self, series: Sequence[FloatArray]) -> Preprocessor:
        """Learn the transformer and the scale from all series together."""
        if self.transformer is not None:
            self.transformer.fit(np.concatenate(series))
        parts = [self._difference(self._transform(values)) for values in series]
        pooled = parts[0] if len(parts) == 1 else np.concatenate(parts)  # no copy of a long series
        self.mean = pooled.mean(axis=0) if self.scale else np.zeros(pooled.shape[1])
        spread = pooled.std(axis=0) if self.scale else np.ones(pooled.shape[1])
        # A constant leaves rounding errors, which must not be blown up.
        constant = spread <= 1e-12 * np.maximum(pooled.max(axis=0), -pooled.min(axis=0))
        self.spread = np.where(constant, 1.0, spread)
        return self

    def forward(self, values: FloatArray) -> FloatArray:
        """Prepare values (n_steps, n_variables): the first `n_lost` rows are used up."""
        prepared = self._difference(self._transform(values))
        # In place where that changes nothing of the series, which may be long.
        own = bool(self.lags) and len(prepared) > 0
        prepared = np.subtract(prepared, self.mean, out=prepared if own else None)
        prepared /= self.spread
        return prepared

    def back(self, prepared: FloatArray, tail: FloatArray) -> FloatArray:
        """Undo it for what follows ``tail``, the last rows of a series, at least `n_lost`.

        ``prepared`` may have more axes in front: many futures (..., n_steps, n_variables).
        """
        values = prepared * self.spread + self.mean
        if self.lags:
            values = _integrate(values, self._transform(tail), self.lags)
        if self.transformer is None:
            return values
        return np.asarray(self.transformer.inverse_transform(values), dtype=np.float64)

    def one_step_back(self, prepared: FloatArray, values: FloatArray) -> FloatArray:
        """Undo it for forecasts of the last of the values, each from the true ones before it."""
        first = len(values) - len(prepared)
        off = (prepared - self.forward(values)[first - self.n_lost :]) * self.spread
        forecast = self._transform(values)[first:] + off  # a difference is off by as much
        if self.transformer is None:
            return forecast
        return np.asarray(self.transformer.inverse_transform(forecast), dtype=np.float64)

    def kept(self, tail: FloatArray) -> FloatArray:
        """Return the last values of which each difference is taken, the oldest first, in a row.

        ``tail`` holds the last rows of a series, at least `n_lost`.
        """
        values, parts = self._transform(tail), [np.zeros(0)]
        for lag in self.lags:
            parts.append(values[len(values) - lag :].ravel())
            values = values[lag:] - values[:-lag]
        return np.concatenate(parts)

    def _transform(self, values: FloatArray) -> FloatArray:
        if self.transformer is None or not len(values):
            return values
        transformed = np.asarray(self.transformer.transform(values), dtype=np.float64)
        if not np.isfinite(transformed).all():
            raise ValueError(
                f"transformer={self.transformer!r} makes missing or infinite values of y, which "
                f"runs from {values.min()} to {values.max()}."
            )
        return transformed

    def _difference(self, values: FloatArray) -> FloatArray:
        for lag in self.lags:
            values = values[lag:] - values[:-lag]
        return values


def _integrate(values: FloatArray, tail: FloatArray, lags: Sequence[int]) -> FloatArray:
    """Undo differences at ``lags`` for values (..., n_steps, n_variables) that follow the tail."""
    if not lags:
        return values
    lag = lags[0]
    steps = _integrate(values, tail[lag:] - tail[:-lag], lags[1:])
    *many, n_steps, n_variables = steps.shape
    n_rounds = -(-n_steps // lag)
    rounds = np.zeros((*many, (1 + n_rounds) * lag, n_variables))
    rounds[..., :lag, :] = tail[len(tail) - lag :]
    rounds[..., lag : lag + n_steps, :] = steps
    # Row k of each round adds to that of the round before.
    sums = rounds.reshape(*many, 1 + n_rounds, lag, n_variables).cumsum(axis=-3)
    return sums.reshape(rounds.shape)[..., lag : lag + n_steps, :]
