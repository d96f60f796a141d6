"""`python -m bench.archive FOLDER --count 10000`: a large archive of municipal reports, to measure a whole run on.

Guarantee: the same seed gives the same files, byte for byte, and a larger count only adds to them. What each file is to
become is known from how it was made, never from how it was read. All sums, percentages and differences hold.

About half of the files are Word files and half PDFs with a text layer; one in a hundred is damaged, hostile or no
report, one is a copy of another under a name of its own. `FOLDER.json`, beside the folder, tells what to expect.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bench.archive_tables import Grid, Paper, paper
from tests import hostile
from tests.builders import CATALOG, NAMESPACES, RELATIONS, pdf_of, stream
from tests.samples import PDF, locked_word

HROMADAS = Path(__file__).parent.parent / "pipeline" / "hromadas.csv"
COMMUNITIES = 240
YEARS = range(2017, 2025)

EVERY = 100
"""One file of so many is hostile, and one is a copy."""

LONG = 115
"""Signs of the longest names: at two bytes each they are almost what file systems take."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run is to make of a file: its state, the reason word if it fails, how many values its tables state."""

    name: str
    state: str
    reason: str | None = None
    numbers: int = 0


# Word

_LOOK = '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/><w:sz w:val="20"/></w:rPr>'
_MARK = 'w:rsidR="00A77B3E"'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)


def word(of: Paper) -> bytes:
    """Print a report as a Word file."""
    body = [_paragraph(text) for text in of.head]
    for grid in of.grids:
        body += [_paragraph(grid.title), _word_table(grid), _paragraph("")]
    page = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>'
    return _package("".join((*body, _paragraph(of.foot), page)))


def _package(body: str) -> bytes:
    """Give a Word file with this body; a `ZipInfo` bears no date but that of 1980."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/document.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"),
        ):
            archive.writestr(ZipInfo(name), text, ZIP_DEFLATED, 1)
    return out.getvalue()


def _paragraph(text: str, align: str = "center") -> str:
    run = f'<w:r>{_LOOK}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f'<w:p {_MARK}><w:pPr><w:spacing w:after="0"/><w:jc w:val="{align}"/>{_LOOK}</w:pPr>{run}</w:p>'


def _word_table(grid: Grid) -> str:
    unit = 14000 / sum(grid.widths)
    widths = [round(width * unit) for width in grid.widths]
    parts = ['<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>']
    parts += [f'<w:gridCol w:w="{width}"/>' for width in widths]
    parts.append("</w:tblGrid>")
    for r in range(len(grid.rows)):
        parts.append(f"<w:tr {_MARK}>")
        for c, end, text, tall in grid.cells(r):
            span = f'<w:gridSpan w:val="{end - c}"/>' if end - c > 1 else ""
            merge = "" if not tall else "<w:vMerge/>" if text == "^" else '<w:vMerge w:val="restart"/>'
            width = f'<w:tcW w:w="{sum(widths[c:end])}" w:type="dxa"/>'
            content = _paragraph("" if text == "^" else text, "left" if c == 1 else "center")
            parts.append(f"<w:tc><w:tcPr>{width}{span}{merge}</w:tcPr>{content}</w:tc>")
        parts.append("</w:tr>")
    parts.append("</w:tbl>")
    return "".join(parts)


# PDF

_SIZE, _LEADING, _PAD, _MARGIN = 8.0, 9.6, 2.5, 36.0
"""Points: the type of tables, its lines, what is free between text and cell, what is free around a page."""


@dataclass(frozen=True, slots=True)
class _Font:
    """The objects of an embedded font, numbered from 3; signs' codes in hexadecimal and widths in thousandths."""

    objects: tuple[bytes, ...]
    codes: dict[int, str]
    widths: dict[str, int]


