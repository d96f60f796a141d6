"""What a run says it came to."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.exits import ExitCode
from pipeline.report import Changes, Summary
from pipeline.results import Counts


def _changes(new: dict[str, str], gone: dict[str, str]) -> Changes:
    found = Changes()
    found.compare(new.items(), gone.items())
    return found


def test_new_moved_and_gone_are_told_apart() -> None:
    found = _changes({"renamed": "3", "fresh": "6", "copy": "5"}, {"/in/old": "3", "/in/gone": "4"})
    assert found.counts() == {"new": 2, "changed": 0, "moved": 1, "gone": 1}
    assert (found.new.first, found.moved.first, found.gone.first) == (
        ["fresh", "copy"],
        [["/in/old", "renamed"]],
        ["/in/gone"],
    )
    assert found
    assert not Changes()


def test_two_that_moved_are_two() -> None:
    found = _changes({"c": "1", "d": "1", "e": "1"}, {"a": "1", "b": "1"})
    assert (found.moved.first, found.new.first, found.gone.count) == ([["a", "c"], ["b", "d"]], ["e"], 0)


def test_very_many_are_counted_and_not_all_named() -> None:
    found = _changes({str(i): f"{i:x}" for i in range(5000)}, {})
    assert (found.new.count, len(found.new.first)) == (5000, 1000)


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
    summary.changes.compare([("a.pdf", "1"), ("d.pdf", "2")], [("b.pdf", "2")])
    text = "\n".join(summary.lines())
    for sign in ("2 published (2 read now, 1 of them again, for this version)", "1 new, 1 moved", "c.pdf: it is still"):
        assert sign in text
    found = summary.as_json()
    assert (found["read"], found["read_again"], found["left"]) == (2, 1, ["c.pdf"])
    assert found["changes"]["moved"] == {"count": 1, "first": [["b.pdf", "d.pdf"]]}
    assert "would_read" not in found
