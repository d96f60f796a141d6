"""Every number of every layout: its measure, years, fund, unit and kind of row, and no false contradiction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.family_files import load_families
from pipeline.process import process
from tests.layout_files import FOLDER, VARIATIONS, Spec, load, mistakes, word

LAYOUTS = sorted(FOLDER.glob("*.json"))


def test_there_are_layouts_of_every_family() -> None:
    families = {table["family"] for path in LAYOUTS for table in load(path)["tables"]}
    assert families >= {family.name for family in load_families()} | {None}


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_every_number_means_what_a_reader_would_say(path: Path) -> None:
    spec = load(path)
    assert mistakes(spec, process(word(spec), f"{path.stem}.docx")) == []


@pytest.mark.parametrize("vary", VARIATIONS, ids=lambda vary: vary.__name__)
def test_the_same_document_otherwise_means_the_same(vary: Callable[[Spec], Spec | None]) -> None:
    varied = 0
    for path in LAYOUTS:
        spec = vary(load(path))
        if spec is not None:
            varied += 1
            assert mistakes(spec, process(word(spec), f"{path.stem}.docx")) == [], path.stem
    assert varied > 40
