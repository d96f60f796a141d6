"""Broken identities in words: what was expected, which number is likely wrong, and what it may have to be.

Guarantee: each broken identity is told once. A proposal has a reason of its own besides the sum that it would mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from validators.evidence import is_rounding, one_digit
from validators.findings import Finding, Place
from validators.identity import Identity, unit
from validators.records import Observation
from validators.solve import Culprit, Solution

Readings = Mapping[Place, Decimal]
"""What a second reading made of numbers where the two disagree."""

_ROUNDED = ("percent", "growth", "product", "quotient")

_REASONS = {
    "reading": "так прочитано вдруге",
    "digit": "відрізняється однією цифрою",
    "comma": "відрізняється лише місцем коми",
    "minus": "відрізняється лише знаком",
    "shifted": "це число стоїть у сусідній клітинці",
}


def contradictions(solution: Solution, numbers: Mapping[Place, Observation], readings: Readings) -> Iterable[Finding]:
    """Tell each broken identity once; a percentage printed over two cells is told as one.

    Args:
        solution: what holds and what does not.
        numbers: all numbers of the table by their places.
        readings: second readings of doubtful numbers.
    """
    percentages = {i.result.place: i for i in solution.broken if i.rule == "percent"}
    told: set[Place] = set()
    pairs = sorted(zip(solution.broken, solution.suspects, strict=True), key=lambda pair: pair[0].result.place)
    for identity, suspects in pairs:
        result = identity.result
        if identity.rule == "percent" and result.place in told:
            continue  # with the cell on its left
        right = percentages.get((result.row, result.column + 1))
        if identity.rule != "percent" or right is None or right.terms[0].value is not None:
            right = None
        else:
            told.add(right.result.place)
        yield _contradiction(identity, suspects, right, numbers, readings)


def _contradiction(
    identity: Identity,
    suspects: Sequence[Culprit],
    right: Identity | None,
    numbers: Mapping[Place, Observation],
    readings: Readings,
) -> Finding:
    result = identity.result
    culprit = suspects[0] if len(suspects) == 1 and right is None else None
    if right is not None:
        culprit = next((suspect for suspect in suspects if suspect.place == result.place), None)
    reason = None
    if culprit is not None and right is None:
        reason = _reason(culprit, numbers, readings)
        if reason != "reading" and is_rounding(identity):
            reason = None  # no number need be wrong
    possible = [numbers[suspect.place] for suspect in suspects if suspect.place in numbers]
    doubtful = [o for o in possible if o.doubtful]
    cause = None
    if culprit is not None:
        cause = "reading" if numbers[culprit.place].doubtful else "source"
    elif possible:
        cause = None if doubtful else "source"
    proposal = None if reason is None or culprit is None or culprit.value is None else format(culprit.value, "f")
    return Finding(
        table=result.table,
        row=result.row,
        column=result.column,
        rule=identity.rule,
        severity="error",
        expected=_shown(identity),
        found=result.raw if right is None else f"{result.raw} | {right.result.raw}",
        message=_message(identity, right) + _who(culprit, numbers, reason, identity),
        cells=(*_own(identity), *(() if right is None else (right.result.place,))),
        culprit=None if culprit is None else culprit.place,
        proposal=proposal,
        reason=reason,
        cause=cause,
    )


def _own(identity: Identity) -> tuple[Place, ...]:
    """Give the places of the numbers of this table."""
    return tuple(place for place in identity.cells if place[0] >= 0)


def settled(solution: Solution, numbers: Mapping[Place, Observation], readings: Readings) -> Iterable[Finding]:
    """Tell numbers of which the arithmetic confirms the reading that is given, and not the other one."""
    for place, other in readings.items():
        o = numbers.get(place)
        if o is None or o.value is None or o.value == other or place not in solution.verified:
            continue
        proof = next(i for i in solution.held if place in i.proven())
        yield Finding(
            table=o.table,
            row=o.row,
            column=o.column,
            rule="reading",
            severity="info",
            expected=format(o.value, "f"),
            found=format(other, "f"),
            message=f"{o.item or 'Рядок'}: два читання, {o.raw} і {format(other, 'f').replace('.', ',')}; "
            "з іншими числами сходиться перше.",
            cells=_own(proof),
            culprit=place,
            proposal=format(o.value, "f"),
            reason="reading",
            cause="reading",
        )


def printed_otherwise(identity: Identity) -> Finding:
    """Tell a quotient that is cut where the table's others are rounded, or the other way round."""
    how = "відкинуто" if identity.rounding == "rounded" else "заокруглено"
    return _warning(
        identity, "rounding", f"{_message(identity, None)[:-1]}: тут зайві цифри {how}, а в інших рядках навпаки."
    )


