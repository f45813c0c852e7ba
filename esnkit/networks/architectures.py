"""Networks by their sizes: recurrent ones, and those with taps in every layer."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from numpy.typing import DTypeLike

from esnkit.core.checks import check_flag, check_name, check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.kernels.activations import CODES
from esnkit.networks.layers.base import Dense, Layer
from esnkit.networks.layers.cells import RecurrentCell, find_cell
from esnkit.networks.layers.delay import DelayLine
from esnkit.networks.layers.recurrent import BidirectionalLayer
from esnkit.networks.layers.stack import Stack, check_sizes
from esnkit.networks.network import Network

# Vectors as long as that of the weights: gradient, the best so far, what optimizers remember.
_VECTORS = 8


def recurrent_network(
    n_inputs: int,
    n_outputs: int,
    *,
    cell: str | RecurrentCell = "elman",
    hidden_layer_sizes: Sequence[int] = (64,),
    bidirectional: bool = False,
    head_layer_sizes: Sequence[int] = (),
    feedback: bool = False,
    dtype: DTypeLike = "float64",
) -> Network:
    """Stack recurrent layers, hidden layers without memory, and a linear output.

    Parameters
    ----------
    n_inputs : int
        Features of x(n).
    n_outputs : int
        Width of y(n).
    cell : {"elman", "jordan", "lstm", "gru"} or RecurrentCell, default="elman"
        The recurrent units; see Notes.
    hidden_layer_sizes : tuple of int, default=(64,)
        Units of each recurrent layer, the lowest first.
    bidirectional : bool, default=False
        Whether each layer also reads the sequence backwards.
    head_layer_sizes : tuple of int, default=()
        Units of each hidden layer between the recurrent layers and the output. Their activation is
        that of the cell, if it has one, and else tanh.
    feedback : bool, default=False
        Whether the last output y(n-1) enters the first layer beside x(n). A Jordan network has
        output feedback whatever is said here.
    dtype : dtype, default="float64"
        Precision, ``"float64"`` or ``"float32"``.

    Returns
    -------
    Network
        Its parts are named as `Network.views` says.

    Raises
    ------
    ValueError
        If a name is unknown, a size is too small, or the network would read backwards and feed back
        its outputs.
    TypeError
        If a size is no integer.

    Notes
    -----
    Elman [1]_::

        h(n) = f(U x(n) + W h(n-1) + b),    y(n) = V h(n) + c

    Jordan [2]_: the last output takes the place of the last state::

        h(n) = f(U x(n) + W y(n-1) + b)

    LSTM [3]_, its rows in the order forget, input, candidate, output::

        f, i, o = logistic(...),  g = tanh(...)   each of U x(n) + W h(n-1) + b
        c(n) = f c(n-1) + i g,    h(n) = o tanh c(n)

    GRU [4]_, its rows in the order reset, update, candidate, and b' in ``recurrent_bias``::

        r, z = logistic(...),     n = tanh(U x(n) + b + r (W h(n-1) + b'))
        h(n) = (1 - z) n + z h(n-1)

    References
    ----------
    .. [1] J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    .. [2] M. I. Jordan, "Serial order: a parallel distributed processing approach", ICS Report
       8604, University of California, San Diego, 1986.
    .. [3] F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual prediction
       with LSTM", Neural Computation 12, 2000.
    .. [4] K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
       machine translation", EMNLP 2014.

    Examples
    --------
    >>> from esnkit.networks import recurrent_network
    >>> recurrent_network(1, 1, cell="gru", hidden_layer_sizes=(8, 4)).n_state
    12
    """
    cell = find_cell(cell)
    n_inputs = check_scalar(n_inputs, "n_inputs", Integral, min_val=0)
    n_outputs = check_scalar(n_outputs, "n_outputs", Integral, min_val=1)
    check_sizes("hidden_layer_sizes", hidden_layer_sizes, at_least=1)
    check_sizes("head_layer_sizes", head_layer_sizes, at_least=0)
    feedback = check_flag(feedback, "feedback") or cell.feeds_back_outputs
    bidirectional = check_flag(bidirectional, "bidirectional")
    layers: dict[str, Layer] = {}
    width = n_inputs + n_outputs * feedback
    for i, n_units in enumerate(hidden_layer_sizes):
        layer = cell.layer(width, n_units)
        if bidirectional and not cell.feeds_back_outputs:
            layer = BidirectionalLayer(layer)
        layers[f"layer{i}"], width = layer, layer.n_units
    activation = getattr(cell, "activation", "tanh")
    for i, n_units in enumerate(head_layer_sizes):
        layers[f"head{i}"], width = Dense(width, n_units, activation, "weights"), n_units
    layers["output"] = Dense(width, n_outputs, "identity", "weights")
    if bidirectional and feedback:
        raise ValueError(
            f"bidirectional={bidirectional} with cell={cell!r} and feedback={feedback}: a network "
            "that also reads its sequence backwards cannot feed back its outputs"
        )
    sizes = (
        f"n_inputs={n_inputs}, n_outputs={n_outputs}, hidden_layer_sizes={hidden_layer_sizes!r}, "
        f"head_layer_sizes={head_layer_sizes!r}"
    )
    return Network(_affordable(Stack(layers), sizes), feedback=feedback, dtype=dtype)


def fir_network(
    n_inputs: int,
    n_outputs: int,
    *,
    hidden_layer_sizes: Sequence[int] = (16,),
    n_taps: int | Sequence[int] = 5,
    activation: str = "tanh",
    dtype: DTypeLike = "float64",
) -> Network:
    r"""Stack dense layers over delay lines: each connection of each layer is an FIR filter [1]_.

    .. math:: h_j(n) = f\Bigl(b_j + \sum_i \sum_{k=0}^{K-1} w_{jik}\, x_i(n-k)\Bigr)

    for the K taps of a layer, whose input x is the output of the layer below; the highest layer is
    linear. It has finite memory: an output depends on its own input and on ``n_delays`` before.
    Before a sequence begins, the inputs of all layers are taken for zero.

    Parameters
    ----------
    n_inputs : int
        Features of x(n).
    n_outputs : int
        Width of y(n).
    hidden_layer_sizes : tuple of int, default=(16,)
        Units of each hidden layer, the lowest first; none makes a linear filter.
    n_taps : int or tuple of int, default=5
        Inputs that a layer sees, the present one included: one number for all, or one for each
        hidden layer and for the output. With 1 everywhere this is a multilayer perceptron.
    activation : {"tanh", "relu", "logistic", "identity"}, default="tanh"
        The function f of the hidden units.
    dtype : dtype, default="float64"
        Precision, ``"float64"`` or ``"float32"``.

    Returns
    -------
    Network
        Its `views` names ``"layer0.weights"``, ``"layer0.bias"``, ... ``"output.weights"``,
        ``"output.bias"``. Weights have the shape (n_units, n_taps * n_inputs), those of the newest
        input first, so ``weights.reshape(n_units, n_taps, n_inputs)`` tells the filters apart.

    Raises
    ------
    ValueError
        If a name is unknown, a number is too small, or `n_taps` does not fit the layers.
    TypeError
        If a number is no integer.

    See Also
    --------
    esnkit.FIRRegressor : The estimator.

    References
    ----------
    .. [1] E. A. Wan, "Temporal backpropagation for FIR neural networks", IJCNN 1990.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import fir_network
    >>> network = fir_network(1, 1, hidden_layer_sizes=(4,), n_taps=(8, 3))
    >>> network.n_delays, network.n_state
    (9, 15)
    >>> params = 0.1 * np.random.default_rng(0).normal(size=network.n_parameters)
    >>> network.views(params)["layer0.weights"].shape
    (4, 8)
    """
    n_inputs = check_scalar(n_inputs, "n_inputs", Integral, min_val=1)
    n_outputs = check_scalar(n_outputs, "n_outputs", Integral, min_val=1)
    check_name("activation", activation, CODES)
    check_sizes("hidden_layer_sizes", hidden_layer_sizes, at_least=0)
    layers: dict[str, Layer] = {}
    width, names = n_inputs, [f"layer{i}" for i in range(len(hidden_layer_sizes))]
    taps = _taps_of_layers(n_taps, len(names) + 1)
    for name, n_units, own in zip(
        [*names, "output"], [*hidden_layer_sizes, n_outputs], taps, strict=True
    ):
        if own > 1:
            layers[f"{name}.delays"] = DelayLine(width, own)
        layers[name] = Dense(
            own * width, n_units, "identity" if name == "output" else activation, "weights"
        )
        width = n_units
    sizes = (
        f"n_inputs={n_inputs}, n_outputs={n_outputs}, hidden_layer_sizes={hidden_layer_sizes!r}, "
        f"n_taps={n_taps!r}"
    )
    return Network(_affordable(Stack(layers), sizes), dtype=dtype)


def _affordable(stack: Stack, sizes: str) -> Stack:
    """Return layers whose weights, and what trains them, there is room for."""
    numbers = _VECTORS * stack.n_parameters + stack.n_state
    refuse_too_large(8 * numbers, f"{sizes}, {stack.n_parameters:,} weights in all,")
    return stack


def _taps_of_layers(given: int | Sequence[int], n_layers: int) -> tuple[int, ...]:
    """Return the taps of each layer."""
    taps = [given] * n_layers if isinstance(given, Integral) else given
    if not isinstance(taps, Sequence | np.ndarray) or len(taps) != n_layers:
        raise ValueError(
            f"n_taps must be one number, or one for each of the {n_layers} layers, the output "
            f"included, got {given!r}."
        )
    for i, n in enumerate(taps):
        check_scalar(n, f"n_taps[{i}]" if taps is given else "n_taps", Integral, min_val=1)
    return tuple(map(int, taps))
