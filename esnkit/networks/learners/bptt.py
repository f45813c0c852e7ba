"""Backpropagation through time, over windows or truncated."""

from __future__ import annotations

from typing import Any

from esnkit.core.checks import check_count
from esnkit.networks.learners.base import GradientLearner, check_windows
from esnkit.networks.network import Network
from esnkit.networks.training.batches import Rows
from esnkit.networks.training.presenters import Presenter, StreamPresenter, WindowPresenter

_SHORTEST_WINDOW = 50  # of networks with finite memory, whose gradient windows leave exact


class BPTT(GradientLearner):
    """Train by backpropagation through time [1]_, over whole sequences or windows of them.

    Every window starts at the zero state, and errors are taken back to its beginning. A network of
    finite memory, as an `esnkit.FIRRegressor` has, is run over all the past that the outputs of a
    window depend on, so that the gradients of all windows add up to that of whole sequences.

    Parameters
    ----------
    window : int, default=None
        Steps that errors are taken back at most. None means whole sequences; for a network of
        finite memory 50 steps, or as many as it reaches back.
    stride : int, default=None
        Steps from the beginning of one window to that of the next; None means `window`.
    batch_size : int, default=None
        Windows side by side. None means 32, or less where an epoch would have fewer than ten
        updates.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of windows in an epoch. Shortest first is known to help with long lags.
    optimizer : {"adam", "rmsprop", "nesterov", "momentum", "sgd"} or Optimizer, default="adam"
        What moves the weights: a name, or an `Adam`, `RMSprop`, `Nesterov`, `Momentum` or `SGD`
        with settings of its own.
    max_gradient_norm : float, default=1.0
        Longer gradients are scaled down to this; None leaves them.
    skip_below : float, default=0.0
        Batches with a loss below this do not move the weights.

    References
    ----------
    .. [1] P. J. Werbos, "Backpropagation through time: what it does and how to do it",
       Proceedings of the IEEE 78, 1990.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import BPTT, Adam
    >>> model = RNNRegressor(learner=BPTT(window=20, optimizer=Adam(0.01)))
    """

    through_feedback = True
    holds_out = True

    def __init__(
        self,
        window: int | None = None,
        *,
        stride: int | None = None,
        batch_size: int | None = None,
        order: str = "shuffled",
        optimizer: Any = "adam",
        max_gradient_norm: float | None = 1.0,
        skip_below: float = 0.0,
    ) -> None:
        self.window = window
        self.stride = stride
        self.batch_size = batch_size
        self.order = order
        self.optimizer = optimizer
        self.max_gradient_norm = max_gradient_norm
        self.skip_below = skip_below

    def check(self) -> None:
        """Refuse settings that can be told to be wrong without the data."""
        super().check()
        check_windows(self)

    def present(self, network: Network, rows: Rows, n_warm: int) -> Presenter:
        """Return what presents windows."""
        window = self.window
        if network.n_delays is not None:
            # With the past it brings, a window is at most twice as long as what is learned from it.
            window = window or max(_SHORTEST_WINDOW, network.n_delays)
            n_warm = network.n_delays
        return WindowPresenter(
            network,
            rows,
            window=window,
            stride=self.stride,
            n_warm=n_warm,
            batch_size=self.batch_size,
            order=self.order,
        )


class TBPTT(GradientLearner):
    """Train by truncated backpropagation through time [1]_, which carries the state on.

    Windows end every `stride` steps, k1, and reach back `window` steps, k2; each gives the errors
    of its last k1 steps. Sequences are presented as streams: if they are fewer than a batch has
    places, they are cut, and each part but the first goes on from the state that the part before it
    had reached when it was presented last.

    Parameters
    ----------
    window : int, default=50
        Steps that errors are taken back at most.
    stride : int, default=None
        Steps from the beginning of one window to that of the next, of which `window` is a multiple;
        None means `window`.
    batch_size : int, default=None
        Streams side by side. None means 32, or less where an epoch would have fewer than ten
        updates.
    order : {"shuffled", "given", "shortest-first"}, default="shuffled"
        The order of sequences in an epoch.
    continuous : bool, default=False
        Whether the state goes on from each sequence to the next, from epoch to epoch, instead of
        starting at zero.
    optimizer : {"adam", "rmsprop", "nesterov", "momentum", "sgd"} or Optimizer, default="adam"
        What moves the weights: a name, or an `Adam`, `RMSprop`, `Nesterov`, `Momentum` or `SGD`
        with settings of its own.
    max_gradient_norm : float, default=1.0
        Longer gradients are scaled down to this; None leaves them.
    skip_below : float, default=0.0
        Batches with a loss below this do not move the weights.

    References
    ----------
    .. [1] R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training
       of recurrent network trajectories", Neural Computation 2, 1990.

    Examples
    --------
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import TBPTT, Adam
    >>> model = RNNRegressor(learner=TBPTT(window=50, optimizer=Adam(1e-3)))
    >>> model.set_params(learner__optimizer__learning_rate_init=0.01)
    RNNRegressor(learner=TBPTT(optimizer=Adam(learning_rate_init=0.01)))
    """

    through_feedback = True
    holds_out = True

    def __init__(
        self,
        window: int = 50,
        *,
        stride: int | None = None,
        batch_size: int | None = None,
        order: str = "shuffled",
        continuous: bool = False,
        optimizer: Any = "adam",
        max_gradient_norm: float | None = 1.0,
        skip_below: float = 0.0,
    ) -> None:
        self.window = window
        self.stride = stride
        self.batch_size = batch_size
        self.order = order
        self.continuous = continuous
        self.optimizer = optimizer
        self.max_gradient_norm = max_gradient_norm
        self.skip_below = skip_below

    def check(self) -> None:
        """Refuse settings that can be told to be wrong without the data."""
        super().check()
        check_count(self.window, "window")
        check_windows(self, multiple=True)

    def refusal(self, network: Network) -> str | None:
        """Refuse networks that have no state to carry."""
        if network.bidirectional:
            return "it carries the state forward, and reading backwards needs the end first"
        return None

    def present(self, network: Network, rows: Rows, n_warm: int) -> Presenter:
        """Return what presents streams."""
        return StreamPresenter(
            network,
            rows,
            window=self.window,
            stride=self.stride,
            batch_size=self.batch_size,
            order=self.order,
            continuous=self.continuous,
        )
