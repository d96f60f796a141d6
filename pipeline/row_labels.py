"""How labels of rows read that are sums, parts or notes.

Guarantee: pure functions of a label; nothing is guessed from numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline import numerals
from pipeline.column import is_only_years
from pipeline.dates import heading_years
from pipeline.funds import find_fund, read_source
from pipeline.text import squeeze
from validators.labels import INCLUDING

TOTAL = re.compile(
    r"(?:[-–—\d.)\s]*)(?:(?:у|в)?сього|разом|загалом|підсумок|сукупн\w+|"
    r"(?:усі|всі)\s+(?:надходження|доходи|видатки|витрати|кошти)|загальний обсяг|за весь (?:період|строк|термін)|"
    r"(?:уся|вся|увесь|весь)\s+(?:потреба|обсяг|сума))\b|"
    r"(?:[а-яіїєґa-z]|[ivxіх]{2,4})(?:\s?\+\s?(?:[а-яіїєґa-z]|[ivxіх]{2,4}))+$|за\s+(?:[IVXІХ\d]{1,4}\s+)?етап\b",
    re.IGNORECASE,
)
TOTAL_AT_END = re.compile(
    r"(?:[-–—,:]|\()\s*(?:(?:у|в)?сього|разом)\)?\s*(?:[,:;].*)?$|\s(?:усього|всього)\s*:?$|\sразом\s*:$|"
    r"(?:доход|видат|витрат|надходж|кошт|податк|послуг|матеріал|бюджет)\w*\s(?:\w+\s)?разом$",
    re.IGNORECASE,
)
OVER_SECTIONS = re.compile(
    r"\b(?:розділ|напрям|напрямк|завданн|пункт|заход|підпрограм|пріоритет)(?:ам|ах|ами|ів|ям|ях|ями)\b", re.IGNORECASE
)
OF_ONE = re.compile(r"\bза завданням\b", re.IGNORECASE)
"""One task, not several: the two forms are the same word."""

OVER_SECTION = re.compile(
    r"\b(?:(?:під)?розділ|завданн|напрям|пункт|пріоритет|заход(?:у|ом)\b|мет[іи]\b|ціл[іь]\b)", re.IGNORECASE
)
WITHOUT = re.compile(r"\bбез (?:урахування )?(?:офіційних )?(?:міжбюджетних )?трансферт", re.IGNORECASE)
ONLY_TOTAL = re.compile(
    r"[-–—\d.)\s]*(?:(?:у|в)?сього|разом|загалом|підсумок)(?:\s+(?:по|за)\s.*)?\s*[:.,;]?", re.IGNORECASE
)
OF_THEM = re.compile(rf"{INCLUDING}\s*:?$", re.IGNORECASE)


def begins(text: str, starts: Sequence[str]) -> bool:
    """Whether a text begins with one of some phrases, white space and punctuation aside."""
    if not starts:
        return False
    letters = squeeze(text)
    return any(letters.startswith(squeeze(start)) for start in starts)


def may_say_total(label: str) -> bool:
    """Whether a search for words of a total is worth its time."""
    words = label.casefold()
    return "сього" in words or "разом" in words


def title_fund(title: str) -> str | None:
    """Give the fund that a section's title names."""
    named = read_source(title)
    return named if named in ("general", "special") else find_fund(title)


def says_none(text: str) -> bool:
    """Whether a cell says that it has nothing to say: a dash, `х`."""
    return numerals.parse(text).missing in ("nil", "not_applicable")


def is_one_year(text: str) -> bool:
    """Whether a text is one year and nothing else."""
    years = heading_years(text) if is_only_years(text) else None
    return years is not None and years[0] == years[1]


def code_of(labels: dict[str, str]) -> str | None:
    """Give the row's code, `None` where the column of codes holds a dash or `х`."""
    code = labels.get("code")
    return code if code and any(map(str.isdigit, code)) else None
