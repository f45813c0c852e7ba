"""What AutoESN says of itself: the lines of its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from esnkit.core.typing import FloatArray
from esnkit.forecasting.auto.candidates import Candidate, Statistical
from esnkit.forecasting.auto.selection import Group
from esnkit.search.engine import Search

_METHODS = {
    "smoothing": "exponential smoothing",
    "theta": "theta",
    "demand": "intermittent demand",
    "regression": "autoregression",
    "analogues": "analogues",
}


def search_lines(
    found: Search, best_params: Mapping[str, Any], seasons: Sequence[int], ratio: float
) -> list[str]:
    """Say how the search ended, what was best, and its error as a ratio to a naive forecast's."""
    chosen = ", ".join(
        f"{name}={_brief(value)}"
        for name, value in best_params.items()
        if value is not None and name != "seed"
    )
    lines = [
        f"search: {found.end}, {found.seconds:.1f} s; season: {season_line(seasons)}",
        f"best: {chosen}",
    ]
    naive = next((trial for trial in found.ranked if trial.candidate.naive), None)
    if naive is not None and np.isfinite(ratio):
        said = _naive_forecast(naive.candidate)
        lines.append(f"error where it had not chosen: {ratio:.2g} times that of {said}")
    return lines


def season_line(seasons: Sequence[int]) -> str:
    """Say how long seasons are."""
    return f"{' and '.join(map(str, seasons))} steps" if seasons else "none"


def combination_line(groups: Sequence[Group], weights: FloatArray) -> str:
    """Say what a forecast is made of; the weights are of shape (n_groups, n_steps)."""
    parts = zip(weights.mean(axis=1), groups, strict=True)
    return ", ".join(f"{weight:.0%} {group_name(group)}" for weight, group in parts)


def told_apart(names: Sequence[str]) -> list[str]:
    """Tell names apart that are alike, such as those of the last seasons of two lengths."""
    seen = [names[: i + 1].count(name) for i, name in enumerate(names)]
    return [name if n == 1 else f"{name} ({n})" for name, n in zip(names, seen, strict=True)]


def aligned_rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows of cells below each other, the last cell of each as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return [
        "  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def group_name(group: Group) -> str:
    """Say what a group forecasts by."""
    candidate = group.members[0].candidate
    if candidate.naive:
        return _naive_forecast(candidate)
    if isinstance(candidate.memory, Statistical):
        return _METHODS[candidate.memory.method]
    return "one model" if len(group.members) == 1 else f"median of {len(group.members)} models"


def _brief(value: Any) -> str:
    """Write a number with few digits."""
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _naive_forecast(candidate: Candidate) -> str:
    """Say what a naive candidate forecasts."""
    view = candidate.view
    if view.season is not None:
        level = "last level" if view.differences else "mean"
        steps = str(view.season).strip("()").replace(",", " and")
        said = f"the {level} with the course of a season of {steps} steps"
    elif not view.differences:
        return "the mean"
    else:
        (lag,) = view.differences
        said = "the last value" if lag == 1 else f"the last season of {lag} steps"
    return f"{said}, with a drift" if candidate.drifts else said
