"""Sequences with labels: sets that are at hand, and readers for files of the public archives."""

from __future__ import annotations

import os
from importlib.resources import files
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from esnkit.core.checks import check_flag, check_name, check_scalar
from esnkit.core.files import read_file
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.typing import FloatArray

__all__ = ["load_japanese_vowels", "permuted_digits", "read_ts", "read_ucr"]

_N_TRAIN = 270  # utterances of the Japanese vowels
_N_DIGITS = 1797  # images that come with scikit-learn
_WHITEST = 16  # the largest value of a pixel of theirs


def load_japanese_vowels(
    split: Literal["train", "test"] = "train",
) -> tuple[list[FloatArray], NDArray[np.intp]]:
    """Load utterances of two Japanese vowels by nine speakers, who are to be told apart.

    Each utterance of /ae/ is a sequence of 12 cepstrum coefficients of linear prediction, 7 to 29
    steps long [1]_. The split is the published one: 30 utterances of each speaker to learn from,
    370 others, 24 to 88 of each speaker, to be judged by.

    Parameters
    ----------
    split : {"train", "test"}, default="train"
        Which of the two parts.

    Returns
    -------
    X : list of ndarray of shape (n_steps, 12)
        The utterances; 270 for training, 370 for testing.
    y : ndarray of shape (n_sequences,)
        Speakers, 1 to 9.

    Raises
    ------
    ValueError
        If `split` is neither of the two.

    References
    ----------
    .. [1] M. Kudo, J. Toyama and M. Shimbo, "Multidimensional curve classification using
       passing-through regions", Pattern Recognition Letters 20, 1103-1111, 1999.

    Examples
    --------
    >>> from esnkit.datasets import load_japanese_vowels
    >>> X, y = load_japanese_vowels()
    >>> len(X), X[0].shape, int(y[0])
    (270, (20, 12), 1)
    """
    check_name("split", split, ("train", "test"))
    source = files("esnkit.datasets").joinpath("data", "japanese_vowels.npz")
    with source.open("rb") as file, np.load(file) as arrays:
        values, lengths, speakers = (arrays[name] for name in ("values", "lengths", "speakers"))
    utterances = np.split(values * 1e-6, np.cumsum(lengths, dtype=np.intp)[:-1])
    chosen = slice(_N_TRAIN) if split == "train" else slice(_N_TRAIN, None)
    return utterances[chosen], speakers[chosen].astype(np.intp)


def permuted_digits(
    n_sequences: int = 1797, *, permuted: bool = True, random_state: RandomState = None
) -> tuple[list[FloatArray], NDArray[np.intp]]:
    """Turn images of handwritten digits into sequences, a pixel at each step.

    The images are the 8 x 8 ones that come with scikit-learn [1]_. Their pixels, row by row, are
    put into an order that is drawn once for all of them, as [2]_ does, so that what belongs
    together stands far apart: a question to memory, for the label can only be told at the end.

    Parameters
    ----------
    n_sequences : int, default=1797
        Number of sequences, from 1 to 1797: the first ones, in scikit-learn's order. In it the
        writers follow one another, so that those of the last images do not occur among the first.
    permuted : bool, default=True
        Whether the pixels are permuted.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the permutation.

    Returns
    -------
    X : list of numpy.ndarray of shape (64, 1)
        Pixels, from 0 to 1.
    y : numpy.ndarray of shape (n_sequences,)
        The digits.

    Raises
    ------
    ValueError
        If there are not as many images.

    References
    ----------
    .. [1] E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine
       Learning Repository, 1998.
    .. [2] Q. V. Le, N. Jaitly and G. E. Hinton, "A simple way to initialize recurrent networks of
       rectified linear units", arXiv 1504.00941, 2015.

    Examples
    --------
    >>> from esnkit.datasets import permuted_digits
    >>> X, y = permuted_digits(100, random_state=0)
    >>> X[0].shape, y[:5].tolist()
    ((64, 1), [0, 1, 2, 3, 4])
    """
    from sklearn.datasets import load_digits

    number = check_scalar(n_sequences, "n_sequences", Integral, min_val=1, max_val=_N_DIGITS)
    pixels, digits = load_digits(return_X_y=True)
    order = np.arange(pixels.shape[1])
    if check_flag(permuted, "permuted"):
        order = child_generator(root_seed(random_state), "data").permutation(order)
    sequences = pixels[:number, order, np.newaxis] / _WHITEST
    return list(sequences), digits[:number].astype(np.intp)


