"""The three doors lead into one room, and nothing wrong gets in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from esnkit.core.sequences import (
    check_weights,
    chunks,
    is_list_of_sequences,
    read_sequences,
    read_targets,
)

ROWS = np.arange(12.0).reshape(6, 2)
IDS = np.array([7, 7, 7, 3, 3, 7])


def read(X, **options):
    options.setdefault("reset", True)
    return read_sequences(BaseEstimator(), X, **options)


def with_ids(ids=IDS):
    return np.column_stack([ROWS[:, 0], ids, ROWS[:, 1]])


def test_an_array_is_one_sequence():
    sequences = read(ROWS)
    assert len(sequences) == 1
    np.testing.assert_array_equal(sequences.offsets, [0, 6])
    np.testing.assert_array_equal(sequences.give_back(ROWS[:, 0]), ROWS[:, 0])


@pytest.mark.parametrize("as_3d", [False, True])
def test_a_list_is_many_sequences(as_3d):
    arrays = [ROWS[:3], ROWS[3:]]
    sequences = read(np.array(arrays) if as_3d else arrays)
    assert len(sequences) == 2
    np.testing.assert_array_equal(sequences.rows, ROWS)
    back = sequences.give_back(ROWS)
    assert isinstance(back, list)
    for array, expected in zip(back, arrays, strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("column", [1, -2, "id"])
def test_runs_of_equal_ids_are_sequences(column):
    X = pd.DataFrame(with_ids(), columns=["a", "id", "b"]) if column == "id" else with_ids()
    sequences = read(X, id_column=column)
    np.testing.assert_array_equal(sequences.rows, ROWS)
    np.testing.assert_array_equal(sequences.offsets, [0, 3, 5, 6])
    assert sequences.ids == (7, 3, 7)


def test_ids_may_be_words():
    X = pd.DataFrame({"a": ROWS[:, 0], "who": list("xxxyyy"), "b": ROWS[:, 1]})
    sequences = read(X, id_column="who")
    np.testing.assert_array_equal(sequences.rows, ROWS)
    assert sequences.ids == ("x", "y")


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_the_doors_agree(lengths):
    rows = np.random.default_rng(0).normal(size=(sum(lengths), 2))
    cuts = np.cumsum(lengths)[:-1]
    listed = read(np.split(rows, cuts))
    flat = read(np.column_stack([np.repeat(np.arange(len(lengths)), lengths), rows]), id_column=0)
    np.testing.assert_array_equal(listed.rows, flat.rows)
    np.testing.assert_array_equal(listed.offsets, flat.offsets)
    assert list(listed.parts()) == list(flat.parts())


def test_a_list_of_lists_is_an_array_and_lists_of_tables_are_sequences():
    assert not is_list_of_sequences([[1.0, 2.0], [3.0, 4.0]])
    assert not is_list_of_sequences([])
    assert is_list_of_sequences([[[1.0], [2.0]], [[3.0]]])
    assert is_list_of_sequences([pd.DataFrame({"a": [1.0]})])


@given(st.integers(0, 30), st.integers(1, 10))
def test_chunks_cover_everything_once(n_rows, length):
    covered = [i for chunk in chunks(n_rows, length) for i in range(n_rows)[chunk]]
    assert covered == list(range(n_rows))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([ROWS, ROWS[:, :1]], r"X\[1\], one of 2 sequences: X has 1 features"),
        ([ROWS, np.full((2, 2), np.nan)], r"X\[1\], one of 2 sequences: Input X contains NaN"),
        (np.full((2, 2), np.inf), "infinity"),
        (ROWS * 1j, "Complex data not supported"),
        (np.zeros((0, 2)), "0 sample"),
        (np.zeros((2, 0)), "0 feature"),
        (np.zeros(3), "Expected 2D array, got 1D array"),
        (np.array([["a", "b"]]), "could not convert string to float"),
    ],
)
def test_bad_input_is_named(X, message):
    with pytest.raises(ValueError, match=message):
        read(X)


@pytest.mark.parametrize(
    ("X", "column", "message"),
    [
        (ROWS, "id", "is not a column of X: X has no column names"),
        (pd.DataFrame({"a": [1.0], "b": [2.0]}), "id", r"the columns are \['a', 'b'\]"),
        (ROWS, 2, "out of range for X with 2 columns"),
        (ROWS, -3, "out of range for X with 2 columns"),
        ([ROWS], 0, "use one or the other"),
        (with_ids(np.array([1, 1, np.nan, 1, 1, 1])), 1, "missing values"),
        (pd.DataFrame({"a": [1.0, 2.0], "id": ["x", None]}), "id", "missing values"),
        (np.where(with_ids() == 4, np.nan, with_ids()), 1, "NaN"),
    ],
)
def test_bad_ids_are_named(X, column, message):
    with pytest.raises(ValueError, match=message):
        read(X, id_column=column)


def test_width_and_names_are_remembered():
    estimator = BaseEstimator()
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    read_sequences(estimator, table, reset=True)
    assert estimator.n_features_in_ == 2
    with pytest.raises(ValueError, match="feature names"):
        read_sequences(estimator, table.rename(columns={"a": "c"}), reset=False)


def test_targets_follow_the_sequences():
    estimator = BaseEstimator()
    targets, flat = read_targets(estimator, read(ROWS), np.arange(6))
    assert targets.shape == (6, 1)
    assert flat
    targets, flat = read_targets(estimator, read([ROWS[:2], ROWS[2:]]), [ROWS[:2], ROWS[2:]])
    np.testing.assert_array_equal(targets, ROWS)
    assert not flat


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([np.zeros(2)], "X is a list of 2 sequences, so y must be a list of as many arrays; got 1"),
        ([np.zeros(2), np.zeros(3)], r"y\[1\] has shape \(3,\), but X\[1\] has 4 rows"),
        (None, "y must be a list of as many arrays; got None"),
    ],
)
def test_targets_of_another_form_are_named(y, message):
    with pytest.raises(ValueError, match=message):
        read_targets(BaseEstimator(), read([ROWS[:2], ROWS[2:]]), y)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(5), r"must have shape \(6,\), one weight per row, got \(5,\)"),
        (np.ones((6, 2)), r"must have shape \(6,\), one weight per row, got \(6, 2\)"),
        (-np.ones(6), "must not be negative, got -1"),
        (np.full(6, np.nan), "sample_weight contains NaN"),
    ],
)
def test_bad_weights_are_named(weights, message):
    with pytest.raises(ValueError, match=message):
        check_weights(weights, 6)
