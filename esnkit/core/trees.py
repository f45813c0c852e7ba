"""Trees whose nodes bear numbers, each checked once and laid out so that children come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.core.checks import check_array, check_scalar, naming
from esnkit.core.typing import FloatArray

__all__ = ["Tree"]


@dataclass(frozen=True, eq=False)
class Tree:
    """A tree of nodes with labels.

    Parameters
    ----------
    labels : array-like of shape (n_nodes, n_features)
        What each node bears.
    children : sequence of sequences of int
        The children of each node by number, in their order; empty for a leaf.

    Examples
    --------
    A root over two leaves:

    >>> from esnkit.core.trees import Tree
    >>> Tree([[0.0], [1.0], [2.0]], [[1, 2], [], []]).children[0]
    [1, 2]
    """

    labels: Any
    children: Sequence[Sequence[int]]


@dataclass(frozen=True, eq=False)
class Forest:
    """Checked trees, their nodes one after the other, children before their parents.

    Parameters
    ----------
    rows : ndarray of shape (n_nodes, n_features)
        Labels.
    children : ndarray of shape (n_nodes, most_children)
        Rows of the children, -1 where there is none.
    roots : ndarray of shape (n_trees,)
        Row of each root, the last of its tree.
    places : list of ndarray
        For each tree, the row of each of its nodes in the user's order.
    """

    rows: FloatArray
    children: NDArray[np.int64]
    roots: NDArray[np.int64]
    places: list[NDArray[np.int64]]

    def give_back(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Return one array for each tree, in the order of its nodes."""
        return [values[rows] for rows in self.places]

    def line_up(self, values: Any, name: str) -> FloatArray:
        """Bring one array for each tree, a row for each node, into our order."""
        if not isinstance(values, list | tuple) or len(values) != len(self.places):
            raise ValueError(f"{name} must be a list of {len(self.places)} arrays, one per tree.")
        columns = [np.asarray(v, dtype=np.float64).reshape(len(v), -1) for v in values]
        lined = np.empty((len(self.rows), columns[0].shape[1]))
        for i, (column, rows) in enumerate(zip(columns, self.places, strict=True)):
            if column.shape != (len(rows), lined.shape[1]):
                raise ValueError(
                    f"{name}[{i}] has shape {column.shape}, but tree {i} has {len(rows)} nodes: "
                    f"({len(rows)}, {lined.shape[1]}) is needed."
                )
            lined[rows] = column
        if not np.isfinite(lined).all():
            raise ValueError(f"{name} contains NaN or infinity.")
        return lined


def read_trees(trees: Any, n_features: int | None = None) -> Forest:
    """Check trees and lay them out.

    Parameters
    ----------
    trees : list of Tree or of networkx.DiGraph
        Edges of a graph lead from parent to child, and its nodes bear ``label``, a number or a
        vector; nodes are numbered in the order in which they were added.
    n_features : int, optional
        Width that labels must have.

    Returns
    -------
    Forest
        All nodes, children first.

    Raises
    ------
    ValueError
        If there is no tree, or one is empty, has a cycle, a node with two parents, several roots,
        a child that does not exist, or labels that are not finite or of another width.
    """
    if not isinstance(trees, list | tuple) or not trees:
        raise ValueError(f"trees must be a list of at least one tree, got {trees!r}.")
    rows: list[FloatArray] = []
    places: list[NDArray[np.int64]] = []
    links, roots = [], []
    first = 0
    for i, tree in enumerate(trees):
        tree = tree if isinstance(tree, Tree) else _from_graph(tree, i)
        try:
            labels = check_array(tree.labels, dtype=np.float64, input_name="labels")
            with naming("children"):
                order = _children_first(tree, len(labels))
        except (TypeError, ValueError) as error:
            raise ValueError(f"Tree {i}: {error}") from error
        width = n_features if n_features is not None else rows[0].shape[1] if rows else None
        if width is not None and labels.shape[1] != width:
            raise ValueError(
                f"Tree {i} has labels of {labels.shape[1]} features, but {width} are needed."
            )
        place = np.empty(len(labels), np.int64)
        place[order] = first + np.arange(len(labels))
        rows.append(labels[order])
        links.extend([[int(place[c]) for c in tree.children[node]] for node in order])
        places.append(place)
        first += len(labels)
        roots.append(first - 1)
    most = max(1, max(map(len, links)))
    children = np.full((first, most), -1, np.int64)
    for row, link in enumerate(links):
        children[row, : len(link)] = link
    return Forest(np.concatenate(rows), children, np.array(roots), places)


def _children_first(tree: Tree, n_nodes: int) -> list[int]:
    """Return the nodes of a tree so that each comes after its children; refuse what is none."""
    if len(tree.children) != n_nodes:
        raise ValueError(f"there are {n_nodes} labels, but children of {len(tree.children)} nodes.")
    parents = [0] * n_nodes
    for node, children in enumerate(tree.children):
        for child in children:
            if not 0 <= check_scalar(child, "child", Integral) < n_nodes:
                raise ValueError(f"node {node} has the child {child}, which does not exist.")
            parents[child] += 1
    if max(parents) > 1:
        raise ValueError(f"node {parents.index(max(parents))} has {max(parents)} parents.")
    roots = [node for node, count in enumerate(parents) if not count]
    if len(roots) > 1:
        raise ValueError(f"there are {len(roots)} roots, such as nodes {roots[0]} and {roots[1]}.")
    # Every node that a root leads to is met once, since none has two parents.
    order = list(roots)
    for node in order:
        order.extend(tree.children[node])
    if len(order) != n_nodes:
        raise ValueError("there is a cycle, so no node is the root of all.")
    return order[::-1]


def _from_graph(graph: Any, number: int) -> Tree:
    """Read a networkx digraph."""
    if not hasattr(graph, "successors"):
        raise TypeError(
            f"Tree {number} must be a Tree or a networkx.DiGraph, got {type(graph).__name__}."
        )
    nodes = {node: i for i, node in enumerate(graph.nodes)}
    bare = [node for node in nodes if "label" not in graph.nodes[node]]
    if bare:
        raise ValueError(f"Tree {number}: node {bare[0]!r} has no 'label'.")
    labels = [np.atleast_1d(graph.nodes[node]["label"]) for node in nodes]
    return Tree(np.array(labels), [[nodes[c] for c in graph.successors(node)] for node in nodes])
