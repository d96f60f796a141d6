"""Sums over rows and columns that nothing but the numbers tells of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.builders import observation
from validators.arithmetic import Relation, Rules, check, prove
from validators.identity import exactly
from validators.records import Observation

UNKNOWN = Rules(known=False)


def table(*rows: Sequence[str], kinds: Sequence[str] = (), **fields: object) -> list[Observation]:
    """Give a table of money; each column is a measure of its own. `kinds` are those of the rows, items by default."""
    return [
        observation(
            r, c, raw, row_kind=kinds[r] if kinds else "item", measure=f"m{c}", period_start=None, period_end=None,
            **fields,
        )
        for r, row in enumerate(rows)
        for c, raw in enumerate(row)
    ]  # fmt: skip


def checks(observations: Sequence[Observation], rules: Rules = UNKNOWN) -> set[str | None]:
    checked, findings = check(observations, rules)
    assert not [f for f in findings if f.severity == "error"], findings
    return {o.check for o in checked}


def mined(observations: Sequence[Observation]) -> list[tuple[int, int]]:
    with exactly():
        return [i.result.place for i in prove(observations, UNKNOWN).identities if i.origin == "mined" and i.says()]


ITEMS = (("1 234,5", "7 654,3"), ("2 345,6", "1 111,1"), ("1 020,3", "4 004,4"))
SUM = ("4 600,4", "12 769,8")


def test_a_row_that_sums_those_above_without_a_word() -> None:
    assert checks(table(*ITEMS, SUM)) == {"verified"}


def test_a_row_that_sums_those_below() -> None:
    assert checks(table(SUM, *ITEMS)) == {"verified"}


def test_sums_of_sums() -> None:
    again = (("3 003,1", "5 050,5"), ("4 104,2", "6 161,6"))
    both = ("7 107,3", "11 212,1")
    total = ("11 707,7", "23 981,9")
    assert checks(table(*ITEMS, SUM, *again, both, total)) == {"verified"}
    assert checks(table(total, SUM, *ITEMS, both, *again)) == {"verified"}


def test_a_row_that_is_the_difference_of_two() -> None:
    assert checks(table(("9 876,5", "8 765,4"), ("1 234,1", "4 321,2"), ("8 642,4", "4 444,2"))) == {"verified"}


def test_rows_that_break_down_others_are_not_added() -> None:
    rows = table(*ITEMS[:2], ("1 000,1", "900,2"), ("3 580,1", "8 765,4"), kinds=("item", "item", "item", "total"))
    names = ("Ремонт", "Пальне", "у тому числі бензин", "Разом")
    named = [o._replace(item=names[o.row]) for o in rows]
    assert {o.place for o in prove(named, UNKNOWN).observations if o.check == "unchecked"} == {(2, 0), (2, 1)}


def test_an_average_is_no_sum() -> None:
    rows = table(*ITEMS, SUM)
    assert mined(rows)
    assert not mined([o._replace(item="Середня ціна") if o.row == 3 else o for o in rows])


def test_columns_that_add_up() -> None:
    rows = [(f"{a},5", f"{b},1", f"{a + b},6") for a, b in ((101, 20), (345, 61), (77, 902), (555, 3), (23, 808))]
    assert checks(table(*rows)) == {"verified"}


def test_every_second_column_adds_up() -> None:
    values = [
        (11.5, 7.2, 30.1, 9.9),
        (8.4, 3.3, 5.8, 70.6),
        (91.2, 4.1, 2.7, 6.6),
        (55.5, 44.1, 10.9, 1.2),
        (7.7, 8.8, 9.1, 12.3),
    ]
    rows = [[f"{v:.1f}".replace(".", ",") for v in (*row, row[0] + row[2], row[1] + row[3])] for row in values]
    assert checks(table(*rows)) == {"verified"}


def test_price_by_quantity() -> None:
    prices = (("3", "104,50", "313,50"), ("7", "99,99", "699,93"), ("2", "1 250,00", "2 500,00"))
    rows = table(*prices, ("12", "48,25", "579,00"), ("4", "333,33", "1 333,32"))
    units = [o._replace(unit="count" if o.column == 0 else "UAH") for o in rows]
    checked = prove(units, UNKNOWN).observations
    assert {o.place for o in checked if o.check == "verified"} >= {(row, 1) for row in range(5)}
    wrong = [o._replace(value=o.value and o.value - 100) if o.place == (1, 2) else o for o in units]
    (finding,) = prove(wrong, UNKNOWN).findings
    assert set(finding.cells) == {(1, 0), (1, 1), (1, 2)}


def test_a_quantity_of_one_is_not_taken_for_a_price_by_nothing() -> None:
    rows = [("6", "104,50", "627,00"), ("7", "99,99", "699,93"), ("2", "1 250,00", "2 500,00")]
    rows += [("12", "48,25", "579,00"), ("4", "333,33", "1 333,32"), ("9", "10,07", "90,63")]
    units = [o._replace(unit="count" if o.column == 0 else "UAH") for o in table(*rows)]
    misread = [o._replace(value=Decimal(1), raw="1") if o.place == (0, 0) else o for o in units]
    assert (0, 0) in {place for f in prove(misread, UNKNOWN).findings for place in f.cells}


def test_an_average_of_columns() -> None:
    rows = [("438", "18", "24,3"), ("712", "29", "24,6"), ("95", "6", "15,8"), ("203", "11", "18,5")]
    rows.append(("1 448", "64", "22,6"))
    checked = prove([o._replace(unit="count") for o in table(*rows)], UNKNOWN).observations
    assert {o.place for o in checked if o.check == "verified"} >= {(0, 2), (2, 2), (4, 2)}, "24,55 may be cut, too"


def test_few_rows_say_nothing_of_columns() -> None:
    assert mined(table(("1,5", "2,5", "4,0"), ("3,0", "4,5", "7,5"))) == []


def test_numbers_of_several_units_are_not_added() -> None:
    rows = table(*ITEMS, SUM)
    mixed = [o._replace(unit="count") if o.row == 1 else o for o in rows]
    assert not mined(mixed)


def test_a_wrong_digit_in_a_mined_sum_is_told_with_how_many_agree() -> None:
    rows = table(*ITEMS, ("4 600,4", "12 764,8"))
    (finding,) = prove(rows, UNKNOWN).findings
    assert (finding.rule, finding.expected, finding.found) == ("sum", "12769.8", "12 764,8")
    assert "Так у 1 з 2 подібних місць" in finding.message


def test_a_sum_off_by_rounding_in_a_table_of_no_known_kind_is_a_warning() -> None:
    rows = table(("1 508,08", "2 205,98"), ("9,04", "10,12"), ("1,99", "2,23"), ("1 519,11", "2 218,34"))
    (finding,) = prove(rows, UNKNOWN).findings
    assert (finding.rule, finding.severity, finding.row, finding.column) == ("rounding", "warning", 3, 1)


@pytest.mark.parametrize("digits", [1, 2, 3, 5])
def test_tables_of_chance_have_no_identities(digits: int) -> None:
    draw = random.Random(digits)
    found = 0
    for _ in range(60):
        n = draw.randrange(4, 30)
        rows = [[str(draw.randrange(10**digits)) for _ in range(draw.randrange(4, 5))] for _ in range(n)]
        found += len(mined(table(*rows)))
    assert found == 0


def test_averages_below_are_no_part_of_what_the_rows_add_up_to() -> None:
    rows = [("318", "12", "26,5"), ("196", "8", "24,5"), ("71", "4", "17,8"), ("94", "6", "15,7")]
    rows += [("679", "30", "22,6")]
    pupils = [o._replace(unit="count") for o in table(*rows, kinds=("item", "item", "item", "item", "total"))]
    wrong = [o._replace(value=o.value and o.value + 100) if o.place == (4, 0) else o for o in pupils]
    assert not prove(pupils, UNKNOWN).findings
    assert {f.culprit for f in prove(wrong, UNKNOWN).findings} == {(4, 0)}


def _funds(*more: Sequence[str]) -> list[Observation]:
    rows = [
        ("101,5", "20,1", "121,6"),
        ("345,5", "61,1", "406,6"),
        ("77,5", "902,1", "979,6"),
        ("555,5", "3,1", "558,6"),
    ]
    return table(*rows, ("23,5", "808,1", "831,6"), *more)


def test_a_row_of_averages_is_not_held_against_columns_that_add_up() -> None:
    rows = _funds(("10,5", "11,5", "21,0"))
    assert prove(rows, UNKNOWN).findings, "as any other row would be"
    named = [o._replace(item="Середня вартість") if o.row == 5 else o for o in rows]
    assert not prove(named, UNKNOWN).findings


def test_columns_of_which_rows_without_a_sum_have_parts_are_no_sums() -> None:
    """As the reserve in a budget: it is in the total of all, and in none of the columns that add up elsewhere."""
    rows = _funds(("500,0", "", ""), ("1 603,5", "1 794,5", "2 898,0"))
    assert not [f for f in prove(rows, UNKNOWN).findings if f.severity == "error"]


def test_a_total_over_rows_that_are_not_broken_down_is_not_held_against_its_parts() -> None:
    rows = _funds(("500,0", "", ""), ("1 603,5", "1 794,5", "2 898,0"))
    swapped = [o._replace(column=2 - o.column, row_kind="total" if o.row == 6 else "item") for o in rows]
    assert not [f for f in prove(sorted(swapped, key=lambda o: o.place), UNKNOWN).findings if f.severity == "error"]


def test_a_table_with_missing_rows_is_not_mined() -> None:
    rows = table(*ITEMS, SUM)
    numbered = [o._replace(item_number=number) for o in rows for number in [("1", "2", "5", "6")[o.row]]]
    found = prove(numbered, UNKNOWN)
    assert [f.rule for f in found.findings] == ["rows_missing"]
    assert {o.check for o in found.observations} == {"unchecked"}


def test_a_relation_of_one_row_proves_nothing_unless_the_headings_state_it() -> None:
    row = table(("100,5", "80,2", "20,3"))
    relation = Relation("difference", 2, 0, 1, 1, 1)
    assert {o.check for o in check(row, Rules([relation]))[0]} == {"unchecked"}
    assert {o.check for o in check(row, Rules([replace(relation, stated=True)]))[0]} == {"verified"}
