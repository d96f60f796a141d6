"""DOCX to `Document`, from the XML under python-docx's package.

Guarantee: rows, columns and merged cells are the file's own grid, in time linear in the number of cells
(python-docx's `table.cell()` is quadratic). Text is what Word shows with all changes accepted: insertions are read,
deletions and hidden text are not.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from docx.opc.packuri import PackURI
from docx.opc.phys_pkg import PhysPkgReader
from lxml import etree

from extractors.document import Block, Cell, Document, Paragraph, Table
from extractors.errors import Broken, Refused
from extractors.limits import LIMITS, enforce
from extractors.sniff import DOCX

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFFICE_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"

P, TBL, TR, TC, R = (_W + name for name in ("p", "tbl", "tr", "tc", "r"))
_VAL = _W + "val"
_WRAPPERS = {
    _W + name for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple")
}
"""Elements that stand around content without changing it."""

_CHARACTERS = {_W + "tab": " ", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-", _W + "softHyphen": ""}
_OFF = {"0", "false", "off"}


def read_word(data: bytes, file_name: str, document_id: str) -> Document:
    """Read the body of a DOCX.

    Raises:
        Broken: `damaged`, where a part is missing or is not XML.
        Refused: beyond a limit, or `unsupported` for content defined through XML entities.
    """
    body = _main_part(data).find(_W + "body")
    if body is None:
        raise Broken("damaged", "the Word file has no document body; open it in Word and save it again")
    blocks: list[Block] = []
    cells = 0
    for element in _children(body):
        if element.tag == TBL:
            table = _table(element)
            if table is not None:
                cells += table.n_rows * table.n_columns
                enforce("cells", cells, LIMITS.cells)
                blocks.append(table)
        elif element.tag == P:
            text = _paragraph_text(element).strip()
            if text:
                blocks.append(Paragraph(text, None, None, "xml"))
    return Document(document_id, file_name, DOCX, None, tuple(blocks))


def _main_part(data: bytes) -> Element:
    """Parse the part the package names as its main document."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
        if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members):
            raise Broken("damaged", "the Word file is packed as Word never does it; open it in Word and save it again")
        enforce("unpacked_bytes", sum(member.file_size for member in members), LIMITS.unpacked_bytes)
        enforce(
            "xml_bytes", max((m.file_size for m in members if m.filename.endswith(".xml")), default=0), LIMITS.xml_bytes
        )
        package = cast("Any", PhysPkgReader)(BytesIO(data))
        relations = _parse(package.blob_for(PackURI("/_rels/.rels")), "_rels/.rels")
        target = next((r.get("Target", "") for r in relations.iter(_RELATION) if r.get("Type") == _OFFICE_DOCUMENT), "")
        if not target:
            raise Broken("damaged", "the Word file does not name its main document; open it in Word and save it again")
        return _parse(package.blob_for(PackURI("/" + target.lstrip("/"))), target)
    except KeyError as error:
        raise Broken("damaged", f"the Word file lacks a part ({error}); open it in Word and save it again") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise Broken("damaged", f"the Word file's container is damaged ({error}); upload it again") from error


def _parse(blob: bytes, part: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,  # or they would part the text around them
        remove_pis=True,
    )
    try:
        root = etree.fromstring(blob, parser)
    except etree.XMLSyntaxError as error:
        raise Broken(
            "damaged", f"{part} of the Word file is not XML ({error}); open it in Word and save it again"
        ) from error
    if cast("Any", root.getroottree().docinfo).doctype:
        raise Refused(
            "unsupported", f"{part} of the Word file defines XML entities, which could hide text; save it anew in Word"
        )
    return root


def _children(element: Element) -> Iterator[Element]:
    """Give the child elements, those inside content controls and tracked insertions as if they stood there directly."""
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _children(child)
        elif child.tag == _ALTERNATE:
            if len(child):
                yield from _children(child[0])
        else:
            yield child


