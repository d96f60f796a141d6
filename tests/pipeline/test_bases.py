"""Which plan a percentage is of, and which way a deviation is taken, is found out from the numbers, not assumed."""

from __future__ import annotations

import pytest

from pipeline.bases import by_their_numbers, find_relations, with_bases
from pipeline.column import Column
from validators.arithmetic import Relation

YEAR = (2021, 2021)
PLAN, PERIOD, ACTUAL = "plan", "plan_period", "actual"


def column(measure: str, base: str | None = None, fund: str = "total", period: tuple[int, int] = YEAR) -> Column:
    return Column((measure,), measure=measure, base=base, fund=fund, period=period)


COLUMNS = [column(PLAN), column(PERIOD), column(ACTUAL), column("percent"), column("deviation")]
# Plan of the year, plan of the period, fact: as Kotelva's report has them.
ROWS = [
    ["58 976,3", "52 106,8", "52 921,5"], ["171,4", "171,4", "200,8"], ["21 222,2", "19 447,9", "17 193,0"],
    ["4 486,9", "4 182,1", "4 570,8"], ["11 273,8", "10 673,1", "11 385,0"],
]  # fmt: skip
OF_PERIOD = [["101,6", "814,7"], ["117,2", "29,4"], ["88,4", "-2 254,9"], ["109,3", "388,7"], ["106,7", "711,9"]]
OF_YEAR = [["89,7", "-6 054,8"], ["117,2", "29,4"], ["81,0", "-4 029,2"], ["101,9", "83,9"], ["101,0", "111,2"]]


def body(numbers: list[list[str]]) -> list[list[str]]:
    return [a + b for a, b in zip(ROWS, numbers, strict=True)]


@pytest.mark.parametrize(("numbers", "base"), [(OF_PERIOD, PERIOD), (OF_YEAR, PLAN)])
def test_the_plan_that_the_numbers_fit(numbers: list[list[str]], base: str) -> None:
    relations, unfit = find_relations(COLUMNS, body(numbers))
    assert not unfit
    assert [(r.rule, r.fits, r.tested) for r in relations] == [("percent", 5, 5), ("difference", 5, 5)]
    assert [c.base for c in with_bases(COLUMNS, relations, unfit)] == [None, None, None, base, base]


def test_a_wrong_number_in_one_row_does_not_hide_the_base() -> None:
    numbers = [["101,6", "814,7"], ["117,2", "29,4"], ["88,4", "-2 254,9"], ["19,3", "388,7"], ["106,7", "711,9"]]
    relations, _ = find_relations(COLUMNS, body(numbers))
    assert (relations[0].second, relations[0].fits, relations[0].tested) == (1, 4, 5)


def test_numbers_that_fit_no_plan_have_no_base() -> None:
    numbers = [["50,1", "1"], ["60,2", "2"], ["70,3", "3"], ["80,4", "4"], ["90,5", "5"]]
    relations, unfit = find_relations(COLUMNS, body(numbers))
    assert (relations, unfit) == ([], frozenset((3, 4)))
    assert [c.base for c in with_bases(COLUMNS[1:], *find_relations(COLUMNS[1:], [r[1:] for r in body(numbers)]))][
        -2:
    ] == [
        None,
        None,
    ], "not even of the only plan"


def test_a_deviation_may_be_plan_less_fact() -> None:
    columns = [column(PLAN), column(ACTUAL), column("deviation")]
    relations, unfit = find_relations(columns, [["414,0", "406,5", "7,5"], ["100", "120", "-20"]])
    assert relations == [Relation("difference", 2, 0, 1, 2, 2)]
    assert with_bases(columns, relations, unfit)[2].base == PLAN


def test_where_the_numbers_fit_both_plans_the_heading_decides() -> None:
    columns = [column(PLAN), column(PERIOD), column(ACTUAL), column("percent", base=PERIOD)]
    rows = [["100", "100", "50", "50"], ["200", "200", "50", "25"]]
    relations, unfit = find_relations(columns, rows)
    assert with_bases(columns, relations, unfit)[3].base == PERIOD
    columns[3] = column("percent")
    assert with_bases(columns, *find_relations(columns, rows))[3].base == PLAN


def test_funds_and_years_are_kept_apart() -> None:
    columns = [column(PLAN, fund=f) for f in ("general", "special")] + [
        column(ACTUAL, fund=f) for f in ("general", "special")
    ]
    columns += [column("percent", fund="special")]
    relations, _ = find_relations(columns, [["100", "10", "50", "9", "90"], ["100", "20", "20", "10", "50"]])
    assert relations == [Relation("percent", 4, 3, 1, 2, 2, stated=True)]


