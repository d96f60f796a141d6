"""What LibreOffice makes of a package: texts stay texts, numbers are numbers."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from extractors import office
from pipeline.folders import LocalFolder
from pipeline.publish.package import About, Selection
from pipeline.publish.publish import publish
from tests.pipeline.publish.outputs import Report, write_output
from tests.pipeline.publish.test_csv_file import PAYLOADS

pytestmark = pytest.mark.libreoffice

NUMBERS = ["-5.20", "0.0000000001", "1234567.8", "-0.1", "123456789012345", "12345678901234567890.5"]
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a package with payloads in its texts, and numbers that a spreadsheet might take amiss."""
    folder = tmp_path_factory.mktemp("package")
    values = [{"item": payload, "raw": payload, "missing": "nil"} for payload in PAYLOADS]
    values += [{"value": number, "raw": number} for number in NUMBERS]
    out = write_output(folder / "out", [Report("=1+1.pdf", values)])
    publish(LocalFolder(out), LocalFolder(folder / "package"), About(), Selection())
    return folder / "package"


def _converted(file: Path, folder: Path, suffix: str, *options: str) -> Path:
    soffice = office.program()
    assert soffice is not None
    profile = (folder / "profile").as_uri()
    command = [soffice, "--headless", f"-env:UserInstallation={profile}", *options, "--convert-to", suffix]
    subprocess.run([*command, "--outdir", folder, file], check=True, capture_output=True, timeout=240)
    found = next(folder.glob(f"{file.stem}*.{suffix.partition(':')[0]}"), None)
    if found is None:
        told = "LibreOffice Calc is not there; `apt-get install libreoffice-calc-nogui` installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    return found


def _cells(ods: Path) -> list[ET.Element]:
    with zipfile.ZipFile(ods) as archive:
        root = ET.fromstring(archive.read("content.xml"))
    return list(root.iter(f"{TABLE}table-cell"))


@pytest.mark.parametrize("name", ["data.xlsx", "data/observations.csv", "data/documents.csv", "sources.csv"])
def test_no_text_is_a_formula(package: Path, tmp_path: Path, name: str) -> None:
    # 44: comma, 34: quotation mark, 76: UTF-8; the last: formulas are looked for, as one may ask
    options = ["--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"] if name.endswith(".csv") else []
    cells = _cells(_converted(package / name, tmp_path, "ods", *options))
    assert len(cells) > 20
    formulas = {cell.get(f"{TABLE}formula") for cell in cells} - {None}
    assert formulas <= {"of:=TRUE()", "of:=FALSE()"}, "which is how LibreOffice holds true and false"


def test_numbers_are_numbers_and_dates_dates(package: Path, tmp_path: Path) -> None:
    cells = _cells(_converted(package / "data.xlsx", tmp_path, "ods"))
    values = {cell.get(f"{OFFICE}value") for cell in cells if cell.get(f"{OFFICE}value-type") == "float"}
    assert {Decimal(value) for value in values if value} >= {Decimal(number) for number in NUMBERS[:-1]}
    days = [cell.get(f"{OFFICE}date-value") for cell in cells if cell.get(f"{OFFICE}value-type") == "date"]
    assert days == ["2023-10-26"]
    texts = {"".join(cell.itertext()) for cell in cells if cell.get(f"{OFFICE}value-type") == "string"}
    assert NUMBERS[-1] in texts


def test_numbers_are_shown_with_the_places_they_have(package: Path, tmp_path: Path) -> None:
    # the last but three: the sheet, here the third
    shown = _converted(
        package / "data.xlsx", tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,3"
    )
    rows = list(csv.DictReader(io.StringIO(shown.read_text(encoding="utf-8"))))
    assert [row["value"] for row in rows if row["value"]] == [
        "-5.2", "0.0000000001", "1234567.8", "-0.1", "123456789012345", "12345678901234567890.5"
    ]  # fmt: skip
