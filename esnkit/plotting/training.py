"""Figures of training: loss curves and gradient flow."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_scalar
from esnkit.core.typing import FloatArray
from esnkit.plotting.base import Display
from esnkit.plotting.checks import check_mapping, floats
from esnkit.plotting.style import (
    BLUE,
    CYCLE,
    GREY,
    ORANGE,
    label,
    legend_above,
    tidy,
    whole_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LossCurveDisplay(Display):
    """Loss after each epoch of training, and where the best weights were found.

    Make one with `from_estimator` or `from_curves`; `plot` draws it again elsewhere.

    Parameters
    ----------
    training : ndarray of shape (n_epochs,)
        Loss in training.
    validation : ndarray of shape (n_epochs,), default=None
        Loss of what was held out.
    best_epoch : int, default=None
        The epoch, from 1, whose weights were kept.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn, with a logarithmic loss axis.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    training_line_ : matplotlib.lines.Line2D
        The training loss.
    validation_line_ : matplotlib.lines.Line2D or None
        The validation loss, if there is one.
    best_line_ : matplotlib.lines.Line2D or None
        Where the best weights were found, if that is known.

    See Also
    --------
    esnkit.RNNRegressor : Keeps loss curves.

    Examples
    --------
    >>> from esnkit.plotting import LossCurveDisplay
    >>> display = LossCurveDisplay.from_curves([1.0, 0.5, 0.3], [1.1, 0.6, 0.7], best_epoch=2)
    >>> display.ax_.get_ylabel()
    'loss'
    """

    def __init__(
        self,
        training: FloatArray,
        *,
        validation: FloatArray | None = None,
        best_epoch: int | None = None,
    ) -> None:
        self.training = training
        self.validation = validation
        self.best_epoch = best_epoch

    @classmethod
    def from_curves(
        cls,
        training: ArrayLike,
        validation: ArrayLike | None = None,
        *,
        best_epoch: int | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw curves that are given.

        Parameters
        ----------
        training : array-like of shape (n_epochs,)
            Loss in training.
        validation : array-like of shape (n_epochs,), default=None
            Loss of what was held out.
        best_epoch : int, default=None
            The epoch, from 1, whose weights were kept.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        LossCurveDisplay
            Drawn.

        Raises
        ------
        ValueError
            If the curves are empty, or of different lengths, or the best epoch is below 1.
        """
        curve = floats(training, "training")
        held_out = None if validation is None else floats(validation, "validation")
        if curve.ndim != 1 or not curve.size:
            raise ValueError(f"training must have shape (n_epochs,), not empty; got {curve.shape}.")
        if held_out is not None and held_out.shape != curve.shape:
            raise ValueError(
                f"validation has shape {held_out.shape}, but training has {curve.shape}."
            )
        if best_epoch is not None:
            best_epoch = check_scalar(best_epoch, "best_epoch", Integral, min_val=1)
        return cls(curve, validation=held_out, best_epoch=best_epoch).plot(ax)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None) -> Self:
        """Draw the curves of a fitted network.

        Parameters
        ----------
        estimator : RNNRegressor
            Fitted.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        LossCurveDisplay
            Drawn.
        """
        check_is_fitted(estimator, "loss_curve_")
        return cls.from_curves(
            estimator.loss_curve_,
            estimator.validation_loss_curve_ or None,
            best_epoch=estimator.best_epoch_,
            ax=ax,
        )

    def _draw(self, ax: Axes) -> None:
        epochs = np.arange(1, len(self.training) + 1)
        (self.training_line_,) = ax.plot(epochs, self.training, color=BLUE, label="training")
        self.validation_line_ = self.best_line_ = None
        if self.validation is not None:
            (self.validation_line_,) = ax.plot(
                epochs, self.validation, color=ORANGE, label="validation"
            )
        if self.best_epoch is not None:
            self.best_line_ = ax.axvline(
                self.best_epoch, color=GREY, linestyle=":", linewidth=1.2, label="best weights"
            )
        ax.set_yscale("log")
        tidy(ax)
        whole_numbers(ax)
        label(ax, "epoch", "loss")
        legend_above(ax)


class GradientFlowDisplay(Display):
    """What is left of errors on their way back through time, for one network or several.

    A line at 1 is where they neither vanish nor explode. Make one with `from_flows`; `plot` draws
    it again elsewhere.

    Parameters
    ----------
    flows : dict of str to GradientFlow
        What to draw, by the name for the legend.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn, with a logarithmic axis of the factor.
    figure_ : matplotlib.figure.Figure
        The figure around it.
    lines_ : list of matplotlib.lines.Line2D
        The factor of an error of random direction, for each flow.
    largest_lines_ : list of matplotlib.lines.Line2D
        The largest factor, dashed, for each flow.

    See Also
    --------
    esnkit.networks.gradient_flow : Measures the flow of a fitted network.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.networks import GradientFlow
    >>> from esnkit.plotting import GradientFlowDisplay
    >>> lags = np.arange(50)
    >>> flow = GradientFlow(lags, 0.9**lags, 0.5 * 0.9**lags)
    >>> display = GradientFlowDisplay.from_flows({"radius 0.9": flow})
    >>> display.ax_.get_xlabel()
    'lag (steps)'
    """

    def __init__(self, flows: Mapping[str, Any]) -> None:
        self.flows = dict(flows)

    @classmethod
    def from_flows(cls, flows: Mapping[str, Any], *, ax: Axes | None = None) -> Self:
        """Draw flows that have been measured.

        Parameters
        ----------
        flows : dict of str to GradientFlow
            What to draw, by the name for the legend.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        GradientFlowDisplay
            Drawn.

        Raises
        ------
        ValueError
            If there are none.
        """
        check_mapping(flows, "flows")
        return cls(flows).plot(ax)

    def _draw(self, ax: Axes) -> None:
        ax.axhline(1, color=GREY, linewidth=0.8)
        self.lines_, self.largest_lines_ = [], []
        for i, (name, flow) in enumerate(self.flows.items()):
            color = CYCLE[i % len(CYCLE)]
            self.lines_ += ax.plot(flow.lags, flow.typical, color=color, label=name)
            self.largest_lines_ += ax.plot(
                flow.lags, flow.largest, color=color, linestyle="--", linewidth=1
            )
        ax.plot([], [], color=GREY, linestyle="--", linewidth=1, label="largest")
        ax.set_yscale("log")
        tidy(ax)
        label(ax, "lag (steps)", "factor of an error taken back")
        legend_above(ax, n_columns=min(len(self.flows) + 1, 4))
