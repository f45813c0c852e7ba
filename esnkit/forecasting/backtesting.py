"""Forecasts from rolling origins: what was off, and how wide an interval has to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from esnkit.core.checks import check_count
from esnkit.core.typing import FloatArray
from esnkit.forecasting.series import SeriesData, SeriesSet
from esnkit.search.rolling_origins import RollingOrigins

if TYPE_CHECKING:
    import pandas as pd


class Rolling(Protocol):
    """What can be taken from origin to origin: the inner verbs of a forecaster."""

    def _fit(self, data: SeriesSet, inputs: list[FloatArray] | None) -> Any: ...

    def _update(self, data: SeriesSet, inputs: list[FloatArray] | None, learn: bool) -> None: ...

    def _forecast(self, horizon: int, inputs: Sequence[FloatArray] | None) -> list[FloatArray]: ...


def origins_of_backtest(
    n_steps: int, horizon: int, n_origins: int, stride: int | None
) -> RollingOrigins:
    """Place the origins of a backtest in the second half of the series, or refuse to."""
    room = n_steps // 2 - horizon
    if stride is None:
        rolling = RollingOrigins.within(n_steps // 2, horizon, n_origins)
        rolling = replace(rolling, n_origins=n_origins)
    else:
        stride = check_count(stride, "stride")
        rolling = RollingOrigins(horizon, n_origins, stride)
    if (n_origins - 1) * rolling.stride > room:
        raise ValueError(
            f"n_origins={n_origins}, a stride of {rolling.stride} and a horizon of {horizon} reach "
            f"into the first half of y, which has {n_steps} steps: it is left for fitting."
        )
    return rolling


@dataclass(frozen=True)
class Origin:
    """An origin: the series up to it, the inputs about it, and what the series turn out to be."""

    heads: SeriesSet
    passed: list[FloatArray] | None  # inputs since the origin before
    known: list[FloatArray] | None  # inputs since the start
    coming: list[FloatArray] | None
    truth: list[FloatArray]  # (horizon, n_variables) for each series


def cut_at_origins(
    data: SeriesSet, inputs: list[FloatArray] | None, rolling: RollingOrigins
) -> Iterator[Origin]:
    """Cut the series at each origin."""
    return cut_back(data, inputs, rolling.steps_back, rolling.horizon)


def cut_back(
    data: SeriesSet, inputs: list[FloatArray] | None, steps_back: Sequence[int], horizon: int
) -> Iterator[Origin]:
    """Cut the series so many steps before the end; at most a horizon of what follows is truth."""
    starts = before = [0] * len(data)
    values = [member.values for member in data.members]
    for n_left in steps_back:
        heads = replace(data, members=tuple(m.head(-n_left) for m in data.members))
        cuts = [len(member.values) for member in heads.members]
        ends = [cut + horizon for cut in cuts]
        yield Origin(
            heads,
            cut_out(inputs, before, cuts),
            cut_out(inputs, starts, cuts),
            cut_out(inputs, cuts, ends),
            [v[i:j] for v, i, j in zip(values, cuts, ends, strict=True)],
        )
        before = cuts


def roll(
    runner: Rolling,
    data: SeriesSet,
    inputs: list[FloatArray] | None,
    rolling: RollingOrigins,
    refit: bool,
) -> Iterator[tuple[Origin, list[FloatArray]]]:
    """Yield each origin, and what was forecast from it."""
    for i, origin in enumerate(cut_at_origins(data, inputs, rolling)):
        if i == 0 or refit:
            runner._fit(origin.heads, origin.known)
        else:
            runner._update(origin.heads, origin.passed, learn=False)
        yield origin, runner._forecast(rolling.horizon, origin.coming)


def cut_out(
    inputs: list[FloatArray] | None, starts: Sequence[int], stops: Sequence[int]
) -> list[FloatArray] | None:
    """Take a stretch out of the known inputs of each series."""
    if inputs is None:
        return None
    return [x[i:j] for x, i, j in zip(inputs, starts, stops, strict=True)]


def forecast_table(
    member: SeriesData, name: Any, future: FloatArray, truth: FloatArray, timed: bool
) -> pd.DataFrame:
    """Put a forecast from the end of a series beside the truth, a row for each value."""
    import pandas as pd

    horizon, n_variables = future.shape
    table = pd.DataFrame(
        {
            "series": [name] * future.size,
            "origin": len(member.values),
            "step": np.repeat(np.arange(1, horizon + 1), n_variables),
            "variable": list(member.names) * horizon,
            "forecast": future.ravel(),
            "truth": truth.ravel(),
            "error": (future - truth).ravel(),
        }
    )
    times = member.to_come(horizon).index if timed else None
    if times is not None:
        table.insert(3, "time", times.repeat(n_variables))
    return table
