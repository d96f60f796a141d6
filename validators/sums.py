"""Which sums over rows a table states: by the kinds of its rows and their sections, or by the levels of their codes.

Guarantee: rows of different measures, years, funds, parts or units are never added together; a sum over a section with
missing rows is not tested.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from validators.evidence import LABELLED, believed, best, slip
from validators.findings import Finding, Place
from validators.identity import Identity, Origin
from validators.labels import INCLUDING
from validators.numbers import Numbers, weight
from validators.records import Observation

BREAKDOWN = re.compile(
    rf"\W*(?:{INCLUDING}|(?:загальний|спеціальний) фонд|"
    r"(?:державний|обласний|районний|місцевий) бюджет)",
    re.IGNORECASE,
)

_DASH = re.compile(r"\s*[-–—•]\s*[^\W\d]")

MOST_TOTALS = 200
"""Of one measure, fund and unit: a table with more has rows that nothing names, and says nothing of sums."""

MONEY = ("UAH", "thousand UAH", "million UAH", "billion UAH")

IN_UAH = {unit: Decimal(10) ** power for unit, power in zip(MONEY, (0, 3, 6, 9), strict=True)}
"""Hryvnias in one of each unit."""

MOST_CODES_BROKEN, FEW_BROKEN = 0.1, 2
"""Share of the sums by codes, and how many more, that may not hold where codes are levels of sums."""

Section = tuple[str | None, str | None]
"""Number and title of a section."""

Gap = tuple[int, str, str]
"""Where item numbers jump: the row after the jump, and the numbers on both sides of it."""

Terms = tuple[Observation, ...]


def is_money(o: Observation) -> bool:
    """Whether a number is an amount of money."""
    return o.unit in MONEY and o.measure != "percent"


def section_of(o: Observation) -> Section:
    """Give the section that a number's row stands in."""
    return (o.section_number, o.section)


# By the kinds of the rows


def by_kinds(observations: Sequence[Observation], gaps: Mapping[Section, Gap], known: bool) -> list[Identity]:
    """Give the sums that subtotals and totals state: of sections, of sections together, of years.

    Where a row may sum several groups of rows, or the table is of no known kind, it is the group that its other columns
    agree with.
    """
    found: list[Identity] = []
    by_row: dict[int, dict[tuple[int, ...], list[Identity]]] = defaultdict(lambda: defaultdict(list))
    for result, choices in _stated(observations, gaps):
        if len(choices) == 1 and known:
            found.append(Identity("sum", result, choices[0], origin="labels"))
            continue
        for terms in choices:
            rows = tuple(term.row for term in terms)
            by_row[result.row][rows].append(Identity("sum", result, terms, origin="labels"))
    for choices_of_row in by_row.values():
        tried = len(choices_of_row)
        found += best([believed(group, LABELLED, tried) for group in choices_of_row.values()])
    return found


def _stated(
    observations: Sequence[Observation], gaps: Mapping[Section, Gap]
) -> Iterator[tuple[Observation, Sequence[Terms]]]:
    """Give each number that a label says is a sum, with the groups of numbers it may be the sum of."""
    items: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    subtotals: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    totals: dict[tuple, list[Observation]] = defaultdict(list)  # type: ignore[type-arg]
    sections = {o.section_number or o.section for o in observations if o.row_kind == "item" and o.missing != "blank"}
    apart = _sum_only_below(observations)
    for o in observations:
        if not is_money(o) or o.measure == "deviation":
            continue
        if o.row_kind == "item":
            items[(o.section_number, o.section, o.series)].append(o)
        elif o.row_kind == "subtotal":
            addends = items.pop((o.section_number, o.section, o.series), [])
            before = [other for other in subtotals[o.series][-MOST_TOTALS:] if section_of(other) == section_of(o)]
            if section_of(o) not in gaps and not _broken_down(addends):
                others = _of_other_funds(o, {}, {key: of for key, of in items.items() if key[:2] == section_of(o)})
                others = [other for other in others if not before or other.row > before[-1].row]
                yield from _subtotal(o, addends, before, others)
            subtotals[o.series].append(o)
        elif o.row not in apart:
            before = totals[o.measure, o.fund, o.part, o.unit]
            if len(before) < MOST_TOTALS:
                yield from _total(o, before, subtotals, items, gaps, len(sections))
                before.append(o)


def _sum_only_below(observations: Sequence[Observation]) -> set[int]:
    """Give the rows of totals with their parts below (`з них …`), but for the first: they sum nothing above them."""
    firsts = list({o.row: o for o in reversed(observations)}.values())[::-1]
    leading = [a.row for a, b in pairwise(firsts) if a.row_kind == "total" and BREAKDOWN.match(b.item or "")]
    return set(leading[1:])


