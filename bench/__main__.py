"""`make bench`: the main job's accuracy and cost, as Markdown on stdout and in `docs/benchmarks.md`.

Three groups of documents: the samples in `data/raw`; scans of them made anew with other noise and skew; and, where the
folder is there, the corpus of real documents with truth (`--corpus`), which holds files the samples were not made from.
On the corpus's PDFs peers run too, each in an environment of its own under `.bench/`; what they found is kept there.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from itertools import takewhile
from pathlib import Path
from typing import Any

from bench.faults import lines as proof_lines
from bench.made import WAYS, make
from bench.meaning import lines as meaning_lines
from bench.measure import Cost, measure
from bench.nightly import lines as nightly_lines
from bench.peers.whole import PEERS
from bench.publication import lines as publication_lines

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
TRUTH = ROOT / "tests" / "data" / "report.truth.json"
PYTHON = sys.executable

SCANS = (("seed 7, skew -0.6°, noise 10", 7, -0.6, 10.0), ("seed 8, skew 1.2°, noise 14", 8, 1.2, 14.0))

START, END = "<!-- bench -->", "<!-- /bench -->"

MADE = 8
"""Documents that each program prints for the set of those made anew."""

NIGHT = 1000
"""Files of the archive for the nightly run; `python -m bench.nightly` measures ten times as many."""

SCANNED = 1
"""Documents of each program that are printed to be scanned."""

LONG_ROWS = 36
"""Rows of the long report that stand whole on its first eight pages."""


def main() -> int:
    """Measure and report; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (default: %(default)s)")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus", help="folder with korosten/")
    parser.add_argument("--fresh", action="store_true", help="run peers again whose results are kept")
    parser.add_argument("--budget", type=float, default=900.0, help="seconds for peers whose results are not kept")
    parser.add_argument("--seed", type=int, default=2026, help="of the documents made anew (default: %(default)s)")
    arguments = parser.parse_args()
    korosten = arguments.corpus / "korosten"
    with tempfile.TemporaryDirectory() as scratch:
        # Costs come first: a process started from a large one counts that one's memory as its own peak.
        costs = [*_costs(arguments.runs, Path(scratch)), "", *nightly_lines(NIGHT, arguments.seed)]
        costs += ["", *publication_lines()]
        speed = list(_speed(korosten, Path(scratch), arguments.runs)) if korosten.is_dir() else []
        speed += list(_word(arguments.corpus, Path(scratch))) if korosten.is_dir() else []
        made = Path(scratch) / "made"
        make(made, arguments.seed, MADE, list(WAYS))
        tables = list(_tables(arguments.corpus, made, arguments.budget, fresh=arguments.fresh)) if speed else []
        scans = list(_scans(arguments.corpus, Path(scratch), arguments.seed + 1)) if speed else []
        meant = list(meaning_lines(arguments.corpus, arguments.seed))
        meant += proof_lines(arguments.corpus, arguments.seed) if korosten.is_dir() else []
        lines = [*tables, *speed, *scans, *meant, *_accuracy(arguments.corpus, Path(scratch)), "", *costs]
    text = "\n".join(["# Benchmarks", "", *_about(arguments.runs), "", *lines, ""])
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    if tables:
        for name in ("README.md", "README.uk.md"):
            put_between(ROOT / name, [line for line in takewhile(_no_legend, tables) if line.startswith("|")])
    print(text)
    return 0


def _no_legend(line: str) -> bool:
    return not line.startswith("*cells*")


def put_between(file: Path, lines: list[str]) -> None:
    """Write lines between a file's marks `<!-- bench -->` and `<!-- /bench -->`; without marks it stays as it is."""
    text = file.read_text(encoding="utf-8")
    start, end = text.find(START), text.find(END)
    if 0 <= start < end:
        file.write_text(text[: start + len(START)] + "\n" + "\n".join(lines) + "\n" + text[end:], encoding="utf-8")


