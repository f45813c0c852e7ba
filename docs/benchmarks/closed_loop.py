"""A free run inside a Forecaster beside the bare kernel, 500 units.

`forecast` checks what it is given, runs the kernel and takes the outputs back to the units of the
series; the kernel gets the same network, readout and state. Both run in turn, and the ratio is that
of their medians. The two give the same values, which the script checks first.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from common import machine, median_seconds, publish, verdict

from esnkit import ESNRegressor, Forecaster, Reservoir, RidgeReadout
from esnkit.datasets import mackey_glass
from esnkit.kernels.closed_loop import Loop, stack
from esnkit.kernels.lanes import run_many_free
from esnkit.kernels.reservoir import ReservoirWeights

N_UNITS, REPEATS = 500, 51
LENGTHS = (100, 2000, 20_000)
LONG = 2000  # what comes on top of a run is a matter of its length


def as_loop(model: ESNRegressor) -> Loop:
    """Write the readout of a fitted model down as the kernel reads it."""
    lower, upper = model.output_range_
    return Loop(
        coef=model.readout_.coef_.reshape(1, -1),
        intercept=np.atleast_1d(model.readout_.intercept_),
        with_input=model.include_input,
        squared=model.squared_states,
        through_input=True,
        through_feedback=False,
        lower=lower,
        upper=upper,
    )


def compare(n_steps: int) -> list[object]:
    """Time one length of run."""
    series = mackey_glass(2000, random_state=0)
    model = ESNRegressor(Reservoir(N_UNITS, random_state=0), RidgeReadout(1e-6), washout=100)
    forecaster = Forecaster(model, scale=False).fit(series)
    network: ReservoirWeights = forecaster.model_.reservoir_._network
    loop, state = as_loop(forecaster.model_), forecaster.states_[0]
    loops, own, first_clipped = stack([loop]), np.zeros((1, 1), np.int64), np.zeros(1, np.int64)
    given, outputs = np.zeros((n_steps, 1, 0)), np.empty((n_steps, 1))

    def bare() -> None:
        start = state.states[np.newaxis].copy(), state.output.copy()
        run_many_free(network, loops, own, given, 1, *start, outputs, first_clipped)

    bare()
    np.testing.assert_array_equal(forecaster.forecast(n_steps), outputs[:, 0])
    inside, alone = median_seconds(lambda: forecaster.forecast(n_steps), bare, repeats=REPEATS)
    ratio = inside / alone
    aim = verdict(ratio, below=1.2) if n_steps >= LONG else ""
    return [n_steps, f"{1e3 * inside:.2f}", f"{1e3 * alone:.2f}", f"{ratio:.2f}", aim]


def main() -> None:
    """Measure, print the table and write it down."""
    rows = [compare(n_steps) for n_steps in LENGTHS]
    header = ["steps", "forecast, ms", "kernel, ms", "ratio", "aim"]
    publish(
        __file__, header, rows, f"Medians of {REPEATS} runs in turn, {N_UNITS} units. {machine()}"
    )


if __name__ == "__main__":
    main()
