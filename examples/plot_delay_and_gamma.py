"""
Sharp or long: the tapped delay line and the gamma memory
=========================================================

A network without recurrence needs its past handed over in taps. A tapped delay line gives the last
inputs as they were. A gamma memory lets its taps leak: the same number of them reaches further
back, but blurs what it remembers. One parameter, mu, lies between the two: with mu = 1 the gamma
memory is the delay line.
"""

# %%
# What the taps remember
# ----------------------
# A unit impulse enters the memory once, and each tap answers. In the delay line the impulse wanders
# from tap to tap. In the gamma memory it spreads on its way: tap k answers by a bump whose mean
# delay is k / mu. (Tap 0, the input itself, is not drawn.)

import matplotlib.pyplot as plt
import numpy as np

from esnkit import GammaMemory, TDNNRegressor
from esnkit.analysis.memory_capacity import memory_capacity
from esnkit.datasets import damped_oscillator, delayed_inputs
from esnkit.metrics import nrmse

N_TAPS = 8
MEMORIES = {"delay line, mu = 1": 1.0, "mu = 0.5": 0.5, "mu = 0.2": 0.2}
COLORS = ["#404040", "#0072B2", "#D55E00"]


def tidy(ax):
    """Leave out the lines that frame nothing."""
    ax.spines[["top", "right"]].set_visible(False)


n_shown = 61
impulse = np.zeros((n_shown, 1))
impulse[0] = 1.0

figure, axes = plt.subplots(3, 1, figsize=(8, 5), sharex=True, layout="constrained")
shades = plt.get_cmap("viridis")(np.linspace(0, 0.9, N_TAPS - 1))
steps = np.arange(n_shown)
for ax, (name, mu) in zip(axes, MEMORIES.items(), strict=True):
    answers = GammaMemory(N_TAPS, mu=mu).fit_transform(impulse)
    for k, shade in enumerate(shades, start=1):
        ax.step(steps, answers[:, k], where="mid", color=shade, linewidth=1.2, label=f"tap {k}")
        ax.fill_between(steps, answers[:, k], step="mid", color=shade, alpha=0.15, linewidth=0)
    ax.set_title(name, loc="left", fontsize="medium")
    ax.set_ylim(0, 1.05 * answers[:, 1:].max())
    tidy(ax)
axes[1].set_ylabel("answer of each tap")
axes[-1].set(xlabel="steps after the impulse", xlim=(0, n_shown - 1))
figure.legend(
    *axes[0].get_legend_handles_labels(), loc="outside right center", frameon=False, reverse=True
)
plt.show()

# %%
# Depth against resolution
# ------------------------
# How well can the input of k steps ago be read from the taps? Each of the eight taps buys one step
# of memory capacity, so the areas under the three curves are equal; mu says where it is spent.

figure, ax = plt.subplots(figsize=(8, 3), layout="constrained")
for (name, mu), color in zip(MEMORIES.items(), COLORS, strict=True):
    memory = GammaMemory(N_TAPS, mu=mu)
    found = memory_capacity(memory, max_delay=120, n_train=30_000, n_test=20_000, random_state=0)
    ax.step(
        found.delays,
        found.capacities,
        where="mid",
        color=color,
        label=f"{name}: capacity {found.total:.1f}",
    )
    ax.fill_between(found.delays, found.capacities, step="mid", color=color, alpha=0.1, linewidth=0)
ax.set(xlabel="delay k in steps", ylabel="squared correlation", xlim=(0, n_shown - 1))
ax.legend(frameon=False)
tidy(ax)
plt.show()

# %%
# Two tasks
# ---------
# *Recall*: the product of the present input and that of exactly six steps ago. Whoever blurs has
# lost. *Oscillator*: where is a damped oscillator that is pushed at random? That depends on all
# pushes of the last fifty steps, on none of them exactly. Whoever looks back eight steps has lost.

N_TRAIN, N_TEST = 1500, 500


def recall(seed):
    """Return noise, and its product with itself six steps before."""
    u, past = delayed_inputs(N_TRAIN + N_TEST, max_delay=6, random_state=seed)
    return u, u[:, 0] * past[:, 6]


def oscillator(seed):
    """Return pushes, and where they take the oscillator."""
    force, motion = damped_oscillator(
        N_TRAIN + N_TEST, damping=0.8, dt=0.2, hold=5, random_state=seed
    )
    return force, motion[:, 0]


def run(task, mu):
    """Return truth and output of a time-lagged network on the steps after training."""
    X, y = task(0)
    network = TDNNRegressor(
        GammaMemory(N_TAPS, mu=mu), hidden_layer_sizes=(12,), alpha=5.0, washout=50, random_state=0
    )
    network.fit(X[:N_TRAIN], y[:N_TRAIN])
    return y[N_TRAIN:], network.predict(X[N_TRAIN:], state=network.state_)


# %%
# The same network, trained for each mu, finds what it needs at opposite ends.

mus = [0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0]
tasks = {"recall": recall, "oscillator": oscillator}
runs = {name: [run(task, mu) for mu in mus] for name, task in tasks.items()}
errors = {name: [nrmse(*pair) for pair in pairs] for name, pairs in runs.items()}
for name, found in errors.items():
    print(f"{name}: NRMSE {found[mus.index(0.2)]:.2f} for mu = 0.2, {found[-1]:.2f} for mu = 1")

figure, axes = plt.subplot_mosaic(
    [["error", "recall"], ["error", "oscillator"]],
    figsize=(8, 4),
    width_ratios=(1, 1.4),
    layout="constrained",
)
for (name, found), color in zip(errors.items(), ("#0072B2", "#CC79A7"), strict=True):
    axes["error"].plot(mus, found, color=color, marker="o", markersize=4, label=name)
axes["error"].set(xlabel="mu", ylabel="NRMSE on new data", ylim=(0, 1.1))
axes["error"].legend(frameon=False, loc="center left")

shown = slice(200, 300)
for name, pairs in runs.items():
    truth = pairs[0][0]
    for mu, color in ((1.0, COLORS[0]), (0.2, COLORS[2])):
        output = pairs[mus.index(mu)][1]
        axes[name].plot(output[shown], color=color, linewidth=1.2, label=f"mu = {mu:g}")
    axes[name].plot(truth[shown], color="#009E73", linestyle=":", linewidth=2, label="truth")
    axes[name].set_title(name, loc="left", fontsize="medium")
axes["recall"].tick_params(labelbottom=False)
axes["oscillator"].set_xlabel("steps, a short stretch of the new data")
for ax in axes.values():
    tidy(ax)
figure.legend(
    *axes["recall"].get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False
)
plt.show()
