"""The report's own sums, differences and percentages as checks over its numbers.

Guarantee: a reading is never changed. A number is `contradicted` where an identity does not hold and this number is the
likeliest to be wrong, or, where several may be, is the one that the identity states; `verified` where at least one
identity holds that would break if the number alone were wrong; `unchecked` otherwise.

Printed money is taken as exact, unless several sums of thousands say otherwise. Nil, blank and "not applicable" count
as zero in a sum; a sum over unreadable cells or over a section with missing rows is left unchecked, with that reason.
A percentage may be printed cut or rounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from validators import mine, ratios, sums
from validators.evidence import is_rounding
from validators.explain import Readings, contradictions, printed_otherwise, rounded_sum, settled, stated_otherwise
from validators.findings import Finding, Place
from validators.identity import Identity, Rule, exactly
from validators.numbers import AVERAGE, Numbers
from validators.records import Observation
from validators.solve import Solution, solve
from validators.sums import MONEY

_NO_READINGS: Readings = {}


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns of one identity that holds in every row: `result` = `rule` of `first` and `second`, by their places.

    `fits` of the `tested` rows it was compared in agree with it; `stated` is what the headings say by themselves.
    """

    rule: Rule
    result: int
    first: int
    second: int
    fits: int = 0
    tested: int = 0
    stated: bool = False

    @property
    def is_proof(self) -> bool:
        """Whether it would still be found with one number wrong: headings state it, or two rows agree."""
        return self.stated or self.fits != 1


@dataclass(frozen=True, slots=True)
class Combination:
    """`result` = the sum of `terms`, each with its sign, in every row: of measures, or of funds where `of_funds`."""

    text: str
    result: str
    terms: tuple[tuple[int, str], ...]
    of_funds: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What must hold in a table: relations of its columns, its family's combinations, sums by the kinds of its rows.

    `above` gives for each code that stands below another one of the table the nearest such code, `leads` the rows that
    are taken for subtotals only because the rows below add up to them. Only where the kind of table is `known`, a sum
    that its labels state is held against it without another one that holds. `money` are the document's rows of money,
    which averages may be of, `stated` the amounts in hryvnias that the text above the table states.
    """

    relations: Sequence[Relation] = ()
    combinations: Sequence[Combination] = ()
    sums: bool = True
    above: Mapping[str, str] = field(default_factory=dict)
    leads: frozenset[int] = frozenset()
    known: bool = True
    money: Sequence[ratios.Cost] = ()
    stated: Sequence[Decimal] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A table's numbers with what the arithmetic says of them, and the identities it was found out by."""

    observations: list[Observation]
    findings: list[Finding]
    identities: list[Identity]


def check(
    observations: Sequence[Observation],
    rules: Rules = Rules(),
    readings: Readings = _NO_READINGS,  # both frozen
) -> tuple[list[Observation], list[Finding]]:
    """Check the numbers of one table.

    Args:
        observations: the numbers, row by row.
        rules: what must hold between them.
        readings: second readings of numbers where the two disagree.

    Returns:
        The same observations in the same order with `check` set on each that has a value, and the findings.
    """
    proof = prove(observations, rules, readings)
    return proof.observations, proof.findings


def prove(observations: Sequence[Observation], rules: Rules = Rules(), readings: Readings = _NO_READINGS) -> Proof:
    """Check the numbers of one table, see `check`, and give the identities, too."""
    with exactly():
        numbers = Numbers(observations, rules.leads)
        gaps = sums.numbering_gaps(numbers.first.values())
        identities = _identities(observations, numbers, rules, gaps)
        rounded, identities = _rounded(identities) if rules.known else _parted(identities, _is_off_by_rounding)
        proof = judge(observations, identities, readings)
        proof.findings[:0] = (
            sums.gap_finding(numbers.first[gap[0]].place, observations[0].table, section, gap)
            for section, gap in gaps.items()
        )
        proof.findings.extend(map(rounded_sum, rounded))
        proof.findings.sort(key=_order)
    return proof


def judge(
    observations: Sequence[Observation], identities: Sequence[Identity], readings: Readings = _NO_READINGS
) -> Proof:
    """Check the numbers of one table by identities that were found before; to be asked within `exactly`.

    The identities that are given back are those that speak of this table: not a text that states another sum.
    """
    solution = solve(identities)
    stated = [i for i in solution.broken if i.rule == "stated" and i.result.place in solution.verified]
    if stated:  # the text speaks of another sum
        elsewhere = {identity.result.place for identity in stated}
        _, identities = _parted(identities, lambda i: i.rule == "stated" and i.result.place in elsewhere)
        solution = solve(identities)
    by_place = {o.place: o for o in observations}
    findings = [*contradictions(solution, by_place, readings), *settled(solution, by_place, readings)]
    findings += (printed_otherwise(i) for i in solution.held if i.rounding and i.is_printed_otherwise())
    findings += map(stated_otherwise, stated)
    findings.sort(key=_order)
    contradicted = _contradicted(solution)
    checked = [_checked(o, solution.verified, contradicted) for o in observations]
    return Proof(checked, findings, list(identities))


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.row or 0, finding.column or 0, finding.rule


