"""Columns of a table that are no variables: dates, parts of dates, counts of rows, and text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# What columns of dates, of parts of dates, and of numbers of rows are called.
_DATE_NAME = re.compile(
    r"unnamed: 0|index|row|(.*[ _])?(date|datetime|timestamp|time|epoch|unix|year|yr|quarter|qtr"
    r"|month|week|day|hour|minute|period)",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_FEWEST_ACROSS = 3  # years beside each other that tell that dates lie across
_TIMES = {"date", "datetime", "datetime64", "period", "time", "timedelta", "timedelta64"}


def refuse_columns(y: Any, name: str) -> None:
    """Refuse by name what holds no numbers, and say how it becomes numbers.

    Parameters
    ----------
    y : pandas.Series or pandas.DataFrame
        The series, or a table of variables.
    name : str
        The argument's name, for the error messages.

    Raises
    ------
    ValueError
        If cells are dates, categories or text.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.frame_columns import refuse_columns
    >>> try:
    ...     refuse_columns(pd.DataFrame({"day": pd.date_range("2024-01-01", periods=2)}), "y")
    ... except ValueError as error:
    ...     print(error)  # doctest: +ELLIPSIS
    Column 'day' of y holds dates or times, which must be the index, not values...
    """
    import pandas as pd

    columns = [(y.name, y)] if y.ndim == 1 else list(y.items())
    for column, cells in columns:
        of = name if y.ndim == 1 else f"Column {column!r} of {name}"
        if _holds_times(cells):
            how = "" if y.ndim == 1 else f": set_index({column!r}), or time_column={column!r}"
            raise ValueError(
                f"{of} holds dates or times, which must be the index, not values{how}."
            )
        if isinstance(cells.dtype, pd.CategoricalDtype):
            raise ValueError(
                f"{of} holds categories: turn them to numbers first, e.g. by pandas.get_dummies() "
                "or scikit-learn's OneHotEncoder."
            )
        if pd.api.types.is_string_dtype(cells) and any(isinstance(cell, str) for cell in cells):
            _refuse_text(of, column, cells, of_many=y.ndim == 2 and name != "X")


def _holds_times(cells: pd.Series) -> bool:
    import pandas as pd

    dtype = cells.dtype
    if isinstance(dtype, pd.PeriodDtype) or getattr(dtype, "kind", "") in ("m", "M"):
        return True
    return dtype.kind == "O" and pd.api.types.infer_dtype(cells) in _TIMES


def _refuse_text(of: str, column: Any, cells: pd.Series, of_many: bool) -> None:
    text = next(cell for cell in cells if isinstance(cell, str))
    how = "turn it to numbers first, categories e.g. by scikit-learn's OneHotEncoder"
    if of_many and _DATE_NAME.fullmatch(str(column)):
        how = "turn dates by pandas.to_datetime(), and name their column by time_column"
    elif of_many and cells.nunique() <= len(cells) / 2:
        how += f"; if it names the series of each row, say id_column={column!r}"
    raise ValueError(f"{of} must hold real numbers, not text such as {text!r}: {how}.")


def refuse_date_columns(table: pd.DataFrame, name: str) -> None:
    """Refuse to take columns of years, months or numbers of rows for variables to forecast.

    Parameters
    ----------
    table : pandas.DataFrame
        Variables, or what was taken for them.
    name : str
        The argument's name, for the error messages.

    Raises
    ------
    ValueError
        If there are such columns beside others, or the columns themselves are dates.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.frame_columns import refuse_date_columns
    >>> try:
    ...     refuse_date_columns(pd.DataFrame({"year": [2023, 2024], "sales": [1.5, 2.0]}), "y")
    ... except ValueError as error:
    ...     print(error)  # doctest: +ELLIPSIS
    Column(s) ['year'] of y look like dates or counts of rows, not like variables to forecast...
    """
    if _lies_across(list(table.columns)):
        raise ValueError(
            f"The columns of {name} are dates: rows must be steps, as {name}.T or {name}.stack() "
            "gives."
        )
    found = [column for column, cells in table.items() if _tells_dates(str(column), cells)]
    if found and len(found) < table.shape[1]:
        raise ValueError(
            f"Column(s) {found} of {name} look like dates or counts of rows, not like variables to "
            "forecast: make dates of them, e.g. by pandas.to_datetime(), and an index of these, or "
            "leave them out."
        )


def _lies_across(columns: list[Any]) -> bool:
    """Tell whether the names of columns are dates, years or the months of a year."""
    if len(columns) < _FEWEST_ACROSS:
        return False
    if all(hasattr(column, "year") for column in columns):
        return True
    if [str(column)[:3].lower() for column in columns] == _MONTHS:
        return True
    years = [int(c) for c in map(str, columns) if re.fullmatch(r"(1[89]|20)\d\d", c)]
    return len(years) == len(columns) and set(np.diff(years)) == {1}


def _tells_dates(column: str, cells: pd.Series) -> bool:
    """Tell whether a column has the name of dates, and numbers that count on or begin again."""
    if not _DATE_NAME.fullmatch(column.strip()) or cells.dtype.kind not in "iuf" or len(cells) < 2:
        return False
    values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    steps = np.diff(values)
    if np.isnan(steps).any() or (values != values.round()).any():
        return False
    if (steps > 0).all():
        return True
    low, high = values.min(), values.max()
    begins_again = (values[1:] == low) & (values[:-1] == high)
    onward = (steps >= 0) & (steps <= 1)
    return bool((onward | begins_again).all() and high > low)
