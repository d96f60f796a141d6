"""The body of a Word file in one pass: which text stands in which paragraph, cell, row and table.

Guarantee: text is what Word shows with all changes accepted, and each piece of it stands in exactly one place. What an
element is not known for, it is looked through: text inside it counts. The pass takes time linear in the elements, most
of which never become Python objects: only those are looked at that `_Body` has a method for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from extractors.errors import Broken, Refused
from extractors.symbols import unicode
from extractors.word_numbering import Numbering
from extractors.word_numbers import roman
from extractors.word_styles import VAL, Look, Styles, W, look, number, switch, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
P, R, T, PPR, RPR, TBL, TR, TC = (W + name for name in ("p", "r", "t", "pPr", "rPr", "tbl", "tr", "tc"))

_RAISED = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_ROMAN_RAISED = str.maketrans("ivxlcdm", "ⁱᵛˣˡᶜᵈᵐ")

Content = TypeVar("Content")
Line = list[str]
"""The pieces of text of a paragraph."""

_OFF = ("0", "false", "off")


class CellContent:
    """A cell as the file has it.

    `merge_down` is the `w:vMerge`: `restart`, `continue`, or `None` for none. `goes_on` tells that the cell before goes
    on here (the old `w:hMerge`).
    """

    __slots__ = ("element", "goes_on", "items", "merge_down", "span")

    def __init__(self, element: Element) -> None:
        """Hold nothing yet; by hand, since there is no other type of which a file makes as many."""
        self.element = element
        self.items: list[Line | TableContent] = []
        self.span = 1
        self.merge_down: str | None = None
        self.goes_on = False

    @property
    def text(self) -> str:
        """The paragraphs, one a line; a table inside gives its rows, one a line, their cells parted by spaces."""
        items = self.items
        if len(items) == 1 and type(line := items[0]) is list:
            return (line[0] if len(line) == 1 else "".join(line)).strip()
        return "\n".join("".join(item) if isinstance(item, list) else item.text for item in items).strip()

    @property
    def tables(self) -> Iterable[TableContent]:
        """The tables inside that are data."""
        return (item for item in self.items if not isinstance(item, list) and not item.boxed)


@dataclass(slots=True, eq=False)
class RowContent:
    """A row as the file has it; `before` and `after` count the grid columns that it leaves free."""

    element: Element
    cells: list[CellContent] = field(default_factory=list)
    before: int = 0
    after: int = 0
    heads: bool = False
    """Whether Word repeats it at the top of each page."""
    hidden: bool = False


@dataclass(slots=True, eq=False)
class TableContent:
    """A table as the file has it; one in a text box (`boxed`) is text and no data."""

    element: Element
    boxed: bool
    rows: list[RowContent] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The rows, one a line, their cells parted by spaces."""
        texts = (" ".join(" ".join(cell.text.split()) for cell in row.cells).strip() for row in self.rows)
        return "\n".join(text for text in texts if text)


def read_body(
    body: Element, numbering: Callable[[], Numbering], styles: Callable[[], Styles]
) -> list[Line | TableContent]:
    """Read the body's paragraphs and tables, in their order.

    Args:
        body: the `w:body`.
        numbering: gives the lists, once a paragraph is in one.
        styles: gives the styles, once a paragraph or a run has one.

    Raises:
        Refused: `unsupported`, where the document takes in another file, whose text is not here.
    """
    reader = _Body(body, numbering, styles)
    reader.walk(body.iter(*_TAGS))
    reader.finish()
    return reader.items