def _of(result: Observation, *choices: Sequence[Observation]) -> Iterator[tuple[Observation, Sequence[Terms]]]:
    """Give a number with the groups it may be the sum of, each once."""
    groups = list(dict.fromkeys(tuple(terms) for terms in choices if terms))
    if groups:
        yield result, groups


def _subtotal(
    o: Observation, addends: Sequence[Observation], before: Sequence[Observation], others: Sequence[Observation]
) -> Iterator[tuple[Observation, Sequence[Terms]]]:
    """Give what a subtotal states: the items since the last one, with those of one fund alone, or all above."""
    if others:
        yield from _choices(o, [[*addends, *others], addends])
    elif not before:
        yield from _of(o, addends)
    else:
        # Two choices at the least: where several could be meant, one that does not hold proves nothing.
        yield from _choices(o, [addends, [before[-1], *addends], [*before, *addends]])


def _choices(
    result: Observation, choices: Sequence[Sequence[Observation]]
) -> Iterator[tuple[Observation, Sequence[Terms]]]:
    groups = list(dict.fromkeys(tuple(terms) for terms in choices if terms))
    if groups:
        yield result, groups if len(groups) > 1 else [*groups, ()]


def _total(
    total: Observation,
    before: Sequence[Observation],
    subtotals_of: Mapping[tuple, Sequence[Observation]],  # type: ignore[type-arg]
    items: dict[tuple, list[Observation]],  # type: ignore[type-arg]
    gaps: Mapping[Section, Gap],
    sections: int,
) -> Iterator[tuple[Observation, Sequence[Terms]]]:
    """Give what a total row states: sections, the items of a table without sections, the years."""
    others = _of_other_funds(total, subtotals_of, items)
    if others:
        own = [*subtotals_of.get(total.series, ()), *(o for found in items.values() for o in found)]
        own = [o for o in own if o.series == total.series]
        yield from _choices(total, [[*own, *others], own])
        return
    subtotals = subtotals_of.get(total.series, [])
    same = [o for o in before if o.series == total.series and o.row != total.row]
    loose = [o for key, found in items.items() for o in found if key[-1] == total.series]
    if same:
        between = range(same[0].row + 1, total.row)
        if len(same) == 1 and not any(o.row in between for found in items.values() for o in found):
            if same[0].item == total.item:
                yield from _of(total, same[:1])
            else:
                yield from _choices(total, [same[:1]])
    elif subtotals and loose:
        yield from _choices(total, [subtotals, [*subtotals, *loose], [subtotals[-1], *loose]])
    elif subtotals and len(subtotals) >= sections:
        if len({section_of(o) for o in subtotals}) == len(subtotals):
            yield from _of(total, subtotals)
        else:
            yield from _choices(total, [subtotals, subtotals[-1:]])
    elif not subtotals and not gaps and loose and not _broken_down(loose):
        yield from _of(total, loose)
    start, end = total.period_start, total.period_end
    if start is None or end is None or start == end:
        return
    by_row: dict[int, dict[int, Observation]] = defaultdict(dict)
    for o in before:
        if o.period_start is not None and o.period_start == o.period_end:
            by_row[o.row][o.period_start] = o
    for years in by_row.values():
        if set(years) == set(range(start, end + 1)):
            yield from _of(total, [years[year] for year in sorted(years)])


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


def _broken_down(items: Sequence[Observation]) -> bool:
    """Whether rows among the items break others down, so that they must not be added together.

    Such a row says so (`у тому числі …`), is named by a fund alone, shares its item with another row, has a dash before
    it where others have none, no number where most have one, or one below that of another.
    """
    named = [(o.item_number, o.item) for o in items if o.item]
    numbered = [o.item_number.rstrip(".") for o in items if o.item_number]
    if 0 < len(items) - len(numbered) <= len(items) // 3 or any(
        number.rpartition(".")[0] in numbered for number in numbered if "." in number
    ):
        return True
    dashes = sum(_DASH.match(o.item or "") is not None for o in items)
    return len(set(named)) < len(named) or 0 < dashes < len(items) or any(BREAKDOWN.match(o.item or "") for o in items)


# By the levels of codes


