"""Figures of labelled sequences: what tells them apart, and which ones are mistaken."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from esnkit.core.checks import check_numbers, check_scalar
from esnkit.plotting.base import Display
from esnkit.plotting.checks import check_method, floats
from esnkit.plotting.style import CYCLE, GREY, from_zero, label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = "osD^vP"


class SequenceFeaturesDisplay(Display):
    """Sequences as points: the two main components of their features, a colour for each class.

    Parameters
    ----------
    points : array-like of shape (n_sequences, 2)
        Where each sequence lies.
    labels : array-like of shape (n_sequences,)
        What it is.
    shares : (float, float), default=None
        How much of the features' variance lies along each axis, if known.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    points_ : list of matplotlib.collections.PathCollection
        The points of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.plotting import SequenceFeaturesDisplay
    >>> features = np.random.default_rng(0).normal(size=(20, 7))
    >>> display = SequenceFeaturesDisplay.from_features(features, ["a", "b"] * 10)
    >>> len(display.points_)
    2
    """

    _size = (6.4, 4.4)

    def __init__(
        self, points: ArrayLike, labels: ArrayLike, *, shares: Sequence[float] | None = None
    ) -> None:
        self.points = points
        self.labels = labels
        self.shares = shares

    @classmethod
    def from_features(cls, features: ArrayLike, y: ArrayLike, *, ax: Axes | None = None) -> Self:
        """Find the main components of features, and draw.

        Parameters
        ----------
        features : array-like of shape (n_sequences, n_features)
            A row for each sequence, as `ESNClassifier.features` gives.
        y : array-like of shape (n_sequences,)
            The labels.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        SequenceFeaturesDisplay

        Raises
        ------
        ValueError
            If there are not as many labels as rows, or fewer than two rows or columns.
        """
        rows, labels = floats(features, "features"), np.asarray(y)
        if rows.ndim != 2 or min(rows.shape) < 2:
            raise ValueError(f"features must have 2 rows and columns or more, got {rows.shape}.")
        if labels.shape != rows.shape[:1]:
            raise ValueError(f"y has shape {labels.shape}, but features has {rows.shape}.")
        left, singular, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
        total = max(float((singular**2).sum()), np.finfo(np.float64).tiny)
        shares = (singular[:2] ** 2 / total).tolist()
        return cls(left[:, :2] * singular[:2], labels, shares=shares).plot(ax)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: ArrayLike, *, ax: Axes | None = None
    ) -> Self:
        """Draw what a fitted `ESNClassifier` makes of sequences.

        Parameters
        ----------
        estimator : ESNClassifier
            Fitted to whole sequences.
        X : list of array-like of shape (n_steps, n_features)
            The sequences.
        y : array-like of shape (n_sequences,)
            Their labels.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        SequenceFeaturesDisplay
        """
        check_method(estimator, "features")
        return cls.from_features(estimator.features(X), y, ax=ax)

    def _draw(self, ax: Axes) -> None:
        points, labels = np.asarray(self.points), np.asarray(self.labels)
        self.points_ = []
        for k, one in enumerate(np.unique(labels)):
            own = points[labels == one]
            look: Any = {"color": CYCLE[k % len(CYCLE)], "marker": _marker(k)}
            self.points_.append(
                ax.scatter(own[:, 0], own[:, 1], s=22, alpha=0.75, linewidths=0, **look)
            )
        names = [str(one) for one in np.unique(labels)]
        ax.legend(self.points_, names, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
        titles = ["first main component", "second main component"]
        if self.shares is not None:
            titles = [f"{t} ({s:.0%})" for t, s in zip(titles, self.shares, strict=True)]
        label(ax, *titles)
        tidy(ax, grid="both")
        ax.margins(0.05)


def _marker(number: int) -> str:
    """Return the marker of a class: colours come round after some, markers change then."""
    return _MARKERS[number // len(CYCLE) % len(_MARKERS)]


class ErrorByLengthDisplay(Display):
    """The share of mistaken labels among short and long sequences, with 95 % intervals [1]_.

    Parameters
    ----------
    lengths : array-like of shape (n_sequences,)
        Steps of each sequence.
    wrong : array-like of bool of shape (n_sequences,)
        Whether its label was mistaken.
    n_groups : int, default=5
        Groups of about equal size that lengths are cut into; sequences of one length stay
        together.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    shares_ : ndarray of shape (n_groups_drawn,)
        The share of mistaken labels in each group, from the shortest to the longest.
    counts_ : ndarray of shape (n_groups_drawn,)
        How many sequences each group has.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
       Journal of the American Statistical Association 22, 209-212, 1927.

    Examples
    --------
    >>> from esnkit.plotting import ErrorByLengthDisplay
    >>> display = ErrorByLengthDisplay([5, 5, 9, 9], [True, False, False, False], n_groups=2)
    >>> display.plot().shares_
    array([0.5, 0. ])
    """

    _size = (6.4, 3.6)

    def __init__(self, lengths: ArrayLike, wrong: ArrayLike, *, n_groups: int = 5) -> None:
        self.lengths = lengths
        self.wrong = wrong
        self.n_groups = n_groups

    @classmethod
    def from_predictions(
        cls, X: Any, y_true: ArrayLike, y_pred: ArrayLike, *, ax: Axes | None = None
    ) -> Self:
        """Compare predicted labels with the true ones, and draw.

        Parameters
        ----------
        X : list of array-like of shape (n_steps, n_features)
            The sequences.
        y_true, y_pred : array-like of shape (n_sequences,)
            True and predicted labels.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        ErrorByLengthDisplay

        Raises
        ------
        ValueError
            If there are not as many labels as sequences.
        """
        _check_sequences(X)
        truth, guess = np.asarray(y_true), np.asarray(y_pred)
        for name, labels in (("y_true", truth), ("y_pred", guess)):
            if labels.shape != (len(X),):
                raise ValueError(
                    f"{name} has shape {labels.shape}, but X has {len(X)} sequences, ({len(X)},)."
                )
        return cls([len(x) for x in X], truth != guess).plot(ax)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: ArrayLike, *, ax: Axes | None = None
    ) -> Self:
        """Let a fitted classifier predict, and draw.

        Parameters
        ----------
        estimator : ESNClassifier or RNNClassifier
            Fitted to whole sequences.
        X : list of array-like of shape (n_steps, n_features)
            The sequences.
        y : array-like of shape (n_sequences,)
            Their labels.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        ErrorByLengthDisplay
        """
        check_method(estimator, "predict")
        _check_sequences(X)
        if np.shape(y) != (len(X),):
            raise ValueError(
                f"y has shape {np.shape(y)}, but X has {len(X)} sequences, ({len(X)},)."
            )
        return cls.from_predictions(X, y, estimator.predict(X), ax=ax)

    def _draw(self, ax: Axes) -> None:
        lengths, wrong = self._checked()
        n_groups = check_scalar(self.n_groups, "n_groups", Integral, min_val=1, max_val=10**6)
        inner = np.quantile(lengths, np.arange(1, n_groups) / n_groups)
        groups = np.searchsorted(np.unique(inner), lengths, side="right")
        present = np.unique(groups)
        self.counts_ = np.array([(groups == g).sum() for g in present])
        self.shares_ = np.array([wrong[groups == g].mean() for g in present])
        low, high = _wilson(self.shares_, self.counts_)
        places = np.arange(len(present))
        ax.bar(places, self.shares_, width=0.7, color=CYCLE[0])
        bars = [np.maximum(self.shares_ - low, 0), np.maximum(high - self.shares_, 0)]
        ax.errorbar(places, self.shares_, bars, fmt="none", ecolor=GREY, elinewidth=1, capsize=3)
        ax.set_xticks(places, [_span(lengths[groups == g]) for g in present])
        label(ax, "steps of a sequence, and how many there are", "share of mistaken labels")
        from_zero(ax)
        tidy(ax)
        ax.margins(x=0.05)

    def _checked(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return how long the sequences are, and whether each was mistaken."""
        lengths, wrong = check_numbers(self.lengths, "lengths"), np.asarray(self.wrong)
        if lengths.ndim != 1 or not lengths.size or not np.array_equal(lengths, lengths.round()):
            raise ValueError(
                f"lengths must be whole numbers of shape (n_sequences,), got {self.lengths!r}."
            )
        if wrong.shape != lengths.shape or wrong.dtype.kind not in "biu":
            raise ValueError(
                f"wrong must hold True or False in shape {lengths.shape}, as lengths has, got "
                f"{self.wrong!r}."
            )
        return lengths.astype(np.int64), wrong.astype(bool)


def _check_sequences(X: Any) -> None:
    """Refuse what is no list of sequences."""
    if isinstance(X, str | bytes | type) or not hasattr(X, "__len__"):
        raise TypeError(f"X must be a list of sequences, got {X!r}.")


def _span(lengths: NDArray[Any]) -> str:
    """Say from where to where lengths go, and how many they are."""
    low, high = lengths.min(), lengths.max()
    return f"{low if low == high else f'{low} to {high}'}\n{len(lengths)}"


def _wilson(shares: NDArray[Any], counts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the 95 % interval of each share by Wilson's score."""
    z = 1.959964
    middle = (shares + z**2 / (2 * counts)) / (1 + z**2 / counts)
    half = np.sqrt(shares * (1 - shares) / counts + (z / (2 * counts)) ** 2) * z
    half = half / (1 + z**2 / counts)
    return middle - half, middle + half
