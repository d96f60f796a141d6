"""The report's own arithmetic: what holds, what breaks, what cannot be tested."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builders import observation
from validators.arithmetic import Combination, Relation, Rules, check
from validators.findings import Finding
from validators.identity import exactly, holds_in_row
from validators.records import Observation

Sections = {"section_number": "I", "section": "Перший"}


def _checks(observations: Sequence[Observation]) -> tuple[list[str | None], list[Finding]]:
    checked, findings = check(observations, _rules(observations))
    assert [o._replace(check=None) for o in checked] == [o._replace(check=None) for o in observations], (
        "only `check` is set"
    )
    return [o.check for o in checked], findings


def _rules(observations: Sequence[Observation]) -> Rules:
    """Give the relations of percentages with the plan and the actual of the same years and fund, by their columns."""
    columns = {(o.measure, o.period_start, o.fund): o.column for o in observations}
    return Rules(
        [
            Relation("percent", column, columns["actual", year, fund], columns["plan", year, fund])
            for (measure, year, fund), column in columns.items()
            if measure == "percent" and {("actual", year, fund), ("plan", year, fund)} <= columns.keys()
        ]
    )


def _section(total: str, *items: str, numbers: Sequence[str] = ()) -> list[Observation]:
    """Give a section's items in rows from 0 and its subtotal below."""
    found = [
        observation(i, 4, raw, item_number=numbers[i] if numbers else f"1.{i + 1}", **Sections)
        for i, raw in enumerate(items)
    ]
    return [*found, observation(len(items), 4, total, row_kind="subtotal", **Sections)]


def test_a_subtotal_that_holds_verifies_it_and_its_parts() -> None:
    checks, findings = _checks(_section("575,00", "75,00", "150,00", "300,00", "50,00"))
    assert (set(checks), findings) == ({"verified"}, [])


def test_nil_and_blank_count_as_zero_and_have_no_check() -> None:
    checks, findings = _checks(_section("75,00", "75,00", "-", "", "х"))
    assert (checks, findings) == (["verified", None, None, None, "verified"], [])


def test_a_subtotal_that_is_off_is_contradicted_and_its_parts_stay_unchecked() -> None:
    checks, findings = _checks(_section("575,05", "75,00", "500,00"))
    assert checks == ["unchecked", "unchecked", "contradicted"]
    (finding,) = findings
    assert (finding.rule, finding.severity, finding.expected, finding.found) == ("sum", "error", "575.00", "575,05")
    assert finding.cells == ((2, 4), (0, 4), (1, 4))
    assert "575,00" in finding.message


def _of_years(unit: str, *columns: Sequence[str]) -> list[Observation]:
    """Give the items and the total of a table, a column a year."""
    last = len(columns[0]) - 1
    return [
        observation(
            row,
            4 + i,
            column[row],
            period_start=2024 + i,
            period_end=2024 + i,
            unit=unit,
            row_kind="total" if row == last else "item",
        )
        for row in range(last + 1)
        for i, column in enumerate(columns)
    ]


OFF = ("12,4", "7,3", "5,1", "24,9"), ("3,3", "4,4", "5,5", "13,1")
"""Two sums that are off by as much as rounding their terms may do."""


def test_several_sums_of_thousands_that_are_off_by_rounding_are_warnings() -> None:
    checks, findings = _checks(_of_years("thousand UAH", *OFF))
    assert set(checks) == {"unchecked"}
    assert [(f.rule, f.severity, f.row, f.column) for f in findings] == [
        ("rounding", "warning", 3, 4),
        ("rounding", "warning", 3, 5),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        _of_years("thousand UAH", OFF[0], ("3,3", "4,4", "5,5", "13,2")),
        _of_years("thousand UAH", OFF[0], ("3,3", "4,4", "5,5", "13,6")),
        _of_years("UAH", *OFF),
    ],
    ids=["one sum", "one off by more", "hryvnias"],
)
def test_other_sums_that_are_off_are_errors(rows: list[Observation]) -> None:
    checks, findings = _checks(rows)
    assert "contradicted" in checks
    assert {f.rule for f in findings} == {"sum"}


def test_sums_of_thousands_that_one_number_may_have_put_off_are_errors() -> None:
    rows = _of_years("thousand UAH", OFF[0], ("3,3", "4,4", "5,5", "13,2"))
    both = observation(4, 4, "38,0", row_kind="total", period_start=2024, period_end=2025)
    checks, findings = _checks([*rows, both])
    assert [(f.rule, f.culprit, f.proposal) for f in findings] == [("sum", (3, 4), None)] * 2
    assert checks[6] == "contradicted"


