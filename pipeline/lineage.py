"""What is kept with a document's result only to explain its numbers: the identities they stand in, and why pages join.

Guarantee: it says of each identity what the arithmetic found when the document was read, and is no data set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validators.identity import Identity, exactly
from validators.records import Observation

LINEAGE = {
    "identities": (
        "table",
        "result",
        "rule",
        "terms",
        "signs",
        "scale",
        "origin",
        "fits",
        "tested",
        "rounding",
        "expected",
        "holds",
    ),
    "joins": ("table", "page", "reason"),
}
"""Names of what is kept, and its columns.

`result` and `terms` are places as `row:column`, with the table's number and a slash before where it is another table;
`holds` is `None` where the identity says nothing, as one with an unreadable number.
"""

PLACES = 6
"""Digits after the point to which an expected quotient is kept; sums and differences are exact."""


def identity_rows(identities: Iterable[Identity]) -> Iterator[dict[str, Any]]:
    """Give the rows of a table's identities."""
    with exactly():
        for identity in identities:
            says = identity.says()
            expected = identity.expected() if says else None
            if expected is not None and int(expected.as_tuple().exponent) < -PLACES:
                expected = round(expected, PLACES)
            yield {
                "table": identity.result.table,
                "result": _place(identity.result, identity),
                "rule": identity.rule,
                "terms": " ".join(_place(term, identity) for term in identity.terms),
                "signs": " ".join(map(str, identity.signs)) or None,
                "scale": None if identity.scale == 1 else identity.scale,
                "origin": identity.origin,
                "fits": identity.fits,
                "tested": identity.tested,
                "rounding": identity.rounding,
                "expected": expected,
                "holds": identity.holds() if says else None,
            }


def _place(o: Observation, identity: Identity) -> str:
    if o.table == identity.result.table:
        return f"{o.row}:{o.column}"
    row = -1 - o.row if o.row < 0 else o.row  # as `ratios` names a place of another table
    return f"{o.table}/{row}:{o.column}"


def places(identity: Mapping[str, Any]) -> list[tuple[int, int, int]]:
    """Give the places of a kept identity's numbers, the result first: table, row, column."""
    found = []
    for text in (identity["result"], *identity["terms"].split()):
        of, slash, rest = text.rpartition("/")
        row, column = map(int, rest.split(":"))
        found.append((int(of) if slash else identity["table"], row, column))
    return found
