"""Series in every form that users have, and forecasts given back in the same form."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from esnkit.core.checks import naming, refuse_extremes, refuse_masked
from esnkit.core.typing import FloatArray
from esnkit.forecasting.dates import (
    find_frequency,
    future_index,
    local_frequency,
    most_common_step,
)
from esnkit.forecasting.frame_columns import refuse_columns, refuse_date_columns
from esnkit.forecasting.index_packing import pack_index, unpack_index
from esnkit.forecasting.long_frames import Layout
from esnkit.forecasting.missing import fill_missing

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["array", "series", "table"]

# Steps at the end of a series, more of which are not looked at to choose settings.
LONGEST_TAIL = 20_000


@dataclass(frozen=True, eq=False)
class SeriesData:
    """One series: its values, and what is needed to give results back as it came.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_variables)
        The numbers; rows are time steps.
    index : pandas.Index or None
        Dates or numbers of the steps; None for an array.
    kind : {"array", "series", "table"}
        What it came as.
    names : tuple
        Names of the variables; numbers for an array.
    flat : bool
        Whether it came with one dimension.
    """

    values: FloatArray
    index: pd.Index | None
    kind: Kind
    names: tuple[Any, ...]
    flat: bool

    def __getstate__(self) -> dict[str, Any]:
        """Lay the index out in plain arrays, for files that hold no pandas objects."""
        return {**self.__dict__, "index": pack_index(self.index)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the index up again."""
        self.__dict__.update(state, index=unpack_index(state["index"]))

    def give_back(self, values: FloatArray, *, within: bool = False) -> Any:
        """Return values of steps that follow, or of our own, (n_steps, n_variables), as we came."""
        if self.kind == "array":
            return values[:, 0] if self.flat else values
        import pandas as pd

        assert self.index is not None
        index = self.index if within else future_index(self.index, len(values))
        if self.kind == "series":
            return pd.Series(values[:, 0], index=index, name=self.names[0])
        return pd.DataFrame(values, index=index, columns=list(self.names))

    def followed_by(self, other: SeriesData) -> SeriesData:
        """Return this series with its continuation behind it, which has its dates if it has any."""
        if not len(other.values):
            return self
        if self.kind == other.kind == "table" and self.names != other.names:
            raise ValueError(
                f"y has the columns {list(other.names)}, but the series so far has "
                f"{list(self.names)}."
            )
        index = None
        if self.index is not None:
            expected = future_index(self.index, len(other.values))
            if other.index is not None and not _same(expected, other.index):
                raise ValueError(
                    f"y must continue the series: after {self.index[-1]} comes {expected[0]}, "
                    f"but y starts with {other.index[0]} and ends with {other.index[-1]}."
                )
            index = _append(self.index, expected)
        values = np.concatenate([self.values, other.values])
        return SeriesData(values, index, self.kind, self.names, self.flat)

    def to_come(self, n_steps: int) -> SeriesData:
        """Return the steps that follow, of which nothing is known but their dates."""
        index = None if self.index is None else future_index(self.index, n_steps)
        return replace(self, values=np.zeros((n_steps, self.values.shape[1])), index=index)

    def check_dates(self, other: SeriesData, name: str) -> None:
        """Refuse to stand beside a series of other dates; numbers may count from anywhere."""
        if self.index is None or other.index is None or type(self.index) is not type(other.index):
            return
        dated = hasattr(self.index, "freq")
        if dated and not self.index.equals(other.index):
            raise ValueError(
                f"{name} runs from {self.index[0]} to {self.index[-1]}, but the steps of y that it "
                f"belongs to from {other.index[0]} to {other.index[-1]}."
            )

    def at_dates(self, other: SeriesData) -> SeriesData:
        """Return the steps that stand at the dates of another series, if all of them are here."""
        if self.index is None or other.index is None or len(self.values) <= len(other.values):
            return self
        if not hasattr(self.index, "freq") or type(self.index) is not type(other.index):
            return self
        places = self.index.get_indexer(other.index)
        if (places < 0).any():
            return self
        return replace(self, values=self.values[places], index=other.index)

    def head(self, n_steps: int) -> SeriesData:
        """Return the first steps alone."""
        index = None if self.index is None else self.index[:n_steps]
        return SeriesData(self.values[:n_steps], index, self.kind, self.names, self.flat)


