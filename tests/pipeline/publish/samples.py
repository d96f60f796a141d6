"""A made package, and parts of it that a test may want otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pipeline.family_files import load_families
from pipeline.publish.listings import CHANGES, SOURCES
from pipeline.publish.package import (
    About,
    Changes,
    File,
    Listing,
    Package,
    Resource,
    Selection,
    Source,
)
from validators.model import DOCUMENTS, FINDINGS, OBSERVATIONS, TABLES, Dataset, Field

DIGEST = "0123456789abcdef" * 4

PROGRAM_KEY = Field("program_key", "text", "number and date of that decision, as the official register names it")

PUBLISHED = replace(
    DOCUMENTS,
    about="a row per published report",
    key=("document_id",),
    fields=(
        *(replace(field, required=True) for field in DOCUMENTS.fields[:1]),
        *(field for field in DOCUMENTS.fields[1:] if field.name not in ("status", "reason", "reading_of")),
        PROGRAM_KEY,
    ),
)

MEASURES = next(family.tidy for family in load_families() if family.name == "program_measures")

OWN = Dataset(
    "street_lamps",
    "lamps: a row per street",
    ("document_id", "table", "row"),
    (
        *MEASURES.fields[:3],
        Field("item", "text", "the street"),
        Field("lamps", "decimal", "how many lamps", required=True, minimum=0, soft=True),
        Field("mood", "text", "how the street feels", choices=("=dark", "light"), soft=True),
        Field("check", "text", "the weakest check of the row's numbers", choices=("verified", "unchecked")),
    ),
)
"""A kind of report of somebody's own."""

EVERYTHING = About(
    identifier="Звіти 2024",
    title="Звіти громади",
    description="Усе, що громада звітує.",
    keywords=("звіти",),
    publisher="Міська рада",
    publisher_code="01234567",
    contact="Відповідальний Відділ",
    email="data@rada.example",
    purpose="Закон України «Про доступ до публічної інформації»",
    periodicity="Щороку",
    homepage="https://data.example/dataset/1",
    issued=date(2024, 2, 29),
    modified=date(2025, 3, 1),
    as_of=date(2024, 12, 31),
)


def file(path: str) -> File:
    return File(path, 1234, DIGEST)


def resource(dataset: Dataset, rows: int = 7) -> Resource:
    return Resource(dataset, rows, file(f"data/{dataset.name}.csv"), file(f"data/{dataset.name}.parquet"))


def source(number: int = 1, **changed: Any) -> Source:
    made = Source(
        document_id=f"{number:064x}",
        report_id=f"{number:063x}f",
        file_name=f"report-{number}.docx",
        media_type="application/pdf",
        title=f"Звіт {number}",
        program_key="1484-2023-10-26",
        hromada="Коростенська міська територіальна громада",
        katottg="UA18060090000061708",
        period_start=2024,
        period_end=2026,
    )
    return replace(made, **changed)


def package(**changed: Any) -> Package:
    made = Package(
        about=EVERYTHING,
        selection=Selection(),
        resources=tuple(map(resource, (PUBLISHED, TABLES, OBSERVATIONS, FINDINGS, MEASURES))),
        workbook=file("data.xlsx"),
        sources=(source(),),
        numbers={"contradicted": 5, "verified": 1093, "unchecked": 0},
        withheld=2,
        version="0.1.0+abcdef",
        changes=Changes(1, 0, 98, 2, 3),
        listings=(Listing(CHANGES, 104, file("changes.csv")), Listing(SOURCES, 1, file("sources.csv"))),
    )
    return replace(made, **changed)
