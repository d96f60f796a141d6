"""Word's own grid and the text Word shows, whatever stands around it in the XML."""

from __future__ import annotations

import json
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import word
from extractors.document import Document, Paragraph
from extractors.errors import Broken, InputError, Refused
from extractors.limits import LIMITS
from extractors.word import read_word
from tests.builders import RELATIONS, docx, drawn, p, tbl, tc, tr
from tests.samples import WORD

TRUTH = json.loads((Path(__file__).parent.parent / "data" / "report.truth.json").read_text(encoding="utf-8"))


def read(data: bytes) -> Document:
    return read_word(data, "x.docx", "0" * 64)


def rows_of(body: str) -> list[list[str]]:
    """Give the only table of a body, as `tests.builders.table` takes it."""
    (found,) = read(docx(body)).tables
    return drawn(found)


def text_of(inside: str) -> str:
    """Give the text of a paragraph with this inside it."""
    blocks = read(docx(f"<w:p>{inside}</w:p>")).blocks
    return blocks[0].text if blocks and isinstance(blocks[0], Paragraph) else ""


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def span(n: int | str) -> str:
    return f'<w:gridSpan w:val="{n}"/>'


RESTART, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


# The real report


def test_report_equals_its_truth() -> None:
    document = read(WORD.read_bytes())
    assert len(document.tables) == len(TRUTH["tables"])
    for found, true in zip(document.tables, TRUTH["tables"], strict=True):
        assert (found.n_rows, found.n_columns) == (true["n_rows"], true["n_columns"])
        assert {(c.row, c.column, c.row_span, c.column_span, "".join(c.text.split())) for c in found.cells} == {
            (c["row"], c["column"], c["row_span"], c["column_span"], "".join(c["text"].split())) for c in true["cells"]
        }


def test_report_agrees_with_python_docx_in_every_paragraph() -> None:
    theirs = [" ".join(q.text.split()) for q in python_docx.Document(str(WORD)).paragraphs]
    ours = [" ".join(block.text.split()) for block in read(WORD.read_bytes()).blocks if isinstance(block, Paragraph)]
    assert ours == [text for text in theirs if text]


# The grid


def test_merges_made_by_python_docx() -> None:
    made = python_docx.Document()
    table = made.add_table(rows=4, cols=4)
    for index, cell in enumerate(table._cells):
        cell.text = str(index)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "down"
    table.cell(0, 1).merge(table.cell(0, 3)).text = "right"
    table.cell(2, 1).merge(table.cell(3, 2)).text = "both"
    out = BytesIO()
    made.save(out)
    assert drawn(read(out.getvalue()).tables[0]) == [
        ["down", "right", "<", "<"],
        ["^", "5", "6", "7"],
        ["8", "both", "<", "11"],
        ["12", "^", "<", "15"],
    ]


def test_text_hidden_below_a_vertical_merge_is_no_second_value() -> None:
    assert rows_of(tbl(tr(tc("10", RESTART), tc("a")), tr(tc("10", GOES_ON), tc("b")), tr(tc("c"), tc("d")))) == [
        ["10", "a"],
        ["^", "b"],
        ["c", "d"],
    ]


def test_merge_starting_anew_below_a_merge_is_another_cell() -> None:
    assert rows_of(tbl(*(tr(tc(text, merge), tc("x")) for text, merge in (("a", RESTART), ("", GOES_ON)) * 2))) == [
        ["a", "x"],
        ["^", "x"],
        ["a", "x"],
        ["^", "x"],
    ]


def test_merge_that_goes_on_with_nothing_keeps_its_text() -> None:
    first = tbl(tr(tc("a", GOES_ON), tc("b")))
    other_width = tbl(tr(tc("a", RESTART), tc("b")), tr(tc("c", GOES_ON + span(2))))
    plain_above = tbl(tr(tc("a")), tr(tc("b", GOES_ON)))
    assert rows_of(first) == [["a", "b"]]
    assert rows_of(other_width) == [["a", "b"], ["c", "<"]]
    assert rows_of(plain_above) == [["a"], ["b"]]


def test_rows_that_begin_late_and_end_early() -> None:
    late = tr(tc("b"), tc("c"), properties='<w:gridBefore w:val="1"/>')
    early = tr(tc("d"), properties='<w:gridAfter w:val="2"/>')
    assert rows_of(tbl(tr(tc("a", span(3))), late, early)) == [["a", "<", "<"], ["", "b", "c"], ["d", "", ""]]


