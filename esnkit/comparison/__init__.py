"""One command, an honest comparison: tasks, contestants, and what came of it."""

from esnkit.comparison.results import Comparison, ResultsError
from esnkit.comparison.space import Dimension

__all__ = ["Comparison", "Dimension", "ResultsError"]
