"""Looking inside a trained network: how far back in time its gradients reach."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_scalar, naming
from esnkit.core.process import check_length
from esnkit.core.sequences import read_sequences
from esnkit.core.typing import Array, FloatArray, Indices
from esnkit.networks.network import Network, Tape


@dataclass(frozen=True, eq=False)
class GradientFlow:
    """What is left of an error after it has been taken back over so many steps.

    Parameters
    ----------
    lags : ndarray of shape (n_lags,)
        Steps, from 0.
    largest : ndarray of shape (n_lags,)
        Factor by which an error grows at most: the largest singular value of the product of
        Jacobians.
    typical : ndarray of shape (n_lags,)
        The same for an error of random direction, root mean square.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import GradientFlow
    >>> GradientFlow(np.arange(2), np.array([1.0, 0.9]), np.array([1.0, 0.5])).lags
    array([0, 1])
    """

    lags: Indices
    largest: FloatArray
    typical: FloatArray


def gradient_flow(model: Any, X: Any, *, max_lag: int = 100, n_times: int = 10) -> GradientFlow:
    r"""Measure how errors shrink or grow on their way back through time.

    The gradient at one step with respect to the state some steps earlier goes through the product
    of Jacobians

    .. math:: \frac{\partial s(t)}{\partial s(t-k)} = J(t) J(t-1) \cdots J(t-k+1)

    whose norm vanishes or explodes with the lag k where recurrent weights are small or large [1]_,
    and which the cell state of an LSTM keeps up [2]_. The state s holds h, and c of an LSTM, of
    all layers; and the output, where the network feeds back its own.

    Parameters
    ----------
    model : RNNRegressor
        Fitted, with any cell; not bidirectional.
    X : array-like of shape (n_steps, n_features)
        One sequence, with more than `max_lag` steps.
    max_lag : int, default=100
        The longest lag.
    n_times : int, default=10
        From so many steps, spread over the sequence, errors are taken back; the norms are
        averaged over them, geometrically.

    Returns
    -------
    GradientFlow
        The factors for all lags up to `max_lag`.

    Raises
    ------
    ValueError
        If X is not one sequence of more than `max_lag` steps, or the model is bidirectional.

    References
    ----------
    .. [1] Y. Bengio, P. Simard and P. Frasconi, "Learning long-term dependencies with gradient
       descent is difficult", IEEE Transactions on Neural Networks 5, 1994.
    .. [2] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import gradient_flow
    >>> wave = np.sin(np.arange(201) / 5)
    >>> model = RNNRegressor("elman", (8,), max_iter=2, random_state=0)
    >>> flow = gradient_flow(model.fit(wave[:-1, None], wave[1:]), wave[:, None], max_lag=20)
    >>> flow.largest[0], bool(flow.largest[20] < 1)
    (np.float64(1.0), True)
    """
    with naming("model"):
        check_is_fitted(model)
    check_scalar(max_lag, "max_lag", Integral, min_val=1)
    n_times = check_length(n_times, "n_times")
    sequences = read_sequences(model, X, id_column=model.id_column, reset=False)
    n_steps = len(sequences.rows)
    if len(sequences) != 1 or n_steps <= max_lag:
        raise ValueError(
            f"X must be one sequence of more than max_lag={max_lag} steps, got {len(sequences)} "
            f"sequence(s) with {n_steps} steps."
        )
    jacobians = model._runner.jacobians(sequences.rows, model.initial_state())
    times = np.unique(np.linspace(max_lag, n_steps - 1, n_times).astype(int))
    norms = np.array([_norms_back(jacobians, time, max_lag) for time in times])
    with np.errstate(divide="ignore"):  # what is zero stays zero
        largest, typical = np.exp(np.log(norms).mean(axis=0)).T
    return GradientFlow(np.arange(max_lag + 1), largest, typical)


def _norms_back(jacobians: FloatArray, time: int, max_lag: int) -> FloatArray:
    """Return largest and typical factor for each lag, (max_lag + 1, 2), seen from one step."""
    n_carried = jacobians.shape[1]
    product = np.eye(n_carried)
    norms = np.ones((max_lag + 1, 2))
    for lag in range(1, max_lag + 1):
        product = product @ jacobians[time - lag + 1]
        size = float(np.linalg.norm(product))
        norms[lag] = _largest_singular_value(product, size), size / np.sqrt(n_carried)
    return norms


def _largest_singular_value(matrix: FloatArray, size: float) -> float:
    """Return the largest singular value of a matrix whose Frobenius norm is ``size``.

    It is taken from the Gram matrix, which is quicker for large matrices and costs digits of the
    small ones only. Divided by its norm, the matrix stays in range when it is squared.
    """
    if size == 0:
        return 0.0
    scaled = matrix / size
    return size * float(np.sqrt(np.linalg.eigvalsh(scaled @ scaled.T)[-1]))


def state_jacobians(network: Network, params: Array, tape: Tape) -> Array:
    """Return how each step's state depends on that before, for the first sequence of a run.

    Parameters
    ----------
    network : Network
        What ran.
    params : ndarray of shape (n_parameters,)
        The parameters that it ran with.
    tape : Tape
        What `Network.forward` left.

    Returns
    -------
    ndarray of shape (n_steps, n_carried, n_carried)
        ``[t, i, j]`` is the derivative of entry i of the state after step t by entry j of the
        state before it. Where the network's own outputs were fed back, the output is carried
        too, and stands after the state.

    Raises
    ------
    ValueError
        If the network reads backwards.
    """
    if network.bidirectional:
        raise ValueError(
            "The state of a network that also reads backwards does not follow from that before, so "
            "there are no Jacobians."
        )
    params = np.asarray(params, network.dtype)
    X, state = tape.trace.X[:, :1], tape.state[:1]
    n_steps = len(X) if tape.padding is None else int((~tape.padding[:, 0]).sum())
    n_carried = network.n_state + network.n_outputs * tape.free
    # Every row of the Jacobian is a sequence of its own: the same step, another error.
    d_state, d_fed = np.split(np.eye(n_carried, dtype=network.dtype), [network.n_state], axis=1)
    d_output = d_fed[None] if tape.free else np.zeros((1, n_carried, network.n_outputs))
    first = np.zeros(n_carried, np.intp)
    trace = network.stack.trace(1, n_carried, network.dtype)
    jacobians = np.empty((n_steps, n_carried, n_carried), network.dtype)
    for t in range(n_steps):
        inputs = np.repeat(X[t : t + 1], n_carried, axis=1)
        trace.begin(params, inputs, np.repeat(state, n_carried, axis=0), first + 1)
        trace.advance(0, 1)
        trace.begin_back(params, d_state)
        trace.go_back(d_output.astype(network.dtype), 0, 1)
        d_inputs = trace.input_errors(0, 1)[0, :, network.n_inputs :] if tape.free else d_fed
        jacobians[t] = np.concatenate([trace.d_state, d_inputs], axis=1)
        state = trace.last_state(first)[:1]
    return jacobians
