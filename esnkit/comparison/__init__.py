"""Comparisons of models: tasks, contestants, and results."""

from esnkit.comparison.compare import compare
from esnkit.comparison.contestants.base import Contestant, Problem
from esnkit.comparison.json_records import ResultsError
from esnkit.comparison.records import Comparison
from esnkit.comparison.report.render import render_html, render_markdown
from esnkit.comparison.tasks.base import SeriesTask, Task, TaskError
from esnkit.comparison.tasks.labelled import LabelledTask
from esnkit.comparison.tasks.scores import (
    ACCURACY,
    BALANCED_ACCURACY,
    MASE,
    NRMSE,
    VALID_TIME,
    Metric,
    Scale,
)
from esnkit.comparison.tasks.splits import DrivenSplit, LabelledSplit, Pairs, SeriesSplit
from esnkit.search.space import Dimension

__all__ = [
    "ACCURACY",
    "BALANCED_ACCURACY",
    "MASE",
    "NRMSE",
    "VALID_TIME",
    "Comparison",
    "Contestant",
    "Dimension",
    "DrivenSplit",
    "LabelledSplit",
    "LabelledTask",
    "Metric",
    "Pairs",
    "Problem",
    "ResultsError",
    "Scale",
    "SeriesSplit",
    "SeriesTask",
    "Task",
    "TaskError",
    "compare",
    "render_html",
    "render_markdown",
]
