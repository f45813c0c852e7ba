"""The learners by name."""

from __future__ import annotations

from typing import Any

from esnkit.core.checks import check_name
from esnkit.networks.learners.base import Learner
from esnkit.networks.learners.bptt import BPTT, TBPTT
from esnkit.networks.learners.hessian_free import HessianFree
from esnkit.networks.learners.kalman import ExtendedKalman
from esnkit.networks.learners.online import RTRL
from esnkit.networks.learners.temporal_backprop import TemporalBackprop
from esnkit.networks.network import Network

LEARNERS: dict[str, type[Learner]] = {
    "bptt": BPTT,
    "tbptt": TBPTT,
    "rtrl": RTRL,
    "temporal": TemporalBackprop,
    "ekf": ExtendedKalman,
    "hessian-free": HessianFree,
}


def find_learner(given: Any) -> Learner:
    """Return a learner, given itself or by the name that stands for its defaults."""
    if isinstance(given, Learner):
        return given
    check_name("learner", given, ("auto", *LEARNERS))
    return LEARNERS[given]()


def name_of(learner: Learner) -> str:
    """Return the name of a learner: the short one, or that of its class."""
    names = [name for name, kind in LEARNERS.items() if type(learner) is kind]
    return names[0] if names else type(learner).__name__


def check_serves(learner: Learner, network: Network) -> None:
    """Refuse a learner that does not serve a network, and name those that do."""
    reason = learner.refusal(network)
    if reason is not None:
        others = [name for name, kind in LEARNERS.items() if kind().refusal(network) is None]
        raise ValueError(
            f"learner={name_of(learner)!r} does not serve this network: {reason}. Those that do: "
            f"{', '.join(map(repr, others))}."
        )