def test_a_section_with_missing_rows_is_unchecked_with_that_reason() -> None:
    checks, findings = _checks(_section("825,00", "270,00", "50,00", numbers=("2.5", "2.9")))
    assert checks == ["unchecked"] * 3
    (finding,) = findings
    assert (finding.rule, finding.severity, finding.found, finding.row) == ("rows_missing", "warning", "2.5 → 2.9", 1)


def test_a_total_over_sections_verifies_a_subtotal_over_missing_rows_and_none_of_the_rows() -> None:
    rows = _section("825,00", "270,00", "50,00", numbers=("2.5", "2.9"))
    other = observation(3, 4, "100,00", row_kind="subtotal", section_number="II", section="Другий")
    checks, findings = _checks([*rows, other, observation(4, 4, "925,00", row_kind="total")])
    assert checks == ["unchecked", "unchecked", "verified", "verified", "verified"]
    assert [f.rule for f in findings] == ["rows_missing"]


@pytest.mark.parametrize("numbers", [("2.5", "2.6"), ("2.9", "2.10"), ("2.5", "3.1"), ("1", "2"), ("2.5", "2.5")])
def test_numbers_that_follow_are_no_gap(numbers: tuple[str, str]) -> None:
    assert _checks(_section("3,00", "1,00", "2,00", numbers=numbers))[1] == []


def test_an_unreadable_part_leaves_the_sum_unchecked() -> None:
    checks, findings = _checks(_section("10,00", "4,00", "6.000.1"))
    assert (checks, findings) == (["unchecked", None, "unchecked"], [])


def _two_sections(total: str) -> list[Observation]:
    rows = []
    for number, (row, value) in enumerate(((0, "10,00"), (2, "20,00")), start=1):
        where = {"section_number": str(number), "section": f"Розділ {number}"}
        rows += [
            observation(row, 4, value, item_number=f"{number}.1", **where),
            observation(row + 1, 4, value, row_kind="subtotal", **where),
        ]
    return [*rows, observation(4, 4, total, row_kind="total")]


def test_a_total_is_the_sum_of_the_sections() -> None:
    assert set(_checks(_two_sections("30,00"))[0]) == {"verified"}
    checks, findings = _checks(_two_sections("60,00"))
    assert checks[-1] == "contradicted"
    assert [f.cells for f in findings] == [((4, 4), (1, 4), (3, 4))], "items and subtotals are not summed together"


def test_a_total_without_sections_is_the_sum_of_the_items() -> None:
    rows = [observation(i, 4, "10,00", item_number=str(i + 1)) for i in range(3)]
    assert set(_checks([*rows, observation(3, 4, "30,00", row_kind="total")])[0]) == {"verified"}
    assert _checks([*rows, observation(3, 4, "31,00", row_kind="total")])[0][-1] == "contradicted"


def test_each_measure_period_and_fund_is_summed_by_itself() -> None:
    rows = []
    for column, (measure, year, fund, value) in enumerate(
        (
            ("plan", 2024, "general", "1,00"),
            ("plan", 2025, "general", "2,00"),
            ("plan", 2024, "special", "3,00"),
            ("actual", 2024, "general", "4,00"),
        )
    ):
        about = {"measure": measure, "period_start": year, "period_end": year, "fund": fund}
        rows += [observation(0, column, value, **about), observation(1, column, value, row_kind="total", **about)]
    rows.sort(key=lambda o: o.place)
    assert set(_checks(rows)[0]) == {"verified"}


def test_a_total_over_years_is_the_sum_of_the_years() -> None:
    def years(total: str) -> list[Observation]:
        found = [
            observation(0, column, value, row_kind="total", period_start=year, period_end=year)
            for column, (year, value) in enumerate(((2024, "3 887,30"), (2025, "3 647,30"), (2026, "3 647,30")))
        ]
        return [*found, observation(1, 0, total, row_kind="total", period_start=2024, period_end=2026)]

    assert set(_checks(years("11 181,90"))[0]) == {"verified"}
    checks, findings = _checks(years("11 181,91"))
    assert (checks[-1], [f.expected for f in findings]) == ("contradicted", ["11181.90"])


def _row(plan: str, actual: str, percent: str) -> list[Observation]:
    return [
        observation(0, 4, plan),
        observation(0, 7, actual, measure="actual"),
        observation(0, 10, percent, measure="percent", unit="percent"),
    ]