@pytest.mark.parametrize("value", ["-3", "many", ""])
def test_absurd_spans_count_as_one(value: str) -> None:
    before = tr(tc("b"), properties=f'<w:gridBefore w:val="{value}"/>')
    assert rows_of(tbl(tr(tc("a", span(value))), before)) == [["a"], ["b"]]


def test_content_controls_around_cells_rows_and_text_change_nothing() -> None:
    def control(inside: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

    cell = f"<w:tc>{control(p('c'))}</w:tc>"
    run = f"<w:tc><w:p>{control(r('d'))}</w:p></w:tc>"
    body = control(tbl(tr(control(tc("a")), tc("b")), control(control(tr(cell, run)))))
    assert rows_of(body) == [["a", "b"], ["c", "d"]]


def test_row_deleted_by_a_tracked_change_is_gone_and_an_inserted_one_is_there() -> None:
    rows = (
        tr(tc("a")),
        tr(tc("gone"), properties='<w:del w:id="1" w:author="x"/>'),
        tr(tc("new"), properties='<w:ins w:id="2" w:author="x"/>'),
    )
    assert rows_of(tbl(*rows)) == [["a"], ["new"]]
    inner = f"<w:tc>{tbl(*rows)}<w:p/></w:tc>"
    assert rows_of(tbl(tr(inner))) == [["a\nnew"]]


def test_nested_table_gives_its_text_in_order() -> None:
    inner = tbl(tr(tc("1"), tc("2")), tr(tc("3"), tc("4")))
    assert rows_of(tbl(tr(f"<w:tc>{p('before')}{inner}{p('after')}</w:tc>", tc("b")))) == [
        ["before\n1\n2\n3\n4\nafter", "b"]
    ]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (("<w:tblHeader/>", "<w:tblHeader/>", ""), 2),
        (("<w:tblHeader/>", "", "<w:tblHeader/>"), 1),
        (("", "<w:tblHeader/>", ""), None),
        (('<w:tblHeader w:val="0"/>', "", ""), None),
        (('<w:tblHeader w:val="true"/>', '<w:tblHeader w:val="false"/>', ""), 1),
    ],
)
def test_repeated_heading_rows_are_told(marks: tuple[str, ...], expected: int | None) -> None:
    (found,) = read(docx(tbl(*(tr(tc("a"), properties=mark) for mark in marks)))).tables
    assert found.header_rows == expected


def test_table_without_cells_is_none() -> None:
    assert read(docx(tbl() + tbl(tr()) + p("text"))).blocks == (Paragraph("text", None, None, "xml"),)


@given(st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=4), min_size=1, max_size=5), st.data())
def test_any_spans_and_merges_tile_and_lose_no_text(widths: list[list[int]], data: st.DataObject) -> None:
    merges = st.sampled_from(["", RESTART, GOES_ON])
    names = iter(range(1000))
    texts, rows = set(), []
    for row in widths:
        cells = []
        for width in row:
            merge = data.draw(merges)
            name = f"t{next(names)}"
            if merge != GOES_ON:
                texts.add(name)
            cells.append(tc(name, span(width) + merge))
        before = data.draw(st.integers(0, 2))
        rows.append(tr(*cells, properties=f'<w:gridBefore w:val="{before}"/>'))
    (found,) = read(docx(tbl(*rows))).tables
    assert found.checked() is found
    assert found.n_rows == len(widths)
    assert texts <= {cell.text for cell in found.cells}


# The text


def test_blocks_come_in_order_without_empty_paragraphs() -> None:
    document = read(docx(p("one") + "<w:p/>" + p("  ") + tbl(tr(tc("cell"))) + p("two")))
    assert [b.text if isinstance(b, Paragraph) else drawn(b) for b in document.blocks] == ["one", [["cell"]], "two"]
    assert document.pages is None


