"""Units as headings and captions print them."""

from __future__ import annotations

import re

from pipeline.text import plain

_UNITS = (
    (re.compile(r"\bмлн\.?\s*(?:грн|гривень)|\bмільйон\w*\s+(?:грн|гривень)"), "million UAH"),
    (re.compile(r"\bтис\.?\s*(?:грн|гривень)|\bтисяч\w*\s+(?:грн|гривень)"), "thousand UAH"),
    (re.compile(r"\bгрн\b|\bгривень\b|\bгривні\b"), "UAH"),
    (re.compile(r"%|\bвідсот(?:ок|к)"), "percent"),
)


def find_unit(text: str) -> str | None:
    """Give the unit a heading states, such as `Обсяг фінансування, тис. грн`; `None` where it states none."""
    text = plain(text).casefold()
    return next((unit for pattern, unit in _UNITS if pattern.search(text)), None)