@pytest.mark.parametrize("printed", ["22,8", "22,86", "22,87", "22,9", "22", "23", "22,866", "22,867"])
def test_a_percentage_may_be_cut_or_rounded(printed: str) -> None:
    assert _checks(_row("300,00", "68,6", printed))[1] == []


def test_a_percentage_verifies_a_number_only_where_one_unit_of_its_last_digit_shows() -> None:
    assert _checks(_row("75,00", "69,96", "93,28"))[0] == ["verified"] * 3
    assert _checks(_row("300,00", "68,4", "22,8"))[0] == ["unchecked", "unchecked", "verified"]
    assert _checks(_row("300,00", "68,6", "22,8"))[0] == ["unchecked"] * 3, "22,9 would be as good"


def _percentages(*printed: str) -> list[Observation]:
    """Give rows with the percentages of 68,6 by 300,00 (22,867) and by others alike."""
    rows = []
    for row, (actual, text) in enumerate(zip(("68,6", "68,3", "68,0", "67,7", "67,4"), printed, strict=False)):
        rows += [o._replace(row=row) for o in _row("300,00", actual, text)]
    return rows


def test_percentages_that_are_all_cut_verify_each_other() -> None:
    cut = ("22,8", "22,7", "22,6", "22,5", "22,4")  # 22,867 22,767 22,667 22,567 22,467
    checks, findings = _checks(_percentages(*cut))
    assert (checks[2::3], findings) == (["verified"] * 5, [])
    checks, findings = _checks(_percentages(*cut[:4], "22,5"))
    assert checks[2::3] == [*["verified"] * 4, "unchecked"], "rounded where the others are cut"
    assert [(f.rule, f.severity, f.row, f.column) for f in findings] == [("rounding", "warning", 4, 10)]
    assert _checks(_percentages("22,9", "22,8", "22,6", "22,5"))[1] == [], "some cut, some rounded: both are usual"


@pytest.mark.parametrize("printed", ["22,7", "22,85", "22,88", "2,28", "228", "24"])
def test_a_percentage_that_is_neither_is_contradicted(printed: str) -> None:
    checks, findings = _checks(_row("300,00", "68,6", printed))
    assert (checks, [f.expected for f in findings]) == (["unchecked", "unchecked", "contradicted"], ["22.87"])


def test_a_percentage_of_nothing_says_nothing() -> None:
    assert _checks(_row("-", "5,00", "100")) == ([None, "unchecked", "unchecked"], [])
    assert _checks(_row("0", "0", "0")) == (["unchecked"] * 3, [])


def test_no_percentage_without_a_plan() -> None:
    rows = _row("300,00", "68,6", "99")
    assert _checks(rows[1:]) == (["unchecked", "unchecked"], [])


def test_a_percentage_printed_over_two_cells_is_told_once() -> None:
    rows = _row("825,00", "243,5", "29,4")
    rows += [
        observation(0, 5, "825,00", period_start=2025, period_end=2025),
        observation(0, 8, "", measure="actual", period_start=2025, period_end=2025),
        observation(0, 11, "6", measure="percent", unit="percent", period_start=2025, period_end=2025),
    ]
    rows.sort(key=lambda o: o.column)
    checks, findings = _checks(rows)
    assert checks == ["unchecked", "unchecked", "unchecked", None, "contradicted", "contradicted"]
    (finding,) = findings
    assert (finding.expected, finding.found, finding.cells[-1]) == ("29.52", "29,4 | 6", (0, 11))


def test_counts_are_not_summed() -> None:
    rows = [observation(i, 2, "5", unit="count") for i in range(2)]
    checks, findings = _checks([*rows, observation(2, 2, "11", unit="count", row_kind="total")])
    assert (set(checks), findings) == ({"unchecked"}, [])


def test_a_doubtful_reading_that_fits_is_verified_but_stays_doubtful() -> None:
    rows = _section("10,00", "4,00", "6,00")
    checked, _ = check([rows[0]._replace(doubtful=True), *rows[1:]])
    assert (checked[0].check, checked[0].doubtful) == ("verified", True)


money = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)


