"""Identities that nobody told of, found in the numbers: rows that sum others, columns made of others.

Guarantee: only structures that the numbers of other places speak for (`evidence`) are given, and each says how many
places agree with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, permutations, takewhile

from validators.evidence import LABELLED, believed, is_trivial
from validators.identity import Identity, Origin, Rule, unit
from validators.numbers import AVERAGE, Numbers, weight
from validators.records import Observation
from validators.sums import BREAKDOWN, over_rows

WINDOW, UNLABELLED = 200, 40
"""Rows above (or below) that one row may sum, where a label says that it sums some and where none does."""

NEAR = 24
"""Rows above of which one row may be the sum or the difference of two."""

MOST_ROWS = 2000
"""A longer table has so many pairs of rows that no sum or difference of two would be believed."""

PILOTS = 3
"""Rows whose numbers are tried first; what columns are made of must agree with all but one of them."""

MOST_CANDIDATES = 60
"""Ways in which one column may be made of others that are looked at: small numbers agree in many by chance."""

NEARLY_ALL = 0.9
"""Share of the rows in which what columns are made of must hold."""

FEWEST_ROWS = 4
"""Other rows in which columns must be made of others."""

MOST_COLUMNS = 40
"""A wider table is no table of sums over columns that could be told apart."""

FARTHEST = 6
"""Columns between a sum and the first of the neighbours that it sums."""

Terms = tuple[tuple[int, int], ...]
"""Signs and rows (or columns) of a sum."""

Made = tuple[Rule, Decimal, Terms]
"""How one column is made of others: the rule, what a product or quotient is multiplied by, and the columns."""

_ONE = Decimal(1)


# Rows


def rows(numbers: Numbers, known: Collection[int], below: Collection[int]) -> list[Identity]:
    """Find rows that sum those right below or above them, or are the sum or difference of two.

    Args:
        numbers: the table's numbers.
        known: rows whose sums are known already.
        below: rows that are parts of others by their codes, which no total sums.
    """
    found: list[Identity] = []
    parts = set(below) | _breakdowns(numbers)
    open_: list[int] = []
    for row in reversed(numbers.rows):
        if row in below:
            continue
        if row in known:
            open_.append(row)
            continue
        count, identities = _run(numbers, row, open_, *_labelled_parts(numbers, row, open_))
        if identities:
            found += identities
            parts.update(open_[-count:])
            del open_[-count:]
        open_.append(row)
    leads = {identity.result.row for identity in found}
    open_ = []
    for row in numbers.rows:
        if row in parts:
            continue
        if row not in known and row not in leads:
            count, identities = _run(numbers, row, open_, *_labelled(numbers, row, open_))
            if identities:
                found += identities
                del open_[-count:]
        elif row in known:
            count, _ = _run(numbers, row, open_, LABELLED, ())
            del open_[len(open_) - count :]
        open_.append(row)
    if len(numbers.rows) > MOST_ROWS:
        return found
    summed = {identity.result.row for identity in found} | set(known)
    for at, row in enumerate(numbers.rows):
        if row not in summed:
            found += _of_two(numbers, row, numbers.rows[max(0, at - NEAR) : at])
    return found


def _breakdowns(numbers: Numbers) -> set[int]:
    """Give rows that break down others: they say so, or share the item of a row above."""
    found: set[int] = set()
    named: set[tuple[str | None, str | None, str]] = set()
    for row in numbers.rows:
        first = numbers.first[row]
        if first.item is None:
            continue
        name = (first.section, first.item_number, first.item)
        if BREAKDOWN.match(first.item) or name in named:
            found.add(row)
        named.add(name)
    return found


def _labelled(numbers: Numbers, row: int, open_: Sequence[int]) -> tuple[float, Collection[int]]:
    """Give what the row's label says for a sum of the rows above, and how many of them it may be: all, or a section."""
    first = numbers.first[row]
    if first.row_kind not in ("total", "subtotal") or row in numbers.leads:
        return 0.0, ()
    in_section = sum(1 for _ in takewhile(lambda other: numbers.first[other].section == first.section, _near(open_)))
    return LABELLED, {len(open_), in_section or len(open_)}


_SOME = re.compile(r"\W*(?:і?з (?:них|яких|котрих)|зокрема)", re.IGNORECASE)


