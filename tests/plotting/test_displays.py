"""Figures of backtests, searches and attractors show the numbers that they were given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

from esnkit import (
    AutoESN,
    ESNClassifier,
    ESNRegressor,
    Forecaster,
    Reservoir,
    RidgeReadout,
    RNNRegressor,
)
from esnkit.datasets import load_sunspots, lorenz63
from esnkit.plotting import (
    AttractorDisplay,
    BacktestDisplay,
    ErrorByLengthDisplay,
    ForecastDisplay,
    LossCurveDisplay,
    SearchDisplay,
    SequenceFeaturesDisplay,
    StateRasterDisplay,
)

SUNSPOTS = load_sunspots()
LORENZ = lorenz63(900, random_state=0)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def forecaster():
    reservoir = Reservoir(30, random_state=0, leak_rate=0.5)
    return Forecaster(ESNRegressor(reservoir, RidgeReadout(1e-3), washout=20))


def table_of(errors):
    """A backtest's table from errors of shape (n_origins, horizon)."""
    n_origins, horizon = errors.shape
    return pd.DataFrame(
        {
            "origin": np.repeat(np.arange(n_origins), horizon),
            "step": np.tile(np.arange(1, horizon + 1), n_origins),
            "error": errors.ravel(),
        }
    )


# ---------------------------------------------------------------------- backtests

ERRORS = np.random.default_rng(0).normal(size=(9, 5))


