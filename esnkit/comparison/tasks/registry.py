"""The tasks that are shipped, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from esnkit import datasets
from esnkit.comparison.records import Kind
from esnkit.comparison.tasks.base import SeriesTask, Task, TaskError
from esnkit.comparison.tasks.labelled import LabelledTask, split_labelled
from esnkit.comparison.tasks.scores import (
    ABSOLUTE_ERROR,
    ACCURACY,
    BALANCED_ACCURACY,
    MEMORY_CAPACITY,
    NRMSE,
    SYMBOL_ERROR_RATE,
    UNSOLVED,
    VALID_TIME,
    Metric,
)
from esnkit.comparison.tasks.splits import DrivenSplit, LabelledSplit, Pairs, SeriesSplit, Split
from esnkit.core.seeding import child_generator, root_seed
from esnkit.core.typing import FloatArray

_LYAPUNOV_TIMES = {"mackey-glass-17": 197.0, "mackey-glass-30": 139.0}
_LORENZ63_EXPONENT = 0.906
_LORENZ96_EXPONENT = 1.68
_N_DRAWS = 10
_WASHOUT = 100
_LONGEST_LAG = 40


@dataclass
class _Generated(Task):
    """A task whose data are made from the seed."""

    name: str
    kind: Kind
    metric: Metric
    draw: Callable[[int], Split]
    title: str = ""
    description: str = ""
    further: tuple[Metric, ...] = ()
    chaotic: bool = False
    step: float = 1.0
    step_unit: str = "steps"
    labelled: bool = False
    differences: tuple[tuple[int, ...], ...] | None = ((),)
    source = "shipped"

    def load(self, seed: int) -> Split:
        """Return the data of a seed."""
        return self.draw(seed)


def _real(name: str, title: str, horizon: int, loader: Callable[[], Any]) -> SeriesTask:
    series = loader()
    about = str(datasets.list_datasets().loc[name, "description"])
    return SeriesTask(
        series,
        horizon,
        name=name.replace("_", "-"),
        title=title,
        source="shipped",
        description=about,
    )


# ---------------------------------------------------------------------- series


def _series_split(values: FloatArray, horizon: int, names: tuple[str, ...]) -> SeriesSplit:
    return SeriesSplit(values.reshape(len(values), -1), horizon, variables=names)


def _mackey_glass(tau: int) -> Task:
    name, dt, horizon = f"mackey-glass-{tau}", 2.0, 400

    def draw(seed: int) -> SeriesSplit:
        series = datasets.mackey_glass(
            2000 + 10 * horizon, tau=tau, dt=dt, substeps=20, random_state=seed
        )
        return _series_split(series, horizon, ("y",))

    return _Generated(
        name,
        "generate",
        VALID_TIME,
        draw,
        f"Mackey-Glass {tau}",
        f"The chaotic delay equation with delay {tau}, by Euler steps of 0.1, every 20th kept.",
        chaotic=True,
        step=dt / _LYAPUNOV_TIMES[name],
        step_unit="Lyapunov times",
    )


def _lorenz63() -> Task:
    dt, horizon = 0.04, 250

    def draw(seed: int) -> SeriesSplit:
        series = datasets.lorenz63(1500 + 10 * horizon, dt=dt, random_state=seed)
        return _series_split(series, horizon, ("x", "y", "z"))

    return _Generated(
        "lorenz63",
        "generate",
        VALID_TIME,
        draw,
        "Lorenz-63",
        f"The chaotic flow in three variables, all seen, in steps of {dt}.",
        chaotic=True,
        step=dt * _LORENZ63_EXPONENT,
        step_unit="Lyapunov times",
    )


def _lorenz96() -> Task:
    dt, horizon = 0.05, 100

    def draw(seed: int) -> SeriesSplit:
        series = datasets.lorenz96(3000 + 10 * horizon, dt=dt, substeps=5, random_state=seed)
        return _series_split(series, horizon, tuple(f"x{i + 1}" for i in range(40)))

    return _Generated(
        "lorenz96",
        "generate",
        VALID_TIME,
        draw,
        "Lorenz-96",
        f"The chaotic ring of 40 variables, forcing 8, all seen, in steps of {dt}.",
        chaotic=True,
        step=dt * _LORENZ96_EXPONENT,
        step_unit="Lyapunov times",
    )


def _mso8() -> Task:
    def draw(seed: int) -> SeriesSplit:
        first = 1000 * seed
        return _series_split(datasets.mso(first + 400 + 10 * 100)[first:], 100, ("y",))

    return _Generated(
        "mso8",
        "generate",
        NRMSE,
        draw,
        "Eight sines",
        "A sum of eight sines without a common period; 400 steps to learn from.",
    )


def _noisy_sine() -> Task:
    def draw(seed: int) -> SeriesSplit:
        return _series_split(datasets.noisy_sine(1000, random_state=seed), 20, ("x",))

    return _Generated(
        "noisy-sine",
        "forecast",
        NRMSE,
        draw,
        "Noisy sine",
        "A slow sine wave under uniform noise, which no forecast can see coming.",
        differences=((), (1,)),
    )


# ---------------------------------------------------------------------- driven systems


def _driven_split(
    draw: Callable[[int, int], tuple[FloatArray, FloatArray]],
    seed: int,
    n_train: int,
    n_test: int,
    names: tuple[str, ...] = ("y",),
) -> DrivenSplit:
    """Draw one sequence to learn from, and ten others; what washes out does not count."""
    rng = child_generator(root_seed(seed), "data")
    train, *draws = (
        _example(*draw(n, int(rng.integers(2**31)))) for n in (n_train, *[n_test] * _N_DRAWS)
    )
    return DrivenSplit(train, draws, names)


def _example(inputs: FloatArray, targets: FloatArray) -> Pairs:
    counted = np.arange(len(inputs)) >= _WASHOUT
    return Pairs([inputs], [targets.reshape(len(inputs), -1)], [counted])


def _driven(
    name: str,
    kind: Kind,
    metric: Metric,
    title: str,
    description: str,
    draw: Callable[[int, int], tuple[FloatArray, FloatArray]],
    names: tuple[str, ...] = ("y",),
) -> Task:
    return _Generated(
        name,
        kind,
        metric,
        lambda seed: _driven_split(draw, seed, 2000, 1000, names),
        title,
        description,
    )


def _narma10(n_steps: int, seed: int) -> tuple[FloatArray, FloatArray]:
    return datasets.narma(n_steps, order=10, random_state=seed)


def _oscillator(n_steps: int, seed: int) -> tuple[FloatArray, FloatArray]:
    return datasets.damped_oscillator(n_steps, dt=0.5, hold=2, random_state=seed)


def _delayed(n_steps: int, seed: int) -> tuple[FloatArray, FloatArray]:
    return datasets.delayed_inputs(n_steps, max_delay=_LONGEST_LAG, random_state=seed)


def _channel(n_steps: int, seed: int) -> tuple[FloatArray, FloatArray]:
    return datasets.channel_equalization(n_steps, random_state=seed)


def _adding() -> Task:
    def draw(seed: int) -> DrivenSplit:
        sequences, answers = datasets.adding(500, length=40, random_state=seed)
        every = Pairs(
            sequences,
            [np.full((len(x), 1), y) for x, y in zip(sequences, answers, strict=True)],
            [np.arange(len(x)) == len(x) - 1 for x in sequences],
        )
        draws = [every.only(slice(i, i + 1)) for i in range(400, 500)]
        return DrivenSplit(every.only(slice(400)), draws, ("mean",))

    return _Generated(
        "adding",
        "remember",
        ABSOLUTE_ERROR,
        draw,
        "Adding",
        "The mean of two marked numbers out of 40 to 44, asked for at the end; 400 sequences to "
        "learn from.",
        further=(UNSOLVED,),
    )


# ---------------------------------------------------------------------- labelled sequences


def _japanese_vowels() -> Task:
    return LabelledTask(
        *datasets.load_japanese_vowels("train"),
        *datasets.load_japanese_vowels("test"),
        name="japanese-vowels",
        title="Japanese vowels",
        source="shipped",
        description="Which of nine speakers said a vowel; the published split.",
    )


def _delayed_xor() -> Task:
    def draw(seed: int) -> LabelledSplit:
        X, y = datasets.delayed_xor(600, delay=20, random_state=seed)
        return split_labelled(X[:200], y[:200], X[200:], y[200:])

    return _Generated(
        "delayed-xor",
        "classify",
        ACCURACY,
        draw,
        "Delayed XOR",
        "Whether two bits differ that are shown as bursts of spikes, 20 steps apart; 200 sequences "
        "to learn from.",
        further=(BALANCED_ACCURACY,),
        labelled=True,
    )


# ---------------------------------------------------------------------- by name

TASKS: dict[str, Callable[[], Task]] = {
    "sunspots": lambda: _real("sunspots", "Sunspots", 11, datasets.load_sunspots),
    "co2": lambda: _real("co2", "Carbon dioxide", 52, datasets.load_co2),
    "el-nino": lambda: _real("el_nino", "El Niño", 24, datasets.load_el_nino),
    "mackey-glass-17": lambda: _mackey_glass(17),
    "mackey-glass-30": lambda: _mackey_glass(30),
    "lorenz63": _lorenz63,
    "lorenz96": _lorenz96,
    "mso8": _mso8,
    "noisy-sine": _noisy_sine,
    "narma10": lambda: _driven(
        "narma10",
        "filter",
        NRMSE,
        "NARMA-10",
        "A nonlinear system with a memory of ten steps, driven by noise.",
        _narma10,
    ),
    "driven-oscillator": lambda: _driven(
        "driven-oscillator",
        "filter",
        NRMSE,
        "Driven oscillator",
        "Displacement and velocity of a damped oscillator, from the force that drives it.",
        _oscillator,
        ("displacement", "velocity"),
    ),
    "channel": lambda: _driven(
        "channel",
        "classify",
        SYMBOL_ERROR_RATE,
        "Channel equalisation",
        "One of four symbols, from a radio signal with echoes, distortion and noise at 28 dB.",
        _channel,
        ("symbol",),
    ),
    "memory": lambda: _driven(
        "memory",
        "remember",
        MEMORY_CAPACITY,
        "Memory capacity",
        f"Noise as it was 0 to {_LONGEST_LAG} steps ago; chance correlations are not taken off.",
        _delayed,
        tuple(f"{lag} ago" for lag in range(_LONGEST_LAG + 1)),
    ),
    "adding": _adding,
    "japanese-vowels": _japanese_vowels,
    "delayed-xor": _delayed_xor,
}
DEFAULT_TASKS = ("sunspots", "el-nino", "mackey-glass-17", "lorenz63", "narma10")


def read_tasks(tasks: Sequence[Any] | None) -> list[Task]:
    """Turn names, series and tasks into tasks.

    Parameters
    ----------
    tasks : sequence of str, Task, or series, or None
        Names of shipped tasks, tasks of your own, arrays or pandas objects; None means a default
        set of five.

    Returns
    -------
    list of Task

    Raises
    ------
    TaskError
        If a name is unknown or used twice, a series is too short, or there is no task at all.
    """
    given = DEFAULT_TASKS if tasks is None else list(tasks)
    if not given:
        raise TaskError("at least one task is needed")
    found = [_read_task(item, i) for i, item in enumerate(given)]
    names = [task.name for task in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TaskError(f"task names must differ, but {min(twice)!r} comes more than once")
    return found


def _read_task(item: Any, number: int) -> Task:
    if isinstance(item, Task):
        return item
    if not isinstance(item, str):
        return SeriesTask(item, name=f"series-{number + 1}")
    if item not in TASKS:
        raise TaskError(unknown("task", item, TASKS))
    return TASKS[item]()


def unknown(what: str, name: str, known: Iterable[str], more: Iterable[str] = ()) -> str:
    """Say that there is no such name, which there are, and which of these and more are near."""
    names = list(known)
    near = get_close_matches(name, [*names, *more])
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"there is no {what} {name!r} (there are {', '.join(names)}){hint}"
