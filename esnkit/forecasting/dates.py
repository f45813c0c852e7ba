"""The step between dates, and the dates that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from pandas.tseries.offsets import BaseOffset

__all__ = ["find_frequency", "future_index", "local_frequency", "most_common_step", "working_days"]

_MOST_HOLIDAYS = 0.12  # of working days; the rest of a calendar must be there
_LONGEST_HOLIDAY = 8  # working days that may be left out in a row
_TIMES_WEEKDAY = 0.5  # of the weeks in which a working weekday occurs
_WEEKENDS = ({5, 6}, {4, 5})  # which a short calendar may pass over a single time
_YEARS_AHEAD = 60  # for which irregular days of a month are laid out


def find_frequency(dates: pd.DatetimeIndex) -> BaseOffset | None:
    """Find the step that leads from every date to the next.

    Beside the frequencies that pandas infers these are found: the same day of each month or of
    every few months (also the 29th to 31st, or else the last), two or more days of each month
    (the 1st and the 15th), and days of the week (Monday, Wednesday, Friday).

    Parameters
    ----------
    dates : pandas.DatetimeIndex of shape (n_dates,)
        Increasing dates, at least three.

    Returns
    -------
    pandas offset or None
        The step; None if there is no single one.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import find_frequency
    >>> find_frequency(pd.DatetimeIndex(["2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30"]))
    <DateOffset: day=30, months=1>
    """
    import pandas as pd

    if len(dates) < 3 or dates.hasnans:
        return None
    found = pd.DatetimeIndex(dates, freq="infer").freq
    if found is not None and not found.freqstr.startswith("WOM"):
        return found
    local = dates.tz_localize(None)
    if len(set(local - local.normalize())) > 1:
        return None
    for offset in (*_monthly(local), *_weekly(local), *_days_of_month(local)):
        if _conforms(dates, offset):
            return offset
    return found


def _conforms(dates: pd.DatetimeIndex, offset: Any) -> bool:
    import pandas as pd

    try:
        pd.DatetimeIndex(dates, freq=offset)
    except (ValueError, OverflowError):
        return False
    return True


def _monthly(dates: pd.DatetimeIndex) -> Iterator[Any]:
    import pandas as pd

    months = 12 * dates.year + dates.month
    steps = set(months[1:] - months[:-1])
    last = int(dates.day.max())
    if len(steps) == 1 and (dates.day == np.minimum(last, dates.days_in_month)).all():
        n_months = int(steps.pop())
        yield (
            pd.DateOffset(months=n_months, day=last)
            if last > 28
            else pd.DateOffset(months=n_months)
        )
    for day in sorted(set(dates.day))[:4]:
        if 1 < day < 28:
            yield pd.offsets.SemiMonthBegin(day_of_month=int(day))
            yield pd.offsets.SemiMonthEnd(day_of_month=int(day))


def _weekly(dates: pd.DatetimeIndex) -> Iterator[Any]:
    import pandas as pd

    weekdays = set(dates.day_of_week)
    if 1 < len(weekdays) < 7 and len(dates) >= 6 and not _misses_by_chance(dates, weekdays):
        yield pd.offsets.CustomBusinessDay(weekmask=_weekmask(weekdays))


def _misses_by_chance(dates: pd.DatetimeIndex, weekdays: Collection[int]) -> bool:
    """Tell whether a weekday that never occurs may just be a gap: one passed over a single time.

    A weekend is no gap, though a short calendar passes over it only once.
    """
    n_days = (dates[-1] - dates[0]).days + 1
    absent = set(range(7)) - set(weekdays)
    since_first = {day: (day - dates[0].day_of_week) % 7 for day in absent}
    once = {day for day, first in since_first.items() if n_days <= first + 7}
    return bool(once) and not any(once <= weekend <= absent for weekend in _WEEKENDS)


def _weekmask(weekdays: Collection[int]) -> str:
    return "".join("1" if day in weekdays else "0" for day in range(7))


def _days_of_month(dates: pd.DatetimeIndex) -> Iterator[Any]:
    """Lay out a calendar of the days of each month that occur, such as the 1st, 11th and 21st."""
    import pandas as pd

    wanted = set(dates.day)
    if not 2 <= len(wanted) <= 8 or len(dates) < 2 * len(wanted) or dates[-1].year > 2190:
        return
    ends = {day for day in wanted if day >= 28}
    days = pd.date_range(dates[0].normalize(), periods=366 * _YEARS_AHEAD, freq="D")
    kept = days.day.isin(wanted - ends) | (days.is_month_end if ends else False)
    yield pd.offsets.CustomBusinessDay(weekmask="1111111", holidays=days[~kept].tolist())


def working_days(dates: pd.DatetimeIndex) -> tuple[BaseOffset, pd.DatetimeIndex] | None:
    """Find the days of the week of a calendar that leaves out scattered holidays.

    Parameters
    ----------
    dates : pandas.DatetimeIndex of shape (n_dates,)
        Increasing dates.

    Returns
    -------
    (pandas offset, pandas.DatetimeIndex) or None
        The step from working day to working day, which knows the holidays so far, and these. None
        if weekdays are not left out regularly, or if too many days are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import working_days
    >>> days = pd.bdate_range("2023-12-18", "2024-01-12").drop(["2023-12-25", "2024-01-01"])
    >>> working_days(days)[1].strftime("%d %B").tolist()
    ['25 December', '01 January']
    """
    import pandas as pd

    local = dates.tz_localize(None)
    days = local.normalize()
    if len(dates) < 10 or len(set(local - days)) > 1:
        return None
    counts = Counter(days.day_of_week)
    n_weeks = (days[-1] - days[0]).days / 7
    if (
        not 2 <= len(counts) <= 6
        or min(counts.values()) < _TIMES_WEEKDAY * n_weeks
        or n_weeks < 1.5
    ):
        return None
    if _misses_by_chance(days, counts):
        return None
    weekmask = _weekmask(counts)
    full = pd.bdate_range(days[0], days[-1], freq="C", weekmask=weekmask)
    present = full.isin(days)
    runs = np.diff(np.flatnonzero(np.concatenate([[True], present, [True]]))) - 1
    n_missing = int((~present).sum())
    if n_missing > max(1, _MOST_HOLIDAYS * len(full)) or runs.max() > _LONGEST_HOLIDAY:
        return None
    missing = full[~present]
    return pd.offsets.CustomBusinessDay(weekmask=weekmask, holidays=missing.tolist()), missing


def most_common_step(dates: pd.DatetimeIndex) -> BaseOffset:
    """Find the step that most dates keep, where not all keep one.

    Parameters
    ----------
    dates : pandas.DatetimeIndex of shape (n_dates,)
        Increasing dates, at least two.

    Returns
    -------
    pandas offset
        The step.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import most_common_step
    >>> months = pd.DatetimeIndex(["2020-01-15", "2020-02-15", "2020-03-15", "2020-05-15"])
    >>> most_common_step(months)
    <DateOffset: months=1>
    """
    import pandas as pd
    from pandas.tseries.frequencies import to_offset

    months = 12 * dates.year + dates.month
    n_months = _most_common(months[1:] - months[:-1])
    if n_months and (dates.day == dates[0].day).all():  # the 15th of each has no name in pandas
        return pd.DateOffset(months=n_months)
    for length in (10, 5, 3):
        starts = range(0, len(dates) - length + 1, max(1, len(dates) // 100))
        steps = (pd.DatetimeIndex(dates[i : i + length], freq="infer").freq for i in starts)
        found = [step for step in steps if step is not None]
        if found:
            return _most_common(found)
    return to_offset(_most_common(dates[1:] - dates[:-1]))


def _most_common(values: Iterable[Any]) -> Any:
    return Counter(values).most_common(1)[0][0]


def future_index(index: pd.Index, n_steps: int) -> pd.Index:
    """Continue an index of dates or of numbers.

    Parameters
    ----------
    index : pandas.Index of shape (n_rows,)
        Dates or periods with a frequency, or numbers that rise by a fixed step. A single number
        is continued in steps of one.
    n_steps : int
        How many entries follow.

    Returns
    -------
    pandas.Index of shape (n_steps,)
        The entries after the last one, of the same kind and name.

    Raises
    ------
    ValueError
        If dates have no frequency, or the index is of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import future_index
    >>> index = pd.date_range("2023-11-01", periods=2, freq="MS")
    >>> future_index(index, 2).strftime("%Y-%m").tolist()
    ['2024-01', '2024-02']
    """
    import pandas as pd

    freq = getattr(index, "freq", None)
    if isinstance(index, pd.DatetimeIndex) and freq is None and index.tz is not None:
        freq = local_frequency(index)
    if freq is not None:
        try:
            return _future_dates(index, n_steps, freq)
        except (OverflowError, pd.errors.OutOfBoundsDatetime):
            raise ValueError(
                f"The {n_steps} dates after {index[-1]} go beyond those that {index.dtype} holds; "
                "forecast fewer steps, or count in coarser units by index.as_unit('s')."
            ) from None
    if not pd.api.types.is_numeric_dtype(index):
        raise ValueError(
            f"An index of dtype {index.dtype} without a frequency has no next entry: say what step "
            "follows, e.g. by pandas.Series.asfreq('MS')."
        )
    if pd.api.types.is_integer_dtype(index):  # in Python's integers, which do not wrap around
        last = int(index[-1])
        step = last - int(index[-2]) if len(index) > 1 else 1
        return pd.Index([last + step * (i + 1) for i in range(n_steps)], name=index.name)
    width = (index[-1] - index[0]) / (len(index) - 1) if len(index) > 1 else 1.0
    return pd.Index([index[-1] + width * (i + 1) for i in range(n_steps)], name=index.name)


def _future_dates(index: Any, n_steps: int, freq: Any) -> pd.Index:
    import pandas as pd

    span = pd.period_range if isinstance(index, pd.PeriodIndex) else pd.date_range
    if index.freq is not None:
        try:
            return span(index[-1], periods=n_steps + 1, freq=freq, name=index.name)[1:]
        except Exception as error:  # that of a time that does not exist is each library's own
            beyond = isinstance(error, OverflowError | pd.errors.OutOfBoundsDatetime)
            if beyond or getattr(index, "tz", None) is None:
                raise
    # By the clock on the wall: a local midnight does not exist where the clocks skip it.
    start = _on_the_wall(index)[-1]
    wall = pd.date_range(start, periods=n_steps + 1, freq=freq, name=index.name)[1:]
    first = np.ones(n_steps, dtype=bool)
    return wall.tz_localize(index.tz, nonexistent="shift_forward", ambiguous=first)


def _on_the_wall(dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return local times, those that the clocks left out at the time of the others."""
    local = dates.tz_localize(None)
    usual = (local - local.normalize())[:3].min()
    return local.normalize() + usual


def local_frequency(dates: pd.DatetimeIndex) -> BaseOffset | None:
    """Find the step of local dates, some of whose times the clocks may leave out.

    Parameters
    ----------
    dates : pandas.DatetimeIndex of shape (n_dates,)
        Increasing dates in a time zone.

    Returns
    -------
    pandas offset or None
        The step from one local time to the next; None if there is no single one.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.dates import local_frequency
    >>> days = pd.date_range("2018-11-02", "2018-11-05").tz_localize(
    ...     "America/Sao_Paulo", nonexistent="shift_forward"
    ... )
    >>> local_frequency(days)
    <Day>
    """
    wall = _on_the_wall(dates)
    if not wall.is_unique or not wall.is_monotonic_increasing:
        return None
    first = np.ones(len(wall), dtype=bool)
    again = wall.tz_localize(dates.tz, nonexistent="shift_forward", ambiguous=first)
    return find_frequency(wall) if again.equals(dates.as_unit(again.unit)) else None
