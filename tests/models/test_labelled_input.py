"""Bad input to classifiers of sequences: one fault at a time, anywhere, is named by both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esnkit import ESNClassifier, Reservoir, RNNClassifier

CLASSIFIERS = {
    "esn": lambda **options: ESNClassifier(Reservoir(5), random_state=0, **options),
    "rnn": lambda **options: RNNClassifier("elman", (3,), max_iter=1, random_state=0, **options),
}


def replaced(X, at, x):
    return [*X[:at], x, *X[at + 1 :]]


def flat(X):
    """Rows with an id column in front."""
    return np.vstack([np.column_stack([np.full(len(x), i), x]) for i, x in enumerate(X)])


def split_in_two(X, at):
    """Rows in which a part of one sequence comes back at the end."""
    rows = flat(X)
    own = np.flatnonzero(rows[:, 0] == at)[-1:]
    return np.vstack([np.delete(rows, own, axis=0), [[len(X), 0.0, 0.0]], rows[own]])


# Each takes sequences, labels and the number of the one that goes wrong; returns X, y, options and
# what the message has to say.
FAULTS = {
    "channels": lambda X, y, i: (replaced(X, i, X[i][:, :1]), y, {}, r"X\[\d+\]|feature"),
    "empty": lambda X, y, i: (replaced(X, i, X[i][:0]), y, {}, rf"X\[{i}\].*0 sample"),
    "nothing": lambda X, y, i: ([], [], {}, "sequence|array"),
    "one class": lambda X, y, i: (X, ["same"] * len(X), {}, "y has one class only, 'same'"),
    "no label": lambda X, y, i: (X, None, {}, "requires y"),
    "too few labels": lambda X, y, i: (X, y[:-1], {}, r"y has shape"),
    "labels of steps": lambda X, y, i: (X, np.outer(y, [1, 1]), {}, "y has shape|y should be"),
    "NaN padding": lambda X, y, i: (
        replaced(X, i, np.vstack([X[i], [[np.nan] * 2]])),
        y,
        {},
        rf"(?s)X\[{i}\].*NaN.*padded, pass a list of arrays",
    ),
    "returning id": lambda X, y, i: (
        split_in_two(X, i),
        np.arange(len(X) + 2) % 2,
        {"id_column": 0},
        rf"id {float(i)} in column 0 comes back",
    ),
    "labels differ": lambda X, y, i: (
        flat(X),
        np.arange(len(flat(X))) % 2,
        {"id_column": 0},
        "y differs within the sequence of id",
    ),
    "unknown class": lambda X, y, i: (X, y, {"class_weight": {5: 1.0, 0: 2.0}}, "class_weight|5"),
    "negative weight": lambda X, y, i: (X, y, {"weight": i}, "sample_weight"),
    "output": lambda X, y, i: (X, y, {"output": "all"}, "output must be one of"),
}
ONLY_ESN = {
    "short": lambda X, y, i: (
        replaced(X, i, X[i][:1]),
        y,
        {},
        rf"X\[{i}\] has 1 step\(s\), but pooling='default' needs at least 2",
    ),
    "pooling": lambda X, y, i: (X, y, {"pooling": ["mean", "median"]}, "pooling must be one of"),
    "no pooling": lambda X, y, i: (X, y, {"pooling": []}, "at least one summary"),
    "directions": lambda X, y, i: (X, y, {"directions": "back"}, "directions must be one of"),
    "readout": lambda X, y, i: (X, y, {"readout": Reservoir(3)}, "readout must be a"),
}
CASES = [(c, f) for c in CLASSIFIERS for f in FAULTS] + [("esn", f) for f in ONLY_ESN]


@pytest.mark.parametrize(("classifier", "fault"), CASES)
@given(data=st.data())
@settings(max_examples=3, deadline=None)
def test_each_fault_is_named_wherever_it_is(classifier, fault, data):
    n_sequences = data.draw(st.integers(4, 8))
    at = data.draw(st.integers(1, n_sequences - 1))
    lengths = data.draw(st.lists(st.integers(3, 9), min_size=n_sequences, max_size=n_sequences))
    rng = np.random.default_rng(at)
    X = [rng.normal(size=(n, 2)) for n in lengths]
    X, y, options, message = (FAULTS | ONLY_ESN)[fault](X, np.arange(n_sequences) % 2, at)
    weights = None
    if "weight" in options:
        weights = np.where(np.arange(n_sequences) == options.pop("weight"), -1.0, 1.0)
    with pytest.raises((ValueError, TypeError), match=message):
        CLASSIFIERS[classifier](**options).fit(X, y, weights)


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_one_step_is_enough_where_nothing_needs_more(classifier):
    X, y = [np.full((1, 2), float(n)) for n in range(6)], np.arange(6) % 2
    options = {"pooling": ["mean", "last", "shares", "model-space"]} if classifier == "esn" else {}
    predicted = CLASSIFIERS[classifier](**options).fit(X, y).predict(X)
    assert set(predicted) <= {0, 1}
