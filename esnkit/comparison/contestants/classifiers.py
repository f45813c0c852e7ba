"""The shipped contestants that tell labels of sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeClassifierCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from esnkit.comparison.contestants.base import Contestant, Problem
from esnkit.core.typing import FloatArray
from esnkit.memories.reservoir import Reservoir
from esnkit.models.classifier import ESNClassifier
from esnkit.networks.classifier import RNNClassifier
from esnkit.networks.learners.bptt import BPTT
from esnkit.networks.training.optimizers import Adam
from esnkit.search.space import Dimension, Settings

_EPOCHS = 100
_SHORTEST_ROCKET = 9  # steps that its kernels span


class ResampledClassifier(ClassifierMixin, BaseEstimator):
    """Let a classifier of scikit-learn see sequences, all stretched to one length.

    Parameters
    ----------
    classifier : classifier
        It sees the channels of a sequence, by linear interpolation at as many times as the longest
        training sequence has steps, in one row.
    """

    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier

    def fit(self, X: Sequence[FloatArray], y: NDArray[Any]) -> Self:
        """Fit to sequences (n_steps, n_features) and their labels (n_sequences,)."""
        self.n_steps_ = max(map(len, X))
        self.model_ = clone(self.classifier).fit(self._rows(X), y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Sequence[FloatArray]) -> NDArray[Any]:
        """Return the labels of sequences."""
        return np.asarray(self.model_.predict(self._rows(X)))

    def _rows(self, X: Sequence[FloatArray]) -> FloatArray:
        """Return one row (n_steps * n_features,) for each sequence."""
        rows = []
        for x in X:
            places = np.linspace(0, len(x) - 1, self.n_steps_)
            rows.append(np.ravel([np.interp(places, np.arange(len(x)), c) for c in x.T]))
        return np.stack(rows)


class MiniRocket(ClassifierMixin, BaseEstimator):
    """MiniRocket [1]_ of aeon or sktime, with the ridge classifier of its authors.

    Shorter sequences are padded with zeros at the end.

    Parameters
    ----------
    random_state : int, default=None
        Seed of its biases.

    References
    ----------
    .. [1] A. Dempster, D. F. Schmidt and G. I. Webb, "MiniRocket: a very fast (almost)
       deterministic transform for time series classification", KDD 2021.
    """

    def __init__(self, random_state: int | None = None) -> None:
        self.random_state = random_state

    def fit(self, X: Sequence[FloatArray], y: NDArray[Any]) -> Self:
        """Fit to sequences (n_steps, n_features) and their labels (n_sequences,)."""
        self.n_steps_ = max(_SHORTEST_ROCKET, *map(len, X))
        self.rocket_ = _rocket(self.random_state)
        features = np.asarray(self.rocket_.fit_transform(self._padded(X)))
        ridge = RidgeClassifierCV(alphas=np.logspace(-3, 3, 10))
        self.model_ = make_pipeline(StandardScaler(with_mean=False), ridge).fit(features, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Sequence[FloatArray]) -> NDArray[Any]:
        """Return the labels of sequences."""
        features = np.asarray(self.rocket_.transform(self._padded(X)))
        return np.asarray(self.model_.predict(features))

    def _padded(self, X: Sequence[FloatArray]) -> FloatArray:
        """Return an array (n_sequences, n_features, n_steps), as those packages want it."""
        padded = np.zeros((len(X), X[0].shape[1], self.n_steps_))
        for i, x in enumerate(X):
            cut = x[: self.n_steps_]
            padded[i, :, : len(cut)] = cut.T
        return padded


def _rocket(random_state: int | None) -> Any:
    """Make the transformer, from the package that is there."""
    try:
        from aeon.transformations.collection.convolution_based import MiniRocket as Rocket
    except ImportError:
        from sktime.transformations.panel.rocket import MiniRocketMultivariate as Rocket
    return Rocket(random_state=random_state)


def _esn(settings: Settings, problem: Problem) -> ESNClassifier:
    return ESNClassifier(
        Reservoir(
            settings["n_units"],
            spectral_radius=settings["spectral_radius"],
            leak_range=(settings["slowest_leak"], 1.0),
            # Differences stand beside the inputs.
            input_scaling=settings["input_scaling"] / np.sqrt(2 * problem.n_inputs),
            dtype="float32",
        )
    )


def _lstm(settings: Settings, problem: Problem) -> RNNClassifier:
    return RNNClassifier(
        "lstm",
        (settings["n_hidden"],),
        bidirectional=settings["bidirectional"],
        learner=BPTT(optimizer=Adam(settings["learning_rate_init"])),
        max_iter=_EPOCHS,
        dtype="float32",
    )


_SHIPPED = (
    Contestant(
        "esn",
        _esn,
        (
            Dimension("n_units", "choice", 64, choices=(64, 32, 128)),
            Dimension("spectral_radius", "linear", 0.9, 0.5, 1.1),
            Dimension("slowest_leak", "log", 0.1, 0.03, 0.5),
            Dimension("input_scaling", "log", 1.0, 0.3, 3.0),
        ),
        makes="classifier",
        title="ESN",
        description="Echo state network that reads sequences both ways; a ridge readout tells "
        "classes by summaries of its states, its penalty validated by leaving out each sequence.",
        family="reservoir",
    ),
    Contestant(
        "lstm",
        _lstm,
        (
            Dimension("n_hidden", "choice", 64, choices=(64, 32)),
            Dimension("bidirectional", "choice", False, choices=(False, True)),
            Dimension("learning_rate_init", "log", 3e-3, 5e-4, 2e-2),
        ),
        makes="classifier",
        title="LSTM",
        description=f"One layer of LSTM cells under a softmax at the end, at most {_EPOCHS} epochs "
        "of Adam, stopped early.",
        family="trained network",
    ),
    Contestant(
        "minirocket",
        lambda settings, problem: MiniRocket(),
        makes="classifier",
        title="MiniRocket",
        description="Some 10 000 small convolutions and a ridge classifier, with the settings of "
        "its authors; from aeon or sktime, where one of them is installed.",
        family="classical",
        any_of=("aeon", "sktime"),
    ),
    Contestant(
        "nearest-neighbour",
        lambda settings, problem: ResampledClassifier(KNeighborsClassifier(1)),
        makes="classifier",
        title="Nearest neighbour",
        description="The label of the nearest training sequence, all stretched to one length.",
        family="classical",
    ),
    Contestant(
        "majority",
        lambda settings, problem: ResampledClassifier(DummyClassifier()),
        makes="classifier",
        title="Majority",
        description="The label that is most frequent in training.",
        family="naive",
    ),
)
CLASSIFIERS = {contestant.name: contestant for contestant in _SHIPPED}