def _near(open_: Sequence[int], most: int = WINDOW) -> Iterator[int]:
    """Give the last of the open rows, the nearest first."""
    return reversed(open_[-most:])


def _labelled_parts(numbers: Numbers, row: int, open_: Sequence[int]) -> tuple[float, Collection[int]]:
    """Give what the row's label, or the numbers of the rows below, say for a sum of those, and how many they are."""
    number = (numbers.first[row].item_number or "").rstrip(".")
    below = ((numbers.first[other].item_number or "").startswith(f"{number}.") for other in _near(open_))
    parts = sum(takewhile(bool, below)) if number else 0
    if parts:
        return LABELLED, (parts,)
    total, _ = _labelled(numbers, row, open_)
    if not total or (open_ and _SOME.match(numbers.first[open_[-1]].item or "")):
        return 0.0, ()  # `з них` may list some of the parts only
    return total, {sum(1 for _ in takewhile(lambda other: numbers.first[other].row_kind != "total", _near(open_)))}


def _run(
    numbers: Numbers, row: int, open_: Sequence[int], prior: float, likely: Collection[int]
) -> tuple[int, list[Identity]]:
    """Find how many of the last of the open rows the row sums; 0 where it sums none.

    Args:
        numbers: the table's numbers.
        row: the row.
        open_: rows that nothing sums yet, the nearest as the last.
        prior: what its label says for a sum.
        likely: how many rows it may sum by its label; then one wrong digit does not hide the sum.
    """
    first = numbers.first[row]
    if first.item is not None and AVERAGE.search(first.item):
        return 0, []
    counts: dict[int, None] = {}
    for column in numbers.pilots(row):
        counts.update(dict.fromkeys(_counts(numbers, column, row, open_, likely)))
    best: tuple[float, int, list[Identity]] = (-1.0, 0, [])
    for count in counts:
        terms = [(1, other) for other in reversed(open_[-count:])]
        tried = len(likely) if count in likely else min(len(open_), WINDOW) * (1 if prior else len(numbers.rows))
        origin: Origin = "labels" if count in likely else "mined"
        identities = believed(over_rows(numbers, row, terms, origin), prior, tried)
        held = sum(identity.holds() for identity in identities)
        score = held - 0.5 * (len(identities) - held)
        if identities and (score, count * (score < 0)) > (best[0], best[1] * (best[0] < 0)):
            best = (score, count, identities)
    return best[1], best[2]


def _counts(numbers: Numbers, column: int, row: int, open_: Sequence[int], likely: Collection[int]) -> Iterator[int]:
    """Give how many of the last open rows add up to the row in a column; of a `likely` number, but for one digit."""
    at, whole, mixed = numbers.at[column], numbers.whole[column], column in numbers.mixed
    unit, target = at[row].unit, whole[row]
    reached = filled = 0
    for count, other in enumerate(_near(open_, WINDOW if likely else UNLABELLED), start=1):
        if mixed and (o := at.get(other)) is not None and (o.unit != unit or o.missing == "unreadable"):
            return
        value = whole.get(other)
        if value:
            reached += value
            filled += 1
        agrees = reached == target or (count in likely and _single(reached - target))
        if agrees and filled > (count not in likely):
            yield count


def _single(off: int) -> bool:
    return len(str(abs(off)).rstrip("0")) == 1


def _of_two(numbers: Numbers, row: int, above: Sequence[int]) -> list[Identity]:
    """Find two rows above of which the row is the sum or the difference."""
    first = numbers.first[row]
    if first.item is not None and AVERAGE.search(first.item):
        return []
    candidates: dict[Terms, None] = {}
    for column in numbers.pilots(row):
        at, whole = numbers.at[column], numbers.whole[column]
        unit, target = at[row].unit, whole[row]
        values = {r: whole[r] for r in above if whole.get(r) and at[r].unit == unit}
        by_value: dict[int, list[int]] = {}
        for r, value in values.items():
            by_value.setdefault(value, []).append(r)
        for r, value in values.items():
            for other in by_value.get(target + value, ()):
                if other != r:
                    candidates[(1, other), (-1, r)] = None
            for other in by_value.get(target - value, ()):
                if other < r:
                    candidates[(1, other), (1, r)] = None
    tried = max(1, len(above)) ** 2 * len(numbers.rows)
    best: list[Identity] = []
    for terms in islice(candidates, MOST_CANDIDATES):
        identities = believed(over_rows(numbers, row, terms), 0.0, tried)
        if (sum(i.holds() for i in identities), len(identities)) > (sum(i.holds() for i in best), len(best)):
            best = identities
    return best


