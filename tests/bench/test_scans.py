"""Scans made of PDFs: the same for the same seed, spoiled as their names say, counted as the product tells."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from bench.scans import WAYS, letter_errors, line, scan
from tests.samples import PDF


@pytest.mark.parametrize(
    ("found", "true", "errors"), [("", "", 0), ("абв", "а б в", 0), ("абг", "абв", 1), ("", "аб", 2)]
)
def test_letters_that_differ_are_counted(found: str, true: str, errors: int) -> None:
    assert letter_errors(found, true) == errors


@pytest.mark.parametrize("name", WAYS)
def test_scan_is_a_picture_of_the_page_and_the_same_again(name: str, tmp_path: Path) -> None:
    first, second = (scan(PDF, tmp_path / f"{n}.pdf", WAYS[name], 5, 1) for n in (1, 2))
    other = scan(PDF, tmp_path / "3.pdf", WAYS[name], 6, 1)
    pictures = []
    for file in (first, second, other):
        document = pypdfium2.PdfDocument(file)
        assert len(document) == 1
        assert not document[0].get_textpage().get_text_bounded().strip()
        pictures.append(document[0].render(scale=0.5).to_numpy())
        document.close()
    assert (pictures[0] == pictures[1]).all()
    assert pictures[0].shape == pictures[2].shape
    upright = pypdfium2.PdfDocument(PDF)[0].get_size()
    height, width = pictures[0].shape[:2]
    assert (width > height) == ((upright[0] > upright[1]) != (name in ("turned 90", "turned 270")))
    assert np.ptp(pictures[0]) > 60, "the page is blank"


def test_shares_are_of_the_numbers() -> None:
    counts = Counter(
        {"cells": 10, "exact": 9, "numbers": 4, "right": 3, "flagged": 1, "sure": 2, "sure and right": 1, "letters": 50}
    )
    assert line("x", counts) == "| x | 0.9000 | 4 | 0.7500 | 0.2500 | 0 | 0 | 0.0000 | 0.5000 | 0.5000 | 0.0 |"
