"""A figure of what a memory holds: its features, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from esnkit.core.checks import check_flag
from esnkit.plotting.base import Display
from esnkit.plotting.checks import check_method, floats
from esnkit.plotting.style import label, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# White is zero; what is above and below differ in lightness too, for those who see no colours.
_COLOURS = "RdBu_r"


class StateRasterDisplay(Display):
    """States as an image: a row for each unit, a column for each step.

    Parameters
    ----------
    states : array-like of shape (n_steps, n_units)
        What the memory holds at each step.
    sort : bool, default=True
        Whether units that vary alike lie side by side: they are sorted by their place on the
        circle of the first two main components of the states. False keeps their own order.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    image_ : matplotlib.image.AxesImage
        The states. Zero is white, and colours reach as far as the largest state.
    order_ : ndarray of shape (n_units,)
        Which unit each row shows, from the top.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import Reservoir
    >>> from esnkit.plotting import StateRasterDisplay
    >>> wave = np.sin(np.arange(80) / 5)[:, None]
    >>> memory = Reservoir(30, random_state=0).fit(wave)
    >>> StateRasterDisplay.from_memory(memory, wave).image_.get_array().shape
    (30, 80)
    """

    _size = (7.0, 3.2)

    def __init__(self, states: ArrayLike, *, sort: bool = True) -> None:
        self.states = states
        self.sort = sort

    @classmethod
    def from_memory(
        cls, memory: Any, X: ArrayLike, *, sort: bool = True, ax: Axes | None = None
    ) -> Self:
        """Run a fitted memory over a sequence, and draw.

        Parameters
        ----------
        memory : memory
            Fitted; a model keeps its own as ``reservoir_``.
        X : array-like of shape (n_steps, n_features)
            The input.
        sort : bool, default=True
            Whether units that vary alike lie side by side.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        StateRasterDisplay

        Raises
        ------
        TypeError
            If `memory` has no method ``transform``.
        """
        check_method(memory, "transform", name="memory")
        return cls(memory.transform(X), sort=sort).plot(ax)

    def _draw(self, ax: Axes) -> None:
        states = floats(self.states, "states")
        if states.ndim != 2 or not states.size:
            raise ValueError(
                f"states must be of shape (n_steps, n_units), neither of them 0, got "
                f"{states.shape}."
            )
        if not np.isfinite(states).all():
            raise ValueError("states must hold finite numbers alone.")
        self.order_ = np.arange(states.shape[1])
        if check_flag(self.sort, "sort"):
            self.order_ = _side_by_side(states)
        reach = float(np.abs(states).max()) or 1.0
        self.image_ = ax.imshow(
            states[:, self.order_].T,
            aspect="auto",
            cmap=_COLOURS,
            vmin=-reach,
            vmax=reach,
            interpolation="nearest",
        )
        ax.figure.colorbar(self.image_, ax=ax, label="state")
        label(ax, "step", "unit, sorted" if self.sort else "unit")
        ax.set_yticks([])
        whole_numbers(ax)


def _side_by_side(states: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Order units by the angle at which they lie in the plane of the two main components."""
    scale = float(np.abs(states).max()) or 1.0
    centred = states / scale - (states / scale).mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((2, states.shape[1]))
    plane[: len(singular)] = (singular[:, None] * right)[:2]
    # The sign of a component hangs on rounding: the unit that counts most in it is positive.
    largest = np.abs(plane).argmax(axis=1)
    plane *= np.where(plane[[0, 1], largest] < 0, -1.0, 1.0)[:, None]
    return np.argsort(np.arctan2(plane[1], plane[0]), kind="stable")
