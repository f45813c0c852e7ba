"""ESNClassifier: one label for each sequence, or for each of its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import scipy.optimize
import scipy.special
from joblib import Parallel, delayed
from sklearn.base import clone, is_classifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_name
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.sequences import Sequences, batches
from esnkit.core.typing import FloatArray, Indices
from esnkit.memories.base import Memory
from esnkit.memories.reservoir import Reservoir
from esnkit.models.esn import ESNRegressor
from esnkit.models.labelled import SequenceClassifier
from esnkit.models.pooling import Pooling, SequencePooling
from esnkit.models.whole_sequences import refuse_short
from esnkit.readouts.ridge import RidgeReadout

__all__ = ["ESNClassifier"]

_BATCH = 2**20  # states that are held at one time, in numbers
_SAMPLE = 10_000  # rows of states from which levels and components are learned


class ESNClassifier(SequenceClassifier):
    r"""Classify sequences, or the steps of sequences, by an echo state network.

    Channels are standardised, and their differences from step to step, divided by their deviation,
    are put beside them. The memory runs over each sequence, forwards and, with the same weights,
    backwards. What its states did is summarised by `pooling` into one row of features, whatever
    the length of the sequence, and a readout tells the classes apart. With ``output="step"`` the
    readout sees the states of each step instead.

    Parameters
    ----------
    reservoir : memory, default=None
        Any memory. None is a `Reservoir` of 64 units of radius 0.9 in single precision, whose
        input is scaled by :math:`1 / \sqrt{d}` for d channels, differences counted, and whose leak
        rates are spread geometrically from 0.1 to 1; with ``output="step"`` it has 100 units.
    readout : regressor or classifier, default=None
        Fitted to standardised features. A regressor learns 1 for the class of a sequence and -1
        for the others; a classifier learns the labels. None is ridge regression with the penalty
        chosen by leaving out each sequence, exactly, or each of five blocks of steps.
    output : {"sequence", "step"}, default="sequence"
        What a label belongs to.
    pooling : str, sequence of str, or callable, default="default"
        Summaries of a unit's states over a sequence: ``"mean"``, ``"last"``, ``"deviation"``,
        ``"largest"``, ``"smallest"``; ``"slices"``, the means of two equal halves; ``"shares"``,
        the parts of the steps above each of four quantiles of the states in training;
        ``"model-space"``, the map from state to next state, fitted to the sequence on the 20 main
        components of all states [1]_. ``"default"`` is all of them but mean and last. Or a function
        of the states of one sequence, (n_steps, n_units), that returns as many numbers for each.
    directions : {"both", "forward"}, default="both"
        Whether sequences are also read backwards. With ``output="step"`` only forwards.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, as in scikit-learn.
    id_column : str or int, default=None
        The column of X, by name or number, that names the sequence each row belongs to. A run of
        equal ids is one sequence.
    n_jobs : int, default=None
        Threads over batches of sequences. The result does not depend on it.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the default reservoir, and of one that has no seed of its own.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    reservoir_ : memory
        The fitted copy of `reservoir`.
    readout_ : regressor or classifier
        The fitted copy of `readout`.
    n_features_in_ : int
        Number of columns of X, an id column included.
    feature_names_in_ : ndarray of str
        Names of the columns of X, if it has any.

    See Also
    --------
    ESNRegressor : Numbers instead of labels.
    esnkit.datasets.read_ts : Read labelled sequences from a file.

    Notes
    -----
    Probabilities are a softmax of the decisions, whose steepness makes the labels of the training
    sequences, each predicted by a readout that had not seen it, most likely.

    References
    ----------
    .. [1] F. M. Bianchi, S. Scardapane, S. Løkse and R. Jenssen, "Reservoir computing approaches
       for representation and classification of multivariate time series", IEEE Transactions on
       Neural Networks and Learning Systems 32, 2169-2179, 2021.

    Examples
    --------
    Nine speakers, told apart by one utterance:

    >>> from esnkit import ESNClassifier
    >>> from esnkit.datasets import load_japanese_vowels
    >>> classifier = ESNClassifier(random_state=0).fit(*load_japanese_vowels())
    >>> bool(classifier.score(*load_japanese_vowels("test")) > 0.98)
    True
    """

    def __init__(
        self,
        reservoir: Any = None,
        readout: Any = None,
        *,
        output: str = "sequence",
        pooling: Pooling = "default",
        directions: str = "both",
        class_weight: Any = None,
        id_column: str | int | None = None,
        n_jobs: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self.reservoir = reservoir
        self.readout = readout
        self.output = output
        self.pooling = pooling
        self.directions = directions
        self.class_weight = class_weight
        self.id_column = id_column
        self.n_jobs = n_jobs
        self.random_state = random_state

    # ------------------------------------------------------------------ what users call

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Draw the memory, run it over the sequences and fit the readout.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            One sequence, or many; with `id_column`, rows of many sequences.
        y : array-like of shape (n_sequences,) or (n_steps,), or a list of such
            Labels: one for each sequence; with `id_column`, one for each row, alike in a sequence,
            or one for each sequence. With ``output="step"``, one for each row, in a list of arrays
            if X is a list.
        sample_weight : array-like, default=None
            Weights, in the form of y.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter are not as described, a sequence is shorter than `pooling`
            needs, there is one class only, or an id comes back after another one.
        TypeError
            If `readout` cannot predict, or `pooling` is no name, list of names or function.
        """
        check_name("output", self.output, ("sequence", "step"))
        check_name("directions", self.directions, ("both", "forward"))
        if self.readout is not None and not hasattr(self.readout, "predict"):
            raise TypeError(f"readout must be a regressor or a classifier, got {self.readout!r}.")
        sequences = self._read(X, reset=True)
        codes, weights = self._read_labels(sequences, y, sample_weight)
        self._channels = _Channels(sequences)
        seed = root_seed(self.random_state)
        if self.output == "step":
            self._fit_steps(sequences, codes, weights, seed)
        else:
            self._fit_sequences(sequences, codes, weights, seed)
        return self

    def decision_function(self, X: Any) -> Any:
        """Return a score for each class: how clearly the readout points to it.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,) or (n_sequences, n_classes)
            Outputs of the readout; for two classes those of the second, above zero where it is
            meant. One for each row with `id_column` or ``output="step"``, then in a list if X is
            one.

        Raises
        ------
        ValueError
            If X is not as in `fit`.
        """
        return self._give_back(X, self._decide)

    def features(self, X: Any) -> FloatArray:
        """Return what the readout sees of sequences: the summaries of their states, standardised.

        Parameters
        ----------
        X : array-like of shape (n_steps, n_features), or a list of such
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_summaries)
            One row for each sequence.

        Raises
        ------
        ValueError
            If X is not as in `fit`, or ``output="step"``.
        """
        check_is_fitted(self)
        if self.output != "sequence":
            raise ValueError(f"features are those of whole sequences, but output={self.output!r}.")
        return self._features(self._read(X, reset=False))

    # ------------------------------------------------------------------ labels of sequences

    def _fit_sequences(
        self,
        sequences: Sequences,
        codes: Indices,
        weights: FloatArray | None,
        seed: np.random.SeedSequence,
    ) -> None:
        """Fit the readout to one row of features for each sequence."""
        self._poolings = [SequencePooling(self.pooling) for _ in self._signs]
        self._check_lengths(sequences)
        self.reservoir_ = self._make_reservoir(seed).prepare(self._channels.width)
        if self.reservoir_.adapts:
            channels = self._channels(sequences.rows, sequences.offsets)
            self.reservoir_.adapt(replace(sequences, rows=channels))
        pooled = self._learn_and_pool(sequences, child_generator(seed, "data"))
        self._scaler = StandardScaler()
        features = self._scaler.fit_transform(pooled)
        readout = self.readout
        if readout is None:
            readout = RidgeReadout(validation="leave-one-out", solver="gram")
        self.readout_ = clone(readout)
        targets = self.classes_[codes] if is_classifier(readout) else self._encode(codes)
        options = {} if weights is None else {"sample_weight": weights}
        self.readout_.fit(features, targets, **options)
        self._steepness = 2.0
        left_out = getattr(self.readout_, "left_out_predictions_", None)
        if left_out is not None:
            kept = slice(None) if weights is None else weights > 0
            self._steepness = _steepness(np.squeeze(left_out), codes[kept])

    @property
    def _signs(self) -> tuple[int, ...]:
        """Steps of the directions in which sequences are read."""
        return (1, -1) if self.directions == "both" else (1,)

    def _check_lengths(self, sequences: Sequences) -> None:
        least = self._poolings[0].least_steps
        refuse_short(sequences, least, f"pooling={self.pooling!r}", self.id_column)

    def _make_reservoir(self, seed: np.random.SeedSequence) -> Memory:
        """Return the memory, unfitted, with a seed."""
        own_seed = int(child_generator(seed, "reservoir").integers(2**31))
        if self.reservoir is None:
            return Reservoir(
                100 if self.output == "step" else 64,
                leak_range=(0.1, 1.0),
                input_scaling=1 / np.sqrt(self._channels.width),
                dtype="float64" if self.output == "step" else "float32",
                random_state=own_seed,
            )
        memory = clone(self.reservoir)
        if getattr(memory, "random_state", 0) is None:
            memory.set_params(random_state=own_seed)
        return memory

    def _learn_and_pool(self, sequences: Sequences, rng: np.random.Generator) -> FloatArray:
        """Let the summaries see the states of some sequences; return the summaries of all."""
        order = rng.permutation(len(sequences))
        lengths = np.diff(sequences.offsets)[order]
        enough = 1 + int(np.searchsorted(np.cumsum(lengths), _SAMPLE))
        rows, offsets = self._pick(sequences, order[:enough])
        seen = [self._states(rows, offsets, sign) for sign in self._signs]
        for pooling, states in zip(self._poolings, seen, strict=True):
            pooling.fit(states)
        parts = [self._summarise(seen, offsets)]
        if enough < len(order):
            parts.append(self._pool(sequences, order[enough:]))
        pooled = np.vstack(parts)
        return pooled[np.argsort(order)]

    def _pool(self, sequences: Sequences, chosen: Indices) -> FloatArray:
        """Return the summaries of the chosen sequences, a batch at a time."""
        lengths = np.diff(sequences.offsets)[chosen]
        cuts = batches(lengths, _BATCH // self.reservoir_.n_features_out_)
        rows = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(self._pool_batch)(*self._pick(sequences, chosen[batch])) for batch in cuts
        )
        return np.vstack(rows)

    def _pool_batch(self, rows: FloatArray, offsets: Indices) -> FloatArray:
        return self._summarise([self._states(rows, offsets, s) for s in self._signs], offsets)

    def _summarise(self, seen: list[FloatArray], offsets: Indices) -> FloatArray:
        """Return features of the states of each direction."""
        pairs = zip(self._poolings, seen, strict=True)
        return np.hstack([pooling.transform(states, offsets) for pooling, states in pairs])

    def _pick(self, sequences: Sequences, chosen: Indices) -> tuple[FloatArray, Indices]:
        """Return the channels of chosen sequences, one after the other, and where they begin."""
        parts = list(sequences.parts())
        picked = [sequences.rows[parts[i]] for i in chosen]
        offsets = np.cumsum([0] + [len(rows) for rows in picked])
        return self._channels(np.concatenate(picked), offsets), offsets

    def _states(self, rows: FloatArray, offsets: Indices, sign: int) -> FloatArray:
        """Return the states of sequences read forwards or backwards, in the order of reading."""
        if sign < 0:
            rows = rows[_reversed(offsets)]
        return self.reservoir_.run_many(rows, offsets)[0]

    def _features(self, sequences: Sequences) -> FloatArray:
        self._check_lengths(sequences)
        return self._scaler.transform(self._pool(sequences, np.arange(len(sequences))))

    # ------------------------------------------------------------------ labels of steps

    def _fit_steps(
        self,
        sequences: Sequences,
        codes: Indices,
        weights: FloatArray | None,
        seed: np.random.SeedSequence,
    ) -> None:
        """Fit a model of plus and minus one at each step."""
        if self.readout is not None and is_classifier(self.readout):
            raise ValueError(
                f"readout={self.readout!r} is a classifier, but output='step' needs a regressor."
            )
        channels = self._channels(sequences.rows, sequences.offsets)
        rows = [channels[part] for part in sequences.parts()]
        targets = self._encode(codes)
        model = ESNRegressor(self._make_reservoir(seed), self.readout)
        listed = [targets[part] for part in sequences.parts()]
        options = {}
        if weights is not None:
            options["sample_weight"] = [weights[part] for part in sequences.parts()]
        self._model = model.fit(rows, listed, **options)
        self.reservoir_, self.readout_ = self._model.reservoir_, self._model.readout_
        self._steepness = 2.0

    # ------------------------------------------------------------------ both

    def _encode(self, codes: Indices) -> FloatArray:
        """Return 1 for the class and -1 for the others; one column for two classes."""
        if len(self.classes_) == 2:
            codes = codes[:, None]
            return np.where(codes == 1, 1.0, -1.0)
        encoded = np.full((len(codes), len(self.classes_)), -1.0)
        encoded[np.arange(len(codes)), codes] = 1.0
        return encoded

    def _decide(self, sequences: Sequences) -> FloatArray:
        """Return what the readout says, (n,) for two classes or (n, n_classes)."""
        if self.output == "step":
            channels = self._channels(sequences.rows, sequences.offsets)
            rows = [channels[part] for part in sequences.parts()]
            decisions = np.concatenate(self._model.predict(rows))
        elif is_classifier(self.readout_):
            decisions = self._decide_by_classifier(self._features(sequences))
        else:
            decisions = self.readout_.predict(self._features(sequences))
        return decisions[:, 0] if decisions.ndim == 2 and decisions.shape[1] == 1 else decisions

    def _decide_by_classifier(self, features: FloatArray) -> FloatArray:
        if hasattr(self.readout_, "decision_function"):
            return self.readout_.decision_function(features)
        logarithms = np.log(np.maximum(self.readout_.predict_proba(features), 1e-300))
        return logarithms if len(self.classes_) > 2 else logarithms[:, 1] - logarithms[:, 0]

    def _codes(self, sequences: Sequences) -> Indices:
        decisions = self._decide(sequences)
        best = decisions > 0 if decisions.ndim == 1 else decisions.argmax(axis=1)
        return best.astype(np.intp)

    def _probabilities(self, sequences: Sequences) -> FloatArray:
        if self.output == "sequence" and hasattr(self.readout_, "predict_proba"):
            return self.readout_.predict_proba(self._features(sequences))
        return _softmax(self._decide(sequences), self._steepness)


