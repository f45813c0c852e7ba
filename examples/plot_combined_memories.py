"""
Memories combined, adapted, and on trees
========================================

Memories are put together like bricks: side by side, on top of each other, or read from both ends.
Reservoirs may also adapt to their input before anything is read out, or run along trees instead of
sequences. Each figure shows one task that asks for it.
"""

# %%
# Read from both ends
# -------------------
# An autoregressive process is hidden under noise as strong as itself. A reservoir that has only
# seen the past estimates it; one that has also read the sequence from its end knows what came
# after, and does better.

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import lfilter

from esnkit import (
    NVAR,
    Bidirectional,
    ESNRegressor,
    GammaMemory,
    IntrinsicPlasticity,
    Parallel,
    Reservoir,
    RidgeReadout,
    Stacked,
    TreeESNRegressor,
    TreeReservoir,
)
from esnkit.datasets import time_scales, tree_expressions
from esnkit.metrics import nrmse

rng = np.random.default_rng(0)
poles = 0.95 * np.exp(np.array([0.2j, -0.2j]))
clean = lfilter([1.0], np.poly(poles).real, rng.standard_normal(6000))[500:]
clean /= clean.std()
noisy = (clean + rng.standard_normal(len(clean)))[:, np.newaxis]

reservoir = Reservoir(100, input_scaling=0.1, leak_rate=0.3)
shown = slice(4000, 4100)
figure, ax = plt.subplots(figsize=(9, 3.5), layout="constrained")
ax.plot(noisy[shown], ".", color="0.7", label="what is seen")
ax.plot(clean[shown], color="black", label="what is hidden")
for name, memory in {"past alone": reservoir, "both ends": Bidirectional(reservoir)}.items():
    model = ESNRegressor(memory, washout=100, random_state=0).fit(noisy[:3000], clean[:3000])
    estimate = model.predict(noisy[3000:])
    error = nrmse(clean[3100:-100], estimate[100:-100])
    ax.plot(estimate[1000:1100], label=f"{name}, NRMSE {error:.2f}")
ax.set(xlabel="step", ylabel="value")
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Several time scales at once
# ---------------------------
# The squares of leaky averages over 1 to 256 steps are asked for. Leak rates may be spread over the
# units of one reservoir, or reservoirs of one leak rate each stand side by side. Or a gamma memory
# averages, and `NVAR` on top of it multiplies: nearly exact, where its averages make up those that
# are asked for, but it sees little of the last step.

scales = [1, 4, 16, 64, 256]
u, y = time_scales(10_000, constants=scales, random_state=0)
drive = {"input_scaling": 0.1, "spectral_radius": 0.7}
memories = {
    "one leak rate, 0.1": Reservoir(200, leak_rate=0.1, **drive),
    "spread leak rates": Reservoir(200, leak_range=(0.003, 1.0), **drive),
    "five side by side": Parallel(
        [Reservoir(40, leak_rate=leak, **drive) for leak in (1, 0.3, 0.1, 0.03, 0.01)]
    ),
    "averages, then products": Stacked([GammaMemory(20, mu=0.03), NVAR(1)], layers="last"),
}
figure, ax = plt.subplots(figsize=(9, 3.5), layout="constrained")
for name, memory in memories.items():
    readout = RidgeReadout(alpha_per_target=True)
    model = ESNRegressor(memory, readout, washout=1000, random_state=0).fit(u[:5000], y[:5000])
    predicted = model.predict(u[5000:], state=model.state_)
    errors = [nrmse(t, p) for t, p in zip(y[5000:].T, predicted.T, strict=True)]
    ax.plot(range(len(scales)), errors, "o-", label=name)
ax.set(xlabel="average over so many steps", ylabel="NRMSE", yscale="log")
ax.set_xticks(range(len(scales)), scales)
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Units that adapt
# ----------------
# An input may be far too weak or too strong for a reservoir. With intrinsic plasticity each unit
# finds the gain and the bias with which its activity is distributed as asked for, here with the
# mean 0 and the deviation 0.3, whatever the strength of the input.

figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained", sharex=True)
bins = np.linspace(-1, 1, 81)
for ax, plasticity in zip(axes, (None, IntrinsicPlasticity(deviation=0.3)), strict=True):
    for strength in (0.03, 0.3, 3.0):
        weak_or_strong = strength * rng.standard_normal((3000, 1))
        memory = Reservoir(100, plasticity=plasticity, bias_scaling=0, random_state=0)
        states = memory.fit(weak_or_strong).transform(weak_or_strong)[100:]
        ax.hist(states.ravel(), bins, density=True, histtype="step", label=f"{strength:g}")
    ax.set(xlabel="state", yscale="log")
    ax.set_title("as it is" if plasticity is None else "with plasticity", loc="left")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("density")
axes[1].legend(title="strength of the input", frameon=False)
plt.show()

# %%
# On trees
# --------
# A `TreeReservoir` runs from the leaves of a tree to its root: the state of a node follows from its
# label and the states of its children. Here trees are expressions of and, or, exclusive or. A
# readout sits at each node, and its output is fed to the parent.

figure, ax = plt.subplots(figsize=(9, 3), layout="constrained")
trees, values = tree_expressions(400, depth=4, random_state=0)
new_trees, new_values = tree_expressions(400, depth=4, random_state=1)
model = TreeESNRegressor(TreeReservoir(200, feedback_scaling=1.0), output="node", random_state=0)
predicted = [nodes[0] for nodes in model.fit(trees, values).predict(new_trees)]
roots = np.array([nodes[0] for nodes in new_values])
for truth, name in ((1, "true"), (-1, "false")):
    ax.hist(
        np.array(predicted)[roots == truth],
        np.linspace(-2, 2, 61),
        alpha=0.7,
        label=f"it is {name}",
    )
ax.set(xlabel="output at the root of trees not seen before", ylabel="trees")
ax.legend(title="the expression", frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# What each memory is worth beside others is measured on the page :doc:`/memories`.
