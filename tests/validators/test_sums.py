"""Sums over rows that codes and texts state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from pipeline.codes import nearest
from tests.builders import observation
from validators.arithmetic import Rules, check
from validators.records import Observation

ESTIMATE = {
    "2000": ("150 300,5", "12 100,4"), "2100": ("122 000,1", "-"), "2111": ("100 000,1", "-"),
    "2120": ("22 000,0", "-"), "2200": ("28 300,4", "12 100,4"), "2210": ("8 300,4", "1 100,4"),
    "2240": ("20 000,0", "11 000,0"), "3000": ("-", "9 512,5"), "3110": ("-", "9 512,5"),
}  # fmt: skip


def coded(rows: Mapping[str, Sequence[str]], kinds: Mapping[str, str] = {}) -> list[Observation]:
    return [
        observation(r, c, raw, code=code, item=f"Видатки {code}", row_kind=kinds.get(code, "item"), part=f"{c}")
        for r, (code, texts) in enumerate(rows.items())
        for c, raw in enumerate(texts)
    ]


def rules(codes: Sequence[str], kind: str = "kekv") -> Rules:
    return Rules(sums=False, above=nearest(kind, codes))


def test_each_code_sums_those_right_below_it() -> None:
    checked, findings = check(coded(ESTIMATE), rules(list(ESTIMATE)))
    assert not findings
    assert {o.check for o in checked if o.value is not None} == {"verified"}


def test_a_wrong_digit_is_told_by_the_sums_above_and_below() -> None:
    wrong = {**ESTIMATE, "2200": ("28 800,4", "12 100,4")}
    checked, findings = check(coded(wrong), rules(list(ESTIMATE)))
    assert {(f.culprit, f.proposal) for f in findings} == {((4, 0), "28300.4")}
    assert {o.code for o in checked if o.check == "contradicted"} == {"2200"}


def test_codes_that_are_no_levels_of_sums_are_not_held_against_the_table() -> None:
    """Where only some of the codes below are listed, nothing adds up."""
    partial = {code: texts for code, texts in ESTIMATE.items() if code not in ("2120", "2240", "2210")}
    assert not check(coded(partial), rules(list(partial)))[1]


def test_where_most_codes_do_not_add_up_none_is_held_against_the_table() -> None:
    texts = {
        "2000": "99 120,5", "2100": "33 001,2", "2111": "11 000,3", "2120": "22 000,9", "2200": "28 301,1",
        "2210": "8 300,4", "2240": "20 000,7", "3000": "9 712,5", "3110": "9 512,5", "3120": "100,0",
        "4000": "5 000,5", "4110": "1 000,1",
    }  # fmt: skip
    one = {code: (raw,) for code, raw in texts.items()}
    assert not check(coded(one), rules(list(one)))[1], "3000 is off by one digit, but others are no sums"


@pytest.mark.parametrize(
    ("kind", "codes", "above"),
    [
        ("kekv", ["2000", "2100", "2110", "2111", "3000"], {"2100": "2000", "2110": "2100", "2111": "2110"}),
        ("kkdb", ["10000000", "11000000", "11010000", "18000000"],
         {"11000000": "10000000", "11010000": "11000000", "18000000": "10000000"}),
        ("any", ["100000", "100102", "110000", "110201"], {"100102": "100000", "110201": "110000"}),
        ("kpkvk", ["0100000", "0110000", "0110150", "1000000", "1010000"],
         {"0110000": "0100000", "0110150": "0110000", "1010000": "1000000"}),
        ("kekv", ["2000", "25010000"], {}),
    ],
)  # fmt: skip
def test_which_code_stands_above_which(kind: str, codes: list[str], above: dict[str, str]) -> None:
    assert nearest(kind, codes) == above


def test_the_text_above_the_table_states_its_total() -> None:
    alone = [observation(0, 0, "42 500,5", row_kind="total")]
    stated = Rules(sums=False, stated=[Decimal("42500500")])
    assert [o.check for o in check(alone, stated)[0]] == ["verified"]
    slip = [alone[0]._replace(value=Decimal("42900.5"), raw="42 900,5")]
    (finding,) = check(slip, stated)[1]
    assert (finding.rule, finding.expected, finding.culprit) == ("stated", "42500.5", (0, 0))
    assert finding.proposal == "42500.5"
    twice = [alone[0], alone[0]._replace(column=1)]
    assert [o.check for o in check(twice, stated)[0]] == ["unchecked"] * 2, "which of both is meant is not known"


def test_parts_by_their_numbers() -> None:
    rows = [("2", "27 324,6"), ("2.1", "6 375,0"), ("2.2", "11 700,0"), ("2.3", "9 249,6"), ("3", "500,0")]
    found = [observation(r, 0, raw, item_number=number) for r, (number, raw) in enumerate(rows)]
    assert [o.check for o in check(found, Rules(sums=False))[0]] == ["verified"] * 4 + ["unchecked"]
    wrong = [o._replace(value=Decimal("27924.6")) if o.row == 0 else o for o in found]
    (finding,) = check(wrong, Rules(sums=False))[1]
    assert (finding.rule, finding.expected) == ("sum", "27324.6")


def _listed(*rows: tuple[str, str, str, str | None], unit: str = "thousand UAH") -> list[Observation]:
    return [
        observation(r, 0, raw, item=item, row_kind=kind, item_number=number, unit=unit)
        for r, (item, raw, kind, number) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    "line",
    ["із них обладнання", "з них обладнання", "зокрема обладнання", "в т/ч обладнання", "в.т.ч. обладнання",
     "у тч обладнання", "- обладнання", "обладнання"],
)  # fmt: skip
def test_a_line_below_an_item_is_not_added_to_it(line: str) -> None:
    rows = _listed(
        ("Ремонт", "1 250,5", "item", "1"), (line, "300,4", "item", None), ("Пальне", "700,1", "item", "2"),
        ("Зв'язок", "90,3", "item", "3"), ("Усього", "2 040,9", "total", None),
    )  # fmt: skip
    assert not check(rows)[1]


def test_numbers_below_numbers_are_not_added() -> None:
    rows = _listed(
        ("Освіта", "5 500,5", "item", "1"), ("школи", "3 000,2", "item", "1.1"), ("Культура", "700,1", "item", "2"),
        ("Усього", "6 200,6", "total", None),
    )  # fmt: skip
    assert not check(rows)[1]


def test_the_second_of_two_totals_with_their_parts_below_sums_nothing_above() -> None:
    rows = _listed(
        ("Видатки, усього", "5 500,5", "total", None), ("з них освіта", "3 000,2", "item", None),
        ("культура", "2 500,3", "item", None), ("Доходи, усього", "6 500,7", "total", None),
        ("з них ПДФО", "4 000,2", "item", None), ("єдиний податок", "2 100,5", "item", None),
    )  # fmt: skip
    assert not check(rows)[1]
