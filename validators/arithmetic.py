"""The report's own sums, differences and percentages as checks over its numbers.

Guarantee: a reading is never changed. A number is `contradicted` where an identity that states it does not hold,
`verified` where at least one identity holds that would break if the number alone were wrong, `unchecked` otherwise.

A subtotal over a section with missing rows stays `unchecked` even where the total over the sections agrees: that total
was made from it.

Printed money is taken as exact. Nil, blank and "not applicable" count as zero in a sum; a sum over unreadable cells or
over a section with missing rows is left unchecked, with that reason. A percentage may be printed cut or rounded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from validators.findings import Finding, Place
from validators.records import Observation

_BREAKDOWN = re.compile(
    r"\W*(?:[ув] т(?:ому|\.)\s?ч|з них|з яких|(?:загальний|спеціальний) фонд|"
    r"(?:державний|обласний|районний|місцевий) бюджет)",
    re.IGNORECASE,
)

_AVERAGE = re.compile(
    r"^\W*(?:серед|відсот|частк|питом|темп|рівень|коефіцієнт|динамік|ступінь)|\bна (?:1|одн\w+)\b|\bодн(?:ого|ієї)\b",
    re.IGNORECASE,
)
"""How an item begins whose values do not add up: averages, shares, rates."""

_PRECISION = 100
"""Digits in which every sum and quotient of numbers of 38 digits, as the data sets hold them, is exact enough."""

MOST_TOTALS = 200
"""Of one measure, fund and unit: a table with more has rows that nothing names, and says nothing of sums."""

MONEY = ("UAH", "thousand UAH", "million UAH", "billion UAH")


Section = tuple[str | None, str | None]
"""Number and title of a section."""

Gap = tuple[int, str, str]
"""Where item numbers jump: the row after the jump, and the numbers on both sides of it."""


Rule = Literal["sum", "percent", "growth", "difference"]
"""`sum` of the terms, each with its sign; `percent` = 100 × first / second; `growth` = that − 100;
`difference` = first − second."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns of one identity that holds in every row: `result` = `rule` of `first` and `second`, by their places.

    `fits` of the `tested` rows it was compared in agree with it.
    """

    rule: Rule
    result: int
    first: int
    second: int
    fits: int = 0
    tested: int = 0


@dataclass(frozen=True, slots=True)
class Combination:
    """`result` = the sum of `terms`, each with its sign, in every row: of measures, or of funds where `of_funds`."""

    text: str
    result: str
    terms: tuple[tuple[int, str], ...]
    of_funds: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What must hold in a table: relations of its columns, its family's combinations, and sums over rows."""

    relations: Sequence[Relation] = ()
    combinations: Sequence[Combination] = ()
    sums: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """`result` must equal what `rule` makes of the `terms`; `signs` are those of a sum, none where all are plus."""

    rule: Rule
    result: Observation
    terms: tuple[Observation, ...]
    signs: tuple[int, ...] = ()

    @property
    def cells(self) -> tuple[Place, ...]:
        """The places of all numbers that take part, the result first."""
        return (self.result.place, *(term.place for term in self.terms))


def check(
    observations: Sequence[Observation], rules: Rules = Rules()
) -> tuple[list[Observation], list[Finding]]:  # frozen
    """Check the numbers of one table.

    Args:
        observations: the numbers, row by row.
        rules: what must hold between them.

    Returns:
        The same observations in the same order with `check` set on each that has a value, and the findings.
    """
    with exactly():
        return _check(observations, rules)


def _check(observations: Sequence[Observation], rules: Rules) -> tuple[list[Observation], list[Finding]]:
    rows: dict[int, list[Observation]] = defaultdict(list)
    for observation in observations:
        rows[observation.row].append(observation)
    gaps = _numbering_gaps(rows.values())
    identities = [identity for row in rows.values() for identity in _in_row(row, rules)]
    if rules.sums:
        identities += _sums(observations, gaps)
    findings = [_gap_finding(observations, *gap) for gap in gaps.items()]
    untested = {o.place for o in observations if o.row_kind == "subtotal" and _is_money(o) and _section(o) in gaps}
    verified: set[Place] = set()
    broken: list[tuple[Identity, Decimal]] = []
    for identity in identities:
        expected = _expected(identity)
        if expected is None:
            continue
        if _holds(identity, expected):
            verified.update(_covered(identity))
        else:
            broken.append((identity, expected))
    contradicted = {identity.result.place for identity, _ in broken}
    findings.extend(_contradictions(broken))
    checked = []
    for observation in observations:
        status = None
        if observation.value is not None:
            place = observation.place
            holds = place in verified and place not in untested
            status = "contradicted" if place in contradicted else "verified" if holds else "unchecked"
        checked.append(observation if status is None else observation._replace(check=status))
    findings.sort(key=lambda f: (f.row or 0, f.column or 0, f.rule))
    return checked, findings


