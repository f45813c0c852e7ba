"""Presenters: how training data are cut, ordered and put side by side, epoch after epoch.

A presenter hands batches to whatever moves the weights: a function that takes a `Batch` and returns
the states at its end. It knows nothing of cells, losses and optimizers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

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


class Presenter(ABC):
    """Presents training data, cut into pieces, a batch at a time."""

    pieces: Pieces
    batch_size: int

    def __init__(self, network: Network, rows: Rows, order: str) -> None:
        self.network = network
        self.rows = rows
        self.order = order

    @abstractmethod
    def run_epoch(self, step: Step, rng: np.random.Generator) -> None:
        """Present all data once."""

    def _groups(self, rng: np.random.Generator) -> Iterator[Any]:
        """Yield the numbers of the pieces that are presented together."""
        order = np.arange(len(self.pieces))
        if self.order != "given":
            order = rng.permutation(order)
        if self.order == "shortest-first":
            order = order[np.argsort(self.pieces.lengths[order], kind="stable")]
        for start in range(0, len(order), self.batch_size):
            yield order[start : start + self.batch_size]


class WindowPresenter(Presenter):
    """Presents windows, or whole sequences, each from the zero state.

    Parameters
    ----------
    network : Network
        What is trained.
    rows : Rows
        The training data.
    window : int, default=None
        Steps of a window; None presents whole sequences.
    stride : int, default=None
        Steps from the beginning of one window to that of the next; None means `window`.
    n_warm : int, default=0
        Steps before a window inside a sequence that are run over, and whose errors do not count.
    batch_size : int, default=None
        Pieces side by side; None means 32, or less where an epoch would have fewer than ten
        batches.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of the pieces.
    """

    def __init__(
        self,
        network: Network,
        rows: Rows,
        *,
        window: int | None = None,
        stride: int | None = None,
        n_warm: int = 0,
        batch_size: int | None = None,
        order: str = "shuffled",
    ) -> None:
        super().__init__(network, rows, order)
        window = window or int(np.diff(rows.offsets).max())
        self.pieces = cut_windows(rows.offsets, window, stride or window, n_warm)
        self.batch_size = batch_size or _batch_size(len(self.pieces))

    def run_epoch(self, step: Step, rng: np.random.Generator) -> None:
        """Present all pieces once."""
        for members in self._groups(rng):
            state = self.network.initial_state(len(members))
            step(gather(self.rows, self.pieces.take(members), state))


class StreamPresenter(Presenter):
    """Presents sequences window by window, and carries the state from one to the next.

    Windows end every ``stride`` steps, k1, and reach back ``window`` steps, k2, a multiple of it;
    each gives the errors of its last k1 steps. If sequences are fewer than a batch has places, they
    are cut, and each part but the first goes on from the state that the part before it had reached
    when it was presented last.

    Parameters
    ----------
    network : Network
        What is trained.
    rows : Rows
        The training data.
    window : int
        Steps of a window.
    stride : int, default=None
        Steps from one window to the next; None means `window`.
    batch_size : int, default=None
        Sequences, or parts of them, side by side; None chooses as `WindowPresenter` does.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of the sequences.
    continuous : bool, default=False
        Whether the state goes on from sequence to sequence.
    cut : bool, default=True
        Whether sequences may be cut to fill a batch.
    """

    def __init__(
        self,
        network: Network,
        rows: Rows,
        *,
        window: int,
        stride: int | None = None,
        batch_size: int | None = None,
        order: str = "shuffled",
        continuous: bool = False,
        cut: bool = True,
    ) -> None:
        super().__init__(network, rows, order)
        self.window, self.stride = window, stride or window
        n_windows = int((-(-np.diff(rows.offsets) // self.stride)).sum())
        self.batch_size = batch_size or _batch_size(n_windows)
        self.pieces = cut_streams(rows.offsets, self.batch_size if cut else 1, window)
        # The row before the first is the last: with `continuous` the epochs form a circle.
        self._goes_on = continuous | ~self.pieces.first
        self._ends = network.initial_state(len(self.pieces))

    def run_epoch(self, step: Step, rng: np.random.Generator) -> None:
        """Present all streams once."""
        for members in self._groups(rng):
            # The longest first: those that have ended are then cut off at the end.
            members = members[np.argsort(-self.pieces.lengths[members], kind="stable")]
            self._run_streams(members, step)

    def _run_streams(self, members: Indices, step: Step) -> None:
        """Present some streams side by side."""
        streams = self.pieces.take(members)
        n_back = self.window // self.stride - 1  # strides of a window before its last
        # At the beginnings of the strides that the next window holds: it starts from the first.
        starts = np.where(self._goes_on[members, None], self._ends[members - 1], 0)
        states = deque([starts], maxlen=n_back + 1)
        for k in range(-(-int(streams.lengths[0]) // self.stride)):
            n_running = int(np.searchsorted(-streams.lengths, -k * self.stride))
            begin = max(k - n_back, 0)
            states.append(step(self._window(streams, begin, k, states[0][:n_running])))
            self._ends[members[:n_running]] = states[-1]

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