def rounded_sum(identity: Identity) -> Finding:
    """Tell a sum that is off by no more than rounding may do, where that is likely."""
    return _warning(identity, "rounding", _message(identity, None))


def stated_otherwise(identity: Identity) -> Finding:
    """Tell that the text states nearly the amount of a total which the table's own sums confirm."""
    return _warning(identity, "stated", f"{_message(identity, None)} Таблиця сходиться; можливо, у тексті про інше.")


def _warning(identity: Identity, rule: str, message: str) -> Finding:
    result = identity.result
    return Finding(
        table=result.table,
        row=result.row,
        column=result.column,
        rule=rule,
        severity="warning",
        expected=_shown(identity),
        found=result.raw,
        message=message,
        cells=_own(identity),
    )


def _reason(culprit: Culprit, numbers: Mapping[Place, Observation], readings: Readings) -> str | None:
    """Say what speaks for the value that the identities ask for, besides them."""
    printed, value = numbers[culprit.place].value, culprit.value
    if printed is None or value is None:
        return None
    if readings.get(culprit.place) == value:
        return "reading"
    if culprit.mends < 2 and culprit.breaks:
        return None
    if value == -printed and value:
        return "minus"
    if one_digit(printed, value):
        return "digit"
    if value and printed and value.normalize().as_tuple().digits == printed.normalize().as_tuple().digits:
        return "comma"
    row, column = culprit.place
    beside = (numbers.get((row, column + step)) for step in (-1, 1))
    if any(o is not None and o.value == value for o in beside):
        return "shifted"
    return None


def _shown(identity: Identity) -> str:
    expected = identity.expected()
    if expected is None:
        return ""
    if identity.rule in _ROUNDED:
        step = unit(identity.result.value or Decimal(0))
        expected = expected.quantize(min(step, Decimal("0.01")), ROUND_HALF_UP)
    return format(expected, "f")


def _message(identity: Identity, right: Identity | None) -> str:
    row = identity.result.item or f"рядок {identity.result.row}"
    shown = _shown(identity).replace(".", ",")
    text = _SAYS[identity.rule](identity, row, shown, right)
    return text + (" Різницю може пояснити заокруглення складників." if is_rounding(identity) else "")


def _says_sum(identity: Identity, row: str, shown: str, _: Identity | None) -> str:
    what = "різниця" if -1 in identity.signs else "сума складників"
    return f"{row}: {what} дорівнює {shown}, а надруковано {identity.result.raw}."


def _says_difference(identity: Identity, row: str, shown: str, _: Identity | None) -> str:
    first, second = (term.raw.strip() or "0" for term in identity.terms)
    return f"{row}: {first} мінус {second} — це {shown}, а надруковано {identity.result.raw}."


def _says_product(identity: Identity, row: str, shown: str, _: Identity | None) -> str:
    first, second = (term.raw.strip() for term in identity.terms)
    return f"{row}: {first} × {second} — це {shown}, а надруковано {identity.result.raw}."


def _says_quotient(identity: Identity, row: str, shown: str, _: Identity | None) -> str:
    first, second = (term.raw.strip() for term in identity.terms)
    return f"{row}: {first} / {second} — це {shown}, а надруковано {identity.result.raw}."


def _says_percent(identity: Identity, row: str, shown: str, right: Identity | None) -> str:
    actual, plan = (term.raw for term in identity.terms)
    text = f"{row}: {actual} від {plan} — це {shown} %, а надруковано {identity.result.raw}"
    if right is not None:
        text += f" і в сусідній клітинці {right.result.raw}, де виконання не вказано"
    return text + "."


def _says_stated(identity: Identity, row: str, shown: str, _: Identity | None) -> str:
    return f"{row}: у тексті вказано {shown}, а в таблиці надруковано {identity.result.raw}."


_SAYS: Mapping[str, Callable[[Identity, str, str, Identity | None], str]] = {
    "sum": _says_sum,
    "difference": _says_difference,
    "percent": _says_percent,
    "growth": _says_percent,
    "product": _says_product,
    "quotient": _says_quotient,
    "stated": _says_stated,
}


def _who(culprit: Culprit | None, numbers: Mapping[Place, Observation], reason: str | None, identity: Identity) -> str:
    """Say which number is likely wrong, and what it may have to be."""
    text = f" Так у {identity.fits} з {identity.tested} подібних місць." if identity.origin == "mined" else ""
    if culprit is None:
        return text + " Котре з чисел хибне, сказати не можна."
    row, column = culprit.place
    o = numbers[culprit.place]
    if culprit.place != identity.result.place:
        text += f" Найімовірніше хибне число {o.raw.strip()} (рядок {row}, стовпець {column})."
    if reason is not None and culprit.value is not None:
        shown = format(culprit.value, "f").replace(".", ",")
        text += f" Можливо, має бути {shown}: {_REASONS[reason]}."
    return text
