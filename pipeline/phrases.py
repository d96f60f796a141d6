"""Phrases looked for in headings and titles: many at once, white space, punctuation and small misreadings aside.

Guarantee: a phrase is found only from the beginning of a word on; one that is misread only where none is found whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipeline.text import squeeze, word_places
from validators.labels import INCLUDING

LETTERS_PER_ERROR = 8
"""Of so many letters, and one more, one may be misread."""

SHORTEST = 4
"""Letters; a shorter phrase, such as `№`, must be the whole text, unless it ends in `|`."""

SMALLEST_PART = 4
"""A phrase that does not stand at a heading's beginning must be a quarter of it: deep in a long heading it says what
the column is compared with or taken from."""

REMEMBERED = 4096
"""Texts that are remembered with what was found in them."""

Found = tuple[int, int, int]
"""Where a phrase stands (letters of the squeezed text before it), minus its length, and its number."""


class Phrases:
    """Phrases by number, to be looked for together.

    A phrase's last word may go on (`показник` stands in `показники`), unless the phrase ends in `|`.
    """

    def __init__(self, phrases: Sequence[tuple[str, int]], *, headings: bool = False) -> None:
        """Take phrases with their numbers; for `headings` the rules of short and of deep phrases hold."""
        self._headings = headings
        self._phrases = [(phrase, number) for phrase, number in phrases if squeeze(phrase)]
        self._needles = [
            (needle, phrase.endswith("|"), phrase.casefold().startswith("не "), number)
            for phrase, number in phrases
            if (needle := squeeze(phrase))
        ]
        self._needles.sort(key=lambda entry: len(entry[0]))
        self._broken = [
            (needle, _pieces(needle), denied, number)
            for needle, whole, denied, number in self._needles
            if not whole and errors(needle)
        ]
        self._known: dict[str, tuple[Found, ...]] = {}

    def find(self, text: str, *, misread: bool = True) -> tuple[Found, ...]:
        """Give all phrases that stand in the text; where none does, those that do but for misread letters."""
        found = self._known.get(text)
        if found is None:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            hay, denies = squeeze(text), text.casefold().startswith("не ")
            sure = (*self._exact(text, hay, denies), *self._abbreviated(text))
            found = self._known[text] = sure or (tuple(self._nearly(text, hay, denies)) if misread else ())
        return found

    def _exact(self, text: str, hay: str, denies: bool) -> Sequence[Found]:
        found = []
        for needle, whole, denied, number in self._needles:
            if len(needle) > len(hay):
                break  # they come by their length
            place = hay.find(needle)
            if place < 0 or (denies and not denied):
                continue
            if self._headings and len(needle) < SHORTEST and not whole:
                if needle == hay:
                    found.append((0, -len(needle), number))
                continue
            starts, ends = word_places(text)
            while place >= 0 and (place not in starts or (whole and place + len(needle) not in ends)):
                place = hay.find(needle, place + 1)
            if place >= 0 and self._counts(place, needle, hay):
                found.append((place, -len(needle), number))
        return found

    def _abbreviated(self, text: str) -> Iterable[Found]:
        """Give headings that begin with a phrase whose words a point cuts short: `Перв. варт.`, `уточн. план`."""
        words = _ABBREVIATED.findall(_PART_OF.sub("", text)) if self._headings and "." in text else ()
        if not any(word.endswith(".") for word in words):
            return
        given = [(squeeze(word), word.endswith(".")) for word in words]
        for phrase, number in self._phrases:
            asked = [squeeze(word) for word in _ABBREVIATED.findall(phrase)]
            if 0 < len(asked) <= len(given) and all(map(_shortens, given, asked)):
                yield (0, -sum(map(len, asked)), number)

    def _nearly(self, text: str, hay: str, denies: bool) -> Sequence[Found]:
        found = []
        for needle, pieces, denied, number in self._broken:
            if len(needle) > len(hay) + errors(needle):
                break
            if (denies and not denied) or not any(piece in hay for _, piece in pieces):
                continue
            place = misread_place(needle, hay, word_places(text)[0])
            if place is not None and self._counts(place, needle, hay):
                found.append((place, -len(needle), number))
        return found

    def _counts(self, place: int, needle: str, hay: str) -> bool:
        return not (self._headings and place and SMALLEST_PART * len(needle) < len(hay))


_ABBREVIATED = re.compile(r"[^\W\d_]+\.?|%")

_PART_OF = re.compile(rf"^\W*{INCLUDING}\W*", re.IGNORECASE)

SHORTEST_CUT = 3
"""Letters that an abbreviation of one word has at least."""


def _shortens(given: tuple[str, bool], asked: str) -> bool:
    """Whether a word is the one asked for, or is cut short by its point."""
    word, is_cut = given
    if is_cut:
        return len(word) >= SHORTEST_CUT and (asked.startswith(word) or word.startswith(asked))
    return word == asked or (len(asked) >= SHORTEST and word.startswith(asked))


def errors(needle: str) -> int:
    """Give how many letters of a phrase may be misread."""
    return (len(needle) - 1) // LETTERS_PER_ERROR


def _pieces(needle: str) -> list[tuple[int, str]]:
    """Give the pieces of which at least one stays whole, each with its place: one more than letters may be misread."""
    size = -(-len(needle) // (errors(needle) + 1))
    return [(at, needle[at : at + size]) for at in range(0, len(needle), size)]


@lru_cache(maxsize=1 << 12)
def misread_place(needle: str, hay: str, starts: frozenset[int]) -> int | None:
    """Give the word where a substring begins that is the needle but for a letter in eight; `None` if there is none.

    Method: the least edit distance of the needle to any substring (P. Sellers, The theory and computation of
    evolutionary distances, 1980), computed only around the pieces that the misread letters leave whole (the pigeonhole
    principle).
    """
    allowed = errors(needle)
    near: list[tuple[int, int, int]] = []
    for at, piece in _pieces(needle) if allowed else ():
        place = hay.find(piece)
        while place >= 0:
            first = max(0, place - at - allowed)
            window = hay[first : place - at + len(needle) + allowed]
            for distance, at_window in _distances(needle, window):
                begins = first + at_window
                if distance <= allowed:
                    near += [(distance, abs(s - begins), s) for s in (begins - 1, begins, begins + 1) if s in starts]
            place = hay.find(piece, place + 1)
    return min(near)[2] if near else None


def _distances(needle: str, hay: str) -> list[tuple[int, int]]:
    """Give for each end in `hay` the least distance of a substring to the needle, and where that begins."""
    row = [(0, at) for at in range(len(hay) + 1)]
    for i, letter in enumerate(needle, start=1):
        before, row = row, [(i, 0)]
        for j, other in enumerate(hay, start=1):
            through = before[j - 1]
            row.append(
                min(
                    (through[0] + (letter != other), through[1]),
                    (before[j][0] + 1, before[j][1]),
                    (row[j - 1][0] + 1, row[j - 1][1]),
                )
            )
    return row


_SINGLE: dict[str, Phrases] = {}


def contains(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text, white space, punctuation and a misread letter in eight aside."""
    if phrase not in _SINGLE:
        _SINGLE[phrase] = Phrases([(phrase, 0)])
    return bool(_SINGLE[phrase].find(text))
