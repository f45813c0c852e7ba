"""States and free runs: esnkit against ReservoirPy and echoes, same weights, same input."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from common import machine, median_seconds, publish
from echoes.reservoir._leaky_numba import harvest_states
from echoes.utils import tanh as echoes_tanh
from reservoirpy.nodes import Reservoir as TheirReservoir
from reservoirpy.nodes import Ridge as TheirRidge
from threadpoolctl import threadpool_limits

from esnkit import ESNRegressor, Reservoir, RidgeReadout
from esnkit.datasets import mackey_glass

N_STEPS = 20_000
CASES = [(100, 10), (1000, 10), (1000, 100), (3000, 30)]  # units, connections of each
ECHOES_UP_TO = 1000  # it multiplies by a dense matrix: larger ones take minutes


def their_reservoir(ours: Reservoir) -> TheirReservoir:
    """Give ReservoirPy the weights of a fitted reservoir, in its own sparse format."""
    return TheirReservoir(
        W=scipy.sparse.csr_matrix(ours.W_),
        Win=np.array(ours.W_in_),
        bias=np.array(ours.bias_),
        lr=ours.leak_rate,
    )


def echoes_states(ours: Reservoir, X: np.ndarray) -> np.ndarray:
    """Run echoes' compiled loop on the same weights. It leaves out the first input."""
    return harvest_states(
        X=X,
        y=np.zeros((len(X), 1)),
        initial_state=None,
        W_in=np.array(ours.W_in_),
        W=ours.W_.toarray(),
        W_fb=np.zeros((ours.n_units, 1)),
        bias=np.array(ours.bias_),
        activation=echoes_tanh,
        noise=np.array(0.0),
        leak_rate=np.array(ours.leak_rate),
    )


def compare_states(n_units: int, connectivity: int) -> list[object]:
    """Time one size; the states must agree before times mean anything."""
    X = np.random.default_rng(0).uniform(-1, 1, (N_STEPS, 1))
    ours = Reservoir(n_units, connectivity=connectivity, leak_rate=0.5, random_state=0).fit(X)
    theirs = their_reservoir(ours)
    theirs.initialize(X)

    def run_theirs() -> np.ndarray:
        theirs.reset()
        return theirs.run(X)

    n_checked = 200
    np.testing.assert_allclose(ours.transform(X)[-n_checked:], run_theirs()[-n_checked:], atol=1e-8)
    with_echoes = n_units <= ECHOES_UP_TO
    calls = [lambda: ours.transform(X), run_theirs]
    times = median_seconds(*calls, repeats=5)
    if with_echoes:
        times += median_seconds(lambda: echoes_states(ours, X), repeats=1)
    steps = [1e6 * t / N_STEPS for t in times]
    return [
        f"states, {n_units} units, {connectivity} per unit",
        f"{steps[0]:.2f}",
        f"{steps[1]:.1f} ({steps[1] / steps[0]:.1f} x)",
        f"{steps[2]:.1f} ({steps[2] / steps[0]:.1f} x)" if with_echoes else "",
    ]


def compare_free_runs(n_units: int = 500, n_steps: int = 5000) -> list[object]:
    """Time a forecast that feeds on itself, the loop closed as each package shows it."""
    series = mackey_glass(2001, random_state=0)[:, None] - 1
    ours = ESNRegressor(
        Reservoir(n_units, random_state=0), RidgeReadout(1e-6), washout=100, include_input=False
    ).fit(series[:-1], series[1:])
    theirs = their_reservoir(ours.reservoir_) >> TheirRidge(ridge=1e-6)
    theirs.fit(series[:-1], series[1:], warmup=100)

    def run_theirs() -> np.ndarray:
        y = series[-1]
        outputs = np.empty((n_steps, 1))
        for n in range(n_steps):
            y = theirs.step(y)
            outputs[n] = y
        return outputs

    mine, other = median_seconds(lambda: ours.free_run(n_steps), run_theirs, repeats=9)
    mine, other = 1e6 * mine / n_steps, 1e6 * other / n_steps
    return [
        f"free run, {n_units} units, 10 per unit",
        f"{mine:.2f}",
        f"{other:.1f} ({other / mine:.1f} x)",
        "",
    ]


def main() -> None:
    """Measure, print the table and write it down."""
    with threadpool_limits(1):
        rows = [compare_states(*case) for case in CASES] + [compare_free_runs()]
        note = f"{N_STEPS} steps, 5000 for the free run. {machine()}"
    header = ["µs per step (times esnkit)", "esnkit", "ReservoirPy 0.4.2", "echoes 1.0.2"]
    publish(__file__, header, rows, note)


if __name__ == "__main__":
    main()
