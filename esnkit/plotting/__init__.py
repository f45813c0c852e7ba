"""Figures of results: each class keeps what it draws and the matplotlib objects it drew."""

from __future__ import annotations

from esnkit.plotting.attractor import AttractorDisplay
from esnkit.plotting.backtest import BacktestDisplay
from esnkit.plotting.contributions import ContributionsDisplay
from esnkit.plotting.forecast import ForecastDisplay
from esnkit.plotting.labels import ErrorByLengthDisplay, SequenceFeaturesDisplay
from esnkit.plotting.scores import RanksDisplay, ScoresDisplay
from esnkit.plotting.search import SearchDisplay
from esnkit.plotting.states import StateRasterDisplay
from esnkit.plotting.training import GradientFlowDisplay, LossCurveDisplay

__all__ = [
    "AttractorDisplay",
    "BacktestDisplay",
    "ContributionsDisplay",
    "ErrorByLengthDisplay",
    "ForecastDisplay",
    "GradientFlowDisplay",
    "LossCurveDisplay",
    "RanksDisplay",
    "ScoresDisplay",
    "SearchDisplay",
    "SequenceFeaturesDisplay",
    "StateRasterDisplay",
]
