"""Dates, periods, years, ordinals and Roman numerals as municipal documents write them.

Guarantee: each function gives a value only where the text states it; anything else is `None`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pipeline.text import cyrillic, latin, visible

# Stems, which every case ending fits.
_MONTHS = ("січ", "лют", "берез", "квіт", "трав", "черв", "лип", "серп", "верес", "жовт", "листопад", "груд")
_MONTH = "|".join(_MONTHS)
_DIGIT_DATE = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_WORD_DATE = re.compile(rf"(?<!\d)(\d{{1,2}})\s*[»”\"]?\s+((?:{_MONTH})[а-яіїє]*)\s*[»”\"]?\s+(\d{{4}})", re.IGNORECASE)
_YEAR = r"(?P<year>(?:19|20)\d{2})(?!\d)"
_SPAN = r"(?P<start>(?:19|20)\d{2})(?:\s*[-–—−]\s*(?P<end>(?:19|20)\d{2}))?"
_WORD_OF_YEARS = r"(?:рік|року|році|роки|років|роках|рр?\b)"
_YEARS = re.compile(rf"(?<![\d.,/]){_SPAN}\s*(?:-?(?:го|й|ий)\s*)?{_WORD_OF_YEARS}", re.IGNORECASE)
_ONLY_YEARS = re.compile(rf"\s*{_SPAN}\s*")
_BARE_YEAR = re.compile(rf"(?<![\d.,/№-])(?<!№ ){_SPAN}(?![\d/]|[.,]\d)")
_REPORTED = re.compile(
    rf"\b(?:за\s+(?:звітний\s+)?|звітн\w+\s+(?:рік|період)\w*\s*[:–—-]?\s*){_SPAN}(?:\s*(?:рік|роки|р)|\s*$)",
    re.IGNORECASE,
)
_IN_YEARS = re.compile(rf"\bрок(?:и|ів)\b.*\b[ув]\s+{_SPAN}\s*ро(?:ці|ках)\b", re.IGNORECASE)
"""Years that a title names after those of its programme: `Програми на 2018-2020 роки у 2019 році`."""

_FROM_TO = re.compile(
    r"\bз\s+\d{1,2}\.\d{1,2}\.(?P<start>(?:19|20)\d\d)\s*\w*\.?\s+(?:по|до)\s+\d{1,2}\.\d{1,2}\.(?P<end>(?:19|20)\d\d)",
    re.IGNORECASE,
)
"""From day to day: `з 01.01.2024 по 30.06.2024`."""

_AS_OF = re.compile(r"\b(?:станом\s+)?на\s+", re.IGNORECASE)
_COMPARED = re.compile(
    r"(?:^|\s)(?:у %|у відсотках)?\s*\b(?:до|проти|порівняно з|у порівнянні з|відносно)\b.*", re.IGNORECASE
)
_COMPARISON = re.compile(r"%|відсот|темп|індекс|приріст|зростан|порівня|проти", re.IGNORECASE)

_HAS_PART = re.compile(r"\bкв|півріч", re.IGNORECASE)

# Parts of a year: how many months they have, and how their ordinals are written.
_PARTS = re.compile(
    rf"(?<![\w'’])(?P<ordinal>[\w'’]+)(?:\s*[-–—]?\s*(?:й|ий|ше|е|го|ого))?\s*(?P<part>квартал|кв\b\.?|півріч)\w*\s*(?:[-–—]\s*)?{_YEAR}",
    re.IGNORECASE,
)
_MONTHS_OF = re.compile(
    rf"(?P<count>\d{{1,2}}|дев'ять|шість|три|одинадцять)\s*(?:-?ть\s*)?місяц\w*\s+{_YEAR}", re.IGNORECASE
)
_NAMED_MONTHS = re.compile(
    rf"\b(?P<first>{_MONTH})[а-яіїє]*(?:\s*[-–—]\s*(?P<last>{_MONTH})[а-яіїє]*)?\s+{_YEAR}", re.IGNORECASE
)
_WORD_COUNTS = {"три": 3, "шість": 6, "дев'ять": 9, "одинадцять": 11}

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
_ENDING = re.compile(r"(?:ого|ому|ої|ьої|ій|ьому|ього|ий|а|я|у|ю|ою|е|є)$")
_TYPED = str.maketrans({"У": "V", "П": "II", "Ш": "III"})
"""Letters of the Ukrainian keyboard that stand for Roman digits: `УШ` is VIII."""

_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    start: date
    end: date

    @property
    def years(self) -> tuple[int, int]:
        """The first year and the last."""
        return (self.start.year, self.end.year)


def find_date(text: str) -> date | None:
    """Give the first date in the text: `26.10.2023р.`, `10 жовтня 2022 року`, `«26 грудня » 2017року`."""
    text, found = visible(text), []
    for match in _DIGIT_DATE.finditer(text):
        found.append((match.start(), int(match[3]), int(match[2]), int(match[1])))
    for match in _WORD_DATE.finditer(text):
        month = _month(match[2])
        found.append((match.start(), int(match[3]), month, int(match[1])))
    for _, year, month, day in sorted(found):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


@lru_cache(maxsize=1 << 12)
def find_period(text: str) -> Period | None:
    """Give the first period in the text, to the day.

    `1 квартал 2021 року`, `I півріччя 2023`, `11місяців 2021`, `січень-травень 2021`, `станом на 1 грудня 2021` (from
    the year's beginning to the day before), `2024 рік`, `2024-2026 роки`.
    """
    text = visible(text).replace("’", "'")
    found = [*_parts(text), *_months(text)]
    if as_of := _as_of(text):
        found.append(as_of)
    years = find_years(text)
    if found:
        return min(found, key=lambda at: at[0])[1]
    return None if years is None else Period(date(years[0], 1, 1), date(years[1], 12, 31))


def _parts(text: str) -> list[tuple[int, Period]]:
    found: list[tuple[int, Period]] = []
    if not _HAS_PART.search(text):
        return found
    for match in _PARTS.finditer(text):
        number, year = ordinal(match["ordinal"]), int(match["year"])
        quarter = match["part"].casefold().startswith("кв")
        months = 3 if quarter else 6
        if number is not None and 1 <= number <= 12 // months:
            found.append((match.start(), _within(year, (number - 1) * months + 1, number * months)))
    return found


def _months(text: str) -> list[tuple[int, Period]]:
    found = []
    for match in _MONTHS_OF.finditer(text):
        count = match["count"].casefold()
        number = int(count) if count.isdigit() else _WORD_COUNTS[count]
        if 1 <= number <= 12:
            found.append((match.start(), _within(int(match["year"]), 1, number)))
    for match in _NAMED_MONTHS.finditer(text):
        day = re.search(r"\d\s*[»”\"]?\s*$", text[: match.start()])
        first = _month(match["first"])
        last = _month(match["last"]) if match["last"] else first
        if not day and first <= last:
            found.append((match.start(), _within(int(match["year"]), first, last)))
    return found


def _as_of(text: str) -> tuple[int, Period] | None:
    for match in _AS_OF.finditer(text):
        rest = text[match.end() :]
        day = re.match(
            r"[«“\"]?\s*(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}\s*[»”\"]?\s+[а-яіїє]+\s*[»”\"]?\s+\d{4})",
            rest,
            re.IGNORECASE,
        )
        if day and (as_of := find_date(day[0])):
            last = as_of - timedelta(days=1)
            return match.start(), Period(date(last.year, 1, 1), last)
    return None


def _within(year: int, first: int, last: int) -> Period:
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _month(word: str) -> int:
    return next((i for i, stem in enumerate(_MONTHS, start=1) if word.casefold().startswith(stem)), 0)


@lru_cache(maxsize=1 << 12)
def find_years(text: str) -> tuple[int, int] | None:
    """Give the first year or span of years, both ends included: `2024 рік`, `2024-2026р р.`, `2022 –2027`.

    A number is a year only where the word for it follows, or where nothing else stands in the text: not in a date, a
    code or a sum.
    """
    return _span(_YEARS.search(_WORD_DATE.sub(" ", cyrillic(visible(text)))) or _ONLY_YEARS.fullmatch(text))


@lru_cache(maxsize=1 << 12)
def heading_years(text: str) -> tuple[int, int] | None:
    """Give the years that a column's heading is about: `План 2024`, `план на 11місяців 2021`, `на 01.01.2024`.

    A bare year counts here. The year with which a rate of growth compares does not: `2017 р. у % до 2016 р.` is 2017.
    """
    text = visible(text)
    if _COMPARISON.search(text):
        text = _COMPARED.sub("", text)
    period = find_period(text)
    if period is not None:
        return period.years
    return _span(_BARE_YEAR.search(text))


@lru_cache(maxsize=1 << 12)
def find_reported_years(text: str) -> tuple[int, int] | None:
    """Give the years a report is about, which a title names by `за` or `станом на`.

    `Програми на 2022-2025 роки за 2024 рік` and `за 9 місяців 2024 року` are 2024, and so is `станом на 1 січня 2025`.
    """
    text = visible(text)
    if found := _span(_FROM_TO.search(text)):
        return found
    if found := _span(_REPORTED.search(cyrillic(text))):
        return found
    within = [(at, p) for at, p in (*_parts(text), *_months(text)) if re.search(r"\bза\s+$", text[:at], re.IGNORECASE)]
    if (as_of := _as_of(text)) and re.search(r"станом\s", text[: as_of[0] + 8], re.IGNORECASE):
        within.append(as_of)
    return min(within, key=lambda at: at[0])[1].years if within else _span(_IN_YEARS.search(cyrillic(text)))


_PART_OF_YEAR = re.compile(
    rf"період|квартал|\bкв\b|\d\s*(?:міс\b|м-?ц)|місяц|півріч|\b(?:{_MONTH})[а-яіїє]*\b", re.IGNORECASE
)


def is_part_of_year(text: str) -> bool:
    """Whether a heading speaks of a part of a year: `План на 9 місяців`, `на звітний період`, `січень-травень`."""
    return bool(_PART_OF_YEAR.search(visible(text)))


_ONLY_PART = re.compile(
    rf"\W*(?:(?:[IVІ]{{1,3}}|[1-4])(?:-?(?:й|ий|е))?\s*(?:квартал|кв\b\.?|півріччя)|(?:{_MONTH})[а-яіїє]*"
    rf"(?:\s*[-–—]\s*(?:{_MONTH})[а-яіїє]*)?|(?:\d{{1,2}}|три|шість|дев.ять)\s*(?:місяц\w*|міс\b\.?))(?:\s*\d{{4}}\s*р?\w*\.?)?\W*",
    re.IGNORECASE,
)


def is_only_part_of_year(text: str) -> bool:
    """Whether a heading is nothing but a part of a year: `I квартал`, `січень`, `9 місяців 2023 р.`."""
    return _ONLY_PART.fullmatch(visible(text)) is not None


_PREVIOUS = re.compile(
    r"(?:минул|попередн)\w+\s+(?:звітн\w+\s+)?(?:р[оі]к\w*|період\w*)|(?:р[оі]к\w*|період\w*),?\s+що\s+передує",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 12)
def relative_year(text: str) -> int:
    """Give how many years before the reported one a heading is about: 1 for `Факт минулого року`, else 0."""
    return int(bool(_PREVIOUS.search(visible(text))) and not _COMPARISON.search(text))


def _span(found: re.Match[str] | None) -> tuple[int, int] | None:
    if found is None:
        return None
    start, end = int(found["start"]), int(found["end"] or found["start"])
    return (start, end) if start <= end else None


def roman(text: str) -> int | None:
    """Give the value of a Roman numeral, Cyrillic look-alike letters allowed; `None` if it is none."""
    letters = latin(text.strip().upper().translate(_TYPED)).upper()
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
