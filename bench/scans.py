"""Scans made of PDFs in named ways, with the truth carried along: `python -m bench.scans FOLDER` measures on them.

Guarantee: the same PDF, way and seed give the same pictures. What thresholds were fitted on are other documents and
other seeds than those that are measured.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from bench.metrics import pair_rows
from bench.peers.environments import SCAN_PROGRAMS, Program, run
from bench.truth import Cell
from extractors.document import Cell as Found
from extractors.tessdata import require_tessdata

SURE = 0.95
"""Confidence from which on a number must be right in 995 of 1 000 cases."""

CELL = ("row", "column", "row_span", "column_span", "text")
PEER_SECONDS = 600.0

Picture = NDArray[np.uint8]
"""Colour: rows by columns by 3, red first."""

Generator = np.random.Generator


@dataclass(frozen=True, slots=True)
class Way:
    """A way to spoil a page: the resolution it is scanned at, and what happens to the picture."""

    dpi: int
    spoil: Callable[[Picture, Generator], Picture]
    quality: int = 85


def _noisy(picture: Picture, random: Generator, sigma: float = 8.0, ink: float = 28.0, paper: float = 246.0) -> Picture:
    """Give grey ink on grey paper, and noise."""
    grey = ink + picture.astype(np.float32) * ((paper - ink) / 255)
    grey += random.normal(0.0, sigma, picture.shape[:2])[..., None].astype(np.float32)
    return _bytes(grey)


def _bytes(values: NDArray[Any]) -> Picture:
    out: Picture = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return out


def _clean(picture: Picture, random: Generator) -> Picture:
    return _noisy(picture, random, sigma=2.0)


def _poor(picture: Picture, random: Generator) -> Picture:
    soft: Picture = cv2.GaussianBlur(picture, (0, 0), 0.6)  # type: ignore[assignment]
    return _noisy(soft, random, sigma=14.0)


def _fax(picture: Picture, random: Generator) -> Picture:
    """Black and white, with specks."""
    grey = _noisy(picture, random, sigma=12.0)[..., 0]
    black = np.where(grey > 140, 255, 0).astype(np.uint8)
    specks = random.random(black.shape) < 0.0006
    black[specks] = 255 - black[specks]
    return np.repeat(black[..., None], 3, axis=2)


def _turned(turns: int) -> Callable[[Picture, Generator], Picture]:
    def turn(picture: Picture, random: Generator) -> Picture:
        return np.ascontiguousarray(np.rot90(_noisy(picture, random, sigma=6.0), turns))

    return turn


def _skewed(degrees: float) -> Callable[[Picture, Generator], Picture]:
    def skew(picture: Picture, random: Generator) -> Picture:
        rows, columns = picture.shape[:2]
        turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), -degrees, 1.0)
        leaning = cv2.warpAffine(picture, turn, (columns, rows), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
        return _noisy(leaning, random)  # type: ignore[arg-type]

    return skew


def _stamped(picture: Picture, random: Generator) -> Picture:
    """A round blue stamp and a pen's signature over the page, where there is something to cover."""
    out = picture.copy()
    rows, columns = picture.shape[:2]
    for _ in range(2):
        x, y = int(columns * random.uniform(0.3, 0.8)), int(rows * random.uniform(0.2, 0.7))
        radius = columns // 12
        layer = np.full_like(picture, 255)
        for inner in (radius, int(radius * 0.93), int(radius * 0.6)):
            cv2.circle(layer, (x, y), inner, (60, 70, 190), max(2, columns // 700))
        cv2.putText(layer, "VIDDIL", (x - radius // 2, y), cv2.FONT_HERSHEY_SIMPLEX, columns / 2500, (60, 70, 190), 3)
        out = np.minimum(out, layer)
    points = np.cumsum(random.normal(0, columns / 60, (40, 2)), axis=0)
    points += np.array([columns * 0.6, rows * 0.5])
    layer = np.full_like(picture, 255)
    cv2.polylines(layer, [points.astype(np.int32)], False, (40, 50, 160), max(2, columns // 800), cv2.LINE_AA)
    return _noisy(np.minimum(out, layer), random, sigma=5.0)


def _faint(picture: Picture, random: Generator) -> Picture:
    """Pale print, and ruling lines that break."""
    rows, columns = picture.shape[:2]
    patches = cv2.resize(random.random((rows // 12, columns // 12)).astype(np.float32), (columns, rows))
    pale = picture.astype(np.float32)
    pale = np.where((patches > 0.86)[..., None], 255 - (255 - pale) * 0.45, pale)
    return _noisy(_bytes(pale), random, sigma=6.0, ink=125.0)


def _dark(picture: Picture, random: Generator) -> Picture:
    """A phone's photograph: dark, with light from a side, seen a little askew."""
    rows, columns = picture.shape[:2]
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    moved = corners + random.uniform(-0.012, 0.012, (4, 2)).astype(np.float32) * columns
    seen = cv2.warpPerspective(
        picture, cv2.getPerspectiveTransform(corners, moved), (columns, rows), borderValue=(90, 85, 80)
    )
    light = np.linspace(0.35, 0.8, columns)[None, :, None] * np.linspace(1.0, 0.8, rows)[:, None, None]
    return _noisy(_bytes(seen * light), random, sigma=4.0, ink=10.0, paper=250.0)


def _shown_through(picture: Picture, random: Generator) -> Picture:
    """The print of the sheet's other side, in a mirror and soft, shines through thin paper."""
    back: Picture = cv2.GaussianBlur(np.ascontiguousarray(picture[:, ::-1]), (0, 0), 2.5)  # type: ignore[assignment]
    shift = int(picture.shape[1] * 0.03)
    back = np.roll(back, (shift, shift), (0, 1))
    return _noisy(np.minimum(picture, _bytes(255 - (255 - back.astype(np.float32)) * 0.22)), random, sigma=5.0)


def _doubled(picture: Picture, random: Generator) -> Picture:
    """Everything stands there twice, a little apart and paler the second time, as from a slipped print."""
    slipped = np.roll(picture, (3, 4), (0, 1)).astype(np.float32)
    return _noisy(np.minimum(picture, _bytes(255 - (255 - slipped) * 0.35)), random, sigma=5.0)


WAYS: dict[str, Way] = {
    "clean 300": Way(300, _clean, 92),
    "noisy 200": Way(200, _poor, 70),
    "fax 200": Way(200, _fax),
    "turned 90": Way(300, _turned(1)),
    "turned 180": Way(300, _turned(2)),
    "turned 270": Way(300, _turned(3)),
    "skewed 3°": Way(300, _skewed(3.0)),
    "stamp": Way(300, _stamped),
    "faint": Way(300, _faint),
    "photo": Way(250, _dark, 75),
    "show-through": Way(300, _shown_through),
    "doubled": Way(300, _doubled),
}


def scan(pdf: Path, target: Path, way: Way, seed: int, pages: int | None = None) -> Path:
    """Write the scan of a PDF's first pages as a PDF of pictures; give its path."""
    random = np.random.default_rng(seed)
    document = pypdfium2.PdfDocument(pdf)
    leaves = []
    for index in range(min(len(document), pages or len(document))):
        page = document[index].render(scale=way.dpi / 72, rev_byteorder=True).to_numpy()[..., :3]
        leaves.append(Image.fromarray(way.spoil(np.ascontiguousarray(page), random)))
    document.close()
    leaves[0].save(target, "PDF", save_all=True, append_images=leaves[1:], resolution=way.dpi, quality=way.quality)
    return target


# Measures


def letter_errors(found: str, true: str) -> int:
    """Count the letters to change, add or leave out (Levenshtein's distance).

    White space is left aside, and the two signs for an apostrophe, which one print does not tell apart, are the same.
    """
    a, b = _letters(found), _letters(true)
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other)))
    return row[-1]


def _letters(text: str) -> str:
    return "".join(text.split()).replace("’", "'")


def counted(document: Path, truth: Sequence[dict[str, Any]]) -> Counter[str]:
    """Read a document and count its cells, numbers and letters against the truth."""
    from extractors.errors import InputError
    from pipeline.process import interpret

    started = time.process_time()
    try:
        tables = [understood.table for understood in interpret(document.read_bytes(), document.name).tables]
    except InputError:
        tables = []
    seconds = time.process_time() - started
    counts = compared([row for table in tables for row in _rows(table.cells)], truth)
    counts["milliseconds"] = round(1000 * seconds)
    return counts


def counted_peer(program: Program, document: Path, truth: Sequence[dict[str, Any]]) -> Counter[str]:
    """Let another program read a document, and count alike; its cells are of no confidence and never doubtful."""
    result = run(program, document, timeout=PEER_SECONDS)
    if result.failure is not None:
        print(f"{program.label} failed on {document.name}: {result.failure}", file=sys.stderr)
    rows = [
        {c: Found(r, c, cell.row_span, cell.column_span, cell.text, 1, None, "text") for c, cell in row.items()}
        for table in result.tables
        for r, row in enumerate(_rows(table.cells))
    ]
    counts = compared(rows, truth)
    counts["failed"] = int(result.failure is not None)
    counts["milliseconds"] = round(1000 * sum(result.seconds))
    return counts


def compared(found: Sequence[dict[int, Found]], truth: Sequence[dict[str, Any]]) -> Counter[str]:
    """Count cells, numbers and letters against the truth.

    Rows are paired in reading order, as `metrics.pair_rows` does, so that a row lost or cut in two costs its own cells
    and not those of all rows below it. A number in a row without a partner is missing.

    Args:
        found: the rows of all tables, each the cells that begin in it by column.
        truth: the true tables.
    """
    from pipeline import numerals

    counts: Counter[str] = Counter()
    wanted = [row for table in truth for row in _rows([Cell(*(c[name] for name in CELL)) for c in table["cells"]])]
    partner = dict(pair_rows(wanted, [{c: _plain(cell) for c, cell in row.items()} for row in found]))
    for index, row in enumerate(wanted):
        own = found[partner[index]] if index in partner else {}
        for column, true in row.items():
            cell = own.get(column)
            text = cell.text if cell is not None else ""
            same = cell is not None and (cell.row_span, cell.column_span) == (true.row_span, true.column_span)
            counts["cells"] += 1
            counts["exact"] += same and _letters(text) == _letters(true.text)
            if numerals.is_value(true.text):
                right = cell is not None and numerals.parse(text) == numerals.parse(true.text)
                unreadable = numerals.parse(text).missing == "unreadable"
                doubtful = cell is not None and (cell.doubtful or unreadable)
                counts["numbers"] += 1
                counts["right"] += right
                counts["flagged"] += doubtful
                counts["silent"] += not right and not doubtful and cell is not None
                counts["missing"] += cell is None
                sure = cell is not None and cell.confidence is not None and cell.confidence >= SURE
                counts["sure"] += sure
                counts["sure and right"] += sure and right
            elif true.squeezed:
                counts["letters"] += len(true.squeezed)
                counts["letters wrong"] += letter_errors(text, true.text)
    return counts


_Kind = TypeVar("_Kind", Cell, Found)


def _plain(cell: Found) -> Cell:
    return Cell(cell.row, cell.column, cell.row_span, cell.column_span, cell.text)


def _rows(cells: Iterable[_Kind]) -> list[dict[int, _Kind]]:
    """Give the cells that begin in each row, by column."""
    rows: dict[int, dict[int, _Kind]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, {})[cell.column] = cell
    return list(rows.values())


HEADINGS = (
    "exact cells",
    "numbers",
    "right",
    "flagged",
    "silently wrong",
    "not found",
    "CER",
    "sure",
    "of them right",
    "s",
)


def line(label: str, counts: Counter[str]) -> str:
    """Give a line of the table."""

    def part(some: str, whole: str) -> str:
        return f"{counts[some] / counts[whole]:.4f}" if counts[whole] else "–"

    cells = [
        part("exact", "cells"), str(counts["numbers"]), part("right", "numbers"), part("flagged", "numbers"),
        str(counts["silent"]), str(counts["missing"]), part("letters wrong", "letters"), part("sure", "numbers"),
        part("sure and right", "sure"), f"{counts['milliseconds'] / 1000:.1f}",
    ]  # fmt: skip
    return f"| {label} | " + " | ".join(cells) + " |"


def real_lines(folder: Path) -> Iterator[str]:
    """Measure on the real scans of a folder that have their truth beside them."""
    yield "| document | " + " | ".join(HEADINGS) + " |"
    yield "|---" * (len(HEADINGS) + 1) + "|"
    whole: Counter[str] = Counter()
    for truth in sorted(folder.glob("*.truth.json")):
        document = truth.with_name(truth.name.replace(".truth.json", ".pdf"))
        counts = counted(document, json.loads(truth.read_text(encoding="utf-8"))["tables"])
        yield line(document.stem, counts)
        whole += counts
    yield line("**all**", whole)


def generated_lines(
    files: Sequence[Path], seed: int, pages: int | None = None, ways: Sequence[str] = ()
) -> Iterator[str]:
    """Scan PDFs that have their truth beside them in each way, and measure."""
    yield "| way | " + " | ".join(HEADINGS) + " |"
    yield "|---" * (len(HEADINGS) + 1) + "|"
    whole: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for name in ways or WAYS:
            counts: Counter[str] = Counter()
            for number, file in enumerate(files):
                made = scan(file, Path(scratch) / "scan.pdf", WAYS[name], seed + number, pages)
                truth = json.loads(file.with_suffix(".truth.json").read_text(encoding="utf-8"))["tables"]
                counts += counted(made, truth)
            yield line(name, counts)
            whole += counts
    yield line("**all**", whole)


# Peers, time, memory


def peer_lines(files: Sequence[Path], way: str, seed: int) -> Iterator[str]:
    """Compare with other programs, on scans made of PDFs or on real ones.

    Args:
        files: PDFs with their truth beside them.
        way: to scan them in; empty where they are scans.
        seed: of the scans.
    """
    yield "| program | " + " | ".join(HEADINGS) + " |"
    yield "|---" * (len(HEADINGS) + 1) + "|"
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["TESSDATA_PREFIX"] = str(_tessdata(Path(scratch) / "tessdata"))
        pairs = []
        for number, file in enumerate(files):
            target = Path(scratch) / f"{number}.pdf"
            truth = json.loads(file.with_suffix(".truth.json").read_text(encoding="utf-8"))["tables"]
            pairs.append((scan(file, target, WAYS[way], seed + number) if way else file, truth))
        yield line("**zvity**", sum((counted(*pair) for pair in pairs), Counter()))
        for program in SCAN_PROGRAMS:
            counts = sum((counted_peer(program, *pair) for pair in pairs), Counter[str]())
            failed = f" (failed on {counts['failed']} of {len(pairs)})" if counts["failed"] else ""
            yield line(program.label + failed, counts)


def _tessdata(folder: Path) -> Path:
    """Give a folder with our models and the configurations of the `tesseract` program, which other programs ask for."""
    folder.mkdir()
    for model in require_tessdata().glob("*.traineddata"):
        (folder / model.name).symlink_to(model)
    if program := shutil.which("tesseract"):
        environment = {name: value for name, value in os.environ.items() if name != "TESSDATA_PREFIX"}
        told = subprocess.run([program, "--list-langs"], env=environment, capture_output=True, text=True, check=True)
        own = Path(told.stdout.split('"')[1])
        for name in ("configs", "tessconfigs", "pdf.ttf"):
            if (own / name).exists():
                (folder / name).symlink_to(own / name)
    return folder


def time_lines(file: Path, pages: int, seed: int) -> Iterator[str]:
    """Time whole pages at 300 dpi against the `tesseract` program with the same models, one core, page by page.

    Both begin with the picture; ours ends with the tables. Then one process against two, and the memory of one.
    """
    if (program := shutil.which("tesseract")) is None:
        yield "The `tesseract` program is not there to be timed."
        return
    tessdata = str(require_tessdata())
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        scanned = pypdfium2.PdfDocument(scan(file, folder / "scan.pdf", WAYS["clean 300"], seed, pages))
        pictures = []
        for index, page in enumerate(scanned):
            pictures.append(folder / f"{index}.png")
            page.render(scale=300 / 72, grayscale=True).to_pil().save(pictures[-1], dpi=(300, 300))
        ours, theirs = [], []
        _timed(pictures[0])
        for picture in pictures:
            started = time.perf_counter()
            command = [program, str(picture), str(folder / "out"), "--tessdata-dir", tessdata, "-l", "ukr+eng"]
            subprocess.run(command, env=environment, capture_output=True, check=True)
            theirs.append(time.perf_counter() - started)
            ours.append(_timed(picture))
        ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
        yield "| pages | zvity, s a page | `tesseract -l ukr+eng`, s a page | ratio | worst page |"
        yield "|---|---|---|---|---|"
        yield (
            f"| {len(pictures)} | {sum(ours) / len(ours):.2f} | {sum(theirs) / len(theirs):.2f} "
            f"| **{sum(ours) / sum(theirs):.2f}** | {max(ratios):.2f} |"
        )
        yield ""
        work = [picture for picture in pictures for _ in range(2)]
        times = {}
        for processes in (1, 2):
            with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
                list(pool.map(_timed, pictures[:2]))  # both have begun and have their models
                started = time.perf_counter()
                list(pool.map(_timed, work))
                times[processes] = time.perf_counter() - started
                if processes == 1:
                    memory = pool.submit(_peak_mb).result()
        yield (
            f"{len(work)} pages: one process {times[1]:.1f} s, two {times[2]:.1f} s, so two are "
            f"**{times[1] / times[2]:.2f} times** as fast. Peak memory of a process: {memory:.0f} MB."
        )


def _timed(picture: Path) -> float:
    """Read a picture of a page; give the seconds it took."""
    from extractors.read import read

    started = time.perf_counter()
    read(picture.read_bytes(), picture.name)
    return time.perf_counter() - started


def _peak_mb() -> float:
    """Give this process's peak memory; the operating system's own figure holds that of the process it began as."""
    status = Path("/proc/self/status")
    if status.is_file():
        (line_,) = (text for text in status.read_text(encoding="ascii").splitlines() if text.startswith("VmHWM"))
        return int(line_.split()[1]) / 1_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000


def main() -> int:
    """Measure on the PDFs of a folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.scans", description=__doc__)
    parser.add_argument("folder", type=Path, help="PDFs with NAME.truth.json beside them")
    parser.add_argument("--way", action="append", choices=WAYS, default=[], help="repeatable; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", default="", help="only files whose name holds this")
    parser.add_argument("--peers", action="store_true", help="compare with other programs, in the first way or --way")
    parser.add_argument("--time", action="store_true", help="time against the `tesseract` program")
    arguments = parser.parse_args()
    files = [f for f in sorted(arguments.folder.glob("*.pdf")) if arguments.file in f.name]
    files = [f for f in files if f.with_suffix(".truth.json").is_file()]
    if arguments.peers:
        lines = peer_lines(files, (arguments.way or list(WAYS))[0], arguments.seed)
    elif arguments.time:
        lines = time_lines(files[0], 8, arguments.seed)
    else:
        lines = generated_lines(files, arguments.seed, None, arguments.way)
    for text in lines:
        print(text, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