# Columns


def columns(numbers: Numbers, known: Collection[int]) -> list[Identity]:
    """Find columns that are, in nearly all rows, the sum, difference or product of others.

    Args:
        numbers: the table's numbers.
        known: columns of which it is known already what they are made of.
    """
    places = [c for c in numbers.columns if numbers.whole[c]]
    if not 2 < len(places) <= MOST_COLUMNS:
        return []
    found: list[Identity] = []
    for column in places:
        if column not in known:
            found += _made_of(numbers, column, places)
    return found


def _made_of(numbers: Numbers, column: int, places: Sequence[int]) -> list[Identity]:
    at = numbers.at[column]
    rated = sorted((-weight([o.value]), row) for row, o in at.items() if o.value)
    votes: Counter[Made] = Counter()
    pilots = rated[:PILOTS]
    for _, row in pilots:
        votes.update(dict.fromkeys(islice(_sums_in(numbers, row, column, places), MOST_CANDIDATES), 1))
        votes.update(dict.fromkeys(islice(_products_in(numbers, row, column, places), MOST_CANDIDATES), 1))
    least = max(1, len(pilots) - 1)  # one of them may have a wrong digit
    candidates = [made for made, count in votes.most_common(MOST_CANDIDATES) if count >= least]
    tried = 4 * len(places) ** 2
    best: dict[bool, tuple[int, list[Identity]]] = {}  # a sum and a product
    for rule, scale, terms in candidates:
        made = list(_over_columns(numbers, column, rule, scale, terms))
        says = [identity for identity in made if identity.says() and not (is_trivial(identity) and identity.holds())]
        if rule == "sum" and any(map(_is_not_broken_down, made)):
            says = [i for i in says if i.result.row_kind not in ("total", "subtotal")]  # they sum such rows, too
        held = sum(identity.holds() for identity in says)
        without = sum(map(_lacks_its_sum, made)) if rule == "sum" else 0
        if held < NEARLY_ALL * (len(says) + without) - (not without) or held <= best.get(rule == "sum", (0, []))[0]:
            continue
        by_unit: dict[str | None, list[Identity]] = {}
        for identity in says:
            by_unit.setdefault(identity.result.unit, []).append(identity)
        enough = [group for group in by_unit.values() if _others_that_hold(group) >= FEWEST_ROWS]
        identities = [identity for group in enough for identity in believed(group, 0.0, tried)]
        if identities:
            best[rule == "sum"] = (held, identities)
    return [identity for _, identities in best.values() for identity in identities]


def _lacks_its_sum(identity: Identity) -> bool:
    """Whether a row has parts of a sum, but not the sum."""
    parts, whole = _parts_and_whole(identity)
    return all(map(_is_empty, whole)) and any(o.value for o in parts)


def _is_not_broken_down(identity: Identity) -> bool:
    """Whether a row has a sum, but no parts."""
    parts, whole = _parts_and_whole(identity)
    return all(map(_is_empty, parts)) and any(o.value for o in whole)


def _parts_and_whole(identity: Identity) -> tuple[list[Observation], list[Observation]]:
    """Give the parts of a sum and what they add up to, however it is turned: `a = b - c` has the parts a and c."""
    minus = [term for sign, term in identity.signed() if sign < 0]
    plus = [term for sign, term in identity.signed() if sign > 0]
    return ([identity.result, *minus], plus) if minus else (plus, [identity.result])


def _is_empty(o: Observation) -> bool:
    return o.missing in ("nil", "blank")


def _others_that_hold(identities: Sequence[Identity]) -> int:
    """Count those that hold, without the one that is asked about where all do."""
    held = sum(identity.holds() for identity in identities)
    return held - (held == len(identities))