@given(st.lists(money, min_size=2, max_size=12), st.integers(1, 10**6))
def test_any_true_sum_holds_and_any_other_is_contradicted(parts: list[Decimal], off: int) -> None:
    texts = [format(part, "f").replace(".", ",") for part in parts]
    true, wrong = (format(sum(parts) + Decimal(extra).scaleb(-2), "f").replace(".", ",") for extra in (0, off))
    assert _checks(_section(true, *texts))[1] == []
    checks, findings = _checks(_section(wrong, *texts))
    assert (checks[-1], len(findings)) == ("contradicted", 1)


@given(money.filter(bool), money, st.integers(0, 4))
def test_any_cut_or_rounded_percentage_holds(plan: Decimal, actual: Decimal, digits: int) -> None:
    exact = 100 * actual / plan
    unit = Decimal(1).scaleb(-digits)
    for rounding in ("ROUND_DOWN", "ROUND_HALF_UP"):
        printed = format(exact.quantize(unit, rounding), "f").replace(".", ",")
        if len(printed) > 20:
            continue
        rows = _row(format(plan, "f").replace(".", ","), format(actual, "f").replace(".", ","), printed)
        assert _checks(rows)[1] == []


small = st.decimals(min_value=-999, max_value=999, places=2, allow_nan=False)


@given(small, small, st.integers(0, 3), st.integers(-3, 3), st.sampled_from(["percent", "growth"]))
def test_a_quotient_holds_where_it_is_printed_cut_or_rounded_and_nowhere_else(
    first: Decimal, second: Decimal, digits: int, off: int, rule: Literal["percent", "growth"]
) -> None:
    with exactly():
        assume(second)
        exact = 100 * first / second - (100 if rule == "growth" else 0)
        unit = Decimal(1).scaleb(-digits)
        printed = exact.quantize(unit, ROUND_DOWN) + off * unit
        fits = {exact.quantize(unit, rounding) for rounding in (ROUND_DOWN, ROUND_HALF_UP, ROUND_HALF_EVEN)}
        assert holds_in_row(rule, printed, first, second) == (printed in fits)


@pytest.mark.parametrize("numbers", [("а)", "б)"), ("а", "в"), ("1", "а"), ("-", "-"), ("I", "IV")])
def test_items_numbered_without_figures_have_no_gap(numbers: tuple[str, str]) -> None:
    assert _checks(_section("3,00", "1,00", "2,00", numbers=numbers)) == (["verified"] * 3, [])


def test_sums_and_percentages_of_the_longest_numbers_are_exact() -> None:
    most = "9" * 27
    rows = _section("1" + "9" * 26 + "8,0000000002", f"{most},0000000001", f"{most},0000000001")
    assert _checks(rows) == (["verified"] * 3, [])
    checks, findings = _checks(
        [*rows[:2], rows[2]._replace(value=rows[2].value + Decimal("1E-10") if rows[2].value else None)]
    )
    assert (checks[-1], len(findings)) == ("contradicted", 1)
    checks, findings = _checks(_row("0,0000000001", most, "5,0000000000"))
    assert (checks[-1], len(findings)) == ("contradicted", 1)


def test_breakdown_is_not_added_to_what_it_breaks_down() -> None:
    rows = [
        observation(0, 4, "10,00", item="Ремонт", item_number="1"),
        observation(1, 4, "6,00", item="у тому числі субвенція"),
        observation(2, 4, "10,00", row_kind="total"),
    ]
    checks, findings = _checks(rows)
    assert (set(checks), findings) == ({"unchecked"}, [])


printed = st.sampled_from(["", "-", "0", "1,00", "2,00", "3,00", "50", "100", "33,3", "1.000"])


