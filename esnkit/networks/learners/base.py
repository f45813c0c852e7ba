"""What every learner is: settings by which a network is shown data and its weights are moved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from esnkit.core.checks import (
    check_count,
    check_name,
    check_non_negative,
    check_positive,
    check_shared_parameters,
)
from esnkit.core.typing import Array
from esnkit.networks.network import Network
from esnkit.networks.training.batches import Rows
from esnkit.networks.training.optimizers import Optimizer, find_optimizer
from esnkit.networks.training.presenters import ORDERS, Presenter, WindowPresenter
from esnkit.networks.training.trainer import Trainer, UpdateRule


class Learner(BaseEstimator, ABC):
    """A way to train a network: what it is shown, and what moves its weights.

    A learner holds settings only. To write one, say with `make_trainer` what moves the weights,
    a `Trainer` of your own, and pass an object as ``learner=`` to an estimator. Where whole
    sequences side by side are not what it should see, say with `present` what is.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit import RNNRegressor
    >>> from esnkit.networks import Learner, Trainer
    >>> class Signs(Trainer):
    ...     def descend(self, value, gradient):
    ...         self.params -= 0.003 * np.sign(gradient)
    >>> class SignDescent(Learner):
    ...     def make_trainer(self, network, params, rule):
    ...         return Signs(network, params, rule)
    >>> wave = np.sin(np.arange(200) / 5)
    >>> model = RNNRegressor("gru", (8,), learner=SignDescent(), random_state=0)
    >>> model.fit(wave[:-1, None], wave[1:]).score(wave[:-1, None], wave[1:]) > 0.9
    True
    """

    order: str = "shuffled"  # of sequences in an epoch

    # What the learner can do, and what it needs.
    online: ClassVar[bool] = False  # whether it can go on with one row more
    through_feedback: ClassVar[bool] = False  # whether errors go back through fed-back outputs
    squared_error_only: ClassVar[bool] = False
    holds_out: ClassVar[bool] = False  # whether early stopping is its default

    def check(self) -> None:
        """Refuse settings that can be told to be wrong without the data."""
        check_shared_parameters(self)
        check_name("order", self.order, ORDERS)

    def refusal(self, network: Network) -> str | None:
        """Say why a network cannot be trained so; None if it can.

        Parameters
        ----------
        network : Network
            What would be trained.

        Returns
        -------
        str or None
            The reason, a clause that begins with "it".
        """
        return None

    def present(self, network: Network, rows: Rows, n_warm: int) -> Presenter:
        """Return what presents the training data.

        Parameters
        ----------
        network : Network
            What is trained.
        rows : Rows
            The training data.
        n_warm : int
            Steps before a window inside a sequence whose errors should not count.

        Returns
        -------
        Presenter
        """
        return WindowPresenter(network, rows, order=self.order)

    @abstractmethod
    def make_trainer(self, network: Network, params: Array, rule: UpdateRule) -> Trainer:
        """Return what moves the weights.

        Parameters
        ----------
        network : Network
            What is trained.
        params : ndarray of shape (n_parameters,)
            Its weights, which are moved in place.
        rule : UpdateRule
            What is minimised, by the model's own parameters.

        Returns
        -------
        Trainer
        """

    def continue_trainer(self, trainer: Trainer, before: Learner, rule: UpdateRule) -> bool:
        """Go on with a trainer that another learner made; tell whether that can be done.

        Parameters
        ----------
        trainer : Trainer
            What has moved the weights so far.
        before : Learner
            The learner that made it.
        rule : UpdateRule
            What is minimised now.

        Returns
        -------
        bool
            False if a new trainer is needed.
        """
        if not same_settings(self, before):
            return False
        trainer.follow(rule)
        return True


class GradientLearner(Learner):
    """A learner whose gradients an optimizer turns into steps."""

    optimizer: str | Optimizer
    max_gradient_norm: float | None
    skip_below: float

    def check(self) -> None:
        """Refuse settings that can be told to be wrong without the data."""
        super().check()
        find_optimizer(self.optimizer).check()
        check_non_negative(self.skip_below, "skip_below")
        largest = self.max_gradient_norm
        if largest is not None and not (isinstance(largest, float) and largest == np.inf):
            check_positive(largest, "max_gradient_norm")

    def make_trainer(self, network: Network, params: Array, rule: UpdateRule) -> Trainer:
        """Return what moves the weights after each batch."""
        return Trainer(network, params, self._complete(rule))

    def continue_trainer(self, trainer: Trainer, before: Learner, rule: UpdateRule) -> bool:
        """Go on by another rule, with what the optimizer remembers."""
        if type(self) is not type(before):
            return False
        trainer.follow(self._complete(rule))
        return True

    def _complete(self, rule: UpdateRule) -> UpdateRule:
        """Say how gradients move the weights."""
        norm = self.max_gradient_norm
        return replace(
            rule,
            optimizer=find_optimizer(self.optimizer),
            max_gradient_norm=np.inf if norm is None else float(norm),
            skip_below=float(self.skip_below),
        )


def check_windows(learner: Any, multiple: bool = False) -> None:
    """Refuse a window, a stride and a batch size that are none, or do not go together."""
    window, stride = learner.window, learner.stride
    for name in ("window", "stride", "batch_size"):
        if getattr(learner, name) is not None:
            check_count(getattr(learner, name), name)
    if stride is None:
        return
    if window is None:
        raise ValueError(f"stride={stride} needs a window, got window=None.")
    if stride > window:
        raise ValueError(f"stride={stride} leaves out rows between windows of {window}.")
    if multiple and window % stride:
        raise ValueError(
            f"window={window} must be a multiple of stride={stride}, since windows start from "
            "states that have been met."
        )


def same_settings(one: Any, other: Any) -> bool:
    """Tell whether two values of a parameter mean the same, estimators by their own parameters."""
    if isinstance(one, BaseEstimator):
        if type(one) is not type(other):
            return False
        ours, theirs = one.get_params(deep=False), other.get_params(deep=False)
        return all(same_settings(value, theirs[name]) for name, value in ours.items())
    return bool(np.array_equal(one, other))
