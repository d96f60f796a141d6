"""The characters of a PDF page to words, whatever text objects the program that wrote it cut them into.

Guarantee: every printed character of the page stands in exactly one word, in the order in which PDFium gives them. An
object may hold a letter or a whole line with wide gaps for columns: the words come from the characters' places alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from extractors.document import BBox
from extractors.layout import Run

WORD_GAP = 0.2
"""Type sizes between two characters from which they belong to two words; a space is 0.25-0.35 wide, and condensed
letters stand at most 0.1 apart. Only matters where no space is printed or implied."""


def words_of(text: str, box_of: Callable[[int], BBox | None]) -> list[Run]:
    """Give the words of a page, each with the numbers of its characters as `span`.

    A word's box is as wide as its characters reach and as high as its font's ascent and descent, so that the words of a
    line overlap whatever letters they have. Text that runs up or down comes a word a run too, but higher than wide;
    `level` tells it apart.

    Args:
        text: all characters of the page.
        box_of: gives the box of a character by its number, as high as its font; `None` where it has no place.
    """
    return list(_words(text, box_of))


def level(run: Run) -> bool:
    """Whether a run can be a word of a level line: not one of several letters that is twice as high as wide."""
    x0, top, x1, bottom = run.bbox
    return run.turn == 0 and (len(run.text) < 3 or bottom - top <= 2 * (x1 - x0))


def _words(text: str, box_of: Callable[[int], BBox | None]) -> Iterator[Run]:
    letters: list[str] = []
    box: BBox | None = None
    first = 0
    for index, letter in enumerate(text):
        if letter <= " " or letter == "\xa0":
            if box is not None:
                yield Run("".join(letters), box, 0, (first, index))
                box = None
            continue
        at = box_of(index)
        if at is None:
            continue
        if box is not None and not _goes_on(box, at):
            yield Run("".join(letters), box, 0, (first, index))
            box = None
        if box is None:
            letters, box, first = [], at, index
        else:
            box = (min(box[0], at[0]), min(box[1], at[1]), max(box[2], at[2]), max(box[3], at[3]))
        letters.append(letter)
    if box is not None:
        yield Run("".join(letters), box, 0, (first, len(text)))


def _goes_on(word: BBox, at: BBox) -> bool:
    """Whether a character stands next to the word so far, on its line or in its column."""
    size = min(word[3] - word[1], at[3] - at[1])
    if min(word[3], at[3]) - max(word[1], at[1]) > 0.3 * size:
        height = max(word[3] - word[1], at[3] - at[1])
        return -0.5 * height < at[0] - word[2] < WORD_GAP * height
    width = min(word[2] - word[0], at[2] - at[0])
    if min(word[2], at[2]) - max(word[0], at[0]) > 0.3 * width:
        across = max(word[2] - word[0], at[2] - at[0])
        return -0.5 * across < max(at[1] - word[3], word[1] - at[3]) < WORD_GAP * across
    return False
