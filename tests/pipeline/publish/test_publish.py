"""`zvity publish` from end to end: formats that agree, selection, blockers, and a folder that is whole or untouched."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.exits import ExitCode
from pipeline.folders import LocalFolder
from pipeline.publish import destination, staging
from pipeline.publish.package import About, Selection
from pipeline.publish.publish import publish
from tests import command as commands
from tests.pipeline.publish.outputs import Report, id_of, write_output

Zvity = Callable[..., tuple[int, str, str]]

ITEM = 'Текст; з "лапками",\nрядками'
FIRST = Report(
    "a.docx",
    [
        {"value": "75.00", "raw": "75,00", "check": "verified", "period_start": 2024, "period_end": 2024},
        {"value": "-69.96", "raw": "-69,96", "check": "contradicted"},
        {"missing": "nil", "raw": "-"},
        {"value": "12345678901234567890.0123456789", "raw": "=1+1", "item": ITEM, "doubtful": True},
    ],
    findings=[{"row": 1, "column": 3}],
    measures=[{"plan": "75.00", "check": "verified"}, {"plan": "1"}],
)  # fmt: skip
OLD = Report("b.pdf", [{"value": "5", "raw": "5"}], document={"period_start": 2018, "period_end": 2019})
UNDATED = Report("c.pdf", [{"value": "5", "raw": "5"}], document={"period_start": None, "period_end": None})
ESTIMATE = Report("d.pdf", [{"value": "5", "raw": "5", "check": "verified"}], family="budget_estimate")


@pytest.fixture
def zvity(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Zvity:
    """Give the command line in this process, in a folder without settings: exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = commands.zvity(monkeypatch, *arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def _tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _rows(package: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(package / "data" / f"{name}.parquet").to_pylist()
    return found


def _csv(package: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((package / name).read_bytes().decode(), newline="")))


def _of_csv(text: str, like: object) -> object:
    """Read a value of a CSV file as the kind of another."""
    if text == "":
        return None
    if isinstance(like, bool):
        return {"true": True, "false": False}[text]
    if isinstance(like, str):
        return text[1:] if re.match("'+[=+\\-@\t\r＝＋－＠]", text) else text
    return date.fromisoformat(text) if isinstance(like, date) else Decimal(text)


def _of_xlsx(value: object, like: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(like, str):
        return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), str(value))
    return value.date() if isinstance(value, datetime) else Decimal(str(value))


def _agree(package: Path) -> int:
    """Compare the three formats, value for value; give how many there were."""
    book = openpyxl.load_workbook(package / "data.xlsx")
    count = 0
    for path in sorted((package / "data").glob("*.parquet")):
        rows = _rows(package, path.stem)
        texts = _csv(package, f"data/{path.stem}.csv")
        sheet = [[cell.value for cell in row] for row in book[path.stem].iter_rows()]
        assert len(rows) == len(texts) == len(sheet) - 1
        assert sheet[0] == list(texts[0]) if texts else True
        for row, text, cells in zip(rows, texts, sheet[1:], strict=True):
            for (name, value), cell in zip(row.items(), cells, strict=True):
                assert _of_csv(text[name], value) == value, (path.stem, name)
                assert _of_xlsx(cell, value) == value, (path.stem, name)
                count += 1
    return count


def test_a_package_holds_the_same_in_three_formats(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [OLD, FIRST, ESTIMATE])
    code, told, _ = zvity("publish", out, tmp_path / "package", "--json")
    summary = json.loads(told)
    assert code == ExitCode.OK
    assert _agree(tmp_path / "package") > 100
    rows = {"documents": 3, "tables": 3, "observations": 6, "findings": 1, "program_measures": 2}
    assert summary["rows"] == rows, "tidy tables without rows are left out, and cells and columns"
    assert summary["numbers"] == {"verified": 2, "unchecked": 3, "contradicted": 1}
    assert (summary["reports"], summary["withheld"], summary["changes"]) == (3, 0, None)
    assert {file["path"] for file in summary["files"]} == _tree(tmp_path / "package").keys()
    assert summary["files"][-1]["path"] == "SHA256SUMS"


