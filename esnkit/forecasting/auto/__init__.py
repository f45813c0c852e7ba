"""The forecaster that chooses its own settings."""
