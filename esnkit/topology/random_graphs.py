"""Topologies without a geometry: every unit may listen to every other."""

from __future__ import annotations

from numbers import Integral

import numpy as np
import scipy.sparse

from esnkit.core.checks import check_count
from esnkit.core.typing import FloatArray
from esnkit.topology.sampling import (
    check_generator,
    check_size,
    distinct_columns,
    in_degree,
    random_matrix,
    weighted,
)

__all__ = ["erdos_renyi", "orthogonal", "random"]


def random(
    n_units: int, rng: np.random.Generator, *, connectivity: float = 10
) -> tuple[scipy.sparse.csr_array, None]:
    """Let each unit listen to the same number of units, drawn at random.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator
        Where the sources and the weights come from.
    connectivity : int or float, default=10
        Incoming connections per unit, as for `in_degree`. A unit may listen to itself.

    Returns
    -------
    W : csr_array of shape (n_units, n_units)
        Weights uniform in [-1, 1], the sources of each row distinct.
    radius : None
        Not known.

    Raises
    ------
    ValueError
        If `n_units` or `connectivity` is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> W, radius = random(100, np.random.default_rng(0), connectivity=3)
    >>> np.unique(np.diff(W.indptr))
    array([3], dtype=int32)
    """
    n_units = check_size(n_units)
    return random_matrix(n_units, n_units, connectivity, rng), None


def erdos_renyi(
    n_units: int, rng: np.random.Generator, *, connectivity: float = 10
) -> tuple[scipy.sparse.csr_array, None]:
    """Connect each pair of units with the same probability, independently [1]_.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator
        Where the connections and the weights come from.
    connectivity : int or float, default=10
        Expected incoming connections per unit (int, above `n_units`: all), or the probability
        itself (float in (0, 1]).

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

    References
    ----------
    .. [1] E. N. Gilbert, "Random graphs", Annals of Mathematical Statistics 30, 1959; the model
       is usually named after P. Erdős and A. Rényi.

    Examples
    --------
    >>> import numpy as np
    >>> W, radius = erdos_renyi(1000, np.random.default_rng(0), connectivity=0.02)
    >>> round(W.nnz / 1000**2, 3)
    0.02
    """
    n_units = check_size(n_units)
    degree = in_degree(connectivity, n_units)
    check_generator(rng)
    probability = degree / n_units if isinstance(connectivity, Integral) else connectivity
    degrees = rng.binomial(n_units, probability, n_units)
    rows, columns = distinct_columns(degrees, n_units, rng)
    return weighted(rows, columns, (n_units, n_units), rng), None


def orthogonal(n_units: int, rng: np.random.Generator) -> tuple[FloatArray, float]:
    """Draw an orthogonal matrix: every unit listens to all, and norms are kept.

    Parameters
    ----------
    n_units : int
        Number of units.
    rng : numpy.random.Generator
        Where the matrix comes from.

    Returns
    -------
    W : ndarray of shape (n_units, n_units)
        Uniform on the orthogonal group (Haar measure), by the QR method of [1]_.
    radius : float
        1: all eigenvalues lie on the unit circle.

    Raises
    ------
    ValueError
        If `n_units` is below 1.

    References
    ----------
    .. [1] F. Mezzadri, "How to generate random matrices from the classical compact groups",
       Notices of the AMS 54, 2007.

    Examples
    --------
    >>> import numpy as np
    >>> W, radius = orthogonal(4, np.random.default_rng(0))
    >>> np.allclose(W @ W.T, np.eye(4))
    True
    """
    n_units = check_size(n_units, bytes_per_unit=32 * check_count(n_units, "n_units"))
    check_generator(rng)
    Q, R = np.linalg.qr(rng.standard_normal((n_units, n_units)))
    # QR factors are unique up to signs, which the algorithm does not choose at random.
    return Q * np.sign(R.diagonal()), 1.0
