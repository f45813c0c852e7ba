"""Learning at every step: what it costs, and how many passes it takes.

A network of 16 Elman units learns to predict Mackey-Glass 17 one step ahead, 3000 steps, presented
again and again. After each pass it goes on over 1000 fresh steps; passes are counted until the
NRMSE there is below 0.0047, and none is given more than 30. Adam, through windows of 50 steps, is
given 100 passes at four rates, the best of which is taken for each seed by the fresh steps
themselves, in its favour.

A step's time is that of one row in a running training: forward, derivatives and update. That of
real-time recurrent learning, moved by plain gradient descent, is held against the one matrix
product in it that cannot be avoided, of the recurrent weights and the sensitivities. Times are
minima over many runs of 100 steps, in turn.

The filter's variances were chosen on seeds 0 and 1; the table is from seeds 200 to 204, each of
which draws a series and weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from common import machine, publish, seconds, verdict
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from esnkit import RNNRegressor
from esnkit.datasets import mackey_glass
from esnkit.metrics import nrmse
from esnkit.networks import SGD, TBPTT, Adam, ExtendedKalman, recurrent_network
from esnkit.networks.learners.kalman import KalmanTrainer
from esnkit.networks.learners.online import OnlineTrainer, RTRLTrainer
from esnkit.networks.training.batches import Batch
from esnkit.networks.training.losses import SquaredError
from esnkit.networks.training.trainer import UpdateRule

SEEDS = range(200, 205)
N_TRAIN, N_TEST, N_PASSES = 3000, 1000, 30
AIM = 0.0047
RATES = (0.001, 0.003, 0.01, 0.03)
LEARNERS = {
    "EKF": {"learner": "ekf"},
    "EKF, decoupled": {"learner": ExtendedKalman(coupling="decoupled")},
    "EKF, derivatives through 10 steps": {"learner": ExtendedKalman(window=10)},
}


def errors(seed: int, n_passes: int, every: int = 1, **options: object) -> list[float]:
    """Train in parts, and return the NRMSE on fresh steps after each."""
    series = mackey_glass(N_TRAIN + N_TEST + 1, random_state=seed)[:, None]
    X, y = series[:N_TRAIN], series[1 : N_TRAIN + 1]
    model = RNNRegressor(
        "elman",
        (16,),
        max_iter=every,
        early_stopping=False,
        warm_start=True,
        random_state=seed,
        **options,
    )
    reached: list[float] = []
    for _ in range(0, n_passes, every):
        model.fit(X, y)
        _, state = model.predict(X, return_state=True)
        predicted = model.predict(series[N_TRAIN:-1], state=state)
        reached.append(float(nrmse(series[N_TRAIN + 1 :], predicted)))
        if every == 1 and reached[-1] < AIM and len(reached) >= 10:
            break
    return reached


def passes(curve: list[float]) -> float:
    """Return the first pass after which the error is small enough."""
    below = np.flatnonzero(np.array(curve) < AIM)
    return below[0] + 1 if below.size else np.inf


def compare_passes() -> list[list[object]]:
    """Count the passes of each learner."""
    rows: list[list[object]] = []
    for name, options in LEARNERS.items():
        curves = [errors(seed, N_PASSES, **options) for seed in SEEDS]
        counts = [passes(curve) for curve in curves]
        tenth = np.median([curve[9] for curve in curves])
        rows.append(
            [
                f"{name}: passes to NRMSE {AIM}",
                f"{np.median(counts):g} ({min(counts):g} to {max(counts):g}); "
                f"NRMSE after 10: {tenth:.4f}",
                verdict(float(np.median(counts)), at_most=10),
            ]
        )
    adams = [TBPTT(optimizer=Adam(rate)) for rate in RATES]
    best = [min(errors(s, 100, 100, learner=adam)[0] for adam in adams) for s in SEEDS]
    rows.append(["Adam, best of four rates: NRMSE after 100 passes", f"{np.median(best):.4f}", ""])
    return rows


def running(trainer: OnlineTrainer, n_steps: int = 100) -> Callable[[], object]:
    """Return what runs a training over some steps more."""
    series = mackey_glass(n_steps + 1, random_state=0)[:, None, None] - 0.93
    start = trainer.network.initial_state(1)
    ones = np.ones((n_steps, 1))
    batch = Batch(series[:-1], series[1:], ones, np.array([n_steps]), start, None)
    trainer.train_block([(batch, False)])
    return lambda: trainer.train_block([(batch, True)])


def least(*calls: Callable[[], object], repeats: int = 200) -> list[float]:
    """Return the microseconds of each call's hundredth part, the least of many."""
    rounds = [[seconds(call) for call in calls] for _ in range(repeats)]
    return [1e4 * min(times) for times in zip(*rounds, strict=True)]


def compare_steps() -> list[list[object]]:
    """Time a step of either learner."""
    rng = np.random.default_rng(0)
    rule = UpdateRule(SquaredError(), SGD(1e-4))
    large, small = (recurrent_network(1, 1, hidden_layer_sizes=(n,)) for n in (32, 16))
    recurrent = RTRLTrainer(large, 0.1 * rng.normal(size=large.n_parameters), rule)
    params = 0.1 * rng.normal(size=small.n_parameters)
    kalman = KalmanTrainer(small, params, rule, ExtendedKalman())
    W, P = rng.normal(size=(32, 32)), rng.normal(size=(32, 32 * 34))
    out = np.empty_like(P)

    def floor() -> None:
        for _ in range(100):
            np.dot(W, P, out=out)

    step, product, filtering = least(running(recurrent), floor, running(kalman))
    return [
        [
            "RTRL, 32 units: µs a step, against its matrix product",
            f"{step:.0f}, {product:.0f}: {step / product:.2f} x",
            verdict(step / product, below=2),
        ],
        ["EKF, 16 units: µs a step", f"{filtering:.1f}", verdict(filtering, below=40)],
    ]


def main() -> None:
    """Measure, print the table and write it down."""
    warnings.simplefilter("error", ConvergenceWarning)
    with threadpool_limits(1):
        rows = compare_steps() + compare_passes()
        note = f"{len(SEEDS)} seeds, medians, ranges in brackets. {machine()}"
    publish(__file__, ["what", "measured", "aim"], rows, note)


if __name__ == "__main__":
    main()
