"""DOCX to `Document`, from the XML under python-docx's package.

Guarantee: rows, columns and merged cells are those that Word shows, in time linear in the number of cells
(python-docx's `table.cell()` is quadratic); so is the text, automatic list numbers among it, with all changes accepted.
A table in a cell is a table of its own after the one it stands in, and text of its cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from extractors.collector import without_collector
from extractors.document import Block, Document, Paragraph, Table
from extractors.errors import Broken
from extractors.limits import LIMITS, enforce
from extractors.sniff import DOCX
from extractors.word_body import read_body
from extractors.word_content import TableContent
from extractors.word_grid import table_of
from extractors.word_numbering import Numbering
from extractors.word_package import Package
from extractors.word_styles import Styles, W


def read_word(data: bytes, file_name: str, document_id: str, media_type: str = DOCX) -> Document:
    """Read the body of a DOCX.

    Raises:
        Broken: `damaged`, where a part is missing or is not XML.
        Refused: beyond a limit, or `unsupported` for content that lies elsewhere: XML entities, other files.
    """
    package = Package(data)
    body = package.main().find(W + "body")
    if body is None:
        raise Broken("damaged", "the Word file has no document body; open it in Word and save it again")

    @cache
    def styles() -> Styles:
        return Styles(package.related("styles"))

    @cache
    def numbering() -> Numbering:
        return Numbering(package.related("numbering"), styles())

    blocks: list[Block] = []
    cells = 0
    with without_collector():
        for item in read_body(body, numbering, styles):
            if isinstance(item, TableContent) and not item.boxed:
                for table in _tables(item):
                    cells += table.n_rows * table.n_columns
                    enforce("cells", cells, LIMITS.cells)
                    blocks.append(table)
            else:
                text = item.text if isinstance(item, TableContent) else "".join(item).strip()
                if text:
                    blocks.append(Paragraph(text, None, None, "xml"))
    return Document(document_id, file_name, media_type, None, tuple(blocks))


def _tables(content: TableContent) -> Iterator[Table]:
    """Give a table, and after it those in its cells."""
    table = table_of(content)
    if table is not None:
        yield table
    for row in content.rows:
        for cell in row.cells:
            for inner in cell.tables:
                yield from _tables(inner)
