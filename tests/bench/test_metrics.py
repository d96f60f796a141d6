from __future__ import annotations

from collections import Counter

import pytest

from bench.grits import box_similarity, grits_content, grits_topology, text_similarity
from bench.metrics import (
    Tally,
    adjacency,
    aligned,
    exact_cells,
    match,
    paired_adjacency,
    relations,
    surplus_headers,
    total,
)
from bench.truth import Cell, Table, from_rows

PLAIN = from_rows([["a", "b", "c"], ["d", "e", "f"]])
MERGED = Table(
    (
        Cell(0, 0, 1, 2, "head"),
        Cell(0, 2, 2, 1, "side"),
        Cell(1, 0, 1, 1, "x"),
        Cell(1, 1, 1, 1, "y"),
    ),
    header_rows=1,
)
SPLIT = from_rows([["head", "", "side"], ["x", "y", ""]])
"""`MERGED` as a program gives it that knows no spans."""


def transposed(table: Table) -> Table:
    return Table(tuple(Cell(c.column, c.row, c.column_span, c.row_span, c.text) for c in table.cells))


def test_relations_of_a_plain_table() -> None:
    assert relations(PLAIN) == Counter(
        {
            ("a", "b", "right"): 1,
            ("b", "c", "right"): 1,
            ("d", "e", "right"): 1,
            ("e", "f", "right"): 1,
            ("a", "d", "below"): 1,
            ("b", "e", "below"): 1,
            ("c", "f", "below"): 1,
        }
    )


def test_relations_go_across_blank_cells_and_never_to_them() -> None:
    table = from_rows([["a", " ", "b"], ["", "", ""], ["c", None, "b"]])

    assert relations(table) == Counter(
        {("a", "b", "right"): 1, ("c", "b", "right"): 1, ("a", "c", "below"): 1, ("b", "b", "below"): 1}
    )


def test_a_merged_cell_relates_once_to_each_neighbour_along_its_sides() -> None:
    assert relations(MERGED) == Counter(
        {
            ("head", "side", "right"): 1,
            ("x", "y", "right"): 1,
            ("y", "side", "right"): 1,
            ("head", "x", "below"): 1,
            ("head", "y", "below"): 1,
        }
    )


def test_a_neighbour_met_in_several_columns_counts_once() -> None:
    wide = Table((Cell(0, 0, 1, 2, "up"), Cell(1, 0, 1, 2, "down")))

    assert relations(wide) == Counter({("up", "down", "below"): 1})
    assert relations(transposed(wide)) == Counter({("up", "down", "right"): 1})


def test_equal_texts_count_as_often_as_they_stand() -> None:
    assert relations(from_rows([["1", "1", "1"]])) == Counter({("1", "1", "right"): 2})


def test_white_space_of_all_kinds_makes_no_difference() -> None:
    assert relations(from_rows([["1\u00a0 234,5\n0", "b"]])) == relations(from_rows([["1234,50", "b"]]))


@pytest.mark.parametrize("table", [PLAIN, MERGED])
def test_a_perfect_answer_scores_one_in_everything(table: Table) -> None:
    truth, found = [table], [table]
    pairs = match(truth, found)

    assert pairs == [(0, 0)]
    for tally in (
        adjacency(truth, found),
        paired_adjacency(truth, found, pairs),
        exact_cells(truth, found, pairs),
        grits_content(truth, found, pairs),
        grits_topology(truth, found, pairs),
        aligned(truth, found).cells,
        aligned(truth, found).rows,
    ):
        assert (tally.precision, tally.recall, tally.f1) == (1, 1, 1)
    assert aligned(truth, found).spans.recall == 1