def _parted(identities: Iterable[Identity], holds: Callable[[Identity], bool]) -> tuple[list[Identity], list[Identity]]:
    """Give the identities of which something holds, and the others."""
    found: tuple[list[Identity], list[Identity]] = ([], [])
    for identity in identities:
        found[not holds(identity)].append(identity)
    return found


def _is_off_by_rounding(identity: Identity) -> bool:
    return identity.origin in ("mined", "labels") and identity.says() and not identity.holds() and is_rounding(identity)


def _rounded(identities: Sequence[Identity]) -> tuple[list[Identity], list[Identity]]:
    """Give the sums of a known kind that are off as their terms were rounded one by one, and the other identities.

    Printed money is exact, unless two sums or more of thousands are off so and no one number can be to blame.
    """
    off, others = _parted(identities, lambda i: is_rounding(i) and i.says() and not i.holds() and _may_be_rounded(i))
    if not off or set.intersection(*(set(identity.cells) for identity in off)):
        return [], list(identities)
    return off, others


def _may_be_rounded(identity: Identity) -> bool:
    """Whether all numbers are of thousands or millions: hryvnias with kopiykas are printed whole."""
    return all(o.unit in MONEY and o.unit != "UAH" for o in (identity.result, *identity.terms))


def _contradicted(solution: Solution) -> set[Place]:
    return {
        suspects[0].place if len(suspects) == 1 else identity.result.place
        for identity, suspects in zip(solution.broken, solution.suspects, strict=True)
    }


def _checked(o: Observation, verified: set[Place], contradicted: set[Place]) -> Observation:
    if o.value is None:
        return o
    place = (o.row, o.column)
    return o._replace(
        check="contradicted" if place in contradicted else "verified" if place in verified else "unchecked"
    )


def _identities(
    observations: Sequence[Observation], numbers: Numbers, rules: Rules, gaps: Mapping[sums.Section, sums.Gap]
) -> list[Identity]:
    """Give all identities of a table: of its rows, over its rows, and those found in the numbers."""
    rows: dict[int, list[Observation]] = defaultdict(list)
    for observation in observations:
        rows[observation.row].append(observation)
    found = [identity for row in rows.values() for identity in _in_row(row, rules)]
    if rules.sums:
        found += sums.by_kinds(observations, gaps, rules.known)
    made = mine.columns(numbers, {relation.result for relation in rules.relations})
    numbers.averages.update(identity.result.column for identity in made if identity.rule == "quotient")
    summed = {identity.result.row for identity in found if identity.origin == "labels"}
    by_codes, below = sums.by_codes(numbers, rules.above) if rules.above else ([], set())
    found += by_codes
    if not gaps:
        found += mine.rows(numbers, summed | {identity.result.row for identity in by_codes}, below)
    found += ratios.quotients(numbers, rules.money)
    found += sums.by_text(observations, rules.stated)
    found += made
    return _as_printed(mine.distinct(found))


FEWEST_ALIKE = 2
"""Quotients that must be printed alike, cut or rounded, for each one that is not; and one more where all are alike."""


def _as_printed(identities: Sequence[Identity]) -> list[Identity]:
    """Tell quotients how they are printed where those of the table in which it shows are cut, or rounded."""
    quotients = [i for i in identities if i.rule in ("percent", "growth", "quotient") and i.says()]
    shown = Counter(next(iter(ways)) for i in quotients if len(ways := i.roundings()) == 1)
    if not shown:
        return list(identities)
    rounding, most = shown.most_common(1)[0]
    others = shown.total() - most
    if most < (FEWEST_ALIKE * others or FEWEST_ALIKE + 1):
        return list(identities)
    return [replace(i, rounding=rounding) if i.rule in ("percent", "growth", "quotient") else i for i in identities]


def _in_row(row: Sequence[Observation], rules: Rules) -> Iterator[Identity]:
    """Give the identities between the numbers of one row that the family or its headings state."""
    by_column = {o.column: o for o in row}
    for relation in rules.relations:
        if not relation.is_proof:
            continue
        result, first, second = (by_column.get(c) for c in (relation.result, relation.first, relation.second))
        if result is None or first is None or second is None or first.unit != second.unit:
            continue
        if relation.rule in ("percent", "growth") and result.unit == "times":
            continue
        yield Identity(relation.rule, result, (first, second), fits=relation.fits, tested=relation.tested)
    for combination in rules.combinations:
        yield from _combined(row, combination)


def _combined(row: Sequence[Observation], combination: Combination) -> Iterator[Identity]:
    groups: dict[object, dict[str, Observation]] = defaultdict(dict)
    if combination.of_funds and row[0].item and AVERAGE.search(row[0].item):
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
            yield Identity("sum", found[combination.result], parts, signs if -1 in signs else ())
