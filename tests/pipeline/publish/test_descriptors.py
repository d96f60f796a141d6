"""All descriptions of a package together."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.publish.descriptors import describe
from pipeline.publish.package import About, Package
from tests.pipeline.publish.samples import OWN, package, resource

ROOT = Path(__file__).parents[3]


def test_the_files_that_describe_a_package() -> None:
    found = describe(package())
    names = ("documents", "tables", "observations", "findings", "program_measures", "changes", "sources")
    assert set(found) == {
        "LICENSE.txt",
        "README.md",
        "csv-metadata.json",
        "datapackage.json",
        "passport.csv",
        "passport.json",
        *(f"structure-{name}.{kind}" for name in names for kind in ("csv", "json")),
    }
    assert list(found) == sorted(found)


def test_texts_are_utf8_and_end_with_a_line() -> None:
    for name, content in describe(package()).items():
        text = content.decode("utf-8")
        assert text.endswith("\n"), name
        assert "\\u0" not in text, name
        if name.endswith(".json"):
            json.loads(text)


def test_passport_and_structure_are_json_too() -> None:
    found = describe(package())
    told = json.loads(found["passport.json"])
    assert told["publisherName"] == "Міська рада"
    assert told["keyword"] == ["звіти"]
    assert told["compressFormat"] is None
    assert json.loads(found["structure-tables.json"])["columns"][1]["required"] is True


EXTREMES = {
    "nothing said": package(
        about=About(), sources=(), changes=None, workbook=None, listings=(), withheld=0, numbers={}
    ),
    "zero rows": package(resources=tuple(replace(r, rows=0) for r in package().resources)),
    "a list's name taken": package(resources=(*package().resources, resource(replace(OWN, name="sources")))),
}


@pytest.mark.parametrize("made", EXTREMES.values(), ids=EXTREMES)
def test_every_package_can_be_described(made: Package) -> None:
    found = describe(made)
    for one in made.resources:
        assert json.loads(found[f"structure-{one.dataset.name}.json"])["name"] == one.dataset.name
    assert b"None" not in found["README.md"]


def test_a_list_whose_name_is_taken_has_a_structure_of_its_own() -> None:
    found = describe(EXTREMES["a list's name taken"])
    assert json.loads(found["structure-sources.json"])["description"] == "Lamps: a row per street."
    assert json.loads(found["structure-sources-list.json"])["columns"][1]["name"] == "report_id"


def test_the_same_package_gives_the_same_bytes_in_every_process() -> None:
    made = (
        "import hashlib, sys\n"
        "from pipeline.publish.descriptors import describe\n"
        "from tests.pipeline.publish.samples import package\n"
        "found = describe(package())\n"
        "sys.stdout.write(hashlib.sha256(b''.join(k.encode() + v for k, v in found.items())).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", made],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": zone, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Kiritimati"))
    }
    assert len(digests) == 1


def test_nothing_of_this_machine_is_told() -> None:
    everything = b"".join(describe(package()).values()).decode("utf-8")
    assert str(ROOT) not in everything
    assert str(Path.home()) + "/" not in everything
