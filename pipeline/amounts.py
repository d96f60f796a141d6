"""Amounts of money that a text states, in figures and in words: `у сумі 6 588 100 грн (шість мільйонів п'ятсот …)`.

Guarantee: an amount is given in exact hryvnias; one whose words say no number, or whose unit is not clear, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline import numerals
from pipeline.text import cyrillic, visible

_SCALES = {"": 0, "тис": 3, "млн": 6, "млрд": 9}

_FIGURES = re.compile(
    r"(?<![\w.,'’])(?P<number>\d[\d\s]*(?:[.,]\d{1,3})?)\s*(?:(?P<scale>тис|млн|млрд)[.\w]*)?\s*"
    r"(?:грн|гривень|гривні|гривня)\b(?:\.?\s*(?P<cents>\d\d)\s*коп)?",
    re.IGNORECASE,
)

_UNITS = {
    "нуль": 0, "один": 1, "одна": 1, "одну": 1, "два": 2, "дві": 2, "три": 3, "чотири": 4, "пять": 5, "шість": 6,
    "сім": 7, "вісім": 8, "девять": 9, "десять": 10, "одинадцять": 11, "дванадцять": 12, "тринадцять": 13,
    "чотирнадцять": 14, "пятнадцять": 15, "шістнадцять": 16, "сімнадцять": 17, "вісімнадцять": 18,
    "девятнадцять": 19, "двадцять": 20, "тридцять": 30, "сорок": 40, "пятдесят": 50, "шістдесят": 60,
    "сімдесят": 70, "вісімдесят": 80, "девяносто": 90, "сто": 100, "двісті": 200, "триста": 300, "чотириста": 400,
    "пятсот": 500, "шістсот": 600, "сімсот": 700, "вісімсот": 800, "девятсот": 900,
}  # fmt: skip
_THOUSANDS = (("тисяч", 10**3), ("мільйон", 10**6), ("мільярд", 10**9))

_SCALED = re.compile(r"\d\s*(?:тис|млн|млрд)[.\w]*\s*$", re.IGNORECASE)
"""The rest of an amount before the number: `1 млн 250 тис. грн`."""

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)?")
_CENTS = re.compile(r"\W*(\d\d)\s*коп", re.IGNORECASE)


class Amount(NamedTuple):
    """An amount in hryvnias, as it was written; `at` is where in the text it stands."""

    value: Decimal
    raw: str
    in_words: bool
    at: tuple[int, int]


@lru_cache(maxsize=1 << 10)
def find_amounts(text: str) -> tuple[Amount, ...]:
    """Give all amounts of money that a text states, in the order of the text."""
    text = cyrillic(visible(text))
    if "гр" not in text.casefold():
        return ()
    return tuple(sorted([*_in_figures(text), *_in_words(text)], key=lambda amount: amount.at))


def disagreements(text: str) -> list[tuple[Amount, Amount]]:
    """Give amounts in figures whose words, right behind them, say another sum."""
    text = cyrillic(visible(text))
    return [
        (one, other)
        for one, other in pairwise(find_amounts(text))
        if not one.in_words
        and other.in_words
        and _BETWEEN.fullmatch(text[one.at[1] : other.at[0]])
        and not _agree(one.value, other.value)
    ]


_BETWEEN = re.compile(r"[\s.(«\"'–—-]*(?:\d\d?\s*коп[.\w]*)?[\s.(«\"'–—-]*", re.IGNORECASE)
"""What stands between an amount in figures and the same in words."""


def _agree(figures: Decimal, words: Decimal) -> bool:
    """Whether figures and words are the same; words of cents, or none, are not looked at."""
    return figures == words or (words == words.to_integral_value() and int(figures) == words)


def _in_figures(text: str) -> Iterator[Amount]:
    for found in _FIGURES.finditer(text):
        value = numerals.parse(" ".join(found["number"].split())).value
        if value is not None and not _SCALED.search(text[: found.start()]):
            scale = _SCALES[(found["scale"] or "").casefold()]
            cents = Decimal(found["cents"] or 0).scaleb(-2)
            yield Amount(value.scaleb(scale) + cents, found[0].strip(), False, found.span())


def _in_words(text: str) -> Iterator[Amount]:
    """Give amounts in words: runs of words of numbers before `гривень` or `грн`.

    In a group of three digits the hundreds come first, then the tens, then the rest: anything else is no number.
    """
    total = group = largest = 0
    rank = _NONE
    start = end = -1
    for found in _WORD.finditer(text):
        word = re.sub(r"['’ʼ`]", "", found[0].casefold())
        if start >= 0 and text[end : found.start()].strip():
            start = -1  # a sign between: another run begins
        thousand = next((value for stem, value in _THOUSANDS if word.startswith(stem)), None)
        if word in _UNITS:
            if start < 0:
                total, group, rank, start, largest = 0, 0, _NONE, found.start(), _LARGEST
            value = _UNITS[word]
            own = sum(value >= least for least in (20, 100))
            start = start if own < rank else -1
            group, rank = group + value, own
        elif thousand is not None:
            if start < 0:
                total, group, start, largest = 0, 1, found.start(), _LARGEST  # `тисяча двісті гривень`
            start = start if thousand < largest and group else -1
            total, group, rank, largest = total + group * thousand, 0, _NONE, thousand
        else:
            if start >= 0 and word.startswith(("грив", "грн")):
                cents = _CENTS.match(text, found.end())
                amount = Decimal(total + group) + Decimal(cents[1] if cents else 0).scaleb(-2)
                yield Amount(amount, text[start : found.end()], True, (start, found.end()))
            start = -1
        end = found.end()


_LARGEST = 10**12

_NONE = 3
"""Rank before the first word of a group; hundreds are 2, tens 1, the rest 0."""
