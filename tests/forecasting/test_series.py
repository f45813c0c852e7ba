"""Series in every form, given back in the same form; and what is wrong is named."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from esnkit import Forecaster
from esnkit.forecasting.dates import future_index
from esnkit.forecasting.long_frames import Layout
from esnkit.forecasting.series import SeriesSet, read_series

NUMBERS = np.arange(12.0)
FUTURE = np.array([[1.0], [2.0]])


def dated(freq="MS", n=12, name="sales"):
    return pd.Series(
        NUMBERS[:n], index=pd.date_range("2020-01-31", periods=n, freq=freq), name=name
    )


def test_an_array_comes_back_as_an_array():
    assert read_series(NUMBERS).give_back([FUTURE]).shape == (2,)
    assert read_series(NUMBERS[:, None]).give_back([FUTURE]).shape == (2, 1)
    assert read_series(list(NUMBERS)).give_back([FUTURE]).shape == (2,)


@pytest.mark.parametrize("freq", ["MS", "ME", "W-SAT", "D", "h", "QS", "YS", "B", "15min"])
def test_dates_are_continued(freq):
    full = dated(freq, 12)
    bare = pd.Series(full.to_numpy()[:10], index=pd.DatetimeIndex(full.index[:10].to_numpy()))
    assert bare.index.freq is None
    future = read_series(bare).give_back([FUTURE])
    pd.testing.assert_index_equal(future.index, full.index[10:], check_names=False)


def test_periods_numbers_and_names_are_continued():
    periods = dated().set_axis(pd.period_range("2020-01", periods=12, freq="M"))
    assert read_series(periods).give_back([FUTURE]).index[0] == pd.Period("2021-01", "M")
    evens = pd.Series(NUMBERS, index=np.arange(0, 24, 2), name="x")
    future = read_series(evens).give_back([FUTURE])
    assert list(future.index) == [24, 26]
    assert future.name == "x"


def test_a_table_comes_back_as_a_table():
    table = pd.DataFrame({"a": NUMBERS, "b": -NUMBERS})
    future = read_series(table).give_back([np.array([[1.0, 2.0]])])
    pd.testing.assert_frame_equal(future, pd.DataFrame({"a": [1.0], "b": [2.0]}, index=[12]))


def test_many_series():
    data = read_series([NUMBERS, NUMBERS[:5]])
    assert len(data) == 2
    assert isinstance(data.give_back([FUTURE, FUTURE]), list)
    long = pd.DataFrame({"shop": ["x"] * 6 + ["y"] * 6, "sales": NUMBERS})
    data = read_series(long, layout=Layout("shop"))
    assert data.ids == ("x", "y")
    back = data.give_back([FUTURE, 2 * FUTURE])
    assert list(back.columns) == ["shop", "sales"]
    assert list(back["sales"]) == [1.0, 2.0, 2.0, 4.0]
    assert list(back.index) == [6, 7, 12, 13]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([], "not be empty"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (["a", "b"], "y must hold real numbers"),
        ([1j, 2.0], "y must hold real numbers: complex"),
        ([1.0, np.nan, np.inf], r"2 missing or infinite value\(s\), the first at 1.*interpolate"),
        (dated().where(dated().index != "2020-05-01"), "the first at 2020-05-01"),
        ([NUMBERS, np.array([1.0, np.nan])], r"y\[1\] has 1 missing"),
        ([NUMBERS, np.zeros((3, 2))], r"\[1, 2\] variables"),
        (dated()[::-1], r"must rise.*sort_index"),
        (dated().set_axis([0] * 12), "must rise.*0 comes twice; id_column"),
        (dated().drop(dated().index[5]), "no frequency: the step after 2020-06-01"),
        (dated().set_axis(list("abcdefghijkl")), "must hold dates, periods or numbers"),
        (dated().set_axis([*range(11), 20]), "rise in equal steps: the one after 10 differs"),
        (
            dated()
            .set_axis(pd.period_range("2020-01", periods=12, freq="M"))
            .drop(pd.Period("2020-03", "M")),
            "gaps, the first at 2020-03",
        ),
    ],
)
def test_what_is_wrong_is_named(y, message):
    with pytest.raises(ValueError, match=message):
        read_series(y)


def test_a_missing_id_column_is_named():
    with pytest.raises(
        ValueError, match=r"no column 'shop' \(id_column\): the columns are \['a'\]"
    ):
        read_series(pd.DataFrame({"a": NUMBERS}), layout=Layout("shop"))


def test_a_continuation_must_follow():
    whole = dated()
    data = read_series(whole[:8]).members[0]
    joined = data.followed_by(read_series(whole[8:]).members[0])
    pd.testing.assert_index_equal(joined.index, whole.index)
    with pytest.raises(ValueError, match="after 2020-09-01 00:00:00 comes 2020-10-01"):
        data.followed_by(read_series(whole[9:]).members[0])


def test_an_array_may_follow_dates():
    whole = dated()
    joined = read_series(whole[:8]).followed_by(read_series(whole[8:].to_numpy()))
    pd.testing.assert_index_equal(joined.members[0].index, whole.index)
    np.testing.assert_array_equal(joined.members[0].values[:, 0], whole)


def test_a_continuation_has_the_same_columns_and_ids():
    table = pd.DataFrame({"a": NUMBERS, "b": NUMBERS})
    later = table[["b", "a"]].set_axis(table.index + len(table))
    with pytest.raises(ValueError, match=r"columns \['b', 'a'\], but the series so far has"):
        read_series(table).followed_by(read_series(later))
    long = pd.DataFrame({"id": ["u", "v"], "a": [1.0, 2.0]})
    swapped = long.iloc[::-1].set_axis([2, 1])
    joined = read_series(long, layout=Layout("id")).followed_by(
        read_series(swapped, layout=Layout("id"))
    )
    assert joined.ids == ("u", "v")
    assert joined.members[0].values[:, 0].tolist() == [1.0, 1.0]
    strange = long.assign(id=["u", "w"]).set_axis([2, 3])
    with pytest.raises(ValueError, match=r"ids of y must .*: 1 \('v'\) missing, 1 \('w'\) unknown"):
        read_series(long, layout=Layout("id")).followed_by(
            read_series(strange, layout=Layout("id"))
        )


# ---------------------------------------------------------------------- series that people have


@pytest.mark.parametrize(
    "dates",
    [
        pd.date_range("2020-01-01", periods=14, freq="MS") + pd.Timedelta(days=14),
        pd.date_range("2020-01-01", periods=14, freq="SMS"),
        pd.date_range("2020-01-15", periods=14, freq="SME"),
        pd.DatetimeIndex([f"2023-{m:02}-{d}" for m in range(1, 8) for d in ("10", "25")]),
        pd.date_range("2018-10-28", periods=14, freq="D").tz_localize(
            "America/Sao_Paulo", nonexistent="shift_forward"
        ),
        pd.date_range("2018-10-22", periods=14, freq="D").tz_localize(
            "America/Sao_Paulo", nonexistent="shift_forward"
        ),
        pd.date_range("2023-03-20", periods=14, freq="D", tz="Europe/Berlin"),
    ],
)
def test_dates_without_a_frequency_are_continued(dates):
    bare = pd.DatetimeIndex(list(dates[:12]), freq=None)
    data = read_series(pd.Series(NUMBERS, bare))
    assert list(data.give_back([FUTURE]).index) == list(dates[12:])
    more = read_series(pd.Series([1.0, 2.0], pd.DatetimeIndex(list(dates[12:]))))
    assert list(data.followed_by(more).members[0].index) == list(dates)


def test_small_integers_do_not_wrap_around():
    data = read_series(pd.Series(NUMBERS, pd.Index(np.arange(116, 128, dtype="int8"))))
    assert list(data.give_back([FUTURE]).index) == [128, 129]


def test_steps_of_a_tenth_are_continued():
    index = pd.Index(np.arange(120) * 0.1)
    data = read_series(pd.Series(np.arange(120.0), index)).members[0]
    more = read_series(pd.Series([1.0, 2.0], pd.Index([12.0, 12.1]))).members[0]
    assert len(data.followed_by(more).values) == 122


def test_dates_that_end_are_named():
    index = pd.date_range("2262-01-01", periods=4, freq="D", unit="ns")
    data = read_series(pd.Series(NUMBERS[:4], index))
    with pytest.raises(ValueError, match=r"The 200 dates after 2262-01-04.*as_unit"):
        data.give_back([np.zeros((200, 1))])


def test_a_column_of_lists_is_one_series():
    data = read_series([[1.0], [2.0], [3.0]])
    assert len(data) == 1
    assert data.members[0].values[:, 0].tolist() == [1.0, 2.0, 3.0]


def test_more_rows_of_known_inputs_are_matched_by_their_dates():
    data = read_series(dated())
    coming = SeriesSet((data.members[0].to_come(3),))
    wide = pd.Series(np.arange(40.0), pd.date_range("2020-01-31", periods=40, freq="MS"))
    found = coming.beside(read_series(wide, name="X"), "X")
    assert found.members[0].values[:, 0].tolist() == [12.0, 13.0, 14.0]
    with pytest.raises(ValueError, match=r"X has \[5\] row"):
        coming.beside(read_series(wide[:5], name="X"), "X")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pd.Categorical(["a", "b"] * 6), "Column 'b' of y holds categories.*OneHotEncoder"),
        (["a", "b"] * 6, "Column 'b' of y must hold real numbers, not text such as 'a'"),
        (pd.date_range("2020", periods=12), "Column 'b' of y holds dates or times"),
    ],
)
def test_columns_that_hold_no_numbers_are_named(column, message):
    with pytest.raises(ValueError, match=message):
        read_series(pd.DataFrame({"a": NUMBERS, "b": column}))


def test_truths_are_numbers():
    values = read_series(pd.DataFrame({"a": NUMBERS, "b": [True, False] * 6})).members[0].values
    assert values[:2, 1].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("y", [dated().index.to_series(), dated().index.to_numpy()])
def test_series_of_dates_are_refused(y):
    with pytest.raises(ValueError, match="dates or times"):
        read_series(y)


def test_rows_without_an_id_are_refused():
    long = pd.DataFrame({"id": ["u", None, "v"], "a": [1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match=r"'id' of y has 1 missing id\(s\), the first in row 1"):
        read_series(long, layout=Layout("id"))


@pytest.mark.parametrize("stamps", [range(2000, 2006), dated(n=6).index])
def test_the_column_ds_is_the_index(stamps):
    long = pd.DataFrame({"id": ["u"] * 6 + ["v"] * 6, "ds": [*stamps] * 2, "y": NUMBERS})
    data = read_series(long, layout=Layout("id"))
    assert data.n_variables == 1
    assert list(data.members[1].index) == list(stamps)
    assert data.label(1) == "Series 'v'"


@pytest.mark.parametrize("n_dates", [1, 2])
@pytest.mark.parametrize("freq", ["MS", "ME", "W-SAT", "D", "QS", "B"])
def test_few_dates_go_on_in_the_step_of_the_others(freq, n_dates):
    *dates, first, second = pd.date_range("2020-01-31", periods=14, freq=freq)
    few = dates[12 - n_dates :]
    long = pd.DataFrame({"id": ["u"] * 12 + ["v"] * n_dates, "ds": [*dates, *few], "y": 1.0})
    back = read_series(long, layout=Layout("id")).give_back([FUTURE, FUTURE])
    assert list(back.index) == [first, second, first, second]


@pytest.mark.parametrize(
    ("dates", "following"),
    [
        (["2020-01-01", "2020-02-01"], ["2020-03-01", "2020-04-01"]),
        (["2020-01-15", "2021-01-15"], ["2022-01-15", "2023-01-15"]),
        (["2020-01-01", "2020-01-03"], ["2020-01-05", "2020-01-07"]),
        (["2020-01-01 00:00", "2020-01-01 06:00"], ["2020-01-01 12:00", "2020-01-01 18:00"]),
    ],
)
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_two_dates_tell_their_step(dates, following, zone):
    index, more = (pd.DatetimeIndex(stamps, tz=zone) for stamps in (dates, following))
    back = read_series(pd.Series([1.0, 2.0], index)).give_back([FUTURE])
    assert list(back.index) == list(more)


def test_few_dates_off_the_steps_of_the_others_are_left_alone():
    dates = dated("MS", 12).index
    odd = pd.to_datetime(["2020-03-05", "2020-03-07"])
    long = pd.DataFrame({"id": ["u"] * 12 + ["v"] * 2, "ds": [*dates, *odd], "y": 1.0})
    member = read_series(long, layout=Layout("id")).members[1]
    assert future_index(member.index, 1)[0] == pd.Timestamp("2020-03-09")


def test_a_date_without_a_step_is_told_so():
    with pytest.raises(ValueError, match=r"say what step follows.*asfreq"):
        read_series(pd.Series([1.0], pd.DatetimeIndex(["2020-01-31"]))).give_back([FUTURE])


@pytest.mark.parametrize("n_values", [12, 15, 20])
def test_warnings_of_short_series_tell_their_own_length(n_values):
    forecaster = Forecaster(random_state=0).fit(np.sin(np.arange(n_values)))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        forecaster.predict_interval(3)
    assert all(f"A series of {n_values} steps" in str(one.message) for one in told)
    assert len(told) == (n_values < 20)


def test_one_warning_tells_of_a_constant():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        Forecaster(random_state=0).fit(np.full(60, 7.5)).forecast(3)
    assert len(told) == 1


def test_truths_are_no_horizons():
    forecaster = Forecaster(random_state=0).fit(np.sin(np.arange(60)))
    with pytest.raises(TypeError, match="horizon must be a number, not True"):
        forecaster.forecast(True)


def test_a_series_that_is_too_short_is_named_by_its_id():
    long = pd.DataFrame({"shop": ["a"] * 60 + ["tiny"], "y": np.sin(np.arange(61))})
    constant = pytest.warns(UserWarning, match="constant")
    with pytest.raises(ValueError, match="Series 'tiny' of y has 1 steps"), constant:
        Forecaster(random_state=0, id_column="shop").fit(long)


def test_a_series_on_its_side_is_named():
    with pytest.raises(ValueError, match=r"shape \(1, 12\): one step of 12 variables.*ravel"):
        read_series(NUMBERS[None]).check_no_row_vector()
