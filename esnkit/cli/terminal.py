"""Printing: control characters are taken out of text, and a closed pipe is no error."""

from __future__ import annotations

import os
import sys
from typing import IO


def say(text: object, *, error: bool = False) -> None:
    """Print text whose own lines stay lines, on standard output or standard error."""
    write(f"{text}\n", sys.stderr if error else sys.stdout)


def write(text: str, stream: IO[str]) -> None:
    """Write to a stream without control characters; a pipe that is closed is ignored."""
    try:
        stream.write("\n".join(map(one_line, text.split("\n"))))
        stream.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def one_line(text: object) -> str:
    """Replace what would move the cursor, end the line, or has no glyph."""
    return "".join(char if char.isprintable() else "?" for char in str(text))
