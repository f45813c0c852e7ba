"""What classifiers of sequences share: labels of sequences or of their steps, by all doors."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
from esnkit.models.whole_sequences import (
    answers_for_rows,
    refuse_returning_ids,
    values_of_sequences,
)


class SequenceClassifier(ClassifierMixin, BaseEstimator, ABC):
    """Labels of sequences, or of their steps: the base of such classifiers."""

    output: str
    class_weight: Any
    id_column: str | int | None
    classes_: NDArray[Any]

    @abstractmethod
    def _probabilities(self, sequences: Sequences) -> FloatArray:
        """Return how likely each class is, one row for each sequence, or for each step."""

    def _codes(self, sequences: Sequences) -> Indices:
        """Return the number of the class of each sequence, or of each step."""
        return self._probabilities(sequences).argmax(axis=1)

    def predict(self, X: Any) -> Any:
        """Predict labels, the most likely ones.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,)
            The labels. One for each row with `id_column` or ``output="step"``, then in a list if X
            is one.

        Raises
        ------
        ValueError
            If X is not as in `fit`.
        """
        return self._give_back(X, lambda sequences: self.classes_[self._codes(sequences)])

    def predict_proba(self, X: Any) -> Any:
        """Predict how likely each class is.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes)
            Probabilities, in the order of `classes_`. One row for each row of X with `id_column`
            or ``output="step"``, then in a list if X is one.

        Raises
        ------
        ValueError
            If X is not as in `fit`.
        """
        return self._give_back(X, self._probabilities)

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
        if self.output == "sequence":
            refuse_returning_ids(sequences, self.id_column)
        return sequences

    def _labels(self, sequences: Sequences, y: Any, name: str) -> NDArray[Any]:
        """Return one label for each sequence, or for each row."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        by_step = self.output == "step"
        labels = np.asarray(sequences.flatten(y, name)) if by_step else np.atleast_1d(np.asarray(y))
        labels = check_array(
            labels, dtype=None, ensure_2d=False, ensure_all_finite=True, input_name=name
        )
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = column_or_1d(labels, warn=True)
        if labels.ndim > 1 or (by_step and len(labels) != len(sequences.rows)):
            raise ValueError(
                f"{name} has shape {labels.shape}, but output={self.output!r} needs one value for "
                f"each {'row' if by_step else 'sequence'}."
            )
        if by_step:
            return labels
        return values_of_sequences(sequences, labels, name, self.id_column)

    def _give_back(self, X: Any, answer: Any) -> Any:
        """Answer for the sequences in X, in the form in which they came."""
        check_is_fitted(self)
        sequences = self._read(X, reset=False)
        answers = answer(sequences)
        if self.output == "step":
            return sequences.give_back(answers)
        return answers_for_rows(sequences, answers, self.id_column)


def mix_classes(codes: Indices, rng: np.random.Generator) -> Indices:
    """Return an order in which every stretch holds each class in about its share.

    Parameters
    ----------
    codes : ndarray of shape (n_sequences,)
        The number of each one's class.
    rng : numpy.random.Generator
        What the order is drawn from.

    Returns
    -------
    ndarray of shape (n_sequences,)
        Numbers of sequences.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.repeat([0, 1], 10)
    >>> int(codes[mix_classes(codes, np.random.default_rng(0))[:10]].sum()) in (4, 5, 6)
    True
    """
    order = rng.permutation(len(codes))
    place = np.empty(len(codes))
    for code in np.unique(codes):
        members = order[codes[order] == code]
        place[members] = (np.arange(len(members)) + rng.uniform()) / len(members)
    return np.argsort(place, kind="stable")
