"""The pages for analysts do not lie: each command is run, and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from extractors.office import program
from pipeline.run import Options, run
from tests.samples import PDF, WORD

DOCS = Path(__file__).parent.parent / "docs"
ENGLISH, UKRAINIAN = DOCS / "analysis.md", DOCS / "analysis.uk.md"
PAGES = (ENGLISH, UKRAINIAN)

SHOWN_ONLY = {"r", "powerquery"}
SQL_WIDTH = 110
"""Characters that DuckDB may draw a table with, so that it looks the same on any terminal."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and lines, and what it prints where the page says so."""

    language: str
    code: str
    printed: str | None


def blocks(page: Path) -> list[Block]:
    found: list[Block] = []
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S):
        if language == "text":
            assert found, f"{page.name}: nothing was run before the first output"
            assert found[-1].printed is None, f"{page.name}: two outputs of one command"
            found[-1] = Block(found[-1].language, found[-1].code, code)
        else:
            found.append(Block(language, code, None))
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a clone is after `make demo`, without the scan, which takes long."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "data" / "raw").mkdir(parents=True)
    for document in (WORD, PDF):
        shutil.copy(document, folder / "data" / "raw")
    run([str(folder / "data" / "raw")], folder / "data" / "processed", Options(workers=1))
    return folder


def lines(printed: str) -> str:
    """Give what was printed without spaces at the ends of lines."""
    return "".join(line.rstrip() + "\n" for line in printed.splitlines())


def of_python(code: str, names: dict[str, Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "block", "exec"), names)  # noqa: S102  # our own page
    return lines(out.getvalue())


def of_sql(code: str, _: dict[str, Any]) -> str:
    found = duckdb.sql(code)
    assert found is not None, "it is a query"
    with contextlib.redirect_stdout(io.StringIO()) as out:
        found.show(max_width=SQL_WIDTH, max_rows=50)
    return lines(out.getvalue().rstrip("\n"))


def of_shell(code: str, _: dict[str, Any]) -> str:
    for line in code.splitlines():
        command, *arguments = shlex.split(line)
        if command == "zvity":
            subprocess.run([sys.executable, "-m", "pipeline.cli", *arguments], check=True, capture_output=True)
        else:
            assert command == "soffice", "another test runs that"
    return ""


RUN: dict[str, Callable[[str, dict[str, Any]], str]] = {"python": of_python, "sql": of_sql, "sh": of_shell}


def outputs(page: Path) -> Iterator[tuple[Block, str]]:
    names: dict[str, Any] = {}
    for block in blocks(page):
        if block.language not in SHOWN_ONLY:
            yield block, RUN[block.language](block.code, names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_prints_what_the_page_says(
    page: Path, demo: Path, monkeypatch: pytest.MonkeyPatch, update_golden: bool
) -> None:
    monkeypatch.chdir(demo)
    with pd.option_context("display.width", 120, "display.max_columns", 20, "display.max_colwidth", 50):
        found = list(outputs(page))
    assert len(found) > 10, "the search for blocks is blind"
    if update_golden:
        write_outputs(page, found)
    wrong = [(block.code, printed) for block, printed in found if printed != (block.printed or "")]
    assert update_golden or not wrong, "`pytest tests/test_analysis.py --update-golden` writes it anew"


def write_outputs(page: Path, found: list[tuple[Block, str]]) -> None:
    text = page.read_text(encoding="utf-8")
    for block, printed in found:
        between = "```\n\n```text\n"
        if block.printed is not None:
            text = text.replace(block.code + between + block.printed, block.code + between + printed)
    page.write_text(text, encoding="utf-8")


def test_the_workbook_holds_numbers_as_numbers(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    (demo / "report.xlsx").unlink(missing_ok=True)
    list(outputs(ENGLISH))
    assert len(sheet(demo / "report.xlsx", "findings")) == 5
    assert_as_they_are(sheet(demo / "report.xlsx", "program_measures"))


def sheet(book: Path, name: str) -> pd.DataFrame:
    """Give the cells of a sheet as they are, without a guess of their types."""
    return pd.read_excel(book, sheet_name=name, dtype=object)


def assert_as_they_are(measures: pd.DataFrame) -> None:
    assert len(measures) == 70
    items = measures[measures["row_kind"] == "item"]
    assert {type(plan) for plan in items["plan"].dropna()} <= {int, float}
    assert round(sum(items["plan"].dropna()), 2) == 10506.90
    assert {"2.1", "2.10"} < set(items["item_number"])
    assert items["item"].str.contains("Членський внесок").any(), "its letters are Ukrainian"


def test_both_languages_show_the_same() -> None:
    assert blocks(ENGLISH) == blocks(UKRAINIAN)


@pytest.mark.libreoffice
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_libreoffice_reads_numbers_as_numbers_and_item_numbers_as_text(page: Path, demo: Path, tmp_path: Path) -> None:
    (line,) = (b.code for b in blocks(page) if b.code.startswith("soffice "))
    _, *arguments = shlex.split(line)
    soffice = program()
    assert soffice is not None, "the marker skips where it is missing"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    source = demo / arguments.pop()
    subprocess.run([soffice, profile, *arguments, str(source)], check=True, capture_output=True, cwd=tmp_path)
    assert_as_they_are(sheet(tmp_path / "program_measures.xlsx", "program_measures"))