def test_a_backtest_shows_quartiles_of_absolute_errors():
    display = BacktestDisplay.from_predictions(table_of(ERRORS), error_label="kW")
    low, median, high = np.quantile(np.abs(ERRORS), [0.25, 0.5, 0.75], axis=0)
    np.testing.assert_array_equal(display.lines_[0].get_xdata(), np.arange(1, 6))
    np.testing.assert_allclose(display.lines_[0].get_ydata(), median)
    corners = display.bands_[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([corners.min(), corners.max()], [low.min(), high.max()])
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("steps ahead", "kW")
    assert display.ax_.get_ylim()[0] == 0
    assert display.naive_line_ is None


def test_models_stand_side_by_side():
    tables = {"one": table_of(ERRORS), "two": table_of(2 * ERRORS)}
    display = BacktestDisplay.from_predictions(
        tables, naive=table_of(3 * ERRORS), naive_label="last value"
    )
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["last value", "one", "two"]
    one, two = (line.get_ydata() for line in display.lines_)
    np.testing.assert_allclose(two, 2 * one)
    np.testing.assert_allclose(display.naive_line_.get_ydata(), 3 * one)
    _, axes = plt.subplots(2)
    assert display.plot(axes[1]).ax_ is axes[1]


@pytest.mark.parametrize("period", [1, 11])
def test_a_forecaster_is_backtested_beside_a_naive_forecast(period):
    series = SUNSPOTS.to_numpy()
    display = BacktestDisplay.from_estimator(
        forecaster(), SUNSPOTS, 15, n_origins=4, stride=10, period=period
    )
    expected = forecaster().backtest(SUNSPOTS, 15, n_origins=4, stride=10)
    medians = expected["error"].abs().groupby(expected["step"]).median()
    np.testing.assert_allclose(display.lines_[0].get_ydata(), medians)
    origins = len(series) - 15 - 10 * np.arange(4)
    for step, naive in enumerate(display.naive_line_.get_ydata()):
        errors = [abs(series[n - period + step % period] - series[n + step]) for n in origins]
        assert naive == pytest.approx(np.median(errors))


def test_the_naive_forecast_of_a_table_repeats_each_of_its_variables():
    flat = np.ones((300, 2)) * [1.0, 5.0] + np.random.default_rng(0).normal(0, 1e-9, (300, 2))
    display = BacktestDisplay.from_estimator(forecaster(), flat, 4, n_origins=3)
    np.testing.assert_allclose(display.naive_line_.get_ydata(), 0, atol=1e-7)
    assert BacktestDisplay.from_estimator(forecaster(), flat, 4, period=None).naive_line_ is None


@pytest.mark.parametrize(
    ("tables", "naive", "message"),
    [
        (table_of(ERRORS).drop(columns="error"), None, "with columns step and error"),
        ({"empty": table_of(ERRORS[:0])}, None, r"'empty'.*got 0 row"),
        ({"a": table_of(ERRORS), "b": table_of(ERRORS[:, :2])}, None, "'a': 5, 'b': 2"),
        (table_of(ERRORS), table_of(ERRORS[:, :3]), "'naive': 3"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tables, naive, message):
    with pytest.raises(ValueError, match=message):
        BacktestDisplay.from_predictions(tables, naive=naive)


# ---------------------------------------------------------------------- searches

TRIED = pd.DataFrame(
    {
        "n_units": [50, 100, 200, 70, 20],
        "penalty": [1e-8, 1e-4, 1.0, 1e-2, 1e6],
        "squares": [True, False, True, None, False],
        "differences": [(), (1,), (12, 1), (), (1,)],
        "constant": 3,
        "naive": [False, False, False, False, True],
        "seed": [1, 2, 3, 4, 5],
        "score": [-1.5, -2.5, np.inf, -0.5, -1.0],
        "seconds": 0.1,
    }
)


def test_a_search_shows_every_candidate_and_marks_the_best():
    display = SearchDisplay.from_predictions(TRIED)
    assert display.settings == ["n_units", "penalty", "squares", "differences"]
    for name, points, best in zip(display.settings, display.points_, display.best_, strict=True):
        shown = np.sort(points.get_offsets()[:, 1])
        assert shown.tolist() == ([-1.5] if name == "squares" else [-1.5, -0.5])
        assert best.get_offsets()[0, 1] == -2.5
    assert display.points_[0].get_offsets()[:, 0].tolist() == [50, 70]
    assert display.best_[0].get_offsets()[0, 0] == 100
    assert {line.get_ydata()[0] for line in display.naive_lines_} == {-1.0}
    assert [ax.get_xlabel() for ax in display.axes_][:2] == ["n units", "penalty"]


def test_scales_and_categories_suit_the_setting():
    units, penalty, squares, differences = SearchDisplay.from_predictions(TRIED).axes_
    assert (units.get_xscale(), penalty.get_xscale()) == ("linear", "log")
    names = [[text.get_text() for text in ax.get_xticklabels()] for ax in (squares, differences)]
    assert names == [["no", "yes"], ["none", "1"]]


def test_panels_of_ones_own():
    _, axes = plt.subplots(1, 2)
    display = SearchDisplay.from_predictions(TRIED, settings=["n_units", "seed"], axes=axes)
    assert display.axes_ == list(axes)
    with pytest.raises(ValueError, match="2 axes are needed, got 1"):
        display.plot(axes[:1])
    assert display.plot().figure_ is not axes[0].figure


def test_a_table_of_nothing_but_naive_forecasts_is_drawn():
    display = SearchDisplay.from_predictions(TRIED.assign(naive=True), settings=["n_units"])
    assert display.naive_lines_ == []
    assert display.best_[0].get_offsets()[0].tolist() == [100, -2.5]


def test_what_autoesn_tried():
    auto = AutoESN(n_candidates=30, random_state=0).fit(SUNSPOTS[-150:])
    display = SearchDisplay.from_estimator(auto)
    scores = auto.search_.loc[~auto.search_["naive"].astype(bool), "score"]
    assert min(b.get_offsets()[0, 1] for b in display.best_ if len(b.get_offsets())) == scores.min()
    assert {"n_units", "leak_rate"} <= set(display.settings)
    assert not {"seed", "score", "seconds", "naive"} & set(display.settings)


@pytest.mark.parametrize(
    ("table", "settings", "message"),
    [
        (TRIED.drop(columns="score"), None, "with columns score"),
        (TRIED.assign(score=np.nan), None, "with finite values, got 5"),
        (TRIED, ["size"], r"settings must name columns.*got \['size'\]"),
        (TRIED.assign(size=np.nan), ["size"], r"columns of the table that are not empty, got"),
        (TRIED[["score", "seed"]], None, r"No setting differs between the 4 candidate"),
    ],
)
def test_searches_that_show_nothing_are_refused(table, settings, message):
    with pytest.raises(ValueError, match=message):
        SearchDisplay.from_predictions(table, settings=settings)


# ---------------------------------------------------------------------- attractors


def test_one_variable_is_drawn_against_its_past():
    wave = np.sin(np.arange(300) / 5)
    display = AttractorDisplay.from_predictions(wave, wave[:200], delay=7, names=["voltage"])
    np.testing.assert_array_equal(display.truth_line_.get_xdata(), wave[7:])
    np.testing.assert_array_equal(display.truth_line_.get_ydata(), wave[:-7])
    assert len(display.prediction_line_.get_xdata()) == 193
    assert display.axes_[0].get_xlabel() == "voltage(n)"
    assert display.axes_[1].get_ylabel() == "voltage(n - 7)"


def test_the_delay_is_where_the_correlation_has_faded():
    """That of a slow cosine passes 1/e at arccos(1/e) of a radian."""
    wave = pd.Series(np.cos(np.arange(20_000) / 10), name="v")
    display = AttractorDisplay.from_predictions(wave, wave)
    assert display.axes_[0].get_ylabel() == f"v(n - {int(np.ceil(10 * np.arccos(1 / np.e)))})"


def test_two_variables_lie_in_a_plane_and_three_in_space():
    table = pd.DataFrame(LORENZ, columns=["a", "b", "c"])
    display = AttractorDisplay.from_predictions(table[["a", "b"]], LORENZ[:100, :2])
    np.testing.assert_array_equal(display.truth_line_.get_xydata(), LORENZ[:, :2])
    assert display.axes_[0].get_ylabel() == "b"
    display = AttractorDisplay.from_predictions(table, LORENZ[:100])
    np.testing.assert_array_equal(np.transpose(display.truth_line_.get_data_3d()), LORENZ)
    assert display.axes_[1].get_zlabel() == "c"
    for low, high, column in zip(*(LORENZ.min(0), LORENZ.max(0)), "xyz", strict=True):
        limits = getattr(display.axes_[1], f"get_{column}lim")()
        assert limits[0] < low
        assert limits[1] > high


def test_of_many_variables_three_are_shown():
    wide = np.hstack([LORENZ, LORENZ])
    display = AttractorDisplay.from_predictions(wide, wide, names=list("abcdef"))
    assert display.axes_[0].get_zlabel() == "c"


# On most seeds chaos leaves the range within these steps, which is no matter here.
@pytest.mark.filterwarnings("ignore::esnkit.DivergenceWarning")
def test_models_run_on_along_the_truth():
    fitted = forecaster().fit(LORENZ[:600])
    display = AttractorDisplay.from_estimator(fitted, LORENZ[600:800])
    np.testing.assert_array_equal(display.prediction, fitted.forecast(200))
    model = fitted.model_
    display = AttractorDisplay.from_estimator(model, LORENZ[600:650])
    np.testing.assert_array_equal(display.prediction, model.free_run(50))


@pytest.mark.parametrize(
    ("truth", "prediction", "options", "message"),
    [
        (LORENZ, LORENZ[:, :2], {}, r"truth has 3 variable\(s\), but prediction has 2"),
        (LORENZ[:2], LORENZ, {}, r"truth must have shape.*got shape \(2, 3\)"),
        (LORENZ, LORENZ * np.nan, {}, "no missing values"),
        (LORENZ, LORENZ, {"names": ["x"]}, r"names has 1 name\(s\), but there are 3"),
        (LORENZ[:, 0], LORENZ[:, 0], {"delay": 900}, "delay == 900, must be <= 898"),
    ],
)
def test_trajectories_that_do_not_fit_are_refused(truth, prediction, options, message):
    with pytest.raises(ValueError, match=message):
        AttractorDisplay.from_predictions(truth, prediction, **options)


def test_two_axes_are_needed():
    display = AttractorDisplay.from_predictions(LORENZ[:, :2], LORENZ[:, :2])
    _, axes = plt.subplots(1, 3)
    with pytest.raises(ValueError, match="2 axes are needed, got 1"):
        display.plot(axes[:1])
    assert display.plot(axes[1:]).axes_ == list(axes[1:])


# ---------------------------------------------------------------------- forecasts of forecasters


@pytest.mark.parametrize("kind", [pd.Series, np.asarray])
def test_a_forecaster_is_drawn_with_its_interval(kind):
    series = kind(SUNSPOTS)
    fitted = forecaster().fit(series[:-20])
    display = ForecastDisplay.from_estimator(
        fitted, None, 10, level=0.8, truth=SUNSPOTS.iloc[-20:-10]
    )
    np.testing.assert_array_equal(display.history, SUNSPOTS[:-20])
    np.testing.assert_array_equal(display.forecast, fitted.forecast(10))
    for drawn, bound in zip(
        (display.lower, display.upper), fitted.predict_interval(10, level=0.8), strict=True
    ):
        np.testing.assert_array_equal(drawn, bound)
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["history", "80 % interval", "truth", "forecast"]


def test_dates_of_a_forecaster_go_on():
    fitted = forecaster().fit(SUNSPOTS)
    display = ForecastDisplay.from_estimator(fitted, SUNSPOTS[-50:], 5)
    assert pd.DatetimeIndex(display.forecast_index).year.tolist() == list(range(2009, 2014))
    assert display.band_ is None


def test_what_a_model_cannot_show_is_refused():
    model = forecaster().fit(SUNSPOTS).model_
    with pytest.raises(ValueError, match="history=None needs a fitted forecaster, got ESNReg"):
        ForecastDisplay.from_estimator(model, None, 5)
    with pytest.raises(ValueError, match="level needs a fitted forecaster"):
        ForecastDisplay.from_estimator(model, SUNSPOTS, 5, level=0.9)
    for y, counts in ((LORENZ, "1 of 3"), ([SUNSPOTS, SUNSPOTS], "2 of 1")):
        with pytest.raises(ValueError, match=f"but Forecaster was fitted to {counts}"):
            ForecastDisplay.from_estimator(forecaster().fit(y), None, 5)
    with pytest.raises(ValueError, match=r"period=1 asks for a naive forecast.* y holds 2"):
        BacktestDisplay.from_estimator(forecaster(), [SUNSPOTS, SUNSPOTS], 5)
    with pytest.raises(NotFittedError):
        SearchDisplay.from_estimator(AutoESN())
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(RNNRegressor())


@pytest.mark.parametrize("kind", [pd.Series.to_frame, lambda series: series.to_numpy()[:, None]])
def test_a_table_of_one_column_is_a_series(kind):
    fitted = forecaster().fit(kind(SUNSPOTS))
    display = ForecastDisplay.from_estimator(fitted, None, 5, level=0.9, truth=np.ones((5, 1)))
    np.testing.assert_array_equal(display.forecast, np.ravel(fitted.forecast(5)))
    assert len(display.history_index) == len(SUNSPOTS)


# ---------------------------------------------------------------------- labelled sequences


def test_features_are_drawn_by_their_main_components():
    """The variance along the axes is that of scikit-learn's PCA, and nothing is lost or added."""
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(30, 5)) * [5, 3, 1, 1, 1], np.arange(30) % 3
    display = SequenceFeaturesDisplay.from_features(features, labels)
    pca = PCA(2).fit(features)
    np.testing.assert_allclose(display.shares, pca.explained_variance_ratio_)
    drawn = np.concatenate([points.get_offsets() for points in display.points_])
    expected = pca.transform(features)[np.argsort(labels, kind="stable")]
    np.testing.assert_allclose(np.abs(drawn), np.abs(expected), atol=1e-9)
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == ["0", "1", "2"]


def test_errors_are_counted_by_length():
    lengths = [3, 3, 4, 4, 8, 9, 9, 20]
    X = [np.zeros((n, 1)) for n in lengths]
    truth, guess = np.zeros(8), np.array([1, 0, 0, 0, 1, 1, 0, 1])
    display = ErrorByLengthDisplay.from_predictions(X, truth, guess)
    assert display.counts_.sum() == 8
    assert display.shares_ @ display.counts_ == pytest.approx(4)
    labels = [text.get_text().split("\n")[0] for text in display.ax_.get_xticklabels()]
    assert labels[0] == "3"
    assert labels[-1].endswith("20")
    heights = [bar.get_height() for bar in display.ax_.patches]
    np.testing.assert_allclose(heights, display.shares_)


def test_figures_of_labels_are_drawn_from_a_classifier():
    X = [np.sin(np.arange(20 + n % 5) * (0.3 + 0.4 * (n % 2)))[:, None] for n in range(20)]
    y = np.arange(20) % 2
    classifier = ESNClassifier(Reservoir(10), random_state=0).fit(X, y)
    assert len(SequenceFeaturesDisplay.from_estimator(classifier, X, y).points_) == 2
    display = ErrorByLengthDisplay.from_estimator(classifier, X, y)
    wrong = len(X) * (1 - classifier.score(X, y))
    assert display.shares_ @ display.counts_ == pytest.approx(wrong)


@pytest.mark.parametrize("display", ["labels", "backtest"])
def test_panels_that_share_an_axis_show_all_that_each_holds(display):
    _, axes = plt.subplots(1, 2, sharey=True)
    for ax, largest in zip(axes, (1, 9), strict=True):
        if display == "labels":
            wrong = np.arange(10) < largest
            drawn = ErrorByLengthDisplay(np.ones(10, dtype=int), wrong)
        else:
            drawn = BacktestDisplay({"model": np.full((3, 3), float(largest))})
        drawn.plot(ax=ax)
    for ax in axes:
        low, high = ax.get_ylim()
        assert low == 0
        assert high > max(one.dataLim.y1 for one in axes)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: SequenceFeaturesDisplay.from_features(np.ones((4, 1)), [0] * 4), "2 rows and"),
        (lambda: SequenceFeaturesDisplay.from_features(np.ones((4, 2)), [0] * 3), r"y has shape"),
        (lambda: ErrorByLengthDisplay.from_predictions([[[1]]], [0, 1], [0]), "y_true has shape"),
        (lambda: ErrorByLengthDisplay.from_predictions([[[1]]], [0], [0, 1]), "y_pred has shape"),
    ],
)
def test_labels_that_fit_nothing_are_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