def test_paragraphs_of_a_cell_stand_on_lines_of_their_own() -> None:
    assert rows_of(tbl(tr(f"<w:tc>{p('one')}{p('two')}</w:tc>"))) == [["one\ntwo"]]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param(r("2 0") + r("00,00"), "2 000,00", id="a number over two runs"),
        pytest.param(f"<w:ins w:id='1'>{r('new')}</w:ins>", "new", id="tracked insertion"),
        pytest.param(
            r("1") + "<w:del w:id='1'><w:r><w:delText>2</w:delText></w:r></w:del>" + r("3"), "13", id="deletion"
        ),
        pytest.param(
            f"<w:ins w:id='1'><w:del w:id='2'>{r('x')}</w:del></w:ins>{r('y')}", "y", id="inserted, then deleted"
        ),
        pytest.param(f"<w:moveFrom w:id='1'>{r('from')}</w:moveFrom>{r('!')}", "!", id="moved away"),
        pytest.param(f"<w:moveTo w:id='1'>{r('to')}</w:moveTo>", "to", id="moved here"),
        pytest.param(r("hidden", "<w:vanish/>") + r("shown"), "shown", id="hidden"),
        pytest.param(r("shown", '<w:vanish w:val="0"/>'), "shown", id="not hidden"),
        pytest.param("<w:r><w:t>2024</w:t><w:noBreakHyphen/><w:t>2026</w:t></w:r>", "2024-2026", id="no-break hyphen"),
        pytest.param("<w:r><w:t>вико</w:t><w:softHyphen/><w:t>нання</w:t></w:r>", "виконання", id="soft hyphen"),
        pytest.param("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a b", id="tab"),
        pytest.param("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>", "a\nb\nc", id="breaks"),
        pytest.param(f"<w:hyperlink>{r('link')}</w:hyperlink>", "link", id="link"),
        pytest.param(f"<w:fldSimple w:instr='PAGE'>{r('7')}</w:fldSimple>", "7", id="simple field"),
        pytest.param(
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>SUM(ABOVE)</w:instrText></w:r>"
            f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{r('30,00')}<w:r><w:fldChar w:fldCharType='end'/></w:r>",
            "30,00",
            id="field: its result and not its instruction",
        ),
        pytest.param(f"<w:smartTag>{r('tag')}</w:smartTag><w:customXml>{r('xml')}</w:customXml>", "tagxml", id="tags"),
        pytest.param("<w:r><w:t>12<!-- a remark -->34<?word x?>56</w:t></w:r>", "123456", id="comment inside a text"),
        pytest.param("<w:r><w:t>А&amp;Б &lt;&#1042;&gt;</w:t></w:r>", "А&Б <В>", id="the XML's own entities"),
        pytest.param(
            f"<mc:AlternateContent><mc:Choice>{r('new')}</mc:Choice><mc:Fallback>{r('old')}</mc:Fallback>"
            "</mc:AlternateContent>",
            "new",
            id="alternate content is read once",
        ),
    ],
)
def test_text_is_what_word_shows(inside: str, expected: str) -> None:
    assert text_of(inside) == expected


# Faults


def damaged(data: bytes, change: slice, content: bytes) -> bytes:
    out = bytearray(data)
    out[change] = content
    return bytes(out)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(docx(p("a"), without="word/document.xml"), "lacks a part", id="no document.xml"),
        pytest.param(docx(p("a"), without="_rels/.rels"), "lacks a part", id="no relations"),
        pytest.param(docx(p("a"), compression=zipfile.ZIP_LZMA), "never does", id="packed by another method"),
        pytest.param(docx("<w:p>"), "not XML", id="element left open"),
        pytest.param(docx(p("a"), prolog="text before the root"), "not XML", id="text before the root"),
        pytest.param(docx("<w:p>" * 300 + "</w:p>" * 300), "not XML", id="nested too deep"),
        pytest.param(WORD.read_bytes()[:-5000], "container is damaged", id="truncated"),
        pytest.param(WORD.read_bytes()[:9000], "container is damaged", id="truncated to a quarter"),
    ],
)
def test_damage_is_told(data: bytes, told: str) -> None:
    with pytest.raises(Broken, match=told) as caught:
        read(data)
    assert caught.value.reason == "damaged"


def test_no_body_is_damage() -> None:
    data = docx(p("a")).replace(b"word/document.xml", b"word/documeng.xml")
    with pytest.raises(Broken):
        read(data)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", "<other/>")
    with pytest.raises(Broken, match="no document body"):
        read(out.getvalue())


def test_package_that_names_no_main_document_is_damage() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_rels/.rels", "<Relationships/>")
    with pytest.raises(Broken, match="does not name its main document"):
        read(out.getvalue())


@pytest.mark.parametrize("at", range(1750, 8750, 500))
def test_flipped_bytes_in_the_packed_text_are_told(at: int) -> None:
    data = WORD.read_bytes()
    with pytest.raises(Broken) as caught:
        read(damaged(data, slice(at, at + 4), bytes(byte ^ 0x5A for byte in data[at : at + 4])))
    assert caught.value.reason == "damaged"


