"""Units as headings, captions, labels and cells print them.

Guarantee: a money unit is given only where its scale is clear; an abbreviation before `грн` that is none we know may
be a misread `тис.` and gives no unit, since a wrong one would be wrong by a thousand.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.text import cyrillic, one_script, plain, visible

_MONEY = re.compile(
    r"(?:(?P<scale>[^\W\d_]+)(?P<point>\.?)\s*)?\b(?:грн|гривень|гривн[а-яіїє]+)\b(?!\s*/\s*(?!тис|млн|грн)[а-я])"
)
_PERCENT = re.compile(r"%|\bвідсот(?:ок|к)")
_SCALES = (("тис", "тисяч", "thousand UAH"), ("млн", "мільйон", "million UAH"), ("млрд", "мільярд", "billion UAH"))
_COUNTS = frozenset(
    ("од один одиниць одиниця одиниці шт штук штука осіб особа особи чол чоловік ос людей учнів дітей").split()
)
_WORDS = {
    "%": "percent", "відсоток": "percent", "відсотків": "percent", "відсотки": "percent", "відс": "percent",
    "тис": "thousand", "тисяч": "thousand", "млн": "million", "мільйонів": "million", "млрд": "billion",
    "мільярдів": "billion", "разів": "times", "рази": "times", "раза": "times",
}  # fmt: skip
_PRINTED = frozenset(
    (
        "га кв.км кв.м кв.м2 куб.м3 м2 м3 куб.м км м п.м пог.м т ц кг л тонн гектар гектарів км2 гкал квт квт.год м.п "
        "тис.кв.м тис.м2 тис.т тис.га год годин днів місць ліжок балів бал"
    ).split()
)
"""Units that are given as they are printed."""

_AND_SO_ON = re.compile(r"\s*\([^()]*\)\s*$")


@lru_cache(maxsize=1 << 12)
def find_unit(text: str) -> str | None:
    """Give the unit that a heading such as `Обсяг фінансування, тис. грн` states clearly; else `None`."""
    text = cyrillic(plain(text)).casefold()
    money = [_money(found) for found in _MONEY.finditer(text)]
    if money:
        return money[0] if len(set(money)) == 1 else None
    return "percent" if _PERCENT.search(text) else None


@lru_cache(maxsize=1 << 12)
def known_unit(text: str) -> str | None:
    """Give the unit that a text is, as it stands behind a number: `тис. грн`, `%`, `осіб`; `None` where it is none."""
    words = cyrillic(visible(text)).casefold()
    if not any(map(str.isalpha, words)):
        return {"%": "percent", "₴": "UAH"}.get(words)
    words = words.strip(" .,;")
    if _MONEY.fullmatch(words):
        return find_unit(words)
    word = words.rstrip(".")
    if word in _WORDS:
        return _WORDS[word]
    if word in _COUNTS:
        return "count"
    scale, _, rest = words.partition(".") if "." in words else words.partition(" ")
    if rest.strip(" .") in _COUNTS and _WORDS.get(scale.strip()) in ("thousand", "million"):
        return f"{_WORDS[scale.strip()]} count"
    if len(word) == 1 and word not in text:
        return None  # a capital or a Latin letter is no unit
    return visible(text).strip() if word.replace(" ", "").replace(". ", ".") in _PRINTED else None


def read_unit(text: str) -> str | None:
    """Give the unit that a cell of a column of units states: one that is not known comes as it is printed."""
    text = one_script(plain(visible(text))).strip(" ,;()")
    if not re.search(r"[^\W\d_]|%", text) or cyrillic(text).casefold() == "х":
        return None
    return known_unit(text) or find_unit(text) or text


@lru_cache(maxsize=1 << 12)
def label_unit(label: str) -> str | None:
    """Give the unit that a row's label ends in: `Середня заробітна плата, грн`, `Площа (кв.м)`; else `None`."""
    text = plain(label).rstrip(" .:;")
    closing = re.search(r"\(([^()]*)\)\s*$", text)
    if closing and (unit := known_unit(closing[1])):
        return unit
    text = _AND_SO_ON.sub("", text)
    _, comma, last = text.rpartition(",")
    if not comma:
        return None
    words = last.split()
    for count in range(min(3, len(words)), 0, -1):
        unit = known_unit(" ".join(words[:count]))
        if unit and (count == len(words) or len(unit.strip(".")) > 1):  # `м. Лохвиця` is a town
            return unit
    return None


_COUNTED = re.compile(r"\b(?:кількість|чисельність)\b", re.IGNORECASE)


@lru_cache(maxsize=1 << 12)
def heading_unit(text: str) -> str | None:
    """Give the unit that a heading ends in, as `Площа, га`, or that it counts: `Кількість`."""
    return label_unit(text) or ("count" if _COUNTED.match(cyrillic(plain(text))) else None)


def _money(found: re.Match[str]) -> str | None:
    word, abbreviated = found["scale"] or "", bool(found["point"])
    for short, stem, unit in _SCALES:
        if _nearly(word, short) or _nearly(word[: len(stem)], stem):
            return unit
    return None if abbreviated else "UAH"


def _nearly(word: str, known: str) -> bool:
    """Whether the words are the same but for one misread letter at most."""
    return len(word) == len(known) and sum(a != b for a, b in zip(word, known, strict=True)) <= 1
