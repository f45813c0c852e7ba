"""The tests of esnkit, which also import from each other."""
