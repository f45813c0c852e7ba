"""TreeESNRegressor: numbers for trees, or for each of their nodes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_name, check_shared_parameters
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.trees import Forest, read_trees
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop
from esnkit.memories.trees import TreeReservoir
from esnkit.readouts.ridge import RidgeReadout

__all__ = ["TreeESNRegressor"]

_MARGIN = 10.0  # times the range of the targets, beyond which outputs that are fed back are clipped


class TreeESNRegressor(RegressorMixin, BaseEstimator):
    """A tree reservoir with a linear readout, at the root or at each node.

    With a readout at each node, a node's output may be fed to its parent: set
    ``TreeReservoir(feedback_scaling=...)``. The targets of the children are fed while fitting, the
    model's own outputs while predicting.

    Parameters
    ----------
    reservoir : TreeReservoir, default=None
        None is the default one.
    readout : regressor, default=None
        A linear one, with ``coef_`` and ``intercept_``. None is `RidgeReadout`, with the penalty
        chosen by leaving out each tree if there is a target for each.
    output : {"root", "node"}, default="root"
        What has a target.
    random_state : int, Generator, RandomState or None, default=None
        Seed of a reservoir that has none of its own.

    Attributes
    ----------
    reservoir_ : TreeReservoir
        The fitted copy of `reservoir`.
    readout_ : regressor
        The fitted copy of `readout`.

    See Also
    --------
    TreeReservoir : The states alone.

    Examples
    --------
    Learn what Boolean expressions are worth, from the value of each part:

    >>> from esnkit import TreeESNRegressor, TreeReservoir
    >>> from esnkit.datasets import tree_expressions
    >>> trees, values = tree_expressions(300, depth=3, random_state=0)
    >>> reservoir = TreeReservoir(100, feedback_scaling=1.0)
    >>> model = TreeESNRegressor(reservoir, output="node", random_state=0).fit(trees, values)
    >>> trees, values = tree_expressions(100, depth=3, random_state=1)
    >>> right = [(p[0] > 0) == (v[0] > 0) for p, v in zip(model.predict(trees), values)]
    >>> bool(sum(right) > 95)
    True
    """

    def __init__(
        self,
        reservoir: Any = None,
        readout: Any = None,
        *,
        output: str = "root",
        random_state: RandomState = None,
    ) -> None:
        self.reservoir = reservoir
        self.readout = readout
        self.output = output
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Draw the reservoir, run it over the trees and fit the readout.

        Parameters
        ----------
        X : list of Tree or of networkx.DiGraph
            The trees.
        y : array-like of shape (n_trees,) or (n_trees, n_outputs), or a list of arrays
            A target for each tree; with ``output="node"`` an array for each tree, a row for each
            node.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a tree, the targets or a parameter are not as described.
        """
        check_shared_parameters(self)
        check_name("output", self.output, ("root", "node"))
        if not isinstance(self.reservoir, TreeReservoir | None):
            raise TypeError(f"reservoir must be a TreeReservoir or None, got {self.reservoir!r}.")
        if self.readout is not None and not hasattr(self.readout, "predict"):
            raise TypeError(f"readout must be a regressor or None, got {self.readout!r}.")
        forest = read_trees(X)
        self.reservoir_ = TreeReservoir() if self.reservoir is None else clone(self.reservoir)
        if self.reservoir_.random_state is None:
            seed = child_generator(root_seed(self.random_state), "reservoir")
            self.reservoir_.set_params(random_state=int(seed.integers(2**31)))
        self._fed_back = bool(self.reservoir_.feedback_scaling)
        if self._fed_back and self.output == "root":
            raise ValueError(
                f"feedback_scaling={self.reservoir_.feedback_scaling} needs a target at each node, "
                "output='node'."
            )
        targets = self._read_targets(forest, y)
        self.reservoir_.prepare(forest, targets.shape[1])
        fed = targets if self._fed_back else None
        features = self._features(forest, self.reservoir_.run(forest, fed)[0])
        readout = self.readout
        if readout is None:
            by_blocks = self.output == "node"  # of trees, since the nodes of one are alike
            readout = RidgeReadout(validation="blocks" if by_blocks else "leave-one-out")
        self.readout_ = clone(readout).fit(features, targets)
        width = _MARGIN * np.ptp(targets, axis=0)
        self._bounds = targets.min(axis=0) - width, targets.max(axis=0) + width
        return self

    def predict(self, X: Any) -> NDArray[Any] | list[NDArray[Any]]:
        """Predict for trees, or for their nodes.

        Parameters
        ----------
        X : list of Tree or of networkx.DiGraph
            The trees.

        Returns
        -------
        ndarray of shape (n_trees,) or (n_trees, n_outputs), or a list of arrays
            In the form of y in `fit`.

        Raises
        ------
        ValueError
            If the trees are not like those in `fit`.
        """
        check_is_fitted(self)
        forest = self.reservoir_.read(X)
        if self._fed_back:
            outputs = self.reservoir_.run(forest, loop=self._loop())[1]
        else:
            states = self.reservoir_.run(forest)[0]
            outputs = self.readout_.predict(self._features(forest, states))
        outputs = outputs.reshape(len(outputs), -1)
        outputs = outputs[:, 0] if self._flat else outputs
        return outputs if self.output == "root" else forest.give_back(outputs)

    def _read_targets(self, forest: Forest, y: Any) -> FloatArray:
        """Return a row for each root or each node, children first."""
        if self.output == "node":
            self._flat = isinstance(y, list | tuple) and len(y) > 0 and np.ndim(y[0]) == 1
            return forest.line_up(y, "y")
        targets = np.asarray(y, dtype=np.float64)
        if targets.ndim not in (1, 2) or len(targets) != len(forest.roots):
            raise ValueError(
                f"y has shape {targets.shape}, but output='root' needs one row for each of "
                f"{len(forest.roots)} trees."
            )
        if not np.isfinite(targets).all():
            raise ValueError("y contains NaN or infinity.")
        self._flat = targets.ndim == 1
        return targets.reshape(len(targets), -1)

    def _features(self, forest: Forest, states: FloatArray) -> FloatArray:
        """Put states and labels side by side, for roots or for all nodes."""
        rows = forest.roots if self.output == "root" else slice(None)
        return np.hstack([states[rows], forest.rows[rows]])

    def _loop(self) -> Loop:
        """Return the readout in the form in which kernels use it."""
        coef = np.atleast_2d(self.readout_.coef_).astype(np.float64)
        intercept = np.broadcast_to(self.readout_.intercept_, len(coef)).astype(np.float64)
        lower, upper = self._bounds
        return Loop(np.ascontiguousarray(coef), intercept, True, False, False, True, lower, upper)
