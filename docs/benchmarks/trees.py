"""The value of Boolean expressions, by the depth of their trees.

400 full binary trees to learn from and 400 others to judge by, half of them true at the root, so
the majority is right in half of the cases. A readout at the root alone sees whole trees and their
values; a readout at each node, whose output is fed to the parent, sees the value of each part while
it learns. 300 units, the default settings, five seeds of reservoir and trees.
"""

from __future__ import annotations

import numpy as np
from common import publish

from esnkit import TreeESNRegressor, TreeReservoir
from esnkit.datasets import tree_expressions


def share_right(depth: int, output: str, seed: int) -> float:
    """Fit and judge once."""
    train, test = (
        tree_expressions(400, depth=depth, random_state=1000 + 2 * seed + part) for part in (0, 1)
    )
    feedback = 1.0 if output == "node" else 0.0
    model = TreeESNRegressor(
        TreeReservoir(300, feedback_scaling=feedback), output=output, random_state=seed
    )
    values = train[1] if output == "node" else [value[0] for value in train[1]]
    predicted = model.fit(train[0], values).predict(test[0])
    roots = np.array([p[0] for p in predicted]) if output == "node" else predicted
    return float(np.mean((roots > 0) == [value[0] > 0 for value in test[1]]))


def main() -> None:
    rows = []
    for depth in range(1, 9):
        shares = {o: [share_right(depth, o, s) for s in range(5)] for o in ("root", "node")}
        cells = [f"{np.median(s):.3f} ({min(s):.3f} to {max(s):.3f})" for s in shares.values()]
        rows.append((depth, 2**depth, *cells))
    publish(
        __file__,
        ["depth", "leaves", "readout at the root: right, median (range)", "at each node, fed back"],
        rows,
    )


if __name__ == "__main__":
    main()
