"""The proof that nothing was lost: sums that must come out exactly, or the run has a defect of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import zip_longest

from validators.findings import Place
from validators.model import ROLES, STATES


class ConservationError(Exception):
    """Something went in and did not come out, or came out twice: a defect of zvity, never of the input."""


def check_cells(places: Iterable[Place], roles: Mapping[Place, str], values: Iterable[Place]) -> None:
    """Prove that each cell has exactly one role and each value cell exactly one observation.

    Args:
        places: the cells of an assembled table, by row and column.
        roles: the role given to each cell.
        values: the places of the table's observations, one an observation.

    Raises:
        ConservationError: naming the first cells that do not come out.
    """
    cells = Counter(places)
    _agree("cells without exactly one role", cells, Counter(list(roles)))
    unknown = sorted(set(roles.values()) - set(ROLES))
    if unknown:
        raise ConservationError(f"unknown cell roles: {unknown}")
    expected = Counter(place for place, role in roles.items() if role in ("value", "rejected"))
    _agree("values without exactly one observation", expected, Counter(values))


def check_run(inputs: Iterable[str], states: Iterable[tuple[str, str]]) -> None:
    """Prove that each input of a run ends in exactly one state. Neither side is held, so there may be very many.

    Args:
        inputs: the inputs' names as found, one an input.
        states: `(name, state)` of each row of `documents`, in the same order.

    Raises:
        ConservationError: naming the first input that does not come out.
    """
    for name, row in zip_longest(inputs, states):
        if row is None or name != row[0]:
            raise ConservationError(f"inputs without exactly one final state: {name or row}")
        if row[1] not in STATES:
            raise ConservationError(f"unknown document state: {row[1]} of {name}")


def _agree(what: str, expected: Counter, found: Counter) -> None:  # type: ignore[type-arg]  # of any hashable thing
    off = sorted((expected - found).elements()) + sorted((found - expected).elements())
    if off:
        raise ConservationError(f"{what}: {off[:5]}{' …' if len(off) > 5 else ''} ({len(off)} in all)")
