"""Report tables with truth, made from a seed and printed to PDF by other programs: documents the code was not tuned on.

Guarantee: the truth is what was written into the document, never what was read from it. The same seed gives the same
documents; which program prints them, and so the PDF, depends on the machine: LibreOffice (from DOCX and HTML) and
Chromium (from HTML), those that are there.

`python -m bench.made FOLDER --seed 1 --count 20` writes them with their truth; `python -m bench.tables --set FOLDER`
measures.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from bench.truth import Cell

WORDS = tuple(
    "забезпечення розвитку громади поточний ремонт дороги вулиці освітлення придбання обладнання закладів освіти "
    "культури спорту медичної допомоги населення утримання об’єктів благоустрою виконання заходів програми соціального "
    "захисту проведення конкурсу підтримка сімей ветеранів навчання працівників капітальний будівництво водопроводу "
    "каналізації енергозбереження модернізація котельні озеленення території парку екологічної безпеки".split()
)
HEADS = (
    "Назва заходу",
    "Виконавці",
    "Термін виконання",
    "План, тис. грн",
    "Факт, тис. грн",
    "Відсоток виконання",
    "Відхилення",
    "Примітка",
    "Загальний фонд",
    "Спеціальний фонд",
    "Джерела фінансування",
    "Код бюджетної класифікації",
    "Очікуваний результат",
    "Одиниця виміру",
)
GROUPS = ("Обсяг фінансування, тис. грн", "Передбачено на рік", "Профінансовано", "Касові видатки", "Показники")
LEAST_TEXTS = 3
SHORT = 14
"""Characters up to which a text is centred as figures are."""


@dataclass(slots=True)
class Made:
    """A made table: its cells, how many rows are its header, and the relative widths of its columns."""

    n_columns: int
    widths: list[float]
    cells: list[Cell] = field(default_factory=list)
    n_rows: int = 0
    header_rows: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How a document looks. `border` is a CSS border; `sides` tells whether tables have lines left and right."""

    landscape: bool
    repeat: bool
    border: str
    size: float
    font: str
    sides: bool
    turned: bool
    shaded: bool
    whole_rows: bool
    middle: bool
    """Whether text stands in the middle of its cell's height."""
    centred: bool
    """Whether figures stand in the middle of their cell's width."""


def table(chance: random.Random, *, merged: bool) -> Made:
    """Make a table: a header of one to three rows with merged headings, sections, items, totals.

    Items of several rows only where `merged`: where a page ends in one, Chromium prints its text over the next.
    """
    n = chance.randint(4, 11)
    texts = [1, *sorted(chance.sample(range(2, n), k=chance.randint(0, 1) if n > LEAST_TEXTS else 0))]
    made = Made(
        n, [1.0 if c == 0 else chance.uniform(3, 5) if c in texts else chance.uniform(1.4, 2) for c in range(n)]
    )
    _header(made, texts, chance)
    if chance.random() < 0.5:
        made.cells += [Cell(made.n_rows, c, 1, 1, str(c + 1)) for c in range(n)]
        made.n_rows += 1
        made.header_rows += 1
    sections = chance.choice((0, 0, 2, 3))
    small = chance.random() < 0.3  # names without capitals
    for section in range(max(sections, 1)):
        if sections:
            made.cells.append(Cell(made.n_rows, 0, 1, n, f"Розділ {section + 1}. {_words(chance, 3, 6)}"))
            made.n_rows += 1
        for item in range(chance.randint(6, 24)):
            _item(
                made,
                f"{section + 1}.{item + 1}." if sections else f"{item + 1}",
                texts,
                chance,
                merged=merged,
                small=small,
            )
            if chance.random() < 0.08:
                _parts(made, texts, chance)
        wide = texts[0] + 1
        made.cells.append(Cell(made.n_rows, 0, 1, wide, "Усього за розділом" if sections else "Усього"))
        made.cells += [Cell(made.n_rows, c, 1, 1, _value(chance)) for c in range(wide, n)]
        made.n_rows += 1
    return made


def _header(made: Made, texts: Sequence[int], chance: random.Random) -> None:
    n, names = made.n_columns, chance.sample(HEADS, k=len(HEADS))
    groups, column = [], 0
    while column < n:
        free = column > texts[-1] and n - column > 1 and chance.random() < 0.7
        width = min(chance.randint(2, 3), n - column) if free else 1
        groups.append((column, width))
        column += width
    levels = chance.choice((1, 2, 2, 3)) if any(width > 1 for _, width in groups) else 1
    if levels == 1:
        groups = [(c, 1) for c in range(n)]
    deep = {c for first, width in groups if width > 1 for c in range(first, first + width) if chance.random() < 0.5}
    if levels > 2 and not deep:
        levels = 2
    for first, width in groups:
        if width == 1:
            made.cells.append(Cell(0, first, levels, 1, "№ з/п" if first == 0 else names[first]))
            continue
        made.cells.append(Cell(0, first, 1, width, chance.choice(GROUPS)))
        for c in range(first, first + width):
            if levels > 2 and c in deep:
                made.cells += [Cell(1, c, 1, 1, names[c]), Cell(2, c, 1, 1, str(2020 + c))]
            else:
                made.cells.append(Cell(1, c, levels - 1, 1, f"{2020 + c} рік" if chance.random() < 0.5 else names[c]))
    made.n_rows = made.header_rows = levels


