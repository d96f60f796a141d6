"""Formulas of Word (OMML) as a line of text: `(a+b)/2`, `м³`, `√2`, `∑_i=1^n x`.

Guarantee: every sign that the formula shows stands in the line, those among them that OMML keeps as properties:
brackets, roots, signs of sums (ECMA-376 part 1, 22.1). Raised digits are written raised.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.word_styles import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_RAISED = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_SIMPLE = re.compile(r"[\w.,]*")
_TEXTS = {M + "t", W + "t"}
_UNSEEN = {W + "del", W + "moveFrom", M + "ctrlPr", W + "rPr", M + "rPr"}


def raised(text: str) -> str:
    """Write digits small and high, where nothing else is raised with them; a mark or a letter stays as it is."""
    high = text.translate(_RAISED)
    return text if any(a == b for a, b in zip(text, high, strict=True) if not a.isspace()) else high


def formula(element: Element) -> str:
    """Give the text of a formula or a part of one."""
    name = str(element.tag)
    if name in _TEXTS:
        return element.text or ""
    if name in _UNSEEN or not name.startswith((M, W)):
        return ""
    write = _STRUCTURES.get(name)
    return write(element) if write is not None else "".join(formula(child) for child in element)


def _part(element: Element, name: str) -> str:
    found = element.find(M + name)
    return formula(found) if found is not None else ""


def _bracketed(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _sign(element: Element, properties: str, name: str, default: str) -> str:
    found = element.find(f"{M}{properties}/{M}{name}")
    return default if found is None else found.get(M + "val", "")


def _fraction(element: Element) -> str:
    return f"{_bracketed(_part(element, 'num'))}/{_bracketed(_part(element, 'den'))}"


def _power(text: str) -> str:
    high = raised(text)
    return high if high != text or not text else "^" + _bracketed(text)


def _scripts(element: Element) -> str:
    return _part(element, "e") + _part(element, "sub") + _power(_part(element, "sup"))


def _delimited(element: Element) -> str:
    begin, end = _sign(element, "dPr", "begChr", "("), _sign(element, "dPr", "endChr", ")")
    inside = _sign(element, "dPr", "sepChr", "|").join(formula(child) for child in element.iterfind(M + "e"))
    return begin + inside + end


def _sum(element: Element) -> str:
    low, high = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{_bracketed(low)}" if low else "") + (f"^{_bracketed(high)}" if high else "")
    return f"{_sign(element, 'naryPr', 'chr', '∫')}{limits} {_part(element, 'e')}"


def _root(element: Element) -> str:
    return f"{raised(_part(element, 'deg'))}√{_bracketed(_part(element, 'e'))}"


_STRUCTURES = {
    M + "f": _fraction,
    **dict.fromkeys((M + "sSup", M + "sSub", M + "sSubSup"), _scripts),
    M + "d": _delimited,
    M + "nary": _sum,
    M + "rad": _root,
}