class _Capitals:
    """Takes text in capitals for a paragraph."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def append(self, text: str) -> None:
        self._line.append(text.upper())


class _Body:
    def __init__(self, body: Element, numbering: Callable[[], Numbering], styles: Callable[[], Styles]) -> None:
        self._numbering, self._styles = numbering, styles
        self._owner = CellContent(body)
        self.items = self._owner.items
        self._owners = {body: self._owner}
        """Where paragraphs and tables go, by the element they stand in: the body, a cell, a text box of one."""
        self._tables: dict[Element, TableContent] = {}
        self._rows: dict[Element, RowContent] = {}
        self._paragraph: Line = []
        self._line: Line | _Capitals = self._paragraph
        """Where text goes: to the paragraph's pieces, or where it is not shown to a list that nobody reads."""
        self._look = _PLAIN
        """How the paragraph's style shows text."""
        self._style: str | None = None
        self._numbered: tuple[int | None, int | None] | None = None
        """List and level of the paragraph while its number is not yet counted."""
        self._joins = False
        """Whether the next paragraph goes on in this one, as the mark between them is deleted or hidden."""
        self._number_hidden = False
        self._fields: list[bool] = []
        """Whether each open field still gives its instruction, the outermost first."""
        self._run: Element | None = None
        """The run whose look has been seen to."""
        self._boxed = False
        self._notes = {"footnote": 0, "endnote": 0}

    def walk(self, elements: Iterable[Element]) -> None:
        """Take in elements in document order."""
        skip = 0
        text_tag, paragraph_tag, cell_tag, others = T, P, TC, _OTHERS
        rows, owners = self._rows, self._owners
        for element in elements:
            if skip:
                skip -= 1
                continue
            tag = element.tag
            if tag == text_tag:
                if text := element.text:
                    self._line.append(text)
            elif tag == paragraph_tag:
                self._on_paragraph(element)
            elif tag == cell_tag:
                owners[element] = cell = CellContent(element)
                row = rows.get(element.getparent())  # type: ignore[arg-type]  # the body stands above it
                (row or rows[_above(element, rows)]).cells.append(cell)
            else:
                skip = others[tag](self, element) or 0

    def finish(self) -> None:
        """Count the last paragraph."""
        self._count()

    # Structure

    def _on_paragraph(self, element: Element) -> None:
        if self._numbered is not None or self._style is not None:
            self._count()
        above = element.getparent()
        if above is not self._owner.element:
            owner = self._owners.get(above) or self._owners[_above(element, self._owners)]  # type: ignore[arg-type]
            if owner is not self._owner:
                self._owner, self._joins = owner, False
                self._fields.clear()
        if self._joins:
            self._joins = False
        else:
            self._paragraph = []
            self._owner.items.append(self._paragraph)
        self._look = _PLAIN
        self._line = self._paragraph
        if self._fields:
            self._aim()

    def _aim(self) -> None:
        """Let text go to the paragraph, or to nowhere where it is not shown."""
        if self._look.hidden or any(self._fields):
            self._line = []
        else:
            self._line = _Capitals(self._paragraph) if self._look.capitals else self._paragraph

    def _count(self) -> None:
        """Put the paragraph's number before its text."""
        style, numbered, hidden = self._style, self._numbered, self._number_hidden or self._look.hidden
        self._style, self._numbered, self._number_hidden = None, None, False
        if numbered is None and (style is None or self._styles().numbered_by(style) is None):
            return
        label = self._numbering().label(style, *(numbered or (None, None)))
        if label and not hidden:
            self._paragraph.insert(0, label)

    def _on_table(self, element: Element) -> None:
        self._count()
        table = TableContent(element, self._boxed)
        self._tables[element] = table
        self._owners[_above(element, self._owners)].items.append(table)
        self._joins = False

    def _on_row(self, element: Element) -> None:
        row = RowContent(element)
        self._tables[_above(element, self._tables)].rows.append(row)
        self._rows[element] = row

    def _on_text_box(self, element: Element) -> int:
        """Read a text box below the paragraph it is anchored in."""
        self._count()
        inside = _after(element, element)
        kept = self._owner, self._paragraph, self._look, self._fields, self._boxed
        self._owners[element] = self._owner
        self._fields, self._boxed = [], True
        self.walk(inside)
        self._count()
        self._owner, self._paragraph, self._look, self._fields, self._boxed = kept
        self._joins = False
        self._aim()
        return len(inside)

    # Properties of rows and cells

    def _on_row_property(self, element: Element) -> None:
        row = _holder(element, self._rows)
        if row is None:
            return
        if element.tag == _TBL_HEADER:
            row.heads = element.get(VAL, "1") not in _OFF
        elif element.tag == _HIDDEN:
            row.hidden = element.get(VAL, "1") not in _OFF
        elif element.tag == _GRID_BEFORE:
            row.before = max(0, _whole(element, 0))
        else:
            row.after = max(0, _whole(element, 0))

    def _on_cell_property(self, element: Element) -> int:
        cell = _holder(element, self._owners)
        if cell is None:
            return 0
        if element.tag == _GRID_SPAN:
            cell.span = max(1, _whole(element, 1))
        elif element.tag == _V_MERGE:
            cell.merge_down = element.get(VAL, "continue")
        elif element.tag == _CELL_MERGE:
            cell.merge_down = {"rest": "restart", "cont": "continue"}.get(element.get(W + "vMerge", ""))
        elif element.tag == _H_MERGE:
            cell.goes_on = element.get(VAL, "continue") == "continue"
        else:
            self._rows[_above(cell.element, self._rows)].cells.pop()
            return len(_after(element, cell.element))
        return 0

    # Properties of paragraphs and runs

    def _on_style(self, element: Element) -> None:
        if _is_paragraph_property(element):
            self._style = element.get(VAL)
            self._look = self._styles().look(self._style or "")
            self._joins = self._joins or bool(self._look.hidden)
            self._aim()

    def _on_number(self, element: Element) -> None:
        if _is_paragraph_property(element):
            self._numbered = (number(element, W + "numId"), number(element, W + "ilvl"))

    def _on_look(self, element: Element) -> int:
        """Read a run that is hidden, raised or in capitals, or has a style, as a whole."""
        properties = element.getparent()
        run = properties.getparent() if properties is not None else None
        if run is None or run is self._run:
            return 0
        if run.tag == PPR and element.tag == _VANISH and switch(properties, "vanish"):
            self._joins = True
            self._number_hidden = not switch(properties, "specVanish")
        if run.tag != R:
            return 0
        named = value(properties, W + "rStyle")
        shown = look(properties).over((self._styles().look(named) if named else Look()).toggled(self._look))
        if shown.same(self._look):
            return 0
        inside = _after(element, run)
        kept = self._look, self._paragraph, self._run
        pieces: Line = []
        self._look, self._paragraph, self._run = shown, pieces, run
        self._aim()
        self.walk(inside)
        self._look, self._paragraph, self._run = kept
        self._aim()
        text = "".join(pieces)
        if not any(self._fields):
            self._paragraph.append(_raised(text) if shown.raised else text)
        return len(inside)

    # What is not shown, or is shown in another way

    def _on_deletion(self, element: Element) -> int:
        """Leave out what a tracked change deleted or moved away: text, a row, the mark of a paragraph."""
        properties = element.getparent()
        if properties is not None and properties.tag == _TRPR:
            row = _holder(element, self._rows)
            if row is None:
                return 0
            self._tables[_above(row.element, self._tables)].rows.pop()
            return len(_after(element, row.element))
        if properties is not None and properties.tag == RPR:
            if (above := properties.getparent()) is not None and above.tag == PPR:
                self._joins, self._numbered, self._style = True, None, None
            return 0
        return len(_after(element, element))

    def _on_nothing(self, element: Element) -> int:
        return len(_after(element, element))

    def _on_choice(self, element: Element) -> int:
        """Of alternate contents read the first; of those without text the one for older programs."""
        before = element.getprevious()
        while before is not None:
            if next(before.iter(T), None) is not None:
                return len(_after(element, element))
            before = before.getprevious()
        return 0

    def _on_character(self, element: Element) -> None:
        if element.tag != _TAB or (run := element.getparent()) is None or run.tag == R:  # else it is a tab stop
            self._line.append(_CHARACTERS[element.tag])

    def _on_formula(self, element: Element) -> None:
        self._line.append(element.text or "")

    def _on_symbol(self, element: Element) -> None:
        code = element.get(W + "char", "")
        try:
            character = chr(int(code, 16))
        except (ValueError, OverflowError):
            return
        self._line.append(unicode(character, element.get(W + "font", "")))

    def _on_note(self, element: Element) -> None:
        """Raise the mark of a note, so that it does not read as part of the word or number that it stands on."""
        if element.get(W + "customMarkFollows", "0") not in _OFF:
            return
        kind = "footnote" if element.tag == _FOOTNOTE else "endnote"
        self._notes[kind] += 1
        n = self._notes[kind]
        self._line.append(_raised(str(n)) if kind == "footnote" else roman(n).translate(_ROMAN_RAISED))

    def _on_raised(self, element: Element) -> int:
        """Raise an exponent of a formula."""
        inside = _after(element, element)
        kept, self._line = self._line, []
        self.walk(inside)
        text, self._line = "".join(self._line), kept
        self._line.append(_raised(text) if text == text.translate(_RAISED) or _raised(text) != text else "^" + text)
        return len(inside)

    def _on_field(self, element: Element) -> None:
        """Follow a field: what it shows stands between its `separate` and its `end`."""
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            if shown := _form_field(element):
                self._line.append(shown)
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()
        self._aim()

    def _on_other_file(self, _: Element) -> None:
        raise Refused(
            "unsupported",
            "the Word file takes in another file, whose text would be lost; open it in Word and save it again",
        )