def _about(runs: int) -> list[str]:
    packages = ("pypdfium2", "pdfplumber", "python-docx", "tesserocr")
    return [
        f"Written by `make bench`: Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
        + f". Costs of whole processes are medians, runs: {runs}, after one that does not count; trust the ratios.",
    ]


# Tables from PDFs


def _tables(corpus: Path, made: Path, budget: float, *, fresh: bool) -> Iterator[str]:
    from bench.contest import LEGEND, Contest, document_lines, set_lines, summary

    standings = Contest(corpus, budget, fresh=fresh, made=made).standings()
    yield "## Tables from PDFs"
    yield ""
    yield from summary(standings)
    yield ""
    yield LEGEND
    for name, found in standings.items():
        yield ""
        yield from set_lines(name, found)
    if "icdar" in standings:
        yield ""
        yield "### icdar: F1 by document"
        yield ""
        yield from document_lines(standings["icdar"])
    yield ""


def _speed(korosten: Path, scratch: Path, runs: int) -> Iterator[str]:
    from bench.speed import FILES, page_growth_lines, process_lines, speed_lines, speeds

    processes = list(process_lines(korosten, min(runs, 3)))
    yield "## Speed of tables from PDFs"
    yield ""
    yield "CPU seconds on one core after imports: medians over several processes that took turns, all in this run."
    yield ""
    yield from speed_lines(speeds([korosten / name for name in FILES]))
    yield from processes
    yield ""
    yield from page_growth_lines(korosten, scratch)
    yield ""


def _word(corpus: Path, scratch: Path) -> Iterator[str]:
    from bench.word import agreement_lines, cost_lines, feature_lines, round_trip_lines

    yield "## Tables from Word files"
    yield ""
    yield from feature_lines(corpus / "word")
    yield ""
    yield from cost_lines(corpus / "korosten", scratch)
    yield ""
    files = sorted([*(corpus / "word").glob("*.docx"), *(corpus / "korosten").glob("*.docx")])
    yield from agreement_lines(files, scratch)
    yield ""
    yield from round_trip_lines(files, scratch)
    yield ""


def _scans(corpus: Path, scratch: Path, seed: int) -> Iterator[str]:
    from pypdfium2 import PdfDocument

    from bench.scans import generated_lines, peer_lines, real_lines, time_lines

    folder = scratch / "to-scan"
    make(folder, seed, SCANNED, list(WAYS))
    yield "## Scans"
    yield ""
    yield "*right*, *flagged* (doubtful, or no number at all), *sure* (confidence of 0.95 and more): shares of the"
    yield "numbers; *CER*: letters wrong in cells of text. Rows are paired in reading order; *not found* are numbers of"
    yield "rows without a partner."
    yield ""
    yield "Real scans:"
    yield ""
    yield from real_lines(corpus / "scans")
    yield ""
    yield f"Documents made anew (seed {seed}), scanned in each way:"
    yield ""
    made = sorted(folder.glob("*.pdf"))
    yield from generated_lines(made, seed)
    yield ""
    real = [f for f in sorted((corpus / "scans").glob("*.pdf")) if f.with_suffix(".truth.json").is_file()]
    for label, files, way in (
        ("Real scans", real, ""),
        ("The documents made anew, clean at 300 dpi", made, "clean 300"),
    ):
        yield f"{label}, other programs (with Tesseract and the same models, one core):"
        yield ""
        yield from peer_lines(files, way, seed)
        yield ""
    yield "Time:"
    yield ""
    yield from time_lines(max(made, key=lambda file: len(PdfDocument(file))), 8, seed)
    yield ""


# Accuracy


