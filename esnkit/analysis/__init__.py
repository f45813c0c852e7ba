"""Analysis of memories: how much of the past input they keep."""

from esnkit.analysis.memory_capacity import MemoryCapacity, memory_capacity

__all__ = ["MemoryCapacity", "memory_capacity"]
