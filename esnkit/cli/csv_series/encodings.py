"""Bytes turned to text, by the encoding that they show."""

from __future__ import annotations

import re
import unicodedata

from esnkit.cli.csv_series.table import TableError

# A run of three bytes above 127 is Cyrillic, Greek or Asian text far more often than Western.
_FOREIGN = re.compile(rb"[\x80-\x9f\xaa-\xaf\xb4-\xff]{3}")
_WESTERN = set("€£¥¢§©®°±²³µ·¼½¾«»’‘“”–—…´¨ªº¿¡ŠšŽžŒœŸ¬¶ \xad†‡•‰™") | {
    chr(code) for code in range(0xC0, 0x100)
}
# Signs without a width, those between digits of other scripts, and what parts lines and cells.
_PLAIN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "") | {
    0xFF0E: ".", 0xFF0C: ",", 0x66B: ".", 0x66C: ",", 0xFF1B: ";", 0x2502: "|", 0x2503: "|",
    0x2551: "|", 0x2506: "|",
}  # fmt: skip
_LINE_ENDS = dict.fromkeys(map(ord, "\u2028\u2029\x85\x0b\x1e"), "\n")


def decode(path: str, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Turn bytes to text, and say by which encoding."""
    found = encoding or _guess_encoding(content)
    if found is None:
        raise TableError(
            f"{path}, line {_line_of_high_byte(content)}: the text is not UTF-8, and may be in "
            "several encodings; name one, e.g. --encoding cp1252, cp1251, cp932 or gb18030."
        )
    try:
        text = content.decode(found)
    except LookupError:
        raise TableError(f"{path}: --encoding {found!r} is not an encoding.") from None
    except UnicodeError as error:
        place = getattr(error, "start", 0)
        line = content.count(b"\n", 0, place) + 1
        raise TableError(
            f"{path}, line {line}: this is not {found} text; name another --encoding."
        ) from None
    if not text.isascii():
        text = text.translate(_PLAIN | _western_digits(text))
    if not re.search("[\r\n]", text.strip()):  # lines end otherwise
        text = text.translate(_LINE_ENDS)
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\f", "")
    text = text.replace("\r", "\n").rstrip("\x00\x1a")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise TableError(
            f"{path}, line {line}: the text holds null characters: the file is damaged, or of "
            "another encoding, which --encoding names."
        )
    if not text.strip():
        raise TableError(f"{path}: the file is empty.")
    return text, found


def _western_digits(text: str) -> dict[int, str]:
    """Say how the digits of other scripts that a text holds are written in the Western ones."""
    others = (char for char in set(text) if not char.isascii() and char.isdecimal())
    return {ord(char): str(unicodedata.decimal(char)) for char in others}


def _guess_encoding(content: bytes) -> str | None:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return name
    sample = content[:2000]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[offset::2]
        if len(half) > 3 and half.count(0) > 0.8 * len(half):
            return name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if _is_western(content) else None
    return "utf-8"


def _is_western(content: bytes) -> bool:
    """Tell whether text reads as Western European, in the encoding of Windows or in Latin-1."""
    if _FOREIGN.search(content):
        return False
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    if re.search(
        r"[^\W\d][§”“‡†™…‰•¶¬¨´°±²³·¼½¾¿¡«»][^\W\d]|[a-zà-ÿ][ŽŠŸŒ]|[a-z][š§][a-zß§]", text
    ):
        return False  # as when text of DOS or of an old Macintosh is taken for Windows'
    return all(ord(char) < 128 or char in _WESTERN or char == "\xa0" for char in set(text))


def _line_of_high_byte(content: bytes) -> int:
    found = re.search(rb"[\x80-\xff]", content)
    return content.count(b"\n", 0, found.start() if found else 0) + 1
