"""A made-up document as a Word file: paragraphs, sections and tables with any look, and the truth of the data tables.

Guarantee: a table's truth and its WordprocessingML come from the same drawing, and every cell of it carries two
bookmarks, `tTrRcC` with `s` and `e`, which tell in the printed file on which pages it begins and ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from bench.made.layouts import Align, Content

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")

Line = tuple[str, int]
"""A border: its kind in WordprocessingML and its width in eighths of a point."""

THIN: Line = ("single", 4)


def lines(kind: Line | None = THIN, **sides: Line | None) -> dict[str, Line]:
    """Give the same border on all sides and between all cells, but for the `sides` named."""
    wanted = {side: sides.get(side, kind) for side in SIDES}
    return {side: line for side, line in wanted.items() if line is not None}


@dataclass(frozen=True, slots=True)
class Look:
    """How a table is drawn.

    `borders` by side of the table; `rule` is a border under the heading; `groups` one under merged heading cells.
    `repeat` says that the heading rows are repeated on each page, `whole_rows` that none is broken over pages. `width`
    is a share of the text's width, `shift` is points from the left. `turned` heading cells (row, column) are written
    from bottom to top. `tall` is a row height in points at the least, `fixed` one exactly.
    """

    borders: Mapping[str, Line] = field(default_factory=lines)
    rule: Line | None = None
    groups: Line | None = None
    heading_fill: str = ""
    stripe: str = ""
    repeat: bool = True
    whole_rows: bool = True
    width: float = 1.0
    shift: float = 0.0
    place: str = "left"
    turned: frozenset[tuple[int, int]] = frozenset()
    tall: float = 0.0
    fixed: float = 0.0
    turned_height: float = 90.0
    size: float = 0.0
    bold: bool = True
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """Page size and margins in points: left, top, right, bottom."""

    width: float = 595.3
    height: float = 841.9
    margins: tuple[float, float, float, float] = (70.9, 56.7, 42.5, 56.7)

    @property
    def room(self) -> float:
        """The width of the text."""
        return self.width - self.margins[0] - self.margins[2]

    def turned(self) -> Paper:
        """The same paper lying on its side."""
        return Paper(self.height, self.width, self.margins)


class Book:
    """A document being written: call by call from top to bottom, then `docx` and `truth`."""

    def __init__(self, paper: Paper, font: str, size: float) -> None:
        """Begin with a page size and the font (points) of the text."""
        self.paper = paper
        self.font = font
        self.size = size
        self.truth: list[dict[str, Any]] = []
        self.header = ""
        self.footer = ""
        self.mirrored = False
        self._parts: list[str] = []
        self._bookmarks = 0

    # Text

    def paragraph(
        self,
        text: str = "",
        align: Align = "left",
        *,
        bold: bool = False,
        size: float = 0.0,
        indent: float = 0.0,
        before: float = 0.0,
        properties: str = "",
    ) -> None:
        """Write a paragraph; a tab stands for a tab."""
        self._parts.append(paragraph(text, align, bold=bold, size=size, indent=indent, before=before, more=properties))

    def page_break(self) -> None:
        """Go on with a new page."""
        self._parts.append('<w:p><w:pPr><w:pageBreakBefore/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>')

    def column_break(self) -> None:
        """Go on in the next column of a section."""
        self._parts.append('<w:p><w:r><w:br w:type="column"/></w:r></w:p>')

    def section(self, columns: int = 1, *, kind: str = "continuous", paper: Paper | None = None) -> None:
        """End a section that had so many columns; `paper` is that of what follows."""
        self._parts.append(f"<w:p><w:pPr>{self._section(columns, kind)}</w:pPr></w:p>")
        self.paper = paper or self.paper

    def xml(self, xml: str) -> None:
        """Write raw WordprocessingML."""
        self._parts.append(xml)

    # Tables

    def table(self, content: Content, look: Look, *, goes_on: bool = False) -> None:
        """Write a data table; one that `goes_on` adds its body to the truth of the one before."""
        self._parts.append(self.table_xml(content, look, room=self.paper.room, goes_on=goes_on))

    def table_xml(self, content: Content, look: Look, *, room: float, goes_on: bool = False) -> str:
        """Give the WordprocessingML of a data table, and note its truth."""
        first = 0
        skip = 0
        if goes_on:
            number = len(self.truth) - 1
            first, skip = self.truth[number]["n_rows"], len(content.heading)
            rows = [["^never"]] * skip + content.body
            self._note(number, content.body, first)
        else:
            number = len(self.truth)
            rows = content.rows
            self.truth.append({"pages": [], "n_rows": 0, "n_columns": len(content.widths), "header_rows": len(content.heading), "cells": []})  # fmt: skip
            self._note(number, rows, 0)
        del rows
        return self._table(
            content, look, room, lambda r, c: self._marks(number, r - skip + first, c) if r >= skip else ("", "")
        )

    def _note(self, number: int, rows: Sequence[Sequence[str]], first: int) -> None:
        truth = self.truth[number]
        for r, texts in enumerate(rows):
            for c, text in enumerate(texts):
                if text not in ("<", "^"):
                    rows_, columns = spans(rows, r, c)
                    truth["cells"].append({"row": first + r, "column": c, "row_span": rows_, "column_span": columns, "text": text.replace("\n", " ")})  # fmt: skip
        truth["n_rows"] = first + len(rows)

    def _marks(self, table: int, row: int, column: int) -> tuple[str, str]:
        marks = []
        for end in "se":
            self._bookmarks += 1
            n = self._bookmarks
            marks.append(
                f'<w:bookmarkStart w:id="{n}" w:name="t{table}r{row}c{column}{end}"/><w:bookmarkEnd w:id="{n}"/>'
            )
        return marks[0], marks[1]

    def _table(self, content: Content, look: Look, room: float, marks: Any) -> str:
        rows = content.rows
        full = room * look.width
        widths = [w * full / sum(content.widths) for w in content.widths]
        out = [
            "<w:tbl><w:tblPr>",
            f'<w:tblW w:w="{twips(full)}" w:type="dxa"/>',
            f'<w:jc w:val="{look.place}"/>'
            if look.place != "left"
            else f'<w:tblInd w:w="{twips(look.shift)}" w:type="dxa"/>',
            f"<w:tblBorders>{''.join(border(side, look.borders.get(side)) for side in SIDES)}</w:tblBorders>",
            '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>',
            *(f'<w:gridCol w:w="{twips(w)}"/>' for w in widths),
            "</w:tblGrid>",
        ]
        for r, texts in enumerate(rows):
            out.append(self._row(content, look, widths, r, texts, marks))
        return "".join([*out, "</w:tbl>"])

    def _row(self, content: Content, look: Look, widths: list[float], r: int, texts: list[str], marks: Any) -> str:
        rows = content.rows
        heading = r < len(content.heading)
        turned = any(row == r for row, _ in look.turned)
        height = look.turned_height if turned else look.fixed or look.tall
        rule = "exact" if look.fixed and not turned else "atLeast"
        out = [
            "<w:tr><w:trPr>",
            "<w:cantSplit/>" if look.whole_rows or heading else "",
            f'<w:trHeight w:val="{twips(height)}" w:hRule="{rule}"/>' if height else "",
            "<w:tblHeader/>" if heading and look.repeat else "",
            "</w:trPr>",
        ]
        c = 0
        while c < len(texts):
            top, wide = r, 1
            while rows[top][c] == "^":
                top -= 1
            while c + wide < len(texts) and rows[top][c + wide] == "<":
                wide += 1
            below = r + 1 < len(rows) and rows[r + 1][c] == "^"
            merge = "<w:vMerge/>" if top < r else '<w:vMerge w:val="restart"/>' if below else ""
            fill = look.heading_fill if heading else look.stripe if (r - len(content.heading)) % 2 else ""
            last = heading and r == len(content.heading) - 1
            under = look.rule if last else look.groups if heading and wide > 1 else None
            direction = '<w:textDirection w:val="btLr"/>' if (top, c) in look.turned else ""
            align = "center" if heading or wide == len(texts) else content.aligns[c]
            start, end = marks(r, c) if top == r else ("", "")
            text = "" if top < r else texts[c]
            out += [
                f'<w:tc><w:tcPr><w:tcW w:w="{twips(sum(widths[c : c + wide]))}" w:type="dxa"/>',
                f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else "",
                merge,
                f"<w:tcBorders>{border('bottom', under)}</w:tcBorders>" if under else "",
                f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else "",
                direction,
                f'<w:vAlign w:val="{"center" if heading or look.middle else "top"}"/>',
                "</w:tcPr>",
                cell_text(text, align, start, end, bold=look.bold and heading, size=look.size or self.size),
                "</w:tc>",
            ]
            c += wide
        return "".join([*out, "</w:tr>"])

    # The file

    def docx(self) -> bytes:
        """Give the file."""
        import docx
        from docx.oxml import parse_xml
        from docx.shared import Pt

        document = docx.Document()
        style = document.styles["Normal"]
        style.font.size = Pt(self.size)  # type: ignore[attr-defined]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()  # type: ignore[attr-defined]
        for name in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(f"{{{_NAMESPACE}}}{name}", self.font)
        section = document.sections[-1]
        for xml, part in ((self.header, section.header), (self.footer, section.footer)):
            if xml:
                part.is_linked_to_previous = False
                part._element.append(parse_xml(_named(xml)))
                part._element.remove(part._element[0])
        body = document.element.body
        # Headers stand in the last section's properties; those of the sections before are written by `section`.
        properties = body.sectPr
        references = [child for child in properties if child.tag.endswith("Reference")]
        own = parse_xml(_named(self._section(1, "nextPage")))
        for reference in reversed(references):
            own.insert(0, reference)
        body.remove(properties)
        for child in parse_xml(f'<w:body xmlns:w="{_NAMESPACE}">{"".join(self._parts)}</w:body>'):
            body.append(child)
        if references:
            import copy

            for other in body.iter(f"{{{_NAMESPACE}}}sectPr"):
                for reference in reversed(references):
                    other.insert(0, copy.deepcopy(reference))
        body.append(own)
        if self.mirrored:
            document.settings.element.insert(0, parse_xml(f'<w:mirrorMargins xmlns:w="{_NAMESPACE}"/>'))
        out = BytesIO()
        document.save(out)
        return out.getvalue()

    def _section(self, columns: int, kind: str) -> str:
        left, top, right, bottom = map(twips, self.paper.margins)
        width, height = twips(self.paper.width), twips(self.paper.height)
        turned = ' w:orient="landscape"' if width > height else ""
        return (
            f'<w:sectPr><w:type w:val="{kind}"/><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
            f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="400" w:footer="400" '
            f'w:gutter="0"/><w:cols w:num="{columns}" w:space="400"/></w:sectPr>'
        )


def _named(xml: str) -> str:
    name, rest = xml[1:].split(">", 1)
    return f'<{name} xmlns:w="{_NAMESPACE}">{rest}'


def twips(points: float) -> int:
    """Points as twentieths of a point."""
    return round(points * 20)


def border(side: str, line: Line | None) -> str:
    """Give one border element."""
    kind, width = line or ("nil", 0)
    return f'<w:{side} w:val="{kind}" w:sz="{width}" w:space="0" w:color="000000"/>'


def spans(rows: Sequence[Sequence[str]], row: int, column: int) -> tuple[int, int]:
    """Give the rows and columns that a cell of a drawing covers."""
    end_column = column + 1
    while end_column < len(rows[row]) and rows[row][end_column] == "<":
        end_column += 1
    end_row = row + 1
    while end_row < len(rows) and rows[end_row][column] == "^":
        end_row += 1
    return end_row - row, end_column - column


def run(text: str, *, bold: bool = False, size: float = 0.0) -> str:
    """Give a run; tabs stand for tabs."""
    properties = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{round(size * 2)}"/>' if size else "")
    content = "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\t"))
    return f"<w:r><w:rPr>{properties}</w:rPr>{content}</w:r>"


def paragraph(
    text: str,
    align: Align = "left",
    *,
    bold: bool = False,
    size: float = 0.0,
    indent: float = 0.0,
    before: float = 0.0,
    more: str = "",
) -> str:
    """Give a paragraph; `more` are further properties, which come first in the schema's order."""
    return (
        f'<w:p><w:pPr>{more}<w:widowControl w:val="0"/><w:spacing w:before="{twips(before)}" w:after="0"/>'
        f'<w:ind w:firstLine="{twips(indent)}"/><w:jc w:val="{align}"/></w:pPr>'
        f"{run(text, bold=bold, size=size) if text else ''}</w:p>"
    )


