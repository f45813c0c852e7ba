"""Other seeds in every process that a test starts: Python imports a module of this name by itself.

`tests/conftest.py` puts this folder on the path of those processes where `--shift-seeds` is given.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

VARIABLE = "ESNKIT_TESTS_SHIFT_SEEDS"


def shift_seeds(shift: int) -> None:
    """Add a number to every integer seed from which numpy draws, once in a process."""
    import numpy as np

    for name in ("default_rng", "SeedSequence"):
        make = getattr(np.random, name)
        if shift and not hasattr(make, "shift"):
            setattr(np.random, name, _shifted(make, shift))


def _shifted(make: Callable[..., Any], shift: int) -> Callable[..., Any]:
    def shifted(seed: Any = None, *args: Any, **kwargs: Any) -> Any:
        return make(seed + shift if type(seed) is int else seed, *args, **kwargs)

    shifted.shift = shift  # type: ignore[attr-defined]
    return shifted


shift_seeds(int(os.environ.get(VARIABLE, "0")))
