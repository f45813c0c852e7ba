"""Build the recurrent matrix that the parameter `topology` asks for."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import numpy as np

from esnkit.core.checks import check_count, check_real
from esnkit.topology.random_graphs import erdos_renyi, orthogonal, random
from esnkit.topology.rings import cycle, cycle_jumps, delay_line, ring_lattice, small_world
from esnkit.topology.sampling import in_degree
from esnkit.topology.spectral_radius import Matrix, check_square_matrix

__all__ = ["build"]


Builder = Callable[..., tuple[Matrix, float | None]]

# By name: the builder, and whether it takes a connectivity.
BUILDERS: dict[str, tuple[Builder, bool]] = {
    "random": (random, True),
    "erdos-renyi": (erdos_renyi, True),
    "small-world": (small_world, True),
    "cycle": (cycle, False),
    "cycle-jumps": (cycle_jumps, False),
    "delay-line": (delay_line, False),
    "orthogonal": (orthogonal, False),
    "ring-lattice": (ring_lattice, True),
}


def build(
    topology: Any, n_units: int, connectivity: float, rng: np.random.Generator
) -> tuple[Matrix, float | None]:
    """Build the recurrent matrix of a reservoir, before it is scaled.

    Parameters
    ----------
    topology : str, array-like, sparse matrix or callable
        The name of a builder, such as ``"small-world"``; or the matrix itself, of shape
        (n_units, n_units); or a function ``(n_units, rng)`` that returns such a matrix, or a
        tuple of the matrix and its spectral radius (None if unknown). A function is not told
        the connectivity: give it its own, ``partial(small_world, connectivity=4)``.
    n_units : int
        Number of units.
    connectivity : int or float
        Incoming connections per unit, as for `in_degree`. Builders whose connections are fixed,
        like the cycle, and given matrices do not use it.
    rng : numpy.random.Generator
        Where everything random comes from.

    Returns
    -------
    W : csr_array or ndarray of shape (n_units, n_units)
        The weights, float64 and a copy.
    radius : float or None
        The spectral radius of W, None if it is not known.

    Raises
    ------
    ValueError
        If the name is unknown, a matrix is not of shape (n_units, n_units), real and finite, or
        another argument is out of its range.
    TypeError
        If `n_units` or `connectivity` is not a number.

    Examples
    --------
    >>> import numpy as np
    >>> W, radius = build("cycle", 100, 10, np.random.default_rng(0))
    >>> W.shape, radius
    ((100, 100), 1.0)
    """
    n_units = check_count(n_units, "n_units")
    in_degree(connectivity, n_units)  # a wrong value is an error even where it is not used
    if isinstance(topology, str):
        builder, takes_connectivity = _builder(topology)
        options = {"connectivity": connectivity} if takes_connectivity else {}
        return builder(n_units, rng, **options)
    if isinstance(topology, type):
        raise TypeError(f"topology must be a name, a matrix or a function, got {topology!r}.")
    drawn = topology(n_units, rng) if callable(topology) else topology
    W, radius = drawn if isinstance(drawn, tuple) else (drawn, None)
    if radius is not None:
        radius = check_real(radius, "the spectral radius returned by topology", min_val=0)
    return check_square_matrix(W, "topology", n_units), radius


def _builder(name: str) -> tuple[Builder, bool]:
    """Look a builder up; suggest the nearest name if there is none."""
    if name in BUILDERS:
        return BUILDERS[name]
    nearest = difflib.get_close_matches(name, BUILDERS, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(
        f"topology must be one of {list(BUILDERS)}, a matrix or a function, got {name!r}.{hint}"
    )
