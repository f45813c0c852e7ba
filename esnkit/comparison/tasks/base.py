"""Tasks: data to learn from, data to be judged by, and a score."""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Integral
from typing import Any, Literal

import numpy as np

from esnkit.comparison.records import Kind
from esnkit.comparison.tasks.scores import MASE, NRMSE, VALID_TIME, Metric, Scale
from esnkit.comparison.tasks.splits import (
    FEWEST_ROWS,
    N_FOLDS,
    N_ORIGINS,
    DrivenSplit,
    SeriesSplit,
    Split,
)
from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray
from esnkit.forecasting.seasonality import common_period
from esnkit.forecasting.series import SeriesData, SeriesSet, read_series
from esnkit.search.rolling_origins import RollingOrigins

_LONGEST_DEFAULT = 100  # steps


class TaskError(ValueError):
    """Data that make no task, or rules that make no contest; the message is one line.

    Examples
    --------
    >>> from esnkit.comparison import SeriesTask, TaskError
    >>> try:
    ...     SeriesTask([1.0, 2.0, 3.0])
    ... except TaskError as error:
    ...     print(str(error).split(",")[0])
    the series has 3 steps
    """


class Task(ABC):
    """A task of a comparison. Subclasses give the data and the score.

    Attributes
    ----------
    name : str
        How the task is called on the command line.
    kind : {"forecast", "generate", "filter", "classify", "remember"}
        The first two go on past the end of a series and `load` a `SeriesSplit`; the others map
        inputs to targets and load a `DrivenSplit`, or classify whole sequences and load a
        `LabelledSplit`.
    metric : Metric
        The score that decides.
    further : tuple of Metric
        Scores that are kept beside it.
    title, description : str
        For the report.
    source : {"shipped", "file", "user"}
        Where the data come from.
    fresh_data : bool
        Whether each seed gives data of its own; otherwise it varies the models alone.
    chaotic : bool
        Whether the valid time of forecasts is measured too.
    step, step_unit : float, str
        One step, in a unit of time.
    labelled : bool
        Whether `load` gives a `LabelledSplit`: a label is asked for, one for each sequence.
    differences : tuple of tuple of int, or None
        Ways to difference a series that all contestants try in turn; None means as it is, first
        differences, and seasonal ones if there is a season.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import NRMSE, SeriesSplit, Task, compare
    >>> class Waves(Task):
    ...     name, kind, metric, title = "waves", "forecast", NRMSE, "Two waves"
    ...
    ...     def load(self, seed):
    ...         t = np.arange(400.0)[:, None] + 100 * seed
    ...         return SeriesSplit(np.sin(t / 5) + np.sin(t / 3), horizon=20)
    >>> found = compare(["linear", "mean"], [Waves()], seeds=1, progress=False)
    >>> bool(found.scores("waves", "linear").max() < 0.01 < found.scores("waves", "mean").min())
    True
    """

    name: str
    kind: Kind
    metric: Metric
    further: tuple[Metric, ...] = ()
    title: str = ""
    description: str = ""
    source: Literal["shipped", "file", "user"] = "user"
    fresh_data: bool = True
    chaotic: bool = False
    step: float = 1.0
    step_unit: str = "steps"
    labelled: bool = False
    differences: tuple[tuple[int, ...], ...] | None = None

    @abstractmethod
    def load(self, seed: int) -> Split:
        """Return the data of a seed.

        Parameters
        ----------
        seed : int
            The same seed gives the same data.

        Returns
        -------
        SeriesSplit, DrivenSplit or LabelledSplit
        """

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All scores that are kept, the one that decides first."""
        others = [*self.further]
        others += [NRMSE] if self.kind in ("forecast", "generate") else []
        others += [VALID_TIME] if self.chaotic else []
        return (self.metric, *(m for m in others if m.name != self.metric.name))

    def scale(self, split: Split) -> Scale:
        """Return what scores on a split are relative to.

        Parameters
        ----------
        split : SeriesSplit or DrivenSplit
            The data.

        Returns
        -------
        Scale
        """
        if isinstance(split, SeriesSplit):
            return Scale(split.train, split.period, self.step)
        return Scale(split.train.wanted(), None, self.step)

    def lags(self, split: Split) -> list[list[int]]:
        """Return the ways to difference that candidates take in turn.

        Parameters
        ----------
        split : SeriesSplit or DrivenSplit
            The data.

        Returns
        -------
        list of list of int
        """
        if isinstance(split, DrivenSplit):
            return [[]]
        if self.differences is not None:
            return [list(lags) for lags in self.differences]
        seasonal = split.period is not None and 4 * split.period <= split.fold().n_train
        return [[], [1], [split.period]] if seasonal and split.period else [[], [1]]


class SeriesTask(Task):
    """A series of your own, to be forecast from several origins in its last part.

    Parameters
    ----------
    series : array-like of shape (n_steps,) or (n_steps, n_variables), or pandas object
        The series. Names and dates of a pandas object are taken over.
    horizon : int, default=None
        Steps to forecast. None means the season, if the series holds twenty, else a twentieth of
        the series, at most 100 steps.
    held_out : array-like or pandas object, default=None
        What followed the series, kept apart: it is the test, and all of the series is learned from
        and searched on. At most ten forecasts of the horizon are judged by its first steps, and
        the horizon is no longer than it is. None tests on the last part of the series.
    name : str, default="series"
        How the task is called.
    title : str, default=None
        For the report; None means the name.
    source : {"shipped", "file", "user"}, default="user"
        Where the series comes from.
    description : str, default=""
        For the report.

    Raises
    ------
    TaskError
        If the series is too short for the horizon and the validation, or constant, or what is
        held out does not continue it.

    Examples
    --------
    >>> from esnkit.comparison import SeriesTask
    >>> from esnkit.datasets import load_sunspots
    >>> split = SeriesTask(load_sunspots(), horizon=11).load(0)
    >>> split.n_train, split.n_origins, split.period
    (199, 10, 11)
    """

    kind = "forecast"
    fresh_data = False

    def __init__(
        self,
        series: Any,
        horizon: int | None = None,
        *,
        held_out: Any = None,
        name: str = "series",
        title: str | None = None,
        source: Literal["shipped", "file", "user"] = "user",
        description: str = "",
    ) -> None:
        self.name, self.title, self.source = name, title or name, source
        self.description = description
        self._split = split_series(series, horizon, held_out)
        self.metric = MASE if _naive_errs(self._split) else NRMSE
        frequency = getattr(getattr(series, "index", None), "freqstr", None)
        self.step_unit = _UNITS.get(str(frequency).split("-")[0], "steps")

    def load(self, seed: int) -> SeriesSplit:
        """Return the series, which is the same for every seed.

        Parameters
        ----------
        seed : int
            Not used.

        Returns
        -------
        SeriesSplit
        """
        return self._split


_UNITS = {"YS": "years", "YE": "years", "MS": "months", "ME": "months", "W": "weeks", "D": "days"}
_UNITS |= {"h": "hours", "min": "minutes", "s": "seconds", "QS": "quarters", "QE": "quarters"}


def split_series(series: Any, horizon: int | None, held_out: Any = None) -> SeriesSplit:
    """Read a series, and lay out origins in its second half or what is held out, ten if they fit.

    Parameters
    ----------
    series : array-like or pandas object
        One series.
    horizon : int or None
        Steps to forecast; None chooses.
    held_out : array-like or pandas object, default=None
        What followed the series and is to be forecast.

    Returns
    -------
    SeriesSplit

    Raises
    ------
    TaskError
        If the series is too short, or constant.
    """
    try:
        data = read_series(series, name="series")
        coming = None if held_out is None else read_series(held_out, name="held_out")
        whole = data if coming is None else data.followed_by(coming)
    except ValueError as error:
        raise TaskError(str(error)) from None
    n_steps, n_coming = len(data.members[0].values), 0 if coming is None else coming.n_shortest
    if len(data) > 1:
        raise TaskError(f"a task is one series, got a list of {len(data)}")
    if horizon is None:
        horizon = _default_horizon(n_steps, common_period(data))
        horizon = min(horizon, n_coming) if n_coming else horizon
    check_scalar(horizon, "horizon", Integral, min_val=1)
    behind = FEWEST_ROWS + horizon + N_FOLDS - 1  # to learn from, and to validate
    if n_coming:
        return _held_out(whole, n_steps, int(horizon), behind)
    origins = RollingOrigins.apart(min(n_steps // 2, n_steps - behind), int(horizon), N_ORIGINS)
    if not origins.n_origins:
        raise TaskError(
            f"the series has {n_steps} steps, but at least {behind + horizon} are needed for a "
            f"horizon of {horizon}: one forecast to test, {N_FOLDS} overlapping ones to validate, "
            f"and {FEWEST_ROWS} steps to learn from"
        )
    return _laid_out(data.members[0], origins)


def _held_out(whole: SeriesSet, n_train: int, horizon: int, behind: int) -> SeriesSplit:
    """Lay out origins from the end of what is learned from on, in steps that were held out."""
    member = whole.members[0]
    n_coming = len(member.values) - n_train
    if horizon > n_coming:
        raise TaskError(
            f"{n_coming} step(s) are held out, but one forecast of the horizon {horizon} needs as "
            "many"
        )
    if n_train < behind:
        raise TaskError(
            f"the series has {n_train} steps, but at least {behind} are needed for a horizon of "
            f"{horizon}: {N_FOLDS} overlapping forecasts to validate, and {FEWEST_ROWS} steps to "
            "learn from"
        )
    origins = RollingOrigins.apart(n_coming, horizon, N_ORIGINS)
    # The first steps that were held out are the test, so that none of them is learned from.
    return _laid_out(member.head(n_train + origins.n_origins * horizon), origins)


def _laid_out(member: SeriesData, origins: RollingOrigins) -> SeriesSplit:
    """Make the task's split, which knows the season of what lies before the first origin."""
    head = member.head(origins.cuts(len(member.values))[0])
    if (np.ptp(head.values, axis=0) == 0).any():
        raise TaskError("the part of the series to learn from is constant")
    period = common_period(SeriesSet((head,)))
    labels = () if member.index is None else tuple(_label(entry) for entry in member.index)
    names = tuple(map(str, member.names)) if member.kind != "array" else _numbered(member.values)
    return SeriesSplit(
        member.values,
        origins.horizon,
        origins.n_origins,
        variables=names,
        labels=labels,
        period=period,
    )


def _naive_errs(split: SeriesSplit) -> bool:
    """Tell whether the seasonal-naive forecast errs at all in training: the unit of MASE."""
    lag = split.period or 1
    return bool((split.train[lag:] != split.train[:-lag]).any(axis=0).all())


def _default_horizon(n_steps: int, period: int | None) -> int:
    if period is not None and 2 * N_ORIGINS * period <= n_steps:
        return period
    return max(1, min(n_steps // (2 * N_ORIGINS), _LONGEST_DEFAULT))


def _label(entry: Any) -> str:
    """Write a date without a time of day if it has none."""
    return str(entry).removesuffix(" 00:00:00")


def _numbered(values: FloatArray) -> tuple[str, ...]:
    """Name the variables of an array."""
    return ("y",) if values.shape[1] == 1 else tuple(f"y{i}" for i in range(values.shape[1]))
