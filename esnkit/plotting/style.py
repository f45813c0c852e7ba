"""The look that all figures share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the palette of Okabe and Ito, which colour-blind readers can tell apart. Grey is for what is
# known, blue for the forecast or the first of several, orange for the truth or the second.
GREY, BLUE, ORANGE = "#404040", "#0072B2", "#D55E00"
GREEN, PURPLE, SKY, YELLOW = "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
GRID = "#e5e5e5"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW)


def new_axes(width: float = 8, height: float = 4) -> Axes:
    """Make a figure of a size in inches, and the axes that fill it."""
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def tidy(ax: Axes, *, grid: Any = "y") -> None:
    """Hide the upper and right frame, and draw grid lines along one axis, or "both"."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.margins(x=0.01)
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, AutoDateLocator):
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def whole_numbers(ax: Axes) -> None:
    """Put no tick between whole numbers on the x axis."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))


def from_zero(ax: Axes) -> None:
    """Let the y axis begin at zero, and go up to what all panels that share it hold."""
    ax.autoscale(axis="y")  # a panel that was drawn before may have fixed the limits
    ax.set_ylim(bottom=0)


def label(ax: Axes, x: str | None, y: str | None) -> None:
    """Label the axes by names that may come from a file: what looks like a formula is none."""
    ax.set_xlabel("" if x is None else str(x), parse_math=False)
    ax.set_ylabel("" if y is None else str(y), parse_math=False)


def legend_above(ax: Axes, n_columns: int = 4) -> None:
    """Put the legend above the axes, where it can hide no line."""
    ax.legend(frameon=False, ncols=n_columns, loc="lower right", bbox_to_anchor=(1, 1), borderpad=0)


def logarithmic(ax: Axes, name: str) -> None:
    """Scale an axis by the logarithm, with plain numbers on it, which are no formulas."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    ax.set(**{f"{name}scale": "log"})
    axis = ax.xaxis if name == "x" else ax.yaxis
    low, high = sorted(map(float, axis.get_view_interval()))
    axis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())
