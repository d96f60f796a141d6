"""An identity between numbers of a document: what it states, whether it holds, which of its numbers it proves.

Guarantee: a pure value; no number is ever changed. Asked with other values (`with_`), it answers for those alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from validators.findings import Place
from validators.records import Observation

Rule = Literal["sum", "percent", "growth", "difference", "product", "quotient", "stated"]
"""`sum` of the terms, each with its sign; `percent` = 100 × first / second; `growth` = that − 100;
`difference` = first − second; `product` = first × second; `quotient` = first / second; `stated`: the text above the
table says the number."""

Origin = Literal["family", "labels", "codes", "mined", "text"]
"""What says that it must hold: the kind of report, the rows' labels, the codes' levels, the numbers, or the text."""

Values = Mapping[Place, Decimal]
"""Numbers put in the place of those that are printed."""

_PRECISION = 100
"""Digits in which every sum and quotient of numbers of 38 digits, as the data sets hold them, is exact enough."""

Rounding = Literal["cut", "rounded"]

EXACT = ("sum", "difference", "stated")
"""Rules whose result is printed exactly, not cut or rounded."""

_NONE: Values = {}
_ZERO = Decimal(0)


def exactly() -> AbstractContextManager[object]:
    """Give the context in which sums and quotients of all numbers the data sets hold are exact enough."""
    return localcontext(prec=_PRECISION)


@dataclass(frozen=True, slots=True)
class Identity:
    """`result` must equal what `rule` makes of the `terms`.

    `signs` are those of a sum, none where all are plus; `scale` is what a product or quotient is multiplied by
    (thousands to units) and the number of a `stated` one. `fits` of `tested` places alike agree with it, where it was
    mined. `rounding` is how quotients of the table are printed, where they are all printed alike.
    """

    rule: Rule
    result: Observation
    terms: tuple[Observation, ...]
    signs: tuple[int, ...] = ()
    origin: Origin = "family"
    scale: Decimal = Decimal(1)
    fits: int = 0
    tested: int = 0
    rounding: Rounding | None = None

    @property
    def cells(self) -> tuple[Place, ...]:
        """The places of all numbers that take part, the result first."""
        return (self.result.place, *(term.place for term in self.terms))

    def signed(self) -> Iterator[tuple[int, Observation]]:
        """Give the terms of a sum or difference with their signs."""
        signs = self.signs or ((1, -1) if self.rule == "difference" else (1,) * len(self.terms))
        return zip(signs, self.terms, strict=True)

    def says(self) -> bool:
        """Whether it says anything: its result is a number, and none of its terms is unreadable."""
        if self.result.value is None or any(term.missing == "unreadable" for term in self.terms):
            return False
        if self.rule == "stated":
            return True
        if self.rule in ("sum", "difference"):
            return any(term.missing != "blank" for term in self.terms)
        first, second = (term.value for term in self.terms)
        if self.rule == "product":
            return first is not None and second is not None
        return bool(second) and (first is not None or self.rule != "quotient")

    def expected(self, with_: Values = _NONE) -> Decimal | None:
        """Compute the exact result; `None` where it says nothing. To be asked within `exactly`."""
        if self.rule == "stated":
            return self.scale
        if self.rule in ("sum", "difference"):
            total = _ZERO
            for sign, term in self.signed():
                value = term.value
                if value is not None:
                    value = with_.get(term.place, value) if with_ else value
                    total = total + value if sign > 0 else total - value
            return total
        first, second = (with_.get(t.place, t.value or _ZERO) if with_ else t.value or _ZERO for t in self.terms)
        if self.rule == "product":
            return first * second * self.scale
        if not second:
            return None
        if self.rule == "quotient":
            return first * self.scale / second
        return 100 * first / second - (100 if self.rule == "growth" else 0)

    def holds(self, with_: Values = _NONE) -> bool:
        """Whether the numbers agree, to be asked within `exactly`; not if it says nothing."""
        found = self.result.value
        if found is not None and with_:
            found = with_.get(self.result.place, found)
        if found is None:
            return False
        if self.rule in EXACT:
            return found == self.expected(with_)
        first, second = (with_.get(t.place, t.value or _ZERO) if with_ else t.value or _ZERO for t in self.terms)
        if self.rule == "product":
            return _is_printed_as(first * second * self.scale, found)
        if not second:
            return False
        if self.rule == "quotient":
            return _quotient_holds(first * self.scale, second, found)
        return holds_in_row(self.rule, found, first, second)

    def proves(self, place: Place) -> bool:
        """Whether it, holding, would not hold were the number at that place alone wrong.

        A sum proves all its numbers. A quotient or product, which may be printed cut or rounded, proves a number only
        where one unit more or less in its last printed digit would already show; but its result where quotients of the
        table are all printed alike.
        """
        numbers = [o for o in (self.result, *self.terms) if o.place == place]
        if len(numbers) != 1 or numbers[0].value is None:
            return False  # a number on both sides proves nothing
        if self.rule in EXACT or (self.rounding and numbers[0] is self.result and self.rounding in self.roundings()):
            return True
        value = numbers[0].value
        step = unit(value)
        return not any(self.holds({place: other}) for other in (value + step, value - step))

    def roundings(self) -> set[Rounding]:
        """Give how its result, a quotient's, may have been printed: cut, rounded, or either where both are the same."""
        printed, expected = self.result.value, self.expected()
        if printed is None or expected is None:
            return set()
        step = unit(printed)
        found: set[Rounding] = set()
        if expected.quantize(step, ROUND_DOWN) == printed:
            found.add("cut")
        if expected.quantize(step, ROUND_HALF_UP) == printed:
            found.add("rounded")
        return found

    def is_printed_otherwise(self) -> bool:
        """Whether its quotient is cut where others are rounded, or the other way round; half a unit is either."""
        printed, expected = self.result.value, self.expected()
        if printed is None or expected is None or 2 * abs(expected - printed) == unit(printed):
            return False
        return self.rounding not in self.roundings()

    def proven(self) -> Iterator[Place]:
        """Give the places of all numbers that it, holding, proves."""
        if self.rule in EXACT:  # all that stand on one side only
            times = Counter(self.cells)
            return (o.place for o in (self.result, *self.terms) if o.value is not None and times[o.place] == 1)
        return (place for place in dict.fromkeys(self.cells) if self.proves(place))


