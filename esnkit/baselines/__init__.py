"""Networks trained by gradient: the rivals of the echo state network."""

from esnkit.baselines.network import Network

__all__ = ["Network"]
