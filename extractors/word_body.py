"""The body of a Word file in one pass: which text stands in which paragraph, cell, row and table.

Guarantee: text is what Word shows with all changes accepted, and each piece of it stands in exactly one place. What an
element is not known for, it is looked through: text inside it counts. The pass takes time linear in the elements, most
of which never become Python objects: only those are looked at that `_Body` has a method for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.errors import Refused
from extractors.symbols import unicode
from extractors.word_content import CellContent, Line, RowContent, TableContent
from extractors.word_elements import (
    PPR,
    RPR,
    TBL,
    TC,
    TR,
    P,
    R,
    T,
    above,
    form_field,
    holder_of,
    is_paragraph_property,
)
from extractors.word_math import M, formula, raised
from extractors.word_numbering import Numbering
from extractors.word_numbers import roman
from extractors.word_styles import VAL, Look, Styles, W, is_on, look, number, switch, value, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_ROMAN_RAISED = str.maketrans("ivxlcdm", "ⁱᵛˣˡᶜᵈᵐ")

_PLAIN = Look()


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


@dataclass(slots=True)
class _Field:
    """An open field. Text of its instruction is kept: a field that never ends has hidden what was no instruction."""

    shown: str
    """What a field of a form shows where it has no result."""
    in_instruction: bool = True
    hidden: list[tuple[Line, str]] = field(default_factory=list)


class _Instruction:
    """Takes the text of a field's instruction, which is not shown."""

    def __init__(self, of: _Field, line: Line) -> None:
        self._of, self._line = of, line

    def append(self, text: str) -> None:
        self._of.hidden.append((self._line, text))


@dataclass(slots=True)
class _Mark:
    """What the properties of a paragraph say, and those of its mark; most paragraphs say nothing of it."""

    start: int
    """Where in its line the paragraph begins: behind others that go on in it."""
    style: str | None = None
    numbered: tuple[int | None, int | None] | None = None
    """List and level."""
    look: Look = _PLAIN
    """How the style shows text."""
    hidden: bool = False
    stays: bool = False
    """Whether the number stays though the mark is hidden (`w:specVanish`)."""
    capitals: bool = False
    deleted: bool = False
    counted: bool = False
    label: str = ""


