"""The sentences of the package's `README.md`, in Ukrainian and in English.

Guarantee: both languages have every sentence; `words.toml` holds them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """A language of the page: 0 is Ukrainian, 1 English, as in a pair of labels.

    `forms` has for each thing counted its forms for 1, for 2–4 and for 5 and more.
    """

    language: int
    forms: dict[str, tuple[str, str, str]]
    code: str
    card: tuple[str, ...]
    what: str
    holds: str
    no_years: str
    places: str
    and_more: str
    how_made: str
    trust: str
    trust_head: tuple[str, ...]
    verified: str
    unchecked: str
    contradicted: str
    not_proved: str
    files: str
    files_head: tuple[str, ...]
    without_rows: str
    workbook: str
    changes_file: str
    sources_file: str
    other_files: tuple[tuple[str, str], ...]
    opening: str
    in_workbook: str
    how_to_open: str
    empty: str
    empty_head: tuple[str, ...]
    about_empty: str
    apostrophe: str
    about_apostrophe: str
    trace: str
    how_to_trace: str
    left_out: str
    only_verified: str
    only_families: str
    only_since: str
    signatures_stay: str
    signatures_withheld: str
    cells_stay: str
    changed: str
    first: str
    nothing_changed: str
    changes: tuple[str, ...]
    see_changes: str
    terms: str
    licence: str
    cite: str
    sources: str
    no_sources: str
    more_sources: str
    program: str
    further: str

    def number(self, number: int) -> str:
        """Give a number with its thousands apart."""
        return f"{number:,}".replace(",", "\u00a0" if self.language == 0 else ",")

    def count(self, number: int, what: str) -> str:
        """Give a number with what it counts, in the form that the language asks for."""
        one, few, many = self.forms[what]
        if self.language:
            form = one if number == 1 else many
        elif number % 10 == 1 and number % 100 != 11:
            form = one
        else:
            form = few if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else many
        return f"{self.number(number)} {form}"


@cache
def read_words(language: str) -> Words:
    """Read the sentences of a language, `uk` or `en`."""
    found = tomllib.loads((files("pipeline.publish") / "words.toml").read_text(encoding="utf-8"))[language]
    return Words(language=("uk", "en").index(language), **{name: _frozen(value) for name, value in found.items()})


def _frozen(value: Any) -> Any:  # noqa: ANN401  # what TOML holds
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return {name: _frozen(inner) for name, inner in value.items()} if isinstance(value, dict) else value