@dataclass(frozen=True, eq=False)
class SeriesSet:
    """One series or many, and how they came together.

    Parameters
    ----------
    members : tuple of SeriesData
        The series.
    ids : tuple or None
        What names each in long format; None otherwise.
    layout : Layout
        Where they stood in a table.
    listed : bool
        Whether they came as a list.
    """

    members: tuple[SeriesData, ...]
    ids: tuple[Any, ...] | None = None
    layout: Layout = field(default_factory=Layout)
    listed: bool = False

    def __len__(self) -> int:
        return len(self.members)

    @property
    def n_variables(self) -> int:
        """Number of variables of every series."""
        return self.members[0].values.shape[1]

    @property
    def n_shortest(self) -> int:
        """Number of steps of the shortest series."""
        return min(len(member.values) for member in self.members)

    def followed_by(self, other: SeriesSet) -> SeriesSet:
        """Return these series, each with its continuation behind it."""
        if len(other) != len(self) or other.n_variables != self.n_variables:
            raise ValueError(
                f"y holds {len(other)} series of {other.n_variables} variables, but the forecaster "
                f"was fitted to {len(self)} of {self.n_variables}."
            )
        pairs = zip(self.members, self.matched(other, "y").members, strict=True)
        return replace(self, members=tuple(old.followed_by(more) for old, more in pairs))

    def matched(self, other: SeriesSet, name: str) -> SeriesSet:
        """Return another set in the order of our ids; refuse one that names other series."""
        if other.ids is None or other.ids == self.ids:
            return other
        ours = [] if self.ids is None else list(self.ids)
        missing = [key for key in ours if key not in set(other.ids)]
        strange = [key for key in other.ids if key not in set(ours)]
        if missing or strange:
            raise ValueError(
                f"The ids of {name} must be those of the series: {_few(missing)} missing, "
                f"{_few(strange)} unknown."
            )
        places = {key: i for i, key in enumerate(other.ids)}
        members = tuple(other.members[places[key]] for key in ours)
        return replace(other, members=members, ids=self.ids)

    def completed(self, other: SeriesSet, absent: Sequence[Any]) -> SeriesSet:
        """Return another set with series of no steps for those of our ids that may be absent."""
        ids = [] if self.ids is None or other.ids is None else list(self.ids)
        lacking = [key for key in ids if key in absent and key not in set(other.ids or ())]
        if not lacking or set(other.ids or ()) - set(ids):
            return other
        empty = replace(other.members[0], values=other.members[0].values[:0], index=None)
        members = other.members + (empty,) * len(lacking)
        return replace(other, members=members, ids=(*(other.ids or ()), *lacking))

    def beside(self, other: SeriesSet, name: str) -> SeriesSet:
        """Return what stands beside these series, step by step; more rows are matched by dates."""
        own = zip(self.ids or (), self.members, strict=False)
        without = [key for key, member in own if not len(member.values)]
        other = self.matched(self.completed(other, without), name)
        if len(other) == len(self):
            pairs = zip(other.members, self.members, strict=True)
            other = replace(other, members=tuple(o.at_dates(m) for o, m in pairs))
        given, needed = ([len(member.values) for member in s.members] for s in (other, self))
        if given != needed:
            raise ValueError(
                f"{name} has {given} row(s), but {needed} are needed: one for each step of each "
                "series."
            )
        for beside, member in zip(other.members, self.members, strict=True):
            beside.check_dates(member, name)
        return other

    def only(self, *places: int) -> SeriesSet:
        """Return the series at some places alone."""
        ids = None if self.ids is None else tuple(self.ids[i] for i in places)
        return replace(self, members=tuple(self.members[i] for i in places), ids=ids)

    def tail(self, n_steps: int) -> SeriesSet:
        """Return the last steps of each series, of the same form."""
        members = [
            replace(
                m, values=m.values[-n_steps:], index=None if m.index is None else m.index[-n_steps:]
            )
            for m in self.members
        ]
        return replace(self, members=tuple(members))

    def check_no_row_vector(self) -> None:
        """Refuse to learn from one step of many variables, which is a series laid on its side."""
        shape = self.members[0].values.shape
        if len(self) == 1 and self.members[0].kind == "array" and shape[0] == 1 < shape[1]:
            raise ValueError(
                f"y has shape {shape}: one step of {shape[1]} variables. Rows are steps; a series "
                f"of {shape[1]} steps has shape ({shape[1]},), as y.ravel() gives."
            )

    def label(self, i: int) -> str:
        """Return what messages call a series: by its id, or else by its number."""
        return f"Series {i}" if self.ids is None else f"Series {self.ids[i]!r}"

    def give_back(
        self,
        futures: Sequence[FloatArray],
        called: str = "forecast",
        steps: Sequence[int] | None = None,
        *,
        within: bool = False,
    ) -> Any:
        """Return values that follow each series in the form in which the series came.

        If some steps ahead are named, from 1, only theirs; ``within``: values of its own steps.
        """
        pairs = zip(self.members, futures, strict=True)
        results = [m.give_back(f, within=within) for m, f in pairs]
        if steps is not None:
            rows = np.array(steps) - 1
            results = [r.iloc[rows] if hasattr(r, "iloc") else r[rows] for r in results]
        return results if self.listed else self.layout.join(results, self.ids, called)


