"""All ways in which a person could read a text as one number: the oracle for junk, a second one for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

DIGITS = "0123456789"
SPACES = (" ", "\u00a0", "\u2009", "\u202f", "\u2007", *map(chr, range(0x2000, 0x200B)), "\u205f", "\u3000")
"""Spaces that may part groups (U+1680, which prints as a stroke, tabs and zero-width characters are left out)."""
COMMON_SPACES = (" ", " ", " ", "\u00a0", "\u00a0", "\u202f", "\u2009")
APOSTROPHES = ("'", "\u2019", "\u02bc")
DASHES = ("-", "\u2013", "\u2014")
MINUS = "\u2212"
LINE_BREAKS = ("\n", "\n", "\n", "\n", "\r\n", "\n\n", " \n", "\n ", "\u2028")
BLANKS = (*SPACES, "\t", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
NIL = ("-", "--", "---", "\u2013", "\u2014", "- - -")
NOT_APPLICABLE = ("\u0445", "\u0425", "x", "X", "*", "**")
SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
JUNK_ALPHABET = "0123456789 .,-+()%'"

UNITS = (
    "грн", "грн.", "тис. грн", "тис. грн.", "тис.грн", "тис.грн.", "тис.", "тис", "млн", "млн.", "млн. грн", "млн грн",
    "млн.грн.", "млрд грн", "млрд. грн.", "осіб", "чол.", "шт.", "шт", "км", "м", "га", "од.", "т", "кв. м", "кв.м",
    "куб. м", "кг", "л", "год.", "днів", "років", "закладів", "відс.", "гривень", "коп.", "\u20b4", "м\u00b2",
)  # fmt: skip
UNITS_WITH_DIGIT = ("м2", "м3", "кв.м2", "куб.м3")
MONTHS = (
    "січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада",
    "грудня",
)  # fmt: skip
SUM_WORDS = ("у сумі", "в сумі", "на суму", "У сумі", "В сумі", "сума", "разом", "всього", "Усього", "Разом")
MISREAD = {
    "0": "OoОо", "1": "lIІі", "2": "Z", "3": "Зз", "4": "Чч", "5": "SЅ", "6": "бБ", "8": "BВ", "9": "gq",
}  # fmt: skip
NOT_LAST = "lчЧBВg"
"""Letters not put last in place of a digit: they could be read as a unit there (litre, hour, volt, gram)."""
NOT_FIRST = "BВз"
"""Letters not put first in place of a digit: they could be read as a preposition there."""
FOREIGN_ZEROS = (0x0660, 0x06F0, 0xFF10, 0x0966, 0x09E6, 0x1D7CE)
"""The zeros of the Arabic-Indic, extended Arabic-Indic, fullwidth, Devanagari, Bengali and mathematical bold digits."""


@dataclass(frozen=True)
class Case:
    """One text and what it can mean; see the module's docstring for how to judge by it."""

    text: str
    readings: frozenset[Decimal]
    reason: str | None
    kind: str


def must_refuse(case: Case) -> bool:
    """Whether a parser has to give no value for the case, the texts with a fixed meaning included."""
    return len(case.readings) != 1


@dataclass(frozen=True)
class Number:
    """A value that is not negative, and the digits it is printed with."""

    value: Decimal
    whole: str
    fraction: str


Maker = Callable[[Random], Case | None]
"""Makes a case; None means that the draw was not of the class, and another one is to be taken."""


def all_digits(text: str) -> bool:
    """Whether the text has one or more characters and all of them are Latin digits."""
    return bool(text) and all(character in DIGITS for character in text)


def whole_digits(text: str, grouping: str | None) -> str | None:
    """The digits of a whole part grouped by that sign (None: not grouped), or None if it is not so written."""
    if grouping is None:
        is_code = len(text) >= 4 and text.startswith("0")
        return text if all_digits(text) and not is_code else None
    first, *others = text.split(grouping)
    if not others or not all_digits(first) or len(first) > 3 or first.startswith("0"):
        return None
    if not all(all_digits(group) and len(group) == 3 for group in others):
        return None
    return first + "".join(others)


def body_readings(body: str) -> set[Decimal]:
    """All values of digits, grouping signs and at most one decimal sign."""
    cuts: list[tuple[str, str, str | None]] = [(body, "", None)]
    cuts += [(body[:i], body[i + 1 :], sign) for i, sign in enumerate(body) if sign in ",."]
    readings: set[Decimal] = set()
    for whole, fraction, decimal_sign in cuts:
        if decimal_sign is not None and not all_digits(fraction):
            continue
        for grouping in (None, " ", "'", ".", ","):
            if decimal_sign is None and grouping == "," and whole.count(",") == 1:
                continue  # in Ukrainian `1,234` has a decimal comma and no other reading
            if grouping is not None and grouping == decimal_sign and len(fraction) != 3:
                continue  # one sign in both parts: only `1.234.567` is so read, beside the reading by groups alone
            digits = whole_digits(whole, grouping)
            if digits is not None:
                readings.add(Decimal(f"{digits}.{fraction}") if fraction else Decimal(digits))
    return readings


def both_signs(values: set[Decimal]) -> set[Decimal]:
    """The values and their negatives."""
    return values | {-value for value in values}


def readings_by_grammar(text: str) -> frozenset[Decimal]:
    """All values a person could take the text for, for a text in the characters of JUNK_ALPHABET."""
    core = text.strip(" ")
    percent = core.endswith("%")
    if percent:
        core = core[:-1].rstrip(" ")
    if core.startswith("(") and core.endswith(")"):
        inner = core[1:-1].strip(" ")
        if inner.endswith("%") and not percent:
            inner = inner[:-1].rstrip(" ")
        if inner[:1] in ("-", "+"):  # twice signed: who can say
            return frozenset(both_signs(body_readings(inner[1:].lstrip(" "))))
        return frozenset(-value for value in body_readings(inner))
    if core[:1] in ("-", "+"):
        rest = core[1:].lstrip(" ")
        spaced = core[1:2] == " "
        if rest.startswith("(") and rest.endswith(")"):
            return frozenset(both_signs(body_readings(rest[1:-1].strip(" "))))
        values = body_readings(rest)
        if core.startswith("+"):
            return frozenset(values)
        return frozenset(both_signs(values) if spaced else {-value for value in values})
    if core.endswith("-"):  # a minus put last, or a dash that belongs to nothing
        return frozenset(both_signs(body_readings(core[:-1].rstrip(" "))))
    return frozenset(body_readings(core))


TO_JUNK = {ord(character): " " for character in SPACES}
TO_JUNK |= {ord(character): "'" for character in APOSTROPHES}
TO_JUNK |= {ord(character): "-" for character in (*DASHES, MINUS)}


def in_junk_alphabet(text: str) -> str | None:
    """The text with its spaces, apostrophes and dashes in ASCII, or None if it has characters beside the alphabet."""
    plain = text.translate(TO_JUNK)
    return plain if all(character in JUNK_ALPHABET for character in plain) else None


DEBATABLE_JUNK = re.compile(
    r"^[-+( ]*0[0-9]"  # `05`, `012,5`: a number, a code, or the day of a date
    r"|[0-9] {2,}[0-9]"  # a double space: one group, or two values
    r"|[0-9] +[.,'] *[0-9]|[0-9][.,'] +[0-9]"  # a space beside a decimal sign
    r"|^ *%"  # the percent sign first
    r"|^ *\+ "  # a plus parted from its number
    r"|\) *%"  # the percent sign after the parenthesis
)
