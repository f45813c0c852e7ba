"""Compiled loops: arrays in, given arrays filled; no classes and no randomness.

The only part of esnkit that knows numba.
"""
