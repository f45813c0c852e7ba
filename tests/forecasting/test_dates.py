"""Dates in files, held to pandas, and the dates that follow."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esnkit.forecasting.dates import (
    find_frequency,
    future_index,
    most_common_step,
    working_days,
)


@pytest.mark.parametrize(
    "days", [(15,), (30,), (31,), (1, 15), (15, 31), (1, 11, 21), (10, 20, 31)]
)
def test_days_of_the_month_have_a_frequency(days):
    months = pd.period_range("2023-01", periods=30, freq="M")
    whole = pd.DatetimeIndex(
        [pd.Timestamp(m.year, m.month, min(day, m.days_in_month)) for m in months for day in days]
    )
    step = find_frequency(whole[:-20])
    assert pd.date_range(whole[0], periods=len(whole), freq=step).equals(whole)


@pytest.mark.parametrize("weekdays", [(0, 2, 4), (6, 0, 1, 2, 3), (1, 3)])
def test_days_of_the_week_have_a_frequency(weekdays):
    days = pd.date_range("2023-01-01", periods=100)
    some = days[days.day_of_week.isin(weekdays)]
    step = find_frequency(some[:-6])
    assert pd.date_range(some[0], periods=len(some), freq=step).equals(some)


def test_dates_that_miss_one_have_no_frequency():
    days = pd.date_range("2023-01-01", periods=100)
    assert find_frequency(days.delete(50)) is None
    assert working_days(days.delete(50)) is None
    assert find_frequency(days[:2]) is None


@pytest.mark.parametrize("first", pd.date_range("2024-01-01", periods=7))
@pytest.mark.parametrize("n_days", range(6, 15))
def test_a_gap_in_daily_dates_is_no_weekend(n_days, first):
    days = pd.date_range(first, periods=n_days)
    for gap in range(1, n_days - 1):
        assert find_frequency(days.delete(gap)) is None
        assert working_days(days.delete(gap)) is None


@pytest.mark.parametrize("first", pd.bdate_range("2024-01-01", periods=5))
@pytest.mark.parametrize("n_days", range(5, 11))
def test_a_gap_in_a_few_working_days_makes_no_shorter_week(n_days, first):
    days = pd.bdate_range(first, periods=n_days)
    for gap in range(1, n_days - 1):
        assert find_frequency(days.delete(gap)) is None


@pytest.mark.parametrize("weekmask", ["Mon Tue Wed Thu Fri", "Sun Mon Tue Wed Thu"])
@pytest.mark.parametrize("first", pd.date_range("2024-01-01", periods=7))
def test_a_single_weekend_is_no_gap(weekmask, first):
    days = pd.bdate_range(first, periods=7, freq="C", weekmask=weekmask)
    coming = pd.bdate_range(first, periods=8, freq="C", weekmask=weekmask)[-1]
    assert days[-1] + find_frequency(days) == coming


def test_working_days_know_their_holidays():
    days = pd.bdate_range("2023-01-02", periods=60)
    step, holidays = working_days(days.delete([10, 30, 31]))
    assert holidays.tolist() == days[[10, 30, 31]].tolist()
    assert pd.DatetimeIndex(days.delete([10, 30, 31]), freq=step)[-1] + step == days[-1] + days.freq
    assert working_days(days.delete(range(20, 35))) is None


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
