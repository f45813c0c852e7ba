"""Rolling origins: where they lie, what was off, and how wide an interval has to be."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_scalar

from esnkit.series import SeriesData

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

FEWEST_ORIGINS = 9  # the 90 % quantile of fewer residuals lies beyond the largest


def steps_back(n_steps: int, horizon: int, n_origins: int, stride: int | None) -> list[int]:
    """Return how far before the end of the series each origin lies, the earliest first."""
    room = n_steps // 2 - horizon
    if stride is None:
        stride = max(1, min(horizon, room // max(1, n_origins - 1)))
    check_scalar(stride, "stride", Integral, min_val=1)
    if n_origins < 1 or (n_origins - 1) * stride > room:
        raise ValueError(
            f"{max(1, n_origins)} origins, {stride} steps apart, with a horizon of {horizon} reach "
            f"into the first half of a series of {n_steps} steps, which is left for fitting."
        )
    return [horizon + stride * i for i in reversed(range(n_origins))]


def conformal_quantiles(errors: FloatArray, level: float, stride: int) -> FloatArray:
    """Return the conformal quantile of absolute errors (n_origins, horizon, n_variables).

    The rank is raised for a finite number of errors. Errors some steps ahead share their last
    shocks with those from origins that lie nearer than that, and count as the fewer that would not.
    """
    n_origins, horizon, n_variables = errors.shape
    apart = np.minimum(1.0, stride / np.arange(1, horizon + 1))
    alike = n_origins / (1 + (n_origins - 1) * apart)  # errors for each that counts
    if n_origins < FEWEST_ORIGINS:
        errors = np.broadcast_to(
            errors.reshape(-1, 1, n_variables), (n_origins * horizon, horizon, n_variables)
        )
        alike = np.ones(horizon)
    ranks = np.minimum(np.ceil((len(errors) + alike) * level).astype(int), len(errors))
    return np.sort(errors, axis=0)[ranks - 1, np.arange(horizon)]


def compare(member: SeriesData, name: Any, cut: int, future: FloatArray) -> pd.DataFrame:
    """Put a forecast beside the truth, a row for each value."""
    import pandas as pd

    horizon, n_variables = future.shape
    truth = member.values[cut : cut + horizon]
    return pd.DataFrame(
        {
            "series": [name] * future.size,
            "origin": cut,
            "step": np.repeat(np.arange(1, horizon + 1), n_variables),
            "variable": list(member.names) * horizon,
            "forecast": future.ravel(),
            "truth": truth.ravel(),
            "error": (future - truth).ravel(),
        }
    )
