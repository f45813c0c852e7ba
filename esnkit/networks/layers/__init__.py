"""Layers of trained networks: forward over a window of steps, and back with the errors."""
