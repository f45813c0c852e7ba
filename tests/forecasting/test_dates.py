"""Dates in files, held to pandas, and the dates that follow."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esnkit.forecasting.dates import future_index, most_common_step, parse_dates

FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%dT%H:%M"]
MONTH = pd.date_range("2024-01-01", periods=31, freq="D")


@pytest.mark.parametrize("form", FORMS)
def test_a_month_of_days_is_read_in_every_form(form):
    assert parse_dates(MONTH.strftime(form).tolist()).tolist() == MONTH.tolist()


@pytest.mark.parametrize(("cell", "date"), [("1700", "1700-01-01"), ("2024-11", "2024-11-01")])
def test_years_and_months_stand_for_their_first_day(cell, date):
    assert parse_dates([cell])[0] == pd.Timestamp(date)


def test_offsets_are_turned_to_utc():
    dates = parse_dates(["2024-03-31T01:00+01:00", "2024-03-31T03:00+02:00"])
    assert dates.tolist() == [pd.Timestamp("2024-03-31 00:00"), pd.Timestamp("2024-03-31 01:00")]


@pytest.mark.parametrize("cell", ["", "now", "today", "12", "1234.5", "2024-13-01", "1.2.20"])
def test_what_is_not_a_date(cell):
    assert parse_dates([cell, "2024-01-01"]).isna().tolist() == [True, False]


def test_day_and_month_that_may_be_swapped_are_not_guessed():
    assert parse_dates(["01/02/2024", "02/02/2024"]) is None
    assert parse_dates(["02/02/2024", "03/03/2024"]) is not None
    assert parse_dates(["01/02/2024", "13/02/2024"])[0] == pd.Timestamp("2024-02-01")
    assert parse_dates(["01/02/2024", "02/13/2024"])[0] == pd.Timestamp("2024-01-02")


@given(
    st.sampled_from(["YS-JAN", "QS-OCT", "MS", "ME", "W-SAT", "D", "B", "h", "15min"]),
    st.integers(20, 60),
    st.data(),
)
def test_one_missing_date_does_not_hide_the_step(freq, n_dates, data):
    dates = pd.date_range("2020-02-01", periods=n_dates, freq=freq)
    missing = data.draw(st.integers(1, n_dates - 2))
    gappy = pd.DatetimeIndex(dates.delete(missing))
    expected = dates[missing]
    assert gappy[missing - 1] + most_common_step(gappy) == expected


@given(st.sampled_from(["YS-JAN", "QE-DEC", "ME", "W-SAT", "B", "h"]), st.integers(1, 30))
def test_dates_are_continued_as_pandas_would(freq, n_steps):
    dates = pd.date_range("2020-02-01", periods=40, freq=freq, name="when")
    following = future_index(dates[:10], n_steps)
    assert following.equals(dates[10 : 10 + n_steps])
    assert following.name == "when"


def test_periods_and_numbers_are_continued():
    quarters = pd.period_range("2023Q3", periods=2, freq="Q")
    assert future_index(quarters, 2).astype(str).tolist() == ["2024Q1", "2024Q2"]
    assert future_index(pd.RangeIndex(5), 3).tolist() == [5, 6, 7]
    assert future_index(pd.Index([0.0, 0.5]), 2).tolist() == [1.0, 1.5]
    assert future_index(pd.Index([7]), 2).tolist() == [8, 9]


@pytest.mark.parametrize(
    "index", [pd.DatetimeIndex(["2024-01-01", "2024-01-02"]), pd.Index(["a", "b"])]
)
def test_an_index_without_a_step_is_refused(index):
    with pytest.raises(ValueError, match="without a frequency has no next entry"):
        future_index(index, 1)
