"""Sums that must come out, or the run has a defect."""

from __future__ import annotations

import pytest

from validators.conservation import ConservationError, check_cells, check_run

PLACES = [(0, 0), (0, 1), (1, 0), (1, 1)]
ROLES = {(0, 0): "header", (0, 1): "header", (1, 0): "label", (1, 1): "value"}


def test_what_adds_up_passes() -> None:
    check_cells(PLACES, ROLES, [(1, 1)])
    check_run(["a", "b"], [("a", "refused"), ("b", "published")])


@pytest.mark.parametrize(
    ("places", "roles", "values"),
    [
        (PLACES, {k: v for k, v in ROLES.items() if k != (1, 0)}, [(1, 1)]),
        (PLACES[:-1], ROLES, [(1, 1)]),
        ([*PLACES, (1, 1)], ROLES, [(1, 1)]),
        (PLACES, ROLES | {(1, 0): "stray"}, [(1, 1)]),
        (PLACES, ROLES, []),
        (PLACES, ROLES, [(1, 1), (1, 1)]),
        (PLACES, ROLES, [(1, 1), (1, 0)]),
        (PLACES, ROLES | {(1, 0): "rejected"}, [(1, 1)]),
    ],
    ids=[
        "no role",
        "no cell",
        "cell twice",
        "unknown role",
        "no value",
        "value twice",
        "value too many",
        "rejected lost",
    ],
)
def test_a_cell_or_value_that_is_lost_or_doubled_is_a_defect(
    places: list[tuple[int, int]], roles: dict[tuple[int, int], str], values: list[tuple[int, int]]
) -> None:
    with pytest.raises(ConservationError):
        check_cells(places, roles, values)


@pytest.mark.parametrize(
    "states",
    [
        [("a", "published")],
        [("a", "published"), ("b", "refused"), ("b", "published")],
        [("a", "published"), ("b", "lost")],
        [("a", "published"), ("c", "refused")],
    ],
)
def test_an_input_without_exactly_one_state_is_a_defect(states: list[tuple[str, str]]) -> None:
    with pytest.raises(ConservationError):
        check_run(["a", "b"], states)
