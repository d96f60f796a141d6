"""Raw text of a cell to an exact decimal, or to a labelled reason why there is none.

Guarantee: strict. What is not wholly a number in a known spelling is `unreadable`, never a guess; decimals are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from pipeline.text import visible
from pipeline.units import known_unit
from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES

Missing = Literal["nil", "not_applicable", "blank", "not_due", "unreadable"]

Why = Literal["stacked", "two readings", "bullet or minus", "code", "too long", "no number"]
"""Why a text is unreadable: several values in one cell; a point or comma that may part groups or the fraction; a dash
that may be a bullet or a minus; a code, told by its leading zero; more digits than the data sets hold; anything else.
"""

_SIGNS = str.maketrans(dict.fromkeys("−‒–—―‐‑", "-") | dict.fromkeys("’ʼ`´‘′", "'"))
_NIL = re.compile(r"[-_]+(?: [-_]+)*")
_LINE = r"[\n\r\x0b\x0c\x85\u2028\u2029]"
_PARTED = re.compile(rf"[0-9](?:(?!{_LINE})\s)*{_LINE}\s*[-−–—+(]?[0-9]|[0-9][^\S\n]{{2,}}[0-9]")
"""Digits on two lines, or two spaces apart."""

_NOT_APPLICABLE = re.compile(r"[хХxX]|\*+")
_BODY = r"[0-9](?:[0-9 .,']*[0-9])?"
_NUMBER = re.compile(
    r"""(?P<whole>[1-9][0-9]{0,2}(?:(?P<group>[ .'])[0-9]{3})(?:(?P=group)[0-9]{3})*|[0-9]+)
        (?:(?P<point>[.,])(?P<fraction>[0-9]+))?""",
    re.VERBOSE,
)
_ENGLISH = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.(?P<fraction>[0-9]+)")
_TAIL = r"(?P<tail>(?:(?![.,])[^0-9;]+(?:м[23])?)?)"
_SHAPES = (
    # The sign belongs to the number only where it touches it.
    re.compile(rf"(?P<sign>[-+]?)(?P<body>{_BODY}) ?{_TAIL}(?P<end>;?)"),
    re.compile(rf"(?P<sign>)\( ?(?P<negative>{_BODY}) ?(?P<inner>%?) ?\) ?{_TAIL}"),
    # A dash apart from its number is a list's bullet where a semicolon ends the entry.
    re.compile(rf"(?P<sign>)(?:- (?=.*;)|• ?)(?P<body>{_BODY}) ?{_TAIL};?"),
    re.compile(
        rf"(?P<sign>)(?:[ву] сумі|на суму|сума|усього|всього|разом)(?::|-| -(?= ))? ?(?P<body>{_BODY}) ?{_TAIL}[;.]?",
        re.IGNORECASE,
    ),
)
_COINS = re.compile(
    r"(?P<body>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+) ?(?:грн|гривень|гривні|гривня)\.?,? ?(?P<coins>[0-9]{2}) ?коп\w*\.?"
)
_TIMES = re.compile(rf"(?P<sign>)[ву] ?(?P<body>{_BODY}) ?(?:р\. ?б\.?|раз(?:и|ів|а)?(?: більше)?)", re.IGNORECASE)
_RAISED = re.compile(r"⁽?[¹²³⁴⁵⁶⁷⁸⁹⁰]+[⁾)]?|\*+\)?")
"""The mark of a footnote after a number."""

_BULLET = re.compile(rf"[-•] ?{_BODY}.*")


@dataclass(frozen=True, slots=True)
class Number:
    """A parsed cell: `value`, or `missing` with the reason why there is none. Exactly one of them is set.

    `unit` is what the cell itself says behind the number (`%`, `тис. грн`); `value` is never scaled by it. `why` tells
    more of what is unreadable.
    """

    value: Decimal | None
    missing: Missing | None
    unit: str | None = None
    why: Why | None = None


_BLANK, _NOTHING, _NONE_ASKED = Number(None, "blank"), Number(None, "nil"), Number(None, "not_applicable")

TWO_READINGS = Number(None, "unreadable", why="two readings")
"""Of a text whose point or comma may part groups or the fraction."""


@lru_cache(maxsize=1 << 16)
def parse(raw: str) -> Number:
    """Parse one number as Ukrainian documents print it.

    `2 000,00`, `12.500,50`, `1 234.56`, `1,234.56`, `-5`, `+5,2`, `(123,4)`, `100 %`, `15606000грн.`; a list's entry
    `– 229312,9;` and `у сумі-1561650`, whose dashes are no minus; `в 2,1 р.б.` (so many times more, unit `times`); a
    footnote's mark after the number is left out; `5 грн 40 коп.` is 5.40. `-`, `---`,
    `—` are nil; `х` and `*` say "not applicable".

    A lone point before three digits (`12.500`) could be either separator, a dash apart from its digits (`- 5`) a minus
    or a bullet, digits parted by a typed line break are two numbers, a leading zero makes a code: all are unreadable,
    as is a number of more digits than the data sets hold exactly.
    """
    text = visible(raw).translate(_SIGNS)
    if not text:
        return _BLANK
    if _NIL.fullmatch(text):
        return _NOTHING
    if _NOT_APPLICABLE.fullmatch(text):
        return _NONE_ASKED
    if not re.search("[0-9]", text):
        return _unreadable("no number")
    if _PARTED.search(raw):
        return _unreadable("stacked")
    if found := _TIMES.fullmatch(text):
        return _value(found["body"], negative=False, unit="times")
    if found := _COINS.fullmatch(text):
        return _value(f"{found['body']},{found['coins']}", negative=False, unit="UAH")
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            unit, known = _tail(found["tail"])
            parts = found.groupdict()
            if parts.get("inner"):
                unit, known = "percent", known and unit is None
            if not known:
                return _unreadable("no number")
            if parts["sign"] == "-" and parts.get("end"):
                return _unreadable("bullet or minus")
            inner = parts.get("negative")
            return _value(inner or parts["body"], negative=bool(inner) or parts["sign"] == "-", unit=unit)
    return _unreadable("bullet or minus" if _BULLET.fullmatch(text) else "no number")


def with_sign(raw: str) -> str:
    """Give a text of a column of differences, in which a dash apart from its number is a minus, with the dash at it."""
    return _APART.sub(r"\1", raw)


_APART = re.compile(r"^(\s*[-−‒–—―])\s+(?=[0-9])(?!.*;)", re.DOTALL)


def _unreadable(why: Why) -> Number:
    return Number(None, "unreadable", why=why)


def _tail(text: str) -> tuple[str | None, bool]:
    """Give the unit behind a number, and whether all that stands there is understood."""
    text = _RAISED.sub("", text).strip()
    if not text:
        return None, True
    unit = known_unit(text)
    return unit, unit is not None


def _value(body: str, negative: bool, unit: str | None) -> Number:
    found = _ENGLISH.fullmatch(body) or _NUMBER.fullmatch(body)
    if found is None:
        several = re.fullmatch(r"[0-9]+[.,][0-9]+(?: ?[.,]?[0-9]+[.,][0-9]+)+", body)
        return _unreadable("stacked" if several else "two readings" if "," in body or "." in body else "no number")
    parts = found.groupdict()
    whole, fraction = re.sub("[^0-9]", "", parts["whole"]), parts["fraction"] or ""
    group, point = parts.get("group"), parts.get("point")
    if (group == "." and point != ",") or (point == "." and not group and len(fraction) == 3 and _may_group(whole)):
        return _unreadable("two readings")
    if len(whole) > 1 and whole[0] == "0" and whole.strip("0"):
        return _unreadable("code")
    if whole == "0" * len(whole) and len(whole) > 1 and not fraction:
        return _unreadable("code")
    if len(whole.lstrip("0")) > DECIMAL_DIGITS - DECIMAL_PLACES or len(fraction) > DECIMAL_PLACES:
        return _unreadable("too long")
    value = Decimal((whole.lstrip("0") or "0") + ("." + fraction if fraction else ""))
    # A minus sign would round to the 28 digits of Python's default context.
    return Number(value.copy_negate() if negative and value != 0 else value, None, unit)


def is_english(raw: str) -> bool:
    """Whether commas part the groups of a number and a point its fraction: `2,500.00`."""
    return "," in raw and "." in raw and _ENGLISH.search(raw) is not None


def _may_group(whole: str) -> bool:
    """Whether three digits may follow as a group: not after `0` or more than three digits."""
    return whole != "0" and len(whole) <= 3


def is_value(raw: str) -> bool:
    """Whether the text is a number or says in a known way that there is none; blank text is neither."""
    number = parse(raw)
    return number.value is not None or number.missing in ("nil", "not_applicable")
