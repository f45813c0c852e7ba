"""Which memory for what: every memory on the tasks that ask for one.

Per memory a few settings are tried on seeds 0 and 1 (time scales: 0 to 5), the best by the median
is taken, and what is shown are its scores on seeds 100 to 104, for the slowest tasks 100 to 102. A
seed draws memory and data. Without arguments all tasks are run; names of tasks run only these, and
`--new` before them only the memories that have no scores yet. Raw scores are kept in
`results/memories.json`, from which the tables are written.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from common import RESULTS, machine, publish
from scipy.linalg import solve_discrete_are
from scipy.signal import lfilter
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split

from esnkit import (
    ES2N,
    NVAR,
    Bidirectional,
    DelayedReservoir,
    ESNRegressor,
    GammaMemory,
    IntrinsicPlasticity,
    LegendreMemory,
    Parallel,
    Reservoir,
    RidgeReadout,
    SpikingReservoir,
    Stacked,
    TappedDelayLine,
)
from esnkit.analysis.memory_capacity import memory_capacity
from esnkit.datasets import delayed_xor, narma, permuted_digits, time_scales
from esnkit.memories.base import Memory
from esnkit.metrics import nrmse

FIRST_REPORTED = 100
N_UNITS = 200
RAW = RESULTS / "memories.json"


@dataclass
class Task:
    """What is asked, by which score, of which memories in which settings."""

    title: str
    score: Callable[..., float]
    candidates: dict[str, list[Memory]]
    higher_is_better: bool = False
    aims: dict[str, float] = field(default_factory=dict)  # of a memory, or of the "best"
    n_tuning: int = 2
    n_reported: int = 5
    extra: tuple[str, dict[str, Any]] | None = None  # a second column: header, options of score


# ---------------------------------------------------------------------- scores


def digits(memory: Memory, seed: int) -> float:
    """Accuracy on 500 images, told from the last state by a linear readout."""
    X, y = permuted_digits(random_state=seed)
    numbers = np.arange(len(y))
    train, test = train_test_split(numbers, test_size=500, stratify=y, random_state=seed)
    model = ESNRegressor(memory, output="sequence", include_input=False, random_state=seed)
    model.fit([X[i] for i in train], 2 * np.eye(10)[y[train]] - 1)
    return float(np.mean(model.predict([X[i] for i in test]).argmax(axis=1) == y[test]))


def one_step(
    memory: Memory, data: tuple[np.ndarray, np.ndarray], seed: int, **options: Any
) -> float:
    """NRMSE on the second half of a series, mean over outputs; the first half is fitted.

    Each output has a penalty of its own, as one that can hardly be told asks for more.
    """
    X, y = data
    half = len(X) // 2
    options = {"washout": half // 10} | options
    readout = RidgeReadout(alpha_per_target=True)
    model = ESNRegressor(memory, readout, random_state=seed, **options)
    model.fit(X[:half], y[:half])
    predicted, truth = (z.reshape(half, -1) for z in (model.predict(X[half:]), y[half:]))
    return float(np.mean([nrmse(t, p) for t, p in zip(truth.T, predicted.T, strict=True)]))


def narma_score(memory: Memory, seed: int, order: int, squared_states: bool = False) -> float:
    """NRMSE of one step of NARMA, 2000 steps fitted and 2000 tested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # drawn anew where it ran away
        data = narma(4000, order=order, random_state=seed)
    return one_step(memory, data, seed, squared_states=squared_states, start="last")


def scales(memory: Memory, seed: int) -> float:
    """NRMSE, mean over five time scales, 4000 steps fitted and 4000 tested."""
    data = time_scales(8000, random_state=seed)
    return one_step(memory, data, seed, washout=1000, start="last")


POLES = 0.95 * np.exp(np.array([0.2j, -0.2j]))
FEEDBACK = np.poly(POLES).real  # of the AR(2) process


def denoising(memory: Memory, seed: int) -> float:
    """NRMSE of an AR(2) process from itself with white noise of its own variance added."""
    rng = np.random.default_rng(seed)
    clean = lfilter([1.0], FEEDBACK, rng.standard_normal(8500))[500:]
    clean /= clean.std()
    noisy = clean + rng.standard_normal(len(clean))
    return one_step(memory, (noisy[:, None], clean), seed)