def _whole(element: Element, default: int) -> int:
    try:
        return int(element.get(VAL, default))
    except ValueError:
        return default


def _above(element: Element, known: Mapping[Element, object]) -> Element:
    """Give the nearest element around this one that is known."""
    above = element.getparent()
    while above is not None and above not in known:
        above = above.getparent()
    if above is None:
        raise Broken("damaged", "a table of the Word file is not made of rows and cells; save it anew in Word")
    return above


def _after(element: Element, around: Element) -> list[Element]:
    """Give the elements that the pass looks at inside `around` and after the beginning of `element`."""
    inside = iter(around.iter(*_TAGS))
    if element is around and element.tag not in _TAGS:
        return list(inside)
    for one in inside:
        if one is element:
            break
    return list(inside)


def _holder(element: Element, known: Mapping[Element, Content]) -> Content | None:
    """Give what has a property; `None` for a property that a tracked change took away."""
    properties = element.getparent()
    above = properties.getparent() if properties is not None else None
    return None if above is None else known.get(above)


def _is_paragraph_property(element: Element) -> bool:
    """Whether the property counts: one that a tracked change took away does not."""
    properties = element.getparent()
    above = properties.getparent() if properties is not None else None
    return above is not None and above.tag == P


def _raised(text: str) -> str:
    """Write digits small and high, where nothing else is raised with them; a mark or a letter stays as it is."""
    high = text.translate(_RAISED)
    return high if not any(a == b for a, b in zip(text, high, strict=True) if not a.isspace()) else text