def test_documents_are_the_published_reports_with_the_programmes_key(tmp_path: Path, zvity: Zvity) -> None:
    further = Report("a.pdf", document={"reading_of": FIRST.document_id, "report_id": id_of("report a.docx")})
    refused = Report("z.pdf", document={"status": "refused", "reason": "empty: nothing", "document_id": None})
    unkeyed = Report("k.pdf", [{"value": "1"}], document={"decision_number": None})
    out = write_output(tmp_path / "out", [FIRST, further, refused, unkeyed])
    assert zvity("publish", out, "package")[0] == ExitCode.OK
    documents = {row["file_name"]: row for row in _rows(tmp_path / "package", "documents")}
    assert {name: row["program_key"] for name, row in documents.items()} == {"a.docx": "1484-2023-10-26", "k.pdf": None}
    assert not {"status", "reason", "reading_of", "numbers_agree"} & documents["a.docx"].keys()
    sources = _csv(tmp_path / "package", "sources.csv")
    assert {(row["file_name"], row["document_id"], row["reading_of"]) for row in sources} == {
        ("a.docx", FIRST.document_id, ""), ("a.pdf", further.document_id, FIRST.document_id),
        ("k.pdf", unkeyed.document_id, ""),
    }  # fmt: skip


def test_parquet_is_typed_described_and_sorted(tmp_path: Path, zvity: Zvity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH_ROWS", 3)
    values = [{"value": "1", "row": 10}, {"value": "2", "row": 2}]
    reports = [Report(f"{number}.pdf", values) for number in range(20)]
    out = write_output(tmp_path / "out", reports)
    zvity("publish", out, "package")
    file = pq.ParquetFile(tmp_path / "package" / "data" / "observations.parquet")
    assert str(file.schema_arrow.field("value").type) == "decimal128(38, 10)"
    assert not file.schema_arrow.field("row_kind").nullable
    assert file.schema_arrow.field("value").metadata[b"about"] == b"the exact number"
    ids = sorted(report.document_id for report in reports)
    assert json.loads(file.schema_arrow.metadata[b"zvity.sources"]) == ids
    assert json.loads(file.schema_arrow.metadata[b"zvity.key"]) == ["document_id", "table", "row", "column"]
    group = file.metadata.row_group(0)
    assert [(column.column_index, column.descending) for column in group.sorting_columns] == [
        (i, False) for i in range(4)
    ]
    assert (group.column(0).compression, group.column(0).has_column_index) == ("ZSTD", True)
    keys = [(row["document_id"], row["table"], row["row"]) for row in _rows(tmp_path / "package", "observations")]
    assert keys == sorted(keys)
    assert len(keys) == 40


def test_duckdb_reads_csv_and_parquet_to_equal_tables(tmp_path: Path, zvity: Zvity) -> None:
    zvity("publish", write_output(tmp_path / "out", [FIRST, OLD]), "package")
    for path in sorted((tmp_path / "package" / "data").glob("*.parquet")):
        with duckdb.connect() as base:
            base.execute(f"CREATE TABLE a AS SELECT * FROM '{path}'")  # noqa: S608
            columns = {name: kind for name, kind, *_ in base.execute("DESCRIBE a").fetchall()}
            file = f"read_csv('{path.with_suffix('.csv')}', columns={columns}, header=true)"
            base.execute(f"CREATE TABLE b AS SELECT * FROM {file}")  # noqa: S608
            for name in (name for name, kind in columns.items() if kind == "VARCHAR"):
                safe = f"""regexp_matches("{name}", '^''+[=+@-]')"""
                base.execute(f'UPDATE b SET "{name}" = substr("{name}", 2) WHERE {safe}')  # noqa: S608
            for one, other in ("ab", "ba"):
                left = f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other}"  # noqa: S608
                assert base.execute(left).fetchall() == []
            assert base.execute("SELECT count(*) FROM a").fetchall() == [(len(_rows(tmp_path / "package", path.stem)),)]


