"""`datapackage.json`: the rules of Data Package 2 that readers rely on, without a network."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.publish.datapackage import describe, has_whole_key, name_of, published_pattern
from pipeline.publish.listings import CHANGES
from pipeline.publish.package import About, Licence, Listing, Package
from tests.pipeline.publish.samples import OWN, file, package, resource, source
from validators.model import FINDINGS, OBSERVATIONS, TABLES, Field

TYPES = {"string", "integer", "number", "boolean", "date"}
CONSTRAINTS = {
    "string": {"required", "enum", "pattern"},
    "integer": {"required", "enum", "minimum", "maximum"},
    "number": {"required", "enum", "minimum", "maximum"},
    "boolean": {"required", "enum"},
    "date": {"required", "enum"},
}
PATH = re.compile(r"(?![./~])(?!.*\.\./)[^\\:]+")


def tables(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {r["name"]: r for r in found["resources"] if r.get("type") == "table"}


def fields(found: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in tables(found)[name]["schema"]["fields"]}


def broken(found: dict[str, Any]) -> list[str]:
    """Tell what in a descriptor breaks a rule of the standard."""
    told: list[str] = []

    def need(holds: object, what: str) -> None:
        told.extend([] if holds else [what])

    need(found["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json", "$schema")
    need(re.fullmatch(r"[a-z0-9._-]+", found["name"]), "name")
    names = [r["name"] for r in found["resources"]]
    need(len(set(names)) == len(names), "names of resources repeat")
    for key in ("keywords", "contributors", "sources"):
        need(found.get(key, [1]), f"{key} is empty")
    for licence in found["licenses"]:
        need(re.fullmatch(r"[-a-zA-Z0-9._]+", licence.get("name", "x")), "name of the licence")
    for one in found["resources"]:
        at = one["name"]
        need(PATH.fullmatch(one["path"]), f"{at}: path")
        need(re.fullmatch(r"sha256:[0-9a-f]{64}", one["hash"]), f"{at}: hash")
        need(isinstance(one["bytes"], int), f"{at}: bytes")
        need(one["title"] and isinstance(one["title"], str), f"{at}: title")
        need(one.get("type") == "table" or "schema" not in one, f"{at}: a schema of no table")
    for at, one in tables(found).items():
        schema = one["schema"]
        columns = [field["name"] for field in schema["fields"]]
        need(len(set(columns)) == len(columns), f"{at}: columns repeat")
        for field in schema["fields"]:
            told += _broken_field(f"{at}.{field['name']}", field)
        for key in (schema.get("primaryKey", []), *schema.get("uniqueKeys", [])):
            need(set(key) <= set(columns), f"{at}: key")
        required = {f["name"] for f in schema["fields"] if f.get("constraints", {}).get("required")}
        need(set(schema.get("primaryKey", [])) <= required, f"{at}: a primary key may be empty")
        need(("primaryKey" in schema) != ("uniqueKeys" in schema), f"{at}: one key is needed")
        for foreign in schema.get("foreignKeys", []):
            target = fields(found, foreign["reference"]["resource"])
            need(set(foreign["fields"]) <= set(columns), f"{at}: foreign key")
            need(set(foreign["reference"]["fields"]) <= target.keys(), f"{at}: reference")
            need(len(foreign["fields"]) == len(foreign["reference"]["fields"]), f"{at}: lengths")
    return told


def _broken_field(at: str, field: dict[str, Any]) -> list[str]:
    told = []
    constraints = field.get("constraints", {})
    if field["type"] not in TYPES:
        told.append(f"{at}: type")
    if not constraints.keys() <= CONSTRAINTS.get(field["type"], set()):
        told.append(f"{at}: constraints {sorted(constraints)}")
    for text in ("title", "title_en", "description", "description_en"):
        if not field[text] or not isinstance(field[text], str):
            told.append(f"{at}: {text}")
    categories = field.get("categories", [])
    for key in ("value", "label"):
        if len({category[key] for category in categories}) != len(categories):
            told.append(f"{at}: {key} repeats")
    if categories and [category["value"] for category in categories] != constraints["enum"]:
        told.append(f"{at}: enum and categories differ")
    re.compile(constraints.get("pattern", ""))
    return told


def test_the_descriptor_keeps_the_rules() -> None:
    assert broken(describe(package())) == []


NASTY = {
    "nothing said": package(about=About(), sources=(), changes=None, workbook=None, listings=(), withheld=0),
    "no keywords": package(about=About(keywords=())),
    "own family": package(resources=(*package().resources, resource(OWN, 0))),
    "own family called like a list": package(resources=(*package().resources, resource(replace(OWN, name="changes")))),
    "documents alone": package(resources=package().resources[:1]),
    "many sources": package(sources=tuple(map(source, range(1000)))),
    "a licence of their own": package(about=About(licence=Licence("Наша ліцензія", "Наша", "https://example.org/l"))),
}


@pytest.mark.parametrize("made", NASTY.values(), ids=NASTY)
def test_the_descriptor_keeps_the_rules_whatever_comes(made: Package) -> None:
    assert broken(describe(made)) == []


def test_a_broken_descriptor_would_be_seen() -> None:
    found = describe(package())
    found["resources"][1]["schema"]["foreignKeys"][0]["reference"]["fields"] = ["nowhere"]
    found["resources"][2]["schema"]["fields"][0]["type"] = "text"
    found["resources"][3]["hash"] = "0123"
    assert {line.split(":")[0] for line in broken(found)} == {"tables", "observations.document_id", "findings"}


def test_references_and_keys() -> None:
    found = tables(describe(package()))
    to_tables = {
        "fields": ["document_id", "table"],
        "reference": {"resource": "tables", "fields": ["document_id", "table"]},
    }
    to_documents = {"fields": ["document_id"], "reference": {"resource": "documents", "fields": ["document_id"]}}
    assert found["observations"]["schema"]["foreignKeys"] == [to_tables]
    assert found["program_measures"]["schema"]["foreignKeys"] == [to_tables]
    assert found["tables"]["schema"]["foreignKeys"] == [to_documents]
    assert found["findings"]["schema"]["foreignKeys"] == [to_documents]
    for name in ("documents", "changes", "sources"):
        assert "foreignKeys" not in found[name]["schema"], "these tell of reports that are not in the package, too"
    assert found["observations"]["schema"]["primaryKey"] == list(OBSERVATIONS.key)
    assert found["findings"]["schema"]["uniqueKeys"] == [list(FINDINGS.key)]


def test_a_reference_to_what_is_not_there_is_not_stated() -> None:
    found = tables(describe(package(resources=package().resources[2:4])))
    assert not any("foreignKeys" in one["schema"] for one in found.values())


def test_columns_say_what_they_hold() -> None:
    observations = fields(describe(package()), "observations")
    assert observations["value"]["type"] == "number"
    assert observations["doubtful"]["trueValues"] == ["true"]
    assert observations["table"]["constraints"] == {"required": True, "minimum": 1}
    assert observations["document_id"]["constraints"] == {"required": True, "pattern": "[0-9a-f]{64}"}
    assert observations["missing"]["constraints"] == {
        "enum": [c["value"] for c in observations["missing"]["categories"]]
    }
    assert observations["missing"]["categories"][0] == {
        "value": "nil",
        "label": "у клітинці риска",
        "label_en": "a dash in the cell",
    }
    assert observations["value"]["missingValues"][0]["value"] == ""
    assert "missing" in observations["value"]["missingValues"][0]["label"]
    assert "categories" not in observations["fund"], "a fund may be any source of money"
    assert {word["value"] for word in observations["fund"]["knownValues"]} == {"general", "special", "total"}
    assert fields(describe(package()), "documents")["decision_date"]["type"] == "date"


def test_soft_rules_are_no_constraints() -> None:
    found = fields(describe(package(resources=(*package().resources, resource(OWN)))), "street_lamps")
    assert "constraints" not in found["lamps"]
    assert "constraints" not in found["mood"]
    assert "categories" not in found["mood"], "a value that breaks a soft rule is published"
    assert found["check"]["constraints"] == {"enum": ["verified", "unchecked"]}
    assert not has_whole_key(replace(OWN, key=("document_id", "lamps")))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"[0-9a-f]{64}", "0" * 64),
        (r"UA\d{17}", "UA18060090000061708"),
        (r"-?\d+", "'-5"),
        (r"[-+]\d", "'+5"),
        (r"a|=b", "'=b"),
        (r"a|b", "b"),
        (r"a?-b", "'-b"),
        (r"[0-9]*-", "'-"),
        (r"a{0,1}=", "'="),
        (r"'=x", "''=x"),
    ],
)
def test_a_pattern_holds_for_the_text_as_published(pattern: str, text: str) -> None:
    found = published_pattern(Field("code", "text", "a code", pattern=pattern))
    assert found is not None
    assert re.match(f"^{found}$", text), "this is how validators match it"
    assert not re.match(f"^{found}$", f"{text}!")


def test_only_texts_have_patterns() -> None:
    assert published_pattern(Field("n", "integer", "a number", pattern=r"\d+")) is None
    assert published_pattern(Field("n", "text", "a text")) is None


def test_the_publisher_is_told_and_nobody_else() -> None:
    found = describe(package())
    assert found["contributors"] == [
        {"title": "Міська рада", "identifier": "ЄДРПОУ 01234567", "roles": ["publisher"]},
        {
            "title": "Відповідальний Відділ",
            "email": "data@rada.example",
            "organization": "Міська рада",
            "roles": ["contact"],
        },
    ]
    assert found["created"] == "2025-03-01T00:00:00Z"
    assert list(found["numbers"].items()) == [("verified", 1093), ("unchecked", 0), ("contradicted", 5)]
    quiet = describe(package(about=About()))
    assert not {"contributors", "created", "homepage"} & quiet.keys()
    assert describe(package(about=About(issued=date(2024, 1, 2))))["created"] == "2024-01-02T00:00:00Z"
    assert "contributors" not in describe(package(about=About(email="запитайте в приймальні")))


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("b03ec84d-77fd-4270-813b-0c698943f7ce", "b03ec84d-77fd-4270-813b-0c698943f7ce"),
        ("Zvity 2024/1", "zvity-2024-1"),
        ("Звіти", "zvity-municipal-reports"),
        ("", "zvity-municipal-reports"),
    ],
)
def test_any_identifier_gives_a_name(identifier: str, name: str) -> None:
    assert name_of(identifier) == name


def test_files_that_are_no_tables_are_told_without_a_schema() -> None:
    found = {r["path"]: r for r in describe(package())["resources"]}
    for path in ("data.xlsx", "data/observations.parquet"):
        assert not {"schema", "type", "dialect"} & found[path].keys()
        assert found[path]["bytes"] == 1234
    assert found["data/tables.csv"]["rows"] == 7
    assert found["data/tables.csv"]["dialect"]["lineTerminator"] == "\r\n"


def test_a_list_and_a_family_of_one_name_are_both_told() -> None:
    made = package(
        resources=(*package().resources, resource(replace(OWN, name="changes"))),
        listings=(Listing(CHANGES, 1, file("changes.csv")),),
    )
    assert {r["name"]: r["path"] for r in describe(made)["resources"] if "changes" in r["path"]} == {
        "changes": "data/changes.csv",
        "changes-list": "changes.csv",
        "changes-parquet": "data/changes.parquet",
    }
    assert TABLES.name in tables(describe(made))
