"""The state of a memory or model between two time steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esnkit.core.checks import naming
from esnkit.core.typing import FloatArray


@dataclass(frozen=True, eq=False)
class State:
    """Everything a memory or a model carries from one time step to the next.

    A value, not a place: running a model from a state leaves the state as it is and returns a new
    one. The arrays cannot be written to.

    Parameters
    ----------
    states : ndarray of shape (n_units,)
        h(n), the state of the units after the last step.
    output : ndarray of shape (n_outputs,), default=()
        y(n), the last output: the teacher's if the last step was teacher-forced, otherwise the
        model's own. Output feedback and free runs start from it. Empty for a memory alone.

    Examples
    --------
    >>> import numpy as np
    >>> State(np.zeros(3), np.array([0.5]))
    State(3 units, output=[0.5])
    """

    states: NDArray[Any]
    output: FloatArray = ()  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Keep copies that nobody can write to."""
        for name, values in (("states", self.states), ("output", self.output)):
            with naming(name):
                copy = np.array(values, dtype=None if name == "states" else np.float64)
            copy.setflags(write=False)
            object.__setattr__(self, name, copy)

    def __repr__(self) -> str:
        return f"State({self.states.size} units, output={self.output})"