def xor(memory: Memory, seed: int, delay: int) -> float:
    """Accuracy on 1000 pairs of bursts, told from the last state; 1000 others are fitted."""
    X, y = delayed_xor(2000, delay=delay, random_state=seed)
    model = ESNRegressor(memory, output="sequence", include_input=False, random_state=seed)
    model.fit(X[:1000], 2.0 * y[:1000] - 1)
    return float(np.mean((model.predict(X[1000:]) > 0) == y[1000:]))


class Noisy(Memory):
    """A memory with white noise on its states, in fit and test alike; None remembers nothing."""

    def __init__(
        self, memory: Any = None, level: float = 1e-3, id_column: Any = None, seed: int = 0
    ) -> None:
        self.memory = memory
        self.level = level
        self.id_column = id_column
        self.seed = seed

    def _prepare(self, n_features: int, n_outputs: int) -> None:
        self._rng = np.random.default_rng(self.seed)
        if self.memory is not None:
            self.memory.prepare(n_features)

    def _initial_states(self) -> Any:
        return np.zeros(0) if self.memory is None else self.memory._initial_states()

    def _run(self, rows: Any, state: Any, teacher: Any, noise: Any, out: Any) -> Any:
        out[:] = 0.0
        end = state.states
        if self.memory is not None:
            end = self.memory._run(rows, state, None, None, out)
        out += self.level * self._rng.standard_normal(out.shape)
        return end

    @property
    def n_features_out_(self) -> int:
        return 100 if self.memory is None else self.memory.n_features_out_


def capacity(memory: Memory, seed: int, level: float = 0.0) -> float:
    """Memory capacity over 300 delays by the corrected protocol."""
    if level:
        memory = Noisy(memory, level, seed=seed)
    return memory_capacity(memory, max_delay=300, random_state=seed).total


# ---------------------------------------------------------------------- tasks


def product(memory: type[Memory], *, n_units: int = N_UNITS, **grid: Any) -> list[Memory]:
    """Make a memory for each combination of settings; what is no list is one setting."""
    made = [memory(n_units)]
    for name, values in grid.items():
        listed = values if isinstance(values, list) else [values]
        made = [
            type(m)(**m.get_params(deep=False) | {name: value}) for m in made for value in listed
        ]
    return made


