"""Models: a memory and a readout that fit, predict, continue and run freely."""
