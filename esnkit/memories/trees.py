"""TreeReservoir: a reservoir that runs from the leaves of a tree to its root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from esnkit.core.checks import check_shared_parameters
from esnkit.core.seeding import RandomState
from esnkit.core.trees import Forest, read_trees
from esnkit.core.typing import FloatArray
from esnkit.kernels.closed_loop import Loop
from esnkit.kernels.reservoir import weigh
from esnkit.kernels.sparse_layout import slice_rows
from esnkit.kernels.trees import run_trees
from esnkit.memories.reservoir import Reservoir


class TreeReservoir(TransformerMixin, BaseEstimator):
    r"""Random recursive network over trees: the state of a node comes from those of its children.

    .. math::

        \tilde h(v) &= f\Bigl(W_{in} x(v) + b + \sum_k W_k h(c_k) + W_{fb,k} y(c_k)\Bigr) \\
        h(v) &= (1 - a) \bar h(c) + a \tilde h(v)

    where :math:`c_k` are the children of node v, :math:`\bar h(c)` is the mean of their states, and
    a leaf has none [1]_. On a chain this is a `Reservoir`.

    Parameters
    ----------
    n_units : int, default=100
        Number of units, at least 1.
    ordered : bool, default=True
        Whether the first child has another matrix than the second, and so on. Otherwise all share
        one, and the order of children does not matter.
    spectral_radius : float or None, default=0.3
        Largest absolute eigenvalue of each matrix. Small, since a node adds up what comes from
        all of its children, and what came from far below drowns what comes from near.
    leak_rate : float or array-like of shape (n_units,), default=1.0
        a, in (0, 1].
    input_scaling : float or array-like of shape (n_features,), default=1.0
        W_in is uniform in [-input_scaling, input_scaling].
    bias_scaling : float, default=0.2
        b is uniform in [-bias_scaling, bias_scaling].
    feedback_scaling : float, default=0.0
        The weights of the children's outputs are uniform in [-feedback_scaling, feedback_scaling].
    connectivity : int or float, default=10
        Units that each unit listens to, as for `Reservoir`.
    topology : str, array, sparse matrix or callable, default="random"
        Who listens to whom, as for `Reservoir`.
    activation : {"tanh", "identity", "relu", "logistic"}, default="tanh"
        The function f.
    random_state : int, Generator, RandomState or None, default=None
        Seed.

    Attributes
    ----------
    W_ : list of csr_array of shape (n_units, n_units)
        One matrix for each place of a child, or a single one.
    W_in_, bias_ : ndarray
        Weights of the labels and the bias.
    W_fb_ : ndarray of shape (n_units, n_places * n_outputs)
        Weights of the children's outputs.
    n_features_in_ : int
        Features of a label.

    See Also
    --------
    esnkit.TreeESNRegressor : With a readout at the root or at each node.
    esnkit.core.trees.Tree : A tree.

    References
    ----------
    .. [1] C. Gallicchio and A. Micheli, "Tree echo state networks", Neurocomputing 101, 319-337,
       2013.

    Examples
    --------
    >>> from esnkit import Tree, TreeReservoir
    >>> tree = Tree([[0.0], [1.0], [2.0]], [[1, 2], [], []])
    >>> states = TreeReservoir(50, random_state=0).fit_transform([tree])
    >>> states[0].shape
    (3, 50)
    """

    def __init__(
        self,
        n_units: int = 100,
        *,
        ordered: bool = True,
        spectral_radius: float | None = 0.3,
        leak_rate: float | ArrayLike = 1.0,
        input_scaling: float | ArrayLike = 1.0,
        bias_scaling: float = 0.2,
        feedback_scaling: float = 0.0,
        connectivity: float = 10,
        topology: str | Any | Callable[..., Any] = "random",
        activation: str = "tanh",
        random_state: RandomState = None,
    ) -> None:
        self.n_units = n_units
        self.ordered = ordered
        self.spectral_radius = spectral_radius
        self.leak_rate = leak_rate
        self.input_scaling = input_scaling
        self.bias_scaling = bias_scaling
        self.feedback_scaling = feedback_scaling
        self.connectivity = connectivity
        self.topology = topology
        self.activation = activation
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Draw the weights.

        Parameters
        ----------
        X : list of Tree or of networkx.DiGraph
            Only the width of labels and the largest number of children are used.
        y : list of array-like of shape (n_nodes,) or (n_nodes, n_outputs), default=None
            Only their width is used, and only where outputs are fed back.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a tree or a parameter is not as described.
        """
        check_shared_parameters(self)
        forest = read_trees(X)
        n_outputs = 0
        if self.feedback_scaling:
            if y is None:
                raise ValueError(
                    f"feedback_scaling={self.feedback_scaling} asks for output feedback, whose "
                    "width comes from y, but y is None."
                )
            n_outputs = forest.line_up(y, "y").shape[1]
        return self.prepare(forest, n_outputs)

    def transform(self, X: Any, *, feedback: Any = None) -> list[NDArray[Any]]:
        """Run over trees, from the leaves to the roots.

        Parameters
        ----------
        X : list of Tree or of networkx.DiGraph
            The trees.
        feedback : list of array-like of shape (n_nodes,) or (n_nodes, n_outputs), default=None
            The outputs of all nodes, needed where they are fed to the parents.

        Returns
        -------
        list of ndarray of shape (n_nodes, n_units)
            The state of each node, in the order of the tree's labels.

        Raises
        ------
        ValueError
            If a tree has labels of another width, or more children than any in `fit`.
        """
        check_is_fitted(self)
        forest = self.read(X)
        outputs = None
        if self.W_fb_.shape[1]:
            if feedback is None:
                raise ValueError("Outputs are fed back, so feedback must give those of all nodes.")
            outputs = forest.line_up(feedback, "feedback")
        return forest.give_back(self.run(forest, outputs)[0])

    def prepare(self, forest: Forest, n_outputs: int = 0) -> Self:
        """Set up for trees that are checked: what models build on.

        Parameters
        ----------
        forest : Forest
            Trees; only widths are used.
        n_outputs : int, default=0
            Width of the outputs that are fed back.

        Returns
        -------
        self
        """
        self.n_features_in_ = forest.rows.shape[1]
        n_places = forest.children.shape[1] if self.ordered else 1
        own = {"ordered", "feedback_scaling", "random_state"}
        shared = {n: v for n, v in self.get_params(deep=False).items() if n not in own}
        first = Reservoir(**shared, random_state=self.random_state)
        first.prepare(self.n_features_in_)
        # The seed of the first matrix is that of a reservoir, so that a chain is one.
        seeds = first.seed_.spawn(n_places)
        others = [
            Reservoir(**shared, random_state=int(seed.generate_state(1)[0])).prepare(1)
            for seed in seeds[1:]
        ]
        self.W_ = [memory.W_ for memory in (first, *others)]
        self.W_in_, self.bias_ = first.W_in_, first.bias_
        rng = np.random.default_rng(seeds[0])
        self.W_fb_ = self.feedback_scaling * rng.uniform(
            -1, 1, (self.n_units, n_places * n_outputs if self.feedback_scaling else 0)
        )
        plain = first._network
        self._network = weigh(
            slice_rows(scipy.sparse.csr_array(scipy.sparse.hstack(self.W_))),
            np.vstack([self.W_in_.T, self.W_fb_.T]),
            plain.bias,
            plain.leak,
            plain.activation,
        )
        return self

    def read(self, X: Any) -> Forest:
        """Check new trees against those of `fit`.

        Parameters
        ----------
        X : list of Tree or of networkx.DiGraph
            The trees.

        Returns
        -------
        Forest
            All nodes, children first.

        Raises
        ------
        ValueError
            If a tree has labels of another width, or more children than any in `fit`.
        """
        forest = read_trees(X, self.n_features_in_)
        if self.ordered and forest.children.shape[1] > len(self.W_):
            raise ValueError(
                f"A node has {forest.children.shape[1]} children, but in fit none had more than "
                f"{len(self.W_)}, and ordered=True gives each place a matrix of its own."
            )
        return forest

    def run(
        self, forest: Forest, outputs: FloatArray | None = None, loop: Loop | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Run over checked trees: what models build on.

        Parameters
        ----------
        forest : Forest
            The trees.
        outputs : ndarray of shape (n_nodes, n_outputs), default=None
            What is fed to the parents, where it is given.
        loop : Loop, default=None
            A readout that gives the outputs instead.

        Returns
        -------
        states : ndarray of shape (n_nodes, n_units)
            Children first.
        outputs : ndarray of shape (n_nodes, n_outputs)
            Given or read out.
        """
        states = np.empty((len(forest.rows), self.n_units))
        closed = loop is not None
        none = np.zeros((0, 0)), np.zeros(0)
        loop = loop or Loop(*none, False, False, False, False, none[1], none[1])
        given = np.zeros((len(states), len(loop.intercept))) if outputs is None else outputs.copy()
        run_trees(
            self._network,
            len(self.W_),
            forest.children,
            forest.rows,
            loop,
            closed,
            given,
            states,
        )
        return states, given
