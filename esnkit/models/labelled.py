"""What classifiers of sequences share: labels of sequences or of their steps, by all doors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_array
from esnkit.core.sequences import Sequences, check_weights, is_list_of_sequences, read_sequences
from esnkit.core.typing import FloatArray, Indices


class SequenceClassifier(ClassifierMixin, BaseEstimator):
    """Labels of sequences, or of their steps: the base of such classifiers."""

    output: str
    class_weight: Any
    id_column: str | int | None
    classes_: NDArray[Any]

    def _read_labels(
        self, sequences: Sequences, y: Any, sample_weight: Any
    ) -> tuple[Indices, FloatArray | None]:
        """Learn the classes; return the number of each label's class, and weights, if any."""
        labels = self._labels(sequences, y, "y")
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only, {self.classes_.tolist()[0]!r}; at least 2 are needed to be "
                "told apart."
            )
        weights = None
        if sample_weight is not None:
            given = self._labels(sequences, sample_weight, "sample_weight")
            weights = check_weights(given, len(labels))
        if self.class_weight is not None:
            balanced = compute_sample_weight(self.class_weight, labels)
            weights = balanced if weights is None else weights * balanced
        return codes, weights

    def _read(self, X: Any, reset: bool) -> Sequences:
        """Read sequences by any of the doors."""
        try:
            sequences = read_sequences(self, X, id_column=self.id_column, reset=reset)
        except ValueError as error:
            if "NaN" in str(error) and is_list_of_sequences(X):
                raise ValueError(
                    f"{error} If sequences of unequal length were padded, pass a list of arrays, "
                    "each of its own length, instead."
                ) from error
            raise
        if self.output == "sequence" and self.id_column is not None:
            ids = sequences.ids
            if len(set(ids)) < len(ids):
                twice = next(name for i, name in enumerate(ids) if name in ids[:i])
                raise ValueError(
                    f"The id {twice!r} in column {self.id_column!r} comes back after another one: "
                    "the rows of a sequence must stand together."
                )
        return sequences

    def _labels(self, sequences: Sequences, y: Any, name: str) -> NDArray[Any]:
        """Return one label for each sequence, or for each row."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        if self.output == "step":
            labels = np.asarray(sequences.flatten(y, name))
            n_labels, what = len(sequences.rows), "row"
        else:
            labels = np.atleast_1d(np.asarray(y))
            n_labels, what = len(sequences), "sequence"
        labels = check_array(
            labels, dtype=None, ensure_2d=False, ensure_all_finite=True, input_name=name
        )
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = column_or_1d(labels, warn=True)
        rowwise = self.id_column is not None and self.output == "sequence"
        if rowwise and labels.shape == (len(sequences.rows),):
            return self._one_label(sequences, labels, name)
        if labels.shape != (n_labels,):
            hint = (
                ""
                if self.output == "step"
                else (
                    " With output='sequence' and without id_column, a two-dimensional X is one "
                    "sequence with one label."
                )
            )
            raise ValueError(
                f"{name} has shape {labels.shape}, but output={self.output!r} needs one value for "
                f"each {what}, ({n_labels},).{hint}"
            )
        return labels

    def _one_label(self, sequences: Sequences, labels: NDArray[Any], name: str) -> NDArray[Any]:
        """Return the label of each sequence from those of its rows, which must agree."""
        firsts = labels[sequences.offsets[:-1]]
        differs = labels != np.repeat(firsts, np.diff(sequences.offsets))
        if differs.any():
            number = int(np.searchsorted(sequences.offsets, differs.argmax(), side="right")) - 1
            raise ValueError(
                f"{name} differs within the sequence of id {sequences.ids[number]!r}, but "
                "output='sequence' needs the same value in all of its rows."
            )
        return firsts

    def _give_back(self, X: Any, answer: Any) -> Any:
        """Answer for the sequences in X, in the form in which they came."""
        check_is_fitted(self)
        sequences = self._read(X, reset=False)
        answers = answer(sequences)
        if self.output == "step":
            return sequences.give_back(answers)
        if self.id_column is None:
            return answers
        return np.repeat(answers, np.diff(sequences.offsets), axis=0)
