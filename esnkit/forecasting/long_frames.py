"""Series in the columns of a table, of whatever library, and forecasts put back there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Layout:
    """The columns of a table in which series stand, and the library whose table it is.

    Parameters
    ----------
    id_column : object, default=None
        The column that names the series of each row; None for a single series.
    time_column : object, default=None
        The column of dates or numbers of the steps; None for the index of the table.
    target_column : object, default=None
        The column that is forecast. Then further columns are known inputs; with None they are
        forecast too.
    library : str or None
        Whose table it is, as narwhals calls it; None for pandas.
    types : dict of str to tuple
        The types of the columns of ids and times: narwhals' name, and what else makes the type.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.long_frames import Layout
    >>> table = pd.DataFrame({"unique_id": list("aab"), "ds": [2, 1, 1], "y": [3.0, 4.0, 5.0]})
    >>> ids, parts = Layout("unique_id", "ds", "y").split(table, "y")
    >>> ids, parts[0]["y"].tolist()
    (('a', 'b'), [4.0, 3.0])
    """

    id_column: Any = None
    time_column: Any = None
    target_column: Any = None
    library: str | None = None
    types: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    @property
    def roles(self) -> dict[str, Any]:
        """The columns that have a name, by the parameter that names them."""
        names = ("id_column", "time_column", "target_column")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @property
    def is_bare(self) -> bool:
        """Whether no column is named and the table, if it is one, is of pandas."""
        return not self.roles and self.library is None

    # ------------------------------------------------------------------ reading

    def open(self, table: Any, name: str) -> tuple[Any, Layout]:
        """Return a table as pandas has it, and this layout with the library that it came from.

        Raises
        ------
        ImportError
            If the table is of another library and narwhals is not installed.
        TypeError
            If the table is not in memory.
        """
        if not hasattr(type(table), "columns") or hasattr(type(table), "iloc"):
            return table, self
        import pandas as pd

        nw = _narwhals(name)
        try:
            frame = nw.from_native(table, eager_only=True)
        except TypeError as error:
            raise TypeError(
                f"{name} must be a table that is in memory, got {type(table).__name__}: collect "
                "or compute it first."
            ) from error
        types = {c: _type(frame[c].dtype) for c in frame.columns if c in self.roles.values()}
        opened = pd.DataFrame({c: _cells(frame[c]) for c in frame.columns})
        return opened, replace(self, library=frame.implementation.value, types=types)

    def inputs_beside(self, table: Any, X: Any) -> Any:
        """Return the known inputs: those given, or further columns beside the target.

        Raises
        ------
        ValueError
            If there are both.
        """
        columns = list(getattr(table, "columns", ()))
        if self.target_column not in columns:
            return X
        further = [column for column in columns if column not in self.roles.values()]
        if further and X is not None:
            raise ValueError(
                f"X was given, but y has the columns {further} beside the target, which are known "
                "inputs too: give either."
            )
        return table.drop(columns=self.target_column) if further else X

    def of_inputs(self, X: Any) -> tuple[Any, Layout]:
        """Return a table of known inputs alone, and where ids and times stand in it."""
        X, opened = self.open(X, "X")
        columns = list(getattr(X, "columns", ()))
        if self.target_column in columns:
            X = X.drop(columns=self.target_column)
        found = {k: c for k, c in self.roles.items() if k != "target_column" and c in columns}
        return X, Layout(library=opened.library, **found)

    def split(self, table: Any, name: str) -> tuple[tuple[Any, ...] | None, list[Any]]:
        """Return the ids, and what each series consists of, in the order of time.

        Raises
        ------
        ValueError
            If a column is not there, or a row has no id or no time.
        """
        self._check_columns(table, name)
        if self.target_column is not None:
            table = table[list(self.roles.values())]
        if self.id_column is None:
            return None, [self._in_order(table)]
        ids, parts = [], []
        for key, part in table.groupby(self.id_column, sort=False, observed=True):
            ids.append(key)
            parts.append(self._in_order(part.drop(columns=self.id_column)))
        return tuple(ids), parts

    def _check_columns(self, table: Any, name: str) -> None:
        columns = list(getattr(table, "columns", []))
        for role, column in self.roles.items():
            if column not in columns:
                raise ValueError(
                    f"{name} has no column {column!r} ({role}): the columns are {columns}."
                )
            if role == "target_column":
                continue
            gaps = table[column].isna().to_numpy().nonzero()[0]
            if len(gaps):
                what = "id" if role == "id_column" else "time"
                raise ValueError(
                    f"Column {column!r} of {name} has {len(gaps)} missing {what}(s), the first in "
                    f"row {gaps[0]}: each row must have one."
                )

    def _in_order(self, rows: Any) -> Any:
        """Make the times the index, and let them rise."""
        if self.time_column is None:
            return rows
        rows = rows.set_index(self.time_column)
        return rows if rows.index.is_monotonic_increasing else rows.sort_index(kind="stable")

    # ------------------------------------------------------------------ giving back

    def join(self, parts: Sequence[Any], ids: Sequence[Any] | None, called: str) -> Any:
        """Put what follows each series into one table, the target under a new name."""
        import pandas as pd

        if self.is_bare:
            return parts[0]
        if ids is not None:
            for key, part in zip(ids, parts, strict=True):
                part.insert(0, self.id_column, key)
        table = parts[0] if ids is None else pd.concat(parts)
        if self.target_column is not None:
            table = table.rename(columns={self.target_column: called})
        if self.time_column is not None:
            table.insert(0 if ids is None else 1, self.time_column, table.index)
            table = table.reset_index(drop=True)
        return self.in_library(table)

    def in_library(self, table: pd.DataFrame) -> Any:
        """Return a table of pandas as the library has it that the series came from."""
        if self.library is None:
            return table
        nw = _narwhals("y")
        made = nw.from_dict({str(c): _plain(table[c]) for c in table.columns}, backend=self.library)
        zoned = [
            nw.col(c).dt.replace_time_zone("UTC").dt.convert_time_zone(str(table[c].dt.tz))
            for c in table.columns
            if hasattr(table[c].dtype, "tz")
        ]
        typed = [
            nw.col(c).cast(getattr(nw, kind)(**parts))
            for c, (kind, parts) in self.types.items()
            if c in table.columns
        ]
        return made.with_columns(*zoned).with_columns(*typed).to_native()


def _narwhals(name: str) -> Any:
    try:
        import narwhals
    except ImportError as error:
        raise ImportError(
            f"{name} is a table of another library than pandas, and reading it needs narwhals: "
            'pip install "esnkit[polars]".'
        ) from error
    return narwhals


def _type(dtype: Any) -> tuple[str, dict[str, Any]]:
    """Write a type of narwhals down: its name, and what else makes it."""
    parts = {"Datetime": ("time_unit", "time_zone"), "Duration": ("time_unit",),
             "Enum": ("categories",)}  # fmt: skip
    kind = type(dtype).__name__
    return kind, {name: getattr(dtype, name) for name in parts.get(kind, ())}


def _cells(column: Any) -> Any:
    """Return a column of narwhals as what pandas makes a column of."""
    import pandas as pd

    zone = getattr(column.dtype, "time_zone", None)
    if zone is None:
        return column.to_numpy()
    return pd.DatetimeIndex(column.to_numpy()).tz_localize("UTC").tz_convert(zone)


def _plain(column: pd.Series) -> Any:
    """Return a column of pandas as an array, of dates by the clock of the whole world."""
    if hasattr(column.dtype, "tz"):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    array = column.to_numpy()
    # The finest unit that polars lacks.
    return array.astype("datetime64[ms]") if array.dtype == "datetime64[s]" else array
