"""How Word writes a list number: decimal, Roman, in letters.

Guarantee: every format of the standard (ECMA-376 part 1, 17.18.59 `ST_NumberFormat`) gives something: those that no
Ukrainian document uses, as Chinese ones, are written in decimal digits, as Word does where it does not know a format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

LATIN = "abcdefghijklmnopqrstuvwxyz"
RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
"""The letters that `russianLower` counts with: no ё, й, ъ, ь (17.18.59)."""

UKRAINIAN = "абвгдеєжзиіклмнопрстуфхцчшщюя"
"""Those of Ukrainian lists: the alphabet without ґ, ї, й, ь."""

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_FOOTNOTE_MARKS = "*†‡§"
_CIRCLED = 20
"""The numbers that Unicode has in a circle, from U+2460 on."""


def roman(n: int) -> str:
    """Write a number in small Roman numerals; from 4 000 on with as many `m` as it takes."""
    out = ""
    for worth, letters in _ROMAN:
        times, n = divmod(n, worth)
        out += letters * times
    return out


def letters(n: int, alphabet: str) -> str:
    """Count with letters as Word does: after the last one each twice, `y`, `z`, `aa`, `bb`."""
    if n < 1:
        return ""
    times, place = divmod(n - 1, len(alphabet))
    return alphabet[place] * (times + 1)


def columns(n: int, alphabet: str) -> str:
    """Count with letters as LibreOffice's `Аа, Аб, …`: after the last one two letters, the second changing first."""
    out = ""
    while n > 0:
        n, place = divmod(n - 1, len(alphabet))
        out = alphabet[place] + out
    return out


def _upper(write: Callable[[int], str], n: int) -> str:
    return write(n).upper()


_latin, _russian = partial(letters, alphabet=LATIN), partial(letters, alphabet=RUSSIAN)

_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": "{:02d}".format,
    "lowerRoman": roman,
    "upperRoman": partial(_upper, roman),
    "lowerLetter": _latin,
    "upperLetter": partial(_upper, _latin),
    "russianLower": _russian,
    "russianUpper": partial(_upper, _russian),
    "hex": "{:X}".format,
    "chicago": partial(letters, alphabet=_FOOTNOTE_MARKS),
    "numberInDash": "- {} -".format,
    "decimalEnclosedCircle": lambda n: chr(0x245F + n) if 0 < n <= _CIRCLED else str(n),
    "decimalEnclosedParen": "({})".format,
    "decimalEnclosedFullstop": "{}.".format,
    "none": lambda _: "",
    "bullet": lambda _: "",
}


def written(n: int, kind: str, custom: str = "") -> str:
    """Write a list number.

    Args:
        n: the number.
        kind: the `w:numFmt`.
        custom: for `custom` the pattern beside it: `001, 002, 003, ...` of Word, `а, б, .., аа, аб, ...` with a
            language in brackets of LibreOffice.
    """
    if kind == "custom":
        return _custom(n, custom)
    return _FORMATS.get(kind, str)(n)


def _custom(n: int, pattern: str) -> str:
    first = pattern.split(",", maxsplit=1)[0].strip()
    if re.fullmatch(r"0+1", first):
        return str(n).zfill(len(first))
    if first.casefold() == "а":
        alphabet = UKRAINIAN if re.search(r"\((?:uk|Ukrainian)\)", pattern) else RUSSIAN
        out = (columns if "аб" in pattern.casefold() else letters)(n, alphabet)
        return out.capitalize() if first.isupper() else out
    return str(n)
