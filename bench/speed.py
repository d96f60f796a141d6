"""Cost of reading tables from a long PDF: against peers and floors, of whole processes, and by number of pages.

Guarantee: every figure of a ratio is measured in this run, never kept from an earlier one, and in the same way: CPU
seconds of one process on one core, after imports, the median of several runs in several processes.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Cost, measure
from bench.peers.environments import FLOORS, PROGRAMS, Program, Result, Unavailable, interpreter, run, version

FILES = ("long.pdf", "long-header-once.pdf")
"""In `korosten/`: the same 419 rows in two tables, with the header on every page and only once."""

PAGES = (10, 100, 1000)
BLOCK = 10
"""Documents for the growth of cost repeat the first so many pages of `long.pdf`, so that each page costs alike."""

ROUNDS = 5
"""Programs take turns so many times, in a new process each time: what else the machine does weighs on all alike."""

TIME_LIMIT = 300.0
"""Seconds for all runs of a program on a file together."""

READ_ONLY = Program("zvity-read", "zvity, reading alone (no joining over pages)", None)
_BY_NAME = {program.name: program for program in PROGRAMS}
COMPARED = (
    (_BY_NAME["zvity"], 3),
    (READ_ONLY, 3),
    (_BY_NAME["pdfplumber"], 1),
    (_BY_NAME["camelot-lattice-vector"], 1),
    (_BY_NAME["liteparse"], 3),
    *((floor, 3) for floor in FLOORS),
)
"""Programs and how often each runs in a process; the slow ones less often."""


@dataclass(frozen=True, slots=True)
class Speed:
    """A program on each of some files."""

    program: Program
    results: tuple[Result, ...]
    ratios: tuple[float | None, ...]
    """How many times this project's time it took on each file: the median of the rounds, compared each by itself."""

    def seconds(self, file: int) -> float | None:
        """Median CPU seconds on a file; `None` where it failed."""
        found = self.results[file]
        return None if found.failure is not None else statistics.median(found.seconds)


def speeds(files: Sequence[Path], compared: Sequence[tuple[Program, int]] = COMPARED) -> list[Speed]:
    """Run programs, each so many times in a process, on some files, in turn; ratios are to the first program."""
    rounds = [
        [[run(program, file, timeout=TIME_LIMIT, runs=runs) for program, runs in compared] for file in files]
        for _ in range(ROUNDS)
    ]
    return [
        Speed(
            program,
            tuple(_together([turn[file][index] for turn in rounds]) for file in range(len(files))),
            tuple(_ratio([(turn[file][index], turn[file][0]) for turn in rounds]) for file in range(len(files))),
        )
        for index, (program, _) in enumerate(compared)
    ]


def _ratio(pairs: list[tuple[Result, Result]]) -> float | None:
    """Give the median of the ratios of two programs that took turns; what else the machine did weighs on both."""
    if any(result.failure is not None for pair in pairs for result in pair):
        return None
    return statistics.median(
        statistics.median(theirs.seconds) / statistics.median(ours.seconds) for theirs, ours in pairs
    )


def _together(results: list[Result]) -> Result:
    """Put the runs of several processes together; one failure is the failure of all."""
    failed = next((result for result in results if result.failure is not None), None)
    if failed is not None:
        return failed
    seconds = tuple(seconds for result in results for seconds in result.seconds)
    return Result(seconds=seconds, peak_mb=max(result.peak_mb for result in results))


def speed_lines(found: list[Speed], names: Sequence[str] = FILES) -> Iterator[str]:
    """Give the table of speeds, with each program's time over this project's, compared round by round."""
    yield "| program | " + " | ".join(f"{name}: s | × zvity" for name in names) + " | first run, s | peak MB |"
    yield "|---" * (2 * len(names) + 3) + "|"
    for speed in found:
        label = speed.program.label
        label += f" {version(speed.program)}" if speed.program.package else ""
        cells = []
        for index in range(len(names)):
            seconds, ratio = speed.seconds(index), speed.ratios[index]
            cells.append("–" if seconds is None else f"{seconds:.3f}")
            cells.append("–" if ratio is None else f"{ratio:.2f}")
        good = [result for result in speed.results if result.failure is None]
        cells.append(f"{good[0].seconds[0]:.3f}" if good else "–")
        cells.append(f"{max(result.peak_mb for result in good):.0f}" if good else "–")
        yield f"| {label} | " + " | ".join(cells) + " |"
    yield ""
    for speed in found:
        for name, result in zip(names, speed.results, strict=True):
            if result.failure is not None:
                yield f"- {speed.program.label}: not measured on {name}: {result.failure}"


def process_lines(korosten: Path, runs: int) -> Iterator[str]:
    """Give the cost of whole processes that print a long PDF's tables as JSON."""
    file = str(korosten / FILES[0])
    ours = measure([sys.executable, "-m", "pipeline.cli", "show", "--json", file], runs)
    yield f"| whole process, {FILES[0]} to JSON | wall s | CPU s | peak MB | CPU × zvity |"
    yield "|---|---|---|---|---|"
    yield _process_line("`zvity show --json`", ours, ours)
    peer = _BY_NAME["pdfplumber"]
    try:
        python = interpreter(peer)
    except Unavailable as error:
        yield f"| a pdfplumber script: not measured: {error} | – | – | – | – |"
        return
    script = str(Path(__file__).parent / "peers" / "whole.py")
    theirs = measure([str(python), script, "pdfplumber_json", file], runs)
    yield _process_line(f"a script that prints `extract_tables` of pdfplumber {version(peer)}", theirs, ours)


def _process_line(label: str, cost: Cost, base: Cost) -> str:
    return f"| {label} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak_mb:.0f} | {cost.cpu / base.cpu:.2f} |"


def page_growth_lines(korosten: Path, scratch: Path) -> Iterator[str]:
    """Give time and memory of PDFs of 10, 100 and 1 000 pages."""
    documents = [(n, repeated(korosten / FILES[0], scratch / f"{n}-pages.pdf", n)) for n in PAGES]
    return growth_lines(_BY_NAME["zvity"], documents, "page", {n: max(1, 100 // n) for n in PAGES})


def growth_lines(
    program: Program, documents: Sequence[tuple[int, Path]], unit: str, runs: Mapping[int, int]
) -> Iterator[str]:
    """Give time and memory of documents of so many pages or rows each, read so many times in a process."""
    yield f"| {unit}s | s | ms a {unit} | peak MB |"
    yield "|---|---|---|---|"
    each: list[float] = []
    rounds = [
        [run(program, file, timeout=TIME_LIMIT, runs=runs[count]) for count, file in documents] for _ in range(ROUNDS)
    ]
    for (count, _), results in zip(documents, zip(*rounds, strict=True), strict=True):
        result = _together(list(results))
        if result.failure is not None:
            yield f"| {count} | not measured: {result.failure} | – | – |"
            continue
        seconds = statistics.median(result.seconds)
        each.append(seconds / count)
        yield f"| {count} | {seconds:.3f} | {each[-1] * 1000:.3g} | {result.peak_mb:.0f} |"
    yield ""
    if each:
        yield f"The dearest {unit} costs {max(each) / min(each) - 1:.0%} more than the cheapest."


def repeated(source: Path, target: Path, pages: int) -> Path:
    """Write a PDF that holds the first `BLOCK` pages of another again and again, `pages` in all; give its path."""
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    copy = pypdfium2.PdfDocument.new()
    copy.import_pages(document, [page % min(BLOCK, len(document)) for page in range(pages)])
    copy.save(target)
    copy.close()
    document.close()
    return target
