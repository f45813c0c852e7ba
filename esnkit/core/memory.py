"""How much memory is free, and the refusal of what would need more than half of it."""

from __future__ import annotations

from pathlib import Path

from esnkit.core.checks import check_count

_MEMINFO = Path("/proc/meminfo")
# Limits of the container, and what it uses: control groups of version 2, then of version 1.
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
_ALWAYS_FREE = 2**20  # less is not worth a look into the files of the system
_UNKNOWN = 16 * 2**30  # taken for free where the system does not tell


def free_memory() -> int:
    """Return the bytes that the machine, and the container around this process, leave free."""
    known = []
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        known += [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")]
    except (OSError, ValueError):
        pass
    for limit, used in _GROUPS:
        try:
            known.append(int(Path(limit).read_text()) - int(Path(used).read_text()))
        except (OSError, ValueError):  # no such group, or no limit ("max")
            continue
    return max(0, min(known, default=_UNKNOWN))


def refuse_too_large(n_bytes: int, what: str) -> None:
    """Refuse, before the work, what would take more than half of the free memory.

    Parameters
    ----------
    n_bytes : int
        What would be needed.
    what : str
        What for; it names the arguments that made it so large, with their values.

    Raises
    ------
    ValueError
        If that is more than half of what is free.

    Examples
    --------
    >>> from esnkit.core.memory import refuse_too_large
    >>> refuse_too_large(1000, "n_units=5")
    """
    if n_bytes < _ALWAYS_FREE:
        return
    free = free_memory()
    if n_bytes > free // 2:
        raise ValueError(
            f"{what} needs about {_readable(n_bytes)} of memory, which is more than half of the "
            f"{_readable(free)} that are free."
        )


def check_length(value: int, name: str, *, minimum: int = 1, bytes_each: int = 64) -> int:
    """Return a number of things that are held in memory, if there is room for as many."""
    length = check_count(value, name, minimum=minimum)
    refuse_too_large(bytes_each * length, f"{name}={length}")
    return length


def _readable(n_bytes: int) -> str:
    """Write bytes with a fitting unit."""
    value, units = float(n_bytes), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:,.3g} {units[0]}"
