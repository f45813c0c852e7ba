"""Hessian-free training: each step goes to where a quadratic model of the loss is lowest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from esnkit.core.checks import check_count, check_non_negative, check_positive, check_real
from esnkit.core.typing import Array, FloatArray
from esnkit.networks.learners.base import Learner, check_windows
from esnkit.networks.learners.conjugate_gradient import Iterate, conjugate_gradient
from esnkit.networks.learners.gauss_newton import Curvature, loss_of
from esnkit.networks.network import Network
from esnkit.networks.training.batches import Batch, Rows
from esnkit.networks.training.presenters import Presenter, WindowPresenter
from esnkit.networks.training.trainer import Trainer, UpdateRule

_RAISE, _LOWER = 3 / 2, 2 / 3  # of the damping, where the model was too bold, or too timid
_BOLD, _TIMID = 1 / 4, 3 / 4  # what came of what it promised
_KEPT = 0.95  # of the last direction, where conjugate gradient starts
_SHORTER, _SHORTEST = 0.8, 1e-4  # steps of the line search
_ENOUGH = 0.01  # of the decrease that the gradient promises
_MOST_PIECES, _MOST_STEPS = 1000, 200_000  # that are presented together: all of it is kept
_SIDE_BY_SIDE = 50  # sequences of a batch, whose run then stays in the cache


class HessianFree(Learner):
    r"""Train by Hessian-free steps [1]_ [2]_.

    Around the weights the loss is taken for a quadratic function of a step :math:`\delta`,

    .. math:: q(\delta) = g' \delta + \tfrac{1}{2} \delta' (G + \lambda I + \lambda \mu S) \delta

    with its gradient :math:`g` and Gauss-Newton matrix :math:`G`. The weights go to about the
    minimum, which conjugate gradient finds with nothing but products of the matrix, each for the
    price of a gradient and a third. The damping :math:`\lambda` keeps steps where the model is
    good: it is raised by half when less than a quarter of the promised decrease comes true, and
    lowered by a third when more than three quarters do. Structural damping :math:`S` [2]_ is the
    curvature of half the squared change of all recurrent units, summed over time and divided as the
    loss is: it keeps what they remember from being upset.

    Parameters
    ----------
    damping : float, default=1.0
        :math:`\lambda` at the first step.
    structural_damping : float, default=0.03
        :math:`\mu`.
    max_iterations : int, default=250
        The most iterations of conjugate gradient in a step.
    curvature_fraction : float, default=1.0
        The part of the sequences presented together that products are taken over, about; the
        gradient, and what is judged by the loss, is that of all. Where there are thousands, a part
        saves time.
    window : int, default=None
        Steps of the windows that sequences are cut into, each from the zero state; None presents
        whole sequences.
    stride : int, default=None
        Steps from the beginning of one window to that of the next; None means `window`.
    batch_size : int, default=None
        Windows presented together. None means all of them, up to 1000 and to 200 000 steps; more
        are dealt out evenly.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of windows in an epoch.

    Notes
    -----
    A step wants many sequences, or windows: of few it would learn what the next ones contradict.
    By default an epoch of up to 1000 of them and 200 000 steps is one batch. A network as small as
    is usual here learns even hundreds of sequences by heart. Where data can be generated, it is
    therefore given fresh ones for every step: with ``warm_start=True, max_iter=1`` each call of
    `fit` is one step that goes on from the last.

    References
    ----------
    .. [1] J. Martens, "Deep learning via Hessian-free optimization", ICML 2010.
    .. [2] J. Martens and I. Sutskever, "Learning recurrent neural networks with Hessian-free
       optimization", ICML 2011.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import HessianFree
    >>> from esnkit.datasets import adding
    >>> learner = HessianFree(damping=0.1)
    >>> model = RNNRegressor(
    ...     "elman", (10,), output="sequence", learner=learner, warm_start=True, max_iter=1,
    ...     random_state=0,
    ... )
    >>> for seed in range(20):  # fresh sequences for every step
    ...     model = model.fit(*adding(200, length=20, random_state=seed))
    >>> model.score(*adding(1000, length=20, random_state=100)) > 0.9
    True
    """

    def __init__(
        self,
        *,
        damping: float = 1.0,
        structural_damping: float = 0.03,
        max_iterations: int = 250,
        curvature_fraction: float = 1.0,
        window: int | None = None,
        stride: int | None = None,
        batch_size: int | None = None,
        order: str = "shuffled",
    ) -> None:
        self.damping = damping
        self.structural_damping = structural_damping
        self.max_iterations = max_iterations
        self.curvature_fraction = curvature_fraction
        self.window = window
        self.stride = stride
        self.batch_size = batch_size
        self.order = order

    def check(self) -> None:
        """Refuse settings that make no learner."""
        super().check()
        check_windows(self)
        check_positive(self.damping, "damping")
        check_non_negative(self.structural_damping, "structural_damping")
        check_count(self.max_iterations, "max_iterations")
        share = {"min_val": 0, "max_val": 1, "include_boundaries": "right"}
        check_real(self.curvature_fraction, "curvature_fraction", **share)

    def refusal(self, network: Network) -> str | None:
        """Refuse layers without tangents."""
        if network.stack.all_compiled:
            return None
        return "it needs tangents, which cells written in numpy do not have"

    def present(self, network: Network, rows: Rows, n_warm: int) -> Presenter:
        """Return what presents large batches of about one size."""
        presenter = WindowPresenter(
            network, rows, window=self.window, stride=self.stride, n_warm=n_warm, order=self.order
        )
        pieces = presenter.pieces
        most = min(_MOST_PIECES, _MOST_STEPS // int(pieces.lengths.max()))
        n_batches = -(-len(pieces) // (self.batch_size or max(most, 1)))
        presenter.batch_size = -(-len(pieces) // n_batches)
        return presenter

    def make_trainer(self, network: Network, params: Array, rule: UpdateRule) -> Trainer:
        """Return what takes a step for each batch."""
        return HessianFreeTrainer(network, params, rule, self)


class HessianFreeTrainer(Trainer):
    """The weights in training by Hessian-free steps.

    Parameters
    ----------
    network, params, rule
        See `Trainer`; of the rule nothing is used but the loss.
    settings : HessianFree
        Those of the steps.

    Attributes
    ----------
    damping : float
        That of the next step.
    """

    def __init__(
        self, network: Network, params: Array, rule: UpdateRule, settings: HessianFree
    ) -> None:
        super().__init__(network, params, rule)
        self.settings = settings
        self.damping = settings.damping
        self._last = np.zeros(network.n_parameters)  # direction

    def step(self, batch: Batch) -> Array:
        """Run over a batch, and take a step; there is no state that would be handed on."""
        batches = side_by_side(batch)
        if not batches:
            self._losses.append((0.0, 0.0))
            return batch.state
        n_curved = max(round(self.settings.curvature_fraction * len(batches)), 1)
        model = Curvature(self.network, self.params, self.rule.loss, batches, n_curved)
        self._losses.append((model.value, float(batch.weights.sum())))
        if self._decay is not None:
            model.value += self._penalty(self.params)
            model.gradient += self._decay * self.params
        self._check(model.value, float(np.linalg.norm(model.gradient)))
        path = self._path(model)
        self._last = path[-1].x
        best, reached = self._backtrack(path, batches)
        self._adapt((reached - model.value) / best.value if best.value < 0 else -1.0)
        self._move(model, best, reached, batches)
        self.n_updates += 1
        return batch.state

    def _path(self, model: Curvature) -> list[Iterate]:
        """Go towards the minimum of the damped model."""
        damping: Any = self.damping
        structural = self.damping * self.settings.structural_damping

        if self._decay is not None:
            damping = damping + self._decay

        def product(direction: FloatArray) -> FloatArray:
            return model.product(direction, structural) + damping * direction

        return conjugate_gradient(
            product, -model.gradient, _KEPT * self._last, self.settings.max_iterations
        )

    def _value(self, direction: FloatArray, batches: Sequence[Batch]) -> float:
        """Return the loss after a step; infinite where it is no number."""
        params = (self.params + direction).astype(self.params.dtype)
        reached = loss_of(self.network, params, self.rule.loss, batches) + self._penalty(params)
        return reached if np.isfinite(reached) else np.inf

    def _penalty(self, params: Array) -> float:
        """Return what weights cost beside the loss."""
        return 0.0 if self._decay is None else 0.5 * float(self._decay @ params**2)

    def _backtrack(self, path: list[Iterate], batches: Sequence[Batch]) -> tuple[Iterate, float]:
        """Go back along the path as long as the loss itself falls."""
        best, reached = path[-1], self._value(path[-1].x, batches)
        for iterate in path[-2::-1]:
            here = self._value(iterate.x, batches)
            if here >= reached < np.inf:
                break
            best, reached = iterate, here
        return best, reached

    def _adapt(self, ratio: float) -> None:
        """Levenberg-Marquardt's rule, by what came of what the model promised."""
        if not ratio >= _BOLD:
            self.damping *= _RAISE
        elif ratio > _TIMID:
            self.damping *= _LOWER

    def _move(
        self, model: Curvature, best: Iterate, reached: float, batches: Sequence[Batch]
    ) -> None:
        """Move as far along the direction as pays."""
        slope, length = float(model.gradient @ best.x), 1.0
        while reached > model.value + _ENOUGH * length * min(slope, 0.0):
            length *= _SHORTER
            if length < _SHORTEST:
                self._last[:] = 0
                return
            reached = self._value(length * best.x, batches)
        self.params += (length * best.x).astype(self.params.dtype)


def side_by_side(batch: Batch) -> list[Batch]:
    """Cut a batch into smaller ones, and leave out sequences that do not count."""
    members = np.flatnonzero(batch.weights.any(axis=0))
    n_parts = -(-len(members) // _SIDE_BY_SIDE)
    return [batch.take(part) for part in np.array_split(members, n_parts)] if n_parts else []
