"""Warnings and errors of esnkit."""

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


class TooFewStepsError(ValueError):
    """A series is too short for what is to be fitted to it.

    Examples
    --------
    >>> from esnkit import SeasonalNaive
    >>> from esnkit.core.exceptions import TooFewStepsError
    >>> try:
    ...     SeasonalNaive(12).fit([3.0, 1.0, 2.0])
    ... except TooFewStepsError as error:
    ...     print(error)
    Series 0 of y has 3 step(s), but SeasonalNaive(season_length=12) needs at least 12.
    """
