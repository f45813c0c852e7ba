"""Numbers and marks of missing values in single cells."""

# ruff: noqa: E501 (a line of a file is one line here)
# A case is a few lines here, as in a table.
# fmt: off

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzzing.exports.base import (
    COUNTS,
    DAYS,
    SIGNED,
    THOUSANDS,
    VALUES,
    Export,
    N,
    comma,
    gap,
    grouped,
    marked,
    table,
)


def all_cells() -> list[Export]:
    """Return the kinds of this file."""
    makers = (
        _numbers,
        _two_units,
        _marks,
    )
    return [kind for maker in makers for kind in maker()]


def _numbers() -> Iterator[Export]:
    day = DAYS.strftime("%Y-%m-%d")
    lakh = [123456.75 + 1011.5 * i for i in range(N)]

    def indian(v: float) -> str:
        whole, cents = f"{v:.2f}".split(".")
        return (
            f"{whole[:-5]},{whole[-5:-3]},{whole[-3:]}.{cents}"
            if len(whole) > 5
            else f"{whole[:-3]},{whole[-3:]}.{cents}"
        )

    whole = [float(v) for v in COUNTS]
    for name, cells, truth, sign in (
        ("Indian lakhs with Rs.", [f'"Rs. {indian(v)}"' for v in lakh], lakh, ","),
        ("reais", [f"R$ {grouped(v, '.', ',')}" for v in THOUSANDS], THOUSANDS, ";"),
        ("crowns behind", [f"{grouped(v, '.', ',')} kr" for v in THOUSANDS], THOUSANDS, ";"),
        ("zloty behind", [f"{grouped(v, ' ', ',')} zł" for v in THOUSANDS], THOUSANDS, ";"),
        ("a dash for no cents", [f"{v},-" for v in COUNTS], whole, ";"),
        ("a dash for no cents, Swiss", [f"{v:,}.–".replace(",", "'") for v in COUNTS], whole, ";"),
        ("percent with a blank", [f"{comma(v)} %" for v in VALUES], VALUES, ";"),
        ("pct", [f"{v} pct" for v in VALUES], VALUES, ","),
        ("yen in front", [f'"¥{v:,}"' for v in COUNTS], whole, ","),
        ("yen behind", [f"{v}円" for v in COUNTS], whole, ","),
        ("Arabic digits and decimal sign", [str(v).translate(str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")) for v in VALUES], VALUES, ","),
        ("Persian digits", [str(v).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) for v in VALUES], VALUES, ","),
        ("Devanagari digits", [str(v).translate(str.maketrans("0123456789", "०१२३४५६७८९")) for v in VALUES], VALUES, ","),
        ("one letter behind all", [f"{v}m" for v in VALUES], VALUES, ","),
        ("Mio.", [f"{comma(v)} Mio." for v in VALUES], VALUES, ";"),
        ("figure spaces", [f"{v:,}".replace(",", "\u2007") for v in COUNTS], whole, ";"),
        ("thin no-break spaces", [f"{v:,}".replace(",", "\u202f") for v in COUNTS], whole, ";"),
        ("a middle dot", [str(v).replace(".", "·") for v in VALUES], VALUES, ","),
        ("times ten to the", [f"{v / 10:.3f}×10^1" for v in VALUES], [round(v / 10, 3) * 10 for v in VALUES], ","),
        ("x10^", [f"{v / 10:.3f}x10^1" for v in VALUES], [round(v / 10, 3) * 10 for v in VALUES], ","),
        ("double exponents", [f"{v:.3f}D+00" for v in VALUES], VALUES, ","),
        ("exponents with commas", [f"{v / 10:.4f}E+01".replace(".", ",") for v in VALUES], VALUES, ";"),
        ("leading plus and comma", [f"{v:+.2f}".replace(".", ",") for v in SIGNED], SIGNED, ";"),
        ("minus and blank and dollar", [f'"{"-" if v < 0 else ""} ${abs(v):.2f}"' for v in SIGNED], SIGNED, ","),
        ("an em dash for the minus", [f"{v}".replace("-", "—") for v in SIGNED], SIGNED, ","),
        ("a full-width minus", [f"{v}".replace("-", "－") for v in SIGNED], SIGNED, ","),
        ("pound in Latin", [f"£{v}" for v in VALUES], VALUES, ","),
        ("thousands below a thousand too", [f'"{v:,.2f}"' for v in (500.25 * (1 + i % 5) for i in range(N))], [500.25 * (1 + i % 5) for i in range(N)], ","),
        ("quoted 1,234", [f'"{v:,}"' for v in COUNTS], whole, ","),
        ("1.234 beside commas", [f"{v:,}".replace(",", ".") for v in COUNTS], [v / 1000 for v in COUNTS], ","),
        ("1,234,567", [f'"{v * 1000 + 1:,}"' for v in COUNTS], [v * 1000.0 + 1 for v in COUNTS], ","),
        ("a letter behind some", [f"{v}e" if i > 40 else v for i, v in enumerate(VALUES)], VALUES, ","),
        ("(r) behind some", [f"{v} (r)" if i > 40 else v for i, v in enumerate(VALUES)], VALUES, ","),
        ("a superscript behind some", [f"{v}¹" if i % 7 == 0 else v for i, v in enumerate(VALUES)], VALUES, ","),
        ("a digit in brackets behind some", [f"{v}(1)" if i % 7 == 0 else v for i, v in enumerate(VALUES)], VALUES, ","),
        ("ca. before some", [f"ca. {v}" if i % 7 == 0 else v for i, v in enumerate(VALUES)], VALUES, ","),
        ("a digit of a footnote behind a blank", [f"{v} 1" if i % 7 == 0 else v for i, v in enumerate(VALUES)], VALUES, ","),
        ("below a limit", [f"<{v}" if i % 7 == 0 else v for i, v in enumerate(VALUES)], None, ","),
        ("true and false", ["true" if i % 3 else "false" for i in range(N)], None, ","),
        ("clock times as values", [f"{1 + i % 5}:{i % 60:02}" for i in range(N)], None, ","),
        ("hours and minutes in words", [f"{1 + i % 5}h {i % 60:02}m" for i in range(N)], None, ","),
        ("degrees, minutes", [f"{int(v)}° {i % 60}'" for i, v in enumerate(VALUES)], None, ","),
        ("complex numbers", [f"{v}+{i}j" for i, v in enumerate(VALUES)], None, ","),
        ("a value and its error", [f"{v} ± 0.5" for v in VALUES], None, ","),
        ("a value and its error in brackets", [f"{v}({i % 9 + 1})" for i, v in enumerate(VALUES)], None, ","),
        ("two numbers in a cell", [f"{v}/{i + 1}" for i, v in enumerate(VALUES)], None, ","),
        ("versions", [f"1.{i}.0" for i in range(N)], None, ","),
        ("IP addresses", [f"10.0.0.{i}" for i in range(N)], None, ","),
        ("telephone numbers", [f"030-12345{i:02}" for i in range(N)], None, ","),
        ("octal-like", [f"0{v}" for v in COUNTS], whole, ","),
    ):  # fmt: skip
        yield Export(f"numbers: {name}", table(day, cells, header=f"date{sign}value", sign=sign),
            truth, DAYS if truth else None,
            may_ask=("--decimal", "--thousands", "--target", "--missing-mark", "--missing", "--delimiter", "--number", "--unit"),
            must_ask=() if truth else ("--target", "--missing-mark", "--missing", "--decimal", "--date", "--thousands"))


def _two_units() -> Iterator[Export]:
    day = DAYS.strftime("%Y-%m-%d")
    for name, first, second in (
        ("CR and DR", "CR", "DR"),
        ("H and S of banks", "H", "S"),
        ("binary units", "KiB", "MiB"),
        ("kB and MB", "kB", "MB"),
    ):
        cells = [f"{v} {first if i % 2 else second}" for i, v in enumerate(VALUES)]
        yield Export(f"numbers: {name}", table(day, cells), refused="write all in one unit")


def _marks() -> Iterator[Export]:
    day = DAYS.strftime("%Y-%m-%d")
    for mark in (
        "\\N",
        "(null)",
        "<NA>",
        "NaT",
        "#DIV/0!",
        "#VALUE!",
        "#¡DIV/0!",
        "#NV",
        "---",
        "?",
        "nil",
        "undefined",
        "1.#QNAN",
        "-1.#IND",
        "missing",
        "s.d.",
        "ND",
        ":",
        "x",
        "*",
        "n.d.",
        "no data",
        "not available",
        "N.A.",
        "k. A.",
        "fehlt",
        "-99.99",
        "1e+20",
        "9.96921e+36",
        "99999",
        "-9999.0",
        "-32768",
        "Bad",
        "Null",
        "NAN",
        "b/d",
        "–",
        "—",
        "+",
        "~",
        "#REF!",
        "*****",
        "___",
        "nd",
        "m",
        "inf",
        "TRUE",
    ):
        yield Export(f"mark {mark}", table(day, marked(VALUES, mark)), gap(VALUES), DAYS,
            may_ask=("--missing", "--missing-mark"),
            then={"missing": "interpolate", "missing_mark": mark})