def narma_task(order: int, aims: dict[str, float]) -> Task:
    inputs = {"input_scaling": [0.05, 0.1]}
    layer = {"n_units": N_UNITS // 2, "bias_scaling": 0.5}
    return Task(
        f"NARMA-{order}, NRMSE of one step",
        lambda memory, seed, **options: narma_score(memory, seed, order, **options),
        {
            "defaults": [Reservoir(N_UNITS)],
            "Reservoir": product(Reservoir, bias_scaling=[0.2, 0.5], **inputs),
            "Reservoir, orthogonal": product(
                Reservoir, topology="orthogonal", bias_scaling=[0.2, 0.5], **inputs
            ),
            "Reservoir, leak_range": product(Reservoir, leak_range=(0.1, 1.0), **inputs),
            "Reservoir, plasticity": product(
                Reservoir,
                plasticity=[
                    IntrinsicPlasticity(mean, deviation)
                    for mean in (0.0, 0.3)
                    for deviation in (0.05, 0.1, 0.2)
                ],
                input_scaling=0.1,
            ),
            "ES2N": product(ES2N, proximity=[0.1, 0.3], input_scaling=[0.1, 0.3]),
            "DelayedReservoir": product(
                DelayedReservoir, max_delay=[3, 6], bias_scaling=[0.2, 0.5], input_scaling=0.1
            ),
            "Stacked, 2 x 100": [
                Stacked([Reservoir(input_scaling=s, **layer), Reservoir(**layer)])
                for s in inputs["input_scaling"]
            ],
            "GammaMemory": [GammaMemory(2 * order, mu=mu) for mu in (0.5, 0.8)],
            "NVAR": [NVAR(n_taps) for n_taps in (order, order + 10)],
        },
        aims=aims,
        extra=("with squared states", {"squared_states": True}),
    )


def xor_task(delay: int, aim: float) -> Task:
    return Task(
        f"Delayed XOR of spikes, {delay} steps, accuracy",
        lambda memory, seed: xor(memory, seed, delay),
        {
            "defaults": [Reservoir(N_UNITS)],
            "SpikingReservoir": product(
                SpikingReservoir,
                membrane_constant=[100.0, 200.0],
                trace_constants=[[20.0, 100.0]],
                input_scaling=[0.2, 1.0],
            ),
            "Reservoir": product(Reservoir, leak_rate=[0.03, 0.1], input_scaling=[0.3, 1.0]),
            "Reservoir, leak_range": product(Reservoir, leak_range=[(0.01, 0.3), (0.03, 0.3)]),
            "ES2N": product(ES2N, proximity=0.03, input_scaling=[0.3, 1.0]),
            "Stacked: gamma memory, NVAR": products_of_averages(5, [0.03, 0.1]),
        },
        higher_is_better=True,
        aims={"SpikingReservoir": aim},
        n_reported=3,
    )


def layers_over_window(window: int, n_units: int, input_scaling: float) -> list[Memory]:
    """Random features of the whole past: a reservoir without recurrence over a delay line."""
    layer = Reservoir(n_units, spectral_radius=0.0, input_scaling=input_scaling)
    return [Stacked([TappedDelayLine(window), layer], layers="last")]


def products_of_averages(n_taps: int, mus: list[float]) -> list[Memory]:
    """Averages of the past, later and later, and their products."""
    return [Stacked([GammaMemory(n_taps, mu=mu), NVAR(1)], layers="last") for mu in mus]


def random_linear(n_units: int, **options: Any) -> Reservoir:
    return Reservoir(n_units, activation="identity", bias_scaling=0.0, input_scaling=0.1, **options)


LEAKS = [0.03, 0.1, 0.3]
DRIVES = {"input_scaling": 0.1, "spectral_radius": [0.5, 0.7, 0.9], "bias_scaling": [0.2, 0.5]}
TASKS = {
    "digits": Task(
        "Permuted digits, the last state, accuracy",
        digits,
        {
            "defaults": [Reservoir(N_UNITS)],
            "Reservoir": product(Reservoir, leak_rate=[0.1, 0.3]),
            "Reservoir, orthogonal": product(
                Reservoir, topology="orthogonal", spectral_radius=0.99, input_scaling=0.2
            ),
            "Reservoir, leak_range": product(Reservoir, leak_range=(0.01, 1.0)),
            "ES2N": product(ES2N, proximity=[0.03, 0.1]),
            "ES2N, 500 units": product(ES2N, n_units=500, proximity=0.03, input_scaling=1.0),
            "DelayedReservoir": product(DelayedReservoir, max_delay=20),
            "LegendreMemory": [LegendreMemory(32, window=64.0)],
            "GammaMemory": [GammaMemory(64, mu=mu) for mu in (0.5, 1.0)],
            "NVAR": [NVAR(64)],
            "Stacked: delay line, 500 units": layers_over_window(64, 500, 0.3),
        },
        higher_is_better=True,
        aims={"best": 0.98},
        n_reported=3,
    ),
    "capacity": Task(
        "Memory capacity, 100 units",
        capacity,
        {
            "defaults": [Reservoir(100)],
            "Reservoir, linear cycle": [random_linear(100, topology="cycle")],
            "ES2N": product(ES2N, n_units=100, input_scaling=0.1, proximity=[0.01, 0.03, 0.1]),
            "DelayedReservoir, linear": product(
                DelayedReservoir,
                n_units=100,
                activation="identity",
                bias_scaling=0.0,
                input_scaling=0.1,
            ),
            "LegendreMemory": [LegendreMemory(100, window=100.0)],
            "TappedDelayLine": [TappedDelayLine(100)],
            "GammaMemory": [GammaMemory(100, mu=mu) for mu in (0.5, 0.8)],
            "noise alone (bias of the estimate)": [Noisy(None, 1.0)],
        },
        higher_is_better=True,
        aims={"Reservoir, linear cycle": 99, "ES2N": 95, "DelayedReservoir, linear": 96},
        extra=("with state noise 1e-3", {"level": 1e-3}),
    ),
    "narma10": narma_task(10, {"best": 0.23}),
    "narma20": narma_task(20, {"best": 0.35}),
    "narma30": narma_task(30, {"best": 0.38}),
    "scales": Task(
        "Five time scales, NRMSE",
        scales,
        {
            "defaults": [Reservoir(N_UNITS)],
            "Reservoir, one leak": product(Reservoir, leak_rate=LEAKS, **DRIVES),
            "Reservoir, leak_range": product(
                Reservoir, leak_range=[(0.003, 1.0), (0.003, 0.3)], **DRIVES
            ),
            "Parallel, 5 x 40 of one leak each": [
                Parallel([Reservoir(40, leak_rate=a, **drive) for a in (1, 0.3, 0.1, 0.03, 0.01)])
                for drive in ({"input_scaling": s} for s in (0.1, 0.3))
            ],
            "ES2N": product(ES2N, proximity=[0.03, 0.1], input_scaling=0.3),
            "DelayedReservoir": product(DelayedReservoir, leak_rate=[0.1, 0.3], input_scaling=0.3),
            "Stacked, 2 x 100, slower above": [
                Stacked([Reservoir(input_scaling=0.3), Reservoir(leak_rate=a)]) for a in (0.1, 0.03)
            ],
            "Stacked: gamma memory, NVAR": products_of_averages(20, [0.03, 0.1]),
        },
        aims={"Reservoir, leak_range": 0.27},
        n_tuning=6,
    ),
    "denoising": Task(
        "Denoising an AR(2) process at 0 dB, NRMSE",
        denoising,
        {
            "defaults": [Reservoir(N_UNITS)],
            "Reservoir": product(Reservoir, leak_rate=[0.3, 1.0], input_scaling=[0.03, 0.1]),
            "Bidirectional(Reservoir)": [
                Bidirectional(memory)
                for memory in product(
                    Reservoir, n_units=100, leak_rate=[0.3, 1.0], input_scaling=[0.03, 0.1]
                )
            ],
            "ES2N": product(ES2N, input_scaling=[0.03, 0.1]),
            "LegendreMemory": [LegendreMemory(q, window=40.0) for q in (8, 16)],
            "GammaMemory": [GammaMemory(16, mu=mu) for mu in (0.5, 1.0)],
            "Bidirectional(LegendreMemory)": [
                Bidirectional(LegendreMemory(q, window=40.0)) for q in (8, 16)
            ],
        },
        aims={"Bidirectional(Reservoir)": 0.35, "Reservoir": 0.47},
    ),
    "xor50": xor_task(50, 0.90),
    "xor100": xor_task(100, 0.82),
}


# ---------------------------------------------------------------------- running and writing


def settings_of(chosen: Memory, all_of_them: list[Memory]) -> str:
    """Return the settings in which the candidates differ, as the chosen one has them."""
    leaves = [
        {k: v for k, v in m.get_params().items() if not isinstance(v, BaseEstimator | list)}
        for m in all_of_them
    ]
    chosen_leaves = leaves[all_of_them.index(chosen)]
    differing = [k for k in chosen_leaves if len({repr(one.get(k)) for one in leaves}) > 1]
    said = [f"{name.split('__')[-1]} {chosen_leaves[name]}" for name in differing]
    return ", ".join(dict.fromkeys(said))  # members may share a setting


def judge(task: Task, candidates: list[Memory]) -> dict[str, Any]:
    """Choose among the candidates on some seeds, and score the chosen one on others."""
    sign = -1 if task.higher_is_better else 1
    tried = [
        sign * np.median([task.score(memory, seed) for seed in range(task.n_tuning)])
        if len(candidates) > 1
        else 0
        for memory in candidates
    ]
    chosen = candidates[int(np.argmin(tried))]
    reported = range(FIRST_REPORTED, FIRST_REPORTED + task.n_reported)
    found = {
        "tried": len(candidates),
        "settings": settings_of(chosen, candidates),
        "scores": [task.score(chosen, seed) for seed in reported],
    }
    if task.extra is not None:
        options = task.extra[1]
        found["extra"] = [task.score(chosen, seed, **options) for seed in reported]
    return found


def spread(scores: list[float]) -> str:
    digits = 1 if max(scores) > 10 else 3
    low, middle, high = min(scores), float(np.median(scores)), max(scores)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def best_of(task: Task, results: dict[str, Any]) -> str:
    """Return the memory with the best median."""
    order = -1 if task.higher_is_better else 1
    return min(results, key=lambda name: order * float(np.median(results[name]["scores"])))


def reached(task: Task, name: str, results: dict[str, Any]) -> str:
    """Say what was aimed at, and whether the median got there."""
    aims = [task.aims[key] for key in task.aims if key == name]
    if name == best_of(task, results) and "best" in task.aims:
        aims.append(task.aims["best"])
    if not aims:
        return ""
    value = float(np.median(results[name]["scores"]))
    good = value >= aims[0] if task.higher_is_better else value <= aims[0]
    bound = "at least" if task.higher_is_better else "at most"
    return f"{bound} {aims[0]:g}: {'reached' if good else 'missed'}"


def write_task(key: str, results: dict[str, Any]) -> None:
    """Write the table of a task."""
    task = TASKS[key]
    n_seeds = len(results["defaults"]["scores"])
    header = ["memory", "tried", "chosen", f"median (range) of {n_seeds} seeds"]
    header += [task.extra[0]] if task.extra else []
    rows = [
        [
            name,
            found["tried"],
            found["settings"],
            spread(found["scores"]),
            *([spread(found["extra"])] if task.extra else []),
            reached(task, name, results),
        ]
        for name, found in results.items()
    ]
    publish(f"memories_{key}.py", [*header, "aimed at"], rows)


def write_summary(raw: dict[str, Any]) -> None:
    """Write one line for each task: the default reservoir, the best memory, what it gains."""
    rows = []
    for key, results in raw.items():
        task, best = TASKS[key], best_of(TASKS[key], raw[key])
        before, after = (float(np.median(results[name]["scores"])) for name in ("defaults", best))
        gain = f"{after - before:+.3g}" if task.higher_is_better else f"x {after / before:.2f}"
        rows.append(
            [
                task.title,
                spread(results["defaults"]["scores"]),
                best,
                spread(results[best]["scores"]),
                gain,
            ]
        )
    header = ["task", "`Reservoir`, defaults", "best", "median (range)", "gain"]
    publish(__file__, header, rows, machine())


def write_plasticity(raw: dict[str, Any]) -> None:
    """Write what units that adapt gain over the default, beside settings that were chosen."""
    names = ("defaults", "Reservoir, plasticity", "Reservoir")
    rows = []
    for key, results in raw.items():
        if names[1] in results:
            scores = [results[name]["scores"] for name in names]
            before, *after = (float(np.median(one)) for one in scores)
            cells = [
                f"{spread(one)}, x {median / before:.2f}"
                for one, median in zip(scores[1:], after, strict=True)
            ]
            rows.append([TASKS[key].title, spread(scores[0]), *cells])
    header = ["task", "`Reservoir`, defaults", "with plasticity, gain", "settings chosen, gain"]
    publish("memories_plasticity.py", header, rows)


def write_bounds() -> None:
    """Write how well a linear estimate can denoise at all: Kalman's filter, and the smoother."""
    frequencies = np.linspace(0, np.pi, 200_001)
    response = np.polyval(FEEDBACK[::-1], np.exp(-1j * frequencies))
    power = 1 / np.abs(response) ** 2
    variance = power.mean()
    step = np.array([-FEEDBACK[1:], [1.0, 0.0]])
    seen = np.array([[1.0], [0.0]])
    covariance = solve_discrete_are(step.T, seen, np.diag([1.0, 0.0]), np.array([[variance]]))
    before = covariance[0, 0]
    after = before - before**2 / (before + variance)
    smoothed = (power * variance / (power + variance)).mean()
    rows = [
        ["from the past and present (Kalman)", f"{np.sqrt(after / variance):.3f}"],
        ["from the whole sequence (Wiener)", f"{np.sqrt(smoothed / variance):.3f}"],
    ]
    publish("memories_bounds.py", ["least NRMSE of any estimate", ""], rows)


def main() -> None:
    """Run the tasks that are named, or all, and write the tables."""
    raw = json.loads(RAW.read_text(encoding="utf-8")) if RAW.exists() else {}
    keep = "--new" in sys.argv
    for key in [name for name in sys.argv[1:] if name != "--new"] or TASKS:
        task = TASKS[key]
        known = raw.get(key, {}) if keep else {}
        raw[key] = {
            name: known.get(name) or judge(task, memories)
            for name, memories in task.candidates.items()
        }
        raw = {key: raw[key] for key in TASKS if key in raw}
        RAW.write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    for key, results in raw.items():
        write_task(key, results)
    write_plasticity(raw)
    write_bounds()
    write_summary(raw)


if __name__ == "__main__":
    main()
