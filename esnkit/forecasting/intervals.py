"""How wide an interval has to be, by what was off in forecasts of the past."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from esnkit.core.checks import check_positive, check_real, check_scalar
from esnkit.core.exceptions import TooFewStepsError
from esnkit.core.typing import FloatArray
from esnkit.forecasting.backtesting import Rolling, cut_back
from esnkit.forecasting.series import SeriesSet
from esnkit.search.rolling_origins import RollingOrigins

_FEWEST_ORIGINS = 9  # with errors at a step, from which its scale can be told
_LATE = 0.25  # of the origins lie less than a horizon before the end
_NEIGHBOURS = 4  # the scale at a step is averaged over a quarter of the steps before and after
_MOST_GROWTH = 1.0  # power of the step by which errors grow beyond what was tested
_USUAL_GROWTH = 0.5  # that of a random walk
_OVERLAP = 1.5  # what overlapping errors tell of their scale, for each that shares no shock


@dataclass(frozen=True)
class PastErrors:
    """Absolute errors of forecasts from some origins.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, n_tested, n_variables)
        NaN at steps beyond the end of the series.
    stride : int
        Steps between origins.
    """

    errors: FloatArray
    stride: int

    def times(self, factor: float) -> PastErrors:
        """Return errors so many times as large."""
        return replace(self, errors=factor * self.errors)

    def widths(self, horizon: int, level: float) -> FloatArray:
        """Return half the width of an interval at each step ahead.

        Errors are divided by their scale at each step, so that those of all steps tell the
        quantile together. Errors of overlapping forecasts share their last shocks; a scale told by
        few independent ones is uncertain, and the interval wider by Student's quantile.

        Parameters
        ----------
        horizon : int
            Steps ahead; beyond those that were tested the scale grows on.
        level : float
            The probability, in (0, 1).

        Returns
        -------
        ndarray of shape (horizon, n_variables)
        """
        counts = np.isfinite(self.errors[:, :, 0]).sum(axis=0)
        n_tested = int((counts >= min(_FEWEST_ORIGINS, len(self.errors))).sum())
        errors = self.errors[:, :n_tested]
        scales = _smooth(np.nanmean(errors, axis=0))  # (n_tested, n_variables)
        relative = np.divide(errors, scales, out=np.zeros_like(errors), where=scales > 0)
        relative = relative.reshape(-1, errors.shape[2])
        rank = min(1.0, level * (1 + 1 / len(relative)))
        quantile = np.nanquantile(relative, rank, axis=0)
        steps = np.arange(1, horizon + 1)
        tested = np.minimum(steps, n_tested)
        shares = np.minimum(1.0, self.stride / tested)
        independent = 1 + (counts[tested - 1] - 1) * shares  # that share no shock
        freedom = 1 + _OVERLAP * independent
        upper = (1 + level) / 2
        doubt = stdtrit(freedom, upper) / ndtri(upper)
        growth = (steps / tested)[:, np.newaxis] ** _growth(scales)
        return np.asarray(scales[tested - 1] * growth * quantile * doubt[:, np.newaxis])


def past_errors(
    runner: Rolling,
    data: SeriesSet,
    inputs: list[FloatArray] | None,
    horizon: int,
    n_origins: int,
    refit: bool,
) -> list[PastErrors] | None:
    """Forecast from origins in the second half of the series, and tell what was off.

    Most origins lie as far before the end as can be tested, some nearer, which know how the series
    is of late. Origins that leave too few steps for a fit are left out.

    Parameters
    ----------
    runner : forecaster
        Fitted anew at each origin, or updated.
    data : SeriesSet
        The series.
    inputs : list of ndarray of shape (n_steps, n_inputs) or None
        Known inputs of all steps.
    horizon : int
        Steps ahead.
    n_origins : int
        The most origins.
    refit : bool
        Whether to fit anew at each.

    Returns
    -------
    list of PastErrors, one for each series, or None
        None if there is no room for as many origins as are needed.
    """
    backs, stride = _places(data.n_shortest, horizon, n_origins)
    found: list[list[FloatArray]] = []
    fitted = False
    for origin in cut_back(data, inputs, backs, backs[0]):
        n_ahead = min(horizon, len(origin.truth[0]))
        try:
            if refit or not fitted:
                runner._fit(origin.heads, origin.known)
                fitted = True
            else:
                runner._update(origin.heads, origin.passed, learn=False)
        except TooFewStepsError:
            continue
        coming = None if origin.coming is None else [x[:n_ahead] for x in origin.coming]
        futures = runner._forecast(n_ahead, coming)
        pairs = zip(futures, origin.truth, strict=True)
        found.append([np.abs(future - truth[:n_ahead]) for future, truth in pairs])
    if len(found) < min(_FEWEST_ORIGINS, n_origins):
        return None
    return [PastErrors(_stacked(errors), stride) for errors in zip(*found, strict=True)]


def bounds_about(
    centres: Sequence[FloatArray],
    past: Sequence[PastErrors] | None,
    data: SeriesSet,
    shares: Sequence[float],
) -> list[list[FloatArray]]:
    """Return the bounds below which values lie with given probabilities.

    Parameters
    ----------
    centres : sequence of ndarray of shape (horizon, n_variables)
        The forecast of each series.
    past : sequence of PastErrors or None
        Of each series; None takes the changes from step to step.
    data : SeriesSet
        The series.
    shares : sequence of float
        The probabilities, in (0, 1); one half is the forecast itself.

    Returns
    -------
    list of list of ndarray of shape (horizon, n_variables)
        For each share, for each series.
    """

    def bound(i: int, share: float) -> FloatArray:
        centre, level = centres[i], abs(2 * share - 1)
        if level == 0:
            return centre
        width = (
            naive_widths(data.members[i].values, len(centre), level)
            if past is None
            else past[i].widths(len(centre), level)
        )
        return np.asarray(centre + np.sign(2 * share - 1) * width)

    return [[bound(i, share) for i in range(len(centres))] for share in shares]


def quantiles_of(
    runs: Sequence[Sequence[FloatArray]], shares: Sequence[float]
) -> list[list[FloatArray]]:
    """Return quantiles over runs, each a forecast of every series: for each share and series."""
    together = [np.array(series_runs) for series_runs in zip(*runs, strict=True)]
    return [[np.quantile(r, share, axis=0) for r in together] for share in shares]


def naive_widths(values: FloatArray, horizon: int, level: float) -> FloatArray:
    """Return half the width of an interval by the changes from step to step.

    What is known of a series of a few steps is how much it moves. The errors of a forecast by the
    last value grow with the root of the steps ahead, as those of a random walk.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_variables)
        The series.
    horizon : int
        Steps ahead.
    level : float
        The probability, in (0, 1).

    Returns
    -------
    ndarray of shape (horizon, n_variables)
    """
    changes = np.diff(values, axis=0)
    if not len(changes):
        return np.zeros((horizon, values.shape[1]))
    deviation = np.sqrt(np.square(changes).mean(axis=0))
    factor = stdtrit(len(changes), (1 + level) / 2)
    return np.asarray(factor * deviation * np.sqrt(np.arange(1, horizon + 1))[:, np.newaxis])


def warn_of_naive_widths(n_steps: int) -> None:
    """Say that an interval is made of the changes from step to step."""
    warnings.warn(
        f"A series of {n_steps} steps leaves no room for {_FEWEST_ORIGINS} past forecasts by these "
        "settings: the interval is that of the changes from step to step, times the root of the "
        "steps ahead.",
        stacklevel=5,
    )


def read_level(level: Any) -> float:
    """Check the probability of an interval, and return it as a share.

    Parameters
    ----------
    level : float
        In (0, 1), or in percents above 1 and below 100.

    Returns
    -------
    float
    """
    share = check_positive(level, "level")
    share = share / 100 if 1 < share < 100 else share
    return check_real(share, "level", max_val=1, include_boundaries="neither")


def read_quantiles(quantiles: Any) -> list[float]:
    """Check the probabilities of bounds.

    Parameters
    ----------
    quantiles : sequence of float
        Each in (0, 1).

    Returns
    -------
    list of float
    """
    if isinstance(quantiles, str | bytes) or not isinstance(quantiles, Iterable):
        raise TypeError(f"quantiles must be a sequence of numbers in (0, 1), got {quantiles!r}.")
    bounds = {"min_val": 0, "max_val": 1, "include_boundaries": "neither"}
    return [float(check_scalar(one, "quantiles", Real, **bounds)) for one in quantiles]


def _places(n_steps: int, horizon: int, n_origins: int) -> tuple[list[int], int]:
    """Return how many steps before the end origins lie, the earliest first, and their stride."""
    behind = n_steps // 2
    tested = max(1, min(horizon, behind + 1 - min(_FEWEST_ORIGINS, n_origins)))
    n_late = min(int(_LATE * n_origins), tested - 1)
    rolling = RollingOrigins.within(behind, tested, n_origins - n_late)
    late = np.linspace(1, tested, n_late, endpoint=False).astype(int)
    return sorted({*rolling.steps_back, *late.tolist()}, reverse=True), rolling.stride


def _stacked(errors: Sequence[FloatArray]) -> FloatArray:
    """Put errors (n_ahead, n_variables) of unlike lengths into one array."""
    longest = max(map(len, errors))
    full = np.full((len(errors), longest, errors[0].shape[1]), np.nan)
    for row, part in zip(full, errors, strict=True):
        row[: len(part)] = part
    return full


def _smooth(scales: FloatArray) -> FloatArray:
    """Average scales (n_tested, n_variables) with those of steps nearby."""
    sums = np.vstack([np.zeros((1, scales.shape[1])), np.cumsum(scales, axis=0)])
    steps = np.arange(len(scales))
    reach = np.minimum((steps + 1) // _NEIGHBOURS, len(scales) - 1 - steps)
    first, last = steps - reach, steps + reach + 1
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, np.newaxis])


def _growth(scales: FloatArray) -> FloatArray:
    """Return the power of the step ahead by which scales (n_tested, n_variables) grow."""
    if len(scales) < _NEIGHBOURS or not (scales > 0).all():
        return np.full(scales.shape[1], _USUAL_GROWTH)
    steps = np.log(np.arange(1, len(scales) + 1))
    slopes = np.polyfit(steps, np.log(scales), 1)[0]
    return np.clip(slopes, 0.0, _MOST_GROWTH)
