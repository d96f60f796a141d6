"""Corrections as data: read from a spreadsheet's CSV, applied where the expected text stands, told elsewhere."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from pipeline.check import check
from pipeline.corrections import COLUMNS, append, read_corrections
from pipeline.exits import ExitCode, UsageError
from pipeline.folders import WORK, folder_at
from pipeline.run import Options, run
from tests.command import zvity
from tests.samples import PDF, WORD

DOCUMENT = "e78343e379be2ad5d08073f303550d6dffe1693989853b27c37de2e03069f32f"
WRONG = ("1", "28", "7", "620,17")
"""The one total of the report that is no sum, with its text."""

Row = dict[str, str]


def _line(**given: str) -> Row:
    table, row, column, text = WRONG
    line = {"document": DOCUMENT, "table": table, "row": row, "column": column, "expect": text, "value": "620,12"}
    return line | {"reason": "помилка друку", "author": "О. Редактор", "date": "2026-11-26"} | given


def _file(path: Path, *lines: Row, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)
    return path


def _rows(out: Path, name: str) -> list[Row]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _at(out: Path, line: Row) -> Row:
    places = ("table", "row", "column")
    (found,) = (row for row in _rows(out, "observations") if all(row[name] == line[name] for name in places))
    return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the output of a run without corrections."""
    out = tmp_path_factory.mktemp("read")
    run([str(WORD)], out)
    return out


@pytest.fixture
def out(read: Path, tmp_path: Path) -> Path:
    """Give an output whose documents have been read."""
    shutil.copytree(read / WORK, tmp_path / "out" / WORK)
    return tmp_path / "out"


# The file


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_spreadsheet_s_file_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = _file(tmp_path / "c.csv", _line(), _line(row="3", date="26.11.2026"), delimiter=delimiter, encoding=encoding)
    first, second = read_corrections(path)
    assert (first.table, first.row, first.column, first.expect, first.value) == (1, 28, 7, "620,17", "620.12")
    assert first.note == "помилка друку (О. Редактор, 2026-11-26)"
    assert (second.line, second.day) == (3, "2026-11-26")


@pytest.mark.parametrize(
    ("value", "number", "missing"),
    [("2 000,00", "2000.00", None), ("-5", "-5", None), ("-", None, "nil"), ("х", None, "not_applicable")],
)
def test_a_value_is_one_number_or_says_that_there_is_none(
    tmp_path: Path, value: str, number: str | None, missing: str | None
) -> None:
    (found,) = read_corrections(_file(tmp_path / "c.csv", _line(value=value)))
    assert (found.value, found.missing, found.accepts) == (number, missing, False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"document": "звіт.docx"}, "`document`"),
        ({"document": "e783"}, "`document`"),
        ({"table": "0"}, "`table`"),
        ({"row": "два"}, "`row`"),
        ({"row": ""}, "give all of them"),
        ({"row": "", "column": ""}, "needs the `row`"),
        ({"value": "12.500"}, "`value`"),
        ({"value": "5 %"}, "`value`"),
        ({"value": "1 2 3"}, "`value`"),
        ({"reason": ""}, "`reason`"),
        ({"author": " "}, "`author`"),
        ({"date": "вчора"}, "`date`"),
        ({"date": ""}, "`date`"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, wrong: Row, said: str) -> None:
    path = _file(tmp_path / "c.csv", _line(row="1"), _line(**wrong))
    with pytest.raises(UsageError, match="line 3: ") as told:
        read_corrections(path)
    assert said in str(told.value)
    assert "line 2" not in str(told.value)


def test_all_wrong_lines_are_told_at_once(tmp_path: Path) -> None:
    path = _file(tmp_path / "c.csv", _line(reason=""), _line(date="?"), _line(), _line(expect="інше"))
    with pytest.raises(UsageError, match="3 wrong lines") as told:
        read_corrections(path)
    assert "line 5: the same place as in line 4" in str(told.value)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    for content, said in (
        (b"document,table\r\n", "lacks the columns row, column"),
        (b"", "lacks the columns"),
        ("документ".encode("cp1251"), "UTF-8"),
        (",".join(COLUMNS).encode() + b'\r\n"open', "no CSV"),
    ):
        (tmp_path / "c.csv").write_bytes(content)
        with pytest.raises(UsageError, match=said):
            read_corrections(tmp_path / "c.csv")
    with pytest.raises(UsageError, match="cannot be read"):
        read_corrections(tmp_path / "none.csv")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_line_is_added_in_the_form_the_file_has(tmp_path: Path, delimiter: str) -> None:
    path = _file(tmp_path / "c.csv", _line(), delimiter=delimiter, encoding="utf-8-sig")
    path.write_bytes(path.read_bytes().rstrip())
    append(path, _line(row="5", reason='сказано: «так; ні», "отак"'))
    assert [one.row for one in read_corrections(path)] == [28, 5]
    assert read_corrections(path)[1].reason == 'сказано: «так; ні», "отак"'


# What they do


