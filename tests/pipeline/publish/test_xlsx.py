"""The workbook, as openpyxl reads it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish import xlsx
from pipeline.publish.xlsx import Sheet, write_xlsx

KIND = pa.decimal128(38, 10)


def _workbook(*sheets: tuple[str, dict[str, Any]]) -> tuple[Any, int]:
    made = []
    for name, columns in sheets:
        batch = pa.RecordBatch.from_pydict(columns)
        made.append(Sheet(name, batch.schema.names, batch.num_rows, [batch]))
    out = io.BytesIO()
    cut = write_xlsx(out, made)
    return openpyxl.load_workbook(out), cut


def _column(values: Any) -> list[Any]:
    book, _ = _workbook(("data", {"a": values}))
    return [row[0].value for row in book["data"].iter_rows(min_row=2)]


def _decoded(text: str | None) -> str | None:
    return None if text is None else re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


@settings(max_examples=50)
@given(
    st.lists(
        st.integers(-(10**37), 10**37).map(lambda n: Decimal(n).scaleb(-10, Context(prec=60)))
        | st.decimals(-(10**9), 10**9, places=2),
        min_size=1,
    )
)
def test_numbers_are_what_they_were(values: list[Decimal]) -> None:
    found = _column(pa.array(values, KIND))
    assert [Decimal(str(value)) for value in found] == values
    long = [len(value.normalize(Context(prec=60)).as_tuple().digits) > 15 for value in values]
    assert [isinstance(value, str) for value in found] == long, "what a spreadsheet would round is text"


@settings(max_examples=100)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), max_size=20) | st.just("_x0041_x0042_") | st.just("a_\x01x"), min_size=1
    )
)
def test_texts_are_what_they_were(texts: list[str]) -> None:
    found = [_decoded(text) or "" for text in _column(pa.array(texts))]
    assert found == texts


def test_texts_are_no_formulas_and_numbers_are_shown_with_their_places() -> None:
    book, _ = _workbook(("data", {"a": ["=1+1", "-5", "12"], "b": pa.array([Decimal("1.5"), Decimal(-7), None], KIND)}))
    rows = list(book["data"].iter_rows(min_row=2))
    assert [row[0].data_type for row in rows] == ["s", "s", "s"] or [row[0].data_type for row in rows] == [
        "inlineStr"
    ] * 3
    assert [row[0].value for row in rows] == ["=1+1", "-5", "12"]
    assert [(row[1].value, row[1].number_format) for row in rows[:2]] == [(1.5, "0.0"), (-7, "0")]
    assert rows[2][1].value is None


def test_dates_and_truth() -> None:
    days = pa.array([date(2023, 10, 26), date(1900, 3, 1), date(1899, 1, 1), None])
    book, _ = _workbook(("data", {"day": days, "true": [True, False, None, True]}))
    rows = [[cell.value for cell in row] for row in book["data"].iter_rows(min_row=2)]
    assert rows == [
        [datetime(2023, 10, 26), True], [datetime(1900, 3, 1), False], ["1899-01-01", None], [None, True]
    ]  # fmt: skip


def test_the_header_is_bold_frozen_and_filtered() -> None:
    book, _ = _workbook(("data", {"name": ["x" * 200], "n": [1]}), ("other", {"a": [1]}))
    sheet = book["data"]
    assert [cell.value for cell in sheet[1]] == ["name", "n"]
    assert all(cell.font.b for cell in sheet[1])
    assert not any(cell.font.b for cell in sheet[2])
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.dimensions) == ("A2", "A1:B2", "A1:B2")
    assert sheet.column_dimensions["A"].width == 60
    assert book.sheetnames == ["data", "other"]


def test_a_data_set_without_rows_has_its_header() -> None:
    book, _ = _workbook(("data", {"a": pa.array([], pa.string())}))
    assert [[cell.value for cell in row] for row in book["data"].iter_rows()] == [["a"]]


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 3)
    name = "socioeconomic_indicators_of_all_years"
    book, _ = _workbook((name, {"a": list(range(7))}), (name + "_b", {"a": [9, 10, 11]}))
    assert book.sheetnames == [name[:31], name[:29] + "_2", name[:29] + "_3", name[:29] + "_4"]
    found = [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book]
    assert found == [[0, 1, 2], [3, 4, 5], [6], [9, 10, 11]]
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:A4", "A1:A4", "A1:A2", "A1:A4"]


@pytest.mark.parametrize("sign", ["я", "🏛"])
def test_a_text_that_no_cell_holds_is_cut_and_says_so(sign: str) -> None:
    width = len(sign.encode("utf-16-le")) // 2
    fits, long = sign * (32_767 // width), sign * 32_768
    book, cut = _workbook(("data", {"a": [fits, long, long]}))
    found = [row[0].value for row in book["data"].iter_rows(min_row=2)]
    assert found[0] == fits
    assert found[1].endswith(xlsx.CUT)
    assert set(found[1].removesuffix(xlsx.CUT)) == {sign}
    assert 32_700 < len(found[1].encode("utf-16-le")) // 2 <= 32_767
    assert cut == 2


def test_members_have_no_time_and_whole_names() -> None:
    out = io.BytesIO()
    batch = pa.RecordBatch.from_pydict({"a": ["<&>\"'", "\x00\x0b\ufffe", " b\r\nc "]})
    write_xlsx(out, [Sheet("data", ["a"], 3, [batch])])
    with zipfile.ZipFile(out) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<t>&lt;&amp;&gt;\"'</t>" in text
    assert "<t>_x0000__x000B__xFFFE_</t>" in text
    assert '<t xml:space="preserve"> b_x000D_\nc </t>' in text
    assert (xlsx.letters(0), xlsx.letters(25), xlsx.letters(26), xlsx.letters(702)) == ("A", "Z", "AA", "AAA")
