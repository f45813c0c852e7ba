"""Compiling ahead of the first use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from esnkit.memories.reservoir import Reservoir
from esnkit.models.esn import ESNRegressor
from esnkit.readouts.ridge import RidgeReadout


def warmup(*, progress: bool = True) -> None:
    """Compile what a first fit and a first forecast need, and keep it for later processes.

    Compiled code is kept on disk, so that this is needed once for each installation, such as
    while a container is built. Where everything is there already, it takes a moment.

    Parameters
    ----------
    progress : bool, default=True
        Whether to show a line of progress.

    Examples
    --------
    >>> import esnkit
    >>> esnkit.warmup(progress=False)
    """
    from tqdm.auto import tqdm

    wave = np.sin(np.arange(60) / 4)
    rows, targets = wave[:-1, None], wave[1:]
    model = ESNRegressor(Reservoir(20, random_state=0), RidgeReadout())
    panel = [rows[:3]] * 16
    steps: dict[str, Callable[[], object]] = {
        "fits": lambda: model.fit(rows, targets),
        "forecasts": lambda: model.free_run(2),
        "panels": lambda: model.predict(panel),
        "forecasts of panels": lambda: model.free_run(2, state=[model.initial_state()] * 16),
        "steppers": lambda: model.stepper().step(0.5),
    }
    with tqdm(steps.items(), desc="Compiling", disable=not progress) as line:
        for name, call in line:
            line.set_postfix_str(name)
            call()
