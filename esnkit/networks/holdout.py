"""What is held out of training, and how it is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.networks.learners.bptt import BPTT, Learner, Presentation, TruncatedBPTT
from esnkit.networks.network import Network
from esnkit.networks.runner import BATCH, CHUNK
from esnkit.networks.training.batches import Indices, Rows


def hold_out(offsets: Indices, fraction: float, whole: bool) -> Indices:
    """Return how many rows at the beginning of each sequence are not held out.

    The last sequences are held out if there are enough of them, or if ``whole``, else tails of all.
    """
    lengths = np.diff(offsets)
    n_sequences = len(lengths)
    if not whole and n_sequences * fraction < 1:
        return lengths - np.maximum((fraction * lengths).astype(np.intp), 1)
    n_held_out = max(int(fraction * n_sequences), 1)
    return np.where(np.arange(n_sequences) < n_sequences - n_held_out, lengths, 0)


def rows_to_train_on(model: Any, offsets: Indices) -> Indices:
    """Return how many rows of each sequence a model is trained on, (n_sequences,)."""
    lengths = np.diff(offsets)
    if not model.early_stopping:
        return lengths
    heads = hold_out(offsets, model.validation_fraction, model.output == "last")
    if not (heads > model.washout).any():
        raise ValueError(
            f"validation_fraction={model.validation_fraction} and washout={model.washout} leave "
            f"nothing to fit of {len(lengths)} sequence(s) of at most {lengths.max()} rows."
        )
    return heads


def take_heads(rows: Rows, heads: Indices) -> Rows:
    """Return the first rows of each sequence, ``heads`` (n_sequences,) in number."""
    mask = _in_heads(rows.offsets, heads)
    if not rows.weights[mask].any():
        raise ValueError("sample_weight leaves nothing to fit: all weights are zero.")
    return Rows(
        rows.inputs[mask],
        rows.targets[mask],
        rows.weights[mask],
        np.append(0, np.cumsum(heads[heads > 0])),
        rows.before,
    )


def present_tails(network: Network, rows: Rows, heads: Indices) -> Learner:
    """Present what is held out as `predict` would run over it: from the beginning, in one go."""
    weights = np.where(_in_heads(rows.offsets, heads), 0, rows.weights)
    tails = replace(rows, weights=weights.astype(rows.weights.dtype))
    if network.bidirectional:
        return BPTT(network, tails, Presentation(batch_size=BATCH, order="given"))
    whole = Presentation(window=CHUNK, batch_size=BATCH, order="given", cut=False)
    return TruncatedBPTT(network, tails, whole)


def _in_heads(offsets: Indices, heads: Indices) -> NDArray[np.bool_]:
    """Tell which rows are among the first of their sequence."""
    lengths = np.diff(offsets)
    place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    return place < np.repeat(heads, lengths)
