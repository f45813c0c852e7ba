"""Labelled sequences: the shipped set as published, and files of the archives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from esnkit.datasets import load_japanese_vowels, permuted_digits, read_ts, read_ucr


def test_the_japanese_vowels_are_those_that_were_published():
    """Counts, lengths and the first value as the repository states them."""
    (train, speakers), (test, others) = (load_japanese_vowels(s) for s in ("train", "test"))
    assert np.bincount(speakers).tolist() == [0] + [30] * 9
    assert np.bincount(others).tolist() == [0, 31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = {len(x) for x in train + test}
    assert (min(lengths), max(lengths)) == (7, 29)
    assert {x.shape[1] for x in train + test} == {12}
    assert train[0][0, 0] == pytest.approx(1.860936, abs=1e-12)
    with pytest.raises(ValueError, match="split must be one of"):
        load_japanese_vowels("all")


def test_permuted_digits_are_those_of_scikit_learn_in_one_order():
    images, digits = load_digits(return_X_y=True)
    plain, labels = permuted_digits(permuted=False)
    np.testing.assert_array_equal(np.stack(plain)[:, :, 0] * 16, images)
    np.testing.assert_array_equal(labels, digits)
    (first, _), (again, few), (other, _) = (
        permuted_digits(50, random_state=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(few, digits[:50])
    # Columns are those of the images, each once, in the same order for all.
    columns = {tuple(column) for column in np.stack(first)[:, :, 0].T * 16}
    assert columns == {tuple(column) for column in images[:50].T}


@pytest.mark.parametrize("n_sequences", [0, 1798])
def test_there_are_so_many_digits(n_sequences):
    with pytest.raises(ValueError, match="n_sequences"):
        permuted_digits(n_sequences)


def test_a_ts_file_with_ragged_channels_and_padding(tmp_path):
    path = tmp_path / "ragged.ts"
    path.write_text(
        "#comment\n@problemName x\n@classLabel true up down\n@data\n"
        "1.5,2,?:3,4,NaN:up\n\n5:6:down\n"
    )
    X, y = read_ts(path)
    assert [x.tolist() for x in X] == [[[1.5, 3.0], [2.0, 4.0]], [[5.0, 6.0]]]
    assert y.tolist() == ["up", "down"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@data\n1,2:a\n", "no class labels"),
        ("@classLabel true a\n@timeStamps true\n@data\n1:a\n", "stamps of time"),
        ("@classLabel true a\n", "nothing behind a line '@data'"),
        (
            "@classLabel true a\n@data\n1,2:3:a\n",
            "line 3: the channels have unequal",
        ),
        ("@classLabel true a\n@data\n1,?,3:a\n", "line 3: a value is missing"),
        ("@classLabel true a\n@data\n1,x:a\n", "line 3: could not convert"),
        ("@classLabel true a\n@data\n?:a\n", "line 3: a value is missing"),
    ],
)
def test_ts_files_that_are_refused(tmp_path, text, message):
    path = tmp_path / "bad.ts"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_ts(path)


@pytest.mark.parametrize("separator", ["\t", ",", "  "])
def test_ucr_files(tmp_path, separator):
    path = tmp_path / "one.tsv"
    path.write_text(
        separator.join(["-1", "0.5", "1e-1"]) + "\n" + separator.join(["2", "3", "NaN"])
    )
    X, y = read_ucr(path)
    assert [x.ravel().tolist() for x in X] == [[0.5, 0.1], [3.0]]
    assert y.tolist() == ["-1", "2"]


@pytest.mark.parametrize("text", ["", "1\n", "1\tNaN\t2\n", "1\tx\n"])
def test_ucr_files_that_are_refused(tmp_path, text):
    path = tmp_path / "bad.tsv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"bad\.tsv"):
        read_ucr(path)
