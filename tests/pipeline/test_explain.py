"""`zvity explain`: a number's whole way, from the data sets back to the paper."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.pictures import page_pictures
from pipeline import explain as module
from pipeline.crop import DPI, MARGIN
from pipeline.exits import ExitCode, UsageError
from pipeline.explain import explain
from pipeline.explained import lines
from pipeline.folders import WORK, LocalFolder
from pipeline.lineage import identity_rows
from pipeline.process import interpret
from pipeline.run import Options, run
from tests.builders import observation
from tests.command import zvity
from tests.pipeline.test_show_html import SCAN_PAGE
from tests.samples import PDF, WORD, small_report, zipped
from validators.identity import Identity

PDF_ID = "eb90a16eafa6f71e594d9f6ba4120dbc2714e5e51805c217ea612112257b60c1"
OPTIONS = Options(workers=1)


def output(folder: Path, files: dict[str, bytes], options: Options = OPTIONS) -> LocalFolder:
    """Run on some files and give the output."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    run([str(inbox)], folder / "out", options)
    return LocalFolder(folder / "out")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> LocalFolder:
    return output(tmp_path_factory.mktemp("report"), {"report.pdf": PDF.read_bytes()})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LocalFolder:
    return output(tmp_path_factory.mktemp("small"), {"small.docx": small_report(total="31,00")})


def test_the_identities_of_a_number_with_their_cells(small: LocalFolder) -> None:
    found = explain(small, "", 1, 3, 2)
    assert found["observation"]["check"] == "contradicted"
    by_rule = {(i["rule"], i["result"]["row"], i["result"]["column"]): i for i in found["identities"]}
    total = by_rule["sum", 3, 2]
    assert (total["holds"], total["expected"], total["origin"]) == (False, "30.00", "labels")
    assert (total["result"]["raw"], total["result"]["value"]) == ("31,00", "31")
    assert [(t["row"], t["column"], t["value"], t["sign"]) for t in total["terms"]] == [
        (1, 2, "10", 1),
        (2, 2, "20", 1),
    ]
    term = explain(small, "", 1, 1, 2)["identities"]
    assert total in term, "the same identity is told of its terms"
    assert explain(small, "", 1, 0, 2)["identities"] == [], "a heading stands in none"
    text = "\n".join(lines(found))
    assert "✗ не сходиться: має бути 30,00 (сума, labels)" in text
    assert "31,00 [1/3:2] = 10,00 [1/1:2] + 20,00 [1/2:2]" in text


def test_the_whole_way_of_a_number(report: LocalFolder) -> None:
    found = explain(report, "eb90", 1, 16, 7)
    assert (found["document"]["document_id"], found["table"]["pages"]) == (PDF_ID, "1-5")
    assert found["column"]["path"] == "Фактично фінансовано у звітному періоді, тис. грн › 2024 рік"
    (place,) = found["places"]
    assert place["page"] == 3
    assert [round(float(v)) for v in place["bbox"]] == [454, 428, 488, 453]
    assert [join["page"] for join in found["joins"]] == [2, 3, 4, 5]
    assert all(join["reason"] for join in found["joins"])
    held = {(i["rule"], i["result"]["row"], i["result"]["column"]): i["holds"] for i in found["identities"]}
    assert held["percent", 16, 10] is False
    assert held["sum", 28, 7] is False
    assert {f["rule"] for f in found["findings"]} == {"percent", "sum"}
    at = found["datasets"]
    assert at["observations"]["key"] == {"document_id": PDF_ID, "table": 1, "row": 16, "column": 7}
    assert at["program_measures"]["fields"] == ["actual"]
    key = at["program_measures"]["key"]
    (row,) = [
        r
        for r in pq.read_table(report.path / "program_measures.parquet").to_pylist()
        if all(r[name] == value for name, value in key.items())
    ]
    assert row["actual"] == Decimal("243.5")
    told = list(lines(found))
    assert any(line.split() == ["heading", *found["column"]["path"].split()] for line in told)


def test_every_identity_names_cells_of_the_table(report: LocalFolder) -> None:
    """What is kept is what the arithmetic found: each number's value is in the data sets, each sum adds up or not."""
    seen = set()
    for row in pq.read_table(report.path / "observations.parquet").to_pylist():
        for identity in explain(report, PDF_ID, row["table"], row["row"], row["column"])["identities"][:3]:
            if identity["rule"] != "sum" or identity["holds"] is None:
                continue
            terms = [Decimal(t["value"]) * t["sign"] for t in identity["terms"] if t["value"] is not None]
            assert sum(terms) == Decimal(identity["expected"])
            assert identity["holds"] == (Decimal(identity["result"]["value"]) == sum(terms))
            seen.add(identity["holds"])
        if len(seen) == 2:
            break
    assert seen == {True, False}