class _Channels:
    """Channels standardised, their differences beside them, by what the training data showed."""

    def __init__(self, sequences: Sequences) -> None:
        rows = sequences.rows
        self._mean = rows.mean(axis=0)
        self._spread = _spread(rows)
        self._change_spread = _spread(_changes(rows, sequences.offsets))
        self.width = 2 * rows.shape[1]

    def __call__(self, rows: FloatArray, offsets: Indices) -> FloatArray:
        changes = _changes(rows, offsets) / self._change_spread
        return np.hstack([(rows - self._mean) / self._spread, changes])


def _changes(rows: FloatArray, offsets: Indices) -> FloatArray:
    """Return differences from step to step; none leads from one sequence to the next."""
    changes = np.diff(rows, axis=0, prepend=rows[:1])
    changes[offsets[:-1]] = 0
    return changes


def _reversed(offsets: Indices) -> Indices:
    """Return the numbers of rows when each sequence is read backwards."""
    ends = offsets[:-1] + offsets[1:] - 1
    return np.repeat(ends, np.diff(offsets)) - np.arange(offsets[-1])


def _spread(values: FloatArray) -> FloatArray:
    """Return standard deviations, and ones where a channel does not vary."""
    spread: FloatArray = values.std(axis=0)
    varies = spread > 1e-12 * np.abs(values).max(axis=0)
    spread[~varies] = 1
    return spread


def _softmax(decisions: FloatArray, steepness: float) -> FloatArray:
    """Return the softmax of decisions; of one column, its logistic function."""
    if decisions.ndim == 1:
        second = scipy.special.expit(steepness * decisions)
        return np.column_stack([1 - second, second])
    return scipy.special.softmax(steepness * decisions, axis=1)


def _steepness(decisions: FloatArray, codes: Indices) -> float:
    """Return the steepness under which the true labels are most likely.

    One label in n + 2 is taken to be wrong, as Platt does, so that sequences which are all told
    apart do not make for certainty.
    """
    doubt = 1 / (len(codes) + 2)

    def surprise(logarithm: float) -> float:
        likely = _softmax(decisions, float(np.exp(logarithm)))[np.arange(len(codes)), codes]
        likely = np.clip(likely, 1e-300, 1 - 1e-16)
        return -float(((1 - doubt) * np.log(likely) + doubt * np.log1p(-likely)).mean())

    best = scipy.optimize.minimize_scalar(surprise, bounds=(-2.0, 4.0), method="bounded")
    return float(np.exp(best.x))
