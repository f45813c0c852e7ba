"""Columns of dates, of parts of dates, and of numbers of rows are never forecast in silence."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from esnkit.forecasting.series import read_series

N = 48
VALUES = 50 + 10 * np.sin(np.arange(N) / 2)
MONTHS = pd.date_range("2016-01-01", periods=N, freq="MS")
HOURS = pd.date_range("2024-01-01", periods=N, freq="h")
DAY = pd.Timedelta(days=1)
PARTS = {
    "year": {"year": range(1960, 1960 + N)},
    "year and month": {"year": MONTHS.year, "month": MONTHS.month},
    "year and quarter": {"Year": np.repeat(range(2000, 2012), 4), "Quarter": [1, 2, 3, 4] * 12},
    "month alone": {"month": MONTHS.month},
    "weeks of a year": {"week": np.arange(N) + 1},
    "hour of the day": {"hour": HOURS.hour},
    "floats": {"fiscal_year": np.repeat([2020.0, 2021.0, 2022.0, 2023.0], 12)},
    "seconds since 1970": {"timestamp": (HOURS - pd.Timestamp(0)).total_seconds()},
    "days of a sheet": {"Date": (MONTHS - pd.Timestamp("1899-12-30")) // DAY},
    "months in digits": {"period": MONTHS.year * 100 + MONTHS.month},
    "row numbers of a file": {"Unnamed: 0": range(N)},
    "nullable": {"year": pd.array(range(1960, 1960 + N), dtype="Int64")},
}
VARIABLES = {
    "measured": {"time": VALUES + 0.1},
    "whole, but no dates": {"hour": (VALUES * 3).round()},
    "of another name": {"members": range(1960, 1960 + N)},
    "still": {"year": [2024] * N},
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("index", [None, MONTHS], ids=["counted", "dated"])
def test_dates_in_columns_are_no_variables(parts, index):
    table = pd.DataFrame({k: np.asarray(v) for k, v in parts.items()} | {"sales": VALUES})
    table = table if index is None else table.set_index(index)
    with pytest.raises(ValueError, match=r"Column\(s\) .* of y look like dates or counts of rows"):
        read_series(table)


@pytest.mark.parametrize("columns", VARIABLES.values(), ids=VARIABLES)
def test_variables_with_such_names_are_read(columns):
    assert read_series(pd.DataFrame({**columns, "sales": VALUES})).n_variables == 2


def test_a_counting_column_alone_and_known_inputs_are_read():
    assert read_series(pd.DataFrame({"year": range(10)})).n_variables == 1
    months = pd.DataFrame({"month": MONTHS.month, "year": MONTHS.year})
    assert read_series(months, name="X").n_variables == 2


@pytest.mark.parametrize(
    "columns",
    [
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        list(MONTHS[:12]),
        list(MONTHS[:12].to_period("M")),
        list(range(2012, 2024)),
        [str(year) for year in range(2012, 2024)],
    ],
    ids=["months", "dates", "periods", "years", "text"],
)
def test_dates_across_are_no_variables(columns):
    with pytest.raises(ValueError, match=r"The columns of y are dates: rows must be steps"):
        read_series(pd.DataFrame(np.ones((20, 12)), columns=columns))


@pytest.mark.parametrize(
    "dates",
    [MONTHS, MONTHS.to_period("M"), MONTHS.date, MONTHS - MONTHS[0], MONTHS.tz_localize("UTC")],
    ids=["dates", "periods", "objects", "differences", "zoned"],
)
def test_what_holds_dates_is_told_where_they_belong(dates):
    with pytest.raises(ValueError, match=r"holds dates or times.*set_index\('when'\), or time_col"):
        read_series(pd.DataFrame({"when": dates, "sales": VALUES}))


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        ("shop", "if it names the series of each row, say id_column='shop'"),
        ("month", "turn dates by pandas.to_datetime(), and name their column by time_column"),
    ],
)
def test_text_is_told_what_it_may_be(column, hint):
    cells = ["Jan-24"] * 24 + ["Feb-24"] * 24
    with pytest.raises(ValueError, match=re.escape(hint)):
        read_series(pd.DataFrame({column: cells, "sales": VALUES}))


def test_a_missing_date_is_named_by_its_row():
    holed = pd.Series(VALUES, index=MONTHS.insert(5, pd.NaT).delete(6))
    with pytest.raises(ValueError, match="The index of y is missing in row 5"):
        read_series(holed)


def test_arrays_of_other_libraries_are_arrays():
    pyarrow = pytest.importorskip("pyarrow")
    assert read_series(pyarrow.array(VALUES)).members[0].kind == "array"