def inputs_at(inputs: Sequence[FloatArray] | None, *places: int) -> list[FloatArray] | None:
    """Return the known inputs of the series at some places, if there are any: see `only`."""
    return None if inputs is None else [inputs[i] for i in places]


def read_series(
    y: Any, *, layout: Layout | None = None, name: str = "y", missing: str = "refuse"
) -> SeriesSet:
    """Check one series or many and bring them into one form.

    Parameters
    ----------
    y : array-like of shape (n_steps,) or (n_steps, n_variables), table, or list of such
        Rows are time steps.
    layout : Layout, default=None
        Where series stand in a table; None for one series in its columns.
    name : str, default="y"
        The argument's name, for the error messages.
    missing : {"refuse", "interpolate", "carry"}, default="refuse"
        What becomes of missing values and left out rows, see `fill_missing`.

    Returns
    -------
    SeriesSet

    Raises
    ------
    ValueError
        If a value is missing or infinite, an index is not regular, or widths differ.
    """
    refuse_masked(y, name)
    y, layout = (Layout() if layout is None else layout).open(y, name)
    if not layout.is_bare:
        return _read_table(y, layout, name, missing)
    if _is_column_of_lists(y):
        with naming(name):
            y = np.asarray(y)
    if isinstance(y, list | tuple) and len(y) and all(np.ndim(item) >= 1 for item in y):
        members = tuple(_read_one(item, f"{name}[{i}]", missing) for i, item in enumerate(y))
        widths = [member.values.shape[1] for member in members]
        if len(set(widths)) > 1:
            raise ValueError(f"The series of {name} have {widths} variables: all need the same.")
        return SeriesSet(members, listed=True)
    return SeriesSet((_read_one(y, name, missing),))


def _few(keys: list[Any]) -> str:
    """Write down the first of many ids."""
    shown = ", ".join(repr(key) for key in keys[:3])
    return f"{len(keys)} ({shown}{', ...' if len(keys) > 3 else ''})" if keys else "none"


def _is_column_of_lists(y: Any) -> bool:
    """Tell [[1.0], [2.0], ...], which is a column, from a list of series."""
    return (
        isinstance(y, list | tuple)
        and len(y) > 1
        and all(isinstance(row, list | tuple) and len(row) == 1 for row in y)
    )


def _read_table(table: Any, layout: Layout, name: str, missing: str) -> SeriesSet:
    """Read the series that stand in the columns of a table."""
    ids, parts = layout.split(table, name)
    if ids is None:
        return SeriesSet((_read_one(parts[0], name, missing),), None, layout)
    members = [
        _read_one(part, f"{name} where {layout.id_column} is {key!r}", missing)
        for key, part in zip(ids, parts, strict=True)
    ]
    return SeriesSet(tuple(_with_shared_frequency(members)), ids, layout)


def _with_shared_frequency(members: list[SeriesData]) -> list[SeriesData]:
    """Give one or two dates, which tell no step of their own, the step of the other series."""
    import pandas as pd

    dated: list[pd.DatetimeIndex] = [
        m.index for m in members if isinstance(m.index, pd.DatetimeIndex)
    ]
    steps: set[Any] = {dates.freq for dates in dated if len(dates) > 2}
    if len(dated) < len(members) or len(steps) != 1 or None in steps:
        return members
    (step,) = steps
    shared = []
    for member, dates in zip(members, dated, strict=True):
        with contextlib.suppress(ValueError):  # where the dates are no such steps
            if len(dates) < 3:
                dates = pd.DatetimeIndex(list(dates), freq=step, name=dates.name)
        shared.append(replace(member, index=dates))
    return shared


def _read_one(y: Any, name: str, missing: str) -> SeriesData:
    """Check a single series."""
    kind: Kind = "array"
    index = None
    if _is_of_pandas(y):
        if y.ndim == 2 and "ds" in y.columns and not hasattr(y.index, "freq"):
            y = y.set_index("ds")  # what other libraries call the dates of a table
        y = _with_dates(y)
        refuse_columns(y, name)
        if y.ndim == 2 and name != "X":
            refuse_date_columns(y, name)
    y = fill_missing(y, missing, name)
    if _is_of_pandas(y):
        kind = "series" if y.ndim == 1 else "table"
        index = _with_frequency(y.index, name)
    values = _read_values(y, index, name)
    flat = values.ndim == 1
    values = values.reshape(len(values), -1)
    names = tuple(range(values.shape[1]))
    if kind != "array":
        names = (y.name,) if kind == "series" else tuple(y.columns)
    return SeriesData(values, index, kind, names, flat)


def _is_of_pandas(y: Any) -> bool:
    return hasattr(y, "iloc") and hasattr(y, "to_numpy")


