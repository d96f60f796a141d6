"""Word files: hard features, cost, and two independent readers (LibreOffice's HTML, and the PDF it prints).

Guarantee: what differs is counted and named, whoever is wrong; the note on each file is for a person to make.
"""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree, html

from bench.metrics import adjacency, exact_cells, match, total
from bench.peers.environments import WORD_PROGRAMS
from bench.tables import share, zvity
from bench.truth import Cell, Table

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ROWS = (419, 1225, 10_000)
RUNS = 3
LABEL = re.compile(r"(?:\(?[\w.]{1,12}[.)]|[•▪➢○◦■●–—*·o-])?")
"""A list number or bullet: LibreOffice's HTML has lists, but not the numbers as text."""

_UNSEEN = dict.fromkeys((0xAD, 0x200B, 0x2060, 0x01, 0x02))
"""Soft hyphens and the like, which LibreOffice keeps in HTML."""


# LibreOffice


def converted(files: Sequence[Path], kind: str, scratch: Path) -> dict[Path, Path]:
    """Let LibreOffice write files in another format; those it cannot write are missing from the result."""
    from extractors.office import program

    office = program()
    if office is None:
        return {}
    target = scratch / kind
    profile = (scratch / "profile").as_uri()
    command = [office, "--headless", f"-env:UserInstallation={profile}", "--convert-to", kind, "--outdir", str(target)]
    subprocess.run([*command, *map(str, files)], check=False, capture_output=True, timeout=600)
    written = {file: target / f"{file.stem}.{kind}" for file in files}
    return {file: there for file, there in written.items() if there.is_file()}


def html_tables(file: Path) -> list[Table]:
    """Read the tables of LibreOffice's HTML, those in cells among them, in the order in which they begin."""
    root = html.parse(str(file), parser=html.HTMLParser(encoding="utf-8")).getroot()
    return [_html_table(table) for table in root.iter("table")]


def _html_table(table: Element) -> Table:
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    taken: set[tuple[int, int]] = set()
    cells = []
    for r, row in enumerate(rows):
        c = 0
        for cell in row.iterchildren("td", "th"):
            while (r, c) in taken:
                c += 1
            height, width = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(r + y, c + x) for y in range(height) for x in range(width)}
            cells.append(Cell(r, c, height, width, "".join(str(text) for text in cell.itertext())))
            c += width
    return Table(tuple(cells))


def squeezed(text: str) -> str:
    """Give a text without white space and what nobody sees."""
    return "".join(text.translate(_UNSEEN).split())


def same_text(ours: str, theirs: str) -> bool:
    """Whether two texts are the same but for list numbers at the beginning of our lines."""
    rest = squeezed(theirs)
    for line in map(squeezed, ours.split("\n")):
        label = LABEL.match(line)
        text = line if rest.startswith(line) or label is None else line[label.end() :]
        if not rest.startswith(text):
            return False
        rest = rest[len(text) :]
    return not rest


def differences(ours: Sequence[Table], theirs: Sequence[Table]) -> Iterator[str]:
    """Name what differs between two readings of a file: tables, rows, columns, spans, texts."""
    if len(ours) != len(theirs):
        yield f"{len(ours)} and {len(theirs)} tables"
    for number, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1):
        if (a.n_rows, a.n_columns) != (b.n_rows, b.n_columns):
            yield f"table {number}: {a.n_rows} × {a.n_columns} and {b.n_rows} × {b.n_columns}"
            continue
        places = [{(c.row, c.column): c for c in table.cells} for table in (a, b)]
        for place in sorted(places[0].keys() | places[1].keys()):
            one, other = (found.get(place) for found in places)
            if one is None or other is None or (one.row_span, one.column_span) != (other.row_span, other.column_span):
                yield f"table {number}, row {place[0]}, column {place[1]}: other spans"
            elif not same_text(one.text, other.text):
                yield f"table {number}, row {place[0]}, column {place[1]}: {_apart(one.text, other.text)}"


def _apart(ours: str, theirs: str) -> str:
    a, b = squeezed(ours), squeezed(theirs)
    at = next((i for i, (x, y) in enumerate(zip_longest(a, b)) if x != y), 0)
    start = max(0, at - 10)
    return f"`{a[start : at + 15]}` and `{b[start : at + 15]}`"


# Lines of the report


def feature_lines(folder: Path) -> Iterator[str]:
    """Tell how many of the hard features are read."""
    file = folder / "word-features.docx"
    if not file.is_file():
        yield "`word-features.docx` was not there."
        return
    truth = json.loads(file.with_suffix(".truth.json").read_text(encoding="utf-8"))
    wrong = wrong_features(zvity(file).tables[0], truth)
    yield f"`word-features.docx`: {len(truth) - len(wrong)} of {len(truth)} features"
    yield f"wrong: {', '.join(wrong)}." if wrong else "are read."