def unit(value: Decimal) -> Decimal:
    """Give one unit in the last printed digit of a number."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))


def holds_in_row(rule: Rule, result: Decimal, first: Decimal, second: Decimal) -> bool:
    """Whether the numbers of one row fit a difference or a percentage; to be asked within `exactly`.

    A quotient may be printed cut or rounded to the digits it has. It is never computed: printed as p with the unit u,
    100 a / b is rounded where |100 a - p b| <= u |b| / 2, and cut where that is less than u |b| and p is no further
    from nought.
    """
    if rule == "difference":
        return result == first - second
    if not second:
        return False
    return _quotient_holds(100 * (first - second if rule == "growth" else first), second, result)


def is_slip(rule: Rule, result: Decimal, first: Decimal, second: Decimal) -> bool:
    """Whether numbers that do not fit a rule would, were one digit of one of them another; within `exactly`."""
    numbers = [result, first, second]
    return any(
        holds_in_row(rule, *[other if i == at else kept for i, kept in enumerate(numbers)])
        for at, number in enumerate(numbers)
        for other in other_digits(number)
    )


def other_digits(number: Decimal) -> Iterator[Decimal]:
    """Give all numbers that differ from a printed one in one of its digits."""
    sign, digits, _ = number.as_tuple()
    exponent = int(number.as_tuple().exponent)
    digits = (0,) * (1 - exponent - len(digits)) + digits  # the nought before the point is printed
    for at, digit in enumerate(digits):
        for other in range(10):
            if other != digit:
                yield Decimal((sign, (*digits[:at], other, *digits[at + 1 :]), exponent))


def _quotient_holds(part: Decimal, whole: Decimal, printed: Decimal) -> bool:
    left = part - printed * whole
    step = whole.copy_abs() * unit(printed)
    return 2 * left.copy_abs() <= step or (left.copy_abs() < step and (part < 0) == (left < 0))


def _is_printed_as(exact: Decimal, printed: Decimal) -> bool:
    """Whether a number was printed cut or rounded to the digits it has."""
    return _quotient_holds(exact, Decimal(1), printed)
