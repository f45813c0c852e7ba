"""What a CSV file may look like, and what is said of one that is wrong."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esnkit.cli.csv_series import ReadOptions, TableError, date_text
from esnkit.cli.csv_series import read_csv_series as read_with_line


@pytest.fixture
def write(tmp_path: Path):
    def write_text(text: str) -> Path:
        path = tmp_path / "data.csv"
        path.write_bytes(text.encode())
        return path

    return write_text


def read_csv_series(path, **options) -> pd.Series:
    return read_with_line(path, ReadOptions(**options))[0]


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


# ---------------------------------------------------------------------- what is read


DAYS = pd.date_range("2024-01-30", periods=4, freq="D")
VALUES = [1.5, -2.0, 3e2, 0.25]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["", "\ufeff"])
def test_delimiters_line_ends_and_byte_order_mark(write, delimiter, newline, first):
    rows = [["day", "value"], *([f"{d:%F}", str(v)] for d, v in zip(DAYS, VALUES, strict=True))]
    series = read_csv_series(write(first + newline.join(delimiter.join(row) for row in rows)))
    expected = pd.Series(VALUES, pd.DatetimeIndex(DAYS, name="day"), name="value")
    pd.testing.assert_series_equal(series, expected, check_freq=False, check_index_type=False)
    assert series.index.freq == "D"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_comma(write, delimiter):
    text = lines("name;value", "x;1,5", "y;-2", "z;3,25e1").replace(";", delimiter)
    assert read_csv_series(write(text)).tolist() == [1.5, -2.0, 32.5]


def test_pandas_writes_what_we_read(tmp_path):
    frame = pd.DataFrame({"a, b": [0.1, 1 / 3, 1e-300]}, index=DAYS[:3].rename("date"))
    frame.to_csv(tmp_path / "frame.csv")
    series = read_csv_series(tmp_path / "frame.csv")
    assert series.name == "a, b"
    np.testing.assert_array_equal(series, frame["a, b"])


def test_rows_are_counted_without_dates(write):
    series = read_csv_series(write(lines("value", "3", "1", "2")))
    assert series.index.equals(pd.RangeIndex(3))
    assert series.tolist() == [3.0, 1.0, 2.0]


def test_named_columns_win(write):
    path = write(lines("date,other,a,b", *(f"x,{2000 + i},{i},{-i}" for i in range(3))))
    series = read_csv_series(path, target="b", date="other")
    assert (series.name, series.index.name, series.index.freq) == ("b", "other", "YS-JAN")
    assert series.tolist() == [0.0, -1.0, -2.0]


def test_years_are_dates_only_under_a_name_that_says_so(write):
    rows = [f"{year},{year % 7}" for year in range(1700, 1720, 2)]
    assert read_csv_series(write(lines("Year,spots", *rows))).index[0] == pd.Timestamp(1700, 1, 1)
    with pytest.raises(
        TableError, match=r"several columns hold numbers.*--target.*'height', 'spots'"
    ):
        read_csv_series(write(lines("height,spots", *rows)))


def test_the_target_is_not_taken_for_the_dates(write):
    series = read_csv_series(write(lines("year", "2000", "2001", "2002")), target="year")
    assert series.tolist() == [2000.0, 2001.0, 2002.0]


@pytest.mark.parametrize(
    "freq", ["YS-JAN", "QS-JAN", "MS", "ME", "W-SAT", "D", "B", "h", "15min", "s", "2D"]
)
def test_frequency_is_recognised(tmp_path, freq):
    index = pd.date_range("2024-02-01", periods=30, freq=freq, name="time")
    pd.Series(range(30), index, name="value").to_csv(tmp_path / "series.csv")
    found = read_csv_series(tmp_path / "series.csv").index
    assert (found + found.freq).tolist() == (index + index.freq).tolist()


@pytest.mark.parametrize("n_days", [8, 10, 12])
def test_a_gap_in_a_short_daily_file_is_no_weekend(write, n_days):
    dates = pd.date_range("2024-01-01", periods=n_days)
    path = write(lines("day,v", *(f"{d:%Y-%m-%d},{d.day % 4}" for d in dates.delete(5))))
    with pytest.raises(TableError, match="2024-01-07 follows 2024-01-05, where 2024-01-06 is"):
        read_csv_series(path)
    filled = read_csv_series(path, missing="interpolate")
    assert filled.index.equals(dates)


def test_the_middle_of_every_month_is_regular(write):
    path = write(lines("date,value", *(f"2024-{month:02}-15,{month}" for month in range(1, 13))))
    index = read_csv_series(path).index
    assert index.freq is not None
    assert (index[-1] + index.freq).strftime("%F") == "2025-01-15"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_survives(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("floats") / "data.csv"
    path.write_text(lines("value", *map(repr, values)))
    np.testing.assert_array_equal(read_csv_series(path, missing_mark="none"), values)


def test_one_line_says_how_a_file_was_read(write):
    rows = (f"{d:%d.%m.%Y};1.{100 + i},5" for i, d in enumerate(reversed(DAYS)))
    series, said = read_with_line(write(lines("Sales", "tag;umsatz", *rows, "Quelle: Amt")))
    assert series.tolist() == [1103.5, 1102.5, 1101.5, 1100.5]
    assert said == (
        "'umsatz' by 'tag' (%d.%m.%Y, daily); semicolons, decimal comma, thousands by points; "
        "newest first: turned round; left out 1 line(s) above the rows, 1 line(s) below the rows"
    )


# ---------------------------------------------------------------------- what is refused


def days(*rows: str) -> str:
    return lines("date,value", *rows)


# Each with the place and the words that the message must have.
BAD_FILES = {
    "empty file": ("", "data.csv: the file is empty"),
    "blank lines only": ("\n \n", "data.csv: the file is empty"),
    "header only": ("date,value\n", "data.csv: there are no rows below the header (line 1)"),
    "two columns of one name": ("a,a\n1,2\n", "name one as the target (--target): 'a', 'a.1'"),
    "ragged, short": ("a,b\nx,2\n3\ny,4\n", "line 3: 1 cell(s), but other rows have 2: 'a', 'b'"),
    "ragged, long": ("a,b\nx,2\n3,4,5\ny,4\n", "line 3: 3 cell(s), but other rows have 2"),
    "empty line": ("a\n1\n\n2\n3\n", "line 3: the line is empty"),
    "open quote": ('a\n1\n"2\n3\n', "line 3: this is not CSV"),
    "gap": ("a,b\nx,1\ny,\nz,\nu,3\n",
            "line 3, column 'b': the cell is empty; a series must not have gaps"),
    "gap in words": ("b\n1\nNaN\n2\n",
                     "line 3, column 'b': 'NaN' is no number; a series must not"),
    "gaps are counted": ("a,b\nx,1\ny,\nz,\nu,3\n", "(2 here); --missing interpolate"),
    "text": ("a\n1\n2\nthree\n4\n", "line 4, column 'a': 'three' is not a number"),
    "digits parted anyhow": ("a\n1\n10_00\n3\n", "line 3, column 'a': '10_00' is not a"),
    "infinity": ("a\n1\ninf\n2\n", "line 3, column 'a': 'inf' is not a number"),
    "overflow": ("a\n1\n1e999\n2\n", "line 3, column 'a': '1e999' is too large"),
    "no numbers": ("a,b\nx,y\n", "no column holds numbers; the columns are 'a', 'b'"),
    "several numbers": ("a,b,c\n1,x,2\n2,y,2\n", "several columns hold numbers, name one as the "
                        "target (--target): 'a', 'c'"),
    "no date": (days("2024-01-01,1", "2024-01-02,2", "soon,3", "2024-01-04,4"),
                "line 4, column 'date': 'soon' is not a date such as those of other rows"),
    "no date at the end": (days("2024-01-01,1", "2024-01-02,2", "soon,3"),
                           "line 4: 'soon' is neither a date as in the rows above nor a note"),
    "what pandas takes for a date": (days("now,1", "2024-01-02,2", "2024-01-03,3"),
                                     "line 2: 'now' is not a date"),
    "no such day": (days("2024-02-28,1", "2024-02-30,2", "2024-03-01,3"),
                    "line 3, column 'date': '2024-02-30' is not a date"),
    "day or month": (days("01/02/2024,1", "02/02/2024,2", "03/02/2024,3"),
                     "line 2, column 'date': '01/02/2024' may be 01 February 2024 or 02 January "
                     "2024; decide with --date-format '%d/%m/%Y' or '%m/%d/%Y'"),
    "duplicate date": (days("2024-01-01,1", "2024-01-02,2", "2024-01-02,3"),
                       "line 4, column 'date': 2024-01-02 already stands in line 3"),
    "falling dates": (days("2024-01-01,1", "2024-01-05,2", "2024-01-02,3"),
                      "line 4, column 'date': 2024-01-02 stands below 2024-01-05"),
    "missing date": (days("2024-01-01,1", "2024-01-02,2", "2024-01-04,3", "2024-01-05,4"),
                     "line 4, column 'date': 2024-01-04 follows 2024-01-02, where 2024-01-03"),
    "missing month": (days(*(f"2024-{m:02}-01,{m}" for m in (1, 2, 3, 4, 6, 7, 8))),
                      "line 6, column 'date': 2024-06-01 follows 2024-04-01, where 2024-05-01"),
    "missing hour": (days(*(f"2024-01-01 {h:02}:00,{h}" for h in (0, 1, 2, 3, 5, 6, 7))),
                     "line 6, column 'date': 2024-01-01 05:00:00 follows 2024-01-01 03:00:00"),
    "two dates": (days("2024-01-01,1", "2024-01-02,2"), "2 row(s) do not tell how far apart"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_file_is_named_with_line_and_column(write, kind):
    text, message = BAD_FILES[kind]
    path = write(text)
    with pytest.raises(TableError, match=re.escape(message)) as caught:
        read_csv_series(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_file_that_cannot_be_read(tmp_path):
    with pytest.raises(TableError, match=r"none\.csv: there is no such file"):
        read_csv_series(tmp_path / "none.csv")
    with pytest.raises(TableError, match="this is a folder"):
        read_csv_series(tmp_path)
    with pytest.raises(TableError, match="names hold no null characters"):
        read_csv_series("null\0character.csv")
    (tmp_path / "russian.csv").write_bytes("цена\n1\n2\n".encode("cp1251"))
    with pytest.raises(TableError, match=r"line 1: the text is not UTF-8, .* --encoding .*cp1251"):
        read_csv_series(tmp_path / "russian.csv")


def test_missing_column_names_near_ones_and_all(write):
    path = write(lines("Price,volume", "1,2", "2,3"))
    with pytest.raises(
        TableError, match=r"no column 'prise' for --target, only 'Price', .*\. Did you mean 'Price'"
    ):
        read_csv_series(path, target="prise")
    with pytest.raises(TableError, match=r"no column 'day' for --date, only 'Price', 'volume'\.$"):
        read_csv_series(path, target="Price", date="day")


def test_one_column_cannot_be_two_things(write):
    with pytest.raises(TableError, match="'a' cannot be both --target and --date"):
        read_csv_series(write(lines("a", "2000", "2001")), target="a", date="a")


def test_long_and_strange_text_is_quoted_short_and_escaped(write):
    red = "\x1b[31m" + "x" * 1000
    with pytest.raises(TableError) as caught:
        read_csv_series(write(lines("a", "1", "2", red, "3")))
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 250
    many = ",".join(f"c{i}" for i in range(1000))
    with pytest.raises(TableError, match="and 980 more") as caught:
        read_csv_series(write(lines(many, ",".join("1" * 1000))))
    assert len(str(caught.value)) < 400


@example("0:0\n0:00")  # times of day without a date
@given(st.lists(st.text('a012,;.-/: "\t\r\ufeff', max_size=12), max_size=6).map("\n".join))
def test_any_text_is_a_series_or_a_table_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("text") / "data.csv"
    path.write_bytes(text.encode())
    try:
        series = read_csv_series(path)
    except TableError:
        return
    assert len(series) > 0
    assert all(math.isfinite(value) for value in series)


def test_a_mark_that_is_no_number_is_refused(write):
    with pytest.raises(TableError, match="--missing-mark 'x' stands in no cell"):
        read_csv_series(write(lines("a", "1", "2")), missing_mark="x")


def test_filled_values_are_told_and_those_at_the_ends_left_out(write):
    rows = [
        "2024-01-01,",
        "2024-01-02,1",
        "2024-01-03,",
        "2024-01-04,3",
        "2024-01-05,",
        "2024-01-06,5",
        "2024-01-07,",
    ]
    series, line = read_with_line(write(lines("d,v", *rows)), ReadOptions(missing="interpolate"))
    assert series.tolist() == [1, 2, 3, 4, 5]
    assert [str(day.date()) for day in series.attrs["filled"]] == ["2024-01-03", "2024-01-05"]
    assert "2 missing value(s) filled (interpolate)" in line
    assert "2 row(s) without a value at the ends left out" in line
    counted, _ = read_with_line(write(lines("v", "-", "1", "-", "3")), ReadOptions(missing="carry"))
    assert counted.tolist() == [1, 1, 3]
    assert counted.attrs["filled"] == [1]


@pytest.mark.parametrize("cell", ["2024-01-31", "2024-01-31 23:59", "2024-01-31T23:59:58"])
def test_plain_dates_are_read_by_the_short_way_as_by_the_long(cell, monkeypatch):
    short = date_text.clean(cell), date_text.is_datelike(cell)
    monkeypatch.setattr(date_text, "_ISO", re.compile("(?!)"))
    assert (
        (date_text.clean(cell), date_text.is_datelike(cell))
        == short
        == ((cell.lower(), False), True)
    )