def _parts(made: Made, texts: Sequence[int], chance: random.Random) -> None:
    """Add rows that break an item down."""
    for text in chance.sample(
        ("у тому числі: державний бюджет", "обласний бюджет", "інші джерела", "з них: капітальні"), k=2
    ):
        for c in range(made.n_columns):
            value = "" if c == 0 or (c in texts and c != texts[0]) else text if c == texts[0] else _value(chance)
            made.cells.append(Cell(made.n_rows, c, 1, 1, value))
        made.n_rows += 1


def _item(made: Made, number: str, texts: Sequence[int], chance: random.Random, *, merged: bool, small: bool) -> None:
    tall = chance.choice((1, 1, 1, 1, 2, 3)) if merged and made.n_columns > 5 else 1
    for c in range(made.n_columns):
        if c == 0:
            made.cells.append(Cell(made.n_rows, c, tall, 1, number))
        elif c in texts:
            name = _words(chance, 2, 22)
            made.cells.append(Cell(made.n_rows, c, tall, 1, name.lower() if small else name))
        else:
            made.cells += [Cell(made.n_rows + r, c, 1, 1, _value(chance)) for r in range(tall)]
    made.n_rows += tall


def _words(chance: random.Random, least: int, most: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(least, most))).capitalize()


def _value(chance: random.Random) -> str:
    number = chance.uniform(0, 10 ** chance.randint(1, 6))
    kind = chance.random()
    if kind < 0.12:
        return chance.choice(("-", "–", "---", "х", ""))
    if kind < 0.6:
        return f"{number:,.{chance.randint(0, 3)}f}".replace(",", "\u00a0").replace(".", ",")
    return f"{number:.{chance.randint(0, 2)}f}".replace(".", ",")


def style(chance: random.Random) -> Style:
    """Choose how a document looks."""
    return Style(
        landscape=chance.random() < 0.5,
        repeat=chance.random() < 0.6,
        border=chance.choice(
            ("0.25pt solid #000", "0.5pt solid #000", "1pt solid #444", "1.5pt double #000", "0.75pt dashed #000")
        ),
        size=chance.choice((8.0, 9.0, 10.0, 11.0)),
        font=chance.choice(("Liberation Serif", "Liberation Sans", "DejaVu Sans", "DejaVu Serif")),
        sides=chance.random() < 0.8,
        turned=chance.random() < 0.3,
        shaded=chance.random() < 0.3,
        whole_rows=chance.random() < 0.3,
        middle=chance.random() < 0.4,
        centred=chance.random() < 0.5,
    )


def truth(tables: Sequence[Made]) -> dict[str, Any]:
    """Give the truth in the form of the corpus."""
    return {
        "tables": [
            {
                "pages": [],
                "n_rows": made.n_rows,
                "n_columns": made.n_columns,
                "header_rows": made.header_rows,
                "cells": [
                    {
                        "row": c.row,
                        "column": c.column,
                        "row_span": c.row_span,
                        "column_span": c.column_span,
                        "text": c.text,
                    }
                    for c in sorted(made.cells, key=lambda c: (c.row, c.column))
                ],
            }
            for made in tables
        ]
    }


# Documents


def as_html(tables: Sequence[Made], look: Style, chance: random.Random) -> str:
    """Write the tables as HTML, with paragraphs around them."""
    border = f"border:{look.border}"
    sides = "" if look.sides else "td:first-child,th:first-child{border-left:none}td.last,th.last{border-right:none}"
    height = "middle" if look.middle else "top"
    rules = (
        f"@page{{size:A4 {'landscape' if look.landscape else 'portrait'};margin:15mm}}"
        f"body{{font:{look.size}pt '{look.font}'}}"
        f"table{{border-collapse:collapse;width:100%;table-layout:fixed}}"
        f"td,th{{{border};padding:1.5pt 4pt;vertical-align:{height};font-weight:normal;overflow-wrap:break-word}}"
        f"tr{{break-inside:{'avoid' if look.whole_rows else 'auto'}}}"
        f"thead{{display:{'table-header-group' if look.repeat else 'table-row-group'}}}{sides}"
        + ("tbody tr:nth-child(even) td{background:#eee}" if look.shaded else "")
        + (".turned{writing-mode:vertical-rl;transform:rotate(180deg);height:90pt}" if look.turned else "")
    )
    body = []
    for made in tables:
        body.append(f"<p>{_words(chance, 12, 40)}.</p><table><colgroup>")
        total = sum(made.widths)
        body += [f"<col style='width:{100 * w / total:.2f}%'>" for w in made.widths]
        body.append("</colgroup><thead>")
        for row in range(made.n_rows):
            if row == made.header_rows:
                body.append("</thead><tbody>")
            body.append("<tr>")
            for cell in sorted((c for c in made.cells if c.row == row), key=lambda c: c.column):
                last = " class='last'" if cell.column + cell.column_span == made.n_columns else ""
                text = escape(cell.text)
                if (
                    look.turned
                    and row < made.header_rows
                    and cell.column > 1
                    and cell.column_span == 1
                    and len(text) > 8
                ):
                    text = f"<div class='turned'>{text}</div>"
                if look.centred and row >= made.header_rows and len(cell.text) < SHORT:
                    text = f"<div style='text-align:center'>{text}</div>"
                spans = f" rowspan='{cell.row_span}' colspan='{cell.column_span}'"
                body.append(f"<td{spans}{last}>{text}</td>")
            body.append("</tr>")
        body.append("</tbody></table>")
    body.append(f"<p>{_words(chance, 5, 20)}.</p>")
    return f"<!doctype html><html><meta charset='utf-8'><style>{rules}</style><body>{''.join(body)}</body></html>"