def test_a_number_is_corrected_and_says_so(out: Path, read: Path, tmp_path: Path) -> None:
    path = _file(tmp_path / "c.csv", _line())
    summary = run([str(WORD)], out, Options(corrections=path))
    assert (summary.read, summary.counts.corrected) == (0, 1)
    row, before = _at(out, _line()), _at(read, _line())
    assert (row["value"], row["raw"], row["correction"]) == (
        "620.12",
        "620,17",
        "помилка друку (О. Редактор, 2026-11-26)",
    )
    assert before["value"] == "620.17"
    changed = [
        row
        for row, former in zip(_rows(out, "program_measures"), _rows(read, "program_measures"), strict=True)
        if {**row, "check": ""} != {**former, "check": ""}
    ]
    assert [row["actual"] for row in changed] == ["620.12"]
    assert _rows(out, "cells") == _rows(read, "cells")
    assert check(folder_at(out)) == []
    run([str(WORD)], out)
    assert _rows(out, "observations") == _rows(read, "observations"), "the store was left as it was"


def _errors(out: Path) -> set[tuple[str, str, str]]:
    return {(row["row"], row["column"], row["rule"]) for row in _rows(out, "findings") if row["severity"] == "error"}


def test_the_arithmetic_is_asked_again_with_the_right_number(out: Path, read: Path, tmp_path: Path) -> None:
    assert ("28", "7", "sum") in _errors(read)
    run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", _line())))
    assert _errors(out) == _errors(read) - {("28", "7", "sum")} | {("29", "7", "sum")}, (
        "the row below repeats the total"
    )
    summary = run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", _line(), _line(row="29"))))
    assert _errors(out) == _errors(read) - {("28", "7", "sum")}, "what they mend is gone, and nothing else"
    assert _at(out, _line())["check"] == "verified"
    assert summary.counts.errors == 3
    others = [{**row, "check": "", "value": "", "correction": ""} for row in _rows(out, "observations")]
    assert others == [{**row, "check": "", "value": "", "correction": ""} for row in _rows(read, "observations")]
    changed = [
        (row["row"], row["column"])
        for row, former in zip(_rows(out, "observations"), _rows(read, "observations"), strict=True)
        if row["check"] != former["check"]
    ]
    assert ("28", "7") in changed


def test_a_correction_that_makes_a_sum_wrong_is_told(out: Path, read: Path, tmp_path: Path) -> None:
    right = next(
        row
        for row in _rows(read, "observations")
        if row["check"] == "verified" and row["measure"] == "actual" and row["row_kind"] == "item"
    )
    line = _line(table=right["table"], row=right["row"], column=right["column"], expect=right["raw"], value="1,11")
    run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", line)))
    made = _errors(out) - _errors(read)
    assert made
    assert _at(out, line)["check"] != "verified"
    messages = [row["message"] for row in _rows(out, "findings") if (row["row"], row["column"], row["rule"]) in made]
    assert all(message for message in messages)


def test_a_number_of_another_table_is_judged_by_the_right_one(out: Path, read: Path, tmp_path: Path) -> None:
    """The average cost in table 2 is money of table 1 by a number of people."""
    average = ("6", "3", "quotient")
    assert average in _errors(read)
    people = _at(read, {"table": "2", "row": "2", "column": "3"})
    assert people["raw"] == "308"
    (finding,) = (row for row in _rows(read, "findings") if row["rule"] == "quotient")
    money = next(row for row in _rows(read, "observations") if row["table"] == "1" and row["value"] == "203.05")
    line = _line(row=money["row"], column=money["column"], expect=money["raw"], value="202,05")
    run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", line)))
    assert finding["expected"] == "659.25"
    assert [row["expected"] for row in _rows(out, "findings") if row["rule"] == "quotient"] == ["656.01"]


def test_a_number_that_other_files_verify_stays_verified_beside_a_correction(tmp_path: Path) -> None:
    path = _file(tmp_path / "c.csv", _line(), _line(row="29"))
    run([str(WORD), str(PDF)], tmp_path / "plain")
    run([str(WORD), str(PDF)], tmp_path / "out", Options(corrections=path))
    plain, found = (_rows(tmp_path / name, "observations") for name in ("plain", "out"))
    lost = [
        row["row"] for row, former in zip(found, plain, strict=True) if former["check"] == "verified" != row["check"]
    ]
    assert lost == []


def test_a_correction_is_applied_once_and_renewed_when_it_changes(out: Path, tmp_path: Path) -> None:
    path = _file(tmp_path / "c.csv", _line())
    assert run([str(WORD)], out, Options(corrections=path)).written
    assert not run([str(WORD)], out, Options(corrections=path)).written
    _file(path, _line(reason="інша причина"))
    assert run([str(WORD)], out, Options(corrections=path)).written
    assert _at(out, _line())["correction"].startswith("інша причина")


def test_a_number_may_be_none(out: Path, tmp_path: Path) -> None:
    run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", _line(value="-"))))
    row = _at(out, _line())
    assert (row["value"], row["missing"], row["check"]) == ("", "nil", "")
    assert check(folder_at(out)) == []


