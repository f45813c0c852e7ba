"""The table of learners: what each is shown, what moves the weights, and what it has no use for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from esnkit.networks.fir_network import FIRNetwork
from esnkit.networks.learners.bptt import BPTT, Learner, TruncatedBPTT
from esnkit.networks.learners.hessian_free import HF, HessianFree, HessianFreeTrainer
from esnkit.networks.learners.kalman import EKF, ExtendedKalman, KalmanTrainer, check_filter
from esnkit.networks.learners.online import RTRL, RTRLTrainer
from esnkit.networks.learners.temporal_backprop import Backpropagation, Temporal, TemporalTrainer
from esnkit.networks.network import Network
from esnkit.networks.training.trainer import Trainer, UpdateRule


@dataclass(frozen=True)
class LearnerSpec:
    """A learner, as an estimator knows it."""

    presenter: type[Learner]
    make_trainer: Callable[
        [Any, Network, Any, UpdateRule], Trainer
    ]  # of model, network, params, rule
    unused: tuple[str, ...] = ()  # parameters of the estimator
    settings: type | None = None  # an object that may stand for the name
    online: bool = False  # whether it can go on with one row more
    through_feedback: bool = False  # whether errors go back through outputs that are fed back


def _by_gradient(model: Any, network: Network, params: Any, rule: UpdateRule) -> Trainer:
    return Trainer(network, params, rule)


def _by_rtrl(model: Any, network: Network, params: Any, rule: UpdateRule) -> Trainer:
    return RTRLTrainer(network, params, rule)


def _by_temporal(model: Any, network: Network, params: Any, rule: UpdateRule) -> Trainer:
    assert isinstance(network, FIRNetwork)
    return TemporalTrainer(network, params, rule)


def _by_kalman(model: Any, network: Network, params: Any, rule: UpdateRule) -> Trainer:
    given = model.learner
    settings = given if isinstance(given, ExtendedKalman) else ExtendedKalman()
    check_filter(network, settings)
    return KalmanTrainer(network, params, rule, settings, model.window)


def _by_hessian_free(model: Any, network: Network, params: Any, rule: UpdateRule) -> Trainer:
    given = model.learner
    settings = given if isinstance(given, HessianFree) else HessianFree()
    settings.check()
    return HessianFreeTrainer(network, params, rule, settings)


_NO_WINDOWS = ("stride", "batch_size", "continuous")
_NO_GRADIENT = ("optimizer", "learning_rate", "max_gradient_norm", "weight_decay", "skip_below")

LEARNERS: dict[str, LearnerSpec] = {
    "bptt": LearnerSpec(BPTT, _by_gradient, through_feedback=True),
    "tbptt": LearnerSpec(TruncatedBPTT, _by_gradient, through_feedback=True),
    "backpropagation": LearnerSpec(Backpropagation, _by_gradient),
    "temporal": LearnerSpec(Temporal, _by_temporal, unused=("window", *_NO_WINDOWS), online=True),
    "rtrl": LearnerSpec(RTRL, _by_rtrl, unused=("window", *_NO_WINDOWS), online=True),
    "ekf": LearnerSpec(
        EKF, _by_kalman, unused=(*_NO_GRADIENT, *_NO_WINDOWS), settings=ExtendedKalman, online=True
    ),
    "hessian-free": LearnerSpec(
        HF, _by_hessian_free, unused=(*_NO_GRADIENT, "continuous"), settings=HessianFree
    ),
}


def name_of(learner: Any) -> Any:
    """Return the name of a learner, given by that or by an object with its settings."""
    for name, method in LEARNERS.items():
        if method.settings is not None and isinstance(learner, method.settings):
            return name
    return learner


def check_serves(name: str, network: Network) -> None:
    """Refuse a learner that does not serve a network, and name those that do."""
    reason = LEARNERS[name].presenter.refusal(network)
    if reason is not None:
        others = [n for n, other in LEARNERS.items() if other.presenter.refusal(network) is None]
        raise ValueError(
            f"learner={name!r} does not serve this network: {reason}. Those that do: "
            f"{', '.join(map(repr, others))}."
        )


def check_unused(name: str, model: Any) -> None:
    """Refuse parameters that a learner has no use for, unless they are left at their defaults."""
    defaults = type(model)().get_params(deep=False)
    for parameter in LEARNERS[name].unused:
        if parameter in defaults and getattr(model, parameter) != defaults[parameter]:
            raise ValueError(
                f"learner={name!r} has no use for {parameter}: leave it at its default, "
                f"{defaults[parameter]!r}, got {getattr(model, parameter)!r}."
            )
