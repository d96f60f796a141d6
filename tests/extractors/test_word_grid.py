"""Where the cells of a Word table stand: by the grid, by widths, merged in old and new ways."""

from __future__ import annotations

import pytest

from extractors.word import read_word
from tests.builders import docx, drawn, tbl, tc, tr


def grid(*widths: int) -> str:
    return f"<w:tblGrid>{''.join(f'<w:gridCol w:w={chr(34)}{width}{chr(34)}/>' for width in widths)}</w:tblGrid>"


def wide(text: str, width: int | str, more: str = "", kind: str = "dxa") -> str:
    return tc(text, f'<w:tcW w:w="{width}" w:type="{kind}"/>{more}')


def rows_of(*parts: str) -> list[list[str]]:
    (found,) = read_word(docx(tbl(*parts)), "x.docx", "0" * 64).tables
    return drawn(found)


THREE = tr(wide("a", 1000), wide("b", 2000), wide("c", 3000))


def test_row_with_fewer_cells_than_the_grid_is_placed_by_widths() -> None:
    row = tr(wide("d", 3000), wide("e", 3000))
    assert rows_of(grid(1000, 2000, 3000), THREE, row) == [["a", "b", "c"], ["d", "<", "e"]]


@pytest.mark.parametrize("width", [2950, 3080])
def test_widths_may_miss_a_line_of_the_grid_a_little(width: int) -> None:
    row = tr(wide("d", width), wide("e", 6000 - width))
    assert rows_of(grid(1000, 2000, 3000), THREE, row)[1] == ["d", "<", "e"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(tr(wide("d", 1700), wide("e", 4300)), id="a width that meets no line"),
        pytest.param(tr(wide("d", 50), wide("e", 5950)), id="no width to speak of"),
        pytest.param(tr(wide("d", 2500, kind="pct"), wide("e", 2500, kind="pct")), id="shares"),
        pytest.param(tr(wide("d", 0, kind="auto"), wide("e", 0, kind="auto")), id="no widths"),
        pytest.param(tr(wide("d", "many"), wide("e", 3000)), id="no number"),
        pytest.param(tr(tc("d"), tc("e")), id="nothing said"),
    ],
)
def test_row_whose_widths_say_nothing_is_filled_from_the_left(row: str) -> None:
    assert rows_of(grid(1000, 2000, 3000), THREE, row)[1] == ["d", "e", ""]


def test_row_that_begins_late_is_placed_by_widths() -> None:
    named = '<w:gridBefore w:val="1"/><w:wBefore w:w="1000" w:type="dxa"/>'
    for properties in (named, '<w:gridBefore w:val="1"/>'):
        row = tr(wide("d", 5000), properties=properties)
        assert rows_of(grid(1000, 2000, 3000), THREE, row)[1] == ["", "d", "<"]


def test_row_with_more_cells_than_the_grid_widens_the_table() -> None:
    row = tr(*(wide(text, 1500) for text in "defg"))
    assert rows_of(grid(1000, 2000, 3000), THREE, row) == [["a", "b", "c", ""], ["d", "e", "f", "g"]]


def test_row_that_agrees_with_the_grid_is_placed_by_it_whatever_its_widths() -> None:
    row = tr(wide("d", 3000, '<w:gridSpan w:val="1"/>'), wide("e", 3000, '<w:gridSpan w:val="2"/>'))
    assert rows_of(grid(1000, 2000, 3000), THREE, row)[1] == ["d", "e", "<"]


def test_columns_in_which_no_cell_begins_do_not_count() -> None:
    two = '<w:gridSpan w:val="2"/>'
    assert rows_of(tr(tc("a", two), tc("b", two)), tr(tc("c", two), tc("d"), tc("e"))) == [
        ["a", "b", "<"],
        ["c", "d", "e"],
    ]
    assert rows_of(tr(tc("a", '<w:gridSpan w:val="9"/>'))) == [["a"]]


FIRST, NEXT = '<w:hMerge w:val="restart"/>', "<w:hMerge/>"


def test_old_horizontal_merge() -> None:
    row = tr(
        tc("a", FIRST), tc("", NEXT), tc("", '<w:hMerge w:val="continue"/>'), tc("b"), tc("c", FIRST), tc("d", FIRST)
    )
    assert rows_of(row, tr(*(tc(text) for text in "efghij"))) == [
        ["a", "<", "<", "b", "c", "d"],
        list("efghij"),
    ]


def test_old_horizontal_merge_that_goes_on_with_nothing_is_a_cell() -> None:
    assert rows_of(tr(tc("a", NEXT), tc("b")), tr(tc("c"), tc("d"))) == [["a", "b"], ["c", "d"]]


def test_old_horizontal_merge_goes_on_below() -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        tr(tc("a", FIRST + down), tc("", NEXT + down), tc("b")),
        tr(tc("", FIRST + on), tc("", NEXT + on), tc("c")),
        tr(*map(tc, "def")),
    )
    assert rows_of(*rows) == [["a", "<", "b"], ["^", "<", "c"], ["d", "e", "f"]]


def test_merge_made_by_a_tracked_change() -> None:
    first, on = '<w:cellMerge w:vMerge="rest"/>', '<w:cellMerge w:vMerge="cont"/>'
    assert rows_of(tr(tc("a", first), tc("b")), tr(tc("", on), tc("c"))) == [["a", "b"], ["^", "c"]]


def test_properties_before_a_tracked_change_do_not_count() -> None:
    before = '<w:tcPrChange w:id="1"><w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr></w:tcPrChange>'
    row_before = '<w:trPrChange w:id="2"><w:trPr><w:gridBefore w:val="1"/><w:tblHeader/></w:trPr></w:trPrChange>'
    assert rows_of(tr(tc("a", before), tc("b"), properties=row_before)) == [["a", "b"]]


def test_hidden_row_without_text_is_gone() -> None:
    hidden = "<w:hidden/>"
    rows = (tr(tc("a")), tr(tc("", ""), properties=hidden), tr(tc("b"), properties=hidden))
    assert rows_of(*rows) == [["a"], ["b"]]
    assert rows_of(tr(tc("a")), tr(tc(""), properties='<w:hidden w:val="0"/>')) == [["a"], [""]]
