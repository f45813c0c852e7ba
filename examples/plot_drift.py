"""
A plant that changes
====================

An echo state network stands for a plant that wears: what its input does to its output changes over
time. A readout that was fitted once grows worse. One that is fitted again every so often is right
just after each fit. One that learns at each step, by recursive least squares, follows.
"""

# %%
# The plant
# ---------
# A filter whose response turns from one shape into another, and some noise.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import ESNRegressor, Reservoir, RidgeReadout, RLSReadout

N_KNOWN, N_LIVE, REFIT = 1000, 4000, 1000

rng = np.random.default_rng(0)
u = rng.uniform(-1, 1, N_KNOWN + N_LIVE + 8)
past = np.lib.stride_tricks.sliding_window_view(u, 8)[:, ::-1]
phase = np.clip((np.arange(len(past)) - 1500) / 2000, 0, 1)  # the change, from 0 to 1
first, second = 0.7 ** np.arange(8), (-0.6) ** np.arange(8)
y = past @ first * (1 - phase) + past @ second * phase + 0.02 * rng.normal(size=len(past))
X = u[7:, None]

# %%
# Three readouts
# --------------
# All see the same reservoir. The stepper predicts each value before it learns it.


def esn(readout):
    """Return the network with a readout."""
    return ESNRegressor(Reservoir(60, random_state=0), readout, washout=100)


fixed = esn(RidgeReadout()).fit(X[:N_KNOWN], y[:N_KNOWN])
outputs = {"fitted once": fixed.predict(X)[N_KNOWN:]}

refitted = outputs["fitted once"].copy()
for start in range(N_KNOWN + REFIT, len(X), REFIT):
    window = slice(start - N_KNOWN, start)
    model = esn(RidgeReadout()).fit(X[window], y[window])
    block = slice(start, start + REFIT)
    refitted[start - N_KNOWN : start - N_KNOWN + REFIT] = model.predict(
        X[block], state=model.state_
    )
outputs["fitted every 1000 steps"] = refitted

learner = esn(RLSReadout(0.995)).fit(X[:N_KNOWN], y[:N_KNOWN])
stepper = learner.stepper(learner.state_)
outputs["learning at each step"] = np.array(
    [stepper.step(x, target)[0] for x, target in zip(X[N_KNOWN:], y[N_KNOWN:], strict=True)]
)

# %%
# Errors
# ------
# Root mean squared, over 100 steps each.

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
truth = y[N_KNOWN:]
n_blocks = len(truth) // 100
for name, values in outputs.items():
    squares = (values - truth)[: 100 * n_blocks].reshape(n_blocks, 100) ** 2
    ax.semilogy(100 * np.arange(n_blocks), np.sqrt(squares.mean(axis=1)), label=name)
ax.axvspan(500, 2500, color="0.92", zorder=0, label="the plant changes")
ax.set(xlabel="step", ylabel="error")
ax.legend(frameon=False)
plt.show()
