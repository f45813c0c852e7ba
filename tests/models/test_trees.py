"""Trees: a chain is a reservoir, a node is its equation, expressions are worth what they are."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from esnkit import Reservoir, Tree, TreeESNRegressor, TreeReservoir
from esnkit.core.trees import read_trees
from esnkit.datasets import tree_expressions
from tests.kernels.test_memory_loops import random_tree


def chain(rows):
    """The first row is the leaf, and the last the root."""
    return Tree(rows, [[], *[[i] for i in range(len(rows) - 1)]])


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("leak_rate", [1.0, 0.4])
def test_a_chain_is_a_reservoir(ordered, leak_rate):
    options = {"spectral_radius": 0.9, "leak_rate": leak_rate, "random_state": 3}
    rows = np.random.default_rng(0).normal(size=(40, 2))
    expected = Reservoir(30, **options).fit_transform(rows)
    states = TreeReservoir(30, ordered=ordered, **options).fit_transform([chain(rows)])
    np.testing.assert_allclose(states[0], expected, atol=1e-12)


def test_trees_do_not_touch_and_order_matters_only_if_asked():
    trees = [random_tree(12, seed) for seed in range(4)]
    memory = TreeReservoir(20, random_state=0).fit(trees)
    together = memory.transform(trees)
    for tree, states in zip(trees, together, strict=True):
        np.testing.assert_array_equal(memory.transform([tree])[0], states)
    mirrored = [Tree(t.labels, [c[::-1] for c in t.children]) for t in trees]
    assert not np.allclose(memory.transform(mirrored)[0][0], together[0][0])
    shared = TreeReservoir(20, ordered=False, random_state=0).fit(trees)
    np.testing.assert_allclose(
        shared.transform(mirrored)[0], shared.transform(trees)[0], atol=1e-12
    )


def test_graphs_of_networkx_are_trees_too():
    networkx = pytest.importorskip("networkx")
    graph = networkx.DiGraph([("root", "left"), ("root", "right")])
    for number, node in enumerate(graph.nodes):
        graph.nodes[node]["label"] = float(number)
    tree = Tree([[0.0], [1.0], [2.0]], [[1, 2], [], []])
    memory = TreeReservoir(10, random_state=0).fit([tree])
    np.testing.assert_array_equal(memory.transform([graph])[0], memory.transform([tree])[0])


def test_clones_parameters_and_purity():
    trees, values = tree_expressions(20, depth=2, random_state=0)
    model = TreeESNRegressor(TreeReservoir(20), random_state=0)
    labels = trees[0].labels.copy()
    first = model.fit(trees, [v[0] for v in values]).predict(trees)
    np.testing.assert_array_equal(model.predict(trees), first)
    np.testing.assert_array_equal(trees[0].labels, labels)
    again = clone(model).fit(trees, [v[0] for v in values])
    np.testing.assert_array_equal(again.predict(trees), first)
    assert model.reservoir.random_state is None
    model.set_params(reservoir__n_units=7)
    assert model.get_params()["reservoir__n_units"] == 7


def right_at_the_root(model, trees, values):
    predicted = model.predict(trees)
    roots = [p[0] for p in predicted] if model.output == "node" else predicted
    return np.mean([(p > 0) == (v[0] > 0) for p, v in zip(roots, values, strict=True)])


@pytest.mark.parametrize("depth", [2, 6])
def test_expressions_by_the_value_of_their_parts(depth):
    """Half of the trees are true; each node sees what its children were found to be worth."""
    model = TreeESNRegressor(
        TreeReservoir(300, feedback_scaling=1.0), output="node", random_state=0
    ).fit(*tree_expressions(200, depth=depth, random_state=0))
    assert right_at_the_root(model, *tree_expressions(200, depth=depth, random_state=1)) > 0.95


def test_a_readout_at_the_root_learns_small_trees():
    trees, values = tree_expressions(400, depth=1, random_state=0)
    model = TreeESNRegressor(random_state=0).fit(trees, [v[0] for v in values])
    assert right_at_the_root(model, *tree_expressions(100, depth=1, random_state=1)) > 0.95


def test_the_value_of_a_part_follows_from_its_children():
    trees, values = tree_expressions(5, depth=3, kind="arithmetic", random_state=0)
    for tree, value in zip(trees, values, strict=True):
        for node, children in enumerate(tree.children):
            operation = tree.labels[node, 1:]
            if children:
                a, b = value[children]
                expected = operation @ [(a + b) / 2, (a - b) / 2, a * b]
                assert value[node] == pytest.approx(expected)
            else:
                assert value[node] == tree.labels[node, 0]
                assert not operation.any()


@pytest.mark.parametrize(
    ("trees", "message"),
    [
        ([], "at least one tree"),
        ([Tree([[1.0]], [[], []])], "Tree 0: there are 1 labels"),
        ([Tree([[1.0], [1.0]], [[1], [0]])], "Tree 0: children: there is a cycle"),
        ([Tree([[1.0]] * 3, [[1], [], [2]])], "Tree 0: children: there is a cycle"),
        ([Tree([[1.0]] * 3, [[1, 2], [2], []])], "Tree 0: children: node 2 has 2 parents"),
        ([Tree([[1.0]] * 2, [[], []])], "Tree 0: children: there are 2 roots"),
        ([Tree([[1.0]] * 2, [[5], []])], "Tree 0: children: node 0 has the child 5"),
        ([Tree([[np.nan]], [[]])], "Tree 0: .*NaN"),
        ([chain([[1.0]]), chain([[1.0, 2.0]])], "Tree 1 has labels of 2 features"),
    ],
)
def test_what_is_no_tree_is_refused(trees, message):
    with pytest.raises(ValueError, match=message):
        read_trees(trees)


def test_other_bad_input_is_named():
    trees, values = tree_expressions(6, depth=1, random_state=0)
    with pytest.raises(ValueError, match="needs a target at each node"):
        TreeESNRegressor(TreeReservoir(feedback_scaling=1.0)).fit(trees, np.ones(6))
    with pytest.raises(ValueError, match=r"y has shape \(5,\)"):
        TreeESNRegressor().fit(trees, np.ones(5))
    with pytest.raises(ValueError, match=r"y\[5\] has shape \(2, 1\), but tree 5 has 3 nodes"):
        TreeESNRegressor(output="node").fit(trees, [*values[:5], np.ones(2)])
    fitted = TreeReservoir(5).fit([chain([[1.0], [2.0]])])
    with pytest.raises(ValueError, match="A node has 2 children"):
        fitted.transform([Tree([[1.0]] * 3, [[1, 2], [], []])])
    with pytest.raises(TypeError, match="must be a Tree or a networkx"):
        read_trees([{"a": 1}])
