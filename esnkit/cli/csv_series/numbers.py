"""Numbers as people and programs write them, by one decimal sign for each column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_SPACES = " \u00a0\u202f\u2009\u2007'’`_"
_CURRENCY = (
    r"(?:us\$|r\$|a\$|c\$|[$€£¥₹₽₩₺₴₫฿]|usd|eur|gbp|chf|jpy|cny|rmb|inr|sek|nok|dkk|pln|czk|huf|brl|aud"
    r"|cad|rs\.?|kr\.?|zł|kč|ft|fr\.|円|元|원|руб\.?)"
)
_POINT_CURRENCIES = ("us$", "a$", "usd", "£", "gbp", "¥", "jpy", "円", "₹", "inr", "₩", "원")
_AFFIX = re.compile(rf"^(?P<a>[-+(]*)\s*(?P<sign>{_CURRENCY})\s*(?P<b>.*)$", re.IGNORECASE)
_SUFFIX = re.compile(rf"^(?P<a>.*\d[\d.,]*)\s*(?P<sign>{_CURRENCY})(?P<b>\)?-?)$", re.IGNORECASE)
_CORE = re.compile(
    rf"(?P<sign>[-+]?)(?P<body>[\d.,{_SPACES}]*\d[.,]?)(?P<exponent>[eEdD][-+]?\d{{1,4}})?",
    re.ASCII,
)
_GROUPS = re.compile(rf"\d{{1,3}}([{_SPACES}]\d{{3}})+(?:[.,]\d*)?", re.ASCII)


# What stands behind a number: the unit of all, or a letter that tells of some what they are worth.
_UNIT = re.compile(
    r"(?P<number>[-+−(]?\s*[\d.,'’]*\d\)?)[ \u00a0]?"
    r"(?P<unit>[a-zµ°%‰$€][a-zµ°²³/%‰·$€]{0,11}[\d.]?)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?P<number>[-+−(]?[\d.,]*\d)"
    r"(?P<note>\s*(?:[*†‡§¹²³⁴⁵⁶⁷⁸⁹]{1,3}|\[\w{1,3}\]|\([a-z\d]\))|\s*[epru])",
    re.IGNORECASE,
)
_FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12, "mio": 1e6, "mrd": 1e9}
# The minus as it is typed and printed, and the point that stands at half height.
_PLAIN = str.maketrans("−–﹣—－·", "-----.")
_POWER = re.compile(r"(?<=\d)\s*[×x*]\s*10\^?([-+]?\d{1,3})$")
_NO_CENTS = re.compile(r"(?<=\d)[.,]-{1,2}$")  # 100,- and 100.–


class Undecided(ValueError):  # noqa: N818
    """Text that may be read in two ways; the message names both and the option that decides."""


@dataclass(frozen=True)
class Number:
    """A number in pieces: its sign, digits with points and commas, exponent, and percent sign."""

    sign: str
    body: str
    exponent: str
    percent: bool
    spaced: bool  # thousands stand apart
    currency: str


@lru_cache(maxsize=8192)  # the cells of one file are looked at many times
def take_apart(cell: str) -> Number | None:
    """Take a cell apart if it may be a number in some country."""
    text = _NO_CENTS.sub("", cell.strip().strip("'").strip().translate(_PLAIN))
    text = _POWER.sub(r"e\1", text)
    currency = ""
    for pattern in (_AFFIX, _SUFFIX):
        found = pattern.match(text)
        if found:
            text, currency = found["a"] + found["b"], currency or found["sign"].lower()
    percent = text.endswith("%")
    text = text.rstrip("%").strip()
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1].strip()
    if text.endswith("-") and not text.startswith("-"):
        text = "-" + text[:-1]
    text = re.sub(r"^([-+])\s+", r"\1", text)
    found = _CORE.fullmatch(text)
    if not found:
        return None
    body = found["body"].strip()
    spaced = any(space in body for space in _SPACES)
    if spaced and not _GROUPS.fullmatch(body):
        return None
    body = re.sub(f"[{_SPACES}]", "", body)
    for sign in ".,":
        if body.count(sign) > 1 and not re.match(
            rf"\d{{1,3}}(\{sign}\d{{2,3}})*\{sign}\d{{3}}(?!\d)", body
        ):
            return None
    return Number(found["sign"], body, found["exponent"] or "", percent, spaced, currency)


def split_unit(cell: str) -> tuple[str, str]:
    """Part a number from the unit behind it; the unit is empty if there is none."""
    found = _UNIT.fullmatch(cell.strip())
    return (found["number"].strip(), found["unit"]) if found else (cell, "")


def split_note(cell: str) -> tuple[str, str]:
    """Part a number from a mark that tells what it is worth: a footnote, or provisional."""
    found = _NOTE.fullmatch(cell.strip())
    return (found["number"], found["note"].strip()) if found else (cell, "")


def factor_of(unit: str) -> float | None:
    """Return the factor that a letter stands for where several stand in one column."""
    return 1.0 if not unit else _FACTORS.get(unit.lower().rstrip("."))


def is_number(cell: str) -> bool:
    """Tell whether a cell may be a number in some country."""
    return take_apart(cell) is not None


@dataclass(frozen=True)
class Signs:
    """What points and commas stand for; empty where there are none."""

    decimal: str
    thousands: str

    def read(self, number: Number) -> float | None:
        """Return the value, or None where the signs stand in impossible places."""
        body = number.body
        if self.thousands and self.thousands in body:
            whole, _, _ = body.partition(self.decimal or "\0")
            if not re.fullmatch(rf"\d{{1,3}}({re.escape(self.thousands)}\d{{2,3}})*", whole):
                return None
            if len(whole.rpartition(self.thousands)[2]) != 3:
                return None
            body = body.replace(self.thousands, "")
        if self.decimal:
            body = body.replace(self.decimal, ".")
        if body.count(".") > 1 or "," in body:
            return None
        return float(number.sign + body + number.exponent.lower().replace("d", "e"))


def find_signs(
    numbers: Sequence[Number], decimal: str | None, thousands: str | None, delimiter: str
) -> Signs | None:
    """Find what points and commas stand for from the numbers of a column, or of a file.

    None means that nothing tells; an `Undecided` is raised where two readings are possible.
    """
    if decimal is not None:
        other = "," if decimal == "." else "."
        return Signs(decimal, thousands if thousands is not None else other)
    if thousands in (".", ","):
        return Signs("," if thousands == "." else ".", thousands)
    if _are_packed([number.body for number in numbers]):
        raise Undecided(f"{numbers[0].body!r} may be a number, or a value before a code")
    sure = {_sure(number) for number in numbers} - {None}
    if len(sure) > 1:
        raise Undecided("points and commas are decimal signs in some cells and not in others")
    if sure:
        sign = sure.pop()
        return Signs(str(sign), "," if sign == "." else ".")
    used = {sign for sign in ".," if any(sign in number.body for number in numbers)}
    if not used:
        return Signs("", "")
    if len(used) == 2:
        return None
    (sign,) = used
    other = "," if sign == "." else "."
    if _must_be_thousands(numbers, sign) or (sign == "," and _are_prices(numbers, delimiter)):
        return Signs(other, sign)
    if sign == "." and delimiter in (",", " ", "  ", "typed"):
        bare = [number for number in numbers if "." not in number.body]
        return Signs(".", ",") if not any(len(n.body) > 2 for n in bare) else None
    return None


def _are_packed(bodies: Sequence[str]) -> bool:
    """Tell whether numbers are filled up with zeros before a comma and a digit, as in 0123,1."""
    widths = {len(body) for body in bodies if re.fullmatch(r"\d{3,},\d", body)}
    padded = any(re.match(r"0\d", body) for body in bodies)
    return padded and len(widths) == 1 and {len(body) for body in bodies} == widths


def _sure(number: Number) -> str | None:
    """Return the decimal sign that a number shows beyond doubt."""
    body = number.body
    if "." in body and "," in body:
        return max(".,", key=body.rindex)
    for sign, other in (".,", ",."):
        if body.count(sign) > 1:
            return other
        if sign in body:
            whole, _, rest = body.partition(sign)
            short = len(rest) != 3 or len(whole) > 3 or whole.startswith("0") or not whole
            if short or number.spaced or number.exponent:
                return sign
    return None


def _are_prices(numbers: Iterable[Number], delimiter: str) -> bool:
    """Tell whether all have a currency of countries that write 14,000 for fourteen thousand.

    Among semicolons a dollar may be one of South America, where the comma is the decimal sign.
    """
    known = _POINT_CURRENCIES if delimiter == ";" else (*_POINT_CURRENCIES, "$")
    return all(number.currency in known for number in numbers)


def _must_be_thousands(numbers: Iterable[Number], sign: str) -> bool:
    """Tell whether numbers below a thousand stand beside ones of exactly three more digits."""
    whole = {number.body for number in numbers if sign not in number.body}
    parted = [number for number in numbers if sign in number.body]
    hundreds = [body for body in whole if len(body) == 3 and body[0] != "0"]
    return len(parted) >= 10 and len(hundreds) >= 2 and all(len(body) <= 3 for body in whole)