def _is_money(o: Observation) -> bool:
    return o.unit in MONEY and o.measure != "percent"


def _broken_down(items: Sequence[Observation]) -> bool:
    """Whether rows among the items break others down, so that they must not be added together.

    Such a row says so (`у тому числі …`), is named by a fund alone, or shares its item with another row.
    """
    named = [(o.item_number, o.item) for o in items if o.item]
    return len(set(named)) < len(named) or any(_BREAKDOWN.match(o.item or "") for o in items)


def _section(o: Observation) -> Section:
    return (o.section_number, o.section)


# Which identities a table has


def _in_row(row: Sequence[Observation], rules: Rules) -> Iterable[Identity]:
    """Give the identities between the numbers of one row."""
    by_column = {o.column: o for o in row}
    for relation in rules.relations:
        result, first, second = (by_column.get(c) for c in (relation.result, relation.first, relation.second))
        if result is None or first is None or second is None or first.unit != second.unit:
            continue
        if relation.rule in ("percent", "growth") and result.unit == "times":
            continue
        yield Identity(relation.rule, result, (first, second))
    for combination in rules.combinations:
        yield from _combined(row, combination)


def _combined(row: Sequence[Observation], combination: Combination) -> Iterable[Identity]:
    groups: dict[object, dict[str, Observation]] = defaultdict(dict)
    if combination.of_funds and row[0].item and _AVERAGE.search(row[0].item):
        return
    for o in row:
        if combination.of_funds and o.fund is not None and o.unit != "percent":
            groups[(o.measure, o.base, o.part, o.period_start, o.period_end, o.unit)][o.fund] = o
        elif not combination.of_funds:
            groups[(o.fund, o.part, o.period_start, o.period_end, o.unit)][o.measure] = o
    for found in groups.values():
        terms = [(sign, found[name]) for sign, name in combination.terms if name in found]
        if combination.result in found and len(terms) > 1:
            signs, parts = zip(*terms, strict=True)
            yield Identity("sum", found[combination.result], parts, signs)


def _sums(observations: Sequence[Observation], gaps: Mapping[Section, Gap]) -> list[Identity]:
    """Give the sums over rows: of sections, of sections together, of years."""
    identities: list[Identity] = []
    items: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    subtotals: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    totals: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    sections = {o.section_number or o.section for o in observations if o.row_kind == "item" and o.missing != "blank"}
    for o in observations:
        if not _is_money(o) or o.measure == "deviation":
            continue
        if o.row_kind == "item":
            items[(o.section_number, o.section, o.series)].append(o)
        elif o.row_kind == "subtotal":
            addends = items.pop((o.section_number, o.section, o.series), [])
            before = [other for other in subtotals[o.series] if _section(other) == _section(o)]
            if _section(o) not in gaps and not _broken_down(addends):
                identities.extend(_subtotal(o, addends, before))
            subtotals[o.series].append(o)
        else:
            before = totals[o.measure, o.fund, o.part, o.unit]
            if len(before) < MOST_TOTALS:
                identities.extend(_total(o, before, subtotals, items, gaps, len(sections)))
                before.append(o)
    return identities


def _subtotal(o: Observation, addends: Sequence[Observation], before: Sequence[Observation]) -> Iterable[Identity]:
    """Give the sum a subtotal states: of the items since the last one, or of all above where that is what holds."""
    if not before:
        if addends:
            yield Identity("sum", o, tuple(addends))
        return
    yield from _first_that_holds(o, [addends, [before[-1], *addends], [*before, *addends]])


def _first_that_holds(result: Observation, choices: Iterable[Sequence[Observation]]) -> Iterable[Identity]:
    """Give the first sum that holds: where several could be meant, one that does not proves nothing."""
    for terms in choices:
        identity = Identity("sum", result, tuple(terms))
        expected = _expected(identity)
        if terms and expected is not None and _holds(identity, expected):
            yield identity
            return


