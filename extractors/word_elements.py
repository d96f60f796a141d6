"""Elements of a Word file's body: their names, what they stand in, and what the fields of forms show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from extractors.errors import Broken
from extractors.word_styles import VAL, W, number, switch

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

P, R, T, PPR, RPR, TBL, TR, TC = (W + name for name in ("p", "r", "t", "pPr", "rPr", "tbl", "tr", "tc"))
Content = TypeVar("Content")


def above(element: Element, known: Mapping[Element, object]) -> Element:
    """Give the nearest element around this one that is known."""
    parent = element.getparent()
    while parent is not None and parent not in known:
        parent = parent.getparent()
    if parent is None:
        raise Broken("damaged", "a table of the Word file is not made of rows and cells; save it anew in Word")
    return parent


def holder_of(element: Element, known: Mapping[Element, Content], tag: str) -> Content | None:
    """Give what has a property; `None` for a property that a tracked change took away."""
    holder = _holder(element)
    return None if holder is None or holder.tag != tag else known.get(holder)


def is_paragraph_property(element: Element) -> bool:
    """Whether the property counts: one that a tracked change took away does not."""
    holder = _holder(element)
    return holder is not None and holder.tag == P


def _holder(element: Element) -> Element | None:
    properties = element.getparent()
    return properties.getparent() if properties is not None else None


def form_field(begin: Element) -> str:
    """Give what the field of a form shows: a box that is ticked or not, the chosen entry of a list."""
    data = begin.find(W + "ffData")
    if data is None:
        return ""
    box, choice = data.find(W + "checkBox"), data.find(W + "ddList")
    if box is not None:
        ticked = switch(box, "checked")
        return "☒" if (switch(box, "default") if ticked is None else ticked) else "☐"
    if choice is not None:
        entries = choice.findall(W + "listEntry")
        chosen = number(choice, W + "result")
        at = chosen if chosen is not None else number(choice, W + "default") or 0
        return entries[at].get(VAL, "") if 0 <= at < len(entries) else ""
    return ""
