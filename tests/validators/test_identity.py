"""What an identity says, whether it holds, and which of its numbers it proves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builders import observation
from validators.identity import Identity, Rule, exactly, is_slip, other_digits


@pytest.fixture(autouse=True)
def _exact() -> Iterator[None]:
    with exactly():
        yield


def _of(rule: Rule, result: str, *terms: str, **fields: object) -> Identity:
    parts = tuple(observation(0, column, raw) for column, raw in enumerate(terms, start=1))
    return Identity(rule, observation(0, 0, result), parts, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "numbers", "holds"),
    [
        ("sum", ("6", "1", "2", "3"), True),
        ("sum", ("6", "1", "2", "-"), False),
        ("sum", ("3", "1", "2", "-"), True),
        ("difference", ("-1", "1", "2"), True),
        ("product", ("12,5", "2,5", "5"), True),
        ("product", ("437", "18", "24,3"), True),
        ("product", ("438", "18", "24,3"), False),
        ("quotient", ("24,3", "438", "18"), True),
        ("quotient", ("24,4", "438", "18"), False),
        ("percent", ("33,3", "1", "3"), True),
        ("percent", ("33,4", "1", "3"), False),
        ("growth", ("-50", "1", "2"), True),
    ],
)
def test_what_holds(rule: Rule, numbers: tuple[str, ...], holds: bool) -> None:
    assert _of(rule, *numbers).holds() is holds


def test_a_stated_amount_is_the_number() -> None:
    assert _of("stated", "100,5", scale=Decimal("100.50")).holds()
    assert not _of("stated", "100,6", scale=Decimal("100.50")).holds()


@pytest.mark.parametrize(
    "identity",
    [
        _of("sum", "", "1", "2"),
        _of("sum", "3", "1", "2.000.1"),
        _of("sum", "3", "", ""),
        _of("percent", "5", "1", "0"),
        _of("quotient", "5", "-", "2"),
        _of("product", "5", "1", "-"),
    ],
)
def test_what_says_nothing(identity: Identity) -> None:
    assert not identity.says()


def test_a_number_on_both_sides_is_not_proven() -> None:
    total = observation(0, 0, "3")
    identity = Identity("sum", total, (observation(0, 1, "0"), total))
    assert identity.holds()
    assert list(identity.proven()) == [(0, 1)]
    assert not identity.proves((0, 0))


def test_a_quotient_proves_its_result_where_all_of_the_table_are_printed_alike() -> None:
    cut = _of("percent", "22,8", "68,6", "300")
    assert list(cut.proven()) == [], "22,9 is as good"
    assert cut.roundings() == {"cut"}
    assert list(_of("percent", "22,8", "68,6", "300", rounding="cut").proven()) == [(0, 0)]
    assert list(_of("percent", "22,8", "68,6", "300", rounding="rounded").proven()) == []


numbers = st.decimals(min_value=1, max_value=99999, places=1, allow_nan=False)


def _text(value: Decimal) -> str:
    return format(value, "f").replace(".", ",")


@given(st.sampled_from(["sum", "difference", "percent", "product", "quotient"]), numbers, numbers, st.data())
def test_a_proven_number_with_one_wrong_digit_breaks_the_identity(
    rule: Rule, first: Decimal, second: Decimal, data: st.DataObject
) -> None:
    places = data.draw(st.integers(0, 2))
    with exactly():
        exact = _of(rule, "1", _text(first), _text(second)).expected()
        assume(exact is not None)
        assert exact is not None
        printed = exact.quantize(Decimal(1).scaleb(-places)) if rule in ("percent", "product", "quotient") else exact
        identity = _of(rule, _text(printed), _text(first), _text(second))
        assume(identity.holds())
        for o in (identity.result, *identity.terms):
            if identity.proves(o.place) and o.value is not None:
                last = next(iter(other_digits(o.value)))
                assert not identity.holds({o.place: last})
                for other in other_digits(o.value):
                    step = abs(other - o.value)
                    assert identity.rule not in ("sum", "difference") or not identity.holds({o.place: other}), step


def test_the_nought_before_the_point_is_a_digit() -> None:
    assert Decimal("9.328") in set(other_digits(Decimal("0.328")))
    assert Decimal("0.328") in set(other_digits(Decimal("9.328")))
    assert len(list(other_digits(Decimal("0.5")))) == 18


def test_slips() -> None:
    assert is_slip("percent", Decimal("49"), Decimal(50), Decimal(100)), "50 of 102"
    assert is_slip("difference", Decimal(19), Decimal(30), Decimal(21))
    assert not is_slip("difference", Decimal(77), Decimal(30), Decimal(21))
