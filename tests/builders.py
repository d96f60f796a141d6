"""Small building blocks for tests: files made of their raw parts, tables and observations made by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from extractors.document import BBox, Cell, Table
from pipeline import numerals
from validators.records import Observation

# Word files

WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE_DOCUMENT}" Target="word/document.xml"/></Relationships>'
)


RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{RELATED}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="r2" Type="{RELATED}/styles" Target="/word/styles.xml"/></Relationships>'
)
NAMESPACES = (
    f'xmlns:w="{WORD_NAMESPACE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def docx(
    body: str,
    *,
    prolog: str = "",
    without: str = "",
    compression: int = zipfile.ZIP_DEFLATED,
    numbering: str = "",
    styles: str = "",
) -> bytes:
    """Give a DOCX with this XML in its body; `prolog` stands before the root, the part `without` is left out.

    `numbering` and `styles` are what the parts of these names hold.
    """
    types = "".join(
        f'<Override PartName="/word/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>'
        for part, kind in (("document", "document.main"), ("numbering", "numbering"), ("styles", "styles"))
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": RELATIONS,
        "word/_rels/document.xml.rels": MAIN_RELATIONS,
        "word/document.xml": f"{prolog}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>",
        "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, text in parts.items():
            if name != without:
                archive.writestr(name, text)
    return out.getvalue()


def p(text: str) -> str:
    """Give a paragraph of one run."""
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def tc(text: str, properties: str = "") -> str:
    """Give a table cell; `properties` go into its `w:tcPr`."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """Give a table row; `properties` go into its `w:trPr`."""
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    """Give a table."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


# PDF files

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Give a stream object."""
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries, data)


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Give a PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def pdf(*contents: bytes, media: str = "0 0 300 200", page: str = "", resources: str = "", extra: bytes = b"") -> bytes:
    """Give a PDF with a page for each content stream and Helvetica as `/F1`.

    `page` and `resources` are further entries of every page and its resources; `extra` is one more object, the last.
    """
    first = 4
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(contents)))
    objects = [CATALOG, f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(), FONT]
    for index, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{media}] {page} /Contents {first + 2 * index + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {resources} >> >>".encode()
        )
        objects.append(stream(content))
    return pdf_of([*objects, extra] if extra else objects)


def text_at(x: float, y: float, text: str, size: float = 10) -> str:
    """Give the operators that show a text with its base line at this place of user space."""
    return f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    """Give the operators that draw a line."""
    return f"{x0} {y0} m {x1} {y1} l S\n"


# Tables

COLUMN_WIDTH, ROW_HEIGHT = 100.0, 20.0


def table(
    rows: Sequence[Sequence[str]],
    *,
    page: int | None = None,
    edges: Sequence[float] | None = None,
    header_rows: int | None = None,
    loose: Sequence[tuple[int, int]] = (),
    inked: float | None = None,
    **cell: Any,
) -> Table:
    """Give a table drawn as rows of texts, where `<` goes on with the cell on the left and `^` with the cell above.

    With a `page` the cells have boxes and their text reaches the bottom of its cell, but for the cells at `loose`, and
    fills its width, or `inked` points of it.
    Further arguments are set on every cell.
    """
    n_rows, n_columns = len(rows), len(rows[0])
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, texts in enumerate(rows):
        for c, text in enumerate(texts):
            owner[r, c] = owner[r, c - 1] if text == "<" else owner[r - 1, c] if text == "^" else (r, c)
    xs = tuple(edges) if edges is not None else tuple(COLUMN_WIDTH * i for i in range(n_columns + 1))
    cells = []
    for place in dict.fromkeys(owner.values()):
        covered = [at for at, of in owner.items() if of == place]
        end_row, end_column = max(r for r, _ in covered) + 1, max(c for _, c in covered) + 1
        text = rows[place[0]][place[1]]
        box: BBox | None = None
        ink: BBox | None = None
        if page is not None:
            box = (xs[place[1]], ROW_HEIGHT * place[0], xs[end_column], ROW_HEIGHT * end_row)
            if text.strip():
                ink = (
                    box[0] + 2,
                    box[1] + 2,
                    box[2] - 2 if inked is None else box[0] + 2 + inked,
                    box[3] - (60 if place in loose else 2),
                )
        known: dict[str, Any] = {"source": "xml" if page is None else "text", **cell}
        spans = end_row - place[0], end_column - place[1]
        cells.append(Cell(*place, *spans, text, page, box, ink=ink, **known))
    return Table(
        n_rows,
        n_columns,
        tuple(cells),
        () if page is None else (page,),
        None if page is None else (xs[0], 0.0, xs[-1], ROW_HEIGHT * n_rows),
        "xml" if page is None else "rulings",
        column_edges=() if page is None else xs,
        header_rows=header_rows,
    ).checked()


def drawn(of: Table) -> list[list[str]]:
    """Give a table as `table` takes it."""
    grid = of.grid()
    return [
        [
            cell.text if (cell.row, cell.column) == (r, c) else "<" if cell.column < c else "^"
            for c, cell in enumerate(row)
        ]
        for r, row in enumerate(grid)
    ]


# Observations


def observation(row: int, column: int, raw: str, **fields: Any) -> Observation:
    """Give an observation of plan money of an item for 2024, but for the fields given."""
    parsed = numerals.parse(raw)
    known: dict[str, Any] = {
        "table": 1,
        "family": "program_measures",
        "section_number": None,
        "section": None,
        "item_number": None,
        "item": f"row {row}",
        "row_kind": "item",
        "measure": "plan",
        "period_start": 2024,
        "period_end": 2024,
        "fund": "total",
        "unit": "thousand UAH",
        "doubtful": False,
    }
    known.update(fields)
    value: Decimal | None = parsed.value
    return Observation(row=row, column=column, raw=raw, value=value, missing=parsed.missing, **known)