def wrong_features(table: Table, truth: Sequence[tuple[str, Sequence[str | None] | None]]) -> list[str]:
    """Name the features that are not read: rows of which a cell differs, and rows that should not be there."""
    rows = [{cell.column: squeezed(cell.text) for cell in table.cells if cell.row == r} for r in range(table.n_rows)]
    wrong, at = [], 0
    for name, texts in truth:
        if texts is None:
            wrong += [name] if table.n_rows != sum(row is not None for _, row in truth) else []
            continue
        wanted = {column: squeezed(text) for column, text in enumerate(texts) if text is not None}
        wrong += [name] if at >= len(rows) or rows[at] != wanted else []
        at += 1
    return wrong


def cost_lines(korosten: Path, scratch: Path) -> Iterator[str]:
    """Give the cost of reading a Word file, and how it grows with the rows."""
    from bench.speed import growth_lines, speed_lines, speeds

    file = korosten / "long.docx"
    yield "CPU seconds on one core after imports, as for PDFs; 419 rows."
    yield ""
    yield from speed_lines(speeds([file], [(program, RUNS) for program in WORD_PROGRAMS]), [file.name])
    documents = [(rows, longer(file, scratch / f"{rows}-rows.docx", rows)) for rows in ROWS]
    sizes = {rows: part_size(document) for rows, document in documents}
    yield "Growth, each document once in a new process:"
    yield ""
    yield from growth_lines(WORD_PROGRAMS[0], documents, "row", dict.fromkeys(ROWS, 1))
    yield "`document.xml` unpacked: " + ", ".join(f"{size / 1e6:.1f} MB ({rows} rows)" for rows, size in sizes.items())


def part_size(document: Path) -> int:
    """Give the bytes of `document.xml`, unpacked."""
    with zipfile.ZipFile(document) as archive:
        return archive.getinfo("word/document.xml").file_size


def longer(source: Path, target: Path, rows: int) -> Path:
    """Write a DOCX whose first table has so many rows, those of the source again and again; give its path."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "word/document.xml":
                root: Any = etree.fromstring(content)
                table, *others = root.iter(W + "tbl")
                for other in others:
                    other.getparent().remove(other)
                own = table.findall(W + "tr")
                for row in own:
                    table.remove(row)
                table.extend(deepcopy(own[n % len(own)]) for n in range(rows))
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            out.writestr(name, content)
    return target


def agreement_lines(files: Sequence[Path], scratch: Path) -> Iterator[str]:
    """Compare what we read with LibreOffice's HTML of the same files."""
    written = converted(files, "html", scratch)
    if not written:
        yield "LibreOffice was not there: no second reading of Word files."
        return
    yield "Against LibreOffice's HTML of the same file (list numbers aside, which HTML has not as text):"
    yield ""
    yield "| file | tables | cells | that differ |"
    yield "|---|---|---|---|"
    named = []
    for file in files:
        ours = zvity(file).tables
        found = list(differences(ours, html_tables(written[file]))) if file in written else ["no HTML"]
        yield f"| {file.stem} | {len(ours)} | {sum(len(table.cells) for table in ours)} | {len(found)} |"
        named += [f"- {file.stem}: {one}" for one in found[:5]]
    yield ""
    yield from named


def round_trip_lines(files: Sequence[Path], scratch: Path) -> Iterator[str]:
    """Compare what we read in Word files with what we read in the PDFs that LibreOffice prints of them."""
    trips = round_trips(files, scratch)
    if not trips:
        return
    whole = total(trip.adjacency for trip in trips)
    yield "Word reader against PDF reader, each file printed by LibreOffice (adjacency relations):"
    yield ""
    yield "| file | F1 | precision | recall | tables in PDF/Word | exact cells |"
    yield "|---|---|---|---|---|---|"
    for trip in trips:
        a = trip.adjacency
        yield (
            f"| {trip.name} | {share(a.f1)} | {share(a.precision)} | {share(a.recall)} "
            f"| {trip.tables[1]}/{trip.tables[0]} | {share(trip.exact)} |"
        )
    yield f"| **all** | **{share(whole.f1)}** | {share(whole.precision)} | {share(whole.recall)} | | |"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A Word file and its PDF: their adjacency relations, tables in each, and the share of cells that are the same."""

    name: str
    adjacency: Any
    tables: tuple[int, int]
    exact: float


def round_trips(files: Sequence[Path], scratch: Path) -> list[RoundTrip]:
    """Print files to PDF and read both."""
    trips = []
    for file, printed in converted(files, "pdf", scratch).items():
        word = [Table(table.cells) for table in zvity(file).tables]
        pdf = [Table(table.cells) for table in zvity(printed).tables]
        exact = exact_cells(word, pdf, match(word, pdf)).recall
        trips.append(RoundTrip(file.stem, adjacency(word, pdf), (len(word), len(pdf)), exact))
    return trips
