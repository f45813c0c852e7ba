"""One command, an honest comparison: tasks, contestants, and what came of it."""

from esnkit.comparison.contest import compare
from esnkit.comparison.contestants import Contestant, Problem
from esnkit.comparison.measures import MASE, NRMSE, VALID_TIME, Metric, Scale
from esnkit.comparison.report import render_html, render_markdown
from esnkit.comparison.results import Comparison
from esnkit.comparison.space import Dimension
from esnkit.comparison.splits import DrivenSplit, Pairs, SeriesSplit
from esnkit.comparison.storage import ResultsError
from esnkit.comparison.tasks import SeriesTask, Task, TaskError

__all__ = [
    "MASE",
    "NRMSE",
    "VALID_TIME",
    "Comparison",
    "Contestant",
    "Dimension",
    "DrivenSplit",
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
