"""Expressions as trees, with the value of each part."""

from __future__ import annotations

from typing import Literal

import numpy as np

from esnkit.core.checks import check_count, check_name
from esnkit.core.seeding import RandomState, child_generator, root_seed
from esnkit.core.trees import Tree
from esnkit.core.typing import FloatArray

__all__ = ["tree_expressions"]


def tree_expressions(
    n_trees: int,
    *,
    depth: int = 4,
    kind: Literal["boolean", "arithmetic"] = "boolean",
    random_state: RandomState = None,
) -> tuple[list[Tree], list[FloatArray]]:
    """Draw full binary trees of operations, and what each of their nodes is worth.

    Boolean leaves are 1 or -1, for true and false, and the operations are and, or and exclusive
    or. Arithmetic leaves are drawn from U[-1, 1], and the operations are mean, half the difference,
    and product, so that values stay in [-1, 1]. Half of the Boolean trees are true at the root.

    Parameters
    ----------
    n_trees : int
        Number of trees.
    depth : int, default=4
        Operations on the way from a leaf to the root, at least 1; there are ``2 ** depth`` leaves.
    kind : {"boolean", "arithmetic"}, default="boolean"
        What the leaves are.
    random_state : int, Generator, RandomState or None, default=None
        Seed of everything.

    Returns
    -------
    trees : list of Tree
        The root is node 0. Labels have 4 features: the value of a leaf, 0 for an operation, and
        one place for each operation, 1 where it is the node's.
    values : list of ndarray of shape (n_nodes,)
        The value of each node.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from esnkit.datasets import tree_expressions
    >>> trees, values = tree_expressions(10, depth=2, random_state=0)
    >>> trees[0].labels.shape, sum(bool(v[0] > 0) for v in values)
    ((7, 4), 5)
    """
    n_trees, depth = check_count(n_trees, "n_trees"), check_count(depth, "depth")
    check_name("kind", kind, ("boolean", "arithmetic"))
    rng = child_generator(root_seed(random_state), "data")
    trees: list[Tree] = []
    values: list[FloatArray] = []
    while len(trees) < n_trees:
        tree, value = _draw(depth, kind, rng)
        # True and false by turns at the root; a tree that is not wanted is drawn anew.
        if kind == "arithmetic" or (value[0] > 0) == (len(trees) % 2 == 0):
            trees.append(tree)
            values.append(value)
    return trees, values


def _draw(depth: int, kind: str, rng: np.random.Generator) -> tuple[Tree, FloatArray]:
    """Draw one tree; node i has the children 2i + 1 and 2i + 2."""
    n_inner = 2**depth - 1
    n_nodes = 2 * n_inner + 1
    labels = np.zeros((n_nodes, 4))
    leaves = rng.uniform(-1, 1, n_inner + 1)
    labels[n_inner:, 0] = np.where(leaves > 0, 1.0, -1.0) if kind == "boolean" else leaves
    operations = rng.integers(3, size=n_inner)
    labels[np.arange(n_inner), 1 + operations] = 1
    value = labels[:, 0].copy()
    for node in range(n_inner - 1, -1, -1):
        a, b = value[2 * node + 1], value[2 * node + 2]
        if kind == "boolean":
            results = (min(a, b), max(a, b), -a * b)
        else:
            results = ((a + b) / 2, (a - b) / 2, a * b)
        value[node] = results[operations[node]]
    children = [[2 * i + 1, 2 * i + 2] if i < n_inner else [] for i in range(n_nodes)]
    return Tree(labels, children), value