def _with_dates(y: Any) -> Any:
    """Turn an index of text to dates, if all of it is dates by the international standard."""
    import pandas as pd

    if not pd.api.types.is_string_dtype(y.index) or not len(y.index):
        return y
    dates = pd.to_datetime(y.index, format="ISO8601", errors="coerce")
    return y if dates.hasnans else y.set_axis(dates)


def _read_values(y: Any, index: Any, name: str) -> FloatArray:
    """Read the numbers, which must all be there."""
    try:
        raw = np.asarray(y)
        if np.iscomplexobj(raw):
            raise ValueError("complex numbers")
        if raw.dtype.kind in "mM":
            raise ValueError("these are dates or times")
        values = raw.astype(np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must hold real numbers: {error}.") from error
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(
            f"{name} must have shape (n_steps,) or (n_steps, n_variables) and not be empty, got "
            f"shape {values.shape}."
        )
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        place = bad[0][0] if index is None else index[bad[0][0]]
        raise ValueError(
            f"{name} has {len(bad)} missing or infinite value(s), the first at {place}. Fill them "
            "in first, e.g. by missing='interpolate' or 'carry' of a forecaster, or by "
            "pandas.Series.interpolate()."
        )
    refuse_extremes(values, name, fitting=True)
    return values


def _remedy(index: Any) -> str:
    """Say what to do about an index that falls or repeats."""
    if index.is_unique:
        return "sort_index() sorts it"
    place = index[index.duplicated()][0]
    return f"{place} comes twice; id_column names the column that tells several series apart"


def _with_frequency(index: Any, name: str) -> Any:
    """Give dates their frequency; refuse an index that does not rise in equal steps."""
    import pandas as pd

    if index.hasnans:
        row = int(np.flatnonzero(index.isna())[0])
        raise ValueError(f"The index of {name} is missing in row {row}: each row must have one.")
    if not index.is_monotonic_increasing or not index.is_unique:
        raise ValueError(
            f"The index of {name} must rise from row to row without repeats: {_remedy(index)}."
        )
    if isinstance(index, pd.PeriodIndex):
        full = pd.period_range(index[0], index[-1], freq=index.freq)
        return _refuse_gaps(index, full, name)
    if isinstance(index, pd.DatetimeIndex):
        if index.freq is not None or len(index) == 1:
            return index
        if len(index) == 2:
            with contextlib.suppress(Exception):  # local midnights that do not exist, as below
                return pd.DatetimeIndex(index, freq=most_common_step(index))
            return pd.date_range(*index, periods=2, name=index.name)
        freq = find_frequency(index)
        if freq is not None:
            return pd.DatetimeIndex(index, freq=freq)
        if index.tz is None or local_frequency(index) is None:
            raise ValueError(
                f"The dates of {name} have no frequency: the step after {_first_odd(index)} "
                "differs from others. Resample first, e.g. by pandas.Series.asfreq()."
            )
        return index
    if not pd.api.types.is_numeric_dtype(index):
        raise ValueError(
            f"The index of {name} must hold dates, periods or numbers, got {index.dtype}: turn "
            "text to dates first, by pandas.to_datetime()."
        )
    steps = np.diff(index.to_numpy().astype("int64" if index.dtype.kind in "iu" else "float64"))
    if len(steps) and not np.allclose(steps, steps[0]):
        raise ValueError(
            f"The index of {name} must rise in equal steps: the one after "
            f"{index[int(np.argmax(~np.isclose(steps, steps[0])))]} differs."
        )
    return index


def _refuse_gaps(index: Any, full: Any, name: str) -> Any:
    """Refuse periods that leave some out."""
    if len(index) != len(full):
        missing = full.difference(index)[0]
        raise ValueError(f"The periods of {name} have gaps, the first at {missing}.")
    return index


def _first_odd(index: Any) -> Any:
    """Return the date after which the step is not the usual one."""
    step = most_common_step(index)
    odd = (date for date, following in pairwise(index) if date + step != following)
    return next(odd, index[0])


def _append(index: Any, more: Any) -> Any:
    """Put entries behind an index, which keeps its frequency."""
    import pandas as pd

    joined = index.append(more)
    if isinstance(index, pd.DatetimeIndex) and index.freq is not None:
        with contextlib.suppress(Exception):  # local midnights that do not exist, by any library
            return pd.DatetimeIndex(joined, freq=index.freq)
    return _with_frequency(joined, "y")


def _same(expected: Any, given: Any) -> bool:
    """Tell whether two indices are the same, numbers to within rounding."""
    if expected.dtype.kind in "iuf" and given.dtype.kind in "iuf" and len(expected) == len(given):
        return bool(np.allclose(expected.to_numpy(), given.to_numpy(), rtol=1e-9, atol=1e-9))
    return bool(expected.equals(given))
