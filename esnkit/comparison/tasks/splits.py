"""Data cut into a part to learn from and a part to be judged by, and the same again within."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esnkit.core.typing import FloatArray
from esnkit.search.rolling_origins import RollingOrigins

N_ORIGINS = 10  # with fewer a paired test has little to say
N_FOLDS = 5  # forecasts of the validation
FEWEST_ROWS = 30  # to learn from, before the first forecast of the validation
_FEWEST_SEQUENCES = 3  # to keep some apart for the validation


@dataclass(frozen=True, eq=False)
class SeriesSplit:
    """A series, of which the first part is for learning and the rest for forecasts.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_variables)
        The series.
    horizon : int
        Steps to forecast from each origin.
    n_origins : int, default=10
        Origins; they lie `stride` steps apart.
    stride : int, default=None
        None means the horizon, so that forecasts never share a step: what is tested on should.
    variables : tuple of str, default=("y",)
        Their names.
    labels : tuple of str, default=()
        Dates of the steps, if there are any.
    period : int, default=None
        The season, in steps, found in the training part.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import SeriesSplit
    >>> split = SeriesSplit(np.arange(200.0)[:, None], horizon=10, n_origins=5)
    >>> split.origins
    [150, 160, 170, 180, 190]
    >>> split.fold().origins
    [100, 110, 120, 130, 140]
    """

    values: FloatArray
    horizon: int
    n_origins: int = N_ORIGINS
    stride: int | None = None
    variables: tuple[str, ...] = ("y",)
    labels: tuple[str, ...] = ()
    period: int | None = None

    @property
    def origins(self) -> list[int]:
        """How many steps are known at each origin, the fewest first."""
        rolling = RollingOrigins(self.horizon, self.n_origins, self.stride or self.horizon)
        return rolling.cuts(len(self.values))

    @property
    def n_train(self) -> int:
        """Number of steps to learn from."""
        return self.origins[0]

    @property
    def train(self) -> FloatArray:
        """The part to learn from, of shape (n_train, n_variables)."""
        return self.values[: self.n_train]

    def fold(self) -> SeriesSplit:
        """Return the training part, with five forecasts at its end as the test: the validation.

        They share steps where they would otherwise take up more than a third.

        Returns
        -------
        SeriesSplit
        """
        n_last = min(self.n_train // 3, self.n_train - FEWEST_ROWS)
        stride = RollingOrigins.within(n_last, self.horizon, N_FOLDS).stride
        return SeriesSplit(self.train, self.horizon, N_FOLDS, stride, period=self.period)

    def content(self) -> bytes:
        """Return the numbers, by which equal data are known under any name.

        Returns
        -------
        bytes
        """
        return np.ascontiguousarray(self.values).tobytes()


@dataclass(frozen=True, eq=False)
class Pairs:
    """Sequences of inputs and targets.

    Parameters
    ----------
    inputs : list of ndarray of shape (n_steps, n_inputs)
        What is given.
    targets : list of ndarray of shape (n_steps, n_outputs)
        What is wanted, row by row.
    counted : list of ndarray of bool of shape (n_steps,)
        Rows that are learned and scored; others are run over only.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import Pairs
    >>> u = np.array([[1.0], [2.0], [3.0]])
    >>> Pairs([u], [2 * u], [np.array([False, True, True])]).wanted()
    array([[4.],
           [6.]])
    """

    inputs: list[FloatArray]
    targets: list[FloatArray]
    counted: list[NDArray[np.bool_]]

    def wanted(self) -> FloatArray:
        """Return all targets that count, below each other.

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
        """
        return np.concatenate([y[c] for y, c in zip(self.targets, self.counted, strict=True)])

    def only(self, which: slice) -> Pairs:
        """Return some of the sequences.

        Parameters
        ----------
        which : slice
            Their numbers.

        Returns
        -------
        Pairs
        """
        return Pairs(self.inputs[which], self.targets[which], self.counted[which])


@dataclass(frozen=True, eq=False)
class DrivenSplit:
    """Sequences to learn from, and independent draws of the same kind to be judged by.

    Parameters
    ----------
    train : Pairs
        To learn from.
    draws : list of Pairs
        To be judged by; each gives one score.
    variables : tuple of str, default=("y",)
        Names of the outputs.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import DrivenSplit, Pairs
    >>> rows = np.arange(30.0)[:, None]
    >>> part = Pairs([rows], [rows], [np.ones(30, dtype=bool)])
    >>> DrivenSplit(part, [part] * 10).fold().train.inputs[0].shape
    (20, 1)
    """

    train: Pairs
    draws: list[Pairs]
    variables: tuple[str, ...] = ("y",)

    @property
    def n_train(self) -> int:
        """Number of rows to learn from."""
        return sum(len(x) for x in self.train.inputs)

    def fold(self) -> DrivenSplit:
        """Return the training part, the last third of it being the test: the validation.

        Returns
        -------
        DrivenSplit
        """
        n_sequences = len(self.train.inputs)
        if n_sequences >= _FEWEST_SEQUENCES:
            cut = n_sequences - n_sequences // 3
            last = [self.train.only(slice(cut, None))]
            return DrivenSplit(self.train.only(slice(cut)), last, self.variables)
        return self._cut_each()

    def content(self) -> bytes:
        """Return the numbers, by which equal data are known under any name.

        Returns
        -------
        bytes
        """
        parts = [self.train, *self.draws]
        arrays = [array for part in parts for array in (*part.inputs, *part.targets)]
        return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)

    def _cut_each(self) -> DrivenSplit:
        """Cut every sequence at two thirds; the last third is scored after running over all."""
        cuts = [2 * len(x) // 3 for x in self.train.inputs]
        parts = list(
            zip(self.train.inputs, self.train.targets, self.train.counted, cuts, strict=True)
        )
        head = Pairs(
            [x[:k] for x, _, _, k in parts],
            [y[:k] for _, y, _, k in parts],
            [c[:k] for _, _, c, k in parts],
        )
        late = [c & (np.arange(len(c)) >= k) for _, _, c, k in parts]
        tail = Pairs(self.train.inputs, self.train.targets, late)
        return DrivenSplit(head, [tail], self.variables)


@dataclass(frozen=True, eq=False)
class LabelledSplit(DrivenSplit):
    """Sequences with one label each, whose number among the classes is their only target.

    Parameters
    ----------
    train : Pairs
        To learn from, in an order in which every stretch has its share of each class.
    draws : list of Pairs
        To be judged by; each gives one score.
    variables : tuple of str, default=("y",)
        What is told.
    classes : tuple of str, default=()
        The labels, by number.

    Examples
    --------
    >>> import numpy as np
    >>> from esnkit.comparison import LabelledSplit, Pairs
    >>> one = (np.zeros((5, 1)), np.zeros((1, 1)), np.ones(1, dtype=bool))
    >>> part = Pairs(*([array] * 6 for array in one))
    >>> split = LabelledSplit(part, [part], classes=("a", "b"))
    >>> len(split.fold().train.inputs), split.fold().classes
    (4, ('a', 'b'))
    """

    classes: tuple[str, ...] = ()

    def fold(self) -> LabelledSplit:
        """Return the training part, the last third of it being the test: the validation.

        Returns
        -------
        LabelledSplit
        """
        split = super().fold()
        return LabelledSplit(split.train, split.draws, self.variables, self.classes)


Split = SeriesSplit | DrivenSplit
