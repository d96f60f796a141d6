"""Automatic list numbers of Word: what it prints before a paragraph, though no text holds it.

Guarantee: numbers run on through the whole document in the order of its paragraphs, those of cells among them. Lists of
one abstract definition count together; a list that starts anew does so once; a level starts anew after a higher one.
Rules: ECMA-376 part 1, 17.9. It leaves open what a level shows whose upper level was never used: here, as in Word's
outlines and in LibreOffice, that level is taken to have been used once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.symbols import unicode
from extractors.word_numbers import written
from extractors.word_styles import VAL, NumberedBy, Styles, W, number, switch, value, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LEVELS = 9
MOST = 32_767
"""Word's largest list number."""
_PLACE = re.compile(r"%([1-9])")
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_FORMAT = W + "format"


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list; `restart` is the level (from 1) after which it starts anew, 0 for never, `None` for any."""

    start: int
    kind: str
    custom: str
    text: str
    suffix: str
    restart: int | None
    legal: bool
    hidden: bool
    capitals: bool
    style: str | None


def _level(element: Element) -> Level:
    form = element.find(W + "numFmt")
    if form is None:  # newer formats stand beside an older one; the first is Word's own
        form = element.find(f"{_ALTERNATE}/*/{W}numFmt")
    kind = form.get(VAL, "decimal") if form is not None else "decimal"
    properties = element.find(W + "rPr")
    text = value(element, W + "lvlText") or ""
    if kind == "bullet":
        fonts = properties.find(W + "rFonts") if properties is not None else None
        text = unicode(text, fonts.get(W + "ascii", "") if fonts is not None else "")
    start = number(element, W + "start")
    return Level(
        1 if start is None else min(max(start, 0), MOST),
        kind,
        form.get(_FORMAT, "") if form is not None else "",
        text,
        "" if value(element, W + "suff") == "nothing" else " ",
        number(element, W + "lvlRestart"),
        switch(element, "isLgl") or False,
        switch(properties, "vanish") or False,
        switch(properties, "caps") or False,
        value(element, W + "pStyle"),
    )


_NO_LEVEL = Level(1, "none", "", "", "", None, False, False, False, None)


@dataclass(frozen=True, slots=True)
class _List:
    """A list (`w:num`): whose numbers it shares, its levels, and where it starts anew."""

    abstract: str
    levels: list[Level]
    starts: dict[int, int]


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """Take the root of the numbering part; without one no paragraph has a number."""
        self._styles = styles
        self._abstract = {e.get(W + "abstractNumId"): e for e in _found(root, "abstractNum")}
        self._nums = {e.get(W + "numId"): e for e in _found(root, "num")}
        self._lists: dict[int, _List | None] = {}
        self._levels: dict[str, list[Level]] = {}
        """Of the abstract definitions that are used."""
        self._counters: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[int, int]] = set()

    def label(self, style: str | None, num_id: int | None, level: int | None) -> str:
        """Count a paragraph, and give its number with the space after it; `""` where it has none.

        Args:
            style: the paragraph's style.
            num_id: the list it says itself that it is in, 0 for none.
            level: the level it says itself, from 0.
        """
        by_style = self._styles.numbered_by(style) if style is not None and num_id is None else None
        if num_id is None and by_style is not None:
            num_id = by_style.num_id
        found = self._list(num_id) if num_id else None
        if num_id is None or found is None:
            return ""
        if level is None:
            level = _styled_level(found, by_style)
        level = min(max(level, 0), LEVELS - 1)
        self._count(num_id, found, level)
        shown = found.levels[level]
        text = _PLACE.sub(lambda place: self._part(found, shown, int(place[1]) - 1), shown.text)
        if not text or shown.hidden:
            return ""
        return (text.upper() if shown.capitals else text) + shown.suffix

    def _count(self, num_id: int, found: _List, level: int) -> None:
        counters = self._counters.setdefault(found.abstract, [None] * LEVELS)
        for upper in range(level):
            if counters[upper] is None:
                counters[upper] = self._start(num_id, found, upper)
        now = counters[level]
        anew = level in found.starts and (num_id, level) not in self._restarted
        counters[level] = self._start(num_id, found, level) if now is None or anew else now + 1
        for lower in range(level + 1, LEVELS):
            restart = found.levels[lower].restart
            if restart is None or level < restart:
                counters[lower] = None

    def _start(self, num_id: int, found: _List, level: int) -> int:
        self._restarted.add((num_id, level))
        return found.starts.get(level, found.levels[level].start)

    def _part(self, found: _List, shown: Level, level: int) -> str:
        count = self._counters[found.abstract][level]
        of = found.levels[level]
        if count is None:
            return ""
        return written(count, "decimal" if shown.legal else of.kind, of.custom)

    def _list(self, num_id: int) -> _List | None:
        if num_id not in self._lists:
            self._lists[num_id] = self._read_list(num_id)
        return self._lists[num_id]

    def _read_list(self, num_id: int) -> _List | None:
        num = self._nums.get(str(num_id))
        name = value(num, W + "abstractNumId")
        abstract: Element | None = self._abstract.get(name)
        style = value(abstract, W + "numStyleLink")
        if style is not None and (linked := self._styles.numbered_by(style)) is not None:
            name = value(self._nums.get(str(linked.num_id)), W + "abstractNumId")
            abstract = self._abstract.get(name)
        if num is None or abstract is None or name is None:
            return None
        if name not in self._levels:
            self._levels[name] = _levels(abstract)
        levels = list(self._levels[name])
        starts = {}
        for override in num.iterfind(W + "lvlOverride"):
            if (own := override.find(W + "lvl")) is not None:
                _put(levels, own)
            start = number(override, W + "startOverride")
            if start is not None and (at := _index(override)) is not None:
                starts[at] = min(max(start, 0), MOST)
        return _List(name, levels, starts)


def _found(root: Element | None, name: str) -> list[Element]:
    return list(root.iterfind(W + name)) if root is not None else []


def _index(element: Element) -> int | None:
    at = whole(element.get(W + "ilvl"), None)
    return at if at is not None and 0 <= at < LEVELS else None


def _put(levels: list[Level], element: Element) -> None:
    if (at := _index(element)) is not None:
        levels[at] = _level(element)


def _levels(abstract: Element) -> list[Level]:
    levels = [_NO_LEVEL] * LEVELS
    for one in abstract.iterfind(W + "lvl"):
        _put(levels, one)
    return levels


def _styled_level(found: _List, by_style: NumberedBy | None) -> int:
    """Give the level of a paragraph that names none: that of the nearest style which is linked to one or names one."""
    linked = {level.style: at for at, level in reversed(list(enumerate(found.levels))) if level.style is not None}
    for style, named in by_style.levels if by_style is not None else ():
        if style in linked:
            return linked[style]
        if named is not None:
            return named
    return 0
