"""Draw the rooms of the package, floor by floor, into ``docs/_static/house.svg``.

The floors are those of ``tests/test_architecture.py``, the files those on disk. The tests draw the
picture again and compare, so run this after a file came, went or moved:

    python docs/_ext/house_picture.py
"""

from __future__ import annotations

import ast
import textwrap
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "_static" / "house.svg"

# What each floor is called, the highest first, and what is to be found in a room.
LABELS = (
    "command line",
    "the package",
    "comparisons",
    "figures",
    "uses of models",
    "models",
    "memories",
    "parts",
    "ground",
    "cellar",
)
CAPTIONS = {
    "cli": "arguments in, files and a short table out",
    "__main__": "python -m",
    "esnkit": "the public names",
    "comparison": "tasks, contestants, and the report",
    "dask": "clusters",
    "persistence": "saved models",
    "sktime": "adapters",
    "plotting": "Displays: arrays in, axes out",
    "networks": "trained by gradient",
    "analysis": "measures",
    "forecasting": "past the end of a series",
    "models": "a memory and a readout",
    "memories": "sequences into states",
    "topology": "who listens to whom",
    "readouts": "states into outputs",
    "datasets": "series to learn from",
    "search": "settings, origins",
    "core": "checks, seeds, sequences, state",
    "metrics": "errors",
    "kernels": "compiled loops, the only home of numba",
}
LEFT, WIDTH, GAP = 120, 860, 8
NARROWEST = 112
LETTER, LINE = 5.6, 13  # of the small print, in pixels
HEAD = 38  # title and caption of a room


def floors() -> list[tuple[str, ...]]:
    """Read the table of floors, and return it with the highest first."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text("utf-8"))
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "FLOORS"
    )
    return list(reversed(ast.literal_eval(table)))


def inside(room: str) -> list[str]:
    """Name the files of a room, then those of each room inside it."""
    folder = ROOT.joinpath(*room.split("."))
    if room == "esnkit" or not folder.is_dir():
        return []
    names = [", ".join(files(folder))]
    names += [
        f"{part.name}/: {', '.join(files(part))}"
        for part in sorted(folder.iterdir())
        if (part / "__init__.py").exists()
    ]
    return [name for name in names if name]


def files(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("__"))


def widths(rooms: tuple[str, ...]) -> list[float]:
    """Share the width of a floor out by how much there is to say of each room."""
    said = [sum(map(len, inside(room))) for room in rooms]
    room_left = WIDTH - LEFT - 10 - GAP * (len(rooms) - 1) - NARROWEST * len(rooms)
    total = sum(said) or len(rooms)
    return [NARROWEST + room_left * (n if sum(said) else 1) / total for n in said]


def wrapped(room: str, width: float) -> list[str]:
    """Break what a room holds into lines that fit."""
    letters = int((width - 12) / LETTER)
    return [line for names in inside(room) for line in textwrap.wrap(names, letters)]


def draw() -> str:
    """Return the picture."""
    parts: list[str] = []
    top = 10.0
    for label, rooms in zip(LABELS, floors(), strict=True):
        shares = widths(rooms)
        prints = [wrapped(room, width) for room, width in zip(rooms, shares, strict=True)]
        height = HEAD + 8 + LINE * max(map(len, prints))
        parts.append(text(10, top + 20, 13, "#57606a", label))
        left = float(LEFT)
        for room, width, lines in zip(rooms, shares, prints, strict=True):
            parts += draw_room(room.removeprefix("esnkit."), lines, (left, top, width, height))
            left += width + GAP
        top += height + GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 2:.0f}" '
        'font-family="system-ui, sans-serif" role="img" '
        'aria-label="The rooms of esnkit by floor; imports go down only">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"])


def draw_room(name: str, lines: list[str], place: tuple[float, float, float, float]) -> list[str]:
    left, top, width, height = place
    box = (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6" '
        'fill="#eaf2fb" stroke="#0072b2"/>'
    )
    title = text(left + 8, top + 18, 14, "#1f2328", name, weight=600)
    caption = text(left + 8, top + 33, 11, "#57606a", CAPTIONS[name])
    small = [
        text(left + 8, top + HEAD + 12 + LINE * i, 10.5, "#1f2328", line)
        for i, line in enumerate(lines)
    ]
    return [box, title, caption, *small]


def text(x: float, y: float, size: float, colour: str, said: str, weight: int = 400) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}">{escape(said)}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
