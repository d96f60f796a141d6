"""The passport and the structures of resolution 835."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from pipeline.publish.package import About
from pipeline.publish.passport import (
    DESCRIPTION_SIGNS,
    TITLE_SIGNS,
    passport,
    passport_csv,
    shortened,
    structure,
    structure_csv,
    structure_json,
)
from tests.pipeline.publish.samples import EVERYTHING, OWN, package
from validators.model import OBSERVATIONS

ELEMENTS = (
    "identifier title description purpose language distributionFormat compressFormat issued modified valid "
    "accrualPeriodicity keyword landingPage distribution conformsTo license publisherName publisherIdentifier "
    "contactPointFn contactPointHasEmail"
).split()


def values(about: About = EVERYTHING) -> dict[str, object]:
    return {element["name"]: element["value"] for element in passport(package(about=about))}


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def test_every_element_is_there_whatever_the_publisher_says() -> None:
    assert list(values()) == ELEMENTS
    assert list(values(About())) == ELEMENTS
    assert values()["publisherIdentifier"] == "01234567"
    assert values()["issued"] == "2024-02-29"
    assert values()["modified"] == "2025-03-01"
    assert values()["valid"] == "2024-12-31"
    assert values()["distributionFormat"] == ["CSV", "Parquet", "XLSX"]
    assert "structure-observations.csv" in str(values()["conformsTo"])
    assert "structure-sources.csv" in str(values()["conformsTo"])
    for name in ("purpose", "issued", "modified", "valid", "publisherName", "contactPointFn", "contactPointHasEmail"):
        assert values(About())[name] is None, "what nobody said is not made up"


def test_what_is_not_published_is_told_in_the_description() -> None:
    assert values()["description"] == (
        "Усе, що громада звітує. Не оприлюднено тексти з іменами тих, хто підписав звіти: 2."
    )
    quiet = passport(package(withheld=0))[2]
    assert quiet["value"] == "Усе, що громада звітує."


def test_long_titles_and_descriptions_are_cut_at_words() -> None:
    long = replace(EVERYTHING, title="слово " * 100, description="опис " * 2000)
    title, description = str(values(long)["title"]), str(values(long)["description"])
    assert len(title) <= TITLE_SIGNS
    assert title.endswith("слово…")
    assert len(description) <= DESCRIPTION_SIGNS
    assert description.endswith("опис…")


@pytest.mark.parametrize(
    ("text", "signs", "short"),
    [
        ("рівно", 5, "рівно"),
        ("два слова", 8, "два…"),
        ("два слова", 4, "два…"),
        ("слово, потім ще", 13, "слово, потім…"),
        ("слово, потім", 8, "слово…"),
        ("безпробілів", 5, "безп…"),
        ("  два\n слова ", 9, "два слова"),
    ],
)
def test_shortened(text: str, signs: int, short: str) -> None:
    assert shortened(text, signs) == short
    assert len(short) <= signs


def test_the_passport_as_csv() -> None:
    content = passport_csv(package(about=replace(EVERYTHING, publisher='Рада "Нова",\nвідділ', contact="=1+1")))
    found = rows(content)
    assert content.endswith(b"\r\n")
    assert found[0] == ["name", "title", "value"]
    assert [row[0] for row in found[1:]] == ELEMENTS
    told = {row[0]: row[2] for row in found[1:]}
    assert told["publisherName"] == 'Рада "Нова",\nвідділ'
    assert told["contactPointFn"] == "'=1+1"
    assert told["compressFormat"] == ""
    assert told["distributionFormat"] == "CSV; Parquet; XLSX"


def test_a_structure_has_the_columns_that_the_portal_recommends() -> None:
    found = rows(structure_csv(OBSERVATIONS))
    assert found[0] == ["name", "title", "description", "datatype", "required"]
    assert [row[0] for row in found[1:]] == list(OBSERVATIONS.columns)
    by_name = {row[0]: row for row in found[1:]}
    assert by_name["raw"] == ["raw", "Текст клітинки", "Текст клітинки, як він стоїть на папері.", "string", "false"]
    assert by_name["value"][3:] == ["decimal", "false"]
    assert by_name["table"][3:] == ["integer", "true"]
    assert "Можливі значення: verified – підтверджено" in by_name["check"][2]
    assert "Серед значень: general – загальний фонд" in by_name["fund"][2]
    assert {row[3] for row in found[1:]} == {"string", "integer", "decimal", "boolean"}


def test_the_structure_of_a_kind_of_report_of_somebodys_own() -> None:
    told = {column["name"]: column for column in structure(OWN)}
    assert told["lamps"]["description"] == "How many lamps."
    assert told["lamps"]["required"] is False, "a soft rule asks for nothing"
    assert told["mood"]["description"] == "How the street feels. Серед значень: =dark; light."
    assert structure_json(OWN)["columns"] == structure(OWN)
    assert structure_json(OWN)["title"] == "street_lamps"


def test_no_text_is_a_formula() -> None:
    field = replace(OWN.fields[-1], name="f", about="-1+1")
    found = rows(structure_csv(replace(OWN, fields=(field,))))
    assert found[1][2].startswith("'-1+1")