def test_a_merged_cell_given_as_split_loses_its_relations_only() -> None:
    # Of the five relations `head` keeps `side` and `x`; `y` stands alone below nothing, and `side` is not beside it.
    assert adjacency([MERGED], [SPLIT]) == Tally(right=3, found=3, true=5)
    assert exact_cells([MERGED], [SPLIT], [(0, 0)]) == Tally(right=2, found=6, true=4)
    assert aligned([MERGED], [SPLIT]).cells == Tally(right=4, found=6, true=4)
    assert aligned([MERGED], [SPLIT]).rows.recall == 1
    assert aligned([MERGED], [SPLIT]).spans == Tally(right=0, found=0, true=2)


def test_a_transposed_table_keeps_no_relation_of_a_plain_one() -> None:
    assert adjacency([PLAIN], [transposed(PLAIN)]) == Tally(right=0, found=7, true=7)


def test_one_wrong_text_costs_its_own_relations() -> None:
    found = from_rows([["a", "b", "c"], ["d", "E", "f"]])

    assert adjacency([PLAIN], [found]) == Tally(right=4, found=7, true=7)
    assert exact_cells([PLAIN], [found], [(0, 0)]).recall == pytest.approx(5 / 6)
    assert aligned([PLAIN], [found]).rows.recall == pytest.approx(1 / 2)