def _sums_in(numbers: Numbers, row: int, column: int, places: Sequence[int]) -> Iterator[Made]:
    """Give sums of columns that agree in one row: of neighbours, of every second or third one, of any two."""
    whole = {c: numbers.whole[c].get(row, 0) for c in places}
    unit, target = numbers.at[column][row].unit, whole[column]
    usable = [c for c in places if c != column and (o := numbers.at[c].get(row)) is not None and o.unit == unit]
    position, can = places.index(column), set(usable)
    for step in range(1, max(2, len(places) // 2)):
        for start in range(1, FARTHEST) if step == 1 else (step, 2 * step):
            for direction in (1, -1):
                run = range(position + start * direction, len(places) if direction > 0 else -1, step * direction)
                yield from _run_of(whole, [places[i] for i in run], can, target)
    by_value: dict[int, list[int]] = {}
    for c in usable:
        if whole[c]:
            by_value.setdefault(whole[c], []).append(c)
    for c in usable:
        if not whole[c]:
            continue
        for other in by_value.get(target + whole[c], ()):
            if other != c:
                yield "sum", _ONE, ((1, other), (-1, c))
        for other in by_value.get(target - whole[c], ()):
            if other < c:
                yield "sum", _ONE, ((1, other), (1, c))


def _run_of(whole: Mapping[int, int], run: Sequence[int], can: Collection[int], target: int) -> Iterator[Made]:
    """Give the first columns of a run that add up to a number."""
    reached = filled = 0
    for count, column in enumerate(run, start=1):
        if column not in can:
            return
        reached += whole[column]
        filled += whole[column] != 0
        if filled > 1 and reached == target:
            yield "sum", _ONE, tuple((1, c) for c in sorted(run[:count]))


_SCALES = (_ONE, Decimal("0.001"), Decimal(1000))


def _products_in(numbers: Numbers, row: int, column: int, places: Sequence[int]) -> Iterator[Made]:
    """Give products of two columns that agree in one row, one unit up or down; quotients where they have fractions."""
    result = numbers.at[column][row].value
    values = {
        c: o.value
        for c in places
        if c != column and (o := numbers.at[c].get(row)) is not None and o.value and o.unit != "percent"
    }
    if result is None:
        return
    near = unit(result)
    for (a, first), (b, second) in permutations(values.items(), 2):
        for scale in _SCALES:
            if a < b and abs(first * second * scale - result) <= near:
                yield "product", scale, ((1, a), (1, b))
            if near < 1 and abs(first * scale - result * second) <= near * abs(second):
                yield "quotient", scale, ((1, a), (1, b))


def _over_columns(numbers: Numbers, column: int, rule: Rule, scale: Decimal, terms: Terms) -> Iterator[Identity]:
    """Give the identity of columns in every row in which all their numbers have one unit (products: any)."""
    by_column = [(sign, numbers.at[c]) for sign, c in terms]
    signs = tuple(sign for sign, _ in terms)
    for row, o in numbers.at[column].items():
        parts = [found[row] for _, found in by_column if row in found]
        if len(parts) < len(terms):
            continue
        if rule != "sum":
            yield Identity(rule, o, tuple(parts), origin="mined", scale=scale)
        elif all(part.unit == o.unit for part in parts) and not (o.item and AVERAGE.search(o.item)):
            yield Identity("sum", o, tuple(parts), signs if -1 in signs else (), "mined")


def distinct(identities: Iterable[Identity]) -> list[Identity]:
    """Give each identity once, the first of those that say the same: `a = b + c` is `b = a - c`.

    Of a product and the quotient with the same numbers it is one that holds, and of both the quotient: what it proves
    is proven either way.
    """
    found: dict[object, Identity] = {}
    for identity in sorted(identities, key=_likeliness):
        found.setdefault(_same(identity), identity)
    return list(found.values())


def _likeliness(identity: Identity) -> tuple[bool, bool]:
    """Give which of a product and a quotient comes first."""
    either = identity.rule in ("product", "quotient") and identity.says()
    return either and not identity.holds(), identity.rule == "product"


def _same(identity: Identity) -> object:
    if identity.rule in ("product", "quotient"):
        return frozenset(identity.cells)
    if identity.rule not in ("sum", "difference"):
        return identity.rule, identity.cells
    signs = [(identity.result.place, 1), *((term.place, -sign) for sign, term in identity.signed())]
    first = min(signs)[1]
    return frozenset((place, sign * first) for place, sign in signs)
