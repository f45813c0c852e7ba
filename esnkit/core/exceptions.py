"""Warnings of esnkit."""

from __future__ import annotations


class DivergenceWarning(RuntimeWarning):
    """A model that runs on its own outputs has left the range it was trained on.

    The outputs are clipped at the bounds from the step that the warning names, so they stay finite,
    but they are no forecast any more.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", DivergenceWarning)  # stop instead of going on
    """
