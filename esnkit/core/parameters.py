"""How an estimator keeps its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def store_parameters(estimator: object, arguments: Mapping[str, Any]) -> None:
    """Store the arguments of ``__init__`` under their names, as scikit-learn asks.

    For estimators that share a dozen parameters with others, whose class says their types.

    Parameters
    ----------
    estimator : object
        Whom the parameters belong to.
    arguments : mapping
        ``locals()`` at the head of its ``__init__``.

    Examples
    --------
    >>> from sklearn.base import BaseEstimator
    >>> from esnkit.core.parameters import store_parameters
    >>> class Example(BaseEstimator):
    ...     def __init__(self, size=3, *, rate=0.1):
    ...         store_parameters(self, locals())
    >>> Example(4).get_params()
    {'rate': 0.1, 'size': 4}
    """
    for name, value in arguments.items():
        if name != "self":
            setattr(estimator, name, value)
