"""Drawing connections and weights, whatever they connect: units, features or outputs."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from esnkit.core.checks import check_count, check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.typing import FloatArray, Indices

__all__ = ["in_degree", "random_matrix"]

TABLE_CELLS = 2**23  # size of the table in which the sources of some rows are ticked off


def in_degree(connectivity: float, n_sources: int, *, name: str = "connectivity") -> int:
    """Turn a connectivity into a number of incoming connections per unit.

    Parameters
    ----------
    connectivity : int or float
        An int is the number itself, and above `n_sources` means all of them; a float in (0, 1]
        is a fraction of `n_sources`, rounded, and at least one connection. So 1 is one
        connection and 1.0 is all of them.
    n_sources : int
        How many there are to listen to.
    name : str, default="connectivity"
        What an error calls the argument.

    Returns
    -------
    int
        Between 1 and `n_sources`.

    Raises
    ------
    ValueError
        If `connectivity` is an int below 1 or a float outside (0, 1], or `n_sources` is below 1.
    TypeError
        If `connectivity` is not a number, or is a bool.

    Examples
    --------
    >>> in_degree(1, 50), in_degree(1.0, 50), in_degree(0.1, 50), in_degree(80, 50)
    (1, 50, 5, 50)
    """
    check_scalar(n_sources, "n_sources", Integral, min_val=1)
    is_count = isinstance(connectivity, Integral)
    allowed = "an int of 1 or more (connections per unit) or a float in (0, 1] (a fraction)"
    message = f"{name} must be {allowed}, got {connectivity!r}."
    if isinstance(connectivity, bool | np.bool_) or not isinstance(connectivity, Real):
        raise TypeError(message)
    if not (connectivity >= 1 if is_count else 0 < connectivity <= 1):
        raise ValueError(message)
    degree = int(connectivity) if is_count else max(1, round(connectivity * n_sources))
    return min(degree, int(n_sources))


def random_matrix(
    n_rows: int,
    n_columns: int,
    connectivity: float,
    rng: np.random.Generator,
    *,
    name: str = "connectivity",
) -> scipy.sparse.csr_array:
    """Draw a matrix with the same number of random weights in every row.

    Parameters
    ----------
    n_rows : int
        Number of units that listen.
    n_columns : int
        Number of units, features or outputs that they listen to.
    connectivity : int or float
        Weights in each row, as for `in_degree`.
    rng : numpy.random.Generator
        Where the columns and the weights come from.
    name : str, default="connectivity"
        What an error calls that argument.

    Returns
    -------
    csr_array of shape (n_rows, n_columns)
        Weights uniform in [-1, 1], in distinct columns drawn uniformly.

    Raises
    ------
    ValueError
        If `connectivity` or a number is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> random_matrix(4, 3, 1.0, np.random.default_rng(0)).nnz
    12
    """
    check_scalar(n_rows, "n_rows", Integral, min_val=1)
    check_generator(rng)
    n_columns = check_count(n_columns, "n_columns")
    degree = in_degree(connectivity, n_columns, name=name)
    refuse_too_large(40 * int(n_rows) * degree, f"{name}={connectivity!r} with n_rows={n_rows}")
    refuse_too_large(2 * n_columns, f"n_columns={n_columns}")  # a row of the table
    degrees = np.full(n_rows, degree)
    rows, columns = distinct_columns(degrees, n_columns, rng)
    return weighted(rows, columns, (n_rows, n_columns), rng)


def check_generator(rng: Any) -> None:
    """Refuse what is no numpy Generator: numbers are drawn from nothing else."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {rng!r}.")


def check_size(n_units: int, bytes_per_unit: int = 64) -> int:
    """Return the number of units as Python's own, if there is memory for as many."""
    n_units = check_count(n_units, "n_units")
    refuse_too_large(bytes_per_unit * n_units, f"n_units={n_units}")
    return n_units


def distinct_columns(
    n_wanted: NDArray[np.integer], n_columns: int, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """Draw, in row i, ``n_wanted[i]`` distinct columns; return rows and columns in order.

    Drawn some rows at a time, so that the table needed stays small.
    """
    step = max(1, TABLE_CELLS // max(1, n_columns))
    rows, columns = [], []
    for first in range(0, len(n_wanted), step):
        ticked = _tick_off(n_wanted[first : first + step], n_columns, rng)
        here, there = np.divmod(np.flatnonzero(ticked), n_columns)  # nonzero of a table is slow
        rows.append(here + first)
        columns.append(there)
    return np.concatenate(rows), np.concatenate(columns)


def _tick_off(
    n_wanted: NDArray[np.integer], n_columns: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Tick off ``n_wanted[i]`` random cells in row i, by Floyd's algorithm in all rows at once.

    Every subset is equally likely (J. Bentley and R. W. Floyd, "Programming pearls: a sample of
    brilliance", Communications of the ACM 30, 1987).
    """
    complement = 2 * n_wanted > n_columns  # draw what is left out where that is less
    n_draws = np.where(complement, n_columns - n_wanted, n_wanted)
    ticked = np.zeros((len(n_wanted), n_columns), dtype=bool)
    for n_left in range(n_draws.max(), 0, -1):
        rows = np.flatnonzero(n_draws >= n_left)
        last = n_columns - n_left
        drawn = rng.integers(last + 1, size=rows.size)
        ticked[rows, np.where(ticked[rows, drawn], last, drawn)] = True
    ticked ^= complement[:, np.newaxis]
    return ticked


def weighted(
    rows: Indices,
    columns: Indices,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> scipy.sparse.csr_array:
    """Put weights uniform in [-1, 1] at the given places."""
    return matrix(rows, columns, rng.uniform(-1, 1, len(rows)), shape)


def matrix(
    rows: Indices,
    columns: Indices,
    weights: FloatArray,
    shape: tuple[int, int],
) -> scipy.sparse.csr_array:
    """Put weights at the given places, in csr form with sorted columns."""
    # Products with 32-bit indices are faster.
    places = rows.astype(np.int32), columns.astype(np.int32)
    W = scipy.sparse.csr_array((weights, places), shape=shape)
    W.sort_indices()
    return W
