"""Averages of indicators: cost by number, in one table or over two."""

from __future__ import annotations

from decimal import Decimal

from tests.builders import observation
from validators.arithmetic import Rules, check
from validators.ratios import Cost
from validators.records import Observation


def indicators(average: tuple[str, str], count: tuple[str, str] = ("400", "308")) -> list[Observation]:
    rows = [
        ("Кількість відзначених осіб", count),
        ("Кількість укладених угод", ("5", "1")),
        ("Середня вартість відзначення на 1 особу", average),
    ]
    return [
        observation(r, c, raw, item=item, measure=measure, unit=None)
        for r, (item, texts) in enumerate(rows)
        for c, (measure, raw) in enumerate(zip(("plan", "actual"), texts, strict=True))
    ]


def money(*rows: tuple[str, str, str]) -> list[Cost]:
    return [
        Cost(
            [
                observation(r, c, raw, item=item, measure=measure)._replace(table=2)
                for c, (measure, raw) in enumerate((("plan", plan), ("actual", actual)), start=4)
            ]
        )
        for r, (item, plan, actual) in enumerate(rows)
    ]


COSTS = money(
    ("Членський внесок", "75,00", "69,96"),
    ("Закупівля предметів для нагородження", "150,00", "124,66"),
    ("Вшанування кращих посадових осіб", "270,00", "203,05"),
    ("Послуги з перевезення", "50,00", "11,10"),
)


def test_an_average_of_money_of_another_table_that_holds_verifies_it() -> None:
    checked, findings = check(indicators(("675,00", "659,25")), Rules(sums=False, money=COSTS))
    assert not findings
    assert {o.place for o in checked if o.check == "verified"} == {(2, 0), (2, 1), (0, 0), (0, 1)}


def test_one_that_is_off_in_one_column_is_told() -> None:
    """As in the report of Korosten: 270 / 400 is printed as 670, and 203,05 / 308 as 656,02."""
    _, (finding,) = check(indicators(("670", "656,02")), Rules(sums=False, money=COSTS))
    assert (finding.rule, finding.expected, finding.found) == ("quotient", "659.25", "656,02")
    assert finding.cells == ((2, 1), (0, 1)), "the money stands in another table"
    assert finding.culprit == (2, 1)


def test_numbers_that_only_stand_together_are_no_average() -> None:
    assert not check(indicators(("671,1", "444,4")), Rules(sums=False, money=COSTS))[1]
    assert not check(indicators(("670", "656,02")), Rules(sums=False))[1]


def test_an_average_of_rows_of_the_same_table() -> None:
    rows = [
        ("Видатки на харчування учнів", ("1 250 400", "1 180 350"), "UAH"),
        ("Кількість учнів", ("312", "298"), "count"),
        ("Середні видатки на харчування одного учня", ("4 007,69", "3 960,91"), "UAH"),
    ]
    found = [
        observation(r, c, raw, item=item, measure=measure, unit=unit)
        for r, (item, texts, unit) in enumerate(rows)
        for c, (measure, raw) in enumerate(zip(("plan", "actual"), texts, strict=True))
    ]
    assert {o.check for o in check(found, Rules(sums=False))[0] if o.place == (2, 0)} == {"verified"}
    wrong = [o._replace(value=Decimal("4907.69")) if o.place == (2, 0) else o for o in found]
    assert [(f.rule, f.row, f.column) for f in check(wrong, Rules(sums=False))[1]] == [("quotient", 2, 0)]


def test_noughts_are_not_rounded_to_where_others_are_printed_to_the_last_digit() -> None:
    """500 is 1 254 / 2,5 rounded to hundreds, but its neighbour is 560: the cost is wrong."""
    rows = [("Видатки на ремонт вулиць", ("1254000", "1400000")), ("Площа ремонту вулиць", ("2500", "2500"))]
    rows.append(("Середня вартість ремонту одного метра вулиць", ("500", "560")))
    found = [
        observation(r, c, raw, item=item, measure=measure, unit=None)
        for r, (item, texts) in enumerate(rows)
        for c, (measure, raw) in enumerate(zip(("plan", "actual"), texts, strict=True))
    ]
    checked, findings = check(found, Rules(sums=False))
    assert [f.rule for f in findings if f.severity == "error"] == ["quotient"]
    assert next(o.check for o in checked if o.place == (2, 0)) != "verified"


def test_averages_of_two_funds_are_not_held_against_each_other() -> None:
    """The average of all money need not be the one of the general fund."""
    rows = [
        ("Видатки на утримання штатної одиниці", ("1354500", "1384300")),
        ("Кількість штатних одиниць", ("54", "54")),
    ]
    rows.append(("Середні витрати на одну штатну одиницю", ("25083,33", "25318,8")))
    found = [
        observation(r, c, raw, item=item, fund=fund, unit=None)
        for r, (item, texts) in enumerate(rows)
        for c, (fund, raw) in enumerate(zip(("general", "total"), texts, strict=True))
    ]
    assert not check(found, Rules(sums=False))[1]
