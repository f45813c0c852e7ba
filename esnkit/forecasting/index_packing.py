"""Indexes of dates and numbers, laid out in plain arrays and text for files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pandas.tseries.offsets import BaseOffset

__all__ = ["pack_index", "unpack_index"]


def pack_index(index: pd.Index | None) -> dict[str, Any] | None:
    """Lay an index out in numbers and text, so that a file needs no pandas objects.

    Parameters
    ----------
    index : pandas.Index or None
        Dates or periods with a frequency, or numbers.

    Returns
    -------
    dict or None
        What `unpack_index` makes the same index of.

    Raises
    ------
    ValueError
        If the frequency of dates cannot be written down.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.index_packing import pack_index, unpack_index
    >>> index = pd.date_range("2020-01-31", periods=3, freq="ME", tz="Europe/Berlin")
    >>> unpack_index(pack_index(index)).equals(index)
    True
    """
    import pandas as pd

    if index is None:
        return None
    packed: dict[str, Any] = {"name": index.name}
    if isinstance(index, pd.PeriodIndex):
        return packed | {"kind": "periods", "values": index.asi8, "freq": index.freqstr}
    if isinstance(index, pd.DatetimeIndex):
        zone = None if index.tz is None else str(index.tz)
        freq = _pack_offset(index.freq)
        return packed | {
            "kind": "dates", "values": index.asi8, "unit": index.unit, "zone": zone, "freq": freq
        }  # fmt: skip
    if isinstance(index, pd.RangeIndex):
        return packed | {"kind": "range", "values": [index.start, index.stop, index.step]}
    return packed | {"kind": "numbers", "values": index.to_numpy()}


def unpack_index(packed: dict[str, Any] | None) -> pd.Index | None:
    """Make an index of what `pack_index` made of it.

    Parameters
    ----------
    packed : dict or None
        The packed index.

    Returns
    -------
    pandas.Index or None
        The same as before.

    Examples
    --------
    >>> import pandas as pd
    >>> from esnkit.forecasting.index_packing import pack_index, unpack_index
    >>> unpack_index(pack_index(pd.RangeIndex(3, 9)))
    RangeIndex(start=3, stop=9, step=1)
    """
    import pandas as pd

    if packed is None:
        return None
    kind, values, name = packed["kind"], packed["values"], packed["name"]
    if kind == "range":
        return pd.RangeIndex(values[0], values[1], values[2], name=name)
    if kind == "numbers":
        return pd.Index(values, name=name)
    if kind == "periods":
        periods: Any = pd.PeriodIndex  # the type stubs know no from_ordinals
        return periods.from_ordinals(values, freq=packed["freq"], name=name)
    dates = pd.DatetimeIndex(values.view(f"M8[{packed['unit']}]"), name=name)
    if packed["zone"] is not None:
        dates = dates.tz_localize("UTC").tz_convert(packed["zone"])
    return pd.DatetimeIndex(dates, freq=_unpack_offset(packed["freq"]))


def _pack_offset(offset: BaseOffset | None) -> Any:
    """Write a frequency down: by its name if it has one, else by its parts."""
    import pandas as pd
    from pandas.tseries.frequencies import to_offset

    if offset is None:
        return None
    if type(offset) is pd.DateOffset:
        return {"n": offset.n, **offset.kwds}
    if isinstance(offset, pd.offsets.CustomBusinessDay):
        holidays = [str(day)[:10] for day in offset.holidays]
        return {"n": offset.n, "weekmask": offset.weekmask, "holidays": holidays}
    if to_offset(offset.freqstr) != offset:
        raise ValueError(f"The frequency {offset!r} cannot be written down.")
    return offset.freqstr


def _unpack_offset(packed: Any) -> Any:
    """Make a frequency of what `_pack_offset` made of it."""
    import pandas as pd

    if not isinstance(packed, dict):
        return packed
    kind = pd.offsets.CustomBusinessDay if "holidays" in packed else pd.DateOffset
    return kind(**packed)
