"""
What memories hold: a burst, and then silence
=============================================

Every memory turns the past of an input into a state, and a linear readout sees nothing else. Here
seven memories get the same short burst of noise, followed by silence, and their states are drawn.
What is still coloured long after the burst can still be read out.
"""

# %%
# Seven memories, one input
# -------------------------
# The burst lasts 20 steps. All memories but the Legendre memory have 60 units, with settings for
# a long memory: a radius of one, or slow membranes.

import matplotlib.pyplot as plt
import numpy as np

from esnkit import (
    ES2N,
    DelayedReservoir,
    ESNRegressor,
    LegendreMemory,
    Reservoir,
    RidgeReadout,
    SpikingReservoir,
    Stacked,
    TappedDelayLine,
)
from esnkit.plotting import StateRasterDisplay

SHARED = {"n_units": 60, "random_state": 0}
MEMORIES = {
    "Reservoir": Reservoir(**SHARED, input_scaling=0.5, bias_scaling=0),
    "Reservoir, leak rate 0.1": Reservoir(
        **SHARED, input_scaling=0.5, bias_scaling=0, leak_rate=0.1, spectral_radius=1.0
    ),
    "DelayedReservoir, delays up to 10": DelayedReservoir(
        **SHARED, input_scaling=0.5, bias_scaling=0
    ),
    "ES2N, rotations": ES2N(**SHARED),
    "SpikingReservoir": SpikingReservoir(**SHARED, input_scaling=2.0, membrane_constant=40.0),
    "LegendreMemory of 60 steps": LegendreMemory(order=60, window=60.0),
    "Stacked: delay line, then random units": Stacked(
        [TappedDelayLine(40), Reservoir(n_units=60, spectral_radius=0.0, random_state=0)],
        layers="last",
        random_state=0,
    ),
}

rng = np.random.default_rng(0)
burst = np.zeros((120, 1))
burst[10:30, 0] = rng.uniform(-1, 1, 20)

figure, axes = plt.subplots(4, 2, figsize=(9, 10), layout="constrained", sharex=True)
axes[0, 0].plot(burst, color="0.25", linewidth=1)
axes[0, 0].set_title("the input", loc="left", fontsize="medium")
for ax, (name, memory) in zip(axes.flat[1:], MEMORIES.items(), strict=True):
    StateRasterDisplay.from_memory(memory.fit(burst), burst, ax=ax)
    ax.set_title(name, loc="left", fontsize="medium")
    ax.axvline(29.5, color="0.25", linewidth=0.8, linestyle=":")
    ax.label_outer()
plt.show()

# %%
# Colours reach as far as the largest state of each memory. The plain reservoir has forgotten after
# some 20 steps. Leaky units keep a blurred trace. Delays bring the burst back again and again, ever
# fainter. Rotations keep it fainter still, but each step apart, as the next figure tells. Spiking
# units fall silent when the input does, and their traces fade at a pace of their own. The Legendre
# memory and the delay line keep a window, and drop it when it is over.

# %%
# What can be read out
# --------------------
# A colour does not tell how much of the burst is in it. So each memory is driven by noise, and a
# ridge readout is asked for the input of so many steps ago; the share of its variance that is told
# on steps not seen in the fit is drawn.

noise = rng.uniform(-1, 1, (3000, 1))
delays = np.arange(1, 81)
past = np.column_stack([np.roll(noise[:, 0], d) for d in delays])
fitted, held_out = slice(100, 2000), slice(2000, None)

figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
for name, memory in MEMORIES.items():
    model = ESNRegressor(memory, RidgeReadout(), washout=0, random_state=0)
    model.fit(noise[:2000], past[:2000], sample_weight=np.arange(2000) >= 100)
    errors = np.square(model.predict(noise)[held_out] - past[held_out]).mean(axis=0)
    told = np.maximum(1 - errors / past[held_out].var(axis=0), 0)
    ax.plot(delays, told, label=f"{name} ({told.sum():.0f} steps)")
ax.set(xlabel="steps ago", ylabel="share of variance told", ylim=(0, 1.03))
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# The sums behind the names are the memory capacities over 80 steps. None exceeds the number of
# units, and what is held sharply is paid for by reach.
