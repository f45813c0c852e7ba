"""The curvature of a loss, as products with directions: it is never written out.

The Gauss-Newton matrix J' H J has the Jacobian J of the outputs by the weights, and the second
derivatives H of the loss by the outputs. It is the part of the Hessian that is never negative. A
product costs one tangent, the way forward again, and one ordinary way back [1]_.

References
----------
.. [1] N. N. Schraudolph, "Fast curvature matrix-vector products for second-order gradient descent",
   Neural Computation 14, 2002.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from esnkit.core.typing import Array, FloatArray
from esnkit.networks.network import Network, Tape
from esnkit.networks.training.batches import Batch
from esnkit.networks.training.losses import Loss


def curvature_product(
    network: Network,
    params: Array,
    tape: Tape,
    loss: Loss,
    weights: Array,
    direction: Array,
    structural: float = 0.0,
) -> Array:
    """Multiply the Gauss-Newton matrix of a batch's loss by a direction.

    Parameters
    ----------
    network : Network
        What ran.
    params : ndarray of shape (n_parameters,)
        The weights it ran with.
    tape : Tape
        What the run left; outputs that were fed back are taken as given.
    loss : Loss
        What the outputs cost.
    weights : ndarray of shape (n_steps, n_batch)
        What each step counts.
    direction : ndarray of shape (n_parameters,)
        How the weights move.
    structural : float, default=0.0
        How much is added of the curvature of half the squared change of all recurrent units'
        outputs [1]_: their squares are summed over units, steps and sequences, and divided by the
        sum of ``weights``, as the loss is.

    Returns
    -------
    ndarray of shape (n_parameters,)
        The product.

    References
    ----------
    .. [1] J. Martens and I. Sutskever, "Learning recurrent neural networks with Hessian-free
       optimization", ICML 2011, section 3.2.
    """
    stack = tape.trace
    n_steps, n_batch = weights.shape
    moved = stack.tangents(direction.astype(network.dtype))
    d_outputs = loss.multiply_by_curvature(stack.outputs, weights, moved[-1])
    damped = {}
    if structural:
        damped = {i: moved[i] for i in stack.stack.recurrent}
        for tangents in damped.values():
            tangents *= structural / weights.sum()
    if tape.padding is not None:
        for errors in (d_outputs, *damped.values()):
            errors[tape.padding] = 0
    stack.begin_back(params, network.initial_state(n_batch))
    stack.go_back(d_outputs, 0, n_steps, damped)
    product = np.empty(network.n_parameters, network.dtype)
    stack.write_gradient(0, product)
    return product


class Curvature:
    """A loss around given weights: its value, gradient, and Gauss-Newton matrix.

    Parameters
    ----------
    network : Network
        What is trained.
    params : ndarray of shape (n_parameters,)
        The weights.
    loss : Loss
        What its outputs cost.
    batches : sequence of Batch
        What it is run over, one after the other. Outputs that are fed back are the targets.
    n_curved : int, default=None
        How many of them, the first ones, tell the curvature. None means all.

    Attributes
    ----------
    value : float
        The loss, the mean over all that counts.
    gradient : ndarray of shape (n_parameters,)
        Its derivatives, in double precision.
    """

    def __init__(
        self,
        network: Network,
        params: Array,
        loss: Loss,
        batches: Sequence[Batch],
        n_curved: int | None = None,
    ) -> None:
        self.network, self.params, self.loss = network, params, loss
        self._curved = batches[:n_curved]
        self._tapes: list[Tape] = []
        self.value, self.gradient = 0.0, np.zeros(network.n_parameters)
        spare: Tape | None = None
        for batch, share in zip(batches, _shares(batches), strict=True):
            value, d_outputs, tape = run(network, params, loss, batch, spare)
            self.value += share * value
            self.gradient += share * network.backward(params, tape, d_outputs)
            if len(self._tapes) < len(self._curved):
                self._tapes.append(tape)
            else:
                spare = tape

    def product(self, direction: FloatArray, structural: float = 0.0) -> FloatArray:
        """Multiply by a direction (n_parameters,); for ``structural`` see `curvature_product`."""
        total = np.zeros(self.network.n_parameters)
        curved = zip(self._curved, self._tapes, _shares(self._curved), strict=True)
        for batch, tape, share in curved:
            total += share * curvature_product(
                self.network, self.params, tape, self.loss, batch.weights, direction, structural
            )
        return total


def loss_of(network: Network, params: Array, loss: Loss, batches: Sequence[Batch]) -> float:
    """Return the loss of a network with other weights."""
    tape: Tape | None = None
    total = 0.0
    for batch, share in zip(batches, _shares(batches), strict=True):
        here, _, tape = run(network, params, loss, batch, tape)
        total += share * here
    return total


def run(
    network: Network, params: Array, loss: Loss, batch: Batch, reuse: Tape | None = None
) -> tuple[float, Array, Tape]:
    """Run over a batch: the loss, its derivatives by the outputs, and the tape."""
    outputs, _, tape = network.forward(
        params,
        batch.inputs,
        batch.lengths,
        batch.state,
        batch.targets,
        batch.previous_output,
        reuse,
    )
    value, d_outputs = loss.value_and_gradient(outputs, batch.targets, batch.weights)
    return value, d_outputs, tape


def _shares(batches: Sequence[Batch]) -> FloatArray:
    """Return what each batch counts in the mean."""
    totals = np.array([batch.weights.sum(dtype=np.float64) for batch in batches])
    return totals / max(totals.sum(), np.finfo(float).tiny)
