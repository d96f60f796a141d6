"""The oracle of spelled numbers agrees with the parser, and the figures of `bench.meaning` are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.meaning import cost_lines, layout_lines, number_lines
from bench.spellings import generate
from bench.spellings.grammar import must_refuse
from pipeline import numerals
from tests.layout_files import FOLDER
from tests.samples import WORD


@pytest.mark.parametrize("seed", [1, 2])
def test_no_generated_string_is_silently_wrong(seed: int) -> None:
    """The oracle knows what it spelled: a parser may give that value or none."""
    wrong = []
    for case in generate(seed, 20_000):
        found = numerals.parse(case.text)
        if case.kind.startswith("debatable_"):
            continue
        if case.reason is not None:
            wrong += [(case, found)] if found.missing != case.reason else []
        elif found.value is not None and (must_refuse(case) or found.value not in case.readings):
            wrong.append((case, found))
    assert wrong == []


def test_usual_spellings_are_read_and_not_refused() -> None:
    usual = (
        "plain_comma",
        "group_space",
        "group_points_comma",
        "percent",
        "minus_sign",
        "bullet",
        "times",
        "parentheses",
    )
    refused = [c.text for c in generate(3, 20_000) if c.kind in usual and numerals.parse(c.text).value is None]
    assert len(refused) < 20, refused[:10]


def test_a_broken_parser_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerals, "parse", lambda text: numerals.Number(None, "unreadable"))
    assert "| 0.0% |" in "\n".join(number_lines(1, 500))


def test_figures_of_layouts(tmp_path: Path) -> None:
    text = (FOLDER / "kotelva-execution.json").read_text(encoding="utf-8")
    (tmp_path / "right.json").write_text(text, encoding="utf-8")
    assert list(layout_lines(tmp_path))[-1] == "| all | 1 | 45 | 100.0% | 0 | 0 |"
    (tmp_path / "right.json").write_text(text.replace('"plan_period"', '"plan"'), encoding="utf-8")
    assert list(layout_lines(tmp_path))[-1] == "| all | 1 | 45 | 40.0% | 0 | 27 |", (
        "the plan, and what is measured against it"
    )


def test_a_heading_that_is_not_understood_is_incomplete_and_not_wrong(tmp_path: Path) -> None:
    text = (FOLDER / "program_resources-03.json").read_text(encoding="utf-8")
    heading = "Фактично надійшло у 2021 році"
    assert heading in text
    (tmp_path / "less.json").write_text(text.replace(heading, "Довільні слова"), encoding="utf-8")
    assert list(layout_lines(tmp_path))[-1] == "| all | 1 | 21 | 66.7% | 7 | 0 |"


def test_cost_is_told_for_each_document() -> None:
    (_, _, line) = cost_lines([WORD])
    assert line.startswith("| report.docx |")
    assert "%" in line