def test_an_identity_over_another_table_and_one_that_says_nothing() -> None:
    average = observation(3, 2, "5,00", table=2)
    cost = observation(7, 4, "10", table=1)._replace(row=-8)
    count = observation(4, 2, "2", table=2)
    (row,) = identity_rows([Identity("quotient", average, (cost, count), origin="mined", scale=Decimal(1000))])
    assert (row["table"], row["result"], row["terms"], row["scale"]) == (2, "3:2", "1/7:4 4:2", Decimal(1000))
    assert (row["holds"], row["expected"]) == (False, Decimal(5000))
    third = Identity("percent", observation(1, 3, "33,3"), (observation(1, 1, "1"), observation(1, 2, "3")))
    (row,) = identity_rows([third])
    assert (row["holds"], row["expected"]) == (True, Decimal("33.333333"))
    unreadable = observation(1, 1, "1?")._replace(value=None, missing="unreadable")
    (row,) = identity_rows([Identity("sum", observation(1, 3, "3"), (unreadable, observation(1, 2, "3")))])
    assert (row["holds"], row["expected"]) == (None, None)


def test_without_the_kept_result_the_rest_is_told(small: LocalFolder, tmp_path: Path) -> None:
    shutil.copytree(small.path, tmp_path / "out", ignore=shutil.ignore_patterns("results"))
    found = explain(LocalFolder(tmp_path / "out"), "", 1, 3, 2)
    assert (found["identities"], found["joins"]) == (None, None)
    assert found["observation"]["raw"] == "31,00"
    assert any("is not kept here" in line for line in lines(found))


def test_ids_are_stable_across_runs_orders_and_names(report: LocalFolder, tmp_path: Path) -> None:
    other = output(tmp_path, {"z.pdf": PDF.read_bytes(), "a.docx": small_report()}, Options(workers=2, force=True))
    run([str(tmp_path / "inbox" / "z.pdf"), str(tmp_path / "inbox")], other.path, Options(workers=2, force=True))
    for place in ((1, 28, 7), (2, 6, 3), (1, 3, 1)):
        first, second = explain(report, PDF_ID, *place), explain(other, PDF_ID, *place)
        for found in (first, second):
            assert found["document"].pop("file_name") in ("report.pdf", "z.pdf")
        assert first == second


def test_other_files_of_the_report(tmp_path: Path) -> None:
    odd = io.BytesIO()
    with zipfile.ZipFile(WORD) as word, zipfile.ZipFile(odd, "w") as changed:
        for name in word.namelist():
            content = word.read(name)
            if name == "word/document.xml":
                assert content.count(b"69,96") == 1
                content = content.replace(b"69,96", b"69,97")
            changed.writestr(name, content)
    out = output(tmp_path, {"a.docx": WORD.read_bytes(), "b.docx": odd.getvalue(), "c.pdf": PDF.read_bytes()})
    documents = pq.read_table(out.path / "documents.parquet").to_pylist()
    (carried,) = {r["reading_of"] for r in documents} - {None}
    found = explain(out, carried, 1, 3, 7)
    agrees = {r["file_name"]: (r["agrees"], r["raw"]) for r in found["readings"]}
    (name,) = (r["file_name"] for r in documents if r["document_id"] == carried)
    assert name in ("a.docx", "b.docx")
    if name == "a.docx":
        assert agrees == {"b.docx": (False, "69,97"), "c.pdf": (True, None)}
    else:
        assert agrees == {"a.docx": (False, "69,96"), "c.pdf": (False, "69,96")}
    same = explain(out, carried, 1, 4, 7)["readings"]
    assert [r["agrees"] for r in same] == [True, True]
    assert [r["agrees"] for r in explain(out, carried, 1, 3, 1)["readings"]] == [None, None], "a label is no number"
    with pytest.raises(UsageError, match=f"ask for --document {carried[:12]}"):
        explain(out, PDF_ID[:12], 1, 3, 7)


