"""Memory capacity: how much of the past input can be read from a memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import clone

from esnkit.core.checks import check_count, check_name, check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.seeding import RandomState, child_generator, own_copy, root_seed
from esnkit.core.typing import FloatArray, Indices
from esnkit.datasets import delayed_inputs
from esnkit.memories.base import Memory
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout

__all__ = ["MemoryCapacity", "memory_capacity"]


@dataclass(frozen=True, eq=False)
class MemoryCapacity:
    """How well the past input can be read from a memory, delay by delay.

    Parameters
    ----------
    delays : ndarray of shape (n_delays,)
        The delays k, in steps.
    capacities : ndarray of shape (n_delays,)
        The squared correlation of the output with the input k steps before; 1 is perfect recall.

    Examples
    --------
    >>> import numpy as np
    >>> MemoryCapacity(np.arange(3), np.array([1.0, 0.75, 0.25])).total
    2.0
    """

    delays: Indices
    capacities: FloatArray

    @property
    def total(self) -> float:
        """The sum over all delays, in steps."""
        return float(self.capacities.sum())


@dataclass(frozen=True)
class _Protocol:
    """How a measurement is made."""

    first_delay: int
    washout: int | None  # None is the largest delay
    n_train: int  # steps that are fitted, after the washout
    n_test: int
    rows_per_feature: int  # what a fit takes at least, so that it does not learn rows by heart
    corrected: bool


_PROTOCOLS = {
    "corrected": _Protocol(0, None, 5000, 5000, rows_per_feature=10, corrected=True),
    "literature": _Protocol(1, 100, 4900, 1000, rows_per_feature=0, corrected=False),
}


def memory_capacity(
    model: Any,
    *,
    max_delay: int | None = None,
    protocol: str = "corrected",
    n_train: int | None = None,
    n_test: int | None = None,
    amplitude: float = 0.8,
    random_state: RandomState = None,
) -> MemoryCapacity:
    r"""Measure the short-term memory capacity of a memory or a model.

    Random numbers :math:`u(n) \sim U[-A, A]` drive it, and for each delay k an output is trained
    to give :math:`u(n-k)`. Its capacity is the squared correlation with the truth on new data,

    .. math:: MC_k = r^2\bigl(y_k(n), u(n-k)\bigr), \qquad MC = \sum_k MC_k

    The state of step n has seen u(n). The total is at most the number of units, which linear
    memories reach if W and the input allow it [1]_. Two protocols:

    ``"corrected"``: the delays are 0 to `max_delay`, the washout is `max_delay`; 5000 steps (ten
    for each feature of the memory, if that is more) are fitted and 5000 tested. By chance alone an
    output has a small squared correlation with any truth, and over many delays it adds up. Its mean
    over all shuffles of the truth is exactly :math:`s = 1 / (n_{test} - 1)`, so what is given is
    :math:`(r^2 - s) / (1 - s)`: zero on average where nothing is remembered, one where recall is
    perfect. A single value may be slightly negative.

    ``"literature"``: the delays are 1 to `max_delay`; of 5000 training steps the first 100 are
    washed out, 1000 are tested, and nothing is corrected. With 100 units and 200 delays chance
    adds about 0.1.

    Parameters
    ----------
    model : memory or model
        A memory, such as `Reservoir`, which is read out by least squares; or a model, such as
        `ESNRegressor`, which is fitted as it is. It is cloned and stays as it was.
    max_delay : int, default=None
        Largest delay, at least 1. None means twice the number of features of a memory; a model
        needs a number.
    protocol : {"corrected", "literature"}, default="corrected"
        How it is measured, see above.
    n_train : int, default=None
        Steps that are fitted, after the washout; None means those of the protocol. Too few of
        them lose what is remembered faintly over many delays.
    n_test : int, default=None
        Steps that are tested, at least 2; None means those of the protocol.
    amplitude : float, default=0.8
        Largest input A, above zero.
    random_state : int, Generator, RandomState or None, default=None
        Seed of the input, and of the model if its own is None.

    Returns
    -------
    MemoryCapacity
        ``total``, and ``capacities`` by ``delays``.

    Raises
    ------
    ValueError
        If `protocol` is unknown, a number is out of its range, or a model comes without
        `max_delay`.

    References
    ----------
    .. [1] H. Jaeger, "Short term memory in echo state networks", GMD Report 152, 2001.

    Examples
    --------
    A delay line of 20 taps remembers 20 inputs, the present one included:

    >>> from esnkit import Reservoir, TappedDelayLine
    >>> from esnkit.analysis.memory_capacity import memory_capacity
    >>> round(memory_capacity(TappedDelayLine(20), random_state=0).total, 1)
    20.0

    Nonlinear units trade memory for something else:

    >>> reservoir = Reservoir(20, bias_scaling=0.0, random_state=0)
    >>> memory_capacity(reservoir, random_state=0).total < 15
    True
    """
    seed = root_seed(random_state)
    own, n_features = _as_model(model)
    if max_delay is None:
        if n_features is None:
            raise ValueError("max_delay must be given for a model; only a memory has its own.")
        max_delay = 2 * n_features
    max_delay = check_count(max_delay, "max_delay")
    plan = _settle(protocol, n_train, n_test, n_features or 0)
    n_steps = max_delay + plan.n_train + plan.n_test
    refuse_too_large(8 * n_steps * max_delay, f"max_delay={max_delay} over {n_steps} steps")
    washout = max_delay if plan.washout is None else plan.washout
    u, past = delayed_inputs(
        washout + plan.n_train + plan.n_test,
        max_delay=max_delay,
        amplitude=amplitude,
        random_state=child_generator(seed, "data"),
    )
    wanted = past[:, plan.first_delay :]
    outputs = _outputs_on_new_data(own, u, wanted, washout, plan.n_test, seed)
    capacities = _squared_correlations(outputs, wanted[-plan.n_test :])
    if plan.corrected:
        by_chance = 1 / (plan.n_test - 1)
        capacities = (capacities - by_chance) / (1 - by_chance)
    return MemoryCapacity(np.arange(plan.first_delay, max_delay + 1), capacities)


def _settle(protocol: str, n_train: int | None, n_test: int | None, n_features: int) -> _Protocol:
    """Return the protocol with the numbers that are given, and with those the memory needs."""
    check_name("protocol", protocol, _PROTOCOLS)
    plan = _PROTOCOLS[protocol]
    if n_train is None:
        n_train = max(plan.n_train, plan.rows_per_feature * n_features)
    n_test = plan.n_test if n_test is None else n_test
    n_train = check_scalar(n_train, "n_train", Integral, min_val=1)
    n_test = check_scalar(n_test, "n_test", Integral, min_val=3)
    refuse_too_large(80 * (n_train + n_test), f"n_train={n_train} with n_test={n_test}")
    return replace(plan, n_train=n_train, n_test=n_test)


def _as_model(model: Any) -> tuple[Any, int | None]:
    """Return an own model, with least squares behind a memory, and the memory's features."""
    if isinstance(model, type) or not hasattr(model, "get_params"):
        raise TypeError(f"model must be a memory or a model, got {model!r}.")
    own = clone(model)
    if not isinstance(own, Memory):
        return own, None
    n_features = clone(own).prepare(1).n_features_out_
    return ESNRegressor(own, RidgeReadout(0.0, solver="qr"), include_input=False), n_features


def _outputs_on_new_data(
    model: Any,
    u: FloatArray,
    wanted: FloatArray,
    washout: int,
    n_test: int,
    seed: np.random.SeedSequence,
) -> FloatArray:
    """Train on all but the last steps, and predict those from where training ended."""
    model.set_params(washout=washout)
    model = own_copy(model, seed, "reservoir")
    model.fit(u[:-n_test], wanted[:-n_test])
    return model.predict(u[-n_test:], state=model.state_)


def _squared_correlations(outputs: FloatArray, truth: FloatArray) -> FloatArray:
    """Correlate column by column; an output that never changes recalls nothing."""
    outputs, truth = outputs - outputs.mean(axis=0), truth - truth.mean(axis=0)
    shared = np.sum(outputs * truth, axis=0) ** 2
    power = np.sum(outputs**2, axis=0) * np.sum(truth**2, axis=0)
    return np.divide(shared, power, out=np.zeros_like(shared), where=power > 0)