def test_a_finding_is_accepted_and_no_error_any_more(out: Path, read: Path, tmp_path: Path) -> None:
    summary = run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", _line(value=""))))
    assert (summary.counts.errors, summary.counts.accepted) == (3, 1)
    accepted = [row for row in _rows(out, "findings") if row["accepted"]]
    assert [(row["row"], row["column"], row["rule"], row["severity"]) for row in accepted] == [
        ("28", "7", "sum", "error")
    ]
    assert _at(out, _line()) == _at(read, _line())


def test_what_is_expected_may_be_spelled_otherwise_but_not_be_another_number(out: Path, tmp_path: Path) -> None:
    run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", _line(expect="620.17"))))
    assert _at(out, _line())["value"] == "620.12"
    with pytest.raises(UsageError, match="«620,71» is expected, but «620,17» stands there"):
        run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", _line(expect="620,71"))))
    assert _at(out, _line())["value"] == "620.12", "nothing was delivered"


def test_all_that_does_not_fit_is_told_and_nothing_is_delivered(out: Path, tmp_path: Path) -> None:
    lines = [
        _line(expect="1"),
        _line(row="900"),
        _line(row="0", column="0", expect="№"),
        _line(row="5", value="", expect=""),
        {**_line(expect="немає", value=""), "table": "", "row": "", "column": ""},
    ]
    with pytest.raises(UsageError, match="5 corrections do not fit") as told:
        run([str(WORD)], out, Options(corrections=_file(tmp_path / "c.csv", *lines)))
    for number in range(2, 7):
        assert f"line {number} (document e78343e379be" in str(told.value)
    assert not (out / "observations.csv").exists()


def test_a_document_that_is_no_input_is_told_and_the_rest_applied(out: Path, tmp_path: Path) -> None:
    path = _file(tmp_path / "c.csv", _line(), _line(document="0" * 64))
    summary = run([str(WORD)], out, Options(corrections=path))
    assert summary.counts.corrected == 1
    assert summary.aside == ["line 3 (document 000000000000, table 1, row 28, column 7)"]
    assert any("no such document" in line for line in summary.lines())


def test_a_further_reading_is_corrected_where_the_report_is_carried(tmp_path: Path) -> None:
    pdf = run([str(PDF)], tmp_path / "pdf")
    assert pdf.counts.verified
    (document,) = _rows(tmp_path / "pdf", "documents")
    path = _file(tmp_path / "c.csv", _line(document=document["document_id"]))
    with pytest.raises(UsageError, match="from another file; name document e78343e379be"):
        run([str(WORD), str(PDF)], tmp_path / "both", Options(corrections=path))
    summary = run([str(WORD), str(PDF)], tmp_path / "both", Options(corrections=_file(path, _line())))
    assert (summary.counts.corrected, summary.counts.further) == (1, 1)
    row = _at(tmp_path / "both", _line())
    assert (row["value"], row["readings"]) == ("620.12", "")


# From the command line


def test_correct_writes_what_run_applies(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert zvity(monkeypatch, "run", WORD, "--out", out) == ExitCode.OK
    place = ("--document", DOCUMENT[:14], "--table", "1", "--row", "28", "--column", "7")
    correct = ("correct", out, *place, "--reason", "помилка друку", "--author", "О. Редактор")
    for wrong in ((), ("--value", "1", "--accept"), ("--value", "багато"), ("--value", "1", "--date", "колись")):
        assert zvity(monkeypatch, *correct, *wrong) == ExitCode.USAGE
    assert not (tmp_path / "corrections.csv").exists()
    assert zvity(monkeypatch, *correct, "--value", "620,12", "--date", "2026-11-26", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["expect"] == "620,17"
    (entry,) = read_corrections(tmp_path / "corrections.csv")
    assert (entry.document, entry.expect, entry.value) == (DOCUMENT, "620,17", "620.12")
    (tmp_path / "zvity.toml").write_text('corrections = "corrections.csv"\n')
    capsys.readouterr()
    assert zvity(monkeypatch, "run", WORD, "--out", out, "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["corrected"] == 1
    assert zvity(monkeypatch, "retry", out) == ExitCode.OK
    assert _at(out, _line())["value"] == "620.12"


def test_a_report_whose_errors_are_accepted_passes_strictly(
    out: Path, read: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = [row for row in _rows(read, "findings") if row["severity"] == "error"]
    places = {(row["table"], *(row["culprit"] or f"{row['row']}:{row['column']}").split(":")) for row in errors}
    raw = {(row["table"], row["row"], row["column"]): row["raw"] for row in _rows(read, "observations")}
    lines = [
        _line(table=table, row=row, column=column, expect=raw[table, row, column], value="")
        for table, row, column in sorted(places)
    ]
    path = _file(tmp_path / "c.csv", *lines)
    assert zvity(monkeypatch, "run", WORD, "--out", out, "--strict") == ExitCode.STRICT
    assert zvity(monkeypatch, "run", WORD, "--out", out, "--strict", "--corrections", path) == ExitCode.OK
    assert "0 errors, 4 accepted" in capsys.readouterr().err
