"""Which number is likely wrong, what it may have to be, and what is only possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from tests.builders import observation
from validators.arithmetic import Combination, Relation, Rules, check
from validators.findings import Finding, Place
from validators.identity import exactly
from validators.records import Observation

FUNDS = Combination("", "total", ((1, "general"), (1, "special")), of_funds=True)
RULES = Rules(combinations=[FUNDS])


@pytest.fixture(autouse=True)
def _exact() -> Iterator[None]:
    with exactly():
        yield


def budget(*rows: Sequence[str]) -> list[Observation]:
    """Give rows of general, special and total money; the last is the total of all."""
    return [
        observation(r, c, raw, fund=fund, row_kind="total" if r == len(rows) - 1 else "item", item_number=str(r + 1))
        for r, row in enumerate(rows)
        for c, (fund, raw) in enumerate(zip(("general", "special", "total"), row, strict=True))
    ]


CLEAN = (("1 250,5", "300,0", "1 550,5"), ("2 400,1", "75,4", "2 475,5"), ("3 650,6", "375,4", "4 026,0"))


def with_(place: Place, raw: str) -> list[Observation]:
    rows = [list(row) for row in CLEAN]
    rows[place[0]][place[1]] = raw
    return budget(*rows)


def errors(observations: Sequence[Observation], rules: Rules = RULES, **readings: object) -> list[Finding]:
    return [f for f in check(observations, rules, **readings)[1] if f.severity == "error"]  # type: ignore[arg-type]


def test_what_holds_is_verified_everywhere() -> None:
    checked, findings = check(budget(*CLEAN), RULES)
    assert ({o.check for o in checked}, findings) == ({"verified"}, [])


@pytest.mark.parametrize("place", [(r, c) for r in range(3) for c in range(3)])
def test_the_number_that_mends_all_broken_sums_is_named_wherever_it_stands(place: Place) -> None:
    printed = CLEAN[place[0]][place[1]]
    wrong = printed[:-1] + str((int(printed[-1]) + 3) % 10)
    checked, _ = check(with_(place, wrong), RULES)
    found = errors(with_(place, wrong))
    assert {f.culprit for f in found} == {place}
    assert len(found) == 2, "each broken sum is told once"
    assert {o.place for o in checked if o.check == "contradicted"} == {place}
    value = observation(0, 0, printed).value
    assert {Decimal(f.proposal or 0) for f in found} == {value}
    assert {f.reason for f in found} == {"digit"}
    assert {f.cause for f in found} == {"source"}
    assert {o.value for o in checked if o.place == place} != {value}, "nothing is put in its place"


@pytest.mark.parametrize(
    ("place", "raw", "reason"),
    [((0, 0), "-1 250,5", "minus"), ((0, 0), "12 505", "comma"), ((0, 1), "1 550,5", None), ((1, 0), "2 401,2", None)],
)
def test_reasons_for_a_proposal(place: Place, raw: str, reason: str | None) -> None:
    found = errors(with_(place, raw))
    assert {f.culprit for f in found} == {place}
    assert {f.reason for f in found} == {reason}
    assert {f.proposal is None for f in found} == {reason is None}, "no proposal without a reason of its own"


def test_a_number_in_the_next_column_is_a_shifted_one() -> None:
    rows = [list(row) for row in CLEAN]
    rows[0][0], rows[0][1] = "1", "1 250,5"
    reasons = {f.culprit: f.reason for f in errors(budget(*rows))}
    assert reasons.get((0, 0), "shifted") == "shifted"


def test_the_second_reading_settles_a_doubt() -> None:
    doubtful = [o._replace(doubtful=True) if o.place == (0, 0) else o for o in with_((0, 0), "1 280,8")]
    readings = {(0, 0): Decimal("1250.5")}
    found = errors(doubtful, readings=readings)
    assert {(f.culprit, f.proposal, f.reason, f.cause) for f in found} == {((0, 0), "1250.5", "reading", "reading")}
    confirmed = [o._replace(doubtful=True) if o.place == (0, 0) else o for o in budget(*CLEAN)]
    (finding,) = check(confirmed, RULES, {(0, 0): Decimal("1280.5")})[1]
    assert (finding.rule, finding.severity, finding.expected, finding.found) == ("reading", "info", "1250.5", "1280.5")


def test_where_several_numbers_would_do_none_is_named_and_the_sum_is_contradicted() -> None:
    rows = [observation(r, 0, raw, item_number=str(r + 1)) for r, raw in enumerate(("1,5", "2,5", "3,5"))]
    observations = [*rows, observation(3, 0, "9,9", row_kind="total")]
    (finding,) = errors(observations, Rules())
    assert (finding.culprit, finding.proposal, finding.row) == (None, None, 3)
    assert "сказати не можна" in finding.message
    assert [o.check for o in check(observations)[0]] == ["unchecked"] * 3 + ["contradicted"]


def test_a_copy_of_a_wrong_number_does_not_clear_it() -> None:
    """As in the report of Korosten: the total over the sections is repeated as that of the programme."""
    rows: list[Observation] = []
    for number, items in (("I", ("69,96", "213,66")), ("II", ("243,5",)), ("III", ("40,80", "52,20"))):
        where = {"section_number": number, "section": f"Розділ {number}"}
        total = {"I": "283,62", "II": "243,5", "III": "93,00"}[number]
        shown = items if len(items) > 1 else ()  # the rows of the second section are missing
        rows += [observation(len(rows) + i, 0, raw, item_number=f"{i + 1}", **where) for i, raw in enumerate(shown)]
        rows.append(observation(len(rows), 0, total, row_kind="subtotal", **where))
    totals = [observation(len(rows) + i, 0, "620,17", row_kind="total", item=f"Усього {i}") for i in range(2)]
    (finding,) = errors([*rows, *totals], Rules())
    assert finding.expected == "620.12"
    assert finding.culprit is None, "620,17 or 243,5: the second 620,17 proves nothing of the first"


def test_the_number_that_leaves_nothing_broken_is_likelier() -> None:
    """620,17 is no sum, and its percentage is wrong beside that: the percentage is another mistake."""
    rows = [
        observation(r, c, raw, row_kind="subtotal", section_number=str(r), section=f"Розділ {r}", measure=m)
        for r, row in enumerate((("575,00", "283,62"), ("825,00", "243,50"), ("2 487,30", "93,00")))
        for c, (m, raw) in enumerate(zip(("plan", "actual"), row, strict=True))
    ]
    total = [
        observation(3, c, raw, row_kind="total", measure=m, unit="percent" if m == "percent" else "thousand UAH")
        for c, (m, raw) in enumerate(zip(("plan", "actual", "percent"), ("3 887,30", "620,17", "15,24"), strict=True))
    ]
    found = {f.rule: f.culprit for f in errors([*rows, *total], Rules([Relation("percent", 2, 1, 0, 5, 5)]))}
    assert found["percent"] == (3, 2)


def test_a_stated_amount_is_held_against_the_total() -> None:
    rules = Rules(combinations=[FUNDS], stated=[Decimal("4026000")])
    checked, findings = check(budget(*CLEAN), rules)
    assert ({o.check for o in checked}, findings) == ({"verified"}, [])
    found = errors(with_((2, 2), "4 036,0"), rules)
    assert {f.culprit for f in found} == {(2, 2)}
    assert "stated" in {f.rule for f in found}
    last_year = Rules(combinations=[FUNDS], stated=[Decimal("4036000")])
    (finding,) = check(budget(*CLEAN), last_year)[1]
    assert (finding.rule, finding.severity) == ("stated", "warning"), "the table itself adds up"
    assert not errors(budget(*CLEAN), Rules(stated=[Decimal("999999")])), "another amount is of something else"