def test_a_corrected_number_is_told_beside_the_printed_one(tmp_path: Path) -> None:
    out = output(tmp_path, {"small.docx": small_report(total="31,00")})
    document = pq.read_table(out.path / "documents.parquet").to_pylist()[0]["document_id"]
    head = "document,table,row,column,expect,value,reason,author,date\r\n"
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(head + f'{document},1,3,2,"31,00","30,00",misprint,me,2026-11-26\r\n', encoding="utf-8")
    run([str(tmp_path / "inbox")], out.path, Options(workers=1, corrections=corrections))
    found = explain(out, document, 1, 3, 2)
    assert found["observation"]["correction"] == "misprint (me, 2026-11-26)"
    assert found["cell"]["text"] == "31,00"
    assert any("31,00 (виправлено: 30) [1/3:2]" in line for line in lines(found))


def test_only_the_document_is_read(tmp_path: Path) -> None:
    """A row group of another document may even be damaged."""
    rows = pa.table({"document_id": ["aa", "bb", "cc"], "text": ["x" * 50, "y" * 50, "z" * 50]})
    pq.write_table(rows, tmp_path / "cells.parquet", row_group_size=1, compression="none", use_dictionary=False)
    content = (tmp_path / "cells.parquet").read_bytes()
    column = pq.read_metadata(tmp_path / "cells.parquet").row_group(0).column(1)
    at, size = column.data_page_offset, column.total_compressed_size
    (tmp_path / "cells.parquet").write_bytes(content[:at] + bytes(size) + content[at + size :])
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_table(tmp_path / "cells.parquet")
    found = module._rows(LocalFolder(tmp_path), "cells", {"document_id": "bb"})
    assert [r["text"] for r in found] == ["y" * 50]


