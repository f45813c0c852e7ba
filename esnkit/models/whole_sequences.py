"""One value for each sequence: read and given back by all doors, and learned from summaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.core.checks import check_array, refuse_extremes, refuse_masked
from esnkit.core.sequences import Sequences, TrainingData, check_weights, read_sequences
from esnkit.core.typing import FloatArray
from esnkit.models.pooling import Pooling, SequencePooling
from esnkit.models.runner import Runner, TrainingRun

_SAMPLE = 20_000  # rows of features from which levels and components are learned


def read_whole(
    estimator: Any, X: Any, y: Any, sample_weight: Any, reset: bool
) -> tuple[TrainingData, bool]:
    """Check training data with one target, or row of targets, for each sequence.

    Targets are (n_sequences, n_outputs), weights (n_sequences,); the second value tells whether y
    had one dimension.
    """
    by = estimator.id_column
    sequences = read_sequences(estimator, X, id_column=by, reset=reset)
    refuse_returning_ids(sequences, by)
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        )
    refuse_masked(y, "y")
    targets = check_array(
        np.atleast_1d(y), ensure_2d=False, dtype=np.float64, input_name="y", estimator=estimator
    )
    refuse_extremes(targets, "y", fitting=True)
    targets = values_of_sequences(sequences, targets, "y", by)
    weights = None
    if sample_weight is not None:
        given = check_array(sample_weight, ensure_2d=False, input_name="sample_weight")
        weights = values_of_sequences(sequences, given, "sample_weight", by)
    data = TrainingData(
        sequences, targets.reshape(len(targets), -1), check_weights(weights, len(targets))
    )
    return data, targets.ndim == 1


def values_of_sequences(
    sequences: Sequences, values: NDArray[Any], name: str, id_column: str | int | None
) -> NDArray[Any]:
    """Return one value, or row of values, for each sequence.

    Where an id column tells rows apart there may be one for each row too, alike in a sequence,
    because scikit-learn's tools cut X and y row by row.
    """
    if id_column is not None and len(values) == len(sequences.rows):
        return _alike(sequences, values, name)
    if len(values) != len(sequences):
        hint = (
            " Without id_column, a two-dimensional X is one sequence."
            if id_column is None and not sequences.listed
            else ""
        )
        raise ValueError(
            f"{name} has shape {values.shape}, but output='sequence' needs one value for each "
            f"sequence, ({len(sequences)},).{hint}"
        )
    return values


def _alike(sequences: Sequences, values: NDArray[Any], name: str) -> NDArray[Any]:
    """Return the value of each sequence from those of its rows, which must agree."""
    firsts = values[sequences.offsets[:-1]]
    differs = values != np.repeat(firsts, np.diff(sequences.offsets), axis=0)
    if differs.any():
        row = int(differs.reshape(len(values), -1).any(axis=1).argmax())
        number = int(np.searchsorted(sequences.offsets, row, side="right")) - 1
        raise ValueError(
            f"{name} differs within the sequence of id {sequences.ids[number]!r}, but "
            "output='sequence' needs the same value in all of its rows."
        )
    return firsts


def answers_for_rows(
    sequences: Sequences, answers: NDArray[Any], id_column: str | int | None
) -> NDArray[Any]:
    """Return answers for sequences as scikit-learn's tools want them: with ids, for each row."""
    return answers if id_column is None else np.repeat(answers, np.diff(sequences.offsets), axis=0)


def refuse_returning_ids(sequences: Sequences, id_column: str | int | None) -> None:
    """Refuse an id that comes back after another: a sequence would be taken for two."""
    ids = sequences.ids
    if id_column is not None and len(set(ids)) < len(ids):
        twice = next(name for i, name in enumerate(ids) if name in ids[:i])
        raise ValueError(
            f"The id {twice!r} in column {id_column!r} comes back after another one: the rows of a "
            "sequence must stand together."
        )


def refuse_short(sequences: Sequences, least: int, why: str, id_column: str | int | None) -> None:
    """Refuse sequences with fewer steps, naming the shortest."""
    lengths = np.diff(sequences.offsets)
    if lengths.min() < least:
        short = int(lengths.argmin())
        name = sequences.ids[short] if id_column is not None else f"X[{short}]"
        raise ValueError(
            f"Sequence {name} has {lengths[short]} step(s), but {why} needs at least {least}."
        )


class SequenceSummaries:
    """Runs over whole sequences, and summarises what a readout would see in one row for each.

    Parameters
    ----------
    runner : Runner
        Memory and features.
    pooling : str, sequence of str, or callable
        The summaries, see `SequencePooling`.
    washout : int
        First steps of each sequence that are left out.
    """

    def __init__(self, runner: Runner, pooling: Pooling, washout: int) -> None:
        self._runner = runner
        self._pooling = SequencePooling(pooling)
        self._washout = washout
        self._learned = False

    def learn(self, sequences: Sequences) -> None:
        """Let the summaries see the features of some of the sequences, once for all."""
        if self._learned:
            return
        parts = list(sequences.parts())
        stride = -(-len(sequences.rows) // _SAMPLE)
        self._pooling.fit(
            np.concatenate([self._features(sequences.rows[p]) for p in parts[::stride]])
        )
        self._learned = True

    def summarise(self, rows: FloatArray, noise: Any = None) -> FloatArray:
        """Return the row of features of one sequence, (1, n_features)."""
        features = self._features(rows, noise)
        return self._pooling.transform(features, np.array([0, len(features)]))

    def _features(self, rows: FloatArray, noise: Any = None) -> FloatArray:
        start = self._runner.initial_state()
        seen = [f.copy() for _, f, _ in self._runner.features(rows, start, None, noise)]
        return np.concatenate(seen)[self._washout :]


class SummaryRun(TrainingRun):
    """One pass over training data in which each sequence is one row to fit to.

    Parameters
    ----------
    runner : Runner
        Memory and features.
    summaries : SequenceSummaries
        What makes a row of a sequence.
    data : TrainingData
        Sequences, with a row of targets, and a weight, for each.
    n_sequences : int
        How many sequences have come before, which numbers the seeds of their noise.
    """

    def __init__(
        self, runner: Runner, summaries: SequenceSummaries, data: TrainingData, n_sequences: int
    ) -> None:
        super().__init__(runner, data, 0, None, n_sequences)
        self._summaries = summaries

    @property
    def n_rows(self) -> int:
        """Number of rows that are going to be yielded: one for each sequence."""
        return len(self._data.sequences)

    def __iter__(self) -> Iterator[tuple[FloatArray, FloatArray, FloatArray | None]]:
        data = self._data
        self._summaries.learn(data.sequences)
        for i, part in enumerate(data.sequences.parts()):
            noise = self._runner.memory.noise_generator(self._n_before + i)
            one = slice(i, i + 1)
            yield (
                self._summaries.summarise(data.sequences.rows[part], noise),
                data.targets[one],
                None if data.weights is None else data.weights[one],
            )