@cache
def _font() -> _Font:
    """Take the font of the sample report, which holds the signs that the words here are spelled with."""
    whole = {int(m[1]): m[2] for m in re.finditer(rb"(\d+) 0 obj\s(.*?)\sendobj", PDF.read_bytes(), re.DOTALL)}
    first = max((n for n, content in whole.items() if b"/Subtype/TrueType" in content), key=lambda n: len(whole[n]))
    numbers, objects = [first], []

    def renumbered(reference: re.Match[bytes]) -> bytes:
        if int(reference[1]) not in numbers:
            numbers.append(int(reference[1]))
        return b"%d 0 R" % (3 + numbers.index(int(reference[1])))

    for number in numbers:
        head, mark, rest = whole[number].partition(b"stream")
        objects.append(re.sub(rb"(\d+) 0 R", renumbered, head) + mark + rest)
    widths = [int(w) for w in re.findall(rb"\d+", whole[first].partition(b"/Widths[")[2].partition(b"]")[0])]
    named = int(re.findall(rb"/ToUnicode (\d+)", whole[first])[0])
    to_unicode = zlib.decompressobj().decompress(whole[named].partition(b"stream")[2].lstrip())
    codes = {chr(int(m[2], 16)): m[1].decode() for m in re.finditer(rb"<(..)> <(....)>", to_unicode)}
    codes["\u00a0"] = codes[" "]
    return _Font(
        tuple(objects),
        {ord(sign): code for sign, code in codes.items()},
        {sign: widths[int(code, 16)] for sign, code in codes.items()},
    )


@lru_cache(maxsize=1 << 14)
def _width(text: str) -> float:
    """Give the width of a text at a size of one."""
    return sum(map(_font().widths.__getitem__, text)) / 1000


@lru_cache(maxsize=1 << 14)
def _wrapped(text: str, room: float) -> tuple[str, ...]:
    """Part a text into lines no wider than `room`, at a size of one."""
    if _width(text) <= room:
        return (text,)
    lines = [""]
    for piece in text.split(" "):
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if lines[-1] and _width(longer) > room:
            lines.append(piece)
        else:
            lines[-1] = longer
    return tuple(lines)


