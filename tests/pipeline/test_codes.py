"""Codes keep their zeros, tell what is wrong with them, and know which stands above which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codes import KINDS, clean, parents, problem, stem


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("katottg", "UA18040190000057734"), ("katottg", "UА18040190000057734"), ("edrpou", "04412419"),
        ("edrpou", "21067735"),
        ("kpkvk", "0110150"), ("tpkvk", "0150"), ("kfk", "0111"), ("kekv", "2111"), ("kkdb", "11010100"),
        ("budget", "2551800000"), ("budget", "25518000000"), ("row", "001"), ("kekv", "х"), ("kekv", "-"), ("kekv", ""),
        ("kkdb", "11 01 01 00"),
    ],
)  # fmt: skip
def test_good_codes(kind: str, text: str) -> None:
    assert problem(kind, text) is None


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("edrpou", "04412418", "контрольна цифра"), ("edrpou", "4412419", "ЄДРПОУ"), ("kekv", "0111", "КЕКВ"),
        ("kkdb", "1101010", "ККДБ"),
        ("katottg", "UA1804019000005773", "КАТОТТГ"), ("kpkvk", "01101509", "КПКВК"),
    ],
)  # fmt: skip
def test_bad_codes_are_told(kind: str, text: str, told: str) -> None:
    found = problem(kind, text)
    assert found is not None
    assert told in found
    assert text in found


@given(st.integers(0, 9_999_999).map(lambda n: f"{n:07}"))
def test_an_edrpou_has_one_check_digit(digits: str) -> None:
    good = [f"{digits}{last}" for last in range(10) if problem("edrpou", f"{digits}{last}") is None]
    assert len(good) <= 1


def test_codes_are_texts() -> None:
    assert clean(" 01 10150 ") == "0110150"
    assert "any" in KINDS


@pytest.mark.parametrize(
    ("kind", "codes", "above"),
    [
        ("kekv", ("2000", "2100", "2110", "2111", "2120", "2200", "2210", "9000"), {"2000", "2100", "2110", "2200"}),
        (
            "kkdb",
            ("10000000", "11000000", "11010000", "11010100", "18011000", "18011100"),
            {"10000000", "11000000", "11010000"},
        ),
        ("kpkvk", ("0100000", "0110000", "0110150", "0111010"), {"0100000", "0110000"}),
        ("any", ("01", "02", "10", "11", "12"), set()),
        ("any", ("0100", "0150", "1000", "1010"), {"0100", "1000"}),
        ("kekv", ("2210",), set()),
    ],
)
def test_which_codes_stand_above_others(kind: str, codes: tuple[str, ...], above: set[str]) -> None:
    assert set(parents(kind, codes)) == above


def test_stems() -> None:
    assert [stem("kkdb", code) for code in ("10000000", "18010000", "18011000")] == ["1", "1801", "180110"]
