"""What each part of a forecast says, and how much it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from esnkit.core.process import divergences_collected
from esnkit.core.typing import FloatArray
from esnkit.forecasting.ensemble import EnsembleForecaster

if TYPE_CHECKING:
    import pandas as pd


def contributions_of(
    ensemble: EnsembleForecaster,
    names: Sequence[str],
    labels: Sequence[Any],
    horizon: int,
    inputs: Sequence[FloatArray] | None,
) -> list[pd.DataFrame]:
    """Tabulate the members of a weighted mean.

    Parameters
    ----------
    ensemble : EnsembleForecaster
        Fitted, with weights.
    names : sequence of str
        What its members are called.
    labels : sequence
        What its series are called.
    horizon : int
        Number of steps.
    inputs : sequence of ndarray of shape (horizon, n_inputs) or None
        The known inputs of the coming steps.

    Returns
    -------
    list of pandas.DataFrame
        One for each member and series, see `AutoESN.contributions`.
    """
    import pandas as pd

    weights = np.asarray(ensemble.weights, dtype=np.float64)
    steps = np.arange(horizon)
    frames = []
    for name, member, row in zip(names, ensemble.members_, weights, strict=True):
        with divergences_collected():  # what is told of them is told by the forecast itself
            futures = member._forecast(horizon, inputs)
        counts = row[np.minimum(steps, len(row) - 1)]
        for label, series, future in zip(labels, ensemble.series_.members, futures, strict=True):
            n_variables = future.shape[1]
            frames.append(
                pd.DataFrame(
                    {
                        "series": [label] * future.size,
                        "variable": list(series.names) * horizon,
                        "part": name,
                        "step": np.repeat(steps + 1, n_variables),
                        "weight": np.repeat(counts, n_variables),
                        "forecast": future.ravel(),
                    }
                )
            )
    return frames
