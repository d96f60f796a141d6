"""Codes of Ukrainian public finance: their shapes, check digits, and which stands above which.

Guarantee: a code is text and keeps its leading zeros; a code with a wrong shape or check digit is told, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.text import latin, visible


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of code: what people call it, the whole text's pattern, and whether it has a check digit."""

    title: str
    pattern: str
    check_digit: bool = False


KINDS = {
    "katottg": Kind("КАТОТТГ", r"UA\d{17}"),
    "edrpou": Kind("ЄДРПОУ", r"\d{8}", check_digit=True),
    "kpkvk": Kind("КПКВК", r"\d{6,7}"),
    "tpkvk": Kind("ТПКВК", r"\d{4}|\d{6}"),
    "kfk": Kind("КФК", r"\d{4}|\d{6}"),
    "kekv": Kind("КЕКВ", r"[1-9]\d{3}"),
    "kkdb": Kind("ККДБ", r"[1-6]\d{7}"),
    "budget": Kind("код бюджету", r"\d{10,11}"),
    "any": Kind("код", r"\d{2,11}"),
    "row": Kind("код рядка", r"\d{1,4}(?:/\d+|\.\d+)?"),
}
"""Kinds by the name that a family's file uses.

Sources: the codifier of communities (order 290 of 26.11.2020), the register of enterprises (ЄДРПОУ), the budget
classifications (order 11 of 14.01.2011, order 793 of 20.09.2017) and the codes of budgets (order 11).
"""


_SHORTEST, _INCOME = 4, 8
"""Digits of the shortest code that has levels, and of a ККДБ."""


_SECTION, _WITH_SECTIONS = 2, (6, 7)
"""Codes of six and seven digits begin with two that name a section or an administrator: 100000 is not above 110000."""


def clean(text: str) -> str:
    """Give a code as its kind writes it: without spaces, look-alike letters as Latin ones."""
    return latin(re.sub(r"\s", "", visible(text)))


def problem(kind: str, text: str) -> str | None:
    """Say in Ukrainian what is wrong with a code, `None` where nothing is.

    Args:
        kind: one of `KINDS`.
        text: the code as printed; blank text, dashes and `х` state no code and are no problem.
    """
    code = clean(text)
    if not re.search(r"\d", code):
        return None
    known = KINDS[kind]
    if not re.fullmatch(known.pattern, code):
        return f"«{text}» не схоже на {known.title}"
    if known.check_digit:
        from stdnum.ua import edrpou

        if not edrpou.is_valid(code):
            return f"контрольна цифра {known.title} «{text}» не сходиться"
    return None


def stem(kind: str, code: str) -> str:
    """Give the digits that all codes below this one begin with.

    Zeros at the end say "all of these": 2110 (КЕКВ) stands above 2111. The parts of a ККДБ have two digits, but for the
    first part, which has one: 18010000 stands above 18011000, and that above none of 18011100.
    """
    code = clean(code)
    if len(code) < _SHORTEST:
        return code
    if kind != "kkdb" and not (kind == "any" and len(code) == _INCOME):
        return code.rstrip("0").ljust(_SECTION, "0") if len(code) in _WITH_SECTIONS else code.rstrip("0")
    while code.endswith("00"):
        code = code[:-2]
    return code[:1] if len(code) == 2 and code.endswith("0") else code


def parents(kind: str, codes: Iterable[str]) -> Collection[str]:
    """Give those of the codes that stand above others of them."""
    stems = {code: stem(kind, code) for code in codes}
    above = {other[:length] for other in stems.values() for length in range(1, len(other))}
    return {code for code, own in stems.items() if own in above}


def nearest(kind: str, codes: Iterable[str]) -> dict[str, str]:
    """Give for each of the codes that stands below another of them, as long as it, the nearest such code."""
    by_stem: dict[tuple[int, str], str] = {}
    for code in codes:
        by_stem.setdefault((len(code), stem(kind, code)), code)
    above = {}
    for (length, own), code in by_stem.items():
        shorter = ((length, own[:digits]) for digits in range(len(own) - 1, 0, -1))
        found = next((by_stem[key] for key in shorter if key in by_stem), None)
        if found is not None:
            above[code] = found
    return above
