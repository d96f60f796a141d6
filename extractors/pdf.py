"""PDF to `Document`: ruled tables and text, pages that are pictures through the scan reader.

Guarantee: every run of text on a page ends in exactly one cell or one paragraph. Pages are read one after the other and
closed at once, so memory does not grow with their number but by what was read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from extractors import guard
from extractors.alignment import Found, find_tables, may_hold_table
from extractors.collector import without_collector
from extractors.content import Content
from extractors.document import BBox, Block, Cell, Document, FoundBy, Paragraph, Table
from extractors.lattice import Grid, Ruling, dotted, join_collinear
from extractors.lattice import grids as grids_of
from extractors.layout import Run, cell_text, lines_of, paragraphs_of, union
from extractors.limits import DEADLINE, LIMITS, enforce
from extractors.partial import may_be_partial, partial_grids
from extractors.pdfium import Page, open_pdf
from extractors.refine import refine
from extractors.sniff import PDF
from extractors.textlayer import judge, restore
from extractors.typed import Typed, heights, may_be_typed, typed_rulings
from extractors.typed import inside as in_boxes

TOLERANCE = 2.5
"""Points by which lines may miss each other and still meet; Word draws borders 0.5-1.5 pt wide."""

MEETING = 1.25
"""Points by which a border misses an upright line at the most; an underlined figure ends 1.4 pt before it."""

TYPED_TOLERANCE = 4.0
"""Points by which lines of text may miss each other and still meet: half a typed character."""

TYPED_CONFIDENCE = 0.95
"""How sure it is that lines of text draw a table."""

PADDING = 2.7
"""Points that a cell keeps free on each side at the least: LibreOffice's default of 0.97 mm; Word's is 1.9 mm."""

SCAN_DPI = 300

COVERED = 0.6
"""Share of a page that a scan's picture covers at the least, its margins cut off."""

FEW_CHARACTERS = 400
"""Characters up to which the text on a covered page is a stamp."""

FEW_RUNS = 4
"""Pieces of text outside all grids from which they may be a table."""

OUTLINES = 100
"""Drawings on a page without text from which they may be letters."""


def read_pdf(data: bytes, file_name: str, document_id: str) -> Document:
    """Read all pages.

    Raises:
        Refused: `encrypted`, beyond a limit, or a scanned page where OCR models are missing.
        Broken: `damaged`, where PDFium finds no document or no page in it.
    """
    blocks: list[Block] = []
    heights = []
    cells = characters = 0
    guard.check(data)
    with without_collector(), closing(open_pdf(data)) as pdf:
        for number in range(1, len(pdf) + 1):
            DEADLINE.check()
            with Page(pdf, number) as page:
                found = _read_page(page, number)
                characters += page.n_characters
                heights.append(page.frame.size[1])
            cells += sum(block.n_rows * block.n_columns for block in found if isinstance(block, Table))
            enforce("cells", cells, LIMITS.cells)
            enforce("characters", characters, LIMITS.characters)
            blocks.extend(found)
    return Document(document_id, file_name, PDF, len(heights), tuple(blocks), tuple(heights))


def _read_page(page: Page, number: int) -> list[Block]:
    content = page.content()
    verdict = judge(content.text)
    if verdict.kind == "garbled" or _is_picture(page, content):
        return _read_picture(page, content, number)
    if verdict.mapping is not None:
        content.runs = [run._replace(text=restore(run.text, verdict.mapping)) for run in content.runs]
    typed = typed_rulings(content.runs, page.characters) if may_be_typed(content.text) else Typed(rest=content.runs)
    content.runs = typed.rest
    drawn = _grids(content)
    grids = drawn + _typed_grids(typed, [grid.bbox for grid in drawn])
    enforce("page_rulings", sum(len(g.x_edges) + len(g.y_edges) for g in grids), LIMITS.page_rulings)
    if any(map(may_be_partial, grids)):
        some = partial_grids(grids, page.words(), content.horizontal, content.width, content.height)
        grids = [grid for index, grid in enumerate(grids) if index not in some]
    inside, outside = _share_out(page, content.runs, grids)
    marks, _ = _share_out(page, typed.marks, grids)
    tables = []
    for grid, runs, dashes in zip(grids, inside, marks, strict=True):
        is_typed = grid not in drawn
        if not is_typed:
            runs.update({cell: held for cell, held in dashes.items() if cell not in runs})  # alone they are a value
        rules = heights([mark for cell, held in dashes.items() if runs.get(cell) is not held for mark in held])
        parted = refine(grid, runs, page.characters, rules, typed=is_typed)
        how: tuple[FoundBy, float] = ("typed rules", TYPED_CONFIDENCE) if is_typed else ("rulings", 1.0)
        tables.append(_table(*parted, number, *how))
    if len(outside) >= FEW_RUNS and verdict.mapping is None:
        found, outside = _aligned(page, content, outside, grids, typed)
        tables += [_table(f.grid, f.runs, number, "alignment", f.confidence) for f in found]
    boxes = [table.bbox for table in tables if table.bbox is not None]
    outside += [mark for mark in typed.marks if not in_boxes(mark, boxes)]
    placed: list[tuple[float, Block]] = [(table.bbox[1], table) for table in tables if table.bbox is not None]
    for text in paragraphs_of(lines_of(outside)):
        if text.text:
            placed.append((text.bbox[1], Paragraph(text.text, number, text.bbox, "text")))
    placed.sort(key=lambda item: item[0])
    return [block for _, block in placed]


