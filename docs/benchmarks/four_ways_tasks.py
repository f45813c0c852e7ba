"""The tasks of `four_ways.py`: what they show to whoever learns, and how they judge it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import driven_oscillator
import numpy as np
from mackey_glass import Trials
from numpy.typing import NDArray

from esnkit.datasets import adding, mackey_glass, memorization
from esnkit.metrics import nrmse, tolerance_error_rate

FloatArray = NDArray[np.float64]
Data = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Score:
    """The error that is plotted and chosen by, and a figure that is printed beside it."""

    error: float
    beside: float
    solved: bool | None = None  # None where there is always something to improve


class Task(ABC):
    """A task with the data of one seed; the first column of inputs numbers the sequences."""

    title: str
    beside: ClassVar[str]
    cap: float  # seconds
    options: dict[str, Any]  # of an RNNRegressor
    window: ClassVar[int | None] = None  # steps of windows that a long sequence is cut into
    fresh: ClassVar[bool] = True  # whether blocks differ
    mini_batch: ClassVar[int] = 64  # for gradients
    large_batch: ClassVar[int | None] = None  # for Hessian-free steps; None is all
    shorter: Sequence[int] = ()  # lengths that are learned before, shortest first

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @abstractmethod
    def block(self, number: int, length: int | None = None) -> Data:
        """Return inputs and targets that are presented together; None is the full length."""

    @abstractmethod
    def score(self, model: Any) -> Score:
        """Judge a model by data it has not seen."""


class Adding(Task):
    """The mean of two marked numbers, asked for at the end; blocks come again after fifty."""

    beside = "wrong"
    n_sequences, n_blocks, n_test, large_batch = 1000, 50, 1000, 500

    def __init__(self, seed: int, length: int) -> None:
        super().__init__(seed)
        self.length = length
        self.shorter = [short for short in (20, 40, 80) if short < length]
        self.title, self.cap = f"adding, T = {length}", length / 2
        self.options = {"output": "sequence", "id_column": 0, "dtype": "float32"}
        self.test = self._draw(self.n_test, self.n_blocks, length)
        self.drawn: dict[tuple[int, int], Data] = {}

    def _draw(self, n_sequences: int, number: int, length: int) -> Data:
        seed = np.random.default_rng([self.seed, number])
        X, y = adding(n_sequences, length=length, random_state=seed)
        return numbered(X), y

    def block(self, number: int, length: int | None = None) -> Data:
        """Draw sequences, or take them out again: drawing takes as long as learning from them."""
        key = number % self.n_blocks, length or self.length
        if key not in self.drawn:
            self.drawn[key] = self._draw(self.n_sequences, *key)
        return self.drawn[key]

    def score(self, model: Any) -> Score:
        """Count as solved where hardly any answer is wrong."""
        X, y = self.test
        predicted = model.predict(X)
        if len(predicted) == len(X):  # the answer at each row of its sequence
            predicted = predicted[last_rows(X)]
        wrong = tolerance_error_rate(y, predicted)
        return Score(nrmse(y, predicted), wrong, wrong <= 0.001)


class Memory(Task):
    """Five bits to be repeated after a while; only the last five rows count."""

    title = "five bits, delay 50"
    beside = "wrong bits"
    cap = 20.0
    delay, n_items, n_sequences, large_batch = 50, 5, 300, 100

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.washout = self.delay + self.n_items
        self.options = {
            "loss": "cross_entropy",
            "washout": self.washout,
            "id_column": 0,
            "dtype": "float32",
        }

    def block(self, number: int, length: int | None = None) -> Data:
        """Draw new sequences, from the 32 that there are."""
        seed = np.random.default_rng([self.seed, number])
        X, y = memorization(
            self.n_sequences, delay=self.delay, n_items=self.n_items, random_state=seed
        )
        return numbered(X), np.concatenate(y)

    def score(self, model: Any) -> Score:
        """Judge by all 32 sequences."""
        bits = np.arange(32)[:, None] >> np.arange(self.n_items) & 1
        shown = np.full((32, self.washout + self.n_items), 2)
        shown[:, : self.n_items], shown[:, self.washout - 1] = bits, 3
        predicted = model.predict(numbered(list(np.eye(4)[shown])))
        last = predicted.reshape(32, -1, 3)[:, -self.n_items :]
        wrong = self.n_items * float(np.mean(last.argmax(axis=2) != bits))
        error = nrmse(np.eye(3)[bits].reshape(-1, 3)[:, :2], last.reshape(-1, 3)[:, :2])
        return Score(error, wrong, error < 0.01)


class MackeyGlass(Task):
    """One step learned from 3000, 84 steps of a free run asked for."""

    title = "Mackey-Glass 17, 84 steps"
    beside = "one step"
    cap, fresh, mini_batch, window = 10.0, False, 8, 50
    n_train, washout = 3000, 100

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.options = {}
        series = mackey_glass(self.n_train + 1, random_state=seed)
        self.series = np.tanh(series - 1)
        fresh = mackey_glass(1000, random_state=1000 + seed)
        self.test = np.tanh(fresh - 1)
        self.trials = Trials(17, seed, n_trials=20, stride=150)

    def block(self, number: int, length: int | None = None) -> Data:
        """Return the series, and itself a step later."""
        return self.series[:-1, None], self.series[1:]

    def score(self, model: Any) -> Score:
        """Judge by free runs on a fresh series."""
        one_step = model.predict(self.test[:-1, None])[self.washout :]
        forecasts = self.trials.forecasts(model)
        return Score(self.trials.error(forecasts), nrmse(self.test[1 + self.washout :], one_step))


class Oscillator(Task):
    """A damped oscillator, stepped under a force and run freely under another."""

    title = "driven oscillator, free run"
    beside = "one step"
    cap, fresh, mini_batch, window = 10.0, False, 8, 50
    washout = driven_oscillator.N_WARM_UP

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.options = {}
        self.train = driven_oscillator.motion(driven_oscillator.N_TRAIN, seed)

    def block(self, number: int, length: int | None = None) -> Data:
        """Return the motion, and itself a step later."""
        return self.train

    def score(self, model: Any) -> Score:
        """Judge by another motion, of which the model is shown the beginning."""
        X, y = driven_oscillator.unseen(self.seed)
        _, start = model.predict(X[: self.washout], return_state=True)
        X, y = X[self.washout :], y[self.washout :]
        free = model.free_run(len(X), X[:, 2:], state=start)
        return Score(nrmse(y, free), nrmse(y, model.predict(X, state=start)))


def numbered(sequences: list[FloatArray]) -> FloatArray:
    """Put sequences below each other, the number of each in a first column."""
    lengths = [len(x) for x in sequences]
    return np.column_stack([np.repeat(np.arange(len(lengths)), lengths), np.concatenate(sequences)])


def last_rows(X: FloatArray) -> NDArray[np.intp]:
    """Return the numbers of the rows at which sequences end."""
    return np.flatnonzero(np.diff(X[:, 0], append=-1))


TASKS: dict[str, Callable[[int], Task]] = {
    **{f"adding-{length}": partial(Adding, length=length) for length in (40, 80, 160)},
    "memory": Memory,
    "mackey-glass": MackeyGlass,
    "oscillator": Oscillator,
}
