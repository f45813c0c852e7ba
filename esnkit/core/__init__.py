"""Checks of arguments, seeds, states and sequences: what every other room stands on."""