def _total(
    total: Observation,
    before: Sequence[Observation],
    subtotals_of: Mapping[tuple, Sequence[Observation]],  # type: ignore[type-arg]
    items: dict[tuple, list[Observation]],  # type: ignore[type-arg]
    gaps: Mapping[Section, Gap],
    sections: int,
) -> Iterable[Identity]:
    """Give the sums a total row states: over sections, over the items of a table without sections, over the years."""
    others = _of_other_funds(total, subtotals_of, items)
    if others:
        own = [*subtotals_of.get(total.series, ()), *(o for found in items.values() for o in found)]
        own = [o for o in own if o.series == total.series]
        yield from _first_that_holds(total, [[*own, *others], own])
        return
    subtotals = subtotals_of.get(total.series, [])
    same = [o for o in before if o.series == total.series and o.row != total.row]
    loose = [o for key, found in items.items() for o in found if key[-1] == total.series]
    if same:
        between = range(same[0].row + 1, total.row)
        if len(same) == 1 and not any(o.row in between for found in items.values() for o in found):
            if same[0].item == total.item:
                yield Identity("sum", total, (same[0],))
            else:
                yield from _first_that_holds(total, [(same[0],)])
    elif subtotals and loose:
        yield from _first_that_holds(total, [subtotals, [*subtotals, *loose], [subtotals[-1], *loose]])
    elif subtotals and len(subtotals) >= sections:
        if len({_section(o) for o in subtotals}) == len(subtotals):
            yield Identity("sum", total, tuple(subtotals))
        else:
            yield from _first_that_holds(total, [subtotals, subtotals[-1:]])
    elif not subtotals and not gaps and loose and not _broken_down(loose):
        yield Identity("sum", total, tuple(loose))
    start, end = total.period_start, total.period_end
    if start is None or end is None or start == end:
        return
    by_row: dict[int, dict[int, Observation]] = defaultdict(dict)
    for o in before:
        if o.period_start is not None and o.period_start == o.period_end:
            by_row[o.row][o.period_start] = o
    for years in by_row.values():
        if set(years) == set(range(start, end + 1)):
            yield Identity("sum", total, tuple(years[year] for year in sorted(years)))


def _of_other_funds(
    total: Observation,
    subtotals: Mapping[tuple, Sequence[Observation]],  # type: ignore[type-arg]
    items: Mapping[tuple, Sequence[Observation]],  # type: ignore[type-arg]
) -> list[Observation]:
    """Give the numbers of one fund or source in rows that state none of all: a total of all has them, too.

    A line that breaks an item down by funds or sources is none of them.
    """
    if total.fund != "total":
        return []
    like = total._replace(fund=None).series
    found = [
        o for group in (*subtotals.values(), *items.values()) for o in group if o._replace(fund=None).series == like
    ]
    rows = {o.row for o in found if o.fund == "total"}
    named = {(o.section, o.item_number, o.item) for o in found if o.fund == "total"}
    return [
        o for o in found if o.fund != "total" and o.row not in rows and (o.section, o.item_number, o.item) not in named
    ]


def _numbering_gaps(rows: Iterable[Sequence[Observation]]) -> dict[Section, Gap]:
    """Find sections whose item numbers jump, as `2.5` to `2.9`: rows of the source are missing there.

    Returns:
        For each such section the row after the first jump and the numbers on both sides of it.
    """
    gaps: dict[Section, Gap] = {}
    last: dict[Section, str] = {}
    for row in rows:
        first = row[0]
        if first.row_kind != "item" or not first.item_number:
            continue
        section = _section(first)
        before = last.get(section)
        if before is not None and section not in gaps and _jumps(before, first.item_number):
            gaps[section] = (first.row, before, first.item_number)
        last[section] = first.item_number
    return gaps


def _jumps(before: str, after: str) -> bool:
    a, b = ([int(n) for n in re.findall(r"\d+", text)] for text in (before, after))
    return bool(a) and len(a) == len(b) and a[:-1] == b[:-1] and b[-1] > a[-1] + 1


def _gap_finding(observations: Sequence[Observation], section: Section, gap: Gap) -> Finding:
    row, before, after = gap
    place = next(o.place for o in observations if o.row == row)
    name = section[0] or section[1] or ""
    return Finding(
        table=observations[0].table,
        row=row,
        column=place[1],
        rule="rows_missing",
        severity="warning",
        expected=None,
        found=f"{before} → {after}",
        message=f"У розділі {name} після пункту {before} стоїть пункт {after}: рядків між ними в документі немає, "
        "тому суму розділу не перевірено.",
        cells=(place,),
    )


# Whether they hold


def _expected(identity: Identity) -> Decimal | None:
    """Compute the exact result, or `None` where the identity says nothing."""
    if identity.result.value is None or any(t.missing == "unreadable" for t in identity.terms):
        return None
    values = [term.value if term.value is not None else Decimal(0) for term in identity.terms]
    if identity.rule == "sum":
        signs = identity.signs or (1,) * len(values)
        return sum((value if sign > 0 else -value for sign, value in zip(signs, values, strict=True)), Decimal(0))
    return _computed(identity.rule, *values)


