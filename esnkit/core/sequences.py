"""Many sequences through three doors: an array, a list of arrays, rows with an id column.

Inside there is one room: flat rows, one after the other, and offsets where sequences begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from numbers import Integral
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length

from esnkit.core.checks import (
    check_array,
    check_count,
    check_shared_parameters,
    naming,
    refuse_extremes,
    refuse_masked,
    validate_data,
)
from esnkit.core.typing import FloatArray, Indices

T = TypeVar("T")

CHUNK = 256  # steps for which noise, or the features of a readout, are held at one time


@dataclass(frozen=True, eq=False)
class Sequences:
    """One or many sequences as flat rows plus offsets.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        The steps of all sequences, one sequence after the other.
    offsets : ndarray of shape (n_sequences + 1,)
        Sequence i is ``rows[offsets[i]:offsets[i + 1]]``.
    ids : tuple
        What names each sequence; (None,) for a single array.
    listed : bool
        Whether the sequences came as a list, so that results go back as a list.
    """

    rows: FloatArray
    offsets: Indices
    ids: tuple[Any, ...]
    listed: bool

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def n_features(self) -> int:
        """Number of features, the id column not counted."""
        return self.rows.shape[1]

    def parts(self) -> Iterator[slice]:
        """Yield the rows of each sequence as a slice."""
        for start, stop in zip(self.offsets[:-1], self.offsets[1:], strict=True):
            yield slice(int(start), int(stop))

    def give_back(self, results: NDArray[Any]) -> NDArray[Any] | list[NDArray[Any]]:
        """Return results, one row for each of ours, in the form in which the sequences came."""
        return [results[part] for part in self.parts()] if self.listed else results

    def one_or_many(self, values: list[T]) -> T | list[T]:
        """Return the value of the one sequence, or the list of values of many."""
        return values if self.listed or len(self) > 1 else values[0]

    def flatten(self, values: Any, name: str) -> NDArray[Any]:
        """Line up what belongs to our rows (targets, weights) as one flat array.

        Parameters
        ----------
        values : array-like or list of array-like
            A list with one array for each sequence if the sequences came as a list.
        name : str
            The argument's name, for the error message.

        Returns
        -------
        ndarray of shape (n_rows, ...)

        Raises
        ------
        ValueError
            If the number of sequences, or the length of one of them, differs from ours.
        """
        if not self.listed:
            return values
        if not isinstance(values, list | tuple | np.ndarray) or len(values) != len(self):
            count = len(values) if hasattr(values, "__len__") else repr(values)
            raise ValueError(
                f"X is a list of {len(self)} sequences, so {name} must be a list of as many "
                f"arrays; got {count}."
            )
        refuse_masked(values, name)
        arrays = [np.asarray(value) for value in values]
        for i, (array, length) in enumerate(zip(arrays, np.diff(self.offsets), strict=True)):
            if array.ndim == 0 or array.shape[0] != length:
                raise ValueError(
                    f"{name}[{i}] has shape {array.shape}, but X[{i}] has {length} rows."
                )
        return np.concatenate(arrays)

    def per_sequence(self, values: T | list[T] | None, name: str) -> list[T] | list[None]:
        """Return one value for each sequence: a list for many, the value itself for one."""
        if values is None:
            return [None] * len(self)
        values = values if isinstance(values, list | tuple) else [values]
        if len(values) != len(self):
            raise ValueError(
                f"{name} must hold one value for each of the {len(self)} sequences, "
                f"got {len(values)}."
            )
        return list(values)


@dataclass(frozen=True)
class TrainingData:
    """What a fit is given, checked."""

    sequences: Sequences
    targets: FloatArray  # (n_rows, n_outputs)
    weights: FloatArray | None  # (n_rows,)


def is_list_of_sequences(X: Any) -> bool:
    """Tell a list of 2-D arrays, or a 3-D array, from everything else."""
    if isinstance(X, np.ndarray):
        return X.ndim == 3
    return isinstance(X, list | tuple) and len(X) > 0 and all(np.ndim(x) == 2 for x in X)


def read_sequences(
    estimator: BaseEstimator,
    X: Any,
    *,
    id_column: str | int | None = None,
    reset: bool,
    min_rows: int = 1,
) -> Sequences:
    """Check the input of an estimator and bring it into one form.

    Parameters
    ----------
    estimator : estimator
        Its ``n_features_in_`` and ``feature_names_in_`` are set or compared with.
    X : array-like of shape (n_rows, n_columns), list of such, or 3-D array
        One sequence, many sequences, or rows with an id column.
    id_column : str or int, optional
        The column of ids; a run of equal ids is one sequence.
    reset : bool
        Whether the estimator learns width and names (in ``fit``) or holds to them.
    min_rows : int, default=1
        The smallest number of rows allowed.

    Returns
    -------
    Sequences
        The rows as float64, the id column removed.

    Raises
    ------
    ValueError
        If the input is empty, not numeric, not finite, not two-dimensional or of another width
        than before, or if the id column does not exist.
    """
    if reset:
        check_shared_parameters(estimator)
    refuse_masked(X, "X")
    # One order in memory: sums in another order differ in the last digit.
    options = {"dtype": np.float64, "order": "C", "ensure_min_samples": min_rows,
               "estimator": estimator}  # fmt: skip
    if is_list_of_sequences(X):
        if id_column is not None:
            raise ValueError(
                f"X is a list of sequences and id_column is {id_column!r}: use one or the other."
            )
        return _read_list(estimator, list(X), reset, min_rows)
    if id_column is None:
        options.pop("estimator")
        rows = validate_data(estimator, X, reset=reset, **options)
        return Sequences(rows, np.array([0, len(rows)]), (None,), listed=False)

    table = check_array(X, dtype=None, ensure_all_finite=False, estimator=estimator)
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    column = _find_column(estimator, id_column)
    rows = check_array(np.delete(table, column, axis=1), **options)
    refuse_extremes(rows, "X", fitting=reset)
    ids, offsets = _runs(table[:, column], id_column)
    return Sequences(rows, offsets, ids, listed=False)


def read_targets(
    estimator: BaseEstimator,
    sequences: Sequences,
    y: Any,
    name: str = "y",
    sample_weight: Any = None,
) -> tuple[FloatArray, bool]:
    """Check targets against the sequences they belong to.

    Parameters
    ----------
    estimator : estimator
        For the error messages.
    sequences : Sequences
        The input.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs), or a list of such
        The targets.
    name : str, default="y"
        The argument's name, for the error messages.
    sample_weight : array-like of shape (n_rows,), default=None
        Weights, where targets of weight zero may be missing.

    Returns
    -------
    targets : ndarray of shape (n_rows, n_outputs)
    one_dimensional : bool
        Whether y had one dimension, so that predictions have one too.
    """
    y = sequences.flatten(y, name)
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        )
    options = {"dtype": None, "order": "C", "ensure_2d": False, "input_name": name}
    y = fill_unweighted(y, sample_weight)
    targets = check_array(y, estimator=estimator, **options)
    with naming(name):
        targets = np.asarray(targets, dtype=np.float64)
        check_consistent_length(sequences.rows, targets)
    refuse_extremes(targets, name, fitting=True)
    return targets.reshape(len(targets), -1), targets.ndim == 1


def fill_unweighted(targets: Any, sample_weight: Any) -> Any:
    """Put numbers in place of NaN among targets of weight zero, which no fit counts.

    Parameters
    ----------
    targets : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets.
    sample_weight : array-like of shape (n_rows,) or None
        The weights. What is wrong with them or with the targets is left for others to say.

    Returns
    -------
    array-like
        The targets, where they are missing and weigh nothing the mean of those that weigh: it
        widens no range.

    Examples
    --------
    >>> from esnkit.core.sequences import fill_unweighted
    >>> fill_unweighted([1.0, float("nan"), 3.0], [1, 0, 1])
    array([1., 2., 3.])
    """
    if sample_weight is None:
        return targets
    values, weights = np.asarray(targets), np.asarray(sample_weight)
    if values.dtype.kind != "f" or weights.shape != values.shape[:1]:
        return targets
    absent = weights == 0
    lacking = np.isnan(values) & absent.reshape(-1, *[1] * (values.ndim - 1))
    if not lacking.any() or absent.all():
        return targets
    return np.where(lacking, values[~absent].mean(axis=0), values)


def check_weights(sample_weight: Any, n_rows: int) -> FloatArray | None:
    """Check one weight for each row.

    Parameters
    ----------
    sample_weight : array-like of shape (n_rows,) or None
        Non-negative weights; None stands for ones.
    n_rows : int
        Number of rows that the weights belong to.

    Returns
    -------
    ndarray of shape (n_rows,) or None

    Raises
    ------
    ValueError
        If the shape is another, or a weight is negative or not finite.
    """
    if sample_weight is None:
        return None
    weights = check_array(
        sample_weight,
        ensure_2d=False,
        ensure_min_samples=0,
        dtype=np.float64,
        input_name="sample_weight",
    )
    if weights.shape != (n_rows,):
        raise ValueError(
            f"sample_weight must have shape ({n_rows},), one weight per row, got {weights.shape}."
        )
    if (weights < 0).any():
        raise ValueError(f"sample_weight must not be negative, got {weights.min()}.")
    return weights


def read_washout(model: Any) -> int:
    """Check the first steps that a model leaves out of a fit, and return their number.

    Models of other libraries leave out none. The number is Python's own, from which no subtraction
    wraps around.
    """
    return check_count(getattr(model, "washout", 0), "washout", minimum=0)


def default_washout(n_steps: int) -> int:
    """Return the first steps that are left out of a fit where nobody says: a tenth, at most 100.

    A model by itself leaves out none, as it cannot know whether its sequences begin from rest.
    Forecasters and comparisons, whose series have begun long before, take this.

    Examples
    --------
    >>> default_washout(300), default_washout(5000)
    (30, 100)
    """
    return max(0, min(100, n_steps // 10))


def chunks(n_rows: int, length: int = CHUNK) -> Iterator[slice]:
    """Yield slices that cut ``n_rows`` into chunks of ``length`` and a rest.

    Examples
    --------
    >>> list(chunks(5, 3))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    for start in range(0, n_rows, length):
        yield slice(start, min(start + length, n_rows))


