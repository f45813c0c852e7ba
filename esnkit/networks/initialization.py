"""Weights before training.

An initialization is a callable ``(network, seed) -> params``. Those here draw each kind of weights
from a child seed of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np
import scipy.sparse

from esnkit import topology
from esnkit.core.checks import LARGEST_SCALE, Range, check_ranges
from esnkit.core.seeding import Purpose, child_generator
from esnkit.core.typing import Array
from esnkit.networks.network import Network
from esnkit.topology.spectral_radius import scale_to_radius

_N_LSTM_GATES = 4
_BIAS = Range(Real, -LARGEST_SCALE, LARGEST_SCALE)
_SPREAD = Range(Real, 0, LARGEST_SCALE)
_PURPOSES: dict[str, Purpose] = {
    "input_weights": "input",
    "feedback_weights": "feedback",
    "recurrent_weights": "recurrence",
    "weights": "readout",
}


@dataclass(frozen=True, kw_only=True)
class Initialization(ABC):
    """A way to draw all weights of a network, gate by gate. Biases are zero."""

    forget_bias: float = 1.0
    ranges: ClassVar[Mapping[str, Range]] = {"forget_bias": _BIAS}

    def __call__(self, network: Network, seed: np.random.SeedSequence) -> Array:
        """Draw the weights.

        Parameters
        ----------
        network : Network
            Whose weights.
        seed : numpy.random.SeedSequence
            Where they come from, see `esnkit.core.seeding`.

        Returns
        -------
        ndarray of shape (n_parameters,)
        """
        check_ranges(self)
        params = np.zeros(network.n_parameters, network.dtype)
        views = network.views(params)
        for index, (name, view) in enumerate(views.items()):
            layer, _, kind = name.rpartition(".")
            recurrent = views.get(f"{layer}.recurrent_weights")
            n_gates = 1 if recurrent is None else len(view) // recurrent.shape[1]
            gates = np.split(view, n_gates)
            if kind in _PURPOSES:
                rng = child_generator(seed, _PURPOSES[kind], index)
                for gate in gates:
                    gate[...] = self._draw(kind, gate.shape, rng)
            elif n_gates == _N_LSTM_GATES:  # the first of them is the forget gate
                gates[0][...] = self.forget_bias
        return params

    @abstractmethod
    def _draw(self, kind: str, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        """Draw the weights of one kind into one gate, or into a layer without gates."""


@dataclass(frozen=True, kw_only=True)
class Glorot(Initialization):
    r"""Uniform weights whose variance keeps that of what passes through them [1]_.

    The bounds are :math:`\pm\sqrt{6 / (n_{in} + n_{out})}`, for each gate by itself.

    Parameters
    ----------
    forget_bias : float, default=1.0
        Bias of the forget gates of an LSTM: above zero it remembers from the start [2]_.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
       neural networks", AISTATS 2010, equation 16.
    .. [2] R. Jozefowicz, W. Zaremba and I. Sutskever, "An empirical exploration of recurrent
       network architectures", ICML 2015.

    Examples
    --------
    >>> from esnkit.networks import Glorot, recurrent_network
    >>> from esnkit.core.seeding import root_seed
    >>> network = recurrent_network(1, 1, cell="lstm", hidden_layer_sizes=(2,))
    >>> params = Glorot()(network, root_seed(0))
    >>> network.views(params)["layer0.bias"]
    array([1., 1., 0., 0., 0., 0., 0., 0.])
    """

    def _draw(self, kind: str, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        bound = np.sqrt(6 / sum(shape))
        return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True, kw_only=True)
class Orthogonal(Glorot):
    """Orthogonal recurrent weights, which keep the length of the state; others as `Glorot`.

    Parameters
    ----------
    forget_bias : float, default=1.0
        Bias of the forget gates of an LSTM.

    References
    ----------
    .. [1] A. M. Saxe, J. L. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics
       of learning in deep linear neural networks", ICLR 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import Orthogonal, recurrent_network
    >>> from esnkit.core.seeding import root_seed
    >>> network = recurrent_network(1, 1, hidden_layer_sizes=(5,))
    >>> W = network.views(Orthogonal()(network, root_seed(0)))["layer0.recurrent_weights"]
    >>> np.allclose(W @ W.T, np.eye(5))
    True
    """

    def _draw(self, kind: str, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        if kind == "recurrent_weights":
            return topology.orthogonal(shape[0], rng)[0]
        return super()._draw(kind, shape, rng)


@dataclass(frozen=True, kw_only=True)
class EchoState(Initialization):
    """Recurrent weights as an echo state network has them: sparse, with a given spectral radius.

    With it, and with momentum, plain recurrent networks learn lags that they were thought not to
    be able to [1]_. The other weights are Gaussian.

    Parameters
    ----------
    forget_bias : float, default=1.0
        Bias of the forget gates of an LSTM.
    spectral_radius : float, default=1.1
        Spectral radius of the recurrent weights.
    connectivity : int or float, default=15
        Units that each unit listens to, or the fraction of all units.
    input_scale : float, default=0.1
        Standard deviation of the weights of input and feedback.
    output_scale : float, default=0.1
        Standard deviation of the weights of the output, and of hidden layers before it.

    References
    ----------
    .. [1] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization
       and momentum in deep learning", ICML 2013, section 4.

    Examples
    --------
    >>> from esnkit.networks import EchoState, recurrent_network
    >>> from esnkit.core.seeding import root_seed
    >>> from esnkit.topology.spectral_radius import spectral_radius
    >>> network = recurrent_network(1, 1, hidden_layer_sizes=(50,))
    >>> W = network.views(EchoState()(network, root_seed(0)))["layer0.recurrent_weights"]
    >>> round(spectral_radius(W), 6)
    1.1
    """

    spectral_radius: float = 1.1
    connectivity: float = 15
    input_scale: float = 0.1
    output_scale: float = 0.1
    ranges: ClassVar[Mapping[str, Range]] = {
        "forget_bias": _BIAS,
        "spectral_radius": _SPREAD,
        "input_scale": _SPREAD,
        "output_scale": _SPREAD,
    }

    def _draw(self, kind: str, shape: tuple[int, int], rng: np.random.Generator) -> Array:
        if kind == "recurrent_weights":
            W, known = topology.random(shape[0], rng, connectivity=self.connectivity)
            return scipy.sparse.csr_array(scale_to_radius(W, self.spectral_radius, known)).toarray()
        scale = self.output_scale if kind == "weights" else self.input_scale
        return rng.normal(0, scale, shape)


INITIALIZATIONS: dict[str, Initialization] = {
    "glorot": Glorot(),
    "orthogonal": Orthogonal(),
    "echo-state": EchoState(),
}
