"""A trained network at work, in the units of its data: over given rows, or on its own outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.core.sequences import chunks
from esnkit.core.state import State
from esnkit.core.typing import FloatArray
from esnkit.forecasting.preprocessing import Preprocessor
from esnkit.models.runner import FittedRunner, warn_if_clipped
from esnkit.networks.gradient_flow import state_jacobians
from esnkit.networks.network import Network, Tape
from esnkit.networks.training.losses import Loss

# What is run over at one time, so that memory does not grow with the data.
CHUNK = 1000  # steps
BATCH = 64  # sequences


class NetworkRunner(FittedRunner):
    """Runs a network with its weights, and takes care of the scales.

    Parameters
    ----------
    network : Network
        What runs.
    params : ndarray of shape (n_parameters,)
        Its weights.
    inputs, targets : Preparation
        The scales of both.
    loss : Loss
        What it was trained with, which tells how outputs are meant.
    output_range : ndarray of shape (2, n_outputs)
        Bounds in which outputs that are fed back are clipped.
    """

    def __init__(
        self,
        network: Network,
        params: NDArray[Any],
        inputs: Preprocessor,
        targets: Preprocessor,
        loss: Loss,
        output_range: FloatArray,
    ) -> None:
        self.network = network
        self.params = params
        self.inputs = inputs
        self.targets = targets
        self.loss = loss
        self.output_range = output_range
        self.n_features = network.n_inputs

    @property
    def _writable_params(self) -> NDArray[Any]:
        """The weights, copied if they are mapped from a file: compiled loops know one kind only."""
        return np.require(self.params, requirements="W")

    def initial_states(self) -> NDArray[Any]:
        """Return the state of all layers before the first step, of shape (n_state,)."""
        return self.network.initial_state(1)[0]

    def run(
        self, rows: FloatArray, state: State, teacher: FloatArray | None
    ) -> tuple[FloatArray, State]:
        """Run over given rows."""
        if self.network.feedback and teacher is None:
            return self.free_run(rows, len(rows), state)
        outputs = np.empty((len(rows), self.network.n_outputs))
        cuts = [slice(0, len(rows))] if self.network.bidirectional else chunks(len(rows), CHUNK)
        for part in cuts:
            given = None if teacher is None else teacher[part]
            outputs[part], state = self._run(rows[part], state, given)
        return outputs, state

    def free_run(self, rows: FloatArray, n_steps: int, state: State) -> tuple[FloatArray, State]:
        """Run on the outputs."""
        inputs, targets = self.inputs, self.targets
        n_fed = self.n_features - rows.shape[1]
        outputs, states, first_clipped = self.network.free_run(
            self._writable_params,
            n_steps,
            (rows - inputs.mean[n_fed:]) / inputs.spread[n_fed:],
            self._states(state),
            targets.forward(state.output[None])[0],
            *targets.forward(self.output_range),
            *self._fed_back() if n_fed else (),
        )
        warn_if_clipped(first_clipped, n_steps, self.output_range)
        outputs = targets.back(outputs, rows[:0])
        return outputs, State(states, outputs[-1])

    def _fed_back(self) -> tuple[FloatArray, FloatArray]:
        """Return gain and offset that take outputs to the scale of the inputs they stand for."""
        inputs, targets = self.inputs, self.targets
        fed = slice(self.network.n_outputs)
        offset = (targets.mean - inputs.mean[fed]) / inputs.spread[fed]
        return targets.spread / inputs.spread[fed], offset

    def _states(self, state: State) -> NDArray[Any]:
        """Return the state of all layers, (n_state,), in the network's precision."""
        states = np.array(state.states, self.network.dtype)  # writable, as compiled loops know it
        if states.shape != (self.network.n_state,):
            raise ValueError(
                f"state holds states of shape {states.shape}, but the network has "
                f"({self.network.n_state},)."
            )
        return states

    def jacobians(self, rows: FloatArray, state: State) -> NDArray[Any]:
        """Return how each step's state depends on that before, (n_steps, n_carried, n_carried).

        Outputs that are fed back are the network's own.
        """
        *_, tape = self._forward(rows, state, None)
        return state_jacobians(self.network, self._writable_params, tape)

    def _run(
        self, rows: FloatArray, state: State, teacher: FloatArray | None
    ) -> tuple[FloatArray, State]:
        """Run over some rows at one time."""
        y, ends, _ = self._forward(rows, state, teacher)
        outputs = self.targets.back(self.loss.predict(y[:, 0]).astype(np.float64), rows[:0])
        return outputs, State(ends[0], (outputs if teacher is None else teacher)[-1])

    def _forward(
        self, rows: FloatArray, state: State, teacher: FloatArray | None
    ) -> tuple[NDArray[Any], NDArray[Any], Tape]:
        """Run the network over a batch of one sequence, in its own units."""
        return self.network.forward(
            self._writable_params,
            self.inputs.forward(rows)[:, None],
            [len(rows)],
            self._states(state)[None],
            None if teacher is None else self.targets.forward(teacher)[:, None],
            self.targets.forward(state.output[None]),
        )