# ---------------------------------------------------------------------- states


def test_a_raster_shows_every_state_where_its_order_says():
    states = np.random.default_rng(0).normal(size=(40, 7))
    display = StateRasterDisplay(states).plot()
    shown = np.asarray(display.image_.get_array())
    np.testing.assert_array_equal(shown, states[:, display.order_].T)
    assert sorted(display.order_) == list(range(7))
    assert display.image_.get_clim() == (-np.abs(states).max(), np.abs(states).max())
    plain = StateRasterDisplay(states, sort=False).plot()
    assert plain.order_.tolist() == list(range(7))


def test_units_that_vary_alike_lie_side_by_side():
    steps = np.arange(200)
    phases = np.random.default_rng(0).permutation(12) * 2 * np.pi / 12
    states = np.sin(steps[:, None] / 7 + phases)
    ordered = phases[StateRasterDisplay(states).plot().order_]
    turns = np.diff(np.append(ordered, ordered[0])) % (2 * np.pi)
    np.testing.assert_allclose(np.minimum(turns, 2 * np.pi - turns), 2 * np.pi / 12, rtol=1e-6)


@pytest.mark.parametrize("states", [np.zeros((5, 3)), np.ones((1, 4)), np.ones((4, 1))])
def test_rasters_of_states_that_never_change(states):
    assert len(StateRasterDisplay(states).plot().order_) == states.shape[1]


def test_rasters_refuse_what_is_no_run_of_states():
    for states, words in [
        (np.ones(3), "of shape"),
        (np.ones((0, 3)), "neither of them 0"),
        ([[1.0, np.nan]], "finite"),
    ]:
        with pytest.raises(ValueError, match=words):
            StateRasterDisplay(states).plot()
    with pytest.raises(TypeError, match="transform"):
        StateRasterDisplay.from_memory(Reservoir, np.eye(3))
    with pytest.raises(NotFittedError):
        StateRasterDisplay.from_memory(Reservoir(), np.eye(3))
