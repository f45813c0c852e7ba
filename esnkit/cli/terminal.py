"""Printing: control characters are taken out of text, and a closed pipe is no error."""

from __future__ import annotations

import os
import sys
from typing import IO


class UserError(Exception):
    """Something the user can put right; the message is all there is to say."""


def say(text: object, *, error: bool = False) -> None:
    """Print text whose own lines stay lines, on standard output or standard error."""
    write(f"{text}\n", sys.stderr if error else sys.stdout)


def write(text: str, stream: IO[str]) -> None:
    """Write to a stream without control characters; a pipe that is closed is ignored."""
    try:
        stream.write("\n".join(map(one_line, text.split("\n"))))
        stream.flush()
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # what waits in the buffer must go somewhere
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        if not isinstance(error, BrokenPipeError):
            say(f"esnkit: error: standard output cannot be written ({error.strerror})", error=True)
            sys.exit(2)


def one_line(text: object) -> str:
    """Replace what would move the cursor, end the line, or has no glyph."""
    return "".join(char if char.isprintable() else "?" for char in str(text))
