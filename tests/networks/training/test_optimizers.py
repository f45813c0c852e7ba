"""Optimizers and schedules against those of torch."""

from __future__ import annotations

import numpy as np
import pytest

from esnkit.kernels.optimizers import clip_norm
from esnkit.networks import (
    SGD,
    Adam,
    CosineDecay,
    ExponentialDecay,
    GeometricDecay,
    Momentum,
    MomentumSchedule,
    Nesterov,
    RMSprop,
    Stages,
    StepDecay,
)
from esnkit.networks.training.optimizers import OPTIMIZERS

torch = pytest.importorskip("torch")

N = 50
SCALES = np.logspace(-3, 3, N)


def gradient_at(params):
    """Of a quadratic bowl, steep in some directions and flat in others."""
    return SCALES * (params - 1)


def descend(optimizer, n_updates, dtype=np.float64):
    params = np.linspace(-2, 2, N).astype(dtype)
    slots = np.zeros((optimizer.n_slots, N), dtype)
    path = []
    for n in range(n_updates):
        gradient = gradient_at(params).astype(dtype)
        optimizer.update(params, gradient, slots, n)
        path.append(params.copy())
    return np.array(path)


def descend_by_torch(make, n_updates, scheduler=None):
    params = torch.tensor(np.linspace(-2, 2, N), requires_grad=True)
    optimizer = make([params])
    scheduler = scheduler and scheduler(optimizer)
    path = []
    for _ in range(n_updates):
        params.grad = torch.tensor(gradient_at(params.detach().numpy()))
        optimizer.step()
        if scheduler:
            scheduler.step()
        path.append(params.detach().numpy().copy())
    return np.array(path)


OPT = torch.optim
PAIRS = {
    "sgd": (SGD(1e-4), lambda p: OPT.SGD(p, 1e-4)),
    "momentum": (Momentum(1e-4, 0.9), lambda p: OPT.SGD(p, 1e-4, momentum=0.9)),
    "nesterov": (Nesterov(1e-4, 0.9), lambda p: OPT.SGD(p, 1e-4, momentum=0.9, nesterov=True)),
    "rmsprop": (RMSprop(1e-2, 0.95, 1e-6), lambda p: OPT.RMSprop(p, 1e-2, alpha=0.95, eps=1e-6)),
    "adam": (Adam(1e-2, 0.8, 0.99, 1e-7), lambda p: OPT.Adam(p, 1e-2, (0.8, 0.99), 1e-7)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_optimizers_equal_those_of_torch(name):
    ours, theirs = PAIRS[name]
    assert OPTIMIZERS[name] is type(ours)
    path = descend(ours, 100)
    np.testing.assert_allclose(path, descend_by_torch(theirs, 100), rtol=1e-12, atol=1e-12)
    assert np.ptp(path[:, -1]) > 0.1  # it did move


@pytest.mark.parametrize("name", PAIRS)
def test_single_precision_stays_single_and_near(name):
    ours, _ = PAIRS[name]
    single, double = (descend(ours, 20, dtype) for dtype in (np.float32, np.float64))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-4)


def test_defaults_are_those_of_torch():
    adam, rmsprop = OPT.Adam([torch.zeros(1)]), OPT.RMSprop([torch.zeros(1)])
    assert (Adam().beta_1, Adam().beta_2) == adam.defaults["betas"]
    assert Adam().epsilon == adam.defaults["eps"]
    assert (RMSprop().decay, RMSprop().epsilon) == (
        rmsprop.defaults["alpha"],
        rmsprop.defaults["eps"],
    )


def test_nesterov_looks_ahead_with_a_changing_momentum():
    """Sutskever's equations as they stand: v <- mu v - rate g(theta + mu v), theta <- theta + v."""
    momentum, rate = MomentumSchedule(0.99, every=5), 1e-4
    theta, v = np.linspace(-2, 2, N), np.zeros(N)
    path = descend(Nesterov(rate, momentum), 30)
    for n in range(30):
        v = momentum(n) * v - rate * gradient_at(theta + momentum(n) * v)
        theta = theta + v
        np.testing.assert_allclose(path[n], theta + momentum(n + 1) * v, rtol=1e-12)


SCHEDULERS = OPT.lr_scheduler
SCHEDULES = {
    "step": (StepDecay(1e-4, 10, 0.5), lambda o: SCHEDULERS.StepLR(o, 10, 0.5)),
    "exponential": (ExponentialDecay(1e-4, 0.97), lambda o: SCHEDULERS.ExponentialLR(o, 0.97)),
    "cosine": (CosineDecay(1e-4, 40, 1e-6), lambda o: SCHEDULERS.CosineAnnealingLR(o, 40, 1e-6)),
    "stages": (
        Stages((1e-4, 5e-5, 2.5e-5), (7, 20)),
        lambda o: SCHEDULERS.MultiStepLR(o, [7, 20], 0.5),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_equal_those_of_torch(name):
    ours, theirs = SCHEDULES[name]
    expected = descend_by_torch(lambda p: OPT.SGD(p, 1e-4), 40, theirs)
    np.testing.assert_allclose(descend(SGD(ours), 40), expected, rtol=1e-12)


def test_a_geometric_decay_ends_where_it_should_and_stays():
    schedule = GeometricDecay(2.0, 1e-3, 50)
    expected = [*np.geomspace(2.0, 1e-3, 51), 1e-3, 1e-3]
    np.testing.assert_allclose([schedule(n) for n in range(53)], expected, rtol=1e-12)


def test_the_momentum_schedule_of_sutskever():
    schedule = MomentumSchedule(0.995)
    for t in (0, 249, 250, 1000, 12_345, 10**6):
        expected = min(1 - 2.0 ** (-1 - np.log2(t // 250 + 1)), 0.995)
        assert schedule(t) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("values", "boundaries", "message"),
    [((1, 2), (3, 4), "2 boundaries part 3 values, got 2"), ((1, 2, 3), (4, 4), "must increase")],
)
def test_stages_that_do_not_fit_are_refused(values, boundaries, message):
    with pytest.raises(ValueError, match=message):
        Stages(values, boundaries).check()


@pytest.mark.parametrize("max_norm", [0.1, 1e3, np.inf])
def test_clipping_equals_that_of_torch(max_norm):
    gradient = np.random.default_rng(0).normal(size=N)
    twin = torch.zeros(N, dtype=torch.float64, requires_grad=True)
    twin.grad = torch.tensor(gradient)
    norm = torch.nn.utils.clip_grad_norm_([twin], max_norm)
    assert clip_norm(gradient, max_norm) == pytest.approx(float(norm), rel=1e-12)
    # torch adds 1e-6 to the norm it divides by
    np.testing.assert_allclose(gradient, twin.grad.numpy(), rtol=1e-6)
