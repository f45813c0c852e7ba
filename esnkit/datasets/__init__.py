"""Series to try models on: generators of known systems, and a few real series with dates.

Generators take the number of steps first, or of sequences where a sample is one, and return float64
arrays, time along the first axis.
Loaders return pandas Series. What depends on chance takes a ``random_state``.
"""

from __future__ import annotations

from esnkit.datasets.channel import channel_equalization
from esnkit.datasets.chaotic import lorenz63, mackey_glass
from esnkit.datasets.driven import damped_oscillator, narma, time_scales
from esnkit.datasets.expressions import tree_expressions
from esnkit.datasets.labelled import load_japanese_vowels, permuted_digits, read_ts, read_ucr
from esnkit.datasets.memory_tasks import adding, delayed_inputs, memorization, multiplying
from esnkit.datasets.real import load_co2, load_el_nino, load_sunspots
from esnkit.datasets.registry import list_datasets, load
from esnkit.datasets.spatial import kuramoto_sivashinsky, lorenz96
from esnkit.datasets.spikes import delayed_xor
from esnkit.datasets.waves import mso, noisy_sine, sine

__all__ = [
    "adding",
    "channel_equalization",
    "damped_oscillator",
    "delayed_inputs",
    "delayed_xor",
    "kuramoto_sivashinsky",
    "list_datasets",
    "load",
    "load_co2",
    "load_el_nino",
    "load_japanese_vowels",
    "load_sunspots",
    "lorenz63",
    "lorenz96",
    "mackey_glass",
    "memorization",
    "mso",
    "multiplying",
    "narma",
    "noisy_sine",
    "permuted_digits",
    "read_ts",
    "read_ucr",
    "sine",
    "time_scales",
    "tree_expressions",
]
