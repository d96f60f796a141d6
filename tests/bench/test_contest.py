from __future__ import annotations

import json
import shutil
from pathlib import Path

import pypdfium2
import pytest

from bench import contest, speed
from bench.contest import Contest, document_lines, label, set_lines, summary
from bench.peers.environments import PROGRAMS, Program, Result
from bench.speed import BLOCK, repeated
from bench.truth import from_rows
from tests.samples import PDF

ROWS = [["a", "b"], ["c", "d"]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "pdf"
    folder.mkdir()
    cells = [
        {"row": r, "column": c, "row_span": 1, "column_span": 1, "text": text}
        for r, row in enumerate(ROWS)
        for c, text in enumerate(row)
    ]
    (folder / "x.truth.json").write_text(json.dumps({"tables": [{"header_rows": 1, "cells": cells}]}), "utf-8")
    shutil.copy(PDF, folder / "x.pdf")
    return tmp_path


def _answers(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Result]) -> None:
    right = Result((from_rows(ROWS),), (1.5,))

    def answer(program: Program, file: Path, *, timeout: float, fresh: bool = False) -> Result:
        return answers.get(program.name, right)

    monkeypatch.setattr(contest, "run_cached", answer)


def test_no_program_is_left_out(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, {"tabula": Result(failure="needs Java"), "liteparse": Result((), (0.1,), cached=True)})

    standings = Contest(corpus).standings()
    lite, tabula = (label(program) for program in PROGRAMS if program.name in {"liteparse", "tabula"})
    lines = list(set_lines("word-pdf", standings["word-pdf"]))
    by_label = {line.split("|")[1].strip(): line for line in lines if line.startswith("| ")}

    assert list(standings) == ["word-pdf"]
    assert len(by_label) == len(PROGRAMS) + 1
    assert by_label["**zvity**"].startswith("| **zvity** | 1 | 1 | 1 | 1 |")
    assert by_label["**zvity**"].endswith("| 1/1 | 0 | 1.50 | now |")
    assert by_label[lite].startswith(f"| {lite} | 0.000 |")
    assert by_label[lite].endswith("| kept |")
    assert by_label[tabula].endswith("| not measured |")
    assert f"- {tabula}: not measured: needs Java" in lines
    assert sum(line.startswith("| ") for line in summary(standings)) == len(PROGRAMS) + 1
    assert list(document_lines(standings["word-pdf"]))[-1].startswith("| x.pdf | 1 | 1 (")


def test_peers_beyond_the_budget_are_named(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, {})
    monkeypatch.setattr(contest, "kept_result", lambda *_: None)

    own, *peers = Contest(corpus, budget=0).standings()["word-pdf"]

    assert own.out is None
    assert {peer.out for peer in peers} == {"not reached within the budget; run again to go on"}


def test_a_document_it_fails_on_counts_and_is_named(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(corpus / "pdf" / "x.pdf", corpus / "pdf" / "y.pdf")
    shutil.copy(corpus / "pdf" / "x.truth.json", corpus / "pdf" / "y.truth.json")
    right = Result((from_rows(ROWS),), (1.5,))

    def answer(program: Program, file: Path, *, timeout: float, fresh: bool = False) -> Result:
        return Result(failure="stopped after 120 s") if file.name == "y.pdf" else right

    monkeypatch.setattr(contest, "run_cached", answer)
    lines = list(set_lines("word-pdf", Contest(corpus).standings()["word-pdf"]))

    assert lines[4].startswith("| **zvity** | 0.667 | 1 | 0.500 |")
    assert "- **zvity**: counted without tables on y.pdf: stopped after 120 s" in lines


def test_speeds_are_medians_of_all_rounds_and_failures_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter(range(1, 1000))

    def answer(program: Program, file: Path, *, timeout: float, runs: int) -> Result:
        if program.name == "liteparse":
            return Result(failure="needs something")
        return Result(seconds=(float(next(spent)),) * runs, peak_mb=10.0)

    monkeypatch.setattr(speed, "run", answer)
    found = speed.speeds([Path(name) for name in speed.FILES])
    lines = list(speed.speed_lines(found))

    # A round spends a number for each program that works on each file: the middle round's is the median.
    middle = 1 + 2 * (len(speed.COMPARED) - 1) * (speed.ROUNDS // 2)
    assert found[0].seconds(0) == middle
    assert lines[2].startswith(f"| **zvity** | {middle:.3f} | 1.00 |")
    # The reading alone is one later in each round, so its ratio is that of the middle round too.
    assert found[1].ratios[0] == (middle + 1) / middle
    assert sum(line.startswith("- liteparse: not measured on ") for line in lines) == 2


def test_a_document_is_lengthened_page_by_page(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument(repeated(PDF, tmp_path / "long.pdf", 12))
    source = pypdfium2.PdfDocument(PDF)
    block = min(BLOCK, len(source))

    assert len(document) == 12
    texts = [page.get_textpage().get_text_bounded() for page in document]
    assert texts[block] == texts[0] != texts[1]
