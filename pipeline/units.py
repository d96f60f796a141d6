"""Units as headings, captions, labels and cells print them.

Guarantee: a money unit is given only where its scale and currency are clear; an abbreviation or a word of up to three
letters before `грн` that is none we know may be a misread `тис.` and gives no unit, since a wrong one would be wrong by
a thousand.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.text import cyrillic, one_script, plain, visible
from validators.labels import INCLUDING

_MONEY = re.compile(
    r"(?:(?<![^\W\d_])(?P<scale>[^\W\d_]+)(?P<point>\.?)\s*)?"
    r"(?:\b(?:грн|гривень|гривн[а-яіїє]+)\b(?!\s*/\s*(?!тис|млн|грн)[а-я])|"
    r"(?P<foreign>\bдол\.(?:\s*сша)?|\bдолар[а-яіїє]*(?:\s*сша)?|\$|\bєвро\b|€|\b(?:usd|eur)\b))".replace(
        "usd", cyrillic("usd")
    ).replace("eur", cyrillic("eur"))
)
_PERCENT = re.compile(r"%|\bвідсот(?:ок|к)")
_SCALES = (("тис", "тисяч", "thousand"), ("млн", "мільйон", "million"), ("млрд", "мільярд", "billion"))
_SHORT = 3
_BETWEEN = frozenset("в у на по до від за із з та і або є".split())
"""Words of up to three letters that may stand before `грн` and are no misread scale."""

_COUNTS = frozenset(
    ("од один одиниць одиниця одиниці шт штук штука осіб особа особи чол чоловік ос людей учнів дітей").split()
)
_WORDS = {
    "%": "percent", "відсоток": "percent", "відсотків": "percent", "відсотки": "percent", "відс": "percent",
    "тис": "thousand", "тисяч": "thousand", "млн": "million", "мільйонів": "million", "млрд": "billion",
    "мільярдів": "billion", "шт.од": "count", "шт. од": "count", "разів": "times", "рази": "times", "раза": "times",
}  # fmt: skip
_PRINTED = frozenset(
    (
        "гол га ц/га т/га кг/га кв.км кв.м кв.м2 куб.м3 м2 м3 куб.м км м п.м пог.м т ц кг л тонн гектар гектарів км2 "
        "гкал квт квт.год м.п тис.кв.м тис.м2 тис.м3 тис.куб.м тис.т тис.га год годин днів місць ліжок балів бал"
    ).split()
)
"""Units that are given as they are printed."""

_RAISED = str.maketrans("²³", "23")

_GO_ON = frozenset("на за в у з із до від по (на (за (у (в".split())
"""Words that may follow what is counted: `осіб на 1000 населення`, but not `дітей та молоді`."""

_PER_TIME = re.compile(
    r"(?!\w*(?:метр|літр|грам|гектар|центнер|джоул|ват|градус|бал|відсотк|раз|рок|дн|місяц|тижн|сот|копій)(?:ів|ок)\b)"
    r"[а-яіїєґ]+(?:ів|їв|ей|ок|их)\s+(?:на|за)\s+(?:день|добу|зміну|тиждень|місяць|квартал|рік)",
    re.IGNORECASE,
)
"""What is counted in a time: `автобусів на день`; what is measured in one, `кубометрів на добу`, is another unit."""

_SCALED = ("thousand", "million")

_AND_SO_ON = re.compile(r"\s*\([^()]*\)\s*$")
_PARTS_FOLLOW = re.compile(rf"[\s,.:;]+{INCLUDING}[\s,.:;]*$", re.IGNORECASE)


@lru_cache(maxsize=1 << 12)
def find_unit(text: str) -> str | None:
    """Give the unit that a heading such as `Обсяг фінансування, тис. грн` states clearly; else `None`."""
    text = plain(text)
    money = _all_money(text)
    if money:
        return money[0] if len(set(money)) == 1 else None
    return "percent" if _PERCENT.search(cyrillic(text).casefold()) else None


@lru_cache(maxsize=1 << 12)
def caption_unit(text: str) -> str | None:
    """Give the unit that a text above a table states for it: `(тис. грн)`, `Доходи, грн`, `у гривнях`, `у відсотках`.

    It stands in brackets, behind a comma, a colon or `у`, at the end or alone, and behind no number: `Залишок 500 грн
    повернуто` and `виконано на 95 %` state none.
    """
    text = plain(text)
    if _IN_PERCENT.fullmatch(text.casefold()):
        return "percent"
    money = set(_all_money(text, stated=True))
    return money.pop() if len(money) == 1 else None


def _all_money(text: str, *, stated: bool = False) -> list[str | None]:
    """Give all units of money in a text; of those `stated` for what follows only."""
    lower = cyrillic(text).casefold()
    return [_money(found, text) for found in _MONEY.finditer(lower) if not stated or _is_stated(lower, found)]


def _is_stated(text: str, found: re.Match[str]) -> bool:
    before, after = text[: found.start()].rstrip(), text[found.end() :].strip(" .)/")
    alone = not before.strip("/") or before[-1] in "(,;:-–—" or before.rsplit(None, 1)[-1] in _BETWEEN
    return not before[-1:].isdigit() and (alone or not after or found["scale"] in _BETWEEN)


_IN_PERCENT = re.compile(r"\W*(?:[ув] )?(?:%|відсот\w+)\W*")


@lru_cache(maxsize=1 << 12)
def known_unit(text: str) -> str | None:
    """Give the unit that a text is, as it stands behind a number: `тис. грн`, `%`, `осіб`; `None` where it is none."""
    words = cyrillic(visible(text)).casefold()
    if not any(map(str.isalpha, words)):
        return {"%": "percent", "₴": "UAH", "$": "$", "€": "€"}.get(words)
    words = words.strip(" .,;")
    if _MONEY.fullmatch(words):
        return find_unit(visible(text).strip(" ,;"))
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
    return visible(text).strip() if word.replace(" ", "").translate(_RAISED) in _PRINTED else None


def read_unit(text: str) -> str | None:
    """Give the unit that a cell of a column of units states: one that is not known comes as it is printed."""
    text = one_script(plain(visible(text))).strip(" ,;()")
    if not re.search(r"[^\W\d_]|%", text) or cyrillic(text).casefold() == "х":
        return None
    return known_unit(text) or find_unit(text) or text


@lru_cache(maxsize=1 << 12)
def label_unit(label: str) -> str | None:
    """Give the unit that a row's label ends in: `Середня заробітна плата, грн`, `Площа (кв.м)`; else `None`."""
    text = _PARTS_FOLLOW.sub("", plain(label)).rstrip(" .:;")
    closing = re.search(r"\(([^()]*)\)\s*$", text)
    if closing and (unit := known_unit(closing[1])):
        return unit
    text = _AND_SO_ON.sub("", text)
    _, comma, last = text.rpartition(",")
    if not comma:
        return None
    if _PER_TIME.fullmatch(last.strip()):
        return "count"
    words = last.split()
    if len(words) > 1 and known_unit(words[0]) in _SCALED and (len(words) == 2 or words[2] in _GO_ON):
        counted = " ".join(words[:2])
        if words[1] not in _GO_ON and known_unit(counted) is None:
            return counted
    for count in range(min(3, len(words)), 0, -1):
        unit = known_unit(" ".join(words[:count]))
        goes_on = count < len(words) and (unit != "count" or words[count] in _GO_ON)
        if unit and (count == len(words) or (goes_on and len(unit.strip(".")) > 1)):  # `м. Лохвиця` is a town
            return unit
    return None


_COUNTED = re.compile(r"\b(?:кількість|чисельність)\b", re.IGNORECASE)


@lru_cache(maxsize=1 << 12)
def heading_unit(text: str) -> str | None:
    """Give the unit that a heading ends in, as `Площа, га`, or that it counts: `Кількість`."""
    return label_unit(text) or ("count" if _COUNTED.match(cyrillic(plain(text))) else None)


def _money(found: re.Match[str], text: str) -> str | None:
    """Give the unit that was found in a text; one of another currency as it is printed."""
    word, abbreviated = found["scale"] or "", bool(found["point"])
    for short, stem, scale in _SCALES:
        if _nearly(word, short) or _nearly(word[: len(stem)], stem):
            return text[found.start() : found.end()] if found["foreign"] else f"{scale} UAH"
    if found["foreign"]:
        return text[found.start("foreign") : found.end()]
    return None if abbreviated or (0 < len(word) <= _SHORT and word not in _BETWEEN) else "UAH"


def _nearly(word: str, known: str) -> bool:
    """Whether the words are the same but for one misread letter at most."""
    return len(word) == len(known) and sum(a != b for a, b in zip(word, known, strict=True)) <= 1
