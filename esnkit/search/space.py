"""Search spaces as data: what may be varied, how far, and where a search begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from esnkit.core.typing import FloatArray

_BLOCK = 64  # points of a Sobol sequence drawn at a time; a power of two keeps it balanced

Settings = dict[str, Any]


@dataclass(frozen=True)
class Dimension:
    """One setting that a search varies.

    Parameters
    ----------
    name : str
        The setting.
    scale : {"linear", "log", "choice"}
        Whether values are spread evenly, evenly in their logarithm, or taken from a list.
    default : int, float or str
        The value with which every search begins.
    low : float, default=None
        Lower bound, for ``"linear"`` and ``"log"``.
    high : float, default=None
        Upper bound.
    integer : bool, default=False
        Whether values are rounded to whole numbers.
    choices : tuple, default=()
        What there is to choose from, for ``"choice"``.

    Examples
    --------
    >>> from esnkit.search.space import Dimension
    >>> Dimension("leak_rate", "log", 0.5, 0.01, 1.0).at(0.5)
    0.1
    """

    name: str
    scale: Literal["linear", "log", "choice"]
    default: Any
    low: float | None = None
    high: float | None = None
    integer: bool = False
    choices: tuple[Any, ...] = ()

    def at(self, share: float) -> Any:
        """Return the value at a share of the way through the dimension.

        Parameters
        ----------
        share : float
            From 0 to 1, exclusive.

        Returns
        -------
        int, float or str
        """
        if self.scale == "choice":
            return self.choices[int(share * len(self.choices))]
        assert self.low is not None
        assert self.high is not None
        if self.scale == "log":
            value = float(np.exp(np.log(self.low) + share * np.log(self.high / self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        return round(value) if self.integer else float(f"{value:.4g}")  # readable, and exact


def candidates(space: Sequence[Dimension], rng: np.random.Generator) -> Iterator[Settings]:
    """Yield settings without end: the defaults first, then points spread evenly over the space.

    Parameters
    ----------
    space : sequence of Dimension
        What is varied. An empty space has one point.
    rng : numpy.random.Generator
        Shifts the Sobol sequence.

    Yields
    ------
    dict
        A value for each dimension.
    """
    yield {dimension.name: dimension.default for dimension in space}
    if space:
        for point in even_points(len(space), rng):
            yield {d.name: d.at(share) for d, share in zip(space, point, strict=True)}


def even_points(n_dimensions: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    """Yield points of the unit cube without end: a Sobol sequence that is shifted at random.

    Parameters
    ----------
    n_dimensions : int
        Of the cube.
    rng : numpy.random.Generator
        Shifts the sequence.

    Yields
    ------
    ndarray of shape (n_dimensions,)
        Coordinates from 0 to 1, exclusive.
    """
    from scipy.stats import qmc

    sequence = qmc.Sobol(n_dimensions, scramble=False)
    shift = rng.random(n_dimensions)
    while True:
        yield from (sequence.random(_BLOCK) + shift) % 1.0
