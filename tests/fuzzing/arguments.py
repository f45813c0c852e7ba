"""Strange values for every parameter of everything public, and what became of each."""

from __future__ import annotations

import decimal
import fractions
import re
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from esnkit import State
from tests.fuzzing.display_subjects import DISPLAYS
from tests.fuzzing.more_subjects import MORE
from tests.fuzzing.subjects import SUBJECTS as FIRST

SUBJECTS = FIRST | MORE | DISPLAYS

STRANGE: dict[str, Any] = {
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": float("-inf"),
    "None": None,
    "text": "text",
    "empty text": "",
    "bytes": b"x",
    "True": True,
    "False": False,
    "0": 0,
    "-1": -1,
    "-0.5": -0.5,
    "2.5": 2.5,
    "1e308": 1e308,
    "-1e308": -1e308,
    "1e-320": 1e-320,
    "10**12": 10**12,
    "10**30": 10**30,
    "-10**30": -(10**30),
    "10**400": 10**400,
    "int8": np.int8(2),
    "int64": np.int64(2),
    "uint8": np.uint8(2),
    "uint64": np.uint64(2),
    "float16": np.float16(0.5),
    "float32": np.float32(0.5),
    "float64": np.float64(0.5),
    "1e40": 1e40,
    "1e-40": 1e-40,
    "numpy nan": np.float64("nan"),
    "numpy bool": np.True_,
    "numpy text": np.str_("text"),
    "complex": 1j,
    "numpy complex": np.complex128(1 + 1j),
    "date": np.datetime64("2020-01-01"),
    "decimal": decimal.Decimal("0.5"),
    "fraction": fractions.Fraction(1, 2),
    "object": object(),
    "class": dict,
    "function": lambda *arguments: "text",
    "empty list": [],
    "list of NaN": [float("nan")],
    "list of None": [None],
    "list of text": ["text"],
    "dict": {},
    "empty array": np.array([]),
    "array": np.array([1.0, -2.0]),
    "3-D array": np.full((2, 2, 2), np.nan),
}

# Work without end is what these ask for.
ENDLESS = {"max_iter", "n_candidates", "max_iterations", "time_budget", "n_members"}
SECONDS = 10
_FOLDER = tempfile.TemporaryDirectory()

# An item of a list is called by its own name.
NAMED = {"memories": "memor(y|ies)"}


# Why a case may end otherwise than in a finite result or a refusal by name: none does.
EXPLAINED: dict[tuple[str, str, str], str] = {}


@dataclass(frozen=True)
class Outcome:
    """What became of one value: accepted, refused, or a fault with what was seen."""

    verdict: str
    seen: str = ""


def cases() -> Iterator[tuple[str, str, str]]:
    """Every subject, parameter and strange value."""
    for name, subject in SUBJECTS.items():
        for parameter in subject.parameters():
            for strange in STRANGE:
                if strange == "10**12" and parameter in ENDLESS:
                    continue
                yield name, parameter, strange


CASES = tuple(cases())


def judge(name: str, parameter: str, strange: str) -> Outcome:
    """Give a parameter a strange value and say what became of it."""
    outcome = _judge(name, parameter, strange)
    # What a case compiles may take longer than all its work, but is compiled only once.
    return _judge(name, parameter, strange) if outcome.verdict == "endless" else outcome


def _judge(name: str, parameter: str, strange: str) -> Outcome:
    subject = SUBJECTS[name]
    given = subject.arguments | {parameter: STRANGE[strange]}
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            chdir(_FOLDER.name),  # where text may be the name of a file
            time_limit(SECONDS),
        ):
            warnings.simplefilter("ignore")
            result = subject.use(subject.make(**given))
    except (ValueError, TypeError) as error:
        named = re.search(rf"\b{NAMED.get(parameter, parameter)}(\b|\d)", str(error)) is not None
        return Outcome("refused" if named else "unnamed", f"{type(error).__name__}: {error}")
    except FileNotFoundError as error:  # the value itself is what is not there
        named = error.filename == given[parameter]
        return Outcome("refused" if named else "foreign", f"FileNotFoundError: {error}")
    except TimeoutError:
        return Outcome("endless")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Outcome("foreign", f"{type(error).__name__}: {error}")
    return Outcome("accepted") if is_finite(result) else Outcome("not finite")


def is_finite(result: Any) -> bool:
    """Tell whether all numbers in a result are finite."""
    if result is None or isinstance(result, str):
        return True
    if isinstance(result, State):
        result = [result.states, result.output]
    if isinstance(result, pd.DataFrame):
        result = result.select_dtypes("number")
    if isinstance(result, list | tuple):
        return all(is_finite(part) for part in result)
    if hasattr(result, "toarray"):
        result = result.toarray()
    return bool(np.isfinite(np.asarray(result, dtype=np.float64)).all())


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in what takes more of the processor, when compiled code gives it back."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
