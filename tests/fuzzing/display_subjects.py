"""Figures: Displays as subjects of strange arguments."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from esnkit import (
    AutoESN,
    ESNClassifier,
    ESNRegressor,
    Forecaster,
    Reservoir,
    RidgeReadout,
    plotting,
)
from esnkit.networks import GradientFlow
from tests.fuzzing.subjects import SERIES, Subject

ROW = np.array([1.0, 2.0, 3.0])
SEQUENCES = [np.ones((n, 1)) * (n % 2) for n in (4, 5, 6, 7)]
LABELS = ["a", "b", "a", "b"]


@cache
def forecaster() -> Any:
    return Forecaster(ESNRegressor(Reservoir(5), RidgeReadout(0.01)), random_state=0).fit(SERIES)


@cache
def classifier() -> Any:
    return ESNClassifier(Reservoir(5), random_state=0).fit(SEQUENCES, LABELS)


def close(display: Any) -> None:
    """Draw, which is when some mistakes are found, and forget the figure."""
    from matplotlib import pyplot as plt

    try:
        display.figure_.canvas.draw()
    finally:
        plt.close("all")


def plotted(display: Any) -> None:
    close(display.plot())


def _made() -> dict[str, Subject]:
    table = pd.DataFrame({"step": [1, 2, 1, 2], "error": [0.1, 0.2, 0.3, 0.4]})
    search = pd.DataFrame({"score": [0.1, 0.2, 0.3], "leak": [0.1, 0.5, 0.9]})
    parts = pd.DataFrame({"series": 0, "variable": "y", "part": "a", "step": [1, 2]})
    parts = parts.assign(weight=1.0, forecast=[3.0, 4.0])
    flow = GradientFlow(np.arange(3), ROW, ROW)
    rows = {"truth": ROW, "lower": ROW - 1, "upper": ROW + 1}
    return {
        "ForecastDisplay.from_predictions": Subject(
            plotting.ForecastDisplay.from_predictions,
            {"history": SERIES, "forecast": ROW, **rows},
            close,
        ),
        "ForecastDisplay.from_estimator": Subject(
            plotting.ForecastDisplay.from_estimator,
            lambda: {"estimator": forecaster(), "history": SERIES, "horizon": 3},
            close,
        ),
        "BacktestDisplay.from_predictions": Subject(
            plotting.BacktestDisplay.from_predictions, {"tables": table, "naive": table}, close
        ),
        "BacktestDisplay.from_estimator": Subject(
            plotting.BacktestDisplay.from_estimator,
            lambda: {"estimator": forecaster(), "y": SERIES, "horizon": 3, "n_origins": 2},
            close,
        ),
        "AttractorDisplay.from_predictions": Subject(
            plotting.AttractorDisplay.from_predictions,
            {"truth": SERIES, "prediction": SERIES, "delay": 2},
            close,
        ),
        "AttractorDisplay.from_estimator": Subject(
            plotting.AttractorDisplay.from_estimator,
            lambda: {"estimator": forecaster(), "truth": SERIES, "delay": 2},
            close,
        ),
        "SearchDisplay.from_predictions": Subject(
            plotting.SearchDisplay.from_predictions, {"table": search}, close
        ),
        "ContributionsDisplay.from_predictions": Subject(
            plotting.ContributionsDisplay.from_predictions, {"table": parts}, close
        ),
        "ContributionsDisplay.from_estimator": Subject(
            plotting.ContributionsDisplay.from_estimator,
            lambda: {"estimator": AutoESN().fit(SERIES[:9]), "horizon": 3},
            close,
        ),
        "LossCurveDisplay.from_curves": Subject(
            plotting.LossCurveDisplay.from_curves,
            {"training": ROW, "validation": ROW, "best_epoch": 2},
            close,
        ),
        "GradientFlowDisplay.from_flows": Subject(
            plotting.GradientFlowDisplay.from_flows, {"flows": {"a": flow}}, close
        ),
        "SequenceFeaturesDisplay.from_features": Subject(
            plotting.SequenceFeaturesDisplay.from_features,
            {"features": np.eye(4), "y": LABELS},
            close,
        ),
        "SequenceFeaturesDisplay.from_estimator": Subject(
            plotting.SequenceFeaturesDisplay.from_estimator,
            lambda: {"estimator": classifier(), "X": SEQUENCES, "y": LABELS},
            close,
        ),
        "StateRasterDisplay": Subject(plotting.StateRasterDisplay, {"states": np.eye(4)}, plotted),
        "StateRasterDisplay.from_memory": Subject(
            plotting.StateRasterDisplay.from_memory,
            lambda: {"memory": Reservoir(3).fit(np.eye(4)), "X": np.eye(4)},
            close,
        ),
        "ErrorByLengthDisplay": Subject(
            plotting.ErrorByLengthDisplay,
            {"lengths": [4, 5, 6, 7], "wrong": [True, False, True, False]},
            plotted,
        ),
        "ErrorByLengthDisplay.from_predictions": Subject(
            plotting.ErrorByLengthDisplay.from_predictions,
            {"X": SEQUENCES, "y_true": LABELS, "y_pred": LABELS},
            close,
        ),
        "ErrorByLengthDisplay.from_estimator": Subject(
            plotting.ErrorByLengthDisplay.from_estimator,
            lambda: {"estimator": classifier(), "X": SEQUENCES, "y": LABELS},
            close,
        ),
        "ScoresDisplay": Subject(plotting.ScoresDisplay, {"scores": {"a": ROW, "b": ROW}}, plotted),
        "RanksDisplay": Subject(plotting.RanksDisplay, {"ranks": {"a": 1.2, "b": 1.8}}, plotted),
    }


DISPLAYS = _made()
