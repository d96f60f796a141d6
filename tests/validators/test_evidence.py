"""When the numbers are enough to believe in an identity, and that what is verified would be contradicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from tests.builders import observation
from validators.evidence import LABELLED, believed, is_rounding, one_digit, slip
from validators.identity import Identity, exactly


@pytest.fixture(autouse=True)
def _exact() -> Iterator[None]:
    with exactly():
        yield


def _sum(column: int, *texts: str) -> Identity:
    """Give the sum of all but the last text, down a column."""
    cells = [observation(row, column, text) for row, text in enumerate(texts)]
    return Identity("sum", cells[-1], tuple(cells[:-1]), origin="mined")


FITS = _sum(0, "1 234,5", "2 345,6", "3 580,1")
OTHER = _sum(1, "7 654,3", "1 111,1", "8 765,4")
SLIP = _sum(1, "7 654,3", "1 111,1", "8 765,5")
WRONG = _sum(1, "7 654,3", "1 111,1", "5 402,9")


def _columns(found: Sequence[Identity]) -> list[int]:
    return sorted(identity.result.column for identity in found)


def test_one_column_alone_is_not_enough() -> None:
    assert believed([FITS], 0.0, 1) == []


def test_each_column_is_believed_for_the_other() -> None:
    found = believed([FITS, OTHER], 0.0, 1)
    assert _columns(found) == [0, 1]
    assert {(identity.fits, identity.tested) for identity in found} == {(2, 2)}


def test_equal_columns_count_once_but_speak_for_each_other() -> None:
    again = _sum(1, "1 234,5", "2 345,6", "3 580,1")
    assert _columns(believed([FITS, again], 0.0, 1)) == [0, 1]
    assert believed([FITS, again], 0.0, 100) == [], "the same numbers twice are no more than once"


def test_a_wrong_digit_is_held_against_a_sum_that_another_column_speaks_for() -> None:
    assert _columns(believed([FITS, SLIP], 0.0, 1)) == [1], "the slip; the other has nothing left to speak for it"
    assert believed([FITS, WRONG], 0.0, 1) == [], "anything else says that it is no sum"


def test_so_many_tried_so_much_more_is_needed() -> None:
    assert believed([FITS, OTHER], 0.0, 10**6) == []


def test_a_label_is_enough_for_one_column_with_digits_enough() -> None:
    assert _columns(believed([FITS], LABELLED, 1)) == [0]
    assert _columns(believed([SLIP], LABELLED, 1)) == [1]
    assert believed([WRONG], LABELLED, 1) == []
    assert believed([_sum(0, "1", "2", "3")], LABELLED, 1) == [], "with small numbers any would look like a slip"


def test_two_slips_are_no_sum() -> None:
    other = _sum(0, "1 234,5", "2 345,6", "3 580,2")
    assert believed([other], LABELLED, 1)
    assert believed([other, SLIP], LABELLED, 1) == []


def test_a_column_of_averages_does_not_hide_the_sum_that_a_label_states() -> None:
    third = _sum(2, "3 003,3", "4 004,5", "7 007,8")
    found = believed([FITS, OTHER, third, _sum(3, "24,4", "11,0", "18,8")], LABELLED, 1)
    assert _columns(found) == [0, 1, 2]
    assert believed([FITS, OTHER, third, _sum(3, "24,4", "11,0", "18,8")], 0.0, 1) == [], "without a label it does"


def test_what_repeats_one_number_speaks_for_nothing() -> None:
    copies = [_sum(0, "1 234,5", "-", "1 234,5"), _sum(1, "7 654,3", "", "7 654,3")]
    assert believed(copies, 0.0, 1) == []


@pytest.mark.parametrize(
    ("printed", "other", "is_one"),
    [
        ("100,5", "100.6", True), ("100,5", "900.5", True), ("0,5", "9.5", True), ("9,5", "0.5", True),
        ("100,5", "100.55", False), ("100,5", "1005", False), ("100", "1000", False), ("12", "21", False),
        ("-12", "12", False), ("-12", "-13", True), ("105", "5", True),
    ],
)  # fmt: skip
def test_one_digit(printed: str, other: str, is_one: bool) -> None:
    value = observation(0, 0, printed).value
    assert value is not None
    assert one_digit(value, Decimal(other)) is is_one


def test_slip_tells_the_number_and_what_it_should_be() -> None:
    found = slip(SLIP)
    assert found is not None
    assert found == (0, Decimal("8765.4"))
    assert slip(WRONG) is None
    product = Identity("product", *_three("97", "9", "10,4"))
    assert slip(product) == (0, Decimal(93))


def _three(*texts: str) -> tuple:  # type: ignore[type-arg]
    cells = [observation(0, column, text) for column, text in enumerate(texts)]
    return cells[0], tuple(cells[1:])


def test_rounding_explains_half_a_unit_a_term() -> None:
    assert is_rounding(_sum(0, "8,08", "9,04", "1,99", "19,12"))
    assert not is_rounding(_sum(0, "8,08", "9,04", "1,99", "19,13"))
    assert not is_rounding(_sum(0, "8", "9", "2", "20")), "whole things are counted"
