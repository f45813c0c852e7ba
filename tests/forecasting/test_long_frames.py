"""Long frames of any library say what series by themselves say, and come back as they came."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from esnkit import AutoESN, ESNRegressor, Forecaster, LocalForecaster, Reservoir
from esnkit.forecasting.classical import ExponentialSmoothing, NaiveForecaster, SeasonalNaive
from esnkit.forecasting.series import read_series

NIXTLA = {"id_column": "unique_id", "time_column": "ds", "target_column": "y"}
RNG = np.random.default_rng(0)
LENGTHS = {"long": 90, "short": 60}


def panel(first=0, steps=None, inputs=False):
    """A long frame of series of different lengths, from some step on."""
    parts = []
    for k, (name, length) in enumerate(LENGTHS.items()):
        stop = length if steps is None else first + length + steps
        n = np.arange(first if steps is None else first + length, stop)
        dates = pd.date_range("2015-01-31", periods=200, freq="ME")[n]
        part = {"unique_id": name, "ds": dates, "y": np.sin(n / 3 + k) + 0.01 * (n % 5) + 3}
        parts.append(pd.DataFrame(part | ({"plan": np.cos(n / 4)} if inputs else {})))
    return pd.concat(parts, ignore_index=True)


def alone(name):
    """One of the series, by itself."""
    rows = panel().query("unique_id == @name")
    return pd.Series(rows["y"].to_numpy(), index=pd.DatetimeIndex(rows["ds"]))


FORECASTERS = {
    "Forecaster": Forecaster(ESNRegressor(Reservoir(10)), random_state=0),
    "AutoESN": AutoESN(n_candidates=2, n_members=1, random_state=0),
    "NaiveForecaster": NaiveForecaster("drift"),
    "SeasonalNaive": SeasonalNaive(12),
    "ExponentialSmoothing": ExponentialSmoothing("damped"),
}


@pytest.mark.parametrize("name", FORECASTERS)
def test_a_long_frame_forecasts_what_a_list_of_series_does(name):
    in_frame = clone(FORECASTERS[name]).set_params(**NIXTLA).fit(panel().sample(frac=1))
    order = list(in_frame.series_.ids)
    in_list = clone(FORECASTERS[name]).fit([alone(key) for key in order])
    table = in_frame.forecast(4)
    assert table.columns.tolist() == ["unique_id", "ds", "forecast"]
    assert table["unique_id"].tolist() == [key for key in order for _ in range(4)]
    expected = pd.concat(in_list.forecast(4))
    np.testing.assert_allclose(table["forecast"], expected, rtol=1e-9)
    np.testing.assert_array_equal(table["ds"], expected.index)


@pytest.mark.parametrize("name", ["Forecaster", "ExponentialSmoothing"])
def test_intervals_backtests_and_updates_come_in_the_same_form(name):
    forecaster = clone(FORECASTERS[name]).set_params(**NIXTLA).fit(panel())
    lower, upper = forecaster.predict_interval(3)
    assert lower.columns.tolist() == ["unique_id", "ds", "lower"]
    assert upper.columns.tolist() == ["unique_id", "ds", "upper"]
    assert (lower["lower"] <= upper["upper"]).all()
    table = forecaster.backtest(panel(), 3, n_origins=2)
    truth = panel().set_index(["unique_id", "ds"])["y"]
    found = truth.loc[list(zip(table["series"], table["time"], strict=True))]
    np.testing.assert_array_equal(table["truth"], found)
    ends = forecaster.forecast(1)["ds"] + pd.offsets.MonthEnd(2)
    forecaster.update(panel(steps=2)[::-1])  # in any order
    np.testing.assert_array_equal(forecaster.forecast(1)["ds"], ends)


def test_further_columns_are_known_inputs():
    model = clone(FORECASTERS["Forecaster"])
    in_frame = clone(model).set_params(**NIXTLA).fit(panel(inputs=True))
    coming = panel(steps=3, inputs=True)
    parts = [rows for _, rows in panel(inputs=True).groupby("unique_id", sort=False)]
    later = [rows for _, rows in coming.groupby("unique_id", sort=False)]
    in_list = clone(model).fit([p["y"].to_numpy() for p in parts], [p[["plan"]] for p in parts])
    expected = np.concatenate(in_list.forecast(3, [p[["plan"]].to_numpy() for p in later]))
    for X in (coming.drop(columns="y"), coming, coming[::-1]):
        np.testing.assert_allclose(in_frame.forecast(3, X)["forecast"], expected, rtol=1e-9)
    in_frame.update(coming)
    in_list.update([p["y"].to_numpy() for p in later], [p[["plan"]].to_numpy() for p in later])
    last = [np.zeros((1, 1))] * 2
    np.testing.assert_allclose(in_frame.forecast(1, last)["forecast"],
                               np.concatenate(in_list.forecast(1, last)), rtol=1e-9)  # fmt: skip
    with pytest.raises(ValueError, match=r"y has the columns \['plan'\] beside the target"):
        in_frame.fit(panel(inputs=True), panel(inputs=True))


def test_a_table_without_ids_is_one_series():
    rows = panel().query("unique_id == 'long'").drop(columns="unique_id")
    forecast = NaiveForecaster(time_column="ds", target_column="y").fit(rows).forecast(2)
    assert forecast.columns.tolist() == ["ds", "forecast"]
    wide = rows.assign(z=-rows["y"])
    assert NaiveForecaster(time_column="ds").fit(wide).forecast(2).columns.tolist() == [
        "ds", "y", "z",
    ]  # fmt: skip


def test_fields_in_long_frames():
    field = pd.DataFrame(np.sin(np.arange(240).reshape(60, 4) / 7), columns=list("abcd"))
    forecaster = LocalForecaster(patch_size=2, overlap=1, random_state=0, time_column="n")
    table = forecaster.fit(field.assign(n=np.arange(60))).forecast(2)
    assert table.columns.tolist() == ["n", *"abcd"]
    assert table["n"].tolist() == [60, 61]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda t: t.drop(columns="ds"), r"y has no column 'ds' \(time_column\): the columns are"),
        (lambda t: t.drop(columns="y"), r"no column 'y' \(target_column\)"),
        (lambda t: t.assign(ds=t["ds"].where(t.index != 7)), "'ds' of y has 1 missing time.*row 7"),
        (lambda t: t.assign(unique_id=None), r"'unique_id' of y has 150 missing id\(s\)"),
        (lambda t: pd.concat([t, t]), "where unique_id is 'long' must rise .* without repeats"),
        (lambda t: t["y"], r"no column 'unique_id' .*: the columns are \[\]"),
        (lambda t: t["y"].to_numpy(), r"no column 'unique_id' .*: the columns are \[\]"),
    ],
)
def test_what_is_wrong_with_a_long_frame_is_named(edit, message):
    with pytest.raises(ValueError, match=message):
        NaiveForecaster(**NIXTLA).fit(edit(panel()))


def test_names_of_columns_are_checked():
    with pytest.raises(TypeError, match="time_column must be the name or the number"):
        NaiveForecaster(time_column=["ds"]).fit(panel())


# ---------------------------------------------------------------------- tables of other libraries


def polars_frame(table, stamps, ids):
    polars = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    made = polars.DataFrame({c: table[c].to_numpy() for c in table.columns})
    return made.with_columns(polars.col("ds").cast(stamps(polars)),
                             polars.col("unique_id").cast(ids(polars)))  # fmt: skip


STAMPS = {
    "date": lambda polars: polars.Date,
    "microseconds": lambda polars: polars.Datetime("us"),
    "milliseconds": lambda polars: polars.Datetime("ms"),
    "zone": lambda polars: polars.Datetime("us", "Europe/Berlin"),
}


IDS = {
    "text": lambda polars: polars.String,
    "categories": lambda polars: polars.Categorical,
    "enumeration": lambda polars: polars.Enum(["a", *LENGTHS]),
}


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize("stamps", STAMPS)
def test_a_frame_of_polars_comes_back_with_the_same_types(stamps, ids):
    table = panel(inputs=True)
    if stamps == "zone":
        table["ds"] -= pd.Timedelta(hours=1)  # midnight of a winter's day there
        table = table[table["ds"] < "2015-03-01"].assign(unique_id="a")
        table["ds"] = pd.date_range("2015-01-01 23:00", periods=len(table))
    frame = polars_frame(table, STAMPS[stamps], IDS[ids])
    forecaster = NaiveForecaster("drift", **NIXTLA).fit(frame.drop("plan"))
    back = forecaster.forecast(2)
    assert type(back) is type(frame)
    assert [back.schema[c] for c in ("unique_id", "ds")] == [
        frame.schema[c] for c in ("unique_id", "ds")
    ]
    expected = NaiveForecaster("drift", **NIXTLA).fit(table.drop(columns="plan")).forecast(2)
    np.testing.assert_allclose(back["forecast"].to_numpy(), expected["forecast"])
    lower, _ = forecaster.predict_interval(2, n_origins=1)
    assert type(lower) is type(frame)
    assert type(forecaster.backtest(frame, 1, n_origins=1)) is type(frame)


def test_known_inputs_in_polars_and_arrow():
    polars = pytest.importorskip("polars")
    arrow = pytest.importorskip("pyarrow")
    pytest.importorskip("narwhals")
    table, coming = panel(inputs=True), panel(steps=3, inputs=True).drop(columns="y")
    forecaster = clone(FORECASTERS["Forecaster"]).set_params(**NIXTLA)
    expected = clone(forecaster).fit(table).forecast(3, coming)["forecast"]
    for convert in (polars.from_pandas, arrow.Table.from_pandas):
        back = clone(forecaster).fit(convert(table)).forecast(3, convert(coming))
        np.testing.assert_array_equal(back["forecast"].to_numpy(), expected)


def test_a_lazy_frame_is_refused():
    polars = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    with pytest.raises(TypeError, match="y must be a table that is in memory, got LazyFrame"):
        NaiveForecaster().fit(polars.DataFrame({"y": [1.0, 2.0]}).lazy())


def test_a_saved_forecaster_gives_back_what_it_was_given(tmp_path):
    polars = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    pytest.importorskip("skops")
    import esnkit

    forecaster = NaiveForecaster(**NIXTLA).fit(polars.from_pandas(panel()))
    esnkit.save(forecaster, tmp_path / "model.esnkit")
    assert esnkit.load(tmp_path / "model.esnkit").forecast(2).equals(forecaster.forecast(2))


@settings(max_examples=30, deadline=None)
@given(
    lengths=st.lists(st.integers(2, 6), min_size=1, max_size=4),
    shuffle=st.randoms(use_true_random=False),
)
def test_any_order_of_rows_is_the_same_panel(lengths, shuffle):
    rows = [(k, n, 10.0 * k + n) for k, length in enumerate(lengths) for n in range(length)]
    shuffle.shuffle(rows)
    forecaster = NaiveForecaster("drift", id_column="k", time_column="n", target_column="y")
    table = forecaster.fit(pd.DataFrame(rows, columns=["k", "n", "y"])).forecast(1)
    assert dict(zip(table["k"], table["n"], strict=True)) == dict(enumerate(lengths))
    np.testing.assert_allclose(table["forecast"], 10.0 * table["k"] + table["n"])


def test_a_bare_table_is_read_as_ever():
    assert read_series(pd.DataFrame({"a": [1.0, 2.0]})).layout.is_bare
