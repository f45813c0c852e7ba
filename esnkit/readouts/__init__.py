"""Readouts: each turns states into outputs, fitted in one pass."""