def _aligned(
    page: Page, content: Content, outside: list[Run], grids: Sequence[Grid], typed: Typed
) -> tuple[list[Found], list[Run]]:
    """Find tables in the text and among the lines outside all grids, and give the text outside these too."""
    spans = sorted(run.span for run in outside)
    starts = [start for start, _ in spans]
    words = [w for w in page.words() if (at := bisect_right(starts, w.span[0]) - 1) >= 0 and w.span[0] < spans[at][1]]
    if not may_hold_table(words):
        return [], outside
    boxes = [grid.bbox for grid in grids]
    rows = [r for r in (*content.horizontal, *typed.rules) if not _within((r.start + r.end) / 2, r.position, boxes)]
    columns = [r for r in content.vertical if not _within(r.position, (r.start + r.end) / 2, boxes)]
    found = find_tables(words, rows, columns, content.width, content.height)
    if not found:
        return [], outside
    used = {run.span for one in found for runs in one.runs.values() for run in runs}
    return found, [word for word in words if word.span not in used]


def _within(x: float, y: float, boxes: Sequence[BBox]) -> bool:
    return any(
        x0 - TOLERANCE <= x <= x1 + TOLERANCE and top - TOLERANCE <= y <= bottom + TOLERANCE
        for x0, top, x1, bottom in boxes
    )


def _is_picture(page: Page, content: Content) -> bool:
    """Whether the page must be read from its picture.

    It shows no text but a picture, or letters drawn as outlines; or a picture covers it, and its text is a stamp or
    what another program recognised in the scan.
    """
    if not content.runs:
        return bool(content.pictures) or content.drawings >= OUTLINES
    if content.picture_share < COVERED:
        return False
    return len(content.text) < FEW_CHARACTERS or page.is_invisible(max(content.runs, key=lambda run: len(run.text)))


def _read_picture(page: Page, content: Content, number: int) -> list[Block]:
    from extractors import scan

    picture = scan.plain(page.picture(SCAN_DPI))
    if turn := scan.upright_turn(picture, content.width):
        page.frame = replace(page.frame, rotation=(page.frame.rotation + turn) % 360)
        picture = scan.turned(picture, turn)
    return list(scan.read_picture(picture, number, *page.frame.size))


def _grids(content: Content) -> list[Grid]:
    """Give the grids that hold cells, the smallest first where one stands in another.

    A frame around text is no table: it takes two columns, and two cells that a line parts.
    """
    rows, columns = _borders(content), content.vertical
    if content.dots:
        more_rows, more_columns = dotted(content.dots, TOLERANCE)
        rows, columns = rows + more_rows, columns + more_columns
    return [grid for grid in grids_of(rows, columns, TOLERANCE) if len(grid.x_edges) > 2 and len(grid.cells) > 1]


def _borders(content: Content) -> list[Ruling]:
    """Give the level lines, joined, but those that hang between two upright ones and meet none: underlined text."""
    uprights = sorted(content.vertical)
    positions = [r.position for r in uprights]
    kept = []
    for ruling in join_collinear(content.horizontal, TOLERANCE):
        y, start, end = ruling
        first, last = bisect_left(positions, start - MEETING), bisect_right(positions, end + MEETING)
        beside = (uprights[first:last], uprights[:first], uprights[last:])
        met, left, right = (any(r.start - TOLERANCE <= y <= r.end + TOLERANCE for r in lines) for lines in beside)
        if met or not left or not right:
            kept.append(ruling)
    return kept


def _typed_grids(typed: Typed, drawn: Sequence[BBox]) -> list[Grid]:
    """Give the grids that bars and rules of text draw outside the drawn ones."""
    bars = [r for r in typed.bars if not _within(r.position, (r.start + r.end) / 2, drawn)]
    if len(bars) < 2:
        return []
    rules = [r for r in typed.rules if not _within((r.start + r.end) / 2, r.position, drawn)]
    return [grid for grid in grids_of(rules, bars, TYPED_TOLERANCE) if len(grid.x_edges) > 2 and len(grid.cells) > 1]