def _form_field(begin: Element) -> str:
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
        at = number(choice, W + "result") or number(choice, W + "default") or 0
        return entries[at].get(VAL, "") if 0 <= at < len(entries) else ""
    return ""


_PLAIN = Look()
_TRPR, _TAB = W + "trPr", W + "tab"
_TBL_HEADER, _HIDDEN, _GRID_BEFORE, _GRID_AFTER = (W + n for n in ("tblHeader", "hidden", "gridBefore", "gridAfter"))
_GRID_SPAN, _V_MERGE, _H_MERGE, _CELL_MERGE = (W + n for n in ("gridSpan", "vMerge", "hMerge", "cellMerge"))
_VANISH, _FOOTNOTE = W + "vanish", W + "footnoteReference"

_CHARACTERS = {
    _TAB: " ",
    W + "ptab": " ",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    _M + "den": "/",
}
_OTHERS: dict[str, Callable[[_Body, Element], int | None]] = {
    TBL: _Body._on_table,
    TR: _Body._on_row,
    **dict.fromkeys((_TBL_HEADER, _HIDDEN, _GRID_BEFORE, _GRID_AFTER), _Body._on_row_property),
    **dict.fromkeys((_GRID_SPAN, _V_MERGE, _H_MERGE, _CELL_MERGE, W + "cellDel"), _Body._on_cell_property),
    W + "pStyle": _Body._on_style,
    W + "numPr": _Body._on_number,
    **dict.fromkeys((_VANISH, W + "caps", W + "vertAlign", W + "rStyle"), _Body._on_look),
    **dict.fromkeys((W + "del", W + "moveFrom"), _Body._on_deletion),
    W + "rt": _Body._on_nothing,
    **dict.fromkeys((_MC + "Choice", _MC + "Fallback"), _Body._on_choice),
    **dict.fromkeys(_CHARACTERS, _Body._on_character),
    W + "sym": _Body._on_symbol,
    **dict.fromkeys((_FOOTNOTE, W + "endnoteReference"), _Body._on_note),
    _M + "t": _Body._on_formula,
    _M + "sup": _Body._on_raised,
    W + "fldChar": _Body._on_field,
    W + "txbxContent": _Body._on_text_box,
    **dict.fromkeys((W + "altChunk", W + "subDoc"), _Body._on_other_file),
}
_TAGS = (T, P, TC, *_OTHERS)
