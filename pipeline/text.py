"""Spelling that hides the same word: look-alike letters, apostrophes, spaces, line breaks, small misreadings.

Guarantee: nothing here changes stored text. These functions give forms to compare by; the raw text stays.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LATIN_TO_CYRILLIC = str.maketrans("ABCEHIKMOPTXYaceikopxyiï", "АВСЕНІКМОРТХУасеікорхуії")
_CYRILLIC_TO_LATIN = str.maketrans("АВСЕНІКМОРТХУасеікорху", "ABCEHIKMOPTXYaceikopxy")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´‘′", "'"))
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Give the text with every kind of white space as one space, and one kind of apostrophe."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_APOSTROPHES).split())


def cyrillic(text: str) -> str:
    """Give Latin letters that look like Cyrillic ones as Cyrillic: a misread `THC.` is `ТНС.`."""
    return text.translate(_LATIN_TO_CYRILLIC)


def latin(text: str) -> str:
    """Give Cyrillic letters that look like Latin ones as Latin: for Roman numerals and codes."""
    return text.translate(_CYRILLIC_TO_LATIN)


@cache
def squeeze(text: str) -> str:
    """Give lower-case letters and digits only, look-alikes as Cyrillic: `Строк виконан-ня` → `строквиконання`."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).translate(_LATIN_TO_CYRILLIC).casefold())


@cache
def find_phrase(text: str, phrase: str) -> int | None:
    """Give where the phrase stands in the squeezed text, letter by letter; `None` if it does not.

    One letter in eight may be misread, so that a heading from a scan is still recognised. Method: the least edit
    distance of the phrase to any substring (P. Sellers, The theory and computation of evolutionary distances, 1980).
    """
    needle, hay = squeeze(phrase), squeeze(text)
    if not needle:
        return None
    if needle in hay:
        return hay.index(needle)
    allowed = len(needle) // 8
    if not allowed:
        return None
    row = [0] * (len(hay) + 1)
    for i, letter in enumerate(needle, start=1):
        before, row = row, [i]
        for j, other in enumerate(hay, start=1):
            row.append(min(before[j - 1] + (letter != other), before[j] + 1, row[j - 1] + 1))
    least = min(row)
    return max(0, row.index(least) - len(needle)) if least <= allowed else None


def contains(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text, white space, punctuation and a misread letter aside."""
    return find_phrase(text, phrase) is not None


def alike(first: str, second: str, share: float = 0.85) -> bool:
    """Whether two texts are the same but for a few misread letters."""
    from difflib import SequenceMatcher

    a, b = squeeze(first), squeeze(second)
    if a == b:
        return True
    if min(len(a), len(b)) < share * max(len(a), len(b)):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= share