class _Pages:
    """Content streams in the making, page after page from the top; `y` is where the next thing goes."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.parts: list[list[str]] = []
        self.turn()

    def turn(self) -> None:
        """Begin a page; from the second on its number stands on top."""
        self.parts.append([])
        self.y = self.height - _MARGIN
        if len(self.parts) > 1:
            self.show(self.width / 2, self.y - _SIZE, str(len(self.parts)), _SIZE)
            self.y -= 20

    def show(self, x: float, y: float, text: str, size: float) -> None:
        """Print a text."""
        codes = text.translate(_font().codes)
        self.parts[-1].append(f"BT /F1 {size:g} Tf {x:.2f} {y:.2f} Td <{codes}> Tj ET\n")

    def rule(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a line as Word does, as a thin bar."""
        self.parts[-1].append(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f\n")

    def paragraph(self, text: str) -> None:
        """Print a paragraph in the middle of the page."""
        lines = _wrapped(text, (self.width - 2 * _MARGIN) / 11)
        if self.y - 14 * len(lines) < _MARGIN:
            self.turn()
        for line in lines:
            self.y -= 14
            self.show((self.width - 11 * _width(line)) / 2, self.y, line, 11)
        self.y -= 6

    def table(self, grid: Grid) -> None:
        """Print a table; its header stands on its first page only."""
        unit = (self.width - 2 * _MARGIN) / sum(grid.widths)
        edges = [_MARGIN + unit * sum(grid.widths[:c]) for c in range(len(grid.widths) + 1)]
        cells = [list(grid.cells(r)) for r in range(len(grid.rows))]
        texts = {
            (r, c): _wrapped(text, (edges[end] - edges[c] - 2 * _PAD) / _SIZE) if text not in ("", "^") else ()
            for r, row in enumerate(cells)
            for c, end, text, _ in row
        }
        lines = [max((len(texts[r, c]) for c, _, _, tall in row if not tall), default=1) for r, row in enumerate(cells)]
        heights = [2 * _PAD + _LEADING * n for n in lines]
        deepest = max(len(texts[0, c]) for c, *_ in cells[0])
        heights[grid.header - 1] += max(0, 2 * _PAD + _LEADING * deepest - sum(heights[: grid.header]))
        for r, (row, height) in enumerate(zip(cells, heights, strict=True)):
            if self.y - (height if r else sum(heights[: grid.header + 1])) < _MARGIN:
                if r:
                    self.rule(_MARGIN, self.y, edges[-1] - _MARGIN, 0.5)
                self.turn()
            for c, end, text, tall in row:
                if text != "^":
                    full = sum(heights[: grid.header]) if tall else height
                    self.cell(edges[c], edges[end], full, texts[r, c], left=c == 1)
            self.y -= height
            self.rule(edges[-1], self.y, 0.5, height)
        self.rule(_MARGIN, self.y, edges[-1] - _MARGIN, 0.5)
        self.y -= 12

    def cell(self, x0: float, x1: float, height: float, lines: Sequence[str], *, left: bool) -> None:
        """Draw a cell's upper and left line and print its text."""
        self.rule(x0, self.y, x1 - x0, 0.5)
        self.rule(x0, self.y - height, 0.5, height)
        y = self.y - _PAD - _SIZE
        for line in lines:
            self.show(x0 + _PAD if left else (x0 + x1 - _SIZE * _width(line)) / 2, y, line, _SIZE)
            y -= _LEADING


def pdf(of: Paper) -> bytes:
    """Print a report as a PDF with a text layer."""
    pages = _Pages(*((842, 595) if any(len(grid.widths) > 7 for grid in of.grids) else (595, 842)))
    for text in of.head:
        pages.paragraph(text)
    for grid in of.grids:
        pages.paragraph(grid.title)
        pages.table(grid)
    pages.paragraph(of.foot)
    font = _font().objects
    kids = " ".join(f"{3 + len(font) + 2 * i} 0 R" for i in range(len(pages.parts)))
    objects = [CATALOG, f"<< /Type /Pages /Kids [{kids}] /Count {len(pages.parts)} >>".encode(), *font]
    for parts in pages.parts:
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {pages.width} {pages.height}] "
            f"/Contents {len(objects) + 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(stream(zlib.compress("".join(parts).encode(), 1), hostile.FLATE))
    return pdf_of(objects)


# What is no report

Maker = Callable[[Paper, int], bytes]


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _letter(number: int) -> Paper:
    return Paper((f"Повідомлення № {number}", "Сесія ради відбудеться у залі засідань."), (), "Секретар ради")


HOSTILE: dict[str, tuple[str, Maker, str, str]] = {
    "cut off Word file": (".docx", lambda of, _: _cut(word(of)), "quarantined", "damaged"),
    "cut off PDF": (".pdf", lambda of, _: _cut(pdf(of)), "quarantined", "damaged"),
    "nothing": (".docx", lambda _, __: b"", "refused", "empty"),
    "a web page": (".pdf", lambda _, n: b"<!DOCTYPE html><html><p>404: %d</p></html>" % n, "refused", "unsupported"),
    "locked PDF": (".pdf", lambda _, n: hostile.encrypted(b"%d" % n), "refused", "encrypted"),
    "locked Word file": (".docx", lambda _, n: locked_word() + b"%d" % n, "refused", "encrypted"),
    "white space that unpacks": (".docx", lambda _, n: _package(f"{n:>9000000}"), "refused", "limit:xml_ratio"),
    "a stream that unpacks": (
        ".pdf",
        lambda _, n: hostile.stream_bomb(70) + b"%%%d" % n,
        "refused",
        "limit:stream_bytes",
    ),
    "a page tree of itself": (".pdf", lambda _, n: hostile.own_page_tree() + b"%%%d" % n, "quarantined", "damaged"),
    "a million pages said": (".pdf", lambda _, n: hostile.page_count(1_000_000 + n), "refused", "limit:pages"),
    "a letter": (".docx", lambda _, n: word(_letter(n)), "refused", "no_tables"),
    "a letter as PDF": (".pdf", lambda _, n: pdf(_letter(n)), "refused", "no_tables"),
    "a program": (".docx", lambda _, n: b"MZ\x90\0" + bytes(1000) + b"%d" % n, "refused", "unsupported"),
    "XML that ends early": (".docx", lambda _, n: _package(f"<w:p><w:r><w:t>{n}"), "quarantined", "damaged"),
    "a picture's head": (".png", lambda _, n: b"\x89PNG\r\n\x1a\n" + bytes(20) + b"%d" % n, "quarantined", "damaged"),
}
"""By what it is: suffix, how it is made of a report and a number, the state it ends in, and the reason word."""


