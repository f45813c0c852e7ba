"""Learners: what a network is shown, and how far back errors are taken.

A learner presents the training data, one epoch after the other, to whatever moves the weights: a
function that takes a `Batch` and returns the states at its end. It knows nothing of cells, losses
and optimizers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from esnkit.networks.network import Network
from esnkit.networks.training.batches import (
    Batch,
    Indices,
    Pieces,
    Rows,
    cut_streams,
    cut_windows,
    gather,
)

Step = Callable[[Batch], NDArray[Any]]

ORDERS = ("shuffled", "given", "shortest-first")
_LARGEST_BATCH = 32
_BATCHES_PER_EPOCH = 10  # at least, where there are so many windows: fewer updates learn too little


@dataclass(frozen=True)
class Presentation:
    """How the data are cut and ordered; None leaves it to the learner."""

    window: int | None = None  # steps
    stride: int | None = None  # steps from the beginning of one window to that of the next
    n_warm: int = 0  # steps before a window that begins at the zero state inside a sequence
    batch_size: int | None = None  # pieces side by side
    order: str = "shuffled"
    continuous: bool = False  # whether the state goes on from sequence to sequence
    cut: bool = True  # whether sequences may be cut to fill a batch with streams


class Learner(ABC):
    """Presents the training data."""

    def __init__(self, network: Network, rows: Rows, presentation: Presentation) -> None:
        self.network = network
        self.rows = rows
        self.presentation = presentation

    @staticmethod
    @abstractmethod
    def refusal(network: Network) -> str | None:
        """Say why networks of this kind are not served; None if they are."""

    @abstractmethod
    def run_epoch(self, step: Step, rng: np.random.Generator) -> None:
        """Present all data once."""

    def _groups(self, pieces: Pieces, batch_size: int, rng: np.random.Generator) -> Iterator[Any]:
        """Yield the numbers of the pieces that are presented together."""
        order = np.arange(len(pieces))
        if self.presentation.order != "given":
            order = rng.permutation(order)
        if self.presentation.order == "shortest-first":
            order = order[np.argsort(pieces.lengths[order], kind="stable")]
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]


class BPTT(Learner):
    """Backpropagation through time over whole sequences, or windows of them.

    Each piece starts at the zero state, and errors are taken back to its beginning.
    """

    def __init__(self, network: Network, rows: Rows, presentation: Presentation) -> None:
        super().__init__(network, rows, presentation)
        longest = int(np.diff(rows.offsets).max())
        window = presentation.window or longest
        stride = presentation.stride or window
        self.pieces = cut_windows(rows.offsets, window, stride, presentation.n_warm)
        self.batch_size = presentation.batch_size or _batch_size(len(self.pieces))

    @staticmethod
    def refusal(network: Network) -> str | None:
        """Serve all."""
        return None

    def run_epoch(self, step: Step, rng: np.random.Generator) -> None:
        """Present all pieces once."""
        for members in self._groups(self.pieces, self.batch_size, rng):
            state = self.network.initial_state(len(members))
            step(gather(self.rows, self.pieces.take(members), state))


class TruncatedBPTT(Learner):
    """Backpropagation through time over windows, the state carried from one to the next.

    Windows end every ``stride`` steps, k1, and reach back ``window`` steps, k2, a multiple of it
    [1]_; each gives the errors of its last k1 steps. Sequences are presented as streams: if they
    are fewer than a batch has places, they are cut, and each part but the first goes on from the
    state that the part before it had reached when it was presented last.

    References
    ----------
    .. [1] R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training
       of recurrent network trajectories", Neural Computation 2, 1990.
    """

    default_window: ClassVar[int] = 50

    def __init__(self, network: Network, rows: Rows, presentation: Presentation) -> None:
        super().__init__(network, rows, presentation)
        lengths = np.diff(rows.offsets)
        self.window = presentation.window or min(self.default_window, int(lengths.max()))
        self.stride = presentation.stride or self.window
        n_windows = int((-(-lengths // self.stride)).sum())
        self.batch_size = presentation.batch_size or _batch_size(n_windows)
        n_streams = self.batch_size if presentation.cut else 1
        self.pieces = cut_streams(rows.offsets, n_streams, self.window)
        # The row before the first is the last: with `continuous` the epochs form a circle.
        self._goes_on = presentation.continuous | ~self.pieces.first
        self._ends = network.initial_state(len(self.pieces))

    @staticmethod
    def refusal(network: Network) -> str | None:
        """Refuse networks that have no state to carry."""
        if network.bidirectional:
            return "it carries the state forward, and reading backwards needs the end first"
        return None

    def run_epoch(self, step: Step, rng: np.random.Generator) -> None:
        """Present all streams once."""
        for members in self._groups(self.pieces, self.batch_size, rng):
            # The longest first: those that have ended are then cut off at the end.
            members = members[np.argsort(-self.pieces.lengths[members], kind="stable")]
            self._run_streams(members, step)

    def _run_streams(self, members: Indices, step: Step) -> None:
        """Present some streams side by side."""
        streams = self.pieces.take(members)
        n_back = self.window // self.stride - 1  # strides of a window before its last
        # At the beginnings of the strides that the next window holds: it starts from the first.
        states = deque([self._starts(members)], maxlen=n_back + 1)
        for k in range(-(-int(streams.lengths[0]) // self.stride)):
            n_running = int(np.searchsorted(-streams.lengths, -k * self.stride))
            begin = max(k - n_back, 0)
            states.append(step(self._window(streams, begin, k, states[0][:n_running])))
            self._ends[members[:n_running]] = states[-1]

    def _starts(self, members: Indices) -> NDArray[Any]:
        """Return the states in which streams start."""
        return np.where(self._goes_on[members, None], self._ends[members - 1], 0)

    def _window(self, streams: Pieces, begin: int, k: int, state: NDArray[Any]) -> Batch:
        """Take the window of all running streams that ends with stride ``k``."""
        running = streams.take(slice(len(state)))
        start, stop = begin * self.stride, (k + 1) * self.stride
        skip = (k - begin) * self.stride
        pieces = Pieces(
            running.starts + start,
            np.minimum(running.lengths, stop) - start,
            np.full(len(running), skip),
            running.first & (start == 0),
        )
        return gather(self.rows, pieces, state)


def _batch_size(n_windows: int) -> int:
    """Choose how many windows are presented together."""
    return min(_LARGEST_BATCH, max(n_windows // _BATCHES_PER_EPOCH, 1))
