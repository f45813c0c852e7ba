"""Topologies of units on a ring, or on a ring cut open."""

from __future__ import annotations

from numbers import Integral

import numpy as np
import scipy.sparse

from esnkit.core.checks import check_real, check_scalar
from esnkit.topology.sampling import (
    check_generator,
    check_size,
    distinct_columns,
    in_degree,
    matrix,
    weighted,
)
from esnkit.topology.spectral_radius import perron_root

__all__ = ["cycle", "cycle_jumps", "delay_line", "ring_lattice", "small_world"]


def cycle(
    n_units: int, rng: np.random.Generator | None = None
) -> tuple[scipy.sparse.csr_array, float]:
    """Let each unit listen to the one before it, and the first to the last [1]_.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator, default=None
        Not used: nothing is random.

    Returns
    -------
    W : csr_array of shape (n_units, n_units)
        All weights are 1.
    radius : float
        1: the eigenvalues are the roots of unity.

    Raises
    ------
    ValueError
        If `n_units` is below 1.

    References
    ----------
    .. [1] A. Rodan and P. Tino, "Minimum complexity echo state network", IEEE Transactions on
       Neural Networks 22, 2011.

    Examples
    --------
    >>> W, radius = cycle(3)
    >>> W.toarray()
    array([[0., 0., 1.],
           [1., 0., 0.],
           [0., 1., 0.]])
    """
    n_units = check_size(n_units)
    units = np.arange(n_units)
    ones = np.ones(n_units)
    return matrix(units, (units - 1) % n_units, ones, (n_units, n_units)), 1.0


def cycle_jumps(
    n_units: int,
    rng: np.random.Generator | None = None,
    *,
    jump_size: int = 3,
    jump_weight: float = 0.5,
) -> tuple[scipy.sparse.csr_array, float]:
    """Add two-way jumps of one length to a cycle [1]_.

    Units 0, `jump_size`, 2 `jump_size`, ... each listen to the next of them and the other way
    round. Where `jump_size` divides `n_units`, the last one is linked with unit 0.

    Parameters
    ----------
    n_units : int
        Number of units, at least twice `jump_size`.
    rng : numpy.random.Generator, default=None
        Not used: nothing is random.
    jump_size : int, default=3
        Units that a jump leads on, at least 2.
    jump_weight : float, default=0.5
        Weight of a jump, above 0, where the weight of the cycle is 1.

    Returns
    -------
    W : csr_array of shape (n_units, n_units)
        The weights.
    radius : float
        The Perron root of W.

    Raises
    ------
    ValueError
        If `n_units`, `jump_size` or `jump_weight` is out of its range.

    References
    ----------
    .. [1] A. Rodan and P. Tino, "Simple deterministically constructed cycle reservoirs with
       regular jumps", Neural Computation 24, 2012.

    Examples
    --------
    >>> W, radius = cycle_jumps(6, jump_size=3, jump_weight=0.5)
    >>> W.toarray()
    array([[0. , 0. , 0. , 0.5, 0. , 1. ],
           [1. , 0. , 0. , 0. , 0. , 0. ],
           [0. , 1. , 0. , 0. , 0. , 0. ],
           [0.5, 0. , 1. , 0. , 0. , 0. ],
           [0. , 0. , 0. , 1. , 0. , 0. ],
           [0. , 0. , 0. , 0. , 1. , 0. ]])
    """
    n_units = check_size(n_units)
    jump_size = check_scalar(jump_size, "jump_size", Integral, min_val=2)
    if n_units < 2 * jump_size:
        raise ValueError(
            f"jump_size={jump_size} takes n_units of at least {2 * jump_size}, got {n_units}."
        )
    jump_weight = check_real(jump_weight, "jump_weight", min_val=0, include_boundaries="neither")
    ends = np.arange(0, n_units + 1, jump_size)
    here, there = ends[:-1], ends[1:] % n_units
    jumps = np.concatenate([[here, there], [there, here]], axis=1)
    # Half-way round, the jump back is the next jump on: one connection, not two.
    rows, columns = np.unique(jumps, axis=1)
    shape = (n_units, n_units)
    W = cycle(n_units)[0] + matrix(rows, columns, np.full(rows.size, jump_weight), shape)
    return W, perron_root(W)