def by_codes(numbers: Numbers, above: Mapping[str, str]) -> tuple[list[Identity], set[int]]:
    """Give the sums of codes over the codes right below them, and the rows that stand below others.

    Args:
        numbers: the table's numbers.
        above: for each code that stands below another one of the table the nearest such code.

    They are tested where codes are levels of sums: where nearly all of those sums hold.
    """
    by_parent: dict[tuple[Section, str], list[int]] = defaultdict(list)
    rows_of: dict[tuple[Section, str], list[int]] = defaultdict(list)
    for row in numbers.rows:
        first = numbers.first[row]
        if first.code is None or first.row_kind == "total":
            continue
        rows_of[section_of(first), first.code].append(row)
        if first.code in above:
            by_parent[section_of(first), above[first.code]].append(row)
    groups: list[list[Identity]] = []
    below: set[int] = set()
    for key, children in by_parent.items():
        parents = rows_of.get(key, [])
        if len(parents) != 1:
            continue
        below.update(children)
        groups.append(list(over_rows(numbers, parents[0], [(1, row) for row in children], "codes")))
    held, tested = _held(i for group in groups for i in group)
    if tested - held > MOST_CODES_BROKEN * tested + FEW_BROKEN:
        return [], below
    prior = LABELLED if held > 1 else 0.0
    return [identity for group in groups for identity in believed(group, prior, 1)], below


def _held(identities: Iterable[Identity]) -> tuple[int, int]:
    held = tested = 0
    for identity in identities:
        if identity.says():
            tested += 1
            held += identity.holds()
    return held, tested


def over_rows(
    numbers: Numbers, result: int, terms: Sequence[tuple[int, int]], origin: Origin = "mined"
) -> Iterator[Identity]:
    """Give the sum of rows (each with its sign) in every column in which all their numbers have one unit."""
    for column in numbers.columns:
        found = numbers.at[column]
        o = found.get(result)
        if o is None or o.value is None or o.measure == "percent" or o.unit == "percent" or column in numbers.averages:
            continue
        parts = [(sign, found[row]) for sign, row in terms if row in found]
        if parts and all(part.unit == o.unit for _, part in parts):
            signs = tuple(sign for sign, _ in parts)
            yield Identity("sum", o, tuple(part for _, part in parts), signs if -1 in signs else (), origin)


# By the text above the table


def by_text(observations: Sequence[Observation], stated: Sequence[Decimal]) -> list[Identity]:
    """Give the totals that the text above the table states, in hryvnias: the one number of a total with that amount.

    Where the text states one amount only, it is held against the one total that a wrong digit would explain.
    """
    totals = [o for o in observations if o.row_kind == "total" and o.value and is_money(o)]
    found: list[Identity] = []
    amounts = [amount for amount in dict.fromkeys(stated) if weight([amount]) >= FEWEST_DIGITS]
    slips: list[Identity] = []
    for amount in amounts:
        tried = [Identity("stated", o, (), origin="text", scale=amount / IN_UAH[o.unit or ""]) for o in totals]
        same = [identity for identity in tried if identity.holds()]
        found += same if len(same) == 1 else []
        slips += [identity for identity in tried if slip(identity) is not None]
    return found if found or len(amounts) > 1 or len(slips) > 1 else slips


FEWEST_DIGITS = 3.0
"""Digits of an amount in the text that no number is by chance."""


# Rows that the source lacks


def numbering_gaps(rows: Iterable[Observation]) -> dict[Section, Gap]:
    """Find sections whose item numbers jump, as `2.5` to `2.9`: rows of the source are missing there.

    Args:
        rows: the first number of each row.

    Returns:
        For each such section the row after the first jump and the numbers on both sides of it.
    """
    gaps: dict[Section, Gap] = {}
    last: dict[Section, str] = {}
    for first in rows:
        number = first.item_number or _number_before(first.item or "")
        if not number:
            continue
        section = section_of(first)
        before = last.get(section)
        if first.row_kind == "item" and before is not None and section not in gaps and _jumps(before, number):
            gaps[section] = (first.row, before, number)
        last[section] = number
    return gaps


_NUMBER = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3})*)\.?\s")


def _number_before(item: str) -> str | None:
    """Give the number before a subtotal's text: `2. Витрати, у тому числі`."""
    found = _NUMBER.match(item)
    return found[1] if found else None


def _jumps(before: str, after: str) -> bool:
    a, b = ([int(n) for n in re.findall(r"\d+", text)] for text in (before, after))
    return bool(a) and len(a) == len(b) and a[:-1] == b[:-1] and b[-1] > a[-1] + 1


def gap_finding(place: Place, table: int, section: Section, gap: Gap) -> Finding:
    """Tell that rows are missing."""
    row, before, after = gap
    name = section[0] or section[1] or ""
    return Finding(
        table=table,
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
