"""Findings: what a rule has to say about cells of a document, for people in Ukrainian and for programs by rule name."""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[int, int]
"""Row and column of a cell in the assembled table."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule, named once. `cells` are the places of all cells that took part, the one it is about first.

    `culprit` is the number that is likeliest to be wrong, none where several may be; `proposal` is what it may have to
    be, with the `reason`; `cause` tells a contradiction of the document (`source`) from a doubtful reading (`reading`).
    """

    table: int | None
    row: int | None
    column: int | None
    rule: str
    severity: str
    message: str
    expected: str | None = None
    found: str | None = None
    cells: tuple[Place, ...] = ()
    culprit: Place | None = None
    proposal: str | None = None
    reason: str | None = None
    cause: str | None = None
