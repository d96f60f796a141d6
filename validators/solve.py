"""What identities say of the numbers: which are verified, which contradicted, and which of several is likely wrong.

Guarantee: no number is changed. A culprit is named only where one number alone mends more than any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from validators.findings import Place
from validators.identity import EXACT, Identity, unit
from validators.records import Observation

MOST_CELLS = 400
"""Numbers of a broken identity that are looked at; a longer sum names no culprit."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """A number that is likely wrong: changed alone, it mends `mends` identities and breaks `breaks`.

    `value` is what it would have to be, where the identities say one value.
    """

    place: Place
    value: Decimal | None
    mends: int
    breaks: int
    leaves: int
    """Broken identities with this number that stay broken."""

    @property
    def rank(self) -> tuple[int, int]:
        """How likely it is to be wrong."""
        return self.mends - self.breaks, -self.leaves


@dataclass(slots=True)
class Solution:
    """What holds, what does not, and for each identity that does not the numbers that may be wrong, likeliest first."""

    held: list[Identity] = field(default_factory=list)
    broken: list[Identity] = field(default_factory=list)
    verified: set[Place] = field(default_factory=set)
    suspects: list[list[Culprit]] = field(default_factory=list)
    """For each broken identity: one that is named, or several of which it may be any."""


def solve(identities: Iterable[Identity]) -> Solution:
    """Find out what holds, and where it does not which number is the likeliest to be wrong.

    Method: each number of a broken identity is changed alone so that the identity holds; the number whose change mends
    the most broken identities, less those it breaks, is the likeliest. To be asked within `exactly`.
    """
    found = Solution()
    of: dict[Place, list[Identity]] = defaultdict(list)
    for identity in identities:
        if identity.says():
            (found.held if identity.holds() else found.broken).append(identity)
    for identity in found.held:
        found.verified.update(identity.proven())
    if not found.broken:
        return found
    touched = {place for identity in found.broken for place in identity.cells}
    for identity in (*found.held, *found.broken):
        for place in touched.intersection(identity.cells):
            of[place].append(identity)
    found.suspects = [_suspects(identity, of) for identity in found.broken]
    return found


def _suspects(identity: Identity, of: Mapping[Place, Sequence[Identity]]) -> list[Culprit]:
    if len(identity.terms) > MOST_CELLS:
        return []
    tried = [
        culprit
        for o in (identity.result, *identity.terms)
        if o.row >= 0 and (culprit := _changed(o, identity, of[o.place])) is not None
    ]
    if not tried:
        return []
    most = max(culprit.rank for culprit in tried)
    return [culprit for culprit in tried if culprit.rank == most]


def _changed(o: Observation, broken: Identity, around: Sequence[Identity]) -> Culprit | None:
    """Change one number so that a broken identity holds: what else does that mend, what does it break?

    Where a quotient leaves a range of values, one is taken that another broken identity around asks for.
    """
    asked = solved_for(broken, o)
    if asked is None:
        return None
    values = [asked] if broken.rule in EXACT or o is broken.result else []
    if not values:
        others = [i for i in around if i.rule in EXACT and not i.holds()]
        values = [v for i in others if (v := solved_for(i, o)) is not None and broken.holds({o.place: v})] or [asked]
    best: Culprit | None = None
    for value in dict.fromkeys(values):
        changed = {o.place: value}
        if not broken.holds(changed):
            continue
        mends = breaks = leaves = 0
        for identity in around:
            before, after = identity.holds(), identity.holds(changed)
            mends += after and not before
            leaves += not after and not before
            breaks += before and not after and not is_copy(identity)
        known = (
            value
            if broken.rule in EXACT or any(i.rule in EXACT and not i.holds() and i.holds(changed) for i in around)
            else None
        )
        culprit = Culprit(o.place, known, mends, breaks, leaves)
        if best is None or culprit.rank > best.rank:
            best = culprit
    return best


def is_copy(identity: Identity) -> bool:
    """Whether an identity only repeats one number: who copies a wrong number copies what is wrong with it."""
    return identity.rule in EXACT and sum(bool(term.value) for term in identity.terms) == 1


def solved_for(identity: Identity, o: Observation) -> Decimal | None:
    """Give the value of one of its numbers with which an identity holds; `None` where there is none, or it is its own.

    The result of a quotient or product is rounded to the digits printed; a term of one is a value in the middle of
    those that would do.
    """
    cells = identity.cells
    if cells.count(o.place) != 1 or o.value is None:
        return None
    expected = identity.expected()
    if o.place == identity.result.place:
        if expected is None:
            return None
        return expected if identity.rule in EXACT else expected.quantize(unit(o.value))
    result, own = identity.result.value, o.value
    if result is None:
        return None
    if identity.rule in ("sum", "difference"):
        if expected is None:
            return None
        sign = next(sign for sign, term in identity.signed() if term.place == o.place)
        return own + (result - expected if sign > 0 else expected - result)
    return _factor(identity, o, result)


def _factor(identity: Identity, o: Observation, result: Decimal) -> Decimal | None:
    """Solve a quotient or product for one of its terms, to the digits it is printed with."""
    first, second = (term.value or Decimal(0) for term in identity.terms)
    is_first = o.place == identity.terms[0].place
    if identity.rule == "product":
        other = (second if is_first else first) * identity.scale
        exact = result / other if other else None
    else:
        ratio = (result + (100 if identity.rule == "growth" else 0)) / 100
        if identity.rule == "quotient":
            ratio = result / identity.scale
        exact = ratio * second if is_first else first / ratio if ratio else None
    return None if exact is None or o.value is None else exact.quantize(unit(o.value))