# The archive


def make(folder: Path, count: int, seed: int) -> list[Expected]:
    """Write so many files below the folder and give what each is to become, by name.

    Of files with the same bytes a run reads the first one by name, and the others are duplicates.
    """
    with HROMADAS.open(encoding="utf-8") as file:
        known = sorted({(row["name"], row["kind"]) for row in csv.DictReader(file)})
    communities = Random(seed).sample([c for c in known if set(c[0]) <= _font().widths.keys()], COMMUNITIES)
    written: dict[str, Expected] = {}
    same: dict[bytes, list[str]] = defaultdict(list)
    for index in range(count):
        chance = Random(f"{seed} {index}")
        community, year, number = chance.choice(communities), chance.choice(YEARS), str(index + 1)
        report = paper(chance, community, year, number)
        if index % EVERY == EVERY - 1:
            source = chance.choice([name for name, one in written.items() if one.state == "published"])
            stem, suffix = f"Копія {number}", Path(source).suffix
            data, ending = (folder / source).read_bytes(), written[source]
        elif index % EVERY == EVERY // 2:
            suffix, maker, state, reason = list(HOSTILE.values())[index // EVERY % len(HOSTILE)]
            stem, data, ending = f"{number} документ", maker(report, index), Expected("", state, reason)
        else:
            suffix, printer = chance.choice(((".docx", word), (".pdf", pdf)))
            stem, data = _stem(chance, report, number), printer(report)
            ending = Expected("", "published", None, sum(grid.numbers for grid in report.grids))
        name = f"{' '.join(community)} громада/{year}/{stem}{suffix}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        written[name] = Expected(name, ending.state, ending.reason, ending.numbers)
        same[sha256(data).digest()].append(name)
    for names in same.values():
        for name in sorted(names)[1:]:
            written[name] = Expected(name, "duplicate", "duplicate")
    return [written[name] for name in sorted(written)]


def _stem(chance: Random, report: Paper, number: str) -> str:
    names = (f"Звіт № {number}", f"zvit_{number}", f"Додаток 1 до рішення {number}", f"{number}")
    if chance.random() < 0.02:
        return f"Додаток до рішення № {number}. {report.grids[0].title} {report.foot}"[:LONG].rstrip(" .")
    return chance.choice(names)


def main() -> int:
    """Write an archive, and beside it what to expect of each file."""
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; it must be empty or not there")
    parser.add_argument("--count", type=int, default=10_000, help="how many files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what the files are made from (default: %(default)s)")
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        parser.error(f"{asked.folder} is there and not empty; name a new folder")
    started = time.perf_counter()
    expected = make(folder, asked.count, asked.seed)
    seconds = time.perf_counter() - started
    manifest = folder.with_name(f"{folder.name}.json")
    manifest.write_text(json.dumps([asdict(one) for one in expected], ensure_ascii=False, indent=1), encoding="utf-8")
    states = ", ".join(f"{n} {state}" for state, n in sorted(Counter(one.state for one in expected).items()))
    print(f"{asked.count} files in {seconds:.1f} s; to become: {states}. What each becomes: {manifest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
