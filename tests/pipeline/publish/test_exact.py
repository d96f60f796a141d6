"""Numbers as text: the digits they have, and no others."""

from __future__ import annotations

from decimal import Context, Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.exact import decimal_texts, texts

KIND = pa.decimal128(38, 10)
LARGEST = Decimal("9999999999999999999999999999.9999999999")
WIDE = Context(prec=60)
DECIMALS = st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(n).scaleb(-10, WIDE)) | st.decimals(
    -1000, 1000, places=2
)


def _written(*values: Decimal | None) -> list[str | None]:
    found: list[str | None] = decimal_texts(pa.array(values, KIND)).to_pylist()
    return found


@given(st.lists(DECIMALS | st.none()))
def test_decimals_are_written_without_exponent_and_without_zeros_at_the_end(values: list[Decimal | None]) -> None:
    for value, text in zip(values, _written(*values), strict=True):
        if value is None:
            assert text is None
            continue
        assert text is not None
        assert Decimal(text) == value
        assert text == (format(value.normalize(WIDE), "f") if value else "0")


def test_what_an_exponent_or_a_lost_digit_would_show() -> None:
    values = [Decimal(text) for text in ("0", "-0.0000000001", "0.0000001", "100", "-5", "1234567.80", str(LARGEST))]
    assert _written(*values) == ["0", "-0.0000000001", "0.0000001", "100", "-5", "1234567.8", str(LARGEST)]


def test_a_part_of_a_column_is_that_part() -> None:
    assert decimal_texts(pa.array([Decimal(1), None, Decimal("2.5")], KIND).slice(1)).to_pylist() == [None, "2.5"]


def test_other_kinds() -> None:
    assert texts(pa.array([True, False, None])).to_pylist() == ["true", "false", None]
    assert texts(pa.array([19656], pa.date32())).to_pylist() == ["2023-10-26"]
    assert texts(pa.array([-7, None])).to_pylist() == ["-7", None]
