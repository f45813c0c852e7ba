"""The list of data sets, and real series by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from esnkit.datasets.real import load_co2, load_el_nino, load_sunspots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["list_datasets", "load"]


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: str
    length: int | None
    frequency: str
    unit: str
    description: str


_ENTRIES = (
    _Entry("sunspots", "real", 309, "yearly", "1", "Sunspot number, 1700 to 2008"),
    _Entry("co2", "real", 2284, "weekly", "ppmv", "Carbon dioxide at Mauna Loa, 1958 to 2001"),
    _Entry("el_nino", "real", 732, "monthly", "°C", "Pacific sea surface (Nino 1+2), 1950 to 2010"),
    _Entry("japanese_vowels", "labelled", 640, "", "1", "Utterances by nine speakers"),
    _Entry("mackey_glass", "synthetic", None, "", "", "Chaotic delay equation"),
    _Entry("lorenz63", "synthetic", None, "", "", "Chaotic flow in three variables"),
    _Entry("lorenz96", "synthetic", None, "", "", "Chaotic ring of variables"),
    _Entry("kuramoto_sivashinsky", "synthetic", None, "", "", "Chaotic front along a line"),
    _Entry("narma", "synthetic", None, "", "", "Nonlinear system with memory 10, 20 or 30, driven"),
    _Entry("damped_oscillator", "synthetic", None, "", "", "Damped oscillator, driven"),
    _Entry(
        "channel_equalization", "synthetic", None, "", "", "Symbols through a bad radio channel"
    ),
    _Entry("adding", "synthetic", None, "", "", "Sequences: mean of two marked numbers"),
    _Entry("multiplying", "synthetic", None, "", "", "Sequences: product of two marked numbers"),
    _Entry("memorization", "synthetic", None, "", "", "Sequences: symbols, to be repeated late"),
    _Entry("tree_expressions", "synthetic", None, "", "", "Expressions as trees, and their values"),
    _Entry("delayed_inputs", "synthetic", None, "", "", "Random input, its past to be recalled"),
    _Entry("delayed_xor", "synthetic", None, "", "", "Spike trains: exclusive or of two bursts"),
    _Entry("permuted_digits", "synthetic", None, "", "", "Sequences: digits, pixel by pixel"),
    _Entry("time_scales", "synthetic", None, "", "", "Power of an input on several time scales"),
    _Entry("mso", "synthetic", None, "", "", "Sum of up to eight sines without common period"),
    _Entry("sine", "synthetic", None, "", "", "Sine wave"),
    _Entry("noisy_sine", "synthetic", None, "", "", "Sine wave under uniform noise"),
)

_LOADERS: dict[str, Callable[[], pd.Series]] = {
    "sunspots": load_sunspots,
    "co2": load_co2,
    "el_nino": load_el_nino,
}


def list_datasets() -> pd.DataFrame:
    """List the shipped series and the generators.

    Returns
    -------
    pandas.DataFrame of shape (n_datasets, 5)
        Indexed by ``name``. The columns are ``kind`` (``"real"``, ``"labelled"`` for sequences
        with labels, or ``"synthetic"``), ``length`` (in steps, or in sequences; missing for
        generators, which make any length), ``frequency`` (empty where there are no dates),
        ``unit`` and ``description``.

    See Also
    --------
    load : Load a real series by its name.

    Examples
    --------
    >>> from esnkit.datasets import list_datasets
    >>> list_datasets().loc["co2", ["kind", "frequency", "unit"]].tolist()
    ['real', 'weekly', 'ppmv']
    """
    import pandas as pd

    table = pd.DataFrame([asdict(entry) for entry in _ENTRIES]).set_index("name")
    return table.astype({"length": "Int64"})


def load(name: str) -> pd.Series:
    """Load a shipped real series by its name, with its loader's defaults.

    Parameters
    ----------
    name : str
        ``"sunspots"``, ``"co2"`` or ``"el_nino"``.

    Returns
    -------
    pandas.Series of shape (n_steps,)
        The series, without missing values, indexed by dates of a known frequency.

    Raises
    ------
    ValueError
        If there is no such series; the message names those with similar names, if there are any.

    See Also
    --------
    list_datasets : List all names.

    Examples
    --------
    >>> from esnkit.datasets import load
    >>> load("sunspots").index.freqstr
    'YS-JAN'
    """
    if name in _LOADERS:
        return _LOADERS[name]()
    kinds = {entry.name: entry.kind for entry in _ENTRIES}
    if kinds.get(name) == "labelled":
        raise ValueError(f"{name!r} is no series: call esnkit.datasets.load_{name}.")
    if name in kinds:
        raise ValueError(f"{name!r} is generated, not shipped: call esnkit.datasets.{name}.")
    near = get_close_matches(str(name), _LOADERS)
    hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(
        f"name must be one of {', '.join(map(repr, _LOADERS))}, got {name!r}. {hint}".rstrip()
    )