@given(st.lists(st.lists(printed, min_size=9, max_size=9), min_size=1, max_size=6), st.data())
def test_every_contradicted_number_is_told_and_nothing_else(rows: list[list[str]], data: st.DataObject) -> None:
    kinds = data.draw(
        st.lists(st.sampled_from(["item", "item", "subtotal", "total"]), min_size=len(rows), max_size=len(rows))
    )
    found = [
        observation(
            row, column, raw, row_kind=kinds[row], item_number=f"1.{row}" if kinds[row] == "item" else None,
            measure=("plan", "actual", "percent")[column // 3], unit="percent" if column > 5 else "thousand UAH",
            period_start=2024 + column % 3, period_end=2024 + column % 3, **Sections,
        )
        for row, texts in enumerate(rows)
        for column, raw in enumerate(texts)
    ]  # fmt: skip
    checked, findings = check(found)
    assert [o._replace(check=None) for o in checked] == found
    assert all((o.check is None) == (o.value is None) for o in checked)
    contradicted = {o.place for o in checked if o.check == "contradicted"}
    errors = [f for f in findings if f.severity == "error"]
    assert {f.culprit or (f.row, f.column) for f in errors} <= contradicted
    assert contradicted <= {place for f in errors for place in f.cells}


# What a family says must hold in every row


def _asset(initial: str, worn: str, residual: str, **fields: str) -> list[Observation]:
    measures = ("initial_value", "depreciation", "residual_value")
    return [
        observation(3, column, raw, measure=measure, unit="UAH", **fields)
        for column, (measure, raw) in enumerate(zip(measures, (initial, worn, residual), strict=True))
    ]


WORN = Combination("", "residual_value", ((1, "initial_value"), (-1, "depreciation")))


@pytest.mark.parametrize(
    ("residual", "status"), [("75,50", "verified"), ("75,5", "verified"), ("175,50", "contradicted"), ("", None)]
)
def test_a_difference_that_the_family_states(residual: str, status: str | None) -> None:
    checked, findings = check(_asset("100,50", "25,00", residual), Rules(combinations=[WORN]))
    assert checked[2].check == status
    assert len(findings) == (status == "contradicted")
    if findings:
        assert (findings[0].rule, findings[0].expected) == ("sum", "75.50")
        assert "різниця" in findings[0].message


FUNDS = Combination("", "total", ((1, "general"), (1, "special")), of_funds=True)


def _funds(general: str, special: str, total: str, item: str = "Ремонт") -> list[Observation]:
    funds = ("general", "special", "total")
    return [
        observation(3, column, raw, fund=fund, item=item)
        for column, (fund, raw) in enumerate(zip(funds, (general, special, total), strict=True))
    ]


def test_funds_add_up_in_every_row() -> None:
    rules = Rules(combinations=[FUNDS], sums=False)
    assert {o.check for o in check(_funds("70", "30", "100"), rules)[0]} == {"verified"}
    checked, findings = check(_funds("70", "", "100"), rules)
    assert ([o.check for o in checked], len(findings)) == (["unchecked", None, "contradicted"], 1)
    for item in ("Середня вартість", "витрати на одного учня", "Відсоток виконання"):
        assert check(_funds("70", "30", "50", item), rules)[1] == [], "averages do not add up"


@pytest.mark.parametrize(
    ("printed", "status"),
    [("-20", "verified"), ("20", "contradicted"), ("-20,00", "verified"), ("-19", "contradicted")],
)
def test_a_deviation_is_taken_the_way_that_was_found(printed: str, status: str) -> None:
    row = [
        observation(1, c, raw, measure=m)
        for c, (m, raw) in enumerate((("plan", "100"), ("actual", "80"), ("deviation", printed)))
    ]
    checked, findings = check(row, Rules([Relation("difference", 2, 1, 0)]))
    assert (checked[2].check, len(findings)) == (status, status == "contradicted")


def test_growth_is_a_percentage_less_a_hundred() -> None:
    assert holds_in_row("growth", Decimal("4.7"), Decimal("104.7"), Decimal(100))
    assert not holds_in_row("growth", Decimal("104.7"), Decimal("104.7"), Decimal(100))


def test_so_many_times_is_no_percentage() -> None:
    row = [
        observation(1, 0, "400", measure="plan"),
        observation(1, 1, "860", measure="actual"),
        observation(1, 2, "в 2,2 р.б.", measure="percent", unit="times"),
    ]
    assert check(row, Rules([Relation("percent", 2, 1, 0)]))[1] == []


def test_a_total_over_groups_and_what_follows_them() -> None:
    """As in a report on a budget: taxes, `Разом`, then transfers, `Усього`."""
    kinds = ("item", "item", "subtotal", "item", "total")
    rows = [
        observation(i, 0, raw, row_kind=kind)
        for i, (raw, kind) in enumerate(
            zip(("6 012,5", "4 020,1", "10 032,6", "2 500,4", "12 533,0"), kinds, strict=True)
        )
    ]
    assert {o.check for o in check(rows)[0]} == {"verified"}
    wrong = [*rows[:4], observation(4, 0, "13 700,0", row_kind="total")]
    assert check(wrong)[1] == [], "several sums could be meant: none is held against it"


def test_without_sums_nothing_is_added() -> None:
    rows = [observation(0, 0, "60"), observation(1, 0, "99", row_kind="total")]
    assert check(rows, Rules(sums=False))[1] == []
    assert len(check(rows)[1]) == 1
