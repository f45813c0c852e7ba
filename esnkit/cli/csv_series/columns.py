"""What columns hold: numbers, counts of rows, or the names of series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from esnkit.cli.csv_series.missing import is_gap
from esnkit.cli.csv_series.numbers import Signs, find_signs, is_number, take_apart
from esnkit.cli.csv_series.options import ReadOptions
from esnkit.cli.csv_series.table import Table, TableError, listing, quote

_NAMES = re.compile(  # columns that say whose values they are
    r"^(.*[ _])?(entity|country|region|state|province|county|city|town|geo|location|area|site"
    r"|station|sensor|device|meter|name|series|product|item|sku|store|shop|customer|id|code|ticker"
    r"|symbol|variable|metric|indicator|measure|key|group|category|land|ort|pays|país|ciudad)$",
    re.IGNORECASE,
)
_COUNTERS = re.compile(
    r"^(column \d+|unnamed: 0|index|rownames|row|row[ _.]?names?|id|_id|no\.?|nr\.?|s\.?no\.?"
    r"|#|x|x1|n|i|k|t"
    r"|obs|observation|time|steps?|slot|period|nth day|day index|day|month|week|kw|hour|hoy"
    r"|hour[ _]of[ _](the[ _])?year|year|seq"
    r"|sequence|rank|count|number|line|x_value|seconds?|sec|s|elapsed)$",
    re.IGNORECASE,
)
_CLOCKS = re.compile(  # columns of the time since a start
    r"^(t|x|ds|time|timestamp|x[ _]?(value|axis)|elapsed.*|seconds?|frame|tick)"
    r"\s*([(\[].*[)\]])?$",
    re.IGNORECASE,
)
EPOCH = 1e8  # from which on numbers may be seconds since 1970
_EVEN = 0.01  # of a step by which others may differ
_SURE_COUNTERS = re.compile(
    r"^(unnamed: 0|index|row|row[ _.]?names?|rownames|(.*[ _])?id|no\.?|nr\.?|#|(.*[ _])?record|obs"
    r"|sample|entry|lfd\.? ?nr\.?)$",
    re.IGNORECASE,
)
_MIXED_NAMES = re.compile(  # of columns that say so even if the series take turns
    r"^(?!(promo|top|best|main|featured|is|has|on)\w*[ _])(.*[ _])?"
    r"(sensor|device|meter|station|series|variable|varname|metric|indicator|measure"
    r"|measurement|parameter|ticker|symbol|item|sku|product|entity|entity_id|channel|tag|store|shop"
    r"|branch|customer|account|country|region)"
    r"([ _]?(id|name|code))?$",
    re.IGNORECASE,
)
_SHORTEST = 5  # rows of one series above those of the next
_SAMPLE = 200  # rows that decide what a column holds


def check_column(table: Table, name: str, option: str) -> str:
    """Return the column of a name, also in another case or by number; or say which are near."""
    if name in table.header:
        _refuse_namesakes(table, name, option)
        return name
    lower = {column.lower(): column for column in table.header}
    if len(lower) < len(table.header):
        lower = {}
    for other in (name.removesuffix(".0"), f"column {name}", lower.get(name.lower())):
        if other in table.header:
            return str(other)
    near = [lower[match] for match in get_close_matches(name.lower(), lower)]
    hint = f" Did you mean {listing(near, ' or ')}?" if near else ""
    raise TableError(
        f"{table.path}: there is no column {quote(name)} for {option}, only "
        f"{listing(table.header)}.{hint}"
    )


def _refuse_namesakes(table: Table, name: str, option: str) -> None:
    """Refuse to choose between columns of one name, which were numbered when they were read."""
    others = [f"{name}.{i}" for i in range(1, len(table.header)) if f"{name}.{i}" in table.header]
    if f"{name}.1" in others and any(table.column(o) != table.column(name) for o in others):
        raise TableError(
            f"{table.path}: {1 + len(others)} columns are called {quote(name)}; {option} names "
            f"one: {listing([f'{name}.0', *others])}."
        )


def mostly_numbers(cells: Sequence[str]) -> bool:
    """Tell whether more than half of the cells that are no gaps hold numbers."""
    cells = [cell for cell in cells if not is_gap(cell)][:_SAMPLE]
    return bool(cells) and 2 * sum(map(is_number, cells)) > len(cells)


def counts(values: np.ndarray) -> bool:
    """Tell whether numbers rise or fall by one from row to row."""
    return (
        len(values) > 1
        and bool((np.abs(np.diff(values) - values[1] + values[0]) == 0).all())
        and (abs(values[1] - values[0]) == 1)
    )


def is_counter(table: Table, name: str) -> bool:
    """Tell whether a column counts the rows, or the time since a start, by name and numbers."""
    cells = table.column(name)
    if _CLOCKS.match(name) and len(cells) >= _SHORTEST and _is_even(cells):
        return True
    if not all(re.fullmatch(r"-?\d+", cell) for cell in cells):
        return False
    if any(re.match(r"0\d{1,2}$", cell) for cell in cells):  # years of two digits, perhaps
        return False
    values = np.array([float(cell) for cell in cells])
    named = _SURE_COUNTERS.match(name) or (_COUNTERS.match(name) and values.min() < 1000)
    return bool(named) and counts(values)


def _is_even(cells: Sequence[str]) -> bool:
    """Tell whether numbers with decimals, or of seconds, rise in steps of one length."""
    numbers = [take_apart(cell) for cell in cells]
    signs = find_signs([n for n in numbers if n], ".", None, "") if all(numbers) else None
    commas = any("," in n.body for n in numbers if n)
    signs = Signs(",", ".") if commas else signs
    values = [signs.read(n) if signs and n else None for n in numbers]
    steps = np.diff([np.nan if value is None else value for value in values])
    even = (np.abs(steps - steps.mean()) < _EVEN * steps.mean()).all()
    return bool(even) and abs(values[0] or 0) < EPOCH


def pick_series(table: Table, options: ReadOptions) -> list[str]:
    """Keep the rows of one series where a column names several."""
    column = options.id_column
    if column in (None, "none"):
        if options.series_id is None:
            return []
        holders = [n for n in table.header if table.column(n).count(options.series_id) > 2]
        if len(holders) != 1:
            raise TableError("--id needs --id-column, which says what column names the series.")
        column = holders[0]
    column = check_column(table, str(column), "--id-column")
    cells = table.column(column)
    ids = list(dict.fromkeys(cells))
    if options.series_id is None and len(ids) > 1:
        raise TableError(
            f"{table.path}: column {quote(column)} names {len(ids)} series, choose one "
            f"with --id: {listing(ids)}."
        )
    wanted = ids[0] if options.series_id is None else options.series_id
    if wanted not in ids:
        raise TableError(f"{table.path}: --id {quote(wanted)} is none of {listing(ids)}.")
    table.keep([row for row, cell in enumerate(cells) if cell == wanted])
    return [f"rows where {quote(column)} is {quote(wanted)}"]


def refuse_mixed_series(table: Table, options: ReadOptions) -> None:
    """Refuse rows that a column of names parts into several series, below each other or mixed."""
    told = options.id_column is not None or options.series_id is not None
    for name in () if told else table.header:
        cells = table.column(name)
        starts = [row for row in range(1, len(cells)) if cells[row] != cells[row - 1]]
        if not starts or "" in cells or name == options.target or mostly_numbers(cells):
            continue
        lengths = np.diff([0, *starts, len(cells)])
        below = len(set(cells)) == len(lengths) and lengths.min() >= _SHORTEST
        mixed = _MIXED_NAMES.match(name) and 2 * len(set(cells)) <= len(cells)
        if mixed or (below and _NAMES.match(name)):
            raise TableError(
                f"{table.path}: rows belong to {listing(sorted(set(cells)))} by column "
                f"{quote(name)}; choose with --id-column and --id, or --id-column none takes all."
            )
