"""`datapackage.json`: the package as a Data Package of version 2 (https://datapackage.org/standard/data-package/).

Guarantee: every constraint stated holds for the text in the CSV file. What a user's kind of report merely expects of a
document (a `soft` column) is no constraint, for the values that break it are published too.

The main language is Ukrainian, as `languages` says (https://datapackage.org/recipes/language-support/). The profile
wants `title` and `description` to be texts, so the English ones are beside them as `title_en`, `description_en` and
`label_en`. `categories` close a column to other values; where documents may use words of their own, ours are explained
under `knownValues`. `fieldsMatch` is left at its default, `exact`: profile 2.0 asks for a list there by mistake.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.publish.labels import label_column, label_dataset, meanings
from pipeline.publish.package import About, File, Licence, Listing, Package, Resource, Source
from validators.model import CHECKS, Dataset, Field

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

TYPES = {"text": "string", "integer": "integer", "decimal": "number", "boolean": "boolean", "date": "date"}

DIALECT = {
    "header": True,
    "delimiter": ",",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}

PARQUET, XLSX = "Parquet", "XLSX"
"""Formats as data.gov.ua spells them. In small letters, frictionless takes such files for tables without a schema,
guesses one and reports what does not fit its guess; profile 2.0 has no other word for what is no table."""

MISSING = [{"value": "", "label": "значення немає"}]
MISSING_VALUE = [{"value": "", "label": "значення немає; причина – у стовпці missing"}]

TABLE = ("document_id", "table")


def describe(package: Package) -> dict[str, Any]:
    """Give the descriptor of a package."""
    about = package.about
    resources = [_table(package, listing, name) for name, listing in csv_files(package).items()]
    for resource in package.resources:
        label = label_dataset(resource.dataset)
        resources.append(
            {
                "name": f"{resource.dataset.name}-parquet",
                "title": f"{label.title_uk}: Parquet",
                "title_en": f"{label.title_en}: Parquet",
                **_file(resource.parquet, PARQUET, "application/vnd.apache.parquet"),
            }
        )
    if package.workbook is not None:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        titles = {"title": "Усі набори даних: книга Excel", "title_en": "All data sets: Excel workbook"}
        resources.append({"name": "data-xlsx", **titles, **_file(package.workbook, XLSX, kind)})
    moment = about.modified or about.issued
    return {
        "$schema": PROFILE,
        "name": name_of(about.identifier),
        "id": about.identifier,
        "title": about.title,
        "description": about.description,
        "languages": ["uk", "en"],
        "version": package.version,
        **({"created": f"{moment.isoformat()}T00:00:00Z"} if moment else {}),
        **({"homepage": about.homepage} if about.homepage else {}),
        **({"keywords": list(about.keywords)} if about.keywords else {}),
        "licenses": [_licence(about.licence)],
        **({"contributors": found} if (found := _contributors(about)) else {}),
        **({"sources": [_source(source) for source in package.sources]} if package.sources else {}),
        "numbers": {state: package.numbers.get(state, 0) for state in CHECKS},
        "resources": resources,
    }


def csv_files(package: Package) -> dict[str, Listing | Resource]:
    """Give the CSV files that hold data by the names they are called here, the data sets first.

    A list whose name is that of a data set, a kind of report of somebody's own, is called by another.
    """
    found: dict[str, Listing | Resource] = {resource.dataset.name: resource for resource in package.resources}
    for listing in package.listings:
        name = listing.dataset.name
        found[name if name not in found else f"{name}-list"] = listing
    return found


def name_of(identifier: str) -> str:
    """Give an identifier in the letters that the name of a package may have."""
    name = re.sub(r"[^a-z0-9._-]+", "-", identifier.lower()).strip("-.")
    return name or "zvity-municipal-reports"


def references(package: Package, listing: Listing | Resource) -> list[tuple[tuple[str, ...], str]]:
    """Give what a data set refers to: its columns, and the data set that has columns of the same names."""
    there = {resource.dataset.name for resource in package.resources}
    dataset = listing.dataset
    if not isinstance(listing, Resource):
        return []
    wanted: tuple[str, ...] = ()
    if dataset.name in ("tables", "findings"):
        wanted, name = TABLE[:1], "documents"
    elif dataset.name != "documents" and set(TABLE) <= set(dataset.columns):
        wanted, name = TABLE, "tables"
    return [(wanted, name)] if wanted and name in there else []


def has_whole_key(dataset: Dataset) -> bool:
    """Whether every column of the key has a value in every row."""
    required = {field.name for field in dataset.fields if field.required and not field.soft}
    return bool(dataset.key) and set(dataset.key) <= required


def published_pattern(field: Field) -> str | None:
    """Give the pattern that the published text of a column has, to be matched whole.

    Texts that a spreadsheet may take for a formula have an apostrophe before them, so a pattern that such a text may
    match allows for one.
    """
    if field.pattern is None or field.kind != "text":
        return None
    if _HARMLESS.match(field.pattern) and "|" not in field.pattern:
        return field.pattern
    return f"'?({field.pattern})"


_HARMLESS = re.compile(r"(?:\[(?:[0-9A-Za-z](?:-[0-9A-Za-z])?)+\]|[0-9A-Za-z])(?![?*]|\{,|\{0)")
"""How a pattern begins whose first sign is a letter or a digit."""


def _file(file: File, kind: str, media_type: str) -> dict[str, Any]:
    return {
        "path": file.path,
        "format": kind,
        "mediatype": media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }


def _table(package: Package, listing: Listing | Resource, name: str) -> dict[str, Any]:
    dataset = listing.dataset
    label = label_dataset(dataset)
    schema: dict[str, Any] = {
        "fields": [_field(dataset, field) for field in dataset.fields],
        "missingValues": MISSING,
    }
    if has_whole_key(dataset):
        schema["primaryKey"] = list(dataset.key)
    elif dataset.key:
        schema["uniqueKeys"] = [list(dataset.key)]
    found = references(package, listing)
    if found:
        schema["foreignKeys"] = [
            {"fields": list(columns), "reference": {"resource": target, "fields": list(columns)}}
            for columns, target in found
        ]
    return {
        "name": name,
        "type": "table",
        "title": label.title_uk,
        "title_en": label.title_en,
        "description": label.description_uk,
        "description_en": label.description_en,
        **_file(listing.csv, "csv", "text/csv"),
        "rows": listing.rows,
        "encoding": "utf-8",
        "dialect": DIALECT,
        "schema": schema,
    }


def _field(dataset: Dataset, field: Field) -> dict[str, Any]:
    label = label_column(dataset, field)
    found: dict[str, Any] = {
        "name": field.name,
        "type": TYPES[field.kind],
        "title": label.title_uk,
        "title_en": label.title_en,
        "description": label.description_uk,
        "description_en": label.description_en,
    }
    if field.kind == "boolean":
        found |= {"trueValues": ["true"], "falseValues": ["false"]}
    words = [{"value": m.value, "label": m.uk, "label_en": m.en} for m in meanings(dataset, field)]
    if words:
        found["categories" if field.choices and not field.soft else "knownValues"] = words
    if field.name == "value" and "missing" in dataset.columns:
        found["missingValues"] = MISSING_VALUE
    constraints = {} if field.soft else _constraints(field)
    return found | ({"constraints": constraints} if constraints else {})


def _constraints(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"required": True} if field.required else {}
    if field.choices:
        found["enum"] = list(field.choices)
    if field.kind in ("integer", "decimal"):
        found |= {} if field.minimum is None else {"minimum": field.minimum}
        found |= {} if field.maximum is None else {"maximum": field.maximum}
    pattern = published_pattern(field)
    return found if pattern is None else found | {"pattern": pattern}


def _licence(licence: Licence) -> dict[str, str]:
    """Give the licence; what is no identifier is left out of it, for its address names it too."""
    named = {"name": licence.name} if re.fullmatch(r"[-a-zA-Z0-9._]+", licence.name) else {}
    return named | {"title": licence.title, "path": licence.address}


_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
"""Addresses that validators take for such; another one stands in the passport only."""


def _contributors(about: About) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if about.publisher or about.publisher_code:
        publisher: dict[str, Any] = {"title": about.publisher} if about.publisher else {}
        if about.publisher_code:
            publisher["identifier"] = f"ЄДРПОУ {about.publisher_code}"
        found.append(publisher | {"roles": ["publisher"]})
    if about.contact or about.email:
        person: dict[str, Any] = {"title": about.contact} if about.contact else {}
        person |= {"email": about.email} if about.email and _EMAIL.fullmatch(about.email) else {}
        person |= {"organization": about.publisher} if about.publisher else {}
        if person:
            found.append(person | {"roles": ["contact"]})
    return found


def _source(source: Source) -> dict[str, Any]:
    found: dict[str, Any] = {"title": source.title or source.program_title or source.file_name}
    found |= {"fileName": source.file_name, "documentId": source.document_id, "mediaType": source.media_type}
    if source.further:
        found["furtherReadings"] = [{"fileName": name, "documentId": identity} for name, identity in source.further]
    return found