VALUES = st.decimals(-(10**20), 10**20, places=10) | st.decimals(-1000, 1000, places=2)


@settings(max_examples=15)
@given(rows=st.lists(st.tuples(VALUES, st.text(st.characters(codec="utf-8"), max_size=8)), min_size=1, max_size=5))
def test_any_values_agree_in_all_formats(
    rows: list[tuple[Decimal, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    values = [{"value": format(value, "f"), "raw": raw, "item": raw} for value, raw in rows]
    publish(
        LocalFolder(write_output(folder / "out", [Report("a.pdf", values)])),
        LocalFolder(folder / "package"),
        About(),
        Selection(),
    )
    assert _agree(folder / "package")
    assert [row["value"] for row in _rows(folder / "package", "observations")] == [value for value, _ in rows]


def test_twice_in_a_row_and_elsewhere_are_the_same_bytes(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST, OLD])
    zvity("publish", out, "package")
    once = _tree(tmp_path / "package")
    assert zvity("publish", out, "package")[0] == ExitCode.OK
    assert _tree(tmp_path / "package") == once
    again = write_output(tmp_path / "again", [OLD, FIRST])
    zvity("publish", again, "elsewhere")
    assert _tree(tmp_path / "elsewhere") == once
    lines = (tmp_path / "package" / "SHA256SUMS").read_text().splitlines()
    assert {line[66:]: line[:64] for line in lines} == {name: d for name, d in once.items() if name != "SHA256SUMS"}


@pytest.mark.parametrize(
    ("options", "documents", "observations", "measures", "findings"),
    [
        ([], 4, 7, 2, 1),
        (["--only", "verified"], 2, 2, 1, 1),
        (["--family", "budget_estimate"], 1, 1, None, 0),
        (["--family", "budget_estimate", "--family", "program_measures"], 4, 7, 2, 1),
        (["--since", "2020"], 2, 5, 2, 1),
        (["--since", "2020", "--only", "verified", "--family", "program_measures"], 1, 1, 1, 1),
    ],
)
def test_what_is_selected(
    options: list[str],
    documents: int,
    observations: int,
    measures: int | None,
    findings: int,
    tmp_path: Path,
    zvity: Zvity,
) -> None:
    out = write_output(tmp_path / "out", [FIRST, OLD, UNDATED, ESTIMATE])
    code, told, err = zvity("publish", out, "package", "--json", *options)
    assert code == ExitCode.OK, err
    rows = json.loads(told)["rows"]
    assert rows["documents"] == rows["tables"] == documents
    assert (rows["observations"], rows.get("program_measures"), rows["findings"]) == (observations, measures, findings)
    assert json.loads(told)["undated"] == (1 if "--since" in options else 0)
    ids = {row["document_id"] for row in _rows(tmp_path / "package", "documents")}
    for name in rows:
        assert {row["document_id"] for row in _rows(tmp_path / "package", name)} <= ids
    if "verified" in options:
        assert {row["check"] for row in _rows(tmp_path / "package", "observations")} == {"verified"}


def test_a_reports_year_may_stand_in_its_values_alone(tmp_path: Path, zvity: Zvity) -> None:
    dated = Report("e.pdf", [{"value": "1", "period_end": 2023}, {"value": "2"}], document=UNDATED.document)
    out = write_output(tmp_path / "out", [dated, UNDATED])
    code, told, _ = zvity("publish", out, "package", "--since", "2023", "--json")
    assert (code, json.loads(told)["reports"], json.loads(told)["undated"]) == (ExitCode.OK, 1, 1)
    assert zvity("publish", out, "other", "--since", "2024")[0] == ExitCode.NOTHING


def test_signatures_are_published_only_where_asked_for(tmp_path: Path, zvity: Zvity) -> None:
    signed = Report(
        "s.pdf",
        [{"value": "1", "item": "Секретар ради", "raw": "Галина ПРОКОПІВ"}, {"value": "2"}],
        document={"title": "ЗВІТ\nСекретар ради Галина ПРОКОПІВ"},
    )
    out = write_output(tmp_path / "out", [signed])
    assert json.loads(zvity("publish", out, "package", "--json")[1])["withheld"] == 2
    assert not [p for p in (tmp_path / "package").rglob("*") if p.is_file() and "ПРОКОПІВ".encode() in p.read_bytes()]
    assert [row["raw"] for row in _rows(tmp_path / "package", "observations")] == [None, "x"]
    assert json.loads(zvity("publish", out, "open", "--signatures", "--json")[1])["withheld"] == 0
    assert [row["raw"] for row in _rows(tmp_path / "open", "observations")] == ["Галина ПРОКОПІВ", "x"]


# What stands against publication


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--family", "unheard_of"], ExitCode.USAGE, "unheard_of"),
        (["--family", "asset_list"], ExitCode.NOTHING, "--family"),
        (["--since", "2030"], ExitCode.NOTHING, "--since"),
        (["--only", "best"], ExitCode.USAGE, "verified"),
        (["--modified", "yesterday"], ExitCode.USAGE, "2026-01-31"),
        (["--strict"], ExitCode.STRICT, "a.docx, table 1: Не сходиться"),
        (["--previous", "nowhere"], ExitCode.USAGE, "nowhere"),
    ],
)
def test_what_ends_with_nothing_written(
    options: list[str], code: ExitCode, told: str, tmp_path: Path, zvity: Zvity
) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    before = _tree(out)
    found, stdout, err = zvity("publish", out, "package", *options)
    assert (found, stdout) == (code, "")
    assert told in err
    assert not (tmp_path / "package").exists()
    assert {name: d for name, d in _tree(out).items() if not name.startswith(".zvity")} == before


