"""Contestants of a comparison: models with their search spaces."""
