"""What a figure shows is what it was given."""

from __future__ import annotations

import matplotlib.dates
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from esnkit.memories.reservoir import Reservoir
from esnkit.models.esn import ESNRegressor
from esnkit.plotting import ForecastDisplay
from esnkit.readouts.ridge import RidgeReadout

MONTHS = pd.date_range("2020-01-01", periods=12, freq="MS", name="month")
HISTORY = pd.Series(np.arange(12.0), MONTHS, name="sales")
FORECAST = np.array([12.5, 13.5, 14.5])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn_from_last_point(line, values):
    return np.array_equal(line.get_ydata(), [HISTORY.iloc[-1], *values])


def test_lines_show_the_series():
    display = ForecastDisplay.from_predictions(HISTORY, FORECAST, truth=FORECAST + 1)
    np.testing.assert_array_equal(display.history_line_.get_ydata(), HISTORY)
    assert drawn_from_last_point(display.forecast_line_, FORECAST)
    assert drawn_from_last_point(display.truth_line_, FORECAST + 1)
    assert display.band_ is None
    assert display.ax_.figure is display.figure_


def test_dates_go_on_where_the_history_ends():
    display = ForecastDisplay.from_predictions(HISTORY, FORECAST)
    x = display.forecast_line_.get_xdata()
    assert pd.DatetimeIndex(x).strftime("%y-%m").tolist() == ["20-12", "21-01", "21-02", "21-03"]
    assert isinstance(
        display.ax_.xaxis.get_major_formatter(), matplotlib.dates.ConciseDateFormatter
    )


@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series])
def test_rows_are_counted_without_dates(kind):
    display = ForecastDisplay.from_predictions(kind([1.0, 2.0, 3.0]), [4.0, 5.0])
    np.testing.assert_array_equal(display.history_line_.get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(display.forecast_line_.get_xdata(), [2, 3, 4])


def test_the_forecast_keeps_its_own_index():
    forecast = pd.Series([20.0], pd.DatetimeIndex(["2021-06-01"]))
    display = ForecastDisplay.from_predictions(HISTORY, forecast)
    assert display.forecast_index.tolist() == forecast.index.to_numpy().tolist()


def test_periods_stand_where_they_begin():
    display = ForecastDisplay.from_predictions(HISTORY.to_period("M"), FORECAST)
    np.testing.assert_array_equal(display.history_index, MONTHS)
    assert display.forecast_index[0] == np.datetime64("2021-01-01")


def test_band_is_between_its_ends():
    display = ForecastDisplay.from_predictions(
        HISTORY, FORECAST, lower=FORECAST - 1, upper=FORECAST + 2, band_label="80 % band"
    )
    (path,) = display.band_.get_paths()
    heights = path.vertices[:, 1]
    assert heights.min() == HISTORY.iloc[-1]  # where it sets out
    assert heights.max() == FORECAST[-1] + 2
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["history", "80 % band", "forecast"]


def test_labels_come_from_the_series_unless_given():
    ax = ForecastDisplay.from_predictions(HISTORY, FORECAST).ax_
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("sales", "month")
    ax = ForecastDisplay.from_predictions(
        HISTORY, FORECAST, series_label="Sales (EUR)", index_label=""
    ).ax_
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("Sales (EUR)", "")


def test_a_name_is_not_read_as_a_formula():
    display = ForecastDisplay.from_predictions(HISTORY.rename(r"$\frac{broken$"), FORECAST)
    display.figure_.canvas.draw()  # a formula as bad as this would raise here
    assert display.ax_.get_ylabel() == r"$\frac{broken$"


def test_axes_that_are_given_are_used_and_figures_are_made():
    _, axes = plt.subplots(2)
    display = ForecastDisplay.from_predictions(HISTORY, FORECAST, ax=axes[1])
    assert display.ax_ is axes[1]
    assert not axes[0].lines
    again = display.plot()
    assert again is display
    assert display.ax_ is not axes[1]


def test_what_is_given_is_not_changed():
    history, forecast = HISTORY.copy(), pd.Series(FORECAST, MONTHS[-3:])
    ForecastDisplay.from_predictions(history, forecast)
    pd.testing.assert_series_equal(history, HISTORY)
    pd.testing.assert_series_equal(forecast, pd.Series(FORECAST, MONTHS[-3:]))


def test_a_fitted_model_runs_on():
    wave = pd.Series(np.sin(np.arange(200) / 5), pd.date_range("2020", periods=200, freq="h"))
    values = wave.to_numpy()
    model = ESNRegressor(Reservoir(20, random_state=0), RidgeReadout(1e-6))
    model.fit(values[:-1, None], values[1:])
    display = ForecastDisplay.from_estimator(model, wave, 10, truth=np.zeros(10))
    np.testing.assert_array_equal(display.forecast, model.free_run(10))
    assert display.forecast_index[0] == wave.index[-1] + pd.Timedelta(hours=1)
    assert display.truth_line_ is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"forecast": np.ones((2, 2))}, r"forecast must have shape \(n_steps,\).*\(2, 2\)"),
        ({"history": []}, r"history must have shape \(n_steps,\), not empty, got shape \(0,\)"),
        ({"truth": [1.0]}, r"truth must have shape \(3,\), as forecast has, got shape \(1,\)"),
        ({"lower": FORECAST}, "give both or neither"),
        ({"lower": FORECAST, "upper": [1.0]}, r"upper must have shape \(3,\)"),
        ({"forecast": pd.Series(FORECAST)}, "indexed by int64, but history by datetime64"),
        ({"history": HISTORY.iloc[[0, 1, 3]]}, "without a frequency has no next entry"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    arguments = {"history": HISTORY, "forecast": FORECAST} | changes
    with pytest.raises(ValueError, match=message):
        ForecastDisplay.from_predictions(**arguments)