def _accuracy(corpus: Path, scratch: Path) -> Iterator[str]:
    from bench.accuracy import truth_of

    yield "## Numbers against the truth"
    yield ""
    yield "A number is *right* if it has the truth's value, *flagged* if its cell is marked doubtful, and"
    yield "*silently wrong* if it is neither."
    yield ""
    yield "| document | numbers | right | flagged | silently wrong | cells equal |"
    yield "|---|---|---|---|---|---|"
    truth = truth_of(TRUTH)
    for name in ("report.docx", "report.pdf", "report-scan.pdf"):
        yield _accuracy_row(f"data/raw/{name}", RAW / name, truth)
    for label, seed, skew, sigma in SCANS:
        yield _accuracy_row(
            f"scan of report.pdf: {label}", _scan(RAW / "report.pdf", scratch, seed, skew, sigma), truth
        )
    korosten = corpus / "korosten"
    if not korosten.is_dir():
        yield ""
        yield f"The corpus was not there ({korosten.name}/): its documents are left out."
        return
    for name in ("report-header-once.docx", "report-header-once.pdf", "long.docx", "long.pdf", "long-header-once.pdf"):
        path = korosten / name
        yield _accuracy_row(f"corpus: {name}", path, truth_of(path.with_suffix(".truth.json")))
    scan = _scan(korosten / "long.pdf", scratch, 9, 0.9, 12.0, pages=range(1, 9))
    label = f"scan of corpus: long.pdf pages 1-8, first {LONG_ROWS} rows, seed 9, skew 0.9°, noise 12"
    yield _accuracy_row(label, scan, truth_of(korosten / "long.truth.json")[:1], LONG_ROWS)


def _accuracy_row(label: str, document: Path, truth: list[dict[str, Any]], rows: int | None = None) -> str:
    from bench.accuracy import score

    found = score(document, truth, rows)
    return (
        f"| {label} | {found.numbers} | {_share(found.right, found.numbers)} | {found.flagged} | {found.silent} "
        f"| {_share(found.cells_equal, found.cells)} |"
    )


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else "-"


def _scan(source: Path, scratch: Path, seed: int, skew: float, sigma: float, pages: range | None = None) -> Path:
    target = scratch / f"{source.stem}-{seed}.pdf"
    command = [PYTHON, str(ROOT / "tools" / "make_scan.py"), str(source), str(target)]
    command += ["--seed", str(seed), "--skew", str(skew), "--sigma", str(sigma)]
    command += ["--pages", *map(str, pages)] if pages else []
    subprocess.run(command, check=True)  # our own script
    return target


# Cost


def _costs(runs: int, scratch: Path) -> Iterator[str]:
    yield "## Time and memory"
    yield ""
    yield "| what | wall s | CPU s | peak MB |"
    yield "|---|---|---|---|"
    zvity = [PYTHON, "-m", "pipeline.cli"]
    yield _cost_row("the `zvity --help` process", measure([*zvity, "--help"], runs))
    yield _cost_row("empty interpreter (floor)", measure([PYTHON, "-c", ""], runs))
    yield _cost_row("`zvity run`: the three forms at once", _run(zvity, [RAW], scratch, runs))
    for name in ("report.docx", "report.pdf", "report-scan.pdf"):
        yield _cost_row(f"`zvity run`: {name} alone", _run(zvity, [RAW / name], scratch, runs))
        yield _cost_row(f"`zvity show --json {name}`", measure([*zvity, "show", "--json", str(RAW / name)], runs))
        for peer, program in PEERS[name].items():
            command = [PYTHON, "-m", "bench.peers.whole", program.__name__, str(RAW / name)]
            yield _cost_row(f"{peer}: {name}", measure(command, runs))
    again = [*zvity, "run", str(RAW), "--out", str(scratch / "again")]
    yield _cost_row("`zvity run` with nothing new", measure(again, runs))


def _run(zvity: list[str], sources: list[Path], scratch: Path, runs: int) -> Cost:
    command = [*zvity, "run", "--force", *map(str, sources), "--out", str(scratch / "out")]
    return measure(command, runs)


def _cost_row(label: str, cost: Cost) -> str:
    return f"| {label} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak_mb:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
