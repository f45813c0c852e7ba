"""Layers one above the other, which are a layer too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral
from types import MappingProxyType
from typing import Any

import numpy as np

from esnkit.core.checks import check_scalar
from esnkit.core.process import refuse_too_large
from esnkit.core.typing import Indices
from esnkit.kernels.recurrent_free import Stage
from esnkit.networks.layers.base import Array, Layer, Trace
from esnkit.networks.layers.delay import DelayLine
from esnkit.networks.layers.recurrent import BidirectionalLayer, Recurrent


class Stack(Layer):
    """Named layers, the lowest first, each reading what the one below puts out.

    Their parameters lie one after the other in a vector, and so do their states.
    """

    def __init__(self, layers: Mapping[str, Layer]) -> None:
        self.layers = dict(layers)
        members = list(self.layers.values())
        self.n_inputs = members[0].n_inputs
        self.n_units = members[-1].n_units
        self.own_params = _slices([layer.n_parameters for layer in members])
        self.own_state = _slices([layer.n_state for layer in members])
        self.n_parameters = self.own_params[-1].stop
        self.n_state = self.own_state[-1].stop
        kinds = Recurrent | BidirectionalLayer
        self.recurrent = [i for i, layer in enumerate(members) if isinstance(layer, kinds)]
        # Steps before its own that an output depends on; None where there is no limit.
        lines = [layer for layer in members if isinstance(layer, DelayLine)]
        self.n_delays = None if self.recurrent else sum(line.n_taps - 1 for line in lines)
        self.all_compiled = all(layer.compiled for layer in members)
        self.bidirectional = any(layer.reads_backwards for layer in members)

    @property
    def n_kept(self) -> int:
        """About the numbers that a trace keeps for each step, in all layers."""
        return sum(layer.n_kept for layer in self.layers.values())

    def views(self, params: Array) -> dict[str, Array]:
        """Name the parts of each layer's parameters, with its own name before."""
        return {
            f"{name}.{what}": view
            for (name, layer), own in zip(self.layers.items(), self.own_params, strict=True)
            for what, view in layer.views(params[own]).items()
        }

    def trace(self, n_steps: int, n_batch: int, dtype: np.dtype[Any]) -> StackTrace:
        """Make room for runs over batches of one shape, if there is any."""
        n_bytes = dtype.itemsize * n_steps * n_batch * self.n_kept
        refuse_too_large(
            n_bytes,
            f"a run over n_steps={n_steps} of {n_batch} sequences by layers of the sizes "
            f"{[layer.n_units for layer in self.layers.values()]}",
        )
        traces = [layer.trace(n_steps, n_batch, dtype) for layer in self.layers.values()]
        return StackTrace(self, traces)

    def stages(self, params: Array, state: Array) -> tuple[Stage, ...]:
        """Lay out all layers for the compiled run on their own outputs, from a state (n_state,)."""
        parts = zip(self.layers.values(), self.own_params, self.own_state, strict=True)
        return tuple(layer.stages(params[own], state[part])[0] for layer, own, part in parts)


class StackTrace(Trace):
    """All layers over a window."""

    def __init__(self, stack: Stack, traces: list[Trace]) -> None:
        self.stack, self.traces = stack, traces
        self.outputs = traces[-1].outputs

    def _parts(self, params: Array, state: Array) -> Iterator[tuple[Trace, Array, Array]]:
        """Go through the layers, with what is theirs of the parameters and states."""
        owned = zip(self.traces, self.stack.own_params, self.stack.own_state, strict=True)
        return ((trace, params[own], state[:, part]) for trace, own, part in owned)

    def begin(self, params: Array, X: Array, state: Array, lengths: Indices) -> None:
        """Make ready to run over inputs."""
        self.X = X
        for trace, own, start in self._parts(params, state):
            trace.begin(own, X, start, lengths)
            X = trace.outputs

    def advance(self, start: int, stop: int) -> None:
        """Run over some steps, the lowest layer first."""
        for trace in self.traces:
            trace.advance(start, stop)

    def last_state(self, last: Indices) -> Array:
        """Return the states of all layers."""
        return np.concatenate([trace.last_state(last) for trace in self.traces], axis=1)

    def clear(self, padding: Array) -> None:
        """Blot out the padding."""
        for trace in self.traces:
            trace.clear(padding)

    def tangent(self, direction: Array, d_X: Array | None) -> Array:
        """Return how the outputs of the highest layer move."""
        return self.tangents(direction, d_X)[-1]

    def tangents(self, direction: Array, d_X: Array | None = None) -> list[Array]:
        """Return how the outputs of each layer move."""
        moved: list[Array] = []
        for trace, own in zip(self.traces, self.stack.own_params, strict=True):
            d_X = trace.tangent(direction[own], d_X)
            moved.append(d_X)
        return moved

    def begin_back(self, params: Array, d_state: Array) -> None:
        """Make ready for the way back."""
        for trace, own, d_own in self._parts(params, d_state):
            trace.begin_back(own, d_own)

    def go_back(
        self,
        d_outputs: Array,
        start: int,
        stop: int,
        more: Mapping[int, Array] = MappingProxyType({}),
    ) -> None:
        """Take errors back through some steps, the highest layer first.

        ``more`` are errors that enter the outputs of lower layers, by number, from outside.
        """
        self.traces[-1].go_back(d_outputs, start, stop)
        for i in range(len(self.traces) - 2, -1, -1):
            errors = self.traces[i + 1].input_errors(start, stop)
            if i in more:
                errors += more[i]
            self.traces[i].go_back(errors, start, stop)

    @property
    def d_state(self) -> Array:
        """The error of the state before the steps gone back over."""
        return np.concatenate([trace.d_state for trace in self.traces], axis=1)

    def input_errors(self, start: int, stop: int) -> Array:
        """Return the errors of the inputs of some steps."""
        return self.traces[0].input_errors(start, stop)

    def write_gradient(self, start: int, gradient: Array) -> None:
        """Write the gradient of all layers."""
        for trace, own in zip(self.traces, self.stack.own_params, strict=True):
            trace.write_gradient(start, gradient[own])


def check_sizes(what: str, sizes: Sequence[int], at_least: int) -> None:
    """Refuse what does not tell the units of each layer."""
    # Bytes are sequences of integers, but nobody means that.
    listed = isinstance(sizes, Sequence | np.ndarray) and not isinstance(sizes, str | bytes)
    if not listed or len(sizes) < at_least:
        raise ValueError(
            f"{what} must list the units of each layer, with {at_least} layer(s) at least, got "
            f"{sizes!r}."
        )
    for i, n_units in enumerate(sizes):
        check_scalar(n_units, f"{what}[{i}]", Integral, min_val=1)


def _slices(widths: Sequence[int]) -> list[slice]:
    """Return where parts of these widths lie, one after the other."""
    ends = np.cumsum(widths).tolist()
    return [slice(end - width, end) for width, end in zip(widths, ends, strict=True)]
