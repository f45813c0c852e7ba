"""Series in every form, given back in the same form; and what is wrong is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from esnkit.forecasting.series import read_series

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
    data = read_series(long, id_column="shop")
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
        (dated()[::-1], "must rise"),
        (dated().set_axis([0] * 12), "must rise"),
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
    with pytest.raises(ValueError, match=r"no column 'shop': the columns are \['a'\]"):
        read_series(pd.DataFrame({"a": NUMBERS}), id_column="shop")


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
    swapped = long.iloc[::-1].set_axis([2, 3])
    with pytest.raises(ValueError, match=r"ids of y are \('v', 'u'\), but .* are \('u', 'v'\)"):
        read_series(long, id_column="id").followed_by(read_series(swapped, id_column="id"))