def test_an_accepted_finding_does_not_stand_against_publication(tmp_path: Path, zvity: Zvity) -> None:
    accepted = {"row": 1, "column": 3, "accepted": "Олена ГУЗІЙ"}
    out = write_output(tmp_path / "out", [Report("a.docx", FIRST.observations, findings=[accepted])])
    assert zvity("publish", out, "package", "--strict")[0] == ExitCode.OK
    assert _rows(tmp_path / "package", "findings")[0]["accepted"] == "Олена ГУЗІЙ", "who says so is no signature"


def test_strict_heeds_only_what_is_published(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST, ESTIMATE])
    assert zvity("publish", out, "package", "--strict", "--family", "budget_estimate")[0] == ExitCode.OK


def test_broken_data_sets_are_not_published(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    zvity("publish", out, "package")
    before = _tree(tmp_path / "package")
    table = pq.read_table(out / "observations.parquet")
    pq.write_table(table.slice(1), out / "observations.parquet")
    code, _, err = zvity("publish", out, "package")
    assert code == ExitCode.DEFECT
    assert "does not add up" in err
    assert _tree(tmp_path / "package") == before


def test_no_output_of_a_run(tmp_path: Path, zvity: Zvity) -> None:
    assert zvity("publish", tmp_path / "nowhere", "package")[0] == ExitCode.USAGE
    assert list(tmp_path.iterdir()) == []
    out = write_output(tmp_path / "out", [Report("z.pdf", document={"status": "refused", "document_id": None})])
    assert zvity("publish", out, "package")[0] == ExitCode.NOTHING


def test_a_run_holds_the_output(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    with LocalFolder(out).locked():
        code, _, err = zvity("publish", out, "package")
    assert code == ExitCode.LOCKED
    assert "a run holds" in err
    assert not (tmp_path / "package").exists()


def test_foreign_files_are_never_touched(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "thesis.odt").write_text("mine")
    code, _, err = zvity("publish", out, "package")
    assert code == ExitCode.USAGE
    assert "thesis.odt" in err
    assert _tree(tmp_path / "package").keys() == {"thesis.odt"}
    assert zvity("publish", out, out)[0] == ExitCode.USAGE, "nor the data sets of the run"
    zvity("publish", out, "other")
    (tmp_path / "other" / "thesis.odt").write_text("mine")
    assert zvity("publish", out, "other")[0] == ExitCode.USAGE, "nor among those of a package"


def test_files_of_the_former_package_that_are_no_longer_wanted_go(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST, ESTIMATE])
    zvity("publish", out, "package")
    assert (tmp_path / "package" / "data" / "program_measures.csv").exists()
    assert zvity("publish", out, "package", "--family", "budget_estimate")[0] == ExitCode.OK
    zvity("publish", out, "other", "--family", "budget_estimate")
    assert _tree(tmp_path / "package").keys() == _tree(tmp_path / "other").keys()


def test_a_destination_that_cannot_be_written(tmp_path: Path, zvity: Zvity, monkeypatch: pytest.MonkeyPatch) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    (tmp_path / "file").write_text("no folder")
    assert zvity("publish", out, tmp_path / "file")[0] == ExitCode.OUTPUT
    assert zvity("publish", out, tmp_path / "file" / "below")[0] == ExitCode.OUTPUT
    zvity("publish", out, "package")
    before = _tree(tmp_path / "package")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(destination, "_copy", full)
    other = write_output(tmp_path / "other", [OLD])
    assert zvity("publish", other, "package")[0] == ExitCode.OUTPUT
    assert {name: d for name, d in _tree(tmp_path / "package").items() if ".zvity" not in name} == before


def test_a_publication_that_was_broken_off_is_replaced(
    tmp_path: Path, zvity: Zvity, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = write_output(tmp_path / "out", [FIRST, ESTIMATE])
    zvity("publish", out, "package", "--family", "budget_estimate")

    class Killed(BaseException):
        pass

    whole = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if Path(target).name == "README.md":
            raise Killed
        return whole(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(Killed):
            zvity("publish", out, "package")
    assert (tmp_path / "package" / "data" / "program_measures.csv").exists()
    assert zvity("publish", out, "package")[0] == ExitCode.OK
    zvity("publish", out, "other")
    assert _tree(tmp_path / "package").keys() == _tree(tmp_path / "other").keys()


def test_an_output_that_may_only_be_read_is_published(
    tmp_path: Path, zvity: Zvity, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    locked = LocalFolder.locked

    @contextmanager
    def held(self: LocalFolder) -> Iterator[Callable[[], None]]:
        if self.path == out:
            raise PermissionError(13, "Permission denied")
        with locked(self) as check:
            yield check

    monkeypatch.setattr(LocalFolder, "locked", held)
    assert zvity("publish", out, "package")[0] == ExitCode.OK


def test_the_settings_say_what_the_package_is(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    (tmp_path / "zvity.toml").write_text('[publish]\ntitle = "Звіти Коростеня"\n', encoding="utf-8")
    assert zvity("publish", out, "package", "--modified", "2026-02-03")[0] == ExitCode.OK
    described = (tmp_path / "package" / "datapackage.json").read_text(encoding="utf-8")
    assert "Звіти Коростеня" in described
    assert "2026-02-03" in described
    (tmp_path / "zvity.toml").write_text('[publish]\ntitel = "x"\n', encoding="utf-8")
    code, _, err = zvity("publish", out, "other")
    assert code == ExitCode.USAGE
    assert "did you mean title?" in err


def test_a_url_is_a_destination_as_well(tmp_path: Path, zvity: Zvity) -> None:
    out = write_output(tmp_path / "out", [FIRST])
    place = f"local://{tmp_path}/package"
    assert zvity("publish", out, place)[0] == ExitCode.OK
    assert zvity("publish", out, place)[0] == ExitCode.OK
    zvity("publish", out, "other")
    assert _tree(tmp_path / "package") == _tree(tmp_path / "other")
