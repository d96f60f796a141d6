"""Real Word files: their hard features, and a second reading by LibreOffice.

What differs between the two readings is named here with its reason, so that nothing new can hide.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.tables import zvity
from bench.word import converted, differences, html_tables, round_trips, wrong_features
from tests.samples import FEATURES, SCHOOL, WORD

TRACKED = "table 1: 19 × 4 and 20 × 4"
"""LibreOffice shows the row and the text that tracked changes deleted; we accept all changes."""


def test_all_hard_features_are_read() -> None:
    truth = json.loads(FEATURES.with_suffix(".truth.json").read_text(encoding="utf-8"))
    assert len(truth) == 20
    assert wrong_features(zvity(FEATURES).tables[0], truth) == []


@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("file", "known"),
    [
        pytest.param(WORD, [], id="report"),
        pytest.param(SCHOOL, [], id="school programme"),
        pytest.param(FEATURES, [TRACKED], id="features"),
    ],
)
def test_libreoffice_reads_the_same_rows_columns_spans_and_texts(file: Path, known: list[str], tmp_path: Path) -> None:
    theirs = html_tables(converted([file], "html", tmp_path)[file])
    assert list(differences(zvity(file).tables, theirs)) == known


@pytest.mark.libreoffice
def test_word_reader_agrees_with_the_pdf_reader(tmp_path: Path) -> None:
    trips = {trip.name: trip for trip in round_trips([WORD, SCHOOL], tmp_path)}
    assert trips[WORD.stem].adjacency.f1 == 1
    assert trips[SCHOOL.stem].adjacency.f1 > 0.97
