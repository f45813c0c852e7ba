"""One seed in, independent child generators out; the global generator is never touched."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.base import clone

RandomState = None | int | np.integer | np.random.Generator | np.random.RandomState
Purpose = Literal[
    "recurrence",
    "input",
    "bias",
    "feedback",
    "noise",
    "data",
    "reservoir",
    "readout",
    "search",
    "leak",
]

# The place of a name in this tuple is its spawn key: append, never reorder, or every seed changes.
_PURPOSES: tuple[Purpose, ...] = (
    "recurrence",
    "input",
    "bias",
    "feedback",
    "noise",
    "data",
    "reservoir",
    "readout",
    "search",
    "leak",
)


def root_seed(random_state: RandomState) -> np.random.SeedSequence:
    """Turn anything scikit-learn calls a ``random_state`` into a seed sequence.

    Parameters
    ----------
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        An int always gives the same sequence. A generator is drawn from once, so it moves on.
        None takes fresh entropy from the operating system, never numpy's global generator.

    Returns
    -------
    numpy.random.SeedSequence
        The root of the tree of child seeds.

    Raises
    ------
    ValueError
        If ``random_state`` is a negative integer.
    TypeError
        If it is none of the accepted kinds.

    Examples
    --------
    >>> root_seed(7).entropy
    7
    """
    if random_state is None:
        return np.random.SeedSequence()
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(int(random_state.integers(2**63)))
    if isinstance(random_state, np.random.RandomState):
        return np.random.SeedSequence(int(random_state.randint(2**31 - 1)))
    if isinstance(random_state, int | np.integer) and not isinstance(random_state, bool):
        if random_state < 0:
            raise ValueError(f"random_state must be a non-negative integer, got {random_state}.")
        return np.random.SeedSequence(int(random_state))
    raise TypeError(
        "random_state must be an int, a numpy Generator or RandomState, or None, "
        f"got {random_state!r}."
    )


def child_generator(
    seed: np.random.SeedSequence, purpose: Purpose, index: int = 0
) -> np.random.Generator:
    """Make the generator that serves one purpose, independent of all the others.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        The root, from `root_seed`.
    purpose : str
        What the numbers are for: ``"recurrence"``, ``"input"``, ``"bias"``, ``"feedback"``,
        ``"noise"``, ``"data"``, ``"reservoir"``, ``"readout"``, ``"search"`` or ``"leak"``.
    index : int, default=0
        Which of several generators with one purpose, e.g. the number of the sequence.

    Returns
    -------
    numpy.random.Generator
        A fresh generator; the same arguments give the same numbers.

    Examples
    --------
    >>> seed = root_seed(7)
    >>> first, second = (child_generator(seed, "bias").random() for _ in range(2))
    >>> first == second
    True
    """
    key = (*seed.spawn_key, _PURPOSES.index(purpose), index)
    return np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=key))


def own_copy(component: Any, seed: np.random.SeedSequence | None, purpose: Purpose) -> Any:
    """Copy an estimator, and fill the seeds that it and its parts leave open.

    Parameters
    ----------
    component : estimator
        Stays as it is.
    seed : numpy.random.SeedSequence or None
        The root, from `root_seed`. None leaves open what is open.
    purpose : str
        What the component is for, as in `child_generator`.

    Returns
    -------
    estimator
        A clone, in which every `random_state` that was None is an integer.

    Examples
    --------
    >>> from sklearn.linear_model import SGDRegressor
    >>> isinstance(own_copy(SGDRegressor(), root_seed(0), "readout").random_state, int)
    True
    """
    own = clone(component)
    if seed is not None:
        rng = child_generator(seed, purpose)
        for name, value in sorted(own.get_params(deep=True).items()):
            if value is None and name.split("__")[-1] == "random_state":
                own.set_params(**{name: int(rng.integers(2**31))})
    return own
