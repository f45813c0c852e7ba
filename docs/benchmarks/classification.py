"""Whole sequences to labels, with the defaults of `ESNClassifier`.

Japanese vowels in their published split, ten seeds; and every labelled archive that ships inside
the aeon package (`pip install aeon`), three seeds, beside MiniRocket, which pads ragged sequences
with zeros. Settings were chosen by cross-validation on training parts; the test parts judge.
Seconds are those of fitting and predicting on one core, in this process, after a run that compiles.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
from common import machine, publish
from numpy.typing import NDArray

from esnkit import ESNClassifier
from esnkit.datasets import load_japanese_vowels, read_ts

Split = tuple[list[NDArray[np.float64]], NDArray[Any]]


def archives() -> dict[str, tuple[Split, Split]]:
    """Load every archive of the aeon package that has labels."""
    spec = find_spec("aeon")
    if spec is None or spec.origin is None:
        return {}
    found = {}
    for train in sorted((Path(spec.origin).parent / "datasets" / "data").glob("*/*_TRAIN.ts")):
        name = train.name.removesuffix("_TRAIN.ts")
        if name.endswith("_eq") or name == "JapaneseVowels":
            continue
        try:
            found[name] = read_ts(train), read_ts(train.with_name(f"{name}_TEST.ts"))
        except ValueError:  # numbers to be predicted, not labels
            continue
    return found


def mini_rocket(train: Split, test: Split, seed: int) -> NDArray[Any]:
    """Let the strongest quick rival answer."""
    from aeon.classification.convolution_based import MiniRocketClassifier

    longest = max(len(x) for x in train[0] + test[0])
    padded = [
        np.stack([np.pad(x.T, ((0, 0), (0, longest - len(x)))) for x in X])
        for X in (train[0], test[0])
    ]
    model = MiniRocketClassifier(random_state=seed, n_jobs=1)
    return model.fit(padded[0], train[1]).predict(padded[1])


def esn(train: Split, test: Split, seed: int) -> NDArray[Any]:
    """Let the default classifier answer."""
    return ESNClassifier(random_state=seed).fit(*train).predict(test[0])


def judge(
    answer: Callable[[Split, Split, int], NDArray[Any]], train: Split, test: Split, n_seeds: int
) -> tuple[list[int], float]:
    """Return how many sequences were wrong with each seed, and seconds of one."""
    wrong = []
    for seed in range(-1, n_seeds):
        if seed == 0:  # what came before compiled
            start = time.perf_counter()
        wrong.append(int((answer(train, test, max(seed, 0)) != test[1]).sum()))
    return wrong[1:], (time.perf_counter() - start) / n_seeds


def main() -> None:
    vowels = (load_japanese_vowels("train"), load_japanese_vowels("test"))
    rivals = {"ESNClassifier": esn, "MiniRocket": mini_rocket}
    rows, accuracies = [], {name: [] for name in rivals}
    times = dict.fromkeys(rivals, 0.0)
    others = archives()
    for task, (train, test) in {"JapaneseVowels": vowels, **others}.items():
        for name, answer in rivals.items():
            if name == "MiniRocket" and not others:
                rows.append((task, name, "aeon is not installed", "", ""))
                continue
            wrong, seconds = judge(answer, train, test, 10 if task == "JapaneseVowels" else 3)
            counts = f"{np.median(wrong):g} ({min(wrong)} to {max(wrong)}) of {len(test[1])}"
            accuracy = 1 - np.mean(wrong) / len(test[1])
            rows.append((task, name, counts, f"{accuracy:.3f}", f"{seconds:.2f}"))
            accuracies[name].append(accuracy)
            times[name] += seconds
    for name, values in accuracies.items():
        if len(values) > 1:
            rows.append(("all", name, "", f"{np.mean(values):.3f}", f"{times[name]:.2f}"))
    publish(__file__, ["task", "model", "wrong: median (range)", "accuracy", "s"], rows, machine())


if __name__ == "__main__":
    main()