# Text into cells


Place = tuple[int, int]
"""A table and the index of a cell of its grid."""


class _Locator:
    """Finds the cell that holds a point among all tables of a page; of tables within tables, the innermost one's."""

    def __init__(self, tables: Sequence[Grid]) -> None:
        self._grids = []
        for table in sorted(range(len(tables)), key=lambda t: _area(tables[t].bbox)):
            grid = tables[table]
            n_rows, n_columns = len(grid.y_edges) - 1, len(grid.x_edges) - 1
            places: list[list[Place]] = [[(table, 0)] * n_columns for _ in range(n_rows)]
            for index, (row, column, row_span, column_span, _) in enumerate(grid.cells):
                place = (table, index)
                if row_span == column_span == 1:
                    places[row][column] = place
                else:
                    for covered in places[row : row + row_span]:
                        covered[column : column + column_span] = [place] * column_span
            self._grids.append((grid.x_edges, grid.y_edges, places))

    def find(self, x: float, y: float) -> Place | None:
        for x_edges, y_edges, places in self._grids:
            if x_edges[0] <= x < x_edges[-1] and y_edges[0] <= y < y_edges[-1]:
                return places[bisect_right(y_edges, y) - 1][bisect_right(x_edges, x) - 1]
        return None


def _area(bbox: BBox) -> float:
    return (bbox[2] - bbox[0]) * (bbox[3] - bbox[1])


def _share_out(page: Page, runs: list[Run], tables: Sequence[Grid]) -> tuple[list[dict[int, list[Run]]], list[Run]]:
    """Give each run to the cell its middle stands in, by table and cell index, and the rest to the page.

    A run that reaches over a line of its table, or into one, is cut there first. Where a table stands in a cell of
    another, the inner one takes its text.
    """
    inside: list[dict[int, list[Run]]] = [defaultdict(list) for _ in tables]
    if not tables or not runs:
        return inside, runs
    outside: list[Run] = []
    locator = _Locator(tables)
    find = locator.find
    for run in runs:
        x0, top, x1, bottom = run.bbox
        y = (top + bottom) / 2
        place = find((x0 + x1) / 2, y)
        if place is None:
            whole = find(x0, y) is None and find(x1, y) is None
        else:
            left, _, right, _ = box = tables[place[0]].cells[place[1]].bbox
            whole = left - TOLERANCE <= x0 and x1 <= right + TOLERANCE and not (run.turn and _sticks_out(run.bbox, box))
        if whole:
            (outside if place is None else inside[place[0]][place[1]]).append(run)
            continue
        for piece, at in _cut(page.characters(run) or [run], run, locator):
            (outside if at is None else inside[at[0]][at[1]]).append(piece)
    return inside, outside


def _sticks_out(inner: BBox, outer: BBox) -> bool:
    return inner[1] < outer[1] - TOLERANCE or inner[3] > outer[3] + TOLERANCE


def _cut(characters: Sequence[Run], run: Run, locator: _Locator) -> Iterator[tuple[Run, Place | None]]:
    """Join the characters of a run that stand in the same cell."""
    piece: list[Run] = []
    at: Place | None = None
    for character in characters:
        x0, top, x1, bottom = character.bbox
        place = locator.find((x0 + x1) / 2, (top + bottom) / 2) if character.text.strip() else at
        if piece and place != at:
            yield from ((joined, at) for joined in _joined(piece, run))
            piece = []
        at = place
        piece.append(character)
    yield from ((joined, at) for joined in _joined(piece, run))


def _joined(piece: Sequence[Run], run: Run) -> Iterator[Run]:
    text = "".join(character.text for character in piece)
    if text.strip():
        yield Run(text, union(c.bbox for c in piece if c.text.strip()), run.turn, (piece[0].span[0], piece[-1].span[1]))


def _table(grid: Grid, runs: dict[int, list[Run]], page: int, found_by: FoundBy, confidence: float = 1.0) -> Table:
    cells = []
    for index, (row, column, row_span, column_span, bbox) in enumerate(grid.cells):
        if held := runs.get(index):
            text, ink = cell_text(held, bbox, PADDING)
            cells.append(Cell(row, column, row_span, column_span, text, page, bbox, "text", None, None, ink))
        else:
            cells.append(Cell(row, column, row_span, column_span, "", page, bbox, "text"))
    n_rows, n_columns = len(grid.y_edges) - 1, len(grid.x_edges) - 1
    enforce("table_rows", n_rows, LIMITS.table_rows)
    enforce("table_columns", n_columns, LIMITS.table_columns)
    return Table(
        n_rows,
        n_columns,
        tuple(cells),
        (page,),
        grid.bbox,
        found_by,
        column_edges=grid.x_edges,
        confidence=confidence,
    )
