"""A network of layers and its exact gradient, over batches of sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from esnkit.core.checks import check_flag, check_name, naming
from esnkit.core.typing import Indices
from esnkit.kernels.closed_loop import clip
from esnkit.kernels.jit import one_layout
from esnkit.kernels.recurrent_free import Closing, free_run_network, state_of
from esnkit.networks.layers.base import Array
from esnkit.networks.layers.stack import Stack, StackTrace

# A network may grow without bound; its loss tells, and where it ends in padding it does not matter.
_GROWTH = np.errstate(over="ignore", invalid="ignore")


@dataclass
class Tape:
    """What a run over a batch leaves behind for `Network.backward`."""

    trace: StackTrace
    padding: Array | None  # (n_steps, n_batch), True past the end of a sequence
    free: bool  # whether the network's own outputs were fed back
    state: Array  # (n_batch, n_state), before the first step

    def serves(self, inputs: Array) -> bool:
        """Tell whether the memory is that of a batch of the same shape."""
        return self.trace.X.shape == inputs.shape


class Network:
    """A stack of layers, its last a linear output, with or without feedback of that.

    The network is a description and computes; it holds no parameters. All of these are one flat
    vector, of which `views` names the parts, so that whoever learns need not know the layers.
    Arrays are time-major, and the sequences of a batch are padded at the end to one length.

    Parameters
    ----------
    stack : Stack
        The layers. With output feedback the lowest reads x(n), and the last output beside it.
    feedback : bool, default=False
        Whether the last output y(n-1) enters the lowest layer beside x(n).
    dtype : dtype, default="float64"
        Precision, ``"float64"`` or ``"float32"``.

    Attributes
    ----------
    n_inputs, n_outputs : int
        Features of x(n), width of y(n).
    n_parameters : int
        Length of the vector of parameters.
    n_state : int
        Numbers that each sequence carries from step to step: h, and c of LSTM layers, of all
        layers one after the other, the last inputs of delay lines; for two directions those of
        both.
    n_delays : int or None
        Steps before its own that an output depends on; None where units recur.
    bidirectional : bool
        Whether a layer reads the sequence backwards too.

    Raises
    ------
    ValueError
        If the network would read backwards and feed back its outputs, or there is no such `dtype`.

    See Also
    --------
    recurrent_network : Elman, Jordan, LSTM and GRU networks.
    fir_network : Networks whose connections are filters.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import recurrent_network
    >>> network = recurrent_network(1, 1, cell="lstm", hidden_layer_sizes=(8,))
    >>> params = 0.1 * np.random.default_rng(0).normal(size=network.n_parameters)
    >>> sorted(network.views(params))[:2]
    ['layer0.bias', 'layer0.input_weights']
    >>> X = np.sin(np.arange(20) / 3).reshape(20, 1, 1)  # 20 steps of one sequence
    >>> outputs, state, tape = network.forward(params, X, [20], network.initial_state(1))
    >>> network.backward(params, tape, outputs - X).shape == params.shape
    True
    """

    def __init__(
        self, stack: Stack, *, feedback: bool = False, dtype: DTypeLike = "float64"
    ) -> None:
        self.dtype = _precision(dtype)
        self.stack, self.feedback = stack, check_flag(feedback, "feedback")
        self.n_outputs = stack.n_units
        self.n_inputs = stack.n_inputs - self.n_outputs * feedback
        self.n_parameters, self.n_state = stack.n_parameters, stack.n_state
        self.n_delays, self.bidirectional = stack.n_delays, stack.bidirectional
        if self.bidirectional and feedback:
            raise ValueError(
                "a bidirectional network, which also reads its sequence backwards, cannot feed "
                "back its outputs"
            )

    def views(self, params: Array) -> dict[str, Array]:
        """Name the parts of a vector of parameters, or of a gradient.

        Parameters
        ----------
        params : ndarray of shape (n_parameters,)
            The vector.

        Returns
        -------
        dict of str to ndarray
            Views: what is written to them is written to the vector. Each layer ``"layer0"``,
            ``"layer1"`` ... has ``".input_weights"`` (n_rows, n_features), ``".bias"`` (n_rows,)
            and ``".recurrent_weights"`` (n_rows, n_units), where n_rows is n_units for each gate;
            the first has ``".feedback_weights"`` (n_rows, n_outputs) if there is output feedback;
            names of the direction that reads backwards have ``"reverse."`` before the last part.
            Layers without memory, ``"head0"`` ... and ``"output"``, have ``".weights"`` and
            ``".bias"``.
        """
        named = self.stack.views(params)
        if self.feedback:
            joined = named["layer0.input_weights"]
            named["layer0.input_weights"] = joined[:, : self.n_inputs]
            named["layer0.feedback_weights"] = joined[:, self.n_inputs :]
        return named

    def initial_state(self, n_batch: int) -> Array:
        """Return the state before a sequence begins, zero.

        Parameters
        ----------
        n_batch : int
            Number of sequences.

        Returns
        -------
        ndarray of shape (n_batch, n_state)
            Zeros.
        """
        return np.zeros((n_batch, self.n_state), self.dtype)

    @_GROWTH
    def forward(
        self,
        params: Array,
        inputs: ArrayLike,
        lengths: ArrayLike,
        state: Array,
        teacher: Array | None = None,
        previous_output: Array | None = None,
        reuse: Tape | None = None,
    ) -> tuple[Array, Array, Tape]:
        """Run over a batch of sequences.

        Parameters
        ----------
        params : ndarray of shape (n_parameters,)
            All weights and biases.
        inputs : array-like of shape (n_steps, n_batch, n_inputs)
            x, padded at the end with anything finite.
        lengths : array-like of shape (n_batch,)
            Steps of each sequence, at least 1.
        state : ndarray of shape (n_batch, n_state)
            State before the first step.
        teacher : ndarray of shape (n_steps, n_batch, n_outputs), default=None
            With output feedback, the outputs that are fed back: step n sees row n-1. None feeds
            back the network's own.
        previous_output : ndarray of shape (n_batch, n_outputs), default=None
            With output feedback, what the first step sees. None stands for zero.
        reuse : Tape, default=None
            A tape that is no longer needed, whose memory may be used again; the outputs that came
            with it are overwritten. In a loop over batches of one shape this saves much time.

        Returns
        -------
        outputs : ndarray of shape (n_steps, n_batch, n_outputs)
            y; zero past the end of a sequence.
        final_state : ndarray of shape (n_batch, n_state)
            State after the last step of each sequence.
        tape : Tape
            What `backward` needs.

        Raises
        ------
        ValueError
            If the shapes of parameters, inputs, lengths and state do not fit each other.
        """
        params = _as_array("params", params, self.dtype)
        inputs = _as_array("inputs", inputs, self.dtype)
        state = _as_array("state", state, self.dtype)
        lengths = _as_lengths(lengths, len(inputs))
        n_steps, n_batch = len(inputs), len(lengths)
        _check_shape("params", params, (self.n_parameters,))
        _check_shape("inputs", inputs, (n_steps, n_batch, self.n_inputs))
        _check_shape("state", state, (n_batch, self.n_state))
        free = self.feedback and teacher is None
        if self.feedback:
            inputs = self._join_feedback(inputs, teacher, previous_output)
        if reuse is not None and reuse.serves(inputs):
            trace = reuse.trace
        else:
            trace = self.stack.trace(n_steps, n_batch, self.dtype)
        trace.begin(params, inputs, state, lengths)
        if free:
            fed_back = inputs[:, :, self.n_inputs :]
            for t in range(n_steps):
                trace.advance(t, t + 1)
                fed_back[t + 1 : t + 2] = trace.outputs[t]
        else:
            trace.advance(0, n_steps)
        final_state = trace.last_state(lengths - 1)
        padding = None
        if lengths.min() < n_steps:
            padding = np.arange(n_steps)[:, None] >= lengths
            trace.clear(padding)
            if free:
                fed_back[padding] = 0
        return trace.outputs, final_state, Tape(trace, padding, free, state)

    @_GROWTH
    def backward(self, params: Array, tape: Tape, d_outputs: Array, from_step: int = 0) -> Array:
        """Return the gradient of a loss.

        Parameters
        ----------
        params : ndarray of shape (n_parameters,)
            The parameters that `forward` ran with.
        tape : Tape
            What `forward` left.
        d_outputs : ndarray of shape (n_steps, n_batch, n_outputs)
            Derivatives of the loss by the outputs. Those past the end of a sequence do not count.
        from_step : int, default=0
            Errors are not taken back beyond this step, and those of earlier outputs do not count.

        Returns
        -------
        ndarray of shape (n_parameters,)
            Derivatives of the loss by the parameters.
        """
        params = np.asarray(params, self.dtype)
        trace = tape.trace
        d_outputs = np.array(d_outputs, self.dtype)
        if tape.padding is not None:
            d_outputs[tape.padding] = 0
        n_steps, n_batch = d_outputs.shape[:2]
        trace.begin_back(params, self.initial_state(n_batch))
        if tape.free:
            for t in range(n_steps - 1, from_step - 1, -1):
                trace.go_back(d_outputs[t : t + 1], t, t + 1)
                if t > from_step:
                    d_outputs[t - 1] += trace.input_errors(t, t + 1)[0, :, self.n_inputs :]
        else:
            trace.go_back(d_outputs[from_step:], from_step, n_steps)
        gradient = np.empty(self.n_parameters, self.dtype)
        trace.write_gradient(from_step, gradient)
        return gradient

    def free_run(
        self,
        params: Array,
        n_steps: int,
        rows: Array | None,
        state: Array,
        output: Array,
        lower: Array,
        upper: Array,
        gain: Array | None = None,
        offset: Array | None = None,
    ) -> tuple[Array, Array, int]:
        """Run on the network's own outputs, one sequence.

        Output feedback, if the network has it, is closed in any case. Where columns are missing
        from the input, outputs take the place of the first ones.

        Parameters
        ----------
        params : ndarray of shape (n_parameters,)
            All weights and biases.
        n_steps : int
            Number of steps.
        rows : ndarray of shape (n_steps, n_given) or None
            The inputs that are known: all, or all but the first n_outputs. None stands for no
            column.
        state : ndarray of shape (n_state,)
            State before the first step.
        output : ndarray of shape (n_outputs,)
            Output before the first step.
        lower, upper : ndarray of shape (n_outputs,)
            Bounds in which the outputs are clipped, NaN at the lower one.
        gain : ndarray of shape (n_outputs,), default=None
            What takes the place of inputs is ``gain * output + offset``, for networks that see
            inputs and outputs in different units. None stands for ones.
        offset : ndarray of shape (n_outputs,), default=None
            See `gain`. None stands for zeros.

        Returns
        -------
        outputs : ndarray of shape (n_steps, n_outputs)
            The outputs, in double precision.
        final_state : ndarray of shape (n_state,)
            State after the last step.
        first_clipped : int
            First step at which an output was clipped in its bounds, or -1.

        Raises
        ------
        ValueError
            If the number of outputs does not fit the columns that are missing, parameters or state
            have another shape, or the network reads backwards.
        """
        rows = np.zeros((n_steps, 0)) if rows is None else one_layout(rows, np.float64)
        n_fed = self.n_inputs - rows.shape[1]
        if len(rows) != n_steps or n_fed not in (0, self.n_outputs):
            raise ValueError(
                f"rows has shape {rows.shape}; needed are {n_steps} rows of all {self.n_inputs} "
                f"inputs, or of all but the first {self.n_outputs}, the number of outputs"
            )
        params, state = np.asarray(params, self.dtype), np.asarray(state, self.dtype)
        _check_shape("params", params, (self.n_parameters,))
        _check_shape("state", state, (self.n_state,))
        closing = Closing(
            n_fed,
            np.ones(self.n_outputs) if gain is None else np.array(gain, np.float64),
            np.zeros(self.n_outputs) if offset is None else np.array(offset, np.float64),
            self.feedback,
            np.array(lower, np.float64),
            np.array(upper, np.float64),
        )
        y, outputs = np.array(output, np.float64), np.empty((n_steps, self.n_outputs))
        if not self.stack.all_compiled:
            return self._free_run_by_steps(params, closing, rows, state, y, outputs)
        stages = self.stack.stages(params, state)
        first_clipped = free_run_network(stages, closing, rows, y, outputs)
        return outputs, np.concatenate([state_of(stage) for stage in stages]), first_clipped

    def _free_run_by_steps(
        self,
        params: Array,
        closing: Closing,
        rows: Array,
        state: Array,
        y: Array,
        outputs: Array,
    ) -> tuple[Array, Array, int]:
        """Run on the outputs where a layer has no kernels, one step at a time."""
        first_clipped, state, tape = -1, state[None], None
        for t in range(len(outputs)):
            fed = (closing.gain * y + closing.offset)[: closing.n_fed]
            x = np.concatenate([fed, rows[t]])[None, None]
            last, state, tape = self.forward(params, x, [1], state, None, y[None], tape)
            y[:] = last[0, 0]
            if clip(y, closing.lower, closing.upper) and first_clipped < 0:
                first_clipped = t
            outputs[t] = y
        return outputs, state[0], first_clipped

    def _join_feedback(
        self, inputs: Array, teacher: Array | None, previous_output: Array | None
    ) -> Array:
        """Put y(n-1) beside x(n), as far as it is known."""
        joined = np.zeros((*inputs.shape[:2], self.n_inputs + self.n_outputs), self.dtype)
        joined[:, :, : self.n_inputs] = inputs
        if previous_output is not None:
            joined[0, :, self.n_inputs :] = previous_output
        if teacher is not None:
            joined[1:, :, self.n_inputs :] = teacher[:-1]
        return joined


def _as_array(what: str, values: Any, dtype: DTypeLike) -> Array:
    """Return an array in the precision of the network, at least of one dimension."""
    if type(values) is np.ndarray and values.dtype == dtype and values.ndim:
        return values  # as all are in a loop over batches, where each microsecond counts
    with naming(what):
        return np.atleast_1d(np.asarray(values, dtype))


def _as_lengths(values: Any, n_steps: int) -> Indices:
    """Return the steps of each sequence, and refuse what the inputs do not hold."""
    counted = type(values) is np.ndarray and values.dtype == np.intp
    lengths = values if counted else _as_array("lengths", values, np.float64)
    whole = lengths.ndim == 1 and lengths.size > 0
    whole = whole and (counted or bool((lengths == np.trunc(lengths)).all()))
    if not whole or lengths.min() < 1 or lengths.max() > n_steps:
        raise ValueError(
            f"lengths must hold a whole number from 1 to {n_steps}, the steps of the inputs, "
            f"for each sequence, got {values!r}"
        )
    return lengths.astype(np.intp, copy=False)


def _check_shape(what: str, values: Array, shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape."""
    if values.shape != shape:
        raise ValueError(f"{what} has shape {values.shape}; the network needs {shape}")


def _precision(dtype: DTypeLike) -> np.dtype[Any]:
    """Return the precision that is asked for."""
    try:
        name: Any = np.dtype(dtype).name
    except TypeError:  # of numpy, which does not tell what it was given for
        name = dtype
    check_name("dtype", name, ("float64", "float32"))
    return np.dtype(dtype)
