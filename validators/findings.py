"""Findings: what a rule has to say about cells of a document, for people in Ukrainian and for programs by rule name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def as_row(finding: Finding) -> dict[str, Any]:
    """Give a finding as the data set has it, without its document."""
    return {
        "table": finding.table,
        "row": finding.row,
        "column": finding.column,
        "rule": finding.rule,
        "severity": finding.severity,
        "expected": finding.expected,
        "found": finding.found,
        "message": finding.message,
        "cells": " ".join(f"{row}:{column}" for row, column in finding.cells) or None,
        "culprit": None if finding.culprit is None else "{}:{}".format(*finding.culprit),
        "proposal": finding.proposal,
        "reason": finding.reason,
        "cause": finding.cause,
    }
