"""What a run says it came to."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.exits import ExitCode
from pipeline.index import Look
from pipeline.report import Changes, Summary, changes
from pipeline.results import Counts


def _looks(**content: str) -> dict[str, Look]:
    return {f"/in/{name}": Look(document_id, 1, None) for name, document_id in content.items()}


def test_new_changed_moved_and_gone_are_told_apart() -> None:
    before = _looks(same="1", changed="2", old="3", gone="4", twice="5")
    now = _looks(same="1", changed="9", renamed="3", fresh="6", twice="5", copy="5")
    assert changes(before, now, {"/in/renamed": "renamed"}) == Changes(
        new=("/in/fresh", "/in/copy"), changed=("/in/changed",), moved=(("/in/old", "renamed"),), gone=("/in/gone",)
    )


def test_two_that_moved_are_two() -> None:
    found = changes(_looks(a="1", b="1"), _looks(c="1", d="1", e="1"), {})
    assert (len(found.moved), found.new, found.gone) == (2, ("/in/e",), ())


@pytest.mark.parametrize(
    ("states", "errors", "strict", "failed", "code"),
    [
        ({"published": 2, "duplicate": 1}, 0, True, [], ExitCode.OK),
        ({"published": 2}, 1, False, [], ExitCode.OK),
        ({"published": 2}, 1, True, [], ExitCode.STRICT),
        ({"published": 2, "refused": 1}, 0, True, [("a", "refused", "empty: x")], ExitCode.INCOMPLETE),
        ({"published": 2, "refused": 1}, 1, True, [("a", "refused", "empty: x")], ExitCode.STRICT),
        ({"refused": 1}, 0, True, [("a", "refused", "empty: x")], ExitCode.NOTHING),
        ({}, 0, False, [], ExitCode.NOTHING),
        ({"published": 1, "quarantined": 1}, 0, False, [("a", "quarantined", "defect: x")], ExitCode.DEFECT),
        ({"quarantined": 1}, 0, False, [("a", "quarantined", "defect: x")], ExitCode.DEFECT),
    ],
)
def test_exit_codes(
    states: dict[str, int], errors: int, strict: bool, failed: list[tuple[str, str, str]], code: ExitCode
) -> None:
    summary = Summary("out", states=Counter(states), counts=Counts(errors=errors), failed=failed)
    assert summary.exit_code(strict) is code


def test_the_slowest_are_the_slowest() -> None:
    summary = Summary("out")
    for i in range(50):
        summary.took(f"{i}.pdf", (i * 37) % 50)
    assert [seconds for seconds, _ in summary.slowest] == list(range(49, 39, -1))


def test_people_and_programs_are_told_the_same() -> None:
    summary = Summary("out", inputs=3, states=Counter(published=2), read=2, again=1, left=["c.pdf"], written=True)
    summary.changes = Changes(new=("a.pdf",), moved=(("b.pdf", "d.pdf"),))
    text = "\n".join(summary.lines())
    for sign in ("2 published (2 read now, 1 of them again, for this version)", "1 new, 1 moved", "c.pdf: it is still"):
        assert sign in text
    found = summary.as_json()
    assert (found["read"], found["read_again"], found["left"]) == (2, 1, ["c.pdf"])
    assert found["changes"]["moved"] == (("b.pdf", "d.pdf"),)
    assert "would_read" not in found