def as_docx(tables: Sequence[Made], look: Style, chance: random.Random, target: Path) -> None:
    """Write the tables as a Word file, with paragraphs around them."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    document = docx.Document()
    section = document.sections[0]
    if look.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    room = int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = look.font, Pt(look.size)
    normal.paragraph_format.space_after = Pt(0)
    for made in tables:
        document.add_paragraph(_words(chance, 12, 40) + ".")
        grid = document.add_table(made.n_rows, made.n_columns, style="Table Grid")
        grid.autofit = False
        total = sum(made.widths)
        for column, width in zip(grid.columns, made.widths, strict=True):
            column.width = int(room * width / total)
        places = [list(row.cells) for row in grid.rows]
        for cell in made.cells:
            place = places[cell.row][cell.column]
            end = places[cell.row + cell.row_span - 1][cell.column + cell.column_span - 1]
            if place is not end:
                place = place.merge(end)
            place.text = cell.text
            if look.middle:
                place.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            if look.centred and cell.row >= made.header_rows and len(cell.text) < SHORT:
                place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        for index, row in enumerate(grid.rows):
            properties = row._tr.get_or_add_trPr()
            if index < made.header_rows and look.repeat:
                properties.append(OxmlElement("w:tblHeader"))
            if look.whole_rows:
                properties.append(OxmlElement("w:cantSplit"))
    document.add_paragraph(_words(chance, 5, 20) + ".")
    document.save(str(target))


def _soffice(source: Path, folder: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        raise FileNotFoundError("soffice")
    kind = "pdf:writer_web_pdf_Export" if source.suffix == ".html" else "pdf"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def _chromium(source: Path, folder: Path) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise FileNotFoundError("chromium")
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --no-pdf-header-footer"
    target = folder / f"{source.stem}.pdf"
    command = [program, *flags.split(), f"--user-data-dir={folder}/chromium", f"--print-to-pdf={target}", str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(folder)})


WAYS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "word": (".docx", _soffice),
    "chromium": (".html", _chromium),
}
"""How documents are printed: by name, the form they are written in and the program."""


def make(folder: Path, seed: int, count: int, ways: Sequence[str]) -> int:
    """Write `count` documents of each way with their truth; return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    done = 0
    with tempfile.TemporaryDirectory() as scratch:
        for way in ways:
            suffix, program = WAYS[way]
            for number in range(count):
                chance = random.Random(f"{seed}-{way}-{number}")
                name = f"{way}-{seed}-{number:03}"
                look = style(chance)
                tables = [table(chance, merged=suffix == ".docx") for _ in range(chance.choice((1, 1, 2)))]
                source = Path(scratch) / f"{name}{suffix}"
                if suffix == ".docx":
                    as_docx(tables, look, chance, source)
                else:
                    source.write_text(as_html(tables, look, chance), encoding="utf-8")
                try:
                    program(source, Path(scratch))
                except FileNotFoundError as missing:
                    print(f"{way}: left out, no {missing}", file=sys.stderr)
                    break
                shutil.copy(Path(scratch) / f"{name}.pdf", folder / f"{name}.pdf")
                text = json.dumps(truth(tables), ensure_ascii=False, indent=1)
                (folder / f"{name}.truth.json").write_text(text, encoding="utf-8")
                done += 1
    return done


def main() -> int:
    """Write the documents; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.made", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10, help="documents of each way")
    parser.add_argument("--way", action="append", choices=list(WAYS), help="default: all")
    arguments = parser.parse_args()
    done = make(arguments.folder, arguments.seed, arguments.count, arguments.way or list(WAYS))
    print(f"{done} documents in {arguments.folder}")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