def test_a_table_cut_in_two_loses_the_seam_but_with_pairing_a_half() -> None:
    truth = [from_rows([["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]])]
    found = [from_rows([["a", "b"], ["c", "d"]]), from_rows([["e", "f"], ["g", "h"]])]

    assert adjacency(truth, found) == Tally(right=8, found=8, true=10)
    assert paired_adjacency(truth, found, match(truth, found)) == Tally(right=4, found=8, true=10)
    assert aligned(truth, found).rows.recall == 1


def test_what_was_made_up_counts_against_precision() -> None:
    tally = adjacency([], [PLAIN])

    assert (tally.precision, tally.recall, tally.f1) == (0, 0, 0)
    assert adjacency([], []).f1 == 1


def test_f1_is_the_harmonic_mean() -> None:
    tally = Tally(right=3, found=4, true=6)

    assert (tally.precision, tally.recall) == (3 / 4, 3 / 6)
    assert tally.f1 == pytest.approx(2 * (3 / 4) * (3 / 6) / (3 / 4 + 3 / 6))


def test_totals_weigh_documents_by_their_relations() -> None:
    assert total([Tally(1, 1, 1), Tally(0, 3, 3)]).f1 == pytest.approx(1 / 4)


def test_tables_pair_by_content_and_never_across_pages() -> None:
    first, second = from_rows([["a", "b"]], [1]), from_rows([["c", "d"]], [2])

    assert match([first, second], [second, first]) == [(0, 1), (1, 0)]
    assert match([first], [from_rows([["a", "b"]], [2])]) == []
    assert match([first], [from_rows([["a", "b"]])]) == [(0, 0)]


def test_the_better_partner_is_taken_first() -> None:
    poor, good = from_rows([["a", "z"]]), from_rows([["a", "b"]])

    assert match([from_rows([["a", "b"]])], [poor, good]) == [(0, 1)]


def test_a_row_too_many_leaves_the_rows_below_it_right() -> None:
    found = from_rows([["a", "b", "c"], ["a", "b", "c"], ["d", "e", "f"]])

    assert aligned([PLAIN], [found]).rows == Tally(right=2, found=3, true=2)
    assert exact_cells([PLAIN], [found], [(0, 0)]).recall == pytest.approx(1 / 2)


def test_rows_align_by_their_texts_rather_than_by_their_blanks() -> None:
    truth = from_rows([["a", "", "", ""], ["b", "", "", ""]])
    found = from_rows([["x", "", "", ""], ["y", "", "", ""], ["a", "1", "2", "3"], ["b", "1", "2", "3"]])

    assert aligned([truth], [found]).cells.right == 2


def test_a_row_with_more_texts_than_the_truth_is_not_right() -> None:
    assert aligned([from_rows([["a", "b"]])], [from_rows([["a", "b", "c"]])]).rows.recall == 0


def test_headings_repeated_more_often_than_in_the_truth_are_counted() -> None:
    truth = [Table((Cell(0, 0, 1, 1, "h"), Cell(1, 0, 1, 1, "1"), Cell(2, 0, 1, 1, "1")), header_rows=1)]
    found = [from_rows([["h"], ["1"]]), from_rows([["h"], ["1"]]), from_rows([["h"], ["1"]])]

    assert surplus_headers(truth, found) == 2
    assert surplus_headers(truth, truth) == 0
    assert surplus_headers([PLAIN], found) is None


def test_similar_texts() -> None:
    assert text_similarity("abcd", "abcd") == 1
    assert text_similarity("abcde", "ace") == pytest.approx(6 / 8)
    assert text_similarity("abc", "xyz") == 0
    assert text_similarity("", "abc") == 0
    assert text_similarity("", "") == 1
    assert text_similarity("а" * 70 + "б", "б" + "а" * 70) == pytest.approx(140 / 142)


def test_similar_boxes() -> None:
    assert box_similarity((0, 0, 2, 1), (0, 0, 1, 1)) == pytest.approx(1 / 2)
    assert box_similarity((0, 0, 1, 1), (0, 0, 2, 1)) == pytest.approx(1 / 2)
    assert box_similarity((0, 0, 1, 1), (0, 0, 1, 1)) == 1
    assert box_similarity((0, 0, 1, 1), (1, 0, 2, 1)) == 0


def test_grits_of_a_split_merge() -> None:
    # Positions of `MERGED`: head head side / x y side. Content agrees at head, side, x and y; the blanks differ.
    assert grits_content([MERGED], [SPLIT], [(0, 0)]).f1 == pytest.approx(4 / 6)
    # Of six boxes x and y agree, and each half of a merged cell covers half of it.
    assert grits_topology([MERGED], [SPLIT], [(0, 0)]).f1 == pytest.approx((2 + 4 / 2) / 6)


def test_grits_leaves_out_a_column_that_one_grid_lacks() -> None:
    found = from_rows([["a", "c"], ["d", "f"]])

    assert grits_content([PLAIN], [found], [(0, 0)]) == Tally(4, 4, 6)


def test_grits_keeps_the_order_of_rows() -> None:
    found = from_rows([["d", "e", "f"], ["a", "b", "c"]])

    assert grits_content([PLAIN], [found], [(0, 0)]) == Tally(3, 6, 6)


def test_grits_takes_the_most_rows_that_keep_their_order() -> None:
    truth = from_rows([[text] for text in "abcde"])
    found = from_rows([[text] for text in "eabdc"])

    assert grits_content([truth], [found], [(0, 0)]) == Tally(3, 5, 5)


def test_grits_of_rows_that_stand_twice() -> None:
    truth = from_rows([[text] for text in "aab"])
    found = from_rows([[text] for text in "ab"])

    assert grits_content([truth], [found], [(0, 0)]) == Tally(2, 2, 3)
    assert grits_content([found], [truth], [(0, 0)]) == Tally(2, 3, 2)

    truth = from_rows([["a"], ["bc"], ["de"]])
    found = from_rows([["a"], ["bx"], ["dx"], ["a"]])

    assert grits_content([truth], [found], [(0, 0)]) == Tally(1 + 1 / 2 + 1 / 2, 4, 3)


def test_grits_counts_tables_without_a_partner() -> None:
    assert grits_content([PLAIN], [PLAIN, PLAIN], [(0, 0)]) == Tally(6, 12, 6)


def test_grits_of_hundreds_of_rows_is_feasible() -> None:
    truth = from_rows([[f"{row}-{column}" for column in range(14)] for row in range(400)])
    found = from_rows([[f"{row}-{column}" for column in range(14)] for row in range(400) if row % 50])

    assert grits_content([truth], [found], [(0, 0)]) == Tally(392 * 14, 392 * 14, 400 * 14)
    assert grits_topology([truth], [found], [(0, 0)]).recall == pytest.approx(392 / 400)
