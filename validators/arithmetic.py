"""The report's own sums and percentages as checks over its numbers.

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
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

from validators.findings import Finding, Place
from validators.records import Observation

_BREAKDOWN = re.compile(
    r"\W*(?:[ув] т(?:ому|\.)\s?ч|з них|з яких|(?:загальний|спеціальний) фонд|"
    r"(?:державний|обласний|районний|місцевий) бюджет)",
    re.IGNORECASE,
)

_PRECISION = 100
"""Digits in which every sum and quotient of numbers of 38 digits, as the data sets hold them, is exact enough."""

MONEY = ("UAH", "thousand UAH", "million UAH", "billion UAH")


Section = tuple[str | None, str | None]
"""Number and title of a section."""

Gap = tuple[int, str, str]
"""Where item numbers jump: the row after the jump, and the numbers on both sides of it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`result` must equal what `rule` makes of the `terms`: their `sum`, or `percent` = 100 × first / second."""

    rule: str
    result: Observation
    terms: tuple[Observation, ...]

    @property
    def cells(self) -> tuple[Place, ...]:
        """The places of all numbers that take part, the result first."""
        return (self.result.place, *(term.place for term in self.terms))


def check(observations: Sequence[Observation]) -> tuple[list[Observation], list[Finding]]:
    """Check the numbers of one table.

    Returns:
        The same observations in the same order with `check` set on each that has a value, and the findings.
    """
    with localcontext(prec=_PRECISION):
        return _check(observations)


def _check(observations: Sequence[Observation]) -> tuple[list[Observation], list[Finding]]:
    rows: dict[int, list[Observation]] = defaultdict(list)
    for observation in observations:
        rows[observation.row].append(observation)
    gaps = _numbering_gaps(rows.values())
    identities = _identities(observations, rows, gaps)
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
        checked.append(replace(observation, check=status))
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


def _identities(
    observations: Sequence[Observation], rows: Mapping[int, Sequence[Observation]], gaps: Mapping[Section, Gap]
) -> list[Identity]:
    identities = [identity for row in rows.values() for identity in _percentages(row)]
    additive = [o for o in observations if _is_money(o)]
    items: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    subtotals: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    totals: list[Observation] = []
    sections = {o.section_number or o.section for o in observations if o.row_kind == "item" and o.missing != "blank"}
    for o in additive:
        if o.row_kind == "item":
            items[(o.section_number, o.section, o.series)].append(o)
        elif o.row_kind == "subtotal":
            addends = items.pop((o.section_number, o.section, o.series), [])
            if addends and _section(o) not in gaps and not _broken_down(addends):
                identities.append(Identity("sum", o, tuple(addends)))
            subtotals[o.series].append(o)
        else:
            identities.extend(_total(o, totals, subtotals[o.series], items, gaps, len(sections)))
            totals.append(o)
    return identities


def _total(
    total: Observation,
    before: Sequence[Observation],
    subtotals: Sequence[Observation],
    items: dict[tuple, list[Observation]],  # type: ignore[type-arg]
    gaps: Mapping[Section, Gap],
    sections: int,
) -> Iterable[Identity]:
    """Give the sums a total row states: over sections, over the items of a table without sections, over the years."""
    same = [o for o in before if o.series == total.series and o.row != total.row]
    if same:
        between = range(same[0].row + 1, total.row)
        if len(same) == 1 and not any(o.row in between for found in items.values() for o in found):
            yield Identity("sum", total, (same[0],))
    elif subtotals and len(subtotals) >= sections:
        yield Identity("sum", total, tuple(subtotals))
    elif not subtotals and not gaps:
        loose = [o for key, found in items.items() for o in found if key[-1] == total.series]
        if loose and not _broken_down(loose):
            yield Identity("sum", total, tuple(loose))
    start, end = total.period_start, total.period_end
    if start is None or end is None or start == end:
        return
    by_row: dict[int, dict[int, Observation]] = defaultdict(dict)
    for o in before:
        if (
            o.measure == total.measure
            and (o.fund, o.unit) == (total.fund, total.unit)
            and o.period_start is not None
            and o.period_start == o.period_end
        ):
            by_row[o.row][o.period_start] = o
    for years in by_row.values():
        if set(years) == set(range(start, end + 1)):
            yield Identity("sum", total, tuple(years[year] for year in sorted(years)))


def _percentages(row: Sequence[Observation]) -> Iterable[Identity]:
    """Give percent = 100 × actual / plan for each period and fund of a row that states all three."""
    found: dict[tuple, dict[str, Observation]] = defaultdict(dict)  # type: ignore[type-arg]
    for o in row:
        found[(o.period_start, o.period_end, o.fund)][o.measure] = o
    for measures in found.values():
        if {"percent", "actual", "plan"} <= measures.keys() and measures["actual"].unit == measures["plan"].unit:
            yield Identity("percent", measures["percent"], (measures["actual"], measures["plan"]))


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
        return sum(values, Decimal(0))
    actual, plan = values
    return 100 * actual / plan if plan else None


def _holds(identity: Identity, expected: Decimal) -> bool:
    found = identity.result.value
    if found is None:
        return False
    if identity.rule == "sum":
        return found == expected
    unit = Decimal(1).scaleb(int(found.as_tuple().exponent))
    return any(expected.quantize(unit, rounding) == found for rounding in (ROUND_DOWN, ROUND_HALF_UP, ROUND_HALF_EVEN))


def _covered(identity: Identity) -> Iterable[Place]:
    """Give the numbers that could not be wrong alone without breaking the identity that holds.

    A sum covers all of them. A percentage covers itself, and the plan and the actual only where one unit more or less
    in the last printed digit would already show.
    """
    for o in (identity.result, *identity.terms):
        if o.value is not None and (o is identity.result or identity.rule == "sum" or _would_show(identity, o)):
            yield o.place


def _would_show(identity: Identity, term: Observation) -> bool:
    if term.value is None or not identity.terms[0].value:
        return False
    step = Decimal(1).scaleb(int(term.value.as_tuple().exponent))
    for value in (term.value + step, term.value - step):
        terms = tuple(replace(t, value=value) if t is term else t for t in identity.terms)
        changed = replace(identity, terms=terms)
        expected = _expected(changed)
        if expected is None or _holds(changed, expected):
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
    if identity.rule == "percent":
        expected = expected.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return format(expected, "f")


def _message(identity: Identity, expected: Decimal, right: Identity | None) -> str:
    row = identity.result.item or f"рядок {identity.result.row}"
    shown = _shown(identity, expected).replace(".", ",")
    if identity.rule == "sum":
        return f"{row}: сума складників дорівнює {shown}, а надруковано {identity.result.raw}."
    actual, plan = (term.raw for term in identity.terms)
    text = f"{row}: {actual} від {plan} — це {shown} %, а надруковано {identity.result.raw}"
    if right is not None:
        text += f" і в сусідній клітинці {right.result.raw}, де виконання не вказано"
    return text + "."