def test_places_that_are_not_there(small: LocalFolder, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no cell at row 99"):
        explain(small, "", 1, 99, 0)
    with pytest.raises(UsageError, match="0 published documents begin"):
        explain(small, "f00d", 1, 0, 0)
    with pytest.raises(UsageError, match="name the output folder"):
        explain(LocalFolder(tmp_path), "", 1, 0, 0)


# --crop


def place_of(document: str, table: int, row: int, column: int) -> tuple[str, ...]:
    return ("--document", document, f"--table={table}", f"--row={row}", f"--column={column}")


def drawn(page: int, bbox: list[str], margin: int) -> Any:
    """Give what stands in a box of a page of the report, so many pixels from its border."""
    data = PDF.read_bytes()
    (picture,) = page_pictures(data, interpret(data, "report.pdf").document, DPI, only={page})
    scale = picture.picture.shape[1] / picture.width
    x0, top, x1, bottom = (round(float(v) * scale) for v in bbox)
    return picture.picture[top + margin : bottom - margin, x0 + margin : x1 - margin]


def picture_in(file: Path) -> Any:
    return cv2.imread(str(file))


def marked(picture: Any) -> Any:
    """Give what stands within the mark."""
    blue = np.argwhere((picture == (208, 87, 11)).all(axis=2))
    (y0, x0), (y1, x1) = blue.min(axis=0), blue.max(axis=0)
    return picture[y0 + 5 : y1 - 4, x0 + 5 : x1 - 4]


def within(piece: Any, picture: Any) -> bool:
    """Whether a picture holds a piece, to the pixel."""
    off = cv2.matchTemplate(picture, np.ascontiguousarray(piece), cv2.TM_SQDIFF)
    y, x = np.unravel_index(off.argmin(), off.shape)
    return bool((picture[y : y + piece.shape[0], x : x + piece.shape[1]] == piece).all())


def test_the_crop_holds_the_cell_and_its_row(
    report: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crop = tmp_path / "crop.png"
    asked = place_of("eb90", 1, 16, 7)
    assert zvity(monkeypatch, "explain", str(report), *asked, "--json", "--crop", crop) == ExitCode.OK
    picture = picture_in(crop)
    for column in (4, 7, 10):
        place = explain(report, "eb90", 1, 16, column)["places"][0]
        assert within(drawn(place["page"], place["bbox"], 5), picture)
    place = explain(report, "eb90", 1, 16, 7)["places"][0]
    height = (float(place["bbox"][3]) - float(place["bbox"][1]) + 2 * MARGIN) * DPI / 72
    assert abs(picture.shape[0] - height) < 3
    inside = marked(picture)
    assert within(inside, drawn(place["page"], place["bbox"], 0)), "the mark is around the number"


def test_a_row_over_a_page_break_is_cut_out_whole(
    report: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crop = tmp_path / "crop.png"
    assert zvity(monkeypatch, "explain", str(report), *place_of("eb", 1, 26, 4), "--crop", crop) == ExitCode.OK
    picture = picture_in(crop)
    label = explain(report, "eb", 1, 26, 1)
    assert [place["page"] for place in label["places"]] == [4, 5]
    for place in label["places"]:
        assert within(drawn(place["page"], place["bbox"], 5), picture)


def test_the_file_is_found_in_archives_and_only_if_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = zipped({"other.docx": small_report(), "report.pdf": PDF.read_bytes()})
    out = output(tmp_path, {"all.zip": zipped({"year.zip": inner})})
    asked: tuple[str | Path, ...] = ("explain", str(out), *place_of("eb90", 1, 16, 7), "--crop", tmp_path / "crop.png")
    assert zvity(monkeypatch, *asked) == ExitCode.OK
    assert picture_in(tmp_path / "crop.png").shape[1] > 1000
    (tmp_path / "inbox" / "all.zip").write_bytes(zipped({"year.zip": zipped({"report.pdf": b"changed"})}))
    capsys.readouterr()
    assert zvity(monkeypatch, *asked) == ExitCode.USAGE
    assert "--source" in capsys.readouterr().err
    assert zvity(monkeypatch, *asked, "--source", PDF) == ExitCode.OK
    assert zvity(monkeypatch, *asked, "--source", WORD) == ExitCode.USAGE
    assert "report.docx is another file now" in capsys.readouterr().err
    assert zvity(monkeypatch, *asked, "--source", tmp_path / "nowhere.pdf") == ExitCode.USAGE
    (tmp_path / "inbox" / "all.zip").unlink()
    assert zvity(monkeypatch, *asked) == ExitCode.USAGE
    assert "all.zip" in capsys.readouterr().err
    shutil.rmtree(out.path / WORK / "results")
    (out.path / WORK / "index.jsonl.gz").unlink()
    assert zvity(monkeypatch, *asked) == ExitCode.USAGE
    assert "at no place that is still known" in capsys.readouterr().err


def test_a_word_file_has_no_page_and_a_picture_needs_a_folder(
    small: LocalFolder,
    report: LocalFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: tuple[str | Path, ...] = ("explain", str(small), *place_of("", 1, 3, 2), "--crop", tmp_path / "crop.png")
    assert zvity(monkeypatch, *asked) == ExitCode.USAGE
    assert "without pages" in capsys.readouterr().err
    assert not (tmp_path / "crop.png").exists()
    nowhere: tuple[str | Path, ...] = (
        "explain",
        str(report),
        *place_of("eb", 1, 3, 4),
        "--crop",
        tmp_path / "no" / "crop.png",
    )
    assert zvity(monkeypatch, *nowhere) == ExitCode.USAGE


@pytest.mark.ocr
def test_the_crop_of_a_scan_shows_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import tesserocr

    from extractors.tessdata import find_tessdata

    out = output(tmp_path, {"page.heic": SCAN_PAGE.read_bytes()})
    cells = pq.read_table(out.path / "cells.parquet").to_pylist()
    number = next(r for r in cells if r["role"] == "value" and "," in r["text"] and not r["doubtful"])
    asked = place_of("", number["table"], number["row"], number["column"])
    capsys.readouterr()
    crop = tmp_path / "crop.png"
    assert zvity(monkeypatch, "explain", str(out), *asked, "--json", "--crop", crop) == ExitCode.OK
    cell = json.loads(capsys.readouterr().out)["cell"]
    assert (cell["source"], cell["text"]) == ("ocr", number["text"])
    assert 0 < Decimal(cell["confidence"]) <= 1
    picture = picture_in(crop)
    inside = cv2.resize(marked(picture), None, fx=2, fy=2)
    cv2.imwrite(
        str(tmp_path / "cell.png"),
        cv2.copyMakeBorder(inside, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(255, 255, 255)),
    )
    with tesserocr.PyTessBaseAPI(path=str(find_tessdata()), lang="eng", psm=tesserocr.PSM.SINGLE_LINE) as reader:
        reader.SetImageFile(str(tmp_path / "cell.png"))
        assert "".join(filter(str.isdigit, number["text"])) in "".join(filter(str.isdigit, reader.GetUTF8Text()))


def test_no_digit_of_a_long_number_is_lost() -> None:
    record = {"value": Decimal("1234567890123456789012345678.1234567800"), "other": Decimal("-2000.0000000000"), "n": 7}
    assert module._shown(record) == {"value": "1234567890123456789012345678.12345678", "other": "-2000", "n": 7}
