"""What is held out of training, and how it is judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from esnkit.core.checks import check_count, check_name, check_real
from esnkit.core.typing import Array
from esnkit.networks.learners.base import Learner
from esnkit.networks.network import Network
from esnkit.networks.runner import BATCH, CHUNK
from esnkit.networks.training.batches import Indices, Rows
from esnkit.networks.training.presenters import Presenter, StreamPresenter, WindowPresenter

_FEWEST_ROWS = 100  # that count, for "auto" to hold some of them out


class EarlyStopping(BaseEstimator):
    """Hold out a part of the data, and stop training when its loss no longer falls.

    The weights that are kept are those with the lowest loss of what is held out.

    Parameters
    ----------
    validation_fraction : float, default=0.1
        How much is held out: the last sequences if there are enough of them, or else the tail of
        each. In tails the network is run over all that came before.
    n_iter_no_change : int, default=20
        Epochs without a better validation loss after which training stops.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import EarlyStopping
    >>> model = RNNRegressor("lstm", early_stopping=EarlyStopping(n_iter_no_change=50))
    """

    def __init__(self, validation_fraction: float = 0.1, n_iter_no_change: int = 20) -> None:
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change

    def check(self) -> None:
        """Refuse settings that hold out nothing, or all."""
        within = {"min_val": 0, "max_val": 1, "include_boundaries": "neither"}
        check_real(self.validation_fraction, "validation_fraction", **within)
        check_count(self.n_iter_no_change, "n_iter_no_change")


def plan_validation(
    given: bool | str | EarlyStopping,
    learner: Learner,
    offsets: Indices,
    weights: Array,
    *,
    washout: int,
    whole: bool,
) -> tuple[EarlyStopping | None, Indices]:
    """Choose what to stop by, and how many rows of each sequence to train on, (n_sequences,).

    ``weights`` (n_rows,) are zero where a row does not count. With ``whole`` whole sequences are
    held out. ``"auto"`` holds out what it can, for learners that wish so and enough rows; without
    anything held out, training goes on to the end.
    """
    lengths = np.diff(offsets)
    if not isinstance(given, EarlyStopping):
        check_name("early_stopping", given, (True, False, "auto"))
    is_automatic = given == "auto"
    if given is False or (
        is_automatic and not (learner.holds_out and np.count_nonzero(weights) >= _FEWEST_ROWS)
    ):
        return None, lengths
    stopping = given if isinstance(given, EarlyStopping) else EarlyStopping()
    stopping.check()
    heads = hold_out(offsets, stopping.validation_fraction, whole)
    in_heads = _in_heads(offsets, heads)
    if weights[in_heads].any() and weights[~in_heads].any():
        return stopping, heads
    if is_automatic:
        return None, lengths
    raise ValueError(
        f"validation_fraction={stopping.validation_fraction}, washout={washout} and sample_weight "
        f"leave nothing to fit, or nothing to judge by, of {len(lengths)} sequence(s) of at most "
        f"{lengths.max()} rows."
    )


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


def present_tails(network: Network, rows: Rows, heads: Indices) -> Presenter:
    """Present what is held out as `predict` would run over it: from the beginning, in one go."""
    weights = np.where(_in_heads(rows.offsets, heads), 0, rows.weights)
    tails = replace(rows, weights=weights.astype(rows.weights.dtype))
    if network.bidirectional:
        return WindowPresenter(network, tails, batch_size=BATCH, order="given")
    return StreamPresenter(network, tails, window=CHUNK, batch_size=BATCH, order="given", cut=False)


def _in_heads(offsets: Indices, heads: Indices) -> NDArray[np.bool_]:
    """Tell which rows are among the first of their sequence."""
    lengths = np.diff(offsets)
    place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    return place < np.repeat(heads, lengths)
