"""What the parts of a forecast say adds up to the forecast, in every form of series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from esnkit import AutoESN
from esnkit.plotting import ContributionsDisplay

RNG = np.random.default_rng(1)
WAVE = np.sin(np.arange(80) / 3) + 0.3 * RNG.normal(size=80)


def quick(**options):
    return AutoESN(**{"n_candidates": 6, "random_state": 0} | options)


def summed(table):
    share = table["weight"] * table["forecast"]
    return (
        share.groupby([table["series"], table["step"], table["variable"]], dropna=False)
        .sum()
        .to_numpy()
    )


@pytest.mark.parametrize("n_steps", [2, 12, 29, 80])
@pytest.mark.parametrize("horizon", [3, 30])
def test_parts_add_up_to_the_forecast(n_steps, horizon):
    auto = quick().fit(WAVE[:n_steps])
    table = auto.contributions(horizon)
    assert_allclose(summed(table), auto.forecast(horizon))
    assert_allclose(table.groupby("step")["weight"].sum(), 1.0)
    assert not table.duplicated(["part", "step"]).any()


@pytest.mark.parametrize("panel", ["pooled", "each"])
def test_parts_of_many_series_with_known_inputs(panel):
    y, x = [WAVE, WAVE[::-1][:70]], [RNG.normal(size=(n, 1)) for n in (80, 70)]
    coming = [RNG.normal(size=(4, 1)) for _ in range(2)]
    auto = quick(panel=panel).fit(y, x)
    assert_allclose(summed(auto.contributions(4, coming)), np.ravel(auto.forecast(4, coming)))


def test_parts_of_tables_have_their_names():
    dates = pd.date_range("2020-01-01", periods=40, freq="D")
    frame = pd.DataFrame({"a": WAVE[:40], "b": WAVE[40:]}, index=dates)
    auto = quick().fit(frame)
    table = auto.contributions(3)
    assert set(table["variable"]) == {"a", "b"}
    assert_allclose(summed(table), auto.forecast(3).to_numpy().ravel())


def test_seasons_of_two_lengths_are_told_apart():
    months = pd.date_range("2020-01-01", periods=28, freq="MS")
    season = np.tile([3.0, 0.0, -3.0, 0.0], 7)
    series = pd.Series(season + 0.01 * RNG.normal(size=28), index=months)
    auto = AutoESN(season_length=4).fit(series)
    parts = auto.contributions(2)
    assert not parts.duplicated(["part", "step"]).any()
    assert_allclose(summed(parts), auto.forecast(2))


def test_a_figure_shows_forecasts_and_weights():
    auto = quick().fit(WAVE)
    table = auto.contributions(5)
    display = ContributionsDisplay.from_estimator(auto, 5)
    names = list(dict.fromkeys(table["part"]))
    assert [line.get_label() for line in display.lines_] == names
    for name, line in zip(names, display.lines_, strict=True):
        assert_allclose(line.get_ydata(), table.loc[table["part"] == name, "forecast"])
    assert_allclose(display.joint_line_.get_ydata(), auto.forecast(5))
    top = max(area.get_paths()[0].vertices[:, 1].max() for area in display.areas_)
    assert top == pytest.approx(1.0)


def test_several_series_make_no_figure():
    auto = quick(panel="each").fit([WAVE[:20], WAVE[20:40]])
    with pytest.raises(ValueError, match="one series of one variable, got 2"):
        ContributionsDisplay.from_estimator(auto, 3)
    with pytest.raises(ValueError, match="with columns series and variable"):
        ContributionsDisplay.from_predictions(pd.DataFrame({"part": ["a"]}))
