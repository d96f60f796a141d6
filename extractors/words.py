"""The characters of a PDF page to words, whatever text objects the program that wrote it cut them into.

Guarantee: every printed character of the page stands in exactly one word, in the order in which PDFium gives them. An
object may hold a letter or a whole line with wide gaps for columns: the words come from the characters' places alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.document import BBox
from extractors.layout import Run

_HYPHENS = (0x02, 0xFFFE)
"""PDFium's marks for a hyphen at a line's end."""

ToPage = Callable[[float, float, float, float], BBox]
"""Turns a box of PDF user space (left, bottom, right, top) into one of the page as shown."""

WORD_GAP = 0.2
"""Type sizes between two characters from which they belong to two words; a space is 0.25-0.35 wide, and condensed
letters stand at most 0.1 apart. Only matters where no space is printed or implied."""


def words_of(textpage: pdfium.PdfTextPage, to_page: ToPage) -> list[Run]:
    """Give the words of a page, each with the numbers of its characters as `span`.

    A word's box is as wide as its characters reach and as high as its font's ascent and descent, so that the words of a
    line overlap whatever letters they have. Text that runs up or down comes a word a run too, but higher than wide;
    `level` tells it apart.
    """
    return list(_words(textpage, to_page))


def level(run: Run) -> bool:
    """Whether a run can be a word of a level line: not one of several letters that is twice as high as wide."""
    x0, top, x1, bottom = run.bbox
    return run.turn == 0 and (len(run.text) < 3 or bottom - top <= 2 * (x1 - x0))


def _words(textpage: pdfium.PdfTextPage, to_page: ToPage) -> Iterator[Run]:
    page = textpage.raw
    place = raw.FS_RECTF()
    code_of, place_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    letters: list[str] = []
    box: BBox | None = None
    first = 0
    count = raw.FPDFText_CountChars(page)
    for index in range(count):
        code = code_of(page, index)
        if code in _HYPHENS:
            code = 0x2D
        elif code <= 0x20 or code == 0xA0:
            if box is not None:
                yield Run("".join(letters), box, 0, (first, index))
                box = None
            continue
        if not place_of(page, index, place):
            continue
        at = to_page(place.left, place.bottom, place.right, place.top)
        if box is not None and not _goes_on(box, at):
            yield Run("".join(letters), box, 0, (first, index))
            box = None
        if box is None:
            letters, box, first = [], at, index
        else:
            box = (min(box[0], at[0]), min(box[1], at[1]), max(box[2], at[2]), max(box[3], at[3]))
        letters.append("\ufffd" if code > 0x10FFFF or 0xD800 <= code < 0xE000 else chr(code))
    if box is not None:
        yield Run("".join(letters), box, 0, (first, count))


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
