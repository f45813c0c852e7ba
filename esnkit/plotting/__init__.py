"""Figures of results: each class keeps what it draws and the matplotlib objects it drew."""

from __future__ import annotations

from esnkit.plotting.forecast import ForecastDisplay

__all__ = ["ForecastDisplay"]
