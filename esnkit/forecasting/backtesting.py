"""Rolling origins: where they lie, what was off, and how wide an interval has to be."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from sklearn.utils import check_scalar

from esnkit.core.typing import FloatArray
from esnkit.forecasting.series import SeriesData, SeriesSet

if TYPE_CHECKING:
    import pandas as pd


_FEWEST_ORIGINS = 9  # the 90 % quantile of fewer residuals lies beyond the largest


class Rolling(Protocol):
    """What can be taken from origin to origin: the inner verbs of a forecaster."""

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Any: ...

    def _extend(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None: ...

    def _futures(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]: ...


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


def steps_back_in_reach(n_steps: int, horizon: int, n_origins: int) -> list[int]:
    """Return how far before the end the origins of a backtest lie, fewer if the series is short."""
    room = n_steps // 2 - horizon + 1
    if room < 1:
        raise ValueError(
            f"horizon={horizon} is too long for residuals of a backtest, which need as many "
            f"steps in the second half of {n_steps}: at most {n_steps // 2} is possible."
        )
    if room < _FEWEST_ORIGINS <= n_origins:
        warnings.warn(
            f"Only {room} origin(s) of forecasts of {horizon} steps fit into the second half "
            f"of {n_steps} steps: the residuals of all steps ahead are taken together, and "
            "the interval is equally wide at each.",
            stacklevel=4,
        )
    return steps_back(n_steps, horizon, min(n_origins, room), None)


def roll(
    runner: Rolling,
    data: SeriesSet,
    inputs: list[FloatArray] | None,
    horizon: int,
    back: Sequence[int],
    refit: bool,
) -> Iterator[tuple[list[int], list[FloatArray]]]:
    """Yield, origin by origin, how much of each series was known and what was forecast."""
    known = None
    for n_left in back:
        heads = replace(data, members=tuple(m.head(-n_left) for m in data.members))
        cuts = [len(member.values) for member in heads.members]
        if known is None or refit:
            runner._fit(heads, cut_out(inputs, [0] * len(cuts), cuts))
        else:
            runner._extend(heads, cut_out(inputs, known, cuts), learn=False)
        known = cuts
        coming = cut_out(inputs, cuts, [cut + horizon for cut in cuts])
        yield cuts, runner._futures(horizon, coming)


def cut_out(
    inputs: list[FloatArray] | None, starts: Sequence[int], stops: Sequence[int]
) -> list[FloatArray] | None:
    """Take a stretch out of the known inputs of each series."""
    if inputs is None:
        return None
    return [x[i:j] for x, i, j in zip(inputs, starts, stops, strict=True)]


def conformal_quantiles(errors: FloatArray, level: float, stride: int) -> FloatArray:
    """Return the conformal quantile of absolute errors (n_origins, horizon, n_variables).

    The rank is raised for a finite number of errors. Errors some steps ahead share their last
    shocks with those from origins that lie nearer than that, and count as the fewer that would not.
    """
    n_origins, horizon, n_variables = errors.shape
    apart = np.minimum(1.0, stride / np.arange(1, horizon + 1))
    alike = n_origins / (1 + (n_origins - 1) * apart)  # errors for each that counts
    if n_origins < _FEWEST_ORIGINS:
        errors = np.broadcast_to(
            errors.reshape(-1, 1, n_variables), (n_origins * horizon, horizon, n_variables)
        )
        alike = np.ones(horizon)
    ranks = np.minimum(np.ceil((len(errors) + alike) * level).astype(int), len(errors))
    return np.sort(errors, axis=0)[ranks - 1, np.arange(horizon)]


def forecast_table(member: SeriesData, name: Any, cut: int, future: FloatArray) -> pd.DataFrame:
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