def delay_line(
    n_units: int, rng: np.random.Generator | None = None
) -> tuple[scipy.sparse.csr_array, float]:
    """Let each unit listen to the one before it, and the first to none [1]_.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator, default=None
        Not used: nothing is random.

    Returns
    -------
    W : csr_array of shape (n_units, n_units)
        All weights are 1.
    radius : float
        0: W is nilpotent, so it can be used only as it is, with ``spectral_radius=None``.

    Raises
    ------
    ValueError
        If `n_units` is below 1.

    References
    ----------
    .. [1] A. Rodan and P. Tino, "Minimum complexity echo state network", IEEE Transactions on
       Neural Networks 22, 2011.

    Examples
    --------
    >>> W, radius = delay_line(3)
    >>> W.toarray()
    array([[0., 0., 0.],
           [1., 0., 0.],
           [0., 1., 0.]])
    """
    n_units = check_size(n_units)
    units = np.arange(1, n_units)
    return matrix(units, units - 1, np.ones(n_units - 1), (n_units, n_units)), 0.0


def ring_lattice(
    n_units: int, rng: np.random.Generator, *, connectivity: float = 10
) -> tuple[scipy.sparse.csr_array, None]:
    """Put the units on a ring and let each listen to its nearest neighbours.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator
        Where the weights come from.
    connectivity : int or float, default=10
        Neighbours that each unit listens to, as for `in_degree`, taken from both sides in turn;
        at most all the others, as no unit is its own neighbour.

    Returns
    -------
    W : csr_array of shape (n_units, n_units)
        Weights uniform in [-1, 1].
    radius : None
        Not known.

    Raises
    ------
    ValueError
        If `n_units` or `connectivity` is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> W, radius = ring_lattice(5, np.random.default_rng(0), connectivity=2)
    >>> (W.toarray() != 0).astype(int)
    array([[0, 1, 0, 0, 1],
           [1, 0, 1, 0, 0],
           [0, 1, 0, 1, 0],
           [0, 0, 1, 0, 1],
           [1, 0, 0, 1, 0]])
    """
    return small_world(n_units, rng, connectivity=connectivity, rewiring=0.0)


def small_world(
    n_units: int,
    rng: np.random.Generator,
    *,
    connectivity: float = 10,
    rewiring: float = 0.1,
) -> tuple[scipy.sparse.csr_array, None]:
    """Replace some connections of a ring lattice by shortcuts.

    The model of Watts and Strogatz [1]_ for directed graphs: every unit keeps its number of
    incoming connections, and a shortcut comes from outside the neighbourhood.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator
        Where the shortcuts and the weights come from.
    connectivity : int or float, default=10
        Incoming connections per unit, as for `ring_lattice`.
    rewiring : float, default=0.1
        Probability, in [0, 1], that a connection is rewired. In lattices so dense that more are
        to be rewired than there are units outside the neighbourhood, the others stay.

    Returns
    -------
    W : csr_array of shape (n_units, n_units)
        Weights uniform in [-1, 1].
    radius : None
        Not known.

    Raises
    ------
    ValueError
        If `n_units`, `connectivity` or `rewiring` is out of its range.

    References
    ----------
    .. [1] D. J. Watts and S. H. Strogatz, "Collective dynamics of 'small-world' networks",
       Nature 393, 1998.

    Examples
    --------
    As the `topology` of a reservoir, settings and all:

    >>> import numpy as np
    >>> from functools import partial
    >>> topology = partial(small_world, connectivity=6, rewiring=0.3)
    >>> W, radius = topology(100, np.random.default_rng(0))
    >>> W.nnz
    600
    """
    n_units = check_size(n_units)
    check_generator(rng)
    check_real(rewiring, "rewiring", min_val=0, max_val=1)
    degree = min(in_degree(connectivity, n_units), n_units - 1)
    n_outside = n_units - 1 - degree
    n_shortcuts = np.minimum(rng.binomial(degree, rewiring, n_units), n_outside)
    near_rows, near = distinct_columns(degree - n_shortcuts, degree, rng)
    far_rows, far = distinct_columns(n_shortcuts, n_outside, rng)

    rows = np.concatenate([near_rows, far_rows])
    ranks = np.concatenate([near, far + degree])
    # By distance on the ring: -1, +1, -2, +2, ...
    offsets = (ranks // 2 + 1) * np.where(ranks % 2, 1, -1)
    return weighted(rows, (rows + offsets) % n_units, (n_units, n_units), rng), None
