"""Results: the same bytes for the same outcome, and back."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline.lineage import LINEAGE
from pipeline.results import Member, Outcome, content_of, head_of, lineage_of, packed
from validators.model import STANDING

ID = "ab" * 32
ROWS: dict[str, list[dict[str, Any]]] = {
    "documents": [{"document_id": ID, "pages": 2, "decision_date": date(2023, 10, 26), "title": "Звіт\u2028про"}],
    "tables": [
        {"table": 1, "verified": 2, "unchecked": 1, "contradicted": 0},
        {"table": 2, "verified": 0, "unchecked": 0, "contradicted": 1},
    ],
    "cells": [{"table": 1, "row": 0, "column": 0, "doubtful": True}, {"table": 1, "row": 1, "column": 0}],
    "observations": [
        {"value": Decimal("1E+3"), "doubtful": True},
        {"value": Decimal("0.10"), "doubtful": False},
        {"value": None, "doubtful": True},
    ],
    "findings": [{"severity": "error"}, {"severity": "warning"}],
}


def test_a_published_document_comes_back_with_exact_values() -> None:
    outcome = Outcome(ID, "published", cells=2)
    kept = packed(outcome, ROWS, STANDING)
    assert packed(outcome, ROWS, STANDING) == kept
    assert head_of(io.BytesIO(kept)) == outcome
    content = content_of(kept)
    assert content.facts == {"document_id": ID, "pages": 2, "decision_date": "2023-10-26", "title": "Звіт\u2028про"}
    observations = content.rows["observations"]
    assert [row[observations.names.index("value")] for row in observations.rows] == ["1000", "0.10", None]
    assert "documents" not in content.rows
    assert content.counts.as_dict() == {
        "tables": 2, "cells": 2, "verified": 2, "unchecked": 1, "contradicted": 1, "doubtful": 1, "errors": 1,
        "further": 0, "accepted": 0, "corrected": 0,
    }  # fmt: skip
    assert content.counts.plus(content.counts).cells == 4


def test_the_lineage_comes_back_beside_the_data_sets() -> None:
    join = {"table": 1, "page": 2, "reason": "той самий\nзаголовок"}
    identity = dict.fromkeys(LINEAGE["identities"]) | {"table": 1, "expected": Decimal("1E+3"), "holds": None}
    kept = packed(Outcome(ID, "published"), {**ROWS, "joins": [join], "identities": [identity]}, STANDING)
    assert lineage_of(kept) == {"joins": [join], "identities": [{**identity, "expected": "1000"}]}
    assert content_of(kept) == content_of(packed(Outcome(ID, "published"), ROWS, STANDING))
    assert lineage_of(packed(Outcome(ID, "published"), ROWS, STANDING)) == {"joins": [], "identities": []}
    for broken in (b"", kept[:30], packed(Outcome(ID, "refused", "empty: nothing"))):
        with pytest.raises((ValueError, TypeError, KeyError)):
            lineage_of(broken)


def test_a_container_with_many_members_comes_back() -> None:
    members = tuple(Member(f"том {i}/звіт.pdf", i, f"{i:064x}", i) for i in range(500))
    members += (Member("locked.pdf", 500, "", 0, "encrypted: locked", "refused"),)
    outcome = Outcome(ID, "opened", members=members)
    assert head_of(io.BytesIO(packed(outcome))) == outcome


@pytest.mark.parametrize("cut", [0, 1, 30, -1])
def test_a_damaged_result_is_none(cut: int) -> None:
    kept = packed(Outcome(ID, "published", cells=2), ROWS, STANDING)
    with pytest.raises((ValueError, TypeError)):
        content_of(kept[:cut])
    if cut >= 0:
        with pytest.raises((ValueError, TypeError)):
            head_of(io.BytesIO(kept[:cut]))
    with pytest.raises((ValueError, TypeError, KeyError)):
        content_of(packed(Outcome(ID, "refused", "empty: nothing")))


def test_the_word_of_a_reason() -> None:
    assert Outcome(ID, "refused", "limit:pages: too many").word == "limit:pages"
    assert Outcome(ID, "published").word is None
