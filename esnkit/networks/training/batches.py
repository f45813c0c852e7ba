"""Mini-batches: pieces of sequences side by side, time-major and padded at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.core.typing import Array, Indices


@dataclass(frozen=True, eq=False)
class Rows:
    """Training data in the network's units and type: flat rows, one sequence after the other."""

    inputs: Array  # (n_rows, n_inputs)
    targets: Array  # (n_rows, n_outputs)
    weights: Array  # (n_rows,), zero where a row does not count
    offsets: Indices  # (n_sequences + 1,)
    before: Array | None  # (n_outputs,), the output before a sequence; None if none is fed back


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of sequences, each a run of rows."""

    starts: Indices  # (n_pieces,), first row
    lengths: Indices  # (n_pieces,)
    skips: Indices  # (n_pieces,), rows at the beginning whose errors do not count
    first: NDArray[np.bool_]  # (n_pieces,), whether a sequence begins there

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, members: Any) -> Pieces:
        """Return some of them."""
        return Pieces(
            self.starts[members], self.lengths[members], self.skips[members], self.first[members]
        )


@dataclass(frozen=True, eq=False)
class Batch:
    """What a network runs over at one time, and what it should have said."""

    inputs: Array  # (n_steps, n_batch, n_inputs)
    targets: Array  # (n_steps, n_batch, n_outputs)
    weights: Array  # (n_steps, n_batch), zero for padding and for steps that do not count
    lengths: Indices  # (n_batch,)
    state: Array  # (n_batch, n_state)
    previous_output: Array | None  # (n_batch, n_outputs), the target of the step before the first

    def take(self, members: Any) -> Batch:
        """Return some of the sequences, with no more steps than the longest of them has."""
        n_steps = int(self.lengths[members].max())
        previous = self.previous_output
        inputs, targets, weights = (
            np.ascontiguousarray(values[:n_steps, members])
            for values in (self.inputs, self.targets, self.weights)
        )
        return Batch(
            inputs,
            targets,
            weights,
            self.lengths[members],
            self.state[members],
            None if previous is None else previous[members],
        )


def gather(rows: Rows, pieces: Pieces, state: Array) -> Batch:
    """Put pieces side by side, each from its own state in ``state`` (n_pieces, n_state)."""
    steps = np.arange(pieces.lengths.max())[:, None]
    index = pieces.starts + steps
    np.minimum(index, pieces.starts + pieces.lengths - 1, out=index)  # padding repeats the end
    weights = rows.weights[index]
    weights[(steps < pieces.skips) | (steps >= pieces.lengths)] = 0
    previous = None
    if rows.before is not None:
        previous = np.where(pieces.first[:, None], rows.before, rows.targets[pieces.starts - 1])
    return Batch(
        inputs=rows.inputs[index],
        targets=rows.targets[index],
        weights=weights,
        lengths=pieces.lengths,
        state=state,
        previous_output=previous,
    )


def cut_windows(offsets: Indices, window: Any, stride: Any, n_warm: int = 0) -> Pieces:
    """Cut sequences into windows that begin every ``stride`` rows, the last one where it ends.

    ``window`` and ``stride`` are numbers, or one number for each sequence. Up to ``n_warm`` more
    rows stand before each window, whose errors do not count. A sequence's last window may be
    shorter.
    """
    starts, lengths, skips, first = [], [], [], []
    windows, strides = (np.broadcast_to(given, len(offsets) - 1) for given in (window, stride))
    for start, stop, n, every in zip(offsets[:-1], offsets[1:], windows, strides, strict=True):
        n_more = -(-max(stop - start - n, 0) // every)  # windows after the first
        begins = start + every * np.arange(n_more + 1)
        warm = np.minimum(begins - start, n_warm)
        starts.append(begins - warm)
        lengths.append(np.minimum(begins + n, stop) - starts[-1])
        skips.append(warm)
        first.append(starts[-1] == start)
    return Pieces(*(np.concatenate(parts) for parts in (starts, lengths, skips, first)))


def cut_streams(offsets: Indices, n_streams: int, shortest: int) -> Pieces:
    """Cut sequences into about ``n_streams`` pieces in all, each of ``shortest`` rows or more.

    A sequence is cut into pieces of one length, the last of which may be shorter; none is joined
    to another, so there may be more pieces, and a short sequence is one piece.
    """
    lengths = np.diff(offsets)
    shares = np.rint(lengths * n_streams / offsets[-1]).astype(np.intp)
    n_pieces = np.maximum(np.minimum(shares, lengths // shortest), 1)
    each = -(-lengths // n_pieces)
    return cut_windows(offsets, each, each)