def _number(element: Element | None, path: str, default: int) -> int:
    """Read the whole number in the `w:val` of a property, `default` where there is none."""
    found = element.find(path) if element is not None else None
    try:
        return int(found.get(_VAL, default)) if found is not None else default
    except ValueError:
        return default


def _is_on(properties: Element | None, name: str) -> bool:
    found = properties.find(_W + name) if properties is not None else None
    return found is not None and found.get(_VAL, "1") not in _OFF


def _run_text(run: Element) -> str:
    if _is_on(run.find(_W + "rPr"), "vanish"):
        return ""
    parts = []
    for child in _children(run):
        if child.tag == _W + "t":
            parts.append(child.text or "")
        else:
            parts.append(_CHARACTERS.get(str(child.tag), ""))
    return "".join(parts)


def _paragraph_text(paragraph: Element) -> str:
    return "".join(_run_text(child) for child in _children(paragraph) if child.tag == R)


def _cell_text(cell: Element) -> str:
    """Give the paragraphs of a cell, one a line; a table inside the cell gives its cells' paragraphs in order."""
    lines = []
    for child in _children(cell):
        if child.tag == P:
            lines.append(_paragraph_text(child))
        elif child.tag == TBL:
            rows = (row for row in _children(child) if row.tag == TR and not _deleted(row))
            lines.extend(_cell_text(inner) for row in rows for inner in _children(row) if inner.tag == TC)
    return "\n".join(lines).strip()


def _table(element: Element) -> Table | None:
    """Read one table, or `None` where it has no cell."""
    cells: list[Cell] = []
    open_above: dict[tuple[int, int], int] = {}
    """Index in `cells` of the cell above, by (first column, span): what a vertical merge goes on with."""
    widths: list[int] = []
    widest = 0
    header_rows = 0
    for row, tr in enumerate(tr for tr in _children(element) if tr.tag == TR and not _deleted(tr)):
        properties = tr.find(_W + "trPr")
        if header_rows == row and _is_on(properties, "tblHeader"):
            header_rows += 1
        column = max(0, _number(properties, _W + "gridBefore", 0))
        enforce("table_columns", column, LIMITS.table_columns)
        cells.extend(_empty(row, index) for index in range(column))
        below: dict[tuple[int, int], int] = {}
        for tc in _children(tr):
            if tc.tag != TC:
                continue
            tc_properties = tc.find(_W + "tcPr")
            span = max(1, _number(tc_properties, _W + "gridSpan", 1))
            enforce("table_columns", column + span, LIMITS.table_columns)
            merge = tc_properties.find(_W + "vMerge") if tc_properties is not None else None
            key = (column, span)
            if merge is not None and merge.get(_VAL, "continue") == "continue" and key in open_above:
                above = cells[open_above[key]]
                cells[open_above[key]] = Cell(
                    above.row, above.column, above.row_span + 1, span, above.text, None, None, "xml"
                )
                below[key] = open_above[key]
            else:
                if merge is not None:
                    below[key] = len(cells)
                cells.append(Cell(row, column, 1, span, _cell_text(tc), None, None, "xml"))
            column += span
        widths.append(column)
        open_above = below
        widest = max(widest, column)
        enforce("table_rows", row + 1, LIMITS.table_rows)
        enforce("cells", (row + 1) * widest, LIMITS.cells)
    if widest == 0:
        return None
    for row, width in enumerate(widths):
        cells.extend(_empty(row, column) for column in range(width, widest))
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Table(len(widths), widest, tuple(cells), (), None, "xml", header_rows=header_rows or None).checked()


def _empty(row: int, column: int) -> Cell:
    return Cell(row, column, 1, 1, "", None, None, "xml")


def _deleted(row: Element) -> bool:
    """Whether a tracked change removed the row."""
    properties = row.find(_W + "trPr")
    return properties is not None and properties.find(_W + "del") is not None
