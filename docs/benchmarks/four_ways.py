"""Four ways to learn a recurrent network: error against seconds, tuned alike.

The ways: an LSTM of 32 units trained by Adam; 64 plain tanh units trained by Hessian-free
optimization; an echo state network; and 64 plain tanh units that start as an echo state network and
are trained with Nesterov's momentum. The first two and the last have about as many weights. The
readout of the echo state network is a ridge regression, its curve goes over 25 to 400 units.

The tasks are in `four_ways_tasks.py`. *Adding*: the mean of two marked numbers of T to 1.1 T, at
the end (`esnkit.datasets.adding`), from 50 000 sequences. Trained networks see shorter ones first,
as the lectures advise: of 20 steps, then of twice as many whenever the loss of a thousand is below
a tenth of their variance. *Five bits*: to be repeated 50 steps later
(`esnkit.datasets.memorization`); all 32 sequences are the test. *Mackey-Glass 17*: one step ahead
learned from 3000 steps, then 84 steps freely from 20 places of a fresh series, as in
`mackey_glass.py`. *Driven oscillator*: one step learned from 4000 steps, then 1000 freely under
another force, as in `driven_oscillator.py`; the readout of the echo state network sees states only,
because the input would give it the equations. Errors are NRMSE on new data: in the answer, in the
bits, at step 84, over the free run. Beside them stand the fraction of 1000 answers that are off by
more than 0.04, the wrong bits of five, and the error one step ahead.

Every trained network is given the same seconds for a task: T / 2 for adding, 20 for the bits, 10
for the others. They are seconds of the processor, one core, without those for compiling, drawing
data and judging. The rate of the gradient methods falls along a cosine over these seconds. What
has solved its task stops: at most 1 of 1000 answers wrong, or an error in the bits below 0.01.

Tuned alike: four settings were written down for each way and each kind of task, and each is run on
seed 0 for half of the time; the one that solves the task first is taken, or else the one with the
lowest error at the end. For adding that is done at T = 40, for all T. The table and the curves are
of seeds 200 to 202, each of which draws weights and data; 100 to 102 were looked at before
sequences began short. What has been measured is kept in a temporary folder until the script has
finished, so that it may be interrupted.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
from common import RESULTS, machine, publish
from four_ways_tasks import TASKS, Adding, Oscillator, Score, Task, last_rows
from joblib import Memory as Store
from matplotlib import pyplot as plt
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from esnkit import ESNRegressor, Reservoir, RidgeReadout, RNNRegressor
from esnkit.core.exceptions import DivergenceWarning
from esnkit.networks import (
    BPTT,
    TBPTT,
    Adam,
    CosineDecay,
    EchoState,
    Glorot,
    HessianFree,
    Learner,
    Nesterov,
    Stages,
)
from esnkit.networks.training.optimizers import Optimizer

DEVELOPMENT_SEED, SEEDS = 0, range(200, 203)
CHOSEN_ON = {name: "adding-40" if name.startswith("adding") else name for name in TASKS}
SIZES = (25, 50, 100, 200, 400)  # of echo state networks
ECHO_STATES = "echo state network"
BLUE, GREEN, ORANGE, PURPLE = "#0072B2", "#009E73", "#D55E00", "#CC79A7"
LEARNED = 0.1  # the loss at which sequences may become longer
FLOOR = 1e-4  # lower errors are drawn there
STORE = Store(Path(gettempdir()) / "esnkit-four-ways", verbose=0)

FloatArray = NDArray[np.float64]
Settings = dict[str, Any]
Curve = list[tuple[float, Score]]  # seconds, and what they came to


@cache
def example(task_name: str) -> Task:
    """Return a task with the data of the development seed."""
    return TASKS[task_name](DEVELOPMENT_SEED)


# ---------------------------------------------------------------------- the ways


@dataclass(frozen=True)
class Way:
    """A way to learn, and the settings that are tried on a task."""

    name: str
    make: Callable[[Settings, Task], Any]
    settings: Callable[[str], list[Settings]]
    colour: str


def lstm(settings: Settings, task: Task) -> RNNRegressor:
    """Make an LSTM."""
    initialization = Glorot(forget_bias=settings["forget_bias"])
    learner = through_time(task, Adam())
    return network(task, learner, "lstm", (32,), initialization=initialization)


def hessian_free(settings: Settings, task: Task) -> RNNRegressor:
    """Make a plain network that is trained by Hessian-free steps."""
    learner = HessianFree(
        damping=settings["damping"],
        structural_damping=settings["structural_damping"],
        window=task.window,
        batch_size=task.large_batch,
    )
    options = {"washout": settings["warm_up"]} if "warm_up" in settings else {}
    return network(task, learner, initialization=EchoState(), **options)


def momentum(settings: Settings, task: Task) -> RNNRegressor:
    """Make a plain network that starts from echo states, with strong momentum."""
    schedule = Stages((0.9, settings["momentum"]), boundaries=(500,))
    learner = through_time(task, Nesterov(momentum=schedule), max_gradient_norm=10.0)
    return network(task, learner, initialization=EchoState(input_scale=0.01))


def through_time(task: Task, optimizer: Optimizer, **options: Any) -> Learner:
    """Make a learner that follows gradients: the state is carried where windows are cut."""
    options |= {"optimizer": optimizer, "batch_size": task.mini_batch}
    return TBPTT(task.window, **options) if task.window else BPTT(**options)


def network(
    task: Task,
    learner: Learner,
    cell: str = "elman",
    hidden_layer_sizes: tuple[int, ...] = (64,),
    **options: Any,
) -> RNNRegressor:
    """Make a network that is trained block by block."""
    return RNNRegressor(
        cell,
        hidden_layer_sizes,
        learner=learner,
        max_iter=1,
        early_stopping=False,
        warm_start=True,
        random_state=task.seed,
        **task.options | options,
    )


def echo_state(settings: Settings, task: Task) -> ESNRegressor | LastState:
    """Make an echo state network."""
    column = task.options.get("id_column")
    reservoir = Reservoir(**settings, id_column=column, random_state=task.seed)
    if isinstance(task, Adding):
        return LastState(reservoir)
    return ESNRegressor(
        reservoir.set_params(id_column=None),
        RidgeReadout(),
        washout=task.washout,
        include_input=not isinstance(task, Oscillator),
        id_column=column,
    )


class LastState:
    """A reservoir, and a ridge regression from the state at the end of each sequence."""

    def __init__(self, reservoir: Reservoir) -> None:
        self.reservoir = reservoir
        self.readout = make_pipeline(StandardScaler(), RidgeReadout())

    def fit(self, X: FloatArray, y: FloatArray) -> LastState:
        """Fit the readout."""
        self.reservoir.fit(X)
        self.readout.fit(self.last_states(X), y)
        return self

    def predict(self, X: FloatArray) -> FloatArray:
        """Answer for each sequence."""
        return self.readout.predict(self.last_states(X))

    def last_states(self, X: FloatArray) -> FloatArray:
        """Return the last states (n_sequences, n_units), some sequences at a time."""
        parts = np.split(X, 1 + last_rows(X)[99:-1:100])
        states = (self.reservoir.transform(part)[last_rows(part)] for part in parts)
        return np.concatenate(list(states))


def lstm_grid(task: str) -> list[Settings]:
    """Return what is tried of the LSTM."""
    return [
        {"learning_rate": rate, "forget_bias": bias} for rate in (0.003, 0.01) for bias in (1, 4)
    ]


def hessian_free_grid(task: str) -> list[Settings]:
    """Return what is tried of Hessian-free steps; windows of a long sequence may be warmed up."""
    if example(task).fresh:
        return [
            {"damping": damping, "structural_damping": structural}
            for damping in (0.1, 1.0)
            for structural in (0.0, 0.03)
        ]
    return [
        {"damping": 0.1, "structural_damping": structural, "warm_up": n_steps}
        for structural in (0.0, 0.03)
        for n_steps in (0, 50)
    ]


def momentum_grid(task: str) -> list[Settings]:
    """Return what is tried of the network with momentum."""
    return [
        {"learning_rate": rate, "momentum": keep} for rate in (3e-4, 1e-3) for keep in (0.98, 0.995)
    ]


def reservoir_grid(task: str) -> list[Settings]:
    """Return what is tried of the echo state network; each task wants another kind of memory."""
    if task.startswith("adding"):  # a unit is saturated unless marker and bias cancel
        return [
            {"leak_rate": leak, "input_scaling": [1, large], "bias_scaling": large}
            for leak in (1e-4, 1e-3)
            for large in (3, 5)
        ]
    if task == "memory":
        return [
            {
                "topology": "orthogonal",
                "spectral_radius": radius,
                "input_scaling": scale,
                "bias_scaling": 0.0,
            }
            for radius in (0.99, 1.0)
            for scale in (0.01, 0.1)
        ]
    if task == "mackey-glass":
        return [
            {"spectral_radius": radius, "leak_rate": leak, "input_scaling": 0.9, "bias_scaling": 1}
            for radius in (0.9, 1.15)
            for leak in (0.5, 1.0)
        ]
    return [
        {"spectral_radius": radius, "input_scaling": scale}
        for radius in (0.9, 0.99)
        for scale in (0.03, 0.1)
    ]


WAYS = {
    way.name: way
    for way in (
        Way("LSTM, Adam", lstm, lstm_grid, BLUE),
        Way("Hessian-free", hessian_free, hessian_free_grid, GREEN),
        Way(ECHO_STATES, echo_state, reservoir_grid, ORANGE),
        Way("echo-state start, Nesterov", momentum, momentum_grid, PURPLE),
    )
}


# ---------------------------------------------------------------------- learning


@STORE.cache
def learn(way: str, task_name: str, settings: Settings, seed: int, share: float) -> Curve:
    """Train a network block by block for a share of its time, and judge it ever more rarely."""
    task = TASKS[task_name](seed)
    cap = share * task.cap
    compile_all(way, task_name)
    model = WAYS[way].make(settings, task)
    curve: Curve = []
    elapsed, mark, number, n_epochs = 0.0, cap / 100, 0, 1
    shorter = list(task.shorter)
    while elapsed < cap and not (curve and curve[-1][1].solved):
        X, y = task.block(number, shorter[0] if shorter else None)
        if "learning_rate" in settings:
            decay = CosineDecay(settings["learning_rate"], 1000, final=1e-6)
            rate = decay(round(1000 * elapsed / cap))
            model.set_params(learner__optimizer__learning_rate_init=rate)
        spent = seconds(partial(model.set_params(max_iter=n_epochs).fit, X, y))
        elapsed, number = elapsed + spent, number + 1
        if shorter and model.loss_curve_[-1] < LEARNED:
            shorter.pop(0)
        if not task.fresh and spent < cap / 100:
            n_epochs *= 2
        if elapsed > mark:
            curve.append((elapsed, task.score(model)))
            mark = 1.2 * elapsed
    return [*curve, (elapsed, task.score(model))]


@STORE.cache
def regress(task_name: str, settings: Settings, seed: int, sizes: tuple[int, ...]) -> Curve:
    """Fit echo state networks of several sizes, and judge each."""
    task = TASKS[task_name](seed)
    compile_all(ECHO_STATES, task_name)
    X, y = task.block(0)
    curve = []
    for n_units in sizes:
        model = echo_state(settings | {"n_units": n_units}, task)
        curve.append((seconds(partial(model.fit, X, y)), task.score(model)))
    return curve


@cache
def compile_all(way: str, task_name: str) -> None:
    """Fit something once, for compiling is not counted."""
    task = example(task_name)
    WAYS[way].make(WAYS[way].settings(task_name)[0], task).fit(*task.block(0))


def seconds(call: Callable[[], object]) -> float:
    """Time a call by what it takes of the processor, whoever else uses that."""
    start = time.process_time()
    call()
    return time.process_time() - start


def run(way: str, task_name: str, settings: Settings, seed: int, share: float = 1.0) -> Curve:
    """Learn a task."""
    if way == ECHO_STATES:
        return regress(task_name, settings, seed, SIZES)
    return learn(way, task_name, settings, seed, share)


@cache
def choose(way: str, task_name: str) -> Settings:
    """Return the settings that solve a task first, or else end at the lowest error."""

    def rank(settings: Settings) -> tuple[bool, float]:
        elapsed, score = run(way, task_name, settings, DEVELOPMENT_SEED, share=0.5)[-1]
        return not score.solved, elapsed if score.solved else score.error

    return min(WAYS[way].settings(task_name), key=rank)


# ---------------------------------------------------------------------- what came of it


def tabulate(curves: Mapping[tuple[str, str], list[Curve]]) -> Iterator[list[str]]:
    """Yield a row for each task and way; the task is named in its first."""
    for (task_name, way), runs in curves.items():
        task = example(task_name)
        elapsed, scores = zip(*(curve[-1] for curve in runs), strict=True)
        errors = [score.error for score in scores]
        n_solved = sum(bool(score.solved) for score in scores)
        yield [
            task.title if way == next(iter(WAYS)) else "",
            way,
            f"{np.median(errors):.2g}",
            f"{min(errors):.2g} to {max(errors):.2g}",
            f"{task.beside}: {np.median([score.beside for score in scores]):.2g}",
            f"{np.median(elapsed):.2g}",
            "" if scores[0].solved is None else f"{n_solved} of {len(scores)}",
        ]


def draw(name: str, curves: Mapping[tuple[str, str], list[Curve]], tasks: Sequence[str]) -> None:
    """Draw error against seconds, a panel for each task."""
    fig, axes = plt.subplots(1, len(tasks), figsize=(9.5, 3.6), sharey=True, layout="constrained")
    for ax, task_name in zip(axes, tasks, strict=True):
        for way in WAYS.values():
            for curve in curves[task_name, way.name]:
                points = [(elapsed, max(score.error, FLOOR)) for elapsed, score in curve]
                ax.loglog(*zip(*points, strict=True), color=way.colour, linewidth=1.3, alpha=0.8)
                ax.plot(*points[-1], "o", color=way.colour, markersize=4)
        ax.set(title=example(task_name).title, xlabel="seconds")
        ax.spines[["top", "right"]].set_visible(False)
        ax.minorticks_off()
        ax.grid(color="#e5e5e5", linewidth=0.8)
    axes[0].set(ylabel="error (NRMSE)", ylim=(0.7 * FLOOR, 3))
    lines = [Line2D([], [], color=way.colour, label=way.name) for way in WAYS.values()]
    fig.legend(handles=lines, loc="outside upper center", ncols=len(lines), frameon=False)
    fig.savefig(RESULTS / f"four_ways_{name}.svg", metadata={"Date": None})
    plt.close(fig)


def main() -> None:
    """Measure, print the table, draw the figures and write them down."""
    warnings.simplefilter("ignore", DivergenceWarning)  # a free run that went astray has an error
    with threadpool_limits(1):
        curves = {
            (task, way): [run(way, task, choose(way, CHOSEN_ON[task]), seed) for seed in SEEDS]
            for task in TASKS
            for way in WAYS
        }
    report(curves)
    STORE.clear(warn=False)


def report(curves: Mapping[tuple[str, str], list[Curve]]) -> None:
    """Print the table, draw the figures and write them down."""
    header = ["task", "way", "error, median", "range", "beside it", "seconds", "solved"]
    note = f"Seeds: {len(SEEDS)}. {machine()}"
    publish(__file__, header, tabulate(curves), note)
    plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "esnkit", "font.family": "sans-serif"}
    draw("adding", curves, [name for name in TASKS if name.startswith("adding")])
    draw("others", curves, [name for name in TASKS if not name.startswith("adding")])


if __name__ == "__main__":
    main()