def page_number(before: str, align: Align = "center") -> str:
    """Give a paragraph with the page's number behind a text."""
    field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    return f'<w:p><w:pPr><w:jc w:val="{align}"/></w:pPr>{run(before) if before else ""}{field}</w:p>'


def cell_text(text: str, align: Align, start: str = "", end: str = "", *, bold: bool = False, size: float = 0.0) -> str:
    """Give the paragraphs of a cell, a bookmark before and behind."""
    parts = text.split("\n")
    out = []
    for i, part in enumerate(parts):
        out.append(
            f'<w:p><w:pPr><w:widowControl w:val="0"/><w:spacing w:before="0" w:after="0"/><w:jc w:val="{align}"/></w:pPr>'
            f"{start if i == 0 else ''}{run(part, bold=bold, size=size) if part else ''}"
            f"{end if i == len(parts) - 1 else ''}</w:p>"
        )
    return "".join(out)


def framed(content: str, width: float, line: Line | None = THIN, *, place: str = "left") -> str:
    """Give a table of one cell around other content: a frame, or a box of text, but no data table."""
    return grid_of([[content]], [width], lines(line), place=place)


def grid_of(
    cells: Sequence[Sequence[str]], widths: Sequence[float], borders: Mapping[str, Line], *, place: str = "left"
) -> str:
    """Give a table whose cells hold raw paragraphs and tables; it is in no truth. Widths in points."""
    out = [
        f'<w:tbl><w:tblPr><w:tblW w:w="{twips(sum(widths))}" w:type="dxa"/><w:jc w:val="{place}"/>'
        f"<w:tblBorders>{''.join(border(s, borders.get(s)) for s in SIDES)}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>',
        *(f'<w:gridCol w:w="{twips(w)}"/>' for w in widths),
        "</w:tblGrid>",
    ]
    for row in cells:
        out.append("<w:tr>")
        for width, content in zip(widths, row, strict=True):
            closing = "" if content.endswith("</w:p>") else paragraph("", size=2)
            out.append(f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/></w:tcPr>{content}{closing}</w:tc>')
        out.append("</w:tr>")
    return "".join([*out, "</w:tbl>"])
