"""When the numbers themselves are enough to believe that an identity is meant.

Guarantee: an identity is believed because of other places than the one it is used at, or because it would still be
recognised there with one wrong digit. So what it verifies it would also contradict.

Method: a sum of numbers of d digits agrees by chance once in 10^d times. The digits in which a structure agrees, over
all columns (or rows) with different numbers, plus what labels say for it, less the logarithm of the number of
structures that were tried, is what speaks for it, in decimal digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from validators.identity import EXACT, Identity, other_digits, unit
from validators.numbers import weight

NEED = 3.0
"""Digits that must speak for a structure: chance would make one in a thousand."""

LABELLED = 5.0
"""Digits that a label is worth which says that a row sums others."""

LONE = 1.5
"""Digits that must speak for a labelled sum of one column: so rarely would another sum look like one with a slip."""

MISFITS = 20
"""Places that agree for each that is told to disagree by more than one digit, or for each slip but the first."""


def believed(identities: Iterable[Identity], prior: float, tried: int) -> list[Identity]:
    """Give those of the identities of one structure that are believed, broken ones among them.

    Where a label says that there is a sum, a third of the columns may disagree by more than a digit: they are of
    something else, as averages are, and told only where many agree.

    Args:
        identities: one a column or row that the structure may hold in.
        prior: what speaks for the structure besides its numbers, in decimal digits.
        tried: how many structures were tried to find it.
    """
    fits: list[Identity] = []
    slips: list[Identity] = []
    others: list[Identity] = []
    for identity in identities:
        if identity.says():
            (fits if identity.holds() else slips if slip(identity) is not None else others).append(identity)
    if len(others) > (max(0, len(fits) + len(slips) - 1) // 2 if prior else len(fits) // MISFITS):
        return []
    alike: dict[object, list[Identity]] = {}
    for identity in fits:
        alike.setdefault(_numbers(identity), []).append(identity)
    support = sum(_weight(group[0]) for group in alike.values())
    base = prior - math.log10(max(1, tried)) - NEED
    found = []
    sure = len(slips) <= max(1, len(fits) // MISFITS)
    for group in alike.values():
        rest = support - (_weight(group[0]) if len(group) == 1 else 0)
        for identity in group:
            if (sure and rest > 0 and base + rest >= 0) or (base >= 0 and _alone(identity) >= LONE):
                found.append(identity)
    for identity in slips:
        alone = len(slips) == 1 and not others and base >= 0 and _alone(identity) >= LONE
        if (sure and support > 0 and base + support >= 0) or alone:
            found.append(identity)
    if len(others) + len(slips) <= len(fits) // MISFITS and base + support >= 0:
        found += others
    n_fits, n_tested = len(fits), len(fits) + len(slips) + len(others)
    return [replace(identity, fits=n_fits, tested=n_tested) for identity in found]


def _numbers(identity: Identity) -> object:
    return (identity.result.value, tuple(term.value for term in identity.terms))


def _weight(identity: Identity) -> float:
    """Give the digits in which the identity's result agrees; nothing where it only repeats one number, or nought."""
    value = identity.result.value
    if not value or is_trivial(identity):
        return 0.0
    if identity.rule not in EXACT:
        return weight([value])
    return weight(o.value for o in (identity.result, *identity.terms) if o.value)


def is_trivial(identity: Identity) -> bool:
    """Whether an identity only repeats one number."""
    if identity.rule in ("product", "quotient"):
        return any(not o.value or o.value == 1 for o in (identity.result, *identity.terms))
    return sum(bool(term.value) for term in identity.terms) < (1 if identity.origin in ("codes", "labels") else 2)


def _alone(identity: Identity) -> float:
    """Give the digits that speak for an identity which would be recognised with one wrong digit, too.

    It would be off by one of 18 times as many numbers as it has digits.
    """
    digits = _weight(identity)
    return digits - math.log10(18 * digits) if digits else -math.inf


def slip(identity: Identity) -> tuple[int, Decimal] | None:
    """Give the number that holds the identity with one digit changed: its place among `cells`, and the right number.

    The first where there are several; `None` where no digit alone mends it.
    """
    if identity.result.value is None:
        return None
    if identity.rule not in EXACT:
        cells = enumerate((identity.result, *identity.terms))
        tried = ((at, o.place, other) for at, o in cells if o.value is not None for other in other_digits(o.value))
        return next(((at, other) for at, place, other in tried if identity.holds({place: other})), None)
    expected = identity.expected()
    if expected is None:
        return None
    off = identity.result.value - expected
    if not off or len(off.normalize().as_tuple().digits) != 1:
        return None
    changes = [(identity.result, -off), *((term, off if sign > 0 else -off) for sign, term in identity.signed())]
    for at, (o, change) in enumerate(changes):
        if o.value is not None and one_digit(o.value, o.value + change):
            return at, o.value + change
    return None


def one_digit(printed: Decimal, other: Decimal) -> bool:
    """Whether two numbers differ in one printed digit and in nothing else."""
    step = unit(printed)
    if (printed < 0) != (other < 0) and other:
        return False
    a, b = (str(abs(int(value / step))) for value in (printed, other))
    if other != int(other / step) * step:
        return False
    a = a.zfill(1 - int(printed.as_tuple().exponent))
    if len(b) > len(a):
        return False
    b = b.zfill(len(a))
    return sum(x != y for x, y in zip(a, b, strict=True)) == 1


def is_rounding(identity: Identity) -> bool:
    """Whether a sum of fractions is off by no more than what rounding its terms may do: half a unit each."""
    values = [o.value for o in (identity.result, *identity.terms) if o.value is not None]
    step = min(map(unit, values), default=Decimal(1))
    expected, printed = identity.expected(), identity.result.value
    if identity.rule != "sum" or step >= 1 or expected is None or printed is None:
        return False
    return 2 * abs(expected - printed) <= step * len(identity.terms)


def best(choices: Sequence[Sequence[Identity]]) -> list[Identity]:
    """Give for each result one identity of several structures: one that holds, else the first."""
    found: dict[tuple[int, int], Identity] = {}
    for identity in (i for choice in choices for i in choice):
        known = found.get(identity.result.place)
        if known is None or (not known.holds() and identity.holds()):
            found[identity.result.place] = identity
    return list(found.values())
