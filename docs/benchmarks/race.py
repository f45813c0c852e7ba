"""The race: esnkit beside its rivals and a C kernel, with the same weights.

Each contestant runs in its own idiom (`race_rivals.py`) with the weights of one fitted reservoir of
leak rate 1, in double precision, on one thread of one core. Before anything is timed, all answers
are compared with a plain loop in numpy and scipy, or the race stops. Times are medians of rounds in
which all take turns. Who cannot be imported, or has no such function, is a row that says so. The C
kernel, `race.c`, is compiled here by gcc and by clang with `-O3 -march=native -ffp-contract=fast`.

Parts: `states` of one sequence; `panel`, 64 sequences; `free`, 10 000 steps on the own outputs;
`forecast`, a whole fit to 10 000 steps of the Lorenz system and 1000 steps on; `growth`, how the
cost grows, and two plots. Name those to run, or none for all.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any

import numpy as np
from common import RESULTS, OtherWork, machine, median_seconds, publish
from joblib import parallel_config
from matplotlib import pyplot as plt
from race_rivals import (
    KERNELS,
    RIVALS,
    AbsentError,
    CKernel,
    Closing,
    Contestant,
    Esnkit,
    EsnkitAuto,
    EsnkitGram,
    FloatArray,
    Plain,
    ReservoirPy,
    Run,
    enter,
)
from threadpoolctl import threadpool_limits

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import lorenz63, mackey_glass
from esnkit.metrics import valid_prediction_time

ALL = (Esnkit, *KERNELS, *RIVALS)
FORECASTERS = (Esnkit, EsnkitGram, EsnkitAuto, *RIVALS[:-1])
STATES = [(100, 10, 10_000), (1000, 10, 2000), (1000, 100, 2000), (10_000, 10, 500)]
LYAPUNOV_TIME, ALPHA, SEEDS = 1.104, 1e-6, range(10)
TOLERANCE = 1e-10
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
COLOURS = ("#0072B2", "#000000", "#D55E00", "#009E73")
BESIDE = OtherWork()

Table = dict[str, list[str]]  # a row for each contestant, a cell for each case


# ------------------------------------------------------------------ before the clock starts


def line_up(
    contestants: Sequence[type[Contestant]], part: str, reservoir: Reservoir, *task: Any
) -> tuple[dict[type[Contestant], Run], dict[type[Contestant], str]]:
    """Return who starts, and why others do not."""
    runs, absent = {}, {}
    for contestant in contestants:
        try:
            runs[contestant] = enter(contestant, part, reservoir, *task)
        except AbsentError as reason:
            absent[contestant] = str(reason)
    return runs, absent


def check_answers(
    runs: dict[type[Contestant], Run], expected: FloatArray, tolerance: float = TOLERANCE
) -> None:
    """Stop the race where an answer is not the expected one."""
    for contestant, run in runs.items():
        answer = np.asarray(run())  # may go on for longer than what is expected of it
        np.testing.assert_allclose(
            answer[..., : expected.shape[-2], :],
            expected,
            rtol=0,
            atol=tolerance,
            err_msg=contestant.name,
        )


def states_case(n_units: int, connectivity: int, n_steps: int) -> tuple[Reservoir, FloatArray]:
    """Draw an input and a reservoir for it."""
    X = np.random.default_rng(0).uniform(-1, 1, (n_steps, 1))
    return Reservoir(n_units, connectivity=connectivity, random_state=0).fit(X), X


def panel_case(
    n_units: int, n_sequences: int, n_steps: int, connectivity: int = 10
) -> tuple[Reservoir, FloatArray]:
    """Draw sequences and a reservoir for them."""
    sequences = np.random.default_rng(0).uniform(-1, 1, (n_sequences, n_steps, 1))
    reservoir = Reservoir(n_units, connectivity=connectivity, random_state=0)
    return reservoir.fit(sequences[0]), sequences


def free_case(n_units: int, n_training: int = 2000) -> tuple[Reservoir, Closing]:
    """Fit to a Mackey-Glass series, and take 300 steps behind it to be heard."""
    series = mackey_glass(n_training + 300, random_state=0)[:, np.newaxis] - 1
    known, heard = series[:n_training], series[n_training:]
    model = ESNRegressor(
        Reservoir(n_units, random_state=0),
        RidgeReadout(1e-6, fit_intercept=False),
        washout=100,
        include_input=False,
    ).fit(known[:-1], known[1:])
    return model.reservoir_, Closing(np.atleast_2d(model.readout_.coef_), heard)


@cache
def lorenz_case(seed: int) -> tuple[Reservoir, FloatArray, FloatArray]:
    """Return a reservoir, a series to fit and what comes after it, standardised by the first."""
    series = lorenz63(11_000, random_state=seed)
    known = series[:10_000]
    series = (series - known.mean(axis=0)) / known.std(axis=0)
    reservoir = Reservoir(
        500, spectral_radius=0.4, input_scaling=0.15, bias_scaling=0.9, random_state=seed
    )
    return reservoir.fit(series[:10_000]), series[:10_000], series[10_000:]


# ------------------------------------------------------------------ the parts


def time_all(
    contestants: Sequence[type[Contestant]],
    runs: dict[type[Contestant], Run],
    absent: dict[type[Contestant], str],
    n_steps: int,
    repeats: int = 9,
) -> tuple[list[str], dict[type[Contestant], float]]:
    """Return a cell for each contestant, and the microseconds of a step."""
    times = median_seconds(*runs.values(), repeats=repeats)
    per_step = {c: 1e6 * t / n_steps for c, t in zip(runs, times, strict=True)}
    ours = per_step[Esnkit]
    cells = [
        f"{per_step[c]:.3g} ({per_step[c] / ours:.2g} x)" if c in runs else absent[c]
        for c in contestants
    ]
    return cells, per_step


def compared_with(
    per_step: dict[type[Contestant], float], rival: float, aim: float, *, slower: bool
) -> str:
    """Say whether we are fast enough beside another time, in one sense or the other."""
    ratio = per_step[Esnkit] / rival if slower else rival / per_step[Esnkit]
    reached = ratio <= aim if slower else ratio >= aim
    bound = "at most" if slower else "at least"
    return f"{ratio:.2f} x, {bound} {aim:g}: {'reached' if reached else 'missed'}"


def beside_c(per_step: dict[type[Contestant], float], aim: float) -> str:
    """Say how much longer we take than the better of the C kernels."""
    kernels = [t for c, t in per_step.items() if issubclass(c, CKernel)]
    return compared_with(per_step, min(kernels), aim, slower=True) if kernels else "no compiler"


def beside_reservoirpy(per_step: dict[type[Contestant], float], aim: float) -> str:
    """Say how many times as fast as ReservoirPy we are."""
    if ReservoirPy not in per_step:
        return "it is absent"
    return compared_with(per_step, per_step[ReservoirPy], aim, slower=False)


def titles(contestants: Sequence[type[Contestant]]) -> list[str]:
    """Name the contestants, with versions where they are installed."""
    return [contestant.title() for contestant in contestants]


def race_states() -> None:
    """States of one sequence."""
    columns, verdicts = [], []
    for n_units, connectivity, n_steps in STATES:
        reservoir, X = states_case(n_units, connectivity, n_steps)
        runs, absent = line_up(ALL, "states", reservoir, X)
        check_answers(runs, Plain(reservoir).states(X)())
        cells, per_step = time_all(ALL, runs, absent, n_steps)
        columns.append(cells)
        verdicts.append(beside_c(per_step, 1.1))
    header = [
        "µs per step (times esnkit)",
        *(f"{n_units} units, {per_unit} each" for n_units, per_unit, _ in STATES),
    ]
    rows = [*zip(titles(ALL), *columns, strict=True), ["esnkit beside the better C", *verdicts]]
    steps = ", ".join(str(n_steps) for *_, n_steps in STATES)
    publish("race_states", header, rows, f"One input, {steps} steps. {conditions()}")


def race_panel() -> None:
    """States of many sequences."""
    reservoir, sequences = panel_case(1000, 64, 100)
    runs, absent = line_up(ALL, "panel", reservoir, sequences)
    check_answers(runs, Plain(reservoir).panel(sequences)())
    cells, per_step = time_all(ALL, runs, absent, 6400, repeats=7)
    rows = [
        *zip(titles(ALL), cells, strict=True),
        ["esnkit beside the better C", beside_c(per_step, 1.2)],
        ["esnkit beside ReservoirPy", beside_reservoirpy(per_step, 9)],
        *two_threads(runs, 6400),
    ]
    header = ["µs per step of a sequence (times esnkit)", "64 sequences, 1000 units, 10 each"]
    publish("race_panel", header, rows, f"100 steps in each sequence. {conditions()}")


def two_threads(runs: dict[type[Contestant], Run], n_steps: int) -> list[list[str]]:
    """Time us on two cores, where there are two, beside ReservoirPy."""
    name = "esnkit in two threads, beside ReservoirPy"
    if len(CORES) < 2 or ReservoirPy not in runs:
        return [[name, "not to be had"]]
    one_core = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES)  # which threads that are started now have too
    with parallel_config(backend="threading", n_jobs=2):
        ours, theirs = median_seconds(runs[Esnkit], runs[ReservoirPy], repeats=7)
    os.sched_setaffinity(0, one_core)
    per_step = {Esnkit: 1e6 * ours / n_steps, ReservoirPy: 1e6 * theirs / n_steps}
    return [[name, f"{per_step[Esnkit]:.3g}: {beside_reservoirpy(per_step, 16)}"]]


def race_free() -> None:
    """Steps on the own outputs."""
    n_steps = 10_000
    contestants = (Esnkit, *RIVALS)
    reservoir, closing = free_case(500)
    runs, absent = line_up(contestants, "free", reservoir, closing, n_steps)
    check_answers(runs, Plain(reservoir).free(closing, 500)(), 1e-8)
    cells, per_step = time_all(contestants, runs, absent, n_steps, repeats=5)
    rows = [
        *zip(titles(contestants), cells, strict=True),
        ["esnkit beside ReservoirPy", beside_reservoirpy(per_step, 11)],
    ]
    note = f"10 per unit, Mackey-Glass; the first 500 steps agree to 1e-8. {conditions()}"
    publish("race_free", ["µs per step (times esnkit)", "500 units, 10 000 steps"], rows, note)


def race_forecast() -> None:
    """A whole fit, and a forecast."""
    reservoir, known, ahead = lorenz_case(SEEDS[0])
    runs, absent = line_up(FORECASTERS, "forecast", reservoir, known, len(ahead), ALPHA)
    check_answers(runs, ahead[:10], 1e-2)
    times = dict(zip(runs, median_seconds(*runs.values(), repeats=5), strict=True))
    valid = {contestant: [valid_time(contestant, seed) for seed in SEEDS] for contestant in runs}
    theirs = times.get(ReservoirPy)
    rows = []
    for contestant, title in zip(FORECASTERS, titles(FORECASTERS), strict=True):
        if contestant in absent:
            rows.append([title, absent[contestant], "", "", ""])
            continue
        ratio = f"{theirs / times[contestant]:.2f} x" if theirs else ""
        aim = {Esnkit: 1.8, EsnkitGram: 2.8}.get(contestant)
        if theirs and aim:
            reached = theirs / times[contestant] >= aim
            verdict = f"at least {aim}: {'reached' if reached else 'missed'}"
        else:
            verdict = ""
        seconds, lasts = 1e3 * times[contestant], median(valid[contestant])
        rows.append([title, f"{seconds:.0f}", ratio, f"{lasts:.1f}", verdict])
    header = ["fit and forecast", "ms", "as fast as ReservoirPy", "valid time", "aim"]
    note = (
        f"Lorenz, three variables, 500 units, 10 per unit, 10 000 steps of 0.02, then 1000 steps "
        f"of forecast; W is given, alpha is {ALPHA:g} unless it says otherwise. The valid time is "
        f"in Lyapunov times, to an error of 0.4, median over {len(SEEDS)} seeds; it ends at 18.1, "
        f"with the data. {conditions()}"
    )
    publish("race_forecast", header, rows, note)


def valid_time(contestant: type[Contestant], seed: int) -> float:
    """Forecast once."""
    reservoir, known, ahead = lorenz_case(seed)
    forecast = np.asarray(enter(contestant, "forecast", reservoir, known, len(ahead), ALPHA)())
    return valid_prediction_time(ahead, forecast, dt=0.02, lyapunov_time=LYAPUNOV_TIME)


# ------------------------------------------------------------------ growth


def race_growth() -> None:
    """How the cost grows, as exponents between the smallest and the largest sizes."""
    plotted = (Esnkit, CKernel, ReservoirPy)
    units = {n: sweep_states(plotted, n, 10, 200) for n in (100, 300, 1000, 3000, 10_000, 20_000)}
    steps = {n: sweep_states(plotted, 300, 10, n) for n in (30, 100, 1000, 10_000, 100_000)}
    per_unit = {k: sweep_states((Esnkit,), 1000, k, 500) for k in (5, 10, 30, 100, 300)}
    panels = {n: sweep_panel(n) for n in (8, 16, 32, 64, 128)}
    draw("race_units", units, "units, 10 connections each", "seconds for 200 steps")
    draw("race_length", steps, "steps, 300 units", "seconds")
    sweeps = [
        ("units, 10 connections each, 200 steps", units),
        ("connections of each of 1000 units, 500 steps", per_unit),
        ("steps, 300 units", steps),
        ("sequences of 100 steps, 300 units", panels),
    ]
    rows = [[name, *exponents(sweep)] for name, sweep in sweeps]
    header = ["seconds grow with", "from", "to", "exponent", "of the last three"]
    note = (
        "Slopes of straight lines through the logarithms, of all sizes and of the last three. "
        f"{conditions()}"
    )
    publish("race_growth", header, rows, note)


def sweep_states(
    contestants: Sequence[type[Contestant]], n_units: int, connectivity: int, n_steps: int
) -> dict[type[Contestant], float]:
    """Time one size."""
    reservoir, X = states_case(n_units, connectivity, n_steps)
    runs, _ = line_up(contestants, "states", reservoir, X)
    n_checked = min(n_steps, 100)
    check_answers(runs, Plain(reservoir).states(X[:n_checked])())
    return dict(zip(runs, median_seconds(*runs.values(), repeats=5), strict=True))


def sweep_panel(n_sequences: int) -> dict[type[Contestant], float]:
    """Time one number of sequences."""
    reservoir, sequences = panel_case(300, n_sequences, 100)
    return {Esnkit: median_seconds(Esnkit(reservoir).panel(sequences), repeats=5)[0]}


def exponents(sweep: dict[int, dict[type[Contestant], float]]) -> list[str]:
    """Return the range of sizes, and the exponents of our seconds."""
    sizes, times = np.log(list(sweep)), np.log([times[Esnkit] for times in sweep.values()])
    slopes = [np.polyfit(sizes[part], times[part], 1)[0] for part in (slice(None), slice(-3, None))]
    return [*(str(n) for n in (min(sweep), max(sweep))), *(f"{slope:.2f}" for slope in slopes)]


def draw(
    name: str, sweep: dict[int, dict[type[Contestant], float]], x_label: str, y_label: str
) -> None:
    """Draw seconds against a size."""
    fig, axis = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for contestant, colour in zip((Esnkit, CKernel, ReservoirPy), COLOURS, strict=False):
        points = [(n, times[contestant]) for n, times in sweep.items() if contestant in times]
        if points:
            axis.loglog(*zip(*points, strict=True), "o-", color=colour, label=contestant.title())
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    axis.grid(alpha=0.3)
    axis.legend(frameon=False)
    fig.savefig(RESULTS / f"{name}.svg", metadata={"Date": None})
    plt.close(fig)


# ------------------------------------------------------------------ start

PARTS = {
    "states": race_states,
    "panel": race_panel,
    "free": race_free,
    "forecast": race_forecast,
    "growth": race_growth,
}


def conditions() -> str:
    """Say under what conditions the part was run."""
    return f"One thread, one core; {BESIDE.said()}. {machine()}"


def stay_on_one_core() -> None:
    """Keep this process on one core, as some rivals do not say how many threads they start."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Run the parts that are named."""
    names = sys.argv[1:] or list(PARTS)
    if unknown := set(names) - set(PARTS):
        sys.exit(f"No such part: {', '.join(sorted(unknown))}. There are {', '.join(PARTS)}.")
    stay_on_one_core()
    warnings.simplefilter("ignore")  # of the rivals
    plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "esnkit", "font.family": "sans-serif"}
    with threadpool_limits(1):
        for name in names:
            BESIDE.restart()
            PARTS[name]()


if __name__ == "__main__":
    main()