class _Body:
    def __init__(self, body: Element, numbering: Callable[[], Numbering], styles: Callable[[], Styles]) -> None:
        self._numbering, self._styles = numbering, styles
        self._owner = CellContent(body)
        self.items = self._owner.items
        self._owners = {body: self._owner}
        """Where paragraphs and tables go, by the element they stand in: the body, a cell, a text box of one."""
        self._tables: dict[Element, TableContent] = {}
        self._rows: dict[Element, RowContent] = {}
        self._base: Line = []
        """The paragraph's pieces."""
        self._paragraph = self._base
        """The same, or the pieces of a run that is read as a whole."""
        self._line: Line | _Capitals | _Instruction = self._base
        """Where text goes: to the pieces, or where it is not shown."""
        self._start = 0
        self._mark: _Mark | None = None
        self._look = _PLAIN
        self._fields: list[_Field] = []
        self._instructions = 0
        """Open fields that still give their instruction."""
        self._seen: Element | None = None
        """The run properties that have been seen to."""
        self._chosen: set[Element] = set()
        """Alternate contents of which one has been read."""
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
                if self._mark is None and not self._fields and element.getparent() is self._owner.element:
                    line: Line = []  # as nearly all paragraphs are
                    self._base = self._paragraph = self._line = line
                    self._owner.items.append(line)
                    self._start, self._look = 0, _PLAIN
                else:
                    self._on_paragraph(element)
            elif tag == cell_tag:
                if self._mark is not None or self._fields:
                    self.finish()
                owners[element] = self._owner = cell = CellContent(element)
                row = rows.get(element.getparent())  # type: ignore[arg-type]  # the body stands above it
                (row or rows[above(element, rows)]).cells.append(cell)
            else:
                skip = others[tag](self, element) or 0

    def finish(self) -> None:
        """End the last paragraph and what it left open."""
        self._end_paragraph()
        self._drop_fields()

    # Structure

    def _on_paragraph(self, element: Element) -> None:
        mark = self._mark
        if mark is not None:
            self._end_paragraph()
        parent = element.getparent()
        if parent is not self._owner.element:
            owner = self._owners.get(parent) or self._owners[above(element, self._owners)]  # type: ignore[arg-type]
            if owner is not self._owner:
                self._drop_fields()
                self._owner, mark = owner, None
        if mark is not None and (mark.deleted or mark.hidden):  # it goes on in the same line
            self._start = mark.start if mark.deleted else len(self._base)
        else:
            self._base, self._start = [], 0
            self._owner.items.append(self._base)
        self._paragraph = self._line = self._base
        self._look = _PLAIN
        if self._instructions:
            self._aim()

    def _marked(self) -> _Mark:
        if self._mark is None:
            self._mark = _Mark(self._start)
        return self._mark

    def _end_paragraph(self) -> None:
        """Put the paragraph's number before its text; that of a hidden one only where it shows text after all."""
        mark = self._mark
        self._mark = None
        if mark is None:
            return
        self._count(mark)
        shown = not mark.hidden or mark.stays or any(piece.strip() for piece in self._base[mark.start :])
        if mark.label and shown:
            self._base.insert(mark.start, mark.label.upper() if mark.capitals else mark.label)

    def _count(self, mark: _Mark | None) -> None:
        """Count a paragraph of a list: before those of text boxes in it, and after its mark is known."""
        if mark is None or mark.counted or mark.deleted:
            return
        mark.counted = True
        if mark.numbered is None and (mark.style is None or self._styles().numbered_by(mark.style) is None):
            return
        mark.label = self._numbering().label(mark.style, *(mark.numbered or (None, None)))

    def _aim(self) -> None:
        """Let text go to the paragraph, or to nowhere where it is not shown."""
        if self._look.hidden:
            self._line = []
        elif self._instructions:
            self._line = _Instruction(next(f for f in self._fields if f.in_instruction), self._base)
        else:
            self._line = _Capitals(self._paragraph) if self._look.capitals else self._paragraph

    def _on_table(self, element: Element) -> None:
        self._end_paragraph()
        table = TableContent(element, self._boxed)
        self._tables[element] = table
        self._owners[above(element, self._owners)].items.append(table)

    def _on_row(self, element: Element) -> None:
        row = RowContent(element)
        self._tables[above(element, self._tables)].rows.append(row)
        self._rows[element] = row

    def _on_text_box(self, element: Element) -> int:
        """Read a text box below the paragraph it is anchored in; one whose anchor is not shown is not."""
        inside = _after(element, element)
        if self._look.hidden or self._instructions:
            return len(inside)
        self._count(self._mark)
        kept = self._owner, self._base, self._paragraph, self._start, self._mark, self._look, self._fields, self._boxed
        self._owners[element] = self._owner
        self._mark, self._fields, self._boxed = None, [], True
        self.walk(inside)
        self.finish()
        self._owner, self._base, self._paragraph, self._start, self._mark, self._look, self._fields, self._boxed = kept
        self._aim()
        return len(inside)

    # Properties of rows and cells

    def _on_row_property(self, element: Element) -> None:
        row = holder_of(element, self._rows, TR)
        if row is None:
            return
        if element.tag == _TBL_HEADER:
            row.heads = is_on(element.get(VAL, "1"))
        elif element.tag == _HIDDEN:
            row.hidden = is_on(element.get(VAL, "1"))
        elif element.tag == _GRID_BEFORE:
            row.before = max(0, whole(element.get(VAL), 0))
        else:
            row.after = max(0, whole(element.get(VAL), 0))

    def _on_cell_property(self, element: Element) -> int:
        cell = holder_of(element, self._owners, TC)
        if cell is None:
            return 0
        if element.tag == _GRID_SPAN:
            cell.span = max(1, whole(element.get(VAL), 1))
        elif element.tag == _V_MERGE:
            cell.merge_down = element.get(VAL, "continue")
        elif element.tag == _CELL_MERGE:
            cell.merge_down = {"rest": "restart", "cont": "continue"}.get(element.get(W + "vMerge", ""))
        elif element.tag == _H_MERGE:
            cell.goes_on = element.get(VAL, "continue") == "continue"
        else:
            self._rows[above(cell.element, self._rows)].cells.pop()
            return len(_after(element, cell.element))
        return 0

    # Properties of paragraphs and runs

    def _on_style(self, element: Element) -> None:
        if is_paragraph_property(element):
            mark = self._marked()
            mark.style = element.get(VAL)
            mark.look = self._look = self._styles().look(mark.style or "")
            mark.hidden, mark.capitals = bool(mark.look.hidden), bool(mark.look.capitals)
            self._aim()

    def _on_number(self, element: Element) -> None:
        if is_paragraph_property(element):
            self._marked().numbered = (number(element, W + "numId"), number(element, W + "ilvl"))

    def _on_look(self, element: Element) -> int:
        """Read a run that is hidden, raised or in capitals, or has a style, as a whole; or the look of a mark."""
        properties = element.getparent()
        holder = properties.getparent() if properties is not None else None
        if properties is None or holder is None or properties is self._seen:
            return 0
        if holder.tag == PPR and is_paragraph_property(properties):
            self._seen = properties
            mark = self._marked()
            shown = self._shown(properties, mark.look)
            mark.hidden, mark.capitals = bool(shown.hidden), bool(shown.capitals)
            mark.stays = bool(switch(properties, "specVanish"))
        if holder.tag != R:
            return 0
        self._seen = properties
        shown = self._shown(properties, self._look)
        if shown.same(self._look):
            return 0
        self._count(self._mark)
        inside = _after(element, holder)
        kept = self._look, self._paragraph
        pieces: Line = []
        self._look, self._paragraph = shown, pieces
        self._aim()
        self.walk(inside)
        self._look, self._paragraph = kept
        self._aim()
        text = "".join(pieces)
        self._paragraph.append(raised(text) if shown.raised else text)
        return len(inside)

    def _shown(self, properties: Element, of_paragraph: Look) -> Look:
        """Give the look of run properties in a paragraph of some look."""
        named = value(properties, W + "rStyle")
        return look(properties).over((self._styles().look(named) if named else Look()).toggled(of_paragraph))

    # What is not shown, or is shown in another way

    def _on_deletion(self, element: Element) -> int:
        """Leave out what a tracked change deleted or moved away: text, a row, the mark of a paragraph."""
        properties = element.getparent()
        if properties is not None and properties.tag == _TRPR:
            row = holder_of(element, self._rows, TR)
            if row is None:
                return 0
            self._tables[above(row.element, self._tables)].rows.pop()
            return len(_after(element, row.element))
        if properties is not None and properties.tag == RPR:
            holder = properties.getparent()
            if holder is not None and holder.tag == PPR and is_paragraph_property(properties):
                self._marked().deleted = True
            return 0
        return len(_after(element, element))

    def _on_nothing(self, element: Element) -> int:
        return len(_after(element, element))

    def _on_choice(self, element: Element) -> int:
        """Of alternate contents read the first that shows anything."""
        around = element.getparent()
        if around is None:
            return 0
        if around in self._chosen:
            return len(_after(element, element))
        if next(element.iter(*_SHOWN), None) is not None:
            self._chosen.add(around)
        return 0

    def _on_character(self, element: Element) -> None:
        if element.tag != _TAB or (run := element.getparent()) is None or run.tag == R:  # else it is a tab stop
            self._line.append(_CHARACTERS[element.tag])

    def _on_formula(self, element: Element) -> int:
        self._line.append(formula(element))
        return len(_after(element, element))

    def _on_symbol(self, element: Element) -> None:
        try:
            code = int(element.get(W + "char", ""), 16)
        except ValueError:
            return
        if 0x20 <= code < 0xD800 or 0xE000 <= code < 0x10000:
            self._line.append(unicode(chr(code), element.get(W + "font", "")))

    def _on_note(self, element: Element) -> None:
        """Raise the mark of a note, so that it does not read as part of the word or number that it stands on."""
        if is_on(element.get(W + "customMarkFollows", "0")):
            return
        kind = "footnote" if element.tag == _FOOTNOTE else "endnote"
        self._notes[kind] += 1
        n = self._notes[kind]
        self._line.append(raised(str(n)) if kind == "footnote" else roman(n).translate(_ROMAN_RAISED))

    def _on_field(self, element: Element) -> None:
        """Follow a field: what it shows stands between its `separate` and its `end`."""
        kind = element.get(W + "fldCharType")
        shown = ""
        if kind == "begin":
            self._fields.append(_Field(form_field(element)))
            self._instructions += 1
        elif kind == "separate" and self._fields and self._fields[-1].in_instruction:
            self._fields[-1].in_instruction = False
            self._instructions -= 1
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if ended.in_instruction:
                self._instructions -= 1
                shown = ended.shown
        self._aim()
        if shown:
            self._line.append(shown)

    def _drop_fields(self) -> None:
        """Forget fields that never end; what they hid is shown."""
        for one in self._fields:
            if one.in_instruction:
                self._instructions -= 1
                for line, text in one.hidden:
                    line.append(text)
        if self._fields:
            self._fields = []

    def _on_other_file(self, _: Element) -> None:
        raise Refused(
            "unsupported",
            "the Word file takes in another file, whose text would be lost; open it in Word and save it again",
        )


def _after(element: Element, around: Element) -> list[Element]:
    """Give the elements that the pass looks at inside `around` and after the beginning of `element`."""
    inside = iter(around.iter(*_TAGS))
    if element is around and element.tag not in _TAGS:
        return list(inside)
    for one in inside:
        if one is element:
            break
    return list(inside)


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
    M + "oMath": _Body._on_formula,
    W + "fldChar": _Body._on_field,
    W + "txbxContent": _Body._on_text_box,
    **dict.fromkeys((W + "altChunk", W + "subDoc"), _Body._on_other_file),
}
_TAGS = (T, P, TC, *_OTHERS)
_SHOWN = (T, W + "txbxContent", W + "sym", W + "noBreakHyphen", W + "fldChar", W + "footnoteReference", M + "oMath")
"""Elements that show something."""
