"""Learners: what a network is shown, and what moves its weights."""
