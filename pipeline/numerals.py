"""Raw text of a cell to an exact decimal, or to a labelled reason why there is none.

Guarantee: strict. What is not wholly a number in a known spelling is `unreadable`, never a guess; decimals are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES

Missing = Literal["nil", "not_applicable", "blank", "not_due", "unreadable"]

_MINUS = str.maketrans(dict.fromkeys("−‒–—―‐‑", "-"))
_NIL = re.compile(r"[-_]+(?: [-_]+)*")
_PARTED = re.compile(r"\d\s*\n\s*\d")
_NOT_APPLICABLE = re.compile(r"[хХxX]|\*+")
_NUMBER = re.compile(
    r"""(?P<sign>[-+]?)
        (?P<whole>[1-9]\d{0,2}(?:(?P<group>[ .'])\d{3})(?:(?P=group)\d{3})*|\d+)
        (?:(?P<point>[.,])(?P<fraction>\d+))?
        [ ]?%?""",
    re.VERBOSE,
)
_ENGLISH = re.compile(r"(?P<sign>[-+]?)(?P<whole>[1-9]\d{0,2}(?:,\d{3})+)\.(?P<fraction>\d+)[ ]?%?")


@dataclass(frozen=True, slots=True)
class Number:
    """A parsed cell: `value`, or `missing` with the reason why there is none. Exactly one of them is set."""

    value: Decimal | None
    missing: Missing | None


def parse(raw: str) -> Number:
    """Parse one number as Ukrainian documents print it.

    `2 000,00`, `12.500,50`, `1 234.56`, `1,234.56`, `-5`, `+5,2`, `(123,4)`, `100 %`. `-`, `---`, `—` are nil; `х` and
    `*` say "not applicable". A lone point before three digits (`12.500`) could be either separator, a dash apart from
    its digits (`- 5`) a list's bullet, and digits parted by a typed line break two numbers: all are unreadable, as is a
    number of more digits than the data sets hold exactly.
    """
    text = " ".join(raw.replace("\u00ad", "").split()).translate(_MINUS)
    if not text:
        return Number(None, "blank")
    if _NIL.fullmatch(text):
        return Number(None, "nil")
    if _NOT_APPLICABLE.fullmatch(text):
        return Number(None, "not_applicable")
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    found = _ENGLISH.fullmatch(text) or _NUMBER.fullmatch(text)
    if found is None or (negative and found["sign"]) or _PARTED.search(raw):
        return Number(None, "unreadable")
    parts = found.groupdict()
    whole, fraction = re.sub(r"\D", "", parts["whole"]), parts["fraction"] or ""
    group, point = parts.get("group"), parts.get("point")
    if (group == "." and point != ",") or (point == "." and not group and len(fraction) == 3 and whole != "0"):
        return Number(None, "unreadable")
    if len(whole.lstrip("0")) > DECIMAL_DIGITS - DECIMAL_PLACES or len(fraction) > DECIMAL_PLACES:
        return Number(None, "unreadable")
    value = Decimal(whole + ("." + fraction if fraction else ""))
    below_zero = value != 0 and (negative or parts["sign"] == "-")
    return Number(value.copy_negate() if below_zero else value, None)  # a minus sign would round to 28 digits


def is_value(raw: str) -> bool:
    """Whether the text is a number or says in a known way that there is none; blank text is neither."""
    number = parse(raw)
    return number.value is not None or number.missing in ("nil", "not_applicable")
