"""Some rows of a table, and what they tell of its columns: words, numbers or codes.

Guarantee: what is asked several times, once for each kind of report, is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pipeline import numerals
from pipeline.codes import KINDS, clean
from pipeline.column import is_only_years
from pipeline.funds import read_source

CODE_BEFORE = re.compile(r"\s*(\d{4,8})\s*[-–—.]?\s+(?=[^\W\d])")
"""A code at the beginning of an item's text."""


LONGEST_CODE = 30
"""Signs of the longest code, spaces included."""

_DIGIT = re.compile("[0-9]")
_AMOUNT = re.compile(r"[0-9]\s[0-9]|[0-9],[0-9]|[0-9]{4}")
_GROUPS = re.compile(r"[0-9]\s[0-9]")


class Sample:
    """Texts of some rows below the header, a list a row."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        """Take the rows."""
        self._rows = rows
        self._texts: dict[int, list[str]] = {}
        self._codes: dict[int, list[str]] = {}
        self._told: dict[tuple[object, ...], bool] = {}

    def texts(self, column: int) -> list[str]:
        """Give the filled texts of a column."""
        if column not in self._texts:
            self._texts[column] = [text for row in self._rows if (text := row[column].strip())]
        return self._texts[column]

    def are_words(self, column: int) -> bool:
        """Whether most filled cells are words, not numbers, codes or single letters."""
        return self._once(("words", column), lambda: _most(self.texts(column), _is_wordy))

    def are_sources(self, column: int) -> bool:
        """Whether most filled cells name funds or sources of money."""
        return self._once(("sources", column), lambda: _most(self.texts(column), _is_source))

    def holds_numbers(self, column: int) -> bool:
        """Whether a quarter of the filled cells are numbers."""
        return self._once(("some", column), lambda: _hold_numbers(self.texts(column)))

    def are_numbers(self, column: int) -> bool:
        """Whether half of the rows are filled, all with numbers or what says that there is none, and no years."""
        return self._once(
            ("numbers", column),
            lambda: 2 * len(self.texts(column)) >= len(self._rows) and _are_numbers(self.texts(column)),
        )

    def are_percentages(self, column: int) -> bool:
        """Whether most filled cells are numbers with their `%`."""
        return self._once(("percent", column), lambda: _most(self.texts(column), _is_percentage))

    def are_codes(self, kind: str, column: int) -> bool:
        """Whether most texts with digits have the shape of a kind of code."""
        return self._once((kind, column), lambda: _are_codes(kind, self._cleaned(column)))

    def may_number_rows(self, column: int) -> bool:
        """Whether the texts may be the rows' own numbers: `1.`, `2.1`, `IV`, and no amounts."""
        return self._once(("count", column), lambda: not any(_AMOUNT.search(text) for text in self.texts(column)))

    def look_like_codes(self, kind: str, column: int) -> bool:
        """Whether the texts are codes by their looks alone: no spaces part their digits, as those of numbers."""
        texts = [text for text in self.texts(column) if _DIGIT.search(text)]
        return all(not _GROUPS.search(text) for text in texts) and self.are_codes(kind, column)

    def are_codes_before(self, kind: str, column: int) -> bool:
        """Whether most texts begin with a code of the kind."""
        texts = self.texts(column)
        codes = [found[1] for text in texts if (found := CODE_BEFORE.match(text))]
        return 2 * len(codes) > len(texts) and _are_codes(kind, codes)

    def _cleaned(self, column: int) -> list[str]:
        """Give the texts with digits as codes, empty where they are too long to be one."""
        if column not in self._codes:
            texts = self.texts(column)
            self._codes[column] = [clean(t) if len(t) <= LONGEST_CODE else "" for t in texts if _DIGIT.search(t)]
        return self._codes[column]

    def _once(self, key: tuple[object, ...], look: Callable[[], bool]) -> bool:
        if key not in self._told:
            self._told[key] = look()
        return self._told[key]


def _most(texts: Sequence[str], holds: Callable[[str], bool]) -> bool:
    return 2 * sum(map(holds, texts)) > len(texts)


def _is_wordy(text: str) -> bool:
    return sum(map(str.isalpha, text[:40])) > 2 and numerals.parse(text).value is None


def _is_source(text: str) -> bool:
    return read_source(text) is not None


def _is_percentage(text: str) -> bool:
    return "%" in text and numerals.parse(text).value is not None


def _hold_numbers(texts: Sequence[str]) -> bool:
    return bool(texts) and 4 * sum(numerals.parse(text).value is not None for text in texts) >= len(texts)


def _are_numbers(texts: Sequence[str]) -> bool:
    found = [numerals.parse(text) for text in texts]
    if not any(number.value is not None for number in found) or all(map(is_only_years, texts)):
        return False
    return all(number.missing != "unreadable" for number in found)


def _are_codes(kind: str, codes: Sequence[str]) -> bool:
    pattern = re.compile(KINDS[kind].pattern)
    return bool(codes) and _most(codes, lambda code: pattern.fullmatch(code) is not None)