@given(st.integers(0, len(WORD.read_bytes()) - 1), st.integers(1, 255))
def test_one_flipped_byte_changes_nothing_silently(at: int, flip: int) -> None:
    data = WORD.read_bytes()
    try:
        found = read(damaged(data, slice(at, at + 1), bytes([data[at] ^ flip])))
    except InputError:
        return
    assert found == read(data)


@pytest.mark.parametrize(
    "prolog",
    [
        pytest.param('<!DOCTYPE x [<!ENTITY sum "30,00">]>', id="internal entity"),
        pytest.param('<!DOCTYPE x [<!ENTITY sum SYSTEM "file:///etc/hostname">]>', id="external entity"),
        pytest.param('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', id="external type"),
        pytest.param(
            '<!DOCTYPE x [<!ENTITY a "' + "ha" * 500 + '"><!ENTITY b "' + "&a;" * 500 + '"><!ENTITY sum "&b;&b;">]>',
            id="entities that grow",
        ),
    ],
)
def test_entities_are_refused(prolog: str) -> None:
    for body in (p("a"), p("&sum;")):
        with pytest.raises(InputError) as caught:
            read(docx(body, prolog=prolog))
        assert caught.value.reason in ("unsupported", "damaged")
    with pytest.raises(Refused) as refused:
        read(docx(p("a"), prolog=prolog))
    assert refused.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        pytest.param(tbl(tr(tc("a", span(50_000_000)))), "table_columns", id="gridSpan"),
        pytest.param(tbl(tr(*[tc("a", span(200))] * 2)), "table_columns", id="two wide spans"),
        pytest.param(tbl(tr(tc("a"), properties='<w:gridBefore w:val="9999999"/>')), "table_columns", id="gridBefore"),
        pytest.param(tbl(*[tr(tc("a", span(250)))] * 5_000), "cells", id="wide rows"),
        pytest.param(tbl(*[tr(tc("a", span(250)))] * 1_000) * 5, "cells", id="many tables"),
    ],
)
def test_what_would_cost_the_machine_is_refused_by_name(body: str, limit: str) -> None:
    started = time.process_time()
    with pytest.raises(Refused) as caught:
        read(docx(body))
    assert caught.value.reason == f"limit:{limit}"
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([tr(tc("a", span(50)))] * 100, id="wide rows"),
        pytest.param([tr(tc("a"), properties='<w:gridBefore w:val="50"/>')] * 100, id="rows that begin late"),
        pytest.param([tr(tc("a", span(50))), *[tr(tc("a"))] * 100], id="rows that end early"),
    ],
)
def test_table_of_too_many_positions_is_refused_before_it_is_made(
    monkeypatch: pytest.MonkeyPatch, rows: list[str]
) -> None:
    made: list[object] = []
    monkeypatch.setattr(word, "LIMITS", replace(LIMITS, cells=1000))
    monkeypatch.setattr(word, "Table", lambda *_, **__: made.append(1))
    with pytest.raises(Refused) as caught:
        read(docx(tbl(*rows)))
    assert caught.value.reason == "limit:cells"
    assert made == []


@pytest.mark.parametrize(
    ("limit", "value"), [("unpacked_bytes", 1000), ("xml_bytes", 500), ("table_rows", 2), ("cells", 3)]
)
def test_limits_count_what_they_name(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    data = docx(tbl(*[tr(tc("a"), tc("b"))] * 3))
    read(data)
    monkeypatch.setattr(word, "LIMITS", replace(LIMITS, **{limit: value}))
    with pytest.raises(Refused) as caught:
        read(data)
    assert caught.value.reason == f"limit:{limit}"


# Cost


def seconds(n_rows: int) -> float:
    """Give the processor time of the fastest of three readings of a table with this many rows of 14 cells."""
    data = docx(tbl(*[tr(*[tc("1 234,56")] * 14)] * n_rows))
    times = []
    for _ in range(3):
        started = time.process_time()
        (found,) = read(data).tables
        times.append(time.process_time() - started)
        assert (found.n_rows, len(found.cells)) == (n_rows, n_rows * 14)
    return min(times)


def test_cost_is_linear_in_the_number_of_rows() -> None:
    assert seconds(1225) < 8 * seconds(306), "four times the rows must not cost much more than four times the time"
