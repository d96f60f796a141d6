"""Programs to compare with: their environments, and what they find in a file.

Guarantee: a program that cannot be installed, fails or takes too long is a `Result` that says so, never left out.
Environments and results lie in `.bench/` (ignored by git); a result is used again only for the same file, the same
pinned packages and the same `run.py`, and says that it is an old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bench.truth import Cell, Table

ROOT = Path(__file__).parent.parent.parent
CACHE = ROOT / ".bench"
RUN = Path(__file__).parent / "run.py"

ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")


_STOPPED = "stopped after"


@dataclass(frozen=True, slots=True)
class Program:
    """A program: its name in `run.py`, what people call it, the package it needs and whether that needs Java.

    `package` names the file of pinned packages beside this module; `None` is the project's own environment.
    """

    name: str
    label: str
    package: str | None
    java: bool = False

    @property
    def pins(self) -> Path:
        """The file with the exact versions of the package and all it needs."""
        return Path(__file__).parent / f"{self.package}.txt"


PROGRAMS = (
    Program("zvity", "**zvity**", None),
    Program("liteparse", "liteparse", "liteparse"),
    Program("camelot-lattice-vector", "camelot `lattice`, vector engine", "camelot-py"),
    Program("camelot-network", "camelot `network`", "camelot-py"),
    Program("camelot-hybrid-vector", "camelot `hybrid`, vector engine", "camelot-py"),
    Program("camelot-hybrid", "camelot `hybrid`", "camelot-py"),
    Program("camelot-auto", "camelot `auto`", "camelot-py"),
    Program("pdfplumber", "pdfplumber `extract_tables`", "pdfplumber"),
    Program("pdfplumber-text", "pdfplumber, text strategies", "pdfplumber"),
    Program("img2table", "img2table", "img2table"),
    Program("img2table-borderless", "img2table, borderless tables too", "img2table"),
    Program("tabula", "tabula-py", "tabula-py", java=True),
    Program("opendataloader-pdf", "opendataloader-pdf", "opendataloader-pdf", java=True),
)
"""All that find tables."""

WORD_PROGRAMS = (
    Program("zvity-word", "**zvity**", None),
    Program("kreuzberg", "kreuzberg", "kreuzberg"),
    Program("docspine", "docspine", "docspine"),
    Program("lxml-text", "lxml: parse, text of cells (floor)", None),
)
"""Those that read Word files, and their floor."""

SCAN_PROGRAMS = (
    Program("img2table-tesseract", "img2table + Tesseract", "img2table"),
    Program("ocrmypdf", "OCRmyPDF + pdfplumber", "ocrmypdf"),
)
"""Those that read scans; they need the `tesseract` program. docling fetches its models at run time: not offline."""

FLOORS = (
    Program("pdfium-text", "PDFium text only (floor)", None),
    Program("pdfium-objects", "PDFium text objects and paths (floor)", None),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a program found in a file, or why it found nothing.

    `seconds` are CPU seconds of each run after imports, on one core; `peak_mb` is the process's peak after the first.
    """

    tables: tuple[Table, ...] = ()
    seconds: tuple[float, ...] = ()
    peak_mb: float = 0.0
    failure: str | None = None
    cached: bool = False


class Unavailable(Exception):
    """A program's environment cannot be made; the message says why."""


def version(program: Program) -> str:
    """Give the pinned version of a program's package."""
    pins = dict(line.split("==", 1) for line in program.pins.read_text(encoding="utf-8").split())
    return pins[str(program.package)]


@cache
def interpreter(program: Program) -> Path:
    """Give the Python that runs a program; make its environment where it is not there yet.

    Raises:
        Unavailable: Java is missing, or the packages cannot be installed.
    """
    if program.package is None:
        return Path(sys.executable)
    if program.java and shutil.which("java") is None:
        raise Unavailable("needs Java, and no `java` is on the PATH")
    folder = CACHE / "envs" / f"{program.package}-{_digest(program.pins.read_bytes(), platform.python_version())}"
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        for command in _install(folder, python, program.pins):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Unavailable(f"cannot be installed: {_last_line(done.stderr)}")
        ready.touch()
    return python


def _install(folder: Path, python: Path, pins: Path) -> list[list[str]]:
    uv = shutil.which("uv")
    if uv:
        return [
            [uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(pins)],
        ]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins)]
    return [[sys.executable, "-m", "venv", str(folder)], pip]


def run(program: Program, file: Path, *, timeout: float, runs: int = 1) -> Result:
    """Run a program on a file in a process of its own, on one core."""
    try:
        python = interpreter(program)
    except Unavailable as error:
        return Result(failure=str(error))
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "result.json"
        command = [str(python), str(RUN), program.name, str(file), str(target), "--runs", str(runs)]
        environment = {**os.environ, **ONE_CORE}
        environment.pop("PYTHONPATH", None)
        if program.package is None:
            environment["PYTHONPATH"] = str(ROOT)
        try:
            done = _call(command, environment, timeout)
        except subprocess.TimeoutExpired:
            return Result(failure=f"{_STOPPED} {timeout:.0f} s")
        if done.returncode:
            return Result(failure=_last_line(done.stderr) or f"ended with {done.returncode}")
        return _result(json.loads(target.read_text(encoding="utf-8")))


def _call(command: Sequence[str], environment: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command; at the time limit end it with all its children (a Java machine outlives its parent)."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def run_cached(program: Program, file: Path, *, timeout: float, fresh: bool = False) -> Result:
    """Give the result kept for a peer and a file, or run it; the project's own programs always run."""
    if program.package is None:
        return run(program, file, timeout=timeout)
    kept = None if fresh else kept_result(program, file)
    if kept is not None:
        return kept
    result = run(program, file, timeout=timeout)
    if result.failure is None or result.failure.startswith(_STOPPED):
        place = _place(program, file)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(_plain(result), ensure_ascii=False), encoding="utf-8")
    return result


def kept_result(program: Program, file: Path) -> Result | None:
    """Give the result of a peer for a file from an earlier run, if there is one."""
    place = None if program.package is None else _place(program, file)
    if place is None or not place.is_file():
        return None
    return replace(_result(json.loads(place.read_text(encoding="utf-8"))), cached=True)


def _place(program: Program, file: Path) -> Path:
    key = _digest(program.pins.read_bytes(), RUN.read_bytes(), platform.python_version(), file.read_bytes())
    return CACHE / "results" / program.name / f"{file.stem}-{key}.json"


def _plain(result: Result) -> dict[str, Any]:
    tables = [
        [table.pages, [[c.row, c.column, c.row_span, c.column_span, c.text] for c in table.cells]]
        for table in result.tables
    ]
    return {
        "tables": tables,
        "seconds": result.seconds,
        "peak_mb": result.peak_mb,
        "failure": result.failure,
    }


def _result(plain: dict[str, Any]) -> Result:
    tables = tuple(Table(tuple(Cell(*cell) for cell in cells), tuple(pages)) for pages, cells in plain["tables"])
    return Result(tables, tuple(plain["seconds"]), plain["peak_mb"], plain.get("failure"))


def _digest(*parts: bytes | str) -> str:
    name = hashlib.sha256()
    for part in parts:
        name.update(part.encode() if isinstance(part, str) else part)
    return name.hexdigest()[:16]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
