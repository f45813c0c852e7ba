"""Topologies: builders of the recurrent matrix, before it is scaled.

Row i of W holds the weights of what unit i listens to. A builder returns W and its spectral
radius, or None in its place where only computing it can tell.
"""

from esnkit.topology.builders import build
from esnkit.topology.random_graphs import erdos_renyi, orthogonal, random
from esnkit.topology.rings import cycle, cycle_jumps, delay_line, ring_lattice, small_world
from esnkit.topology.sampling import in_degree, random_matrix

__all__ = [
    "build",
    "cycle",
    "cycle_jumps",
    "delay_line",
    "erdos_renyi",
    "in_degree",
    "orthogonal",
    "random",
    "random_matrix",
    "ring_lattice",
    "small_world",
]
