"""How the recurrent matrix lies in memory while the state loops run over it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from esnkit.kernels.simd import SLICE

DENSE_FROM = 0.35  # density above which a dense product is faster


class Recurrence(NamedTuple):
    """W, either dense or cut into slices of `SLICE` rows (the SELL format).

    Within a slice the entries lie column after column: the first entries of all its rows, then
    the second ones, and so on. Rows with fewer entries than the longest of their slice are filled
    up with zero weights. Column numbers are unsigned, as signed ones would make every access test
    for negative indices, and have 16 bits where that is enough.
    """

    starts: NDArray[np.int64]  # (n_slices + 1,), where each slice begins in the two arrays below
    columns: NDArray[Any]  # (n_entries,), uint16 or uint32
    weights: NDArray[Any]  # (n_entries,)
    dense: NDArray[Any]  # (n_units, n_units), or (0, 0) for a sparse W


def arrange(W: Any, dtype: np.dtype[Any]) -> Recurrence:
    """Lay out a sparse or dense (n_units, n_units) matrix for the state loops."""
    W = scipy.sparse.csr_array(W, dtype=dtype, copy=True)
    W.sum_duplicates()
    W.eliminate_zeros()
    n_units = W.shape[0]
    if W.nnz > DENSE_FROM * n_units**2:
        no_columns, no_weights = np.zeros(0, np.uint16), np.zeros(0, W.dtype)
        return Recurrence(np.zeros(1, np.int64), no_columns, no_weights, W.toarray(order="C"))
    return slice_rows(W)


def slice_rows(W: scipy.sparse.csr_array) -> Recurrence:
    """Cut the rows of a CSR matrix into slices."""
    n_units = W.shape[0]
    lengths = np.diff(W.indptr)
    n_slices = -(-n_units // SLICE)
    padded = np.zeros(n_slices * SLICE, np.int64)
    padded[:n_units] = lengths
    widths = padded.reshape(n_slices, SLICE).max(axis=1)
    starts = np.concatenate([[0], np.cumsum(widths * SLICE)]).astype(np.int64)

    rows = np.repeat(np.arange(n_units), lengths)
    order_in_row = np.arange(W.nnz) - np.repeat(W.indptr[:-1], lengths)
    places = starts[rows // SLICE] + order_in_row * SLICE + rows % SLICE
    columns = np.zeros(starts[-1], np.uint16 if W.shape[1] <= 2**16 else np.uint32)
    columns[places] = W.indices
    weights = np.zeros(starts[-1], W.dtype)
    weights[places] = W.data
    return Recurrence(starts, columns, weights, np.zeros((0, 0), W.dtype))
