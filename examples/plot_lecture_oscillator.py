"""
A driven oscillator, learned and left to itself
===============================================

A damped oscillator is pushed by a force that jumps at random: x'' + 0.1 x' + x = F(t). A recurrent
network watches displacement, velocity and force, and learns to say where the oscillator is a step
later. Then it takes the oscillator's place: it is told the force, one it has never felt, and lives
on its own displacement and velocity.
"""

# %%
# Learn to step
# -------------
# A row of the input holds displacement and velocity now, and the force that acts from now to the
# next step. The LSTM is trained over windows of 50 steps; its state is carried from window to
# window. A learning rate that falls to zero matters here: a free run needs the last digits.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import RNNRegressor
from esnkit.datasets import damped_oscillator
from esnkit.metrics import nrmse
from esnkit.networks import TBPTT, Adam, CosineDecay
from esnkit.plotting import LossCurveDisplay

N_TRAIN, N_WARM_UP, N_TEST, DT = 4000, 100, 600, 0.1
GREY, BLUE, ORANGE = "#404040", "#0072B2", "#D55E00"


def motion(n_steps, seed):
    """Return inputs (x, x', F), and what (x, x') becomes."""
    force, path = damped_oscillator(n_steps + 1, dt=DT, random_state=seed)
    return np.hstack([path[:-1], force[1:]]), path[1:]


n_updates = 4000
network = RNNRegressor(
    "lstm",
    hidden_layer_sizes=(32,),
    learner=TBPTT(50, batch_size=8, optimizer=Adam(CosineDecay(0.01, n_updates=n_updates))),
    max_iter=n_updates // 10,
    early_stopping=False,
    dtype="float32",
    random_state=0,
)
network.fit(*motion(N_TRAIN, seed=0))
LossCurveDisplay.from_estimator(network)
plt.show()

# %%
# One step, and many
# ------------------
# On a new motion, under another force, the network is warmed up by 100 true steps. From there it is
# asked twice: for each step given the truth before it, and for all of them given the force alone.

X, y = motion(N_WARM_UP + N_TEST, seed=1)
_, state = network.predict(X[:N_WARM_UP], return_state=True)
X, y = X[N_WARM_UP:], y[N_WARM_UP:]

one_step = network.predict(X, state=state)
free = network.free_run(N_TEST, X[:, 2:], state=state)
print(f"NRMSE, one step ahead: {nrmse(y, one_step):.4f}")
print(f"NRMSE, free run of {N_TEST} steps: {nrmse(y, free):.3f}")

time = DT * np.arange(N_TEST)
figure, axes = plt.subplots(
    3, 1, figsize=(8, 5), sharex=True, height_ratios=(1, 2, 2), layout="constrained"
)
axes[0].step(time, X[:, 2], where="post", color=GREY, linewidth=1)
axes[0].set_ylabel("force")
for ax, name, true, run in zip(axes[1:], ("displacement", "velocity"), y.T, free.T, strict=True):
    ax.plot(time, true, color=GREY, linewidth=3, alpha=0.5, label="oscillator")
    ax.plot(time, run, color=BLUE, linewidth=1.2, label="network, told only the force")
    ax.set_ylabel(name)
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
axes[-1].set(xlabel="time", xlim=(0, time[-1]))
figure.legend(
    *axes[1].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False
)
plt.show()

# %%
# A push that was never trained
# -----------------------------
# Training knew forces between -1 and 1 that jump every ten steps. What if the force is let go for
# good? Nothing like that was in the data. A network that has learned the oscillator, and not only
# its usual motions, rings down on the same spiral.

quiet = np.zeros((N_TEST, 1))
network_rings = network.free_run(N_TEST, quiet, state=state)
oscillator_rings = [state.output]
for _ in range(N_TEST):
    x, v = oscillator_rings[-1]
    fine = DT / 100
    for _ in range(100):  # small steps of the equation itself
        v -= fine * (x + 0.1 * v)
        x += fine * v
    oscillator_rings.append((x, v))
oscillator_rings = np.array(oscillator_rings)

figure, ax = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
ax.plot(*oscillator_rings.T, color=GREY, linewidth=3, alpha=0.5, label="oscillator")
ax.plot(*network_rings.T, color=BLUE, linewidth=1.2, label="network")
ax.plot(*state.output, "o", color=ORANGE, label="let go")
ax.set(xlabel="displacement", ylabel="velocity", aspect="equal")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
