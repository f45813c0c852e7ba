"""Tasks in which each sequence has a label."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from esnkit.comparison.tasks.base import Task, TaskError
from esnkit.comparison.tasks.scores import ACCURACY, BALANCED_ACCURACY
from esnkit.comparison.tasks.splits import N_ORIGINS, LabelledSplit, Pairs
from esnkit.core.checks import check_array
from esnkit.core.typing import FloatArray, Indices
from esnkit.models.labelled import mix_classes

_FEWEST = 3  # sequences of each class to learn from: two to fit, one to validate


class LabelledTask(Task):
    """Sequences of your own, whose labels are to be told.

    Parameters
    ----------
    X : list of array-like of shape (n_steps, n_features)
        Sequences, whose lengths may differ.
    y : array-like of shape (n_sequences,)
        Their labels.
    X_test : list of array-like of shape (n_steps, n_features), default=None
        Sequences to be judged by. None takes a third of X, of every class its share.
    y_test : array-like of shape (n_sequences,), default=None
        Their labels.
    name : str, default="sequences"
        How the task is called.
    title : str, default=None
        For the report; None means the name.
    source : {"shipped", "file", "user"}, default="user"
        Where the sequences come from.
    description : str, default=""
        For the report.

    Raises
    ------
    TaskError
        If the sequences are not as described, there is one class only, a class has fewer than three
        sequences to learn from, or a label of the test is not among those to learn from.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import LabelledTask
    >>> X = [np.sin(np.arange(20) * (0.3 + 0.4 * (n % 2)) + n)[:, None] for n in range(60)]
    >>> split = LabelledTask(X, ["slow", "quick"] * 30).load(0)
    >>> len(split.train.inputs), len(split.draws), split.classes
    (40, 10, ('quick', 'slow'))
    """

    kind = "classify"
    metric = ACCURACY
    further = (BALANCED_ACCURACY,)
    fresh_data = False
    labelled = True

    def __init__(
        self,
        X: Any,
        y: ArrayLike,
        X_test: Any = None,
        y_test: ArrayLike | None = None,
        *,
        name: str = "sequences",
        title: str | None = None,
        source: Literal["shipped", "file", "user"] = "user",
        description: str = "",
    ) -> None:
        self.name, self.title, self.source = name, title or name, source
        self.description = description
        self._split = split_labelled(X, y, X_test, y_test)

    def load(self, seed: int) -> LabelledSplit:
        """Return the sequences, which are the same for every seed.

        Parameters
        ----------
        seed : int
            Not used.

        Returns
        -------
        LabelledSplit
        """
        return self._split


def split_labelled(
    X: Any, y: ArrayLike, X_test: Any = None, y_test: ArrayLike | None = None
) -> LabelledSplit:
    """Lay out sequences to learn from, and others in ten parts, with each class in each of them.

    Parameters
    ----------
    X, X_test : list of array-like of shape (n_steps, n_features)
        Sequences to learn from, and to be judged by; None takes a third of X.
    y, y_test : array-like of shape (n_sequences,)
        Their labels.

    Returns
    -------
    LabelledSplit

    Raises
    ------
    TaskError
        As `LabelledTask` says.
    """
    sequences, labels = _read(X, y, "X", "y")
    classes, codes = np.unique(labels, return_inverse=True)
    # In an order in which every stretch has its share of each class, as splits take the last ones.
    order = mix_classes(codes, np.random.default_rng(0))
    if X_test is None:
        cut = len(order) - len(order) // 3
        order, rest = order[:cut], order[cut:]
        others, other_codes = [sequences[i] for i in rest], codes[rest]
    else:
        others, other_labels = _read(X_test, [] if y_test is None else y_test, "X_test", "y_test")
        other_codes = _encode(other_labels, classes)
    _check(sequences[0].shape[1], [*sequences, *others], classes, codes[order])
    by_class = np.argsort(other_codes, kind="stable")
    n_parts = min(N_ORIGINS, len(others))
    return LabelledSplit(
        _pairs([sequences[i] for i in order], codes[order]),
        [
            _pairs([others[i] for i in by_class[k::n_parts]], other_codes[by_class[k::n_parts]])
            for k in range(n_parts)
        ],
        ("label",),
        tuple(map(str, classes)),
    )


def _read(X: Any, y: ArrayLike, X_name: str, y_name: str) -> tuple[list[FloatArray], NDArray[Any]]:
    """Check sequences and labels, as many of each."""
    labels = np.asarray(y)
    if labels.shape != (len(X),) or not len(X):
        raise TaskError(
            f"{y_name} has shape {labels.shape}, but {X_name} has {len(X)} sequences, and at least "
            "one with a label is needed"
        )
    try:
        sequences = [
            check_array(x, dtype=np.float64, input_name=f"{X_name}[{i}]") for i, x in enumerate(X)
        ]
    except ValueError as error:
        raise TaskError(str(error).splitlines()[0]) from None
    return sequences, labels


def _encode(labels: NDArray[Any], classes: NDArray[Any]) -> Indices:
    """Return the numbers of labels, all of which must be known."""
    unseen = sorted(set(labels.tolist()) - set(classes.tolist()), key=str)
    if unseen:
        raise TaskError(f"the label {unseen[0]!r} of the test is not among those to learn from")
    return np.searchsorted(classes, labels)


def _check(width: int, sequences: list[FloatArray], classes: NDArray[Any], codes: Indices) -> None:
    """Refuse what no contestant could learn from."""
    for x in sequences:
        if x.shape[1] != width:
            raise TaskError(f"one sequence has {x.shape[1]} channels, the first one has {width}")
    if len(classes) < 2:
        raise TaskError(f"all sequences have the label {classes.tolist()[0]!r}, two are needed")
    counts = np.bincount(codes, minlength=len(classes))
    if counts.min() < _FEWEST:
        rare = classes.tolist()[int(counts.argmin())]
        raise TaskError(
            f"the label {rare!r} has {counts.min()} sequences to learn from, but {_FEWEST} are "
            "needed"
        )


def _pairs(sequences: list[FloatArray], codes: Indices) -> Pairs:
    """Let the number of a class be the only target of a sequence."""
    targets = [np.full((1, 1), float(code)) for code in codes]
    return Pairs(sequences, targets, [np.ones(1, dtype=bool)] * len(codes))
