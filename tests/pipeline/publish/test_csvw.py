"""`csv-metadata.json`: the rules of CSV on the Web that validators check."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pipeline.publish.csvw import describe
from pipeline.publish.package import About
from tests.pipeline.publish.samples import OWN, package, resource


def tables(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {table["url"]: table for table in found["tables"]}


def columns(found: dict[str, Any], url: str) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in tables(found)[url]["tableSchema"]["columns"]}


def test_every_csv_file_is_described_in_ukrainian() -> None:
    found = describe(package())
    assert found["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "uk"}]
    assert list(tables(found)) == [
        "data/documents.csv",
        "data/tables.csv",
        "data/observations.csv",
        "data/findings.csv",
        "data/program_measures.csv",
        "changes.csv",
        "sources.csv",
    ]
    assert found["dialect"]["lineTerminators"] == ["\r\n"]
    assert found["dc:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}


def test_columns_stand_in_the_order_of_the_file_and_are_found_by_their_headings() -> None:
    made = package()
    found = describe(made)
    for one in made.resources:
        described = tables(found)[one.csv.path]["tableSchema"]["columns"]
        assert [column["titles"]["und"] for column in described] == list(one.dataset.columns)
        assert all(column["titles"]["uk"] and column["titles"]["en"] for column in described)
        assert all(column["null"] == "" for column in described)


def test_datatypes() -> None:
    found = columns(describe(package()), "data/observations.csv")
    assert found["value"]["datatype"] == "decimal"
    assert found["table"]["datatype"] == {"base": "integer", "minimum": 1}
    assert found["table"]["required"] is True
    assert found["item"]["datatype"] == "string"
    assert found["doubtful"]["datatype"] == {"base": "boolean", "format": "true|false"}
    documents = columns(describe(package()), "data/documents.csv")
    assert documents["decision_date"]["datatype"] == {"base": "date", "format": "yyyy-MM-dd"}
    check = found["check"]["datatype"]["format"]
    assert re.search(check, "verified")
    assert not re.search(check, "verified?")
    assert not re.search(check, "unverified")


def test_a_choice_is_matched_as_it_is_written() -> None:
    field = replace(OWN.fields[-1], name="sign", choices=("a.b", "c|d"))
    made = package(resources=(*package().resources, resource(replace(OWN, fields=(*OWN.fields, field)))))
    pattern = columns(describe(made), "data/street_lamps.csv")["sign"]["datatype"]["format"]
    assert [bool(re.search(pattern, text)) for text in ("a.b", "c|d", "axb", "c")] == [True, True, False, False]


def test_what_is_soft_is_not_asked_for() -> None:
    found = columns(describe(package(resources=(*package().resources, resource(OWN, 0)))), "data/street_lamps.csv")
    assert found["lamps"]["datatype"] == "decimal"
    assert "required" not in found["lamps"]
    assert found["mood"]["datatype"] == "string"
    assert found["lamps"]["titles"] == {"und": "lamps"}
    assert found["lamps"]["dc:description"] == {"@value": "How many lamps."}


def test_references_are_to_files_of_the_package() -> None:
    found = tables(describe(package()))
    for table in found.values():
        for foreign in table["tableSchema"].get("foreignKeys", []):
            target = found[foreign["reference"]["resource"]]["tableSchema"]
            there = {column["name"] for column in target["columns"]}
            assert set(foreign["reference"]["columnReference"]) <= there
            assert target["primaryKey"] == foreign["reference"]["columnReference"], "a reference is to one row"
    assert found["data/observations.csv"]["tableSchema"]["foreignKeys"][0]["reference"]["resource"] == "data/tables.csv"
    assert found["data/findings.csv"]["tableSchema"]["foreignKeys"][0]["reference"]["resource"] == "data/documents.csv"
    assert "primaryKey" not in found["data/findings.csv"]["tableSchema"]


def test_what_the_publisher_left_out_is_left_out() -> None:
    found = describe(package(about=About(keywords=())))
    assert not {"dc:publisher", "dc:issued", "dc:modified", "dcat:keyword"} & found.keys()
    assert describe(package())["dc:modified"] == {"@value": "2025-03-01", "@type": "xsd:date"}
