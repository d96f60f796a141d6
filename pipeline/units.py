"""Units as headings and captions print them.

Guarantee: a money unit is given only where its scale is clear; an abbreviation before `грн` that is none we know may
be a misread `тис.` and gives no unit, since a wrong one would be wrong by a thousand.
"""

from __future__ import annotations

import re

from pipeline.text import cyrillic, plain

_MONEY = re.compile(r"(?:(?P<scale>[^\W\d_]+)(?P<point>\.?)\s*)?\b(?:грн|гривень|гривн[а-яіїє]+)\b")
_PERCENT = re.compile(r"%|\bвідсот(?:ок|к)")
_SCALES = (("тис", "тисяч", "thousand UAH"), ("млн", "мільйон", "million UAH"), ("млрд", "мільярд", "billion UAH"))


def find_unit(text: str) -> str | None:
    """Give the unit that a heading such as `Обсяг фінансування, тис. грн` states clearly; else `None`."""
    text = cyrillic(plain(text)).casefold()
    money = [_money(found) for found in _MONEY.finditer(text)]
    if money:
        return money[0] if len(set(money)) == 1 else None
    return "percent" if _PERCENT.search(text) else None


def _money(found: re.Match[str]) -> str | None:
    word, abbreviated = found["scale"] or "", bool(found["point"])
    for short, stem, unit in _SCALES:
        if _nearly(word, short) or _nearly(word[: len(stem)], stem):
            return unit
    return None if abbreviated else "UAH"


def _nearly(word: str, known: str) -> bool:
    """Whether the words are the same but for one misread letter at most."""
    return len(word) == len(known) and sum(a != b for a, b in zip(word, known, strict=True)) <= 1
