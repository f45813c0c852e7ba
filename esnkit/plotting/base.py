"""What all Displays share: they keep what they draw, and draw it again elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from esnkit.plotting.checks import check_axes
from esnkit.plotting.style import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Display(ABC):
    """A figure of one pair of axes: subclasses keep data, and draw them in `_draw`."""

    _size: ClassVar[tuple[float, float]] = (7.0, 3.6)  # inches, where no axes are given

    ax_: Axes
    figure_: Any

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw what is kept.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        Display
            Itself.

        Raises
        ------
        TypeError
            If `ax` are no axes.
        """
        if ax is not None:
            check_axes(ax, "ax")
        self.ax_ = new_axes(*self._size) if ax is None else ax
        self.figure_ = self.ax_.figure
        self._draw(self.ax_)
        return self

    @abstractmethod
    def _draw(self, ax: Axes) -> None:
        """Draw, and keep what was drawn under names that end in ``_``."""


class PanelsDisplay(ABC):
    """A figure of several panels, each with axes of its own."""

    axes_: list[Axes]
    figure_: Any

    def plot(self, axes: Sequence[Axes] | None = None) -> Self:
        """Draw what is kept.

        Parameters
        ----------
        axes : sequence of matplotlib.axes.Axes, default=None
            Where to draw, one for each panel; None makes a figure.

        Returns
        -------
        PanelsDisplay
            Itself.

        Raises
        ------
        ValueError
            If there are fewer axes than panels.
        TypeError
            If they are none.
        """
        panels = self._new_panels() if axes is None else _panels(axes)
        if len(panels) < self._n_panels:
            raise ValueError(f"{self._n_panels} axes are needed, got {len(panels)}.")
        self.axes_, self.figure_ = panels[: self._n_panels], panels[0].figure
        self._draw(self.axes_)
        return self

    @property
    @abstractmethod
    def _n_panels(self) -> int:
        """How many axes are needed."""

    @abstractmethod
    def _new_panels(self) -> list[Axes]:
        """Make a figure, and the axes within."""

    @abstractmethod
    def _draw(self, axes: list[Axes]) -> None:
        """Draw, and keep what was drawn under names that end in ``_``."""


def _panels(axes: Any) -> list[Axes]:
    """Return axes that are given as a list, or as an array as `matplotlib.pyplot.subplots` does."""
    try:
        panels = np.asarray(axes, dtype=object).ravel().tolist()
    except ValueError:
        raise TypeError(f"axes must be matplotlib axes, one a panel, got {axes!r}.") from None
    for ax in panels:
        check_axes(ax, "axes")
    return panels
