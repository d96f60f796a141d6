"""What the styles of a Word file say of numbers and of text that is hidden, in capitals or raised.

Guarantee: a style has what it says itself and otherwise what the style it is based on has (ECMA-376 part 1, 17.7.2);
styles based on themselves end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = W + "val"
_OFF = {"0", "false", "off", "none"}


def value(element: Element | None, path: str) -> str | None:
    """Read the `w:val` of a property; `None` where the property or its value is missing."""
    found = element.find(path) if element is not None else None
    return None if found is None else found.get(VAL)


def number(element: Element | None, path: str) -> int | None:
    """Read the whole number in the `w:val` of a property; `None` where there is none."""
    return whole(value(element, path), None)


Default = TypeVar("Default", int, None)


def whole(text: str | None, default: Default) -> int | Default:
    """Read a whole number; one of more than `MOST_DIGITS` digits is as large as those allow."""
    text = (text or "").strip()
    if len(text) > MOST_DIGITS and text.isascii() and text.isdigit():
        return int("9" * MOST_DIGITS)
    try:
        return int(text[: 2 * MOST_DIGITS])
    except ValueError:
        return default


MOST_DIGITS = 6
"""Word's largest list number is 32 767, its widest table has 63 columns."""


def switch(properties: Element | None, name: str) -> bool | None:
    """Read a property that is on or off; `None` where nothing is said."""
    found = properties.find(W + name) if properties is not None else None
    return None if found is None else is_on(found.get(VAL, "1"))


def is_on(said: str) -> bool:
    """Whether the value of a switch is one of those that turn it on."""
    return said not in _OFF


MOST_BASED_ON = 50
"""Styles that one is based on at the most, each on the next; Word allows 10."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of text is shown; `None` where nothing is said of it."""

    hidden: bool | None = None
    capitals: bool | None = None
    raised: bool | None = None

    def over(self, other: Look) -> Look:
        """Give this look, and where it says nothing the other one."""
        return Look(
            other.hidden if self.hidden is None else self.hidden,
            other.capitals if self.capitals is None else self.capitals,
            other.raised if self.raised is None else self.raised,
        )

    def same(self, other: Look) -> bool:
        """Whether text looks the same in both."""
        pairs = (self.hidden, other.hidden), (self.capitals, other.capitals), (self.raised, other.raised)
        return all(bool(a) == bool(b) for a, b in pairs)

    def toggled(self, other: Look) -> Look:
        """Give the look of a character style in a paragraph style: what both switch on is off (17.7.3)."""
        return Look(
            bool(self.hidden) != bool(other.hidden),
            bool(self.capitals) != bool(other.capitals),
            other.raised if self.raised is None else self.raised,
        )


def look(properties: Element | None) -> Look:
    """Read the look that run properties (`w:rPr`) give."""
    if properties is None:
        return Look()
    script = value(properties, W + "vertAlign")
    return Look(
        switch(properties, "vanish"), switch(properties, "caps"), None if script is None else script == "superscript"
    )


@dataclass(frozen=True, slots=True)
class NumberedBy:
    """The list that a style puts paragraphs in; `levels` are it and the styles it is based on, with what each names."""

    num_id: int
    levels: tuple[tuple[str, int | None], ...]


class Styles:
    """The styles of a file by their identifiers."""

    def __init__(self, root: Element | None) -> None:
        """Take the root of the styles part; without one no style says anything."""
        found = root.iterfind(W + "style") if root is not None else ()
        self._elements = {style.get(W + "styleId", ""): style for style in found}
        self._looks: dict[str, Look] = {}
        self._numbers: dict[str, NumberedBy | None] = {}

    def look(self, name: str) -> Look:
        """Give how a style shows text."""
        found = self._looks.get(name)
        if found is None:
            found = Look()
            for _, style in self._chain(name):
                found = found.over(look(style.find(W + "rPr")))
            self._looks[name] = found
        return found

    def numbered_by(self, name: str) -> NumberedBy | None:
        """Give the list a paragraph style puts paragraphs in, `None` where in none."""
        if name not in self._numbers:
            self._numbers[name] = self._find_numbered_by(name)
        return self._numbers[name]

    def _find_numbered_by(self, name: str) -> NumberedBy | None:
        levels = []
        for one, style in self._chain(name):
            properties = style.find(f"{W}pPr/{W}numPr")
            levels.append((one, number(properties, W + "ilvl")))
            if (num_id := number(properties, W + "numId")) is not None:
                return NumberedBy(num_id, tuple(levels)) if num_id else None
        return None

    def _chain(self, name: str) -> list[tuple[str, Element]]:
        """Give a style and those it is based on."""
        chain: dict[str, Element] = {}
        following: str | None = name
        while following in self._elements and following not in chain and len(chain) < MOST_BASED_ON:
            chain[following] = self._elements[following]
            following = value(chain[following], W + "basedOn")
        return list(chain.items())
