"""The spectral radius of a recurrent matrix, and scaling to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from inspect import signature
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from esnkit.core.checks import check_array, check_real
from esnkit.core.typing import FloatArray

__all__ = ["perron_root", "scale_to_radius", "spectral_radius"]

Matrix = FloatArray | scipy.sparse.csr_array

DENSE_UNITS = 300  # up to here the dense QR algorithm is as fast as any
DENSE_LIMIT = 2000  # up to here it is affordable, where Krylov spaces gain nothing or fail
DENSE_DENSITY = 0.25
N_EIGENVALUES = 6  # asked for alone, the largest one is missed now and then
ATTEMPTS = ((100, 10), (200, 30))  # basis vectors and restarts
TOLERANCE = 1e-8  # relative, of the eigenvalues of the power that is iterated
AGREEMENT = 1e-7  # relative, between W and its transpose


def spectral_radius(W: ArrayLike | scipy.sparse.sparray | scipy.sparse.spmatrix) -> float:
    r"""Compute the largest absolute eigenvalue of a square matrix.

    Parameters
    ----------
    W : array-like or sparse matrix of shape (n_units, n_units)
        Real and finite; any scipy format. Not modified.

    Returns
    -------
    float
        :math:`\max_i |\lambda_i(W)|`. Exactly 0 where the graph of W has no cycle, as in a delay
        line.

    Raises
    ------
    ValueError
        If W is not square, real and finite.
    numpy.linalg.LinAlgError
        If W has more than 2000 units and its largest eigenvalues are too close to each other, or
        too sensitive, to be told with certainty.

    Notes
    -----
    The eigenvalues of W are those of its strongly connected components, which are taken one by
    one: a component that is a single cycle has the geometric mean of its weights for a radius,
    small and nearly full ones are left to the dense QR algorithm, and the rest to the implicitly
    restarted Arnoldi method [1]_. That one is known to pass over the eigenvalue asked for if asked
    for one only and in a small space, so here it looks for six in a space of 100 vectors, and
    twice: W and its transpose have the same eigenvalues but other Krylov spaces, and an answer
    counts if both give it. It runs on a power of W, up to the eighth, as on a sparse matrix a
    product costs less than the orthogonalisation of one more vector.

    References
    ----------
    .. [1] R. B. Lehoucq, D. C. Sorensen and C. Yang, "ARPACK Users' Guide", SIAM, 1998.

    Examples
    --------
    >>> float(spectral_radius([[0.0, 2.0], [-2.0, 0.0]]))
    2.0

    A strictly triangular matrix has no eigenvalue but zero:

    >>> spectral_radius([[0.0, 0.0], [5.0, 0.0]])
    0.0
    """
    sparse = scipy.sparse.csr_array(check_square_matrix(W, "W"))
    sparse.eliminate_zeros()
    return max((_component_radius(part) for part in _components(sparse)), default=0.0)


def scale_to_radius(
    W: ArrayLike | scipy.sparse.sparray | scipy.sparse.spmatrix,
    radius: float | None,
    known: float | None = None,
) -> Matrix:
    """Scale a matrix so that it has a given spectral radius.

    Parameters
    ----------
    W : array-like or sparse matrix of shape (n_units, n_units)
        Real and finite; any scipy format. Not modified.
    radius : float or None
        The radius asked for. None leaves the weights as they are; 0 means no recurrence and
        gives a matrix of zeros.
    known : float, default=None
        The spectral radius of W where it is known; None to compute it.

    Returns
    -------
    csr_array or ndarray of shape (n_units, n_units)
        A new matrix: csr_array for a sparse W, ndarray for a dense one.

    Raises
    ------
    ValueError
        If W is not square, real and finite; if `radius` is negative, infinite or NaN; or if it is
        above 0 while the radius of W is numerically zero (below 1.5e-8 of its Frobenius norm), as
        it is for nilpotent matrices.
    TypeError
        If `radius` is not a number.
    numpy.linalg.LinAlgError
        If `spectral_radius` cannot tell the radius of W.

    See Also
    --------
    spectral_radius : What `known` stands for.

    Examples
    --------
    >>> import numpy as np
    >>> W = scale_to_radius(np.diag([1.0, -4.0]), 0.5)
    >>> W.diagonal()
    array([ 0.125, -0.5  ])
    """
    W = check_square_matrix(W, "W")
    if radius is None:
        return W
    radius = check_real(radius, "spectral_radius", min_val=0)
    if radius == 0:
        return W * 0 if isinstance(W, np.ndarray) else scipy.sparse.csr_array(W.shape)
    own = spectral_radius(W) if known is None else check_real(known, "known", min_val=0)
    if own <= _numerically_zero(W):
        raise ValueError(
            f"spectral_radius={radius} cannot be reached: the spectral radius of W is "
            f"numerically zero ({own:.2g}), and no factor changes that. W is nilpotent, like a "
            "delay line: no signal comes back to the unit it came from. Pass "
            "spectral_radius=None to keep the weights as they are."
        )
    return W * (radius / own)


def perron_root(W: scipy.sparse.csr_array) -> float:
    r"""Compute the spectral radius of a non-negative matrix on a graph that is almost a line.

    Parameters
    ----------
    W : csr_array of shape (n_units, n_units)
        Non-negative and irreducible: from every unit a path leads to every other. Its sparse LU
        factors must be sparse too, as they are for cycles with a few jumps.

    Returns
    -------
    float
        The largest eigenvalue, which is real and positive by the theorem of Perron and Frobenius.

    Notes
    -----
    The eigenvalues of such a matrix lie so close together that Krylov spaces do not tell them
    apart. Noda's iteration [1]_ does: for positive x, :math:`\max_i (Wx)_i / x_i` is never
    below the root, and one step of inverse iteration with it as the shift gives a better x. It
    falls quadratically fast, and the iteration ends when it falls no more.

    References
    ----------
    .. [1] T. Noda, "Note on the computation of the maximal eigenvalue of a non-negative
       irreducible matrix", Numerische Mathematik 17, 1971.

    Examples
    --------
    >>> import scipy.sparse
    >>> ring = scipy.sparse.csr_array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    >>> round(perron_root(ring), 12)
    2.0
    """
    from scipy.sparse.linalg import splu

    identity = scipy.sparse.eye_array(W.shape[0], format="csc")
    columns = scipy.sparse.csc_array(W)
    x = np.ones(W.shape[0])
    bound, previous = float((W @ x).max()), math.inf
    while bound < previous * (1 - 1e-14):
        # A hair above the bound, for at the root itself there is nothing to factorise.
        x = splu(identity * (bound * (1 + 1e-12)) - columns).solve(x)
        x = np.maximum(x / x.max(), np.finfo(np.float64).tiny)
        bound, previous = float((W @ x / x).max()), bound
    return min(bound, previous)


def check_square_matrix(W: Any, name: str, n_units: int | None = None) -> Matrix:
    """Copy a matrix into float64, as csr_array or ndarray; refuse what is not square and real.

    With `n_units` it must have that many rows and columns.
    """
    shape = np.shape(W)
    n_rows = shape[0] if n_units is None and shape else n_units
    if shape != (n_rows, n_rows):
        needed = "a square matrix" if n_units is None else f"shape ({n_units}, {n_units})"
        raise ValueError(f"{name} has shape {shape}, but {needed} is needed.")
    if np.iscomplexobj(W):
        raise ValueError(f"{name} must be real, got complex numbers.")
    W = check_array(W, accept_sparse="csr", dtype=np.float64, copy=True, input_name=name)
    if isinstance(W, np.ndarray):
        return W
    W = scipy.sparse.csr_array(W)
    W.sum_duplicates()
    return W


def _numerically_zero(W: Matrix) -> float:
    """Size of the eigenvalues of a nilpotent matrix like W after rounding; often more than eps."""
    weights = W if isinstance(W, np.ndarray) else W.data
    return float(math.sqrt(np.finfo(np.float64).eps) * np.linalg.norm(weights))


def _components(W: scipy.sparse.csr_array) -> Iterator[scipy.sparse.csr_array]:
    """Yield the blocks of W on its strongly connected components, those without entries left out.

    Ordered by component, W is block triangular, so the eigenvalues of the blocks are its own.
    """
    from scipy.sparse.csgraph import connected_components

    n_components, labels = connected_components(W, directed=True, connection="strong")
    if n_components == 1:
        yield from [W] if W.nnz else []
        return
    sizes = np.bincount(labels)
    alone = np.abs(W.diagonal()[sizes[labels] == 1])
    if alone.any():
        yield scipy.sparse.csr_array([[alone.max()]])  # stands for all components of one unit
    members = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    for units in members:
        if len(units) > 1:
            yield W[units][:, units]


def _component_radius(W: scipy.sparse.csr_array) -> float:
    """Spectral radius of a strongly connected component, by the cheapest way that is safe."""
    n_units = W.shape[0]
    if W.nnz == n_units:  # one connection for each unit, so a single cycle
        largest = np.abs(W.data).max()
        return float(largest * np.exp(np.log(np.abs(W.data) / largest).mean()))
    nearly_full = W.nnz > DENSE_DENSITY * n_units**2
    if n_units <= DENSE_UNITS or (nearly_full and n_units <= DENSE_LIMIT):
        return _dense_radius(W)
    can_fall_back = n_units <= DENSE_LIMIT
    attempts = ATTEMPTS[:1] if can_fall_back else ATTEMPTS
    radius = _krylov_radius(W.toarray() if nearly_full else W, attempts)
    if radius is not None:
        return radius
    if can_fall_back:
        return _dense_radius(W)
    raise np.linalg.LinAlgError(
        f"The spectral radius of this matrix of {n_units} units cannot be told with certainty: "
        "its largest eigenvalues are too close to each other or too sensitive. Scale the matrix "
        "by what you know of it, and pass spectral_radius=None."
    )


def _dense_radius(W: scipy.sparse.csr_array) -> float:
    """Spectral radius by the dense QR algorithm, all eigenvalues computed."""
    return float(np.abs(np.linalg.eigvals(W.toarray())).max())


def _krylov_radius(W: Matrix, attempts: tuple[tuple[int, int], ...]) -> float | None:
    """Spectral radius if Arnoldi iterations on W and on its transpose agree, otherwise None."""
    n_units: int = W.shape[0]
    start = np.random.default_rng(0).standard_normal(n_units)
    growth = _growth(W, start)
    if growth <= _numerically_zero(W):
        return growth  # only rounding makes it differ from zero, so there is nothing to refine
    scaled: Any = W / growth
    for attempt in attempts:
        radius = _arnoldi_radius(scaled, start, *attempt)
        if radius is None:
            continue
        other = _arnoldi_radius(scaled.T, start, *attempt)
        if other is not None and abs(radius - other) <= AGREEMENT * radius:
            return radius * growth
    return None


def _growth(W: Any, x: FloatArray) -> float:
    """Rough spectral radius: how much a vector grows per step, once the start is forgotten."""
    logarithms = []
    for _ in range(20):
        x = W @ x
        norm = float(np.linalg.norm(x))
        if norm == 0:
            return 0.0
        x /= norm
        logarithms.append(math.log(norm))
    return math.exp(float(np.mean(logarithms[10:])))


def _arnoldi_radius(W: Any, start: FloatArray, n_vectors: int, n_restarts: int) -> float | None:
    """Spectral radius by implicitly restarted Arnoldi on a power of W; None if not converged.

    W must have a spectral radius near 1, because the tolerance is absolute for small eigenvalues.
    """
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

    per_unit = (W.size if isinstance(W, np.ndarray) else W.nnz) / len(start)
    power = int(np.clip(400 / per_unit, 1, 8))

    def apply(x: FloatArray) -> FloatArray:
        for _ in range(power):
            x = W @ x
        return x

    # Where the method draws vectors of its own, newer versions of scipy let them be seeded.
    seed: dict[str, Any] = {"rng": 0} if "rng" in signature(eigs).parameters else {}
    try:
        eigenvalues = eigs(
            LinearOperator(W.shape, matvec=apply, dtype=np.float64),
            N_EIGENVALUES,
            v0=start,
            ncv=n_vectors,
            maxiter=n_restarts,
            tol=TOLERANCE,
            return_eigenvectors=False,
            **seed,
        )
    except ArpackError:  # not converged, as a rule
        return None
    return float(np.abs(eigenvalues).max() ** (1 / power))
