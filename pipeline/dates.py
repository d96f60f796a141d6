"""Dates, year spans, ordinals and Roman numerals as municipal documents write them.

Guarantee: each function gives a value only where the text states it; anything else is `None`.
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.text import cyrillic, latin

# Stems, which every case ending fits.
_MONTHS = ("січ", "лют", "берез", "квіт", "трав", "черв", "лип", "серп", "верес", "жовт", "листопад", "груд")
_DIGIT_DATE = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_WORD_DATE = re.compile(r"(?<!\d)(\d{1,2})\s*»?\s+([а-яіїє]+)\s*»?\s+(\d{4})", re.IGNORECASE)
_SPAN = r"(?P<start>(?:19|20)\d{2})(?:\s*[-–—−]\s*(?P<end>(?:19|20)\d{2}))?"
_YEARS = re.compile(rf"(?<![\d.,/]){_SPAN}\s*(?:-?го\s*)?(?:рік|року|році|роки|років|роках|рр?\b)", re.IGNORECASE)
_ONLY_YEARS = re.compile(rf"\s*{_SPAN}\s*")
_REPORTED = re.compile(rf"\bза\s+{_SPAN}\s*(?:рік|роки|р)", re.IGNORECASE)

_ORDINALS = {
    "перш": 1, "друг": 2, "трет": 3, "четверт": 4, "п'ят": 5, "шост": 6, "сьом": 7, "восьм": 8, "дев'ят": 9,
    "десят": 10, "одинадцят": 11, "дванадцят": 12, "тринадцят": 13, "чотирнадцят": 14, "п'ятнадцят": 15,
    "шістнадцят": 16, "сімнадцят": 17, "вісімнадцят": 18, "дев'ятнадцят": 19, "двадцят": 20, "тридцят": 30,
    "сороков": 40, "п'ятдесят": 50, "шістдесят": 60, "сімдесят": 70, "вісімдесят": 80, "дев'яност": 90, "сот": 100,
}  # fmt: skip
_TENS = {
    "двадцять": 20, "тридцять": 30, "сорок": 40, "п'ятдесят": 50, "шістдесят": 60, "сімдесят": 70, "вісімдесят": 80,
    "дев'яносто": 90,
}  # fmt: skip
_ENDING = re.compile(r"(?:ого|ому|ої|ьої|ій|ьому|ього|ий|а|я|у|ю|ою)$")
_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def find_date(text: str) -> date | None:
    """Give the first date in the text: `26.10.2023р.`, `10 жовтня 2022 року`, `«26 грудня » 2017року`."""
    found = []
    for match in _DIGIT_DATE.finditer(text):
        found.append((match.start(), int(match[3]), int(match[2]), int(match[1])))
    for match in _WORD_DATE.finditer(text):
        month = next((i for i, stem in enumerate(_MONTHS, start=1) if match[2].casefold().startswith(stem)), 0)
        found.append((match.start(), int(match[3]), month, int(match[1])))
    for _, year, month, day in sorted(found):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


def find_years(text: str) -> tuple[int, int] | None:
    """Give the first year or span of years, both ends included: `2024 рік`, `2024-2026р р.`, `2022 –2027`.

    A number is a year only where the word for it follows, or where nothing else stands in the text: not in a date, a
    code or a sum.
    """
    return _span(_YEARS.search(cyrillic(text)) or _ONLY_YEARS.fullmatch(text))


def find_reported_years(text: str) -> tuple[int, int] | None:
    """Give the years a report is about, which a title names by `за`: `Програми на 2022-2025 роки за 2024 рік`."""
    return _span(_REPORTED.search(cyrillic(text)))


def _span(found: re.Match[str] | None) -> tuple[int, int] | None:
    if found is None:
        return None
    start, end = int(found["start"]), int(found["end"] or found["start"])
    return (start, end) if start <= end else None


def roman(text: str) -> int | None:
    """Give the value of a Roman numeral, Cyrillic look-alike letters allowed; `None` if it is none."""
    letters = latin(text.strip()).upper()
    if not letters or not _ROMAN.fullmatch(letters):
        return None
    values = [_ROMAN_VALUES[letter] for letter in letters]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def ordinal(text: str) -> int | None:
    """Give the value of an ordinal in words, digits or Roman: `двадцять восьмої`, `28-ї`, `VIII`."""
    words = text.casefold().replace("’", "'").split()
    if len(words) == 1:
        digits = re.fullmatch(r"(\d{1,3})(?:-?[а-яії]{1,3})?", words[0])
        return int(digits[1]) if digits else roman(text) or _ordinal_word(words[0])
    if len(words) == 2 and words[0] in _TENS:
        unit = _ordinal_word(words[1])
        return _TENS[words[0]] + unit if unit is not None and unit < 10 else None
    return None


def _ordinal_word(word: str) -> int | None:
    return _ORDINALS.get(_ENDING.sub("", word))
