"""Forecasters: past the end of a series, and what that is worth."""