def batches(lengths: Indices, most_rows: int) -> Iterator[slice]:
    """Yield runs of sequences with at most so many rows together, or single ones.

    Examples
    --------
    >>> list(batches(np.array([2, 2, 5, 1]), 4))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    first, n_rows = 0, 0
    for i, length in enumerate(lengths):
        if i > first and n_rows + length > most_rows:
            yield slice(first, i)
            first, n_rows = i, 0
        n_rows += length
    yield slice(first, len(lengths))


def _read_list(
    estimator: BaseEstimator, arrays: list[Any], reset: bool, min_rows: int
) -> Sequences:
    """Check a list of sequences, naming the one that is wrong."""
    if _are_alike(arrays, min_rows):
        # One look at all rows costs far less than one at each of many short sequences. Where it
        # finds something wrong, that is looked for below.
        with suppress(ValueError):
            rows = validate_data(estimator, np.concatenate(arrays), reset=reset, dtype=np.float64,
                                 order="C")  # fmt: skip
            return _listed(rows, arrays)
    checked = []
    for i, array in enumerate(arrays):
        try:
            rows = validate_data(
                estimator,
                array,
                reset=reset and i == 0,
                dtype=np.float64,
                order="C",
                ensure_min_samples=min_rows,
            )
        except ValueError as error:
            raise ValueError(f"X[{i}], one of {len(arrays)} sequences: {error}") from error
        checked.append(rows)
    return _listed(np.concatenate(checked), checked)


def _are_alike(arrays: list[Any], min_rows: int) -> bool:
    """Tell whether sequences are arrays of numbers of one width, and none is too short."""
    return all(
        type(array) is np.ndarray
        and array.dtype.kind in "fiub"
        and array.ndim == 2
        and array.shape[1] == arrays[0].shape[1]
        and len(array) >= min_rows
        for array in arrays
    )


def _listed(rows: FloatArray, arrays: list[Any]) -> Sequences:
    """Describe rows that came as a list of sequences."""
    offsets = np.concatenate([[0], np.cumsum([len(array) for array in arrays])])
    return Sequences(rows, offsets, tuple(range(len(arrays))), listed=True)


def _find_column(estimator: Any, id_column: str | int) -> int:
    """Return the position of the id column."""
    width = estimator.n_features_in_
    names = list(getattr(estimator, "feature_names_in_", []))
    if isinstance(id_column, str):
        if id_column in names:
            return names.index(id_column)
        known = f"the columns are {names}" if names else "X has no column names: give a number"
        raise ValueError(f"id_column={id_column!r} is not a column of X: {known}.")
    if not isinstance(id_column, Integral):
        raise TypeError(f"id_column must be the name or the number of a column, got {id_column!r}.")
    if not -width <= id_column < width:
        raise ValueError(f"id_column={id_column} is out of range for X with {width} columns.")
    return int(id_column) % width


def _runs(ids: NDArray[Any], id_column: str | int) -> tuple[tuple[Any, ...], Indices]:
    """Find the runs of equal ids: their values and offsets."""
    if np.any(ids != ids) or np.any(ids == np.array(None)):  # only NaN differs from itself
        raise ValueError(f"The id column {id_column!r} has missing values.")
    starts = np.concatenate([[0], np.flatnonzero(ids[1:] != ids[:-1]) + 1])
    return tuple(ids[starts].tolist()), np.append(starts, len(ids))
