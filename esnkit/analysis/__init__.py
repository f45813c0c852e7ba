"""What a memory can do, measured from outside."""

from esnkit.analysis.memory_capacity import MemoryCapacity, memory_capacity

__all__ = ["MemoryCapacity", "memory_capacity"]