def read_ts(path: str | os.PathLike[str]) -> tuple[list[FloatArray], NDArray[Any]]:
    r"""Read labelled sequences from a ``.ts`` file, the format of the UEA and UCR archives.

    Channels are separated by colons and steps by commas, the label comes last. Values that are
    missing (``?`` or ``NaN``) at the end of a channel are padding and are taken off.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    X : list of ndarray of shape (n_steps, n_channels)
        The sequences; their lengths may differ.
    y : ndarray of str of shape (n_sequences,)
        Their labels.

    Raises
    ------
    ValueError
        If the file has no ``@data``, no class labels, stamps of time, a missing value within a
        sequence, or channels of unequal length; the message names the line.

    See Also
    --------
    read_ucr : One channel, a row for each sequence.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from esnkit.datasets import read_ts
    >>> text = "@classLabel true a b\n@data\n1,2,3:4,5,6:a\n7,8:9,0:b\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "two.ts").write_text(text)
    ...     X, y = read_ts(Path(folder) / "two.ts")
    >>> X[1].tolist(), y.tolist()
    ([[7.0, 9.0], [8.0, 0.0]], ['a', 'b'])
    """
    X, y = [], []
    header: dict[str, str] = {}
    in_data = False
    for number, line in enumerate(_read_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path}, line {number}"
        if in_data:
            *channels, label = line.strip().split(":")
            X.append(_join([_numbers(text.split(","), where) for text in channels], where))
            y.append(label.strip())
        elif line.strip().lower() == "@data":
            in_data = True
            _check_header(header, path)
        else:
            key, _, value = line.strip().lower().partition(" ")
            header[key] = value.strip()
    if not X:
        raise ValueError(f"{path} holds no sequences: there is nothing behind a line '@data'.")
    return X, np.array(y)


def read_ucr(path: str | os.PathLike[str]) -> tuple[list[FloatArray], NDArray[Any]]:
    r"""Read labelled sequences from a UCR ``.tsv`` file: a label, then the values of one channel.

    Parameters
    ----------
    path : str or path-like
        The file; columns are separated by tabs, commas or blanks. Missing values at the end are
        padding and are taken off.

    Returns
    -------
    X : list of ndarray of shape (n_steps, 1)
        The sequences; their lengths may differ.
    y : ndarray of str of shape (n_sequences,)
        Their labels.

    Raises
    ------
    ValueError
        If a row has no values, or one that is missing within the sequence or is not a number; the
        message names the line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from esnkit.datasets import read_ucr
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "two.tsv").write_text("1\t0.5\t0.7\n2\t0.1\tNaN\n")
    ...     X, y = read_ucr(Path(folder) / "two.tsv")
    >>> [len(x) for x in X], y.tolist()
    ([2, 1], ['1', '2'])
    """
    X, y = [], []
    for number, line in enumerate(_read_lines(path), 1):
        if line.strip():
            where = f"{path}, line {number}"
            label, *cells = line.replace(",", " ").split()
            X.append(_join([_numbers(cells, where)], where))
            y.append(label)
    if not X:
        raise ValueError(f"{path} holds no sequences.")
    return X, np.array(y)


def _read_lines(path: str | os.PathLike[str]) -> list[str]:
    try:
        return read_file(path).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in UTF-8 ({error.reason}).") from None


def _check_header(header: dict[str, str], path: str | os.PathLike[str]) -> None:
    """Refuse what has no labels, or labels its steps by stamps of time."""
    if not header.get("@classlabel", "").startswith("true"):
        raise ValueError(f"{path} has no class labels: '@classLabel true' is needed.")
    if header.get("@timestamps", "false").startswith("true"):
        raise ValueError(f"{path} has stamps of time (@timeStamps true), which are not read.")


def _numbers(cells: list[str], where: str) -> FloatArray:
    """Return the values of a channel without the padding at its end."""
    try:
        values = np.array(["nan" if cell.strip() == "?" else cell for cell in cells], dtype=float)
    except ValueError as error:
        raise ValueError(f"{where}: {error}.") from error
    present = np.flatnonzero(~np.isnan(values))
    values = values[: present[-1] + 1] if len(present) else values[:0]
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(f"{where}: a value is missing or infinite within the sequence.")
    return values


def _join(channels: list[FloatArray], where: str) -> FloatArray:
    """Put channels side by side, (n_steps, n_channels)."""
    lengths = {len(channel) for channel in channels}
    if len(lengths) != 1:
        raise ValueError(f"{where}: the channels have unequal lengths {sorted(lengths)}.")
    return np.column_stack(channels)