def test_growth_on_the_year_before() -> None:
    columns = [column(ACTUAL, period=(2020, 2020)), column(ACTUAL), column("percent")]
    relations, _ = find_relations(columns, [["100", "110", "110"], ["50", "60", "120"], ["80", "84", "105"]])
    assert relations == [Relation("percent", 2, 1, 0, 3, 3)]


def test_few_rows_that_do_not_fit_are_held_against_no_number_unless_another_year_tells() -> None:
    columns = [column(PLAN), column(ACTUAL), column("percent")]
    assert find_relations(columns, [["100", "50", "37"]]) == ([], frozenset((2,)))
    usual = Relation("percent", 2, 1, 0, stated=True)
    assert find_relations(columns, [["100", "50", "40"]])[0] == [usual], "40 is 50 with a wrong digit"
    assert find_relations(columns, [["100", "", "49"]])[0] == [usual], "nothing to compare"
    before = [column(m, period=(2020, 2020)) for m in (PLAN, ACTUAL, "percent")]
    relations, unfit = find_relations([*before, *columns], [["200", "100", "50", "100", "50", "37"]])
    assert relations == [Relation("percent", 2, 1, 0, 1, 1, stated=True), Relation("percent", 5, 4, 3, stated=True)]
    assert not unfit


def test_a_column_without_a_known_heading_may_be_proved_a_deviation() -> None:
    columns = [
        column(PLAN),
        column(ACTUAL),
        Column(("Залишок коштів",), measure="Залишок коштів", fund="total", period=YEAR),
    ]
    rows = [["100", "40", "60"], ["70", "30", "40"], ["55", "5", "50"]]
    known = {PLAN, ACTUAL, "deviation"}
    found = by_their_numbers(columns, rows, known)
    assert (found[2].measure, found[2].why) == ("deviation", "числа: різниця плану і факту")
    assert by_their_numbers(columns, [*rows, ["9", "5", "5"]], known) == columns, "one row says no"
    assert by_their_numbers(columns, rows[:2], known) == columns, "too few rows"
    assert by_their_numbers(columns, rows, {PLAN, ACTUAL}) == columns, "the family has no deviations"


def test_one_of_two_facts_may_be_proved_a_deviation() -> None:
    columns = [column(ACTUAL), column(PLAN), column(ACTUAL)]
    rows = [["100", "40", "60"], ["70", "30", "40"], ["55", "60", "-5"]]
    found = by_their_numbers(columns, rows, {PLAN, ACTUAL, "deviation"})
    assert [c.measure for c in found] == [ACTUAL, PLAN, "deviation"]
    columns[2] = column(ACTUAL, period=(2020, 2020))
    assert by_their_numbers(columns, rows, {PLAN, ACTUAL, "deviation"}) == columns, "its years tell it apart"


def test_difference_of_two_years_is_no_deviation_from_a_plan() -> None:
    columns = [column(ACTUAL, period=(2020, 2020)), column(ACTUAL), column("deviation")]
    rows = [["100", "110", "10"], ["50", "60", "10"], ["80", "84", "4"]]
    relations, unfit = find_relations(columns, rows)
    assert relations == [Relation("difference", 2, 1, 0, 3, 3)]
    (*_, found) = with_bases(columns, relations, unfit)
    assert (found.measure, found.base) == ("deviation", None)
    assert found.why == "числа: різниця двох років"


def test_a_wrong_digit_in_one_of_three_rows_does_not_hide_the_relation() -> None:
    columns = [column(PLAN), column(ACTUAL), column("deviation")]
    rows = [["1005", "904", "101"], ["2006", "1001", "1005"]]
    (relation,) = find_relations(columns, [*rows, ["3007", "2000", "1907"]])[0]
    assert (relation.rule, relation.fits, relation.tested) == ("difference", 2, 3)
    assert find_relations(columns, [*rows, ["3007", "2000", "777"]])[0] == [], "more than a digit"


def test_the_way_round_of_a_deviation_in_one_row_is_that_of_the_others() -> None:
    columns = [
        Column(("x",), measure=m, fund=f, period=YEAR)
        for f in ("general", "special")
        for m in (PLAN, ACTUAL, "deviation")
    ]
    one, other = find_relations(columns, [["1005", "904", "101", "2006", "1001", "77"]])[0]
    assert (one.stated, other.stated) == (False, True), "the first has no others that agree with it"
    assert (other.first, other.second) == (3, 4)
    alone = find_relations(columns[:3], [["1005", "904", "101"]])[0]
    assert [relation.stated for relation in alone] == [False]