def _computed(rule: Rule, first: Decimal, second: Decimal) -> Decimal | None:
    if rule == "difference":
        return first - second
    if not second:
        return None
    return 100 * first / second - (100 if rule == "growth" else 0)


def _holds(identity: Identity, expected: Decimal) -> bool:
    found = identity.result.value
    if found is None:
        return False
    if identity.rule in ("sum", "difference"):
        return found == expected
    first, second = (term.value or Decimal(0) for term in identity.terms)
    return holds_in_row(identity.rule, found, first, second)


def holds_in_row(rule: Rule, result: Decimal, first: Decimal, second: Decimal) -> bool:
    """Whether the numbers of one row fit a rule; to be asked within `exactly`.

    A quotient may be printed cut or rounded to the digits it has. It is never computed: printed as p with the unit u,
    100 a / b is rounded where |100 a - p b| <= u |b| / 2, and cut where that is less than u |b| and p is no further
    from nought.
    """
    if rule == "difference":
        return result == first - second
    if not second:
        return False
    part = first - second if rule == "growth" else first
    left = 100 * part - result * second
    unit = second.copy_abs().scaleb(int(result.as_tuple().exponent))
    return 2 * left.copy_abs() <= unit or (left.copy_abs() < unit and (part < 0) == (left < 0))


def exactly() -> AbstractContextManager[object]:
    """Give the context in which sums and quotients of all numbers the data sets hold are exact enough."""
    return localcontext(prec=_PRECISION)


def _covered(identity: Identity) -> Iterable[Place]:
    """Give the numbers that could not be wrong alone without breaking the identity that holds.

    A sum covers all of them. A percentage covers itself, and the plan and the actual only where one unit more or less
    in the last printed digit would already show.
    """
    for o in (identity.result, *identity.terms):
        exact = identity.rule in ("sum", "difference")
        if o.value is not None and (o is identity.result or exact or _would_show(identity, o)):
            yield o.place


def _would_show(identity: Identity, term: Observation) -> bool:
    result, (first, second) = identity.result.value, identity.terms
    if result is None or term.value is None or not first.value:
        return False
    step = Decimal(1).scaleb(int(term.value.as_tuple().exponent))
    for value in (term.value + step, term.value - step):
        a, b = (value if t is term else t.value or Decimal(0) for t in (first, second))
        if not b or holds_in_row(identity.rule, result, a, b):
            return False
    return True


def _contradictions(broken: Sequence[tuple[Identity, Decimal]]) -> Iterable[Finding]:
    """Tell each broken identity once; a percentage printed over two cells is told as one."""
    percentages = {identity.result.place: identity for identity, _ in broken if identity.rule == "percent"}
    told: set[Place] = set()
    for identity, expected in sorted(broken, key=lambda found: found[0].result.place):
        result = identity.result
        if identity.rule == "percent" and result.place in told:
            continue  # with the cell on its left
        right = percentages.get((result.row, result.column + 1))
        if identity.rule != "percent" or right is None or right.terms[0].value is not None:
            right = None
        else:
            told.add(right.result.place)
        found = result.raw if right is None else f"{result.raw} | {right.result.raw}"
        yield Finding(
            table=result.table,
            row=result.row,
            column=result.column,
            rule=identity.rule,
            severity="error",
            expected=_shown(identity, expected),
            found=found,
            message=_message(identity, expected, right),
            cells=identity.cells if right is None else (*identity.cells, right.result.place),
        )


def _shown(identity: Identity, expected: Decimal) -> str:
    if identity.rule in ("percent", "growth"):
        expected = expected.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return format(expected, "f")


def _message(identity: Identity, expected: Decimal, right: Identity | None) -> str:
    row = identity.result.item or f"рядок {identity.result.row}"
    shown = _shown(identity, expected).replace(".", ",")
    if identity.rule == "sum":
        what = "різниця" if -1 in identity.signs else "сума складників"
        return f"{row}: {what} дорівнює {shown}, а надруковано {identity.result.raw}."
    if identity.rule == "difference":
        first, second = (term.raw.strip() or "0" for term in identity.terms)
        return f"{row}: {first} мінус {second} — це {shown}, а надруковано {identity.result.raw}."
    actual, plan = (term.raw for term in identity.terms)
    text = f"{row}: {actual} від {plan} — це {shown} %, а надруковано {identity.result.raw}"
    if right is not None:
        text += f" і в сусідній клітинці {right.result.raw}, де виконання не вказано"
    return text + "."
